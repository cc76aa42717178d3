"""Which medium may be where: consents that never were stop the build, those that ended narrow."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from pluttra_publish.consent_check import Decision, OnMedium, decide
from pluttra_publish.errors import ConsentError, Findings
from pluttra_publish.plan import PlannedPost
from pluttra_publish.register import (
    FILM,
    NAME,
    PHOTO,
    PRESCHOOL,
    SOUND,
    STAFF,
    Answer,
    Audience,
    Consents,
    Register,
    access,
)
from pluttra_publish.site import MediaFile, Place, Post
from pluttra_publish.who_is_on import who_is_on
from tests.register.preschool import BLAKLOCKAN, SOLROSEN, child, guardian, pedagogue, placed, registers, related, works

TODAY = date(2026, 3, 12)
DAY = date(2026, 3, 2)
ASKED = date(2025, 9, 1)
SUNFLOWERS = Audience("department", "solrosen")
ALVA, NOAH, TILDE = Audience("child", "alva"), Audience("child", "noah"), Audience("child", "tilde")

REGISTER = Register(
    departments=(SOLROSEN, BLAKLOCKAN),
    children=(
        child("alva", "Alva"),
        child("noah", "Noah"),
        child("tilde", "Tilde"),
        child("bo", "Bo"),
        child("ylva", "Ylva", "Ek", protected=True),
    ),
    guardians=(guardian("maria"), guardian("daniel"), guardian("siv"), guardian("ragna")),
    relations=(
        related("alva", "maria"),
        related("tilde", "maria"),
        related("noah", "daniel"),
        related("bo", "siv"),
        related("ylva", "ragna"),
    ),
    placements=(
        placed("alva", "solrosen"),
        placed("noah", "solrosen"),
        placed("tilde", "solrosen"),
        placed("bo", "blaklockan"),
        placed("ylva", "solrosen"),
    ),
    staff=(pedagogue("petra"),),
    staff_departments=(works("petra", "solrosen"),),
)
GUARDIAN = {"alva": "maria", "tilde": "maria", "noah": "daniel", "bo": "siv"}


def granted(register: Register = REGISTER) -> dict[str, dict[Audience, tuple[str, ...]]]:
    return access(register, today=TODAY, first_month="2025-01", grace_days=30)


def yes(who: str, *purposes: str, withdrawn: date | None = None, day: date = ASKED) -> tuple[Answer, ...]:
    return tuple(Answer(who, purpose, True, day, GUARDIAN[who], withdrawn=withdrawn) for purpose in purposes)


def photo(name: str = "IMG_1.jpg", kind: Literal["photo", "film", "sound"] = "photo") -> MediaFile:
    return MediaFile(Path(name), kind, name, "alt", True, None)


def post(home: Audience, *children: str, media: tuple[MediaFile, ...] = (photo(),), day: date = DAY) -> PlannedPost:
    place = Place("department", "Solrosen")
    when = datetime(day.year, day.month, day.day, 10, tzinfo=UTC)
    written = Post("inlagg/x", place, "x", "X", when, "published", children, False, (), "sv", "", "", media)
    people = tuple(REGISTER.child[ident] for ident in children)
    others = [Audience("child", ident) for ident in children] if home.kind == "child" else []
    return PlannedPost(written, "0123456789abcdef", home, tuple(dict.fromkeys([home, *others])), people)


@dataclass
class Ruled:
    """A decision over one post, and what was said about it."""

    planned: PlannedPost
    decision: Decision
    findings: Findings = field(default_factory=Findings)

    @property
    def where(self) -> tuple[Audience, ...]:
        return self.decision.audiences(self.planned, self.planned.post.media[0].name)

    @property
    def errors(self) -> list[str]:
        assert all(finding.kind is ConsentError for finding in self.findings.errors)
        return [str(finding) for finding in self.findings.errors]

    @property
    def warnings(self) -> list[str]:
        return [str(finding) for finding in self.findings.warnings]


def rule(planned: PlannedPost, *answers: Answer, today: date = TODAY, on: OnMedium | None = None) -> Ruled:
    findings = Findings()
    consents = Consents(REGISTER, answers)
    on_media = {planned.post.media[0].path: on} if on else {}
    made = decide([planned], consents, access=granted(), today=today, findings=findings, on_media=on_media)
    return Ruled(planned, made, findings)


def test_with_consent_nothing_is_changed_or_said() -> None:
    ruled = rule(post(SUNFLOWERS, "alva"), *yes("alva", PHOTO, NAME))
    assert ruled.decision == Decision()
    assert ruled.where == (SUNFLOWERS,)
    assert not list(ruled.findings)


def test_a_photo_without_consent_stops_the_build_and_offers_three_mends() -> None:
    ruled = rule(post(SUNFLOWERS, "alva"), *yes("alva", NAME))
    assert ruled.errors == [
        "inlagg/x: IMG_1.jpg: Alva Berg har inte samtycke till att synas på bild i Solrosen. "
        "Ta bort bilden ur inlägget, eller lägg den i inlagg/barn/Alva Berg/, eller maskera barnet på den."
    ]
    assert ruled.where == (ALVA,)


def test_the_childs_own_page_and_that_of_a_sibling_with_the_same_guardians_need_no_consent() -> None:
    assert not list(rule(post(ALVA, "alva")).findings)
    assert not list(rule(post(ALVA, "alva", "tilde")).findings)


def test_a_post_that_two_families_share_needs_the_consent_of_both() -> None:
    ruled = rule(post(ALVA, "alva", "noah"), *yes("alva", PHOTO, NAME))
    assert ruled.where == (NOAH,)
    assert [line.split(": ")[2].split(" Ta bort")[0] for line in ruled.errors] == [
        "Noah Berg har inte samtycke till att nämnas vid namn i sidan för Alva.",
        "Noah Berg har inte samtycke till att synas på bild i sidan för Alva.",
    ]


def test_the_preschool_and_the_staff_are_wider_than_a_child() -> None:
    for audience in (PRESCHOOL, STAFF):
        assert len(rule(post(audience, "alva")).errors) == 2


def test_the_staff_of_a_childs_own_page_need_no_consent_either() -> None:
    assert rule(post(Audience("staff", ALVA.key), "alva")).errors == []
    assert len(rule(post(Audience("staff", SUNFLOWERS.key), "alva")).errors) == 2


def test_a_film_needs_film_and_sound_if_it_is_heard_and_a_sound_only_sound() -> None:
    film = post(SUNFLOWERS, "alva", media=(photo("a.mp4", "film"),))
    sound = post(SUNFLOWERS, "alva", media=(photo("a.m4a", "sound"),))
    assert rule(film, *yes("alva", FILM, NAME)).where == (ALVA,)
    assert rule(film, *yes("alva", FILM, NAME), on=OnMedium(("alva",), heard=False)).where == (SUNFLOWERS,)
    assert rule(film, *yes("alva", FILM, SOUND, NAME)).where == (SUNFLOWERS,)
    assert rule(sound, *yes("alva", SOUND, NAME)).where == (SUNFLOWERS,)
    assert "maskera" not in rule(sound).errors[0]


def test_only_those_on_the_medium_are_asked_about_and_a_masked_child_is_not() -> None:
    planned = post(SUNFLOWERS, "alva", "noah")
    given_yes = (*yes("alva", PHOTO, NAME), *yes("noah", NAME))
    assert rule(planned, *given_yes, on=OnMedium(("alva",))).where == (SUNFLOWERS,)
    assert rule(planned, *given_yes, on=OnMedium(("alva", "noah"))).where == (NOAH,)
    assert rule(planned, *given_yes, on=OnMedium(("alva", "noah"), frozenset({"noah"}))).where == (SUNFLOWERS,)
    film = post(SUNFLOWERS, "noah", media=(photo("a.mp4", "film"),))
    assert rule(film, on=OnMedium(("noah",), frozenset({"noah"}))).where == (NOAH,)


def test_a_withdrawn_consent_narrows_what_was_published_and_lets_the_build_go_on() -> None:
    ruled = rule(post(SUNFLOWERS, "alva"), *yes("alva", PHOTO, withdrawn=TODAY), *yes("alva", NAME))
    assert ruled.errors == []
    assert ruled.where == (ALVA,)
    assert ruled.warnings == [
        "inlagg/x: IMG_1.jpg: Alva Berg har inte längre samtycke till att synas på bild. Bilden tas bort från Solrosen "
        "och finns kvar på barnets egen sida. Det är gjort. Originalet ligger kvar i mappen. Maskera barnet om bilden ska visas för alla igen."
    ]


def test_a_consent_withdrawn_before_the_posts_day_stops_the_build() -> None:
    gone = yes("alva", PHOTO, withdrawn=DAY - timedelta(days=1))
    assert len(rule(post(SUNFLOWERS, "alva"), *gone, *yes("alva", NAME)).errors) == 1


def test_a_consent_withdrawn_on_the_posts_own_day_narrows() -> None:
    gone = yes("alva", PHOTO, withdrawn=DAY)
    assert rule(post(SUNFLOWERS, "alva"), *gone, *yes("alva", NAME), today=DAY).errors == []


def test_a_consent_that_came_after_the_post_and_went_narrows_too() -> None:
    late = yes("alva", PHOTO, day=DAY + timedelta(days=2), withdrawn=TODAY)
    assert rule(post(SUNFLOWERS, "alva"), *late, *yes("alva", NAME)).errors == []


def test_a_photo_of_two_whose_consents_have_gone_is_shown_nowhere() -> None:
    gone = (*yes("alva", PHOTO, withdrawn=TODAY), *yes("noah", PHOTO, withdrawn=TODAY))
    ruled = rule(post(SUNFLOWERS, "alva", "noah"), *gone, *yes("alva", NAME), *yes("noah", NAME))
    assert ruled.where == ()
    assert all("visas ingenstans" in line for line in ruled.warnings)


def test_narrowing_gives_no_guardian_what_they_could_not_read() -> None:
    gone = (*yes("bo", PHOTO, withdrawn=TODAY), *yes("bo", NAME))
    assert rule(post(SUNFLOWERS, "bo"), *gone).where == ()
    assert rule(post(PRESCHOOL, "bo"), *gone).where == (Audience("child", "bo"),)
    assert rule(post(STAFF, "bo"), *gone).where == ()
    noah = yes("noah", PHOTO, withdrawn=TODAY)
    assert rule(post(ALVA, "alva"), *yes("alva", PHOTO), *noah, on=OnMedium(("alva", "noah"))).where == ()


def test_a_name_without_consent_stops_the_build_and_a_withdrawn_one_is_left_out() -> None:
    planned = post(SUNFLOWERS, "alva", "noah")
    photos = (*yes("alva", PHOTO), *yes("noah", PHOTO, NAME))
    assert len(rule(planned, *photos).errors) == 1
    ruled = rule(planned, *photos, *yes("alva", NAME, withdrawn=TODAY))
    assert ruled.errors == []
    assert ruled.where == (SUNFLOWERS,)
    assert [one.id for one in ruled.decision.named(planned, SUNFLOWERS)] == ["noah"]
    assert [one.id for one in ruled.decision.named(planned, ALVA)] == ["alva", "noah"]


# What is always so.

purposes = st.sampled_from([PHOTO, FILM, SOUND, NAME])
kinds: st.SearchStrategy[Literal["photo", "film", "sound"]] = st.sampled_from(["photo", "film", "sound"])
past = st.integers(0, 400).map(lambda n: TODAY - timedelta(days=n))


@dataclass(frozen=True)
class Case:
    planned: PlannedPost
    consents: Consents
    on: OnMedium

    def rule(self, consents: Consents | None = None) -> Ruled:
        findings = Findings()
        register = self.consents.register
        made = decide(
            [self.planned],
            consents or self.consents,
            access=access(register, today=TODAY, first_month="2025-01", grace_days=30),
            today=TODAY,
            findings=findings,
            on_media={self.planned.post.media[0].path: self.on},
        )
        return Ruled(self.planned, made, findings)

    def readers(self, audiences: tuple[Audience, ...]) -> set[str]:
        """The guardians who read one of the audiences in the post's month."""
        register = self.consents.register
        held = access(register, today=TODAY, first_month="2025-01", grace_days=30)
        guardians = {one.id for one in register.guardians} & held.keys()
        return {one for one in guardians if any(self.planned.month in held[one].get(a, ()) for a in audiences)}


@st.composite
def cases(draw: st.DrawFn) -> Case:
    register = draw(registers())
    ids = [one.id for one in register.children]
    named: tuple[str, ...] = tuple(draw(st.lists(st.sampled_from(ids), unique=True, max_size=3))) if ids else ()
    homes = [PRESCHOOL, STAFF, *(Audience("department", one.id) for one in register.departments)]
    if named:
        homes.append(Audience("child", named[0]))
    home = draw(st.sampled_from(homes))
    audiences = [home, *(Audience("child", one) for one in named if home.kind == "child")]
    when = draw(past)
    file = photo("a", draw(kinds))
    written = replace(post(PRESCHOOL, media=(file,), day=when).post, children=named)
    people = tuple(register.child[one] for one in named)
    planned = PlannedPost(written, "0123456789abcdef", home, tuple(dict.fromkeys(audiences)), people)
    masked = frozenset(draw(st.sets(st.sampled_from(ids), max_size=1))) if ids else frozenset()
    rows = []
    for _ in range(draw(st.integers(0, 8)) if ids else 0):
        day = draw(past)
        after = draw(st.none() | st.integers(0, 300))
        gone = None if after is None else day + timedelta(days=after)
        by = draw(st.sampled_from(["", "g0", "g1", "g2", "g3"]))
        rows.append(Answer(draw(st.sampled_from(ids)), draw(purposes), True, day, by, "" if by else "x", None, gone))
    return Case(planned, Consents(register, tuple(rows)), OnMedium(named, masked, draw(st.booleans())))


def asked(case: Case) -> list[tuple[str, str]]:
    kind = case.planned.post.media[0].kind
    wanted = {"photo": [PHOTO], "film": [FILM, SOUND] if case.on.heard else [FILM], "sound": [SOUND]}[kind]
    shown = [one for one in case.on.children if kind != "photo" or one not in case.on.masked]
    return [(one, purpose) for one in shown for purpose in wanted]


@given(cases())
@settings(max_examples=250, deadline=None)
def test_in_an_audience_wider_than_its_own_every_child_may_be_shown(case: Case) -> None:
    ruled = case.rule()
    for audience in ruled.where:
        for who, purpose in asked(case):
            if audience.kind != "child":
                assert case.consents.may(who, purpose, TODAY)


@given(cases())
@settings(max_examples=250, deadline=None)
def test_narrowing_never_gives_a_guardian_more(case: Case) -> None:
    assert case.readers(case.rule().where) <= case.readers(case.planned.audiences)


@given(cases(), st.data())
@settings(max_examples=250, deadline=None)
def test_withdrawing_never_widens_and_never_stops_the_build(case: Case, data: st.DataObject) -> None:
    rows = case.consents.answers
    if not rows:
        return
    one = data.draw(st.sampled_from(rows))
    gone = {id(row) for row in case.consents.standing(one.child, one.purpose, TODAY)}
    after = replace(
        case.consents, answers=tuple(replace(row, withdrawn=TODAY) if id(row) in gone else row for row in rows)
    )
    was, now = case.rule(), case.rule(after)
    assert case.readers(now.where) <= case.readers(was.where) or was.errors
    assert len(now.errors) <= len(was.errors)


@given(cases())
@settings(max_examples=250, deadline=None)
def test_whatever_is_changed_is_said(case: Case) -> None:
    ruled = case.rule()
    changed = ruled.decision != Decision()
    assert changed == bool(len(ruled.findings))


# Names on a medium.


def test_a_medium_that_says_nothing_shows_the_posts_children_and_one_that_does_shows_those() -> None:
    silent = photo("a.jpg")
    told = replace(
        photo("b.jpg"), children=("noah", "Bo Berg"), masks=(("Noah", (0.1, 0.1, 0.2, 0.2)), ("", (0, 0, 1, 1)))
    )
    findings = Findings()
    found = who_is_on([post(SUNFLOWERS, "alva", media=(silent, told))], REGISTER, findings)
    assert found == {
        silent.path: OnMedium(("alva",)),
        told.path: OnMedium(("noah", "bo"), frozenset({"noah"})),
    }
    assert not list(findings)


def test_words_that_may_be_one_child_or_two_are_refused_and_a_quarantined_child_is_unknown() -> None:
    doubtful = replace(photo("a.jpg"), children=("Alva", "Noah"), other_readings=("Noah Berg", "Alva Noah"))
    quarantined = replace(photo("b.jpg"), children=("Alva",), other_readings=("Ylva Ek",))
    unknown = replace(photo("c.jpg"), children=("Ylva",))
    findings = Findings()
    who_is_on([post(SUNFLOWERS, media=(doubtful, quarantined, unknown))], REGISTER, findings)
    assert [(finding.place, finding.message) for finding in findings] == [
        ("a.jpg", "”Noah Berg” kan vara ett barn eller flera."),
        ("b.jpg", "Barnet ”Ylva Ek” finns inte."),
        ("c.jpg", "Barnet ”Ylva” finns inte."),
    ]


def test_a_full_name_alone_needs_no_comma() -> None:
    full = replace(photo("a.jpg"), children=("Bo", "Berg"), other_readings=("Bo Berg",))
    quarantined = replace(photo("b.jpg"), children=("Ylva", "Ek"), other_readings=("Ylva Ek",))
    findings = Findings()
    found = who_is_on([post(SUNFLOWERS, media=(full, quarantined))], REGISTER, findings)
    assert found[full.path] == OnMedium(("bo",))
    assert [(finding.place, finding.message) for finding in findings] == [("b.jpg", "Barnet ”Ylva Ek” finns inte.")]
