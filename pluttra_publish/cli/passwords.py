"""A password that is asked for and kept: by the commands for mail and for the drop box. Never shows it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click

from pluttra_publish import log
from pluttra_publish.cli import report
from pluttra_publish.clock import now_of
from pluttra_publish.settings import read_settings


def keep_password(site: Path, as_json: bool, *, command: str, save: Callable[[Path, str], Path], then: str) -> None:
    """Ask for a password and `save` it in the private state folder; `then` is the command to try it with."""
    with report.answering(as_json):
        settings = read_settings(site)
        written = click.prompt("Lösenord", hide_input=True, err=True, prompt_suffix=": ")
        log.append(settings.state, command, now=now_of(settings))
        path = save(settings.state, written)
        if as_json:
            report.say_json({"saved": str(path)})
            return
        report.say(f"Sparat i {path}. Pröva: {then}")
