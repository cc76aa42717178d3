"""What a telephone sends: sealed there, kept until it is delivered, never twice, never in clear; and the forms it is written in."""

from __future__ import annotations

import hashlib
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from pluttra_publish.format.messages import Letterbox, MailWay, Way
from pluttra_publish.resources import theme_folder
from pluttra_publish.sealing.messages import seal_letterbox
from tests.browser.conftest import MakeDevice, MakeHost
from tests.browser.device import ACCESS_ENDED, FORGOTTEN, Device
from tests.browser.dropping import Drop, dropping
from tests.browser.hosting import Host, copy_of, put
from tests.browser.schools import School
from tests.browser.test_accessibility import AXE, JUDGE, RULES
from tests.browser.test_looks import OVERFLOWING
from tests.browser.test_memory import IN_CACHES, IN_DATABASES
from tests.media import making
from tests.vectors.sample import body

pytestmark = pytest.mark.browser

TALK = "0123456789abcdef"
WORDS = "Hemligheten om staden av papper"
FORMS = f"""
<form data-answer="talk-answers" data-about="{TALK}">
<label>Vad berättar hon? <textarea name="tell" data-question="Vad berättar Alva?" rows="3"></textarea></label>
<fieldset><legend>Tolk</legend>
<label><input type="radio" name="interpreter" value="Ja"> Ja</label>
<label><input type="radio" name="interpreter" value="Nej"> Nej</label></fieldset>
<button type="submit">Skicka svaren</button>
</form>
<form data-answer="reply" data-about="{TALK}">
<label>Svar <textarea name="text" rows="3"></textarea></label>
<label>Bilder <input type="file" name="photos" accept="image/*" multiple></label>
<button type="submit">Skicka svaret</button>
</form>
<form action="https://elsewhere.example" data-do="paste"><input name="link" required><button>Försvunnen</button></form>
"""
INVITATION = "Tid: 14.30\nPlats: Lilla rummet\n\nVälkomna till samtal om Alva.\n"
# The reader's own modules, as the page has loaded them, with the vault that this device opens.
LIB = """async () => {
    const home = document.querySelector('script[type="module"]').src.replace(/[^/]*$/, '');
    const [app, outbox] = await Promise.all(['app.js', 'outbox.js'].map((name) => import(home + name)));
    const vault = await app.Vault.resume();
    if (!vault?.ready) await vault?.refresh(); // what leads here is kept a moment later
    globalThis.lib = { ...app, ...outbox, vault };
}"""
REPLY = f"text => lib.enqueue(lib.vault, 'reply', {{ files: [], post: '{TALK}', text }}, [], {{ about: text }})"
FILM = f"""async length => {{
    const bytes = new Uint8Array(length);
    for (let i = 0; i < length; i += 65536) crypto.getRandomValues(bytes.subarray(i, i + 65536));
    const file = lib.randomId();
    await lib.enqueue(lib.vault, 'reply', {{ files: [{{ file }}], post: '{TALK}', text: 'film' }}, [{{ file, blob: new Blob([bytes], {{ type: 'video/mp4' }}) }}], {{ about: 'En film' }});
    return Array.from(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}}"""
STATES = "async () => (await lib.waitingIn()).map(({ state, reason, sent, parts }) => [state, reason, sent, parts])"
DATABASES = "async () => Object.fromEntries((await indexedDB.databases()).map(({ name, version }) => [name, version]))"
PURGED = """() => new Promise((done) => {
    indexedDB.open('pluttra').onsuccess = ({ target: { result } }) => {
        const asked = result.transaction('facts').objectStore('facts').get('purged');
        asked.onsuccess = () => { result.close(); done(Boolean(asked.result)); };
    };
})"""
TENDED = "() => performance.getEntriesByType('resource').some(({ name }) => name.endsWith('/outgoing.js'))"
WITHOUT_LOCKS = "Object.defineProperty(Navigator.prototype, 'locks', { get: () => undefined })"


@pytest.fixture(scope="module")
def drop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Drop]:
    with dropping(tmp_path_factory.mktemp("drop") / "box") as made:
        yield made


@pytest.fixture(scope="module")
def answered(tmp_path_factory: pytest.TempPathFactory, drop: Drop) -> School:
    """A preschool that takes answers, and has a talk with forms in its page. Only to be read and invited to."""
    root = tmp_path_factory.mktemp("answered") / "förskola"
    made = School(root)
    made.settings_text += f'\n[drop]\nurl = "{drop.address}"\nfolder = "{drop.folder}"\n'
    made.write_posts()
    talk = root / "samtal" / "Alva Lindqvist" / "2026-11-26"
    talk.mkdir(parents=True)
    (talk / "inbjudan.md").write_text(INVITATION, encoding="utf-8")
    template = root / "theme" / "templates" / "talk.html"
    template.parent.mkdir(parents=True)
    house = (theme_folder() / "templates" / "talk.html").read_text(encoding="utf-8")
    template.write_text(house.replace("</article>", f"{FORMS}</article>"), encoding="utf-8")
    made.publish()
    return made


@pytest.fixture
def host(hosting: MakeHost, answered: School, drop: Drop) -> Host:
    made = hosting(answered.public)
    drop.begin_anew(made.url, answered)
    return made


@pytest.fixture
def device(make_device: MakeDevice, host: Host, drop: Drop, answered: School) -> Device:
    """Maria's telephone, in."""
    made = make_device(host)
    made.expect(
        rf"asked elsewhere: {drop.address}",
        rf"{drop.address}.* (409|429|503)",
        r"status of (409|429|503)",
        r"net::ERR",
        "when fetching the script",
    )
    made.enter(answered.link("maria"))
    made.page.evaluate(LIB)
    return made


def states(device: Device, page: Page | None = None) -> list[Any]:
    return list((page or device.page).evaluate(STATES))


def delivered(device: Device) -> None:
    device.eventually(lambda: (now := states(device)) and all(state == "sent" for state, *_ in now))


def kept_in_clear(device: Device, *words: str) -> list[str]:
    """Which of these words lie readable in any database or cache."""
    text = device.page.evaluate(
        IN_DATABASES.replace(
            "${value.length} bytes", "${Array.from(value, (byte) => String.fromCharCode(byte)).join('')}"
        )
    )
    held = json.dumps(json.loads(text), ensure_ascii=False)
    found = device.page.evaluate(IN_CACHES, list(words))["found"]
    latin = {word: word.encode().decode("latin-1") for word in words}
    return [word for word in words if word in held or latin[word] in held or json.dumps(latin[word])[1:-1] in held] + [
        word for word, *_ in found
    ]


def test_what_chromium_sealed_the_publisher_opens_and_nothing_else_is_in_it(
    device: Device, drop: Drop, answered: School
) -> None:
    digest = device.page.evaluate(FILM, 4_200_000)
    delivered(device)
    opened = drop.opened()
    assert [header.kind for header, _ in opened] == ["part", "part", "reply"]
    film = b"".join(attachment for _, attachment in opened)
    said = opened[-1][0].body["files"][0]
    assert hashlib.sha256(film).hexdigest() == digest
    assert (len(film), said["length"], said["type"]) == (4_200_000, 4_200_000, "video/mp4")
    assert drop.asked == drop.took == [header.id for header, _ in opened]
    assert device.page.evaluate(DATABASES) == {"pluttra": 1, "pluttra-outbox": 1}, (
        "an older reader must find its memory as it was"
    )


def test_a_page_that_is_killed_half_way_goes_on_with_the_part_it_had_come_to(
    device: Device, drop: Drop, answered: School
) -> None:
    drop.say(201)  # as if it were taken: the first part
    drop.hold()
    device.page.evaluate(FILM, 4_200_000)
    device.eventually(lambda: len(drop.asked) == 2)
    first, second = drop.asked
    device.page.close()
    device.page = device.context.new_page()
    device.visit("#/skickat")
    row = device.page.locator(".outgoing li", has_text="En film")
    device.eventually(lambda: len(drop.asked) > 2)
    expect(row).to_contain_text("Skickat ")
    assert drop.asked[2] == second
    assert drop.asked.count(first) == 1
    assert len(set(drop.asked)) == 3
    drop.release()


def test_what_is_written_without_a_network_goes_when_it_is_back(device: Device, drop: Drop, answered: School) -> None:
    device.shell_kept()
    device.eventually(lambda: device.page.evaluate(TENDED))
    sealed = seal_letterbox(Letterbox(()), answered.keys().drop_box)
    device.eventually(lambda: device.page.evaluate(PURGED))
    assert device.page.evaluate("path => caches.match(path).then(Boolean)", f"/{sealed.path}"), (
        "the ways are known offline"
    )
    device.context.set_offline(True)
    device.page.evaluate(REPLY, "Hej")
    device.eventually(lambda: states(device) == [["waits", "unreachable", 0, 1]])
    expect(device.page.locator("#notices")).to_contain_text("Något härifrån är inte skickat än.")
    device.page.locator("#notices").get_by_role("button", name="Visa").click()
    device.shows("Skickat härifrån")
    expect(device.page.locator(".outgoing li")).to_contain_text("Enheten har inget nät.")
    assert drop.asked == []
    device.context.set_offline(False)
    expect(device.page.locator(".outgoing li")).to_contain_text("Skickat ")
    expect(device.page.locator("#notices")).not_to_contain_text("inte skickat")
    assert len(drop.took) == 1


def test_two_tabs_send_everything_once(device: Device, drop: Drop, answered: School) -> None:
    for locks in (True, False):  # where there are none, a lease
        if not locks:
            device.context.add_init_script(WITHOUT_LOCKS)
            device.page.reload()
            device.page.evaluate(LIB)
        drop.begin_anew(drop.origin, answered)
        send_from_two_tabs(device, drop, locks=locks)


def send_from_two_tabs(device: Device, drop: Drop, *, locks: bool) -> None:
    tab = device.context.new_page()
    tab.goto(f"{device.host.url}/#/skickat")
    tab.evaluate(LIB)
    assert tab.evaluate("() => Boolean(navigator.locks)") is locks
    for page in (device.page, tab):
        page.evaluate("() => { globalThis.sending = Promise.all([1, 2, 3].map((n) => (" + REPLY + ")(`${n}`))); }")
    for page in (device.page, tab):
        page.evaluate("() => sending")
    device.eventually(lambda: len(drop.took) == 6)
    delivered(device)
    assert sorted(drop.asked) == sorted(set(drop.asked))
    expect(tab.locator(".outgoing li")).to_have_count(6 if locks else 12)
    tab.close()


def test_a_busy_drop_box_is_left_in_peace_and_what_it_refuses_can_be_taken_away(device: Device, drop: Drop) -> None:
    drop.say(429, Retry_After="600")
    device.page.evaluate(REPLY, "Hej")
    device.eventually(lambda: states(device) == [["waits", "busy", 0, 1]])
    device.go("#/skickat")
    expect(device.page.locator(".outgoing li")).to_contain_text("Ett nytt försök görs")
    device.page.evaluate("() => lib.flush(lib.vault)")
    assert len(drop.asked) == 1
    drop.say(409)
    device.tap("Försök skicka nu")
    expect(device.page.locator(".outgoing li")).to_contain_text("Brevlådan tog inte emot det här.")
    assert drop.asked[0] == drop.asked[1]
    device.tap("Ta bort")
    device.tap("Nej, behåll")
    device.tap("Ta bort")
    device.tap("Ja, ta bort")
    expect(device.page.locator(".outgoing li")).to_have_count(0)
    assert states(device) == []


def test_forgetting_the_device_forgets_what_waits(device: Device, drop: Drop) -> None:
    drop.down = True
    device.page.evaluate(REPLY, WORDS)
    device.eventually(lambda: states(device)[0][1] == "unreachable" or states(device)[0][1] == "busy")
    assert kept_in_clear(device, WORDS) == []
    device.go("#/om")
    expect(device.page.locator("main").get_by_role("link", name="Skickat härifrån")).to_be_visible()
    device.tap("Glöm den här enheten")
    device.tap("Ja, glöm enheten")
    device.shows(FORGOTTEN)
    assert device.page.evaluate(DATABASES) == {}


def test_when_access_has_ended_nothing_waits_any_longer(
    school: School, hosting: MakeHost, make_device: MakeDevice, drop: Drop
) -> None:
    school.settings_text += f'\n[drop]\nurl = "{drop.address}"\nfolder = "{drop.folder}"\n'
    school.publish()
    host = hosting(school.public)
    drop.begin_anew(host.url, school)
    drop.down = True
    device = make_device(host)
    device.expect(rf"asked elsewhere: {drop.address}", rf"{drop.address}.* 503", "status of 503")
    device.enter(school.link("johan"))
    device.page.evaluate(LIB)
    device.page.evaluate(REPLY, "Hej")
    device.eventually(lambda: states(device) and states(device)[0][1] == "busy")
    school.tables["relationer"].remove(school.row("relationer", "alva", "johan"))
    school.publish()
    device.page.reload()
    device.shows(ACCESS_ENDED)
    device.eventually(lambda: list(device.page.evaluate(DATABASES)) == ["pluttra"])


def letterbox(host: Host, answered: School, tmp_path: Path, *ways: Way) -> None:
    """Let the host have another letterbox."""
    sealed = seal_letterbox(Letterbox(ways), answered.keys().drop_box)
    host.folder = copy_of(answered.public, tmp_path / "public")
    put(host.folder, sealed.path, body(sealed))
    host.stop()
    host.start()


def test_without_any_other_way_it_is_mailed(device: Device, host: Host, answered: School, tmp_path: Path) -> None:
    letterbox(host, answered, tmp_path, MailWay("svar@backen.example"))
    device.page.evaluate(REPLY, "Hej")
    device.eventually(lambda: states(device) == [["waits", "mail", 0, 1]])
    device.go("#/skickat")
    link = device.page.get_by_role("link", name="Skicka med e-post")
    expect(link).to_have_attribute(
        "href", re.compile(r"^mailto:svar@backen\.example\?subject=Pluttra&body=-----BEGIN%20PLUTTRA")
    )
    assert found_amiss(device) == []
    device.tap("Jag har mejlat det")
    expect(device.page.locator(".outgoing li")).to_contain_text("Skickat ")
    device.page.evaluate(REPLY, "Hej " * 2000)
    expect(device.page.locator(".outgoing [data-slot=waits] li")).to_have_count(1)
    with device.page.expect_download() as coming:
        device.tap("Spara som fil")
    text = Path(coming.value.path()).read_text()
    assert text.startswith("-----BEGIN PLUTTRA-----")
    assert max(map(len, text.splitlines())) == 64


def drafts(device: Device) -> list[Any]:
    return list(json.loads(device.page.evaluate(IN_DATABASES)).get("drafts", []))


def found_amiss(device: Device) -> list[str]:
    """What axe-core finds wrong with the page as it stands."""
    if not AXE.is_file():
        pytest.fail("axe-core is missing. Install it (npm ci --prefix tests/browser), or run `make test`.")
    device.page.evaluate(AXE.read_text(encoding="utf-8"))
    return list(device.page.evaluate(JUDGE, RULES)) + list(device.page.evaluate(OVERFLOWING))


def forms(device: Device) -> tuple[Locator, Locator]:
    """Maria's page of the talk: the form of answers, and that of a reply."""
    page = device.page
    device.go("#/b/" + page.evaluate("() => lib.vault.children.find(({ name }) => name === 'Alva').id"))
    page.get_by_role("link", name=re.compile("samtal", re.IGNORECASE)).first.click()
    expect(page.locator("form[data-answer]")).to_have_count(2)
    return page.locator("form[data-answer=talk-answers]"), page.locator("form[data-answer=reply]")


def test_what_is_typed_is_there_after_a_reload_sealed_and_goes_when_it_is_delivered(
    device: Device, drop: Drop, answered: School
) -> None:
    answers, _ = forms(device)
    answers.get_by_role("textbox").fill(WORDS)
    answers.get_by_label("Nej").check()
    device.eventually(lambda: drafts(device))
    assert kept_in_clear(device, WORDS) == []
    device.page.reload()
    answers = device.page.locator("form[data-answer=talk-answers]")
    expect(answers.get_by_role("textbox")).to_have_value(WORDS)
    expect(answers.get_by_label("Nej")).to_be_checked()
    device.context.set_offline(True)
    answers.get_by_role("button").click()
    expect(answers.get_by_role("status")).to_have_text("Sparat. Det skickas när enheten har nät.")
    assert kept_in_clear(device, WORDS) == []
    device.context.set_offline(False)
    expect(answers.get_by_role("status")).to_contain_text("Skickat ")
    ((header, _),) = drop.opened()
    assert header.body == {"answers": [["Vad berättar Alva?", WORDS], ["interpreter", "Nej"]], "talk": TALK}
    assert drafts(device) == []
    device.page.reload()
    expect(device.page.locator("form[data-answer=talk-answers]").get_by_role("status")).to_contain_text("Skickat ")


def test_the_same_answer_pressed_twice_is_one_and_a_later_takes_its_place(
    device: Device, drop: Drop, answered: School
) -> None:
    answers, _ = forms(device)
    drop.down = True
    answers.get_by_role("textbox").fill("Först")
    answers.get_by_role("button").click()
    expect(answers.get_by_role("status")).to_contain_text("Sparat, men inte skickat än.")
    answers.get_by_role("button").click()
    expect(answers.get_by_role("button")).to_be_enabled()
    answers.get_by_role("textbox").fill("Sedan")
    answers.get_by_role("button").click()
    expect(answers.get_by_role("button")).to_be_enabled()
    drop.down = False
    device.page.evaluate(LIB)
    device.page.evaluate("() => lib.retry(lib.vault)")
    delivered(device)
    assert [header.body["answers"] for header, _ in drop.opened()] == [[["Vad berättar Alva?", "Sedan"]]]


def test_photos_go_along_scaled_and_are_chosen_once(device: Device, drop: Drop, answered: School) -> None:
    _, reply = forms(device)
    photo = {"name": "IMG_1.jpg", "mimeType": "image/jpeg", "buffer": making.photo(image=making.scene(3000, 2000))}
    reply.locator("input[type=file]").set_input_files([photo, photo])  # type: ignore[list-item] # a mapping of what it takes
    expect(reply.locator(".attached img")).to_have_count(2)
    assert found_amiss(device) == []
    reply.get_by_role("button", name="Ta bort bild 2").click()
    reply.get_by_role("textbox").fill(WORDS)
    expect(reply.locator(".attached img")).to_have_count(1)
    device.page.wait_for_timeout(500)  # typing settles
    device.page.reload()
    reply = device.page.locator("form[data-answer=reply]")
    expect(reply.locator(".attached img")).to_have_count(1)
    reply.locator("input[type=file]").set_input_files({"name": "a.txt", "mimeType": "text/plain", "buffer": b"text"})
    expect(reply.get_by_role("status")).to_contain_text("ingen bild")
    reply.get_by_role("button", name="Skicka svaret").click()
    expect(reply.get_by_role("status")).to_contain_text("Skickat ")
    expect(reply.locator(".attached img")).to_have_count(0)
    expect(reply.get_by_role("textbox")).to_have_value("")
    (part, content), (said, _) = drop.opened()
    assert content.startswith(b"\xff\xd8")
    assert max(Image.open(io.BytesIO(content)).size) < 3000
    assert said.body["files"][0]["file"] == part.body["file"]
    assert said.body["text"] == WORDS


HOSTILE = """<article><form data-answer="reply" name="x" id="y" action="https://a.example" onsubmit="alert(1)" target="_top">
<input name="getAttribute" value="1"><input name="text"><input type="submit" name="go"><input type="image" src="https://a.example/x">
<input type="password" name="p"><button formaction="https://a.example" name="answer" value="yes">Ja</button><button type="reset">Nej</button>
<input id="querySelectorAll" name="parentNode"><select name="lang" onchange="alert(1)"><option value="sv" selected>Svenska</option></select></form>
<form data-answer="order"><input name="x"></form><form><button>Klick</button></form><textarea name="loose">x</textarea><button>Lös</button></article>"""
CLEANED = """async html => {
    const home = document.querySelector('script[type="module"]').src.replace(/[^/]*$/, '');
    const { clean } = await import(home + 'routes.js');
    return clean(html).root.outerHTML.replace(/\\s*\\n\\s*/g, '');
}"""


def test_of_a_form_only_what_can_be_filled_in_is_left(device: Device) -> None:
    device.expect("Executing inline event handler")
    assert device.page.evaluate(CLEANED, HOSTILE) == (
        '<article><form data-answer="reply"><input value="1"><input name="text"><button name="answer" value="yes">Ja</button>'
        '<input><select name="lang"><option value="sv" selected="">Svenska</option></select></form></article>'
    )
