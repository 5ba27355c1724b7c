// What is done to one tile of a convolution, written for AVX-512: gathering its operands with the
// normalisation on the way, the products, and scattering the results.
//
// Everything here is compiled for AVX-512; call it only where `fused_kernels()` says so.
#pragma once

#include <immintrin.h>

#include <cstdlib>
#include <cstring>
#include <new>

#include "convolution_grid.hpp"

#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16"))), apply_to = function)

namespace ctorch {
namespace avx512 {

#include "vectors.hpp"

#include "tile_products.hpp"

// Channels-last values that are joined with others along the channels.
template <class T>
struct Source {
  const T *data;
  int64_t channels;
};

// One or two sources, with z = x·scale + shift and perhaps SiLU to be applied to each channel.
template <class T>
struct Input {
  Source<T> sources[2];
  // [items][scales, then shifts][channels]; none for values that are taken as they are.
  const float *affine;
  bool silu;
};

template <class T>
void zero(T *p, int64_t count) {
  if (count > 0) std::memset(p, 0, count * sizeof(T));
}

// Copies one position with the input's affine map.
template <class T>
void transform_position(const Input<T> &in, const Grid &g, int64_t item, int64_t at, T *out) {
  const float *scale = in.affine + item * 2 * g.channels, *shift = scale + g.channels;
  for (const auto &source : in.sources) {
    const T *x = source.data + at * source.channels;
    for (int64_t c = 0; c < source.channels; c += kLanes) {
      const __mmask16 m = lanes(source.channels - c);
      vec z = _mm512_fmadd_ps(load(x + c, m), load(scale + c, m), load(shift + c, m));
      if (in.silu) z = _mm512_mul_ps(z, sigmoid<T>(z));
      store(out + c, z, m);
    }
    scale += source.channels, shift += source.channels, out += source.channels;
  }
}

// Fills `out` [rows][pitch][depth] with the folded positions from (y, x) on, `columns` of each row;
// what lies outside of the input is zero.
template <class T>
void gather(
    const Input<T> &in, const Grid &g, int64_t item, int64_t y, int64_t x, int64_t rows,
    int64_t columns, int64_t pitch, T *out) {
  const int64_t depth = g.depth();
  for (int64_t i = 0; i < rows; i++) {
    for (int64_t ry = 0; ry < g.stride.y; ry++) {
      const int64_t row = (y + i) * g.stride.y - g.padding.y + ry;
      // Without a vertical stride a row of folded positions is one piece of memory.
      const int64_t pieces = g.stride.y == 1 ? 1 : columns;
      const int64_t piece = (g.stride.y == 1 ? columns : 1) * g.stride.x;
      for (int64_t j = 0; j < pieces; j++) {
        T *to = out + (i * pitch + j) * depth + ry * g.stride.x * g.channels;
        const int64_t first = (x + j) * g.stride.x - g.padding.x;
        const bool inside = row >= 0 && row < g.input.y;
        const int64_t begin = inside ? std::clamp<int64_t>(-first, 0, piece) : piece;
        const int64_t end = inside ? std::clamp<int64_t>(g.input.x - first, begin, piece) : piece;
        zero(to, begin * g.channels);
        zero(to + end * g.channels, (piece - end) * g.channels);
        const int64_t at = (item * g.input.y + row) * g.input.x + first;
        if (!in.affine && in.sources[1].channels == 0) {
          if (end > begin)
            std::memcpy(
                to + begin * g.channels, in.sources[0].data + (at + begin) * g.channels,
                (end - begin) * g.channels * sizeof(T));
        } else if (in.affine) {
          for (int64_t k = begin; k < end; k++)
            transform_position(in, g, item, at + k, to + k * g.channels);
        } else {
          for (int64_t k = begin; k < end; k++) {
            T *p = to + k * g.channels;
            for (const auto &s : in.sources) {
              std::memcpy(p, s.data + (at + k) * s.channels, s.channels * sizeof(T));
              p += s.channels;
            }
          }
        }
      }
    }
  }
}

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
  return _mm512_mask_permutexvar_ps(first, 0xF800, _mm512_sub_epi32(index, _mm512_set1_epi32(32)), c);
}

// Packs a panel of columns that are the weight's folded channels, with the outputs as steps: for the
// gradient of the input.
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
      for (int64_t k = 0; k < threads; k++) row[i] = _mm512_add_ps(row[i], load(p + k * size, columns));
    }
    transpose(row);
    for (int64_t i = 0; i < std::min(kLanes, outputs - output); i++)
      store(dw + (output + i) * elements + e, row[i], lanes(count));
  }
}

// Products of one panel for `positions` consecutive positions of a scratch area.
template <class T>
void multiply_panel(
    const T *scratch, int64_t depth, int64_t positions, const Reading &reading, const T *weights,
    int V, float *out) {
  const int rows = 24 / V;
  for (int64_t p = 0; p < positions; p += rows, out += 24 * kLanes) {
    const T *a = scratch + p * depth;
    if (V == 4) product<T, 4>(a, depth, reading.runs, weights, out);
    if (V == 2) product<T, 2>(a, depth, reading.runs, weights, out);
    if (V == 1) product<T, 1>(a, depth, reading.runs, weights, out);
  }
}

// Memory of one thread that keeps its size from call to call.
template <class T>
class Buffer {
 public:
  Buffer() = default;
  Buffer(const Buffer &) = delete;
  Buffer &operator=(const Buffer &) = delete;
  ~Buffer() { std::free(data_); }
  T *reserve(int64_t count) {
    if (count > size_) {
      std::free(data_);
      size_ = (count + 63) / 64 * 64;
      data_ = static_cast<T *>(std::aligned_alloc(64, size_ * sizeof(T)));
      if (!data_) throw std::bad_alloc();
      std::memset(data_, 0, size_ * sizeof(T));
    }
    return data_;
  }

 private:
  T *data_ = nullptr;
  int64_t size_ = 0;
};

template <class T>
struct Workspace {
  Buffer<T> operands, values, value_pairs, operand_pairs[2];
  Buffer<float> products;
};

// The positions of a tile's scratch area that products are taken at: rows lie `pitch` apart.
inline int64_t flat_positions(const Tile &t, int64_t pitch) {
  return (t.rows - 1) * pitch + t.columns;
}

// Elements of a scratch area, with room for what the last block of rows reads beyond its end.
inline int64_t scratch_size(int64_t rows, int64_t pitch, int64_t depth) {
  return (rows * pitch + 24) * depth + 2 * kLanes;
}

// Adds bias and residual to a panel of products and stores it; returns in `moments` the mean and the
// summed squared deviation of each column over the tile.
template <class O, int V>
void store_outputs(
    const float *products, const Grid &g, const Tile &t, int64_t pitch, int64_t column,
    const float *bias, const O *residual, O *y, float *means, float *deviations) {
  __mmask16 m[V];
  vec b[V], origin[V], sum[V], squares[V];
  for (int v = 0; v < V; v++) {
    m[v] = lanes(std::max<int64_t>(0, g.outputs - column - v * kLanes));
    b[v] = bias ? load(bias + column + v * kLanes, m[v]) : _mm512_setzero_ps();
    sum[v] = squares[v] = _mm512_setzero_ps();
  }
  for (int64_t r = 0; r < t.rows; r++) {
    const float *p = products + r * pitch * V * kLanes;
    int64_t at = ((t.item * g.output.y + t.y + r) * g.output.x + t.x) * g.outputs + column;
    for (int64_t c = 0; c < t.columns; c++, p += V * kLanes, at += g.outputs) {
      for (int v = 0; v < V; v++) {
        vec value = _mm512_add_ps(_mm512_loadu_ps(p + v * kLanes), b[v]);
        if (residual) value = _mm512_add_ps(value, load(residual + at + v * kLanes, m[v]));
        store(y + at + v * kLanes, value, m[v]);
        if (r == 0 && c == 0) origin[v] = value;
        const vec d = _mm512_sub_ps(value, origin[v]);
        sum[v] = _mm512_add_ps(sum[v], d);
        squares[v] = _mm512_fmadd_ps(d, d, squares[v]);
      }
    }
  }
  if (!means) return;
  const vec share = _mm512_set1_ps(1.0f / static_cast<float>(t.rows * t.columns));
  for (int v = 0; v < V; v++) {
    const vec mean = _mm512_mul_ps(sum[v], share);
    store(means + column + v * kLanes, _mm512_add_ps(origin[v], mean), m[v]);
    store(deviations + column + v * kLanes, _mm512_fnmadd_ps(sum[v], mean, squares[v]), m[v]);
  }
}

// One tile of the forward pass.
template <class T, class O>
void forward_tile(
    const Input<T> &in, const Grid &g, const Tile &t, int64_t pitch, const Reading &reading,
    const PackedWeights<T> &weights, const float *bias, const O *residual, O *y, float *means,
    float *deviations) {
  static thread_local Workspace<T> work;
  const int64_t depth = g.depth(), positions = flat_positions(t, pitch);
  const Extent halo = g.halo();
  T *operands = work.operands.reserve(scratch_size(t.rows + halo.y, pitch, depth));
  float *products = work.products.reserve((positions + 24) * kPanel);
  gather(
      in, g, t.item, t.y, t.x, t.rows + halo.y, t.columns + halo.x, pitch, operands);
  zero(operands + (t.rows + halo.y) * pitch * depth, 2 * kLanes);
  for (int64_t panel = 0; panel < weights.panels(); panel++) {
    const int V = weights.vectors(panel);
    const int64_t column = panel * kPanel;
    multiply_panel(operands, depth, positions, reading, weights[panel], V, products);
    if (V == 4)
      store_outputs<O, 4>(
          products, g, t, pitch, column, bias, residual, y, means, deviations);
    if (V == 2)
      store_outputs<O, 2>(
          products, g, t, pitch, column, bias, residual, y, means, deviations);
    if (V == 1)
      store_outputs<O, 1>(
          products, g, t, pitch, column, bias, residual, y, means, deviations);
  }
}

// What the backward pass of one convolution reads and writes.
template <class T>
struct Gradients {
  const T *dy;
  // The gradient of each source, or none; where the input is normalised, first that of z.
  T *dx[2];
  // [items][channels]: what x is taken relative to in the sums of a normalised input.
  const float *centers;
};

// Where a vector of channels of the joined sources lies.
template <class T>
struct Lane {
  const T *x;
  T *dx;
  int64_t pitch;
  __mmask16 mask;
};

// From a panel of gradients at u = silu(x·scale + shift): stores those at z and the values u, and
// sums dz and dz·(x - center) over the tile for each channel.
template <class T, int V>
void store_normalised(
    const float *products, const Input<T> &in, const Grid &g, const Gradients<T> &to,
    const Tile &t, int64_t pitch, int64_t column, T *values, float *sums) {
  Lane<T> lane[V];
  vec scale[V], shift[V], center[V], sum[V], weighted[V];
  for (int v = 0; v < V; v++) {
    int64_t c = column + v * kLanes;
    const float *affine = in.affine + t.item * 2 * g.channels + c;
    const __mmask16 m = lanes(std::max<int64_t>(0, g.channels - c));
    scale[v] = load(affine, m), shift[v] = load(affine + g.channels, m);
    center[v] = load(to.centers + t.item * g.channels + c, m);
    sum[v] = weighted[v] = _mm512_setzero_ps();
    const int s = c < in.sources[0].channels ? 0 : 1;
    if (s == 1) c -= in.sources[0].channels;
    lane[v] = {in.sources[s].data + c, to.dx[s] + c, in.sources[s].channels, m};
  }
  for (int64_t r = 0; r < t.rows; r++) {
    const float *p = products + r * pitch * V * kLanes;
    T *u = values + r * pitch * g.channels + column;
    int64_t at = (t.item * g.input.y + t.y + r) * g.input.x + t.x;
    for (int64_t i = 0; i < t.columns; i++, at++, p += V * kLanes, u += g.channels) {
      for (int v = 0; v < V; v++) {
        const vec x = load(lane[v].x + at * lane[v].pitch, lane[v].mask);
        vec z = _mm512_fmadd_ps(x, scale[v], shift[v]);
        vec dz = _mm512_loadu_ps(p + v * kLanes);
        if (in.silu) {
          // silu(z) = z·s, silu'(z) = s·(1 + z·(1 - s)) = s + u·(1 - s)
          const vec s = sigmoid<T>(z);
          z = _mm512_mul_ps(z, s);
          dz = _mm512_mul_ps(dz, _mm512_add_ps(s, _mm512_fnmadd_ps(z, s, z)));
        }
        store(u + v * kLanes, z, lane[v].mask);
        store(lane[v].dx + at * lane[v].pitch, dz, lane[v].mask);
        sum[v] = _mm512_add_ps(sum[v], dz);
        weighted[v] = _mm512_fmadd_ps(dz, _mm512_sub_ps(x, center[v]), weighted[v]);
      }
    }
  }
  for (int v = 0; v < V; v++) {
    store(sums + column + v * kLanes, sum[v], lane[v].mask);
    store(sums + g.channels + column + v * kLanes, weighted[v], lane[v].mask);
  }
}

// Stores a panel of the gradients of an input that is taken as it is.
template <class T, int V>
void store_plain(
    const float *products, const Input<T> &in, const Grid &g, const Gradients<T> &to,
    const Tile &t, int64_t pitch, int64_t column) {
  const int64_t row_depth = g.stride.x * g.channels;
  const Extent first = g.first_folded();
  for (int64_t r = 0; r < t.rows; r++) {
    for (int v = 0; v < V; v++) {
      int64_t e = column + v * kLanes;
      if (e >= g.depth()) break;
      const int64_t row = (first.y + t.y + r) * g.stride.y - g.padding.y + e / row_depth;
      if (row < 0 || row >= g.input.y) continue;
      const __mmask16 m = lanes(std::min(row_depth - e % row_depth, g.depth() - e));
      e %= row_depth;
      int s = 0;
      if (g.stride.x == 1 && e >= in.sources[0].channels) e -= in.sources[0].channels, s = 1;
      // Source channels; with a stride there is one source, whose positions lie end to end.
      const int64_t channels = in.sources[s].channels, length = g.input.x * channels;
      T *dx = to.dx[s] + (t.item * g.input.y + row) * length;
      int64_t at = ((first.x + t.x) * g.stride.x - g.padding.x) * channels + e;
      const float *p = products + (r * pitch * V + v) * kLanes;
      for (int64_t i = 0; i < t.columns; i++, at += g.stride.x * channels, p += V * kLanes) {
        __mmask16 inside = m & lanes(std::max<int64_t>(0, length - at));
        if (at < 0) inside &= static_cast<__mmask16>(0xFFFF << std::min<int64_t>(16, -at));
        store(dx + at, _mm512_loadu_ps(p), inside);
      }
    }
  }
}

// Lays rows 2s + odd and 2s + odd + 1 beside each other, for the products of the weight's gradient.
inline const bf16 *paired(
    const bf16 *rows, int64_t count, int64_t depth, int64_t odd, Buffer<bf16> &buffer) {
  const int64_t pairs = (count + 1) / 2;
  bf16 *out = buffer.reserve((pairs * depth + kPanel) * 2);
  for (int64_t s = 0; s < pairs; s++)
    interleave(
        rows + (2 * s + odd) * depth, rows + (2 * s + odd + 1) * depth, depth,
        out + 2 * s * depth);
  return out;
}
inline const float *paired(const float *rows, int64_t, int64_t, int64_t, Buffer<float> &) {
  return rows;
}

// sums[tap][channel][output] += Σ over the tile of value · dy at the tap; = if `first`.
template <class T>
void add_weight_gradient(
    const T *values, const T *operands, const Grid &g, int64_t positions, int64_t pitch,
    Workspace<T> &work, float *sums, bool first) {
  const int64_t depth = g.depth(), N = g.outputs, steps = (positions + kStep<T> - 1) / kStep<T>;
  const Extent taps = g.taps(), halo = g.halo();
  const T *u = paired(values, positions, depth, 0, work.value_pairs);
  const T *d[2] = {nullptr, nullptr};
  for (int64_t ty = 0; ty < taps.y; ty++) {
    for (int64_t tx = 0; tx < taps.x; tx++, sums += depth * N) {
      const int64_t offset =
          (halo.y - ty * g.dilation.y) * pitch + halo.x - tx * g.dilation.x;
      const int64_t odd = offset % kStep<T>;
      if (!d[odd])
        d[odd] = paired(
            operands, positions + halo.y * pitch + halo.x, N, odd, work.operand_pairs[odd]);
      const T *from = d[odd] + (offset - odd) * N;
      for (int64_t n = 0; n < N; n += kPanel) {
        const int V = panel_vectors(N - n);
        for (int64_t c = 0; c < depth; c += 16 / V) {
          const int64_t rows = std::min<int64_t>(16 / V, depth - c);
          const T *left = u + c * kStep<T>, *right = from + n * kStep<T>;
          float *out = sums + c * N + n;
          if (V == 4) outer_product<T, 4>(left, depth, right, N, steps, rows, N - n, out, N, first);
          if (V == 2) outer_product<T, 2>(left, depth, right, N, steps, rows, N - n, out, N, first);
          if (V == 1) outer_product<T, 1>(left, depth, right, N, steps, rows, N - n, out, N, first);
        }
      }
    }
  }
}

// sums[output] += Σ over the tile of dy.
template <class T>
void add_bias_gradient(
    const T *operands, const Grid &g, const Tile &t, int64_t pitch, float *sums) {
  const Extent halo = g.halo(), first = g.first_folded();
  for (int64_t n = 0; n < g.outputs; n += kLanes) {
    const __mmask16 m = lanes(g.outputs - n);
    vec sum = load(sums + n, m);
    for (int64_t r = 0; r < t.rows; r++) {
      const T *p = operands +
          ((r + halo.y - first.y) * pitch + halo.x - first.x) * g.outputs + n;
      for (int64_t i = 0; i < t.columns; i++) sum = _mm512_add_ps(sum, load(p + i * g.outputs, m));
    }
    store(sums + n, sum, m);
  }
}

// One tile of the backward pass. `weight_sums` and `bias_sums` are the calling thread's own, begun by
// its `first` tile; `channel_sums` [2][channels] are the tile's, for a normalised input.
template <class T>
void backward_tile(
    const Input<T> &in, const Grid &g, const Gradients<T> &to, const Tile &t, int64_t pitch,
    const Reading &reading, const PackedWeights<T> *weights, float *channel_sums,
    float *weight_sums, float *bias_sums, bool first_tile) {
  static thread_local Workspace<T> work;
  const int64_t depth = g.depth(), N = g.outputs, positions = flat_positions(t, pitch);
  const Extent halo = g.halo(), first = g.first_folded();
  const int64_t rows = t.rows + halo.y;
  T *operands = work.operands.reserve(scratch_size(rows, pitch, N));
  T *values = work.values.reserve(scratch_size(t.rows, pitch, depth));
  float *products = work.products.reserve((positions + 24) * kPanel);

  const Input<T> gradient = {{{to.dy, N}, {nullptr, 0}}, nullptr, false};
  const Grid plain = {g.items, N, N, g.output, g.output, {1, 1}, {1, 1}, {0, 0}, {1, 1}};
  gather(
      gradient, plain, t.item, first.y + t.y - halo.y, first.x + t.x - halo.x, rows,
      t.columns + halo.x, pitch, operands);
  zero(operands + rows * pitch * N, 2 * N + 2 * kLanes);
  // Between the rows of the tile lie positions that belong to none; there and after the end the
  // values are zero.
  for (int64_t r = 0; r < t.rows; r++)
    zero(values + (r * pitch + t.columns) * depth, (pitch - t.columns + 1) * depth);

  const bool normalised = weights && in.affine;
  if (!normalised)
    gather(in, g, t.item, first.y + t.y, first.x + t.x, t.rows, t.columns, pitch, values);
  for (int64_t panel = 0; weights && panel < weights->panels(); panel++) {
    const int V = weights->vectors(panel);
    const int64_t c = panel * kPanel;
    multiply_panel(operands, N, positions, reading, (*weights)[panel], V, products);
    if (normalised) {
      if (V == 4)
        store_normalised<T, 4>(products, in, g, to, t, pitch, c, values, channel_sums);
      if (V == 2)
        store_normalised<T, 2>(products, in, g, to, t, pitch, c, values, channel_sums);
      if (V == 1)
        store_normalised<T, 1>(products, in, g, to, t, pitch, c, values, channel_sums);
    } else {
      if (V == 4) store_plain<T, 4>(products, in, g, to, t, pitch, c);
      if (V == 2) store_plain<T, 2>(products, in, g, to, t, pitch, c);
      if (V == 1) store_plain<T, 1>(products, in, g, to, t, pitch, c);
    }
  }
  add_weight_gradient(values, operands, g, positions, pitch, work, weight_sums, first_tile);
  if (bias_sums) add_bias_gradient(operands, g, t, pitch, bias_sums);
}

// Turns gradients at z into those at x: dx = dz·scale + x·Q + R, for some positions of one source.
template <class T>
void finish_normalised(
    const T *x, T *dx, int64_t positions, int64_t channels, const float *scale, const float *Q,
    const float *R) {
  for (int64_t i = 0; i < positions; i++, x += channels, dx += channels) {
    for (int64_t c = 0; c < channels; c += kLanes) {
      const __mmask16 m = lanes(channels - c);
      const vec offset = _mm512_fmadd_ps(load(x + c, m), load(Q + c, m), load(R + c, m));
      store(dx + c, _mm512_fmadd_ps(load(dx + c, m), load(scale + c, m), offset), m);
    }
  }
}

// The mean and the summed squared deviation of each channel over some positions.
template <class T>
void measure(const T *x, int64_t positions, int64_t channels, float *means, float *deviations) {
  for (int64_t c = 0; c < channels; c += kLanes) {
    const __mmask16 m = lanes(channels - c);
    const vec origin = load(x + c, m);
    vec sum = _mm512_setzero_ps(), squares = _mm512_setzero_ps();
    for (int64_t i = 0; i < positions; i++) {
      const vec d = _mm512_sub_ps(load(x + i * channels + c, m), origin);
      sum = _mm512_add_ps(sum, d);
      squares = _mm512_fmadd_ps(d, d, squares);
    }
    const vec mean = _mm512_mul_ps(sum, _mm512_set1_ps(1.0f / static_cast<float>(positions)));
    store(means + c, _mm512_add_ps(origin, mean), m);
    store(deviations + c, _mm512_fnmadd_ps(sum, mean, squares), m);
  }
}

}  // namespace avx512
}  // namespace ctorch

#pragma clang attribute pop
