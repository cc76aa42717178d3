"""What a device remembers, and that it can forget: keys and ciphertext, never what was read."""

from __future__ import annotations

import json

import pytest
from playwright.sync_api import expect

from tests.browser.device import FORGOTTEN, OPENS_WITH_LINK, Device
from tests.browser.schools import Sample

pytestmark = pytest.mark.browser

IN_CACHES = """async words => {
    const text = bytes => new TextDecoder('latin1').decode(bytes);
    const wanted = words.map(word => [word, text(new TextEncoder().encode(word))]);
    const found = [];
    let [files, length] = [0, 0];
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
            const answer = await cache.match(request);
            const bytes = new Uint8Array(await answer.arrayBuffer());
            const kept = text(bytes) + [...answer.headers].join() + request.url + name;
            if (name !== 'shell') [files, length] = [files + 1, length + bytes.length];
            for (const [word, pattern] of wanted) if (kept.includes(pattern)) found.push([word, name, request.url]);
        }
    }
    return { found, files, length };
}"""
IN_DATABASES = """async () => {
    const answered = request => new Promise((done, failed) => {
        request.onsuccess = () => done(request.result);
        request.onerror = () => failed(request.error);
    });
    const found = {};
    for (const { name } of await indexedDB.databases()) {
        const database = await answered(indexedDB.open(name));
        for (const store of database.objectStoreNames) {
            const held = database.transaction(store).objectStore(store);
            const [keys, values] = await Promise.all([answered(held.getAllKeys()), answered(held.getAll())]);
            found[store] = keys.map((key, i) => [key, values[i]]);
        }
        database.close();
    }
    return JSON.stringify(found, (_, value) => ArrayBuffer.isView(value) ? `${value.length} bytes` : value);
}"""
STORED = """async () => [
    await caches.keys(),
    (await indexedDB.databases()).map(({ name }) => name),
    (await navigator.serviceWorker.getRegistrations()).length,
    localStorage.length + sessionStorage.length,
    document.cookie,
]"""
OUTBOX = ("sealed", "drafts", "pieces", "lease")  # what waits to be sent: nothing
READ = ("Vi byggde koja", "Alva och Noah möts på gården", "Vattenbanan", "Noahs båt")


def canaries(sample: Sample) -> list[str]:
    """Titles, summaries, alt texts and file signatures: none so short that it might be there by chance."""
    posts = [post.card for post in sample.opened("maria").posts]
    words = [card.title for card in posts] + [card.summary[:30] for card in posts]
    words += [card.cover.alt for card in posts if card.cover]
    words += [
        "Det var koja-vädret",
        "höll undan grenar",
        "Två barn bakifrån",
        '<article class="post"',
        "WEBPVP8",
        "ftypisom",
        "mp42",
    ]
    return sorted({word for word in words if len(word.encode()) >= 7})


def test_nothing_that_was_read_lies_in_clear_on_the_device(device: Device, sample: Sample) -> None:
    device.enter(sample.link("maria"))
    device.shell_kept()
    for title in READ:
        device.read(sample.find("maria", title).card.id, title)
        device.decoded(device.photos)
    device.go("#/")
    device.shows("Hej Maria!")
    device.kept_quiet()
    kept = device.page.evaluate(IN_CACHES, canaries(sample))
    assert kept["found"] == []
    assert kept["files"] > 15
    assert kept["length"] > 500_000

    device.page.wait_for_timeout(2_300)  # what has been on the screen is kept some seconds later
    stores = json.loads(device.page.evaluate(IN_DATABASES))
    assert [name for name in OUTBOX if stores.pop(name, [])] == []
    assert all(entry["quiet"] for _, entry in stores["entries"])  # that the link was opened
    assert set(stores) == {"keys", "facts", "seen", "tickets", "entries"}
    ((_, held),) = stores["keys"]
    assert held["key"] == "32 bytes"
    assert held["name"] == "Maria Lindqvist"
    assert stores["seen"]
    assert stores["tickets"]
    everything = json.dumps(stores, ensure_ascii=False)
    for word in [*canaries(sample), "Alva", "Noah", "Solrosen", "Blåklockan", "example.se"]:
        assert word not in everything


def test_forgetting_the_device_leaves_nothing_and_the_shell_asks_for_a_link(device: Device, sample: Sample) -> None:
    card = sample.find("maria", "Vi byggde koja").card
    device.enter(sample.link("maria"))
    device.shell_kept()
    device.read(card.id, card.title)
    device.decoded(device.photos)
    device.page.get_by_role("link", name="Om läsaren").click()
    device.shows("Om den här läsaren")
    expect(device.page.locator("main")).to_contain_text("Öppnad för Maria Lindqvist")
    device.tap("Glöm den här enheten")
    device.tap("Nej, behåll")
    device.tap("Glöm den här enheten")
    device.tap("Ja, glöm enheten")
    device.shows(FORGOTTEN)
    nothing = [[], [], 0, 0, ""]
    assert device.page.evaluate(STORED) == nothing
    device.page.go_back()
    expect(device.heading).not_to_have_text(card.title)
    assert card.title not in device.said()
    device.page.reload()
    device.shows(OPENS_WITH_LINK)
    device.kept_quiet()
    caches, _, workers, others, cookies = device.page.evaluate(STORED)
    assert [caches, workers, others, cookies] == [[], 0, 0, ""]
    assert json.loads(device.page.evaluate(IN_DATABASES)).get("keys", []) == []


def test_a_device_forgotten_in_one_tab_is_forgotten_in_all(device: Device, sample: Sample) -> None:
    device.enter(sample.link("maria"))
    device.shell_kept()
    tab = device.context.new_page()
    tab.goto(f"{device.host.url}/#/om")
    tab.get_by_role("button", name="Glöm den här enheten").click()
    tab.get_by_role("button", name="Ja, glöm enheten").click()
    expect(tab.locator("main h1")).to_have_text(FORGOTTEN)
    device.shows(OPENS_WITH_LINK)
    device.kept_quiet()
    assert json.loads(device.page.evaluate(IN_DATABASES)).get("keys", []) == []
