"""`bilder.toml` in a post's folder: who is on which photo, what is masked there, and in what order they stand. Knows the file's keys, not the register.

    ["IMG_1.jpg"]
    barn = ["Alva", "Noah"]

    ["IMG_1.jpg".masker]
    Alva = [[0.12, 0.30, 0.10, 0.14]]

`barn = [...]` above all these is for every medium that nothing else is said of. `ordning = ["IMG_2.jpg", "IMG_1.jpg"]` there is the order
in which they stand; what it doesn't name comes after.

Everything that is wrong is told at once; what is wrong is never used.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from pluttra_publish.errors import ContentError, Findings
from pluttra_publish.site.folders import nfc
from pluttra_publish.site.people import People, read_box
from pluttra_publish.site.values import Box

NOBODY = "_"
"""The name that masks stand under when they cover somebody who is not to be named."""

MEANINGS = {"barn": "children", "children": "children", "masker": "masks", "masks": "masks"}
_ORDER = frozenset({"ordning", "order"})

_BARE = re.compile(r"[A-Za-z0-9_-]+")


class UnreadableError(Exception):
    """The file is no TOML; `place`, `message` and `mend` say where and why."""

    def __init__(self, place: str, message: str, mend: str) -> None:
        super().__init__(message)
        self.place, self.message, self.mend = place, message, mend


def read_sidecar(path: Path, shown: str, names: Iterable[str], findings: Findings) -> dict[str, People]:
    """Return who is on each of the media `names`, as far as the file says it; its faults go to `findings` under `shown`.

    What it says of the whole folder stands under the name `""`.
    """
    try:
        written = parse(path.read_bytes())
    except OSError as error:
        message = f"Filen går inte att läsa ({error.strerror})."
        findings.error(ContentError, shown, "", message, "Kontrollera att du får öppna den.")
        return {}
    except UnreadableError as wrong:
        findings.error(ContentError, shown, wrong.place, wrong.message, wrong.mend)
        return {}
    return _Reading(shown, {name.casefold(): name for name in names}, findings).everybody(written)


def read_order(path: Path) -> tuple[str, ...]:
    """Return the case-folded names that the file puts in order; none where it doesn't say, or is faulty: `read_sidecar` tells of that."""
    try:
        written = parse(path.read_bytes())
    except (OSError, UnreadableError):
        return ()
    names = next((value for key, value in written.items() if nfc(key).casefold() in _ORDER), ())
    return tuple(nfc(name).casefold() for name in names if isinstance(name, str)) if isinstance(names, list) else ()


def parse(octets: bytes) -> dict[str, Any]:
    """Return the file's tables.

    Raises:
        UnreadableError: it is not UTF-8 or not TOML.
    """
    try:
        text = octets.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = octets.count(b"\n", 0, error.start) + 1
        raise UnreadableError(f"rad {line}", "Filen är inte i UTF-8.", "Spara om filen med kodningen UTF-8.") from error
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        at = re.search(r"line (\d+)", str(error))
        line = int(at[1]) if at else len(text.splitlines())
        mend = 'Skriv som ["IMG_1.jpg"] på en rad och barn = ["Alva", "Noah"] på nästa. Kontrollera citattecken och hakparenteser.'
        raise UnreadableError(f"rad {line}", "Raden går inte att tolka.", mend) from error


@dataclass(frozen=True)
class _Reading:
    shown: str
    names: Mapping[str, str]
    findings: Findings

    def everybody(self, written: Mapping[str, Any]) -> dict[str, People]:
        found: dict[str, People] = {}
        for key, value in written.items():
            name = self.names.get(nfc(key).casefold())
            field = dotted(key)
            if name is None and MEANINGS.get(nfc(key).casefold()) == "children":
                found[""] = People(self._children(field, value))
            elif name is None and nfc(key).casefold() in _ORDER:
                self._check_order(field, value)
            elif name is None:
                self._unknown_file(key, value)
            elif name in found:
                self._fault(field, f"”{name}” står två gånger.", "För ihop dem till ett stycke.")
            elif not isinstance(value, dict):
                self._fault(field, "Det här ska vara ett stycke.", f"Skriv [{_quoted(name)}] på en egen rad.")
            else:
                found[name] = self._people(field, value)
        return found

    def _check_order(self, field: str, value: object) -> None:
        """Tell what is wrong with the order that the file gives; of a file that is gone by now there is nothing to say."""
        if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
            self._fault(field, "Ordningen ska stå i en lista.", 'Skriv ordning = ["IMG_2.jpg", "IMG_1.jpg"].')

    def _people(self, field: str, written: Mapping[str, Any]) -> People:
        children: tuple[str, ...] | None = None
        masks: tuple[tuple[str, Box], ...] = ()
        seen: set[str] = set()
        for key, value in written.items():
            place = f"{field}.{dotted(key)}"
            meaning = MEANINGS.get(nfc(key).casefold())
            if meaning is None:
                near = get_close_matches(key.casefold(), ("barn", "masker"), n=1)
                self._fault(
                    place, f"”{key}” finns inte.", f"Menade du {near[0]}?" if near else "Skriv barn eller masker."
                )
            elif meaning in seen:
                self._fault(place, "Samma sak står två gånger.", "Ta bort det ena.")
            elif meaning == "children":
                children = self._children(place, value)
            else:
                masks = self._masks(place, value)
            seen |= {meaning} if meaning else set()
        return People(children, masks=masks)

    def _children(self, place: str, value: object) -> tuple[str, ...] | None:
        if not isinstance(value, list) or not all(isinstance(name, str) and name.strip() for name in value):
            self._fault(place, "Barnen ska stå i en lista.", 'Skriv barn = ["Alva", "Noah"].')
            return None
        return tuple({name.casefold(): name for name in map(_name, value)}.values())

    def _masks(self, place: str, value: object) -> tuple[tuple[str, Box], ...]:
        example = "Skriv Alva = [[0.12, 0.30, 0.10, 0.14]] på en rad under."
        if not isinstance(value, dict):
            self._fault(place, "Masker ska stå per barn.", example)
            return ()
        masks: list[tuple[str, Box]] = []
        for key, boxes in value.items():
            field = f"{place}.{dotted(key)}"
            if not key.strip():
                self._fault(
                    field,
                    "Masken har inget namn.",
                    f"Skriv barnets namn, eller {NOBODY} för någon som inte ska nämnas.",
                )
                continue
            if not isinstance(boxes, list) or not boxes or not all(isinstance(box, list) for box in boxes):
                self._fault(field, "Rutorna ska stå i en lista.", example)
                continue
            for number, written in enumerate(boxes, 1):
                box = read_box(written)
                if len(box) == 2:
                    self._fault(field if len(boxes) == 1 else f"{field}, ruta {number}", *box)
                else:
                    masks.append(("" if key == NOBODY else _name(key), box))
        return tuple(masks)

    def _unknown_file(self, key: str, value: object) -> None:
        field, mend = dotted(key), "Rätta namnet, eller ta bort stycket."
        if isinstance(value, dict):
            for inner in value:
                whole = self.names.get(nfc(f"{key}.{inner}").casefold())
                if whole:  # [IMG_1.jpg] without quotation marks is a table in a table
                    self._fault(f"[{key}.{inner}]", "Filnamnet saknar citattecken.", f"Skriv [{_quoted(whole)}].")
                    return
        near = get_close_matches(nfc(key).casefold(), self.names, n=1)
        if near:
            mend = f"Menade du {_quoted(self.names[near[0]])}?"
        self._fault(field, f"Filen ”{key}” finns inte i inläggets mapp.", mend)

    def _fault(self, place: str, message: str, mend: str) -> None:
        self.findings.error(ContentError, self.shown, place, message, mend)


def dotted(key: str) -> str:
    """Return a key as TOML writes it."""
    return key if _BARE.fullmatch(key) else _quoted(key)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _name(written: str) -> str:
    return nfc(" ".join(written.split()))
