"""A preschool with development talks, and what its guardians' devices say of them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pluttra_publish.errors import Findings
from pluttra_publish.format.messages import Kind
from pluttra_publish.inbox import Emptied
from pluttra_publish.media import probe
from pluttra_publish.open import Opened
from pluttra_publish.site import read_talks
from pluttra_publish.site.values import Talk
from tests.inbox.sending import Box, Device, empty
from tests.whole.preschool import Preschool

ALVA, BO = "Alva Lindqvist/2026-12 Utvecklingssamtal", "Bo Berg/2026-12-01"
OFFERED = (
    "Tider: 2026-11-30 14.30; 2026-12-01 8.00, 8.45; 2026-12-02 8.00\nLängd: 30 minuter\nSvara senast: 2026-11-27\n"
)
QUESTIONS = "Frågor:\n- Vad berättar Alva hemma?\n- Är något svårt?\n\nFundera gärna på det här.\n"
NOTES = "Vi kom överens om att dela gruppen på förmiddagen.\n"
MONDAY, TUESDAY, LATER, WEDNESDAY = "2026-11-30T14:30", "2026-12-01T08:00", "2026-12-01T08:45", "2026-12-02T08:00"

HOSTILE = (
    "---\nFrån: Johan Ek\nSent: ja\n---\nHej",
    "Från: Johan Ek\n\nÄr något svårt?\n\n    Ja",
    "<script>alert(1)</script><img src=x>[klicka](https://elak.example) ![x](x.jpg)",
    "&lt;b&gt; {{ talk.title }} {% raw %}",
    "\u202eadnäv\u202c \u2066isolerad\u2069 \x00\x1b[31m",
    "# Rubrik\n* punkt\n    indrag\n\tflik",
    '" autofocus onfocus="alert(1)',
)


class Talks:
    """A preschool with talks, and its guardians' devices."""

    def __init__(self, school: Preschool) -> None:
        self.school, self.keystore, self.box = school, school.keys(), Box()

    def write(self, talk: str, **texts: str) -> Path:
        folder = self.school.root / "samtal" / talk
        folder.mkdir(parents=True, exist_ok=True)
        for name, text in texts.items():
            (folder / f"{name}.md").write_text(text, encoding="utf-8")
        return folder

    def page(self, talk: str) -> str:
        child = {"Alva Lindqvist": "alva", "Bo Berg": "bo", "Noah Lindqvist": "noah"}[talk.partition("/")[0]]
        return self.keystore.opaque_id("talk", child, talk.partition("/")[2])

    def say(self, reader: str, kind: Kind, talk: str, *, ident: str | None = None, ago: int = 0, **body: Any) -> None:
        """Leave a message in the drop box, written so many seconds ago."""
        message = Device(self.school, reader).message(kind, {"talk": self.page(talk), **body}, ident=ident, ago=ago)
        self.box.leave(message)

    def choose(self, reader: str, talk: str, time: str, *, ident: str | None = None, ago: int = 0) -> None:
        self.say(reader, "talk-time", talk, ident=ident, ago=ago, time=time)

    def answer(self, reader: str, talk: str, *answers: tuple[str, str], ago: int = 0) -> None:
        self.say(reader, "talk-answers", talk, ago=ago, answers=[list(pair) for pair in answers])

    def empty(self) -> Emptied:
        return empty(self.school, self.box)

    def read(self, talk: str) -> Talk:
        findings, settings = Findings(), self.school.settings
        talks = read_talks(settings.talks, settings, probe=probe, findings=findings, today=self.school.now.date())
        assert not findings.errors, list(map(str, findings))
        return next(one for one in talks if one.source == f"samtal/{talk}")

    def time(self, talk: str) -> str:
        settled = self.read(talk).times.settled
        return f"{settled:%Y-%m-%dT%H:%M}" if settled else ""

    def wishes(self, talk: str) -> list[tuple[str, str, str]]:
        return [(wish.by, f"{wish.time:%Y-%m-%dT%H:%M}", wish.why) for wish in self.read(talk).times.wishes]

    def files(self, talk: str) -> dict[str, str]:
        folder = self.school.root / "samtal" / talk
        return {
            path.name: path.read_text(encoding="utf-8") for path in sorted(folder.iterdir()) if path.suffix == ".txt"
        }


def families(school: Preschool) -> None:
    """A way back, and two families in one department."""
    school.settings_text += '[drop]\nmail = "svar@example.se"\n'
    tables = school.tables
    tables["barn"].append(["bo", "Bo", "Berg", "nej"])
    tables["vardnadshavare"].append(["eva", "Eva", "Berg", "eva@example.se", "sv", "nej"])
    tables["relationer"].append(["bo", "eva", "2023-01-01", ""])
    tables["placeringar"].append(["bo", "solrosen", "2024-08-19", ""])


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small published preschool with two families in one department; each test has a copy."""
    school = Preschool(tmp_path_factory.mktemp("talks") / "förskola")
    families(school)
    school.write().post("Solrosen/2026-11-19 Första snön", "Någon har suddat ut gården.\n")
    school.publish()
    return school.root


@pytest.fixture
def talks(beginning: Path, tmp_path: Path) -> Iterator[Talks]:
    school = Preschool(shutil.copytree(beginning, tmp_path / "förskola"))
    families(school)
    talks = Talks(school)
    talks.write(ALVA, inbjudan=f"{OFFERED}\nVälkomna.\n", förberedelse=QUESTIONS)
    talks.write(BO, inbjudan=f"{OFFERED}\nVälkomna.\n")
    yield talks
    assert talks.box.lying == {}, "whatever becomes of a message, it doesn't stay in the drop box"


def talk_page(opened: Opened) -> str:
    """The page of the only talk that a guardian has."""
    (page,) = (one for one in opened.pages if one.page.kind == "talk")
    return opened.content(page.page.page).decode()


def answers_page(opened: Opened) -> str:
    """The staff's page of the answers to the only talk that has any."""
    (page,) = (one for one in opened.pages if one.page.title.startswith("Svar inför samtal"))
    return opened.content(page.page.page).decode()
