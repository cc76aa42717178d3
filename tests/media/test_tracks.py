"""Films and sounds: passed through whole, and alone."""

from __future__ import annotations

import struct
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import av
import pytest
from PIL import Image

from pluttra_publish.errors import ContentError
from pluttra_publish.media import derive, probe
from pluttra_publish.media.mpeg_audio import frame_length
from tests.media import making
from tests.media.bare import assert_bare

Written = Callable[[str, bytes], Path]


def decoded(path: Path) -> tuple[list[bytes], int]:
    """Every frame's pixels and the number of samples: what a person would see and hear."""
    with av.open(str(path)) as film:
        frames = [bytes(frame.planes[0]) for frame in film.decode(video=0)] if film.streams.video else []
    with av.open(str(path)) as film:
        samples = sum(frame.samples for frame in film.decode(audio=0)) if film.streams.audio else 0
    return frames, samples


@pytest.mark.parametrize(("name", "form"), [("a.mp4", "mp4"), ("a.mov", "mov")])
def test_a_film_keeps_picture_and_sound_and_nothing_else(name: str, form: str, tmp_path: Path, cache: Path) -> None:
    source = making.film(tmp_path / name, form=form)
    assert making.CANARY.encode() in source.read_bytes()

    derived = derive(source, cache=cache)

    (film,) = derived.files
    assert (film.media_type, film.width, film.height) == ("video/mp4", 320, 180)
    assert derived.duration == pytest.approx(2, abs=0.1)
    assert decoded(film.path) == decoded(source)
    assert_bare(film.path)
    content = film.path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")  # starts at once, and seeks
    assert b"x264" not in content  # what the encoder wrote into the picture track
    with av.open(str(film.path)) as opened:
        assert [track.type for track in opened.streams] == ["video", "audio"]
        assert "creation_time" not in opened.metadata
        for track in opened.streams:
            assert track.metadata.keys() <= {"language", "handler_name", "vendor_id"}


def test_a_film_without_sound_passes(tmp_path: Path, cache: Path) -> None:
    derived = derive(making.film(tmp_path / "tyst.mp4", sound=None), cache=cache)
    with av.open(str(derived.files[0].path)) as opened:
        assert [track.type for track in opened.streams] == ["video"]


def test_a_film_has_a_still_without_metadata(tmp_path: Path, cache: Path) -> None:
    derived = derive(making.film(tmp_path / "a.mp4"), cache=cache)
    assert [(still.width, still.height) for still in derived.poster] == [(320, 180)]
    assert_bare(derived.poster[0].path)
    with Image.open(derived.poster[0].path) as still:
        red, green, _ = still.getpixel((8, 8))
        assert red > 180
        assert green < 80


def test_a_film_held_upright_stays_upright(tmp_path: Path, cache: Path) -> None:
    source = making.film(tmp_path / "stående.mov", form="mov", turned=True)
    assert (probe(source).width, probe(source).height) == (180, 320)
    derived = derive(source, cache=cache)
    assert (derived.files[0].width, derived.files[0].height) == (180, 320)
    assert (derived.poster[0].width, derived.poster[0].height) == (180, 320)
    with av.open(str(source)) as before, av.open(str(derived.files[0].path)) as after:
        assert next(before.decode(video=0)).rotation == next(after.decode(video=0)).rotation != 0
    with Image.open(derived.poster[0].path) as still:  # a quarter turn clockwise: the red corner is at the right
        red, green, _ = still.getpixel((172, 8))
        assert red > 180
        assert green < 80


def test_a_film_tells_when_it_was_recorded(tmp_path: Path) -> None:
    assert probe(making.film(tmp_path / "a.mp4")).captured == datetime(2026, 10, 22, 8, 30, tzinfo=UTC)


def test_only_one_sound_track_and_no_other_track_is_kept(tmp_path: Path, cache: Path) -> None:
    source = tmp_path / "spår.mov"
    plain = making.film(tmp_path / "plain.mp4")
    with av.open(str(plain)) as one, av.open(str(plain)) as other, av.open(str(source), "w", format="mov") as out:
        tracks = [one.streams.video[0], one.streams.audio[0], other.streams.audio[0]]
        copies = [out.add_stream_from_template(track) for track in tracks]
        for packet in [*one.demux(tracks[:2]), *other.demux(tracks[2:])]:
            if packet.dts is not None:
                packet.stream = copies[tracks.index(packet.stream)]
                out.mux(packet)
    content = source.read_bytes()
    last = content.rindex(b"stsd")  # as new telephones do, a second sound in a codec that nobody knows yet
    source.write_bytes(content[:last] + content[last:].replace(b"mp4a", b"apzz"))
    with av.open(str(source)) as opened:
        assert len(opened.streams) == 3
    with av.open(str(derive(source, cache=cache).files[0].path)) as opened:
        assert [track.type for track in opened.streams] == ["video", "audio"]


@pytest.mark.parametrize(
    ("name", "codec", "form", "media_type"),
    [
        ("a.m4a", "aac", "mp4", "audio/mp4"),
        ("a.aac", "aac", "adts", "audio/mp4"),
        ("a.mp3", "libmp3lame", "mp3", "audio/mpeg"),
        ("a.wav", "pcm_s16le", "wav", "audio/wav"),
        ("a.ogg", "libopus", "ogg", "audio/ogg"),
        ("a.opus", "libopus", "ogg", "audio/ogg"),
    ],
)
def test_a_sound_passes_without_its_tags(
    name: str, codec: str, form: str, media_type: str, tmp_path: Path, cache: Path
) -> None:
    source = making.sound(tmp_path / name, codec=codec, form=form)
    derived = derive(source, cache=cache)
    (sound,) = derived.files
    assert (derived.kind, sound.media_type, sound.width, derived.poster) == ("sound", media_type, 0, ())
    assert derived.duration == pytest.approx(2, abs=0.1)
    assert decoded(sound.path)[1] == pytest.approx(decoded(source)[1], abs=2400)
    assert_bare(sound.path)


def test_tags_at_both_ends_of_an_mp3_are_gone(tmp_path: Path, cache: Path, written: Written) -> None:
    plain = making.sound(tmp_path / "plain.mp3", codec="libmp3lame", form="mp3").read_bytes()
    story = making.CANARY.encode()
    ape = b"APETAGEX" + struct.pack("<4I8x", 2000, 64, 1, 0) + story * 4
    derived = derive(written("taggar.mp3", plain + ape + b"TAG" + story.ljust(125, b"\0")), cache=cache)
    assert story not in derived.files[0].path.read_bytes()
    assert derived.files[0].path.read_bytes()[:2] == b"\xff\xfb"


def test_an_mp3_frame_is_as_long_as_its_header_says() -> None:
    assert frame_length(bytes.fromhex("fffb9064")) == 417  # 128 kbit/s at 44.1 kHz
    assert frame_length(b"TAG!") == frame_length(b"") == frame_length(b"\xff\xff\xff\xff") == 0


@pytest.mark.parametrize(
    ("name", "more", "says", "mend"),
    [
        ("a.mp4", {"codec": "libx265"}, "HEVC", "Mest kompatibel"),
        ("a.mkv", {"form": "matroska"}, "Matroska", "H.264"),
        ("a.avi", {"form": "avi", "codec": "mpeg4", "sound": None}, "AVI", "H.264"),
        ("a.mp4", {"pix_fmt": "yuv422p"}, "4:2:2", "H.264"),
        ("a.mov", {"form": "mov", "sound": "pcm_s16le"}, "PCM", "AAC"),
    ],
)
def test_what_browsers_cannot_play_is_an_error_that_says_what_can(
    name: str, more: dict[str, str], says: str, mend: str, tmp_path: Path, cache: Path
) -> None:
    source = making.film(tmp_path / name, **more)  # type: ignore[arg-type]
    with pytest.raises(ContentError, match=says) as error:
        derive(source, cache=cache)
    assert name in str(error.value)
    assert mend in error.value.hint
    with pytest.raises(ContentError, match=says):
        probe(source)


@pytest.mark.parametrize(
    ("name", "codec", "form", "says"),
    [("a.m4a", "alac", "mp4", "Apple Lossless"), ("a.flac", "flac", "flac", "FLAC")],
)
def test_a_sound_that_browsers_cannot_play_says_what_can(
    name: str, codec: str, form: str, says: str, tmp_path: Path, cache: Path
) -> None:
    with pytest.raises(ContentError, match=says) as error:
        derive(making.sound(tmp_path / name, codec=codec, form=form), cache=cache)
    assert "M4A" in error.value.hint


@pytest.mark.parametrize("share", [0.01, 0.3, 0.7])
@pytest.mark.parametrize("start", [True, False])
def test_a_cut_off_film_is_an_error_that_names_it(
    share: float, start: bool, tmp_path: Path, cache: Path, written: Written
) -> None:
    whole = making.film(tmp_path / "hel.mp4", seconds=6)
    content = (derive(whole, cache=cache).files[0].path if start else whole).read_bytes()
    with pytest.raises(ContentError, match=r"kapad\.mp4") as error:
        derive(written("kapad.mp4", content[: int(len(content) * share)]), cache=cache)
    assert error.value.hint


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.m4a", "a.mp3", "a.wav", "a.ogg"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"Hej!",
        b"#EXTM3U\n#EXTINF:1,\nfile:///etc/hostname\n",
        b"\0\0\0\x18ftypmp42" + b"\0" * 200,
        b"ID3\4\0\0\0\0\x0f\x7f" + b"\0" * 50,
        b"RIFF\xff\xff\0\0WAVEfmt ",
        b"OggS" + b"\xff" * 80,
        b"<!DOCTYPE html><p>404</p>",
    ],
)
def test_what_is_neither_film_nor_sound_is_an_error_that_names_it(
    name: str, content: bytes, written: Written, cache: Path
) -> None:
    source = written(name, content)
    for work in (probe, lambda path: derive(path, cache=cache)):
        with pytest.raises(ContentError, match=name) as error:
            work(source)
        assert error.value.hint


def test_a_sound_named_as_a_film_is_an_error(tmp_path: Path, cache: Path) -> None:
    sound = making.sound(tmp_path / "visa.m4a")
    film = sound.rename(tmp_path / "visa.mp4")
    with pytest.raises(ContentError, match=r"visa\.mp4"):
        derive(film, cache=cache)
