// What every file of the shim shares: handles, their count, and the wall that stops exceptions.
#pragma once

#include <ATen/ATen.h>

#include <atomic>
#include <stdexcept>
#include <string>

#include "ctorch.h"

// A definition that differs from its row does not compile.
#define CT_FUNCTION(result, name, parameters) extern "C" result ct_##name parameters;
#include "ctorch_functions.def"
#undef CT_FUNCTION

namespace ctorch {

extern std::atomic<int64_t> live_handles;

void set_error(const std::string &message);

// Whether the AVX-512 kernels may run here: the processor has what they use, and libtorch's own
// variable ATEN_CPU_CAPABILITY does not hold it to less (`avx2` or `default`).
bool has_avx512();
// Whether those of bfloat16 may, too.
bool has_avx512_bf16();

inline at::Tensor &tensor(ct_tensor handle) { return *reinterpret_cast<at::Tensor *>(handle); }

inline ct_tensor wrap(at::Tensor value) {
  auto handle = reinterpret_cast<ct_tensor>(new at::Tensor(std::move(value)));
  live_handles.fetch_add(1, std::memory_order_relaxed);
  return handle;
}

inline at::IntArrayRef ints(const int64_t *values, int32_t count) {
  return at::IntArrayRef(values, static_cast<size_t>(count));
}

inline at::ScalarType scalar_type(ct_dtype dtype) {
  switch (dtype) {
    case CT_FLOAT32: return at::kFloat;
    case CT_FLOAT64: return at::kDouble;
    case CT_BFLOAT16: return at::kBFloat16;
    case CT_FLOAT16: return at::kHalf;
    case CT_INT64: return at::kLong;
  }
  throw std::invalid_argument("unknown dtype");
}

inline at::Device device_of(ct_device device) {
  // libtorch's own answer to a device that is not there is a page of its registrations.
  if (!ct_device_available(device)) throw std::invalid_argument("the device is not there");
  switch (device.kind) {
    case CT_CPU: return at::Device(at::kCPU);
    case CT_CUDA: return at::Device(at::kCUDA, static_cast<c10::DeviceIndex>(device.index));
    case CT_MPS: return at::Device(at::kMPS, 0);
  }
  throw std::invalid_argument("unknown device");
}

// Runs `body`; any exception becomes this thread's last error and `failure` is returned.
template <class Result, class Body>
Result guarded(Result failure, Body &&body) noexcept {
  try {
    return body();
  } catch (const c10::Error &error) {
    set_error(error.what_without_backtrace());
  } catch (const std::exception &error) {
    set_error(error.what());
  } catch (...) {
    set_error("an exception of unknown type");
  }
  return failure;
}

template <class Body>
ct_tensor make(Body &&body) noexcept {
  return guarded<ct_tensor>(nullptr, [&] { return wrap(body()); });
}

template <class Body>
ct_status perform(Body &&body) noexcept {
  return guarded<ct_status>(1, [&] {
    body();
    return 0;
  });
}

}  // namespace ctorch
