"""Commands for the one who publishes: build, publish."""

from __future__ import annotations

from pathlib import Path

import click

from pluttra_publish import publish as pipeline
from pluttra_publish.cli import report
from pluttra_publish.cli.options import json_option, site_option
from pluttra_publish.publish import Published
from pluttra_publish.settings import read_settings
from pluttra_publish.taking_over import TakenOver

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
    whole: bool, allow_removals: bool, take_over: bool, reviewed: bool, sequence: int | None, site: Path, as_json: bool
) -> None:
    """Försegla det som är ändrat och lägg ut det på värden. Det som inte längre ska finnas tas bort där."""
    with report.answering(as_json):
        settings = read_settings(site)
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
