"""A new preschool, and a new post: folders and files to fill in. Never overwrites. Does not know keys."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pluttra_publish.errors import UsageError
from pluttra_publish.platform import write_atomically
from pluttra_publish.register import empty_register
from pluttra_publish.settings import FILE, Settings, default_toml

_PLACES = ("barn", "forskolan", "personal", "offentligt")
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_LONGEST = 100  # characters of a folder's name; systems allow 255 bytes
_IGNORED = "privat/\npublic/\nregister/\n"


@dataclass(frozen=True)
class Started:
    """What was made, relative to the site's folder; what was there already is not in it."""

    made: tuple[str, ...]


def start_site(folder: Path, *, name: str, url: str) -> Started:
    """Make the folders and files of a preschool that are not there yet.

    Raises:
        UsageError: the folder is a file.
    """
    for above in (folder, *folder.absolute().parents):
        if above.exists() and not above.is_dir():
            raise UsageError(f"{above.name} är en fil, inte en mapp.", hint="Ange en ny mapp: pluttra init MAPP")
    files = {FILE: default_toml(name, url), ".gitignore": _IGNORED}
    files |= {f"register/{file}": text for file, text in empty_register().items()}
    made = []
    for path, text in files.items():
        if not (folder / path).exists():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            write_atomically(folder / path, text.encode("utf-8"))
            made.append(path)
    for place in _PLACES:
        if not (folder / "inlagg" / place).exists():
            (folder / "inlagg" / place).mkdir(parents=True)
            made.append(f"inlagg/{place}/")
    return Started(tuple(made))


def start_post(settings: Settings, *, title: str, place: str, day: date) -> Path:
    """Make a post's folder with a text to fill in, and return the text's path. `place` is a path below `inlagg/`.

    Raises:
        UsageError: the title can't be a folder's name, the place is outside, or the post is there already.
    """
    title = unicodedata.normalize("NFC", " ".join(title.split()))
    safe = _UNSAFE.sub("", title)[:_LONGEST].rstrip(". ")
    if not safe:
        raise UsageError("Titeln har inget tecken som kan stå i ett mappnamn.", hint='Till exempel: "Vi byggde koja"')
    parts = unicodedata.normalize("NFC", place).rstrip("/").split("/")
    home = settings.posts.joinpath(*parts)
    if (
        any(not part or _UNSAFE.search(part) or len(part) > _LONGEST for part in parts)
        or not home.resolve().is_relative_to(settings.posts.resolve())
        or home.resolve() == settings.posts.resolve()
    ):
        raise UsageError("Platsen ska vara en mapp i inläggsmappen.", hint="Till exempel: --place Solrosen")
    folder = home / f"{day.isoformat()} {safe}"
    if folder.exists():
        raise UsageError(
            f"Inlägget {folder.name} finns redan.", hint="Öppna det i filhanteraren, eller välj en annan titel."
        )
    folder.mkdir(parents=True)
    text = folder / "text.md"
    front = "" if safe == title else f"Titel: {title}\n"
    write_atomically(
        text, f"{front}Status: utkast\nBarn:\n\nSkriv här. Lägg bilder, film och ljud i samma mapp.\n".encode()
    )
    return text
