"""An import from a source to the register: the same people whatever it comes as, shown first, and written as one."""

from __future__ import annotations

import json
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings

from pluttra_publish.errors import RegisterError, UsageError
from pluttra_publish.register import Audience, quarantined
from pluttra_publish.register.importing.plan import NotReadable, Wanted, WiderAccess, apply, plan_import
from tests.register.importing.sources import (
    AKE,
    ALVA,
    JOHAN,
    MARIA,
    NOAH,
    NOW,
    SCHOOL,
    TODAY,
    Adult,
    Pupil,
    by_name,
    mapped_csv,
    own_csv,
    pages,
    plan,
    registered,
    schools,
    site,
    ss12000,
    table,
    take_in,
    take_in_mapped,
    write,
)

LATER = NOW + timedelta(days=20)


def test_the_same_children_through_csv_mapped_csv_and_ss12000_give_the_same_register(tmp_path: Path) -> None:
    first, second, third = (site(tmp_path / name) for name in ("one", "two", "three"))
    take_in(first, write(tmp_path / "own", own_csv(SCHOOL)))
    take_in_mapped(second, tmp_path / "mapped", SCHOOL)
    take_in(third, write(tmp_path / "ss", pages(ss12000(SCHOOL))))
    assert by_name(registered(first)) == by_name(registered(second)) == by_name(registered(third))
    assert [child.name for child in registered(first).children] == ["Alva Lindqvist", "Noah Lindqvist", "Åke Sandström"]


@given(schools())
@settings(max_examples=10, deadline=None)
def test_so_do_any_children(school: tuple[Pupil, ...]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        first, second, third = (site(folder / each) for each in ("one", "two", "three"))
        take_in(first, write(folder / "own", own_csv(school)))
        take_in_mapped(second, folder / "mapped", school)
        take_in(third, write(folder / "ss", pages(ss12000(school))))
        assert by_name(registered(first)) == by_name(registered(second)) == by_name(registered(third))


@given(schools())
@settings(max_examples=6, deadline=None)
def test_what_is_read_a_second_time_from_any_source_changes_nothing(school: tuple[Pupil, ...]) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        here = site(folder / "site")
        take_in(here, write(folder / "ss", pages(ss12000(school))))
        before = registered(here)
        take_in(here, write(folder / "ss", pages(ss12000(school))))
        take_in_mapped(here, folder / "mapped", school)
        take_in(here, write(folder / "own", own_csv(school)))
        assert by_name(registered(here)) == by_name(before)
        assert {child.id for child in registered(here).children} == {child.id for child in before.children}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-1", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
def test_encoding_and_delimiter_are_found_out(tmp_path: Path, encoding: str, delimiter: str) -> None:
    here = site(tmp_path / "site")
    take_in_mapped(here, tmp_path / "mapped", SCHOOL, encoding=encoding, delimiter=delimiter)
    assert [child.name for child in registered(here).children][2] == "Åke Sandström"
    assert {row.name for row in registered(here).guardians} == {"Maria Lindqvist", "Johan Ek", "Karin Öberg; Å"}


def test_no_personal_number_gets_into_the_register_or_the_private_folder(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    take_in(here, write(tmp_path / "own", own_csv(SCHOOL)))
    take_in(here, write(tmp_path / "ss", pages(ss12000(SCHOOL))))
    for path in here.root.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not [p for p in (*SCHOOL, *ALVA.adults) if p.number.encode() in content], path
            assert not [p for p in (*SCHOOL, *ALVA.adults) if p.number[2:].encode() in content], path


def test_nothing_is_written_until_it_is_asked_for(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    before = {path: path.read_bytes() for path in here.root.rglob("*") if path.is_file()}
    plan(here, write(tmp_path / "own", own_csv(SCHOOL)))
    assert {path: path.read_bytes() for path in here.root.rglob("*") if path.is_file()} == before


def test_who_gains_what_is_told_by_name_and_needs_to_be_allowed(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    planned = plan(here, write(tmp_path / "own", own_csv(SCHOOL)))
    gained = {(row.name, row.title) for row in planned.difference.gains}
    assert ("Johan Ek", "avdelningen Solrosen") in gained
    assert ("Johan Ek", "avdelningen Blåklockan") not in gained
    with pytest.raises(WiderAccess) as refused:
        apply(here, planned, allow_wider=False, now=NOW)
    assert refused.value.exit_code == 5
    assert registered(here).children == ()


def test_a_child_gone_from_the_source_ends_and_its_guardians_keep_what_concerned_it(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    take_in(here, write(tmp_path / "a", pages(ss12000(SCHOOL))))
    planned = take_in(here, write(tmp_path / "b", pages(ss12000((NOAH, AKE)))))
    assert planned.difference.gains == ()
    assert {("ended", "placeringar.csv")} == {(row.kind, row.file) for row in planned.difference.rows}
    lost = {(row.name, row.audience.kind) for row in planned.difference.losses}
    assert ("Johan Ek", "department") in lost
    register = registered(here)
    assert len(register.children) == 3
    assert all(row.span.end is None for row in register.relations)


def test_a_guardian_no_longer_named_for_a_child_who_stays_is_ended_today(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    take_in(here, write(tmp_path / "a", pages(ss12000(SCHOOL))))
    alone = replace(ALVA, adults=(MARIA,))
    planned = take_in(here, write(tmp_path / "b", pages(ss12000((alone, NOAH, AKE)))))
    assert {row.name for row in planned.difference.losses if row.audience.kind == "child"} == {"Johan Ek"}
    ended = [row for row in registered(here).relations if row.span.end]
    assert [row.span.end for row in ended] == [TODAY]
    assert len(registered(here).guardians) == 3


def test_a_relation_that_the_preschool_has_ended_is_not_opened_by_a_source(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    take_in(here, write(tmp_path / "a", pages(ss12000(SCHOOL))))
    johan = next(row.id for row in registered(here).guardians if row.first_name == "Johan")
    file = here.register / "relationer.csv"
    text = file.read_text(encoding="utf-8-sig")
    lines = [f"{line}2026-09-01" if f";{johan};" in line else line for line in text.splitlines()]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    planned = plan(here, write(tmp_path / "a", pages(ss12000(SCHOOL))))
    assert planned.difference.gains == ()
    assert [row.adult for row in planned.undecided] == ["Johan Ek"]


def test_one_whom_an_import_ended_comes_back_when_the_source_has_them_again(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    take_in(here, write(tmp_path / "a", pages(ss12000(SCHOOL))))
    alone = replace(ALVA, adults=(MARIA,))
    take_in(here, write(tmp_path / "b", pages(ss12000((alone, NOAH, AKE)))))
    planned = take_in(here, write(tmp_path / "a", pages(ss12000(SCHOOL))), now=LATER)
    assert {row.name for row in planned.difference.gains} == {"Johan Ek"}
    rows = [row for row in registered(here).relations if row.span.end is None]
    assert len(rows) == len(ALVA.adults) + len(NOAH.adults) + len(AKE.adults)


def test_a_move_ends_one_placement_and_begins_another(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    take_in(here, write(tmp_path / "a", pages(ss12000(SCHOOL))))
    moved = replace(ALVA, department="Blåklockan", start=date(2026, 9, 1))
    planned = take_in(here, write(tmp_path / "b", pages(ss12000((moved, NOAH, AKE)))))
    assert {row.audience for row in planned.difference.gains if row.name == "Johan Ek"} == {
        Audience("department", "blaklockan")
    }
    ident = next(child.id for child in registered(here).children if child.first_name == "Alva")
    spans = [(row.department, row.span.end) for row in registered(here).placements if row.child == ident]
    assert spans == [("solrosen", TODAY), ("blaklockan", None)]


def test_a_placement_that_never_began_is_taken_away_and_gives_nobody_a_day(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    coming = Pupil("202401010004", "Ida", "Ny", "Solrosen", date(2026, 9, 20), (Adult("199101010004", "Ulf", "Ny"),))
    take_in(here, write(tmp_path / "a", pages(ss12000((*SCHOOL, coming)))))
    planned = take_in(here, write(tmp_path / "b", pages(ss12000(SCHOOL))))
    assert ("removed", "placeringar.csv") in {(row.kind, row.file) for row in planned.difference.rows}
    assert planned.difference.gains == ()


def test_earlier_files_are_kept_and_columns_of_ones_own_stay(tmp_path: Path) -> None:
    own = {
        "barn.csv": 'id;förnamn;efternamn;skyddad;"allergi; mat"\r\nalva;Alva;Lindqvist;nej;"nötter; ägg"\r\n',
        "vardnadshavare.csv": "id,förnamn,efternamn,epost,skyddad\nmaria,Maria,Lindqvist,maria@example.se,nej\n",
        "relationer.csv": "barn;vårdnadshavare;från;till\nalva;maria;2021-05-11;\n",
    }
    here = site(tmp_path / "site", own)
    planned = take_in(here, write(tmp_path / "a", pages(ss12000(SCHOOL))))
    assert planned.matched == ("Alva Lindqvist", "Maria Lindqvist")
    text = (here.register / "barn.csv").read_text(encoding="utf-8-sig")
    assert text.splitlines()[:2] == [
        'id;förnamn;efternamn;skyddad;"allergi; mat"',
        'alva;Alva;Lindqvist;nej;"nötter; ägg"',
    ]
    earlier = list((here.register / "tidigare").iterdir())
    assert len(earlier) == 1
    assert (earlier[0] / "barn.csv").read_text(encoding="utf-8") == own["barn.csv"].replace("\r\n", "\n")
    assert not [path for path in here.register.iterdir() if path.name.startswith(".")]


def test_an_adult_with_the_same_name_and_no_tie_is_somebody_else(tmp_path: Path) -> None:
    own = {
        "barn.csv": "id;förnamn;efternamn;skyddad\nli;Li;Ek;nej\n",
        "vardnadshavare.csv": "id;förnamn;efternamn;epost;skyddad\nmaria;Maria;Lindqvist;annan@example.se;nej\n",
        "relationer.csv": "barn;vårdnadshavare;från;till\nli;maria;2021-05-11;\n",
    }
    here = site(tmp_path / "site", own)
    take_in(here, write(tmp_path / "a", pages(ss12000((ALVA,)))))
    assert sum(row.name == "Maria Lindqvist" for row in registered(here).guardians) == 2


@pytest.mark.parametrize(
    ("wrong", "line", "column"),
    [
        (["2021-05-11", "Li", "Ek", "Solrosen", "2024-08-19", "", "Ingen"], "rad 4", "Barnets personnummer"),
        (["2,02105E+11", "Li", "Ek", "Solrosen", "2024-08-19", "", "Ingen"], "rad 4", "Barnets personnummer"),
        (["20210511-0009", "Li", "Ek", "Solrosen", "19/8 2024", "", "Ingen"], "rad 4", "Placerad"),
        (["20210511-0009", "", "Ek", "Solrosen", "2024-08-19", "", "Ingen"], "rad 4", "Tilltalsnamn"),
        (["20210511-0009", "=HYPERLINK(1)", "Ek", "Solrosen", "2024-08-19", "", "Ingen"], "rad 4", ""),
    ],
)
def test_a_broken_row_is_told_with_file_line_and_column_and_nothing_changes(
    tmp_path: Path, wrong: list[str], line: str, column: str
) -> None:
    here = site(tmp_path / "site")
    take_in_mapped(here, tmp_path / "mapped", SCHOOL[:1])
    before = {path: path.read_bytes() for path in here.root.rglob("*") if path.is_file()}
    files = mapped_csv(SCHOOL[:2], "utf-8")
    files["elever.txt"] += ("\t".join(wrong) + "\r\n").encode("utf-8")
    with pytest.raises(NotReadable) as refused:
        plan(here, write(tmp_path / "broken", files), mapping=tmp_path / "mapped.toml")
    found = [finding for finding in refused.value.findings.errors if finding.file == "elever.txt"]
    assert any(finding.place.startswith(line) and column in finding.place for finding in found)
    assert not any("0009" in str(finding) for finding in refused.value.findings)
    assert refused.value.code == 5
    assert {path: path.read_bytes() for path in here.root.rglob("*") if path.is_file()} == before


def test_a_marked_child_or_adult_quarantines_the_family_and_the_difference_does_not_tell(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    take_in(here, write(tmp_path / "a", pages(ss12000(SCHOOL))))
    marked = replace(JOHAN, marking="Sekretessmarkering")
    now_marked = (replace(ALVA, adults=(MARIA, marked)), NOAH, AKE)
    planned = take_in(here, write(tmp_path / "b", pages(ss12000(now_marked))))
    assert not planned.difference
    assert planned.findings.errors == planned.findings.warnings == []
    register = registered(here)
    assert {row.name for row in register.children if row.id not in quarantined(register)} == {"Åke Sandström"}


def test_marked_stays_marked_when_the_source_no_longer_says_so(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    take_in(here, write(tmp_path / "a", pages(ss12000((replace(ALVA, marking="Skyddad folkbokföring"),)))))
    take_in(here, write(tmp_path / "b", pages(ss12000((ALVA,)))))
    assert registered(here).children[0].protected is True


@pytest.mark.parametrize("marking", ["Hemlig", "ingen uppgift", "None"])
def test_a_marking_that_the_standard_does_not_have_counts_as_marked(tmp_path: Path, marking: str) -> None:
    here = site(tmp_path / "site")
    take_in(here, write(tmp_path / "a", pages(ss12000((replace(ALVA, marking=marking),)))))
    assert registered(here).children[0].protected is True


def test_a_missing_marking_is_unknown_unless_it_is_assumed(tmp_path: Path) -> None:
    resources = ss12000(SCHOOL)
    for person in resources["persons"]:
        del person["securityMarking"]
    for placement in resources["placements"]:
        del placement["child"]["securityMarking"]
    here = site(tmp_path / "site")
    source = write(tmp_path / "a", pages(resources))
    planned = take_in(here, source)
    assert not planned.difference.gains
    assert [row.place for row in planned.findings.warnings] == ["securityMarking"]
    assert {row.protected for row in registered(here).children} == {None}
    planned = take_in(here, source, assume_unmarked=True)
    assert planned.difference.gains
    assert {row.protected for row in (*registered(here).children, *registered(here).guardians)} == {False}


def test_a_source_with_other_names_and_no_mapping_is_refused_with_a_hint(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    with pytest.raises(UsageError) as refused:
        plan(here, write(tmp_path / "a", mapped_csv(SCHOOL)))
    assert "inspect" in refused.value.hint


def test_a_register_that_has_changed_since_the_plan_is_not_overwritten(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    planned = plan(here, write(tmp_path / "a", pages(ss12000(SCHOOL))))
    with (here.register / "avdelningar.csv").open("ab") as file:
        file.write(b"myran;Myran\r\n")
    with pytest.raises(RegisterError):
        apply(here, planned, allow_wider=True, now=NOW)
    assert [row.id for row in registered(here).departments] == ["myran"]


def test_more_than_half_gone_is_warned_about(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    many = tuple(replace(ALVA, number=f"20210511{n:04d}", first=f"Barn{n}") for n in range(6))
    take_in(here, write(tmp_path / "a", pages(ss12000(many))))
    planned = plan(here, write(tmp_path / "b", pages(ss12000(many[:1]))))
    assert [row.file for row in planned.findings.warnings] == ["placeringar.csv"]


def test_skola24_exports_are_read_as_the_manuals_show_them(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    (tmp_path / "m.toml").write_text(
        """
from = 2026-08-17
[[file]]
name = "barn.txt"
table = "barn"
headings = false
[file.columns]
1 = "enhet"
2 = "avdelning"
3 = "personnummer"
4 = "förnamn"
5 = "efternamn"
6 = "skyddad"
[[file]]
name = "vh.txt"
table = "vardnadshavare"
headings = false
[file.columns]
1 = "barn"
2 = "personnummer"
3 = "förnamn"
4 = "efternamn"
5 = "epost"
[[file]]
name = "personal.txt"
table = "personal"
headings = false
[file.columns]
2 = "avdelning"
3 = "personnummer"
4 = "förnamn"
5 = "efternamn"
7 = "epost"
""",
        encoding="utf-8",
        newline="\n",
    )
    source = write(
        tmp_path / "skola24",
        {
            "barn.txt": b"Backen;Solrosen;210511-0001;Alva;Lindqvist;0\nBacken;Solrosen;2101010002;Li;Ek;1\n",
            "vh.txt": b"20210511-0001;8502030001;Maria;Lindqvist;maria@example.se;0701234567\n202105110001;198601020002;Johan;Ek\n",
            "personal.txt": b"Backen;Solrosen;700101-1234;Petra;Lund;PL;petra@example.se\n",
        },
    )
    take_in(here, source, mapping=tmp_path / "m.toml", assume_unmarked=True)
    register = registered(here)
    assert {(row.name, row.email) for row in register.guardians} == {
        ("Maria Lindqvist", "maria@example.se"),
        ("Johan Ek", ""),
    }
    assert [(row.name, row.role) for row in register.staff] == [("Petra Lund", "pedagogue")]
    assert {row.span.start for row in (*register.placements, *register.relations)} == {date(2026, 8, 17)}
    assert [row.protected for row in register.children] == [False, True]


def test_only_what_the_files_speak_of_is_ended(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    take_in_mapped(here, tmp_path / "mapped", SCHOOL)
    files = mapped_csv(SCHOOL)
    del files["föräldrar.txt"]
    planned = plan(here, write(tmp_path / "only", files), mapping=tmp_path / "mapped.toml")
    assert not planned.difference


def test_an_address_that_is_none_is_warned_about_unless_the_family_stands_outside(tmp_path: Path) -> None:
    wrong = (replace(ALVA, adults=(replace(MARIA, email="maria@"),)), replace(AKE, marking="Sekretessmarkering"))
    hidden = (wrong[0], replace(wrong[1], adults=(Adult("199001010003", "Karin", "Öberg", "karin@"),)))
    here = site(tmp_path / "site")
    planned = take_in(here, write(tmp_path / "a", pages(ss12000(hidden))))
    assert [row.file for row in planned.findings.warnings] == [f"persons/a-{MARIA.number[4:]}"]
    assert {row.email for row in registered(here).guardians} == {""}


def test_several_files_can_be_named(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    folder = Path(write(tmp_path / "own", own_csv(SCHOOL)))
    wanted = Wanted(tuple(str(path) for path in sorted(folder.iterdir())))
    assert plan_import(here, wanted, now=NOW).difference.gains


def test_the_log_tells_when_and_which_ids_and_no_names(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    take_in(here, write(tmp_path / "own", own_csv(SCHOOL)))
    text = (here.state / "logg.jsonl").read_text(encoding="utf-8")
    assert json.loads(text)["command"] == "register import"
    assert not any(person.first in text or person.last in text for person in (*SCHOOL, *ALVA.adults))


def test_a_guardian_without_number_is_the_same_one_next_time(tmp_path: Path) -> None:
    mapping = tmp_path / "m.toml"
    mapping.write_text(
        '[[file]]\nname="b.csv"\ntable="barn"\n[file.columns]\nPnr="personnummer"\nFörnamn="förnamn"\nAvd="avdelning"\n'
        '[[file]]\nname="v.csv"\ntable="vardnadshavare"\n[file.columns]\nBarn="barn"\nNamn="namn"\n'.replace(
            "Förnamn=", '"Förnamn"='
        ),
        encoding="utf-8",
        newline="\n",
    )
    files = {
        "b.csv": table(
            ["Pnr", "Förnamn", "Avd"], [["20210511-0001", "Alva", "Solrosen"], ["20210511-0002", "Li", "Solrosen"]]
        ),
        "v.csv": table(["Barn", "Namn"], [["20210511-0001", "Ek, Anna"], ["20210511-0002", "Ek, Anna"]]),
    }
    here = site(tmp_path / "site")
    source = write(tmp_path / "x", {name: text.encode() for name, text in files.items()})
    take_in(here, source, mapping=mapping, assume_unmarked=True)
    assert [row.name for row in registered(here).guardians] == ["Anna Ek", "Anna Ek"]
    assert not plan(here, source, mapping=mapping, assume_unmarked=True).difference
