"""Commands of W3C WebDriver, by HTTP to a driver or by Firefox's own Marionette, which needs none. Knows no page and no browser's options."""

from __future__ import annotations

import http.client
import itertools
import json
import socket
from typing import Any, Protocol

_LONGEST = 60  # seconds for one command
_BY_HTTP = {
    "NewSession": ("POST", "/session"),
    "DeleteSession": ("DELETE", "/session/{session}"),
    "SetTimeouts": ("POST", "/session/{session}/timeouts"),
    "Navigate": ("POST", "/session/{session}/url"),
    "Back": ("POST", "/session/{session}/back"),
    "GetCurrentURL": ("GET", "/session/{session}/url"),
    "ExecuteAsyncScript": ("POST", "/session/{session}/execute/async"),
    "ElementClick": ("POST", "/session/{session}/element/{id}/click"),
    "ElementSendKeys": ("POST", "/session/{session}/element/{id}/value"),
    "PerformActions": ("POST", "/session/{session}/actions"),
    "TakeScreenshot": ("GET", "/session/{session}/screenshot"),
}


class WebDriverError(Exception):
    """A browser did not do what it was told; `word` is WebDriver's for why."""

    def __init__(self, word: str, message: str) -> None:
        super().__init__(f"{word}: {message}")
        self.word = word


class Wire(Protocol):
    """One browser with one window."""

    def do(self, command: str, **arguments: object) -> Any:
        """Give a command; return its value.

        Raises:
            WebDriverError: the browser says that it could not.
        """

    def close(self) -> None:
        """End the session."""


class ByHTTP:
    """A driver such as chromedriver or WebKitWebDriver. It opens its browser at the first command, and ends it with the session."""

    def __init__(self, port: int, capabilities: dict[str, object]) -> None:
        self._port = port
        self._session = ""
        answer = self.do("NewSession", capabilities={"alwaysMatch": capabilities})
        self._session = answer["sessionId"]
        self.version: str = answer["capabilities"].get("browserVersion", "")

    def do(self, command: str, **arguments: object) -> Any:
        method, path = _BY_HTTP[command]
        body = None if method != "POST" else json.dumps(arguments).encode()
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=_LONGEST)
        try:
            connection.request(method, path.format(session=self._session, **arguments), body)
            answer = json.loads(connection.getresponse().read())["value"]
        finally:
            connection.close()
        if isinstance(answer, dict) and "error" in answer:
            raise WebDriverError(answer["error"], f"{command}: {answer.get('message', '')}")
        return answer

    def close(self) -> None:
        self.do("DeleteSession")


class ByMarionette:
    """Firefox, started with `--marionette`: the same commands in frames `length:[kind, number, …]` on a socket."""

    def __init__(self, port: int, capabilities: dict[str, object]) -> None:
        self._numbers = itertools.count()
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=_LONGEST)
        self._file = self._socket.makefile("rb")
        self._frame()  # a greeting
        self.version: str = self.do("NewSession", **capabilities)["capabilities"]["browserVersion"]

    def do(self, command: str, **arguments: object) -> Any:
        packed = json.dumps([0, next(self._numbers), f"WebDriver:{command}", arguments]).encode()
        self._socket.sendall(b"%d:%b" % (len(packed), packed))
        _, _, error, answer = self._frame()
        if error:
            raise WebDriverError(error["error"], f"{command}: {error.get('message', '')}")
        return answer["value"] if isinstance(answer, dict) and set(answer) == {"value"} else answer

    def close(self) -> None:
        self.do("DeleteSession")
        self._file.close()
        self._socket.close()

    def _frame(self) -> Any:
        length = b""
        while (character := self._file.read(1)) != b":":
            if not character:
                raise WebDriverError("unknown error", "Firefox hung up")
            length += character
        return json.loads(self._file.read(int(length)))
