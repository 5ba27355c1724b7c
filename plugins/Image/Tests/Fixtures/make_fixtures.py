"""Makes the images beside this script with Pillow, and expected.json with what Pillow decodes.

    python3 -m venv venv && venv/bin/pip install pillow && venv/bin/python make_fixtures.py
"""

import json
import pathlib
import struct
import zlib

from PIL import Image, ImageOps

here = pathlib.Path(__file__).parent
WIDTH, HEIGHT = 12, 10


def colour(x, y):
    return (20 * x, 25 * y, (x * y * 7) % 256)


def alpha(x, y):
    return [0, 51, 128, 255][(x + y) % 4]


def picture(mode, pixel):
    image = Image.new(mode, (WIDTH, HEIGHT))
    image.putdata([pixel(x, y) for y in range(HEIGHT) for x in range(WIDTH)])
    return image


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, depth, kind, rows, interlace=0):
    header = struct.pack(">IIBBBBB", width, height, depth, kind, 0, 0, interlace)
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND", b""))


def interlaced(image):
    """Adam7, which Pillow reads and does not write."""
    rows = b""
    for x0, y0, dx, dy in [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4),
                           (1, 0, 2, 2), (0, 1, 1, 2)]:
        for y in range(y0, HEIGHT, dy):
            line = [image.getpixel((x, y)) for x in range(x0, WIDTH, dx)]
            if line:
                rows += b"\0" + bytes(sample for pixel in line for sample in pixel)
    return png(WIDTH, HEIGHT, 8, 2, rows, interlace=1)


rgb = picture("RGB", colour)
grey = picture("L", lambda x, y: 21 * x)
files = {
    "grey.png": grey,
    "grey-alpha.png": picture("LA", lambda x, y: (21 * x, alpha(x, y))),
    "rgb.png": rgb,
    "rgba.png": picture("RGBA", lambda x, y: colour(x, y) + (alpha(x, y),)),
    "palette.png": rgb.quantize(16),
    "one-bit.png": picture("1", lambda x, y: 255 * ((x + y) % 2)),
}
for name, image in files.items():
    image.save(here / name)

# 16 bits: 257 × the 8-bit value, so that the answer is exact.
deep = b"".join(
    b"\0" + b"".join(struct.pack(">H", 257 * 21 * x) for x in range(WIDTH)) for y in range(HEIGHT))
(here / "grey-16.png").write_bytes(png(WIDTH, HEIGHT, 16, 0, deep))
(here / "interlaced.png").write_bytes(interlaced(rgb))
(here / "bomb.png").write_bytes(png(60000, 60000, 8, 2, b"\0" * 1000))

options = {"quality": 90, "subsampling": 0}
rgb.save(here / "baseline.jpg", **options)
rgb.save(here / "progressive.jpg", progressive=True, **options)
grey.save(here / "grey.jpg", **options)
rgb.convert("CMYK").save(here / "cmyk.jpg", **options)
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x0112] = orientation
    rgb.save(here / f"turned-{orientation}.jpg", exif=exif, **options)
# 60000 × 60000 in the frame header of a small file.
bomb = bytearray((here / "baseline.jpg").read_bytes())
at = bomb.index(b"\xff\xc0")
bomb[at + 5:at + 9] = struct.pack(">HH", 60000, 60000)
(here / "bomb.jpg").write_bytes(bomb)

exact = ["grey.png", "grey-alpha.png", "rgb.png", "rgba.png", "palette.png", "one-bit.png",
         "interlaced.png", "baseline.jpg", "progressive.jpg", "grey.jpg"]
exact += [f"turned-{orientation}.jpg" for orientation in range(1, 9)]
expected = {}
for name in exact:
    image = ImageOps.exif_transpose(Image.open(here / name))
    if image.mode in ("P", "1"):
        image = image.convert("RGB" if image.mode == "P" else "L")
    expected[name] = {"width": image.width, "height": image.height,
                      "channels": len(image.getbands()), "bytes": list(image.tobytes())}
deep_row = [21 * x for x in range(WIDTH)]
expected["grey-16.png"] = {"width": WIDTH, "height": HEIGHT, "channels": 1,
                           "bytes": deep_row * HEIGHT}
(here / "expected.json").write_text(json.dumps(expected, separators=(",", ":")) + "\n")
