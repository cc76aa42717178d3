"""The form that a browser puts a message into a bucket with, in a real Ceph: what it lets through, and all that it doesn't."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pluttra_publish.format.messages import FILE_LENGTHS, FormWay
from pluttra_publish.hosts import drop_rules as rules
from pluttra_publish.hosts.s3_drop import S3Drop
from pluttra_publish.hosts.s3_form import form
from pluttra_publish.hosts.s3_key import BucketKey
from pluttra_publish.settings.host import S3Settings
from tests.servers.browser_form import ask as ask_as_anybody
from tests.servers.browser_form import post_form
from tests.servers.ceph import Ceph
from tests.servers.s3_owner import ask, trusting

NewBucket = Callable[[], str]
NAME = "ab" * 16
SITE = "https://dagar.example.se"
TODAY = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


@pytest.fixture
def bucket(rgw: Ceph, new_bucket: NewBucket) -> S3Settings:
    made = rgw.settings(new_bucket())
    status, answer = ask(rgw, "PUT", f"/{made.bucket}", "cors", as_xml(rules.s3_cors(SITE)))
    assert status == 200, answer
    return made


def as_xml(cors: str) -> bytes:
    """Return a CORS configuration as S3 itself takes it; the provider's tools take JSON."""
    (rule,) = json.loads(cors)["CORSRules"]
    names = {"AllowedOrigins": "AllowedOrigin", "AllowedMethods": "AllowedMethod", "AllowedHeaders": "AllowedHeader"}
    told = "".join(f"<{names[key]}>{value}</{names[key]}>" for key in names for value in rule[key])
    return f"<CORSConfiguration><CORSRule>{told}</CORSRule></CORSConfiguration>".encode()


def key_of(rgw: Ceph) -> BucketKey:
    return BucketKey(rgw.identity, rgw.secret)


def posted(rgw: Ceph, way: FormWay, content: bytes, name: str = NAME, **changed: str) -> int:
    fields = [(field, changed.get(field.replace("-", "_"), value)) for field, value in way.fields]
    key = changed.get("key", way.prefix + name)
    return post_form(way.url, [*fields, ("key", key)], content, trusting=trusting(rgw))[0]


def lying(rgw: Ceph, bucket: S3Settings) -> bytes:
    return ask(rgw, "GET", f"/{bucket.bucket}")[1]


def test_a_browser_puts_messages_of_every_length_there_and_the_preschool_fetches_them(
    rgw: Ceph, bucket: S3Settings, tmp_path: Path
) -> None:
    way = form(bucket, key_of(rgw), TODAY)
    contents = {f"{length:032x}": os.urandom(length) for length in FILE_LENGTHS}
    for name, content in contents.items():
        status, headers, _ = post_form(
            way.url, [*way.fields, ("key", way.prefix + name)], content, trusting=trusting(rgw), origin=SITE
        )
        assert (status, headers["access-control-allow-origin"]) == (201, SITE)
    drop = S3Drop(bucket, tmp_path)
    assert dict(drop.list()) == {name: len(content) for name, content in contents.items()}
    assert {name: drop.get(name, FILE_LENGTHS[-1]) for name in contents} == contents


REFUSED: dict[str, dict[str, str]] = {
    "another folder": {"key": f"k/{NAME}"},
    "the top": {"key": NAME},
    "the site's root": {"key": "root"},
    "another type": {"Content_Type": "text/html"},
    "another answer": {"success_action_status": "200"},
    "another policy": {"policy": "eyJleHBpcmF0aW9uIjoiMjAzMC0wMS0wMVQwMDowMDowMFoiLCJjb25kaXRpb25zIjpbXX0="},
    "another signature": {"x_amz_signature": "0" * 64},
    "another account": {"x_amz_credential": "somebody/20260101/us-east-1/s3/aws4_request"},
}


def test_whoever_changes_the_form_is_refused(rgw: Ceph, bucket: S3Settings) -> None:
    way = form(bucket, key_of(rgw), TODAY)
    told = {what: posted(rgw, way, b"x" * FILE_LENGTHS[0], **changed) for what, changed in REFUSED.items()}
    assert set(told.values()) <= {400, 403}, told
    assert b"<Key>" not in lying(rgw, bucket)


def test_what_is_too_short_or_too_long_is_refused(rgw: Ceph, bucket: S3Settings) -> None:
    way = form(bucket, key_of(rgw), TODAY)
    lengths = (0, 1, FILE_LENGTHS[0] - 1, FILE_LENGTHS[-1] + 1)
    told = {length: posted(rgw, way, b"x" * length) for length in lengths}
    assert set(told.values()) <= {400, 403, 413}, told
    assert b"<Key>" not in lying(rgw, bucket)


def test_a_form_that_has_ended_is_refused(rgw: Ceph, bucket: S3Settings) -> None:
    way = form(bucket, key_of(rgw), TODAY - timedelta(days=14))
    assert way.ends == int(TODAY.timestamp())
    assert posted(rgw, way, b"x" * FILE_LENGTHS[0]) in {400, 403}


def test_a_form_is_for_one_bucket(rgw: Ceph, bucket: S3Settings, new_bucket: NewBucket) -> None:
    other = replace(bucket, bucket=new_bucket())
    way = replace(form(bucket, key_of(rgw), TODAY), url=other.url)
    assert posted(rgw, way, b"x" * FILE_LENGTHS[0]) in {400, 403}
    assert b"<Key>" not in lying(rgw, other)


def test_the_same_day_gives_the_same_form_and_it_holds_no_secret(rgw: Ceph, bucket: S3Settings) -> None:
    way = form(bucket, key_of(rgw), TODAY)
    assert way == form(bucket, key_of(rgw), TODAY)
    assert rgw.secret not in json.dumps(way.to_value())
    assert FormWay(**{**way.__dict__}) == way
    tokened = form(bucket, replace(key_of(rgw), token="until noon"), TODAY)
    assert ("x-amz-security-token", "until noon") in tokened.fields


def test_a_bucket_that_is_asked_for_by_its_name_has_an_address_of_its_own() -> None:
    way = form(S3Settings("https://s3.example.se", "brev", path_style=False), BucketKey("a", "b"), TODAY)
    assert way.url == "https://brev.s3.example.se/"


def test_nobody_else_may_list_fetch_or_put(rgw: Ceph, bucket: S3Settings) -> None:
    assert posted(rgw, form(bucket, key_of(rgw), TODAY), b"x" * FILE_LENGTHS[0]) == 201
    for method, path in (("GET", ""), ("GET", f"m/{NAME}"), ("PUT", f"m/{NAME}"), ("DELETE", f"m/{NAME}")):
        status, _, _ = ask_as_anybody(bucket.url + path, method, None, {"Origin": SITE}, trusting=trusting(rgw))
        assert status == 403


def test_pages_of_the_site_alone_may_ask(rgw: Ceph, bucket: S3Settings) -> None:
    asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    answers = [
        ask_as_anybody(bucket.url, "OPTIONS", None, {"Origin": origin, **asked}, trusting=trusting(rgw))
        for origin in (SITE, "https://evil.example")
    ]
    assert answers[0][0] == 200
    assert answers[0][1]["access-control-allow-origin"] == SITE
    assert "access-control-allow-origin" not in answers[1][1]


def test_a_key_that_may_only_put_signs_a_form_that_works_and_does_nothing_else(
    rgw: Ceph, bucket: S3Settings, tmp_path: Path
) -> None:
    writer = rgw.another_account("brev-form")
    way = form(bucket, BucketKey(writer.identity, writer.secret), TODAY)
    assert posted(rgw, way, b"x" * FILE_LENGTHS[0]) == 403
    policy = rules.s3_policy(bucket.bucket, writer="arn:aws:iam:::user/brev-form")
    assert ask(rgw, "PUT", f"/{bucket.bucket}", "policy", policy.encode(), "application/json")[0] < 300
    assert posted(rgw, way, b"x" * FILE_LENGTHS[0]) == 201
    assert ask(writer, "GET", f"/{bucket.bucket}")[0] == 403
    assert ask(writer, "GET", f"/{bucket.bucket}/m/{NAME}")[0] == 403
    assert ask(writer, "DELETE", f"/{bucket.bucket}/m/{NAME}")[0] == 403
    assert ask(writer, "PUT", f"/{bucket.bucket}/index.html", body=b"x")[0] == 403
    drop = S3Drop(bucket, tmp_path)
    assert [key for key, _ in drop.list()] == [NAME]
    assert drop.get(NAME, 9999) == b"x" * FILE_LENGTHS[0]
    drop.delete([NAME])
    assert list(drop.list()) == []


def test_what_nobody_fetches_goes_by_itself(rgw: Ceph, bucket: S3Settings) -> None:
    (messages, parts) = json.loads(rules.s3_lifecycle())["Rules"]
    assert messages["Expiration"]["Days"] > 30  # a message that is older is refused
    assert parts["AbortIncompleteMultipartUpload"]
    assert messages["Filter"]["Prefix"] == form(bucket, key_of(rgw), TODAY).prefix
