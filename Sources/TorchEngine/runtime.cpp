// Version, devices, threads, memory policy, random generators.
#include <ATen/CPUGeneratorImpl.h>
#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <torch/csrc/api/include/torch/version.h>

#ifdef __GLIBC__
#include <malloc.h>
#endif

#include <cstdlib>
#include <cstring>

#include "support.hpp"

using namespace ctorch;

namespace {
thread_local std::string last_error;
}

namespace ctorch {
std::atomic<int64_t> live_handles{0};

void set_error(const std::string &message) {
  // libtorch appends its C++ call site and stack; a person needs the first line.
  last_error = message.substr(0, message.find("\nException raised from"));
  // Its allocator puts the call site first: "[enforce fail at file.cpp:1] err == 0. Can't …".
  const auto site_end = last_error.find("] ");
  if (last_error.rfind("[enforce fail at ", 0) != 0 || site_end == std::string::npos) return;
  const auto sentence = last_error.find(". ", site_end);
  if (sentence != std::string::npos) last_error.erase(0, sentence + 2);
}

bool has_avx512() {
#if defined(__x86_64__)
  static const bool has = [] {
    const char *held = std::getenv("ATEN_CPU_CAPABILITY");
    if (held && (!std::strcmp(held, "avx2") || !std::strcmp(held, "default"))) return false;
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
  }();
  return has;
#else
  return false;
#endif
}

bool has_avx512_bf16() {
#if defined(__x86_64__)
  return has_avx512() && __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}
}  // namespace ctorch

const char *ct_last_error(void) { return last_error.c_str(); }

int64_t ct_live_handles(void) { return live_handles.load(std::memory_order_relaxed); }

const char *ct_torch_version(void) { return TORCH_VERSION; }

const char *ct_cpu_capability(void) {
  static const std::string name = guarded<std::string>("unknown", [] {
    const std::string key = "CPU capability usage: ", config = at::show_config();
    const auto start = config.find(key);
    if (start == std::string::npos) return std::string("unknown");
    const auto value = start + key.size();
    return config.substr(value, config.find('\n', value) - value);
  });
  return name.c_str();
}

bool ct_device_available(ct_device device) {
  return guarded<bool>(false, [&] {
    switch (device.kind) {
      case CT_CPU: return true;
      case CT_CUDA:
        return at::hasCUDA() &&
               device.index < static_cast<int32_t>(at::detail::getCUDAHooks().getNumGPUs());
      case CT_MPS: return at::hasMPS();
    }
    return false;
  });
}

bool ct_multiplies_bfloat16(ct_device device) {
  if (device.kind == CT_CPU) return has_avx512_bf16();
  if (device.kind != CT_CUDA) return false;
  // A GPU that cannot do it refuses such a convolution.
  return guarded<bool>(false, [&] {
    const auto x = at::ones({1, 8, 1, 8}, at::dtype(at::kBFloat16).device(device_of(device)));
    return at::conv2d(x, at::ones_like(x)).isfinite().all().item<bool>();
  });
}

int32_t ct_threads(void) { return at::get_num_threads(); }

ct_status ct_set_threads(int32_t count) {
  return perform([&] { at::set_num_threads(count); });
}

void ct_keep_freed_memory(void) {
#ifdef __GLIBC__
  // One arena grown by brk: other arenas live in 64 MB maps that are unmapped when they empty.
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, -1);
  mallopt(M_TOP_PAD, 64 << 20);
#endif
}

ct_generator ct_generator_new(uint32_t seed) {
  return guarded<ct_generator>(nullptr, [&] {
    auto generator = new at::Generator(at::detail::createCPUGenerator(seed));
    live_handles.fetch_add(1, std::memory_order_relaxed);
    return reinterpret_cast<ct_generator>(generator);
  });
}

void ct_generator_release(ct_generator generator) {
  delete reinterpret_cast<at::Generator *>(generator);
  live_handles.fetch_sub(1, std::memory_order_relaxed);
}

ct_tensor ct_randn(ct_generator generator, const int64_t *shape, int32_t rank) {
  return make([&] {
    return at::randn(ints(shape, rank), *reinterpret_cast<at::Generator *>(generator), at::kFloat);
  });
}
