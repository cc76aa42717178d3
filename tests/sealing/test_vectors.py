"""Every vector of tests/vectors/, each opened by the code that opens it in earnest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pluttra_publish.errors import FormatError
from pluttra_publish.format import canonical, layout, padding
from pluttra_publish.format.access import Epoch, Invitation, Keyring, secret_of
from pluttra_publish.format.chain import Catalogue, Root, Row, Slot, Whereabouts
from pluttra_publish.format.messages import FILE_LENGTHS, Header, message_content
from pluttra_publish.format.posts import Index, Reference
from pluttra_publish.sealing import chain, open_bytes, open_range, open_reference, sealable
from pluttra_publish.sealing.kdf import kdf
from pluttra_publish.sealing.messages import Senders, drop_key, letterbox_name, open_letterbox, seal_message
from tests.vectors.make import FILES, HERE
from tests.vectors.notation import read_bytes, seal

Vector = dict[str, Any]
Shared = dict[str, Any]


def vectors(name: str) -> Any:
    """Return the parametrisation of a file's vectors."""
    file = json.loads((HERE / name).read_text(encoding="utf-8"))
    shared = file.get("bytes", {})
    return pytest.mark.parametrize(
        ("vector", "shared"), [pytest.param(v, shared, id=v["name"]) for v in file["vectors"]]
    )


def opened(vector: Vector, opening: Callable[[], Any]) -> Iterator[Any]:
    """Yield what a valid vector opens to; assert that the layer that it names refuses a faulty one."""
    if vector["expect"] == "ok":
        yield opening()
        return
    with pytest.raises(FormatError) as refused:
        opening()
    assert refused.value.layer == vector["expect"]


@pytest.mark.parametrize("name", FILES)
def test_the_files_are_what_the_script_makes(name: str) -> None:
    assert (HERE / name).read_bytes().decode("utf-8") == FILES[name]()


def test_every_file_is_made_by_the_script_and_names_each_vector_once() -> None:
    assert {file.name for file in HERE.glob("*.json")} == set(FILES)
    for name in FILES:
        names = [vector["name"] for vector in json.loads((HERE / name).read_text(encoding="utf-8"))["vectors"]]
        assert len(set(names)) == len(names)


@vectors("kdf.json")
def test_derivation(vector: Vector, shared: Shared) -> None:
    parts = [part["u64"] if isinstance(part, dict) and "u64" in part else _text(part) for part in vector["parts"]]
    assert layout.kdf_info(vector["label"], *parts).hex() == vector["info"]
    derived = kdf(bytes.fromhex(vector["secret"]), vector["label"], *parts)
    assert (derived.hex(), len(derived)) == (vector["result"], vector["length"])


def _text(part: Any) -> str | bytes:
    return str(part["text"]) if isinstance(part, dict) else bytes.fromhex(part)


@vectors("padded-lengths.json")
def test_padded_lengths(vector: Vector, shared: Shared) -> None:
    for padded in opened(vector, lambda: padding.padded_length(vector["role"], vector["length"])):
        assert padded == vector["padded"]


@vectors("padding.json")
def test_padding(vector: Vector, shared: Shared) -> None:
    padded = read_bytes(vector["padded"], shared)
    for content in opened(vector, lambda: padding.unpad(vector["role"], padded, vector["length"])):
        assert content == read_bytes(vector["content"], shared)


@vectors("canonical.json")
def test_canonical_values(vector: Vector, shared: Shared) -> None:
    encoded = read_bytes(vector["encoded"], shared)
    for value in opened(vector, lambda: canonical.decode(encoded)):
        assert canonical.encode(value) == encoded


@vectors("b64.json")
def test_base64url(vector: Vector, shared: Shared) -> None:
    for raw in opened(vector, lambda: canonical.unb64(vector["text"])):
        assert raw.hex() == vector["raw"]
        assert canonical.b64(raw) == vector["text"]


@vectors("link.json")
def test_links(vector: Vector, shared: Shared) -> None:
    for secret in opened(vector, lambda: secret_of(vector["link"])):
        assert secret.hex() == vector["secret"]


@vectors("sealed.json")
def test_sealed_files(vector: Vector, shared: Shared) -> None:
    sealed = read_bytes(vector["sealed"], shared)
    secret = bytes.fromhex(vector["secret"])
    digest = vector["digest"] and bytes.fromhex(vector["digest"])
    for content in opened(
        vector, lambda: open_bytes(sealed, role=vector["role"], secret=secret, digest=digest, length=vector["length"])
    ):
        assert content == read_bytes(vector["content"], shared)
        assert seal(vector["role"], secret, content) == sealed


@vectors("objects.json")
def test_objects(vector: Vector, shared: Shared, tmp_path: Path) -> None:
    content = read_bytes(vector["content"], shared)
    reference, made = sealable(
        content,
        role=vector["role"],
        media_type=vector["mediaType"],
        seal_secret=bytes.fromhex(vector["sealSecret"]),
        naming_secret=bytes.fromhex(vector["namingSecret"]),
        turn=vector["turn"],
    ).seal(tmp_path)
    assert (reference.name, reference.secret.hex()) == (vector["objectName"], vector["secret"])
    assert (made.sealed_length, made.digest.hex()) == (vector["sealedLength"], vector["digest"])
    assert b"".join(reference.segments).hex() == vector["segments"]
    with made.open() as file:
        assert open_reference(file.read(), reference) == content


@vectors("references.json")
def test_references(vector: Vector, shared: Shared) -> None:
    for reference in opened(vector, lambda: Reference.from_value(vector["reference"])):
        assert reference.to_value() == vector["reference"]


@vectors("ranges.json")
def test_ranges(vector: Vector, shared: Shared) -> None:
    sealed = read_bytes(vector["sealed"], shared)
    reference = Reference.from_value(vector["reference"])
    start, stop = vector["start"], vector["stop"]
    for content in opened(vector, lambda: open_range(lambda a, b: sealed[a:b], reference, start, stop)):
        assert content == read_bytes(vector["content"], shared)


@vectors("values.json")
def test_values(vector: Vector, shared: Shared) -> None:
    kinds = {"index": Index, "catalogue": Catalogue, "keyring": Keyring, "invitation": Invitation, "root": Root}
    content = read_bytes(vector["content"], shared)
    kind = kinds[vector["kind"]]
    for value in opened(vector, lambda: kind.from_bytes(content)):
        assert kind.from_bytes(value.to_bytes()) == value
        if vector["name"].endswith(": valid"):
            assert value.to_bytes() == content


def _row(written: dict[str, Any]) -> Row:
    secret, digest = bytes.fromhex(written["secret"]), bytes.fromhex(written["digest"])
    return Row(secret, written["name"], digest, written["length"])


@vectors("row.json")
def test_rows(vector: Vector, shared: Shared) -> None:
    sealed = read_bytes(vector["sealed"], shared)
    for row in opened(vector, lambda: chain.open_row(sealed, bytes.fromhex(vector["secret"]))):
        assert row == _row(vector["row"])


@vectors("index.json")
def test_indexes(vector: Vector, shared: Shared) -> None:
    sealed, row = read_bytes(vector["sealed"], shared), _row(vector["row"])
    asked = {"audience": vector["audience"], "month": vector["month"]}
    for index in opened(vector, lambda: chain.open_index(sealed, row, **asked)):
        assert index.to_bytes() == read_bytes(vector["content"], shared)


@vectors("slot.json")
def test_slots(vector: Vector, shared: Shared) -> None:
    slot = Slot.from_value(vector["slot"], "slot")
    if "decoy" in vector:
        decoy = bytes.fromhex(vector["decoy"])
        assert chain.decoys(decoy, vector["sequence"], 0)[vector["number"]] == slot
        return
    secret = bytes.fromhex(vector["catalogue"])
    root = Root("51" * 16, "9b" * 16, vector["sequence"], 0, 0, 0, 0, (slot,))
    epoch, older = Epoch(secret, ()), Epoch(bytes(32), ())
    where = Whereabouts(vector["catalogueName"], bytes.fromhex(vector["digest"]))
    assert chain.find_slot(root, (older, epoch)) == (epoch, where)
    assert chain.find_slot(root, (older,)) is None


@vectors("catalogue.json")
def test_catalogues(vector: Vector, shared: Shared) -> None:
    sealed, epoch = read_bytes(vector["sealed"], shared), Epoch.from_value(vector["epoch"], "epoch")
    where = Whereabouts("00" * 16, bytes.fromhex(vector["digest"]))

    def opening() -> tuple[Catalogue, dict[str, Row]]:
        asked = {"audience": vector["audience"], "kind": vector["kind"]}
        catalogue = chain.open_catalogue(sealed, where, epoch, **asked)
        return catalogue, chain.open_rows(catalogue, epoch)

    for catalogue, rows in opened(vector, opening):
        assert rows == {month: _row(row) for month, row in vector["rows"].items()}
        if "content" in vector:
            assert catalogue.to_bytes() == read_bytes(vector["content"], shared)


@vectors("keyring.json")
def test_keyrings(vector: Vector, shared: Shared) -> None:
    sealed, key = read_bytes(vector["sealed"], shared), bytes.fromhex(vector["guardianKey"])
    assert chain.keyring_name(key) == vector["keyringName"]

    def opening() -> Keyring:
        keyring = chain.open_keyring(sealed, key, seen=vector["seen"])
        if vector["known"]:
            publisher = bytes.fromhex(vector["known"]["publisher"])
            chain.check_publisher(keyring, site=vector["known"]["site"], publisher=publisher)
        if vector["invitedSite"]:
            chain.check_site(Invitation(key, vector["invitedSite"], "", "sv", 0), keyring)
        return keyring

    for keyring in opened(vector, opening):
        assert keyring.to_bytes() == read_bytes(vector["content"], shared)


@vectors("invitation.json")
def test_invitations(vector: Vector, shared: Shared) -> None:
    sealed, secret = read_bytes(vector["sealed"], shared), secret_of(vector["link"])
    assert (secret.hex(), chain.invitation_name(secret)) == (vector["secret"], vector["invitationName"])
    for invitation in opened(vector, lambda: chain.open_invitation(sealed, secret, now=vector["now"])):
        assert invitation.to_bytes() == read_bytes(vector["content"], shared)


@vectors("messages.json")
def test_messages(vector: Vector, shared: Shared) -> None:
    file, site = read_bytes(vector["file"], shared), bytes.fromhex(vector["site"])
    key = bytes.fromhex(vector["guardianKey"])
    assert drop_key(key).hex() == vector["dropKey"]

    def opening() -> tuple[Header, bytes]:
        return senders.open(file, "the guardian", site=site)

    senders = Senders({"somebody else": bytes(32), "the guardian": key})
    if vector["expect"] == "sender":
        assert senders.find(file) is None
        return
    assert senders.find(file) == "the guardian"
    for header, attachment in opened(vector, opening):
        written, attached = read_bytes(vector["header"], shared), read_bytes(vector["attachment"], shared)
        assert message_content(header, attachment) == len(written).to_bytes(4, "big") + written + attached
        assert seal_message(header, attachment, key, site=site, salt=bytes.fromhex(vector["salt"])) == file
        assert len(file) == vector["length"]
        assert len(file) in FILE_LENGTHS


@vectors("letterbox.json")
def test_letterboxes(vector: Vector, shared: Shared) -> None:
    sealed, secret = read_bytes(vector["sealed"], shared), bytes.fromhex(vector["secret"])
    assert letterbox_name(secret) == vector["letterboxName"]
    for letterbox in opened(vector, lambda: open_letterbox(sealed, secret)):
        assert letterbox.to_bytes() == read_bytes(vector["content"], shared)


@vectors("root.json")
def test_roots(vector: Vector, shared: Shared) -> None:
    sealed = read_bytes(vector["sealed"], shared)
    site_key, publisher = bytes.fromhex(vector["siteKey"]), bytes.fromhex(vector["publisher"])

    def opening() -> Root:
        root = chain.open_root(sealed, site_key=site_key, publisher=publisher, site=vector["site"])
        if vector["seen"]:
            seen = bytes.fromhex(vector["seen"]["digest"])
            chain.check_sequence(root, seen=vector["seen"]["sequence"], seen_digest=seen)
        chain.check_generation(Keyring.from_bytes(_keyring(vector["keyringGeneration"])), root)
        return root

    for root in opened(vector, opening):
        assert root.body == read_bytes(vector["content"], shared)
        assert root.digest.hex() == vector.get("digest", root.digest.hex())


def _keyring(generation: int) -> bytes:
    value = json.loads(
        next(
            v["content"]["text"]
            for v in json.loads((HERE / "keyring.json").read_text(encoding="utf-8"))["vectors"]
            if v["expect"] == "ok"
        )
    )
    return canonical.encode(value | {"generation": generation})
