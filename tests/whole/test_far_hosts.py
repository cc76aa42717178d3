"""A whole preschool published to real servers: SFTP and S3."""

from __future__ import annotations

import getpass
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pluttra_publish.errors import FormatError, HostError
from pluttra_publish.hosts import Lock, open_host, read_inventory
from pluttra_publish.hosts.s3 import S3Host
from pluttra_publish.hosts.sftp import SftpHost
from pluttra_publish.proof import who_can_see
from tests.hosts.conftest import new_bucket, rgw, sshd
from tests.servers.ceph import Ceph
from tests.servers.openssh import OpenSsh
from tests.whole.preschool import Preschool, clock, titles

__all__ = ["new_bucket", "rgw", "sshd"]


@pytest.fixture(params=["sftp", "s3"])
def school(request: pytest.FixtureRequest, tmp_path: Path) -> Preschool:
    made = Preschool(tmp_path / "backen")
    if request.param == "sftp":
        server: OpenSsh = request.getfixturevalue("sshd")
        made.settings_text += (
            f'[host]\nkind = "sftp"\naddress = "127.0.0.1"\nport = {server.port}\naccount = "{getpass.getuser()}"\n'
            f'path = "{tmp_path}/site"\nkey = "{server.key}"\nhost_key = "{server.fingerprint}"\n'
        )
    else:
        gateway: Ceph = request.getfixturevalue("rgw")
        bucket: Callable[[], str] = request.getfixturevalue("new_bucket")
        made.settings_text += f'[host]\nkind = "s3"\nendpoint = "{gateway.https}"\nbucket = "{bucket()}"\n'
    return made.write_posts()


@pytest.fixture
def fetch(school: Preschool) -> Iterator[Callable[[str], bytes | None]]:
    with open_host(school.write().settings.host, school.state) as host:
        yield host.get


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was asked of the host, in words."""
    asked: list[str] = []
    for kind in (SftpHost, S3Host):
        for verb in ("put", "get", "list", "delete"):
            real = getattr(kind, verb)

            def ask(
                host: object, thing: object = "", *, real: Callable[..., object] = real, verb: str = verb
            ) -> object:
                asked.append(f"{verb} {getattr(thing, 'path', thing)}")
                return real(host, thing)

            monkeypatch.setattr(kind, verb, ask)
    return asked


Fetch = Callable[[str], "bytes | None"]


def test_what_is_published_is_read_and_what_is_taken_away_is_not(school: Preschool, fetch: Fetch) -> None:
    published = school.publish()
    assert "://" in published.public
    assert "Lyktvandring" in titles(school.open("mei", fetch=fetch))
    shutil.rmtree(school.root / "inlagg" / "Blåklockan")
    school.row("relationer", "alva", "johan")[3] = "2026-10-01"
    school.later(hours=1).publish()
    assert "Lyktvandring" not in titles(school.open_again("mei", fetch=fetch))
    with pytest.raises(FormatError, match="access-ended"):
        school.open_again("johan", fetch=fetch)


def test_a_publish_with_nothing_new_asks_for_the_root_and_the_lock_and_no_more(
    school: Preschool, said: list[str]
) -> None:
    school.publish()
    said.clear()
    school.later(hours=1).publish()
    assert not [one for one in said if one.startswith("list")]
    assert {one for one in said if one.startswith("get")} == {"get root", "get lock"}
    objects = [one for one in said if one.startswith(("put o/", "put r/", "put k/", "put index"))]
    assert not [one for one in objects if not one.startswith("put o/")]
    assert len(objects) <= len(school.keys().audiences)  # catalogues, for a new root's sequence at most


def test_a_new_post_is_put_without_a_list(school: Preschool, said: list[str], fetch: Fetch) -> None:
    school.publish()
    said.clear()
    school.post("Solrosen/2026-11-20 Nytt", "Nytt.\n")
    school.later(hours=1).publish()
    assert not [one for one in said if one.startswith("list")]
    assert "Nytt" in titles(school.open("maria", fetch=fetch))


def test_a_host_that_was_changed_by_others_is_listed_anew(school: Preschool, said: list[str]) -> None:
    school.publish()
    (school.state / "on-host.sqlite").unlink()
    said.clear()
    school.later(hours=1).publish()
    assert [one for one in said if one.startswith("list")]


def test_once_a_day_the_host_is_listed_and_what_is_lacking_is_put(
    school: Preschool, fetch: Fetch, said: list[str]
) -> None:
    school.publish()
    with open_host(school.settings.host, school.state) as host:
        lost = next(path for path, _ in host.list() if path.startswith("r/"))
        host.delete(lost)
    school.later(hours=1).publish()
    assert fetch(lost) is None
    school.later(days=1).publish()
    assert fetch(lost) is not None


def test_an_invitation_that_has_ended_leaves_the_host_at_the_next_publish(school: Preschool, fetch: Fetch) -> None:
    school.publish()
    before = set(keyrings(school))
    school.open("maria", fetch=fetch)  # which invites
    assert len(set(keyrings(school)) - before) == 1
    school.later(days=15).publish()
    assert set(keyrings(school)) == before


def keyrings(school: Preschool) -> list[str]:
    with open_host(school.settings.host, school.state) as host:
        return [path for path, _ in host.list("k/")]


def test_what_lies_there_is_what_the_inventory_says(school: Preschool) -> None:
    school.publish()
    school.post("Solrosen/2026-11-20 Nytt", "Nytt.\n")
    school.later(hours=1).publish()
    school.invite("maria")
    known = read_inventory(school.state / "on-host.sqlite")
    assert known is not None
    with open_host(school.settings.host, school.state) as host:
        assert {path: lying.length for path, lying in known.files.items()} == dict(host.list())


def test_while_another_computer_publishes_nothing_is_put(school: Preschool, said: list[str]) -> None:
    school.publish()
    with open_host(school.settings.host, school.state) as host:
        other = Lock(host, "b" * 32, time.time)
        other.take()
        said.clear()
        with pytest.raises(HostError, match="En annan dator"):
            school.later(hours=1).publish()
        assert not [one for one in said if one.startswith(("put", "delete"))]
        other.release()
    school.publish()


def test_a_publish_cut_off_at_the_root_leaves_the_old_site_and_the_next_mends_it(
    school: Preschool, fetch: Fetch, monkeypatch: pytest.MonkeyPatch
) -> None:
    school.publish()
    seen = titles(school.open("maria", fetch=fetch))
    school.post("Solrosen/2026-11-20 Nytt", "Nytt.\n")
    with monkeypatch.context() as patch:
        for kind in (SftpHost, S3Host):
            real = kind.put

            def put(host: object, thing: object, *, real: Callable[..., None] = real) -> None:
                if thing.path == "root":  # type: ignore[attr-defined]
                    raise HostError("the line was cut")
                real(host, thing)

            patch.setattr(kind, "put", put)
        with pytest.raises(HostError, match="cut"):
            school.later(hours=1).publish()
    assert titles(school.open_again("maria", fetch=fetch)) == seen
    school.publish()
    assert "Nytt" in titles(school.open_again("maria", fetch=fetch))


def test_who_can_see_is_proven_on_the_host_itself(school: Preschool) -> None:
    school.publish()
    with clock(school.now):
        answer = who_can_see(
            school.settings, school.root / "inlagg" / "Blåklockan" / "2026-11-05 Lyktvandring", identity=school.identity
        )
    assert {"Mei Chen"} <= {seen.who.name for seen in answer.readers}
