"""How every post looks now, what was approved of it included, and which of them look otherwise than at the last publish. Knows names. Opens no post.

Of ten years of posts a program that goes on goes through a few: those that were looked at again since everything was, and those that did not look as
published when a publish last counted. One that begins anew goes through all.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from itertools import compress
from operator import ne

from pluttra_publish.approvals import Approvals
from pluttra_publish.holding import Aside
from pluttra_publish.last_time import LastTime, key_of
from pluttra_publish.site import Seen


@dataclass
class Settled:
    """What a program that goes on knows of the publish that put the root with this digest: the posts `apart` look otherwise than it published them, or are
    approved, and all others that were there when everything was last looked at (`basis`) look the same. `names` are posts' names by their keys."""

    root: str = ""
    basis: object = None
    apart: frozenset[str] = frozenset()
    names: dict[str, str] = field(default_factory=dict)


def seen_with(seen: Seen, approvals: Approvals) -> dict[str, bytes]:
    """Return how every post looks by its name, what was approved of it included."""
    looks = dict(seen.posts)
    for source, approval in approvals.given.items():
        if source in looks:
            looks[source] = hashlib.sha256(looks[source] + repr(approval).encode()).digest()[:16]
    return looks


class Looks:
    """How posts look now, beside how they looked at the last publish."""

    def __init__(self, seen: Seen, approvals: Approvals, last: LastTime, settled: Settled | None = None) -> None:
        """`settled` is filled in and kept by a program that goes on."""
        self.posts = seen_with(seen, approvals)
        self._last, self._settled = last, settled or Settled()
        self._goes_on, self._basis, self._approved = settled is not None, seen.basis, frozenset(approvals.given)
        known = self._settled.root and self._settled.root == last.told("root") and self._settled.basis is seen.basis
        self._among = self._settled.apart | seen.again | self._approved if known else None
        if self._among is None:
            self._settled.names = dict(zip(map(key_of, self.posts), self.posts, strict=True))
        else:
            self._settled.names |= {key_of(name): name for name in self._among}

    def named(self, keys: Iterable[str]) -> set[str]:
        """Return the posts of these keys, of those that are there."""
        names = self._settled.names
        return {names[key] for key in keys if key in names and names[key] in self.posts}

    def differing(self, aside: Aside) -> tuple[set[str], frozenset[str]]:
        """Return the posts that look otherwise than at the last publish, without those `aside`, and the keys of those that are not there any more, or may not
        be."""
        then, names = self._last.seen(), self._settled.names
        if self._among is None:
            keys: Collection[str] = names
            gone = then.keys() - names.keys()
        else:
            keys = [key_of(name) for name in self._among if name in self.posts]
            gone = {key_of(name) for name in self._among if name not in self.posts} & then.keys()
        otherwise = compress(keys, map(ne, map(then.get, keys), map(self.posts.get, map(names.__getitem__, keys))))
        put_aside = {key_of(name) for name in aside.posts}
        gone |= put_aside & then.keys()
        return self.named(set(otherwise) - put_aside), frozenset(gone - {key_of(name) for name in aside.staying})

    def settle(self, root: str, published: Iterable[str]) -> None:
        """Note which posts look as published, now that the publish counts that put this root; `published` are the keys of posts that it made anew or took
        away."""
        if not self._goes_on:
            return
        then, names = self._last.seen_at(root), self._settled.names
        made = {names[key] for key in published if key in names}
        among = self.posts.keys() if self._among is None else self._among | made
        apart = {name for name in among if then.get(key_of(name)) != self.posts.get(name)}
        sure = self._among is not None or then.keys() <= names.keys()  # else there are posts that nobody can name
        self._settled.basis = self._basis if sure else None
        self._settled.root, self._settled.apart = root, frozenset(apart) | self._approved
