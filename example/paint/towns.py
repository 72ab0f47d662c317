"""The towns: a bridge, a football ground, a school, roofs, a night market."""

from __future__ import annotations

import math

from paint.shapes import house, tree
from syndicator.example_site.scenery import HEIGHT, WIDTH, Scene

IRON = "#1d3a36"


def arch(scene: Scene, start: float, span: float, deck: float, foot: float) -> None:
    """An arch of the bridge, from ``start`` to the right, and the pier at its start."""
    bow = [(start + span * t / 40, deck - 118 * math.sin(math.pi * t / 40)) for t in range(41)]
    scene.shape(bow, IRON, width=11)
    scene.shape([(x, y + 22) for x, y in bow[3:-3]], IRON, width=5)
    for x, y in bow[2:-2:3]:
        scene.shape([(x, y), (x, deck)], IRON, width=4)
    pier = [(start - 17, deck), (start + 17, deck), (start + 25, foot + 18), (start - 25, foot + 18)]
    scene.shape(pier, "#3b4a4a")


def bridge() -> Scene:
    """An arched iron bridge at sunset."""
    scene = Scene(7)
    scene.sky([(0, "#35507a"), (0.32, "#d98d6a"), (0.52, "#f7cf91"), (0.62, "#fbe6bd"), (1, "#fbe6bd")])
    scene.sun(1130, 480, 44, "#fff4d6", "#ffd79a")
    scene.hills(520, 60, "#8e8aa0", "#e3bf9d")
    scene.hills(575, 42, "#5d6a80", "#a89a95", rough=3)
    scene.hills(612, 18, "#2e4450", "#51616a", rough=6)
    for start in (-80, 400, 880, 1360):
        arch(scene, start, 480, deck=540, foot=640)
    scene.shape([(0, 534), (WIDTH, 534), (WIDTH, 552), (0, 552)], IRON)
    for x in range(40, WIDTH, 120):
        scene.shape([(x, 534), (x, 494)], IRON, width=4)
        scene.glow(x, 490, 26, "#fff0c0", 0.9)
        scene.shape([(x, 490)], "#fff6d8", radius=5)
    scene.water(645, "#2a3b55", "#ffe3b0", strength=0.3)
    scene.glitter(1130, 650, 60, "#ffe9bd")
    return scene


def football() -> Scene:
    """A floodlit pitch at dusk."""
    scene = Scene(11)
    scene.sky([(0, "#141d3b"), (0.3, "#3d3f70"), (0.45, "#b0637a"), (0.54, "#f0a877"), (1, "#f0a877")])
    scene.hills(430, 50, "#4a4470", "#8a6079")
    scene.hills(480, 35, "#29294f", "#4d3f62", rough=4)
    scene.shape([(0, 505), (WIDTH, 505), (WIDTH, 560), (0, 560)], "#1b2036")
    for x in range(6, WIDTH, 13):
        for y in (517, 530, 543):
            colour = scene.random.choice(("#e7c9a0", "#c65a4a", "#6f8fb8", "#e9e2d0", "#3c6f6a", "#d9a441"))
            scene.shape([(x + scene.random.uniform(-3, 3), y)], colour, radius=4.2, alpha=0.85)
    pitch(scene)
    goal(scene)
    scene.shape([(1010, 872)], "#0f2f1c", radius=30, alpha=0.35)
    scene.shape([(1000, 850)], "#fbfbf6", radius=26)
    scene.shape([(1000, 850), (984, 838), (1016, 836), (991, 866), (1012, 864)], "#23262b", radius=6)
    for x in (170, 1430):
        floodlight(scene, x)
    return scene


def pitch(scene: Scene) -> None:
    """Mown stripes that run away from us, and the lines before the goal."""
    for stripe in range(10):
        far, near = 800 + (stripe - 5) * 170, 800 + (stripe - 5) * 460
        mown = [(far, 560), (far + 170, 560), (near + 460, HEIGHT), (near, HEIGHT)]
        scene.shape(mown, "#2f7a3f" if stripe % 2 else "#37894a")
    chalk = "#f3f6ee"
    scene.shape([(0, 590), (WIDTH, 590)], chalk, width=4)
    scene.shape([(330, 590), (180, 800), (1420, 800), (1270, 590)], chalk, width=6)
    scene.shape([(560, 590), (500, 668), (1100, 668), (1040, 590)], chalk, width=5)
    scene.shape([(800, 742)], chalk, radius=7)


def goal(scene: Scene) -> None:
    """The goal, with its net."""
    for x in range(608, 1000, 24):
        scene.shape([(x, 440), (x + (800 - x) * 0.06, 588)], "#dfe5ea", width=1.5, alpha=0.55)
    for y in range(452, 590, 22):
        scene.shape([(604, y), (996, y)], "#dfe5ea", width=1.5, alpha=0.55)
    scene.shape([(600, 592), (600, 436), (1000, 436), (1000, 592)], "#ffffff", width=9)


def floodlight(scene: Scene, x: float) -> None:
    """A mast with four lamps."""
    scene.shape([(x, 560), (x, 190)], "#10152b", width=12)
    scene.shape([(x - 70, 150), (x + 70, 150), (x + 62, 206), (x - 62, 206)], "#10152b")
    for lamp in (-44, -15, 15, 44):
        scene.glow(x + lamp, 178, 120, "#fff6dc", 0.55)
        scene.shape([(x + lamp, 178)], "#fffdf2", radius=11)


def school_house(scene: Scene) -> None:
    """A long house with a red roof, and the path to its door."""
    wall, roof, frame = "#f4ead2", "#b0442f", "#4c6b7c"
    scene.shape([(430, 760), (430, 560), (1290, 560), (1290, 760)], wall)
    scene.shape([(380, 566), (1340, 566), (1250, 440), (470, 440)], roof)
    scene.shape([(380, 566), (1340, 566), (1336, 582), (384, 582)], "#7f2d21")
    scene.shape([(760, 566), (860, 470), (960, 566)], "#c25a3f")
    scene.shape([(800, 566), (860, 508), (920, 566)], wall)
    for x in (480, 580, 680, 980, 1080, 1180):
        scene.shape([(x, 620), (x + 66, 620), (x + 66, 700), (x, 700)], frame)
        scene.shape([(x + 6, 626), (x + 60, 626), (x + 60, 694), (x + 6, 694)], "#bfe0e6")
        scene.shape([(x + 33, 622), (x + 33, 700)], frame, width=4)
    scene.shape([(822, 760), (822, 622), (898, 622), (898, 760)], "#6d4a32")
    scene.shape([(880, 694)], "#e4c067", radius=5)
    scene.shape([(420, 760), (1300, 760), (1330, 784), (390, 784)], "#cbb68c")
    scene.shape([(806, 784), (914, 784), (1060, HEIGHT), (620, HEIGHT)], "#dcc9a0")


def school() -> Scene:
    """A school with a red roof at the foot of the hills."""
    scene = Scene(5)
    scene.sky([(0, "#6fb1d6"), (0.4, "#cfe8ec"), (0.6, "#fbf3dc"), (1, "#fbf3dc")])
    scene.sun(300, 210, 46, "#fffdf0", "#fff3c9")
    scene.hills(430, 80, "#9dbdc0", "#e2ead9")
    scene.hills(530, 60, "#6d9f8c", "#bcd2ad", rough=3)
    scene.hills(620, 26, "#467f5d", "#82ac74", rough=5)
    scene.ground([(0, 700), (600, 682), (1100, 690), (WIDTH, 676)], "#6a9447", "#a9c06b")
    school_house(scene)
    tree(scene, 240, 850, 330, "#2d6a41", "#8bbf62")
    tree(scene, 1440, 820, 290, "#34744a", "#93c56a")
    for x, y in ((500, 880), (1180, 910), (1320, 880), (380, 930)):
        for _ in range(9):
            flower = (x + scene.random.uniform(-60, 60), y + scene.random.uniform(-16, 16))
            scene.shape([flower], scene.random.choice(("#f4d35e", "#fff6e0", "#ee8434")), radius=6)
    return scene


def town() -> Scene:
    """Red roofs in a valley."""
    scene = Scene(19)
    scene.sky([(0, "#8fbcd0"), (0.35, "#d9e8e2"), (0.5, "#fdf0d6"), (1, "#fdf0d6")])
    scene.sun(1180, 240, 42, "#fffdf2", "#fff0c0")
    for y, colour, mist in (
        (330, "#a8c1c6", "#e6e8da"),
        (420, "#7fa5a0", "#cfdcc6"),
        (510, "#5a8a74", "#b4cba4"),
    ):
        scene.hills(y, 75, colour, mist, rough=2)
    scene.ground([(0, 600), (500, 580), (1000, 600), (WIDTH, 575)], "#57853f", "#9dbb6e")
    rows = ((640, 70, 15), (700, 92, 12), (775, 122, 9), (875, 168, 7))
    for y, size, count in rows:
        for number in range(count + 1):
            x = (number + scene.random.uniform(-0.18, 0.18)) * WIDTH / count
            at = y + scene.random.uniform(-14, 14)
            if scene.random.random() < 0.26:
                tree(scene, x, at + 8, size * 1.25, "#2f6b45", "#86b862")
                continue
            wall = scene.random.choice(("#f6ecd6", "#efe0c2", "#e9e6da", "#f3d9b8"))
            roof = scene.random.choice(("#b5472f", "#a63d2b", "#c45f3c", "#8f3527"))
            house(scene, x, at, size, wall, roof, scene.random.choice(("#48616e", "#6d4a32")))
    scene.ground([(0, 930), (700, 905), (WIDTH, 940)], "#3f6b33", "#6f9a4c")
    return scene


def night_market() -> Scene:
    """Stalls under lanterns at night."""
    scene = Scene(3)
    scene.sky([(0, "#0f1530"), (0.4, "#2b2c5a"), (0.62, "#6b4268"), (0.75, "#a3566a"), (1, "#a3566a")])
    for _ in range(90):
        star = [(scene.random.uniform(0, WIDTH), scene.random.uniform(0, 360))]
        scene.shape(star, "#fff6dd", radius=scene.random.uniform(0.8, 2), alpha=0.8)
    scene.hills(560, 45, "#221f46", "#4a3358", rough=3)
    scene.ground([(0, 720), (WIDTH, 720)], "#20182c", "#3a2a3c")
    colours = (
        ("#c8402f", "#f3e6cf"),
        ("#1f6f72", "#f3e6cf"),
        ("#d98b2b", "#fff3da"),
        ("#7a2f5b", "#f3e0d4"),
        ("#2f5f9a", "#f3e6cf"),
    )
    for number, (one, other) in enumerate(colours):
        stall(scene, -50 + number * 345, one, other)
    for high, sag, count in ((150, 120, 11), (260, 110, 14)):
        lanterns(scene, high, sag, count)
    for x, size in ((250, 190), (330, 175), (690, 185), (980, 195), (1050, 150), (1400, 185)):
        visitor(scene, x, size)
    return scene


def stall(scene: Scene, left: float, one: str, other: str) -> None:
    """A lit stall under an awning of two colours."""
    scene.glow(left + 155, 690, 250, "#ffc877", 0.85)
    scene.shape([(left + 18, 560), (left + 292, 560), (left + 292, 850), (left + 18, 850)], "#3b2230")
    scene.shape([(left + 26, 570), (left + 284, 570), (left + 284, 740), (left + 26, 740)], "#f5b866")
    for step in range(7):
        goods = [(left + 52 + step * 34, 728)]
        scene.shape(goods, scene.random.choice(("#b8452f", "#7d8f3a", "#e0c25a", "#8a4b2a")), radius=17)
    scene.shape([(left + 6, 738), (left + 304, 738), (left + 304, 762), (left + 6, 762)], "#6b3f28")
    for stripe in range(8):
        x, colour = left - 8 + stripe * 40, one if stripe % 2 else other
        top = [(left + 30 + stripe * 31, 470), (left + 61 + stripe * 31, 470)]
        scene.shape([*top, (x + 40, 570), (x, 570)], colour)
        scene.shape([(x + 20, 570)], colour, radius=20)


def lanterns(scene: Scene, high: float, sag: float, count: int) -> None:
    """A string of glowing lanterns from side to side."""
    line = [(t / 60 * WIDTH, high + sag * math.sin(math.pi * t / 60)) for t in range(61)]
    scene.shape(line, "#120d20", width=3)
    for number in range(count):
        t = (number + 0.5) / count
        x, y = t * WIDTH, high + sag * math.sin(math.pi * t) + 30
        colour = ("#ff9a4a", "#ffd166", "#ff6f59")[number % 3]
        scene.glow(x, y, 110, colour, 0.8)
        scene.shape([(x, y - 30), (x, y - 12)], "#120d20", width=2)
        paper = [
            (x - 13, y - 19),
            (x + 13, y - 19),
            (x + 22, y),
            (x + 13, y + 19),
            (x - 13, y + 19),
            (x - 22, y),
        ]
        scene.shape(paper, colour)
        scene.shape([(x, y)], "#fff2cf", radius=9, alpha=0.85)


def visitor(scene: Scene, x: float, size: float) -> None:
    """Somebody in front of the lights."""
    waist, dark = 985 - size * 0.62, "#120e1e"
    scene.shape(
        [(x - size * 0.17, 985), (x - size * 0.14, waist), (x + size * 0.14, waist), (x + size * 0.17, 985)],
        dark,
    )
    scene.shape([(x, waist)], dark, radius=size * 0.14)
    scene.shape([(x, 985 - size * 0.88)], dark, radius=size * 0.115)
