// What this processor can reach at most: independent multiply-adds on registers alone.
//
// Each loop keeps as many sums as hide the latency of an instruction (16; 12 where there are only 16
// registers). Start values and counts come from outside, so nothing can be folded.
#include "peak.h"

#include <pthread.h>
#include <stdint.h>
#include <time.h>

#if defined(__x86_64__)
#include <immintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

// Runs `count` rounds and returns a sum that depends on all of them.
typedef float (*loop)(int64_t count, float factor, float addend);

typedef struct {
  const char *name;
  loop run;
  double operations;  // in one round
} method;

#if defined(__x86_64__)

__attribute__((target("avx512f"))) static float loop_avx512(
    int64_t count, float factor, float addend) {
  __m512 sums[16];
  const __m512 x = _mm512_set1_ps(factor), y = _mm512_set1_ps(addend);
  for (int i = 0; i < 16; i++) sums[i] = _mm512_set1_ps((float)i);
  for (int64_t n = 0; n < count; n++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++) sums[i] = _mm512_fmadd_ps(sums[i], x, y);
  }
  for (int i = 1; i < 16; i++) sums[0] = _mm512_add_ps(sums[0], sums[i]);
  return _mm512_reduce_add_ps(sums[0]);
}

__attribute__((target("avx512f,avx512bf16"))) static float loop_avx512bf16(
    int64_t count, float factor, float addend) {
  __m512 sums[16];
  const __m512bh x = _mm512_cvtne2ps_pbh(_mm512_set1_ps(factor), _mm512_set1_ps(factor));
  const __m512bh y = _mm512_cvtne2ps_pbh(_mm512_set1_ps(addend), _mm512_set1_ps(addend));
  for (int i = 0; i < 16; i++) sums[i] = _mm512_set1_ps((float)i);
  for (int64_t n = 0; n < count; n++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++) sums[i] = _mm512_dpbf16_ps(sums[i], x, y);
  }
  for (int i = 1; i < 16; i++) sums[0] = _mm512_add_ps(sums[0], sums[i]);
  return _mm512_reduce_add_ps(sums[0]);
}

__attribute__((target("avx2,fma"))) static float loop_avx2(
    int64_t count, float factor, float addend) {
  __m256 sums[12];
  const __m256 x = _mm256_set1_ps(factor), y = _mm256_set1_ps(addend);
  for (int i = 0; i < 12; i++) sums[i] = _mm256_set1_ps((float)i);
  for (int64_t n = 0; n < count; n++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 12; i++) sums[i] = _mm256_fmadd_ps(sums[i], x, y);
  }
  for (int i = 1; i < 12; i++) sums[0] = _mm256_add_ps(sums[0], sums[i]);
  float parts[8], sum = 0;
  _mm256_storeu_ps(parts, sums[0]);
  for (int i = 0; i < 8; i++) sum += parts[i];
  return sum;
}

#elif defined(__aarch64__)

static float loop_neon(int64_t count, float factor, float addend) {
  float32x4_t sums[16];
  const float32x4_t x = vdupq_n_f32(factor), y = vdupq_n_f32(addend);
  for (int i = 0; i < 16; i++) sums[i] = vdupq_n_f32((float)i);
  for (int64_t n = 0; n < count; n++) {
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++) sums[i] = vfmaq_f32(sums[i], x, y);
  }
  for (int i = 1; i < 16; i++) sums[0] = vaddq_f32(sums[0], sums[i]);
  return vaddvq_f32(sums[0]);
}

#endif

static float loop_plain(int64_t count, float factor, float addend) {
  float sums[12];
  for (int i = 0; i < 12; i++) sums[i] = (float)i;
  for (int64_t n = 0; n < count; n++) {
    for (int i = 0; i < 12; i++) sums[i] = sums[i] * factor + addend;
  }
  float sum = 0;
  for (int i = 0; i < 12; i++) sum += sums[i];
  return sum;
}

static method method_of(peak_kind kind) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (kind == PEAK_BFLOAT16) {
    if (__builtin_cpu_supports("avx512bf16")) {
      return (method){"AVX-512 vdpbf16ps", loop_avx512bf16, 16 * 16 * 4};
    }
    return (method){0};
  }
  if (__builtin_cpu_supports("avx512f")) return (method){"AVX-512", loop_avx512, 16 * 16 * 2};
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    return (method){"AVX2", loop_avx2, 12 * 8 * 2};
  }
#elif defined(__aarch64__)
  if (kind == PEAK_FLOAT32) return (method){"NEON", loop_neon, 16 * 4 * 2};
#endif
  if (kind == PEAK_FLOAT32) return (method){"plain C", loop_plain, 12 * 2};
  return (method){0};
}

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

typedef struct {
  method method;
  double seconds, rate;
  volatile float sum;
} job;

static void *work(void *argument) {
  job *j = argument;
  const int64_t rounds = 100000;
  const double start = now();
  double taken = 0, done = 0;
  while (taken < j->seconds) {
    j->sum = j->method.run(rounds, 0.999f, 0.001f);
    done += (double)rounds * j->method.operations;
    taken = now() - start;
  }
  j->rate = done / taken;
  return 0;
}

const char *peak_name(peak_kind kind) { return method_of(kind).name; }

double peak_measure(peak_kind kind, int threads, double seconds) {
  enum { most = 256 };
  pthread_t handles[most];
  job jobs[most];
  const method method = method_of(kind);
  if (!method.run) return 0;
  if (threads > most) threads = most;
  int started = 0;
  double rate = 0;
  for (int i = 0; i < threads; i++) {
    jobs[i] = (job){method, seconds, 0, 0};
    if (pthread_create(&handles[i], 0, work, &jobs[i]) != 0) break;
    started++;
  }
  for (int i = 0; i < started; i++) {
    pthread_join(handles[i], 0);
    rate += jobs[i].rate;
  }
  return rate;
}
