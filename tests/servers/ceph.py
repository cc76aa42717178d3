"""A real Ceph with its S3 gateway, one for all the tests of a run: whoever needs it first starts it, whoever is last ends it."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pluttra_publish.settings.host import S3Settings
from tests.servers import free_port, needed

SCRIPT = Path(__file__).with_name("ceph-rgw.sh")


@dataclass(frozen=True)
class Ceph:
    """A gateway that runs: its two addresses, the key to it, and the certificate of the second address."""

    http: str
    https: str
    identity: str
    secret: str
    certificate: Path

    def another_account(self, name: str) -> Ceph:
        """Return the same gateway with the key of an account of that name, which owns nothing."""
        conf = self.certificate.parent / "ceph.conf"
        command = [needed("radosgw-admin", "radosgw"), "user", "create", f"--uid={name}", f"--display-name={name}"]
        said = subprocess.run(
            command, env={**os.environ, "CEPH_CONF": str(conf)}, capture_output=True, text=True, timeout=60, check=True
        ).stdout
        (key,) = json.loads(said)["keys"]
        return replace(self, identity=key["access_key"], secret=key["secret_key"])

    def settings(self, bucket: str, *, tls: bool = True) -> S3Settings:
        """Return settings for a bucket."""
        return S3Settings(self.https if tls else self.http, bucket)


@contextlib.contextmanager
def ceph(folder: Path) -> Iterator[Ceph]:
    """Give the Ceph in `folder`, started unless another worker of the run has done so."""
    for program, package in (("ceph-mon", "ceph-mon"), ("ceph-osd", "ceph-osd"), ("radosgw", "radosgw")):
        needed(program, package)
    folder.mkdir(parents=True, exist_ok=True)
    with _counting(folder, +1):
        said = _run("start", folder)
    values = dict(line.split("=", 1) for line in said.splitlines() if "=" in line)
    try:
        yield Ceph(
            values["S3_ENDPOINT"],
            values["S3_ENDPOINT_TLS"],
            values["S3_ACCESS_KEY"],
            values["S3_SECRET_KEY"],
            Path(values["S3_CA_BUNDLE"]),
        )
    finally:
        with _counting(folder, -1) as left:
            if left == 0:
                _run("stop", folder)


def _run(verb: str, folder: Path) -> str:
    ports = {name: str(free_port()) for name in ("RGW_PORT", "TLS_PORT", "MON_PORT")}
    ports["OSD_PORT"] = str(int(ports["MON_PORT"]) + 1 if int(ports["MON_PORT"]) < 60000 else 40100)
    environment = {**os.environ, "STORE": "memstore", **ports}
    done = subprocess.run(
        ["bash", str(SCRIPT), verb, str(folder)],
        capture_output=True,
        text=True,
        timeout=180,
        env=environment,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@contextlib.contextmanager
def _counting(folder: Path, change: int) -> Iterator[int]:
    """Hold the folder's lock, and give how many use it now."""
    with (folder / "using").open("a+", encoding="ascii") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        using = int(file.read() or "0") + change
        file.truncate(0)
        file.write(str(using))
        file.flush()
        yield using
