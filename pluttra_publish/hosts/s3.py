"""A bucket as a host: S3 as Ceph and OpenStack Swift speak it. Knows S3. Does not know what is in the objects.

Nothing is relied on that Swift's s3api or an old Ceph lacks: no conditional put, no check sum in a trailer (the body's SHA-256 is part of
the signature instead, so a host refuses what was bent on the way), no DeleteObjects. Each object is whole or not there. What was put is
compared by the digest that the host answers with (its ETag), or by length and ends where that says nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator
from pathlib import Path

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError

from pluttra_publish.errors import HostError, LeakError
from pluttra_publish.hosts.flow import Flow
from pluttra_publish.hosts.gate import Admitted
from pluttra_publish.hosts.paths import CACHE_CONTROL, place_of
from pluttra_publish.hosts.s3_key import read_key
from pluttra_publish.hosts.s3_store import store_of, telling
from pluttra_publish.settings.host import S3Settings

_Leaks = list[LeakError]

_PART = 8 << 20
_END = 1 << 16
_LISTED = 1000


class S3Host:
    """A published site in a bucket that holds nothing else."""

    parallel = 8
    far = True

    def __init__(self, settings: S3Settings, state: Path, flow: Flow | None = None) -> None:
        """Raises:
        HostError: there is no key to the bucket, neither in `state` nor where such keys usually are.
        """
        self._settings, self._flow = settings, flow or Flow()
        self.name = f"s3://{settings.bucket} ({settings.endpoint})"
        self._where = settings.bucket
        self._store = store_of(settings, read_key(state))

    def put(self, thing: Admitted) -> None:
        """Store `thing` under its path, whole or not at all.

        Raises:
            LeakError: the bytes changed after they were admitted; nothing was stored.
            HostError: the host refused, or stored other bytes.
        """
        self._locate(thing.path)
        ends = _Ends()
        changed: _Leaks = []
        with self._telling(thing.path, "läggas dit", changed):
            if thing.length <= _PART:
                content = b"".join(thing.blocks())
                self._flow.let_through(len(content))
                ends.add(content)
                tag = self._send(thing, content, multipart=False)
            else:
                tag = self._send(thing, self._parts(thing, ends, changed), multipart=True)
            if not (ends.says(tag) or self._lies_there(thing, ends)):
                with contextlib.suppress(BaseError, FileNotFoundError):
                    obstore.delete(self._store, thing.path)
                message = f"{thing.path} kom inte fram hel: värden har något annat än det som lades dit."
                raise HostError(message, hint="Kör igen. Händer det på nytt, så fråga leverantören.", transient=True)

    def copy(self, source: str, target: str) -> bool:
        """Store at `target` what lies at `source`.

        Raises:
            HostError: nothing lies there, or the host refused.
        """
        self._locate(source)
        self._locate(target)
        with self._telling(source, "kopieras"):
            obstore.copy(self._store, source, target)
            if obstore.head(self._store, source)["size"] != obstore.head(self._store, target)["size"]:
                raise HostError(f"{source} blev inte hel när den kopierades.", transient=True)
        return True

    def settle(self) -> None:
        """What a bucket has said that it stored, it keeps."""

    def get(self, path: str) -> bytes | None:
        """Return the bytes at `path`, or None if there is nothing. A bucket may answer 403 for what it lacks, so then its list decides.

        Raises:
            HostError: it cannot be read.
        """
        self._locate(path)
        with self._telling(path, "läsas"):
            try:
                return bytes(obstore.get(self._store, path).bytes())
            except FileNotFoundError:
                return None
            except PermissionDeniedError:
                if any(listed == path for listed, _ in self._objects(path)):
                    raise
                return None

    def list(self, prefix: str = "") -> Iterator[tuple[str, int]]:
        """Yield path and length of everything of ours whose path starts with `prefix`.

        Raises:
            HostError: the bucket cannot be listed.
        """
        with self._telling(prefix or self._where, "listas"):
            found = [(path, length) for path, length in self._objects(prefix) if path.startswith(prefix)]
        yield from ((path, length) for path, length in found if place_of(path))

    def strangers(self) -> Iterator[str]:
        """Yield the paths of all that is none of ours.

        Raises:
            HostError: the bucket cannot be listed.
        """
        with self._telling(self._where, "listas"):
            found = [path for path, _ in self._objects("")]
        yield from (path for path in found if not place_of(path))

    def delete(self, path: str) -> None:
        """Remove what lies at `path`; nothing there is as good.

        Raises:
            HostError: it cannot be removed.
        """
        self._locate(path)
        with self._telling(path, "tas bort"), contextlib.suppress(FileNotFoundError):
            obstore.delete(self._store, path)

    def sweep(self) -> None:
        """Parts of a put that was cut off are in no list; the bucket's own rule takes them (`pluttra headers s3-lifecycle`)."""

    def close(self) -> None:
        """There is nothing to hang up."""

    def _send(self, thing: Admitted, content: bytes | Iterator[bytes], *, multipart: bool) -> str:
        sent = obstore.put(
            self._store,
            thing.path,
            content,
            attributes={"Content-Type": thing.content_type, "Cache-Control": CACHE_CONTROL[thing.cache]},
            use_multipart=multipart,
            chunk_size=_PART,
            max_concurrency=2,
        )
        tag = sent["e_tag"] or obstore.head(self._store, thing.path)["e_tag"] or ""  # a put in parts answers with none
        return tag.removeprefix("W/").strip('"').lower()

    def _parts(self, thing: Admitted, ends: _Ends, changed: _Leaks) -> Iterator[bytes]:
        """Yield the bytes in parts of the length that the host's digest is made of."""
        part = bytearray()
        try:
            for block in thing.blocks():
                part += block
                while len(part) >= _PART:
                    yield self._pass(bytes(part[:_PART]), ends)
                    del part[:_PART]
        except LeakError as leak:
            changed.append(leak)
            raise
        if part:
            yield self._pass(bytes(part), ends)

    def _pass(self, part: bytes, ends: _Ends) -> bytes:
        self._flow.let_through(len(part))
        ends.add(part)
        return part

    def _lies_there(self, thing: Admitted, ends: _Ends) -> bool:
        """Tell whether what lies there has the length and the ends of what was put, all of it where it is short."""
        if obstore.head(self._store, thing.path)["size"] != thing.length:
            return False
        if thing.length <= 2 * _END:
            return (
                hashlib.md5(bytes(obstore.get(self._store, thing.path).bytes()), usedforsecurity=False).digest()
                == (ends.parts[0])
            )
        first = bytes(obstore.get_range(self._store, thing.path, start=0, length=_END))
        last = bytes(obstore.get_range(self._store, thing.path, start=thing.length - _END, length=_END))
        return (first, last) == (ends.first, ends.last)

    def _objects(self, prefix: str) -> Iterator[tuple[str, int]]:
        folder = prefix.rpartition("/")[0]
        try:
            for batch in obstore.list(self._store, folder or None, chunk_size=_LISTED):
                yield from ((entry["path"], entry["size"]) for entry in batch)
        except BaseError:
            with contextlib.suppress(FileNotFoundError):
                obstore.head(self._store, "root")  # says it where the key is not the right one, which a list does not
            raise

    def _locate(self, path: str) -> None:
        if place_of(path) is None:
            raise LeakError(f"Sökvägen {path!r} hör inte till en publicerad webbplats.")

    def _telling(self, path: str, what: str, changed: _Leaks | None = None) -> contextlib.AbstractContextManager[None]:
        return telling(path, what, self._where, changed)


class _Ends:
    """What is remembered of bytes that are put, to compare with what the host has: each part's MD5, and the ends."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []
        self.first = self.last = b""

    def add(self, part: bytes) -> None:
        self.parts.append(hashlib.md5(part, usedforsecurity=False).digest())
        self.first = (self.first + part[:_END])[:_END]
        self.last = (self.last + part[-_END:])[-_END:]

    def says(self, tag: str) -> bool:
        """Tell whether a host's ETag is that of these bytes, as S3 makes it of one part or of many."""
        if len(self.parts) == 1 and tag == self.parts[0].hex():
            return True
        return tag == f"{hashlib.md5(b''.join(self.parts), usedforsecurity=False).hexdigest()}-{len(self.parts)}"
