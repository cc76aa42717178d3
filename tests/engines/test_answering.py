"""A guardian tells of something at home, with a photo, and each engine seals it so that the preschool opens it."""

from __future__ import annotations

from datetime import datetime
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from pluttra_publish import inbox
from pluttra_publish.drop.setting_up import box_at
from pluttra_publish.inbox import filed
from tests.browser.hosting import Host
from tests.browser.schools import School
from tests.engines.browser import Browser
from tests.engines.wire import Wire
from tests.media import making
from tests.whole.preschool import STOCKHOLM, clock

pytestmark = pytest.mark.engines

ATTACHED = "return document.querySelectorAll('.attached img').length === 1"
SENT = "return document.querySelector('main form .answered')?.textContent.includes('Skickat')"


def test_what_is_told_from_home_comes_whole_with_its_photo_made_smaller_and_stripped(
    wire: Wire, tmp_path: Path
) -> None:
    school = School(tmp_path / "förskola", now=datetime.now(STOCKHOLM))
    school.settings_text += '[drop]\nurl = "/drop"\nfolder = "brevlada"\n'
    school.write_posts()
    school.publish()
    (tmp_path / "mask.jpg").write_bytes(making.photo(image=making.scene(3000, 2000)))
    host = Host(school.public, drop=box_at(school.settings))
    try:
        browser = Browser(wire, host)
        browser.enter(school.link("maria"), "Maria")
        browser.go(f"#/b/{school.child('maria', 'Alva')}")
        browser.tap("Berätta hemifrån")
        browser.shows("Berätta hemifrån")
        browser.type("main form input:not([type=file])", "En mask hos mormor")
        browser.type("main form textarea", "Hon grävde upp den själv, på Åsögatan.")
        browser.type("main form input[type=file]", str(tmp_path / "mask.jpg"))
        browser.eventually(ATTACHED)
        browser.tap("Skicka")
        browser.eventually(SENT)
    finally:
        wire.do("Navigate", url="about:blank")
        host.stop()
    with clock(datetime.now(STOCKHOLM)):
        emptied = inbox.empty_all(school.settings, identity=school.identity)
    assert (emptied.waits, emptied.refused.total()) == (1, 0)
    (waiting,) = filed.listing(school.settings)
    assert (waiting.kind, waiting.sender) == ("observation", "maria")
    assert dict(waiting.about)["title"] == "En mask hos mormor"
    assert dict(waiting.about)["text"] == "Hon grävde upp den själv, på Åsögatan."
    (photo,) = waiting.photos
    image = Image.open(BytesIO(photo.read_bytes()))
    assert max(image.size) < 3000
    assert image.size[0] / image.size[1] == pytest.approx(1.5, abs=0.01)
    assert not image.getexif()
