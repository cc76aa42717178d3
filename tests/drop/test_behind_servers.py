"""The drop endpoint behind the real nginx, Apache and Caddy with the rules we write: on the site's own address, and on one of its own."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from pluttra_publish.drop.endpoint import LENGTHS, TYPE, DropBox
from pluttra_publish.drop.running import running
from pluttra_publish.drop.setting_up import SCRIPT, write_script
from pluttra_publish.hosts import FolderHost
from pluttra_publish.hosts.drops import FolderDrop
from pluttra_publish.hosts.server_rules import Dropping
from tests.hosts.suite import shell
from tests.servers import web
from tests.servers.browser_form import ask
from tests.servers.web import Web

SITE = "https://dagar.example.se"
FAR = "https://brev.example.se/take"


@dataclass(frozen=True)
class Behind:
    """A server of a kind with the endpoint behind it, the path that takes messages, where they lie, and where the server's own files are."""

    kind: str
    web: Web
    path: str
    folder: Path
    files: Path

    def ask(
        self, method: str = "POST", content: bytes | None = None, path: str | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        said = {"Content-Type": TYPE} | {name.replace("_", "-"): value for name, value in headers.items()}
        return ask(
            f"{self.web.url}{self.path if path is None else path}", method, content, said, trusting=self.web.trusting
        )

    def lying(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.folder.iterdir() if not path.name.startswith(".")}


KINDS = [f"{kind}-{where}" for kind in ("nginx", "apache", "caddy") for where in ("inside", "apart")]


@pytest.fixture(scope="module", params=KINDS)
def behind(request: pytest.FixtureRequest) -> Iterator[Behind]:
    kind, _, where = request.param.partition("-")
    # A folder that the server's account may enter; pytest's own closes for others whenever another pytest begins.
    with tempfile.TemporaryDirectory(prefix="drop-") as made:
        Path(made).chmod(0o755)
        yield from _behind(kind, where, Path(made))


def _behind(kind: str, where: str, base: Path) -> Iterator[Behind]:
    site, files, box = base / "site", base / "server", base / "box"
    host = FolderHost(site)
    host.put(shell("index.html", b"<!doctype html>"))
    host.put(shell("sw.js", b"// worker"))
    apart = where == "apart"
    path, origin = ("/take", SITE) if apart else ("/drop", "")
    with ExitStack() as stack:
        if kind == "apache":
            write_script(site, folder=str(box), origin=origin)
            box.mkdir(mode=0o700)
            if os.getuid() == 0:
                shutil.chown(box, "www-data", "www-data")
            drop = Dropping(path, script=SCRIPT, targets=(FAR,))
        else:
            url = stack.enter_context(running(DropBox(box, origin=origin)))
            drop = Dropping(path, url.removeprefix("http://"), targets=(FAR,))
        serve: Callable[..., ExitStack] = getattr(web, kind)
        server = stack.enter_context(serve(site, files, drop=drop, own=path if apart else ""))
        yield Behind(kind, server, path, box, files)  # type: ignore[arg-type]


@pytest.mark.parametrize("length", [LENGTHS[0], LENGTHS[-1]])
def test_a_message_passes_whole(behind: Behind, length: int) -> None:
    content = os.urandom(length)
    assert [behind.ask(content=content)[0] for _ in range(2)] == [201, 201]
    assert behind.ask(content=content[:16] + os.urandom(LENGTHS[0] - 16))[0] == 409
    assert behind.lying()[content[:16].hex()] == content
    drop = FolderDrop(behind.folder)
    assert drop.get(content[:16].hex(), LENGTHS[-1]) == content
    drop.delete([content[:16].hex()])
    assert content[:16].hex() not in behind.lying()


@pytest.mark.parametrize("length", [0, 10, LENGTHS[0] + 1, LENGTHS[-1] + 1, 5 << 20])
def test_another_length_is_refused_by_one_or_the_other(behind: Behind, length: int) -> None:
    before = behind.lying()
    assert behind.ask(content=b"x" * length)[0] == 413
    assert behind.lying() == before


def test_nothing_else_can_be_done(behind: Behind) -> None:
    content = os.urandom(LENGTHS[0])
    behind.ask(content=content)
    for method in ("GET", "PUT", "DELETE", "OPTIONS"):
        status, headers, body = behind.ask(method)
        assert (status, content in body) == (405, False)
        assert "access-control-allow-origin" not in headers
    for path in (f"{behind.path}/", f"{behind.path}/{content[:16].hex()}", f"/{SCRIPT}", "/.senast.sqlite", f"/../box/{content[:16].hex()}"):  # fmt: skip
        status, _, body = behind.ask("GET", path=path)
        assert status in {400, 404}, path
        assert b"import" not in body
        assert content not in body
        assert behind.ask(content=os.urandom(LENGTHS[0]), path=path)[0] in {400, 404, 405}, path


def test_pages_of_the_site_alone_may_send_where_the_address_is_another(behind: Behind) -> None:
    if behind.path == "/drop":
        return
    status, headers, _ = behind.ask("OPTIONS", Origin=SITE, Access_Control_Request_Method="POST")
    assert (status, headers["access-control-allow-origin"]) == (204, SITE)
    status, headers, _ = behind.ask(content=os.urandom(LENGTHS[0]), Origin=SITE)
    assert (status, headers["access-control-allow-origin"]) == (201, SITE)
    assert behind.ask(content=os.urandom(LENGTHS[0]), Origin="https://evil.example")[0] == 403


def test_the_site_beside_it_is_as_before_and_its_worker_may_reach_what_takes_messages(behind: Behind) -> None:
    if behind.path != "/drop":
        assert behind.ask("GET", path="/index.html")[0] == 404
        return
    assert behind.ask("GET", path="/")[2] == b"<!doctype html>"
    _, headers, _ = behind.ask("GET", path="/sw.js")
    assert f"connect-src 'self' {FAR};" in headers["content-security-policy"]
    assert behind.ask(content=os.urandom(LENGTHS[0]), path="/index.html")[0] in {404, 405}


def test_an_answer_is_kept_nowhere_and_runs_nothing(behind: Behind) -> None:
    _, headers, _ = behind.ask(content=os.urandom(LENGTHS[0]))
    assert set(headers["cache-control"].split(", ")) <= {"no-store", "no-cache"}
    assert headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in headers["content-security-policy"]
    assert "max-age=63072000" in headers["strict-transport-security"]


def test_the_address_of_who_sends_is_in_no_file(behind: Behind) -> None:
    """A web hotel has logs of its own, which nobody but it can turn off: docs/brevladan.md says so."""
    if behind.kind == "apache":
        return
    for length in (LENGTHS[0], 10, 5 << 20):
        behind.ask(content=os.urandom(length))
    for path in behind.files.rglob("*"):
        if path.is_file() and path.name in {"errors", "log"}:
            lines = [
                line for line in path.read_bytes().splitlines() if b"127.0.0.1" in line and b"client" in line.lower()
            ]
            assert lines == [], path.name
