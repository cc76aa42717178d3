"""One sealed file of each role on the way from a link to a photo, and what whoever holds a keyring can forge. Knows format 1."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace

from pluttra_publish.format.access import Epoch, Keyring, secret_of
from pluttra_publish.format.chain import Catalogue, Row
from pluttra_publish.format.layout import keyring_path, object_path
from pluttra_publish.format.padding import Role
from pluttra_publish.format.posts import Card, Index
from pluttra_publish.open import Memory, Opened, open_site, open_with_key
from pluttra_publish.sealing import chain
from pluttra_publish.sealing.months import row_secret
from pluttra_publish.sealing.objects import seal_fixed, seal_row
from tests.whole.preschool import Preschool

ROLES: tuple[Role, ...] = ("invitation", "keyring", "root", "catalogue", "index", "page", "media")


def sealed(content: bytes, role: Role, secret: bytes) -> bytes:
    """Return content, well sealed by somebody who has the file secret."""
    with seal_fixed(content, role=role, secret=secret, name="0" * 32).open() as made:
        return made.read()


@dataclass
class Reading:
    """One reader's way through a published site, held in memory, where any file can be exchanged."""

    school: Preschool
    reader: str
    department: str
    files: dict[str, bytes] = field(default_factory=dict)
    link: str = ""
    key: bytes = b""

    def __post_init__(self) -> None:
        self.link = self.school.invite(self.reader)
        self.key = self.school.key(self.reader)
        self.files = self.school.files()
        opened = open_site(self.link, self.files.get, now=self.now)
        self.keyring: Keyring = opened.keyring
        self.root = opened.root
        (self.audience,) = (one for one in self.keyring.audiences if one.title == self.department)
        found = chain.find_slot(self.root, self.audience.epochs)
        assert found is not None
        self.epoch: Epoch = found[0]
        self.whereabouts = found[1]
        content = self.files[object_path(self.whereabouts.name)]
        audience, kind = self.audience.id, self.audience.kind
        self.catalogue: Catalogue = chain.open_catalogue(
            content, self.whereabouts, self.epoch, audience=audience, kind=kind
        )
        rows = chain.open_rows(self.catalogue, self.epoch)
        self.month = next(month for month in rows if any(card.media for card in opened.indexes[audience, month].posts))
        self.row: Row = rows[self.month]
        self.index: Index = opened.indexes[audience, self.month]
        self.card: Card = next(card for card in self.index.posts if card.media)

    @property
    def now(self) -> int:
        return int(self.school.now.timestamp())

    def path(self, role: Role) -> str:
        """Return where the file of that role on this way lies."""
        paths = {
            "root": "root",
            "invitation": keyring_path(chain.invitation_name(secret_of(self.link))),
            "keyring": keyring_path(chain.keyring_name(self.key)),
            "catalogue": object_path(self.whereabouts.name),
            "index": object_path(self.row.name),
            "page": object_path(self.card.page.name),
            "media": object_path(self.card.media[0].name),
        }
        return paths[role]

    def read(self, changes: dict[str, bytes | None], *, memory: Memory | None = None, at: int | None = None) -> None:
        """Read everything, from the link, with these files exchanged or removed."""
        held = self.files | changes
        self._read_all(held, open_site(self.link, held.get, now=self.now if at is None else at, memory=memory))

    def read_again(self, changes: dict[str, bytes | None], memory: Memory) -> None:
        """Read everything, with the key and the memory from an earlier visit."""
        held = self.files | changes
        self._read_all(held, open_with_key(self.key, held.get, memory=memory))

    def visit(self) -> Memory:
        """Return what a reader remembers who has just read the site as it is."""
        memory = Memory()
        self.read({}, memory=memory)
        return memory

    def _read_all(self, held: dict[str, bytes | None], opened: Opened) -> None:
        for index in opened.indexes.values():
            for reference in (index.page, *(one for card in index.posts for one in (card.page, *card.media))):
                if reference is not None:
                    opened.content(reference)

    def forged_index(self) -> tuple[Row, dict[str, bytes | None]]:
        """Return the row to an index that says something else, with a page of its own, and these files."""
        page = b"<article><h1>Ring det h\xc3\xa4r numret</h1></article>"
        reference = self.card.page
        body = sealed(page, "page", reference.secret)
        forged = replace(reference, digest=sha256(body), length=len(page))
        card = replace(self.card, title="Viktigt meddelande", page=forged)
        content = replace(self.index, posts=(card,)).to_bytes()
        index = sealed(content, "index", self.row.secret)
        row = Row(self.row.secret, self.row.name, sha256(index), len(content))
        return row, {object_path(self.row.name): index, object_path(reference.name): body}

    def _row_secret(self, month: str) -> bytes:
        found = row_secret(self.epoch, month)
        assert found
        return found

    def forged_catalogue(self) -> tuple[bytes, dict[str, bytes | None]]:
        """Return a catalogue that leads to the forged index, and these files."""
        row, files = self.forged_index()
        months = tuple(
            (month, seal_row(row.to_bytes(), self._row_secret(month)) if month == self.month else old)
            for month, old in self.catalogue.months
        )
        content = replace(self.catalogue, months=months).to_bytes()
        body = sealed(content, "catalogue", self.epoch.catalogue)
        return body, files | {object_path(self.whereabouts.name): body}


def sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
