// AdamW and the moving average of the weights in one pass over memory.
#include <ATen/core/grad_mode.h>

#include <cmath>

#include "cpu_clones.hpp"
#include "parallel.hpp"
#include "support.hpp"

using namespace ctorch;

namespace {

// What is worked off at a time; sums are taken within chunks and then in order, so that no number of
// threads changes a bit of them.
constexpr int64_t kChunk = 16 * 1024;

struct Chunk {
  int32_t tensor;
  int64_t begin, count;
};

std::vector<Chunk> chunks_of(const std::vector<at::Tensor> &tensors) {
  std::vector<Chunk> chunks;
  for (size_t i = 0; i < tensors.size(); i++)
    for (int64_t at = 0; at < tensors[i].numel(); at += kChunk)
      chunks.push_back(
          {static_cast<int32_t>(i), at, std::min(kChunk, tensors[i].numel() - at)});
  return chunks;
}

template <class Body>
void each(const std::vector<Chunk> &chunks, Body &&body) {
  share(static_cast<int64_t>(chunks.size()), 4, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) body(i, chunks[i]);
  });
}

bool plain_memory(const at::Tensor &t) {
  return t.is_cpu() && t.scalar_type() == at::kFloat && t.is_contiguous();
}

std::vector<at::Tensor> list(const ct_tensor *handles, int32_t count) {
  std::vector<at::Tensor> tensors;
  for (int32_t i = 0; i < count; i++) tensors.push_back(tensor(handles[i]));
  return tensors;
}

// Sixteen sums side by side, so that the loop is vector code without reordering a sum.
EACH_CPU double sum_of_squares(const float *x, int64_t count) {
  float sums[16] = {};
  int64_t i = 0;
  for (; i + 16 <= count; i += 16)
    for (int64_t k = 0; k < 16; k++) sums[k] += x[i + k] * x[i + k];
  double total = 0;
  for (; i < count; i++) total += static_cast<double>(x[i]) * x[i];
  for (float sum : sums) total += sum;
  return total;
}

struct Factors {
  float gradient, mean, mean_decay, square, square_decay, decay, rate, correction, epsilon, average;
};

EACH_CPU void update(
    float *__restrict p, const float *__restrict g, float *__restrict m, float *__restrict v,
    float *__restrict average, int64_t count, const Factors &factors) {
  const Factors f = factors;
  for (int64_t i = 0; i < count; i++) {
    const float gradient = g[i] * f.gradient;
    m[i] = m[i] * f.mean_decay + gradient * f.mean;
    v[i] = v[i] * f.square_decay + gradient * gradient * f.square;
    p[i] = p[i] * f.decay - f.rate * m[i] / (std::sqrt(v[i]) * f.correction + f.epsilon);
    average[i] += (p[i] - average[i]) * f.average;
  }
}

EACH_CPU void approach(
    float *__restrict average, const float *__restrict value, int64_t count, float weight) {
  for (int64_t i = 0; i < count; i++) average[i] += (value[i] - average[i]) * weight;
}

void plain_update(
    at::Tensor p, at::Tensor gradient, at::Tensor m, at::Tensor v, at::Tensor average,
    const ct_adamw_step &s, double correction1, double correction2) {
  gradient = gradient * s.gradient_scale;
  m.mul_(s.beta1).add_(gradient, 1 - s.beta1);
  v.mul_(s.beta2).addcmul_(gradient, gradient, 1 - s.beta2);
  p.mul_(1 - s.rate * s.weight_decay);
  p.addcdiv_(m, v.sqrt().div_(correction2).add_(s.epsilon), -s.rate / correction1);
  average.lerp_(p, s.average_weight);
}

}  // namespace

ct_status ct_global_norm(const ct_tensor *handles, int32_t count, double *norm) {
  return perform([&] {
    at::NoGradGuard no_grad;
    const auto tensors = list(handles, count);
    double total = 0;
    if (std::all_of(tensors.begin(), tensors.end(), plain_memory)) {
      const auto chunks = chunks_of(tensors);
      std::vector<double> sums(chunks.size());
      each(chunks, [&](int64_t i, const Chunk &c) {
        sums[i] = sum_of_squares(tensors[c.tensor].data_ptr<float>() + c.begin, c.count);
      });
      for (double sum : sums) total += sum;
    } else {
      for (const auto &t : tensors) total += t.square().sum().item<double>();
    }
    *norm = std::sqrt(total);
  });
}

ct_status ct_adamw(const ct_adamw_step *step) {
  return perform([&] {
    at::NoGradGuard no_grad;
    const auto &s = *step;
    auto p = list(s.parameters, s.count), g = list(s.gradients, s.count);
    auto m = list(s.first_moments, s.count), v = list(s.second_moments, s.count);
    auto average = list(s.averages, s.count);
    const double correction1 = 1 - std::pow(s.beta1, static_cast<double>(s.update));
    const double correction2 = std::sqrt(1 - std::pow(s.beta2, static_cast<double>(s.update)));
    bool fused = true;
    for (int32_t i = 0; i < s.count; i++) {
      for (const auto *t : {&g[i], &m[i], &v[i], &average[i]})
        TORCH_CHECK(
            t->sizes() == p[i].sizes(), "parameter of shape ", p[i].sizes(),
            " with a gradient, moment or average of shape ", t->sizes());
      for (const auto *t : {&p[i], &g[i], &m[i], &v[i], &average[i]})
        fused = fused && plain_memory(*t);
    }
    if (!fused) {
      for (int32_t i = 0; i < s.count; i++)
        plain_update(p[i], g[i], m[i], v[i], average[i], s, correction1, correction2);
      return;
    }
    const auto f = [](double value) { return static_cast<float>(value); };
    const Factors factors = {
        f(s.gradient_scale), f(1 - s.beta1), f(s.beta1), f(1 - s.beta2), f(s.beta2),
        f(1 - s.rate * s.weight_decay), f(s.rate / correction1), f(1 / correction2), f(s.epsilon),
        f(s.average_weight)};
    each(chunks_of(p), [&](int64_t, const Chunk &c) {
      const auto at = [&](const std::vector<at::Tensor> &tensors) {
        return tensors[c.tensor].data_ptr<float>() + c.begin;
      };
      update(at(p), at(g), at(m), at(v), at(average), c.count, factors);
    });
    // Autograd and packed weights go by a tensor's version.
    for (const auto *tensors : {&p, &m, &v, &average})
      for (const auto &t : *tensors) t.unsafeGetTensorImpl()->bump_version();
  });
}

ct_status ct_average(
    const ct_tensor *averages, const ct_tensor *values, int32_t count, double weight) {
  return perform([&] {
    at::NoGradGuard no_grad;
    auto a = list(averages, count);
    const auto v = list(values, count);
    bool plain = true;
    for (int32_t i = 0; i < count; i++) {
      TORCH_CHECK(
          a[i].sizes() == v[i].sizes(), "an average of shape ", a[i].sizes(),
          " of values of shape ", v[i].sizes());
      plain = plain && plain_memory(a[i]) && plain_memory(v[i]);
    }
    if (!plain) {
      for (int32_t i = 0; i < count; i++) a[i].lerp_(v[i], weight);
      return;
    }
    each(chunks_of(a), [&](int64_t, const Chunk &c) {
      approach(
          a[c.tensor].data_ptr<float>() + c.begin, v[c.tensor].data_ptr<float>() + c.begin,
          c.count, static_cast<float>(weight));
    });
    for (const auto &t : a) t.unsafeGetTensorImpl()->bump_version();
  });
}
