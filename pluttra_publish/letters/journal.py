"""Who has been told of which posts, in `privat/aviserat.json`. Knows opaque ids only. Does not know who may read what.

Every post has a number, and what a reader has been told of is one bit each in a whole number: ten years of posts for a hundred
readers are read and compared in milliseconds. It is no cache: without it, everything up to now counts as told.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from pluttra_publish.errors import KeystoreError
from pluttra_publish.platform import private_folder, telling, write_atomically

FILE = "aviserat.json"
_VERSION = 1


@dataclass
class Journal:
    """`numbers` are posts by opaque id; `likeness` what tells a renamed post from a new one; `told` masks by reader; `there` the posts last time."""

    _path: Path
    numbers: dict[str, int] = field(default_factory=dict)
    likeness: dict[str, str] = field(default_factory=dict)
    told: dict[str, int] = field(default_factory=dict)
    there: int = 0

    @classmethod
    def load(cls, state: Path) -> Journal:
        """Return the journal in the private state folder; an empty one where there is none.

        Raises:
            KeystoreError: it can't be read.
        """
        path = state / FILE
        try:
            value = json.loads(path.read_text(encoding="utf-8"))
            if value["v"] != _VERSION:
                raise ValueError
            posts = [(str(post), str(likeness)) for post, likeness in value["posts"]]
            return cls(
                path,
                numbers={post: number for number, (post, _) in enumerate(posts)},
                likeness=dict(posts),
                told={str(reader): int(mask, 16) for reader, mask in value["told"].items()},
                there=int(value["there"], 16),
            )
        except FileNotFoundError:
            return cls(path)
        except (OSError, ValueError, TypeError, KeyError, AttributeError):
            hint = "Lägg tillbaka den ur säkerhetskopian, eller ta bort den: då räknas allt hittills som aviserat."
            raise KeystoreError(f"{FILE} är skadad eller från en nyare version.", hint=hint) from None

    def save(self) -> None:
        """Replace the file; after a crash the old or the new one is there, whole.

        Raises:
            KeystoreError: it can't be written.
        """
        value = {
            "v": _VERSION,
            "posts": [[post, self.likeness[post]] for post in self.numbers],
            "told": {reader: f"{mask:x}" for reader, mask in sorted(self.told.items())},
            "there": f"{self.there:x}",
        }
        private_folder(self._path.parent)
        with telling(self._path, KeystoreError):
            write_atomically(self._path, json.dumps(value).encode("utf-8"), private=True)

    def add(self, post: str, likeness: str) -> None:
        """Give a post that was not known a number."""
        self.numbers[post] = len(self.numbers)
        self.likeness[post] = likeness

    def mask(self, posts: Iterable[str]) -> int:
        """Return posts as bits; those that aren't known have none."""
        mask = 0
        for post in posts:
            if (number := self.numbers.get(post)) is not None:
                mask |= 1 << number
        return mask

    def posts(self, mask: int) -> tuple[str, ...]:
        """Return bits as posts."""
        if not mask:
            return ()
        return tuple(post for post, number in self.numbers.items() if mask >> number & 1)
