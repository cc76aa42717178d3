"""A post on the wall in the hall: only what may hang where everybody passes, and nothing else in the file."""

from __future__ import annotations

import base64
import io
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser

from tests.whole.preschool import PURPOSES, Preschool, grain, photo
from tests.whole.shell import Shell

POST = "Solrosen/2026-11-10 Vi målar"
GUARDIANS = {"alva": "maria", "noah": "maria", "li": "mei"}
TEXT = 'Barn: Alva\n\nRött och blått.\n\n![Alva målar](alva.jpg)\n\n![Burkarna](burkar.jpg){barn=""}\n'


@pytest.fixture
def painting(school: Preschool) -> Preschool:
    """A department's post with a photo of Alva and one of nobody; Alva and Noah may hang on the wall, Li may not."""
    school.settings_text += '[consents]\npurposes = ["vägg"]\nwall = "vägg"\n'
    school.post(POST, TEXT, **{"alva.jpg": grain(1), "burkar.jpg": grain(2)})
    school.tables["samtycken"] = [
        [child, purpose, "ja", "", "2026-08-17", by, "", ""] for child, by in GUARDIANS.items() for purpose in PURPOSES
    ]
    for child in ("alva", "noah"):
        school.tables["samtycken"].append([child, "vägg", "ja", "", "2026-08-17", "maria", "", ""])
    return school.write()


def wall(school: Preschool, shell: Shell, *options: str, post: str = POST) -> dict[str, object]:
    return shell.answer("wall", school.root / "inlagg" / post, "--page", page(school), "--site", school.root, *options)


def refused(school: Preschool, shell: Shell, *options: str, post: str = POST) -> tuple[int, str]:
    made = shell.run("wall", school.root / "inlagg" / post, "--page", page(school), "--site", school.root, *options)
    assert not page(school).exists()
    return made.exit_code, made.stderr


def page(school: Preschool) -> Path:
    return school.root / "vägg.html"


def html(school: Preschool) -> str:
    return page(school).read_text(encoding="utf-8")


def images(school: Preschool) -> list[bytes]:
    return [base64.b64decode(found) for found in re.findall(r'src="data:image/webp;base64,([^"]+)"', html(school))]


def test_a_post_whose_children_may_hang_is_a_page_with_pictures_words_and_names(
    painting: Preschool, shell: Shell
) -> None:
    answer = wall(painting, shell)
    assert (answer["photos"], answer["left_out"]) == (2, [])
    assert len(images(painting)) == 2
    assert "Rött och blått." in html(painting)
    assert "Med på väggen: Alva" in html(painting)


def test_a_photo_of_a_child_without_consent_to_the_wall_is_not_on_it(painting: Preschool, shell: Shell) -> None:
    painting.post(POST, 'Rött och blått.\n\n![](alva.jpg){barn="Alva"}\n\n![](burkar.jpg){barn=""}\n')
    painting.tables["samtycken"] = [row for row in painting.tables["samtycken"] if row[:2] != ["alva", "vägg"]]
    answer = wall(painting.write(), shell)
    assert answer["photos"] == 1
    assert answer["left_out"] == [{"file": "alva.jpg", "reason": "Alva Lindqvist har inte samtycke till vägg"}]
    (image,) = images(painting)
    wall(painting, shell, "--no-text")
    assert images(painting) == [image]


def test_consent_to_the_wall_alone_is_not_enough(painting: Preschool, shell: Shell) -> None:
    painting.post(POST, 'Barn: Noah\n\nRött.\n\n![](alva.jpg){barn="Alva"}\n')
    painting.tables["samtycken"].append(["alva", "foto", "ja", "", "2026-08-17", "maria", "", "2026-11-12"])
    painting.tables["samtycken"] = [
        row for row in painting.tables["samtycken"] if row != ["alva", "foto", "ja", "", "2026-08-17", "maria", "", ""]
    ]
    answer = wall(painting.write(), shell)
    assert "Alva" not in html(painting)
    assert answer["photos"] == 1  # the one of nobody; Alva's is narrowed away before the wall sees it


def test_a_masked_child_may_hang_and_is_covered(painting: Preschool, shell: Shell) -> None:
    home = painting.post(POST, "Rött.\n")
    (home / "bilder.toml").write_text('["alva.jpg"]\nbarn = ["Li"]\n["burkar.jpg"]\nbarn = []\n', encoding="utf-8")
    assert wall(painting, shell)["left_out"] == [
        {"file": "alva.jpg", "reason": "Li Wikström har inte samtycke till vägg"}
    ]
    masked = (
        '["alva.jpg"]\nbarn = ["Li"]\n["alva.jpg".masker]\nLi = [[0.1, 0.1, 0.6, 0.6]]\n["burkar.jpg"]\nbarn = []\n'
    )
    (home / "bilder.toml").write_text(masked, encoding="utf-8")
    assert wall(painting, shell)["photos"] == 2
    covered, _ = images(painting)
    with Image.open(io.BytesIO(covered)) as image:
        inside = image.convert("L").crop((60, 50, 180, 130))
    assert len(set(inside.tobytes())) < 60  # grain has all two hundred and more


def test_words_that_name_a_child_who_may_not_hang_stop_it_and_say_how_to_go_on(
    painting: Preschool, shell: Shell
) -> None:
    painting.post(POST, "Lis pensel gick av.\n")
    code, told = refused(painting, shell)
    assert code == 4
    assert "Texten nämner Li" in told
    assert "--no-text" in told
    assert wall(painting, shell, "--no-text")["photos"] == 2
    assert "pensel" not in html(painting)


def test_a_title_that_names_such_a_child_cannot_be_left_out(painting: Preschool, shell: Shell) -> None:
    painting.post(POST, "Titel: Li målar\n\nRött.\n")
    assert refused(painting, shell, "--no-text")[0] == 4


def test_alt_texts_name_nobody_who_may_not_hang(painting: Preschool, shell: Shell) -> None:
    painting.post(POST, 'Rött.\n\n![Lis hand](burkar.jpg){barn=""}\n')
    wall(painting, shell)
    assert "Lis" not in html(painting)
    assert 'alt="Bild"' in html(painting)


def test_a_name_of_a_quarantined_family_is_a_leak(painting: Preschool, shell: Shell) -> None:
    painting.post(POST, "Ylva Tornefalk var här.\n")
    assert refused(painting, shell)[0] in {4, 9}


@pytest.mark.parametrize(
    "post", ["barn/Noah Lindqvist/2026-10-13 Noahs båt", "personal/2026-10-09 Planeringsdag", "offentligt/Om oss"]
)
def test_what_not_all_of_a_department_read_does_not_hang(painting: Preschool, shell: Shell, post: str) -> None:
    painting.post(post, "Ett litet inlägg.\n", bild_jpg=photo())
    assert refused(painting, shell, post=post)[0] == 2


@pytest.mark.parametrize("line", ["Status: utkast", "Målgrupp: personal"])
def test_nor_does_a_draft_or_what_is_for_the_staff(painting: Preschool, shell: Shell, line: str) -> None:
    painting.post(POST, f"{line}\n\nRött.\n")
    assert refused(painting, shell)[0] == 2


def test_what_is_for_the_staff_in_a_post_is_not_on_the_wall(painting: Preschool, shell: Shell) -> None:
    painting.post(POST, "Rött och blått.\n\n::: personal\nHemligt för andra.\n:::\n")
    wall(painting, shell)
    assert "Rött och blått" in html(painting)
    assert "Hemligt" not in html(painting)


def test_where_nobody_was_asked_about_the_wall_nothing_hangs(painting: Preschool, shell: Shell) -> None:
    painting.settings_text = painting.settings_text.replace('wall = "vägg"\n', "")
    code, told = refused(painting.write(), shell)
    assert code == 2
    assert "har inte tillfrågats" in told


def test_a_wall_that_is_no_purpose_is_told(painting: Preschool, shell: Shell) -> None:
    painting.settings_text = painting.settings_text.replace('wall = "vägg"', 'wall = "anslag"')
    code, told = refused(painting.write(), shell)
    assert code == 5
    assert "consents.wall" in told


def test_it_says_until_when_it_may_hang(painting: Preschool, shell: Shell) -> None:
    for row in painting.tables["samtycken"]:
        if row[:2] == ["alva", "vägg"]:
            row[6] = "2027-06-18"
    assert wall(painting.write(), shell)["through"] == "2027-06-18"
    assert "fredag 18 juni 2027" in html(painting)


def test_the_page_loads_nothing_and_its_pictures_say_nothing_of_themselves(painting: Preschool, shell: Shell) -> None:
    exif = Image.Exif()
    exif[0x010E] = exif[0x010F] = "KANARIE"
    exif.get_ifd(0x8825)[1] = "N"
    painting.post(POST, **{"alva.jpg": photo("teal", (640, 480), exif=exif)})
    wall(painting, shell)
    text = html(painting)
    assert "<script" not in text
    assert not re.search(r'(?:src|href)="(?!data:)', text)
    assert "alva.jpg" not in text
    exiftool = shutil.which("exiftool")
    assert exiftool, "exiftool is missing: apt-get install libimage-exiftool-perl"
    for content in images(painting):
        assert b"KANARIE" not in content
        said = subprocess.run([exiftool, "-a", "-G1", "-"], input=content, check=True, capture_output=True).stdout
        assert not re.search(rb"GPS|IFD0|XMP", said)
        assert Image.open(io.BytesIO(content)).size[0] > 100


@pytest.mark.parametrize("where", ["inlagg/vägg.html", "public/vägg.html", "vägg.pdf"])
def test_the_page_is_not_written_where_it_would_be_synced_or_published(
    painting: Preschool, shell: Shell, where: str
) -> None:
    target = painting.root / where
    made = shell.run("wall", painting.root / "inlagg" / POST, "--page", target, "--site", painting.root)
    assert made.exit_code == 2
    assert not target.exists()


@pytest.mark.browser
@pytest.mark.parametrize(("paper", "points"), [("A4", (595, 842)), ("A3", (842, 1191))])
@pytest.mark.parametrize("photos", [1, 2, 3, 4, 6])
def test_it_is_one_sheet_of_the_paper_that_was_asked_for(
    painting: Preschool, shell: Shell, browser: Browser, paper: str, points: tuple[int, int], photos: int
) -> None:
    shutil.rmtree(painting.root / "inlagg" / POST)
    painting.post(POST, "Rött och blått. " * 40, **{f"b{n}.jpg": grain(n) for n in range(photos)})
    assert wall(painting, shell, "--paper", paper)["photos"] == photos
    opened = browser.new_page()
    opened.goto(page(painting).as_uri())
    sheet = opened.pdf(prefer_css_page_size=True)
    shown = [one.bounding_box() for one in opened.locator(".photos img").all()]
    opened.close()
    assert len(re.findall(rb"/Type\s*/Page\b(?!s)", sheet)) == 1
    sizes = {
        tuple(round(float(part)) for part in box.split()) for box in re.findall(rb"/MediaBox\s*\[([^\]]+)\]", sheet)
    }
    assert all(abs(width - points[0]) <= 1 and abs(height - points[1]) <= 1 for _, _, width, height in sizes)
    assert all(box and box["width"] > 150 and box["height"] > 100 for box in shown)
