"""Links between posts: a relative address to the post it means, if both have the same readers. Opens no file."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterable
from functools import cached_property
from urllib.parse import unquote

from pluttra_publish.site.folders import TEXTS, Source, nfc

_PELICAN = re.compile(r"^[{|](?:filename|static|attach|article)[|}]")


class Library:
    """Every post by the paths it may be called by: its folder, its text, and without the text's suffix."""

    def __init__(self, sources: Callable[[], Iterable[Source]], posts: str) -> None:
        self._posts = posts
        self._sources = sources

    @cached_property
    def _by_path(self) -> dict[str, Source]:  # asked for when the first link is met: most posts have none
        by_path: dict[str, Source] = {}
        for source in self._sources():
            names = {source.name, source.text_name}
            names |= {name.removesuffix(suffix) for name in names for suffix in TEXTS}
            for name in names:
                by_path.setdefault(name.casefold(), source)
        return by_path

    def find(self, value: str, origin: Source) -> Source | tuple[str, str]:
        """Return the post that a link in `origin` leads to, or a message and its mend."""
        plain = unquote(_PELICAN.sub("", value.strip())).replace("\\", "/")
        plain = nfc(re.split(r"[?#]", plain, maxsplit=1)[0])
        starts = [self._posts] if plain.startswith("/") else [origin.folder, posixpath.dirname(origin.name)]
        for start in starts:
            path = posixpath.normpath(posixpath.join(start, plain.lstrip("/"))).casefold()
            goal = self._by_path.get(path)
            if goal is None:
                continue
            if goal.place != origin.place:
                return (
                    "Länken leder till ett inlägg som har andra läsare.",
                    "Ta bort länken, eller länka bara till inlägg i samma mapp.",
                )
            return goal
        if any(name.casefold() == plain.removeprefix("./").casefold() for name, _ in origin.files):
            return (
                "Länken leder till en bild, film eller ljudfil.",
                f"Skriv ![beskrivning]({plain}), så visas den där.",
            )
        return ("Länken leder till ett inlägg som inte finns.", "Rätta länken. En webbadress börjar med https://.")
