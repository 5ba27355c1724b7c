// The matrix products under a convolution, on one tile that lies in the cache.
// Included only where AVX-512 is the target; see convolution_tiles.hpp.
//
// In channels-last memory the values that one position of the output is computed from are a few
// runs of consecutive elements: for a signal and a kernel without dilation, a single one. So a
// convolution is a matrix product whose left side is read in place.

// The products take float values one at a time, bfloat16 ones in pairs.
template <class T>
constexpr int64_t kStep = sizeof(float) / sizeof(T);

inline vec spread(const float *a) { return _mm512_set1_ps(*a); }
inline vec spread(const bf16 *a) {
  int32_t pair;
  __builtin_memcpy(&pair, a, sizeof pair);
  return _mm512_castsi512_ps(_mm512_set1_epi32(pair));
}

inline vec load_step(const float *b) { return _mm512_loadu_ps(b); }
inline vec load_step(const bf16 *b) { return _mm512_castsi512_ps(_mm512_loadu_si512(b)); }

inline vec multiply_add(vec a, vec b, vec sum, float) { return _mm512_fmadd_ps(a, b, sum); }
inline vec multiply_add(vec a, vec b, vec sum, bf16) {
  return _mm512_dpbf16_ps(sum, (__m512bh)a, (__m512bh)b);
}

// Columns are worked off in panels of one, two or four vectors.
constexpr int64_t kPanel = 4 * kLanes;
inline int panel_vectors(int64_t columns) {
  return columns > 2 * kLanes ? 4 : columns > kLanes ? 2 : 1;
}

// Sums that fit the register file beside what they are made of: those of kRows<V> rows by V vectors.
constexpr int kSums = 24;
template <int V>
constexpr int kRows = kSums / V;

// out[row][column] = Σ over runs and k of a[row · pitch + offset + k] · b[k][column] for kRows<V>
// rows; `b` is packed in the order in which it is read.
template <class T, int V>
[[gnu::noinline]] void product(
    const T *a, int64_t pitch, const std::vector<Reading::Run> &runs, const T *b, float *out) {
  constexpr int R = kRows<V>;
  vec sum[R][V];
#pragma clang loop unroll(full)
  for (int i = 0; i < R; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < V; v++) sum[i][v] = _mm512_setzero_ps();
  for (const auto &run : runs) {
    const T *row = a + run.offset;
    for (int64_t k = 0; k < run.length; k += kStep<T>, b += V * kLanes * kStep<T>) {
      vec column[V];
#pragma clang loop unroll(full)
      for (int v = 0; v < V; v++) column[v] = load_step(b + v * kLanes * kStep<T>);
#pragma clang loop unroll(full)
      for (int i = 0; i < R; i++) {
        const vec value = spread(row + i * pitch + k);
#pragma clang loop unroll(full)
        for (int v = 0; v < V; v++) sum[i][v] = multiply_add(value, column[v], sum[i][v], T());
      }
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < R; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < V; v++) _mm512_storeu_ps(out + (i * V + v) * kLanes, sum[i][v]);
}

// sums[i][column] += Σ over steps of u[step][i] · d[step][column] for `rows` ≤ 16 / V rows i and
// `columns` columns; = if `first`. Both sides hold kStep<T> positions beside each other in a step.
template <class T, int V>
[[gnu::noinline]] void outer_product(
    const T *u, int64_t u_pitch, const T *d, int64_t d_pitch, int64_t steps, int64_t rows,
    int64_t columns, float *sums, int64_t sums_pitch, bool first) {
  constexpr int R = 16 / V;
  vec sum[R][V];
#pragma clang loop unroll(full)
  for (int i = 0; i < R; i++)
#pragma clang loop unroll(full)
    for (int v = 0; v < V; v++) sum[i][v] = _mm512_setzero_ps();
  for (int64_t s = 0; s < steps; s++, u += u_pitch * kStep<T>, d += d_pitch * kStep<T>) {
    vec column[V];
#pragma clang loop unroll(full)
    for (int v = 0; v < V; v++) column[v] = load_step(d + v * kLanes * kStep<T>);
#pragma clang loop unroll(full)
    for (int i = 0; i < R; i++) {
      const vec value = spread(u + i * kStep<T>);
#pragma clang loop unroll(full)
      for (int v = 0; v < V; v++) sum[i][v] = multiply_add(value, column[v], sum[i][v], T());
    }
  }
#pragma clang loop unroll(full)
  for (int i = 0; i < R; i++) {
    if (i >= rows) break;
#pragma clang loop unroll(full)
    for (int v = 0; v < V; v++) {
      const __mmask16 m = lanes(std::max<int64_t>(0, columns - v * kLanes));
      float *p = sums + i * sums_pitch + v * kLanes;
      store(p, first ? sum[i][v] : _mm512_add_ps(load(p, m), sum[i][v]), m);
    }
  }
}

// Two rows of `channels` bfloat16 values, interleaved.
inline void interleave(const bf16 *first, const bf16 *second, int64_t channels, bf16 *out) {
  for (int64_t c = 0; c < channels; c += kLanes) {
    const __mmask16 m = lanes(channels - c);
    const __m512i low = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(m, first + c));
    const __m512i high = _mm512_cvtepu16_epi32(_mm256_maskz_loadu_epi16(m, second + c));
    _mm512_mask_storeu_epi32(
        out + 2 * c, m, _mm512_or_si512(low, _mm512_slli_epi32(high, 16)));
  }
}
