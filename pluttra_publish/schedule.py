"""Files for the schedulers of systems: systemd, cron, launchd and Windows Task Scheduler. Knows their forms and how each quotes. Starts nothing.

Three jobs: `watch` all the time, `heartbeat` and `backup` every night. All run as the account that publishes; none needs an administrator.
"""

from __future__ import annotations

import plistlib
import re
import shlex
import subprocess  # for how Windows quotes: nothing is run
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from xml.etree import ElementTree as ET

Kind = Literal["systemd", "cron", "launchd", "windows"]
KINDS: tuple[Kind, ...] = ("systemd", "cron", "launchd", "windows")

_TASK = "http://schemas.microsoft.com/windows/2004/02/mit/task"


@dataclass(frozen=True)
class Job:
    """A command to run: all the time, or at `at` (hour and minute) every night. `says` is what it does, in Swedish."""

    name: str
    command: tuple[str, ...]
    says: str
    at: tuple[int, int] | None = None


@dataclass(frozen=True)
class Written:
    """A file for a scheduler: its name, what stands in it, and as what it is written."""

    name: str
    text: str
    encoding: str = "utf-8"

    @property
    def content(self) -> bytes:
        return self.text.encode(self.encoding)


@dataclass(frozen=True)
class Planned:
    """What one kind of scheduler takes: files, where they are to lie, and what is then typed."""

    kind: Kind
    files: tuple[Written, ...]
    place: str
    then: tuple[str, ...]


def jobs(program: tuple[str, ...], site: Path, *, backup: bool, night: tuple[int, int]) -> tuple[Job, ...]:
    """Return the jobs of a site. `program` begins every command; the heartbeat comes at `night`, and the backup half an hour later."""
    where = ("--site", str(site))
    made = [
        Job("watch", (*program, "watch", *where), "publicerar det som är nytt"),
        Job("heartbeat", (*program, "heartbeat", *where), "förnyar webbplatsens tid, varje natt", night),
    ]
    if backup:
        later = (night[0] * 60 + night[1] + 30) % (24 * 60)
        made.append(Job("backup", (*program, "backup", *where), "säkerhetskopierar, varje natt", divmod(later, 60)))
    return tuple(made)


def plan(kind: Kind, wanted: tuple[Job, ...], *, name: str, environment: Mapping[str, str] | None = None) -> Planned:
    """Return the files for a scheduler; `name` tells this site from others on the machine: a-z, 0-9 and `-`. `environment` is what commands need of it."""
    makers = {"systemd": _systemd, "cron": _cron, "launchd": _launchd, "windows": _windows}
    return makers[kind](wanted, f"pluttra-{name}", environment or {})


def _systemd(wanted: tuple[Job, ...], name: str, environment: Mapping[str, str]) -> Planned:
    files: list[Written] = []
    started: list[str] = []
    known = "".join(f"Environment={_quoted(f'{key}={value}')}\n" for key, value in environment.items())
    for job in wanted:
        unit = f"{name}-{job.name}"
        # Of what is run first, systemd takes no odd signs in the path; env does.
        plain = re.fullmatch(r"[\w/.+@-]+", job.command[0], re.ASCII)
        words = job.command if plain else ("/usr/bin/env", *job.command)
        run = f"{known}ExecStart={' '.join(_quoted(word).replace('$', '$$') for word in words)}\n"
        head = f"[Unit]\nDescription=Pluttra Publish {job.says}\n"
        if job.at is None:
            head += "StartLimitIntervalSec=0\n"
            service = f"[Service]\nType=exec\n{run}Restart=always\nRestartSec=30\n"
            files.append(Written(f"{unit}.service", f"{head}\n{service}\n[Install]\nWantedBy=default.target\n"))
            started.append(f"{unit}.service")
            continue
        files.append(Written(f"{unit}.service", f"{head}\n[Service]\nType=oneshot\n{run}Nice=10\n"))
        hour, minute = job.at
        timer = f"[Timer]\nOnCalendar=*-*-* {hour:02}:{minute:02}:00\nPersistent=true\nRandomizedDelaySec=300\n"
        about = f"[Unit]\nDescription=Pluttra Publish {job.says}\n"
        files.append(Written(f"{unit}.timer", f"{about}\n{timer}\n[Install]\nWantedBy=timers.target\n"))
        started.append(f"{unit}.timer")
    return Planned(
        "systemd",
        tuple(files),
        "~/.config/systemd/user/",
        (
            "systemctl --user daemon-reload",
            f"systemctl --user enable --now {' '.join(started)}",
            "loginctl enable-linger   # så att det går också när ingen är inloggad",
        ),
    )


def _quoted(word: str) -> str:
    """Return a word as systemd reads it back."""
    escaped = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def _cron(wanted: tuple[Job, ...], name: str, environment: Mapping[str, str]) -> Planned:
    lines = [f"# {name}"]
    for job in wanted:
        known = [f"{key}={shlex.quote(value)}" for key, value in environment.items()]
        command = " ".join([*known, shlex.join(job.command)]).replace("%", r"\%")  # which is a new line to cron
        when = f"{job.at[1]} {job.at[0]} * * *" if job.at else "@reboot"
        lines += [f"# Pluttra Publish {job.says}", f"{when} {command}"]
    return Planned(
        "cron",
        (Written(f"{name}.cron", "\n".join(lines) + "\n"),),
        "",
        (f"(crontab -l 2>/dev/null; cat {name}.cron) | crontab -",),
    )


def _launchd(wanted: tuple[Job, ...], name: str, environment: Mapping[str, str]) -> Planned:
    files = []
    for job in wanted:
        label = f"se.pluttra.{name.removeprefix('pluttra-')}.{job.name}"
        value: dict[str, object] = {"Label": label, "ProgramArguments": list(job.command), "ProcessType": "Background"}
        if environment:
            value["EnvironmentVariables"] = dict(environment)
        if job.at is None:
            value |= {"RunAtLoad": True, "KeepAlive": True, "ThrottleInterval": 30}
        else:
            value |= {"StartCalendarInterval": {"Hour": job.at[0], "Minute": job.at[1]}}
        files.append(Written(f"{label}.plist", plistlib.dumps(value).decode("utf-8")))
    place = "~/Library/LaunchAgents/"
    then = tuple(f"launchctl bootstrap gui/$(id -u) {place}{file.name}" for file in files)
    return Planned("launchd", tuple(files), place, then)


def _windows(wanted: tuple[Job, ...], name: str, environment: Mapping[str, str]) -> Planned:
    files = [Written(f"{name}-{job.name}.xml", _task(job), "utf-16") for job in wanted]
    then = [f'setx {key} "{value}"' for key, value in environment.items()]
    then += [f'schtasks /Create /TN "Pluttra\\{file.name.removesuffix(".xml")}" /XML "{file.name}"' for file in files]
    then += [f'schtasks /Run /TN "Pluttra\\{name}-watch"']
    return Planned("windows", tuple(files), "", tuple(then))


def _task(job: Job) -> str:
    """Return a task of Windows 11 that runs while its account is logged in, which takes no password and no administrator."""
    task = ET.Element("Task", {"version": "1.4", "xmlns": _TASK})
    _elements(task, {"RegistrationInfo": {"Description": f"Pluttra Publish {job.says}"}})
    triggers = ET.SubElement(task, "Triggers")
    if job.at is None:
        _elements(triggers, {"LogonTrigger": {"Enabled": "true"}})
    else:
        start = f"2026-01-01T{job.at[0]:02}:{job.at[1]:02}:00"
        nightly = {"StartBoundary": start, "Enabled": "true", "ScheduleByDay": {"DaysInterval": "1"}}
        _elements(triggers, {"CalendarTrigger": nightly})
    principals = ET.SubElement(task, "Principals")
    author = ET.SubElement(principals, "Principal", {"id": "Author"})
    _elements(author, {"LogonType": "InteractiveToken", "RunLevel": "LeastPrivilege"})
    settings: dict[str, object] = {
        "MultipleInstancesPolicy": "IgnoreNew",
        "DisallowStartIfOnBatteries": "false",
        "StopIfGoingOnBatteries": "false",
        "StartWhenAvailable": "true",
        "Enabled": "true",
        "ExecutionTimeLimit": "PT0S" if job.at is None else "PT12H",
    }
    if job.at is None:
        settings |= {"RestartOnFailure": {"Interval": "PT1M", "Count": "999"}}
    _elements(task, {"Settings": settings})
    actions = ET.SubElement(task, "Actions", {"Context": "Author"})
    _elements(actions, {"Exec": {"Command": job.command[0], "Arguments": subprocess.list2cmdline(job.command[1:])}})
    ET.indent(task)
    return '<?xml version="1.0" encoding="UTF-16"?>\n' + ET.tostring(task, encoding="unicode") + "\n"


def _elements(parent: ET.Element, values: Mapping[str, object]) -> None:
    """Add an element for each value, and what is in it."""
    for name, value in values.items():
        element = ET.SubElement(parent, name)
        if isinstance(value, dict):
            _elements(element, value)
        else:
            element.text = str(value)
