"""One photo of one post, found without reading the others: whose post it lies in, its day, and who is named there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from pluttra_publish.errors import ContentError, Findings, UsageError
from pluttra_publish.site.folders import SIDECAR, Source, nfc, sources
from pluttra_publish.site.frontmatter import divide
from pluttra_publish.site.metadata import Surroundings, describe
from pluttra_publish.site.people import People
from pluttra_publish.site.sidecar import read_sidecar
from pluttra_publish.site.values import Place, ProbeLike, SiteSettings


@dataclass(frozen=True)
class PostPhoto:
    """A photo and its post. `tagged` are the children that the post or the sidecar names, as written.

    `source` is the post's folder and `name` the photo's file, as findings name them; `sidecar` need not exist.
    """

    path: Path
    name: str
    source: str
    title: str
    place: Place
    day: date | None
    tagged: tuple[str, ...]
    people: People
    sidecar: Path


def find_photo(settings: SiteSettings, photo: Path, *, probe: Callable[[Path], ProbeLike], today: date) -> PostPhoto:
    """Return the photo and its post.

    Raises:
        UsageError: there is no such file, or it lies in no post's folder.
        ContentError: it is no photo, or the sidecar is wrong; the first fault is told.
    """
    if not photo.is_file():
        raise UsageError(f"Bilden {photo} finns inte.", hint="Skriv sökvägen till en bild i ett inläggs mapp.")
    found = sources(settings.posts.absolute(), settings.root.absolute(), Findings())
    source, name, path = _place(found, photo)
    looked = probe(path)
    if looked.kind != "photo":
        raise ContentError(f"”{name}” är ingen bild.", hint="Bara bilder kan maskeras ännu, inte filmer och ljud.")
    findings = Findings()
    people = People()
    if source.sidecar is not None:
        names = [file for file, _ in source.files]
        written = read_sidecar(source.sidecar, f"{source.name}/{SIDECAR}", names, findings)
        people, whole = written.get(name, people), written.get("", people)
        people = replace(people, children=whole.children) if people.children is None else people
    for finding in findings.errors:
        raise ContentError(f"{finding.file} ({finding.place}): {finding.message}", hint=finding.mend)
    text = source.text.read_bytes().decode("utf-8-sig", errors="replace") if source.text else ""
    captured = [looked.captured.astimezone(settings.zone)] if looked.captured else []
    around = Surroundings(settings.zone, settings.language, today, True, Findings())
    said = describe(source, divide(nfc(text)), captured, around) or {}
    tagged = (*said.get("children", ()), *(people.children or ()))
    return PostPhoto(
        path=path,
        name=name,
        source=source.name,
        title=said.get("title", source.stem),
        place=source.place,
        day=said["date"].date() if said else None,
        tagged=tuple({child.casefold(): child for child in tagged}.values()),
        people=people,
        sidecar=source.sidecar or source.path / SIDECAR,
    )


def _place(found: list[Source], photo: Path) -> tuple[Source, str, Path]:
    folder = photo.absolute().parent
    for source in found:
        if nfc(source.path.name) == nfc(folder.name) and source.path.is_dir() and source.path.samefile(folder):
            for name, path in source.files:
                if path.samefile(photo):
                    return source, name, path
    hint = "Bilden ska ligga i ett inläggs mapp, till exempel inlagg/Solrosen/2026-03-12 Vi byggde koja."
    raise UsageError(f"{photo.name} ligger inte i något inlägg.", hint=hint)
