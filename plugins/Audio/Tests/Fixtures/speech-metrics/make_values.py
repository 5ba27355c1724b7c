"""Values of other programs for `SpeechMetricTests.swift`: python make_values.py > values.json

STOI and ESTOI come from pystoi, SDR from mir_eval's bss_eval_sources; SI-SDR,
segmental SNR and log-spectral distance are written out here in float64, after the formulas in
docs/denoising-metrics.md. No package has the last two with these frames.

The signals are made anew by the test from three spoken digits of samples/audio/speech and from
noise of a congruential generator, so that no sound needs to be stored. At a rate other than 16 kHz
the same samples are taken for slower or faster speech.
"""

import importlib.metadata
import json
import pathlib
import warnings

import mir_eval
import numpy as np
import soundfile
from pystoi import stoi

SPEECH = pathlib.Path(__file__).resolve().parents[5] / "samples/audio/speech"
WORDS = ["five", "seven", "nine"]


def noise(count):
    """Uniform in [-1, 1), from the generator of ANSI C's example, seed 1."""
    state, values = 1, np.empty(count)
    for i in range(count):
        state = (state * 1103515245 + 12345) % 2**31
        values[i] = state / 2**30 - 1
    return values


def signals():
    files = [sorted((SPEECH / word).glob("*.wav"))[0] for word in WORDS]
    clean = np.concatenate([soundfile.read(file)[0] for file in files])
    white = noise(len(clean))
    noisy = clean + 0.05 * white
    late = np.concatenate([[0, 0], clean[:-2]])
    gate = np.arange(len(clean)) // 800 % 4 != 3
    made = {
        "clean": clean,
        "noisy": noisy,
        # A filter, which SDR forgives, and a little noise, which it does not.
        "filtered": 0.8 * clean - 0.5 * late + 0.005 * white,
        # An offset and another level, which SI-SDR forgives.
        "offset": 0.25 * noisy + 0.1,
        # A quarter of the time nothing at all.
        "gated": np.where(gate, noisy, 0),
    }
    return {name: values.astype(np.float32).astype(np.float64) for name, values in made.items()}


def si_sdr(s, e):
    s, e = s - s.mean(), e - e.mean()
    target = (e @ s) / (s @ s) * s
    return 10 * np.log10((target @ target) / ((target - e) @ (target - e)))


def segmental_snr(s, e, rate):
    length = rate * 32 // 1000
    window = np.hanning(length + 2)[1:-1]
    eps = np.finfo(np.float64).eps
    ratios = []
    for start in range(0, len(s) - length + 1, length // 2):
        x, y = window * s[start : start + length], window * e[start : start + length]
        ratio = 10 * np.log10((x @ x) / ((x - y) @ (x - y) + eps) + eps)
        ratios.append(np.clip(ratio, -10, 35))
    return np.mean(ratios)


def log_spectral_distance(s, e, rate):
    length, hop = rate * 32 // 1000 // 2 * 2, rate * 8 // 1000
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)

    def levels(x):
        padded = np.pad(x, length)
        starts = np.arange(len(x) // hop + 1) * hop + length - length // 2
        frames = np.stack([padded[a : a + length] for a in starts])
        magnitudes = np.abs(np.fft.rfft(window * frames)) * 4 / length
        magnitudes[:, [0, -1]] /= 2
        return 10 * np.log10(np.maximum(magnitudes**2, 1e-10))

    return np.mean(np.sqrt(np.mean((levels(s) - levels(e)) ** 2, axis=1)))


def measured(name, rate):
    s, e = SIGNALS["clean"], SIGNALS[name]
    return {
        "estimate": name,
        "rate": rate,
        "si_sdr": si_sdr(s, e),
        "sdr": mir_eval.separation.bss_eval_sources(s[None], e[None])[0][0],
        "segmental_snr": segmental_snr(s, e, rate),
        "stoi": stoi(s, e, rate),
        "estoi": stoi(s, e, rate, extended=True),
        "log_spectral_distance": log_spectral_distance(s, e, rate),
    }


warnings.simplefilter("ignore", FutureWarning)
np.random.seed(0)  # pystoi's ESTOI adds noise of 1e-16.
SIGNALS = signals()
CASES = [
    ("noisy", 16000), ("filtered", 16000), ("offset", 16000), ("gated", 16000),
    ("noisy", 8000), ("noisy", 10000), ("noisy", 44100),
]  # fmt: skip
VERSIONS = {name: importlib.metadata.version(name) for name in ("numpy", "pystoi", "mir_eval")}
print(json.dumps({"made_with": VERSIONS, "cases": [measured(*case) for case in CASES]}, indent=1))
