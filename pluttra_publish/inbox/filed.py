"""What waits in `inkommet/` for somebody to decide: which there are, and yes or no to one. Knows what each kind becomes. Prints nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path

from pluttra_publish import log
from pluttra_publish.clock import now_of
from pluttra_publish.errors import Findings, UsageError
from pluttra_publish.format.messages import Kind
from pluttra_publish.inbox import filing
from pluttra_publish.inbox.consents import approve_consent
from pluttra_publish.inbox.contacts import approve_contact
from pluttra_publish.inbox.desk import Desk
from pluttra_publish.inbox.filing import Filed
from pluttra_publish.inbox.homes import approve_observation, approve_reply, why_only_read
from pluttra_publish.people import read_people
from pluttra_publish.platform import identity_path, locked, private_folder, telling
from pluttra_publish.register.values import fold
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.settings import Settings

_LEAST = 4  # digits of an id

Approve = Callable[[Desk, Filed], str]
"""Does what was asked for, and returns what to say of it. Done twice it leaves what once would.

Raises:
    PluttraError: it can't be done; nothing has changed.
"""

APPROVE: Mapping[Kind, Approve] = {
    "consent": approve_consent,
    "contact": approve_contact,
    "observation": approve_observation,
    "reply": approve_reply,
}


def listing(settings: Settings) -> tuple[Filed, ...]:
    """Return what waits, oldest first."""
    return tuple(filing.waiting(settings.inbox))


def why_not(filed: Filed) -> str:
    """Return why something can only be read and put by; empty if it can be approved."""
    if filed.kind == "reply":
        return why_only_read(filed)
    if filed.kind == "talk-answers":
        return "Svaren går bara att läsa: skriv in dem i samtalets mapp."
    return "" if filed.kind in APPROVE else "Rätta det, och flytta mappen dit den ska. Det står i FEL.txt i mappen."


def find(settings: Settings, written: str) -> Filed:
    """Return what is meant by a folder's name, a part of it, or the eight letters and digits at its end.

    Raises:
        UsageError: nothing that waits, or more than one.
    """
    name, known = fold(filing.name_of(Path(written))), listing(settings)
    for found in (
        [filed for filed in known if fold(filed.name) == name],
        [filed for filed in known if len(name) >= _LEAST and filed.id.startswith(name)],
        [filed for filed in known if name and name in fold(filed.name)],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            listed = ", ".join(f"”{filed.name}”" for filed in found)
            raise UsageError(f"”{written}” kan vara flera: {listed}.", hint="Skriv hela namnet.")
    raise UsageError(f"Inget som väntar heter ”{written}”.", hint="Se vad som väntar: pluttra inbox list")


def approve(settings: Settings, written: str, by: str = "", *, identity: Path | None = None) -> str:
    """Do what something that waits asks for, put it by, and return what to say of it. `by` is who decides, an id in the register, or nobody in particular.

    Raises:
        UsageError: nothing that waits is meant, or it can't be done.
        CheckFailed: the register has errors.
        PluttraError: as the kind's own.
    """
    with _alone(settings):
        filed = find(settings, written)
        if why := why_not(filed):
            raise UsageError(why, hint=f"Lägg undan det när det är klart: pluttra inbox dismiss {filed.id[:8]}")
        desk = _desk(settings, identity)
        said = APPROVE[filed.kind](desk, filed)
        _finish(settings, filed, "approved", by, desk.now)
    return said


def dismiss(settings: Settings, written: str, by: str = "") -> str:
    """Put something that waits by, undone, and return what to say of it. Nothing is deleted.

    Raises:
        UsageError: nothing that waits is meant, or it can't be moved.
    """
    with _alone(settings):
        filed = find(settings, written)
        where = _finish(settings, filed, "dismissed", by, now_of(settings))
    return f"Undanlagt: {settings.inbox.name}/{filing.DONE}/{filing.name_of(where)}"


def _alone(settings: Settings) -> AbstractContextManager[None]:
    return locked(private_folder(settings.state) / filing.LOCK)


def _desk(settings: Settings, identity: Path | None) -> Desk:
    findings = Findings()
    people = read_people(settings, findings)
    findings.stop()
    keystore = Keystore.load(settings.state / "keystore.age", identity_path=identity or identity_path())
    return Desk(settings, keystore, people.register, people.consents, now_of(settings))


def _finish(settings: Settings, filed: Filed, how: str, by: str, now: datetime) -> Path:
    about = [one for one in (filed.sender, str(filed.about.get("child", "")), by) if one]
    log.append(settings.state, f"inbox {how}", now=now, about=about, counts={filed.kind: 1})
    with telling(filed.path):
        return filing.finish(settings.inbox, filed, how, now)
