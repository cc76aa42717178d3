"""Consents from the register to what opens: stopped, narrowed, masked, listed."""

from __future__ import annotations

from pathlib import Path

import pytest

from pluttra_publish.errors import CheckFailed, ConsentError
from pluttra_publish.format.layout import object_path
from pluttra_publish.open import Opened, SeenPage, SeenPost
from pluttra_publish.proof import who_can_see
from tests.whole.preschool import PURPOSES, Preschool, clock, grain

TITLE = "Vi målar"
ANSWERED = "2025-08-18"


@pytest.fixture
def painting(school: Preschool) -> Preschool:
    """A department's post with two photos, of which one shows Alva; everybody may be seen."""
    text = f'Titel: {TITLE}\n\nRött och blått.\n\n![Alva målar](alva.jpg "Rött på näsan"){{barn="Alva"}}\n\n![Burkarna](burkar.jpg)\n'
    school.post("Solrosen/2026-11-10 Vi målar", text, **{"alva.jpg": grain(1), "burkar.jpg": grain(2)})
    school.tables["barn"].append(["sam", "Sam", "Berg", "nej"])
    school.tables["vardnadshavare"].append(["bo", "Bo", "Berg", "bo@example.se", "sv", "nej"])
    school.tables["relationer"].append(["sam", "bo", "2021-01-01", ""])
    school.tables["placeringar"].append(["sam", "solrosen", "2024-08-19", ""])
    answers(school)
    return school


def answers(school: Preschool, *, withdrawn: str = "", photo: str = "ja") -> None:
    """Let guardians answer for every child; `photo` is Maria's answer for Alva, and `withdrawn` the day it was taken back."""
    guardian = {"alva": "maria", "noah": "maria", "li": "mei", "ylva": "ragnhild", "sam": "bo"}
    school.tables["samtycken"] = [
        [child, purpose, "ja", "", ANSWERED, by, "", ""]
        for child, by in guardian.items()
        for purpose in PURPOSES
        if (child, purpose) != ("alva", "foto")
    ]
    if photo:
        school.tables["samtycken"].append(["alva", "foto", photo, "", ANSWERED, "maria", "", withdrawn])


def found(opened: Opened) -> SeenPost:
    (post,) = (post for post in opened.posts if post.card.title == TITLE)
    return post


def test_a_photo_of_a_child_without_consent_stops_the_publish_and_names_photo_child_and_mends(
    painting: Preschool,
) -> None:
    answers(painting, photo="")
    with pytest.raises(CheckFailed) as stopped:
        painting.publish()
    assert stopped.value.code == ConsentError.exit_code
    (finding,) = stopped.value.findings.errors
    assert "alva.jpg" in f"{finding.place} {finding.message}"
    assert "Alva" in finding.message
    assert all(word in finding.mend for word in ("barn/", "mask"))
    assert not painting.public.exists()


def test_a_withdrawn_consent_takes_the_photo_from_everybody_but_the_childs_own_page(painting: Preschool) -> None:
    painting.publish()
    before = {object_path(reference.name) for reference in found(painting.open("bo")).card.media}
    whole = len(before)
    answers(painting, withdrawn="2026-11-20")
    report = painting.publish()
    assert any("alva.jpg" in f"{finding.place} {finding.message}" for finding in report.findings.warnings)
    others, own = painting.open("bo"), painting.open("maria")
    assert len(found(others).card.media) < whole == len(found(own).card.media)
    page = others.content(found(others).card.page).decode()
    assert "Alva målar" not in page
    assert "näsan" not in page
    assert "Burkarna" in page
    whole_page = own.content(found(own).card.page).decode()
    assert "Alva målar" in whole_page
    assert "<figcaption>Rött på näsan</figcaption>" in whole_page
    kept = {object_path(reference.name) for reference in found(others).card.media}
    anew = {object_path(reference.name) for reference in found(own).card.media}
    assert not anew & before
    assert not (before - kept) & set(painting.files())


def test_who_sees_a_photo_that_was_withdrawn_is_the_childs_own_and_the_post_is_counted_once(
    painting: Preschool,
) -> None:
    whole = painting.publish().posts
    answers(painting, withdrawn="2026-11-20")
    assert painting.publish().posts == whole
    folder = Path("inlagg/Solrosen/2026-11-10 Vi målar")
    with clock(painting.now):
        photo, post = (
            who_can_see(painting.settings, path, identity=painting.identity) for path in (folder / "alva.jpg", folder)
        )
    assert {row.who.id for row in photo.readers} == {"maria", "johan", "petra", "ingrid"}
    assert {row.who.id for row in post.readers} == {"maria", "johan", "petra", "ingrid", "bo"}
    assert all(row.opens for row in (*photo.readers, *post.readers))


def test_a_masked_child_needs_no_consent_and_no_copy_shows_the_child(painting: Preschool) -> None:
    painting.publish()
    clear = painting.open("bo")
    seen = {clear.content(reference) for reference in found(clear).card.media}
    answers(painting, photo="nej")
    sidecar = '["alva.jpg"]\nbarn = ["Alva"]\n\n["alva.jpg".masker]\nAlva = [[0.1, 0.1, 0.5, 0.5]]\n'
    (painting.root / "inlagg/Solrosen/2026-11-10 Vi målar/bilder.toml").write_text(sidecar, encoding="utf-8")
    painting.publish()
    masked = painting.open("bo")
    shown = {masked.content(reference) for reference in found(masked).card.media}
    assert len(shown) == len(seen)
    assert len(shown & seen) < len(seen)


def test_the_staff_has_the_quick_reference_list_without_reasons_and_guardians_do_not(painting: Preschool) -> None:
    answers(painting, photo="nej")
    (painting.root / "inlagg/Solrosen/2026-11-10 Vi målar/alva.jpg").unlink()
    painting.post("Solrosen/2026-11-10 Vi målar", f"Titel: {TITLE}\n\nRött.\n")
    painting.publish()
    opened = painting.open("petra")
    text = opened.content(listed(opened).page.page).decode()
    assert "Alva Lindqvist" in text
    assert "NEJ" in text
    assert "Ylva" not in text
    assert ANSWERED not in text
    assert not [page for page in painting.open("maria").pages if page.page.kind == "consents"]


def listed(opened: Opened) -> SeenPage:
    (page,) = (page for page in opened.pages if page.page.kind == "consents" and "Solrosen" in page.page.title)
    return page


def test_the_list_is_sealed_anew_when_an_answer_changes_or_has_an_end_and_not_every_day(painting: Preschool) -> None:
    painting.publish()
    first = listed(painting.open("petra")).page.page
    painting.later(days=1).publish()
    assert listed(painting.open("petra")).page.page == first
    painting.later(days=5).publish()
    assert listed(painting.open("petra")).page.page == first
    row = painting.row("samtycken", "alva", "foto")
    row[6] = "2026-12-18"
    painting.publish()
    opened = painting.open("petra")
    until = opened.content(listed(opened).page.page).decode()
    assert "längst till och med" in until
    assert "18 december 2026" in until
    row[6], row[7] = "", f"{painting.now:%Y-%m-%d}"
    painting.later(days=1).publish()
    assert listed(painting.open("petra")).page.page != first


def test_a_development_talk_is_read_by_the_childs_guardians_and_staff_only(painting: Preschool) -> None:
    talk = painting.root / "samtal" / "Alva Lindqvist" / "2026-11-26"
    talk.mkdir(parents=True)
    (talk / "inbjudan.md").write_text("Tid: 15.30\nPlats: Lekrummet\n\nVälkomna.\n", encoding="utf-8")
    painting.publish()
    read = {
        reader: [page.page.kind for page in painting.open(reader).pages]
        for reader in ("maria", "johan", "petra", "mei", "bo")
    }
    assert {reader for reader, kinds in read.items() if "talk" in kinds} == {"maria", "johan", "petra"}
