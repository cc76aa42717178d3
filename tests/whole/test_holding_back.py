"""One bad post holds back that post, never the others, and keeps its last good version unless somebody might be shown who may not be."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pluttra_publish import publish as pipeline
from pluttra_publish.errors import CheckFailed, ContentError, RegisterError
from pluttra_publish.publish import Published
from tests.whole.preschool import Preschool, clock, photo, titles
from tests.whole.test_incremental import differing, rebuilt

SEQUENCE = 1_900_000_000
SNOW = "inlagg/Solrosen/2026-11-19 Första snön"
HUT = "inlagg/Solrosen/2026-10-14 Vi byggde koja"
Fault = Callable[[Preschool], None]


def publish(school: Preschool, *, sequence: int | None = None) -> Published:
    school.make_keystore()
    with clock(school.now):
        return pipeline.publish(school.settings, sequence=sequence, identity=school.identity, hold_back=True)


def write(school: Preschool, post: str, text: str) -> None:
    (school.root / post / "text.md").write_text(text, encoding="utf-8", newline="\n")


def a_field_nobody_knows(school: Preschool) -> None:
    write(school, SNOW, "Titel: Ny titel\nSatus: utkast\n\nText.\n")


def a_photo_that_breaks_off(school: Preschool) -> None:
    (school.root / SNOW / "snö.jpg").write_bytes(photo(size=(900, 700))[:700])


def a_link_to_nothing(school: Preschool) -> None:
    write(school, SNOW, "Titel: Ny titel\n\n[Förr](../2026-01-01 Aldrig).\n")


def two_texts(school: Preschool) -> None:
    (school.root / SNOW / "mer.md").write_text("Mer.\n", encoding="utf-8")


MENDABLE = (a_field_nobody_knows, a_photo_that_breaks_off, a_link_to_nothing, two_texts)


def an_unknown_child(school: Preschool) -> None:
    write(school, SNOW, "Barn: Kalle\n\nText.\n")


def an_unknown_child_on_a_photo(school: Preschool) -> None:
    write(school, SNOW, 'Hej.\n\n![Snö](snö.jpg){barn="Kalle"}\n')


def a_child_outside(school: Preschool) -> None:
    write(school, SNOW, "Vi såg Ylva Tornefalk.\n")


def a_child_without_consent(school: Preschool) -> None:
    school.tables["samtycken"] = [
        [child[0], purpose, "", "Allmänt intresse", "2019-01-01", "", "", ""]
        for child in school.tables["barn"]
        for purpose in ("foto", "film", "ljud", "namn")
        if (child[0], purpose) != ("alva", "foto")
    ]
    school.write()
    write(school, SNOW, "Barn: Alva\n\nText.\n")


GRAVE = (an_unknown_child, an_unknown_child_on_a_photo, a_child_outside, a_child_without_consent)


@pytest.mark.parametrize("fault", MENDABLE, ids=lambda fault: fault.__name__)
def test_a_bad_post_keeps_its_last_good_version_and_the_others_go_out(published: Preschool, fault: Fault) -> None:
    before = {post.card.title: post.card.page for post in published.open("maria").posts}
    fault(published)
    published.post("Solrosen/2026-11-20 Nytt", "Hej.")
    done = publish(published)
    assert {name: held.out for name, held in done.held.items()} == {SNOW: True}
    assert done.held[SNOW].findings
    now = {post.card.title: post.card.page for post in published.open_again("maria").posts}
    assert now == before | {"Nytt": now["Nytt"]}


@pytest.mark.parametrize("fault", GRAVE, ids=lambda fault: fault.__name__)
def test_what_may_show_somebody_who_may_not_be_shown_is_taken_away(published: Preschool, fault: Fault) -> None:
    assert "Första snön" in titles(published.open("maria"))
    objects = set(published.files())
    fault(published)
    published.post("Solrosen/2026-11-20 Nytt", "Hej.")
    done = publish(published)
    assert {name: held.out for name, held in done.held.items()} == {SNOW: False}
    opened = published.open_again("maria")
    assert "Första snön" not in titles(opened)
    assert "Nytt" in titles(opened)
    assert objects - set(published.files()), "its page and photo are gone from the host too"


@pytest.mark.parametrize("fault", [*MENDABLE, *GRAVE], ids=lambda fault: fault.__name__)
def test_a_new_bad_post_is_not_out_and_the_site_is_that_of_the_others(
    school: Preschool, tmp_path: Path, fault: Fault
) -> None:
    school.write_posts()
    fault(school)
    done = publish(school, sequence=SEQUENCE)
    assert {name: held.out for name, held in done.held.items()} == {SNOW: False}
    assert "Vi byggde koja" in titles(school.open("johan"))
    shutil.rmtree(school.root / SNOW)
    school.later(minutes=5)
    school.publish(sequence=SEQUENCE + 1)
    assert differing(school.files(), rebuilt(school, tmp_path / "ny", SEQUENCE + 1)) == set()


@pytest.mark.parametrize("fault", [a_field_nobody_knows, an_unknown_child], ids=lambda fault: fault.__name__)
def test_when_it_is_mended_the_bytes_are_those_of_a_rebuild(published: Preschool, tmp_path: Path, fault: Fault) -> None:
    fault(published)
    publish(published)
    published.post("Solrosen/2026-11-20 Nytt", "Hej.")
    assert publish(published).held
    write(published, SNOW, "Nu är det rätt.\n")
    done = publish(published, sequence=SEQUENCE)
    assert not done.held
    assert done.read <= 2
    assert differing(published.files(), rebuilt(published, tmp_path / "ny")) == set()


def test_a_plain_publish_still_stops_on_what_is_held_back(published: Preschool) -> None:
    a_field_nobody_knows(published)
    publish(published)
    with pytest.raises(CheckFailed):
        published.publish()
    an_unknown_child(published)
    publish(published)
    with pytest.raises(CheckFailed):
        published.publish()


@pytest.mark.parametrize("days", [1, 40])
def test_a_new_day_leaves_it_as_it_is(published: Preschool, days: int) -> None:
    a_field_nobody_knows(published)
    publish(published)
    published.later(days=days)
    done = publish(published)
    assert done.held[SNOW].out
    assert done.read > 3
    assert "Första snön" in titles(published.open("maria"))


def test_a_consent_that_ends_takes_it_away_since_nobody_can_tell_whom_it_shows(published: Preschool) -> None:
    a_field_nobody_knows(published)
    publish(published)
    published.tables["samtycken"] = [
        [child[0], purpose, "", "Allmänt intresse", "2019-01-01", "", "2026-11-23" if child[0] == "li" else "", ""]
        for child in published.tables["barn"]
        for purpose in ("foto", "film", "ljud", "namn")
    ]
    published.write()
    assert publish(published).held[SNOW].out  # it still holds
    published.later(days=1)
    assert publish(published).held[SNOW].out is False  # the consent ended last night
    assert "Första snön" not in titles(published.open("maria"))
    assert "Vi byggde koja" in titles(published.open("maria"))


def test_a_new_child_in_the_register_does_not_take_it_away(published: Preschool) -> None:
    a_field_nobody_knows(published)
    published.tables["barn"].append(["bo", "Bo", "Nyman", "nej"])
    published.tables["placeringar"].append(["bo", "solrosen", "2026-11-01", ""])
    published.write()
    assert publish(published).held[SNOW].out
    assert "Första snön" in titles(published.open("maria"))


def test_a_guardian_who_leaves_loses_it_with_the_rest(published: Preschool) -> None:
    published.open("mei")
    a_field_nobody_knows(published)
    published.row("relationer", "li", "mei")[3] = "2026-11-01"
    published.write()
    publish(published)
    assert "mei" not in {reader for reader, keys in published.keys().readers.items() if keys.given}


def test_a_colour_that_changes_leaves_it_as_it_is(published: Preschool) -> None:
    a_field_nobody_knows(published)
    published.settings_text += '[theme]\ncolour = "#1d5c87"\n'
    published.write()
    assert publish(published).held[SNOW].out
    assert "Första snön" in titles(published.open("maria"))


def test_what_shares_a_photo_that_somebody_may_no_longer_have_is_taken_away(published: Preschool) -> None:
    published.post("Solrosen/2026-11-12 Igen", "Barn: Alva\n\nHej.", snö_jpg=photo())
    publish(published)
    a_field_nobody_knows(published)
    write(published, "inlagg/Solrosen/2026-11-12 Igen", "Hej.")
    assert publish(published).held[SNOW].out is False


def test_a_link_to_what_is_held_back_is_only_words(published: Preschool) -> None:
    a_field_nobody_knows(published)
    published.post("Solrosen/2026-11-20 Nytt", "Minns ni [snön](../2026-11-19 Första snön)?\n")
    assert set(publish(published).held) == {SNOW}
    write(published, SNOW, "Nu är det rätt.\n")
    publish(published, sequence=SEQUENCE)
    (new,) = [post for post in published.open("maria").posts if post.card.title == "Nytt"]
    assert b'href="#/p/' in published.open("maria").content(new.card.page)


def test_a_post_that_takes_the_address_of_another_is_held_back_and_the_other_stays(published: Preschool) -> None:
    write(published, SNOW, "Adress: vinter\n\nHej.")
    publish(published)
    published.post("Solrosen/2026-11-20 Nytt", "Adress: vinter\n\nHej.")
    published.post("Solrosen/2026-11-21 Mer", "Hej.")
    assert publish(published).held
    seen = titles(published.open("maria"))
    assert "Mer" in seen
    assert "Första snön" in seen
    assert "Nytt" not in seen


def test_a_bad_public_page_stays_and_so_do_those_that_it_is_listed_on(published: Preschool) -> None:
    pages = {path: content for path, content in published.files().items() if path.startswith("sida/")}
    (published.root / "inlagg/offentligt/Om oss/text.md").write_text("Satus: x\n\nFel.\n", encoding="utf-8")
    published.post("Solrosen/2026-11-20 Nytt", "Hej.")
    done = publish(published)
    assert done.held["inlagg/offentligt/Om oss"].out
    assert {path: content for path, content in published.files().items() if path.startswith("sida/")} == pages
    assert "Nytt" in titles(published.open("maria"))
    published.later(days=1)
    assert publish(published).held["inlagg/offentligt/Om oss"].out
    assert {path: content for path, content in published.files().items() if path.startswith("sida/")} == pages


def test_a_public_page_about_a_child_is_taken_away(published: Preschool) -> None:
    (published.root / "inlagg/offentligt/Om oss/text.md").write_text("Barn: Alva\n\nFel.\n", encoding="utf-8")
    done = publish(published)
    assert done.held["inlagg/offentligt/Om oss"].out is False
    assert not any("om-oss" in path for path in published.files())


def test_a_bad_talk_is_held_back_and_posts_go_out(published: Preschool) -> None:
    talk = published.root / "samtal" / "Alva Lindqvist" / "2026-12-01"
    talk.mkdir(parents=True)
    (talk / "inbjudan.md").write_text("Satus: x\n\nVälkomna.\n", encoding="utf-8")
    published.post("Solrosen/2026-11-20 Nytt", "Hej.")
    done = publish(published)
    assert set(done.held) == {"samtal/Alva Lindqvist/2026-12-01"}
    assert "Nytt" in titles(published.open("maria"))
    with pytest.raises(CheckFailed):
        published.publish()
    (talk / "inbjudan.md").write_text("Tid: 15.30\n\nVälkomna.\n", encoding="utf-8")
    assert not publish(published).held


@pytest.mark.parametrize("what", ["register", "settings", "theme"])
def test_what_is_nobodys_post_stops_all(published: Preschool, what: str) -> None:
    before = published.files()
    published.post("Solrosen/2026-11-20 Nytt", "Hej.")
    if what == "register":
        published.tables["barn"].append(["alva", "Eva", "Berg", "nej"])
        published.write()
    elif what == "settings":
        published.settings_text += '[theme]\nlogo = "saknas.png"\n'
        published.write()
    else:
        (published.root / "theme" / "templates").mkdir(parents=True)
        (published.root / "theme" / "templates" / "nymall.html").write_text("<p>", encoding="utf-8")
    with pytest.raises((CheckFailed, RegisterError)):
        publish(published)
    assert published.files() == before


def test_a_departments_folder_that_cannot_be_read_stops_all(published: Preschool) -> None:
    folder = published.root / "inlagg" / "Blåklockan"
    folder.chmod(0)
    try:
        if list_works(folder):
            pytest.skip("this account reads everything")
        with pytest.raises(CheckFailed):
            publish(published)
    finally:
        folder.chmod(0o755)


def list_works(folder: Path) -> bool:
    try:
        return bool(list(folder.iterdir())) or True
    except OSError:
        return False


def test_a_folder_of_posts_that_is_gone_is_told_as_that(published: Preschool) -> None:
    (published.root / "inlagg").rename(published.root / "undan")
    for hold_back in (False, True):
        with clock(published.now), pytest.raises(ContentError, match="Mappen inlagg med inlägg finns inte"):
            pipeline.publish(published.settings, identity=published.identity, hold_back=hold_back)


def test_photos_that_icloud_has_taken_away_are_not_missing(published: Preschool) -> None:
    before = published.files()
    (published.root / SNOW / "snö.jpg").rename(published.root / SNOW / ".snö.jpg.icloud")
    with pytest.raises(CheckFailed, match="1 fel"):
        published.publish()
    done = publish(published)
    assert done.held[SNOW].out
    assert {path for path in before if path != "root"} == {path for path in published.files() if path != "root"}
    (published.root / SNOW / ".snö.jpg.icloud").rename(published.root / SNOW / "snö.jpg")
    assert not publish(published).held


def test_many_photos_in_the_cloud_are_no_vanished_folder(published: Preschool) -> None:
    photos = {f"bild{number}_jpg": photo(size=(20 + number, 20)) for number in range(25)}
    home = published.post("Solrosen/2026-11-18 Många", "Hej.", **photos)
    publish(published)
    for path in home.glob("*.jpg"):
        path.rename(path.with_name(f".{path.name}.icloud"))
    assert publish(published).held[f"inlagg/Solrosen/{home.name}"].out


def test_a_placement_that_ended_does_not_bring_back_what_was_taken_away(published: Preschool) -> None:
    an_unknown_child(published)
    publish(published)
    published.later(days=1)
    assert publish(published).held[SNOW].out is False
    a_field_nobody_knows(published)
    assert publish(published).held[SNOW].out is False
    assert date(2026, 11, 19).isoformat() not in {post.card.date[:10] for post in published.open("maria").posts}


def test_a_register_that_is_put_among_the_posts_stops_all_also_when_the_posts_lie_deep(school: Preschool) -> None:
    school.settings_text += '[folders]\nposts = "synk/molnet/inlagg"\n'
    school.write().write_posts()
    (school.root / "synk" / "molnet").mkdir(parents=True)
    (school.root / "inlagg").rename(school.root / "synk" / "molnet" / "inlagg")
    publish(school)
    stray = school.root / "synk/molnet/inlagg/Solrosen/2026-11-19 Första snön/barn.csv"
    stray.write_text("id;förnamn\n", encoding="utf-8")
    with pytest.raises(CheckFailed) as failed:
        publish(school)
    assert RegisterError in {finding.kind for finding in failed.value.findings.errors}
