"""A guardian's answers to what is asked for consent to: a no counts at the next publish by itself, a yes when somebody has confirmed it."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from pluttra_publish import log
from pluttra_publish.errors import Findings, UsageError
from pluttra_publish.inbox import Emptied, filed
from pluttra_publish.inbox.filing import DONE
from pluttra_publish.people import read_people
from pluttra_publish.register import Consents
from tests.inbox.sending import Box, Device, done, empty
from tests.whole.preschool import Preschool, clock, photo

LANTERNS = "Lyktvandring"
NAMED = "alva;namn;ja;;2026-08-17;maria;;"
"""For the posts that there are."""


def answered(
    school: Preschool, answer: str, purpose: str = "photo", child: str = "alva", reader: str = "maria"
) -> Emptied:
    box = Box()
    body = {"child": school.keys().opaque_id("child", child), "purpose": purpose, "answer": answer}
    box.leave(Device(school, reader).message("consent", body))
    return empty(school, box)


def asked(school: Preschool, *rows: str, own: str = "") -> None:
    """Let these be the answers there are."""
    school.tables["samtycken"] = [row.split(";") for row in rows]
    school.settings_text += own
    school.write()


def rows(school: Preschool) -> list[str]:
    text = (school.root / "register" / "samtycken.csv").read_text(encoding="utf-8")
    return [line for line in text.split("\n")[1:] if line]


def publish_again(school: Preschool) -> None:
    """Publish with the answers as they stand now."""
    school.tables["samtycken"] = [row.split(";") for row in rows(school)]
    school.later(minutes=20).publish()


def consents(school: Preschool) -> Consents:
    findings = Findings()
    people = read_people(school.settings, findings)
    assert not findings.errors
    return people.consents


def may(school: Preschool, child: str = "alva", purpose: str = "photo") -> bool:
    return consents(school).may(child, purpose, school.now.date())


def approve(school: Preschool, name: str = "Samtycke") -> str:
    with clock(school.now):
        return filed.approve(school.settings, name, "ingrid", identity=school.identity)


class TestNo:
    """It is in the register at once."""

    def test_of_a_yes_of_ones_own_it_is_a_withdrawal(self, school: Preschool) -> None:
        asked(school, "alva;foto;ja;;2026-08-17;maria;;", "alva;foto;ja;;2026-08-17;johan;;")
        emptied = answered(school, "no")
        assert (emptied.came, emptied.waits) == (1, 0)
        assert rows(school) == ["alva;foto;ja;;2026-08-17;maria;;2026-11-23", "alva;foto;ja;;2026-08-17;johan;;"]
        assert not may(school)

    def test_beside_what_others_have_said_it_is_a_row_of_its_own(self, school: Preschool) -> None:
        asked(school, "alva;foto;;allmänt intresse;2026-08-17;;;", "alva;foto;ja;;2026-08-17;johan;;")
        answered(school, "no")
        assert rows(school)[-1] == "alva;foto;nej;;2026-11-23;maria;;"
        assert not may(school)

    def test_where_nobody_has_answered_and_of_a_purpose_of_the_preschools_own(self, school: Preschool) -> None:
        asked(school, own='[consents]\npurposes = ["Vägg"]\n')
        answered(school, "no", "Vägg")
        assert rows(school) == ["alva;Vägg;nej;;2026-11-23;maria;;"]

    def test_after_a_yes_that_has_run_out(self, school: Preschool) -> None:
        asked(school, "alva;foto;ja;;2026-01-17;maria;2026-06-30;", "alva;foto;ja;;2026-11-30;maria;;")
        answered(school, "no")
        assert rows(school) == ["alva;foto;ja;;2026-01-17;maria;2026-06-30;", "alva;foto;ja;;2026-11-30;maria;;2026-11-30", "alva;foto;nej;;2026-11-23;maria;;"]  # fmt: skip

    def test_twice_it_is_one(self, school: Preschool) -> None:
        asked(school)
        ident = secrets.token_hex(16)
        body = {"child": school.keys().opaque_id("child", "alva"), "purpose": "photo", "answer": "no"}
        for _ in range(2):
            done(school, "maria", "consent", body, ident=ident)
        answered(school, "no")
        assert len(rows(school)) == 1

    def test_it_puts_by_a_yes_that_nobody_has_confirmed_yet(self, school: Preschool) -> None:
        asked(school)
        answered(school, "yes")
        answered(school, "yes", reader="johan")
        answered(school, "no")
        assert [one.sender for one in filed.listing(school.settings)] == ["johan"]
        assert len(list((school.root / "inkommet" / DONE).iterdir())) == 1

    def test_it_is_in_the_log_without_names(self, school: Preschool) -> None:
        asked(school)
        answered(school, "no")
        known = log.read(school.state)
        (line,) = (line for line in known.lines if line.command == "consents refused")
        assert set(line.about) == {known.mark("maria"), known.mark("alva")}

    def test_the_rest_of_the_file_stays_as_it_was(self, school: Preschool) -> None:
        path = school.root / "register" / "samtycken.csv"
        before = "\ufeffBarn;Anteckning;Ändamål;Svar;Grund;Datum;Svarat av;Gäller till;Återkallat\r\nalva;”hej”;film;ja;;2026-08-17;maria;;".encode("utf-16")  # fmt: skip
        path.write_bytes(before)
        answered(school, "no")
        assert path.read_bytes().startswith(before)
        assert path.read_bytes().decode("utf-16").split("\r\n")[1:] == [
            "alva;”hej”;film;ja;;2026-08-17;maria;;", "alva;;foto;nej;;2026-11-23;maria;;", ""
        ]  # fmt: skip

    def test_a_file_that_is_not_there_is_made(self, school: Preschool) -> None:
        (school.root / "register" / "samtycken.csv").unlink()
        answered(school, "no")
        assert not may(school)

    def test_what_was_shown_leaves_the_host_at_the_next_publish(self, school: Preschool) -> None:
        asked(school, "noah;foto;ja;;2026-08-17;maria;;", "noah;namn;ja;;2026-08-17;maria;;", NAMED)
        school.post("Blåklockan/2026-11-05 Lyktvandring", "Barn: Noah\n\nVi gick.\n", lykta_jpg=photo("orange"))
        school.publish()
        (before,) = (post for post in school.open("mei").posts if post.card.title == LANTERNS)
        assert before.card.count["photo"] == 1
        lay = set(school.files())
        answered(school, "no", child="noah")
        publish_again(school)
        (after,) = (post for post in school.open("mei").posts if post.card.title == LANTERNS)
        assert after.card.count["photo"] == 0
        gone = {path for path in lay - set(school.files()) if path.startswith("o/")}
        assert len(gone) >= len(before.card.media)
        seen = [post.card.count["photo"] for post in school.open("maria").posts if post.card.title == LANTERNS]
        assert max(seen) == 1  # on the child's own page

    def test_the_same_day_as_a_yes_of_the_others_it_takes_away_and_stops_nothing(self, school: Preschool) -> None:
        """Else the photo would stay where it is until somebody had mended the post."""
        school.tables["relationer"].append(["noah", "johan", "2023-02-24", ""])
        asked(school, "noah;namn;ja;;2026-08-17;maria;;", "noah;foto;ja;;2026-11-23;johan;;", NAMED)
        school.post("Blåklockan/2026-11-23 I dag", "Barn: Noah\n\nNu.\n", nu_jpg=photo("pink"))
        school.publish()
        answered(school, "no", child="noah")
        publish_again(school)
        (today,) = (post for post in school.open("mei").posts if post.card.title == "I dag")
        assert today.card.count["photo"] == 0


class TestYes:
    """It widens, and so it waits."""

    def test_it_waits_and_changes_nothing(self, school: Preschool) -> None:
        asked(school)
        emptied = answered(school, "yes", "film")
        assert emptied.waits == 1
        assert rows(school) == []
        (found,) = filed.listing(school.settings)
        text = found.text
        assert found.name.startswith("2026-11-23 12.00 Samtycke Alva film (")
        assert "- Barn: Alva Lindqvist\n- Ändamål: film\n- Svar: ja\n- Från: Maria Lindqvist\n" in text
        assert "- I registret i dag: har inte svarat\n" in text

    def test_approved_it_is_that_guardians_answer(self, school: Preschool) -> None:
        asked(school)
        answered(school, "yes")
        said = approve(school)
        assert "Det gäller från nästa publicering" in said
        assert rows(school) == ["alva;foto;ja;;2026-11-23;maria;;"]
        assert may(school)
        assert filed.listing(school.settings) == ()

    def test_where_all_guardians_must_answer_one_is_not_enough(self, school: Preschool) -> None:
        asked(school, own='[consents]\nall_guardians = ["film"]\n')
        answered(school, "yes", "film")
        assert "tills också Johan Ek har svarat ja" in approve(school)
        assert not may(school, purpose="film")
        answered(school, "yes", "film", reader="johan")
        assert "Det gäller från nästa publicering" in approve(school)
        assert may(school, purpose="film")

    def test_it_does_not_outweigh_the_no_of_another(self, school: Preschool) -> None:
        asked(school, "alva;foto;nej;;2026-08-17;johan;;")
        answered(school, "yes")
        assert "fortfarande nej, tills också Johan Ek har svarat ja" in approve(school)
        assert not may(school)

    def test_nor_what_the_preschool_has_decided(self, school: Preschool) -> None:
        asked(school, "alva;foto;nej;beslut av rektor;2026-08-17;;;")
        answered(school, "yes")
        assert "eftersom förskolan har beslutat det" in approve(school)

    def test_after_a_no_of_the_same_day_it_counts_from_tomorrow(self, school: Preschool) -> None:
        asked(school)
        answered(school, "no")
        answered(school, "yes")
        assert "från 2026-11-24" in approve(school)
        assert not may(school)
        assert may(school.later(days=1))

    def test_what_is_yes_already_or_waits_already_does_not_wait_twice(self, school: Preschool) -> None:
        asked(school, "alva;film;ja;;2026-08-17;maria;;")
        answered(school, "yes", "film")
        assert filed.listing(school.settings) == ()
        answered(school, "yes")
        answered(school, "yes")
        assert len(filed.listing(school.settings)) == 1

    def test_approved_again_after_a_stop_it_is_one_row(self, school: Preschool) -> None:
        asked(school)
        answered(school, "yes")
        (found,) = filed.listing(school.settings)
        approve(school)
        (found.path.parent / DONE / found.path.name).rename(found.path)
        approve(school)
        assert len(rows(school)) == 1

    @pytest.mark.parametrize("why", ["guardian", "purpose", "outside"])
    def test_it_can_not_be_approved_when_it_is_no_longer_asked_of_them(self, school: Preschool, why: str) -> None:
        asked(school, own='[consents]\npurposes = ["Vägg"]\n')
        answered(school, "yes", "Vägg")
        if why == "guardian":
            school.row("relationer", "alva", "maria")[3] = "2026-11-22"
        elif why == "outside":
            school.row("vardnadshavare", "johan")[5] = "ja"
        else:
            school.settings_text = school.settings_text.replace('purposes = ["Vägg"]', "")
        school.write()
        with pytest.raises(UsageError):
            approve(school)
        assert rows(school) == []


class TestRefused:
    @pytest.mark.parametrize(("child", "reader"), [("noah", "johan"), ("li", "maria"), ("alva", "petra"), ("alva", "ingrid")])  # fmt: skip
    @pytest.mark.parametrize("answer", ["yes", "no"])
    def test_of_another_child_than_ones_own(self, school: Preschool, child: str, reader: str, answer: str) -> None:
        asked(school)
        assert answered(school, answer, child=child, reader=reader).refused == {"may-not": 1}
        assert (rows(school), filed.listing(school.settings)) == ([], ())

    def test_of_a_family_that_stands_outside(self, school: Preschool) -> None:
        school.row("vardnadshavare", "johan")[5] = "ja"
        asked(school)
        assert answered(school, "no").refused.total() == 1
        assert rows(school) == []

    @pytest.mark.parametrize(
        "body",
        [
            {"purpose": "foto"}, {"purpose": "bad"}, {"purpose": 7}, {"answer": "ja"}, {"answer": None}, {"answer": ["no"]}, {"child": "x"}, {"child": "0" * 16},
            {"purpose": "photo;ja\n"}, {"purpose": "=1+1"},
        ],
    )  # fmt: skip
    def test_of_another_shape(self, school: Preschool, body: dict[str, Any]) -> None:
        asked(school)
        box = Box()
        whole = {"child": school.keys().opaque_id("child", "alva"), "purpose": "photo", "answer": "no"} | body
        box.leave(Device(school, "maria").message("consent", whole))
        assert empty(school, box).refused == {"shape": 1}
        assert rows(school) == []

    def test_nothing_is_lost_while_the_file_is_held_by_another_program(self, school: Preschool, box: Box, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
        asked(school)
        body = {"child": school.keys().opaque_id("child", "alva"), "purpose": "photo", "answer": "no"}
        box.leave(Device(school, "maria").message("consent", body))

        def held(*_: object, **__: object) -> None:
            raise PermissionError

        with monkeypatch.context() as patch:
            patch.setattr("pluttra_publish.register.consents_file.write_atomically", held)
            emptied = empty(school, box)
        assert emptied.stuck == 1
        assert "kan inte skrivas" in str(emptied.trouble[0])
        empty(school, box)
        assert len(rows(school)) == 1
