"""Makes small real photos, films and sounds that say too much about where they were taken. Knows no test."""

from __future__ import annotations

import io
import math
import struct
from fractions import Fraction
from pathlib import Path

import av
from PIL import Image, ImageDraw
from PIL.PngImagePlugin import PngInfo
from pillow_heif import from_pillow

CANARY = "KANARIE-GPS"
WHEN = "2026:09:09 10:15:00"


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


def film(
    path: Path,
    *,
    codec: str = "libx264",
    sound: str | None = "aac",
    seconds: float = 2,
    form: str = "mp4",
    turned: bool = False,
    pix_fmt: str = "yuv420p",
) -> Path:
    """A film of a moving square with a tone, and a place in its metadata."""
    options = {"movflags": "use_metadata_tags"} if form in {"mp4", "mov"} else {}
    with av.open(str(path), "w", format=form, options=options) as out:
        out.metadata.update(
            {
                "location": "+59.8589+017.6389/",
                "com.apple.quicktime.location.ISO6709": f"+59.8589+017.6389/ {CANARY}",
                "comment": CANARY,
                "title": CANARY,
                "creation_time": "2026-10-22T08:30:00.000000Z",
            }
        )
        picture = out.add_stream(codec, rate=12)
        picture.width, picture.height, picture.pix_fmt = 320, 180, pix_fmt
        picture.metadata["handler_name"] = CANARY
        picture.metadata["creation_time"] = "2026-10-22T08:30:00.000000Z"
        tone = out.add_stream(sound, rate=44100, layout="mono") if sound else None
        for number in range(int(12 * seconds)):
            image = scene(320, 180)
            ImageDraw.Draw(image).rectangle((number * 4, 80, number * 4 + 30, 110), fill="white")
            frame = av.VideoFrame.from_image(image)
            frame.pts, frame.time_base = number, Fraction(1, 12)
            out.mux(picture.encode(frame))
        out.mux(picture.encode(None))
        if tone:
            _hum(out, tone, seconds)
    if turned:
        _turn(path)
    return path


def sound(path: Path, *, codec: str = "aac", form: str = "mp4", seconds: float = 2, rate: int = 48000) -> Path:
    """A tone with a title that says too much."""
    with av.open(str(path), "w", format=form) as out:
        out.metadata.update({"title": CANARY, "comment": CANARY, "artist": CANARY})
        tone = out.add_stream(codec, rate=rate, layout="mono")
        tone.metadata["title"] = CANARY
        _hum(out, tone, seconds)
    return path


def _hum(out: av.container.OutputContainer, tone: av.AudioStream, seconds: float) -> None:
    rate = tone.codec_context.sample_rate
    samples = [int(8000 * math.sin(2 * math.pi * 440 * n / rate)) for n in range(int(rate * seconds))]
    frame = av.AudioFrame("s16", "mono", len(samples))
    frame.planes[0].update(struct.pack(f"<{len(samples)}h", *samples))
    frame.sample_rate, frame.pts = rate, 0
    frame.time_base = Fraction(1, rate)
    out.mux(tone.encode(frame))
    out.mux(tone.encode(None))


def _turn(path: Path) -> None:
    """Write a quarter turn into the display matrix of the first track, as a telephone held upright does."""
    content = bytearray(path.read_bytes())
    at = content.index(b"tkhd") + 4 + 40
    content[at : at + 36] = struct.pack(">9i", 0, 1 << 16, 0, -(1 << 16), 0, 0, 180 << 16, 0, 1 << 30)
    path.write_bytes(content)
