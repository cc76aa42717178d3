"""Which part of a site a publish makes anew, and what stays of posts that are held back. Knows what was remembered. Reads no posts."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pluttra_publish.before import Before
from pluttra_publish.errors import Findings
from pluttra_publish.holding import Aside
from pluttra_publish.last_time import LastTime
from pluttra_publish.looks import Looks
from pluttra_publish.people import read_people
from pluttra_publish.register import read_allowed_words
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.settings import Settings
from pluttra_publish.stale import PUBLIC, Stale, all_but, find_stale, without_public
from pluttra_publish.world import World, concern_of, is_as_before


@dataclass(frozen=True)
class Chooser:
    """What there is to choose by, of a site that lies on its host as it is remembered."""

    settings: Settings
    keystore: Keystore
    last: LastTime
    before: Before
    looks: Looks
    now: datetime
    world: World

    def choose(self, part: Callable[[Stale], Stale] | None, aside: Aside) -> tuple[Stale | None, Aside]:
        """Return the part to publish, None if it is all that is not held back; and what is, where what was out of more of it may not stay."""
        stale: Stale | None = None
        where = self.settings, self.keystore, self.last, self.before, self.looks
        if part and self._is_same_world:
            stale = part(find_stale(*where, self.now, aside))
        elif aside.staying and (self._is_same_world or self._concerns_nobody()):
            stale = all_but(*where, aside)
        if stale is None:
            return None, aside.removing_all()
        if public := {name for name in aside.staying if stale.is_public(name)}:
            if self.last.told("dress") != self.world.dress or any(map(self._is_public_out, stale.gone)):
                return self.choose(part, aside.removing(public))
            stale = without_public(stale)  # each of them lists the others
        return stale, aside

    @property
    def _is_same_world(self) -> bool:
        return self.last.told("world") == self.world.whole

    def _concerns_nobody(self) -> bool:
        """Tell whether what is another in the world concerns nothing that was out before."""
        people = read_people(self.settings, Findings())
        allowed = read_allowed_words(self.settings.register, Findings())
        now = concern_of(self.settings, people, allowed, self.keystore.opaque_id, self.now)
        return is_as_before(json.loads(self.last.told("concern") or "{}"), now)

    def _is_public_out(self, key: str) -> bool:
        known = self.last.posts([key]).get(key)
        return known is not None and known.address.startswith(PUBLIC)
