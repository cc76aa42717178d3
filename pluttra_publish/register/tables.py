"""CSV files as people's programs save them, to rows of text. Knows delimiters, encodings, headings. Knows no persons.

Excel, LibreOffice and registers' exports differ in delimiter (`;` `,` tab), encoding (UTF-8 with or without a byte
order mark, UTF-16, ISO-8859-1), line ends, and in leaving trailing empty cells out.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pluttra_publish.errors import Findings, RegisterError

DELIMITERS = (";", ",", "\t")


@dataclass(frozen=True)
class Column:
    """A column by its Swedish heading; `aliases` are other headings for it. Without `needed` it may be absent."""

    heading: str
    aliases: tuple[str, ...] = ()
    needed: bool = True

    def is_called(self, heading: str) -> bool:
        return plain(heading) in {plain(known) for known in (self.heading, *self.aliases)}


@dataclass(frozen=True)
class Row:
    """One row: texts by the column's heading, in NFC, without surrounding space. A missing cell is an empty text."""

    file: str
    line: int
    cells: Mapping[str, str]

    def place(self, heading: str = "") -> str:
        return f"rad {self.line}, kolumn {heading}" if heading else f"rad {self.line}"


@dataclass(frozen=True)
class Table:
    """A file's rows, and the headings that were found."""

    file: str
    headings: frozenset[str]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Form:
    """How a file is written, where it is not to be found out. Without headings, columns are called `1`, `2` …"""

    delimiter: str = ""
    encoding: str = ""
    headed: bool = True


def read_table(raw: bytes, file: str, columns: tuple[Column, ...], findings: Findings, form: Form = Form()) -> Table:
    """Return the rows of a CSV file; what cannot be read is a finding and is left out."""
    nothing = Table(file, frozenset(), ())
    text = decode(raw, file, findings, form.encoding)
    if text is None:
        return nothing
    lines = _records(text, file, columns, findings, form.delimiter)
    if form.headed:
        line, head = next(lines, (1, []))
    else:
        every = list(lines)
        line, head = 1, [str(n + 1) for n in range(max((len(cells) for _, cells in every), default=0))]
        lines = iter(every)
    places = _places(line, head, file, columns, findings)
    if places is None:
        return nothing
    rows = []
    for number, cells in lines:
        if any(cell.strip() for cell in cells[len(head) :]):
            message = f"Raden har {len(cells)} kolumner, men rubrikerna är {len(head)}."
            findings.error(
                RegisterError,
                file,
                f"rad {number}",
                message,
                "Sätt text som innehåller skiljetecknet inom citattecken.",
            )
        elif any(cell.strip() for cell in cells):
            named = {heading: _clean(cells[at]) if at < len(cells) else "" for heading, at in places.items()}
            rows.append(Row(file, number, named))
    return Table(file, frozenset(places), tuple(rows))


def read_records(raw: bytes, file: str, columns: tuple[Column, ...]) -> tuple[list[str], list[list[str]]]:
    """Return the headings, and the cells as they stand of every row that is not empty, of a file without findings."""
    findings = Findings()
    text = decode(raw, file, findings) or ""
    lines = [cells for _, cells in _records(text, file, columns, findings)]
    head, rows = (lines[0], lines[1:]) if lines else ([], [])
    return head, [cells for cells in rows if any(cell.strip() for cell in cells)]


def decode(raw: bytes, file: str, findings: Findings, encoding: str = "") -> str | None:
    """Return a file's text, in the encoding that is said or the one that it has; None, and a finding, if it cannot be."""
    if encoding:
        return _decode_as(raw, file, findings, encoding)
    try:
        if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
            return raw.decode("utf-16")
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        pass
    # Å, ä, ö and é in UTF-8 all begin with C3; beside invalid UTF-8 the file has been pasted together from two.
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")) or re.search(rb"\xc3[\x80-\xbf]", raw):
        message = "Filen blandar två teckenkodningar, så att å, ä och ö inte kan läsas säkert."
        findings.error(RegisterError, file, "", message, "Öppna den, rätta bokstäverna och spara den som CSV UTF-8.")
        return None
    try:
        return raw.decode("cp1252")
    except UnicodeDecodeError:
        return raw.decode("iso-8859-1")


def _decode_as(raw: bytes, file: str, findings: Findings, encoding: str) -> str | None:
    try:
        return raw.decode("utf-8-sig" if encoding.casefold() in {"utf-8", "utf8"} else encoding)
    except UnicodeDecodeError:
        message = f"Filen är inte i {encoding}."
        findings.error(RegisterError, file, "", message, "Rätta encoding i mappningen, eller ta bort raden.")
        return None


def _records(
    text: str, file: str, columns: tuple[Column, ...], findings: Findings, delimiter: str = ""
) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of the line a record begins on, and its cells; the first is the headings."""
    first, _, rest = text.partition("\n")
    before = 0
    delimiter = delimiter or _delimiter(first, columns)
    if said := re.fullmatch(r"sep=(.)\s*", first):  # a line that Excel writes and reads
        text, before, delimiter = rest, 1, said[1]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        line = before + reader.line_num + 1
        try:
            record = next(reader, None)
        except csv.Error:
            message = "Citattecknen går inte ihop, så resten av filen kan inte läsas."
            findings.error(
                RegisterError,
                file,
                f"rad {line}",
                message,
                "Kontrollera att varje citattecken som börjar också slutar.",
            )
            return
        if record is None:
            return
        if record:
            yield line, record


def _delimiter(first: str, columns: tuple[Column, ...]) -> str:
    def known(delimiter: str) -> int:
        headings = [cell.strip().strip('"') for cell in first.split(delimiter)]
        return sum(any(column.is_called(heading) for column in columns) for heading in headings)

    return max(DELIMITERS, key=known)


def _places(
    line: int, head: list[str], file: str, columns: tuple[Column, ...], findings: Findings
) -> dict[str, int] | None:
    """Return where each known column stands, or None if one that is needed is missing or stands twice."""
    places: dict[str, int] = {}
    whole = True
    for column in columns:
        found = [at for at, heading in enumerate(head) if column.is_called(_clean(heading))]
        if len(found) > 1:
            message = f"Kolumnen {column.heading} finns {len(found)} gånger."
            findings.error(RegisterError, file, f"rad {line}", message, "Ta bort den ena.")
            whole = False
        elif found:
            places[column.heading] = found[0]
        elif column.needed:
            headings = ";".join(known.heading for known in columns)
            findings.error(
                RegisterError,
                file,
                f"rad {line}",
                f"Kolumnen {column.heading} saknas.",
                f"Rubrikerna ska vara {headings}.",
            )
            whole = False
    return places if whole else None


def _clean(cell: str) -> str:
    return unicodedata.normalize("NFC", " ".join(cell.split()))


def plain(heading: str) -> str:
    """Return a heading without case, accents, spaces and punctuation: `E-post` and `epost` are one."""
    letters = unicodedata.normalize("NFKD", heading.casefold())
    return "".join(letter for letter in letters if letter.isalnum())
