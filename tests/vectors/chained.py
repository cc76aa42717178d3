"""Vectors of what hangs under the root: slots, catalogues, rows, indexes. Deterministic."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from pluttra_publish.format.chain import Row, Slot, Whereabouts
from pluttra_publish.sealing import chain
from pluttra_publish.sealing.months import MonthTree
from pluttra_publish.sealing.objects import SealedObject, seal_row

from .notation import flipped, piece, seal, text, vector_file
from .sample import (
    AUDIENCE,
    DECOY_SECRET,
    EPOCH,
    INDEX,
    KEYRING,
    MONTH,
    NOW,
    OTHER,
    Value,
    body,
    changed,
)
from .sealed import NAMING_SECRET, SEAL_SECRET


def index_row() -> tuple[Row, SealedObject]:
    return chain.seal_index(INDEX, seal_secret=SEAL_SECRET, naming_secret=NAMING_SECRET, workspace=Path())


def _written(row: Row) -> Value:
    return {"secret": row.secret.hex(), "name": row.name, "digest": row.digest.hex(), "length": row.length}


def row_file() -> str:
    row, _ = index_row()
    tree = MonthTree(EPOCH)
    key = tree.month(MONTH)
    sealed = seal_row(row.to_bytes(), key)
    other = tree.month("2026-02")
    made: list[tuple[str, str, Any, bytes]] = [
        ("a row", "ok", sealed.hex(), key),
        ("another month's key", "object", sealed.hex(), other),
        ("flipped", "object", flipped("row", sealed, 70), key),
        ("commitment flipped", "object", flipped("row", sealed, 40), key),
        ("one byte missing", "object", piece("row", 0, 159), key),
        ("a catalogue's bytes", "object", seal("catalogue", key, row.to_bytes())[:160].hex(), key),
    ]
    vectors: list[Value] = []
    for name, expect, written, secret in made:
        vector: Value = {"name": name, "expect": expect, "secret": secret.hex(), "sealed": written}
        vectors.append(vector | ({"row": _written(row)} if expect == "ok" else {}))
    about = 'Sealed rows of a catalogue (docs/format.md §8): "secret" is the month\'s key.'
    return vector_file(about, vectors, {"row": sealed.hex()})


def index_file() -> str:
    row, made = index_row()
    whole = body(made)
    newer = changed(INDEX.to_bytes(), {"v": 2})
    vectors: list[Value] = []

    def add(name: str, expect: str, sealed: Any, way: Row, audience: str = AUDIENCE, month: str = MONTH) -> None:
        vector: Value = {"name": name, "expect": expect, "sealed": sealed, "row": _written(way)}
        vector |= {"audience": audience, "month": month}
        vectors.append(vector | ({"content": text(INDEX.to_bytes().decode())} if expect == "ok" else {}))

    def again(content: bytes) -> tuple[str, Row]:
        sealed = seal("index", row.secret, content)
        return sealed.hex(), replace(row, digest=hashlib.sha256(sealed).digest(), length=len(content))

    full = piece("index", 0, len(whole))
    add("an index", "ok", full, row)
    add("another audience asked for", "binding", full, row, audience=OTHER)
    add("another month asked for", "binding", full, row, month="2026-02")
    add("flipped", "digest", flipped("index", whole, 100), row)
    add("cut to nothing", "digest", "", row)
    add("forged by a reader of the same audience", "digest", again(changed(INDEX.to_bytes(), {"posts": []}))[0], row)
    add("another secret", "object", full, replace(row, secret=b"\0" * 32))
    add("another length", "padding", full, replace(row, length=9000))
    add("newer format", "version", *again(newer))
    add("not canonical", "encoding", *again(INDEX.to_bytes() + b"\n"))
    about = 'Sealed indexes (docs/format.md §7), opened by the "row" of a catalogue for an "audience" and "month".'
    return vector_file(about, vectors, {"index": whole.hex()})


def catalogue() -> tuple[dict[str, Row], Slot, SealedObject]:
    row, _ = index_row()
    rows = {MONTH: row, "2026-02": replace(row, name="0f" * 16), "2025-12": replace(row, name="0e" * 16)}
    where, made = chain.seal_catalogue(
        audience=AUDIENCE,
        kind="department",
        title="Solrosen",
        rows=rows,
        epoch_secret=EPOCH,
        naming_secret=NAMING_SECRET,
    )
    return rows, chain.slot_of(chain.catalogue_secret(EPOCH), NOW, where), made


def slot_file() -> str:
    secret = chain.catalogue_secret(EPOCH)
    vectors: list[Value] = []
    for sequence in (1, NOW, 2**53 - 1):
        slot = chain.slot_of(secret, sequence, Whereabouts("0c" * 16, b"\xcc" * 32))
        vectors.append(
            {
                "name": f"in root {sequence}",
                "expect": "ok",
                "catalogue": secret.hex(),
                "sequence": sequence,
                "slot": slot.to_value(),
                "catalogueName": "0c" * 16,
                "digest": "cc" * 32,
            }
        )
    for number in (0, 31):
        decoy = chain.decoys(DECOY_SECRET, NOW, 0)[number].to_value()
        vector: Value = {"name": f"decoy {number} (publisher only)", "expect": "ok", "decoy": DECOY_SECRET.hex()}
        vectors.append(vector | {"sequence": NOW, "number": number, "slot": decoy})
    about = (
        'Slots of a root (docs/format.md §11): the catalogue file secret "catalogue" and "sequence" give the label, and unmask the '
        "value to the catalogue's name and digest. A publisher also makes decoys; a reader passes over the vectors with one."
    )
    return vector_file(about, vectors)


def catalogue_file() -> str:
    rows, _, made = catalogue()
    whole = body(made)
    epoch = KEYRING.audiences[0].epochs[0]
    opened = {month: _written(rows[month]) for month in sorted(epoch.months & rows.keys())}
    where = Whereabouts(made.name, made.digest)
    content = chain.open_catalogue(whole, where, epoch, audience=AUDIENCE, kind="department").to_bytes()
    vectors: list[Value] = []

    def add(name: str, expect: str, sealed: Any, digest: bytes = made.digest, **more: Any) -> None:
        vector: Value = {"name": name, "expect": expect, "sealed": sealed, "digest": digest.hex()}
        vectors.append(vector | {"audience": AUDIENCE, "kind": "department", "epoch": epoch.to_value()} | more)

    def again(name: str, expect: str, changed_content: bytes, **more: Any) -> None:
        sealed = seal("catalogue", epoch.catalogue, changed_content)
        add(name, expect, sealed.hex(), hashlib.sha256(sealed).digest(), **more)

    full = piece("catalogue", 0, len(whole))
    add(
        "a catalogue, of which two of three rows can be opened", "ok", full, content=text(content.decode()), rows=opened
    )
    many = chain.epoch_of(
        EPOCH, tuple(f"{2024 + n // 12}-{n % 12 + 1:02}" for n in range(10, 28))
    )  # November 2024 to April 2026
    opened_by_many = {month: _written(rows[month]) for month in sorted(rows)}
    add("rows opened from a run of many months", "ok", full, epoch=many.to_value(), rows=opened_by_many)
    around = chain.epoch_of(EPOCH, ("2025-12", "2026-02", "2026-04"))
    two = {month: _written(rows[month]) for month in sorted(around.months & rows.keys())}
    add("rows opened from three runs", "ok", full, epoch=around.to_value(), rows=two)
    again("no months", "ok", changed(content, {"months": []}), rows={})
    add("another audience asked for", "binding", full, audience=OTHER)
    add("another kind asked for", "binding", full, kind="child")
    add("flipped", "digest", flipped("catalogue", whole, 60))
    add("another digest", "digest", full, digest=b"\0" * 32)
    months = json.loads(content)["months"]
    swapped = [[months[0][0], months[1][1]], [months[1][0], months[0][1]]]
    add("another epoch's catalogue", "object", full, epoch=KEYRING.audiences[0].epochs[1].to_value())
    again("rows swapped between months", "object", changed(content, {"months": swapped}))
    again("newer format", "version", changed(content, {"v": 2}))
    again("months unsorted", "encoding", changed(content, {"months": months[::-1]}))
    about = (
        'Sealed catalogues (docs/format.md §8), with the digest that the slot gives, opened with an "epoch" of a keyring for an '
        '"audience" and "kind"; "rows" are those that the epoch\'s months open. Opening means catalogue and rows.'
    )
    return vector_file(about, vectors, {"catalogue": whole.hex()})
