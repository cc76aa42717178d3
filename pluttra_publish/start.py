"""A new preschool: folders and files to fill in. Never overwrites. Does not know keys."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pluttra_publish.errors import UsageError
from pluttra_publish.platform import write_atomically
from pluttra_publish.register import empty_consents, empty_register
from pluttra_publish.register.consents_file import FILE as CONSENTS
from pluttra_publish.settings import FILE
from pluttra_publish.settings_text import default_toml

_PLACES = ("barn", "forskolan", "personal", "offentligt")
_IGNORED = "privat/\npublic/\nregister/\nsamtal/\n"


@dataclass(frozen=True)
class Started:
    """What was made, relative to the site's folder; what was there already is not in it."""

    made: tuple[str, ...]


def start_site(folder: Path, *, name: str, url: str) -> Started:
    """Make the folders and files of a preschool that are not there yet.

    Raises:
        UsageError: the folder is a file.
    """
    for above in (folder, *folder.absolute().parents):
        if above.exists() and not above.is_dir():
            raise UsageError(f"{above.name} är en fil, inte en mapp.", hint="Ange en ny mapp: pluttra init MAPP")
    files = {FILE: default_toml(name, url), ".gitignore": _IGNORED}
    files |= {f"register/{file}": text for file, text in empty_register().items()}
    files[f"register/{CONSENTS}"] = empty_consents()
    made = []
    for path, text in files.items():
        if not (folder / path).exists():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            write_atomically(folder / path, text.encode("utf-8"))
            made.append(path)
    for place in _PLACES:
        if not (folder / "inlagg" / place).exists():
            (folder / "inlagg" / place).mkdir(parents=True)
            made.append(f"inlagg/{place}/")
    return Started(tuple(made))
