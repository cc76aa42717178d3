"""Every sealed file, damaged, exchanged, forged or rolled back, is refused with the right layer and word."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pluttra_publish.errors import WORDS, FormatError, Layer
from pluttra_publish.format import canonical
from pluttra_publish.format.chain import Slot, Whereabouts, signed_bytes
from pluttra_publish.format.layout import object_path
from pluttra_publish.format.padding import Role
from pluttra_publish.open import Memory, open_site
from pluttra_publish.sealing import chain
from pluttra_publish.sealing.objects import open_bytes
from pluttra_publish.sealing.signing import SigningKey
from tests.whole.preschool import Preschool, grain
from tests.whole.sealed_files import ROLES, Reading, sealed, sha256

Damage = Callable[[bytes], bytes]
DAMAGES: dict[str, Damage] = {
    **{f"bit {bit} of byte {at} flipped": lambda b, at=at, bit=bit: flip(b, at, bit) for at, bit in
       ((0, 0), (23, 7), (24, 3), (55, 1), (56, 0), (2000, 5), (-17, 2), (-16, 0), (-1, 7))},
    **{f"cut by {n}": lambda b, n=n: b[:-n] for n in (1, 16, 17, 2000)},
    "cut to its header": lambda b: b[:56],
    "cut inside its header": lambda b: b[:40],
    "without its first byte": lambda b: b[1:],
    "emptied": lambda _: b"",
    "lengthened by a byte": lambda b: b + b"\0",
    "lengthened by a tag": lambda b: b + bytes(16),
    "lengthened by itself": lambda b: b + b[56:],
    "all zero": lambda b: bytes(len(b)),
    "plain text": lambda _: b"<html>404 Not Found</html>",
}  # fmt: skip
UNNAMED = {"invitation", "keyring", "root"}  # nothing above them has their digest


def flip(content: bytes, at: int, bit: int) -> bytes:
    changed = bytearray(content)
    changed[at] ^= 1 << bit
    return bytes(changed)


@pytest.fixture(scope="module")
def reading(tmp_path_factory: pytest.TempPathFactory) -> Reading:
    """Maria's reading of Solrosen; not to be changed."""
    school = Preschool(tmp_path_factory.mktemp("forgery") / "förskola").write().write_posts()
    school.post("Solrosen/2026-11-20 Skogen", "Kottar.\n", kotte_jpg=grain(1), sten_jpg=grain(2))
    school.publish()
    school.invite("petra")
    return Reading(school, "maria", "Solrosen")


def refused(layer: Layer, read: Callable[[], object]) -> None:
    with pytest.raises(FormatError) as refusal:
        read()
    assert (refusal.value.layer, refusal.value.word) == (layer, WORDS[layer])


def test_an_untouched_site_is_read_whole(reading: Reading) -> None:
    reading.read({})
    reading.read_again({}, reading.visit())


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("role", ROLES)
def test_a_damaged_file_is_refused(reading: Reading, role: Role, damage: str) -> None:
    path = reading.path(role)
    damaged = DAMAGES[damage](reading.files[path])
    assert damaged != reading.files[path]
    refused("object" if role in UNNAMED else "digest", lambda: reading.read({path: damaged}))


@pytest.mark.parametrize("role", ROLES)
def test_a_file_that_is_gone_is_told_apart_from_a_forged_one(reading: Reading, role: Role) -> None:
    refused("missing" if role == "invitation" else "host", lambda: reading.read({reading.path(role): None}))


@pytest.fixture(scope="module")
def others(reading: Reading, tmp_path_factory: pytest.TempPathFactory) -> dict[Role, bytes]:
    """Another one of each kind: Petra's invitation and keyring, another site's root, other files that Maria may open."""
    petra = Reading(reading.school, "petra", "Solrosen")
    elsewhere = Preschool(tmp_path_factory.mktemp("elsewhere") / "förskola").write().write_posts()
    elsewhere.publish()
    slots = [chain.find_slot(reading.root, audience.epochs) for audience in reading.keyring.audiences]
    rows = chain.open_rows(reading.catalogue, reading.epoch)
    names: dict[Role, str] = {
        "catalogue": next(slot[1].name for slot in slots if slot and slot[1] != reading.whereabouts),
        "index": next(row.name for month, row in rows.items() if month != reading.month),
        "page": next(card.page.name for card in reading.index.posts if card.id != reading.card.id),
        "media": reading.card.media[1].name,
    }
    found: dict[Role, bytes] = {role: reading.files[object_path(name)] for role, name in names.items()}
    found |= {role: petra.files[petra.path(role)] for role in ("invitation", "keyring")}
    return found | {"root": elsewhere.files()["root"]}


@pytest.mark.parametrize("role", ROLES)
def test_a_file_exchanged_for_another_of_its_kind_is_refused(
    reading: Reading, others: dict[Role, bytes], role: Role
) -> None:
    assert others[role] != reading.files[reading.path(role)]
    refused("object" if role in UNNAMED else "digest", lambda: reading.read({reading.path(role): others[role]}))


# Forged by another guardian of the department who works with the host: they have every key of Maria's but her own.


def test_a_page_sealed_with_the_true_secret_is_refused(reading: Reading) -> None:
    page = reading.card.page
    forged = sealed(b"<article><h1>Ring oss</h1></article>".ljust(page.length), "page", page.secret)
    refused("digest", lambda: reading.read({reading.path("page"): forged}))


def test_a_photo_sealed_with_the_true_secret_is_refused(reading: Reading) -> None:
    medium = reading.card.media[0]
    forged = sealed(bytes(medium.length), "media", medium.secret)
    refused("digest", lambda: reading.read({reading.path("media"): forged}))


def test_an_index_sealed_with_the_true_secret_is_refused(reading: Reading) -> None:
    _, files = reading.forged_index()
    refused("digest", lambda: reading.read(files))


def test_a_catalogue_sealed_with_the_true_secret_is_refused(reading: Reading) -> None:
    _, files = reading.forged_catalogue()
    refused("digest", lambda: reading.read(files))


def test_a_root_that_names_a_forged_catalogue_is_refused_under_the_old_signature_and_under_another_one(
    reading: Reading,
) -> None:
    body, files = reading.forged_catalogue()
    where = Whereabouts(reading.whereabouts.name, sha256(body))
    slot = chain.slot_of(reading.epoch.catalogue, reading.root.sequence, where)
    slots = tuple(slot if old.label == slot.label else old for old in reading.root.slots)
    assert slots != reading.root.slots
    root = replace(reading.root, slots=slots, body=None).to_bytes()
    for signature in (
        _signature(reading),
        SigningKey.generate().sign(signed_bytes(reading.root.site, root)),
        bytes(64),
    ):
        forged = sealed(root + signature, "root", reading.keyring.site_key)
        refused("signature", lambda forged=forged: reading.read(files | {"root": forged}))


def test_the_same_root_signed_by_another_key_is_refused(reading: Reading) -> None:
    body = reading.root.to_bytes()
    signature = SigningKey.generate().sign(signed_bytes(reading.root.site, body))
    assert body + signature != _content(reading)
    forged = sealed(body + signature, "root", reading.keyring.site_key)
    refused("signature", lambda: reading.read({"root": forged}))


def test_a_root_of_a_higher_sequence_than_was_signed_is_refused(reading: Reading) -> None:
    body = replace(reading.root, sequence=reading.root.sequence + 1, body=None).to_bytes()
    forged = sealed(body + _signature(reading), "root", reading.keyring.site_key)
    refused("signature", lambda: reading.read({"root": forged}))


def test_a_refused_root_is_not_remembered(reading: Reading) -> None:
    memory = reading.visit()
    before = replace(memory)
    body = replace(reading.root, sequence=reading.root.sequence + 1, body=None).to_bytes()
    forged = sealed(body + _signature(reading), "root", reading.keyring.site_key)
    refused("signature", lambda: reading.read_again({"root": forged}, memory))
    assert memory == before


def test_a_root_of_a_later_format_is_told_as_that(reading: Reading) -> None:
    value = canonical.decode(reading.root.to_bytes()) | {"v": 2, "slots": "something else"}
    body = canonical.encode(value)
    key = reading.school.keys()
    signature = key.signing_key.sign(signed_bytes(reading.root.site, body))
    refused("version", lambda: reading.read({"root": sealed(body + signature, "root", key.site_key)}))


# Forged by whoever has the link too.


def test_a_thief_of_the_link_does_not_become_the_publisher_for_one_who_has_read_before(reading: Reading) -> None:
    memory = reading.visit()
    thief = SigningKey.generate()
    keyring = replace(reading.keyring, publisher=thief.public)
    with chain.seal_keyring(keyring, reading.key).open() as made:
        files: dict[str, bytes | None] = {reading.path("keyring"): made.read()}
    body = replace(reading.root, sequence=reading.root.sequence + 1, body=None).to_bytes()
    signature = thief.sign(signed_bytes(reading.root.site, body))
    files["root"] = sealed(body + signature, "root", reading.keyring.site_key)
    refused("signature", lambda: reading.read_again(files, memory))
    refused("signature", lambda: reading.read(files, memory=memory))


def test_a_keyring_of_another_site_than_the_invitations_is_refused(reading: Reading) -> None:
    with chain.seal_keyring(replace(reading.keyring, site="ab" * 16), reading.key).open() as made:
        forged = made.read()
    refused("binding", lambda: reading.read({reading.path("keyring"): forged}))
    refused("signature", lambda: reading.read_again({reading.path("keyring"): forged}, reading.visit()))


@pytest.mark.parametrize(
    "link", ["https://dagar.example.se/", "https://dagar.example.se/#i=", "https://dagar.example.se/#i=kort", "#i=" + "A" * 44, "#i=" + "A" * 42 + "="]
)  # fmt: skip
def test_a_link_that_is_none_is_a_wrong_link(reading: Reading, link: str) -> None:
    refused("link", lambda: open_site(link, reading.files.get))


def test_a_link_that_was_changed_on_the_way_leads_nowhere(reading: Reading) -> None:
    letter = "B" if reading.link[-5] == "A" else "A"
    refused("missing", lambda: open_site(reading.link[:-5] + letter + reading.link[-4:], reading.files.get))


# Rolled back.


def test_an_old_root_is_refused_by_one_who_has_seen_a_newer(later: tuple[Reading, Reading]) -> None:
    before, after = later
    memory = after.visit()
    refused("sequence", lambda: after.read_again({"root": before.files["root"]}, memory))


def test_a_whole_older_site_is_refused_by_one_who_has_seen_a_newer(school: Preschool) -> None:
    school.write_posts().publish()
    before = Reading(school, "maria", "Solrosen")
    school.later(days=1).publish()
    after = Reading(school, "maria", "Solrosen")
    memory = after.visit()
    refused("sequence", lambda: after.read(dict(before.files), memory=memory))
    refused("sequence", lambda: after.read_again(dict(before.files), memory))


def test_another_root_of_the_same_sequence_is_refused(school: Preschool) -> None:
    school.write_posts().publish(sequence=2_000_000_000)
    memory = Reading(school, "maria", "Solrosen").visit()
    school.post("Solrosen/2026-11-20 Nytt", "Nytt.\n")
    school.publish(sequence=2_000_000_000)
    refused("sequence", lambda: Reading(school, "maria", "Solrosen").read_again({}, memory))


def test_an_old_keyring_is_refused_by_root_and_by_memory(later: tuple[Reading, Reading]) -> None:
    before, after = later
    old: dict[str, bytes | None] = {after.path("keyring"): before.files[before.path("keyring")]}
    assert before.path("keyring") == after.path("keyring")
    refused("generation", lambda: after.read(old))
    refused("generation", lambda: after.read_again(old, after.visit()))
    refused("generation", lambda: after.read_again(dict(before.files), after.visit()))


def test_an_invitation_is_refused_at_its_end_and_later(reading: Reading) -> None:
    ends = reading.now + 14 * 24 * 3600
    reading.read({}, at=ends - 1)
    refused("ends", lambda: reading.read({}, at=ends))
    refused("ends", lambda: reading.read({}, at=ends + 10**8))


def test_an_invitation_that_has_ended_is_removed_at_the_next_publish(school: Preschool) -> None:
    school.write_posts().publish()
    reading = Reading(school, "maria", "Solrosen")
    school.later(days=14).publish()
    assert reading.path("invitation") not in school.files()
    refused("missing", lambda: open_site(reading.link, school.files().get, now=reading.now))
    opened = school.open_again("maria", memory=Memory())
    assert opened.posts


@pytest.fixture(scope="module")
def later(tmp_path_factory: pytest.TempPathFactory) -> tuple[Reading, Reading]:
    """Maria's reading before and after Johan has left."""
    school = Preschool(tmp_path_factory.mktemp("later") / "förskola").write().write_posts()
    school.publish()
    before = Reading(school, "maria", "Solrosen")
    school.row("relationer", "alva", "johan")[3] = "2026-11-22"
    school.publish()
    return before, Reading(school, "maria", "Solrosen")


def test_a_slot_says_nothing_to_one_who_holds_another_audiences_keys(reading: Reading) -> None:
    other = next(audience for audience in reading.keyring.audiences if audience.id != reading.audience.id)
    label = chain.slot_of(other.epochs[0].catalogue, reading.root.sequence, reading.whereabouts).label
    mine = chain.slot_of(reading.epoch.catalogue, reading.root.sequence, reading.whereabouts)
    held = reading.root.slot(mine.label)
    assert label != mine.label
    assert held == mine
    assert isinstance(held, Slot)
    assert held.value != bytes.fromhex(reading.whereabouts.name) + reading.whereabouts.digest


def _content(reading: Reading) -> bytes:
    return open_bytes(reading.files["root"], role="root", secret=reading.keyring.site_key)


def _signature(reading: Reading) -> bytes:
    return _content(reading)[-64:]
