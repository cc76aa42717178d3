"""Where this preschool's messages wait, by its settings. Knows which kinds there are and where the mail account's password lies. Fetches nothing."""

from __future__ import annotations

import os
from pathlib import Path

from pluttra_publish.errors import HostError
from pluttra_publish.hosts.drops import FolderDrop, Waiting
from pluttra_publish.letters.carrier import mail_password
from pluttra_publish.platform import private_folder, write_atomically
from pluttra_publish.settings import Settings

PASSWORD_VARIABLE = "PLUTTRA_DROP_PASSWORD"  # noqa: S105 # where it is, not what it is
PASSWORD_FILE = "brevlada-losenord.txt"  # noqa: S105
MEMORY = "imap.json"


def open_drop(settings: Settings) -> list[Waiting]:
    """Return every place where messages wait. Nothing is asked of them yet, so that one that fails hinders no other; close each.

    A library that talks to one is loaded if there is such a one, and not before.

    Raises:
        HostError: the file with the mail account's password can't be read.
    """
    drop, found = settings.drop, list[Waiting]()
    if drop.folder is not None:
        found.append(FolderDrop(drop.folder))
    if drop.bucket is not None:
        from pluttra_publish.hosts.s3_drop import S3Drop  # noqa: PLC0415

        found.append(S3Drop(drop.bucket, settings.state))
    if drop.imap is not None:
        from pluttra_publish.hosts.imap_drop import ImapDrop  # noqa: PLC0415

        found.append(ImapDrop(drop.imap, _password(settings), settings.state / MEMORY))
    if drop.sftp and settings.host.sftp is not None:
        from pluttra_publish.hosts.sftp_drop import SftpDrop  # noqa: PLC0415

        found.append(SftpDrop(settings.host.sftp, drop.sftp))  # last: it has a thread from now on
    return found


def save_password(state: Path, password: str) -> Path:
    """Keep the password of the account that messages are mailed to, in a file that only this account may read."""
    path = private_folder(state) / PASSWORD_FILE
    write_atomically(path, f"{password}\n".encode(), private=True)
    return path


def _password(settings: Settings) -> str:
    """Return the password: from the environment, the private state folder, or the mail account's where it is the same account."""
    if given := os.environ.get(PASSWORD_VARIABLE):
        return given
    try:
        return (settings.state / PASSWORD_FILE).read_text(encoding="utf-8").strip("\r\n")
    except FileNotFoundError:
        same = settings.drop.imap is not None and settings.drop.imap.account == settings.mail.account
        return mail_password(settings.state) if same else ""
    except (OSError, UnicodeDecodeError):
        hint = "Skriv in det igen: pluttra drop password"
        raise HostError(f"{PASSWORD_FILE} kan inte läsas.", hint=hint) from None
