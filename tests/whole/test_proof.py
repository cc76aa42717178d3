"""Who can see what: the rules' answer, the proof by opening, and what happens when the two disagree."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from pluttra_publish.answers import AccessDiffers, WhatSees, WhoSees
from pluttra_publish.errors import FormatError, KeystoreError, UsageError
from pluttra_publish.format.layout import keyring_path, object_path
from pluttra_publish.open import Opened
from pluttra_publish.proof import what_sees, who_can_see
from pluttra_publish.sealing import chain
from tests.whole import truth
from tests.whole.preschool import NOON, Preschool, clock, photo
from tests.whole.shell import Shell

Lost = Callable[[Preschool, Opened], Path]

SNOW = "inlagg/Solrosen/2026-11-19 Första snön"
BOAT = "inlagg/barn/Noah Lindqvist/2026-10-13 Noahs båt"


def who(school: Preschool, path: str, *, sealed: Path | None = None) -> WhoSees:
    with clock(school.now):
        return who_can_see(school.settings, Path(path), sealed=sealed, identity=school.identity)


def what(school: Preschool, name: str, *, sealed: Path | None = None) -> WhatSees:
    with clock(school.now):
        return what_sees(school.settings, name, sealed=sealed, identity=school.identity)


def readers(answer: WhoSees) -> list[str]:
    return sorted(row.who.id or "?" for row in answer.readers)


def differences(error: pytest.ExceptionInfo[AccessDiffers]) -> list[tuple[str, str, str | None]]:
    assert error.value.exit_code == 9
    return [(one.way, one.what, one.who.id) for one in error.value.answer.differences]


def johan_may_no_longer(school: Preschool) -> None:
    school.row("relationer", "alva", "johan")[3] = "2026-11-22"
    school.write()


@pytest.mark.parametrize(
    "path", [SNOW, f"{SNOW}/text.md", "Solrosen/2026-11-19 Första snön", f"{SNOW}/snö.jpg"], ids=lambda path: path
)
def test_a_post_or_a_photo_in_it_is_seen_by_those_of_its_department(published: Preschool, path: str) -> None:
    answer = who(published, path)
    assert readers(answer) == ["ingrid", "johan", "maria", "petra"]
    assert all(row.opens for row in answer.readers)
    assert {row.through for row in answer.readers} == {("Solrosen",)}
    assert (answer.source, answer.status) == (SNOW, "published")
    assert answer.medium == ("snö.jpg" if path.endswith("jpg") else None)
    assert answer.seal.sealed == NOON


@pytest.mark.parametrize("reader", ["maria", "Maria Lindqvist", "mei", "ingrid", "petra", "johan@example.se"])
def test_what_a_reader_sees_is_what_the_register_gives(published: Preschool, reader: str) -> None:
    answer = what(published, reader)
    expected = truth.may_read(published.root, published.now.date())
    assert sorted(row.title for row in answer.posts) == expected[str(answer.who.id)]
    assert all(row.opens for row in answer.posts)
    assert answer.months


def test_every_post_of_the_sample_is_seen_by_those_whom_the_register_gives_it(sample: Preschool) -> None:
    expected = truth.may_read(sample.root, sample.now.date())
    for source in (
        "Solrosen/2026-11-19 Första snön",
        "Blåklockan/2026-11-05 Lyktvandring",
        "personal/2026-10-09 Planeringsdag",
    ):
        answer = who(sample, source)
        assert readers(answer) == sorted(reader for reader, titles in expected.items() if answer.title in titles)
        assert all(row.opens for row in answer.readers)


def test_somebody_who_may_no_longer_read_but_still_can_is_a_leak_that_names_them(published: Preschool) -> None:
    johan_may_no_longer(published)
    with pytest.raises(AccessDiffers, match="Johan Ek kan öppna") as leak:
        who(published, SNOW)
    assert differences(leak) == [("too-many", SNOW, "johan")]
    with pytest.raises(AccessDiffers) as leak:
        what(published, "johan")
    assert ("too-many", SNOW, "johan") in differences(leak)
    assert ("too-many", "Solrosen 2026-11", "johan") in differences(leak)
    published.publish()
    assert readers(who(published, SNOW)) == ["ingrid", "maria", "petra"]
    assert not what(published, "johan").posts


def test_a_family_that_the_register_hides_is_not_named_by_a_leak_either(published: Preschool) -> None:
    published.row("barn", "li")[3] = "ja"
    published.write()
    with pytest.raises(AccessDiffers, match="någon som inte får läsa") as leak:
        who(published, "Blåklockan/2026-11-05 Lyktvandring")
    told = f"{leak.value}{leak.value.hint}{list(leak.value.findings)}{leak.value.answer}"
    assert not {"mei", "chen"} & set(told.casefold().replace("'", " ").split())
    with pytest.raises(UsageError):
        what(published, "mei")


def test_a_draft_that_is_still_on_the_host_is_a_leak_and_else_nobodys(published: Preschool) -> None:
    published.post("Solrosen/2026-11-20 Julpyssel", "Status: utkast\n\nHemligt ännu.\n")
    answer = who(published, "Solrosen/2026-11-20 Julpyssel")
    assert answer.status == "draft"
    assert readers(answer) == ["ingrid", "johan", "maria", "petra"]
    assert not any(row.opens for row in answer.readers)
    published.post("Solrosen/2026-10-14 Vi byggde koja", "Status: utkast\n\nBarn: Alva\n")
    with pytest.raises(AccessDiffers) as leak:
        who(published, "Solrosen/2026-10-14 Vi byggde koja")
    assert {reader for _, _, reader in differences(leak)} == {"ingrid", "johan", "maria", "petra"}


def test_a_post_that_was_removed_but_still_opens_is_a_leak(published: Preschool) -> None:
    shutil.rmtree(published.root / "inlagg" / "forskolan" / "2026-11-16 Öppettider")
    with pytest.raises(AccessDiffers) as leak:
        what(published, "maria")
    assert differences(leak) == [("too-many", "Öppettider", "maria")]


def test_what_is_not_published_yet_is_no_leak(published: Preschool) -> None:
    published.post("Solrosen/2026-11-22 Ny dag", "Snön ligger kvar.\n")
    answer = who(published, "Solrosen/2026-11-22 Ny dag")
    assert readers(answer) == ["ingrid", "johan", "maria", "petra"]
    assert not any(row.opens for row in answer.readers)
    seen = what(published, "maria")
    assert [row.title for row in seen.posts if not row.opens] == ["Ny dag"]
    published.publish()
    assert all(row.opens for row in who(published, "Solrosen/2026-11-22 Ny dag").readers)


def test_a_new_guardian_and_a_moved_post_wait_for_the_next_publish(published: Preschool) -> None:
    published.tables["vardnadshavare"].append(["bo", "Bo", "Berg", "bo@example.se", "sv", "nej"])
    published.tables["relationer"].append(["alva", "bo", "2026-11-01", ""])
    published.write()
    assert [row.who.id for row in who(published, SNOW).readers if not row.opens] == ["bo"]
    published.publish()
    posts = published.root / "inlagg"
    (posts / "Solrosen" / "2026-10-14 Vi byggde koja").rename(posts / "Blåklockan" / "2026-10-14 Vi byggde koja")
    published.post("Blåklockan/2026-10-14 Vi byggde koja", "Löv åt samma håll.\n")
    moved = who(published, "Blåklockan/2026-10-14 Vi byggde koja")
    assert not any(row.opens for row in moved.readers)
    with pytest.raises(AccessDiffers):  # and it can still be read where it was
        what(published, "johan")


def test_a_post_whose_day_comes_after_the_publish_waits_for_the_next(published: Preschool) -> None:
    published.post("Solrosen/2026-11-24 I morgon", "Vi ses.\n")
    published.publish()
    assert who(published, "Solrosen/2026-11-24 I morgon").status == "future"
    tomorrow = who(published.later(days=1), "Solrosen/2026-11-24 I morgon")
    assert tomorrow.status == "published"
    assert not any(row.opens for row in tomorrow.readers)


def test_a_changed_photo_waits_for_the_next_publish(published: Preschool) -> None:
    published.post("Solrosen/2026-11-19 Första snön", snö_jpg=photo("red"))
    assert not any(row.opens for row in who(published, f"{SNOW}/snö.jpg").readers)
    assert all(row.opens for row in who(published, SNOW).readers)
    published.publish()
    assert all(row.opens for row in who(published, f"{SNOW}/snö.jpg").readers)


def _without_a_keyring(school: Preschool, _opened: Opened) -> Path:
    return school.public / keyring_path(chain.keyring_name(school.key("maria")))


def _without_a_page(school: Preschool, opened: Opened) -> Path:
    (snow,) = (post for post in opened.posts if post.card.title == "Första snön")
    return school.public / object_path(snow.card.page.name)


@pytest.mark.parametrize("lost", [_without_a_keyring, _without_a_page], ids=lambda lost: lost.__name__)
def test_what_has_not_come_though_it_was_published_is_told_the_other_way_around(
    published: Preschool, lost: Lost
) -> None:
    lost(published, published.open("maria")).unlink()
    with pytest.raises(AccessDiffers, match="inte nått fram") as few:
        who(published, SNOW)
    assert ("too-few", SNOW, "maria") in differences(few)
    assert {way for way, _, _ in differences(few)} == {"too-few"}
    with pytest.raises(AccessDiffers) as few:
        what(published, "maria")
    assert ("too-few", SNOW, "maria") in differences(few)


def test_a_forged_page_is_refused(published: Preschool) -> None:
    page = _without_a_page(published, published.open("maria"))
    page.write_bytes(page.read_bytes()[:-1] + b"\0")
    with pytest.raises(FormatError, match="tampered"):
        who(published, SNOW)
    johan_may_no_longer(published)
    with pytest.raises(AccessDiffers) as leak:  # which is graver
        who(published, SNOW)
    assert ("too-many", SNOW, "johan") in differences(leak)


def test_an_earlier_site_in_another_folder_is_opened_with_sealed(published: Preschool, tmp_path: Path) -> None:
    copy = tmp_path / "kopia"
    shutil.copytree(published.public, copy)
    johan_may_no_longer(published)
    published.publish()
    assert readers(who(published, SNOW)) == ["ingrid", "maria", "petra"]
    with pytest.raises(AccessDiffers) as leak:
        who(published, SNOW, sealed=copy)
    assert differences(leak) == [("too-many", SNOW, "johan")]
    assert not any(row.opens for row in who(published, SNOW, sealed=tmp_path / "tom").readers)


def test_another_preschools_site_proves_nothing(published: Preschool, tmp_path: Path) -> None:
    other = Preschool(tmp_path / "annan").write()
    other.publish()
    with pytest.raises(KeystoreError):
        who(published, SNOW, sealed=other.public)


def test_a_public_page_is_anybodys_and_a_withdrawn_one_is_a_leak(published: Preschool) -> None:
    answer = who(published, "offentligt/Om oss")
    assert (answer.status, answer.readers[0].opens) == ("public", True)
    published.post("offentligt/Om oss", "Status: utkast\n\nVi är ute varje dag.\n")
    with pytest.raises(AccessDiffers, match="vem som helst kan öppna"):
        who(published, "offentligt/Om oss")


@pytest.mark.parametrize("path", ["Solrosen", "register/barn.csv", "inlagg/Solrosen/finns inte", "."])
def test_what_is_no_post_is_a_mistake_of_whoever_asks(published: Preschool, path: str) -> None:
    with pytest.raises(UsageError):
        who(published, path)


def test_the_commands_answer_people_and_scripts(at: Shell, published: Preschool) -> None:
    site = ("--site", published.root)
    told = at.run("who-can-see", SNOW, *site)
    assert told.exit_code == 0
    assert "Maria Lindqvist, vårdnadshavare (Solrosen)" in told.stdout
    assert "Bevisat" in told.stdout
    assert "Noahs båt" in at.run("what-sees", "Maria Lindqvist", *site).stdout
    answer = at.answer("who-can-see", BOAT, *site)
    assert answer["too_many"] == answer["too_few"] == []
    assert answer["readers"] == [
        {"id": "maria", "name": "Maria Lindqvist", "role": "guardian", "through": ["Noah"], "opens": True},
        {"id": "ingrid", "name": "Ingrid Hallberg", "role": "principal", "through": ["Noah"], "opens": True},
    ]
    seen = at.answer("what-sees", "maria", *site)
    assert isinstance(seen["posts"], list)
    assert len(seen["posts"]) == 5


def test_a_leak_has_its_exit_code_and_says_who_to_people_and_scripts(at: Shell, published: Preschool) -> None:
    johan_may_no_longer(published)
    site = ("--site", published.root)
    told = at.run("who-can-see", SNOW, *site)
    assert told.exit_code == 9
    assert "Johan Ek kan öppna" in told.stderr
    asked = at.run("what-sees", "johan", *site, "--json")
    assert asked.exit_code == 9
    answer = json.loads(asked.stdout)
    assert answer["exit_code"] == 9
    assert {row["id"] for row in answer["too_many"]} == {"johan"}
    assert answer["too_few"] == []
