"""A post office, and a preschool that sends its letters through it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.letters.mailing import MailingPreschool
from tests.letters.post_office import PostOffice
from tests.whole.shell import Shell


@pytest.fixture
def post(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> PostOffice:
    """A mail server that is not open yet, whose certificate is trusted."""
    office = PostOffice(tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(office.certificate))
    return office


@pytest.fixture
def school(tmp_path: Path) -> MailingPreschool:
    """A preschool with a post for every kind of audience, not published yet."""
    made = MailingPreschool(tmp_path / "förskola")
    made.write().write_posts()
    return made


@pytest.fixture
def at(school: MailingPreschool) -> Shell:
    """A shell with that preschool's identity."""
    return Shell(school.root)
