"""A private bucket where sealed messages wait. Knows S3. Does not know what is sealed, and signs nothing."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

import obstore
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import S3Store

from pluttra_publish.hosts.drops import KEY
from pluttra_publish.hosts.s3_form import PREFIX
from pluttra_publish.hosts.s3_key import FETCHES, read_drop_key
from pluttra_publish.hosts.s3_store import store_of, telling
from pluttra_publish.settings.host import S3Settings

_LISTED = 1000
_AT_ONCE = 500


class S3Drop:
    """A bucket that nobody but the preschool may look into. Its key is looked for when something is first asked for."""

    def __init__(self, settings: S3Settings, state: Path) -> None:
        self._settings, self._state = settings, state
        self.name = f"s3://{settings.bucket} ({settings.endpoint})"
        self._made: S3Store | None = None

    def list(self) -> Iterator[tuple[str, int]]:
        """Yield key and length of every message, a thousand at a time.

        Raises:
            HostError: the bucket cannot be listed.
        """
        with self._telling("listas"):
            store = self._store()
            try:
                for batch in obstore.list(store, PREFIX.rstrip("/"), chunk_size=_LISTED):
                    for entry in batch:
                        start, _, key = entry["path"].rpartition("/")
                        if f"{start}/" == PREFIX and KEY.fullmatch(key):
                            yield key, entry["size"]
            except BaseError:
                with contextlib.suppress(FileNotFoundError):
                    obstore.head(
                        store, PREFIX + "0" * 32
                    )  # says it where the key is not the right one, which a list does not
                raise

    def get(self, key: str, most: int) -> bytes | None:
        """Return a message, at most `most` + 1 bytes of it; None if none of that name lies there. May be called from many threads.

        Raises:
            HostError: it cannot be read.
        """
        if not KEY.fullmatch(key):
            return None
        with self._telling("läsas"):
            try:
                return self._start(PREFIX + key, most + 1)
            except FileNotFoundError:
                return None

    def delete(self, keys: Iterable[str]) -> None:
        """Remove messages, some at a time.

        Raises:
            HostError: one cannot be removed.
        """
        wanted = (PREFIX + key for key in keys if KEY.fullmatch(key))
        while some := [*islice(wanted, _AT_ONCE)]:
            with self._telling("tömmas"), contextlib.suppress(FileNotFoundError):
                obstore.delete(self._store(), some)

    def close(self) -> None:
        """There is nothing to hang up."""

    def _start(self, path: str, most: int) -> bytes:
        try:
            return bytes(obstore.get(self._store(), path, options={"range": (0, most)}).bytes())
        except (PermissionDeniedError, UnauthenticatedError):
            raise
        except BaseError:
            if obstore.head(self._store(), path)["size"]:
                raise
            return b""  # of nothing there is no range

    def _store(self) -> S3Store:
        if self._made is None:
            self._made = store_of(self._settings, read_drop_key(self._state, FETCHES))
        return self._made

    def _telling(self, what: str) -> contextlib.AbstractContextManager[None]:
        return telling("Brevlådan", what, self._settings.bucket)
