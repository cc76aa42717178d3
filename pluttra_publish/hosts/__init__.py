"""Hosts: where the sealed site lies.

Knows paths, the gate, and how to put and delete opaque bytes. Does not know what they mean.
`mirror` is the way in; everything that reaches a `Host` has passed `admit`.
"""

from __future__ import annotations

from pluttra_publish.hosts.folder import FolderHost
from pluttra_publish.hosts.gate import Admitted, Publishable, ShellFile, admit
from pluttra_publish.hosts.host import Host
from pluttra_publish.hosts.mirror import Mirrored, mirror, put_changes, put_in_order
from pluttra_publish.hosts.paths import CACHE_CONTROL, Cache, Place, cache_of, content_type, place_of

__all__ = [
    "CACHE_CONTROL",
    "Admitted",
    "Cache",
    "FolderHost",
    "Host",
    "Mirrored",
    "Place",
    "Publishable",
    "ShellFile",
    "admit",
    "cache_of",
    "content_type",
    "mirror",
    "place_of",
    "put_changes",
    "put_in_order",
]
