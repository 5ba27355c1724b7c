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

// A convolution by oneDNN, where it serves, or libtorch's choice.
at::Tensor plain_convolution(
    const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias, at::IntArrayRef stride,
    at::IntArrayRef padding, at::IntArrayRef dilation);

}  // namespace ctorch
