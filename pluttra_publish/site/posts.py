"""Pelican's content objects to posts: media in order with their words, body cleaned, links and images checked.

Knows what plugins may have done to a content object, and takes nothing from it on trust.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from markupsafe import Markup

from pluttra_publish.errors import ContentError
from pluttra_publish.site.beside import captions_in, clips, with_captions, without_live
from pluttra_publish.site.bodies import Body, Cleaner, local_name, plain_text, summarise
from pluttra_publish.site.dates import plausible
from pluttra_publish.site.folders import SIDECAR, Source, nfc
from pluttra_publish.site.people import People, left_over, read_attributes
from pluttra_publish.site.readers import read_text
from pluttra_publish.site.run import Opened, Run, Shot
from pluttra_publish.site.sidecar import read_order, read_sidecar
from pluttra_publish.site.values import Link, MediaFile, MediaKind, Post, Status

_SHORT: dict[MediaKind, str] = {"photo": "Bild", "film": "Film", "sound": "Ljud"}
_LACKING: dict[MediaKind, str] = {
    "photo": "Bilden har ingen beskrivning",
    "film": "Filmen har varken textning eller beskrivning",
    "sound": "Ljudet har ingen beskrivning",
}
_DIGITS = re.compile(r"(\d+)")
_NOT_SAID = People()


def open_media(source: Source, run: Run) -> tuple[Shot, ...]:
    """Return a post's media in the order that its `bilder.toml` gives, then of capture and of name; what can't be used becomes a finding."""
    if not source.files:
        return ()
    shots = []
    captions = captions_in(source)
    for name, path in source.files:
        if name in captions:
            continue
        try:
            probe = run.probe(path)
        except ContentError as error:
            run.findings.error(ContentError, f"{source.name}/{name}", "", str(error), error.hint)
            continue
        except OSError as error:
            message = f"Filen går inte att läsa ({error.strerror})."
            run.findings.error(ContentError, f"{source.name}/{name}", "", message, "Kontrollera att du får öppna den.")
            continue
        shots.append(Shot(name, path, probe.kind, _instant(probe.captured, run), probe.live))
    if any(shot.live for shot in shots):
        shots = without_live(shots, _text(source))
    shown = with_captions(shots, source, run.findings)
    latest = datetime.max.replace(tzinfo=run.settings.zone).timestamp()
    order = {name: n for n, name in enumerate(read_order(source.sidecar) if source.sidecar else ())}

    def place(shot: Shot) -> tuple[int, float, tuple[tuple[int, str], ...]]:
        when = shot.captured.timestamp() if shot.captured else latest
        return order.get(shot.name.casefold(), len(order)), when, natural(shot.name)

    return tuple(sorted(shown, key=place))


def _text(source: Source) -> str:
    """Return a post's text, or nothing if it can't be read: whoever reads it in earnest says so."""
    try:
        return source.text.read_bytes().decode("utf-8-sig", errors="replace") if source.text else ""
    except OSError:
        return ""


def _instant(captured: datetime | None, run: Run) -> datetime | None:
    if captured is None or not plausible(captured.date(), run.around.today):
        return None
    zone = run.settings.zone
    return captured.replace(tzinfo=zone) if captured.tzinfo is None else captured.astimezone(zone)


def natural(name: str) -> tuple[tuple[int, str], ...]:
    """Order bild2 before bild10."""
    return tuple((int(part), "") if part.isdecimal() else (0, part.casefold()) for part in _DIGITS.split(name))


def make_post(article: Any, opened: Opened, run: Run, cleaner: Cleaner) -> Post:
    """Return the post that a content object has become, after all plugins; its faults are in the findings."""
    source = opened.source
    links: list[Link] = []

    def resolve(value: str) -> int | tuple[str, str]:
        goal = run.library.find(value, source)
        if isinstance(goal, tuple):
            return goal
        links.append(Link(goal.name, _place(source, value)))
        return len(links) - 1

    names = {shot.name.casefold(): shot.name for shot in opened.shots}
    unread = (name for name, _ in source.files if name not in captions_in(source))
    names |= {name.casefold(): name for name in unread}  # one that can't be read has its own finding already
    body = cleaner.clean(_content(article), names, resolve)
    for value, message, mend in body.faults:
        run.findings.error(ContentError, source.text_name, _place(source, value), message, mend)
    title = plain_title(article.title)
    children = tuple(article.metadata.get("children", ()))
    summary = _summary(article, body)
    staff = _staff_body(article, names, resolve, source, run, cleaner)
    _keep_people_out(
        (body.html, staff.html if staff else "", summary, *(field.value for field in opened.captions)), source, run
    )
    images = [*body.images, *(staff.images if staff else ())]
    media = _media(opened, images, title, _people(opened, children, names, run), run)
    hidden = {name for name, _ in images} - {name for name, _ in body.images}
    return Post(
        source=source.name,
        place=source.place,
        address=article.slug,
        title=title,
        date=_date(article.date, run),
        status=_stage(article),
        children=children,
        share=bool(article.metadata.get("share", False)),
        by=tuple(author.name for author in getattr(article, "authors", ())),
        lang=article.lang,
        summary=summary,
        body=body.html,
        media=tuple(file for file in media if file.name not in hidden),
        links=tuple(links),
        tags=tuple(tag.name for tag in getattr(article, "tags", ())),
        modified=_date(article.modified, run) if hasattr(article, "modified") else None,
        goals=tuple(article.metadata.get("goals", ())),
        reason=article.metadata.get("reason", ""),
        staff_only=bool(article.metadata.get("staff_only", False)),
        staff_body=staff.html if staff else None,
        staff_media=media if staff else (),
        files=_files(source),
        text_name=source.text_name,
    )


def _stage(article: Any) -> Status:
    """Return how far a post has come; a plugin may only hold one back."""
    stage: Status = article.metadata.get("stage", "published")
    if article.status == "published":
        return stage
    return "draft" if stage == "published" else stage


def _staff_body(
    article: Any,
    names: Mapping[str, str],
    resolve: Callable[[str], int | tuple[str, str]],
    source: Source,
    run: Run,
    cleaner: Cleaner,
) -> Body | None:
    """Return the body as the staff read it, if some of it is for them alone. Plugins have not seen it."""
    html = article.metadata.get("staff_html")
    if html is None:
        return None
    body = cleaner.clean(html, names, resolve)
    for value, message, mend in body.faults:
        run.findings.error(ContentError, source.text_name, _place(source, value), message, mend)
    return body


def _files(source: Source) -> tuple[Path, ...]:
    paths = [path for _, path in source.files]
    paths += [path for path in (source.text, source.sidecar) if path is not None]
    return tuple(sorted(paths))


def plain_title(title: str) -> str:
    """Return a title as words; a plugin may have put tags in it."""
    return " ".join(str(Markup(title).striptags() if "</" in title else title).split())  # noqa: S704 # to strip it


def _content(article: Any) -> str:
    # Not `article.content`: it remembers every body for as long as the program runs.
    content = article._get_content() if hasattr(article, "_get_content") else article._content
    return content or ""


def _summary(article: Any, body: Body) -> str:
    written = getattr(article, "_summary", None)
    return plain_text(written) if written else summarise(body.html)


def _date(when: datetime, run: Run) -> datetime:
    zone = run.settings.zone
    local = when.replace(tzinfo=zone) if when.tzinfo is None else when.astimezone(zone)
    return datetime.combine(local.date(), local.time(), tzinfo=zone)


def _people(opened: Opened, tagged: tuple[str, ...], names: Mapping[str, str], run: Run) -> Mapping[str, People]:
    """Return what the text and the sidecar say of who is on each medium; that they disagree is a finding."""
    source, said = opened.source, dict[str, People]()
    for address, text in opened.attributes:
        name = names.get(nfc(local_name(address)).casefold())
        if name is None:
            continue  # the image has a finding of its own
        place = _place(source, f"{{{text}}}") or _place(source, address)
        found = read_attributes(text, tagged)
        if isinstance(found, tuple):
            run.findings.error(ContentError, source.text_name, place, *found)
        elif not found.agrees(said.setdefault(name, found)):
            message = f"Texten säger olika om vilka som är på ”{name}”."
            run.findings.error(
                ContentError, source.text_name, place, message, "Skriv samma barn varje gång, eller en gång."
            )
    if source.sidecar is None:
        return said
    shown = f"{source.name}/{SIDECAR}"
    written = read_sidecar(source.sidecar, shown, names.values(), run.findings)
    whole = written.pop("", _NOT_SAID)
    for name, people in written.items():
        in_text = said.get(name, _NOT_SAID)
        if not people.agrees(in_text):
            message = f"Texten och {SIDECAR} säger olika om vilka som är på ”{name}”."
            run.findings.error(
                ContentError, shown, f'"{name}".barn', message, "Ta bort det ena, eller skriv samma barn."
            )
        said[name] = replace(in_text if people.children is None else people, masks=people.masks)
    others = {name: said.get(name, _NOT_SAID) for name in names.values()}
    return said | {name: replace(one, children=whole.children) for name, one in others.items() if one.children is None}


def _keep_people_out(texts: Iterable[str], source: Source, run: Run) -> None:
    start = next(filter(None, map(left_over, texts)), "")
    if start:
        message = "”{barn=…}” skulle synas för alla som läser."
        mend = 'Skriv det direkt efter en bild i en .md-fil: ![beskrivning](fil.jpg){barn="Alva"}, eller använd bilder.toml.'
        place = _place(source, start) or _place(source, "{")
        run.findings.error(ContentError, source.text_name, place, message, mend)


def _media(
    opened: Opened, images: Iterable[tuple[str, str]], title: str, people: Mapping[str, People], run: Run
) -> tuple[MediaFile, ...]:
    words = _captions(opened, run)
    for name, alt in images:
        if alt:
            words[name] = alt
    cut = clips(opened, run.findings)
    media = []
    for shot in opened.shots:
        written = words.get(shot.name, "")
        if not written and not shot.captions:
            _miss_words(shot, opened, run)
        alt = written or f"{_SHORT[shot.kind]} från {title}"
        seen = people.get(shot.name, _NOT_SAID)
        media.append(
            MediaFile(
                shot.path,
                shot.kind,
                shot.name,
                alt,
                bool(written),
                shot.captured,
                seen.children,
                seen.other_readings,
                seen.masks,
                cut.get(shot.name),
                shot.captions,
            )
        )
    return tuple(media)


def _miss_words(shot: Shot, opened: Opened, run: Run) -> None:
    """Say that a medium has nothing for those who don't see or hear it."""
    message = f"{_LACKING[shot.kind]} för den som inte ser eller hör."
    line = f"”Bildtext: {shot.name}: …”"
    mend = f"Skriv {line} överst i texten, eller ![beskrivning]({shot.name}) i den."
    if opened.source.text is None:
        mend = f"Lägg en textfil i mappen med raden {line}."
    if shot.kind == "film":
        mend += " Eller lägg textning bredvid: en .vtt med filmens namn."
    file = f"{opened.source.name}/{shot.name}"
    if run.settings.alt_text == "required":
        run.findings.error(ContentError, file, "", message, mend)
    else:
        run.findings.warning(file, "", message, mend)


def _captions(opened: Opened, run: Run) -> dict[str, str]:
    words: dict[str, str] = {}
    names = {shot.name.casefold(): shot.name for shot in opened.shots}
    for field in opened.captions:
        file, colon, text = field.value.partition(":")
        name = names.get(nfc(file.strip()).casefold())
        if colon and name:
            words[name] = " ".join(text.split())
        elif len(names) == 1:
            words[next(iter(names.values()))] = " ".join(field.value.split())
        else:
            message = f"”{field.word}” säger inte vilken fil det gäller."
            mend = f"Skriv ”{field.word}: filnamn: beskrivning”, med ett filnamn ur inläggets mapp."
            run.findings.error(ContentError, opened.source.text_name, f"rad {field.line}", message, mend)
    return words


def _place(source: Source, value: str) -> str:
    """Return the line where an address stands in a post's text."""
    wanted = {value, unquote(value), value.replace("&", "&amp;")}
    for number, line in enumerate(read_text(source).splitlines(), 1):
        if any(nfc(text) in nfc(line) for text in wanted):
            return f"rad {number}"
    return ""
