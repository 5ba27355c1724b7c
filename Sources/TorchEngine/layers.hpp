// Layers that are made of others' operations or stand in for them.
#pragma once

#include <ATen/ATen.h>

namespace ctorch {

// Group normalisation, then FiLM if there is one ([items or 1, 2·channels]: scales, then shifts;
// empty for none), then SiLU if asked for: fused for channels-last float32 on the CPU.
at::Tensor group_norm(
    const at::Tensor &x, int64_t groups, const at::Tensor &weight, const at::Tensor &bias,
    const at::Tensor &film, double epsilon, bool silu);

// Throws unless these fit `items` of `channels`.
void check_group_norm(
    int64_t channels, int64_t items, int64_t groups, const at::Tensor &weight,
    const at::Tensor &bias, const at::Tensor &film);

// What group normalisation and FiLM do to one item: scale and shift of every channel, no FiLM if null.
struct ItemNorm {
  int64_t channels, groups;
  const float *weight, *bias, *film;

  int64_t width() const { return channels / groups; }

  // A and B of x·A + B for the channels of a group, from its mean and 1 / deviation.
  void affine(int64_t group, double mean, double inverse, float *A, float *B) const;

  // For the channels of a group of `size` values, from Σ dz and Σ dz·(x - mean) of each channel: adds
  // to the gradients of weight, bias and FiLM (none if null), and gives Q and R of
  // dx = dz·A + x·Q + R.
  void gradients(
      int64_t group, double size, double mean, double inverse, const double *sum,
      const double *weighted, float *d_weight, float *d_bias, float *d_film, float *Q,
      float *R) const;
};

// The row of `film` [items or 1, 2·channels] that belongs to an item; null if it is empty.
float *film_row(const at::Tensor &film, int64_t item);

// A convolution by oneDNN, where it serves, or libtorch's choice.
at::Tensor plain_convolution(
    const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias, at::IntArrayRef stride,
    at::IntArrayRef padding, at::IntArrayRef dilation);

}  // namespace ctorch
