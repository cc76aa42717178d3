"""A new post: a folder with a text to fill in, where posts of its readers lie. Never overwrites. Does not know keys."""

from __future__ import annotations

import contextlib
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path

from pluttra_publish.errors import ContentError, Findings, UsageError
from pluttra_publish.platform import telling, write_atomically
from pluttra_publish.post_templates import DEFAULT, post_template
from pluttra_publish.register import Register, find_child, find_department, read_register
from pluttra_publish.register.values import fold
from pluttra_publish.settings import Settings
from pluttra_publish.site.folders import CHILDREN, SHARED

_UNSAFE = re.compile(r'[<>:"/\\|?*\x00-\x1f]')
_LONGEST = 100  # characters of a folder's name; systems allow 255 bytes
_EXAMPLE = "Till exempel: --place Solrosen, --place ”barn/Alva Lindqvist”, forskolan, personal eller offentligt"


def start_post(settings: Settings, *, title: str, place: str, day: date, template: str | None = None) -> Path:
    """Make a post's folder with a text to fill in, and return the text's path. `place` is a path below `inlagg/`.

    A place that is there already is used, in whatever case and form of Unicode its name is written. `template` names a file in the
    site's `mallar/`, or one of ours.

    Raises:
        UsageError: the title can't be a folder's name; no posts can lie there, or the register has no such department or child; there
            is no such template; the post is there already, or can't be written.
    """
    begun = post_template(settings, template) if template is not None else DEFAULT
    title = unicodedata.normalize("NFC", " ".join(title.split()))
    safe = _UNSAFE.sub("", title)[:_LONGEST].rstrip(". ")
    if not safe:
        raise UsageError("Titeln har inget tecken som kan stå i ett mappnamn.", hint='Till exempel: "Vi byggde koja"')
    home = _home(settings, place, day)
    folder = found_in(home, f"{day.isoformat()} {safe}")
    if folder.exists():
        raise UsageError(
            f"Inlägget {folder.name} finns redan.", hint="Öppna det i filhanteraren, eller välj en annan titel."
        )
    text = folder / "text.md"
    front = "" if safe == title else f"Titel: {title}\n"
    with telling(text):
        text.parent.mkdir(parents=True)
        write_atomically(text, f"{front}{begun}".encode())
    return text


def _home(settings: Settings, place: str, day: date) -> Path:
    """Return the folder of a place, which need not exist."""
    parts = unicodedata.normalize("NFC", place).rstrip("/").split("/")
    if any(not part.strip(". ") or _UNSAFE.search(part) or len(part) > _LONGEST for part in parts):
        raise UsageError("Platsen ska vara en mapp i inläggsmappen.", hint=_EXAMPLE)
    register = read_register(settings.register, Findings())
    is_childs = fold(parts[0]) == CHILDREN
    if len(parts) != 1 + is_childs:
        message = (
            "Efter barn/ ska barnets namn stå." if len(parts) == 1 else "Inlägg ligger direkt i mappen, inte djupare."
        )
        raise UsageError(message, hint=_EXAMPLE)
    names = _names_of_child(register, parts[1], day) if is_childs else _names_of_place(register, parts[0])
    return home_in(settings, parts, names)


def home_in(settings: Settings, parts: Sequence[str], names: Iterable[str] = ()) -> Path:
    """Return the folder for posts at these parts of a path, which need not exist; the last may have other `names`. What is there already is used.

    Raises:
        UsageError: it would lie elsewhere than among the posts, or is no folder.
    """
    home = settings.posts
    for part in parts[:-1]:
        home = found_in(home, part)
    home = found_in(home, parts[-1], names)
    if not home.resolve().is_relative_to(settings.posts.resolve()):
        raise UsageError(f"{home.name} ligger inte i inläggsmappen.", hint=_EXAMPLE)
    if home.exists() and not home.is_dir():
        raise UsageError(f"{home.name} är en fil, inte en mapp.", hint=_EXAMPLE)
    return home


def found_in(folder: Path, name: str, names: Iterable[str] = ()) -> Path:
    """Return what lies in a folder under a name, or one of the other `names` for the same; if nothing does, where it would lie."""
    alike = {fold(one) for one in (name, *names)}
    there = sorted(folder.iterdir()) if folder.is_dir() else []
    return next((path for path in there if fold(path.name) in alike), folder / name)


def _names_of_place(register: Register, written: str) -> tuple[str, ...]:
    """Return what else the folder of a department, or of many, may be called. A register without departments knows of none."""
    if kind := SHARED.get(fold(written)):
        return tuple(name for name, known in SHARED.items() if known == kind)
    if not register.departments:
        return ()
    with _asking():
        department = find_department(register, written)
    return department.id, department.name


def _names_of_child(register: Register, written: str, day: date) -> tuple[str, ...]:
    if not register.children:
        return ()
    with _asking():
        child = find_child(register, written, department=None, on=day)
    return child.id, child.name


@contextlib.contextmanager
def _asking() -> Iterator[None]:
    """Take a name that nobody has for a fault of the command."""
    try:
        yield
    except ContentError as wrong:
        raise UsageError(str(wrong), hint=wrong.hint) from None
