"""Protected identity: which families stand outside. Fails closed. Knows no files and no dates.

A child or guardian who is marked, or whose marking is unknown, takes the whole family along: everyone who is connected
through relations, ended ones too, since a former guardian may be the one to be protected from.
"""

from __future__ import annotations

from pluttra_publish.register.values import Register


def quarantined(register: Register) -> frozenset[str]:
    """Return the ids of the children and guardians of every family where anyone is marked or the marking is unknown."""
    return register.quarantined


def without_quarantined(register: Register) -> Register:
    """Return the register as if quarantined families were not in it."""
    return register.visible
