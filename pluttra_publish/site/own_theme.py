"""What a preschool may put in its own theme folder, and whether the pages that come of it are still walled in. Pure but for reading.

Templates, styles and translations may be its own, file by file. The reader's code may not: it holds the families' keys, every copy of it is the
same, and that is how a foreign one can be told. Icons are made of the logo, so that nothing but pixels is published.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html.parser import HTMLParser
from pathlib import Path

from pluttra_publish.errors import ContentError, Findings, LeakError
from pluttra_publish.site.shell import OWN_STYLE, STYLE

_IGNORED = frozenset({"thumbs.db", "desktop.ini"})
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:([0-9a-fA-F]{1,6})\s?|(.))", re.DOTALL)
_TRANSLATION = re.compile(r"translations/[\w-]+/LC_MESSAGES/messages\.po")
_FETCHES = re.compile(
    r"@import|@namespace|@charset|\b(?:url|image|image-set|src|-webkit-image-set)\s*\(", re.IGNORECASE
)

SHELL_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; media-src 'self' blob:; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-src 'none'; object-src 'none'; "
    "require-trusted-types-for 'script'; trusted-types pluttra pluttra-worker"
)


def shell_policy(targets: Sequence[str] = ()) -> str:
    """Return the policy of the shell where messages also go to `targets`, addresses beside its own."""
    return SHELL_POLICY.replace("connect-src 'self'", " ".join(("connect-src 'self'", *targets)))


PUBLIC_POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; media-src 'self'; base-uri 'none'; form-action 'none'"
)

RETOLD_POLICY = "default-src 'none'"


def check_own_theme(own: Path, house: Path, findings: Findings) -> None:
    """Add what may not lie in a preschool's own theme folder to `findings`; the folder need not exist."""
    templates = {path.relative_to(house).as_posix() for path in (house / "templates").rglob("*") if path.is_file()}
    for name, path in _files(own):
        shown = f"theme/{name}"
        if name.startswith(("static/reader/", "static/local/")) or name.endswith((".js", ".mjs")):
            message = "Läsarens program kan inte bytas ut: det har hand om familjernas nycklar, och ska vara likadant överallt."
            findings.error(
                ContentError, shown, "", message, "Ta bort filen. Utseendet ändras med templates/ och static/."
            )
        elif re.fullmatch(r"static/.*\.(svg|png|ico|jpe?g|webp)", name, re.IGNORECASE):
            message = "Ikoner och märken ligger inte i theme/."
            mend = 'Ta bort filen, och skriv logo = "logotyp.png" under [theme] i pluttra.toml. Då görs alla ikoner av den.'
            findings.error(ContentError, shown, "", message, mend)
        elif name in {f"static/{STYLE}", f"static/{OWN_STYLE}"}:
            _check_style(path, shown, findings)
        elif _TRANSLATION.fullmatch(name):
            pass  # whether it can be used is told where it is read
        elif name not in templates:
            message = "Filen ersätter ingenting i temat."
            mend = f"Ge den samma namn som filen den ska ersätta, eller ta bort den. Egna stilar skrivs i theme/static/{OWN_STYLE}."
            findings.error(ContentError, shown, "", message, mend)


def _files(own: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(own.rglob("*")):
        name = path.relative_to(own).as_posix()
        hidden = any(part.startswith(".") for part in name.split("/")) or path.name.lower() in _IGNORED
        if path.is_file() and not hidden and not (path.parent == own and path.suffix.lower() in {".md", ".txt"}):
            yield name, path


def _check_style(path: Path, shown: str, findings: Findings) -> None:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        findings.error(ContentError, shown, "", "Filen är inte i UTF-8.", "Spara den som UTF-8.")
        return
    if _FETCHES.search(_plain(text)):
        message = "Stilar får inte hämta något (url(…), @import): webbhotellet skulle se vilken sida som läses."
        findings.error(ContentError, shown, "", message, "Ta bort det. Teckensnitt är de som finns i telefonen.")


def _plain(text: str) -> str:
    """Return a style sheet as a browser understands it: without comments, and with what is escaped written out."""

    def written(match: re.Match[str]) -> str:
        number = int(match[1], 16) if match[1] else 0
        return chr(number) if 0 < number < 0x110000 else match[2] or ""

    return _ESCAPE.sub(written, _COMMENT.sub(" ", text)) + " " + _ESCAPE.sub(written, _COMMENT.sub("", text))


class _Walls(HTMLParser):
    """Looks through a whole document for what a policy should have to stop."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        written = {name: value or "" for name, value in attrs}
        if tag == "meta" and written.get("http-equiv", "").lower() not in {"", "content-security-policy"}:
            self.faults.append("<meta http-equiv>")
        if tag == "script" and not re.fullmatch(r"/r/[0-9a-z]+/(app|old)\.js", written.get("src", "")):
            self.faults.append("ett eget <script>")
        if tag in {"style", "base", "iframe", "object", "embed", "frame"}:
            self.faults.append(f"<{tag}>")
        if any(name.startswith("on") or name == "style" for name in written):
            self.faults.append("ett attribut med stil eller program i sig")
        if "//" in written.get("src", "") + written.get("srcset", "") + (
            written.get("href", "") if tag == "link" else ""
        ):
            self.faults.append("något som hämtas från en annan plats")


def check_walls(document: bytes, policy: str, template: str) -> None:
    """Refuse a whole document whose template has let go of the policy or brought in something of its own.

    Raises:
        LeakError: it names the template and what is wrong.
    """
    text = document.decode("utf-8")
    walls = _Walls()
    walls.feed(text)
    walls.close()
    first = r"<!doctype html>\s*<html[^<>]*>\s*<head>\s*<meta charset=\"utf-8\">\s*<meta http-equiv=\"Content-Security-Policy\" content=\""
    held = re.match(first + re.escape(policy) + '">', text) and text.lower().count("content-security-policy") == 1
    if faults := ([] if held else ["en annan säkerhetspolicy än temats"]) + walls.faults:
        hint = f"Utgå från temats egen {template}, och ändra ingenting i dess <head>."
        raise LeakError(f"Mallen {template} har {faults[0]}. Ingenting har publicerats.", hint=hint)
