"""pluttra doctor on drop boxes: an endpoint behind a real nginx and a bucket in a real Ceph, well, and ill in every way."""

from __future__ import annotations

import itertools
import json
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pluttra_publish.doctor.drop_box import examine_drop
from pluttra_publish.drop.endpoint import DropBox
from pluttra_publish.drop.running import running
from pluttra_publish.errors import Finding, Findings
from pluttra_publish.hosts import drop_rules as rules
from pluttra_publish.hosts.server_rules import Dropping
from pluttra_publish.settings import Settings, read_settings
from tests.servers import web
from tests.servers.ceph import Ceph, ceph
from tests.servers.s3_owner import ask, make_bucket

SITE = "https://dagar.example.se"
Edit = Callable[[str], str]


def settings_of(site: Path, written: str) -> Settings:
    site.mkdir(exist_ok=True)
    (site / "pluttra.toml").write_text(
        f'name = "Backen"\nurl = "{SITE}"\n[drop]\n{written}', encoding="utf-8", newline=""
    )
    return read_settings(site)


def look(settings: Settings, address: str = SITE) -> list[Finding]:
    findings = Findings()
    examine_drop(settings, address, findings)
    assert all(finding.mend for finding in findings)
    return list(findings)


# The endpoint


@contextmanager
def apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edit: Edit = str, origin: str = SITE) -> Iterator[Settings]:
    """An endpoint on an address of its own, behind nginx with rules that somebody may have edited."""
    with running(DropBox(tmp_path / "site" / "brevlada", origin=origin)) as url:
        drop = Dropping(upstream=url.removeprefix("http://"))
        with web.nginx(tmp_path, tmp_path / "nginx", edit, drop=drop, own="/take") as server:
            monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
            yield settings_of(tmp_path / "site", f'url = "{server.url}/take"\nfolder = "brevlada"\n')


def test_an_endpoint_with_our_rules_is_well_and_is_left_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with apart(tmp_path, monkeypatch) as settings:
        assert look(settings) == []
    assert [path.name for path in (tmp_path / "site" / "brevlada").iterdir() if not path.name.startswith(".")] == []


def test_an_endpoint_on_the_sites_own_address_is_looked_for_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_of(tmp_path / "site", 'url = "/drop"\nfolder = "brevlada"\n')
    with running(DropBox(tmp_path / "site" / "brevlada")) as url:
        drop = Dropping("/drop", url.removeprefix("http://"))
        with web.nginx(tmp_path / "site", tmp_path / "nginx", drop=drop) as server:
            monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
            assert look(settings, server.url) == []
        with web.nginx(tmp_path / "site", tmp_path / "other") as server:
            monkeypatch.setenv("SSL_CERT_FILE", str(server.certificate))
            (found,) = look(settings, server.url)
    assert "Ingen brevlåda svarar" in found.message


def changed(old: str, new: str) -> Edit:
    def edit(text: str) -> str:
        assert old in text
        return text.replace(old, new)

    return edit


PLACE = "    location = /take {\n"
ILL: dict[str, tuple[Edit, str, str]] = {
    "short messages only": (changed("client_max_body_size 4198504", "client_max_body_size 1m"), SITE, "längsta meddelandena"),
    "nobody behind": (changed("proxy_pass http://", "proxy_pass http://127.0.0.1:9/;#"), SITE, "når inte brevlådan"),
    "another path": (changed(PLACE, PLACE.replace("/take", "/tak")), SITE, "Ingen brevlåda svarar"),
    "takes anything": (changed(PLACE, PLACE + "        return 201;\n"), SITE, "tar emot vad som helst"),
    "shows something": (changed(PLACE, PLACE + "        if ($request_method = GET) { return 200 hej; }\n"), SITE, "ska bara ta emot"),
    "another site's": (str, "https://annan.example.se", "låter inte sidorna"),
    "anybody's": (changed(PLACE, PLACE + '        add_header Access-Control-Allow-Origin "*" always;\n'), SITE, "Vilken webbplats som helst"),
}  # fmt: skip


@pytest.mark.parametrize(("edit", "origin", "told"), ILL.values(), ids=ILL.keys())
def test_what_is_wrong_with_the_endpoint_is_told_with_its_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edit: Edit, origin: str, told: str
) -> None:
    with apart(tmp_path, monkeypatch, edit, origin) as settings:
        found = look(settings)
    assert [finding for finding in found if told in finding.message], [str(finding) for finding in found]


def test_an_endpoint_that_cannot_write_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with apart(tmp_path, monkeypatch) as settings:
        shutil.rmtree(tmp_path / "site" / "brevlada")
        (tmp_path / "site" / "brevlada").write_bytes(b"in the way")
        told = " ".join(str(finding) for finding in look(settings))
    assert "kunde inte läsas" in told  # from within
    monkeypatch.delenv("SSL_CERT_FILE")
    told = " ".join(str(finding) for finding in look(settings))
    assert "svarar inte" in told


def test_an_endpoint_that_nobody_vouches_for_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with apart(tmp_path, monkeypatch) as settings:
        monkeypatch.delenv("SSL_CERT_FILE")
        (found,) = look(settings)
    assert "certifikat" in found.message


# The bucket


@pytest.fixture(scope="module")
def rgw(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ceph]:
    base = tmp_path_factory.getbasetemp()
    with ceph((base.parent if os.environ.get("PYTEST_XDIST_WORKER") else base) / "ceph") as running_:
        yield running_


_numbers = itertools.count()


@pytest.fixture
def boxed(rgw: Ceph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Settings, str]:
    """A preschool whose drop box is a bucket set up as we say, and the bucket's name."""
    monkeypatch.setenv("SSL_CERT_FILE", str(rgw.certificate))
    monkeypatch.setenv("AWS_CA_BUNDLE", str(rgw.certificate))
    name = make_bucket(rgw, f"brev-{os.getpid()}-{next(_numbers)}")
    settings = settings_of(tmp_path / "site", f'bucket = "{name}"\nendpoint = "{rgw.https}"\n')
    sign(settings, rgw, rgw.another_account(f"form-{name}"))
    policy(rgw, name, json.loads(rules.s3_policy(name, f"arn:aws:iam:::user/form-{name}"))["Statement"])
    cors(rgw, name, SITE)
    return settings, name


def sign(settings: Settings, fetches: Ceph, signs: Ceph) -> None:
    settings.state.mkdir(exist_ok=True)
    rows = [
        f"[{profile}]\naws_access_key_id = {key.identity}\naws_secret_access_key = {key.secret}\n"
        for profile, key in (("drop", fetches), ("drop-form", signs))
    ]
    (settings.state / "s3").write_text("".join(rows), encoding="ascii")


def policy(rgw: Ceph, name: str, statements: list[dict[str, object]]) -> None:
    body = json.dumps({"Version": "2012-10-17", "Statement": statements}).encode()
    assert ask(rgw, "PUT", f"/{name}", "policy", body, "application/json")[0] < 300


def cors(rgw: Ceph, name: str, origin: str) -> None:
    rule = f"<CORSRule><AllowedOrigin>{origin}</AllowedOrigin><AllowedMethod>POST</AllowedMethod><AllowedHeader>*</AllowedHeader></CORSRule>"
    assert ask(rgw, "PUT", f"/{name}", "cors", f"<CORSConfiguration>{rule}</CORSConfiguration>".encode())[0] == 200


def test_a_bucket_set_up_as_we_say_is_well_and_is_left_empty(rgw: Ceph, boxed: tuple[Settings, str]) -> None:
    settings, name = boxed
    assert [str(finding) for finding in look(settings)] == []
    assert b"<Key>" not in ask(rgw, "GET", f"/{name}")[1]


def test_what_anybody_may_do_with_the_bucket_is_told(rgw: Ceph, boxed: tuple[Settings, str]) -> None:
    settings, name = boxed
    assert ask(rgw, "PUT", f"/{name}/m/{'ab' * 16}", body=b"x" * 1128)[0] == 200
    actions = ["s3:ListBucket", "s3:GetObject", "s3:PutObject"]
    everything = [f"arn:aws:s3:::{name}", f"arn:aws:s3:::{name}/*"]
    policy(rgw, name, [{"Effect": "Allow", "Principal": {"AWS": ["*"]}, "Action": actions, "Resource": everything}])
    cors(rgw, name, "*")
    told = " ".join(finding.message for finding in look(settings))
    for what in ("kan lista", "kan hämta", "kan lägga vad som helst", "Vilken webbplats som helst"):
        assert what in told
    assert ask(rgw, "GET", f"/{name}")[1].count(b"<Key>") == 1


def test_pages_that_may_not_send_and_a_form_that_is_not_taken_are_told(rgw: Ceph, boxed: tuple[Settings, str]) -> None:
    settings, name = boxed
    cors(rgw, name, "https://annan.example.se")
    policy(rgw, name, [{"Effect": "Deny", "Principal": {"AWS": ["*"]}, "Action": ["s3:ListBucketVersions"], "Resource": [f"arn:aws:s3:::{name}"]}])  # fmt: skip
    told = " ".join(finding.message for finding in look(settings))
    assert "låter inte sidorna" in told
    assert "godtar inte formuläret" in told


def test_one_key_for_all_is_told_as_something_to_do_better(rgw: Ceph, boxed: tuple[Settings, str]) -> None:
    settings, _ = boxed
    sign(settings, rgw, rgw)
    (found,) = look(settings)
    assert found.severity == "warning"
    assert "samma nyckel" in found.message


def test_a_key_that_is_missing_or_wrong_is_told(
    rgw: Ceph, boxed: tuple[Settings, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings, _ = boxed
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name, raising=False)
    (settings.state / "s3").unlink()
    assert {"Nyckeln till" in finding.message for finding in look(settings)} == {True}
    stranger = rgw.another_account("stranger")
    sign(settings, stranger, stranger)
    told = " ".join(finding.message for finding in look(settings))
    assert "tar inte emot nyckeln" in told
    assert "godtar inte formuläret" in told
