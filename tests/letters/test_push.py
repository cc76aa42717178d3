"""The way to a push service: what is sent opens by the RFC alone, and goes nowhere else than to one."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from pluttra_publish.letters import push
from pluttra_publish.letters.push import LENGTH, Pusher, PushOutcome, is_public, notification
from pluttra_publish.letters.subscriptions import Subscription, subscription_of
from pluttra_publish.letters.words import LANGUAGES, words_in
from pluttra_publish.sealing.signing import SigningKey
from tests.letters.push_service import PushService, Telephone, opened, unb64

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
CONTACT = "mailto:backen@example.se"
NOTICE = notification(words_in("sv"), url="https://dagar.example.se", count=1)


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PushService]:
    made = PushService(tmp_path, NOW.timestamp)
    monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
    with made.open():
        yield made


def subscribed(telephone: Telephone) -> Subscription:
    return subscription_of(telephone.body(), local=True)


def sent(telephone: Telephone, key: SigningKey | None = None) -> PushOutcome:
    with Pusher(key or SigningKey.generate(), CONTACT, now=NOW, local=True) as pusher:
        return pusher.send(subscribed(telephone), NOTICE)


def test_what_opens_notices_here_opens_the_example_of_rfc_8291() -> None:
    key = ec.derive_private_key(
        int.from_bytes(unb64("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94"), "big"), ec.SECP256R1()
    )
    body = unb64(
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPT"
        "pK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )
    assert opened(body, key, unb64("BTBZMqHH6r4Tts7J_aSIgg")) == b"When I grow up, I want to be a watermelon"


def test_a_notice_is_sealed_for_one_device_and_signed_for_one_service(service: PushService) -> None:
    telephone, key = service.telephone("maria"), SigningKey.generate()
    assert sent(telephone, key) == PushOutcome("sent", 201)
    assert service.to(telephone) == [json.loads(NOTICE)]
    (taken,) = service.taken
    claims = service.verified(taken.headers["authorization"])
    assert claims == {"aud": service.origin, "sub": CONTACT, "exp": int(NOW.timestamp()) + 12 * 3600}
    assert unb64(taken.headers["authorization"].partition("k=")[2]) == key.public
    asked = {name: taken.headers[name] for name in ("ttl", "urgency", "topic", "content-encoding", "content-type")}
    assert asked == {
        "ttl": "86400",
        "urgency": "normal",
        "topic": "nytt",
        "content-encoding": "aes128gcm",
        "content-type": "application/notification+json",
    }
    assert not {"user-agent", "cookie", "referer", "crypto-key", "encryption"} & taken.headers.keys()


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_notice_has_the_declarative_form_in_every_language_and_always_one_length(code: str) -> None:
    for count in (1, 2, 300):
        made = notification(words_in(code), url="https://dagar.example.se", count=count)
        value = json.loads(made)
        shown = value.pop("notification")
        assert (len(made), value) == (LENGTH, {"web_push": 8030})
        assert (shown["lang"], shown["dir"]) == (code, "rtl" if code == "ar" else "ltr")
        assert shown["navigate"] == "https://dagar.example.se/#/nytt"
        assert shown.keys() == {"title", "body", "navigate", "lang", "dir", "silent", "tag"}
        assert shown["title"]
        assert shown["body"]


def test_no_two_notices_are_sealed_alike(service: PushService) -> None:
    telephone = service.telephone("maria")
    sent(telephone)
    sent(telephone)
    first, second = (taken.body for taken in service.taken)
    assert len(first) == len(second)
    assert first[:16] != second[:16]
    assert first[21:86] != second[21:86]


@pytest.mark.parametrize(
    ("status", "headers", "outcome"),
    [
        (404, {}, PushOutcome("gone", 404)),
        (410, {}, PushOutcome("gone", 410)),
        (429, {"Retry-After": "120"}, PushOutcome("later", 429, 120)),
        (503, {"Retry-After": "Mon, 23 Nov 2026 13:00:00 GMT"}, PushOutcome("later", 503, 3600)),
        (500, {"Retry-After": "99999999999"}, PushOutcome("later", 500, 86400)),
        (500, {"Retry-After": "soon"}, PushOutcome("later", 500)),
        (403, {}, PushOutcome("later", 403)),
        (307, {"Location": "/send/else"}, PushOutcome("later", 307)),
    ],
)
def test_an_answer_says_what_became_of_a_notice(service: PushService, status: int, headers: dict[str, str], outcome: PushOutcome) -> None:  # fmt: skip
    service.answers["/send/maria"] = [(status, headers)]
    assert sent(service.telephone("maria")) == outcome
    assert len(service.asked) == 1, "no answer leads to another place"


def test_a_service_whose_certificate_is_another_is_told_nothing(service: PushService, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    monkeypatch.delenv("SSL_CERT_FILE")
    assert sent(service.telephone("maria")) == PushOutcome("later")
    assert service.asked == []


def test_a_service_that_does_not_answer_is_asked_once_in_a_round(service: PushService, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    reached: list[tuple[str, int]] = []

    def nowhere(host: str, port: int, **_: object) -> socket.socket:
        reached.append((host, port))
        raise TimeoutError

    monkeypatch.setattr(push, "_reached", nowhere)
    with Pusher(SigningKey.generate(), CONTACT, now=NOW, local=True) as pusher:
        for port in (1, 1, 2, 3, 3):
            telephone = Telephone(f"https://localhost:{port}/a")
            assert pusher.send(subscribed(telephone), NOTICE) == PushOutcome("later")
    assert reached == [("localhost", 1), ("localhost", 2)], "two that don't answer are the network"


def test_a_line_that_was_kept_too_long_is_made_again(service: PushService) -> None:
    maria, mei = service.telephone("maria"), service.telephone("mei")
    with Pusher(SigningKey.generate(), CONTACT, now=NOW, local=True) as pusher:
        assert pusher.send(subscribed(maria), NOTICE).kind == "sent"
        for line in pusher._lines.values():
            assert line.sock
            line.sock.shutdown(socket.SHUT_RDWR)
        assert pusher.send(subscribed(mei), NOTICE).kind == "sent"
    assert (len(service.to(maria)), len(service.to(mei))) == (1, 1)


def test_a_name_that_leads_to_this_computer_or_its_network_is_not_asked(service: PushService, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    told = socket.getaddrinfo("127.0.0.1", service.port, type=socket.SOCK_STREAM)
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_named: told)
    telephone = Telephone("https://updates.push.services.mozilla.com/wpush/v2/a")
    with Pusher(SigningKey.generate(), CONTACT, now=NOW) as pusher:
        assert pusher.send(subscription_of(telephone.body(), local=False), NOTICE) == PushOutcome("later")
    assert service.asked == []


@pytest.mark.parametrize(
    ("address", "public"),
    [
        ("142.250.74.10", True),
        ("2a00:1450:400f:80d::200a", True),
        ("127.0.0.1", False),
        ("10.0.0.8", False),
        ("169.254.169.254", False),
        ("100.64.0.1", False),
        ("0.0.0.0", False),  # noqa: S104
        ("224.0.0.1", False),
        ("::1", False),
        ("fe80::1%eth0", False),
        ("fd00::1", False),
        ("::ffff:192.168.1.1", False),
    ],
)
def test_an_address_is_public_or_is_not_asked(address: str, public: bool) -> None:
    assert is_public(address) is public
