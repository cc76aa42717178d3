"""Which backups are kept, and what goes with those that are not."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from pluttra_publish.backup.retention import over
from pluttra_publish.backup.shelf import Shelf
from pluttra_publish.errors import UsageError
from tests.backup.keeping import Kept, everything, sealed_file


def test_an_older_day_can_be_restored(school: Kept) -> None:
    text = school.root / "inlagg" / "Solrosen" / "2026-10-14 Vi byggde koja" / "text.md"
    then = text.read_bytes()
    school.back_up()
    text.write_text("En annan text.\n", encoding="utf-8", newline="\n")
    school.later(days=1).back_up()
    assert (school.restore("ny").folder / text.relative_to(school.root)).read_text(
        encoding="utf-8"
    ) == "En annan text.\n"
    assert (school.restore("då", run="2026-11-23").folder / text.relative_to(school.root)).read_bytes() == then
    with pytest.raises(UsageError, match="ingen kopia"):
        school.restore("aldrig", run="2025")


def test_old_backups_go_and_take_with_them_what_only_they_had(school: Kept) -> None:
    settings = school.settings_text + "[backup]\nkeep_days = 2\nkeep_months = 1\n"
    school.settings_text = settings
    school.write()
    gone = school.post("Solrosen/2026-11-20 Raderat", "Den här texten ska bort.\n") / "text.md"
    school.back_up()
    sealed = sealed_file(school, gone.relative_to(school.root).as_posix())
    gone.unlink()
    there = []
    for _ in range(4):
        school.later(days=1).back_up()
        there.append(sealed.exists())
    assert len(Shelf(school.disk).runs()) == 2
    assert there == [True, False, False, False]
    assert everything(school.restore().folder) == everything(school.root)


RUNS = [f"2026-{month:02}-{day:02}T020000Z" for month in range(1, 12) for day in range(1, 29)]
STOCKHOLM = ZoneInfo("Europe/Stockholm")


def test_the_newest_of_each_day_and_of_each_month_is_kept() -> None:
    kept = sorted({*RUNS} - {*over(RUNS, days=3, months=4, zone=STOCKHOLM)})
    assert kept == [
        "2026-08-28T020000Z", "2026-09-28T020000Z", "2026-10-28T020000Z",
        "2026-11-26T020000Z", "2026-11-27T020000Z", "2026-11-28T020000Z",
    ]  # fmt: skip


def test_of_one_day_as_it_is_in_sweden_the_last_is_kept() -> None:
    runs = ["2026-11-20T080000Z", "2026-11-20T220000Z", "2026-11-20T233000Z"]
    assert over(runs, days=5, months=0, zone=STOCKHOLM) == ["2026-11-20T080000Z"]


def test_the_newest_is_kept_whatever_the_settings() -> None:
    assert over(["2026-01-01T000000Z"], days=0, months=0, zone=STOCKHOLM) == []


def test_runs_of_one_second_or_of_a_clock_set_back_come_after_each_other(school: Kept) -> None:
    school.back_up()
    school.back_up()
    school.now = datetime(2020, 1, 1, tzinfo=UTC)
    school.back_up()
    assert len(Shelf(school.disk).runs()) == 1  # one a day is kept
    assert Shelf(school.disk).runs()[0] == "2026-11-23T110002Z"
