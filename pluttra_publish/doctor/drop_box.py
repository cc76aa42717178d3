"""Examines the drop box as readers and strangers meet it. Knows HTTP and what the endpoint or a bucket ought to answer. Leaves nothing there.

What is sent is always something that must be refused: a message of a wrong length, the right length of a wrong type, a form with too few bytes.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator
from urllib.parse import urlsplit

from pluttra_publish.clock import now_of
from pluttra_publish.doctor.asking import Answer, Asking, Unreachable, asking
from pluttra_publish.drop.sources import open_drop
from pluttra_publish.errors import Findings, HostError
from pluttra_publish.format.messages import FILE_LENGTHS, FormWay
from pluttra_publish.hosts.s3_form import PREFIX, TYPE, form
from pluttra_publish.hosts.s3_key import FETCHES, SIGNS, read_drop_key
from pluttra_publish.settings import Settings
from pluttra_publish.settings.host import S3Settings

_STRANGER = "https://frammande.example"
_GUIDE = "Se docs/brevladan.md."
_SERVES = (
    "Kör pluttra drop serve på servern, och lägg reglerna där: pluttra headers eller pluttra drop rules. " + _GUIDE
)


def examine_drop(settings: Settings, address: str, findings: Findings) -> None:
    """Look at every way back that the settings have, and at every place that messages are fetched from; `address` is the site's."""
    if settings.drop.url:
        _endpoint(settings, address, findings)
    if settings.drop.bucket:
        _bucket(settings, settings.drop.bucket, findings)
    _fetching(settings, findings)


def _endpoint(settings: Settings, address: str, findings: Findings) -> None:
    own = settings.drop.url.startswith("/")
    where = f"{address}{settings.drop.url}" if own else settings.drop.url
    with _line(where, findings) as (host, path):
        short = host.get(path, method="POST", body=b"x", Content_Type=TYPE)
        if short.status != 413:
            _bad(findings, where, "POST", *_why_not(short))
            return
        wrong = host.get(path, method="POST", body=bytes(max(FILE_LENGTHS)), Content_Type="text/plain")
        if wrong.status == 413:
            message = (
                f"Servern släpper inte fram de längsta meddelandena ({max(FILE_LENGTHS)} byte), så bilder fastnar."
            )
            _bad(findings, where, "POST", message, f"Höj gränsen (client_max_body_size i nginx). {_GUIDE}")
        elif wrong.status != 415:
            _bad(
                findings,
                where,
                "POST",
                f"Brevlådan svarar {wrong.status} på en fil av fel slag, i stället för 415.",
                _SERVES,
            )
        for asked in (path, f"{path}/"):
            shown = host.get(asked)
            if shown.status == 200:
                message = "Servern visar något på brevlådans adress, och den ska bara ta emot."
                _bad(findings, where, f"/{asked}", message, _SERVES)
        _pages(findings, host, where, path, settings.url, needed=not own, mend=_SERVES)


def _why_not(answer: Answer) -> tuple[str, str]:
    """Return what is wrong with an endpoint that doesn't refuse a wrong length, and the mend."""
    match answer.status:
        case 201 | 200 | 204:
            return "Brevlådan tar emot vad som helst.", _SERVES
        case 502 | 504:
            return (
                "Webbservern når inte brevlådan.",
                "Starta pluttra drop serve, och se till att den startar med datorn. " + _GUIDE,
            )
        case 500 | 503 | 507:
            mend = "Se efter att mappen för det som kommer kan skrivas av kontot som kör brevlådan, och har plats."
            return f"Brevlådan svarar men kan inte ta emot ({answer.status}).", f"{mend} {_GUIDE}"
        case _:
            return f"Ingen brevlåda svarar: servern säger {answer.status} i stället för 413.", _SERVES


def _pages(findings: Findings, host: Asking, where: str, path: str, site: str, *, needed: bool, mend: str) -> None:
    """Look whose pages a browser lets send there: those of the site if that is `needed`, and nobody else's."""
    asked = {"Access_Control_Request_Method": "POST", "Access_Control_Request_Headers": "content-type"}
    if needed:
        ours = host.get(path, method="OPTIONS", body=None, Origin=site, **asked)
        if ours.headers.get("access-control-allow-origin") not in {site, "*"} or ours.status not in {200, 204}:
            message = f"Webbläsare låter inte sidorna på {site} skicka hit (CORS)."
            _bad(findings, where, "CORS", message, f"Ange den adressen. {mend}")
    theirs = host.get(path, method="OPTIONS", body=None, Origin=_STRANGER, **asked)
    if theirs.headers.get("access-control-allow-origin") in {_STRANGER, "*"}:
        message = "Vilken webbplats som helst får skicka hit (CORS)."
        _bad(findings, where, "CORS", message, f"Ange bara {site}. {mend}")


def _bucket(settings: Settings, bucket: S3Settings, findings: Findings) -> None:
    own = "Ta bort läsrätten för alla: brevlådans bucket ska vara privat. " + _GUIDE
    try:
        way = form(bucket, read_drop_key(settings.state, SIGNS), now_of(settings))
    except HostError as failed:
        _bad(findings, bucket.url, "nyckel", str(failed), failed.hint)
        return
    name = secrets.token_hex(16)
    with _line(bucket.url, findings) as (host, path):
        if host.get(path).status == 200:
            _bad(findings, bucket.url, "listning", "Vem som helst kan lista brevlådan.", own)
        there = _first(settings)
        if there and host.get(f"{path}{PREFIX}{there}").status == 200:
            _bad(findings, bucket.url, PREFIX, "Vem som helst kan hämta det som ligger i brevlådan.", own)
        if host.get(f"{path}{PREFIX}{name}", method="PUT", body=b"").status in {200, 201}:
            _remove(settings, bucket, name)
            mend = "Ta bort skrivrätten för alla: bara formuläret ska ge den. " + _GUIDE
            _bad(findings, bucket.url, PREFIX, "Vem som helst kan lägga vad som helst i brevlådan.", mend)
        cors = "pluttra drop rules s3-cors skriver vad bucketen ska ha. " + _GUIDE
        _pages(findings, host, bucket.url, path, settings.url, needed=True, mend=cors)
        kind, body = _filled(way, name, b"x")
        short = host.get(path, method="POST", body=body, Content_Type=kind, Origin=settings.url)
        if short.status in {200, 201, 204}:
            _remove(settings, bucket, name)
            _bad(findings, bucket.url, "formulär", "Brevlådan tar emot vad som helst med formuläret.", _GUIDE)
        elif b"EntityTooSmall" not in short.content:
            message = f"Värden godtar inte formuläret som familjerna svarar med (svar {short.status})."
            mend = "Se efter att nyckeln drop-form får lägga saker i m/ (pluttra drop rules s3-policy) och att region stämmer."
            _bad(findings, bucket.url, "formulär", message, f"{mend} {_GUIDE}")
    keys = {read_drop_key(settings.state, use).identity for use in (FETCHES, SIGNS)}
    if len(keys) == 1:
        message = (
            "Formuläret skrivs under med samma nyckel som hämtar. Den som kommer över den läser och tömmer brevlådan."
        )
        findings.warning(
            bucket.url, "nyckel", message, f"Gör en som bara får lägga dit: [drop-form] i privat/s3. {_GUIDE}"
        )


def _fetching(settings: Settings, findings: Findings) -> None:
    """Look whether messages can be fetched from where they wait."""
    try:
        boxes = open_drop(settings)
    except HostError as failed:
        findings.error(HostError, "brevlådan", "", str(failed), failed.hint)
        return
    for box in boxes:
        try:
            next(iter(box.list()), None)
        except HostError as failed:
            findings.error(HostError, "brevlådan", "", str(failed), failed.hint)
        finally:
            box.close()


def _first(settings: Settings) -> str:
    """Return the name of a message that lies in the bucket, empty if there is none or it can't be listed."""
    from pluttra_publish.hosts.s3_drop import S3Drop  # noqa: PLC0415 # the library is loaded where there is a bucket

    if settings.drop.bucket is None:
        return ""
    with contextlib.suppress(HostError):
        return next((key for key, _ in S3Drop(settings.drop.bucket, settings.state).list()), "")
    return ""


def _remove(settings: Settings, bucket: S3Settings, name: str) -> None:
    from pluttra_publish.hosts.s3_drop import S3Drop  # noqa: PLC0415

    with contextlib.suppress(HostError):
        S3Drop(bucket, settings.state).delete([name])


def _filled(way: FormWay, name: str, content: bytes) -> tuple[str, bytes]:
    """Return a form as a browser sends it: its type, and its bytes."""
    line = secrets.token_hex(16)
    parts = [
        f'--{line}\r\nContent-Disposition: form-data; name="{field}"\r\n\r\n{value}\r\n'
        for field, value in (*way.fields, ("key", way.prefix + name))
    ]
    parts.append(
        f'--{line}\r\nContent-Disposition: form-data; name="file"; filename="blob"\r\nContent-Type: {TYPE}\r\n\r\n'
    )
    return f"multipart/form-data; boundary={line}", "".join(parts).encode() + content + f"\r\n--{line}--\r\n".encode()


@contextlib.contextmanager
def _line(url: str, findings: Findings) -> Iterator[tuple[Asking, str]]:
    """Give a connection to the server of `url` and the path there; one that doesn't answer is a finding."""
    parts = urlsplit(url)
    with asking(f"{parts.scheme}://{parts.netloc}") as host:
        try:
            yield host, parts.path.lstrip("/")
        except Unreachable as cut:
            why = "har ett certifikat som inte duger" if cut.forged else "svarar inte"
            _bad(findings, url, "", f"Brevlådan {why} ({cut}).", f"Se efter att adressen stämmer. {_GUIDE}")


def _bad(findings: Findings, where: str, place: str, message: str, mend: str) -> None:
    findings.error(HostError, where, place, message, mend)
