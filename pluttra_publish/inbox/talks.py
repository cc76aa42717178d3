"""What guardians say of a development talk, written into the talk's own folder: a time that they choose, answers, and that they agree to the notes. Knows who may, and who was first.

Whoever comes first has a time: messages are done in the order in which they came, and of those that were fetched together in which they were written. Nobody is ever given a time
that somebody else has; what they wanted is remembered beside the one that they have.
"""

from __future__ import annotations

from datetime import datetime

from pluttra_publish.errors import FormatError
from pluttra_publish.format import shape
from pluttra_publish.inbox.desk import LONGEST_TEXT, Applied, Arrived, Desk
from pluttra_publish.inbox.filing import Paper, put
from pluttra_publish.inbox.known_talks import KnownTalk
from pluttra_publish.inbox.post_folder import one_line, plain_text
from pluttra_publish.inbox.refusing import RefusedError
from pluttra_publish.inbox.talk_files import put_agreed, put_answers, put_choice
from pluttra_publish.platform import telling
from pluttra_publish.register import children_of, guardians_of
from pluttra_publish.site.dates import plausible
from pluttra_publish.site.folders import nfc
from pluttra_publish.site.talk_answers import Agreement, Answers, notes_digest
from pluttra_publish.site.talk_times import Choice, Times, Why, Wish
from pluttra_publish.talk_asking import signature

MOST_ANSWERS = 40
LONGEST_QUESTION = 400


def choose_time(desk: Desk, arrived: Arrived) -> Applied:
    """Let a guardian have one of the times that a talk offers, if nobody else has it; remember what they wanted otherwise.

    Raises:
        RefusedError: shape, may-not.
        UsageError: the talk's folder can't be written.
    """
    page, known = _talk(desk, arrived)
    time, by, written = _time(arrived, desk), _signed(desk, arrived, known), arrived.written.replace(microsecond=0)
    times = known.talk.times
    chosen, shown = times.chosen, known.talk.source
    if any((wish.by, wish.time, wish.written) == (by, time, written) for wish in times.wishes):
        return Applied(f"{by} hade redan önskat den tiden: {shown}")
    own = chosen is not None and chosen.by == by and times.fixed is None
    if chosen and own and (chosen.time == time or (chosen.written is not None and written <= chosen.written)):
        return Applied(f"{by} har en tid för samtal: {shown}")
    why = _why_not(desk, known, time, arrived, own=own)
    new = times.wishing(Wish(time, by, written, why)) if why else times.choosing(Choice(time, by, written))
    with telling(known.talk.folder):
        path = put_choice(known.talk, new)
    desk.talks.look_again(page)
    said = f"{by} ville ha en annan tid för samtal" if why else f"{by} har bokat tid för samtal"
    return Applied(f"{said}: {shown}", files=(path,))


def answer(desk: Desk, arrived: Arrived) -> Applied:
    """Write down a guardian's answers to a talk's questions, with what they have answered before. Of a talk that is gone they wait in `inkommet/`.

    Raises:
        RefusedError: shape, may-not.
        UsageError: the talk's folder can't be written.
    """
    answers = _answers(arrived)
    if _is_gone(desk, arrived):
        return _filed(desk, arrived, answers)
    page, known = _talk(desk, arrived)
    by, written = _signed(desk, arrived, known), arrived.written.replace(microsecond=0)
    new = Answers(by, written, answers, late=known.talk.times.is_late(written))
    with telling(known.talk.folder):
        files = put_answers(known.talk, new, desk.settings.zone)
    desk.talks.look_again(page)
    late = ", efter sista svarsdagen" if new.late else ""
    return Applied(f"{by} har svarat inför samtal{late}: {known.talk.source}", files=files)


def agree(desk: Desk, arrived: Arrived) -> Applied:
    """Write down that a guardian agrees to a talk's notes, if those are the notes still.

    Raises:
        RefusedError: shape, may-not.
        UsageError: the talk's folder can't be written.
    """
    from pluttra_publish.site.talks import read_notes  # noqa: PLC0415 # with Markdown, which the others don't need

    _, known = _talk(desk, arrived)
    digest = arrived.header.body.get("notes")
    try:
        shape.raw(digest, "notes", 32)
    except FormatError:
        raise RefusedError("shape") from None
    by, shown = _signed(desk, arrived, known), known.talk.source
    notes = read_notes(known.talk, desk.settings, today=desk.now.date())
    if not notes or notes_digest(notes) != digest:
        return Applied(f"{by} godkände anteckningar som har ändrats sedan dess, och får frågan igen: {shown}")
    with telling(known.talk.folder):
        path = put_agreed(known.talk, Agreement(by, arrived.written.replace(microsecond=0), digest), desk.settings.zone)
    return Applied(f"{by} har godkänt anteckningarna från samtal: {shown}", files=(path,))


def _is_gone(desk: Desk, arrived: Arrived) -> bool:
    """Tell whether a message is about a talk that isn't there: its folder has another name, or has been taken away."""
    page, sender = arrived.header.body.get("talk"), arrived.sender
    try:
        shape.hex8(page, "talk")
    except FormatError:
        return False
    is_guardian = sender.role == "guardian" and bool(children_of(desk.register, sender.id, desk.now.date()))
    return is_guardian and desk.talks.get(page) is None


def _filed(desk: Desk, arrived: Arrived, answers: tuple[tuple[str, str], ...]) -> Applied:
    """Keep what somebody has taken the trouble to write."""
    facts = (
        ("Svar på", "frågorna inför ett samtal vars mapp har bytt namn eller tagits bort"),
        ("Från", arrived.sender.name),
        ("Skrivet", f"{arrived.written:%Y-%m-%d %H:%M}"),
        ("Kom", f"{arrived.came:%Y-%m-%d %H:%M}"),
    )
    text = "\n\n".join(f"{question}\n{said}" for question, said in answers)
    after = (
        f"Skriv in svaren i samtalets mapp, och lägg sedan undan det här: pluttra inbox dismiss {arrived.header.id[:8]}"
    )
    paper = Paper(f"Svar inför samtal från {arrived.sender.name}", facts, text, after=after)
    name, files = put(desk.settings.inbox, arrived, paper)
    where = f"{desk.settings.inbox.name}/{name}"
    return Applied(
        f"{arrived.sender.name} har svarat inför ett samtal som inte finns: {where}", waits=True, files=files
    )


def _talk(desk: Desk, arrived: Arrived) -> tuple[str, KnownTalk]:
    """Return the talk that a message is about, with its page's id."""
    page = arrived.header.body.get("talk")
    known = desk.talks.get(page)
    if known is None or not isinstance(page, str):
        raise RefusedError("shape")
    sender = arrived.sender
    if sender.role != "guardian" or known.child not in children_of(desk.register, sender.id, desk.now.date()):
        raise RefusedError("may-not")
    return page, known


def _signed(desk: Desk, arrived: Arrived, known: KnownTalk) -> str:
    guardians = guardians_of(desk.register, known.child.id, desk.now.date())
    return one_line(signature(desk.register.guardian[arrived.sender.id], guardians))


def _time(arrived: Arrived, desk: Desk) -> datetime:
    """Return the time that a message asks for, by the clock of the site."""
    try:
        written = shape.text(shape.member(arrived.header.body, "time"), "time")
        time = datetime.strptime(written, "%Y-%m-%dT%H:%M").replace(tzinfo=desk.settings.zone)
    except (FormatError, ValueError):
        raise RefusedError("shape") from None
    if not plausible(time.date(), desk.now.date()):
        raise RefusedError("shape")
    return time


def _why_not(desk: Desk, known: KnownTalk, time: datetime, arrived: Arrived, *, own: bool) -> Why | None:
    """Return why a time can't be had, or None if it can. `own` tells whether the sender has the time that the talk has."""
    times: Times = known.talk.times
    if times.settled and not own:
        return "chosen"
    if times.is_late(arrived.written):
        return "late"
    if time not in times.offered or time <= arrived.came:
        return "gone"
    return None if time in desk.talks.free(known, arrived.came) else "taken"


def _answers(arrived: Arrived) -> tuple[tuple[str, str], ...]:
    """Return questions and answers as plain text; what isn't answered is left out."""
    try:
        pairs = shape.listed(shape.member(arrived.header.body, "answers"), "answers", _pair)
    except FormatError:
        raise RefusedError("shape") from None
    said = {one_line(question): plain_text(text) for question, text in pairs}
    answered = tuple((question, text) for question, text in said.items() if question and text)
    if not answered or len(pairs) > MOST_ANSWERS:
        raise RefusedError("shape")
    return answered


def _pair(value: object, place: str) -> tuple[str, str]:
    question, text = (shape.text(one, place) for one in shape.fixed(value, place, 2))
    question = nfc(" ".join(question.split()))
    if len(question) > LONGEST_QUESTION or len(text) > LONGEST_TEXT:
        raise shape.refusal(place)
    return question, text
