"""What one reader sees, as plain pages and media in a folder. Knows how to name files safely; does not know keys.

The folder appears whole or not at all, and an existing one is never touched.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

from pluttra_publish.edition import SUFFIXES
from pluttra_publish.errors import FormatError, UsageError
from pluttra_publish.format.layout import ROOT_PATH
from pluttra_publish.format.posts import Reference
from pluttra_publish.open import Missing, Opened, SeenPage, SeenPost
from pluttra_publish.platform import move_folder, telling, write_atomically

Step = Callable[[str, int, int], None]

_MEDIA = re.compile(r"media:([0-9a-f]{16})/(0|[1-9][0-9]*)(?![0-9])")
_LINK = re.compile(r'href="#/([ps]/)?([^"]*)"')
_STYLE = """body{font:1.1rem/1.6 system-ui,sans-serif;max-width:44rem;margin:2rem auto;padding:0 1rem;color:#222;background:#fffdf8}
img,video,audio{max-width:100%;height:auto;display:block;margin:1rem 0}figure{margin:0}a{color:#7a1f3d}li{margin:.4rem 0}
@media(prefers-color-scheme:dark){body{color:#eee;background:#1b1a18}a{color:#f0a5bd}}"""


@dataclass(frozen=True)
class Written:
    """What was written, and whose it is."""

    name: str
    folder: Path
    posts: int
    media: int

    def summary(self) -> dict[str, object]:
        """Return the figures as a script reads them."""
        return {"name": self.name, "folder": str(self.folder), "posts": self.posts, "media": self.media}


def write_copy(opened: Opened, into: Path, *, step: Step) -> Written:
    """Write every post with its media, and an index of them, into a new folder.

    If a publish passes by meanwhile and something is gone, it begins anew with what there is then.

    Raises:
        UsageError: there is something in the folder already, it can't be written, or it lies in one that is published.
        FormatError: something does not open; nothing is left behind.
    """
    if any((above / ROOT_PATH).is_file() and (above / "sw.js").is_file() for above in into.resolve().parents):
        raise UsageError(f"{into} ligger i en mapp som publiceras.", hint="Ange en ny mapp utanför den med --into.")
    if into.exists() and (not into.is_dir() or any(into.iterdir())):
        raise UsageError(f"{into} finns redan och är inte en tom mapp.", hint="Ange en ny mapp med --into.")
    missed = set[str]()
    while True:
        try:
            with telling(into):
                return _write_whole(opened, into, step)
        except Missing as missing:
            if missing.name in missed:
                raise
            missed.add(missing.name)
            opened = opened.renewed()


def _write_whole(opened: Opened, into: Path, step: Step) -> Written:
    into.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=into.parent, prefix=".kopia-") as workspace:
        folder = Path(workspace) / "kopia"
        (folder / "media").mkdir(parents=True)
        media = 0
        for done, post in enumerate(opened.posts, 1):
            media += _write_post(opened, post, folder)
            step("Öppnar", done, len(opened.posts))
        media += sum(_write_standing(opened, page, folder) for page in opened.pages)
        _write_months(opened, folder)
        _write(folder / "index.html", opened.keyring.preschool, _contents(opened))
        if into.exists():
            into.rmdir()
        move_folder(folder, into)
    return Written(opened.keyring.reader.name, into, len(opened.posts), media)


def page_name(post: SeenPost) -> str:
    """Return the file name of a post's page."""
    return f"{post.card.date[:10]}-{post.card.id}.html"


def _write_post(opened: Opened, post: SeenPost, folder: Path) -> int:
    card = post.card
    _write_media(opened, card.id, card.media, folder)
    html = opened.content(card.page).decode("utf-8")
    _write(folder / page_name(post), card.title, _pointed(opened, html, {card.id: card.media}))
    return len(card.media)


def _write_standing(opened: Opened, seen: SeenPage, folder: Path) -> int:
    page = seen.page
    _write_media(opened, page.id, page.media, folder)
    html = opened.content(page.page).decode("utf-8")
    _write(folder / f"{page.id}.html", page.title, _pointed(opened, html, {page.id: page.media}))
    return len(page.media)


def _write_media(opened: Opened, owner: str, media: tuple[Reference, ...], folder: Path) -> None:
    for number, reference in enumerate(media):
        name = _media_name(owner, number, reference.media_type)
        write_atomically(folder / "media" / name, opened.content(reference))


def _write_months(opened: Opened, folder: Path) -> None:
    for (audience, month), index in opened.indexes.items():
        if index.page is not None:
            html = opened.content(index.page).decode("utf-8")
            media = {card.id: card.media for card in index.posts}
            _write(folder / f"{month}-{audience}.html", month, _pointed(opened, html, media))


def _pointed(opened: Opened, html: str, media: Mapping[str, tuple[Reference, ...]]) -> str:
    """Return a page's HTML with its media, given by the id of their post or page, and its links pointing into the folder.

    Raises:
        FormatError: layer `encoding`, if it names a medium that its index does not have.
    """
    pages = {seen.page.id: f"{seen.page.id}.html" for seen in opened.pages}
    pages |= {post.card.id: page_name(post) for post in opened.posts}

    def medium(match: re.Match[str]) -> str:
        references, number = media.get(match[1], ()), int(match[2])
        if number >= len(references):
            raise FormatError("encoding")
        return f"media/{_media_name(match[1], number, references[number].media_type)}"

    def link(match: re.Match[str]) -> str:
        return f'href="{pages.get(match[2], "index.html") if match[1] else "index.html"}"'

    return _LINK.sub(link, _MEDIA.sub(medium, html))


def _contents(opened: Opened) -> str:
    titles = {audience.id: audience.title for audience in opened.keyring.audiences}
    rows = []
    for post in opened.posts:
        card = post.card
        where = ", ".join(titles[audience] for audience in post.audiences)
        day = datetime.fromisoformat(card.date).date().isoformat()
        names = " · ".join(name for _, name in card.children)
        about = escape(" · ".join(part for part in (where, names) if part))
        rows.append(f'<li><a href="{page_name(post)}">{escape(card.title)}</a><br><small>{day} · {about}</small></li>')
    standing = "".join(
        f'<li><a href="{seen.page.id}.html">{escape(seen.page.title)}</a><br>'
        f"<small>{escape(' · '.join(filter(None, (seen.page.date[:10], titles[seen.audience]))))}</small></li>"
        for seen in opened.pages
    )
    lists = (f"<ul>{standing}</ul>" if standing else "") + f"<ul>{''.join(rows)}</ul>"
    return f"<h1>{escape(opened.keyring.preschool)}</h1>{lists}"


def _media_name(post: str, number: int, media_type: str) -> str:
    return f"{post}-{number}.{SUFFIXES.get(media_type, 'vtt')}"


def _write(path: Path, title: str, body: str) -> None:
    policy = "default-src 'none'; img-src 'self' file:; media-src 'self' file:; style-src 'unsafe-inline'"
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    head += f'<meta http-equiv="Content-Security-Policy" content="{policy}"><style>{_STYLE}</style>'
    html = f'<!doctype html><html lang="sv"><head>{head}</head><body>{body}</body></html>'
    write_atomically(path, html.encode("utf-8"))
