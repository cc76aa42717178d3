"""How it stands: what a principal sees of it, and a script."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from pluttra_publish.backup import back_up
from pluttra_publish.letters.outbox import Asked, Outbox, Pending
from pluttra_publish.publish import publish
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.status import Status, status
from tests.whole.preschool import NOON, Preschool, clock
from tests.whole.shell import Shell


@pytest.fixture
def school(tmp_path: Path) -> Preschool:
    return Preschool(tmp_path / "förskola").write().write_posts()


def now(school: Preschool) -> Status:
    with clock(school.now):
        return status(school.settings, identity=school.identity)


def opaque(school: Preschool, reader: str) -> str:
    return school.keys().opaque_id("reader", reader)


def test_before_anything_is_published_that_is_what_it_says(school: Preschool) -> None:
    school.make_keystore()
    found = now(school)
    assert (found.publisher, found.root, found.age, found.backup) == ("nobody", None, None, None)
    assert found.is_backup_old
    assert found.troubles == ()


def test_it_says_when_this_machine_last_published_and_how_old_the_root_is(school: Preschool) -> None:
    school.publish()
    found = now(school.later(hours=3))
    assert found.root
    assert (found.publisher, found.age, found.is_root_old) == ("this", timedelta(hours=3), False)
    assert now(school.later(days=8)).is_root_old


def test_it_says_that_another_machine_has_taken_over(school: Preschool) -> None:
    school.publish()
    kept = (school.state / "keystore.age").read_bytes()
    with clock(school.later(hours=1).now):
        publish(school.settings, take_over=True, identity=school.identity)
    assert now(school).publisher == "this"
    (school.state / "keystore.age").write_bytes(kept)
    assert now(school).publisher == "another"


def test_it_says_that_a_newer_copy_of_the_keystore_has_published(school: Preschool) -> None:
    school.publish()
    kept = (school.state / "keystore.age").read_bytes()
    school.later(hours=1).post("Solrosen/2026-11-20 Nytt", "Nytt.\n")
    school.publish()
    (school.state / "keystore.age").write_bytes(kept)
    assert now(school).publisher == "another"


def test_it_says_that_a_restored_folder_has_not_taken_over(school: Preschool) -> None:
    school.publish()
    keystore = school.keys()
    keystore.restored = int(school.now.timestamp())
    keystore.save()
    assert now(school).publisher == "restored"


def test_it_says_what_waits_to_be_mailed_and_which_invitations_failed(school: Preschool) -> None:
    school.publish()
    for reader in ("maria", "mei"):
        school.invite(reader)
    keystore, time = school.keys(), int(school.now.timestamp())
    outbox = Outbox.load(school.state)
    outbox.add_news(opaque(school, "johan"), ["a" * 16], now=time)
    assert isinstance(outbox.notices[opaque(school, "johan")], Pending)
    outbox.asked[opaque(school, "mei")] = Asked(time, time + 86400 * 10, "mail", "waits")
    outbox.asked[opaque(school, "maria")] = Asked(time, time + 86400 * 10, "mail")
    mark = keystore.opaque_id("address", "maria@example.se")
    outbox.refuse(opaque(school, "maria"), code=550, mark=mark, now=time)
    outbox.save()
    found = now(school).outgoing
    assert found
    assert (found.notices, found.invitations, found.failed) == (1, 1, (("Maria Lindqvist", 550),))


def test_it_says_which_posts_wait_for_the_principal_and_reads_no_others(
    school: Preschool, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = school.post("Solrosen/2026-11-18 Skickat in", "Status: inskickad\n\nText.\n")
    school.publish()
    new = school.post("Solrosen/2026-11-20 Nyss skickat in", "Status: inskickad\n\nText.\n")
    read: list[str] = []
    from pluttra_publish import approvals, site

    press = site.press

    def watched(*settings: object, **how: object) -> object:
        read.extend(how["only"])
        return press(*settings, **how)

    monkeypatch.setattr(approvals.site, "press", watched)
    waits = tuple(path.relative_to(school.root).as_posix() for path in (old, new))
    assert now(school).to_approve == waits
    assert sorted(read) == sorted(waits)


def test_when_nothing_waits_no_post_is_read(school: Preschool, monkeypatch: pytest.MonkeyPatch) -> None:
    school.publish()
    monkeypatch.setattr("pluttra_publish.status.read_posts", None)
    assert now(school).to_approve == ()


def test_it_says_which_posts_are_held_back(school: Preschool) -> None:
    school.publish()
    (school.root / "inlagg" / "Solrosen" / "2026-11-19 Första snön" / "FEL.txt").write_text("x", "utf-8", newline="\n")
    (school.root / "inlagg" / "Solrosen" / "2026-11-22 Ensam.md FEL.txt").write_text("x", "utf-8", newline="\n")
    assert now(school).held == ("inlagg/Solrosen/2026-11-19 Första snön", "inlagg/Solrosen/2026-11-22 Ensam.md")


def test_it_says_when_the_last_backup_was_made_and_when_it_is_old(school: Preschool, tmp_path: Path) -> None:
    school.publish()
    with clock(school.now):
        back_up(school.settings, tmp_path / "disk", identity=school.identity)
    found = now(school.later(days=1))
    assert found.backup
    assert (found.backup.folder, found.backup_age, found.is_backup_old) == (
        str(tmp_path / "disk"),
        timedelta(days=1),
        False,
    )
    assert now(school.later(days=3)).is_backup_old


def test_what_cannot_be_found_out_is_told_and_the_rest_is_too(school: Preschool) -> None:
    school.publish()
    (school.state / "brev.json").write_text("damaged", "utf-8", newline="\n")
    found = now(school)
    assert found.outgoing is None
    assert found.publisher == "this"
    assert ["brev.json" in trouble for trouble in found.troubles] == [True]


def test_without_the_keys_it_says_so_and_what_it_can(school: Preschool, tmp_path: Path) -> None:
    school.publish()
    Keystore.create(tmp_path / "annan.age", identity_path=tmp_path / "annan.txt")
    with clock(school.now):
        found = status(school.settings, identity=tmp_path / "annan.txt")
    assert (found.publisher, found.outgoing) == ("unknown", None)
    assert found.held == ()
    assert any("Nyckelfilen" in trouble for trouble in found.troubles)


def test_it_changes_nothing(school: Preschool) -> None:
    school.publish()
    before = {path: path.read_bytes() for path in school.root.rglob("*") if path.is_file()}
    now(school)
    assert {path: path.read_bytes() for path in school.root.rglob("*") if path.is_file()} == before


def test_a_principal_reads_it_and_a_script(school: Preschool) -> None:
    school.publish()
    shell = Shell(school.root)
    told = shell.run("status", "--site", school.root)
    assert told.exit_code == 0
    assert "Publicerat senast 2026-11-23 kl. 12.00" in told.stdout
    assert "Den här datorn publicerar." in told.stdout
    assert "Ingen säkerhetskopia har gjorts" in told.stdout
    said = shell.answer("status", "--site", school.root)
    assert said == {
        "publisher": "this", "published": int(NOON.timestamp()), "age": 0, "sequence": int(NOON.timestamp()) + 1, "old": False,
        "outbox": {"notices": 0, "invitations": 0}, "failed": [], "push": None, "to_approve": [], "held": [], "backup": None, "backup_old": True,
        "troubles": [],
    }  # fmt: skip
    assert json.dumps(said)
