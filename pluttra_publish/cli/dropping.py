"""Commands for the drop box: the endpoint run here, the rules and the script for where it runs elsewhere, and its mail account's password."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import click

from pluttra_publish.cli import report
from pluttra_publish.cli.options import json_option, site_option
from pluttra_publish.cli.passwords import keep_password
from pluttra_publish.drop.endpoint import box_of
from pluttra_publish.drop.running import run
from pluttra_publish.drop.setting_up import SCRIPT, origin_for, write_script
from pluttra_publish.drop.sources import save_password
from pluttra_publish.errors import UsageError
from pluttra_publish.hosts import drop_rules as rules
from pluttra_publish.settings import Settings, accepted, read_settings

_PORT = 8080


@click.group(epilog="Exempel: pluttra drop serve --folder /var/lib/pluttra/brevlada")
def drop() -> None:
    """Brevlådan: där det familjerna svarar väntar, förslutet. docs/brevladan.md säger vilken väg som passar."""


@drop.command(
    epilog="Exempel: pluttra drop serve --folder /var/lib/pluttra/brevlada --origin https://dagar.backen.example"
)
@click.option(
    "--port",
    metavar="PORT",
    type=click.IntRange(0, 65535),
    default=_PORT,
    show_default=True,
    help="Port på den här datorn. Bara den själv når den: en webbserver ska stå framför.",
)
@click.option(
    "--folder",
    metavar="MAPP",
    type=click.Path(path_type=Path, file_okay=False),
    help="Mappen där det som kommer läggs. Annars den i inställningarna.",
)
@click.option(
    "--origin",
    metavar="ADRESS",
    help="Webbplatsens adress, om brevlådan har en annan. Annars som inställningarna säger.",
)
@site_option
def serve(port: int, folder: Path | None, origin: str | None, site: Path) -> None:
    """Ta emot det familjerna svarar, och lägg det i en mapp. Ingenting kan läsas, bytas ut eller tas bort härifrån.

    Med --folder behövs ingen förskola på datorn: så körs den på en server. Hur mycket som får vänta och hur fort någon får skicka
    står i miljövariablerna PLUTTRA_DROP_BYTES, PLUTTRA_DROP_FILES, PLUTTRA_DROP_BURST och PLUTTRA_DROP_PACE. Ingen adress sparas.
    """
    with report.answering():
        settings = read_settings(site) if folder is None else None
        chosen = folder or (settings.drop.folder if settings else None)
        if chosen is None:
            hint = 'Ange --folder, eller skriv folder = "brevlada" under [drop] i pluttra.toml.'
            raise UsageError("Ingen mapp är vald för det som kommer.", hint=hint)
        near = accepted("url", origin) if origin else origin_for(settings) if settings else ""
        said = {"PLUTTRA_DROP_FOLDER": str(chosen.absolute()), "PLUTTRA_DROP_ORIGIN": near}
        try:
            box = box_of({**os.environ, **said})
        except ValueError:
            hint = "Ge PLUTTRA_DROP_BYTES, …_FILES, …_BURST och …_PACE heltal som är 1 eller mer, eller ta bort dem."
            raise UsageError("En gräns för brevlådan är inget tal.", hint=hint) from None
        if box is not None:
            run(box, port, ready=lambda url: report.say(f"Tar emot på {url} – avsluta med Ctrl-C."))


def _server(make: Callable[[str], str], kind: str) -> Callable[[Settings, str], str]:
    def write(settings: Settings, _writer: str) -> str:
        url = settings.drop.url
        if not url:
            raise UsageError(
                "Inställningarna har ingen brevlåda på en webbserver.", hint='Skriv url = "…" under [drop].'
            )
        if url.startswith("/"):
            hint = f"De står i webbplatsens egna: pluttra headers {kind}"
            raise UsageError("Brevlådan har webbplatsens adress, och därför inga egna regler.", hint=hint)
        return make(url)

    return write


def _policy(settings: Settings, writer: str) -> str:
    if not writer:
        hint = "Skriv till exempel --writer arn:aws:iam:::user/backen-brev, som kontot heter hos leverantören."
        raise UsageError("Säg vilket konto som brevlådans formulär skrivs under med.", hint=hint)
    return rules.s3_policy(_bucket(settings), writer)


def _bucket(settings: Settings) -> str:
    return settings.drop.bucket.bucket if settings.drop.bucket else "DIN-BUCKET"


_RULES: dict[str, Callable[[Settings, str], str]] = {
    "nginx": _server(rules.nginx, "nginx"),
    "apache": _server(lambda url: rules.apache(url, SCRIPT), "apache"),
    "caddy": _server(rules.caddy, "caddy"),
    "closed": lambda _settings, _writer: rules.closed(),
    "s3-policy": _policy,
    "s3-cors": lambda settings, _: rules.s3_cors(settings.url),
    "s3-lifecycle": lambda _settings, _writer: rules.s3_lifecycle(),
}


@drop.command("rules", epilog="Exempel: pluttra drop rules s3-cors > cors.json")
@click.argument(
    "kind", metavar="SLAG", type=click.Choice(list(_RULES)), help="Webbservern, eller det som en bucket ska ha."
)
@click.option("--writer", metavar="ARN", default="", help="Kontot som bara får lägga dit, för s3-policy.")
@site_option
@json_option
def write_rules(kind: str, writer: str, site: Path, as_json: bool) -> None:
    """Skriv ut reglerna för brevlådan, där den har en egen adress eller är en bucket.

    SLAG är nginx, apache eller caddy (på en egen adress; annars står de i pluttra headers), closed (.htaccess i mappen där svaren ligger),
    s3-policy, s3-cors eller s3-lifecycle.
    """
    with report.answering(as_json):
        if any(sign in writer for sign in '"\\\n'):
            raise UsageError(f"{writer} är inget konto.", hint="Skriv till exempel --writer arn:aws:iam:::user/brev.")
        text = _RULES[kind](read_settings(site), writer)
        if as_json:
            report.say_json({"kind": kind, "text": text})
        else:
            click.echo(text, nl=False)


@drop.command(epilog="Exempel: pluttra drop script webben --folder /srv/backen/brevlada")
@click.argument(
    "into",
    metavar="MAPP",
    type=click.Path(path_type=Path, file_okay=False),
    help=f"Mappen där {SCRIPT} skrivs. Därifrån läggs den på webbhotellet.",
)
@click.option(
    "--folder",
    metavar="MAPP",
    help="Mappen på webbhotellet där det som kommer läggs, hela sökvägen, utanför det som visas på webben. Annars den i inställningarna.",
)
@site_option
@json_option
def script(into: Path, folder: str | None, site: Path, as_json: bool) -> None:
    """Skriv brevlådan som ett ensamt program för ett webbhotell med Python (CGI)."""
    with report.answering(as_json):
        settings = read_settings(site)
        written = write_script(into, folder=folder or settings.drop.sftp, origin=origin_for(settings))
        if as_json:
            report.say_json({"written": str(written.path), "folder": written.folder})
            return
        own = settings.drop.url.startswith("/")
        headers = "pluttra headers apache" if own else "pluttra drop rules apache"
        report.say(
            f"Skrev {written.path}. Lägg den överst på adressen, och {headers} som .htaccess. Kör sedan pluttra doctor."
        )


@drop.command(epilog="Exempel: pluttra drop password")
@site_option
@json_option
def password(site: Path, as_json: bool) -> None:
    """Spara lösenordet till mejlkontot som svaren kommer till, i den privata mappen. Det syns inte när du skriver det."""
    keep_password(site, as_json, command="drop password", save=save_password, then="pluttra inbox")
