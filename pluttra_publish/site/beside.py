"""What belongs to a film or a sound without being in it: captions that lie beside it, a clip that the text gives, a photo it was taken with.

Knows names and lines. Opens no film.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from pluttra_publish.errors import ContentError, Findings
from pluttra_publish.site.folders import Source, nfc
from pluttra_publish.site.frontmatter import Field
from pluttra_publish.site.run import Opened, Shot

CAPTIONS = ".vtt"

_MOMENT = r"(?:(\d{1,2}):)?(\d{1,3}):(\d{2}(?:[.,]\d{1,3})?)"
_CLIP = re.compile(rf"{_MOMENT}\s*[-–—]\s*(?:{_MOMENT})?")
_CLIP_MEND = "Skriv från och till i minuter och sekunder, till exempel Klipp: 0:05-0:42."


def captions_in(source: Source) -> dict[str, Path]:
    """Return the files with captions in a post's folder, by NFC name."""
    return {name: path for name, path in source.files if name.lower().endswith(CAPTIONS)}


def with_captions(shots: Iterable[Shot], source: Source, findings: Findings) -> tuple[Shot, ...]:
    """Return the shots, each film with its captions: the file that has the film's name. One that is nobody's is a finding."""
    left = {PurePosixPath(name).stem.casefold(): (name, path) for name, path in captions_in(source).items()}
    shown = []
    for shot in shots:
        names = (shot.name.casefold(), _stem(shot.name))
        found = next((left.pop(name) for name in names if name in left), None) if shot.kind == "film" else None
        shown.append(shot.with_captions(found[1]) if found else shot)
    for name, _ in left.values():
        message = "Textningen hör inte till någon film i mappen."
        mend = "Ge den filmens namn, till exempel koja.vtt till koja.mp4. Ett ljud beskrivs i inläggets text i stället."
        findings.error(ContentError, f"{source.name}/{name}", "", message, mend)
    return tuple(shown)


def without_live(shots: list[Shot], text: str) -> list[Shot]:
    """Return the shots without the seconds of film that a telephone takes with a photo, unless the text names that film."""
    photos = {_stem(shot.name) for shot in shots if shot.kind == "photo"}
    said = nfc(unquote(text)).casefold()
    return [
        shot for shot in shots if not (shot.live and _stem(shot.name) in photos and shot.name.casefold() not in said)
    ]


def clips(opened: Opened, findings: Findings) -> Mapping[str, tuple[float, float]]:
    """Return what is kept of each film and sound, by name, from when to when in seconds; what can't be understood is a finding."""
    names = {shot.name.casefold(): shot.name for shot in opened.shots if shot.kind != "photo"}
    found: dict[str, tuple[float, float]] = {}
    for field in opened.clips:
        name, text = _divided(field, names)
        clip = _clip(text)
        if name is None:
            which = "någon film eller något ljud" if not names else "vilken fil det gäller"
            message = f"”{field.word}” säger inte {which}." if names else f"Inlägget har inte {which} att klippa."
            _fault(opened, field, message, f"Skriv ”{field.word}: filnamn: 0:05-0:42”.", findings)
        elif clip is None:
            _fault(opened, field, f"”{field.word}: {field.value}” går inte att förstå.", _CLIP_MEND, findings)
        elif name in found:
            _fault(opened, field, f"”{name}” har två klipp.", "Ta bort det ena.", findings)
        else:
            found[name] = clip
    return found


def _divided(field: Field, names: Mapping[str, str]) -> tuple[str | None, str]:
    for folded, name in names.items():
        value = nfc(field.value)
        if value.casefold().startswith(f"{folded}:"):
            return name, value[len(folded) + 1 :].strip()
    return (next(iter(names.values())) if len(names) == 1 else None), field.value.strip()


def _clip(text: str) -> tuple[float, float] | None:
    match = _CLIP.fullmatch(text)
    if not match:
        return None
    start, end = _seconds(*match.groups()[:3]), math.inf
    if match[5]:
        end = _seconds(*match.groups()[3:])
    return (start, end) if start < end else None


def _seconds(hours: str | None, minutes: str, seconds: str) -> float:
    return 3600 * int(hours or 0) + 60 * int(minutes) + float(seconds.replace(",", "."))


def _fault(opened: Opened, field: Field, message: str, mend: str, findings: Findings) -> None:
    findings.error(ContentError, opened.source.text_name, f"rad {field.line}", message, mend)


def _stem(name: str) -> str:
    return PurePosixPath(name).stem.casefold()
