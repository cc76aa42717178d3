"""Masks: what is under them is gone from every width, and the source is as it was."""

from __future__ import annotations

import io
import random
import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import ExifTags, Image, ImageDraw

from pluttra_publish.errors import ContentError
from pluttra_publish.media import UNEDITED, Box, Derived, Edit, derive, derive_all
from tests.media import making
from tests.media.bare import assert_bare

Written = Callable[[str, bytes], Path]

BOX: Box = (0.25, 0.25, 0.375, 0.375)
SIZE = 1280
AREA = (296, 296, 824, 824)  # 480 pixels and 5 % of that on every side: twelve cells of 44
CELL = 44


def chequered(mode: str = "RGB", box: tuple[int, int, int, int] = AREA) -> Image.Image:
    """A meadow with a chequered square, whose every cell is as light as the next."""
    image = making.scene(SIZE, SIZE)
    pen = ImageDraw.Draw(image)
    for x in range(box[0], box[2], 22):
        for y in range(box[1], box[3], 22):
            light = (x - box[0] + y - box[1]) // 22 % 2
            pen.rectangle((x, y, min(x + 21, box[2] - 1), min(y + 21, box[3] - 1)), fill=(250 * light,) * 3)
    return image.convert(mode)


def spread(derived: Derived, box: Box = BOX) -> list[int]:
    """Return, for every width, how far apart the lightest and the darkest pixel under a box are."""
    found = []
    for file in derived.files:
        with Image.open(file.path) as image:
            x, y, width, height = (
                round(share * side) for share, side in zip(box, (*image.size, *image.size), strict=True)
            )
            darkest, lightest = image.convert("L").crop((x, y, x + width, y + height)).getextrema()
            found.append(int(lightest) - int(darkest))
    return found


@pytest.mark.parametrize(
    ("name", "form", "mode"),
    [("a.jpg", "JPEG", "RGB"), ("a.jpg", "JPEG", "L"), ("a.jpg", "JPEG", "CMYK"), ("a.png", "PNG", "RGBA"), ("a.png", "PNG", "P"), ("a.heic", "HEIF", "RGB")],
)  # fmt: skip
def test_nothing_under_a_mask_remains_in_any_width_and_the_original_is_untouched(
    name: str, form: str, mode: str, written: Written, cache: Path
) -> None:
    content = making.photo(form, chequered(mode))
    source = written(name, content)
    plain, masked = derive(source, cache=cache), derive(source, cache=cache, edit=Edit((BOX,)))
    assert [file.width for file in masked.files] == [320, 640, 1280]
    assert min(spread(plain)) > 200
    assert max(spread(masked)) < 30
    assert source.read_bytes() == content
    for file in masked.files:
        assert_bare(file.path)


def with_thumbnail(jpeg: bytes, thumbnail: bytes) -> bytes:
    """Return a JPEG with another in its EXIF, as cameras and phones put it there, and a third after its end."""
    entries = ((0x0103, 3, 6), (0x0201, 4, 56), (0x0202, 4, len(thumbnail)))
    second = struct.pack("<H", len(entries)) + b"".join(
        struct.pack("<HHII", tag, kind, 1, at) for tag, kind, at in entries
    )
    tiff = struct.pack("<2sHIHI", b"II", 42, 8, 0, 14) + second + struct.pack("<I", 0) + thumbnail
    exif = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif + jpeg[2:] + thumbnail


def test_no_thumbnail_of_the_unmasked_photo_is_left_in_any_copy(written: Written, cache: Path) -> None:
    small, whole = io.BytesIO(), io.BytesIO()
    chequered().resize((160, 160)).save(small, "JPEG")
    chequered().save(whole, "JPEG")
    photo = written("a.jpg", with_thumbnail(whole.getvalue(), small.getvalue()))
    with Image.open(photo) as image:
        assert image.getexif().get_ifd(ExifTags.IFD.IFD1)
    for file in derive(photo, cache=cache, edit=Edit(masks=(BOX,))).files:
        assert_bare(file.path)
        content = file.path.read_bytes()
        assert small.getvalue()[20:200] not in content
        assert b"Exif" not in content


def test_only_the_mean_of_each_square_remains(written: Written, cache: Path) -> None:
    image = chequered()
    shuffled = image.copy()
    chance = random.Random(3)  # the same every time
    for x in range(AREA[0], AREA[2], CELL):
        for y in range(AREA[1], AREA[3], CELL):
            cell = (x, y, x + CELL, y + CELL)
            pixels = [image.getpixel((a, b)) for b in range(y, y + CELL) for a in range(x, x + CELL)]
            chance.shuffle(pixels)
            other = Image.new("RGB", (CELL, CELL))
            other.putdata(pixels)
            shuffled.paste(other, cell)
    one, other_one = written("a.png", making.photo("PNG", image)), written("b.png", making.photo("PNG", shuffled))

    def bytes_of(source: Path, *masks: Box) -> list[bytes]:
        return [file.path.read_bytes() for file in derive(source, cache=cache, edit=Edit(masks)).files]

    assert bytes_of(one, BOX) == bytes_of(other_one, BOX)
    assert all(x != y for x, y in zip(bytes_of(one), bytes_of(other_one), strict=True))


def test_the_margin_is_covered_and_what_is_outside_is_as_it_was(written: Written, cache: Path) -> None:
    source = written("a.png", making.photo("PNG", chequered()))
    plain, masked = derive(source, cache=cache), derive(source, cache=cache, edit=Edit((BOX,)))
    assert max(spread(masked, (0.235, 0.235, 0.4, 0.4))) < 30
    with Image.open(plain.files[-1].path) as before, Image.open(masked.files[-1].path) as after:
        for box in ((0, 0, SIZE, 280), (0, 840, SIZE, SIZE), (0, 0, 280, SIZE), (840, 0, SIZE, SIZE)):
            pairs = zip(before.convert("L").crop(box).tobytes(), after.convert("L").crop(box).tobytes(), strict=True)
            assert max(abs(x - y) for x, y in pairs) < 40


@pytest.mark.parametrize("orientation", range(1, 9))
def test_boxes_are_those_of_the_upright_picture(orientation: int, written: Written, cache: Path) -> None:
    upright = chequered().resize((1280, 960))
    undone: dict[int, tuple[Image.Transpose, ...]] = {
        1: (),
        2: (Image.Transpose.FLIP_LEFT_RIGHT,),
        3: (Image.Transpose.ROTATE_180,),
        4: (Image.Transpose.FLIP_TOP_BOTTOM,),
        5: (Image.Transpose.TRANSPOSE,),
        6: (Image.Transpose.ROTATE_90,),
        7: (Image.Transpose.TRANSVERSE,),
        8: (Image.Transpose.ROTATE_270,),
    }
    lying = upright
    for turn in undone[orientation]:
        lying = lying.transpose(turn)
    turned = written("a.png", making.photo("PNG", lying, orientation=orientation))
    box = (0.1, 0.2, 0.3, 0.1)

    def bytes_of(source: Path, *masks: Box) -> list[bytes]:
        return [file.path.read_bytes() for file in derive(source, cache=cache, edit=Edit(masks)).files]

    assert bytes_of(turned, box) == bytes_of(written("b.png", making.photo("PNG", upright)), box)
    assert bytes_of(turned, box) != bytes_of(turned)


@pytest.mark.parametrize(
    "box", [(0.0, 0.0, 1.0, 1.0), (0.9, 0.9, 0.1, 0.1), (0.2, 0.2, 0.01, 0.7), (0.5, 0.5, 0.005, 0.005)]
)
def test_boxes_at_the_edges_and_narrow_ones_are_covered(box: Box, written: Written, cache: Path) -> None:
    source = written("a.png", making.photo("PNG", chequered(box=(0, 0, SIZE, SIZE))))
    assert [file.width for file in derive(source, cache=cache, edit=Edit((box,))).files] == [320, 640, 1280]
    image = chequered(box=(0, 0, SIZE, SIZE)).resize((60, 60))
    assert derive(written("liten.png", making.photo("PNG", image)), cache=cache, edit=Edit((box,))).files[0].width == 60


def test_masks_are_part_of_what_is_remembered(written: Written, cache: Path) -> None:
    source = written("a.jpg", making.photo(image=chequered()))
    other: Box = (0.7, 0.1, 0.1, 0.1)
    plain = derive(source, cache=cache)
    masked = derive(source, cache=cache, edit=Edit((BOX,)))
    both = derive(
        source,
        cache=cache,
        edit=Edit(
            (
                BOX,
                other,
            )
        ),
    )
    assert len({derived.files[0].path for derived in (plain, masked, both)}) == 3
    assert (
        derive(
            source,
            cache=cache,
            edit=Edit(
                (
                    other,
                    BOX,
                    BOX,
                )
            ),
        )
        == both
    )
    assert derive(source, cache=cache) == plain


@pytest.mark.parametrize(
    "box",
    [(-0.1, 0, 0.5, 0.5), (0.6, 0, 0.5, 0.5), (0, 0.6, 0.5, 0.5), (0, 0, 0, 0.5), (0, 0, 0.5, -0.1), (float("nan"), 0, 0.5, 0.5)],
)  # fmt: skip
def test_a_box_outside_the_photo_is_an_error(box: Box, written: Written, cache: Path) -> None:
    with pytest.raises(ContentError, match="utanför"):
        derive(written("a.jpg", making.photo()), cache=cache, edit=Edit((box,)))


def test_a_film_or_a_sound_with_masks_is_an_error_that_says_why(tmp_path: Path, cache: Path) -> None:
    film = making.film(tmp_path / "a.mp4", seconds=1)
    sound = making.sound(tmp_path / "b.m4a", seconds=1)
    found = derive_all({film: Edit((BOX,)), sound: Edit((BOX,))}, cache=cache)
    assert "kan inte maskeras ännu" in str(found[film])
    assert "syns ingen" in str(found[sound])
    assert all(isinstance(error, ContentError) and error.hint for error in found.values())
    assert not list(cache.rglob("*.webp"))


def test_every_source_is_derived_with_its_own_masks(written: Written, cache: Path) -> None:
    one, other = written("a.jpg", making.photo(image=chequered())), written("b.jpg", making.photo(image=chequered()))
    found = derive_all({one: Edit((BOX,)), other: UNEDITED}, cache=cache)
    masked, plain = found[one], found[other]
    assert isinstance(masked, Derived)
    assert isinstance(plain, Derived)
    assert max(spread(masked)) < 30
    assert min(spread(plain)) > 200
