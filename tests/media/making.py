"""Makes small real photos, films and sounds that say too much about where they were taken. Knows no test."""

from __future__ import annotations

import io
import math
import os
import struct
from collections.abc import Callable, Iterable
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo
from pillow_heif import from_pillow

CANARY = "KANARIE-GPS"
WHEN = "2026:09:09 10:15:00"
_QUIET = {"libx265": {"x265-params": "log-level=none"}, "libsvtav1": {"preset": "12"}}
_LAYOUTS = {"vorbis": "stereo"}
_RATES = {"libopus": 48000, "libopencore_amrnb": 8000}


def scene(width: int = 1200, height: int = 800, mode: str = "RGB") -> Image.Image:
    """A sky, a meadow and a red corner at the top left, so that turning and colour can be seen."""
    image = Image.new("RGB", (width, height), (120, 170, 210))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, height // 2, width, height), fill=(110, 150, 70))
    pen.ellipse((width // 3, height // 4, width // 2, height // 2), fill=(250, 200, 60))
    pen.rectangle((0, 0, width // 4, height // 4), fill=(220, 30, 30))
    return image.convert(mode)


def exif(orientation: int = 1, offset: str = "") -> bytes:
    """EXIF as a telephone writes it: camera, comment, position, orientation and time."""
    block = Image.Exif()
    block[0x010E] = f"{CANARY} beskrivning"
    block[0x010F], block[0x0110] = "Exempelkamera", "EK-7"
    block[0x0112] = orientation
    details = block.get_ifd(0x8769)
    details[0x9003] = WHEN
    details[0x9286] = f"ASCII\0\0\0{CANARY} kommentar".encode()
    details[0x927C] = b"Apple iOS\0\0\1MM" + CANARY.encode() * 4  # the maker's own notes
    if offset:
        details[0x9011] = offset
    place = block.get_ifd(0x8825)
    place[1], place[2] = "N", (59.0, 51.0, 32.1)
    place[3], place[4] = "E", (17.0, 38.0, 20.5)
    place[0x1D] = CANARY
    return block.tobytes()


def xmp() -> bytes:
    return f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF>{CANARY}</rdf:RDF></x:xmpmeta>'.encode()


def iptc() -> bytes:
    """IPTC-IIM: a caption and a city."""
    rows = ((120, f"{CANARY} rubrik"), (90, f"{CANARY} stad"))
    return b"".join(b"\x1c\x02" + struct.pack(">BH", number, len(text)) + text.encode() for number, text in rows)


def photo(form: str = "JPEG", image: Image.Image | None = None, orientation: int = 1, **more: object) -> bytes:
    """An encoded photo with all the metadata that its format can hold."""
    image = image or scene()
    into = io.BytesIO()
    match form:
        case "HEIF":
            from_pillow(image).save(into, quality=70, exif=exif(orientation), xmp=xmp())
        case "PNG":
            text = PngInfo()
            text.add_text("Comment", CANARY)
            text.add_itxt("Location", CANARY, zip=False)
            image.save(into, "PNG", exif=exif(orientation), pnginfo=text, **more)
        case "GIF":
            image.save(into, "GIF", comment=CANARY.encode(), **more)
        case "TIFF":
            tags = Image.Exif()
            tags.load(exif(orientation))
            tags[0x83BB], tags[0x02BC] = iptc(), xmp()
            image.save(into, "TIFF", exif=tags, **more)
        case "MPO":  # a photo with a preview behind it, as many telephones write
            image.save(into, "MPO", save_all=True, append_images=[scene(160, 120)], exif=exif(orientation), **more)
        case "JPEG":
            resources = b"8BIM\x04\x04\0\0" + struct.pack(">I", len(iptc())) + iptc() + bytes(len(iptc()) % 2)
            image.save(into, form, quality=85, exif=exif(orientation), comment=CANARY.encode(), xmp=xmp(), **more)
            return with_segment(into.getvalue(), 0xED, b"Photoshop 3.0\0" + resources)
        case _:
            image.save(into, form, quality=85, exif=exif(orientation), xmp=xmp(), **more)
    return into.getvalue()


def with_segment(jpeg: bytes, marker: int, content: bytes) -> bytes:
    """Put an application segment first in a JPEG."""
    return jpeg[:2] + struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content + jpeg[2:]


def animation(form: str, frames: int = 3) -> bytes:
    """Red, then green, then blue, a third of a second each."""
    shown = [Image.new("RGB", (160, 120), colour) for colour in ((220, 30, 30), (30, 180, 30), (30, 30, 220))][:frames]
    more: dict[str, object] = {"comment": CANARY.encode()} if form == "GIF" else {"exif": exif()}
    into = io.BytesIO()
    shown[0].save(into, form, save_all=True, append_images=shown[1:], duration=340, **more)
    return into.getvalue()


CAPTIONS = f"""\ufeffWEBVTT {CANARY}
X-MADE-BY: {CANARY}

NOTE {CANARY} skrev det här

STYLE
::cue {{ content: "{CANARY}" }}

{CANARY}-1
00:00.500 --> 00:01.500 position:10%
<v {CANARY}>Nu <i>bygger</i> vi!</v>

00:00:02.000 --> 00:00:03.250
Hjälp mig &amp; håll
&lt; här
"""


def film(
    path: Path,
    *,
    codec: str = "libx264",
    sound: str | None = "aac",
    seconds: float = 2,
    form: str = "mp4",
    turned: bool = False,
    pix_fmt: str = "yuv420p",
    size: tuple[int, int] = (320, 180),
    rate: int = 12,
    times: Iterable[int] = (),
    live: bool = False,
) -> Path:
    """A film of a moving square with a tone, and a place in its metadata. `times` are those of its frames, in frames."""
    options = {"movflags": "use_metadata_tags"} if form in {"mp4", "mov"} else {}
    if codec in _QUIET:
        os.environ.setdefault("SVT_LOG", "0")
    with av.open(str(path), "w", format=form, options=options) as out:
        out.metadata.update(
            {
                "location": "+59.8589+017.6389/",
                "com.apple.quicktime.location.ISO6709": f"+59.8589+017.6389/ {CANARY}",
                "com.apple.quicktime.make": "Exempelkamera",
                "com.apple.quicktime.model": "EK-7",
                "comment": CANARY,
                "title": CANARY,
                "creation_time": "2026-10-22T08:30:00.000000Z",
            }
        )
        if live:
            out.metadata["com.apple.quicktime.content.identifier"] = CANARY
        picture = out.add_stream(codec, rate=rate, options=_QUIET.get(codec, {}))
        picture.width, picture.height = size
        picture.pix_fmt = pix_fmt
        picture.metadata["handler_name"] = CANARY
        picture.metadata["creation_time"] = "2026-10-22T08:30:00.000000Z"
        tone = None
        if sound:
            layout = _LAYOUTS.get(sound, "mono")
            tone = out.add_stream(
                sound, rate=_RATES.get(sound, 44100), layout=layout, options={"strict": "experimental"}
            )
        for number in tuple(times) or range(int(rate * seconds)):
            image = scene(*size)
            ImageDraw.Draw(image).rectangle((number * 4, 80, number * 4 + 30, 110), fill="white")
            frame = av.VideoFrame.from_image(image)
            frame.pts, frame.time_base = number, Fraction(1, rate)
            out.mux(picture.encode(frame))
        out.mux(picture.encode(None))
        if tone:
            _hum(out, tone, seconds)
    if turned:
        _turn(path)
    return path


def high_dynamic_film(path: Path) -> Path:
    """A grey film whose every pixel is HLG's 75 %, as a new telephone writes white paper."""
    with av.open(str(path), "w", format="mov") as out:
        picture = out.add_stream("libx265", rate=12, options=_QUIET["libx265"])
        picture.width, picture.height, picture.pix_fmt = 320, 180, "yuv420p10le"
        context = picture.codec_context
        context.color_trc, context.color_primaries, context.colorspace, context.color_range = 18, 9, 9, 1
        for number in range(12):
            frame = av.VideoFrame(320, 180, "yuv420p10le")
            for plane, value in zip(frame.planes, (721, 512, 512), strict=True):
                plane.update(struct.pack("<H", value) * (plane.buffer_size // 2))
            frame.pts, frame.time_base = number, Fraction(1, 12)
            out.mux(picture.encode(frame))
        out.mux(picture.encode(None))
    return path


def cut_in_the_telephone(whole: Path, into: Path, start: float) -> Path:
    """A film cut without encoding it anew: all its pictures are there, and an edit list says that the first are not to be shown."""
    with av.open(str(whole)) as source, av.open(str(into), "w", format="mov") as out:
        track = source.streams.video[0]
        copy = out.add_stream_from_template(track)
        away = round(Fraction(start) / (track.time_base or Fraction(1)))
        for packet in source.demux(track):
            if packet.size:
                packet.pts, packet.dts = (packet.pts or 0) - away, (packet.dts or 0) - away
                packet.stream = copy
                out.mux(packet)
    return into


def sound(
    path: Path,
    *,
    codec: str = "aac",
    form: str = "mp4",
    seconds: float = 2,
    rate: int = 48000,
    layout: str = "mono",
    loudness: Callable[[float], float] = lambda _: 1.0,
    cover: bytes = b"",
) -> Path:
    """A tone with a title that says too much, and perhaps a picture of its own."""
    with av.open(str(path), "w", format=form) as out:
        out.metadata.update({"title": CANARY, "comment": CANARY, "artist": CANARY})
        tone = out.add_stream(codec, rate=rate, layout=_LAYOUTS.get(codec, layout), options={"strict": "experimental"})
        tone.metadata["title"] = CANARY
        _hum(out, tone, seconds, loudness)
    if cover:
        mime = b"\0image/jpeg\0\3\0" + cover
        frame = b"APIC" + struct.pack(">I", len(mime)) + b"\0\0" + mime
        size = bytes(len(frame) >> shift & 0x7F for shift in (21, 14, 7, 0))
        path.write_bytes(b"ID3\3\0\0" + size + frame + path.read_bytes())
    return path


def _hum(
    out: av.container.OutputContainer,
    tone: av.AudioStream,
    seconds: float,
    loudness: Callable[[float], float] = lambda _: 1.0,
) -> None:
    rate = tone.codec_context.sample_rate
    times = range(int(rate * seconds))
    samples = [int(8000 * loudness(n / rate) * math.sin(2 * math.pi * 440 * n / rate)) for n in times]
    frame = av.AudioFrame("s16", "mono", len(samples))
    frame.planes[0].update(struct.pack(f"<{len(samples)}h", *samples))
    frame.sample_rate, frame.pts = rate, 0
    frame.time_base = Fraction(1, rate)
    resampler = av.AudioResampler(layout=tone.codec_context.layout, rate=rate)
    for shaped in resampler.resample(frame):
        out.mux(tone.encode(shaped))
    out.mux(tone.encode(None))


def _turn(path: Path) -> None:
    """Write a quarter turn into the display matrix of the first track, as a telephone held upright does."""
    content = bytearray(path.read_bytes())
    at = content.index(b"tkhd") + 4 + 40
    content[at : at + 36] = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 180 << 16, 0, 1 << 30)
    path.write_bytes(content)
