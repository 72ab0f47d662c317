"""Things that stand in the landscapes: houses, trees, boats, stalls. Measures in a picture of 1600 by 1000."""

from __future__ import annotations

import math
from itertools import pairwise

from syndicator.example_site.scenery import Scene


def house(scene: Scene, x: float, y: float, size: float, wall: str, roof: str, window: str) -> None:
    """A house with a pitched roof; ``x``, ``y``: the middle of its foot."""
    half, high = size / 2, size * 0.42
    scene.shape([(x - half, y), (x - half, y - high), (x + half, y - high), (x + half, y)], wall)
    eaves = [(x - half * 1.2, y - high), (x + half * 1.2, y - high)]
    scene.shape([*eaves, (x + half * 0.75, y - high * 2), (x - half * 0.75, y - high * 2)], roof)
    for place in (-0.62, 0.0, 0.62):
        left, top = x + place * half - size * 0.06, y - high * 0.78
        bottom = y if place == 0 else y - high * 0.3
        scene.shape(
            [(left, top), (left + size * 0.12, top), (left + size * 0.12, bottom), (left, bottom)], window
        )


def tree(scene: Scene, x: float, y: float, size: float, colour: str, light: str) -> None:
    """A round tree; ``y``: where it stands."""
    scene.shape([(x, y), (x, y - size * 0.6)], colour, width=size * 0.07)
    for _ in range(14):
        angle, far = scene.random.uniform(0, 7), scene.random.uniform(0, size * 0.3)
        leaf = [(x + far * math.cos(angle), y - size * 0.72 + far * 0.75 * math.sin(angle))]
        scene.shape(leaf, colour, radius=size * 0.17)
    for _ in range(8):
        leaf = [(x + scene.random.uniform(-0.28, 0.12) * size, y - size * scene.random.uniform(0.75, 1))]
        scene.shape(leaf, light, radius=size * 0.09, alpha=0.5)


def palm(scene: Scene, x: float, y: float, size: float, colour: str, lean: float = 0.15) -> None:
    """A palm as a shape before the sky: a bent trunk, and fronds that droop."""
    trunk = [(x + lean * size * (t / 12) ** 2, y - size * t / 12) for t in range(13)]
    for step, (low, high) in enumerate(pairwise(trunk)):
        scene.shape([low, high], colour, width=size * (0.05 - step * 0.0018))
    top = trunk[-1]
    for angle in (-3.3, -2.85, -2.4, -1.9, -1.25, -0.75, -0.3, 0.15):
        spine = []
        for t in range(13):
            far = t / 12
            out = size * 0.46 * far
            spine.append(
                (
                    top[0] + out * math.cos(angle),
                    top[1] + out * math.sin(angle) * 0.75 + size * 0.3 * far**2.2,
                )
            )
        for t, (px, py) in enumerate(spine[1:], start=1):
            hang = size * 0.15 * math.sin(math.pi * min(1, (t + 1) / 13)) + size * 0.012
            sway = 0.35 * hang * (1 if math.cos(angle) > 0 else -1)
            scene.shape([spine[t - 1], (px, py), (px + sway, py + hang)], colour)
        scene.shape(spine, colour, width=size * 0.014)


def boat(scene: Scene, x: float, y: float, length: float, hull: str) -> None:
    """A long racing boat with its crew; ``x``, ``y``: the middle of its water line."""

    def rise(t: float) -> float:
        return length * 0.075 * abs(t) ** 5

    edge = [(x + t / 20 * length / 2, y - length * 0.02 - rise(t / 20)) for t in range(-20, 21)]
    keel = [(x + t / 20 * length / 2 * 0.96, y + length * 0.016 - rise(t / 20)) for t in range(-20, 21)]
    scene.shape([(px, py + length * 0.04) for px, py in keel], "#1a1020", width=length * 0.02, alpha=0.35)
    crew = 15
    for seat in range(crew):
        at = x + (seat - (crew - 1) / 2) * length * 0.052
        back, head = y - length * 0.06, y - length * 0.078
        shirt = ("#d8473a", "#e9a23b")[seat % 2] if length > 900 else ("#3f8f8a", "#e8dcc0")[seat % 2]
        scene.shape(
            [(at + length * 0.012, y - length * 0.036), (at + length * 0.034, y + length * 0.03)],
            "#1d1220",
            width=4,
        )
        scene.shape(
            [
                (at - length * 0.014, y - length * 0.015),
                (at - length * 0.006, back),
                (at + length * 0.014, back + 4),
                (at + length * 0.016, y - length * 0.015),
            ],
            shirt,
        )
        scene.shape([(at + length * 0.006, head)], "#2b1a1e", radius=length * 0.0105)
    scene.shape([*edge, *reversed(keel)], hull)
    scene.shape([(px, py + 3) for px, py in edge], "#e2b04a", width=4)
    scene.shape(
        [(x - length * 0.47, y + length * 0.02), (x + length * 0.47, y + length * 0.02)],
        "#ffe6b5",
        width=3,
        alpha=0.5,
    )


def pine(scene: Scene, x: float, y: float, size: float, colour: str) -> None:
    """A conifer as a shape before the mist."""
    scene.shape([(x, y), (x, y - size)], colour, width=size * 0.05)
    for tier in range(5):
        top, half = y - size * (1.02 - tier * 0.16), size * (0.07 + tier * 0.045)
        scene.shape([(x, top), (x + half, top + size * 0.24), (x - half, top + size * 0.24)], colour)


def panel(scene: Scene, x: float, y: float, size: float) -> None:
    """A solar panel on its stand."""

    def on(u: float, v: float) -> tuple[float, float]:
        return x + (u * 1.25 + (1 - v) * 0.25) * size, y - (1 - v) * size * 0.52

    for u in (0.2, 0.8):
        scene.shape([on(u, 1), (on(u, 1)[0] + 8, y + size * 0.26)], "#5f6870", width=size * 0.04)
    scene.shape([on(0, 0), on(1, 0), on(1, 1), on(0, 1)], "#dfe7ec")
    for column in range(4):
        for line in range(3):
            a, b = column / 4 + 0.018, (column + 1) / 4 - 0.018
            c, d = line / 3 + 0.03, (line + 1) / 3 - 0.03
            scene.shape([on(a, c), on(b, c), on(b, d), on(a, d)], ("#1d4e89", "#235a9b")[(column + line) % 2])
    scene.shape([on(0.08, 0.03), on(0.3, 0.03), on(0.16, 0.97), on(0.02, 0.97)], "#ffffff", alpha=0.2)
