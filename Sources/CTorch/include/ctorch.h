// The C face of the tensor engine, libtorch behind a table of functions: opaque handles, no exception
// crosses. The table comes from a library that is loaded when the first tensor is asked for, since
// libtorch takes half a second to load.
//
// To add a function: a row in `ctorch_functions.def`, and `ct_name` in a file of TorchEngine.
#ifndef CTORCH_H
#define CTORCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// Pointers without a word on it may be NULL.
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wnullability-completeness"

typedef struct ct_tensor_s *ct_tensor;
typedef struct ct_generator_s *ct_generator;
// A weight in the order in which the kernels read it.
typedef struct ct_packed_s *ct_packed;
typedef int32_t ct_status;

typedef enum { CT_FLOAT32 = 0, CT_FLOAT64 = 1, CT_BFLOAT16 = 2, CT_FLOAT16 = 3, CT_INT64 = 4 } ct_dtype;
typedef enum { CT_CPU = 0, CT_CUDA = 1, CT_MPS = 2 } ct_device_kind;
typedef struct { ct_device_kind kind; int32_t index; } ct_device;

// A convolution with what stands around it: y = conv(u) + bias + residual, where u is the input,
// or the input after group normalisation, FiLM and SiLU as in `group_norm`.
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
  // Where to keep the packed weight from call to call, at first holding NULL; or NULL.
  ct_packed *packed;
  int64_t stride[2], padding[2], dilation[2];
  // Of the output's shape, or NULL.
  ct_tensor residual;
  ct_dtype output_type;
  // Takes libtorch's own operations even where there are kernels.
  bool reference;
} ct_convolution;

// One update of AdamW (Loshchilov and Hutter 2019, algorithm 2) and of the moving average of the
// weights: gradients are scaled, then average += average_weight · (parameter - average).
typedef struct {
  int32_t count;
  const ct_tensor *parameters, *gradients, *first_moments, *second_moments, *averages;
  double gradient_scale, rate, beta1, beta2, epsilon, weight_decay;
  // From 1.
  int64_t update;
  double average_weight;
} ct_adamw_step;

// Goes up with every change to the table, so that nobody calls an engine of another build.
#define CT_ENGINE_VERSION 1

typedef struct ct_engine {
  uint32_t version;  // CT_ENGINE_VERSION
  size_t size;       // sizeof(ct_engine)
#define CT_FUNCTION(result, name, parameters) result(*_Nonnull name) parameters;
#include "ctorch_functions.def"
#undef CT_FUNCTION
} ct_engine;

// What the library exports under the name CT_ENGINE_ENTRY.
typedef const ct_engine *_Nonnull (*ct_engine_entry)(void);
#define CT_ENGINE_ENTRY "stir_engine_entry"

// The path of the binary that this code is linked into; of a program, only how it was called.
const char *_Nullable ct_binary(void);

#pragma clang diagnostic pop

#ifdef __cplusplus
}
#endif
#endif
