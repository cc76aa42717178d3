"""The first photo of a post with twelve, on a slow phone with a slow line, sealed and in the clear; with the figures that Lighthouse gives.

The processor is a quarter as fast (the page's main thread: Chromium slows no more), the line has 1.6 Mbit/s and 150 ms, as Lighthouse's.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page

from benchmarks.browsing import Site, chromium, enter, open_link, served, visitor
from benchmarks.measure import Figure, in_turns, ratio
from benchmarks.slow_line import Line, line_to

_SLOWER = 4

# Notes what Lighthouse looks at from the first moment on. Milliseconds from the start of the document; the layout's shifts in their worst window.
_WATCH = """(() => {
  const seen = { fcp: 0, lcp: 0, tasks: [], shifts: [] };
  globalThis.seen = seen;
  const watch = (type, take) => new PerformanceObserver((list) => list.getEntries().forEach(take)).observe({ type, buffered: true });
  watch('paint', ({ name, startTime }) => { if (name === 'first-contentful-paint') seen.fcp = startTime; });
  watch('largest-contentful-paint', ({ startTime }) => { seen.lcp = startTime; });
  watch('longtask', ({ startTime, duration }) => { seen.tasks.push([startTime, duration]); });
  watch('layout-shift', ({ startTime, value, hadRecentInput }) => { if (!hadRecentInput) seen.shifts.push([startTime, value]); });
})()"""

# When the first photo of the post is decoded; then how it all looks once three of them are.
_FIRST_PHOTO = """async () => {
  const { port1, port2 } = new MessageChannel();
  const pause = () => new Promise((go) => { port1.onmessage = go; setTimeout(() => port2.postMessage(0), 4); });
  const photos = () => [...document.querySelectorAll('article.post figure.photo img')];
  const shown = (photo) => photo?.currentSrc && photo.complete && photo.naturalWidth;
  while (!shown(photos()[0])) await pause();
  await photos()[0].decode();
  const first = performance.now();
  while (!photos().slice(0, 3).every(shown)) await pause();
  await new Promise((go) => setTimeout(go, 500));
  const { fcp, lcp, tasks, shifts } = globalThis.seen;
  let [cls, begun, last, sum] = [0, 0, -Infinity, 0];
  for (const [at, value] of shifts) {
    if (at - last > 1000 || at - begun > 5000) [begun, sum] = [at, 0];
    [last, sum] = [at, sum + value];
    cls = Math.max(cls, sum);
  }
  const tbt = tasks.filter(([at]) => at > fcp).reduce((blocked, [, took]) => blocked + Math.max(0, took - 50), 0);
  return { first, fcp, lcp, cls, tbt };
}"""


@dataclass(frozen=True)
class _Seen:
    """What one visit showed: milliseconds, but for the layout's shifts (`cls`), which have no unit."""

    first: float
    fcp: float
    lcp: float
    cls: float
    tbt: float


def measure(folder: Path, *, quick: bool) -> Iterator[Figure]:
    """Yield the time until the first photo of a post is decoded, relative to the same page in the clear, for one who reads often and for one
    who has never been here; and of each visit FCP, LCP, CLS and TBT."""
    rounds = 1 if quick else 7
    with served(folder) as near, chromium() as browser, line_to(near.url) as line:
        site = near.at(line.url)
        cases: tuple[tuple[str, Callable[..., _Seen], bool, float], ...] = (
            ("cached", _again, True, 1.3),
            ("first-time", _invited, False, 2.0),
        )
        for name, visit, warm, wanted in cases:
            ours: list[_Seen] = []
            theirs: list[_Seen] = []
            sealed, clear = in_turns(
                [
                    lambda visit=visit, into=ours: _noted(into, visit(browser, site, line)),  # type: ignore[misc]
                    lambda warm=warm, into=theirs: _noted(into, _clear(browser, site, line, warm=warm)),  # type: ignore[misc]
                ],
                rounds,
            )
            yield Figure(
                name=f"phone-first-photo-{name}",
                figure=round(ratio(sealed, clear), 3),
                unit="× in the clear",
                wanted=wanted,
                raw=f"{sealed.text('ms', 0)} against {clear.text('ms', 0)}",
            )
            for metric, unit, digits in (("fcp", "ms", 0), ("lcp", "ms", 0), ("tbt", "ms", 0), ("cls", "", 3)):
                mine, plain = (
                    statistics.median(getattr(seen, metric) for seen in all_seen) for all_seen in (ours, theirs)
                )
                yield Figure(
                    name=f"phone-{metric}-{name}",
                    figure=round(mine, digits),
                    unit=unit,
                    wanted=None,
                    raw=f"{plain:.{digits}f} {unit} in the clear",
                )  # fmt: skip


def _noted(into: list[_Seen], seen: _Seen) -> float:
    into.append(seen)
    return seen.first


def _phone(page: Page) -> None:
    """Slow the page's processor, and note what it shows."""
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": _SLOWER})
    page.add_init_script(_WATCH)


def _look(page: Page) -> _Seen:
    seen = _Seen(**page.evaluate(_FIRST_PHOTO))
    if not seen.fcp or not seen.lcp:
        raise RuntimeError(f"{page.url} was not painted: {page.inner_text('body')[:500]}")
    return seen


def _again(browser: Browser, site: Site, line: Line) -> _Seen:
    """Read the post in a new tab, on a device that has the reader, the keys and the indexes but not this post."""
    with visitor(browser) as context:
        line.be(slow=False)
        page = context.new_page()
        enter(page, site)
        page.evaluate("async () => { await navigator.serviceWorker.ready; }")
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(2500)  # what a start reads is kept together by then
        page.close()
        line.be(slow=True)
        page = context.new_page()
        _phone(page)
        page.goto(site.post, wait_until="commit")
        return _look(page)


def _invited(browser: Browser, site: Site, line: Line) -> _Seen:
    """Open the link on a device that has nothing, tap, and go to the post as soon as the first page shows, each at once."""
    with visitor(browser) as context:
        line.be(slow=True)
        page = context.new_page()
        _phone(page)
        open_link(page, site, then=site.post.partition("#")[2])
        return _look(page)


def _clear(browser: Browser, site: Site, line: Line, *, warm: bool) -> _Seen:
    """Read the twin, in a new tab; `warm` has its styles and icon cached, but neither page nor photos."""
    with visitor(browser) as context:
        line.be(slow=False)
        if warm:
            page = context.new_page()
            page.goto(site.url, wait_until="networkidle")
            page.close()
        line.be(slow=True)
        page = context.new_page()
        _phone(page)
        page.goto(site.twin, wait_until="commit")
        return _look(page)
