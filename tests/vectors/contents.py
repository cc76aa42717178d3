"""Vectors of content that is opened already: index, catalogue, keyring, invitation and root as values. Deterministic."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from pluttra_publish.format import canonical
from pluttra_publish.format.access import Ended
from pluttra_publish.format.canonical import b64
from pluttra_publish.format.chain import Row, Slot
from pluttra_publish.format.digests import digest_of_segments
from pluttra_publish.format.posts import Reference
from pluttra_publish.sealing.objects import seal_row

from .notation import text, vector_file
from .sample import (
    AUDIENCE,
    CARD,
    CHILD,
    INDEX,
    INVITATION,
    KEYRING,
    MONTH,
    NOW,
    ROOT,
    SITE,
    Value,
    changed,
)


def values_file() -> str:  # noqa: PLR0915 - a list of vectors
    row = seal_row(Row(b"\1" * 32, "02" * 16, b"\3" * 32, 4).to_bytes(), b"\4" * 32)
    catalogue: Value = {
        "audience": AUDIENCE,
        "kind": "department",
        "months": [[MONTH, b64(row)]],
        "title": "Solrosen",
        "v": 1,
    }
    slots = [[f"{i:02x}" * 16, b64(b"\5" * 48)] for i in range(32)]
    valid: dict[str, bytes] = {
        "index": INDEX.to_bytes(),
        "catalogue": canonical.encode(catalogue),
        "keyring": KEYRING.to_bytes(),
        "invitation": INVITATION.to_bytes(),
        "root": replace(ROOT, slots=tuple(Slot.from_value(slot, "") for slot in slots)).to_bytes(),
    }
    vectors: list[Value] = []

    def add(kind: str, name: str, expect: str, content: bytes) -> None:
        vectors.append({"name": f"{kind}: {name}", "expect": expect, "kind": kind, "content": text(content.decode())})

    for kind, content in valid.items():
        add(kind, "valid", "ok", content)
        add(kind, "unknown members are ignored", "ok", changed(content, {"ny": {"lista": [1]}, "zz": None}))
        add(kind, "newer format", "version", changed(content, {"v": 2}))
        add(kind, "newer format of another shape", "version", b'{"v":2}')
        add(kind, "not canonical", "encoding", content.replace(b'"v":1', b'"v": 1'))
        add(kind, "a member twice", "encoding", content.replace(b'"v":1', b'"v":1,"v":1'))
        for member in json.loads(content):
            missing = "ok" if member == "pages" else "encoding"
            add(kind, f"{member} is missing", missing, changed(content, without=member))
            if member != "v":
                add(kind, f"{member} is of another type", "encoding", changed(content, {member: True}))

    def card(**changes: Any) -> bytes:
        value = json.loads(valid["index"])
        value["posts"][0] |= changes
        return canonical.encode(value)

    two = [medium.to_value() for medium in CARD.media]
    segments = (b"\6" * 32, b"\7" * 32)

    def film(digest: bytes) -> Reference:
        return Reference("08" * 16, b"\4" * 32, digest, 2**20 + 1, "video/mp4", segments)

    add("index", "no posts and no page", "ok", changed(valid["index"], {"posts": [], "page": None}))
    add("index", "a card without a cover", "ok", card(cover=None))
    add("index", "an unknown member of a card is ignored", "ok", card(ny=1))
    for member in json.loads(valid["index"])["posts"][0]:
        value = json.loads(valid["index"])
        del value["posts"][0][member]
        add("index", f"a card without {member}", "encoding", canonical.encode(value))

    def standing(**changes: Any) -> bytes:
        value = json.loads(valid["index"])
        value["pages"][0] |= changes
        return canonical.encode(value)

    add("index", "no standing pages", "ok", changed(valid["index"], {"pages": []}))
    add("index", "an unknown member of a standing page is ignored", "ok", standing(ny=1))
    for member in json.loads(valid["index"])["pages"][0]:
        value = json.loads(valid["index"])
        del value["pages"][0][member]
        add("index", f"a standing page without {member}", "encoding", canonical.encode(value))
    add("index", "a standing page of a kind that is none", "encoding", standing(kind="diary"))
    add("index", "a standing page whose date is a day", "encoding", standing(date="2026-03-26"))
    add("index", "a standing page without a date", "ok", standing(date=""))
    add("index", "a standing page with a medium as page", "encoding", standing(page=CARD.media[0].to_value()))
    add("index", "a standing page with a page among its media", "encoding", standing(media=[CARD.page.to_value()]))
    add("index", "a standing page's id that is too long", "encoding", standing(id="00" * 16))
    add("index", "a month that is none", "encoding", changed(valid["index"], {"month": "2026-13"}))
    add("index", "a post's id that climbs", "encoding", card(id="../../../../../.."))
    add("index", "a page among the media", "encoding", card(media=[CARD.page.to_value()]))
    add("index", "a medium as page", "encoding", card(page=CARD.media[0].to_value()))
    add("index", "a film", "ok", card(media=[*two, film(digest_of_segments(segments)).to_value()]))
    add("index", "a film with another digest than its segments'", "encoding",
        card(media=[*two, film(b"\5" * 32).to_value()]))  # fmt: skip
    add("index", "a cover of media that are not there", "encoding", card(cover={"alt": "", "sizes": [[2, 480, 360]]}))
    add("index", "media that may be saved", "ok", card(save=[1]))
    add("index", "media that may be saved but are not there", "encoding", card(save=[2]))
    add("index", "media that may be saved named by text", "encoding", card(save=["1"]))
    add("index", "a date without offset", "encoding", card(date="2026-03-12T10:15:00"))
    add("index", "a count as text", "encoding", card(count={"film": 0, "photo": "1", "sound": 0}))
    add("catalogue", "no months", "ok", changed(valid["catalogue"], {"months": []}))
    add("catalogue", "a kind that is none", "encoding", changed(valid["catalogue"], {"kind": "family"}))
    add(
        "catalogue",
        "months oldest first",
        "encoding",
        changed(valid["catalogue"], {"months": [["2026-02", b64(row)], [MONTH, b64(row)]]}),
    )
    add("catalogue", "a month twice", "encoding", changed(valid["catalogue"], {"months": [[MONTH, b64(row)]] * 2}))
    add(
        "catalogue",
        "a row of another length",
        "encoding",
        changed(valid["catalogue"], {"months": [[MONTH, b64(row[1:])]]}),
    )
    ring = json.loads(valid["keyring"])
    three = [ring["audiences"][0] | {"epochs": ring["audiences"][0]["epochs"][:1] * 3}]
    drop = {"ny": 1, "secret": b64(b"\xaa" * 32)}
    add("keyring", "a way back", "ok", changed(valid["keyring"], {"drop": drop}))
    add("keyring", "a way back without a secret", "encoding", changed(valid["keyring"], {"drop": {"ny": 1}}))
    add(
        "keyring",
        "a way back whose secret is too short",
        "encoding",
        changed(valid["keyring"], {"drop": {"secret": "AAAA"}}),
    )
    for name, expect, may in (
        ("what a child may be in", "ok", ["name", "photo"]),
        ("a child that may be in nothing", "ok", []),
        ("what a child may be in that is no list", "encoding", "photo"),
        ("what a child may be in that is null", "encoding", None),
    ):
        child = ring["children"][0] | {"may": may}
        add("keyring", name, expect, changed(valid["keyring"], {"children": [child]}))
    add(
        "keyring",
        "an audience without epochs",
        "ok",
        changed(valid["keyring"], {"audiences": [ring["audiences"][0] | {"epochs": []}]}),
    )
    add(
        "keyring",
        "a child for a department",
        "encoding",
        changed(valid["keyring"], {"audiences": [ring["audiences"][0] | {"child": CHILD}]}),
    )

    def months(*runs: list[str]) -> bytes:
        epoch = ring["audiences"][0]["epochs"][0] | {"months": list(runs)}
        return changed(valid["keyring"], {"audiences": [ring["audiences"][0] | {"epochs": [epoch]}]})

    key, other = b64(b"\7" * 32), b64(bytes(range(64)))
    year = b64(bytes(range(32)) * 3)  # a node of eight months and one of four, and one of one
    add("keyring", "no months", "ok", months())
    add("keyring", "a run of a year and a month", "ok", months(["2026-01", "2027-01", year]))
    add("keyring", "a run with a key too few", "encoding", months(["2026-01", "2027-01", other]))
    add("keyring", "a run with a key too many", "encoding", months(["2026-01", "2026-02", other]))
    add("keyring", "a run that ends before it begins", "encoding", months(["2026-02", "2026-01", key]))
    add("keyring", "a run that ends before it begins, without keys", "encoding", months(["2026-02", "2026-01", ""]))
    add("keyring", "two runs", "ok", months(["2026-02", "2026-02", key], ["2026-04", "2026-04", key]))
    add("keyring", "two runs that touch", "encoding", months(["2026-02", "2026-02", key], ["2026-03", "2026-03", key]))
    add("keyring", "runs out of order", "encoding", months(["2026-04", "2026-04", key], ["2026-02", "2026-02", key]))
    add("keyring", "a run over months that are none", "encoding", months(["2026-00", "2026-13", key]))
    add("keyring", "three epochs", "encoding", changed(valid["keyring"], {"audiences": three}))
    add(
        "keyring",
        "a role that is none",
        "encoding",
        changed(valid["keyring"], {"reader": ring["reader"] | {"role": "host"}}),
    )
    add("keyring", "publisher compressed", "encoding", changed(valid["keyring"], {"publisher": b64(b"\2" + bytes(32))}))
    add("keyring", "site key of 31 bytes", "encoding", changed(valid["keyring"], {"siteKey": b64(bytes(31))}))
    ended = Ended(SITE, 4, NOW).to_bytes()
    add("keyring", "access has ended", "ended", ended)
    add("keyring", "access has ended, in a newer format", "version", changed(ended, {"v": 2}))
    add("keyring", "access has ended, at no time", "encoding", changed(ended, {"ended": None}))
    add("invitation", "key of 33 bytes", "encoding", changed(valid["invitation"], {"key": b64(bytes(33))}))
    add("invitation", "ends as text", "encoding", changed(valid["invitation"], {"ends": "2026-03-12"}))
    add("root", "slots unsorted", "encoding", changed(valid["root"], {"slots": slots[::-1]}))
    add("root", "a label twice", "encoding", changed(valid["root"], {"slots": [slots[0], *slots[:31]]}))
    add(
        "root",
        "a slot of 47 bytes",
        "encoding",
        changed(valid["root"], {"slots": [[slots[0][0], b64(bytes(47))], *slots[1:]]}),
    )
    add("root", "31 slots", "encoding", changed(valid["root"], {"slots": slots[:31]}))
    add("root", "no slots", "encoding", changed(valid["root"], {"slots": []}))
    add(
        "root",
        "a sequence beyond what is exact",
        "encoding",
        valid["root"].replace(f'"sequence":{NOW}'.encode(), b'"sequence":9007199254740992'),
    )
    about = (
        'The content of index, catalogue, keyring, invitation and the body of root ("kind") to values (docs/format.md §3, '
        "§7–§11), without seals, signature or clock."
    )
    return vector_file(about, vectors)
