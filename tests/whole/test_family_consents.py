"""A child's page of consents: whose it is, what stands on it, and that it is the same until an answer is another."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest

from pluttra_publish.open import Opened, SeenPage
from tests.whole.preschool import Preschool
from tests.whole.test_incremental import SEQUENCE, differing, rebuilt

ANSWERS = [
    "alva;foto;ja;;2026-08-17;maria;;",
    "alva;foto;ja;;2026-08-18;johan;2027-06-18;",
    "alva;film;ja;;2026-08-17;maria;;2026-10-01",
    "alva;namn;;Allmänt intresse;2026-08-17;;;",
    "alva;ljud;nej;Rektors beslut;2026-08-17;;;",
]
WAY = '[drop]\nmail = "svar@example.se"\n'


@pytest.fixture
def asking(tmp_path: Path) -> Preschool:
    """A preschool that takes answers, of which one family has given some."""
    school = Preschool(tmp_path / "förskola")
    school.settings_text += f'[consents]\npurposes = ["Vägg"]\nall_guardians = ["film"]\n{WAY}'
    school.tables["samtycken"] = [row.split(";") for row in ANSWERS]
    return school.write().write_posts()


def listed(opened: Opened, child: str = "Alva") -> list[SeenPage]:
    return [seen for seen in opened.pages if seen.page.kind == "consents" and seen.page.title == f"Samtycken: {child}"]


def told(opened: Opened, child: str = "Alva") -> dict[str, str]:
    """What stands under each heading, as words."""
    (seen,) = listed(opened, child)
    html = opened.content(seen.page.page).decode()
    parts = re.split(r'<section class="question">', html)[1:]
    plain = [" ".join(unescape(re.sub(r"<[^>]+>", " ", part)).split()) for part in parts]
    return {text.split()[0]: text for text in plain}


def test_it_says_what_holds_who_has_answered_what_and_when(asking: Preschool) -> None:
    asking.publish()
    found = told(asking.open("maria"))
    assert found == {
        "Foto": "Foto ✓ JA Maria : ja , måndag 17 augusti 2026 Johan : ja , tisdag 18 augusti 2026 ( till och med fredag 18 juni 2027 ) Ditt svar Foto Ja Nej",
        "Film": "Film ✕ NEJ Här behöver alla vårdnadshavare svara ja. Maria : nej , torsdag 1 oktober 2026 Johan : har inte svarat Ditt svar Film Ja Nej",
        "Ljud": "Ljud ✕ NEJ Förskolan har beslutat att det är nej: Rektors beslut Maria : har inte svarat Johan : har inte svarat Ditt svar Ljud Ja Nej",
        "Namn": "Namn ✓ JA Förskolan behöver inget ja, och går efter: Allmänt intresse Maria : har inte svarat Johan : har inte svarat Ditt svar Namn Ja Nej",
        "Vägg": "Vägg ✕ NEJ Maria : har inte svarat Johan : har inte svarat Ditt svar Vägg Ja Nej",
    }  # fmt: skip
    (seen,) = listed(asking.open("maria"))
    forms = re.findall(r"<form[^>]*>", asking.open("maria").content(seen.page.page).decode())
    child = asking.keys().opaque_id("child", "alva")
    assert forms[0] == f'<form data-answer="consent" data-about="{child}" data-purpose="photo">'
    assert forms[-1].endswith('data-purpose="Vägg">')


def test_it_is_read_by_the_childs_guardians_and_staff_and_by_nobody_else(asking: Preschool) -> None:
    asking.publish()
    readers = {reader: bool(listed(asking.open(reader))) for reader in ("maria", "johan", "petra", "ingrid", "mei")}
    assert readers == {"maria": True, "johan": True, "petra": True, "ingrid": True, "mei": False}
    assert [bool(listed(asking.open(reader), "Noah")) for reader in ("maria", "johan", "petra")] == [True, False, False]


def test_it_names_nobody_whose_relation_has_ended_and_tells_namesakes_apart(asking: Preschool) -> None:
    asking.row("relationer", "alva", "johan")[3] = "2026-11-01"
    asking.row("vardnadshavare", "mei")[1:3] = ["Maria", "Chen"]
    asking.tables["relationer"].append(["alva", "mei", "2026-01-01", ""])
    asking.publish()
    text = told(asking.open("maria"))["Foto"]
    assert "Johan" not in text
    assert "Maria Lindqvist : ja" in text
    assert "Maria Chen : har inte svarat" in text


def test_a_family_that_stands_outside_has_none(asking: Preschool) -> None:
    asking.publish()
    titles = {seen.page.title for seen in asking.open("ingrid").pages}
    assert "Samtycken: Li" in titles
    assert "Samtycken: Ylva" not in titles


def test_a_preschool_that_takes_no_answers_has_none(asking: Preschool) -> None:
    asking.settings_text = asking.settings_text.replace(WAY, "")
    asking.publish()
    assert not listed(asking.open("maria"))


def test_one_who_has_left_has_it_in_the_last_month_that_the_family_reads(asking: Preschool) -> None:
    asking.row("placeringar", "alva")[3] = "2026-09-10"
    asking.publish()
    (seen,) = listed(asking.open("maria"))
    assert seen.month == "2026-10"


def test_it_is_the_same_until_an_answer_is_another_and_a_part_gives_what_the_whole_does(
    asking: Preschool, tmp_path: Path
) -> None:
    asking.publish()
    (before,) = listed(asking.open("maria"))
    asking.later(days=1).publish()
    (same,) = listed(asking.open("maria"))
    assert same.page.page == before.page.page
    asking.post("Solrosen/2026-11-24 Nytt", "Barn: Alva\n\nHej.")
    asking.later(minutes=5).publish()
    asking.tables["samtycken"].append(["alva", "foto", "nej", "", "2026-11-24", "johan", "", ""])
    asking.later(minutes=5).publish(sequence=SEQUENCE)
    assert "Johan : nej" in told(asking.open("maria"))["Foto"]
    made = asking.files()
    assert differing(made, rebuilt(asking, tmp_path / "annan")) == set()


def test_who_can_see_it_is_proven_like_any_page(asking: Preschool) -> None:
    from tests.whole.shell import Shell

    asking.publish()
    answer = Shell(asking.root).answer("who-can-see", "Samtycken: Alva", "--site", asking.root)
    assert {row["name"] for row in answer["readers"]} == {"Maria Lindqvist", "Johan Ek", "Petra Lund", "Ingrid Hallberg"}  # type: ignore[attr-defined] # fmt: skip
