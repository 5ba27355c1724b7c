"""Writes the arrays in this folder, which README.md beside this file describes."""

import gzip
import io
import zipfile

import numpy as np
from numpy.lib import format as npy

# [time, channels]: every value is a small whole number, which every type holds exactly.
table = np.arange(24).reshape(12, 2) * 3 - 7

for code in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "f2", "f4", "f8", "b1"):
    values = np.abs(table) if code[0] == "u" else table
    values = values % 2 == 0 if code == "b1" else values
    for mark, name in (("<", "little"), (">", "big")):
        if code[1] == "1" and mark == ">":
            continue
        np.save(f"{code}_{name}.npy", values.astype(mark + code))

np.save("fortran.npy", np.asfortranarray(table.astype("<f4")))
np.save("channels_time.npy", np.ascontiguousarray(table.T.astype("<i2")))
np.save("channels_time_fortran.npy", np.asfortranarray(table.T.astype("<i2")))
np.save("one_axis.npy", table[:, 0].astype("<f8"))
np.save("three_axes.npy", np.zeros((2, 2, 2)))
np.save("scalar.npy", np.float32(1))
np.save("complex.npy", np.zeros(20, "c8"))
np.save("text.npy", np.array(["a", "b"]))
np.save("dates.npy", np.zeros(20, "M8[s]"))
np.save("long_double.npy", np.zeros(20, np.longdouble))
np.save("records.npy", np.zeros(20, [("x", "f4"), ("y", "f4")]))
np.save("objects.npy", np.array([{"a": 1}, None], object), allow_pickle=True)
np.save("empty.npy", np.zeros((0, 2), "f4"))
for version in ((2, 0), (3, 0)):
    with open(f"version_{version[0]}.npy", "wb") as file:
        npy.write_array(file, table.astype("<f4"), version=version)

np.savez("stored.npz", signal=table.astype("<i2"))
np.savez_compressed("deflated.npz", signal=table.astype("<f4"))
np.savez_compressed("several.npz", rate=np.array(360.0), signal=table.astype("<f4"), t=table[:, 0])
# A megabyte of zeros in a kilobyte, with a directory that says what it is not.
for name, size in (("more_than_said.npz", 224), ("huge.npz", 0x5000_0000)):
    header = io.BytesIO()
    count = (size - 128) // 4
    npy.write_array_header_1_0(
        header, {"descr": "<f4", "fortran_order": False, "shape": (count,)})
    with zipfile.ZipFile(name, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr(zipfile.ZipInfo("signal.npy"), header.getvalue() + bytes(1 << 20),
            zipfile.ZIP_DEFLATED)
    data = bytearray(open(name, "rb").read())
    at = data.rindex(b"PK\1\2") + 24
    data[at:at + 4] = size.to_bytes(4, "little")
    open(name, "wb").write(data)

text = "time,value\n" + "".join(f"{k / 100},{k * 0.5 - 3}\n" for k in range(12))
half = len(text) // 2
with open("text.csv.gz", "wb") as file:
    file.write(gzip.compress(text.encode(), mtime=0))
with open("two_members.csv.gz", "wb") as file:
    for part in (text[:half], text[half:]):
        file.write(gzip.compress(part.encode(), mtime=0))
