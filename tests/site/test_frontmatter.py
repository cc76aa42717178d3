from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pluttra_publish.site.frontmatter import divide
from tests.site.house import House, nfd

MD = "Solrosen/2026-03-12 Vi byggde koja.md"
FOLDER = "Solrosen/2026-03-12 Vi byggde koja"


def test_swedish_words_say_all_that_pelican_s_do(house: House) -> None:
    house.write(
        "barn/Elsa/Koja.md",
        "Titel: Vi byggde koja\nDatum: 2026-03-12 14:30\nBarn: Elsa, Noah och Tove A\nFörfattare: Karin; Ali\n"
        "Sammanfattning: En dag i skogen.\nSpråk: en\nTaggar: skog, natur\nDelas: ja\nStatus: utkast\n"
        "Ändrad: 13 mars 2026 kl. 8.05\n\nVi var i skogen.",
    )
    post = house.read()
    assert (post.title, post.date.isoformat()) == ("Vi byggde koja", "2026-03-12T14:30:00+01:00")
    assert post.children == ("Elsa", "Noah", "Tove A")
    assert (post.by, post.tags) == (("Karin", "Ali"), ("skog", "natur"))
    assert (post.summary, post.lang, post.share, post.status) == ("En dag i skogen.", "en", True, "draft")
    assert post.modified is not None
    assert post.modified.isoformat() == "2026-03-13T08:05:00+01:00"
    assert post.body == "<p>Vi var i skogen.</p>"


def test_pelican_s_words_do_too(house: House) -> None:
    house.write(
        MD, "Title: Hut\nDate: 2026-03-11\nAuthor: Karin\nTags: wood\nStatus: draft\nLang: en\nSlug: hut\n\nHi."
    )
    post = house.read()
    assert (post.title, post.by, post.tags, post.status, post.lang) == ("Hut", ("Karin",), ("wood",), "draft", "en")
    assert (post.address, post.date.day) == ("hut", 11)


def test_front_matter_may_stand_in_plain_text_and_between_lines_of_dashes(house: House) -> None:
    house.write("Solrosen/2026-03-12 A.txt", "Barn: Elsa\n\nHej.")
    house.write("Solrosen/2026-03-12 B.md", "\ufeff---\r\nBarn: Elsa\r\n---\r\nHej.")
    house.press()
    assert [(post.children, post.body) for post in house.posts] == [(("Elsa",), "<p>Hej.</p>")] * 2


@pytest.mark.parametrize("fence", ["", "---\n"])
@pytest.mark.parametrize("indent", ["", "  ", "\t"])
def test_a_list_under_a_word_is_as_good_as_commas(house: House, fence: str, indent: str) -> None:
    items = "".join(f"{indent}- {name}\n" for name in ("Elsa", '"Noah Ek"', "Tove"))
    house.write(MD, f"{fence}Barn:\n{items}Av:\n{indent}- Karin\nTitel: Koja\n{fence}\n- En lista.\n")
    post = house.read()
    assert (post.children, post.by, post.title) == (("Elsa", "Noah Ek", "Tove"), ("Karin",), "Koja")
    assert post.body == "<ul>\n<li>En lista.</li>\n</ul>"


def test_captions_may_be_a_list_too(house: House) -> None:
    for name in ("a.jpg", "b.jpg"):
        house.write(f"{FOLDER}/{name}")
    house.write(f"{FOLDER}/text.md", "Bildtext:\n- a.jpg: En koja, av grenar\n- b.jpg: Regn\n\nHej.")
    assert [file.alt for file in house.read().media] == ["En koja, av grenar", "Regn"]


def test_decomposed_words_and_names_are_understood(house: House) -> None:
    house.write(MD, nfd("Författare: Åsa\nBarn: Zoë\n\nHej."))
    post = house.read()
    assert (post.by, post.children) == (("Åsa",), ("Zoë",))


def test_a_text_may_begin_with_a_word_and_a_colon(house: House) -> None:
    house.write(MD, "Idag: vi byggde koja.\nImorgon: regn.")
    assert house.read().body == "<p>Idag: vi byggde koja.<br>\nImorgon: regn.</p>"


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ("Titel: X\nSatus: utkast\n\nHej", "rad 2", "Status"),
        ("Satus: utkast\n\nHej", "rad 1", "Status"),
        ("\nBran: Elsa\n\nHej", "rad 2", "Barn"),
        ("Status: kanske\n\nHej", "rad 1", "utkast, inskickad eller publicerad"),
        ("Delas: kanske\n\nHej", "rad 1", "ja eller nej"),
        ("Språk: klingonska?\n\nHej", "rad 1", "sv, en"),
        ("Titel: A\nTitel: B\n\nHej", "rad 2", "två gånger"),
        ("Datum: 30 februari 2026\n\nHej", "rad 1", "finns inte i kalendern"),
        ("Datum: i går\n\nHej", "rad 1", "går inte att förstå"),
        ("Barn: Elsa\nDatum: 1998-03-12\n\nHej", "rad 2", "verkar fel"),
        ("Datum: 2062-03-12\n\nHej", "rad 1", "verkar fel"),
    ],
)
def test_a_faulty_field_is_an_error_with_line_and_mend(house: House, text: str, place: str, words: str) -> None:
    house.write(MD, text)
    error = house.error()
    assert (error.file, error.place) == (f"inlagg/{MD}", place)
    assert words in str(error)


def test_a_status_that_is_not_understood_never_publishes(house: House) -> None:
    house.write(MD, "Status: utkas\n\nHej")
    house.press()
    assert [post.status for post in house.posts] == ["draft"]


@pytest.mark.parametrize("name", ["2026-02-30 Koja", "2026-13-01 Koja", "1926-03-12 Koja", "2126-03-12 Koja"])
def test_a_date_in_a_name_that_cannot_be_is_an_error(house: House, name: str) -> None:
    house.write(f"Solrosen/{name}/koja.jpg", "2026-03-12T10:00:00")
    error = house.error()
    assert (error.file, error.place) == (f"inlagg/Solrosen/{name}", "namnet")


@pytest.mark.parametrize(
    ("name", "title", "when"),
    [
        ("2026-03-12 Vi byggde koja", "Vi byggde koja", "2026-03-12T00:00:00+01:00"),
        ("2026-03-12 1430 Vi byggde koja", "Vi byggde koja", "2026-03-12T14:30:00+01:00"),
        ("2026-03-12_Vi_byggde_koja", "Vi byggde koja", "2026-03-12T00:00:00+01:00"),
        ("2026-07-01 kl 08.15 Bad", "Bad", "2026-07-01T08:15:00+02:00"),
        ("20260312 Koja", "Koja", "2026-03-12T00:00:00+01:00"),
        ("2026-3-2 Koja", "Koja", "2026-03-02T00:00:00+01:00"),
        ("2026-03-12 100 kottar", "100 kottar", "2026-03-12T00:00:00+01:00"),
        ("2026-03-12", "Torsdag 12 mars 2026", "2026-03-12T00:00:00+01:00"),
    ],
)
def test_date_and_title_are_read_from_a_name(house: House, name: str, title: str, when: str) -> None:
    house.write(f"Solrosen/{name}/koja.jpg")
    post = house.read()
    assert (post.title, post.date.isoformat()) == (title, when)


def test_without_a_date_in_name_or_text_the_earliest_photo_gives_it(house: House) -> None:
    house.write("Solrosen/Koja/a.jpg", "2026-03-12T11:00:00")
    house.write("Solrosen/Koja/b.jpg", datetime(2026, 3, 12, 9, 30, tzinfo=UTC).isoformat())
    house.write("Solrosen/Koja/c.jpg", "1980-01-01T00:00:00")  # a camera whose clock was never set
    assert house.read().date.isoformat() == "2026-03-12T10:30:00+01:00"


def test_without_any_date_the_error_says_how_to_give_one(house: House) -> None:
    house.write("Solrosen/Koja/a.jpg")
    error = house.error()
    assert (error.file, error.place) == ("inlagg/Solrosen/Koja", "Datum")
    assert "2026-03-12 Vi byggde koja" in error.mend


def test_drafts_and_future_posts_are_read_with_status_and_date(house: House) -> None:
    house.write("Solrosen/2026-03-12 A.md", "Status: utkast\n\nHej")
    house.write("Solrosen/2027-12-24 B.txt", "God jul")
    assert house.press() is not None
    assert {(post.title, post.status, post.date.year) for post in house.posts} == {
        ("A", "draft", 2026),
        ("B", "published", 2027),
    }


def test_a_public_page_needs_no_date_and_shows_none(house: House) -> None:
    house.templates["public.html"] = "({{ post.date_text }})"
    house.write("offentligt/Om oss.md", "Vi är en förskola.")
    house.write("offentligt/2026-03-12 Öppet hus.md", "Välkommen.")
    pages = house.press()
    assert pages is not None
    assert pages.public == {"sida/om-oss.html": b"()\n", "sida/oppet-hus.html": b"(torsdag 12 mars 2026)\n"}


def test_a_text_that_is_not_utf_8_is_an_error_with_its_line(house: House) -> None:
    house.write(MD, "Hej\nvi \xe5kte".encode("latin-1"))
    error = house.error()
    assert (error.file, error.place) == (f"inlagg/{MD}", "rad 2")
    assert "UTF-8" in error.mend


def test_notepad_s_other_encodings_are_read(house: House) -> None:
    house.write("Solrosen/2026-03-12 A.txt", "Åke".encode("utf-16"))
    house.write("Solrosen/2026-03-12 B.txt", "Åke".encode("utf-8-sig"))
    house.press()
    assert [post.body for post in house.posts] == ["<p>Åke</p>"] * 2


def test_a_caption_in_front_matter_is_the_photo_s_alt_text(house: House) -> None:
    house.write(f"{FOLDER}/a.jpg")
    house.write(f"{FOLDER}/b.jpg")
    house.write(f"{FOLDER}/text.txt", "Bildtext: a.jpg: En koja: av pinnar\nBildtext: B.jpg: Regn\n\nHej")
    post = house.read()
    assert [(file.alt, file.alt_written) for file in post.media] == [("En koja: av pinnar", True), ("Regn", True)]
    assert not list(house.findings)


def test_a_caption_of_no_photo_is_an_error(house: House) -> None:
    house.write(f"{FOLDER}/a.jpg")
    house.write(f"{FOLDER}/b.jpg")
    house.write(f"{FOLDER}/text.txt", "Bildtext: En koja\n\nHej")
    assert house.error().place == "rad 1"


@given(st.text(alphabet=st.sampled_from("Barn:Titel \n-åx#*"), max_size=80))
def test_front_matter_and_body_are_the_text_and_nothing_is_lost(text: str) -> None:
    matter = divide(text)
    assert len(matter.body.split()) + sum(len(f.value.split()) + 1 for f in matter.fields) <= len(text.split()) + len(
        matter.fields
    )
    if not matter.fields and "---" not in text:
        assert matter.body.split() == text.split()
