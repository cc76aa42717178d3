from __future__ import annotations

import concurrent.futures
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from pluttra_publish.errors import HostError
from pluttra_publish.hosts import Host
from pluttra_publish.hosts.patient import PatientHost
from pluttra_publish.hosts.sftp import SftpHost
from pluttra_publish.settings.host import SftpSettings
from tests.hosts.sealed import path_of, sealed
from tests.hosts.suite import CODE, HostSuite, media, shell
from tests.servers.openssh import OpenSsh, make_key, openssh


@pytest.fixture
def host(sshd: OpenSsh, tmp_path: Path) -> Iterator[SftpHost]:
    made = SftpHost(sshd.settings(tmp_path / "site"))
    yield made
    made.close()


class TestSftpHost(HostSuite):
    @pytest.fixture
    def host(self, sshd: OpenSsh, tmp_path: Path) -> Iterator[SftpHost]:
        made = SftpHost(sshd.settings(tmp_path / "site"))
        yield made
        made.close()


def refusal(settings: SftpSettings) -> HostError:
    host = SftpHost(settings)
    try:
        with pytest.raises(HostError) as caught:
            host.get("root")
    finally:
        host.close()
    assert not caught.value.transient
    return caught.value


def test_a_server_that_is_known_need_not_be_pinned(sshd: OpenSsh, tmp_path: Path) -> None:
    host = SftpHost(sshd.settings(tmp_path, host_key="", known_hosts=sshd.known_hosts))
    assert host.get("root") is None
    host.close()


def test_an_unknown_server_is_refused_and_its_key_is_told(sshd: OpenSsh, tmp_path: Path) -> None:
    told = refusal(sshd.settings(tmp_path, host_key="", known_hosts=tmp_path / "missing"))
    assert sshd.fingerprint in str(told)
    assert f'host_key = "{sshd.fingerprint}"' in told.hint


def test_a_server_with_another_key_than_the_known_one_is_refused(sshd: OpenSsh, tmp_path: Path) -> None:
    make_key(tmp_path / "other")
    other = " ".join((tmp_path / "other.pub").read_text(encoding="ascii").split()[:2])
    (tmp_path / "known").write_text(f"[127.0.0.1]:{sshd.port} {other}\n", encoding="ascii")
    assert sshd.fingerprint in str(refusal(sshd.settings(tmp_path, host_key="", known_hosts=tmp_path / "known")))


def test_a_server_with_another_key_than_the_pinned_one_is_refused(sshd: OpenSsh, tmp_path: Path) -> None:
    pinned = make_key(tmp_path / "other")
    told = refusal(sshd.settings(tmp_path, host_key=pinned, known_hosts=sshd.known_hosts))
    assert "en annan nyckel" in str(told)
    assert "emellan" in told.hint


def test_a_key_that_the_server_does_not_know_is_told_with_its_mend(sshd: OpenSsh, tmp_path: Path) -> None:
    make_key(tmp_path / "stranger")
    assert "authorized_keys" in refusal(sshd.settings(tmp_path, key=tmp_path / "stranger")).hint


def test_a_locked_key_is_told_with_its_mend(sshd: OpenSsh, tmp_path: Path) -> None:
    make_key(tmp_path / "locked", password="hemligt ord")
    told = refusal(sshd.settings(tmp_path, key=tmp_path / "locked"))
    assert "ssh-agent" in told.hint
    assert "hemligt" not in f"{told}{told.hint}"


def test_a_key_in_an_agent_opens(sshd: OpenSsh, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))  # no usual keys
    socket = tmp_path / "agent"
    agent = subprocess.Popen(["ssh-agent", "-D", "-a", str(socket)], stdout=subprocess.DEVNULL)
    try:
        monkeypatch.setenv("SSH_AUTH_SOCK", str(socket))
        while not socket.exists():
            assert agent.poll() is None
        until = time.monotonic() + 20
        while subprocess.run(["ssh-add", "-q", str(sshd.key)], check=False).returncode:  # it may not listen yet
            assert time.monotonic() < until
            time.sleep(0.1)
        host = SftpHost(sshd.settings(tmp_path, key=None))
        assert host.get("root") is None
        host.close()
    finally:
        agent.terminate()
        agent.wait(10)


def test_a_server_that_is_not_there_may_come_back(sshd: OpenSsh, tmp_path: Path) -> None:
    host = SftpHost(sshd.settings(tmp_path, port=9))
    with pytest.raises(HostError) as caught:
        host.get("root")
    assert caught.value.transient
    host.close()


def test_many_files_are_on_the_way_at_once(host: SftpHost) -> None:
    things = [shell(f"r/many/part-{n}.js", os.urandom(3000)) for n in range(80)]
    with concurrent.futures.ThreadPoolExecutor(host.parallel) as workers:
        [*workers.map(host.put, things)]
        assert [*workers.map(host.get, [thing.path for thing in things])] == [b"".join(t.blocks()) for t in things]
    assert sorted(host.list()) == sorted((thing.path, 3000) for thing in things)


def test_what_was_put_can_be_read_by_a_web_server(host: SftpHost, tmp_path: Path) -> None:
    host.put(shell(CODE, b"1"))
    assert (tmp_path / "site" / CODE).stat().st_mode & 0o777 == 0o644
    assert (tmp_path / "site" / "r").stat().st_mode & 0o755 == 0o755


def test_a_connection_that_broke_is_made_anew(host: SftpHost) -> None:
    patient = PatientHost(host, sleep=lambda _: None)
    patient.put(shell(CODE, b"1"))
    assert host._line is not None
    host._loop.call_soon_threadsafe(host._line.abort)
    patient.put(shell("index.html", b"2"))
    assert {path for path, _ in patient.list()} == {CODE, "index.html"}


def test_what_a_put_that_was_cut_off_left_is_swept_and_never_listed(host: SftpHost, tmp_path: Path) -> None:
    host.put(shell(CODE, b"1"))
    left = tmp_path / "site" / "r" / "0a1b2c" / ".0123456789abcdef.tmp"
    left.write_bytes(b"half")
    (tmp_path / "site" / ".htaccess").write_bytes(b"theirs")
    assert list(host.list()) == [(CODE, 1)]
    assert sorted(host.strangers()) == [".htaccess", "r/0a1b2c/.0123456789abcdef.tmp"]
    host.sweep()
    assert list(host.strangers()) == [".htaccess"]


@pytest.mark.parametrize("lacking", ["copy-data", "fsync@openssh.com"])
def test_a_server_that_lacks_an_extension_serves_all_the_same(tmp_path: Path, lacking: str) -> None:
    program = next(path for path in ("/usr/lib/openssh/sftp-server", "/usr/libexec/sftp-server") if Path(path).exists())
    refused = {"copy-data": "copy-data", "fsync@openssh.com": "fsync"}[lacking]
    with openssh(tmp_path / "sshd", f"Subsystem sftp {program} -P {refused}") as server:
        host = SftpHost(server.settings(tmp_path / "site"))
        thing = media(b"1" * 10)
        host.put(thing)
        assert host.get(thing.path) == b"1" * 10
        target = path_of("media", "cd" * 16)
        assert host.copy(thing.path, target) is (lacking != "copy-data")
        host.close()


def test_a_server_that_cannot_replace_in_one_step_is_refused_and_the_old_file_stays(tmp_path: Path) -> None:
    program = next(path for path in ("/usr/lib/openssh/sftp-server", "/usr/libexec/sftp-server") if Path(path).exists())
    with openssh(tmp_path / "sshd", f"Subsystem sftp {program} -P posix-rename") as server:
        host = SftpHost(server.settings(tmp_path / "site"))
        host.put(shell("index.html", b"old"))
        with pytest.raises(HostError, match=r"ett steg|sade nej|får inte"):
            host.put(shell("index.html", b"new"))
        assert host.get("index.html") == b"old"
        assert list(host.strangers()) == []
        host.close()


def test_a_full_disk_leaves_the_old_file_and_nothing_beside_it(host: SftpHost, tmp_path: Path) -> None:
    site = tmp_path / "site"
    site.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(site)], check=False).returncode
    if mounted:
        pytest.skip("only root may mount a small disk")
    try:
        host.put(shell("index.html", b"old"))
        with pytest.raises(HostError) as caught:
            host.put(media(os.urandom(2 << 20)))
        assert "plats" in f"{caught.value}{caught.value.hint}"
        assert host.get("index.html") == b"old"
        assert list(host.list()) == [("index.html", 3)]
        assert list(host.strangers()) == []
    finally:
        subprocess.run(["umount", "-l", str(site)], check=True)


def test_an_account_that_may_not_write_is_told(sshd: OpenSsh, tmp_path: Path) -> None:
    (tmp_path / "site").write_bytes(b"a file where the folder should be")
    host: Host = SftpHost(sshd.settings(tmp_path / "site"))
    with pytest.raises(HostError) as caught:
        host.put(shell("index.html", b"1"))
    assert not caught.value.transient
    host.close()


def test_a_film_of_many_megabytes_comes_whole(host: SftpHost) -> None:
    content = os.urandom(9_000_001)
    thing = media(content)
    host.put(thing)
    assert host.get(thing.path) == content
    assert sealed("media", "ab" * 16, content).sealed_length == len(content)
