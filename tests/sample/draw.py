"""Draws the sample preschool's media into a site folder: `python -m tests.sample.draw content/`. Same bytes every time.

The photos carry what a camera writes – maker, serial number, position, comments – so that its removal can be shown.
"""

from __future__ import annotations

import sys
import zlib
from concurrent.futures import ProcessPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from PIL import Image
from pillow_heif import from_pillow

from tests.sample import recordings, showing_how
from tests.sample.plan import FILM, FOLDERS, HELP, SOUND, Shot
from tests.sample.scenes import SCENES

CANARY = "KANARIE-GPS"
_XMP = (
    '<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><rdf:Description rdf:about="" '
    f'xmlns:photoshop="http://ns.adobe.com/photoshop/1.0/" photoshop:City="{CANARY} Lundby"/></rdf:RDF></x:xmpmeta>'
    '<?xpacket end="w"?>'
).encode()


def draw(shot: Shot) -> Image.Image:
    """Return the upright picture."""
    seed = zlib.crc32(shot.name.encode())
    paper = SCENES[shot.scene](shot.size, Random(seed), shot.variant)
    return paper.finished(seed, grain=not shot.name.endswith(".png"))


def exif(shot: Shot, at: datetime) -> Image.Exif:
    """Return what the camera says."""
    chance = Random(zlib.crc32(shot.name.encode()))
    block = Image.Exif()
    block[0x010E] = f"{CANARY} {shot.scene}"
    block[0x010F], block[0x0110], block[0x0131] = "Exempelkamera", "EK-7", "EK-7 3.1"
    block[0x0112] = 6 if shot.turned else 1
    block[0x0132] = f"{at:%Y:%m:%d %H:%M:%S}"
    details = block.get_ifd(0x8769)
    details[0x9003] = details[0x9004] = f"{at:%Y:%m:%d %H:%M:%S}"
    details[0x9011] = "+02:00" if at < datetime(2026, 10, 25) else "+01:00"
    details[0x9286] = b"ASCII\0\0\0" + f"{CANARY} vid sandlådan".encode()
    details[0xA431] = "EK7-000417"
    details[0x829A], details[0x829D], details[0x8827] = (1, chance.choice((60, 125, 250))), (28, 10), 200
    place = block.get_ifd(0x8825)
    place[0x00] = b"\2\3\0\0"
    place[0x01], place[0x02] = "N", (59.0, 51.0, round(32 + chance.uniform(-3, 3), 2))
    place[0x03], place[0x04] = "E", (17.0, 38.0, round(20 + chance.uniform(-3, 3), 2))
    place[0x1D] = f"{at:%Y:%m:%d}"
    return block


def write_photo(path: Path, shot: Shot, at: datetime) -> int:
    """Draw, turn, tag and write one photo; return its length in bytes."""
    image = draw(shot)
    said = exif(shot, at)
    if shot.turned:
        image = image.transpose(Image.Transpose.ROTATE_90)
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".png":
        image.quantize(96, dither=Image.Dither.NONE).save(path, "PNG", optimize=True, exif=said.tobytes())
    elif path.suffix == ".heic":
        from_pillow(image).save(path, quality=52, exif=said.tobytes(), xmp=_XMP)
    else:
        quality = 62 if max(image.size) > 3000 else 70
        image.save(path, "JPEG", quality=quality, optimize=True, progressive=True, exif=said, xmp=_XMP, comment=CANARY)
    return path.stat().st_size


def main(site: Path) -> None:
    posts = site / "inlagg"
    with ProcessPoolExecutor(2) as pool:
        tasks = [
            pool.submit(write_photo, posts / folder.path / shot.name, shot, folder.at + timedelta(minutes=3 * n))
            for folder in FOLDERS
            for n, shot in enumerate(folder.shots)
        ]
        for path in (posts / FILM, posts / SOUND, posts / HELP):
            path.parent.mkdir(parents=True, exist_ok=True)
        tasks.append(pool.submit(recordings.write_film, posts / FILM))
        tasks.append(pool.submit(recordings.write_sound, posts / SOUND))
        tasks.append(pool.submit(showing_how.write_help_film, posts / HELP))
        for task in tasks:
            task.result()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
