from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from pluttra_publish.site import Place
from tests.site.house import House, nfd

FOLDER = "Solrosen/2026-03-12 Vi byggde koja"


@pytest.mark.parametrize(
    ("folder", "place"),
    [
        ("Solrosen", Place("department", "Solrosen")),
        (nfd("Blåsippan"), Place("department", "Blåsippan")),
        ("barn/Elsa A", Place("child", "Elsa A")),
        ("Barn/Elsa", Place("child", "Elsa")),
        ("forskolan", Place("preschool")),
        ("Förskolan", Place("preschool")),
        (nfd("förskolan"), Place("preschool")),
        ("PERSONAL", Place("staff")),
        ("offentligt", Place("public")),
    ],
)
def test_the_folder_decides_who_reads(house: House, folder: str, place: Place) -> None:
    house.write(f"{folder}/2026-03-12 Hej.txt", "Hej.")
    assert house.read().place == place


def test_a_folder_with_photos_alone_is_a_post_with_title_and_date_from_its_name(house: House) -> None:
    house.write(f"{FOLDER}/koja.jpg")
    post = house.read()
    assert (post.title, post.date.isoformat()) == ("Vi byggde koja", "2026-03-12T00:00:00+01:00")
    assert [file.name for file in post.media] == ["koja.jpg"]
    assert post.source == "inlagg/Solrosen/2026-03-12 Vi byggde koja"


def test_names_from_macos_are_read_as_the_names_they_look_like(house: House) -> None:
    house.write(f"Solrosen/{nfd('2026-03-12 Vår')}/{nfd('blåsippa.jpg')}")
    post = house.read()
    assert (post.title, post.media[0].name, post.source) == ("Vår", "blåsippa.jpg", "inlagg/Solrosen/2026-03-12 Vår")


def test_photos_stand_in_the_order_they_were_taken_and_then_by_name(house: House) -> None:
    house.write(f"{FOLDER}/a.jpg", "2026-03-12T11:00:00")
    house.write(f"{FOLDER}/b.jpg", "2026-03-12T09:30:00+00:00")
    house.write(f"{FOLDER}/c.jpg", "2026-03-12T10:00:00")
    house.write(f"{FOLDER}/bild10.jpg")
    house.write(f"{FOLDER}/bild2.jpg")
    assert [file.name for file in house.read().media] == ["c.jpg", "b.jpg", "a.jpg", "bild2.jpg", "bild10.jpg"]


def test_what_systems_and_cameras_leave_behind_is_not_content(house: House) -> None:
    house.write(f"{FOLDER}/koja.jpg")
    for name in (".DS_Store", "._koja.jpg", "Thumbs.db", "desktop.ini", "~$text.docx", "FEL.txt", "KLART.txt", "k.aae"):
        house.write(f"{FOLDER}/{name}", "x")
        house.write(f"Solrosen/{name}", "x")
    assert len(house.read().media) == 1


@pytest.mark.parametrize("path", ["hej.txt", "barn/hej.txt", "Solrosen/koja.jpg"])
def test_a_file_where_no_post_can_lie_is_an_error(house: House, path: str) -> None:
    house.write(path, "")
    assert house.error().file == f"inlagg/{path}"


@pytest.mark.parametrize("name", ["text.docx", "text.pdf"])
def test_a_document_is_an_error_that_says_what_to_use_instead(house: House, name: str) -> None:
    house.write(f"{FOLDER}/{name}", "x")
    error = house.error()
    assert error.file == f"inlagg/{FOLDER}/{name}"
    assert ".txt" in error.mend


def test_a_photo_that_cannot_be_read_is_an_error_with_the_probe_s_own_words(house: House) -> None:
    house.write(f"{FOLDER}/koja.jpg", "trasig")
    error = house.error()
    assert (error.file, error.message, error.mend) == (
        f"inlagg/{FOLDER}/koja.jpg",
        "Bilden går inte att läsa.",
        "Kopiera den igen.",
    )


def test_two_texts_in_one_post_are_an_error_naming_both(house: House) -> None:
    house.write(f"{FOLDER}/a.md", "Hej")
    house.write(f"{FOLDER}/b.txt", "Hej")
    assert "”a.md”, ”b.txt”" in house.error().message


def test_a_folder_within_a_post_is_an_error(house: House) -> None:
    house.write(f"{FOLDER}/text.txt", "Hej")
    house.write(f"{FOLDER}/mer/koja.jpg")
    assert house.error().file == f"inlagg/{FOLDER}/mer"


def test_an_empty_folder_is_a_warning_and_no_post(house: House) -> None:
    house.write(f"{FOLDER}/.DS_Store")
    house.press()
    assert house.posts == []
    assert [warning.file for warning in house.findings.warnings] == [f"inlagg/{FOLDER}"]


@pytest.mark.skipif(os.name == "nt", reason="making links takes rights that a Windows user rarely has")
@pytest.mark.parametrize("path", ["lank.jpg", "../lank", "../../lank"])
def test_a_symlink_is_an_error_and_is_never_followed(house: House, tmp_path: Path, path: str) -> None:
    secret = tmp_path / "register"
    secret.mkdir()
    (secret / "barn.txt").write_text("hemligt", encoding="utf-8")
    house.write(f"{FOLDER}/text.txt", "Hej.")
    (tmp_path / "inlagg" / FOLDER / path).symlink_to(secret)
    assert "länk" in house.error().message
    assert "hemligt" not in str(house.posts)


def test_two_posts_with_one_address_are_an_error_naming_both(house: House) -> None:
    house.write("Solrosen/2026-03-12 Koja.txt", "Hej")
    house.write("Solrosen/2026-03-12_koja/text.txt", "Hej")
    error = house.error()
    assert {error.file, "inlagg/Solrosen/2026-03-12_koja"} <= {
        "inlagg/Solrosen/2026-03-12 Koja.txt",
        "inlagg/Solrosen/2026-03-12_koja",
    }
    assert "Koja.txt" in str(error)
    assert "2026-03-12_koja" in str(error)


def test_departments_that_differ_in_case_only_share_their_addresses(house: House) -> None:
    house.write("Solrosen/2026-03-12 Koja.txt", "Hej")
    house.write("solrosen/2026-03-12 Koja.txt", "Hej")
    house.press()
    assert len(house.posts) == len(list((house.root / "inlagg").iterdir()))
    assert len(house.findings.errors) == len(house.posts) - 1


def test_the_same_address_in_two_places_is_no_trouble(house: House) -> None:
    house.write("Solrosen/2026-03-12 Koja.txt", "Hej")
    house.write("Blåsippan/2026-03-12 Koja.txt", "Hej")
    assert house.press() is not None


def test_all_faults_are_found_in_one_run(house: House) -> None:
    house.write("hej.txt")
    house.write("Solrosen/2026-02-30 Koja.txt", "Hej")
    house.write("Solrosen/2026-03-01 Gran.md", "Satus: utkast\n\n![gran](finns-inte.jpg)")
    house.write("Solrosen/Hej.txt", "Utan datum")
    assert house.press() is None
    assert [error.place for error in house.findings.errors] == ["namnet", "rad 1", "rad 3", "Datum", ""]


BOTH_FORMS = pytest.mark.skipif(sys.platform == "darwin", reason="macOS takes the two forms of a name for one")


@BOTH_FORMS
def test_two_photos_whose_names_look_the_same_are_an_error_and_no_crash(house: House) -> None:
    house.write(f"{FOLDER}/blåsippa.jpg")
    house.write(f"{FOLDER}/{nfd('blåsippa.jpg')}")
    error = house.error()
    assert error.file == f"inlagg/{FOLDER}/blåsippa.jpg"
    assert "samma namn" in error.message
    assert "Mac" in error.mend


@BOTH_FORMS
@pytest.mark.parametrize("inside", ["", "/koja.jpg"])
def test_so_are_two_posts(house: House, inside: str) -> None:
    house.write(f"Solrosen/2026-03-12 Vår{inside or '.md'}")
    house.write(f"Solrosen/{nfd('2026-03-12 Vår')}{inside or '.md'}")
    error = house.error()
    assert error.file == f"inlagg/Solrosen/2026-03-12 Vår{'' if inside else '.md'}"
    assert "samma namn" in error.message


@BOTH_FORMS
def test_two_folders_of_one_department_are_one(house: House) -> None:
    house.write("Blåsippan/2026-03-12 Hej.txt", "Hej.")
    house.write(f"{nfd('Blåsippan')}/2026-03-13 Hå.txt", "Hå.")
    assert house.press() is not None
    assert [post.place for post in house.posts] == [Place("department", "Blåsippan")] * 2


@BOTH_FORMS
def test_but_not_with_two_posts_of_the_same_name_in_them(house: House) -> None:
    house.write("Blåsippan/2026-03-12 Hej.txt", "Hej.")
    house.write(f"{nfd('Blåsippan')}/2026-03-12 Hej.txt", "Hå.")
    assert "samma namn" in house.error().message
