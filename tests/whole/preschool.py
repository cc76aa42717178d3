"""A small preschool on disk, for tests to change, publish and open as any of its readers. Knows the entry points, not the insides."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from pluttra_publish import publish as pipeline
from pluttra_publish.errors import FormatError
from pluttra_publish.open import Fetch, Memory, Opened, folder, open_site, open_with_key
from pluttra_publish.publish import Published
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.settings import Settings, read_settings

STOCKHOLM = ZoneInfo("Europe/Stockholm")
PURPOSES = ("foto", "film", "ljud", "namn")
NOON = datetime(2026, 11, 23, 12, tzinfo=STOCKHOLM)

HEADINGS = {
    "avdelningar": "id;namn",
    "barn": "id;förnamn;efternamn;skyddad",
    "vardnadshavare": "id;förnamn;efternamn;epost;språk;skyddad",
    "relationer": "barn;vårdnadshavare;från;till",
    "placeringar": "barn;avdelning;från;till",
    "personal": "id;förnamn;efternamn;epost;roll;från;till",
    "personal-avdelningar": "personal;avdelning;från;till",
    "samtycken": "barn;ändamål;svar;grund;datum;svarat av;gäller till;återkallat",
}
ROWS = {
    "avdelningar": "solrosen;Solrosen blaklockan;Blåklockan",
    "barn": "alva;Alva;Lindqvist;nej noah;Noah;Lindqvist;nej li;Li;Wikström;nej ylva;Ylva;Tornefalk;ja",
    "vardnadshavare": "maria;Maria;Lindqvist;maria@example.se;sv;nej johan;Johan;Ek;johan@example.se;sv;nej "
    "mei;Mei;Chen;mei@example.com;sv;nej ragnhild;Ragnhild;Tornefalk;ragnhild@example.se;sv;ja",
    "relationer": "alva;maria;2021-05-11; alva;johan;2021-05-11; noah;maria;2023-02-24; li;mei;2023-04-03; "
    "ylva;ragnhild;2021-09-14;",
    "placeringar": "alva;solrosen;2024-08-19; ylva;solrosen;2025-08-18; noah;blaklockan;2025-08-18; "
    "li;blaklockan;2025-09-01;",
    "personal": "ingrid;Ingrid;Hallberg;ingrid@example.se;rektor;2019-08-01; "
    "petra;Petra;Lund;petra@example.se;pedagog;2021-08-09;",
    "personal-avdelningar": "petra;solrosen;2021-08-09;",
}
POSTS = {
    "Solrosen/2026-10-14 Vi byggde koja": "Barn: Alva\n\nLöv åt samma håll, som på en fågel.\n",
    "Solrosen/2026-11-19 Första snön": "Någon har suddat ut gården.\n",
    "Blåklockan/2026-11-05 Lyktvandring": "Vi gick ut genom grinden.\n",
    "barn/Noah Lindqvist/2026-10-13 Noahs båt": "Den flyter nästan rakt.\n",
    "forskolan/2026-11-16 Öppettider": "Så här har vi öppet.\n",
    "personal/2026-10-09 Planeringsdag": "Kort om vad vi kom fram till.\n",
    "offentligt/Om oss": "Vi är ute varje dag.\n",
}


def photo(colour: str = "teal", size: tuple[int, int] = (64, 48), **saved: object) -> bytes:
    """A small JPEG of one colour, without metadata unless some is given."""
    into = io.BytesIO()
    Image.new("RGB", size, colour).save(into, "JPEG", **saved)
    return into.getvalue()


def grain(seed: int, size: tuple[int, int] = (320, 240)) -> bytes:
    """A JPEG with so much in it that it stays some kilobytes long; another one for each seed."""
    pixels = hashlib.shake_128(bytes([seed])).digest(3 * size[0] * size[1])
    into = io.BytesIO()
    Image.frombytes("RGB", size, pixels).save(into, "JPEG")
    return into.getvalue()


@contextmanager
def clock(now: datetime) -> Iterator[None]:
    """Let the pipeline see `now` as the time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", str(int(now.timestamp())))
        yield


@dataclass
class Preschool:
    """The folder `root` with settings, register and posts. Rows are lists of cells; they are written when it publishes.

    Unless a test says otherwise, every child may be seen, heard and named.
    """

    root: Path
    now: datetime = NOON
    settings_text: str = (
        'name = "Backens förskola"\nurl = "https://dagar.example.se"\nemail = "backen@example.se"\n'
        "accessibility.assessed = 2026-09-01\n"
    )
    tables: dict[str, list[list[str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        rows = {name: written.split(" ") for name, written in ROWS.items()}
        self.tables = {name: [row.split(";") for row in written] for name, written in rows.items()}

    @property
    def public(self) -> Path:
        return self.root / "public"

    @property
    def state(self) -> Path:
        return self.root / "privat"

    @property
    def identity(self) -> Path:
        return self.root / "identity.txt"

    @property
    def settings(self) -> Settings:
        return read_settings(self.root)

    def row(self, table: str, *cells: str) -> list[str]:
        """Return the row that begins with these cells, to be changed."""
        (found,) = (row for row in self.tables[table] if row[: len(cells)] == list(cells))
        return found

    def write(self) -> Preschool:
        """Write settings and register as they are now."""
        (self.root / "inlagg").mkdir(exist_ok=True)
        (self.root / "register").mkdir(exist_ok=True)
        (self.root / "pluttra.toml").write_text(self.settings_text, encoding="utf-8", newline="\n")
        basis = [
            f"{child[0]};{purpose};;Allmänt intresse;2019-01-01;;;"
            for child in self.tables["barn"]
            for purpose in PURPOSES
        ]
        tables = {"samtycken": [row.split(";") for row in basis]} | self.tables
        for name, rows in tables.items():
            text = "\n".join([HEADINGS[name], *(";".join(row) for row in rows)])
            (self.root / "register" / f"{name}.csv").write_text(f"{text}\n", encoding="utf-8", newline="\n")
        return self

    def post(self, place: str, text: str | None = None, **files: bytes) -> Path:
        """Write a post's folder; `koja_jpg=…` is the file koja.jpg."""
        home = self.root / "inlagg" / place
        home.mkdir(parents=True, exist_ok=True)
        if text is not None:
            (home / "text.md").write_text(text, encoding="utf-8", newline="\n")
        for name, content in files.items():
            (home / ".".join(name.rsplit("_", 1))).write_bytes(content)
        return home

    def write_posts(self) -> Preschool:
        """Write a post for every kind of audience, one of them with a photo."""
        for place, text in POSTS.items():
            self.post(place, text)
        self.post("Solrosen/2026-11-19 Första snön", snö_jpg=photo())
        return self

    def make_keystore(self) -> str | None:
        return pipeline.make_keystore(self.write().settings, identity=self.identity)

    def publish(
        self, *, sequence: int | None = None, into: Path | None = None, allow_removals: bool = True
    ) -> Published:
        """Publish as it is now, with new keys if there are none; what has vanished is meant to have, unless a test says otherwise."""
        self.make_keystore()
        with clock(self.now):
            return pipeline.publish(
                self.settings,
                folder=into,
                sequence=sequence,
                identity=self.identity,
                allow_removals=allow_removals,
            )

    def later(self, **time: int) -> Preschool:
        self.now += timedelta(**time)
        return self

    def invite(self, reader: str, days: int = 14) -> str:
        with clock(self.now):
            valid = timedelta(days=days)
            return pipeline.invite(self.settings, reader, valid_for=valid, reuse=True, identity=self.identity).url

    def open(self, reader: str, *, fetch: Fetch | None = None, memory: Memory | None = None) -> Opened:
        """Open as that reader does with a link."""
        link = self.invite(reader)
        return open_site(link, fetch or folder(self.public), now=int(self.now.timestamp()), memory=memory)

    def open_again(self, reader: str, *, fetch: Fetch | None = None, memory: Memory | None = None) -> Opened:
        """Open as that reader does whose device has the key already."""
        return open_with_key(self.key(reader), fetch or folder(self.public), memory=memory or Memory())

    def keys(self) -> Keystore:
        return Keystore.load(self.state / "keystore.age", identity_path=self.identity)

    def key(self, reader: str) -> bytes:
        return self.keys().readers[reader].key

    def files(self) -> dict[str, bytes]:
        """Return everything on the host, by path."""
        return files_of(self.public)


def files_of(public: Path) -> dict[str, bytes]:
    """Return every file below a folder, by path with `/`."""
    return {path.relative_to(public).as_posix(): path.read_bytes() for path in public.rglob("*") if path.is_file()}


def titles(opened: Opened) -> list[str]:
    """Return the titles of all that a reader sees, newest first."""
    return [post.card.title for post in opened.posts]


def refusal(error: pytest.ExceptionInfo[FormatError]) -> tuple[str, str]:
    """Return the layer and the word of a refusal."""
    return error.value.layer, error.value.word
