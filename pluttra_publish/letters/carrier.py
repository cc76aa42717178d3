"""Takes mail to the mail server. Knows SMTP, TLS and where the password lies. What it says of failures holds no address and no answer's text."""

from __future__ import annotations

import base64
import os
import re
import smtplib
import ssl
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path
from types import TracebackType
from typing import Literal

from pluttra_publish.errors import HostError
from pluttra_publish.platform import private_folder, write_atomically
from pluttra_publish.settings import MailSettings

PASSWORD_VARIABLE = "PLUTTRA_MAIL_PASSWORD"  # noqa: S105 # where it is, not what it is
PASSWORD_FILE = "mail-losenord.txt"  # noqa: S105

_PATIENCE = 20
_PORTS = {"starttls": 587, "tls": 465}
_NOT_THE_RECEIVER = {503, 523, 530, 534, 535, 538}
_REFUSED = 500
_CLOSING = 421
_LET_IN = 235
_NAMELESS = "[127.0.0.1]"  # what we call ourselves: this computer's name is nobody's business


class MailError(HostError):
    """The mail server can't be used now: what waits goes on waiting."""


@dataclass(frozen=True)
class Outcome:
    """What became of a mail: the server took it, will never take it for that address, or may take it later. `code` is SMTP's.

    Where it may be taken later and `code` is 500 or more, the server did not let us send, whoever it was to.
    """

    kind: Literal["sent", "refused", "later"]
    code: int


def mail_password(state: Path) -> str:
    """Return the mail account's password: from the environment, else from the private state folder; empty if there is none."""
    if given := os.environ.get(PASSWORD_VARIABLE):
        return given
    try:
        return (state / PASSWORD_FILE).read_text(encoding="utf-8").strip("\r\n")
    except FileNotFoundError:
        return ""
    except (OSError, UnicodeDecodeError):
        raise MailError(f"{PASSWORD_FILE} kan inte läsas.", hint="Skriv in det igen: pluttra mail password") from None


def save_password(state: Path, password: str) -> Path:
    """Keep the password in a file that only this account may read."""
    path = private_folder(state) / PASSWORD_FILE
    write_atomically(path, f"{password}\n".encode(), private=True)
    return path


class Carrier:
    """A connection to the mail server, encrypted and with its certificate checked before anything is said.

    Raises:
        MailError: on entering, the server does not answer, is not who it should be, or does not let us in.
    """

    def __init__(self, settings: MailSettings, password: str) -> None:
        self._settings = settings
        self._password = password
        self._server: smtplib.SMTP | None = None

    def __enter__(self) -> Carrier:
        try:
            if trouble := self._connect():
                raise trouble
        except BaseException:
            self._hang_up()
            raise
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:  # fmt: skip
        self._hang_up()

    def send(self, message: EmailMessage, to: str) -> Outcome:
        """Hand one mail over to the server, for one address.

        Raises:
            MailError: the server is gone, or refuses the sender: no other mail would go either.
        """
        outcome = self._sent(message, to)
        if isinstance(outcome, MailError):
            raise outcome
        return outcome

    def _connect(self) -> MailError | None:
        """Connect and log in. Errors are returned, since one that is raised carries along the one it came from."""
        settings, where = self._settings, self._settings.host
        port = settings.port or _PORTS[settings.security]
        place = f"host, port och security under [mail] (nu {where}:{port}, {settings.security})"
        try:
            context = ssl.create_default_context()
            if settings.security == "tls":
                self._server = smtplib.SMTP_SSL(
                    where, port, timeout=_PATIENCE, context=context, local_hostname=_NAMELESS
                )
            else:
                self._server = smtplib.SMTP(where, port, timeout=_PATIENCE, local_hostname=_NAMELESS)
                self._server.starttls(context=context)
            self._server.ehlo()
        except ssl.SSLCertVerificationError:
            hint = "Kontrollera host under [mail]: den ska heta som i serverns certifikat. Ingenting har skickats."
            return MailError(f"Mejlservern {where} har ett certifikat som inte går att lita på.", hint=hint)
        except smtplib.SMTPNotSupportedError:
            hint = 'Pröva security = "tls" under [mail]. Utan kryptering skickas ingenting.'
            return MailError(f"Mejlservern {where} krypterar inte.", hint=hint)
        except (OSError, smtplib.SMTPException) as error:
            return MailError(f"Mejlservern {where} svarar inte ({type(error).__name__}).", hint=f"Kontrollera {place}.")
        return self._log_in()

    def _log_in(self) -> MailError | None:
        if not self._settings.account or self._server is None:
            return None
        if not self._password:
            hint = f"Kör pluttra mail password, eller sätt {PASSWORD_VARIABLE}."
            return MailError("Lösenordet till mejlkontot saknas.", hint=hint)
        try:
            _log_in(self._server, self._settings.account, self._password)
        except smtplib.SMTPAuthenticationError as error:
            code = error.smtp_code
        except smtplib.SMTPNotSupportedError:
            return MailError("Mejlservern tar inte emot någon inloggning.", hint='Ta bort "login" under [mail].')
        except (OSError, smtplib.SMTPException) as error:
            return MailError(f"Mejlservern bröt vid inloggningen ({type(error).__name__}).")
        else:
            return None
        hint = "Kontrollera login under [mail], och skriv in lösenordet igen: pluttra mail password"
        return MailError(f"Mejlservern godtar inte inloggningen ({code}).", hint=hint)

    def _sent(self, message: EmailMessage, to: str) -> Outcome | MailError:
        server = self._server
        answer: bytes | str
        if server is None:
            return MailError("Mejlservern är inte ansluten.")
        try:
            server.send_message(message, from_addr=parseaddr(self._settings.sender)[1], to_addrs=[to])
        except smtplib.SMTPRecipientsRefused as refused:
            code, answer = next(iter(refused.recipients.values()))
        except smtplib.SMTPSenderRefused as refused:
            hint = "Kontrollera from och login under [mail]: servern släpper inte fram den avsändaren."
            return MailError(f"Mejlservern godtar inte avsändaren ({refused.smtp_code}).", hint=hint)
        except smtplib.SMTPDataError as refused:
            code, answer = refused.smtp_code, refused.smtp_error
        except smtplib.SMTPNotSupportedError:
            return Outcome("refused", 553)  # an address with letters that this server can't write
        except (OSError, smtplib.SMTPException) as error:
            return MailError(f"Mejlservern {self._settings.host} försvann ({type(error).__name__}).")
        else:
            return Outcome("sent", 250)
        return self._judged(code, answer)

    def _judged(self, code: int, answer: bytes | str) -> Outcome | MailError:
        """Tell a refusal of the receiver from one of us: a server that relays for nobody refuses every receiver."""
        if code == _CLOSING:
            return MailError(f"Mejlservern {self._settings.host} hinner inte ({code}).", hint="Försök igen senare.")
        text = answer.decode("ascii", "replace") if isinstance(answer, bytes) else answer
        ours = code in _NOT_THE_RECEIVER or re.match(r"\s*5\.7\.", text) is not None
        return Outcome("refused" if code >= _REFUSED and not ours else "later", code)

    def _hang_up(self) -> None:
        server, self._server = self._server, None
        if server is None:
            return
        try:
            server.quit()
        except (OSError, smtplib.SMTPException):
            server.close()


def _log_in(server: smtplib.SMTP, account: str, password: str) -> None:
    """Log in; smtplib itself knows no password with other letters than those of English."""
    if (account + password).isascii():
        server.login(account, password)
        return
    if "PLAIN" not in server.esmtp_features.get("auth", "").upper().split():
        raise smtplib.SMTPNotSupportedError
    told = base64.b64encode(f"\0{account}\0{password}".encode()).decode("ascii")
    code, _ = server.docmd("AUTH", f"PLAIN {told}")
    if code != _LET_IN:
        raise smtplib.SMTPAuthenticationError(code, b"")
