"""Photos: what is shown, and that nothing else is."""

from __future__ import annotations

import base64
import io
import struct
import zlib
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest
from PIL import Image, ImageCms

from pluttra_publish.errors import ContentError
from pluttra_publish.media import Recipe, derive, probe
from pluttra_publish.media.kinds import Derived
from tests.media import making
from tests.media.bare import assert_bare

Written = Callable[[str, bytes], Path]

RED = (220, 30, 30)


def corner(derived: Derived, where: str = "left") -> tuple[int, ...]:
    with Image.open(derived.files[-1].path) as image:
        x = 8 if where == "left" else image.width - 8
        return image.convert("RGB").getpixel((x, 8))  # type: ignore[return-value]


def near(one: tuple[int, ...], other: tuple[int, ...], by: int = 14) -> bool:
    return all(abs(a - b) <= by for a, b in zip(one, other, strict=True))


EVERY_FORM = [
    ("a.jpg", "JPEG"), ("med förhandsbild.jpg", "MPO"), ("a.png", "PNG"), ("a.heic", "HEIF"), ("a.hif", "HEIF"),
    ("a.webp", "WEBP"), ("a.avif", "AVIF"), ("a.gif", "GIF"), ("a.tif", "TIFF"),
]  # fmt: skip
THAT_TURN = [(name, form) for name, form in EVERY_FORM if form != "GIF"]


@pytest.mark.parametrize(("name", "form"), EVERY_FORM)
def test_a_photo_comes_out_in_its_widths_without_metadata(name: str, form: str, written: Written, cache: Path) -> None:
    source = written(name, making.photo(form, making.scene(2400, 1600)))
    assert making.CANARY.encode() in source.read_bytes()

    derived = derive(source, cache=cache)

    assert [(file.width, file.height) for file in derived.files] == [(480, 320), (960, 640), (1920, 1280)]
    for file in derived.files:
        assert file.length == file.path.stat().st_size
        with Image.open(file.path) as image:
            assert image.size == (file.width, file.height)
            assert not image.info.keys() & {"exif", "icc_profile", "xmp", "comment"}
        assert_bare(file.path)
    assert near(corner(derived), RED, 20)


def test_photos_can_be_written_as_jpeg_too_and_are_as_bare(written: Written, cache: Path) -> None:
    source = written("a.jpg", making.photo(image=making.scene(1400, 1000)))
    derived = derive(source, cache=cache, recipe=Recipe(widest=1000, encoding="jpeg"))
    assert [(file.media_type, file.width) for file in derived.files] == [("image/jpeg", 500), ("image/jpeg", 1000)]
    for file in derived.files:
        assert_bare(file.path)
    assert derived.files != derive(source, cache=cache).files


def test_a_photo_has_a_blur_of_a_few_pixels_that_shows_its_colours(written: Written, cache: Path) -> None:
    blur = derive(written("a.jpg", making.photo(image=making.scene(2400, 1600))), cache=cache).blur
    assert len(blur) < 300
    with Image.open(io.BytesIO(base64.b64decode(blur))) as image:
        assert (image.format, image.size) == ("WEBP", (20, 13))
        pixels = image.convert("RGB")
        sky, grass = pixels.getpixel((17, 2)), pixels.getpixel((10, 11))
    assert near(sky, (120, 170, 210), 40)  # type: ignore[arg-type]
    assert near(grass, (110, 150, 70), 40)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("width", "expected"), [(300, [300]), (639, [639]), (700, [350, 700]), (1600, [400, 800, 1600])]
)
def test_a_narrow_photo_is_never_enlarged(width: int, expected: list[int], written: Written, cache: Path) -> None:
    source = written("smal.jpg", making.photo(image=making.scene(width, width)))
    assert [file.width for file in derive(source, cache=cache).files] == expected


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize(("name", "form"), THAT_TURN)
def test_a_turned_photo_is_shown_upright(name: str, form: str, orientation: int, written: Written, cache: Path) -> None:
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT, 3: Image.Transpose.ROTATE_180, 4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE, 6: Image.Transpose.ROTATE_90, 7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }  # fmt: skip
    upright = making.scene(300, 200)
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    source = written(f"vriden {name}", making.photo(form, stored, orientation))

    derived = derive(source, cache=cache)

    assert (derived.files[-1].width, derived.files[-1].height) == (300, 200)
    assert (probe(source).width, probe(source).height) == (300, 200)
    assert near(corner(derived), RED, 20)
    assert not near(corner(derived, "right"), RED)


def test_a_large_turned_photo_keeps_its_proportions(written: Written, cache: Path) -> None:
    stored = making.scene(3000, 4000).transpose(Image.Transpose.ROTATE_90)
    derived = derive(written("stor.jpg", making.photo(image=stored, orientation=6)), cache=cache)
    assert [(file.width, file.height) for file in derived.files] == [(480, 640), (960, 1280), (1920, 2560)]
    assert near(corner(derived), RED)


@pytest.mark.parametrize(
    ("name", "form", "modes"),
    [("a.jpg", "JPEG", "L CMYK"), ("a.png", "PNG", "1 L P LA RGBA"), ("a.gif", "GIF", "1 L P"), ("a.webp", "WEBP", "RGBA"), ("a.avif", "AVIF", "RGBA"), ("a.tif", "TIFF", "1 L P LA RGBA CMYK LAB YCbCr")],
)  # fmt: skip
def test_every_colour_mode_becomes_a_picture(name: str, form: str, modes: str, written: Written, cache: Path) -> None:
    for mode in modes.split():
        image = making.scene(600, 400)
        if mode == "LAB":
            both = ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB")
            image = ImageCms.profileToProfile(image, *both, outputMode="LAB")
        derived = derive(written(f"{mode} {name}", making.photo(form, image.convert(mode))), cache=cache)
        red = corner(derived)
        assert near(red, RED, 30) if mode not in {"1", "L", "LA"} else red[0] in range(75, 110) or mode == "1"
        assert len(set(red)) == 1 or max(red) - min(red) > 100 or mode == "1"


def test_what_is_transparent_becomes_white(written: Written, cache: Path) -> None:
    derived = derive(written("klar.png", making.photo("PNG", Image.new("RGBA", (300, 200), (0, 0, 0, 0)))), cache=cache)
    assert near(corner(derived), (255, 255, 255), 3)


@pytest.mark.parametrize(("name", "form"), [("grå.png", "PNG"), ("grå.tif", "TIFF")])
def test_sixteen_bit_grey_keeps_its_tones(name: str, form: str, written: Written, cache: Path) -> None:
    grey = Image.frombytes("I;16", (400, 300), struct.pack("<H", 0x8080) * 400 * 300)
    derived = derive(written(name, making.photo(form, grey)), cache=cache)
    assert near(corner(derived), (128, 128, 128), 3)


def test_grey_in_floating_numbers_keeps_its_order(written: Written, cache: Path) -> None:
    image = making.scene(600, 400, "L").convert("F").point(lambda value: value * (1 / 255))
    derived = derive(written("flyt.tif", making.photo("TIFF", image)), cache=cache)
    assert corner(derived) < corner(derived, "right")


@pytest.mark.parametrize("packed", ["tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"])
def test_a_packed_tiff_is_read(packed: str, written: Written, cache: Path) -> None:
    into = io.BytesIO()
    making.scene(600, 400).save(into, "TIFF", compression=packed)
    assert near(corner(derive(written("a.tiff", into.getvalue()), cache=cache)), RED)


def test_only_the_first_page_of_a_tiff_is_shown(written: Written, cache: Path) -> None:
    into = io.BytesIO()
    making.scene(600, 400).save(into, "TIFF", save_all=True, append_images=[Image.new("RGB", (50, 50), "blue")])
    derived = derive(written("sidor.tif", into.getvalue()), cache=cache)
    assert derived.kind == "photo"
    assert near(corner(derived), RED)


def test_sixteen_bit_colour_keeps_its_colours(written: Written, cache: Path) -> None:
    row = b"\0" + struct.pack(">3H", 220 * 257, 30 * 257, 30 * 257) * 320
    derived = derive(written("rött.png", png(320, 200, 16, 2, row * 200)), cache=cache)
    assert near(corner(derived), RED)


def test_a_colour_profile_is_turned_into_srgb(written: Written, cache: Path) -> None:
    profile = swapped_profile()
    source = written("profil.jpg", making.photo(image=Image.new("RGB", (400, 300), (30, 220, 30)), icc_profile=profile))
    derived = derive(source, cache=cache)
    assert near(corner(derived), (220, 30, 30), 40)  # the profile says that its green is red
    assert_bare(derived.files[-1].path)


def test_a_broken_colour_profile_is_passed_over(written: Written, cache: Path) -> None:
    source = written("profil.jpg", making.photo(icc_profile=b"KANARIE ingen profil" * 20))
    derived = derive(source, cache=cache)
    assert near(corner(derived), RED)
    assert_bare(derived.files[-1].path)


def test_the_time_is_the_cameras_own_clock_or_zoned_when_it_says_so(written: Written) -> None:
    plain = written("a.jpg", making.photo())
    into = io.BytesIO()
    making.scene().save(into, "JPEG", exif=making.exif(offset="+02:00"))
    assert probe(plain).captured == datetime(2026, 9, 9, 10, 15)
    assert probe(written("b.jpg", into.getvalue())).captured == datetime(
        2026, 9, 9, 10, 15, tzinfo=timezone(timedelta(hours=2))
    )
    for name, form in THAT_TURN:
        assert probe(written(name, making.photo(form))).captured == datetime(2026, 9, 9, 10, 15)


@pytest.mark.parametrize("nonsense", ["0000:00:00 00:00:00", "    :  :     :  :  ", "igår", "2026:13:45 10:00:00"])
def test_a_camera_without_a_clock_has_no_time(nonsense: str, written: Written) -> None:
    block = Image.Exif()
    block.get_ifd(0x8769)[0x9003] = nonsense
    into = io.BytesIO()
    making.scene().save(into, "JPEG", exif=block)
    assert probe(written("a.jpg", into.getvalue())).captured is None


@pytest.mark.filterwarnings("ignore::UserWarning:PIL")
def test_damaged_exif_costs_the_photo_nothing_but_its_time(written: Written, cache: Path) -> None:
    into = io.BytesIO()
    making.scene().save(into, "JPEG", exif=making.exif()[:40] + b"\xff" * 60)
    source = written("a.jpg", into.getvalue())
    assert probe(source).captured is None
    assert near(corner(derive(source, cache=cache)), RED)


@pytest.mark.parametrize(("name", "form"), EVERY_FORM)
@pytest.mark.parametrize("share", [0.02, 0.5, 0.9])
def test_a_cut_off_photo_is_an_error_that_names_it(
    name: str, form: str, share: float, written: Written, cache: Path
) -> None:
    content = making.photo(form)
    with pytest.raises(ContentError, match=name) as error:
        derive(written(name, content[: int(len(content) * share)]), cache=cache)
    assert error.value.hint


@pytest.mark.parametrize(
    "content", [b"", b"Hej, detta ar text.\n" * 50, b"GIF89a" + b"\0" * 40, b"<svg xmlns='x'/>", b"\xff\xd8\xff"]
)
@pytest.mark.parametrize("suffix", ["jpg", "png", "heic"])
def test_what_is_no_photo_is_an_error_that_names_it(content: bytes, suffix: str, written: Written, cache: Path) -> None:
    source = written(f"bild.{suffix}", content)
    for work in (probe, lambda path: derive(path, cache=cache)):
        with pytest.raises(ContentError, match="bild") as error:
            work(source)
        assert error.value.hint


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("bild.bmp", b"BM" + b"\0" * 60, "BMP"),
        ("bild.heic", b"\0\0\0\x0cJXL \r\n\x87\n" + b"\0" * 60, "JPEG XL"),
        ("bild.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        ("bild.cr3", b"\0\0\0\x18ftypcrx " + b"\0" * 60, "Canon"),
    ],
)
def test_other_picture_formats_are_named_and_say_what_can_be_used_instead(
    name: str, content: bytes, says: str, written: Written, cache: Path
) -> None:
    with pytest.raises(ContentError, match=says) as error:
        derive(written(name, content), cache=cache)
    assert name in str(error.value)
    assert "JPEG" in error.value.hint


def test_a_decompression_bomb_is_refused_from_its_header(written: Written, cache: Path) -> None:
    bomb = written("bomb.png", png(60_000, 60_000, 8, 2, b"\0" * 1000))
    with pytest.raises(ContentError, match="miljoner"):
        derive(bomb, cache=cache)
    with pytest.raises(ContentError, match="miljoner"):
        probe(bomb)


def test_a_lying_header_is_an_error(written: Written, cache: Path) -> None:
    with pytest.raises(ContentError, match="lögn"):
        derive(written("lögn.png", png(4000, 3000, 8, 2, b"\0" * 5000)), cache=cache)


def test_a_hundred_megapixel_panorama_is_fine(written: Written, cache: Path) -> None:
    into = io.BytesIO()
    Image.new("RGB", (20_000, 5_000), (90, 140, 120)).save(into, "JPEG", quality=50)
    derived = derive(written("panorama.jpg", into.getvalue()), cache=cache)
    assert [(file.width, file.height) for file in derived.files] == [(480, 120), (960, 240), (1920, 480)]


def test_a_very_tall_picture_still_fits(written: Written, cache: Path) -> None:
    derived = derive(written("lång.png", making.photo("PNG", Image.new("L", (600, 18_000), 90))), cache=cache)
    assert derived.files[-1].height <= 4506


def png(width: int, height: int, bits: int, colour: int, rows: bytes) -> bytes:
    """A PNG by hand, so that its header may lie."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def swapped_profile() -> bytes:
    """sRGB's profile with its red and green primaries exchanged."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    for tag in range(int.from_bytes(profile[128:132], "big")):
        at = 132 + 12 * tag
        name = bytes(profile[at : at + 4])
        profile[at : at + 4] = {b"rXYZ": b"gXYZ", b"gXYZ": b"rXYZ"}.get(name, name)
    return bytes(profile)
