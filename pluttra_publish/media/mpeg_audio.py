"""MP3 frames by their headers (ISO/IEC 11172-3 §2.4.1.3). Knows four bytes. Does not know files or tags.

A tag glued to the end of an MP3 looks like sound to a demuxer; only what a frame's own header claims is sound.
"""

from __future__ import annotations

_KBIT = {
    1: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    2: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_HERTZ = (44100, 48000, 32000)


def whole_frame(packet: bytes) -> bytes:
    """Return the one layer III frame that `packet` starts with, or nothing if it doesn't start with a whole one."""
    length = frame_length(packet[:4])
    return packet[:length] if 4 < length <= len(packet) else b""


def frame_length(header: bytes) -> int:
    """Return the length in bytes of the frame with this four-byte header, 0 if it is no layer III header."""
    if len(header) < 4 or header[0] != 0xFF or header[1] & 0xE0 != 0xE0:
        return 0
    version, layer = header[1] >> 3 & 3, header[1] >> 1 & 3
    rate, hertz, padding = header[2] >> 4, header[2] >> 2 & 3, header[2] >> 1 & 1
    if version == 1 or layer != 1 or rate in {0, 15} or hertz == 3:
        return 0
    first = version == 3
    kbit = _KBIT[1 if first else 2][rate]
    sampled = _HERTZ[hertz] >> {3: 0, 2: 1, 0: 2}[version]
    return (144 if first else 72) * kbit * 1000 // sampled + padding
