"""What the owner of a bucket does with it at a provider: makes it, sets its policy. Signed requests (SigV4) with the standard library."""

from __future__ import annotations

import base64
import datetime
import hashlib
import hmac
import ssl
import urllib.error
import urllib.request
from urllib.parse import urlsplit

from tests.servers.ceph import Ceph


def ask(rgw: Ceph, method: str, path: str, query: str = "", body: bytes = b"", kind: str = "") -> tuple[int, bytes]:
    """Ask the gateway for `path` as the bucket's owner, and return status and answer."""
    now = datetime.datetime.now(datetime.UTC)
    day, stamp, digest = f"{now:%Y%m%d}", f"{now:%Y%m%dT%H%M%SZ}", hashlib.sha256(body).hexdigest()
    headers = {"host": urlsplit(rgw.https).netloc, "x-amz-content-sha256": digest, "x-amz-date": stamp}
    if body:
        headers["content-md5"] = base64.b64encode(hashlib.md5(body).digest()).decode()  # noqa: S324 # the protocol's
        headers["content-type"] = kind or "application/xml"
    names = ";".join(sorted(headers))
    asked = "&".join(part if "=" in part else f"{part}=" for part in sorted(query.split("&")) if part)
    lines = "".join(f"{name}:{headers[name]}\n" for name in sorted(headers))
    canonical = f"{method}\n{path}\n{asked}\n{lines}\n{names}\n{digest}"
    scope = f"{day}/us-east-1/s3/aws4_request"
    told = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    key = f"AWS4{rgw.secret}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.digest(key, told.encode(), "sha256").hex()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={rgw.identity}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    url = f"{rgw.https}{path}" + (f"?{query}" if query else "")
    request = urllib.request.Request(url, data=body or None, method=method, headers=headers)
    try:
        with urllib.request.urlopen(request, context=trusting(rgw), timeout=30) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read()


def trusting(rgw: Ceph) -> ssl.SSLContext:
    """Return a context that trusts the gateway's throwaway certificate."""
    return ssl.create_default_context(cafile=str(rgw.certificate))


def make_bucket(rgw: Ceph, name: str) -> str:
    """Make an empty bucket."""
    status, answer = ask(rgw, "PUT", f"/{name}")
    assert status == 200, answer
    return name
