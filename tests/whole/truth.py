"""Who ought to read which post of a site, reckoned anew from its CSV files and folder names. Uses nothing of ours."""

from __future__ import annotations

import csv
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from PIL import Image

GRACE = timedelta(days=30)
FAR = date(2099, 12, 31)
_MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november", "december",
)  # fmt: skip


@dataclass(frozen=True)
class Written:
    """A post as it lies in the folder."""

    place: tuple[str, ...]
    title: str
    day: date
    draft: bool
    children: tuple[str, ...]
    share: bool


def rows(site: Path, name: str) -> list[dict[str, str]]:
    with (site / "register" / f"{name}.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def readers(site: Path) -> set[str]:
    """Everyone in the register but the families that stand outside."""
    people = {row["id"] for name in ("vardnadshavare", "personal") for row in rows(site, name)}
    return people - outside(site)


def outside(site: Path) -> set[str]:
    """Ids of the families where anyone is not marked `nej`."""
    everyone = rows(site, "barn") + rows(site, "vardnadshavare")
    found = {row["id"] for row in everyone if row["skyddad"] != "nej"}
    while True:
        pairs = [(row["barn"], row["vårdnadshavare"]) for row in rows(site, "relationer")]
        more = found | {one for pair in pairs for one in pair if found & set(pair)}
        if more == found:
            return found
        found = more


def posts(site: Path) -> list[Written]:
    """Every post of a site but the public pages."""
    home = site / "inlagg"
    folders = [
        path for path in home.rglob("*") if path.is_dir() and not any(inner.is_dir() for inner in path.iterdir())
    ]
    places = [(tuple(_nfc(part) for part in folder.relative_to(home).parts), folder) for folder in sorted(folders)]
    return [_post(place, folder) for place, folder in places if place[0] != "offentligt"]


def may_read(site: Path, today: date) -> dict[str, list[str]]:
    """By reader, the titles of all posts that they should see."""
    found: dict[str, list[str]] = {reader: [] for reader in readers(site)}
    for post in posts(site):
        if not post.draft and post.day <= today:
            for reader in set(_readers_of(site, post, today)):
                found[reader].append(post.title)
    return {reader: sorted(seen) for reader, seen in found.items()}


def _readers_of(site: Path, post: Written, today: date) -> Iterator[str]:
    """Yield whoever may read a post; the same one perhaps twice."""
    month = (post.day.year, post.day.month)
    staff = [row for row in rows(site, "personal") if _still(row, today)]
    yield from (row["id"] for row in staff if row["roll"] == "rektor")
    departments = {_nfc(row["namn"]): row["id"] for row in rows(site, "avdelningar")}
    match post.place:
        case ("personal", _):
            yield from (row["id"] for row in staff if _covers(row, month))
        case ("forskolan", _):
            yield from (row["id"] for row in staff if _covers(row, month))
            for department in departments.values():
                yield from _guardians(site, department, month, today)
        case ("barn", name, _):
            for child in _children(site, name, *post.children):
                yield from _parents(site, child, month, today)
                for place in rows(site, "placeringar"):
                    if place["barn"] == child and _covers(place, month, GRACE):
                        yield from _pedagogues(site, place["avdelning"], month, staff)
        case (name, _):
            yield from _guardians(site, departments[name], month, today)
            yield from _pedagogues(site, departments[name], month, staff)


def _guardians(site: Path, department: str, month: tuple[int, int], today: date) -> Iterator[str]:
    for place in rows(site, "placeringar"):
        if place["avdelning"] == department and place["barn"] not in outside(site) and _covers(place, month, GRACE):
            yield from _parents(site, place["barn"], month, today)


def _parents(site: Path, child: str, month: tuple[int, int], today: date) -> Iterator[str]:
    for row in rows(site, "relationer"):
        if row["barn"] == child and _still(row, today) and _covers(row, month):
            yield row["vårdnadshavare"]


def _pedagogues(site: Path, department: str, month: tuple[int, int], staff: list[dict[str, str]]) -> Iterator[str]:
    present = {row["id"] for row in staff if _covers(row, month)}
    for row in rows(site, "personal-avdelningar"):
        if row["avdelning"] == department and row["personal"] in present and _covers(row, month):
            yield row["personal"]


def _children(site: Path, *names: str) -> Iterator[str]:
    known = {f"{row['förnamn']} {row['efternamn']}": row["id"] for row in rows(site, "barn")}
    yield from (known[name] for name in names)


def _still(row: dict[str, str], today: date) -> bool:
    return today <= (date.fromisoformat(row["till"]) if row["till"] else FAR)


def _covers(row: dict[str, str], month: tuple[int, int], grace: timedelta = timedelta(0)) -> bool:
    start = date.fromisoformat(row["från"])
    end = date.fromisoformat(row["till"]) + grace if row["till"] else FAR
    return (start.year, start.month) <= month <= (end.year, end.month)


def _post(place: tuple[str, ...], folder: Path) -> Written:
    fields = _fields(folder)
    named = re.fullmatch(r"(\d{4}-\d{2}-\d{2}) (.*)", place[-1])
    title = fields.get("titel") or fields.get("title") or (named[2] if named else place[-1])
    day = _day(fields.get("datum") or fields.get("date", "")) or (date.fromisoformat(named[1]) if named else None)
    children = tuple(name.strip() for name in (fields.get("barn") or fields.get("children", "")).split(",") if name)
    draft, share = fields.get("status") == "utkast", fields.get("delas") == "ja"
    return Written(place, title, day or _captured(folder), draft, children, share)


def _fields(folder: Path) -> dict[str, str]:
    fields: dict[str, str] = {}
    for text in (path for path in folder.iterdir() if path.suffix in {".md", ".txt"}):
        lines = text.read_text(encoding="utf-8").splitlines()
        for line in lines[1:] if lines[0] == "---" else lines:
            field = re.fullmatch(r"([A-ZÅÄÖ][a-zåäö]+): (.*)", line)
            if not field:
                break
            fields[field[1].casefold()] = field[2]
    return fields


def _day(written: str) -> date | None:
    if found := re.match(r"(\d{4})-(\d{2})-(\d{2})", written):
        return date(*map(int, found.groups()))
    if found := re.match(r"(\d{1,2}) (\w+) (\d{4})", written):
        return date(int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1]))
    return None


def _captured(folder: Path) -> date:
    taken = []
    for path in folder.glob("*.jpg"):
        with Image.open(path) as image:
            taken.append(datetime.strptime(image.getexif().get_ifd(0x8769)[0x9003], "%Y:%m:%d %H:%M:%S").date())
    return min(taken)


def _nfc(text: str) -> str:
    return unicodedata.normalize("NFC", text)
