from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pluttra_publish.errors import ContentError
from pluttra_publish.site.masking import NamedMasks, save_masks, with_masks

MASKS: NamedMasks = (("Alva", (0.12, 0.3, 0.1, 0.14)), ("Åke Ek", (0.5, 0.5, 0.25, 0.25)))
WANTED = {"Alva": [[0.12, 0.3, 0.1, 0.14]], "Åke Ek": [[0.5, 0.5, 0.25, 0.25]]}

WRITTEN = """# Vår egen fil
["IMG_1.jpg"]   # kojan
barn = [ "Alva",   "Noah" ]  # de två till vänster

["IMG_1.jpg".masker]
# Alva vill inte synas
Alva = [ [0.1, 0.1, 0.2, 0.2] ]  # ansiktet
Noah = [[0.5, 0.1, 0.2, 0.2]]

[ "IMG_2.jpg" ]
barn = []
"""


def written(text: str, masks: NamedMasks = MASKS, file: str = "IMG_1.jpg") -> str:
    return with_masks(text.encode(), file, masks).decode()


def test_masks_become_a_table_of_their_own() -> None:
    text = written("")
    assert tomllib.loads(text) == {"IMG_1.jpg": {"masker": WANTED}}
    assert '["IMG_1.jpg".masker]\nAlva = [[0.12, 0.3, 0.1, 0.14]]\n"Åke Ek" = [[0.5, 0.5, 0.25, 0.25]]\n' in text


def test_everything_else_stays_as_it_was_written() -> None:
    text = written(WRITTEN)
    assert tomllib.loads(text)["IMG_1.jpg"]["masker"] == WANTED
    for line in ("# Vår egen fil", '["IMG_1.jpg"]   # kojan', 'barn = [ "Alva",   "Noah" ]  # de två till vänster',
                 "# Alva vill inte synas", '[ "IMG_2.jpg" ]\nbarn = []\n'):  # fmt: skip
        assert line in text
    assert "Noah = " not in text


def test_the_same_masks_change_nothing_at_all() -> None:
    masks: NamedMasks = (("Alva", (0.1, 0.1, 0.2, 0.2)), ("Noah", (0.5, 0.1, 0.2, 0.2)))
    assert written(WRITTEN, masks) == WRITTEN


def test_no_masks_take_away_the_table_only() -> None:
    left = tomllib.loads(written(WRITTEN, ()))
    assert left == {"IMG_1.jpg": {"barn": ["Alva", "Noah"]}, "IMG_2.jpg": {"barn": []}}
    assert written("", ()) == ""


@pytest.mark.parametrize(
    "text",
    [
        '["IMG_1.jpg"]\nmasker = { Noah = [[0, 0, 1, 1]] }\nbarn = []\n',
        '["IMG_1.jpg"]\nmasker.Noah = [[0, 0, 1, 1]]\nbarn = []\n',
        '"IMG_1.jpg" = { barn = [] }\n',
        '"IMG_1.jpg".barn = []\n',
        '["img_1.JPG"]\nbarn = []\n["IMG_2.jpg"]\nbarn = ["x"]\n',
        '["IMG_1.jpg"]\nbarn = []\n\n["IMG_1.jpg".masks]\nNoah = [[0, 0, 1, 1]]\n',
        '["IMG_1.jpg".masker]\nNoah = [[0, 0, 1, 1]]\n["IMG_2.jpg"]\nbarn = []\n["IMG_1.jpg"]\nbarn = []\n',
        '["IMG_1.jpg"]\r\nbarn = []\r\n\r\n["IMG_2.jpg"]\r\nbarn = []',
        '\ufeff["IMG_1.jpg"]\nbarn = []',
        "# bara en rad",
    ],
)
def test_however_it_is_written_masks_are_put_in_or_nothing_is_done(text: str) -> None:
    try:
        after = written(text)
    except ContentError:
        return
    tables = tomllib.loads(after.removeprefix("\ufeff").replace("\r\n", "\n"))
    photo = next((value for key, value in tables.items() if key.casefold() == "img_1.jpg"), None)
    assert photo is not None
    assert next(value for key, value in photo.items() if key in {"masker", "masks"}) == WANTED
    assert after.startswith("\ufeff") == text.startswith("\ufeff")
    assert after.replace("\r\n", "").count("\n") == 0 or "\r\n" not in text


def test_what_is_no_toml_is_left_alone(tmp_path: Path) -> None:
    sidecar = tmp_path / "bilder.toml"
    sidecar.write_bytes(b'["IMG_1.jpg"\n')
    with pytest.raises(ContentError, match="rad 1"):
        save_masks(sidecar, "IMG_1.jpg", MASKS)
    assert sidecar.read_bytes() == b'["IMG_1.jpg"\n'


def test_a_new_file_is_made_only_when_there_is_something_to_save(tmp_path: Path) -> None:
    sidecar = tmp_path / "bilder.toml"
    save_masks(sidecar, "IMG_1.jpg", ())
    assert not sidecar.exists()
    save_masks(sidecar, "IMG_1.jpg", MASKS)
    assert tomllib.loads(sidecar.read_text(encoding="utf-8")) == {"IMG_1.jpg": {"masker": WANTED}}
    assert [path.name for path in tmp_path.iterdir()] == ["bilder.toml"]


NAMES = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=8).map(lambda name: f"x{name}")
SHARES = st.floats(0, 0.5)
BOXES = st.tuples(SHARES, SHARES, st.floats(0.005, 0.5), st.floats(0.005, 0.5))


@given(st.lists(st.tuples(NAMES, BOXES), max_size=5), NAMES)
@example([("x0", (0.0, 0.0, 0.5, 0.5))], "x\uf900")  # a letter that NFC writes as another
def test_whatever_names_are_written_they_are_read_back(masks: list[tuple[str, tuple[float, ...]]], file: str) -> None:
    named = tuple((name, (box[0], box[1], box[2], box[3])) for name, box in masks)
    text = written(WRITTEN, named, f"{file}.jpg")
    tables = tomllib.loads(text)
    assert set(tables.get(f"{file}.jpg", {}).get("masker", {})) == {name for name, _ in named}
    again = written(text, (), f"{file}.jpg")
    assert tomllib.loads(again)["IMG_1.jpg"] == tomllib.loads(WRITTEN)["IMG_1.jpg"]
