"""[host] of pluttra.toml, and what may not stand in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from pluttra_publish.settings import read_settings
from pluttra_publish.settings.host import HostSettings, S3Settings, SftpSettings
from tests.test_settings import LEAST, refused

SFTP = '[host]\nkind = "sftp"\naddress = "sftp.example.se"\naccount = "backen"\npath = "public_html"\n'
S3 = '[host]\nkind = "s3"\nendpoint = "https://s3.example.se/"\nbucket = "backen"\n'
PRINT = "SHA256:" + "a" * 43


def host(site: Path, text: str) -> HostSettings:
    (site / "pluttra.toml").write_text(LEAST + text, encoding="utf-8", newline="")
    return read_settings(site).host


def test_an_sftp_account_needs_address_account_and_path(tmp_path: Path) -> None:
    assert host(tmp_path, SFTP) == HostSettings("sftp", sftp=SftpSettings("sftp.example.se", "backen", "public_html"))


def test_everything_of_an_sftp_account_can_be_said(tmp_path: Path) -> None:
    said = host(
        tmp_path, f'{SFTP}port = 2222\nkey = "privat/nyckel"\nhost_key = "{PRINT}"\nknown_hosts = "kända"\nlimit = 8'
    )
    assert said.sftp == SftpSettings(
        "sftp.example.se", "backen", "public_html", 2222, tmp_path / "privat" / "nyckel", PRINT, tmp_path / "kända"
    )
    assert said.limit == 8


def test_a_bucket_needs_endpoint_and_name(tmp_path: Path) -> None:
    assert host(tmp_path, S3) == HostSettings("s3", s3=S3Settings("https://s3.example.se", "backen"))
    said = host(tmp_path, f'{S3}region = "sto1"\npath_style = false\n').s3
    assert said == S3Settings("https://s3.example.se", "backen", "sto1", path_style=False)


@pytest.mark.parametrize(
    ("written", "keys"),
    [
        ('[host]\nkind = "ftp"', {"host.kind"}),
        ("[host]\nkind = 1", {"host.kind"}),
        ('[host]\nkind = "sftp"', {"host.address", "host.account", "host.path"}),
        ('[host]\nkind = "s3"', {"host.endpoint", "host.bucket"}),
        (SFTP + 'bucket = "x"', {"host.bucket"}),
        (S3 + 'path = "x"', {"host.path"}),
        ('[host]\naccount = "x"', {"host.account"}),
        (SFTP + "port = 0", {"host.port"}),
        (SFTP + 'port = "22"', {"host.port"}),
        (SFTP + 'host_key = "aa:bb"', {"host.host_key"}),
        (SFTP + "limit = -1", {"host.limit"}),
        (SFTP + "limit = true", {"host.limit"}),
        (SFTP.replace("backen", "backen:hemligt"), {"host.account"}),
        (SFTP.replace("sftp.example.se", "sftp://sftp.example.se"), {"host.address"}),
        (S3.replace("https", "http"), {"host.endpoint"}),
        (S3.replace("https://", "https://nyckel:hemligt@"), {"host.endpoint"}),
        (S3.replace("s3.example.se/", "s3.example.se/backen"), {"host.endpoint"}),
        (S3.replace('bucket = "backen"', 'bucket = "a/b"'), {"host.bucket"}),
        (S3 + "path_style = 1", {"host.path_style"}),
        (S3 + 'secret = "hemligt"', {"host.secret"}),
        (SFTP + 'password = "hemligt"', {"host.password"}),
    ],
)
def test_what_is_wrong_is_told_by_its_key_and_no_secret_is_repeated(
    tmp_path: Path, written: str, keys: set[str]
) -> None:
    told = refused(tmp_path, LEAST + written)
    assert {line.split(": ")[1] for line in told} == keys
    assert not [line for line in told if "hemligt" in line]


def test_a_site_on_this_computer_may_try_a_bucket_without_tls(tmp_path: Path) -> None:
    assert host(tmp_path, S3.replace("https://s3.example.se/", "http://127.0.0.1:7480")).s3


def test_a_far_host_is_no_folder_here(tmp_path: Path) -> None:
    assert host(tmp_path, S3).path is None
    with pytest.raises(ValueError, match="s3"):
        _ = host(tmp_path, S3).folder
