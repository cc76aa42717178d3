"""The command that tells how it stands: status. Shows names of adults, since somebody asked at the preschool's own computer."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path

import click

from pluttra_publish.cli import report
from pluttra_publish.cli.options import json_option, site_option
from pluttra_publish.settings import read_settings
from pluttra_publish.status import Publisher, Status
from pluttra_publish.status import status as find_status

_MOST = 10

_PUBLISHERS: dict[Publisher, str] = {
    "this": "Den här datorn publicerar.",
    "another": "En annan dator har tagit över. Härifrån kan inget publiceras: ta bort de schemalagda jobben här (docs/drift.md).",
    "nobody": "Ingenting har publicerats än: pluttra publish",
    "restored": "Mappen är återställd ur en säkerhetskopia, och ska ta över innan den får publicera: pluttra publish --take-over",
    "unknown": "Det går inte att se vilken dator som publicerar.",
}


@click.command(epilog="Exempel: pluttra status --site minforskola")
@site_option
@json_option
def status(site: Path, as_json: bool) -> None:
    """Visa hur det står till: när det senast publicerades och från vilken dator, vad som väntar, vad som inte kom fram, och senaste säkerhetskopian."""
    with report.answering(as_json):
        found = find_status(read_settings(site))
        if as_json:
            report.say_json(found.summary())
            return
        _say(found)


def _say(found: Status) -> None:
    if found.root and found.age is not None:
        report.say(f"Publicerat senast {_when(found.root.time, found)}, {_ago(found.age)}.")
    report.say(_PUBLISHERS[found.publisher])
    if found.is_root_old:
        report.say("Det är länge sedan. Går det schemalagda jobbet? pluttra schedule")
    if found.outgoing:
        _say_list("Mejl som inte kom fram", (f"{name} ({code})" for name, code in found.outgoing.failed))
        if found.outgoing.notices or found.outgoing.invitations:
            report.say(
                f"Väntar på att mejlas: {found.outgoing.invitations} inbjudningar, {found.outgoing.notices} aviseringar."
            )
    if found.devices:
        failing = f", {found.devices.failing} som inte har gått att nå" if found.devices.failing else ""
        report.say(f"Aviseringar i telefonen: {found.devices.subscriptions} telefoner{failing}.")
    _say_list("Väntar på rektors godkännande", found.to_approve or ())
    _say_list("Hålls tillbaka, se FEL.txt i mappen", found.held or ())
    if found.backup is None or found.backup_age is None:
        report.say("Ingen säkerhetskopia har gjorts härifrån: pluttra backup MAPP")
    else:
        lacking = "" if found.backup.complete else " Några filer kom inte med: kör pluttra backup."
        old = " Den är gammal." if found.is_backup_old and found.backup.complete else ""
        report.say(
            f"Säkerhetskopia {_when(found.backup.time, found)}, {_ago(found.backup_age)}, i {found.backup.folder}.{old}{lacking}"
        )
    for trouble in found.troubles:
        report.say_aside(trouble)


def _say_list(what: str, found: Iterable[str]) -> None:
    listed = list(found)
    if listed:
        more = f" och {len(listed) - _MOST} till" if len(listed) > _MOST else ""
        report.say(f"{what} ({len(listed)}): {', '.join(listed[:_MOST])}{more}.")


def _when(time: int, found: Status) -> str:
    return f"{datetime.fromtimestamp(time, found.now.tzinfo):%Y-%m-%d kl. %H.%M}"


def _ago(age: timedelta) -> str:
    """Return how long ago something was, as one says it."""
    minutes = int(age.total_seconds()) // 60
    for size, one, many in ((24 * 60, "ett dygn", "dygn"), (60, "en timme", "timmar"), (1, "en minut", "minuter")):
        if count := minutes // size:
            return f"för {one if count == 1 else f'{count} {many}'} sedan"
    return "alldeles nyss"
