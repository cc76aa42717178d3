"""docs/commands.md says what every command takes. Run as a module to write it anew: `python -m tests.test_commands_page`."""

from __future__ import annotations

from pathlib import Path

import click

from tests.commands import every_command

PAGE = Path(__file__).parents[1] / "docs" / "commands.md"

_HEAD = """# Commands

Written from the commands themselves; a test compares. The program speaks Swedish, and so does this page. Exit codes: 0 well, 1 a bug, 2 usage, 3 content, 4 consent, 5 register or settings, 6 keys, 7 sealed format, 8 host, 9 leak stopped.
"""


def page() -> str:
    """Return docs/commands.md as the commands would have it."""
    return _HEAD + "".join(_section(name, command) for name, command in every_command())


def _section(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=f"pluttra {name}")
    usage = " ".join(command.collect_usage_pieces(context))
    lines = [
        f"\n## pluttra {name}\n",
        f"\n```\npluttra {name} {usage}\n```\n",
        f"\n{' '.join((command.help or '').split())}\n",
    ]
    lines += [f"\n{command.epilog}\n", "\n| val | betyder |\n| --- | --- |\n"]
    for parameter in command.get_params(context):
        record = parameter.get_help_record(context)
        if record and "--help" not in record[0]:  # click remembers how it was first called
            lines.append(f"| `{record[0]}` | {record[1]} |\n")
    return "".join(lines)


def test_the_page_of_commands_says_what_the_commands_take() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "write it anew: python -m tests.test_commands_page"


def test_every_command_has_an_example_and_everything_it_takes_a_help() -> None:
    for name, command in every_command():
        assert command.epilog, name
        assert command.epilog.startswith("Exempel: pluttra"), name
        for parameter in command.params:
            if isinstance(parameter, click.Argument) or not getattr(parameter, "hidden", False):
                assert getattr(parameter, "help", None), f"{name} {parameter.name}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8", newline="\n")
