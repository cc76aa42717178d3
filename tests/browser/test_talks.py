"""A development talk, from a guardian's telephone to the preschool's computer and back to everybody's pages."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import expect

from pluttra_publish import inbox
from pluttra_publish.drop.setting_up import box_at
from tests.browser.conftest import MakeDevice, MakeHost
from tests.browser.device import Device
from tests.browser.schools import School
from tests.browser.test_accessibility import AXE, JUDGE, OVERFLOWING, RULES
from tests.whole.preschool import STOCKHOLM, clock

pytestmark = pytest.mark.browser

NOW = datetime.now(STOCKHOLM)
DAY = NOW.date() + timedelta(days=8)
TALK, OTHER = f"Noah Lindqvist/{DAY:%Y-%m} Utvecklingssamtal", f"Li Wikström/{DAY}"
INVITATION = f"Tider: {DAY} 14.30, 15.15; {DAY + timedelta(days=1)} 8.00\nLängd: 40 minuter\nPlats: Lekrummet\n\nVälkomna till samtal.\n"
QUESTION = "Vad berättar Noah om sina dagar här?"
WORDS = "Mest om snön <b>och</b> båten."


@pytest.fixture
def school(tmp_path: Path) -> School:
    """A small preschool of today, with two families that are offered the same times."""
    made = School(tmp_path / "förskola", now=datetime.now(STOCKHOLM))
    made.settings_text += '[drop]\nurl = "/drop"\nfolder = "brevlada"\n'
    made.tables["personal-avdelningar"].append(["petra", "blaklockan", "2021-08-09", ""])
    made.row("vardnadshavare", "maria")[4] = ""  # the browser's language counts
    made.write_posts()
    for talk in (TALK, OTHER):
        (made.root / "samtal" / talk).mkdir(parents=True)
        (made.root / "samtal" / talk / "inbjudan.md").write_text(INVITATION, encoding="utf-8")
    questions = f"Frågor:\n- {QUESTION}\n- Vad vill ni att vi pratar om?\n\nSkriv så mycket eller så lite ni vill.\n"
    (made.root / "samtal" / TALK / "förberedelse.md").write_text(questions, encoding="utf-8")
    (made.root / "samtal" / TALK / "anteckningar.md").write_text("Vi delar gruppen.\n", encoding="utf-8")
    made.publish()
    return made


def taken_in(school: School) -> None:
    """Do what `watch` does when something has come."""
    school.now = datetime.now(STOCKHOLM)
    with clock(school.now):
        assert not inbox.empty_all(school.settings, identity=school.identity).refused
    school.publish()


def opened(device: Device, school: School, reader: str, child: str) -> Device:
    """The page of a child's only talk."""
    device.enter(school.link(reader))
    device.go(f"#/b/{school.child(reader, child)}")
    device.page.get_by_role("link", name="Utvecklingssamtal").first.click()
    expect(device.page.locator("article.talk")).to_be_visible()
    return device


def judged(device: Device) -> list[str]:
    device.page.evaluate(AXE.read_text(encoding="utf-8"))
    return list(device.page.evaluate(JUDGE, RULES)) + list(device.page.evaluate(OVERFLOWING))


def test_a_time_an_answer_and_an_agreement_go_from_the_telephone_to_everybodys_pages(
    school: School, hosting: MakeHost, make_device: MakeDevice
) -> None:
    host = hosting(school.public, drop=box_at(school.settings))
    maria = opened(make_device(host), school, "maria", "Noah")
    assert judged(maria) == []
    page = maria.page
    page.get_by_label("14:30").check()
    page.get_by_role("button", name="Boka tiden").click()
    page.get_by_label(QUESTION).fill(WORDS)
    page.get_by_role("button", name="Skicka svaren").click()
    page.get_by_role("button", name="Jag har läst och håller med").click()
    for form in page.locator("form[data-answer]").all():
        expect(form.get_by_role("status")).to_contain_text("Skickat")
    taken_in(school)
    maria = opened(make_device(host), school, "maria", "Noah")
    page = maria.page
    expect(page.locator(".facts")).to_contain_text(re.compile("14:30.*Bokad av.*Maria Lindqvist", re.DOTALL))
    expect(page.get_by_role("link", name="Spara tiden i kalendern")).to_be_visible()
    expect(page.locator("main")).to_contain_text("Godkänt av Maria Lindqvist")
    expect(page.locator("main")).to_contain_text("Svar har kommit från Maria Lindqvist")
    expect(page.locator("main")).not_to_contain_text("båten")
    assert judged(maria) == []

    mei = opened(make_device(host), school, "mei", "Li")
    expect(mei.page.get_by_role("radio")).to_have_count(2)

    petra = make_device(host)
    petra.enter(school.link("petra"))
    petra.go(f"#/a/{school.audience('petra', 'Personal: Blåklockan')}")
    petra.page.get_by_role("link", name="Svar inför samtal: Noah Lindqvist").click()
    expect(petra.page.locator("main")).to_contain_text(WORDS)
    assert judged(petra) == []
    petra.page.get_by_role("link", name="Till samtalets sida").click()
    expect(petra.page.get_by_label(QUESTION)).to_be_disabled()
    expect(petra.page.locator("article").get_by_role("button", name="Skicka svaren")).to_have_count(0)
