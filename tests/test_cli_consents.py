"""`pluttra consents`: the quick reference list in the terminal, as JSON and on paper, and a withdrawal."""

from __future__ import annotations

import json
import shutil
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from pluttra_publish.cli import main
from pluttra_publish.consent_page import consent_page, sections
from pluttra_publish.errors import Findings
from pluttra_publish.register import Purposes, ReferenceRow, read_consents, read_register
from pluttra_publish.settings import read_settings
from tests.register.preschool import BLAKLOCKAN, SOLROSEN
from tests.register.test_consents import FAMILY, TODAY

NOON = "1773313200"  # 12 March 2026, noon in Stockholm

FILES = {
    "pluttra.toml": 'name = "Backens förskola"\nurl = "http://localhost:8000"\n[consents]\npurposes = ["utställning"]\n',
    "register/avdelningar.csv": "id;namn\nsolrosen;Solrosen\nblaklockan;Blåklockan\n",
    "register/barn.csv": (
        "id;förnamn;efternamn;skyddad\nalva;Alva;Lindqvist;nej\nake;Åke;Sandström;nej\nylva;Ylva;Tornefalk;ja\n"
    ),
    "register/vardnadshavare.csv": (
        "id;förnamn;efternamn;epost;språk;skyddad\nmaria;Maria;Lindqvist;;sv;nej\nper;Per;Sandström;;sv;nej\n"
        "ragna;Ragna;Tornefalk;;sv;nej\n"
    ),
    "register/relationer.csv": (
        "barn;vårdnadshavare;från;till\nalva;maria;2021-05-11;\nake;per;2021-11-02;\nylva;ragna;2021-11-02;\n"
    ),
    "register/placeringar.csv": (
        "barn;avdelning;från;till\nalva;solrosen;2024-08-19;\nake;blaklockan;2024-08-19;\nylva;solrosen;2024-08-19;\n"
    ),
    "register/personal.csv": "id;förnamn;efternamn;epost;roll;från;till\ningrid;Ingrid;Hallberg;;rektor;2019-08-01;\n",
    "register/personal-avdelningar.csv": "personal;avdelning;från;till\n",
    "register/samtycken.csv": (
        "barn;ändamål;svar;grund;datum;svarat av;gäller till;återkallat\n"
        "alva;foto;ja;;2025-08-18;maria;;\n"
        "alva;film;nej;;2025-08-18;maria;;\n"
        "alva;namn;ja;;2025-08-18;maria;;\n"
        "ake;ljud;;uppgift av allmänt intresse;2025-08-18;;;\n"
        "ylva;foto;ja;;2025-08-18;ragna;;\n"
    ),
    "inlagg/Solrosen/2026-03-02 Vi bygger torn/text.md": "Barn: Alva\n\nTio klossar.\n",
}


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", NOON)
    root = tmp_path / "backen"
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8", newline="\n")
    Image.new("RGB", (64, 48), "teal").save(root / "inlagg/Solrosen/2026-03-02 Vi bygger torn/torn.jpg")
    return root


def run(site: Path, *arguments: str) -> Result:
    result = CliRunner().invoke(main, ["consents", *arguments, "--site", str(site)], catch_exceptions=False)
    assert "Traceback" not in result.output
    return result


def answer(site: Path, *arguments: str) -> Any:
    result = run(site, *arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_the_list_says_yes_and_no_in_words_and_signs_with_nobody_who_stands_outside(site: Path) -> None:
    result = run(site)
    assert result.exit_code == 0
    lines = [line for line in result.stdout.splitlines() if line]
    assert [line.split() for line in lines if "Lindqvist" in line] == [
        ["Alva", "Lindqvist", "✓", "JA", "✗", "NEJ", "✗", "NEJ", "✓", "JA", "✗", "NEJ"]
    ]
    assert [line for line in lines if line.isupper()] == ["SOLROSEN", "BLÅKLOCKAN"]
    for word in ("Ylva", "Tornefalk", "allmänt", "2025"):
        assert word not in result.output


def test_one_department_can_be_asked_for_and_an_unknown_one_lists_those_there_are(site: Path) -> None:
    assert "Alva" not in run(site, "--department", "blåklockan").output
    result = run(site, "--department", "Rosen")
    assert result.exit_code == 2
    assert "Avdelningarna heter Solrosen, Blåklockan." in result.output


def test_json_holds_the_same(site: Path) -> None:
    told = answer(site, "--department", "Solrosen")
    assert (told["date"], told["through"]) == ("2026-03-12", None)
    assert told["purposes"][0] == {"id": "photo", "title": "Foto"}
    assert told["children"] == [
        {
            "id": "alva",
            "name": "Alva Lindqvist",
            "departments": ["Solrosen"],
            "may": {"photo": True, "film": False, "sound": False, "name": True, "utställning": False},
        }
    ]


def test_a_page_is_written_but_never_where_it_would_be_synced_or_published(site: Path, tmp_path: Path) -> None:
    page = tmp_path / "lista.html"
    assert run(site, "--page", str(page)).exit_code == 0
    assert "Alva Lindqvist" in page.read_text(encoding="utf-8")
    for refused in (site / "inlagg" / "lista.html", site / "public" / "lista.html", tmp_path / "lista.csv"):
        assert run(site, "--page", str(refused)).exit_code == 2
        assert not refused.exists()


def test_a_fault_in_the_file_stops_the_list(site: Path) -> None:
    with (site / "register/samtycken.csv").open("a", encoding="utf-8", newline="\n") as file:
        file.write("alva;foto;kanske;;2025-08-18;maria;;\n")
    result = run(site)
    assert result.exit_code == 5
    assert "samtycken.csv (rad 7, kolumn svar)" in result.output


def test_a_withdrawal_dates_the_answers_and_lists_what_goes(site: Path) -> None:
    told = answer(site, "withdraw", "Alva Lindqvist", "foto")
    assert told == {
        "child": "alva",
        "purpose": "photo",
        "date": "2026-03-12",
        "withdrawn": 1,
        "affected": [
            {
                "post": "inlagg/Solrosen/2026-03-02 Vi bygger torn",
                "file": "torn.jpg",
                "kind": "photo",
                "gone": ["Solrosen"],
                "left": ["sidan för Alva"],
            }
        ],
    }
    text = (site / "register/samtycken.csv").read_text(encoding="utf-8")
    assert text == FILES["register/samtycken.csv"].replace(
        "alva;foto;ja;;2025-08-18;maria;;", "alva;foto;ja;;2025-08-18;maria;;2026-03-12"
    )
    assert answer(site)["children"][0]["may"]["photo"] is False


def test_a_withdrawal_tells_a_person_what_happens_next(site: Path) -> None:
    output = run(site, "withdraw", "alva", "namn").output
    assert "Återkallat från 2026-03-12: Alva Lindqvist, namn (ett svar)." in output
    assert "torn: namnet i raden Barn tas bort från Solrosen" in output
    assert "Kör pluttra publish nu." in output
    assert "redan nej" in run(site, "withdraw", "alva", "namn").output
    assert "Ingenting som är publicerat berörs." in run(site, "withdraw", "ake", "ljud").output


def test_a_withdrawal_of_somebody_or_something_unknown_changes_nothing(site: Path) -> None:
    before = (site / "register/samtycken.csv").read_bytes()
    for arguments in (("Ylva Tornefalk", "foto"), ("Ingen Alls", "foto"), ("alva", "hologram")):
        assert run(site, "withdraw", *arguments).exit_code == 2
    assert "finns inte" in run(site, "withdraw", "Ylva Tornefalk", "foto").output
    assert (site / "register/samtycken.csv").read_bytes() == before


def test_a_withdrawal_counts_even_when_the_posts_cannot_be_read(site: Path) -> None:
    shutil.rmtree(site / "inlagg")
    told = answer(site, "withdraw", "alva", "foto")
    assert (told["withdrawn"], told["affected"]) == (1, None)
    assert answer(site)["children"][0]["may"]["photo"] is False


def test_options_may_stand_before_the_command_too(site: Path) -> None:
    arguments = ["consents", "--site", str(site), "--json", "withdraw", "alva", "foto"]
    result = CliRunner().invoke(main, arguments, catch_exceptions=False)
    assert json.loads(result.stdout)["withdrawn"] == 1


class Cells(HTMLParser):
    """The cells of a page, row by row, and every tag."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.rows: list[list[str]] = []
        self.tags: set[str] = set()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag == "tr":
            self.rows.append([])
        if tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_data(self, data: str) -> None:
        if self.rows and self.rows[-1] and data.strip():
            self.rows[-1][-1] += data


def test_the_page_for_paper_says_it_in_words_and_escapes_names() -> None:
    row = ReferenceRow("x", "Alva <b>Berg", ("Solrosen",), dict.fromkeys(Purposes().all, False) | {"photo": True})
    page = consent_page("Backen & Co", sections(FAMILY, [row]), Purposes().all, on=TODAY, through=None)
    read = Cells(page)
    assert read.rows[0] == ["Barn", "Foto", "Film", "Ljud", "Namn"]
    assert read.rows[1][:3] == ["Alva <b>Berg", "✓ JA", "✗ NEJ"]
    assert "b" not in read.tags
    assert "script" not in read.tags
    assert "size: A4" in page
    assert "color: red" not in page
    assert "2026-03-12" in page


def test_the_page_has_a_part_for_each_department_that_holds_anybody() -> None:
    row = ReferenceRow("x", "Alva", ("Solrosen",), {})
    assert sections(FAMILY, [row]) == ((SOLROSEN.name, (row,)),)
    assert sections(FAMILY, [], "blaklockan") == ((BLAKLOCKAN.name, ()),)


def test_the_samples_answers_are_of_every_kind_and_let_it_be_published() -> None:
    settings = read_settings(Path(__file__).parents[1] / "content")
    findings = Findings()
    register = read_register(settings.register, findings)
    consents = read_consents(settings.register, register, settings.consents, findings)
    assert list(findings) == []
    kinds = {(row.yes, bool(row.by), bool(row.until), bool(row.withdrawn)) for row in consents.answers}
    assert kinds >= {
        (True, True, False, False),
        (False, True, False, False),
        (True, False, False, False),
        (True, True, True, False),
        (True, True, False, True),
    }
    assert {row.child for row in consents.answers} == {child.id for child in register.visible.children}
