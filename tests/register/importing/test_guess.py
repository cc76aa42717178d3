"""What inspect makes of exports whose headings are known, half known and not there."""

from __future__ import annotations

from pathlib import Path

import pytest

from pluttra_publish.errors import Findings
from pluttra_publish.register.importing.guess import Guess, guess_file, mapping_toml
from pluttra_publish.register.importing.mapping import read_mapping
from tests.register.importing.sources import registered, site, take_in, write

PUPILS = (
    "Skolans namn;Avdelningsnamn;Barnets personnummer;Förnamn;Efternamn;Sekretessmarkering\r\n"
    "Backen;Solrosen;210511-0001;Åsa;Lindqvist;0\r\nBacken;Solrosen;20210101-0002;Li;Ek;0\r\n"
)
PARENTS = (
    "Barnets pnr;Förälderns pnr;Förnamn;Efternamn;E-post;Mobil\r\n"
    "20210511-0001;19850203-0001;Maria;Lindqvist;maria@example.se;0701\r\n20210101-0002;198601020002;Johan;Ek\r\n"
)
STAFF = (
    "Skola;Avdelning;Pnr;Förnamn;Efternamn;Signatur;E-post;Sekretessmarkering\r\n"
    "Backen;Solrosen;700101-1234;Petra;Lund;PL;petra@example.se;\r\n"
)
UNIKUM = "Förnamn\tEfternamn\tE-post\tPersonnummer\tBeskrivning\t-\t-\tuser\nÅsa\tEk\t\t20210511-0001\t\t\t\tuser\n"
UNIKUM_GROUP = "Externt ID,Namn,Skolform,Ålder-från,Ålder-till,Beskrivning,class\ng1,Solrosen,se.forskoleverksamhet.forskola,1,5,,class\n"


def guessed(name: str, text: str, encoding: str = "utf-8") -> Guess:
    findings = Findings()
    guess = guess_file(name, text.encode(encoding), findings)
    assert guess is not None
    assert len(findings) == 0
    return guess


def fields(guess: Guess) -> dict[str, str]:
    return {column.heading: column.field for column in guess.columns if column.field}


@pytest.mark.parametrize("encoding", ["utf-8", "cp1252", "utf-16"])
def test_skola24_children_are_recognised_in_any_encoding(encoding: str) -> None:
    guess = guessed("export.csv", PUPILS, encoding)
    assert (guess.table, guess.delimiter, guess.encoding, guess.rows) == ("barn", ";", encoding, 2)
    assert fields(guess) == {
        "Skolans namn": "enhet",
        "Avdelningsnamn": "avdelning",
        "Barnets personnummer": "personnummer",
        "Förnamn": "förnamn",
        "Efternamn": "efternamn",
        "Sekretessmarkering": "skyddad",
    }


def test_skola24_parents_and_staff_are_recognised() -> None:
    assert fields(guessed("x.csv", PARENTS)) == {
        "Barnets pnr": "barn",
        "Förälderns pnr": "personnummer",
        "Förnamn": "förnamn",
        "Efternamn": "efternamn",
        "E-post": "epost",
    }
    staff = guessed("x.csv", STAFF)
    assert staff.table == "personal"
    assert fields(staff)["Avdelning"] == "avdelning"


def test_unikum_groups_are_departments_and_what_a_unikum_person_is_cannot_be_told() -> None:
    assert guessed("x.csv", UNIKUM_GROUP).table == "avdelningar"
    person = guessed("export.txt", UNIKUM)
    assert (person.table, person.delimiter) == ("", "\t")
    assert "KUNDE INTE GISSAS" in mapping_toml((person,))
    assert fields(guessed("barn.txt", UNIKUM))["Personnummer"] == "personnummer"


def test_a_file_without_headings_is_known_by_the_shape_of_its_cells() -> None:
    guess = guessed("barn.csv", "Backen;Solrosen;210511-0001;Alva;Ek;0\n" * 3)
    assert not guess.headed
    assert guess.rows == 3
    assert fields(guess) == {"3": "personnummer"}
    assert guess.unanswered


def test_no_cell_of_a_person_stands_in_the_mapping() -> None:
    text = mapping_toml((guessed("a.csv", PUPILS), guessed("b.csv", "1;Ek;210511-0001;Hemlig\n" * 2)))
    assert not any(cell in text for cell in ("0001", "Lindqvist", "Åsa", "Hemlig"))


def test_the_mapping_that_is_guessed_can_be_imported_as_it_is(tmp_path: Path) -> None:
    files = {"barn.csv": PUPILS, "föräldrar.csv": PARENTS, "lärare.csv": STAFF}
    mapping = tmp_path / "m.toml"
    guesses = tuple(guessed(name, text) for name, text in files.items())
    mapping.write_text(mapping_toml(guesses), encoding="utf-8", newline="\n")
    findings = Findings()
    read_mapping(mapping, findings)
    assert findings.errors == []
    here = site(tmp_path / "site")
    source = write(tmp_path / "export", {name: text.encode("utf-8") for name, text in files.items()})
    take_in(here, source, mapping=mapping, assume_unmarked=True)
    register = registered(here)
    assert [row.name for row in register.children] == ["Åsa Lindqvist", "Li Ek"]
    assert [row.name for row in register.guardians] == ["Maria Lindqvist", "Johan Ek"]
    assert [row.name for row in register.staff] == ["Petra Lund"]
    assert {row.protected for row in register.children} == {False}


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("x = 1", "x"),
        ('[[file]]\nname = "a"\ntable = "hästar"', "file 1, table"),
        ('[[file]]\nname = "a"\ntable = "barn"\n[file.columns]\nX = "epost"', "file 1, X"),
        ('[[file]]\nname = "a"\ntable = "barn"\n[file.columns]\nX = "efternamn"', "file 1, columns"),
        ('[[file]]\ntable = "barn"\n[file.columns]\nX = "namn"', "file 1, name"),
        ("[[file]\n", "rad 1"),
    ],
)
def test_a_mapping_that_is_wrong_says_where(tmp_path: Path, text: str, where: str) -> None:
    mapping = tmp_path / "m.toml"
    mapping.write_text(text, encoding="utf-8", newline="\n")
    findings = Findings()
    read_mapping(mapping, findings)
    assert where in [finding.place for finding in findings.errors]
