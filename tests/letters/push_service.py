"""A real push service on loopback, and the devices whose browsers it serves. It believes nothing: tokens are verified and notices opened from the RFCs alone.

Knows RFC 8030, 8188, 8291 and 8292, and cryptography's primitives. Does not know our letters, nor the library that seals them.
"""

from __future__ import annotations

import base64
import json
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.letters.post_office import certificate_for


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii")


def unb64(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def opened(body: bytes, key: ec.EllipticCurvePrivateKey, auth: bytes) -> bytes:
    """Open one record of aes128gcm as RFC 8291 §3.4 and RFC 8188 §2 say."""
    salt, size, length = body[:16], int.from_bytes(body[16:20], "big"), body[20]
    sender, record = body[21 : 21 + length], body[21 + length :]
    assert length == 65
    assert len(record) <= size, "a notice is one record"
    own = key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    shared = key.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), sender))
    ikm = _hmac(_hmac(auth, shared), b"WebPush: info\x00" + own + sender + b"\x01")
    prk = _hmac(salt, ikm)
    secret = _hmac(prk, b"Content-Encoding: aes128gcm\x00\x01")[:16]
    nonce = _hmac(prk, b"Content-Encoding: nonce\x00\x01")[:12]
    padded = AESGCM(secret).decrypt(nonce, record, None).rstrip(b"\x00")
    assert padded[-1:] == b"\x02", "the last record ends with 2 and zeros"
    return padded[:-1]


def _hmac(key: bytes, message: bytes) -> bytes:
    made = HMAC(key, SHA256())
    made.update(message)
    return made.finalize()


@dataclass
class Telephone:
    """A browser with an address at a push service."""

    endpoint: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    auth: bytes = b"sixteen bytes it"

    def body(self, **more: Any) -> dict[str, Any]:
        """What it sends through the drop box."""
        public = self.key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
        said = {"endpoint": self.endpoint, "p256dh": b64(public), "auth": b64(self.auth), "lang": "sv"}
        return said | {"quiet": None, "about": None} | more


@dataclass(frozen=True)
class Taken:
    """What somebody asked the service to pass on."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class PushService:
    """`answers` by path are what it answers in turn, as status and headers; after these it takes everything. `now` tells it the time."""

    folder: Path
    now: Callable[[], float]
    taken: list[Taken] = field(default_factory=list)
    asked: list[Taken] = field(default_factory=list)
    answers: dict[str, list[tuple[int, dict[str, str]]]] = field(default_factory=dict)
    port: int = 0

    @property
    def origin(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def certificate(self) -> Path:
        """The throwaway certificate with its key; clients trust it through SSL_CERT_FILE."""
        path = self.folder / "server.pem"
        if not path.exists():
            path.write_bytes(certificate_for("localhost"))
        return path

    def telephone(self, name: str) -> Telephone:
        return Telephone(f"{self.origin}/send/{name}")

    def to(self, telephone: Telephone) -> list[dict[str, Any]]:
        """The notices that a telephone has got, opened."""
        mine = [taken for taken in self.taken if self.origin + taken.path == telephone.endpoint]
        return [json.loads(opened(taken.body, telephone.key, telephone.auth)) for taken in mine]

    @contextmanager
    def open(self) -> Iterator[PushService]:
        """Answer at `port`, which stays the same when it is closed and opened again."""
        server = ThreadingHTTPServer(("127.0.0.1", self.port), self._handler())
        self.port = server.server_address[1]
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            thread.join()
            server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        service = self

        class Answering(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 20

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                asked = Taken(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
                service.asked.append(asked)
                waiting = service.answers.get(self.path)
                status, headers = waiting.pop(0) if waiting else (service.judge(asked), {})
                if status == 201:
                    service.taken.append(asked)
                self.send_response(status)
                for name, value in ({"Content-Length": "0"} | headers).items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        return Answering

    def judge(self, asked: Taken) -> int:
        """Answer as a service does that demands a token, and a notice of today's form."""
        headers = asked.headers
        if headers.get("content-encoding") != "aes128gcm" or not headers.get("ttl", "").isdigit():
            return 400
        return 201 if self.verified(headers.get("authorization", "")) else 403

    def verified(self, authorization: str) -> dict[str, Any] | None:
        """The claims of a token whose signature and time are right (RFC 8292 §2 and §4)."""
        scheme, _, rest = authorization.partition(" ")
        said = dict(part.strip().split("=", 1) for part in rest.split(","))
        if scheme != "vapid" or said.keys() != {"t", "k"}:
            return None
        signed, _, signature = said["t"].rpartition(".")
        header, claims = (json.loads(unb64(part)) for part in signed.split("."))
        r, s = unb64(signature)[:32], unb64(signature)[32:]
        public = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), unb64(said["k"]))
        whole = encode_dss_signature(int.from_bytes(r, "big"), int.from_bytes(s, "big"))
        public.verify(whole, signed.encode("ascii"), ec.ECDSA(SHA256()))
        right = header["alg"] == "ES256" and claims["aud"] == self.origin
        timely = self.now() < claims["exp"] <= self.now() + 86400
        return dict(claims) if right and timely and claims["sub"] else None
