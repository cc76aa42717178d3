"""The inbox: what readers have sent is fetched from the drop box, opened, and done or filed. Knows the order; each step is somebody else's.

fetch → open → write down → delete from the drop box → do. A message is deleted only when it is written down to outlast a power cut, and forgotten only when what it asks is
done. Stopped anywhere, the next run goes on.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from pluttra_publish import log
from pluttra_publish.clock import now_of
from pluttra_publish.drop.sources import open_drop
from pluttra_publish.errors import Findings, HostError, PluttraError
from pluttra_publish.format.messages import FILE_LENGTHS, ID
from pluttra_publish.hosts.drops import Waiting as DropBox
from pluttra_publish.inbox.desk import Applied, Arrived, ArrivedFile, Desk
from pluttra_publish.inbox.emptied import Emptied
from pluttra_publish.inbox.journal import Journal, Waiting
from pluttra_publish.inbox.opening import Opener
from pluttra_publish.inbox.pieces import Pieces, files_of, part_of
from pluttra_publish.inbox.refusing import Reason, RefusedError
from pluttra_publish.people import read_people
from pluttra_publish.platform import identity_path, only_one, private_folder, settle
from pluttra_publish.sealing.keystore import Keystore
from pluttra_publish.settings import Settings

Step = Callable[[str, int, int], None]

BATCH = 500
"""Messages that are written down, and done, together."""

MOST_A_RUN = 50_000
MOST_A_DAY = 2_000
"""Messages of one sender; more wait in the drop box until tomorrow."""
MOST_BYTES_A_DAY = 2 * 2**30
_HELD = 64 * 2**20
"""Bytes of messages that are held in memory at most, before they are written down."""


def no_step(_what: str, _done: int, _total: int) -> None:
    """Tell nobody."""


def empty(
    settings: Settings, boxes: Iterable[DropBox], *, identity: Path | None = None, step: Step = no_step
) -> Emptied:
    """Fetch what waits in the drop boxes, and do what it asks. A drop box that can't be had is told of in `trouble`; the others are emptied.

    Raises:
        CheckFailed: the register has errors: nothing was fetched.
        KeystoreError: the keystore or the journal can't be opened.
        HostError: another run is emptying the drop box.
    """
    findings = Findings()
    people = read_people(settings, findings)
    findings.stop()
    keystore = Keystore.load(settings.state / "keystore.age", identity_path=identity or identity_path())
    with _alone(settings), Journal.open(settings.state) as journal:
        now = now_of(settings)
        emptied = Emptied()
        fetching = _Fetching(Opener(keystore, now=int(now.timestamp())), journal, emptied, int(now.timestamp()), step)
        for box in boxes:
            try:
                fetching.fetch(box)
            except HostError as failed:
                emptied.trouble.append(failed)
        desk = Desk(settings, keystore, people.register, people.consents, now)
        _Doing(desk, journal, emptied, step).do_all()
        with journal.writing():
            old = journal.forget_old(int(now.timestamp()))
        for sender, file in old:
            Pieces(journal).forget(sender, file)
    if emptied.came or emptied.refused:
        counts = {"came": emptied.came, "refused": emptied.refused.total(), "waits": emptied.waits}
        log.append(settings.state, "inbox", now=now, counts=counts)
    return emptied


def empty_all(settings: Settings, *, identity: Path | None = None, step: Step = no_step) -> Emptied:
    """Fetch from every drop box that the settings name, and do what is asked.

    Raises:
        PluttraError: as `empty`; HostError also where a drop box can't even be opened.
    """
    with ExitStack() as stack:
        boxes = [stack.enter_context(closing(box)) for box in open_drop(settings)]
        return empty(settings, boxes, identity=identity, step=step)


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    with only_one(private_folder(settings.state) / "inkorg.lock") as alone:
        if not alone:
            raise HostError(
                "Brevlådan töms redan av en annan körning.", hint="Vänta tills den är klar.", transient=True
            )
        yield


@dataclass
class _Fetching:
    """Takes messages out of drop boxes, a batch at a time."""

    opener: Opener
    journal: Journal
    emptied: Emptied
    now: int
    step: Step
    looked: int = 0

    def fetch(self, box: DropBox) -> None:
        listed = islice(box.list(), MOST_A_RUN)
        while batch := list(islice(listed, BATCH)):
            for some in _within(batch, _HELD):
                self._take(box, some)

    def _take(self, box: DropBox, listed: Sequence[tuple[str, int]]) -> None:
        """Write down what some messages say, and only then delete them from the drop box."""
        over: list[str] = []
        refused: Counter[Reason] = Counter()
        with self.journal.writing():
            for key, length in listed:
                try:
                    if self._one(box, key, length):
                        over.append(key)
                except RefusedError as why:
                    refused[why.reason] += 1
                    over.append(key)
            for reason, count in refused.items():
                self.journal.refuse(reason, self.now, count)
        self.emptied.refused += refused
        box.delete(over)
        self.looked += len(listed)
        self.step("Hämtar", self.looked, self.looked)

    def _one(self, box: DropBox, key: str, length: int) -> bool:
        """Tell whether a message has been taken; False where it is gone already, or must wait for another day."""
        if length not in FILE_LENGTHS:
            raise RefusedError("length")
        file = box.get(key, FILE_LENGTHS[-1])
        if file is None:
            return False
        if key != file[:ID].hex() and len(key) == 2 * ID:
            raise RefusedError("broken")
        opened = self.opener.open(file, seen=self.journal)
        count, size = self.journal.today(opened.sender, self.now)
        if count >= MOST_A_DAY or size + len(opened.attachment) > MOST_BYTES_A_DAY:
            self.emptied.left += 1
            return False
        part = part_of(opened.header)
        if part is not None:
            Pieces(self.journal).keep(opened.sender, part, opened.attachment)
        self.journal.take(opened, self.now, part)
        self.emptied.came += 1
        return True


@dataclass
class _Doing:
    """Does what messages that are written down ask, a batch at a time."""

    desk: Desk
    journal: Journal
    emptied: Emptied
    step: Step

    def do_all(self) -> None:
        waiting = self.journal.waiting()
        for start in range(0, len(waiting), BATCH):
            self._do(waiting[start : start + BATCH])
            self.step("Sorterar", min(start + BATCH, len(waiting)), len(waiting))

    def _do(self, batch: Sequence[Waiting]) -> None:
        done: list[str] = []
        used: list[tuple[str, str]] = []
        refused: Counter[Reason] = Counter()
        written: list[Path] = []
        for one in batch:
            files: tuple[str, ...] = ()
            try:
                files = tuple(sent.file for sent in files_of(one.header))
                applied = self._one(one)
                if applied is None:
                    self.emptied.incomplete += 1
                    continue
                written += applied.files
                self.emptied.applied.append(applied)
            except RefusedError as why:
                refused[why.reason] += 1
            except Exception as failed:  # one that can't be done hinders no other, and is tried again at the next run
                self._tell_trouble(failed)
                continue
            done.append(one.header.id)
            used += [(one.sender, file) for file in files]
        settle(map(str, written), {str(path.parent.parent) for path in written})  # some lie in a folder of their own
        now = int(self.desk.now.timestamp())
        with self.journal.writing():
            self.journal.done(done, used)
            for reason, count in refused.items():
                self.journal.refuse(reason, now, count)
        self.emptied.refused += refused
        for sender, file in used:
            Pieces(self.journal).forget(sender, file)

    def _tell_trouble(self, failed: Exception) -> None:
        """Note what kept a message from being done, once for each kind of it. The text of an unforeseen error could hold a name."""
        trouble = (
            failed
            if isinstance(failed, PluttraError)
            else PluttraError(
                f"Ett meddelande gick inte att ta hand om ({type(failed).__name__}).",
                hint="Det ligger kvar, och prövas nästa gång.",
            )
        )
        self.emptied.stuck += 1
        if str(trouble) not in map(str, self.emptied.trouble):
            self.emptied.trouble.append(trouble)

    def _one(self, one: Waiting) -> Applied | None:
        """Return what became of a message; None while pieces of its files are on their way.

        Raises:
            RefusedError: it may not be done.
        """
        sender = self.desk.readers.get(one.sender)
        if sender is None:
            raise RefusedError("may-not")
        from pluttra_publish.inbox.applying import APPLY  # noqa: PLC0415 # with Pelican, and not before there is a message

        came = datetime.fromtimestamp(one.came, self.desk.settings.zone)
        apply = APPLY.get(one.header.kind)
        if apply is None:
            raise RefusedError("shape")
        sent = files_of(one.header)
        if not sent:
            return apply(self.desk, Arrived(sender, one.header, came))
        with tempfile.TemporaryDirectory(dir=self.desk.settings.state, prefix="seal-") as folder:
            files = []
            for number, each in enumerate(sent):
                path = Path(folder) / f"{number:02d}"
                if not Pieces(self.journal).whole(one.sender, each, path):
                    if self.desk.now.timestamp() - one.came > 30 * 86400:
                        raise RefusedError("incomplete")
                    return None
                files.append(ArrivedFile(each, path))
            return apply(self.desk, Arrived(sender, one.header, came, tuple(files)))


def _within(listed: Sequence[tuple[str, int]], most: int) -> Iterator[list[tuple[str, int]]]:
    """Cut a list into lists whose messages are not longer than `most` together."""
    some: list[tuple[str, int]] = []
    total = 0
    for one in listed:
        if some and total + one[1] > most:
            yield some
            some, total = [], 0
        some.append(one)
        total += one[1]
    if some:
        yield some


__all__ = ["Applied", "Arrived", "Desk", "Emptied", "empty", "empty_all"]
