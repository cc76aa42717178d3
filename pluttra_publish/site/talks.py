"""Development talks as they lie in `samtal/<child>/<date>/`: invitation, preparation, notes, photos, and what the family has said. Does not know Pelican or the register.

Their folder is never synced and never among the posts. Whose child a folder means is for others to say.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

from pluttra_publish.errors import ContentError, Findings
from pluttra_publish.site.bodies import Body, Cleaner
from pluttra_publish.site.folders import Entry, nfc
from pluttra_publish.site.posts import natural
from pluttra_publish.site.quick_markdown import MARKDOWN, make_markdown
from pluttra_publish.site.talk_answers import Agreement, read_agreed, read_answers
from pluttra_publish.site.talk_folder import FolderReader, Text, TimedTalk, entries_of, talk_folders
from pluttra_publish.site.talk_times import Fields, day_in
from pluttra_publish.site.values import MediaFile, MediaKind, ProbeLike, SiteSettings, Talk

TITLE = "Utvecklingssamtal"
QUESTIONS = 40
"""How many a talk may have."""
LONGEST_QUESTION = 400


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
    desk = _Desk(FolderReader(settings, findings, today), probe)
    talks = [desk.read(*found) for found in talk_folders(folder, settings, findings, without)]
    return tuple(sorted(filter(None, talks), key=lambda talk: (talk.child, talk.date, talk.source)))


def read_notes(talk: TimedTalk, settings: SiteSettings, *, today: date) -> str:
    """Return a talk's notes as its page shows them, empty if there are none."""
    desk = _Desk(FolderReader(settings, Findings(), today), lambda _: _AsPhoto())
    read = desk.read(*entries_of(talk))
    return read.notes if read else ""


@dataclass(frozen=True)
class _AsPhoto:
    """What lies there, taken for a photo without being opened."""

    kind: MediaKind = "photo"
    captured: datetime | None = None
    live: bool = False


@dataclass(frozen=True)
class _Desk:
    """Reads one talk at a time."""

    folders: FolderReader
    probe: Callable[[Path], ProbeLike]
    cleaner: Cleaner = field(default_factory=Cleaner)
    markdown: Any = field(default_factory=lambda: make_markdown(MARKDOWN))

    def fault(self, file: str, place: str, message: str, mend: str) -> None:
        self.folders.fault(file, place, message, mend)

    def read(self, child: Entry, day: Entry) -> Talk | None:
        folders = self.folders
        named = folders.named(day)
        if named is None:
            return None
        day_named, title_named = named
        contents = folders.contents(day)
        photos = self._photos(contents.photos)
        known = {photo.name.casefold(): photo.name for photo in photos}
        bodies = {part: self._clean(text, known) for part, text in contents.texts.items()}
        fields = contents.fields
        asked = any(meaning in fields for meaning in ("time", "times", "questions"))
        if not any(body.html or body.images for body in bodies.values()) and not asked:
            return None
        times = folders.times(contents, fields, day_named)
        if times.settled is None and not times.offered and day_named is None:
            mend = "Skriv Tid: eller Tider: i inbjudan, eller döp mappen efter samtalets dag, till exempel 2026-11-26."
            if not {"time", "times"} & fields.keys():
                self.fault(day.shown, "namnet", "Mappens namn är en månad, och ingen tid är skriven.", mend)
            return None
        title = fields["title"][-1].field.value if "title" in fields else title_named or TITLE
        alts = {name: alt for body in bodies.values() for name, alt in body.images if alt}
        html = {part: body.html for part, body in bodies.items()}
        return Talk(
            source=day.shown,
            child=child.name,
            title=nfc(title),
            date=folders.date(times, day_named),
            timed=times.settled is not None,
            minutes=times.minutes,
            place=nfc(fields["place"][-1].field.value) if "place" in fields else "",
            invitation=html.get("invitation", ""),
            preparation=html.get("preparation", ""),
            notes=html.get("notes", ""),
            follow_up=day_in(fields, "follow", self.fault),
            media=tuple(self._with_alt(photo, alts, title, day) for photo in photos),
            times=times,
            questions=self._questions(fields),
            answers=tuple(
                read_answers(entry.shown, folders.read(entry), folders.settings.zone) for entry in contents.answers
            ),
            agreed=self._agreed(contents.agreed),
        )

    def _questions(self, fields: Fields) -> tuple[str, ...]:
        found: list[str] = []
        for one in fields.get("questions", ()):
            question = nfc(" ".join(one.field.value.split()))
            place = f"rad {one.field.line}"
            if len(question) > LONGEST_QUESTION:
                mend = "Dela upp den, eller skriv det längre i texten under."
                self.fault(one.file, place, f"Frågan är längre än {LONGEST_QUESTION} tecken.", mend)
            elif question in found:
                self.fault(one.file, place, "Frågan står två gånger.", "Ta bort den ena.")
            elif len(found) == QUESTIONS:
                self.fault(one.file, place, f"Det är fler än {QUESTIONS} frågor.", "Ta bort några.")
                break
            else:
                found.append(question)
        return tuple(found)

    def _agreed(self, entry: Entry | None) -> tuple[Agreement, ...]:
        folders = self.folders
        return read_agreed(entry.shown, folders.read(entry), folders.settings.zone, self.fault) if entry else ()

    def _photos(self, found: Iterable[Entry]) -> list[MediaFile]:
        """Return the photos in the order that they are shown: as they were taken."""
        latest = datetime.max.replace(tzinfo=self.folders.settings.zone)
        photos = [photo for entry in found for photo in self._photo(entry)]
        return sorted(photos, key=lambda photo: ((photo.captured or latest).timestamp(), natural(photo.name)))

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
            captured = captured.replace(tzinfo=self.folders.settings.zone)
        yield MediaFile(entry.path, "photo", entry.name, "", False, captured)

    def _clean(self, text: Text, known: dict[str, str]) -> Body:
        refusal = (
            "Länken leder till ett inlägg.",
            "Skriv inläggets namn i stället. En webbadress börjar med https://.",
        )
        html = str(self.markdown.reset().convert(text.body))
        body = self.cleaner.clean(html, known, lambda _: refusal)
        for _, message, mend in body.faults:
            self.fault(text.shown, "", message, mend)
        return body

    def _with_alt(self, photo: MediaFile, alts: dict[str, str], title: str, day: Entry) -> MediaFile:
        alt = alts.get(photo.name, "")
        if not alt:
            message = "Bilden har ingen beskrivning för den som inte ser."
            mend = f"Skriv ![beskrivning]({photo.name}) i en av texterna."
            if self.folders.settings.alt_text == "required":
                self.fault(f"{day.shown}/{photo.name}", "", message, mend)
            else:
                self.folders.findings.warning(f"{day.shown}/{photo.name}", "", message, mend)
        return MediaFile(photo.path, "photo", photo.name, alt or f"Bild till {title}", bool(alt), photo.captured)
