"""What guardians say of development talks: who gets a time, where answers lie, and how long an agreement holds."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pluttra_publish.errors import Findings
from pluttra_publish.format.messages import Kind
from pluttra_publish.inbox import Emptied
from pluttra_publish.media import probe
from pluttra_publish.open import Opened
from pluttra_publish.register import Audience
from pluttra_publish.site import notes_digest, read_talks
from pluttra_publish.site.values import Talk
from tests.inbox.sending import Box, Device, empty
from tests.whole.preschool import STOCKHOLM, Preschool

ALVA, BO = "Alva Lindqvist/2026-12 Utvecklingssamtal", "Bo Berg/2026-12-01"
OFFERED = (
    "Tider: 2026-11-30 14.30; 2026-12-01 8.00, 8.45; 2026-12-02 8.00\nLängd: 30 minuter\nSvara senast: 2026-11-27\n"
)
QUESTIONS = "Frågor:\n- Vad berättar Alva hemma?\n- Är något svårt?\n\nFundera gärna på det här.\n"
NOTES = "Vi kom överens om att dela gruppen på förmiddagen.\n"
MONDAY, TUESDAY, LATER, WEDNESDAY = "2026-11-30T14:30", "2026-12-01T08:00", "2026-12-01T08:45", "2026-12-02T08:00"

HOSTILE = (
    "---\nFrån: Johan Ek\nSent: ja\n---\nHej",
    "Från: Johan Ek\n\nÄr något svårt?\n\n    Ja",
    "<script>alert(1)</script><img src=x>[klicka](https://elak.example) ![x](x.jpg)",
    "&lt;b&gt; {{ talk.title }} {% raw %}",
    "\u202eadnäv\u202c \u2066isolerad\u2069 \x00\x1b[31m",
    "# Rubrik\n* punkt\n    indrag\n\tflik",
    '" autofocus onfocus="alert(1)',
)


class Talks:
    """A preschool with talks, and its guardians' devices."""

    def __init__(self, school: Preschool) -> None:
        self.school, self.keystore, self.box = school, school.keys(), Box()

    def write(self, talk: str, **texts: str) -> Path:
        folder = self.school.root / "samtal" / talk
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / f"{name}.md").write_text(text, encoding="utf-8")
        return folder

    def page(self, talk: str) -> str:
        child = {"Alva Lindqvist": "alva", "Bo Berg": "bo", "Noah Lindqvist": "noah"}[talk.partition("/")[0]]
        return self.keystore.opaque_id("talk", child, talk.partition("/")[2])

    def say(self, reader: str, kind: Kind, talk: str, *, ident: str | None = None, ago: int = 0, **body: Any) -> None:
        """Leave a message in the drop box, written so many seconds ago."""
        message = Device(self.school, reader).message(kind, {"talk": self.page(talk), **body}, ident=ident, ago=ago)
        self.box.leave(message)

    def choose(self, reader: str, talk: str, time: str, *, ident: str | None = None, ago: int = 0) -> None:
        self.say(reader, "talk-time", talk, ident=ident, ago=ago, time=time)

    def answer(self, reader: str, talk: str, *answers: tuple[str, str], ago: int = 0) -> None:
        self.say(reader, "talk-answers", talk, ago=ago, answers=[list(pair) for pair in answers])

    def empty(self) -> Emptied:
        return empty(self.school, self.box)

    def read(self, talk: str) -> Talk:
        findings, settings = Findings(), self.school.settings
        talks = read_talks(settings.talks, settings, probe=probe, findings=findings, today=self.school.now.date())
        assert not findings.errors, list(map(str, findings))
        return next(one for one in talks if one.source == f"samtal/{talk}")

    def time(self, talk: str) -> str:
        settled = self.read(talk).times.settled
        return f"{settled:%Y-%m-%dT%H:%M}" if settled else ""

    def wishes(self, talk: str) -> list[tuple[str, str, str]]:
        return [(wish.by, f"{wish.time:%Y-%m-%dT%H:%M}", wish.why) for wish in self.read(talk).times.wishes]

    def files(self, talk: str) -> dict[str, str]:
        folder = self.school.root / "samtal" / talk
        return {
            path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir()) if path.suffix == ".txt"
        }


def families(school: Preschool) -> None:
    """A way back, and two families in one department."""
    school.settings_text += '[drop]\nmail = "svar@example.se"\n'
    tables = school.tables
    tables["barn"].append(["bo", "Bo", "Berg", "nej"])
    tables["vardnadshavare"].append(["eva", "Eva", "Berg", "eva@example.se", "sv", "nej"])
    tables["relationer"].append(["bo", "eva", "2023-01-01", ""])
    tables["placeringar"].append(["bo", "solrosen", "2024-08-19", ""])


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small published preschool with two families in one department; each test has a copy."""
    school = Preschool(tmp_path_factory.mktemp("talks") / "förskola")
    families(school)
    school.write().post("Solrosen/2026-11-19 Första snön", "Någon har suddat ut gården.\n")
    school.publish()
    return school.root


@pytest.fixture
def talks(beginning: Path, tmp_path: Path) -> Iterator[Talks]:
    school = Preschool(shutil.copytree(beginning, tmp_path / "förskola"))
    families(school)
    talks = Talks(school)
    talks.write(ALVA, inbjudan=f"{OFFERED}\nVälkomna.\n", förberedelse=QUESTIONS)
    talks.write(BO, inbjudan=f"{OFFERED}\nVälkomna.\n")
    yield talks
    assert talks.box.lying == {}, "whatever becomes of a message, it doesn't stay in the drop box"


class TestChoosing:
    def test_a_guardian_gets_the_time_that_they_choose(self, talks: Talks) -> None:
        talks.choose("maria", ALVA, MONDAY)
        talks.empty()
        assert talks.time(ALVA) == MONDAY
        assert talks.files(ALVA)["tid.txt"] == (
            "Tid: 2026-11-30 14.30\nVald av: Maria Lindqvist\nVald: 2026-11-23 12:00:00\n"
        )

    def test_of_two_families_the_first_has_it_and_the_other_is_told(self, talks: Talks) -> None:
        talks.choose("eva", BO, MONDAY, ago=20)
        talks.choose("maria", ALVA, MONDAY, ago=50)
        talks.empty()
        assert (talks.time(ALVA), talks.time(BO)) == (MONDAY, "")
        assert talks.wishes(BO) == [("Eva Berg", MONDAY, "taken")]

    def test_what_comes_first_is_before_what_says_that_it_was_written_first(self, talks: Talks) -> None:
        talks.choose("eva", BO, MONDAY)
        talks.empty()
        talks.choose("maria", ALVA, MONDAY, ago=3600)
        talks.empty()
        assert (talks.time(ALVA), talks.time(BO)) == ("", MONDAY)

    @pytest.mark.parametrize("first", ["maria", "eva"])
    def test_of_two_in_the_same_second_exactly_one_has_it(self, talks: Talks, first: str) -> None:
        for reader, talk in (("maria", ALVA), ("eva", BO)):
            talks.choose(reader, talk, MONDAY, ident=("0" if reader == first else "f") * 32)
        talks.empty()
        assert [talks.time(ALVA), talks.time(BO)] == ([MONDAY, ""] if first == "maria" else ["", MONDAY])

    def test_nobody_gets_a_time_that_another_talk_is_not_over_by(self, talks: Talks) -> None:
        talks.write(BO, inbjudan="Tider: 2026-12-01 8.15, 8.30\nLängd: 20 minuter\n\nVälkomna.\n")
        talks.choose("maria", ALVA, TUESDAY, ago=9)
        talks.choose("eva", BO, "2026-12-01T08:15", ago=8)
        talks.choose("eva", BO, "2026-12-01T08:30", ago=7)
        talks.empty()
        assert (talks.time(ALVA), talks.time(BO)) == (TUESDAY, "2026-12-01T08:30")
        assert [why for _, _, why in talks.wishes(BO)] == ["taken"]

    def test_two_pedagogues_of_one_department_have_a_talk_each_at_the_same_time(self, talks: Talks) -> None:
        talks.write(ALVA, inbjudan=f"Pedagog: Petra\n{OFFERED}\nVälkomna.\n")
        talks.write(BO, inbjudan=f"Pedagog: Leila och Petra\n{OFFERED}\nVälkomna.\n")
        talks.choose("maria", ALVA, MONDAY, ago=2)
        talks.choose("eva", BO, MONDAY, ago=1)
        talks.empty()
        assert talks.time(BO) == ""
        talks.write(BO, inbjudan=f"Pedagog: Leila\n{OFFERED}\nVälkomna.\n")
        talks.choose("eva", BO, MONDAY)
        talks.empty()
        assert talks.time(BO) == MONDAY

    def test_a_time_that_a_pedagogue_has_written_is_taken_too_and_counts_before_any_choice(self, talks: Talks) -> None:
        talks.choose("eva", BO, TUESDAY)
        talks.empty()
        talks.write(BO, inbjudan=f"Tid: 2026-11-30 14.30\n{OFFERED}\nVälkomna.\n")
        talks.choose("maria", ALVA, MONDAY)
        talks.choose("eva", BO, WEDNESDAY)
        talks.empty()
        assert (talks.time(ALVA), talks.time(BO)) == ("", MONDAY)
        assert talks.wishes(BO) == [("Eva Berg", WEDNESDAY, "chosen")]

    def test_whoever_chose_may_choose_another_and_then_the_first_is_free(self, talks: Talks) -> None:
        talks.choose("maria", ALVA, MONDAY, ago=30)
        talks.choose("maria", ALVA, TUESDAY, ago=20)
        talks.choose("eva", BO, MONDAY, ago=10)
        talks.empty()
        assert (talks.time(ALVA), talks.time(BO)) == (TUESDAY, MONDAY)

    def test_whoever_can_not_change_keeps_what_they_have(self, talks: Talks) -> None:
        talks.choose("eva", BO, MONDAY, ago=30)
        talks.choose("maria", ALVA, TUESDAY, ago=20)
        talks.choose("maria", ALVA, MONDAY, ago=10)
        talks.empty()
        assert talks.time(ALVA) == TUESDAY
        assert talks.wishes(ALVA) == [("Maria Lindqvist", MONDAY, "taken")]

    def test_of_two_guardians_of_one_child_the_first_decides(self, talks: Talks) -> None:
        talks.choose("johan", ALVA, TUESDAY, ago=20)
        talks.choose("maria", ALVA, MONDAY, ago=10)
        talks.empty()
        assert talks.time(ALVA) == TUESDAY
        assert talks.wishes(ALVA) == [("Maria Lindqvist", MONDAY, "chosen")]

    def test_a_choice_after_the_last_day_is_remembered_but_books_nothing(self, talks: Talks) -> None:
        talks.school.later(days=5)
        talks.choose("maria", ALVA, MONDAY)
        talks.empty()
        assert talks.time(ALVA) == ""
        assert talks.wishes(ALVA) == [("Maria Lindqvist", MONDAY, "late")]

    def test_one_that_was_written_in_time_counts_though_it_comes_late(self, talks: Talks) -> None:
        talks.school.later(days=5)
        talks.choose("maria", ALVA, MONDAY, ago=2 * 86400)
        talks.empty()
        assert talks.time(ALVA) == MONDAY

    @pytest.mark.parametrize("time", ["2026-12-24T15:00", "2026-11-30T14:31"])
    def test_a_time_that_is_not_offered_can_not_be_had(self, talks: Talks, time: str) -> None:
        talks.choose("maria", ALVA, time)
        talks.empty()
        assert (talks.time(ALVA), talks.wishes(ALVA)) == ("", [("Maria Lindqvist", time, "gone")])

    def test_nor_one_that_has_begun(self, talks: Talks) -> None:
        talks.write(ALVA, inbjudan="Tider: 2026-11-23 11.30; 2026-11-30 14.30\n\nVälkomna.\n")
        talks.choose("maria", ALVA, "2026-11-23T11:30")
        talks.empty()
        assert talks.time(ALVA) == ""

    def test_said_again_it_is_as_it_was(self, talks: Talks) -> None:
        for _ in range(2):
            talks.choose("maria", ALVA, MONDAY, ago=40)
            talks.choose("eva", BO, MONDAY, ago=30)
            talks.choose("maria", ALVA, TUESDAY, ago=20)
            talks.empty()
        assert (talks.time(ALVA), talks.time(BO)) == (TUESDAY, "")
        assert talks.wishes(BO) == [("Eva Berg", MONDAY, "taken")]

    def test_when_a_pedagogue_takes_the_file_away_the_time_is_offered_again(self, talks: Talks) -> None:
        talks.choose("maria", ALVA, MONDAY)
        talks.empty()
        (talks.school.root / "samtal" / ALVA / "tid.txt").unlink()
        talks.choose("eva", BO, MONDAY)
        talks.empty()
        assert (talks.time(ALVA), talks.time(BO)) == ("", MONDAY)

    def test_a_thousand_wishes_are_not_remembered(self, talks: Talks) -> None:
        for number in range(60):
            talks.choose("maria", ALVA, f"2026-12-24T15:{number:02d}", ago=number)
        talks.empty()
        assert len(talks.wishes(ALVA)) == 20


class TestAnswering:
    def test_answers_lie_in_the_talks_folder_under_their_questions(self, talks: Talks) -> None:
        talks.answer(
            "maria", ALVA, ("Vad berättar Alva hemma?", "Mest om staden.\n\nOch om Noah."), ("Är något svårt?", "")
        )
        talks.empty()
        assert talks.files(ALVA) == {
            "svar från Maria Lindqvist.txt": (
                "Från: Maria Lindqvist\nSkrivet: 2026-11-23 12:00:00\n\nVad berättar Alva hemma?\n\n"
                "    Mest om staden.\n\n    Och om Noah.\n"
            )
        }
        (answers,) = talks.read(ALVA).answers
        assert answers.answers == (("Vad berättar Alva hemma?", "Mest om staden.\n\nOch om Noah."),)

    def test_later_answers_come_in_the_place_of_the_earlier_which_are_kept(self, talks: Talks) -> None:
        talks.answer("maria", ALVA, ("Vad berättar Alva hemma?", "Staden."), ("Är något svårt?", "Nej."), ago=60)
        talks.answer("maria", ALVA, ("Är något svårt?", "Jo, att vänta."), ago=30)
        talks.empty()
        (answers,) = talks.read(ALVA).answers
        assert answers.answers == (("Vad berättar Alva hemma?", "Staden."), ("Är något svårt?", "Jo, att vänta."))
        earlier = talks.files(ALVA)["tidigare svar från Maria Lindqvist, 2026-11-23 11.59.00.txt"]
        assert "    Nej.\n" in earlier

    def test_what_was_written_last_counts_whatever_comes_last(self, talks: Talks) -> None:
        talks.answer("maria", ALVA, ("Är något svårt?", "Jo, att vänta."))
        talks.empty()
        talks.answer("maria", ALVA, ("Är något svårt?", "Nej."), ("Vad berättar Alva hemma?", "Staden."), ago=600)
        talks.empty()
        (answers,) = talks.read(ALVA).answers
        assert dict(answers.answers) == {"Vad berättar Alva hemma?": "Staden.", "Är något svårt?": "Jo, att vänta."}
        assert any("    Nej.\n" in text for name, text in talks.files(ALVA).items() if name.startswith("tidigare"))

    def test_each_guardian_has_a_file_of_their_own_and_said_again_it_is_the_same(self, talks: Talks) -> None:
        for _ in range(2):
            talks.answer("maria", ALVA, ("Är något svårt?", "Nej."), ago=60)
            talks.answer("johan", ALVA, ("Är något svårt?", "Ja."), ago=50)
            talks.answer("maria", ALVA, ("Är något svårt?", "Kanske."), ago=40)
            talks.empty()
        assert sorted(talks.files(ALVA)) == [
            "svar från Johan Ek.txt",
            "svar från Maria Lindqvist.txt",
            "tidigare svar från Maria Lindqvist, 2026-11-23 11.59.00.txt",
        ]

    def test_late_answers_are_kept_and_marked(self, talks: Talks) -> None:
        talks.school.later(days=5)
        talks.answer("maria", ALVA, ("Är något svårt?", "Nej."))
        talks.empty()
        (answers,) = talks.read(ALVA).answers
        assert answers.late
        assert "Sent: ja\n" in talks.files(ALVA)["svar från Maria Lindqvist.txt"]

    def test_nothing_in_an_answer_is_anything_but_text(self, talks: Talks) -> None:
        said = [(f"{number}? {text}"[:300], f"Ja.\n{text}\nSlut.") for number, text in enumerate(HOSTILE)]
        talks.answer("maria", ALVA, *said)
        talks.empty()
        (answers,) = talks.read(ALVA).answers
        assert (answers.by, answers.late) == ("Maria Lindqvist", False)
        assert [question[:2] for question, _ in answers.answers] == [question[:2] for question, _ in said]
        assert all(text.startswith("Ja.\n") and text.endswith("\nSlut.") for _, text in answers.answers)
        assert not re.search("[\u202a-\u202e\u2066-\u2069\x00\x1b]", "".join(talks.files(ALVA).values()))
        talks.school.publish()
        page = answers_page(talks.school.open("petra"))
        assert set(re.findall(r"<(\w+)", page)) == {
            "article",
            "header",
            "p",
            "bdi",
            "h1",
            "h2",
            "dl",
            "dt",
            "dd",
            "a",
            "section",
            "time",
        }
        assert re.findall(r'(?:href|src)="([^"]*)"', page) == [f"#/s/{talks.page(ALVA)}"]

    def test_answers_to_a_talk_whose_folder_has_another_name_wait_for_somebody(self, talks: Talks) -> None:
        talks.answer("maria", ALVA, ("Är något svårt?", "Nej."))
        folder = talks.school.root / "samtal" / ALVA
        folder.rename(folder.with_name("2026-12-01"))
        assert talks.empty().waits == 1
        (kept,) = (talks.school.root / "inkommet").iterdir()
        assert "> Är något svårt?\n> Nej.\n" in (kept / "text.md").read_text(encoding="utf-8")


class TestAgreeing:
    def digest(self, talks: Talks) -> str:
        return notes_digest(talks.read(ALVA).notes)

    def test_who_agreed_to_which_notes_is_kept(self, talks: Talks) -> None:
        talks.write(ALVA, anteckningar=NOTES)
        for _ in range(2):
            talks.say("maria", "talk-agreed", ALVA, notes=self.digest(talks), ago=60)
            talks.empty()
        (agreed,) = talks.read(ALVA).agreed
        assert (agreed.by, agreed.notes) == ("Maria Lindqvist", self.digest(talks))
        assert talks.files(ALVA)["godkänt.txt"].count("\n") == 1

    def test_an_agreement_does_not_hold_for_other_notes(self, talks: Talks) -> None:
        talks.write(ALVA, anteckningar=NOTES)
        old = self.digest(talks)
        talks.say("maria", "talk-agreed", ALVA, notes=old)
        talks.empty()
        talks.school.publish()
        assert "Godkänt av" in talk_page(talks.school.open("maria"))
        talks.write(ALVA, anteckningar=f"{NOTES}\nOch att Alva äter lunch hemma.\n")
        talks.say("johan", "talk-agreed", ALVA, notes=old)
        talks.empty()
        talks.school.publish()
        page = talk_page(talks.school.open("maria"))
        assert "Godkänt av" not in page
        assert f'data-notes="{self.digest(talks)}"' in page
        assert [agreed.by for agreed in talks.read(ALVA).agreed] == ["Maria Lindqvist"]

    @pytest.mark.parametrize("notes", ["", "abc", 7, None, "A" * 44])
    def test_notes_that_are_no_digest_are_refused(self, talks: Talks, notes: object) -> None:
        talks.write(ALVA, anteckningar=NOTES)
        talks.say("maria", "talk-agreed", ALVA, notes=notes)
        assert talks.empty().refused == {"shape": 1}


BODIES: list[tuple[Kind, dict[str, Any]]] = [
    ("talk-time", {"time": MONDAY}),
    ("talk-answers", {"answers": [["Är något svårt?", "Nej."]]}),
    ("talk-agreed", {"notes": "A" * 43}),
]


class TestRefused:
    @pytest.mark.parametrize("reader", ["eva", "mei", "petra", "ingrid"])
    @pytest.mark.parametrize(("kind", "body"), BODIES)
    def test_only_the_childs_guardians_may(self, talks: Talks, reader: str, kind: Kind, body: dict[str, Any]) -> None:
        talks.write(ALVA, anteckningar=NOTES)
        talks.say(reader, kind, ALVA, **body)
        assert talks.empty().refused == {"may-not": 1}
        assert talks.files(ALVA) == {}

    def test_nor_one_whose_relation_has_ended(self, talks: Talks) -> None:
        talks.choose("johan", ALVA, MONDAY)
        path = talks.school.root / "register" / "relationer.csv"
        path.write_text(
            path.read_text(encoding="utf-8").replace("johan;2021-05-11;", "johan;2021-05-11;2026-11-22"),
            encoding="utf-8",
        )
        assert talks.empty().refused == {"may-not": 1}

    @pytest.mark.parametrize(
        "time", ["", "2026-11-30", "2026-11-30 14:30", "2026-11-30T14:30:00Z", "9999-12-31T23:59", 5, None, ["x"]]
    )
    def test_a_time_that_is_no_time_is_refused(self, talks: Talks, time: object) -> None:
        talks.say("maria", "talk-time", ALVA, time=time)
        assert talks.empty().refused == {"shape": 1}

    @pytest.mark.parametrize(
        "answers",
        [
            None,
            "Ja.",
            [],
            [["Fråga"]],
            [["Fråga", 1]],
            [["Fråga", ""]],
            [["", "Svar"]],
            [["F" * 401, "S"]],
            [["F", "S" * 20_001]],
            [["F", "S"]] * 41,
        ],
    )
    def test_answers_of_another_shape_are_refused(self, talks: Talks, answers: object) -> None:
        talks.say("maria", "talk-answers", ALVA, answers=answers)
        assert talks.empty().refused == {"shape": 1}

    @pytest.mark.parametrize("page", ["0" * 16, "../../../etc", "", None, 7])
    def test_a_talk_that_is_none_is_refused(self, talks: Talks, page: object) -> None:
        for kind, body in BODIES:
            if kind != "talk-answers" or page != "0" * 16:
                talks.box.leave(Device(talks.school, "maria").message(kind, body | {"talk": page}))
        assert set(talks.empty().refused) == {"shape"}


class TestOnThePages:
    def test_the_family_sees_the_times_that_are_left_and_who_booked(self, talks: Talks) -> None:
        talks.choose("eva", BO, MONDAY, ago=60)
        talks.choose("maria", ALVA, MONDAY, ago=30)
        talks.empty()
        talks.school.publish()
        page = talk_page(talks.school.open("johan"))
        assert re.findall(r'name="time" value="([^"]+)"', page) == [TUESDAY, LATER, WEDNESDAY]
        assert "den tiden hann någon annan få" in page
        assert page.count("måndag 30 november 2026 kl. 14:30") == 1
        assert 'data-answer="talk-time"' in page
        assert f'data-about="{talks.page(ALVA)}"' in page
        assert "Bokad av" in talk_page(talks.school.open("eva"))

    def test_answers_are_read_by_the_staff_of_the_department_and_nobody_else(self, talks: Talks) -> None:
        talks.choose("johan", ALVA, TUESDAY, ago=90)
        talks.choose("maria", ALVA, MONDAY, ago=60)
        talks.answer("maria", ALVA, ("Är något svårt?", "Hemligt för Johan."))
        talks.empty()
        talks.school.publish()
        for reader in ("petra", "ingrid"):
            page = answers_page(talks.school.open(reader))
            assert "Hemligt för Johan." in page
            assert "En annan tid var redan bokad." in page
        for reader in ("maria", "johan", "eva", "mei"):
            opened = talks.school.open(reader)
            pages = [opened.content(one.page.page).decode() for one in opened.pages]
            assert not any("Hemligt" in page for page in pages)
            assert not any("Svar inför samtal" in one.page.title for one in opened.pages)
        page = talk_page(talks.school.open("johan"))
        assert "Svar har kommit från" in page
        assert "Maria Lindqvist" in page

    def test_a_booked_time_can_be_put_in_the_calendar_and_a_new_one_takes_its_place_there(self, talks: Talks) -> None:
        numbers = []
        for time in (TUESDAY, MONDAY):
            talks.choose("maria", ALVA, time)
            talks.empty()
            talks.school.publish()
            opened = talks.school.open("maria")
            (page,) = [one.page for one in opened.pages if one.page.media]
            event = opened.content(page.media[0]).decode()
            assert (
                f"DTSTART:{datetime.fromisoformat(time).replace(tzinfo=STOCKHOLM) - timedelta(hours=1):%Y%m%dT%H%M%SZ}"
                in event
            )
            numbers.append((re.findall("UID:(.*)", event), int(re.findall(r"SEQUENCE:(\d+)", event)[0])))
            talks.school.later(hours=1)
        assert numbers[0][0] == numbers[1][0]
        assert numbers[0][1] < numbers[1][1]

    def test_an_answer_that_names_somebody_protected_stops_nothing_and_is_not_shown(self, talks: Talks) -> None:
        talks.answer(
            "maria",
            ALVA,
            ("Är något svårt?", "Alva bråkar med Ylva Tornefalk."),
            ("Vad berättar Alva hemma?", "Om staden."),
        )
        talks.empty()
        talks.school.publish()
        page = answers_page(talks.school.open("petra"))
        assert "Tornefalk" not in page
        assert "Om staden." in page
        assert "samtal/Alva Lindqvist/2026-12 Utvecklingssamtal/svar från Maria Lindqvist.txt" in page

    def test_without_a_way_back_nothing_can_be_sent_and_the_times_are_told(self, talks: Talks) -> None:
        talks.school.settings_text = talks.school.settings_text.replace("[drop]", "[drop]\n#")
        talks.school.settings_text = re.sub(r"\[drop\].*", "", talks.school.settings_text, flags=re.DOTALL)
        (talks.school.root / "pluttra.toml").write_text(talks.school.settings_text, encoding="utf-8")
        talks.write(ALVA, anteckningar=NOTES)
        talks.school.publish()
        page = talk_page(talks.school.open("maria"))
        assert "<form" not in page
        assert "Säg till oss vilken av tiderna som passar." in page
        assert "<li>Är något svårt?</li>" in page

    def test_after_the_last_day_and_after_the_talk_nothing_more_is_asked(self, talks: Talks) -> None:
        talks.choose("maria", ALVA, TUESDAY)
        talks.empty()
        talks.school.later(days=5).publish()
        page = talk_page(talks.school.open("maria"))
        assert 'data-answer="talk-time"' not in page
        assert 'data-answer="talk-answers"' in page
        assert "Sista dagen att svara har gått" in talk_page(talks.school.open("eva"))
        talks.school.later(days=4).publish()
        assert "<form" not in talk_page(talks.school.open("maria"))


def talk_page(opened: Opened) -> str:
    """The page of the only talk that a guardian has."""
    (page,) = (one for one in opened.pages if one.page.kind == "talk")
    return opened.content(page.page.page).decode()


def answers_page(opened: Opened) -> str:
    """The staff's page of the answers to the only talk that has any."""
    (page,) = (one for one in opened.pages if one.page.title.startswith("Svar inför samtal"))
    return opened.content(page.page.page).decode()


def test_the_audience_of_answers_is_the_departments_staff(talks: Talks) -> None:
    talks.answer("maria", ALVA, ("Är något svårt?", "Nej."))
    talks.empty()
    talks.school.publish()
    keystore = talks.school.keys()
    assert Audience("staff", "department:solrosen").key in keystore.audiences
