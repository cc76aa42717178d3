"""A plan after consents: what may no longer be seen by all goes from the post, and is sealed anew for the child's own page.

Pure: knows what `consent_check.decide` decided. Knows no readers, keys or files.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

from pluttra_publish.consent_check import Decision
from pluttra_publish.plan import Plan, PlannedPost
from pluttra_publish.register import Audience, Child
from pluttra_publish.site import Post

_IMAGE = re.compile(r'<img src="([^"]*)"[^>]*>')


def narrow(plan: Plan, decision: Decision) -> Plan:
    """Return the plan with every medium and name only where it may be.

    A post that has lost media or names stays without them; a copy with them, of the same card id, is planned for those who may still
    have them: nobody who did not read the post already.
    """
    return replace(plan, posts=tuple(part for planned in plan.posts for part in _parts(planned, decision)))


def _parts(planned: PlannedPost, decision: Decision) -> Iterator[PlannedPost]:
    where = {file.name: decision.audiences(planned, file.name) for file in planned.post.media}
    where = {name: audiences for name, audiences in where.items() if audiences != planned.audiences}
    kept: dict[Audience, set[str]] = defaultdict(set)
    for name, allowed in where.items():
        for audience in allowed:
            kept[audience].add(name)
    if not where and planned.id not in decision.unnamed:
        yield planned
        return
    alike: dict[tuple[frozenset[str], tuple[Child, ...]], list[Audience]] = defaultdict(list)
    for audience in (*planned.audiences, *sorted(kept.keys() - set(planned.audiences))):
        alike[frozenset(kept.get(audience, ())), decision.named(planned, audience)].append(audience)
    whole = next((key for key in alike if not key[0]), None)  # what everybody else reads keeps the id
    for (names, children), audiences in alike.items():
        yield replace(
            planned,
            id=planned.id if (names, children) == whole else f"{planned.id}:{audiences[0].key}",
            post=_without(planned.post, where.keys() - names),
            home=audiences[0],
            audiences=tuple(audiences),
            children=children,
        )


def _without(post: Post, names: set[str]) -> Post:
    """Return a post as if it had never had these media."""
    if not names:
        return post
    body = _IMAGE.sub(lambda match: "" if unescape(match[1]) in names else match[0], post.body)
    return replace(post, body=body, media=tuple(file for file in post.media if file.name not in names))
