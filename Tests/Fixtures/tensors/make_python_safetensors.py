"""Writes python.safetensors, which README.md beside this file describes."""

import ctypes
import struct

import safetensors


def floats(code, *values):
    return struct.pack(f"<{len(values)}{code}", *values)

tensors = {
    "float32": ("float32", [2, 3], floats("f", -1.5, 0, 3.25, 1e-30, 1e30, -0.0)),
    "float64": ("float64", [3], floats("d", 0.1, -2, 1e300)),
    "float16": ("float16", [2, 2], floats("e", 0.5, -2, 65504, 2**-14)),
    # The upper halves of these float32 values, which bfloat16 holds exactly.
    "bfloat16": ("bfloat16", [4], b"".join(floats("f", x)[2:] for x in (1, -0.5, 256, 1.0078125))),
    "int64": ("int64", [2], floats("q", -(2**40), 7)),
    "scalar": ("float32", [], floats("f", 2.5)),
    "empty": ("float32", [0, 3], b""),
}
# The package reads from addresses, so the buffers stay alive until it has.
buffers = {
    name: ctypes.create_string_buffer(data, len(data)) for name, (_, _, data) in tensors.items()
}
specs = {
    name: safetensors.TensorSpec(
        dtype=dtype, shape=shape, data_ptr=ctypes.addressof(buffers[name]), data_len=len(data))
    for name, (dtype, shape, data) in tensors.items()
}
metadata = {"title": "größer ✓ 音", "config": '{"width": 8}'}
with open("python.safetensors", "wb") as file:
    file.write(safetensors.serialize(specs, metadata))
