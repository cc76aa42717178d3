"""What a publish reads that a program which goes on need not read again: the posts' looks, digests of files, the opened keystore.

Whatever is kept is used only while the file it comes from is as it was, so that a publish with it gives the same bytes as one without.
"""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from pluttra_publish.settings import Settings
from pluttra_publish.site import Seen, Sight
from pluttra_publish.world import content_of


class Warm:
    """What is kept from one publish to the next, of one site. `changed` is what may have changed in the posts' folders since; None is anything."""

    def __init__(self) -> None:
        self.changed: Collection[Path] | None = None
        self.seen = Seen()
        self._sight: tuple[Path, Path, Sight] | None = None
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

    def digest(self, file: Path) -> str:
        """Return a digest of a file's content."""
        stat = file.stat()
        look = f"{stat.st_size} {stat.st_mtime_ns} {stat.st_ctime_ns} {stat.st_ino} {stat.st_dev}"
        kept = self._digests.get(file)
        if kept is None or kept[0] != look:
            kept = self._digests[file] = (look, content_of(file))
        return kept[1]
