"""Scenes in a room or at its window, and the flowers outside. Each takes a size in pixels, chance and a variant, and returns the paper."""

from __future__ import annotations

import math
from random import Random

from tests.sample.paper import Paper, Shape, Size, blob, box, darker, disc, lighter, mixed, placed, ridge, smooth
from tests.sample.things import AUTUMN, TOYS, WALLS, house, leaf, spruce, star, table, window


def towers(size: Size, rng: Random, variant: int) -> Paper:
    paper = Paper(size, *WALLS[variant % 4])
    high = paper.height > paper.width
    ground = paper.height * 0.80
    window(
        paper, paper.width * (0.66 if variant % 2 == 0 else 0.08), paper.height * 0.10, 230 if not high else 190, 250
    )
    table(paper, ground, ["C79A6B", "B98A5E", "D2A878"][variant % 3])
    columns = 3 if high else 5
    for n in range(columns):
        x = paper.width * (n + 0.5) / columns
        y = ground + 46
        storeys = rng.randint(2, 4) + (3 if n == (variant + 1) % columns else 0) + (2 if high else 0)
        for level in range(storeys):
            width, height = rng.uniform(84, 128) - 5 * level, rng.uniform(52, 78)
            colour = TOYS[(n * 3 + level * 2 + variant) % 7]
            left = x - width / 2 + rng.uniform(-7, 7)
            if level == 1 and n % 2 == 0:
                paper.cut(
                    box(left, y - height, width, height, 5), lighter(colour, 0.08), darker(colour, 0.06), shadow=5
                )
                hole = [
                    *[(x + 25 * math.cos(a / 10), y - 4 + 32 * math.sin(a / 10)) for a in range(-31, 1)],
                    (x + 25, y),
                    (x - 25, y),
                ]
                paper.cut(hole, darker(colour, 0.45), darker(colour, 0.3), shadow=0, rim=0)
            else:
                paper.cut(
                    box(left, y - height, width, height, 5), lighter(colour, 0.08), darker(colour, 0.06), shadow=5
                )
                if level % 3 == 2:
                    paper.cut(disc(left + width / 2, y - height / 2, height * 0.24), lighter(colour, 0.45), shadow=1.5)
            y -= height
        top = TOYS[(n + 4 + variant) % 7]
        if n % 3 == 0:
            paper.cut([(x - 58, y + 1), (x, y - 76), (x + 58, y + 1)], lighter(top, 0.1), darker(top, 0.06), shadow=5)
        elif n % 3 == 1:
            paper.cut(
                [*[(x + 46 * math.cos(a / 10), y + 46 * math.sin(a / 10)) for a in range(-31, 1)]],
                lighter(top, 0.1),
                top,
                shadow=5,
            )
        else:
            paper.cut(disc(x, y - 30, 31), lighter(top, 0.15), darker(top, 0.08), shadow=5)
    for n in range(4):
        x, y = paper.width * rng.uniform(0.05, 0.95), paper.height * rng.uniform(0.92, 0.98)
        paper.cut(
            placed(box(-32, -24, 64, 48, 5), x, y, 1, rng.uniform(-30, 30)),
            lighter(TOYS[(n + variant) % 7], 0.1),
            TOYS[(n + variant) % 7],
            shadow=5,
        )
    return paper


def town(size: Size, rng: Random, variant: int) -> Paper:
    """A cardboard town on the floor."""
    paper = Paper(size, *WALLS[(variant + 2) % 4])
    for row in range(3):
        foot = paper.height * (0.52 + 0.17 * row)
        paper.cut(ridge(rng, paper, foot - 26, 7, steps=4), ["C9BE9B", "B9B088", "A8A476"][row], shadow=6)
        count = 6 - row
        for n in range(count):
            width = paper.width / count * rng.uniform(0.58, 0.72)
            x = paper.width * (n + 0.5) / count - width / 2 + rng.uniform(-8, 8)
            wall = ["D9B382", "C99D6B", "E3C79C", "A4482F", "D9B25E", "8FA3A8"][(n * 2 + row + variant) % 6]
            house(paper, x, foot, width, width * rng.uniform(0.62, 0.95), wall, lit=rng.random() < 0.5)
    paper.cut(ridge(rng, paper, paper.height * 0.90, 6, steps=4), "8A8580", "77726E", shadow=5)
    for n in range(9):
        paper.cut(box(paper.width * n / 9 + 12, paper.height * 0.95, 60, 7, 2), "F2E6C9", shadow=0)
    for n in range(2):
        x, y, colour = paper.width * (0.25 + 0.42 * n), paper.height * 0.945, TOYS[(n * 2 + variant) % 7]
        paper.cut(
            smooth([(x - 30, y - 34), (x + 24, y - 34), (x + 44, y - 6), (x - 48, y - 6)], steps=6),
            lighter(colour, 0.2),
            colour,
            shadow=3,
        )
        paper.cut(box(x - 64, y - 12, 128, 30, 12), lighter(colour, 0.08), darker(colour, 0.05), shadow=4)
        for dx in (-36, 36):
            paper.cut(disc(x + dx, y + 18, 15), "4A4546", shadow=2)
            paper.cut(disc(x + dx, y + 18, 6), "D9D2C4", shadow=0)
    return paper


def seedlings(size: Size, rng: Random, variant: int) -> Paper:
    """Pots on a window sill; the larger the variant, the taller the peas."""
    paper = Paper(size, *WALLS[(variant + 1) % 4])
    window(paper, paper.width * 0.08, paper.height * 0.05, paper.width * 0.84, paper.height * 0.62)
    sill = paper.height * 0.80
    paper.cut(box(-20, sill, paper.width + 40, 60), "F7EFE0", "DCCFB8", shadow=8)
    paper.cut(box(-20, sill + 60, paper.width + 40, 200), *WALLS[(variant + 3) % 4], shadow=4)
    count = 4 if paper.width > 800 else 3
    for n in range(count):
        x = paper.width * (n + 0.5) / count
        stem = (60 + 62 * variant) * rng.uniform(0.8, 1.12)
        if variant >= 3:
            paper.cut(box(x + 24, sill - 170 - stem, 8, stem + 60), "C9A26C", shadow=3)
        for side in (-1, 1):
            tall = stem * (0.86 if side > 0 else 1)
            foot = sill - 118
            bend = [(x + side * 16, foot), (x + side * 24, foot - tall * 0.5), (x + side * 12, foot - tall)]
            paper.stroke(smooth(bend, closed=False), 6, "7C9A52", shadow=3)
            pairs = 1 + variant
            for k in range(pairs):
                share = (k + 1) / pairs
                lx, ly = x + side * (16 + 10 * math.sin(share * 3)), foot - tall * share
                for turn in (-1, 1):
                    green = mixed("6F9A4E", "A3BE6A", rng.random())
                    paper.cut(
                        placed(leaf("birch"), lx, ly, 46 + 8 * variant, turn * 62 + rng.uniform(-9, 9)),
                        lighter(green, 0.12),
                        green,
                        shadow=3,
                    )
            if variant >= 3:
                paper.cut(disc(x + side * 20, foot - tall * 0.62, 14, 10), "F4EBDD", "E2B9C2", shadow=2)
        clay = ["C4744E", "B9653F", "CF8A62"][n % 3]
        paper.cut(
            [(x - 78, sill - 100), (x + 78, sill - 100), (x + 58, sill + 14), (x - 58, sill + 14)],
            lighter(clay, 0.08),
            darker(clay, 0.1),
            shadow=7,
        )
        paper.cut(box(x - 88, sill - 132, 176, 40, 6), lighter(clay, 0.14), clay, shadow=4)
        paper.cut(disc(x, sill - 131, 74, 9), "5A4334", "463328", shadow=0, rim=0)
        label = box(x - 30, sill - 68, 60, 44, 4)
        paper.cut(label, "FBF4E4", "EFE4CC", shadow=2)
        mark = TOYS[(n + variant) % 7]
        paper.cut(
            [
                star(x, sill - 46, 16),
                disc(x, sill - 46, 14),
                box(x - 13, sill - 59, 26, 26),
                [(x - 16, sill - 34), (x, sill - 62), (x + 16, sill - 34)],
            ][n % 4],
            mark,
            shadow=0,
        )
    return paper


def mittens(size: Size, rng: Random, variant: int) -> Paper:
    paper = Paper(size, *WALLS[(variant + 3) % 4])
    for k in range(0, int(paper.width) + 80, 80):
        paper.cut(box(k, -10, 40, paper.height + 20), lighter(WALLS[(variant + 3) % 4][0], 0.12), shadow=0, rim=0)
    for line, y in enumerate((paper.height * 0.14, paper.height * 0.56)):
        rope = smooth([(-20, y), (paper.width * 0.5, y + 34), (paper.width + 20, y - 6)], closed=False)
        paper.stroke(rope, 5, "8A6446", shadow=4)
        count = 5 if paper.width > 800 else 4
        for n in range(count):
            x = paper.width * (n + 0.5) / count + rng.uniform(-12, 12)
            colour, trim = (
                TOYS[(n * 2 + line * 3 + variant) % 6],
                ["F6EBD6", "EAD9B5", "4F6D84", "8A4B3C"][(n + line) % 4],
            )
            mirror, turn, top = n % 2 == 0, rng.uniform(-8, 8), y + 22 + 10 * math.sin(n)

            def at(shape: Shape, x: float = x, top: float = top, turn: float = turn, mirror: bool = mirror) -> Shape:
                return placed(shape, x, top, 1, turn, mirror=mirror)

            thumb = smooth([(48, 112), (84, 80), (108, 92), (96, 136), (52, 172)], steps=7)
            paper.cut(at(thumb), darker(colour, 0.08), shadow=4)
            hand = smooth([(-54, 40), (54, 40), (62, 130), (48, 208), (0, 236), (-48, 208), (-62, 130)], steps=8)
            paper.cut(at(hand), lighter(colour, 0.08), darker(colour, 0.05), shadow=6)
            paper.cut(at(box(-58, 0, 116, 54, 10)), lighter(trim, 0.1), trim, shadow=4)
            for k in range(-4, 5):
                paper.stroke(at([(k * 12.5, 6), (k * 12.5, 48)]), 2, darker(trim, 0.12))
            if (n + line) % 3 == 0:
                paper.cut(at(star(0, 136, 34, points=8, inner=0.5)), trim, shadow=0)
            elif (n + line) % 3 == 1:
                for row in range(3):
                    zig = [(-56 + 14 * k, 98 + 36 * row + (9 if k % 2 else -9)) for k in range(9)]
                    paper.stroke(at(zig), 6, trim)
            else:
                heart = smooth([(0, 176), (-40, 132), (-26, 108), (0, 122), (26, 108), (40, 132)], steps=8)
                paper.cut(at(heart), trim, shadow=0)
            paper.cut(box(x - 7, top - 30, 14, 50, 4), "D2A878", "B0824F", shadow=3)
    return paper


def shelf(size: Size, rng: Random, variant: int) -> Paper:
    """Books, baskets and a reading nook."""
    paper = Paper(size, *WALLS[variant % 4])
    paper.cut(box(50, 60, paper.width - 100, paper.height - 60, 8), "A87B50", "8E6440", shadow=9)
    rows = 3 if paper.height < 800 else 4
    deep = (paper.height - 110) / rows
    for row in range(rows):
        top = 84 + row * deep
        paper.cut(box(72, top, paper.width - 144, deep - 20), "6B4B34", "7E5A3E", shadow=0)
        x = 84.0
        while x < paper.width - 150:
            kind = rng.random()
            foot = top + deep - 20
            colour = TOYS[rng.randrange(7)]
            if kind < 0.72:
                for _ in range(rng.randint(3, 6)):
                    wide, high = rng.uniform(18, 34), (deep - 40) * rng.uniform(0.6, 0.94)
                    if x + wide > paper.width - 84:
                        break
                    colour = mixed(TOYS[rng.randrange(7)], rng.choice(AUTUMN), 0.3)
                    paper.cut(box(x, foot - high, wide, high, 3), lighter(colour, 0.1), darker(colour, 0.06), shadow=3)
                    paper.cut(box(x + 3, foot - high * 0.85, wide - 6, 9, 2), "F4E7CB", shadow=0, rim=0)
                    x += wide + 2
            elif kind < 0.88:
                paper.cut(box(x, foot - deep * 0.46, 112, deep * 0.46, 12), "D2A870", "B48549", shadow=5)
                for k in range(4):
                    paper.cut(disc(x + 24 + 22 * k, foot - deep * 0.47, 18), TOYS[(k + row) % 7], shadow=3)
                paper.cut(box(x, foot - deep * 0.36, 112, deep * 0.36, 10), "D9B27C", "B9894E", shadow=3)
                x += 122
            else:
                paper.cut(disc(x + 40, foot - 40, 40), lighter(colour, 0.2), darker(colour, 0.08), shadow=5)
                x += 90
            x += 12
    if variant % 2:
        cx, foot = paper.width * 0.5, paper.height + 30
        for k, colour in enumerate(("B5503C", "D9A441", "5E8C7E")):
            paper.cut(
                blob(rng, cx - 190 + 190 * k, foot - 70 - 20 * (k % 2), 150, 96, 0.05),
                lighter(colour, 0.15),
                colour,
                shadow=8,
            )
        paper.cut(
            [(cx - 130, foot - 150), (cx, foot - 128), (cx, foot - 40), (cx - 130, foot - 62)],
            "FBF5E7",
            "E9DFC9",
            shadow=6,
        )
        paper.cut(
            [(cx + 130, foot - 150), (cx, foot - 128), (cx, foot - 40), (cx + 130, foot - 62)],
            "F6EEDC",
            "E2D6BC",
            shadow=6,
        )
        for k in range(4):
            paper.stroke([(cx - 110, foot - 128 + 17 * k), (cx - 22, foot - 113 + 17 * k)], 3, "B7A88C")
        paper.cut(star(cx + 65, foot - 92, 28), "E0A83E", shadow=0)
    return paper


def flowers(size: Size, rng: Random, variant: int) -> Paper:
    """Sunflowers for Solrosen, bluebells for Blåklockan."""
    paper = Paper(size, *[("CFE0E2", "F9EBC8"), ("E3E4D8", "F4EAD6")][variant % 2])
    paper.cut(ridge(rng, paper, paper.height * 0.66, 18), "B5C49A", "9BB07E", shadow=6)
    paper.cut(ridge(rng, paper, paper.height * 0.78, 14), "93AA6C", "7A9455", shadow=6)
    count = 5 if paper.width > 800 else 3
    for n in sorted(range(count), key=lambda k: k % 2):
        x = paper.width * (n + 0.5) / count + rng.uniform(-14, 14)
        top = paper.height * (0.24 + 0.15 * (n % 2) + rng.uniform(-0.03, 0.03))
        stem = smooth([(x, paper.height + 20), (x + rng.uniform(-26, 26), paper.height * 0.7), (x, top)], closed=False)
        paper.stroke(stem, 14 if variant % 2 == 0 else 8, "6F8F4E", shadow=4)
        for side in (-1, 1):
            paper.cut(
                placed(leaf("birch"), x, paper.height * 0.74 + 30 * side, 140, side * 58), "8DAA5C", "6F8F4E", shadow=4
            )
        if variant % 2 == 0:
            r = 78 + 12 * (n % 2)
            for layer in range(2):
                for k in range(18):
                    paper.cut(
                        placed(leaf("willow"), x, top, r * (1.75 - 0.22 * layer), 20 * k + 10 * layer),
                        ["E3A02E", "F2C24B"][layer],
                        ["CF8A24", "E8B03A"][layer],
                        shadow=2,
                    )
            paper.cut(disc(x, top, r * 0.72), "6B452C", "4E3020", shadow=4)
            for k in range(60):
                a, d = k * 2.39996, r * 0.68 * math.sqrt(k / 60)
                paper.cut(
                    disc(x + d * math.cos(a), top + d * math.sin(a), 3.6, sides=10),
                    mixed("A8713F", "D9A441", k / 60),
                    shadow=0,
                    rim=0,
                )
        else:
            for k, (dx, dy) in enumerate(((0, 10), (-74, 76), (72, 104), (-58, 190))):
                bx, by = x + dx, top + dy
                paper.stroke(
                    smooth([(x, by - 40), ((x + bx) / 2, by - 52), (bx, by - 8)], closed=False), 5, "6F8F4E", shadow=2
                )
                blue = mixed("5B74B0", "8E86C4", (n + k) % 4 / 4)
                bell = smooth(
                    [
                        (0, -14),
                        (26, 2),
                        (32, 44),
                        (50, 78),
                        (26, 70),
                        (0, 86),
                        (-26, 70),
                        (-50, 78),
                        (-32, 44),
                        (-26, 2),
                    ],
                    steps=6,
                )
                paper.cut(
                    placed(bell, bx, by, 0.95, rng.uniform(-14, 14)), lighter(blue, 0.2), darker(blue, 0.05), shadow=4
                )
    return paper


def song(size: Size, rng: Random, variant: int) -> Paper:
    """Bells in a row above a song that is drawn as coloured dots."""
    paper = Paper(size, "DDE4E0", "F4EAD6")
    paper.cut(box(60, 84, paper.width - 120, 26, 10), "B98A5E", "9A6D44", shadow=6)
    for n in range(6):
        x = paper.width * (0.14 + 0.144 * n)
        colour, s = TOYS[[0, 1, 5, 2, 3, 4][n]], 1.25 - 0.09 * n
        paper.stroke([(x, 100), (x, 160)], 4, "8A6446", shadow=2)
        paper.cut(disc(x, 160 + 150 * s, 17 * s), darker(colour, 0.35), shadow=3)
        bell = smooth(
            [
                (x - 20 * s, 156),
                (x + 20 * s, 156),
                (x + 46 * s, 156 + 80 * s),
                (x + 70 * s, 156 + 146 * s),
                (x - 70 * s, 156 + 146 * s),
                (x - 46 * s, 156 + 80 * s),
            ],
            steps=8,
        )
        paper.cut(bell, lighter(colour, 0.2), darker(colour, 0.08), shadow=7)
        paper.cut(box(x - 66 * s, 156 + 124 * s, 132 * s, 13, 5), lighter(colour, 0.4), shadow=1)
    sheet = placed(box(-400, -125, 800, 250, 6), paper.width / 2, paper.height * 0.78, 1, 1.2)
    paper.cut(sheet, "FDFAF2", "F0E8D6", shadow=8)
    for line in range(5):
        y = paper.height * 0.70 + 30 * line
        paper.stroke([(140, y - 6), (paper.width - 140, y + 8)], 2.4, "B9AE9A")
    for n, tone in enumerate((0, 0, 4, 4, 5, 5, 4, 3, 3, 2, 2, 1, 1, 0)):
        x, y = 165 + 51 * n, paper.height * 0.70 + 122 - tone * 19
        paper.cut(disc(x, y, 18), TOYS[[0, 1, 5, 2, 3, 4][tone]], shadow=3)
    return paper


def board(size: Size, rng: Random, variant: int) -> Paper:
    """A planning board full of notes."""
    paper = Paper(size, "D8CDB8", "E9E0CE")
    paper.cut(box(60, 50, paper.width - 120, paper.height - 100, 10), "B98A5E", "9A6D44", shadow=10)
    paper.cut(box(84, 74, paper.width - 168, paper.height - 148), "D9B98C", "CBA674", shadow=0)
    for row in range(3):
        for n in range(5):
            x, y = 185 + n * 158 + rng.uniform(-16, 16), 185 + row * 185 + rng.uniform(-12, 12)
            colour = ["F4D98B", "F2C4A8", "CFE0C4", "C9DCE6", "FBF5E7"][(n + 2 * row) % 5]
            note = placed(box(-62, -62, 124, 124), x, y, 1, rng.uniform(-9, 9))
            paper.cut(note, colour, darker(colour, 0.05), shadow=5)
            for k in range(3 if (n + row) % 3 else 0):
                paper.stroke([(x - 40, y - 20 + 24 * k), (x + rng.uniform(10, 42), y - 20 + 24 * k)], 4, "8A8078")
            if (n + row) % 3 == 0:
                paper.cut(
                    [star(x, y + 6, 34), disc(x, y + 6, 28), placed(leaf("maple"), x, y + 44, 74)][row],
                    TOYS[(n + row) % 7],
                    shadow=0,
                )
            paper.cut(disc(x, y - 50, 8), TOYS[(n * 2 + row) % 4], shadow=3)
    return paper


def stars(size: Size, rng: Random, variant: int) -> Paper:
    """Paper stars in a window; or, in the other variant, a fir with lights."""
    if variant % 2:
        paper = Paper(size, "2A3A55", "73829B")
        for _ in range(40):
            paper.cut(
                star(rng.uniform(0, paper.width), rng.uniform(0, paper.height * 0.7), rng.uniform(3, 9)),
                "F6DFA0",
                shadow=1,
            )
        paper.cut(ridge(rng, paper, paper.height * 0.78, 16), "EEF1F2", "CBD6DE", shadow=7)
        x, foot = paper.width / 2, paper.height * 0.90
        paper.glow(x, foot - 300, 360, "FFD58A", 0.5)
        spruce(paper, x, foot, 620, "3F6650", snow=False)
        for k in range(34):
            y = foot - rng.uniform(80, 540)
            half = 150 * (1 - (foot - y) / 620) + 10
            bx = x + rng.uniform(-half, half)
            paper.glow(bx, y, 24, "FFE3A0", 0.8)
            paper.cut(disc(bx, y, 7), ["FFE6A8", "E8795A", "F4C95A"][k % 3], shadow=1.5)
        paper.cut(star(x, foot - 628, 44), "F8D36C", "E8B03A", shadow=4)
        return paper
    paper = Paper(size, "E8D6BE", "F2E4CC")
    window(paper, paper.width * 0.08, paper.height * 0.06, paper.width * 0.84, paper.height * 0.76, night=True)
    for n in range(5):
        x, y = paper.width * (0.18 + 0.16 * n), paper.height * (0.34 + 0.13 * ((n * 2) % 3))
        paper.stroke([(x, 0), (x, y - 50)], 2, "F0E4CC")
        paper.glow(x, y, 130, "FFD58A", 0.65)
        colour = ["E8B03A", "F4E3B4", "C8574A", "F2C24B", "EAD9B5"][n]
        paper.cut(star(x, y, 74, points=[5, 8, 6, 5, 8][n], inner=0.45), lighter(colour, 0.25), colour, shadow=5)
        paper.cut(star(x, y, 40, points=[5, 8, 6, 5, 8][n], inner=0.45), lighter(colour, 0.6), shadow=2)
    return paper
