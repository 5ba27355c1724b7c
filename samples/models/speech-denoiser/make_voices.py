"""Spoken words and sentences by 150 synthetic voices, to widen the speech that a denoiser is trained on.

    python3 make_voices.py FOLDER

needs espeak-ng and sox. Writes FOLDER/0000.wav ... at 16 kHz; the same files each time.
"""

import pathlib
import random
import subprocess
import sys
import tempfile

WORDS = (
    "bed bird cat dog down eight five four go happy house left marvin nine no off on one right seven "
    "sheila six stop three tree two up wow yes zero"
).split()
# From the Harvard sentences (IEEE 1969) and the like.
SENTENCES = [
    "the quick brown fox jumps over the lazy dog",
    "she sells sea shells by the sea shore",
    "please turn off the lights in the kitchen",
    "what time does the train to the city leave",
    "a large size in stockings is hard to sell",
    "the birch canoe slid on the smooth planks",
    "glue the sheet to the dark blue background",
    "it is easy to tell the depth of a well",
    "these days a chicken leg is a rare dish",
    "rice is often served in round bowls",
    "the juice of lemons makes fine punch",
    "the box was thrown beside the parked truck",
    "four hours of steady work faced us",
    "the hogs were fed chopped corn and garbage",
    "the boy was there when the sun rose",
    "a rod is used to catch pink salmon",
    "the source of the huge river is the clear spring",
    "kick the ball straight and follow through",
    "help the woman get back to her feet",
    "a pot of tea helps to pass the evening",
]
ACCENTS = (
    "en-gb en-us en-gb-scotland en-gb-x-gbclan en-gb-x-rp en-gb-x-gbcwmd en-029 en-us-nyc"
).split()
VARIANTS = (
    " +m1 +m2 +m3 +m4 +m5 +m6 +m7 +m8 +f1 +f2 +f3 +f4 +f5 +Andy +Annie +Michael +linda +steph +Mario "
    "+Gene +Denis +anika +belinda +david +ed"
).split(" ")


def main(folder: pathlib.Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    choose = random.Random(1)
    with tempfile.TemporaryDirectory() as scratch:
        spoken = f"{scratch}/spoken.wav"
        for number in range(150):
            voice = choose.choice(ACCENTS) + choose.choice(VARIANTS)
            if choose.random() < 0.35:
                text = choose.choice(SENTENCES)
            else:
                text = ", ".join(choose.sample(WORDS, choose.randint(2, 5)))
            pace, pitch = choose.randint(120, 200), choose.randint(20, 80)
            subprocess.run(
                ["espeak-ng", "-v", voice, "-s", str(pace), "-p", str(pitch), "-w", spoken, text],
                check=True, stderr=subprocess.DEVNULL)
            subprocess.run(
                ["sox", "-R", "-G", spoken, "-r", "16000", "-b", "16", f"{folder}/{number:04d}.wav"],
                check=True, stderr=subprocess.DEVNULL)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(pathlib.Path(sys.argv[1]))
