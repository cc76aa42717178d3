"""What guardians say of development talks: who gets a time, where answers lie, and how long an agreement holds."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pluttra_publish.format.messages import Kind
from pluttra_publish.site import notes_digest
from tests.inbox.sending import Device
from tests.inbox.talking import (
    ALVA,
    BO,
    HOSTILE,
    MONDAY,
    NOTES,
    OFFERED,
    TUESDAY,
    WEDNESDAY,
    Talks,
    answers_page,
    beginning,
    talk_page,
    talks,
)

__all__ = ["beginning", "talks"]  # fixtures


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
        assert "> Är något svårt?\n> Nej.\n" in kept.read_text(encoding="utf-8")


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
