"""What pluttra.toml says under [drop] and [push], to values. Knows these tables' keys and what goes together. Knows no files and no messages."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pluttra_publish.settings import accepting
from pluttra_publish.settings.bad_value import BadValueError
from pluttra_publish.settings.host import HostSettings, S3Settings
from pluttra_publish.settings.values import DropSettings, ImapSettings, PushSettings, Settings

_SFTP = "sftp:"
_TLS, _STARTTLS = 993, 143
_PATH = re.compile(r"(?:/(?!\.)[0-9A-Za-z._~-]+)+")


def address(value: Any) -> str:
    """Return where a browser reaches the drop endpoint: a path of the site's own address, /drop or one that begins so, or a whole address."""
    said = accepting.text(value)
    example = 'Skriv "/drop", eller till exempel "https://brev.backen.example/drop".'
    if said.startswith("/"):
        if not _PATH.fullmatch(said) or not said.startswith("/drop"):
            raise BadValueError(
                "Sökvägen duger inte: den ska börja med /drop, så att den inte tar en sidas plats.", example
            )
        return said
    start, path = _parted(said, example)
    if not _PATH.fullmatch(path):
        raise BadValueError("Adressen till brevlådan saknar sökväg, eller har mer än namn, port och sökväg.", example)
    return accepting.origin(start) + path


def _parted(said: str, example: str) -> tuple[str, str]:
    match = re.fullmatch(r"([A-Za-z]+://[^/?#]+)(/.*)?", said)
    if match is None:
        raise BadValueError("Värdet är ingen adress till en brevlåda.", example)
    return match[1], match[2] or ""


def imap_server(value: Any) -> tuple[str, int]:
    """Return the name and the port of a mail server that is asked for mail."""
    said = accepting.text(value)
    name, colon, port = said.partition(":")
    example = 'Skriv bara dess namn, "imap.backen.example", eller med port, "imap.backen.example:993".'
    if colon and not (re.fullmatch(r"[0-9]{1,5}", port) and 1 <= int(port) <= 65535):
        raise BadValueError("Värdet är inte en mejlserver.", example)
    try:
        return accepting.server(name), int(port) if colon else _TLS
    except BadValueError as bad:
        raise BadValueError(bad.message, example) from None


def complaints(value: Any) -> str:
    """Return where a push service may complain: an e-mail address, as mailto:, or an https address."""
    said = accepting.text(value)
    if said.startswith("https://") and urlsplit(said).hostname:
        return said
    return "mailto:" + accepting.email(said.removeprefix("mailto:"))


def drop_of(values: Mapping[str, Any], root: Path) -> DropSettings:
    """Return [drop] of what was accepted, keys to values; what it leaves out of a bucket is as the host's."""
    folder = values["drop.folder"]
    server, port = values["drop.imap"]
    account = values["drop.login"] or values["drop.mail"]
    return DropSettings(
        url=_own(values["drop.url"], values["url"]),
        folder=_absolute(root, folder) if folder and not folder.startswith(_SFTP) else None,
        sftp=folder.removeprefix(_SFTP).strip() if folder.startswith(_SFTP) else "",
        bucket=_bucket(values) if values["drop.bucket"] else None,
        mail=values["drop.mail"],
        imap=ImapSettings(server, port, "starttls" if port == _STARTTLS else "tls", account) if server else None,
        posts=values["drop.posts"],
        receipts=values["drop.receipts"],
    )


def push_of(values: Mapping[str, Any]) -> PushSettings:
    """Return [push] of what was accepted; the preschool's own e-mail address is where to complain if no other is said."""
    contact = values["push.contact"] or (f"mailto:{values['email']}" if values["email"] else "")
    return PushSettings(values["push.on"], contact)


def amiss(
    settings: Settings, written: Mapping[str, Any], is_inside: Callable[[Path, Path], bool]
) -> Iterator[tuple[str, str, str]]:
    """Yield what doesn't go together, as key, message and mend."""
    drop, host = settings.drop, settings.host
    yield from _fetched(settings)
    yield from _boxed(drop, host, written)
    if drop.imap and not drop.mail:
        yield (
            "drop.mail",
            "Nyckeln drop.mail saknas.",
            'Skriv mail = "…" under [drop]: adressen som imap har posten till.',
        )
    if written["drop.login"] and not drop.imap:
        yield "drop.imap", "Nyckeln drop.imap saknas.", 'Skriv imap = "…" under [drop], eller ta bort login.'
    if drop.folder and (message := _misplaced(settings, drop.folder, is_inside)):
        yield "drop.folder", message, 'Ge den en egen mapp, till exempel "brevlada".'
    if settings.push.on and not settings.push.contact:
        mend = 'Skriv contact = "…" under [push], eller email = "…" överst i filen.'
        yield "push.contact", "Nyckeln push.contact saknas: de som för aviseringarna vidare vill kunna nå er.", mend


def _fetched(settings: Settings) -> Iterator[tuple[str, str, str]]:
    """Yield why what the endpoint takes would never be fetched, or lies where anybody may look."""
    drop, host = settings.drop, settings.host
    if drop.url and not (drop.folder or drop.sftp):
        mend = (
            'Skriv folder = "…" under [drop]: mappen där brevlådans meddelanden ligger, här eller ("sftp:…") på värden.'
        )
        yield "drop.folder", "Nyckeln drop.folder saknas, så ingenting skulle hämtas.", mend
    if drop.sftp and host.sftp is None:
        mend = 'Skriv en mapp på den här datorn, eller ändra host.kind till "sftp".'
        yield "drop.folder", 'En mapp som börjar med "sftp:" hämtas från värden, men värden är inget SFTP-konto.', mend
    if drop.sftp and host.sftp and _below(drop.sftp, host.sftp.path):
        mend = f'Lägg den utanför {host.sftp.path}, till exempel "sftp:brevlada".'
        yield "drop.folder", "Brevlådans mapp ligger i mappen som publiceras.", mend


def _misplaced(settings: Settings, folder: Path, is_inside: Callable[[Path, Path], bool]) -> str:
    """Return why messages may not lie in `folder`, empty if they may."""
    private = (settings.posts, settings.register, settings.talks, settings.inbox)
    if any(is_inside(folder, other) for other in private):
        return "Brevlådans mapp ligger bland inläggen, registret, samtalen eller det inkomna."
    if any(is_inside(other, folder) for other in (settings.root, settings.state, *private)):
        return "Brevlådans mapp har annat i sig: förskolans mapp, inlägg, register eller nycklar."
    public = settings.host.path
    if public and (is_inside(folder, public) or is_inside(public, folder)):
        return "Brevlådans mapp ligger i mappen som publiceras, eller tvärtom."
    return ""


def _boxed(drop: DropSettings, host: HostSettings, written: Mapping[str, Any]) -> Iterator[tuple[str, str, str]]:
    """Yield what is wrong with the bucket as one of its own."""
    if drop.bucket is None:
        for key in ("endpoint", "region", "path_style"):
            if written[f"drop.{key}"] not in {"", None}:
                yield (
                    "drop.bucket",
                    "Nyckeln drop.bucket saknas.",
                    f'Skriv bucket = "…" under [drop], eller ta bort {key}.',
                )
    elif not drop.bucket.endpoint:
        mend = 'Skriv endpoint = "https://…" under [drop], som hos leverantören.'
        yield "drop.endpoint", "Nyckeln drop.endpoint saknas.", mend
    elif host.s3 and (drop.bucket.endpoint, drop.bucket.bucket) == (host.s3.endpoint, host.s3.bucket):
        message = "Brevlådan kan inte vara samma bucket som webbplatsen: den visar vad som ligger där."
        yield "drop.bucket", message, f'Gör en egen, till exempel "{host.s3.bucket}-brev".'


def _bucket(values: Mapping[str, Any]) -> S3Settings:
    hosts: HostSettings = values["host"]
    usual = hosts.s3 if hosts.s3 and values["drop.endpoint"] in {"", hosts.s3.endpoint} else None
    style = values["drop.path_style"]
    return S3Settings(
        endpoint=values["drop.endpoint"] or (usual.endpoint if usual else ""),
        bucket=values["drop.bucket"],
        region=values["drop.region"] or (usual.region if usual else "us-east-1"),
        path_style=style if style is not None else usual.path_style if usual else True,
    )


def _own(said: str, site: str) -> str:
    """Return an address of the site's own as a path."""
    return said.removeprefix(site) if said.startswith(f"{site}/") else said


def _below(inner: str, outer: str) -> bool:
    """Tell whether a folder on a server is another or lies below it, as far as their names tell."""
    inner, outer = (os.path.normpath(path).replace(os.sep, "/").lstrip("/") for path in (inner, outer))
    return outer in {"", "."} or inner == outer or inner.startswith(f"{outer}/")


def _absolute(root: Path, written: str) -> Path:
    return Path(os.path.normpath(root / Path(written).expanduser()))
