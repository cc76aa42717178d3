"""What waits for somebody to decide, as a folder in `inkommet/`: a text to read, photos to look at, and what the program needs to do it. Knows files, not who may what.

A folder's name follows from the message, so that one that is filed twice is one. Once somebody has decided it lies in `avslutat/`, whole: nothing is thrown away.
"""

from __future__ import annotations

import json
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

TEXT = "text.md"
MESSAGE = "meddelande.json"
DONE = "avslutat"
LOCK = "inkommet.lock"
"""In the private state: held by whoever moves what is filed."""

_VERSION = 1
_MARKED = 8  # digits of the message's id that stand in the folder's name


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
    """A folder that waits. `name` is the folder's, `id` the message's, `sender` a register id; `about` is what its paper said.

    One that is no answer, but a post that must be mended, has neither a sender nor anything more.
    """

    folder: Path
    id: str
    kind: Kind
    sender: str = ""
    came: str = ""
    written: str = ""
    title: str = ""
    about: Mapping[str, Any] = field(default_factory=dict, repr=False)
    photos: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.folder.name

    @property
    def text(self) -> str:
        """What a person reads of it."""
        for name in (TEXT, "FEL.txt"):
            try:
                return (self.folder / name).read_text(encoding="utf-8")
            except OSError:
                continue
        return ""


def put(inbox: Path, arrived: Arrived, paper: Paper) -> tuple[Path, tuple[Path, ...]]:
    """Make the folder, whole or not at all; return it, and its files, which are not sure to be on disk yet. One that is there already stays as it is.

    Raises:
        UsageError: it can't be written.
    """
    header = arrived.header
    name = _name(arrived.came, paper.title, header.id)
    for there in (inbox / name, inbox / DONE / name):
        if there.is_dir():
            return there, ()
    folder, making = inbox / name, inbox / f".{header.id}.tmp"
    with telling(folder):
        if not inbox.is_dir():
            private_folder(inbox)
        if making.exists():
            shutil.rmtree(making)
        making.mkdir()
        photos = [f"{number:02d}{suffix}" for number, (_, suffix) in enumerate(paper.photos, 1)]
        for photo, (path, _) in zip(photos, paper.photos, strict=True):
            shutil.copyfile(path, making / photo)
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
        (making / TEXT).write_bytes(text_of(paper).encode("utf-8"))
        (making / MESSAGE).write_bytes(json.dumps(said, ensure_ascii=False).encode("utf-8"))
        move_folder(making, folder)
    return folder, tuple(folder / name for name in (TEXT, MESSAGE, *photos))


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
    """Yield what waits, oldest first. A folder that this program hasn't made, or somebody has taken the message out of, is none of it."""
    if not inbox.is_dir():
        return
    for folder in sorted(inbox.iterdir()):
        if folder.name.startswith(".") or folder.name == DONE or not folder.is_dir():
            continue
        if found := read(folder):
            yield found


def read(folder: Path) -> Filed | None:
    """Return what a folder holds, or None if it is not what this program makes."""
    try:
        said = json.loads((folder / MESSAGE).read_text(encoding="utf-8"))
        kind = next(kind for kind in KINDS if kind == said["kind"])
        sender, came, written, title = (str(said[name]) for name in ("sender", "came", "written", "title"))
        photos = tuple(
            name for name in map(str, said["photos"]) if Path(name).name == name and (folder / name).is_file()
        )
        return Filed(folder, str(said["id"]), kind, sender, came, written, title, dict(said["about"]), photos)
    except FileNotFoundError:
        return _to_mend(folder)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, StopIteration):
        return None


def finish(inbox: Path, filed: Filed, how: str, at: datetime) -> Path:
    """Move a folder to where those lie that somebody has decided about; return where. `how` is noted in it."""
    if filed.sender:
        said = json.loads((filed.folder / MESSAGE).read_text(encoding="utf-8"))
        said |= {"decided": how, "decided_at": at.isoformat(timespec="minutes")}
        write_atomically(filed.folder / MESSAGE, json.dumps(said, ensure_ascii=False).encode("utf-8"))
    done = private_folder(inbox / DONE)
    target, number = done / filed.name, 1
    while target.exists():
        number += 1
        target = done / f"{filed.name} ({number})"
    move_folder(filed.folder, target, durable=True)
    return target


def _name(came: datetime, title: str, message: str) -> str:
    return f"{folder_name(f'{came:%H.%M} {title}', came)} ({message[:_MARKED]})"


def _to_mend(folder: Path) -> Filed | None:
    """Return a post that could not be laid among the others, if that is what the folder is."""
    try:
        message = (folder / MARK).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
    return Filed(folder, message, "post", title=folder.name)
