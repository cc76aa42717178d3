"""A drop box of its own address for browsers to send to: the endpoint, on a server whose answers a test may choose. Knows every message that came."""

from __future__ import annotations

import contextlib
import threading
from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BufferedIOBase, BytesIO
from pathlib import Path
from typing import BinaryIO

from pluttra_publish.drop.endpoint import Answer, DropBox
from pluttra_publish.format.messages import Header
from pluttra_publish.sealing.messages import Senders
from pluttra_publish.serve import serving
from tests.browser.schools import School

PATH = "/drop"


@dataclass(frozen=True)
class Instead:
    """What is answered in place of what the endpoint would say. `held` is not answered until the drop box is let go of."""

    status: int
    headers: Mapping[str, str]
    held: bool = False


class Drop(DropBox):
    """Takes what comes, unless `instead` has an answer for it. `asked` are the ids of everything that came, `took` of what was taken.

    That a link was opened it takes at any time, and notes nowhere: telephones tell it when it suits them.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__(folder, origin="https://nobody.example")
        self.url = ""
        self.asked: list[str] = []
        self.took: list[str] = []
        self.down = False
        self._senders, self._site = Senders({}), b""
        self._instead: deque[Instead] = deque()
        self._released = threading.Event()

    @property
    def address(self) -> str:
        return self.url + PATH

    def say(self, status: int, **headers: str) -> None:
        """Answer the next message so."""
        self._instead.append(Instead(status, {name.replace("_", "-"): value for name, value in headers.items()}))

    def hold(self) -> None:
        """Leave the next message without an answer."""
        self._released.clear()
        self._instead.append(Instead(503, {}, held=True))

    def release(self) -> None:
        self._released.set()

    def begin_anew(self, origin: str, school: School) -> None:
        """Forget everything, and answer the pages of another address."""
        keystore = school.keys()
        self._senders = Senders({reader: held.key for reader, held in keystore.readers.items()})
        self._site = keystore.site
        self.release()
        self._instead.clear()
        self.asked.clear()
        self.took.clear()
        self.down = False
        self.origin = origin
        for path in self.folder.glob("*"):
            path.unlink()

    def answer(self, method: str, headers: Mapping[str, str], body: BinaryIO | BufferedIOBase, address: str) -> Answer:
        if method != "POST":
            return super().answer(method, headers, body, address)
        content = body.read(int(headers["content-length"]))
        name = content[:16].hex()
        if self._open(content)[0].kind == "opened":
            return super().answer(method, headers, BytesIO(content), address)
        self.asked.append(name)
        instead = Instead(503, {}) if self.down else self._instead.popleft() if self._instead else None
        if instead is None:
            answer = super().answer(method, headers, BytesIO(content), address)
            if answer.status == 201:
                self.took.append(name)
            return answer
        if instead.held:
            self._released.wait(30)
        usual = super().answer("GET", headers, BytesIO(), address)
        return Answer(instead.status, {**usual.headers, **instead.headers})

    def opened(self) -> list[tuple[Header, bytes]]:
        """Everything that was taken, in that order, as the publisher opens it."""
        return [self._open((self.folder / name).read_bytes()) for name in self.took]

    def _open(self, file: bytes) -> tuple[Header, bytes]:
        return self._senders.open(file, self._senders.find(file) or "", site=self._site)


@contextlib.contextmanager
def dropping(folder: Path) -> Iterator[Drop]:
    """Take messages for as long as the context lasts."""
    folder.mkdir(parents=True)
    nothing = folder.with_name("nothing")
    nothing.mkdir()
    drop = Drop(folder)
    with serving(nothing, drop=(PATH, drop)) as url:
        drop.url = url
        try:
            yield drop
        finally:
            drop.release()
