"""What a reader sees: the right posts, in the right order, whole, with every picture."""

from __future__ import annotations

import re
from datetime import date

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import MakeDevice, MakeHost
from tests.browser.device import LOST, Device
from tests.browser.hosting import Host
from tests.browser.schools import Sample, School
from tests.whole.preschool import PURPOSES, photo
from tests.whole.truth import may_read, posts

pytestmark = pytest.mark.browser
PHOTOS = {".jpg", ".jpeg", ".png", ".heic"}
STAFFS = "Anteckningar från planeringsdagen"
SIBLINGS = "Alva och Noah möts på gården"


def photos_written(sample: Sample, title: str) -> int:
    """How many photos lie in the folder of a post."""
    (place,) = (post.place for post in posts(sample.root) if post.title == title)
    folder = sample.root.joinpath("inlagg", *place)
    return len([path for path in folder.iterdir() if path.suffix.casefold() in PHOTOS])


def test_every_photo_of_every_post_of_a_reader_is_decoded(device: Device, sample: Sample) -> None:
    device.enter(sample.link("maria"))
    written = sample.opened("maria").posts
    seen = 0
    for post in written:
        device.read(post.card.id, post.card.title)
        expected = photos_written(sample, post.card.title)
        expect(device.photos).to_have_count(expected)
        sizes = device.decoded(device.photos)
        assert all(width > 100 and height > 100 for width, height in sizes)
        alts = [photo.get_attribute("alt") for photo in device.photos.all()]
        assert all(alts)
        seen += len(sizes)
    assert len(written) > 20
    assert seen > 40


@pytest.mark.parametrize("reader", ["maria", "johan", "petra", "ingrid"])
def test_home_shows_exactly_what_the_register_allows_newest_first_and_once(
    reader: str, device: Device, sample: Sample
) -> None:
    device.enter(sample.link(reader))
    titles = device.cards()
    assert sorted(titles) == may_read(sample.root, sample.now.date())[reader]
    dates = [time.get_attribute("datetime") or "" for time in device.page.locator("main .card time").all()]
    assert dates == sorted(dates, reverse=True)
    assert date.fromisoformat(dates[0][:10]) <= sample.now.date()


def test_children_of_the_same_name_are_told_apart_for_the_staff_and_others_are_not(
    device: Device, sample: Sample
) -> None:
    device.enter(sample.link("ingrid"))
    device.page.get_by_text("Barnen", exact=True).click()
    names = device.page.locator("main .everyone .names a").all_text_contents()
    assert {"Elsa B.", "Elsa N.", "Alva", "Noah"} <= set(names)
    device.page.get_by_role("link", name="Elsa B.", exact=True).click()
    device.shows("Elsa B.")
    expect(device.page.locator("main .where")).to_have_text("Solrosen")


def test_the_siblings_post_is_there_once_with_both_names(device: Device, sample: Sample) -> None:
    device.enter(sample.link("maria"))
    device.cards()
    card = device.page.locator("main .card").filter(has_text=SIBLINGS)
    expect(card).to_have_count(1)
    expect(card.locator(".about bdi")).to_have_text(["Alva", "Noah"])
    card.get_by_role("link", name=SIBLINGS).click()
    device.shows(SIBLINGS)
    names = device.page.locator("main .names a")
    expect(names).to_have_text(["Alva", "Noah"])
    for name in ("Alva", "Noah"):
        names.filter(has_text=name).click()
        device.shows(name)
        assert device.cards().count(SIBLINGS) == 1
        device.page.go_back()
        device.shows(SIBLINGS)


def test_a_parent_who_lives_apart_sees_nothing_of_the_child_that_is_not_shared(device: Device, sample: Sample) -> None:
    device.enter(sample.link("johan"))
    titles = device.cards()
    assert "Noahs båt" not in titles
    assert "Lyktvandring" not in titles
    assert "Alva bygger en stad" in titles
    expect(device.page.get_by_role("link", name=re.compile("Blåklockan|Noah$"))).to_have_count(0)
    others = sample.find("maria", "Noahs båt")
    noah = sample.child("maria", "Noah")
    for fragment in (f"#/p/{others.card.id}", f"#/b/{noah}", f"#/a/{sample.audience('maria', 'Blåklockan')}"):
        device.go(fragment)
        device.shows(LOST)
        assert "båt" not in device.page.locator("main").inner_text()
    device.read(sample.find("johan", SIBLINGS).card.id, SIBLINGS)
    expect(device.page.locator("main .names a")).to_have_text(["Alva"])


def test_a_department_and_its_months_can_be_paged_through(device: Device, sample: Sample) -> None:
    device.enter(sample.link("maria"))
    device.page.get_by_role("link", name=re.compile("^Solrosen")).click()
    device.shows("Solrosen")
    titles = device.cards()
    assert "Vi byggde koja" in titles
    assert "Lyktvandring" not in titles
    device.page.get_by_role("link", name="Oktober 2026").click()
    device.shows("Oktober 2026")
    expect(device.page).to_have_title("Solrosen, oktober 2026 – Backens förskola")
    found = device.page.locator("main .card h2 a").all_text_contents()
    assert set(found) <= set(titles)
    assert "Vi byggde koja" in found
    assert len(device.decoded(device.page.locator("main .card .cover img"))) == len(found)


def test_a_photo_can_be_seen_large_and_left_with_the_keyboard(device: Device, sample: Sample) -> None:
    post = sample.find("maria", "Vi byggde koja")
    device.enter(sample.link("maria"))
    device.read(post.card.id, post.card.title)
    device.decoded(device.photos)
    device.page.get_by_role("button", name=re.compile("^Visa stort")).first.click()
    large = device.page.get_by_role("dialog").locator(".slide:not([inert]) img")
    expect(large).to_be_visible()
    assert device.decoded(large)
    first = large.get_attribute("alt") or ""
    device.page.keyboard.press("ArrowRight")
    expect(device.page.get_by_role("button", name="Föregående bild")).to_be_enabled()
    expect(large).not_to_have_attribute("alt", first)
    expect(large).to_be_visible()
    assert device.decoded(large)
    device.page.keyboard.press("Escape")
    expect(device.page.get_by_role("dialog")).to_have_count(0)
    assert device.focused() == "button"


def test_the_pedagogue_sees_the_staffs_post_and_a_guardian_does_not(
    make_device: MakeDevice, host: Host, sample: Sample
) -> None:
    pedagogue, guardian = make_device(host), make_device(host)
    pedagogue.enter(sample.link("petra"))
    guardian.enter(sample.link("maria"))
    assert STAFFS in pedagogue.cards()
    assert STAFFS not in guardian.cards()


def test_the_staffs_list_says_yes_and_no_in_words_and_how_old_it_is(device: Device, sample: Sample) -> None:
    device.enter(sample.link("petra"))
    for door in ("Personal", "Vem får synas: Solrosen"):
        device.page.get_by_role("link", name=door).first.click()
    page = device.page.locator("article.consents")
    samira = page.get_by_role("listitem").filter(has_text="Samira Warsame")
    answers = samira.get_by_role("listitem")
    expect(answers.filter(has_text="Film")).to_have_text(re.compile(r"^Film\s+✕\s+NEJ$"))
    expect(answers.filter(has_text="Foto")).to_have_text(re.compile(r"^Foto\s+✓\s+JA$"))
    expect(page.locator("header")).to_contain_text(re.compile("Senast publicerat 23 november"))


def test_a_family_sees_the_fullest_copy_of_a_post_that_others_see_less_of(
    make_device: MakeDevice, hosting: MakeHost, school: School
) -> None:
    photos = {"a.jpg": photo("red"), "b.jpg": photo("blue")}
    school.post(
        "Solrosen/2026-11-20 Vi målar", 'Rött.\n\n![Alva](a.jpg){barn="Alva"}\n\n![Burk](b.jpg){barn=""}\n', **photos
    )
    school.tables["samtycken"] = [
        [child, purpose, "", "Allmänt intresse", "2019-01-01", "", "", "2026-11-22" if (child, purpose) == ("alva", "foto") else ""]
        for child in ("alva", "noah", "li")
        for purpose in PURPOSES
    ]  # fmt: skip
    school.tables["vardnadshavare"].append(["bo", "Bo", "Berg", "bo@example.se", "sv", "nej"])
    school.tables["barn"].append(["sam", "Sam", "Berg", "nej"])
    school.tables["relationer"].append(["sam", "bo", "2021-01-01", ""])
    school.tables["placeringar"].append(["sam", "solrosen", "2024-08-19", ""])
    school.publish()
    host = hosting(school.public)
    for reader, alts in {"johan": ["Alva", "Burk"], "bo": ["Burk"]}.items():
        device = make_device(host)
        device.enter(school.link(reader))
        device.read(school.find(reader, "Vi målar").card.id, "Vi målar")
        expect(device.photos).to_have_count(len(alts))
        assert [shown.get_attribute("alt") for shown in device.photos.all()] == alts
