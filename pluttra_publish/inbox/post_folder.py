"""A post's folder made of what somebody typed on a telephone: nothing in it means anything to whoever reads the folder but what stands here. Knows files and names.

The text is plain (`.txt`), under fields between `---` lines; what a field or a line of a post's text can mean is taken from it. Does not know who may write what.
"""

from __future__ import annotations

import json
import re
import shutil
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from pathlib import Path, PurePosixPath

from pluttra_publish.platform import move_folder, settle, write_atomically
from pluttra_publish.site import as_address
from pluttra_publish.site.folders import SIDECAR, TEXTS, ignored, nfc

TEXT = "text.txt"
MARK = ".meddelande"
"""Says in a post's folder which message it was made of. No part of the post: its name begins with a dot."""

_LONGEST = 80  # characters of a folder's name
_LONGEST_BYTES = 200  # systems allow 255
_LONGEST_ADDRESS = 90  # a post's is cut at 100, and two that are cut would be one

_UNSAFE = re.compile(r'[<>:"/\\|?*]')
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_BREAKS = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
"""Categories Cc and Cs, but for the tab and the line's end."""
_FENCE = re.compile(r"^(\s*[>*\-\s]*)(:{3})", re.MULTILINE)
_BRACE = re.compile(r"\{(?=[^{}]*=)")
_JOINER = "\u2060"
"""A word joiner: nothing that anybody sees, and enough to keep signs from meaning something together."""


@dataclass(frozen=True)
class Medium:
    """A photo, film or sound: where it lies now, the suffix that it shall have, its description, and the children on it as they are written in a post."""

    path: Path
    suffix: str
    alt: str = ""
    children: tuple[str, ...] = ()


@dataclass(frozen=True)
class PhonePost:
    """What shall stand in the folder. `message` is the message's id, `date` in the site's time zone; `on_media` are the children that are on a medium if nothing is said
    of it."""

    message: str
    title: str
    text: str = field(repr=False)
    date: datetime
    author: str
    draft: bool
    children: tuple[str, ...] = ()
    on_media: tuple[str, ...] = ()
    media: Sequence[Medium] = ()


def put_post(home: Path, post: PhonePost) -> Path:
    """Make the post's folder in `home`, whole or not at all, on disk when this returns; return it, or the one that was made of this message before."""
    found = made_before(home, post.message)
    if found is None:
        found = _free(home, post)
        put_folder(found, post)
    return found


def made_before(home: Path, message: str) -> Path | None:
    """Return the folder in `home` that was made of a message, if there is one."""
    there = sorted(home.iterdir()) if home.is_dir() else []
    return next((folder for folder in there if not ignored(folder.name) and _mark_of(folder) == message), None)


def put_folder(folder: Path, post: PhonePost, **besides: str) -> None:
    """Make a folder, whole or not at all, on disk when this returns. `besides` are other texts to lie in it: `FEL="…"` is FEL.txt."""
    making = folder.with_name(f".{post.message}.tmp")
    if making.exists():
        shutil.rmtree(making)
    making.mkdir(parents=True)
    names = [f"{number:02d}{medium.suffix}" for number, medium in enumerate(post.media, 1)]
    for name, medium in zip(names, post.media, strict=True):
        shutil.copyfile(medium.path, making / name)
    texts = {TEXT: text_of(post, names), MARK: f"{post.message}\n"}
    texts |= {SIDECAR: sidecar_of(post, names)} if names else {}
    texts |= {f"{name}.txt": text for name, text in besides.items()}
    for name, text in texts.items():
        write_atomically(making / name, text.encode())
    settle(str(making / name) for name in names)
    move_folder(making, folder, durable=True)


def text_of(post: PhonePost, names: Iterable[str]) -> str:
    """Return the post's text: fields between `---` lines, and then what was written, of which nothing is a field, a section or a tag."""
    fields = [("Titel", one_line(post.title)), ("Datum", f"{post.date:%Y-%m-%d %H:%M}")]
    fields += [("Barn", ", ".join(post.children)), ("Av", one_line(post.author))]
    fields += [("Status", "utkast" if post.draft else "publicerad")]
    described = zip(names, post.media, strict=True)
    fields += [("Bildtext", f"{name}: {alt}") for name, medium in described if (alt := one_line(medium.alt))]
    lines = ["---", *(f"{word}: {value}" for word, value in fields if value), "---", "", plain_text(post.text)]
    return "\n".join(lines).rstrip() + "\n"


def sidecar_of(post: PhonePost, names: Sequence[str]) -> str:
    """Return the post's `bilder.toml`: the order of its media, and who is on those where it is not the children of the post."""
    lines = ["# Skrivet på en telefon. Ordningen, och vilka som är med där det inte är inläggets barn.", ""]
    lines.append(f"ordning = {_listed(names)}")
    for name, medium in zip(names, post.media, strict=True):
        if set(medium.children) != set(post.on_media):
            lines += ["", f"[{_quoted(name)}]", f"barn = {_listed(medium.children)}"]
    return "\n".join(lines) + "\n"


def folder_name(title: str, date: datetime) -> str:
    """Return a folder's name that every system takes: the day, and what of the title may stand there; the time, if nothing may."""
    kept = "".join(sign for sign in one_line(title) if not unicodedata.category(sign).startswith("C"))
    words = " ".join(_UNSAFE.sub(" ", kept).split()).strip(". ")
    while words:
        name = nfc(f"{date:%Y-%m-%d} {words}")
        short = len(name) <= _LONGEST and len(name.encode()) <= _LONGEST_BYTES
        if short and len(as_address(name)) <= _LONGEST_ADDRESS and not ignored(name):
            return name
        words = words[:-1].rstrip(". ~")
    return f"{date:%Y-%m-%d} {date:%H.%M}"


def may_be_name(name: str) -> bool:
    """Tell whether a folder that posts lie in may have this name."""
    return (
        bool(name)
        and name == name.strip(". ")
        and not _UNSAFE.search(name)
        and name.isprintable()
        and not ignored(nfc(name))
    )


def _free(home: Path, post: PhonePost) -> Path:
    """Return a folder in `home` that no post has, neither by name nor by address."""
    there = sorted(home.iterdir()) if home.is_dir() else []
    stems = [PurePosixPath(path.name).stem if path.suffix.lower() in TEXTS else path.name for path in there]
    taken = {nfc(stem).casefold() for stem in stems} | {as_address(nfc(stem)) for stem in stems}
    wanted = folder_name(post.title, post.date)
    for number in count(1):
        name = wanted if number == 1 else f"{wanted} ({number})"
        if not {name.casefold(), as_address(name)} & taken:
            break
    return home / name


def _mark_of(folder: Path) -> str:
    try:
        return (folder / MARK).read_bytes()[:64].decode("ascii", "replace").strip()
    except OSError:
        return ""


def one_line(text: str) -> str:
    """Return a text that is the value of a field: one line, in the direction that its letters have, and without what could be a tag or name children."""
    kept = _BIDI.sub("", _BREAKS.sub(" ", text))
    kept = _CONTROLS.sub(" ", kept).replace("\t", " ").replace("\n", " ")
    return nfc(" ".join(_unmeant(kept).replace("</", f"<{_JOINER}/").split()))


def plain_text(text: str) -> str:
    """Return a text that is a post's: its lines, none of which opens a section for the staff."""
    kept = _BREAKS.sub("\n", text)
    kept = _BIDI.sub("", _CONTROLS.sub("", kept))
    return nfc(_FENCE.sub(rf"\1{_JOINER}\2", _unmeant(kept))).strip()


def _unmeant(text: str) -> str:
    return _BRACE.sub("{" + _JOINER, text)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _listed(names: Iterable[str]) -> str:
    return f"[{', '.join(map(_quoted, names))}]"
