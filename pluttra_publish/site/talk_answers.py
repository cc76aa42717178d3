"""What families have said before and after a talk, as texts beside its own: answers to its questions, and who has agreed to its notes. Knows their form, no register.

`svar från NAMN.txt` has questions, each with its answer indented below it; `tidigare svar från …` is what was written there before, and no part of the talk.
`godkänt.txt` has a line for everybody who has agreed, with a digest of the notes: it counts while the notes are those.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from pluttra_publish.errors import FormatError
from pluttra_publish.format.canonical import b64, unb64
from pluttra_publish.site.dates import read_moment
from pluttra_publish.site.frontmatter import divide
from pluttra_publish.site.talk_times import Fault

ANSWERS, EARLIER = "svar från ", "tidigare svar från "
"""How the names of such files begin, folded."""
AGREED = "godkänt.txt"

_INDENT = "    "
_LATE = {"ja": True, "nej": False}
_MEANINGS = {"från": "by", "skrivet": "written", "sent": "late", "godkänt": "agreed"}


@dataclass(frozen=True)
class Answers:
    """One guardian's answers, newest: (question, answer) in order. `file` is where they lie, as findings name it; `late` if they were written after the last day."""

    by: str
    written: datetime | None
    answers: tuple[tuple[str, str], ...]
    late: bool = False
    file: str = ""


@dataclass(frozen=True)
class Agreement:
    """Who has agreed to which notes, and when; `notes` is what `notes_digest` gave of them."""

    by: str
    written: datetime
    notes: str


def notes_digest(html: str) -> str:
    """Return the SHA-256 of notes as they are read, in base64url."""
    return b64(hashlib.sha256(html.encode()).digest())


def answers_text(answers: Answers) -> str:
    """Return the file of one guardian's answers. Names and questions are of one line; answers are indented, so that nothing in them is anything else."""
    lines = [f"Från: {answers.by}"]
    lines += [f"Skrivet: {answers.written:%Y-%m-%d %H:%M:%S}"] if answers.written else []
    lines += ["Sent: ja"] if answers.late else []
    for question, answer in answers.answers:
        lines += ["", question, "", *(f"{_INDENT}{line}".rstrip() for line in answer.split("\n"))]
    return "\n".join(lines) + "\n"


def read_answers(shown: str, text: str, zone: ZoneInfo) -> Answers:
    """Return what a file of answers says; one that somebody has written by hand may lack anything."""
    matter = divide(text, _MEANINGS)
    said = {field.meaning: field.value for field in matter.fields}
    name = shown.rpartition("/")[2].rpartition(".")[0]
    return Answers(
        by=said.get("by") or name[len(ANSWERS) :],
        written=_moment(said.get("written", ""), zone),
        answers=tuple(_paired(matter.body)),
        late=_LATE.get(said.get("late", "").casefold(), False),
        file=shown,
    )


def agreed_text(agreements: Iterable[Agreement]) -> str:
    """Return `godkänt.txt`. Names have no line breaks and no `|` in them."""
    lines = [f"Godkänt: {one.written:%Y-%m-%d %H:%M:%S} | {one.by} | {one.notes}" for one in agreements]
    return "\n".join(lines) + "\n"


def read_agreed(shown: str, text: str, zone: ZoneInfo, fault: Fault) -> tuple[Agreement, ...]:
    """Return who has agreed; whatever can't be understood is a fault with its line."""
    found: list[Agreement] = []
    for field in divide(text, _MEANINGS).fields:
        when, _, rest = field.value.partition("|")
        by, _, notes = (part.strip() for part in rest.rpartition("|"))
        written = _moment(when.strip(), zone)
        if field.meaning != "agreed" or written is None or not by or not _is_digest(notes):
            mend = "Ta bort raden. Den som har godkänt kan göra det igen."
            fault(shown, f"rad {field.line}", "Raden går inte att förstå.", mend)
        else:
            found.append(Agreement(by, written, notes))
    return tuple(found)


def merged(now: Answers | None, new: Answers) -> Answers:
    """Return one guardian's answers when some more have come: of a question that has both, the one that was written last counts."""
    if now is None:
        return new
    older, newer = (new, now) if _is_before(new, now) else (now, new)
    said = dict(older.answers) | dict(newer.answers)
    asked = [question for question, _ in (*now.answers, *new.answers)]
    return Answers(now.by, newer.written, tuple((one, said[one]) for one in dict.fromkeys(asked)), newer.late, now.file)


def _is_before(one: Answers, other: Answers) -> bool:
    return one.written is not None and other.written is not None and one.written < other.written


def _paired(body: str) -> Iterator[tuple[str, str]]:
    """Yield questions with their answers; lines with nothing indented below them are an answer to no question."""
    question: list[str] = []
    answer: list[str] = []
    for line in (*body.split("\n"), "\0"):
        if line.startswith((_INDENT, "\t")) or (not line.strip() and answer):
            answer.append(line.removeprefix("\t") if line.startswith("\t") else line[len(_INDENT) :])
        elif line.strip():
            if answer or line == "\0":
                yield from _pair(question, answer)
                question, answer = [], []
            question.append(line.strip())


def _pair(question: Sequence[str], answer: Sequence[str]) -> Iterator[tuple[str, str]]:
    said = "\n".join(answer).strip("\n")
    if said.strip():
        yield " ".join(question), said
    elif question:
        yield "", "\n".join(question)


def _moment(text: str, zone: ZoneInfo) -> datetime | None:
    try:
        return read_moment(text).replace(tzinfo=zone)
    except ValueError:
        return None


def _is_digest(text: str) -> bool:
    try:
        return bool(unb64(text, 32))
    except FormatError:
        return False
