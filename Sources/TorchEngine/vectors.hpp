// Sixteen floats at a time: loads and stores of either element type, and SiLU.
// Included only where AVX-512 is the target; see convolution_tiles.hpp.

// An element of type bfloat16 in memory: the upper half of a float.
using bf16 = uint16_t;
using vec = __m512;

constexpr int64_t kLanes = 16;

template <class T>
void zero(T *p, int64_t count) {
  if (count > 0) std::memset(p, 0, count * sizeof(T));
}

// The lanes of a vector that starts `left` elements before the end.
inline __mmask16 lanes(int64_t left) {
  return left >= kLanes ? 0xFFFF : static_cast<__mmask16>((1u << left) - 1);
}

// Nearly all vectors are whole, and stores under a mask are slower.
inline bool whole(__mmask16 m) { return __builtin_expect(m == 0xFFFF, 1); }

inline vec load(const float *p, __mmask16 m) {
  return whole(m) ? _mm512_loadu_ps(p) : _mm512_maskz_loadu_ps(m, p);
}
inline void store(float *p, vec v, __mmask16 m) {
  whole(m) ? _mm512_storeu_ps(p, v) : _mm512_mask_storeu_ps(p, m, v);
}

inline vec load(const bf16 *p, __mmask16 m) {
  const __m256i narrow = whole(m) ? _mm256_loadu_si256(reinterpret_cast<const __m256i *>(p))
                                  : _mm256_maskz_loadu_epi16(m, p);
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(narrow), 16));
}

// Rounds to nearest, ties to even.
inline __m256i narrowed(vec v) {
  __m256i narrow;
  const __m256bh rounded = _mm512_cvtneps_pbh(v);
  __builtin_memcpy(&narrow, &rounded, sizeof narrow);
  return narrow;
}
inline void store(bf16 *p, vec v, __mmask16 m) {
  whole(m) ? _mm256_storeu_si256(reinterpret_cast<__m256i *>(p), narrowed(v))
           : _mm256_mask_storeu_epi16(p, m, narrowed(v));
}

// 2^f for f in [0, 1): the polynomials of least relative error, 1.6e-7 and 7.5e-5.
inline vec power_of_two(vec f, float) {
  vec p = _mm512_set1_ps(0.00187757669f);
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.00898934063f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.0558263175f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.240153611f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.693153083f));
  return _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.99999994f));
}
inline vec power_of_two(vec f, bf16) {
  vec p = _mm512_set1_ps(0.0780245215f);
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.226067185f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.695833504f));
  return _mm512_fmadd_ps(p, f, _mm512_set1_ps(0.999925196f));
}

// 1 / d for d ≥ 1: 14 bits, and for float a Newton step to twice as many.
inline vec reciprocal(vec d, float) {
  const vec r = _mm512_rcp14_ps(d);
  return _mm512_mul_ps(r, _mm512_fnmadd_ps(d, r, _mm512_set1_ps(2.0f)));
}
inline vec reciprocal(vec d, bf16) { return _mm512_rcp14_ps(d); }

// 1 / (1 + exp(-z)) to the precision of T.
template <class T>
vec sigmoid(vec z) {
  vec t = _mm512_mul_ps(z, _mm512_set1_ps(-1.44269504088896341f));
  // Keeps the sum below finite; the operands' order lets what is not a number through.
  t = _mm512_min_ps(_mm512_set1_ps(126.0f), t);
  const vec f = _mm512_reduce_ps(t, _MM_FROUND_TO_NEG_INF);
  const vec e = _mm512_scalef_ps(power_of_two(f, T()), t);
  return reciprocal(_mm512_add_ps(e, _mm512_set1_ps(1.0f)), T());
}

// Lane l of row i becomes lane i of row l: at each distance, halves of the rows change places.
inline void transpose(vec (&row)[kLanes]) {
#pragma clang loop unroll(full)
  for (int d = 8; d > 0; d /= 2) {
    alignas(64) int32_t low[kLanes], high[kLanes];
#pragma clang loop unroll(full)
    for (int l = 0; l < kLanes; l++) {
      low[l] = l & d ? 16 + l - d : l;
      high[l] = l & d ? 16 + l : l + d;
    }
    const __m512i from_low = _mm512_load_si512(low), from_high = _mm512_load_si512(high);
#pragma clang loop unroll(full)
    for (int i = 0; i < kLanes; i++) {
      if (i & d) continue;
      const vec a = row[i], b = row[i + d];
      row[i] = _mm512_permutex2var_ps(a, from_low, b);
      row[i + d] = _mm512_permutex2var_ps(a, from_high, b);
    }
  }
}
