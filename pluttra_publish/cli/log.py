"""Commands for the log: log, log verify. Shows the names that the register has for those whom a line is about."""

from __future__ import annotations

from pathlib import Path

import click

from pluttra_publish import log as book
from pluttra_publish.cli import report
from pluttra_publish.cli.options import json_option, site_option
from pluttra_publish.errors import Findings, KeystoreError
from pluttra_publish.register import read_register, readers
from pluttra_publish.settings import Settings, read_settings

_COUNTED = {
    "answers": "svar",
    "boxes": "rutor",
    "broken": "nycklar byttes",
    "came": "meddelanden kom",
    "copied": "filer i kopian",
    "damaged": "skadade",
    "deleted": "filer togs bort",
    "ended": "länkar avslutades",
    "files": "filer i registret",
    "forgotten": "gamla kopior togs bort",
    "invitations": "länkar",
    "moved": "fick nya filnamn",
    "new": "nya",
    "posts": "inlägg",
    "put": "filer lades ut",
    "read": "lästes",
    "readers": "läsare",
    "refused": "godtogs inte",
    "restored": "filer återställdes",
    "rows": "rader",
    "sent": "mejl",
    "waiting": "väntar",
    "waits": "väntar på beslut",
}


class LogBroken(KeystoreError):
    """The log has been changed by somebody, or is damaged."""


@click.group(invoke_without_command=True, epilog="Exempel: pluttra log --last 20\n\n\b\npluttra log verify")
@click.option("--last", type=click.IntRange(1), metavar="ANTAL", help="Bara de senaste.")
@site_option
@json_option
@click.pass_context
def log(context: click.Context, last: int | None, site: Path, as_json: bool) -> None:
    """Visa vad som har gjorts och när: en rad för varje kommando som ändrat något. Inga namn står i loggen; läsare känns igen mot registret."""
    if context.invoked_subcommand is not None:
        return
    with report.answering(as_json):
        settings = read_settings(site)
        found = book.read(settings.state)
        lines = found.lines[-last:] if last else found.lines
        if as_json:
            report.say_json({"lines": [line.to_value() for line in lines], "broken": found.broken})
            return
        names = _names(settings, found)
        for line in lines:
            counts = ", ".join(f"{count} {_COUNTED.get(name, name)}" for name, count in line.counts.items())
            about = ", ".join(names[mark] for mark in line.about if mark in names)
            told = " – ".join(part for part in (about, counts) if part)
            report.say(f"{line.time[:16].replace('T', ' ')}  {line.command}{': ' if told else ''}{told}")
        if not lines:
            report.say("Ingenting är gjort ännu.")
        if found.broken is not None:
            report.say_aside("Kedjan håller inte: pluttra log verify")


@log.command(epilog="Exempel: pluttra log verify --noted 3f9a…")
@click.option(
    "--noted", metavar="TECKEN", default="", help="Slutet på loggen så som det visades en annan gång: finns det kvar?"
)
@site_option
@json_option
@click.pass_context
def verify(context: click.Context, noted: str, site: Path, as_json: bool) -> None:
    """Kontrollera att ingen rad i loggen är ändrad, borttagen eller inlagd. Utgångskod 6 om någon är det."""
    above = context.parent.params if context.parent else {}
    as_json = as_json or bool(above.get("as_json"))
    site = above["site"] if site == Path() and above else site
    with report.answering(as_json):
        found = book.read(read_settings(site).state)
        missing = bool(noted) and not any(digest.startswith(noted.lower()) for digest in found.digests)
        if as_json:
            answer = {"lines": len(found.lines), "broken": found.broken, "torn": list(found.torn), "head": found.head}
            report.say_json(answer | ({"noted": not missing} if noted else {}))
        if found.broken is not None:
            message = f"Loggen är ändrad eller skadad: kedjan brister på rad {found.broken} av {len(found.lines) + len(found.torn)}."
            _fail(message, "Jämför med säkerhetskopiorna: den äldsta där raden är en annan säger när.", as_json)
        if missing:
            message = "Det som antecknades finns inte i loggen: rader i slutet är borttagna, eller allt är omskrivet."
            _fail(message, "Lägg tillbaka loggen ur en säkerhetskopia från den dagen, och jämför.", as_json)
        if as_json:
            return
        report.say(f"Loggen är hel: {len(found.lines)} rader.")
        whole = len(found.torn) - found.cut
        if whole:
            report.say(f"{whole} rader är avbrutna av en dator som stannade. Raden efter säger hur de såg ut.")
        if found.cut:
            report.say("Den sista raden är avbruten. Nästa kommando börjar på en ny.")
        if found.head:
            report.say(
                f"Slutet: {found.head[:16]}. Anteckna det någon annanstans, så syns det om slutet tas bort: --noted {found.head[:16]}"
            )


def _fail(message: str, hint: str, as_json: bool) -> None:
    if as_json:
        click.get_current_context().exit(LogBroken.exit_code)
    raise LogBroken(message, hint=hint)


def _names(settings: Settings, found: book.Log) -> dict[str, str]:
    """Return the readers' names by how the log names them; none if the register can't be read. Children are not named."""
    register = read_register(settings.register, Findings())
    return {found.mark(ident): reader.name for ident, reader in readers(register).items()}
