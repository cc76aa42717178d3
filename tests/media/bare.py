"""Proves that a file holds nothing but pictures, sound or words: our own reading of the containers, and those of exiftool and ffprobe."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

CANARIES = (
    b"KANARIE",
    b"Exempelkamera",
    b"EK-7",
    b"Exif",
    b"Apple iOS",
    b"xmpmeta",
    b"ICC_PROFILE",
    b"Photoshop",
    b"MPF",
    b"+59.8",
    b"2026:09:09",
    b"2026-10-22",
)
_EMPTY_LIST = bytes.fromhex(  # udta { meta { hdlr, ilst without a single entry } }, which the muxer always writes
    "0000003d75647461000000356d657461000000000000002168646c7200000000000000006d6469726170706c"
    "00000000000000000000000008696c7374"
)
_MOV_BOXES_WITH_A_STORY = (b"udta", b"meta", b"\xa9xyz", b"\xa9nam", b"\xa9cmt", b"keys", b"ilst", b"uuid", b"loci")

_ABOUT_THE_FILE = "SourceFile|(ExifTool|System|Composite):.*|File:(FileType|FileTypeExtension|MIMEType)"
_ABOUT_PIXELS = "|".join(
    (
        _ABOUT_THE_FILE,
        "RIFF:(VP8Version|ImageWidth|ImageHeight|HorizontalScale|VerticalScale)",
        "File:(ImageWidth|ImageHeight|EncodingProcess|BitsPerSample|ColorComponents|YCbCrSubSampling)",
        "JFIF:(JFIFVersion|ResolutionUnit|XResolution|YResolution)",
    )
)
_ABOUT_TIME = (
    "(MovieHeader|TrackHeader|MediaHeader)Version|(Track|Media)?(CreateDate|ModifyDate|Duration)|(Media)?TimeScale|"
    "PreferredRate|PreferredVolume|MatrixStructure|(Preview|Poster|Selection|Current)(Time|Duration)|NextTrackID|TrackID|TrackLayer|TrackVolume"
)
_ABOUT_TRACKS = "|".join(
    (
        _ABOUT_THE_FILE,
        r"(QuickTime|Track\d):(MajorBrand|MinorVersion|CompatibleBrands|Free|MediaData(Size|Offset)?|HandlerType|HandlerVendorID|HandlerDescription|MediaLanguageCode)",
        rf"(QuickTime|Track\d):({_ABOUT_TIME})",
        r"Track\d:(ImageWidth|ImageHeight|SourceImageWidth|SourceImageHeight|GraphicsMode|OpColor|CompressorID|XResolution|YResolution|BitDepth)",
        r"Track\d:(AVCConfiguration|BufferSize|MaxBitrate|AverageBitrate|VideoFrameRate|PixelAspectRatio|Color(Profiles|Primaries)|TransferCharacteristics|MatrixCoefficients|VideoFullRangeFlag)",
        r"Track\d:(Balance|AudioFormat|AudioChannels|AudioBitsPerSample|AudioSampleRate|Unknown_(edts|esds|btrt))",
        r"Track\d:(SyncSampleTable|CompositionTimeToSample|TimeToSampleTable|SampleToChunk|SampleSizes|ChunkOffset|SampleGroupDescription|SampleToGroup|IdependentAndDisposableSamples)",
    )
)
_SAID_BY_FFPROBE = {
    "major_brand": "isom",
    "minor_version": "512",
    "compatible_brands": None,
    "language": "und",
    "handler_name": ("VideoHandler", "SoundHandler"),
    "vendor_id": "[0][0][0][0]",
}


def assert_bare(path: Path) -> None:
    """Fail if the file says anything about where, when, by whom or with what it was made."""
    content = path.read_bytes()
    for canary in CANARIES:
        assert canary not in content, (path.name, canary)
        assert canary.decode("latin-1").encode("utf-16-le") not in content, (path.name, canary)
    if path.suffix == ".vtt":
        return
    if content[8:12] == b"WEBP":
        assert set(_riff_chunks(content)) <= {b"VP8 "}
    if content[4:8] == b"ftyp":
        start = content[: content.index(b"mdat")].replace(_EMPTY_LIST, b"")
        for name in _MOV_BOXES_WITH_A_STORY:
            assert name not in start, (path.name, name)
    if shutil.which("exiftool"):
        _exiftool_finds_nothing(path)
    if shutil.which("ffprobe") and content[4:8] == b"ftyp":
        _ffprobe_finds_nothing(path)


def _exiftool_finds_nothing(path: Path) -> None:
    """Compare with what may be said: whatever exiftool sees beyond that is somebody's secret."""
    allowed = re.compile(_ABOUT_TRACKS if path.suffix in {".mp4", ".m4a"} else _ABOUT_PIXELS)
    told = _answer("exiftool", "-json", "-G1", "-a", "-u", str(path))[0]
    beyond = {key: value for key, value in told.items() if not allowed.fullmatch(key)}
    assert not beyond, (path.name, beyond)
    dates = {value for key, value in told.items() if re.fullmatch(r"(QuickTime|Track\d):.*Date", key)}
    assert dates <= {"0000:00:00 00:00:00"}, (path.name, dates)


def _ffprobe_finds_nothing(path: Path) -> None:
    told = _answer(
        "ffprobe", "-v", "error", "-show_format", "-show_streams", "-show_chapters", "-of", "json", str(path)
    )
    assert not told["chapters"]
    assert {stream["codec_type"] for stream in told["streams"]} <= {"video", "audio"}
    for place in (told["format"], *told["streams"]):
        for word, said in place.get("tags", {}).items():
            may = _SAID_BY_FFPROBE[word]
            assert may is None or said in may, (path.name, word, said)
        sides = {side["side_data_type"] for side in place.get("side_data_list", ())}
        assert sides <= {"Display Matrix"}, (path.name, sides)


def _answer(*command: str) -> Any:
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


def _riff_chunks(content: bytes) -> list[bytes]:
    names, at = [], 12
    while at + 8 <= len(content):
        names.append(content[at : at + 4])
        at += 8 + (size := int.from_bytes(content[at + 4 : at + 8], "little")) + size % 2
    return names
