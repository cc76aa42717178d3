"""What a post says about itself: fields, its name and its photos' dates become the metadata that Pelican expects.

Does not know Markdown, nor whose names are in the register.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from pluttra_publish.errors import ContentError, Findings
from pluttra_publish.site.dates import EARLIEST, plausible, read_date, read_name
from pluttra_publish.site.folders import Source, nfc
from pluttra_publish.site.frontmatter import REPEATABLE, Field, Matter, nearest
from pluttra_publish.site.languages import date_title

_LANGUAGES = {
    "svenska": "sv", "engelska": "en", "finska": "fi", "arabiska": "ar", "somaliska": "so", "persiska": "fa",
    "ukrainska": "uk", "polska": "pl", "spanska": "es", "tyska": "de", "turkiska": "tr", "sorani": "ckb",
    "tigrinja": "ti",
}  # fmt: skip
_LANG = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*", re.IGNORECASE)
_BETWEEN_NAMES = re.compile(r"[,;&]|\s(?:och|and)\s", re.IGNORECASE)
_REFUSED = frozenset({"save_as", "url", "template", "path", "place", "source"})


@dataclass(frozen=True)
class _Choices:
    mend: str
    meaning: dict[str, str]


_STATUSES = _Choices(
    "utkast, inskickad eller publicerad",
    {
        "utkast": "draft",
        "draft": "draft",
        "inskickad": "submitted",
        "inskickat": "submitted",
        "submitted": "submitted",
        "returnerad": "returned",
        "returnerat": "returned",
        "returned": "returned",
        "publicerad": "published",
        "publicerat": "published",
        "published": "published",
    },
)
_AUDIENCES = _Choices("personal", {"personal": "staff", "personalen": "staff", "staff": "staff"})
_ANSWERS = _Choices("ja eller nej", {"ja": "ja", "yes": "ja", "true": "ja", "nej": "", "no": "", "false": ""})


@dataclass(frozen=True)
class Surroundings:
    """What a post's metadata depends on besides the post."""

    zone: ZoneInfo
    language: str
    today: date
    foreign_fields: bool
    findings: Findings


def describe(
    source: Source, matter: Matter, captured: Iterable[datetime], around: Surroundings
) -> dict[str, Any] | None:
    """Return the post's metadata in Pelican's words, values still plain text where Pelican processes them.

    Returns None if it has no usable date; every fault is in the findings.
    """
    fields = _single(source, matter, around)
    named = read_name(source.stem)
    when = _date(source, fields.get("date"), captured, around)
    if when is None:
        return None
    title = nfc(fields["title"].value) if "title" in fields else named.title
    stage = _status(source, fields.get("status"), around)
    metadata: dict[str, Any] = {
        "title": title or date_title(when.date(), around.language),
        "date": when,
        "status": "published" if stage == "published" else "draft",  # Pelican knows no others
        "stage": stage,
        "reason": nfc(fields["reason"].value) if "reason" in fields else "",
        "staff_only": _staff_only(source, fields.get("audience"), around),
        "share": bool(_choice(source, fields.get("share"), _ANSWERS, around)),
        "children": tuple(_names(matter, "children")),
        "goals": tuple(_names(matter, "goals")),
        "lang": _lang(source, fields.get("lang"), around),
        "slug": nfc(fields["slug"].value) if "slug" in fields else source.stem,
    }
    for word in ("authors", "tags"):
        names = list(_names(matter, word))
        if names:
            metadata[word] = names
    for word in ("summary", "category"):
        if word in fields:
            metadata[word] = nfc(fields[word].value)
    if "modified" in fields:
        modified = _written(source, fields["modified"], around)
        if modified:
            metadata["modified"] = modified
    if around.foreign_fields:
        foreign = (field for field in matter.fields if not field.meaning and field.word.lower() not in _REFUSED)
        metadata |= {field.word.lower(): field.value for field in foreign if field.word.lower() not in metadata}
    return metadata


def _single(source: Source, matter: Matter, around: Surroundings) -> dict[str, Field]:
    fields: dict[str, Field] = {}
    for field in matter.fields:
        if not field.meaning:
            if around.foreign_fields and field.word.lower() not in _REFUSED:
                continue
            near = nearest(field.word)
            mend = (
                f"Menade du ”{near}”?" if near else "Rätta ordet, eller lägg en tom rad före texten om den börjar där."
            )
            _fault(source, field, f"Fältet ”{field.word}” finns inte.", mend, around)
        elif field.meaning in fields and field.meaning not in REPEATABLE:
            _fault(source, field, f"Fältet ”{field.word}” står två gånger.", "Ta bort det ena.", around)
        elif field.value or field.meaning in REPEATABLE:
            fields[field.meaning] = field
    return fields


def _date(source: Source, field: Field | None, captured: Iterable[datetime], around: Surroundings) -> datetime | None:
    if field:
        return _written(source, field, around)
    named = read_name(source.stem)
    times = [when.astimezone(around.zone) for when in captured if plausible(when.date(), around.today)]
    if named.date and plausible(named.date.date(), around.today):
        return named.date.replace(tzinfo=around.zone)
    if not named.date and not named.wrong and (times or source.place.kind == "public"):
        return min(times, default=datetime(EARLIEST.year, EARLIEST.month, EARLIEST.day, tzinfo=around.zone))
    if named.wrong:
        message = f"Datumet ”{named.wrong}” i namnet finns inte i kalendern."
        place, mend = "namnet", "Rätta datumet, till exempel 2026-03-12."
    elif named.date:
        place, message, mend = "namnet", f"Datumet {named.date.date()} i namnet verkar fel.", _plausible_mend()
    else:
        place, message = (
            "Datum",
            "Inlägget har inget datum: det står inte i namnet, inte i texten och inte i någon bild.",
        )
        mend = "Börja mappens eller filens namn med datumet, till exempel ”2026-03-12 Vi byggde koja”."
    around.findings.error(ContentError, source.name, place, message, mend)
    return None


def _written(source: Source, field: Field, around: Surroundings) -> datetime | None:
    try:
        when = read_date(field.value)
    except ValueError:
        mend = "Skriv det som 2026-03-12, eller 2026-03-12 14:30."
        _fault(
            source, field, f"Datumet ”{field.value}” går inte att förstå eller finns inte i kalendern.", mend, around
        )
        return None
    if not plausible(when.date(), around.today):
        _fault(source, field, f"Datumet {when.date()} verkar fel.", _plausible_mend(), around)
        return None
    return when.replace(tzinfo=around.zone)


def _status(source: Source, field: Field | None, around: Surroundings) -> str:
    if field is None:
        return "published"
    return _choice(source, field, _STATUSES, around) or "draft"


def _staff_only(source: Source, field: Field | None, around: Surroundings) -> bool:
    """Tell whether a post is for the staff alone. A word that we don't know is a fault, and meanwhile read as the narrower."""
    return field is not None and _choice(source, field, _AUDIENCES, around) in {"staff", None}


def _choice(source: Source, field: Field | None, choices: _Choices, around: Surroundings) -> str | None:
    if field is None:
        return None
    value = choices.meaning.get(field.value.casefold())
    if value is None:
        _fault(source, field, f"”{field.word}: {field.value}” går inte att förstå.", f"Skriv {choices.mend}.", around)
    return value


def _lang(source: Source, field: Field | None, around: Surroundings) -> str:
    if field is None:
        return around.language
    value = _LANGUAGES.get(field.value.casefold(), field.value)
    if not _LANG.fullmatch(value):
        _fault(
            source, field, f"Språket ”{field.value}” känns inte igen.", "Skriv till exempel sv, en eller ar.", around
        )
        return around.language
    return value.lower()


def _names(matter: Matter, meaning: str) -> Iterable[str]:
    values = (name for field in matter.fields if field.meaning == meaning for name in _BETWEEN_NAMES.split(field.value))
    return dict.fromkeys(nfc(" ".join(name.split())) for name in values if name.strip())


def _fault(source: Source, field: Field, message: str, mend: str, around: Surroundings) -> None:
    around.findings.error(ContentError, source.text_name, f"rad {field.line}", message, mend)


def _plausible_mend() -> str:
    return f"Ett inläggs datum ligger efter {EARLIEST.year} och högst två år framåt. Rätta året."
