// What is done to one tile of a convolution, written for AVX-512: gathering its operands with the
// normalisation on the way, the products, and scattering the results.
//
// Everything here is compiled for AVX-512; call it only where `has_avx512()` says so.
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

#include "packed_weights.hpp"

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

// Products of one panel for `positions` consecutive positions of a scratch area.
template <class T>
void multiply_panel(
    const T *scratch, int64_t depth, int64_t positions, const Reading &reading, const T *weights,
    int V, float *out) {
  for (int64_t p = 0; p < positions; p += kSums / V, out += kSums * kLanes) {
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
  return (rows * pitch + kSums) * depth + 2 * kLanes;
}

// Adds bias and residual to a panel of products and stores it; tells the mean and the summed squared
// deviation of each column over the tile.
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
  float *products = work.products.reserve((positions + kSums) * kPanel);
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

#include "backward_tile.hpp"

}  // namespace avx512
}  // namespace ctorch

#pragma clang attribute pop
