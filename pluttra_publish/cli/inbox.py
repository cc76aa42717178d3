"""The command for what readers have sent: inbox. Shows names, since somebody asked what has come."""

from __future__ import annotations

from pathlib import Path

import click

from pluttra_publish.cli import report
from pluttra_publish.cli.options import json_option, site_option
from pluttra_publish.errors import UsageError
from pluttra_publish.hosts.drops import FilesDrop
from pluttra_publish.inbox import Emptied, empty, empty_all
from pluttra_publish.settings import FILE, read_settings


@click.group(
    invoke_without_command=True,
    epilog="Exempel: pluttra inbox\n\n\b\npluttra inbox --from svar.eml --from brev.txt",
)
@click.option(
    "--from",
    "saved",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    multiple=True,
    help="Läs meddelanden ur en sparad fil i stället: ett mejl, en text eller det förseglade som det är. Kan upprepas.",
)
@site_option
@json_option
@click.pass_context
def inbox(context: click.Context, saved: tuple[Path, ...], site: Path, as_json: bool) -> None:
    """Töm brevlådan: hämta det som familjer och personal har skickat, gör det som går av sig självt och lägg resten i inkommet/.

    pluttra watch och pluttra heartbeat gör samma sak av sig själva.
    """
    if context.invoked_subcommand is not None:
        return
    with report.answering(as_json):
        settings = read_settings(site)
        if not settings.drop.is_on and not saved:
            raise UsageError("Ingen väg tillbaka är vald.", hint=f"Fyll i [drop] i {FILE}. Läs docs/brevladan.md.")
        with report.progress(as_json) as step:
            emptied = empty(settings, [FilesDrop(saved)], step=step) if saved else empty_all(settings, step=step)
        if as_json:
            report.say_json(emptied.summary() | {"applied": [one.said for one in emptied.applied]})
        else:
            _say(emptied)
        for trouble in emptied.trouble:
            raise trouble


def _say(emptied: Emptied) -> None:
    report.say(emptied.text)
    for one in emptied.applied:
        if one.said:
            report.say(f"  • {one.said}")
