"""From a computer that is gone to another: the same site, one machine that publishes, and nobody let in who had been shut out."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from pluttra_publish import publish as pipeline
from pluttra_publish.backup import back_up
from pluttra_publish.backup.restore import restore
from pluttra_publish.cli import main
from pluttra_publish.errors import FormatError, HostError, KeystoreError, UsageError
from pluttra_publish.format.layout import keyring_path
from pluttra_publish.hosts import FolderHost
from pluttra_publish.hosts.gate import Admitted
from pluttra_publish.open import Memory, folder, open_site, open_with_key
from pluttra_publish.platform import IDENTITY_VARIABLE
from pluttra_publish.publish import Published
from pluttra_publish.revoking import let_in, rekey, revoke
from pluttra_publish.sealing import chain
from pluttra_publish.sealing.recovery import RecoveryKey
from tests.whole.preschool import POSTS, Preschool, clock, files_of, refusal, titles

EVERYBODY = ("maria", "johan", "mei", "ingrid", "petra")


class Machine(Preschool):
    """A preschool on one machine. Its host is a folder beside it, which another machine may have too."""

    recovery: RecoveryKey

    @property
    def disk(self) -> Path:
        return self.root.parent / "disk"

    @property
    def public(self) -> Path:
        return self.root.parent / "värd"

    def back_up(self) -> None:
        with clock(self.now):
            back_up(self.settings, self.disk, identity=self.identity)

    def restored(self, name: str = "ny") -> Machine:
        """Return the machine that has what the newest backup has, at the same time of day."""
        other = Machine(self.root.parent / name, self.now)
        other.recovery = self.recovery
        other.root.rmdir()
        restore(self.disk, other.root, self.recovery, identity=other.identity)
        return other

    @property
    def identity(self) -> Path:
        return self.root.parent / f"{self.root.name}-identity.txt"

    def write(self) -> Machine:
        """Write settings and register; a machine that was restored has them, and they stay until a test changes them."""
        if not (self.root / "privat" / "keystore.age").exists() or self.changed:
            super().write()
        return self

    changed = False

    def take_over(self, *, reviewed: bool = False) -> Published:
        with clock(self.now):
            return pipeline.publish(self.settings, take_over=True, reviewed=reviewed, identity=self.identity)

    def publish_as(self) -> Published:
        with clock(self.now):
            return pipeline.publish(self.settings, identity=self.identity)

    def build(self, into: str, sequence: int) -> dict[str, bytes]:
        with clock(self.now):
            target = self.root.parent / into
            pipeline.publish(self.settings, folder=target, sequence=sequence, identity=self.identity)
        return files_of(target)

    def change(self) -> Machine:
        self.changed = True
        self.write()
        self.changed = False
        return self


@pytest.fixture
def old(tmp_path: Path) -> Machine:
    """A machine that has published, invited everybody, and been backed up."""
    made = Machine(tmp_path / "gammal")
    made.settings_text += f'[host]\npath = "{(tmp_path / "värd").as_posix()}"\n'
    made.write().write_posts()
    written = made.make_keystore()
    assert written
    made.recovery = RecoveryKey(written)
    made.publish_as()
    for reader in EVERYBODY:
        made.invite(reader)
    made.back_up()
    return made


def test_the_restored_preschool_builds_to_the_same_bytes(old: Machine) -> None:
    new = old.restored()
    assert old.build("a", 2_000_000_000) == new.build("b", 2_000_000_000)


def test_a_new_computer_publishes_nothing_and_invites_nobody_before_it_has_taken_over(old: Machine) -> None:
    new, before = old.restored(), old.files()
    for attempt in (new.publish_as, lambda: new.invite("maria", days=80)):
        with pytest.raises(KeystoreError, match="återställd") as stopped:
            attempt()
        assert "--take-over" in stopped.value.hint
    assert old.files() == before


def test_after_it_has_taken_over_everybody_reads_on_with_what_they_have(old: Machine) -> None:
    memories = {reader: Memory() for reader in EVERYBODY}
    seen = {reader: titles(old.open(reader, memory=memories[reader])) for reader in EVERYBODY}
    links = {reader: old.invite(reader) for reader in EVERYBODY}
    new = old.restored().later(hours=1)
    done = new.take_over()
    assert done.taken
    assert (done.taken.shut_out, done.taken.new, done.taken.dropped, done.taken.behind) == ((), (), 0, False)
    assert {reader: titles(new.open_again(reader, memory=memories[reader])) for reader in EVERYBODY} == seen
    for link in links.values():
        open_site(link, folder(old.public), now=int(new.now.timestamp()))
    assert new.publish_as().put == 1  # the root alone


def test_the_sequence_goes_on_and_the_generations_rise(old: Machine) -> None:
    before = old.open("maria").root
    new = old.restored()
    new.later(hours=-3).take_over()  # by a clock that is wrong
    after = new.open_again("ingrid").root
    assert after.sequence > before.sequence
    assert after.keystore > before.keystore
    assert after.keyrings > before.keyrings
    assert after.publisher != before.publisher


def test_every_epoch_is_broken_and_no_post_is_put_again(old: Machine) -> None:
    keyring = old.open("ingrid").keyring
    new = old.restored().later(hours=1)
    before = set(old.files())
    new.take_over()
    root = new.open_again("ingrid").root
    assert [chain.find_slot(root, audience.epochs) for audience in keyring.audiences] == [None] * len(keyring.audiences)
    put = {path for path in set(old.files()) - before if path.startswith("o/")}
    assert len(put) == len([audience for audience in keyring.audiences if _has_posts(new, audience.id)])


def _has_posts(school: Machine, audience: str) -> bool:
    return any(found == audience for found, _ in school.open_again("ingrid").indexes)


def test_the_old_computer_stops_at_everything_it_would_put(old: Machine) -> None:
    new = old.restored().later(hours=1)
    new.take_over()
    before = old.files()
    old.later(hours=2).post("Solrosen/2026-11-23 Från den gamla", "Den här ska inte ut.\n")
    attempts = (
        old.publish_as,
        lambda: old.invite("maria", days=80),
        lambda: revoke(old.settings, "maria", identity=old.identity),
        lambda: rekey(old.settings, "petra", identity=old.identity),
    )
    for attempt in attempts:
        with pytest.raises(KeystoreError, match="annan dator") as stopped:
            attempt()
        assert "pluttra restore" in stopped.value.hint
    assert old.files() == before


def test_two_machines_that_publish_against_each_other_are_stopped_each_time_it_is_not_their_turn(old: Machine) -> None:
    new = old.restored()
    machines = [new, old]
    memory = Memory()
    old.open("maria", memory=memory)
    for turn in range(4):
        mine, other = machines[turn % 2], machines[1 - turn % 2]
        for machine in machines:
            machine.now = old.now.replace(hour=13 + turn)
        mine.take_over(reviewed=True)
        mine.post(f"Solrosen/2026-11-20 Tur {turn}", "Nytt.\n")
        mine.publish_as()
        with pytest.raises(KeystoreError, match="annan dator"):
            other.publish_as()
        assert f"Tur {turn}" in titles(mine.open_again("maria", memory=memory))


def test_a_copy_of_the_whole_folder_that_is_older_than_the_site_is_stopped(old: Machine) -> None:
    copy = Machine(old.root.parent / "kopia", old.now)
    shutil.copytree(old.root, copy.root, dirs_exist_ok=True)
    shutil.copy(old.identity, copy.identity)
    old.later(hours=1).post("Solrosen/2026-11-23 Nytt", "Nytt.\n")
    old.publish_as()
    before = old.files()
    copy.now = old.now.replace(hour=20)
    with pytest.raises(KeystoreError, match="nyare kopia"):
        copy.publish_as()
    with pytest.raises(KeystoreError, match="nyare kopia"):
        copy.invite("maria", days=80)
    assert old.files() == before


def johan_is_no_longer_a_guardian(school: Machine) -> None:
    school.row("relationer", "alva", "johan")[3] = "2026-11-22"
    school.change().publish_as()


def johan_is_shut_out(school: Machine) -> None:
    with clock(school.now):
        revoke(school.settings, "johan", identity=school.identity)


def johan_has_lost_his_phone(school: Machine) -> None:
    with clock(school.now):
        rekey(school.settings, "johan", identity=school.identity)
    school.invite("johan")


SINCE = [johan_is_no_longer_a_guardian, johan_is_shut_out, johan_has_lost_his_phone]


@pytest.mark.parametrize("happens", SINCE, ids=lambda happens: happens.__name__)
def test_no_access_that_had_ended_since_the_backup_comes_alive_again(
    old: Machine, happens: Callable[[Machine], None]
) -> None:
    link, key, memory = old.invite("johan"), old.key("johan"), Memory()
    old.open("johan", memory=memory)
    old.later(hours=1)
    happens(old)
    seen = titles(old.open("maria"))
    new = old.restored().later(hours=2)
    with pytest.raises(KeystoreError, match="Kopian är från") as stopped:
        new.take_over()
    assert "--reviewed" in stopped.value.hint
    done = new.take_over(reviewed=True)
    assert done.taken
    assert (done.taken.shut_out, done.taken.behind) == (("Johan Ek",), True)
    with pytest.raises(FormatError) as refused:
        open_site(link, folder(old.public), now=int(new.now.timestamp()))
    assert refusal(refused) == ("missing", "expired-link")
    assert _refused(new, key) == ("ended", "access-ended")
    assert titles(new.open_again("maria")) == seen
    new.later(hours=1).post("Solrosen/2026-11-20 Nytt", "Nytt.\n")
    new.publish_as()
    assert _refused(new, key) == ("ended", "access-ended")
    with pytest.raises(UsageError, match="avstängd"):
        new.invite("johan")


def test_who_is_let_in_again_has_a_new_key_and_the_old_one_stays_dead(old: Machine) -> None:
    key = old.key("johan")
    johan_has_lost_his_phone(old.later(hours=1))
    later = old.key("johan")
    new = old.restored().later(hours=2)
    new.take_over(reviewed=True)
    with clock(new.now):
        let_in(new.settings, "johan", identity=new.identity)
    new.later(hours=1).publish_as()
    assert titles(new.open("johan"))
    assert new.key("johan") not in {key, later}
    assert _refused(new, key) == ("ended", "access-ended")
    assert _refused(new, later)[0] == "host"  # nothing lies there


def _refused(school: Machine, key: bytes) -> tuple[str, str]:
    with pytest.raises(FormatError) as refused:
        open_with_key(key, folder(school.public), memory=Memory())
    return refusal(refused)


def test_who_lost_one_of_two_children_since_is_shut_out_until_somebody_decides(old: Machine) -> None:
    key = old.key("maria")
    old.later(hours=1).row("relationer", "noah", "maria")[3] = "2026-11-22"
    old.change().publish_as()
    new = old.restored().later(hours=2)
    done = new.take_over(reviewed=True)
    assert done.taken
    assert done.taken.shut_out == ("Maria Lindqvist",)
    assert _refused(new, key) == ("ended", "access-ended")


def test_an_old_keyring_that_the_host_shows_again_is_not_believed(old: Machine) -> None:
    key = old.key("johan")
    path = old.public / keyring_path(chain.keyring_name(key))
    kept = path.read_bytes()
    johan_is_shut_out(old.later(hours=1))
    path.write_bytes(kept)
    done = old.restored().later(hours=2).take_over(reviewed=True)
    assert done.taken
    assert done.taken.shut_out == ("Johan Ek",)


def test_who_came_since_the_backup_is_invited_anew(old: Machine) -> None:
    old.tables["vardnadshavare"].append(["omar", "Omar", "Haddad", "omar@example.se", "ar", "nej"])
    old.tables["relationer"].append(["li", "omar", "2026-11-23", ""])
    old.later(hours=1).change().publish_as()
    key = old.key("omar")
    new = old.restored().later(hours=2)
    new.settings_text, new.tables = old.settings_text, old.tables  # somebody writes him into the register again
    done = new.change().take_over(reviewed=True)
    assert done.taken
    assert (done.taken.new, done.taken.shut_out) == (("Omar Haddad",), ())
    assert _refused(new, key)[0] == "host"  # nothing lies there
    assert titles(new.open("omar")) == titles(new.open("mei"))


def test_a_link_that_was_taken_back_since_the_backup_stays_dead(old: Machine) -> None:
    link = old.invite("maria")
    keystore = old.keys()
    keystore.invitations[:] = [kept for kept in keystore.invitations if kept.reader != "maria"]
    keystore.save()
    old.later(hours=1).publish_as()
    new = old.restored().later(hours=2)
    done = new.take_over(reviewed=True)
    assert done.taken
    assert done.taken.dropped == 1
    with pytest.raises(FormatError) as refused:
        open_site(link, folder(old.public), now=int(new.now.timestamp()))
    assert refusal(refused)[0] == "missing"


def test_what_lost_readers_since_the_backup_does_not_come_back_under_its_old_name(old: Machine) -> None:
    """A post for the department was moved to the staff alone: the names that guardians know stay gone, whatever the backup says."""
    opened = old.open("maria")
    post = next(seen for seen in opened.posts if seen.card.title == "Första snön")
    names = {reference.name for reference in (post.card.page, *post.card.media)}
    text = old.root / "inlagg" / "Solrosen" / "2026-11-19 Första snön" / "text.md"
    text.write_text(f"Målgrupp: personal\n\n{POSTS['Solrosen/2026-11-19 Första snön']}", encoding="utf-8", newline="\n")
    old.later(hours=1).publish_as()
    assert not names & _objects(old)
    new = old.restored().later(hours=2)
    new.take_over(reviewed=True)
    assert "Första snön" in titles(new.open_again("maria"))  # as the backup has it: that is what somebody reviews
    assert not names & _objects(old)


def _objects(school: Machine) -> set[str]:
    return {path.rpartition("/")[2] for path in school.files() if path.startswith("o/")}


def test_on_a_host_that_is_empty_somebody_must_review_and_all_links_end(old: Machine) -> None:
    new = old.restored().later(hours=1)
    shutil.rmtree(old.public)
    with pytest.raises(KeystoreError, match="ingen webbplats att jämföra med"):
        new.take_over()
    done = new.take_over(reviewed=True)
    assert done.taken
    assert done.taken.dropped == len(EVERYBODY)
    assert titles(new.open_again("maria"))


class _Cut(HostError):
    pass


@pytest.mark.parametrize("at", [0, 3, 10, "root"])
def test_taking_over_that_is_cut_off_leaves_the_site_whole_and_is_done_again(
    old: Machine, at: int | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    memory = Memory()
    seen = titles(old.open("mei", memory=memory))
    new = old.restored().later(hours=2)
    with cut_off(at, monkeypatch), pytest.raises(_Cut):
        new.take_over()
    assert titles(old.open_again("mei", memory=replace(memory))) == seen
    assert new.later(minutes=1).take_over().taken
    assert titles(new.open_again("mei", memory=memory)) == seen


@pytest.mark.parametrize("at", [10, "root"])
def test_nobody_who_was_shut_out_comes_in_by_a_taking_over_that_is_cut_off(
    old: Machine, at: int | str, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen, key = titles(old.open("mei")), old.key("johan")
    johan_is_shut_out(old.later(hours=1))
    new = old.restored().later(hours=2)
    with cut_off(at, monkeypatch), pytest.raises(_Cut):
        new.take_over(reviewed=True)
    assert _refused(new, key) == ("ended", "access-ended")
    again = new.later(minutes=1).take_over(reviewed=True)
    assert again.taken
    assert again.taken.shut_out == ("Johan Ek",)
    assert titles(new.open_again("mei")) == seen
    assert _refused(new, key) == ("ended", "access-ended")


@contextmanager
def cut_off(at: int | str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let the host fail at one of what is put."""
    put, done = FolderHost.put, iter(range(1000))

    def cut(self: FolderHost, thing: Admitted) -> None:
        if thing.path == "root" if at == "root" else next(done) == at:
            raise _Cut("cut off")
        put(self, thing)

    with monkeypatch.context() as patch:
        patch.setattr(FolderHost, "put", cut)
        yield


def test_by_the_commands_from_one_computer_to_another(old: Machine) -> None:
    root, key = old.root.parent, old.recovery.text
    environment = {IDENTITY_VARIABLE: str(root / "dator2.txt"), "SOURCE_DATE_EPOCH": str(int(old.now.timestamp()) + 60)}

    def run(*words: object, said: str = "") -> tuple[int, str, str]:
        result = CliRunner().invoke(main, [str(word) for word in words], env=environment, input=said)
        assert key not in result.output
        return result.exit_code, result.stdout, result.stderr

    code, told, _ = run("restore", old.disk, "--list", "--json")
    assert code == 0
    assert len(json.loads(told)["runs"]) == 1
    code, _, told = run("restore", old.disk, "--into", root / "ny", said="AGE-SECRET-KEY-1FEL")
    assert code == 6
    assert "felskriven" in told
    code, told, _ = run("restore", old.disk, "--into", root / "ny", said=f"# min nyckel\n{key}\n")
    assert code == 0, told
    assert "Backens förskola är återställd" in told
    assert "--take-over" in told
    code, _, told = run("publish", "--site", root / "ny")
    assert code == 6
    assert "--take-over" in told
    code, told, said = run("publish", "--take-over", "--site", root / "ny")
    assert code == 0, said
    assert "Den här datorn publicerar nu" in told
    assert "Alla som läser läser vidare" in told
    code, told, _ = run("publish", "--site", root / "ny", "--json")
    assert (code, json.loads(told)["deleted"]) == (0, 0)
