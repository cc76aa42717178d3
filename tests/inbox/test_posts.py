"""A post from a telephone: what becomes of it, what it can't become, and who may not send it."""

from __future__ import annotations

import io
import re
import secrets
import shutil
import tomllib
from collections.abc import Iterable
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from pluttra_publish.errors import Findings
from pluttra_publish.format.messages import Header
from pluttra_publish.inbox.desk import Applied, Arrived, ArrivedFile, Desk
from pluttra_publish.inbox.pieces import files_of
from pluttra_publish.inbox.post_folder import MARK, folder_name, may_be_name
from pluttra_publish.inbox.posts import apply_post
from pluttra_publish.inbox.refusing import RefusedError
from pluttra_publish.people import read_people
from pluttra_publish.register import Audience
from pluttra_publish.rewrapping import rewrap
from pluttra_publish.site.frontmatter import divide
from tests.inbox.sending import Box, Device, empty
from tests.media import making
from tests.whole.preschool import NOON, Preschool, clock, photo

SOLROSEN = "department:solrosen"
WORDS = {"title": "Vi gräver en grop", "text": "Åke bar ena änden.\n\nSamira den andra."}


class Phone:
    """One of the staff with a telephone. Files are (content, children, alt)."""

    def __init__(self, school: Preschool, reader: str = "petra") -> None:
        self.school, self.reader, self.keystore = school, reader, school.keys()

    def ids(self, children: Iterable[str]) -> list[str]:
        return [self.keystore.opaque_id("child", child) for child in children]

    def body(self, home: str = SOLROSEN, *, children: Iterable[str] = (), **more: Any) -> dict[str, Any]:
        audience = self.keystore.audience(home).id.hex()
        date = "2026-11-23T10:15:00+01:00"
        return {"home": audience, "date": date, "children": self.ids(children), "files": [], **WORDS, **more}

    def send(
        self,
        body: dict[str, Any],
        files: Iterable[tuple[bytes, Iterable[str], str]] = (),
        *,
        ident: str = "",
        folder: Path | None = None,
    ) -> Applied:
        """Let what was sent be done, as if it had come whole."""
        device, school = Device(self.school, self.reader), self.school
        files = list(files)
        told = [device.file(content, "image/jpeg", alt=alt, children=self.ids(on))[0] for content, on, alt in files]
        body = body | ({"files": told} if told else {})
        header = Header(ident or secrets.token_hex(16), int(school.now.timestamp()), "post", body)
        folder = folder or school.state
        arrived = []
        for number, (sent, (content, _, _)) in enumerate(zip(files_of(header), files, strict=True)):
            path = folder / f"{number:02d}"
            path.write_bytes(content)
            arrived.append(ArrivedFile(sent, path))
        people = read_people(school.settings, Findings())
        desk = Desk(school.settings, self.keystore, people.register, people.consents, school.now)
        sender = desk.readers[self.reader]
        return apply_post(desk, Arrived(sender, header, school.now, tuple(arrived)))


@pytest.fixture
def petra(school: Preschool) -> Phone:
    return Phone(school)


def folders(school: Preschool, place: str = "Solrosen") -> list[str]:
    return sorted(path.name for path in (school.root / "inlagg" / place).iterdir())


def made(school: Preschool, place: str = "Solrosen") -> Path:
    """The one folder that was made of a message."""
    (found,) = (path.parent for path in (school.root / "inlagg" / place).glob(f"*/{MARK}"))
    return found


def kept(school: Preschool) -> tuple[Path, str]:
    """The one post that lies in the inbox, and why."""
    (found,) = (school.root / "inkommet").iterdir()
    return found, (found / "FEL.txt").read_text(encoding="utf-8")


def text_seen(school: Preschool, reader: str) -> str:
    """The text of the post as a reader has it, with its tags."""
    opened = school.open(reader)
    (post,) = (post for post in opened.posts if post.card.title == "Vi gräver en grop")
    assert post.card.count["photo"] == 1
    page = opened.content(post.card.page).decode()
    return page.partition('<div class="text">')[2].partition("</div>")[0].strip()


def fields(folder: Path) -> dict[str, str]:
    text = (folder / "text.txt").read_text(encoding="utf-8")
    return {field.word: field.value for field in divide(text).fields}


def test_a_post_from_the_phone_becomes_a_folder_like_any_other(school: Preschool, petra: Phone) -> None:
    files = [(photo("red"), ["alva"], "En koja av grenar"), (photo("blue"), [], "")]
    applied = petra.send(petra.body(children=["alva"]), files)
    folder = made(school)
    assert folder.name == "2026-11-23 Vi gräver en grop"
    assert sorted(path.name for path in folder.iterdir()) == [MARK, "01.jpg", "02.jpg", "bilder.toml", "text.txt"]
    assert (folder / "text.txt").read_text(encoding="utf-8") == (
        "---\nTitel: Vi gräver en grop\nDatum: 2026-11-23 10:15\nBarn: Alva\nAv: Petra Lund\nStatus: utkast\n"
        "Bildtext: 01.jpg: En koja av grenar\n---\n\nÅke bar ena änden.\n\nSamira den andra.\n"
    )
    told = tomllib.loads((folder / "bilder.toml").read_text(encoding="utf-8"))
    assert told == {"ordning": ["01.jpg", "02.jpg"], "02.jpg": {"barn": []}}
    assert (folder / "01.jpg").read_bytes() == photo("red")
    assert not applied.waits
    assert "Petra Lund" in applied.said


def test_it_comes_out_as_it_was_written_when_it_is_published(school: Preschool, petra: Phone, box: Box) -> None:
    school.settings_text += 'posts = "published"\n'
    school.write()
    device = Device(school, "petra")
    sent = [device.file(photo(colour), "image/jpeg", pieces=2, alt="", children=petra.ids(on)) for colour, on in (("red", ["alva"]), ("blue", []))]  # fmt: skip
    for _, pieces in sent:
        box.leave(*pieces)
    box.leave(device.message("post", petra.body(children=["alva"], files=[told for told, _ in sent])))
    assert empty(school, box).refused == {}
    school.publish()
    (post,) = (post for post in school.open("johan").posts if post.card.title == "Vi gräver en grop")
    assert [name for _, name in post.card.children] == ["Alva"]
    assert (post.card.by, post.card.count["photo"], post.card.date) == (("Petra Lund",), 2, "2026-11-23T10:15:00+01:00")
    assert post.card.summary == "Åke bar ena änden. Samira den andra."
    assert "Vi gräver en grop" not in [post.card.title for post in school.open("mei").posts]


def test_a_draft_is_read_by_nobody(school: Preschool, petra: Phone) -> None:
    petra.send(petra.body())
    school.publish()
    assert "Vi gräver en grop" not in [post.card.title for post in school.open("petra").posts]


@pytest.mark.parametrize(
    ("reader", "home", "place"),
    [
        ("petra", "preschool", "forskolan"),
        ("petra", "child:alva", "barn/Alva Lindqvist"),
        ("ingrid", "department:blaklockan", "Blåklockan"),
        ("ingrid", "child:noah", "barn/Noah Lindqvist"),
    ],
)
def test_each_place_has_its_folder(school: Preschool, reader: str, home: str, place: str) -> None:
    phone = Phone(school, reader)
    phone.send(phone.body(home))
    assert made(school, place).name == "2026-11-23 Vi gräver en grop"


def test_a_message_that_is_done_twice_leaves_one_folder(school: Preschool, petra: Phone) -> None:
    ident, files = secrets.token_hex(16), [(photo(), ["alva"], "")]
    half = school.root / "inlagg" / "Solrosen" / f".{ident}.tmp"
    half.mkdir()
    (half / "01.jpg").write_bytes(b"half of it")  # the power went
    first = petra.send(petra.body(), files, ident=ident)
    there = folders(school)
    made(school).rename(made(school).with_name("2026-11-23 Annat namn"))
    again = petra.send(petra.body(), files, ident=ident)
    assert len(folders(school)) == len(there)
    assert not half.exists()
    assert (first.waits, again.waits) == (False, False)


def test_two_posts_of_one_title_are_two(school: Preschool, petra: Phone) -> None:
    for title in ("Snö", "Snö", "Snö!", "SNÖ"):
        petra.send(petra.body(title=title))
    new = [name for name in folders(school) if name.startswith("2026-11-23")]
    assert sorted(new) == ["2026-11-23 SNÖ (4)", "2026-11-23 Snö", "2026-11-23 Snö (2)", "2026-11-23 Snö! (3)"]
    school.publish()  # their addresses differ too


def test_without_a_title_the_folder_has_the_time(school: Preschool, petra: Phone) -> None:
    petra.send(petra.body(title="", text=""), [(photo(), [], "")])
    assert made(school).name == "2026-11-23 10.15"
    assert "Titel" not in fields(made(school))


def test_films_and_sounds_get_the_suffix_of_what_they_hold(school: Preschool, petra: Phone, tmp_path: Path) -> None:
    film, sound = making.film(tmp_path / "a.mp4"), making.sound(tmp_path / "b.mp3", codec="libmp3lame", form="mp3")
    files = [(film.read_bytes(), ["alva"], ""), (sound.read_bytes(), [], ""), (making.photo("PNG"), [], "")]
    petra.send(petra.body(children=["alva"]), files)
    folder = made(school)
    assert {path.name for path in folder.iterdir()} >= {"01.mp4", "02.mp3", "03.png"}
    told = tomllib.loads((folder / "bilder.toml").read_text(encoding="utf-8"))
    assert told["ordning"] == ["01.mp4", "02.mp3", "03.png"]


class TestHarmless:
    """Nothing that is typed means anything but words."""

    @pytest.mark.parametrize(
        "text",
        [
            "---\nDelas: ja\nMålgrupp: personal\n---\nHej",
            "Status: publicerad\nDelas: ja\n\nHej",
            "::: personal\nhemligt\n:::\n",
            "> - ::: personal",
            ":::",
            'Se {barn="Noah"} och { barn = Noah }',
            "<script>alert(1)</script><img src=x onerror=alert(1)><iframe>",
            "[länk](javascript:alert(1)) ![bild](../../pluttra.toml) <https://x.example>",
            "# Rubrik\n\n- lista\n\n| a | b |\n|---|---|\n",
            "\u202etlob\u202c \u2066x\x00\x1b[31m\u2028Delas: ja\x85Status: utkast",
            "&lt;b&gt; &amp;amp; \\*",
            "](x) ![",
        ],
    )
    def test_a_text_is_shown_letter_for_letter(self, school: Preschool, petra: Phone, text: str) -> None:
        school.settings_text += 'posts = "published"\n'
        school.write()
        petra.send(petra.body(text=text), [(photo(), [], "")])
        assert set(fields(made(school))) == {"Titel", "Datum", "Av", "Status"}
        school.publish()
        assert "Vi gräver en grop" not in [post.card.title for post in school.open("mei").posts]
        shown = [text_seen(school, reader) for reader in ("johan", "petra")]
        assert shown[0] == shown[1]  # no section is the staff's
        letters = re.sub(r"\s", "", unescape(re.sub("</?p>|<br>", "", shown[0])))
        assert "<" not in re.sub("</?p>|<br>", "", shown[0])
        invisible = dict.fromkeys(map(ord, "\u202e\u202c\u2066\u2060\x00\x1b"))
        assert letters.translate(invisible) == re.sub(r"\s", "", text).translate(invisible)

    @pytest.mark.parametrize(
        "title",
        [
            "../../../etc/passwd",
            "..\\..\\x",
            "CON",
            "x.tmp",
            "FEL.txt",
            "~$x~",
            ". . .",
            "a/b:c*d?e",
            "\u202egpj.exe",
            "Titel\nDelas: ja\n---\n",
            "Titel\u2028Status: publicerad\x85Delas: ja",
            "</b></title><script>",
            "x" * 200,
            "🎉" * 100,
            "ق" * 200,
            "1430 x",
            '{barn="Noah"}',
            "e\u0301 \u2066x",
            "\x00",
        ],
    )
    def test_a_title_is_a_folder_among_the_others_and_no_field(
        self, school: Preschool, petra: Phone, title: str
    ) -> None:
        before = {path for path in school.root.rglob("*") if "privat" not in path.parts}
        petra.send(petra.body(title=title))
        folder = made(school)
        new = {path for path in school.root.rglob("*") if "privat" not in path.parts} - before
        assert new == {folder, folder / MARK, folder / "text.txt"}
        assert len(folder.name.encode()) <= 200
        assert len(folder.name) <= 80
        assert may_be_name(folder.name)
        assert set(fields(folder)) - {"Titel"} == {"Datum", "Av", "Status"}
        assert fields(folder)["Status"] == "utkast"
        school.publish()

    def test_an_alt_text_is_no_field_either(self, school: Preschool, petra: Phone) -> None:
        alt = 'Koja\nDelas: ja\n{barn="Noah"} <b>\u2028Status: publicerad'
        petra.send(petra.body(), [(photo(), [], alt)])
        assert set(fields(made(school))) == {"Titel", "Datum", "Av", "Status", "Bildtext"}
        assert fields(made(school))["Status"] == "utkast"
        school.publish()

    def test_a_name_that_means_something_between_names_is_written_as_an_id(
        self, school: Preschool, petra: Phone
    ) -> None:
        school.row("barn", "alva")[1:3] = ["Alva, Noah", "Lind & Berg"]
        school.write()
        petra.send(petra.body(children=["alva"]))
        assert fields(made(school))["Barn"] == "alva"


class TestRefused:
    """What no reader of ours sends."""

    def refused(
        self, phone: Phone, body: dict[str, Any], files: Iterable[tuple[bytes, Iterable[str], str]] = ()
    ) -> str:
        before = {path for path in phone.school.root.rglob("*") if "privat" not in path.parts}
        with pytest.raises(RefusedError) as refused:
            phone.send(body, files)
        assert {path for path in phone.school.root.rglob("*") if "privat" not in path.parts} == before
        return refused.value.reason

    def test_a_guardian_writes_no_posts(self, school: Preschool) -> None:
        phone = Phone(school, "maria")
        assert self.refused(phone, phone.body()) == "may-not"
        assert self.refused(phone, phone.body("child:alva")) == "may-not"

    @pytest.mark.parametrize("home", ["department:blaklockan", "child:noah", "staff"])
    def test_staff_write_only_where_they_read(self, petra: Phone, home: str) -> None:
        assert self.refused(petra, petra.body(home)) == "may-not"

    def test_whoever_has_left_writes_no_more(self, school: Preschool, petra: Phone) -> None:
        school.row("personal-avdelningar", "petra")[3] = "2026-10-31"
        school.write()
        assert self.refused(petra, petra.body()) == "may-not"

    @pytest.mark.parametrize(
        "wrong",
        [
            {"home": "0" * 32},
            {"home": 7},
            {"home": None},
            {"title": None},
            {"title": "x" * 201},
            {"text": "x" * 20_001},
            {"text": {}},
            {"text": ""},
            {"children": ["0" * 16]},
            {"children": "alva"},
            {"children": [{}]},
            {"children": None},
            {"date": "i går"},
            {"date": "2026-11-23T10:15:00"},
            {"date": "1926-11-23T10:15:00Z"},
            {"date": "9999-12-31T23:59:59-12:00"},
            {"date": "2026-13-41T10:15:00Z"},
            {"date": None},
        ],
    )
    def test_a_body_of_another_shape(self, petra: Phone, wrong: dict[str, Any]) -> None:
        assert self.refused(petra, petra.body() | wrong) == "shape"

    def test_a_file_of_which_too_much_is_said(self, petra: Phone) -> None:
        assert self.refused(petra, petra.body(), [(photo(), [], "x" * 1001)]) == "shape"


class TestKept:
    """What was written in earnest and can't be put lies in the inbox, with the reason beside it, and can be mended there."""

    def consents(self, school: Preschool, *lacking: tuple[str, str]) -> None:
        purposes = ("foto", "film", "ljud", "namn")
        rows = [[child[0], purpose, "", "Allmänt intresse", "2019-01-01", "", "", ""] for child in school.tables["barn"] for purpose in purposes if (child[0], purpose) not in lacking]  # fmt: skip
        school.tables["samtycken"] = rows
        school.write()

    def test_a_photo_of_a_child_that_may_not_be_on_one(self, school: Preschool, petra: Phone) -> None:
        self.consents(school, ("alva", "foto"))
        applied = petra.send(petra.body(children=["alva"]), [(photo("red"), [], ""), (photo(), ["alva"], "")])
        folder, why = kept(school)
        assert applied.waits
        assert "fil nummer 2 får inte vara med på bild" in why
        assert "Alva" not in why
        assert "inlagg/Solrosen" in why
        assert folder.name.startswith("2026-11-23 12.00 Inlägg från Petra Lund (")
        assert (folder / "02.jpg").read_bytes() == photo()
        assert not list((school.root / "inlagg").rglob(MARK))
        # mended and moved by hand it is a post like any other
        (folder / "02.jpg").unlink()
        (folder / "bilder.toml").unlink()
        shutil.move(folder, school.root / "inlagg" / "Solrosen" / "2026-11-23 Rättat")
        school.publish()

    def test_a_film_asks_for_film_and_sound(self, school: Preschool, petra: Phone, tmp_path: Path) -> None:
        self.consents(school, ("alva", "ljud"))
        film = making.film(tmp_path / "a.mp4").read_bytes()
        petra.send(petra.body(), [(film, ["alva"], ""), (photo(), ["alva"], "")])
        _, why = kept(school)
        assert "fil nummer 1 får inte vara med på film" in why
        assert "nummer 2" not in why

    def test_a_name_that_may_not_be_said(self, school: Preschool, petra: Phone) -> None:
        self.consents(school, ("alva", "namn"))
        petra.send(petra.body(children=["alva"]))
        assert "nämnas vid namn" in kept(school)[1]

    def test_on_a_childs_own_page_it_may_always_be_seen_and_others_with_their_consent(
        self, school: Preschool, petra: Phone
    ) -> None:
        self.consents(school, ("alva", "foto"), ("alva", "namn"))
        petra.send(petra.body("child:alva", children=["alva"]), [(photo(), ["alva"], "")])
        folder = made(school, "barn/Alva Lindqvist")
        assert "Barn" not in fields(folder)
        assert "barn" not in (folder / "bilder.toml").read_text(encoding="utf-8").partition("ordning")[2]
        phone = Phone(school, "ingrid")
        phone.send(phone.body("child:noah"), [(photo(), ["alva"], "")])  # whose guardians are others
        assert "vara med på bild" in kept(school)[1]

    def test_a_child_of_another_department(self, school: Preschool, petra: Phone) -> None:
        petra.send(petra.body(children=["noah"]), [(photo(), ["li"], "")])
        why = kept(school)[1]
        assert "hör inte till det ställe" in why
        assert "fil nummer 1 hör inte till dem" in why

    @pytest.mark.parametrize(
        "content", [b"", b"MZ\x90", b"<svg onload=alert(1)>", b"%PDF-1.7", b"\xff\xd8\xff half", b"#!/bin/sh\n"]
    )
    def test_a_file_that_is_none(self, school: Preschool, petra: Phone, content: bytes) -> None:
        petra.send(petra.body(), [(photo(), [], ""), (content, [], "")])
        folder, why = kept(school)
        assert "2" in why
        assert {path.name for path in folder.iterdir()} <= {MARK, "FEL.txt", "01.jpg", "02.jpg", "02.okänd", "bilder.toml", "text.txt"}  # fmt: skip

    def test_once_though_it_is_done_twice(self, school: Preschool, petra: Phone) -> None:
        ident = secrets.token_hex(16)
        for _ in range(2):
            petra.send(petra.body(children=["noah"]), ident=ident)
        kept(school)


def test_what_is_hidden_in_a_photo_goes_no_further_than_the_folder(school: Preschool, petra: Phone) -> None:
    """What a browser could not scale comes as it was taken; the publisher strips it as it does with every photo."""
    school.settings_text += 'posts = "published"\n'
    school.write()
    exif = Image.Exif()
    exif[0x010F] = "KANARIE"
    into = io.BytesIO()
    Image.new("RGB", (640, 480), "teal").save(into, "JPEG", exif=exif)
    petra.send(petra.body(), [(into.getvalue(), [], "")])
    school.publish()
    opened = school.open("johan")
    (post,) = (post for post in opened.posts if post.card.title == "Vi gräver en grop")
    contents = [opened.content(reference) for reference in post.card.media]
    assert contents
    assert not any(b"KANARIE" in content for content in contents)


def test_the_staff_are_told_what_each_child_may_be_in_and_guardians_are_not(school: Preschool) -> None:
    TestKept().consents(school, ("alva", "foto"))
    school.publish()
    assert school.open("petra").keyring.children[0].may == ("film", "name", "sound")
    assert all(child.may is None for child in school.open("maria").keyring.children)
    TestKept().consents(school, ("alva", "film"))
    with clock(school.now):
        rewrap(school.settings, "heartbeat", identity=school.identity)
    assert school.open("petra").keyring.children[0].may == ("name", "photo", "sound")
    school.settings_text = school.settings_text.replace('mail = "svar@example.se"', "")
    school.write().publish()
    assert school.open("petra").keyring.children[0].may is None


def test_children_of_one_name_are_told_apart_where_they_are_chosen(school: Preschool) -> None:
    for number, last in enumerate(("Lindström", "Berg", "Lindqvist")):
        school.tables["barn"].append([f"alva{number}", "Alva", last, "nej"])
        school.tables["placeringar"].append([f"alva{number}", "blaklockan", "2024-08-19", ""])
    school.publish()
    names = {child.name for child in school.open("ingrid").keyring.children}
    assert names == {"Alva B.", "Alva Lindqvist", "Alva Linds.", "Noah", "Li"}
    assert [child.name for child in school.open("johan").keyring.children] == ["Alva"]


def test_a_folders_name_is_cut_where_every_system_takes_it() -> None:
    assert folder_name("Vi gräver en grop", NOON) == "2026-11-23 Vi gräver en grop"
    assert folder_name("Ute/inne: 1", NOON) == "2026-11-23 Ute inne 1"
    assert folder_name("...", NOON) == "2026-11-23 12.00"
    assert len(folder_name("ö" * 200, NOON)) <= 80


def test_a_preschool_reads_as_the_posts_folder_is_called(school: Preschool, petra: Phone) -> None:
    (school.root / "inlagg" / "forskolan").rename(school.root / "inlagg" / "Förskolan")
    petra.send(petra.body("preschool"))
    assert made(school, "Förskolan")
    assert Audience("preschool").key == "preschool"
