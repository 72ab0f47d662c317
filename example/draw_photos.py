"""Draws the example newsroom's photos: invented landscapes, the same at every run.

python example/draw_photos.py
"""

from __future__ import annotations

import math
import random
from pathlib import Path

from PIL import Image, ImageDraw, ImageFilter

SIZE = (1600, 1000)
HERE = Path(__file__).parent / "photos"
Colour = tuple[int, int, int]

#: name: (sky above, sky below, hills, water or field, sun, extras)
SCENES: dict[str, tuple[Colour, Colour, Colour, Colour, Colour, str]] = {
    "night-market": ((16, 24, 58), (92, 58, 98), (18, 26, 44), (14, 20, 42), (250, 214, 140), "lamps"),
    "library-boat": (
        (150, 206, 226),
        (232, 240, 224),
        (58, 120, 92),
        (76, 146, 132),
        (255, 250, 226),
        "boat",
    ),
    "coffee": ((240, 196, 140), (252, 232, 196), (94, 112, 66), (120, 60, 44), (255, 244, 214), "rows"),
    "silk": ((226, 160, 130), (250, 226, 200), (136, 60, 84), (180, 96, 60), (255, 236, 200), "threads"),
    "river": ((242, 178, 132), (252, 226, 186), (70, 84, 110), (206, 158, 130), (255, 246, 220), ""),
    "rice": ((140, 190, 224), (244, 238, 206), (74, 116, 84), (214, 178, 84), (255, 250, 220), "rows"),
    "bridge": ((128, 172, 206), (240, 226, 204), (84, 110, 98), (92, 132, 146), (255, 246, 220), "bridge"),
    "clinic": ((164, 208, 232), (240, 244, 236), (96, 146, 104), (150, 178, 112), (255, 252, 234), "house"),
    "ferry": ((120, 182, 214), (226, 240, 238), (62, 104, 108), (70, 130, 150), (255, 252, 230), "ferry"),
    "lanterns": ((10, 16, 44), (46, 44, 88), (12, 18, 36), (10, 16, 40), (236, 226, 200), "lanterns"),
    "bulletin": ((176, 196, 210), (236, 232, 220), (86, 104, 116), (128, 152, 160), (255, 250, 232), ""),
}


def blend(a: Colour, b: Colour, share: float) -> Colour:
    return tuple(round(x + (y - x) * share) for x, y in zip(a, b, strict=True))  # type: ignore[return-value]


def draw(name: str) -> Image.Image:
    above, below, hills, ground, sun, extra = SCENES[name]
    rng = random.Random(name)
    width, height = SIZE
    image = Image.new("RGB", SIZE)
    pen = ImageDraw.Draw(image)
    horizon = int(height * 0.62)
    for y in range(horizon):
        pen.line([(0, y), (width, y)], fill=blend(above, below, (y / horizon) ** 1.4))
    x, y, r = rng.randint(300, 1300), rng.randint(140, 330), rng.randint(46, 78)
    glow = Image.new("L", SIZE, 0)
    ImageDraw.Draw(glow).ellipse([x - r * 3, y - r * 3, x + r * 3, y + r * 3], fill=120)
    image.paste(Image.new("RGB", SIZE, sun), mask=glow.filter(ImageFilter.GaussianBlur(70)))
    pen.ellipse([x - r, y - r, x + r, y + r], fill=sun)
    for layer in range(4):
        base = horizon - 150 + layer * 52
        waves = [(rng.uniform(0.002, 0.009), rng.uniform(0, 6.3), rng.uniform(14, 60)) for _ in range(4)]
        line = [
            (px, base - sum(a * math.sin(px * f + p) for f, p, a in waves) * (1 - layer * 0.18))
            for px in range(0, width + 1, 8)
        ]
        shade = blend(below, hills, 0.35 + layer * 0.21)
        pen.polygon([(0, height), *line, (width, height)], fill=shade)
    for y in range(horizon, height):
        share = (y - horizon) / (height - horizon)
        pen.line(
            [(0, y), (width, y)],
            fill=blend(blend(ground, below, 0.35), blend(ground, (0, 0, 0), 0.28), share),
        )
    for _ in range(150):
        px, py = rng.randint(-80, width), int(horizon + (height - horizon) * rng.random() ** 1.5)
        length = 30 + (py - horizon) * 0.5
        pen.line(
            [(px, py), (px + length, py)],
            fill=blend(ground, below, rng.uniform(0.2, 0.7)),
            width=1 + (py - horizon) // 120,
        )
    EXTRAS.get(extra, lambda *_: None)(pen, rng, horizon)
    return image.filter(ImageFilter.GaussianBlur(0.6))


def lamps(pen: ImageDraw.ImageDraw, rng: random.Random, horizon: int) -> None:
    for i in range(15):
        x, y = 40 + i * 106, horizon + 40 + rng.randint(-8, 8)
        cloth = rng.choice([(196, 60, 52), (58, 110, 160), (212, 150, 60), (90, 140, 90)])
        pen.polygon([(x, y), (x + 92, y), (x + 80, y - 44), (x + 12, y - 44)], fill=cloth)
        pen.rectangle([x + 8, y, x + 84, y + 70], fill=(44, 32, 34))
        pen.ellipse([x + 36, y + 6, x + 56, y + 26], fill=(255, 222, 140))
        for k in range(9):
            pen.line(
                [(x + 46 - k * 2, y + 90 + k * 22), (x + 46 + k * 2, y + 90 + k * 22)],
                fill=(196, 150, 90),
                width=3,
            )


def boat(pen: ImageDraw.ImageDraw, _rng: random.Random, horizon: int) -> None:
    x, y = 520, horizon + 150
    pen.polygon([(x, y), (x + 560, y), (x + 480, y + 96), (x + 80, y + 96)], fill=(36, 84, 140))
    pen.rectangle([x + 90, y - 130, x + 440, y], fill=(238, 226, 200))
    pen.polygon(
        [(x + 70, y - 130), (x + 460, y - 130), (x + 400, y - 186), (x + 130, y - 186)], fill=(176, 64, 50)
    )
    for row in range(2):
        for i in range(20):
            hue = [(190, 70, 60), (70, 110, 150), (220, 170, 70), (90, 130, 90)][(i + row) % 4]
            pen.rectangle(
                [x + 106 + i * 16, y - 116 + row * 58, x + 118 + i * 16, y - 74 + row * 58], fill=hue
            )


def rows(pen: ImageDraw.ImageDraw, rng: random.Random, horizon: int) -> None:
    for i in range(-30, 60):
        x = 800 + (i - 15) * 40
        pen.line(
            [(800 + (x - 800) * 0.35, horizon + 6), (800 + (x - 800) * 2.6, 1000)], fill=(96, 72, 40), width=3
        )
    for _ in range(900):
        y = int(horizon + 10 + (1000 - horizon) * rng.random() ** 1.3)
        x, r = rng.randint(0, 1600), 2 + (y - horizon) // 60
        pen.ellipse(
            [x - r, y - r, x + r, y + r], fill=rng.choice([(184, 44, 40), (214, 160, 70), (120, 130, 60)])
        )


def threads(pen: ImageDraw.ImageDraw, rng: random.Random, horizon: int) -> None:
    for x in range(0, 1600, 10):
        hue = rng.choice([(150, 40, 70), (214, 140, 60), (88, 44, 90), (236, 206, 150), (44, 84, 110)])
        pen.line([(x, horizon - 60), (x + rng.randint(-6, 6), 1000)], fill=hue, width=9)
    for y in range(horizon, 1000, 44):
        for x in range(0, 1600, 88):
            pen.polygon(
                [(x + 44, y), (x + 66, y + 16), (x + 44, y + 32), (x + 22, y + 16)], fill=(250, 232, 190)
            )


def bridge(pen: ImageDraw.ImageDraw, _rng: random.Random, horizon: int) -> None:
    stone, y = (172, 158, 140), horizon + 10
    pen.rectangle([0, y - 96, 1600, y - 30], fill=stone)
    for i in range(3):
        x = 120 + i * 490
        pen.rectangle([x - 60, y - 40, x + 30, y + 170], fill=stone)
        pen.pieslice([x + 30, y - 40, x + 430, y + 330], 180, 360, fill=(104, 140, 152))
        pen.arc([x + 30, y - 40, x + 430, y + 330], 180, 360, fill=(120, 106, 92), width=16)
    pen.rectangle([1530, y - 40, 1600, y + 170], fill=stone)
    for x in range(0, 1600, 26):
        pen.line([(x, y - 134), (x, y - 96)], fill=(74, 74, 80), width=4)
    pen.line([(0, y - 134), (1600, y - 134)], fill=(74, 74, 80), width=7)


def house(pen: ImageDraw.ImageDraw, _rng: random.Random, horizon: int) -> None:
    x, y = 480, horizon + 160
    pen.rectangle([x, y - 230, x + 640, y], fill=(246, 244, 238))
    pen.polygon(
        [(x - 50, y - 230), (x + 690, y - 230), (x + 560, y - 340), (x + 80, y - 340)], fill=(182, 62, 48)
    )
    for i in range(4):
        pen.rectangle([x + 50 + i * 160, y - 170, x + 120 + i * 160, y - 90], fill=(120, 170, 190))
    pen.rectangle([x + 284, y - 150, x + 356, y], fill=(104, 82, 66))
    pen.rectangle([x + 304, y - 214, x + 336, y - 182], fill=(214, 60, 60))


def ferry(pen: ImageDraw.ImageDraw, _rng: random.Random, horizon: int) -> None:
    x, y = 380, horizon + 170
    pen.polygon([(x, y), (x + 840, y), (x + 780, y + 80), (x + 60, y + 80)], fill=(240, 240, 236))
    pen.rectangle([x + 80, y - 120, x + 760, y], fill=(214, 226, 230))
    for i in range(9):
        pen.rectangle([x + 100 + i * 74, y - 96, x + 156 + i * 74, y - 40], fill=(70, 100, 120))
        pen.polygon(
            [
                (x + 76 + i * 76, y - 132),
                (x + 146 + i * 76, y - 132),
                (x + 160 + i * 76, y - 164),
                (x + 90 + i * 76, y - 164),
            ],
            fill=(30, 48, 96),
        )


def lanterns(pen: ImageDraw.ImageDraw, rng: random.Random, horizon: int) -> None:
    for _ in range(170):
        x, y = rng.randint(0, 1600), int(horizon + 12 + (1000 - horizon) * rng.random() ** 1.7)
        r = 3 + (y - horizon) // 42
        pen.ellipse([x - r * 2, y - r * 2, x + r * 2, y + r * 2], fill=(120, 66, 30))
        pen.ellipse([x - r, y - r, x + r, y + r], fill=(255, 206, 110))


EXTRAS = {
    "lamps": lamps, "boat": boat, "rows": rows, "threads": threads,
    "bridge": bridge, "house": house, "ferry": ferry, "lanterns": lanterns,
}  # fmt: skip

if __name__ == "__main__":
    HERE.mkdir(exist_ok=True)
    for scene in SCENES:
        draw(scene).save(HERE / f"{scene}.jpg", quality=82, optimize=True, progressive=True)
