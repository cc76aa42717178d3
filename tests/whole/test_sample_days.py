"""The sample preschool that the demo shows is at work on whatever day it is shown."""

from __future__ import annotations

import re
import shutil
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest

from pluttra_publish import publish as pipeline
from pluttra_publish.errors import UsageError
from pluttra_publish.open import folder, open_site
from pluttra_publish.sample import fresh_sample
from pluttra_publish.settings import read_settings
from tests.whole import truth
from tests.whole.conftest import CONTENT
from tests.whole.preschool import NOON, STOCKHOLM, Preschool, clock, files_of, titles
from tests.whole.shell import Shell

DAYS = [date(2024, 2, 29), date(2026, 11, 22), date(2026, 11, 29), date(2027, 7, 14), date(2039, 12, 31)]


@pytest.mark.parametrize("today", DAYS)
def test_there_is_always_a_post_of_these_days_one_that_waits_and_a_talk_ahead(today: date, tmp_path: Path) -> None:
    weeks = fresh_sample(CONTENT, tmp_path / "exempel", today)
    moved = {post.title: post.day for post in truth.posts(tmp_path / "exempel")}
    written = {post.title: post.day for post in truth.posts(CONTENT)}
    assert moved == {title: day + timedelta(weeks=weeks) for title, day in written.items()}
    past = max(day for day in moved.values() if day <= today)
    assert today - past < timedelta(days=10)
    assert timedelta(0) < max(moved.values()) - today < timedelta(days=40)
    talks = [date.fromisoformat(talk.name) for talk in (tmp_path / "exempel" / "samtal").glob("*/*")]
    assert any(timedelta(days=-4) < talk - today < timedelta(days=4) for talk in talks)
    assert max(talks) > today


@pytest.mark.parametrize("today", [date(2025, 6, 6), date(2028, 2, 29)])
def test_the_moved_sample_has_no_faults(today: date, sample: Preschool, tmp_path: Path) -> None:
    fresh_sample(CONTENT, tmp_path / "exempel", today)
    shutil.copytree(sample.state / "cache", tmp_path / "exempel" / "privat" / "cache")
    with clock(datetime.combine(today, time(12), STOCKHOLM)):
        moved = pipeline.check(read_settings(tmp_path / "exempel"))
    with clock(NOON):
        written = pipeline.check(sample.settings)
    assert (moved.posts, moved.waiting) == (written.posts, written.waiting)
    assert len(moved.findings.warnings) == len(written.findings.warnings)


def test_in_its_own_week_the_sample_is_copied_as_it_is_and_again_gives_the_same(tmp_path: Path) -> None:
    assert fresh_sample(CONTENT, tmp_path / "exempel", date(2026, 11, 25)) == 0
    files = files_of(tmp_path / "exempel")
    theirs = files_of(CONTENT).items()
    assert files == {path: content for path, content in theirs if not path.startswith(("privat/", "public/"))}
    (tmp_path / "exempel" / "inlagg" / "forskolan" / "2026-11-24 Nytt.txt").write_text("Nytt.", encoding="utf-8")
    fresh_sample(CONTENT, tmp_path / "exempel", date(2026, 11, 25))
    assert files_of(tmp_path / "exempel") == files


def test_the_demo_shows_the_sample_of_this_week_and_says_so(shell: Shell, sample: Preschool, tmp_path: Path) -> None:
    today = datetime(2028, 2, 29, 12, tzinfo=STOCKHOLM)
    shell.environment["SOURCE_DATE_EPOCH"] = str(int(today.timestamp()))
    shutil.copytree(sample.state / "cache", tmp_path / "demo" / "privat" / "cache")
    spoken = shell.run("demo", tmp_path / "demo", "--no-serve")
    assert spoken.exit_code == 0
    assert "dagar är flyttade" in spoken.stdout
    assert "Länkarna gäller till 2028-03-14 kl. 12.00" in spoken.stdout
    link = re.search(r"Maria Lindqvist.*\n +(\S+)", spoken.stdout)
    assert link
    opened = open_site(link[1], folder(tmp_path / "demo" / "public"), now=int(today.timestamp()))
    assert opened.posts[0].card.date[:10] == "2028-02-25"
    assert len(titles(opened)) == len(titles(sample.open("maria")))
    later = today + timedelta(hours=30)
    shell.environment["SOURCE_DATE_EPOCH"] = str(int(later.timestamp()))
    again = shell.run("demo", tmp_path / "demo", "--no-serve")
    assert "Länkarna gäller till 2028-03-14 kl. 12.00" in again.stdout  # they are the same, and so not of two weeks
    assert link[1] in again.stdout


def test_a_folder_that_is_no_copy_of_the_sample_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "exempel").mkdir()
    (tmp_path / "exempel" / "min.txt").write_text("min", encoding="utf-8")
    with pytest.raises(UsageError):
        fresh_sample(CONTENT, tmp_path / "exempel", date(2026, 11, 25))
    assert files_of(tmp_path / "exempel") == {"min.txt": b"min"}
