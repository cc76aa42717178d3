"""What is done with a message of each kind, and by which module. Knows kinds. Does not know drop boxes or keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pluttra_publish.format.messages import Kind
from pluttra_publish.inbox import notices, talks
from pluttra_publish.inbox.desk import Applied, Arrived, Desk
from pluttra_publish.inbox.posts import apply_post

Apply = Callable[[Desk, Arrived], Applied]
"""Does what a message asks, or files it for somebody to decide. Done twice with the same message it leaves what once would: a stop between doing and noting it repeats it.

Raises:
    RefusedError: it may not be done, or is of another shape.
"""

APPLY: Mapping[Kind, Apply] = {
    "post": apply_post,
    "push": notices.turn_on,
    "push-end": notices.turn_off,
    "talk-agreed": talks.agree,
    "talk-answers": talks.answer,
    "talk-time": talks.choose_time,
}
