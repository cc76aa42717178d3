"""Settings to a drop box on this computer, and to the script that is one on a web hotel. Knows where they lie. Does not know messages."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pluttra_publish.drop import endpoint
from pluttra_publish.drop.endpoint import DropBox
from pluttra_publish.errors import UsageError
from pluttra_publish.platform import make_runnable, telling, write_atomically
from pluttra_publish.settings import Settings

SCRIPT = "drop.cgi"
_EMPTY = "SETTINGS: Mapping[str, str] = {}"


def box_at(settings: Settings) -> tuple[str, DropBox] | None:
    """Return the path of the site's own address that takes messages and the box they are laid in; None if there is none here."""
    if not settings.drop.url.startswith("/") or settings.drop.folder is None:
        return None
    return settings.drop.url, DropBox(settings.drop.folder)


def origin_for(settings: Settings) -> str:
    """Return the address whose pages the endpoint answers, empty where it is the endpoint's own."""
    return "" if settings.drop.url.startswith("/") else settings.url


@dataclass(frozen=True)
class Script:
    """What was written for a web hotel: the script, and the folder that it will lay messages in, as it is called there."""

    path: Path
    folder: str


def write_script(into: Path, *, folder: str, origin: str = "") -> Script:
    """Write the endpoint as a CGI script of its own into the folder `into`, set up to lay messages in `folder` on the web hotel.

    Raises:
        UsageError: the folder there isn't said whole, or this one can't be written.
    """
    if not folder.startswith("/") or any(ord(sign) < 32 for sign in folder):
        hint = "Skriv hela sökvägen, till exempel --folder /srv/backen/brevlada, utanför mappen som visas på webben."
        raise UsageError(f"{folder} duger inte som mapp på webbhotellet.", hint=hint)
    said = {"PLUTTRA_DROP_FOLDER": folder} | ({"PLUTTRA_DROP_ORIGIN": origin} if origin else {})
    source = Path(endpoint.__file__).read_text(encoding="utf-8")
    if source.count(_EMPTY) != 1:
        raise AssertionError("the endpoint has no place for its settings")
    filled = source.replace(_EMPTY, f"SETTINGS: Mapping[str, str] = {said!r}")
    path = into / SCRIPT
    with telling(into):
        into.mkdir(parents=True, exist_ok=True)
        write_atomically(path, filled.encode())
        make_runnable(path)
    return Script(path, folder)
