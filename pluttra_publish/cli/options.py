"""Options that many commands share."""

from __future__ import annotations

from pathlib import Path

import click

site_option = click.option(
    "--site",
    "site",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path(),
    show_default="mappen du står i",
    help="Förskolans mapp, den med pluttra.toml.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Svara med ett JSON-objekt.")
