"""Invitations by mail: what the letter says, that it is sent safely, and that nothing of it is told elsewhere."""

from __future__ import annotations

import logging
import re
import stat
import sys
from email.message import EmailMessage
from pathlib import Path

import pytest

from pluttra_publish.letters.carrier import PASSWORD_FILE, Carrier, MailError
from pluttra_publish.open import folder, open_site
from tests.letters.mailing import EMAILS, MailingPreschool
from tests.letters.post_office import ACCOUNT, PASSWORD, PostOffice, certificate_for
from tests.whole.preschool import files_of, titles
from tests.whole.shell import Shell

LINK = re.compile(r"https://dagar\.example\.se/#i=[\w-]{43}")


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_the_letter_holds_a_link_that_opens_as_its_receiver(school: MailingPreschool, post: PostOffice) -> None:
    with post.open():
        school.mails_through(post).publish()
        _, became = school.mail_links("mei", "maria")
    assert (became.count("sent"), became.waiting, became.trouble) == (2, 0, "")
    (link,) = set(LINK.findall(text_of(post.to("mei@example.com"))))
    opened = open_site(link, folder(school.public), now=int(school.now.timestamp()))
    assert titles(opened) == titles(school.open_again("mei"))
    assert link not in text_of(post.to("maria@example.se"))


def test_text_and_html_say_the_same_and_that_whoever_has_the_link_reads_as_you(
    school: MailingPreschool, post: PostOffice
) -> None:
    with post.open():
        school.mails_through(post, reply_to="Ingrid <rektor@backen.example>").publish()
        school.mail_links("mei")
    mail = post.to("mei@example.com")
    assert mail.get_content_type() == "multipart/alternative"
    text, html = text_of(mail), text_of(mail, "html")
    (link,) = set(LINK.findall(text))
    for said in (
        "Hej Mei Chen!",
        "Den som har länken läser som du.",
        "måndag 7 december 2026 kl. 12:00",
        "Öppna min länk",
    ):
        assert said in text
        assert said in html
    assert f'href="{link}"' in html
    assert '<html lang="sv" dir="ltr">' in html
    assert not re.search(r"\b(src|background)=|url\(|<script|<img|@import", html), "nothing is fetched when it is read"
    assert set(re.findall(r"https?://[^\s\"<]+", html)) == {link}
    assert mail["Subject"] == "Din länk till Backens förskola"
    assert mail["From"] == "Backens förskola <dagar@backen.example>"
    assert mail["Reply-To"] == "Ingrid <rektor@backen.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@backen.example>")
    for child in ("Noah", "Alva", "Li "):
        assert child not in text


def test_a_letter_is_in_the_familys_language(school: MailingPreschool, post: PostOffice) -> None:
    school.row("vardnadshavare", "mei")[4] = "en-GB"
    school.row("vardnadshavare", "johan")[4] = "ti"
    with post.open():
        school.mails_through(post).publish()
        school.mail_links("mei", "johan")
    english = post.to("mei@example.com")
    assert english["Content-Language"] == "en"
    assert "Monday, 7 December 2026" in text_of(english)
    assert post.to("johan@example.se")["Content-Language"] == "sv", "a language without words gets the site's"


def test_arabic_runs_from_right_to_left_and_the_link_does_not(school: MailingPreschool, post: PostOffice) -> None:
    school.row("vardnadshavare", "mei")[4] = "ar"
    with post.open():
        school.mails_through(post).publish()
        school.mail_links("mei")
    mail = post.to("mei@example.com")
    html = text_of(mail, "html")
    assert '<html lang="ar" dir="rtl">' in html
    assert re.search(r'<p dir="ltr"[^>]*>https://dagar', html)
    assert "\u2068Backens förskola\u2069" in text_of(mail), "a name in other letters is isolated"
    assert "\u2068" not in mail["Subject"]


def test_tls_from_the_first_byte_does_too(school: MailingPreschool, post: PostOffice) -> None:
    with post.open(security="tls"):
        school.mails_through(post, security="tls").publish()
        _, became = school.mail_links("mei")
    assert became.count("sent") == 1


def test_the_account_is_logged_in_to_with_the_private_password(school: MailingPreschool, post: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    post.wants_login = True
    with post.open():
        school.mails_through(post, login=ACCOUNT).publish()
        assert "Lösenordet" in school.mail_links("mei")[1].trouble
        monkeypatch.setenv("PLUTTRA_MAIL_PASSWORD", "fel")
        wrong = school.deliver()
        assert "535" in wrong.trouble
        assert "fel" not in wrong.trouble + wrong.hint
        monkeypatch.setenv("PLUTTRA_MAIL_PASSWORD", PASSWORD)
        assert school.deliver().count("sent") == 1


def test_the_password_is_kept_where_only_this_account_reads_it(at: Shell, school: MailingPreschool) -> None:
    from click.testing import CliRunner

    from pluttra_publish.cli import main

    said = CliRunner().invoke(main, ["mail", "password", "--site", str(school.root)], input=f"{PASSWORD}\n")
    assert said.exit_code == 0, said.output
    assert PASSWORD not in said.output
    kept = school.state / PASSWORD_FILE
    assert kept.read_text(encoding="utf-8") == f"{PASSWORD}\n"
    if sys.platform != "win32":
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert "password" not in (school.root / "pluttra.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize("how", ["another host's", "nobody's"])
def test_a_server_that_can_not_show_who_it_is_gets_nothing(
    school: MailingPreschool, post: PostOffice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    strange = tmp_path / "strange.pem"
    strange.write_bytes(certificate_for("mail.example.se" if how == "another host's" else "localhost"))
    if how == "another host's":
        monkeypatch.setenv("SSL_CERT_FILE", str(strange))
    with post.open(certificate=strange):
        school.mails_through(post).publish()
        _, became = school.mail_links("mei")
    assert "certifikat" in became.trouble
    assert (post.mails, became.waiting) == ([], 1)


def test_a_server_that_does_not_encrypt_gets_nothing(school: MailingPreschool, post: PostOffice) -> None:
    with post.open(security="none"):
        school.mails_through(post).publish()
        _, became = school.mail_links("mei")
    assert "krypterar inte" in became.trouble
    assert (post.mails, became.waiting) == ([], 1)


def test_no_address_and_no_link_is_in_an_error_a_log_or_the_private_files(
    school: MailingPreschool, post: PostOffice, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    post.refuses = {"mei@example.com": "550 5.1.1 <mei@example.com> unknown"}
    with post.open():
        school.mails_through(post).publish()
        invited, became = school.mail_links("mei", "maria")
        ours = [
            record.getMessage() for record in caplog.records if record.name.split(".")[0] not in {"mail", "asyncio"}
        ]
    told = " ".join([*ours, repr(became), repr(invited), *capfd.readouterr()])
    kept = "".join((school.state / name).read_text(encoding="utf-8") for name in ("brev.json",))
    for secret in (*EMAILS.values(), *(one.url for one in invited), *(one.url[-43:] for one in invited), "Mei Chen"):
        assert secret not in told
        assert secret not in kept
    if sys.platform != "win32":
        assert stat.S_IMODE((school.state / "brev.json").stat().st_mode) == 0o600


def test_an_error_carries_no_other_error_along(school: MailingPreschool, post: PostOffice) -> None:
    with post.open():
        settings = school.mails_through(post).settings
    with pytest.raises(MailError) as refused, Carrier(settings.mail, ""):
        pass
    assert refused.value.__context__ is None
    assert refused.value.__cause__ is None
    assert refused.value.exit_code == 8


def test_invite_mails_and_says_who_needs_a_letter_on_paper(at: Shell, school: MailingPreschool, post: PostOffice) -> None:  # fmt: skip
    school.row("vardnadshavare", "johan")[3] = ""
    post.refuses = {"maria@example.se": "550 5.1.1 unknown"}
    with post.open():
        school.mails_through(post).publish()
        told = at.run("invite", "--department", "Solrosen", "--mail", "--site", school.root)
        assert told.exit_code == 0, told.output
    assert "Adressen godtogs inte: Maria Lindqvist." in told.stdout
    assert "behöver ett pappersbrev (--paper): Johan Ek." in told.stdout
    assert not LINK.search(told.output), "what goes by mail is not shown"
    rows = {row["name"]: row for row in at.answer("links", "--site", school.root)["links"]}  # type: ignore[attr-defined]
    assert rows["Maria Lindqvist"]["standing"] == "refused"
    assert rows["Maria Lindqvist"]["refused"] == 550
    assert (rows["Johan Ek"]["standing"], rows["Johan Ek"]["paper"]) == ("never", True)
    assert "öppnad: okänt" in at.run("links", "--site", school.root).stdout


def test_a_server_that_is_down_loses_no_invitation(at: Shell, school: MailingPreschool, post: PostOffice) -> None:
    with post.open():
        school.mails_through(post).publish()
    told = at.run("invite", "mei", "--mail", "--site", school.root)
    assert told.exit_code == 0, told.output
    assert "Väntar på att mejlas till: Mei Chen." in told.stdout
    assert "svarar inte" in told.stderr
    assert "väntar på att mejlas" in at.run("links", "--site", school.root).stdout
    with post.open():
        assert at.answer("notify", "--site", school.root) == {"sent": 1, "refused": 0, "waiting": 0, "trouble": ""}
        assert at.answer("notify", "--site", school.root)["sent"] == 0
    assert post.receivers == ["mei@example.com"]


def test_renew_is_for_links_that_have_ended_or_soon_will(at: Shell, school: MailingPreschool, post: PostOffice) -> None:
    with post.open():
        school.mails_through(post).publish()
        at.answer("invite", "mei", "--valid-for", "2d", "--site", school.root)
        at.answer("invite", "maria", "--valid-for", "1h", "--site", school.root)
        at.answer("invite", "johan", "--site", school.root)
        at.environment["SOURCE_DATE_EPOCH"] = str(int(school.later(hours=2).now.timestamp()))
        told = at.run("links", "--site", school.root).stdout
        assert "Mei Chen: går snart ut, 2026-11-25" in told
        assert "Maria Lindqvist: har gått ut, 2026-11-23" in told
        assert "Johan Ek: gäller till 2026-12-07" in told
        assert "Ingrid Hallberg: aldrig inbjuden" in told
        answer = at.answer("invite", "--renew", "--mail", "--site", school.root)
    assert [row["name"] for row in answer["invited"]] == ["Maria Lindqvist", "Mei Chen"]  # type: ignore[attr-defined]
    assert sorted(post.receivers) == ["maria@example.se", "mei@example.com"]
    assert at.answer("invite", "--renew", "--mail", "--site", school.root)["invited"] == []


def test_new_is_for_those_who_have_never_been_invited(at: Shell, school: MailingPreschool) -> None:
    school.publish()
    at.answer("invite", "mei", "--site", school.root)
    first = at.answer("invite", "--all", "--new", "--site", school.root)["invited"]
    names = [row["name"] for row in first]  # type: ignore[attr-defined]
    assert names == ["Johan Ek", "Maria Lindqvist", "Ingrid Hallberg", "Petra Lund"]
    assert len({row["url"] for row in first}) == 4  # type: ignore[attr-defined]
    assert at.answer("invite", "--all", "--new", "--site", school.root)["invited"] == []


def test_a_quarantined_family_is_invited_by_nobody(at: Shell, school: MailingPreschool) -> None:
    school.publish()
    everyone = at.run("invite", "--all", "--site", school.root)
    assert "Tornefalk" not in everyone.output
    assert at.run("invite", "ragnhild", "--site", school.root).exit_code == 2
    assert "Tornefalk" not in at.run("links", "--site", school.root).output


@pytest.mark.parametrize(
    "words", [(), ("mei", "--all"), ("--department", "Solrosen", "--all"), ("mei", "--mail"), ("--department", "Månen")]
)
def test_invite_says_what_is_wrong_with_how_it_is_asked(at: Shell, school: MailingPreschool, words: tuple[str, ...]) -> None:  # fmt: skip
    school.publish()
    before = files_of(school.public)
    told = at.run("invite", *words, "--site", school.root)
    assert told.exit_code in {2, 3}
    assert "tips: " in told.stderr or "bara ett" in told.stderr
    assert files_of(school.public) == before


def test_a_trial_says_whether_mail_is_taken(at: Shell, school: MailingPreschool, post: PostOffice) -> None:
    with post.open():
        school.mails_through(post)
        assert at.answer("mail", "test", "dagar@backen.example", "--site", school.root) == {"sent": 1}
        post.refuses = {"fel@backen.example": "550 no"}
        told = at.run("mail", "test", "fel@backen.example", "--site", school.root)
        assert told.exit_code == 8
        assert "550" in told.stderr
        assert "fel@backen" not in told.stderr
    assert "#i=" not in text_of(post.mails[0])
