"""pluttra.toml, and what may not stand in it."""

from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from pluttra_publish.errors import RegisterError
from pluttra_publish.settings import (
    DEFAULT_RULES,
    ConsentSettings,
    DropSettings,
    ImapSettings,
    PushSettings,
    Settings,
    SettingsError,
    is_inside,
    read_settings,
)
from pluttra_publish.settings.host import S3Settings
from pluttra_publish.settings_text import default_toml

LEAST = 'name = "Backen"\nurl = "https://backen.example"\n'


def read(site: Path, text: str) -> Settings:
    (site / "pluttra.toml").write_text(text, encoding="utf-8", newline="")
    return read_settings(site)


def refused(site: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as error:
        read(site, text)
    assert isinstance(error.value, RegisterError)
    told = [str(finding) for finding in error.value.findings]
    assert str(error.value) == "\n".join(told)
    return told


def test_name_and_address_are_enough(tmp_path: Path) -> None:
    settings = read(tmp_path, LEAST)
    assert (settings.name, settings.url) == ("Backen", "https://backen.example")
    assert settings.zone == ZoneInfo("Europe/Stockholm")
    assert (settings.language, settings.alt_text, settings.contact) == ("sv", "warn", "förskolan")
    assert (settings.grace_days, settings.link_days, settings.notice_days) == (30, 14, 14)
    assert settings.rules == DEFAULT_RULES
    assert settings.plugins == ()
    assert settings.posts == tmp_path / "inlagg"
    assert settings.register == tmp_path / "register"
    assert settings.state == tmp_path / "privat"
    assert settings.theme == tmp_path / "theme"
    assert (settings.host.kind, settings.host.path) == ("folder", tmp_path / "public")
    assert settings.consents == ConsentSettings((), ())
    assert settings.download == "none"


def test_everything_can_be_said(tmp_path: Path) -> None:
    text = LEAST + (
        'contact = "Ingrid"\nlanguage = "sv-FI"\ntimezone = "Europe/Helsinki"\nalt_text = "required"\ngrace_days = 0\n'
        'link_days = 7\nnotice_days = 30\nrules = ["En regel."]\nplugins = ["typogrify"]\n'
        '[host]\nkind = "folder"\npath = "ut"\n[folders]\nposts = "synk/inlagg"\nregister = "reg"\nstate = "hemligt"\n'
        '[consents]\npurposes = ["utställning"]\nall_guardians = ["film", "utställning"]\n'
        '[reader]\ndownload = "own-children"\n'
    )
    settings = read(tmp_path, text)
    assert settings.timezone == "Europe/Helsinki"
    assert (settings.alt_text, settings.grace_days) == ("required", 0)
    assert (settings.rules, settings.plugins) == (("En regel.",), ("typogrify",))
    assert settings.posts == tmp_path / "synk" / "inlagg"
    assert settings.host.path == tmp_path / "ut"
    assert settings.download == "own-children"
    assert settings.consents == ConsentSettings(("utställning",), ("film", "utställning"))


def test_the_file_that_init_writes_is_read_and_says_the_defaults(tmp_path: Path) -> None:
    name = 'Förskolan "Kråkan" \\ Å'
    settings = read(tmp_path, default_toml(name))
    assert settings.name == name
    assert settings == read(tmp_path, f"name = '{name}'\nurl = 'http://localhost:8000'\n")


def test_what_init_writes_of_links_is_what_they_do() -> None:
    (told,) = re.findall(r"(?m)^# (.*)\nlink_days", default_toml("Backen"))
    assert "inte har öppnats" not in told  # opening never shortens the life of a link
    assert "på så många telefoner man vill" in told


def test_a_file_saved_by_windows_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "pluttra.toml").write_bytes(b"\xef\xbb\xbf" + LEAST.replace("\n", "\r\n").encode())
    assert read_settings(tmp_path).name == "Backen"


@pytest.mark.parametrize(
    ("written", "key", "nearest"),
    [
        ("gracedays = 3", "gracedays", "grace_days"),
        ('alttext = "warn"', "alttext", "alt_text"),
        ('namn = "x"', "namn", "name"),
        ('posts = "inlagg"', "posts", "posts under [folders]"),
        ('[folders]\nregisters = "x"', "folders.registers", "register under [folders]"),
        ('[host]\nsort = "folder"\npth = "x"', "host.pth", "path under [host]"),
        ("[hosts]\nkind = 1", "hosts", "[host]"),
    ],
)
def test_an_unknown_key_is_an_error_that_names_the_nearest(
    tmp_path: Path, written: str, key: str, nearest: str
) -> None:
    told = refused(tmp_path, LEAST + written)
    assert any(f"Nyckeln {key} finns inte. Närmaste kända nyckel är {nearest}" in line for line in told), told


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ('"värd" = 1', "värd"),
        ('[host]\nzzz = "x"', "host.zzz"),
        ('[sftp]\nhost_key = "x"', "sftp"),
        ("x = 1", "x"),
    ],
)
def test_an_unknown_key_that_is_like_none_is_not_said_to_be(tmp_path: Path, written: str, key: str) -> None:
    told = refused(tmp_path, LEAST + written)
    (line,) = (line for line in told if f"Nyckeln {key} finns inte." in line)
    assert "Närmaste" not in line
    assert "Ta bort raden" in line


def test_everything_wrong_is_told_at_once(tmp_path: Path) -> None:
    told = refused(tmp_path, 'unknown = 1\nurl = "ftp://x"\ngrace_days = -1\nrules = "en"\n[folders]\nposts = 3\n')
    assert [line.split(": ")[1] for line in told] == ["folders.posts", "grace_days", "name", "rules", "unknown", "url"]


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("name", '""'),
        ("name", "3"),
        ("alt_text", '"maybe"'),
        ("reader.download", '"all"'),
        ("reader.download", "true"),
        ("alt_text", "[1]"),
        ("grace_days", "true"),
        ("grace_days", "367"),
        ("link_days", "0"),
        ("notice_days", '"14"'),
        ("timezone", '"Europa/Stockholm"'),
        ("timezone", '"../etc/passwd"'),
        ("language", '"svenska"'),
        ("plugins", '"typogrify"'),
        ("host", '"folder"'),
        ("rules", "[1]"),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused(tmp_path: Path, key: str, value: str) -> None:
    lines = {"name": '"Backen"', "url": '"https://backen.example"'} | {key: value}
    told = refused(tmp_path, "".join(f"{name} = {written}\n" for name, written in lines.items()))
    assert len(told) == 1
    assert told[0].startswith(f"pluttra.toml: {key}: ")


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("https://backen.example/", "https://backen.example"),
        ("HTTPS://Backen.Example:443", "https://backen.example"),
        ("https://backen.example:8443", "https://backen.example:8443"),
        ("https://dagar.förskolan.se", "https://dagar.xn--frskolan-n4a.se"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1", "http://127.0.0.1"),
    ],
)
def test_the_address_is_an_origin_as_a_browser_writes_it(tmp_path: Path, written: str, origin: str) -> None:
    assert read(tmp_path, f'name = "B"\nurl = "{written}"\n').url == origin


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("https://example.se/dagar", "Adressen får inte ha en sökväg"),
        ("http://backen.example", "Adressen måste börja med https://"),
        ("backen.example", "Värdet är inte en webbadress"),
        ("https://", "Värdet är inte en webbadress"),
        ("https://backen.example:port", "Värdet är inte en webbadress"),
        ("https://backen example", "Värdet är inte en webbadress"),
        ("file:///srv/public", "Värdet är inte en webbadress"),
        ("https://namn:ord@backen.example", "Adressen har mer än namn och port"),
        ("https://backen.example?x=1", "Adressen har mer än namn och port"),
        ("https://backen.example#x", "Adressen har mer än namn och port"),
    ],
)
def test_an_address_that_is_not_an_origin_of_its_own_is_refused(tmp_path: Path, written: str, reason: str) -> None:
    assert reason in refused(tmp_path, f'name = "B"\nurl = "{written}"\n')[0]


@pytest.mark.parametrize(
    ("folders", "key"),
    [
        ('[folders]\nregister = "inlagg/register"', "folders.register"),
        ('[folders]\nregister = "Inlagg/x/../register"', "folders.register"),
        ('[folders]\nregister = "inlagg"', "folders.register"),
        ('[folders]\nstate = "inlagg/privat"', "folders.state"),
        ('[folders]\nposts = "register/inlagg"', "folders.posts"),
        ('[folders]\nposts = "."', "folders.register"),
        ('[host]\npath = "."', "host.path"),
        ('[host]\npath = ".."', "host.path"),
        ('[host]\npath = "register"', "host.path"),
        ('[host]\npath = "inlagg/public"', "host.path"),
        ('[host]\npath = "ut"\n[folders]\nstate = "ut/privat"', "host.path"),
    ],
)
def test_folders_that_could_sync_or_publish_the_register_or_the_keys_are_refused(
    tmp_path: Path, folders: str, key: str
) -> None:
    assert any(f"pluttra.toml: {key}: " in line for line in refused(tmp_path, LEAST + folders))


def test_a_posts_folder_that_links_to_where_the_register_lies_is_refused(tmp_path: Path) -> None:
    (tmp_path / "synk" / "register").mkdir(parents=True)
    try:
        (tmp_path / "inlagg").symlink_to(tmp_path / "synk", target_is_directory=True)
    except OSError:
        pytest.skip("no links here")
    assert refused(tmp_path, LEAST + '[folders]\nregister = "synk/register"\n')


def test_a_folder_is_inside_itself_but_not_inside_one_whose_name_it_begins_with(tmp_path: Path) -> None:
    assert is_inside(tmp_path / "a", tmp_path / "a")
    assert is_inside(tmp_path / "A" / "b", tmp_path / "a")
    assert not is_inside(tmp_path / "ab", tmp_path / "a")
    assert not is_inside(tmp_path, tmp_path / "a")


def test_a_missing_file_says_where_to_begin(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="pluttra init"):
        read_settings(tmp_path)


def test_a_line_that_cannot_be_parsed_is_named(tmp_path: Path) -> None:
    assert refused(tmp_path, LEAST + "contact = förskolan\n")[0].startswith("pluttra.toml: rad 3: ")


def test_a_file_in_another_encoding_is_refused(tmp_path: Path) -> None:
    (tmp_path / "pluttra.toml").write_bytes('name = "Förskolan"\n'.encode("iso-8859-1"))
    with pytest.raises(SettingsError, match="UTF-8"):
        read_settings(tmp_path)


def test_mail_is_off_until_there_is_a_server(tmp_path: Path) -> None:
    settings = read(tmp_path, LEAST)
    assert not settings.mail.is_on
    assert not settings.mail.has_notices
    assert settings.mail_links == "none"


def test_everything_of_mail_can_be_said(tmp_path: Path) -> None:
    text = LEAST + (
        'mail_links = "each"\n[mail]\nhost = "SMTP.backen.example"\nport = 2525\nsecurity = "tls"\nlogin = "dagar"\n'
        'from = "Backens förskola <dagar@backen.example>"\nreply_to = "rektor@backen.example"\ndigest = "daily"\n'
        "daily_hour = 15\nstaff = false\n"
    )
    settings = read(tmp_path, text)
    mail = settings.mail
    assert (mail.host, mail.port, mail.security, mail.account) == ("smtp.backen.example", 2525, "tls", "dagar")
    assert (mail.sender, mail.reply_to) == ("Backens förskola <dagar@backen.example>", "rektor@backen.example")
    assert (mail.digest, mail.daily_hour, mail.staff, settings.mail_links) == ("daily", 15, False, "each")


@pytest.mark.parametrize(
    "written",
    [
        'host = "smtp.backen.example"',
        'from = "dagar"',
        'from = "<dagar@backen.example"',
        'from = "A, B <dagar@backen.example>"',
        'host = "smtp://backen"\nfrom = "a@b.example"',
        'security = "none"',
        "port = 0",
        'digest = "weekly"',
        "daily_hour = 24",
        'staff = "nej"',
        'password = "hemligt"',
    ],
)
def test_what_mail_may_not_say_is_told(tmp_path: Path, written: str) -> None:
    told = refused(tmp_path, f"{LEAST}[mail]\n{written}\n")
    assert len(told) == 1
    assert "mail." in told[0]
    assert "hemligt" not in told[0]


DROP = LEAST + 'email = "rektor@backen.example"\n[drop]\n'
ON_S3 = (
    '[host]\nkind = "s3"\nendpoint = "https://s3.example.se"\nbucket = "backen"\nregion = "sto1"\npath_style = false\n'
)
ON_SFTP = '[host]\nkind = "sftp"\naddress = "sftp.example.se"\naccount = "backen"\npath = "dagar"\n'


def test_there_is_no_way_back_until_one_is_said(tmp_path: Path) -> None:
    settings = read(tmp_path, LEAST)
    assert settings.drop == DropSettings()
    assert not settings.drop.is_on
    assert settings.drop_targets == ()
    assert settings.inbox == tmp_path / "inkommet"
    assert settings.push == PushSettings()


def test_everything_of_the_drop_box_can_be_said(tmp_path: Path) -> None:
    text = DROP + (
        'url = "https://brev.backen.example/cgi/drop.py"\nfolder = "brevlada"\nbucket = "backen-brev"\n'
        'endpoint = "https://s3.example.se"\nregion = "sto2"\npath_style = true\nmail = "svar@backen.example"\n'
        'imap = "IMAP.backen.example"\nlogin = "svar"\nposts = "published"\nreceipts = true\n'
        '[push]\non = true\ncontact = "https://backen.example/kontakt"\n'
    )
    settings = read(tmp_path, text)
    drop = settings.drop
    assert (drop.url, drop.folder, drop.sftp) == ("https://brev.backen.example/cgi/drop.py", tmp_path / "brevlada", "")
    assert drop.bucket == S3Settings("https://s3.example.se", "backen-brev", "sto2")
    assert (drop.mail, drop.imap) == ("svar@backen.example", ImapSettings("imap.backen.example", 993, "tls", "svar"))
    assert (drop.posts, drop.receipts, drop.is_on) == ("published", True, True)
    assert settings.push == PushSettings(True, "https://backen.example/kontakt")
    assert settings.drop_targets == ("https://s3.example.se/backen-brev/", "https://brev.backen.example/cgi/drop.py")


def test_the_drop_box_is_as_the_host_where_nothing_else_is_said(tmp_path: Path) -> None:
    drop = read(tmp_path, DROP + 'bucket = "backen-brev"\n' + ON_S3).drop
    assert drop.bucket == S3Settings("https://s3.example.se", "backen-brev", "sto1", path_style=False)
    assert drop.bucket.url == "https://backen-brev.s3.example.se/"
    drop = read(tmp_path, DROP + 'bucket = "b-brev"\nendpoint = "https://other.example"\n' + ON_S3).drop
    assert drop.bucket == S3Settings("https://other.example", "b-brev")
    drop = read(tmp_path, DROP + 'url = "/drop"\nfolder = "sftp:brevlada"\n' + ON_SFTP).drop
    assert (drop.folder, drop.sftp) == (None, "brevlada")
    drop = read(tmp_path, DROP + 'mail = "svar@backen.example"\nimap = "imap.example.se:143"\n').drop
    assert drop.imap == ImapSettings("imap.example.se", 143, "starttls", "svar@backen.example")
    assert read(tmp_path, DROP + "[push]\non = true\n").push.contact == "mailto:rektor@backen.example"


def test_an_endpoint_on_the_sites_own_address_is_a_path(tmp_path: Path) -> None:
    settings = read(tmp_path, DROP + 'url = "https://backen.example/drop"\nfolder = "brevlada"\n')
    assert settings.drop.url == "/drop"
    assert settings.drop_targets == ()


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ('url = "/brev"\nfolder = "b"', "drop.url"),
        ('url = "/drop/../root"\nfolder = "b"', "drop.url"),
        ('url = "/drop?x=1"\nfolder = "b"', "drop.url"),
        ('url = "http://brev.backen.example/drop"\nfolder = "b"', "drop.url"),
        ('url = "https://brev.backen.example"\nfolder = "b"', "drop.url"),
        ('url = "https://brev.backen.example/drop#x"\nfolder = "b"', "drop.url"),
        ('url = "https://brev.backen.example/a;b"\nfolder = "b"', "drop.url"),
        ('url = "https://namn:ord@brev.backen.example/drop"\nfolder = "b"', "drop.url"),
        ('url = "/drop"', "drop.folder"),
        ('url = "/drop"\nfolder = "sftp:brevlada"', "drop.folder"),
        ('url = "/drop"\nfolder = "sftp:dagar/brev"\n' + ON_SFTP, "drop.folder"),
        ('folder = "inlagg/brev"', "drop.folder"),
        ('folder = "inkommet"', "drop.folder"),
        ('folder = "."', "drop.folder"),
        ('folder = "public/brev"', "drop.folder"),
        ('folder = "ut"\n[host]\npath = "ut/public"', "drop.folder"),
        ('bucket = "backen-brev"', "drop.endpoint"),
        ('bucket = "backen"\n' + ON_S3, "drop.bucket"),
        ('endpoint = "https://s3.example.se"', "drop.bucket"),
        ('bucket = "b-brev"\nendpoint = "http://s3.example.se"', "drop.endpoint"),
        ('imap = "imap.example.se"', "drop.mail"),
        ('mail = "svar@backen.example"\nlogin = "svar"', "drop.imap"),
        ('mail = "svar@backen.example"\nimap = "imap.example.se:0"', "drop.imap"),
        ('mail = "svar"', "drop.mail"),
        ('posts = "ja"', "drop.posts"),
        ('password = "hemligt"', "drop.password"),
        ('[push]\ncontact = "rektor"', "push.contact"),
    ],
)
def test_what_the_drop_box_may_not_say_is_told(tmp_path: Path, written: str, key: str) -> None:
    told = refused(tmp_path, DROP + written + "\n")
    assert len(told) == 1
    assert told[0].startswith(f"pluttra.toml: {key}: ")
    assert "hemligt" not in told[0]


def test_notices_to_telephones_need_somebody_to_complain_to(tmp_path: Path) -> None:
    assert "push.contact" in refused(tmp_path, LEAST + "[push]\non = true\n")[0]


@pytest.mark.parametrize("folders", ['inbox = "inlagg/svar"', 'inbox = "public/svar"', 'inbox = "public"'])
def test_what_comes_in_lies_neither_among_the_posts_nor_where_it_is_published(tmp_path: Path, folders: str) -> None:
    assert refused(tmp_path, f"{LEAST}[folders]\n{folders}\n")
