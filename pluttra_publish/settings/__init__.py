"""pluttra.toml to a value, and what may not stand in it. Knows the file's keys. Does not know posts or registers.

A key that is not known is an error, and so is a folder that would put the register or the private state where it could
be synced or published. Everything that is wrong is told at once.
"""

from __future__ import annotations

import os
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, Literal, cast
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pluttra_publish.errors import Findings, RegisterError, UsageError
from pluttra_publish.settings.mail import MAIL_KEYS, MailSettings, mail_settings
from pluttra_publish.settings.rules import FILE, BadValueError, Rule, days, one_of, text, texts

__all__ = [
    "DEFAULT_RULES",
    "FILE",
    "ConsentSettings",
    "HostSettings",
    "MailSettings",
    "Settings",
    "SettingsError",
    "accepted",
    "is_inside",
    "read_settings",
    "unfit",
]

_LOCAL = frozenset({"localhost", "127.0.0.1"})

DEFAULT_RULES = (
    "Bilder, filmer och ljud är till för er som familj. Skicka dem inte vidare.",
    "Lägg aldrig ut något härifrån i sociala medier, inte heller bilder på bara ert eget barn om andra barn syns.",
    "Länken är din egen. Ge den inte till någon annan – den som ska läsa får en egen länk av förskolan.",
    "Säg till oss om telefonen har kommit bort, så stänger vi den.",
)


@dataclass(frozen=True)
class HostSettings:
    """Where the sealed site is put."""

    kind: Literal["folder"]
    path: Path


@dataclass(frozen=True)
class ConsentSettings:
    """What guardians are asked about besides photo, film, sound and name, and where every guardian must answer yes."""

    purposes: tuple[str, ...] = ()
    all_guardians: tuple[str, ...] = ()


@dataclass(frozen=True)
class Settings:
    """One preschool's settings; every path is absolute."""

    root: Path
    name: str
    url: str
    language: str
    timezone: str
    alt_text: Literal["warn", "required"]
    approval: Literal["none", "principal"]
    grace_days: int
    link_days: int
    notice_days: int
    contact: str
    rules: tuple[str, ...]
    plugins: tuple[str, ...]
    host: HostSettings
    posts: Path
    register: Path
    state: Path
    talks: Path
    consents: ConsentSettings = ConsentSettings()
    mail: MailSettings = field(default_factory=MailSettings)
    mail_links: Literal["none", "each"] = "none"

    @property
    def zone(self) -> ZoneInfo:
        """The time zone that decides to which month a post belongs."""
        return ZoneInfo(self.timezone)

    @property
    def is_local(self) -> bool:
        """Tell whether the address is still that of the computer itself, where no family can read."""
        return urlsplit(self.url).hostname in _LOCAL

    @property
    def theme(self) -> Path:
        """The preschool's own templates and styles; the folder need not exist."""
        return self.root / "theme"


class SettingsError(RegisterError):
    """pluttra.toml cannot be used. `findings` holds everything that is wrong with it."""

    def __init__(self, findings: Findings) -> None:
        super().__init__("\n".join(str(finding) for finding in findings), hint=f"Rätta {FILE} och kör igen.")
        self.findings = findings


def read_settings(site: Path) -> Settings:
    """Read `site`/pluttra.toml.

    Raises:
        SettingsError: a RegisterError that lists every unknown key and every bad value.
    """
    findings = Findings()
    written = _read_toml(site / FILE, findings)
    values: dict[str, Any] = {}
    if written is not None:
        for key in _unknown(written):
            near = _nearest(key)
            mend = (
                f"Närmaste kända nyckel är {near}."
                if near
                else "Ta bort raden. Alla nycklar står i en ny förskolas fil: pluttra init prov."
            )
            findings.error(RegisterError, FILE, key, f"Nyckeln {key} finns inte.", mend)
        for key, rule in _KEYS.items():
            values[key] = rule.read(written, key, findings)
    if findings.errors:
        raise SettingsError(findings)
    settings = _settings(site.absolute(), values, findings)
    _check_folders(settings, findings)
    if findings.errors:
        raise SettingsError(findings)
    return settings


def accepted(key: str, value: str) -> str:
    """Return the value of a setting that a command gives, as it is used.

    Raises:
        UsageError: the setting may not have it.
    """
    try:
        return str(_KEYS[key].accept(value))
    except BadValueError as bad:
        raise UsageError(f"{bad.message} ({key})", hint=bad.mend) from None


def _language(value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", value):
        raise BadValueError("Värdet är inte en språkkod.", 'Skriv till exempel "sv".')
    return value


def _timezone(value: Any) -> str:
    try:
        return ZoneInfo(text(value)).key
    except (ZoneInfoNotFoundError, ValueError, OSError) as wrong:
        raise BadValueError("Tidszonen finns inte.", 'Skriv till exempel "Europe/Stockholm".') from wrong


def _origin(value: Any) -> str:
    """Return scheme, host and port as a browser writes them."""
    written = text(value)
    example = 'Skriv till exempel "https://dagar.förskolan.se".'
    try:
        parts = urlsplit(written)
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = parts.port
    except ValueError as wrong:
        raise BadValueError("Värdet är inte en webbadress.", example) from wrong
    local = host in _LOCAL
    if parts.scheme not in {"https", "http"} or not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", host):
        raise BadValueError("Värdet är inte en webbadress.", example)
    if parts.scheme == "http" and not local:
        reason = "Adressen måste börja med https://, annars kan vem som helst på vägen byta ut sidan."
        raise BadValueError(reason, "Bara http://localhost och http://127.0.0.1 får vara utan s, för att prova.")
    if parts.path not in {"", "/"}:
        reason = "Adressen får inte ha en sökväg: allt som ligger på samma adress kan läsa familjernas nycklar."
        raise BadValueError(reason, "Använd en egen adress (en underdomän) som inte används till något annat.")
    if parts.query or parts.fragment or parts.username is not None or written.endswith(("?", "#")):
        raise BadValueError("Adressen har mer än namn och port.", example)
    standard = {"https": 443, "http": 80}[parts.scheme]
    return f"{parts.scheme}://{host}" + ("" if port in {None, standard} else f":{port}")


_KEYS: dict[str, Rule] = {
    "name": Rule(text),
    "url": Rule(_origin),
    "contact": Rule(text, "förskolan"),
    "language": Rule(_language, "sv"),
    "timezone": Rule(_timezone, "Europe/Stockholm"),
    "alt_text": Rule(one_of("warn", "required"), "warn"),
    "approval": Rule(one_of("none", "principal"), "none"),
    "grace_days": Rule(days(0, 366), 30),
    "link_days": Rule(days(1, 90), 14),
    "notice_days": Rule(days(1, 366), 14),
    "mail_links": Rule(one_of("none", "each"), "none"),
    "rules": Rule(texts, DEFAULT_RULES),
    "plugins": Rule(texts, ()),
    "host.kind": Rule(one_of("folder"), "folder"),
    "host.path": Rule(text, "public"),
    "folders.posts": Rule(text, "inlagg"),
    "folders.register": Rule(text, "register"),
    "folders.state": Rule(text, "privat"),
    "folders.talks": Rule(text, "samtal"),
    "consents.purposes": Rule(texts, ()),
    "consents.all_guardians": Rule(texts, ()),
    **MAIL_KEYS,
}
_TABLES = {key.split(".")[0] for key in _KEYS if "." in key}


def _settings(root: Path, values: Mapping[str, Any], findings: Findings) -> Settings:
    flat: dict[str, Any] = {key: value for key, value in values.items() if "." not in key}
    folders: dict[str, Any] = {
        name: _absolute(root, values[f"folders.{name}"]) for name in ("posts", "register", "state", "talks")
    }
    host = HostSettings(kind=cast("Literal['folder']", values["host.kind"]), path=_absolute(root, values["host.path"]))
    consents = ConsentSettings(values["consents.purposes"], values["consents.all_guardians"])
    mail = mail_settings(values, findings)
    return Settings(root=root, host=host, consents=consents, mail=mail, **flat, **folders)


def _absolute(root: Path, written: str) -> Path:
    # Not resolve(): a posts folder that is a link to a synced folder keeps the name the preschool gave it.
    return Path(os.path.normpath(root / Path(written).expanduser()))


def _check_folders(settings: Settings, findings: Findings) -> None:
    """Refuse folders where the register or the state could be synced or published, or posts deleted by a publish."""
    folders = {
        "folders.posts": settings.posts,
        "folders.register": settings.register,
        "folders.state": settings.state,
        "folders.talks": settings.talks,
    }
    for key in ("folders.register", "folders.state", "folders.talks"):
        if is_inside(folders[key], settings.posts):
            message = f"Mappen {folders[key].name} ligger i inläggsmappen, som kan synkas mellan datorer."
            findings.error(RegisterError, FILE, key, message, "Lägg den bredvid inläggsmappen.")
    if any(is_inside(settings.posts, folders[key]) for key in ("folders.register", "folders.state", "folders.talks")):
        message = "Inläggsmappen ligger i en mapp som inte ska synkas."
        findings.error(RegisterError, FILE, "folders.posts", message, "Lägg den bredvid register och state.")
    if message := unfit(settings, settings.host.path):
        findings.error(RegisterError, FILE, "host.path", message, 'Ge den en egen mapp, till exempel "public".')


def unfit(settings: Settings, public: Path) -> str:
    """Return why nothing may be sealed into the folder `public`, empty if it may: nothing else of the site may lie in it or around it."""
    ours = (settings.posts, settings.register, settings.talks)
    if any(is_inside(folder, public) for folder in (settings.root, settings.state, *ours)):
        return "Register, nycklar eller inlägg skulle ligga i mappen som publiceras."
    if any(is_inside(public, folder) for folder in ours):
        return "Mappen som publiceras ligger i inläggens, registrets eller samtalens mapp."
    return ""


def is_inside(inner: Path, outer: Path) -> bool:
    """Tell whether `inner` is `outer` or lies below it: through links too, and whatever the system thinks of case."""

    def parts(path: Path) -> tuple[str, ...]:
        return tuple(unicodedata.normalize("NFC", part).casefold() for part in path.resolve().parts)

    return parts(inner)[: len(parts(outer))] == parts(outer)


def _read_toml(path: Path, findings: Findings) -> dict[str, Any] | None:
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return tomllib.loads(text.replace("\r\n", "\n"))
    except FileNotFoundError:
        mend = "Kör kommandot i förskolans mapp, ange --site, eller börja med pluttra init."
        findings.error(RegisterError, FILE, "", "Filen finns inte.", mend)
    except OSError:
        findings.error(RegisterError, FILE, "", "Filen kan inte läsas.", "Kontrollera att du får läsa den.")
    except UnicodeDecodeError:
        findings.error(RegisterError, FILE, "", "Filen är inte i UTF-8.", "Spara den som UTF-8.")
    except tomllib.TOMLDecodeError as wrong:
        at = re.search(r"line (\d+)", str(wrong))
        mend = "Kontrollera citattecken, hakparenteser och likhetstecken, och att ingen nyckel står två gånger."
        findings.error(RegisterError, FILE, f"rad {at[1]}" if at else "", "Raden går inte att tolka.", mend)
    return None


def _unknown(written: Mapping[str, Any]) -> Iterator[str]:
    for key, value in written.items():
        if key in _TABLES and isinstance(value, dict):
            yield from (f"{key}.{leaf}" for leaf in value if f"{key}.{leaf}" not in _KEYS)
        elif key not in _KEYS:
            yield key


_ALIKE = 0.6


def _nearest(key: str) -> str:
    """Return the key that a wrong one was meant to be, as it is written, or nothing when none is like it."""

    def alike(known: str) -> float:
        return SequenceMatcher(None, key.rpartition(".")[2].casefold(), known.rpartition(".")[2]).ratio()

    def likeness(known: str) -> float:
        return alike(known) + SequenceMatcher(None, key.casefold(), known).ratio() / 2

    nearest = max((*_KEYS, *sorted(_TABLES)), key=likeness)
    if alike(nearest) < _ALIKE:
        return ""
    table, dot, leaf = nearest.rpartition(".")
    if dot:
        return f"{leaf} under [{table}]"
    return f"[{nearest}]" if nearest in _TABLES else nearest
