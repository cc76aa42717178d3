"""A made-up preschool of any size: register, posts, photos. Knows how a site lies on disk. Does not know what is measured."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

from PIL import Image, ImageDraw

from pluttra_publish.publish import make_keystore
from pluttra_publish.settings import HostSettings, Settings, read_settings
from pluttra_publish.settings_text import default_toml

DEPARTMENTS = ("Solrosen", "Blåklockan", "Ängen", "Skogsbacken")
URL = "http://localhost:8000"

_NAMES = """
    Adam Agnes Albin Alice Alma Alva Arvid Astrid Axel Bianca Bo Clara Dante Disa Ebba Edvin Elias Ella Elsa Elton Emil Ester Eva Fatima
    Filip Folke Freja Greta Gustav Hanna Harry Hedda Henry Hugo Ida Inez Iris Ivar Jack Joel Julia Juni Kai Leah Leo Lilly Liv Love Lova
    Lukas Majken Malte Maryam Matilda Melker Mila Milo Mina Moa Molly Nellie Nils Noah Nora Olle Otto Rut Saga Sam Selma Sigge Signe Siri
    Stella Sven Tage Thea Tuva Vera Viggo Wilma Yusuf Zoe Åke Åsa Örjan
"""
_FIRST_NAMES = _NAMES.split()
_LAST_NAMES = (
    "Ahmed",
    "Berg",
    "Dahl",
    "Ek",
    "Forsberg",
    "Haddad",
    "Holm",
    "Lind",
    "Lund",
    "Nyström",
    "Wallin",
    "Öberg",
)
_OPENINGS = (
    "I dag gick vi till", "På förmiddagen var vi vid", "Hela gruppen vandrade bort till", "Efter samlingen packade vi ryggsäckarna och gick till",
    "Några av barnen ville tillbaka till", "Trots regnet tog vi oss till",
)  # fmt: skip
_PLACES = (
    "skogsgläntan", "ån", "biblioteket", "den stora stenen", "gården", "kullen bakom matsalen", "ateljén", "bäcken", "lekparken",
    "växthuset", "snickarboden", "torget", "ängen", "sandlådan",
)  # fmt: skip
_SENTENCES = (
    "Där hittade barnen kottar, pinnar och löv i många färger.", "Vi pratade om vad som lever under stenarna och varför det är fuktigt där.",
    "Någon undrade vart fåglarna tar vägen när det blir kallt, och det blev ett långt samtal.", "Tornet blev högre än barnen själva innan det rasade.",
    "Barnen mätte längden med rep och räknade stegen högt tillsammans.", "**Alla hjälptes åt** att bära hem det vi hade samlat.",
    "Efteråt ritade vi det vi mindes, och teckningarna hänger nu i hallen.", "Vi sorterade fynden efter storlek, färg och hur de kändes i handen.",
    "En grupp byggde en koja av granris medan de andra lagade låtsasmat.", "Frågorna var många: hur vet ett frö vad det ska bli?",
    "Vi läste boken om mullvaden och spelade sedan upp den för varandra.", "Maten smakade bra ute, särskilt de varma smörgåsarna.",
    "Flera av barnen vågade gå balansgång på stocken för första gången.", "Vi sjöng *höstvisan* och hittade på en egen vers.",
    "Det blev både skratt och djupt allvar när leran skulle formas.", "I morgon fortsätter vi där vi slutade, så ta gärna med stövlar och regnkläder.",
    "Vattnet rann åt ett håll som ingen hade väntat sig, och rännan fick byggas om.", "Till mellanmålet bakade vi bröd och jämförde degen före och efter.",
    "Så här sade ett av barnen: ”Skuggan springer fortare än jag.”", "Vi tänker utforska ljus och skugga vidare under de kommande veckorna.",
    "De äldre barnen visade de yngre hur man knyter en råbandsknop.", "Mätglasen stod i fönstret, och varje dag skrev vi upp hur mycket som hade kommit.",
)  # fmt: skip
_TITLES = (
    "Vi byggde", "Utflykt till", "Tankar om", "En dag vid", "Vi undersöker", "Barnens frågor om", "Mer om", "Fortsättning på", "Skapande kring", "Veckan med",
)  # fmt: skip
_THEMES = (
    "kojan", "skogen", "vattnet", "fåglarna", "löven", "ljuset", "tornet", "leran", "snön", "småkrypen", "frön", "bokstäver", "musik", "skuggor", "maten",
)  # fmt: skip


@dataclass(frozen=True)
class Preschool:
    """A site on disk, its settings, and where this machine's key to it lies."""

    settings: Settings
    identity: Path

    @property
    def root(self) -> Path:
        return self.settings.root


def make_preschool(
    folder: Path, *, departments: int, children: int, guardians: int, months: int = 24, also: str = ""
) -> Preschool:
    """Make a site without posts in `folder`, with a register of that size and a keystore; `also` is added to its settings."""
    folder.mkdir(parents=True)
    toml = default_toml("Backens förskola", URL) + also
    (folder / "pluttra.toml").write_text(toml, encoding="utf-8", newline="\n")
    (folder / "inlagg").mkdir()
    (folder / "register").mkdir()
    start = (date.today() - timedelta(days=31 * (months + 2))).isoformat()
    for name, text in _register(departments, children, guardians, start):
        (folder / "register" / name).write_text(text, encoding="utf-8", newline="\n")
    settings = read_settings(folder)
    settings = replace(settings, host=HostSettings("folder", folder / "public"))
    identity = folder / "identity.txt"
    make_keystore(settings, identity=identity)
    return Preschool(settings, identity)


def _register(departments: int, children: int, guardians: int, start: str) -> Iterator[tuple[str, str]]:
    """Yield the files of a register. Guardians come in pairs, and what pairs there are share the children."""
    names = [
        f"{n:03};{_FIRST_NAMES[n % len(_FIRST_NAMES)]};{_LAST_NAMES[n % len(_LAST_NAMES)]}"
        for n in range(guardians + children)
    ]
    pairs = max(1, guardians // 2)
    related = [(child, guardian) for child in range(children) for guardian in _pair(child % pairs, guardians)]
    of = range(departments)
    yield "avdelningar.csv", _table("id;namn", (f"a{n};{DEPARTMENTS[n]}" for n in of))
    yield "barn.csv", _table("id;förnamn;efternamn;skyddad", (f"b{name};nej" for name in names[:children]))
    people = (f"v{name};v{n}@example.se;sv;nej" for n, name in enumerate(names[:guardians]))
    basis = (
        f"b{n:03};{purpose};;Allmänt intresse;2019-01-01;;;" for n in range(children) for purpose in ("foto", "namn")
    )
    yield "samtycken.csv", _table("barn;ändamål;svar;grund;datum;svarat av;gäller till;återkallat", basis)
    yield "vardnadshavare.csv", _table("id;förnamn;efternamn;epost;språk;skyddad", people)
    yield "relationer.csv", _table("barn;vårdnadshavare;från;till", (f"b{c:03};v{g:03};{start};" for c, g in related))
    placed = (f"b{n:03};a{n % departments};{start};" for n in range(children))
    yield "placeringar.csv", _table("barn;avdelning;från;till", placed)
    staff = [f"p{n};Petra;Lund {n};p{n}@example.se;pedagog;{start};" for n in of] + [
        f"r;Ingrid;Hallberg;r@example.se;rektor;{start};"
    ]
    yield "personal.csv", _table("id;förnamn;efternamn;epost;roll;från;till", staff)
    yield "personal-avdelningar.csv", _table("personal;avdelning;från;till", (f"p{n};a{n};{start};" for n in of))


def _pair(number: int, guardians: int) -> range:
    return range(2 * number, min(2 * number + 2, guardians))


def _table(headings: str, rows: Iterator[str] | list[str]) -> str:
    return "\n".join((headings, *rows)) + "\n"


def write_posts(
    preschool: Preschool, count: int, *, departments: int, children: int, months: int = 24, seed: int = 1
) -> None:
    """Write text posts, newest yesterday: 85 % a department's, a third of them with children named; 10 % a child's; 5 % everybody's."""
    chance = random.Random(seed)  # noqa: S311 # the same posts every time
    for number in range(count):
        day = date.today() - timedelta(days=1 + number * months * 30 // count)
        title = f"{chance.choice(_TITLES)} {chance.choice(_THEMES)} {number + 1}"
        where, named = _place(chance, departments, children)
        folder = preschool.settings.posts / where
        folder.mkdir(parents=True, exist_ok=True)
        front = f"Title: {title}\nDate: {day} {chance.randrange(7, 18):02}:{chance.randrange(60):02}\n"
        front += f"Barn: {', '.join(named)}\n" if named else ""
        text = f"{front}\n{_body(chance)}\n"
        (folder / f"{day} {title}.md").write_text(text, encoding="utf-8", newline="\n")


def post_text(chance: random.Random, title: str, day: date) -> str:
    """Return a post's text with its front matter, 60 to 200 words."""
    return f"Title: {title}\nDate: {day} {chance.randrange(7, 18):02}:{chance.randrange(60):02}\n\n{_body(chance)}\n"


def _place(chance: random.Random, departments: int, children: int) -> tuple[str, list[str]]:
    kind = chance.random()
    if kind < 0.05:
        return "forskolan", []
    if kind < 0.15:
        return f"barn/b{chance.randrange(children):03}", []
    department = chance.randrange(departments)
    there = [f"b{n:03}" for n in range(department, children, departments)]
    return DEPARTMENTS[department], chance.sample(there, min(3, len(there))) if kind < 0.45 else []


def _body(chance: random.Random) -> str:
    """Return 60 to 200 words of Markdown in a few paragraphs, now and then with a heading or a list."""
    wanted = chance.randrange(60, 201)
    parts = [f"{chance.choice(_OPENINGS)} {chance.choice(_PLACES)}."]
    words = len(parts[0].split())
    while words < wanted:
        sentences = chance.sample(_SENTENCES, 3)
        kind = chance.random()
        parts.append("\n".join(f"- {sentence}" for sentence in sentences) if kind < 0.15 else " ".join(sentences))
        if kind > 0.92:
            parts.insert(-1, f"## {chance.choice(_THEMES).capitalize()}")
        words += sum(len(sentence.split()) for sentence in sentences)
    return "\n\n".join(parts)


def write_album(
    folder: Path, photos: int, *, title: str, day: date, seed: int = 2, text: str = "Det här såg vi."
) -> None:
    """Write a post with photos of 2560 × 1920 as a camera takes them: shapes, light and grain."""
    album = folder / f"{day} {title}"
    album.mkdir(parents=True)
    (album / "text.md").write_text(f"{text}\n", encoding="utf-8", newline="\n")
    for number in range(photos):
        _photo(seed * 1000 + number).save(album / f"bild-{number + 1:02}.jpg", quality=90)


def _photo(seed: int) -> Image.Image:
    chance = random.Random(seed)  # noqa: S311 # the same photos every time
    width, height = 2560, 1920
    image = Image.linear_gradient("L").resize((width, height)).convert("RGB")
    draw = ImageDraw.Draw(image)
    for _ in range(220):
        x, y, r = chance.randrange(width), chance.randrange(height), chance.randrange(10, 260)
        colour = (chance.randrange(256), chance.randrange(256), chance.randrange(256))
        draw.ellipse((x - r, y - r * 0.7, x + r, y + r * 0.7), fill=colour)
    grain = Image.frombytes("L", (width, height), chance.randbytes(width * height)).convert("RGB")
    return Image.blend(image, grain, 0.1)
