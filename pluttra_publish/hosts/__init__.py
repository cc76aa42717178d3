"""Hosts: where the sealed site lies.

Knows paths, the gate, and how to put, copy and delete opaque bytes. Does not know what they mean.
`mirror` is the way in; everything that reaches a `Host` has passed `admit`.
"""

from __future__ import annotations

from pluttra_publish.hosts.folder import FolderHost
from pluttra_publish.hosts.gate import Admitted, Publishable, ShellFile, admit
from pluttra_publish.hosts.host import Host
from pluttra_publish.hosts.inventory import Inventory, Lying, OnHost, read_inventory
from pluttra_publish.hosts.lock import Lock, locked, owner_of
from pluttra_publish.hosts.mirror import Mirrored, mirror, put_changes, put_in_order
from pluttra_publish.hosts.opening import open_host
from pluttra_publish.hosts.paths import CACHE_CONTROL, LOCK_PATH, Cache, Place, cache_of, content_type, place_of

__all__ = [
    "CACHE_CONTROL",
    "LOCK_PATH",
    "Admitted",
    "Cache",
    "FolderHost",
    "Host",
    "Inventory",
    "Lock",
    "Lying",
    "Mirrored",
    "OnHost",
    "Place",
    "Publishable",
    "ShellFile",
    "admit",
    "cache_of",
    "content_type",
    "locked",
    "mirror",
    "open_host",
    "owner_of",
    "place_of",
    "put_changes",
    "put_in_order",
    "read_inventory",
]
