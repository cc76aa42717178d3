"""Dovecot's IMAP server with one account, a throwaway certificate and a configuration of its own."""

from __future__ import annotations

import contextlib
import imaplib
import os
import pwd
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Literal

import pytest

from pluttra_publish.settings import ImapSettings
from tests.servers import free_port, listens, wait_until
from tests.servers.web import make_certificate

ACCOUNT, PASSWORD = "svar@backen.example", 'hemligt "lösen" ord'


@dataclass(frozen=True)
class Dovecot:
    """A server that runs, its ports with TLS from the start and with STARTTLS, and who vouches for it."""

    tls: int
    starttls: int
    certificate: Path

    def settings(self, security: Literal["tls", "starttls"] = "tls", account: str = ACCOUNT) -> ImapSettings:
        return ImapSettings("localhost", self.tls if security == "tls" else self.starttls, security, account)

    @contextlib.contextmanager
    def owner(self) -> Iterator[imaplib.IMAP4]:
        """Give a connection of the account's owner, as her mail program has one."""
        line = imaplib.IMAP4_SSL(
            "localhost", self.tls, ssl_context=ssl.create_default_context(cafile=str(self.certificate))
        )
        try:
            line.authenticate("PLAIN", lambda _: f"\0{ACCOUNT}\0{PASSWORD}".encode())
            line.select("INBOX")
            yield line
        finally:
            line.logout()

    def receive(self, mail: EmailMessage | bytes) -> None:
        """Lay a mail in the inbox, as one that has come."""
        with self.owner() as line:
            content = mail if isinstance(mail, bytes) else mail.as_bytes()
            assert line.append("INBOX", "", "", content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))[0] == "OK"

    def count(self, folder: str = "INBOX", asked: str = "ALL") -> int:
        """Return how many mails there are in a folder."""
        with self.owner() as line:
            if line.select(folder, readonly=True)[0] != "OK":
                return 0
            return len(line.uid("SEARCH", asked)[1][0].split())

    def clear(self) -> None:
        """Remove every mail, and every folder but the inbox."""
        with self.owner() as line:
            line.uid("STORE", "1:*", "+FLAGS", "(\\Deleted)")
            line.expunge()
            for name in ("Trash", "Papperskorgen"):
                line.delete(name)


@contextlib.contextmanager
def dovecot() -> Iterator[Dovecot]:
    """Run a server whose mail lies in a folder that goes away afterwards."""
    program = shutil.which("dovecot", path="/usr/sbin:/usr/bin:/usr/local/sbin")
    if program is None or not Path("/usr/lib/dovecot/imap").exists():
        pytest.skip("dovecot is missing (Debian: apt-get install dovecot-imapd)")
    account = pwd.getpwnam("nobody") if os.getuid() == 0 else pwd.getpwuid(os.getuid())  # it has no mail of root's
    folder = Path(tempfile.mkdtemp(prefix="dovecot-"))
    try:
        folder.chmod(0o755)
        certificate, key, ca = make_certificate(folder / "tls")
        (folder / "home").mkdir()
        os.chown(folder / "home", account.pw_uid, account.pw_gid)
        ports = free_port(), free_port()
        (folder / "passwords").write_text(f"{ACCOUNT}:{{PLAIN}}{PASSWORD}\n", encoding="utf-8")
        (folder / "conf").write_text(_configuration(folder, account, ports, certificate, key), encoding="utf-8")
        server = subprocess.Popen([program, "-F", "-c", str(folder / "conf")], stderr=subprocess.DEVNULL)
        try:
            wait_until(lambda: server.poll() is not None or all(listens(port) for port in ports), "dovecot")
            assert server.poll() is None, (folder / "log").read_text(encoding="utf-8")
            yield Dovecot(*ports, ca)
        finally:
            server.terminate()
            server.wait(20)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _configuration(
    folder: Path, account: pwd.struct_passwd, ports: tuple[int, int], certificate: Path, key: Path
) -> str:
    return f"""\
base_dir = {folder}/run
state_dir = {folder}/run
log_path = {folder}/log
protocols = imap
listen = 127.0.0.1
default_internal_user = {account.pw_name}
default_internal_group = {_first_name_of(account.pw_gid)}
default_login_user = {account.pw_name}
first_valid_uid = 1
ssl = required
ssl_cert = <{certificate}
ssl_key = <{key}
auth_mechanisms = plain
auth_failure_delay = 0
mail_location = maildir:~/mail
namespace inbox {{
  inbox = yes
  mailbox Trash {{
    special_use = \\Trash
  }}
}}
passdb {{
  driver = passwd-file
  args = {folder}/passwords
}}
userdb {{
  driver = static
  args = uid={account.pw_uid} gid={account.pw_gid} home={folder}/home
}}
service imap-login {{
  chroot =
  inet_listener imaps {{
    port = {ports[0]}
    ssl = yes
  }}
  inet_listener imap {{
    port = {ports[1]}
  }}
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
"""


def _first_name_of(number: int) -> str:
    import grp

    return grp.getgrgid(number).gr_name
