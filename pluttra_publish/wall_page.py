"""A post for the wall as one page for A4 or A3, with its pictures in it. Knows paper and HTML. Decides nothing of who may be on it."""

from __future__ import annotations

import base64
import re
from html import escape
from typing import Literal

from pluttra_publish.site.languages import spoken
from pluttra_publish.wall import Wall, WallPhoto

Paper = Literal["A4", "A3"]

_MILLIMETRES: dict[Paper, tuple[int, int, float]] = {"A4": (210, 297, 1.0), "A3": (297, 420, 1.41)}
_MARGIN = 12
_LINK = re.compile(r"</?a\b[^>]*>")
_HEADING = re.compile(r"(?<=<)(/?)h[1-6](?=>)")
_RIGHT_TO_LEFT = frozenset({"ar", "ckb", "fa", "he", "ps", "ur", "yi"})
_HERO = 3

_STYLE = """
* { box-sizing: border-box; }
html { background: #ddd; }
body { margin: 0 auto; color: #1c1815; font: SIZEpt/1.45 Charter, "Noto Serif", Georgia, serif; }
.sheet { display: flex; flex-direction: column; inline-size: WIDTHmm; min-block-size: HEIGHTmm; margin: 6mm auto; padding: MARGINmm; background: #fff; }
header { display: grid; grid-template-columns: 1fr auto; align-items: end; gap: 1em; padding-block-end: .5em; border-block-end: .25em solid COLOUR; }
h1 { margin: 0; font-size: 2.5em; font-weight: 600; line-height: 1.1; text-wrap: balance; overflow-wrap: break-word; }
.where { margin: 0; text-align: end; font: .85em/1.4 system-ui, sans-serif; }
.where strong { display: block; }
.photos { flex: 1 1 auto; display: grid; gap: .5em; grid-template-columns: repeat(6, 1fr); grid-auto-rows: minmax(ROWmm, 1fr); margin-block: .9em; }
.photos img { display: block; inline-size: 100%; block-size: 100%; min-block-size: 0; object-fit: cover; border-radius: 2mm; }
.photos figure { position: relative; margin: 0; grid-column: span 2; }
.photos figure > img { position: absolute; inset: 0; }
.one figure { grid-column: 1 / -1; grid-row: span 3; }
.two figure { grid-column: span 3; grid-row: span 2; }
.two.lying figure { grid-column: 1 / -1; }
.many figure:first-child { grid-column: 1 / -1; grid-row: span 2; }
.many.even figure:not(:first-child) { grid-column: span 3; }
.text { columns: 2; column-gap: 1.6em; hyphens: auto; }
.text.short { columns: 1; max-inline-size: 40em; font-size: 1.15em; }
.text p, .text ul, .text ol { margin: 0 0 .7em; }
.text h2 { margin: 0 0 .3em; font-size: 1.15em; break-after: avoid; }
footer { display: grid; grid-template-columns: 1fr auto; gap: 1.5em; align-items: end; margin-block-start: .9em; padding-block-start: .6em; border-block-start: .08em solid #777; font: .8em/1.4 system-ui, sans-serif; }
footer ul { margin: 0; padding: 0; list-style: none; }
footer p { margin: 0; }
.until { padding: .3em .6em; border: .12em solid; text-align: center; }
@page { size: PAPER; margin: 0; }
@media print {
  html { background: none; }
  .sheet { margin: 0; inline-size: auto; min-block-size: calc(HEIGHTmm - .2mm); }
  header, footer, figure { break-inside: avoid; print-color-adjust: exact; }
}
"""


def wall_page(wall: Wall, paper: Paper, colour: str = "#9e1b32") -> str:
    """Return a whole HTML page that holds all it needs, and loads nothing."""
    width, height, scale = _MILLIMETRES[paper]
    style = _STYLE
    for key, value in (
        ("SIZE", f"{12 * scale:.1f}"), ("WIDTH", str(width)), ("HEIGHT", str(height)), ("MARGIN", str(round(_MARGIN * scale))),
        ("ROW", str(round(36 * scale))), ("COLOUR", colour), ("PAPER", f"{paper} portrait"),
    ):  # fmt: skip
        style = style.replace(key, value)
    direction = "rtl" if wall.lang.split("-")[0] in _RIGHT_TO_LEFT else "ltr"
    day = spoken().long_date(wall.day)
    return f"""<!doctype html>
<html lang="sv">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>{escape(wall.title)} – lärvägg</title>
<style>{style}</style>
</head>
<body>
<main class="sheet">
<header>
<h1 lang="{escape(wall.lang)}" dir="{direction}">{escape(wall.title)}</h1>
<p class="where"><strong>{escape(wall.place)}</strong>{escape(wall.preschool)}<br><time datetime="{wall.day.isoformat()}">{day}</time></p>
</header>
{_photos(wall.photos)}{_text(wall, direction)}{_footer(wall)}</main>
</body>
</html>
"""


def _photos(photos: tuple[WallPhoto, ...]) -> str:
    if not photos:
        return ""
    kind = {1: "one", 2: "two"}.get(len(photos), "many")
    if kind == "two" and all(photo.width > photo.height for photo in photos):
        kind += " lying"
    if kind == "many" and len(photos) % _HERO != 1:  # after the large one, two to a row where three would leave a hole
        kind += " even" if len(photos) % 2 else ""
    figures = "\n".join(
        f'<figure><img src="data:image/{photo.path.suffix.lstrip(".").replace("jpg", "jpeg")};base64,'
        f'{base64.b64encode(photo.path.read_bytes()).decode("ascii")}" alt="{escape(photo.alt)}"></figure>'
        for photo in photos
    )
    return f'<div class="photos {kind}">\n{figures}\n</div>\n'


def _text(wall: Wall, direction: str) -> str:
    words = _HEADING.sub(r"\1h2", _LINK.sub("", wall.body)).strip()
    if not words:
        return ""
    short = " short" if len(re.sub(r"<[^>]*>", "", words)) < 420 else ""
    return f'<div class="text{short}" lang="{escape(wall.lang)}" dir="{direction}">\n{words}\n</div>\n'


def _footer(wall: Wall) -> str:
    goals = "".join(f"<li>{escape(goal)} {escape(label)}</li>" for goal, label in wall.goals)
    aim = f"<p><strong>Ur läroplanen</strong></p><ul>{goals}</ul>" if goals else ""
    names = f"<p>Med på väggen: {escape(', '.join(wall.names))}</p>" if wall.names else ""
    until = (
        f'<p class="until">Ta ner senast<br><strong>{spoken().long_date(wall.through)}</strong></p>'
        if wall.through
        else ""
    )
    return f"<footer><div>{names}{aim}</div><div>{until}</div></footer>\n" if names or aim or until else ""
