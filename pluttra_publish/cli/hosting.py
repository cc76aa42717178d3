"""Commands for where the site lies: headers, doctor."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import click

from pluttra_publish.cli import report
from pluttra_publish.cli.options import json_option, site_option
from pluttra_publish.doctor import examine
from pluttra_publish.drop.setting_up import SCRIPT
from pluttra_publish.errors import UsageError
from pluttra_publish.hosts import server_rules as rules
from pluttra_publish.settings import Settings, accepted, read_settings

_ON_SERVER = "/var/www/pluttra"


def _name(settings: Settings) -> str:
    return urlsplit(settings.url).hostname or ""


def _bucket(settings: Settings) -> str:
    return settings.host.s3.bucket if settings.host.s3 else "DIN-BUCKET"


def _folder(settings: Settings) -> str:
    """Return the published folder as the server has it, as far as the settings tell."""
    said = (
        settings.host.path.as_posix() if settings.host.path else settings.host.sftp.path if settings.host.sftp else ""
    )
    return said if said.startswith("/") else _ON_SERVER


def _dropping(settings: Settings) -> rules.Dropping:
    """Return what the site's own server says of the drop box."""
    own = settings.drop.url if settings.drop.url.startswith("/") else ""
    return rules.Dropping(own, script=SCRIPT, targets=settings.drop_targets)


_RULES: dict[str, Callable[[Settings, str], str]] = {
    "nginx": lambda settings, root: rules.nginx(_name(settings), root, drop=_dropping(settings)),
    "apache": lambda settings, _: rules.apache(_name(settings), drop=_dropping(settings)),
    "caddy": lambda settings, root: rules.caddy(_name(settings), root, drop=_dropping(settings)),
    "s3-policy": lambda settings, _: rules.s3_policy(_bucket(settings)),
    "s3-cors": lambda settings, _: rules.s3_cors(settings.url),
    "s3-website": lambda _settings, _root: rules.s3_website(),
    "s3-lifecycle": lambda _settings, _root: rules.s3_lifecycle(),
}


@click.command(epilog="Exempel: pluttra headers nginx > pluttra.conf")
@click.argument(
    "kind", metavar="SLAG", type=click.Choice(list(_RULES)), help="Webbservern, eller det som en bucket ska ha."
)
@click.option("--root", metavar="MAPP", help="Mappen som webbservern visar, som den heter på servern.")
@site_option
@json_option
def headers(kind: str, root: str | None, site: Path, as_json: bool) -> None:
    """Skriv ut reglerna som webbservern eller bucketen ska ha: vad som visas, hur länge det sparas, och skydden.

    SLAG är nginx, apache (.htaccess), caddy, s3-policy, s3-cors, s3-website eller s3-lifecycle. docs/hosts.md säger var de ska ligga.
    """
    with report.answering(as_json):
        settings = read_settings(site)
        folder = root or _folder(settings)
        if not folder.startswith("/") or any(sign in folder for sign in "\"'{};$\\\n"):
            raise UsageError(
                f"{folder} duger inte som mapp på en server.", hint=f"Skriv till exempel --root {_ON_SERVER}."
            )
        text = _RULES[kind](settings, folder)
        if as_json:
            report.say_json({"kind": kind, "text": text})
        else:
            click.echo(text, nl=False)


@click.command(epilog="Exempel: pluttra doctor --site minforskola")
@click.argument(
    "url", metavar="[ADRESS]", required=False, help="Adressen som ska undersökas. Annars den i inställningarna."
)
@site_option
@json_option
def doctor(url: str | None, site: Path, as_json: bool) -> None:
    """Undersök värden så som familjer och främlingar möter den, och säg hur det som är fel rättas.

    Listning, https, skydd, typer, mellanlagring och delar av filer; att det som visas är det som publicerades, och att allt finns där
    och inget annat. Utgångskoden är 8 om något måste rättas.
    """
    with report.answering(as_json):
        settings = read_settings(site)
        with report.progress(as_json) as step:
            examined = examine(settings, url=accepted("url", url) if url else None, step=step)
        if as_json:
            report.say_json({"url": examined.url, "files": examined.files} | report.told(examined.findings))
            return
        report.say_findings(examined.findings)
        report.say(f"{examined.url} mår bra: {examined.files} filer är där de ska, och inget annat.")
