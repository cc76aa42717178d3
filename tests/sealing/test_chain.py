"""The whole chain, from link to index, sealed and opened; the faults are in the vectors."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pluttra_publish.errors import FormatError
from pluttra_publish.format.access import Ended
from pluttra_publish.format.chain import Root
from pluttra_publish.sealing import SealedObject, chain
from pluttra_publish.sealing.signing import SigningKey
from tests.vectors.sample import (
    AUDIENCE,
    DECOY_SECRET,
    EPOCH,
    GUARDIAN_KEY,
    INDEX,
    INVITATION,
    INVITATION_SECRET,
    KEYRING,
    MONTH,
    NOW,
    OLD_EPOCH,
    ROOT,
    SIGNING_KEY,
    SITE,
    SITE_KEY,
)  # fmt: skip

SECRETS = {"seal_secret": b"\x22" * 32, "naming_secret": b"\x33" * 32}


def body(made: SealedObject) -> bytes:
    with made.open() as file:
        return file.read()


def published(epoch: bytes, sequence: int = NOW) -> tuple[dict[str, bytes], Root]:
    """Return the sealed files of a site with one index, by path, and the root."""
    row, index = chain.seal_index(INDEX, **SECRETS, workspace=Path())
    where, catalogue = chain.seal_catalogue(
        audience=AUDIENCE, kind="department", title="Solrosen", rows={MONTH: row}, epoch_secret=epoch,
        naming_secret=SECRETS["naming_secret"],
    )  # fmt: skip
    slot = chain.slot_of(chain.catalogue_secret(epoch), sequence, where)
    root = replace(ROOT, slots=(slot,), sequence=sequence)
    made = [
        index,
        catalogue,
        chain.seal_keyring(KEYRING, GUARDIAN_KEY),
        chain.seal_invitation(INVITATION, INVITATION_SECRET),
        chain.seal_root(root, site_key=SITE_KEY, signing_key=SIGNING_KEY, decoy_secret=DECOY_SECRET),
    ]
    files = {sealed.path: body(sealed) for sealed in made}
    assert [sealed.immutable for sealed in made] == [True, True, False, False, False]
    return files, open_root(files["root"])


def open_root(sealed: bytes) -> Root:
    return chain.open_root(sealed, site_key=SITE_KEY, publisher=SIGNING_KEY.public, site=SITE)


@pytest.mark.parametrize("epoch", [EPOCH, OLD_EPOCH])
def test_a_link_leads_to_the_index_whichever_epoch_the_root_is_of(epoch: bytes) -> None:
    files, root = published(epoch)
    invited = chain.invitation_name(INVITATION_SECRET)
    invitation = chain.open_invitation(files[f"k/{invited[:2]}/{invited}"], INVITATION_SECRET, now=NOW)
    held = chain.keyring_name(invitation.key)
    keyring = chain.open_keyring(files[f"k/{held[:2]}/{held}"], invitation.key)
    audience = keyring.audiences[0]
    found = chain.find_slot(root, audience.epochs)
    assert found
    of, where = found
    catalogue = chain.open_catalogue(
        files[f"o/{where.name[:2]}/{where.name}"], where, of, audience=audience.id, kind=audience.kind
    )
    row = chain.open_rows(catalogue, of)[MONTH]
    assert chain.open_index(files[f"o/{row.name[:2]}/{row.name}"], row, audience=audience.id, month=MONTH) == INDEX


def test_everything_is_the_same_when_it_is_made_again() -> None:
    assert published(EPOCH) == published(EPOCH)


def test_slots_are_new_in_every_root_and_look_like_decoys() -> None:
    first, second = published(EPOCH)[1], published(EPOCH, NOW + 1)[1]
    assert not {slot.label for slot in first.slots} & {slot.label for slot in second.slots}
    assert not {slot.value for slot in first.slots} & {slot.value for slot in second.slots}
    assert len(first.slots) == len(second.slots) == 32


@pytest.mark.parametrize(("real", "slots"), [(0, 32), (1, 32), (32, 32), (33, 64)])
def test_a_root_is_filled_up_with_decoys(real: int, slots: int) -> None:
    assert real + len(chain.decoys(DECOY_SECRET, NOW, real)) == slots


def test_a_month_without_its_key_stays_closed() -> None:
    row, _ = chain.seal_index(INDEX, **SECRETS, workspace=Path())
    epoch = chain.epoch_of(EPOCH, (MONTH,))
    where, made = chain.seal_catalogue(
        audience=AUDIENCE, kind="department", title="Solrosen", rows={MONTH: row, "2026-02": row, "2026-04": row},
        epoch_secret=EPOCH, naming_secret=SECRETS["naming_secret"],
    )  # fmt: skip
    slot = chain.slot_of(chain.catalogue_secret(EPOCH), NOW, where)
    found = chain.find_slot(Root(SITE, SITE, NOW, 0, 0, 0, 0, (slot,)), (epoch,))
    assert found
    catalogue = chain.open_catalogue(body(made), found[1], epoch, audience=AUDIENCE, kind="department")
    assert [month for month, _ in catalogue.months] == ["2026-04", MONTH, "2026-02"]
    assert chain.open_rows(catalogue, epoch) == {MONTH: row}


def test_the_note_that_access_ended_lies_where_the_keyring_lay_and_is_as_long() -> None:
    keyring = chain.seal_keyring(replace(KEYRING, preschool="x" * 5000), GUARDIAN_KEY)
    note = chain.seal_ended(Ended(SITE, 4, NOW), GUARDIAN_KEY, keyring_length=16384)
    assert (note.path, note.sealed_length) == (keyring.path, keyring.sealed_length)
    with pytest.raises(FormatError) as refused:
        chain.open_keyring(body(note), GUARDIAN_KEY)
    assert refused.value.word == "access-ended"


def test_signatures_are_the_same_each_time() -> None:
    assert SIGNING_KEY.sign(b"root") == SIGNING_KEY.sign(b"root") != SigningKey.generate().sign(b"root")
