"""The country: coffee, silk, boats, mist, rice and vegetables."""

from __future__ import annotations

import math

from paint.shapes import boat, house, palm, panel, pine, tree
from syndicator.example_site.scenery import HEIGHT, WIDTH, Scene


def coffee() -> Scene:
    """Coffee bushes with red cherries before misty hills."""
    scene = Scene(31)
    scene.sky([(0, "#86b6c9"), (0.3, "#cfe3df"), (0.45, "#f5eed6"), (1, "#f5eed6")])
    scene.sun(420, 250, 40, "#fffbe9", "#fff2c4")
    for y, colour, mist in (
        (360, "#a9c4c2", "#e8ead8"),
        (420, "#7fa8a3", "#cfdcc9"),
        (490, "#4f8073", "#a9c3a5"),
    ):
        scene.hills(y, 55, colour, mist, rough=3)
    for row in range(9):
        y = 560 + row**1.55 * 15
        size = 26 + row * 11
        scene.ground([(0, y + size * 0.3), (WIDTH, y + size * 0.3 - 24)], "#6b4a2f", "#8f7a4a")
        for step in range(int(WIDTH / (size * 0.8)) + 2):
            x = step * size * 0.8 + row * 23 % 40 - 20
            at = y - 24 * x / WIDTH + scene.random.uniform(-3, 3)
            scene.shape([(x, at)], "#1f4d33" if step % 2 else "#26583a", radius=size * 0.58)
            scene.shape([(x - size * 0.15, at - size * 0.2)], "#3f7d4c", radius=size * 0.3, alpha=0.7)
            for _ in range(row + 1 if row > 2 else 0):
                cherry = (
                    x + scene.random.uniform(-0.45, 0.45) * size,
                    at + scene.random.uniform(-0.4, 0.4) * size,
                )
                scene.shape([cherry], "#c8332b", radius=2 + row * 0.75)
    return scene


def cloth(scene: Scene, number: int, colour: str, trim: str) -> None:
    """A length of silk, the ``number``-th on the pole, with folds and a woven border."""
    left, foot = 130 + number * 196, 800 + (number * 37) % 60

    def at(u: float, v: float) -> tuple[float, float]:
        return left + u * 158 + (1 - 0.2 * u) * 9 * math.sin(number * 2 + v * 7), 300 + v * (foot - 300)

    def down(u: float) -> list[tuple[float, float]]:
        return [at(u, step / 20) for step in range(21)]

    scene.shape([*down(0), *reversed(down(1))], colour)
    for share in (0.16, 0.44, 0.72):
        scene.shape(down(share), "#000000", width=13, alpha=0.1)
        scene.shape(down(share + 0.1), "#ffffff", width=8, alpha=0.12)
    for v, width in ((0.7, 5), (0.77, 10), (0.88, 5)):
        scene.shape([at(0, v), at(1, v)], trim, width=width)
    for step in range(6):
        x, y = at(0.09 + step * 0.165, 0.825)
        scene.shape([(x, y - 11), (x + 11, y), (x, y + 11), (x - 11, y)], trim)


def silk() -> Scene:
    """Dyed silk on bamboo poles before fields and hills."""
    scene = Scene(23)
    scene.sky([(0, "#f1c48b"), (0.35, "#f9e3b9"), (0.6, "#fdf3dc"), (1, "#fdf3dc")])
    scene.sun(1240, 230, 50, "#fffaf0", "#ffe7b3")
    scene.hills(470, 70, "#b7a58f", "#f0dfc0")
    scene.hills(560, 50, "#8d9678", "#d8d2a5", rough=3)
    scene.ground([(0, 690), (WIDTH, 668)], "#8a9a3e", "#cdc76f")
    for row in range(8):
        at = 705 + row * 14 + row * row * 4
        scene.shape([(0, at), (WIDTH, at - 22)], "#75893a", width=2 + row, alpha=0.5)
    cloths = (
        ("#a3273c", "#f2c14e"), ("#d97a2b", "#5b2333"), ("#e5b43c", "#9c3d2e"), ("#2f6f73", "#e8d9a8"),
        ("#233c6b", "#d9a441"), ("#6a2c5c", "#eec7a4"), ("#7c8c3a", "#f3ecd0"),
    )  # fmt: skip
    for number, (colour, trim) in enumerate(cloths):
        cloth(scene, number, colour, trim)
    scene.shape([(60, 300), (1540, 292)], "#7a5a33", width=16)
    scene.shape([(60, 296), (1540, 288)], "#b08a52", width=5)
    for x in (90, 1510):
        scene.shape([(x, 250), (x + 6, 940)], "#6b4c2a", width=20)
        scene.shape([(x - 5, 250), (x + 1, 940)], "#a07c48", width=5)
    return scene


def boats() -> Scene:
    """Two racing boats on the river at sunset."""
    scene = Scene(45)
    scene.sky([(0, "#4a3f6b"), (0.25, "#c25f6b"), (0.42, "#f3a365"), (0.52, "#ffd99a"), (1, "#ffd99a")])
    scene.sun(800, 430, 62, "#fff3d0", "#ffcf8a")
    scene.hills(455, 50, "#8d6479", "#e0a07c")
    scene.hills(505, 30, "#5b4363", "#93626b", rough=4)
    palm(scene, 140, 540, 250, "#2a2140", 0.12)
    palm(scene, 215, 540, 190, "#2a2140", -0.1)
    palm(scene, 1460, 540, 230, "#2a2140", -0.16)
    scene.water(540, "#33254a", "#ffd9a0", strength=0.28)
    scene.glitter(800, 545, 90, "#ffe6b5")
    for x, y, length, hull in ((1060, 655, 820, "#3a1d24"), (560, 800, 1010, "#241425")):
        boat(scene, x, y, length, hull)
    return scene


def cold_morning() -> Scene:
    """Hill behind hill in the morning mist."""
    scene = Scene(59)
    scene.sky([(0, "#6e8fb4"), (0.25, "#b6c8d8"), (0.4, "#f1dcd0"), (1, "#f1dcd0")])
    scene.sun(520, 300, 40, "#fff8ee", "#ffe3cf")
    layers = ("#b4c2d3", "#94a8c0", "#748dab", "#557194", "#3a577a")
    for number, colour in enumerate(layers):
        scene.hills(360 + number * 90, 78 - number * 6, colour, "#e6e2e3", rough=number, depth=210)
    scene.hills(880, 26, "#1d3450", "#2c4663", rough=8, depth=400)
    for number in range(26):
        x = number * 66 + scene.random.uniform(-24, 24)
        size = scene.random.uniform(70, 190) * (1.25 if not 6 < number < 19 else 0.7)
        pine(scene, x, 925 + scene.random.uniform(0, 30), size, "#142840")
    return scene


def rice_mill() -> Scene:
    """Solar panels and a mill above green fields."""
    scene = Scene(72)
    scene.sky([(0, "#4f9ed0"), (0.35, "#b6dcec"), (0.5, "#f3f4e2"), (1, "#f3f4e2")])
    scene.sun(1290, 170, 52, "#fffdec", "#fff4b8")
    scene.hills(400, 70, "#93b9b8", "#dce8d6")
    scene.hills(470, 45, "#5f9a7d", "#b3d0a0", rough=3)
    scene.ground([(0, 560), (800, 545), (WIDTH, 565)], "#4f8b34", "#b6cf62")
    for row in range(6):
        level = 575 + row * 26
        edge = [(x, level + 14 * math.sin(x / 210 + row * 1.4)) for x in range(0, WIDTH + 20, 20)]
        scene.shape(edge, "#6a9b3d", width=3 + row, alpha=0.65)
        scene.shape([(x, py + 7) for x, py in edge], "#dcebb0", width=2 + row / 2, alpha=0.6)
    scene.ground([(0, 740), (500, 720), (1100, 745), (WIDTH, 725)], "#5d7f33", "#8fae4e")
    house(scene, 1330, 770, 250, "#efe2c4", "#a8452f", "#5d4632")
    palm(scene, 1530, 790, 330, "#2f5b35", -0.12)
    for row, (y, size) in enumerate(((740, 96), (815, 122), (905, 152))):
        for number in range(7):
            left = 50 - row * 44 + number * size * 1.45
            panel(scene, left, y, size)
    return scene


def bed(scene: Scene, number: int) -> None:
    """A bed of vegetables that runs away from us; number 0 is in the middle."""
    far, near = 800 + number * 74, 800 + number * 330
    colour = ("#3f8a3f", "#66a84a", "#2f7348")[number % 3]
    scene.shape([(far - 22, 545), (far + 22, 545), (near + 100, HEIGHT), (near - 100, HEIGHT)], "#5e4228")
    for step in range(26):
        share = (step / 25) ** 1.9
        x, y = far + (near - far) * share, 545 + 455 * share
        for side in (-0.5, 0.5):
            leaf = (x + side * (22 + 90 * share), y + scene.random.uniform(-2, 2))
            scene.shape([leaf], colour, radius=9 + 44 * share)
            light = [(leaf[0] - 8 * share, y - (3 + 14 * share))]
            scene.shape(light, "#b9dd7c", radius=4 + 19 * share, alpha=0.55)


def vegetables() -> Scene:
    """Vegetable beds that run towards the hills."""
    scene = Scene(88)
    scene.sky([(0, "#7cb8d4"), (0.35, "#d2e9e8"), (0.48, "#fdf6df"), (1, "#fdf6df")])
    scene.sun(360, 200, 44, "#fffdf0", "#fff0bd")
    scene.hills(400, 70, "#9fbfbd", "#e4ebd9")
    scene.hills(465, 46, "#669a83", "#bdd3a8", rough=3)
    scene.ground([(0, 540), (WIDTH, 530)], "#7b5a38", "#b79a66")
    for number in range(-9, 10):
        bed(scene, number)
    house(scene, 1270, 560, 190, "#c9a772", "#7d5a36", "#4b3722")
    tree(scene, 1440, 570, 210, "#2f6b45", "#86b862")
    palm(scene, 1110, 562, 240, "#2f5b35", 0.1)
    return scene
