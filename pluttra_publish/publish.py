"""The pipeline, as one page: read → plan → derive → render → seal → put → notify. Knows the order; each step is somebody else's."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from pluttra_publish.attempt import Attempt, News
from pluttra_publish.clock import now_of
from pluttra_publish.errors import CheckFailed, UsageError
from pluttra_publish.holding import held_back, not_here
from pluttra_publish.inviting import Door, Invited, invite
from pluttra_publish.last_time import TABLES, LastTime
from pluttra_publish.outcomes import Checked, Published
from pluttra_publish.planning import plain_id
from pluttra_publish.platform import identity_path, private_folder, without_collecting
from pluttra_publish.putting import into, place_on_host
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.sealing.ledger import Ledger
from pluttra_publish.settings import Settings, unfit
from pluttra_publish.site import see
from pluttra_publish.stale import Stale, StartOverError, TakenError, WidenError, stop_if_vanished
from pluttra_publish.warm import Opened, Warm

if TYPE_CHECKING:
    from pluttra_publish.delivering import Delivered

__all__ = ["Checked", "Invited", "Published", "Settings", "check", "invite", "make_keystore", "publish"]

Step = Callable[[str, int, int], None]
"""`step(what, done, total)`: how far something has come, for whoever draws it."""

LEDGER = "ledger.sqlite"


def no_step(_what: str, _done: int, _total: int) -> None:
    """Tell nobody."""


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
    hold_back: bool = False,
    not_yet: Collection[str] = (),
    warm: Warm | None = None,
    step: Step = no_step,
) -> Published:
    """Check what has changed, seal it, and make `folder` (the settings' host, if None) hold exactly the site. If anything is wrong, nothing is sealed.

    `whole` reads and checks everything, and asks the host what lies there. With `hold_back`, what is wrong with a post holds back that post alone.
    Posts that are `not_yet` to be read are left as they are. `warm` is what the same program's last publish of this site has read.

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
    opened = Opened(warm, keystore_path, identity)  # whoever may not open it hears that first
    ledger_path = private_folder(settings.state) / LEDGER
    with place_on_host(settings, folder) as place, Ledger.load(ledger_path, TABLES) as ledger:
        seen = warm.see(settings) if warm else see(settings.posts.absolute(), settings.root.absolute())
        last = LastTime(ledger, warm.remembered if warm else None)
        if last.known and not allow_removals and place.own:
            stop_if_vanished(last, seen)
        aside = not_here(seen, settings, hold_back=hold_back).adding(dict.fromkeys(not_yet, ()), {})
        part: Callable[[Stale], Stale] | None = None if whole else _as_it_is
        if whole:
            place.ask_again()
        while True:
            keystore = opened.keystore()
            try:
                attempt = Attempt(settings, keystore, ledger, place, seen, step, aside, warm)
                published = attempt.run(part, sequence)
                break
            except StartOverError as wider:
                if (
                    hold_back
                    and isinstance(wider, TakenError)
                    and (more := held_back(attempt.aside, wider.findings, settings, seen))
                ):
                    aside = more
                    continue
                aside = attempt.aside if part else attempt.aside.removing_all()
                part = None
            except WidenError as wider:
                aside = attempt.aside.removing(wider.names)
                part = _widened(part, wider) if part else None
            except CheckFailed as failed:
                more = held_back(attempt.aside, failed.findings, settings, seen) if hold_back else None
                if more is None:
                    raise
                aside = more
    told = _tell(settings, keystore, attempt.news)
    if told is None or not (told.outcomes or told.trouble):  # else it may hold a link that was never saved
        opened.keep(keystore)
    return replace(published, told=told)


def next_due(settings: Settings) -> int | None:
    """Return when the next post comes that waits for its time, in Unix seconds."""
    with Ledger.load(private_folder(settings.state) / LEDGER, TABLES) as ledger:
        return LastTime(ledger).next_due()


def tell_waiting(settings: Settings, *, identity: Path | None = None) -> Delivered | None:
    """Send the mail that waits and is due, if any is sent.

    Raises:
        KeystoreError: the keystore can't be opened.
    """
    if not settings.mail.is_on:
        return None
    return _tell(
        settings, Keystore.load(_keystore_path(settings), identity_path=identity or identity_path()), News(None)
    )


def _as_it_is(stale: Stale) -> Stale:
    return stale


def _widened(part: Callable[[Stale], Stale], wider: WidenError) -> Callable[[Stale], Stale]:
    return lambda stale: part(stale).with_posts(wider.names, standing=wider.standing)


def _tell(settings: Settings, keystore: Keystore, news: News | None) -> Delivered | None:
    """Tell those for whom there is something new. The site is out, and the host let go of: whatever goes wrong here is only told."""
    if news is None:
        return None
    from pluttra_publish.news import send_waiting, tell_news  # noqa: PLC0415 # with all that mail is made with

    if news.register is None:
        return send_waiting(settings, keystore, now_of(settings))
    return tell_news(Door(settings, news.register, keystore, now_of(settings)), news.cards, news.read)


def _keystore_path(settings: Settings) -> Path:
    return settings.state / "keystore.age"
