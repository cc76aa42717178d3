"""Pages and derivatives to a whole sealed site: objects, indexes, catalogues, keyrings, invitations and root.

Knows docs/format.md and who may hold which key. Does not know how anything is rendered, nor where it is put.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Protocol

from pluttra_publish.before import Before, names_in
from pluttra_publish.commit import seal_root
from pluttra_publish.edition import Laid
from pluttra_publish.epochs import settle, settled
from pluttra_publish.format.access import Invitation
from pluttra_publish.format.chain import Row, Whereabouts
from pluttra_publish.format.posts import PAGE_TYPE, STANDING, Card, Cover, Index, Reference, Standing
from pluttra_publish.keyrings import UNSAID, keyrings, reach_of
from pluttra_publish.letterbox import letterboxes
from pluttra_publish.media import Derivative
from pluttra_publish.plan import Access, Plan, PlannedPost, title_of
from pluttra_publish.register import Audience, Consents, Reader, Register, audience_of, readers
from pluttra_publish.saving import may_be_saved
from pluttra_publish.sealed_objects import Objects, There
from pluttra_publish.sealing import chain
from pluttra_publish.sealing.keys import InvitationKeys
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.sealing.ledger import Ledger
from pluttra_publish.sealing.objects import SealedObject
from pluttra_publish.settings import Settings
from pluttra_publish.site import Pages, PostView

Step = Callable[[str, int, int], None]

AudienceMonth = tuple[Audience, str]

# Hashing and AES release the interpreter's lock. More workers than cores only hold more film in memory.
_WORKERS = 2


@dataclass(frozen=True)
class Kept:
    """What stays of the months that are sealed anew: cards of posts, and, unless those are planned anew too, pages that are no posts.

    `months` are all that are sealed anew, whether anything is left in them or not; the others stay as they are on the host. `reach` is what the keyrings that lie
    there were made of.
    """

    months: frozenset[AudienceMonth]
    cards: Mapping[AudienceMonth, tuple[Card, ...]]
    standing: Mapping[AudienceMonth, tuple[Standing, ...]]
    reach: str


@dataclass(frozen=True)
class SealedSite:
    """What is to lie on the host: what was sealed now, and the paths of what lies there already and stays.

    `cards` are by planned id; `indexes` are of the months that were sealed, and `months` say for every month that was sealed which objects are its own, and `catalogues` the same for audiences, of
    which `audiences` are all that have any month; `standing` are the objects of pages that are no posts; `invitations` the paths of those and of the letterbox, which no root names. `reach` is what the keyrings were made of.
    `twins` say where on the host the same sealed bytes lie already, under the name they had before they were moved.
    """

    objects: tuple[SealedObject, ...]
    kept: frozenset[str]
    broken: frozenset[str]
    cards: Mapping[str, Card]
    indexes: Mapping[AudienceMonth, tuple[Row, Index]]
    months: Mapping[AudienceMonth, frozenset[str]]
    catalogues: Mapping[Audience, str]
    standing: frozenset[str]
    invitations: frozenset[str]
    reach: str
    lost: frozenset[str]
    twins: Mapping[str, str]


class Rest(Protocol):
    """What is not in a plan of a part of the site."""

    @property
    def kept(self) -> Kept | None: ...

    def take_lost(self, names: set[str]) -> None:
        """Raise if a post that is not in the plan needs one of these objects, which somebody may no longer have."""


@dataclass(frozen=True)
class Sealer:
    """What sealing needs besides the content: keys, who reads what, a private place for long files, and what the host holds already.

    `before` is what lies there as its readers are led to it, `there` its files by length. `taking_over` breaks every epoch, and lets nothing that was
    taken away from the host come back under its old name.
    """

    keystore: Keystore
    ledger: Ledger
    consents: Consents
    access: Access
    settings: Settings
    now: datetime
    there: There
    before: Before
    workspace: Path
    taking_over: bool = False

    @property
    def register(self) -> Register:
        return self.consents.register

    def seal(
        self,
        plan: Plan,
        laid: Laid,
        pages: Pages,
        *,
        sequence: int,
        step: Step,
        rest: Rest | None = None,
    ) -> SealedSite:
        """Seal all that is planned, and bring epochs, keyrings and root up to today's access; the `rest` stays, if the plan is not the whole.

        Changes the keystore (epochs, generations, what each reader was given, sequence), which must be saved before anything is put.

        Raises:
            LeakError: something did not open again after it was sealed.
            FormatError: what is to stay does not open.
        """
        for planned in plan.posts:
            for audience in planned.audiences:
                self.keystore.audience(audience.key)  # made here, before the workers ask for it
        for laid_page in laid.standing:
            self.keystore.audience(laid_page.planned.audience.key)
        kept = rest.kept if rest else None
        anew = sequence if self.taking_over else 0
        content = self._content(plan, laid, pages, step, kept, anew=anew)
        lost = self._lost(content, rest)
        if lost:
            content = self._content(plan, laid, pages, step, kept, lost, anew=anew)
        rows: dict[Audience, dict[str, Row]] = defaultdict(dict)
        for (audience, month), (row, _) in content.indexes.items():
            rows[audience][month] = row
        stay = self._stay(kept, rows) if kept else {}
        more = self.keystore.audiences if self.taking_over else ()
        broken = settle(self.keystore, self.access, int(self.now.timestamp()), more=more)
        objects, stay = (
            content.objects,
            {audience: where for audience, where in stay.items() if audience.key not in broken},
        )
        catalogues = self._catalogues({audience: rows[audience] for audience in rows if audience not in stay}, objects)
        catalogues |= stay
        slots = [
            chain.slot_of(chain.catalogue_secret(self._epoch(audience)), sequence, where)
            for audience, where in catalogues.items()
        ]
        made, reach = (
            list(objects.made.values()),
            reach_of(self.keystore, self.access, self.consents, self.settings, self.now),
        )
        if kept is None or kept.reach != reach:
            made += keyrings(self.keystore, self.access, self.consents, self.settings, self.now)
        invitations = [*self._invitations(), *letterboxes(self.keystore, self.settings, self.now)]
        made += [*invitations, seal_root(self.keystore, slots, self.settings, self.now, sequence)]
        return SealedSite(
            objects=tuple(made),
            kept=frozenset(objects.kept),
            broken=broken,
            cards=content.cards,
            indexes=content.indexes,
            months={month: content.names(month) for month in content.indexes},
            catalogues={audience: where.name for audience, where in catalogues.items()},
            standing=content.standing,
            invitations=frozenset(made.path for made in invitations),
            reach=reach,
            lost=lost,
            twins=content.objects.twins,
        )

    def _lost(self, content: _Content, rest: Rest | None) -> frozenset[str]:
        """Return the names of the objects that lose readers and still have some."""
        coming = {(audience.key, month): found for (audience, month), found in content.indexes.items()}
        kept = rest.kept if rest else None
        only = {(audience.key, month) for audience, month in kept.months} if kept else None
        gone = self.before.gone(coming, only=only)
        if not gone:
            return frozenset()
        if rest:
            rest.take_lost(gone)
        return frozenset(name for _, index in coming.values() for name in gone & names_in(index))

    def _stay(self, kept: Kept, rows: dict[Audience, dict[str, Row]]) -> dict[Audience, Whereabouts]:
        """Return where the catalogues lie that stay as they are; of the others, add to `rows` the months that stay.

        Raises:
            FormatError: a catalogue does not open.
        """
        stay: dict[Audience, Whereabouts] = {}
        touched = {audience for audience, _ in kept.months}
        lost = settled(self.keystore, self.access)
        for key in sorted(self.keystore.audiences):
            audience = audience_of(key)
            found = self.before.where(key)
            if found is None:
                continue
            newest, where = found
            if newest and audience not in touched and key not in lost:
                stay[audience] = where
                continue
            left = {month: row for month, row in self.before.rows(key).items() if (audience, month) not in kept.months}
            if left or audience in rows:
                rows[audience] |= left
        return stay

    def _epoch(self, audience: Audience) -> bytes:
        return self.keystore.audience(audience.key).epochs[0]

    def _content(
        self,
        plan: Plan,
        laid: Laid,
        pages: Pages,
        step: Step,
        kept: Kept | None,
        lost: frozenset[str] = frozenset(),
        *,
        anew: int = 0,
    ) -> _Content:
        """Seal posts, pages and indexes; what is named in `lost` gets a new key and a new name."""
        objects = Objects(self.keystore, self.ledger, self.there, self.workspace, lost, anew)
        cards = self._cards(plan, laid, pages, objects, step)
        standing = self._standing(laid, pages, objects)
        own = frozenset(
            reference.name for listed in standing.values() for page in listed for reference in (page.page, *page.media)
        )
        return _Content(objects, cards, self._indexes(plan, laid, cards, standing, pages, objects, kept), own)

    def _cards(self, plan: Plan, laid: Laid, pages: Pages, objects: Objects, step: Step) -> dict[str, Card]:
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

    def _medium(self, objects: Objects, owner: Audience, file: Derivative) -> Reference:
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

    def _standing(self, laid: Laid, pages: Pages, objects: Objects) -> dict[tuple[Audience, str], list[Standing]]:
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
        objects: Objects,
        kept: Kept | None,
    ) -> dict[AudienceMonth, tuple[Row, Index]]:
        stands = {place: tuple(listed) for place, listed in standing.items()} | dict(kept.standing if kept else {})
        gathered: dict[AudienceMonth, list[Card]] = defaultdict(list, {place: [] for place in stands})
        for place, stayed in (kept.cards if kept else {}).items():
            gathered[place] += stayed
        for planned in plan.posts:
            for audience in planned.audiences:
                card = cards[planned.id]
                if audience.kind == "child" and self.settings.download == "own-children":
                    saved = may_be_saved(planned, laid.views[planned.id], audience.id, self.register)
                    card = replace(card, save=saved)  # there alone: nobody else is told who is on a photo
                gathered[audience, planned.month].append(card)
        indexes: dict[AudienceMonth, tuple[Row, Index]] = {}
        for (audience, month), posts in sorted(gathered.items(), key=lambda item: item[0]):
            if not posts and not stands.get((audience, month)):
                continue
            html = pages.months.get((audience.key, month))
            page = objects.seal(html, audience, "page", PAGE_TYPE) if html else None
            in_order = tuple(sorted(posts, key=newest_first))
            index = Index(self._id(audience), month, page, in_order, stands.get((audience, month), ()))
            row, made = chain.seal_index(
                index,
                seal_secret=self.keystore.audience(audience.key).seal,
                naming_secret=self.keystore.naming_secret,
                moves=self.keystore.audience(audience.key).moves,
                workspace=self.workspace,
            )
            indexes[audience, month] = row, index
            objects.add(made)
        return indexes

    def _catalogues(self, rows: Mapping[Audience, Mapping[str, Row]], objects: Objects) -> dict[Audience, Whereabouts]:
        found = {}
        for audience, months in rows.items():
            where, made = chain.seal_catalogue(
                audience=self._id(audience),
                kind=audience.kind,
                title=title_of(audience, self.register),
                rows=months,
                epoch_secret=self._epoch(audience),
                naming_secret=self.keystore.naming_secret,
            )
            found[audience] = where
            objects.add(made)
        return found

    def _invitations(self) -> list[SealedObject]:
        """Seal the invitations that still hold; the others are forgotten, and so they leave the host."""
        now = int(self.now.timestamp())
        self.keystore.invitations[:] = [kept for kept in self.keystore.invitations if kept.ends > now]
        reading = [kept for kept in self.keystore.invitations if kept.reader in self.access]
        known = readers(self.register)
        return [invitation_for(self.keystore, kept, known[kept.reader]) for kept in reading]

    def _id(self, audience: Audience) -> str:
        return self.keystore.audience(audience.key).id.hex()


def newest_first(card: Card) -> tuple[float, str]:
    """Order cards as an index has them."""
    return -datetime.fromisoformat(card.date).timestamp(), card.id


@dataclass(frozen=True)
class _Content:
    """Posts, pages and indexes, sealed. `standing` are the names of the objects of pages that are no posts."""

    objects: Objects
    cards: Mapping[str, Card]
    indexes: Mapping[AudienceMonth, tuple[Row, Index]]
    standing: frozenset[str]

    def names(self, month: AudienceMonth) -> frozenset[str]:
        """Return the names of what is a month's own: its index, and its page if it has one."""
        row, index = self.indexes[month]
        return frozenset({row.name} | ({index.page.name} if index.page else set()))


def invitation_for(keystore: Keystore, keys: InvitationKeys, reader: Reader) -> SealedObject:
    """Seal the invitation of one reader."""
    key = keystore.reader(keys.reader).key
    invitation = Invitation(key, keystore.site.hex(), reader.name, reader.language or UNSAID, keys.ends)
    return chain.seal_invitation(invitation, keys.secret)
