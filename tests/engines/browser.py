"""A guardian's device with any of the three engines, driven by plain WebDriver. Knows the shell's words, not the reader's insides."""

from __future__ import annotations

import base64
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.browser.device import OPEN
from tests.browser.hosting import Host
from tests.engines.wire import WebDriverError, Wire

_PATIENCE = 20  # seconds until what was waited for is given up
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # what WebDriver calls a reference to an element
_ASYNC = """const done = arguments[arguments.length - 1];
(async (...args) => {{ {} }})(...[...arguments].slice(0, -1)).then((value) => done({{ value }}), (error) => done({{ error: `${{error}}` }}));"""
_BUTTON = """return [...document.querySelectorAll('a, button, summary')].find((one) => one.checkVisibility()
    && [one.getAttribute('aria-label') ?? '', one.textContent.trim()].some((name) => args[1] ? name.startsWith(args[0]) : name === args[0])) ?? null"""
_DECODED = """
    const photos = [...document.querySelectorAll(args[0])];
    const sizes = [];
    for (const photo of photos) {
        photo.scrollIntoView();
        while (!(photo.currentSrc && photo.complete)) await new Promise((go) => setTimeout(go, 30));
        await photo.decode();
        sizes.push([photo.naturalWidth, photo.naturalHeight]);
    }
    return sizes;
"""


@dataclass
class Browser:
    """One browser at one host. Each host is an origin of its own, so a new host is a new device to it."""

    wire: Wire
    host: Host

    def visit(self, address: str) -> None:
        self.wire.do("Navigate", url="about:blank")
        self.wire.do("Navigate", url=self.host.link(address))

    def run(self, script: str, *arguments: object) -> Any:
        """Run the body of an async function in the page with `args`; return what it returns."""
        answer = self.wire.do("ExecuteAsyncScript", script=_ASYNC.format(script), args=list(arguments))
        if answer is None:
            raise WebDriverError("javascript error", "the page was left before it answered")
        if "error" in answer:
            raise WebDriverError("script failed", answer["error"])
        return answer.get("value")

    def eventually(self, script: str, *arguments: object, seconds: float = _PATIENCE) -> Any:
        """Run a script until what it returns is true; return that."""
        until = time.monotonic() + seconds
        while not (found := self._run_between_pages(script, *arguments)):
            assert time.monotonic() < until, f"did not happen: {script} {arguments}\n{self.said()[:600]}"
            time.sleep(0.05)
        return found

    def _run_between_pages(self, script: str, *arguments: object) -> Any:
        """Run a script; nothing where its page was left before it answered."""
        try:
            return self.run(script, *arguments)
        except WebDriverError as error:
            if error.word not in {"javascript error", "no such window", "unknown error"}:
                raise
            return None

    def enter(self, link: str, name: str) -> None:
        """Open a link, tap, and see the first page."""
        self.visit(link)
        self.tap(OPEN)
        self.shows(f"Hej {name}!")

    def tap(self, name: str, *, begins: bool = False) -> None:
        """Click what has this name, or a name that begins so, as a finger would."""
        element = self.eventually(_BUTTON, name, begins)
        self.wire.do("ElementClick", id=element[_ELEMENT])

    def type(self, where: str, text: str) -> None:
        """Type into the field that a selector finds; the path of a file, where files are chosen."""
        element = self.eventually("return document.querySelector(args[0])", where)
        self.wire.do("ElementSendKeys", id=element[_ELEMENT], text=text)

    def press(self, key: str) -> None:
        """Press a key of the keyboard and let it go."""
        steps = [{"type": "keyDown", "value": key}, {"type": "keyUp", "value": key}]
        self.wire.do("PerformActions", actions=[{"type": "key", "id": "keyboard", "actions": steps}])

    def swipe(self, across: int) -> None:
        """Draw a finger over the middle of the window, so many pixels."""
        x, y = self.run("return [Math.round(innerWidth / 2), Math.round(innerHeight / 2)]")
        steps = [
            {"type": "pointerMove", "duration": 0, "x": x - across // 2, "y": y},
            {"type": "pointerDown", "button": 0},
            *({"type": "pointerMove", "duration": 20, "x": x - across // 2 + across * part // 8, "y": y} for part in range(1, 9)),
            {"type": "pointerUp", "button": 0},
        ]  # fmt: skip
        finger = {"type": "pointer", "id": "finger", "parameters": {"pointerType": "touch"}, "actions": steps}
        self.wire.do("PerformActions", actions=[finger])

    def go(self, fragment: str) -> None:
        self.run("location.hash = args[0]", fragment)

    def read(self, post: str, title: str) -> None:
        self.go(f"#/p/{post}")
        self.shows(title)

    def shows(self, heading: str) -> None:
        self.eventually("return document.querySelector('main h1')?.textContent === args[0]", heading)

    def decoded(self, photos: str = "main figure.photo img") -> list[tuple[int, int]]:
        """Wait for photos, scroll each into sight and wait until it is decoded; widths and heights in pixels."""
        self.eventually("return document.querySelector(args[0]) !== null", photos)
        return [(width, height) for width, height in self.run(_DECODED, photos)]

    def shell_kept(self) -> None:
        """Wait until the service worker answers for the page and keeps the whole reader."""
        self.eventually("return Boolean(navigator.serviceWorker.controller)")
        self.eventually("return Boolean(await (await caches.open('shell')).match('/'))")

    def kept_quiet(self) -> None:
        """Let what is kept when no photo has come for a while be kept."""
        time.sleep(1)

    def reload(self) -> None:
        """As a reader does. (The driver's own command goes past the service worker in Firefox.)"""
        before = self.run("setTimeout(() => location.reload()); return performance.timeOrigin")
        self.eventually("return performance.timeOrigin !== args[0] && document.readyState === 'complete'", before)

    def back(self) -> None:
        self.wire.do("Back")

    def address(self) -> str:
        return str(self.wire.do("GetCurrentURL"))

    def said(self) -> str:
        return str(self.run("return `${document.title}\\n${document.body.innerText}`"))

    def picture(self, path: Path) -> None:
        """Write what is to be seen as a PNG."""
        path.write_bytes(base64.b64decode(self.wire.do("TakeScreenshot")))
