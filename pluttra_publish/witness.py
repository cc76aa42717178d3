"""The sealed site in a folder or on its host, opened with every reader's own key. Knows how a reader opens, and nothing of who ought to."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pluttra_publish.errors import FormatError, KeystoreError
from pluttra_publish.format.chain import Root
from pluttra_publish.format.layout import ROOT_PATH
from pluttra_publish.format.posts import Card, Reference, Standing
from pluttra_publish.hosts import open_host, read_inventory
from pluttra_publish.media import Derivative
from pluttra_publish.open import Fetch, Memory, Opened, folder, open_with_key
from pluttra_publish.putting import ON_HOST
from pluttra_publish.sealing import chain
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.settings import Settings

Step = Callable[[str, int, int], None]

_SMALL = 1 << 20
_NOTHING_THERE = {"ended", "host"}


@dataclass
class Witness:
    """A sealed site. `put` is when its root was put there, in nanoseconds, and 0 without one; `refused` is what ought to have opened."""

    fetch: Fetch
    keystore: Keystore
    root: Root | None
    put: int
    refused: FormatError | None = None
    _contents: dict[Reference, bytes | None] = field(default_factory=dict, repr=False)

    @property
    def time(self) -> datetime | None:
        """The moment whose rules the site was sealed by."""
        return datetime.fromtimestamp(self.root.time, UTC) if self.root else None

    @property
    def newest(self) -> bool:
        """Whether it is what the keystore sealed last."""
        return self.root is not None and self.root.sequence >= self.keystore.sequence

    def everybody(self, step: Step) -> Iterator[tuple[str, Opened]]:
        """Yield everyone whom the site opens for, by register id: all who were ever given a key are tried."""
        fetch = _keeping(self.fetch)
        known = sorted(self.keystore.readers)
        for done, reader in enumerate(known, 1):
            opened = self.open(reader, fetch)
            if opened is not None:
                yield reader, opened
            step("Öppnar som var och en", done, len(known))

    def open(self, reader: str, fetch: Fetch | None = None) -> Opened | None:
        """Return what a reader's own key opens; None if it opens nothing."""
        keys = self.keystore.readers.get(reader)
        if keys is None or self.root is None:
            return None
        memory = Memory(site=self.keystore.site.hex(), publisher=self.keystore.signing_key.public)
        try:
            return open_with_key(keys.key, fetch or self.fetch, memory=memory)
        except FormatError as refused:
            self._note(refused)
            return None

    def shows(self, opened: Opened, card: Card | Standing, wanted: tuple[Derivative, ...] | None) -> bool:
        """Tell whether a post's or page's HTML and media open by this reader's references; if some are wanted, whether exactly they do."""
        if wanted is None:
            return all(self._content(opened, reference) for reference in (card.page, *card.media))
        return all(
            hashlib.sha256(file.path.read_bytes()).digest()
            in {
                self._content(opened, reference)
                for reference in card.media
                if (reference.media_type, reference.length) == (file.media_type, file.length)
            }
            for file in wanted
        )

    def holds(self, path: str) -> bool:
        """Tell whether a file in the clear lies there."""
        return self.fetch(path) is not None

    def stop(self) -> None:
        """Raise if anything that somebody was led to was refused, other than for being absent.

        Raises:
            FormatError: with the layer that refused.
        """
        if self.refused:
            raise self.refused

    def _content(self, opened: Opened, reference: Reference) -> bytes | None:
        """Return the digest of what a reference opens; readers whose indexes gave them the same reference share the work."""
        if reference not in self._contents:
            try:
                self._contents[reference] = hashlib.sha256(opened.content(reference)).digest()
            except FormatError as refused:
                self._note(refused)
                self._contents[reference] = None
        return self._contents[reference]

    def _note(self, refused: FormatError) -> None:
        if refused.layer not in _NOTHING_THERE:
            self.refused = self.refused or refused


@contextmanager
def witness(settings: Settings, sealed: Path | None, keystore: Keystore) -> Iterator[Witness]:
    """Give the site that lies in the folder `sealed`, or without it the one on the site's host; there may be none.

    Raises:
        KeystoreError: its root was made with other keys, or is damaged.
        HostError: the host does not answer.
    """
    path = sealed or settings.host.path
    if path is not None:
        root = path / ROOT_PATH
        yield _witness(folder(path), keystore, str(path), root.stat().st_mtime_ns if root.exists() else 0)
        return
    known = read_inventory(settings.state / ON_HOST)
    with open_host(settings.host, settings.state) as host:
        yield _witness(host.get, keystore, host.name, known.put if known and known.host == host.name else 0)


def _witness(fetch: Fetch, keystore: Keystore, where: str, put: int) -> Witness:
    content = fetch(ROOT_PATH)
    if content is None:
        return Witness(fetch, keystore, None, 0)
    site = keystore.site.hex()
    try:
        root = chain.open_root(content, site_key=keystore.site_key, publisher=keystore.signing_key.public, site=site)
    except FormatError as wrong:
        message = f"I {where} ligger en webbplats som är gjord med andra nycklar, eller är skadad."
        raise KeystoreError(message, hint="Ange rätt mapp med --sealed, eller publicera igen.") from wrong
    return Witness(fetch, keystore, root, put)


def _keeping(fetch: Fetch) -> Fetch:
    """Return a fetch that remembers small objects: many readers are led to the same catalogues and indexes."""
    kept: dict[str, bytes] = {}

    def fetch_once(path: str) -> bytes | None:
        if path in kept:
            return kept[path]
        content = fetch(path)
        if content is not None and len(content) <= _SMALL and path.startswith("o/"):
            kept[path] = content
        return content

    return fetch_once
