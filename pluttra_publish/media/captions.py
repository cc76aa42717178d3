"""Captions of a film: a WebVTT file (W3C) to its words and times, and those to a bare WebVTT file. Does not know films.

Comments, styles, headings and names of voices fall: what is published is what is shown, and nothing beside it.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable
from dataclasses import dataclass
from html import unescape

import av

from pluttra_publish.errors import ContentError
from pluttra_publish.media.encoding import Clip

LONGEST = 2**20
_TAG = re.compile(r"<[^>]*>?")
_MEND = "Spara textningen som WebVTT (.vtt) i UTF-8: först raden WEBVTT, sedan tider som 00:01.000 --> 00:04.000 och text under dem."


@dataclass(frozen=True)
class Cue:
    """What is said from `start` to `end`, in seconds."""

    start: float
    end: float
    text: str


def read_captions(content: bytes, name: str, clip: Clip | None = None) -> tuple[Cue, ...]:
    """Return what a WebVTT file says, in order of time: within the clip, if there is one, and counted from its start.

    Raises:
        ContentError: it is no WebVTT in UTF-8, or says nothing.
    """
    text = _decoded(content, name)
    cues = sorted(_cues(text, name), key=lambda cue: (cue.start, cue.end))
    if clip:
        start, end = clip
        within = (cue for cue in cues if cue.start < end and cue.end > start)
        cues = [Cue(max(cue.start, start) - start, min(cue.end, end) - start, cue.text) for cue in within]
    elif not cues:
        raise ContentError(f"Textningen ”{name}” säger ingenting.", hint=_MEND)
    return tuple(cues)


def written_captions(cues: Iterable[Cue]) -> bytes:
    """Return cues as WebVTT."""
    blocks = [f"{_clock(cue.start)} --> {_clock(cue.end)}\n{_escaped(cue.text)}\n" for cue in cues]
    return "\n".join(["WEBVTT\n", *blocks]).encode("utf-8")


def _decoded(content: bytes, name: str) -> str:
    utf16 = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    try:
        text = content.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError:
        raise ContentError(f"Textningen ”{name}” är inte sparad som UTF-8.", hint=_MEND) from None
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not re.match(r"WEBVTT(?:[ \t\n]|$)", text) or len(content) > LONGEST or "\0" in text:
        raise ContentError(f"”{name}” är ingen textning i WebVTT.", hint=_MEND)
    return text


def _cues(text: str, name: str) -> Iterable[Cue]:
    try:
        with av.open(io.BytesIO(text.encode("utf-8")), "r", format="webvtt") as container:
            for packet in container.demux():
                if packet.size and packet.pts is not None and packet.time_base:
                    words = " ".join(unescape(_TAG.sub("", bytes(packet).decode("utf-8"))).split())
                    start = float(packet.pts * packet.time_base)
                    end = start + float((packet.duration or 0) * packet.time_base)
                    if words and end > start:
                        yield Cue(start, end, words)
    except (av.FFmpegError, ValueError) as error:
        raise ContentError(f"Textningen ”{name}” går inte att läsa.", hint=_MEND) from error


def _clock(seconds: float) -> str:
    whole = round(seconds * 1000)
    return f"{whole // 3_600_000:02}:{whole // 60_000 % 60:02}:{whole // 1000 % 60:02}.{whole % 1000:03}"


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
