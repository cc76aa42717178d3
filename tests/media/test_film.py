"""Films: passed through whole where every browser plays them, made so where not; cut, captioned, and alone."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import av
import pytest
from PIL import Image

from pluttra_publish.errors import ContentError
from pluttra_publish.media import Edit, derive, probe
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


def rate_of(path: Path) -> int:
    with av.open(str(path)) as film:
        return int(film.streams.audio[0].rate)


def unlike(one: bytes, other: bytes) -> float:
    """How far apart two planes of pixels are, on the whole."""
    return sum(abs(a - b) for a, b in zip(one[::7], other[::7], strict=True)) / len(one[::7])


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
    ("name", "more"),
    [
        ("a.mkv", {"form": "matroska"}),
        ("a.3gp", {"form": "3gp", "sound": "aac"}),
        ("a.mov", {"form": "mov", "sound": "pcm_s16le"}),
        ("a.3gp", {"form": "3gp", "sound": "libopencore_amrnb"}),
        ("a.mkv", {"form": "matroska", "sound": "vorbis"}),
    ],
)
def test_a_picture_that_every_browser_plays_is_copied_whatever_it_lies_in(
    name: str, more: dict[str, str], tmp_path: Path, cache: Path
) -> None:
    source = making.film(tmp_path / name, **more)  # type: ignore[arg-type]
    (film,) = derive(source, cache=cache).files
    assert decoded(film.path)[0] == decoded(source)[0]
    assert decoded(film.path)[1] == pytest.approx(2 * rate_of(film.path), rel=0.03)
    assert_bare(film.path)


@pytest.mark.parametrize(
    ("name", "more"),
    [
        ("hevc.mov", {"form": "mov", "codec": "libx265"}),
        ("tio bitar.mp4", {"codec": "libx265", "pix_fmt": "yuv420p10le"}),
        ("av1.mp4", {"codec": "libsvtav1"}),
        ("vp9.webm", {"form": "webm", "codec": "libvpx-vp9", "sound": "libopus"}),
        ("vp8.webm", {"form": "webm", "codec": "libvpx", "sound": "vorbis"}),
        ("prores.mov", {"form": "mov", "codec": "prores_ks", "pix_fmt": "yuv422p10le", "sound": "pcm_s16le"}),
        ("gammal.3gp", {"form": "3gp", "codec": "mpeg4", "sound": "libopencore_amrnb"}),
        ("422.mp4", {"pix_fmt": "yuv422p"}),
        ("mjpeg.mov", {"form": "mov", "codec": "mjpeg", "pix_fmt": "yuvj420p", "sound": None}),
    ],
)
def test_other_films_become_what_every_browser_plays(
    name: str, more: dict[str, str], tmp_path: Path, cache: Path
) -> None:
    source = making.film(tmp_path / name, **more)  # type: ignore[arg-type]
    derived = derive(source, cache=cache)
    (film,) = derived.files
    assert (film.media_type, film.width, film.height) == ("video/mp4", 320, 180)
    assert derived.duration == pytest.approx(2, abs=0.1)
    assert_bare(film.path)
    content = film.path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    assert b"x264" not in content
    with av.open(str(film.path)) as opened:
        picture = opened.streams.video[0]
        assert (picture.codec_context.name, picture.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert float(picture.average_rate or 0) == pytest.approx(12, rel=0.01)
        assert [track.codec_context.name for track in opened.streams.audio] == ["aac"] * (
            more.get("sound", "") is not None
        )
    assert len(decoded(film.path)[0]) == 24
    with Image.open(derived.poster[0].path) as still:
        red, green, _ = still.getpixel((8, 8))
        assert red > 180
        assert green < 90


def test_a_film_larger_than_1080p_becomes_1080p(tmp_path: Path, cache: Path) -> None:
    source = making.film(tmp_path / "stor.mp4", seconds=0.5, sound=None, size=(2560, 1440))
    derived = derive(source, cache=cache)
    assert (derived.files[0].width, derived.files[0].height) == (1920, 1080)
    upright = making.film(tmp_path / "hög.mp4", seconds=0.5, sound=None, size=(1440, 2560))
    assert [(film.width, film.height) for film in derive(upright, cache=cache).files] == [(1080, 1920)]


def test_a_film_of_uneven_times_keeps_them(tmp_path: Path, cache: Path) -> None:
    times = [0, 1, 2, 9, 10, 17, 23]
    source = making.film(tmp_path / "ojämn.mp4", codec="libx265", sound=None, times=times)
    with av.open(str(derive(source, cache=cache).files[0].path)) as film:
        shown = [frame.time for frame in film.decode(video=0)]
    assert [at - (shown[0] or 0) for at in shown if at is not None] == pytest.approx(
        [time / 12 for time in times], abs=0.002
    )


def test_a_bright_film_is_shown_as_on_an_ordinary_screen(tmp_path: Path, cache: Path) -> None:
    grey = making.high_dynamic_film(tmp_path / "hlg.mov")
    with av.open(str(derive(grey, cache=cache).files[0].path)) as film:
        frame = next(film.decode(video=0))
        assert (frame.color_trc, frame.colorspace) == (1, 1)
        assert bytes(frame.planes[0])[5000] > 175  # HLG's 75 % is white paper; its number alone would be a dull 144


@pytest.mark.parametrize("codec", ["libx264", "libx265"])
def test_a_clip_holds_what_lies_within_it_and_nothing_else(codec: str, tmp_path: Path, cache: Path) -> None:
    source = making.film(tmp_path / "klipp.mp4", codec=codec, seconds=4)
    derived = derive(source, cache=cache, edit=Edit(clip=(1.0, 2.5)))
    assert derived.duration == pytest.approx(1.5, abs=0.01)
    frames, samples = decoded(derived.files[0].path)
    assert len(frames) == 18
    assert samples / 44100 == pytest.approx(1.5, abs=0.06)
    wanted = decoded(source)[0][12:30]
    assert all(unlike(one, other) < 3 for one, other in zip(frames, wanted, strict=True))
    assert unlike(frames[0], decoded(source)[0][0]) > unlike(frames[0], wanted[0])
    assert_bare(derived.files[0].path)
    assert derive(source, cache=cache, edit=Edit(clip=(1.0, math.inf))).duration == pytest.approx(3, abs=0.01)
    assert derive(source, cache=cache).duration == pytest.approx(4, abs=0.01)


def test_a_clip_that_begins_after_the_end_is_an_error(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(ContentError, match="efter slutet") as error:
        derive(making.film(tmp_path / "kort.mp4"), cache=cache, edit=Edit(clip=(30.0, 40.0)))
    assert "Klipp" in error.value.hint


def test_what_was_cut_away_in_the_telephone_is_gone(tmp_path: Path, cache: Path) -> None:
    whole = making.film(tmp_path / "hel.mp4", seconds=4, sound=None)
    cut = making.cut_in_the_telephone(whole, tmp_path / "klippt.mov", 1.5)
    with av.open(str(cut)) as opened:
        assert sum(packet.is_discard for packet in opened.demux(video=0)) > 10  # the file still holds them
    derived = derive(cut, cache=cache)
    with av.open(str(derived.files[0].path)) as opened:
        assert not any(packet.is_discard for packet in opened.demux(video=0))
    assert len(decoded(derived.files[0].path)[0]) == 30


def test_captions_become_bare_captions(tmp_path: Path, cache: Path) -> None:
    film = making.film(tmp_path / "koja.mp4", seconds=4)
    words = tmp_path / "koja.vtt"
    words.write_text(making.CAPTIONS, encoding="utf-8", newline="\n")
    derived = derive(film, cache=cache, edit=Edit(captions=words))
    (captions,) = derived.captions
    assert captions.media_type == "text/vtt"
    assert derived.spoken == ("Nu bygger vi!", "Hjälp mig & håll < här")
    assert captions.path.read_text(encoding="utf-8") == (
        "WEBVTT\n\n00:00:00.500 --> 00:00:01.500\nNu bygger vi!\n\n00:00:02.000 --> 00:00:03.250\nHjälp mig &amp; håll &lt; här\n"
    )
    assert_bare(captions.path)
    assert captions in derived.all


def test_captions_follow_the_clip(tmp_path: Path, cache: Path) -> None:
    film = making.film(tmp_path / "koja.mp4", seconds=4)
    words = tmp_path / "koja.vtt"
    words.write_text(making.CAPTIONS, encoding="utf-8", newline="\n")
    derived = derive(film, cache=cache, edit=Edit(clip=(1.8, 3.0), captions=words))
    assert derived.spoken == ("Hjälp mig & håll < här",)
    assert "00:00:00.200 --> 00:00:01.200\n" in derived.captions[0].path.read_text(encoding="utf-8")


def test_changed_captions_are_derived_anew(tmp_path: Path, cache: Path) -> None:
    film = making.film(tmp_path / "koja.mp4", seconds=1)
    words = tmp_path / "koja.vtt"
    for said in ("Ett", "Två"):
        words.write_text(f"WEBVTT\n\n00:00.000 --> 00:01.000\n{said}\n", encoding="utf-8", newline="\n")
        assert derive(film, cache=cache, edit=Edit(captions=words)).spoken == (said,)


@pytest.mark.parametrize(
    "content",
    [b"", b"WEBVTT", b"1\n00:00:01,000 --> 00:00:02,000\nHej\n", "WEBVTT\n\n00:01.000 --> 00:02.000\nÅh\n".encode("latin-1"), b"\xff" * 50],
)  # fmt: skip
def test_captions_that_cannot_be_read_are_an_error_that_names_them(
    content: bytes, tmp_path: Path, cache: Path, written: Written
) -> None:
    film = making.film(tmp_path / "koja.mp4", seconds=1)
    with pytest.raises(ContentError, match=r"koja\.vtt") as error:
        derive(film, cache=cache, edit=Edit(captions=written("koja.vtt", content)))
    assert "WebVTT" in error.value.hint


def test_captions_that_are_gone_are_an_error_that_names_them(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(ContentError, match=r"koja\.vtt"):
        derive(making.film(tmp_path / "koja.mp4", seconds=1), cache=cache, edit=Edit(captions=tmp_path / "koja.vtt"))


def test_the_film_of_a_live_photo_says_that_it_belongs_to_one(tmp_path: Path) -> None:
    assert probe(making.film(tmp_path / "IMG_1.MOV", form="mov", live=True)).live
    assert not probe(making.film(tmp_path / "IMG_2.MOV", form="mov")).live


@pytest.mark.parametrize(("form", "lossless"), [("GIF", False), ("PNG", True), ("WEBP", True), ("AVIF", False)])
def test_a_picture_that_moves_becomes_a_film(form: str, lossless: bool, written: Written, cache: Path) -> None:
    source = written(f"rörlig.{form.lower()}", making.animation(form))
    assert probe(source).kind == "film"
    derived = derive(source, cache=cache)
    (film,) = derived.files
    assert (derived.kind, film.media_type, film.width, film.height) == ("film", "video/mp4", 160, 120)
    assert derived.duration == pytest.approx(1.0, abs=0.05)
    assert_bare(film.path)
    with av.open(str(film.path)) as opened:
        shown = {round(frame.time or 0, 2): frame.to_image().getpixel((80, 60)) for frame in opened.decode(video=0)}
    for at, (strongest, _) in {0.1: (0, "red"), 0.5: (1, "green"), 0.9: (2, "blue")}.items():
        assert max(range(3), key=lambda band: shown[at][band]) == strongest
    assert [(still.width, still.height) for still in derived.poster] == [(160, 120)]


def test_a_picture_of_one_frame_is_a_photo_whatever_it_calls_itself(written: Written, cache: Path) -> None:
    for form in ("GIF", "PNG", "WEBP"):
        source = written(f"stilla.{form.lower()}", making.animation(form, frames=1))
        assert probe(source).kind == derive(source, cache=cache).kind == "photo"


def test_a_film_file_without_a_picture_is_a_sound(tmp_path: Path, cache: Path) -> None:
    sound = making.sound(tmp_path / "visa.m4a").rename(tmp_path / "visa.mp4")
    assert probe(sound).kind == "sound"
    derived = derive(sound, cache=cache)
    assert (derived.kind, derived.files[0].media_type) == ("sound", "audio/mp4")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.avi", b"RIFF\0\0\0\0AVI LIST" + b"\0" * 50, "AVI"),
        ("a.wmv", b"0&\xb2u\x8ef\xcf\x11" + b"\0" * 50, "Windows Media"),
        ("a.mts", b"\0\0\0\0G@\0\x10" + b"\0" * 50, "AVCHD"),
        ("a.aif", b"FORM\0\0\0\0AIFF" + b"\0" * 50, "AIFF"),
    ],
)
def test_a_container_that_we_do_not_read_is_named(
    name: str, content: bytes, says: str, written: Written, cache: Path
) -> None:
    source = written(name, content)
    for work in (probe, lambda path: derive(path, cache=cache)):
        with pytest.raises(ContentError, match=says) as error:
            work(source)
        assert name in str(error.value)
        assert error.value.hint


def test_a_codec_that_we_do_not_read_is_named(tmp_path: Path, cache: Path) -> None:
    old = making.film(tmp_path / "gammal.mov", form="mov", codec="mpeg2video", sound=None, rate=25)
    with pytest.raises(ContentError, match="MPEG-2") as error:
        derive(old, cache=cache)
    assert "H.264" in error.value.hint


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


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.m4a", "a.mp3", "a.wav", "a.ogg", "a.flac", "a.amr"])
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
        b"\x1aE\xdf\xa3" + b"\x80" * 80,
        b"fLaC" + b"\0" * 80,
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
