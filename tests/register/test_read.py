"""The register's files, and everything that can be wrong with them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pluttra_publish.errors import Findings, RegisterError
from pluttra_publish.register import Register, Span, check_place, empty_register, quarantined, read_register

FILES = {
    "avdelningar.csv": "id;namn\nsolrosen;Solrosen\nblaklockan;Blåklockan\n",
    "barn.csv": "id;förnamn;efternamn;skyddad\nalva;Alva;Lindqvist;nej\nake;Åke;Sandström;nej\n",
    "vardnadshavare.csv": (
        "id;förnamn;efternamn;epost;språk;skyddad\n"
        "maria;Maria;Lindqvist;maria@example.se;sv;nej\n"
        "per;Per;Sandström;;;nej\n"
    ),
    "relationer.csv": "barn;vårdnadshavare;från;till\nalva;maria;2021-05-11;\nake;per;2021-11-02;2026-11-30\n",
    "placeringar.csv": "barn;avdelning;från;till\nalva;solrosen;2024-08-19;\nake;blaklockan;2024-08-19;\n",
    "personal.csv": (
        "id;förnamn;efternamn;epost;roll;från;till\n"
        "ingrid;Ingrid;Hallberg;ingrid@example.se;rektor;2019-08-01;\n"
        "petra;Petra;Lund;petra@example.se;pedagog;2021-08-09;\n"
    ),
    "personal-avdelningar.csv": "personal;avdelning;från;till\npetra;solrosen;2021-08-09;\n",
}


def read(tmp_path: Path, **changed: str | None) -> tuple[Register, list[str], Findings]:
    folder = tmp_path / "register"
    folder.mkdir()
    for name, text in (FILES | {f"{key.replace('_', '-')}.csv": text for key, text in changed.items()}).items():
        if text is not None:
            (folder / name).write_text(text, encoding="utf-8", newline="")
    findings = Findings()
    return read_register(folder, findings), [str(finding) for finding in findings], findings


def test_a_whole_register_is_read(tmp_path: Path) -> None:
    register, findings, _ = read(tmp_path)
    assert findings == []
    assert [d.name for d in register.departments] == ["Solrosen", "Blåklockan"]
    assert [(c.id, c.name, c.protected) for c in register.children] == [
        ("alva", "Alva Lindqvist", False),
        ("ake", "Åke Sandström", False),
    ]
    assert [(g.id, g.email, g.language) for g in register.guardians] == [
        ("maria", "maria@example.se", "sv"),
        ("per", "", ""),
    ]
    assert register.relations[1].span == Span(date(2021, 11, 2), date(2026, 11, 30))
    assert [(p.child, p.department) for p in register.placements] == [("alva", "solrosen"), ("ake", "blaklockan")]
    assert [(s.id, s.role) for s in register.staff] == [("ingrid", "principal"), ("petra", "pedagogue")]
    assert [(s.staff, s.department) for s in register.staff_departments] == [("petra", "solrosen")]


def test_english_headings_and_roles_are_read_too(tmp_path: Path) -> None:
    register, findings, _ = read(
        tmp_path,
        avdelningar="id,name\nsolrosen,Solrosen\nblaklockan,Blåklockan\n",
        barn="id,first name,last name,protected\nalva,Alva,Lindqvist,no\nake,Åke,Sandström,no\n",
        personal="id\tfirst name\tlast name\temail\trole\tfrom\tto\npetra\tPetra\tLund\t\tpedagogue\t2021-08-09\t\n",
    )
    assert findings == []
    assert quarantined(register) == frozenset()
    assert register.staff[0].role == "pedagogue"


@pytest.mark.parametrize(
    ("written", "outside"),
    [("ja", True), ("JA", True), ("1", True), ("x", True), ("nej", False), ("0", False), ("", True)],
)
def test_the_marking_is_yes_no_or_unknown_and_unknown_counts_as_yes(
    tmp_path: Path, written: str, outside: bool
) -> None:
    register, _, findings = read(
        tmp_path, barn=f"id;förnamn;efternamn;skyddad\nalva;Alva;Lindqvist;{written}\nake;Åke;Sandström;nej\n"
    )
    assert quarantined(register) == ({"alva", "maria"} if outside else set())
    assert findings.errors == []
    assert bool(findings.warnings) == (written == "")


def test_a_marking_that_cannot_be_understood_is_an_error_and_counts_as_yes(tmp_path: Path) -> None:
    register, findings, _ = read(
        tmp_path, barn="id;förnamn;efternamn;skyddad\nalva;Alva;Lindqvist;kanske\nake;Åke;Sandström;nej\n"
    )
    assert quarantined(register) == {"alva", "maria"}
    assert findings == ["register/barn.csv: rad 2, kolumn skyddad: Svaret går inte att tolka. Skriv ja eller nej."]


def test_without_the_column_of_markings_everybody_is_quarantined(tmp_path: Path) -> None:
    register, _, findings = read(tmp_path, barn="id;förnamn;efternamn\nalva;Alva;Lindqvist\nake;Åke;Sandström\n")
    assert quarantined(register) == {"alva", "maria", "ake", "per"}
    assert findings.errors == []
    assert "Kolumnen skyddad saknas" in str(findings.warnings[0])


WRONG = [
    # file, its rows, where and what is told
    ("avdelningar", "solrosen;Solrosen|blaklockan;solrosen", "rad 3: Avdelningens id eller namn finns redan på rad 2."),
    ("avdelningar", "blaklockan;B|solrosen;Personal", "rad 3, kolumn namn: Namnet kan inte vara en mapp"),
    ("avdelningar", "blaklockan;B|solrosen;Sol/ros", "rad 3, kolumn namn: Namnet kan inte vara en mapp"),
    ("barn", "alva;A;L;nej|ake;Å;S;nej|Alva;B;B;nej", "rad 4, kolumn id: Id finns redan i register/barn.csv, rad 2."),
    ("barn", "alva;A;L;nej|ake;;S;nej", "rad 3, kolumn förnamn: Rutan är tom."),
    ("barn", "alva;A;L;nej|ake;Å;S;nej|;B;S;nej", "rad 4, kolumn id: Id saknas."),
    ("barn", "alva;A;L;nej|ake;Å;S;nej|a:b;B;S;nej", "rad 4, kolumn id: Id innehåller annat"),
    ("vardnadshavare", "maria;M;L;m@example;;nej|per;P;S;;;nej", "rad 2, kolumn epost: E-postadressen är inte giltig."),
    ("vardnadshavare", 'maria;M;L;"a@b.se, c@d.se";;nej|per;P;S;;;nej', "rad 2, kolumn epost: E-postadressen är inte"),
    ("vardnadshavare", "maria;M;L;;svenska?;nej|per;P;S;;;nej", "rad 2, kolumn språk: Språkkoden"),
    ("relationer", "alva;x;2021-05-11;", "rad 2, kolumn vårdnadshavare: Id finns inte i vardnadshavare.csv."),
    ("relationer", ";maria;2021-05-11;", "rad 2, kolumn barn: Id saknas."),
    ("relationer", "alva;maria;2021-05-11;|alva;maria;2021-05-11;", "rad 3: Raden är densamma som rad 2."),
    ("relationer", "alva;maria;;", "rad 2, kolumn från: Datum saknas."),
    ("relationer", "alva;maria;2021-02-30;", "rad 2, kolumn från: Datum går inte att tolka."),
    ("relationer", "alva;maria;20210511;", "rad 2, kolumn från: Datum går inte att tolka."),
    ("relationer", "alva;maria;11/5 2021;", "rad 2, kolumn från: Datum går inte att tolka."),
    ("relationer", "alva;maria;0021-05-11;", "rad 2, kolumn från: Datum är orimligt."),
    ("relationer", "alva;maria;2021-05-11;snart", "rad 2, kolumn till: Datum går inte att tolka."),
    ("placeringar", "alva;solrosen;2024-08-19;2024-08-18", "rad 2, kolumn till: Slutdatum är före startdatum."),
    ("placeringar", "alva;Solrosen;2024-08-19;", "rad 2, kolumn avdelning: Id finns inte i avdelningar.csv."),
    ("personal", "petra;P;L;;chef;2021-08-09;", "rad 2, kolumn roll: Rollen finns inte. Skriv pedagog eller rektor."),
    ("personal-avdelningar", "maria;solrosen;2021-08-09;", "rad 2, kolumn personal: Id finns inte i personal.csv."),
]


@pytest.mark.parametrize(("file", "rows", "finding"), WRONG)
def test_what_is_wrong_is_told_once_with_file_row_and_column(
    tmp_path: Path, file: str, rows: str, finding: str
) -> None:
    head = FILES[f"{file}.csv"].splitlines()[0]
    text = "\n".join([head, *rows.split("|")]) + "\n"
    _, told, findings = read(tmp_path, **{file.replace("-", "_"): text})
    assert len(told) == 1
    assert told[0].startswith(f"register/{file}.csv: {finding}")
    assert findings.errors[0].kind is RegisterError


def test_a_guardian_may_not_have_the_id_of_a_child(tmp_path: Path) -> None:
    _, told, _ = read(tmp_path, barn="id;förnamn;efternamn;skyddad\nalva;Alva;L;nej\nake;Å;S;nej\nper;P;B;nej\n")
    assert told[0].startswith(
        "register/vardnadshavare.csv: rad 3, kolumn id: Id finns redan i register/barn.csv, rad 4."
    )


def test_a_missing_file_is_told_with_its_headings(tmp_path: Path) -> None:
    _, told, _ = read(tmp_path, placeringar=None)
    assert told == ["register/placeringar.csv: Filen saknas. Skapa den med rubrikerna barn;avdelning;från;till."]


def test_everything_wrong_is_told_at_once_and_the_rest_is_read(tmp_path: Path) -> None:
    register, _, findings = read(
        tmp_path,
        relationer="barn;vårdnadshavare;från;till\nalva;maria;2021-05-11;\nx;y;z;\n",
        personal="id;förnamn;efternamn;epost;roll;från;till\npetra;P;L;fel;chef;;\n",
    )
    assert len(findings.errors) == 6
    assert len(register.relations) == 1


def test_no_finding_names_a_person(tmp_path: Path) -> None:
    _, told, _ = read(
        tmp_path,
        barn="id;förnamn;efternamn;skyddad\nalva;Alva;Lindqvist;\nalva;Alva;Lindqvist;nej\nake;Åke;Sandström;nej\n",
        vardnadshavare="id;förnamn;efternamn;epost;skyddad\nmaria;Maria;Lindqvist;maria@;\nper;Per;Sandström;;nej\n",
    )
    assert told
    assert not [line for line in told if "Lindqvist" in line or "maria@" in line or "Alva" in line]


def test_the_empty_register_of_init_is_read_without_findings(tmp_path: Path) -> None:
    register, findings, _ = read(
        tmp_path, **{n.removesuffix(".csv").replace("-", "_"): t for n, t in empty_register().items()}
    )
    assert findings == []
    assert register == Register()


def test_a_register_beside_the_posts_is_in_its_place(tmp_path: Path) -> None:
    read(tmp_path)
    (tmp_path / "inlagg").mkdir()
    findings = Findings()
    check_place(tmp_path / "register", tmp_path / "inlagg", findings)
    assert list(findings) == []


def test_a_register_inside_the_posts_is_refused(tmp_path: Path) -> None:
    (tmp_path / "inlagg" / "register").mkdir(parents=True)
    findings = Findings()
    check_place(tmp_path / "inlagg" / "register", tmp_path / "inlagg", findings)
    assert [finding.kind for finding in findings.errors] == [RegisterError]


def test_a_link_out_of_the_posts_folder_does_not_hide_a_register_inside_it(tmp_path: Path) -> None:
    (tmp_path / "inlagg" / "gömd").mkdir(parents=True)
    try:
        (tmp_path / "register").symlink_to(tmp_path / "inlagg" / "gömd", target_is_directory=True)
    except OSError:
        pytest.skip("no links here")
    findings = Findings()
    check_place(tmp_path / "register", tmp_path / "inlagg", findings)
    assert findings.errors


def test_a_copy_of_one_of_its_files_among_the_posts_is_refused_by_name(tmp_path: Path) -> None:
    read(tmp_path)
    stray = tmp_path / "inlagg" / "Solrosen" / "Vardnadshavare.CSV"
    stray.parent.mkdir(parents=True)
    stray.write_text("id\n", encoding="utf-8")
    findings = Findings()
    check_place(tmp_path / "register", tmp_path / "inlagg", findings)
    assert [finding.file for finding in findings.errors] == ["inlagg/Solrosen/Vardnadshavare.CSV"]
