"""`pluttra` and its commands: options in, calls to the pipeline, answers out. Does not know how anything is done."""

from __future__ import annotations

import click

from pluttra_publish import __version__
from pluttra_publish.cli.approval import approve, return_
from pluttra_publish.cli.authoring import check, init, new
from pluttra_publish.cli.consents import consents
from pluttra_publish.cli.mask import mask
from pluttra_publish.cli.proof import what_sees, who_can_see
from pluttra_publish.cli.publishing import build, invite, publish
from pluttra_publish.cli.reading import demo, open_, serve
from pluttra_publish.cli.register import register

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


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="pluttra")
def main() -> None:
    """Gör förskolans dagar till en förseglad webbplats som bara familjerna kan läsa."""


for _command in (
    init, new, mask, register, consents, check, approve, return_, build, publish, invite, who_can_see, what_sees, serve, open_, demo,
):  # fmt: skip
    main.add_command(_command)
