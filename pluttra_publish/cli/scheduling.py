"""The command for what runs by itself: schedule. Writes files, and says what to do with them."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path
from urllib.parse import urlsplit

import click

from pluttra_publish.cli import report
from pluttra_publish.cli.options import json_option, site_option
from pluttra_publish.errors import UsageError
from pluttra_publish.platform import IDENTITY_VARIABLE, private_folder, telling, write_atomically
from pluttra_publish.schedule import KINDS, Kind, Planned, jobs, plan
from pluttra_publish.settings import FILE, Settings, is_inside, read_settings

_HERE: Kind = "windows" if sys.platform == "win32" else "launchd" if sys.platform == "darwin" else "systemd"


class _TimeOfDay(click.ParamType[tuple[int, int]]):
    """An hour and a minute: 02:00 or 02.00."""

    name = "KLOCKSLAG"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, int]:
        match = re.fullmatch(r"([01]?\d|2[0-3])[.:]([0-5]\d)", str(value).strip())
        if match is None:
            self.fail(f"”{value}” är inget klockslag, till exempel 02:00", param, ctx)
        return int(match[1]), int(match[2])


@click.command(epilog="Exempel: pluttra schedule --site minforskola")
@click.argument(
    "kind",
    metavar="[SLAG]",
    required=False,
    type=click.Choice(KINDS),
    help="Vad datorn har: systemd (Linux), cron, launchd (macOS) eller windows. Annars det som den här datorn har.",
)
@click.option(
    "--into",
    metavar="MAPP",
    type=click.Path(path_type=Path, file_okay=False),
    help="Var filerna skrivs. Annars privat/schema.",
)
@click.option("--at", "night", type=_TimeOfDay(), default="02:00", show_default=True, help="När nattens jobb går.")
@site_option
@json_option
def schedule(kind: Kind | None, into: Path | None, night: tuple[int, int], site: Path, as_json: bool) -> None:
    """Skriv filer till datorns schemaläggare, och säg var de ska ligga: watch hela tiden, heartbeat och backup varje natt.

    Ingenting startas. Jobben går som kontot du är inloggad med; ingen administratör behövs.
    """
    with report.answering(as_json):
        settings = read_settings(site)
        folder = (into or settings.state / "schema").absolute()
        if any(is_inside(folder, apart) for apart in (settings.posts, settings.host.path) if apart):
            raise UsageError("Den mappen synkas eller publiceras.", hint="Ange en annan med --into.")
        backup = settings.backup.folder is not None
        wanted = jobs(_program(), settings.root, backup=backup, night=night)
        known = {IDENTITY_VARIABLE: os.environ[IDENTITY_VARIABLE]} if IDENTITY_VARIABLE in os.environ else {}
        planned = plan(kind or _HERE, wanted, name=_name(settings), environment=known)
        private_folder(folder)
        for file in planned.files:
            with telling(folder / file.name):
                write_atomically(folder / file.name, file.content)
        if as_json:
            report.say_json(_told(planned, folder, backup))
            return
        _say(planned, folder)
        if not backup:
            report.say_aside(f"Säkerhetskopian är inte med: skriv folder = … under [backup] i {FILE}, och kör igen.")


def _program() -> tuple[str, ...]:
    """Return how this very program is started."""
    name = "pluttra.exe" if sys.platform == "win32" else "pluttra"
    for place in (Path(sys.argv[0]).absolute(), Path(sys.executable).with_name(name)):
        if place.name == name and place.is_file():
            return (str(place),)
    return sys.executable, "-m", "pluttra_publish"


def _name(settings: Settings) -> str:
    return re.sub(r"[^a-z0-9]+", "-", urlsplit(settings.url).hostname or "").strip("-") or "forskola"


def _told(planned: Planned, folder: Path, backup: bool) -> dict[str, object]:
    files = [str(folder / file.name) for file in planned.files]
    return {"kind": planned.kind, "files": files, "place": planned.place, "then": list(planned.then), "backup": backup}


def _say(planned: Planned, folder: Path) -> None:
    report.say(f"Skrivet i {folder}:")
    for file in planned.files:
        report.say(f"  {file.name}")
    if planned.place:
        report.say(f"\nKopiera filerna till {planned.place} och kör sedan:")
    else:
        report.say("\nGå till den mappen, och kör:")
    for line in planned.then:
        report.say(f"  {line}")
    if planned.kind == "windows":
        report.say("\nJobben går när kontot är inloggat. Låt datorn logga in av sig själv, och inte gå i viloläge.")
