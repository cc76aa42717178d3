"""Sealed objects of chosen bytes, for tests of what carries them without opening them."""

from __future__ import annotations

import dataclasses

from pluttra_publish.format.digests import digest_of
from pluttra_publish.format.padding import Role
from pluttra_publish.sealing.objects import SealedObject, seal_fixed

_REAL = seal_fixed(b"", role="invitation", secret=bytes(32), name="0" * 32)


def path_of(role: Role, name: str) -> str:
    """Return where a file of that role and name lies (docs/format.md §2)."""
    return "root" if role == "root" else f"{'k' if role in {'keyring', 'invitation'} else 'o'}/{name[:2]}/{name}"


def sealed(role: Role, name: str, content: bytes) -> SealedObject:
    """Return an object that carries `content` as its sealed bytes."""
    made = dataclasses.replace(
        _REAL,
        name=name,
        path=path_of(role, name),
        sealed_length=len(content),
        role=role,
        immutable=role not in {"keyring", "invitation", "root"},
        _body=content,
    )
    return dataclasses.replace(made, digest=digest_of(content, segmented=made.segmented))
