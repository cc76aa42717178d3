from __future__ import annotations

import hashlib
import io
import os
import urllib.request
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import obstore
import pytest

from pluttra_publish.errors import HostError, LeakError
from pluttra_publish.hosts.s3 import S3Host
from pluttra_publish.hosts.s3_key import read_key
from pluttra_publish.settings.host import S3Settings
from tests.hosts.suite import CODE, HostSuite, media, shell
from tests.servers.ceph import Ceph
from tests.servers.s3_owner import ask, trusting

NewBucket = Callable[[], str]


@pytest.fixture
def host(rgw: Ceph, new_bucket: NewBucket, tmp_path: Path) -> S3Host:
    return S3Host(rgw.settings(new_bucket()), tmp_path)


class TestS3HostOverHttps(HostSuite):
    @pytest.fixture
    def host(self, rgw: Ceph, new_bucket: NewBucket, tmp_path: Path) -> S3Host:
        return S3Host(rgw.settings(new_bucket()), tmp_path)


class TestS3HostOverHttp(HostSuite):
    @pytest.fixture
    def host(self, rgw: Ceph, new_bucket: NewBucket, tmp_path: Path) -> S3Host:
        return S3Host(rgw.settings(new_bucket(), tls=False), tmp_path)


@pytest.mark.parametrize(
    ("path_style", "address"),
    [(True, "https://s3.example.se/backen/root"), (False, "https://backen.s3.example.se/root")],
)
def test_a_bucket_is_asked_for_by_its_path_or_by_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path_style: bool, address: str
) -> None:
    credentials(tmp_path / "s3", "default", "somebody")
    monkeypatch.setenv("AWS_ENDPOINT_URL", "https://somewhere.else")  # what the settings say counts
    host = S3Host(S3Settings("https://s3.example.se", "backen", path_style=path_style), tmp_path)
    signed = obstore.sign(host._store, "GET", "root", timedelta(minutes=1))
    assert signed.partition("?")[0] == address


def headers_of(rgw: Ceph, bucket: str, path: str) -> dict[str, str]:
    policy = (
        b'{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::%s/*"}]}'
    )
    status, answer = ask(rgw, "PUT", f"/{bucket}", "policy", policy % bucket.encode(), "application/json")
    assert status < 300, answer
    with urllib.request.urlopen(f"{rgw.https}/{bucket}/{path}", context=trusting(rgw)) as answer_:
        return {name.lower(): value for name, value in answer_.headers.items()}


@pytest.mark.parametrize("length", [100, 9 << 20])
def test_an_object_is_served_with_its_type_and_caching_and_no_encoding(
    rgw: Ceph, new_bucket: NewBucket, tmp_path: Path, length: int
) -> None:
    bucket = new_bucket()
    host = S3Host(rgw.settings(bucket), tmp_path)
    thing = media(os.urandom(length))
    host.put(thing)
    host.put(shell(CODE, b"export const a = 1;"))
    served = headers_of(rgw, bucket, thing.path)
    assert served["content-type"] == "application/octet-stream"
    assert served["cache-control"] == "public, max-age=31536000, immutable"
    assert "content-encoding" not in served  # a check sum in a trailer leaves aws-chunked here
    assert headers_of(rgw, bucket, CODE)["content-type"] == "text/javascript; charset=utf-8"


def test_a_copy_keeps_type_and_caching(rgw: Ceph, new_bucket: NewBucket, tmp_path: Path) -> None:
    bucket = new_bucket()
    host = S3Host(rgw.settings(bucket), tmp_path)
    thing = media(b"sealed bytes")
    host.put(thing)
    target = "o/cd/" + "cd" * 16
    assert host.copy(thing.path, target)
    before, after = (headers_of(rgw, bucket, path) for path in (thing.path, target))
    assert after["cache-control"] == before["cache-control"]
    assert after["content-type"] == before["content-type"]


@pytest.mark.parametrize("length", [10, 8 << 20, (8 << 20) + 1, (17 << 20) + 3])
def test_what_the_host_stored_is_compared_by_the_digest_it_answers(host: S3Host, length: int) -> None:
    """Whatever number of parts it came in; were the digest unknown, the ends would be asked for, which this forbids."""
    host._lies_there = lambda *_: False  # type: ignore[method-assign]
    content = os.urandom(length)
    thing = media(content)
    host.put(thing)
    assert hashlib.sha256(host.get(thing.path) or b"").digest() == hashlib.sha256(content).digest()


@pytest.mark.parametrize("length", [10, 200_000, (8 << 20) + 1])
def test_a_host_whose_digest_says_nothing_is_asked_for_length_and_ends(
    host: S3Host, length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = S3Host._send
    monkeypatch.setattr(S3Host, "_send", lambda *given, **said: send(*given, **said) and "a-kms-tag")
    content = os.urandom(length)
    thing = media(content)
    host.put(thing)
    assert host.get(thing.path) == content


@pytest.mark.parametrize("length", [10, 200_000, (8 << 20) + 1])
def test_other_bytes_on_the_host_than_those_put_are_found_and_removed(
    host: S3Host, length: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = S3Host._send

    def bend(self: S3Host, thing: object, content: bytes | Iterator[bytes], *, multipart: bool) -> str:
        whole = content if isinstance(content, bytes) else b"".join(content)
        return send(self, thing, b"?" + whole[1:], multipart=False)  # type: ignore[arg-type]

    monkeypatch.setattr(S3Host, "_send", bend)
    thing = media(os.urandom(length))
    with pytest.raises(HostError, match="inte fram hel") as caught:
        host.put(thing)
    assert caught.value.transient
    assert host.get(thing.path) is None


def test_a_put_that_breaks_leaves_no_parts_behind(rgw: Ceph, new_bucket: NewBucket, tmp_path: Path) -> None:
    bucket = new_bucket()
    content = os.urandom(20 << 20)
    thing = media(content)
    object.__setattr__(thing, "_source", lambda: io.BytesIO(content[:-1]))
    with pytest.raises(LeakError):
        S3Host(rgw.settings(bucket), tmp_path).put(thing)
    status, answer = ask(rgw, "GET", f"/{bucket}", "uploads")
    assert status == 200
    assert b"<Upload>" not in answer


def test_a_wrong_key_is_told_at_once(host: S3Host, rgw: Ceph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "hemligt" * 6)
    stranger = S3Host(rgw.settings(host._where), tmp_path)
    for ask_for in (lambda: stranger.get("root"), lambda: list(stranger.list()), lambda: stranger.delete("root")):
        with pytest.raises(HostError) as caught:
            ask_for()
        assert "nyckeln" in str(caught.value)
        assert "hemligt" not in f"{caught.value}{caught.value.hint}"
        assert not caught.value.transient


def test_a_bucket_that_is_not_there_is_told(rgw: Ceph, new_bucket: NewBucket, tmp_path: Path) -> None:
    new_bucket()
    with pytest.raises(HostError) as caught:
        S3Host(rgw.settings("no-such-bucket"), tmp_path).put(shell(CODE, b"1"))
    assert "no-such-bucket" in f"{caught.value}{caught.value.hint}"


def test_a_server_that_is_somebody_else_is_refused(
    rgw: Ceph, new_bucket: NewBucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket = new_bucket()
    monkeypatch.delenv("AWS_CA_BUNDLE")  # nobody vouches for its certificate
    monkeypatch.setattr("pluttra_publish.hosts.s3_store.RETRIES", {"max_retries": 0})
    with pytest.raises(HostError):
        S3Host(rgw.settings(bucket), tmp_path).get("root")


def test_more_objects_than_a_page_of_the_list_are_all_listed(host: S3Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pluttra_publish.hosts.s3._LISTED", 3)
    paths = {f"r/many/part-{n}.js" for n in range(10)}
    for path in paths:
        host.put(shell(path, b"1"))
    assert {path for path, _ in host.list()} == paths


def credentials(path: Path, profile: str, identity: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"[{profile}]\naws_access_key_id = {identity}\naws_secret_access_key = s%cret\n", encoding="utf-8")


def test_a_key_is_looked_for_in_the_state_folder_then_the_environment_then_the_accounts_file(tmp_path: Path) -> None:
    environment = {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "aws" / "credentials")}
    with pytest.raises(HostError) as caught:
        read_key(tmp_path, environment)
    assert str(tmp_path / "s3") in caught.value.hint
    credentials(tmp_path / "aws" / "credentials", "default", "from the account")
    assert read_key(tmp_path, environment).identity == "from the account"
    environment |= {"AWS_ACCESS_KEY_ID": "from the environment", "AWS_SECRET_ACCESS_KEY": "x"}
    assert read_key(tmp_path, environment).identity == "from the environment"
    credentials(tmp_path / "s3", "default", "from the state")
    key = read_key(tmp_path, environment)
    assert (key.identity, key.secret) == ("from the state", "s%cret")
    assert "s%cret" not in repr(key)


def test_a_profile_has_a_key_of_its_own(tmp_path: Path) -> None:
    credentials(tmp_path / "credentials", "backen", "of backen")
    environment = {"AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "credentials"), "AWS_PROFILE": "backen"}
    assert read_key(tmp_path, environment).identity == "of backen"


def test_a_key_file_that_cannot_be_read_is_told_without_what_is_in_it(tmp_path: Path) -> None:
    (tmp_path / "s3").write_text("aws_secret_access_key = hemligt\n", encoding="utf-8")
    with pytest.raises(HostError) as caught:
        read_key(tmp_path, {})
    assert "hemligt" not in f"{caught.value}{caught.value.hint}{caught.value.__cause__}"
