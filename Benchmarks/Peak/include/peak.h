#ifndef STIR_PEAK_H
#define STIR_PEAK_H

#ifdef __cplusplus
extern "C" {
#endif

typedef enum {
  PEAK_FLOAT32,   // fused multiply-adds in float32
  PEAK_BFLOAT16,  // dot products of bfloat16 pairs, summed in float32
} peak_kind;

/// The instructions that are measured for `kind`, such as "AVX-512"; NULL where there are none.
const char *peak_name(peak_kind kind);

/// Operations a second (a multiply-add is two) of `threads` threads that do nothing but multiply
/// and add in registers, for `seconds`; 0 where there are no such instructions.
double peak_measure(peak_kind kind, int threads, double seconds);

#ifdef __cplusplus
}
#endif
#endif
