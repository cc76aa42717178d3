"""A time to put in one's calendar, as an iCalendar file (RFC 5545). Knows the format. Names nobody: calendars lie in many clouds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

MEDIA_TYPE = "text/calendar"

_LINE = 75  # octets, without the line end
_UNSAID = timedelta(minutes=30)
_BEGINNING = datetime(2020, 1, 1, tzinfo=UTC)


def calendar_file(
    *,
    identity: str,
    title: str,
    start: datetime,
    minutes: int,
    place: str,
    changed: datetime | None = None,
    again: bool = False,
) -> bytes:
    """Return the file of one event. The same event gives the same bytes; half an hour if nobody has said how long it takes.

    `changed` is when it got its time, `again` whether it has got another since: a calendar that has the event already takes the one with the higher number.
    """
    end = start + (timedelta(minutes=minutes) if minutes else _UNSAID)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Pluttra Publish//SV",
        "BEGIN:VEVENT",
        f"UID:{identity}@pluttra",
        f"DTSTAMP:{_moment(changed or start)}",
        *([f"SEQUENCE:{_number(changed) + again}"] if changed else []),
        f"DTSTART:{_moment(start)}",
        f"DTEND:{_moment(end)}",
        f"SUMMARY:{_text(title)}",
        *([f"LOCATION:{_text(place)}"] if place else []),
        "CLASS:PRIVATE",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(_folded(line) for line in lines)


def _number(changed: datetime) -> int:
    """Return a number that grows with the time, two for each minute."""
    return max(0, int((changed - _BEGINNING).total_seconds()) // 60) * 2


def _moment(when: datetime) -> str:
    return when.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")


def _text(text: str) -> str:
    for plain, escaped in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\n", "\\n")):
        text = text.replace(plain, escaped)
    return text


def _folded(line: str) -> bytes:
    """Break a line between characters so that no piece is longer than 75 octets."""
    pieces: list[bytes] = []
    piece = b""
    for character in line:
        octets = character.encode("utf-8")
        if len(piece) + len(octets) > _LINE - (1 if pieces else 0):
            pieces.append(piece)
            piece = b""
        piece += octets
    return b"\r\n ".join([*pieces, piece]) + b"\r\n"
