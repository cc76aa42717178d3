"""Whatever loses readers is sealed anew, also where its owner is the same: what they held opens nothing on the host."""

from __future__ import annotations

import shutil

import pytest

from pluttra_publish.format.layout import object_path
from pluttra_publish.open import Opened
from tests.whole.preschool import Preschool, grain, titles

PLACE = "barn/Noah Lindqvist/2026-11-13 Båten"
OTHER = "barn/Noah Lindqvist/2026-11-14 Bryggan"


@pytest.fixture
def shared(school: Preschool) -> Preschool:
    """A post in Noah's folder that is Li's too, with two photos, and one that is Noah's alone with one of them."""
    school.post(PLACE, "Barn: Li Wikström\nDelas: ja\n\nDe byggde en båt.\n", a_jpg=grain(1), b_jpg=grain(2))
    school.post(OTHER, "Den flyter.\n", a_jpg=grain(1))
    school.publish()
    return school


def held(opened: Opened) -> set[str]:
    """The paths of all posts' pages and media that a reader was led to."""
    cards = [post.card for post in opened.posts]
    return {object_path(reference.name) for card in cards for reference in (card.page, *card.media)}


def opens_whole(opened: Opened) -> bool:
    return all(opened.content(reference) for post in opened.posts for reference in (post.card.page, *post.card.media))


def test_a_post_that_is_no_longer_shared_has_other_names_for_those_who_keep_it(shared: Preschool) -> None:
    others = held(shared.open("mei"))
    assert others <= held(shared.open("maria"))
    shared.post(PLACE, "De byggde en båt.\n")
    shared.publish()
    assert not others & set(shared.files())
    assert "Båten" not in titles(shared.open("mei"))
    kept = shared.open("maria")
    assert {"Båten", "Bryggan"} <= set(titles(kept))
    assert opens_whole(kept)


def test_a_photo_that_is_moved_to_a_post_with_fewer_readers_gets_another_name(shared: Preschool) -> None:
    others = held(shared.open("mei"))
    posts = shared.root / "inlagg"
    shutil.move(posts / PLACE / "b.jpg", posts / OTHER / "b.jpg")
    shared.publish()
    lost = others - held(shared.open("mei"))
    assert lost
    assert not lost & set(shared.files())
    assert opens_whole(shared.open("maria"))


def test_a_post_whose_readers_are_the_same_or_more_is_not_sealed_again(shared: Preschool) -> None:
    before = held(shared.open("maria"))
    shared.later(days=1).publish()
    assert held(shared.open("maria")) == before
    shared.post(OTHER, "Barn: Li Wikström\nDelas: ja\n\nDen flyter.\n")
    shared.publish()
    media = {object_path(reference.name) for post in shared.open("mei").posts for reference in post.card.media}
    assert media <= before


def test_what_was_sealed_anew_has_the_same_names_in_a_whole_rebuild(shared: Preschool) -> None:
    shared.post(PLACE, "De byggde en båt.\n")
    shared.publish()
    names = held(shared.open("maria"))
    (shared.state / "ledger.sqlite").unlink()
    shutil.rmtree(shared.public)
    shared.publish()
    assert held(shared.open("maria")) == names


def test_shared_again_and_narrowed_again_it_gets_a_third_name(shared: Preschool) -> None:
    names = [held(shared.open("mei"))]
    for text in ("De byggde.\n", "Barn: Li Wikström\nDelas: ja\n\nDe byggde.\n", "De byggde.\n"):
        shared.post(PLACE, text)
        shared.publish()
        names.append(held(shared.open("mei")))
    first, _, again, _ = names
    assert not first & again
    assert not (first | again) & set(shared.files())
    assert opens_whole(shared.open("maria"))


def test_photos_of_one_child_and_of_siblings_together_are_kept_on_their_pages(school: Preschool) -> None:
    school.tables["relationer"] = [row for row in school.tables["relationer"] if row[1] != "johan"]
    text = 'Barn: Alva\n\n![En](a.jpg){barn="Alva"}\n\n![Två](b.jpg){barn="Alva, Noah Lindqvist"}\n\n![Tre](c.jpg){barn=""}\n'
    school.post("Solrosen/2026-11-10 Vi målar", text, a_jpg=grain(1), b_jpg=grain(2), c_jpg=grain(3))
    school.tables["samtycken"] = [
        [child, purpose, "", "Allmänt intresse", "2019-01-01", "", "", "2026-11-20" if purpose == "foto" else ""]
        for child in ("alva", "noah")
        for purpose in ("foto", "film", "ljud", "namn")
    ]
    school.publish()
    seen = school.open("maria")
    (post,) = (post for post in seen.posts if post.card.title == "Vi målar")
    page = seen.content(post.card.page).decode()
    assert all(word in page for word in ("En", "Två", "Tre"))
    assert opens_whole(seen)


def named(opened: Opened, title: str) -> list[list[str]]:
    """The children that each of a reader's copies of a post names."""
    cards = (card for index in opened.indexes.values() for card in index.posts if card.title == title)
    return [[name for _, name in card.children] for card in cards]


def unnamed(school: Preschool, child: str) -> None:
    school.tables["samtycken"] = [
        [one[0], purpose, "", "Allmänt intresse", "2019-01-01", "", "", "2026-11-20" if (one[0], purpose) == (child, "namn") else ""]
        for one in school.tables["barn"]
        for purpose in ("foto", "film", "ljud", "namn")
    ]  # fmt: skip


def test_a_name_that_may_no_longer_be_said_stands_on_the_childs_own_page_alone(shared: Preschool) -> None:
    unnamed(shared, "noah")
    report = shared.publish()
    assert named(shared.open("mei"), "Båten") == [["Li"]]
    assert named(shared.open("maria"), "Båten") == [["Noah", "Li"]]
    assert any("Noah" in finding.message and "namn" in finding.message for finding in report.findings.warnings)


def test_a_name_in_a_departments_post_stays_on_the_childs_own_page(published: Preschool) -> None:
    unnamed(published, "alva")
    published.publish()
    petra = sorted(named(published.open("petra"), "Vi byggde koja"))
    assert petra == [[], ["Alva"]]
    johan = published.open("johan")
    assert sorted(named(johan, "Vi byggde koja")) == [[], ["Alva"]]
    assert titles(johan).count("Vi byggde koja") == 1
