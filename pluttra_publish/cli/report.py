"""What the person at the keyboard sees: findings, errors, progress, JSON. Does not know what the commands do."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import click

from pluttra_publish.errors import CheckFailed, Finding, Findings, FormatError, PluttraError

Step = Callable[[str, int, int], None]

_NAMED = 5  # files of one post that are named after the first
_REFUSALS = {  # what a reader reports: what it is, and its mend
    "wrong-link": ("Länken är inte hel.", "Kopiera hela länken, och skriv den inom citattecken."),
    "expired-link": ("Länken gäller inte längre, eller hör till en annan webbplats.", "Be om en ny länk."),
    "access-ended": (
        "Förskolan har avslutat den här läsarens tillgång.",
        "Tror du att det är fel, så fråga förskolan.",
    ),
    "unreachable": ("Värden svarar inte, eller saknar något som ska finnas där.", "Försök igen om en stund."),
    "tampered": ("Något på värden är inte det som förskolan lade dit.", "Säg till förskolan. Ingenting har skrivits."),
    "rolled-back": ("Värden visar en äldre webbplats än den som har lästs förut.", "Säg till förskolan."),
    "newer-format": ("Webbplatsen är gjord med en nyare version än den här.", "Uppdatera programmet."),
}


def say(text: str = "") -> None:
    """Print a line for a person, on standard output."""
    click.echo(text)


def say_aside(text: str) -> None:
    """Print a line for a person on standard error, where it is in no script's way."""
    click.echo(text, err=True)


def say_json(value: object) -> None:
    """Print one JSON object, on standard output."""
    click.echo(json.dumps(value, ensure_ascii=False, indent=2))


def say_line(value: object) -> None:
    """Print one JSON object on one line, on standard output, for a command that goes on."""
    click.echo(json.dumps(value, ensure_ascii=False))


def told(findings: Findings) -> dict[str, list[dict[str, str | int]]]:
    """Return findings as a script reads them, one for each file; an error has the exit code of its kind."""
    errors = [_row(f) | {"kind": f.kind.__name__, "code": f.kind.exit_code} for f in findings.errors]
    return {"errors": errors, "warnings": [_row(f) for f in findings.warnings]}


def _row(finding: Finding) -> dict[str, str | int]:
    return {"file": finding.file, "place": finding.place, "message": finding.message, "mend": finding.mend}


def say_findings(findings: Findings) -> None:
    """Print all findings on standard error: errors, then what remains to do, where a post's photos of one fault are told together."""
    for finding in findings.errors:
        say_error(finding)
    to_do = _together(findings.warnings)
    if to_do:
        click.echo("", err=True)
        click.secho(f"Att göra ({len(to_do)}):", bold=True, err=True)
    for alike in to_do:
        click.secho("  • ", nl=False, err=True)
        _say_finding(*alike)


def say_error(finding: Finding) -> None:
    """Print one error on standard error."""
    click.secho("fel: ", fg="red", nl=False, err=True)
    _say_finding(finding)


def _together(found: Iterable[Finding]) -> list[list[Finding]]:
    """Return findings that say the same of files in one folder as one."""
    alike: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in found:
        alike.setdefault((finding.file.rpartition("/")[0], finding.place, finding.message), []).append(finding)
    return list(alike.values())


def _say_finding(first: Finding, *others: Finding) -> None:
    where = f"{first.file} ({first.place})" if first.place else first.file
    click.echo(f"{where}: {first.message}", err=True)
    if first.mend:
        click.echo(f"     → {first.mend}", err=True)
    if others:
        names = [finding.file.rpartition("/")[2] for finding in others]
        rest = f" och {len(names) - _NAMED} till" if len(names) > _NAMED else ""
        click.echo(f"     Likadant: {', '.join(names[:_NAMED])}{rest}", err=True)


@contextmanager
def answering(as_json: bool = False) -> Iterator[None]:
    """Turn every error into a message and an exit code; a bug too, without a traceback unless PLUTTRA_DEBUG is set."""
    try:
        yield
    except PluttraError as error:
        code = error.code if isinstance(error, CheckFailed) else error.exit_code
        _tell(error, code, as_json)
        sys.exit(code)
    except (click.ClickException, click.exceptions.Exit, click.Abort):
        raise
    except KeyboardInterrupt:
        click.echo("\nAvbrutet.", err=True)
        sys.exit(130)
    except Exception as bug:
        if os.environ.get("PLUTTRA_DEBUG"):
            raise
        # The text of an unforeseen exception could hold a name or a key; its type and place cannot.
        trace = bug.__traceback__
        while trace and trace.tb_next:
            trace = trace.tb_next
        place = f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else "?"
        hint = "Sätt PLUTTRA_DEBUG=1 och kör igen för att se mer. Det kan innehålla namn."
        told_bug = PluttraError(f"ett fel i programmet ({type(bug).__name__} i {place}).", hint=hint)
        _tell(told_bug, told_bug.exit_code, as_json)
        sys.exit(told_bug.exit_code)


@contextmanager
def answering_usage(context: click.Context, as_json: bool) -> Iterator[None]:
    """Turn a command written wrong into a JSON object and exit code 2, where JSON is asked for; else click tells it."""
    try:
        yield
    except click.UsageError as wrong:
        if not as_json:
            raise
        where = wrong.ctx or context
        hint = f"Hjälp: {where.command_path} --help"
        say_json({"error": wrong.format_message(), "hint": hint, "exit_code": wrong.exit_code})
        context.exit(wrong.exit_code)


def _tell(error: PluttraError, code: int, as_json: bool) -> None:
    findings: Findings | None = getattr(error, "findings", None)
    said, hint = str(error), error.hint
    if isinstance(error, FormatError):
        what, mend = _REFUSALS[error.word]
        said, hint = f"{what} [{said}]", hint or mend
    if as_json:
        value: dict[str, Any] = {"error": said, "hint": hint, "exit_code": code}
        say_json(value | (told(findings) if findings else {}))
        return
    if findings:
        say_findings(findings)
        click.echo("", err=True)
    if findings is None or isinstance(error, CheckFailed):
        click.secho(f"pluttra: {said}", fg="red", err=True)
    if hint:
        click.echo(f"tips: {hint}", err=True)


@contextmanager
def progress(quiet: bool) -> Iterator[Step]:
    """Give a `step(what, done, total)` that draws a bar on standard error once the work has taken a second."""
    if quiet or not sys.stderr.isatty():
        yield lambda _what, _done, _total: None
        return
    from rich.console import Console  # noqa: PLC0415 # only whoever sees a bar waits for what draws it
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    bars: dict[str, Any] = {}
    began = time.monotonic()
    with Progress(*columns, console=Console(stderr=True), transient=True) as drawn:

        def step(what: str, done: int, total: int) -> None:
            if time.monotonic() - began < 1:
                return
            if what not in bars:
                bars[what] = drawn.add_task(what, total=total)
            drawn.update(bars[what], completed=done, total=total)

        yield step
