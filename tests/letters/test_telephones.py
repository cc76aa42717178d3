"""Notices on telephones, from a publish to a push service: to whom something is new, as each device has asked for it, once, and never lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from pluttra_publish.delivering import Delivered
from pluttra_publish.letters.journal import Journal
from pluttra_publish.letters.subscriptions import Subscriptions
from pluttra_publish.publish import tell_waiting
from pluttra_publish.pushing import apply_push, end_push
from pluttra_publish.revoking import rekey, revoke, rotate_everything
from pluttra_publish.sealing.keystore import Keystore
from tests.letters.mailing import MailingPreschool
from tests.letters.post_office import PostOffice
from tests.letters.push_service import PushService, Telephone, unb64
from tests.letters.test_notices import invite_on_paper
from tests.whole.preschool import clock, photo
from tests.whole.shell import Shell

SETTINGS = """name = "Backens förskola"
url = "http://localhost:8000"
accessibility.assessed = 2026-09-01
[push]
on = true
contact = "backen@example.se"
"""
NAMES = ("Alva", "Noah", "Maria", "Lindqvist", "Solrosen", "Blåklockan", "Backen", "Granen")


@dataclass
class Backen:
    """A preschool whose families read on telephones."""

    school: MailingPreschool
    service: PushService

    def subscribe(self, reader: str, name: str = "", **asked: Any) -> Telephone:
        telephone = self.service.telephone(name or reader)
        apply_push(self.school.settings, reader, telephone.body(**asked))
        return telephone

    def publish(self, place: str = "forskolan/2026-11-23 Nytt", text: str = "Något nytt.\n") -> Delivered:
        self.school.post(place, text)
        told = self.school.later(minutes=5).publish().told
        assert told
        assert told.pushed
        return told

    def audience(self, key: str) -> str:
        return self.school.keys().audiences[key].id.hex()

    @property
    def devices(self) -> dict[str, list[str]]:
        found = Subscriptions.load(self.school.state).by_reader
        return {reader: [one.endpoint.rpartition("/")[2] for one in rows] for reader, rows in found.items()}


def push_service(folder: Path, school: MailingPreschool) -> PushService:
    """A push service that lives in the preschool's time."""

    def now() -> float:
        return school.now.timestamp()

    return PushService(folder, now)


@pytest.fixture
def backen(school: MailingPreschool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Backen]:
    """Published, with notices on telephones turned on, and a push service that answers."""
    service = push_service(tmp_path, school)
    monkeypatch.setenv("SSL_CERT_FILE", str(service.certificate))
    school.settings_text = SETTINGS
    school.publish()
    keystore = school.keys()
    assert keystore.push_key
    keystore.save()
    with service.open():
        yield Backen(school, service)


def title(*notices: dict[str, Any]) -> list[str]:
    return [notice["notification"]["title"] for notice in notices]


def test_a_new_post_is_told_to_the_telephones_of_those_who_may_read_it(backen: Backen) -> None:
    maria, johan, mei = (backen.subscribe(reader) for reader in ("maria", "johan", "mei"))
    told = backen.publish("Solrosen/2026-11-23 Granen", "Vi klädde den.\n")
    assert told.summary()["push"] == {"sent": 2, "gone": 0, "failed": 0, "waiting": 0}
    assert title(*backen.service.to(maria)) == ["Ett nytt inlägg finns att läsa"]
    assert len(backen.service.to(johan)) == 1
    assert backen.service.to(mei) == []


def test_a_notice_tells_nothing_of_the_post_the_child_or_the_preschool(backen: Backen) -> None:
    maria = backen.subscribe("maria")
    backen.publish("barn/Noah Lindqvist/2026-11-23 Granen", "Noah klädde den.\n")
    (notice,) = backen.service.to(maria)
    whole = json.dumps(notice, ensure_ascii=False)
    assert [name for name in NAMES if name in whole] == []
    assert notice["notification"]["navigate"] == "http://localhost:8000/#/nytt"


def test_a_notice_is_in_the_language_of_the_telephone(backen: Backen) -> None:
    telephones = {code: backen.subscribe("maria", code, lang=code) for code in ("sv", "en", "ar", "so", "fi", "uk")}
    backen.publish()
    told = {code: backen.service.to(one)[0]["notification"] for code, one in telephones.items()}
    assert {code: shown["lang"] for code, shown in told.items()} == {code: code for code in told} | {"uk": "sv"}
    assert told["en"]["title"] == "There is a new post to read"
    assert len({shown["title"] for shown in told.values()}) == 5


def test_nothing_is_told_twice(backen: Backen) -> None:
    maria = backen.subscribe("maria")
    backen.school.post("Solrosen/2026-11-23 Granen", gran_jpg=photo())
    backen.publish("Solrosen/2026-11-23 Granen", "Vi klädde den.\n")
    backen.publish("Solrosen/2026-11-23 Granen", "Vi klädde den, och sjöng.\n")
    backen.school.deliver(again=True)
    home = backen.school.root / "inlagg" / "Solrosen" / "2026-11-23 Granen"
    home.rename(home.with_name("2026-11-22 Tomten"))
    backen.school.later(minutes=5).publish()
    assert len(backen.service.to(maria)) == 1
    backen.publish("Solrosen/2026-11-23 Lucia", "Vi övar.\n")
    assert len(backen.service.to(maria)) == 2


def test_who_subscribes_is_not_told_of_what_was_there_before(backen: Backen) -> None:
    backen.publish()
    maria = backen.subscribe("maria")
    backen.school.later(minutes=5).publish()
    backen.school.deliver()
    assert backen.service.to(maria) == []


def test_a_crash_before_the_journal_is_saved_neither_loses_nor_repeats(backen: Backen, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    maria = backen.subscribe("maria")
    with monkeypatch.context() as patch:
        patch.setattr(Journal, "save", lambda _: (_ for _ in ()).throw(OSError("the power went")))
        backen.school.post("forskolan/2026-11-23 Nytt", "Något nytt.\n")
        backen.school.later(minutes=5).publish()
    assert backen.service.to(maria) == []
    backen.school.deliver()
    assert len(backen.service.to(maria)) == 1
    backen.school.later(minutes=5).publish()
    backen.publish("forskolan/2026-11-23 Mer", "Mer.\n")
    assert title(*backen.service.to(maria)) == ["Ett nytt inlägg finns att läsa"] * 2


def test_several_posts_are_one_notice(backen: Backen) -> None:
    maria = backen.subscribe("maria")
    backen.school.post("Solrosen/2026-11-23 Granen", "Vi klädde den.\n")
    backen.school.post("barn/Noah Lindqvist/2026-11-23 Båten", "Den flyter.\n")
    backen.publish()
    assert title(*backen.service.to(maria)) == ["3 nya inlägg finns att läsa"]


def test_two_who_read_on_one_telephone_are_told_together_and_once(backen: Backen) -> None:
    telephone = backen.service.telephone("ours")
    for reader in ("maria", "mei"):
        apply_push(backen.school.settings, reader, telephone.body())
    backen.school.post("Solrosen/2026-11-23 Granen", "Vi klädde den.\n")
    assert backen.publish().summary()["push"] == {"sent": 1, "gone": 0, "failed": 0, "waiting": 0}
    assert title(*backen.service.to(telephone)) == ["2 nya inlägg finns att läsa"]
    backen.service.answers["/send/ours"] = [(410, {})]
    backen.publish("forskolan/2026-11-23 Mer", "Mer.\n")
    assert backen.devices == {}


def test_a_telephone_is_told_of_the_children_and_departments_that_it_chose(backen: Backen) -> None:
    alva, noah, flower = (backen.audience(key) for key in ("child:alva", "child:noah", "department:blaklockan"))
    whole, one, other, bell = (backen.subscribe("maria", name, about=about) for name, about in (("whole", None), ("one", [alva]), ("other", [noah]), ("bell", [flower])))  # fmt: skip
    backen.publish("Solrosen/2026-11-23 Granen", "Barn: Alva\n\nAlva klädde den.\n")
    backen.publish("Solrosen/2026-11-23 Snön", "Det snöade.\n")
    backen.publish("barn/Noah Lindqvist/2026-11-23 Båten", "Den flyter.\n")
    backen.publish("Blåklockan/2026-11-23 Lyktor", "De lyste.\n")
    assert [len(backen.service.to(telephone)) for telephone in (whole, one, other, bell)] == [4, 1, 1, 1]


def test_what_comes_in_a_quiet_time_is_told_when_it_ends(backen: Backen) -> None:
    quiet, other = backen.subscribe("maria", "quiet", quiet=["11:00", "13:30"]), backen.subscribe("maria", "other")
    told = backen.publish()
    assert told.summary()["push"] == {"sent": 1, "gone": 0, "failed": 0, "waiting": 1}
    assert told.is_worth_another_try
    backen.publish("Solrosen/2026-11-23 Granen", "Vi klädde den.\n")
    backen.school.later(minutes=60).deliver(at_once=True, again=True)
    assert backen.service.to(quiet) == []
    backen.school.later(minutes=20).deliver()
    assert title(*backen.service.to(quiet)) == ["2 nya inlägg finns att läsa"]
    backen.school.later(hours=1).deliver()
    assert (len(backen.service.to(quiet)), len(backen.service.to(other))) == (1, 2)


def test_a_post_that_is_renamed_in_a_quiet_time_is_told_all_the_same(backen: Backen) -> None:
    quiet = backen.subscribe("maria", quiet=["11:00", "13:30"])
    backen.publish("Solrosen/2026-11-23 Granen", "Vi klädde den.\n")
    home = backen.school.root / "inlagg" / "Solrosen" / "2026-11-23 Granen"
    home.rename(home.with_name("2026-11-23 Tomten"))
    backen.school.later(minutes=5).publish()
    backen.school.later(hours=2).deliver()
    assert title(*backen.service.to(quiet)) == ["Ett nytt inlägg finns att läsa"]


def test_a_post_that_is_taken_away_in_a_quiet_time_is_not_told(backen: Backen) -> None:
    quiet = backen.subscribe("maria", quiet=["11:00", "13:30"])
    backen.publish()
    backen.publish(text="Status: utkast\n\nNågot nytt.\n")
    backen.school.later(hours=2).deliver()
    assert backen.service.to(quiet) == []


@pytest.mark.parametrize("status", [404, 410])
def test_a_telephone_that_is_gone_is_forgotten(backen: Backen, status: int) -> None:
    backen.subscribe("maria", "old")
    new = backen.subscribe("maria", "new")
    backen.service.answers["/send/old"] = [(status, {})]
    assert backen.publish().summary()["push"] == {"sent": 1, "gone": 1, "failed": 0, "waiting": 0}
    assert backen.devices == {"maria": ["new"]}
    assert len(backen.service.to(new)) == 1


def test_what_a_service_puts_off_is_tried_again_when_it_may_be(backen: Backen) -> None:
    maria = backen.subscribe("maria")
    backen.service.answers["/send/maria"] = [(500, {}), (429, {"Retry-After": "600"})]
    assert backen.publish().summary()["push"] == {"sent": 0, "gone": 0, "failed": 1, "waiting": 1}
    backen.school.deliver()
    assert len(backen.service.asked) == 1, "not at once"
    backen.school.later(seconds=60).deliver()
    backen.school.later(seconds=599).deliver()
    assert len(backen.service.asked) == 2, "not before it may be"
    backen.school.later(seconds=1).deliver()
    assert title(*backen.service.to(maria)) == ["Ett nytt inlägg finns att läsa"]
    backen.publish("forskolan/2026-11-23 Mer", "Mer.\n")
    assert len(backen.service.to(maria)) == 2


def test_somebody_may_ask_for_another_try_before_its_time(backen: Backen, at: Shell) -> None:
    maria = backen.subscribe("maria")
    backen.service.answers["/send/maria"] = [(503, {"Retry-After": "86400"})]
    backen.publish()
    at.environment["SOURCE_DATE_EPOCH"] = str(int(backen.school.now.timestamp()))
    assert "Aviseringar i telefonen: 1 väntar." in at.run("notify", "--site", backen.school.root).output
    answer = at.answer("notify", "--again", "--site", backen.school.root)
    assert answer["push"] == {"sent": 1, "gone": 0, "failed": 0, "waiting": 0}
    assert len(backen.service.to(maria)) == 1


def test_nothing_is_lost_when_the_network_is_down(school: MailingPreschool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    service = push_service(tmp_path, school)
    monkeypatch.setenv("SSL_CERT_FILE", str(service.certificate))
    school.settings_text = SETTINGS
    school.publish()
    keystore = school.keys()
    assert keystore.push_key
    keystore.save()
    with service.open():
        maria = service.telephone("maria")
    apply_push(school.settings, "maria", maria.body())
    school.post("forskolan/2026-11-23 Nytt", "Något nytt.\n")
    told = school.later(minutes=5).publish().told
    assert told
    assert told.summary()["push"] == {"sent": 0, "gone": 0, "failed": 1, "waiting": 1}
    with service.open(), clock(school.later(days=3).now):
        assert tell_waiting(school.settings, identity=school.identity)
    assert title(*service.to(maria)) == ["Ett nytt inlägg finns att läsa"]


def test_the_nightly_job_sends_what_waits(backen: Backen, at: Shell) -> None:
    maria = backen.subscribe("maria", quiet=["11:00", "13:30"])
    backen.publish()
    at.environment["SOURCE_DATE_EPOCH"] = str(int(backen.school.later(hours=3).now.timestamp()))
    answer = at.answer("heartbeat", "--site", backen.school.root)
    assert isinstance(answer["mail"], dict)
    assert answer["mail"]["push"] == {"sent": 1, "gone": 0, "failed": 0, "waiting": 0}
    assert len(backen.service.to(maria)) == 1


def test_a_device_that_wants_no_more_is_told_no_more(backen: Backen) -> None:
    maria = backen.subscribe("maria")
    end_push(backen.school.settings, "maria", {"endpoint": maria.endpoint})
    backen.publish()
    assert (backen.service.asked, backen.devices) == ([], {})


def test_who_reads_no_longer_is_forgotten(backen: Backen) -> None:
    for reader in ("maria", "mei"):
        backen.subscribe(reader)
    backen.school.row("relationer", "li", "mei")[3] = "2026-01-01"
    backen.publish()
    assert backen.devices == {"maria": ["maria"]}


def test_who_is_shut_out_or_has_a_new_key_is_forgotten_at_once(backen: Backen) -> None:
    for reader in ("maria", "johan", "mei"):
        backen.subscribe(reader)
    with clock(backen.school.now):
        revoke(backen.school.settings, "maria", identity=backen.school.identity)
        rekey(backen.school.settings, "johan", identity=backen.school.identity)
    assert list(backen.devices) == ["mei"]


def test_when_all_keys_are_new_nobody_is_told_under_the_old_one(backen: Backen) -> None:
    backen.subscribe("maria")
    before = backen.school.keys().push_key.public
    rotate_everything(backen.school.settings, identity=backen.school.identity)
    assert backen.devices == {}
    assert backen.school.keys().push_key.public != before


def test_the_key_that_signs_is_made_once_and_stays(backen: Backen) -> None:
    def key() -> Keystore:
        return backen.school.keys()

    public = key().push_key.public
    backen.subscribe("maria")
    backen.publish()
    backen.publish("forskolan/2026-11-23 Mer", "Mer.\n")
    signed = {unb64(taken.headers["authorization"].partition("k=")[2]) for taken in backen.service.taken}
    assert signed == {public} == {key().push_key.public}


def test_mail_and_telephone_both_tell_unless_the_family_chose(backen: Backen, tmp_path: Path) -> None:
    office, school = PostOffice(tmp_path), backen.school
    with office.open():
        school.settings_text = f'{SETTINGS}[mail]\nhost = "localhost"\nport = {office.port}\nfrom = "a@b.example"\n'
        school.publish()
        invite_on_paper(school, "maria", "johan", "mei")
        maria, johan = backen.subscribe("maria"), backen.subscribe("johan", mail=False)
        backen.publish()
        assert sorted(office.receivers) == ["maria@example.se", "mei@example.com"]
        assert (len(backen.service.to(maria)), len(backen.service.to(johan))) == (1, 1)
        end_push(school.settings, "johan", {"endpoint": johan.endpoint})
        backen.publish("forskolan/2026-11-23 Mer", "Mer.\n")
    assert office.receivers.count("johan@example.se") == 1


def test_status_counts_telephones_and_those_that_are_not_reached(backen: Backen, at: Shell) -> None:
    for name in ("one", "two", "three"):
        backen.subscribe("maria", name, quiet=["11:00", "13:30"] if name == "three" else None)
    backen.service.answers["/send/two"] = [(500, {})]
    backen.publish()
    assert at.answer("status", "--site", backen.school.root)["push"] == {
        "subscriptions": 3,
        "waiting": 2,
        "failing": 1,
    }
    said = at.run("status", "--site", backen.school.root).output
    assert "Aviseringar i telefonen: 3 telefoner, 1 som inte har gått att nå." in said


def test_nobody_is_told_while_it_is_not_turned_on(backen: Backen, at: Shell) -> None:
    backen.subscribe("maria")
    backen.school.settings_text = SETTINGS.replace("on = true", "on = false")
    backen.school.post("forskolan/2026-11-23 Nytt", "Något nytt.\n")
    assert backen.school.later(minutes=5).publish().told is None
    assert backen.service.asked == []
    assert at.answer("status", "--site", backen.school.root)["push"] is None


def test_an_error_says_no_address_and_no_key(backen: Backen, at: Shell) -> None:
    maria = backen.subscribe("maria")
    backen.service.answers["/send/maria"] = [(403, {})]
    backen.publish()
    at.environment["SOURCE_DATE_EPOCH"] = str(int((backen.school.now + timedelta(hours=1)).timestamp()))
    said = at.run("notify", "--site", backen.school.root).output
    log = (backen.school.state / "logg.jsonl").read_text(encoding="utf-8")
    for secret in (maria.endpoint, "localhost", maria.body()["auth"], maria.body()["p256dh"]):
        assert secret not in said + log
