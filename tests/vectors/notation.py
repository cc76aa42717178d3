"""How vectors write bytes, and how a file of them is laid out. Knows docs/format.md §16. Does not know any vector."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from pluttra_publish.format.padding import Role
from pluttra_publish.sealing.objects import seal_fixed

BYTES = (
    ' Bytes are hex; {"text": t} is t in UTF-8; {"repeat": hex, "times": n}; {"join": [bytes, …]}; '
    '{"of": name, "from": i, "to": j} is a slice of what stands under that name in the member "bytes" of the file. '
    '"expect" is "ok" or the layer of docs/format.md §15 that must refuse.'
)


def vector_file(about: str, vectors: list[dict[str, Any]], shared: Mapping[str, Any] | None = None) -> str:
    """Return the text of a file: one vector a line, so that a difference is easy to read."""
    head: dict[str, Any] = {"about": about + BYTES}
    if shared:
        head["bytes"] = shared
    lines = ",\n".join("  " + json.dumps(vector) for vector in vectors)
    parts = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in head.items()]
    return "{\n" + ",\n".join([*parts, f' "vectors": [\n{lines}\n ]']) + "\n}\n"


def read_bytes(written: Any, shared: Mapping[str, Any]) -> bytes:
    """Return the bytes that a vector writes."""
    if isinstance(written, str):
        return bytes.fromhex(written)
    match written:
        case {"text": text}:
            return str(text).encode("utf-8")
        case {"repeat": unit, "times": times}:
            return bytes.fromhex(unit) * times
        case {"join": parts}:
            return b"".join(read_bytes(part, shared) for part in parts)
        case {"of": name, "from": begin, "to": end}:
            return read_bytes(shared[name], shared)[begin:end]
        case {"seal": {"role": role, "secret": secret, "content": content}}:
            return seal(role, bytes.fromhex(secret), read_bytes(content, shared))
    raise AssertionError(written)


@cache
def seal(role: Role, secret: bytes, content: bytes) -> bytes:
    """Return content sealed under a file secret."""
    with seal_fixed(content, role=role, secret=secret, name="00" * 16).open() as file:
        return file.read()


def text(written: str) -> dict[str, str]:
    return {"text": written}


def repeat(unit: bytes, times: int) -> dict[str, Any]:
    return {"repeat": unit.hex(), "times": times}


def piece(name: str, begin: int, end: int) -> dict[str, Any]:
    return {"of": name, "from": begin, "to": end}


def join(*parts: Any) -> dict[str, Any]:
    return {"join": list(parts)}


def flipped(name: str, whole: bytes, offset: int) -> dict[str, Any]:
    """Return the bytes under a name with the lowest bit of one of them flipped."""
    wrong = bytes([whole[offset] ^ 1]).hex()
    return join(piece(name, 0, offset), wrong, piece(name, offset + 1, len(whole)))
