"""The command for what families have read: read. Shows names, since somebody asked."""

from __future__ import annotations

from pathlib import Path

import click

from pluttra_publish.cli import report
from pluttra_publish.cli.options import json_option, site_option
from pluttra_publish.settings import read_settings
from pluttra_publish.who_has_read import Read, who_has_read


@click.command(epilog='Exempel: pluttra read "inlagg/Solrosen/2026-03-12 Vi byggde koja"')
@click.argument(
    "post", metavar="[INLÄGG]", required=False, type=click.Path(path_type=Path), help="Inläggets mapp eller fil."
)
@site_option
@json_option
def read(post: Path | None, site: Path, as_json: bool) -> None:
    """Visa vilka som har läst INLÄGG, eller hur många som har läst vart och ett.

    Bara de som själva har sagt ja till att förskolan får veta det står med, så den som saknas kan ha läst ändå. Kräver receipts = true under [drop].
    """
    with report.answering(as_json):
        found = who_has_read(read_settings(site), post)
        if as_json:
            report.say_json({"posts": [one.summary() for one in found]})
        elif post is None:
            report.say("\n".join(f"{len(one.readers):4}  {one.source}" for one in found) or "Ingen har berättat än.")
        else:
            _say(found[0])


def _say(found: Read) -> None:
    for name, when in found.readers:
        report.say(f"{name}  {when:%Y-%m-%d %H:%M}")
    if not found.readers:
        report.say("Ingen har berättat att de har läst det.")
