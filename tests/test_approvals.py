"""What the principal approves and sends back, through the commands and the files."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pluttra_publish.approvals import FILE, find_post, read_approvals, read_posts, send_back
from pluttra_publish.cli import main
from pluttra_publish.errors import Findings, RegisterError, UsageError
from pluttra_publish.register import empty_register
from pluttra_publish.settings import Settings, read_settings
from pluttra_publish.site import Post, returned_text

KOJA = "inlagg/Solrosen/2026-03-12 Koja"
TODAY = datetime(2026, 4, 1).date()


@pytest.fixture
def site(tmp_path: Path) -> Path:
    (tmp_path / "pluttra.toml").write_text(
        'name = "Äpplet"\nurl = "http://localhost"\napproval = "principal"\n', encoding="utf-8"
    )
    (tmp_path / "register").mkdir()
    for name, text in empty_register().items():
        (tmp_path / "register" / name).write_bytes(text.encode())
    staff = (tmp_path / "register" / "personal.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert staff == "id;förnamn;efternamn;epost;roll;från;till"
    row = "ingrid;Ingrid;Hallberg;ingrid@example.se;rektor;2020-01-01;"
    (tmp_path / "register" / "personal.csv").write_bytes(f"{staff}\n{row}\n".encode())
    write(tmp_path, "Status: inskickad\n\nEn koja.")
    return tmp_path


def write(site: Path, text: str, folder: str = KOJA, name: str = "text.md") -> Path:
    file = site / folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())
    return file


def settings(site: Path) -> Settings:
    return read_settings(site)


def post(site: Path) -> Post:
    return find_post(read_posts(settings(site), TODAY)[0], KOJA)


def may_publish(site: Path) -> bool:
    return read_approvals(settings(site)).may_publish(post(site))


def run(site: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, [*arguments, "--site", str(site)])


def test_a_post_waits_until_it_is_approved_and_waits_again_when_it_is_changed(site: Path) -> None:
    assert not may_publish(site)
    assert run(site, "approve", KOJA).exit_code == 0
    assert may_publish(site)
    write(site, "Status: inskickad\n\nEn större koja.")
    assert not may_publish(site)


def test_a_new_file_in_an_approved_post_makes_it_wait(site: Path) -> None:
    run(site, "approve", KOJA)
    write(site, "# ingenting\n", name="bilder.toml")
    assert not may_publish(site)


def test_writing_published_in_the_text_approves_nothing(site: Path) -> None:
    write(site, "Status: publicerad\n\nEn koja.")
    assert not may_publish(site)
    write(site, "En koja utan rader.")
    assert not may_publish(site)


def test_a_copy_of_an_approved_post_in_another_place_waits(site: Path) -> None:
    run(site, "approve", KOJA)
    elsewhere = "inlagg/forskolan/2026-03-12 Koja"
    write(site, "Status: inskickad\n\nEn koja.", folder=elsewhere)
    copied = find_post(read_posts(settings(site), TODAY)[0], elsewhere)
    assert not read_approvals(settings(site)).may_publish(copied)


def test_without_approval_published_is_published_and_submitted_waits_for_somebody(site: Path) -> None:
    toml = site / "pluttra.toml"
    toml.write_text(toml.read_text(encoding="utf-8").replace('"principal"', '"none"'), encoding="utf-8")
    assert not may_publish(site)
    write(site, "En koja.")
    assert may_publish(site)


def test_the_list_names_what_waits_and_approves_nothing(site: Path) -> None:
    write(site, "Status: utkast\n\nInte klart.", folder="inlagg/Solrosen/2026-03-13 Utkast")
    listed = run(site, "approve", "--list", "--json")
    assert json.loads(listed.output) == {"waiting": [KOJA]}
    assert not may_publish(site)


def test_all_that_waits_is_approved_at_once(site: Path) -> None:
    write(site, "Status: inskickad\n\nTvå.", folder="inlagg/Solrosen/2026-03-13 Två")
    approved = json.loads(run(site, "approve", "--all", "--json").output)
    assert approved == {"approved": [KOJA, "inlagg/Solrosen/2026-03-13 Två"], "by": "ingrid"}
    assert json.loads(run(site, "approve", "--list", "--json").output) == {"waiting": []}


def test_what_is_approved_by_whom_stands_in_the_private_state_alone(site: Path) -> None:
    before = (site / KOJA / "text.md").read_bytes()
    run(site, "approve", KOJA)
    (entry,) = json.loads((site / "privat" / FILE).read_text(encoding="utf-8")).values()
    assert entry["by"] == "ingrid"
    assert (site / KOJA / "text.md").read_bytes() == before


def test_only_a_principal_can_approve(site: Path) -> None:
    assert run(site, "approve", KOJA, "--by", "Petra").exit_code == UsageError.exit_code
    assert not may_publish(site)


def test_a_draft_cannot_be_approved(site: Path) -> None:
    write(site, "Status: utkast\n\nInte klart.")
    assert run(site, "approve", KOJA).exit_code == UsageError.exit_code


@pytest.mark.parametrize("arguments", [[], ["--all", KOJA], ["--all", "--list"], ["inlagg/Solrosen/Finns inte"]])
def test_a_command_that_cannot_be_meant_is_refused(site: Path, arguments: list[str]) -> None:
    assert run(site, "approve", *arguments).exit_code == UsageError.exit_code


def test_a_returned_post_says_why_and_is_no_longer_approved(site: Path) -> None:
    run(site, "approve", KOJA)
    assert run(site, "return", "Koja", "--reason", "Fråga Samiras familj först").exit_code == 0
    assert (site / KOJA / "text.md").read_text(encoding="utf-8") == (
        "Status: returnerad\nAnledning: Fråga Samiras familj först\n\nEn koja."
    )
    returned = post(site)
    assert (returned.status, returned.reason) == ("returned", "Fråga Samiras familj först")
    assert not may_publish(site)
    findings = Findings()
    read_approvals(settings(site)).remind(returned, findings)
    assert "Fråga Samiras familj först" in str(findings.warnings[0])


def test_a_post_without_a_text_gets_one_when_it_is_returned(site: Path) -> None:
    folder = "inlagg/Solrosen/2026-03-14 Bara bild"
    (site / folder).mkdir()
    photo = Path(__file__).parents[1] / "content/inlagg/Solrosen/2026-10-14 Vi byggde koja/koja-1.jpg"
    (site / folder / "a.jpg").write_bytes(photo.read_bytes())
    found = find_post(read_posts(settings(site), TODAY)[0], folder)
    assert send_back(settings(site), found, "Vilka är med?").read_text(encoding="utf-8") == (
        "Status: returnerad\nAnledning: Vilka är med?\n\n"
    )


def test_a_return_without_a_reason_is_refused(site: Path) -> None:
    assert run(site, "return", KOJA, "--reason", " ").exit_code == UsageError.exit_code


def test_a_damaged_list_approves_nothing(site: Path) -> None:
    (site / "privat").mkdir()
    (site / "privat" / FILE).write_text("{", encoding="utf-8")
    with pytest.raises(RegisterError, match="godkanda"):
        may_publish(site)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Hej.", "Status: returnerad\nAnledning: Nej\n\nHej."),
        ("", "Status: returnerad\nAnledning: Nej\n\n"),
        ("Titel: Koja\nStatus: utkast\n\nHej.", "Status: returnerad\nAnledning: Nej\nTitel: Koja\n\nHej."),
        (
            "Status: inskickad\nAnledning: Gammal\n  och lång\nTitel: Koja\n\nHej.",
            "Status: returnerad\nAnledning: Nej\nTitel: Koja\n\nHej.",
        ),
        (
            "---\nTitel: Koja\nStatus: utkast\n---\nHej.",
            "---\nStatus: returnerad\nAnledning: Nej\nTitel: Koja\n---\nHej.",
        ),
        (
            "Titel: Koja\r\nStatus: utkast\r\n\r\nHej.\r\n",
            "Status: returnerad\r\nAnledning: Nej\r\nTitel: Koja\r\n\r\nHej.\r\n",
        ),
        ("\ufeffStatus: utkast\n\nHej.", "\ufeffStatus: returnerad\nAnledning: Nej\n\nHej."),
    ],
)
def test_only_status_and_reason_are_changed_in_a_returned_text(before: str, after: str) -> None:
    assert returned_text(before.encode(), "Nej").decode() == after


def test_a_text_in_another_encoding_keeps_it() -> None:
    assert returned_text("Hej.".encode("utf-16"), "Nej").decode("utf-16").endswith("Nej\n\nHej.")
