"""The sample preschool's media are what they claim to be, and small enough to be kept with the code."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import av
import pytest
from PIL import Image

from pluttra_publish.media import kind_of, probe
from tests.sample import plan
from tests.sample.draw import draw, write_photo
from tests.sample.plan import FILM, FOLDERS, HELP, SOUND, Shot

CONTENT = Path(__file__).parents[2] / "content"
POSTS = CONTENT / "inlagg"
SHOTS = [(POSTS / folder.path / shot.name, shot, folder) for folder in FOLDERS for shot in folder.shots]


def test_every_picture_of_the_plan_hangs_in_its_post_and_no_other() -> None:
    planned = {path for path, _, _ in SHOTS} | {POSTS / FILM, POSTS / SOUND, POSTS / HELP}
    assert {path for path in POSTS.rglob("*") if path.is_file() and kind_of(path.name)} == planned


def test_the_whole_sample_is_small_enough() -> None:
    assert sum(path.stat().st_size for path in CONTENT.rglob("*") if path.is_file()) < 15_000_000


def test_the_photos_say_when_and_where_they_were_taken() -> None:
    for path, shot, folder in SHOTS:
        seen = probe(path)
        assert (seen.width, seen.height) == shot.size, path.name
        assert seen.captured is not None
        assert seen.captured.date() == folder.at.date()
        with Image.open(path) as image:
            exif = image.getexif()
            assert exif.get_ifd(0x8825)[1] == "N"
            assert exif[0x010F] == "Exempelkamera"
            assert exif[0x0112] == (6 if shot.turned else 1)


def test_the_sample_has_every_kind_of_photo() -> None:
    assert {path.suffix for path, _, _ in SHOTS} == {".jpg", ".png", ".heic"}
    assert any(shot.turned for _, shot, _ in SHOTS)
    assert max(shot.size for _, shot, _ in SHOTS) == plan.LARGE


def test_the_film_has_moving_pictures_sound_and_a_place() -> None:
    seen = probe(POSTS / FILM)
    assert (seen.kind, seen.width, seen.height) == ("film", 1280, 720)
    assert seen.duration == pytest.approx(7, abs=0.2)
    assert seen.captured == datetime(2026, 10, 22, 8, 31, tzinfo=UTC)
    assert b"KANARIE-FILM" in (POSTS / FILM).read_bytes()
    with av.open(str(POSTS / FILM)) as film:
        assert [track.type for track in film.streams] == ["video", "audio"]


def test_the_help_film_is_captioned_from_start_to_end() -> None:
    seen = probe(POSTS / HELP)
    assert (seen.kind, seen.width, seen.height) == ("film", 1280, 720)
    captions = (POSTS / HELP).with_suffix(".vtt").read_text(encoding="utf-8")
    shown = [float(start) for start in re.findall(r"00:(\d\d\.\d{3}) -->", captions)]
    gone = [float(end) for end in re.findall(r"--> 00:(\d\d\.\d{3})", captions)]
    assert shown[0] < 1
    assert all(later - sooner < 1 for sooner, later in zip(gone, shown[1:], strict=False))
    assert abs(gone[-1] - seen.duration) < 1


def test_the_sound_is_a_song_of_eight_seconds() -> None:
    seen = probe(POSTS / SOUND)
    assert seen.kind == "sound"
    assert seen.duration == pytest.approx(8, abs=0.2)
    assert b"KANARIE-LJUD" in (POSTS / SOUND).read_bytes()


def test_the_texts_have_swedish_quotation_marks() -> None:
    texts = [path for path in CONTENT.rglob("*") if path.suffix in {".md", ".txt"} and "privat" not in path.parts]
    assert len(texts) > 25
    for path in texts:
        spoken = re.sub(r"\]\([^)]*\)|\{[^}]*\}", "", path.read_text(encoding="utf-8"))
        assert '"' not in spoken, path.name
        assert spoken.count("”") % 2 == 0, path.name


@pytest.mark.parametrize("shot", [Shot("a.jpg", "hut", 0, (400, 300)), Shot("b.png", "leaves", 1, (300, 400))])
def test_drawing_twice_gives_the_same_picture(shot: Shot, tmp_path: Path) -> None:
    assert draw(shot).tobytes() == draw(shot).tobytes()
    at = datetime(2026, 10, 14, 10) + timedelta(minutes=3)
    for name in ("one", "other"):
        write_photo(tmp_path / name / shot.name, shot, at)
    assert (tmp_path / "one" / shot.name).read_bytes() == (tmp_path / "other" / shot.name).read_bytes()
