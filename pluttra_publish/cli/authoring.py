"""Commands for those who write: init, new, check."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from pluttra_publish import publish as pipeline
from pluttra_publish.cli import report
from pluttra_publish.cli.options import json_option, site_option
from pluttra_publish.clock import now_of
from pluttra_publish.new_post import start_post
from pluttra_publish.settings import FILE, read_settings
from pluttra_publish.settings_text import LOCAL_URL
from pluttra_publish.start import start_site

_NAME = "Min förskola"


@click.command(epilog='Exempel: pluttra init minforskola --name "Backens förskola" --url https://dagar.backen.se')
@click.argument(
    "folder",
    metavar="[MAPP]",
    type=click.Path(path_type=Path),
    required=False,
    help="Ny mapp för förskolan. Annars --site.",
)
@click.option("--name", metavar="NAMN", show_default=_NAME, help="Förskolans namn.")
@click.option("--url", metavar="ADRESS", show_default=LOCAL_URL, help="Adressen där familjerna ska läsa.")
@site_option
@json_option
def init(folder: Path | None, name: str | None, url: str | None, site: Path, as_json: bool) -> None:
    """Börja en egen förskola i MAPP: inställningar, mappar, tomma register och nycklar.

    Det som redan finns rörs inte. Återställningsnyckeln visas en enda gång.
    """
    with report.answering(as_json):
        folder = folder or site
        started = start_site(folder, name=_NAME if name is None else name, url=LOCAL_URL if url is None else url)
        settings = read_settings(folder)
        recovery = pipeline.make_keystore(settings)
        if as_json:
            answer = {"site": str(settings.root), "made": list(started.made)}
            report.say_json(answer | {"there": list(started.there), "recovery_key": recovery})
            return
        report.say(f"Förskolans mapp: {settings.root}")
        for made in started.made:
            report.say(f"  + {made}")
        if started.there:
            report.say(f"Fanns redan, och är inte ändrat: {', '.join(started.there)}")
        if FILE in started.there and (name is not None or url is not None):
            report.say(f"--name och --url gäller bara en ny {FILE}. Ändra i filen i stället.")
        if recovery:
            report.say("\nÅterställningsnyckel – skriv ut den och lås in den. Den visas bara nu:\n")
            report.say(f"  {recovery}\n")
            report.say("Utan den, och utan den här datorn, går det inte att publicera vidare.")
        report.say("\nFyll i register/*.csv, lägg en mapp med bilder i inlagg/<avdelning>/ och kör: pluttra check")


@click.command(epilog='Exempel: pluttra new "Vi byggde koja" --place Solrosen --date 2026-03-12')
@click.argument("title", metavar="TITEL", help="Inläggets rubrik, inom citattecken om den har mellanslag.")
@click.option(
    "--place",
    metavar="PLATS",
    required=True,
    help="Mapp i inlagg/: en avdelning, barn/NAMN, forskolan, personal eller offentligt.",
)
@click.option(
    "--template", metavar="MALL", help="Mall för texten: reflektion, veckobrev, utflykt, eller en egen fil i mallar/."
)
@click.option(
    "--date", "day", metavar="DATUM", type=click.DateTime(["%Y-%m-%d"]), help="Dagen det hände. Annars i dag."
)
@site_option
@json_option
def new(title: str, place: str, template: str | None, day: datetime | None, site: Path, as_json: bool) -> None:
    """Börja ett inlägg: en mapp med en text att fylla i. Lägg bilder, film och ljud bredvid."""
    with report.answering(as_json):
        settings = read_settings(site)
        when = day.date() if day else now_of(settings).date()
        text = start_post(settings, title=title, place=place, day=when, template=template)
        if as_json:
            report.say_json({"post": str(text.parent), "text": str(text)})
        else:
            report.say(f"Skriv i {text}\nLägg bilderna i samma mapp. Status: utkast tas bort när inlägget är klart.")


@click.command(epilog="Exempel: pluttra check --site minforskola")
@site_option
@json_option
def check(site: Path, as_json: bool) -> None:
    """Läs allt och säg allt som är fel, på en gång. Ingenting förseglas."""
    with report.answering(as_json), report.progress(as_json) as step:
        checked = pipeline.check(read_settings(site), step=step)
        if as_json:
            report.say_json(report.told(checked.findings) | {"posts": checked.posts, "waiting": checked.waiting})
            return
        report.say_findings(checked.findings)
        report.say(
            f"Inga fel. {checked.posts} inlägg kan publiceras, {checked.waiting} väntar (utkast eller framtida dag)."
        )
