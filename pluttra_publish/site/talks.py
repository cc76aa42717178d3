"""Development talks as they lie in `samtal/<child>/<date>/`: invitation, preparation, notes, photos. Does not know Pelican or the register.

Their folder is never synced and never among the posts. Whose child a folder means is for others to say.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from pluttra_publish.errors import ContentError, Findings
from pluttra_publish.site.bodies import Body, Cleaner
from pluttra_publish.site.dates import plausible, read_date, read_name, read_time
from pluttra_publish.site.folders import TEXTS, Entry, entries, nfc, relative_name
from pluttra_publish.site.frontmatter import Field, decoded, divide, nearest
from pluttra_publish.site.posts import natural
from pluttra_publish.site.quick_markdown import MARKDOWN, make_markdown
from pluttra_publish.site.values import MediaFile, ProbeLike, SiteSettings, Talk

TITLE = "Utvecklingssamtal"

_PARTS = {
    "inbjudan": "invitation", "invitation": "invitation",
    "förberedelse": "preparation", "forberedelse": "preparation", "preparation": "preparation",
    "anteckningar": "notes", "notes": "notes",
}  # fmt: skip
_WORDS = {
    "title": ("titel", "rubrik", "title"),
    "time": ("tid", "time"),
    "place": ("plats", "place"),
    "length": ("längd", "langd", "length"),
    "follow": ("uppföljning", "uppfoljning", "follow-up"),
    "status": ("status",),
}
_MEANINGS = {word: meaning for meaning, words in _WORDS.items() for word in words}
_WAITING = {"utkast": True, "draft": True, "publicerad": False, "publicerat": False, "published": False}
_LENGTH = re.compile(
    r"(?:(\d{1,2}) ?(?:h|tim|timme|timmar|hour|hours)\b)?(?: och | and | )?(?:(\d{1,3}) ?(?:min|minuter|minutes)?)?"
)
_LONGEST = 8 * 60


def read_talks(
    folder: Path,
    settings: SiteSettings,
    *,
    probe: Callable[[Path], ProbeLike],
    findings: Findings,
    today: date,
    without: Collection[str] = (),
) -> tuple[Talk, ...]:
    """Return every talk below `folder`, by child and date, but those `without`; faults are added to `findings`. No folder is no talks.

    A text with `Status: utkast` waits, and a talk of which nothing else is written is not returned.
    """
    if not folder.is_dir():
        return ()
    desk = _Desk(settings, probe, findings, today, Cleaner(), make_markdown(MARKDOWN))
    talks: list[Talk] = []
    seen: set[str] = set()
    for child in entries(folder, relative_name(folder, settings.root.absolute()), findings):
        if child.shown in without:
            continue
        if not child.folder:
            desk.fault(child.shown, "", "Filen ligger där inget samtal kan ligga.", "Lägg den i samtal/BARN/DATUM/.")
            continue
        for day in entries(child.path, child.shown, findings):
            if day.shown in without:
                continue
            if not day.folder:
                mend = "Lägg den i en mapp med samtalets dag, till exempel 2026-11-26."
                desk.fault(day.shown, "", "Filen ligger där inget samtal kan ligga.", mend)
            elif day.shown in seen:
                mend = "De ser lika ut, men bokstäverna är skrivna på två sätt. Lägg ihop dem."
                desk.fault(day.shown, "", "Två samtal har samma namn.", mend)
            elif talk := desk.read(child, day):
                talks.append(talk)
            seen.add(day.shown)
    return tuple(sorted(talks, key=lambda talk: (talk.child, talk.date, talk.source)))


@dataclass(frozen=True)
class _Text:
    """One of a talk's texts: where it lies, its fields by meaning, and its HTML before it is cleaned."""

    shown: str
    fields: dict[str, Field]
    html: str


@dataclass(frozen=True)
class _Desk:
    """Reads one talk at a time."""

    settings: SiteSettings
    probe: Callable[[Path], ProbeLike]
    findings: Findings
    today: date
    cleaner: Cleaner
    markdown: Any

    def fault(self, file: str, place: str, message: str, mend: str) -> None:
        self.findings.error(ContentError, file, place, message, mend)

    def read(self, child: Entry, day: Entry) -> Talk | None:
        named = read_name(day.name)
        if named.date is None or not plausible(named.date.date(), self.today):
            mend = "Döp mappen efter samtalets dag, till exempel 2026-11-26."
            self.fault(day.shown, "namnet", "Mappens namn är ingen dag.", mend)
            return None
        texts, photos = self._contents(day)
        known = {photo.name.casefold(): photo.name for photo in photos}
        bodies = {part: self._clean(text, known) for part, text in texts.items()}
        fields = {meaning: (text, f) for text in texts.values() for meaning, f in text.fields.items()}
        if not any(body.html or body.images for body in bodies.values()) and "time" not in fields:
            return None
        when = self._when(named.date, fields)
        title = fields["title"][1].value if "title" in fields else named.title or TITLE
        alts = {name: alt for body in bodies.values() for name, alt in body.images if alt}
        html = {part: body.html for part, body in bodies.items()}
        return Talk(
            source=day.shown,
            child=child.name,
            title=nfc(title),
            date=when.replace(tzinfo=self.settings.zone),
            timed="time" in fields,
            minutes=self._minutes(fields),
            place=nfc(fields["place"][1].value) if "place" in fields else "",
            invitation=html.get("invitation", ""),
            preparation=html.get("preparation", ""),
            notes=html.get("notes", ""),
            follow_up=self._day(fields),
            media=tuple(self._with_alt(photo, alts, title, day) for photo in photos),
        )

    def _contents(self, day: Entry) -> tuple[dict[str, _Text], list[MediaFile]]:
        texts: dict[str, _Text] = {}
        seen: set[str] = set()
        photos: list[MediaFile] = []
        for entry in entries(day.path, day.shown, self.findings):
            suffix = PurePosixPath(entry.name).suffix
            part = _PARTS.get(entry.name.removesuffix(suffix).casefold())
            if entry.folder:
                self.fault(
                    entry.shown, "", "Det ligger en mapp i samtalets mapp.", "Flytta upp filerna, eller ta bort den."
                )
            elif suffix.lower() not in TEXTS:
                photos += self._photo(entry)
            elif part is None:
                mend = "Döp den till inbjudan.md, förberedelse.md eller anteckningar.md."
                self.fault(entry.shown, "", "Texten hör inte till de tre som ett samtal har.", mend)
            elif part in seen:
                self.fault(entry.shown, "", "Samtalet har två sådana texter.", "Behåll en och ta bort den andra.")
            else:
                seen.add(part)
                text = self._text(entry)
                if text is not None and not self._waits(text):
                    texts[part] = text
        latest = datetime.max.replace(tzinfo=self.settings.zone)
        photos.sort(key=lambda photo: ((photo.captured or latest).timestamp(), natural(photo.name)))
        return texts, photos

    def _photo(self, entry: Entry) -> Iterator[MediaFile]:
        try:
            found = self.probe(entry.path)
        except (ContentError, OSError) as error:
            self.fault(entry.shown, "", "Filen går inte att läsa.", getattr(error, "hint", "") or "Kontrollera filen.")
            return
        if found.kind != "photo":
            self.fault(entry.shown, "", "Bara bilder kan läggas till ett samtal.", "Ta bort filen.")
            return
        captured = found.captured
        if captured is not None and captured.tzinfo is None:
            captured = captured.replace(tzinfo=self.settings.zone)
        yield MediaFile(entry.path, "photo", entry.name, "", False, captured)

    def _text(self, entry: Entry) -> _Text | None:
        try:
            text = nfc(decoded(entry.path.read_bytes())).replace("\r\n", "\n").replace("\r", "\n")
        except (OSError, UnicodeDecodeError):
            self.fault(entry.shown, "", "Texten går inte att läsa.", "Spara om filen och välj kodningen UTF-8.")
            return None
        matter = divide(text, _MEANINGS)
        fields: dict[str, Field] = {}
        for field in matter.fields:
            if field.meaning:
                fields[field.meaning] = field
                continue
            near = nearest(field.word, _MEANINGS)
            mend = f"Menade du ”{near}”?" if near else "Rätta ordet, eller lägg en tom rad före texten."
            self.fault(entry.shown, f"rad {field.line}", f"Fältet ”{field.word}” finns inte.", mend)
        filled = {meaning: field for meaning, field in fields.items() if field.value}
        return _Text(entry.shown, filled, str(self.markdown.reset().convert(matter.body)))

    def _waits(self, text: _Text) -> bool:
        field = text.fields.get("status")
        waits = False if field is None else _WAITING.get(field.value.casefold())
        if field is not None and waits is None:
            message = f"”{field.word}: {field.value}” går inte att förstå."
            self.fault(text.shown, f"rad {field.line}", message, "Skriv utkast eller publicerad.")
        return waits is not False

    def _clean(self, text: _Text, known: dict[str, str]) -> Body:
        refusal = (
            "Länken leder till ett inlägg.",
            "Skriv inläggets namn i stället. En webbadress börjar med https://.",
        )
        body = self.cleaner.clean(text.html, known, lambda _: refusal)
        for _, message, mend in body.faults:
            self.fault(text.shown, "", message, mend)
        return body

    def _when(self, day: datetime, fields: dict[str, tuple[_Text, Field]]) -> datetime:
        day = day.replace(hour=0, minute=0)
        if "time" not in fields:
            return day
        text, field = fields["time"]
        try:
            return datetime.combine(day.date(), read_time(field.value))
        except ValueError:
            pass
        try:
            when = read_date(field.value)
        except ValueError:
            self.fault(
                text.shown,
                f"rad {field.line}",
                f"Tiden ”{field.value}” går inte att förstå.",
                "Skriv till exempel Tid: 14.30.",
            )
            return day
        if when.date() != day.date():
            message, mend = "Tiden är en annan dag än mappens.", "Rätta dagen, eller skriv bara klockslaget."
            self.fault(text.shown, f"rad {field.line}", message, mend)
        return when

    def _minutes(self, fields: dict[str, tuple[_Text, Field]]) -> int:
        if "length" not in fields:
            return 0
        text, field = fields["length"]
        match = _LENGTH.fullmatch(" ".join(field.value.casefold().split()))
        minutes = 60 * int(match[1] or 0) + int(match[2] or 0) if match else 0
        if not 0 < minutes <= _LONGEST:
            message = f"Längden ”{field.value}” går inte att förstå."
            self.fault(text.shown, f"rad {field.line}", message, "Skriv till exempel Längd: 30 minuter.")
            return 0
        return minutes

    def _day(self, fields: dict[str, tuple[_Text, Field]]) -> date | None:
        if "follow" not in fields:
            return None
        text, field = fields["follow"]
        try:
            return read_date(field.value).date()
        except ValueError:
            message = f"Datumet ”{field.value}” går inte att förstå eller finns inte i kalendern."
            self.fault(text.shown, f"rad {field.line}", message, "Skriv det som 2027-04-15.")
            return None

    def _with_alt(self, photo: MediaFile, alts: dict[str, str], title: str, day: Entry) -> MediaFile:
        alt = alts.get(photo.name, "")
        if not alt:
            message = "Bilden har ingen beskrivning för den som inte ser."
            mend = f"Skriv ![beskrivning]({photo.name}) i en av texterna."
            if self.settings.alt_text == "required":
                self.fault(f"{day.shown}/{photo.name}", "", message, mend)
            else:
                self.findings.warning(f"{day.shown}/{photo.name}", "", message, mend)
        return MediaFile(photo.path, "photo", photo.name, alt or f"Bild till {title}", bool(alt), photo.captured)
