"""The pipeline, as one page: read → plan → derive → render → seal → put. Knows the order; each step is somebody else's."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from pluttra_publish.attempt import Attempt
from pluttra_publish.clock import now_of
from pluttra_publish.errors import Findings, UsageError
from pluttra_publish.format.access import link
from pluttra_publish.last_time import TABLES, LastTime
from pluttra_publish.outcomes import Checked, Published
from pluttra_publish.planning import plain_id
from pluttra_publish.platform import identity_path, private_folder, without_collecting
from pluttra_publish.putting import into, place_on_host, put_beside
from pluttra_publish.register import find_reader, read_register
from pluttra_publish.sealed_site import invitation_for
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.sealing.ledger import Ledger
from pluttra_publish.settings import Settings, unfit
from pluttra_publish.site import see
from pluttra_publish.stale import Stale, StartOverError, WidenError, stop_if_vanished

__all__ = ["Checked", "Invited", "Published", "Settings", "check", "invite", "make_keystore", "publish"]

Step = Callable[[str, int, int], None]
"""`step(what, done, total)`: how far something has come, for whoever draws it."""

LEDGER = "ledger.sqlite"


def no_step(_what: str, _done: int, _total: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class Invited:
    """A link, and for whom. Whoever has it reads as that person until `ends` (Unix seconds)."""

    name: str
    role: str
    url: str = field(repr=False)
    ends: int
    ends_text: str


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
    from pluttra_publish.run import Run  # noqa: PLC0415 # with Pelican

    run = Run(settings, plain_id, None, step)
    run.press()
    return Checked(run.findings, run.plan.count, len(run.plan.waiting))


@without_collecting()
def publish(
    settings: Settings,
    *,
    folder: Path | None = None,
    sequence: int | None = None,
    identity: Path | None = None,
    whole: bool = False,
    allow_removals: bool = False,
    step: Step = no_step,
) -> Published:
    """Check what has changed, seal it, and make `folder` (the settings' host, if None) hold exactly the site. If anything is wrong, nothing is sealed.

    `whole` reads and checks everything, and asks the host what lies there.

    Raises:
        CheckFailed: there are errors; it carries all findings.
        ContentError: much of what was there has vanished, unless `allow_removals`.
        KeystoreError: the keystore can't be opened, or the host has been published to with other keys.
        UsageError: the host has a root of a higher sequence than the one asked for; or `folder` may not be published.
        HostError: the host failed; the old or the new site is whole there.
        LeakError: something would have left in clear; nothing did.
    """
    target = into(settings, folder)
    if target.path and (message := unfit(settings, target.path)):
        raise UsageError(message, hint="Ange en egen mapp, till exempel --into byggt.")
    keystore_path, identity = _keystore_path(settings), identity or identity_path()
    Keystore.load(keystore_path, identity_path=identity)  # whoever may not open it hears that first
    with (
        Ledger.load(private_folder(settings.state) / LEDGER, TABLES) as ledger,
        place_on_host(settings, folder) as place,
    ):
        last = LastTime(ledger)
        seen = see(settings.posts.absolute(), settings.root.absolute())
        if last.known and not allow_removals and place.own:
            stop_if_vanished(last, seen)
        part: Callable[[Stale], Stale] | None = None if whole else _as_it_is
        while True:
            keystore = Keystore.load(keystore_path, identity_path=identity)
            try:
                return Attempt(settings, keystore, ledger, place, seen, step).run(part, sequence)
            except StartOverError:
                part = None
            except WidenError as wider:
                part = _widened(part or _as_it_is, wider)


def _as_it_is(stale: Stale) -> Stale:
    return stale


def _widened(part: Callable[[Stale], Stale], wider: WidenError) -> Callable[[Stale], Stale]:
    return lambda stale: part(stale).with_posts(wider.names, standing=wider.standing)


def invite(
    settings: Settings, name: str, *, valid_for: timedelta, reuse: bool = False, identity: Path | None = None
) -> Invited:
    """Put an invitation for a reader on the host and return its link. `reuse` gives an earlier one that lasts half as long or more.

    Raises:
        UsageError: no reader, or more than one, has that name; or the site has not been published to them yet.
    """
    findings = Findings()
    register = read_register(settings.register, findings)
    findings.stop()
    reader = find_reader(register, name)
    keystore = Keystore.load(_keystore_path(settings), identity_path=identity or identity_path())
    keys = keystore.readers.get(reader.id)
    if keys is None or keys.ended is not None or not keys.given:
        hint = "Kör pluttra publish först. Har personen slutat finns ingenting att läsa."
        raise UsageError(f"Det finns ingenting publicerat för {reader.name} ännu.", hint=hint)
    now = now_of(settings)
    lasting = int((now + valid_for / 2).timestamp())
    invitation = next((i for i in keystore.invitations if reuse and i.reader == reader.id and i.ends >= lasting), None)
    if invitation is None:
        invitation = keystore.invite(reader.id, ends=int((now + valid_for).timestamp()))
        keystore.save()
    put_beside(settings, [invitation_for(keystore, invitation, reader)])
    ends = datetime.fromtimestamp(invitation.ends, settings.zone)
    text = f"{ends:%Y-%m-%d} kl. {ends:%H.%M}"
    return Invited(reader.name, reader.role, link(settings.url, invitation.secret), invitation.ends, text)


def _keystore_path(settings: Settings) -> Path:
    return settings.state / "keystore.age"
