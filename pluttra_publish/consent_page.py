"""The quick reference list as a page for A4. Knows no reasons and no files.

JA and NEJ are told apart by word, sign and frame, never by colour: it is to be read on the move and from a black and
white print, where browsers leave backgrounds out.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from html import escape

from pluttra_publish.register import Purpose, ReferenceRow, Register, title_of

YES, NO = "✓ JA", "✗ NEJ"

Section = tuple[str, tuple[ReferenceRow, ...]]
"""A department's title, and its children."""

_STYLE = """
@page { size: A4; margin: 14mm 12mm 16mm; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 190mm; padding: 6mm 4mm; background: #fff; color: #000; font: 13pt/1.35 "Atkinson Hyperlegible", Verdana, "DejaVu Sans", sans-serif; }
h1 { margin: 0 0 2mm; font-size: 18pt; }
h2 { margin: 8mm 0 2mm; font-size: 20pt; break-after: avoid; }
p { margin: 0 0 3mm; }
table { width: 100%; border-collapse: collapse; }
thead { display: table-header-group; }
tr { break-inside: avoid; }
th, td { padding: 2.6mm 2mm; border-bottom: 0.4pt solid #000; text-align: center; vertical-align: middle; }
thead th { border-bottom: 1.2pt solid #000; font-size: 12pt; overflow-wrap: anywhere; }
th:first-child { text-align: left; }
tbody th { font-size: 19pt; line-height: 1.15; overflow-wrap: anywhere; }
.yes, .no { display: inline-block; min-width: 17mm; padding: 0.8mm 1mm; white-space: nowrap; }
.no { border: 1.6pt solid #000; font-weight: bold; }
@media print { body { max-width: none; padding: 0; } }
"""


def sections(register: Register, rows: Iterable[ReferenceRow], department: str | None = None) -> tuple[Section, ...]:
    """Return a reference list by department, in the register's order; a child of two stands in both."""
    listed = tuple(rows)
    parts = [
        (one.name, tuple(row for row in listed if one.name in row.departments))
        for one in register.departments
        if department in {None, one.id}
    ]
    return tuple((title, those) for title, those in parts if those or department)


def consent_page(
    preschool: str, parts: Iterable[Section], purposes: Iterable[Purpose], *, on: date, through: date | None
) -> str:
    """Return a whole HTML page to print; `through` is the last day on which the list of `on` is sure to hold, if any is known."""
    asked = tuple(purposes)
    body = "\n".join(f"<section>\n<h2>{escape(title)}</h2>\n{_table(rows, asked)}</section>" for title, rows in parts)
    return f"""<!doctype html>
<html lang="sv">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<meta name="referrer" content="no-referrer">
<title>Samtycken – {escape(preschool)}</title>
<style>{_STYLE}</style>
</head>
<body>
<h1>Samtycken – {escape(preschool)}</h1>
<p>{_notice(on, through)}</p>
{body}
</body>
</html>
"""


def _table(rows: Iterable[ReferenceRow], purposes: tuple[Purpose, ...]) -> str:
    heads = "".join(f'<th scope="col">{escape(title_of(purpose))}</th>' for purpose in purposes)
    lines = [f'<table>\n<thead><tr><th scope="col">Barn</th>{heads}</tr></thead>\n<tbody>\n']
    for row in rows:
        cells = "".join(f"<td>{_cell(row.may[purpose])}</td>" for purpose in purposes)
        lines.append(f'<tr><th scope="row"><bdi>{escape(row.name)}</bdi></th>{cells}</tr>\n')
    return "".join([*lines, "</tbody>\n</table>\n"])


def _cell(may: bool) -> str:
    return f'<span class="yes">{YES}</span>' if may else f'<span class="no">{NO}</span>'


def held(on: date, through: date | None) -> str:
    """Return the sentence that says for when a list is."""
    return f"Gäller {on.isoformat()}" + (f", och längst till och med {through.isoformat()}." if through else ".")


def _notice(on: date, through: date | None) -> str:
    return (
        f"{held(on, through)} {YES}: barnet får synas, höras eller nämnas utanför sin egen sida. {NO}: det får det inte. "
        "Den som inte står med får inte synas alls."
    )
