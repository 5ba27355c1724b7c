// Group normalisation, FiLM and SiLU in one kernel, for channels-last float32 on the CPU.
//
// With mean m and 1/deviation r of each (item, group), weight w, bias b, FiLM scale s and shift t,
//   z = ((x - m) r w + b)(1 + s) + t = x A + B,   y = z or silu(z),
// where A and B belong to (item, channel). So the forward pass reads x twice and writes y once.
// Sums run over chunks of a fixed number of rows, added up in order: neither the batch nor the
// number of threads changes a bit of the result.
//
// Everything else (other types, devices, layouts) takes libtorch's own operations.
#include <torch/csrc/autograd/custom_function.h>

#include <cmath>

#include "cpu_clones.hpp"
#include "layers.hpp"
#include "parallel.hpp"
#include "support.hpp"

using namespace ctorch;

namespace {

constexpr int64_t kChunkRows = 64;

// exp(x) for floats, |relative error| < 2e-7: 2^n times a polynomial on [-ln2/2, ln2/2]
// (Cephes expf, Moshier). Plain arithmetic, so that loops over it become vector code.
inline float fast_exp(float x) {
  x = std::min(88.0f, std::max(-87.0f, x));
  const float n = std::nearbyint(x * 1.44269504088896341f);
  const float f = (x - n * 0.693359375f) + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * f + 1.3981999507e-3f;
  p = p * f + 8.3334519073e-3f;
  p = p * f + 4.1665795894e-2f;
  p = p * f + 1.6666665459e-1f;
  p = p * f + 5.0000001201e-1f;
  p = p * f * f + f + 1.0f;
  const int32_t bits = (static_cast<int32_t>(n) + 127) << 23;
  float scale;
  __builtin_memcpy(&scale, &bits, sizeof scale);
  return p * scale;
}

inline float sigmoid(float z) { return 1.0f / (1.0f + fast_exp(-z)); }

// Sums of (x - shift) and its square over rows, for each channel.
EACH_CPU void row_sums(
    const float *x, int64_t rows, int64_t channels, const float *shift, float *sums) {
  float *sum = sums, *square = sums + channels;
  for (int64_t c = 0; c < 2 * channels; c++) sums[c] = 0;
  for (int64_t i = 0; i < rows; i++, x += channels) {
    for (int64_t c = 0; c < channels; c++) {
      const float d = x[c] - shift[c];
      sum[c] += d;
      square[c] += d * d;
    }
  }
}

EACH_CPU void affine_rows(
    const float *x, int64_t rows, int64_t channels, const float *A, const float *B, bool silu,
    float *y) {
  for (int64_t i = 0; i < rows; i++, x += channels, y += channels) {
    if (silu) {
      for (int64_t c = 0; c < channels; c++) {
        const float z = x[c] * A[c] + B[c];
        y[c] = z * sigmoid(z);
      }
    } else {
      for (int64_t c = 0; c < channels; c++) y[c] = x[c] * A[c] + B[c];
    }
  }
}

// The gradient at z: dy · silu'(z).
inline float gradient_at(float x, float dy, float A, float B, bool silu) {
  if (!silu) return dy;
  const float z = x * A + B;
  const float s = sigmoid(z);
  return dy * s * (1.0f + z * (1.0f - s));
}

// Sums of dz and dz (x - shift) over rows, for each channel.
EACH_CPU void gradient_sums(
    const float *x, const float *dy, int64_t rows, int64_t channels, const float *A,
    const float *B, const float *shift, bool silu, float *sums) {
  float *sum = sums, *weighted = sums + channels;
  for (int64_t c = 0; c < 2 * channels; c++) sums[c] = 0;
  for (int64_t i = 0; i < rows; i++, x += channels, dy += channels) {
    for (int64_t c = 0; c < channels; c++) {
      const float dz = gradient_at(x[c], dy[c], A[c], B[c], silu);
      sum[c] += dz;
      weighted[c] += dz * (x[c] - shift[c]);
    }
  }
}

// dx = dz A + x Q + R.
EACH_CPU void gradient_rows(
    const float *x, const float *dy, int64_t rows, int64_t channels, const float *A,
    const float *B, const float *Q, const float *R, bool silu, float *dx) {
  for (int64_t i = 0; i < rows; i++, x += channels, dy += channels, dx += channels) {
    for (int64_t c = 0; c < channels; c++) {
      const float dz = gradient_at(x[c], dy[c], A[c], B[c], silu);
      dx[c] = dz * A[c] + x[c] * Q[c] + R[c];
    }
  }
}

struct Shape {
  int64_t items, channels, rows, groups;
  int64_t chunks() const { return (rows + kChunkRows - 1) / kChunkRows; }
  int64_t group_channels() const { return channels / groups; }

  // Calls body(item, first row, rows, number of the chunk) for every chunk, on all threads.
  template <class Body>
  void each_chunk(Body &&body) const {
    share(items * chunks(), 1, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; i++) {
        const int64_t first = i % chunks() * kChunkRows;
        body(i / chunks(), first, std::min(kChunkRows, rows - first), i);
      }
    });
  }

  // For each item the chunk sums of `partial` [chunks][2][channels] added up in order.
  std::vector<double> totals(const std::vector<float> &partial) const {
    std::vector<double> total(items * 2 * channels, 0.0);
    for (int64_t i = 0; i < items * chunks(); i++) {
      double *t = &total[i / chunks() * 2 * channels];
      const float *p = &partial[i * 2 * channels];
      for (int64_t c = 0; c < 2 * channels; c++) t[c] += p[c];
    }
    return total;
  }
};

Shape shape_of(const at::Tensor &x, int64_t groups) {
  return {x.size(0), x.size(1), x.size(2) * x.size(3), groups};
}

struct FusedGroupNorm : torch::autograd::Function<FusedGroupNorm> {
  static at::Tensor forward(
      torch::autograd::AutogradContext *ctx, const at::Tensor &x, const at::Tensor &weight,
      const at::Tensor &bias, const at::Tensor &film, int64_t groups, double epsilon, bool silu) {
    const Shape shape = shape_of(x, groups);
    const int64_t C = shape.channels;
    const float *X = x.data_ptr<float>();
    const float *w = weight.data_ptr<float>(), *b = bias.data_ptr<float>();

    // Sums are taken about the item's first row, so that a large mean costs no precision.
    std::vector<float> partial(shape.items * shape.chunks() * 2 * C);
    shape.each_chunk([&](int64_t n, int64_t first, int64_t rows, int64_t i) {
      const float *item = X + n * shape.rows * C;
      row_sums(item + first * C, rows, C, item, &partial[i * 2 * C]);
    });
    const auto total = shape.totals(partial);

    auto affine = at::empty({shape.items, 2, C}, x.options());
    auto moments = at::empty({shape.items, 2, groups}, x.options());
    const double count = static_cast<double>(shape.rows);
    const double size = count * shape.group_channels();
    for (int64_t n = 0; n < shape.items; n++) {
      const ItemNorm norm = {C, groups, w, b, film_row(film, n)};
      const float *shift = X + n * shape.rows * C;
      const double *sum = &total[n * 2 * C], *square = sum + C;
      float *A = affine.data_ptr<float>() + n * 2 * C, *B = A + C;
      float *mean = moments.data_ptr<float>() + n * 2 * groups, *inverse = mean + groups;
      for (int64_t g = 0; g < groups; g++) {
        const int64_t begin = g * shape.group_channels(), end = begin + shape.group_channels();
        double m = 0, v = 0;
        for (int64_t c = begin; c < end; c++) m += (shift[c] * count + sum[c]) / size;
        // The group's variance about its mean, from each channel's sums about its own shift.
        for (int64_t c = begin; c < end; c++) {
          const double d = shift[c] - m;
          v += (square[c] + 2 * d * sum[c] + d * d * count) / size;
        }
        const double r = 1 / std::sqrt(std::max(v, 0.0) + epsilon);
        mean[g] = static_cast<float>(m);
        inverse[g] = static_cast<float>(r);
        norm.affine(g, m, r, A, B);
      }
    }

    auto y = at::empty_like(x);
    float *Y = y.data_ptr<float>();
    shape.each_chunk([&](int64_t n, int64_t first, int64_t rows, int64_t) {
      const int64_t at = (n * shape.rows + first) * C;
      const float *A = affine.data_ptr<float>() + n * 2 * C;
      affine_rows(X + at, rows, C, A, A + C, silu, Y + at);
    });
    ctx->save_for_backward({x, weight, bias, film, affine, moments});
    ctx->saved_data["groups"] = groups;
    ctx->saved_data["silu"] = silu;
    return y;
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext *ctx, torch::autograd::variable_list gradients) {
    const auto saved = ctx->get_saved_variables();
    const auto &x = saved[0], &weight = saved[1], &bias = saved[2], &film = saved[3];
    const auto &affine = saved[4], &moments = saved[5];
    const int64_t groups = ctx->saved_data["groups"].toInt();
    const bool silu = ctx->saved_data["silu"].toBool();
    const auto dy = gradients[0].contiguous(at::MemoryFormat::ChannelsLast);
    const Shape shape = shape_of(x, groups);
    const int64_t C = shape.channels;
    const float *X = x.data_ptr<float>(), *DY = dy.data_ptr<float>();
    const float *w = weight.data_ptr<float>(), *b = bias.data_ptr<float>();
    const float *affines = affine.data_ptr<float>();

    std::vector<float> partial(shape.items * shape.chunks() * 2 * C);
    shape.each_chunk([&](int64_t n, int64_t first, int64_t rows, int64_t i) {
      const int64_t at = (n * shape.rows + first) * C;
      const float *A = affines + n * 2 * C;
      gradient_sums(
          X + at, DY + at, rows, C, A, A + C, X + n * shape.rows * C, silu, &partial[i * 2 * C]);
    });
    auto total = shape.totals(partial);

    auto d_weight = at::zeros_like(weight), d_bias = at::zeros_like(bias);
    auto d_film = at::zeros_like(film);
    std::vector<float> qr(shape.items * 2 * C);
    const double size = static_cast<double>(shape.rows) * shape.group_channels();
    for (int64_t n = 0; n < shape.items; n++) {
      const ItemNorm norm = {C, groups, w, b, film_row(film, n)};
      const float *shift = X + n * shape.rows * C;
      const double *sum = &total[n * 2 * C];
      double *weighted = &total[n * 2 * C + C];
      const float *mean = moments.data_ptr<float>() + n * 2 * groups, *inverse = mean + groups;
      for (int64_t g = 0; g < groups; g++) {
        // From sums about the item's first row to sums about the group's mean.
        for (int64_t c = g * norm.width(); c < (g + 1) * norm.width(); c++)
          weighted[c] += (shift[c] - static_cast<double>(mean[g])) * sum[c];
        norm.gradients(
            g, size, mean[g], inverse[g], sum, weighted, d_weight.data_ptr<float>(),
            d_bias.data_ptr<float>(), film_row(d_film, n), &qr[n * 2 * C], &qr[n * 2 * C + C]);
      }
    }

    auto dx = at::empty_like(x);
    float *DX = dx.data_ptr<float>();
    shape.each_chunk([&](int64_t n, int64_t first, int64_t rows, int64_t) {
      const int64_t at = (n * shape.rows + first) * C;
      const float *A = affines + n * 2 * C, *Q = &qr[n * 2 * C];
      gradient_rows(X + at, DY + at, rows, C, A, A + C, Q, Q + C, silu, DX + at);
    });
    return {dx, d_weight, d_bias, d_film, at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

at::Tensor plain_group_norm(
    const at::Tensor &x, const at::Tensor &weight, const at::Tensor &bias, const at::Tensor &film,
    int64_t groups, double epsilon, bool silu) {
  auto z = at::group_norm(x, groups, weight, bias, epsilon);
  if (film.numel() > 0) {
    const auto parts = film.reshape({film.size(0), 2, -1, 1, 1}).unbind(1);
    z = z * (parts[0] + 1) + parts[1];
  }
  return silu ? at::silu(z) : z;
}

}  // namespace

float *ctorch::film_row(const at::Tensor &film, int64_t item) {
  if (film.numel() == 0) return nullptr;
  return film.data_ptr<float>() + (film.size(0) == 1 ? 0 : item * film.size(1));
}

void ctorch::ItemNorm::affine(
    int64_t group, double mean, double inverse, float *A, float *B) const {
  for (int64_t c = group * width(); c < (group + 1) * width(); c++) {
    const double scale = film ? 1.0 + film[c] : 1.0, offset = film ? film[channels + c] : 0.0;
    A[c] = static_cast<float>(inverse * weight[c] * scale);
    B[c] = static_cast<float>((bias[c] - mean * inverse * weight[c]) * scale + offset);
  }
}

void ctorch::ItemNorm::gradients(
    int64_t group, double size, double mean, double inverse, const double *sum,
    const double *weighted, float *d_weight, float *d_bias, float *d_film, float *Q,
    float *R) const {
  const int64_t begin = group * width(), end = begin + width();
  double m1 = 0, m2 = 0;  // group means of dx̂ and dx̂·x̂
  for (int64_t c = begin; c < end; c++) {
    const double scale = film ? 1.0 + film[c] : 1.0;
    const double dz = sum[c], dz_x = inverse * weighted[c];  // Σ dz, Σ dz·x̂
    m1 += scale * weight[c] * dz / size;
    m2 += scale * weight[c] * dz_x / size;
    d_weight[c] += static_cast<float>(scale * dz_x);
    d_bias[c] += static_cast<float>(scale * dz);
    if (d_film) {
      d_film[c] += static_cast<float>(weight[c] * dz_x + bias[c] * dz);
      d_film[channels + c] += static_cast<float>(dz);
    }
  }
  for (int64_t c = begin; c < end; c++) {
    Q[c] = static_cast<float>(-inverse * inverse * m2);
    R[c] = static_cast<float>(inverse * (inverse * m2 * mean - m1));
  }
}

void ctorch::check_group_norm(
    int64_t channels, int64_t items, int64_t groups, const at::Tensor &weight,
    const at::Tensor &bias, const at::Tensor &film) {
  TORCH_CHECK(
      weight.numel() == channels && bias.numel() == channels && groups > 0 &&
          channels % groups == 0,
      "input has ", channels, " channels, weight and bias ", weight.numel(), ", to be split into ",
      groups, " groups");
  TORCH_CHECK(
      film.numel() == 0 ||
          (film.numel() == film.size(0) * 2 * channels &&
           (film.size(0) == 1 || film.size(0) == items)),
      "FiLM of shape ", film.sizes(), " does not fit ", items, " items of ", channels, " channels");
}

at::Tensor ctorch::group_norm(
    const at::Tensor &x, int64_t groups, const at::Tensor &weight, const at::Tensor &bias,
    const at::Tensor &film, double epsilon, bool silu) {
  const bool fused = x.is_cpu() && x.scalar_type() == at::kFloat &&
                     weight.scalar_type() == at::kFloat && x.numel() > 0 &&
                     x.is_contiguous(at::MemoryFormat::ChannelsLast);
  return fused ? FusedGroupNorm::apply(x, weight, bias, film, groups, epsilon, silu)
               : plain_group_norm(x, weight, bias, film, groups, epsilon, silu);
}

ct_tensor ct_group_norm(
    ct_tensor input, int64_t groups, ct_tensor weight, ct_tensor bias, ct_tensor film,
    double epsilon, bool silu) {
  return make([&] {
    const auto &x = tensor(input), &w = tensor(weight), &b = tensor(bias);
    TORCH_CHECK(x.dim() == 4, "expected [batch, channels, height, width], found ", x.sizes());
    auto f = film ? tensor(film) : at::empty({0}, x.options());
    check_group_norm(x.size(1), x.size(0), groups, w, b, f);
    if (film) f = f.reshape({f.size(0), -1}).contiguous();
    return group_norm(x, groups, w, b, f, epsilon, silu);
  });
}
