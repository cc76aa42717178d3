"""`pluttra` and its commands: options in, calls to the pipeline, answers out. Does not know how anything is done."""

from __future__ import annotations

import atexit
import gc
from importlib import import_module

import click

from pluttra_publish import __version__
from pluttra_publish.cli import report
from pluttra_publish.cli.swedish import metavars_in_swedish
from pluttra_publish.platform import without_collecting

atexit.register(
    gc.freeze
)  # what a command leaves behind is dropped with the program, not looked through for cycles first

# In the order of the work, each with where it is: "module" or "module:name".
_COMMANDS = {
    "init": "authoring",
    "new": "authoring",
    "mask": "mask",
    "register": "register",
    "consents": "consents",
    "check": "authoring",
    "approve": "approval",
    "return": "approval:return_",
    "build": "publishing",
    "publish": "publishing",
    "watch": "watching",
    "invite": "inviting",
    "links": "inviting",
    "read": "receipts",
    "inbox": "inbox",
    "revoke": "keys",
    "rekey": "keys",
    "rotate": "keys",
    "heartbeat": "keys",
    "notify": "mailing",
    "mail": "mailing",
    "drop": "dropping",
    "headers": "hosting",
    "doctor": "hosting",
    "wall": "wall",
    "backup": "keeping",
    "restore": "keeping",
    "status": "standing",
    "schedule": "scheduling",
    "who-can-see": "proof:who_can_see",
    "what-sees": "proof:what_sees",
    "log": "log",
    "serve": "reading",
    "open": "reading:open_",
    "demo": "reading",
}

_ENDS_SOON = frozenset({"build", "check", "publish", "revoke", "what-sees", "who-can-see"})
"""Commands in which cycles are not looked for, from the first import to the end. Those that go on for long, or call others' programs, do as Python does."""

_EPILOG = """\b
Börja så här:
  pluttra init minforskola
  pluttra check --site minforskola
  pluttra publish --site minforskola
  pluttra invite "Maria Lindqvist" --site minforskola

\b
Utgångskoder: 0 klart, 1 fel i programmet, 2 fel i kommandot, 3 innehåll, 4 samtycke,
5 register eller inställningar, 6 nycklar, 7 förseglat format, 8 värd, 9 läcka stoppad.
"""


class _Commands(click.Group):
    """Imports a command when it is asked for: what all the others need is most of what the program would load."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        ctx.meta[__name__] = "--json" in args
        with report.answering_usage(ctx, ctx.meta[__name__]):
            return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> object:
        with report.answering_usage(ctx, ctx.meta[__name__]):
            return super().invoke(ctx)

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        module, _, name = _COMMANDS[cmd_name].partition(":")
        with without_collecting():
            command: click.Command = getattr(import_module(f"pluttra_publish.cli.{module}"), name or cmd_name)
        if cmd_name not in _ENDS_SOON:
            gc.enable()
        return metavars_in_swedish(command)


@click.group(
    cls=_Commands,
    epilog=_EPILOG,
    options_metavar="[VAL]",
    subcommand_metavar="KOMMANDO …",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="pluttra")
def main() -> None:
    """Gör förskolans dagar till en förseglad webbplats som bara familjerna kan läsa."""
