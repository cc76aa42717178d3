"""What the principal has approved, and what was sent back. Knows posts as read and two files: the private list, and a post's text.

The list lies in the private state, never among the posts: whoever writes there could otherwise approve. An approval is of a post's exact
files in their place, so that a post which is changed or moved waits again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from pathlib import Path

from pluttra_publish import log, site
from pluttra_publish.clock import now_of
from pluttra_publish.errors import Findings, KeystoreError, RegisterError, UsageError
from pluttra_publish.media import probe
from pluttra_publish.platform import private_folder, telling, write_atomically
from pluttra_publish.register import Register
from pluttra_publish.register.values import fold
from pluttra_publish.resources import theme_folder
from pluttra_publish.settings import Settings
from pluttra_publish.site import Post, returned_text

FILE = "godkanda.json"


@dataclass(frozen=True)
class Approval:
    """Who approved which content of a post, and when. `by` is an id in the register, `at` a time with its offset."""

    content: str
    by: str
    at: str


@dataclass(frozen=True)
class Approvals:
    """Every approval by the post's source. `required`: nothing is published without one."""

    required: bool
    given: Mapping[str, Approval]

    def approved(self, post: Post) -> bool:
        """Tell whether this very content is approved."""
        approval = self.given.get(post.source)
        return approval is not None and approval.content == content_of(post)

    def may_publish(self, post: Post) -> bool:
        """Tell whether a post may be published, whatever its day: approved, or published where nobody need approve."""
        if post.status == "published" and not self.required:
            return True
        return post.status in {"published", "submitted"} and self.approved(post)

    def waits(self, post: Post) -> bool:
        """Tell whether a post waits for the principal."""
        asked = post.status == "submitted" or (post.status == "published" and self.required)
        return asked and not self.approved(post)

    def remind(self, post: Post, findings: Findings) -> None:
        """Add what a person should do about a post that waits."""
        if post.status == "returned":
            reason = f": {post.reason}" if post.reason else "."
            mend = "Ändra inlägget och skriv Status: inskickad."
            findings.warning(post.source, "Status", f"Rektor har lämnat tillbaka inlägget{reason}", mend)
        elif self.waits(post):
            changed = post.source in self.given
            message = (
                "Inlägget är ändrat sedan det godkändes." if changed else "Inlägget väntar på rektors godkännande."
            )
            findings.warning(post.source, "Status", message, f'Rektor godkänner med: pluttra approve "{post.source}"')


def content_of(post: Post) -> str:
    """Return a hash of all the files that a post is made of, by name."""
    whole = hashlib.sha256(post.source.encode())
    for path in post.files:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        whole.update(f"\0{path.name}\0{digest}".encode())
    return whole.hexdigest()


def read_approvals(settings: Settings) -> Approvals:
    """Read the list from the private state.

    Raises:
        RegisterError: it is damaged.
    """
    required = settings.approval == "principal"
    try:
        written = json.loads((settings.state / FILE).read_text(encoding="utf-8"))
        return Approvals(required, {source: Approval(**entry) for source, entry in written.items()})
    except FileNotFoundError:
        return Approvals(required, {})
    except (OSError, ValueError, TypeError, AttributeError) as error:
        hint = "Ta bort filen och godkänn inläggen igen: pluttra approve --list"
        raise RegisterError(f"{FILE} i {settings.state.name} går inte att läsa.", hint=hint) from error


def read_posts(settings: Settings, today: date, *, only: Collection[str] | None = None) -> tuple[list[Post], Findings]:
    """Read every post, or `only` some, also those with faults in what they say, without planning or rendering anything."""
    posts: list[Post] = []
    findings = Findings()
    theme = (settings.theme, theme_folder())
    site.press(settings, theme=theme, probe=probe, findings=findings, between=posts.extend, today=today, only=only)
    return posts, findings


def waiting(posts: Iterable[Post], approvals: Approvals) -> list[Post]:
    """Return the posts that wait for the principal, oldest first."""
    return sorted((post for post in posts if approvals.waits(post)), key=lambda post: (post.date, post.source))


def find_post(posts: Iterable[Post], written: str) -> Post:
    """Return the post meant by its path, its folder's name or its title.

    Raises:
        UsageError: none, or more than one.
    """
    name = fold(written.replace("\\", "/").strip("/"))
    known = list(posts)
    for found in (
        [post for post in known if name in {fold(post.source), fold(post.source.partition("/")[2])}],
        [post for post in known if name in {fold(post.source.rpartition("/")[2]), fold(post.title)}],
    ):
        if len(found) == 1:
            return found[0]
        if found:
            listed = ", ".join(post.source for post in found)
            raise UsageError(f"”{written}” kan vara flera inlägg: {listed}.", hint="Skriv hela sökvägen.")
    raise UsageError(
        f"Inlägget ”{written}” finns inte.", hint='Till exempel: "inlagg/Solrosen/2026-03-12 Vi byggde koja"'
    )


def find_principal(register: Register, written: str | None, today: date) -> str:
    """Return the id of the principal meant, or of the only one.

    Raises:
        UsageError: nobody, or more than one.
    """
    principals = [m for m in register.visible.staff if m.role == "principal" and m.span.holds(today)]
    if written is not None:
        principals = [m for m in principals if fold(written) in {fold(m.id), fold(m.name), fold(m.email)}]
    if len(principals) != 1:
        known = "ingen" if not principals else "flera: " + ", ".join(m.name for m in principals)
        raise UsageError(f"Bara rektor kan godkänna, och det är {known}.", hint="Ange rektors namn med --by.")
    return principals[0].id


def approve(settings: Settings, posts: Iterable[Post], *, by: str, now: datetime) -> list[Post]:
    """Record that the posts are approved as they are now; return them.

    Raises:
        UsageError: one of them is a draft, or was sent back.
    """
    chosen = list(posts)
    for post in chosen:
        if post.status in {"draft", "returned"}:
            hint = "Den som skriver ändrar till Status: inskickad när inlägget är klart."
            raise UsageError(f"{post.source} är inte klart att godkänna.", hint=hint)
    at = now.isoformat(timespec="seconds")
    log.append(settings.state, "approve", now=now, about=[by], counts={"posts": len(chosen)})
    _write(settings, dict(read_approvals(settings).given) | {p.source: Approval(content_of(p), by, at) for p in chosen})
    return chosen


def send_back(settings: Settings, post: Post, reason: str) -> Path:
    """Write `Status: returnerad` and the reason into the post's text, which is made if there is none; return the text's path.

    Raises:
        UsageError: there is no reason.
    """
    reason = " ".join(reason.split())
    if not reason:
        raise UsageError("Det står ingen anledning.", hint='Skriv den så: --reason "Fråga Samira först"')
    log.append(settings.state, "return", now=now_of(settings), counts={"posts": 1})
    given = dict(read_approvals(settings).given)
    if given.pop(post.source, None) is not None:
        _write(settings, given)  # first, so that a stop in between leaves it unapproved
    text = next((path for path in post.files if path.suffix.lower() in {".md", ".markdown", ".txt"}), None)
    path = text or post.files[0].parent / "text.md"
    with telling(path):
        write_atomically(path, returned_text(text.read_bytes() if text else b"", reason))
    return path


def _write(settings: Settings, given: Mapping[str, Approval]) -> None:
    private_folder(settings.state)
    written = {source: asdict(given[source]) for source in sorted(given)}
    content = json.dumps(written, ensure_ascii=False, indent=1).encode("utf-8") + b"\n"
    with telling(settings.state / FILE, KeystoreError):
        write_atomically(settings.state / FILE, content, private=True)
