// A convolution with everything around it in one pass over memory: joining two inputs, group
// normalisation, FiLM and SiLU before it, bias and a residual after it.
//
// With mean m and 1/deviation r of each (item, group), weight w, bias b, FiLM scale s and shift t,
//   z = ((x - m) r w + b)(1 + s) + t = x A + B,  u = z or silu(z),  y = conv(u) + bias + residual,
// where A and B belong to (item, channel). Neither z nor u is ever written to memory: a tile of u
// is made in the cache, multiplied, and made again on the way back. The forward pass also measures
// y, so that the normalisation that comes next needs no pass of its own.
//
// An item's values come out the same, to the bit, in any batch and with any number of threads.
// The kernels need AVX-512 (with its bfloat16 products for bfloat16); everything else, and whatever
// does not fit them, takes libtorch's own operations.
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>
#include <optional>

#include "layers.hpp"
#include "parallel.hpp"
#include "support.hpp"

#if defined(__x86_64__)
#include "convolution_tiles.hpp"
#define STIR_AVX512 1
#endif

using namespace ctorch;

// Valid for one version of one weight, which it keeps alive so that no other takes its address.
struct ct_packed_s {
  at::Tensor weight, memory;
  int64_t version = -1;
};

namespace {

struct Settings {
  int64_t stride[2], padding[2], dilation[2];
  // Channels are normalised in so many groups; 0 for no normalisation.
  int64_t groups;
  double epsilon;
  bool silu;
  at::ScalarType output_type;
  // Where the packed weight is kept, or null.
  ct_packed_s *packed;
};

// Autograd takes no undefined tensors: an empty one stands for what is not there.
struct Tensors {
  at::Tensor x[2];
  // [items, 2, channels] in float64: the mean and the variance of each item's channels.
  at::Tensor moments[2];
  at::Tensor norm_weight, norm_bias, film, weight, bias, residual;
};

bool there(const at::Tensor &t) { return t.numel() > 0; }

// MARK: - In libtorch's own operations

// A convolution dilated by d along a signal is a plain one down the columns of the signal cut into
// rows of d positions. In channels-last memory the cut is a change of view.
at::Tensor convolution_in_rows(
    const at::Tensor &x, const at::Tensor &w, const at::Tensor &b, int64_t padding, int64_t d) {
  const auto batch = x.size(0), channels = x.size(1), extent = x.size(3);
  const auto rows = (extent + d - 1) / d;
  const auto padded = at::constant_pad_nd(x, {0, rows * d - extent}).permute({0, 2, 3, 1});
  const auto y = plain_convolution(
      padded.reshape({batch, rows, d, channels}).permute({0, 3, 1, 2}), w.permute({0, 1, 3, 2}), b,
      {1, 1}, {padding / d, 0}, {1, 1});
  return y.permute({0, 2, 3, 1})
      .reshape({batch, 1, rows * d, -1})
      .permute({0, 3, 1, 2})
      .slice(3, 0, extent)
      .contiguous(at::MemoryFormat::ChannelsLast);
}

at::Tensor plain(const Tensors &t, const Settings &s) {
  auto x = there(t.x[1]) ? at::cat({t.x[0], t.x[1]}, 1) : t.x[0];
  const auto type = x.scalar_type();
  if (s.groups > 0) {
    x = group_norm(
            x.to(t.norm_weight.scalar_type()), s.groups, t.norm_weight, t.norm_bias, t.film,
            s.epsilon, s.silu)
            .to(type);
  }
  // On the CPU the products are taken in float32: few processors have bfloat16 ones here, and oneDNN
  // 2.6 picks its kernels through a static that its float32 and bfloat16 convolutions both write, so
  // that the two beside one another in a process disturb each other, to NaN at worst.
  const auto product = type == at::kBFloat16 && x.is_cpu() ? at::kFloat : type;
  x = x.to(product);
  const auto w = t.weight.to(type).to(product);
  const auto b = there(t.bias) ? t.bias.to(type).to(product) : at::Tensor();
  // oneDNN's kernels for wide dilations give an item other bits in other batches.
  const int64_t d = s.dilation[1];
  const bool rows = d >= 4 && x.size(2) == 1 && w.size(2) == 1 && s.stride[1] == 1 &&
      2 * s.padding[1] == (w.size(3) - 1) * d;
  auto y = rows ? convolution_in_rows(x, w, b, s.padding[1], d)
                : plain_convolution(
                      x, w, b, {s.stride, 2}, {s.padding, 2}, {s.dilation, 2});
  y = y.to(s.output_type);
  return there(t.residual) ? t.residual + y : y;
}

#ifdef STIR_AVX512

// MARK: - Fused

using namespace avx512;

template <class T>
T *pointer(const at::Tensor &t) {
  return there(t) ? static_cast<T *>(t.data_ptr()) : nullptr;
}

Grid grid_of(const Tensors &t, const Settings &s) {
  const auto &x = t.x[0], &w = t.weight;
  Grid g;
  g.items = x.size(0);
  g.channels = x.size(1) + (there(t.x[1]) ? t.x[1].size(1) : 0);
  g.outputs = w.size(0);
  g.input = {x.size(2), x.size(3)};
  g.kernel = {w.size(2), w.size(3)};
  g.stride = {s.stride[0], s.stride[1]};
  g.padding = {s.padding[0], s.padding[1]};
  g.dilation = {s.dilation[0], s.dilation[1]};
  const auto extent = [](int64_t in, int64_t k, int64_t stride, int64_t pad, int64_t dilation) {
    return (in + 2 * pad - (k - 1) * dilation - 1) / stride + 1;
  };
  g.output = {
      extent(g.input.y, g.kernel.y, g.stride.y, g.padding.y, g.dilation.y),
      extent(g.input.x, g.kernel.x, g.stride.x, g.padding.x, g.dilation.x)};
  return g;
}

// The moments of each item from its tiles', [items][tiles][means, then deviations][channels].
at::Tensor merge_moments(const std::vector<float> &tiles, const Tiling &tiling, int64_t channels) {
  auto moments = at::empty({tiling.items, 2, channels}, at::kDouble);
  double *out = moments.data_ptr<double>();
  const int64_t count = tiling.tiles_of_item();
  share(tiling.items, 1, [&](int64_t begin, int64_t end) {
    for (int64_t n = begin; n < end; n++) {
      double *mean = out + n * 2 * channels, *variance = mean + channels;
      std::fill(mean, mean + 2 * channels, 0.0);
      const double whole = static_cast<double>(tiling.whole.y * tiling.whole.x);
      for (int64_t i = n * count; i < (n + 1) * count; i++) {
        const Tile t = tiling[i];
        const double share = static_cast<double>(t.rows * t.columns) / whole;
        for (int64_t c = 0; c < channels; c++) mean[c] += share * tiles[i * 2 * channels + c];
      }
      for (int64_t i = n * count; i < (n + 1) * count; i++) {
        const Tile t = tiling[i];
        const double share = static_cast<double>(t.rows * t.columns) / whole;
        const float *means = &tiles[i * 2 * channels], *deviations = means + channels;
        for (int64_t c = 0; c < channels; c++) {
          const double d = means[c] - mean[c];
          variance[c] += share * d * d + deviations[c] / whole;
        }
      }
    }
  });
  return moments;
}

template <class T>
at::Tensor measured(const at::Tensor &x) {
  const Tiling tiling(x.size(0), {1, x.size(2) * x.size(3)}, {0, 0});
  const int64_t C = x.size(1);
  std::vector<float> tiles(tiling.count() * 2 * C);
  share(tiling.count(), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      const Tile t = tiling[i];
      measure(
          pointer<T>(x) + (t.item * tiling.whole.x + t.x) * C, t.columns, C, &tiles[i * 2 * C],
          &tiles[i * 2 * C + C]);
    }
  });
  return merge_moments(tiles, tiling, C);
}

// The normalisation of every item as one affine map of each channel, and what it came from.
struct Normalisation {
  at::Tensor affine;   // [items][A, then B][channels]
  at::Tensor centers;  // [items][channels]: the mean of the channel's group
  at::Tensor inverse;  // [items][groups]: 1 / deviation
};

ItemNorm item_norm(const Tensors &t, const Settings &s, const Grid &g, int64_t item) {
  return {
      g.channels, s.groups, pointer<float>(t.norm_weight), pointer<float>(t.norm_bias),
      film_row(t.film, item)};
}

Normalisation normalisation(const Tensors &t, const Settings &s, const Grid &g) {
  const int64_t C = g.channels, C0 = t.x[0].size(1);
  Normalisation result = {
      at::empty({g.items, 2, C}, at::kFloat), at::empty({g.items, C}, at::kFloat),
      at::empty({g.items, s.groups}, at::kFloat)};
  std::vector<double> mean(C), variance(C);
  for (int64_t n = 0; n < g.items; n++) {
    for (int k = 0; k < 2; k++) {
      if (!there(t.moments[k])) continue;
      const int64_t own = t.x[k].size(1);
      const double *m = t.moments[k].data_ptr<double>() + n * 2 * own;
      std::copy(m, m + own, mean.begin() + k * C0);
      std::copy(m + own, m + 2 * own, variance.begin() + k * C0);
    }
    const ItemNorm norm = item_norm(t, s, g, n);
    float *A = result.affine.data_ptr<float>() + n * 2 * C, *B = A + C;
    float *center = result.centers.data_ptr<float>() + n * C;
    for (int64_t group = 0; group < s.groups; group++) {
      const int64_t width = norm.width(), begin = group * width, end = begin + width;
      double m = 0, v = 0;
      for (int64_t c = begin; c < end; c++) m += mean[c] / width;
      for (int64_t c = begin; c < end; c++)
        v += (variance[c] + (mean[c] - m) * (mean[c] - m)) / width;
      const double r = 1 / std::sqrt(v + s.epsilon);
      result.inverse.data_ptr<float>()[n * s.groups + group] = static_cast<float>(r);
      norm.affine(group, m, r, A, B);
      std::fill(center + begin, center + end, static_cast<float>(m));
    }
  }
  return result;
}

template <class T>
Input<T> input_of(const Tensors &t, const Settings &s, const at::Tensor &affine) {
  Input<T> in = {{{pointer<T>(t.x[0]), t.x[0].size(1)}, {nullptr, 0}}, nullptr, s.silu};
  if (there(t.x[1])) in.sources[1] = {pointer<T>(t.x[1]), t.x[1].size(1)};
  if (s.groups > 0) in.affine = pointer<float>(affine);
  return in;
}

template <class T>
at::ScalarType type_of() {
  return sizeof(T) == 4 ? at::kFloat : at::kBFloat16;
}

// Room for packed weights, filled by pack(weights, panel) on all threads.
template <class T, class Pack>
at::Tensor packed(int64_t columns, const Reading &reading, Pack &&pack) {
  auto memory = at::empty({PackedWeights<T>::size(columns, reading)}, type_of<T>());
  const PackedWeights<T> weights(pointer<T>(memory), columns, reading);
  share(weights.panels(), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) pack(weights, i);
  });
  return memory;
}

// The packed weight of the forward pass, anew only if the weight has changed.
template <class T>
at::Tensor packed_forward(
    const at::Tensor &weight, const Grid &g, const Reading &reading, ct_packed_s *kept) {
  if (kept && kept->weight.is_same(weight) && kept->version == weight._version() &&
      kept->memory.scalar_type() == type_of<T>())
    return kept->memory;
  const WeightIndex index(g);
  // The steps are the folded taps' channels in order, but for those that round a run up.
  std::vector<int32_t> step_of_row, step_of;
  for (size_t s = 0; s < reading.steps.size(); s++)
    if (reading.steps[s].element >= 0) step_of_row.push_back(static_cast<int32_t>(s));
  for (int32_t row : index.row_of) step_of.push_back(step_of_row[row]);
  auto memory = packed<T>(g.outputs, reading, [&](const PackedWeights<T> &to, int64_t panel) {
    pack_outputs(
        to, panel, pointer<float>(weight), static_cast<int64_t>(step_of.size()), step_of);
  });
  if (kept) *kept = {weight, memory, static_cast<int64_t>(weight._version())};
  return memory;
}

// y and its moments.
template <class T, class O>
std::pair<at::Tensor, at::Tensor> forward(
    const Tensors &t, const Settings &s, const at::Tensor &affine) {
  const Grid g = grid_of(t, s);
  const Tiling tiling(g.items, g.output, g.halo());
  const int64_t pitch = tiling.columns + g.halo().x, N = g.outputs;
  const Reading reading(g, pitch, g.depth(), kStep<T>, false);
  const auto memory = packed_forward<T>(t.weight, g, reading, s.packed);
  const PackedWeights<T> weights(pointer<T>(memory), N, reading);
  const auto in = input_of<T>(t, s, affine);
  auto y = at::empty(
      {g.items, N, g.output.y, g.output.x},
      at::dtype(s.output_type).memory_format(at::MemoryFormat::ChannelsLast));
  std::vector<float> moments(tiling.count() * 2 * N);
  share(tiling.count(), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++)
      forward_tile<T, O>(
          in, g, tiling[i], pitch, reading, weights, pointer<float>(t.bias),
          pointer<O>(t.residual), pointer<O>(y), &moments[i * 2 * N], &moments[i * 2 * N + N]);
  });
  return {y, merge_moments(moments, tiling, N)};
}

struct Results {
  at::Tensor dx[2], norm_weight, norm_bias, film, weight, bias;
};

// The gradients of the normalisation's own parameters, and dx from the gradients at z, from the
// sums of dz and dz·(x - center) of each item's channels.
template <class T>
void finish(
    const Tensors &t, const Settings &s, const Grid &g, const Normalisation &norm,
    const std::vector<double> &sums, Results &results) {
  const int64_t C = g.channels;
  results.norm_weight = at::zeros_like(t.norm_weight);
  results.norm_bias = at::zeros_like(t.norm_bias);
  results.film = at::zeros_like(t.film);
  std::vector<float> qr(g.items * 2 * C);
  const double size = static_cast<double>(g.input.y * g.input.x * (C / s.groups));
  for (int64_t n = 0; n < g.items; n++) {
    const ItemNorm item = item_norm(t, s, g, n);
    const double *sum = &sums[n * 2 * C];
    for (int64_t group = 0; group < s.groups; group++)
      item.gradients(
          group, size, norm.centers.data_ptr<float>()[n * C + group * item.width()],
          norm.inverse.data_ptr<float>()[n * s.groups + group], sum, sum + C,
          pointer<float>(results.norm_weight), pointer<float>(results.norm_bias),
          film_row(results.film, n), &qr[n * 2 * C], &qr[n * 2 * C + C]);
  }
  const Tiling tiling(g.items, {1, g.input.y * g.input.x}, {0, 0});
  share(tiling.count(), 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++) {
      const Tile tile = tiling[i];
      const float *A = norm.affine.data_ptr<float>() + tile.item * 2 * C;
      const float *Q = &qr[tile.item * 2 * C];
      for (int k = 0; k < 2 && there(t.x[k]); k++) {
        const int64_t own = t.x[k].size(1), at = (tile.item * tiling.whole.x + tile.x) * own;
        finish_normalised(
            pointer<T>(t.x[k]) + at, pointer<T>(results.dx[k]) + at, tile.columns, own, A, Q,
            Q + C);
        A += own, Q += own;
      }
    }
  });
}

template <class T>
Results backward(
    const Tensors &t, const Settings &s, const Normalisation &norm, const at::Tensor &dy,
    bool wants_dx) {
  const Grid g = grid_of(t, s);
  const Tiling tiling(g.items, g.folded(), g.halo());
  const int64_t pitch = tiling.columns + g.halo().x, N = g.outputs, C = g.channels;
  const int64_t threads = std::min<int64_t>(at::get_num_threads(), tiling.count());
  const int64_t size = g.tap_count() * g.depth() * N;
  const WeightIndex index(g);
  const Reading reading(g, pitch, N, kStep<T>, true);
  Results results;

  Gradients<T> to = {pointer<T>(dy), {nullptr, nullptr}, pointer<float>(norm.centers)};
  at::Tensor memory;
  std::optional<PackedWeights<T>> weights;
  if (wants_dx) {
    for (int k = 0; k < 2 && there(t.x[k]); k++) {
      results.dx[k] = at::empty_like(t.x[k]);
      to.dx[k] = pointer<T>(results.dx[k]);
    }
    memory = packed<T>(g.depth(), reading, [&](const PackedWeights<T> &to, int64_t panel) {
      pack_channels(to, panel, pointer<float>(t.weight), index, reading);
    });
    weights.emplace(pointer<T>(memory), g.depth(), reading);
  }
  const auto in = input_of<T>(t, s, norm.affine);
  auto weight_sums = at::empty({threads, size}, at::kFloat);
  auto bias_sums = at::zeros({threads, N}, at::kFloat);
  std::vector<float> channel_sums(s.groups > 0 ? tiling.count() * 2 * C : 0);
  in_parallel(threads, [&](int64_t thread) {
    const int64_t begin = thread * tiling.count() / threads;
    const int64_t end = (thread + 1) * tiling.count() / threads;
    for (int64_t i = begin; i < end; i++)
      backward_tile<T>(
          in, g, to, tiling[i], pitch, reading, weights ? &*weights : nullptr,
          channel_sums.data() + (s.groups > 0 ? i * 2 * C : 0),
          pointer<float>(weight_sums) + thread * size,
          there(t.bias) ? pointer<float>(bias_sums) + thread * N : nullptr, i == begin);
  });

  const float *sums = pointer<float>(weight_sums);
  results.weight = at::empty(t.weight.sizes(), at::kFloat);
  float *dw = pointer<float>(results.weight);
  const int64_t elements = static_cast<int64_t>(index.row_of.size());
  share((N + kLanes - 1) / kLanes, 1, [&](int64_t begin, int64_t end) {
    for (int64_t i = begin; i < end; i++)
      sum_weight_gradient(sums, threads, size, N, i * kLanes, elements, index.row_of, dw);
  });
  results.bias = there(t.bias) ? bias_sums.sum(0) : at::Tensor();

  if (s.groups > 0 && wants_dx) {
    std::vector<double> totals(g.items * 2 * C, 0.0);
    for (int64_t i = 0; i < tiling.count(); i++)
      for (int64_t c = 0; c < 2 * C; c++)
        totals[tiling[i].item * 2 * C + c] += channel_sums[i * 2 * C + c];
    finish<T>(t, s, g, norm, totals, results);
  }
  return results;
}

struct FusedConvolution : torch::autograd::Function<FusedConvolution> {
  static torch::autograd::variable_list forward(
      torch::autograd::AutogradContext *ctx, const at::Tensor &x0, const at::Tensor &x1,
      const at::Tensor &norm_weight, const at::Tensor &norm_bias, const at::Tensor &film,
      const at::Tensor &weight, const at::Tensor &bias, const at::Tensor &residual,
      const at::Tensor &moments0, const at::Tensor &moments1, Settings s) {
    Tensors t = {{x0, x1}, {moments0, moments1}, norm_weight, norm_bias,
                 film,     weight,               bias,        residual};
    const bool halves = x0.scalar_type() == at::kBFloat16;
    Normalisation norm;
    if (s.groups > 0) {
      for (int k = 0; k < 2 && there(t.x[k]); k++)
        if (!there(t.moments[k]))
          t.moments[k] = halves ? measured<bf16>(t.x[k]) : measured<float>(t.x[k]);
      norm = normalisation(t, s, grid_of(t, s));
    }
    auto [y, moments] =
        !halves ? ::forward<float, float>(t, s, norm.affine)
        : s.output_type == at::kFloat ? ::forward<bf16, float>(t, s, norm.affine)
                                      : ::forward<bf16, bf16>(t, s, norm.affine);
    const auto none = at::empty({0});
    ctx->save_for_backward(
        {x0, x1, norm_weight, norm_bias, film, weight, bias, s.groups > 0 ? norm.affine : none,
         s.groups > 0 ? norm.centers : none, s.groups > 0 ? norm.inverse : none});
    ctx->saved_data["stride"] = at::IntArrayRef(s.stride, 2);
    ctx->saved_data["padding"] = at::IntArrayRef(s.padding, 2);
    ctx->saved_data["dilation"] = at::IntArrayRef(s.dilation, 2);
    ctx->saved_data["groups"] = s.groups;
    ctx->saved_data["silu"] = s.silu;
    ctx->saved_data["residual"] = there(residual);
    // The normalisation's own gradients come with that of the input.
    ctx->saved_data["wants_dx"] =
        s.groups > 0 || x0.requires_grad() || (there(x1) && x1.requires_grad());
    ctx->mark_non_differentiable({moments});
    return {y, moments};
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext *ctx, torch::autograd::variable_list gradients) {
    const auto saved = ctx->get_saved_variables();
    Settings s;
    const auto read = [&](const char *name, int64_t *out) {
      const auto values = ctx->saved_data[name].toIntVector();
      std::copy(values.begin(), values.end(), out);
    };
    read("stride", s.stride), read("padding", s.padding), read("dilation", s.dilation);
    s.groups = ctx->saved_data["groups"].toInt();
    s.silu = ctx->saved_data["silu"].toBool();
    const Tensors t = {{saved[0], saved[1]}, {},       saved[2], saved[3],
                       saved[4],             saved[5], saved[6], {}};
    const Normalisation norm = {saved[7], saved[8], saved[9]};
    const bool wants_dx = ctx->saved_data["wants_dx"].toBool();
    const auto type = t.x[0].scalar_type();
    const auto dy = gradients[0].to(type).contiguous(at::MemoryFormat::ChannelsLast);
    const Results r = type == at::kBFloat16 ? ::backward<bf16>(t, s, norm, dy, wants_dx)
                                            : ::backward<float>(t, s, norm, dy, wants_dx);
    const auto residual =
        ctx->saved_data["residual"].toBool() ? gradients[0] : at::Tensor();
    return {r.dx[0], r.dx[1], r.norm_weight, r.norm_bias, r.film,       r.weight,
            r.bias,  residual, at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

bool channels_last(const at::Tensor &t) {
  // One channel, or one position, lies the same either way.
  return t.is_contiguous(at::MemoryFormat::ChannelsLast);
}

bool fits_kernels(const Tensors &t, const Settings &s) {
  const auto &x = t.x[0];
  const auto type = x.scalar_type();
  if (!x.is_cpu() || !there(x) || (type != at::kFloat && type != at::kBFloat16)) return false;
  if (type == at::kFloat ? !has_avx512() : !has_avx512_bf16()) return false;
  for (const auto *p : {&t.weight, &t.bias, &t.norm_weight, &t.norm_bias, &t.film})
    if (there(*p) && (p->scalar_type() != at::kFloat || !p->is_contiguous())) return false;
  if (there(t.residual) &&
      (t.residual.scalar_type() != s.output_type || !channels_last(t.residual)))
    return false;
  const bool strided = s.stride[0] > 1 || s.stride[1] > 1;
  const bool joined = there(t.x[1]);
  if (strided && (joined || s.groups > 0 || s.dilation[0] > 1 || s.dilation[1] > 1)) return false;
  if (s.stride[0] > 1 && (s.stride[1] * x.size(1)) % kLanes != 0) return false;
  if (joined && (x.size(1) % kLanes != 0 || t.x[1].scalar_type() != type || !channels_last(t.x[1])))
    return false;
  return channels_last(x) && t.weight.numel() < (int64_t{1} << 31);
}

#endif

void check(const Tensors &t, const Settings &s) {
  const auto &x = t.x[0], &w = t.weight;
  TORCH_CHECK(
      x.dim() == 4, "input has the shape ", x.sizes(),
      ", expected [batch, channels, height, width]");
  TORCH_CHECK(
      w.dim() == 4, "expected a weight [outputs, channels, height, width], found ", w.sizes());
  const bool reduced = x.scalar_type() == at::kBFloat16 || x.scalar_type() == at::kHalf;
  TORCH_CHECK(
      w.scalar_type() == x.scalar_type() || (reduced && w.scalar_type() == at::kFloat),
      "input is of type ", x.scalar_type(), ", weight of type ", w.scalar_type());
  const bool joined = there(t.x[1]);
  TORCH_CHECK(
      !joined || (t.x[1].dim() == 4 && t.x[1].size(0) == x.size(0) &&
                  t.x[1].size(2) == x.size(2) && t.x[1].size(3) == x.size(3)),
      "inputs of shapes ", x.sizes(), " and ", t.x[1].sizes(), " cannot be joined");
  const auto channels = x.size(1) + (joined ? t.x[1].size(1) : 0);
  TORCH_CHECK(
      channels == w.size(1), "input has ", channels, " channels, weight expects ", w.size(1));
  TORCH_CHECK(
      !there(t.bias) || t.bias.numel() == w.size(0), "bias has ", t.bias.numel(),
      " elements, weight makes ", w.size(0), " channels");
  std::vector<int64_t> output = {x.size(0), w.size(0)};
  for (int i = 0; i < 2; i++) {
    TORCH_CHECK(
        s.stride[i] > 0 && s.dilation[i] > 0 && s.padding[i] >= 0, "stride ", s.stride[i],
        ", dilation ", s.dilation[i], " and padding ", s.padding[i],
        ": expected the first two above zero, the last not below");
    const auto reach = (w.size(2 + i) - 1) * s.dilation[i] + 1;
    TORCH_CHECK(
        x.size(2 + i) + 2 * s.padding[i] >= reach, "a kernel that reaches over ", reach,
        " positions does not fit an input of shape ", x.sizes(), " padded by ", s.padding[i]);
    output.push_back((x.size(2 + i) + 2 * s.padding[i] - reach) / s.stride[i] + 1);
  }
  TORCH_CHECK(
      !there(t.residual) || t.residual.sizes() == at::IntArrayRef(output), "a residual of shape ",
      t.residual.sizes(), " cannot be added to an output of shape ", output);
  if (s.groups > 0)
    check_group_norm(channels, x.size(0), s.groups, t.norm_weight, t.norm_bias, t.film);
}

}  // namespace

void ct_packed_release(ct_packed packed) {
  delete packed;
  live_handles.fetch_sub(1, std::memory_order_relaxed);
}

ct_tensor ct_convolve(const ct_convolution *c, ct_tensor *moments) {
  *moments = nullptr;
  return make([&] {
    const auto optional = [](ct_tensor handle) {
      return handle ? tensor(handle) : at::empty({0});
    };
    Tensors t = {
        {tensor(c->inputs[0]), optional(c->inputs[1])},
        {optional(c->moments[0]), optional(c->moments[1])},
        optional(c->norm_weight),
        optional(c->norm_bias),
        optional(c->film),
        tensor(c->weight),
        optional(c->bias),
        optional(c->residual)};
    Settings s = {
        {c->stride[0], c->stride[1]},
        {c->padding[0], c->padding[1]},
        {c->dilation[0], c->dilation[1]},
        c->groups,
        c->epsilon,
        c->silu,
        scalar_type(c->output_type),
        nullptr};
    if (c->packed) {
      if (!*c->packed) {
        *c->packed = new ct_packed_s;
        live_handles.fetch_add(1, std::memory_order_relaxed);
      }
      s.packed = *c->packed;
    }
    check(t, s);
    if (there(t.film)) t.film = t.film.reshape({t.film.size(0), -1}).contiguous();
#ifdef STIR_AVX512
    if (!c->reference && fits_kernels(t, s)) {
      const auto results = FusedConvolution::apply(
          t.x[0], t.x[1], t.norm_weight, t.norm_bias, t.film, t.weight, t.bias, t.residual,
          t.moments[0], t.moments[1], s);
      *moments = wrap(results[1]);
      return results[0];
    }
#endif
    return plain(t, s);
  });
}
