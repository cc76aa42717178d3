"""The small server answers its own page in its own tab, and nobody else."""

from __future__ import annotations

import http.client
import json
import socket
from collections.abc import Iterator
from http import HTTPStatus
from urllib.parse import urlsplit

import pytest

from pluttra_publish.errors import ContentError, UsageError
from pluttra_publish.local.server import LocalPage, Reply, Shown, json_reply, show, showing

PAGE = LocalPage(
    files={"/": Reply(b"<!doctype html>", "text/html; charset=utf-8"), "/a.js": Reply(b"1", "text/javascript")},
    shows={"/state": lambda: json_reply({"barn": "Åke"})},
    takes={
        "/save": lambda content: json_reply({"got": json.loads(content)}),
        "/close": lambda _: Reply(last=True),
        "/fault": lambda _: fault(ContentError("Det går inte.", hint="Gör så här.")),
        "/full": lambda _: fault(OSError(28, "No space left on device")),
        "/bug": lambda _: fault(ZeroDivisionError()),
    },
)


def fault(error: Exception) -> Reply:
    raise error


class Tab:
    """A browser's tab, as far as a server can see: it says what it is told to say."""

    def __init__(self, shown: Shown) -> None:
        self.shown = shown
        self.port = urlsplit(shown.origin).port or 0
        self.token = shown.url.partition("#t=")[2]
        self.headers: dict[str, str] = {}

    def ask(self, method: str, path: str, *, body: bytes | None = None, **headers: str | None) -> tuple[int, bytes]:
        status, _, content = self.whole(method, path, body=body, **headers)
        return status, content

    def whole(
        self, method: str, path: str, *, body: bytes | None = None, **headers: str | None
    ) -> tuple[int, dict[str, str], bytes]:
        said: dict[str, str | None] = {"Host": f"127.0.0.1:{self.port}"}
        if method == "POST":
            body = b"{}" if body is None else body
            said |= {"Origin": self.shown.origin, "Content-Type": "application/json", "Content-Length": str(len(body))}
        said |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in said.items():
            if value is not None:
                connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        found = answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read()
        connection.close()
        return found

    def begin(self) -> str:
        status, content = self.ask("POST", "/session", Authorization=f"Pluttra {self.token}")
        assert status == HTTPStatus.OK
        return f"Pluttra {json.loads(content)['session']}"


@pytest.fixture
def tab() -> Iterator[Tab]:
    with showing(PAGE) as shown:
        yield Tab(shown)


def test_the_empty_page_is_for_whoever_has_the_port_and_is_strict(tab: Tab) -> None:
    status, headers, content = tab.whole("GET", "/")
    assert (status, content) == (HTTPStatus.OK, b"<!doctype html>")
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy
    assert headers["cache-control"] == "no-store"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert not any(name.startswith("access-control") for name in headers)
    assert "set-cookie" not in headers
    assert "server" not in headers


def test_a_token_becomes_a_session_that_may_see_and_send(tab: Tab) -> None:
    session = tab.begin()
    assert tab.ask("GET", "/state", Authorization=session) == (HTTPStatus.OK, '{"barn": "Åke"}'.encode())
    assert tab.ask("POST", "/save", body=b"[1]", Authorization=session) == (HTTPStatus.OK, b'{"got": [1]}')
    assert not tab.shown.done.is_set()


def test_a_token_works_once(tab: Tab) -> None:
    tab.begin()
    assert tab.ask("POST", "/session", Authorization=f"Pluttra {tab.token}") == (HTTPStatus.FORBIDDEN, b"")


def test_a_token_is_no_session_and_a_session_no_token(tab: Tab) -> None:
    assert tab.ask("GET", "/state", Authorization=f"Pluttra {tab.token}")[0] == HTTPStatus.FORBIDDEN
    session = tab.begin()
    assert tab.ask("POST", "/session", Authorization=session)[0] == HTTPStatus.FORBIDDEN


@pytest.mark.parametrize(
    "written", ["Pluttra fel", "Pluttra ", "Pluttra", "Bearer {}", "{}", "Pluttra {}x", "Pluttra å", None]
)
def test_a_wrong_token_opens_nothing_and_leaves_the_right_one_working(tab: Tab, written: str | None) -> None:
    wrong = written and written.format(tab.token)
    assert tab.ask("POST", "/session", Authorization=wrong) == (HTTPStatus.FORBIDDEN, b"")
    for method, path in (("GET", "/state"), ("POST", "/save")):
        assert tab.ask(method, path, Authorization=wrong) == (HTTPStatus.FORBIDDEN, b"")
    tab.begin()


@pytest.mark.parametrize(
    "origin",
    [
        "https://ond.example",
        "null",
        "http://localhost:{}",
        "http://127.0.0.1",
        "http://127.0.0.1:{}.ond.example",
        "https://127.0.0.1:{}",
    ],
)
def test_another_origin_gets_nothing_even_with_the_session(tab: Tab, origin: str) -> None:
    session, origin = tab.begin(), origin.format(tab.port)
    for method, path in (("GET", "/state"), ("POST", "/save"), ("GET", "/a.js")):
        assert tab.ask(method, path, Authorization=session, Origin=origin) == (HTTPStatus.FORBIDDEN, b"")


def test_sending_without_an_origin_is_refused(tab: Tab) -> None:
    assert tab.ask("POST", "/save", Authorization=tab.begin(), Origin=None) == (HTTPStatus.FORBIDDEN, b"")


@pytest.mark.parametrize(
    "host",
    ["ond.example", "ond.example:{}", "localhost:{}", "127.0.0.1", "127.0.0.1:1", "127.0.0.1:{}.ond.example", "", None],
)
def test_a_name_that_was_pointed_here_gets_nothing(tab: Tab, host: str | None) -> None:
    session, host = tab.begin(), host and host.format(tab.port)
    for method, path in (("GET", "/"), ("GET", "/state"), ("POST", "/save")):
        assert tab.ask(method, path, Authorization=session, Host=host) == (HTTPStatus.FORBIDDEN, b"")


@pytest.mark.parametrize("site", ["cross-site", "same-site", "none"])
def test_what_the_browser_says_another_page_asks_for_is_refused(tab: Tab, site: str) -> None:
    session = tab.begin()
    assert tab.ask("GET", "/state", Authorization=session, Sec_Fetch_Site=site)[0] == HTTPStatus.FORBIDDEN
    assert tab.ask("GET", "/", Sec_Fetch_Site=site, Sec_Fetch_Dest="iframe")[0] == HTTPStatus.FORBIDDEN
    assert tab.ask("GET", "/", Sec_Fetch_Site=site, Sec_Fetch_Dest="document")[0] == HTTPStatus.OK


@pytest.mark.parametrize(
    ("method", "path"),
    [("OPTIONS", "/save"), ("HEAD", "/"), ("PUT", "/save"), ("GET", "/save"), ("POST", "/state"), ("GET", "/?x"), ("GET", "/../a.js"), ("GET", "/mask.py")],
)  # fmt: skip
def test_other_questions_get_nothing(tab: Tab, method: str, path: str) -> None:
    assert tab.ask(method, path, Authorization=tab.begin()) == (HTTPStatus.FORBIDDEN, b"")


@pytest.mark.parametrize(
    "headers",
    [{"Content_Type": "text/plain"}, {"Content_Type": "application/x-www-form-urlencoded"}, {"Content_Type": None}, {"Content_Length": None}, {"Content_Length": "-1"}, {"Content_Length": str(10**9)}, {"Transfer_Encoding": "chunked"}],
)  # fmt: skip
def test_only_json_of_a_known_and_modest_length_is_read(tab: Tab, headers: dict[str, str | None]) -> None:
    assert tab.ask("POST", "/save", Authorization=tab.begin(), **headers) == (HTTPStatus.FORBIDDEN, b"")


def test_what_the_page_could_not_do_is_told_and_it_goes_on(tab: Tab) -> None:
    session = tab.begin()
    status, content = tab.ask("POST", "/fault", Authorization=session)
    assert (status, json.loads(content)) == (HTTPStatus.CONFLICT, {"error": "Det går inte.", "hint": "Gör så här."})
    status, content = tab.ask("POST", "/full", Authorization=session)
    assert "No space left" in json.loads(content)["error"]
    assert tab.ask("POST", "/save", Authorization=session)[0] == HTTPStatus.OK


def test_the_last_reply_ends_it(tab: Tab) -> None:
    session = tab.begin()
    assert tab.ask("POST", "/close", Authorization=session)[0] == HTTPStatus.OK
    assert tab.shown.done.wait(10)
    assert tab.ask("POST", "/save", Authorization=session)[0] == HTTPStatus.FORBIDDEN


def test_the_port_is_open_to_this_computer_only_and_closed_afterwards() -> None:
    with showing(PAGE) as shown:
        tab = Tab(shown)
        assert shown.origin.startswith("http://127.0.0.1:")
        with pytest.raises(UsageError, match="kan inte öppnas") as error, showing(PAGE, port=tab.port):
            pass
        assert "--port" in error.value.hint
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", tab.port), timeout=1):
        pass


def test_show_returns_when_the_page_is_done_and_a_bug_is_a_bug() -> None:
    def press(path: str) -> bool:
        urls: list[str] = []

        def ready(url: str) -> None:
            urls.append(url)
            tab = Tab(Shown(url.partition("/#")[0], url, done, []))
            tab.ask("POST", path, Authorization=tab.begin())

        return show(PAGE, ready=ready)

    import threading

    done = threading.Event()
    assert press("/close")
    with pytest.raises(ZeroDivisionError):
        press("/bug")


def test_ctrl_c_ends_it_without_a_fault() -> None:
    def ready(_: str) -> None:
        raise KeyboardInterrupt

    assert show(PAGE, ready=ready) is False


def test_neither_token_nor_session_shows_in_what_is_printed_of_it() -> None:
    with showing(PAGE) as shown:
        assert Tab(shown).token not in repr(shown)
