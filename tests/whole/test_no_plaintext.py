"""Canaries in everything a person writes or a camera adds, and none of them in anything that leaves or is left behind."""

from __future__ import annotations

import logging
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from pluttra_publish.cli import main
from pluttra_publish.errors import CheckFailed, LeakError
from pluttra_publish.platform import IDENTITY_VARIABLE
from tests.media import making
from tests.whole import canaries
from tests.whole.preschool import NOON, Preschool, photo, titles

TEXT = f"""Titel: {canaries.TITLE} i skogen
Barn: {canaries.CHILD}
Av: {canaries.AUTHOR}
Sammanfattning: {canaries.SUMMARY} kort.
Bildtext: {canaries.FILE}-2.jpg: {canaries.CAPTION} i ord

{canaries.BODY} hördes överallt.

![{canaries.ALT} på en gren]({canaries.FILE}.jpg)
"""


@pytest.fixture(scope="module")
def sung(tmp_path_factory: pytest.TempPathFactory) -> Preschool:
    """A preschool where every word and every photo is a canary, published once."""
    return write(tmp_path_factory.mktemp("sung") / "förskola").publish_once()


class CanaryPreschool(Preschool):
    def publish_once(self) -> CanaryPreschool:
        self.publish()
        return self


def write(root: Path) -> CanaryPreschool:
    school = CanaryPreschool(root)
    school.row("avdelningar", "solrosen")[1] = canaries.DEPARTMENT
    school.row("barn", "alva")[1:3] = [canaries.CHILD, canaries.SURNAME]
    school.row("barn", "ylva")[1:3] = [canaries.PROTECTED, canaries.PROTECTED]
    school.row("vardnadshavare", "maria")[1:4] = [canaries.GUARDIAN, canaries.SURNAME, canaries.EMAIL]
    school.row("vardnadshavare", "ragnhild")[1:3] = [canaries.PROTECTED, canaries.PROTECTED]
    school.write()
    home = school.post(f"{canaries.DEPARTMENT}/2026-11-18 {canaries.FOLDER}", TEXT)
    (home / f"{canaries.FILE}.jpg").write_bytes(taken())
    (home / f"{canaries.FILE}-2.jpg").write_bytes(making.photo("JPEG", making.scene(200, 150)))
    (home / f"{canaries.FILE}.heic").write_bytes(making.photo("HEIF", making.scene(200, 160)))
    making.film(home / f"{canaries.FILE}.mp4", seconds=1)
    (home / f"{canaries.FILE}.vtt").write_text(
        f"WEBVTT\n\nNOTE {canaries.MAKER}\n\n00:00.000 --> 00:01.000\nPlask!\n", encoding="utf-8", newline="\n"
    )
    making.film(home / f"{canaries.FILE}-2.mov", form="mov", codec="libx265", seconds=1)
    making.sound(home / f"{canaries.FILE}.m4a", seconds=1)
    school.post(f"{canaries.DEPARTMENT}/2026-11-20 {canaries.DRAFT}", f"Status: utkast\n\n{canaries.DRAFT}\n")
    school.post(f"forskolan/2026-12-24 {canaries.FUTURE}", f"{canaries.FUTURE}\n")
    school.post(f"personal/2026-11-02 {canaries.TITLE}", f"{canaries.BODY}\n")
    school.post(f"barn/{canaries.CHILD} {canaries.SURNAME}/2026-11-03 {canaries.TITLE}", f"{canaries.BODY}\n")
    open_to_all = school.post("offentligt/Om oss", "Vi är ute varje dag.\n\n![Vår gård](vingkanarie.jpg)\n")
    (open_to_all / f"{canaries.FILE}.jpg").write_bytes(taken())
    return school


def taken() -> bytes:
    """A photo with a position, a comment and a maker's note."""
    exif = Image.Exif()
    exif.load(making.exif())
    exif[0x010F], exif[0x0110] = canaries.CAMERA, canaries.CAMERA
    exif.get_ifd(0x8769)[0x927C] = f"Apple iOS\0{canaries.MAKER}".encode()
    exif.get_ifd(0x8825)
    return photo("olive", (200, 150), exif=exif.tobytes(), comment=making.CANARY.encode(), xmp=making.xmp())


def test_the_search_finds_what_is_there() -> None:
    for word in (*canaries.WRITTEN, *canaries.TAKEN):
        for form in (*canaries.forms(word), *canaries.base64_forms(word)):
            assert word in canaries.found(b"x" + form + b"y")
            assert word in canaries.found(word.upper().encode("utf-8"))


def test_the_photos_and_recordings_do_carry_what_must_go(sung: Preschool) -> None:
    home = sung.root / "inlagg" / canaries.DEPARTMENT / f"2026-11-18 {canaries.FOLDER}"
    everything = b"".join(path.read_bytes() for path in home.iterdir())
    assert set(canaries.found(everything)) >= {making.CANARY, canaries.CAMERA, canaries.MAKER}
    assert canaries.POSITION[0] in everything  # the photos'
    assert canaries.POSITION[2] in everything  # the film's


def test_readers_do_read_what_was_written(sung: Preschool) -> None:
    opened = sung.open("ingrid")
    assert len(titles(opened)) == 3
    pages = b"".join(opened.content(post.card.page) for post in opened.posts)
    indexes = b"".join(index.to_bytes() for index in opened.indexes.values())
    seen = canaries.found(pages + indexes + opened.keyring.to_bytes())
    expected = {canaries.TITLE, canaries.BODY, canaries.ALT, canaries.CAPTION, canaries.SUMMARY, canaries.AUTHOR}
    assert set(seen) == expected | {canaries.CHILD, canaries.DEPARTMENT}


def test_nothing_that_was_written_is_in_any_published_byte_or_path(sung: Preschool) -> None:
    files = sung.files()
    assert len(files) > 30
    for path, content in files.items():
        assert not canaries.found(path.encode() + b"\n" + content), path


def test_no_position_is_in_any_published_byte_nor_in_anything_a_reader_opens(sung: Preschool) -> None:
    opened = sung.open("ingrid")
    media = [opened.content(medium) for post in opened.posts for medium in post.card.media]
    assert len(media) >= 5
    for content in (*media, *sung.files().values()):
        assert not canaries.found(content, canaries.TAKEN)
        assert not any(position in content for position in canaries.POSITION)


def test_the_state_folder_holds_keystore_ledger_and_cache_and_they_say_nothing(sung: Preschool) -> None:
    assert sorted(path.name for path in sung.state.iterdir()) == [
        "cache", "keystore.age", "keystore.lock", "ledger.sqlite", "lock-id", "logg.jsonl", "logg.lock", "on-host.sqlite", "publish.lock",
    ]  # fmt: skip
    files = [path for path in sung.state.rglob("*") if path.is_file()]
    assert len(files) > 5
    for path in files:
        name = path.relative_to(sung.state).as_posix()
        assert not canaries.found(name.encode() + b"\n" + path.read_bytes()), name


def test_the_cache_holds_derivatives_without_metadata(sung: Preschool) -> None:
    made = [path for path in (sung.state / "cache").rglob("*") if path.is_file() and path.suffix not in {".json", ""}]
    assert {path.suffix for path in made} == {".webp", ".mp4", ".m4a", ".vtt"}
    for path in made:
        content = path.read_bytes()
        assert not canaries.found(content)
        assert not any(position in content for position in canaries.POSITION)
        if path.suffix == ".webp":
            with Image.open(path) as image:
                assert not image.getexif()
                assert not {"xmp", "exif", "icc_profile", "comment"} & set(image.info)


def test_publishing_leaves_the_systems_temporary_folder_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    school = write(tmp_path / "förskola")
    around = {path.name for path in school.root.iterdir()}
    school.publish()
    assert list(temporary.iterdir()) == []
    assert {path.name for path in school.root.iterdir()} == around | {"privat", "public", "identity.txt"}


def test_logs_and_what_the_commands_print_name_nobody(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.INFO, logger="PIL")  # it logs all that it reads, if anybody asks it to
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(int(NOON.timestamp())))
    school = write(tmp_path / "förskola")
    school.make_keystore()
    ran = [run(school, "publish"), run(school, "build"), run(school, "publish", "--json")]
    assert [result.exit_code for result in ran] == [0, 0, 0]
    written_out = capfd.readouterr()
    assert not canaries.found(
        (ran[0].stdout + ran[1].stdout + caplog.text + written_out.out + written_out.err).encode()
    )
    # Warnings name the file, for whoever sits at the keyboard, but nothing of what stands in it.
    for_the_one_at_the_keyboard = (canaries.FILE, canaries.FOLDER, canaries.DEPARTMENT)
    warned = set(canaries.found((ran[0].stderr + ran[1].stderr + ran[2].output).encode()))
    assert warned <= set(for_the_one_at_the_keyboard)


def test_an_error_in_a_plugin_does_not_repeat_what_it_was_reading(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    school = write(tmp_path / "förskola")
    (tmp_path / "stumbling_plugin.py").write_text(STUMBLING, encoding="utf-8", newline="\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    school.settings_text += 'plugins = ["stumbling_plugin"]\n'
    school.make_keystore()
    result = run(school, "publish")
    assert result.exit_code == 3
    assert "ValueError" in result.output
    assert not canaries.found((result.output + caplog.text).encode(), (canaries.BODY, canaries.ALT))
    assert not school.public.exists()


def test_a_host_that_fails_is_told_without_naming_anything_that_was_to_be_put(tmp_path: Path) -> None:
    school = write(tmp_path / "förskola")
    school.public.write_bytes(b"a file where the folder should be")
    school.make_keystore()
    result = run(school, "publish")
    assert result.exit_code == 8
    assert not canaries.found(result.output.encode())


def test_a_stopped_leak_does_not_say_whose_name_it_was(tmp_path: Path) -> None:
    school = write(tmp_path / "förskola")
    school.post("Blåklockan/2026-11-05 Lyktor", f"Sedan kom {canaries.PROTECTED} {canaries.PROTECTED} förbi.\n")
    with pytest.raises(CheckFailed) as stopped:
        school.publish()
    assert stopped.value.code == LeakError.exit_code
    told = " ".join(map(str, stopped.value.findings.errors))
    assert "Lyktor" in told
    assert not canaries.found(f"{told} {stopped.value} {stopped.value.hint}".encode(), (canaries.PROTECTED,))
    assert not school.public.exists()


STUMBLING = """
from pelican import signals

def stumble(content):
    raise ValueError(content._content)

def register():
    signals.content_object_init.connect(stumble)
"""


def run(school: Preschool, *words: str) -> Result:
    command, *options = words
    environment = {IDENTITY_VARIABLE: str(school.identity)}
    return CliRunner().invoke(main, [command, "--site", str(school.root), *options], env=environment)
