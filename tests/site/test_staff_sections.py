from __future__ import annotations

import pytest

from pluttra_publish.site.staff_sections import MisplacedFenceError, plainly, quoted, sections_of
from tests.site.house import House

TEXT = "Vi byggde.\n\n::: personal\nNästa gång delar vi gruppen.\n:::\n\nDet blev en koja."


@pytest.mark.parametrize("suffix", ["md", "txt"])
def test_a_section_for_the_staff_is_in_their_copy_alone(house: House, suffix: str) -> None:
    house.write(f"Solrosen/2026-03-12 Koja/text.{suffix}", TEXT)
    post = house.read()
    assert "Nästa gång" not in post.body + post.summary
    assert "Det blev en koja" in post.body
    assert post.staff_body is not None
    assert all(words in post.staff_body for words in ("Vi byggde", "Bara för personalen", "Nästa gång", "Det blev"))


def test_a_photo_of_the_section_is_in_the_staff_s_copy_alone(house: House) -> None:
    for name in ("a.jpg", "b.jpg"):
        house.write(f"Solrosen/2026-03-12 Koja/{name}")
    house.write("Solrosen/2026-03-12 Koja/text.md", "Hej.\n\n::: personal\n![Tavlan](b.jpg)\n:::")
    post = house.read()
    assert [file.name for file in post.media] == ["a.jpg"]
    assert [file.name for file in post.staff_media] == ["a.jpg", "b.jpg"]


def test_a_post_without_a_section_has_no_copy(house: House) -> None:
    house.write("Solrosen/2026-03-12 Koja.md", "Hej.")
    post = house.read()
    assert (post.staff_body, post.staff_media) == (None, ())


@pytest.mark.parametrize(
    "text",
    [
        "::: personal\nAldrig stängd.",
        "Hej.\n\n:::",
        "::: personel\nFelstavat.\n:::",
        "::: personal\n::: personal\nTvå.\n:::\n:::",
        "- ::: personal\n  I en lista.\n- :::",
        "> ::: personal\n> I ett citat.\n> :::",
    ],
)
def test_a_fence_that_cannot_be_understood_stops_the_post(house: House, text: str) -> None:
    house.write("Solrosen/2026-03-12 Koja.md", text)
    assert "::: personal på en egen rad" in str(house.error())


def test_pieces_come_back_in_order() -> None:
    sections = sections_of(TEXT)
    assert sections.plain == "Vi byggde.\n\nDet blev en koja."
    assert sections.whole(quoted).splitlines()[2:5] == [
        "> **Bara för personalen**",
        ">",
        "> Nästa gång delar vi gruppen.",
    ]
    assert "Bara för personalen:\n\nNästa" in sections.whole(plainly)


def test_an_unclosed_fence_names_its_line() -> None:
    with pytest.raises(MisplacedFenceError) as wrong:
        sections_of("Hej.\n::: personal\nOj.")
    assert wrong.value.line == "::: personal"


def test_status_words_are_understood_and_only_published_is_published(house: House) -> None:
    for word, status in {
        "inskickad": "submitted",
        "returnerad": "returned",
        "utkast": "draft",
        "publicerad": "published",
    }.items():
        house.write("Solrosen/2026-03-12 Koja.md", f"Status: {word}\nAnledning: Fråga först\n\nHej.")
        post = house.read()
        assert (post.status, post.reason) == (status, "Fråga först")


def test_a_post_can_be_for_the_staff_alone(house: House) -> None:
    house.write("Solrosen/2026-03-12 Koja.md", "Målgrupp: personal\n\nHej.")
    assert house.read().staff_only
    house.write("Solrosen/2026-03-12 Koja.md", "Audience: staff\n\nHej.")
    assert house.read().staff_only


def test_an_audience_that_is_none_is_an_error(house: House) -> None:
    house.write("Solrosen/2026-03-12 Koja.md", "Målgrupp: alla\n\nHej.")
    assert "Skriv personal" in str(house.error())


def test_goals_are_read_as_written(house: House) -> None:
    house.write("Solrosen/2026-03-12 Koja.md", "Mål: 2.2-a, 2.2-f\nLpfö: 2.1-b\n\nHej.")
    assert house.read().goals == ("2.2-a", "2.2-f", "2.1-b")
