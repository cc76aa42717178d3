"""What families and staff read of a talk once something has been said of it: times that are left, who booked, answers, agreements."""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from pluttra_publish.register import Audience
from tests.inbox.talking import (
    ALVA,
    BO,
    LATER,
    MONDAY,
    NOTES,
    TUESDAY,
    WEDNESDAY,
    Talks,
    answers_page,
    beginning,
    talk_page,
    talks,
)
from tests.whole.preschool import STOCKHOLM

__all__ = ["beginning", "talks"]  # fixtures


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


def test_the_audience_of_answers_is_the_departments_staff(talks: Talks) -> None:
    talks.answer("maria", ALVA, ("Är något svårt?", "Nej."))
    talks.empty()
    talks.school.publish()
    keystore = talks.school.keys()
    assert Audience("staff", "department:solrosen").key in keystore.audiences
