"""The page where boxes are drawn: whom one may choose, and what is saved."""

from __future__ import annotations

import json
import re
import threading
import tomllib
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from pluttra_publish.errors import ContentError, UsageError
from pluttra_publish.local.mask import MaskPage
from pluttra_publish.local.server import Shown
from pluttra_publish.media import probe
from pluttra_publish.settings import Settings
from pluttra_publish.site import find_photo
from tests.local.conftest import POST, TODAY, drawing_of
from tests.local.test_server import Tab


def state(drawing: MaskPage) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(drawing.page.shows["/state"]().content)
    return value


def save(drawing: MaskPage, *masks: tuple[object, object]) -> int:
    return drawing.page.takes["/masks"](json.dumps({"masks": masks}).encode()).status


def sidecar(settings: Settings) -> Path:
    return settings.root / POST / "bilder.toml"


def test_the_children_are_the_posts_own_first_and_then_those_of_the_department_that_day(drawing: MaskPage) -> None:
    told = state(drawing)
    assert told["tagged"] == [["Åke", "Åke Sandström"]]
    assert told["others"] == [
        ["Alva", "Alva Lindqvist"],
        ["Elsa Berg", "Elsa Berg"],
        ["Elsa Karlsson", "Elsa Karlsson"],
    ]
    assert (told["photo"], told["post"]) == ("IMG_1.jpg", "Vi byggde koja")


def test_a_family_with_protected_identity_is_never_named(drawing: MaskPage) -> None:
    assert "Kim" not in json.dumps(state(drawing))
    assert save(drawing, ("Kim", [0.1, 0.1, 0.2, 0.2])) == 400
    assert save(drawing, ("", [0.1, 0.1, 0.2, 0.2])) == 200


def test_in_a_childs_own_folder_the_child_is_first_and_with_the_preschool_everybody(settings: Settings) -> None:
    for place in ("barn/Noah Lindqvist", "forskolan"):
        folder = settings.posts / place / "2026-03-12 A"
        folder.mkdir(parents=True)
        (folder / "a.jpg").write_bytes((settings.root / POST / "IMG_1.jpg").read_bytes())
    child = state(drawing_of(settings, "inlagg/barn/Noah Lindqvist/2026-03-12 A/a.jpg"))
    assert (child["tagged"], child["others"]) == ([["Noah", "Noah Lindqvist"]], [])
    assert [name for name, _ in state(drawing_of(settings, "inlagg/forskolan/2026-03-12 A/a.jpg"))["others"]] == [
        "Alva", "Elsa Berg", "Elsa Karlsson", "Noah", "Åke Sandström",
    ]  # fmt: skip


def test_boxes_are_saved_beside_the_photo_which_is_not_touched(drawing: MaskPage, settings: Settings) -> None:
    photo = settings.root / POST / "IMG_1.jpg"
    before = photo.read_bytes(), photo.stat().st_mtime_ns
    assert (
        save(drawing, ("Åke", [0.123456, 0.3, 0.1, 0.14]), ("Åke", [0.5, 0.5, 0.5, 0.5]), ("", [0, 0, 0.1, 0.1])) == 200
    )
    assert tomllib.loads(sidecar(settings).read_text(encoding="utf-8")) == {
        "IMG_1.jpg": {"masker": {"Åke": [[0.1235, 0.3, 0.1, 0.14], [0.5, 0.5, 0.5, 0.5]], "_": [[0, 0, 0.1, 0.1]]}}
    }
    assert (photo.read_bytes(), photo.stat().st_mtime_ns) == before
    assert state(drawing_of(settings))["masks"][0] == ["Åke", [0.1235, 0.3, 0.1, 0.14]]
    assert not [path for path in photo.parent.iterdir() if path.name.startswith(".")]


@pytest.mark.parametrize(
    "masks",
    [
        [("Noah", [0.1, 0.1, 0.2, 0.2])],
        [("Åke", [0.9, 0.1, 0.2, 0.2])],
        [("Åke", [0.1, 0.1, 0.2])],
        [("Åke", None)],
        [(3, [0.1, 0.1, 0.2, 0.2])],
        [("Åke", [0.1, 0.1, 0.2, 0.2], 1)],
        [("Åke", [0.1, 0.1, 0.2, 0.2])] * 201,
    ],
)
def test_what_the_page_could_not_have_sent_is_not_saved(
    drawing: MaskPage, settings: Settings, masks: list[Any]
) -> None:
    assert save(drawing, *masks) == 400
    for nonsense in (b"", b"[]", b"{", b'{"masks": 3}', b"\xff", b"[" * 100_000):
        assert drawing.page.takes["/masks"](nonsense).status == 400
    assert not sidecar(settings).exists()
    assert drawing.saved is None


def test_boxes_that_somebody_else_has_changed_meanwhile_are_not_lost(drawing: MaskPage, settings: Settings) -> None:
    other = '["IMG_1.jpg".masker]\nAlva = [[0.1, 0.1, 0.2, 0.2]]\n'
    sidecar(settings).write_text(other, encoding="utf-8", newline="\n")
    with pytest.raises(ContentError, match="Någon annan"):
        save(drawing, ("Åke", [0.1, 0.1, 0.2, 0.2]))
    assert sidecar(settings).read_text(encoding="utf-8") == other


def test_what_others_wrote_about_other_photos_meanwhile_stays(drawing: MaskPage, settings: Settings) -> None:
    other = '# Nytt\n["IMG_2.jpg"]\nbarn = ["Alva"]\n'
    sidecar(settings).write_text(other, encoding="utf-8", newline="\n")
    assert save(drawing, ("Åke", [0.1, 0.1, 0.2, 0.2])) == 200
    assert sidecar(settings).read_text(encoding="utf-8").startswith(other)


def test_a_name_that_was_written_by_hand_is_kept_as_a_choice(settings: Settings) -> None:
    sidecar(settings).write_text(
        '["IMG_1.jpg".masker]\nNoah = [[0.1, 0.1, 0.2, 0.2]]\n', encoding="utf-8", newline="\n"
    )
    drawing = drawing_of(settings)
    assert ["Noah", "Noah"] in state(drawing)["tagged"]
    assert save(drawing, ("Noah", [0.1, 0.1, 0.2, 0.2])) == 200


def test_the_page_has_nothing_from_elsewhere(drawing: MaskPage) -> None:
    for path, file in drawing.page.files.items():
        text = file.content.decode("utf-8")
        assert not re.search(r"//\w|url\(|@import", text.replace("http://www.w3.org/2000/svg", "")), path
        assert " style=" not in text, path
        assert "innerHTML" not in text, path


@pytest.mark.parametrize(
    ("path", "kind"),
    [("saknas.jpg", UsageError), ("pluttra.toml", UsageError), (f"{POST}/text.md", UsageError), (f"{POST}/trasig.jpg", ContentError), (f"{POST}/film.mp4", ContentError)],
)  # fmt: skip
def test_what_cannot_be_masked_is_told_with_its_mend(settings: Settings, path: str, kind: type[Exception]) -> None:
    (settings.root / POST / "trasig.jpg").write_bytes(b"hej")
    (settings.root / POST / "film.mp4").write_bytes(b"hej")
    with pytest.raises(kind) as error:
        find_photo(settings, settings.root / path, probe=probe, today=TODAY)
    assert error.value.hint  # type: ignore[attr-defined]


def test_a_broken_sidecar_is_told_before_anything_is_drawn(settings: Settings) -> None:
    sidecar(settings).write_text('["IMG_1.jpg"]\nbran = []\n', encoding="utf-8", newline="\n")
    with pytest.raises(ContentError, match="bran"):
        drawing_of(settings)


def test_the_command_says_what_is_wrong(site: Path) -> None:
    from pluttra_publish.cli import main

    answer = CliRunner().invoke(main, ["mask", "saknas.jpg", "--site", str(site), "--no-browser"])
    assert answer.exit_code == 2
    assert "finns inte" in answer.output


def test_the_command_opens_the_page_and_ends_when_it_has_saved(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from pluttra_publish.cli import main

    def browser(url: str) -> bool:
        tab = Tab(Shown(url.partition("/#")[0], url, threading.Event(), []))
        body = json.dumps({"masks": [["Åke", [0.1, 0.1, 0.2, 0.2]]]}).encode()
        return tab.ask("POST", "/masks", body=body, Authorization=tab.begin())[0] == 200

    monkeypatch.setattr("webbrowser.open", browser)
    answer = CliRunner().invoke(main, ["mask", f"{POST}/IMG_1.jpg", "--site", str(site)])
    assert answer.exit_code == 0, answer.output
    assert "Ritas på http://127.0.0.1:" in answer.output
    assert f"En ruta är sparad i {POST}/bilder.toml" in answer.output
    assert "Åke" in (site / POST / "bilder.toml").read_text(encoding="utf-8")
