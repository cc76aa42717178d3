"""pluttra.toml to a value, and what may not stand in it. Knows the file's keys. Does not know posts or registers.

A key that is not known is an error, and so is a folder that would put the register or the private state where it could
be synced or published. Everything that is wrong is told at once.
"""

from __future__ import annotations

import os
import re
import tomllib
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any

from pluttra_publish.errors import Findings, RegisterError, UsageError
from pluttra_publish.settings import accepting, drop
from pluttra_publish.settings.bad_value import BadValueError
from pluttra_publish.settings.host import HOST_KEYS, S3_BUCKET, S3_REGION, HostSettings, read_host, s3_endpoint
from pluttra_publish.settings.values import (
    DEFAULT_RULES,
    DEFAULT_SHORTCOMINGS,
    AccessibilitySettings,
    BackupSettings,
    ConsentSettings,
    DropSettings,
    ImapSettings,
    LookSettings,
    MailSettings,
    PushSettings,
    Settings,
    WatchSettings,
)

__all__ = [
    "DEFAULT_RULES",
    "DEFAULT_SHORTCOMINGS",
    "FILE",
    "AccessibilitySettings",
    "BackupSettings",
    "ConsentSettings",
    "DropSettings",
    "HostSettings",
    "ImapSettings",
    "LookSettings",
    "MailSettings",
    "PushSettings",
    "Settings",
    "SettingsError",
    "WatchSettings",
    "accepted",
    "is_inside",
    "read_settings",
    "unfit",
]

FILE = "pluttra.toml"


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
        table = written.get("host", {})
        values["host"] = read_host(table if isinstance(table, dict) else {}, site.absolute(), FILE, findings)
    if findings.errors:
        raise SettingsError(findings)
    settings = _settings(site.absolute(), values)
    _check(settings, values, findings)
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


_MISSING = object()


@dataclass(frozen=True)
class _Rule:
    """What a key's value must be. `accept` returns the value to use, or raises what is wrong with it."""

    accept: Callable[[Any], Any]
    default: Any = _MISSING

    def read(self, written: Mapping[str, Any], key: str, findings: Findings) -> Any:
        value = _at(written, key)
        if value is _MISSING:
            if self.default is _MISSING:
                findings.error(RegisterError, FILE, key, f"Nyckeln {key} saknas.", f'Skriv {key} = "…" överst i filen.')
            return self.default
        try:
            return self.accept(value)
        except BadValueError as bad:
            findings.error(RegisterError, FILE, key, bad.message, bad.mend)
            return None


_KEYS: dict[str, _Rule] = {
    "name": _Rule(accepting.text),
    "url": _Rule(accepting.origin),
    "contact": _Rule(accepting.text, "förskolan"),
    "language": _Rule(accepting.language, "sv"),
    "timezone": _Rule(accepting.timezone, "Europe/Stockholm"),
    "alt_text": _Rule(accepting.one_of("warn", "required"), "warn"),
    "approval": _Rule(accepting.one_of("none", "principal"), "none"),
    "grace_days": _Rule(accepting.days(0, 366), 30),
    "link_days": _Rule(accepting.days(1, 90), 14),
    "notice_days": _Rule(accepting.days(1, 366), 14),
    "rules": _Rule(accepting.texts, DEFAULT_RULES),
    "plugins": _Rule(accepting.texts, ()),
    **{f"host.{key}": _Rule(lambda value: value, None) for key in sorted(HOST_KEYS)},  # read by host.py
    "folders.posts": _Rule(accepting.text, "inlagg"),
    "folders.register": _Rule(accepting.text, "register"),
    "folders.state": _Rule(accepting.text, "privat"),
    "folders.talks": _Rule(accepting.text, "samtal"),
    "folders.inbox": _Rule(accepting.text, "inkommet"),
    "consents.purposes": _Rule(accepting.texts, ()),
    "consents.all_guardians": _Rule(accepting.texts, ()),
    "consents.wall": _Rule(accepting.text, ""),
    "reader.download": _Rule(accepting.one_of("none", "own-children"), "none"),
    "email": _Rule(accepting.email, ""),
    "phone": _Rule(accepting.phone, ""),
    "theme.colour": _Rule(accepting.colour, ""),
    "theme.logo": _Rule(accepting.text, ""),
    "accessibility.actor": _Rule(accepting.text, ""),
    "accessibility.compliance": _Rule(accepting.one_of("full", "partly", "not"), "partly"),
    "accessibility.shortcomings": _Rule(accepting.texts, DEFAULT_SHORTCOMINGS),
    "accessibility.burdens": _Rule(accepting.texts, ()),
    "accessibility.exempt": _Rule(accepting.texts, ()),
    "accessibility.assessed": _Rule(accepting.day, None),
    "accessibility.updated": _Rule(accepting.day, None),
    "accessibility.method": _Rule(accepting.text, ""),
    "mail_links": _Rule(accepting.one_of("none", "each"), "none"),
    "mail.host": _Rule(accepting.server, ""),
    "mail.port": _Rule(accepting.number(1, 65535, of="en port"), 0),
    "mail.security": _Rule(accepting.one_of("starttls", "tls"), "starttls"),
    "mail.from": _Rule(accepting.mailbox, ""),
    "mail.reply_to": _Rule(accepting.mailbox, ""),
    "mail.login": _Rule(accepting.text, ""),
    "mail.digest": _Rule(accepting.one_of("at_once", "hourly", "daily", "never"), "at_once"),
    "mail.daily_hour": _Rule(accepting.number(0, 23, of="ett klockslag"), 16),
    "mail.staff": _Rule(accepting.yes_or_no, True),
    "watch.settle": _Rule(accepting.number(1, 60, of="ett antal sekunder"), 1),
    "watch.polling": _Rule(accepting.yes_or_no, False),
    "backup.folder": _Rule(accepting.text, ""),
    "backup.keep_days": _Rule(accepting.number(1, 3660, of="ett antal"), 30),
    "backup.keep_months": _Rule(accepting.number(0, 600, of="ett antal"), 12),
    "drop.url": _Rule(drop.address, ""),
    "drop.folder": _Rule(accepting.text, ""),
    "drop.bucket": _Rule(S3_BUCKET, ""),
    "drop.endpoint": _Rule(s3_endpoint, ""),
    "drop.region": _Rule(S3_REGION, ""),
    "drop.path_style": _Rule(accepting.yes_or_no, None),
    "drop.mail": _Rule(accepting.email, ""),
    "drop.imap": _Rule(drop.imap_server, ("", 0)),
    "drop.login": _Rule(accepting.text, ""),
    "drop.posts": _Rule(accepting.one_of("draft", "published"), "draft"),
    "drop.receipts": _Rule(accepting.yes_or_no, False),
    "push.on": _Rule(accepting.yes_or_no, False),
    "push.contact": _Rule(drop.complaints, ""),
}
_MAIL_NAMES = {"from": "sender", "login": "account"}
_TABLES = {key.split(".")[0] for key in _KEYS if "." in key}


def _settings(root: Path, values: Mapping[str, Any]) -> Settings:
    flat: dict[str, Any] = {key: value for key, value in values.items() if "." not in key}
    folders: dict[str, Any] = {
        name: _absolute(root, values[f"folders.{name}"]) for name in ("posts", "register", "state", "talks", "inbox")
    }
    consents = ConsentSettings(*(values[f"consents.{key}"] for key in ("purposes", "all_guardians", "wall")))
    logo = _absolute(root, values["theme.logo"]) if values["theme.logo"] else None
    said = {key.partition(".")[2]: value for key, value in values.items() if key.startswith("accessibility.")}
    mailed = {key.partition(".")[2]: value for key, value in values.items() if key.startswith("mail.")}
    mail = {_MAIL_NAMES.get(name, name): value for name, value in mailed.items()}
    kept = _absolute(root, values["backup.folder"]) if values["backup.folder"] else None
    return Settings(
        root=root,
        backup=BackupSettings(kept, values["backup.keep_days"], values["backup.keep_months"]),
        consents=consents,
        download=values["reader.download"],
        look=LookSettings(values["theme.colour"], logo),
        accessibility=AccessibilitySettings(**said),
        mail=MailSettings(**mail),
        watch=WatchSettings(values["watch.settle"], values["watch.polling"]),
        drop=drop.drop_of(values, root),
        push=drop.push_of(values),
        **flat,
        **folders,
    )


def _absolute(root: Path, written: str) -> Path:
    # Not resolve(): a posts folder that is a link to a synced folder keeps the name the preschool gave it.
    return Path(os.path.normpath(root / Path(written).expanduser()))


def _check(settings: Settings, written: Mapping[str, Any], findings: Findings) -> None:
    """Refuse folders where the register or the state could be synced or published, or posts deleted by a publish; a wall nobody is asked about; letters from nobody."""
    folders = {
        "folders.posts": settings.posts,
        "folders.register": settings.register,
        "folders.state": settings.state,
        "folders.talks": settings.talks,
        "folders.inbox": settings.inbox,
    }
    apart = [key for key in folders if key != "folders.posts"]
    for key in apart:
        if is_inside(folders[key], settings.posts):
            message = f"Mappen {folders[key].name} ligger i inläggsmappen, som kan synkas mellan datorer."
            findings.error(RegisterError, FILE, key, message, "Lägg den bredvid inläggsmappen.")
    if any(is_inside(settings.posts, folders[key]) for key in apart):
        message = "Inläggsmappen ligger i en mapp som inte ska synkas."
        findings.error(RegisterError, FILE, "folders.posts", message, "Lägg den bredvid register och state.")
    wall, known = settings.consents.wall, settings.consents.purposes
    if wall and wall.casefold() not in {purpose.casefold() for purpose in known}:
        mend = f'Skriv purposes = ["{wall}"], och samla in svaren.'
        findings.error(RegisterError, FILE, "consents.wall", "Ändamålet finns inte bland purposes.", mend)
    if settings.mail.host and not settings.mail.sender:
        mend = 'Skriv from = "…" under [mail]: adressen som breven kommer från.'
        findings.error(RegisterError, FILE, "mail.from", "Nyckeln mail.from saknas.", mend)
    if settings.host.path and (message := unfit(settings, settings.host.path)):
        findings.error(RegisterError, FILE, "host.path", message, 'Ge den en egen mapp, till exempel "public".')
    for key, message, mend in drop.amiss(settings, written, is_inside):
        findings.error(RegisterError, FILE, key, message, mend)


def unfit(settings: Settings, public: Path) -> str:
    """Return why nothing may be sealed into the folder `public`, empty if it may: nothing else of the site may lie in it or around it."""
    ours = (settings.posts, settings.register, settings.talks, settings.inbox)
    if any(is_inside(folder, public) for folder in (settings.root, settings.state, *ours)):
        return "Register, nycklar eller inlägg skulle ligga i mappen som publiceras."
    if any(is_inside(public, folder) for folder in ours):
        return "Mappen som publiceras ligger i inläggens, registrets, samtalens eller det inkomnas mapp."
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


def _at(written: Mapping[str, Any], key: str) -> Any:
    table, dot, leaf = key.rpartition(".")
    if not dot:
        return written.get(leaf, _MISSING)
    inner = written.get(table)
    return inner.get(leaf, _MISSING) if isinstance(inner, dict) else _MISSING


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
        if "." not in key and alike(known) == 1:
            return 1.5  # under whichever table comes first
        return alike(known) + SequenceMatcher(None, key.casefold(), known).ratio() / 2

    nearest = max((*_KEYS, *sorted(_TABLES)), key=likeness)
    if alike(nearest) < _ALIKE:
        return ""
    table, dot, leaf = nearest.rpartition(".")
    if dot:
        return f"{leaf} under [{table}]"
    return f"[{nearest}]" if nearest in _TABLES else nearest
