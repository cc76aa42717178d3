"""The shell's files as the host gets them: the reader's modules, its styles, the service worker, icons.

Knows how the modules may be written (named exports at line start, one-line imports). Does not know what they do.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pluttra_publish.errors import PluttraError

FIRST_MODULE = "app.js"
WORKER_MODULE = "worker.js"
STYLE = "style.css"
ROBOTS = b"User-agent: *\nDisallow: /\n"

_IMPORT = re.compile(
    r"^import\s*\{(?P<names>[^}]*)\}\s*from\s*['\"]\./(?P<module>[\w-]+\.js)['\"];[ \t]*$", re.MULTILINE
)
_ANY_IMPORT = re.compile(r"^\s*(?:import\b(?!\s*\()|export\s*(?:\*|\{|default\b))", re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async\s+)?(?:function|const|let|class)\b)", re.MULTILINE)
_TOP_LEVEL = re.compile(r"^(?:async\s+)?(?:function\*?|const|let|class)\s+([\w$]+)", re.MULTILINE)
_ROOT_FILE = re.compile(r"icon\.svg|icon-[0-9a-z-]{1,32}\.png|robots\.txt")


@dataclass(frozen=True)
class ShellFiles:
    """Files by path on the host, the version that names them, and (path, integrity) of what a page starts with."""

    version: str
    files: Mapping[str, bytes]
    modules: tuple[tuple[str, str], ...]
    style: tuple[str, str]


def shell_files(theme: tuple[Path, ...]) -> ShellFiles:
    """Return the shell's files from `static/` of the theme folders; of files with one name the first folder's wins.

    The same files give the same version on every machine.

    Raises:
        PluttraError: a module is missing, or written in a way that can't be joined into the service worker.
    """
    modules = dict(_files(theme, "static/reader", "*.js"))
    styles = dict(_files(theme, "static", "*.css"))
    for needed in (FIRST_MODULE, WORKER_MODULE):
        if needed not in modules:
            raise PluttraError(f"Temat saknar static/reader/{needed}.")
    if STYLE not in styles:
        raise PluttraError(f"Temat saknar static/{STYLE}.")
    code = {**modules, **styles}
    version = _version(code)
    files = {f"r/{version}/{name}": content for name, content in code.items()}
    files["robots.txt"] = ROBOTS
    files |= {name: content for name, content in _files(theme, "static", "*") if _ROOT_FILE.fullmatch(name)}
    files["sw.js"] = _join(WORKER_MODULE, modules)
    start = _import_order(FIRST_MODULE, modules)
    return ShellFiles(
        version=version,
        files=dict(sorted(files.items())),
        modules=tuple((f"/r/{version}/{name}", integrity(modules[name])) for name in reversed(start)),
        style=(f"/r/{version}/{STYLE}", integrity(styles[STYLE])),
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


def _version(code: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for name, content in sorted(code.items()):
        digest.update(f"{name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


def _import_order(first: str, modules: Mapping[str, bytes]) -> list[str]:
    """Return `first` and everything it imports, each after what it needs."""
    order: list[str] = []
    waiting: list[str] = []

    def visit(name: str, importer: str) -> None:
        if name in order or name in waiting:
            return
        if name not in modules:
            raise PluttraError(f"{importer} importerar {name}, som inte finns i static/reader/.")
        waiting.append(name)
        for match in _IMPORT.finditer(modules[name].decode()):
            visit(match["module"], name)
        waiting.remove(name)
        order.append(name)

    visit(first, first)
    return order


def _join(first: str, modules: Mapping[str, bytes]) -> bytes:
    """Join a module and all it imports into one classic script: Firefox 115 has no module workers."""
    parts = ["'use strict';"]
    owners: dict[str, str] = {}
    for name in _import_order(first, modules):
        text = modules[name].decode()
        if any(" as " in match["names"] for match in _IMPORT.finditer(text)):
            raise PluttraError(f"{name} döper om det som importeras. Service workern kan inte sättas ihop.")
        text = _EXPORT.sub("", _IMPORT.sub("", text))
        if _ANY_IMPORT.search(text):
            raise PluttraError(
                f"{name} har en import eller export på ett annat sätt. Service workern kan inte sättas ihop."
            )
        for declared in _TOP_LEVEL.findall(text):
            if owners.setdefault(declared, name) != name:
                raise PluttraError(f"{name} och {owners[declared]} har båda namnet {declared}.")
        parts.append(f"// {name}\n{text.strip()}")
    return ("\n\n".join(parts) + "\n").encode()
