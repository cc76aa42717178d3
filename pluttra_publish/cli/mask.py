"""The command that covers children in a photo: mask."""

from __future__ import annotations

import webbrowser
from pathlib import Path

import click

from pluttra_publish import log
from pluttra_publish.cli import report
from pluttra_publish.cli.options import site_option
from pluttra_publish.clock import now_of
from pluttra_publish.local.mask import mask_page
from pluttra_publish.local.server import show
from pluttra_publish.media import probe
from pluttra_publish.settings import Settings, read_settings
from pluttra_publish.site import find_photo


@click.command(epilog='Exempel: pluttra mask "inlagg/Solrosen/2026-03-12 Vi byggde koja/IMG_0413.jpg"')
@click.argument("photo", metavar="BILD", help="En bild i ett inlägg.", type=click.Path(path_type=Path))
@click.option("--no-browser", is_flag=True, help="Skriv bara ut adressen, öppna ingen webbläsare.")
@click.option(
    "--port",
    metavar="PORT",
    type=click.IntRange(0, 65535),
    default=0,
    show_default="en ledig",
    help="Port på den här datorn.",
)
@site_option
def mask(photo: Path, no_browser: bool, port: int, site: Path) -> None:
    """Dölj barn i en bild: rita rutor över dem i webbläsaren.

    Rutorna sparas i bilder.toml bredvid bilden och gäller i allt som läggs ut. Originalet ändras aldrig. Sidan visas
    bara på den här datorn och stängs när du har sparat.
    """
    with report.answering():
        settings = read_settings(site)
        today = now_of(settings).date()
        found = find_photo(settings, _path(photo, settings), probe=probe, today=today)
        drawing = mask_page(settings, found, today=today)

        def ready(url: str) -> None:
            opened = not no_browser and webbrowser.open(url)
            report.say(f"{'Ritas på' if opened else 'Öppna'} {url} – avsluta med Ctrl-C.")
            report.say("Adressen går att öppna en gång, och bara på den här datorn.")

        show(drawing.page, port=port, ready=ready)
        if drawing.saved is None:
            report.say("Ingenting sparades.")
        else:
            log.append(settings.state, "mask", now=now_of(settings), counts={"boxes": len(drawing.saved)})
            report.say(f"{_count(len(drawing.saved))} i {found.source}/{found.sidecar.name}.")


def _path(photo: Path, settings: Settings) -> Path:
    """Return the photo as written from here, from the preschool's folder, or from its posts."""
    tries = (photo, settings.root / photo, settings.posts / photo)
    return next((path for path in tries if path.is_file()), photo)


def _count(boxes: int) -> str:
    return {0: "Inga rutor längre", 1: "En ruta är sparad"}.get(boxes, f"{boxes} rutor är sparade")
