"""The pipeline, as one page: read → plan → derive → render → seal → put → notify. Knows the order; each step is somebody else's."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from pluttra_publish import log
from pluttra_publish.attempt import Attempt, News
from pluttra_publish.clock import now_of
from pluttra_publish.errors import CheckFailed, Findings, UsageError
from pluttra_publish.holding import Aside, held_back, not_here
from pluttra_publish.inviting import Door, Invited, invite
from pluttra_publish.last_time import TABLES, LastTime
from pluttra_publish.outcomes import Checked, Published
from pluttra_publish.planning import plain_id
from pluttra_publish.platform import identity_path, private_folder, without_collecting
from pluttra_publish.putting import Place, into, place_on_host
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.sealing.ledger import Ledger
from pluttra_publish.settings import Settings, unfit
from pluttra_publish.site import see
from pluttra_publish.stale import Stale, StartOverError, TakenError, WidenError, stop_if_vanished
from pluttra_publish.warm import Opened, Warm

if TYPE_CHECKING:
    from pluttra_publish.delivering import Delivered
    from pluttra_publish.rehearsal import Rehearsal

__all__ = ["Checked", "Invited", "Published", "Settings", "check", "invite", "make_keystore", "publish"]

Step = Callable[[str, int, int], None]
"""`step(what, done, total)`: how far something has come, for whoever draws it."""

Part = Callable[[Stale], Stale]
"""Makes a larger part of a site of the part that has changed."""

Came = TypeVar("Came")

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
    take_over: bool = False,
    reviewed: bool = False,
    step: Step = no_step,
) -> Published:
    """Check what has changed, seal it, and make `folder` (the settings' host, if None) hold exactly the site. If anything is wrong, nothing is sealed.

    `whole` reads and checks everything, and asks the host what lies there. So does `take_over`, which makes this machine the one that publishes; `reviewed`
    says that somebody has looked through what has changed since what is here was the newest. With `hold_back`, what is wrong with a post holds back that post
    alone. Posts that are `not_yet` to be read are left as they are. `warm` is what the same program's last publish of this site has read.

    Raises:
        CheckFailed: there are errors; it carries all findings.
        ContentError: much of what was there has vanished, unless `allow_removals`.
        KeystoreError: the keystore can't be opened, or another machine publishes, or the host has been published to with other keys.
        UsageError: the host has a root of a higher sequence than the one asked for; or `folder` may not be published.
        HostError: the host failed; the old or the new site is whole there.
        LeakError: something would have left in clear; nothing did.
    """
    opened = _opened(settings, folder, identity, warm)
    with _at_host(settings, folder) as (place, ledger):
        seen = warm.see(settings) if warm else see(settings.posts.absolute(), settings.root.absolute())
        last = LastTime(ledger, warm.remembered if warm else None)
        if last.known and not allow_removals and place.own:
            stop_if_vanished(last, seen)
        aside = not_here(seen, settings, hold_back=hold_back).adding(dict.fromkeys(not_yet, ()), {})
        if whole or take_over:
            place.ask_again()

        def attempt(aside: Aside) -> Attempt:
            return Attempt(settings, opened.keystore(), ledger, place, seen, step, aside, warm, taking_over=take_over)

        def work(one: Attempt, part: Part | None) -> Published:
            if take_over:
                one.take_over(reviewed=reviewed)
            return one.run(part, sequence)

        def more(aside: Aside, findings: Findings) -> Aside | None:
            return held_back(aside, findings, settings, seen) if hold_back else None

        last_one, published = _attempted(attempt, work, aside, more, whole=whole or take_over)
    if place.own:
        names = ("posts", "put", "deleted", "broken", "read")
        counts, taken = {n: getattr(published, n) for n in names}, published.taken
        what = "publish take-over" if taken else "publish"
        log.append(settings.state, what, now=now_of(settings), counts=counts, about=taken.about if taken else ())
    told = _tell(settings, last_one.keystore, last_one.news)
    if told is None or not (told.outcomes or told.trouble):  # else it may hold a link that was never saved
        opened.keep(last_one.keystore)
    return replace(published, told=told)


@without_collecting()
def rehearse(
    settings: Settings,
    *,
    identity: Path | None = None,
    whole: bool = False,
    allow_removals: bool = False,
    step: Step = no_step,
) -> Rehearsal:
    """Return what a publish now would change, and for whom. Nothing is put, and no key is made or saved; only media are made that weren't.

    Raises:
        CheckFailed, ContentError, KeystoreError, HostError, LeakError: as `publish` does.
    """
    opened = _opened(settings, None, identity, None)
    with _at_host(settings, None) as (place, ledger):
        seen = see(settings.posts.absolute(), settings.root.absolute())
        last = LastTime(ledger)
        if last.known and not allow_removals:
            stop_if_vanished(last, seen)
        aside = not_here(seen, settings, hold_back=False)
        if whole:
            place.ask_again()

        def attempt(aside: Aside) -> Attempt:
            return Attempt(settings, opened.keystore(), ledger, place, seen, step, aside)

        return _attempted(attempt, Attempt.rehearse, aside, lambda _aside, _findings: None, whole=whole)[1]


def _attempted(
    attempt: Callable[[Aside], Attempt],
    work: Callable[[Attempt, Part | None], Came],
    aside: Aside,
    more: Callable[[Aside, Findings], Aside | None],
    *,
    whole: bool,
) -> tuple[Attempt, Came]:
    """Try with what has changed, and with more for as long as that is too little; what `more` lets be held back is left aside.

    Raises:
        CheckFailed: there are errors that hold back more than what they are of.
    """
    part: Part | None = None if whole else _as_it_is
    while True:
        one = attempt(aside)
        try:
            return one, work(one, part)
        except StartOverError as wider:
            held = more(one.aside, wider.findings) if isinstance(wider, TakenError) else None
            if held is None:
                aside = one.aside if part else one.aside.removing_all()
                part = None
            else:
                aside = held
        except WidenError as wider:
            aside = one.aside.removing(wider.names)
            part = _widened(part, wider) if part else None
        except CheckFailed as failed:
            held = more(one.aside, failed.findings)
            if held is None:
                raise
            aside = held


def _opened(settings: Settings, folder: Path | None, identity: Path | None, warm: Warm | None) -> Opened:
    """Open the keystore, if anything may be published where it is to be; whoever may not open it hears that first."""
    target = into(settings, folder)
    if target.path and (message := unfit(settings, target.path)):
        raise UsageError(message, hint="Ange en egen mapp, till exempel --into byggt.")
    return Opened(warm, _keystore_path(settings), identity or identity_path())


@contextmanager
def _at_host(settings: Settings, folder: Path | None) -> Iterator[tuple[Place, Ledger]]:
    ledger_path = private_folder(settings.state) / LEDGER
    with place_on_host(settings, folder) as place, Ledger.load(ledger_path, TABLES) as ledger:
        yield place, ledger


def next_due(settings: Settings) -> int | None:
    """Return when the next post comes that waits for its time, in Unix seconds."""
    with Ledger.load(private_folder(settings.state) / LEDGER, TABLES) as ledger:
        return LastTime(ledger).next_due()


def tell_waiting(settings: Settings, *, identity: Path | None = None) -> Delivered | None:
    """Send the mail and the notices that wait and are due, if any are sent.

    Raises:
        KeystoreError: the keystore can't be opened.
    """
    if not settings.tells:
        return None
    return _tell(
        settings, Keystore.load(_keystore_path(settings), identity_path=identity or identity_path()), News(None)
    )


def _as_it_is(stale: Stale) -> Stale:
    return stale


def _widened(part: Part, wider: WidenError) -> Part:
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
