// Making, reading, converting and reshaping tensors.
#include <cstring>

#include "support.hpp"

using namespace ctorch;

ct_tensor ct_from_data(const void *data, ct_dtype dtype, const int64_t *shape, int32_t rank) {
  return make([&] {
    auto result = at::empty(ints(shape, rank), at::dtype(scalar_type(dtype)));
    if (result.numel() > 0) std::memcpy(result.data_ptr(), data, result.nbytes());
    return result;
  });
}

ct_tensor ct_full(
    const int64_t *shape, int32_t rank, double value, ct_dtype dtype, ct_device device) {
  return make([&] {
    const auto options = at::dtype(scalar_type(dtype)).device(device_of(device));
    return at::full(ints(shape, rank), value, options);
  });
}

void ct_release(ct_tensor handle) {
  delete reinterpret_cast<at::Tensor *>(handle);
  live_handles.fetch_sub(1, std::memory_order_relaxed);
}

int32_t ct_rank(ct_tensor a) { return static_cast<int32_t>(tensor(a).dim()); }

void ct_shape(ct_tensor a, int64_t *shape) {
  const auto sizes = tensor(a).sizes();
  std::copy(sizes.begin(), sizes.end(), shape);
}

int64_t ct_count(ct_tensor a) { return tensor(a).numel(); }

ct_dtype ct_dtype_of(ct_tensor a) {
  switch (tensor(a).scalar_type()) {
    case at::kDouble: return CT_FLOAT64;
    case at::kBFloat16: return CT_BFLOAT16;
    case at::kHalf: return CT_FLOAT16;
    case at::kLong: return CT_INT64;
    default: return CT_FLOAT32;
  }
}

ct_device ct_device_of(ct_tensor a) {
  const auto device = tensor(a).device();
  const auto kind = device.is_cuda() ? CT_CUDA : device.type() == at::kMPS ? CT_MPS : CT_CPU;
  return {kind, device.has_index() ? device.index() : 0};
}

bool ct_is_channels_last(ct_tensor a) {
  return tensor(a).is_contiguous(at::MemoryFormat::ChannelsLast);
}

ct_status ct_copy_to_host(ct_tensor a, void *out) {
  return perform([&] {
    const auto host = tensor(a).detach().to(at::kCPU).contiguous();
    if (host.numel() > 0) std::memcpy(out, host.data_ptr(), host.nbytes());
  });
}

ct_tensor ct_to(ct_tensor a, ct_dtype dtype, ct_device device) {
  return make([&] { return tensor(a).to(device_of(device), scalar_type(dtype)); });
}

ct_tensor ct_channels_last(ct_tensor a) {
  return make([&] {
    const auto &t = tensor(a);
    if (t.dim() == 4 && t.size(1) == 1) {
      // One channel lies the same in both layouts, and convolutions then go by the strides: unless
      // these are written as channels-last, the whole network runs in the other layout.
      return t.contiguous().view({t.size(0), t.size(2), t.size(3)}).unsqueeze(3).permute(
          {0, 3, 1, 2});
    }
    return t.contiguous(at::MemoryFormat::ChannelsLast);
  });
}

ct_tensor ct_reshape(ct_tensor a, const int64_t *shape, int32_t rank) {
  return make([&] { return tensor(a).reshape(ints(shape, rank)); });
}

ct_tensor ct_permute(ct_tensor a, const int64_t *dims, int32_t rank) {
  return make([&] { return tensor(a).permute(ints(dims, rank)); });
}

ct_tensor ct_slice(ct_tensor a, int64_t dim, int64_t start, int64_t end) {
  return make([&] {
    const auto &t = tensor(a);
    TORCH_CHECK(
        dim < t.dim() && 0 <= start && start <= end && end <= t.size(dim), "slice ", start, "..<",
        end, " of dimension ", dim, " lies outside the shape ", t.sizes());
    return t.slice(dim, start, end);
  });
}

ct_tensor ct_cat(const ct_tensor *tensors, int32_t count, int64_t dim) {
  return make([&] {
    std::vector<at::Tensor> list;
    list.reserve(count);
    for (int32_t i = 0; i < count; i++) list.push_back(tensor(tensors[i]));
    return at::cat(list, dim);
  });
}

ct_tensor ct_pad(ct_tensor a, const int64_t *amounts, int32_t pairs) {
  return make([&] { return at::constant_pad_nd(tensor(a), ints(amounts, 2 * pairs), 0); });
}

ct_tensor ct_reflect(ct_tensor a, int64_t before, int64_t after) {
  return make([&] { return at::reflection_pad1d(tensor(a), {before, after}); });
}
