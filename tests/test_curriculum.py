from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pluttra_publish.curriculum import VERSIONS, curriculum_on
from pluttra_publish.errors import ContentError

OLD, NEW = curriculum_on(date(2024, 3, 1)), curriculum_on(date(2026, 3, 1))


def test_a_post_has_the_goals_that_were_in_force_on_its_day() -> None:
    assert (OLD.id, NEW.id) == VERSIONS
    assert curriculum_on(date(2025, 6, 30)) == OLD
    assert curriculum_on(date(2025, 7, 1)) == NEW
    assert curriculum_on(date(2010, 1, 1)) == OLD


@pytest.mark.parametrize("written", ["2.2-f", "2.2f", "2.2 F", " 2.2–f "])
def test_a_goal_is_found_however_it_is_written(written: str) -> None:
    assert NEW.find(written).id == "2.2-f"


def test_every_goal_has_a_label_and_stands_in_a_section() -> None:
    for curriculum in (OLD, NEW):
        assert len(curriculum.goals) == 32
        assert all(goal.label and goal.section for goal in curriculum.goals.values())


@pytest.mark.parametrize("written", ["2.9-a", "2.2-å", "matematik", ""])
def test_a_goal_that_is_not_there_is_said_with_its_mend(written: str) -> None:
    with pytest.raises(ContentError, match="finns inte") as wrong:
        NEW.find(written)
    assert wrong.value.hint


def test_a_word_of_a_goal_gives_the_goals_that_have_it() -> None:
    with pytest.raises(ContentError) as wrong:
        NEW.find("Matematik")
    assert [name for name in NEW.goals if name in wrong.value.hint] == ["2.2-q", "2.2-r", "2.2-s"]


def test_whoever_writes_posts_can_look_up_every_goal() -> None:
    page = (Path(__file__).parents[1] / "docs" / "skriva-inlagg.md").read_text(encoding="utf-8")
    for curriculum in (OLD, NEW):
        for goal in curriculum.goals.values():
            assert f"| `{goal.id}` | {goal.label} |" in page
