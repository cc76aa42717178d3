"""The command wall: a post as a page to print and hang. Says what was left out, and why."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import click

from pluttra_publish.cli import report
from pluttra_publish.cli.options import json_option, site_option
from pluttra_publish.errors import UsageError
from pluttra_publish.platform import telling, write_atomically
from pluttra_publish.settings import Settings, is_inside, read_settings
from pluttra_publish.site import accents_of
from pluttra_publish.wall import Wall, make_wall
from pluttra_publish.wall_page import Paper, wall_page


@click.command(epilog='Exempel: pluttra wall "inlagg/Solrosen/2026-03-12 Vi byggde koja" --page vägg.html --paper A3')
@click.argument("post", metavar="INLÄGG", help="Inläggets mapp eller fil.", type=click.Path(path_type=Path))
@click.option(
    "--page",
    required=True,
    type=click.Path(path_type=Path, dir_okay=False),
    help="Sidan som ska skrivas, till exempel vägg.html. Öppna den i webbläsaren och skriv ut.",
)
@click.option("--paper", type=click.Choice(["A4", "A3"]), default="A4", show_default=True, help="Papperets storlek.")
@click.option("--no-text", is_flag=True, help="Bara titel, bilder och mål, inte inläggets text.")
@site_option
@json_option
def wall(post: Path, page: Path, paper: str, no_text: bool, site: Path, as_json: bool) -> None:
    """Gör en lärvägg av INLÄGG: bilder, text och mål på ett papper att hänga upp.

    Med kommer bara det som får hänga där alla ser det: varje barn på en bild ska ha samtycke till foto och till ändamålet i wall under
    [consents]. Nämner texten ett barn som inte får nämnas där blir det ingen sida.
    """
    with report.answering(as_json):
        settings = read_settings(site)
        _check_page(settings, page)
        with report.progress(as_json) as step:
            made = make_wall(settings, post, words=not no_text, step=step)
        colour = accents_of(settings.look.colour).light if settings.look.colour else "#9e1b32"
        with telling(page):
            write_atomically(page, wall_page(made, cast("Paper", paper), colour).encode("utf-8"), private=True)
        if as_json:
            report.say_json(_json(made, page))
        else:
            _say(made, page, paper)


def _check_page(settings: Settings, page: Path) -> None:
    if page.suffix.lower() not in {".html", ".htm"}:
        raise UsageError(f"{page.name} är ingen sida.", hint="Ge filen ett namn som slutar på .html.")
    if is_inside(page, settings.posts) or (settings.host.path and is_inside(page, settings.host.path)):
        message = "Väggen får inte ligga bland inläggen eller i mappen som publiceras: bilderna i den är olåsta."
        raise UsageError(message, hint="Skriv den någon annanstans, till exempel på skrivbordet.")


def _json(made: Wall, page: Path) -> dict[str, object]:
    return {
        "page": str(page),
        "title": made.title,
        "photos": len(made.photos),
        "left_out": [{"file": name, "reason": why} for name, why in made.left_out],
        "through": made.through.isoformat() if made.through else None,
    }


def _say(made: Wall, page: Path, paper: str) -> None:
    count = f"{len(made.photos)} bild" + ("er" if len(made.photos) != 1 else "")
    report.say(f"{made.title}: {count} på {paper}, i {page}. Öppna den i webbläsaren och skriv ut.")
    for name, why in made.left_out:
        report.say(f"  • {name} är inte med: {why}.")
    if made.through:
        report.say(f"Ta ner den senast {made.through.isoformat()}, och så snart någon ångrar sig.")
    else:
        report.say("Ta ner den så snart någon ångrar sig.")
    report.say(
        "Titta på bilderna: programmet vet bara vilka barn ni har skrivit att det är. Ta bort filen när den är utskriven."
    )
