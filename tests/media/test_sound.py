"""Sounds: AAC that every browser plays, alone, and drawn."""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from pluttra_publish.errors import ContentError
from pluttra_publish.media import Edit, derive, probe
from tests.media import making
from tests.media.bare import assert_bare

Written = Callable[[str, bytes], Path]


def packets(path: Path) -> list[bytes]:
    with av.open(str(path)) as sound:
        return [bytes(packet) for packet in sound.demux(audio=0) if packet.size]


@pytest.mark.parametrize(
    ("name", "codec", "form", "rate"),
    [
        ("a.mp3", "libmp3lame", "mp3", 44100),
        ("a.wav", "pcm_s16le", "wav", 22050),
        ("a.wav", "pcm_s24le", "wav", 48000),
        ("a.ogg", "libopus", "ogg", 48000),
        ("a.oga", "vorbis", "ogg", 44100),
        ("a.opus", "libopus", "ogg", 48000),
        ("a.flac", "flac", "flac", 44100),
        ("a.amr", "libopencore_amrnb", "amr", 8000),
        ("a.m4a", "alac", "mp4", 44100),
        ("a.weba", "libopus", "webm", 48000),
        ("röst.3gp", "libopencore_amrnb", "3gp", 8000),
    ],
)
def test_every_sound_becomes_aac_without_its_tags(
    name: str, codec: str, form: str, rate: int, tmp_path: Path, cache: Path
) -> None:
    source = making.sound(tmp_path / name, codec=codec, form=form, rate=rate)
    assert probe(source).kind == "sound"
    derived = derive(source, cache=cache)
    (sound,) = derived.files
    assert (derived.kind, sound.media_type, sound.width, derived.poster) == ("sound", "audio/mp4", 0, ())
    assert derived.duration == pytest.approx(2, abs=0.1)
    with av.open(str(sound.path)) as opened:
        (track,) = opened.streams
        assert (track.codec_context.name, track.rate) == ("aac", rate if rate in {44100, 48000} else 48000)
        loudest = max(
            abs(sample)
            for frame in opened.decode(audio=0)
            for sample in struct.unpack(f"<{frame.samples}f", bytes(frame.planes[0])[: 4 * frame.samples])
        )
    assert 0.15 < loudest < 0.4  # a tone of a quarter of full strength
    content = sound.path.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    assert_bare(sound.path)


@pytest.mark.parametrize(("name", "form"), [("a.m4a", "mp4"), ("a.aac", "adts")])
def test_aac_is_copied_as_it_is(name: str, form: str, tmp_path: Path, cache: Path) -> None:
    source = making.sound(tmp_path / name, form=form)
    (sound,) = derive(source, cache=cache).files
    assert [packet[-40:] for packet in packets(sound.path)] == [packet[-40:] for packet in packets(source)]
    assert_bare(sound.path)


def test_tags_at_both_ends_of_an_mp3_are_gone(tmp_path: Path, cache: Path, written: Written) -> None:
    plain = making.sound(tmp_path / "plain.mp3", codec="libmp3lame", form="mp3").read_bytes()
    story = making.CANARY.encode()
    ape = b"APETAGEX" + struct.pack("<4I8x", 2000, 64, 1, 0) + story * 4
    derived = derive(written("taggar.mp3", plain + ape + b"TAG" + story.ljust(125, b"\0")), cache=cache)
    assert_bare(derived.files[0].path)


def test_a_picture_in_a_sound_is_gone_and_no_film(tmp_path: Path, cache: Path) -> None:
    source = making.sound(tmp_path / "visa.mp3", codec="libmp3lame", form="mp3", cover=making.photo())
    assert making.CANARY.encode() in source.read_bytes()
    derived = derive(source, cache=cache)
    assert derived.kind == "sound"
    assert_bare(derived.files[0].path)


def test_many_channels_become_two(tmp_path: Path, cache: Path) -> None:
    source = making.sound(tmp_path / "runt om.flac", codec="flac", form="flac", layout="5.1")
    with av.open(str(derive(source, cache=cache).files[0].path)) as opened:
        assert opened.streams.audio[0].codec_context.channels == 2


def test_a_sound_is_cut(tmp_path: Path, cache: Path) -> None:
    source = making.sound(tmp_path / "visa.m4a", seconds=4)
    derived = derive(source, cache=cache, edit=Edit(clip=(1.0, 2.5)))
    assert derived.duration == pytest.approx(1.5, abs=0.01)
    with av.open(str(derived.files[0].path)) as opened:
        assert sum(frame.samples for frame in opened.decode(audio=0)) / 48000 == pytest.approx(1.5, abs=0.05)


def test_the_wave_rises_and_falls_with_the_sound(tmp_path: Path, cache: Path) -> None:
    def loudness(at: float) -> float:
        return 1.0 if 1 <= at < 2 else 0.1 if at < 3 else 0.0

    wave = derive(
        making.sound(tmp_path / "visa.wav", codec="pcm_s16le", form="wav", seconds=4, loudness=loudness), cache=cache
    ).wave
    assert len(wave) == 72
    assert min(wave[20:34]) >= 15
    assert 1 <= max(wave[2:16]) <= 6
    assert max(wave[56:70]) == 0


def test_a_silent_sound_has_a_flat_wave(tmp_path: Path, cache: Path) -> None:
    silent = making.sound(tmp_path / "tyst.wav", codec="pcm_s16le", form="wav", loudness=lambda _: 0.0)
    assert set(derive(silent, cache=cache).wave) == {0}


def test_captions_beside_a_sound_are_an_error(tmp_path: Path, cache: Path, written: Written) -> None:
    words = written("visa.vtt", making.CAPTIONS.encode())
    with pytest.raises(ContentError, match="textning"):
        derive(making.sound(tmp_path / "visa.m4a"), cache=cache, edit=Edit(captions=words))


@pytest.mark.parametrize("clip", [(2.0, 1.0), (-1.0, 2.0), (1.0, 1.0), (math.nan, 2.0)])
def test_a_clip_without_length_is_an_error(clip: tuple[float, float], tmp_path: Path, cache: Path) -> None:
    with pytest.raises(ContentError, match="Klippet"):
        derive(making.sound(tmp_path / "visa.m4a"), cache=cache, edit=Edit(clip=clip))


def test_a_photo_cannot_be_cut(written: Written, cache: Path) -> None:
    with pytest.raises(ContentError, match="klippa"):
        derive(written("a.jpg", making.photo()), cache=cache, edit=Edit(clip=(1.0, 2.0)))
