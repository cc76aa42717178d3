"""Commands for what readers have sent: inbox, inbox list, approve and dismiss. Show names, since somebody asked what has come."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from pluttra_publish.cli import report
from pluttra_publish.cli.options import json_option, site_option
from pluttra_publish.errors import Findings, UsageError
from pluttra_publish.hosts.drops import FilesDrop
from pluttra_publish.inbox import Emptied, empty, empty_all, filed
from pluttra_publish.inbox.filing import Filed
from pluttra_publish.register import find_reader, read_register
from pluttra_publish.settings import FILE, read_settings


def _deciding(command: Callable[..., None]) -> Callable[..., None]:
    """Let a command take what it is that is decided, and by whom."""
    for taken in (
        click.pass_context,
        json_option,
        site_option,
        click.option(
            "--by", metavar="PERSON", default="", help="Vem som bestämmer: namn, id eller e-post, som i registret."
        ),
        click.argument("name", metavar="NAMN", help="Namnet i inkommet/, en del av det, eller tecknen sist i det."),
    ):
        command = taken(command)
    return command


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
    if emptied.waits:
        report.say("\nVad som väntar på beslut: pluttra inbox list")


@inbox.command("list", epilog="Exempel: pluttra inbox list --site minforskola")
@site_option
@json_option
@click.pass_context
def list_(context: click.Context, site: Path, as_json: bool) -> None:
    """Visa vad som väntar i inkommet/ på att någon bestämmer. Ingenting hämtas."""
    site, as_json = _above(context, site, as_json)
    with report.answering(as_json):
        settings = read_settings(site)
        waiting = filed.listing(settings)
        if as_json:
            report.say_json({"waiting": [_row(one) for one in waiting]})
            return
        for one in waiting:
            report.say(f"{one.id[:8]}  {one.name}")
        if not waiting:
            report.say("Ingenting väntar.")
            return
        report.say(
            "\nLäs det i inkommet/ (har det bilder: svar.txt i mappen). Sedan: pluttra inbox approve NAMN, eller pluttra inbox dismiss NAMN."
        )


@inbox.command(epilog="Exempel: pluttra inbox approve 1f3a9c02")
@_deciding
def approve(context: click.Context, name: str, by: str, site: Path, as_json: bool) -> None:
    """Säg ja till något som väntar: lägg ut det, anteckna samtycket, ändra uppgiften."""
    _decide(context, name, by, site, as_json, filed.approve)


@inbox.command(epilog="Exempel: pluttra inbox dismiss 1f3a9c02")
@_deciding
def dismiss(context: click.Context, name: str, by: str, site: Path, as_json: bool) -> None:
    """Lägg undan något som väntar, utan att göra det. Det ligger kvar i inkommet/avslutat/."""
    _decide(context, name, by, site, as_json, filed.dismiss)


def _decide(context: click.Context, name: str, by: str, site: Path, as_json: bool, do: Callable[..., str]) -> None:
    site, as_json = _above(context, site, as_json)
    with report.answering(as_json):
        settings = read_settings(site)
        who = find_reader(read_register(settings.register, Findings()), by).id if by else ""
        said = do(settings, name, who)
        if as_json:
            report.say_json({"done": said})
        else:
            report.say(said)


def _above(context: click.Context, site: Path, as_json: bool) -> tuple[Path, bool]:
    """Return the options as they were given, whether before the command's own name or after it."""
    above = context.parent.params if context.parent else {}
    return above["site"] if site == Path() and above else site, as_json or bool(above.get("as_json"))


def _row(one: Filed) -> dict[str, object]:
    return {"id": one.id, "name": one.name, "kind": one.kind, "came": one.came, "why_not": filed.why_not(one)}
