#!/usr/bin/env python3
"""Writes the ten tunes beside this script as Standard MIDI Files, from the text below.

A voice is a line of notes: `E5:4` is E in octave 5 (C4 is middle C) for four sixteenth notes,
`C3+G3:8` a chord, `r:2` a rest. A note without a length has that of the note before it. Bars are
separated by `|` for the reader alone.
"""
import pathlib
import re
import struct

TICKS = 120  # of a sixteenth note
STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


def pitch(name):
    letter, accidental, octave = re.fullmatch(r"([A-G])([#b]?)(\d)", name).groups()
    return 12 * (int(octave) + 1) + STEPS[letter] + {"": 0, "#": 1, "b": -1}[accidental]


def notes(voice):
    """(start, end, pitch) of each note of a voice, in sixteenths, and the voice's length."""
    now, length, found = 0, 4, []
    for token in voice.replace("|", " ").split():
        name, _, digits = token.partition(":")
        length = int(digits or length)
        if name != "r":
            found += [(now, now + length, pitch(part)) for part in name.split("+")]
        now += length
    return found, now


def number(value):
    """A variable-length quantity: seven bits a byte, the first bits first."""
    rest = [value & 0x7F]
    while value := value >> 7:
        rest.insert(0, value & 0x7F | 0x80)
    return bytes(rest)


def track(voices, meta=b""):
    """A track chunk with the notes of all voices; its events share one running status."""
    parsed = [notes(voice) for voice in voices]
    # A note's end comes before the next one's start.
    events = sorted(
        event
        for found, _ in parsed
        for start, end, key in found
        for event in [(start, 80, key), (end, 0, key)]
    )
    body, now = meta, 0
    for index, (time, velocity, key) in enumerate(events):
        status = b"\x90" if index == 0 else b""
        body += number((time - now) * TICKS) + status + bytes([key, velocity])
        now = time
    body += number((max(length for _, length in parsed) - now) * TICKS) + b"\xff\x2f\x00"
    return b"MTrk" + struct.pack(">I", len(body)) + body


def midi(tune):
    """Format 1 with a track for each voice; format 0, where all share one, for a single hand."""
    beats, unit = tune["meter"]
    meta = b"\x00\xff\x51\x03" + (60_000_000 // tune["tempo"]).to_bytes(3, "big")
    meta += b"\x00\xff\x58\x04" + bytes([beats, unit.bit_length() - 1, 24, 8])
    voices = tune["voices"]
    if tune.get("one_track"):
        tracks = [track(voices, meta)]
    else:
        tracks = [track([voice], meta if index == 0 else b"") for index, voice in enumerate(voices)]
    header = struct.pack(">IHHH", 6, 0 if len(tracks) == 1 else 1, len(tracks), 4 * TICKS)
    return b"MThd" + header + b"".join(tracks)


def halves(chords):
    """Broken chords in eighths, one chord for each half bar."""
    broken = {
        "C": "C3:2 G3 E3 G3", "F": "C3:2 A3 F3 A3", "G": "B2:2 G3 D3 G3", "Am": "A2:2 E3 C3 E3",
        "Dm": "D3:2 A3 F3 A3", "F4": "F2:2 C3 A2 C3", "C4": "C3:2 G3 E3 G3", "Bb": "Bb2:2 F3 D3 F3",
    }
    return " ".join(broken[chord] for chord in chords.split())


def arpeggios(chords):
    """Chords up and down in eighths, one for each bar of 6/8."""
    up_and_down = {
        "Am": "A2:2 E3 A3 C4 A3 E3", "G": "G2:2 D3 G3 B3 G3 D3", "E": "E2:2 B2 E3 G#3 E3 B2",
        "C": "C3:2 G3 C4 E4 C4 G3", "F": "F2:2 C3 F3 A3 F3 C3", "AmE": "A2:2 E3 A3 E2 B2 E3",
        "CG": "C3:2 E3 G3 G2 B2 D3",
    }
    return " ".join(up_and_down[chord] for chord in chords.split())


def prelude(bars):
    """Each bar twice the same half: two notes that are held, three that run."""
    low = middle = high = ""
    for bar in bars.strip().splitlines():
        first, second, *rest = bar.split()
        low += f"{first}:8 {first}:8 "
        middle += f"r:1 {second}:7 r:1 {second}:7 "
        high += 2 * ("r:2 " + " ".join(f"{note}:1" for note in rest + rest) + " ")
    return [low, middle, high]


def octave_down(voice):
    return re.sub(r"([A-G][#b]?)(\d)", lambda m: m[1] + str(int(m[2]) - 1), voice)


JACQUES = """C5:4 D5 E5 C5 | C5 D5 E5 C5 | E5 F5 G5:8 | E5:4 F5 G5:8 |
    G5:2 A5 G5 F5 E5:4 C5 | G5:2 A5 G5 F5 E5:4 C5 | C5:4 G4 C5:8 | C5:4 G4 C5:8 |"""
JOY = "E5:4 E5 F5 G5 | G5 F5 E5 D5 | C5 C5 D5 E5 |"
JOY_BASS = "C3+E3+G3:16 | B2+D3+G3 | C3+E3+G3 |"
ELISE = """E5:1 D#5 | E5 D#5 E5 B4 D5 C5 | A4:2 r:1 C4 E4 A4 | B4:2 r:1 E4 G#4 B4 |
    C5:2 r:1 E4 E5 D#5 | E5 D#5 E5 B4 D5 C5 | A4:2 r:1 C4 E4 A4 | B4:2 r:1 E4 C5 B4 | A4:2 r:1"""
ELISE_BASS = """r:6 | A2:1 E3 A3 r:3 | E2:1 E3 G#3 r:3 | A2:1 E3 A3 r:3 |
    r:6 | A2:1 E3 A3 r:3 | E2:1 E3 G#3 r:3 | A2:1 E3 A3 r:3 |"""
TWINKLE = "C5:4 C5 G5 G5 | A5 A5 G5:8 | F5:4 F5 E5 E5 | D5 D5 C5:8 |"
MOON = "C5:4 C5 C5 D5 | E5:8 D5 | C5:4 E5 D5 D5 | C5:16 |"
CANON_BASS = "D3:8 A2 | B2 F#2 | G2 D2 | G2 A2 |"
CANON_FIRST = "F#5:8 E5 | D5 C#5 | B4 A4 | B4 C#5 |"
CANON_SECOND = "D5:8 C#5 | B4 A4 | G4 F#4 | G4 E4 |"
CANON_THIRD = "D5:4 F#5 A5 G5 | F#5 D5 F#5 E5 | D5 B4 D5 A5 | G5 B5 A5 G5 |"

TUNES = {
    "ah-vous-dirai-je-maman": {
        "meter": (4, 4), "tempo": 100,
        "voices": [
            TWINKLE + "G5:4 G5 F5 F5 | E5 E5 D5:8 | G5:4 G5 F5 F5 | E5 E5 D5:8 |" + TWINKLE,
            halves("C C F C F C G C C F C G C F C G C C F C F C G C"),
        ],
    },
    "au-clair-de-la-lune": {
        "meter": (4, 4), "tempo": 110,
        "voices": [
            MOON + MOON + "D5:4 D5 D5 D5 | A4:8 A4 | D5:4 C5 B4 A4 | G4:16 |" + MOON,
            halves("C C C G C G C C C C C G C G C C G G Dm Dm G Dm G G C C C G C G C C"),
        ],
    },
    "auld-lang-syne": {
        "meter": (4, 4), "tempo": 90,
        "voices": [
            """r:12 C4:4 | F4:6 F4:2 F4:4 A4 | G4:6 F4:2 G4:4 A4 | F4:6 F4:2 A4:4 C5 | D5:12 D5:4 |
            C5:6 A4:2 A4:4 F4 | G4:6 F4:2 G4:4 A4 | F4:6 D4:2 D4:4 C4 | F4:12 D5:4 |
            C5:6 A4:2 A4:4 F4 | G4:6 F4:2 G4:4 D5 | C5:6 A4:2 A4:4 C5 | D5:12 D5:4 |
            C5:6 A4:2 A4:4 F4 | G4:6 F4:2 G4:4 A4 | F4:6 D4:2 D4:4 C4 | F4:16 |""",
            "r:16 " + halves(2 * "F4 F4 C4 C4 F4 F4 Bb Bb F4 F4 C4 C4 Bb C4 F4 F4 "),
        ],
    },
    "canon-in-d": {
        "meter": (4, 4), "tempo": 80,
        "voices": [
            CANON_FIRST + CANON_FIRST + CANON_THIRD + CANON_FIRST,
            "r:64 |" + CANON_SECOND + CANON_FIRST + CANON_SECOND,
            4 * CANON_BASS,
        ],
    },
    "frere-jacques": {
        "meter": (4, 4), "tempo": 110,
        "voices": [
            2 * JACQUES,
            "r:32 " + 2 * octave_down(JACQUES),
            "r:64 " + 2 * octave_down(octave_down(JACQUES)),
        ],
    },
    "fuer-elise": {
        "meter": (3, 8), "tempo": 70,
        "voices": [
            "r:4 " + ELISE + " B4:1 C5 D5 | E5:3 G4:1 F5 E5 | D5:3 F4:1 E5 D5 | C5:3 E4:1 D5 C5 | B4:4 "
            + ELISE + " r:3",
            "r:6 |" + ELISE_BASS
            + "C3:1 G3 C4 r:3 | G2:1 G3 B3 r:3 | A2:1 E3 A3 r:3 | E2:1 E3 E4 r:3 |" + ELISE_BASS,
        ],
    },
    "greensleeves": {
        "meter": (6, 8), "tempo": 90,
        "voices": [
            """r:10 A4:2 | C5:4 D5:2 E5:3 F#5:1 E5:2 | D5:4 B4:2 G4:3 A4:1 B4:2 |
            C5:4 A4:2 A4:3 G#4:1 A4:2 | B4:4 G#4:2 E4:4 A4:2 | C5:4 D5:2 E5:3 F#5:1 E5:2 |
            D5:4 B4:2 G4:3 A4:1 B4:2 | C5:3 B4:1 A4:2 G#4:3 F#4:1 G#4:2 | A4:12 |
            G5:6 G5:3 F#5:1 E5:2 | D5:4 B4:2 G4:3 A4:1 B4:2 | C5:4 A4:2 A4:3 G#4:1 A4:2 |
            B4:4 G#4:2 E4:6 | G5:6 G5:3 F#5:1 E5:2 | D5:4 B4:2 G4:3 A4:1 B4:2 |
            C5:3 B4:1 A4:2 G#4:3 F#4:1 G#4:2 | A4:12 |""",
            "r:12 " + arpeggios("Am G Am E Am G AmE Am C G Am E C G AmE Am"),
        ],
    },
    "minuet-in-g": {
        "meter": (3, 4), "tempo": 120,
        "voices": [
            """D5:4 G4:2 A4 B4 C5 | D5:4 G4 G4 | E5 C5:2 D5 E5 F#5 | G5:4 G4 G4 |
            C5 D5:2 C5 B4 A4 | B4:4 C5:2 B4 A4 G4 | F#4:4 G4:2 A4 B4 G4 | A4:12 |
            D5:4 G4:2 A4 B4 C5 | D5:4 G4 G4 | E5 C5:2 D5 E5 F#5 | G5:4 G4 G4 |
            C5 D5:2 C5 B4 A4 | B4:4 C5:2 B4 A4 G4 | A4:4 B4:2 A4 G4 F#4 | G4:12 |
            B5:4 G5:2 A5 B5 G5 | A5:4 D5:2 E5 F#5 D5 | G5:4 E5:2 F#5 G5 D5 | C#5:4 B4:2 C#5 A4:4 |
            A4:2 B4 C#5 D5 E5 F#5 | G5:4 F#5 E5 | F#5 A4 C#5 | D5:12 |
            D5:4 G4:2 F#4 G4:4 | E5 G4:2 F#4 G4:4 | D5 C5 B4 | A4:2 G4 F#4 G4 A4:4 |
            D4:2 E4 F#4 G4 A4 B4 | C5:4 B4 A4 | B4:2 D5 G4:4 F#4 | G4:12 |""",
            """G3+B3+D4:8 A3:4 | B3:12 | C4 | B3 | A3 | G3 | D4:4 B3 G3 | D4 D3:2 C4 B3 A3 |
            B3:8 A3:4 | G3 B3 G3 | C4:12 | B3:4 C4:2 B3 A3 G3 | A3:8 F#3:4 | G3:8 B3:4 | C4 D4 D3 |
            G3:8 G2:4 | G3:12 | F#3 | E3:4 G3 E3 | A3:8 A2:4 | A3:12 | B3:4 D4 C#4 | D4 F#3 A3 |
            D4 D3 C4 | B3 D4 B3 | C4 E4 C4 | B3 A3 G3 | D4:8 r:4 | D3:12 | E3:4 G3 F#3 |
            G3 B2 D3 | G3 D3 G2 |""",
        ],
    },
    "ode-to-joy": {
        "meter": (4, 4), "tempo": 110,
        "voices": [
            JOY + "E5:6 D5:2 D5:8 |" + JOY + "D5:6 C5:2 C5:8 |"
            + "D5:4 D5 E5 C5 | D5 E5:2 F5 E5:4 C5 | D5 E5:2 F5 E5:4 D5 | C5 D5 G4:8 |"
            + JOY + "D5:6 C5:2 C5:8 |",
            JOY_BASS + "C3+G3:8 B2+G3 |" + JOY_BASS + "B2+G3:8 C3+G3 |"
            + "B2+G3 C3+G3 | B2+G3 C3+G3 | B2+G3 C3+G3 | A2+E3:4 D3+F#3 G2+D3:8 |"
            + JOY_BASS + "B2+G3:8 C3+G3 |",
        ],
    },
    "prelude-in-c": {
        "meter": (4, 4), "tempo": 70, "one_track": True,
        "voices": prelude("""
            C4 E4 G4 C5 E5
            C4 D4 A4 D5 F5
            B3 D4 G4 D5 F5
            C4 E4 G4 C5 E5
            C4 E4 A4 E5 A5
            C4 D4 F#4 A4 D5
            B3 D4 G4 D5 G5
            B3 C4 E4 G4 C5
            A3 C4 E4 G4 C5
            D3 A3 D4 F#4 C5
            G3 B3 D4 G4 B4
            G3 Bb3 E4 G4 C#5
            F3 A3 D4 A4 D5
            F3 Ab3 D4 F4 B4
            E3 G3 C4 G4 C5
            E3 F3 A3 C4 F4
            D3 F3 A3 C4 F4
            G2 D3 G3 B3 F4
            C3 E3 G3 C4 E4
            C3 G3 Bb3 C4 E4
        """),
    },
}

if __name__ == "__main__":
    for name, tune in TUNES.items():
        lengths = [notes(voice)[1] for voice in tune["voices"]]
        beats, unit = tune["meter"]
        assert not max(lengths) % (beats * 16 // unit), f"{name}: voices of {lengths} sixteenths"
        (pathlib.Path(__file__).parent / f"{name}.mid").write_bytes(midi(tune))
