"""The part of pluttra.toml that says how letters are sent. Knows its keys. Does not know letters, nor any password."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from typing import Any, Literal, cast

from pluttra_publish.errors import Findings, RegisterError
from pluttra_publish.settings.rules import FILE, BadValueError, Rule, one_of, text, whole, yes_or_no

Security = Literal["starttls", "tls"]
Digest = Literal["at_once", "hourly", "daily", "never"]

_PORTS: Mapping[Security, int] = {"starttls": 587, "tls": 465}


@dataclass(frozen=True)
class MailSettings:
    """The mail server and what letters say of their sender. Without a `host` no mail is sent.

    `sender` and `reply_to` are addresses, with a name or without; `account` is what is logged in with, empty for no login.
    """

    host: str = ""
    port: int = 587
    security: Security = "starttls"
    sender: str = ""
    reply_to: str = ""
    account: str = ""
    digest: Digest = "at_once"
    daily_hour: int = 16
    staff: bool = True

    @property
    def is_on(self) -> bool:
        """Tell whether there is a mail server to send with."""
        return bool(self.host)

    @property
    def has_notices(self) -> bool:
        return self.is_on and self.digest != "never"


def _host(value: Any) -> str:
    name = text(value).lower()
    if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", name):
        raise BadValueError("Värdet är inte en mejlserver.", 'Skriv bara dess namn: "smtp.backen.example".')
    return name


def _address(value: Any) -> str:
    written = text(value)
    name, address = parseaddr(written)
    if not re.fullmatch(r"[^@\s,;:<>()\"]+@[^@\s,;:<>()\"]+", address) or not address.isascii() or "<" in name:
        mend = 'Skriv till exempel "Backens förskola <dagar@backen.example>".'
        raise BadValueError("Värdet är inte en e-postadress.", mend)
    return written


MAIL_KEYS: Mapping[str, Rule] = {
    "mail.host": Rule(_host, ""),
    "mail.port": Rule(whole(1, 65535, of="en port"), 0),
    "mail.security": Rule(one_of("starttls", "tls"), "starttls"),
    "mail.from": Rule(_address, ""),
    "mail.reply_to": Rule(_address, ""),
    "mail.login": Rule(text, ""),
    "mail.digest": Rule(one_of("at_once", "hourly", "daily", "never"), "at_once"),
    "mail.daily_hour": Rule(whole(0, 23, of="ett klockslag"), 16),
    "mail.staff": Rule(yes_or_no, True),
}


def mail_settings(values: Mapping[str, Any], findings: Findings) -> MailSettings:
    """Return how letters are sent; what does not go together is added to `findings`."""
    security = cast("Security", values["mail.security"])
    if values["mail.host"] and not values["mail.from"]:
        mend = 'Skriv from = "…" under [mail]: adressen som breven kommer från.'
        findings.error(RegisterError, FILE, "mail.from", "Nyckeln mail.from saknas.", mend)
    return MailSettings(
        host=values["mail.host"],
        port=values["mail.port"] or _PORTS[security],
        security=security,
        sender=values["mail.from"],
        reply_to=values["mail.reply_to"],
        account=values["mail.login"],
        digest=cast("Digest", values["mail.digest"]),
        daily_hour=values["mail.daily_hour"],
        staff=values["mail.staff"],
    )
