"""Shutting out, letting in, other keys, everything rotated: what it changes on the host, and for whom."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest

from pluttra_publish import publish as pipeline
from pluttra_publish import revoking
from pluttra_publish.errors import FormatError, HostError, UsageError
from pluttra_publish.format.access import secret_of
from pluttra_publish.format.layout import keyring_path
from pluttra_publish.hosts import FolderHost
from pluttra_publish.open import Memory, open_site
from pluttra_publish.rewrapping import rewrap
from pluttra_publish.sealing import chain
from pluttra_publish.sealing.keystore import Keystore
from tests.whole.preschool import Preschool, clock, refusal, titles
from tests.whole.shell import Shell

EVERYBODY = ("maria", "johan", "mei", "ingrid", "petra")


@pytest.fixture
def published(school: Preschool) -> Preschool:
    """Published, with invitations out for everybody."""
    school.write_posts()
    school.publish()
    for reader in EVERYBODY:
        school.invite(reader)
    return school.later(hours=1)


def revoke(school: Preschool, name: str = "johan", *, move: bool = False) -> revoking.Revoked:
    with clock(school.now):
        return revoking.revoke(school.settings, name, move=move, identity=school.identity)


def whole(school: Preschool) -> pipeline.Published:
    with clock(school.now):
        return pipeline.publish(school.settings, identity=school.identity, whole=True)


def refused(school: Preschool, reader: str = "johan") -> tuple[str, str]:
    with pytest.raises(FormatError) as error:
        school.open_again(reader)
    return refusal(error)


def test_whoever_is_revoked_reads_nothing_more_and_the_others_read_on(published: Preschool) -> None:
    seen = {reader: titles(published.open(reader)) for reader in EVERYBODY}
    done = revoke(published)
    assert refused(published) == ("ended", "access-ended")
    assert set(done.read) == {"Alva", "Hela förskolan", "Solrosen"}
    assert done.done.readers == {"maria", "mei", "ingrid", "petra"}
    assert {reader: titles(published.open(reader)) for reader in done.done.readers} == {
        reader: titles for reader, titles in seen.items() if reader != "johan"
    }


def test_no_post_is_read_though_it_is_broken(published: Preschool) -> None:
    published.post("Solrosen/2026-11-20 Trasigt", "Date: i förrgår\n\nHej!\n")
    revoke(published)
    assert refused(published) == ("ended", "access-ended")


def test_only_catalogues_keyrings_and_root_are_put(published: Preschool) -> None:
    before = published.files()
    revoke(published)
    after = published.files()
    new = {path for path in after if path not in before}
    gone = {path for path in before if path not in after}
    assert len([path for path in new if path.startswith("o/")]) == 3
    assert len([path for path in gone if path.startswith("o/")]) == 3
    changed = {path.partition("/")[0] for path in after if path in before and after[path] != before[path]}
    assert changed == {"k", "root"}


def test_the_links_that_were_out_are_gone_from_the_host_at_once(published: Preschool) -> None:
    link = published.invite("johan")
    revoke(published)
    with pytest.raises(FormatError) as error:
        open_site(link, published.files().get, now=int(published.now.timestamp()))
    assert refusal(error) == ("missing", "expired-link")
    with pytest.raises(UsageError, match="avstängd"):
        published.invite("johan")


@pytest.mark.parametrize("again", [whole, Preschool.publish], ids=["whole", "part"])
def test_a_publish_afterwards_lets_nobody_back_in_and_changes_nothing_that_lies_there(published: Preschool, again: object) -> None:  # fmt: skip
    revoke(published)
    before = published.files()
    again(published)  # type: ignore[operator]
    after = published.files()
    assert refused(published) == ("ended", "access-ended")
    assert {path for path in before | after if before.get(path) != after.get(path)} == {"root"}


def test_what_was_not_known_of_the_host_is_not_guessed_afterwards(published: Preschool) -> None:
    (published.state / "on-host.sqlite").unlink()
    (published.state / "ledger.sqlite").unlink()
    link = published.invite("johan")
    revoke(published)
    assert refused(published) == ("ended", "access-ended")
    with pytest.raises(FormatError):
        open_site(link, published.files().get, now=int(published.now.timestamp()))
    before = published.files()
    assert published.publish().read > 0
    after = published.files()
    assert {path for path in before | after if before.get(path) != after.get(path)} == {"root"}


@pytest.mark.parametrize("does", ["put", "get"])
def test_a_revocation_that_the_host_refuses_is_done_by_the_next_publish(
    published: Preschool, monkeypatch: pytest.MonkeyPatch, does: str
) -> None:
    def no(*_: object) -> None:
        raise HostError("nej")

    with monkeypatch.context() as patch:
        patch.setattr(FolderHost, does, no)
        with pytest.raises(HostError) as failed:
            revoke(published)
    assert "Det är sparat" in failed.value.hint
    published.publish()
    assert refused(published) == ("ended", "access-ended")


def test_a_reader_with_an_open_page_goes_on_over_a_revocation(published: Preschool) -> None:
    memory = Memory()
    seen = titles(published.open("maria", memory=memory))
    before = published.files()
    revoke(published)
    after = published.files()
    old_root = before | after | {"root": before["root"]}
    assert titles(published.open_again("maria", fetch=old_root.get)) == seen
    assert titles(published.open_again("maria", memory=memory)) == seen


def test_whoever_is_let_in_again_reads_with_the_key_they_had(published: Preschool) -> None:
    seen = titles(published.open("johan"))
    revoke(published)
    with clock(published.now):
        revoking.let_in(published.settings, "Johan Ek", identity=published.identity)
        with pytest.raises(UsageError, match="inte avstängd"):
            revoking.let_in(published.settings, "johan", identity=published.identity)
    assert titles(published.open_again("johan")) == seen


def test_moving_leaves_nothing_that_the_leaver_could_fetch_by_name(published: Preschool) -> None:
    opened = published.open("johan")
    names = {reference.name for card in opened.posts for reference in (card.card.page, *card.card.media)}
    seen = titles(published.open("maria"))
    bytes_before = sorted(content for path, content in published.files().items() if any(name in path for name in names))
    revoke(published, move=True)
    copied: list[str] = []
    copy = FolderHost.copy

    def counted(host: FolderHost, source: str, target: str) -> bool:
        copied.append(source)
        return copy(host, source, target)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FolderHost, "copy", counted)
        published.publish()  # whole, without being asked
    after = published.files()
    assert names
    assert not any(name in path for path in after for name in names)
    assert len(copied) >= len(names)
    assert set(bytes_before) <= set(after.values())
    assert titles(published.open("maria")) == seen
    before = published.files()
    whole(published)
    assert {path for path in before if before[path] != published.files().get(path)} == {"root"}


def test_a_lost_telephone_opens_nothing_and_the_new_link_opens_all(published: Preschool) -> None:
    seen, old, link = titles(published.open("maria")), published.key("maria"), published.invite("maria")
    with clock(published.now):
        done = revoking.rekey(published.settings, "maria", identity=published.identity)
    assert done.done.broken
    assert published.key("maria") != old
    with pytest.raises(FormatError) as error:
        open_site(link, published.files().get, now=int(published.now.timestamp()))
    assert refusal(error) == ("missing", "expired-link")
    assert keyring_path(chain.keyring_name(old)) in published.files()
    assert titles(published.open("maria")) == seen
    for _ in range(2):
        files = published.files()
        with pytest.raises(FormatError) as error:
            chain.open_keyring(files[keyring_path(chain.keyring_name(old))], old)
        assert refusal(error) == ("ended", "access-ended")
        whole(published)


def test_rotating_for_one_breaks_what_they_read_and_shuts_nobody_out(published: Preschool) -> None:
    epochs = {key: audience.epochs[0] for key, audience in published.keys().audiences.items()}
    seen = {reader: titles(published.open(reader)) for reader in EVERYBODY}
    with clock(published.now):
        done = revoking.rotate(published.settings, "petra", identity=published.identity)
    after = published.keys().audiences
    assert {key for key, epoch in epochs.items() if after[key].epochs[0] != epoch} == done.done.broken
    assert {"department:solrosen", "child:alva"} <= done.done.broken
    assert {reader: titles(published.open(reader)) for reader in EVERYBODY} == seen


def test_rotating_all_leaves_nothing_that_any_old_key_opens(published: Preschool) -> None:
    seen = {reader: titles(published.open(reader)) for reader in EVERYBODY}
    old = {reader: published.key(reader) for reader in EVERYBODY}
    keys, identity = published.keys(), published.identity.read_text()
    before = published.files()
    with clock(published.now):
        recovery = revoking.rotate_everything(published.settings, identity=published.identity)
    assert published.identity.read_text() != identity
    with clock(published.now), pytest.raises(UsageError, match="inte publicerat"):
        rewrap(published.settings, "heartbeat", identity=published.identity)
    published.publish()
    after = published.files()
    assert not {path for path in after if path.startswith("o/")} & before.keys()
    new = published.keys()
    assert new.signing_key.public != keys.signing_key.public
    assert new.site == keys.site
    for key in old.values():
        with pytest.raises(FormatError) as error:
            chain.open_keyring(after[keyring_path(chain.keyring_name(key))], key)
        assert refusal(error) == ("ended", "access-ended")
    assert {reader: titles(published.open(reader)) for reader in EVERYBODY} == seen
    copy = published.root / "kopia.age"
    copy.write_bytes((published.state / "keystore.age").read_bytes())
    Keystore.recover(copy, identity_path=published.root / "annan.txt", recovery_key=recovery)


def test_the_heartbeat_renews_the_root_and_takes_away_links_that_have_ended(published: Preschool) -> None:
    with clock(published.now):
        brief = timedelta(days=1)
        link = pipeline.invite(published.settings, "maria", valid_for=brief, identity=published.identity).url
    published.publish()
    path = keyring_path(chain.invitation_name(secret_of(link)))
    assert path in published.files()
    published.later(days=2)
    root = published.open("ingrid").root
    with clock(published.now):
        done, _, _ = rewrap(published.settings, "heartbeat", identity=published.identity)
    assert done.is_out
    assert published.open("ingrid").root.time > root.time
    assert path not in published.files()


def test_an_end_date_counts_at_night_though_nobody_publishes(published: Preschool) -> None:
    published.row("relationer", "alva", "johan")[3] = "2026-11-30"
    published.write().publish()
    assert titles(published.open_again("johan"))
    published.later(days=8)
    with clock(published.now):
        rewrap(published.settings, "heartbeat", identity=published.identity)
    assert refused(published) == ("ended", "access-ended")


def test_the_commands_say_what_they_did_and_what_they_cannot_undo(at: Shell, published: Preschool) -> None:
    said = at.run("revoke", "Johan Ek", "--site", published.root)
    assert said.exit_code == 0, said.output
    assert "Johan Ek är avstängd från Alva, Solrosen, Hela förskolan." in said.output
    assert "Det går inte att ta tillbaka" in said.output
    assert at.run("who-can-see", "inlagg/Solrosen/2026-11-19 Första snön", "--site", published.root).exit_code == 0
    said = at.run("revoke", "--undo", "Johan Ek", "--site", published.root)
    assert said.exit_code == 0, said.output
    said = at.run("rekey", "Maria Lindqvist", "--site", published.root)
    assert said.exit_code == 0, said.output
    assert "https://dagar.example.se/#i=" in said.output
    said = at.run("rotate", "Petra Lund", "--site", published.root)
    assert "Kvar att göra" in said.output
    assert at.answer("heartbeat", "--site", published.root)["put"] == 1
    moved = at.answer("revoke", "mei", "--move", "--site", published.root)
    assert moved["out"] is True
    assert isinstance(moved["moved"], int)
    assert moved["moved"] > 3
    said = at.run("rotate", "--principal", "--yes", "--site", published.root)
    assert said.exit_code == 0, said.output
    assert "AGE-SECRET-KEY-1" in said.output
    assert "Alla måste bjudas in på nytt, 4 personer" in said.output


def test_every_change_is_in_the_log_and_nobody_is_named(at: Shell, published: Preschool, tmp_path: Path) -> None:
    at.run("revoke", "johan", "--site", published.root)
    at.run("revoke", "--undo", "johan", "--site", published.root)
    at.run("rekey", "johan", "--site", published.root)
    at.run("rotate", "petra", "--site", published.root)
    at.run("heartbeat", "--site", published.root)
    at.run("consents", "withdraw", "Alva Lindqvist", "foto", "--site", published.root)
    text = (published.state / "logg.jsonl").read_text(encoding="utf-8")
    done = [json.loads(line)["command"] for line in text.splitlines()]
    wanted = ["publish", *["invite"] * 5, "revoke", "revoke undo", "rekey", "invite", "rotate", "heartbeat"]
    assert done == [*wanted, "consents withdraw"]
    assert not any(name in text for name in ("alva", "Alva", "johan", "Johan", "maria"))
    shown = at.run("log", "--site", published.root)
    assert "revoke: Johan Ek" in shown.output
    assert at.run("log", "verify", "--site", published.root).exit_code == 0
    (published.state / "logg.jsonl").write_text(text.replace('"rotate"', '"rotatE"'), encoding="utf-8", newline="\n")
    broken = at.run("log", "verify", "--site", published.root)
    assert broken.exit_code == 6
    assert "kedjan brister på rad 12" in broken.output
