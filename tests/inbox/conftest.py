"""A small published preschool whose readers can answer."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.inbox.sending import Box, Device
from tests.whole.preschool import Preschool


@pytest.fixture(scope="session")
def answered_school(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Published, with a way back; each test has a copy."""
    school = Preschool(tmp_path_factory.mktemp("inbox") / "förskola")
    school.settings_text += '[drop]\nmail = "svar@example.se"\n'
    school.write().write_posts().publish()
    return school.root


@pytest.fixture
def school(answered_school: Path, tmp_path: Path) -> Preschool:
    school = Preschool(shutil.copytree(answered_school, tmp_path / "förskola"))
    school.settings_text = (school.root / "pluttra.toml").read_text(encoding="utf-8")
    return school


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def maria(school: Preschool) -> Device:
    """A guardian's device."""
    return Device(school, "maria")
