"""What waits for somebody to decide, in `inkommet/`: a text to read, whose last line is what the program needs to do it. Knows files, not who may what.

It is a file of its own, or lies in a folder beside its photos. Its name follows from the message, so that one that is filed twice is one. Once somebody has decided it lies
in `avslutat/`, whole: nothing is thrown away.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from pluttra_publish.format.messages import KINDS, Kind
from pluttra_publish.inbox.desk import Arrived
from pluttra_publish.inbox.post_folder import MARK, folder_name, one_line, plain_text
from pluttra_publish.platform import move_folder, private_folder, telling, write_atomically

SUFFIX = ".txt"
TEXT = f"svar{SUFFIX}"
DONE = "avslutat"
LOCK = "inkommet.lock"
"""In the private state: held by whoever moves what is filed."""

_VERSION = 1
_MARKED = 8  # digits of the message's id that stand in the name
_KEEP = "Ändra inte raden här under. Programmet behöver den."


@dataclass(frozen=True)
class Paper:
    """What shall stand in a folder: `title` after the time in its name, `facts` over the text, and `about`, what whoever decides must know, by name."""

    title: str
    facts: Sequence[tuple[str, str]]
    text: str = field(default="", repr=False)
    about: Mapping[str, Any] = field(default_factory=dict, repr=False)
    photos: Sequence[tuple[Path, str]] = ()
    """Where each lies, and its suffix."""
    after: str = ""
    """What can be done about it."""


@dataclass(frozen=True)
class Filed:
    """What waits. `path` is its file or its folder, `id` the message's, `sender` a register id; `about` is what its paper said.

    One that is no answer, but a post that must be mended, has neither a sender nor anything more.
    """

    path: Path
    id: str
    kind: Kind
    sender: str = ""
    came: str = ""
    written: str = ""
    title: str = ""
    about: Mapping[str, Any] = field(default_factory=dict, repr=False)
    photos: tuple[Path, ...] = ()

    @property
    def name(self) -> str:
        return name_of(self.path)

    @property
    def text(self) -> str:
        """What a person reads of it."""
        try:
            return _divided(self.path)[0] if self.sender else (self.path / "FEL.txt").read_text(encoding="utf-8")
        except OSError:
            return ""


def put(inbox: Path, arrived: Arrived, paper: Paper) -> tuple[str, tuple[Path, ...]]:
    """Lay a paper in the inbox, whole or not at all; return what it is called, and its files, which are not sure to be on disk yet. One that is there already stays as it is.

    Raises:
        UsageError: it can't be written.
    """
    header = arrived.header
    name = f"{folder_name(f'{arrived.came:%H.%M} {paper.title}', arrived.came)} ({header.id[:_MARKED]})"
    target = inbox / (name if paper.photos else f"{name}{SUFFIX}")
    if os.path.lexists(target) or os.path.lexists(inbox / DONE / target.name):
        return name, ()
    photos = [f"{number:02d}{suffix}" for number, (_, suffix) in enumerate(paper.photos, 1)]
    said = {
        "v": _VERSION,
        "id": header.id,
        "kind": header.kind,
        "sender": arrived.sender.id,
        "came": arrived.came.isoformat(timespec="minutes"),
        "written": arrived.written.isoformat(timespec="minutes"),
        "title": paper.title,
        "photos": photos,
        "about": dict(paper.about),
    }
    text = _file(text_of(paper), said)
    making = inbox / f".{header.id}.tmp"
    with telling(target):
        if not inbox.is_dir():
            private_folder(inbox)
        if making.is_dir():
            shutil.rmtree(making)
        if not photos:
            making.write_bytes(text)
            move_folder(making, target)
            return name, (target,)
        making.mkdir()
        for photo, (path, _) in zip(photos, paper.photos, strict=True):
            shutil.copyfile(path, making / photo)
        (making / TEXT).write_bytes(text)
        move_folder(making, target)
    return name, tuple(target / file for file in (TEXT, *photos))


def name_of(path: Path) -> str:
    """Return what is written to mean what lies there: its name, without the suffix of a text."""
    return path.name.removesuffix(SUFFIX)


def text_of(paper: Paper) -> str:
    """Return what a person reads: a heading, the facts, what was written, none of which can pass for a fact, and what can be done."""
    lines = [
        f"# {one_line(paper.title)}",
        "",
        *(f"- {word}: {one_line(value)}" for word, value in paper.facts if value),
    ]
    lines += ["", *(f"> {line}".rstrip() for line in plain_text(paper.text).split("\n"))] if paper.text else []
    lines += ["", paper.after] if paper.after else []
    return "\n".join(lines) + "\n"


def waiting(inbox: Path) -> Iterator[Filed]:
    """Yield what waits, oldest first. What this program hasn't laid there, or somebody has taken the last line of the text out of, is none of it."""
    if not inbox.is_dir():
        return
    for path in sorted(inbox.iterdir(), key=name_of):
        ours = path.suffix == SUFFIX or (path.is_dir() and path.name != DONE)
        if ours and not path.name.startswith(".") and (found := read(path)):
            yield found


def read(path: Path) -> Filed | None:
    """Return what a file or a folder holds, or None if it is not what this program makes."""
    try:
        said = _said(path)
        kind = next(kind for kind in KINDS if kind == said["kind"])
        sender, came, written, title = (str(said[name]) for name in ("sender", "came", "written", "title"))
        names = [name for name in map(str, said["photos"]) if Path(name).name == name]
        photos = tuple(path / name for name in names if (path / name).is_file())
        return Filed(path, str(said["id"]), kind, sender, came, written, title, dict(said["about"]), photos)
    except FileNotFoundError:
        return _to_mend(path)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, StopIteration):
        return None


def finish(inbox: Path, filed: Filed, how: str, at: datetime) -> Path:
    """Move something to where that lies which somebody has decided about; return where. `how` is noted in it."""
    if filed.sender:
        said = _said(filed.path) | {"decided": how, "decided_at": at.isoformat(timespec="minutes")}
        write_atomically(_paper(filed.path), _file(filed.text, said))
    done = private_folder(inbox / DONE)
    target, number = done / filed.path.name, 1
    while target.exists():
        number += 1
        target = done / f"{filed.name} ({number}){filed.path.name[len(filed.name) :]}"
    move_folder(filed.path, target, durable=True)
    return target


def _paper(path: Path) -> Path:
    return path / TEXT if path.is_dir() else path


def _file(text: str, said: Mapping[str, Any]) -> bytes:
    """Return the file of a text. Nothing that somebody else has written can be its last line: theirs begin with `>` or a word of ours."""
    return f"{text.rstrip()}\n\n{_KEEP}\n{json.dumps(said)}\n".encode()


def _divided(path: Path) -> tuple[str, str]:
    """Return the text and the last line, also of what Notepad has saved as it saved before it knew UTF-8."""
    content = _paper(path).read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    lines = text.rstrip().replace("\r\n", "\n").split("\n")
    kept = lines[:-2] if lines[-2:-1] == [_KEEP] else lines[:-1]
    return "\n".join(kept), lines[-1]


def _said(path: Path) -> dict[str, Any]:
    """Return what the last line says.

    Raises:
        OSError: there is no text.
        ValueError: its last line is another.
        TypeError: as that.
    """
    return dict(json.loads(_divided(path)[1]))


def _to_mend(folder: Path) -> Filed | None:
    """Return a post that could not be laid among the others, if that is what the folder is."""
    try:
        message = (folder / MARK).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
    return Filed(folder, message, "post", title=folder.name)
