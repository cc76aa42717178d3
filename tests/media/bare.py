"""Proves that a file holds nothing but pictures and sound: our own reading of the containers, and exiftool if installed."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

CANARIES = (
    b"KANARIE",
    b"Exempelkamera",
    b"EK-7",
    b"Exif",
    b"xmpmeta",
    b"ICC_PROFILE",
    b"+59.8",
    b"2026:09:09",
    b"2026-10-22",
)
_TELLING = ("IFD", "ExifIFD", "GPS", "XMP", "ICC", "IPTC", "Keys", "UserData", "ItemList", "ID3", "APE")
_EMPTY_LIST = bytes.fromhex(  # udta { meta { hdlr, ilst without a single entry } }, which the muxer always writes
    "0000003d75647461000000356d657461000000000000002168646c7200000000000000006d6469726170706c"
    "00000000000000000000000008696c7374"
)
_MOV_BOXES_WITH_A_STORY = (b"udta", b"meta", b"\xa9xyz", b"\xa9nam", b"\xa9cmt", b"keys", b"ilst", b"uuid", b"loci")


def assert_bare(path: Path) -> None:
    """Fail if the file says anything about where, when, by whom or with what it was made."""
    content = path.read_bytes()
    for canary in CANARIES:
        assert canary not in content, (path.name, canary)
        assert canary.decode("latin-1").encode("utf-16-le") not in content, (path.name, canary)
    if content[8:12] == b"WEBP":
        assert set(_riff_chunks(content)) <= {b"VP8 ", b"VP8L"}
    if content[8:12] == b"WAVE":
        assert set(_riff_chunks(content)) <= {b"fmt ", b"data"}
    if content[4:8] == b"ftyp":
        start = content[: content.index(b"mdat")].replace(_EMPTY_LIST, b"")
        for name in _MOV_BOXES_WITH_A_STORY:
            assert name not in start, (path.name, name)
    if shutil.which("exiftool"):
        run = subprocess.run(
            ["exiftool", "-json", "-G1", "-a", "-u", "--File:all", "--System:all", str(path)],
            capture_output=True,
            check=True,
        )
        (told,) = json.loads(run.stdout)
        groups = {key.partition(":")[0] for key in told if ":" in key}
        assert not {group for group in groups if group.startswith(_TELLING)}, (path.name, told)


def _riff_chunks(content: bytes) -> list[bytes]:
    names, at = [], 12
    while at + 8 <= len(content):
        names.append(content[at : at + 4])
        at += 8 + (size := int.from_bytes(content[at + 4 : at + 8], "little")) + size % 2
    return names
