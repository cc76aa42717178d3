"""What is wrong with content or register: all told together, with file, place and mend; nothing sealed, nothing changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pluttra_publish.cli import main
from pluttra_publish.platform import IDENTITY_VARIABLE
from tests.whole.preschool import NOON, Preschool, files_of, photo

Fault = Callable[[Preschool], None]


def run(school: Preschool, command: str, *options: str) -> Result:
    environment = {IDENTITY_VARIABLE: str(school.identity), "SOURCE_DATE_EPOCH": str(int(NOON.timestamp()))}
    return CliRunner().invoke(main, [command, "--site", str(school.root), *options], env=environment)


def answered(school: Preschool, command: str = "check") -> dict[str, Any]:
    """Return what a command says with --json, and the code it exits with."""
    result = run(school, command, "--json")
    answer = json.loads(result.stdout)
    assert answer.get("exit_code", 0) == result.exit_code
    assert isinstance(answer, dict)
    return answer | {"exit_code": result.exit_code}


def an_unknown_child(school: Preschool) -> None:
    school.post("Solrosen/2026-11-20 Fel", "Barn: Alva, Kalle\n\nText.\n")


def a_name_that_two_children_have(school: Preschool) -> None:
    for ident, last in (("elsa-b", "Berg"), ("elsa-n", "Nyström")):
        school.tables["barn"].append([ident, "Elsa", last, "nej"])
        school.tables["placeringar"].append([ident, "solrosen", "2025-08-18", ""])
    school.post("Solrosen/2026-11-20 Fel", "Titel: Elsa ritar\nBarn: Elsa\n\nText.\n")


def a_quarantined_child(school: Preschool) -> None:
    school.post("Solrosen/2026-11-20 Fel", "Barn: Ylva\n\nText.\n")


def a_folder_of_a_quarantined_child(school: Preschool) -> None:
    school.post("barn/Ylva Tornefalk/2026-11-20 Fel", "Text.\n")


def an_unknown_department(school: Preschool) -> None:
    school.post("Vitsippan/2026-11-20 Fel", "Text.\n")


def two_posts_with_one_address(school: Preschool) -> None:
    school.post("Solrosen/2026-11-20 Fel", "Adress: samma\n\nText.\n")
    school.post("Solrosen/2026-11-21 Fel igen", "Adress: samma\n\nText.\n")


def one_child_by_name_and_by_id(school: Preschool) -> None:
    school.post("barn/Alva Lindqvist/2026-11-20 Fel", "Text.\n")
    school.post("barn/alva/2026-11-20 Fel", "En annan text.\n")


def a_photo_that_cannot_be_read(school: Preschool) -> None:
    school.post("Solrosen/2026-11-20 Fel", "Text.\n", trasig_jpg=b"\xff\xd8\xff\xe0 inte mer")


def a_photo_that_breaks_off(school: Preschool) -> None:
    school.post("Solrosen/2026-11-20 Fel", "Text.\n", avbruten_jpg=photo(size=(900, 700))[:700])


def a_photo_that_is_not_there(school: Preschool) -> None:
    school.post("Solrosen/2026-11-20 Fel", "Text.\n\nMer.\n\n![En bild](saknas.jpg)\n")


def a_day_that_does_not_exist(school: Preschool) -> None:
    school.post("Solrosen/2026-02-31 Fel", "Text.\n")


def a_date_that_cannot_be_read(school: Preschool) -> None:
    school.post("Solrosen/2026-11-20 Fel", "Titel: Fel\nDatum: i tisdags\n\nText.\n")


def a_date_of_a_hundred_years_ago(school: Preschool) -> None:
    school.post("Solrosen/1926-11-20 Fel", "Text.\n")


def no_date_at_all(school: Preschool) -> None:
    school.post("Solrosen/Fel", "Text.\n")


def a_link_to_other_readers(school: Preschool) -> None:
    school.post("Solrosen/2026-11-20 Fel", "Minns ni [båten](../../barn/Noah Lindqvist/2026-10-13 Noahs båt)?\n".replace(" Lindqvist", "%20Lindqvist").replace(" Noahs båt", "%20Noahs%20båt"))  # fmt: skip


def a_field_nobody_knows(school: Preschool) -> None:
    school.post("Solrosen/2026-11-20 Fel", "Titel: Fel\nSatus: utkast\n\nText.\n")


def two_families_without_delas(school: Preschool) -> None:
    school.post("barn/Alva Lindqvist/2026-11-20 Fel", "Barn: Li Wikström\n\nText.\n")


def a_public_page_about_a_child(school: Preschool) -> None:
    school.post("offentligt/Fel", "Barn: Alva\n\nText.\n")


def an_id_that_two_people_have(school: Preschool) -> None:
    school.tables["vardnadshavare"].append(["alva", "Eva", "Berg", "eva@example.se", "sv", "nej"])


def a_placement_of_nobody(school: Preschool) -> None:
    school.tables["placeringar"].append(["kalle", "solrosen", "2026-08-17", ""])


def a_day_in_the_register_that_does_not_exist(school: Preschool) -> None:
    school.row("placeringar", "li")[3] = "2026-02-31"


def a_register_among_the_posts(school: Preschool) -> None:
    (school.root / "inlagg" / "Solrosen").mkdir(parents=True, exist_ok=True)
    (school.root / "inlagg" / "Solrosen" / "barn.csv").write_text("id;förnamn\n", encoding="utf-8")


def an_unknown_setting(school: Preschool) -> None:
    school.settings_text += 'alt_txt = "required"\n'


def a_bad_value_of_a_setting(school: Preschool) -> None:
    school.settings_text += 'timezone = "Europa/Stockholm"\n'


POST = "inlagg/Solrosen/2026-11-20 Fel"
FAULTS: dict[Fault, tuple[int, str, str, str, str]] = {
    # fault: exit code, file, place, words of the message, words of the mend
    an_unknown_child: (3, POST, "Barn", "”Kalle” finns inte", "förnamnet"),
    a_name_that_two_children_have: (3, POST, "Barn", "Elsa Berg (id elsa-b), Elsa Nyström (id elsa-n)", "hela namnet"),
    a_quarantined_child: (3, POST, "Barn", "”Ylva” finns inte", "förnamnet"),
    a_folder_of_a_quarantined_child: (
        3,
        "inlagg/barn/Ylva Tornefalk/2026-11-20 Fel",
        "mapp",
        "finns inte",
        "registret",
    ),
    an_unknown_department: (3, "inlagg/Vitsippan/2026-11-20 Fel", "mapp", "finns inte", "Solrosen, Blåklockan"),
    two_posts_with_one_address: (3, POST, "namnet", "samma adress", "annat namn"),
    one_child_by_name_and_by_id: (3, "inlagg/barn/alva/2026-11-20 Fel", "namnet", "barn/Alva Lindqvist", "annat namn"),
    a_photo_that_cannot_be_read: (3, f"{POST}/trasig.jpg", "", "skadad", ""),
    a_photo_that_breaks_off: (3, POST, "avbruten.jpg", "avbruten", ""),
    a_photo_that_is_not_there: (3, f"{POST}/text.md", "rad 5", "saknas.jpg", "Lägg filen"),
    a_day_that_does_not_exist: (3, "inlagg/Solrosen/2026-02-31 Fel", "namnet", "finns inte i kalendern", "Rätta"),
    a_date_that_cannot_be_read: (3, f"{POST}/text.md", "rad 2", "”i tisdags”", "2026-03-12"),
    a_date_of_a_hundred_years_ago: (3, "inlagg/Solrosen/1926-11-20 Fel", "namnet", "verkar fel", "Rätta året"),
    no_date_at_all: (3, "inlagg/Solrosen/Fel", "Datum", "inget datum", "2026-03-12 Vi byggde koja"),
    a_link_to_other_readers: (3, f"{POST}/text.md", "rad 1", "andra läsare", "Ta bort länken"),
    a_field_nobody_knows: (3, f"{POST}/text.md", "rad 2", "”Satus” finns inte", "Status"),
    two_families_without_delas: (4, "inlagg/barn/Alva Lindqvist/2026-11-20 Fel", "Barn", "Alva och Li", "Delas: ja"),
    a_public_page_about_a_child: (4, "inlagg/offentligt/Fel", "Barn", "offentlig", "Ta bort raden"),
    an_id_that_two_people_have: (5, "register/vardnadshavare.csv", "rad 6", "finns redan", "eget id"),
    a_placement_of_nobody: (5, "register/placeringar.csv", "rad 6", "finns inte i barn.csv", "Skriv id"),
    a_day_in_the_register_that_does_not_exist: (5, "register/placeringar.csv", "rad 5", "tolka", "2026-08-17"),
    a_register_among_the_posts: (5, "inlagg/Solrosen/barn.csv", "", "synkas", "Flytta"),
    an_unknown_setting: (5, "pluttra.toml", "alt_txt", "finns inte", "alt_text"),
    a_bad_value_of_a_setting: (5, "pluttra.toml", "timezone", "Tidszonen", "Europe/Stockholm"),
}


def name_of(fault: Fault) -> str:
    return fault.__name__


@pytest.mark.parametrize("fault", FAULTS, ids=name_of)
def test_it_is_told_with_file_place_and_mend_and_nothing_is_changed(published: Preschool, fault: Fault) -> None:
    code, file, place, words, mend = FAULTS[fault]
    fault(published)
    published.write()
    before = files_of(published.root)
    for command in ("check", "build", "publish"):
        answer = answered(published, command)
        # A CSV file among the posts is told as that, and as a file that is no post.
        assert len(answer["errors"]) == (2 if fault is a_register_among_the_posts else 1)
        error = max(answer["errors"], key=lambda told: words in told["message"])
        assert answer["exit_code"] == code
        assert error["file"] == file
        assert error["place"].startswith(place)
        assert words in error["message"]
        assert mend in error["mend"]
        assert error["mend"]
        assert error["code"] == code
    assert _without_cache(files_of(published.root)) == _without_cache(before)
    assert not (published.state / "sealed").exists()


@pytest.mark.parametrize("fault", FAULTS, ids=name_of)
def test_a_person_reads_it_on_standard_error(published: Preschool, fault: Fault) -> None:
    code, file, place, words, mend = FAULTS[fault]
    fault(published)
    published.write()
    result = run(published, "publish")
    assert result.exit_code == code
    assert result.stdout == ""
    assert all(said in result.stderr for said in (file, place, words, mend, "fel: "))
    assert "Traceback" not in result.output


OF_SETTINGS = {an_unknown_setting, a_bad_value_of_a_setting}  # read before anything else
OF_REGISTER = {an_id_that_two_people_have, a_placement_of_nobody, a_day_in_the_register_that_does_not_exist}


def test_all_of_them_are_told_together_the_gravest_deciding_the_exit_code(school: Preschool) -> None:
    school.write_posts()
    faults = [fault for fault in FAULTS if fault not in OF_SETTINGS | OF_REGISTER]
    for number, fault in enumerate(faults):
        fault(school)
        for folder in [path for path in (school.root / "inlagg").rglob("*Fel*") if not path.name[-1].isdigit()]:
            folder.rename(folder.with_name(f"{folder.name} {number}"))
    school.write()
    answer = answered(school)
    assert answer["exit_code"] == 5
    assert {error["code"] for error in answer["errors"]} == {3, 4, 5}
    for fault in faults:
        code, _, _, words, _ = FAULTS[fault]
        told = [error for error in answer["errors"] if words in error["message"] and error["code"] == code]
        assert told, fault.__name__
    assert len(answer["errors"]) == len(faults) + 1  # the CSV file is also one that is no post


def test_all_that_is_wrong_with_the_register_is_told_together_and_of_the_posts_what_does_not_hang_on_it(
    school: Preschool,
) -> None:
    school.write_posts()
    for fault in (*OF_REGISTER, a_date_that_cannot_be_read):
        fault(school)
    school.write()
    answer = answered(school)
    assert answer["exit_code"] == 5
    assert sorted(error["code"] for error in answer["errors"]) == [3, 5, 5, 5]


def faulty_child(school: Preschool) -> None:
    school.row("barn", "alva")[0] = "al va"


def faulty_department(school: Preschool) -> None:
    school.row("avdelningar", "solrosen")[0] = "sol rosen"


def faulty_relation(school: Preschool) -> None:
    school.row("relationer", "alva", "maria")[2] = "2021-05-32"


def faulty_consents(school: Preschool) -> None:
    school.tables["samtycken"] = [["alva", "foto", "kanske", "", "2026-08-17", "maria", "", ""]]


@pytest.mark.parametrize("fault", [faulty_child, faulty_department, faulty_relation, faulty_consents])
def test_a_faulty_row_of_the_register_makes_no_right_post_wrong(
    published: Preschool, fault: Callable[[Preschool], None]
) -> None:
    published.post("barn/Alva Lindqvist/2026-11-20 Gungan", "Barn: Noah Lindqvist\n\nHögt.\n", gunga_jpg=photo())
    published.tables["relationer"] = [row for row in published.tables["relationer"] if row[1] != "johan"]
    fault(published)
    published.write()
    answer = answered(published, "publish")
    assert answer["exit_code"] == 5
    assert {error["file"].rpartition("/")[0] for error in answer["errors"]} == {"register"}
    told = [warning["mend"] for warning in answer["warnings"] if warning["file"] == "register"]
    assert told == ([] if fault is faulty_consents else ["Rätta registret först, och kör igen."])


def test_all_that_is_wrong_with_the_settings_is_told_together(school: Preschool) -> None:
    an_unknown_setting(school)
    a_bad_value_of_a_setting(school)
    school.write()
    answer = answered(school)
    assert answer["exit_code"] == 5
    assert [error["place"] for error in answer["errors"]] == ["alt_txt", "timezone"]


def test_a_quarantined_child_is_answered_in_the_words_of_an_unknown_one(school: Preschool) -> None:
    school.write_posts()
    a_quarantined_child(school)
    (quarantined,) = answered(school)["errors"]
    school.post("Solrosen/2026-11-20 Fel", "Barn: Kalle\n\nText.\n")
    (unknown,) = answered(school)["errors"]
    assert {key: str(value).replace("Kalle", "Ylva") for key, value in unknown.items()} == {
        key: str(value) for key, value in quarantined.items()
    }


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
    assert _without_cache(files_of(published.root)) == _without_cache(before)


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


def test_a_photo_without_alt_text_is_a_warning_with_a_to_do(published: Preschool) -> None:
    assert answered(published, "publish")["warnings"] == []  # of what has not changed, `check` tells
    answer = answered(published, "check")
    (warning,) = answer["warnings"]
    assert warning["file"] == "inlagg/Solrosen/2026-11-19 Första snön/snö.jpg"
    assert "Bildtext: snö.jpg" in warning["mend"]
    opened = published.open("maria")
    pages = b"".join(opened.content(post.card.page) for post in opened.posts).decode()
    assert 'alt="Bild från Första snön"' in pages
    assert "Att göra (1):" in run(published, "check").stderr


def test_what_is_to_do_for_many_photos_of_a_post_is_told_once_and_listed_whole_for_scripts(
    published: Preschool,
) -> None:
    photos = {f"IMG_{number}_jpg": photo() for number in range(1, 9)}
    published.post("Solrosen/2026-11-20 Många bilder", **photos)
    told = run(published, "check").stderr
    assert "Att göra (2):" in told
    assert told.count("ingen beskrivning") == 2
    assert "IMG_1.jpg: Bilden har ingen beskrivning" in told
    assert "Likadant: IMG_2.jpg, IMG_3.jpg, IMG_4.jpg, IMG_5.jpg, IMG_6.jpg och 2 till" in told
    warnings = answered(published, "check")["warnings"]
    assert len(warnings) == 9
    assert all(set(warning) == {"file", "place", "message", "mend"} for warning in warnings)


def test_a_photo_without_alt_text_is_an_error_where_it_is_required(published: Preschool) -> None:
    published.settings_text += 'alt_text = "required"\n'
    published.write()
    answer = answered(published, "publish")
    assert answer["exit_code"] == 3
    assert [error["file"] for error in answer["errors"]] == ["inlagg/Solrosen/2026-11-19 Första snön/snö.jpg"]
    assert [(error["kind"], error["code"]) for error in answer["errors"]] == [("ContentError", 3)]
    published.post("Solrosen/2026-11-19 Första snön", "Bildtext: snö.jpg: En vit gård\n\nText.\n")
    assert run(published, "publish").exit_code == 0


def test_delas_lets_both_families_read(published: Preschool) -> None:
    published.post("barn/Alva Lindqvist/2026-11-20 Gungan", "Barn: Li Wikström\nDelas: ja\n\nText.\n")
    assert run(published, "publish").exit_code == 0


def test_siblings_with_the_same_guardians_need_no_delas(published: Preschool) -> None:
    published.tables["relationer"].append(["noah", "johan", "2023-02-24", ""])
    published.write()
    published.post("barn/Alva Lindqvist/2026-11-20 Gungan", "Barn: Noah Lindqvist\n\nText.\n")
    assert run(published, "publish").exit_code == 0


def _without_cache(files: dict[str, bytes]) -> dict[str, bytes]:
    """Leave out derivatives: a check may make them, and they are nobody's."""
    return {path: content for path, content in files.items() if not path.startswith("privat/cache/")}
