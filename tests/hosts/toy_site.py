"""A small site in two editions, in which every file names those below it, and a reader of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from pluttra_publish.format.padding import Role
from pluttra_publish.hosts import Host, Publishable, ShellFile
from tests.hosts.sealed import path_of, sealed

KEYRING = hashlib.sha256(b"a guardian's keyring").hexdigest()[:32]


def bytes_of(thing: Publishable) -> bytes:
    return thing.content if isinstance(thing, ShellFile) else thing.open().read()


def chained(role: Role, content: str, *below: Publishable) -> Publishable:
    """A toy of the sealed chain: each file names the path and digest of those below it."""
    links = [(thing.path, hashlib.sha256(bytes_of(thing)).hexdigest()) for thing in below]
    body = json.dumps({"content": content, "below": links}).encode()
    name = KEYRING if role == "keyring" else hashlib.sha256(body).hexdigest()[:32]
    return sealed(role, name, body)


def site(edition: str, *, works_with: Iterable[str]) -> list[Publishable]:
    """A site with one page that every edition has, and a keyring that works with the roots of `works_with`."""
    same, page = chained("page", "always the same"), chained("page", edition)
    code = ShellFile(f"r/{edition}/app.js", edition.encode())
    index = chained("index", edition, same, page)
    catalogue = chained("catalogue", edition, index)
    keyring = chained("keyring", ",".join(works_with))
    shell = ShellFile("index.html", f"<script src=/{code.path}>".encode())
    root = chained("root", edition, catalogue)
    return [root, shell, keyring, catalogue, index, page, same, code]


OLD = site("old", works_with=["old"])
NEW = site("new", works_with=["old", "new"])


def edition_of(host: Host) -> str:
    """Read the site as a reader would, from the shell and the keyring down; fail on anything missing or false."""
    shell = host.get("index.html")
    assert shell is not None
    code = host.get(shell.decode().partition("src=/")[2].rstrip(">"))
    assert code is not None
    root = json.loads(host.get("root") or b"null")
    keyring = json.loads(host.get(path_of("keyring", KEYRING)) or b"null")
    assert root["content"] in keyring["content"].split(",")
    below = root["below"]
    while below:
        path, digest = below.pop()
        content = host.get(path)
        assert content is not None, path
        assert hashlib.sha256(content).hexdigest() == digest
        below += json.loads(content)["below"]
    return str(root["content"])
