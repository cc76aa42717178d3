"""A post with twelve photos in headless Chromium, sealed and in the clear; and the reader's code up to its first page.

The clear page is the preschool's own public page: same templates, styles, photos and server. Knows the shell's buttons.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from benchmarks.measure import Figure, in_turns, ratio
from benchmarks.preschool import DEPARTMENTS, make_preschool, write_album, write_posts
from pluttra_publish.open import host_of, open_site
from pluttra_publish.publish import invite, publish
from pluttra_publish.serve import serving

_PHOTOS = 12
_TITLE = "Tolv bilder"
_CHROMIUM = os.environ.get("CHROMIUM", shutil.which("chromium") or "/usr/bin/chromium")
_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
    # The menu under the address field, a web page of the browser's own, else loads at every new window: half a second of computing in the midst of ours.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup,PreloadTopChromeWebUI",
]  # fmt: skip
_PHONE = {"viewport": {"width": 412, "height": 915}, "device_scale_factor": 2, "locale": "sv-SE"}
"""In the preschool's own language, as most phones are: another is one small module and one file more."""
_LATEST = 60_000  # milliseconds

# Milliseconds from the start of the document until every photo of the post is decoded, scrolling on as soon as there is more to ask for.
_ALL_DECODED = """async (wanted) => {
  const { port1, port2 } = new MessageChannel();
  const pause = () => new Promise((go) => { port1.onmessage = go; setTimeout(() => port2.postMessage(0), 2); });
  const shown = (photo) => photo.currentSrc && photo.complete && photo.naturalWidth;
  let photos = [];
  while (performance.now() < 60000) {
    photos = [...document.querySelectorAll('article.post figure.photo img')];
    for (const photo of photos) photo.loading = 'eager';
    if (photos.length === wanted && photos.every(shown)) break;
    photos.find((photo) => !photo.currentSrc)?.scrollIntoView();
    await pause();
  }
  await Promise.all(photos.map((photo) => photo.decode()));
  return { milliseconds: performance.now(), photos: photos.length, widths: photos.map((photo) => photo.naturalWidth) };
}"""

# Taps as soon as there is something to tap, so that no tester's time is counted, and notes when the first page with cards stands in the
# document, for what is loaded after that doesn't count as code of the first page. Then goes to `next`, if that is given.
_ENTER = """(() => {
  const next = %s;
  new MutationObserver((_, watching) => {
    const button = document.querySelector('#main [data-do="open"]:not([data-tapped])');
    if (button) {
      button.dataset.tapped = 'yes';
      setTimeout(() => button.click());
    }
    if (!document.querySelector('#main [data-post]')) return;
    watching.disconnect();
    globalThis.shown = performance.now();
    if (next) setTimeout(() => { location.hash = next; });
  }).observe(document, { childList: true, subtree: true });
})()"""

_RESOURCES = """() => performance.getEntriesByType('resource').filter(({ startTime }) => startTime < globalThis.shown).map(({ name }) => name)"""


@dataclass(frozen=True)
class Site:
    """A served site: its origin, a link into it, and the addresses of the post and of its clear twin."""

    url: str
    link: str
    post: str
    twin: str

    def at(self, url: str) -> Site:
        """The same site at another origin that leads to it."""
        return Site(*(address.replace(self.url, url, 1) for address in (self.url, self.link, self.post, self.twin)))


@contextmanager
def served(folder: Path) -> Iterator[Site]:
    """Publish and serve a preschool with one post of twelve photos, older than what its first page shows, and its clear twin."""
    preschool = make_preschool(folder / "site", departments=1, children=20, guardians=40, months=2)
    settings, identity = preschool.settings, preschool.identity
    write_posts(preschool, 60, departments=1, children=20, months=2)
    day = date.today() - timedelta(days=20)
    write_album(settings.posts / DEPARTMENTS[0], _PHOTOS, title=_TITLE, day=day)
    write_album(settings.posts / DEPARTMENTS[0], 2, title="Nyss", day=date.today() - timedelta(days=1), seed=3)
    shutil.copytree(
        settings.posts / DEPARTMENTS[0] / f"{day} {_TITLE}", settings.posts / "offentligt" / f"{day} {_TITLE}"
    )
    publish(settings, identity=identity)
    with serving(settings.host.path) as url:
        invited = invite(settings, "v000", valid_for=timedelta(days=1), identity=identity)
        opened = open_site(invited.url, host_of(invited.url, str(settings.host.path)))
        post = next(seen.card.id for seen in opened.posts if seen.card.title == _TITLE)
        twin = next(path for path in (settings.host.path / "sida").glob("*.html"))
        link = f"{url}/#{invited.url.partition('#')[2]}"
        yield Site(url, link, f"{url}/#/p/{post}", f"{url}/sida/{twin.name}")


@contextmanager
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=_ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


@contextmanager
def visitor(browser: Browser) -> Iterator[BrowserContext]:
    """Somebody's phone, with nothing in any cache."""
    context = browser.new_context(**_PHONE)  # type: ignore[arg-type] # a mapping of what new_context takes
    context.set_default_timeout(_LATEST)
    try:
        yield context
    finally:
        context.close()


def measure_photos(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Yield the time until all photos of a post are decoded, relative to the same page in the clear: as one who reads often, and as one
    who has just been invited."""
    rounds = 2 if quick else 40
    with served(folder) as site, chromium() as browser:
        again = [lambda: _again(browser, site), lambda: _clear(browser, site, warm=True)]
        new = [lambda: _invited(browser, site), lambda: _clear(browser, site, warm=False)]
        in_turns([*again, *new], 1)
        for name, ways, wanted in (("cached-reader", again, 1.3), ("from-invitation", new, 2.0)):
            ours, theirs = in_turns(ways, rounds)
            yield Figure(
                name=f"post-{_PHOTOS}-photos-{name}",
                figure=round(ratio(ours, theirs), 3),
                unit="× in the clear",
                wanted=wanted,
                raw=f"{ours.text('ms', 0)} against {theirs.text('ms', 0)}",
            )


def _decoded(page: Page) -> float:
    found = page.evaluate(_ALL_DECODED, _PHOTOS)
    if found["photos"] != _PHOTOS:
        raise RuntimeError(f"{page.url} shows {found['photos']} photos: {page.inner_text('body')[:500]}")
    return float(found["milliseconds"])


def _again(browser: Browser, site: Site) -> float:
    """Read the post in a new tab, on a device that has the reader, the keys and the indexes but not this post."""
    with visitor(browser) as context:
        page = context.new_page()
        enter(page, site)
        page.evaluate("async () => { await navigator.serviceWorker.ready; }")
        page.wait_for_timeout(600)
        page.close()
        page = context.new_page()
        page.goto(site.post, wait_until="commit")
        return _decoded(page)


def _clear(browser: Browser, site: Site, *, warm: bool) -> float:
    """Read the twin, in a new tab; `warm` has its styles and icon cached, but neither page nor photos."""
    with visitor(browser) as context:
        if warm:
            page = context.new_page()
            page.goto(site.url, wait_until="networkidle")
            page.close()
        page = context.new_page()
        page.goto(site.twin, wait_until="commit")
        return _decoded(page)


def _invited(browser: Browser, site: Site) -> float:
    """Open the link on a device that has nothing, tap, and go to the post as soon as the first page shows, each at once: nobody is so
    quick, and nothing can be made ready while the rules are read."""
    with visitor(browser) as context:
        page = context.new_page()
        open_link(page, site, then=site.post.partition("#")[2])
        return _decoded(page)


def enter(page: Page, site: Site) -> None:
    """Open the link, tap, and wait for the first page with cards."""
    open_link(page, site)
    page.locator("#main [data-post]").first.wait_for()


def open_link(page: Page, site: Site, *, then: str | None = None) -> None:
    page.add_init_script(_ENTER % json.dumps(then))
    page.goto(site.link, wait_until="commit")


def measure_code(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Yield the size of the reader's modules that are asked for before the first page shows, each packed as a host would."""
    with served(folder) as site, chromium() as browser:
        with visitor(browser) as context:
            page = context.new_page()
            enter(page, site)
            asked: list[str] = page.evaluate(_RESOURCES)
        document, worker = site.url + "/", site.url + "/sw.js"
        packed = {
            url: len(gzip.compress(_fetched(url), 9, mtime=0)) for url in {document, worker, *asked} if _is_code(url)
        }
    modules = {url: length for url, length in packed.items() if url.endswith(".js") and url != worker}
    style = sum(length for url, length in packed.items() if url.endswith(".css"))
    yield Figure(
        name="reader-code-first-page",
        figure=round(sum(modules.values()) / 1000, 2),
        unit="kB gzipped",
        wanted=20,
        raw=f"{len(modules)} modules; besides: page {packed[document] / 1000:.1f} kB, styles {style / 1000:.1f} kB; "
        f"the worker is the same code once more, {packed[worker] / 1000:.1f} kB",
    )


def _is_code(url: str) -> bool:
    return url.endswith((".js", ".css", "/"))


def _fetched(url: str) -> bytes:
    with urlopen(url) as answer:
        return bytes(answer.read())
