"""Every kind of page there is, shown one after the other. Knows addresses and the shell's templates; goes by no word, so that it walks in any language."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import TimeoutError  # noqa: A004 # Playwright's, not Python's

from tests.browser.conftest import FILM_POST
from tests.browser.device import Device
from tests.browser.schools import Sample

_LEAVE = """fragment => {
    for (const page of document.querySelectorAll('#main > *')) page.setAttribute('data-left', '');
    location.hash = fragment;
}"""
_COME = """() => document.querySelector('#main h1') && !document.querySelector('#main > [data-left], #main > .wait:not([hidden])')"""
_SHEETS = "() => [...document.querySelectorAll('template')].filter(view => view.content.querySelector('.sheet')).map(view => view.id)"
_SHOW = "id => document.querySelector('#main').replaceChildren(document.getElementById(id).content.cloneNode(true))"
# As old.js does, which knows no other way.
_SECTIONS = "() => [...document.querySelectorAll('body > section.sheet')].map(section => section.id)"
_REFUSE = """id => {
    document.querySelector('#main').style.display = 'none';
    for (const section of document.querySelectorAll('body > section.sheet')) section.hidden = section.id !== id;
    document.getElementById(id).style.display = 'block';
}"""
_HUT = "Vi byggde koja"  # has photos
_SCRIPTLESS = "**/utan-skript"
_VISITS = {  # who goes where, besides to the front page
    "maria": (_HUT, FILM_POST, "Alva och Noah möts på gården"),
    "petra": ("Noors visa", "Anteckningar från planeringsdagen"),
}


def every_kind(device: Device, sample: Sample, language: str) -> Iterator[str]:
    """Show every kind of page as guardian and as staff, and every sheet; say which each is while it stands there."""
    device.visit("#/")
    _until(device, _COME)
    yield "without a link"
    for reader in _VISITS:
        device.page.goto("about:blank")
        device.visit(sample.link(reader))
        _until(device, '() => document.querySelector(\'[data-do="open"], [data-do="add"]\')')
        yield f"the way in for {reader}"
        device.page.locator("main [data-do=open]").click()
        _until(device, "() => document.querySelector('[data-do=\"add\"], #main [data-post]')")
        if device.page.locator("main [data-do=add]").count():
            yield f"the question whether to add {reader}"
            device.page.locator("main [data-do=add]").click()
            _until(device, "() => document.querySelector('#main [data-post]')")
        _choose(device, language)
        yield f"home for {reader}"
        for name, fragment in _addresses(sample, reader).items():
            device.page.evaluate(_LEAVE, fragment)
            _until(device, _COME)
            device.page.wait_for_timeout(450)  # for what comes after a page: the ways to its neighbours
            yield name
            if name == _HUT:
                device.page.locator("main .zoom").first.click()
                device.page.locator("dialog[open] img").first.wait_for()
                yield "a photo shown large"
                device.page.keyboard.press("Escape")
                _until(device, "() => !document.querySelector('dialog') && !location.hash.slice(4).includes('/')")
    for sheet in device.page.evaluate(_SHEETS):
        device.page.evaluate(_SHOW, sheet)
        yield f"the sheet {sheet}"
    for section in device.page.evaluate(_SECTIONS):
        device.page.evaluate(_REFUSE, section)
        yield f"the section {section}"
    device.page.route(_SCRIPTLESS, lambda route: route.fulfill(body=_scriptless(sample), content_type="text/html"))
    device.page.goto(device.host.url + _SCRIPTLESS.removeprefix("**"))
    yield "the shell without scripts"
    for path in sorted((sample.public / "sida").glob("*.html")):
        device.page.goto(f"{device.host.url}/sida/{path.name}")
        yield f"the public page “{device.page.title()}”"


def _until(device: Device, true: str) -> None:
    """Wait; where it was in vain, say what stands there instead."""
    try:
        device.page.wait_for_function(true)
    except TimeoutError:
        pytest.fail(f"{device.page.url}: {true} did not come about. There stands: {device.said()[:500]}")


def _scriptless(sample: Sample) -> str:
    """The shell as a browser shows it that runs no script; but axe is one, so that the browser must be able to."""
    shell = (sample.public / "index.html").read_text(encoding="utf-8")
    return re.sub(r"</?noscript>|<script.*?</script>", "", shell)


def _choose(device: Device, language: str) -> None:
    if device.page.locator("html").get_attribute("lang") == language:
        return
    device.page.locator(".language select").select_option(language)
    device.page.locator(f"html[lang={language}]").wait_for()


def _addresses(sample: Sample, reader: str) -> dict[str, str]:
    """Where this reader goes, by what is there."""
    opened = sample.opened(reader)
    department = sample.audience(reader, "Solrosen")
    found = {title: f"#/p/{sample.find(reader, title).card.id}" for title in _VISITS[reader]}
    found |= {seen.page.kind: f"#/s/{seen.page.id}" for seen in opened.pages}
    found["the child"] = f"#/b/{opened.keyring.children[0].id}"
    found["the department"] = f"#/a/{department}"
    found["the month"] = f"#/a/{department}/2026-10"
    if reader == "maria":
        found["what is told from home"] = f"#/hemma/{opened.keyring.children[0].id}"
        found["the guardian's own details"] = "#/uppgifter"
    if reader == "petra":
        found["a new post"] = "#/ny"
        found["the staff"] = f"#/a/{sample.audience(reader, 'Personal')}"
    return found | {"the search": "#/sok?koja", "about the reader": "#/om", "what is not there": "#/ingenstans"}
