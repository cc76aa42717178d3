"""Films, sounds and photos from file to opened page: cut, captioned, drawn, and with a blur to begin with."""

from __future__ import annotations

import re

import av
import pytest

from pluttra_publish.errors import CheckFailed
from pluttra_publish.open import SeenPost
from tests.media import making
from tests.whole.preschool import Preschool

PLACE = "Solrosen/2026-11-20 Vi filmade"
CAPTIONS = "WEBVTT\n\nNOTE hemligt\n\n00:00.200 --> 00:00.900\nFörst\n\n00:01.200 --> 00:01.800\nÅ, vad högt!\n"


def seen(school: Preschool) -> tuple[SeenPost, str, list[tuple[str, bytes]]]:
    """The post as Maria reads it: its page, and every medium with its type."""
    opened = school.open("maria")
    (post,) = (post for post in opened.posts if post.card.title == "Vi filmade")
    media = [(medium.media_type, opened.content(medium)) for medium in post.card.media]
    return post, opened.content(post.card.page).decode("utf-8"), media


def test_a_clip_with_captions_comes_to_the_reader_cut_captioned_and_written_out(school: Preschool) -> None:
    home = school.post(PLACE, "Klipp: 0:01-0:02\n\nHej.\n")
    making.film(home / "koja.mp4", codec="libx265", seconds=3)
    (home / "koja.vtt").write_text(CAPTIONS, encoding="utf-8", newline="\n")
    school.publish()
    _, page, media = seen(school)
    number = next(n for n, (kind, _) in enumerate(media) if kind == "text/vtt")
    assert re.search(rf'<track kind="captions" src="media:[0-9a-f]{{16}}/{number}" label="Textning" [^>]*default', page)
    assert "Å, vad högt!" in page
    assert "Först" not in page
    assert media[number][1].decode("utf-8") == "WEBVTT\n\n00:00:00.200 --> 00:00:00.800\nÅ, vad högt!\n"
    film = school.root / "opened.mp4"
    film.write_bytes(next(content for kind, content in media if kind == "video/mp4"))
    with av.open(str(film)) as opened:
        assert opened.streams.video[0].codec_context.name == "h264"
        assert sum(1 for _ in opened.decode(video=0)) == 12


def test_captions_that_name_somebody_in_quarantine_stop_everything(school: Preschool) -> None:
    home = school.post(PLACE, "Hej.\n")
    making.film(home / "koja.mp4", seconds=2)
    (home / "koja.vtt").write_text(CAPTIONS.replace("högt", "högt, Ylva Tornefalk"), encoding="utf-8", newline="\n")
    with pytest.raises(CheckFailed) as failed:
        school.publish()
    assert "nämner någon" in failed.value.findings.errors[0].message


def test_a_sound_is_drawn_and_a_photo_has_a_blur(school: Preschool) -> None:
    home = school.post(PLACE, "Hej.\n")
    making.sound(home / "visa.mp3", codec="libmp3lame", form="mp3")
    (home / "koja.jpg").write_bytes(making.photo())
    school.publish()
    _, page, media = seen(school)
    assert "audio/mp4" in {kind for kind, _ in media}
    wave = re.search(r'<p class="wave" aria-hidden="true">((?:<i class="w\d+"></i>)+)</p>', page)
    assert wave
    assert wave[1].count("<i ") == 72
    assert re.search(r'data-blur="[A-Za-z0-9+/=]{60,400}"', page)


def test_a_picture_that_moves_is_a_film_to_its_readers(school: Preschool) -> None:
    home = school.post(PLACE, "Hej.\n")
    (home / "hopp.gif").write_bytes(making.animation("GIF"))
    school.publish()
    post, page, media = seen(school)
    assert (post.card.count["film"], post.card.count["photo"]) == (1, 0)
    assert "<video" in page
    assert "video/mp4" in {kind for kind, _ in media}
