"""Who may be seen, heard and named: no answer is a no, and nothing that ends widens."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pluttra_publish.errors import Findings, RegisterError
from pluttra_publish.register import (
    FILM,
    NAME,
    PHOTO,
    SOUND,
    Answer,
    Consents,
    PurposeNotFound,
    Purposes,
    Register,
    empty_consents,
    guardians_of,
    read_consents,
    write_withdrawal,
)
from pluttra_publish.settings import ConsentSettings
from tests.register.preschool import BLAKLOCKAN, SOLROSEN, child, days, guardian, placed, registers, related

TODAY = date(2026, 3, 12)
EARLIER = date(2025, 9, 1)
NONE = ConsentSettings()

FAMILY = Register(
    departments=(SOLROSEN, BLAKLOCKAN),
    children=(child("alva", "Alva"), child("ake", "Åke"), child("ylva", "Ylva", protected=True)),
    guardians=(guardian("maria"), guardian("johan"), guardian("per"), guardian("ragna")),
    relations=(
        related("alva", "maria"),
        related("alva", "johan"),
        related("ake", "per", end="2026-02-28"),
        related("ylva", "ragna"),
    ),
    placements=(placed("alva", "solrosen"), placed("ake", "blaklockan"), placed("ylva", "solrosen")),
)


def yes(by: str = "maria", *, day: date = EARLIER, purpose: str = PHOTO, who: str = "alva") -> Answer:
    return Answer(who, purpose, True, day, by)


def no(by: str = "maria", *, day: date = EARLIER, purpose: str = PHOTO, who: str = "alva") -> Answer:
    return Answer(who, purpose, False, day, by)


def basis(*, day: date = EARLIER) -> Answer:
    return Answer("alva", PHOTO, True, day, basis="art. 6.1 e")


def may(*answers: Answer, on: date = TODAY, every: bool = False, who: str = "alva") -> bool:
    purposes = Purposes(all_guardians=frozenset({PHOTO} if every else ()))
    return Consents(FAMILY, answers, purposes).may(who, PHOTO, on)


def test_no_answer_is_a_no() -> None:
    assert not may()
    assert not may(yes(purpose=FILM))
    assert not may(yes(), on=EARLIER - timedelta(days=1))


def test_one_guardians_yes_is_enough_unless_the_other_says_no() -> None:
    assert may(yes())
    assert may(yes("maria"), yes("johan"))
    assert not may(yes("maria"), no("johan"))


def test_where_all_guardians_must_answer_every_one_must_have_said_yes() -> None:
    assert not may(yes("maria"), every=True)
    assert may(yes("maria"), yes("johan"), every=True)
    assert not may(yes("maria"), no("johan"), every=True)


def test_the_newest_answer_of_each_guardian_counts_and_of_one_day_the_no() -> None:
    later = EARLIER + timedelta(days=9)
    assert not may(yes(), no(day=later))
    assert may(no(), yes(day=later))
    assert not may(no(), yes())


def test_an_answer_holds_through_its_last_day_and_then_is_a_no_that_an_older_one_does_not_mend() -> None:
    ending = replace(yes(day=EARLIER), until=TODAY)
    assert may(ending)
    assert not may(ending, on=TODAY + timedelta(days=1))
    assert not may(yes(day=date(2025, 1, 1)), ending, on=TODAY + timedelta(days=1))


def test_a_withdrawal_counts_from_its_own_day_and_stands_above_what_the_other_guardian_said() -> None:
    withdrawn = replace(yes(), withdrawn=TODAY)
    assert may(withdrawn, on=TODAY - timedelta(days=1))
    assert not may(withdrawn)
    assert not may(withdrawn, yes("johan"))
    assert may(withdrawn, yes(day=TODAY + timedelta(days=1)), on=TODAY + timedelta(days=1))


def test_a_legal_basis_is_a_yes_until_a_guardian_says_no() -> None:
    assert may(basis())
    assert may(basis(), every=True)
    assert not may(basis(), no("johan"))
    assert not may(basis(), replace(yes(), withdrawn=EARLIER))
    assert may(basis(), replace(yes(), until=EARLIER))
    assert not may(replace(basis(), until=EARLIER))
    assert not may(replace(basis(), withdrawn=EARLIER))
    assert may(replace(basis(), withdrawn=EARLIER), yes())


def test_only_those_who_are_guardians_on_the_day_are_asked() -> None:
    said = yes("per", who="ake")
    assert may(said, on=date(2026, 2, 28), who="ake")
    assert not may(said, on=date(2026, 3, 1), who="ake")
    assert not may(on=date(2026, 3, 1), every=True, who="ake")


def test_a_quarantined_child_may_nothing() -> None:
    assert not may(yes("ragna", who="ylva"), who="ylva")


def test_a_consent_that_held_for_a_moment_is_remembered() -> None:
    def had(answer: Answer, since: date, through: date = TODAY) -> bool:
        return Consents(FAMILY, (answer,)).had("alva", PHOTO, since, through)

    withdrawn = replace(yes(), withdrawn=date(2026, 1, 10))
    assert had(withdrawn, date(2026, 1, 9))
    assert had(withdrawn, date(2026, 1, 10))
    assert not had(withdrawn, date(2026, 1, 11))
    assert had(replace(yes(day=TODAY), withdrawn=TODAY), TODAY)
    assert had(yes(day=TODAY), EARLIER)
    assert not had(yes(day=TODAY), EARLIER, TODAY - timedelta(days=1))
    assert not had(no(), EARLIER)


def test_a_purpose_is_found_in_swedish_and_english_and_an_unknown_one_lists_those_there_are() -> None:
    purposes = Purposes(("Utställning",))
    assert [purposes.find(word) for word in ("Foto", "photo", "LJUD", "namn", "utställning")] == [
        PHOTO,
        PHOTO,
        SOUND,
        NAME,
        "Utställning",
    ]
    with pytest.raises(PurposeNotFound) as wrong:
        purposes.named("hologram")
    assert wrong.value.hint == "De heter foto, film, ljud, namn, utställning."


# What is always so.

by_anybody = st.sampled_from(["g0", "g1", "g2", "g3", ""])


@st.composite
def answers(draw: st.DrawFn) -> Answer:
    by, given_yes, day = draw(by_anybody), draw(st.booleans()), draw(days)
    ends = draw(st.none() | st.integers(0, 300))
    gone = draw(st.none() | st.integers(0, 300)) if given_yes else None
    return Answer(
        draw(st.sampled_from(["c0", "c1"])),
        draw(st.sampled_from([PHOTO, FILM])),
        given_yes,
        day,
        by,
        "" if by else "art. 6.1 e",
        None if ends is None else day + timedelta(days=ends),
        None if gone is None else day + timedelta(days=gone),
    )


@dataclass(frozen=True)
class Asked:
    consents: Consents
    day: date

    def allowed(self, answered: tuple[Answer, ...] | None = None) -> set[tuple[str, str]]:
        consents = self.consents if answered is None else replace(self.consents, answers=answered)
        return {(c, p) for c in ("c0", "c1") for p in (PHOTO, FILM) if consents.may(c, p, self.day)}


@st.composite
def questions(draw: st.DrawFn) -> Asked:
    register = draw(registers(marked=True))
    every = frozenset(draw(st.sets(st.sampled_from([PHOTO, FILM]))))
    rows = tuple(draw(st.lists(answers(), max_size=8)))
    return Asked(Consents(register, rows, Purposes(all_guardians=every)), draw(days))


@given(questions())
@settings(max_examples=200, deadline=None)
def test_whoever_may_has_an_answer_or_a_basis_in_force(asked: Asked) -> None:
    for who, purpose in asked.allowed():
        assert any(
            answer.yes
            and answer.day <= asked.day
            and (answer.until is None or answer.until >= asked.day)
            and (answer.withdrawn is None or answer.withdrawn > asked.day)
            for answer in asked.consents.answers
            if (answer.child, answer.purpose) == (who, purpose)
        )
        assert who not in asked.consents.register.quarantined


@given(questions(), st.data())
@settings(max_examples=200, deadline=None)
def test_withdrawing_or_ending_an_answer_never_widens(asked: Asked, data: st.DataObject) -> None:
    if not asked.consents.answers:
        return
    at = data.draw(st.integers(0, len(asked.consents.answers) - 1))
    rows = list(asked.consents.answers)
    earlier = data.draw(days)
    if data.draw(st.booleans()):
        rows[at] = replace(rows[at], withdrawn=min(earlier, rows[at].withdrawn or earlier))
    else:
        rows[at] = replace(rows[at], until=min(earlier, rows[at].until or earlier))
    assert asked.allowed(tuple(rows)) <= asked.allowed()


@given(questions(), answers())
@settings(max_examples=200, deadline=None)
def test_a_new_no_never_widens(asked: Asked, answer: Answer) -> None:
    latest = max([row.day for row in asked.consents.answers], default=answer.day)
    refused = replace(answer, yes=False, withdrawn=None, day=max(latest, answer.day))
    assert asked.allowed((*asked.consents.answers, refused)) <= asked.allowed()


@given(questions())
@settings(max_examples=200, deadline=None)
def test_where_all_must_answer_each_guardian_of_the_day_has_said_yes_or_there_is_a_basis(asked: Asked) -> None:
    consents = asked.consents
    for who, purpose in asked.allowed():
        rows = [row for row in consents.answers if (row.child, row.purpose) == (who, purpose) and row.yes]
        said = {row.by for row in rows if row.day <= asked.day}
        if purpose in consents.purposes.all_guardians and "" not in said:
            everyone = {one.id for one in guardians_of(consents.register, who, asked.day)}
            assert everyone
            assert everyone <= said


@given(questions())
@settings(max_examples=100, deadline=None)
def test_the_order_of_rows_does_not_matter(asked: Asked) -> None:
    assert asked.allowed(tuple(reversed(asked.consents.answers))) == asked.allowed()


@given(questions())
@settings(max_examples=100, deadline=None)
def test_what_is_withdrawn_whole_is_a_no_from_that_day(asked: Asked) -> None:
    rows = {id(row): row for row in asked.consents.answers}
    for row in asked.consents.standing("c0", PHOTO, asked.day):
        rows[id(row)] = replace(row, withdrawn=max(asked.day, row.day))
    after = replace(asked.consents, answers=tuple(rows.values()))
    for later in (0, 1, 100, 1000):
        assert not after.may("c0", PHOTO, asked.day + timedelta(days=later))


@given(questions(), days)
@settings(max_examples=150, deadline=None)
def test_had_sees_every_day_on_which_it_was_allowed(asked: Asked, since: date) -> None:
    first, last = min(since, asked.day), max(since, asked.day)
    for offset in range((last - first).days + 1):
        if asked.consents.may("c0", PHOTO, first + timedelta(days=offset)):
            assert asked.consents.had("c0", PHOTO, first, last)
            return


# The file.

HEAD = "barn;ändamål;svar;grund;datum;svarat av;gäller till;återkallat\n"


def read(folder: Path, rows: str, rules: ConsentSettings = NONE, *, head: str = HEAD) -> tuple[Consents, list[str]]:
    (folder / "samtycken.csv").write_bytes((head + rows).encode("utf-8"))
    findings = Findings()
    consents = read_consents(folder, FAMILY, rules, findings)
    return consents, [str(finding).removeprefix(f"{folder.name}/") for finding in findings]


def test_a_whole_file_is_read(tmp_path: Path) -> None:
    rows = (
        "alva;foto;ja;;2025-09-01;maria;;\n"
        "alva;Film;NEJ;;2025-09-01;johan;;\n"
        "alva;ljud;;art. 6.1 e;2025-09-01;;2026-06-30;2026-01-02\n"
        "alva;utställning;ja;;2025-09-01;maria;;\n"
    )
    consents, findings = read(tmp_path, rows, ConsentSettings(("utställning",), ("foto",)))
    assert findings == []
    assert consents.answers == (
        yes(),
        no("johan", purpose=FILM),
        Answer("alva", SOUND, True, EARLIER, "", "art. 6.1 e", date(2026, 6, 30), date(2026, 1, 2)),
        yes(purpose="utställning"),
    )
    assert consents.purposes == Purposes(("utställning",), frozenset({PHOTO}))


def test_english_headings_and_words_are_read_too(tmp_path: Path) -> None:
    head = "child,purpose,answer,legal basis,date,answered by,valid until,withdrawn\n"
    consents, findings = read(tmp_path, "alva,photo,yes,,2025-09-01,maria,,\n", head=head)
    assert findings == []
    assert consents.answers == (yes(),)


def test_the_file_that_init_makes_holds_no_answer(tmp_path: Path) -> None:
    consents, findings = read(tmp_path, "", head=empty_consents())
    assert (consents.answers, findings) == ((), [])


def test_without_a_file_nobody_may_anything_and_that_is_told(tmp_path: Path) -> None:
    findings = Findings()
    assert read_consents(tmp_path, FAMILY, NONE, findings).answers == ()
    assert [finding.severity for finding in findings] == ["warning"]


@pytest.mark.parametrize(
    ("row", "place", "message"),
    [
        ("ingen;foto;ja;;2025-09-01;maria;;", "barn", "Id finns inte i barn.csv."),
        (";foto;ja;;2025-09-01;maria;;", "barn", "Id saknas."),
        ("alva;hologram;ja;;2025-09-01;maria;;", "ändamål", "Ändamålet finns inte."),
        ("alva;foto;kanske;;2025-09-01;maria;;", "svar", "Svaret går inte att tolka."),
        ("alva;foto;;;2025-09-01;maria;;", "svar", "Svaret saknas."),
        ("alva;foto;ja;;2025-09-01;;;", "svarat av", "Det står inte vem som har svarat."),
        ("alva;foto;ja;;2025-09-01;ingen;;", "svarat av", "Id finns inte i vardnadshavare.csv."),
        ("alva;foto;ja;;2025-09-01;per;;", "svarat av", "Den som har svarat är inte barnets vårdnadshavare."),
        ("alva;foto;;art. 6.1 e;2025-09-01;maria;;", "svarat av", "En rättslig grund är förskolans, inte ett svar."),
        ("alva;foto;ja;;;maria;;", "datum", "Datum saknas."),
        ("alva;foto;ja;;1/9 2025;maria;;", "datum", "Datum går inte att tolka."),
        ("alva;foto;ja;;2025-02-30;maria;;", "datum", "Datum går inte att tolka."),
        ("alva;foto;ja;;0025-09-01;maria;;", "datum", "Datum är orimligt."),
        ("alva;foto;ja;;2025-09-01;maria;snart;", "gäller till", "Datum går inte att tolka."),
        ("alva;foto;ja;;2025-09-01;maria;;2025-08-01", "återkallat", "Svaret är återkallat innan det gavs."),
        ("alva;foto;nej;;2025-09-01;maria;;2025-10-01", "återkallat", "Ett nej återkallas inte."),
    ],
)
def test_a_bad_row_is_told_with_its_place_and_gives_no_answer(
    tmp_path: Path, row: str, place: str, message: str
) -> None:
    consents, findings = read(tmp_path, row + "\n")
    assert consents.answers == ()
    assert findings[0].startswith(f"samtycken.csv: rad 2, kolumn {place}: {message}")
    assert len(findings) == 1


def test_a_no_may_lack_somebody_who_answered_when_it_says_why(tmp_path: Path) -> None:
    consents, findings = read(
        tmp_path, "alva;foto;nej;beslut av rektor;2025-09-01;;;\nalva;foto;ja;;2025-09-01;maria;;\n"
    )
    assert findings == []
    assert not consents.may("alva", PHOTO, TODAY)


def test_a_yes_and_a_no_from_one_day_are_told(tmp_path: Path) -> None:
    consents, findings = read(tmp_path, "alva;foto;ja;;2025-09-01;maria;;\nalva;foto;nej;;2025-09-01;maria;;\n")
    assert findings[0].startswith("samtycken.csv: rad 3: Svaret är ett annat än det på rad 2")
    assert not consents.may("alva", PHOTO, TODAY)


def test_settings_that_name_a_purpose_twice_or_one_that_does_not_exist_are_refused(tmp_path: Path) -> None:
    _, findings = read(tmp_path, "", ConsentSettings(("tryck", "Tryck", "foto"), ("video",)))
    assert [line.split(": ")[1:3] for line in findings] == [
        ["consents.all_guardians", "Ändamålet ”video” finns inte. Skriv något av foto, film, ljud, namn, tryck."],
        ["consents.purposes", "Ändamålet ”Tryck” finns redan. Ta bort det ur listan."],
        ["consents.purposes", "Ändamålet ”foto” finns redan. Ta bort det ur listan."],
    ]


# A withdrawal.


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("before", ["", "sep=;\n"])
def test_a_withdrawal_changes_only_its_own_rows(tmp_path: Path, encoding: str, ends: str, before: str) -> None:
    text = before + (
        HEAD.rstrip() + ";anteckning\n"
        'ake;foto;ja;;2025-09-01;per;;;"två\nrader"\n'
        "alva;foto;ja;;2025-09-01;maria;;;egen kolumn; \n"
        "\n"
        "alva;foto;ja;;2025-09-01;johan\n"
        "alva;film;ja;;2025-09-01;johan;;"
    )
    raw = text.replace("\n", ends).encode(encoding)
    (tmp_path / "samtycken.csv").write_bytes(raw)
    findings = Findings()
    consents = read_consents(tmp_path, FAMILY, NONE, findings)
    assert list(findings) == []
    write_withdrawal(tmp_path, consents.standing("alva", PHOTO, TODAY), on=TODAY)
    wanted = text.replace("maria;;;egen", "maria;;2026-03-12;egen").replace("johan\n", "johan;;2026-03-12\n")
    assert (tmp_path / "samtycken.csv").read_bytes() == wanted.replace("\n", ends).encode(encoding)
    after = read_consents(tmp_path, FAMILY, NONE, findings)
    assert len(after.answers) == len(consents.answers)
    assert not after.may("alva", PHOTO, TODAY)
    assert after.may("alva", FILM, TODAY)
    assert after.may("alva", PHOTO, TODAY - timedelta(days=1))


def test_a_no_and_what_has_ended_are_left_as_they_are(tmp_path: Path) -> None:
    rows = (
        "alva;foto;nej;;2025-09-01;maria;;\n"
        "alva;foto;ja;;2025-08-01;maria;2025-12-31;\n"
        "alva;foto;ja;;2025-08-01;johan;;2025-12-31\n"
    )
    consents, _ = read(tmp_path, rows)
    assert consents.standing("alva", PHOTO, TODAY) == ()
    write_withdrawal(tmp_path, (), on=TODAY)
    assert (tmp_path / "samtycken.csv").read_text(encoding="utf-8") == HEAD + rows


def test_a_yes_that_begins_later_is_withdrawn_too(tmp_path: Path) -> None:
    consents, _ = read(tmp_path, "alva;foto;ja;;2026-05-01;maria;;\n")
    write_withdrawal(tmp_path, consents.standing("alva", PHOTO, TODAY), on=TODAY)
    findings = Findings()
    after = read_consents(tmp_path, FAMILY, NONE, findings)
    assert list(findings) == []
    assert not after.may("alva", PHOTO, date(2026, 6, 1))


def test_a_file_that_changed_meanwhile_is_left_alone(tmp_path: Path) -> None:
    consents, _ = read(tmp_path, "alva;foto;ja;;2025-09-01;maria;;\n")
    other = HEAD + "ake;foto;ja;;2025-09-01;per;;\n"
    (tmp_path / "samtycken.csv").write_text(other, encoding="utf-8", newline="")
    with pytest.raises(RegisterError, match="har ändrats"):
        write_withdrawal(tmp_path, consents.answers, on=TODAY)
    assert (tmp_path / "samtycken.csv").read_text(encoding="utf-8") == other
