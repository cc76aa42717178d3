"""A publish that reads only what has changed gives the bytes that a rebuild from nothing gives, whatever has changed."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pluttra_publish.errors import CheckFailed, ContentError
from tests.whole.preschool import Preschool, files_of, photo

SEQUENCE = 1_900_000_000
Edit = Callable[[Preschool, random.Random], None]


@pytest.fixture
def school(school: Preschool) -> Preschool:
    """A preschool with posts of all kinds, linked, tagged, narrowed and waiting, published twice."""
    school.write_posts()
    school.post(
        "Solrosen/2026-11-02 Koja", "Barn: Alva\nMål: 2.2-a\n\nEn koja, som [regnet](../2026-11-04 Regnpölar) tog."
    )
    school.post(
        "Solrosen/2026-11-04 Regnpölar", "Barn: Alva\n\nDet skvätte.\n\n![En pöl](pöl.jpg)\n", pöl_jpg=photo("navy")
    )
    school.post("Solrosen/2026-10-14 Personalens ord", "Barn: Alva\n\nHej.\n\n::: personal\n\nBara vi.\n\n:::\n")
    school.post("Solrosen/2026-10-15 Samma bild", "Två gånger.", samma_jpg=photo("olive"))
    school.post("Solrosen/2026-09-15 Samma bild", "Barn: Alva\n\nFörsta gången.", samma_jpg=photo("olive"))
    school.post("Solrosen/2026-11-18 Utkast", "Status: utkast\n\nInte än.")
    school.post("offentligt/Om oss", "# Om oss\n\nVi finns.")
    school.publish()
    school.invite("maria")
    school.publish()
    return school


def rebuilt(school: Preschool, where: Path, sequence: int = SEQUENCE) -> dict[str, bytes]:
    """Return what a publish makes of the same site and keys on another machine, where nothing else is left."""
    shutil.copytree(
        school.root, where, ignore=shutil.ignore_patterns("public", "cache", "ledger.sqlite", "identity.txt")
    )
    copy = Preschool(where, school.now, school.settings_text)
    copy.tables = school.tables
    shutil.copy(school.identity, copy.identity)
    copy.publish(sequence=sequence)
    return files_of(copy.public)


def differing(first: dict[str, bytes], second: dict[str, bytes]) -> set[str]:
    """Return what differs; code of a former shell may wait for those who have it open."""
    paths = first.keys() | second.keys()
    return {
        path
        for path in paths
        if first.get(path) != second.get(path) and not (path.startswith("r/") and path not in second)
    }


def posts(school: Preschool) -> list[Path]:
    found = [path.parent for path in (school.root / "inlagg").rglob("text.md")]
    return sorted(path for path in found if "offentligt" not in path.parts)


def add(school: Preschool, chance: random.Random) -> None:
    place = chance.choice(["Solrosen", "Blåklockan", "forskolan", "personal", "barn/Alva Lind"])
    named = "Barn: Alva\n" if place == "Solrosen" and chance.random() < 0.5 else ""
    tagged = "Mål: 2.2-b\n" if chance.random() < 0.3 else ""
    name = f"{place}/2026-{chance.choice(['09', '10', '11'])}-1{chance.randrange(9)} Nytt {chance.randrange(10**6)}"
    school.post(name, f"{named}{tagged}\nHej!", ny_jpg=photo(chance.choice(["red", "olive", "green"])))


def change(school: Preschool, chance: random.Random) -> None:
    text = chance.choice(posts(school)) / "text.md"
    text.write_text(
        f"{text.read_text(encoding='utf-8')}\n\nMer {chance.randrange(1000)}.", encoding="utf-8", newline="\n"
    )


def untag(school: Preschool, chance: random.Random) -> None:
    for folder in posts(school):
        text = (folder / "text.md").read_text(encoding="utf-8")
        if "Barn: Alva\n" in text and folder.parent.name == "Solrosen":
            (folder / "text.md").write_text(text.replace("Barn: Alva\n", ""), encoding="utf-8", newline="\n")
            return


def delete(school: Preschool, chance: random.Random) -> None:
    linked = {"2026-11-04 Regnpölar"}  # deleting it would be an error, and it is tested that it is
    shutil.rmtree(chance.choice([folder for folder in posts(school) if folder.name not in linked]))


def rename(school: Preschool, chance: random.Random) -> None:
    folder = chance.choice([folder for folder in posts(school) if "Regnpölar" not in folder.name])
    folder.rename(folder.with_name(f"{folder.name} igen"))


def move(school: Preschool, chance: random.Random) -> None:
    folder = chance.choice(
        [one for one in posts(school) if one.parent.name in {"forskolan", "Blåklockan"}] or [posts(school)[0]]
    )
    if "Barn:" in (folder / "text.md").read_text(encoding="utf-8"):
        return
    goal = school.root / "inlagg" / chance.choice(["personal", "forskolan"])
    if not (goal / folder.name).exists():
        goal.mkdir(exist_ok=True)
        folder.rename(goal / folder.name)


def publish_the_draft(school: Preschool, chance: random.Random) -> None:
    for folder in posts(school):
        text = (folder / "text.md").read_text(encoding="utf-8")
        if "Status: utkast\n" in text:
            (folder / "text.md").write_text(text.replace("Status: utkast\n", ""), encoding="utf-8", newline="\n")


def withdraw_a_consent(school: Preschool, chance: random.Random) -> None:
    school.tables["samtycken"] = [
        [
            child[0],
            purpose,
            "",
            "Allmänt intresse",
            "2019-01-01",
            "",
            "",
            "2026-11-20" if (child[0], purpose) == (school.tables["barn"][0][0], "foto") else "",
        ]
        for child in school.tables["barn"]
        for purpose in ("foto", "film", "ljud", "namn")
    ]
    school.write()


def end_a_placement(school: Preschool, chance: random.Random) -> None:
    row = chance.choice(school.tables["placeringar"])
    row[3] = "2026-10-31"
    school.write()


def change_a_setting(school: Preschool, chance: random.Random) -> None:
    school.settings_text = school.settings_text.replace("Backens förskola", f"Backens förskola {chance.randrange(100)}")
    school.write()


def change_the_theme(school: Preschool, chance: random.Random) -> None:
    own = school.root / "theme" / "templates"
    own.mkdir(parents=True, exist_ok=True)
    house = Path(__file__).parents[2] / "theme" / "templates" / "post.html"
    text = house.read_text(encoding="utf-8").replace(
        '<div class="text">', f'<div class="text" title="{chance.randrange(99)}">'
    )
    (own / "post.html").write_text(text, encoding="utf-8", newline="\n")


def change_a_public_page(school: Preschool, chance: random.Random) -> None:
    school.post("offentligt/Om oss", f"# Om oss\n\nVi är {chance.randrange(99)}.")


def let_time_pass(school: Preschool, chance: random.Random) -> None:
    school.later(hours=chance.choice([1, 24, 24 * 20]))


EDITS: tuple[Edit, ...] = (
    add, change, untag, delete, rename, move, publish_the_draft, withdraw_a_consent, end_a_placement, change_a_setting, change_the_theme,
    change_a_public_page, let_time_pass,
)  # fmt: skip


@pytest.mark.parametrize("edit", EDITS, ids=lambda edit: edit.__name__)
def test_after_one_change_the_bytes_are_those_of_a_rebuild(school: Preschool, tmp_path: Path, edit: Edit) -> None:
    edit(school, random.Random(1))
    school.publish(sequence=SEQUENCE)
    assert differing(school.files(), rebuilt(school, tmp_path / "ny")) == set()


@pytest.mark.parametrize("seed", range(6))
def test_after_many_changes_the_bytes_are_those_of_a_rebuild(school: Preschool, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    for turn in range(4):
        for edit in chance.choices(EDITS, k=chance.randrange(1, 4)):
            edit(school, chance)
        school.publish(sequence=SEQUENCE + turn)
    school.publish(sequence=SEQUENCE + 9)
    assert differing(school.files(), rebuilt(school, tmp_path / "ny", SEQUENCE + 9)) == set()


@pytest.mark.parametrize(
    "edit", [add, change, untag, delete, rename, publish_the_draft], ids=lambda edit: edit.__name__
)
def test_a_changed_post_is_read_alone(school: Preschool, edit: Edit) -> None:
    edit(school, random.Random(2))
    assert school.publish().read <= 2


def test_where_nothing_has_changed_nothing_is_read(school: Preschool) -> None:
    again = school.publish()
    assert (again.read, again.put, again.deleted) == (0, 1, 0)


def test_a_post_that_others_link_to_may_not_go(school: Preschool) -> None:
    shutil.rmtree(school.root / "inlagg" / "Solrosen" / "2026-11-04 Regnpölar")
    with pytest.raises(CheckFailed) as failed:
        school.publish()
    assert [finding.message for finding in failed.value.findings.errors] == [
        "Länken leder till ett inlägg som inte finns."
    ]


def test_a_photo_that_one_family_may_no_longer_have_is_sealed_anew_where_another_post_shows_it(
    school: Preschool, tmp_path: Path
) -> None:
    text = school.root / "inlagg" / "Solrosen" / "2026-09-15 Samma bild" / "text.md"
    text.write_text("Första gången.", encoding="utf-8", newline="\n")
    done = school.publish(sequence=SEQUENCE)
    assert done.read == 2
    assert differing(school.files(), rebuilt(school, tmp_path / "ny")) == set()


def test_a_folder_that_has_vanished_is_not_read_as_that_all_shall_be_deleted(school: Preschool) -> None:
    away = school.root / "undan"
    (school.root / "inlagg" / "Solrosen").rename(away)
    before = school.files()
    with pytest.raises(ContentError, match="har försvunnit"):
        school.publish(allow_removals=False)
    assert school.files() == before
