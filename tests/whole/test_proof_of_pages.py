"""Who can see talks, goals and the quick reference lists: by the rules, and proven by opening."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pluttra_publish import approvals
from pluttra_publish.answers import AccessDiffers
from pluttra_publish.errors import UsageError
from pluttra_publish.format.layout import object_path
from tests.whole.preschool import Preschool, clock
from tests.whole.shell import Shell
from tests.whole.test_proof import SNOW, differences, johan_may_no_longer, readers, what, who

TALK = "samtal/Alva Lindqvist/2026-11-26"
LISTS = ["Vem får synas: Blåklockan", "Vem får synas: Solrosen"]
GOAL = "2.2-x Bygga, skapa, konstruera"


@pytest.fixture
def talking(school: Preschool) -> Preschool:
    """A preschool that is published with a talk to come and a post with a goal."""
    talk(school.write_posts(), TALK)
    school.post("Solrosen/2026-10-14 Vi byggde koja", "Barn: Alva\nMål: 2.2-x\n\nLöv åt samma håll.\n")
    school.publish()
    return school


def talk(school: Preschool, place: str) -> None:
    folder = school.root / place
    folder.mkdir(parents=True)
    (folder / "inbjudan.md").write_text("Tid: 15.30\nPlats: Lekrummet\n\nVälkomna.\n", encoding="utf-8")


def pages(school: Preschool, reader: str) -> dict[str, bool]:
    return {row.source: row.opens for row in what(school, reader).pages}


@pytest.mark.parametrize("path", [TALK, f"{TALK}/inbjudan.md", "Alva Lindqvist/2026-11-26"])
def test_a_talk_is_seen_by_the_childs_guardians_and_staff(talking: Preschool, path: str) -> None:
    answer = who(talking, path)
    assert (answer.kind, answer.source, answer.title) == ("talk", TALK, "Utvecklingssamtal")
    assert readers(answer) == ["ingrid", "johan", "maria", "petra"]
    assert all(row.opens and row.through == ("Alva",) for row in answer.readers)


@pytest.mark.parametrize("title", [*LISTS, GOAL, GOAL.upper()])
def test_a_page_for_the_staff_is_found_by_its_title_and_seen_by_the_staff(talking: Preschool, title: str) -> None:
    answer = who(talking, title)
    assert readers(answer) == ["ingrid", "petra"]
    assert all(row.opens for row in answer.readers)


def test_what_a_reader_sees_holds_the_pages_that_are_not_posts(talking: Preschool) -> None:
    assert pages(talking, "maria") == {TALK: True}
    assert pages(talking, "mei") == {}
    assert pages(talking, "petra") == dict.fromkeys([TALK, GOAL, *LISTS], True)


def test_a_talk_that_somebody_may_no_longer_read_but_still_can_is_a_leak(talking: Preschool) -> None:
    johan_may_no_longer(talking)
    with pytest.raises(AccessDiffers) as leak:
        who(talking, TALK)
    assert differences(leak) == [("too-many", TALK, "johan")]
    with pytest.raises(AccessDiffers) as leak:
        what(talking, "johan")
    assert ("too-many", TALK, "johan") in differences(leak)
    talking.publish()
    assert readers(who(talking, TALK)) == ["ingrid", "maria", "petra"]


def test_a_pedagogue_who_has_quit_but_still_has_the_lists_is_a_leak(talking: Preschool) -> None:
    talking.row("personal", "petra")[6] = "2026-11-22"
    talking.write()
    with pytest.raises(AccessDiffers) as leak:
        who(talking, LISTS[0])
    assert differences(leak) == [("too-many", LISTS[0], "petra")]


def test_a_talk_that_was_removed_but_still_opens_is_a_leak(talking: Preschool) -> None:
    shutil.rmtree(talking.root / TALK)
    with pytest.raises(AccessDiffers) as leak:
        what(talking, "maria")
    assert differences(leak) == [("too-many", "Utvecklingssamtal", "maria")]
    with pytest.raises(UsageError):
        who(talking, TALK)


def test_a_talk_and_a_goal_that_are_not_published_yet_are_no_leak(talking: Preschool) -> None:
    talk(talking, "samtal/Noah Lindqvist/2026-12-03")
    talking.post(SNOW.removeprefix("inlagg/"), "Mål: 2.2-t\n\nNågon har suddat ut gården.\n")
    assert pages(talking, "maria") == {TALK: True, "samtal/Noah Lindqvist/2026-12-03": False}
    assert not any(row.opens for row in who(talking, "2.2-t Natur, kretslopp, hållbar utveckling").readers)
    talking.publish()
    assert all(row.opens for row in who(talking, "samtal/Noah Lindqvist/2026-12-03").readers)


def test_in_the_next_month_pages_without_a_day_are_where_they_lay_until_the_next_publish(talking: Preschool) -> None:
    talking.later(days=10)
    assert all(pages(talking, "petra").values())
    assert all(row.opens for row in who(talking, TALK).readers)
    talking.publish()
    assert all(pages(talking, "petra").values())


def test_a_page_that_has_not_come_though_it_was_published_is_told_the_other_way_around(talking: Preschool) -> None:
    (page,) = (one.page for one in talking.open("maria").pages)
    (talking.public / object_path(page.page.name)).unlink()
    with pytest.raises(AccessDiffers) as few:
        who(talking, TALK)
    assert {way for way, _, _ in differences(few)} == {"too-few"}
    with pytest.raises(AccessDiffers) as few:
        what(talking, "maria")
    assert differences(few) == [("too-few", TALK, "maria")]


def test_a_post_that_waits_for_the_principal_is_nobodys_and_no_leak_once_it_is_approved(talking: Preschool) -> None:
    talking.settings_text += 'approval = "principal"\n'
    path = "inlagg/Solrosen/2026-11-22 Ny dag"
    talking.post(path.removeprefix("inlagg/"), "Snön ligger kvar.\n")
    talking.write().publish()
    answer = who(talking, path)
    assert answer.status == "waiting"
    assert not any(row.opens for row in answer.readers)
    with clock(talking.now):
        known, _ = approvals.read_posts(talking.settings, talking.now.date())
        found = approvals.find_post(known, path)
        approvals.approve(talking.settings, [found], by="ingrid", now=talking.now)
    answer = who(talking, path)
    assert answer.status == "published"
    assert not any(row.opens for row in answer.readers)


def test_the_commands_tell_of_pages(talking: Preschool) -> None:
    at, site = Shell(talking.root), ("--site", talking.root)
    told = at.run("who-can-see", LISTS[1], *site)
    assert told.exit_code == 0
    assert "Petra Lund, pedagog (Personal)" in told.stdout
    assert "Bevisat" in told.stdout
    assert "2026-11-26 Utvecklingssamtal, samtal (Alva)" in at.run("what-sees", "maria", *site).stdout
    seen = at.answer("what-sees", "petra", *site)
    assert isinstance(seen["pages"], list)
    assert {row["kind"] for row in seen["pages"]} == {"talk", "goal", "consents"}
    assert at.answer("who-can-see", Path(TALK) / "inbjudan.md", *site)["kind"] == "talk"


def test_answers_to_a_talk_are_seen_by_the_departments_staff_and_the_talk_by_the_family_too(talking: Preschool) -> None:
    answers = talking.root / TALK / "svar från Maria Lindqvist.txt"
    answers.write_text("Från: Maria Lindqvist\n\nÄr något svårt?\n\n    Att vänta.\n", encoding="utf-8")
    talking.publish()
    assert readers(who(talking, f"{TALK}/{answers.name}")) == ["ingrid", "petra"]
    assert readers(who(talking, f"{TALK}/inbjudan.md")) == ["ingrid", "johan", "maria", "petra"]
    assert pages(talking, "maria") == {TALK: True}
    what(talking, "petra")
