"""Notices: to whom something is new, once, without names, and never lost."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from pluttra_publish.format.access import secret_of
from pluttra_publish.letters.outbox import FILE, Outbox
from pluttra_publish.open import folder, open_site
from tests.letters.mailing import EMAILS, MailingPreschool
from tests.letters.post_office import PostOffice
from tests.letters.test_invitations_by_mail import LINK, text_of
from tests.whole.preschool import photo, titles
from tests.whole.shell import Shell


@pytest.fixture
def reading(school: MailingPreschool, post: PostOffice) -> MailingPreschool:
    """A preschool that has published and invited everybody, on paper."""
    with post.open():
        school.mails_through(post).publish()
    invite_on_paper(school, *EMAILS)
    return school


def invite_on_paper(school: MailingPreschool, *readers: str) -> None:
    from pluttra_publish.delivering import note_invited

    door = school.door
    note_invited(door, door.invite([door.one(name) for name in readers], valid_for=timedelta(days=14)), "paper")


def test_a_new_post_is_told_to_those_who_may_read_it_and_to_nobody_else(reading: MailingPreschool, post: PostOffice) -> None:  # fmt: skip
    reading.post("Solrosen/2026-11-23 Julgranen", "Barn: Alva\n\nVi klädde granen.\n", gran_jpg=photo())
    with post.open():
        told = reading.later(minutes=5).publish().told
    assert told
    assert (told.count("sent"), told.waiting, told.trouble) == (4, 0, "")
    assert sorted(post.receivers) == ["ingrid@example.se", "johan@example.se", "maria@example.se", "petra@example.se"]
    mail = post.to("johan@example.se")
    assert mail["Subject"] == "Ett nytt inlägg finns att läsa"


def test_a_notice_holds_no_name_no_text_no_picture_and_no_key(reading: MailingPreschool, post: PostOffice) -> None:
    reading.post("barn/Noah Lindqvist/2026-11-23 Noahs drake", "Den flög högt.\n", drake_jpg=photo())
    with post.open():
        reading.later(minutes=5).publish()
    mail = post.to("maria@example.se")
    whole = mail.as_string() + text_of(mail) + text_of(mail, "html")
    for said in ("Noah", "Alva", "Maria", "Lindqvist", "Solrosen", "drake", "flög", "#i=", "<img", "cid:"):
        assert said not in whole
    assert mail["To"] == "maria@example.se"
    assert "https://dagar.example.se" in text_of(mail)
    assert {part.get_content_type() for part in mail.walk()} == {"multipart/alternative", "text/plain", "text/html"}


def test_nothing_is_told_twice(reading: MailingPreschool, post: PostOffice) -> None:
    home = reading.post("Solrosen/2026-11-23 Julgranen", "Vi klädde granen.\n", gran_jpg=photo())
    with post.open():
        reading.later(minutes=5).publish()
        first = len(post.mails)
        assert first == 4
        reading.later(minutes=5).publish()
        reading.post("Solrosen/2026-11-23 Julgranen", "Vi klädde granen, och sjöng.\n")  # changed
        reading.later(minutes=5).publish()
        home.rename(home.with_name("2026-11-22 Granen"))  # renamed, and another day
        reading.later(minutes=5).publish()
        reading.deliver(at_once=True)
        assert len(post.mails) == first
        reading.post("Solrosen/2026-11-23 Tomten", "Han kom.\n")
        reading.later(minutes=5).publish()
    assert len(post.mails) == first + 4
    assert {mail["Subject"] for mail in post.mails} == {"Ett nytt inlägg finns att läsa"}


def test_a_post_that_was_away_for_a_while_is_not_told_again(reading: MailingPreschool, post: PostOffice) -> None:
    reading.post("Solrosen/2026-11-23 Granen", "Vi klädde granen.\n")
    with post.open():
        reading.later(minutes=5).publish()
        reading.post("Solrosen/2026-11-23 Granen", "Status: utkast\n\nVi klädde granen.\n")
        reading.later(minutes=5).publish()
        reading.post("Solrosen/2026-11-23 Granen", "Vi klädde granen.\n")
        reading.later(minutes=5).publish()
    assert len(post.mails) == 4


def test_who_is_new_is_not_told_of_all_that_was_there_before(reading: MailingPreschool, post: PostOffice) -> None:
    reading.tables["vardnadshavare"].append(["daniel", "Daniel", "Kovač", "daniel@example.com", "sv", "nej"])
    reading.tables["relationer"].append(["noah", "daniel", "2023-02-24", ""])
    with post.open():
        reading.later(minutes=5).publish()
        invite_on_paper(reading, "daniel")
        assert post.mails == []
        reading.post("Blåklockan/2026-11-23 Nytt", "Något nytt.\n")
        reading.later(minutes=5).publish()
    assert "daniel@example.com" in post.receivers


def test_who_has_not_been_invited_is_told_nothing(school: MailingPreschool, post: PostOffice) -> None:
    with post.open():
        school.mails_through(post).publish()
        invite_on_paper(school, "mei")
        school.post("forskolan/2026-11-23 Nytt", "Till alla.\n")
        school.later(minutes=5).publish()
    assert post.receivers == ["mei@example.com"]


def test_who_has_no_address_is_listed_for_paper_and_holds_nothing_up(reading: MailingPreschool, post: PostOffice, at: Shell) -> None:  # fmt: skip
    reading.row("vardnadshavare", "mei")[3] = ""
    reading.post("forskolan/2026-11-23 Nytt", "Till alla.\n")
    with post.open():
        told = reading.later(minutes=5).publish().told
    assert told
    assert (told.count("sent"), told.waiting) == (4, 0)
    assert "Mei Chen: gäller till 2026-12-07" in at.run("links", "--site", reading.root).stdout
    assert "ingen e-post: pappersbrev" in at.run("links", "--site", reading.root).stdout


def test_staff_can_be_left_out(reading: MailingPreschool, post: PostOffice) -> None:
    reading.post("forskolan/2026-11-23 Nytt", "Till alla.\n")
    with post.open():
        reading.mails_through(post, staff=False).later(minutes=5).publish()
    assert sorted(post.receivers) == ["johan@example.se", "maria@example.se", "mei@example.com"]


def test_who_wants_no_notices_gets_none(reading: MailingPreschool, post: PostOffice, at: Shell) -> None:
    at.answer("notify", "--off", "Mei Chen", "--site", reading.root)
    reading.post("forskolan/2026-11-23 Nytt", "Till alla.\n")
    with post.open():
        reading.later(minutes=5).publish()
        assert "mei@example.com" not in post.receivers
        at.answer("notify", "--on", "mei", "--site", reading.root)
        reading.post("forskolan/2026-11-23 Mer", "Till alla.\n")
        reading.later(minutes=5).publish()
    assert post.receivers.count("mei@example.com") == 1


def test_a_server_that_is_down_stops_no_publish_and_loses_nothing(reading: MailingPreschool, post: PostOffice) -> None:
    reading.post("Blåklockan/2026-11-23 Ett", "Ett.\n")
    told = reading.later(minutes=5).publish().told
    assert told
    assert "svarar inte" in told.trouble
    assert (told.count("sent"), told.waiting) == (0, 3)  # Mei, Maria, Ingrid
    assert "Ett" in titles(reading.open_again("mei")), "the site is out"
    reading.post("Blåklockan/2026-11-23 Två", "Två.\n")
    reading.later(minutes=5).publish()
    with post.open():
        became = reading.later(minutes=5).deliver()
        assert (became.count("sent"), became.waiting) == (3, 0)
        assert reading.deliver().count("sent") == 0
    assert {mail["Subject"] for mail in post.mails} == {"2 nya inlägg finns att läsa"}


def test_a_server_that_dies_in_the_middle_gets_the_rest_later_and_nothing_twice(
    reading: MailingPreschool, post: PostOffice
) -> None:
    reading.post("forskolan/2026-11-23 Nytt", "Till alla.\n")
    post.dies_after = 2
    with post.open():
        told = reading.later(minutes=5).publish().told
        assert told
        assert "försvann" in told.trouble
        assert (told.count("sent"), told.waiting) == (2, 3)
    post.dies_after = None
    with post.open():
        assert reading.deliver().count("sent") == 3
    assert sorted(post.receivers) == sorted(EMAILS.values())


def test_a_computer_that_dies_while_it_sends_goes_on_where_it_was(reading: MailingPreschool, post: PostOffice, at: Shell) -> None:  # fmt: skip
    reading.post("forskolan/2026-11-23 Nytt", "Till alla.\n")
    reading.later(minutes=5).publish()
    killing = (
        "import os\nfrom pluttra_publish.letters.outbox import Outbox\nfrom pluttra_publish.cli import main\n"
        "saved = Outbox.save\nleft = [2]\n"
        "def save(self):\n    saved(self)\n    left[0] -= 1\n    if not left[0]: os._exit(9)\n"
        "Outbox.save = save\nmain()\n"
    )
    with post.open():
        environment = os.environ | at.environment | {"SOURCE_DATE_EPOCH": str(int(reading.now.timestamp()))}
        dead = subprocess.run(
            [sys.executable, "-c", killing, "notify", "--site", str(reading.root)],
            env=environment,
            timeout=60,
            check=False,
        )
        assert dead.returncode == 9
        assert len(post.mails) == 2
        at.answer("notify", "--site", reading.root)
    assert sorted(post.receivers) == sorted(EMAILS.values())


def test_a_publish_that_dies_between_outbox_and_journal_tells_nothing_twice(
    reading: MailingPreschool, post: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    from pluttra_publish.letters.journal import Journal

    def dies(self: Journal) -> None:
        raise OSError

    reading.post("Blåklockan/2026-11-23 Ett", "Ett.\n")
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "save", dies)
        told = reading.later(minutes=5).publish().told
    assert told
    assert "OSError" in told.trouble
    with post.open():
        assert reading.deliver().count("sent") == 3  # the timer comes before the next publish
        reading.later(minutes=5).publish()
    assert len(post.mails) == 3


def test_a_refused_address_is_recorded_not_tried_again_and_told_all_when_it_is_mended(
    reading: MailingPreschool, post: PostOffice, at: Shell
) -> None:
    post.refuses = {"mei@example.com": "550 5.1.1 no such mailbox"}
    reading.post("Blåklockan/2026-11-23 Ett", "Ett.\n")
    with post.open():
        told = reading.later(minutes=5).publish().told
        assert told
        assert (told.count("refused"), told.waiting) == (1, 1)
        post.refuses = {}
        reading.post("Blåklockan/2026-11-23 Två", "Två.\n")
        reading.later(minutes=5).publish()
        assert "mei@example.com" not in post.receivers
        (row,) = (row for row in at.answer("links", "--site", reading.root)["links"] if row["name"] == "Mei Chen")  # type: ignore[attr-defined]
        assert row["refused"] == 550
        reading.row("vardnadshavare", "mei")[3] = "mei.chen@example.com"
        reading.write().deliver()
    assert post.to("mei.chen@example.com")["Subject"] == "2 nya inlägg finns att läsa"


def test_again_tries_refused_addresses_once_more(reading: MailingPreschool, post: PostOffice) -> None:
    post.refuses = {"mei@example.com": "550 5.1.1 no"}
    reading.post("Blåklockan/2026-11-23 Ett", "Ett.\n")
    with post.open():
        reading.later(minutes=5).publish()
        post.refuses = {}
        assert reading.deliver().outcomes == {}
        assert reading.deliver(again=True).count("sent") == 1


@pytest.mark.parametrize("answer", ["450 4.2.0 greylisted", "554 5.7.1 relay access denied", "550 5.7.1 not allowed"])
def test_what_is_put_off_or_is_our_own_fault_is_nobodys_refusal(reading: MailingPreschool, post: PostOffice, answer: str) -> None:  # fmt: skip
    post.refuses = dict.fromkeys(EMAILS.values(), answer)
    reading.post("forskolan/2026-11-23 Nytt", "Till alla.\n")
    with post.open():
        told = reading.later(minutes=5).publish().told
        assert told
        assert (told.count("refused"), told.waiting) == (0, 5)
        assert answer[:3] in told.trouble
        post.refuses = {}
        assert reading.deliver().count("sent") == 5


@pytest.mark.parametrize(
    ("digest", "too_early", "due"),
    [("hourly", {"minutes": 30}, {"minutes": 30}), ("daily", {"hours": 3}, {"hours": 1})],
)
def test_a_digest_waits_and_tells_all_at_once(
    reading: MailingPreschool, post: PostOffice, digest: str, too_early: dict[str, int], due: dict[str, int]
) -> None:
    reading.mails_through(post, digest=digest)  # it is noon; daily goes at 16
    with post.open():
        for title in ("Ett", "Två"):
            reading.post(f"Blåklockan/2026-11-23 {title}", f"{title}.\n")
            reading.publish()
        assert reading.later(**too_early).deliver().count("sent") == 0
        assert reading.later(**due).deliver().count("sent") == 3
    assert {mail["Subject"] for mail in post.mails} == {"2 nya inlägg finns att läsa"}


def test_never_is_never(reading: MailingPreschool, post: PostOffice) -> None:
    reading.post("forskolan/2026-11-23 Nytt", "Till alla.\n")
    with post.open():
        told = reading.mails_through(post, digest="never").later(minutes=5).publish().told
        assert told
        assert told.waiting == 0
        reading.mails_through(post).later(minutes=5).publish()  # switched on again: what was there then is no news
        assert post.mails == []


def test_what_was_taken_away_before_it_was_told_is_not_told(reading: MailingPreschool, post: PostOffice) -> None:
    home = reading.post("Blåklockan/2026-11-23 Ett", "Ett.\n")
    reading.later(minutes=5).publish()  # the mail server is down
    (home / "text.md").unlink()
    home.rmdir()
    with post.open():
        told = reading.later(minutes=5).publish().told
    assert told
    assert (told.count("sent"), told.waiting, post.mails) == (0, 0, [])


@pytest.mark.parametrize(("table", "row", "cell", "value"), [("relationer", ("li", "mei"), 3, "2026-11-22"), ("barn", ("li",), 3, "ja")])  # fmt: skip
def test_who_no_longer_reads_or_is_protected_gets_nothing_that_waited(
    reading: MailingPreschool, post: PostOffice, table: str, row: tuple[str, ...], cell: int, value: str
) -> None:
    reading.post("forskolan/2026-11-23 Nytt", "Till alla.\n")
    reading.later(minutes=5).publish()  # the mail server is down
    reading.row(table, *row)[cell] = value
    reading.write()
    with post.open():
        assert reading.deliver().count("sent") == 5 - 1
        reading.later(minutes=5).publish()
    assert "mei@example.com" not in post.receivers


def test_each_notice_can_hold_a_fresh_key_that_ends(reading: MailingPreschool, post: PostOffice) -> None:
    reading.mails_through(post, 'mail_links = "each"\n')
    reading.post("Blåklockan/2026-11-23 Ett", "Ett.\n")
    with post.open():
        reading.later(minutes=5).publish()
        reading.post("Blåklockan/2026-11-23 Två", "Två.\n")
        reading.later(minutes=5).publish()
    links = [LINK.findall(text_of(mail))[0] for mail, to in zip(post.mails, post.receivers, strict=True) if to == "mei@example.com"]  # fmt: skip
    assert len(set(links)) == 2
    now = int(reading.now.timestamp())
    for link in links:
        assert "Två" in titles(open_site(link, folder(reading.public), now=now))
    assert all("Den som har länken läser som du" in text_of(mail) for mail in post.mails)
    mine = {i.ends for i in reading.keys().invitations if any(secret_of(link) == i.secret for link in links)}
    assert all(now < ends <= now + 8 * 86400 for ends in mine)


def test_a_link_whose_mail_did_not_go_is_used_when_it_does(reading: MailingPreschool, post: PostOffice) -> None:
    reading.mails_through(post, 'mail_links = "each"\n')
    reading.post("Blåklockan/2026-11-23 Ett", "Ett.\n")
    before = len(reading.keys().invitations)
    post.answers = ["451 later"] * 5
    with post.open():
        reading.later(minutes=5).publish()
        assert len(reading.keys().invitations) == before + 3
        post.answers = []
        assert reading.deliver().count("sent") == 3
    assert len(reading.keys().invitations) == before + 3


def test_a_letter_whose_answer_was_lost_has_the_same_name_when_it_comes_again(reading: MailingPreschool, post: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    reading.post("Blåklockan/2026-11-23 Ett", "Ett.\n")
    with post.open():
        with monkeypatch.context() as patch:
            patch.setattr(
                Outbox, "notice_sent", lambda *_: None
            )  # as when the computer dies before it has written it down
            reading.later(minutes=5).publish()
        reading.deliver()
    assert post.receivers.count("mei@example.com") == 2
    assert len({mail["Message-ID"] for mail in post.mails}) == 3, "one for each receiver: mail programs show it once"


def test_the_private_files_hold_no_name_and_no_address(reading: MailingPreschool) -> None:
    reading.post("forskolan/2026-11-23 Nytt", "Till alla.\n")
    reading.later(minutes=5).publish()
    for name in (FILE, "aviserat.json"):
        kept = (reading.state / name).read_text(encoding="utf-8").lower()
        assert json.loads(kept)["v"] == 1
        for said in (*EMAILS, *EMAILS.values(), "lindqvist", "solrosen", "nytt"):
            assert said not in kept, said


def test_a_damaged_outbox_is_told_and_the_site_is_out_all_the_same(reading: MailingPreschool, post: PostOffice) -> None:
    (reading.state / FILE).write_text("{", encoding="utf-8", newline="\n")
    reading.post("Blåklockan/2026-11-23 Ett", "Ett.\n")
    told = reading.later(minutes=5).publish().told
    assert told
    assert FILE in told.trouble
    assert "Ett" in titles(reading.open_again("mei"))


def test_building_elsewhere_tells_nobody(reading: MailingPreschool, post: PostOffice, tmp_path: Path) -> None:
    reading.post("forskolan/2026-11-23 Nytt", "Till alla.\n")
    with post.open():
        assert reading.later(minutes=5).publish(into=tmp_path / "byggt").told is None
        assert post.mails == []
        reading.publish()
    assert len(post.mails) == 5


def test_publish_says_what_became_of_the_mail(reading: MailingPreschool, post: PostOffice, at: Shell) -> None:
    reading.post("forskolan/2026-11-23 Nytt", "Till alla.\n")
    with post.open():
        told = at.run("publish", "--site", reading.root)
    assert told.exit_code == 0, told.output
    assert "Mejl: 5 skickade." in told.stdout
    reading.post("forskolan/2026-11-23 Mer", "Till alla.\n")
    down = at.run("publish", "--site", reading.root)
    assert down.exit_code == 0
    assert "Mejl: 5 väntar." in down.stdout
    assert "svarar inte" in down.stderr


def test_a_trial_of_a_preschool_writes_to_nobody(reading: MailingPreschool, tmp_path: Path) -> None:
    from pluttra_publish.demo import demo_settings

    assert reading.settings.mail.is_on
    assert not demo_settings(reading.root, tmp_path / "prov", url="http://localhost:8000").mail.is_on
