"""What guardians answer when they are asked for consent. A no is in the register at once, and the next publish goes by it; a yes waits for somebody to confirm it.

Each answers for themselves: an answer is that guardian's, never the family's, and where all guardians must answer yes it is the register's rules that say so. Knows the
register's consents and `inkommet/`. Does not know posts.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, timedelta

from pluttra_publish import log
from pluttra_publish.errors import Findings, UsageError
from pluttra_publish.inbox import filing
from pluttra_publish.inbox.desk import Applied, Arrived, Desk, text_in
from pluttra_publish.inbox.filing import Filed, Paper
from pluttra_publish.inbox.refusing import RefusedError
from pluttra_publish.platform import locked, private_folder
from pluttra_publish.register import (
    Answer,
    Child,
    Consents,
    Purpose,
    Reader,
    children_of,
    guardians_of,
    read_consents,
    title_of,
    withdrawn,
    write_answer,
    write_withdrawal,
)

_HOW = "Stämmer det? Skriv in det i samtyckena: pluttra inbox approve {id}\nLägg undan det: pluttra inbox dismiss {id}"
_TITLE = "Samtycke"


def apply_consent(desk: Desk, arrived: Arrived) -> Applied:
    """Write down a no, from today; file a yes. Done twice it leaves what once does.

    Raises:
        RefusedError: shape; may-not, if the sender is not the child's guardian today.
        RegisterError: the file with the answers can't be written now.
    """
    sender = arrived.sender
    child = desk.own_child(sender, arrived.header.body.get("child"))
    written, answer = (text_in(arrived.header, name, 200) for name in ("purpose", "answer"))
    purpose = next((known for known in desk.consents.purposes.all if known == written), None)
    if purpose is None or answer not in {"yes", "no"}:
        raise RefusedError("shape")
    about = f"{title_of(purpose).lower()}, {child.name}, av {sender.name}"
    consents, today = _now(desk), desk.now.date()
    if answer == "yes":
        return _file(desk, arrived, child, purpose, consents, about)
    with locked(private_folder(desk.settings.state) / filing.LOCK):
        for waiting in _waiting(desk, sender, child, purpose):
            filing.finish(desk.settings.inbox, waiting, "taken back", desk.now)
        own = [one for one in consents.standing(child.id, purpose, today) if one.by == sender.id]
        if not own and _says(consents, child.id, purpose, sender.id, today) == "no":
            return Applied(f"Nej till {about}: det var nej redan.")
        _write_no(desk, consents, own, sender, child, purpose)
    return Applied(f"Nej till {about}: gäller från nästa publicering.")


def approve_consent(desk: Desk, filed: Filed) -> str:
    """Write down a yes that a guardian has given; return what to say of it. Done twice it leaves one row.

    Raises:
        UsageError: the sender is no longer the child's guardian, or nobody is asked about that any longer.
        RegisterError: the file with the answers can't be written now.
    """
    sender = desk.readers.get(filed.sender)
    child = desk.register.visible.child.get(str(filed.about.get("child", "")))
    consents, today = _now(desk), desk.now.date()
    purpose = next((known for known in consents.purposes.all if known == filed.about.get("purpose")), None)
    hint = f"Lägg undan det: pluttra inbox dismiss {filed.id[:8]}"
    if sender is None or child is None or child not in children_of(desk.register, sender.id, today):
        raise UsageError("Den som svarade är inte längre barnets vårdnadshavare.", hint=hint)
    if purpose is None:
        raise UsageError("Det ändamålet frågar ni inte längre om.", hint=hint)
    asked = f"{child.name}, {title_of(purpose).lower()}"
    day = _first_day(consents, child, purpose, sender, today)
    if _says(consents, child.id, purpose, sender.id, day) != "yes":
        about = [sender.id, child.id]
        log.append(desk.settings.state, "consents given", now=desk.now, about=about, counts={"answers": 1})
        write_answer(desk.settings.register, Answer(child.id, purpose, yes=True, day=day, by=sender.id))
    after = _now(desk)
    if after.may(child.id, purpose, day):
        when = "nästa publicering" if day == today else day.isoformat()
        return f"Inskrivet: {asked}, ja av {sender.name}. Det gäller från {when}."
    return f"Inskrivet: {asked}, ja av {sender.name}. Det är fortfarande nej, {_why_not(desk, after, child, purpose, day)}."


def _now(desk: Desk) -> Consents:
    """Return the answers as the file has them now: this run may have written in it."""
    return read_consents(desk.settings.register, desk.register, desk.settings.consents, Findings())


def _says(consents: Consents, child: str, purpose: Purpose, guardian: str, on: date) -> str:
    said = consents.said(child, purpose, on).get(guardian)
    return said.state if said else ""


def _why_not(desk: Desk, consents: Consents, child: Child, purpose: Purpose, on: date) -> str:
    asked = guardians_of(desk.register, child.id, on)
    says = {one.name: _says(consents, child.id, purpose, one.id, on) for one in asked}
    lacking = {"", "no", "expired"} if purpose in consents.purposes.all_guardians else {"no", "expired"}
    others = [name for name, state in says.items() if state in lacking]
    return f"tills också {' och '.join(others)} har svarat ja" if others else "eftersom förskolan har beslutat det"


def _write_no(
    desk: Desk, consents: Consents, own: Collection[Answer], sender: Reader, child: Child, purpose: Purpose
) -> None:
    """Let the guardian's `own` yeses end today; where that doesn't make it a no, add one."""
    today, register = desk.now.date(), desk.settings.register
    about, counts = [sender.id, child.id], {"answers": max(len(own), 1)}
    log.append(desk.settings.state, "consents refused", now=desk.now, about=about, counts=counts)
    write_withdrawal(register, own, on=today)
    after = replace(consents, answers=withdrawn(consents.answers, own, today))
    if _says(after, child.id, purpose, sender.id, today) != "no":
        write_answer(register, Answer(child.id, purpose, yes=False, day=today, by=sender.id))


def _first_day(consents: Consents, child: Child, purpose: Purpose, sender: Reader, today: date) -> date:
    """Return from which day on a yes counts: of a guardian's answers of one day, the no does."""
    own = [row.day for row in consents.answers if (row.child, row.purpose, row.by) == (child.id, purpose, sender.id)]
    newest = max(own, default=date.min)
    if newest < today or _says(consents, child.id, purpose, sender.id, newest) == "yes":
        return today
    return newest + timedelta(days=1)


def _file(desk: Desk, arrived: Arrived, child: Child, purpose: Purpose, consents: Consents, about: str) -> Applied:
    """File a yes, unless it is one already, or one like it waits."""
    sender, today = arrived.sender, desk.now.date()
    said = consents.said(child.id, purpose, today).get(sender.id)
    if said and said.state == "yes":
        return Applied(f"Ja till {about}: det var ja redan.")
    if any(one.id != arrived.header.id for one in _waiting(desk, sender, child, purpose)):
        return Applied(f"Ja till {about}: väntar redan.")
    paper = Paper(
        title=f"{_TITLE} {child.first_name} {title_of(purpose).lower()}",
        facts=(
            ("Barn", child.name),
            ("Ändamål", title_of(purpose).lower()),
            ("Svar", "ja"),
            ("Från", sender.name),
            ("Skrivet", f"{arrived.written:%Y-%m-%d %H:%M}"),
            ("I registret i dag", _written(said.state, said.since) if said else "har inte svarat"),
            ("Alla vårdnadshavare ska svara", "ja" if purpose in consents.purposes.all_guardians else ""),
        ),
        about={"child": child.id, "purpose": purpose},
        after=_HOW.format(id=arrived.header.id[:8]),
    )
    name, files = filing.put(desk.settings.inbox, arrived, paper)
    return Applied(f"Ja till {about}: {desk.settings.inbox.name}/{name}", waits=True, files=files)


def _written(state: str, since: date) -> str:
    return {"yes": "ja", "no": "nej", "expired": "ja, men tiden har gått ut"}[state] + f" ({since.isoformat()})"


def _waiting(desk: Desk, sender: Reader, child: Child, purpose: Purpose) -> list[Filed]:
    """Return the yeses of the sender's to this that wait."""
    inbox = desk.settings.inbox
    paths = sorted(inbox.glob(f"* {_TITLE} *")) if inbox.is_dir() else []
    found = [filed for path in paths if (filed := filing.read(path)) and filed.kind == "consent"]
    wanted = {"child": child.id, "purpose": purpose}
    return [filed for filed in found if filed.sender == sender.id and dict(filed.about) == wanted]
