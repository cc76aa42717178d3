"""Pages and derivatives to a whole sealed site: objects, indexes, catalogues, keyrings, invitations and root.

Knows docs/format.md and who may hold which key. Does not know how anything is rendered, nor where it is put.
"""

from __future__ import annotations

import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path

from pluttra_publish.before import Before
from pluttra_publish.edition import Laid
from pluttra_publish.epochs import settle
from pluttra_publish.format.access import Invitation
from pluttra_publish.format.chain import Root, Row, Slot
from pluttra_publish.format.padding import Role
from pluttra_publish.format.posts import PAGE_TYPE, STANDING, Card, Cover, Index, Reference, Standing
from pluttra_publish.keyrings import UNSAID, keyrings
from pluttra_publish.media import Derivative
from pluttra_publish.plan import Access, Plan, PlannedPost, title_of
from pluttra_publish.register import Audience, Reader, Register, readers
from pluttra_publish.saving import may_be_saved
from pluttra_publish.sealing import chain
from pluttra_publish.sealing.keys import InvitationKeys
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.sealing.ledger import Entry, Ledger
from pluttra_publish.sealing.objects import Sealable, SealedObject, sealable
from pluttra_publish.settings import Settings
from pluttra_publish.site import Pages, PostView

Step = Callable[[str, int, int], None]

_DAY = 24 * 60 * 60
# Hashing and AES release the interpreter's lock. More workers than cores only hold more film in memory.
_WORKERS = 2


@dataclass(frozen=True)
class SealedSite:
    """What is to lie on the host: what was sealed now, and the paths of what lies there already and stays."""

    objects: tuple[SealedObject, ...]
    kept: frozenset[str]
    broken: frozenset[str]


@dataclass(frozen=True)
class Sealer:
    """What sealing needs besides the content: keys, who reads what, a private place for long files, and what the host holds already.

    `before` is what lies there as its readers are led to it, `there` its files by length.
    """

    keystore: Keystore
    ledger: Ledger
    register: Register
    access: Access
    settings: Settings
    now: datetime
    there: Mapping[str, int]
    before: Before
    workspace: Path

    def seal(self, plan: Plan, laid: Laid, pages: Pages, *, sequence: int, step: Step) -> SealedSite:
        """Seal all that is planned, and bring epochs, keyrings and root up to today's access.

        Changes the keystore (epochs, generations, what each reader was given, sequence), which must be saved before anything is put.

        Raises:
            LeakError: something did not open again after it was sealed.
        """
        for planned in plan.posts:
            for audience in planned.audiences:
                self.keystore.audience(audience.key)  # made here, before the workers ask for it
        for laid_page in laid.standing:
            self.keystore.audience(laid_page.planned.audience.key)
        objects, indexes = self._content(plan, laid, pages, step)
        if lost := self.before.lost({(audience.key, month): found for (audience, month), found in indexes.items()}):
            objects, indexes = self._content(plan, laid, pages, step, lost)
        rows: dict[Audience, dict[str, Row]] = defaultdict(dict)
        for (audience, month), (row, _) in indexes.items():
            rows[audience][month] = row
        broken = settle(self.keystore, self.access, int(self.now.timestamp()))
        slots = self._catalogues(rows, sequence, objects)
        made = [*objects.made.values(), *keyrings(self.keystore, self.access, self.register, self.settings, self.now)]
        made += [*self._invitations(), self._root(slots, sequence)]
        return SealedSite(tuple(made), frozenset(objects.kept), broken)

    def _content(
        self, plan: Plan, laid: Laid, pages: Pages, step: Step, lost: frozenset[str] = frozenset()
    ) -> tuple[_Objects, dict[tuple[Audience, str], tuple[Row, Index]]]:
        """Seal posts, pages and indexes; what is named in `lost` gets a new key and a new name."""
        objects = _Objects(self, lost)
        cards = self._cards(plan, laid, pages, objects, step)
        return objects, self._indexes(plan, laid, cards, self._standing(laid, pages, objects), pages, objects)

    def _cards(self, plan: Plan, laid: Laid, pages: Pages, objects: _Objects, step: Step) -> dict[str, Card]:
        """Seal every post's page, and media on all cores, and return its card."""
        cards: dict[str, Card] = {}
        with ThreadPoolExecutor(
            _WORKERS
        ) as workers:  # for media alone: what a page needs is less than what it costs to pass it on
            shelves = [
                workers.map(partial(self._medium, objects, planned.home), laid.shelves[planned.id])
                for planned in plan.posts
            ]
            for done, (planned, shelf) in enumerate(zip(plan.posts, shelves, strict=True), 1):
                page = objects.seal(pages.posts[planned.id], planned.home, "page", PAGE_TYPE)
                cards[planned.id] = self._card(planned, laid.views[planned.id], page, tuple(shelf))
                step("Förseglar", done, len(plan.posts))
        return cards

    def _medium(self, objects: _Objects, owner: Audience, file: Derivative) -> Reference:
        return objects.seal(file.path, owner, "media", file.media_type)

    def _card(self, planned: PlannedPost, view: PostView, page: Reference, media: tuple[Reference, ...]) -> Card:
        post, count, cover = planned.post, view.count, None
        if view.cover:
            sizes = tuple((int(url.rpartition("/")[2]), width, height) for url, width, height in view.cover.sources)
            cover = Cover(view.cover.alt, sizes)
        return Card(
            id=planned.card_id,
            title=post.title,
            date=post.date.isoformat(timespec="seconds"),
            lang=post.lang,
            summary=post.summary,
            by=post.by,
            children=view.children,
            count={"film": count.film, "photo": count.photo, "sound": count.sound},
            cover=cover,
            home=self._id(planned.home),
            media=media,
            page=page,
        )

    def _standing(self, laid: Laid, pages: Pages, objects: _Objects) -> dict[tuple[Audience, str], list[Standing]]:
        """Seal every standing page with its media, and return what the index of each month says of them."""
        standing: dict[tuple[Audience, str], list[Standing]] = defaultdict(list)
        for laid_page in laid.standing:
            planned, owner = laid_page.planned, laid_page.planned.audience
            page = Standing(
                id=planned.id,
                kind=planned.sheet.kind,
                title=planned.title,
                date=planned.date.isoformat(timespec="seconds") if planned.date else "",
                media=tuple(objects.seal(source, owner, "media", kind) for source, kind in laid_page.media),
                page=objects.seal(pages.standing[planned.id], owner, "page", PAGE_TYPE),
            )
            standing[owner, planned.month].append(page)
        for listed in standing.values():
            listed.sort(key=lambda page: (STANDING.index(page.kind), page.date, page.title, page.id))
        return standing

    def _indexes(
        self,
        plan: Plan,
        laid: Laid,
        cards: Mapping[str, Card],
        standing: Mapping[tuple[Audience, str], list[Standing]],
        pages: Pages,
        objects: _Objects,
    ) -> dict[tuple[Audience, str], tuple[Row, Index]]:
        gathered: dict[tuple[Audience, str], list[Card]] = defaultdict(list, {place: [] for place in standing})
        for planned in plan.posts:
            for audience in planned.audiences:
                card = cards[planned.id]
                if audience.kind == "child" and self.settings.download == "own-children":
                    saved = may_be_saved(planned, laid.views[planned.id], audience.id, self.register)
                    card = replace(card, save=saved)  # there alone: nobody else is told who is on a photo
                gathered[audience, planned.month].append(card)
        indexes: dict[tuple[Audience, str], tuple[Row, Index]] = {}
        for (audience, month), posts in sorted(gathered.items(), key=lambda item: item[0]):
            html = pages.months.get((audience.key, month))
            page = objects.seal(html, audience, "page", PAGE_TYPE) if html else None
            stands = tuple(standing.get((audience, month), ()))
            index = Index(self._id(audience), month, page, tuple(posts), stands)
            row, made = chain.seal_index(
                index,
                seal_secret=self.keystore.audience(audience.key).seal,
                naming_secret=self.keystore.naming_secret,
                workspace=self.workspace,
            )
            indexes[audience, month] = row, index
            objects.add(made)
        return indexes

    def _catalogues(self, rows: Mapping[Audience, Mapping[str, Row]], sequence: int, objects: _Objects) -> list[Slot]:
        slots = []
        for audience, months in rows.items():
            slot, made = chain.seal_catalogue(
                audience=self._id(audience),
                kind=audience.kind,
                title=title_of(audience, self.register),
                rows=months,
                epoch_secret=self.keystore.audience(audience.key).epochs[0],
                naming_secret=self.keystore.naming_secret,
                sequence=sequence,
            )
            slots.append(slot)
            objects.add(made)
        return slots

    def _invitations(self) -> list[SealedObject]:
        """Seal the invitations that still hold; the others are forgotten, and so they leave the host."""
        now = int(self.now.timestamp())
        self.keystore.invitations[:] = [kept for kept in self.keystore.invitations if kept.ends > now]
        reading = [kept for kept in self.keystore.invitations if kept.reader in self.access]
        known = readers(self.register)
        return [invitation_for(self.keystore, kept, known[kept.reader]) for kept in reading]

    def _root(self, slots: list[Slot], sequence: int) -> SealedObject:
        keystore, now = self.keystore, int(self.now.timestamp())
        keystore.sequence = sequence
        root = Root(
            site=keystore.site.hex(),
            publisher=keystore.publisher.hex(),
            sequence=sequence,
            time=now,
            notice=now + self.settings.notice_days * _DAY,
            keyrings=keystore.keyrings,
            keystore=keystore.generation,
            slots=tuple(slots),
        )
        return chain.seal_root(
            root, site_key=keystore.site_key, signing_key=keystore.signing_key, decoy_secret=keystore.decoy_secret
        )

    def _id(self, audience: Audience) -> str:
        return self.keystore.audience(audience.key).id.hex()


def invitation_for(keystore: Keystore, keys: InvitationKeys, reader: Reader) -> SealedObject:
    """Seal the invitation of one reader."""
    key = keystore.reader(keys.reader).key
    invitation = Invitation(key, keystore.site.hex(), reader.name, reader.language or UNSAID, keys.ends)
    return chain.seal_invitation(invitation, keys.secret)


class _Objects:
    """Seals pages and media, or recalls those that lie on the host already. What two posts share has one path, and is made once.

    What is named in `lost` is taken a turn further: it gets another key and name, now and from now on.
    """

    def __init__(self, sealer: Sealer, lost: frozenset[str]) -> None:
        self._sealer = sealer
        self._lost = lost
        self.made: dict[str, SealedObject] = {}
        self.kept: set[str] = set()

    def add(self, made: SealedObject) -> None:
        self.made.setdefault(made.path, made)

    def seal(self, source: bytes | Path, owner: Audience, role: Role, media_type: str) -> Reference:
        """Return the reference to a page or medium, sealed now unless the host has it whole already."""
        sealer = self._sealer
        ready = self._ready(source, owner, role, media_type)
        known = ready.recall(sealer.ledger)
        if known and sealer.there.get(ready.path) == ready.sealed_length:
            self.kept.add(ready.path)
            return known
        reference, made = ready.seal(self._workspace(role))
        sealer.ledger.remember(made.path, Entry(made.sealed_length, made.digest, reference.segments))
        self.add(made)
        return reference

    def _ready(self, source: bytes | Path, owner: Audience, role: Role, media_type: str) -> Sealable:
        keystore = self._sealer.keystore
        at_turn = partial(
            sealable,
            source,
            role=role,
            media_type=media_type,
            seal_secret=keystore.audience(owner.key).seal,
            naming_secret=keystore.naming_secret,
        )
        first = at_turn()
        turn = keystore.turns.get(first.name, 0)
        ready = at_turn(turn=turn) if turn else first
        if ready.name not in self._lost:
            return ready
        keystore.turns[first.name] = turn + 1
        return at_turn(turn=turn + 1)

    def _workspace(self, role: Role) -> Path:
        """Return a place of its own for a medium: two posts with the same film may be sealed at the same time."""
        shared = self._sealer.workspace
        return Path(tempfile.mkdtemp(dir=shared)) if role == "media" else shared
