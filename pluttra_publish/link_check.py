"""Links between posts: whoever reads the one may read the other. Pure rules over a plan. Knows no files, pages or keys.

A folder is not enough: a post in it may be for the staff alone, or shared by two children. A link says that there is a post, and when the
one who follows it may not read that, nothing good comes of it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from pluttra_publish.errors import ContentError, Findings
from pluttra_publish.plan import Plan, PlannedPost, staff_of
from pluttra_publish.register import Audience
from pluttra_publish.site import Link, Post

_LINK = re.compile(r'href="#/p/@(\d+)"')


def check_links(plan: Plan, findings: Findings) -> None:
    """Add an error for every link to a post that not all readers may read, and a warning where the goal waits; drafts are checked too."""
    readers: dict[str, set[Audience]] = defaultdict(set)
    for planned in (*plan.posts, *plan.held):
        readers[planned.post.source] |= {*planned.audiences, *map(staff_of, planned.audiences)}
    for planned in (*plan.posts, *plan.held):
        for link in _links(planned.post):
            if link.goal in readers and not _for_whom(planned) <= readers[link.goal]:
                message = "Länken leder till ett inlägg som har andra läsare."
                mend = "Ta bort länken: alla som läser det här inlägget får inte läsa det andra."
                findings.error(ContentError, planned.post.text_name, link.place, message, mend)
    waiting = {post.source for post in plan.waiting}
    for post in (*(planned.post for planned in plan.posts), *plan.public):
        for link in _links(post):
            if link.goal in waiting:
                message = "Länken leder till ett inlägg som väntar, så bara orden visas."
                mend = "Ingenting behöver göras: när det inlägget publiceras blir de en länk."
                findings.warning(post.text_name, link.place, message, mend)


def _links(post: Post) -> Iterator[Link]:
    """Yield the links that stand in this version of a post: what the staff read may have more of them."""
    yield from (post.links[int(number)] for number in _LINK.findall(post.body))


def _for_whom(planned: PlannedPost) -> set[Audience]:
    """Return for whom a post is: a department's also stands with its children, for the families who keep it when they have left."""
    return set(planned.audiences) if planned.home.kind == "child" else {planned.home}
