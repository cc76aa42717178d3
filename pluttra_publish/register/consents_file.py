"""samtycken.csv to answers, with every finding, and a withdrawal or an answer to its bytes. Knows rows and headings, not who may what.

Findings name file, row and column, never a person.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from pluttra_publish.errors import Findings, RegisterError
from pluttra_publish.platform import write_atomically
from pluttra_publish.register.consents import Answer, Consents, Purpose, Purposes, title_of
from pluttra_publish.register.journal import current_file
from pluttra_publish.register.tables import DELIMITERS, Column, Row, read_table
from pluttra_publish.register.values import Register, fold

FILE = "samtycken.csv"
COLUMNS = (
    Column("barn", ("child",)),
    Column("ändamål", ("purpose",)),
    Column("svar", ("answer",)),
    Column("grund", ("basis", "legal basis", "rättslig grund")),
    Column("datum", ("date",)),
    Column("svarat av", ("answered by", "vårdnadshavare", "guardian")),
    Column("gäller till", ("until", "valid until", "expires")),
    Column("återkallat", ("withdrawn",)),
)

_SETTINGS = "pluttra.toml"
_OURS = Purposes().all
_YES = frozenset({"ja", "j", "yes", "y"})
_NO = frozenset({"nej", "n", "no"})
_EARLIEST, _LATEST = date(1990, 1, 1), date(2100, 12, 31)


class ConsentRules(Protocol):
    """What this needs to know of the settings: the preschool's own purposes, and where all guardians must answer."""

    @property
    def purposes(self) -> tuple[str, ...]: ...
    @property
    def all_guardians(self) -> tuple[str, ...]: ...


def empty_consents() -> str:
    """Return the text of a samtycken.csv with headings only, as Excel opens it."""
    return "\ufeff" + ";".join(column.heading for column in COLUMNS) + "\r\n"


def read_consents(folder: Path, register: Register, rules: ConsentRules, findings: Findings) -> Consents:
    """Read the answers. What is wrong is a finding, and the row is left out. Without a file there is no answer at all."""
    purposes = read_purposes(rules, findings)
    file = f"{folder.name}/{FILE}"
    try:
        raw = current_file(folder, FILE).read_bytes()
    except FileNotFoundError:
        message = "Filen saknas, så inget barn har samtycke till något."
        headings = ";".join(column.heading for column in COLUMNS)
        findings.warning(file, "", message, f"Skapa den med rubrikerna {headings}.")
        return Consents(register, (), purposes)
    except OSError:
        findings.error(RegisterError, file, "", "Filen kan inte läsas.", "Stäng den i andra program och försök igen.")
        return Consents(register, (), purposes)
    rows = read_table(raw, file, COLUMNS, findings).rows
    read = (_Reading(row, register, purposes, findings).answer() for row in rows)
    answers = tuple(answer for answer in read if answer is not None)
    _remind_of_both(file, answers, findings)
    return Consents(register, answers, purposes)


def read_purposes(rules: ConsentRules, findings: Findings) -> Purposes:
    """Return what is asked about, by the settings; a purpose that stands twice or does not exist is a finding."""
    own: list[Purpose] = []
    for written in rules.purposes:
        if Purposes(tuple(own)).find(written) is None:
            own.append(written)
        else:
            message = f"Ändamålet ”{written}” finns redan."
            findings.error(RegisterError, _SETTINGS, "consents.purposes", message, "Ta bort det ur listan.")
    known = Purposes(tuple(own))
    every = set()
    for written in rules.all_guardians:
        if (purpose := known.find(written)) is not None:
            every.add(purpose)
        else:
            mend = f"Skriv något av {', '.join(title_of(one).lower() for one in known.all)}."
            message = f"Ändamålet ”{written}” finns inte."
            findings.error(RegisterError, _SETTINGS, "consents.all_guardians", message, mend)
    return Purposes(tuple(own), frozenset(every))


def write_withdrawal(folder: Path, answers: Collection[Answer], *, on: date) -> None:
    """Write the day of withdrawal on these answers' rows. Every other byte of the file stays; either all or none is written.

    Raises:
        RegisterError: the file is held by another program, or has changed since it was read.
    """
    if not answers:
        return
    path = folder / FILE
    try:
        write_atomically(path, withdrawn_rows(path.read_bytes(), answers, on=on))
    except OSError:
        hint = "Stäng den i andra program och kör igen. Ingenting har ändrats."
        raise RegisterError(f"Filen {folder.name}/{FILE} kan inte skrivas.", hint=hint) from None


def write_answer(folder: Path, answer: Answer) -> None:
    """Add a row with somebody's answer. Every byte of the file stays; one that isn't there is made.

    Raises:
        RegisterError: the file is held by another program, or has no headings, or can't hold what is to be written.
    """
    path = folder / FILE
    try:
        raw = path.read_bytes() if path.exists() else empty_consents().encode("utf-8")
        write_atomically(path, added_row(raw, answer))
    except OSError:
        hint = "Stäng den i andra program och kör igen. Ingenting har ändrats."
        raise RegisterError(f"Filen {folder.name}/{FILE} kan inte skrivas.", hint=hint) from None


def added_row(raw: bytes, answer: Answer) -> bytes:
    """Return the file's bytes with an answer on a row of its own, last.

    Raises:
        RegisterError: the file has no headings, or is in an encoding that lacks a letter of the answer.
    """
    text, encoding = _decoded(raw)
    head = next((record for record in _records(text) if record.cells and not _said(record.text)), None)
    places = _places(head.cells) if head else {}
    if head is None or len(places) < len(COLUMNS):
        hint = f"Rubrikerna ska vara {';'.join(column.heading for column in COLUMNS)}."
        raise RegisterError(f"Rubriker saknas i {FILE}.", hint=hint)
    written = {
        "barn": answer.child,
        "ändamål": title_of(answer.purpose).lower() if answer.purpose in _OURS else answer.purpose,
        "svar": "ja" if answer.yes else "nej",
        "grund": answer.basis,
        "datum": answer.day.isoformat(),
        "svarat av": answer.by,
        "gäller till": answer.until.isoformat() if answer.until else "",
        "återkallat": answer.withdrawn.isoformat() if answer.withdrawn else "",
    }
    cells = [""] * len(head.cells)
    for heading, at in places.items():
        cells[at] = written[heading]
    ends = "\r\n" if "\r\n" in text else "\n"
    row = io.StringIO(newline="")
    csv.writer(row, delimiter=head.delimiter, lineterminator=ends).writerow(cells)
    try:
        return raw + ("" if text.endswith("\n") else ends).encode(encoding) + row.getvalue().encode(encoding)
    except UnicodeEncodeError:
        hint = "Öppna den och spara den som CSV UTF-8. Ingenting har ändrats."
        raise RegisterError(f"{FILE} är i en teckenkodning som inte räcker.", hint=hint) from None


def withdrawn_rows(raw: bytes, answers: Collection[Answer], *, on: date) -> bytes:
    """Return the file's bytes with a day of withdrawal on these answers' rows; one that begins later gets its own day.

    Raises:
        RegisterError: a row is not where it was.
    """
    text, encoding = _decoded(raw)
    wanted = {answer.line: answer for answer in answers}
    pieces: list[str] = []
    places: dict[str, int] = {}
    delimiter = ";"
    for record in _records(text):
        if not places and record.cells and not _said(record.text):
            places, delimiter = _places(record.cells), record.delimiter
        answer = wanted.pop(record.line, None)
        pieces.append(_withdrawn(record, places, delimiter, answer, on) if answer else record.text)
    if wanted:
        raise _moved()
    return "".join(pieces).encode(encoding)


@dataclass(frozen=True)
class _Reading:
    """Reads one row."""

    row: Row
    register: Register
    purposes: Purposes
    findings: Findings

    def answer(self) -> Answer | None:
        cells = self.row.cells
        before = len(self.findings.errors)
        day, until, withdrawn = (self._day(heading) for heading in ("datum", "gäller till", "återkallat"))
        child, by, basis = self._child(), self._by(), cells["grund"]
        purpose = self.purposes.find(cells["ändamål"])
        if purpose is None:
            known = ", ".join(title_of(one).lower() for one in self.purposes.all)
            self._error(
                "ändamål", "Ändamålet finns inte.", f"Skriv något av {known}, eller lägg till det i {_SETTINGS}."
            )
        said = fold(cells["svar"])
        yes = said in _YES or (not said and bool(basis))
        if said not in _YES | _NO | {""}:
            self._error("svar", "Svaret går inte att tolka.", "Skriv ja eller nej.")
        elif not said and not basis:
            self._error("svar", "Svaret saknas.", "Skriv ja eller nej, eller en rättslig grund i kolumnen grund.")
        elif said and not by and (yes or not basis) and not cells["svarat av"]:
            self._error("svarat av", "Det står inte vem som har svarat.", "Skriv vårdnadshavarens id.")
        if not said and basis and by:
            self._error(
                "svarat av", "En rättslig grund är förskolans, inte ett svar.", "Töm rutan, eller skriv svaret."
            )
        if day is None and not cells["datum"]:
            self._error("datum", "Datum saknas.", "Skriv dagen då svaret gavs, till exempel 2026-08-17.")
        if not yes and withdrawn:
            self._error("återkallat", "Ett nej återkallas inte.", "Töm rutan. Ett nytt svar är en ny rad.")
        if day and withdrawn and withdrawn < day:
            self._error("återkallat", "Svaret är återkallat innan det gavs.", "Rätta något av datumen.")
        if len(self.findings.errors) > before or not child or day is None or purpose is None:
            return None
        return Answer(child, purpose, yes, day, by, basis, until, withdrawn, self.row.line)

    def _child(self) -> str:
        written = self.row.cells["barn"]
        if written in self.register.child:
            return written
        self._error("barn", "Id finns inte i barn.csv." if written else "Id saknas.", "Skriv id som i barn.csv.")
        return ""

    def _by(self) -> str:
        written, child = self.row.cells["svarat av"], self.row.cells["barn"]
        if not written:
            return ""
        if written not in self.register.guardian:
            message, mend = "Id finns inte i vardnadshavare.csv.", "Skriv id som i vardnadshavare.csv."
        elif child in self.register.child and not self._is_guardian(child, written):
            message, mend = "Den som har svarat är inte barnets vårdnadshavare.", "Rätta id, eller relationer.csv."
        else:
            return written
        self._error("svarat av", message, mend)
        return ""

    def _is_guardian(self, child: str, by: str) -> bool:
        return any(row.guardian == by for row in self.register.relations_by_child.get(child, ()))

    def _day(self, heading: str) -> date | None:
        written = self.row.cells[heading]
        if not written:
            return None
        try:
            day = date.fromisoformat(written) if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", written) else None
        except ValueError:
            day = None
        if day is None:
            self._error(heading, "Datum går inte att tolka.", "Skriv det som 2026-08-17.")
        elif not _EARLIEST <= day <= _LATEST:
            self._error(heading, "Datum är orimligt.", "Kontrollera årtalet.")
        return day

    def _error(self, heading: str, message: str, mend: str) -> None:
        self.findings.error(RegisterError, self.row.file, self.row.place(heading), message, mend)


def _remind_of_both(file: str, answers: tuple[Answer, ...], findings: Findings) -> None:
    """Tell where one guardian said both yes and no on one day."""
    first: dict[tuple[str, str, str, date], Answer] = {}
    for answer in answers:
        other = first.setdefault((answer.child, answer.purpose, answer.by, answer.day), answer)
        if other.yes != answer.yes:
            message = f"Svaret är ett annat än det på rad {other.line}, från samma dag. Nejet gäller."
            findings.warning(file, f"rad {answer.line}", message, "Ta bort den rad som är fel.")


@dataclass(frozen=True)
class _Record:
    """One record as it stands, with its line ends; the line it begins on, and its cells."""

    text: str
    line: int
    cells: list[str]
    delimiter: str


def _records(text: str) -> Iterator[_Record]:
    lines = io.StringIO(text, newline="").readlines()
    first = lines[0] if lines else ""
    delimiter = _said(first) or _delimiter(first)
    reader = csv.reader(lines, delimiter=delimiter)
    end = 0
    for cells in reader:
        begin, end = end, reader.line_num
        yield _Record("".join(lines[begin:end]), begin + 1, cells, delimiter)


def _said(first: str) -> str:
    """Return the delimiter that a first line names for Excel, or nothing."""
    said = re.fullmatch(r"\ufeff?sep=(.)\s*", first)
    return said[1] if said else ""


def _delimiter(first: str) -> str:
    return max(DELIMITERS, key=lambda delimiter: len(_places(first.strip().split(delimiter))))


def _places(head: list[str]) -> dict[str, int]:
    named = enumerate(cell.strip().strip('"') for cell in head)
    return {column.heading: at for at, cell in named for column in COLUMNS if column.is_called(cell)}


def _withdrawn(record: _Record, places: Mapping[str, int], delimiter: str, answer: Answer, on: date) -> str:
    cells = [*record.cells, *[""] * (max(places.values()) + 1 - len(record.cells))]
    child = unicodedata.normalize("NFC", cells[places["barn"]].strip())
    if child != answer.child or cells[places["datum"]].strip() != answer.day.isoformat():
        raise _moved()
    cells[places["återkallat"]] = max(on, answer.day).isoformat()
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerow(cells)
    return text.getvalue().removesuffix("\r\n") + record.text[len(record.text.rstrip("\r\n")) :]


def _moved() -> RegisterError:
    return RegisterError(f"{FILE} har ändrats under tiden.", hint="Kör kommandot igen. Ingenting har ändrats.")


def _decoded(raw: bytes) -> tuple[str, str]:
    """Return a file's text, its byte order mark within, and the encoding that writes it back as it was."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding = "utf-16-le" if raw.startswith(b"\xff\xfe") else "utf-16-be"
        return raw.decode(encoding), encoding
    for encoding in ("utf-8", "cp1252"):
        try:
            return raw.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    return raw.decode("iso-8859-1"), "iso-8859-1"
