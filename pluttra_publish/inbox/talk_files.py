"""What families say of a talk, as files in its folder: whole or not at all, and the same when it is said again. Knows files. Does not know who may say what.

What somebody wrote before is never lost by what they write after: it lies beside it, under `tidigare svar från …`.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from pluttra_publish.platform import remove_file, write_atomically
from pluttra_publish.site import decoded
from pluttra_publish.site.folders import nfc
from pluttra_publish.site.talk_answers import (
    AGREED,
    ANSWERS,
    EARLIER,
    Agreement,
    Answers,
    agreed_text,
    answers_text,
    merged,
    read_agreed,
    read_answers,
)
from pluttra_publish.site.talk_folder import TimedTalk
from pluttra_publish.site.talk_times import FILE as CHOSEN
from pluttra_publish.site.talk_times import Times, choice_text

MOST_EARLIER = 50
"""Of one guardian's earlier answers to one talk; the oldest go."""

_LONGEST = 60  # characters of a name in a file's name


def put_choice(talk: TimedTalk, times: Times) -> Path:
    """Write who has chosen which time, and who wanted another; return the file."""
    return _put(talk.folder / CHOSEN, choice_text(times))


def put_answers(talk: TimedTalk, new: Answers, zone: ZoneInfo) -> tuple[Path, ...]:
    """Write a guardian's answers with those that they have given before; return the files."""
    path, now = _before(talk, new.by, zone)
    both = merged(now, new)
    if now is None:
        return (_put(path, answers_text(both)),)
    if _same(both, now):  # said already, or all of it has been answered anew since
        changed = new.written != now.written
        return (_keep_earlier(path, new),) if changed else ()
    earlier = _keep_earlier(path, new if both.written == now.written else now)
    return earlier, _put(path, answers_text(both))


def put_agreed(talk: TimedTalk, agreement: Agreement, zone: ZoneInfo) -> Path:
    """Write that somebody agrees to notes; return the file. Who has agreed to those already is there once, as of the first time."""
    path = talk.folder / AGREED
    there = read_agreed(AGREED, _text(path), zone, lambda *_: None)
    if any((one.by, one.notes) == (agreement.by, agreement.notes) for one in there):
        return path
    return _put(path, agreed_text([*there, agreement]))


def _before(talk: TimedTalk, by: str, zone: ZoneInfo) -> tuple[Path, Answers | None]:
    """Return where a guardian's answers lie, with what they say; or where they can lie."""
    taken = set[str]()
    for shown, path in talk.answers:
        there = read_answers(shown, _text(path), zone)
        if there.by == by:
            return path, there
        taken.add(nfc(path.name).casefold())
    name = f"{ANSWERS}{_safe(by)}"
    number = 1
    while (file := f"{name}{f' ({number})' if number > 1 else ''}.txt").casefold() in taken:
        number += 1
    return talk.folder / file, None


def _same(one: Answers, other: Answers) -> bool:
    return (one.answers, one.written, one.late) == (other.answers, other.written, other.late)


def _keep_earlier(path: Path, answers: Answers) -> Path:
    """Keep answers that others have taken the place of."""
    name = f"{EARLIER}{path.stem.removeprefix(ANSWERS)}"
    when = answers.written or datetime.fromtimestamp(path.stat().st_mtime)
    earlier = path.with_name(f"{name}, {when:%Y-%m-%d %H.%M.%S}.txt")
    if not earlier.exists():
        _put(earlier, answers_text(answers))
    for old in sorted(path.parent.glob(f"{_escaped(name)}, *.txt"))[:-MOST_EARLIER]:
        remove_file(old)
    return earlier


def _escaped(name: str) -> str:
    return "".join(f"[{sign}]" if sign in "*?[" else sign for sign in name)


def _safe(name: str) -> str:
    """Return a name as every system takes it in a file's name."""
    kept = "".join(sign if sign.isalnum() or sign in "-'()" else " " for sign in name)
    return nfc(" ".join(kept.split()))[:_LONGEST].strip() or "vårdnadshavare"


def _put(path: Path, text: str) -> Path:
    content = text.encode("utf-8")
    if not path.is_file() or path.read_bytes() != content:
        write_atomically(path, content)
    return path


def _text(path: Path) -> str:
    try:
        return nfc(decoded(path.read_bytes(), errors="replace")).replace("\r\n", "\n")
    except OSError:
        return ""
