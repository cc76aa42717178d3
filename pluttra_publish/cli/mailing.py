"""Commands for mail and notices: notify, and the mail account's password and trial. Shows no addresses."""

from __future__ import annotations

from pathlib import Path

import click

from pluttra_publish.cli import report
from pluttra_publish.cli.options import json_option, site_option
from pluttra_publish.cli.passwords import keep_password
from pluttra_publish.clock import now_of
from pluttra_publish.delivering import Delivered, deliver, set_silent, try_out
from pluttra_publish.errors import UsageError
from pluttra_publish.inviting import Door
from pluttra_publish.letters.carrier import save_password
from pluttra_publish.settings import FILE, Settings, read_settings


@click.command(epilog="Exempel: pluttra notify --site minforskola")
@click.option("--now", "at_once", is_flag=True, help="Skicka också det som väntar på sin timme eller sitt klockslag.")
@click.option("--again", is_flag=True, help="Försök också med adresser och telefoner som inte har godtagits.")
@click.option("--off", metavar="NAMN", help="NAMN vill inte ha mejl om nya inlägg. Ingenting skickas nu.")
@click.option("--on", metavar="NAMN", help="NAMN vill ha dem igen. Ingenting skickas nu.")
@site_option
@json_option
def notify(at_once: bool, again: bool, off: str | None, on: str | None, site: Path, as_json: bool) -> None:
    """Skicka det som väntar: inbjudningar med mejl, och med mejl och i telefonen att det finns nytt att läsa. För ett schemalagt jobb. publish gör det också."""
    with report.answering(as_json):
        settings = read_settings(site)
        door = Door.open(settings)
        if off is not None or on is not None:
            for name, silent in ((off, True), (on, False)):
                if name is not None:
                    reader = door.one(name)
                    set_silent(door, reader, silent)
                    told = "får inga mejl om nya inlägg" if silent else "får mejl om nya inlägg"
                    if not as_json:
                        report.say(f"{reader.name} {told}.")
            if as_json:
                report.say_json({"off": off, "on": on})
            return
        became = deliver(door, at_once=at_once, again=again)
        if as_json:
            report.say_json(became.summary())
            return
        say_delivered(became)


@click.group(epilog="Exempel: pluttra mail test dagar@backen.example")
def mail() -> None:
    """Mejlkontot: dess lösenord, och ett prov."""


@mail.command(epilog="Exempel: pluttra mail password")
@site_option
@json_option
def password(site: Path, as_json: bool) -> None:
    """Spara mejlkontots lösenord i den privata mappen, där bara det här kontot läser det. Det syns inte när du skriver det."""
    keep_password(site, as_json, command="mail password", save=save_password, then="pluttra mail test DIN@ADRESS")


@mail.command(epilog="Exempel: pluttra mail test dagar@backen.example")
@click.argument("address", metavar="ADRESS", help="Vart provet ska.")
@site_option
@json_option
def test(address: str, site: Path, as_json: bool) -> None:
    """Skicka ett prov till ADRESS, utan länk och utan namn."""
    with report.answering(as_json):
        settings = read_settings(site)
        _need_mail(settings)
        if "@" not in address:
            raise UsageError("ADRESS är ingen e-postadress.")
        try_out(settings, address, now_of(settings))
        if as_json:
            report.say_json({"sent": 1})
            return
        report.say("Mejlservern tog emot brevet. Kommer det fram, och inte i skräpposten?")


def say_delivered(became: Delivered) -> None:
    """Tell what became of the letters and notices that were due, in numbers."""
    told = [
        (became.count("sent"), "skickade"),
        (became.count("refused"), "som inte godtogs"),
        (became.waiting, "väntar"),
    ]
    if any(number for number, _ in told) or became.pushed is None:
        report.say(f"Mejl: {_counted(told)}.")
    if became.pushed:
        pushed = became.pushed
        told = [
            (pushed.sent, "skickade"),
            (pushed.gone, "telefoner som inte finns längre"),
            (pushed.failed, "försöks igen"),
            (pushed.waiting, "väntar"),
        ]
        report.say(f"Aviseringar i telefonen: {_counted(told)}.")
    if became.count("refused"):
        report.say("Vilka det är visar pluttra links.")
    if became.trouble:
        report.say_aside(f"{became.trouble} {became.hint}".strip())


def _counted(told: list[tuple[int, str]]) -> str:
    return ", ".join(f"{number} {what}" for number, what in told if number) or "inga att skicka"


def _need_mail(settings: Settings) -> None:
    if not settings.mail.is_on:
        raise UsageError("Ingen mejlserver är vald.", hint=f"Fyll i [mail] i {FILE}. Läs docs/mejl.md.")
