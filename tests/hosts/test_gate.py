from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path
from typing import Any

import pytest

from pluttra_publish.errors import LeakError
from pluttra_publish.format.layout import SEGMENT, sealed_length
from pluttra_publish.format.padding import Role
from pluttra_publish.hosts import Admitted, ShellFile, admit
from pluttra_publish.hosts.paths import cache_of, content_type, place_of
from tests.hosts.sealed import sealed

NAME = "ab" + "0123456789abcde" * 2
LONG_ENOUGH = sealed_length(SEGMENT) + 1


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("root", "root"),
        (f"o/ab/{NAME}", "object"),
        (f"k/ab/{NAME}", "keyring"),
        ("index.html", "shell"),
        ("sw.js", "shell"),
        ("manifest.webmanifest", "shell"),
        ("robots.txt", "shell"),
        ("icon.svg", "shell"),
        ("icon-512.png", "shell"),
        ("r/3f9c2a/vault.js", "code"),
        ("r/3f9c2a/style.css", "code"),
        ("sida/om-oss.html", "public"),
        ("sida/gard-960.webp", "public"),
        ("sida/gard.mp4", "public"),
    ],
)
def test_a_published_site_has_these_paths(path: str, place: str) -> None:
    assert place_of(path) == place


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/index.html",
        "./index.html",
        "index.html/",
        "index.html\n",
        "Index.html",
        "index.htm",
        "other.html",
        "root/x",
        "o/ab",
        f"o/ac/{NAME}",
        f"k/ac/{NAME}",
        f"x/ab/{NAME}",
        f"o/ab/{NAME.upper()}",
        f"o/ab/{NAME}0",
        f"o/ab/{NAME}.jpg",
        f"O/ab/{NAME}",
        "o/ab/../../../etc/passwd",
        "r/vault.js",
        "r/../vault.js",
        "r/3f9c2a/vault.js.map",
        "r/3f9c2a/photo.jpg",
        "r/3f9c2a/deep/vault.js",
        "sida/../index.html",
        "sida/.html",
        "sida/bild.svg",
        "sida/under/om.html",
        "sida/Förskolan.html",
        "inlagg/Solrosen/2026-03-12 Vi byggde koja/IMG_0001.jpg",
        "register/barn.csv",
        "privat/keystore.age",
        ".htaccess",
        "icon-../x.png",
    ],
)
def test_nothing_else_is_a_path_of_a_published_site(path: str) -> None:
    assert place_of(path) is None
    with pytest.raises(LeakError):
        admit(ShellFile(path, b""))


def test_a_shell_file_is_admitted_with_its_length_digest_and_type() -> None:
    admitted = admit(ShellFile("index.html", b"<!doctype html>"))
    assert (admitted.path, admitted.length, admitted.cache) == ("index.html", 15, "revalidate")
    assert admitted.digest == hashlib.sha256(b"<!doctype html>").digest()
    assert admitted.content_type == "text/html; charset=utf-8"
    assert b"".join(admitted.blocks()) == b"<!doctype html>"


@pytest.mark.parametrize("path", ["root", f"o/ab/{NAME}", f"k/ab/{NAME}"])
def test_a_shell_file_never_takes_the_place_of_a_sealed_one(path: str) -> None:
    with pytest.raises(LeakError):
        admit(ShellFile(path, b"in the clear"))


@pytest.mark.parametrize("role", ["page", "media", "index", "catalogue"])
def test_a_sealed_file_that_never_changes_is_cached_forever(role: Role) -> None:
    assert admit(sealed(role, NAME, b"sealed")).cache == "forever"


@pytest.mark.parametrize("role", ["keyring", "invitation", "root"])
def test_a_sealed_file_that_is_overwritten_is_asked_for_anew(role: Role) -> None:
    assert admit(sealed(role, NAME, b"sealed")).cache == "revalidate"


@pytest.mark.parametrize(
    "path",
    [
        "index.html",
        "sida/om.html",
        "r/3f9c2a/vault.js",
        "o/x",
        f"o/ac/{NAME}",
        f"k/ab/{NAME}",
        f"../o/ab/{NAME}",
        "root",
    ],
)
def test_a_sealed_page_at_any_other_path_is_refused(path: str) -> None:
    with pytest.raises(LeakError):
        admit(dataclasses.replace(sealed("page", NAME, b"sealed"), path=path))


@pytest.mark.parametrize("role", ["keyring", "invitation"])
def test_a_keyring_lies_where_it_may_be_overwritten_and_nowhere_else(role: Role) -> None:
    assert admit(sealed(role, NAME, b"sealed")).path == f"k/ab/{NAME}"
    with pytest.raises(LeakError):
        admit(dataclasses.replace(sealed(role, NAME, b"sealed"), path=f"o/ab/{NAME}"))


@pytest.mark.parametrize("length", [0, 5, LONG_ENOUGH - 1, LONG_ENOUGH, LONG_ENOUGH + 1, 3 * 2**20])
@pytest.mark.parametrize("role", ["page", "media"])
def test_what_is_put_is_verified_as_its_digest_was_taken(role: Role, length: int) -> None:
    content = (bytes(range(251)) * (length // 251 + 1))[:length]
    thing = sealed(role, NAME, content)
    assert thing.segmented == (role == "media" and length >= LONG_ENOUGH)
    assert b"".join(admit(thing).blocks()) == content
    for wrong in (content + b"\0", content[:-1] + b"\xff", content[:-1], content[1:] + content[:1]):
        if wrong != content:
            with pytest.raises(LeakError):
                list(admit(dataclasses.replace(thing, _body=wrong)).blocks())


def test_a_root_lies_at_root_only() -> None:
    with pytest.raises(LeakError):
        admit(dataclasses.replace(sealed("root", NAME, b"sealed"), path=f"o/ab/{NAME}"))


def test_a_row_is_no_file_of_its_own() -> None:
    with pytest.raises(LeakError):
        admit(sealed("row", NAME, b"sealed"))


@pytest.mark.parametrize(
    "thing", [b"<p>text</p>", "index.html", Path("index.html"), ("index.html", b""), {"path": "index.html"}, None]
)
def test_nothing_but_sealed_objects_and_shell_files_passes(thing: Any) -> None:
    with pytest.raises(LeakError):
        admit(thing)


def test_what_merely_looks_like_a_sealed_object_is_refused() -> None:
    @dataclasses.dataclass(frozen=True)
    class Pretender(ShellFile):
        pass

    with pytest.raises(LeakError):
        admit(Pretender("index.html", b""))


def test_nobody_but_the_gate_admits() -> None:
    admitted = admit(ShellFile("index.html", b""))
    values = {f.name: getattr(admitted, f.name) for f in dataclasses.fields(Admitted)}
    with pytest.raises(LeakError):
        Admitted(**{**values, "_gate": None})


def test_sealed_bytes_are_octets_whatever_they_hold() -> None:
    assert admit(sealed("media", NAME, b"\xff\xd8\xff")).content_type == "application/octet-stream"
    assert content_type("root") == "application/octet-stream"


def test_code_lives_forever_and_the_root_is_asked_for_every_time() -> None:
    assert cache_of("r/3f9c2a/vault.js") == "forever"
    assert cache_of(f"o/ab/{NAME}") == "forever"
    assert cache_of("sida/om.html") == "short"
    assert {cache_of(path) for path in ("root", f"k/ab/{NAME}", "index.html", "sw.js", "anything")} == {"revalidate"}
