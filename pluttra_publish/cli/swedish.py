"""What click itself says, in Swedish: there is no Swedish among its translations. Knows click's English. Does not know our commands.

click looks its words up by the English ones, through gettext; this stands in for gettext. What is not in the table stays English.
"""

from __future__ import annotations

import click.core
import click.decorators
import click.exceptions
import click.formatting
import click.parser
import click.termui
import click.types

_WORDS = {
    "Usage:": "Så här:",
    "Options": "Val",
    "Positional arguments": "Det du anger",
    "Commands": "Kommandon",
    "default: {default}": "förvalt: {default}",
    "required": "krävs",
    "env var: {var}": "miljövariabel: {var}",
    "Show the version and exit.": "Visa versionen.",
    "Show this message and exit.": "Visa den här hjälpen.",
    "Error: {message}": "Fel: {message}",
    "Aborted!": "Avbrutet.",
    "Try '{command} {option}' for help.": "Hjälp: {command} {option}",
    "Missing command.": "Kommando saknas.",
    "Missing argument": "Här saknas",
    "Missing option": "Här saknas valet",
    "No such command {name!r}.": "Kommandot ”{name}” finns inte.",
    "No such option {name!r}.": "Valet ”{name}” finns inte.",
    "Did you mean {possibility}?": "Menade du {possibility}?",
    "(Did you mean one of: {possibilities}?)": "Menade du något av {possibilities}?",
    "Got unexpected extra argument ({args})": "Här står något för mycket: {args}. Text med mellanslag skrivs inom citattecken.",
    "Option {name!r} does not take a value.": "Valet ”{name}” tar inget värde.",
    "Option {name!r} requires an argument.": "Valet ”{name}” ska följas av ett värde.",
    "Invalid value: {message}": "Värdet går inte att använda: {message}",
    "Invalid value for {param_hint}: {message}": "Värdet för {param_hint} går inte att använda: {message}",
    "{value!r} is not a valid {number_type}.": "”{value}” är inget heltal.",
    "{value} is not in the range {range}.": "{value} är inte i intervallet {range}.",
    "{value!r} is not {choice}.": "”{value}” är inte {choice}.",
    "{value!r} is not one of {choices}.": "”{value}” är inte något av {choices}.",
    "Choose from:\n\t{choices}": "Välj bland:\n\t{choices}",
    "{value!r} does not match the format {format}.": "”{value}” är inget datum. Skriv till exempel 2026-03-12.",
    "file": "fil",
    "directory": "mapp",
    "path": "sökväg",
    "{name} {filename!r} does not exist.": "{name} ”{filename}” finns inte.",
    "{name} {filename!r} is a file.": "”{filename}” är en fil.",
    "{name} {filename!r} is a directory.": "”{filename}” är en mapp.",
    "{name} {filename!r} is not readable.": "{name} ”{filename}” får inte läsas.",
    "{name} {filename!r} is not writable.": "{name} ”{filename}” får inte ändras.",
}
_MODULES = (
    click.core,
    click.decorators,
    click.exceptions,
    click.formatting,
    click.parser,
    click.termui,
    click.types,
)


def speak_swedish() -> None:
    """Let click say its words in Swedish, from now on; call this before any command is made."""
    for module in _MODULES:
        for name, said in {"_": _said, "ngettext": _counted}.items():
            if hasattr(module, name):
                setattr(module, name, said)


def metavars_in_swedish(command: click.Command) -> click.Command:
    """Give a command, and those in it, Swedish words for what can be filled in."""
    command.options_metavar = "[VAL]"
    if isinstance(command, click.Group):
        command.subcommand_metavar = "KOMMANDO …"
        for inner in command.commands.values():
            metavars_in_swedish(inner)
    return command


def _said(english: str) -> str:
    return _WORDS.get(english, english)


def _counted(one: str, many: str, number: int) -> str:
    """Swedish has the same words for one and for many, wherever there is no other in the table."""
    return _said(one) if number == 1 or many not in _WORDS else _said(many)
