"""A page that names a quarantined family stops the publish, wherever the name stands and however it is written; a name of somebody else stops nothing."""

from __future__ import annotations

import pytest

from tests.whole.checking import answered, run, without_cache
from tests.whole.preschool import Preschool, files_of, photo

NAMED = {
    "Sedan kom Ylva Tornefalk förbi.": "rad 3",
    "Sedan kom YLVA  TORNEFALK förbi.": "rad 3",
    "Sedan kom Ylva\nTornefalk förbi.": "rad 3",
    "Sedan kom **Ylva** Tornefalk förbi.": "rad 3",
    "Sedan kom *Ylva&nbsp;Tornefalk* förbi.": "rad 3",
    "Sedan kom Ylva Anna Tornefalk förbi.": "rad 3",
    "Sedan kom Ylva Tornefalks mormor.": "rad 3",
    "Skriv till [oss](mailto:ragnhild@example.se).": "rad 3",
    "Ragnhild hette hon, ragnhild@example.se.": "rad 3",
    "![Ylva Tornefalk gungar](gunga.jpg)": "rad 3",
    "Ylva byggde ett torn.": "rad 3",
    "Vi ritade.\n\nDet blev ylvas torn.": "rad 5",
    "Familjen Tornefalk bjöd på kakor.": "rad 3",
    "![Ylva gungar](gunga.jpg)": "rad 3",
    "Skriv till [oss](https://example.se/tornefalk).": "rad 3",
    "::: personal\nYlva sov.\n:::": "rad 4",
    "Y*lv*a sov.": "texten",
}


@pytest.mark.parametrize("written", NAMED)
def test_a_page_that_names_a_quarantined_family_stops_everything(published: Preschool, written: str) -> None:
    published.post("Solrosen/2026-11-20 Gungan", f"Titel: Gungan\n\n{written}\n", gunga_jpg=photo())
    before = published.files()
    result = run(published, "publish")
    assert result.exit_code == 9
    assert "Gungan" in result.stderr
    assert f"({NAMED[written]})" in result.stderr
    assert "ylva" not in result.stderr.casefold()
    assert "tornefalk" not in result.stderr.casefold()
    assert published.files() == before


def test_check_and_build_say_so_too_and_change_nothing(published: Preschool) -> None:
    published.post("Solrosen/2026-11-20 Gungan", "Ylva byggde ett torn.\n")
    before = files_of(published.root)
    assert [answered(published, command)["exit_code"] for command in ("check", "build")] == [9, 9]
    assert without_cache(files_of(published.root)) == without_cache(before)


PLACES = ["Solrosen/2026-11-20 Gungan", "barn/Alva Lindqvist/2026-11-20 Gungan", "offentligt/Gungan"]
SHOWN_EVERYWHERE = ["Titel: Ylva Tornefalk gungar", "Titel: Ylva gungar", "Bildtext: Ylva Tornefalk", "Bildtext: Ylva"]
SHOWN_TO_READERS = ["Sammanfattning: Om Ylva Tornefalk.", "Sammanfattning: Om Ylva.", "Av: Ragnhild Tornefalk", "Av: Ragnhild"]  # fmt: skip


@pytest.mark.parametrize(
    ("place", "front"),
    [(place, front) for place in PLACES for front in SHOWN_EVERYWHERE]
    + [(place, front) for place in PLACES[:2] for front in SHOWN_TO_READERS],
)
def test_so_does_a_title_a_summary_an_author_or_an_alt_text(published: Preschool, place: str, front: str) -> None:
    published.post(place, f"{front}\n\nDet går högt.\n", gunga_jpg=photo())
    before = published.files()
    answer = answered(published, "publish")
    assert answer["exit_code"] == 9
    assert [error["place"] for error in answer["errors"]] == ["rad 1"]
    assert published.files() == before


@pytest.mark.parametrize(
    ("place", "text"),
    [
        ("Solrosen/2026-11-20 Ylva gungar", None),
        ("Solrosen/2026-11-20 Ylva gungar", "Det går högt.\n"),
        ("offentligt/Ylva gungar", "Titel: Gungan\n\nDet går högt.\n"),
        ("offentligt/Gungan", "Adress: ylva\n\nDet går högt.\n"),
    ],
)
def test_so_does_a_name_of_a_folder_that_becomes_a_title_or_an_address(
    published: Preschool, place: str, text: str | None
) -> None:
    published.post(place, text, gunga_jpg=photo())
    assert run(published, "publish").exit_code == 9


def test_so_does_a_talk_with_everything_in_it(published: Preschool) -> None:
    talk = published.root / "samtal" / "Alva Lindqvist" / "2026-11-26"
    talk.mkdir(parents=True)
    for file, text in (
        ("inbjudan.md", "Tid: 14.30\nPlats: Hos Ylva\n\nVälkomna.\n"),
        ("anteckningar.md", "Alva leker med Ylva.\n"),
        ("förberedelse.md", "![Ylva](bild.jpg)\n"),
    ):
        for old in talk.iterdir():
            old.unlink()
        (talk / "bild.jpg").write_bytes(photo())
        (talk / file).write_text(text, encoding="utf-8")
        answer = answered(published, "publish")
        assert answer["exit_code"] == 9, file
        assert "samtal/Alva Lindqvist/2026-11-26" in {error["file"] for error in answer["errors"]}


@pytest.mark.parametrize(
    "written", ['contact = "Ragnhild"', 'rules = ["Fråga Tornefalk."]', '[consents]\npurposes = ["Ylvas utställning"]']
)
def test_so_do_the_settings(published: Preschool, written: str) -> None:
    published.settings_text += f"{written}\n"
    published.write()
    answer = answered(published, "publish")
    assert answer["exit_code"] == 9
    assert {error["file"] for error in answer["errors"]} == {"pluttra.toml"}


@pytest.mark.parametrize(("post", "code"), [("2026-12-24 Jul", 9), ("2026-11-20 Utkast", 0)])
def test_so_does_a_post_whose_day_will_come_but_no_draft(published: Preschool, post: str, code: int) -> None:
    published.post(f"Solrosen/{post}", "Ylva sjöng.\n" if code else "Status: utkast\n\nYlva sjöng.\n")
    assert run(published, "check").exit_code == code


def test_so_does_whatever_else_comes_to_stand_on_a_page(published: Preschool) -> None:
    template = published.root / "theme" / "templates" / "post.html"
    template.parent.mkdir(parents=True)
    template.write_text("<p>{{ post.title }}</p><p>Hälsa till <b>Ylv</b>a</p>", encoding="utf-8")
    answer = answered(published, "publish")
    assert answer["exit_code"] == 9
    assert "inlagg/Solrosen/2026-10-14 Vi byggde koja" in {error["file"] for error in answer["errors"]}


def test_so_does_the_name_of_a_department(published: Preschool) -> None:
    published.row("avdelningar", "solrosen")[1] = "Ylvas vrå"
    (published.root / "inlagg" / "Solrosen").rename(published.root / "inlagg" / "Ylvas vrå")
    published.write()
    assert "register/avdelningar.csv (namn)" in run(published, "publish").stderr


def test_a_name_that_somebody_visible_bears_stops_nothing(published: Preschool) -> None:
    published.row("personal", "petra")[1] = "Ylva"
    published.row("vardnadshavare", "maria")[2] = "Tornefalk"
    published.write()
    published.post("Solrosen/2026-11-20 Gungan", "Ylva och Maria Tornefalk ritar.\n")
    assert run(published, "publish").exit_code == 0


def test_a_name_within_another_word_stops_nothing(published: Preschool) -> None:
    published.row("barn", "ylva")[1:3] = ["Li", ""]
    published.write()
    published.post("Solrosen/2026-11-20 Livet", "- Livet i lidret, allihop.\n")
    assert run(published, "publish").exit_code == 0


def test_a_common_word_may_stand_when_the_principal_has_said_so_beside_the_register(published: Preschool) -> None:
    published.row("barn", "ylva")[1:3] = ["Björn", "Skog"]
    published.row("vardnadshavare", "ragnhild")[2] = "Skog"
    published.write()
    published.post("Solrosen/2026-11-20 Utflykt", "Vi såg en björn i en skog.\n")
    answer = answered(published, "publish")
    assert answer["exit_code"] == 9
    assert "register/tillatna-ord.txt" in answer["errors"][0]["mend"]
    (published.root / "register" / "tillatna-ord.txt").write_text("# vanliga ord\nbjörn\nskog\n", encoding="utf-8")
    assert run(published, "publish").exit_code == 0
    published.post("Solrosen/2026-11-20 Utflykt", "Björn i en skog.\n")
    assert run(published, "publish").exit_code == 9


def test_those_words_may_not_lie_among_the_posts(published: Preschool) -> None:
    published.post("Solrosen").joinpath("Tillatna-ord.TXT").write_text("björn\n", encoding="utf-8")
    answer = answered(published)
    assert answer["exit_code"] == 5
    assert "inlagg/Solrosen/Tillatna-ord.TXT" in {error["file"] for error in answer["errors"]}
