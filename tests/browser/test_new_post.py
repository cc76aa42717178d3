"""A new post written on a telephone, from the first tap to the folder at the preschool."""

from __future__ import annotations

import io
import re
import shutil
from copy import deepcopy
from datetime import datetime
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import FilePayload, Locator, expect

from pluttra_publish import inbox
from pluttra_publish.drop.setting_up import box_at
from tests.browser.conftest import MakeDevice, MakeHost
from tests.browser.device import Device
from tests.browser.hosting import Host
from tests.browser.schools import School
from tests.browser.test_accessibility import AXE, JUDGE, RULES
from tests.browser.test_looks import OVERFLOWING, TWICE
from tests.media import making
from tests.whole.preschool import STOCKHOLM, clock

pytestmark = pytest.mark.browser

PHONE = {"has_touch": True, "is_mobile": True}
MAY = "foto film ljud namn"


def jpeg(size: tuple[int, int] = (3000, 2000), *, turned: bool = False) -> bytes:
    """A photo as a telephone takes it: large, and with a place and a camera in it."""
    exif = Image.Exif()
    exif[0x010F] = "KANARIE"
    exif[0x0112] = 6 if turned else 1
    exif.get_ifd(0x8825).update({1: "N", 2: (59.0, 19.0, 46.0), 3: "E", 4: (18.0, 4.0, 7.0)})
    into = io.BytesIO()
    image = Image.new("RGB", size, "teal")
    image.paste("red", (0, 0, size[0] // 2, size[1] // 2))
    image.save(into, "JPEG", quality=70, exif=exif)
    assert b"KANARIE" in into.getvalue()
    return into.getvalue()


def picked(name: str, content: bytes, media_type: str = "image/jpeg") -> FilePayload:
    return {"name": name, "mimeType": media_type, "buffer": content}


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> School:
    """A preschool that readers can answer, with children at Solrosen of whom one may not be in photos, one not in films, and one not be named."""
    school = School(tmp_path_factory.mktemp("new") / "förskola", now=datetime.now(STOCKHOLM))
    school.settings_text += '[drop]\nurl = "/drop"\nfolder = "drop"\n'
    for name in ("sam", "ida", "tom"):
        school.tables["barn"].append([name, name.capitalize(), "Berg", "nej"])
        school.tables["relationer"].append([name, "mei", "2021-01-01", ""])
        school.tables["placeringar"].append([name, "solrosen", "2024-08-19", ""])
    lacking = {("sam", "foto"), ("ida", "film"), ("tom", "namn")}
    children = [row[0] for row in school.tables["barn"]]
    school.tables["samtycken"] = [
        [child, purpose, "", "Allmänt intresse", "2019-01-01", "", "", ""]
        for child in children
        for purpose in MAY.split()
        if (child, purpose) not in lacking
    ]
    school.write_posts().publish()
    return school


@pytest.fixture
def school(beginning: School, tmp_path: Path) -> School:
    """A copy of it."""
    root = Path(shutil.copytree(beginning.root, tmp_path / "förskola"))
    school = School(root, now=datetime.now(STOCKHOLM), settings_text=beginning.settings_text)
    school.tables = deepcopy(beginning.tables)
    return school


@pytest.fixture
def host(hosting: MakeHost, school: School) -> Host:
    """A host that takes messages too."""
    return hosting(school.public, drop=box_at(school.settings))


def writing(device: Device, school: School, reader: str = "petra") -> Form:
    """Go in as one of the staff, and open the form."""
    device.enter(school.link(reader))
    device.page.get_by_role("link", name="Nytt inlägg").click()
    device.shows("Nytt inlägg")
    return Form(device)


class Form:
    """The form as one sees it."""

    def __init__(self, device: Device) -> None:
        self.device, self.page = device, device.page

    def attach(self, *files: FilePayload) -> None:
        before = self.tiles.count()
        self.page.get_by_label("Välj bilder, film och ljud").set_input_files(list(files))
        expect(self.tiles).to_have_count(before + len(files))
        expect(self.page.get_by_text("Förbereder")).to_have_count(0)

    @property
    def tiles(self) -> Locator:
        return self.page.locator(".tiles li")

    @property
    def dialog(self) -> Locator:
        return self.page.locator("dialog[open]")

    def child(self, name: str, inside: Locator | None = None) -> Locator:
        return (inside or self.page.locator("[data-slot=about]")).get_by_role("checkbox", name=re.compile(f"^{name}"))

    def tap(self, name: str, inside: Locator | None = None) -> None:
        self.child(name, inside).locator("xpath=..").click()

    def place(self, name: str) -> None:
        self.page.get_by_role("radio", name=name).locator("xpath=..").click()

    def kept(self) -> None:
        """Wait until what is typed lies on the device."""
        self.page.wait_for_timeout(400)
        self.device.eventually(lambda: "ny" in self.drafts())

    def drafts(self) -> list[str]:
        return list(self.page.evaluate(DRAFTS))

    def review(self) -> None:
        self.device.tap("Granska och skicka")
        expect(self.dialog).to_be_visible()

    def send(self) -> None:
        self.device.tap("Skicka")
        self.device.shows("Inlägget är på väg")
        expect(self.page.get_by_text("Det är framme.", exact=True)).to_be_visible()


DRAFTS = """() => new Promise(resolve => {
    const opening = indexedDB.open('pluttra-outbox');
    opening.onsuccess = () => {
        const asked = opening.result.transaction('drafts').objectStore('drafts').getAllKeys();
        asked.onsuccess = () => { opening.result.close(); resolve(asked.result); };
    };
})"""


def emptied(school: School) -> Path:
    """Empty the drop box at the preschool; the one folder that came of it."""
    school.now = datetime.now(STOCKHOLM)
    with clock(school.now):
        done = inbox.empty_all(school.settings, identity=school.identity)
    assert not done.refused, done
    assert not done.waits, done
    (found,) = (school.root / "inlagg").glob("**/.meddelande")
    return found.parent


def test_a_post_with_two_photos_goes_from_the_phone_to_a_folder(
    make_device: MakeDevice, host: Host, school: School
) -> None:
    device = make_device(host, **PHONE)
    form = writing(device, school)
    expect(form.page.get_by_role("radio", name="Solrosen")).to_be_checked()
    expect(form.page.get_by_text("Läses av vårdnadshavarna till barnen på Solrosen")).to_be_visible()
    form.attach(picked("IMG_1.jpg", jpeg()), picked("IMG_2.jpg", jpeg(turned=True)))
    form.tap("Alva")
    form.page.get_by_label("Rubrik").fill("Vi gräver en grop")
    form.page.get_by_label("Text").fill("Sam hittade en mask.\n\n<b>Lång</b> som hans arm.")
    form.tiles.nth(0).get_by_role("button").click()
    form.page.get_by_label("Vad syns på bilden?").fill("Två barn och en grop")
    form.device.tap("Nästa")
    expect(form.dialog.locator("h2")).to_have_text("Bild 2 av 2")
    form.tap("Alva", form.dialog)  # she is not on this one
    form.device.tap("Tidigare")
    expect(form.dialog.locator("h2")).to_have_text("Bild 1 av 2")
    form.device.tap("Klar")
    form.review()
    expect(form.dialog).to_contain_text("Solrosen · 2 bilder · Alva · nu")
    expect(form.dialog).to_contain_text("Det blir ett utkast")
    form.send()
    assert form.drafts() == []
    folder = emptied(school)
    text = (folder / "text.txt").read_text(encoding="utf-8")
    assert "Titel: Vi gräver en grop\n" in text
    assert "Barn: Alva\nAv: Petra Lund\nStatus: utkast\nBildtext: 02.jpg: Två barn och en grop\n---" in text
    assert text.endswith("Sam hittade en mask.\n\n<b>Lång</b> som hans arm.\n")
    sizes = []
    for name in ("01.jpg", "02.jpg"):
        content = (folder / name).read_bytes()
        assert b"KANARIE" not in content
        with Image.open(io.BytesIO(content)) as image:
            assert not image.getexif()
            sizes.append(image.size)
            assert image.format == "JPEG"
    assert sizes == [(1707, 2560), (2560, 1707)]  # upright, and the turned one first
    with Image.open(folder / "01.jpg") as image:
        red, green, _ = image.convert("RGB").getpixel((1500, 200))  # type: ignore[misc]
        assert red > green
    assert "barn = []" in (folder / "bilder.toml").read_text(encoding="utf-8")


def test_what_is_typed_and_chosen_is_there_after_a_reload_and_gone_when_it_is_thrown_away(
    make_device: MakeDevice, host: Host, school: School, tmp_path: Path
) -> None:
    device = make_device(host, **PHONE)
    form = writing(device, school)
    form.place("Hela förskolan")
    film = making.film(tmp_path / "a.mp4").read_bytes()
    form.attach(picked("IMG_1.jpg", jpeg((800, 600))), picked("a.mp4", film, "video/mp4"))
    form.page.get_by_label("Text").fill("Hemlig mask")
    form.tap("Alva")
    form.kept()
    everything = device.page.evaluate(
        """async () => JSON.stringify(await new Promise(resolve => {
            const opening = indexedDB.open('pluttra-outbox');
            opening.onsuccess = () => {
                const asked = opening.result.transaction('drafts').objectStore('drafts').getAll();
                asked.onsuccess = () => { opening.result.close(); resolve(asked.result.map(one => [...Object.values(one)].map(part => part instanceof Uint8Array ? new TextDecoder().decode(part) : part))); };
            };
        }))"""
    )
    assert "Hemlig" not in everything
    device.page.reload()
    device.shows("Nytt inlägg")
    expect(form.page.get_by_label("Text")).to_have_value("Hemlig mask")
    expect(form.page.get_by_role("radio", name="Hela förskolan")).to_be_checked()
    expect(form.child("Alva")).to_be_checked()
    expect(form.tiles.locator("img, video")).to_have_count(2)
    device.decoded(form.tiles.locator("img"))
    device.tap("Kasta utkastet")
    device.tap("Ja, kasta")
    expect(device.heading).to_have_text(re.compile("^Hej"))
    device.eventually(lambda: form.drafts() == [])
    device.go("#/ny")
    expect(form.page.get_by_label("Text")).to_have_value("")
    expect(form.tiles).to_have_count(0)


def test_who_may_not_be_seen_can_not_be_chosen_and_no_reason_is_given(
    make_device: MakeDevice, host: Host, school: School, tmp_path: Path
) -> None:
    device = make_device(host, **PHONE)
    form = writing(device, school)
    about = form.page.locator("[data-slot=about]")
    expect(about.get_by_role("checkbox")).to_have_count(4)
    expect(form.child("Tom")).to_be_disabled()  # may not be named
    expect(form.child("Sam")).to_be_enabled()
    expect(about.get_by_text("Inte på bild")).to_have_count(0)  # nothing is attached
    form.attach(
        picked("IMG_1.jpg", jpeg((800, 600))),
        picked("a.mp4", making.film(tmp_path / "a.mp4").read_bytes(), "video/mp4"),
    )
    expect(about.get_by_text("Inte på bild")).to_have_count(1)
    expect(about.get_by_text("Inte på film")).to_have_count(1)
    form.tap("Sam")
    form.tap("Ida")
    form.tap("Alva")
    form.tiles.nth(0).get_by_role("button").click()
    expect(form.child("Sam", form.dialog)).to_be_disabled()
    expect(form.child("Sam", form.dialog)).not_to_be_checked()
    expect(form.child("Ida", form.dialog)).to_be_checked()
    form.tap("Tom", form.dialog)  # who may be seen, and not named
    device.tap("Nästa")
    expect(form.child("Ida", form.dialog)).to_be_disabled()
    expect(form.child("Sam", form.dialog)).to_be_checked()
    device.tap("Klar")
    assert not re.search("samtyck|medgiv", device.page.locator("main").inner_text(), re.IGNORECASE)
    form.review()
    expect(form.dialog).to_contain_text("Alva, Ida, Sam")
    device.tap("Skicka")
    expect(form.dialog).to_contain_text("Se efter och kryssa i rutan först.")
    form.dialog.get_by_label(re.compile("Ida, Sam inte syns")).check()
    form.send()
    folder = emptied(school)
    assert "Barn: Alva, Ida, Sam\n" in (folder / "text.txt").read_text(encoding="utf-8")
    told = (folder / "bilder.toml").read_text(encoding="utf-8")
    assert '["01.jpg"]\nbarn = ["Alva", "Ida", "Tom"]' in told
    assert '["02.mp4"]\nbarn = ["Alva", "Sam"]' in told
    school.publish()  # so that it agrees with what the publisher asks


def test_a_childs_own_page_and_another_day(make_device: MakeDevice, host: Host, school: School) -> None:
    device = make_device(host, timezone_id="Europe/Stockholm", **PHONE)
    form = writing(device, school)
    form.place("Ett barns egen sida")
    device.tap("Granska och skicka")
    expect(form.page.get_by_text("Välj var det ska ligga.")).to_be_visible()
    form.page.get_by_label("Vems sida?").select_option("Sam")
    expect(form.page.get_by_text("Läses av vårdnadshavarna till Sam")).to_be_visible()
    expect(form.page.locator("[data-slot=about]")).to_be_hidden()
    device.tap("Granska och skicka")
    expect(form.page.get_by_text("Skriv något, eller lägg till en bild.")).to_be_visible()
    form.attach(picked("IMG_1.jpg", jpeg((800, 600))))
    expect(form.tiles.nth(0)).to_contain_text("Sam")  # on its own page it may be seen
    form.page.get_by_text("När:").click()
    form.page.get_by_label("Dag och tid").fill("2026-11-20T08:15")
    form.review()
    expect(form.dialog).to_contain_text("Sam · 1 bild · fredag 20 november 2026 kl. 08:15")
    form.send()
    folder = emptied(school)
    assert folder.parent.name == "Sam Berg"
    assert folder.name == "2026-11-20 08.15"
    device.page.get_by_role("link", name="Skriv ett till").click()
    device.shows("Nytt inlägg")
    expect(form.page.get_by_label("Vems sida?")).to_have_value(re.compile("."))  # where was written last
    expect(form.tiles).to_have_count(0)


def test_what_can_not_be_sent_is_told_of_and_what_the_browser_can_not_decode_is_sent_as_it_is(
    make_device: MakeDevice, host: Host, school: School
) -> None:
    device = make_device(host, **PHONE)
    form = writing(device, school)
    heic = making.photo("HEIF")
    form.page.get_by_label("Välj bilder, film och ljud").set_input_files(
        [picked("IMG_1.HEIC", heic, "image/heic"), picked("brev.pdf", b"%PDF-1.7", "application/pdf")]
    )
    expect(form.page.get_by_text("”brev.pdf” är varken bild, film eller ljud.")).to_be_visible()
    expect(form.tiles).to_have_count(1)
    form.review()
    form.send()
    assert (emptied(school) / "01.heic").read_bytes() == heic


def test_without_a_network_it_waits_and_is_sent_later(make_device: MakeDevice, host: Host, school: School) -> None:
    device = make_device(host, **PHONE)
    form = writing(device, school)
    form.page.get_by_label("Text").fill("Vi är i skogen.")
    device.expect("failed to fetch", "net::ERR", "Failed to load")
    device.context.set_offline(True)
    form.review()
    device.tap("Skicka")
    device.shows("Inlägget är på väg")
    expect(form.page.get_by_text("Det väntar här och skickas när det finns nät.")).to_be_visible()
    device.context.set_offline(False)
    expect(form.page.get_by_text("Det är framme.", exact=True)).to_be_visible()
    assert "Vi är i skogen." in (emptied(school) / "text.txt").read_text(encoding="utf-8")


def test_guardians_write_no_posts_and_nobody_does_without_a_way_back(
    make_device: MakeDevice, host: Host, school: School, hosting: MakeHost
) -> None:
    device = make_device(host, **PHONE)
    device.enter(school.link("maria"))
    expect(device.page.get_by_role("link", name="Nytt inlägg")).to_have_count(0)
    device.go("#/ny")
    device.shows("Sidan finns inte här")
    school.settings_text = school.settings_text.partition("[drop]")[0]
    school.write().publish()
    device.expect("answered: .*/k/.* 403", "status of 403")  # it still has the keyring of before
    other = make_device(host, **PHONE)
    other.enter(school.link("petra"))
    expect(other.page.get_by_role("link", name="Nytt inlägg")).to_have_count(0)


def test_from_a_department_it_is_that_department_that_is_chosen(
    make_device: MakeDevice, host: Host, school: School
) -> None:
    device = make_device(host, **PHONE)
    form = writing(device, school, "ingrid")
    expect(form.page.get_by_role("radio", checked=True)).to_have_count(0)  # she has two
    device.go(f"#/a/{school.audience('ingrid', 'Blåklockan')}")
    device.shows("Blåklockan")
    device.page.get_by_role("link", name="Nytt inlägg").click()
    expect(form.page.get_by_role("radio", name="Blåklockan")).to_be_checked()
    expect(form.page.locator("[data-slot=about]").get_by_role("checkbox")).to_have_count(2)


@pytest.mark.parametrize(("scheme", "language"), [("dark", "sv"), ("light", "ar")], ids=["dark", "arabic"])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    scheme: str, language: str, make_device: MakeDevice, host: Host, school: School
) -> None:
    device = make_device(host, color_scheme=scheme, reduced_motion="reduce", **PHONE)
    form = writing(device, school)
    if language != "sv":
        device.page.locator(".language select").select_option(language)
        device.page.locator(f"html[lang={language}]").wait_for()
    device.page.evaluate(AXE.read_text(encoding="utf-8"))

    def judged(where: str) -> None:
        assert device.page.evaluate(JUDGE, RULES) == [], where
        for width in (320, 390, 640):
            device.page.set_viewport_size({"width": width, "height": 800})
            assert device.page.evaluate(OVERFLOWING) == [], (where, width)

    judged("blank")
    device.page.locator("input[type=file]").nth(2).set_input_files(
        [picked("IMG_1.jpg", jpeg((800, 600))), picked("x.pdf", b"%PDF", "application/pdf")]
    )
    expect(form.tiles).to_have_count(1)
    device.page.locator("[data-slot=about] label:has(:enabled)").nth(2).click()
    device.page.locator("#compose-text").fill("x")
    device.page.locator("[data-slot=discard]").click()
    judged("written")
    form.tiles.nth(0).get_by_role("button").click()
    judged("a photo")
    device.page.keyboard.press("Escape")
    expect(form.tiles.nth(0).get_by_role("button")).to_be_focused()
    device.page.locator("button[type=submit]").click()
    expect(form.dialog).to_be_visible()
    judged("the review")
    looked = form.dialog.locator("[data-slot=looked]")
    if looked.count():
        looked.check()
    form.dialog.locator("[data-slot=send]").click()
    device.page.locator("main .sheet h1").wait_for()
    device.page.locator("progress").wait_for(state="hidden")
    judged("sent")


def test_with_text_of_twice_the_size_everything_can_be_reached_with_the_keyboard(
    make_device: MakeDevice, host: Host, school: School
) -> None:
    device = make_device(host, viewport={"width": 320, "height": 640})
    device.context.add_init_script(TWICE)
    form = writing(device, school)
    form.attach(picked("IMG_1.jpg", jpeg((800, 600))), picked("IMG_2.jpg", jpeg((800, 600))))
    assert device.page.evaluate(OVERFLOWING) == []
    keyboard = device.page.keyboard
    device.page.get_by_label("Välj bilder, film och ljud").focus()
    keyboard.press("Tab")
    expect(form.child("Alva")).to_be_focused()
    keyboard.press("Space")
    expect(form.child("Alva")).to_be_checked()
    form.tiles.nth(1).get_by_role("button").focus()
    keyboard.press("Enter")
    expect(form.dialog.locator("h2")).to_have_text("Bild 2 av 2")
    assert device.page.evaluate(OVERFLOWING) == []
    form.dialog.get_by_role("button", name="Tidigare").focus()
    keyboard.press("Enter")
    expect(form.dialog.locator("h2")).to_have_text("Bild 1 av 2")
    form.dialog.get_by_role("button", name="Ta bort").focus()
    keyboard.press("Enter")
    expect(form.tiles).to_have_count(1)
    device.page.get_by_label("Rubrik").focus()
    keyboard.type("Grop")
    keyboard.press("Enter")
    expect(device.page.get_by_label("Text")).to_be_focused()
