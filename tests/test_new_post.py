"""Where a new post is begun: in the folder that is there, of a department or child that there is."""

from __future__ import annotations

import unicodedata
from datetime import date
from pathlib import Path

import pytest

from pluttra_publish.errors import UsageError
from pluttra_publish.new_post import start_post
from tests.whole.preschool import Preschool

DAY = date(2026, 11, 20)


@pytest.fixture
def school(tmp_path: Path) -> Preschool:
    return Preschool(tmp_path / "förskola").write()


def begun(school: Preschool, place: str) -> str:
    """Return where a new post was begun, below the posts' folder."""
    text = start_post(school.settings, title="Ny", place=place, day=DAY)
    return text.parent.parent.relative_to(school.settings.posts).as_posix()


@pytest.mark.parametrize(
    ("there", "place"),
    [
        (unicodedata.normalize("NFD", "Blåklockan"), "Blåklockan"),
        ("Blåklockan", unicodedata.normalize("NFD", "Blåklockan")),
        ("Blåklockan", "BLÅKLOCKAN"),
        ("Blåklockan", "blaklockan"),
        ("blaklockan", "Blåklockan"),
        ("Förskolan", "forskolan"),
        ("Barn/alva", "barn/Alva Lindqvist"),
        ("barn/Alva Lindqvist", "barn/alva"),
    ],
)
def test_the_folder_that_is_there_is_used_however_its_name_is_written(
    school: Preschool, there: str, place: str
) -> None:
    (school.settings.posts / there).mkdir(parents=True)
    assert begun(school, place) == there
    assert {path.name for path in school.settings.posts.iterdir()} == {Path(there).parts[0]}


@pytest.mark.parametrize("place", ["Blåklockan", "barn/Alva Lindqvist", "forskolan", "personal", "offentligt"])
def test_one_that_is_not_there_is_made(school: Preschool, place: str) -> None:
    assert begun(school, place) == place


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("Vitsippan", "finns inte"),
        ("barn/Kalle", "finns inte"),
        ("barn/Ylva Tornefalk", "finns inte"),
        ("barn", "barnets namn"),
        ("barn/", "barnets namn"),
        ("barn/Alva Lindqvist/mer", "inte djupare"),
        ("Solrosen/2026-11-19 Snö", "inte djupare"),
        ("Solrosen/lös.md", "inte djupare"),
        ("Blåklockan", "är en fil"),
    ],
)
def test_a_place_where_no_post_can_lie_is_refused_and_nothing_is_made(
    school: Preschool, place: str, words: str
) -> None:
    school.post("Solrosen").joinpath("lös.md").write_text("Lös.", encoding="utf-8")
    (school.settings.posts / "Blåklockan").write_text("en fil", encoding="utf-8")
    before = sorted(school.root.rglob("*"))
    with pytest.raises(UsageError, match=words):
        begun(school, place)
    assert sorted(school.root.rglob("*")) == before


def test_a_register_that_is_still_empty_refuses_nobody(school: Preschool) -> None:
    school.tables = {name: [] for name in school.tables}
    school.write()
    assert begun(school, "Solrosen") == "Solrosen"
    assert begun(school, "barn/Alva") == "barn/Alva"


def test_the_same_post_in_the_other_form_of_unicode_is_there_already(school: Preschool) -> None:
    (school.settings.posts / "Solrosen" / unicodedata.normalize("NFD", "2026-11-20 Vår")).mkdir(parents=True)
    with pytest.raises(UsageError, match="finns redan"):
        start_post(school.settings, title="Vår", place="Solrosen", day=DAY)
