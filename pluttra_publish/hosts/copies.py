"""Sealed files of a far host, kept here by their digest, so that they are fetched once. Knows digests. Does not know what is sealed.

Only ciphertext lies here, and what does not have the digest that it lies under counts as not there.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Container, Mapping
from pathlib import Path
from typing import BinaryIO

from pluttra_publish.format.digests import digest_of
from pluttra_publish.hosts.paths import is_left_behind
from pluttra_publish.platform import private_file, private_folder


class Copies:
    """Copies in `folder` of what `fetch` gives; without a folder everything is fetched."""

    def __init__(self, folder: Path | None, fetch: Callable[[str], bytes | None]) -> None:
        self._folder, self._fetch = folder, fetch

    def get(self, path: str, digest: bytes) -> bytes | None:
        """Return the bytes at `path`, from here if those of `digest` lie here; else they are fetched, and kept if they have it."""
        if self._folder is None:
            return self._fetch(path)
        kept = self._folder / digest.hex()
        with contextlib.suppress(OSError):
            content = kept.read_bytes()
            if digest_of(content, segmented=False) == digest:
                return content
        fetched = self._fetch(path)
        if fetched is not None and digest_of(fetched, segmented=False) == digest:
            self._write(kept, fetched)
        return fetched

    def keep(self, put: Mapping[bytes, Callable[[], BinaryIO]], *, live: Container[bytes] | None) -> None:
        """Keep what was put now, by its digest and how to read it, and forget what is no longer `live` on the host, if that is known."""
        if self._folder is None:
            return
        for digest, read in put.items():
            if not (self._folder / digest.hex()).exists():
                with read() as content:
                    self._write(self._folder / digest.hex(), content.read())
        if live is None:
            return
        with contextlib.suppress(OSError, ValueError):
            for kept in [*self._folder.iterdir()]:
                if is_left_behind(kept.name) or bytes.fromhex(kept.name) not in live:
                    kept.unlink()

    def _write(self, kept: Path, content: bytes) -> None:
        private_folder(kept.parent)
        with contextlib.suppress(OSError), private_file(kept) as file:
            file.write(content)
