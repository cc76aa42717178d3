"""A connection to a mail account that is looked into: encrypted, its certificate checked before anything is said. Knows IMAP. Does not know messages."""

from __future__ import annotations

import contextlib
import imaplib
import re
import ssl
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from pluttra_publish.errors import HostError
from pluttra_publish.settings import ImapSettings

LONGEST_MAIL = 1 << 25

_PATIENCE = 60  # seconds
_TRASHES = ("trash", "papperskorgen", "deleted items", "deleted messages", "borttaget", "borttagna objekt")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_FOLDER = re.compile(rb'\(([^()]*)\) (?:"(?:[^"\\]|\\.)*"|NIL) ("(?:[^"\\]|\\.)*"|[^\s"(){%*]+)')


class _Bounded(imaplib.IMAP4):
    """Takes nothing that is longer than a mail may be, whatever the server says that it sends."""

    def read(self, size: int) -> bytes:
        if size > 2 * LONGEST_MAIL:
            raise self.abort("too long")
        return super().read(size)


class _BoundedTls(_Bounded, imaplib.IMAP4_SSL):
    pass


class ImapLine:
    """The inbox of an account, by numbers that mean something while `numbering` stays the same. The connection is made on entering."""

    def __init__(self, settings: ImapSettings, password: str) -> None:
        """Raises:
        HostError: the server does not answer, is not who it should be, or does not let us in.
        """
        with self.telling(settings):
            self._line = _encrypted(settings)
            try:
                _log_in(self._line, settings, password)
                self._can = _capabilities(self._line)
                _checked(self._line.select("INBOX"))
                said = self._line.response("UIDVALIDITY")[1]
                self.numbering = int(said[0] or 0) if said else 0
            except BaseException:
                self.hang_up()
                raise

    def since(self, day: date) -> list[int]:
        """Return the numbers of all mails that came that day or later."""
        _checked(self._line.noop())  # what has come since we asked last is told now
        asked = f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"
        found = _checked(self._line.uid("SEARCH", "UNDELETED", "SINCE", asked))
        return sorted({int(number) for line in found if isinstance(line, bytes) for number in line.split()})

    def mail(self, number: int) -> bytes | None:
        """Return a mail, which is not marked as read; None if it is gone, or longer than mail is."""
        said = _checked(self._line.uid("FETCH", str(number), "(RFC822.SIZE)"))
        size = re.search(rb"RFC822\.SIZE (\d{1,12})", b" ".join(line for line in said if isinstance(line, bytes)))
        if size is None or int(size[1]) > LONGEST_MAIL:
            return None
        said = _checked(self._line.uid("FETCH", str(number), "(BODY.PEEK[])"))
        return next((line[1] for line in said if isinstance(line, tuple)), None)

    def remove(self, numbers: Iterable[int]) -> None:
        """Move mails to the account's trash, or remove them where there is none."""
        wanted = ",".join(str(number) for number in numbers)
        if not wanted:
            return
        trash = self._trash()
        if trash and "MOVE" in self._can:
            _checked(self._line.uid("MOVE", wanted, trash))
            return
        if trash:
            _checked(self._line.uid("COPY", wanted, trash))
        _checked(self._line.uid("STORE", wanted, "+FLAGS.SILENT", "(\\Deleted)"))
        if "UIDPLUS" in self._can:
            _checked(self._line.uid("EXPUNGE", wanted))
            return
        flagged = _checked(self._line.uid("SEARCH", "DELETED"))
        if {number for line in flagged if isinstance(line, bytes) for number in line.decode().split()} <= {
            *wanted.split(",")
        }:
            _checked(self._line.expunge())  # it takes all that is marked, and somebody else's mark is not ours

    def hang_up(self) -> None:
        """Say goodbye, if anybody is there."""
        with contextlib.suppress(OSError, imaplib.IMAP4.error):
            self._line.logout()
        with contextlib.suppress(OSError):
            self._line.shutdown()

    def _trash(self) -> str:
        """Return the name of the account's trash as the server writes it, empty if there is none."""
        named = ""
        for line in _checked(self._line.list()):
            match = _FOLDER.match(line) if isinstance(line, bytes) else None
            if match is None:
                continue
            name = match[2].decode("ascii", "replace")
            if b"\\trash" in match[1].lower().split():
                return name
            if re.split(r"[./]", name.strip('"'))[-1].lower() in _TRASHES:
                named = name
        return named

    @staticmethod
    @contextlib.contextmanager
    def telling(settings: ImapSettings) -> Iterator[None]:
        """Say what went wrong with the server, without what it said: its words may hold an address.

        Raises:
            HostError: always when something did.
        """
        where = f"{settings.server}:{settings.port}"
        try:
            yield
        except HostError:
            raise
        except ssl.SSLCertVerificationError:
            hint = "Kontrollera imap under [drop]: servern ska heta som i sitt certifikat. Ingenting har hämtats."
            raise HostError(f"Mejlservern {where} har ett certifikat som inte går att lita på.", hint=hint) from None
        except (OSError, imaplib.IMAP4.abort) as wrong:
            hint = "Se efter att nätet är på och att imap under [drop] stämmer."
            raise HostError(
                f"Mejlservern {where} svarar inte ({type(wrong).__name__}).", hint=hint, transient=True
            ) from None
        except imaplib.IMAP4.error:
            hint = "Kör igen. Händer det på nytt, så fråga den som sköter mejlen."
            raise HostError(f"Mejlservern {where} svarade inte som väntat.", hint=hint) from None


def _encrypted(settings: ImapSettings) -> imaplib.IMAP4:
    context = ssl.create_default_context()
    if settings.security == "tls":
        return _BoundedTls(settings.server, settings.port, ssl_context=context, timeout=_PATIENCE)
    line = _Bounded(settings.server, settings.port, timeout=_PATIENCE)
    try:
        if "STARTTLS" not in _capabilities(line):
            hint = f'Skriv imap = "{settings.server}:993" under [drop]. Utan kryptering hämtas ingenting.'
            raise HostError(f"Mejlservern {settings.server}:{settings.port} krypterar inte.", hint=hint)
        line.starttls(context)
    except BaseException:
        with contextlib.suppress(OSError):
            line.shutdown()
        raise
    return line


def _log_in(line: imaplib.IMAP4, settings: ImapSettings, password: str) -> None:
    if not password:
        raise HostError("Lösenordet till brevlådans mejlkonto saknas.", hint="Kör pluttra drop password.")
    try:
        if "AUTH=PLAIN" in _capabilities(line) or not (settings.account + password).isascii():
            line.authenticate("PLAIN", lambda _: f"\0{settings.account}\0{password}".encode())
        else:
            line.login('"' + re.sub(r'(["\\])', r"\\\1", settings.account) + '"', password)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error:
        hint = "Kontrollera login under [drop], och skriv in lösenordet igen: pluttra drop password"
        raise HostError("Mejlservern godtar inte inloggningen till brevlådan.", hint=hint) from None


def _capabilities(line: imaplib.IMAP4) -> set[str]:
    said = _checked(line.capability())
    return {
        word.upper() for part in said if isinstance(part, bytes) for word in part.decode("ascii", "replace").split()
    }


_Said = Sequence[bytes | tuple[bytes, bytes] | None]


def _checked(answer: tuple[str, Any]) -> _Said:
    if answer[0] != "OK":
        raise imaplib.IMAP4.error("refused")
    said: _Said = answer[1]
    return said
