"""A small preschool with one post of two photos, on disk."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from pluttra_publish.local.mask import MaskPage, mask_page
from pluttra_publish.media import probe
from pluttra_publish.settings import Settings, read_settings
from pluttra_publish.site import find_photo

POST = "inlagg/Solrosen/2026-03-12 Vi byggde koja"
TODAY = date(2026, 4, 1)
REGISTER = {
    "avdelningar.csv": "id;namn\nsolrosen;Solrosen\nblaklockan;Blåklockan\n",
    "barn.csv": (
        "id;förnamn;efternamn;skyddad\nalva;Alva;Lindqvist;nej\nake;Åke;Sandström;nej\nelsa-b;Elsa;Berg;nej\n"
        "elsa-k;Elsa;Karlsson;nej\nnoah;Noah;Lindqvist;nej\nhemlig;Kim;Skyddad;ja\nny;Tuva;Nyström;nej\n"
    ),
    "placeringar.csv": (
        "barn;avdelning;från;till\nalva;solrosen;2024-08-19;\nake;solrosen;2024-08-19;\nelsa-b;solrosen;2024-08-19;\n"
        "elsa-k;solrosen;2024-08-19;\nnoah;blaklockan;2024-08-19;\nhemlig;solrosen;2024-08-19;\nny;solrosen;2026-03-20;\n"
    ),
    "vardnadshavare.csv": "id;förnamn;efternamn;epost;språk;skyddad\nmaria;Maria;Lindqvist;maria@example.se;sv;nej\n",
    "relationer.csv": "barn;vårdnadshavare;från;till\nalva;maria;2021-05-11;\n",
    "personal.csv": "id;förnamn;efternamn;epost;roll;från;till\n",
    "personal-avdelningar.csv": "personal;avdelning;från;till\n",
}


def meadow() -> bytes:
    """A photo of three round faces on a meadow."""
    image = Image.new("RGB", (1600, 1200), (150, 190, 220))
    pen = ImageDraw.Draw(image)
    pen.rectangle((0, 700, 1600, 1200), fill=(112, 150, 82))
    for x, hair in ((300, "#6b4a2b"), (800, "#2f2622"), (1250, "#c79a4b")):
        pen.rounded_rectangle((x - 120, 560, x + 120, 1000), 60, fill="#3f6fa8" if x == 800 else "#c4473a")
        pen.ellipse((x - 115, 300, x + 115, 580), fill=hair)
        pen.ellipse((x - 95, 345, x + 95, 575), fill="#efc9a6")
        for eye in (x - 38, x + 38):
            pen.ellipse((eye - 11, 430, eye + 11, 455), fill="#26201c")
        pen.arc((x - 45, 450, x + 45, 530), 20, 160, fill="#8a2f2a", width=8)
    into = io.BytesIO()
    image.save(into, "JPEG", quality=88)
    return into.getvalue()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    root = tmp_path / "förskola"
    (root / POST).mkdir(parents=True)
    (root / "register").mkdir()
    (root / "pluttra.toml").write_text(
        'name = "Backen"\nurl = "http://localhost:8000"\n', encoding="utf-8", newline="\n"
    )
    for name, text in REGISTER.items():
        (root / "register" / name).write_text(text, encoding="utf-8", newline="\n")
    (root / POST / "text.md").write_text("Barn: Åke\n\nVi byggde.\n", encoding="utf-8", newline="\n")
    for name in ("IMG_1.jpg", "IMG_2.jpg"):
        (root / POST / name).write_bytes(meadow())
    return root


@pytest.fixture
def settings(site: Path) -> Settings:
    return read_settings(site)


@pytest.fixture
def drawing(settings: Settings) -> MaskPage:
    return drawing_of(settings)


def drawing_of(settings: Settings, path: str = f"{POST}/IMG_1.jpg") -> MaskPage:
    photo = find_photo(settings, settings.root / path, probe=probe, today=TODAY)
    return mask_page(settings, photo, today=TODAY)
