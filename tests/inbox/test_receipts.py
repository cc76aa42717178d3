"""What devices tell of themselves: a link opened for the first time, links that shall end, and posts that were read, where that is asked for."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from pluttra_publish.errors import FormatError, UsageError
from pluttra_publish.format.access import secret_of
from pluttra_publish.format.messages import Kind
from pluttra_publish.inbox import Emptied
from pluttra_publish.inviting import Door
from pluttra_publish.letters.outbox import Outbox
from pluttra_publish.open import open_site
from pluttra_publish.receipts import FILE, KEPT, note_read, read_by
from pluttra_publish.sealing import chain
from pluttra_publish.who_has_read import who_has_read
from tests.inbox.sending import Box, Device, empty
from tests.whole.preschool import Preschool, clock
from tests.whole.shell import Shell

HUT = "inlagg/Solrosen/2026-10-14 Vi byggde koja"


def sent(school: Preschool, kind: Kind, body: dict[str, Any], reader: str = "maria", ago: int = 0) -> Emptied:
    box = Box()
    box.leave(Device(school, reader).message(kind, body, ago=ago))
    return empty(school, box)


def link(school: Preschool, reader: str = "maria") -> str:
    """A new link of its own."""
    with clock(school.now):
        door = Door.open(school.settings, identity=school.identity)
    return door.invite([door.one(reader)], valid_for=timedelta(days=14))[0].url


def name_of(link: str) -> str:
    return chain.invitation_name(secret_of(link))


def opens(school: Preschool, link: str) -> bool:
    try:
        open_site(link, school.files().get, now=int(school.now.timestamp()))
    except FormatError:
        return False
    return True


def test_the_first_opening_of_a_link_is_noted(school: Preschool) -> None:
    name = name_of(link(school))
    emptied = sent(school, "opened", {"invitation": name}, ago=600)
    sent(school, "opened", {"invitation": name})
    known = school.keys().opaque_id("reader", "maria")
    assert Outbox.load(school.state).opened == {known: {name: int(school.now.timestamp()) - 600}}
    assert (emptied.waits, [one.said for one in emptied.applied]) == (0, [""])


@pytest.mark.parametrize("written", [None, "", "x", 7, "ab" * 15, ["ab" * 16]])
def test_an_opening_of_no_link_is_refused(school: Preschool, written: object) -> None:
    assert sent(school, "opened", {"invitation": written}).refused == {"shape": 1}


class TestRetire:
    def test_all_of_ones_own_open_links_end(self, school: Preschool) -> None:
        mine, other = [link(school), link(school)], link(school, "johan")
        sent(school, "retire", {"invitation": None})
        assert [opens(school, one) for one in (*mine, other)] == [False, False, True]

    def test_one_of_them_ends(self, school: Preschool) -> None:
        first, second = link(school), link(school)
        sent(school, "retire", {"invitation": name_of(first)})
        assert (opens(school, first), opens(school, second)) == (False, True)

    def test_never_another_readers(self, school: Preschool) -> None:
        other = link(school, "johan")
        sent(school, "retire", {"invitation": name_of(other)})
        assert opens(school, other)

    def test_of_no_shape_it_is_refused(self, school: Preschool) -> None:
        assert sent(school, "retire", {"invitation": "alla"}).refused == {"shape": 1}
        assert sent(school, "retire", {}).refused == {"shape": 1}


class TestRead:
    @pytest.fixture
    def asking(self, school: Preschool) -> Preschool:
        """A preschool that asks what was read."""
        school.settings_text += "receipts = true\n"
        return school.write()

    def ids(self, school: Preschool) -> tuple[str, str]:
        """A post that Maria reads, and one that she doesn't."""
        keys = school.keys()
        return keys.opaque_id("post", "department:solrosen", "2026-10-14-vi-byggde-koja"), keys.opaque_id("post", "staff", "2026-10-09-planeringsdag")  # fmt: skip

    def test_it_is_refused_where_nobody_asks(self, school: Preschool) -> None:
        assert sent(school, "read", {"posts": [self.ids(school)[0]]}).refused == {"may-not": 1}
        assert not (school.state / FILE).exists()
        with pytest.raises(UsageError, match="inte på"):
            who_has_read(school.settings)

    def test_who_read_what_first_when_is_told(self, asking: Preschool) -> None:
        hut, plans = self.ids(asking)
        sent(asking, "read", {"posts": [hut]}, ago=60)
        sent(asking, "read", {"posts": [hut, plans, "0" * 16]})
        sent(asking, "read", {"posts": [hut]}, "johan")
        at = Shell(asking.root)
        found = at.answer("read", HUT, "--site", asking.root)
        assert found == {
            "posts": [
                {
                    "post": HUT,
                    "readers": [
                        {"name": "Maria Lindqvist", "time": "2026-11-23T11:59+01:00"},
                        {"name": "Johan Ek", "time": "2026-11-23T12:00+01:00"},
                    ],
                }
            ]
        }
        assert at.run("read", "--site", asking.root).stdout == f"   2  {HUT}\n"
        assert at.run("read", HUT, "--site", asking.root).stdout.startswith("Maria Lindqvist  2026-11-23 11:59\n")
        assert at.run("read", "inlagg/Solrosen", "--site", asking.root).exit_code == 2

    def test_who_does_not_read_here_any_longer_is_not_shown(self, asking: Preschool) -> None:
        sent(asking, "read", {"posts": [self.ids(asking)[0]]})
        asking.row("relationer", "alva", "maria")[3] = "2026-11-22"
        asking.row("relationer", "noah", "maria")[3] = "2026-11-22"
        asking.write()
        with clock(asking.now):
            assert [one.readers for one in who_has_read(asking.settings, identity=asking.identity)] == [()]

    def test_the_file_names_nobody_and_forgets(self, asking: Preschool) -> None:
        now = int(asking.now.timestamp())
        sent(asking, "read", {"posts": [self.ids(asking)[0]]})
        assert b"maria" not in (asking.state / FILE).read_bytes()
        note_read(asking.state, "någon", ["annat"], time=now + KEPT + 9, now=now + KEPT + 9)
        assert list(read_by(asking.state)) == ["annat"]

    @pytest.mark.parametrize("posts", [None, "abc", ["x"], [7], ["0" * 16] * 501, {"a": 1}])
    def test_of_another_shape_it_is_refused(self, asking: Preschool, posts: object) -> None:
        assert sent(asking, "read", {"posts": posts}).refused == {"shape": 1}

    def test_of_the_staff_it_is_refused(self, asking: Preschool) -> None:
        assert sent(asking, "read", {"posts": [self.ids(asking)[0]]}, "petra").refused == {"may-not": 1}
