"""A letter to a mail of text and HTML. Knows MIME. Does not know where it goes, and remembers no address."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from pluttra_publish.letters.said import Said

_FOLDER = Path(__file__).parent / "templates"


def mail(said: Said, *, sender: str, reply_to: str, to: str, name: str, ident: str, now: datetime) -> EmailMessage:
    """Return the mail of one letter to one address. `ident` is the same for a letter that is tried again, so that it shows once.

    `name` is whom it is to, beside the address, or empty. Nothing in it is fetched from anywhere.
    """
    own_name, own = parseaddr(sender)
    message = EmailMessage(policy=SMTP)
    message["From"] = _address(own_name or said.sender, own)
    message["To"] = _address(name, to)
    if reply_to:
        answering, where = parseaddr(reply_to)
        message["Reply-To"] = _address(answering, where)
    message["Subject"] = said.subject.translate(_NO_ISOLATES)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{ident}@{own.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"  # no answer from an absent one comes back, and no list repeats it
    message.set_content(_text(said))
    message.add_alternative(_template().render(said=said), subtype="html")
    message["Content-Language"] = said.language  # last: a body takes what begins with Content along
    return message


_NO_ISOLATES = {0x2068: None, 0x2069: None}


def _address(name: str, written: str) -> Address:
    local, _, domain = written.rpartition("@")
    return Address(" ".join(name.split()), username=local, domain=domain.encode("idna").decode("ascii"))


def _text(said: Said) -> str:
    """Return the letter in plain text. The link has a line of its own, so that every program sees where it ends."""
    parts = (said.greeting, *said.before, f"{said.action}:\n{said.url}", said.warning, *said.after, said.sender)
    return "\n\n".join(part for part in parts if part) + "\n"


@cache
def _template() -> Template:
    loader = FileSystemLoader(_FOLDER, encoding="utf-8")
    env = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return env.get_template("letter.html")
