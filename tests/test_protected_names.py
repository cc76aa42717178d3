"""Names of quarantined families in a text: what is found, however it is written, and what is not."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest

from pluttra_publish.protected_names import ProtectedNames, protected_names
from pluttra_publish.register import Child, Guardian, Register, Relation, Span, StaffMember
from pluttra_publish.site import as_address

ALWAYS = Span(date(2024, 1, 1), None)


def names(
    first: str = "Ylva", last: str = "Tornefalk", *, others: tuple[str, ...] = (), allowed: tuple[str, ...] = ()
) -> ProtectedNames:
    """The names of one quarantined child with a guardian, among other people whose full names are given."""
    visible = [Child(f"b{n}", *name.rsplit(" ", 1), protected=False) for n, name in enumerate(others)]
    register = Register(
        children=(Child("y", first, last, protected=True), *visible),
        guardians=(Guardian("r", "Ragnhild", last, "ragnhild@example.se", protected=None),),
        relations=(Relation("y", "r", ALWAYS),),
        staff=(StaffMember("p", "Petra", "Lund", "pedagogue", ALWAYS),),
    )
    return protected_names(register, allowed)


BOTH_BORNE = ("Ylva Berg", "Nils Tornefalk")


@pytest.mark.parametrize(
    "text",
    [
        "Ylva byggde ett torn.",
        "Idag lekte ylva i sanden.",
        "YLVA!",
        "Ylvas torn",
        "Ylva's torn",
        "Ylva:s torn",
        "(Ylva-dagen)",
        "Familjen Tornefalk bjöd på kakor.",
        "Tornefalkarna bjöd på kakor.",
        "Ragnhild kom.",
        "Y\u00adlva",
        unicodedata.normalize("NFD", "Ylva är här."),
        "Ｙｌｖａ",
    ],
)
def test_a_lone_name_is_found(text: str) -> None:
    assert names().anything(f"Ett.\nTvå.\n{text}") == [3]
    assert names().pairs(text) == []


@pytest.mark.parametrize(
    "text",
    ["Ylvan", "Sylva", "Vi byggde ett torn.", "falk", "Den sjunde.", "", "Petra Lund", "en ylvaliknande"],
)
def test_a_name_inside_another_word_is_not(text: str) -> None:
    assert names().anything(text) == []


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        ("Linnéa", "Tornefalk", "Linnea sprang."),
        ("Linnea", "Tornefalk", "Linnéa sprang."),
        ("Åke", "Tornefalk", unicodedata.normalize("NFD", "Åke sprang.")),
        ("Anna Karin", "Tornefalk", "Karin sprang."),
        ("Anna-Karin", "Tornefalk", "Karin sprang."),
        ("Ylva", "Al-Hassan", "Familjen Hassan"),
        ("Ylva", "de la Cruz", "Familjen Cruz"),
        ("Ylva", "Le", "Familjen Le"),
        ("Ylva", "Tornefalk Ek", "Familjen Ek"),
    ],
)
def test_so_is_each_part_of_a_name_and_a_letter_with_or_without_its_accent(first: str, last: str, text: str) -> None:
    assert names(first, last).anything(text) == [1]


@pytest.mark.parametrize("text", ["Ake sprang.", "De la sig.", "Det var van vid al och af."])
def test_the_letters_of_swedish_are_no_accents_and_a_particle_is_no_name(text: str) -> None:
    assert names("Åke", "de la Cruz").anything(text) == []


@pytest.mark.parametrize(
    "text",
    ["Ylva sprang.", "Familjen Tornefalk", "Ylva och Nils Tornefalk", "Ylva Berg, Nils Tornefalk", "Ylva i skogen", "Ylva B"],
)  # fmt: skip
def test_what_somebody_visible_is_called_stops_nothing(text: str) -> None:
    assert names(others=BOTH_BORNE).anything(text) == []


def test_nor_does_a_name_that_a_visible_name_looks_like_an_inflection_of() -> None:
    assert names("Jona", others=("Jonas Berg",)).anything("Jonas sprang.") == []
    assert names("Jona", others=("Jonas Berg",)).anything("Jona sprang.") == [1]


@pytest.mark.parametrize(
    "text",
    [
        "Ylva Tornefalk",
        "ylva tornefalk",
        "YLVA  TORNEFALKS mamma",
        "Tornefalk, Ylva",
        "Ylva Anna Tornefalk",
        "Ylva Anna-Karin Tornefalk",
        "Ylva A. Tornefalk",
        "Ylva T. sprang",
        "Ylva T och Ylva B",
        "ragnhild@example.se",
        "mailto:RAGNHILD@EXAMPLE.SE",
    ],
)
def test_but_the_whole_name_or_an_address_always_does(text: str) -> None:
    kept = names(others=BOTH_BORNE, allowed=("Ylva", "Tornefalk", "ragnhild", "T"))
    assert kept.pairs(f"Först.\n{text}") == [2]
    assert kept.anything(text) == [1]


def test_a_whole_name_is_found_over_the_end_of_a_line_and_told_where_it_begins() -> None:
    assert names(others=BOTH_BORNE).pairs("Ett.\nSedan kom Ylva\nTornefalk.") == [2]


def test_the_same_whole_name_as_somebody_visible_stops_nothing() -> None:
    assert names(others=("Ylva Tornefalk",)).anything("Ylva Tornefalk, Ylva T") == []


def test_a_word_that_may_stand_may_stand_as_it_is_spelt_and_no_otherwise() -> None:
    kept = names("Björn", "Skog", allowed=("björn", "skog"))
    assert kept.anything("En björn i en skog, en björns ide.") == []
    assert kept.anything("Björn sprang.\nIn i Skog.\nBJÖRN") == [1, 2, 3]
    assert kept.anything("björn skog") == [1]


@pytest.mark.parametrize("address", ["ake-oberg", "vi-och-ake", "ake_oberg-och-vi", "obergs"])
def test_an_address_is_read_as_addresses_are_spelt(address: str) -> None:
    assert names("Åke", "Öberg").in_address(address, as_address)
    assert not names("Åke", "Öberg").in_address("maken-oberger-sig", as_address)
    assert not names("Åke", "Öberg", allowed=("åke", "öberg")).in_address("vi-och-ake", as_address)
