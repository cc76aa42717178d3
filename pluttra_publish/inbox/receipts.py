"""What readers' devices tell of themselves: a link that was opened, links that shall end, posts that were read. Knows where each is written down. Does not know who is shown it."""

from __future__ import annotations

from pluttra_publish.delivering import note_opened
from pluttra_publish.errors import FormatError, HostError
from pluttra_publish.format import shape
from pluttra_publish.inbox.desk import Applied, Arrived, Desk
from pluttra_publish.inbox.refusing import RefusedError
from pluttra_publish.inviting import Door
from pluttra_publish.receipts import note_read
from pluttra_publish.retiring import retire

MOST_POSTS = 500
"""In one message."""


def apply_opened(desk: Desk, arrived: Arrived) -> Applied:
    """Note that an invitation was opened. Nobody is told of it here; `pluttra links` shows it.

    Raises:
        RefusedError: shape.
    """
    name = _name(arrived.header.body.get("invitation"))
    reader = desk.keystore.opaque_id("reader", arrived.sender.id)
    note_opened(desk.settings, reader, name, min(arrived.header.time, int(arrived.came.timestamp())))
    return Applied("")


def apply_retire(desk: Desk, arrived: Arrived) -> Applied:
    """End the sender's open links, or one of them. What the host can't take away now goes with the next publish.

    Raises:
        RefusedError: shape.
    """
    written = arrived.header.body.get("invitation", "")
    names = None if written is None else [_name(written)]
    sender = arrived.sender
    door = Door(desk.settings, desk.register, desk.keystore, desk.now)
    try:
        ended = retire(door, sender, names=names).ended
    except HostError:
        return Applied(f"{sender.name} har avslutat sina länkar. De tas bort från värden vid nästa publicering.")
    return Applied(f"{sender.name} har avslutat sina länkar: {ended} som gick att öppna." if ended else "")


def apply_read(desk: Desk, arrived: Arrived) -> Applied:
    """Note which posts a guardian has read, where the preschool asks for it. Of those that they don't read, nothing is noted.

    Raises:
        RefusedError: shape; may-not, if the preschool doesn't ask or the sender is no guardian.
    """
    if not desk.settings.drop.receipts or arrived.sender.role != "guardian":
        raise RefusedError("may-not")
    try:
        written = shape.listed(shape.member(arrived.header.body, "posts"), "posts", shape.hex8)
    except FormatError:
        raise RefusedError("shape") from None
    if len(written) > MOST_POSTS:
        raise RefusedError("shape")
    posts = {post for post in written if post in desk.posts and desk.reads_post(arrived.sender, desk.posts[post])}
    reader, time = desk.keystore.opaque_id("reader", arrived.sender.id), int(arrived.came.timestamp())
    note_read(desk.settings.state, reader, posts, time=min(arrived.header.time, time), now=int(desk.now.timestamp()))
    return Applied("")


def _name(written: object) -> str:
    try:
        return shape.hex16(written, "invitation")
    except FormatError:
        raise RefusedError("shape") from None
