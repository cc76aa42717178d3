"""What becomes of a post on the host when it is finished, changed, moved, narrowed or deleted."""

from __future__ import annotations

from datetime import datetime

import pytest

from pluttra_publish.errors import FormatError
from pluttra_publish.format.layout import object_path
from pluttra_publish.format.posts import Card
from pluttra_publish.open import Opened
from tests.whole.preschool import STOCKHOLM, Preschool, photo, refusal, titles


def test_a_draft_is_published_once_its_status_says_so(published: Preschool) -> None:
    text = published.post("Solrosen/2026-11-20 Pyssel", "Status: utkast\n\nStjärnor.\n") / "text.md"
    waiting = published.publish()
    assert waiting.waiting == 1
    assert "Pyssel" not in titles(published.open("maria"))
    text.write_text("Stjärnor.\n", encoding="utf-8")
    assert published.publish().waiting == 0
    assert "Pyssel" in titles(published.open("maria"))


def test_a_deleted_posts_objects_leave_the_host_at_once(published: Preschool) -> None:
    published.post("Solrosen/2026-11-21 Ångrat", "Borta.\n", bild_jpg=photo("red"))
    published.publish()
    names = _paths(_card(published.open("maria"), "Ångrat"))
    assert names <= set(published.files())
    _remove(published, "Solrosen/2026-11-21 Ångrat")
    assert published.publish().deleted >= len(names)
    assert not names & set(published.files())
    assert "Ångrat" not in titles(published.open("maria"))


def test_a_photo_that_another_post_still_shows_stays(published: Preschool) -> None:
    for title in ("Först", "Sedan"):
        published.post(f"Solrosen/2026-11-21 {title}", f"{title}.\n", bild_jpg=photo("red"))
    published.publish()
    media = {object_path(medium.name) for medium in _card(published.open("maria"), "Först").media}
    assert media == {object_path(medium.name) for medium in _card(published.open("maria"), "Sedan").media}
    _remove(published, "Solrosen/2026-11-21 Först")
    published.publish()
    assert media <= set(published.files())
    opened = published.open("maria")
    assert opened.content(_card(opened, "Sedan").media[0])


def test_two_posts_that_are_alike_in_every_word_are_two_posts(published: Preschool) -> None:
    for name in ("Ett", "Två"):
        text = "Titel: Samma\nDatum: 2026-11-20\n\nSamma ord.\n"
        published.post(f"Solrosen/2026-11-20 {name}", text, a_jpg=photo("red"), b_jpg=photo("red"))
    published.publish()
    opened = published.open("maria")
    assert titles(opened).count("Samma") == 2
    assert all(opened.content(medium) for post in opened.posts for medium in post.card.media)


def test_photos_that_differ_only_in_their_metadata_are_sealed_once(published: Preschool) -> None:
    for number, title in enumerate(("Först", "Sedan")):
        published.post(
            f"Solrosen/2026-11-21 {title}", f"{title}.\n", bild_jpg=photo("red", comment=bytes([65 + number]))
        )
    published.publish()
    first, second = (_card(published.open("maria"), title) for title in ("Först", "Sedan"))
    assert [medium.name for medium in first.media] == [medium.name for medium in second.media]


def test_a_post_belongs_to_the_month_of_its_date_in_the_sites_time_zone(published: Preschool) -> None:
    published.post("Solrosen/2026-12-01 0030 Natt", "Efter midnatt.\n")  # still November in UTC
    published.now = datetime(2026, 12, 1, 0, 29, tzinfo=STOCKHOLM)
    assert published.publish().waiting == 1
    published.now = datetime(2026, 12, 1, 0, 30, tzinfo=STOCKHOLM)
    assert published.publish().waiting == 0
    (seen,) = (post for post in published.open("maria").posts if post.card.title == "Natt")
    assert (seen.month, seen.card.date) == ("2026-12", "2026-12-01T00:30:00+01:00")


def test_a_post_moved_to_one_childs_folder_gets_new_names_and_the_old_ones_are_gone(published: Preschool) -> None:
    published.post("Solrosen/2026-11-21 Fallet", "Alva föll.\n", bild_jpg=photo("red"))
    published.publish()
    wide = _card(published.open("maria"), "Fallet")
    held = published.open("johan")
    (published.root / "inlagg" / "barn" / "Alva Lindqvist").mkdir()
    fallen = published.root / "inlagg" / "Solrosen" / "2026-11-21 Fallet"
    fallen.rename(published.root / "inlagg" / "barn" / "Alva Lindqvist" / fallen.name)
    published.publish()
    narrow = _card(published.open("maria"), "Fallet")
    assert _paths(wide).isdisjoint(_paths(narrow))
    assert not _paths(wide) & set(published.files())
    assert {medium.secret for medium in wide.media}.isdisjoint(medium.secret for medium in narrow.media)
    assert "Fallet" in titles(published.open("johan"))
    assert "Fallet" not in titles(published.open("mei"))
    with pytest.raises(FormatError) as refused:
        held.content(wide.page)
    assert refusal(refused) == ("host", "unreachable")


def test_a_post_that_loses_a_second_child_is_read_by_the_first_ones_guardians_only(published: Preschool) -> None:
    text = published.post("barn/Li Wikström/2026-11-12 Två", "Barn: Alva Lindqvist\nDelas: ja\n\nLi och Alva.\n")
    published.publish()
    assert "Två" in titles(published.open("johan"))
    held = _card(published.open("johan"), "Två")
    (text / "text.md").write_text("Li och Alva.\n", encoding="utf-8")
    published.publish()
    assert "Två" not in titles(published.open("johan"))
    assert "Två" in titles(published.open("mei"))
    assert not _paths(held) & set(published.files())


def _remove(school: Preschool, place: str) -> None:
    folder = school.root / "inlagg" / place
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


def _card(opened: Opened, title: str) -> Card:
    (card,) = (post.card for post in opened.posts if post.card.title == title)
    return card


def _paths(card: Card) -> set[str]:
    return {object_path(reference.name) for reference in (card.page, *card.media)}
