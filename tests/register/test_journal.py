"""An import that is killed, at every single step, leaves the register as it was or as it was to be; never between."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from pluttra_publish.errors import Findings
from pluttra_publish.register import FILES, Register, read_register
from pluttra_publish.register.importing.plan import Wanted, plan_import
from pluttra_publish.settings import read_settings
from tests.register.importing.sources import NOW, SCHOOL, pages, site, ss12000, take_in, write

# The audit hook sees every file that is opened for writing, renamed, made or removed; the process dies at one of them.
_KILLED = """
import os, sys
from datetime import datetime, UTC
from pathlib import Path
from pluttra_publish.register.importing.plan import Wanted, apply, plan_import
from pluttra_publish.settings import read_settings
here, source, last = read_settings(Path(sys.argv[1])), sys.argv[2], int(sys.argv[3])
now = datetime(2026, 9, 10, 10, 0, tzinfo=UTC)
planned = plan_import(here, Wanted((source,)), now=now)
left = [last]
def die(event, arguments):
    writes = event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR)
    if writes or event in {"os.rename", "os.mkdir", "os.remove", "os.rmdir"}:
        left[0] -= 1
        if left[0] < 0:
            os._exit(9)
sys.addaudithook(die)
apply(here, planned, allow_wider=True, now=now)
os._exit(0)
"""


def read(folder: Path) -> Register:
    findings = Findings()
    register = read_register(folder, findings)
    assert findings.errors == []
    return register


def test_an_import_killed_at_any_step_changes_all_or_nothing_and_the_next_one_finishes(tmp_path: Path) -> None:
    source = write(tmp_path / "ss", pages(ss12000(SCHOOL)))
    finished = site(tmp_path / "whole")
    take_in(finished, source)
    seen = set()
    for step in range(200):
        here = site(tmp_path / f"site{step}")
        (here.state).mkdir()
        (here.state / "import-ids.json").write_bytes((finished.state / "import-ids.json").read_bytes())
        before = read(here.register)
        command = [sys.executable, "-c", _KILLED, str(here.root), source, str(step)]
        ended = subprocess.run(command, check=False, capture_output=True, timeout=60)
        assert ended.returncode in {0, 9}, ended.stderr.decode()
        after = read(here.register)
        assert after in (before, read(finished.register)), step
        seen.add(after == before)
        again = plan_import(read_settings(here.root), Wanted((source,)), now=NOW)
        assert read(here.register) == after
        assert bool(again.files) == (after == before)
        assert not [path.name for path in here.register.iterdir() if path.name.startswith(".")]
        earlier = here.register / "tidigare"
        assert earlier.is_dir() == (after != before)
        if ended.returncode == 0:
            break
    assert ended.returncode == 0
    assert step > 30
    assert seen == {True, False}


def test_a_register_is_read_through_an_import_that_was_broken_off_after_it_counted(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    take_in(here, write(tmp_path / "ss", pages(ss12000(SCHOOL))))
    whole = read(here.register)
    staged = here.register / ".import-x"
    staged.mkdir()
    for name in ("barn.csv", "relationer.csv"):
        (here.register / name).replace(staged / name)
    (here.register / ".import.json").write_text(
        '{"from": ".import-x", "files": ["barn.csv", "relationer.csv"]}', encoding="utf-8", newline=""
    )
    assert read(here.register) == whole
    plan_import(here, Wanted((str(tmp_path / "ss"),)), now=NOW)
    assert read(here.register) == whole
    assert {path.name for path in here.register.iterdir()} == {*FILES, "tidigare"}
