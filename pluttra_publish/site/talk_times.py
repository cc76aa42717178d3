"""When a talk is, or may be: what its texts offer, and what a family has chosen, in `tid.txt`. Does not know who else has a time, nor the register.

`tid.txt` is written when somebody chooses. A pedagogue may change it, or take it away, and then the times are offered again.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal, get_args
from zoneinfo import ZoneInfo

from pluttra_publish.site.dates import plausible, read_date, read_moment, read_time
from pluttra_publish.site.frontmatter import Field, divide, nearest

FILE = "tid.txt"

Why = Literal["taken", "chosen", "late", "gone"]
"""Why somebody did not get a time: another family has it, another guardian had chosen already, the last day had passed, or it isn't offered."""

_WHY: dict[Why, str] = {"taken": "upptagen", "chosen": "redan valt", "late": "för sent", "gone": "finns inte"}
_MOST_WISHES = 20

_CHOICE = {
    "tid": "time", "time": "time", "vald av": "by", "vald": "when", "önskemål": "wish", "onskemal": "wish",
}  # fmt: skip
_BETWEEN = re.compile(r"[;\n]|,(?=[ \t]*(?:\w+dag(?:en)?,?[ \t]+)?(?:den[ \t]+)?(?:kl\.?[ \t]*)?\d)| och ")
_LENGTH = re.compile(
    r"(?:(\d{1,2}) ?(?:h|tim|timme|timmar|hour|hours)\b)?(?: och | and | )?(?:(\d{1,3}) ?(?:min|minuter|minutes)?)?"
)
_LONGEST = 8 * 60
_MOST_OFFERED = 200


@dataclass(frozen=True)
class Written:
    """A field, and the file that it stands in, as findings name it."""

    file: str
    field: Field


Fields = Mapping[str, Sequence[Written]]
"""What a talk's texts say, by meaning."""

Fault = Callable[[str, str, str, str], None]
"""`fault(file, place, message, mend)`."""


@dataclass(frozen=True)
class Choice:
    """A time that a family has, who chose it, and when they did; both unknown where a pedagogue wrote it."""

    time: datetime
    by: str = ""
    written: datetime | None = None


@dataclass(frozen=True)
class Wish:
    """A time that somebody asked for and didn't get."""

    time: datetime
    by: str
    written: datetime
    why: Why


@dataclass(frozen=True)
class Times:
    """When a talk is or may be. `fixed` is what a pedagogue has written and counts before `chosen`; `staff` are the pedagogues who hold it, folded."""

    offered: tuple[datetime, ...] = ()
    answer_by: date | None = None
    minutes: int = 0
    staff: frozenset[str] = frozenset()
    fixed: datetime | None = None
    chosen: Choice | None = None
    wishes: tuple[Wish, ...] = ()

    @property
    def settled(self) -> datetime | None:
        """When it is, if that is decided."""
        return self.fixed or (self.chosen.time if self.chosen else None)

    @property
    def end(self) -> datetime | None:
        """When the last of what it is, or may be, is over; None if nothing is said of times."""
        last = self.settled or max(self.offered, default=None)
        return last + timedelta(minutes=self.minutes) if last else None

    def is_late(self, when: datetime) -> bool:
        """Tell whether the last day to answer has passed."""
        return self.answer_by is not None and when.date() > self.answer_by

    def choosing(self, choice: Choice) -> Times:
        return replace(self, chosen=choice)

    def wishing(self, wish: Wish) -> Times:
        """Return it with one wish more: the newest twenty are remembered."""
        return replace(self, wishes=(*self.wishes, wish)[-_MOST_WISHES:])


def read_times(fields: Fields, day: date | None, choice: Times, zone: ZoneInfo, today: date, fault: Fault) -> Times:
    """Return what the texts say of a talk whose folder has this day in its name, or none, with what `tid.txt` says of who has chosen."""
    offered = tuple(dict.fromkeys(_offered(fields.get("times", ()), zone, today, fault)))
    return replace(
        choice,
        offered=tuple(sorted(offered)),
        answer_by=day_in(fields, "answer_by", fault),
        minutes=_minutes(fields, fault),
        staff=_staff(fields),
        fixed=_fixed(fields, day, zone, today, fault, free=bool(offered) or bool(choice.chosen)),
    )


def day_in(fields: Fields, meaning: str, fault: Fault) -> date | None:
    """Return a day that a field says, if it is there and can be understood."""
    if not (found := fields.get(meaning)):
        return None
    one = found[-1]
    try:
        return read_date(one.field.value).date()
    except ValueError:
        message = f"Datumet ”{one.field.value}” går inte att förstå eller finns inte i kalendern."
        fault(one.file, f"rad {one.field.line}", message, "Skriv det som 2027-04-15.")
        return None


def read_choice(shown: str, text: str, zone: ZoneInfo, fault: Fault) -> Times:
    """Return what `tid.txt` says; whatever can't be understood is a fault with its line."""
    time: datetime | None = None
    by, written = "", None
    wishes: list[Wish] = []
    for field in divide(text, _CHOICE).fields:
        place = f"rad {field.line}"
        if not field.meaning:
            near = nearest(field.word, _CHOICE)
            mend = f"Menade du ”{near}”?" if near else "Ta bort raden."
            fault(shown, place, f"Fältet ”{field.word}” finns inte.", mend)
        elif field.meaning == "by":
            by = field.value
        elif field.meaning == "wish":
            wish = _wish(field.value, zone)
            if wish is None:
                fault(shown, place, "Önskemålet går inte att förstå.", "Ta bort raden.")
            else:
                wishes.append(wish)
        elif field.value:
            try:
                moment = read_moment(field.value).replace(tzinfo=zone)
            except ValueError:
                mend = "Skriv till exempel 2026-11-30 14.30, eller ta bort filen så kan familjen välja igen."
                fault(shown, place, f"Tiden ”{field.value}” går inte att förstå.", mend)
                continue
            time, written = (moment, written) if field.meaning == "time" else (time, moment)
    return Times(chosen=Choice(time, by, written) if time else None, wishes=tuple(wishes))


def choice_text(times: Times) -> str:
    """Return `tid.txt` as it says who has chosen what. Names have no line breaks and no `|` in them."""
    lines = []
    if times.chosen:
        lines.append(f"Tid: {times.chosen.time:%Y-%m-%d %H.%M}")
        lines += [f"Vald av: {times.chosen.by}"] if times.chosen.by else []
        lines += [f"Vald: {times.chosen.written:%Y-%m-%d %H:%M:%S}"] if times.chosen.written else []
    lines += [
        f"Önskemål: {wish.time:%Y-%m-%d %H.%M} | {wish.by} | {wish.written:%Y-%m-%d %H:%M:%S} | {_WHY[wish.why]}"
        for wish in times.wishes
    ]
    return "\n".join(lines) + "\n"


def _wish(text: str, zone: ZoneInfo) -> Wish | None:
    parts = [part.strip() for part in text.split("|")]
    if len(parts) != 4:
        return None
    why = next((why for why in get_args(Why) if _WHY[why] == parts[3].casefold()), None)
    try:
        return (
            Wish(read_moment(parts[0]).replace(tzinfo=zone), parts[1], read_moment(parts[2]).replace(tzinfo=zone), why)
            if why
            else None
        )
    except ValueError:
        return None


def _offered(written: Sequence[Written], zone: ZoneInfo, today: date, fault: Fault) -> Iterator[datetime]:
    """Yield the times that are offered; one without a day is of the same day as the one before it."""
    day: date | None = None
    count = 0
    for one in written:
        for piece in filter(None, (piece.strip() for piece in _BETWEEN.split(one.field.value))):
            when = _time_in(piece, day)
            count += 1
            if when is None or not plausible(when.date(), today):
                message = f"Tiden ”{piece}” går inte att förstå, eller finns inte i kalendern."
                fault(
                    one.file,
                    f"rad {one.field.line}",
                    message,
                    "Skriv till exempel Tider: 2026-11-30 14.30; 2026-12-01 8.00.",
                )
                return
            if count > _MOST_OFFERED:
                fault(one.file, f"rad {one.field.line}", "Det är för många tider.", f"Skriv högst {_MOST_OFFERED}.")
                return
            day = when.date()
            yield when.replace(tzinfo=zone)


def _time_in(piece: str, day: date | None) -> datetime | None:
    try:
        clock = read_time(piece)
    except ValueError:
        pass
    else:
        return datetime.combine(day, clock) if day else None
    try:
        when = read_date(piece)
    except ValueError:
        return None
    return when if re.search(r"\d[.:]\d\d\b", piece) else None  # a day alone is no time


def _fixed(
    fields: Fields, day: date | None, zone: ZoneInfo, today: date, fault: Fault, *, free: bool
) -> datetime | None:
    """Return the time that a pedagogue has written. Of a talk whose time is chosen (`free`), or whose folder has no day, it must say the day too, and may be on any."""
    if not (found := fields.get("time")):
        return None
    one, value = found[-1], found[-1].field.value
    place = f"rad {one.field.line}"
    when = _time_in(value, None if free else day)
    if when is None and not free:
        try:
            when = read_date(value)
        except ValueError:
            when = None
    if when is None or not plausible(when.date(), today):
        mend = "Skriv till exempel Tid: 14.30." if day and not free else "Skriv också dagen: Tid: 2026-11-30 14.30."
        fault(one.file, place, f"Tiden ”{value}” går inte att förstå.", mend)
        return None
    if day and not free and when.date() != day:
        message, mend = "Tiden är en annan dag än mappens.", "Rätta dagen, eller skriv bara klockslaget."
        fault(one.file, place, message, mend)
    return when.replace(tzinfo=zone)


def _minutes(fields: Fields, fault: Fault) -> int:
    if not (found := fields.get("length")):
        return 0
    one = found[-1]
    match = _LENGTH.fullmatch(" ".join(one.field.value.casefold().split()))
    minutes = 60 * int(match[1] or 0) + int(match[2] or 0) if match else 0
    if not 0 < minutes <= _LONGEST:
        message = f"Längden ”{one.field.value}” går inte att förstå."
        fault(one.file, f"rad {one.field.line}", message, "Skriv till exempel Längd: 30 minuter.")
        return 0
    return minutes


def _staff(fields: Fields) -> frozenset[str]:
    names = [name for one in fields.get("staff", ()) for name in re.split(r"[,;]| och ", one.field.value)]
    return frozenset(" ".join(name.split()).casefold() for name in names if name.strip())
