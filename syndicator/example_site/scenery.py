"""Painting landscapes: sky, sun, hills in mist, water that mirrors them. The same seed, the same picture.

All measures are in a picture of 1600 by 1000; it is painted twice as large, so that edges come out smooth.
"""

from __future__ import annotations

import io
import math
from collections.abc import Sequence
from random import Random

from PIL import Image, ImageChops, ImageColor, ImageDraw, ImageFilter

WIDTH, HEIGHT = 1600, 1000
SCALE = 2

Point = tuple[float, float]
Stops = Sequence[tuple[float, str]]


class Scene:
    """A picture, painted from the back to the front."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)  # noqa: S311 - for pictures
        self.image = Image.new("RGB", (WIDTH * SCALE, HEIGHT * SCALE))

    def sky(self, stops: Stops) -> None:
        """Fill everything from top (0) to bottom (1) with colours that run into each other."""
        self.image.paste(_gradient(self.image.size, stops))

    def glow(self, x: float, y: float, radius: float, colour: str, strength: float = 1.0) -> None:
        """Light around a point, fading to nothing at the radius."""
        side = round(2 * radius * SCALE)
        light = ImageChops.invert(Image.radial_gradient("L")).point(
            lambda v: round(max(0, (v - 75) / 180) ** 2 * 255 * strength)
        )
        place = (round(x * SCALE) - side // 2, round(y * SCALE) - side // 2)
        self.image.paste(Image.new("RGB", (side, side), colour), place, light.resize((side, side)))

    def sun(self, x: float, y: float, radius: float, colour: str, halo: str) -> None:
        """A sun or moon, with its light around it."""
        self.glow(x, y, radius * 7, halo, 0.75)
        self.shape([(x, y)], colour, radius=radius)

    def shape(
        self, points: Sequence[Point], colour: str, *, radius: float = 0, width: float = 0, alpha: float = 1
    ) -> None:
        """A filled polygon; a line, with ``width``; a disc at each point, with ``radius``."""
        edge = radius + width
        left, top = (math.floor((min(at) - edge) * SCALE) - 1 for at in zip(*points, strict=True))
        right, bottom = (math.ceil((max(at) + edge) * SCALE) + 1 for at in zip(*points, strict=True))
        mask = Image.new("L", (right - left, bottom - top))
        shifted = [(x * SCALE - left, y * SCALE - top) for x, y in points]
        _draw(ImageDraw.Draw(mask), shifted, radius * SCALE, round(width * SCALE), round(alpha * 255))
        self.image.paste(Image.new("RGB", mask.size, colour), (left, top), mask)

    def hills(
        self,
        y: float,
        height: float,
        colour: str,
        mist: str,
        *,
        rough: float = 0,
        depth: float = 260,
    ) -> None:
        """A ridge from side to side around ``y``; ``depth`` below it the hills are lost in the mist."""
        waves = [
            (height / k, self.random.uniform(0.7, 1.3) * k * 1.7, self.random.uniform(0, 7))
            for k in (1, 2, 3.7)
        ]
        waves += [(rough / k, 40.0 * k, self.random.uniform(0, 7)) for k in (1, 2.3) if rough]
        ridge = [(float(x), y + _height(waves, x / WIDTH)) for x in range(0, WIDTH + 4, 4)]
        top = min(y for _, y in ridge) / HEIGHT
        below = [*ridge, (WIDTH + 4, HEIGHT), (0, HEIGHT)]
        self._fill(below, [(0, colour), (top, colour), (min(1, top + depth / HEIGHT), mist), (1, mist)])

    def ground(self, edge: Sequence[Point], near: str, far: str) -> None:
        """Land from an edge down to the bottom: ``far`` colours its top, ``near`` what is in front."""
        top = min(y for _, y in edge) / HEIGHT
        self._fill([*edge, (WIDTH, HEIGHT), (0, HEIGHT)], [(0, far), (top, far), (1, near)])

    def water(self, y: float, colour: str, shine: str, *, strength: float = 0.45) -> None:
        """Water from ``y`` down to the bottom, mirroring what is above, with waves that shine."""
        top = round(y * SCALE)
        width, height = self.image.size
        mirrored = self.image.crop((0, max(0, 2 * top - height), width, top)).transpose(
            Image.Transpose.FLIP_TOP_BOTTOM
        )
        still = mirrored.resize((width, height - top)).filter(ImageFilter.GaussianBlur(9))
        deep = _gradient(still.size, [(0, colour), (1, colour)])
        self.image.paste(Image.blend(still, deep, strength), (0, top))
        for _ in range(240):
            self._wave(y, shine)

    def glitter(self, x: float, y: float, width: float, colour: str) -> None:
        """The sun's path on the water, from ``y`` towards us."""
        for step in range(70):
            nearness = step / 70
            at = y + nearness**1.4 * (HEIGHT - y)
            half = width * (0.35 + nearness) * self.random.uniform(0.25, 1)
            off = x + self.random.uniform(-0.5, 0.5) * width * nearness
            self._streak(off, at, half, 1 + 4 * nearness, colour, 0.5 * (1 - 0.6 * nearness))

    def jpeg(self) -> bytes:
        """The picture, ready for the web."""
        small = self.image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS)
        out = io.BytesIO()
        small.save(out, "JPEG", quality=80, optimize=True, progressive=True)
        return out.getvalue()

    def _wave(self, y: float, shine: str) -> None:
        nearness = self.random.random()
        at = y + nearness**1.7 * (HEIGHT - y)
        half = 12 + 110 * nearness * self.random.random()
        self._streak(self.random.uniform(0, WIDTH), at, half, 1 + 2.5 * nearness, shine, 0.16)

    def _streak(self, x: float, y: float, half: float, thick: float, colour: str, alpha: float) -> None:
        box = [round(v * SCALE) for v in (x - half, y - thick / 2, x + half, y + thick / 2)]
        size = (max(1, box[2] - box[0]), max(1, box[3] - box[1]))
        mask = Image.new("L", size)
        ImageDraw.Draw(mask).ellipse((0, 0, size[0] - 1, size[1] - 1), fill=round(255 * alpha))
        self.image.paste(Image.new("RGB", size, colour), (box[0], box[1]), mask)

    def _fill(self, points: Sequence[Point], stops: Stops) -> None:
        """A polygon in colours that run into each other; the stops count for the whole picture."""
        mask = Image.new("L", self.image.size)
        ImageDraw.Draw(mask).polygon([(x * SCALE, y * SCALE) for x, y in points], fill=255)
        self.image.paste(_gradient(self.image.size, stops), mask=mask)


def river(seed: int) -> bytes:
    """A river between hills, at an hour and with a light that follow from the seed, as JPEG."""
    scene = Scene(seed)
    hours = (
        ("#2f4a6d", "#f2a65e", "#fde7b8", "#fff3d0", "#5b6f8c", "#223650"),
        ("#5f9ec4", "#cfe6ea", "#f6f1dc", "#fffbe8", "#7fa6a8", "#1f5257"),
        ("#3a3560", "#d9727c", "#f9c58d", "#ffe2b0", "#7d6486", "#2b2748"),
        ("#8aa9b8", "#dfe5df", "#f4efe2", "#ffffff", "#93a8a8", "#35525a"),
    )
    high, low, horizon, sun, far, near = hours[seed % len(hours)]
    x, level = scene.random.uniform(350, 1250), scene.random.uniform(600, 680)
    scene.sky([(0, high), (0.4, low), (0.68, horizon), (1, horizon)])
    scene.sun(x, level - scene.random.uniform(150, 260), scene.random.uniform(34, 52), sun, horizon)
    layers = 4
    for layer in range(layers):
        colour = _between(far, near, layer / (layers - 1))
        scene.hills(
            level - 190 + 52 * layer, 70 - 9 * layer, colour, _between(horizon, colour, 0.35), rough=layer
        )
    scene.water(level, near, sun, strength=0.3)
    scene.glitter(x, level, 60, sun)
    return scene.jpeg()


def _gradient(size: tuple[int, int], stops: Stops) -> Image.Image:
    """Colours that run into each other from top to bottom."""
    column = Image.new("RGB", (1, size[1]))
    for y in range(size[1]):
        column.putpixel((0, y), ImageColor.getrgb(_at(stops, y / size[1]))[:3])
    return column.resize(size)


def _at(stops: Stops, place: float) -> str:
    before = max((stop for stop in stops if stop[0] <= place), default=stops[0], key=lambda stop: stop[0])
    after = min((stop for stop in stops if stop[0] > place), default=before, key=lambda stop: stop[0])
    span = after[0] - before[0]
    return _between(before[1], after[1], (place - before[0]) / span if span else 0)


def _between(one: str, other: str, share: float) -> str:
    mixed = (
        round(a + (b - a) * share)
        for a, b in zip(ImageColor.getrgb(one), ImageColor.getrgb(other), strict=True)
    )
    return "#" + "".join(f"{value:02x}" for value in mixed)


def _height(waves: Sequence[tuple[float, float, float]], place: float) -> float:
    return sum(size * math.sin(often * place * 2 + phase) for size, often, phase in waves)


def _draw(draw: ImageDraw.ImageDraw, points: list[Point], radius: float, width: int, shade: int) -> None:
    if radius:
        for x, y in points:
            draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=shade)
    elif width:
        draw.line(points, fill=shade, width=width, joint="curve")
    else:
        draw.polygon(points, fill=shade)
