from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from pluttra_publish.calendar_file import calendar_file

START = datetime(2026, 11, 26, 14, 30, tzinfo=ZoneInfo("Europe/Stockholm"))


def made(title: str = "Utvecklingssamtal", minutes: int = 45, place: str = "Lilla rummet") -> bytes:
    return calendar_file(identity="00112233445566aa", title=title, start=START, minutes=minutes, place=place)


def test_a_talk_begins_and_ends_when_it_should_in_universal_time() -> None:
    lines = made().decode().split("\r\n")
    assert {"DTSTART:20261126T133000Z", "DTEND:20261126T141500Z"} <= set(lines)
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]


def test_half_an_hour_is_meant_when_nobody_has_said_how_long() -> None:
    assert b"DTEND:20261126T140000Z" in made(minutes=0)


def test_signs_that_mean_something_to_a_calendar_are_words_in_it() -> None:
    assert rb"LOCATION:Rum 1\, huset\; bakom \\ grinden" in made(place="Rum 1, huset; bakom \\ grinden")
    assert b"LOCATION" not in made(place="")


def test_long_lines_are_folded_between_characters() -> None:
    whole = made(title="Å" * 100)
    assert all(len(line) <= 75 for line in whole.split(b"\r\n"))
    assert "SUMMARY:" + "Å" * 100 in whole.replace(b"\r\n ", b"").decode()


def test_the_same_talk_gives_the_same_file() -> None:
    assert made() == made()
