"""Where a site lets its pages send messages: what the settings say of the way back, in what lies on the host."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pluttra_publish.errors import HostError, LeakError
from tests.whole.preschool import Preschool

TWO_WAYS = (
    '[drop]\nurl = "https://brev.example.se/drop"\nfolder = "brevlada"\n'
    'bucket = "backen-brev"\nendpoint = "https://s3.example.se"\n'
)
KEY = "[drop-form]\naws_access_key_id = signs\naws_secret_access_key = hemlig-nyckel\n"


def reached(school: Preschool) -> list[str]:
    """Return what the shell's policy lets a page connect to."""
    shell = (school.public / "index.html").read_text(encoding="utf-8")
    match = re.search(r'http-equiv="Content-Security-Policy" content="[^"]*?connect-src ([^;]*);', shell)
    assert match
    return match[1].split()


def with_ways(school: Preschool, written: str) -> Preschool:
    school.settings_text += written
    school.write()
    school.state.mkdir(exist_ok=True)
    (school.state / "s3").write_text(KEY, encoding="ascii")
    return school


@pytest.mark.parametrize(
    "written", ["", '[drop]\nurl = "/drop"\nfolder = "brevlada"\n', '[drop]\nmail = "svar@example.se"\n']
)
def test_pages_reach_their_own_address_alone_where_that_is_enough(school: Preschool, written: str) -> None:
    with_ways(school, written).publish()
    assert reached(school) == ["'self'"]


def test_pages_reach_exactly_the_bucket_and_the_endpoint_beside_it(school: Preschool) -> None:
    with_ways(school, TWO_WAYS).publish()
    assert reached(school) == ["'self'", "https://s3.example.se/backen-brev/", "https://brev.example.se/drop"]
    for path in school.public.rglob("*"):
        assert path.is_dir() or b"hemlig-nyckel" not in path.read_bytes()


def test_an_own_template_with_another_reach_than_the_settings_stops_everything(school: Preschool) -> None:
    own = school.root / "theme" / "templates" / "shell.html"
    own.parent.mkdir(parents=True)
    house = Path(__file__).parents[2] / "theme" / "templates" / "shell.html"
    text = house.read_text(encoding="utf-8")
    own.write_text(text.replace("connect-src 'self'", "connect-src 'self' https://evil.example"), encoding="utf-8")
    with pytest.raises(LeakError):
        with_ways(school, TWO_WAYS).publish()


def test_a_bucket_without_a_key_to_sign_with_is_told_before_anything_is_put(
    school: Preschool, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    with_ways(school, TWO_WAYS)
    (school.state / "s3").unlink()
    with pytest.raises(HostError, match="Nyckeln till"):
        school.publish()
    assert not (school.public / "root").exists()
