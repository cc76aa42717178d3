"""What every place where messages wait must keep to: a folder, a real SFTP server, a real bucket."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from pluttra_publish.errors import HostError
from pluttra_publish.hosts.drops import FolderDrop, Waiting
from pluttra_publish.hosts.s3_drop import S3Drop
from pluttra_publish.hosts.s3_key import FETCHES, SIGNS, read_drop_key
from pluttra_publish.hosts.sftp_drop import SftpDrop
from tests.servers.ceph import Ceph
from tests.servers.openssh import OpenSsh
from tests.servers.s3_owner import ask

NewBucket = Callable[[], str]
ONE, TWO = "ab" * 16, "01" * 16


@dataclass(frozen=True)
class Place:
    """A drop, and how a stranger lays bytes there under any name."""

    drop: Waiting
    lay: Callable[[str, bytes], None]


@pytest.fixture(params=["folder", "sftp", "s3"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    made = getattr(_Made, request.param)(request, tmp_path)
    yield made
    made.drop.close()


class _Made:
    @staticmethod
    def folder(_request: pytest.FixtureRequest, tmp_path: Path) -> Place:
        return Place(FolderDrop(tmp_path / "box"), _in_folder(tmp_path / "box"))

    @staticmethod
    def sftp(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
        sshd: OpenSsh = request.getfixturevalue("sshd")
        return Place(SftpDrop(sshd.settings(tmp_path), f"{tmp_path}/box"), _in_folder(tmp_path / "box"))

    @staticmethod
    def s3(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
        rgw: Ceph = request.getfixturevalue("rgw")
        bucket = request.getfixturevalue("new_bucket")()

        def lay(name: str, content: bytes) -> None:
            assert ask(rgw, "PUT", f"/{bucket}/{name if '/' in name else f'm/{name}'}", body=content)[0] == 200

        return Place(S3Drop(rgw.settings(bucket), tmp_path), lay)


def _in_folder(folder: Path) -> Callable[[str, bytes], None]:
    def lay(name: str, content: bytes) -> None:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)

    return lay


def test_an_empty_place_has_nothing(place: Place) -> None:
    assert list(place.drop.list()) == []
    assert place.drop.get(ONE, 10) is None
    place.drop.delete([ONE, TWO])


def test_what_was_laid_there_is_listed_fetched_and_deleted(place: Place) -> None:
    contents = {ONE: b"1" * 1144, TWO: b"2" * 5000}
    for name, content in contents.items():
        place.lay(name, content)
    assert dict(place.drop.list()) == {ONE: 1144, TWO: 5000}
    assert {key: place.drop.get(key, 5000) for key in contents} == contents
    place.drop.delete([ONE])
    assert dict(place.drop.list()) == {TWO: 5000}
    assert place.drop.get(ONE, 5000) is None
    place.drop.delete(iter([ONE, TWO]))
    assert list(place.drop.list()) == []


def test_no_more_is_read_than_was_asked_for(place: Place) -> None:
    place.lay(ONE, bytes(range(200)))
    place.lay(TWO, b"")
    assert place.drop.get(ONE, 100) == bytes(range(101))
    assert place.drop.get(ONE, 0) == b"\0"
    assert place.drop.get(ONE, 200) == place.drop.get(ONE, 199) == bytes(range(200))
    assert place.drop.get(TWO, 100) == b""


@pytest.mark.parametrize("name", ["readme.txt", ONE.upper(), ONE + ".tmp", "." + ONE, ONE[:-1], ONE + "0"])
def test_other_names_are_not_ours(place: Place, name: str) -> None:
    place.lay(name, b"theirs")
    assert list(place.drop.list()) == []
    assert place.drop.get(name, 10) is None
    place.drop.delete([name])
    if isinstance(place.drop, FolderDrop):
        assert (place.drop.folder / name).exists()


@pytest.mark.parametrize(
    "key", ["../secret", "/etc/passwd", f"../m/{ONE}", f"x/../{ONE}", f"{ONE}\n", "", ".", f"{ONE}\0"]
)
def test_a_key_is_no_path(place: Place, tmp_path: Path, key: str) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    place.lay(ONE, b"1")
    assert place.drop.get(key, 10) is None
    place.drop.delete([key])
    assert dict(place.drop.list()) == {ONE: 1}
    assert (tmp_path / "secret").exists()


def test_many_are_listed_a_little_at_a_time(place: Place) -> None:
    count = 1203 if not isinstance(place.drop, S3Drop) else 30
    names = {f"{number:032x}" for number in range(count)}
    for name in names:
        place.lay(name, b"x")
    listed = place.drop.list()
    first = next(iter(listed))[0]
    assert {first, *(key for key, _ in listed)} == names
    next(iter(place.drop.list()))  # and the rest is let go
    place.drop.delete(names)
    assert list(place.drop.list()) == []


@pytest.mark.parametrize("kind", ["folder", "sftp"])
def test_links_folders_and_pipes_are_no_messages(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> None:
    place: Place = getattr(_Made, kind)(request, tmp_path)
    (tmp_path / "box").mkdir()
    (tmp_path / "secret").write_bytes(b"secret")
    (tmp_path / "box" / ONE).symlink_to(tmp_path / "secret")
    (tmp_path / "box" / TWO).mkdir()
    os.mkfifo(tmp_path / "box" / ("ef" * 16))
    (tmp_path / "box" / ("cd" * 16)).symlink_to(tmp_path / "nowhere")
    assert list(place.drop.list()) == []
    assert [place.drop.get(key, 10) for key in (ONE, TWO, "ef" * 16, "cd" * 16)] == [None] * 4
    place.drop.close()


def test_what_lies_below_another_name_in_the_bucket_is_not_ours(
    rgw: Ceph, new_bucket: NewBucket, tmp_path: Path
) -> None:
    bucket = new_bucket()
    for path in (ONE, f"m/sub/{ONE}", f"mm/{ONE}", f"n/{ONE}"):
        assert ask(rgw, "PUT", f"/{bucket}/{path}", body=b"x")[0] == 200
    assert list(S3Drop(rgw.settings(bucket), tmp_path).list()) == []


def test_a_folder_that_may_not_be_read_is_told_with_its_mend(tmp_path: Path) -> None:
    (tmp_path / "box").write_bytes(b"a file")
    with pytest.raises(HostError) as caught:
        list(FolderDrop(tmp_path / "box").list())
    assert "Se efter" in caught.value.hint


def test_a_server_that_is_not_there_may_come_back(sshd: OpenSsh, tmp_path: Path) -> None:
    drop = SftpDrop(sshd.settings(tmp_path, port=9), "box")
    with pytest.raises(HostError) as caught:
        list(drop.list())
    assert caught.value.transient
    drop.close()


def test_a_wrong_key_to_the_bucket_is_told(rgw: Ceph, new_bucket: NewBucket, tmp_path: Path) -> None:
    (tmp_path / "s3").write_text(
        f"[drop]\naws_access_key_id = {rgw.identity}\naws_secret_access_key = hemligt\n", encoding="ascii"
    )
    drop = S3Drop(rgw.settings(new_bucket()), tmp_path)
    for ask_for in (lambda: [*drop.list()], lambda: drop.get(ONE, 9), lambda: drop.delete([ONE])):
        with pytest.raises(HostError, match="nyckeln") as caught:
            ask_for()
        assert "hemligt" not in str(caught.value)
    with pytest.raises(HostError):
        list(S3Drop(replace(rgw.settings("none-such")), tmp_path).list())


def test_the_drop_box_has_keys_of_its_own_or_the_hosts(tmp_path: Path) -> None:
    nowhere = {"AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    account = nowhere | {"AWS_ACCESS_KEY_ID": "host", "AWS_SECRET_ACCESS_KEY": "1"}
    assert {read_drop_key(tmp_path, use, account).identity for use in (FETCHES, SIGNS)} == {"host"}
    written = "[drop]\naws_access_key_id = fetches\naws_secret_access_key = 2\n"
    (tmp_path / "s3").write_text(written, encoding="ascii")
    assert {read_drop_key(tmp_path, use, account).identity for use in (FETCHES, SIGNS)} == {"fetches"}
    more = written + "[drop-form]\naws_access_key_id = signs\naws_secret_access_key = 3\n"
    (tmp_path / "s3").write_text(more, encoding="ascii")
    assert [read_drop_key(tmp_path, use, account).identity for use in (FETCHES, SIGNS)] == ["fetches", "signs"]
    (tmp_path / "s3").unlink()
    (tmp_path / "home").write_text(more, encoding="ascii")
    home = {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "home")}
    assert read_drop_key(tmp_path, SIGNS, home).identity == "signs"
    with pytest.raises(HostError):
        read_drop_key(tmp_path, SIGNS, nowhere)
