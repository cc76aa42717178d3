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
    (shared.state / "ledger.json").unlink()
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
