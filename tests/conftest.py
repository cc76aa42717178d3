"""What all tests share: one Chromium, and hypothesis without a clock, since a loaded machine is no fault."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, Playwright, expect, sync_playwright

settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # The menu under the address field, a web page of the browser's own, else loads at every new window: half a second of computing for each.
    "--disable-features=WebUIOmniboxPopup,WebUIOmniboxAimPopup,WebUIOmniboxFullPopup,PreloadTopChromeWebUI",
]


# Chromium's engine without a window of its own starts and draws in two thirds of the time, and can all but show notices.
HEADLESS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
WHOLE = HEADLESS[1:]


@contextmanager
def launched(playwright: Playwright, names: Sequence[str], *arguments: str) -> Iterator[Browser]:
    """Start the first browser of these names that is installed."""
    path = next(filter(None, map(shutil.which, names)), None)
    if path is None:
        pytest.fail("Chromium is missing. Install it (Debian: apt-get install chromium), or run `make test`.")
    chromium = playwright.chromium.launch(executable_path=path, args=[*ARGUMENTS, *arguments])
    yield chromium
    chromium.close()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=15_000)
    with sync_playwright() as playwright:
        yield playwright


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    with launched(playwright, HEADLESS) as chromium:
        yield chromium
