"""Which paths a published site has, how long each may be cached, and under which type it is served.

Knows docs/format.md §2. Does not know files, hosts or what is sealed.
"""

from __future__ import annotations

import re
from typing import Literal

Place = Literal["root", "keyring", "object", "shell", "code", "public", "lock"]
Cache = Literal["forever", "short", "revalidate"]

CACHE_CONTROL: dict[Cache, str] = {
    "forever": "public, max-age=31536000, immutable",
    "short": "public, max-age=300",
    "revalidate": "no-cache",
}

_PLACES: tuple[tuple[Place, re.Pattern[str]], ...] = (
    ("object", re.compile(r"o/([0-9a-f]{2})/\1[0-9a-f]{30}")),
    ("root", re.compile(r"root")),
    ("lock", re.compile(r"lock")),
    ("keyring", re.compile(r"k/([0-9a-f]{2})/\1[0-9a-f]{30}")),
    ("shell", re.compile(r"index\.html|sw\.js|manifest\.webmanifest|robots\.txt|icon\.svg|icon-[0-9a-z-]{1,32}\.png")),
    ("code", re.compile(r"r/[0-9a-z]{1,64}/[0-9a-z_-]{1,64}\.(js|css|html)")),
    ("public", re.compile(r"sida/[0-9a-z][0-9a-z_-]{0,199}\.(html|webp|jpg|jpeg|png|mp4|webm|m4a|mp3|ogg|wav|vtt)")),
)

TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "ico": "image/x-icon",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "m4a": "audio/mp4",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "ogg": "audio/ogg",
    "png": "image/png",
    "svg": "image/svg+xml",
    "txt": "text/plain; charset=utf-8",
    "vtt": "text/vtt; charset=utf-8",
    "wav": "audio/wav",
    "webm": "video/webm",
    "webmanifest": "application/manifest+json",
    "webp": "image/webp",
}


LOCK_PATH = "lock"
"""Where the one that publishes says so to others; readers never ask for it."""

TOP_FOLDERS = ("k", "o", "r", "sida")
"""The folders at the top of a published site."""

_LEFT_BEHIND = re.compile(r"\.[0-9a-f]{16}\.tmp")


def is_left_behind(name: str) -> bool:
    """Tell whether a file of that name is what a put that was cut off leaves behind: a put writes to such a name first."""
    return _LEFT_BEHIND.fullmatch(name) is not None


def place_of(path: str) -> Place | None:
    """Tell what lies at `path` of a published site, or None if nothing of ours may lie there.

    Invitations count as keyrings, and pages, media, indexes and catalogues as objects.
    """
    for place, pattern in _PLACES:  # no generator: it is asked many times of every file
        if pattern.fullmatch(path):
            return place
    return None


def cache_of(path: str) -> Cache:
    """Tell how long what lies at `path` may be cached."""
    match place_of(path):
        case "object" | "code":
            return "forever"
        case "public":
            return "short"
        case _:
            return "revalidate"


def content_type(path: str) -> str:
    """Return the Content-Type of `path` by its suffix; sealed files, which have none, are octets."""
    name = path.rpartition("/")[2]
    return TYPES.get(name.rpartition(".")[2].lower(), "application/octet-stream")
