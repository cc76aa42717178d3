"""`pluttra watch`: what is saved is out in a moment, half-copied files are not read, and each post is told what became of it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pluttra_publish import publish as pipeline
from pluttra_publish.errors import ContentError
from pluttra_publish.platform import IDENTITY_VARIABLE, only_one
from pluttra_publish.watching import Happened, Watch
from pluttra_publish.watching.listening import Listener
from tests.whole.preschool import Preschool, photo, titles

SNOW = "inlagg/Solrosen/2026-11-19 Första snön"
NEW = "Solrosen/2026-11-20 Nytt"
_PATIENCE = 30.0


@dataclass
class Watched:
    """A watch that goes on in a thread, and all it has told."""

    school: Preschool
    told: list[Happened] = field(default_factory=list)

    def wait(self, until: Callable[[], object], what: str = "it") -> None:
        end = time.monotonic() + _PATIENCE
        while not until():
            assert time.monotonic() < end, f"waited in vain for {what}: {self.told[-2:]}"
            time.sleep(0.05)

    def wait_for_file(self, *parts: str) -> str:
        path = self.school.root.joinpath(*parts)
        self.wait(path.exists, str(path))
        return path.read_text(encoding="utf-8-sig")

    def wait_till_gone(self, *parts: str) -> None:
        path = self.school.root.joinpath(*parts)
        self.wait(lambda: not path.exists(), f"{path} to go")

    @property
    def warnings(self) -> list[str]:
        return [one.message for told in self.told if told.published for one in told.published.findings.warnings]

    @property
    def published(self) -> int:
        return sum(happened.published is not None for happened in self.told)


class _Stop(Exception):
    pass


@contextmanager
def watching(school: Preschool) -> Iterator[Watched]:
    """Watch the preschool in a thread while the block runs."""
    school.make_keystore()
    watched, over = Watched(school), threading.Event()
    failed: list[BaseException] = []

    class Stoppable(Listener):
        def hear(self, seconds: float) -> set[Path]:
            if over.is_set():
                raise _Stop
            return super().hear(min(seconds, 0.2))

    def go_on() -> None:
        try:
            Watch(school.root, identity=school.identity, tell=watched.told.append).run()
        except _Stop:
            pass
        except BaseException as error:
            failed.append(error)

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", str(int(school.now.timestamp())))
        patch.setattr("pluttra_publish.watching.watch.Listener", Stoppable)
        thread = threading.Thread(target=go_on)
        thread.start()
        try:
            watched.wait(lambda: watched.told or failed, "the first publish")
            yield watched
        finally:
            over.set()
            thread.join(_PATIENCE)
        assert not failed


def test_what_is_saved_is_out_in_a_moment_and_told_beside_it(published: Preschool) -> None:
    with watching(published) as watched:
        published.post(NEW, "Hej.", ny_jpg=photo("red"))
        text = watched.wait_for_file("inlagg", NEW, "KLART.txt")
    assert text == "Utlagt 2026-11-23 kl. 12.00.\n\nFör: Solrosen.\n"
    assert "Nytt" in titles(published.open("maria"))


def test_a_fault_is_told_beside_the_post_until_it_is_mended(published: Preschool) -> None:
    with watching(published) as watched:
        published.post(NEW, "Titel: Nytt\nSatus: utkast\n\nHej.")
        text = watched.wait_for_file("inlagg", NEW, "FEL.txt")
        assert "text.md, rad 2:\nFältet ”Satus” finns inte.\n→ Menade du ”Status”?" in text
        assert "Det finns inte på webbplatsen förrän felet är rättat." in text
        assert not (published.root / "inlagg" / NEW / "KLART.txt").exists()
        published.post(NEW, "Titel: Nytt\n\nHej.")
        watched.wait_till_gone("inlagg", NEW, "FEL.txt")
        watched.wait_for_file("inlagg", NEW, "KLART.txt")
        published.post(NEW, "Titel: Nytt\nStatus: utkast\n\nHej.")
        watched.wait_till_gone("inlagg", NEW, "KLART.txt")
    assert "Nytt" not in titles(published.open("maria"))


def test_a_post_that_is_one_file_is_told_in_a_file_beside_it(published: Preschool) -> None:
    post = published.root / "inlagg" / "Solrosen" / "2026-11-20 Nytt.md"
    with watching(published) as watched:
        post.write_text("Satus: utkast\n\nHej.", encoding="utf-8")
        watched.wait_for_file("inlagg", "Solrosen", "2026-11-20 Nytt.md.FEL.txt")
        post.write_text("Hej.", encoding="utf-8")
        watched.wait_for_file("inlagg", "Solrosen", "2026-11-20 Nytt.md.KLART.txt")
        watched.wait_till_gone("inlagg", "Solrosen", "2026-11-20 Nytt.md.FEL.txt")
    assert "Nytt" in titles(published.open("maria"))


def test_what_it_writes_itself_starts_no_publish(published: Preschool) -> None:
    with watching(published) as watched:
        published.post(NEW, "Hej.")
        watched.wait_for_file("inlagg", NEW, "KLART.txt")
        watched.wait(lambda: watched.published == 2, "what is told a moment after the file")
        time.sleep(2.5)
        assert watched.published == 2


def test_nobody_is_told_of_posts_that_have_not_changed(published: Preschool) -> None:
    with watching(published) as watched:
        published.post(NEW, "Hej.")
        watched.wait_for_file("inlagg", NEW, "KLART.txt")
    assert [path.parent.name for path in (published.root / "inlagg").rglob("KLART.txt")] == ["2026-11-20 Nytt"]


def test_a_photo_that_is_still_being_copied_is_not_read(published: Preschool) -> None:
    content, others = photo(size=(1200, 900)), 0
    with watching(published) as watched:
        home = published.post(NEW, "Hej.")
        with (home / "bild.jpg").open("wb") as file:
            for start in range(0, len(content), len(content) // 8):
                file.write(content[start : start + len(content) // 8])
                file.flush()
                time.sleep(0.5)
                if start == 0:
                    published.post("Solrosen/2026-11-21 Ett annat", "Hej.")
                others += (published.root / "inlagg/Solrosen/2026-11-21 Ett annat/KLART.txt").exists()
                assert not (home / "FEL.txt").exists()
                assert not (home / "KLART.txt").exists()
        watched.wait_for_file("inlagg", NEW, "KLART.txt")
    assert others, "the other post did not wait"
    (new,) = [post for post in published.open("maria").posts if post.card.title == "Nytt"]
    assert new.card.count["photo"] == 1


def test_a_download_that_has_not_ended_is_waited_for(published: Preschool) -> None:
    with watching(published) as watched:
        home = published.post(NEW, "Hej.")
        (home / "bild.jpg.crdownload").write_bytes(b"\xff\xd8")
        time.sleep(2.5)
        assert not (home / "KLART.txt").exists()
        (home / "bild.jpg").write_bytes(photo())
        (home / "bild.jpg.crdownload").unlink()
        watched.wait_for_file("inlagg", NEW, "KLART.txt")


def test_a_deleted_post_goes(published: Preschool) -> None:
    with watching(published) as watched:
        number = watched.published
        for path in (published.root / SNOW).iterdir():
            path.unlink()
        (published.root / SNOW).rmdir()
        watched.wait(lambda: watched.published > number)
    assert "Första snön" not in titles(published.open("maria"))


def test_a_vanished_folder_is_told_once_and_waited_for(published: Preschool) -> None:
    before = set(published.files())
    with watching(published) as watched:
        (published.root / "inlagg").rename(published.root / "undan")
        watched.wait(lambda: watched.told[-1].error, "a word that it is gone")
        assert isinstance(watched.told[-1].error, ContentError)
        assert "Mappen inlagg med inlägg finns inte" in str(watched.told[-1].error)
        told = len(watched.told)
        time.sleep(2.5)
        assert len(watched.told) == told
        assert set(published.files()) == before
        (published.root / "undan").rename(published.root / "inlagg")
        watched.wait(lambda: watched.told[-1].published, "a publish again")
        published.post(NEW, "Hej.")
        watched.wait_for_file("inlagg", NEW, "KLART.txt")


def test_many_posts_that_vanish_are_told_once_and_nothing_is_taken_away(published: Preschool) -> None:
    with watching(published) as watched:
        (published.root / "inlagg" / "Solrosen").rename(published.root / "solrosen")
        (published.root / "inlagg" / "personal").rename(published.root / "personal")
        watched.wait(lambda: watched.told[-1].error, "a word that they are gone")
        assert "har försvunnit" in str(watched.told[-1].error)
    assert "Första snön" in titles(published.open("maria"))


def test_a_faulty_register_stops_all_until_it_is_mended(published: Preschool) -> None:
    with watching(published) as watched:
        (published.root / "register" / "barn.csv").write_text("id;namn\n", encoding="utf-8")
        watched.wait(lambda: watched.told[-1].error, "a word about the register")
        published.post(NEW, "Hej.")
        time.sleep(2)
        assert not (published.root / "inlagg" / NEW / "KLART.txt").exists()
        published.write()
        watched.wait_for_file("inlagg", NEW, "KLART.txt")


def test_a_consent_that_is_withdrawn_takes_effect_at_once(published: Preschool) -> None:
    published.post(NEW, "Barn: Alva\n\nHej.", alva_jpg=photo("red"))
    published.publish()
    with watching(published) as watched:
        rows = [
            f"{child[0]};{purpose};;Allmänt intresse;2019-01-01;;;{'2026-11-22' if (child[0], purpose) == ('alva', 'foto') else ''}"
            for child in published.tables["barn"]
            for purpose in ("foto", "film", "ljud", "namn")
        ]
        published.tables["samtycken"] = [row.split(";") for row in rows]
        published.write()
        watched.wait(lambda: any("har inte längre samtycke" in one for one in watched.warnings))


def test_another_publish_is_waited_for(published: Preschool) -> None:
    with watching(published) as watched:
        with only_one(published.state / "publish.lock") as alone:
            assert alone
            published.post(NEW, "Hej.")
            time.sleep(2.5)
            assert not (published.root / "inlagg" / NEW / "KLART.txt").exists()
        watched.wait_for_file("inlagg", NEW, "KLART.txt")


def test_a_host_that_fails_is_tried_again_and_nothing_is_lost(published: Preschool) -> None:
    real, fail = pipeline.place_on_host, threading.Event()
    fail.set()

    def sometimes(*args: object, **more: object) -> object:
        if fail.is_set():
            raise OSError(28, "No space left on device")
        return real(*args, **more)  # type: ignore[arg-type]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pipeline, "place_on_host", sometimes)
        published.post(NEW, "Hej.")
        with watching(published) as watched:
            assert "No space left" in str(watched.told[0].error)
            fail.clear()
            watched.wait_for_file("inlagg", NEW, "KLART.txt")


def test_a_share_where_nothing_is_heard_is_looked_through(published: Preschool) -> None:
    published.settings_text += "[watch]\npolling = true\n"
    published.write()
    with watching(published) as watched:
        published.post(NEW, "Hej.")
        watched.wait_for_file("inlagg", NEW, "KLART.txt")


def test_a_post_comes_out_when_its_time_comes(school: Preschool) -> None:
    school.write_posts().make_keystore()
    with watching(school) as watched, pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", str(int(school.now.timestamp())))
        school.post("Solrosen/2026-11-23 Snart", "Datum: 2026-11-23 12:30\n\nHej.")
        watched.wait(lambda: watched.published >= 2)
        assert "Snart" not in titles(school.open("maria"))
        assert not (school.root / "inlagg/Solrosen/2026-11-23 Snart/KLART.txt").exists()
        number = watched.published
        school.later(minutes=31)
        patch.setenv("SOURCE_DATE_EPOCH", str(int(school.now.timestamp())))
        watched.wait(lambda: watched.published > number, "its time")
        assert "Snart" in titles(school.open("maria"))
        number = watched.published
        school.later(days=1)
        patch.setenv("SOURCE_DATE_EPOCH", str(int(school.now.timestamp())))
        watched.wait(lambda: watched.published > number, "the new day")


def _hear_ctrl_c() -> None:
    """Be as in a terminal: what is started in the background hears of no Ctrl-C."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def command(school: Preschool) -> Iterator[subprocess.Popen[str]]:
    """Run `pluttra watch` as a program of its own."""
    environment = os.environ | {
        IDENTITY_VARIABLE: str(school.identity),
        "SOURCE_DATE_EPOCH": str(int(school.now.timestamp())),
    }
    words = [sys.executable, "-m", "pluttra_publish", "watch", "--site", str(school.root)]
    with subprocess.Popen(
        words,
        env=environment,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=_hear_ctrl_c if os.name == "posix" else None,  # noqa: PLW1509 # one thread, which only sets a signal
    ) as running:
        try:
            yield running
        finally:
            running.kill()


def wait(until: Callable[[], object]) -> None:
    end = time.monotonic() + _PATIENCE
    while not until():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no SIGINT to send to one program")
def test_ctrl_c_ends_it_and_says_so(published: Preschool) -> None:
    with command(published) as running:
        published.post(NEW, "Hej.")
        wait((published.root / "inlagg" / NEW / "KLART.txt").exists)
        running.send_signal(signal.SIGINT)
        said, aside = running.communicate(timeout=_PATIENCE)
    assert running.returncode == 0
    assert said.splitlines()[0] == "Följer mapparna. Avsluta med Ctrl-C."
    assert said.splitlines()[-1] == "Slutar följa mapparna. Det som är utlagt ligger kvar."
    assert aside == ""


def test_killed_it_leaves_the_site_whole_and_goes_on_when_it_is_started_again(published: Preschool) -> None:
    published.open("maria")
    with command(published) as running:
        for number in range(4):
            published.post(f"Solrosen/2026-11-2{number} Nytt {number}", "Hej.", bild_jpg=photo(size=(200 + number, 90)))
        time.sleep(2)
        running.kill()
    assert "Första snön" in titles(published.open_again("maria"))
    with command(published):
        wait(lambda: {f"Nytt {number}" for number in range(4)} <= set(titles(published.open_again("maria"))))


def test_once_publishes_and_ends(published: Preschool) -> None:
    published.post(NEW, "Hej.")
    published.post("Solrosen/2026-11-21 Fel", "Satus: x\n\nHej.")
    environment = os.environ | {
        IDENTITY_VARIABLE: str(published.identity),
        "SOURCE_DATE_EPOCH": str(int(published.now.timestamp())),
    }
    words = [sys.executable, "-m", "pluttra_publish", "watch", "--once", "--site", str(published.root)]
    done = subprocess.run(words, env=environment, text=True, capture_output=True, check=True)
    assert "Publicerat i" in done.stdout
    assert "inlagg/Solrosen/2026-11-21 Fel hålls tillbaka: det finns inte på webbplatsen." in done.stderr
    assert (published.root / "inlagg" / NEW / "KLART.txt").exists()
    assert (published.root / "inlagg/Solrosen/2026-11-21 Fel/FEL.txt").exists()
    assert "Nytt" in titles(published.open("maria"))


def test_settings_that_change_are_followed(published: Preschool) -> None:
    with watching(published) as watched:
        number = watched.published
        published.settings_text += '[folders]\nposts = "nya inlagg"\n'
        (published.root / "pluttra.toml").write_text(published.settings_text, encoding="utf-8")
        (published.root / "inlagg").rename(published.root / "nya inlagg")
        watched.wait(lambda: watched.published > number, "the other folder")
        home = published.root / "nya inlagg" / NEW
        home.mkdir()
        (home / "text.md").write_text("Hej.", encoding="utf-8")
        watched.wait_for_file("nya inlagg", NEW, "KLART.txt")


def test_a_change_of_which_nothing_was_heard_is_found_all_the_same(
    published: Preschool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pluttra_publish.watching.watch._FIRST_LOOK", 1.0)
    monkeypatch.setattr("pluttra_publish.watching.watch._LOOKS", 1.0)
    monkeypatch.setattr("pluttra_publish.watching.watch.matters", lambda *_: False)
    with watching(published) as watched:
        published.post(NEW, "Hej.")
        watched.wait_for_file("inlagg", NEW, "KLART.txt")
        watched.wait(lambda: watched.published == 2, "what is told a moment after the file")
        time.sleep(2.5)
        assert watched.published == 2, "nothing more has changed"
