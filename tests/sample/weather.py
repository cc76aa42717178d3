"""Scenes by the water, in rain, snow and dusk. Each takes a size in pixels, chance and a variant, and returns the paper."""

from __future__ import annotations

import math
from random import Random

from tests.sample.paper import Paper, Size, blob, box, darker, disc, lighter, mixed, placed, ridge, smooth
from tests.sample.things import COATS, bird, boat, child, house, leaf, spruce, star


def stream(size: Size, rng: Random, variant: int, *, boats: bool = True) -> Paper:
    """A water path with bark boats."""
    paper = Paper(size, "C9B58A", "D9C79A")
    paper.cut(ridge(rng, paper, paper.height * 0.06, 20), "A8B67E", "8FA068", shadow=5)
    for n, (colour, swell) in enumerate((("B39A6C", 0), ("6E9AA8", 22), ("83B0BA", 52), ("9CC4C9", 84))):
        upper, lower = paper.height * 0.26 + swell, paper.height * 0.84 - swell * 0.9
        points = 7
        xs = [-60 + (paper.width + 120) * k / points for k in range(points + 1)]
        top = smooth([(x, upper + 46 * math.sin(x / 150 + variant) + rng.uniform(-6, 6)) for x in xs], closed=False)
        low = smooth([(x, lower + 46 * math.sin(x / 150 + variant) + rng.uniform(-6, 6)) for x in xs], closed=False)
        paper.cut([*top, *reversed(low)], lighter(colour, 0.08), colour, shadow=5 if n < 2 else 2.5, dark=0.3)
    for _ in range(16):
        x, y = rng.uniform(0, paper.width), paper.height * rng.uniform(0.38, 0.72)
        y += 46 * math.sin(x / 150 + variant)
        wave = [(x - 45, y), (x - 15, y - 7), (x + 15, y + 5), (x + 45, y - 3)]
        paper.stroke(smooth(wave, closed=False), 2.6, "D6E9E6")
    if boats:
        for n in range(3 if paper.width > 800 else 2):
            x = paper.width * (0.22 + 0.29 * n + rng.uniform(-0.03, 0.03))
            y = paper.height * (0.52 + 0.05 * (n % 2)) + 46 * math.sin(x / 150 + variant)
            boat(
                paper,
                x,
                y,
                150 + 20 * n,
                ["9A6A44", "B0563C", "7F5A3C"][n],
                ["F4E7CB", "E7B98F", "C9D6B8"][(n + variant) % 3],
                lean=rng.uniform(-6, 6),
            )
    for n in range(26):
        edge = n % 2
        x = rng.uniform(-10, paper.width + 10)
        y = paper.height * (0.235 if edge else 0.865) + 46 * math.sin(x / 150 + variant) + rng.uniform(-16, 16)
        stone = mixed("8E8A86", "C9BBA6", rng.random())
        paper.cut(
            blob(rng, x, y, rng.uniform(20, 40), rng.uniform(15, 26)),
            lighter(stone, 0.15),
            darker(stone, 0.08),
            shadow=4,
        )
    for _ in range(8):
        x, y = (
            rng.uniform(0, paper.width),
            rng.choice([paper.height * 0.10, paper.height * 0.95]) + rng.uniform(-14, 14),
        )
        for k in range(4):
            paper.cut(
                placed(leaf("willow"), x, y + 26, rng.uniform(46, 80), -40 + 26 * k),
                mixed("6F8F52", "9AAB62", rng.random()),
                shadow=2.5,
            )
    return paper


def puddle(size: Size, rng: Random, variant: int) -> Paper:
    paper = Paper(size, "9FB0B8", "C9CFCB")
    for n in range(5):
        cloud = [
            blob(rng, paper.width * (n * 0.24) + dx, paper.height * 0.08 + dy, r, r * 0.7)
            for dx, dy, r in ((0, 0, 80), (70, 14, 70), (-66, 16, 62))
        ]
        paper.cut(cloud, "EDEFEA", "CAD4D6", shadow=7)
    paper.cut(ridge(rng, paper, paper.height * 0.46, 14), "8FA08A", "7C907C", shadow=6)
    house(
        paper,
        paper.width * (0.66 - 0.5 * (variant % 2)),
        paper.height * 0.51,
        150,
        88,
        ["A4482F", "D9B25E", "6E8796"][variant % 3],
    )
    paper.cut(ridge(rng, paper, paper.height * 0.56, 8), "B7A98E", "9C8E75", shadow=6)
    for n, (x, y, r) in enumerate(((0.40, 0.82, 330), (0.80, 0.70, 150), (0.10, 0.68, 120))):
        for k, colour in enumerate(("75878D", "8FA6AE", "AFC3C7")):
            share = 1 - 0.10 * k
            paper.cut(
                blob(rng, paper.width * x + 6 * k, paper.height * y + 4 * k, r * share, r * 0.30 * share, 0.06),
                lighter(colour, 0.12),
                colour,
                shadow=0 if k else 3,
                rim=0.5,
            )
        for k in range(2 + (n == 0)):
            cx, cy = paper.width * x + rng.uniform(-0.5, 0.5) * r, paper.height * y + rng.uniform(-0.10, 0.10) * r
            ring = disc(cx, cy, 34 + 8 * k, 11 + 2 * k)
            paper.stroke([*ring, ring[0]], 2.0, "E3ECEB")
    coat = ["E0B23E", "B5503C", "5E8C7E"][variant % 3]
    child(paper, paper.width * 0.40, paper.height * 0.83, 300, coat)
    child(paper, paper.width * 0.66, paper.height * 0.90, 260, COATS[(variant + 3) % 6])
    if variant % 2 == 0:
        _umbrella(paper, paper.width * 0.42, paper.height * 0.44, 150, COATS[(variant + 1) % 6])
    for n in range(70):
        x, y = rng.uniform(0, paper.width), rng.uniform(0, paper.height)
        paper.stroke([(x, y), (x - 4, y + 20)], 1.7, "E4ECEE" if n % 2 else "C6D3D8")
    return paper


def _umbrella(paper: Paper, x: float, y: float, radius: float, colour: str) -> None:
    paper.stroke([(x, y - radius * 0.5), (x, y + radius * 0.75)], 5, "5B4638", shadow=2)
    for n in range(5):
        left, right = x - radius + radius * 0.4 * n, x - radius + radius * 0.4 * (n + 1)
        panel = [(x, y - radius * 0.78), (right, y), ((left + right) / 2, y - radius * 0.10), (left, y)]
        bow = [(x + (px - x) * 1.0, py - abs(math.sin((px - x) / radius * 1.5)) * 6) for px, py in panel]
        paper.cut(bow, lighter(colour, 0.18 if n % 2 else 0.0), darker(colour, 0.05), shadow=3)


def snow_lantern(size: Size, rng: Random, variant: int) -> Paper:
    paper = Paper(size, *[("33475E", "8D9DB0"), ("4A5674", "C99F8E"), ("3A5166", "9FB2BC")][variant % 3])
    for _ in range(26):
        paper.cut(
            disc(rng.uniform(0, paper.width), rng.uniform(0, paper.height * 0.45), rng.uniform(1.4, 2.8), sides=10),
            "F8EFD2",
            shadow=0,
            rim=0,
        )
    paper.cut(
        disc(paper.width * (0.8 - 0.3 * (variant % 2)), paper.height * 0.16, 42), "F9F0D4", "EAD9A8", shadow=7, dark=0.2
    )
    for n, colour in enumerate(("7388A0", "546B86")):
        for k in range(7 - n):
            spruce(
                paper,
                paper.width * (k + rng.uniform(0.2, 0.8)) / (7 - n),
                paper.height * (0.53 + 0.08 * n),
                180 + 60 * n,
                mixed("3F5B57", colour, 0.4 - 0.25 * n),
                snow=True,
            )
        paper.cut(
            ridge(rng, paper, paper.height * (0.50 + 0.09 * n), 14), lighter("C4D0DA", 0.05 * n), "AEBECB", shadow=6
        )
    if variant % 2 == 0:
        house(paper, paper.width * 0.72, paper.height * 0.64, 130, 78, "A4482F", lit=True)
    paper.cut(ridge(rng, paper, paper.height * 0.66, 10), "E6EBEE", "CBD6DE", shadow=6)
    middle, foot, radius = paper.width * (0.42 + 0.1 * (variant % 2)), paper.height * 0.90, 44.0
    paper.glow(middle, foot - 80, 340, "FFC766", 0.75)
    for row in range(4):
        count = 5 - row
        for k in range(count):
            x = middle + (k - (count - 1) / 2) * radius * 1.85
            y = foot - row * radius * 1.45
            warm = mixed("F3F2EE", "FFD58A", 0.25 + 0.5 * (abs(x - middle) < radius * 1.2))
            paper.cut(blob(rng, x, y, radius, radius, 0.04), warm, mixed(warm, "B9C6D4", 0.5), shadow=5, dark=0.28)
    for dx, dy in ((0, -28), (-40, -90), (42, -92), (0, -150)):
        paper.glow(middle + dx, foot + dy, 60, "FFE0A0", 0.9)
    paper.cut(
        smooth(
            [(middle, foot - 262), (middle + 13, foot - 230), (middle, foot - 212), (middle - 13, foot - 230)], steps=6
        ),
        "FFE9B0",
        "F3B04A",
        shadow=0,
    )
    paper.glow(middle, foot - 234, 70, "FFE2A6", 0.8)
    child(paper, middle + 275, foot + 26, 215, COATS[(variant + 1) % 6])
    if paper.width > 800:
        child(paper, middle - 275, foot + 30, 195, COATS[(variant + 4) % 6])
    for _ in range(46):
        paper.cut(
            disc(rng.uniform(0, paper.width), rng.uniform(0, paper.height), rng.uniform(2.2, 5), sides=14),
            "FBFAF5",
            shadow=1,
            rim=0,
        )
    return paper


def lanterns(size: Size, rng: Random, variant: int) -> Paper:
    """An evening walk with paper lanterns."""
    paper = Paper(size, "36426A", "E0A184")
    for _ in range(30):
        paper.cut(
            star(rng.uniform(0, paper.width), rng.uniform(0, paper.height * 0.4), rng.uniform(3, 7)),
            "F8E9BF",
            shadow=0,
            rim=0,
        )
    for n, colour in enumerate(("6E6588", "565879", "434B6A")):
        for k in range(6):
            spruce(
                paper,
                paper.width * (k + rng.uniform(0.1, 0.9)) / 6,
                paper.height * (0.56 + 0.09 * n),
                200 + 60 * n,
                darker(colour, 0.03),
            )
        paper.cut(ridge(rng, paper, paper.height * (0.54 + 0.09 * n), 16), lighter(colour, 0.06), colour, shadow=6)
    paper.cut(ridge(rng, paper, paper.height * 0.80, 10), "75605F", "4E4450", shadow=6)
    count = 3 if paper.width < 800 else 5
    for n in range(count):
        x = paper.width * (0.5 + (n - (count - 1) / 2) * (0.28 if count == 3 else 0.18))
        foot = paper.height * (0.90 + 0.03 * (n % 2))
        child(paper, x, foot, 210, mixed(COATS[(n + variant) % 6], "2E2C40", 0.15))
        lx, ly, colour = x + 78, foot - 190, ["F2B24C", "E88F5A", "F4D58A"][(n + variant) % 3]
        paper.stroke([(x + 48, foot - 62), (x + 70, foot - 150), (lx, ly - 58)], 5, "6B4A38", shadow=2)
        paper.glow(lx, ly, 150, colour, 0.75)
        if (n + variant) % 2:
            paper.cut(disc(lx, ly, 40), lighter(colour, 0.5), colour, shadow=3)
            for k in (-0.55, 0, 0.55):
                rib = [(lx + k * 40 * math.cos(a / 10), ly + 40 * math.sin(a / 10)) for a in range(-15, 16)]
                paper.stroke(rib, 1.6, darker(colour, 0.18))
        else:
            paper.cut(box(lx - 30, ly - 42, 60, 84, 6), lighter(colour, 0.5), colour, shadow=3)
            paper.cut(star(lx, ly, 20), lighter(colour, 0.85), shadow=0)
            paper.cut(box(lx - 34, ly - 48, 68, 9, 3), "6B4A38", shadow=1)
    return paper


def feeder(size: Size, rng: Random, variant: int) -> Paper:
    paper = Paper(size, "C9D8DE", "F1E9DC")
    paper.cut(ridge(rng, paper, paper.height * 0.80, 18), "F4F3EE", "DDE4E6", shadow=7)
    branch = smooth(
        [
            (-30, paper.height * 0.30),
            (paper.width * 0.3, paper.height * 0.34),
            (paper.width * 0.7, paper.height * 0.26),
            (paper.width + 30, paper.height * 0.31),
        ],
        closed=False,
    )
    paper.stroke(branch, 20, "7A5A48", shadow=6)
    for k in range(5):
        x = paper.width * (0.1 + 0.2 * k)
        paper.stroke(
            smooth(
                [
                    (x - 6, paper.height * (0.322 - 0.02 * (k > 2))),
                    (x + 40, paper.height * 0.24),
                    (x + 95, paper.height * (0.14 + 0.03 * (k % 2))),
                ],
                closed=False,
            ),
            8,
            "7A5A48",
            shadow=3,
        )
        for _ in range(7):
            paper.cut(
                disc(x + 95 + rng.uniform(-26, 26), paper.height * 0.14 + rng.uniform(-14, 34), 9),
                "D2573F",
                "A93B2C",
                shadow=2,
            )
    x, y = paper.width * 0.5, paper.height * 0.60
    paper.stroke([(x, paper.height * 0.30), (x, y - 130)], 3, "5C4A3E", shadow=2)
    paper.cut([(x - 150, y - 50), (x, y - 145), (x + 150, y - 50)], "B5654A", "96492F", shadow=6)
    paper.cut(
        [(x - 150, y - 50), (x, y - 145), (x + 150, y - 50), (x + 120, y - 56), (x, y - 118), (x - 120, y - 56)],
        "F6F5F0",
        "E3E8EA",
        shadow=2,
    )
    paper.cut(box(x - 112, y - 52, 18, 132), "C08A5B", shadow=3)
    paper.cut(box(x + 94, y - 52, 18, 132), "C08A5B", shadow=3)
    paper.cut(box(x - 150, y + 74, 300, 24, 6), "D0A06C", "A97843", shadow=5)
    for _ in range(60):
        paper.cut(
            disc(x + rng.uniform(-110, 110), y + 70 - abs(rng.gauss(0, 6)), 4.5, sides=10),
            mixed("E8CB86", "8C6A3C", rng.random()),
            shadow=0.6,
            rim=0,
        )
    breast, back = [("D8614A", "7D8A94"), ("EBCB55", "6E8BA0")][variant % 2]
    bird(paper, x - 40, y + 30, 100, breast, back)
    bird(paper, paper.width * 0.17, paper.height * 0.275, 118, breast, back)
    bird(paper, paper.width * 0.80, paper.height * 0.225, 106, mixed(breast, "EADFCB", 0.45), back, mirror=True)
    bird(paper, paper.width * 0.80, paper.height * 0.86, 112, mixed(breast, "C8B79C", 0.3), back, mirror=True)
    for _ in range(34):
        paper.cut(
            disc(rng.uniform(0, paper.width), rng.uniform(0, paper.height), rng.uniform(2.5, 5.5), sides=14),
            "FFFFFC",
            shadow=1,
            rim=0,
        )
    return paper


def moon(size: Size, rng: Random, variant: int) -> Paper:
    paper = Paper(size, "22304C", "70809A")
    for k, colour in enumerate(("2C3B59", "3A4B6B", "4C5F80", "64779A")):
        paper.cut(
            disc(paper.width * 0.5, paper.height * 0.36, 330 - 62 * k),
            lighter(colour, 0.04),
            colour,
            shadow=8,
            dark=0.25,
        )
    paper.cut(disc(paper.width * 0.5, paper.height * 0.36, 118), "FBF1D0", "EFD595", shadow=9)
    for dx, dy, r in ((-40, -30, 20), (34, 16, 28), (-22, 52, 14), (50, -52, 12)):
        paper.cut(disc(paper.width * 0.5 + dx, paper.height * 0.36 + dy, r), "EBD79C", "F3E3B4", shadow=0, rim=0)
    for _ in range(30):
        paper.cut(
            star(rng.uniform(0, paper.width), rng.uniform(0, paper.height * 0.62), rng.uniform(4, 12)),
            "F6DFA0",
            shadow=2,
        )
    paper.cut(ridge(rng, paper, paper.height * 0.72, 22), "3C5060", "32434F", shadow=7)
    for k in range(6):
        spruce(
            paper,
            paper.width * (k + 0.5) / 6 + rng.uniform(-30, 30),
            paper.height * 0.80,
            rng.uniform(130, 210),
            "2F4A4C",
        )
    paper.cut(ridge(rng, paper, paper.height * 0.80, 12), "2B3B45", "222E38", shadow=7)
    child(paper, paper.width * 0.5, paper.height * 0.93, 215, "D9A441")
    return paper
