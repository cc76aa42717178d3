"""A guardian's telephone: a browser of its own with a page, and all it complains about. Knows the shell's words, not the reader's insides."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, CDPSession, ConsoleMessage, Locator, Page, Request, Response, expect

from tests.browser.hosting import Host

OPEN = "Jag är med på det – öppna"
GREETING = re.compile(r"^Hej ")

OPENS_WITH_LINK = "Öppna med din länk"
WRONG_LINK = "Länken är inte hel"
EXPIRED_LINK = "Länken gäller inte längre"
ACCESS_ENDED = "Din åtkomst är avslutad"
UNREACHABLE = "Det går inte att nå sidan just nu"
TAMPERED = "Något stämmer inte"
ROLLED_BACK = "Sidan är äldre än den du har sett"
NEWER_FORMAT = "Läsaren är för gammal"
LOST = "Sidan finns inte här"
FORGOTTEN = "Enheten är glömd"
OLD_BROWSER = "Webbläsaren är för gammal"
NOT_SECURE = "Adressen är inte säker"
NOT_STARTED = "Sidan kom inte fram hel"
NO_SCRIPT = "JavaScript är avstängt"
FRAMED = "Öppna sidan för sig"
SUB_PATH = "Läsaren ligger på fel adress"
OFFLINE = "Du läser utan nät"
FORGED_MEDIUM = "Det här är inte vad förskolan publicerade"
ASK_FOR_LINK = "Be förskolan om en ny länk"

Eventually = Callable[[], object]


@dataclass
class Device:
    """One browser profile, first used at a host. What a page says went wrong fails the test, unless it was expected."""

    context: BrowserContext
    host: Host
    complaints: list[str] = field(default_factory=list)
    expected: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.context.on("console", self._heard)
        self.context.on("weberror", lambda error: self.complaints.append(f"error: {error.error}"))
        self.context.on("request", self._asked)
        self.context.on("requestfailed", self._failed)
        self.context.on("response", self._answered)
        self.page: Page = self.context.new_page()

    def expect(self, *patterns: str) -> None:
        """What this test provokes and a page may complain of."""
        self.expected += patterns

    def unexpected(self) -> list[str]:
        return [said for said in self.complaints if not any(re.search(pattern, said) for pattern in self.expected)]

    def visit(self, address: str) -> None:
        self.page.goto(self.host.link(address))

    def enter(self, link: str) -> None:
        """Open a link, tap, and see the first page."""
        self.visit(link)
        self.tap(OPEN)
        expect(self.heading).to_have_text(GREETING)

    def tap(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()

    def go(self, fragment: str) -> None:
        """Follow an address inside the site."""
        self.page.evaluate("fragment => { location.hash = fragment }", fragment)

    def read(self, post: str, title: str) -> None:
        """Go to a post and see its heading."""
        self.go(f"#/p/{post}")
        self.shows(title)

    def shows(self, heading: str) -> None:
        expect(self.heading).to_have_text(heading)

    @property
    def heading(self) -> Locator:
        return self.page.locator("main h1")

    @property
    def photos(self) -> Locator:
        return self.page.locator("main figure.photo img")

    def decoded(self, photos: Locator) -> list[tuple[int, int]]:
        """Scroll every photo into sight and wait until it can be seen; its widths and heights in pixels."""
        sizes = []
        for photo in photos.all():
            photo.scroll_into_view_if_needed()
            self.eventually(lambda one=photo: one.evaluate("img => img.complete && img.naturalWidth > 0"))  # type: ignore[misc]
            sizes.append(photo.evaluate("img => img.decode().then(() => [img.naturalWidth, img.naturalHeight])"))
        return [(width, height) for width, height in sizes]

    def cards(self) -> list[str]:
        """The titles of all cards of a page, older ones too."""
        older = self.page.get_by_role("button", name="Visa äldre")
        found = self.page.locator("main .cards h2 a")
        expect(found.first).to_be_visible()
        while older.is_visible():
            before = found.count()
            older.click()
            self.eventually(lambda count=before: found.count() > count)  # type: ignore[misc]
            expect(self.page.get_by_role("button", name="Hämtar …")).to_have_count(0)
        return found.all_text_contents()

    def controlled(self) -> None:
        """Wait until the service worker answers for the page."""
        self.eventually(lambda: self.page.evaluate("() => Boolean(navigator.serviceWorker.controller)"))

    def shell_kept(self) -> None:
        """Wait until the worker keeps the whole reader."""
        self.controlled()
        self.eventually(
            lambda: self.page.evaluate("() => caches.open('shell').then(cache => cache.match('/')).then(Boolean)")
        )

    def kept_quiet(self) -> None:
        """Let what is being kept and fetched in the background be done."""
        self.page.wait_for_load_state("networkidle")
        self.page.wait_for_timeout(300)

    def offline(self) -> None:
        self.context.set_offline(True)
        self.host.stop()

    def cdp(self) -> CDPSession:
        return self.context.new_cdp_session(self.page)

    def hard_reload(self) -> None:
        """As Ctrl-Shift-R: past the cache and past the worker."""
        with self.page.expect_navigation():
            self.cdp().send("Page.reload", {"ignoreCache": True})

    def focused(self) -> str:
        return str(self.page.evaluate("() => document.activeElement.localName"))

    def said(self) -> str:
        """All words in the document, hidden ones too, but for the shell's templates."""
        return str(self.page.evaluate("() => document.title + document.body.textContent"))

    def eventually(self, true: Eventually, *, seconds: float = 15) -> None:
        until = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < until, "what was waited for did not happen"
            self.page.wait_for_timeout(50)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not message.location["url"].startswith("blob:"):
            self.complaints.append(f"console: {message.text} ({message.location['url']})")

    def _asked(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in {"blob", "data"} and f"{parts.scheme}://{parts.netloc}" != self.host.url:
            self.complaints.append(f"asked elsewhere: {request.url}")

    def _failed(self, request: Request) -> None:
        # Aborted is what the browser or the reader no longer wanted; a blob is let go of when its page is left.
        if request.failure != "net::ERR_ABORTED" and not request.url.startswith("blob:"):
            self.complaints.append(f"failed: {request.url} {request.failure}")

    def _answered(self, response: Response) -> None:
        if response.status >= 400:
            self.complaints.append(f"answered: {response.url} {response.status}")
