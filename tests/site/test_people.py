from __future__ import annotations

import pytest

from pluttra_publish.site import MediaFile
from tests.site.house import House, nfd

FOLDER = "Solrosen/2026-03-12 Vi byggde koja"
MD = f"{FOLDER}/text.md"
TOML = f"{FOLDER}/bilder.toml"


@pytest.fixture
def house(house: House) -> House:
    for name in ("a.jpg", "b.jpg", "c.mp4"):
        house.write(f"{FOLDER}/{name}")
    return house


def people(house: House) -> dict[str, tuple[str, ...] | None]:
    return {file.name: file.children for file in house.read().media}


def photo(house: House) -> MediaFile:
    return house.read().media[0]


def test_nothing_said_of_a_photo_means_the_children_of_the_post(house: House) -> None:
    house.write(MD, "Barn: Åke\n\n![Koja](a.jpg)")
    assert people(house) == {"a.jpg": None, "b.jpg": None, "c.mp4": None}


@pytest.mark.parametrize(
    ("written", "children"),
    [
        ('{barn="alva noah"}', ("alva", "noah")),
        ('{barn="Alva Lindqvist, Noah"}', ("Alva Lindqvist", "Noah")),
        ('{barn="Alva Lindqvist,"}', ("Alva Lindqvist",)),
        ('{barn="Alva och Noah"}', ("Alva", "Noah")),
        ("{barn='alva alva'}", ("alva",)),
        ("{barn=alva}", ("alva",)),
        ("{barn=”alva noah”}", ("alva", "noah")),
        ('{: children="alva" }', ("alva",)),
        ('{ Barn = "Åke" }', ("Åke",)),
        ('{barn=""}', ()),
        (' {barn="alva"}', ("alva",)),
        ('\n{barn="alva"}', ("alva",)),
    ],
)
def test_braces_after_an_image_say_who_is_on_it_and_are_never_shown(
    house: House, written: str, children: tuple[str, ...]
) -> None:
    house.write(MD, f"Före.\n\n![En koja](a.jpg){written}\n\nEfter.")
    post = house.read()
    assert post.media[0].children == children
    assert post.media[0].alt == "En koja"
    assert post.body == '<p>Före.</p>\n<img src="a.jpg" alt="En koja">\n<p>Efter.</p>'
    assert "{" not in post.summary


def test_braces_follow_images_written_as_references_within_links_and_more_than_once_on_a_line(house: House) -> None:
    house.write(
        MD,
        'Här ![x][a]{barn="alva"} och [![y](b.jpg){barn="noah"}](https://a.se) och ![c.mp4]{barn="ake"}.\n\n[a]: A.JPG\n[c.mp4]: c.mp4',
    )
    assert people(house) == {"a.jpg": ("alva",), "b.jpg": ("noah",), "c.mp4": ("ake",)}
    assert "{" not in house.posts[0].body


def test_a_name_is_never_divided_that_the_posts_own_children_have(house: House) -> None:
    house.write(MD, 'Barn: Anna Maria, Noah\n\n![x](a.jpg){barn="noah anna maria"}')
    file = photo(house)
    assert (file.children, file.other_readings) == (("noah", "anna maria"), ())


def test_names_divided_at_spaces_carry_the_names_they_could_also_be(house: House) -> None:
    house.write(MD, '![x](a.jpg){barn="mohammed ali noah"}')
    assert photo(house).children == ("mohammed", "ali", "noah")
    assert set(photo(house).other_readings) == {"mohammed ali", "ali noah", "mohammed ali noah"}
    house.write(MD, '![x](a.jpg){barn="mohammed ali, noah"}')
    assert photo(house).other_readings == ()


@pytest.mark.parametrize(
    "written",
    [
        "{width=50}",
        "{#koja}",
        "{barn}",
        "{}",
        '{barn="alva" barn="noah"}',
        '{barn="alva}',
        '{barn="alva" klass=x}',
        '{barn="`a`"}',
    ],
)
def test_other_braces_after_an_image_are_an_error_with_its_line(house: House, written: str) -> None:
    house.write(MD, f"Hej.\n\n![x](a.jpg){written}")
    error = house.error()
    assert (error.file, error.place) == (f"inlagg/{MD}", "rad 3")
    assert error.mend
    assert not house.posts[0].body.count("alva")


@pytest.mark.parametrize(
    "text",
    [
        'Hej. {barn="alva"}',
        'Hej. {*barn*="alva"}',
        '![x](a.jpg){barn="alva"}{barn="noah"}',
        '<img src="a.jpg" alt="x">{barn="alva"}',
        '![x]{barn="alva"}',
        '![x {barn="alva"}](a.jpg)',
        '![x](a.jpg){barn="alva',
        'Sammanfattning: x {barn="alva"}\n\nHej.',
        'Bildtext: a.jpg: x {barn="alva"}\n\nHej.',
    ],
)
def test_braces_that_would_be_read_by_everybody_are_an_error(house: House, text: str) -> None:
    house.write(MD, text)
    assert "skulle synas" in house.error().message
    assert house.error().place == "rad 1"


def test_plain_text_has_no_braces_either(house: House) -> None:
    house.write(f"{FOLDER}/text.txt", 'Hej ![x](a.jpg){barn="alva"}')
    assert "bilder.toml" in house.error().mend


def test_the_same_photo_twice_with_other_children_is_an_error(house: House) -> None:
    house.write(MD, '![x](a.jpg){barn="alva"}\n\n![x](A.jpg){barn="ALVA"}')
    assert photo(house).children == ("alva",)
    house.write(MD, '![x](a.jpg){barn="alva"}\n\n![x](A.jpg){barn="noah"}')
    assert "säger olika" in house.error().message


def test_a_sidecar_says_who_is_on_which_photo_and_what_is_masked(house: House) -> None:
    house.write(
        TOML,
        '["A.jpg"]\nbarn = ["Alva ", "Noah"]\n["A.jpg".masker]\nAlva = [[0.12, 0.30, 0.10, 0.14], [0, 0, 1, 1]]\n_ = [[0.5, 0.5, 0.1, 0.1]]\n\n["c.mp4"]\nbarn = []\n',
    )
    first, second, film = house.read().media
    assert first.children == ("Alva", "Noah")
    assert first.masks == (("Alva", (0.12, 0.3, 0.1, 0.14)), ("Alva", (0, 0, 1, 1)), ("", (0.5, 0.5, 0.1, 0.1)))
    assert (second.children, second.masks) == (None, ())
    assert film.children == ()


def test_a_sidecar_may_speak_of_the_whole_folder_and_then_of_some(house: House) -> None:
    house.write(MD, 'Hej.\n\n![x](b.jpg){barn=""}')
    house.write(
        TOML,
        'barn = ["Alva", "Noah"]\n\n["a.jpg".masker]\nAlva = [[0.1, 0.1, 0.2, 0.2]]\n\n["c.mp4"]\nbarn = ["Noah"]\n',
    )
    assert people(house) == {"a.jpg": ("Alva", "Noah"), "b.jpg": (), "c.mp4": ("Noah",)}
    assert photo(house).masks
    house.write(TOML, 'barn = "Alva"\n')
    assert house.error().place == "barn"


def test_a_sidecar_may_say_in_what_order_the_media_stand(house: House) -> None:
    house.write(f"{FOLDER}/d.jpg", "2026-03-12T09:00:00")
    assert list(people(house)) == ["d.jpg", "a.jpg", "b.jpg", "c.mp4"]
    house.write(TOML, 'ordning = ["C.mp4", "b.jpg", "borta.jpg"]\n')
    assert list(people(house)) == ["c.mp4", "b.jpg", "d.jpg", "a.jpg"]
    house.write(TOML, 'ordning = "c.mp4"\n')
    assert "lista" in house.error().message


def test_a_sidecar_may_be_written_on_a_mac_or_in_notepad_and_in_english(house: House) -> None:
    house.write(f"{FOLDER}/Åke.jpg")
    text = nfd('["Åke.jpg"]\r\nchildren = ["Åke"]\r\nmasks = { "Åke" = [[0.1, 0.1, 0.2, 0.2]] }\r\n')
    house.write(f"{FOLDER}/Bilder.TOML", b"\xef\xbb\xbf" + text.encode())
    file = house.read().media[-1]
    assert (file.children, file.masks) == (("Åke",), (("Åke", (0.1, 0.1, 0.2, 0.2)),))


def test_a_sidecar_is_no_medium_and_makes_no_post(house: House) -> None:
    house.write("Solrosen/2026-03-13 Tom/bilder.toml")
    assert people(house) == {"a.jpg": None, "b.jpg": None, "c.mp4": None}


def test_text_and_sidecar_may_say_the_same_but_not_differ(house: House) -> None:
    house.write(MD, '![x](a.jpg){barn="alva noah"}')
    house.write(TOML, '["a.jpg"]\nmasker = {Alva = [[0.1, 0.1, 0.2, 0.2]]}')
    assert photo(house).children == ("alva", "noah")
    assert photo(house).masks
    house.write(TOML, '["a.jpg"]\nbarn = ["Noah", "Alva"]')
    assert (photo(house).children, photo(house).other_readings) == (("Noah", "Alva"), ())
    house.write(TOML, '["a.jpg"]\nbarn = ["Noah"]')
    error = house.error()
    assert (error.file, error.place) == (f"inlagg/{TOML}", '"a.jpg".barn')


@pytest.mark.parametrize(
    ("text", "place", "words"),
    [
        ('["a.jpg"]\nbarn = ["Alva"', "rad 2", "tolka"),
        ('\n["a.jpg]', "rad 2", "tolka"),
        ("x = " + "[" * 5000, "rad 1", "tolka"),
        (b'["a.jpg"]\nbarn = ["\xc5ke"]', "rad 2", "UTF-8"),
        ('["d.jpg"]\nbarn = []', '"d.jpg"', "finns inte"),
        ("[a.jpg]\nbarn = []", "[a.jpg]", "citattecken"),
        ('"a.jpg" = ["Alva"]', '"a.jpg"', "stycke"),
        ('["a.jpg"]\nmaskr = {}', '"a.jpg".maskr', "finns inte"),
        ('["a.jpg"]\nbarn = []\nchildren = []', '"a.jpg".children', "två gånger"),
        ('["a.jpg"]\nbarn = "Alva"', '"a.jpg".barn', "lista"),
        ('["a.jpg"]\nbarn = ["Alva", 3]', '"a.jpg".barn', "lista"),
        ('["a.jpg"]\nmasker = [[0, 0, 1, 1]]', '"a.jpg".masker', "per barn"),
        ('["a.jpg".masker]\nAlva = [0.1, 0.1, 0.2, 0.2]', '"a.jpg".masker.Alva', "lista"),
        ('["a.jpg".masker]\n"Å" = []', '"a.jpg".masker."Å"', "lista"),
        ('["a.jpg".masker]\nAlva = [[0.1, 0.1, 0.2]]', '"a.jpg".masker.Alva', "fyra tal"),
        ('["a.jpg".masker]\nAlva = [[0.1, 0.1, 0.2, true]]', '"a.jpg".masker.Alva', "fyra tal"),
        ('["a.jpg".masker]\nAlva = [[0.1, 0.1, 0.2, nan]]', '"a.jpg".masker.Alva', "fyra tal"),
        ('["a.jpg".masker]\nAlva = [[0, 0, 1, 1], [0.9, 0.1, 0.2, 0.2]]', '"a.jpg".masker.Alva, ruta 2', "utanför"),
        ('["a.jpg".masker]\nAlva = [[-0.1, 0.1, 0.2, 0.2]]', '"a.jpg".masker.Alva', "utanför"),
        ('["a.jpg".masker]\nAlva = [[120, 30, 100, 140]]', '"a.jpg".masker.Alva', "fyra tal"),
        ('["a.jpg".masker]\nAlva = [[0.1, 0.1, 0.2, 0]]', '"a.jpg".masker.Alva', "för liten"),
        ('["a.jpg"]\nbarn = []\n["A.JPG"]\nbarn = []', '"A.JPG"', "två gånger"),
    ],
)
def test_whatever_is_wrong_in_a_sidecar_is_an_error_with_its_place(
    house: House, text: str | bytes, place: str, words: str
) -> None:
    house.write(TOML, text)
    error = house.error()
    assert (error.file, error.place) == (f"inlagg/{TOML}", place)
    assert words in error.message
    assert error.mend


def test_everything_wrong_in_a_sidecar_is_told_at_once(house: House) -> None:
    house.write(TOML, '["d.jpg"]\n["a.jpg"]\nbran = []\n["b.jpg".masker]\nAlva = [[0, 0, 9, 9], [0, 0, 2, 2]]')
    house.press()
    assert len(house.findings.errors) == 4


def test_braces_cut_over_lines_are_found_too(house: House) -> None:
    house.write(MD, 'Hej {\nbarn="alva"}')
    assert "skulle synas" in house.error().message
