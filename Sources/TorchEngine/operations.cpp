// Arithmetic, reductions and layers.
#include "layers.hpp"
#include "support.hpp"

using namespace ctorch;

ct_tensor ct_add(ct_tensor a, ct_tensor b) {
  return make([&] { return tensor(a).add(tensor(b)); });
}

ct_tensor ct_sub(ct_tensor a, ct_tensor b) {
  return make([&] { return tensor(a).sub(tensor(b)); });
}

ct_tensor ct_mul(ct_tensor a, ct_tensor b) {
  return make([&] { return tensor(a).mul(tensor(b)); });
}

ct_tensor ct_div(ct_tensor a, ct_tensor b) {
  return make([&] { return tensor(a).div(tensor(b)); });
}

ct_tensor ct_add_scalar(ct_tensor a, double b) {
  return make([&] { return tensor(a).add(b); });
}

ct_tensor ct_mul_scalar(ct_tensor a, double b) {
  return make([&] { return tensor(a).mul(b); });
}

ct_tensor ct_abs(ct_tensor a) {
  return make([&] { return tensor(a).abs(); });
}

ct_tensor ct_sqrt(ct_tensor a) {
  return make([&] { return tensor(a).sqrt(); });
}

ct_tensor ct_silu(ct_tensor a) {
  return make([&] { return at::silu(tensor(a)); });
}

ct_tensor ct_clamp(ct_tensor a, double low, double high) {
  return make([&] { return tensor(a).clamp(low, high); });
}

ct_tensor ct_maximum(ct_tensor a, ct_tensor b) {
  return make([&] { return at::maximum(tensor(a), tensor(b)); });
}

ct_tensor ct_minimum(ct_tensor a, ct_tensor b) {
  return make([&] { return at::minimum(tensor(a), tensor(b)); });
}

ct_tensor ct_sum(ct_tensor a, const int64_t *dims, int32_t count, bool keep) {
  return make([&] {
    return count == 0 ? tensor(a).sum() : tensor(a).sum(ints(dims, count), keep);
  });
}

ct_tensor ct_mean(ct_tensor a, const int64_t *dims, int32_t count, bool keep) {
  return make([&] {
    return count == 0 ? tensor(a).mean() : tensor(a).mean(ints(dims, count), keep);
  });
}

ct_tensor ct_quantile(ct_tensor a, double q, int64_t dim, bool keep) {
  return make([&] { return at::quantile(tensor(a), q, dim, keep); });
}

ct_tensor ct_softmax(ct_tensor a, int64_t dim) {
  return make([&] { return at::softmax(tensor(a), dim); });
}

ct_tensor ct_matmul(ct_tensor a, ct_tensor b) {
  return make([&] { return at::matmul(tensor(a), tensor(b)); });
}

at::Tensor ctorch::plain_convolution(
    const at::Tensor &x, const at::Tensor &w, const at::Tensor &b, at::IntArrayRef stride,
    at::IntArrayRef padding, at::IntArrayRef dilation) {
  // libtorch takes another kernel, whose bits differ, when the batch is one small item. An item must
  // come out the same in any batch, so oneDNN is asked for by name.
  const bool onednn = x.is_cpu() && x.scalar_type() == at::kFloat && x.numel() > 0 &&
                      w.scalar_type() == at::kFloat && at::globalContext().userEnabledMkldnn();
  return onednn ? at::mkldnn_convolution(x, w, b, padding, stride, dilation, 1)
                : at::conv2d(x, w, b, stride, padding, dilation);
}
