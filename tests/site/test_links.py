from __future__ import annotations

import pytest

from tests.site.house import House, nfd

HOME = "Solrosen/2026-03-12 Koja/text.md"


@pytest.mark.parametrize(
    "link",
    [
        "../2026-03-10%20Regn%20ute",
        "../2026-03-10%20Regn%20ute/",
        "../2026-03-10 Regn ute/text.md",
        "2026-03-10%20Regn%20ute",
        "{filename}../2026-03-10%20Regn%20ute/text.md",
        "{filename}/Solrosen/2026-03-10%20Regn%20ute/text.md",
        "/solrosen/2026-03-10%20regn%20ute#slutet",
    ],
)
def test_a_link_to_a_post_with_the_same_readers_leads_to_its_page(house: House, link: str) -> None:
    house.write(HOME, f"Se [regnet]({link}).")
    house.write("Solrosen/2026-03-10 Regn ute/text.md", "Det regnade.")
    pages = house.press()
    assert pages is not None, list(map(str, house.findings))
    assert '<a href="#/p/id-2026-03-10-regn-ute"' in pages.posts["id-2026-03-12-koja"].decode()


def test_a_single_file_links_to_its_neighbours_in_any_form_of_unicode(house: House) -> None:
    house.write(
        "Solrosen/2026-03-12 Koja.md", "Se [våren](2026-03-10%20V%C3%A5r.md) och [åter](2026-03-10%20V%C3%A5r)."
    )
    house.write(nfd("Solrosen/2026-03-10 Vår.md"), "Vår.")
    pages = house.press()
    assert pages is not None
    assert pages.posts["id-2026-03-12-koja"].count(b"#/p/id-2026-03-10-var") == 2


@pytest.mark.parametrize("goal", ["Blåsippan", "barn/Elsa", "personal", "offentligt"])
def test_a_link_to_a_post_with_other_readers_is_an_error_with_file_and_line(house: House, goal: str) -> None:
    house.write(f"{goal}/2026-03-10 Hemligt.md", "Hemligt.")
    house.write(HOME, f"Hej.\n\nSe [där](../../{goal.replace('å', '%C3%A5')}/2026-03-10%20Hemligt.md).")
    error = house.error()
    assert (error.file, error.place) == (f"inlagg/{HOME}", "rad 3")
    assert "andra läsare" in error.message


@pytest.mark.parametrize("link", ["../2026-03-10%20Finns%20inte", "../../../register/barn.csv", "/etc/passwd", "hej"])
def test_a_link_to_nothing_is_an_error(house: House, link: str) -> None:
    house.write(HOME, f"[x]({link})")
    assert house.error().place == "rad 1"


def test_a_link_to_a_photo_says_how_to_show_it(house: House) -> None:
    house.write("Solrosen/2026-03-12 Koja/koja.jpg")
    house.write(HOME, "[x](koja.jpg)")
    assert "![beskrivning](koja.jpg)" in house.error().mend


def test_a_link_to_a_post_that_is_not_published_yet_is_plain_words(house: House) -> None:
    house.write(HOME, "Se [boken](../2026-03-10%20Bok.md).")
    house.write("Solrosen/2026-03-10 Bok.md", "Status: utkast\n\nBok.")
    plan = house.plan
    house.plan = lambda posts: plan([post for post in posts if post.status == "published"])
    assert "<p>Se boken.</p>" in house.page()


def test_public_pages_link_to_each_other_as_files(house: House) -> None:
    house.write("offentligt/Om oss.md", "[Karta](Hitta%20hit.md)")
    house.write("offentligt/Hitta hit.md", "Här.")
    pages = house.press()
    assert pages is not None
    assert b'href="hitta-hit.html"' in pages.public["sida/om-oss.html"]
