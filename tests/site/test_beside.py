"""What belongs to a film without being in it: captions, clips, and the photo that it was taken with."""

from __future__ import annotations

import math

import pytest

from tests.site.house import House

FOLDER = "Solrosen/2026-03-12 Vi byggde koja"
TEXT = f"{FOLDER}/text.md"


@pytest.mark.parametrize("name", ["koja.vtt", "KOJA.VTT", "koja.mp4.vtt"])
def test_captions_belong_to_the_film_of_their_name(house: House, name: str) -> None:
    house.write(f"{FOLDER}/koja.mp4")
    house.write(f"{FOLDER}/annan.mp4")
    house.write(f"{FOLDER}/{name}", "WEBVTT")
    films = {file.name: file for file in house.read().media}
    assert films["koja.mp4"].captions == house.root / "inlagg" / FOLDER / name
    assert films["annan.mp4"].captions is None


@pytest.mark.parametrize("other", ["koja.jpg", "koja.m4a", "stugan.mp4"])
def test_captions_of_no_film_are_an_error_that_says_how(house: House, other: str) -> None:
    house.write(f"{FOLDER}/{other}")
    house.write(f"{FOLDER}/koja.vtt", "WEBVTT")
    error = house.error()
    assert error.file == f"inlagg/{FOLDER}/koja.vtt"
    assert "koja.mp4" in error.mend


def test_a_film_without_captions_and_without_words_is_a_warning(house: House) -> None:
    house.write(f"{FOLDER}/koja.mp4")
    house.read()
    (warning,) = house.findings.warnings
    assert "varken textning eller beskrivning" in warning.message
    assert ".vtt" in warning.mend


@pytest.mark.parametrize("beside", [("koja.vtt", "WEBVTT"), ("text.md", "Bildtext: Två barn reser en gren\n\nHej.")])
def test_captions_or_words_are_enough(house: House, beside: tuple[str, str]) -> None:
    house.write(f"{FOLDER}/koja.mp4")
    house.write(f"{FOLDER}/{beside[0]}", beside[1])
    (film,) = house.read().media
    assert not house.findings.warnings
    assert film.alt


def test_a_text_cannot_show_captions_as_a_picture(house: House) -> None:
    house.write(f"{FOLDER}/koja.mp4")
    house.write(f"{FOLDER}/koja.vtt", "WEBVTT")
    house.write(TEXT, "![Så här](koja.vtt)")
    assert "finns inte" in house.error().message


@pytest.mark.parametrize(
    ("written", "clip"),
    [
        ("0:05-0:42", (5, 42)),
        ("0:05 – 0:42", (5, 42)),
        ("koja.mp4: 0:05-0:42", (5, 42)),
        ("KOJA.mp4:1:02:03-1:02:04,5", (3723, 3724.5)),
        ("0:05-", (5, math.inf)),
        ("90:00-91:30", (5400, 5490)),
    ],
)
def test_a_clip_says_from_when_to_when(house: House, written: str, clip: tuple[float, float]) -> None:
    house.write(f"{FOLDER}/koja.mp4")
    house.write(f"{FOLDER}/koja.jpg")
    house.write(TEXT, f"Klipp: {written}\n\nHej.")
    assert {file.name: file.clip for file in house.read().media} == {"koja.mp4": clip, "koja.jpg": None}


def test_every_film_and_sound_may_have_a_clip_of_its_own(house: House) -> None:
    house.write(f"{FOLDER}/a.mp4")
    house.write(f"{FOLDER}/b.m4a")
    house.write(TEXT, "Klipp: a.mp4: 0:01-0:02\nKlipp: b.m4a: 0:03-0:04\n\nHej.")
    assert {file.name: file.clip for file in house.read().media} == {"a.mp4": (1, 2), "b.m4a": (3, 4)}


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("Klipp: början", "går inte att förstå"),
        ("Klipp: 0:42-0:05", "går inte att förstå"),
        ("Klipp: 0:05", "går inte att förstå"),
        ("Klipp: koja.mp4: 0:05-0:10\nKlipp: koja.mp4: 0:20-0:30", "två klipp"),
    ],
)
def test_a_clip_that_cannot_be_understood_is_an_error_on_its_line(house: House, written: str, says: str) -> None:
    house.write(f"{FOLDER}/koja.mp4")
    house.write(TEXT, f"{written}\n\nHej.")
    error = house.error()
    assert says in error.message
    assert error.place == f"rad {len(written.splitlines())}"


@pytest.mark.parametrize("films", [("koja.jpg",), ("a.mp4", "b.mp4")])
def test_a_clip_of_no_film_or_of_any_of_several_is_an_error(house: House, films: tuple[str, ...]) -> None:
    for name in films:
        house.write(f"{FOLDER}/{name}")
    house.write(TEXT, "Klipp: 0:05-0:42\n\nHej.")
    assert house.error().place == "rad 1"


def test_the_film_of_a_live_photo_is_not_shown(house: House) -> None:
    house.write(f"{FOLDER}/IMG_0412.HEIC")
    house.write(f"{FOLDER}/IMG_0412.MOV", "live")
    assert [file.name for file in house.read().media] == ["IMG_0412.HEIC"]


def test_the_film_of_a_live_photo_is_shown_where_the_text_names_it(house: House) -> None:
    house.write(f"{FOLDER}/IMG_0412.HEIC")
    house.write(f"{FOLDER}/IMG_0412.MOV", "live")
    house.write(TEXT, "![Vågen kommer](IMG_0412.mov)")
    assert {file.name for file in house.read().media} == {"IMG_0412.HEIC", "IMG_0412.MOV"}


def test_the_film_of_a_live_photo_is_shown_where_its_photo_is_not_there(house: House) -> None:
    house.write(f"{FOLDER}/IMG_0412.MOV", "live")
    assert [file.name for file in house.read().media] == ["IMG_0412.MOV"]


def test_an_ordinary_film_with_a_photos_name_is_shown(house: House) -> None:
    house.write(f"{FOLDER}/koja.jpg")
    house.write(f"{FOLDER}/koja.mov")
    assert [file.name for file in house.read().media] == ["koja.jpg", "koja.mov"]
