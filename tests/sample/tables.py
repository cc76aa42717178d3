"""Scenes on a table or a sheet of paper, seen from above. Each takes a size in pixels, chance and a variant, and returns the paper."""

from __future__ import annotations

import math
from random import Random

from tests.sample.paper import Paper, Size, blob, box, darker, disc, lighter, mixed, placed, smooth
from tests.sample.things import AUTUMN, TOYS, WALLS, apple, boat, lay_leaf, star, table, window


def leaves(size: Size, rng: Random, variant: int) -> Paper:
    """Leaves laid in a wreath, a row or a fan on paper."""
    paper = Paper(size, *[("F3E8D2", "EADBBE"), ("DCE3D6", "CBD6C4"), ("F0DCC6", "E8CDB2")][variant % 3])
    cx, cy = paper.width / 2, paper.height / 2
    kinds = ("maple", "oak", "birch")
    if variant % 3 == 0:
        for ring, (radius, count, length) in enumerate(((265, 17, 130), (195, 13, 112), (130, 9, 88))):
            for n in range(count):
                a = 360 * n / count + ring * 14
                x, y = cx + radius * math.sin(math.radians(a)), cy - radius * math.cos(math.radians(a))
                lay_leaf(
                    paper,
                    kinds[(n + ring) % 3],
                    x,
                    y,
                    length * rng.uniform(0.9, 1.1),
                    a + rng.uniform(-16, 16),
                    AUTUMN[(n * 3 + ring) % 7],
                )
    elif variant % 3 == 1:
        for row in range(3):
            for n in range(5):
                x, y = paper.width * (0.13 + 0.185 * n), paper.height * (0.33 + 0.29 * row)
                lay_leaf(
                    paper,
                    kinds[(n + row) % 3],
                    x,
                    y,
                    170 - 16 * row,
                    rng.uniform(-14, 14),
                    AUTUMN[(n * 2 + row * 3) % 7],
                )
    else:
        for n in range(13):
            a = -78 + 13 * n
            lay_leaf(
                paper,
                kinds[n % 3],
                cx + 250 * math.sin(math.radians(a)),
                cy + 215 - 250 * math.cos(math.radians(a)),
                210,
                a,
                AUTUMN[n % 7],
            )
        for n in range(9):
            lay_leaf(
                paper,
                kinds[(n + 1) % 3],
                cx + 110 * math.sin(math.radians(-72 + 18 * n)),
                cy + 225 - 110 * math.cos(math.radians(-72 + 18 * n)),
                150,
                -72 + 18 * n,
                AUTUMN[(n * 2 + 3) % 7],
            )
        paper.cut(blob(rng, cx, cy + 225, 64, 52), "8A5B3E", "6F452E", shadow=5)
    for _ in range(12):
        paper.cut(
            disc(rng.uniform(20, paper.width - 20), rng.uniform(20, paper.height - 20), rng.uniform(6, 11)),
            "C24F3E",
            "9E3A2D",
            shadow=2,
        )
    return paper


def apples(size: Size, rng: Random, variant: int) -> Paper:
    paper = Paper(size, *WALLS[(variant + 1) % 4])
    table(paper, paper.height * (0.62 if variant % 2 else 0.30))
    if variant % 2:
        cx, foot = paper.width / 2, paper.height * 0.90
        for n in range(13):
            apple(paper, rng, cx + rng.uniform(-205, 205), foot - 215 - rng.uniform(0, 70) * (1 - abs(n - 6) / 8), 60)
        bowl = smooth(
            [
                (cx - 270, foot - 210),
                (cx + 270, foot - 210),
                (cx + 225, foot - 60),
                (cx + 120, foot),
                (cx - 120, foot),
                (cx - 225, foot - 60),
            ],
            steps=8,
        )
        paper.cut(bowl, "C48F57", "9C6A3B", shadow=9)
        for row in range(4):
            for k in range(-5, 6):
                x = cx + k * 44 * (1 - 0.07 * row) + (22 if row % 2 else 0)
                if abs(x - cx) < 235 - 26 * row:
                    paper.cut(box(x - 19, foot - 176 + row * 40, 38, 26, 8), lighter("C48F57", 0.2), "B07E49", shadow=2)
        for x in (0.12, 0.88):
            apple(paper, rng, paper.width * x, paper.height * 0.92, 58)
    else:
        for row in range(3):
            for n in range(4):
                apple(
                    paper,
                    rng,
                    paper.width * (0.16 + 0.225 * n + 0.04 * (row % 2)),
                    paper.height * (0.44 + 0.20 * row),
                    rng.uniform(60, 76),
                )
        for _ in range(7):
            lay_leaf(
                paper,
                "birch",
                rng.uniform(40, paper.width - 40),
                paper.height * rng.uniform(0.4, 0.98),
                62,
                rng.uniform(0, 360),
                rng.choice(["7F8F55", "93A35F", "B9A24C"]),
            )
    return paper


def pancakes(size: Size, rng: Random, variant: int) -> Paper:
    paper = Paper(size, *[("DDE3DC", "C9D3CC"), ("F0DEC6", "E5CBA8")][variant % 2])
    for k in range(0, int(paper.width) + 60, 120):
        paper.cut(box(k - 30, -10, 58, paper.height + 20), mixed("FFFFFF", "C86E5A", 0.35), shadow=0, rim=0)
    for k in range(0, int(paper.height) + 60, 120):
        paper.cut(box(-10, k - 30, paper.width + 20, 58), mixed("F6E8DC", "C86E5A", 0.42), shadow=0, rim=0)
    cx, cy = paper.width / 2, paper.height * 0.52
    paper.cut(disc(cx, cy, 300, 270), "FBF7EE", "E6E0D4", shadow=12)
    paper.cut(disc(cx, cy, 235, 208), "F1ECE2", "F8F4EC", shadow=2)
    if variant % 2 == 0:
        for n in range(5):
            x, y = cx + rng.uniform(-10, 10), cy + 34 - 17 * n
            paper.cut(blob(rng, x, y, 190, 152, 0.03), "C98B47", "A96C30", shadow=5)
            paper.cut(blob(rng, x, y - 7, 183, 145, 0.03), "EDC27C", "DFA95E", shadow=0)
        paper.cut(blob(rng, cx, cy - 44, 112, 84, 0.14), "B23A48", "8E2A38", shadow=4)
        paper.cut(blob(rng, cx + 10, cy - 62, 66, 50, 0.10), "FCF6E8", "EFE3CC", shadow=5)
    else:
        for n in range(4):
            a = 90 * n + 20
            x, y = cx + 92 * math.cos(math.radians(a)), cy + 82 * math.sin(math.radians(a))
            paper.cut(blob(rng, x, y, 104, 96, 0.04), "D29A55", "B47A38", shadow=5)
            paper.cut(blob(rng, x, y - 3, 94, 86, 0.04), "F0CA88", "E2B067", shadow=0)
            for _ in range(7):
                paper.cut(
                    disc(x + rng.uniform(-54, 54), y + rng.uniform(-48, 48), rng.uniform(4, 9)),
                    "C98B47",
                    shadow=0,
                    rim=0,
                )
        for _ in range(15):
            paper.cut(disc(cx + rng.gauss(0, 90), cy + rng.gauss(0, 80), 13), "5C6A9C", "3F4A78", shadow=3)
    paper.cut([*box(cx + 350, cy - 190, 20, 210, 8)], "B9BEC0", "979DA0", shadow=5)
    paper.cut(disc(cx + 360, cy - 205, 27, 44), "C9CDCE", "A4A9AB", shadow=5)
    paper.cut(box(cx + 352, cy + 10, 17, 190, 8), "B07E4E", "8E6038", shadow=5)
    paper.cut(box(cx - 372, cy + 10, 17, 190, 8), "B07E4E", "8E6038", shadow=5)
    for k in range(4):
        paper.cut(box(cx - 388 + 14 * k, cy - 200, 6, 90, 3), "C9CDCE", "A4A9AB", shadow=3)
    paper.cut(box(cx - 388, cy - 125, 48, 30, 10), "C9CDCE", "A4A9AB", shadow=3)
    paper.cut(box(cx - 372, cy - 100, 16, 120, 6), "B9BEC0", "979DA0", shadow=4)
    return paper


def buns(size: Size, rng: Random, variant: int) -> Paper:
    paper = Paper(size, "D9C0A0", "C7A57C")
    table(paper, -10, "C29465")
    paper.cut(box(70, 55, paper.width - 140, paper.height - 110, 26), "59616A", "464D55", shadow=12)
    paper.cut(box(92, 77, paper.width - 184, paper.height - 154, 16), "F4EAD8", "E7D8BE", shadow=3)
    across, down = (4, 3) if paper.width > paper.height else (3, 4)
    for row in range(down):
        for n in range(across):
            x = 100 + (paper.width - 200) * (n + 0.5) / across + rng.uniform(-8, 8)
            y = 85 + (paper.height - 170) * (row + 0.5) / down + rng.uniform(-6, 6)
            r = 84
            paper.cut(blob(rng, x, y, r, r * 0.95, 0.05), "DDA45C", "B8752F", shadow=6)
            turns = [
                (
                    x + (8 + (r - 22) * t / 60) * math.cos(t / 60 * 15 + variant),
                    y + (8 + (r - 22) * t / 60) * 0.95 * math.sin(t / 60 * 15 + variant),
                )
                for t in range(61)
            ]
            paper.stroke(turns, 12, "8F5527")
            paper.stroke([(a - 2, b - 3) for a, b in turns], 6, "EBBE7C")
            for _ in range(12):
                paper.cut(
                    placed(box(-4, -4, 8, 8, 2), x + rng.gauss(0, 30), y + rng.gauss(0, 28), 1, rng.uniform(0, 90)),
                    "FDFAF2",
                    shadow=1.4,
                )
    return paper


def drawing(size: Size, rng: Random, variant: int) -> Paper:
    """A child's crayon drawing on a table, with the crayons beside it."""
    paper = Paper(size, "C79A6B", "B98A5E")
    table(paper, -10, ["C79A6B", "BFA07A", "B98A5E"][variant % 3])
    w, h = paper.width * 0.74, paper.height * 0.80
    tilt = [-3.0, 2.5, -1.5][variant % 3]
    cx, cy = paper.width * 0.45, paper.height * 0.5

    def at(x: float, y: float) -> tuple[float, float]:
        return placed([(x - w / 2, y - h / 2)], cx, cy, 1, tilt)[0]

    def crayon(points: list[tuple[float, float]], width: float, colour: str) -> None:
        trembling = [(x + rng.uniform(-2.5, 2.5), y + rng.uniform(-2.5, 2.5)) for x, y in points]
        paper.stroke([at(x, y) for x, y in smooth(trembling, closed=False, steps=5)], width, colour)

    def filled(left: float, top: float, wide: float, high: float, colour: str) -> None:
        for n in range(int(wide / 9)):
            x = left + n * 9
            crayon(
                [(x, top + rng.uniform(-5, 5)), (x + 8, top + high + rng.uniform(-5, 5))],
                5.5,
                lighter(colour, rng.uniform(0, 0.25)),
            )

    paper.cut([at(0, 0), at(w, 0), at(w, h), at(0, h)], "FDFAF2", "F3ECDD", shadow=8)
    crayon([(30, h * 0.80), (w * 0.3, h * 0.77), (w * 0.7, h * 0.81), (w - 30, h * 0.78)], 10, "6F9A4E")
    for n in range(46):
        x = 36 + (w - 72) * n / 46
        crayon([(x, h * 0.94), (x + rng.uniform(-6, 6), h * 0.83)], 5, rng.choice(["7FA85A", "93B46A", "6F9A4E"]))
    ring = [(w - 120 + 52 * math.cos(a / 4), 110 + 52 * math.sin(a / 4)) for a in range(26)]
    crayon(ring, 8, "E8B33A")
    filled(w - 156, 80, 72, 62, "F0C650")
    for k in range(9):
        a = k * 0.7
        crayon(
            [
                (w - 120 + 70 * math.cos(a), 110 + 70 * math.sin(a)),
                (w - 120 + 104 * math.cos(a), 110 + 104 * math.sin(a)),
            ],
            7,
            "E8B33A",
        )
    if variant % 3 == 0:
        filled(w * 0.16, h * 0.48, 200, h * 0.30, "C8574A")
        crayon(
            [(w * 0.13, h * 0.48), (w * 0.16 + 100, h * 0.27), (w * 0.16 + 230, h * 0.48), (w * 0.13, h * 0.48)],
            11,
            "6B4A38",
        )
        filled(w * 0.16 + 82, h * 0.62, 44, h * 0.16, "4F6D94")
    elif variant % 3 == 1:
        crayon([(w * 0.30, h * 0.80), (w * 0.31, h * 0.62), (w * 0.30, h * 0.46)], 20, "8A6446")
        for _ in range(120):
            a, r = rng.uniform(0, 6.3), 120 * math.sqrt(rng.random())
            x, y = w * 0.30 + r * math.cos(a), h * 0.38 + r * 0.9 * math.sin(a)
            crayon([(x, y), (x + rng.uniform(-14, 14), y + rng.uniform(6, 18))], 9, rng.choice(AUTUMN))
        for _ in range(12):
            x, y = rng.uniform(w * 0.12, w * 0.8), rng.uniform(h * 0.5, h * 0.8)
            crayon([(x, y), (x + 9, y + 8)], 10, rng.choice(AUTUMN))
    else:
        for n in range(8):
            x = w * (0.10 + 0.09 * n)
            crayon([(x, h * 0.80), (x + 4, h * 0.62)], 6, "6F9A4E")
            for k in range(6):
                a = k * 1.05
                crayon(
                    [(x + 4, h * 0.60), (x + 4 + 26 * math.cos(a), h * 0.60 + 26 * math.sin(a))], 11, TOYS[(n * 2) % 7]
                )
            crayon([(x + 2, h * 0.60), (x + 6, h * 0.60)], 15, "F0C650")
        crayon([(w * 0.2 + 9 * k, h * (0.25 + 0.05 * math.sin(k / 2))) for k in range(24)], 9, "5E8CA8")
    crayon([(w * 0.62, h * 0.80), (w * 0.64, h * 0.70), (w * 0.62, h * 0.58)], 9, "4F6D94")
    crayon([(w * 0.62, h * 0.80), (w * 0.59, h * 0.90)], 9, "4F6D94")
    crayon([(w * 0.63, h * 0.80), (w * 0.66, h * 0.90)], 9, "4F6D94")
    crayon([(w * 0.57, h * 0.64), (w * 0.63, h * 0.68), (w * 0.69, h * 0.62)], 9, "4F6D94")
    crayon([(w * 0.62 + 30 * math.cos(a / 3), h * 0.52 + 30 * math.sin(a / 3)) for a in range(20)], 9, "C0633A")
    for n in range(6):
        x, y, colour = paper.width * 0.91, paper.height * (0.12 + 0.15 * n), TOYS[(n + variant) % 6]
        turn = rng.uniform(-34, 34)
        paper.cut(
            placed(box(-62, -13, 112, 26, 5), x, y, 1, turn), lighter(colour, 0.1), darker(colour, 0.08), shadow=5
        )
        paper.cut(placed([(50, -13), (76, -4), (76, 4), (50, 13)], x, y, 1, turn), darker(colour, 0.12), shadow=3)
        paper.cut(placed(box(-40, -13, 64, 26), x, y, 1, turn), "F7EEDB", "E9DCC2", shadow=0)
    return paper


def mandala(size: Size, rng: Random, variant: int) -> Paper:
    """A pattern of stones, cones and leaves on moss or sand."""
    paper = Paper(size, *[("8A9A6A", "73855A"), ("D9C49C", "C7AC7E")][variant % 2])
    for _ in range(70):
        x, y = rng.uniform(0, paper.width), rng.uniform(0, paper.height)
        tone = mixed(["7E9060", "CDB68C"][variant % 2], ["97A878", "E3D0AA"][variant % 2], rng.random())
        paper.cut(
            blob(rng, x, y, rng.uniform(30, 70), rng.uniform(20, 46)), tone, tone, shadow=1.5, dark=0.12, rim=0.15
        )
    cx, cy = paper.width / 2, paper.height / 2
    rings = [(312, 20, "birch"), (252, 18, "stone"), (196, 14, "cone"), (140, 11, "maple"), (86, 8, "stone")]
    for order, (radius, count, what) in enumerate(rings):
        for n in range(count):
            a = 360 * n / count + 9 * order
            x, y = cx + radius * math.sin(math.radians(a)), cy - radius * math.cos(math.radians(a))
            if what == "stone":
                tone = mixed("8E8A86", "D8CCBA", (n * 0.37) % 1)
                paper.cut(blob(rng, x, y, 27, 23), lighter(tone, 0.2), darker(tone, 0.06), shadow=5)
            elif what == "cone":
                for k in range(4):
                    paper.cut(
                        placed(disc(0, 16 - 11 * k, 22 - 4 * k, 12, sides=24), x, y, 1, a),
                        mixed("8A5B3E", "B98458", k / 4),
                        shadow=3,
                    )
            else:
                lay_leaf(
                    paper,
                    what,
                    x - 30 * math.sin(math.radians(a)),
                    y + 30 * math.cos(math.radians(a)),
                    72,
                    a,
                    AUTUMN[(n + order + variant * 2) % 7],
                )
    paper.cut(blob(rng, cx, cy, 40, 38), "B5412F", "8E2F22", shadow=5)
    paper.cut(star(cx, cy, 24, points=8, inner=0.5), "F3DFA8", shadow=2)
    return paper


def beads(size: Size, rng: Random, variant: int) -> Paper:
    """A necklace of rowan berries, beads and acorns."""
    paper = Paper(size, "E9D7BC", "DCC3A0")
    table(paper, -10, "C9A27A")
    paper.cut(
        placed(box(-400, -290, 800, 580, 10), paper.width / 2, paper.height / 2, 0.98, -2), "F6EEDC", "EADFC6", shadow=8
    )
    cx, cy = paper.width / 2, paper.height * 0.44
    points = [
        (cx + 290 * math.sin(t), cy - 190 * math.cos(t) + 70 * max(0.0, -math.cos(t)) ** 2)
        for t in (k * 2 * math.pi / 44 for k in range(44))
    ]
    paper.stroke([*points, points[0]], 3.5, "8A6446", shadow=2)
    for n, (x, y) in enumerate(points):
        colour = ["C24F3E", "D9A441", "C24F3E", "5E8C7E", "C24F3E", "4F6D94"][n % 6]
        r = 19 if n % 6 in {0, 2, 4} else 15
        paper.cut(disc(x, y, r), lighter(colour, 0.18), darker(colour, 0.14), shadow=4)
        paper.cut(disc(x - r * 0.3, y - r * 0.35, r * 0.22), lighter(colour, 0.7), shadow=0, rim=0)
    lay_leaf(paper, "oak", cx, cy + 300, 130, 178, "C0633A")
    for _ in range(10):
        paper.cut(
            disc(rng.uniform(150, paper.width - 150), rng.uniform(cy - 120, cy + 60), 13), "C24F3E", "9E3A2D", shadow=3
        )
    return paper


def toy_boat(size: Size, rng: Random, variant: int) -> Paper:
    """One boat on a workbench below a window, with shavings around it."""
    paper = Paper(size, *WALLS[1])
    window(paper, paper.width * 0.13, paper.height * 0.06, paper.width * 0.74, paper.height * 0.36)
    table(paper, paper.height * 0.52, "C9A06E")
    for _ in range(26):
        x, y = rng.uniform(0, paper.width), paper.height * rng.uniform(0.60, 0.98)
        tone = mixed("F0DAB0", "D2A870", rng.random())
        curl = [(x + (6 + 4 * t) * math.cos(t), y + (4 + 3 * t) * math.sin(t)) for t in (k * 0.5 for k in range(13))]
        paper.stroke(smooth(curl, closed=False, steps=4), 7, tone, shadow=3)
    paper.glow(paper.width * 0.5, paper.height * 0.5, 420, "FFE9BF", 0.4)
    x, y, length = paper.width * 0.5, paper.height * 0.78, min(paper.width, 900) * 0.66
    boat(paper, x, y, length, "B0563C", "F2E3C2", lean=-2)
    for n in range(3):
        paper.cut(placed(disc(-0.22 + 0.2 * n, -0.03, 0.04, sides=40), x, y, length, -2), "F6EBD6", "E3D3B4", shadow=2)
        paper.cut(placed(disc(-0.22 + 0.2 * n, -0.03, 0.024, sides=40), x, y, length, -2), "7FA3AE", shadow=0)
    paper.cut(placed([(0.01, -1.04), (0.01, -0.94), (0.17, -0.99)], x, y, length, -2), "D9A441", shadow=3)
    paper.cut(placed(star(0.18, -0.44, 0.075), x, y, length, -2), "D9A441", shadow=2)
    return paper
