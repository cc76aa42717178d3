"""A guardian's changed address, language or telephone: it waits for somebody to confirm it, and the address that was is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pluttra_publish import log
from pluttra_publish.errors import UsageError
from pluttra_publish.inbox import Emptied, filed
from tests.inbox.sending import Box, Device, empty
from tests.letters.post_office import PostOffice
from tests.whole.preschool import Preschool, clock

NEW = "maria.ny@example.com"


def sent(school: Preschool, reader: str = "maria", **body: Any) -> Emptied:
    box = Box()
    box.leave(Device(school, reader).message("contact", {"email": None, "lang": None, "phone": None} | body))
    return empty(school, box)


def row(school: Preschool, guardian: str = "maria") -> str:
    text = (school.root / "register" / "vardnadshavare.csv").read_text(encoding="utf-8-sig")
    return next(line for line in text.splitlines() if line.startswith(guardian))


def approve(school: Preschool) -> str:
    with clock(school.now):
        return filed.approve(school.settings, "Kontaktuppgifter", "ingrid", identity=school.identity)


def text(school: Preschool) -> str:
    (found,) = filed.listing(school.settings)
    return found.text


def test_it_waits_and_whoever_decides_is_told_to_ask(school: Preschool) -> None:
    before = row(school)
    assert sent(school, email=NEW, lang="ar", phone="070-123 45 67").waits == 1
    assert row(school) == before
    told = text(school)
    assert f"- Ny e-postadress: {NEW}\n- E-postadress i dag: maria@example.se\n- Nytt språk: ar\n- Språk i dag: sv\n" in told  # fmt: skip
    assert "- Nytt telefonnummer: 070-123 45 67 (registret har ingen plats för det" in told
    assert "fråga om det stämmer" in told


def test_confirmed_it_stands_in_the_register_and_nothing_else_has_changed(school: Preschool) -> None:
    others = row(school, "johan")
    sent(school, email=NEW, lang="ar")
    assert "Inskrivet i registret: Maria Lindqvist." in approve(school)
    assert row(school) == f"maria;Maria;Lindqvist;{NEW};ar;nej"
    assert row(school, "johan") == others
    assert filed.listing(school.settings) == ()
    known = log.read(school.state)
    assert [(line.command, line.about) for line in known.lines[-2:-1]] == [("register contact", (known.mark("maria"),))]
    assert len(list((school.root / "register" / "tidigare").iterdir())) == 1


def test_only_what_was_said_is_changed(school: Preschool) -> None:
    sent(school, lang="so")
    approve(school)
    assert row(school) == "maria;Maria;Lindqvist;maria@example.se;so;nej"


def test_what_the_register_says_already_does_not_wait(school: Preschool) -> None:
    assert sent(school, email="maria@example.se", lang="sv").waits == 0
    assert filed.listing(school.settings) == ()


def test_another_with_the_same_address_is_told_of(school: Preschool) -> None:
    sent(school, email="Johan@example.se")
    assert "- Samma adress har redan: Johan Ek\n" in text(school)


class TestTheAddressThatWas:
    @pytest.fixture
    def post(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PostOffice:
        office = PostOffice(tmp_path)
        monkeypatch.setenv("SSL_CERT_FILE", str(office.certificate))
        return office

    def mails(self, school: Preschool, post: PostOffice) -> None:
        school.settings_text += f'[mail]\nhost = "localhost"\nport = {post.port}\nfrom = "dagar@backen.example"\n'
        school.write()

    def test_it_is_told_that_there_is_another_but_not_which(self, school: Preschool, post: PostOffice) -> None:
        with post.open():
            self.mails(school, post)
            sent(school, email=NEW)
            assert "Den förra adressen har fått ett mejl om det." in approve(school)
        mail = post.to("maria@example.se")
        assert mail["Subject"] == "Din e-postadress hos Backens förskola har ändrats"
        assert NEW not in mail.as_string()
        assert "Maria" not in mail.as_string()

    def test_a_server_that_will_not_take_it_hinders_nothing(self, school: Preschool, post: PostOffice) -> None:
        post.refuses["maria@example.se"] = "550 gone"
        with post.open():
            self.mails(school, post)
            sent(school, email=NEW)
            assert "har inte fått veta det" in approve(school)
        assert NEW in row(school)

    def test_a_changed_language_is_no_changed_address(self, school: Preschool, post: PostOffice) -> None:
        with post.open():
            self.mails(school, post)
            sent(school, lang="fi")
            approve(school)
        assert post.mails == []


@pytest.mark.parametrize("reader", ["petra", "ingrid"])
def test_of_the_staff_it_is_refused(school: Preschool, reader: str) -> None:
    assert sent(school, reader, email=NEW).refused == {"may-not": 1}


@pytest.mark.parametrize(
    "body",
    [
        {}, {"email": ""}, {"email": "maria"}, {"email": "a@b"}, {"email": "=cmd@example.se"}, {"email": "+1@example.se"}, {"email": "a@example.se,b@example.se"},
        {"email": "a@exa\u202emple.se"}, {"email": "a\n@example.se"}, {"email": "<a@example.se>"}, {"email": f"{'a' * 250}@example.se"}, {"email": 7},
        {"lang": "sv-SE"}, {"lang": "xx"}, {"lang": ""}, {"lang": ["sv"]}, {"phone": "ring mig"}, {"phone": "=1"}, {"phone": ""}, {"email": NEW, "lang": "../sv"},
    ],
)  # fmt: skip
def test_of_another_shape_it_is_refused(school: Preschool, body: dict[str, Any]) -> None:
    assert sent(school, **body).refused == {"shape": 1}
    assert filed.listing(school.settings) == ()


def test_of_one_who_has_left_it_can_not_be_confirmed(school: Preschool) -> None:
    sent(school, email=NEW)
    school.tables["relationer"] = [one for one in school.tables["relationer"] if one[1] != "maria"]
    school.tables["vardnadshavare"] = [one for one in school.tables["vardnadshavare"] if one[0] != "maria"]
    school.write()
    with pytest.raises(UsageError):
        approve(school)
