// The C face of libtorch: opaque handles, no exception crosses.
//
// Ownership: every function that returns a `ct_tensor` or `ct_generator` hands over a new handle,
// which the caller frees with the matching `_release`. Arguments are borrowed.
// Errors: a NULL handle or a non-zero status means failure; `ct_last_error()` then holds the
// message of the calling thread's latest failure.
// Threads: any function may be called from any thread; one handle from one thread at a time.
// Gradient mode and the last error belong to the calling thread.
#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct ct_tensor_s *ct_tensor;
typedef struct ct_generator_s *ct_generator;
typedef int32_t ct_status;

typedef enum { CT_FLOAT32 = 0, CT_FLOAT64 = 1, CT_BFLOAT16 = 2, CT_FLOAT16 = 3, CT_INT64 = 4 } ct_dtype;
typedef enum { CT_CPU = 0, CT_CUDA = 1, CT_MPS = 2 } ct_device_kind;
typedef struct { ct_device_kind kind; int32_t index; } ct_device;

// Runtime.
const char *ct_last_error(void);
// Tensors and generators that have been handed out and not yet released.
int64_t ct_live_handles(void);
const char *ct_version(void);
// The kernel set that libtorch picked for this processor, such as "AVX512".
const char *ct_cpu_capability(void);
bool ct_device_available(ct_device device);
int32_t ct_threads(void);
ct_status ct_set_threads(int32_t count);
// Keeps freed pages in the process, so that a training step does not fault its memory in anew.
// Call once, before the first tensor.
void ct_keep_freed_memory(void);

// Random numbers (MT19937, the engine behind torch.manual_seed on the CPU).
ct_generator ct_generator_new(uint32_t seed);
void ct_generator_release(ct_generator generator);
ct_tensor ct_randn(ct_generator generator, const int64_t *shape, int32_t rank);

// Making and reading tensors. Host data is row-major.
ct_tensor ct_from_data(const void *data, ct_dtype dtype, const int64_t *shape, int32_t rank);
ct_tensor ct_full(const int64_t *shape, int32_t rank, double value, ct_dtype dtype, ct_device device);
void ct_release(ct_tensor tensor);
int32_t ct_rank(ct_tensor tensor);
void ct_shape(ct_tensor tensor, int64_t *shape);
int64_t ct_count(ct_tensor tensor);
ct_dtype ct_dtype_of(ct_tensor tensor);
ct_device ct_device_of(ct_tensor tensor);
bool ct_is_channels_last(ct_tensor tensor);
// Copies `ct_count` elements of the tensor's dtype, row-major, into `out`.
ct_status ct_copy_to_host(ct_tensor tensor, void *out);
ct_tensor ct_to(ct_tensor tensor, ct_dtype dtype, ct_device device);
ct_tensor ct_channels_last(ct_tensor tensor);

// Elementwise, with broadcasting.
ct_tensor ct_add(ct_tensor a, ct_tensor b);
ct_tensor ct_sub(ct_tensor a, ct_tensor b);
ct_tensor ct_mul(ct_tensor a, ct_tensor b);
ct_tensor ct_div(ct_tensor a, ct_tensor b);
ct_tensor ct_add_scalar(ct_tensor a, double b);
ct_tensor ct_mul_scalar(ct_tensor a, double b);
ct_tensor ct_abs(ct_tensor a);
ct_tensor ct_sqrt(ct_tensor a);
ct_tensor ct_silu(ct_tensor a);
ct_tensor ct_clamp(ct_tensor a, double low, double high);
ct_tensor ct_maximum(ct_tensor a, ct_tensor b);
ct_tensor ct_minimum(ct_tensor a, ct_tensor b);

// Reductions over `dims` (all dimensions when `count` is 0).
ct_tensor ct_sum(ct_tensor a, const int64_t *dims, int32_t count, bool keep);
ct_tensor ct_mean(ct_tensor a, const int64_t *dims, int32_t count, bool keep);
ct_tensor ct_quantile(ct_tensor a, double q, int64_t dim, bool keep);
ct_tensor ct_softmax(ct_tensor a, int64_t dim);
ct_tensor ct_matmul(ct_tensor a, ct_tensor b);

// Shape.
ct_tensor ct_reshape(ct_tensor a, const int64_t *shape, int32_t rank);
ct_tensor ct_permute(ct_tensor a, const int64_t *dims, int32_t rank);
ct_tensor ct_slice(ct_tensor a, int64_t dim, int64_t start, int64_t end);
ct_tensor ct_cat(const ct_tensor *tensors, int32_t count, int64_t dim);
// Zeros around the last `pairs` dimensions; `amounts` is (before, after) from the last one on.
ct_tensor ct_pad(ct_tensor a, const int64_t *amounts, int32_t pairs);
// [batch, channels, time] continued by its own mirror image at either end, by less than its length.
ct_tensor ct_reflect(ct_tensor a, int64_t before, int64_t after);

// Layers. Inputs are [batch, channels, height, width].

// A convolution with what stands around it: y = conv(u) + bias + residual, where u is the input,
// or the input after group normalisation, FiLM and SiLU as in `ct_group_norm`.
typedef struct {
  // Joined along the channels; the second may be NULL.
  ct_tensor inputs[2];
  // What an earlier call measured of each input; NULL where nothing did.
  ct_tensor moments[2];
  // No normalisation if `groups` is 0; `film` may be NULL.
  int64_t groups;
  ct_tensor norm_weight, norm_bias, film;
  double epsilon;
  bool silu;
  // [outputs, channels, kernel height, kernel width]; `bias` may be NULL.
  ct_tensor weight, bias;
  int64_t stride[2], padding[2], dilation[2];
  // Of the output's shape, or NULL.
  ct_tensor residual;
  ct_dtype output_type;
  // Takes libtorch's own operations even where there are kernels.
  bool reference;
} ct_convolution;
// `moments` receives what the kernels measured of the output, for the normalisation that comes
// next, or NULL.
ct_tensor ct_convolve(const ct_convolution *convolution, ct_tensor *moments);
// Group normalisation, then FiLM if given ([batch or 1, 2·channels, 1, 1]: scales, then shifts;
// z·(1 + scale) + shift), then SiLU if asked for.
ct_tensor ct_group_norm(
    ct_tensor input, int64_t groups, ct_tensor weight, ct_tensor bias, ct_tensor film,
    double epsilon, bool silu);

// Autograd.
bool ct_grad_enabled(void);
void ct_set_grad_enabled(bool enabled);
ct_status ct_set_requires_grad(ct_tensor tensor, bool requires_grad);
ct_status ct_backward(ct_tensor loss);
// The accumulated gradient, or NULL with no error when there is none.
ct_tensor ct_grad(ct_tensor tensor);
void ct_clear_grad(ct_tensor tensor);
ct_tensor ct_detach(ct_tensor tensor);

// In place, for optimisers. No gradient flows through them.
ct_status ct_copy_(ct_tensor a, ct_tensor source);
ct_status ct_mul_scalar_(ct_tensor a, double factor);
ct_status ct_lerp_(ct_tensor a, ct_tensor end, double weight);
ct_status ct_addcmul_(ct_tensor a, ct_tensor x, ct_tensor y, double factor);
ct_status ct_addcdiv_(ct_tensor a, ct_tensor numerator, ct_tensor denominator, double factor);

#ifdef __cplusplus
}
#endif
#endif
