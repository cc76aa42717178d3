"""A talk that a family answers, from the drop box to everybody's pages: by a publish of only what has changed, and by `watch`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.inbox.sending import Box, Device, empty
from tests.whole.preschool import Preschool
from tests.whole.test_incremental import SEQUENCE, differing, rebuilt
from tests.whole.test_watch import watching

TALK = "samtal/Alva Lindqvist/2026-12 Utvecklingssamtal"
TIME = "2026-12-01T08:00"


@pytest.fixture
def asking(school: Preschool) -> Preschool:
    """A preschool with a way back, published with a talk whose time is to be chosen."""
    school.settings_text += '[drop]\nurl = "/drop"\nfolder = "brevlada"\n'
    folder = school.root / TALK
    folder.mkdir(parents=True)
    (folder / "inbjudan.md").write_text("Tider: 2026-11-30 14.30; 2026-12-01 8.00\n\nVälkomna.\n", encoding="utf-8")
    (folder / "förberedelse.md").write_text("Frågor:\n- Är något svårt?\n", encoding="utf-8")
    school.write_posts().publish()
    school.publish()
    return school


def messages(school: Preschool) -> list[bytes]:
    maria, page = Device(school, "maria"), school.keys().opaque_id("talk", "alva", "2026-12 Utvecklingssamtal")
    answers = [["Är något svårt?", "Att vänta på sin tur."]]
    return [
        maria.message("talk-time", {"talk": page, "time": TIME}),
        maria.message("talk-answers", {"talk": page, "answers": answers}),
    ]


def page(school: Preschool, reader: str, title: str) -> str:
    opened = school.open(reader)
    return next(
        (opened.content(one.page.page).decode() for one in opened.pages if one.page.title.startswith(title)), ""
    )


def test_a_publish_of_what_was_answered_gives_the_bytes_of_a_rebuild(asking: Preschool, tmp_path: Path) -> None:
    box = Box()
    box.leave(*messages(asking))
    empty(asking, box)
    done = asking.publish(sequence=SEQUENCE)
    assert done.read == 0, "no post has changed"
    assert "Att vänta på sin tur." in page(asking, "petra", "Svar inför samtal")
    assert page(asking, "maria", "Svar inför samtal") == ""
    assert differing(asking.files(), rebuilt(asking, tmp_path / "annan")) == set()


def test_when_the_answers_are_gone_so_is_the_staffs_page_and_its_key(asking: Preschool, tmp_path: Path) -> None:
    box = Box()
    box.leave(*messages(asking))
    empty(asking, box)
    asking.publish()
    asking.post("Solrosen/2026-11-20 Nytt", "Hej.\n")
    asking.publish()
    assert page(asking, "petra", "Svar inför samtal")
    (asking.root / TALK / "svar från Maria Lindqvist.txt").unlink()
    asking.publish(sequence=SEQUENCE)
    opened = asking.open("petra")
    assert not any(audience.title == "Personal: Solrosen" for audience in opened.keyring.audiences)
    assert page(asking, "petra", "Svar inför samtal") == ""
    assert differing(asking.files(), rebuilt(asking, tmp_path / "annan")) == set()


def test_watch_publishes_what_was_answered(asking: Preschool) -> None:
    box = asking.root / "brevlada"
    box.mkdir()
    for message in messages(asking):
        (box / message[:16].hex()).write_bytes(message)
    with watching(asking) as watched:
        watched.wait_for_file(*TALK.split("/"), "tid.txt")
        watched.wait(lambda: "Bokad av" in page(asking, "johan", "Utvecklingssamtal"), "the page")
    assert [path.name for path in box.iterdir() if len(path.name) == 32] == []
