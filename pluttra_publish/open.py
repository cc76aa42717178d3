"""A reader in Python: from a link to what that person sees, fetching only what the browser would. Knows docs/format.md §13.

Everything is verified through the whole chain; anything forged raises FormatError with the layer and the word of §15.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from typing import Protocol
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from pluttra_publish.errors import FormatError, UsageError
from pluttra_publish.format.access import Keyring, secret_of
from pluttra_publish.format.chain import Root
from pluttra_publish.format.layout import ROOT_PATH, keyring_path, object_path, sealed_length
from pluttra_publish.format.posts import Card, Index, Reference, Standing
from pluttra_publish.sealing import chain
from pluttra_publish.sealing.objects import open_reference

_TIMEOUT = 30
_LACKING = {403, 404, 410}
_MOST = 2**24  # bytes of a file whose length nobody told


class Fetch(Protocol):
    """Returns the bytes at a path of the host, or None for what it lacks.

    Raises:
        FormatError: layer `host`, if the host does not answer.
    """

    def __call__(self, path: str) -> bytes | None: ...


@dataclass
class Memory:
    """What a reader remembers from one time to the next, so that nothing can be rolled back or replaced (§9, §11)."""

    site: str | None = None
    publisher: bytes | None = None
    generation: int = 0
    sequence: int = 0
    body: bytes = b""


@dataclass(frozen=True)
class SeenPost:
    """A post as a reader has it: its card, the audiences of the keyring that it stands in, and the index that resolves its media."""

    card: Card
    audiences: tuple[str, ...]
    month: str


@dataclass(frozen=True)
class SeenPage:
    """A standing page as a reader has it: its entry, its audience, and the month whose index resolves its media."""

    page: Standing
    audience: str
    month: str


@dataclass(frozen=True)
class Opened:
    """What one reader sees, newest first, each post once. Pages and media are fetched when they are asked for."""

    keyring: Keyring
    root: Root
    posts: tuple[SeenPost, ...]
    pages: tuple[SeenPage, ...]
    indexes: dict[tuple[str, str], Index] = field(repr=False)
    _fetch: Fetch = field(repr=False)
    _renew: Callable[[], Opened] = field(repr=False)

    def content(self, reference: Reference) -> bytes:
        """Return the content of a page or medium.

        Raises:
            Missing: the host lacks it; a publish may have passed by, and `renewed` shows what there is now.
            FormatError: it does not open.
        """
        fetch = self._fetch
        if isinstance(fetch, Web):
            fetch = replace(fetch, limit=sealed_length(reference.padded_length))
        return open_reference(_found(fetch, reference.name), reference)

    def renewed(self) -> Opened:
        """Return what the reader sees by the root that lies on the host now (§13).

        Raises:
            FormatError: with the layer that refused.
        """
        return self._renew()


class Missing(FormatError):
    """The host lacks something that the root leads to: layer `host`, if it still does by a renewed root."""

    def __init__(self, name: str) -> None:
        super().__init__("host")
        self.name = name


def open_site(link: str, fetch: Fetch, *, now: int | None = None, memory: Memory | None = None) -> Opened:
    """Open everything that the link's reader may read.

    Each catalogue or index that is missing makes the root be fetched once more: a publish may have passed by.

    Raises:
        FormatError: with the layer that refused.
    """
    memory = memory if memory is not None else Memory()
    secret = secret_of(link)
    sealed = fetch(keyring_path(chain.invitation_name(secret)))
    if sealed is None:
        raise FormatError("missing")
    invitation = chain.open_invitation(sealed, secret, now=int(time.time()) if now is None else now)
    return open_with_key(invitation.key, fetch, memory=memory, site=invitation.site)


def open_with_key(key: bytes, fetch: Fetch, *, memory: Memory, site: str | None = None) -> Opened:
    """Open everything that the holder of a guardian key may read; `site` is the invitation's, on a first visit.

    Raises:
        FormatError: with the layer that refused.
    """

    def renew() -> Opened:
        return open_with_key(key, fetch, memory=memory, site=site)

    keyring = _keyring(key, fetch, memory, site)
    missed = set[str]()
    while True:
        keyring, root = _rooted(key, keyring, fetch, memory)
        try:
            indexes = _indexes(keyring, root, fetch)
        except Missing as missing:
            if missing.name in missed:
                raise
            missed.add(missing.name)
        else:
            return Opened(keyring, root, _posts(keyring, indexes), _pages(indexes), indexes, fetch, renew)


def folder(root: Path) -> Fetch:
    """Return a fetch from a published folder."""

    def fetch(path: str) -> bytes | None:
        try:
            return (root / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError:
            raise FormatError("host") from None

    return fetch


class _NoRedirect(HTTPRedirectHandler):
    """Takes a redirect for the error that it is here."""

    def redirect_request(self, *_args: object) -> None:
        return None


_OPENER = build_opener(_NoRedirect)


@dataclass(frozen=True)
class Web:
    """A fetch from an address: no redirects, nothing cached, nothing told about where one comes from, at most `limit` bytes and one more.

    What is longer is cut there, and refused as what it is not by its digest (§2).
    """

    origin: str
    limit: int = _MOST

    def __call__(self, path: str) -> bytes | None:
        asked = Request(f"{self.origin}/{path}", headers={"Cache-Control": "no-cache"})  # noqa: S310 - checked in host_of
        try:
            with _OPENER.open(asked, timeout=_TIMEOUT) as answer:
                if answer.status != 200 or answer.headers.get_content_type() == "text/html":  # somebody else's page
                    raise FormatError("host")
                content: bytes = answer.read(self.limit + 1)
                if len(content) <= self.limit and answer.length:  # more was promised
                    raise FormatError("host")
                return content
        except HTTPError as error:
            error.close()
            if error.code in _LACKING:
                return None
            raise FormatError("host") from None
        except (HTTPException, OSError, ValueError):  # ValueError: a host name that cannot be one
            raise FormatError("host") from None


def host_of(link: str, host: str | None) -> Fetch:
    """Return the fetch for a host given as a folder or an address; without one, the link's own origin.

    Raises:
        FormatError: layer `link`, if the link has no address.
        UsageError: the host given is neither a published folder nor an address.
    """
    if host is not None and "://" not in host:
        if not (Path(host) / ROOT_PATH).is_file():
            hint = "Ange mappen som är publicerad, eller en adress som börjar med https://."
            raise UsageError(f"I {host} finns ingen publicerad webbplats.", hint=hint)
        return folder(Path(host))
    try:
        parts = urlsplit((host or link).replace("%23", "#"))
        if parts.scheme in {"http", "https"} and parts.hostname:
            return Web(f"{parts.scheme}://{parts.netloc}")
    except ValueError:
        pass
    if host is None:
        raise FormatError("link")
    raise UsageError(f"{host} är ingen adress.", hint="Ange en adress som börjar med https://, eller en mapp.")


def _rooted(key: bytes, keyring: Keyring, fetch: Fetch, memory: Memory) -> tuple[Keyring, Root]:
    """Return the root, and the keyring that it asks for: steps 3 and 4 of §13. Both are remembered."""
    root = _root(keyring, fetch, memory)
    if root.keyrings > keyring.generation:
        keyring = _keyring(key, fetch, memory, keyring.site)
        root = _root(keyring, fetch, memory)
    chain.check_generation(keyring, root)
    memory.site, memory.publisher, memory.generation = keyring.site, keyring.publisher, keyring.generation
    memory.sequence, memory.body = root.sequence, root.digest
    return keyring, root


def _keyring(key: bytes, fetch: Fetch, memory: Memory, site: str | None) -> Keyring:
    sealed = fetch(keyring_path(chain.keyring_name(key)))
    if sealed is None:
        raise FormatError("host")
    keyring = chain.open_keyring(sealed, key, seen=memory.generation)
    if memory.site is not None and (keyring.site, keyring.publisher) != (memory.site, memory.publisher):
        raise FormatError("signature")
    if site is not None and keyring.site != site:
        raise FormatError("binding")
    return keyring


def _root(keyring: Keyring, fetch: Fetch, memory: Memory) -> Root:
    sealed = fetch(ROOT_PATH)
    if sealed is None:
        raise FormatError("host")
    root = chain.open_root(sealed, site_key=keyring.site_key, publisher=keyring.publisher, site=keyring.site)
    chain.check_sequence(root, seen=memory.sequence, seen_digest=memory.body)
    return root


def _indexes(keyring: Keyring, root: Root, fetch: Fetch) -> dict[tuple[str, str], Index]:
    indexes: dict[tuple[str, str], Index] = {}
    for audience in keyring.audiences:
        found = chain.find_slot(root, audience.epochs)
        if found is None:
            continue
        epoch, slot = found
        sealed = _found(fetch, slot.name)
        catalogue = chain.open_catalogue(sealed, slot, epoch, audience=audience.id, kind=audience.kind)
        for month, row in chain.open_rows(catalogue, epoch).items():
            sealed = _found(fetch, row.name)
            indexes[audience.id, month] = chain.open_index(sealed, row, audience=audience.id, month=month)
    return indexes


def _posts(keyring: Keyring, indexes: dict[tuple[str, str], Index]) -> tuple[SeenPost, ...]:
    seen: dict[str, SeenPost] = {}
    order = {audience.id: number for number, audience in enumerate(keyring.audiences)}
    staff = {audience.id for audience in keyring.audiences if audience.kind == "staff"}
    for (audience, month), index in sorted(indexes.items(), key=lambda item: order[item[0][0]]):
        for card in index.posts:
            known = seen.get(card.id)
            audiences = (*known.audiences, audience) if known else (audience,)
            kept = known and (known.audiences[0] in staff or len(known.card.media) >= len(card.media))
            seen[card.id] = SeenPost(known.card if known and kept else card, audiences, month)
    posts = sorted(seen.values(), key=lambda post: post.card.id)
    return tuple(sorted(posts, key=lambda post: datetime.fromisoformat(post.card.date), reverse=True))


def _pages(indexes: dict[tuple[str, str], Index]) -> tuple[SeenPage, ...]:
    """Return every standing page once, from the newest month that has it; those without a date from the newest month alone."""
    newest: dict[str, str] = {}
    for audience, month in indexes:
        newest[audience] = max(month, newest.get(audience, ""))
    seen: dict[str, SeenPage] = {}
    for (audience, month), index in sorted(indexes.items(), key=lambda item: item[0][1]):
        for page in index.pages:
            if page.date or month == newest[audience]:
                seen[page.id] = SeenPage(page, audience, month)
    return tuple(sorted(seen.values(), key=lambda one: (one.page.kind, one.page.date, one.page.title, one.page.id)))


def _found(fetch: Fetch, name: str) -> bytes:
    sealed = fetch(object_path(name))
    if sealed is None:
        raise Missing(name)
    return sealed
