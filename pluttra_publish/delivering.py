"""Sends the letters that wait: looks up whom each is to and what stands in it, hands it over, and notes what became of it. Notices on telephones go first.

Knows the outbox, the readers and when a digest is due. Does not know SMTP, nor which posts are news to whom.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.errors import MessageError
from email.message import EmailMessage
from typing import Literal
from zoneinfo import ZoneInfo

from pluttra_publish import log
from pluttra_publish.errors import HostError
from pluttra_publish.inviting import Door, Invited
from pluttra_publish.letters.carrier import Carrier, MailError, Outcome, mail_password
from pluttra_publish.letters.mail import mail
from pluttra_publish.letters.outbox import Asked, How, Outbox, Pending, lock_of
from pluttra_publish.letters.said import From, Said, changed_address, invitation, notice, trial
from pluttra_publish.letters.words import words_in
from pluttra_publish.platform import locked
from pluttra_publish.pushing import Pushed, deliver_pushes
from pluttra_publish.register import Reader
from pluttra_publish.settings import MailSettings, Settings

NOTICE_LINK = timedelta(days=7)
"""How long the link in a notice lasts, if links don't last shorter still."""

_ENOUGH = 5  # letters in a row that the server put off: the rest would be too
_UNWRITABLE = 553

Kind = Literal["invitation", "notice"]


@dataclass(frozen=True)
class Delivered:
    """What became of the letters that were due: `outcomes` by reader id. `waiting` are those that go on waiting, and `trouble` says why.

    `pushed` is what became of notices on telephones, None where there are none.
    """

    outcomes: dict[tuple[Kind, str], Literal["sent", "refused", "later"]] = field(default_factory=dict, repr=False)
    waiting: int = 0
    trouble: str = ""
    hint: str = ""
    pushed: Pushed | None = None

    def count(self, what: Literal["sent", "refused"], kind: Kind | None = None) -> int:
        return sum(1 for (of, _), became in self.outcomes.items() if became == what and kind in {None, of})

    def summary(self) -> dict[str, object]:
        """Return it as a script reads it; without names."""
        sent, refused = self.count("sent"), self.count("refused")
        more = {"push": self.pushed.summary()} if self.pushed else {}
        return {"sent": sent, "refused": refused, "waiting": self.waiting, "trouble": self.trouble} | more

    @property
    def is_worth_another_try(self) -> bool:
        """Whether something waits, for its time or for a server."""
        return self.waiting > 0 or (self.pushed is not None and self.pushed.waiting > 0)


def deliver(door: Door, *, at_once: bool = False, again: bool = False) -> Delivered:
    """Send what is due: `at_once` digests too whose time has not come, `again` also to addresses and devices that were refused.

    A mail server that can't be used is no error: it is told, and what waits goes on waiting.
    """
    with locked(lock_of(door.settings.state)):
        outbox = Outbox.load(door.settings.state)
        if again:
            outbox.refused.clear()
        pushed = deliver_pushes(door, again=again) if door.settings.push.on else None
        done = replace(_Round(door, outbox, at_once).deliver(), pushed=pushed)
    if done.outcomes or (pushed and (pushed.sent or pushed.gone)):
        counts = {"sent": done.count("sent"), "refused": done.count("refused"), "waiting": done.waiting}
        counts |= {"pushed": pushed.sent, "gone": pushed.gone} if pushed else {}
        log.append(door.settings.state, "letters", now=door.now, counts=counts)
    return done


def note_invited(door: Door, invited: tuple[Invited, ...], how: How) -> None:
    """Remember who has been invited, and let the invitations that go by mail wait for it."""
    with locked(lock_of(door.settings.state)):
        outbox = Outbox.load(door.settings.state)
        for one in invited:
            reader = door.opaque(one.reader)
            waiting = one.id if how == "mail" else ""
            outbox.asked[reader] = Asked(int(door.now.timestamp()), one.ends, how, waiting, one.lies)
            if how == "mail":
                outbox.refused.pop(reader, None)  # somebody has asked for it: another try
        outbox.save()


def note_opened(settings: Settings, reader: str, name: str, time: int) -> None:
    """Remember that an invitation of a reader's was opened at `time` (Unix seconds), as their device says.

    `reader` is the id by which a reader is known where no names may be (`Door.opaque`), `name` the invitation's own (`sealing.chain.invitation_name`).
    """
    with locked(lock_of(settings.state)):
        outbox = Outbox.load(settings.state)
        outbox.open(reader, name, time)
        outbox.save()


def note_retired(door: Door, reader: Reader) -> None:
    """Remember that all links of a reader's have ended before their time."""
    with locked(lock_of(door.settings.state)):
        outbox = Outbox.load(door.settings.state)
        outbox.retire(door.opaque(reader), now=int(door.now.timestamp()))
        outbox.save()


def on_paper(door: Door, invited: Iterable[Invited]) -> bytes:
    """Return a PDF with a page for each invitation, in its reader's language. Whoever has a page reads as its reader."""
    from pluttra_publish.letters.paper import paper  # noqa: PLC0415 # with fonts and what shapes letters

    return paper([_invitation(door, one) for one in invited], now=door.now)


def _invitation(door: Door, made: Invited) -> Said:
    settings = door.settings
    words = words_in(made.reader.language, settings.language)
    sender = From(settings.name, settings.contact)
    return invitation(words, sender, name=made.name, url=made.url, ends=made.ends_at)


def set_silent(door: Door, reader: Reader, silent: bool) -> None:
    """Remember that a reader wants no notices, or wants them again."""
    with locked(lock_of(door.settings.state)):
        outbox = Outbox.load(door.settings.state)
        (outbox.silent.add if silent else outbox.silent.discard)(door.opaque(reader))
        outbox.save()
    log.append(door.settings.state, "notify off" if silent else "notify on", now=door.now, about=[reader.id])


def due_at(since: int, chosen: MailSettings, zone: ZoneInfo) -> datetime:
    """Return when a digest is to go: with the next full hour, or the next time the day's hour comes, after its first post."""
    first = datetime.fromtimestamp(since, zone)
    if chosen.digest == "hourly":
        return first.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    due = first.replace(hour=chosen.daily_hour, minute=0, second=0, microsecond=0)
    return due if due > first else due + timedelta(days=1)


def try_out(settings: Settings, to: str, now: datetime) -> None:
    """Send a letter that only shows that mail arrives.

    Raises:
        MailError: it was not taken.
    """
    said = trial(words_in(settings.language), From(settings.name, settings.contact), url=settings.url)
    _send_alone(settings, said, to=to, ident=f"trial-{int(now.timestamp())}", now=now)


def tell_of_change(settings: Settings, reader: Reader, to: str, now: datetime) -> None:
    """Tell the address that a reader had that they have another.

    Raises:
        MailError: it was not taken.
    """
    words = words_in(reader.language, settings.language)
    said = changed_address(words, From(settings.name, settings.contact), url=settings.url)
    _send_alone(settings, said, to=to, ident=f"changed-{int(now.timestamp())}", now=now)


def _send_alone(settings: Settings, said: Said, *, to: str, ident: str, now: datetime) -> None:
    """Send one letter that nothing waits for.

    Raises:
        MailError: it was not taken.
    """
    message = _mail(settings, said, to=to, name="", ident=ident, now=now)
    with Carrier(settings.mail, mail_password(settings.state)) as carrier:
        outcome = carrier.send(message, to)
    if outcome.kind != "sent":
        raise MailError(f"Mejlservern tog inte emot brevet ({outcome.code}).", hint="Kontrollera adressen.")


def _mail(settings: Settings, said: Said, *, to: str, name: str, ident: str, now: datetime) -> EmailMessage:
    sender, reply_to = settings.mail.sender, settings.mail.reply_to
    return mail(said, sender=sender, reply_to=reply_to, to=to, name=name, ident=ident, now=now)


@dataclass(frozen=True)
class _Letter:
    kind: Kind
    key: str
    reader: Reader = field(repr=False)


class _Round:
    """One round of delivery over an outbox that nobody else changes meanwhile."""

    def __init__(self, door: Door, outbox: Outbox, at_once: bool) -> None:
        self._door = door
        self._settings = door.settings
        self._outbox = outbox
        self._at_once = at_once
        self._readers = {door.opaque(reader): reader for reader in door.everyone()}
        self._outcomes: dict[tuple[Kind, str], Literal["sent", "refused", "later"]] = {}

    def deliver(self) -> Delivered:
        self._forget()
        letters = list(self._due())
        trouble = hint = ""
        if letters and not self._settings.mail.is_on:
            trouble, hint = "Ingen mejlserver är vald.", "Fyll i [mail] i pluttra.toml."
        elif letters:
            try:
                trouble = self._send(letters)
            except HostError as error:
                trouble, hint = str(error), error.hint
        self._outbox.save()
        waiting = len(self._outbox.notices) + sum(1 for asked in self._outbox.asked.values() if asked.waiting)
        return Delivered(self._outcomes, waiting, trouble, hint)

    def _forget(self) -> None:
        """Drop what nobody is to get any longer: they don't read, have no address or want no notices; or the link has ended."""
        outbox = self._outbox
        for key in list(outbox.notices):
            reader = self._readers.get(key)
            if reader is None or not reader.email or key in outbox.silent or not self._settings.mail.has_notices:
                del outbox.notices[key]
        for key, asked in list(outbox.asked.items()):
            reader = self._readers.get(key)
            if asked.waiting and (reader is None or not reader.email or not self._door.found(asked.waiting, reader)):
                outbox.asked[key] = replace(asked, waiting="")

    def _due(self) -> Iterator[_Letter]:
        """Yield the letters to send now: invitations first."""
        outbox = self._outbox
        for key, reader in self._readers.items():
            if key in outbox.asked and outbox.asked[key].waiting and not self._is_refused(key, reader):
                yield _Letter("invitation", key, reader)
        for key, reader in self._readers.items():
            if key not in outbox.notices or self._is_refused(key, reader):
                continue
            if self._at_once or self._is_due(outbox.notices[key]):
                yield _Letter("notice", key, reader)

    def _is_due(self, pending: Pending) -> bool:
        chosen = self._settings.mail
        return chosen.digest == "at_once" or due_at(pending.since, chosen, self._settings.zone) <= self._door.now

    def _is_refused(self, key: str, reader: Reader) -> bool:
        return self._outbox.is_refused(key, self._door.mark(reader))

    def _send(self, letters: list[_Letter]) -> str:
        """Send letters until one of them shows that no more will go; return why, or nothing.

        Raises:
            HostError: the mail server can't be used, or the host can't take the links.
        """
        off = 0
        with Carrier(self._settings.mail, mail_password(self._settings.state)) as carrier:
            links = self._links([letter for letter in letters if letter.kind == "notice"])
            for letter in letters:
                outcome = self._send_one(carrier, letter, links.get(letter.key))
                self._note(letter, outcome)
                off = off + 1 if outcome.kind == "later" else 0
                if off == _ENOUGH or (outcome.kind == "later" and letter is letters[-1]):
                    return f"Mejlservern tog inte emot brev ({outcome.code}). De skickas nästa gång."
        return ""

    def _links(self, letters: list[_Letter]) -> dict[str, Invited]:
        """Return a fresh link for each notice, put on the host, where notices have any. A letter that is tried again keeps its own."""
        if self._settings.mail_links == "none" or not letters:
            return {}
        links: dict[str, Invited] = {}
        for letter in letters:
            if made := self._door.found(self._outbox.notices[letter.key].link, letter.reader):
                links[letter.key] = made
        wanting = [letter for letter in letters if letter.key not in links]
        lasts = min(NOTICE_LINK, timedelta(days=self._settings.link_days))
        for letter, made in zip(wanting, self._door.invite((one.reader for one in wanting), valid_for=lasts), strict=True):  # fmt: skip
            links[letter.key] = made
            self._outbox.notices[letter.key] = replace(self._outbox.notices[letter.key], link=made.id)
        self._outbox.save()
        return links

    def _send_one(self, carrier: Carrier, letter: _Letter, link: Invited | None) -> Outcome:
        try:
            message = self._written(letter, link)
        except (MessageError, ValueError, IndexError):  # an address that can't be written as one
            return Outcome("refused", _UNWRITABLE)
        return carrier.send(message, letter.reader.email)

    def _written(self, letter: _Letter, link: Invited | None) -> EmailMessage:
        settings, reader, name = self._settings, letter.reader, ""
        if letter.kind == "invitation":
            ident = self._outbox.asked[letter.key].waiting
            made = self._door.found(ident, reader)
            if made is None:
                raise ValueError  # it ended this very moment
            said, name = _invitation(self._door, made), reader.name
        else:
            pending = self._outbox.notices[letter.key]
            ident = self._door.keystore.opaque_id("notice", letter.key, *pending.posts)
            url, ends = (link.url, link.ends_at) if link else (settings.url, None)
            words = words_in(reader.language, settings.language)
            said = notice(words, From(settings.name, settings.contact), count=len(pending.posts), url=url, ends=ends)
        return _mail(settings, said, to=reader.email, name=name, ident=ident, now=self._door.now)

    def _note(self, letter: _Letter, outcome: Outcome) -> None:
        """Write down what became of a letter at once: what has gone is not sent again, whatever happens next."""
        self._outcomes[letter.kind, letter.reader.id] = outcome.kind
        if outcome.kind == "sent" and letter.kind == "notice":
            self._outbox.notice_sent(letter.key)
        elif outcome.kind == "sent":
            self._outbox.invitation_sent(letter.key)
        elif outcome.kind == "refused":
            mark, now = self._door.mark(letter.reader), int(self._door.now.timestamp())
            self._outbox.refuse(letter.key, code=outcome.code, mark=mark, now=now)
        self._outbox.save()
