"""Files for schedulers: that the systems they are for read them as they were meant, with the odd names that folders have."""

from __future__ import annotations

import plistlib
import re
import shlex
import shutil
import subprocess
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from pluttra_publish.schedule import KINDS, Kind, jobs, plan
from tests.commands import every_command
from tests.whole.preschool import Preschool
from tests.whole.shell import Shell

ODD = Path("/home/förskolan/Min $förskola 100% \"Backen\" \\o/ 'x'")
PROGRAM = ("/home/åsa/.local/bin/pluttra",)
WANTED = jobs(PROGRAM, ODD, backup=True, night=(23, 45))
TASK = "{http://schemas.microsoft.com/windows/2004/02/mit/task}"


def texts(kind: Kind, **how: object) -> dict[str, str]:
    return {file.name: file.text for file in plan(kind, WANTED, name="backen", **how).files}


def test_the_jobs_are_those_that_a_site_needs() -> None:
    assert [(job.name, job.at) for job in WANTED] == [("watch", None), ("heartbeat", (23, 45)), ("backup", (0, 15))]
    assert all(job.command == (*PROGRAM, job.name, "--site", str(ODD)) for job in WANTED)
    assert [job.name for job in jobs(PROGRAM, ODD, backup=False, night=(2, 0))] == ["watch", "heartbeat"]


def test_the_jobs_are_commands_that_there_are_and_take_what_they_are_given() -> None:
    known = dict(every_command())
    for job in WANTED:
        options = {option for parameter in known[job.name].params for option in parameter.opts}
        assert "--site" in options


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_takes_its_units(tmp_path: Path) -> None:
    program = tmp_path / "på\\$ 100%" / "pluttra"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n", encoding="utf-8", newline="\n")
    program.chmod(0o755)
    wanted = jobs((str(program),), ODD, backup=True, night=(2, 0))
    files = plan("systemd", wanted, name="backen", environment={"PLUTTRA_IDENTITY": "/home/x y/100%.txt"}).files
    for file in files:
        (tmp_path / file.name).write_bytes(file.content)
    assert len(files) == 5
    told = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", "--user", *(str(tmp_path / file.name) for file in files)],
        capture_output=True, text=True, check=False, env={"XDG_RUNTIME_DIR": str(tmp_path), "PATH": "/usr/bin:/bin"},
    )  # fmt: skip
    ours = [line for line in told.stderr.splitlines() if "pluttra" in line]
    assert not ours, told.stderr
    calendar = re.search(r"OnCalendar=(.*)", files[2].text)
    assert calendar
    subprocess.run(["systemd-analyze", "calendar", calendar[1]], check=True, capture_output=True)


def test_systemd_is_given_each_word_as_it_is() -> None:
    service = texts("systemd")["pluttra-backen-watch.service"]
    assert "Restart=always" in service
    line = re.search(r"ExecStart=(.*)", service)
    assert line
    words = [word.replace("%%", "%").replace("$$", "$") for word in shlex.split(line[1])]
    assert tuple(words) == ("/usr/bin/env", *WANTED[0].command)  # for the å in its path


def test_nights_that_the_computer_slept_through_are_made_up_for() -> None:
    assert "Persistent=true" in texts("systemd")["pluttra-backen-heartbeat.timer"]
    settings = ET.fromstring(texts("windows")["pluttra-backen-backup.xml"].partition("\n")[2])  # noqa: S314 # our own
    assert settings.findtext(f"{TASK}Settings/{TASK}StartWhenAvailable") == "true"


def test_cron_is_given_lines_that_a_shell_reads_as_they_were_meant() -> None:
    lines = [line for line in texts("cron")["pluttra-backen.cron"].splitlines() if not line.startswith("#")]
    assert [line.split()[:5] for line in lines[1:]] == [["45", "23", "*", "*", "*"], ["15", "0", "*", "*", "*"]]
    assert lines[0].startswith("@reboot ")
    command = lines[1].split(" ", 5)[5]
    assert not re.search(r"(?<!\\)%", command)
    assert tuple(shlex.split(command.replace(r"\%", "%"))) == WANTED[1].command


def test_launchd_is_given_lists() -> None:
    found = {name: plistlib.loads(text.encode()) for name, text in texts("launchd").items()}
    assert set(found) == {f"se.pluttra.backen.{job.name}.plist" for job in WANTED}
    watch, nightly = found["se.pluttra.backen.watch.plist"], found["se.pluttra.backen.backup.plist"]
    assert watch["ProgramArguments"] == list(WANTED[0].command)
    assert (watch["KeepAlive"], watch["RunAtLoad"]) == (True, True)
    assert nightly["StartCalendarInterval"] == {"Hour": 0, "Minute": 15}
    assert all(value["Label"] == name.removesuffix(".plist") for name, value in found.items())


def test_windows_is_given_tasks_that_need_no_administrator() -> None:
    windows = jobs(
        ("C:\\Users\\Åsa\\.local\\bin\\pluttra.exe",), Path("C:/Min förskola & co"), backup=True, night=(2, 0)
    )
    for file, job in zip(plan("windows", windows, name="backen").files, windows, strict=True):
        assert file.content.startswith(b"\xff\xfe")
        task = ET.fromstring(file.content)  # noqa: S314 # our own
        assert task.tag == f"{TASK}Task"
        assert task.findtext(f".//{TASK}RunLevel") == "LeastPrivilege"
        assert task.findtext(f".//{TASK}LogonType") == "InteractiveToken"
        assert task.findtext(f".//{TASK}Command") == job.command[0]
        assert task.findtext(f".//{TASK}Arguments") == f'{job.name} --site "C:/Min förskola & co"'
        assert (task.find(f".//{TASK}CalendarTrigger") is None) == (job.at is None)
        assert (task.find(f".//{TASK}LogonTrigger") is None) == (job.at is not None)


@pytest.mark.parametrize("kind", KINDS)
def test_where_the_identity_lies_goes_with_it(kind: Kind) -> None:
    planned = plan(kind, WANTED, name="backen", environment={"PLUTTRA_IDENTITY": "/säker plats/identity.txt"})
    said = "\n".join([*(file.text for file in planned.files), *planned.then])
    assert "PLUTTRA_IDENTITY" in said
    assert "/säker plats/identity.txt" in said


def test_two_sites_on_one_machine_have_jobs_of_their_own() -> None:
    for kind in KINDS:
        names = [{file.name for file in plan(kind, WANTED, name=name).files} for name in ("backen", "ekan")]
        assert not names[0] & names[1]


@pytest.mark.parametrize("kind", KINDS)
def test_the_command_writes_the_files_and_says_where_they_go(tmp_path: Path, kind: str) -> None:
    school = Preschool(tmp_path / "förskola")
    school.settings_text += f'[backup]\nfolder = "{(tmp_path / "disk").as_posix()}"\n'
    school.write()
    shell = Shell(school.root)
    told = shell.run("schedule", kind, "--site", school.root)
    assert told.exit_code == 0, told.output
    written = sorted(path.name for path in (school.state / "schema").iterdir())
    assert written
    assert all(name in told.stdout for name in written)
    said = shell.answer("schedule", kind, "--site", school.root)
    assert sorted(Path(name).name for name in said["files"]) == written
    assert said["then"]


def test_without_a_folder_for_backups_it_says_that_there_will_be_none(tmp_path: Path) -> None:
    school = Preschool(tmp_path / "förskola").write()
    told = Shell(school.root).run("schedule", "systemd", "--site", school.root)
    assert "Säkerhetskopian är inte med" in told.stderr
    assert not list((school.state / "schema").glob("*backup*"))


def test_it_writes_nothing_among_posts_or_what_is_published(tmp_path: Path) -> None:
    school = Preschool(tmp_path / "förskola").write()
    for folder in ("inlagg", "public"):
        told = Shell(school.root).run("schedule", "cron", "--into", school.root / folder / "x", "--site", school.root)
        assert told.exit_code == 2
