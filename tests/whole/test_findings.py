"""What is wrong with content or register: all told together, with file, place and mend; nothing sealed, nothing changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.whole.checking import answered, run, without_cache
from tests.whole.preschool import Preschool, files_of, photo

Fault = Callable[[Preschool], None]


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
    assert without_cache(files_of(published.root)) == without_cache(before)
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
