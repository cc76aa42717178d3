"""Commands for the one who publishes: build, publish."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pluttra_publish import publish as pipeline
from pluttra_publish.cli import report
from pluttra_publish.cli.options import json_option, site_option
from pluttra_publish.publish import Published
from pluttra_publish.settings import read_settings
from pluttra_publish.taking_over import TakenOver

if TYPE_CHECKING:
    from pluttra_publish.rehearsal import Rehearsal

_sequence_option = click.option(
    "--sequence",
    type=click.IntRange(1, 2**53 - 1),
    hidden=True,
    help="Rotens nummer, för reproducerbara byggen.",
)


@click.command(epilog="Exempel: pluttra build --site minforskola")
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), help="Mapp för den förseglade webbplatsen.")
@_sequence_option
@site_option
@json_option
def build(into: Path | None, sequence: int | None, site: Path, as_json: bool) -> None:
    """Försegla webbplatsen i den privata mappen (eller --into MAPP) utan att publicera den."""
    with report.answering(as_json):
        settings = read_settings(site)
        _say(_run(settings, into or settings.state / "sealed", sequence, as_json), as_json, "Förseglat i")


@click.command(epilog="Exempel: pluttra publish --site minforskola")
@click.option("--whole", is_flag=True, help="Läs allt på nytt, och se efter vad som ligger på värden.")
@click.option("--allow-removals", is_flag=True, help="Publicera även om många inlägg eller filer har försvunnit.")
@click.option("--dry-run", is_flag=True, help="Säg vad som skulle ändras och för vem, och lägg inte ut något.")
@click.option(
    "--take-over",
    is_flag=True,
    help="Låt den här datorn vara den som publicerar, i stället för en annan. Efter pluttra restore, eller när den andra datorn är borta.",
)
@click.option(
    "--reviewed", is_flag=True, help="Med --take-over: vi har gått igenom vad som ändrats sedan kopian gjordes."
)
@_sequence_option
@site_option
@json_option
def publish(
    whole: bool,
    allow_removals: bool,
    dry_run: bool,
    take_over: bool,
    reviewed: bool,
    sequence: int | None,
    site: Path,
    as_json: bool,
) -> None:
    """Försegla det som är ändrat och lägg ut det på värden. Det som inte längre ska finnas tas bort där."""
    with report.answering(as_json):
        settings = read_settings(site)
        if dry_run:
            with report.progress(as_json) as step:
                would = pipeline.rehearse(settings, whole=whole, allow_removals=allow_removals, step=step)
            _say_rehearsal(would, as_json)
            return
        with report.progress(as_json) as step:
            published = pipeline.publish(
                settings,
                sequence=sequence,
                whole=whole,
                allow_removals=allow_removals,
                take_over=take_over,
                reviewed=reviewed,
                step=step,
            )
        _say(published, as_json, "Publicerat i")


def _say_rehearsal(would: Rehearsal, as_json: bool) -> None:
    if as_json:
        report.say_json(would.summary() | report.told(would.findings))
        return
    report.say_findings(would.findings)
    report.say(f"Ingenting har lagts ut. {would.read} inlägg lästes.")
    if not (would.months or would.public or would.gains or would.loses):
        report.say("Inget skulle ändras.")
    for month in would.months:
        kinds = (("nytt", month.new), ("ändrat", month.changed), ("tas bort", month.gone))
        told = [f"{what} {_quoted(titles)}" for what, titles in kinds if titles]
        report.say(f"{month.audience}, {month.month}: {'; '.join(told)}.")
    for path, what in would.public:
        report.say(f"Öppen sida {path}: {_PUBLIC[what]}.")
    for reaches, what in ((would.gains, "skulle få läsa"), (would.loses, "skulle inte längre få läsa")):
        for one in reaches:
            told = [f"{title} ({_span(months)})" for title, months in one.audiences]
            report.say(f"{one.reader} {what}: {', '.join(told)}.")


_PUBLIC = {"new": "ny", "changed": "ändrad", "gone": "tas bort"}
_NAMED = 8  # titles of a month


def _quoted(titles: tuple[str, ...]) -> str:
    rest = f" och {len(titles) - _NAMED} till" if len(titles) > _NAMED else ""
    return ", ".join(f"”{title}”" for title in titles[:_NAMED]) + rest


def _span(months: tuple[str, ...]) -> str:
    return months[0] if len(months) == 1 else f"{months[0]} till {months[-1]}"


def _run(settings: pipeline.Settings, folder: Path | None, sequence: int | None, as_json: bool) -> Published:
    with report.progress(as_json) as step:
        return pipeline.publish(settings, folder=folder, sequence=sequence, step=step)


def _say(published: Published, as_json: bool, what: str) -> None:
    if as_json:
        report.say_json(published.summary() | report.told(published.findings))
        return
    report.say_findings(published.findings)
    report.say(f"{what} {published.public}: {published.posts} inlägg för {published.readers} läsare.")
    if published.derived:
        report.say(f"Bilder, film och ljud: {published.derived} gjordes nu, {published.found} fanns sedan förut.")
    report.say(
        f"{published.put} filer lades dit ({published.length / 1e6:.1f} MB), {published.kept} fanns, {published.deleted} togs bort."
    )
    if published.taken:
        _say_taken(published.taken)
    if published.told:
        from pluttra_publish.cli.mailing import say_delivered  # noqa: PLC0415 # with all that mail is made with

        say_delivered(published.told)


def _say_taken(taken: TakenOver) -> None:
    report.say("\nDen här datorn publicerar nu. Den gamla kan inte längre göra det.")
    if taken.shut_out:
        report.say(
            "På webbplatsen läste de här mindre än registret här säger, eller hade fått en ny nyckel sedan kopian gjordes. De är avstängda tills ni "
            f"har tagit ställning: {', '.join(taken.shut_out)}."
        )
        report.say(
            '  Ska någon av dem läsa: pluttra revoke --undo "NAMN", pluttra publish, och sedan pluttra invite "NAMN"'
        )
    if taken.new:
        report.say(f"Har fått nya nycklar, och behöver bjudas in (pluttra invite): {', '.join(taken.new)}.")
    if taken.dropped:
        report.say(f"{taken.dropped} inbjudningar gäller inte längre. Se pluttra links.")
    if not (taken.shut_out or taken.new):
        report.say(
            "Alla som läser läser vidare som förut. Länkar som gjorts efter kopian, men inte öppnats, behöver göras om."
        )
    report.say("Gör en ny säkerhetskopia nu: pluttra backup")
