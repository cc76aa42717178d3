from __future__ import annotations

import errno
import threading
from pathlib import Path

import pytest

from pluttra_publish.errors import FormatError, KeystoreChanged, KeystoreError
from pluttra_publish.platform import write_atomically
from pluttra_publish.sealing import Keystore, ReaderKeys
from pluttra_publish.sealing.keystore import LOCK


class Machine:
    """A machine's private folder and settings folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "privat" / "keystore.age"
        self.identity = folder / "settings" / "identity.txt"

    def create(self) -> tuple[Keystore, str]:
        return Keystore.create(self.path, identity_path=self.identity)

    def load(self) -> Keystore:
        return Keystore.load(self.path, identity_path=self.identity)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_everything_comes_back(machine: Machine) -> None:
    keystore, _ = machine.create()
    keystore.audience("department:solrosen").break_epoch()
    reader = keystore.reader("v-17")
    reader.given = {"department:solrosen": ["2026-02", "2026-03"]}
    reader.ended, reader.keyring_length = 1_774_000_000, 16384
    keystore.invite("v-17", ends=1_775_000_000)
    keystore.generation, keystore.keyrings, keystore.sequence = 4, 5, 1_774_000_001
    keystore.save()
    assert machine.load() == keystore


def test_secrets_are_made_on_first_use_and_then_stay(machine: Machine) -> None:
    keystore, _ = machine.create()
    assert keystore.audience("staff:") is keystore.audience("staff:")
    assert keystore.audience("staff:").id != keystore.audience("preschool:").id
    assert keystore.reader("v-1").key == keystore.reader("v-1").key != keystore.reader("v-2").key


def test_a_broken_epoch_keeps_only_the_one_before(machine: Machine) -> None:
    keystore = machine.create()[0]
    audience = keystore.audience("staff")
    first = audience.epochs[0]
    keystore.rooted()
    audience.break_epoch()
    second = audience.epochs[0]
    assert audience.epochs == [second, first]
    keystore.rooted()
    audience.break_epoch()
    assert audience.epochs[1:] == [second]


def test_an_epoch_that_never_came_to_the_host_is_replaced_so_that_the_one_there_is_kept(machine: Machine) -> None:
    keystore = machine.create()[0]
    audience = keystore.audience("staff")
    on_the_host = audience.epochs[0]
    keystore.rooted()
    for _ in range(3):
        audience.break_epoch()
        assert audience.epochs[1:] == [on_the_host]


def test_opaque_ids_are_the_same_each_time_and_differ_between_sites(machine: Machine, tmp_path: Path) -> None:
    keystore, _ = machine.create()
    other, _ = Machine(tmp_path / "other").create()
    made = keystore.opaque_id("post", "department:solrosen", "vi-byggde-koja")
    assert made == machine.load().opaque_id("post", "department:solrosen", "vi-byggde-koja")
    assert made != other.opaque_id("post", "department:solrosen", "vi-byggde-koja")
    assert len(made) == 16


def test_the_file_tells_nothing(machine: Machine) -> None:
    keystore, recovery = machine.create()
    keystore.reader("v-17-anna-ek")
    keystore.save()
    written = machine.path.read_bytes() + machine.identity.read_bytes()
    for secret in (b"anna-ek", recovery.encode(), keystore.site_key, keystore.reader("v-17-anna-ek").key):
        assert secret not in written


def test_no_secret_shows_when_it_is_printed(machine: Machine) -> None:
    keystore, _ = machine.create()
    invitation = keystore.invite("v-1", ends=5)
    shown = repr(keystore) + repr(keystore.audience("staff:")) + repr(keystore.reader("v-1")) + repr(invitation)
    secrets = [
        keystore.site_key, keystore.naming_secret, keystore.decoy_secret, keystore.id_secret, keystore.signing_key.scalar,
        keystore.audience("staff:").seal, keystore.audience("staff:").epochs[0], keystore.reader("v-1").key, invitation.secret,
    ]  # fmt: skip
    assert "AGE-SECRET-KEY" not in shown
    assert not [secret for secret in secrets if repr(secret) in shown]


def test_another_machine_cannot_open_it_and_is_told_how_to(machine: Machine, tmp_path: Path) -> None:
    machine.create()
    other = Machine(tmp_path / "other")
    other.create()
    with pytest.raises(KeystoreError, match="kan inte öppnas") as refused:
        Keystore.load(machine.path, identity_path=other.identity)
    assert "återställningsnyckel" in refused.value.hint
    assert "AGE-SECRET-KEY" not in str(refused.value)


def test_the_recovery_key_opens_it_on_a_new_machine_which_then_has_it(machine: Machine, tmp_path: Path) -> None:
    keystore, recovery = machine.create()
    new = tmp_path / "new" / "identity.txt"
    recovered = Keystore.recover(machine.path, identity_path=new, recovery_key=f" {recovery}\n")
    assert recovered.site_key == keystore.site_key
    assert Keystore.load(machine.path, identity_path=new).site_key == keystore.site_key
    again = Keystore.recover(machine.path, identity_path=tmp_path / "newer.txt", recovery_key=recovery)
    assert again.site_key == keystore.site_key


def test_another_recovery_key_does_not_open_it(machine: Machine, tmp_path: Path) -> None:
    machine.create()
    _, another = Machine(tmp_path / "other").create()
    with pytest.raises(KeystoreError, match="återställningsnyckeln"):
        Keystore.recover(machine.path, identity_path=machine.identity, recovery_key=another)
    with pytest.raises(KeystoreError, match="felskriven"):
        Keystore.recover(machine.path, identity_path=machine.identity, recovery_key=another[:-1])


@pytest.mark.parametrize("damage", [b"", b"something else", None])
def test_a_damaged_file_is_told_with_its_mend(machine: Machine, damage: bytes | None) -> None:
    machine.create()
    whole = machine.path.read_bytes()
    machine.path.write_bytes(whole[:-20] if damage is None else damage)
    with pytest.raises(KeystoreError) as refused:
        machine.load()
    assert str(machine.path) in str(refused.value)
    assert "säkerhetskopia" in refused.value.hint


def test_every_flipped_byte_is_refused(machine: Machine) -> None:
    machine.create()
    whole = machine.path.read_bytes()
    for offset in range(0, len(whole), 61):
        machine.path.write_bytes(whole[:offset] + bytes([whole[offset] ^ 1]) + whole[offset + 1 :])
        with pytest.raises(KeystoreError):
            machine.load()


def test_a_missing_keystore_or_identity_is_told(machine: Machine) -> None:
    with pytest.raises(KeystoreError, match="saknas"):
        machine.load()
    machine.create()
    machine.identity.unlink()
    with pytest.raises(KeystoreError, match="identitet saknas") as refused:
        machine.load()
    assert "återställningsnyckeln" in refused.value.hint


def test_a_keystore_is_never_made_over_another(machine: Machine) -> None:
    keystore, _ = machine.create()
    with pytest.raises(KeystoreError, match="finns redan"):
        machine.create()
    assert machine.load() == keystore


def test_one_identity_serves_several_sites(machine: Machine, tmp_path: Path) -> None:
    machine.create()
    identity = machine.identity.read_bytes()
    second, _ = Keystore.create(tmp_path / "second" / "keystore.age", identity_path=machine.identity)
    assert machine.identity.read_bytes() == identity
    assert Keystore.load(second.path, identity_path=machine.identity) == second


def test_what_another_run_saved_is_never_overwritten(machine: Machine) -> None:
    machine.create()
    first, second = machine.load(), machine.load()
    first.reader("v-1")
    first.save()
    second.reader("v-2")
    with pytest.raises(KeystoreError, match="annan körning"):
        second.save()
    assert set(machine.load().readers) == {"v-1"}
    first.save()


def test_of_two_runs_that_save_at_once_one_is_told(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    machine.create()
    first, second = machine.load(), machine.load()
    first.sequence, second.sequence = 1, 2
    refused: list[KeystoreError] = []

    def save_second() -> None:
        try:
            second.save()
        except KeystoreChanged as changed:
            refused.append(changed)

    other = threading.Thread(target=save_second)

    def write_while_the_other_saves(path: Path, content: bytes, *, private: bool) -> None:
        other.start()
        other.join(0.3)
        write_atomically(path, content, private=private)

    monkeypatch.setattr("pluttra_publish.sealing.keystore.write_atomically", write_while_the_other_saves)
    first.save()
    other.join()
    assert len(refused) == 1
    assert machine.load().sequence == 1


def test_a_save_that_fails_leaves_the_file_as_it_was(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    keystore, _ = machine.create()
    before = machine.path.read_bytes()
    keystore.reader("v-1")

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "no space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(KeystoreError, match="no space"):
        keystore.save()
    monkeypatch.undo()
    assert machine.path.read_bytes() == before
    assert sorted(file.name for file in machine.path.parent.iterdir()) == [machine.path.name, LOCK]
    keystore.save()
    assert "v-1" in machine.load().readers


def test_months_that_were_given_are_read_from_a_list_too_as_older_keystores_have_them() -> None:
    reader = ReaderKeys.new()
    reader.given = {"department:solrosen": ["2026-02", "2026-03"], "preschool": []}
    value = reader.to_value()
    assert ReaderKeys.from_value(value, "readers") == reader
    older = value | {"given": {"department:solrosen": ["2026-02", "2026-03"], "preschool": []}}
    assert ReaderKeys.from_value(older, "readers") == reader


@pytest.mark.parametrize("wrong", ["2026-13", "2026-02 ", " 2026-02", "2026-02  2026-03", "2026-02,2026-03", 2026])
def test_months_that_are_none_are_refused(wrong: object) -> None:
    value = ReaderKeys.new().to_value() | {"given": {"preschool": wrong}}
    with pytest.raises(FormatError):
        ReaderKeys.from_value(value, "readers")
