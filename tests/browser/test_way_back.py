"""From a telephone to the preschool's computer and out again, by each of the ways: the endpoint, a bucket in a real Ceph, and mail through a real server."""

from __future__ import annotations

import re
import smtplib
import ssl
from collections.abc import Callable
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from playwright.sync_api import expect

from pluttra_publish import inbox
from pluttra_publish.drop.setting_up import box_at
from pluttra_publish.hosts import drop_rules
from pluttra_publish.hosts.drops import FilesDrop
from tests.browser.conftest import MakeDevice, MakeHost
from tests.browser.device import Device
from tests.browser.schools import School
from tests.hosts.conftest import new_bucket, rgw
from tests.hosts.test_s3_form import as_xml
from tests.letters.post_office import PostOffice
from tests.servers.ceph import Ceph
from tests.servers.s3_owner import ask
from tests.whole.preschool import STOCKHOLM, clock

__all__ = ["new_bucket", "rgw"]  # fixtures

TITLE = "Löv i drivor"
WORDS = "Alla fick kratta, och sedan hoppa."
DELIVERED = "Det är framme."
UNTIL = "Det går att skicka till och med"


@pytest.fixture
def school(tmp_path: Path) -> School:
    """A small preschool of today, since what a telephone sends is of today."""
    made = School(tmp_path / "förskola", now=datetime.now(STOCKHOLM))
    made.write_posts()
    return made


def with_way(school: School, way: str) -> School:
    school.settings_text += f'[drop]\n{way}posts = "published"\n'
    school.write().publish()
    return school


def compose(device: Device, school: School) -> None:
    """Write a post as a pedagogue does, and send it."""
    if not device.page.url.startswith(device.host.url):
        device.enter(school.link("petra"))
    device.go("#/")
    device.page.get_by_role("link", name="Nytt inlägg").first.click()
    device.shows("Nytt inlägg")
    device.page.get_by_label("Rubrik").fill(TITLE)
    device.page.get_by_label("Text").fill(WORDS)
    device.page.locator("main bdi").get_by_text("Alva", exact=True).click()
    device.tap("Granska och skicka")
    device.page.get_by_role("dialog").get_by_role("button", name="Skicka").click()
    device.shows("Inlägget är på väg")


def taken_in(school: School, *saved: Path) -> inbox.Emptied:
    school.now = datetime.now(STOCKHOLM)
    with clock(school.now):
        if saved:
            return inbox.empty(school.settings, [FilesDrop(saved)], identity=school.identity)
        return inbox.empty_all(school.settings, identity=school.identity)


def posts_in(emptied: inbox.Emptied) -> int:
    """How many posts came, with the receipts that come by themselves left out."""
    return sum(one.said.startswith("Nytt inlägg") for one in emptied.applied)


def is_out(school: School, guardian: Device) -> None:
    """See that a guardian reads it, and that it is about her child."""
    school.publish()
    guardian.enter(school.link("maria"))
    guardian.page.get_by_role("link", name=TITLE).first.click()
    guardian.shows(TITLE)
    expect(guardian.page.locator("main")).to_contain_text(WORDS)
    expect(guardian.page.locator("main")).to_contain_text("Alva")


def test_a_post_goes_by_the_endpoint_to_the_preschool_and_out_to_the_families(
    school: School, hosting: MakeHost, make_device: MakeDevice
) -> None:
    with_way(school, 'url = "/drop"\nfolder = "brevlada"\n')
    host = hosting(school.public, drop=box_at(school.settings))
    device = make_device(host)
    compose(device, school)
    expect(device.page.locator("main")).to_contain_text(DELIVERED)
    assert TITLE.encode() not in b"".join(file.read_bytes() for file in (school.root / "brevlada").iterdir())
    emptied = taken_in(school)
    assert (posts_in(emptied), emptied.refused.total()) == (1, 0)
    is_out(school, make_device(host))


def test_a_post_goes_by_a_bucket_that_readers_can_only_add_to(
    school: School, hosting: MakeHost, make_device: MakeDevice, rgw: Ceph, new_bucket: Callable[[], str]
) -> None:
    bucket = new_bucket()
    with_way(school, f'bucket = "{bucket}"\nendpoint = "{rgw.http}"\n')
    host = hosting(school.public, targets=school.settings.drop_targets)
    assert ask(rgw, "PUT", f"/{bucket}", "cors", as_xml(drop_rules.s3_cors(host.url)))[0] == 200
    device = make_device(host)
    device.expect(f"asked elsewhere: {rgw.http}/{bucket}/$")
    device.enter(school.link("petra"))
    device.go("#/ny")
    expect(device.page.locator("main")).to_contain_text(UNTIL)  # before anything is written
    compose(device, school)
    expect(device.page.locator("main")).to_contain_text(DELIVERED)
    device.go("#/skickat")
    expect(device.page.locator("main")).to_contain_text(UNTIL)
    emptied = taken_in(school)
    assert (posts_in(emptied), emptied.refused.total(), emptied.trouble) == (1, 0, [])
    assert posts_in(taken_in(school)) == 0
    is_out(school, make_device(host))


def test_a_post_goes_by_mail_where_there_is_no_other_way(
    school: School, hosting: MakeHost, make_device: MakeDevice, tmp_path: Path
) -> None:
    with_way(school, 'mail = "svar@backen.example"\n')
    host = hosting(school.public)
    device = make_device(host)
    compose(device, school)
    device.go("#/skickat")
    device.shows("Skickat härifrån")
    link = device.page.get_by_role("link", name="Skicka med e-post")
    mail = sent_from(link.get_attribute("href") or "", tmp_path)
    assert TITLE not in mail.as_string()
    device.tap("Jag har mejlat det")
    expect(link).to_have_count(0)
    (tmp_path / "svar.eml").write_bytes(bytes(mail))
    emptied = taken_in(school, tmp_path / "svar.eml")
    assert (posts_in(emptied), emptied.refused.total()) == (1, 0)
    is_out(school, make_device(host))


def sent_from(address: str, folder: Path) -> EmailMessage:
    """Do what a mail program does with a mailto: address, through a server, and return what came out of it."""
    assert len(address) < 2000
    parts = urlsplit(address)
    told = {name: values[0] for name, values in parse_qs(parts.query).items()}
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "petra@example.se", unquote(parts.path), told["subject"]
    message.set_content(told["body"].replace("\r\n", "\n"))
    office = PostOffice(folder)
    with office.open() as server, smtplib.SMTP("localhost", server.port) as line:
        line.starttls(context=ssl.create_default_context(cafile=str(office.certificate)))
        line.send_message(message)
    return office.to("svar@backen.example")


def test_what_was_typed_lasts_until_the_network_is_back(
    school: School, hosting: MakeHost, make_device: MakeDevice
) -> None:
    with_way(school, 'url = "/drop"\nfolder = "brevlada"\n')
    host = hosting(school.public, drop=box_at(school.settings))
    device = make_device(host)
    device.expect("ERR_CONNECTION", "ERR_INTERNET_DISCONNECTED", "ERR_EMPTY_RESPONSE")
    device.enter(school.link("petra"))
    device.shell_kept()
    device.eventually(lambda: taken_in(school).came)  # that the link was opened
    device.go("#/ny")
    device.shows("Nytt inlägg")
    device.page.get_by_label("Rubrik").fill(TITLE)
    device.page.get_by_label("Text").fill(WORDS)
    expect(device.page.get_by_label("Text")).to_have_value(WORDS)
    device.kept_quiet()
    device.context.set_offline(True)
    device.page.reload()
    expect(device.page.get_by_label("Text")).to_have_value(WORDS)
    device.page.locator("main bdi").get_by_text("Alva", exact=True).click()
    device.tap("Granska och skicka")
    device.page.get_by_role("dialog").get_by_role("button", name=re.compile("^Skicka")).click()
    device.shows("Inlägget är på väg")
    assert posts_in(taken_in(school)) == 0
    device.context.set_offline(False)
    device.eventually(lambda: any((school.root / "brevlada").glob("[0-9a-f]*")))
    assert posts_in(taken_in(school)) == 1
