"""What concerned one's own child: kept when the family has left, and never a way in to anything else."""

from __future__ import annotations

import pytest

from tests.whole.preschool import Preschool, titles


@pytest.fixture
def september(school: Preschool) -> Preschool:
    """Li's department in September: one post names Li, one doesn't."""
    school.post("Blåklockan/2026-09-11 Stenar", "Barn: Li\n\nLi lade en rad av stenar.\n")
    school.post("Blåklockan/2026-09-18 Pannkakor", "De blev goda.\n")
    school.post("barn/Li Wikström/2026-09-14 Lis sten", "Den är len.\n")
    return school


def test_a_post_that_names_a_child_stands_in_the_childs_index_too_and_is_shown_once(september: Preschool) -> None:
    september.publish()
    opened = september.open("mei")
    assert titles(opened).count("Stenar") == 1
    (post,) = (post for post in opened.posts if post.card.title == "Stenar")
    kinds = {audience.id: audience.kind for audience in opened.keyring.audiences}
    assert {kinds[audience] for audience in post.audiences} == {"child", "department"}


def test_a_family_that_has_left_keeps_what_concerned_their_child_and_nothing_else(september: Preschool) -> None:
    september.publish()
    assert {"Stenar", "Pannkakor", "Lis sten"} <= set(titles(september.open("mei")))
    september.row("placeringar", "li", "blaklockan")[3] = "2026-09-30"
    september.publish()
    assert set(titles(september.open("mei"))) == {"Stenar", "Lis sten"}


def test_staff_of_a_childs_new_department_do_not_get_the_old_ones_posts_through_the_child(september: Preschool) -> None:
    september.row("placeringar", "li", "blaklockan")[3] = "2026-09-15"
    september.tables["placeringar"].append(["li", "solrosen", "2026-09-16", ""])
    september.publish()
    assert "Lis sten" in titles(september.open("petra"))
    assert "Stenar" not in titles(september.open("petra"))
    assert "Stenar" in titles(september.open("mei"))


def test_naming_a_child_from_elsewhere_lets_nobody_in(september: Preschool) -> None:
    september.post("Blåklockan/2026-09-25 Besök", "Barn: Alva Lindqvist\n\nAlva hälsade på.\n")
    september.publish()
    assert "Besök" not in titles(september.open("johan"))
    assert "Besök" in titles(september.open("maria"))
