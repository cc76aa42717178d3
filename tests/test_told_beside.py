"""FEL.txt and KLART.txt: what became of a post stands beside it, in plain Swedish, and goes when it is no longer so."""

from __future__ import annotations

import os
import unicodedata
from datetime import datetime
from pathlib import Path

import pytest

from pluttra_publish.errors import ConsentError, ContentError, Finding
from pluttra_publish.outcomes import Held
from pluttra_publish.settings import Settings, read_settings
from pluttra_publish.watching.told_beside import Beside, wrong_text
from tests.whole.preschool import STOCKHOLM

NOW = datetime(2026, 11, 23, 12, 5, tzinfo=STOCKHOLM)
HUT = "inlagg/Solrosen/2026-11-02 Koja"
LETTER = "inlagg/Solrosen/2026-11-03 Brev.md"
POSTS = (HUT, LETTER)
FAULT = Held((Finding(f"{HUT}/text.md", "rad 2", "Fältet finns inte.", "Ta bort det.", ContentError),), True)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "pluttra.toml").write_text('name = "A"\nurl = "https://a.example.se"\n', encoding="utf-8")
    (tmp_path / HUT).mkdir(parents=True)
    (tmp_path / LETTER).write_text("Hej.", encoding="utf-8")
    (tmp_path / "privat").mkdir()
    return read_settings(tmp_path)


def there(settings: Settings) -> set[str]:
    """Return the files that tell of posts, from the posts' folder."""
    return {path.relative_to(settings.posts).as_posix() for path in settings.posts.rglob("*.txt")}


def test_a_fault_is_told_by_file_line_and_mend_and_what_is_still_out() -> None:
    assert wrong_text(HUT, FAULT) == (
        "Det här kunde inte läggas ut. En sak behöver rättas. Det som låg ute förut ligger kvar tills felet är rättat.\n\n"
        "text.md, rad 2:\nFältet finns inte.\n→ Ta bort det.\n\n"
        "Rätta och spara. Då försvinner den här filen av sig själv.\n"
    )


def test_several_faults_are_told_together_and_those_of_the_post_itself_by_their_field() -> None:
    more = Finding(HUT, "Barn", "Barnet finns inte.", "", ConsentError)
    text = wrong_text(HUT, Held((*FAULT.findings, more), False))
    assert "2 saker behöver rättas. Det finns inte på webbplatsen förrän felet är rättat." in text
    assert "\n\nBarn:\nBarnet finns inte.\n\n" in text
    assert "2026-11-03 Brev.md, rad 1:" in wrong_text(
        LETTER, Held((Finding(LETTER, "rad 1", "Fel.", "", ContentError),), False)
    )


def test_every_program_that_opens_texts_reads_them(settings: Settings) -> None:
    Beside(settings, POSTS).tell({HUT: FAULT}, {}, NOW)
    content = (settings.root / HUT / "FEL.txt").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\n") == content.count(b"\r\n")


def test_a_fault_goes_when_it_is_mended_also_when_the_program_was_started_anew(settings: Settings) -> None:
    Beside(settings, POSTS).tell({HUT: FAULT, LETTER: FAULT}, {}, NOW)
    assert there(settings) == {"Solrosen/2026-11-02 Koja/FEL.txt", "Solrosen/2026-11-03 Brev.md.FEL.txt"}
    Beside(settings, POSTS).tell({LETTER: FAULT}, {HUT: ("Solrosen",)}, NOW)
    assert there(settings) == {"Solrosen/2026-11-02 Koja/KLART.txt", "Solrosen/2026-11-03 Brev.md.FEL.txt"}
    Beside(settings, POSTS).tell({}, {}, NOW)
    assert there(settings) == {"Solrosen/2026-11-02 Koja/KLART.txt"}


def test_what_is_out_is_told_with_when_and_for_whom_until_it_waits(settings: Settings) -> None:
    beside = Beside(settings, POSTS)
    beside.tell({}, {HUT: ("Solrosen", "Personal: Solrosen")}, NOW)
    text = (settings.root / HUT / "KLART.txt").read_text(encoding="utf-8-sig")
    assert text == "Utlagt 2026-11-23 kl. 12.05.\n\nFör: Solrosen, Personal: Solrosen.\n"
    beside.tell({}, {HUT: ()}, NOW)
    assert there(settings) == set()


def test_what_has_not_been_read_is_left_alone(settings: Settings) -> None:
    Beside(settings, POSTS).tell({HUT: FAULT}, {}, NOW)
    Beside(settings, POSTS).tell({}, {}, NOW, leave={HUT})
    assert there(settings) == {"Solrosen/2026-11-02 Koja/FEL.txt"}
    Beside(settings, POSTS).tell({}, {}, NOW)
    assert there(settings) == set()


def test_an_archive_that_is_published_for_the_first_time_is_not_filled_with_words(settings: Settings) -> None:
    many = {f"inlagg/Solrosen/2026-11-02 Koja {number}": ("Solrosen",) for number in range(60)}
    for name in many:
        (settings.root / name).mkdir()
    Beside(settings, POSTS).tell({HUT: FAULT}, {}, NOW)
    Beside(settings, POSTS).tell({}, many | {HUT: ("Solrosen",)}, NOW)
    assert there(settings) == {"Solrosen/2026-11-02 Koja/KLART.txt"}


@pytest.mark.skipif(os.name != "posix", reason="two ways of writing ö are two names only there")
def test_a_post_whose_letters_are_written_as_a_mac_does_is_found(settings: Settings) -> None:
    (settings.posts / "Solrosen" / unicodedata.normalize("NFD", "2026-11-04 Snö")).mkdir()
    Beside(settings, POSTS).tell({}, {"inlagg/Solrosen/2026-11-04 Snö": ("Solrosen",)}, NOW)
    assert {unicodedata.normalize("NFC", name) for name in there(settings)} == {"Solrosen/2026-11-04 Snö/KLART.txt"}


def test_a_post_that_is_gone_is_nothing_to_tell_of(settings: Settings) -> None:
    (settings.root / HUT).rmdir()
    assert Beside(settings, POSTS).tell({"inlagg/Blåklockan/2026-11-02 Borta": FAULT}, {}, NOW) == []
    assert there(settings) == set()


def test_a_post_that_cannot_be_told_of_is_said(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pluttra_publish.watching.told_beside.write_atomically", fail)
    assert Beside(settings, POSTS).tell({HUT: FAULT}, {}, NOW) == [HUT]


def test_what_is_remembered_of_it_says_no_names(settings: Settings) -> None:
    talk = "samtal/Alva Lind/2026-12-01"
    (settings.root / talk).mkdir(parents=True)
    Beside(settings, POSTS).tell({HUT: FAULT, talk: FAULT}, {}, NOW)
    kept = b"".join(path.read_bytes() for path in settings.state.iterdir())
    assert kept
    assert not any(word in kept for word in (b"Koja", b"Solrosen", b"Alva"))
    Beside(settings, POSTS).tell({}, {}, NOW)
    assert not (settings.root / talk / "FEL.txt").exists()
