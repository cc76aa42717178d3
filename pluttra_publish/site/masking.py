"""Masks into `bilder.toml`, and everything else there left as it was written. The only importer of tomlkit.

Knows TOML as people write it, comments and all. Does not know pixels or children.
"""

from __future__ import annotations

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Mapping, MutableMapping
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError
from tomlkit.items import InlineTable, Item, Table

from pluttra_publish.errors import ContentError
from pluttra_publish.platform import write_atomically
from pluttra_publish.site.folders import nfc
from pluttra_publish.site.sidecar import MEANINGS, NOBODY, UnreadableError, parse
from pluttra_publish.site.values import Box

_BOM = b"\xef\xbb\xbf"
_DECIMALS = 4
_FIRST_LINES = "# Vilka som är på bilderna, och vad som döljs i dem. Rutorna ritas med: pluttra mask BILD\n\n"

NamedMasks = tuple[tuple[str, Box], ...]


def save_masks(sidecar: Path, file: str, masks: NamedMasks) -> None:
    """Make `masks` those of one photo in a `bilder.toml`, which need not exist; the new file takes its place whole.

    Raises:
        ContentError: what stands there cannot be read, or not changed without changing something else.
    """
    try:
        before = sidecar.read_bytes()
    except FileNotFoundError:
        if not masks:
            return
        before = _FIRST_LINES.encode()
    after = with_masks(before, file, masks)
    if after != before:
        write_atomically(sidecar, after)


def with_masks(octets: bytes, file: str, masks: NamedMasks) -> bytes:
    """Return a `bilder.toml` where the masks of `file` are these and nothing else is changed.

    Raises:
        ContentError: as `save_masks`.
    """
    try:
        before = parse(octets)
        text = octets.decode("utf-8-sig")
        newline = "\r\n" if "\r\n" in text else "\n"
        document = tomlkit.parse(text.replace("\r\n", "\n"))
    except (UnreadableError, TOMLKitError) as wrong:
        place = f" ({wrong.place})" if isinstance(wrong, UnreadableError) and wrong.place else ""
        message = f"bilder.toml går inte att läsa{place}."
        raise ContentError(message, hint="Rätta den, eller flytta undan den, och försök igen.") from wrong
    wanted = _by_name(masks)
    try:
        _put(document, file, wanted)
        after = tomlkit.dumps(document)
        right = _masks_apart(tomllib.loads(after), file) == (wanted, _masks_apart(before, file)[1])
    except (TOMLKitError, tomllib.TOMLDecodeError, TypeError, ValueError, KeyError, AttributeError):
        right = False
    if not right:
        message = f"bilder.toml är skriven så att rutorna för ”{file}” inte kan läggas in."
        raise ContentError(message, hint=f'Gör ["{file}"] till ett eget stycke i filen, och försök igen.')
    return (_BOM if octets.startswith(_BOM) else b"") + after.replace("\n", newline).encode()


def _by_name(masks: Iterable[tuple[str, Box]]) -> dict[str, list[list[float]]]:
    boxes: dict[str, list[list[float]]] = defaultdict(list)
    for name, (x, y, width, height) in masks:
        left, top = round(x, _DECIMALS), round(y, _DECIMALS)
        across, down = min(width, 1 - left), min(height, 1 - top)
        boxes[name or NOBODY].append([left, top, round(across, _DECIMALS), round(down, _DECIMALS)])
    return dict(boxes)


def _put(document: MutableMapping[str, Any], file: str, wanted: Mapping[str, list[list[float]]]) -> None:
    key = _key(document, file)
    if key is None:
        if not wanted:
            return
        key = file
        document[key] = tomlkit.table()
    about = document[key]
    inline = isinstance(about, InlineTable)
    masks = next((inner for inner in about if MEANINGS.get(nfc(inner).casefold()) == "masks"), None)
    if not wanted:
        if masks is not None:
            del about[masks]
        return
    if masks is None:
        masks = "masker"
        about[masks] = tomlkit.inline_table() if inline else tomlkit.table()
    written = about[masks]
    for name in [name for name in written if name not in wanted]:
        del written[name]
    for name, boxes in wanted.items():
        if name not in written or _plain(written[name]) != boxes:
            written[name] = boxes
    if not isinstance(about, Table | InlineTable):  # a part of a table that is written in several places
        raise TypeError(file)


def _key(tables: Iterable[str], file: str) -> str | None:
    return next((key for key in tables if nfc(key).casefold() == nfc(file).casefold()), None)


def _plain(value: object) -> object:
    return value.unwrap() if isinstance(value, Item) else value


def _masks_apart(tables: Mapping[str, Any], file: str) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """Return the masks of one photo, and everything else that stands in the file."""
    rest = {key: dict(value) if isinstance(value, dict) else value for key, value in tables.items()}
    key = _key(rest, file)
    if key is None:
        return {}, rest
    masks: Mapping[str, Any] = {}
    for inner in [inner for inner in rest[key] if MEANINGS.get(nfc(inner).casefold()) == "masks"]:
        masks = rest[key].pop(inner)
    if not rest[key]:
        del rest[key]
    return masks, rest
