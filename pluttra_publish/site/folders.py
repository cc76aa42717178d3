"""Which posts there are, by folders and names alone: the folder decides who reads. Opens no file.

`<department>/`, `barn/<child>/`, `forskolan/`, `personal/` and `offentligt/` each hold posts; a post is a folder, or
one text file.
"""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pluttra_publish.errors import ContentError, Findings
from pluttra_publish.site.values import Place, PlaceKind

TEXTS = (".md", ".markdown", ".txt")
SIDECAR = "bilder.toml"
"""What says who is on a post's photos, and what is masked there."""

_DOCUMENTS = (".doc", ".docx", ".odt", ".rtf", ".pages", ".pdf", ".html", ".htm", ".rst")
_IGNORED = frozenset(
    {"thumbs.db", "ehthumbs.db", "desktop.ini", "icon\r", "fel.txt", "klart.txt", "@eadir", "__macosx"}
)
_IGNORED_SUFFIXES = (".aae", ".xmp", ".thm", ".tmp", ".part", ".crdownload", ".fel.txt", ".klart.txt")

SHARED: dict[str, PlaceKind] = {
    "forskolan": "preschool",
    "förskolan": "preschool",
    "personal": "staff",
    "offentligt": "public",
}
CHILDREN = "barn"
_ALIKE = (
    "De ser lika ut, men Mac och Windows skriver bokstäverna olika. Lägg ihop dem, eller ge det ena ett annat namn."
)


@dataclass(frozen=True)
class Source:
    """Where a post lies.

    `name` is its folder or file relative to the site (NFC), `text_name` that of its text, or of its folder.

    `files` are everything in the folder but the text and the sidecar, by NFC name.
    """

    path: Path
    name: str
    place: Place
    stem: str
    text: Path | None
    text_name: str
    files: tuple[tuple[str, Path], ...] = ()
    sidecar: Path | None = None

    @property
    def folder(self) -> str:
        """The folder that relative links start from."""
        return self.name if self.text != self.path else str(PurePosixPath(self.name).parent)


@dataclass(frozen=True)
class Entry:
    """What lies in a folder: its NFC name, and how findings name it."""

    path: Path
    name: str
    shown: str
    folder: bool


def sources(posts: Path, root: Path, findings: Findings, *, only: Collection[str] | None = None) -> list[Source]:
    """Return every post below `posts`, in order of place and name; what can't be a post becomes a finding.

    `only` names those that are looked at, as `Source.name` does.
    """
    shown = relative_name(posts, root)
    found: list[Source] = []
    for entry in entries(posts, shown, findings):
        kind = SHARED.get(entry.name.casefold())
        if not entry.folder and only is not None and entry.shown not in only:
            continue
        if not entry.folder:
            _stray(
                entry,
                "Lägg inlägget i en avdelnings mapp, eller i barn, forskolan, personal eller offentligt.",
                findings,
            )
        elif entry.name.casefold() == CHILDREN:
            for child in entries(entry.path, entry.shown, findings):
                if child.folder:
                    found += _posts(child, Place("child", child.name), findings, only)
                elif only is None or child.shown in only:
                    _stray(child, "Lägg inlägget i en mapp med barnets namn.", findings)
        else:
            found += _posts(entry, Place(kind) if kind else Place("department", entry.name), findings, only)
    return sorted(_once(found, findings), key=lambda source: (source.place, source.name))


def _once(found: Iterable[Source], findings: Findings) -> Iterator[Source]:
    """Yield every post whose name no other has; a department's two folders are one, but two posts in it may not be called the same."""
    seen: set[str] = set()
    for source in found:
        if source.name in seen:
            findings.error(ContentError, source.name, "", "Två inlägg har samma namn.", _ALIKE)
        else:
            yield source
        seen.add(source.name)


def _posts(place_folder: Entry, place: Place, findings: Findings, only: Collection[str] | None) -> Iterator[Source]:
    for entry in entries(place_folder.path, place_folder.shown, findings, only=only):
        suffix = PurePosixPath(entry.name).suffix
        if entry.folder:
            source = _folder_post(entry, place, findings)
            if source:
                yield source
        elif suffix.lower() in TEXTS:
            yield Source(entry.path, entry.shown, place, entry.name.removesuffix(suffix), entry.path, entry.shown)
        elif suffix.lower() in _DOCUMENTS:
            _document(entry, findings)
        else:
            _stray(
                entry,
                "Lägg filen i en mapp med datum och titel som namn, till exempel ”2026-03-12 Vi byggde koja”.",
                findings,
            )


def _folder_post(folder: Entry, place: Place, findings: Findings) -> Source | None:
    texts: list[Entry] = []
    files: list[tuple[str, Path]] = []
    sidecar: Path | None = None
    empty = True
    for entry in entries(folder.path, folder.shown, findings):
        if entry.name.casefold() == SIDECAR and not entry.folder:
            sidecar = entry.path
            continue
        empty = False
        suffix = PurePosixPath(entry.name).suffix.lower()
        if entry.folder:
            message = "Det ligger en mapp i inläggets mapp."
            findings.error(
                ContentError, entry.shown, "", message, "Flytta upp dess filer i inläggets mapp, eller ta bort den."
            )
        elif suffix in TEXTS:
            texts.append(entry)
        elif suffix in _DOCUMENTS:
            _document(entry, findings)
        elif any(name.casefold() == entry.name.casefold() for name, _ in files):
            message = "Två filer har samma namn."
            findings.error(ContentError, entry.shown, "", message, "Ge en av dem ett annat namn.")
        else:
            files.append((entry.name, entry.path))
    if len(texts) > 1:
        names = ", ".join(f"”{text.name}”" for text in texts)
        findings.error(
            ContentError, folder.shown, "", f"Inlägget har flera texter: {names}.", "Behåll en och ta bort de andra."
        )
    if empty:
        findings.warning(
            folder.shown, "", "Mappen är tom och blir inget inlägg.", "Lägg text eller bilder i den, eller ta bort den."
        )
        return None
    text = texts[0] if texts else None
    shown = text.shown if text else folder.shown
    return Source(
        folder.path, folder.shown, place, folder.name, text.path if text else None, shown, tuple(files), sidecar
    )


def entries(folder: Path, shown: str, findings: Findings, *, only: Collection[str] | None = None) -> Iterator[Entry]:
    """Yield what lies in a folder by NFC name, without links and without what systems and cameras leave behind.

    `only` are the names, as findings give them, that are looked at.
    """
    wanted = None if only is None else {name[len(shown) + 1 :] for name in only if name.startswith(f"{shown}/")}
    if wanted is not None and not wanted:
        return
    try:
        with os.scandir(folder) as listing:
            some: Iterable[os.DirEntry[str]] = listing
            if wanted is not None:  # of thousands, one or two
                some = [one for one in listing if one.name in wanted or not is_nfc(one.name)]
            named = ((nfc(entry.name), entry) for entry in some)
            found = sorted((one for one in named if wanted is None or one[0] in wanted), key=_by_names)
    except OSError as error:
        message = f"Mappen går inte att läsa ({error.strerror})."
        findings.error(ContentError, shown, "", message, "Kontrollera att mappen finns och att du får läsa den.")
        return
    seen: set[str] = set()
    for name, entry in found:
        if ignored(name):
            continue
        if name in seen and not entry.is_dir():
            findings.error(ContentError, f"{shown}/{name}", "", "Två filer har samma namn.", _ALIKE)
            continue
        seen.add(name)
        if entry.is_symlink() or _is_junction(entry.path):
            message = "Det här är en länk till en annan fil eller mapp."
            findings.error(ContentError, f"{shown}/{name}", "", message, "Kopiera filen hit i stället för att länka.")
            continue
        if not entry.is_dir() and not entry.is_file():
            findings.error(ContentError, f"{shown}/{name}", "", "Det här är ingen vanlig fil.", "Ta bort den.")
            continue
        yield Entry(folder / entry.name, name, f"{shown}/{name}", entry.is_dir())


def _by_names(one: tuple[str, os.DirEntry[str]]) -> tuple[str, str]:
    return one[0], one[1].name


def ignored(name: str) -> bool:
    """Tell whether a file with this NFC name is none of ours: what systems, cameras and synchronisers leave behind."""
    lower = name.casefold()
    return lower.startswith((".", "~$")) or lower in _IGNORED or lower.endswith((*_IGNORED_SUFFIXES, "~"))


def _is_junction(path: str) -> bool:
    isjunction = getattr(os.path, "isjunction", None)  # Python 3.12, Windows
    return bool(isjunction and isjunction(path))


def _stray(entry: Entry, mend: str, findings: Findings) -> None:
    findings.error(ContentError, entry.shown, "", "Filen ligger där inget inlägg kan ligga.", mend)


def _document(entry: Entry, findings: Findings) -> None:
    message = "Den här sortens fil kan inte visas i ett inlägg."
    mend = "Spara texten som .txt eller .md. Bilder, filmer och ljud går också bra."
    findings.error(ContentError, entry.shown, "", message, mend)


def relative_name(path: Path, root: Path) -> str:
    """Return a path as findings name it: relative to the site, with `/`, in NFC."""
    try:
        return nfc(path.relative_to(root).as_posix())
    except ValueError:
        return nfc(path.name)


def path_of(name: str, posts: Path, root: Path) -> Path:
    """Return where a post lies by its name; of one whose letters are written otherwise on disk, where its place is."""
    path = posts / name.removeprefix(relative_name(posts, root)).lstrip("/")
    return path if path.exists() else path.parent


def is_nfc(text: str) -> bool:
    """Tell whether a name is in that form already."""
    return unicodedata.is_normalized("NFC", text)


def nfc(text: str) -> str:
    """Return a name in the one form that we compare names in; macOS hands out the other."""
    return unicodedata.normalize("NFC", text)
