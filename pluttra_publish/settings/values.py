"""The settings as values. Knows no file, and no key as it is written there."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pluttra_publish.settings.host import HostSettings, S3Settings

LOCAL_HOSTS = frozenset({"localhost", "127.0.0.1"})

DEFAULT_RULES = (
    "Bilder, filmer och ljud är till för er som familj. Skicka dem inte vidare.",
    "Lägg aldrig ut något härifrån i sociala medier, inte heller bilder på bara ert eget barn om andra barn syns.",
    "Länken är din egen. Ge den inte till någon annan – den som ska läsa får en egen länk av förskolan.",
    "Säg till oss om telefonen har kommit bort, så stänger vi den.",
)


DEFAULT_SHORTCOMINGS = (
    "Filmer kan sakna textning, och ljud en text som säger vad som hörs. Den som inte hör går då miste om det. Säg till, så skriver vi vad som sägs.",
    "Bilder kan sakna en egen beskrivning. Den som inte ser hör då bara att det är en bild, och vilken dag. Säg till, så beskriver vi den.",
)
"""What a preschool that writes every day can hardly avoid; it may say something else."""


@dataclass(frozen=True)
class ConsentSettings:
    """What guardians are asked about besides photo, film, sound and name, and where every guardian must answer yes.

    `wall` is the one of the purposes that lets a child hang on the wall, empty if the preschool asks about none.
    """

    purposes: tuple[str, ...] = ()
    all_guardians: tuple[str, ...] = ()
    wall: str = ""


@dataclass(frozen=True)
class LookSettings:
    """What the preschool looks like: its colour as #rrggbb, or empty, and the file with its logo, if there is one."""

    colour: str = ""
    logo: Path | None = None


@dataclass(frozen=True)
class AccessibilitySettings:
    """What the accessibility statement says. `actor` is who answers for the site by law, empty for the preschool itself.

    `shortcomings` are known defects, `burdens` what is left out because it would ask unreasonably much (12 §), `exempt` what the
    law leaves out (9 §). `assessed` is None until somebody has assessed the site.
    """

    actor: str = ""
    compliance: Literal["full", "partly", "not"] = "partly"
    shortcomings: tuple[str, ...] = DEFAULT_SHORTCOMINGS
    burdens: tuple[str, ...] = ()
    exempt: tuple[str, ...] = ()
    assessed: date | None = None
    updated: date | None = None
    method: str = ""


@dataclass(frozen=True)
class MailSettings:
    """The mail server, and what letters say of their sender. Without a `host` no mail is sent.

    `sender` and `reply_to` are addresses, with a name or without; `account` is what is logged in with, empty for no login. A `port` of 0
    is the usual one.
    """

    host: str = ""
    port: int = 0
    security: Literal["starttls", "tls"] = "starttls"
    sender: str = ""
    reply_to: str = ""
    account: str = ""
    digest: Literal["at_once", "hourly", "daily", "never"] = "at_once"
    daily_hour: int = 16
    staff: bool = True

    @property
    def is_on(self) -> bool:
        """Tell whether there is a mail server to send with."""
        return bool(self.host)

    @property
    def has_notices(self) -> bool:
        return self.is_on and self.digest != "never"


@dataclass(frozen=True)
class WatchSettings:
    """How `pluttra watch` hears of changes: after how many seconds without one something has settled, and whether it must look for itself."""

    settle: int = 1
    polling: bool = False


@dataclass(frozen=True)
class BackupSettings:
    """Where the backup lies, None if it is said at each one; of how many days and months one is kept, the newest of each."""

    folder: Path | None = None
    keep_days: int = 30
    keep_months: int = 12


@dataclass(frozen=True)
class ImapSettings:
    """The account whose mail is looked through for messages. `security` is TLS from the start, or asked for before anything is said."""

    server: str
    port: int
    security: Literal["tls", "starttls"]
    account: str


@dataclass(frozen=True)
class DropSettings:
    """The drop box: the ways that readers' messages take to it, and where they are fetched. Without a way readers can't answer.

    `url` is the endpoint as a browser reaches it: a path of the site's own address, or another address. Its messages lie in `folder` on this
    computer, or at the path `sftp` of the account that the site is put with. `bucket` is one of its own. Mail to `mail` is fetched
    by `imap`; without it, by hand. `posts` is what a post from a telephone becomes.
    """

    url: str = ""
    folder: Path | None = None
    sftp: str = ""
    bucket: S3Settings | None = None
    mail: str = ""
    imap: ImapSettings | None = None
    posts: Literal["draft", "published"] = "draft"
    receipts: bool = False

    @property
    def is_on(self) -> bool:
        """Tell whether a reader has any way to answer."""
        return bool(self.url or self.bucket or self.mail)


@dataclass(frozen=True)
class PushSettings:
    """Whether notices go to telephones, by way of Apple, Google and Mozilla; `contact` is where these complain, as mailto: or https:."""

    on: bool = False
    contact: str = ""


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
    inbox: Path
    consents: ConsentSettings = ConsentSettings()
    download: Literal["none", "own-children"] = "none"
    email: str = ""
    phone: str = ""
    look: LookSettings = LookSettings()
    accessibility: AccessibilitySettings = AccessibilitySettings()
    mail: MailSettings = MailSettings()
    mail_links: Literal["none", "each"] = "none"
    watch: WatchSettings = WatchSettings()
    backup: BackupSettings = BackupSettings()
    drop: DropSettings = DropSettings()
    push: PushSettings = PushSettings()

    @property
    def zone(self) -> ZoneInfo:
        """The time zone that decides to which month a post belongs."""
        return ZoneInfo(self.timezone)

    @property
    def is_local(self) -> bool:
        """Tell whether the address is still that of the computer itself, where no family can read."""
        return urlsplit(self.url).hostname in LOCAL_HOSTS

    @property
    def drop_targets(self) -> tuple[str, ...]:
        """The addresses beside its own that the site's pages send messages to, as they stand in a Content-Security-Policy."""
        said = (self.drop.bucket.url if self.drop.bucket else "", self.drop.url)
        return tuple(target for target in said if target and not target.startswith("/"))

    @property
    def tells(self) -> bool:
        """Tell whether anybody is told of what is new, by mail or on a telephone."""
        return self.mail.is_on or self.push.on

    @property
    def theme(self) -> Path:
        """The preschool's own templates and styles; the folder need not exist."""
        return self.root / "theme"
