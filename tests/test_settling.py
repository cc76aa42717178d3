"""When what has changed may be read: not while it is still changing, nor while a part of it is on its way."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pluttra_publish.settings import Settings, read_settings
from pluttra_publish.watching.settling import Settling, matters


class Clock:
    """A clock that a test moves."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "pluttra.toml").write_text('name = "A"\nurl = "https://a.example.se"\n', encoding="utf-8")
    (tmp_path / "inlagg" / "Solrosen" / "2026-11-02 Koja").mkdir(parents=True)
    (tmp_path / "register").mkdir()
    return read_settings(tmp_path)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def settling(settings: Settings, clock: Clock) -> Settling:
    return Settling(settings, clock)


def after(settling: Settling, clock: Clock, seconds: float) -> bool:
    clock.now += seconds
    settling.look()
    return settling.ready


def test_a_post_settles_when_nothing_has_changed_for_a_while(
    settings: Settings, settling: Settling, clock: Clock
) -> None:
    photo = settings.posts / "Solrosen/2026-11-02 Koja/bild.jpg"
    photo.write_bytes(b"1")
    settling.hear([photo])
    assert not after(settling, clock, 0.5)
    photo.write_bytes(b"12")  # nothing is heard of it, as on a network disk
    assert not after(settling, clock, 0.6)
    assert after(settling, clock, 1.1)
    assert settling.take() == {photo}
    assert not settling.ready


def test_one_post_that_is_being_copied_does_not_hinder_another(
    settings: Settings, settling: Settling, clock: Clock
) -> None:
    home = settings.posts / "Solrosen"
    slow, quick = home / "2026-11-02 Koja" / "film.mp4", home / "2026-11-03 Brev.md"
    slow.write_bytes(b"1")
    quick.write_bytes(b"1")
    settling.hear([slow, quick])
    clock.now += 0.9
    slow.write_bytes(b"12")
    settling.hear([slow])
    assert after(settling, clock, 0.2)
    assert settling.restless == {slow.parent}
    assert settling.take() == {slow, quick}
    assert not settling.ready
    assert after(settling, clock, 1.1)
    assert settling.take() == {slow}


def test_a_register_that_is_being_saved_is_waited_for(settings: Settings, settling: Settling, clock: Clock) -> None:
    post, table = settings.posts / "Solrosen" / "2026-11-03 Brev.md", settings.register / "barn.csv"
    settling.hear([post])
    clock.now += 0.8
    settling.hear([table])
    assert not after(settling, clock, 0.5)
    assert after(settling, clock, 0.6)


def test_a_download_is_waited_for_but_not_for_ever(settings: Settings, settling: Settling, clock: Clock) -> None:
    home = settings.posts / "Solrosen/2026-11-02 Koja"
    (home / "bild.jpg.crdownload").write_bytes(b"1")
    settling.hear([home])
    assert not after(settling, clock, 1.5)
    assert not after(settling, clock, 1.5)
    old = (home / "bild.jpg.crdownload").stat().st_mtime - 3600
    os.utime(home / "bild.jpg.crdownload", (old, old))
    clock.now += 1.5
    settling.look()
    assert after(settling, clock, 1.5)


def test_what_waits_is_not_looked_at_all_the_time(settings: Settings, settling: Settling, clock: Clock) -> None:
    assert settling.soonest == float("inf")
    home = settings.posts / "Solrosen/2026-11-02 Koja"
    (home / "bild.jpg.part").write_bytes(b"1")
    settling.hear([home])
    after(settling, clock, 1.5)
    assert settling.soonest > 0.9


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("inlagg/Solrosen/2026-11-02 Koja/bild.jpg", True),
        ("inlagg/Solrosen/2026-11-02 Koja/FEL.txt", False),
        ("inlagg/Solrosen/2026-11-02 Koja/KLART.txt", False),
        ("inlagg/Solrosen/2026-11-03 Brev.md.FEL.txt", False),
        ("inlagg/Solrosen/2026-11-02 Koja/.0a1b2c.tmp", False),
        ("inlagg/Solrosen/2026-11-02 Koja/~$brev.docx", False),
        ("inlagg/Solrosen/2026-11-02 Koja/.bild.jpg.icloud", True),
        ("register/barn.csv", True),
        ("register/.~lock.barn.csv#", False),
        ("theme/style.css", True),
        ("pluttra.toml", True),
        ("privat/ledger.sqlite", False),
        ("public/root", False),
    ],
)
def test_only_what_the_site_is_made_of_matters(settings: Settings, path: str, wanted: bool) -> None:
    assert matters(settings.root / path, settings, [settings.root / "pluttra.toml"]) is wanted
