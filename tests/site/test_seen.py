"""What lies in the posts' folders, at a glance: changes are seen, files in a cloud are away and not missing, and a look at a part is a look at all."""

from __future__ import annotations

import os
import random
import shutil
import unicodedata
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from pluttra_publish.errors import ContentError
from pluttra_publish.site.seen import Seen, Sight, is_away, meant, see


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    folder = tmp_path / "inlagg"
    for name in ("Solrosen/2026-11-02 Koja", "Solrosen/2026-11-03 Snö", "barn/Alva/2026-11-04 Båt"):
        (folder / name).mkdir(parents=True)
        (folder / name / "text.md").write_text("Hej.", encoding="utf-8")
        (folder / name / "bild.jpg").write_bytes(b"bild")
    (folder / "forskolan").mkdir()
    (folder / "forskolan" / "2026-11-05 Brev.md").write_text("Hej.", encoding="utf-8")
    return folder


def seen(posts: Path) -> Seen:
    return see(posts, posts.parent)


def test_posts_are_named_as_findings_name_them_and_files_are_counted(posts: Path) -> None:
    found = seen(posts)
    assert set(found.posts) == {
        "inlagg/Solrosen/2026-11-02 Koja",
        "inlagg/Solrosen/2026-11-03 Snö",
        "inlagg/barn/Alva/2026-11-04 Båt",
        "inlagg/forskolan/2026-11-05 Brev.md",
    }
    assert found.files == 7
    assert (found.away, found.missing, found.unreadable) == (frozenset(), frozenset(), frozenset())


def test_what_is_told_beside_posts_and_what_systems_leave_behind_is_not_seen(posts: Path) -> None:
    before = seen(posts)
    (posts / "Solrosen/2026-11-02 Koja/FEL.txt").write_text("Fel.", encoding="utf-8")
    (posts / "forskolan/2026-11-05 Brev.md.KLART.txt").write_text("Klart.", encoding="utf-8")
    (posts / "Solrosen/2026-11-02 Koja/.DS_Store").write_bytes(b"")
    (posts / "Solrosen/2026-11-02 Koja/bild2.jpg.part").write_bytes(b"")
    assert seen(posts) == before


@pytest.mark.parametrize("seed", range(5))
def test_a_look_at_what_has_changed_sees_what_a_look_at_all_sees(posts: Path, seed: int) -> None:
    chance, sight = random.Random(seed), Sight(posts, posts.parent)
    sight.look()
    for number in range(20):
        files = sorted(path for path in posts.rglob("*") if path.is_file())
        path, new = chance.choice(files), posts / "Solrosen" / f"2026-11-0{chance.randrange(9)} Nytt"
        match chance.randrange(5):
            case 0:
                path.write_text(f"Mer {number}.", encoding="utf-8")
                changed = {path}
            case 1:
                path.unlink()
                changed = {path}
            case 2:
                new.mkdir(exist_ok=True)
                (new / "text.md").write_text(f"{number}", encoding="utf-8")
                changed = {new, new / "text.md"}
            case 3 if path.parent.parent.name == "Solrosen":
                shutil.rmtree(path.parent)
                changed = {path.parent}
            case _:
                goal = path.with_name(f".{path.name}.icloud") if not path.name.startswith(".") else path
                path.rename(goal)
                changed = {path, goal}
        assert sight.look(changed) == seen(posts)


def test_a_place_that_has_changed_is_looked_through(posts: Path) -> None:
    sight = Sight(posts, posts.parent)
    sight.look()
    (posts / "Solrosen").rename(posts / "Blåklockan")
    assert sight.look({posts / "Solrosen", posts / "Blåklockan"}) == seen(posts)


@pytest.mark.skipif(os.name != "posix", reason="two ways of writing ö are two names only there")
def test_two_ways_of_writing_a_name_are_one_name_and_both_count(posts: Path) -> None:
    sight = Sight(posts, posts.parent)
    before = sight.look()
    twin = posts / "Solrosen" / unicodedata.normalize("NFD", "2026-11-03 Snö")
    try:
        twin.mkdir()
    except FileExistsError:
        pytest.skip("this file system knows one way")
    (twin / "text.md").write_text("Hej.", encoding="utf-8")
    assert sight.look({twin}) == seen(posts)
    assert seen(posts).posts.keys() == before.posts.keys()
    assert seen(posts).posts != before.posts
    shutil.rmtree(twin)
    assert sight.look({twin}) == seen(posts) == before


def test_a_photo_that_icloud_has_taken_away_counts_as_a_file_of_its_post(posts: Path) -> None:
    before, post = seen(posts), "inlagg/Solrosen/2026-11-02 Koja"
    photo = posts / "Solrosen/2026-11-02 Koja/bild.jpg"
    photo.rename(photo.with_name(".bild.jpg.icloud"))
    after = seen(posts)
    assert (after.away, after.missing, after.files) == ({post}, {post}, before.files)
    assert after.posts[post] != before.posts[post]


def test_a_post_of_one_file_that_icloud_has_taken_away_is_still_there(posts: Path) -> None:
    letter = posts / "forskolan/2026-11-05 Brev.md"
    letter.rename(letter.with_name(f".{letter.name}.icloud"))
    assert "inlagg/forskolan/2026-11-05 Brev.md" in seen(posts).missing


@pytest.mark.parametrize(
    ("attributes", "flags", "away"),
    [
        (0x20, 0, False),  # an ordinary file on Windows
        (0x400020, 0, True),  # OneDrive: FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS
        (0x40020, 0, True),  # FILE_ATTRIBUTE_RECALL_ON_OPEN
        (0x1020, 0, True),  # FILE_ATTRIBUTE_OFFLINE
        (0, 0x40000000, True),  # iCloud on a Mac: SF_DATALESS
        (0, 0x8000, False),  # UF_HIDDEN
    ],
)
def test_what_systems_say_of_files_in_a_cloud_is_understood(attributes: int, flags: int, away: bool) -> None:
    stat = cast(os.stat_result, SimpleNamespace(st_file_attributes=attributes, st_flags=flags))
    assert is_away(stat) is away


def test_the_name_that_icloud_leaves_stands_for_the_file() -> None:
    assert meant(".bild.jpg.icloud") == "bild.jpg"
    assert meant(".icloud") == ".icloud"
    assert meant("bild.jpg") == "bild.jpg"


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="Mappen inlagg med inlägg finns inte"):
        see(tmp_path / "inlagg", tmp_path)
