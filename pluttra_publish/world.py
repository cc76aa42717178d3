"""What may concern any post, in a few digests: settings, register, theme, this program and what it is made with, the day. Knows files, no posts."""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import metadata
from pathlib import Path

from pluttra_publish.people import People
from pluttra_publish.protected_names import protected_names
from pluttra_publish.register import FILM, NAME, PHOTO, SOUND
from pluttra_publish.resources import theme_folder
from pluttra_publish.settings import FILE, Settings

_MADE_WITH = ("pelican", "Markdown", "nh3", "Jinja2", "Babel", "pillow", "pillow-heif", "av", "cryptography")

Digest = Callable[[Path], str]


@dataclass(frozen=True)
class World:
    """`whole` is a digest of all there is, `program` of this program, `dress` of that, the settings and the theme."""

    whole: str
    program: str
    dress: str


def content_of(file: Path) -> str:
    """Return a digest of a file's content."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def world_of(settings: Settings, now: datetime, digest: Digest = content_of) -> World:
    """Return the world as it is; `digest` is for whoever knows that a file is as it was."""
    program = program_of()
    logo = settings.look.logo
    themes = [settings.theme, theme_folder()]
    told = [f"- {FILE} {digest(settings.root / FILE)}", *_files(themes, digest)]
    told += [f"logo {digest(logo)}"] if logo and logo.is_file() else []
    dress = _of(program, *told)
    return World(_of(dress, f"{now:%Y-%m-%d}", *_files([settings.register], digest)), program, dress)


@cache
def program_of() -> str:
    """Return a digest of this program as it was when it was first asked: it goes on as it was loaded."""
    told = [platform.python_version(), *(f"{name} {metadata.version(name)}" for name in _MADE_WITH)]
    program = Path(__file__).parent
    for file in sorted(program.rglob("*.py")):
        stat = file.stat()
        told.append(f"{file.relative_to(program)} {stat.st_size} {stat.st_mtime_ns}")
    return _of(*told)


def concern_of(
    settings: Settings, people: People, allowed: Iterable[str], opaque_id: Callable[..., str], now: datetime
) -> dict[str, str]:
    """Return all in the world that decides where a post may be and what may be shown in it: by child, and under "" what concerns all.

    It says nothing to whoever lacks the keystore. As long as none of it is another, what was published may stay though nobody can read
    the post that it was made of.
    """
    register, today = people.register, now.date()
    names = protected_names(register, allowed)
    for_all = [
        program_of(),
        repr((settings.consents, settings.download, settings.approval, settings.timezone)),
        repr(sorted(register.departments, key=lambda one: one.id)),
        repr([sorted(names.lone), sorted(names.emails), sorted(names.allowed)]),
        repr([(given, sorted(last)) for given, last in sorted(names.surnames.items())]),
    ]
    concern = {"": opaque_id("concern", *for_all)}
    for child in register.children:
        relations = sorted(repr((row, row.span.holds(today))) for row in register.relations_by_child.get(child.id, ()))
        placed = sorted(map(repr, register.placements_by_child.get(child.id, ())))
        may = [people.consents.may(child.id, purpose, today) for purpose in (PHOTO, FILM, SOUND, NAME)]
        told = opaque_id("concern", repr(child), repr(child.id in register.quarantined), repr(may), *relations, *placed)
        concern[opaque_id("child", child.id)] = told
    return concern


def is_as_before(then: Mapping[str, str], now: Mapping[str, str]) -> bool:
    """Tell whether nothing is another of what was known then; whoever is new concerns nothing that was out before."""
    return bool(then) and all(now.get(key) == told for key, told in then.items())


def _files(roots: Iterable[Path], digest: Digest) -> list[str]:
    return [
        f"{number} {file.relative_to(root).as_posix()} {digest(file)}"
        for number, root in enumerate(roots)
        if root.is_dir()
        for file in sorted(root.rglob("*"))
        if file.is_file()
    ]


def _of(*told: str) -> str:
    return hashlib.sha256("\0".join(told).encode()).hexdigest()
