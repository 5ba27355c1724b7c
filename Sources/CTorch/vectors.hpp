// Sixteen floats at a time: loads and stores of either element type, and SiLU.
// Included only where AVX-512 is the target; see convolution_tiles.hpp.

// An element of type bfloat16 in memory: the upper half of a float.
using bf16 = uint16_t;
using vec = __m512;

constexpr int64_t kLanes = 16;

// The lanes of a vector that starts `left` elements before the end.
inline __mmask16 lanes(int64_t left) {
  return left >= kLanes ? 0xFFFF : static_cast<__mmask16>((1u << left) - 1);
}

inline vec load(const float *p, __mmask16 m) { return _mm512_maskz_loadu_ps(m, p); }
inline void store(float *p, vec v, __mmask16 m) { _mm512_mask_storeu_ps(p, m, v); }

inline vec load(const bf16 *p, __mmask16 m) {
  const __m512i wide = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(m, p));
  return _mm512_castsi512_ps(_mm512_slli_epi32(wide, 16));
}

// Rounds to nearest, ties to even.
inline void store(bf16 *p, vec v, __mmask16 m) {
  __m256i narrow;
  const __m256bh rounded = _mm512_cvtneps_pbh(v);
  __builtin_memcpy(&narrow, &rounded, sizeof narrow);
  _mm256_mask_storeu_epi16(p, m, narrow);
}

// exp(x), |relative error| < 2e-7: 2^n times a polynomial on [-ln2/2, ln2/2] (Cephes expf, Moshier).
inline vec exponential(vec x) {
  x = _mm512_min_ps(_mm512_max_ps(x, _mm512_set1_ps(-87.0f)), _mm512_set1_ps(88.0f));
  const vec n = _mm512_roundscale_ps(
      _mm512_mul_ps(x, _mm512_set1_ps(1.44269504088896341f)),
      _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
  vec f = _mm512_fnmadd_ps(n, _mm512_set1_ps(0.693359375f), x);
  f = _mm512_fmadd_ps(n, _mm512_set1_ps(2.12194440e-4f), f);
  vec p = _mm512_set1_ps(1.9875691500e-4f);
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1.3981999507e-3f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(8.3334519073e-3f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(4.1665795894e-2f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(1.6666665459e-1f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(5.0000001201e-1f));
  p = _mm512_fmadd_ps(p, _mm512_mul_ps(f, f), _mm512_add_ps(f, _mm512_set1_ps(1.0f)));
  return _mm512_scalef_ps(p, n);
}

// 1 / (1 + exp(-z)): the processor's 14-bit reciprocal and one Newton step.
inline vec sigmoid(vec z) {
  const vec d = _mm512_add_ps(
      _mm512_set1_ps(1.0f), exponential(_mm512_sub_ps(_mm512_setzero_ps(), z)));
  const vec r = _mm512_rcp14_ps(d);
  return _mm512_mul_ps(r, _mm512_fnmadd_ps(d, r, _mm512_set1_ps(2.0f)));
}
