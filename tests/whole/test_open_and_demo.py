"""What the commands `open` and `demo` write, and what they refuse."""

from __future__ import annotations

import json
import socket
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from pluttra_publish.format.layout import object_path
from pluttra_publish.serve import serving
from tests.whole.conftest import CONTENT
from tests.whole.preschool import STOCKHOLM, Preschool, files_of, photo, titles
from tests.whole.shell import Shell


@pytest.fixture
def today(published: Preschool) -> Preschool:
    """The published preschool, with links from now on: `open` looks at the real clock."""
    published.now = datetime.now(STOCKHOLM)
    return published


@pytest.mark.parametrize("bare", [False, True])
def test_open_writes_what_a_reader_sees_as_plain_pages(
    at: Shell, today: Preschool, tmp_path: Path, *, bare: bool
) -> None:
    today.post("Solrosen/2026-11-20 Fjärilar", "Se [snön](<../2026-11-19 Första snön>).\n", ett_jpg=photo())
    today.publish()
    link = today.invite("johan")
    with serving(today.public, bare=bare) as url:
        answer = at.answer("open", "--link", link, "--host", url, "--into", tmp_path / "kopia")
    seen = today.open("johan")
    assert answer["name"] == "Johan Ek"
    assert (answer["posts"], answer["media"]) == (4, 2)
    written = files_of(tmp_path / "kopia")
    pages = {path: content.decode() for path, content in written.items() if path.endswith(".html")}
    assert all(any(title in page for page in pages.values()) for title in titles(seen))
    assert "grinden" not in "".join(pages.values())  # Blåklockan's
    for path, page in pages.items():
        for address in _addresses(page):
            assert unquote(address) in written, (path, address)
    assert len([path for path in written if path.startswith("media/")]) == 2


def test_open_takes_a_folder_as_host_and_an_empty_folder_to_write_in(
    at: Shell, today: Preschool, tmp_path: Path
) -> None:
    (tmp_path / "kopia").mkdir()
    words = ("open", "--link", today.invite("mei"), "--host", today.public, "--into", tmp_path / "kopia")
    spoken = at.run(*words)
    assert spoken.exit_code == 0
    assert "Mei Chen: 2 inlägg" in spoken.stdout
    assert (tmp_path / "kopia" / "index.html").is_file()


def test_open_takes_a_link_whose_hash_was_mangled_on_the_way(at: Shell, today: Preschool, tmp_path: Path) -> None:
    link = today.invite("mei")
    words = ("--host", today.public, "--into")
    whole, mangled = (
        at.run("open", "--link", written, *words, tmp_path / name)
        for name, written in (("hel", link), ("ändrad", link.replace("#", "%23")))
    )
    assert whole.exit_code == mangled.exit_code == 0
    assert "sett nyckeln" not in whole.stderr
    assert "kan ha sett nyckeln. Be förskolan om en ny länk." in mangled.stderr
    assert at.answer("open", "--link", link.replace("#", "%23"), *words, tmp_path / "json")["mangled"] is True
    assert at.answer("open", "--link", link, *words, tmp_path / "json hel")["mangled"] is False


def test_open_tells_a_host_that_does_not_answer_from_a_link_that_no_longer_holds(
    at: Shell, today: Preschool, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        dead = f"http://127.0.0.1:{taken.getsockname()[1]}"
    words = ("open", "--link", today.invite("mei"), "--into", tmp_path / "kopia", "--host")
    for host in (dead, "http://nowhere.invalid", f"http://{'a' * 70}.invalid"):
        answer = at.run(*words, host)
        assert answer.exit_code == 8, host
        assert "unreachable" in answer.stderr
    (today.root / "tom").mkdir()
    for host in (str(today.root / "nixmapp"), str(today.root / "tom"), "dagar.example.se", "ftp://a.se", "http://[a"):
        answer = at.run(*words, host)
        assert answer.exit_code == 2, host
        assert "tips: Ange" in answer.stderr
    assert at.run(*words[:1], "--link", "https://a.se/#i=" + "A" * 43, *words[3:], today.public).exit_code == 7
    assert not (tmp_path / "kopia").exists()


def test_open_writes_into_no_folder_that_has_something_in_it(at: Shell, today: Preschool, tmp_path: Path) -> None:
    (tmp_path / "kopia").mkdir()
    (tmp_path / "kopia" / "min.txt").write_text("min", encoding="utf-8")
    words = ("open", "--link", today.invite("mei"), "--host", today.public)
    assert at.run(*words, "--into", tmp_path / "kopia").exit_code == 2
    assert at.run(*words, "--into", tmp_path / "kopia" / "min.txt").exit_code == 2
    assert files_of(tmp_path / "kopia") == {"min.txt": b"min"}


@pytest.mark.parametrize("into", ["kopia", "o/kopia"])
def test_open_writes_nothing_in_clear_where_the_sealed_site_lies(at: Shell, today: Preschool, into: str) -> None:
    before = today.files()
    refused = at.run("open", "--link", today.invite("mei"), "--host", today.public, "--into", today.public / into)
    assert refused.exit_code == 2
    assert "publiceras" in refused.stderr
    assert today.files().keys() - before.keys() <= {path for path in today.files() if path.startswith("k/")}


@pytest.mark.parametrize("last", ["page", "media"])
def test_open_leaves_no_half_folder_when_something_is_forged(
    at: Shell, today: Preschool, tmp_path: Path, last: str
) -> None:
    card = today.open("johan").posts[0].card
    forged = today.public / object_path((card.page if last == "page" else card.media[0]).name)
    forged.write_bytes(forged.read_bytes()[:-1] + b"x")
    around = set(tmp_path.iterdir())
    words = ("open", "--link", today.invite("johan"), "--host", today.public, "--into", tmp_path / "kopia")
    refused = at.run(*words)
    assert refused.exit_code == 7
    assert "pluttra: Något på värden är inte det som förskolan lade dit. [tampered" in refused.stderr
    answer = json.loads(at.run(*words, "--json").stdout)
    assert answer["exit_code"] == 7
    assert answer["error"].startswith("Något på värden")
    assert set(tmp_path.iterdir()) == around


def test_demo_seals_the_sample_and_gives_a_link_to_each_of_five(shell: Shell, tmp_path: Path) -> None:
    shell.environment["SOURCE_DATE_EPOCH"] = str(int(datetime.now(STOCKHOLM).timestamp()))  # `open` looks at the clock
    words = ("demo", tmp_path / "demo", "--no-serve", "--base-url", "https://prov.example.se/")
    answer = shell.answer(*words)
    assert set(answer) == {"public", "links"}
    assert answer["public"] == str(tmp_path / "demo" / "public")
    links = answer["links"]
    assert isinstance(links, list)
    assert [list(link) for link in links] == [["role", "name", "children", "departments", "url"]] * 5
    assert [(link["role"], link["name"], link["children"], link["departments"]) for link in links] == [
        ("guardian", "Maria Lindqvist", ["Alva", "Noah"], ["Solrosen", "Blåklockan"]),
        ("guardian", "Johan Ek", ["Alva"], ["Solrosen"]),
        ("guardian", "Erik Nyström", ["Elsa"], ["Blåklockan"]),
        ("pedagogue", "Petra Lund", [], ["Solrosen"]),
        ("principal", "Ingrid Hallberg", [], ["Solrosen", "Blåklockan"]),
    ]
    before = files_of(tmp_path / "demo")
    assert shell.answer(*words) == answer
    after = files_of(tmp_path / "demo")
    changed = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert changed <= {
        "public/root",
        "privat/keystore.age",
        "privat/logg.jsonl",
        "privat/ledger.sqlite",
        "privat/on-host.sqlite",
    }
    assert not (CONTENT / "privat").exists()
    assert not shell.identity.exists()
    for number, link in enumerate(links):
        assert link["url"].startswith("https://prov.example.se/#i=")
        into = tmp_path / str(number)
        opened = shell.run("open", "--link", link["url"], "--host", answer["public"], "--into", into)
        assert opened.exit_code == 0
        assert link["name"] in opened.stdout


@pytest.mark.parametrize("url", ["javascript:1", "https://a.se/sub", "http://a.se", "ftp://a.se", "skräp"])
def test_demo_makes_links_to_no_address_that_a_site_may_not_have(shell: Shell, tmp_path: Path, url: str) -> None:
    refused = shell.run("demo", tmp_path / "demo", "--no-serve", "--base-url", url)
    assert refused.exit_code == 2
    assert "tips: " in refused.stderr
    assert not (tmp_path / "demo").exists()


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if value and name in {"src", "href", "poster"}:
                self.found.append(value)
            if value and name == "srcset":
                self.found += [part.split()[0] for part in value.split(",")]


def _addresses(page: str) -> list[str]:
    links = _Links()
    links.feed(page)
    return [address for address in links.found if "://" not in address]
