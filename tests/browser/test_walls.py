"""Walls around the key: frames, sub-paths, pages that hold scripts, policies. Seals what a sanitiser would never let through."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import expect

from pluttra_publish import planning, run
from pluttra_publish.plan import Plan
from pluttra_publish.site import Pages
from tests.browser.conftest import MakeDevice, MakeHost
from tests.browser.device import FRAMED, SUB_PATH, Device
from tests.browser.hosting import Host, rangeless
from tests.browser.schools import Sample, School

pytestmark = pytest.mark.browser

EVIL = """<article class="post" onclick="alert('article')"><header><h1 onmouseover="alert('h1')">Ofarlig rubrik</h1></header>
<p id="main" style="background: url(FAR/style.gif)">Ofarlig text</p>
<script>alert('script')</script><script src="FAR/script.js"></script><script type="module">alert('module')</script>
<img src="FAR/img.gif" srcset="FAR/set.gif 1x" onerror="alert('img')" alt="fjärran"><img src="x" onerror="alert('x')" alt="nära">
<svg onload="alert('svg')"><script>alert('svg script')</script><image href="FAR/svg.gif"/><use href="FAR/use.svg#a"/></svg>
<math><mtext><img src="x" onerror="alert('math')"></mtext></math>
<iframe src="FAR/frame.html" srcdoc="<script>parent.alert('srcdoc')</script>"></iframe><object data="FAR/object.html"></object><embed src="FAR/embed.swf">
<link rel="stylesheet" href="FAR/style.css"><link rel="prefetch" href="FAR/prefetch"><style>@import url(FAR/import.css); h1 { background: url(FAR/bg.gif) }</style>
<base href="FAR/base/"><meta http-equiv="refresh" content="0;url=FAR/refresh">
<form action="FAR/form"><input autofocus onfocus="alert('focus')" name="q"><button id="send">Skicka</button></form>
<video src="FAR/film.mp4" poster="FAR/poster.jpg" autoplay></video><audio autoplay><source src="FAR/sound.mp3"></audio>
<details open ontoggle="alert('toggle')"><summary>Mer</summary>Inget</details>
<p><a id="script-link" href="javascript:alert('link')">Skript</a> <a href="data:text/html,<script>alert(1)</script>">Data</a>
<a href="blob:FAR/1">Blob</a> <a href=" java&#10;script:alert('split')">Delad</a> <a href="#/om" ping="FAR/ping">Om</a></p>
<template><img src="FAR/template.gif"></template><noscript><img src="FAR/noscript.gif"></noscript>
<div data-do="forget-now">Tryck här</div><div contenteditable onblur="alert('blur')">x</div>
<p><xss onanimationstart="alert('animation')" style="animation: spin 1s"></xss></p></article>"""
ALERTED = "window.alert = message => { window.alerted = [...(window.alerted ?? []), message] }"


def with_pages(monkeypatch: pytest.MonkeyPatch, page: str) -> None:
    """Let every post's page be this, whatever Pelican and the sanitiser said."""
    press = run.press

    def evil(*arguments: object, **named: object) -> Pages | None:
        pages = press(*arguments, **named)  # type: ignore[arg-type]
        assert pages is not None
        return replace(pages, posts={post: page.encode() for post in pages.posts})

    monkeypatch.setattr(run, "press", evil)


@pytest.mark.parametrize("workers", ["allow", "block"])
def test_a_page_that_holds_scripts_and_foreign_addresses_does_nothing(
    workers: str,
    school: School,
    hosting: MakeHost,
    make_device: MakeDevice,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    (tmp_path / "far").mkdir()
    far = hosting(tmp_path / "far", bare=True)
    with_pages(monkeypatch, EVIL.replace("FAR", far.url))
    school.publish()
    device = make_device(hosting(school.public), service_workers=workers)
    device.expect(
        "^console: .* violates the following Content Security Policy directive"
    )  # the last wall, where it is tried
    device.context.add_init_script(ALERTED)
    device.page.on("dialog", lambda dialog: dialog.dismiss())
    device.enter(school.link("johan"))
    for post in school.opened("johan").posts[:2]:
        device.read(post.card.id, "Ofarlig rubrik")
        expect(device.page.locator("main")).to_contain_text("Ofarlig text")
        for kind in (
            "script",
            "iframe",
            "object",
            "embed",
            "form",
            "link",
            "style",
            "svg",
            "math",
            "input",
            "base",
            "meta",
        ):
            assert device.page.locator(f"main {kind}").count() == 0
        for link in ("Skript", "Data", "Blob", "Delad"):
            device.page.get_by_text(link, exact=True).click()
        device.page.get_by_text("Tryck här").click()
        device.page.locator("main h1").hover()
        device.page.locator("main h1").click()
    device.kept_quiet()
    assert device.page.evaluate("() => window.alerted ?? []") == []
    assert far.asked == []
    assert device.page.url.startswith(f"{device.host.url}/#/p/")
    assert device.page.locator("#main").count() == 1
    device.page.reload()
    device.shows("Ofarlig rubrik")


def test_a_title_is_text_and_nothing_else(
    school: School, hosting: MakeHost, make_device: MakeDevice, monkeypatch: pytest.MonkeyPatch
) -> None:
    title = "<img src=x onerror=alert(1)> & <b>fet</b>"
    decide = planning.plan

    def evil(*arguments: object, **named: object) -> Plan:
        decided = decide(*arguments, **named)  # type: ignore[arg-type]
        posts = (replace(one, post=replace(one.post, title=title, summary=title, by=(title,))) for one in decided.posts)
        return replace(decided, posts=tuple(posts))

    monkeypatch.setattr(planning, "plan", evil)
    school.publish()
    device = make_device(hosting(school.public))
    device.context.add_init_script(ALERTED)
    device.enter(school.link("johan"))
    device.page.get_by_role("link", name=title).first.click()
    device.shows(title)
    assert device.page.evaluate("() => window.alerted ?? []") == []


@pytest.mark.parametrize("bare", [False, True], ids=["our headers", "no headers"])
def test_inside_a_frame_nothing_of_the_site_is_shown(
    bare: bool, hosting: MakeHost, make_device: MakeDevice, sample: Sample, tmp_path: Path
) -> None:
    host = hosting(sample.public, bare=bare)
    outside = tmp_path / "outside"
    outside.mkdir()
    frames = f'<iframe src="{host.url}/"></iframe><iframe src="{host.url}/#/om" sandbox="allow-scripts allow-same-origin"></iframe>'
    (outside / "index.html").write_text(
        f"<!doctype html><title>Utanför</title>{frames}", encoding="utf-8", newline="\n"
    )
    other = hosting(outside, bare=True)
    device = make_device(host)
    device.expect(other.url, "frame", "favicon", "X-Frame-Options", "ERR_BLOCKED_BY_RESPONSE")
    device.enter(sample.link("maria"))
    device.shell_kept()
    host.forget()
    device.page.goto(f"{other.url}/")
    device.kept_quiet()
    assert len(device.page.frames) == 3
    for frame in device.page.frames[1:]:
        if bare:
            expect(frame.locator("main h1")).to_have_text(FRAMED)
        said = frame.locator("body").inner_text()
        assert "Hej" not in said
        assert "Maria" not in said
    assert not [path for path in host.asked if path.startswith(("k/", "o/", "root"))]


def test_below_a_path_the_reader_refuses_to_start(
    make_device: MakeDevice, host: Host, sample: Sample, tmp_path: Path
) -> None:
    shutil.copytree(sample.public, tmp_path / "site")
    shutil.copytree(sample.public, tmp_path / "site" / "x")
    with rangeless(tmp_path / "site") as url:
        host.redirect(url)
        device = make_device(host)
        link = sample.link("maria")
        device.page.goto(f"{host.url}/x/{link[link.index('#') :]}")
        device.shows(SUB_PATH)
        expect(device.page.get_by_role("button")).to_have_count(0)
        device.kept_quiet()
        assert device.page.evaluate("() => caches.keys()") == []
        device.context.close()


def test_the_shell_holds_a_policy_of_its_own(device: Device) -> None:
    """Where no header says anything: no inline script, no eval, no foreign request, no HTML from text."""
    device.expect("Content Security Policy", "violates", "Failed to load", "TrustedHTML", "This document requires")
    device.visit("#/")
    expect(device.heading).to_be_visible()
    tried = device.page.evaluate(
        """async () => {
            const caught = async attempt => { try { await attempt(); return 'done'; } catch (error) { return error.name; } };
            const script = document.createElement('script');
            script.append('window.ran = true');
            return [
                await caught(() => document.body.append(script)),
                Boolean(window.ran),
                await caught(() => { document.body.innerHTML = '<b>x</b>'; }),
                await caught(() => trustedTypes.createPolicy('another', { createHTML: text => text })),
                await caught(() => trustedTypes.createPolicy('pluttra-worker', { createScriptURL: text => text })),
                await caught(() => fetch('https://elsewhere.example/')),
            ];
        }"""
    )
    assert tried[1] is False
    assert tried[2:4] == ["TypeError", "TypeError"]
    assert tried[5] == "TypeError"
