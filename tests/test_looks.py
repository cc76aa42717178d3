"""Which posts look otherwise than at the last publish: a program that goes on goes through few, and finds what one that goes through all finds."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from pluttra_publish.approvals import Approval, Approvals
from pluttra_publish.errors import ContentError, Finding
from pluttra_publish.holding import Aside
from pluttra_publish.last_time import TABLES, Changes, Known, LastTime, Remembered, key_of
from pluttra_publish.looks import Looks, Settled
from pluttra_publish.sealing.ledger import Ledger
from pluttra_publish.site import Seen

NAMES = [f"inlagg/Solrosen/2026-11-{day:02} Inlägg" for day in range(1, 21)]
FAULT = Finding("inlagg", "", "Fel.", "Rätta.", ContentError)


class Folder:
    """Posts that come, change and go; what is heard of it."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.seen = Seen({name: self._look() for name in NAMES[:10]})

    def _look(self) -> bytes:
        return self.chance.randbytes(16)

    def change(self) -> None:
        posts = dict(self.seen.posts)
        touched = self.chance.sample(NAMES, self.chance.randrange(4))
        for name in touched:
            posts.pop(name, None)
            if self.chance.random() < 0.7:
                posts[name] = self._look()
        if self.chance.random() < 0.15:  # all is looked at again
            self.seen = Seen(posts)
        else:
            self.seen = Seen(posts, again=self.seen.again.union(touched), basis=self.seen.basis)

    def some(self, names: list[str]) -> list[str]:
        return self.chance.sample(names, min(len(names), self.chance.randrange(3)))

    def approvals(self) -> Approvals:
        return Approvals(True, {name: Approval(str(self.chance.random()), "r", "n") for name in self.some(NAMES)})

    def aside(self) -> Aside:
        names = self.some(list(self.seen.posts)) if self.chance.random() < 0.5 else []
        return Aside(dict.fromkeys(names, (FAULT,)), removed=frozenset(self.some(names)))


@pytest.mark.parametrize("seed", range(30))
def test_few_are_gone_through_and_what_differs_is_found(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    folder, remembered, settled = Folder(chance), Remembered(), Settled()
    with Ledger.load(tmp_path / "ledger", TABLES) as ledger:
        for turn in range(40):
            folder.change()
            approvals, aside = folder.approvals(), folder.aside()
            last = LastTime(ledger, remembered)
            looks = Looks(folder.seen, approvals, last, settled)
            of_all = Looks(folder.seen, approvals, LastTime(ledger))
            read, gone = looks.differing(aside)
            assert (read, gone) == of_all.differing(aside)
            assert looks.named(map(key_of, NAMES)) == of_all.named(map(key_of, NAMES)) == set(folder.seen.posts)
            if chance.random() < 0.3:  # it came to nothing
                continue
            read -= set(folder.some(sorted(read)))  # some parts leave out pages that all may read
            changes = Changes({key_of(name): Known(looks.posts[name], "") for name in read} | dict.fromkeys(gone))
            changes.told["root"] = str(turn)
            with ledger.database:
                ledger.database.execute("BEGIN")
                last.write(changes, whole=False)
            looks.settle(str(turn), changes.posts)


def test_a_root_that_another_program_has_put_makes_all_be_gone_through(tmp_path: Path) -> None:
    folder, remembered, settled = Folder(random.Random(1)), Remembered(), Settled()
    approvals = Approvals(False, {})

    def publish(root: str, read: set[str], *, here: bool) -> None:
        last = LastTime(ledger, remembered if here else None)
        looks = Looks(folder.seen, approvals, last, settled if here else None)
        changes = Changes(
            {key_of(name): Known(looks.posts.get(name, b"other"), "") for name in read}, told={"root": root}
        )
        with ledger.database:
            ledger.database.execute("BEGIN")
            last.write(changes, whole=False)
        looks.settle(root, changes.posts)

    with Ledger.load(tmp_path / "ledger", TABLES) as ledger:
        publish("1", set(folder.seen.posts), here=True)
        publish("2", {NAMES[11]}, here=False)
        looks = Looks(folder.seen, approvals, LastTime(ledger, remembered), settled)
        assert looks.differing(Aside()) == (set(), frozenset({key_of(NAMES[11])}))
