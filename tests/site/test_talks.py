from __future__ import annotations

import sys
from datetime import date, datetime
from pathlib import Path

import pytest

from pluttra_publish.errors import Findings
from pluttra_publish.site import Talk, read_talks
from tests.site.house import STOCKHOLM, TODAY, Settings, nfd, probe

DAY = "Alva Lindqvist/2026-04-16"


class Desk:
    """A folder of talks, read with `read`."""

    def __init__(self, root: Path, alt_text: str = "warn") -> None:
        self.root, self.alt_text = root, alt_text
        self.findings = Findings()

    def write(self, path: str, text: str = "") -> None:
        file = self.root / "samtal" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode())

    def read(self) -> tuple[Talk, ...]:
        self.findings = Findings()
        settings = Settings(self.root, alt_text=self.alt_text)
        return read_talks(self.root / "samtal", settings, probe=probe, findings=self.findings, today=TODAY)

    def talk(self) -> Talk:
        (talk,) = self.read()
        assert not self.findings.errors, list(map(str, self.findings))
        return talk

    def error(self) -> str:
        self.read()
        (finding,) = self.findings.errors
        assert finding.mend
        return str(finding)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_talk_is_a_child_s_folder_and_a_day_with_three_texts(desk: Desk) -> None:
    desk.write(f"{DAY}/inbjudan.md", "Tid: 14.30\nPlats: Lilla rummet\nLängd: 45 minuter\n\n*Välkomna!*")
    desk.write(f"{DAY}/förberedelse.md", "Fundera på det här.")
    desk.write(f"{DAY}/anteckningar.md", "Uppföljning: 2026-11-26\n\nVi kom överens.")
    talk = desk.talk()
    assert (talk.child, talk.source, talk.title) == ("Alva Lindqvist", f"samtal/{DAY}", "Utvecklingssamtal")
    assert (talk.date, talk.timed) == (datetime(2026, 4, 16, 14, 30, tzinfo=STOCKHOLM), True)
    assert (talk.minutes, talk.place, talk.follow_up) == (45, "Lilla rummet", date(2026, 11, 26))
    assert talk.invitation == "<p><em>Välkomna!</em></p>"
    assert (talk.preparation, talk.notes) == ("<p>Fundera på det här.</p>", "<p>Vi kom överens.</p>")


def test_a_text_that_is_a_draft_waits_and_a_talk_of_drafts_alone_is_not_there(desk: Desk) -> None:
    desk.write(f"{DAY}/anteckningar.md", "Status: utkast\n\nInte färdigt.")
    assert desk.read() == ()
    desk.write(f"{DAY}/inbjudan.md", "Tid: 14.30\n\nVälkomna.")
    assert desk.talk().notes == ""


def test_no_folder_of_talks_is_no_talks(desk: Desk) -> None:
    assert desk.read() == ()


@pytest.mark.parametrize(
    ("written", "minutes"),
    [("30", 30), ("30 min", 30), ("1 timme", 60), ("1 h 15 min", 75), ("1 timme och 15 minuter", 75)],
)
def test_how_long_it_takes_is_understood_as_people_write_it(desk: Desk, written: str, minutes: int) -> None:
    desk.write(f"{DAY}/inbjudan.md", f"Tid: kl. 9.05\nLängd: {written}\n\nVälkomna.")
    assert desk.talk().minutes == minutes


def test_photos_of_a_talk_have_the_words_that_its_texts_give_them(desk: Desk) -> None:
    desk.write(f"{DAY}/inbjudan.md", "Se här:\n\n![Staden](stad.jpg)")
    desk.write(f"{DAY}/stad.jpg")
    desk.write(f"{DAY}/torn.jpg")
    talk = desk.talk()
    assert [(photo.name, photo.alt, photo.alt_written) for photo in talk.media] == [
        ("stad.jpg", "Staden", True),
        ("torn.jpg", "Bild till Utvecklingssamtal", False),
    ]
    assert [finding.file for finding in desk.findings.warnings] == [f"samtal/{DAY}/torn.jpg"]


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        ("Alva Lindqvist/i vår/inbjudan.md", "Välkomna.", "ingen dag"),
        (f"{DAY}/brev.md", "Hej.", "hör inte till de tre"),
        (f"{DAY}/film.mp4", "", "Bara bilder"),
        (f"{DAY}/inbjudan.md", "Tid: snart\n\nHej.", "rad 1"),
        (f"{DAY}/inbjudan.md", "Tid: 2026-04-17 14:30\n\nHej.", "annan dag"),
        (f"{DAY}/inbjudan.md", "Tid: 14.30\nLängd: lagom\n\nHej.", "rad 2"),
        (f"{DAY}/inbjudan.md", "Tid: 14.30\nBarn: Alva\n\nHej.", "Barn"),
        (f"{DAY}/anteckningar.md", "Uppföljning: sen\n\nHej.", "kalendern"),
        (f"{DAY}/inbjudan.md", "[Kojan](../kojan)", "inlägg"),
        (f"{DAY}/inbjudan.md", "![Borta](borta.jpg)", "finns inte"),
        ("Alva Lindqvist/inbjudan.md", "Hej.", "samtalets dag"),
        ("inbjudan.md", "Hej.", "samtal/BARN"),
    ],
)
def test_what_is_wrong_with_a_talk_is_said_with_its_file(desk: Desk, path: str, text: str, message: str) -> None:
    desk.write(path, text)
    assert message in desk.error()


def test_script_in_a_talk_is_gone(desk: Desk) -> None:
    desk.write(f"{DAY}/inbjudan.md", "Hej<script>alert(1)</script> <b onclick='x()'>du</b>.")
    assert desk.talk().invitation == "<p>Hej <b>du</b>.</p>"


@pytest.mark.skipif(sys.platform == "darwin", reason="macOS takes the two forms of a name for one")
def test_two_folders_of_one_child_are_one_but_the_same_day_in_both_is_an_error(desk: Desk) -> None:
    desk.write("Åke Ek/2026-04-16/anteckningar.md", "Först.")
    desk.write(f"{nfd('Åke Ek')}/2026-04-17/anteckningar.md", "Sedan.")
    assert [talk.child for talk in desk.read()] == ["Åke Ek", "Åke Ek"]
    desk.write(f"{nfd('Åke Ek')}/2026-04-16/anteckningar.md", "Igen.")
    assert "Två samtal har samma namn" in desk.error()
