"""Links that end before their time: what it changes on the host, and for whom. And what is said of who has opened theirs."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import timedelta

import pytest

from pluttra_publish.delivering import note_opened
from pluttra_publish.errors import FormatError, HostError, KeystoreError
from pluttra_publish.format.access import secret_of
from pluttra_publish.format.layout import keyring_path
from pluttra_publish.hosts import FolderHost
from pluttra_publish.inviting import Door
from pluttra_publish.open import open_site
from pluttra_publish.retiring import Retired, retire
from pluttra_publish.rewrapping import rewrap
from pluttra_publish.sealing import chain
from pluttra_publish.sealing.keys import InvitationKeys
from tests.whole.preschool import Preschool, clock, refusal, titles
from tests.whole.shell import Shell


def door(school: Preschool) -> Door:
    with clock(school.now):
        return Door.open(school.settings, identity=school.identity)


def link(school: Preschool, reader: str) -> str:
    """Return a new link of its own."""
    opened = door(school)
    return opened.invite([opened.one(reader)], valid_for=timedelta(days=14))[0].url


def end(school: Preschool, reader: str, *names: str) -> Retired:
    opened = door(school)
    return retire(opened, opened.one(reader), names=names or None)


def name_of(link: str) -> str:
    return chain.invitation_name(secret_of(link))


def lies(school: Preschool, link: str) -> bool:
    return keyring_path(name_of(link)) in school.files()


def answer_to(school: Preschool, link: str) -> str:
    """What somebody is told who opens the link on a new device."""
    with pytest.raises(FormatError) as refused:
        open_site(link, school.files().get, now=int(school.now.timestamp()))
    return refusal(refused)[1]


def no(*_: object) -> None:
    raise HostError("nej")


def test_a_retired_link_opens_nothing_and_whoever_was_in_reads_on(published: Preschool) -> None:
    old = [link(published, "maria"), link(published, "maria")]
    key, root = published.key("maria"), published.files()["root"]
    others = link(published, "johan")
    seen = titles(published.open_again("maria"))
    assert end(published, "maria").ended == 2
    assert [answer_to(published, one) for one in old] == ["expired-link"] * 2
    assert not any(lies(published, one) for one in old)
    assert published.key("maria") == key
    assert titles(published.open_again("maria")) == seen
    assert titles(open_site(others, published.files().get, now=int(published.now.timestamp())))
    assert published.files()["root"] == root, "nothing else is put"
    assert titles(published.open("maria")) == seen, "a new link opens the same"


def test_one_link_can_end_alone_and_nobody_ends_another_readers(published: Preschool) -> None:
    first, second, others = link(published, "maria"), link(published, "maria"), link(published, "johan")
    done = end(published, "maria", name_of(first), name_of(others), "0" * 32)
    assert (done.ended, done.left) == (1, 1)
    assert [lies(published, one) for one in (first, second, others)] == [False, True, True]
    again = end(published, "maria", name_of(first))
    assert (again.ended, again.left) == (0, 1)


def test_a_link_that_is_put_while_something_is_published_opens(
    published: Preschool, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = door(published)

    def publish_meanwhile(*_: object) -> None:
        published.post("Solrosen/2026-11-20 Is", "Det frös.\n")
        published.publish()

    monkeypatch.setattr(Door, "_log", publish_meanwhile)
    made = opened.invite([opened.one("maria")], valid_for=timedelta(days=14))[0]
    assert "Is" in titles(open_site(made.url, published.files().get, now=int(published.now.timestamp())))


def test_a_link_that_somebody_ends_while_it_is_put_is_not_put(
    published: Preschool, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = door(published)
    monkeypatch.setattr(Door, "_log", lambda *_: end(published, "maria"))
    with pytest.raises(KeystoreError, match="avslutat"):
        opened.invite([opened.one("maria")], valid_for=timedelta(days=14))
    made = opened.keystore.invitations[-1]
    assert keyring_path(chain.invitation_name(made.secret)) not in published.files()


def test_ending_links_leaves_those_that_another_run_has_made_since(
    published: Preschool, monkeypatch: pytest.MonkeyPatch
) -> None:
    link(published, "maria")
    new: list[str] = []
    take_away = Door.take_away

    def invited_meanwhile(opened: Door, ended: Iterable[InvitationKeys]) -> None:
        new.append(link(published, "johan"))
        take_away(opened, ended)

    with monkeypatch.context() as patch:
        patch.setattr(Door, "take_away", invited_meanwhile)
        assert end(published, "maria").ended == 1
    assert lies(published, new[0])


@pytest.mark.parametrize("how", ["published since", "not published since"])
@pytest.mark.parametrize("then", ["again", "heartbeat", "publish", "publish something new"])
def test_what_the_host_refuses_is_decided_all_the_same_and_done_the_next_time(
    published: Preschool, monkeypatch: pytest.MonkeyPatch, how: str, then: str
) -> None:
    old = link(published, "maria")
    if how == "published since":
        published.post("Solrosen/2026-11-20 Is", "Det frös.\n")
        published.publish()
    with monkeypatch.context() as patch:
        patch.setattr(FolderHost, "delete", no)
        with pytest.raises(HostError) as failed:
            end(published, "maria")
    assert "Det är sparat" in failed.value.hint
    assert lies(published, old)
    assert not [kept for kept in published.keys().invitations if kept.reader == "maria"]
    if then == "again":
        assert end(published, "maria").ended == 0
    elif then == "heartbeat":
        with clock(published.now):
            rewrap(published.settings, "heartbeat", identity=published.identity)
    else:
        if then == "publish something new":
            published.post("Solrosen/2026-11-21 Snö", "Mer snö.\n")
        published.publish()
    assert not lies(published, old)


def test_what_lies_on_the_host_is_known_afterwards(published: Preschool) -> None:
    published.post("Solrosen/2026-11-20 Is", "Det frös.\n")
    old = [link(published, "maria")]
    published.publish()
    old.append(link(published, "maria"))
    end(published, "maria")
    published.post("Solrosen/2026-11-21 Snö", "Mer snö.\n")
    assert published.publish().read < 5, "a part was enough"
    before = published.files()
    published.later(days=2).publish()
    assert {path for path in before if path.startswith("k/")} == {
        path for path in published.files() if path.startswith("k/")
    }
    assert not any(lies(published, one) for one in old)


def test_the_command_says_what_it_did_and_what_it_cannot_undo(at: Shell, published: Preschool) -> None:
    at.answer("invite", "maria", "--site", published.root)
    said = at.run("links", "retire", "Maria Lindqvist", "--site", published.root)
    assert said.exit_code == 0, said.output
    assert "Länken som var ute till Maria Lindqvist öppnar ingenting längre." in said.stdout
    assert "Enheter som redan läser fortsätter" in said.stdout
    assert "Det går inte att ta tillbaka" in said.stdout
    assert 'pluttra rekey "Maria Lindqvist"' in said.stdout
    assert "Maria Lindqvist: avslutad 2026-11-23 – inbjuden" in at.run("links", "--site", published.root).stdout
    assert "har inga länkar" in at.run("links", "--site", published.root, "retire", "maria").stdout
    assert at.answer("links", "retire", "maria", "--site", published.root) == {
        "name": "Maria Lindqvist",
        "ended": 0,
        "left": 0,
    }
    assert at.run("links", "retire", "ingen", "--site", published.root).exit_code == 2
    assert at.answer("invite", "--renew", "--site", published.root)["invited"] == [], "somebody meant it to end"
    at.answer("invite", "maria", "--site", published.root)
    assert "Maria Lindqvist: gäller till" in at.run("links", "--site", published.root).stdout


def test_it_is_in_the_log_without_a_name(at: Shell, published: Preschool) -> None:
    at.answer("invite", "maria", "--site", published.root)
    at.answer("links", "retire", "maria", "--site", published.root)
    line = (published.state / "logg.jsonl").read_text(encoding="utf-8").splitlines()[-1]
    assert (json.loads(line)["command"], json.loads(line)["counts"]) == ("links retire", {"ended": 1})
    assert "maria" not in line
    assert "links retire: Maria Lindqvist – 1 länkar avslutades" in at.run("log", "--site", published.root).stdout
    assert at.run("log", "verify", "--site", published.root).exit_code == 0


def standing(at: Shell, school: Preschool) -> tuple[object, object]:
    (row,) = (row for row in at.answer("links", "--site", school.root)["links"] if row["name"] == "Maria Lindqvist")  # type: ignore[attr-defined]
    return row["opened"], row["opened_at"]


def test_whether_a_link_has_been_opened_is_known_where_it_is_reported(at: Shell, published: Preschool) -> None:
    url = str(at.answer("invite", "maria", "--site", published.root)["url"])
    assert standing(at, published) == (None, None), "nobody could tell"
    published.settings_text += '[drop]\nurl = "/drop"\nfolder = "lådan"\n'
    published.write()
    assert standing(at, published) == (False, None), "somebody would have told"
    reader, now = published.keys().opaque_id("reader", "maria"), int(published.now.timestamp())
    note_opened(published.settings, reader, name_of(url), now + 60)
    note_opened(published.settings, reader, name_of(url), now + 3600)
    assert standing(at, published) == (True, now + 60), "the first time counts"
    assert "öppnad 2026-11-23" in at.run("links", "--site", published.root).stdout


def test_a_clock_that_is_slow_does_not_hide_that_a_link_was_opened(at: Shell, published: Preschool) -> None:
    reader, now = published.keys().opaque_id("reader", "maria"), int(published.now.timestamp())
    note_opened(published.settings, reader, "0" * 32, now - 86400)
    url = str(at.answer("invite", "maria", "--site", published.root)["url"])
    assert standing(at, published) == (None, None), "that was a link of before"
    note_opened(published.settings, reader, name_of(url), now - 7)
    assert standing(at, published) == (True, now - 7)


def test_a_thousand_reports_from_one_reader_make_the_file_no_larger(published: Preschool) -> None:
    reader = published.keys().opaque_id("reader", "maria")
    for number in range(30):
        note_opened(published.settings, reader, f"{number:032x}", number)
    kept = json.loads((published.state / "brev.json").read_text(encoding="utf-8"))["opened"][reader]
    assert len(kept) == 20
