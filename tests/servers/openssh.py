"""OpenSSH's SFTP server with throwaway keys and a configuration of its own."""

from __future__ import annotations

import contextlib
import getpass
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pluttra_publish.settings.host import SftpSettings
from tests.servers import free_port, listens, needed, wait_until


@dataclass(frozen=True)
class OpenSsh:
    """A server that runs, and the key that opens it."""

    port: int
    key: Path
    fingerprint: str
    known_hosts: Path
    folder: Path

    def settings(self, path: Path, **changes: object) -> SftpSettings:
        """Return settings for a site in the folder `path`, with the server's key pinned."""
        said: dict[str, object] = {
            "address": "127.0.0.1",
            "account": getpass.getuser(),
            "path": str(path),
            "port": self.port,
            "key": self.key,
            "host_key": self.fingerprint,
        }
        return SftpSettings(**(said | changes))  # type: ignore[arg-type]


def make_key(path: Path, *, password: str = "") -> str:
    """Make a key at `path` and its .pub, and return its fingerprint."""
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", password, "-C", "test", "-f", str(path)], check=True, timeout=30
    )
    said = subprocess.run(
        ["ssh-keygen", "-lf", f"{path}.pub"], check=True, capture_output=True, text=True, timeout=30
    ).stdout
    return said.split()[1]


@contextlib.contextmanager
def openssh(folder: Path, *extra: str) -> Iterator[OpenSsh]:
    """Run an OpenSSH server whose files lie in `folder`; `extra` are lines of its configuration."""
    program, port = needed("sshd", "openssh-server"), free_port()
    folder.mkdir(parents=True, exist_ok=True)
    fingerprint = make_key(folder / "host")
    make_key(folder / "account")
    (folder / "authorized").write_bytes((folder / "account.pub").read_bytes())
    public = " ".join((folder / "host.pub").read_text(encoding="ascii").split()[:2])
    (folder / "known").write_text(f"[127.0.0.1]:{port} {public}\n", encoding="ascii")
    lines = [
        "ListenAddress 127.0.0.1",
        f"Port {port}",
        f"HostKey {folder}/host",
        f"AuthorizedKeysFile {folder}/authorized",
        f"PidFile {folder}/pid",
        "AuthenticationMethods publickey",
        "PasswordAuthentication no",
        "PermitRootLogin prohibit-password",
        "StrictModes no",
        "UsePAM no",
        "MaxSessions 20",
        *(extra or ("Subsystem sftp internal-sftp",)),
    ]
    (folder / "conf").write_text("\n".join(lines) + "\n", encoding="utf-8")
    if os.getuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([program, "-D", "-e", "-f", str(folder / "conf")], stderr=log)
    try:
        wait_until(lambda: server.poll() is not None or listens(port), "sshd")
        assert server.poll() is None, (folder / "log").read_text(encoding="utf-8")
        yield OpenSsh(port, folder / "account", fingerprint, folder / "known", folder)
    finally:
        server.terminate()
        server.wait(10)
