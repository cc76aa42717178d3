"""Which picture hangs in which post. Knows names, times and scenes; draws nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

LARGE, WIDE, MIDDLE, SMALL = (4000, 3000), (2400, 1800), (2000, 1500), (1600, 1200)
TALL = (1500, 2000)


@dataclass(frozen=True)
class Shot:
    """One photo: its file name, the scene and variant it shows, its upright size in pixels, and how it was taken."""

    name: str
    scene: str
    variant: int = 0
    size: tuple[int, int] = MIDDLE
    turned: bool = False
    """Stored on its side with Orientation 6, as a telephone held upright does."""


@dataclass(frozen=True)
class Folder:
    """One post's photos, taken from `at` on, three minutes apart."""

    path: str
    at: datetime
    shots: tuple[Shot, ...]


def _folder(path: str, at: str, *shots: Shot) -> Folder:
    return Folder(path, datetime.fromisoformat(at), shots)


FOLDERS = (
    _folder(
        "Solrosen/2026-09-02 Välkomna till Solrosen",
        "2026-09-02T09:10",
        Shot("solrosor.jpg", "flowers", 0, WIDE),
        Shot("på rad.jpg", "walk", 0),
    ),
    _folder(
        "Solrosen/2026-09-09 Vi bygger torn",
        "2026-09-09T10:02",
        Shot("torn-1.jpg", "towers", 0),
        Shot("torn-2.jpg", "towers", 1),
        Shot("torn-3.jpg", "towers", 2, TALL),
    ),
    _folder(
        "Solrosen/2026-09-16 Skogen",
        "2026-09-16T09:40",
        Shot("IMG_2101.jpg", "forest", 0, WIDE),
        Shot("IMG_2102.jpg", "fungi", 0),
        Shot("IMG_2103.heic", "forest", 1, WIDE),
        Shot("IMG_2104.jpg", "forest", 2, SMALL),
    ),
    _folder(
        "Solrosen/2026-09-24 Äppelmos",
        "2026-09-24T13:30",
        Shot("äpplen.jpg", "apples", 0),
        Shot("korgen.jpg", "apples", 1, SMALL),
    ),
    _folder(
        "Solrosen/2026-10-06 Höstens färger",
        "2026-10-06T10:20",
        Shot("löv-1.jpg", "leaves", 0, WIDE),
        Shot("löv-2.jpg", "leaves", 1),
        Shot("löv-3.png", "leaves", 2, (1200, 900)),
    ),
    _folder(
        "Solrosen/2026-10-14 Vi byggde koja",
        "2026-10-14T09:55",
        Shot("koja-1.jpg", "hut", 0, LARGE),
        Shot("koja-2.jpg", "hut", 1),
        Shot("koja-3.heic", "hut", 2),
    ),
    _folder(
        "Solrosen/2026-10-22 Vattenbanan",
        "2026-10-22T10:35",
        Shot("bana-1.jpg", "stream", 0),
        Shot("bana-2.jpg", "stream", 1, SMALL),
    ),
    _folder(
        "Solrosen/2026-11-04 Regnpölar",
        "2026-11-04T09:15",
        Shot("DSC00311.jpg", "puddle", 0),
        Shot("DSC00312.jpg", "puddle", 1, TALL, turned=True),
        Shot("DSC00313.jpg", "puddle", 2, SMALL),
    ),
    _folder(
        "Solrosen/2026-11-12 Vantar på tork",
        "2026-11-12T11:05",
        Shot("vantar.jpg", "mittens", 0),
        Shot("fler vantar.jpg", "mittens", 1, SMALL),
    ),
    _folder(
        "Solrosen/2026-11-19 Första snön",
        "2026-11-19T15:20",
        Shot("snölykta-1.jpg", "snow_lantern", 0, LARGE),
        Shot("snölykta-2.jpg", "snow_lantern", 1),
        Shot("snölykta-3.heic", "snow_lantern", 2),
    ),
    _folder("Solrosen/2026-11-20 Julpyssel", "2026-11-20T10:00", Shot("stjärnor.jpg", "stars", 0)),
    _folder(
        "Blåklockan/2026-09-03 Ny termin",
        "2026-09-03T08:50",
        Shot("blåklockor.jpg", "flowers", 1, WIDE),
        Shot("hyllan.jpg", "shelf", 0, SMALL),
    ),
    _folder(
        "Blåklockan/2026-09-11 Stenar och kottar",
        "2026-09-11T10:15",
        Shot("mandala-1.jpg", "mandala", 0),
        Shot("mandala-2.jpg", "mandala", 1, SMALL),
    ),
    _folder(
        "Blåklockan/2026-09-18 Pannkaksfredag",
        "2026-09-18T11:25",
        Shot("IMG_0871.jpg", "pancakes", 0),
        Shot("IMG_0872.jpg", "pancakes", 1, SMALL),
    ),
    _folder(
        "Blåklockan/2026-09-29 Vi sår ärter",
        "2026-09-29T09:30",
        Shot("ärter-1.jpg", "seedlings", 0),
        Shot("ärter-2.jpg", "seedlings", 1, SMALL),
        Shot("ärter-3.jpg", "seedlings", 2, TALL),
    ),
    _folder(
        "Blåklockan/2026-10-08 Vi ritar hösten",
        "2026-10-08T13:10",
        Shot("teckning-1.jpg", "drawing", 0),
        Shot("teckning-2.jpg", "drawing", 1, SMALL),
        Shot("teckning-3.png", "drawing", 2, (1200, 900)),
    ),
    _folder(
        "Blåklockan/Svampar",
        "2026-10-16T09:45",
        Shot("P1040561.jpg", "fungi", 1),
        Shot("P1040562.jpg", "fungi", 2, SMALL),
        Shot("P1040563.jpg", "fungi", 3, TALL, turned=True),
    ),
    _folder(
        "Blåklockan/2026-10-27 Ärterna har vuxit",
        "2026-10-27T09:20",
        Shot("stora-1.jpg", "seedlings", 3),
        Shot("stora-2.jpg", "seedlings", 4, TALL),
    ),
    _folder(
        "Blåklockan/2026-11-05 Lyktvandring",
        "2026-11-05T16:10",
        Shot("lyktor-1.jpg", "lanterns", 0, TALL),
        Shot("lyktor-2.jpg", "lanterns", 1, TALL, turned=True),
    ),
    _folder(
        "Blåklockan/2026-11-13 Fåglarna vid matningen",
        "2026-11-13T10:40",
        Shot("domherre.jpg", "feeder", 0, WIDE),
        Shot("mesar.jpg", "feeder", 1, SMALL),
    ),
    _folder(
        "Blåklockan/2026-11-20 Bullbak",
        "2026-11-20T13:45",
        Shot("IMG_0931.jpg", "buns", 0),
        Shot("IMG_0932.jpg", "buns", 1, (1200, 1600)),
    ),
    _folder(
        "barn/Alva Lindqvist/2026-09-21 Alva bygger en stad",
        "2026-09-21T10:30",
        Shot("stad-1.jpg", "town", 0),
        Shot("stad-2.jpg", "town", 1, SMALL),
    ),
    _folder(
        "barn/Alva Lindqvist/2026-11-10 Alva och Noah möts på gården",
        "2026-11-10T14:05",
        Shot("gården-1.jpg", "yard", 0),
        Shot("gården-2.jpg", "yard", 1, SMALL),
    ),
    _folder("barn/Åke Sandström/2026-10-02 Åke och månen", "2026-10-02T16:30", Shot("månen.jpg", "moon", 0)),
    _folder("barn/Noor Haddad/2026-10-20 Noors visa", "2026-10-20T13:50", Shot("visan.jpg", "song", 0, SMALL)),
    _folder(
        "barn/Noah Lindqvist/2026-10-13 Noahs båt",
        "2026-10-13T10:10",
        Shot("båten.jpg", "toy_boat", 0, TALL, turned=True),
    ),
    _folder(
        "barn/Mateo Rojas/2026-11-02 Mateo läser",
        "2026-11-02T12:40",
        Shot("läshörnan.heic", "shelf", 1),
        Shot("böckerna.jpg", "shelf", 2, SMALL),
    ),
    _folder(
        "barn/Åke Sandström/2026-11-17 Åke och Märta på utflykt",
        "2026-11-17T09:35",
        Shot("utflykt-1.jpg", "forest", 4, SMALL),
        Shot("utflykt-2.jpg", "walk", 2, SMALL),
    ),
    _folder("barn/Elsa Nyström/2026-10-30 Elsas halsband", "2026-10-30T13:20", Shot("halsbandet.jpg", "beads", 0)),
    _folder(
        "forskolan/2026-09-25 Höstfest",
        "2026-09-25T14:30",
        Shot("vimplar.jpg", "feast", 0, WIDE),
        Shot("bordet.jpg", "feast", 1, SMALL),
    ),
    _folder("forskolan/2026-12-24 God jul", "2026-11-23T08:30", Shot("granen.jpg", "stars", 1, TALL)),
    _folder("personal/2026-10-09 Planeringsdag", "2026-10-09T09:00", Shot("tavlan.jpg", "board", 0, SMALL)),
)

FILM = "Solrosen/2026-10-22 Vattenbanan/vattenbanan.mp4"
SOUND = "barn/Noor Haddad/2026-10-20 Noors visa/noors-visa.m4a"
HELP = "offentligt/Hjälp/öppna länken.mp4"
"""The film of the public help, with its captions beside it."""
