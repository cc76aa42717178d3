"""No page, card or address may name a quarantined family. Knows where published words come from, and where to look for them in a file.

The folder and the register already keep these families out; this looks at the words that were written anyway. Everything is searched for
names in full, tags and addresses with it; for lone names, what can be read, but of the shell only what the settings say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from pluttra_publish.errors import Findings, LeakError
from pluttra_publish.plan import Plan
from pluttra_publish.protected_names import ProtectedNames
from pluttra_publish.register import ALLOWED_WORDS, Register
from pluttra_publish.settings import FILE, AccessibilitySettings, Settings
from pluttra_publish.site import STATEMENT, Pages, Post, TalkSheet, as_address, decoded
from pluttra_publish.site.folders import TEXTS
from pluttra_publish.standing import PlannedPage

_TAG = re.compile(r"<[^>]*>")
_AROUND = re.compile(  # the titles of other pages, and the settings, which tell for themselves
    r"<footer class=\"bottom\">.*?</footer>|<aside class=\"ask\".*?</aside>", re.DOTALL
)
_SEEN_ATTRIBUTE = re.compile(r'\s(?:href|title|alt|aria-label)="([^"]*)"')

_MESSAGE = "Texten nämner någon som inte får finnas på webbplatsen."
_MEND = "Ta bort namn och adresser som hör till familjer med skyddade uppgifter, också i titel och bildtexter."


@dataclass(frozen=True)
class _Piece:
    """Something that is published: its place in what it comes from, if it has one, and its words, HTML or not."""

    place: str
    words: str
    html: bool = False


@dataclass(frozen=True)
class _Published:
    """What is published from one source: its pieces, and its pages as they were rendered; for a public page, its address."""

    source: str
    pieces: tuple[_Piece, ...]
    rendered: tuple[str, ...] = ()
    text: Path | None = None
    text_name: str = ""
    address: str = ""


def keep_out(
    pages: Pages,
    plan: Plan,
    standing: Iterable[PlannedPage],
    *,
    names: ProtectedNames,
    register: Register,
    settings: Settings,
    findings: Findings,
) -> None:
    """Add a finding for everything that would publish a name or an address of a quarantined family.

    The finding names file and line, never the person, and not the word.
    """
    if not names:
        return
    told = False
    for published in _published(pages, plan, standing, register, settings):
        in_full = any(names.pairs(reading) for whole in published.rendered for reading in _readings(whole))
        places = [piece.place for piece in published.pieces if any(names.anything(text) for text in _said(piece))]
        if published.source == FILE and told and not places:
            continue  # the shell lists the public pages by their titles, and those have been told of
        if in_full or places or (published.address and names.in_address(published.address, as_address)):
            told = True
            allowed = f"{settings.register.name}/{ALLOWED_WORDS}"
            mend = _MEND if in_full else f"{_MEND} Är det ett vanligt ord kan rektor låta det stå: {allowed}."
            for file, place in _places(published, places, names):
                findings.error(LeakError, file, place, _MESSAGE, mend)


def _published(
    pages: Pages, plan: Plan, standing: Iterable[PlannedPage], register: Register, settings: Settings
) -> Iterator[_Published]:
    """Yield all that is published, by where it comes from, the settings last."""
    written = [("name", settings.name), ("contact", settings.contact), ("rules", "\n".join(settings.rules))]
    written += [("email", settings.email), ("accessibility", "\n".join(_statement(settings.accessibility)))]
    written.append(("consents.purposes", "\n".join(settings.consents.purposes)))
    shell = tuple(page.decode("utf-8") for page in (pages.shell, pages.manifest, *pages.retold.values()))
    shell += tuple(page.decode("utf-8") for path, page in pages.public.items() if path == f"sida/{STATEMENT}.html")
    for department in register.departments:
        yield _Published(f"{settings.register.name}/avdelningar.csv", (_Piece("namn", department.name),))
    for planned in plan.posts:
        yield _post(planned.post, pages.posts[planned.id])
    for planned in plan.held:
        if (
            planned.post.status == "published"
        ):  # its day will come, perhaps when nobody is there; a draft may still be mended
            yield _post(planned.post)
    for page in standing:
        yield _standing(page, pages.standing[page.id])
    for post in plan.public:
        yield _post(post, pages.public[f"sida/{post.address}.html"], address=post.address)
    yield _Published(FILE, tuple(_Piece(*piece) for piece in written), shell)


def _statement(said: AccessibilitySettings) -> Iterator[str]:
    yield from (said.actor, said.method, *said.shortcomings, *said.burdens, *said.exempt)


def _post(post: Post, page: bytes = b"", *, address: str = "") -> _Published:
    pieces = [
        _Piece("Titel", post.title),
        _Piece("texten", post.body, html=True),
        _Piece("Sammanfattning", post.summary),
    ]
    pieces += [_Piece("Av", name) for name in post.by]
    pieces += [_Piece(file.name, file.alt) for file in post.media]
    rendered = _AROUND.sub("", page.decode("utf-8")) if address else page.decode("utf-8")
    pieces.append(_Piece("", rendered, html=True))
    if address:
        pieces.append(_Piece("namnet", PurePosixPath(post.source).stem))
    text = next((path for path in post.files if path.suffix.lower() in TEXTS), None)
    return _Published(post.source, tuple(pieces), (rendered,), text, post.text_name, address)


def _standing(page: PlannedPage, content: bytes) -> _Published:
    pieces = [_Piece("Titel", page.title), *(_Piece(file.name, file.alt) for file in page.files)]
    if isinstance(page.sheet, TalkSheet):
        talk = page.sheet.talk
        pieces.append(_Piece("Plats", talk.place))
        texts = (("inbjudan", talk.invitation), ("förberedelse", talk.preparation), ("anteckningar", talk.notes))
        pieces += [_Piece(name, html, html=True) for name, html in texts]
    rendered = content.decode("utf-8")
    if page.source:  # else all its words are the register's, the settings' or the curriculum's
        pieces.append(_Piece("", rendered, html=True))
    return _Published(page.source or page.title, tuple(pieces), (rendered,))


def _places(published: _Published, places: list[str], names: ProtectedNames) -> list[tuple[str, str]]:
    """Return every file and place to mend: lines of a post's text and its folder's name, else what the pieces say of themselves."""
    if published.text is None:
        return [(published.source, place) for place in dict.fromkeys(filter(None, places))] or [(published.source, "")]
    folder = PurePosixPath(published.source)
    try:
        text = decoded(published.text.read_bytes(), errors="replace")
    except OSError:  # gone since it was read
        text = ""
    found = [(published.text_name, f"rad {line}") for line in names.anything("\n".join(text.splitlines()))]
    if names.anything(folder.name):
        found.append((published.source, "namnet"))
    return found or [(published.source, places[0] if places else "")]


def _said(piece: _Piece) -> Iterator[str]:
    """Yield what a piece says to whoever reads it, or follows its links."""
    if not piece.html:
        yield piece.words
        return
    yield unescape(_TAG.sub(" ", piece.words))
    yield unescape(_TAG.sub("", piece.words))
    for value in _SEEN_ATTRIBUTE.findall(piece.words):
        yield unquote(unescape(value))


def _readings(text: str) -> Iterator[str]:
    """Yield a page as written, as addresses are read, and as it looks with its tags taken for spaces or for nothing."""
    readings = (text, unquote(text), _TAG.sub(" ", text), _TAG.sub("", text))
    yield from dict.fromkeys(map(unescape, readings))
