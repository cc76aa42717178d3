"""The drop box emptied: what is taken, what is refused and why, and that nothing is lost wherever it stops."""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Iterator

import pytest

from pluttra_publish import inbox, log, revoking
from pluttra_publish.errors import CheckFailed, HostError
from pluttra_publish.format.messages import FILE_LENGTHS, OUTSIDE, Header, Letterbox, MailWay
from pluttra_publish.inbox import journal
from pluttra_publish.inbox.applying import APPLY
from pluttra_publish.inbox.desk import Applied, Arrived, Desk
from pluttra_publish.inbox.refusing import RefusedError
from pluttra_publish.sealing.messages import letterbox_name, open_letterbox, seal_message
from tests.inbox.sending import GONE, Box, Device, empty
from tests.whole.preschool import Preschool, clock

DAY = 86400
UNDONE = "Ett meddelande gick inte att ta hand om (OSError)."
HELLO = {"post": "0123456789abcdef", "text": "Tack!", "files": []}


class Done:
    """Notes what was asked for instead of doing it, and what the files held."""

    def __init__(self) -> None:
        self.said: list[tuple[str, str]] = []
        self.files: list[list[bytes]] = []
        self.fails: Exception | None = None

    def __call__(self, _desk: Desk, arrived: Arrived) -> Applied:
        if self.fails:
            raise self.fails
        self.said.append((arrived.sender.id, arrived.header.body["text"]))
        self.files.append([file.path.read_bytes() for file in arrived.files])
        return Applied("ett svar")


@pytest.fixture
def done() -> Iterator[Done]:
    done = Done()
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(APPLY, "reply", done)  # type: ignore[arg-type]
        yield done


def kept_in(school: Preschool, table: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(school.state / journal.FILE) as database:
        return database.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608


def test_a_message_is_opened_done_once_and_deleted_from_the_drop_box(
    school: Preschool, maria: Device, box: Box, done: Done
) -> None:
    box.leave(maria.message("reply", HELLO), Device(school, "petra").message("reply", HELLO | {"text": "Hej"}))
    emptied = empty(school, box)
    assert sorted(done.said) == [("maria", "Tack!"), ("petra", "Hej")]
    assert (emptied.came, emptied.left, emptied.refused.total(), box.lying) == (2, 0, 0, {})
    assert empty(school, box).came == 0
    assert len(done.said) == 2
    assert kept_in(school, "waiting") == []


def test_the_host_is_told_nothing_of_who_wrote(school: Preschool, maria: Device) -> None:
    files = [
        maria.message("reply", HELLO),
        Device(school, "johan").message("reply", HELLO),
        maria.message("reply", HELLO),
    ]
    assert {len(file) for file in files} == {FILE_LENGTHS[0]}
    assert len({file[:OUTSIDE] for file in files} | {file[OUTSIDE : OUTSIDE + 24] for file in files}) == 6


def test_messages_are_done_in_the_order_in_which_they_were_written(
    school: Preschool, maria: Device, box: Box, done: Done
) -> None:
    for ago in (10, 30, 20):
        box.leave(maria.message("reply", HELLO | {"text": str(ago)}, ago=ago))
    empty(school, box)
    assert [text for _, text in done.said] == ["30", "20", "10"]


class TestRefused:
    """Each is counted and deleted, and takes nothing else with it."""

    @pytest.fixture
    def good(self, maria: Device, box: Box) -> None:
        box.leave(maria.message("reply", HELLO))

    def refused(self, school: Preschool, box: Box, done: Done) -> dict[str, int]:
        emptied = empty(school, box)
        assert [text for _, text in done.said] == ["Tack!"]
        assert box.lying == {}
        return dict(emptied.refused)

    @pytest.mark.usefixtures("good")
    @pytest.mark.parametrize("length", [0, 1, 31, 32, FILE_LENGTHS[0] - 1, FILE_LENGTHS[0] + 1, 10 * 2**20])
    def test_of_another_length(self, school: Preschool, box: Box, done: Done, length: int) -> None:
        box.lying["ab" * 16] = bytes(length) or b""
        if length:
            assert self.refused(school, box, done) == {"length": 1}
        else:
            assert self.refused(school, box, done) == {"length": 1}

    @pytest.mark.usefixtures("good")
    def test_forged(self, school: Preschool, box: Box, done: Done) -> None:
        box.leave(*(secrets.token_bytes(FILE_LENGTHS[0]) for _ in range(300)))
        assert self.refused(school, box, done) == {"unknown": 300}

    @pytest.mark.usefixtures("good")
    @pytest.mark.parametrize(
        ("at", "why"), [(20, "unknown"), (32 + 5, "broken"), (32 + 40, "broken"), (500, "broken"), (-1, "broken")]
    )
    def test_with_a_bit_flipped(
        self, school: Preschool, maria: Device, box: Box, done: Done, at: int, why: str
    ) -> None:
        file = bytearray(maria.message("reply", HELLO))
        file[at] ^= 1
        box.leave(bytes(file))
        assert self.refused(school, box, done) == {why: 1}

    @pytest.mark.usefixtures("good")
    def test_moved_to_another_name(self, school: Preschool, maria: Device, box: Box, done: Done) -> None:
        box.lying["cd" * 16] = maria.message("reply", HELLO)
        assert self.refused(school, box, done) == {"broken": 1}

    def test_sent_again(self, school: Preschool, maria: Device, box: Box, done: Done) -> None:
        file = maria.message("reply", HELLO)
        box.leave(file)
        empty(school, box)
        box.leave(file)
        assert self.refused(school, box, done) == {"replayed": 1}

    def test_with_an_id_that_has_been_used(self, school: Preschool, maria: Device, box: Box, done: Done) -> None:
        box.leave(maria.message("reply", HELLO, ident="12" * 16))
        empty(school, box)
        box.leave(maria.message("reply", HELLO | {"text": "annat"}, ident="12" * 16))
        assert self.refused(school, box, done) == {"replayed": 1}

    @pytest.mark.usefixtures("good")
    @pytest.mark.parametrize("ago", [30 * DAY + 60, -DAY - 60])
    def test_too_old_or_of_the_future(self, school: Preschool, maria: Device, box: Box, done: Done, ago: int) -> None:
        box.leave(maria.message("reply", HELLO, ago=ago))
        assert self.refused(school, box, done) == {"stale": 1}

    @pytest.mark.usefixtures("good")
    def test_from_somebody_who_was_revoked(self, school: Preschool, box: Box, done: Done) -> None:
        file = Device(school, "johan").message("reply", HELLO)
        with clock(school.now):
            revoking.revoke(school.settings, "johan", move=False, identity=school.identity)
        box.leave(file)
        assert self.refused(school, box, done) == {"ended": 1}

    @pytest.mark.usefixtures("good")
    def test_sealed_with_a_key_from_before_a_new_one(self, school: Preschool, box: Box, done: Done) -> None:
        file = Device(school, "johan").message("reply", HELLO)
        with clock(school.now):
            revoking.rekey(school.settings, "johan", identity=school.identity)
        box.leave(file)
        assert self.refused(school, box, done) == {"ended": 1}

    @pytest.mark.usefixtures("good")
    def test_for_another_site(self, school: Preschool, maria: Device, box: Box, done: Done) -> None:
        header = Header("34" * 16, int(school.now.timestamp()), "reply", HELLO)
        key = maria.keystore.readers["maria"].key
        box.leave(seal_message(header, b"", key, site=b"\x52" * 16))
        assert self.refused(school, box, done) == {"broken": 1}

    @pytest.mark.usefixtures("good")
    @pytest.mark.parametrize("files", ["..", [{"file": "../../x"}], [{"file": 7}], {"a": 1}, [["x"]] * 2, [None]])
    def test_with_files_of_no_shape(
        self, school: Preschool, maria: Device, box: Box, done: Done, files: object
    ) -> None:
        box.leave(maria.message("reply", HELLO | {"files": files}))
        assert self.refused(school, box, done) == {"shape": 1}

    @pytest.mark.usefixtures("good")
    @pytest.mark.parametrize(
        "part",
        [
            {"n": 1, "of": 1},
            {"n": 0, "of": 501},
            {"n": -1, "of": 2},
            {"n": "0", "of": 2},
            {"file": "../x", "n": 0, "of": 1},
        ],
    )
    def test_a_piece_of_no_shape(
        self, school: Preschool, maria: Device, box: Box, done: Done, part: dict[str, object]
    ) -> None:
        body = {"file": "ab" * 16} | part
        body = {name: value for name, value in body.items() if value != -1} if body["n"] == -1 else body
        box.leave(maria.message("part", body, b"x"))
        assert self.refused(school, box, done) == {"shape": 1}

    @pytest.mark.usefixtures("good")
    def test_what_may_not_be_done(self, school: Preschool, box: Box, done: Done, maria: Device) -> None:
        empty(school, box)
        done.fails = RefusedError("may-not")
        box.leave(maria.message("reply", HELLO))
        assert dict(empty(school, box).refused) == {"may-not": 1}


class TestFiles:
    """What is longer than a message comes in pieces."""

    def test_a_file_in_pieces_is_put_together(self, school: Preschool, maria: Device, box: Box, done: Done) -> None:
        content = secrets.token_bytes(10_000)
        told, parts = maria.file(content, "image/jpeg", pieces=3)
        box.leave(*parts, maria.message("reply", HELLO | {"files": [told]}))
        empty(school, box)
        assert done.files == [[content]]
        assert list((school.state / journal.PARTS).iterdir()) == []
        assert kept_in(school, "parts") == []

    def test_a_message_waits_for_pieces_that_come_later(
        self, school: Preschool, maria: Device, box: Box, done: Done
    ) -> None:
        told, parts = maria.file(b"hej" * 100, "image/jpeg", pieces=3)
        box.leave(*parts[:1], maria.message("reply", HELLO | {"files": [told]}))
        assert empty(school, box).incomplete == 1
        box.leave(parts[2], parts[1])
        assert empty(school, box).incomplete == 0
        assert done.files == [[b"hej" * 100]]

    def test_pieces_of_another_sender_are_not_used(
        self, school: Preschool, maria: Device, box: Box, done: Done
    ) -> None:
        told, parts = Device(school, "johan").file(b"annans", "image/jpeg")
        box.leave(*parts, maria.message("reply", HELLO | {"files": [told]}))
        assert empty(school, box).incomplete == 1
        assert done.files == []

    def test_a_file_that_is_not_the_one_named_refuses_the_message(
        self, school: Preschool, maria: Device, box: Box, done: Done
    ) -> None:
        told, parts = maria.file(b"en fil", "image/jpeg")
        box.leave(*parts, maria.message("reply", HELLO | {"files": [told | {"length": 5}]}))
        assert dict(empty(school, box).refused) == {"media": 1}

    def test_pieces_that_nothing_names_are_forgotten_after_a_month(
        self, school: Preschool, maria: Device, box: Box, done: Done
    ) -> None:
        _, parts = maria.file(b"en fil", "image/jpeg")
        box.leave(*parts)
        empty(school, box)
        assert len(kept_in(school, "parts")) == 1
        empty(school.later(days=33), box)
        assert kept_in(school, "parts") == []
        assert list((school.state / journal.PARTS).iterdir()) == []


class TestStoppedAnywhere:
    """A message is in the drop box, or written down, until what it asks is done; and it is done once."""

    def test_before_it_is_deleted_from_the_drop_box(
        self, school: Preschool, maria: Device, box: Box, done: Done
    ) -> None:
        box.leave(maria.message("reply", HELLO))
        box.fails = GONE
        emptied = empty(school, box)
        assert (emptied.came, emptied.trouble) == (1, [GONE])
        assert len(done.said) == 1
        assert dict(empty(school, box).refused) == {"replayed": 1}
        assert (len(done.said), box.lying) == (1, {})

    def test_while_it_is_being_done(self, school: Preschool, maria: Device, box: Box, done: Done) -> None:
        box.leave(maria.message("reply", HELLO))
        done.fails = OSError("full disk")
        emptied = empty(school, box)
        assert (emptied.stuck, [str(trouble) for trouble in emptied.trouble]) == (1, [UNDONE])
        assert box.lying == {}
        done.fails = None
        empty(school, box)
        assert len(done.said) == 1

    def test_a_message_that_can_not_be_done_hinders_no_other(
        self, school: Preschool, maria: Device, box: Box, done: Done
    ) -> None:
        def fails(_desk: Desk, _arrived: Arrived) -> Applied:
            raise KeyError("Maria Lindqvist")

        with pytest.MonkeyPatch.context() as patch:
            patch.setitem(APPLY, "observation", fails)  # type: ignore[arg-type]
            box.leave(maria.message("observation", HELLO, ago=60), maria.message("reply", HELLO))
            emptied = empty(school, box)
        assert (emptied.stuck, len(done.said)) == (1, 1)
        assert "Maria" not in "".join(str(trouble) for trouble in emptied.trouble)

    def test_a_drop_box_that_can_not_be_had_hinders_no_other(
        self, school: Preschool, maria: Device, box: Box, done: Done
    ) -> None:
        class Away(Box):
            def list(self) -> Iterator[tuple[str, int]]:
                raise GONE

        box.leave(maria.message("reply", HELLO))
        emptied = empty(school, Away(), box)
        assert (emptied.trouble, len(done.said)) == ([GONE], 1)

    def test_nothing_is_fetched_while_the_register_is_faulty(
        self, school: Preschool, maria: Device, box: Box, done: Done
    ) -> None:
        box.leave(maria.message("reply", HELLO))
        (school.root / "register" / "barn.csv").write_text('id;förnamn\n"', encoding="utf-8")
        with pytest.raises(CheckFailed):
            empty(school, box)
        assert len(box.lying) == 1

    def test_only_one_empties_at_a_time(self, school: Preschool, maria: Device, box: Box) -> None:
        box.leave(maria.message("reply", HELLO))
        with inbox._alone(school.settings), pytest.raises(HostError, match="redan"):
            empty(school, box)
        assert len(box.lying) == 1


def test_more_than_somebody_may_send_in_a_day_waits_until_tomorrow(
    school: Preschool, maria: Device, box: Box, done: Done
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inbox, "MOST_A_DAY", 3)
        box.leave(*(maria.message("reply", HELLO) for _ in range(5)), Device(school, "mei").message("reply", HELLO))
        emptied = empty(school, box)
        assert (emptied.came, emptied.left, len(box.lying)) == (4, 2, 2)
        assert empty(school.later(days=1), box).came == 2


def test_a_flood_is_refused_a_run_at_a_time_and_loses_nothing(
    school: Preschool, maria: Device, box: Box, done: Done
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(inbox, "MOST_A_RUN", 40)
        patch.setattr(inbox, "BATCH", 7)
        box.leave(*(secrets.token_bytes(FILE_LENGTHS[0]) for _ in range(90)))
        box.lying["ef" * 16] = bytes(10 * 2**20)
        box.leave(maria.message("reply", HELLO))  # behind all of them
        refused = [dict(empty(school, box).refused) for _ in range(3)]
    assert refused == [{"unknown": 40}, {"unknown": 40}, {"unknown": 10, "length": 1}]
    assert (done.said, box.lying) == ([("maria", "Tack!")], {})


def test_the_log_says_how_many_and_nothing_else(school: Preschool, maria: Device, box: Box, done: Done) -> None:
    box.leave(maria.message("reply", HELLO), secrets.token_bytes(FILE_LENGTHS[0]))
    empty(school, box)
    line = log.read(school.state).lines[-1]
    assert (line.command, dict(line.counts), line.about) == ("inbox", {"came": 1, "refused": 1}, ())


def letterbox_of(school: Preschool) -> Letterbox:
    secret = Device(school, "maria").keystore.drop_box
    name = letterbox_name(secret)
    return open_letterbox((school.public / "k" / name[:2] / name).read_bytes(), secret)


def test_the_letterbox_says_what_the_settings_do(school: Preschool) -> None:
    assert letterbox_of(school) == Letterbox((MailWay("svar@example.se"),))
    school.settings_text += 'receipts = true\nposts = "published"\n[push]\non = true\ncontact = "backen@example.se"\n'
    school.write().later(minutes=5).publish()
    key = Device(school, "maria").keystore.push
    assert key is not None
    assert letterbox_of(school) == Letterbox((MailWay("svar@example.se"),), key.public, True, "published")


def test_whoever_has_lost_access_opens_no_later_letterbox(school: Preschool) -> None:
    before = Device(school, "johan").keystore.drop_box
    with clock(school.now):
        revoking.revoke(school.settings, "johan", move=False, identity=school.identity)
    after = Device(school, "maria").keystore.drop_box
    assert before != after
    lying = {path.name for path in (school.public / "k").rglob("*") if path.is_file()}
    assert letterbox_name(before) not in lying
    assert letterbox_name(after) in lying
    assert letterbox_of(school).ways == (MailWay("svar@example.se"),)
