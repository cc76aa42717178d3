"""A small published preschool whose readers can answer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.inbox.sending import Box, Device
from tests.whole.preschool import Preschool


@pytest.fixture
def school(tmp_path: Path) -> Preschool:
    """Published, with a way back."""
    school = Preschool(tmp_path / "förskola")
    school.settings_text += '[drop]\nmail = "svar@example.se"\n'
    school.write().write_posts().publish()
    return school


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def maria(school: Preschool) -> Device:
    """A guardian's device."""
    return Device(school, "maria")
