"""Every command of the program, for the tests that look at all of them."""

from __future__ import annotations

from collections.abc import Iterator

import click

from pluttra_publish.cli import main


def every_command(group: click.Group = main, prefix: str = "") -> Iterator[tuple[str, click.Command]]:
    """Yield every command and subcommand with its name as it is typed."""
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        yield prefix + name, command
        if isinstance(command, click.Group):
            yield from every_command(command, f"{prefix}{name} ")
