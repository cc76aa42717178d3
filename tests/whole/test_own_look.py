"""A preschool's colour, logo, own theme and public words, from the settings to what lies on the host."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from PIL import Image

from pluttra_publish import publish as pipeline
from pluttra_publish.errors import CheckFailed, LeakError
from pluttra_publish.resources import theme_folder
from tests.whole.preschool import Preschool


def with_settings(school: Preschool, more: str) -> Preschool:
    school.settings_text += more
    return school.write()


def style(school: Preschool) -> str:
    (path,) = school.public.glob("r/*/style.css")
    return path.read_text(encoding="utf-8")


def test_a_colour_reaches_styles_manifest_and_the_browser_s_frame(school: Preschool) -> None:
    with_settings(school, '[theme]\ncolour = "#1D5C87"\n').publish()
    assert ":root { --berry: #1d5c87; }" in style(school)
    assert json.loads((school.public / "manifest.webmanifest").read_bytes())["theme_color"] == "#1d5c87"
    shell = (school.public / "index.html").read_text(encoding="utf-8")
    assert '<meta name="theme-color" content="#1d5c87" media="(prefers-color-scheme: light)">' in shell


def test_a_colour_that_is_too_light_is_mended_and_told(school: Preschool) -> None:
    found = with_settings(school, '[theme]\ncolour = "#ffd500"\n').publish().findings
    (line,) = (str(finding) for finding in found if finding.place == "theme.colour")
    used = re.search(r"Sidorna använder (#\w+) i stället", line)
    assert used
    assert f"--berry: {used[1]}" in style(school)


def test_a_logo_takes_the_place_of_every_icon(school: Preschool) -> None:
    Image.new("RGB", (300, 100), "teal").save(school.root / "märke.png")
    with_settings(school, '[theme]\nlogo = "märke.png"\n').publish()
    icons = {path.name for path in school.public.glob("icon*")}
    assert icons == {"icon-head.png", "icon-180.png", "icon-192.png", "icon-512.png", "icon-512-maskable.png"}
    manifest = json.loads((school.public / "manifest.webmanifest").read_bytes())
    assert {icon["src"].lstrip("/") for icon in manifest["icons"]} <= icons
    assert [icon["purpose"] for icon in manifest["icons"]] == ["any", "any", "maskable"]
    for page in (school.public / "index.html", *school.public.glob("sida/*.html")):
        text = page.read_text(encoding="utf-8")
        assert "icon.svg" not in text
        assert '<img src="/icon-head.png" alt="" width="120" height="40" class="own">' in text


@pytest.mark.parametrize("content", [None, b"<svg/>"])
def test_a_logo_that_is_not_there_or_is_a_drawing_stops_the_check(school: Preschool, content: bytes | None) -> None:
    if content is not None:
        (school.root / "märke.svg").write_bytes(content)
    with pytest.raises(CheckFailed) as failed:
        pipeline.check(with_settings(school, '[theme]\nlogo = "märke.svg"\n').settings)
    (finding,) = failed.value.findings.errors
    assert (finding.file, finding.place) == ("pluttra.toml", "theme.logo")


def test_a_preschool_s_own_small_template_and_rules_are_used(school: Preschool) -> None:
    home = school.root / "theme" / "templates" / "reader" / "home.html"
    home.parent.mkdir(parents=True)
    house = theme_folder() / "templates" / "reader" / "home.html"
    home.write_text(house.read_text(encoding="utf-8").replace("{% trans %}Hej", "{% trans %}Hejsan").replace(">Hej ", ">Hejsan "), encoding="utf-8")  # fmt: skip
    (school.root / "theme" / "static").mkdir()
    (school.root / "theme" / "static" / "own.css").write_text("h1 { letter-spacing: 0 }\n", encoding="utf-8")
    school.publish()
    assert "Hejsan" in (school.public / "index.html").read_text(encoding="utf-8")
    assert style(school).endswith("h1 { letter-spacing: 0 }")


def test_a_program_of_its_own_in_the_theme_stops_everything(school: Preschool) -> None:
    own = school.root / "theme" / "static" / "reader" / "app.js"
    own.parent.mkdir(parents=True)
    own.write_text("export const mine = 1;\n", encoding="utf-8")
    with pytest.raises(CheckFailed):
        school.publish()
    assert not school.public.exists()


def test_a_shell_of_its_own_without_the_policy_is_a_leak(school: Preschool) -> None:
    own = school.root / "theme" / "templates" / "shell.html"
    own.parent.mkdir(parents=True)
    house = (theme_folder() / "templates" / "shell.html").read_text(encoding="utf-8")
    own.write_text(house.replace("script-src 'self'", "script-src *"), encoding="utf-8")
    with pytest.raises(LeakError, match=r"shell\.html"):
        school.publish()
    assert not school.public.exists()


def statement(school: Preschool) -> str:
    return (school.public / "sida" / "tillganglighet.html").read_text(encoding="utf-8")


def test_the_accessibility_statement_says_what_the_law_asks_for(school: Preschool) -> None:
    school.settings_text = (
        'name = "Backens förskola"\nurl = "https://dagar.example.se"\ncontact = "Ingrid"\nemail = "backen@example.se"\n'
        'phone = "040-12 34 56"\n[accessibility]\nactor = "Lundby kommun"\ncompliance = "partly"\nassessed = 2026-09-01\n'
        'updated = 2026-10-02\nmethod = "Vi bad tre föräldrar prova."\nshortcomings = ["Filmer saknar textning."]\n'
        'burdens = ["Gamla filmer."]\nexempt = ["Direktsänd film."]\n'
    )
    school.write().publish()
    page = statement(school)
    for said in (
        "Lundby kommun står bakom", "https://dagar.example.se", "<strong>delvis förenlig</strong>", "Filmer saknar textning.", "12 § i lagen",
        "Gamla filmer.", "9 § i lagen", "Direktsänd film.", "tisdag 1 september 2026", "fredag 2 oktober 2026", "Vi bad tre föräldrar prova.",
        'href="mailto:backen@example.se"', 'href="tel:040123456"', 'href="https://www.digg.se/tdosanmalan"', "Ingrid",
    ):  # fmt: skip
        assert said in page, said
    assert "<script" not in page


def test_a_statement_nobody_has_filled_in_claims_nothing_and_check_says_so(school: Preschool) -> None:
    school.settings_text = 'name = "Backens förskola"\nurl = "https://dagar.example.se"\n'
    found = school.write().publish().findings
    assert {finding.place for finding in found.warnings} >= {"accessibility.assessed", "email"}
    assert "Vi har <strong>inte bedömt</strong> webbplatsen ännu" in statement(school)


def test_every_page_in_the_clear_and_the_shell_link_to_the_statement(published: Preschool) -> None:
    pages = [published.public / "index.html", *published.public.glob("sida/*.html")]
    assert len(pages) >= 3
    for page in pages:
        assert 'href="/sida/tillganglighet.html"' in page.read_text(encoding="utf-8")


def test_a_public_page_may_not_take_the_statement_s_address(school: Preschool) -> None:
    school.post("offentligt/Tillgänglighet", "Vi är tillgängliga.\n")
    with pytest.raises(CheckFailed, match="1 fel"):
        school.publish()


def test_what_is_left_to_fill_in_on_a_public_page_is_told(school: Preschool) -> None:
    school.post("offentligt/Personuppgifter", "[Fyll i vem som ansvarar.]\n")
    assert any("Fyll i" in str(finding) for finding in school.publish().findings.warnings)


def test_a_new_preschool_has_pages_for_what_it_is_help_and_privacy(tmp_path: Path) -> None:
    from pluttra_publish.start import start_site

    made = start_site(tmp_path / "ny", name="Årsta förskola", url="http://localhost:8000").made
    assert {path for path in made if "offentligt/" in path} == {
        "inlagg/offentligt/",
        "inlagg/offentligt/Om förskolan.md",
        "inlagg/offentligt/Hjälp.md",
        "inlagg/offentligt/Personuppgifter.md",
    }
    (tmp_path / "ny" / "inlagg" / "offentligt" / "Hjälp.md").unlink()
    assert start_site(tmp_path / "ny", name="Årsta förskola", url="http://localhost:8000").made == ()


def test_the_sample_s_help_has_a_captioned_film_in_the_clear(sample: Preschool) -> None:
    page = (sample.public / "sida" / "hjalp.html").read_text(encoding="utf-8")
    (film,) = re.findall(r'<video src="([^"]+\.mp4)"', page)
    (captions,) = re.findall(r'<track kind="captions" src="([^"]+\.vtt)"', page)
    assert (sample.public / "sida" / film).stat().st_size < 1_000_000
    assert "Något lösenord behövs inte" in (sample.public / "sida" / captions).read_text(encoding="utf-8")
    assert not re.search(r"öppna|länken\.mp4", film)  # no file name of ours
