// A convolution's weights on their way to the products and their gradients on the way back.
// Included only where AVX-512 is the target; see convolution_tiles.hpp.

// Weights in the order in which `product` reads them, in panels of kPanel columns. The memory is
// the caller's and starts at a multiple of 64 bytes.
template <class T>
struct PackedWeights {
  T *data;
  int64_t columns, panel_size;

  PackedWeights(T *data, int64_t columns, const Reading &reading)
      : data(data), columns(columns), panel_size(reading.steps.size() * kPanel) {}
  static int64_t size(int64_t columns, const Reading &reading) {
    return (columns + kPanel - 1) / kPanel * kPanel * reading.steps.size();
  }
  int64_t panels() const { return (columns + kPanel - 1) / kPanel; }
  int vectors(int64_t panel) const { return panel_vectors(columns - panel * kPanel); }
  T *operator[](int64_t panel) const { return data + panel * panel_size; }
};

// Stores one step of 16 columns of a panel; bfloat16 steps lie beside each other in pairs.
inline void store_step(float *panel, int64_t step, int V, int v, vec values) {
  _mm512_storeu_ps(panel + (step * V + v) * kLanes, values);
}
inline void store_step(bf16 *panel, int64_t step, int V, int v, vec values) {
  const __m512i wide = _mm512_cvtepu16_epi32(narrowed(values));
  bf16 *pairs = panel + (step / 2 * V + v) * 2 * kLanes;
  if (step % 2 == 0)
    _mm512_mask_storeu_epi16(pairs, 0x55555555, wide);
  else
    _mm512_mask_storeu_epi16(pairs, 0xAAAAAAAA, _mm512_slli_epi32(wide, 16));
}

// Packs a panel of columns that are the weight's outputs. `step_of` tells for every element of an
// output's weights which step reads it.
template <class T>
void pack_outputs(
    const PackedWeights<T> &packed, int64_t panel, const float *w, int64_t elements,
    const std::vector<int32_t> &step_of) {
  const int V = packed.vectors(panel);
  T *out = packed[panel];
  // Steps that no element has are zero: a run was rounded up, or a stride's last tap is cut.
  if (elements * kPanel != packed.panel_size) zero(out, packed.panel_size);
  for (int v = 0; v < V; v++) {
    const int64_t column = panel * kPanel + v * kLanes;
    for (int64_t e = 0; e < elements; e += kLanes) {
      const __mmask16 m = lanes(elements - e);
      vec row[kLanes];
      for (int64_t i = 0; i < kLanes; i++)
        row[i] = column + i < packed.columns ? load(w + (column + i) * elements + e, m)
                                             : _mm512_setzero_ps();
      transpose(row);
      for (int64_t i = 0; i < std::min(kLanes, elements - e); i++)
        store_step(out, step_of[e + i], V, v, row[i]);
    }
  }
}

// Sixteen values that lie three apart.
inline vec load_thirds(const float *p, __mmask16 m) {
  const __m512i index = _mm512_mullo_epi32(
      _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0), _mm512_set1_epi32(3));
  const int64_t reach = 3 * __builtin_popcount(m) - 2;
  const vec a = load(p, lanes(std::max<int64_t>(0, reach)));
  const vec b = load(p + 16, lanes(std::max<int64_t>(0, reach - 16)));
  const vec c = load(p + 32, lanes(std::max<int64_t>(0, reach - 32)));
  // Lanes from 11 on lie in the third vector: at 33 - 32 and so on.
  const vec first = _mm512_permutex2var_ps(a, index, b);
  return _mm512_mask_permutexvar_ps(
      first, 0xF800, _mm512_sub_epi32(index, _mm512_set1_epi32(32)), c);
}

// Packs a panel of columns that are the weight's folded channels, with the outputs as steps: for
// the gradient of the input.
template <class T>
void pack_channels(
    const PackedWeights<T> &packed, int64_t panel, const float *w, const WeightIndex &index,
    const Reading &reading) {
  const int V = packed.vectors(panel);
  for (size_t s = 0; s < reading.steps.size(); s++) {
    const auto step = reading.steps[s];
    for (int v = 0; v < V; v++) {
      const int64_t column = panel * kPanel + v * kLanes;
      const int64_t columns = std::min(kLanes, packed.columns - column);
      vec values = _mm512_setzero_ps();
      if (step.element >= 0 && columns > 0) {
        const int32_t *at = &index.of_channel[step.tap][column];
        const float *from = w + index.of_output[step.element];
        const int32_t apart = index.spacing;
        if (apart == 3) {
          values = load_thirds(from + at[0], lanes(columns));
        } else if (apart == 1) {
          values = load(from + at[0], lanes(columns));
        } else {
          const __m512i offsets = _mm512_maskz_loadu_epi32(lanes(columns), at);
          const __mmask16 m = _mm512_mask_cmpge_epi32_mask(
              lanes(columns), offsets, _mm512_setzero_si512());
          values = _mm512_mask_i32gather_ps(values, m, offsets, from, 4);
        }
      }
      store_step(packed[panel], s, V, v, values);
    }
  }
}

// The weights' gradient of 16 outputs from `threads` sums [tap][channel][outputs] that lie `size`
// apart: dw[output][element] = Σ sums[row_of[element]][output].
inline void sum_weight_gradient(
    const float *sums, int64_t threads, int64_t size, int64_t outputs, int64_t output,
    int64_t elements, const std::vector<int32_t> &row_of, float *dw) {
  const __mmask16 columns = lanes(outputs - output);
  for (int64_t e = 0; e < elements; e += kLanes) {
    const int64_t count = std::min(kLanes, elements - e);
    vec row[kLanes];
    for (int64_t i = 0; i < kLanes; i++) {
      row[i] = _mm512_setzero_ps();
      if (i >= count) continue;
      const float *p = sums + row_of[e + i] * outputs + output;
      for (int64_t k = 0; k < threads; k++)
        row[i] = _mm512_add_ps(row[i], load(p + k * size, columns));
    }
    transpose(row);
    for (int64_t i = 0; i < std::min(kLanes, outputs - output); i++)
      store(dw + (output + i) * elements + e, row[i], lanes(count));
  }
}
