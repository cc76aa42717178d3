"""What a family does in the reader, and what becomes of it at the preschool and on other devices: consents, answers, what is told from home, details, links, receipts."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from pluttra_publish import inbox
from pluttra_publish.inbox import filed
from pluttra_publish.inviting import Door
from pluttra_publish.letters.outbox import Outbox
from pluttra_publish.who_has_read import who_has_read
from tests.browser.conftest import MakeDevice, MakeHost
from tests.browser.device import Device
from tests.browser.hosting import Host
from tests.browser.schools import School
from tests.whole.preschool import STOCKHOLM, clock, photo

pytestmark = pytest.mark.browser

ANSWERS = [
    "noah;foto;ja;;2026-08-17;maria;;",
    "noah;namn;;Allmänt intresse;2026-08-17;;;",
    "alva;namn;;Allmänt intresse;2026-08-17;;;",
]
LANTERNS = "Lyktvandring"


@pytest.fixture
def school(tmp_path: Path) -> School:
    """A small preschool of today, that readers can answer."""
    made = School(tmp_path / "förskola", now=datetime.now(STOCKHOLM))
    made.tables["samtycken"] = [row.split(";") for row in ANSWERS]
    made.settings_text += '[drop]\nurl = "/drop"\nfolder = "brevlada"\nreceipts = true\n'
    made.write_posts()
    made.post("Blåklockan/2026-11-05 Lyktvandring", "Barn: Noah\n\nVi gick.\n", lykta_jpg=photo("orange"))
    made.publish()
    return made


@pytest.fixture
def host(school: School, hosting: MakeHost) -> Host:
    return hosting(school.public)


@pytest.fixture
def maria(school: School, host: Host, make_device: MakeDevice) -> Device:
    """The telephone of one who is Noah's only guardian and one of Alva's."""
    device = make_device(host)
    device.enter(school.link("maria"))
    return device


def taken_in(school: School) -> inbox.Emptied:
    school.now = datetime.now(STOCKHOLM)
    with clock(school.now):
        return inbox.empty_all(school.settings, identity=school.identity)


def publish(school: School) -> None:
    """Publish with the register as the inbox has left it."""
    text = (school.root / "register" / "samtycken.csv").read_text(encoding="utf-8")
    school.tables["samtycken"] = [line.split(";") for line in text.splitlines()[1:]]
    school.publish()


def sent(place: Locator) -> None:
    """Wait until what stands in a form has been delivered."""
    expect(place.locator(".answered")).to_contain_text("Skickat")


def test_a_no_is_said_in_the_reader_and_what_it_concerns_is_gone_for_the_others(
    school: School, host: Host, maria: Device, make_device: MakeDevice
) -> None:
    mei = make_device(host)
    mei.enter(school.link("mei"))
    mei.read(school.find("mei", LANTERNS).card.id, LANTERNS)
    expect(mei.photos).to_have_count(1)
    maria.go(f"#/b/{school.child('maria', 'Noah')}")
    maria.page.get_by_role("link", name="Samtycken: Noah").click()
    maria.shows("Samtycken: Noah")
    page = maria.page.url.rpartition("/")[2]
    asked = maria.page.locator("section.question").filter(has=maria.page.get_by_role("heading", name="Foto"))
    expect(asked).to_contain_text("✓ JA")
    asked.get_by_role("button", name="Nej").click()
    sent(asked)
    emptied = taken_in(school)
    assert (emptied.waits, emptied.refused.total()) == (0, 0)
    publish(school)
    mei = make_device(host)
    mei.enter(school.link("mei"))
    mei.read(school.find("mei", LANTERNS).card.id, LANTERNS)
    expect(mei.photos).to_have_count(0)
    maria = make_device(host)
    maria.enter(school.link("maria"))
    maria.go(f"#/s/{page}")
    asked = maria.page.locator("section.question").filter(has=maria.page.get_by_role("heading", name="Foto"))
    expect(asked).to_contain_text("✕ NEJ")
    expect(asked).to_contain_text("Maria: nej")


def test_a_yes_waits_and_the_staff_are_asked_nothing(
    school: School, host: Host, maria: Device, make_device: MakeDevice
) -> None:
    (page,) = (seen.page.id for seen in school.opened("maria").pages if seen.page.title == "Samtycken: Alva")
    maria.go(f"#/s/{page}")
    asked = maria.page.locator("section.question").filter(has=maria.page.get_by_role("heading", name="Film"))
    asked.get_by_role("button", name="Ja").click()
    sent(asked)
    assert taken_in(school).waits == 1
    (waiting,) = filed.listing(school.settings)
    assert (waiting.kind, waiting.sender, dict(waiting.about)["purpose"]) == ("consent", "maria", "film")
    petra = make_device(host)
    petra.enter(school.link("petra"))
    petra.go(f"#/s/{page}")
    petra.shows("Samtycken: Alva")
    expect(petra.page.locator("section.question")).to_have_count(4)
    expect(petra.page.locator("main button")).to_have_count(0)
    petra.go(f"#/p/{school.find('petra', 'Vi byggde koja').card.id}")
    petra.shows("Vi byggde koja")
    petra.kept_quiet()
    expect(petra.page.get_by_text("Svara förskolan")).to_have_count(0)


def test_an_answer_and_something_from_home_come_to_the_staff_with_their_photos(
    school: School, maria: Device, tmp_path: Path
) -> None:
    Image.new("RGB", (1800, 1200), "teal").save(tmp_path / "mask.jpg")
    maria.read(school.find("maria", "Noahs båt").card.id, "Noahs båt")
    maria.page.get_by_text("Svara förskolan").click()
    box = maria.page.locator("details.answer")
    expect(box).to_contain_text("På barnets egen sida kan personalen lägga ut det")
    maria.page.get_by_label("Ditt svar").fill("Den flyter i badkaret också.")
    box.get_by_role("button", name="Skicka").click()
    sent(box)
    maria.go(f"#/b/{school.child('maria', 'Alva')}")
    maria.page.get_by_role("link", name="Berätta hemifrån").click()
    maria.shows("Berätta hemifrån")
    maria.page.get_by_label("Rubrik").fill("En mask hos mormor")
    maria.page.get_by_label("Vad hände?").fill("Hon grävde upp den själv.")
    maria.page.locator("input[type=file]").set_input_files(tmp_path / "mask.jpg")
    expect(maria.page.locator(".attached img")).to_have_count(1)
    maria.page.get_by_role("button", name="Skicka").click()
    sent(maria.page.locator("main form"))
    assert taken_in(school).waits == 2
    waiting = {one.kind: one for one in filed.listing(school.settings)}
    assert waiting["reply"].about["text"] == "Den flyter i badkaret också."
    assert (waiting["observation"].about["title"], len(waiting["observation"].photos)) == ("En mask hos mormor", 1)
    with clock(school.now):
        for one in waiting.values():
            filed.approve(school.settings, one.name, identity=school.identity)
    publish(school)
    found = {post.card.title: post.card for post in school.opened("maria").posts}
    assert found["En mask hos mormor"].count["photo"] == 1
    assert found["Svar: Noahs båt"].by == ("Maria Lindqvist",)


def test_what_is_typed_in_an_answer_lasts(school: School, maria: Device) -> None:
    post = school.find("maria", "Vi byggde koja").card.id
    maria.read(post, "Vi byggde koja")
    maria.page.get_by_text("Svara förskolan").click()
    maria.page.get_by_label("Ditt svar").fill("Halvskri")
    maria.kept_quiet()
    maria.go("#/")
    maria.page.reload()
    maria.read(post, "Vi byggde koja")
    expect(maria.page.get_by_label("Ditt svar")).to_have_value("Halvskri")
    expect(maria.page.get_by_label("Ditt svar")).to_be_visible()


def test_changed_details_wait_and_open_links_end(school: School, maria: Device) -> None:
    maria.go("#/om")
    maria.page.get_by_role("link", name="Ändra uppgifter").click()
    maria.shows("Dina uppgifter")
    maria.page.get_by_label("Ny e-postadress").fill("ny@example.se")
    maria.page.get_by_label("Språk i brev och mejl").select_option("ar")
    maria.page.get_by_role("button", name="Skicka").click()
    sent(maria.page.locator("main form"))
    maria.go("#/enhet")
    maria.shows("Lägg till en enhet")
    maria.tap("Avsluta mina öppna länkar")
    sent(maria.page.locator("form[data-answer=retire]"))
    taken_in(school)
    (waiting,) = filed.listing(school.settings)
    assert dict(waiting.about) == {"email": "ny@example.se", "lang": "ar", "phone": None}
    assert not [kept for kept in school.keys().invitations if kept.reader == "maria"]


class TestReceipts:
    def test_the_first_opening_is_told_in_silence(self, school: School, maria: Device) -> None:
        maria.eventually(lambda: any((school.root / "brevlada").glob("[0-9a-f]*")))
        taken_in(school)
        with clock(school.now):
            door = Door.open(school.settings, identity=school.identity)
            rows = {row.reader.id: row.opened for row in door.rows(Outbox.load(school.state))}
            assert len(Outbox.load(school.state).opened) == 1
        assert rows.keys() >= {"maria", "johan"}
        maria.go("#/skickat")
        expect(maria.page.locator("main")).to_contain_text("Inget väntar")

    def test_what_is_read_is_told_by_those_alone_who_have_agreed_to_it(self, school: School, maria: Device) -> None:
        maria.read(school.find("maria", "Vi byggde koja").card.id, "Vi byggde koja")
        maria.tap("Nej tack")
        expect(maria.page.locator("main")).to_contain_text("Då berättar sidan ingenting")
        maria.go("#/om")
        maria.tap("Berätta vad jag läser")
        expect(maria.page.get_by_role("button", name="Sluta berätta vad jag läser")).to_be_focused()
        maria.read(school.find("maria", LANTERNS).card.id, LANTERNS)

        def told() -> bool:
            maria.page.evaluate("() => dispatchEvent(new Event('pagehide'))")  # rather than to wait for more to be read
            return len(list((school.root / "brevlada").glob("[0-9a-f]*"))) >= 2

        maria.eventually(told)
        taken_in(school)
        with clock(school.now):
            read = who_has_read(school.settings, identity=school.identity)
        assert {one.source.rpartition(" ")[2]: [name for name, _ in one.readers] for one in read} == {
            LANTERNS: ["Maria Lindqvist"]
        }
