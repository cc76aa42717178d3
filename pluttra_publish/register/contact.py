"""A guardian's own row changed: another e-mail address or language. Knows the site's folders, and one row. Prints nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from pluttra_publish.register.importing.identities import read_identities
from pluttra_publish.register.importing.plan import Planned, apply, plan_edit
from pluttra_publish.register.values import Guardian, Register
from pluttra_publish.register.write import Edited, unedited
from pluttra_publish.settings import Settings

_FILE = "vardnadshavare.csv"


def change_contact(
    settings: Settings, guardian: str, *, email: str | None, language: str | None, now: datetime
) -> Guardian | None:
    """Write a guardian's new e-mail address and language, None being as before, and return the row as it was; None if it says so already.

    The line in `privat/logg.jsonl` is there before the register says so, and the earlier files end up in `tidigare/`.

    Raises:
        NotReadable: the register has errors, or would have them.
        RegisterError: the register cannot be written, or has changed since.
    """
    planned = _planned(settings, guardian, email, language, now)
    was = planned.before.guardian.get(guardian)
    if was is None or planned.after.guardian[guardian] == was:
        return None
    apply(settings, replace(planned, log_ids=(guardian,)), allow_wider=False, now=now, what="register contact")
    return was


def _planned(settings: Settings, guardian: str, email: str | None, language: str | None, now: datetime) -> Planned:
    def edit(register: Register) -> Mapping[str, Edited]:
        rows = tuple(
            (at, _changed(row, email, language) if row.id == guardian else row)
            for at, row in enumerate(register.guardians)
        )
        return {**unedited(register), _FILE: Edited(rows)}

    return plan_edit(settings, edit, read_identities(settings.state), now=now)


def _changed(row: Guardian, email: str | None, language: str | None) -> Guardian:
    return replace(row, email=row.email if email is None else email, language=language or row.language)
