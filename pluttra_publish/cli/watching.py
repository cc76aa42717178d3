"""The command that publishes what changes: watch. Tells on standard error what hinders it."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from pluttra_publish.cli import report
from pluttra_publish.cli.options import json_option, site_option
from pluttra_publish.errors import CheckFailed, Findings, PluttraError
from pluttra_publish.inbox import Emptied
from pluttra_publish.outcomes import Published
from pluttra_publish.watching import Happened, Watch


@click.command(epilog="Exempel: pluttra watch --site minforskola")
@click.option("--once", is_flag=True, help="Publicera en gång, och sluta. För schemalagda jobb.")
@site_option
@json_option
def watch(once: bool, site: Path, as_json: bool) -> None:
    """Publicera allt som ändras, så fort det är klart, tills du avbryter med Ctrl-C. Vad det blev av varje inlägg står bredvid det."""
    with report.answering(as_json):
        watching = Watch(site, tell=lambda happened: _tell(happened, as_json))
        if once:
            _tell(watching.once(), as_json)
            return
        if not as_json:
            report.say("Följer mapparna. Avsluta med Ctrl-C.")
        try:
            watching.run()
        except KeyboardInterrupt:
            if not as_json:
                report.say("Slutar följa mapparna. Det som är utlagt ligger kvar.")


def _tell(happened: Happened, as_json: bool) -> None:
    if happened.published:
        _say(happened.published, as_json)
    if happened.emptied:
        _say_emptied(happened.emptied, as_json)
    if happened.error:
        _say_trouble(happened.error, happened.again, as_json)
    for name in happened.untold:
        report.say_aside(f"{name}: FEL.txt eller KLART.txt kunde inte skrivas där.")


def _say(published: Published, as_json: bool) -> None:
    if as_json:
        held = {name: {"out": one.out} | report.told(Findings(one.findings)) for name, one in published.held.items()}
        report.say_line(published.summary() | {"held": held} | report.told(published.findings))
        return
    done = f"{published.posts} inlägg för {published.readers} läsare, {published.put} filer lades dit"
    report.say(f"{_time()}  Publicerat i {published.public}: {done}.")
    for name, one in published.held.items():
        what = "det som låg ute ligger kvar" if one.out else "det finns inte på webbplatsen"
        report.say_aside(f"{_time()}  {name} hålls tillbaka: {what}.")
        for finding in one.findings:
            report.say_error(finding)
    if published.told:
        from pluttra_publish.cli.mailing import say_delivered  # noqa: PLC0415 # with all that mail is made with

        say_delivered(published.told)


def _say_emptied(emptied: Emptied, as_json: bool) -> None:
    if as_json:
        report.say_line({"inbox": emptied.summary()})
        return
    report.say(f"{_time()}  {emptied.text}")


def _say_trouble(error: PluttraError, again: float, as_json: bool) -> None:
    findings = error.findings if isinstance(error, CheckFailed) else Findings()
    if as_json:
        report.say_line({"error": str(error), "hint": error.hint, "again": round(again)} | report.told(findings))
        return
    report.say_findings(findings)
    report.say_aside(f"{_time()}  {error} {error.hint}".rstrip())
    if again:
        report.say_aside(f"{_time()}  Försöker igen om {round(again)} sekunder, eller när något ändras.")


def _time() -> str:
    return f"{datetime.now():%H.%M.%S}"
