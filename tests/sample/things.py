"""What the scenes are made of: leaves, trees, houses, small paper children seen from behind. Knows paper, not scenes."""

from __future__ import annotations

import math
from random import Random

from tests.sample.paper import Colour, Paper, Point, Shape, blob, box, darker, disc, lighter, mixed, placed, smooth

AUTUMN = ["D9A441", "C0633A", "A4482F", "E3BE5E", "B5762F", "8F8B4A", "CF7F3C"]
COATS = ["D9A441", "B5503C", "4F6D84", "6F8259", "8A5A78", "D98C5A"]
WALLS = (("E9D9BE", "F3E7D0"), ("C9D6CC", "E6E9DA"), ("EBCFB6", "F6E5D2"), ("B9C9D0", "DDE3DF"))
TOYS = ["C8574A", "E0A83E", "5E8C7E", "4F6D94", "D9967A", "8A9A5B", "EAD9B5"]


def leaf(kind: str) -> Shape:
    """A leaf of about length 1 that grows from the origin upwards."""
    if kind == "birch":
        return smooth(
            [(0, 0), (0.30, -0.28), (0.27, -0.55), (0.03, -1.0), (-0.03, -1.0), (-0.27, -0.55), (-0.30, -0.28)]
        )
    if kind == "willow":
        return smooth([(0, 0), (0.14, -0.35), (0.10, -0.75), (0, -1.0), (-0.10, -0.75), (-0.14, -0.35)])
    if kind == "oak":
        side = [(0.10, -0.10), (0.26, -0.22), (0.15, -0.36), (0.36, -0.50), (0.20, -0.64), (0.30, -0.80), (0.13, -0.92)]
        return smooth([(0, 0), *side, (0, -1.0), *[(-x, y) for x, y in reversed(side)]], steps=8)
    side = [  # maple
        (0.07, -0.12),
        (0.36, -0.02),
        (0.30, -0.18),
        (0.56, -0.30),
        (0.46, -0.38),
        (0.58, -0.62),
        (0.38, -0.55),
        (0.32, -0.66),
        (0.17, -0.48),
        (0.24, -0.80),
        (0.13, -0.78),
    ]
    return [(0, 0), *side, (0, -1.04), *[(-x, y) for x, y in reversed(side)]]


def lay_leaf(paper: Paper, kind: str, x: float, y: float, size: float, angle: float, colour: Colour) -> None:
    """A leaf with its veins, lying on the sheet."""
    paper.cut(placed(leaf(kind), x, y, size, angle), lighter(colour, 0.12), darker(colour, 0.08), shadow=3.5)
    vein = darker(colour, 0.22)
    paper.stroke(placed([(0, 0.22), (0, 0), (0, -0.85)], x, y, size, angle), size * 0.016, vein)
    for share in (0.28, 0.46, 0.64):
        for side in (-1, 1):
            reach = 0.26 if kind == "maple" else 0.15
            line = [(0.0, -share), (side * reach * (1.1 - share), -share - 0.16)]
            paper.stroke(placed(line, x, y, size, angle), size * 0.009, vein)


def spruce(paper: Paper, x: float, foot: float, height: float, colour: Colour, *, snow: bool = False) -> None:
    paper.cut(box(x - height * 0.025, foot - height * 0.14, height * 0.05, height * 0.15), "6B4A38", shadow=2)
    for n in range(4):
        top, low = foot - height * (1 - 0.2 * (3 - n) * 0 - 0.22 * n), foot - height * (0.60 - 0.165 * n)
        half = height * (0.13 + 0.065 * n)
        skirt = smooth(
            [
                (x, top),
                (x + half * 0.45, (top + low) / 2),
                (x + half, low),
                (x, low + height * 0.03),
                (x - half, low),
                (x - half * 0.45, (top + low) / 2),
            ],
            steps=5,
        )
        paper.cut(skirt, lighter(colour, 0.03 * (3 - n)), darker(colour, 0.10), shadow=3)
        if snow:
            cap = [
                (x, top - 1),
                (x + half * 0.42, (top + low) / 2 - 2),
                (x + half * 0.12, (top + low) / 2 - height * 0.02),
                (x - half * 0.14, (top + low) / 2 + height * 0.015),
                (x - half * 0.42, (top + low) / 2 - 2),
            ]
            paper.cut(smooth(cap, steps=5), "F5F4EF", "DDE5E8", shadow=1.5)


def birch(paper: Paper, rng: Random, x: float, foot: float, height: float, crown: Colour) -> None:
    half = height * 0.022
    paper.cut(
        [
            (x - half * 0.7, foot - height * 0.85),
            (x + half * 0.7, foot - height * 0.85),
            (x + half, foot),
            (x - half, foot),
        ],
        "F3ECDF",
        "DED3C2",
        shadow=3,
    )
    for _ in range(7):
        y = foot - height * rng.uniform(0.05, 0.6)
        side = rng.choice((-1, 1))
        paper.cut(
            [(x + side * half, y), (x + side * half * 0.1, y + half * 0.25), (x + side * half, y + half * 0.7)],
            "4A423F",
            shadow=0,
            rim=0,
        )
    for n in range(5):
        dx, dy = rng.uniform(-0.15, 0.15) * height, rng.uniform(-0.26, 0.06) * height
        colour = mixed(crown, rng.choice(AUTUMN), 0.25)
        size = height * rng.uniform(0.15, 0.21)
        paper.cut(
            blob(rng, x + dx, foot - height * 0.76 + dy, size, size * 0.82), lighter(colour, 0.03 * n), colour, shadow=4
        )


def child(
    paper: Paper, x: float, foot: float, height: float, coat: Colour, *, lean: float = 0.0, bag: bool = False
) -> None:
    """A paper child from behind, in a coat with its hood up, on two boots."""

    def at(shape: Shape) -> Shape:
        return placed(shape, x, foot, height, lean)

    for side in (-1, 1):
        paper.cut(at(box(side * 0.085 - 0.05, -0.24, 0.10, 0.17)), darker("4F5D73", 0.1), shadow=2)
        paper.cut(
            at(
                smooth(
                    [
                        (side * 0.09 - 0.07, -0.10),
                        (side * 0.09 + 0.07, -0.10),
                        (side * 0.10 + 0.08, 0),
                        (side * 0.10 - 0.08, 0),
                    ],
                    steps=5,
                )
            ),
            darker(coat, 0.5),
            shadow=2,
        )
        arm = [
            (side * 0.12, -0.60),
            (side * 0.21, -0.50),
            (side * 0.27, -0.30),
            (side * 0.20, -0.27),
            (side * 0.12, -0.40),
        ]
        paper.cut(at(smooth(arm, steps=6)), darker(coat, 0.12), shadow=2)
        paper.cut(at(disc(side * 0.235, -0.265, 0.042, sides=24)), darker(coat, 0.35), shadow=1.5)
    body = [(-0.10, -0.66), (0.10, -0.66), (0.17, -0.45), (0.22, -0.19), (0, -0.165), (-0.22, -0.19), (-0.17, -0.45)]
    paper.cut(at(smooth(body, steps=8)), coat, darker(coat, 0.12), shadow=4)
    hood = [
        (0, -1.0),
        (0.14, -0.93),
        (0.185, -0.78),
        (0.12, -0.63),
        (0, -0.60),
        (-0.12, -0.63),
        (-0.185, -0.78),
        (-0.14, -0.93),
    ]
    paper.cut(at(smooth(hood, steps=8)), lighter(coat, 0.12), coat, shadow=3)
    paper.stroke(at([(0, -0.97), (0.012, -0.8), (0, -0.64)]), height * 0.010, darker(coat, 0.2))
    if bag:
        paper.cut(at(box(-0.13, -0.56, 0.26, 0.27, 0.07)), "C98A5B", "A86D43", shadow=3)
        paper.cut(at(box(-0.09, -0.43, 0.18, 0.10, 0.03)), "B87A4C", shadow=1.5)


def mushroom(paper: Paper, x: float, foot: float, size: float, cap: Colour, *, dots: bool, lean: float = 0.0) -> None:
    stem = [(-0.13, -0.62), (0.13, -0.62), (0.15, -0.25), (0.23, 0), (-0.23, 0), (-0.15, -0.25)]
    paper.cut(placed(smooth(stem, steps=6), x, foot, size, lean), "F6EBD8", "DCCBB0", shadow=4)
    skirt = [(-0.18, -0.50), (0.18, -0.50), (0.22, -0.40), (0, -0.44), (-0.22, -0.40)]
    paper.cut(placed(smooth(skirt, steps=5), x, foot, size, lean), "EADCC3", shadow=2)
    hat = [
        (0, -1.02),
        (0.30, -0.93),
        (0.50, -0.68),
        (0.50, -0.56),
        (0.25, -0.55),
        (0, -0.53),
        (-0.25, -0.55),
        (-0.50, -0.56),
        (-0.50, -0.68),
        (-0.30, -0.93),
    ]
    paper.cut(placed(smooth(hat, steps=6), x, foot, size, lean), lighter(cap, 0.1), darker(cap, 0.12), shadow=4)
    if dots:
        for dx, dy, r in (
            (-0.25, -0.72, 0.06),
            (0.02, -0.86, 0.065),
            (0.27, -0.74, 0.05),
            (0.03, -0.66, 0.045),
            (-0.11, -0.62, 0.03),
            (0.4, -0.63, 0.03),
        ):
            paper.cut(placed(disc(dx, dy, r, r * 0.8, sides=24), x, foot, size, lean), "FBF4E6", shadow=1.2)


def boat(paper: Paper, x: float, y: float, size: float, hull: Colour, sail: Colour, *, lean: float = 0.0) -> None:
    paper.cut(placed(box(-0.012, -0.95, 0.028, 0.85), x, y, size, lean), "7A553C", shadow=2)
    paper.cut(
        placed([(0.04, -0.93), (0.48, -0.28), (0.04, -0.22)], x, y, size, lean), lighter(sail, 0.2), sail, shadow=3
    )
    paper.cut(
        placed([(-0.04, -0.80), (-0.04, -0.24), (-0.34, -0.28)], x, y, size, lean), sail, darker(sail, 0.08), shadow=3
    )
    keel = [(-0.55, -0.16), (0.58, -0.18), (0.40, 0.10), (-0.38, 0.10)]
    paper.cut(placed(keel, x, y, size, lean), lighter(hull, 0.08), darker(hull, 0.1), shadow=4)
    paper.cut(
        placed([(-0.55, -0.16), (0.58, -0.18), (0.55, -0.11), (-0.52, -0.10)], x, y, size, lean),
        lighter(hull, 0.3),
        shadow=0,
    )


def house(paper: Paper, x: float, foot: float, width: float, height: float, wall: Colour, *, lit: bool = False) -> None:
    roof = darker("8A4B3C", 0.05) if wall != "A4482F" else "4A4E5A"
    paper.cut(box(x + width * 0.68, foot - height * 1.52, width * 0.1, height * 0.4), darker(roof, 0.1), shadow=2)
    paper.cut(box(x, foot - height, width, height), lighter(wall, 0.06), darker(wall, 0.06), shadow=4)
    gable = [
        (x - width * 0.08, foot - height * 0.96),
        (x + width * 0.5, foot - height * 1.5),
        (x + width * 1.08, foot - height * 0.96),
    ]
    paper.cut(gable, lighter(roof, 0.08), roof, shadow=4)
    pane = "F4CF76" if lit else "CFE0E2"
    for n in range(2):
        left, top = x + width * (0.14 + 0.46 * n), foot - height * 0.78
        paper.cut(box(left - 2, top - 2, width * 0.26 + 4, height * 0.32 + 4), "FAF3E4", shadow=1.5)
        paper.cut(box(left, top, width * 0.26, height * 0.32), pane, shadow=0)
        paper.cut(box(left + width * 0.12, top, width * 0.02, height * 0.32), "FAF3E4", shadow=0, rim=0)
        paper.cut(box(left, top + height * 0.15, width * 0.26, height * 0.02), "FAF3E4", shadow=0, rim=0)
    paper.cut(
        box(x + width * 0.40, foot - height * 0.36, width * 0.2, height * 0.36), mixed(wall, "2E3A40", 0.55), shadow=1.5
    )


def bird(paper: Paper, x: float, y: float, size: float, breast: Colour, back: Colour, *, mirror: bool = False) -> None:
    """A small round bird in profile, beak to the right."""

    def at(shape: Shape) -> Shape:
        return placed(shape, x, y, size, mirror=mirror)

    for dx in (0.02, 0.14):
        paper.stroke(at([(dx, 0.30), (dx + 0.01, 0.48)]), size * 0.022, "5A4638")
    paper.cut(at([(-0.42, 0.02), (-0.90, 0.20), (-0.86, 0.30), (-0.36, 0.22)]), darker(back, 0.25), shadow=2)
    body = [
        (0.30, -0.42),
        (0.46, -0.30),
        (0.47, -0.12),
        (0.40, 0.14),
        (0.14, 0.34),
        (-0.20, 0.30),
        (-0.48, 0.12),
        (-0.28, -0.16),
        (0.04, -0.40),
    ]
    paper.cut(at(smooth(body, steps=8)), lighter(breast, 0.08), darker(breast, 0.06), shadow=4)
    cap = [(0.08, -0.44), (0.30, -0.46), (0.47, -0.32), (0.42, -0.22), (0.24, -0.24), (0.10, -0.30)]
    paper.cut(at(smooth(cap, steps=6)), darker(back, 0.45), shadow=1.5)
    wing = [(0.12, -0.16), (0.16, 0.04), (-0.10, 0.18), (-0.58, 0.20), (-0.30, -0.08)]
    paper.cut(at(smooth(wing, steps=7)), back, darker(back, 0.15), shadow=2.5)
    paper.cut(at([(0.45, -0.30), (0.60, -0.23), (0.45, -0.18)]), "D9A441", shadow=1.5)
    paper.cut(at(disc(0.34, -0.29, 0.026, sides=20)), "F7F1E3", shadow=0, rim=0)


def star(x: float, y: float, size: float, *, points: int = 5, inner: float = 0.42, angle: float = -90.0) -> Shape:
    corners: list[Point] = []
    for n in range(points * 2):
        a, r = math.radians(angle + n * 180 / points), size if n % 2 == 0 else size * inner
        corners.append((x + r * math.cos(a), y + r * math.sin(a)))
    return corners


def table(paper: Paper, y: float, wood: Colour = "C79A6B") -> None:
    """Boards across the picture from `y` downwards."""
    step = (paper.height - y) / 4
    for n in range(5):
        shade = mixed(wood, "8E6238", 0.07 * ((n * 7) % 4))
        paper.cut(box(-20, y + n * step, paper.width + 40, step + 30), lighter(shade, 0.07), shade, shadow=2, dark=0.2)
        line = [
            (-10, y + n * step + step * 0.45),
            (paper.width * 0.4, y + n * step + step * (0.4 + 0.05 * n)),
            (paper.width + 10, y + n * step + step * 0.5),
        ]
        paper.stroke(smooth(line, closed=False), 1.2, darker(shade, 0.07))


def apple(paper: Paper, rng: Random, x: float, y: float, r: float) -> None:
    colour = rng.choice(["C24F3E", "B5412F", "D98C4A", "B9B04E", "CF6A4A"])
    shape = smooth(
        [
            (0, -0.78),
            (0.5, -0.95),
            (0.98, -0.45),
            (0.85, 0.45),
            (0.4, 0.95),
            (0, 0.86),
            (-0.4, 0.95),
            (-0.85, 0.45),
            (-0.98, -0.45),
            (-0.5, -0.95),
        ],
        steps=7,
    )
    paper.cut(placed(shape, x, y, r, rng.uniform(-14, 14)), lighter(colour, 0.14), darker(colour, 0.12), shadow=5)
    paper.stroke([(x, y - r * 0.72), (x + r * 0.10, y - r * 1.18)], r * 0.11, "6B4A38", shadow=1.5)
    paper.cut(placed(leaf("birch"), x + r * 0.06, y - r * 0.95, r * 0.75, 62), "8DAA5C", "6F8F4E", shadow=2)
    paper.cut(blob(rng, x - r * 0.42, y - r * 0.35, r * 0.14, r * 0.22), lighter(colour, 0.5), shadow=0, rim=0)


def window(paper: Paper, x: float, y: float, width: float, height: float, *, night: bool = False) -> None:
    paper.cut(box(x - 16, y - 16, width + 32, height + 32, 4), "FBF5E8", "E9DFCB", shadow=6)
    paper.cut(box(x, y, width, height), *(("26344F", "5A6A88") if night else ("BCD5DD", "EAF0E4")), shadow=0)
    hill = [
        (x, y + height * 0.74),
        (x + width * 0.3, y + height * 0.66),
        (x + width * 0.65, y + height * 0.76),
        (x + width, y + height * 0.68),
        (x + width, y + height),
        (x, y + height),
    ]
    paper.cut(hill, *(("3B4A5E", "2E3B4D") if night else ("A9BC94", "8FA67C")), shadow=2)
    paper.cut(box(x + width / 2 - 7, y, 14, height), "FBF5E8", "EFE6D3", shadow=3)
    paper.cut(box(x, y + height * 0.45 - 7, width, 14), "FBF5E8", "EFE6D3", shadow=3)
