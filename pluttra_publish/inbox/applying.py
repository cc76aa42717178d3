"""What is done with a message of each kind, and by which module. Knows kinds. Does not know drop boxes or keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from pluttra_publish.format.messages import Kind
from pluttra_publish.inbox import notices, talks
from pluttra_publish.inbox.consents import apply_consent
from pluttra_publish.inbox.contacts import apply_contact
from pluttra_publish.inbox.desk import Applied, Arrived, Desk
from pluttra_publish.inbox.homes import apply_observation, apply_reply
from pluttra_publish.inbox.posts import apply_post
from pluttra_publish.inbox.receipts import apply_opened, apply_read, apply_retire

Apply = Callable[[Desk, Arrived], Applied]
"""Does what a message asks, or files it for somebody to decide. Done twice with the same message it leaves what once would: a stop between doing and noting it repeats it.

Raises:
    RefusedError: it may not be done, or is of another shape.
"""

APPLY: Mapping[Kind, Apply] = {
    "consent": apply_consent,
    "contact": apply_contact,
    "observation": apply_observation,
    "opened": apply_opened,
    "post": apply_post,
    "push": notices.turn_on,
    "push-end": notices.turn_off,
    "read": apply_read,
    "reply": apply_reply,
    "retire": apply_retire,
    "talk-agreed": talks.agree,
    "talk-answers": talks.answer,
    "talk-time": talks.choose_time,
}
