"""Which heading of an export is which field: register-mapping.toml to values. Knows fields. Does not know rows.

One `[[file]]` for each kind of file; `columns` takes the export's heading to a field of the table.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping as Written
from dataclasses import dataclass, field
from datetime import date
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from pluttra_publish.errors import Findings, RegisterError
from pluttra_publish.register.read import FILES
from pluttra_publish.register.tables import Form
from pluttra_publish.register.values import fold

MAPPING = "register-mapping.toml"

PERSON = ("personnummer", "id", "förnamn", "efternamn", "namn")
# The fields each table may have.
FIELDS: dict[str, tuple[str, ...]] = {
    "barn": (*PERSON, "skyddad", "avdelning", "enhet", "från", "till"),
    "vardnadshavare": (*PERSON, "barn", "epost", "språk", "skyddad", "relation", "från", "till"),
    "personal": (*PERSON, "epost", "roll", "skyddad", "avdelning", "enhet", "från", "till"),
    "avdelningar": ("id", "namn", "enhet"),
    "relationer": ("barn", "vårdnadshavare", "relation", "från", "till"),
    "placeringar": ("barn", "avdelning", "enhet", "från", "till"),
    "personal-avdelningar": ("personal", "avdelning", "enhet", "från", "till"),
}
# Of each of these, one is needed.
NEEDED: dict[str, tuple[tuple[str, ...], ...]] = {
    "barn": (("personnummer", "id", "namn", "förnamn"), ("namn", "förnamn")),
    "vardnadshavare": (("namn", "förnamn"),),
    "personal": (("namn", "förnamn"),),
    "avdelningar": (("namn",),),
    "relationer": (("barn",), ("vårdnadshavare",)),
    "placeringar": (("barn",), ("avdelning",)),
    "personal-avdelningar": (("personal",), ("avdelning",)),
}
_KEYS = {"name", "table", "columns", "delimiter", "encoding", "headings", "marked", "unmarked"}
UNMARKED = ("0", "nej", "n", "no", "false", "ingen")


@dataclass(frozen=True)
class FileMapping:
    """How one kind of file is read. `columns` are headings by field; `unmarked` the words that say "not protected"."""

    name: str
    table: str
    columns: Written[str, str]
    form: Form = field(default_factory=Form)
    unmarked: frozenset[str] = frozenset(UNMARKED)
    own: bool = False

    def is_for(self, file: str) -> bool:
        return fnmatchcase(fold(file), fold(self.name))


@dataclass(frozen=True)
class Mapping:
    files: tuple[FileMapping, ...]
    default_start: date | None = None
    unit: str = ""


def own_mapping() -> Mapping:
    """Return the mapping of files that already are as the register's own."""
    return Mapping(
        tuple(
            FileMapping(
                name,
                name.removesuffix(".csv"),
                {column.heading: column.heading for column in columns},
                own=True,
            )
            for name, columns in FILES.items()
        )
    )


def read_mapping(path: Path, findings: Findings) -> Mapping:
    """Read a mapping; what is wrong in it is a finding."""
    nothing = Mapping(())
    try:
        read = tomllib.loads(path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n"))
    except OSError:
        findings.error(RegisterError, path.name, "", "Filen kan inte läsas.", "Gör en med pluttra register inspect.")
        return nothing
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        at = re.search(r"line (\d+)", str(wrong))
        mend = "Kontrollera citattecken och likhetstecken, och att filen är i UTF-8."
        findings.error(RegisterError, path.name, f"rad {at[1]}" if at else "", "Filen går inte att tolka.", mend)
        return nothing
    reader = _Reader(path.name, findings)
    for key in read.keys() - {"file", "from", "unit"}:
        reader.wrong(key, "Nyckeln finns inte.", "Ta bort den.")
    start = read.get("from")
    if start is not None and (not isinstance(start, date) or hasattr(start, "hour")):
        reader.wrong("from", "Dagen går inte att tolka.", "Skriv den som 2026-08-17, utan citattecken.")
        start = None
    files = read.get("file", [])
    if not isinstance(files, list) or not files:
        reader.wrong("file", "Mappningen har ingen [[file]].", "Gör en ny med pluttra register inspect.")
        files = []
    mappings = [reader.file(number, written) for number, written in enumerate(files, 1)]
    return Mapping(tuple(made for made in mappings if made), start, str(read.get("unit", "")))


@dataclass(frozen=True)
class _Reader:
    file_name: str
    findings: Findings

    def wrong(self, place: str, message: str, mend: str) -> None:
        self.findings.error(RegisterError, self.file_name, place, message, mend)

    def file(self, number: int, written: Any) -> FileMapping | None:
        place = f"file {number}"
        if not isinstance(written, dict):
            self.wrong(place, "Går inte att tolka.", "Skriv [[file]] på en egen rad.")
            return None
        for key in written.keys() - _KEYS:
            self.wrong(f"{place}, {key}", "Nyckeln finns inte.", f"Nycklarna är {', '.join(sorted(_KEYS))}.")
        table = written.get("table")
        if table not in FIELDS:
            self.wrong(f"{place}, table", "Tabellen finns inte.", f"Skriv något av {', '.join(FIELDS)}.")
            return None
        columns = self._columns(place, table, written.get("columns"))
        name = written.get("name")
        if not isinstance(name, str) or not name:
            self.wrong(f"{place}, name", "Filens namn saknas.", 'Skriv till exempel name = "barn*.csv".')
            return None
        delimiter, encoding = str(written.get("delimiter", "")), str(written.get("encoding", ""))
        if len(delimiter) > 1 or (encoding and not _is_encoding(encoding)):
            self.wrong(place, "Skiljetecken eller teckenkodning går inte att tolka.", "Ta bort raden så gissas det.")
            return None
        form = Form(delimiter, encoding, written.get("headings", True) is not False)
        unmarked = frozenset(fold(str(word)) for word in written.get("unmarked", UNMARKED))
        return FileMapping(name, table, columns, form, unmarked) if columns else None

    def _columns(self, place: str, table: str, written: Any) -> dict[str, str]:
        columns: dict[str, str] = {}
        for heading, meant in (written if isinstance(written, dict) else {}).items():
            if not meant:
                continue
            if meant not in FIELDS[table]:
                mend = f"Fälten i {table} är {', '.join(FIELDS[table])}."
                self.wrong(f"{place}, {heading}", "Fältet finns inte.", mend)
            elif meant in columns:
                self.wrong(f"{place}, {heading}", f"Fältet {meant} har redan en kolumn.", "Lämna den ena tom.")
            else:
                columns[meant] = str(heading)
        for choices in NEEDED[table]:
            if not set(choices) & columns.keys():
                self.wrong(f"{place}, columns", f"{' eller '.join(choices)} saknas.", "Ge en kolumn det fältet.")
                return {}
        return columns


def _is_encoding(name: str) -> bool:
    try:
        "å".encode(name)
    except (LookupError, UnicodeEncodeError):
        return False
    return True
