"""Who leaves, who stays, who comes back: what the next publish changes on the host, and for whom."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import pytest
from click.testing import CliRunner

from pluttra_publish.cli import main
from pluttra_publish.errors import FormatError, UsageError
from pluttra_publish.format.layout import keyring_path, object_path
from pluttra_publish.open import Memory, Opened, open_site
from pluttra_publish.platform import IDENTITY_VARIABLE
from pluttra_publish.sealing import chain
from tests.whole.preschool import STOCKHOLM, Preschool, refusal, titles

Leave = Callable[[Preschool], None]


def johan_is_no_longer_a_guardian(school: Preschool) -> None:
    school.row("relationer", "alva", "johan")[3] = "2026-11-22"


def li_has_left_and_the_relation_is_ended(school: Preschool) -> None:
    school.row("placeringar", "li", "blaklockan")[3] = "2026-10-20"
    school.row("relationer", "li", "mei")[3] = "2026-11-20"


def petra_has_quit(school: Preschool) -> None:
    school.row("personal", "petra")[6] = "2026-11-20"


def mei_is_gone_from_the_register(school: Preschool) -> None:
    school.tables["vardnadshavare"].remove(school.row("vardnadshavare", "mei"))
    school.tables["relationer"].remove(school.row("relationer", "li", "mei"))


def lis_family_is_quarantined(school: Preschool) -> None:
    school.row("barn", "li")[3] = "ja"


LEAVING: dict[Leave, str] = {
    johan_is_no_longer_a_guardian: "johan",
    li_has_left_and_the_relation_is_ended: "mei",
    petra_has_quit: "petra",
    mei_is_gone_from_the_register: "mei",
    lis_family_is_quarantined: "mei",
}


@pytest.fixture
def published(school: Preschool) -> Preschool:
    """Published the day before, with invitations out for everybody."""
    school.write_posts()
    school.post("barn/Li Wikström/2026-11-10 Lis sten", "Den är len.\n")
    school.later(days=-1).publish()
    for reader in ("maria", "johan", "mei", "ingrid", "petra"):
        school.invite(reader)
    return school.later(days=1)


@pytest.mark.parametrize("leave", LEAVING, ids=lambda leave: leave.__name__)
def test_who_leaves_is_told_so_and_the_others_read_on(published: Preschool, leave: Leave) -> None:
    leaver = LEAVING[leave]
    stayers = sorted({"maria", "johan", "mei", "ingrid", "petra"} - {leaver})
    keyring = keyring_path(chain.keyring_name(published.key(leaver)))
    before, seen = published.files(), {reader: titles(published.open(reader)) for reader in stayers}
    leave(published)
    if leave is lis_family_is_quarantined:  # she may not be named in a folder either
        _remove(published, "barn/Li Wikström/2026-11-10 Lis sten")
        seen = {reader: [title for title in read if title != "Lis sten"] for reader, read in seen.items()}
    assert published.publish().broken > 0
    after = published.files()
    with pytest.raises(FormatError) as refused:
        published.open_again(leaver)
    assert refusal(refused) == ("ended", "access-ended")
    assert len(after[keyring]) == len(before[keyring])
    assert after[keyring] != before[keyring]
    assert {reader: titles(published.open(reader)) for reader in stayers} == seen


def test_who_has_left_gets_no_new_link_and_the_old_one_leads_nowhere(published: Preschool) -> None:
    link = published.invite("johan")
    johan_is_no_longer_a_guardian(published)
    published.publish()
    with pytest.raises(UsageError):
        published.invite("johan")
    with pytest.raises(FormatError) as refused:
        open_site(link, published.files().get, now=int(published.now.timestamp()))
    assert refusal(refused) == ("missing", "expired-link")


def test_until_the_root_is_put_the_new_keyrings_read_the_old_site(published: Preschool) -> None:
    before, seen = published.files(), titles(published.open("maria"))
    johan_is_no_longer_a_guardian(published)
    published.publish()
    after = published.files()
    keyrings_only = before | {path: content for path, content in after.items() if path.startswith("k/")}
    all_but_root = before | after | {"root": before["root"]}
    for files in (keyrings_only, all_but_root):
        assert titles(published.open("maria", fetch=files.get)) == seen
        assert titles(published.open("ingrid", fetch=files.get))


def test_a_reader_with_an_open_page_goes_on_over_the_break(published: Preschool) -> None:
    memory = Memory()
    seen = titles(published.open("maria", memory=memory))
    generation = memory.generation
    johan_is_no_longer_a_guardian(published)
    published.publish()
    assert titles(published.open_again("maria", memory=memory)) == seen
    assert memory.generation > generation


def test_the_leavers_old_secrets_find_no_slot(published: Preschool) -> None:
    johan = published.open("johan").keyring
    johan_is_no_longer_a_guardian(published)
    published.publish()
    root = published.open("maria").root
    assert {audience.title for audience in johan.audiences} == {"Alva", "Hela förskolan", "Solrosen"}
    assert [chain.find_slot(root, audience.epochs) for audience in johan.audiences] == [None] * 3


def test_a_break_puts_catalogues_keyrings_and_root_and_no_index_or_object(published: Preschool) -> None:
    before = published.files()
    opened = published.open("maria")
    johan_is_no_longer_a_guardian(published)
    done = published.publish()
    after = published.files()
    new = {path for path in after if path.startswith("o/") and path not in before}
    gone = {path for path in before if path.startswith("o/") and path not in after}
    catalogues = {_catalogue(published.open("ingrid"), title) for title in ("Alva", "Hela förskolan", "Solrosen")}
    assert done.broken == 3
    assert catalogues <= new
    assert len(new) == len(gone) == len(catalogues)
    assert opened.indexes == published.open("maria").indexes
    assert sum(len(after[path]) for path in new) < 40_000


def test_all_who_leave_in_one_publish_share_one_break(published: Preschool) -> None:
    epochs = {key: audience.epochs for key, audience in published.keys().audiences.items()}
    generation = published.keys().keyrings
    johan_is_no_longer_a_guardian(published)
    petra_has_quit(published)
    mei_is_gone_from_the_register(published)
    published.publish()
    keys = published.keys()
    assert keys.keyrings == generation + 1
    untouched = {"child:noah"}
    for key, before in epochs.items():
        assert keys.audiences[key].epochs[-1:] == before[:1], key
        assert len(keys.audiences[key].epochs) == (1 if key in untouched else 2), key
    for leaver in ("johan", "petra", "mei"):
        with pytest.raises(FormatError, match="access-ended"):
            published.open_again(leaver)


def test_a_publish_without_leavers_breaks_nothing(published: Preschool) -> None:
    before = published.keys()
    published.post("Solrosen/2026-11-21 Nytt", "Nytt.\n")
    assert published.publish().broken == 0
    after = published.keys()
    assert after.keyrings == before.keyrings
    assert {k: a.epochs for k, a in after.audiences.items() if k in before.audiences} == {
        key: audience.epochs for key, audience in before.audiences.items()
    }


def test_who_comes_back_reads_again_with_the_key_they_had(published: Preschool) -> None:
    seen, memory = titles(published.open("johan")), Memory()
    published.open("johan", memory=memory)
    johan_is_no_longer_a_guardian(published)
    published.publish()
    note = {path: content for path, content in published.files().items() if path.startswith("k/")}
    published.later(days=1)
    published.tables["relationer"].append(["alva", "johan", "2026-11-01", ""])
    published.row("relationer", "alva", "johan", "2021-05-11")[3] = "2026-10-31"
    published.publish()
    assert titles(published.open_again("johan", memory=memory)) == [title for title in seen if "koja" not in title]
    replayed = published.files() | note
    with pytest.raises(FormatError) as refused:
        published.open_again("johan", fetch=replayed.get, memory=memory)
    assert refusal(refused) == ("generation", "rolled-back")


def test_a_note_of_ended_access_stays_as_it_is_at_the_next_publish(published: Preschool) -> None:
    johan_is_no_longer_a_guardian(published)
    published.publish()
    keyring = keyring_path(chain.keyring_name(published.key("johan")))
    before = published.files()[keyring]
    published.later(days=3).publish()
    assert published.files()[keyring] == before


def test_the_note_has_the_size_of_a_long_keyring_too(published: Preschool) -> None:
    published.settings_text = published.settings_text.replace(
        "Backens", "Backens" + " lilla" * 900
    )  # it stands in the keyring
    published.write().publish()
    keyring = keyring_path(chain.keyring_name(published.key("johan")))
    length = len(published.files()[keyring])
    assert length > 16_000
    johan_is_no_longer_a_guardian(published)
    published.publish()
    assert len(published.files()[keyring]) == length


def test_a_child_who_moves_keeps_the_months_there_and_gains_those_of_the_new_department(published: Preschool) -> None:
    published.post("Blåklockan/2026-10-21 Ärter", "De växer.\n")
    published.row("placeringar", "alva", "solrosen")[3] = "2026-10-31"
    published.tables["placeringar"].append(["alva", "blaklockan", "2026-11-01", ""])
    published.publish()
    seen = titles(published.open("johan"))
    assert "Vi byggde koja" in seen  # Solrosen in October
    assert "Lyktvandring" in seen  # Blåklockan in November
    assert "Ärter" not in seen  # Blåklockan in October
    assert "Första snön" in seen  # Solrosen in November: the grace after a placement
    published.later(days=30).publish()
    assert "Första snön" in titles(published.open("johan"))


def test_when_the_grace_after_the_last_placement_is_over_the_department_and_the_preschool_are_closed(
    published: Preschool,
) -> None:
    published.row("placeringar", "li", "blaklockan")[3] = "2026-10-24"  # 30 days more, and it is 23 November
    published.publish()
    assert "Öppettider" in titles(published.open("mei"))
    held = {audience.title: audience.epochs for audience in published.open("mei").keyring.audiences}
    published.later(days=1)
    assert published.publish().broken >= 2
    root = published.open("ingrid").root
    assert [chain.find_slot(root, held[title]) for title in ("Blåklockan", "Hela förskolan")] == [None, None]
    with suppress(FormatError):  # what is the family's own may stay open
        assert set(titles(published.open_again("mei"))) <= {"Lis sten"}


def test_a_month_that_is_lost_breaks_the_epoch_and_cannot_be_opened_any_more(published: Preschool) -> None:
    old = published.open("johan").keyring
    published.row("placeringar", "alva", "solrosen")[2] = "2026-11-01"  # it was written wrong
    assert published.publish().broken >= 1
    assert titles(published.open("johan")) == ["Första snön", "Öppettider"]
    root = published.open("ingrid").root
    (solrosen,) = (audience for audience in old.audiences if audience.title == "Solrosen")
    assert chain.find_slot(root, solrosen.epochs) is None


def test_a_month_is_gained_when_it_comes_without_a_break(published: Preschool) -> None:
    published.post("Solrosen/2026-12-02 Advent", "Ett ljus.\n")
    published.publish()
    assert "Advent" not in titles(published.open("johan"))
    assert {"2026-12"} < _months(published.open("johan"))
    published.now = datetime(2026, 12, 2, 9, tzinfo=STOCKHOLM)
    assert published.publish().broken == 0
    assert titles(published.open("johan"))[0] == "Advent"
    assert "2027-01" in _months(published.open("johan"))


def test_a_publish_that_was_killed_before_the_root_is_mended_by_the_next(published: Preschool) -> None:
    before, seen = published.files(), titles(published.open("maria"))
    johan_is_no_longer_a_guardian(published)
    published.publish(into=published.root / "avbruten")  # the keystore has moved on, the host has not
    assert titles(published.open("maria", fetch=before.get)) == seen
    assert published.publish().broken == 0
    assert titles(published.open("maria")) == seen
    with pytest.raises(FormatError, match="access-ended"):
        published.open_again("johan")


def test_however_often_it_was_killed_the_keyrings_of_the_next_read_the_old_root_too(published: Preschool) -> None:
    before, seen = published.files(), titles(published.open("maria"))
    johan_is_no_longer_a_guardian(published)
    published.publish(into=published.root / "avbruten")
    petra_has_quit(published)
    published.publish(into=published.root / "avbruten")
    mei_is_gone_from_the_register(published)
    _remove(published, "barn/Li Wikström/2026-11-10 Lis sten")
    published.publish()
    keyrings_only = before | {path: content for path, content in published.files().items() if path.startswith("k/")}
    for files in (keyrings_only, published.files()):
        assert titles(published.open("maria", fetch=files.get)) == seen


def test_the_command_too_keeps_the_epoch_that_the_hosts_root_uses(published: Preschool) -> None:
    command = ["publish", "--site", str(published.root)]
    environment = {IDENTITY_VARIABLE: str(published.identity), "SOURCE_DATE_EPOCH": str(int(published.now.timestamp()))}
    (published.state / "keystore.age").unlink()
    for path in published.files():
        (published.public / path).unlink()
    published.make_keystore()
    assert CliRunner().invoke(main, command, env=environment).exit_code == 0
    before, seen = published.files(), titles(published.open("maria"))
    johan_is_no_longer_a_guardian(published)
    published.write()
    assert CliRunner().invoke(main, command, env=environment).exit_code == 0
    keyrings_only = before | {path: content for path, content in published.files().items() if path.startswith("k/")}
    assert titles(published.open("maria", fetch=keyrings_only.get)) == seen


def _remove(school: Preschool, place: str) -> None:
    folder = school.root / "inlagg" / place
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()


def _catalogue(opened: Opened, title: str) -> str:
    (audience,) = (audience for audience in opened.keyring.audiences if audience.title == title)
    found = chain.find_slot(opened.root, audience.epochs)
    assert found is not None
    return object_path(found[1].name)


def _months(opened: Opened) -> set[str]:
    return {month for audience in opened.keyring.audiences for epoch in audience.epochs for month in epoch.months}
