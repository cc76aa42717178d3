"""Messages in mail: a real IMAP server, and what mail programs do to a text."""

from __future__ import annotations

import base64
import os
import textwrap
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from pluttra_publish.errors import HostError
from pluttra_publish.hosts.imap_drop import ImapDrop
from tests.servers.dovecot import PASSWORD, Dovecot, dovecot

MESSAGE = os.urandom(1128)


def armour(message: bytes) -> str:
    written = base64.urlsafe_b64encode(message).decode().rstrip("=")
    return "\n".join(["-----BEGIN PLUTTRA-----", *textwrap.wrap(written, 64), "-----END PLUTTRA-----"])


def mail(text: str, subject: str = "Svar") -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "maria@example.se", "svar@backen.example", subject
    made.set_content(text)
    return made


@pytest.fixture(scope="module")
def running() -> Iterator[Dovecot]:
    with dovecot() as server:
        yield server


@pytest.fixture
def server(running: Dovecot, monkeypatch: pytest.MonkeyPatch) -> Dovecot:
    monkeypatch.setenv("SSL_CERT_FILE", str(running.certificate))
    running.clear()
    return running


@pytest.fixture
def drop(server: Dovecot, tmp_path: Path) -> Iterator[ImapDrop]:
    made = ImapDrop(server.settings(), PASSWORD, tmp_path / "imap.json")
    yield made
    made.close()


def test_a_message_in_a_mail_is_found_fetched_and_its_mail_goes_to_the_trash(server: Dovecot, drop: ImapDrop) -> None:
    with server.owner() as line:
        line.create("Trash")
    server.receive(mail(f"Hej!\n\n{armour(MESSAGE)}\n\nHälsningar\nMaria\n"))
    ((key, length),) = drop.list()
    assert length == len(MESSAGE)
    assert drop.get(key, 4_194_304) == MESSAGE
    assert drop.get(key, 10) == MESSAGE[:11]
    assert server.count(asked="SEEN") == 0
    drop.delete([key])
    assert (server.count(), server.count("Trash")) == (0, 1)
    assert list(drop.list()) == []


def test_a_trash_that_only_its_name_tells_of_is_one(server: Dovecot, drop: ImapDrop) -> None:
    with server.owner() as line:
        line.create("Papperskorgen")
    server.receive(mail(armour(MESSAGE)))
    drop.delete([key for key, _ in drop.list()])
    assert (server.count(), server.count("Papperskorgen")) == (0, 1)


def test_without_a_trash_the_mail_is_removed(server: Dovecot, drop: ImapDrop) -> None:
    server.receive(mail(armour(MESSAGE)))
    server.receive(mail("Hej, när stänger ni på fredag?"))
    drop.delete([key for key, _ in drop.list()])
    assert server.count() == 1


@pytest.mark.parametrize("lacking", [{"MOVE"}, {"MOVE", "UIDPLUS"}])
def test_a_server_that_can_less_ends_up_with_the_same(server: Dovecot, drop: ImapDrop, lacking: set[str]) -> None:
    with server.owner() as line:
        line.create("Trash")
    server.receive(mail("Hej"))
    server.receive(mail(armour(MESSAGE)))
    ((key, _),) = drop.list()
    drop._line()._can -= lacking
    drop.delete([key])
    assert (server.count(), server.count("Trash")) == (1, 1)


def test_what_somebody_else_has_marked_as_deleted_is_not_removed_for_them(server: Dovecot, drop: ImapDrop) -> None:
    server.receive(mail("Hej"))
    server.receive(mail(armour(MESSAGE)))
    ((key, _),) = drop.list()
    with server.owner() as line:
        line.store("1", "+FLAGS", "(\\Deleted)")
    drop._line()._can -= {"MOVE", "UIDPLUS"}
    drop.delete([key])
    assert server.count() == 2
    assert list(drop.list()) == []


def test_other_mail_is_left_alone_and_looked_at_once(server: Dovecot, drop: ImapDrop, tmp_path: Path) -> None:
    for number in range(3):
        server.receive(mail(f"Hej {number}"))
    assert list(drop.list()) == []
    again = ImapDrop(server.settings(), PASSWORD, tmp_path / "imap.json")
    looked: list[int] = []
    line = again._line()
    fetch = line.mail
    line.mail = lambda number: (looked.append(number), fetch(number))[1]  # type: ignore[method-assign,func-returns-value]
    server.receive(mail(armour(MESSAGE)))
    assert [length for _, length in again.list()] == [len(MESSAGE)]
    assert len(looked) == 1
    assert server.count(asked="SEEN") == 0
    assert server.count() == 4
    again.close()
    assert b"maria" not in (tmp_path / "imap.json").read_bytes()


def test_a_mail_with_many_messages_goes_when_the_last_of_them_has(server: Dovecot, drop: ImapDrop) -> None:
    messages = {os.urandom(1128) for _ in range(3)}
    server.receive(mail("\n".join(map(armour, messages))))
    keys = [key for key, _ in drop.list()]
    assert {drop.get(key, 9999) for key in keys} == messages
    drop.delete(keys[:2])
    assert server.count() == 1
    drop.delete(keys[2:])
    assert server.count() == 0


def test_a_key_of_another_numbering_means_nothing(server: Dovecot, drop: ImapDrop) -> None:
    server.receive(mail(armour(MESSAGE)))
    ((key, _),) = drop.list()
    other = f"1-{key.partition('-')[2]}"
    assert drop.get(other, 100) is None
    assert drop.get("../../etc/passwd", 100) is None
    drop.delete([other, "x"])
    assert server.count() == 1


def test_the_line_is_encrypted_also_where_that_is_asked_for_afterwards(server: Dovecot) -> None:
    server.receive(mail(armour(MESSAGE)))
    drop = ImapDrop(server.settings("starttls"), PASSWORD)
    assert [length for _, length in drop.list()] == [len(MESSAGE)]
    drop.close()


def test_a_connection_that_broke_is_told_as_such_and_made_anew(server: Dovecot, drop: ImapDrop) -> None:
    server.receive(mail(armour(MESSAGE)))
    ((key, _),) = drop.list()
    drop._line()._line.shutdown()
    drop._read = None
    with pytest.raises(HostError) as caught:
        drop.get(key, 9999)
    assert caught.value.transient
    assert drop.get(key, 9999) == MESSAGE


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_a_wrong_password_is_told_and_never_said(server: Dovecot, security: str) -> None:
    drop = ImapDrop(server.settings(security), "fel lösen")  # type: ignore[arg-type]
    with pytest.raises(HostError) as caught:
        list(drop.list())
    assert "inloggningen" in str(caught.value)
    assert "pluttra drop password" in caught.value.hint
    assert "fel lösen" not in repr(caught.value) + caught.value.hint
    assert "svar@" not in str(caught.value)
    with pytest.raises(HostError, match="Lösenordet"):
        list(ImapDrop(server.settings(), "").list())


def test_a_server_that_nobody_vouches_for_hears_no_password(server: Dovecot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    for security in ("tls", "starttls"):
        with pytest.raises(HostError, match="certifikat"):
            list(ImapDrop(server.settings(security), PASSWORD).list())  # type: ignore[arg-type]


def test_a_server_that_is_not_there_may_come_back(server: Dovecot) -> None:
    from pluttra_publish.settings import ImapSettings

    with pytest.raises(HostError) as caught:
        list(ImapDrop(ImapSettings("localhost", 9, "tls", "svar"), PASSWORD).list())
    assert caught.value.transient
