"""The shell's files as the host gets them: the reader's code, its styles, the service worker, icons. Does not know what they do."""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pluttra_publish.errors import PluttraError
from pluttra_publish.site.colours import Accents
from pluttra_publish.site.reader_code import FIRST, reader_code

STYLE = "style.css"
OWN_STYLE = "own.css"
"""A preschool's own rules, after those of the theme."""

ROBOTS = b"User-agent: *\nDisallow: /\n"

_ROOT_FILE = re.compile(r"icon\.svg|icon-[0-9a-z-]{1,32}\.png|robots\.txt")


@dataclass(frozen=True)
class ShellFiles:
    """Files by path on the host, the version that names them, and (path, integrity) of what a page starts with."""

    version: str
    files: Mapping[str, bytes]
    modules: tuple[tuple[str, str], ...]
    style: tuple[str, str]


def shell_files(
    theme: tuple[Path, ...], *, accents: Accents | None = None, icons: Mapping[str, bytes] | None = None
) -> ShellFiles:
    """Return the shell's files from `static/` of the theme folders; of files with one name the first folder's wins.

    `accents` are the preschool's own, and `icons` files made of its logo, which take the place of the theme's. Styles alone are taken
    from other folders than the last: code and icons are the house's. The same files give the same version on every machine.

    Raises:
        PluttraError: a module is missing, or written in a way that can't be joined into the service worker.
    """
    house = theme[-1:]
    modules = dict(_files(house, "static/reader", "*.js"))
    styles = dict(_files(theme, "static", "*.css"))
    if STYLE not in styles:
        raise PluttraError(f"Temat saknar static/{STYLE}.")
    styles[STYLE] += _accented(accents) + styles.pop(OWN_STYLE, b"")
    reader, worker = reader_code(modules)
    code = {**reader, **{name: _plain_style(content) for name, content in styles.items()}}
    version = _version(code)
    files = {f"r/{version}/{name}": content for name, content in code.items()}
    files["robots.txt"] = ROBOTS
    files |= icons or {name: content for name, content in _files(house, "static", "*") if _ROOT_FILE.fullmatch(name)}
    files["sw.js"] = worker
    return ShellFiles(
        version=version,
        files=dict(sorted(files.items())),
        modules=((f"/r/{version}/{FIRST}", integrity(reader[FIRST])),),
        style=(f"/r/{version}/{STYLE}", integrity(code[STYLE])),
    )


def integrity(content: bytes) -> str:
    """Return the subresource integrity of a file, as HTML writes it."""
    return "sha384-" + base64.b64encode(hashlib.sha384(content).digest()).decode()


def _files(theme: tuple[Path, ...], folder: str, pattern: str) -> Iterator[tuple[str, bytes]]:
    for root in reversed(theme):  # the first folder comes last, and wins
        for path in sorted((root / folder).glob(pattern)):
            if path.is_file():
                yield (
                    path.name,
                    path.read_bytes().replace(b"\r\n", b"\n") if path.suffix != ".png" else path.read_bytes(),
                )


def _accented(accents: Accents | None) -> bytes:
    """Return the rules that give the theme a preschool's own colour."""
    if accents is None:
        return b""
    dark = f"@media (prefers-color-scheme: dark) {{\n:root {{ --berry: {accents.dark}; }}\n}}\n"
    return f"\n:root {{ --berry: {accents.light}; }}\n{dark}".encode()


def _version(code: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in sorted(code.items()):
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


def _plain_style(content: bytes) -> bytes:
    """Return a style sheet without comments and indentation."""
    text = re.sub(r"/\*.*?\*/", "", content.decode("utf-8"), flags=re.DOTALL)
    return re.sub(r"\s*\n\s*", "\n", text).strip().encode("utf-8")
