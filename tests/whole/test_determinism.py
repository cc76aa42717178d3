"""Same posts, same keys: same bytes, whatever happened to the machine in between."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pluttra_publish.format.access import secret_of
from pluttra_publish.format.layout import keyring_path
from pluttra_publish.platform import IDENTITY_VARIABLE
from pluttra_publish.sealing.chain import invitation_name
from tests.media import making
from tests.whole.preschool import NOON, Preschool, files_of, photo

HOUSE = Path(__file__).parents[2]
SEQUENCE = 1_900_000_000


@pytest.fixture
def built(school: Preschool) -> Preschool:
    """A preschool with photos, a film and a sound, published once, so that its keystore holds all keys; two invitations are out.

    The film is copied as it is: of one that is encoded anew, x264 now and then writes the same pictures in other bits (docs/media.md).
    """
    school.write_posts()
    home = school.post("Solrosen/2026-11-04 Regnpölar", "Barn: Alva\n\nDet skvätte.\n\n![En pöl](pöl-2.jpg)\n")
    for number, colour in enumerate(("navy", "olive", "maroon"), 1):
        (home / f"pöl-{number}.jpg").write_bytes(photo(colour, (700, 500)))
    making.film(home / "pölen.mp4", seconds=1)
    making.sound(home / "plask.wav", codec="pcm_s16le", form="wav", seconds=1)
    school.publish()
    school.invite("maria")
    school.invite("petra")
    school.publish()
    return school


def build(site: Path, identity: Path, into: Path, *options: str, **environment: str) -> dict[str, bytes]:
    """Build in a new interpreter and return what it made."""
    clean = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    command = [sys.executable, "-m", "pluttra_publish", "build", "--site", str(site), "--into", str(into), *options]
    subprocess.run(
        command,
        cwd=HOUSE,
        env=clean | {IDENTITY_VARIABLE: str(identity)} | environment,
        check=True,
        capture_output=True,
        timeout=120,
    )
    return files_of(into)


def copy_of(school: Preschool, where: Path) -> Path:
    shutil.copytree(school.root, where, ignore=shutil.ignore_patterns("public"))
    return where


def test_two_builds_at_one_time_and_sequence_are_the_same_to_the_byte(built: Preschool, tmp_path: Path) -> None:
    fixed = {"SOURCE_DATE_EPOCH": str(int(NOON.timestamp()))}
    numbered = ("--sequence", str(SEQUENCE))
    here = copy_of(built, tmp_path / "här")
    there = copy_of(built, tmp_path / "en annan plats" / "där")
    shutil.rmtree(there / "privat" / "cache")
    first = build(here, built.identity, tmp_path / "a", *numbered, PYTHONHASHSEED="1", **fixed)
    elsewhere = {"PYTHONHASHSEED": "4711", "TZ": "Asia/Tokyo", "LC_ALL": "C", **fixed}
    second = build(there, built.identity, tmp_path / "b", *numbered, **elsewhere)
    assert len(first) > 30
    assert {"root", "index.html", "sw.js"} <= set(first)
    assert _differing(first, second) == set()


def test_without_a_fixed_time_only_root_and_new_invitations_differ(built: Preschool, tmp_path: Path) -> None:
    here, there = copy_of(built, tmp_path / "här"), copy_of(built, tmp_path / "där")
    first = build(here, built.identity, tmp_path / "a", PYTHONHASHSEED="1")
    secret = _invited(there, built.identity)
    second = build(there, built.identity, tmp_path / "b", PYTHONHASHSEED="2")
    assert _differing(first, second) == {"root", keyring_path(invitation_name(secret))}


def _invited(site: Path, identity: Path) -> bytes:
    """Invite a reader by the command, and return the secret of the link."""
    command = [sys.executable, "-m", "pluttra_publish", "invite", "johan", "--site", str(site), "--json"]
    environment = {name: value for name, value in os.environ.items() if name != "SOURCE_DATE_EPOCH"}
    environment |= {IDENTITY_VARIABLE: str(identity)}
    made = subprocess.run(command, cwd=HOUSE, env=environment, check=True, capture_output=True, timeout=120)
    return secret_of(json.loads(made.stdout)["url"])


def test_deleting_ledger_and_cache_changes_no_byte(built: Preschool, tmp_path: Path) -> None:
    built.publish(sequence=SEQUENCE)
    before = built.files()
    (built.state / "ledger.sqlite").unlink()
    shutil.rmtree(built.state / "cache")
    assert built.publish(sequence=SEQUENCE).put == 1
    assert _differing(before, built.files()) == set()
    built.publish(sequence=SEQUENCE, into=tmp_path / "ny")
    assert _differing(before, files_of(tmp_path / "ny")) == set()


def test_a_damaged_ledger_changes_no_byte(built: Preschool) -> None:
    built.publish(sequence=SEQUENCE)
    before = built.files()
    (built.state / "ledger.sqlite").write_text('{"v": 1, "sealed": {"o/00/00": [1, "zz"', encoding="utf-8")
    built.publish(sequence=SEQUENCE)
    assert _differing(before, built.files()) == set()


def test_moving_the_sites_folder_changes_no_byte(built: Preschool, tmp_path: Path) -> None:
    built.publish(sequence=SEQUENCE)
    before = built.files()
    built.root = built.root.rename(tmp_path / "Ny mapp (2)")
    built.publish(sequence=SEQUENCE)
    assert _differing(before, built.files()) == set()


def test_copying_all_posts_anew_in_another_order_changes_no_byte(built: Preschool) -> None:
    built.publish(sequence=SEQUENCE)
    before = built.files()
    posts = built.root / "inlagg"
    shutil.move(posts, built.root / "gamla")
    for path in sorted((path for path in (built.root / "gamla").rglob("*") if path.is_file()), reverse=True):
        copy = posts / path.relative_to(built.root / "gamla")
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(path.read_bytes())
    built.publish(sequence=SEQUENCE)
    assert _differing(before, built.files()) == set()


def test_an_incremental_build_and_a_full_one_are_the_same_to_the_byte(built: Preschool, tmp_path: Path) -> None:
    built.post("Solrosen/2026-11-19 Första snön", "Ny text om snön.\n", lykta_jpg=photo("white"))
    built.post("Blåklockan/2026-11-20 Bullbak", "Det luktade kanel.\n")
    shutil.rmtree(built.root / "inlagg" / "forskolan" / "2026-11-16 Öppettider")
    built.publish(sequence=SEQUENCE)
    incremental = built.files()
    (built.state / "ledger.sqlite").unlink()
    built.publish(sequence=SEQUENCE, into=tmp_path / "hel")
    assert _differing(incremental, files_of(tmp_path / "hel")) == set()


def test_publishing_the_same_again_puts_the_root_and_nothing_else(built: Preschool) -> None:
    before = built.files()
    again = built.publish()
    assert (again.put, again.deleted, again.broken) == (1, 0, 0)
    assert _differing(before, built.files()) == {"root"}


def _differing(first: dict[str, bytes], second: dict[str, bytes]) -> set[str]:
    return {path for path in first.keys() | second.keys() if first.get(path) != second.get(path)}
