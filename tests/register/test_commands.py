"""`pluttra register …` as it is typed."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pluttra_publish.cli.register import register
from tests.register.importing.sources import (
    AKE,
    ALVA,
    MAPPING,
    NOAH,
    SCHOOL,
    mapped_csv,
    own_csv,
    pages,
    registered,
    site,
    ss12000,
    write,
)

MARKED = (replace(ALVA, marking="Sekretessmarkering"), NOAH, AKE)


def run(*words: object) -> Result:
    return CliRunner().invoke(register, [str(word) for word in words])


def told(*words: object) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(run(*words, "--json").stdout)
    return value


def test_an_import_is_shown_first_and_a_widening_needs_its_own_word(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    command = ["import", write(tmp_path / "a", pages(ss12000(SCHOOL))), "--site", here.root]
    shown = run(*command)
    assert shown.exit_code == 0
    assert "+ barn.csv: Alva Lindqvist" in shown.stdout
    assert "+ Johan Ek: avdelningen Solrosen, 2024-08 och framåt" in shown.stdout
    assert "Ingenting är skrivet" in shown.stdout
    refused = run(*command, "--apply")
    assert refused.exit_code == 5
    assert "--allow-wider" in refused.stderr
    assert registered(here).children == ()
    assert run(*command, "--apply", "--allow-wider").exit_code == 0
    assert len(registered(here).children) == 3
    assert "Ingen skillnad" in run(*command).stdout


def test_a_refused_widening_is_told_in_json_too(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    found = run("import", write(tmp_path / "a", own_csv(SCHOOL)), "--site", here.root, "--apply", "--json")
    answer = json.loads(found.stdout)
    assert found.exit_code == answer["exit_code"] == 5
    assert answer["applied"] is False
    assert {row["name"] for row in answer["gains"]} == {"Maria Lindqvist", "Johan Ek", "Karin Öberg; Å"}


def test_a_broken_row_ends_with_the_registers_code(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    files = own_csv(SCHOOL)
    files["placeringar.csv"] = files["placeringar.csv"].replace(b"2024-08-19", b"2024-08-39", 1)
    broken = run("import", write(tmp_path / "a", files), "--site", here.root, "--apply", "--allow-wider", "--json")
    answer = json.loads(broken.stdout)
    assert broken.exit_code == answer["exit_code"] == 5
    assert (answer["errors"][0]["file"], answer["errors"][0]["place"]) == ("placeringar.csv", "rad 2, kolumn från")


def test_only_waiting_speaks_of_families_that_stand_outside(tmp_path: Path) -> None:
    plain, marked = site(tmp_path / "plain"), site(tmp_path / "marked")
    without = run(
        "import", write(tmp_path / "a", pages(ss12000((AKE,)))), "--site", plain.root, "--apply", "--allow-wider"
    )
    both = run(
        "import", write(tmp_path / "b", pages(ss12000(MARKED))), "--site", marked.root, "--apply", "--allow-wider"
    )
    # Blåklockan is a department there; of persons nothing differs.
    assert [line for line in both.stdout.splitlines() if "Blåklockan" not in line] == without.stdout.splitlines()
    for name in ("missing", "import"):
        words = [tmp_path / "b"] if name == "import" else []
        answer = run(name, *words, "--site", marked.root)
        assert not any(person in answer.output for person in ("Alva", "Maria", "Johan", "Noah", "Lindqvist")), name
    waiting = run("waiting", "--site", marked.root).stdout
    assert "Alva Lindqvist" in waiting
    assert "Sekretessmarkering" in waiting
    assert run("waiting", "--site", plain.root).stdout == "Ingen väntar på beslut.\n"


def test_clear_shows_the_family_and_asks_for_yes(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    run("import", write(tmp_path / "b", pages(ss12000(MARKED))), "--site", here.root, "--apply", "--allow-wider")
    shown = run("clear", "Alva", "--site", here.root)
    assert shown.exit_code == 0
    assert "Johan Ek" in shown.stdout
    assert registered(here).children[0].protected is True
    assert told("clear", "Alva", "--yes", "--site", here.root)["cleared"] is True
    assert registered(here).children[0].protected is False
    assert run("clear", "Alva", "--site", here.root).exit_code == 2


def test_missing_lists_whom_to_invite_on_paper(tmp_path: Path) -> None:
    here = site(tmp_path / "site")
    run("import", write(tmp_path / "b", pages(ss12000(SCHOOL))), "--site", here.root, "--apply", "--allow-wider")
    (row,) = told("missing", "--site", here.root)["guardians"]
    assert (row["name"], row["children"]) == ("Karin Öberg; Å", ["Åke Sandström"])


def test_inspect_writes_a_mapping_and_never_over_one(tmp_path: Path) -> None:
    folder = Path(write(tmp_path / "a", mapped_csv(SCHOOL)))
    into = tmp_path / "m.toml"
    answer = told("inspect", *sorted(folder.iterdir()), "--into", into)
    assert [file["table"] for file in answer["files"]] == ["barn", "vardnadshavare"]
    assert run("inspect", *sorted(folder.iterdir()), "--into", into).exit_code == 2
    into.write_text(MAPPING, encoding="utf-8", newline="\n")
    here = site(tmp_path / "site")
    assert told("import", folder, "--mapping", into, "--site", here.root)["gains"]


@pytest.mark.parametrize("source", ["finns-inte", "https://a:b@api.example.se"])
def test_a_source_that_cannot_be_is_refused(tmp_path: Path, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLUTTRA_SS12000_TOKEN", "x")
    assert run("import", source, "--site", site(tmp_path / "site").root).exit_code == 2
