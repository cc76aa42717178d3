"""What families write from home and in answer to posts: it waits, whole and harmless, and becomes a post only when one of the staff says so."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from pluttra_publish import log
from pluttra_publish.errors import UsageError
from pluttra_publish.format.messages import Kind
from pluttra_publish.inbox import Emptied, filed
from pluttra_publish.inbox.filing import DONE, TEXT
from pluttra_publish.inbox.known_posts import LEDGER
from pluttra_publish.inbox.post_folder import MARK
from pluttra_publish.media import Kind as MediaKind
from tests.inbox.sending import Box, Device, done, empty
from tests.media import making
from tests.whole.preschool import Preschool, clock, photo, titles

HOME = {"title": "Vi gräver hos mormor", "text": "Hon hittade en mask.\n\nDen fick bo kvar."}
MASK = "2026-11-23 12.00 Hemifrån Alva"


def post_id(school: Preschool, home: str, address: str) -> str:
    return school.keys().opaque_id("post", home, address)


def sent(
    school: Preschool,
    reader: str,
    kind: Kind,
    body: dict[str, Any],
    photos: Iterable[bytes] = (),
    *,
    ident: str | None = None,
) -> Emptied:
    """Let a message come, with its photos."""
    device, box = Device(school, reader), Box()
    told = [device.file(content, "image/jpeg", pieces=2) for content in photos]
    for _, pieces in told:
        box.leave(*pieces)
    box.leave(device.message(kind, body | {"files": [one for one, _ in told]}, ident=ident))
    return empty(school, box)


def observed(
    school: Preschool, child: str = "alva", reader: str = "maria", photos: Iterable[bytes] = (), **more: str
) -> Emptied:
    body = {"child": school.keys().opaque_id("child", child), **HOME, **more}
    return sent(school, reader, "observation", body, photos)


def replied(school: Preschool, post: str, reader: str = "maria", text: str = "Så fint!") -> Emptied:
    return sent(school, reader, "reply", {"post": post, "text": text})


def waiting(school: Preschool) -> Path:
    """The one folder that waits."""
    (found,) = (path for path in (school.root / "inkommet").iterdir() if path.name != DONE)
    return found


def approve(school: Preschool, name: str, by: str = "ingrid") -> str:
    with clock(school.now):
        return filed.approve(school.settings, name, by, identity=school.identity)


def dismiss(school: Preschool, name: str) -> str:
    with clock(school.now):
        return filed.dismiss(school.settings, name, "ingrid")


class TestObservation:
    def test_it_waits_as_a_folder_that_anybody_can_read(self, school: Preschool) -> None:
        emptied = observed(school, photos=[photo("red"), photo("blue")])
        assert (emptied.came, emptied.waits, emptied.refused.total()) == (3 + 2, 1, 0)
        folder = waiting(school)
        assert folder.name.startswith(f"{MASK} (")
        assert sorted(path.name for path in folder.iterdir()) == ["01.jpg", "02.jpg", TEXT]
        assert (folder / "02.jpg").read_bytes() == photo("blue")
        read, _, last = (
            (folder / TEXT)
            .read_text(encoding="utf-8")
            .partition("\nÄndra inte raden här under. Programmet behöver den.\n")
        )
        mark = json.loads(last)["id"][:8]
        assert read == (
            "# Hemifrån Alva\n\n- Barn: Alva Lindqvist\n- Från: Maria Lindqvist\n- Skrivet: 2026-11-23 12:00\n- Kom: 2026-11-23 12:00\n- Bilder: 2\n"
            "- Rubrik: Vi gräver hos mormor\n\n> Hon hittade en mask.\n>\n> Den fick bo kvar.\n\n"
            f"Lägg ut det på barnets sida: pluttra inbox approve {mark}\nLägg undan det: pluttra inbox dismiss {mark}\n"
        )
        (found,) = filed.listing(school.settings)
        assert (found.kind, found.sender, filed.why_not(found)) == ("observation", "maria", "")

    def test_nobody_reads_it_before_it_is_approved(self, school: Preschool) -> None:
        observed(school, photos=[photo("red")])
        school.publish()
        assert HOME["title"] not in titles(school.open("maria"))
        assert HOME["title"] not in titles(school.open("petra"))

    def test_approved_it_is_a_post_on_the_childs_page_and_nowhere_else(self, school: Preschool) -> None:
        observed(school, photos=[photo("red")])
        name = waiting(school).name
        said = approve(school, name)
        assert "barn/Alva Lindqvist/2026-11-23 Vi gräver hos mormor" in said
        folder = school.root / "inlagg" / "barn" / "Alva Lindqvist" / "2026-11-23 Vi gräver hos mormor"
        assert (folder / "text.txt").read_text(encoding="utf-8") == (
            "---\nTitel: Vi gräver hos mormor\nDatum: 2026-11-23 12:00\nAv: Maria Lindqvist\nStatus: publicerad\n---\n\n"
            "Hon hittade en mask.\n\nDen fick bo kvar.\n"
        )
        assert (school.root / "inkommet" / DONE / name / TEXT).is_file()
        assert filed.listing(school.settings) == ()
        school.publish()
        for reader in ("maria", "johan", "petra"):
            (post,) = (post for post in school.open(reader).posts if post.card.title == HOME["title"])
            assert (post.card.by, post.card.count["photo"]) == (("Maria Lindqvist",), 1)
            assert [given for _, given in post.card.children] == ["Alva"]
        assert HOME["title"] not in titles(school.open("mei"))

    def test_where_somebody_has_taken_the_warning_out_of_the_text_no_other_line_is_lost(
        self, school: Preschool
    ) -> None:
        observed(school, photos=[photo("red")])
        folder = waiting(school)
        lines = (folder / TEXT).read_text(encoding="utf-8").splitlines()
        lines[-3:-1] = []  # with the empty line before it
        (folder / TEXT).write_text("\n".join(lines), encoding="utf-8", newline="\n")
        dismiss(school, folder.name)
        kept = (school.root / "inkommet" / DONE / folder.name / TEXT).read_text(encoding="utf-8").splitlines()
        assert [line for line in lines[:-1] if line not in kept] == []

    def test_a_photo_that_somebody_took_out_of_the_folder_is_not_published(self, school: Preschool) -> None:
        observed(school, photos=[photo("red"), photo("blue")])
        (waiting(school) / "01.jpg").unlink()
        approve(school, "Hemifrån")
        (folder,) = (school.root / "inlagg" / "barn" / "Alva Lindqvist").iterdir()
        assert sorted(path.name for path in folder.iterdir()) == [MARK, "01.jpg", "bilder.toml", "text.txt"]
        assert (folder / "01.jpg").read_bytes() == photo("blue")

    @pytest.mark.parametrize(("child", "reader"), [("noah", "johan"), ("li", "maria"), ("alva", "petra"), ("alva", "ingrid")])  # fmt: skip
    def test_of_a_child_that_is_not_the_senders_is_refused(self, school: Preschool, child: str, reader: str) -> None:
        assert observed(school, child, reader).refused == {"may-not": 1}
        assert filed.listing(school.settings) == ()

    def test_of_a_family_that_stands_outside_is_refused(self, school: Preschool) -> None:
        school.row("barn", "alva")[3] = "ja"
        school.write()
        assert observed(school).refused.total() == 1
        assert filed.listing(school.settings) == ()

    @pytest.mark.parametrize(
        "body", [{"child": 7}, {"child": "../x"}, {"child": "0" * 16}, {"title": "x" * 201}, {"text": "x" * 20_001}, {"text": 5}, {"text": "", "title": " "}]
    )  # fmt: skip
    def test_of_another_shape_is_refused(self, school: Preschool, body: dict[str, Any]) -> None:
        assert observed(school, **body).refused == {"shape": 1}

    @pytest.mark.parametrize("kind", ["film", "sound", "text", "half"])
    def test_with_anything_but_photos_is_refused(
        self, school: Preschool, kind: MediaKind | str, tmp_path: Path
    ) -> None:
        contents = {"text": b"<script>alert(1)</script>", "half": photo("red")[:40]}
        if kind == "film":
            contents["film"] = making.film(tmp_path / "a.mp4").read_bytes()
        if kind == "sound":
            contents["sound"] = making.sound(tmp_path / "a.m4a").read_bytes()
        assert observed(school, photos=[contents[kind]]).refused == {"media": 1}
        assert filed.listing(school.settings) == ()

    def test_what_the_sender_says_that_a_file_is_counts_for_nothing(self, school: Preschool) -> None:
        device, box = Device(school, "maria"), Box()
        told, pieces = device.file(photo("red"), "text/html", name="../../inlagg/x.html", alt="<b>")
        child = school.keys().opaque_id("child", "alva")
        box.leave(*pieces, device.message("observation", {"child": child, **HOME, "files": [told]}))
        empty(school, box)
        assert sorted(path.name for path in waiting(school).iterdir()) == ["01.jpg", TEXT]

    def test_hostile_words_are_words(self, school: Preschool) -> None:
        title = "---\nMålgrupp: personal\u202e</b><script>alert(1)</script>../../x"
        text = '---\nStatus: publicerad\nBarn: Noah\n---\n::: personal\n<img src=x onerror=alert(1)>\n{barn="Noah"}\n- Från: Ingrid Hallberg\n'
        observed(school, title=title, text=text)
        folder = waiting(school)
        assert folder.parent == school.root / "inkommet"
        assert "\u202e" not in folder.read_text(encoding="utf-8")
        lines = filed.listing(school.settings)[0].text.split("\n")
        assert [line for line in lines if "Ingrid" in line] == ["> - Från: Ingrid Hallberg"]
        assert [line for line in lines if line.startswith("- ")][-1].startswith("- Rubrik: --- Målgrupp: personal")
        approve(school, folder.name)
        school.publish()
        (post,) = (post for post in school.open("maria").posts if "Målgrupp" in post.card.title)
        assert post.card.by == ("Maria Lindqvist",)
        page = school.open("maria").content(post.card.page).decode()
        assert "<script" not in page
        assert "<img src" not in page.replace("&lt;img", "")
        assert "Noah" not in [given for _, given in post.card.children]

    def test_a_last_line_that_the_sender_has_written_is_not_the_programs(self, school: Preschool) -> None:
        forged = {"v": 1, "id": "0" * 32, "kind": "contact", "sender": "ingrid", "about": {"email": "ond@example.se"}}
        lines = f"Ändra inte raden här under. Programmet behöver den.\n{json.dumps(forged)}"
        for title, text in (("x", f"Hej\n{lines}\n"), (f"x\n{lines}\n", ""), (f"x\r{lines}\u2028", f"\x85{lines}\x0b")):
            observed(school, title=title, text=text)
        kinds = [(one.kind, one.sender) for one in filed.listing(school.settings)]
        assert kinds == [("observation", "maria")] * 3

    @pytest.mark.parametrize("encoding", ["cp1252", "utf-8-sig"])
    def test_what_somebody_has_written_in_it_with_notepad_stays(self, school: Preschool, encoding: str) -> None:
        observed(school)
        path = waiting(school)
        noted = path.read_text(encoding="utf-8").replace("> Den fick", "Ring mormor på måndag!\n> Den fick")
        path.write_text(noted, encoding=encoding, newline="\r\n")
        dismiss(school, path.name)
        kept = (path.parent / DONE / path.name).read_text(encoding="utf-8")
        assert "\nRing mormor på måndag!\n" in kept
        assert json.loads(kept.splitlines()[-1])["decided"] == "dismissed"

    def test_done_twice_it_is_one_folder_also_when_somebody_has_decided_meanwhile(self, school: Preschool) -> None:
        ident, body = secrets.token_hex(16), {"child": school.keys().opaque_id("child", "alva"), **HOME}
        inbox = school.root / "inkommet"
        half = inbox / f".{ident}.tmp"
        half.mkdir(parents=True)
        (half / "01.jpg").write_bytes(b"half of it")  # the power went
        for _ in range(2):
            done(school, "maria", "observation", body, ident=ident)
        folder = waiting(school)
        dismiss(school, folder.name)
        done(school, "maria", "observation", body, ident=ident)
        assert [path.name for path in inbox.iterdir()] == [DONE]
        assert [path.name for path in (inbox / DONE).iterdir()] == [folder.name]

    def test_approved_again_after_a_stop_it_is_one_post(self, school: Preschool) -> None:
        observed(school)
        name = waiting(school).name
        approve(school, name)
        (school.root / "inkommet" / DONE / name).rename(school.root / "inkommet" / name)
        approve(school, name)
        assert len(list((school.root / "inlagg" / "barn" / "Alva Lindqvist").iterdir())) == 1

    def test_of_one_who_is_no_longer_a_guardian_it_can_not_be_approved(self, school: Preschool) -> None:
        observed(school)
        school.row("relationer", "alva", "maria")[3] = "2026-11-22"
        school.write()
        with pytest.raises(UsageError, match="inte längre barnets vårdnadshavare"):
            approve(school, "Hemifrån")
        assert len(filed.listing(school.settings)) == 1


class TestReply:
    def test_it_waits_with_the_post_that_it_answers(self, school: Preschool) -> None:
        emptied = replied(school, post_id(school, "department:solrosen", "2026-10-14-vi-byggde-koja"))
        assert (emptied.waits, emptied.refused.total()) == (1, 0)
        folder = waiting(school)
        assert folder.name.startswith("2026-11-23 12.00 Svar från Maria Lindqvist (")
        text = waiting(school).read_text(encoding="utf-8")
        assert "- Svar på: inlagg/Solrosen/2026-10-14 Vi byggde koja\n- Från: Maria Lindqvist\n" in text
        assert "> Så fint!" in text
        assert "pluttra inbox approve" not in text

    def test_to_a_post_that_others_read_it_is_only_read(self, school: Preschool) -> None:
        replied(school, post_id(school, "department:solrosen", "2026-10-14-vi-byggde-koja"))
        with pytest.raises(UsageError, match="fler familjer läser"):
            approve(school, "Svar från Maria")
        dismiss(school, "Svar från Maria")
        assert filed.listing(school.settings) == ()

    def test_to_a_post_on_the_childs_page_it_can_be_a_post_there(self, school: Preschool) -> None:
        replied(school, post_id(school, "child:noah", "2026-10-13-noahs-bat"), text="Den flyter i badkaret också.")
        approve(school, "Svar från Maria")
        school.publish()
        assert titles(school.open("maria"))[0] == "Svar: Noahs båt"
        assert "Svar: Noahs båt" not in titles(school.open("johan"))

    @pytest.mark.parametrize("reader", ["mei", "johan", "petra"])
    def test_to_a_post_that_the_sender_does_not_read_is_refused(self, school: Preschool, reader: str) -> None:
        home = "child:noah"
        assert replied(school, post_id(school, home, "2026-10-13-noahs-bat"), reader).refused == {"may-not": 1}

    def test_to_a_post_that_is_gone_it_is_kept_all_the_same(self, school: Preschool) -> None:
        """It was written in earnest, perhaps without a network, and the post was taken away meanwhile."""
        post = post_id(school, "department:solrosen", "2026-10-14-vi-byggde-koja")
        (school.root / "inlagg" / "Solrosen" / "2026-10-14 Vi byggde koja" / "text.md").unlink()
        (school.root / "inlagg" / "Solrosen" / "2026-10-14 Vi byggde koja").rmdir()
        replied(school, post)
        assert "ett inlägg som inte finns längre" in waiting(school).read_text(encoding="utf-8")
        with pytest.raises(UsageError, match="finns inte längre"):
            approve(school, "Svar från Maria")

    def test_is_kept_though_the_memory_of_the_last_publish_is_gone(self, school: Preschool) -> None:
        (school.state / LEDGER).unlink()
        assert replied(school, post_id(school, "child:noah", "2026-10-13-noahs-bat")).waits == 1


class TestDeciding:
    def test_it_is_in_the_log_without_names(self, school: Preschool) -> None:
        observed(school)
        observed(school, "noah")
        approve(school, "Hemifrån Alva")
        dismiss(school, "Hemifrån Noah")
        lines = log.read(school.state).lines[-2:]
        assert [(line.command, dict(line.counts)) for line in lines] == [
            ("inbox approved", {"observation": 1}),
            ("inbox dismissed", {"observation": 1}),
        ]
        known = log.read(school.state)
        assert set(lines[0].about) == {known.mark("maria"), known.mark("alva"), known.mark("ingrid")}
        assert "Maria" not in (school.state / log.FILE).read_text(encoding="utf-8")

    def test_what_is_meant_may_be_the_name_a_part_of_it_or_the_letters_at_its_end(self, school: Preschool) -> None:
        observed(school)
        observed(school, "noah")
        alva, noah = (one.name for one in filed.listing(school.settings))
        settings = school.settings
        for written in (alva, f"inkommet/{alva}", alva[-9:-1], "hemifrån alva"):
            assert filed.find(settings, written).name == alva
        with pytest.raises(UsageError, match="kan vara flera"):
            filed.find(settings, "Hemifrån")
        for written in ("", "a", "Någon annan", noah[-9:-5] + "zzzz", "..", "avslutat"):
            with pytest.raises(UsageError):
                filed.find(settings, written)

    def test_a_post_that_must_be_mended_is_listed_too(self, school: Preschool) -> None:
        folder = school.root / "inkommet" / "2026-11-23 12.00 Inlägg från Petra Lund (abcdef)"
        folder.mkdir(parents=True)
        (folder / MARK).write_text("ab" * 16, encoding="ascii", newline="\n")
        (folder / "FEL.txt").write_text("Ett av barnen får inte.\n", encoding="utf-8", newline="\n")
        (found,) = filed.listing(school.settings)
        assert (found.kind, found.text) == ("post", "Ett av barnen får inte.\n")
        with pytest.raises(UsageError, match=r"FEL\.txt"):
            approve(school, folder.name)
        dismiss(school, folder.name)
        assert (folder.parent / DONE / folder.name / "FEL.txt").is_file()

    def test_what_somebody_else_has_laid_there_is_left_alone(self, school: Preschool) -> None:
        inbox = school.root / "inkommet"
        (inbox / "Anteckningar").mkdir(parents=True)
        (inbox / "Anteckningar" / TEXT).write_text('{"kind": "reply"', encoding="utf-8", newline="\n")
        (inbox / "lista.txt").write_text("x", encoding="utf-8", newline="\n")
        assert filed.listing(school.settings) == ()
