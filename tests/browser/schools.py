"""Preschools for a browser to read: links that last, and what a reader has, by the reader in Python."""

from __future__ import annotations

from pluttra_publish.open import Opened, SeenPost, folder, open_site
from tests.whole.preschool import Preschool

CENTURY = 36500  # days: a browser goes by today's date, these preschools by their own


class School(Preschool):
    """A small preschool of a test's own."""

    def link(self, reader: str) -> str:
        return self.invite(reader, days=CENTURY)

    def opened(self, reader: str) -> Opened:
        return open_site(self.link(reader), folder(self.public), now=int(self.now.timestamp()))

    def find(self, reader: str, title: str) -> SeenPost:
        """A post that this reader has, by its title."""
        (found,) = (post for post in self.opened(reader).posts if post.card.title == title)
        return found

    def audience(self, reader: str, title: str) -> str:
        """The id of an audience of this reader's, by its title."""
        (found,) = (audience.id for audience in self.opened(reader).keyring.audiences if audience.title == title)
        return found

    def child(self, reader: str, name: str) -> str:
        """The id of a child on this reader's keyring."""
        (found,) = (child.id for child in self.opened(reader).keyring.children if child.name == name)
        return found


class Sample(School):
    """The sample preschool: its files are there already."""

    def write(self) -> Preschool:
        return self
