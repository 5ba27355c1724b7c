// What is done to one tile on the way back: gradients of input, normalisation, weights and bias.
// Included only where AVX-512 is the target; see convolution_tiles.hpp.

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

// One tile of the backward pass. `weight_sums`, begun by its first tile, and `bias_sums` are the
// calling thread's own; `channel_sums` [2][channels] are the tile's, for a normalised input.
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
  float *products = work.products.reserve((positions + kSums) * kPanel);

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
