"""A new preschool, and a new post: folders and files to fill in. Never overwrites. Does not know keys."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pluttra_publish.errors import UsageError
from pluttra_publish.platform import write_atomically
from pluttra_publish.post_templates import DEFAULT, post_template
from pluttra_publish.register import empty_consents, empty_register
from pluttra_publish.register.consents_file import FILE as CONSENTS
from pluttra_publish.settings import FILE, Settings
from pluttra_publish.settings_text import default_toml

_PLACES = ("barn", "forskolan", "personal", "offentligt")
_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_LONGEST = 100  # characters of a folder's name; systems allow 255 bytes
_IGNORED = "privat/\npublic/\nregister/\nsamtal/\n"


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
    files[f"register/{CONSENTS}"] = empty_consents()
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


def start_post(settings: Settings, *, title: str, place: str, day: date, template: str | None = None) -> Path:
    """Make a post's folder with a text to fill in, and return the text's path. `place` is a path below `inlagg/`.

    `template` names a file in the site's `mallar/`, or one of ours.

    Raises:
        UsageError: the title can't be a folder's name, the place is outside, there is no such template, or the post is there already.
    """
    begun = post_template(settings, template) if template is not None else DEFAULT
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
    write_atomically(text, f"{front}{begun}".encode())
    return text
