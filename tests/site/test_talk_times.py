"""Times that a talk offers, as pedagogues write them; what a family has chosen; and what they have answered."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pluttra_publish.site import Answers, Choice, Wish
from pluttra_publish.site.talk_answers import answers_text, merged, read_answers
from pluttra_publish.site.talk_folder import read_timed_talks
from pluttra_publish.site.talk_times import Times, choice_text, read_choice
from tests.site.house import STOCKHOLM, TODAY, Settings
from tests.site.test_talks import Desk

MONTH = "Alva Lindqvist/2026-04 Utvecklingssamtal"
DAY = "Alva Lindqvist/2026-04-16"


def at(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 4, day, hour, minute, tzinfo=STOCKHOLM)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize(
    "written",
    [
        "Tider: 2026-04-16 14.30; 2026-04-16 15.15; 2026-04-17 8.00",
        "Tider: 2026-04-16 14.30, 15.15; 2026-04-17 kl. 8.00",
        "Tider: torsdag 16 april 2026 kl. 14.30, kl. 15.15 och fredag 17 april 2026 kl. 8.00",
        "Tider:\n- 2026-04-16 14:30\n- 15:15\n- 2026-04-17 08:00",
        "Tider: 2026-04-17 8.00; 2026-04-16 14.30\nTider: 2026-04-16 15.15; 2026-04-16 15.15",
        "Tider: 2026-04-16 14.30;\n  15.15;\n  2026-04-17 8.00",
    ],
)
def test_times_are_understood_as_people_write_them(desk: Desk, written: str) -> None:
    desk.write(f"{MONTH}/inbjudan.md", f"{written}\nSvara senast: 10 april 2026\n\nVälkomna.")
    talk = desk.talk()
    assert talk.times.offered == (at(16, 14, 30), at(16, 15, 15), at(17, 8))
    assert talk.times.answer_by == date(2026, 4, 10)
    assert (talk.timed, talk.times.settled, talk.date) == (False, None, at(16, 0))
    assert talk.title == "Utvecklingssamtal"


def test_what_is_chosen_is_when_the_talk_is_whatever_the_folder_is_called(desk: Desk) -> None:
    desk.write(f"{DAY}/inbjudan.md", "Tider: 2026-04-16 14.30; 2026-04-17 8.00\n\nVälkomna.")
    desk.write(f"{DAY}/tid.txt", "Tid: 2026-04-17 8.00\nVald av: Maria\nVald: 2026-04-01 9.05\n")
    talk = desk.talk()
    assert (talk.date, talk.timed) == (at(17, 8), True)
    assert talk.times.chosen == Choice(at(17, 8), "Maria", at(1, 9, 5))


def test_what_a_pedagogue_writes_counts_before_what_is_chosen(desk: Desk) -> None:
    desk.write(f"{MONTH}/inbjudan.md", "Tid: 2026-04-20 9.00\nTider: 2026-04-17 8.00\n\nVälkomna.")
    desk.write(f"{MONTH}/tid.txt", "Tid: 2026-04-17 8.00\nVald av: Maria\n")
    assert desk.talk().date == at(20, 9)


def test_questions_stand_as_a_list_above_the_text(desk: Desk) -> None:
    questions = "Frågor:\n- Hur mår Alva: nu?\n- 'Vad   gör ni\n   helst?'\n\nFundera."
    desk.write(f"{DAY}/förberedelse.md", questions)
    talk = desk.talk()
    assert talk.questions == ("Hur mår Alva: nu?", "'Vad gör ni helst?'")
    assert talk.preparation == "<p>Fundera.</p>"


def test_questions_alone_are_a_talk(desk: Desk) -> None:
    desk.write(f"{DAY}/förberedelse.md", "Frågor:\n- Hur mår Alva?\n")
    assert desk.talk().questions == ("Hur mår Alva?",)


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        (f"{MONTH}/inbjudan.md", "Välkomna.", "en månad, och ingen tid är skriven"),
        (f"{MONTH}/inbjudan.md", "Tid: 14.30\n\nVälkomna.", "rad 1"),
        ("Alva Lindqvist/2026-13 Samtal/inbjudan.md", "Hej.", "ingen dag"),
        (f"{DAY}/inbjudan.md", "Plats: Här\nTider: 2026-04-16; 2026-04-17 8.00\n\nHej.", "rad 2"),
        (f"{DAY}/inbjudan.md", "Tider: 14.30\n\nHej.", "”14.30”"),
        (f"{DAY}/inbjudan.md", "Tider:\n- 2026-04-16 14.30\n- 2026-04-31 8.00\n\nHej.", "rad 3"),
        (f"{DAY}/inbjudan.md", "Tider: 2062-04-16 14.30\n\nHej.", "2062"),
        (f"{DAY}/inbjudan.md", "Tider: 2026-04-16 14.30\nTid: 9.00\n\nHej.", "rad 2"),
        (f"{DAY}/inbjudan.md", "Tid: 9.00\nSvara senast: snart\n\nHej.", "rad 2"),
        (f"{DAY}/inbjudan.md", "Tid: 9.00\nSvara sneast: 2026-04-10\n\nHej.", "Svara senast"),
        (f"{DAY}/förberedelse.md", "Frågor:\n- Hur?\n- Hur?\n\nHej.", "två gånger"),
        (f"{DAY}/förberedelse.md", f"Frågor:\n- {'Hur' * 200}?\n\nHej.", "längre än 400"),
        (f"{DAY}/förberedelse.md", "Frågor:\n" + "\n".join(f"- Hur {n}?" for n in range(50)), "fler än 40"),
    ],
)
def test_what_is_wrong_with_times_and_questions_is_said_with_line_and_mend(
    desk: Desk, path: str, text: str, message: str
) -> None:
    desk.write(path, text)
    assert message in desk.error()


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("tid.txt", "Tid: snart\n", "tid.txt: rad 1"),
        ("tid.txt", "Tid: 2026-04-17 8.00\nBokad av: Maria\n", "rad 2"),
        ("tid.txt", "Önskemål: 2026-04-17 8.00\n", "Ta bort raden."),
        ("godkänt.txt", "Godkänt: Maria\n", "godkänt.txt: rad 1"),
    ],
)
def test_so_is_what_is_wrong_with_a_file_that_a_pedagogue_has_changed(
    desk: Desk, name: str, text: str, message: str
) -> None:
    desk.write(f"{DAY}/inbjudan.md", "Tider: 2026-04-17 8.00\n\nHej.")
    desk.write(f"{DAY}/{name}", text)
    assert message in desk.error()


def test_answers_are_no_texts_of_the_talk_and_earlier_ones_nothing_at_all(desk: Desk) -> None:
    desk.write(f"{DAY}/inbjudan.md", "Hej.")
    desk.write(f"{DAY}/svar från Maria.txt", "Från: Maria\n\nHur?\n\n    Bra.\n")
    desk.write(f"{DAY}/svar från Johan.md", "Jag kommer gärna.\n\nHälsningar Johan")
    desk.write(f"{DAY}/tidigare svar från Maria, 2026-03-30 09.00.00.txt", "Från: Maria\n\nHur?\n\n    Så där.\n")
    johan, maria = desk.talk().answers
    assert (johan.by, johan.answers) == ("Johan", (("", "Jag kommer gärna.\nHälsningar Johan"),))
    assert (maria.by, maria.answers) == ("Maria", (("Hur?", "Bra."),))


def test_what_can_be_told_of_times_is_told_whatever_else_is_wrong(desk: Desk) -> None:
    desk.write(f"{DAY}/inbjudan.md", "Tider: 2026-04-17 8.00\nSatus: x\n\n[Kojan](../kojan)")
    desk.write(f"{DAY}/tid.txt", "Tid: 2026-04-17 8.00\nVald av: Maria\nVald: i går\n")
    desk.write("Alva Lindqvist/någon gång/inbjudan.md", "Hej.")
    (talk,) = read_timed_talks(desk.root / "samtal", Settings(desk.root), today=TODAY)
    assert talk.times.settled == at(17, 8)


_line = st.text(st.characters(exclude_categories=("C", "Z"), exclude_characters="|:"), min_size=1, max_size=20)
_moments = st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1)).map(
    lambda when: when.replace(microsecond=0, tzinfo=STOCKHOLM)
)
_minutes = _moments.map(lambda when: when.replace(second=0))
_wishes = st.builds(Wish, _minutes, _line, _moments, st.sampled_from(["taken", "chosen", "late", "gone"]))
_choices = st.none() | st.builds(Choice, _minutes, _line, _moments)


@given(_choices, st.lists(_wishes, max_size=4).map(tuple))
def test_what_is_written_of_a_choice_is_read_as_it_was(choice: Choice | None, wishes: tuple[Wish, ...]) -> None:
    times, faults = Times(chosen=choice, wishes=wishes), []
    assert read_choice("tid.txt", choice_text(times), STOCKHOLM, lambda *fault: faults.append(fault)) == times
    assert not faults


_text = st.lists(_line | st.just(""), min_size=1, max_size=4).map("\n".join).map(str.strip).filter(bool)


@given(_line, _moments, st.dictionaries(_line, _text, min_size=1, max_size=4), st.booleans())
def test_what_is_written_of_answers_is_read_as_it_was(
    by: str, written: datetime, said: dict[str, str], late: bool
) -> None:
    answers = Answers(by, written, tuple(said.items()), late, "svar från X.txt")
    assert read_answers("svar från X.txt", answers_text(answers), STOCKHOLM) == answers


def test_of_two_answers_to_one_question_the_one_that_was_written_last_counts() -> None:
    first = Answers("Maria", at(1, 9), (("A?", "1"), ("B?", "1")))
    second = Answers("Maria", at(2, 9), (("B?", "2"), ("C?", "2")))
    both = (("A?", "1"), ("B?", "2"), ("C?", "2"))
    assert merged(first, second).answers == both
    assert dict(merged(second, first).answers) == dict(both)
    assert merged(second, first).written == at(2, 9)
    assert merged(merged(first, second), first) == merged(first, second)
