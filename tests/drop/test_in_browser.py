"""Under the shell's own policy, in Chromium: a page sends by every way that the settings name, and nowhere else."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Browser

from pluttra_publish.drop.endpoint import DropBox
from pluttra_publish.drop.running import running
from pluttra_publish.hosts import drop_rules
from pluttra_publish.hosts.s3_form import form
from pluttra_publish.hosts.s3_key import BucketKey
from pluttra_publish.serve import serving
from pluttra_publish.site import shell_policy
from tests.hosts.test_s3_form import as_xml
from tests.servers.ceph import Ceph
from tests.servers.s3_owner import ask, make_bucket

NAME = "ab" * 16
SENDS = """async ([url, fields, key]) => {
    const bytes = new Blob([new Uint8Array(1128).fill(171)], { type: 'application/octet-stream' });
    const filled = new FormData();
    for (const [name, value] of [...(fields ?? []), ['key', key]]) filled.append(name, value);
    filled.append('file', bytes);
    const headers = fields ? {} : { 'Content-Type': 'application/octet-stream' };
    try {
        return (await fetch(url, { method: 'POST', body: fields ? filled : bytes, headers })).status;
    } catch (error) {
        return error.name;
    }
}"""


def test_a_page_sends_by_every_way_that_is_named_and_nowhere_else(browser: Browser, rgw: Ceph, tmp_path: Path) -> None:
    folder, near, far = tmp_path / "public", DropBox(tmp_path / "near"), DropBox(tmp_path / "far")
    folder.mkdir()
    bucket, other = (rgw.settings(make_bucket(rgw, f"{name}-{os.getpid()}"), tls=False) for name in ("box", "other"))
    yesterday = datetime.now(UTC) - timedelta(days=1)
    way = form(bucket, BucketKey(rgw.identity, rgw.secret), yesterday)
    with running(far) as url:
        targets = (bucket.url, f"{url}/take")
        policy = f'<meta http-equiv="Content-Security-Policy" content="{shell_policy(targets)}">'
        (folder / "index.html").write_text(f"<!doctype html>{policy}<title>x</title>", encoding="utf-8")
        with serving(folder, drop=("/drop", near), targets=targets) as site:
            far.origin = site
            for one in (bucket, other):
                assert ask(rgw, "PUT", f"/{one.bucket}", "cors", as_xml(drop_rules.s3_cors(site)))[0] == 200
            page = browser.new_page()
            page.goto(site)

            def sent(where: str, fields: list[tuple[str, str]] | None = None) -> object:
                return page.evaluate(SENDS, [where, fields and [list(field) for field in fields], f"m/{NAME}"])

            assert [sent("/drop"), sent(f"{url}/take"), sent(bucket.url, list(way.fields))] == [201, 201, 201]
            elsewhere = (f"{url}/other", f"{url}/take/", other.url, bucket.url.rstrip("/"))
            assert [sent(where, list(way.fields)) for where in elsewhere] == ["TypeError"] * 4
            page.close()
    assert (near.folder / NAME).stat().st_size == (far.folder / NAME).stat().st_size == 1128
    assert NAME.encode() in ask(rgw, "GET", f"/{bucket.bucket}")[1]
