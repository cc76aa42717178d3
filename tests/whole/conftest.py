"""A small preschool for each test, and the sample preschool published once."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.whole.preschool import Preschool
from tests.whole.shell import Shell

CONTENT = Path(__file__).parents[2] / "content"


@pytest.fixture
def school(tmp_path: Path) -> Preschool:
    """A preschool with a register, and no posts yet."""
    return Preschool(tmp_path / "förskola").write()


@pytest.fixture
def published(school: Preschool) -> Preschool:
    """A preschool with a post for every kind of audience, published."""
    school.write_posts().publish()
    return school


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A shell with an identity of its own."""
    return Shell(tmp_path)


@pytest.fixture
def at(published: Preschool) -> Shell:
    """A shell with the published preschool's identity."""
    return Shell(published.root)


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Preschool:
    """The sample preschool, published on a fixed day. Only to be read."""
    root = tmp_path_factory.mktemp("sample") / "backen"
    shutil.copytree(CONTENT, root, ignore=shutil.ignore_patterns("privat", "public"))
    published = SamplePreschool(root)
    published.publish()
    return published


class SamplePreschool(Preschool):
    """One whose files are there already."""

    def write(self) -> Preschool:
        return self
