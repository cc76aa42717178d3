"""What lies in a talk's folder, `samtal/<child>/<date>/`: which texts, photos and answers, the texts' fields, and when the talk is. Does not know Markdown or the register.

A talk whose time is not chosen yet may lie in a folder named after its month.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path, PurePosixPath

from pluttra_publish.errors import ContentError, Findings
from pluttra_publish.site.dates import plausible, read_name
from pluttra_publish.site.folders import TEXTS, Entry, entries, nfc, relative_name
from pluttra_publish.site.frontmatter import Field, decoded, divide, nearest
from pluttra_publish.site.talk_answers import AGREED, ANSWERS, EARLIER
from pluttra_publish.site.talk_times import FILE as CHOSEN
from pluttra_publish.site.talk_times import Fields, Times, Written, read_choice, read_times
from pluttra_publish.site.values import SiteSettings

_PARTS = {
    "inbjudan": "invitation", "invitation": "invitation",
    "förberedelse": "preparation", "forberedelse": "preparation", "preparation": "preparation",
    "anteckningar": "notes", "notes": "notes",
}  # fmt: skip
_WORDS = {
    "title": ("titel", "rubrik", "title"),
    "time": ("tid", "time"),
    "times": ("tider", "times"),
    "answer_by": ("svara senast", "svar senast", "answer by"),
    "staff": ("pedagog", "pedagoger", "pedagogue", "pedagogues"),
    "place": ("plats", "place"),
    "length": ("längd", "langd", "length"),
    "questions": ("frågor", "fragor", "fråga", "fraga", "questions", "question"),
    "follow": ("uppföljning", "uppfoljning", "follow-up"),
    "status": ("status",),
}
_MEANINGS = {word: meaning for meaning, words in _WORDS.items() for word in words}
_WAITING = {"utkast": True, "draft": True, "publicerad": False, "publicerat": False, "published": False}
_MONTH = re.compile(r"(\d{4})-(\d{2})(?![\d-])(.*)", re.DOTALL)


@dataclass(frozen=True)
class TimedTalk:
    """A talk as far as its time is concerned. `name` is its folder's name, `folder` where it lies, and `child` its child's folder."""

    source: str
    folder: Path
    child: str
    name: str
    date: datetime
    times: Times
    answers: tuple[tuple[str, Path], ...] = ()
    """Files of answers: as findings name each, and where it lies."""


def read_timed_talks(folder: Path, settings: SiteSettings, *, today: date) -> tuple[TimedTalk, ...]:
    """Return every talk below `folder` without its texts and photos, as far as each can be understood."""
    if not folder.is_dir():
        return ()
    reader = FolderReader(settings, Findings(), today)
    found = talk_folders(folder, settings, reader.findings, ())
    return tuple(filter(None, (reader.timed(child, day) for child, day in found)))


def read_timed_again(talk: TimedTalk, settings: SiteSettings, *, today: date) -> TimedTalk | None:
    """Return a talk as it is now; None if it is gone."""
    reader = FolderReader(settings, Findings(), today)
    return reader.timed(*entries_of(talk)) if talk.folder.is_dir() else None


def entries_of(talk: TimedTalk) -> tuple[Entry, Entry]:
    child = Entry(talk.folder.parent, talk.child, talk.source.rpartition("/")[0], folder=True)
    return child, Entry(talk.folder, talk.name, talk.source, folder=True)


def talk_folders(
    folder: Path, settings: SiteSettings, findings: Findings, without: Collection[str]
) -> Iterator[tuple[Entry, Entry]]:
    """Yield every talk's folder, with its child's; what can't be one is added to `findings`."""
    seen: set[str] = set()
    for child in entries(folder, relative_name(folder, settings.root.absolute()), findings):
        if child.shown in without:
            continue
        if not child.folder:
            mend = "Lägg den i samtal/BARN/DATUM/."
            findings.error(ContentError, child.shown, "", "Filen ligger där inget samtal kan ligga.", mend)
            continue
        for day in entries(child.path, child.shown, findings):
            if day.shown in without:
                continue
            if not day.folder:
                mend = "Lägg den i en mapp med samtalets dag, till exempel 2026-11-26."
                findings.error(ContentError, day.shown, "", "Filen ligger där inget samtal kan ligga.", mend)
            elif day.shown in seen:
                mend = "De ser lika ut, men bokstäverna är skrivna på två sätt. Lägg ihop dem."
                findings.error(ContentError, day.shown, "", "Två samtal har samma namn.", mend)
            else:
                yield child, day
            seen.add(day.shown)


@dataclass(frozen=True)
class Text:
    """One of a talk's texts: where it lies, its fields by meaning, and its body."""

    shown: str
    fields: dict[str, list[Field]]
    body: str


@dataclass
class Contents:
    """What lies in a talk's folder: its own texts, photos, files of answers, and what the two files say of whoever has chosen and agreed."""

    texts: dict[str, Text]
    photos: list[Entry]
    answers: list[Entry]
    agreed: Entry | None = None
    chosen: Entry | None = None

    @property
    def fields(self) -> Fields:
        found: dict[str, list[Written]] = {}
        for text in self.texts.values():
            for meaning, fields in text.fields.items():
                found.setdefault(meaning, []).extend(Written(text.shown, field) for field in fields)
        return found


@dataclass(frozen=True)
class FolderReader:
    """Reads what lies in talks' folders, one at a time."""

    settings: SiteSettings
    findings: Findings
    today: date

    def fault(self, file: str, place: str, message: str, mend: str) -> None:
        self.findings.error(ContentError, file, place, message, mend)

    def timed(self, child: Entry, day: Entry) -> TimedTalk | None:
        named = self.named(day)
        if named is None:
            return None
        contents = self.contents(day)
        times = self.times(contents, contents.fields, named[0])
        answers = tuple((entry.shown, entry.path) for entry in contents.answers)
        return TimedTalk(day.shown, day.path, child.name, day.name, self.date(times, named[0]), times, answers)

    def named(self, day: Entry) -> tuple[date | None, str] | None:
        """Return the day in a folder's name, None where it is a month, and what else stands there; None if it is neither."""
        named = read_name(day.name)
        if named.date is not None and plausible(named.date.date(), self.today):
            return named.date.date(), named.title
        month = _MONTH.fullmatch(day.name)
        if month and 1 <= int(month[2]) <= 12 and plausible(date(int(month[1]), int(month[2]), 1), self.today):
            return None, month[3].strip(" _-–—,.")
        mend = "Döp mappen efter samtalets dag, till exempel 2026-11-26, eller efter månaden, 2026-11, om tiden ska väljas."
        self.fault(day.shown, "namnet", "Mappens namn är ingen dag.", mend)
        return None

    def times(self, contents: Contents, fields: Fields, day: date | None) -> Times:
        zone, chosen = self.settings.zone, contents.chosen
        choice = read_choice(chosen.shown, self.read(chosen), zone, self.fault) if chosen else Times()
        return read_times(fields, day, choice, zone, self.today, self.fault)

    def date(self, times: Times, day: date | None) -> datetime:
        """Return when a talk is; midnight of its day where nobody has said the time, or it is not chosen."""
        if times.settled:
            return times.settled
        day = day or min((when.date() for when in times.offered), default=self.today)
        return datetime.combine(day, datetime.min.time(), self.settings.zone)

    def contents(self, day: Entry) -> Contents:
        found = Contents({}, [], [])
        seen: set[str] = set()
        for entry in entries(day.path, day.shown, self.findings):
            name, suffix = entry.name.casefold(), PurePosixPath(entry.name).suffix
            part = _PARTS.get(entry.name.removesuffix(suffix).casefold())
            if entry.folder:
                self.fault(
                    entry.shown, "", "Det ligger en mapp i samtalets mapp.", "Flytta upp filerna, eller ta bort den."
                )
            elif suffix.lower() not in TEXTS:
                found.photos.append(entry)
            elif name.startswith(EARLIER):
                continue
            elif name.startswith(ANSWERS):
                found.answers.append(entry)
            elif name == CHOSEN:
                found.chosen = entry
            elif name == AGREED:
                found.agreed = entry
            elif part is None:
                mend = "Döp den till inbjudan.md, förberedelse.md eller anteckningar.md."
                self.fault(entry.shown, "", "Texten hör inte till de tre som ett samtal har.", mend)
            elif part in seen:
                self.fault(entry.shown, "", "Samtalet har två sådana texter.", "Behåll en och ta bort den andra.")
            else:
                seen.add(part)
                text = self._text(entry)
                if text is not None and not self._waits(text):
                    found.texts[part] = text
        return found

    def read(self, entry: Entry) -> str:
        """Return a file's text, empty if it can't be read."""
        try:
            return nfc(decoded(entry.path.read_bytes())).replace("\r\n", "\n").replace("\r", "\n")
        except (OSError, UnicodeDecodeError):
            self.fault(entry.shown, "", "Texten går inte att läsa.", "Spara om filen och välj kodningen UTF-8.")
            return ""

    def _text(self, entry: Entry) -> Text | None:
        text = self.read(entry)
        matter = divide(text, _MEANINGS)
        fields: dict[str, list[Field]] = {}
        for field in matter.fields:
            if field.meaning:
                fields.setdefault(field.meaning, []).append(field)
                continue
            near = nearest(field.word, _MEANINGS)
            mend = f"Menade du ”{near}”?" if near else "Rätta ordet, eller lägg en tom rad före texten."
            self.fault(entry.shown, f"rad {field.line}", f"Fältet ”{field.word}” finns inte.", mend)
        filled = {meaning: kept for meaning, all_ in fields.items() if (kept := [one for one in all_ if one.value])}
        return Text(entry.shown, filled, matter.body)

    def _waits(self, text: Text) -> bool:
        field = text.fields["status"][-1] if "status" in text.fields else None
        waits = False if field is None else _WAITING.get(field.value.casefold())
        if field is not None and waits is None:
            message = f"”{field.word}: {field.value}” går inte att förstå."
            self.fault(text.shown, f"rad {field.line}", message, "Skriv utkast eller publicerad.")
        return waits is not False
