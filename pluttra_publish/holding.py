"""What is held back so that the rest can go out: findings to the posts and talks they are of. Knows names, not what is in the files.

One bad post holds back that post, never the others. What was out of it before stays, unless it is about who may be shown or who is meant: then
it goes. What is wrong with register, settings or theme is nobody's post, and stops all.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace

from pluttra_publish.errors import (
    ConsentError,
    ContentError,
    Finding,
    Findings,
    IdentityError,
    KeystoreError,
    LeakError,
    PluttraError,
    RegisterError,
)
from pluttra_publish.settings import Settings
from pluttra_publish.site import Seen
from pluttra_publish.site.folders import nfc, relative_name

_REMOVING: tuple[type[PluttraError], ...] = (ConsentError, LeakError, IdentityError)
_STOPPING: tuple[type[PluttraError], ...] = (RegisterError, KeystoreError)

Found = Mapping[str, tuple[Finding, ...]]


@dataclass(frozen=True)
class Aside:
    """What is not read this time: posts and talks with what is wrong with them. Of the posts in `removed` nothing may stay on the site."""

    posts: Found = field(default_factory=dict)
    talks: Found = field(default_factory=dict)
    removed: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.posts or self.talks)

    @property
    def staying(self) -> frozenset[str]:
        """The posts of which what is out may stay."""
        return frozenset(self.posts) - self.removed

    def removing(self, names: Collection[str]) -> Aside:
        return replace(self, removed=self.removed | (self.posts.keys() & set(names)))

    def removing_all(self) -> Aside:
        return replace(self, removed=frozenset(self.posts))

    def adding(self, posts: Found, talks: Found) -> Aside:
        bad = {name for name, found in posts.items() if any(issubclass(one.kind, _REMOVING) for one in found)}
        return Aside({**self.posts, **posts}, {**self.talks, **talks}, self.removed | bad)


NOTHING = Aside()


def held_back(aside: Aside, findings: Findings, settings: Settings, seen: Seen) -> Aside | None:
    """Return what is held back when `findings` count too; None if any of them is nobody's post or talk, so that all must stop."""
    posts: dict[str, tuple[Finding, ...]] = {}
    talks: dict[str, tuple[Finding, ...]] = {}
    talks_name = relative_name(settings.talks.absolute(), settings.root.absolute())
    for finding in findings.errors:
        if issubclass(finding.kind, _STOPPING):
            return None
        if name := post_of(finding.file, seen.posts):
            if name in seen.unreadable:
                return None
            posts[name] = (*posts.get(name, ()), finding)
        elif name := _talk_of(finding.file, talks_name, settings):
            talks[name] = (*talks.get(name, ()), finding)
        else:
            return None
    if posts.keys() <= aside.posts.keys() and talks.keys() <= aside.talks.keys():
        return None
    return aside.adding(posts, talks)


def not_here(seen: Seen, settings: Settings, *, hold_back: bool) -> Aside:
    """Return the posts with files that are in a cloud only, and are left as they are till those are here.

    Raises:
        CheckFailed: some would be read as if they weren't there, and nothing is held back.
    """
    findings = Findings()
    for name in sorted(seen.away if hold_back else seen.missing):
        message = "Filer i inlägget ligger bara i molnet, och har inte hämtats hit."
        mend = "Välj ”Behåll alltid på den här enheten” eller ”Hämta nu” för mappen, och vänta tills de är hämtade."
        findings.error(ContentError, name, "", message, mend)
    if not hold_back:
        findings.stop()
    return held_back(NOTHING, findings, settings, seen) or NOTHING


def post_of(file: str, posts: Collection[str]) -> str:
    """Return the post that a file or folder belongs to, by its name; nothing if it belongs to none."""
    name = nfc(file)
    while name:
        if name in posts:
            return name
        name = name.rpartition("/")[0]
    return ""


def _talk_of(file: str, talks_name: str, settings: Settings) -> str:
    """Return the talk that a file belongs to, or the file itself where no talk can lie."""
    if not file.startswith(f"{talks_name}/"):
        return ""
    below = file.removeprefix(f"{talks_name}/").split("/")
    if len(below) == 1 and (settings.talks / below[0]).is_dir():
        return ""  # a child's folder that can't be read: nobody knows what is in it
    return "/".join((talks_name, *below[:2]))
