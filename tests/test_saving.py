"""Who is on a photo is told in the child's own index, where the preschool lets photos be saved, and nowhere else."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest

from pluttra_publish.format.posts import Card, Index
from pluttra_publish.sealing import chain
from tests.whole.preschool import Preschool, photo

ALLOWED = '\n[reader]\ndownload = "own-children"\n'
TEXT = """Barn: Alva, Noah

![Alva](a.jpg){barn="Alva"}

![Noah](b.jpg){barn="Noah"}

![Båda](c.jpg)

![Ett staket](d.jpg){barn=""}
"""


@pytest.fixture
def school(tmp_path: Path) -> Preschool:
    made = Preschool(tmp_path / "förskola")
    files = {f"{name}_jpg": photo(colour) for name, colour in zip("abcd", ("teal", "navy", "red", "gold"), strict=True)}
    made.post("forskolan/2026-11-20 Ute", TEXT, **files)
    made.post("barn/Noah Lindqvist/2026-11-19 Båten", "Den flyter.\n", a_jpg=photo("olive"))
    return made


def saved(school: Preschool, monkeypatch: pytest.MonkeyPatch) -> dict[str, dict[str, list[int]]]:
    """Publish, and return by audience and title which photos, counted from 1, may be saved."""
    sealed: list[Index] = []
    seal = chain.seal_index
    with monkeypatch.context() as patch:
        patch.setattr(chain, "seal_index", lambda index, **keys: (sealed.append(index), seal(index, **keys))[1])
        school.publish()
    names = {keys.id.hex(): name for name, keys in school.keys().audiences.items()}
    found: dict[str, dict[str, list[int]]] = defaultdict(dict)
    for index in sealed:
        for card in index.posts:
            if card.save:
                found[names[index.audience]][card.title] = _photos(card)
    return dict(found)


def _photos(card: Card) -> list[int]:
    widths = len(card.media) // card.count["photo"]
    assert all(n % widths == widths - 1 for n in card.save), "the widest of each photo"
    return [n // widths + 1 for n in card.save]


def test_nothing_may_be_saved_and_nothing_is_told_unless_the_preschool_says_so(
    school: Preschool, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert saved(school, monkeypatch) == {}
    school.settings_text += '\n[reader]\ndownload = "none"\n'
    assert saved(school, monkeypatch) == {}


def test_each_childs_own_index_names_the_photos_that_the_child_is_on(
    school: Preschool, monkeypatch: pytest.MonkeyPatch
) -> None:
    school.settings_text += ALLOWED
    assert saved(school, monkeypatch) == {
        "child:alva": {"Ute": [1, 3]},
        "child:noah": {"Ute": [2, 3], "Båten": [1]},
    }


def test_a_child_who_is_masked_on_a_photo_has_no_photo_to_save(
    school: Preschool, monkeypatch: pytest.MonkeyPatch
) -> None:
    school.settings_text += ALLOWED
    home = school.root / "inlagg/forskolan/2026-11-20 Ute"
    masks = '["a.jpg".masker]\nAlva = [[0.1, 0.1, 0.5, 0.5]]\n'
    (home / "bilder.toml").write_text(masks, encoding="utf-8", newline="\n")
    assert saved(school, monkeypatch)["child:alva"] == {"Ute": [3]}


def test_taking_the_permission_back_takes_it_from_the_next_index(
    school: Preschool, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = school.settings_text
    school.settings_text += ALLOWED
    assert saved(school, monkeypatch)
    school.settings_text = plain
    assert saved(school.later(days=1), monkeypatch) == {}  # type: ignore[arg-type]
