"""The reader's modules as the host gets them: few files, without comments. Knows how the modules may be written; not what they do.

A phone on a bus pays for every request, and comments are a third of what would be sent. So what the first page needs is joined into one module,
what a post needs into another, each part that is loaded later into one of its own, and the service worker into a classic script, since Firefox 115
has no module workers. Joining is cutting the import lines and putting the modules after each other: that is possible because every module imports on
one line, exports at line start, renames nothing, and no two modules share a top-level name. Whatever is written otherwise is refused.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache

from pluttra_publish.errors import PluttraError

FIRST = "app.js"
TOGETHER = ((FIRST, "moments.js"), ("routes.js", "pages.js", "register.js", "blobs.js"))
"""What is always needed together, each group joined into its first, with all that it imports: the first page, with the little that all others
share; and a post with its photos."""
WORKER = "worker.js"
CLASSIC = "old.js"
"""Run by every browser, to tell those that are too old: not a module, and joined with none."""

_NOTICE = "// Pluttra Publish, AGPL-3.0-or-later"
_IMPORT = re.compile(r"^import\s*\{(?P<names>[^}]*)\}\s*from\s*'\./(?P<module>[\w-]+\.js)';[ \t]*\n?", re.MULTILINE)
_ANY_IMPORT = re.compile(r"^\s*(?:import\b(?!\s*\()|export\s*(?:\*|\{|default\b))", re.MULTILINE)
_LATER = re.compile(r"\bimport\('\./([\w-]+\.js)'\)")
_EXPORT = re.compile(r"^export (?=(?:async\s+)?(?:function|const|let|class)\b)", re.MULTILINE)
_TOP_LEVEL = re.compile(r"^(?:export )?(?:async\s+)?(?:function\*?|const|let|class)\s+([\w$]+)", re.MULTILINE)
_BLOCK_COMMENT = re.compile(r"/\*\*.*?\*/ ?", re.DOTALL)
_LINE_COMMENT = re.compile(r"^[ \t]*//[^\n]*\n", re.MULTILINE)
_TRAILING_COMMENT = re.compile(r"[ \t]+//[^'\"`\n]*$", re.MULTILINE)
_INDENTATION = re.compile(r"^[ \t]+", re.MULTILINE)
_EMPTY_LINES = re.compile(r"\n{2,}")


def reader_code(modules: Mapping[str, bytes]) -> tuple[dict[str, bytes], bytes]:
    """Return the files of the reader by name – `app.js`, one for each part that is loaded later, `old.js` – and the service worker.

    Raises:
        PluttraError: a module is missing, or written in a way that can't be joined.
    """
    sources = {name: _uncommented(content.decode("utf-8")) for name, content in modules.items()}
    classic = sources.pop(CLASSIC, None)
    for name in (FIRST, WORKER):
        if name not in sources:
            raise PluttraError(f"Temat saknar static/reader/{name}.")
    _check(sources)
    parts = _parts(sources)
    homes = {part: name for name, joined in parts.items() for part in joined}
    files = {name: _module(joined, sources, homes) for name, joined in parts.items()}
    if classic is not None:
        files[CLASSIC] = _bytes([f"{_NOTICE}\n", classic])
    return dict(sorted(files.items())), _worker(sources)


def _uncommented(text: str) -> str:
    """Return a module without comments. No string of ours spans lines or holds a block comment; what has quotes after the slashes is
    left, since it may be the end of a string."""
    lines = _LINE_COMMENT.sub("", _BLOCK_COMMENT.sub("", text.replace("\r\n", "\n")))
    return _TRAILING_COMMENT.sub("", lines)


def _check(sources: Mapping[str, str]) -> None:
    owners: dict[str, str] = {}
    for name, text in sources.items():
        if any(" as " in match["names"] for match in _IMPORT.finditer(text)):
            raise PluttraError(f"{name} döper om det som importeras. Läsaren kan inte sättas ihop.")
        if _ANY_IMPORT.search(_IMPORT.sub("", text)):
            raise PluttraError(f"{name} har en import eller export på ett annat sätt. Läsaren kan inte sättas ihop.")
        for declared in _TOP_LEVEL.findall(text):
            if owners.setdefault(declared, name) != name:
                raise PluttraError(f"{name} och {owners[declared]} har båda namnet {declared}.")


def _parts(sources: Mapping[str, str]) -> dict[str, list[str]]:
    """Return what is joined into each file, in order: what is always needed together, then what only one later part needs beside it."""
    files: dict[str, list[str]] = {}
    placed: set[str] = set()
    for group in TOGETHER:
        order = dict.fromkeys(part for name in group if name in sources for part in _in_order(name, sources))
        files[group[0]] = [part for part in order if part not in placed]
        placed.update(order)
    later = dict.fromkeys(name for name, text in sources.items() if name != WORKER for name in _LATER.findall(text))
    needed = {
        name: [part for part in _in_order(name, sources) if part not in placed] for name in later if name not in placed
    }
    uses = Counter(part for parts in needed.values() for part in parts)
    alone = {part for part, count in uses.items() if count > 1 and part not in needed}
    files |= {part: [part] for part in alone}
    for name, parts in needed.items():
        files[name] = [part for part in parts if part == name or (part not in alone and part not in needed)]
    return {name: parts for name, parts in files.items() if parts}


def _in_order(first: str, sources: Mapping[str, str]) -> list[str]:
    """Return `first` and everything it imports, each after what it needs."""
    order: list[str] = []
    waiting: list[str] = []

    def visit(name: str, importer: str) -> None:
        if name in order or name in waiting:
            return
        if name not in sources:
            raise PluttraError(f"{importer} importerar {name}, som inte finns i static/reader/.")
        waiting.append(name)
        for module in _imported(sources[name]):
            visit(module, name)
        waiting.remove(name)
        order.append(name)

    visit(first, first)
    return order


@cache
def _imported(source: str) -> tuple[str, ...]:
    """Return the modules that a module's text imports, in order: it is asked for in every part that needs it."""
    return tuple(match["module"] for match in _IMPORT.finditer(source))


def _module(parts: list[str], sources: Mapping[str, str], homes: Mapping[str, str]) -> bytes:
    """Join parts into one module that imports the rest from the files where it is."""
    elsewhere: dict[str, dict[str, None]] = {}
    for part in parts:
        for match in _IMPORT.finditer(sources[part]):
            if match["module"] not in parts:
                names = re.findall(r"[\w$]+", match["names"])
                elsewhere.setdefault(homes[match["module"]], {}).update(dict.fromkeys(names))
    imports = [f"import {{ {', '.join(names)} }} from './{home}';\n" for home, names in sorted(elsewhere.items())]

    def placed(later: re.Match[str]) -> str:
        return f"import('./{homes[later[1]]}')"

    bodies = (_LATER.sub(placed, _IMPORT.sub("", sources[part])) for part in parts)
    return _bytes([f"{_NOTICE}\n", *imports, *bodies])


def _worker(sources: Mapping[str, str]) -> bytes:
    bodies = (_EXPORT.sub("", _IMPORT.sub("", sources[part])) for part in _in_order(WORKER, sources))
    return _bytes([f"{_NOTICE}\n'use strict';\n", *bodies])


def _bytes(pieces: Iterable[str]) -> bytes:
    return _EMPTY_LINES.sub("\n", _INDENTATION.sub("", "".join(pieces))).encode("utf-8")
