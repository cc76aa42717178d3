"""Messages as text, however mail has bent it."""

from __future__ import annotations

import base64
import quopri
import textwrap
from collections.abc import Callable
from email.message import EmailMessage
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pluttra_publish.errors import HostError
from pluttra_publish.hosts.armour import armoured_in, armoured_in_mail
from pluttra_publish.hosts.drops import FilesDrop

MESSAGE = bytes(range(256)) * 5
OTHER = bytes(reversed(MESSAGE))


def armour(message: bytes = MESSAGE, width: int = 64, end: str = "\n") -> str:
    written = base64.urlsafe_b64encode(message).decode().rstrip("=")
    return end.join(["-----BEGIN PLUTTRA-----", *textwrap.wrap(written, width), "-----END PLUTTRA-----"]) + end


def quoted(text: str) -> str:
    return "".join(f"> {line}\n" for line in text.splitlines())


BENT: dict[str, str] = {
    "as it was": f"Hej!\n{armour()}Maria",
    "lines of CRLF": armour(end="\r\n"),
    "quoted": quoted(armour()),
    "quoted twice": quoted(quoted(armour())),
    "quoted with bars": "".join(f"| {line}\n" for line in armour().splitlines()),
    "indented": textwrap.indent(armour(), "    "),
    "lines broken at 30": armour(width=30),
    "one long line": armour(width=99999),
    "with blank lines": armour(end="\n\n"),
    "with spaces at the ends": "".join(f"{line} \n" for line in armour().splitlines()),
    "space-stuffed": "".join(f" {line}\n" for line in armour().splitlines()),
    "on one line with its borders": armour(end=""),
    "with hard spaces": armour().replace("\n", "\u00a0\n").replace("BEGIN P", "BEGIN\u00a0P"),
    "with invisible signs": armour().replace("AB", "A\u200b\u00adB"),
    "with long dashes": armour().replace("-----BEGIN", "——-BEGIN").replace("PLUTTRA-----\n", "PLUTTRA——-\n"),
    "in small letters around it": armour().replace("BEGIN PLUTTRA", "begin pluttra"),
    "after one that was cut": armour()[:200] + "\n" + armour(),
    "said twice": armour() + armour(),
}


@pytest.mark.parametrize("text", BENT.values(), ids=BENT.keys())
def test_a_message_is_found_in_a_text_however_it_was_bent(text: str) -> None:
    assert armoured_in(text) == (MESSAGE,)


@pytest.mark.parametrize("text", ["", "Hej", armour()[:400], armour().replace("BEGIN", "BEGINNING"), armour(b"short")])
def test_what_is_no_message_is_none(text: str) -> None:
    assert armoured_in(text) == ()


def test_of_two_with_one_id_the_whole_one_is_taken() -> None:
    cut = armour(MESSAGE[:100])
    assert armoured_in(cut + armour() + cut) == (MESSAGE,)
    assert set(armoured_in(armour(OTHER) + armour())) == {MESSAGE, OTHER}


@given(st.binary(min_size=17, max_size=2000), st.integers(20, 200), st.sampled_from(["\n", "\r\n", "\n> ", " \n"]))
def test_every_message_comes_back(message: bytes, width: int, end: str) -> None:
    assert armoured_in(armour(message, width, end)) == (message,)


def plain(text: str, how: str = "8bit") -> EmailMessage:
    made = EmailMessage()
    made["Subject"], made["From"] = "Svar från Maria", "maria@example.se"
    made.set_content(text, cte=how)
    return made


def page(text: str) -> EmailMessage:
    lines = "".join(f"<div>{line}</div>" for line in text.splitlines())
    made = EmailMessage()
    made.set_content(
        f"<html><head><style>p > b {{}}</style></head><body><p>Hej &auml;nnu</p>{lines}</body></html>", "html"
    )
    return made


def both() -> EmailMessage:
    made = plain(f"Hej\n{armour()}")
    made.add_alternative(f"<p>Hej</p><pre>{armour()}</pre>", subtype="html")
    return made


def attached(subtype: str = "plain") -> EmailMessage:
    made = plain("Se bilagan")
    if subtype == "plain":
        made.add_attachment(armour(), filename="svar.txt")
    else:
        made.add_attachment(armour().encode(), maintype="application", subtype=subtype, filename="svar.txt")
    return made


def in_utf16() -> EmailMessage:
    made = plain("Se bilagan")
    made.add_attachment(armour().encode("utf-16"), maintype="text", subtype="plain", filename="svar.txt")
    return made


def forwarded() -> bytes:
    around = MIMEMultipart()
    around.attach(MIMEMessage(both()))
    return around.as_bytes()


MAILS: dict[str, Callable[[], EmailMessage | bytes]] = {
    "plain": lambda: plain(armour()),
    "quoted-printable": lambda: plain(armour() + "åäö", "quoted-printable"),
    "quoted-printable with one long line": lambda: plain(armour(width=5000), "quoted-printable"),
    "base64": lambda: plain(armour() + "åäö", "base64"),
    "answered": lambda: plain("Tack!\n\nDen 3 nov skrev Maria:\n" + quoted(armour())),
    "only HTML": lambda: page(armour()),
    "HTML with breaks": lambda: page(armour(end="<br>\n")),
    "HTML that is quoted": lambda: page(armour().replace("\n", "</p><blockquote><p>&gt;&nbsp;")),
    "both": both,
    "an attachment": attached,
    "an attachment of octets": lambda: attached("octet-stream"),
    "an attachment in UTF-16": in_utf16,
    "forwarded as a mail": forwarded,
    "with a byte that is none in its encoding": lambda: plain(armour()).as_bytes() + b"\xff\xfe\xe5",
    "with a wrong Content-Type": lambda: plain(armour()).as_bytes().replace(b"text/plain", b"text/\xff;;=\"x"),
    "from HTML, quoted-printable": lambda: (
        b"Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n"
        + quopri.encodestring(f"<p>{armour(end='<br />')}</p>".encode())
    ),
}  # fmt: skip


@pytest.mark.parametrize("made", MAILS.values(), ids=MAILS.keys())
def test_a_message_is_found_in_a_mail_whatever_the_mail_is_made_of(made: Callable[[], EmailMessage | bytes]) -> None:
    mail = made()
    content = mail if isinstance(mail, bytes) else mail.as_bytes()
    assert armoured_in_mail(content) == (MESSAGE,)
    assert armoured_in_mail(content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")) == (MESSAGE,)


@pytest.mark.parametrize(
    "hostile",
    [
        b"Content-Type: multipart/mixed; boundary=x\n\n" + b"--x\nContent-Type: multipart/mixed; boundary=x\n\n" * 3000,
        b"Content-Type: text/html\n\n" + b"<" * 3_000_000,
        b"Content-Type: text/html\n\n" + b"<style>" * 400_000,
        b"\n" + b"-" * 3_000_000,
        b"\n" + b"-----BEGIN PLUTTRA-----\n" * 100_000 + b"-----END PLUTTRA-----\n",
        b"\n" + b"> " * 1_500_000,
        b"Content-Type: " + b"a;" * 200_000 + b"\n\nx",
        b"Subject: " + b"=?utf-8?q?" * 100_000 + b"\n\nx",
        b"Content-Transfer-Encoding: base64\n\n" + b"A" * 3_000_001,
        bytes(range(256)) * 1000,
    ],
    ids=range(10),
)
def test_a_mail_made_to_be_slow_or_to_break_the_parser_holds_nothing(hostile: bytes) -> None:
    """Work that grows as the square of a mail's length would not end while anybody waits."""
    assert armoured_in_mail(hostile) == ()


def test_files_that_were_saved_are_mails_texts_or_messages(tmp_path: Path) -> None:
    paths = [tmp_path / name for name in ("svar.eml", "svar.txt", "svar", "tom")]
    paths[0].write_bytes(both().as_bytes())
    paths[1].write_text(quoted(armour()) + armour(OTHER), encoding="utf-8", newline="")
    paths[2].write_bytes(OTHER)
    paths[3].write_bytes(b"")
    drop = FilesDrop(paths)
    listed = dict(drop.list())
    assert listed == {"0-0": 1280, "1-0": 1280, "1-1": 1280, "2-0": 1280}
    assert [drop.get(key, 5000) for key in listed] == [MESSAGE, MESSAGE, OTHER, OTHER]
    assert drop.get("1-1", 7) == OTHER[:8]
    assert [drop.get(key, 9) for key in ("3-0", "4-0", "1-2", "x", "../a")] == [None] * 5
    drop.delete(listed)
    assert all(path.exists() for path in paths)


def test_a_file_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="kan inte läsas"):
        list(FilesDrop([tmp_path / "none"]).list())
