"""The connection to an SFTP server: who it is, who we are, and what its refusals mean. Does not know files.

The server must show the key that the settings name, or one that stands in known_hosts; nobody is asked to accept one. We show a key,
from a file or an agent, never a password. The account's own ssh configuration is not read.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import asyncssh

from pluttra_publish.errors import HostError
from pluttra_publish.settings.host import SftpSettings

_LONGEST_WAIT = 20  # seconds
_ALIVE = 15


class _Line(asyncssh.SSHClient):
    """Knows which key the server showed, and whether it is the pinned one."""

    def __init__(self, pinned: str) -> None:
        self._pinned = pinned.rstrip("=")
        self.shown = ""

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:
        self.shown = key.get_fingerprint("sha256")
        return bool(self._pinned) and self.shown.rstrip("=") == self._pinned


async def connect(settings: SftpSettings) -> asyncssh.SSHClientConnection:
    """Return a connection to the right server, as the right account.

    Raises:
        HostError: the server's key is not the one it should be, or no key of ours can be read.
    """
    line = _Line(settings.host_key)
    known = settings.known_hosts or Path("~/.ssh/known_hosts").expanduser()
    nobody: tuple[list[str], list[str], list[str]] = ([], [], [])
    pinned_or_unknown = settings.host_key or not known.is_file()
    try:
        connection, _ = await asyncssh.create_connection(
            lambda: line,
            settings.address.strip("[]"),
            settings.port,
            username=settings.account,
            client_keys=[str(settings.key)] if settings.key else (),
            **({"agent_path": None} if settings.key else {}),
            known_hosts=nobody if pinned_or_unknown else str(known),
            config=None,
            preferred_auth="publickey",
            connect_timeout=_LONGEST_WAIT,
            login_timeout=_LONGEST_WAIT,
            keepalive_interval=_ALIVE,
        )
    except asyncssh.HostKeyNotVerifiable as wrong:
        raise _unverified(settings, line.shown, known) from wrong
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as wrong:
        hint = "Är den låst med ett lösenord, så lägg den i ssh-agent och ta bort raden key under [host]."
        raise HostError(f"Nyckeln {settings.key} kan inte läsas.", hint=hint) from wrong
    return connection


def _unverified(settings: SftpSettings, shown: str, known: Path) -> HostError:
    if settings.host_key:
        message = f"Servern {settings.address} visade en annan nyckel ({shown}) än host_key i inställningarna."
        hint = "Fråga leverantören om de har bytt nyckel innan ni ändrar något: någon kan ha ställt sig emellan."
    else:
        message = f"Servern {settings.address} visade en nyckel ({shown}) som inte står i {known}."
        hint = f'Jämför den med leverantörens, och skriv sedan host_key = "{shown}" under [host].'
    return HostError(message, hint=hint)


@contextlib.contextmanager
def telling(path: str, what: str, settings: SftpSettings) -> Iterator[None]:
    """Say what the server refused, and what may pass by itself, as a HostError.

    Raises:
        HostError: always when something went wrong that is the server's or the line's.
    """
    where = f"{settings.account}@{settings.address}"
    try:
        yield
    except asyncssh.PermissionDenied as wrong:
        hint = (
            "Lägg den öppna nyckeln (filen .pub) i kontots authorized_keys, och se efter att account och key stämmer."
        )
        raise HostError(f"{where} tog inte emot nyckeln.", hint=hint) from wrong
    except (asyncssh.SFTPConnectionLost, asyncssh.SFTPNoConnection, asyncssh.DisconnectError, TimeoutError) as cut:
        raise _unreached(where, cut) from cut
    except (asyncssh.SFTPNoSpaceOnFilesystem, asyncssh.SFTPQuotaExceeded) as full:
        raise _refused(path, what, where, "platsen är slut") from full
    except (asyncssh.SFTPPermissionDenied, asyncssh.SFTPWriteProtect) as wrong:
        raise _refused(path, what, where, "kontot får inte") from wrong
    except asyncssh.SFTPError as wrong:
        raise _refused(path, what, where, f"servern sade nej, {type(wrong).__name__}") from wrong
    except asyncssh.Error as wrong:
        raise _unreached(where, wrong) from wrong
    except OSError as wrong:
        raise _unreached(where, wrong) from wrong


def _unreached(where: str, wrong: Exception) -> HostError:
    message = f"{where} nås inte ({type(wrong).__name__})."
    return HostError(message, hint="Se efter att nätet är på och att address och port stämmer.", transient=True)


def _refused(path: str, what: str, where: str, why: str) -> HostError:
    hint = f"Se efter att {where} har plats kvar och att kontot får skriva i mappen, och kör sedan igen."
    return HostError(f"{path} kunde inte {what}: {why}.", hint=hint)
