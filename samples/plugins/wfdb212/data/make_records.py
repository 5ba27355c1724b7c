#!/usr/bin/env python3
"""Packs excerpts of MIT-BIH records into WFDB format 212, beside this script.

Usage: make_records.py FOLDER, which holds NNN.npy: int16 at 360 Hz, in 1/200 mV, as the signals of
the MIT-BIH Arrhythmia Database are once their baseline of 1024 is taken off.
"""
import pathlib
import sys

import numpy as np

RATE, GAIN, BASELINE = 360, 200, 1024
EXCERPTS = {"100": 0, "108": 300, "119": 60, "123": 60}  # where each begins, in seconds
SECONDS = 60


def pack(samples):
    """Two 12-bit numbers in three bytes: low eight bits, both high fours, low eight bits."""
    first, second = (samples.astype(np.int32) & 0xFFF).reshape(-1, 2).T
    return np.stack([first & 0xFF, first >> 8 | second >> 8 << 4, second & 0xFF], 1).astype(np.uint8)


def checksum(samples):
    """The sum of all samples as a 16-bit number with a sign."""
    return (int(samples.sum()) + 0x8000) % 0x10000 - 0x8000


for record, start in EXCERPTS.items():
    whole = np.load(pathlib.Path(sys.argv[1]) / f"{record}.npy")
    samples = whole[start * RATE : (start + SECONDS) * RATE].astype(np.int32) + BASELINE
    folder, name = pathlib.Path(__file__).parent, f"mitdb_{record}"
    (folder / f"{name}.dat").write_bytes(pack(samples).tobytes())
    (folder / f"{name}.hea").write_text(
        f"{name} 1 {RATE} {len(samples)}\n"
        f"{name}.dat 212 {GAIN} 11 {BASELINE} {samples[0]} {checksum(samples)} 0 first\n"
        f"# MIT-BIH Arrhythmia Database 1.0.0, record {record}, {SECONDS} s from {start} s on\n"
    )
