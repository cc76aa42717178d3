"""Invitations on paper: one page each, whose square code is the link."""

from __future__ import annotations

import stat
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pypdf
import pypdfium2
import pytest
import zxingcpp

from pluttra_publish.letters.paper import paper
from pluttra_publish.letters.said import From, Said, invitation
from pluttra_publish.letters.words import LANGUAGES, words_in
from pluttra_publish.open import folder, open_site
from tests.letters.mailing import MailingPreschool
from tests.letters.post_office import PostOffice
from tests.whole.shell import Shell

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
LINK = "https://dagar.backen.example/#i=AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"


def letter(language: str, *, name: str = "Maria Lindqvist", preschool: str = "Backens förskola") -> Said:
    sender = From(preschool, "Ingrid på Backens förskola")
    return invitation(words_in(language), sender, name=name, url=LINK, ends=datetime(2026, 12, 7, 12))


def codes(pdf: Path) -> list[list[str]]:
    """Return what a camera reads on each page."""
    found = []
    with pypdfium2.PdfDocument(pdf) as document:
        for number in range(len(document)):
            page = document[number]
            seen: Any = page.render(scale=2).to_pil().convert("L")
            found.append([code.text for code in zxingcpp.read_barcodes(seen)])
            page.close()
    return found


def words_on(pdf: Path) -> list[str]:
    return [" ".join(page.extract_text().split()) for page in pypdf.PdfReader(pdf).pages]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_is_a_letter_whose_code_is_the_link(tmp_path: Path, language: str) -> None:
    pdf = tmp_path / "brev.pdf"
    pdf.write_bytes(paper([letter(language)], now=NOW))
    assert codes(pdf) == [[LINK]]
    (said,) = words_on(pdf)
    assert LINK in said
    page = pypdf.PdfReader(pdf).pages[0]
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842), "A4"
    if language != "ar":  # what is read out of shaped Arabic is in the order of its shapes
        for text in (letter(language).greeting, letter(language).warning, *letter(language).after):
            assert text in said


def test_arabic_is_shaped_and_runs_from_right_to_left(tmp_path: Path) -> None:
    pdf = tmp_path / "brev.pdf"
    pdf.write_bytes(paper([letter("ar", name="ليلى حداد")], now=NOW))
    reader = pypdf.PdfReader(pdf)
    assert {"NotoSans", "NotoSansArabic"} <= {
        str(font.get_object()["/BaseFont"]).split("+")[1].split("-")[0]
        for page in reader.pages
        for font in page["/Resources"]["/Font"].values()  # type: ignore[index]
    }
    at: dict[str, float] = {}

    def note(text: str, _matrix: object, place: list[float], *_: object) -> None:
        if text.strip():
            at.setdefault(text.strip()[:8], place[4])

    reader.pages[0].extract_text(visitor_text=note)
    assert min(at.values()) >= 60, "nothing runs out of the page"
    with pypdfium2.PdfDocument(pdf) as document:
        page = document[0]
        seen: Any = page.render(scale=1).to_pil().convert("L")
        page.close()
    line = seen.crop((0, 135, seen.width, 160)).point(lambda light: 255 * (light < 128)).getbbox()
    assert line is not None
    assert line[2] > 520, "the greeting ends at the right margin"
    assert line[0] > 250, "and begins far from the left one"


def test_a_letter_fits_its_page_however_long_its_names_are(tmp_path: Path) -> None:
    pdf = tmp_path / "brev.pdf"
    long = "Förskolan Lilla Blåklinten vid Övre Slottsskogens Norra Entré i Majorna-Linné, Göteborgs Stad"
    pdf.write_bytes(paper([letter("fi", name="Anna-Karin Elisabet " * 6, preschool=long)] * 2, now=NOW))
    with pypdfium2.PdfDocument(pdf) as document:
        assert len(document) == 2
        page = document[0]
        seen: Any = page.render(scale=1).to_pil().convert("L")
        page.close()
    inked = seen.point(lambda light: 255 * (light < 200)).getbbox()
    assert inked is not None
    assert inked[3] < 842 - 40
    assert codes(pdf) == [[LINK]] * 2


def test_invite_writes_one_page_for_each_reader_in_a_private_file(at: Shell, school: MailingPreschool, tmp_path: Path) -> None:  # fmt: skip
    school.row("vardnadshavare", "johan")[4] = "so"
    school.publish()
    pdf = tmp_path / "brev.pdf"
    told = at.run("invite", "--department", "Solrosen", "--paper", pdf, "--site", school.root)
    assert told.exit_code == 0, told.output
    assert "#i=" not in told.output
    assert "2 brev" in told.stdout
    first, second = words_on(pdf)
    assert "Salaan Johan Ek!" in first
    assert "Hej Maria Lindqvist!" in second
    ((johan,), (maria,)) = codes(pdf)
    now = int(school.now.timestamp())
    assert open_site(johan, folder(school.public), now=now).keyring.reader.name == "Johan Ek"
    assert open_site(maria, folder(school.public), now=now).keyring.reader.name == "Maria Lindqvist"
    if sys.platform != "win32":
        assert stat.S_IMODE(pdf.stat().st_mode) == 0o600
    assert "inbjuden 2026-11-23 med pappersbrev" in at.run("links", "--site", school.root).stdout


def test_with_mail_paper_is_for_those_without_an_address(at: Shell, school: MailingPreschool, post: PostOffice, tmp_path: Path) -> None:  # fmt: skip
    school.row("vardnadshavare", "johan")[3] = ""
    with post.open():
        school.mails_through(post).publish()
        pdf = tmp_path / "brev.pdf"
        told = at.run("invite", "--department", "Solrosen", "--mail", "--paper", pdf, "--site", school.root)
    assert "Mejlad till: Maria Lindqvist." in told.stdout
    assert [page.split("!")[0].split("Hej ")[1] for page in words_on(pdf)] == ["Johan Ek"]
    assert post.receivers == ["maria@example.se"]


@pytest.mark.parametrize("where", ["inlagg/brev.pdf", "public/brev.pdf", "finns inte/brev.pdf"])
def test_keys_are_not_written_where_they_would_be_synced_or_published(at: Shell, school: MailingPreschool, where: str) -> None:  # fmt: skip
    school.publish()
    before = len(school.keys().invitations)
    told = at.run("invite", "mei", "--paper", school.root / where, "--site", school.root)
    assert told.exit_code == 2
    assert not (school.root / where).exists()
    assert len(school.keys().invitations) == before
