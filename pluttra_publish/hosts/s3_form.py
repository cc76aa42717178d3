"""The form that a browser puts one message into a bucket with, and nothing else. Knows S3's POST policies, signed as SigV4. Does not know what is sealed.

Who has the form can put, under names that begin with the prefix, bytes of such lengths and that type, until it ends. Nothing can be read, listed or
removed with it. What S3 itself cannot pin, that a name isn't written over, is kept by names that nobody can guess.
"""

from __future__ import annotations

import base64
import hmac
import json
from datetime import UTC, datetime, timedelta

from pluttra_publish.format.messages import FILE_LENGTHS, FormWay
from pluttra_publish.hosts.s3_key import BucketKey
from pluttra_publish.settings.host import S3Settings

PREFIX = "m/"
"""Where in the bucket messages lie."""

TYPE = "application/octet-stream"
CREATED = "201"
OWNER = "bucket-owner-full-control"
"""On Ceph what another account has put is otherwise closed to the one whose bucket it is."""


def form(
    bucket: S3Settings,
    key: BucketKey,
    since: datetime,
    *,
    life: timedelta = timedelta(days=14),
    lengths: tuple[int, ...] = FILE_LENGTHS,
) -> FormWay:
    """Return the form that can be used from `since` for `life`. The same arguments give the same form."""
    began = since.astimezone(UTC)
    ends = began + life
    day = f"{began:%Y%m%d}"
    scope = f"{day}/{bucket.region}/s3/aws4_request"
    fields = [
        ("acl", OWNER),
        ("Content-Type", TYPE),
        ("success_action_status", CREATED),
        ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
        ("x-amz-credential", f"{key.identity}/{scope}"),
        ("x-amz-date", f"{began:%Y%m%dT%H%M%SZ}"),
        *([("x-amz-security-token", key.token)] if key.token else []),
    ]
    policy = {
        "expiration": f"{ends:%Y-%m-%dT%H:%M:%S.000Z}",
        "conditions": [
            {"bucket": bucket.bucket},
            ["starts-with", "$key", PREFIX],
            ["content-length-range", min(lengths), max(lengths)],
            *({name: value} for name, value in fields),
        ],
    }
    written = base64.b64encode(json.dumps(policy, separators=(",", ":")).encode()).decode("ascii")
    signed = [*fields, ("policy", written), ("x-amz-signature", _signature(key.secret, scope, written))]
    return FormWay(bucket.url, tuple(signed), PREFIX, int(ends.timestamp()))


def _signature(secret: str, scope: str, policy: str) -> str:
    signing = f"AWS4{secret}".encode()
    for part in scope.split("/"):
        signing = hmac.digest(signing, part.encode(), "sha256")
    return hmac.digest(signing, policy.encode(), "sha256").hex()
