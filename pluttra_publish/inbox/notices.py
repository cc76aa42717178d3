"""Messages about notices on telephones: a device wants to be told, or doesn't any longer. Knows what they ask. Does not know push services."""

from __future__ import annotations

from pluttra_publish.errors import FormatError
from pluttra_publish.inbox.desk import Applied, Arrived, Desk
from pluttra_publish.inbox.refusing import RefusedError
from pluttra_publish.pushing import apply_push, end_push


def turn_on(desk: Desk, arrived: Arrived) -> Applied:
    """Let a device of the sender's be told of what is new (kind `push`).

    Raises:
        RefusedError: it asks in a way that can't be understood; or notices are not turned on.
    """
    if not desk.settings.push.on:
        raise RefusedError("may-not")
    try:
        apply_push(desk.settings, arrived.sender.id, arrived.header.body)
    except FormatError:
        raise RefusedError("shape") from None
    return Applied("Vill ha aviseringar i telefonen.")


def turn_off(desk: Desk, arrived: Arrived) -> Applied:
    """Tell a device of the sender's nothing more (kind `push-end`).

    Raises:
        RefusedError: it asks in a way that can't be understood.
    """
    try:
        end_push(desk.settings, arrived.sender.id, arrived.header.body)
    except FormatError:
        raise RefusedError("shape") from None
    return Applied("Vill inte längre ha aviseringar i en telefon.")
