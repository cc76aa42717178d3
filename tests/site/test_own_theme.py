"""A preschool's own theme folder: what may lie there, and that its pages stay walled in."""

from __future__ import annotations

from pathlib import Path

import pytest

from pluttra_publish.errors import Findings, LeakError
from pluttra_publish.resources import theme_folder
from pluttra_publish.site.own_theme import PUBLIC_POLICY, SHELL_POLICY, check_own_theme, check_walls
from pluttra_publish.site.shell import shell_files

HOUSE = theme_folder()


def told(root: Path, name: str, text: str = "") -> list[str]:
    file = root / "theme" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    findings = Findings()
    check_own_theme(root / "theme", HOUSE, findings)
    return [str(finding) for finding in findings.errors]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("templates/post.html", "eget"),
        ("templates/reader/home.html", "eget"),
        ("templates/manifest.webmanifest", "{}"),
        ("static/style.css", "body { color: red }"),
        ("static/own.css", ".lead::before { content: 'curl (x)'; }"),
        ("static/own.css", "/* url(x) would not do */ a { color: red }"),
        ("LÄSMIG.md", "vårt tema"),
        (".DS_Store", "x"),
        ("static/Thumbs.db", "x"),
    ],
)
def test_templates_and_styles_may_be_a_preschool_s_own(tmp_path: Path, name: str, text: str) -> None:
    assert told(tmp_path, name, text) == []


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("static/reader/app.js", "Läsarens program kan inte bytas ut"),
        ("static/reader/extra.js", "Läsarens program kan inte bytas ut"),
        ("static/local/mask.js", "Läsarens program kan inte bytas ut"),
        ("static/more.js", "Läsarens program kan inte bytas ut"),
        ("static/icon.svg", "Ikoner och märken ligger inte i theme/"),
        ("static/icon-192.png", "Ikoner och märken ligger inte i theme/"),
        ("templates/posts.html", "ersätter ingenting"),
        ("static/more.css", "ersätter ingenting"),
        ("style.css", "ersätter ingenting"),
    ],
)
def test_code_icons_and_what_replaces_nothing_are_refused_by_name(tmp_path: Path, name: str, words: str) -> None:
    (line,) = told(tmp_path, name)
    assert line.startswith(f"theme/{name}: ")
    assert words in line


@pytest.mark.parametrize(
    "text",
    [
        "body { background: url(/x.png) }",
        "body { background: URL( 'https://x.example/' ) }",
        '@import "more.css";',
        r"body { background: \75 rl(/x) }",
        r"body { background: u\rl(/x) }",
        "body { background: u/**/rl(/x) }",
        "body { background: image-set('x.png' 1x) }",
    ],
)
def test_styles_that_fetch_anything_are_refused(tmp_path: Path, text: str) -> None:
    (line,) = told(tmp_path, "static/own.css", text)
    assert "Stilar får inte hämta något" in line


def test_a_preschool_s_code_is_not_sent_even_where_nobody_checks(tmp_path: Path) -> None:
    own = tmp_path / "static" / "reader"
    own.mkdir(parents=True)
    (own / "app.js").write_text("alert(1);\n", encoding="utf-8")
    (own.parent / "icon.svg").write_text("<svg onload='alert(1)'/>", encoding="utf-8")
    assert shell_files((tmp_path, HOUSE)).files == shell_files((HOUSE,)).files


def test_own_rules_come_after_the_theme_s(tmp_path: Path) -> None:
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "own.css").write_text("h1 { color: red }\n", encoding="utf-8")
    shell = shell_files((tmp_path, HOUSE))
    assert shell.files[shell.style[0].lstrip("/")].endswith(b"h1 { color: red }")
    assert not any(path.endswith("own.css") for path in shell.files)


def document(policy: str, head: str = "", body: str = "") -> bytes:
    meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    return f'<!doctype html>\n<html lang="sv">\n<head>\n<meta charset="utf-8">\n{meta}\n{head}</head>\n<body>{body}</body></html>'.encode()


@pytest.mark.parametrize("policy", [SHELL_POLICY, PUBLIC_POLICY])
def test_a_page_with_its_policy_and_nothing_of_its_own_passes(policy: str) -> None:
    script = '<script type="module" src="/r/0123abcd/app.js"></script>'
    check_walls(
        document(policy, script, '<a href="https://www.digg.se/">Digg</a><img src="/icon.svg" alt="">'),
        policy,
        "x.html",
    )


@pytest.mark.parametrize(
    "page",
    [
        document("default-src *"),
        b"<!doctype html><html><head><title>x</title></head></html>",
        document(SHELL_POLICY).replace(b"<head>", b"<head><link rel=stylesheet href=/x.css>"),
        document(SHELL_POLICY).replace(b"<meta http", b"<template><meta http").replace(b"\n</head>", b"</template></head>"),
        document(SHELL_POLICY, body='<meta http-equiv="Content-Security-Policy" content="x">'),
        document(SHELL_POLICY, '<meta http-equiv="refresh" content="0;url=https://x.example">'),
        document(SHELL_POLICY, "<script>alert(1)</script>"),
        document(SHELL_POLICY, '<script src="/own.js"></script>'),
        document(SHELL_POLICY, body='<img src="x" onerror="alert(1)">'),
        document(SHELL_POLICY, body='<img src="https://x.example/pixel.png">'),
        document(SHELL_POLICY, '<link rel="stylesheet" href="//x.example/x.css">'),
        document(SHELL_POLICY, body="<iframe></iframe>"),
        document(SHELL_POLICY, "<style>p{}</style>"),
        document(SHELL_POLICY, '<base href="https://x.example">'),
    ],
)  # fmt: skip
def test_a_template_that_lets_go_of_the_policy_or_brings_in_its_own_is_a_leak(page: bytes) -> None:
    with pytest.raises(LeakError, match=r"shell\.html"):
        check_walls(page, SHELL_POLICY, "shell.html")
