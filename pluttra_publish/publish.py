"""The pipeline, as one page: read → plan → derive → render → seal → put → notify. Knows the order; each step is somebody else's."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from pluttra_publish.approvals import read_approvals
from pluttra_publish.before import Before
from pluttra_publish.clock import earliest_month, now_of
from pluttra_publish.delivering import Delivered
from pluttra_publish.edition import Laid, edit_of, lay_out
from pluttra_publish.errors import (
    ContentError,
    Findings,
    FormatError,
    KeystoreError,
    LeakError,
    UsageError,
)
from pluttra_publish.format.chain import Root
from pluttra_publish.hosts import FolderHost, Host, Publishable, ShellFile, mirror
from pluttra_publish.inviting import Door, Invited, invite
from pluttra_publish.keep_out import keep_out
from pluttra_publish.media import Derived, Kind, derive_all, probe
from pluttra_publish.news import tell_news
from pluttra_publish.people import read_people
from pluttra_publish.plan import Access, OpaqueId, Plan
from pluttra_publish.planning import plain_id, whole_plan
from pluttra_publish.platform import identity_path, private_folder, without_collecting
from pluttra_publish.protected_names import protected_names
from pluttra_publish.register import (
    access,
    check_place,
    read_allowed_words,
)
from pluttra_publish.resources import theme_folder
from pluttra_publish.sealed_site import Sealer
from pluttra_publish.sealing import chain
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.sealing.ledger import Ledger
from pluttra_publish.settings import FILE, Settings, unfit
from pluttra_publish.site import Edition, Pages, Post, ShellView, Talk, press, read_talks, shell_files
from pluttra_publish.standing import goals_of, plan_standing

__all__ = ["Checked", "Invited", "Published", "Settings", "check", "invite", "make_keystore", "publish"]

_KINDS: Mapping[Kind, str] = {"photo": "Bilder", "film": "Filmer", "sound": "Ljud"}

Step = Callable[[str, int, int], None]
"""`step(what, done, total)`: how far something has come, for whoever draws it."""


def no_step(_what: str, _done: int, _total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Checked:
    """What a check saw: findings (no errors among them), posts that can be published and posts that wait."""

    findings: Findings
    posts: int
    waiting: int


@dataclass(frozen=True)
class Published:
    """What a publish did. `put`, `kept` and `deleted` are files on the host; `derived` media were made now, and `found` were made before."""

    findings: Findings
    folder: Path
    today: date
    posts: int
    waiting: int
    readers: int
    sequence: int
    broken: int
    put: int
    kept: int
    deleted: int
    length: int
    derived: int
    found: int
    told: Delivered | None = None

    def summary(self) -> dict[str, object]:
        """Return the figures as a script reads them."""
        names = (
            "posts",
            "waiting",
            "readers",
            "sequence",
            "broken",
            "put",
            "kept",
            "deleted",
            "length",
            "derived",
            "found",
        )
        mail = {"mail": self.told.summary()} if self.told else {}
        return {"public": str(self.folder)} | {name: getattr(self, name) for name in names} | mail


def make_keystore(settings: Settings, *, identity: Path | None = None) -> str | None:
    """Make the site's keystore if there is none; return the recovery key, which is kept nowhere else, or None if there was one."""
    path = _keystore_path(settings)
    if path.exists():
        return None
    private_folder(settings.state)
    _, recovery = Keystore.create(path, identity_path=identity or identity_path())
    return recovery


@without_collecting()
def check(settings: Settings, *, step: Step = no_step) -> Checked:
    """Read and check everything, derive and render it, and seal nothing. Needs no keys.

    Raises:
        CheckFailed: there are errors; it carries all findings.
    """
    run = _Run(settings, plain_id, None, step)
    run.press()
    return Checked(run.findings, run.plan.count, len(run.plan.waiting))


@without_collecting()
def publish(
    settings: Settings,
    *,
    folder: Path | None = None,
    sequence: int | None = None,
    identity: Path | None = None,
    step: Step = no_step,
) -> Published:
    """Check everything, seal it, and make `folder` (the settings' host, if None) hold exactly that. If anything is wrong, nothing is sealed.

    Raises:
        CheckFailed: there are errors; it carries all findings.
        KeystoreError: the keystore can't be opened, or the host has been published to with other keys.
        UsageError: the host has a root of a higher sequence than the one asked for; or `folder` may not be published.
        HostError: the host failed; the old or the new site is whole there.
        LeakError: something would have left in clear; nothing did.
    """
    if message := unfit(settings, folder or settings.host.path):
        raise UsageError(message, hint="Ange en egen mapp, till exempel --into byggt.")
    keystore = Keystore.load(_keystore_path(settings), identity_path=identity or identity_path())
    run = _Run(settings, keystore.opaque_id, keystore.first_month, step)
    pages = run.press()
    host = FolderHost(folder or settings.host.path)
    if settings.is_local and host.root == settings.host.path:
        mend = "Skriv adressen där familjerna läser innan ni bjuder in dem."
        run.findings.warning(FILE, "url", f"Adressen {settings.url} fungerar bara på den här datorn.", mend)
    ledger = Ledger.load(settings.state / "ledger.json")
    keystore.first_month = run.first_month
    with tempfile.TemporaryDirectory(dir=private_folder(settings.state), prefix="seal-") as workspace:
        there = dict(host.list())
        before = Before(_root_on(host, keystore), host.get, keystore)
        place = Path(workspace)
        sealer = Sealer(keystore, ledger, run.register, run.access, settings, run.now, there, before, place)
        on_host = before.root.sequence if before.root else 0
        number = sequence or 1 + max(keystore.sequence, on_host, int(run.now.timestamp()))
        if number < on_host:
            raise UsageError(f"På värden ligger redan nummer {on_host}.", hint="Ange ett högre --sequence.")
        sealed = sealer.seal(run.plan, run.laid, pages, sequence=number, step=step)
        keystore.save()
        things: list[Publishable] = [*sealed.objects, *_in_clear(run, pages)]
        put = mirror(host, things, keep=sealed.kept)
        if host.root == settings.host.path:
            keystore.rooted()
            keystore.save()
    ledger.save()
    door = Door(settings, run.register, keystore, run.now)
    told = tell_news(door, run.plan.posts, run.access) if host.root == settings.host.path else None
    return Published(
        findings=run.findings,
        folder=host.root,
        today=run.now.date(),
        posts=run.plan.count,
        waiting=len(run.plan.waiting),
        readers=len(run.access),
        sequence=number,
        broken=len(sealed.broken),
        put=len(put.put),
        kept=len(put.kept) + len(sealed.kept),
        deleted=len(put.deleted),
        length=put.length,
        derived=run.fresh,
        found=run.media - run.fresh,
        told=told,
    )


class _Run:
    """One run over a site: what is read, planned, derived and laid out on the way to pages."""

    plan: Plan
    laid: Laid
    access: Access
    first_month: str
    media: int
    fresh: int

    def __init__(self, settings: Settings, opaque_id: OpaqueId, first_month: str | None, step: Step) -> None:
        self.settings = settings
        self.findings = Findings()
        self.now = now_of(settings)
        self.people = read_people(settings, self.findings)
        self.register = self.people.register
        check_place(settings.register, settings.posts, self.findings)
        self._allowed_words = read_allowed_words(settings.register, self.findings)
        self._approvals = read_approvals(settings)
        self._opaque_id = cache(opaque_id)  # a child is named by many posts
        self._first_month = first_month
        self._step = step
        self.theme = (settings.theme, theme_folder())
        self.shell = shell_files(self.theme)

    def press(self) -> Pages:
        """Read, plan, derive and render.

        Raises:
            CheckFailed: there are errors; it carries all findings.
        """
        pages = press(
            self.settings,
            theme=self.theme,
            probe=probe,
            findings=self.findings,
            between=self._between,
            today=self.now.date(),
        )
        self.findings.stop()
        if pages is None:
            raise LeakError("Sidorna blev inte till, utan att något fel sades. Ingenting har publicerats.")
        standing = [laid.planned for laid in self.laid.standing]
        keep_out(
            pages,
            self.plan,
            standing,
            names=protected_names(self.register, self._allowed_words),
            register=self.register,
            settings=self.settings,
            findings=self.findings,
        )
        self.findings.stop()
        return pages

    def _between(self, posts: list[Post]) -> Edition | None:
        talks = read_talks(
            self.settings.talks, self.settings, probe=probe, findings=self.findings, today=self.now.date()
        )
        days = [post.date for post in posts if post.place.kind != "public"] + [talk.date for talk in talks]
        self.first_month = earliest_month(self._first_month, self.now, days)
        reading = access(
            self.register, today=self.now.date(), first_month=self.first_month, grace_days=self.settings.grace_days
        )
        self.plan, self.access = whole_plan(
            posts,
            people=self.people,
            access=reading,
            opaque_id=self._opaque_id,
            now=self.now,
            findings=self.findings,
            may_publish=self._approvals.may_publish,
        )
        for post in posts:
            goals_of(post, self.findings)
            self._approvals.remind(post, self.findings)
        standing = plan_standing(
            talks,
            self.plan,
            register=self.register,
            consents=self.people.consents,
            preschool=self.settings.name,
            opaque_id=self._opaque_id,
            now=self.now,
            findings=self.people.named,
        )
        derived = self._derive(posts, talks)
        if self.findings.errors:
            return None
        shell = self.shell
        view = ShellView(shell.version, shell.modules, shell.style, self.settings.rules, self.settings.contact)
        self.laid = lay_out(
            self.plan, derived, register=self.register, opaque_id=self._opaque_id, shell=view, standing=standing
        )
        return self.laid.edition

    def _derive(self, posts: list[Post], talks: tuple[Talk, ...]) -> dict[Path, Derived]:
        media = [(post.source, file) for post in posts for file in (*post.media, *post.staff_media)]
        media += [(talk.source, file) for talk in talks for file in talk.media]
        files = {file.path: (source, file) for source, file in media}
        edits = {path: edit_of(file) for path, (_, file) in files.items()}
        cache = private_folder(self.settings.state / "cache")

        def progress(kind: Kind, done: int, total: int) -> None:
            self._step(_KINDS[kind], done, total)

        with ThreadPoolExecutor(os.cpu_count()) as workers:
            found = derive_all(edits, cache=cache, executor=workers, progress=progress)
        derived: dict[Path, Derived] = {}
        for path, made in found.items():
            if isinstance(made, ContentError):
                self.findings.error(ContentError, files[path][0], path.name, str(made), made.hint)
            else:
                derived[path] = made
        self.media, self.fresh = len(derived), sum(made.fresh for made in derived.values())
        return derived


def _in_clear(run: _Run, pages: Pages) -> list[ShellFile]:
    """Return the files that are public on purpose: the shell, the reader's code, and the public pages."""
    files = dict(run.shell.files) | dict(pages.public)
    files |= {"index.html": pages.shell, "manifest.webmanifest": pages.manifest}
    files |= {path: file.path.read_bytes() for path, file in run.laid.public.items()}
    return [ShellFile(path, content) for path, content in files.items()]


def _root_on(host: Host, keystore: Keystore) -> Root | None:
    """Return the root that lies on the host, None if there is none.

    Raises:
        KeystoreError: it was not made with this keystore, or by a newer one.
    """
    sealed = host.get("root")
    if sealed is None:
        return None
    try:
        root = chain.open_root(
            sealed, site_key=keystore.site_key, publisher=keystore.signing_key.public, site=keystore.site.hex()
        )
    except FormatError as wrong:
        message = "På värden ligger en webbplats som är gjord med andra nycklar, eller är skadad."
        hint = "Publicera till en tom mapp, eller lägg tillbaka rätt nyckelfil."
        raise KeystoreError(message, hint=hint) from wrong
    if root.publisher != keystore.publisher.hex() or root.keystore > keystore.generation:
        message = "En annan dator har publicerat den här webbplatsen, eller en nyare nyckelfil."
        raise KeystoreError(message, hint="Publicera bara från en dator, med den senaste nyckelfilen.")
    return root


def _keystore_path(settings: Settings) -> Path:
    return settings.state / "keystore.age"
