"""pluttra drop: what it writes for servers and buckets, and the endpoint as a program."""

from __future__ import annotations

import http.client
import json
import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from click.testing import CliRunner, Result

from pluttra_publish.cli import main
from pluttra_publish.drop.endpoint import LENGTHS
from pluttra_publish.drop.sources import open_drop
from pluttra_publish.hosts.drops import FolderDrop
from pluttra_publish.hosts.imap_drop import ImapDrop
from pluttra_publish.hosts.s3_drop import S3Drop
from pluttra_publish.hosts.sftp_drop import SftpDrop
from pluttra_publish.settings import read_settings

OWN = 'url = "/drop"\nfolder = "brevlada"\n'
FAR = 'url = "https://brev.example.se/take"\nfolder = "brevlada"\n'
BUCKET = 'bucket = "backen-brev"\nendpoint = "https://s3.example.se"\n'
SFTP = '[host]\nkind = "sftp"\naddress = "sftp.example.se"\naccount = "backen"\npath = "dagar"\n'
MAIL = 'mail = "svar@example.se"\nimap = "imap.example.se"\n'


def site(tmp_path: Path, written: str, mail: str = "") -> Path:
    text = f'name = "Backen"\nurl = "https://dagar.example.se"\n{mail}[drop]\n{written}'
    (tmp_path / "pluttra.toml").write_text(text, encoding="utf-8", newline="")
    return tmp_path


def run(*words: object, typed: str | None = None) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words], input=typed)


@pytest.mark.parametrize("kind", ["nginx", "apache", "caddy"])
def test_an_endpoint_on_the_sites_own_address_stands_in_the_sites_own_rules(tmp_path: Path, kind: str) -> None:
    at = site(tmp_path, OWN)
    said = run("headers", kind, "--root", "/var/www/x", "--site", at)
    assert "drop" in said.stdout
    refused = run("drop", "rules", kind, "--site", at)
    assert refused.exit_code == 2
    assert f"pluttra headers {kind}" in refused.stderr


@pytest.mark.parametrize("kind", ["nginx", "apache", "caddy"])
def test_an_endpoint_on_another_address_has_rules_of_its_own(tmp_path: Path, kind: str) -> None:
    at = site(tmp_path, FAR)
    said = run("drop", "rules", kind, "--site", at)
    assert said.exit_code == 0, said.stderr
    assert "brev.example.se" in said.stdout
    assert "dagar.example.se" not in said.stdout
    site_rules = run("headers", kind, "--root", "/var/www/x", "--site", at).stdout
    assert "connect-src 'self' https://brev.example.se/take;" in site_rules
    assert "limit_req" not in site_rules
    assert run("drop", "rules", kind, "--site", site(tmp_path, MAIL)).exit_code == 2


def test_a_bucket_gets_its_rules(tmp_path: Path) -> None:
    at = site(tmp_path, BUCKET)
    cors = json.loads(run("drop", "rules", "s3-cors", "--site", at).stdout)
    assert cors["CORSRules"][0]["AllowedOrigins"] == ["https://dagar.example.se"]
    policy = run("drop", "rules", "s3-policy", "--writer", "arn:aws:iam:::user/brev", "--site", at).stdout
    assert "arn:aws:s3:::backen-brev/m/*" in policy
    assert '"*"' not in policy  # nobody but the one who is named
    assert json.loads(run("drop", "rules", "s3-lifecycle", "--site", at, "--json").stdout)["kind"] == "s3-lifecycle"
    for writer in ((), ("--writer", 'x"y')):
        assert run("drop", "rules", "s3-policy", *writer, "--site", at).exit_code == 2
    assert "denied" in run("drop", "rules", "closed", "--site", at).stdout


def test_the_script_is_written_with_the_site_as_the_only_one_that_may_send(tmp_path: Path) -> None:
    at = site(tmp_path, FAR)
    said = run("drop", "script", tmp_path / "webben", "--folder", "/srv/backen/brev", "--site", at, "--json")
    assert json.loads(said.stdout) == {"written": str(tmp_path / "webben" / "drop.cgi"), "folder": "/srv/backen/brev"}
    text = (tmp_path / "webben" / "drop.cgi").read_text(encoding="utf-8")
    assert "'PLUTTRA_DROP_FOLDER': '/srv/backen/brev', 'PLUTTRA_DROP_ORIGIN': 'https://dagar.example.se'" in text
    assert (
        "pluttra headers apache"
        in run("drop", "script", tmp_path / "w", "--folder", "/b", "--site", site(tmp_path, OWN)).stdout
    )
    refused = run("drop", "script", tmp_path / "x", "--site", at)
    assert refused.exit_code == 2
    assert "--folder" in refused.stderr


def test_the_password_is_kept_where_only_this_account_reads_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PLUTTRA_DROP_PASSWORD", raising=False)
    at = site(tmp_path, MAIL)
    said = run("drop", "password", "--site", at, typed="hemligt ord\n")
    assert said.exit_code == 0, said.output
    kept = tmp_path / "privat" / "brevlada-losenord.txt"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert "hemligt" not in said.output

    def password() -> str:
        (drop,) = open_drop(read_settings(at))
        assert isinstance(drop, ImapDrop)
        return drop._password

    assert password() == "hemligt ord"
    monkeypatch.setenv("PLUTTRA_DROP_PASSWORD", "ett annat")
    assert password() == "ett annat"
    monkeypatch.delenv("PLUTTRA_DROP_PASSWORD")
    kept.unlink()
    assert password() == ""
    monkeypatch.setenv("PLUTTRA_MAIL_PASSWORD", "mejlets")
    assert password() == ""
    mail = '[mail]\nhost = "smtp.example.se"\nfrom = "svar@example.se"\nlogin = "svar@example.se"\n'
    site(tmp_path, MAIL, mail)
    assert password() == "mejlets"  # it is the same account


def test_every_place_of_the_settings_is_opened_and_nothing_is_asked_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
    at = site(tmp_path, 'url = "/drop"\nfolder = "sftp:brevlada"\n' + BUCKET + MAIL + SFTP)
    opened = open_drop(read_settings(at))
    assert [type(drop) for drop in opened] == [S3Drop, ImapDrop, SftpDrop]
    for drop in opened:
        drop.close()
    assert [type(drop) for drop in open_drop(read_settings(site(tmp_path, OWN)))] == [FolderDrop]
    names = " ".join(drop.name for drop in opened)
    assert "svar" not in names
    assert "backen@" not in names


def test_the_endpoint_runs_as_a_program_until_it_is_interrupted(tmp_path: Path) -> None:
    hearing = (
        "import signal;"
        "signal.signal(signal.SIGINT, signal.default_int_handler);"  # a test run in the background inherits deafness
        "from pluttra_publish.cli import main; main()"
    )
    command = [
        sys.executable,
        "-c",
        hearing,
        "drop",
        "serve",
        "--port",
        "0",
        "--folder",
        str(tmp_path / "box"),
    ]
    with subprocess.Popen(
        [*command, "--origin", "https://dagar.example.se"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PLUTTRA_DROP_FILES": "1", "PYTHONUNBUFFERED": "1"},
        cwd=tmp_path,
    ) as program:
        assert program.stdout is not None
        url = program.stdout.readline().split()[3]
        told = []
        for _ in range(2):
            line = http.client.HTTPConnection(urlsplit(url).netloc, timeout=30)
            headers = {"Content-Type": "application/octet-stream", "Origin": "https://dagar.example.se"}
            line.request("POST", "/drop", os.urandom(LENGTHS[0]), headers)
            told.append(line.getresponse().status)
            line.close()
        program.send_signal(signal.SIGINT)
        try:
            rest = program.communicate(timeout=30)
        finally:
            program.kill()
    assert told == [201, 507]
    assert program.returncode == 0
    assert "127.0.0.1" not in "".join(rest)


@pytest.mark.parametrize("limit", ["many", "0"])
def test_a_limit_that_is_none_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str) -> None:
    monkeypatch.setenv("PLUTTRA_DROP_FILES", limit)
    said = run("drop", "serve", "--folder", tmp_path / "box")
    assert said.exit_code == 2
    assert "PLUTTRA_DROP_BYTES" in said.stderr


def test_without_a_folder_nothing_is_taken(tmp_path: Path) -> None:
    assert run("drop", "serve", "--site", site(tmp_path, BUCKET)).exit_code == 2
