"""Whatever fails, and wherever the program is killed, a reader finds the old site or the new one whole: on every kind of host."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pluttra_publish.errors import HostError
from pluttra_publish.hosts import FolderHost, Host, mirror
from pluttra_publish.hosts.s3 import S3Host
from pluttra_publish.hosts.sftp import SftpHost
from tests.hosts.failing import FailingHost
from tests.hosts.sealed import sealed
from tests.hosts.toy_site import NEW, OLD, edition_of
from tests.servers.ceph import Ceph
from tests.servers.openssh import OpenSsh

NewHost = Callable[[], Host]
KINDS = ["folder", "sftp", "s3"]


@pytest.fixture
def new_host(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NewHost]:
    """Make an empty host of the kind that the test is for."""
    made: list[Host] = []

    def make() -> Host:
        place = tmp_path / f"host-{len(made)}"
        match request.param:
            case "folder":
                host: Host = FolderHost(place)
            case "sftp":
                sshd: OpenSsh = request.getfixturevalue("sshd")
                host = SftpHost(sshd.settings(place))
            case _:
                rgw: Ceph = request.getfixturevalue("rgw")
                host = S3Host(rgw.settings(request.getfixturevalue("new_bucket")(), tls=False), tmp_path)
        made.append(host)
        return host

    yield make
    for host in made:
        host.close()


on_every_host = pytest.mark.parametrize("new_host", KINDS, indirect=True)


@on_every_host
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_failing_at_any_operation_leaves_the_old_or_the_new_site_whole(new_host: NewHost, after: bool) -> None:
    rehearsal = new_host()
    mirror(rehearsal, OLD)
    witness = FailingHost(rehearsal)
    mirror(witness, NEW)
    for at in range(len(witness.said)):
        host = new_host()
        mirror(host, OLD)
        failing = FailingHost(host, at=at, after=after)
        with pytest.raises(HostError, match="cut"):
            mirror(failing, NEW)
        committed = ("put", "root") in failing.done
        assert edition_of(host) == ("new" if committed else "old"), failing.said[at]
        again = mirror(host, NEW)
        assert edition_of(host) == "new"
        assert {path for path, _ in host.list()} == {thing.path for thing in NEW}
        put_before = {path for verb, path in failing.done if verb == "put"} - {"root"}
        assert not put_before & set(again.put)  # what lies there whole is not put again


PROGRAM = """
import os, pathlib
from pluttra_publish.settings.host import S3Settings, SftpSettings
from pluttra_publish.hosts import FolderHost, mirror
from tests.hosts.failing import FailingHost, kill
from tests.hosts.toy_site import NEW

def host():
    said = os.environ["HOST"]
    if said.startswith("SftpSettings"):
        from pluttra_publish.hosts.sftp import SftpHost
        return SftpHost(eval(said.replace("PosixPath", "pathlib.PosixPath")))
    if said.startswith("S3Settings"):
        from pluttra_publish.hosts.s3 import S3Host
        return S3Host(eval(said), pathlib.Path("/nowhere"))
    return FolderHost(pathlib.Path(said))

mirror(FailingHost(host(), at=int(os.environ["AT"]), after=bool(os.environ["AFTER"]), fail=kill), NEW)
"""


@on_every_host
def test_killing_the_program_at_any_operation_leaves_the_old_or_the_new_site_whole(new_host: NewHost) -> None:
    rehearsal = new_host()
    mirror(rehearsal, OLD)
    witness = FailingHost(rehearsal)
    mirror(witness, NEW)
    every = range(len(witness.said)) if isinstance(rehearsal, FolderHost) else range(1, len(witness.said), 4)
    for at in every:
        host = new_host()
        mirror(host, OLD)
        said = str(host.root) if isinstance(host, FolderHost) else repr(host._settings)  # type: ignore[attr-defined]
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "HOST": said, "AT": str(at)}
        environment["AFTER"] = "yes" if at % 2 else ""
        ended = subprocess.run([sys.executable, "-c", PROGRAM], env=environment, timeout=60, check=False)
        assert ended.returncode == -9, at
        assert edition_of(host) in {"old", "new"}
        mirror(host, NEW)
        host.sweep()
        assert edition_of(host) == "new"
        assert {path for path, _ in host.list()} == {thing.path for thing in NEW}
        assert list(host.strangers()) == []


@on_every_host
def test_what_is_copied_on_the_host_is_not_sent_again(new_host: NewHost) -> None:
    """Shut out for cause: what the leaver could read gets new names. A host without a copy gets the bytes again."""
    host = new_host()
    content = os.urandom(5000)
    before, after = (sealed("media", name * 16, content) for name in ("ab", "cd"))
    mirror(host, [before, *OLD])
    seen = FailingHost(host)
    done = mirror(seen, [after, *OLD], twins={after.path: before.path})
    assert ("copy", after.path) in seen.done
    assert ("put", after.path) not in seen.done
    assert done.deleted == (before.path,)
    assert host.get(after.path) == content
    assert host.get(before.path) is None


@on_every_host
def test_a_twin_that_cannot_be_copied_is_put(new_host: NewHost, monkeypatch: pytest.MonkeyPatch) -> None:
    host = new_host()
    before, after = (sealed("media", name * 16, b"sealed bytes") for name in ("ab", "cd"))
    mirror(host, [before, *OLD])
    monkeypatch.setattr(type(host), "copy", lambda *_: False)
    assert mirror(host, [after, *OLD], twins={after.path: before.path}).deleted == (before.path,)
    assert host.get(after.path) == b"sealed bytes"
