"""The whole plan: which post goes where, for staff more than for others, and with every medium only where consents let it be.

One way to it, so that what is published and what is proven (`rules.py`) never differ. Pure but for the findings.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime

from pluttra_publish.consent_check import decide
from pluttra_publish.errors import Findings
from pluttra_publish.link_check import check_links
from pluttra_publish.narrowing import narrow
from pluttra_publish.people import People
from pluttra_publish.plan import Access, OpaqueId, Plan, plan, with_staff
from pluttra_publish.register import Audience
from pluttra_publish.site import Post
from pluttra_publish.who_is_on import who_is_on


def plain_id(kind: str, *text: str) -> str:
    """Stand in for the keystore's ids where nothing is sealed."""
    return hashlib.sha256("\0".join((kind, *text)).encode()).hexdigest()[:16]


def whole_plan(
    posts: Iterable[Post],
    *,
    people: People,
    access: Access,
    opaque_id: OpaqueId,
    now: datetime,
    findings: Findings,
    may_publish: Callable[[Post], bool],
    staff: Iterable[Audience] = (),
) -> tuple[Plan, Access]:
    """Return the plan, and who reads what when the staff's own audiences are counted too: the plan's, and those of `staff`."""
    register = people.register
    made = plan(
        posts,
        register=register,
        access=access,
        opaque_id=opaque_id,
        now=now,
        findings=findings,
        named=people.named,
        may_publish=may_publish,
    )
    check_links(made, findings)
    reading = with_staff(access, made, register, staff)
    on_media = who_is_on(made.posts, register, people.named)
    today, shown = now.date(), people.shown
    decision = decide(made.posts, people.consents, access=reading, today=today, findings=shown, on_media=on_media)
    return narrow(made, decision), reading
