"""What a CSV export with other headings most likely is, as a mapping to read through and put right. Only guesses.

Headings are known from Skola24 and Unikum and from ordinary Swedish; cells are looked at for their shape only, and no
cell is ever written into the mapping.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from pluttra_publish.errors import Findings
from pluttra_publish.register.importing import personal_numbers
from pluttra_publish.register.importing.mapping import FIELDS, NEEDED
from pluttra_publish.register.read import is_email
from pluttra_publish.register.tables import DELIMITERS, decode, plain, read_records

Surety = Literal["säker", "trolig", "gissad"]

_CHILD_NUMBER = ("barnets personnummer", "barnets pnr", "barnpnr", "elevens personnummer", "elevens pnr", "barn id")
_ADULT_NUMBER = (
    "förälderns pnr", "förälderns personnummer", "vårdnadshavarens personnummer", "vårdnadshavarens pnr", "vh pnr",
)  # fmt: skip
_KNOWN: dict[str, tuple[str, ...]] = {
    "personnummer": ("personnummer", "pnr", "personnr", "person nr", "civic number", "civicno"),
    "id": ("id", "externt id", "extern id", "person id", "elev id", "guid"),
    "förnamn": ("förnamn", "tilltalsnamn", "first name", "given name", "barnets förnamn", "elevens förnamn"),
    "efternamn": ("efternamn", "last name", "surname", "family name", "barnets efternamn", "elevens efternamn"),
    "namn": ("namn", "name", "fullständigt namn", "barnets namn", "avdelningens namn", "gruppnamn"),
    "epost": ("epost", "e-post", "e-postadress", "mejl", "mail", "email", "e-mail"),
    "språk": ("språk", "modersmål", "hemspråk", "language"),
    "skyddad": (
        "skyddad", "sekretessmarkering", "sekretess", "skyddad identitet", "skyddade personuppgifter", "securitymarking",
    ),
    "avdelning": ("avdelning", "avdelningsnamn", "avd", "grupp", "placering", "department"),
    "enhet": ("skolans namn", "skola", "enhet", "förskola", "skolenhet", "enhetsnamn"),
    "roll": ("roll", "befattning", "tjänst", "titel", "role"),
    "relation": ("relation", "relationstyp", "typ av relation"),
    "från": ("från", "startdatum", "placerad från", "from", "fr o m", "fom", "börjar"),
    "till": ("till", "slutdatum", "placerad till", "to", "t o m", "tom", "slutar"),
    "vårdnadshavare": ("vårdnadshavare", "förälder", "guardian"),
    "personal": ("personal", "anställd", "staff"),
    "barn": ("barn", "child", "elev"),
    "signatur": ("signatur", "sign"),
    "skolform": ("skolform",),
}  # fmt: skip
_FILE_NAMES = (
    ("vardnadshavare", r"f.r.ld|v.rdn|guardian|anh.rig"),
    ("personal", r"personal|anst.lld|staff|l.rare|pedagog"),
    ("avdelningar", r"grupp|avdel|class|enhet"),
    ("placeringar", r"placering"),
    ("relationer", r"relation"),
    ("barn", r"barn|elev|child"),
)


@dataclass(frozen=True)
class GuessedColumn:
    """A heading of the export, or a number where there are none, and the field it most likely is; empty for none."""

    heading: str
    field: str
    surety: Surety


@dataclass(frozen=True)
class Guess:
    """One file. `table` is empty when it cannot be told; `unanswered` is what the table needs and no column gives."""

    file: str
    table: str
    table_surety: Surety
    encoding: str
    delimiter: str
    headed: bool
    columns: tuple[GuessedColumn, ...]
    rows: int
    unanswered: tuple[str, ...]


def guess_file(name: str, raw: bytes, findings: Findings) -> Guess | None:
    """Guess what a CSV export is; None, and a finding, if it cannot be read."""
    text = decode(raw, name, findings)
    if text is None:
        return None
    delimiter = _delimiter(text)
    head, rows = read_records((f"sep={delimiter}\n" + text).encode("utf-8"), name, ())
    head = [" ".join(cell.split()) for cell in head]
    headed = not any(personal_numbers.looks_like(cell) or is_email(cell) for cell in head)
    if not headed:
        rows = [head, *rows]
        head = [str(number + 1) for number in range(max(map(len, rows)))]
    shapes = [_shape([row[at].strip() for row in rows if at < len(row)]) for at in range(len(head))]
    meanings = [_meaning(heading) if headed else ("", "gissad") for heading in head]
    numbers = [at for at, shape in enumerate(shapes) if shape == "personnummer"]
    table, surety = _table(name, {meaning for meaning, _ in meanings}, len(numbers), shapes)
    columns = _columns(head, meanings, shapes, table)
    given = {column.field for column in columns}
    lacking = [" eller ".join(choices) for choices in NEEDED.get(table, ()) if not given & set(choices)]
    return Guess(name, table, surety, _encoding(raw), delimiter, headed, columns, len(rows), tuple(lacking))


def mapping_toml(guesses: tuple[Guess, ...]) -> str:
    """Return a mapping file with what was guessed, how surely, and what could not be, in Swedish comments."""
    return _HEAD + "".join(_section(guess) for guess in guesses)


_HEAD = """# Mappning för pluttra register import, gissad av pluttra register inspect. Läs igenom, rätta, och spara.
# Till vänster exportens rubrik, till höger registrets fält. Tomt till höger: kolumnen används inte.
# Första dagen för placeringar och relationer som inte har något datum. Utan raden: den dag de läses in.
# from = 2026-08-17
# Bara rader för den här förskolan, om exporten har flera:
# unit = "Backens förskola"
"""


def _section(guess: Guess) -> str:
    quoted = json.dumps
    name = re.sub(r"[\[\]?*]", "?", guess.file)
    lines = ["", "[[file]]", f"name = {quoted(name, ensure_ascii=False)}    # * står för vad som helst"]
    if guess.table:
        lines.append(f"table = {quoted(guess.table)}    # {guess.table_surety}")
    else:
        lines.append(f'table = ""    # KUNDE INTE GISSAS. Skriv något av: {", ".join(FIELDS)}')
    lines.append(f"delimiter = {quoted(guess.delimiter)}")
    lines.append(f"encoding = {quoted(guess.encoding)}")
    if not guess.headed:
        lines.append("headings = false    # första raden ser ut som en person; kolumnerna heter 1, 2, 3 …")
    if any(column.field == "skyddad" for column in guess.columns):
        lines.append(
            '# Ord som betyder att personen INTE är skyddad. En tom ruta är okänt, om du inte lägger till "" här.'
        )
        lines.append('unmarked = ["0", "nej", "Ingen"]')
    elif guess.table in {"barn", "vardnadshavare"}:
        lines.append(
            "# Ingen kolumn om skyddade personuppgifter: det räknas som okänt, och familjerna står utanför tills"
        )
        lines.append("# någon svarar (pluttra register import --assume-unmarked, eller pluttra register clear).")
    lines += [f"# KUNDE INTE GISSAS: {missing}. Ge någon kolumn det fältet." for missing in guess.unanswered]
    lines.append("[file.columns]")
    seen: Counter[str] = Counter(column.heading for column in guess.columns)
    for column in guess.columns:
        key = quoted(column.heading, ensure_ascii=False)
        comment = f"    # {column.surety}" if column.field else ""
        line = f"{key} = {quoted(column.field, ensure_ascii=False)}{comment}"
        lines.append(
            line if seen[column.heading] == 1 and column.heading else f"# {line}  (rubriken finns flera gånger)"
        )
    return "\n".join(lines) + "\n"


def _encoding(raw: bytes) -> str:
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"


def _delimiter(text: str) -> str:
    """The one that parts most lines alike, and into most cells."""
    lines = [line for line in text.splitlines()[:50] if line.strip()]

    def score(delimiter: str) -> tuple[int, int]:
        counts = Counter(line.count(delimiter) for line in lines)
        most, lines_alike = max(counts.items(), key=lambda item: (item[0] > 0, item[1]), default=(0, 0))
        return (lines_alike if most else 0, most)

    return max(DELIMITERS, key=score)


def _shape(cells: list[str]) -> str:
    filled = [cell for cell in cells if cell]
    if not filled or all(re.fullmatch(r"0\d{8,9}", cell) for cell in filled):  # telephones can look like numbers
        return ""
    for name, fits in (("personnummer", personal_numbers.looks_like), ("epost", is_email), ("datum", _is_day)):
        if sum(map(fits, filled)) * 10 >= len(filled) * 8:
            return name
    return ""


def _is_day(cell: str) -> bool:
    return bool(re.fullmatch(r"(19|20)\d\d-?[01]\d-?[0-3]\d", cell))


def _meaning(heading: str) -> tuple[str, Surety]:
    simple = plain(heading)
    if not simple:
        return "", "gissad"
    if simple in {plain(known) for known in _CHILD_NUMBER}:
        return "barnnummer", "säker"
    if simple in {plain(known) for known in _ADULT_NUMBER}:
        return "vuxennummer", "säker"
    for field, known in _KNOWN.items():
        if simple in map(plain, known):
            return field, "säker"
    for field, known in _KNOWN.items():
        if any(len(plain(word)) >= 5 and plain(word) in simple for word in known):
            return field, "trolig"
    return "", "gissad"


def _table(name: str, meant: set[str], numbers: int, shapes: list[str]) -> tuple[str, Surety]:
    named = bool(meant & {"förnamn", "namn"})
    if {"barnnummer", "vuxennummer"} <= meant or (numbers >= 2 and (named or "epost" in shapes)):
        return "vardnadshavare", "säker" if "vuxennummer" in meant else "trolig"
    if named and "avdelning" in meant:
        return ("personal", "trolig") if meant & {"signatur", "roll", "epost"} else ("barn", "trolig")
    if not named and meant & {"barn", "barnnummer"} and meant & {"avdelning", "vårdnadshavare"}:
        return ("placeringar" if "avdelning" in meant else "relationer"), "trolig"
    if "skolform" in meant and "namn" in meant:
        return "avdelningar", "säker"
    for table, pattern in _FILE_NAMES:
        if re.search(pattern, name.casefold()):
            return table, "gissad"
    return "", "gissad"


def _columns(
    head: list[str], meanings: list[tuple[str, Surety]], shapes: list[str], table: str
) -> tuple[GuessedColumn, ...]:
    allowed = FIELDS.get(table, ())
    taken: set[str] = set()
    columns = []
    for heading, (meaning, surety), shape in zip(head, meanings, shapes, strict=True):
        field, how = meaning, surety
        if meaning == "barnnummer":
            field = "personnummer" if table == "barn" else "barn"
        elif meaning == "vuxennummer":
            field = "vårdnadshavare" if table == "relationer" else "personnummer"
        elif not meaning and shape in {"personnummer", "epost"}:
            field, how = shape, "gissad"
            if shape == "personnummer" and table == "vardnadshavare" and "barn" not in taken:
                field = "barn"
        if field not in allowed or field in taken:
            field = ""
        taken.add(field)
        columns.append(GuessedColumn(heading, field, how))
    return tuple(columns)
