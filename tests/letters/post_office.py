"""A real SMTP server on loopback: encrypted, with a throwaway certificate, and as moody as a test wants it. Knows aiosmtpd, not our letters."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ACCOUNT, PASSWORD = "dagar@backen.example", "hemligt-lösenord"


@dataclass
class PostOffice:
    """What a mail server has taken, and how it behaves.

    `refuses` gives SMTP's answer to a receiver, by address; `answers` to a whole mail, in turn. After `dies_after` mails the line is cut
    in the middle of the next one.
    """

    folder: Path
    mails: list[EmailMessage] = field(default_factory=list)
    receivers: list[str] = field(default_factory=list)
    refuses: dict[str, str] = field(default_factory=dict)
    answers: list[str] = field(default_factory=list)
    dies_after: int | None = None
    wants_login: bool = False
    port: int = 0

    async def handle_RCPT(self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:  # noqa: N802 # aiosmtpd's name # fmt: skip
        if address in self.refuses:
            return self.refuses[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        assert server.transport.get_extra_info("ssl_object"), "nothing may be said in clear"
        if self.dies_after is not None and len(self.mails) >= self.dies_after:
            server.transport.abort()
            await asyncio.sleep(0)
            return "451 never heard"
        if self.answers:
            return self.answers.pop(0)
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=default)
        assert isinstance(message, EmailMessage)
        self.mails.append(message)
        self.receivers += envelope.rcpt_tos
        return "250 OK"

    def to(self, address: str) -> EmailMessage:
        """The one mail to that address."""
        (found,) = (mail for mail, to in zip(self.mails, self.receivers, strict=True) if to == address)
        return found

    @contextmanager
    def open(self, *, security: str = "starttls", certificate: Path | None = None) -> Iterator[PostOffice]:
        """Answer at `port`, which stays the same when it is closed and opened again."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate or self.certificate)
        how: dict[str, Any] = {"auth_require_tls": security == "starttls", "auth_required": self.wants_login}
        if security == "starttls":
            how |= {"tls_context": context, "require_starttls": True}
        elif security == "tls":
            how |= {"ssl_context": context}
        controller = Controller(
            self,
            hostname="localhost",
            port=self.port or _free_port(),
            authenticator=_authenticate,
            ready_timeout=20,
            **how,
        )
        controller.start()
        self.port = controller.port
        try:
            yield self
        finally:
            controller.stop()

    @property
    def certificate(self) -> Path:
        """The throwaway certificate with its key; clients trust it through SSL_CERT_FILE."""
        path = self.folder / "server.pem"
        if not path.exists():
            path.write_bytes(certificate_for("localhost"))
        return path


def _authenticate(_server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: Any) -> AuthResult:
    assert isinstance(given, LoginPassword)
    right = (given.login, given.password) == (ACCOUNT.encode(), PASSWORD.encode())
    return AuthResult(success=right, handled=False, message=None if right else "535 5.7.8 no")


def certificate_for(host: str) -> bytes:
    """A self-signed certificate and its key, PEM."""
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return made.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*form)


def _free_port() -> int:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])
