"""Commands for those who look: serve, open, demo."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import click

from pluttra_publish import demo as sample
from pluttra_publish.cli import report
from pluttra_publish.cli.options import json_option, site_option
from pluttra_publish.drop.setting_up import box_at
from pluttra_publish.errors import UsageError
from pluttra_publish.format.access import was_mangled
from pluttra_publish.open import host_of, open_site
from pluttra_publish.plain_copy import write_copy
from pluttra_publish.serve import DropAt
from pluttra_publish.serve import serve as serve_folder
from pluttra_publish.settings import accepted, read_settings
from pluttra_publish.trial import answering

_MANGLED = "Länken hade ändrats på vägen, så ett program kan ha sett nyckeln. Be förskolan om en ny länk."


@click.command(epilog="Exempel: pluttra serve public --port 8000")
@click.argument(
    "folder",
    metavar="[MAPP]",
    type=click.Path(path_type=Path),
    required=False,
    help="Publicerad mapp. Annars den som inställningarna säger.",
)
@click.option(
    "--port",
    metavar="PORT",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port på den här datorn.",
)
@click.option("--bare", is_flag=True, help="Utan några egna svarshuvuden, som den enklaste värd.")
@site_option
def serve(folder: Path | None, port: int, bare: bool, site: Path) -> None:
    """Visa en publicerad MAPP på den här datorn, så som en vanlig statisk värd gör. Utan MAPP tar den också emot svar, om inställningarna har url = "/drop"."""
    with report.answering():
        settings = read_settings(site) if folder is None else None
        folder = folder or (settings.host.path if settings else None)
        if folder is None:
            hint = "Ange en mapp, eller gå till webbplatsens adress."
            raise UsageError("Webbplatsen ligger inte i en mapp på den här datorn.", hint=hint)
        if not (folder / "index.html").is_file():
            raise UsageError(f"I {folder} finns ingen publicerad webbplats.", hint="Kör pluttra publish först.")
        drop = box_at(settings) if settings else None
        _serve(folder, port, bare=bare, tell=report.say, drop=drop, targets=settings.drop_targets if settings else ())


@click.command("open", epilog="Exempel: pluttra open --link 'https://dagar.backen.se/#i=…' --into kopia")
@click.option("--link", metavar="LÄNK", required=True, help="Länken som personen fick. Skriv den inom citattecken.")
@click.option(
    "--host",
    metavar="VÄRD",
    help="Mapp eller adress där den förseglade webbplatsen ligger. Annars länkens egen adress.",
)
@click.option(
    "--into", required=True, type=click.Path(path_type=Path, file_okay=False), help="Ny mapp för det som läses."
)
@site_option
@json_option
def open_(link: str, host: str | None, into: Path, site: Path, as_json: bool) -> None:
    """Öppna webbplatsen som en läsare och skriv det den personen ser som vanliga sidor i en mapp.

    Hämtar bara det som webbläsaren skulle hämta, och stannar vid minsta tecken på förfalskning.
    """
    with report.answering(as_json), report.progress(as_json) as step:
        written = write_copy(open_site(link, host_of(link, host)), into, step=step)
        mangled = was_mangled(link)
        if as_json:
            report.say_json(written.summary() | {"mangled": mangled})
        else:
            if mangled:
                report.say_aside(_MANGLED)
            report.say(
                f"{written.name}: {written.posts} inlägg och {written.media} filer i {into}. Börja med index.html."
            )


@click.command(epilog="Exempel: pluttra demo provmapp --no-serve --json")
@click.argument(
    "folder",
    metavar="MAPP",
    type=click.Path(path_type=Path, file_okay=False),
    help="Ny mapp för alltihop: exempelförskolan, nycklarna och den förseglade webbplatsen.",
)
@click.option(
    "--port",
    metavar="PORT",
    type=click.IntRange(0, 65535),
    default=8000,
    show_default=True,
    help="Port på den här datorn.",
)
@click.option("--base-url", metavar="ADRESS", help="Länkarnas adress. Annars http://localhost:PORT.")
@click.option("--no-serve", is_flag=True, help="Försegla och visa länkar, men visa inte webbplatsen.")
@click.option("--bare", is_flag=True, help="Visa utan några egna svarshuvuden.")
@click.option("--site", type=click.Path(path_type=Path, file_okay=False), help="En annan förskola än exempelförskolan.")
@json_option
def demo(
    folder: Path, port: int, base_url: str | None, no_serve: bool, bare: bool, site: Path | None, as_json: bool
) -> None:
    """Försegla exempelförskolan i MAPP, visa den och skriv ut en länk var för fem läsare.

    Dess dagar flyttas så att det är den här veckan där. Kopian ligger i MAPP/exempel. Det som skickas från sidorna tas emot och publiceras, så länge de visas.
    """
    with report.answering(as_json):
        url = accepted("url", base_url) if base_url else f"http://localhost:{port}"
        with report.progress(as_json) as step:
            made = sample.make_demo(site, folder, url=url, step=step)
        if as_json:
            report.say_json(made.summary())
        else:
            ends = min(made.links, key=lambda link: link.ends).ends_text
            report.say(f"Exempelförskolan ligger förseglad i {made.public}. Länkarna gäller till {ends}:\n")
            for link in made.links:
                about = ", ".join(link.children or link.departments)
                report.say(f"{link.name} – {link.role_text}{f' ({about})' if about else ''}\n  {link.url}\n")
            if made.moved:
                report.say(
                    "Exemplets dagar är flyttade till i dag, och därför kan årstider och helger i texterna se underliga ut.\n"
                )
        if not no_serve:
            tell = report.say_aside if as_json else report.say
            with answering(made.settings, identity=made.identity, tell=tell):
                _serve(made.public, port, bare=bare, tell=tell, drop=made.drop)


def _serve(
    folder: Path,
    port: int,
    *,
    bare: bool,
    tell: Callable[[str], None],
    drop: DropAt | None,
    targets: Sequence[str] = (),
) -> None:
    def ready(url: str) -> None:
        tell(f"Visas på {url.replace('127.0.0.1', 'localhost')} – avsluta med Ctrl-C.")

    serve_folder(folder, port, bare=bare, ready=ready, drop=drop, targets=targets)
