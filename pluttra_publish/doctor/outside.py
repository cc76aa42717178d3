"""What anybody can see of a live host, and what of it is not as it should be. Knows docs/hosts.md. Does not know keys, or the host's inside.

Every check takes the host and adds what it found; none stops the others.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from pluttra_publish.doctor.asking import Answer, Asking, Unreachable
from pluttra_publish.errors import Findings, HostError

RULES = "Lägg in reglerna som pluttra headers skriver för nginx, Apache, Caddy och S3."
_LONG_ENOUGH = 15_552_000  # half a year of HSTS
_SOON = timedelta(days=14)
_PRIVATE = (
    "pluttra.toml",
    "register/barn.csv",
    "privat/keystore.age",
    "privat/on-host.sqlite",
    "inlagg/",
    ".git/config",
    ".htaccess",
    "lock",
)
_FOLDERS = ("o/", "k/", "r/", "sida/", "o/00/", "?list-type=2", "?prefix=o/", "?uploads")
_LISTS = (b"<ListBucketResult", b"<ListMultipartUploadsResult", b"Index of /", b"<title>Directory listing")
_NAMES = re.compile(rb"[0-9a-f]{32}")


def reach(host: Asking, findings: Findings) -> Answer | None:
    """Ask for the shell; what hinders everybody from reading is told, and then there is none."""
    local = host.name in {"localhost", "127.0.0.1"}
    if not host.secure and not local:
        mend = "Skaffa ett certifikat (Let's Encrypt är gratis), och skriv https:// i url."
        bad(findings, host, "", "Adressen är inte https, så vem som helst på vägen kan byta ut sidan.", mend)
    try:
        shell = host.get("")
    except Unreachable as wrong:
        if wrong.forged:
            message = f"Certifikatet duger inte ({wrong}): ingen webbläsare släpper fram familjerna."
            bad(findings, host, "", message, "Förnya certifikatet hos leverantören, och se att det är för rätt namn.")
        else:
            mend = "Se efter att adressen pekar på värden och att servern är igång."
            bad(findings, host, "", f"Värden svarar inte ({wrong}).", mend)
        return None
    if shell.status != 200:
        mend = "Adressen / ska visa index.html. " + RULES
        bad(findings, host, "/", f"Värden svarar {shell.status} i stället för att visa sidan.", mend)
    return shell


def transport(host: Asking, shell: Answer, findings: Findings, *, http_port: int | None, can_say: bool) -> None:
    """Look at TLS: how long the certificate lasts, whether http leads to https, and HSTS. `can_say` if the host can set headers."""
    if not host.secure:
        return
    ends = host.certificate_ends()
    if ends is not None and ends - datetime.now(UTC) < _SOON:
        mend = "Se efter varför det inte förnyas av sig självt."
        findings.warning(host.url, "certifikat", f"Certifikatet gäller bara till {ends:%Y-%m-%d}.", mend)
    plain = host.without_tls(http_port) if http_port else None
    if plain is not None and not (
        plain.lacking
        or (plain.status in {301, 302, 307, 308} and plain.headers.get("location", "").startswith("https://"))
    ):
        bad(findings, host, "http", f"Utan https svarar värden {plain.status} och visar något.", RULES)
    lasts = re.search(r"max-age=(\d+)", shell.headers.get("strict-transport-security", ""))
    if lasts is None or int(lasts[1]) < _LONG_ENOUGH:
        message = "Svaret har inte Strict-Transport-Security i minst ett halvår, så första besöket kan ledas om."
        _say(findings, host, "Strict-Transport-Security", message, RULES, grave=can_say)


def policies(host: Asking, shell: Answer, findings: Findings) -> None:
    """Look at the security headers of the shell; its own policy in <meta> must be there whatever the host says."""
    if b'http-equiv="Content-Security-Policy"' not in shell.content:
        bad(findings, host, "/", "Sidan saknar sin egen Content-Security-Policy.", "Publicera igen.")
    policy = shell.headers.get("content-security-policy", "")
    if "frame-ancestors 'none'" not in policy and shell.headers.get("x-frame-options", "").upper() != "DENY":
        message = "Värden säger inte att sidan inte får visas i en ram (Content-Security-Policy, frame-ancestors)."
        findings.warning(host.url, "Content-Security-Policy", message, RULES)
    elif not policy:
        findings.warning(host.url, "Content-Security-Policy", "Värden skickar ingen Content-Security-Policy.", RULES)
    for name, wanted in (("Referrer-Policy", "no-referrer"), ("X-Content-Type-Options", "nosniff")):
        if shell.headers.get(name.lower(), "").strip().lower() != wanted:
            findings.warning(host.url, name, f"Värden säger inte {name}: {wanted}.", RULES)
    for name in ("set-cookie", "access-control-allow-credentials"):
        if name in shell.headers:
            findings.warning(
                host.url, name, f"Värden skickar {name}, som ingen här behöver.", "Stäng av det hos värden."
            )
    if shell.headers.get("access-control-allow-origin") == "*":
        message = "Vilken webbplats som helst får läsa svaren (Access-Control-Allow-Origin: *)."
        findings.warning(host.url, "CORS", message, "Ta bort det, eller skriv bara den egna adressen.")


def closed(host: Asking, shell: Answer, findings: Findings, names: Iterable[str]) -> None:
    """Look for lists of what lies there, for what must never lie there, and for answers that tell the two kinds of no apart."""
    known = {name.rpartition("/")[2].encode() for name in names}
    for path in _FOLDERS:
        answer = host.get(path)
        if answer.status == 200 and answer.content != shell.content:
            listed = any(sign in answer.content for sign in _LISTS) or known & set(_NAMES.findall(answer.content))
            message = "Vem som helst kan lista vad som ligger på värden." if listed else "Värden svarar för en mapp."
            bad(findings, host, f"/{path}", message, "Stäng av listning. " + RULES)
    name = secrets.token_hex(16)
    lacking = host.get(f"o/{name[:2]}/{name}")
    if not lacking.lacking:
        message = f"Värden svarar {lacking.status} för en fil som inte finns, i stället för 403 eller 404."
        bad(findings, host, "/o/…", message, "Stäng av egna felsidor och omdirigeringar. " + RULES)
    for path in _PRIVATE:
        answer = host.get(path)
        if answer.status == 200 and answer.content not in {shell.content, lacking.content}:
            message = "Värden visar en fil som aldrig skulle ha lagts där."
            mend = "Ta bort den genast, och byt nycklar om det är nyckelfilen. " + RULES
            if path in {"lock", ".htaccess"}:
                findings.warning(host.url, f"/{path}", "Värden visar en fil som familjerna inte behöver.", RULES)
            else:
                bad(findings, host, f"/{path}", message, mend)
        elif answer.status not in {200, lacking.status}:
            message = (
                f"Värden svarar {answer.status} här men {lacking.status} för annat som saknas, och det säger något."
            )
            findings.warning(host.url, f"/{path}", message, "Låt båda svara lika. " + RULES)


def bad(findings: Findings, host: Asking, place: str, message: str, mend: str) -> None:
    """Add something that must be mended."""
    findings.error(HostError, host.url, place, message, mend)


def _say(findings: Findings, host: Asking, place: str, message: str, mend: str, *, grave: bool) -> None:
    if grave:
        bad(findings, host, place, message, mend)
    else:
        findings.warning(host.url, place, message, mend)
