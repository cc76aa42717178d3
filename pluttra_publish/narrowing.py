"""A plan after consents: what may no longer be seen by all goes from the post, and is sealed anew for the child's own page.

Pure: knows what `consent_check.decide` decided and who reads what. Knows no keys or files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from html import unescape

from pluttra_publish.consent_check import Decision
from pluttra_publish.plan import Access, Plan, PlannedPost
from pluttra_publish.register import Audience
from pluttra_publish.site import Post

_IMAGE = re.compile(r'<img src="([^"]*)"[^>]*>')


def narrow(plan: Plan, decision: Decision, access: Access) -> Plan:
    """Return the plan with every medium and name only where it may be.

    A post that has lost media stays without them; a copy with them, of the same card id, is planned for those who may still see
    them, but only if all who read that audience in that month read the post anyway: a consent that ends never widens.
    """
    return replace(plan, posts=tuple(part for planned in plan.posts for part in _parts(planned, decision, access)))


def _parts(planned: PlannedPost, decision: Decision, access: Access) -> Iterator[PlannedPost]:
    where = {file.name: decision.audiences(planned, file.name) for file in planned.post.media}
    gone = {name for name, audiences in where.items() if audiences != planned.audiences}
    own = {audiences for name, audiences in where.items() if name in gone and audiences}
    own = {audiences for audiences in own if _within(audiences, planned, access)}
    covered = {audience for audiences in own for audience in audiences}
    left = tuple(audience for audience in planned.audiences if audience not in covered)
    if left:
        named = decision.named(planned, left[0])
        yield replace(planned, post=_without(planned.post, gone), home=left[0], audiences=left, children=named)
    for audiences in sorted(own):
        hidden = {name for name in gone if not set(audiences) <= set(where[name])}
        yield replace(
            planned,
            id=f"{planned.id}:{audiences[0].key}",
            post=_without(planned.post, hidden),
            home=audiences[0],
            audiences=audiences,
            children=decision.named(planned, audiences[0]),
        )


def _within(audiences: tuple[Audience, ...], planned: PlannedPost, access: Access) -> bool:
    """Tell whether everybody who reads one of the audiences in the post's month reads the post anyway."""
    for months in access.values():
        reads = any(planned.month in months.get(audience, ()) for audience in audiences)
        if reads and not any(planned.month in months.get(audience, ()) for audience in planned.audiences):
            return False
    return True


def _without(post: Post, names: set[str]) -> Post:
    """Return a post as if it had never had these media."""
    if not names:
        return post
    body = _IMAGE.sub(lambda match: "" if unescape(match[1]) in names else match[0], post.body)
    return replace(post, body=body, media=tuple(file for file in post.media if file.name not in names))
