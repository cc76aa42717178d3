"""A changed register to its files' bytes. Knows headings and rows. Does not know why anything changed, nor write files.

A file whose rows are as before keeps its bytes. Otherwise the order of rows and columns stays, and so do columns of the
preschool's own and cells that have not changed; the file is then as Excel opens it: UTF-8 with a byte order mark, `;`, CRLF.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from pluttra_publish.register.read import FILES
from pluttra_publish.register.tables import read_records
from pluttra_publish.register.values import Register, Span

TABLES = dict(
    zip(
        FILES,
        ("departments", "children", "guardians", "relations", "placements", "staff", "staff_departments"),
        strict=True,
    )
)
_ROLES = {"pedagogue": "pedagog", "principal": "rektor"}
_MARKINGS = {None: "", True: "ja", False: "nej"}
# A cell that begins so is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Edited:
    """The rows a table is to have, each with the place it had before; None is a new row."""

    rows: tuple[tuple[int | None, Any], ...]

    @property
    def values(self) -> tuple[Any, ...]:
        return tuple(value for _, value in self.rows)


def unedited(register: Register) -> dict[str, Edited]:
    """Return every file's rows as they are."""
    return {name: Edited(tuple(enumerate(getattr(register, table)))) for name, table in TABLES.items()}


def edited_register(edits: Mapping[str, Edited]) -> Register:
    """Return the register with the rows as edited."""
    return Register(**{TABLES[name]: edited.values for name, edited in edits.items()})


def written_files(raw: Mapping[str, bytes], before: Register, edits: Mapping[str, Edited]) -> dict[str, bytes]:
    """Return the bytes of the files that change, by name. `raw` are the files as they are."""
    changed = {}
    for name, edited in edits.items():
        rows = getattr(before, TABLES[name])
        if edited.rows != tuple(enumerate(rows)):
            changed[name] = _written(name, raw.get(name, b""), rows, edited)
    return changed


def is_formula(text: str) -> bool:
    """Tell whether a spreadsheet would take a text for a formula."""
    return text.startswith(_FORMULA)


def cells_of(name: str, value: Any) -> dict[str, str]:
    """Return a row's texts by heading, in the file of that name."""
    columns = FILES[name]
    texts: list[str] = []
    for field in fields(value):
        texts += _TEXTS.get(field.name, _plain)(getattr(value, field.name))
    order = _ORDERS.get(name, range(len(texts)))
    return {column.heading: texts[at] for column, at in zip(columns, order, strict=True)}


def _written(name: str, raw: bytes, before: Sequence[Any], edited: Edited) -> bytes:
    columns = FILES[name]
    head, records = read_records(raw, name, columns)
    wanted = [cells_of(name, value) for value in edited.values]
    places = {}
    for column in columns:
        found = next((at for at, heading in enumerate(head) if column.is_called(heading)), None)
        if found is None and (column.needed or any(cells[column.heading] for cells in wanted)):
            head.append(column.heading)
            found = len(head) - 1
        if found is not None:
            places[column.heading] = found
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(head)
    for (origin, _), cells in zip(edited.rows, wanted, strict=True):
        record = list(records[origin]) if origin is not None else []
        record += [""] * (len(head) - len(record))
        had = cells_of(name, before[origin]) if origin is not None else {}
        for heading, at in places.items():
            if had.get(heading) != cells[heading]:
                record[at] = cells[heading]
        writer.writerow(record)
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def _plain(value: str) -> list[str]:
    return [value]


def _span(span: Span) -> list[str]:
    return [span.start.isoformat(), span.end.isoformat() if span.end else ""]


_TEXTS: dict[str, Callable[[Any], list[str]]] = {
    "span": _span,
    "protected": lambda marking: [_MARKINGS[marking]],
    "role": lambda role: [_ROLES[role]],
}
# A member of staff's values stand in another order than the columns.
_ORDERS = {"personal.csv": (0, 1, 2, 6, 3, 4, 5)}
