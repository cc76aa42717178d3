"""Messages about notices on telephones: done when they are right and the preschool has turned it on, refused with a reason when not."""

from __future__ import annotations

from typing import Any

import pytest

from pluttra_publish.letters.subscriptions import Subscriptions
from tests.inbox.sending import Box, Device, empty
from tests.letters.push_service import Telephone
from tests.whole.preschool import Preschool

ENDPOINT = "https://updates.push.services.mozilla.com/wpush/v2/a"
PUSH = '[push]\non = true\ncontact = "backen@example.se"\n'


@pytest.fixture
def telling(school: Preschool) -> Preschool:
    """One that has turned notices on."""
    school.settings_text += PUSH
    school.write()
    return school


def told(school: Preschool) -> dict[str, list[str]]:
    found = Subscriptions.load(school.state).by_reader
    return {reader: [one.endpoint for one in rows] for reader, rows in found.items()}


def test_a_device_is_told_from_its_message_on_until_its_next(telling: Preschool, maria: Device, box: Box) -> None:
    box.leave(maria.message("push", Telephone(ENDPOINT).body(mail=True)))
    assert [one.said for one in empty(telling, box).applied] == ["Vill ha aviseringar i telefonen."]
    assert told(telling) == {"maria": [ENDPOINT]}
    box.leave(Device(telling, "mei").message("push-end", {"endpoint": ENDPOINT}))
    empty(telling, box)
    assert told(telling) == {"maria": [ENDPOINT]}, "nobody ends another's"
    box.leave(maria.message("push-end", {"endpoint": ENDPOINT}))
    empty(telling, box)
    assert told(telling) == {}


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "https://169.254.169.254/latest"},
        {"endpoint": "http://updates.push.services.mozilla.com/a"},
        {"endpoint": ["a"]},
        {"p256dh": "<script>"},
        {"auth": 7},
        {"lang": "../sv"},
        {"quiet": ["99:99", "07:00"]},
        {"about": [{"a": 1}]},
    ],
)
def test_what_is_of_another_shape_is_refused_and_counted(telling: Preschool, maria: Device, box: Box, wrong: dict[str, Any]) -> None:  # fmt: skip
    box.leave(maria.message("push", Telephone(ENDPOINT).body(**wrong)), maria.message("push-end", {"endpoint": "x"}))
    assert empty(telling, box).refused == {"shape": 2}
    assert (told(telling), box.lying) == ({}, {})


def test_it_is_refused_where_it_is_not_turned_on(school: Preschool, maria: Device, box: Box) -> None:
    box.leave(maria.message("push", Telephone(ENDPOINT).body()))
    assert empty(school, box).refused == {"may-not": 1}
    assert told(school) == {}


def test_readers_are_told_the_key_that_signs(telling: Preschool) -> None:
    from pluttra_publish.letterbox import letterboxes
    from pluttra_publish.sealing.messages import open_letterbox

    telling.publish()
    keystore = telling.keys()
    assert keystore.push, "saved before it was told"
    (sealed,) = letterboxes(keystore, telling.settings, telling.now)
    letterbox = open_letterbox((telling.public / sealed.path).read_bytes(), keystore.drop_box)
    assert letterbox.push == keystore.push.public
