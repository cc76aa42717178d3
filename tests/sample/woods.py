"""Scenes in the wood and the yard, in autumn. Each takes a size in pixels, chance and a variant, and returns the paper."""

from __future__ import annotations

import math
from random import Random

from tests.sample.paper import Paper, Size, box, darker, disc, lighter, mixed, placed, ridge, smooth
from tests.sample.things import AUTUMN, COATS, TOYS, apple, birch, child, house, lay_leaf, leaf, mushroom, spruce


def forest(size: Size, rng: Random, variant: int) -> Paper:
    sky = [("CFE0E2", "F7E6C8"), ("F3D9B8", "F8EBD2"), ("BFD3DA", "EFE6D2")][variant % 3]
    paper = Paper(size, *sky)
    paper.cut(
        disc(paper.width * (0.24 + 0.25 * (variant % 3)), paper.height * 0.24, 62),
        "FBEFCB",
        "F6D98F",
        shadow=6,
        dark=0.12,
    )
    for n, colour in enumerate(("B9C9C2", "94AD9E", "6F8F7C", "4F7059")):
        y = paper.height * (0.42 + 0.12 * n)
        count = 9 - n
        for k in range(count):
            x = paper.width * (k + rng.uniform(0.15, 0.85)) / count
            foot = y + rng.uniform(8, 26)
            if (n == 2 and rng.random() < 0.55) or (n == 3 and k % 3 == variant % 3):
                birch(paper, rng, x, foot + 16, rng.uniform(210, 260) + 30 * n, rng.choice(AUTUMN))
            else:
                spruce(paper, x, foot + 14, rng.uniform(120, 170) + 50 * n, darker(colour, 0.06))
        paper.cut(ridge(rng, paper, y, 16), lighter(colour, 0.1), colour, shadow=6)
    path = smooth(
        [
            (paper.width * 0.52, paper.height * 0.80),
            (paper.width * 0.56, paper.height * 0.86),
            (paper.width * 0.68, paper.height + 30),
            (paper.width * 0.36, paper.height + 30),
            (paper.width * 0.47, paper.height * 0.88),
        ]
    )
    paper.cut(path, "E4CFA6", "D2B584", shadow=2)
    _scattered(paper, rng, 0.84, 22)
    if variant % 2:
        for n in range(4):
            child(
                paper, paper.width * (0.40 + 0.075 * n), paper.height * (0.90 + 0.012 * n), 120, COATS[n + variant % 2]
            )
    return paper


def walk(size: Size, rng: Random, variant: int) -> Paper:
    """Children in a row, hand in hand, from behind."""
    paper = Paper(size, *[("DCE7E4", "F8EACB"), ("F2DDC0", "FAF0DA"), ("CBDAE0", "F1E7D4")][variant % 3])
    paper.cut(disc(paper.width * 0.78, paper.height * 0.22, 55), "FBE7B2", "F3CD7C", shadow=6, dark=0.12)
    paper.cut(ridge(rng, paper, paper.height * 0.50, 22), "B8C8AE", "A3B897", shadow=6)
    house(paper, paper.width * 0.09, paper.height * 0.57, 150, 92, "A4482F")
    birch(paper, rng, paper.width * 0.88, paper.height * 0.66, 300, AUTUMN[variant % 3])
    paper.cut(ridge(rng, paper, paper.height * 0.62, 14), "93AA82", "7F9870", shadow=6)
    paper.cut(ridge(rng, paper, paper.height * 0.76, 8, steps=4), "DDC698", "CBAE78", shadow=5)
    _scattered(paper, rng, 0.86, 14)
    count = 5 if paper.width > 800 else 3
    for n in range(count):
        x = paper.width * (0.5 + (n - (count - 1) / 2) * (0.145 if count == 5 else 0.24))
        child(
            paper,
            x,
            paper.height * (0.90 + 0.015 * (n % 2)),
            205 + 24 * (n % 3),
            COATS[(n + variant) % 6],
            bag=n % 2 == variant % 2,
        )
    return paper


def fungi(size: Size, rng: Random, variant: int) -> Paper:
    paper = Paper(size, "7E9A86", "C9D3B0")
    for n in range(6):
        x = paper.width * (n + rng.uniform(0.2, 0.8)) / 6
        paper.cut(
            box(x - 22, -20, 44 + 10 * rng.random(), paper.height), mixed("5E6F5E", "8A7A60", rng.random()), shadow=6
        )
    paper.cut(ridge(rng, paper, paper.height * 0.60, 30), "6F8A5C", "58754C", shadow=8)
    for _ in range(9):
        x, y = rng.uniform(0, paper.width), paper.height * rng.uniform(0.60, 0.72)
        for k in range(5):
            paper.cut(
                placed(leaf("willow"), x, y, rng.uniform(60, 110), -50 + 25 * k),
                mixed("6F8F52", "93A864", rng.random()),
                shadow=2.5,
            )
    caps = [["B5412F", "C9523A"], ["D79A3C", "E2B050"], ["9A5F3C", "B5412F"]][variant % 3]
    row = [(0.30, 0.86, 330), (0.56, 0.93, 420), (0.76, 0.84, 250), (0.16, 0.92, 190)][: 3 + variant % 2]
    for n, (x, y, high) in enumerate(sorted(row, key=lambda r: r[1])):
        mushroom(
            paper,
            paper.width * x,
            paper.height * y,
            high * paper.height / 750,
            caps[n % 2],
            dots=variant % 3 != 1,
            lean=rng.uniform(-7, 7),
        )
    paper.cut(ridge(rng, paper, paper.height * 0.91, 14), "7C9460", "60794B", shadow=6)
    _scattered(paper, rng, 0.92, 16, big=True)
    return paper


def hut(size: Size, rng: Random, variant: int) -> Paper:
    """A koja of branches against a tree."""
    paper = Paper(size, "D5E0D3", "F6E7C6")
    for n, colour in enumerate(("AFC2B0", "8CA68F")):
        for k in range(7 - n):
            spruce(
                paper,
                paper.width * (k + rng.uniform(0.2, 0.8)) / (7 - n),
                paper.height * (0.52 + 0.1 * n),
                190 + 80 * n,
                darker(colour, 0.05),
            )
        paper.cut(ridge(rng, paper, paper.height * (0.50 + 0.1 * n), 14), lighter(colour, 0.1), colour, shadow=6)
    birch(
        paper,
        rng,
        paper.width * (0.80 - 0.62 * (variant % 2)),
        paper.height * 0.76,
        paper.height * 0.66,
        AUTUMN[variant % 4],
    )
    paper.cut(ridge(rng, paper, paper.height * 0.72, 12), "A9B27A", "8B9660", shadow=6)
    middle, foot, top = paper.width * 0.5, paper.height * 0.88, paper.height * 0.26
    paper.cut([(middle - 10, top + 40), (middle + 230, foot), (middle - 230, foot)], "6B5443", "4B3A32", shadow=8)
    order = [-5, 5, -4, 4, -3, 3, -2, 2]
    for k in order:
        lean = k * 52.0
        bark = mixed("8A6446", "B98D5F", rng.random())
        line = [
            (middle + lean, foot + rng.uniform(-8, 14)),
            (middle + lean * 0.42 + rng.uniform(-6, 6), paper.height * 0.56),
            (middle - lean * 0.10 + rng.uniform(-12, 12), top + rng.uniform(-24, 30)),
        ]
        paper.stroke(smooth(line, closed=False), rng.uniform(13, 21), bark, shadow=4)
        for _ in range(4):
            share = rng.uniform(0.1, 0.8)
            lay_leaf(
                paper,
                "birch",
                middle + lean * (1 - share),
                foot + (top - foot) * share,
                rng.uniform(30, 46),
                rng.uniform(0, 360),
                rng.choice([*AUTUMN, "7F8F55", "6F8450"]),
            )
    door = smooth(
        [
            (middle - 62, foot + 6),
            (middle - 48, foot - 110),
            (middle, foot - 178),
            (middle + 48, foot - 110),
            (middle + 62, foot + 6),
        ],
        steps=6,
    )
    paper.cut(door, "3B2E2B", "53402F", shadow=0)
    paper.glow(middle, foot - 60, 95, "F2C46B", 0.75)
    paper.cut(ridge(rng, paper, paper.height * 0.95, 8), "8F9A5E", "737F49", shadow=5)
    _scattered(paper, rng, 0.88, 26, big=True)
    if variant % 3 != 2:
        child(paper, middle - 190, foot + 34, 190, COATS[variant % 6])
        child(paper, middle + 215, foot + 40, 210, COATS[(variant + 2) % 6])
    return paper


def yard(size: Size, rng: Random, variant: int) -> Paper:
    """The preschool's yard: two houses, a fence, two small figures."""
    paper = Paper(size, "D7E2E2", "F7E8CC")
    paper.cut(ridge(rng, paper, paper.height * 0.46, 24), "B9C6AC", "A2B494", shadow=6)
    for k in range(4):
        spruce(paper, paper.width * (0.08 + 0.29 * k + rng.uniform(-0.04, 0.04)), paper.height * 0.50, 170, "7C9682")
    house(paper, paper.width * 0.50, paper.height * 0.60, 260, 150, "A4482F", lit=variant % 2 == 1)
    house(paper, paper.width * 0.14, paper.height * 0.59, 170, 100, "D9B25E", lit=variant % 2 == 1)
    birch(paper, rng, paper.width * 0.91, paper.height * 0.68, 340, AUTUMN[variant])
    paper.cut(ridge(rng, paper, paper.height * 0.60, 8), "A7B384", "8E9C69", shadow=5)
    fence = [box(x, paper.height * 0.61, 12, 66, 5) for x in range(6, int(paper.width), 34)]
    fence += [box(-10, paper.height * 0.63, paper.width + 20, 8), box(-10, paper.height * 0.665, paper.width + 20, 8)]
    paper.cut(fence, "F6EEDD", "E0D3BB", shadow=4)
    paper.cut(ridge(rng, paper, paper.height * 0.76, 10, steps=4), "D8C292", "C5A873", shadow=5)
    _scattered(paper, rng, 0.84, 20, big=True)
    for n in range(2):
        child(
            paper,
            paper.width * (0.40 + 0.15 * n),
            paper.height * 0.92,
            240 - 46 * n,
            COATS[(variant + 2 * n) % 6],
            bag=n == 0,
        )
    return paper


def feast(size: Size, rng: Random, variant: int) -> Paper:
    """Bunting above a long table."""
    paper = Paper(size, *[("C7D9DC", "F6E6C6"), ("EACFB4", "F7E9D2")][variant % 2])
    for n, colour in enumerate(("B3C3A6", "98AE8A")):
        for k in range(5):
            spruce(
                paper,
                paper.width * (k + rng.uniform(0.2, 0.8)) / 5,
                paper.height * (0.60 + 0.06 * n),
                190,
                darker(colour, 0.08),
            )
        paper.cut(ridge(rng, paper, paper.height * (0.56 + 0.07 * n), 14), lighter(colour, 0.1), colour, shadow=6)
    for line in range(3):
        y = paper.height * (0.06 + 0.13 * line)
        sag = 90 - 14 * line
        rope = [(paper.width * t / 20, y + sag * math.sin(math.pi * t / 20)) for t in range(21)]
        paper.stroke(rope, 4, "8A6446", shadow=3)
        for n in range(9):
            t = (n + 0.5) / 9
            x, top, colour = paper.width * t, y + sag * math.sin(math.pi * t), TOYS[(n + line * 2 + variant) % 7]
            paper.cut([(x - 40, top), (x + 40, top), (x, top + 84)], lighter(colour, 0.1), colour, shadow=5)
    y = paper.height * 0.74
    paper.cut(
        [(-20, y), (paper.width + 20, y), (paper.width + 20, paper.height + 20), (-20, paper.height + 20)],
        "FBF5E8",
        "E6DAC4",
        shadow=9,
    )
    for k in range(13):
        paper.cut(
            box(paper.width * k / 13, y, paper.width / 26, paper.height),
            mixed("FBF5E8", "B5503C", 0.35),
            shadow=0,
            rim=0,
        )
    for n in range(4):
        x = paper.width * (n + 0.5) / 4
        if n % 2 == variant % 2:
            paper.cut(
                [(x - 66, y - 40), (x + 66, y - 40), (x + 46, y + 40), (x - 46, y + 40)], "C4744E", "A95A38", shadow=6
            )
            for k in range(6):
                lay_leaf(paper, ("maple", "oak")[k % 2], x - 30 + 12 * k, y - 36, 92, -50 + 20 * k, AUTUMN[(k + n) % 7])
        else:
            paper.cut(disc(x, y + 26, 106, 26), "F7F2E6", "DDD5C4", shadow=6)
            for k in range(5):
                apple(paper, rng, x - 60 + 30 * k, y - 4 - 26 * (k % 2), 30)
    return paper


def _scattered(paper: Paper, rng: Random, low: float, count: int, *, big: bool = False) -> None:
    """Fallen leaves on the ground."""
    for _ in range(count):
        x, y = rng.uniform(0, paper.width), paper.height * rng.uniform(low, 1.0)
        size = rng.uniform(16, 26) * (1.6 if big else 1)
        colour = rng.choice(AUTUMN)
        paper.cut(
            placed(leaf(rng.choice(("birch", "maple", "oak"))), x, y, size, rng.uniform(0, 360)),
            lighter(colour, 0.1),
            colour,
            shadow=2,
        )
