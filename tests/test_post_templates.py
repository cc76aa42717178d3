from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from pluttra_publish.errors import UsageError
from pluttra_publish.new_post import start_post
from pluttra_publish.post_templates import BUILT_IN, post_template
from pluttra_publish.settings import Settings, read_settings
from pluttra_publish.site.frontmatter import divide
from pluttra_publish.site.staff_sections import sections_of

DAY = date(2026, 3, 12)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "pluttra.toml").write_text('name = "Äpplet"\nurl = "http://localhost"\n', encoding="utf-8")
    (tmp_path / "inlagg" / "Solrosen").mkdir(parents=True)
    return read_settings(tmp_path)


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_post_from_a_template_is_a_draft_that_can_be_read(settings: Settings, name: str) -> None:
    text = start_post(settings, title="Ny", place="Solrosen", day=DAY, template=name).read_text(encoding="utf-8")
    matter = divide(text)
    assert matter.fields[0].meaning == "status"
    assert all(field.meaning for field in matter.fields)
    assert sections_of(matter.body).plain


def test_the_preschool_s_own_template_goes_before_ours(settings: Settings) -> None:
    (settings.root / "mallar").mkdir()
    (settings.root / "mallar" / "Veckobrev.md").write_text("Status: utkast\n\nVårt brev.", encoding="utf-8")
    assert post_template(settings, "veckobrev") == "Status: utkast\n\nVårt brev."
    assert post_template(settings, "utflykt") == BUILT_IN["utflykt"]


def test_a_template_that_is_not_there_is_said_with_those_that_are(settings: Settings) -> None:
    with pytest.raises(UsageError) as wrong:
        start_post(settings, title="Ny", place="Solrosen", day=DAY, template="../register/barn")
    assert "reflektion" in wrong.value.hint
    assert not list((settings.posts / "Solrosen").iterdir())
