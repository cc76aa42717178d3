"""The rules we write for web servers and buckets, in the real ones."""

from __future__ import annotations

import gzip
import http.client
import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pluttra_publish.hosts import CACHE_CONTROL, FolderHost, cache_of, content_type, paths, place_of
from pluttra_publish.hosts import server_rules as rules
from pluttra_publish.hosts.headers import HSTS, SECURITY, SERVED, policy_of
from tests.hosts.suite import media, shell
from tests.servers import web
from tests.servers.ceph import Ceph
from tests.servers.s3_owner import ask, make_bucket
from tests.servers.web import Web

MEDIUM = bytes(range(256)) * 40
CODE = b"export const a = 1;\n" * 300
FILES = {
    "index.html": b"<!doctype html><title>x</title>" * 60,
    "sw.js": b"// worker",
    "manifest.webmanifest": b"{}",
    "robots.txt": b"",
    "icon.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "icon-192.png": b"\x89PNG",
    "r/0a1b2c/app.js": CODE,
    "r/0a1b2c/style.css": b"a{}",
    "r/0a1b2c/ar-6dc3.html": b"<!doctype html>",
    "sida/om-oss.html": b"<!doctype html>",
    "sida/gard.webp": b"RIFF",
    "sida/gard.mp4": b"ftyp",
}
SEALED = f"o/ab/{'ab' * 16}"
NOT_OURS = ["register/barn.csv", "pluttra.toml", "privat/keystore.age", ".git/config", "lock", "o/ab/readme.txt"]


@pytest.fixture(scope="module", params=["nginx", "apache", "caddy"])
def server(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Web]:
    base = tmp_path_factory.mktemp(request.param)
    site = base / "site"
    host = FolderHost(site)
    for path, content in FILES.items():
        host.put(shell(path, content))
    host.put(media(MEDIUM))
    (site / "root").write_bytes(b"BM a root that looks like a picture")
    for path in NOT_OURS:  # as if somebody had put it there
        (site / path).parent.mkdir(parents=True, exist_ok=True)
        (site / path).write_bytes(b"secret")
    (site / "r" / "0a1b2c" / "locked.js").write_bytes(b"1")
    for folder in (*tmp_path_factory.getbasetemp().parents, base):  # for the account that Apache serves as
        if folder.is_relative_to(Path("/tmp")) and folder != Path("/tmp"):  # noqa: S108
            folder.chmod(folder.stat().st_mode | 0o055)
    tmp_path_factory.getbasetemp().chmod(0o755)
    with getattr(web, request.param)(site, base / "server") as running:
        yield running


def get(server: Web, path: str, method: str = "GET", **headers: str) -> tuple[int, dict[str, str], bytes]:
    line = http.client.HTTPSConnection("localhost", server.https, context=server.trusting, timeout=20)
    try:
        line.request(method, f"/{path}", headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = line.getresponse()
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
    finally:
        line.close()


@pytest.mark.parametrize("path", ["", *FILES, SEALED, "root"])
def test_a_file_has_its_bytes_type_caching_and_security(server: Web, path: str) -> None:
    status, headers, content = get(server, path)
    name = path or "index.html"
    assert status == 200
    assert content == FILES.get(name, MEDIUM if name == SEALED else content)
    assert headers.get("content-type", "").lower() == content_type(name)
    assert headers["cache-control"] == CACHE_CONTROL[cache_of(name)]
    assert headers["content-security-policy"] == policy_of(content_type(name))
    assert headers["strict-transport-security"] == HSTS
    for header, value in SECURITY.items():
        assert headers[header.lower()] == value
    assert headers.get("etag")


@pytest.mark.parametrize("path", [*NOT_OURS, "o/", "o/ab/", "o/ab", "r/", "sida/", "k/", ".htaccess", f"o/cd/{'cd' * 16}", "r/0a1b2c/none.js", "%23i=abc", "?list-type=2&x"])  # fmt: skip
def test_what_is_lacking_and_what_is_not_shown_get_the_same_answer_and_nothing_is_listed(
    server: Web, path: str
) -> None:
    status, headers, content = get(server, path)
    if path.startswith("?"):
        assert content == FILES["index.html"]
        return
    assert status == 404
    assert headers.get("cache-control") == "no-store"
    assert b"secret" not in content
    assert "ab" * 16 not in content.decode("utf-8", "replace")
    _, _, other = get(server, f"o/ef/{'ef' * 16}")
    bare = [re.sub(rb"/[^ <]*", b"", text) for text in (content, other)]
    assert bare[0] == bare[1]


def test_a_file_that_the_server_may_not_read_is_as_lacking(
    server: Web, tmp_path_factory: pytest.TempPathFactory
) -> None:
    status, _, _ = get(server, "r/0a1b2c/%2e%2e/%2e%2e/register/barn.csv")
    assert status in {400, 404}


@pytest.mark.parametrize(
    ("asked", "start", "stop"), [("bytes=0-1", 0, 2), ("bytes=100-199", 100, 200), ("bytes=-16", 10224, 10240), ("bytes=10000-99999", 10000, 10240)]
)  # fmt: skip
def test_a_part_of_a_medium_is_given_as_asked(server: Web, asked: str, start: int, stop: int) -> None:
    status, headers, content = get(server, SEALED, Range=asked)
    assert status == 206
    assert headers["content-range"] == f"bytes {start}-{stop - 1}/{len(MEDIUM)}"
    assert content == MEDIUM[start:stop]
    assert headers["cache-control"] == CACHE_CONTROL["forever"]


def test_what_has_not_changed_is_not_sent_again(server: Web) -> None:
    _, headers, _ = get(server, "root")
    status, again, content = get(server, "root", If_None_Match=headers["etag"])
    assert (status, content) == (304, b"")
    assert again["cache-control"] == "no-cache"


def test_code_is_compressed_and_sealed_bytes_are_not(server: Web) -> None:
    _, headers, content = get(server, "r/0a1b2c/app.js", Accept_Encoding="gzip")
    assert headers["content-encoding"] == "gzip"
    assert gzip.decompress(content) == CODE
    for path in (SEALED, "root"):
        assert "content-encoding" not in get(server, path, Accept_Encoding="gzip")[1]


def test_http_leads_to_https_and_shows_nothing(server: Web) -> None:
    line = http.client.HTTPConnection("localhost", server.http, timeout=20)
    line.request("GET", "/index.html")
    answer = line.getresponse()
    assert answer.status in {301, 308}
    assert answer.getheader("Location", "").startswith("https://localhost")
    assert b"doctype" not in answer.read().lower() or b"<title>x" not in answer.read()
    line.close()


def test_an_ordinary_server_listens_to_both_kinds_of_addresses_and_lets_certificates_be_renewed() -> None:
    text = rules.nginx("dagar.example.se", "/var/www/dagar")
    for line in ("listen 80;", "listen [::]:80;", "listen 443 ssl http2;", "listen [::]:443 ssl http2;"):
        assert f"    {line}\n" in text
    assert "/etc/letsencrypt/live/dagar.example.se/fullchain.pem" in text
    assert "/.well-known/acme-challenge/" in text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nobody_changes_anything(server: Web, method: str) -> None:
    status, _, _ = get(server, "index.html", method)
    assert status in {403, 404, 405}
    assert get(server, "")[2] == FILES["index.html"]


def test_what_is_served_is_what_a_site_has_and_no_more() -> None:
    served = re.compile("|".join(f"(?:{one})" for one in SERVED))
    ours = [*FILES, SEALED, "root", "k/00/" + "0" * 32, "icon-x-1.png", "sida/a_b-c.vtt"]
    for path in (
        *ours,
        *NOT_OURS,
        "",
        "/",
        "root/",
        "r/x.js",
        "sida/../root",
        "sida/Å.html",
        "o/ab/" + "ab" * 15,
        "xroot",
    ):
        assert bool(served.fullmatch(path)) == (place_of(path) not in {None, "lock"}), path


@pytest.mark.parametrize("pattern", [pattern for place, pattern in paths._PLACES if place != "lock"], ids=str)
@given(st.data())
def test_whatever_a_publish_may_put_is_served(pattern: re.Pattern[str], data: st.DataObject) -> None:
    path = data.draw(st.from_regex(pattern, fullmatch=True))
    assert any(re.fullmatch(one, path) for one in SERVED), path


@pytest.mark.parametrize("pattern", SERVED)
@given(st.data())
def test_whatever_is_served_is_something_of_ours(pattern: str, data: st.DataObject) -> None:
    path = data.draw(st.from_regex(pattern, fullmatch=True))
    assert place_of(re.sub(r"(?<=^[ko]/)(..)/..", r"\1/\1", path)), path  # a name begins as its folder does


def served_by(rgw: Ceph, bucket: str, path: str, query: str = "") -> tuple[int, bytes]:
    line = http.client.HTTPConnection(rgw.http.removeprefix("http://"), timeout=20)
    line.request("GET", f"/{bucket}/{path}{query}")
    answer = line.getresponse()
    content = answer.read()
    line.close()
    return answer.status, content


def test_a_bucket_with_our_policy_gives_what_a_publish_puts_and_lists_nothing(rgw: Ceph) -> None:
    bucket = make_bucket(rgw, f"policy-{os.getpid()}")
    for path in ("index.html", "root", SEALED, "register/barn.csv", "lock"):
        assert ask(rgw, "PUT", f"/{bucket}/{path}", body=b"x", kind="application/octet-stream")[0] == 200
    assert served_by(rgw, bucket, "index.html")[0] == 403
    status, answer = ask(rgw, "PUT", f"/{bucket}", "policy", rules.s3_policy(bucket).encode(), "application/json")
    assert status < 300, answer
    assert [served_by(rgw, bucket, path)[0] for path in ("index.html", "root", SEALED)] == [200] * 3
    assert [served_by(rgw, bucket, path)[0] for path in ("register/barn.csv", "lock", f"o/cd/{'cd' * 16}")] == [403] * 3
    for query in ("", "?list-type=2", "?prefix=o/", "?uploads", "?versions"):
        status, answer = served_by(rgw, bucket, "", query)
        assert status == 403
        assert b"ab" * 16 not in answer


def test_the_configurations_of_a_bucket_are_taken_by_a_real_one(rgw: Ceph) -> None:
    """They are in the form that aws s3api takes; the wire has it as XML."""
    bucket = make_bucket(rgw, f"conf-{os.getpid()}")
    assert ask(rgw, "PUT", f"/{bucket}/index.html", body=b"shell", kind="text/html")[0] == 200
    ask(rgw, "PUT", f"/{bucket}", "policy", rules.s3_policy(bucket).encode(), "application/json")
    (cors,) = json.loads(rules.s3_cors("https://dagar.example.se"))["CORSRules"]
    inner = "".join(
        f"<{tag}>{value}</{tag}>"
        for key, tag in (("AllowedOrigins", "AllowedOrigin"), ("AllowedMethods", "AllowedMethod"),
                         ("AllowedHeaders", "AllowedHeader"), ("ExposeHeaders", "ExposeHeader"))
        for value in cors[key]
    )  # fmt: skip
    status, answer = ask(
        rgw,
        "PUT",
        f"/{bucket}",
        "cors",
        f"<CORSConfiguration><CORSRule>{inner}</CORSRule></CORSConfiguration>".encode(),
    )
    assert status < 300, answer
    for origin, allowed in (("https://dagar.example.se", True), ("https://evil.example", False)):
        line = http.client.HTTPConnection(rgw.http.removeprefix("http://"), timeout=20)
        line.request("GET", f"/{bucket}/index.html", headers={"Origin": origin})
        answer_ = line.getresponse()
        answer_.read()
        assert (answer_.getheader("Access-Control-Allow-Origin") == origin) == allowed
        line.close()
    index = json.loads(rules.s3_website())["IndexDocument"]["Suffix"]
    xml = f"<WebsiteConfiguration><IndexDocument><Suffix>{index}</Suffix></IndexDocument></WebsiteConfiguration>"
    assert ask(rgw, "PUT", f"/{bucket}", "website", xml.encode())[0] < 300
    line = http.client.HTTPConnection(rgw.http.removeprefix("http://"), timeout=20)
    line.request("GET", "/", headers={"Host": f"{bucket}.s3-website.localhost"})
    assert line.getresponse().read() == b"shell"
    line.close()
    (rule,) = json.loads(rules.s3_lifecycle())["Rules"]
    days = rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"]
    xml = (
        f"<LifecycleConfiguration><Rule><ID>{rule['ID']}</ID><Prefix></Prefix><Status>Enabled</Status>"
        f"<AbortIncompleteMultipartUpload><DaysAfterInitiation>{days}</DaysAfterInitiation>"
        "</AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>"
    )
    assert ask(rgw, "PUT", f"/{bucket}", "lifecycle", xml.encode())[0] < 300
