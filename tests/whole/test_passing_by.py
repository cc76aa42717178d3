"""A publish passes by while somebody reads: every moment in between shows the old site or the new one, whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from pluttra_publish.errors import FormatError
from pluttra_publish.hosts import FolderHost
from pluttra_publish.open import Memory, open_site
from pluttra_publish.plain_copy import write_copy
from pluttra_publish.publish import no_step
from tests.whole.preschool import Preschool, files_of, photo, titles

READERS = ("maria", "mei", "ingrid", "petra")


class Passing:
    """A host where a publish is done just before the n-th fetch."""

    def __init__(self, before: dict[str, bytes], after: dict[str, bytes], at: int) -> None:
        self.before, self.after, self.at = before, after, at
        self.fetched: list[str] = []

    def __call__(self, path: str) -> bytes | None:
        self.fetched.append(path)
        return (self.before if len(self.fetched) <= self.at else self.after).get(path)


@pytest.fixture
def changed(school: Preschool) -> tuple[Preschool, dict[str, bytes], dict[str, bytes]]:
    """A site before and after a publish that changes a post, deletes one, adds one, and ends Johan's access."""
    school.write_posts().publish()
    for reader in READERS:
        school.invite(reader)
    before = school.files()
    school.row("relationer", "alva", "johan")[3] = "2026-11-22"
    school.post("Solrosen/2026-11-19 Första snön", "Mer om snön.\n", till_jpg=photo("white"))
    school.post("Blåklockan/2026-11-20 Nytt", "Nytt.\n")
    home = school.root / "inlagg" / "Solrosen" / "2026-10-14 Vi byggde koja"
    (home / "text.md").unlink()
    home.rmdir()
    school.publish()
    return school, before, school.files()


@pytest.mark.parametrize("reader", READERS)
def test_a_publish_at_any_moment_shows_the_old_site_or_the_new_one(
    changed: tuple[Preschool, dict[str, bytes], dict[str, bytes]], reader: str, tmp_path: Path
) -> None:
    school, before, after = changed
    old, new = (titles(school.open(reader, fetch=files.get)) for files in (before, after))
    assert old != new
    whole = Passing(before, after, 10**6)
    write_copy(school.open(reader, fetch=whole), tmp_path / "hel", step=no_step)
    seen = set()
    for at in range(len(whole.fetched)):
        written = write_copy(school.open(reader, fetch=Passing(before, after, at)), tmp_path / str(at), step=no_step)
        pages = files_of(tmp_path / str(at))
        seen.add(written.posts)
        shown = [title for title in {*old, *new} if f">{title}</a>" in pages["index.html"].decode()]
        assert sorted(shown) in (sorted(old), sorted(new)), at
    assert seen <= {len(old), len(new)}


def test_what_is_gone_for_good_is_unreachable_after_one_more_try_for_each(
    changed: tuple[Preschool, dict[str, bytes], dict[str, bytes]],
) -> None:
    school, before, _ = changed
    whole = Passing(before, before, 0)
    school.open("maria", fetch=whole)
    catalogue = next(path for path in whole.fetched if path.startswith("o/"))
    lacking = Passing({path: content for path, content in before.items() if path != catalogue}, {}, 10**6)
    with pytest.raises(FormatError) as refused:
        school.open("maria", fetch=lacking)
    assert (refused.value.layer, refused.value.word) == ("host", "unreachable")
    assert lacking.fetched.count("root") == 2
    assert lacking.fetched.count(catalogue) == 2


def test_a_renewed_root_may_not_be_older_than_the_first(
    changed: tuple[Preschool, dict[str, bytes], dict[str, bytes]],
) -> None:
    school, before, after = changed
    back = Passing(after, {**before, **{path: b for path, b in after.items() if path.startswith("k/")}}, 3)
    with pytest.raises(FormatError) as refused:
        open_site(school.invite("maria"), back, now=int(school.now.timestamp()), memory=Memory())
    assert refused.value.layer == "sequence"


@pytest.mark.parametrize("stop", range(0, 40, 3))
def test_a_publish_killed_after_any_file_leaves_the_old_site_readable(
    school: Preschool, monkeypatch: pytest.MonkeyPatch, stop: int
) -> None:
    school.write_posts().publish()
    seen = {reader: titles(school.open(reader)) for reader in READERS}
    school.row("relationer", "alva", "johan")[3] = "2026-11-22"
    for number in range(3):
        school.post(f"Blåklockan/2026-11-2{number} Nytt", f"Nytt {number}.\n", bild_jpg=photo("red", (64, 40 + number)))
    put = FolderHost.put
    done: list[str] = []

    def put_some(host: FolderHost, thing: object) -> None:
        if len(done) == stop:
            raise KeyboardInterrupt
        put(host, thing)  # type: ignore[arg-type]
        done.append(thing.path)  # type: ignore[attr-defined]

    with monkeypatch.context() as patch:
        patch.setattr(FolderHost, "put", put_some)
        try:
            school.publish()
        except KeyboardInterrupt:
            assert "root" not in done
            assert {reader: titles(school.open_again(reader)) for reader in READERS} == seen
            assert not [path for path in school.state.iterdir() if path.name.startswith("seal-")]
        else:
            assert len(done) <= stop  # all was put before that one
    school.publish()
    assert titles(school.open_again("mei")).count("Nytt") == 3
    with pytest.raises(FormatError, match="access-ended"):
        school.open_again("johan")
