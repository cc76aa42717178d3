from __future__ import annotations

import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from pluttra_publish.errors import ContentError, Findings, PluttraError
from pluttra_publish.site import PhotoView, Post, PostView, Statement, Support, press, shell_files
from pluttra_publish.site.shell import integrity
from tests.site.house import TODAY, House, Settings, probe

REPOSITORY = Path(__file__).parents[2]
FOLDER = "Solrosen/2026-03-12 Vi byggde koja"


@pytest.fixture
def full(house: House) -> House:
    for name in ("a.jpg", "b.mp4", "c.m4a"):
        house.write(f"{FOLDER}/{name}")
    house.write(f"{FOLDER}/text.md", "Barn: Elsa\nFörfattare: Åsa\n\nHej & hå.\n\n![Koja](a.jpg)")
    house.write("Solrosen/2026-02-01 Snö & is.txt", "Kallt.")
    house.write("offentligt/Om oss.md", "Vi är <b>en</b> förskola.")
    return house


def test_an_edition_becomes_pages(full: House) -> None:
    pages = full.press()
    assert pages is not None
    assert set(pages.posts) == {"id-2026-03-12-vi-byggde-koja", "id-2026-02-01-sno-is"}
    assert pages.months[("solrosen", "2026-03")].decode() == "mars 2026:[Vi byggde koja: Hej &amp; hå.]\n"
    assert pages.public == {"sida/om-oss.html": "Äppelgården: Om oss: <p>Vi är <b>en</b> förskola.</p>\n".encode()}
    assert pages.shell.decode() == "Äppelgården sv v1 rektorn\n"
    assert json.loads(pages.manifest) == {"name": "Äppelgården"}


def test_a_title_is_words_and_never_markup(house: House) -> None:
    house.write("Solrosen/2026-02-01 Snö.md", "Titel: Snö & is < regn\n\nKallt.")
    assert house.page().startswith("<h1>Snö &amp; is &lt; regn</h1>")


def test_nothing_is_rendered_when_the_plan_says_no_or_finds_an_error(full: House) -> None:
    plan = full.plan
    full.plan = lambda _: None
    assert full.press() is None

    def doubtful(posts: list[Post]) -> object:
        full.findings.error(ContentError, "inlagg", "", "Nej.", "")
        return plan(posts)

    full.plan = doubtful
    assert full.press() is None


def test_a_post_without_a_view_for_its_photo_is_not_rendered(full: House) -> None:
    plan = full.plan

    def forgetful(posts: list[Post]) -> object:
        edition = plan(posts)
        assert edition is not None
        views = tuple(PostView(view.post, view.id, "") for view in edition.posts)
        return type(edition)(edition.shell, posts=views)

    full.plan = forgetful
    with pytest.raises(PluttraError, match="vy"):
        full.press()


def test_a_card_s_cover_is_the_first_photo_and_it_counts_all(full: House) -> None:
    full.press()
    post = next(post for post in full.posts if post.media)
    views = {file.name: PhotoView(file.alt, ((file.name, 480, 360),)) for file in post.media if file.kind == "photo"}
    view = PostView(post, "1", "", media=views)
    assert view.cover is not None
    assert view.cover.alt == "Koja"
    assert (view.count.photo, view.count.film, view.count.sound) == (1, 1, 1)


def test_the_same_posts_give_the_same_bytes_whatever_the_hash_seed(full: House) -> None:
    full.press()
    code = (
        "import hashlib, sys; from pathlib import Path; from tests.site.house import House;"
        "pages = House(Path(sys.argv[1])).press();"
        "print(hashlib.sha256(repr(pages).encode()).hexdigest())"
    )
    digests = {
        subprocess.run(
            [sys.executable, "-c", code, str(full.root)],
            cwd=REPOSITORY,
            env={"PYTHONHASHSEED": seed, "PYTHONUTF8": "1"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(digests) == 1


def test_the_first_theme_that_has_a_template_wins(full: House, tmp_path: Path) -> None:
    own = tmp_path / "eget"
    (own / "templates").mkdir(parents=True)
    (own / "templates" / "post.html").write_text("Eget: {{ post.title }}", encoding="utf-8")
    pages = press(
        Settings(full.root),
        theme=(own, full.theme),
        probe=probe,
        findings=Findings(),
        between=full.plan,
        today=TODAY,
    )
    assert pages is not None
    assert pages.posts["id-2026-03-12-vi-byggde-koja"] == b"Eget: Vi byggde koja\n"
    assert pages.shell.startswith("Äppelgården".encode())


def test_a_site_without_a_folder_of_posts_is_told_so(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="inlagg"):
        press(Settings(tmp_path), theme=(tmp_path,), probe=probe, findings=Findings(), between=lambda _: None)


def test_the_real_theme_renders_everything(full: House) -> None:
    theme = REPOSITORY / "theme"
    files = shell_files((theme,))
    plan = full.plan

    def planned(posts: list[Post]) -> object:
        edition = plan(posts)
        assert edition is not None
        shell = type(edition.shell)(
            files.version, files.modules, files.style, ("Sprid inte bilder.",), Support("rektorn")
        )
        return replace(edition, shell=shell, statement=Statement("Kommunen"))

    findings = Findings()
    pages = press(Settings(full.root), theme=(theme,), probe=probe, findings=findings, between=planned, today=TODAY)
    assert pages is not None, list(map(str, findings))
    page = pages.posts["id-2026-03-12-vi-byggde-koja"].decode()
    assert all(tag in page for tag in ("<article", "<figure", "<video", "<audio", 'alt="Koja"'))
    assert f"/r/{files.version}/app.js" in pages.shell.decode()
    assert "Sprid inte bilder." in pages.shell.decode()
    assert "<strong>Vem kan hjälpa till?</strong> Hör av dig till rektorn." in pages.shell.decode()
    assert '<a href="/sida/om-oss.html" lang="sv" dir="ltr">Om oss</a>' in pages.shell.decode()
    assert "Vi byggde koja" in pages.months[("solrosen", "2026-03")].decode()
    assert "förskola" in pages.public["sida/om-oss.html"].decode()
    assert "Kommunen står bakom" in pages.public["sida/tillganglighet.html"].decode()
    assert all('href="/sida/tillganglighet.html"' in whole.decode() for whole in (pages.shell, *pages.public.values()))
    assert json.loads(pages.manifest)["name"] == "Äppelgården"


@pytest.mark.parametrize(
    ("language", "spoken", "day", "month"),
    [
        ("en", "en", "Thursday, 12 March 2026", "March 2026"),
        ("de", "sv", "torsdag 12 mars 2026", "Mars 2026"),  # nobody has translated it
    ],
)
def test_pages_are_in_the_preschool_s_language_or_say_that_they_are_swedish(
    full: House, language: str, spoken: str, day: str, month: str
) -> None:
    theme = REPOSITORY / "theme"
    settings = replace(Settings(full.root), language=language)
    pages = press(settings, theme=(theme,), probe=probe, findings=Findings(), between=full.plan, today=TODAY)
    assert pages is not None
    assert f'<html lang="{spoken}"' in pages.shell.decode()
    assert json.loads(pages.manifest)["lang"] == spoken
    page = pages.posts["id-2026-03-12-vi-byggde-koja"].decode()
    assert f'<article class="post" lang="{language}"' in page
    assert f">{day}<" in page
    assert month in pages.months[("solrosen", "2026-03")].decode()


def test_the_shell_lists_every_language_and_names_the_content_of_each_with_its_own_later_views_apart(
    full: House,
) -> None:
    theme = REPOSITORY / "theme"
    pages = press(Settings(full.root), theme=(theme,), probe=probe, findings=Findings(), between=full.plan, today=TODAY)
    assert pages is not None
    listed = re.findall(
        r'<option value="(\w+)" lang="\w+" dir="\w+"(?: data-path="/([^"]+)" data-integrity="([^"]+)")?',
        pages.shell.decode(),
    )
    assert [code for code, _, _ in listed] == ["sv", "en", "so", "fi", "ar"]
    told = {path: integrity(content) for path, content in pages.retold.items()}
    own = re.search(r'<html [^>]*data-later="/([^"]+)" data-integrity="([^"]+)"', pages.shell.decode())
    assert own is not None
    assert {path: named for _, path, named in listed if path} | {own[1]: own[2]} == told
    views = r'<template id="[\w-]+">'
    first, later = (re.findall(views, page.decode()) for page in (pages.shell, pages.retold[own[1]]))
    assert first
    assert later
    for path, content in pages.retold.items():
        assert re.findall(views, content.decode()) == (later if path == own[1] else first + later)
        assert "<script" not in content.decode()
