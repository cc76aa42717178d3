"""Takes notices to push services. Knows Web Push (RFC 8030, 8291, 8292), its declarative form, and which addresses may be asked. Does not know who reads where.

pywebpush seals what is sent; the line is our own, since what readers tell us decides where it goes: one address of the service's name, which must be public, and no other
place that an answer points to.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import socket
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from types import TracebackType
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from pluttra_publish.format.canonical import b64
from pluttra_publish.letters.subscriptions import Subscription
from pluttra_publish.letters.words import Words
from pluttra_publish.sealing.signing import SigningKey

TOPIC = "nytt"
"""One notice takes the place of the one before, at the push service and on the screen."""

LENGTH = 1024
"""Bytes of every notice, so that its length tells a push service nothing."""

_DAY = 86400
_TOKEN = 12 * 3600
_PATIENCE = 10.0
_ENOUGH = 2  # push services that don't answer: then it is the network
_LONGEST = 1 << 16
_TAKEN = range(200, 300)
_GONE = (404, 410)
_PORTS = {"https": 443, "http": 80}


@dataclass(frozen=True)
class PushOutcome:
    """What became of a notice: it was taken; the device is gone; or it may be taken after `wait` seconds. `code` is HTTP's, 0 where nobody answered."""

    kind: Literal["sent", "gone", "later"]
    code: int = 0
    wait: int = 0


def notification(words: Words, *, url: str, count: int) -> bytes:
    """Return a notice that there are `count` new posts, as Declarative Web Push has it: it names nobody and tells nothing of what they are about."""
    title = words.count("Ett nytt inlägg finns att läsa", "%(num)s nya inlägg finns att läsa", count)
    shown = {
        "title": title,
        "body": words.say("Tryck för att läsa."),
        "navigate": f"{url.rstrip('/')}/#/nytt",
        "lang": words.code,
        "dir": words.direction,
        "silent": False,
        "tag": TOPIC,
    }
    value = json.dumps({"web_push": 8030, "notification": shown}, ensure_ascii=False, separators=(",", ":"))
    return value.encode("utf-8").ljust(LENGTH)


class Pusher:
    """Lines to push services, kept for as long as there are notices to send. `contact` is where a service may complain; `local` lets it be on this computer."""

    def __init__(self, key: SigningKey, contact: str, *, now: datetime, local: bool = False) -> None:
        self._key, self._contact, self._now, self._local = key, contact, int(now.timestamp()), local
        self._lines: dict[str, _Line] = {}
        self._down: set[str] = set()

    def __enter__(self) -> Pusher:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:  # fmt: skip
        for line in self._lines.values():
            line.close()

    def send(self, to: Subscription, content: bytes) -> PushOutcome:
        """Hand a notice over for one device."""
        place = urlsplit(to.endpoint)
        origin = f"{place.scheme}://{place.netloc}"
        if origin in self._down or len(self._down) >= _ENOUGH:
            return PushOutcome("later")
        sealed = _sealed(to, content)
        if sealed is None:
            return PushOutcome("gone")
        try:
            return self._asked(origin, place, sealed)
        except (OSError, http.client.HTTPException):
            self._drop(origin)
            self._down.add(origin)
            return PushOutcome("later")

    def _asked(self, origin: str, place: SplitResult, sealed: bytes) -> PushOutcome:
        known = origin in self._lines
        line = self._lines.setdefault(origin, _Line(place, local=self._local))
        path = f"{place.path}?{place.query}" if place.query else place.path
        try:
            line.request("POST", path, sealed, self._headers(origin))
            answer = line.getresponse()
        except ConnectionError:
            self._drop(origin)
            if not known:
                raise
            return self._asked(origin, place, sealed)  # a line that was kept too long
        if len(answer.read(_LONGEST)) == _LONGEST or answer.will_close:
            self._drop(origin)
        if answer.status in _TAKEN:
            return PushOutcome("sent", answer.status)
        if answer.status in _GONE:
            return PushOutcome("gone", answer.status)
        return PushOutcome("later", answer.status, self._wait(answer.getheader("Retry-After", "")))

    def _headers(self, origin: str) -> dict[str, str]:
        claims: dict[str, str | int] = {"aud": origin, "exp": self._now + _TOKEN, "sub": self._contact}
        return {
            "Authorization": f"vapid t={self._key.token(claims)}, k={b64(self._key.public)}",
            "Content-Encoding": "aes128gcm",
            "Content-Type": "application/notification+json",
            "TTL": str(_DAY),
            "Topic": TOPIC,
            "Urgency": "normal",
        }

    def _wait(self, said: str) -> int:
        """Return for how many seconds a push service asks us to wait, at most a day."""
        try:
            seconds = (
                int(said) if said.isascii() and said.isdigit() else parsedate_to_datetime(said).timestamp() - self._now
            )
        except (ValueError, OverflowError):
            return 0
        return max(0, min(_DAY, int(seconds)))

    def _drop(self, origin: str) -> None:
        if line := self._lines.pop(origin, None):
            line.close()


class _Line(http.client.HTTPConnection):
    """A line to one push service. Where its name leads is looked at before anybody is asked there."""

    def __init__(self, place: SplitResult, *, local: bool) -> None:
        super().__init__(place.hostname or "", place.port or _PORTS[place.scheme], timeout=_PATIENCE)
        self._local = local
        self._context = ssl.create_default_context() if place.scheme == "https" else None

    def connect(self) -> None:
        """Connect to an address that may be asked.

        Raises:
            OSError: there is none, or it does not answer or is not who it should be.
        """
        line = _reached(self.host, self.port, local=self._local)
        try:
            self.sock = self._context.wrap_socket(line, server_hostname=self.host) if self._context else line
        except BaseException:
            line.close()
            raise


def _reached(host: str, port: int, *, local: bool) -> socket.socket:
    failed = OSError("no public address")
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        if not local and not is_public(str(address[0])):
            continue
        line = socket.socket(family, kind, protocol)
        line.settimeout(_PATIENCE)
        try:
            line.connect(address)
        except OSError as error:
            line.close()
            failed = error
        else:
            return line
    raise failed


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the whole internet's: not of this computer, nor of the network it stands in."""
    found = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return found.is_global and not found.is_multicast


def _sealed(to: Subscription, content: bytes) -> bytes | None:
    """Return what only the device opens (RFC 8291); None where its key is none."""
    from pywebpush import WebPusher, WebPushException  # noqa: PLC0415 # with aiohttp and requests, which nothing here asks

    keys = {"p256dh": to.p256dh, "auth": to.auth}
    try:
        return bytes(WebPusher({"endpoint": to.endpoint, "keys": keys}).encode(content)["body"])
    except (WebPushException, ValueError):
        return None
