"""A logo becomes icons and a picture for the page's head, and nothing of what the file said of itself is left."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from pluttra_publish.errors import ContentError
from pluttra_publish.media import logo_files

SIZES = {
    "icon-180.png": (180, 180),
    "icon-192.png": (192, 192),
    "icon-512.png": (512, 512),
    "icon-512-maskable.png": (512, 512),
}
PALE, GREEN = (240, 240, 250), (20, 110, 60)


def drawn(mode: str, size: tuple[int, int], ground: tuple[int, ...]) -> Image.Image:
    image = Image.new(mode, size, ground)
    width, height = size
    ImageDraw.Draw(image).rectangle(
        [width // 4, height // 4, 3 * width // 4 - 1, 3 * height // 4 - 1], (*GREEN, 255)[: len(mode)]
    )
    return image


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def test_every_icon_has_its_size_and_the_head_s_is_as_wide_as_the_mark(tmp_path: Path) -> None:
    drawn("RGB", (800, 400), PALE).save(tmp_path / "logo.png")
    files = logo_files(tmp_path / "logo.png")
    assert {name: opened(content).size for name, content in files.items() if name in SIZES} == SIZES
    assert opened(files["icon-head.png"]).size == (192, 96)  # without the margin around it


def test_the_mark_stands_in_the_part_of_a_maskable_icon_that_no_telephone_cuts_away(tmp_path: Path) -> None:
    drawn("RGB", (600, 600), PALE).save(tmp_path / "logo.png")
    icon = opened(logo_files(tmp_path / "logo.png")["icon-512-maskable.png"]).convert("RGB")
    outside = [
        (x, y)
        for x in range(0, 512, 8)
        for y in range(0, 512, 8)
        if ((x - 256) ** 2 + (y - 256) ** 2) ** 0.5 > 0.4 * 512 + 4
    ]
    assert {icon.getpixel(at) for at in outside} == {PALE}
    assert icon.getpixel((256, 256)) == GREEN


def test_a_transparent_mark_stays_so_in_the_head_and_stands_on_white_in_the_icons(tmp_path: Path) -> None:
    drawn("RGBA", (300, 300), (0, 0, 0, 0)).save(tmp_path / "logo.png")
    files = logo_files(tmp_path / "logo.png")
    assert opened(files["icon-head.png"]).mode == "RGBA"
    icon = opened(files["icon-192.png"])
    assert icon.mode == "RGB"
    assert icon.getpixel((0, 0)) == (255, 255, 255)


def test_nothing_that_the_file_says_of_itself_is_left(tmp_path: Path) -> None:
    image = drawn("RGB", (500, 300), PALE)
    exif = Image.Exif()
    exif[0x010E] = exif[0x010F] = "KANARIE"
    exif.get_ifd(0x8825)[1] = "N"
    image.save(tmp_path / "logo.jpg", exif=exif, comment="KANARIE", icc_profile=b"")
    files = logo_files(tmp_path / "logo.jpg")
    exiftool = shutil.which("exiftool")
    assert exiftool, "exiftool is missing: apt-get install libimage-exiftool-perl"
    for name, content in files.items():
        assert b"KANARIE" not in content
        assert not opened(content).info
        (tmp_path / name).write_bytes(content)
        said = subprocess.run([exiftool, "-json", "-G1", str(tmp_path / name)], check=True, capture_output=True).stdout
        spoken = {
            key
            for key in json.loads(said)[0]
            if not key.startswith(("ExifTool", "System", "File", "Composite", "Source"))
        }
        assert spoken <= {f"PNG:{what}" for what in ("ImageWidth", "ImageHeight", "BitDepth", "ColorType", "Compression", "Filter", "Interlace")}  # fmt: skip


def test_the_same_mark_gives_the_same_bytes(tmp_path: Path) -> None:
    drawn("RGB", (500, 300), PALE).save(tmp_path / "logo.png")
    assert logo_files(tmp_path / "logo.png") == logo_files(tmp_path / "logo.png")


@pytest.mark.parametrize(
    "content", [b"", b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>", b"skr\xe4p"]
)
def test_what_is_no_picture_of_pixels_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "logo.svg").write_bytes(content)
    with pytest.raises(ContentError):
        logo_files(tmp_path / "logo.svg")


def test_a_mark_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match=r"logotyp\.png"):
        logo_files(tmp_path / "logotyp.png")
