"""A new preschool: folders and files to fill in. Never overwrites. Does not know keys."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pluttra_publish.errors import UsageError
from pluttra_publish.platform import telling, write_atomically
from pluttra_publish.register import empty_consents, empty_register
from pluttra_publish.register.consents_file import FILE as CONSENTS
from pluttra_publish.settings import FILE, accepted, read_settings
from pluttra_publish.settings_text import default_toml
from pluttra_publish.starting_pages import starting_pages

_PLACES = ("barn", "forskolan", "personal", "offentligt")
_IGNORED = "privat/\npublic/\nregister/\nsamtal/\n"


@dataclass(frozen=True)
class Started:
    """What was made, and what was there already, relative to the site's folder."""

    made: tuple[str, ...]
    there: tuple[str, ...]


def start_site(folder: Path, *, name: str, url: str) -> Started:
    """Make the folders and files of a preschool that are not there yet. `name` and `url` are for a `pluttra.toml` that is new.

    Raises:
        UsageError: the folder is a file or can't be written, or a value is none that the settings may have.
        SettingsError: there is a `pluttra.toml` already, and it is faulty.
    """
    for above in (folder, *folder.absolute().parents):
        if above.exists() and not above.is_dir():
            raise UsageError(f"{above.name} är en fil, inte en mapp.", hint="Ange en ny mapp: pluttra init MAPP")
    if (folder / FILE).exists():
        read_settings(folder)
    accepted("name", name)
    accepted("url", url)
    files = {FILE: default_toml(name, url), ".gitignore": _IGNORED}
    files |= {f"register/{file}": text for file, text in empty_register().items()}
    files[f"register/{CONSENTS}"] = empty_consents()
    files |= {f"inlagg/{place}/": "" for place in _PLACES}
    if not (folder / "inlagg" / "offentligt").exists():  # a page that was taken away stays away
        files |= {f"inlagg/offentligt/{page}": text for page, text in starting_pages(name).items()}
    there = tuple(path for path in files if (folder / path).exists())
    made = tuple(path for path in files if path not in there)
    for path in made:
        with telling(folder / path):
            if path.endswith("/"):
                (folder / path).mkdir(parents=True)
            else:
                write_atomically(folder / path, files[path].encode("utf-8"))
    return Started(made, there)
