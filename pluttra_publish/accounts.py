"""What a publish did, for the next one to know: from run and sealed site to what `last_time.py` remembers. Knows no files or hosts."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from pluttra_publish.curriculum import curriculum_on
from pluttra_publish.hosts import ShellFile
from pluttra_publish.keyrings import doors_of
from pluttra_publish.last_time import STANDING, Changes, Known, Month, Tag, key_of
from pluttra_publish.plan import own_staff
from pluttra_publish.register import Audience
from pluttra_publish.run import Run
from pluttra_publish.sealed_site import SealedSite
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.site import Post, Seen
from pluttra_publish.stale import PUBLIC, Stale, standing_look
from pluttra_publish.standing import own_staff_of, tagged_in
from pluttra_publish.world import World, concern_of


def account(
    run: Run,
    sealed: SealedSite,
    keystore: Keystore,
    *,
    looks: Mapping[str, bytes],
    seen: Seen,
    clear: Iterable[ShellFile],
    stale: Stale | None,
    world: World,
) -> Changes:
    """Return all that is to be remembered of a publish; after one of a part, what is another than before."""

    def id_of(audience: Audience) -> str:
        return keystore.audience(audience.key).id.hex()

    changes = Changes(posts=_posts(run, sealed, id_of_month=lambda a, m: (id_of(a), m), looks=looks, stale=stale))
    changes.others = {f"{id_of(audience)}/{month}": names for (audience, month), names in sealed.months.items()}
    changes.others |= {id_of(audience): frozenset({name}) for audience, name in sealed.catalogues.items()}
    if stale and stale.kept:
        emptied = stale.kept.months - sealed.months.keys()
        changes.others |= {f"{id_of(audience)}/{month}": frozenset() for audience, month in emptied}
        gone = {audience for audience, _ in stale.kept.months} - sealed.catalogues.keys()
        changes.others |= {id_of(audience): frozenset() for audience in gone}
    if run.pages is not None:
        changes.others[STANDING] = sealed.standing
    fixed = {made.path: made.digest for made in sealed.objects if not made.immutable and made.role != "root"}
    fixed |= {file.path: hashlib.sha256(file.content).digest() for file in clear}
    changes.clear = {path: digest.hex() for path, digest in fixed.items()}
    changes.told = {
        "world": world.whole,
        "reach": sealed.reach,
        "doors": doors_of(keystore),
        "invitations": " ".join(sorted(sealed.invitations)),
        "files": str(seen.files),
        "root": next(made.digest.hex() for made in sealed.objects if made.role == "root"),
        "staff": json.dumps(
            sorted({a.key for a in own_staff(run.plan)} | {a.key for a in (stale.staff if stale else ())})
        ),
    }
    if run.clear:
        changes.told["dress"] = world.dress
    if stale is None or stale.whole:
        concern = concern_of(run.settings, run.people, run.allowed_words, keystore.opaque_id, run.now)
        changes.told["concern"] = json.dumps(concern)
    if run.pages is not None:
        due = [page.due for page in run.pages if page.due]
        changes.told["standing staff"] = json.dumps(sorted(audience.key for audience in own_staff_of(run.pages)))
        changes.told["standing"] = "" if run.without_talks else standing_look(run.settings)
        changes.told["standing due"] = str(int(min(due).timestamp()) + 1) if due else ""
        changes.told["standing months"] = json.dumps(sorted({(id_of(page.audience), page.month) for page in run.pages}))
    return changes


def _posts(
    run: Run,
    sealed: SealedSite,
    *,
    id_of_month: Callable[[Audience, str], Month],
    looks: Mapping[str, bytes],
    stale: Stale | None,
) -> dict[str, Known | None]:
    read = {post.source: post for post in run.posts}
    cards: dict[str, dict[str, set[Month]]] = defaultdict(lambda: defaultdict(set))
    uses: dict[str, set[str]] = defaultdict(set)
    address: dict[str, str] = {}
    for planned in (*run.plan.posts, *run.plan.held):
        address[planned.post.source] = planned.card_id
    for planned in run.plan.posts:
        source, card = planned.post.source, sealed.cards[planned.id]
        cards[source][planned.card_id] |= {id_of_month(audience, planned.month) for audience in planned.audiences}
        uses[source] |= {reference.name for reference in (card.page, *card.media)}
    tags: dict[str, list[Tag]] = defaultdict(list)
    for planned, tag in tagged_in(run.plan):
        curriculum = curriculum_on(tag.date.date()).id
        home = id_of_month(tag.home, "")[0]
        tags[planned.post.source].append(Tag(curriculum, tag.goal, home, tag.card_id, tag.date.isoformat(), tag.own))
    waiting = {post.source for post in run.plan.waiting}
    known: dict[str, Known | None] = dict.fromkeys(stale.gone if stale else ())
    for name in stale.names if stale else looks:
        post = read.get(name)
        public = post is not None and post.place.kind == "public"
        known[key_of(name)] = Known(
            seen=looks[name],
            address=f"{PUBLIC}{post.address}" if post and public else address.get(name, ""),
            due=_due(post, run) if post and name in waiting else None,
            cards=tuple((card, tuple(sorted(months))) for card, months in sorted(cards[name].items())),
            links=frozenset(key_of(link.goal) for link in post.links) if post else frozenset(),
            tags=tuple(tags[name]),
            uses=frozenset(uses[name]),
            waits=name in waiting,
        )
    return known


def _due(post: Post, run: Run) -> int | None:
    """Return when a post's day comes, if it only waits for that."""
    return int(post.date.timestamp()) if run.may_publish(post) and post.date > run.now else None
