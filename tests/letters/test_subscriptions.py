"""What devices may ask for, what waits for each, and when it is told."""

from __future__ import annotations

import os
import stat
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from pluttra_publish.errors import FormatError, KeystoreError
from pluttra_publish.letters.subscriptions import (
    FILE,
    MOST,
    Subscription,
    Subscriptions,
    is_push_service,
    subscription_of,
)
from tests.letters.push_service import Telephone, b64
from tests.whole.preschool import STOCKHOLM

HOME = "https://updates.push.services.mozilla.com/wpush/v2/"
AUDIENCE = "ab" * 16


def asked(name: str = "a", **more: Any) -> Subscription:
    return subscription_of(Telephone(HOME + name).body(**more), local=False)


def at(written: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{written}").replace(tzinfo=STOCKHOLM)


def test_a_device_says_where_it_is_and_what_it_wants_to_be_told() -> None:
    found = asked(lang="ar", quiet=["19:00", "07:00"], about=[AUDIENCE, AUDIENCE], mail=False)
    assert (found.lang, found.quiet, found.about, found.mail) == ("ar", ("19:00", "07:00"), (AUDIENCE,), False)
    assert asked().mail
    assert asked(quiet=["12:00", "12:00"]).quiet is None


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("endpoint", 7),
        ("endpoint", HOME + "a" * 1000),
        ("endpoint", "https://push.example.com/a"),
        ("p256dh", b64(b"\x04" + bytes(64))),
        ("p256dh", b64(b"\x02" + bytes(32))),
        ("p256dh", "not base64"),
        ("auth", b64(bytes(15))),
        ("auth", None),
        ("lang", "svenska språket"),
        ("lang", "<b>"),
        ("quiet", ["19:00"]),
        ("quiet", ["24:00", "07:00"]),
        ("quiet", ["7:00", "8:00"]),
        ("quiet", "19:00-07:00"),
        ("about", ["Solrosen"]),
        ("about", AUDIENCE),
        ("about", [AUDIENCE] * 1001),
        ("mail", "no"),
    ],
)
def test_what_is_of_another_shape_is_refused_by_its_name(member: str, value: object) -> None:
    with pytest.raises(FormatError, match=member):
        asked(**{member: value})


def test_what_is_missing_is_refused() -> None:
    for member in ("endpoint", "p256dh", "auth", "lang", "quiet", "about"):
        body = Telephone(HOME + "a").body()
        del body[member]
        with pytest.raises(FormatError, match=member):
            subscription_of(body, local=False)


@pytest.mark.parametrize(
    "endpoint",
    [
        "https://fcm.googleapis.com/fcm/send/cX:APA91",
        "https://updates.push.services.mozilla.com/wpush/v2/gAAA",
        "https://web.push.apple.com/QOx",
        "https://wns2-par02p.notify.windows.com/w/?token=BQY%3d",
    ],
)
def test_todays_push_services_are_known(endpoint: str) -> None:
    assert is_push_service(endpoint, local=False)


@pytest.mark.parametrize(
    "endpoint",
    [
        "http://fcm.googleapis.com/fcm/send/a",
        "https://fcm.googleapis.com:8443/a",
        "https://fcm.googleapis.com",
        "https://fcm.googleapis.com.example.com/a",
        "https://evil-push.apple.com.example/a",
        "https://notpush.apple.com/a",
        "https://me@fcm.googleapis.com/a",
        "https://fcm.googleapis.com\\@example.com/a",
        "https://fcm.googleapis.com/a#b",
        "https://fcm.googleapis.com/a b",
        "https://fcm.googleapis.com/a\r\nHost: x",
        "https://127.0.0.1/a",
        "https://localhost/a",
        "https://[::1]/a",
        "file:///etc/passwd",
        "",
    ],
)
def test_whatever_is_no_push_service_is_not_asked(endpoint: str) -> None:
    assert not is_push_service(endpoint, local=False)


def test_on_this_computer_alone_a_push_service_may_be_here() -> None:
    assert is_push_service("http://127.0.0.1:8123/a", local=True)
    assert not is_push_service("http://127.0.0.1:8123/a", local=False)


@pytest.mark.parametrize(
    ("quiet", "when", "is_quiet"),
    [
        (("19:00", "07:00"), "23T18:59", False),
        (("19:00", "07:00"), "23T19:00", True),
        (("19:00", "07:00"), "24T03:00", True),
        (("19:00", "07:00"), "24T07:00", False),
        (("12:00", "14:30"), "23T11:59", False),
        (("12:00", "14:30"), "23T14:29", True),
        (("12:00", "14:30"), "23T14:30", False),
        (None, "23T03:00", False),
    ],
)
def test_quiet_times_may_pass_midnight(quiet: tuple[str, str] | None, when: str, is_quiet: bool) -> None:
    assert replace(asked(), quiet=quiet).is_quiet(at(when)) is is_quiet


def test_a_device_is_told_of_what_it_asked_for_and_of_what_nobody_knows_where_it_stands() -> None:
    one = asked(about=[AUDIENCE])
    assert one.wants({AUDIENCE, "cd" * 16})
    assert not one.wants({"cd" * 16})
    assert one.wants(None)
    assert asked().wants({"cd" * 16})


def test_what_is_put_off_waits_longer_each_time_and_at_most_six_hours() -> None:
    now, one, pauses = 1_000_000, asked().with_news(["post"]), []
    for _ in range(11):
        put_off = one.put_off(code=503, wait=0, now=now)
        assert put_off
        one = put_off
        pauses.append(one.after - now)
        now = one.after
    assert pauses[:4] == [60, 120, 240, 480]
    assert pauses[-1] == 6 * 3600
    asked_to_wait = one.put_off(code=429, wait=80_000, now=now)
    assert asked_to_wait
    assert asked_to_wait.after == now + 80_000


def test_a_device_that_is_refused_for_a_month_is_forgotten_and_one_that_nobody_reaches_is_not() -> None:
    now = 1_000_000
    refused, unreached = asked().put_off(code=403, wait=0, now=now), asked().put_off(code=0, wait=0, now=now)
    assert refused
    assert unreached
    assert refused.put_off(code=403, wait=0, now=now + 29 * 86400)
    assert refused.put_off(code=403, wait=0, now=now + 31 * 86400) is None
    assert unreached.put_off(code=0, wait=0, now=now + 310 * 86400)


def test_what_has_been_told_is_not_told_again() -> None:
    one = asked().with_news(["b", "a"])
    assert (one.posts, one.is_due(at("23T12:00"))) == (("a", "b"), True)
    told = one.told()
    assert not told.is_due(at("23T12:00"))
    assert told.with_news(["a", "c"]).posts == ("c",)


@pytest.fixture
def subscriptions(tmp_path: Path) -> Subscriptions:
    return Subscriptions.load(tmp_path)


def test_what_was_saved_is_read_again_and_is_private(subscriptions: Subscriptions, tmp_path: Path) -> None:
    subscriptions.add("maria", asked("a", quiet=["19:00", "07:00"]).with_news(["post"]))
    subscriptions.add("mei", asked("b", about=[AUDIENCE], mail=False))
    subscriptions.save()
    assert Subscriptions.load(tmp_path).by_reader == subscriptions.by_reader
    if os.name == "posix":
        assert stat.S_IMODE((tmp_path / FILE).stat().st_mode) == 0o600


def test_a_damaged_file_is_told_and_says_nothing_of_what_stood_there(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"v": 1, "readers": {"maria": [{"endpoint": "https://secret"}]}}', encoding="utf-8")
    with pytest.raises(KeystoreError) as error:
        Subscriptions.load(tmp_path)
    assert "secret" not in str(error.value)
    assert FILE in str(error.value)


def test_a_reader_has_at_most_ten_devices_and_the_oldest_gives_way(subscriptions: Subscriptions) -> None:
    for number in range(MOST + 1):
        subscriptions.add("maria", asked(str(number)))
    assert [one.endpoint for one in subscriptions.by_reader["maria"]] == [HOME + str(n) for n in range(1, MOST + 1)]


def test_a_device_that_asks_again_keeps_what_waits_for_it(subscriptions: Subscriptions) -> None:
    subscriptions.add("maria", asked().with_news(["post"]))
    subscriptions.add("maria", asked(quiet=["19:00", "07:00"]))
    (found,) = subscriptions.by_reader["maria"]
    assert (found.posts, found.quiet) == (("post",), ("19:00", "07:00"))


def test_nobody_removes_anothers_device(subscriptions: Subscriptions) -> None:
    subscriptions.add("maria", asked())
    subscriptions.remove("johan", asked().endpoint)
    assert len(list(subscriptions)) == 1
    subscriptions.remove("maria", asked().endpoint)
    assert list(subscriptions) == []


def test_mail_is_sent_too_unless_a_device_says_that_it_is_one_too_many(subscriptions: Subscriptions) -> None:
    assert subscriptions.wants_mail("maria")
    subscriptions.add("maria", asked("a"))
    assert subscriptions.wants_mail("maria")
    subscriptions.add("maria", asked("b", mail=False))
    assert not subscriptions.wants_mail("maria")
    subscriptions.remove("maria", HOME + "b")
    assert subscriptions.wants_mail("maria")
