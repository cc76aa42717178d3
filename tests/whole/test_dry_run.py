"""`pluttra publish --dry-run` says what would change and for whom, and changes nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pluttra_publish import publish as pipeline
from pluttra_publish.errors import CheckFailed, ContentError
from pluttra_publish.rehearsal import Rehearsal
from tests.whole.preschool import Preschool, clock, files_of
from tests.whole.shell import Shell

SNOW = "inlagg/Solrosen/2026-11-19 Första snön"


def rehearse(school: Preschool, *, whole: bool = False) -> Rehearsal:
    school.write()
    with clock(school.now):
        return pipeline.rehearse(school.settings, identity=school.identity, whole=whole)


def months(would: Rehearsal) -> dict[tuple[str, str], tuple[tuple[str, ...], ...]]:
    return {(one.audience, one.month): (one.new, one.changed, one.gone) for one in would.months}


def kept(school: Preschool) -> dict[str, bytes]:
    """Return everything on host and in the private folder but derivatives and locks."""
    return {
        path: content
        for path, content in files_of(school.root).items()
        if path.startswith(("public/", "privat/")) and not path.startswith("privat/cache/")
    }


def test_a_new_post_is_told_with_its_audience_and_nothing_is_changed(published: Preschool) -> None:
    before = kept(published)
    published.post("Solrosen/2026-11-20 Nytt", "Hej.")
    would = rehearse(published)
    assert would.read == 1
    assert months(would) == {("Solrosen", "2026-11"): (("Nytt",), (), ())}
    assert (would.public, would.gains, would.loses) == ((), (), ())
    assert kept(published) == before


def test_a_named_child_is_told_of_on_the_childs_own_page(published: Preschool) -> None:
    published.post("Solrosen/2026-11-20 Nytt", "Barn: Alva\n\nHej.")
    assert months(rehearse(published)) == {
        ("Solrosen", "2026-11"): (("Nytt",), (), ()),
        ("Alva", "2026-11"): (("Nytt",), (), ()),
    }


def test_what_would_be_changed_and_taken_away_is_told_by_its_title(published: Preschool) -> None:
    (published.root / SNOW / "text.md").write_text("Mer snö.", encoding="utf-8")
    shutil.rmtree(published.root / "inlagg/Blåklockan/2026-11-05 Lyktvandring")
    assert months(rehearse(published)) == {
        ("Solrosen", "2026-11"): ((), ("Första snön",), ()),
        ("Blåklockan", "2026-11"): ((), (), ("Lyktvandring",)),
    }


def test_nothing_is_told_when_nothing_has_changed(published: Preschool) -> None:
    for whole in (False, True):
        would = rehearse(published, whole=whole)
        assert (would.months, would.public, would.gains, would.loses) == ((), (), (), ())


def test_a_new_day_changes_nothing_that_is_told(published: Preschool) -> None:
    published.later(days=1)
    would = rehearse(published)
    assert would.read > 3
    assert (would.months, would.gains, would.loses) == ((), (), ())


def test_who_gains_and_who_loses_is_told_by_name(published: Preschool) -> None:
    published.tables["relationer"].append(["noah", "johan", "2026-11-01", ""])
    published.row("relationer", "alva", "maria")[3] = "2026-11-22"
    would = rehearse(published)
    (johan,) = would.gains
    assert johan.reader == "Johan Ek"
    assert "Noah" in dict(johan.audiences)
    (maria,) = would.loses
    assert maria.reader == "Maria Lindqvist"
    assert {"Alva", "Solrosen"} <= dict(maria.audiences).keys()
    assert "Hela förskolan" not in dict(maria.audiences)


def test_a_preschool_that_was_never_published_is_all_new(school: Preschool) -> None:
    school.write_posts().make_keystore()
    before = kept(school)
    would = rehearse(school)
    assert months(would)[("Solrosen", "2026-11")] == (("Första snön",), (), ())
    assert ("sida/om-oss.html", "new") in would.public
    assert {one.reader for one in would.gains} >= {"Maria Lindqvist", "Ingrid Hallberg"}
    after = kept(school)
    assert after.pop("privat/ledger.sqlite", b"")
    assert {path: after[path] for path in before} == before
    assert not any(path.startswith("public/") for path in after)


def test_a_changed_public_page_is_told(published: Preschool) -> None:
    (published.root / "inlagg/offentligt/Om oss/text.md").write_text("Vi är inne.", encoding="utf-8")
    assert rehearse(published).public == (("sida/om-oss.html", "changed"),)


def test_faults_stop_it_as_they_stop_a_publish(published: Preschool) -> None:
    published.post("Solrosen/2026-11-20 Fel", "Satus: x\n\nHej.")
    with pytest.raises(CheckFailed):
        rehearse(published)
    shutil.rmtree(published.root / "inlagg" / "Solrosen")
    shutil.rmtree(published.root / "inlagg" / "personal")
    with pytest.raises(ContentError, match="har försvunnit"):
        rehearse(published)


def test_the_command_says_it_in_swedish_and_in_json(at: Shell, published: Preschool) -> None:
    published.post("Solrosen/2026-11-20 Nytt", "Hej.")
    published.row("relationer", "li", "mei")[3] = "2026-11-22"
    published.write()
    said = at.run("publish", "--dry-run", "--site", published.root)
    assert said.exit_code == 0
    assert said.stdout.startswith("Ingenting har lagts ut.")
    assert "Solrosen, 2026-11: nytt ”Nytt”.\n" in said.stdout
    assert "Mei Chen skulle inte längre få läsa: Blåklockan" in said.stdout
    answer = at.answer("publish", "--dry-run", "--site", published.root)
    assert answer["months"] == [
        {"audience": "Solrosen", "month": "2026-11", "new": ["Nytt"], "changed": [], "gone": []}
    ]
    assert "Mei Chen" in json.dumps(answer["loses"])
    done = at.answer("publish", "--site", published.root)
    assert done["read"]


def test_a_publish_after_it_is_the_publish_there_would_have_been(published: Preschool, tmp_path: Path) -> None:
    twin = tmp_path / "tvilling"
    shutil.copytree(published.root, twin)
    published.post("Solrosen/2026-11-20 Nytt", "Hej.")
    other = Preschool(twin, published.now, published.settings_text)
    other.post("Solrosen/2026-11-20 Nytt", "Hej.")
    rehearse(published)
    published.publish(sequence=1_900_000_000)
    other.publish(sequence=1_900_000_000)
    assert published.files() == other.files()
