// Gradients.
#include <ATen/core/grad_mode.h>

#include "support.hpp"

using namespace ctorch;

bool ct_grad_enabled(void) { return at::GradMode::is_enabled(); }

void ct_set_grad_enabled(bool enabled) { at::GradMode::set_enabled(enabled); }

ct_status ct_set_requires_grad(ct_tensor a, bool requires_grad) {
  return perform([&] { tensor(a).requires_grad_(requires_grad); });
}

ct_status ct_backward(ct_tensor loss) {
  return perform([&] { tensor(loss).backward(); });
}

ct_tensor ct_grad(ct_tensor a) {
  return guarded<ct_tensor>(nullptr, [&]() -> ct_tensor {
    const auto &gradient = tensor(a).grad();
    return gradient.defined() ? wrap(gradient) : nullptr;
  });
}

void ct_clear_grad(ct_tensor a) { tensor(a).mutable_grad() = at::Tensor(); }

ct_tensor ct_detach(ct_tensor a) {
  return make([&] { return tensor(a).detach(); });
}

ct_status ct_copy_(ct_tensor a, ct_tensor source) {
  return perform([&] {
    at::NoGradGuard no_grad;
    tensor(a).copy_(tensor(source));
  });
}
