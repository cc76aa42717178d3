"""What a publish reads that a program which goes on need not read again: the posts' looks, digests of files, the opened keystore.

Whatever is kept is used only while the file it comes from is as it was, so that a publish with it gives the same bytes as one without.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from pluttra_publish.errors import Findings
from pluttra_publish.last_time import Remembered
from pluttra_publish.looks import Settled
from pluttra_publish.people import People, read_people
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.settings import Settings
from pluttra_publish.site import Seen, Sight
from pluttra_publish.world import content_of


class Warm:
    """What is kept from one publish to the next, of one site. `changed` is what may have changed in the posts' folders since; None is anything."""

    def __init__(self) -> None:
        self.changed: Collection[Path] | None = None
        self.seen = Seen()
        self._sight: tuple[Path, Path, Sight] | None = None
        self.remembered, self.settled = Remembered(), Settled()
        self.keystore: Keystore | None = None
        self._people: tuple[object, People] | None = None
        self._digests: dict[Path, tuple[str, str]] = {}

    def see(self, settings: Settings) -> Seen:
        """Return what lies in the posts' folders now, having looked again at what may have changed.

        Raises:
            ContentError: the folder isn't there, or can't be read.
        """
        posts, root = settings.posts.absolute(), settings.root.absolute()
        if self._sight is None or self._sight[:2] != (posts, root):
            self._sight = (posts, root, Sight(posts, root))
        self.seen = self._sight[2].look(self.changed)
        self.changed = ()
        return self.seen

    def people(self, settings: Settings, findings: Findings) -> People:
        """Return register and consents; what is wrong with them is added to `findings`, and then they are read anew each time."""
        files = sorted(file for file in settings.register.rglob("*") if file.is_file())
        key = (settings.register, settings.consents, tuple((file, self.digest(file)) for file in files))
        if self._people is not None and self._people[0] == key:
            kept = self._people[1]
            return People(kept.register, kept.consents, findings, findings)
        before = len(findings)
        people = read_people(settings, findings)
        self._people = (key, people) if len(findings) == before else None
        return people

    def digest(self, file: Path) -> str:
        """Return a digest of a file's content."""
        stat = file.stat()
        look = f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino} {stat.st_dev}"
        kept = self._digests.get(file)
        if kept is None or kept[0] != look:
            kept = self._digests[file] = (look, content_of(file))
        return kept[1]


class Opened:
    """The keystore of one publish, opened anew for each attempt but the first, which may have that of the last publish if its file is as it was left."""

    def __init__(self, warm: Warm | None, path: Path, identity: Path) -> None:
        """Raises:
        KeystoreError: it can't be opened.
        """
        self._warm, self._path, self._identity = warm, path, identity
        kept = warm.keystore if warm else None
        if warm:
            warm.keystore = None  # till this publish has gone well
        usable = kept is not None and kept.path == path and kept.is_current() and identity.is_file()
        self._first: Keystore | None = kept if usable else Keystore.load(path, identity_path=identity)

    def keystore(self) -> Keystore:
        """Return a keystore that no other attempt has touched.

        Raises:
            KeystoreError: it can't be opened.
        """
        first, self._first = self._first, None
        return first if first and first.is_current() else Keystore.load(self._path, identity_path=self._identity)

    def keep(self, keystore: Keystore) -> None:
        """Let the next publish have the keystore of an attempt that has gone well."""
        if self._warm and keystore.is_current():
            self._warm.keystore = keystore
