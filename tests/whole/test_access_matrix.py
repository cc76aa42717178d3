"""Every reader of the sample preschool × every post, opened for real, against the register's truth."""

from __future__ import annotations

import pytest

from pluttra_publish.errors import UsageError
from pluttra_publish.format.layout import keyring_path
from pluttra_publish.register import ReaderNotFound
from pluttra_publish.sealing.chain import invitation_name, keyring_name
from pluttra_publish.sealing.messages import letterbox_name
from tests.whole import truth
from tests.whole.conftest import CONTENT
from tests.whole.preschool import NOON, Preschool, titles

READERS = sorted(truth.readers(CONTENT))
OUTSIDE = truth.outside(CONTENT)
EXPECTED = truth.may_read(CONTENT, NOON.date())


def test_the_truth_has_the_variety_that_it_should() -> None:
    assert len(READERS) == 18 + 4
    assert len(truth.posts(CONTENT)) >= 30
    assert len(set(map(tuple, EXPECTED.values()))) >= 10
    assert {"ylva", "ragnhild", "torsten"} == OUTSIDE


@pytest.mark.parametrize("reader", READERS)
def test_a_reader_opens_exactly_the_posts_that_the_register_and_the_folders_give(
    sample: Preschool, reader: str
) -> None:
    opened = sample.open(reader)
    assert sorted(titles(opened)) == EXPECTED[reader]
    for post in opened.posts:
        page = opened.content(post.card.page).decode("utf-8")
        assert post.card.title in page
        assert all(opened.content(medium) for medium in post.card.media)


def test_everybody_reads_something_and_nobody_but_the_principal_reads_all(sample: Preschool) -> None:
    published = set(EXPECTED["ingrid"])
    assert all(EXPECTED.values())
    assert [reader for reader in READERS if set(EXPECTED[reader]) == published] == ["ingrid"]


def test_a_post_about_two_siblings_is_seen_once_with_both_names(sample: Preschool) -> None:
    opened = sample.open("maria")
    (shared,) = (post for post in opened.posts if post.card.title == "Alva och Noah möts på gården")
    assert [name for _, name in shared.card.children] == ["Alva", "Noah"]
    assert len(shared.audiences) == 2
    kinds = {audience.id: (audience.kind, audience.title) for audience in opened.keyring.audiences}
    assert [kinds[audience] for audience in shared.audiences] == [("child", "Alva"), ("child", "Noah")]


def test_a_guardian_who_lives_apart_reads_only_what_concerns_the_child_in_common(sample: Preschool) -> None:
    johan, daniel = sample.open("johan"), sample.open("daniel")
    assert [child.name for child in johan.keyring.children] == ["Alva"]
    assert [child.name for child in daniel.keyring.children] == ["Noah"]
    assert "Noahs båt" in titles(daniel)
    assert "Noahs båt" not in titles(johan)
    assert "Vi byggde koja" in titles(johan)
    assert "Vi byggde koja" not in titles(daniel)
    assert "Alva och Noah möts på gården" in set(titles(johan)) & set(titles(daniel))


def test_a_child_who_changed_departments_gives_each_department_for_its_own_months(sample: Preschool) -> None:
    seen = titles(sample.open("camila"))
    assert "Vi bygger torn" in seen  # Solrosen, September
    assert "Första snön" not in seen  # Solrosen, November
    assert "Pannkaksfredag" not in seen  # Blåklockan, September
    assert "Lyktvandring" in seen  # Blåklockan, November


def test_a_draft_and_a_future_post_are_with_nobody(sample: Preschool) -> None:
    waiting = {post.title for post in truth.posts(CONTENT) if post.draft or post.day > NOON.date()}
    assert waiting == {"Julpyssel", "God jul från oss alla"}
    for reader in READERS:
        assert not waiting & set(titles(sample.open(reader)))


def test_a_quarantined_family_has_no_keyring_and_no_link(sample: Preschool) -> None:
    keys = sample.keys()
    assert set(keys.readers) == set(READERS)
    assert "child:ylva" not in keys.audiences
    named = {keyring_path(keyring_name(reader.key)) for reader in keys.readers.values()}
    named |= {keyring_path(invitation_name(invitation.secret)) for invitation in keys.invitations}
    named.add(keyring_path(letterbox_name(keys.drop_box)))
    assert {path for path in sample.files() if path.startswith("k/")} == named
    unknown = _invite(sample, "Nobody Atall")
    for name in ("ragnhild", "Ragnhild Tornefalk", "ragnhild.tornefalk@example.se"):
        assert _invite(sample, name) == unknown.replace("Nobody Atall", name)


def test_a_quarantined_family_is_named_in_nothing_that_the_principal_can_open(sample: Preschool) -> None:
    names = [row[part] for table in ("barn", "vardnadshavare") for row in truth.rows(CONTENT, table) if row["id"] in OUTSIDE for part in ("förnamn", "efternamn")]  # fmt: skip
    opened = sample.open("ingrid")
    everything = opened.keyring.to_bytes() + b"".join(index.to_bytes() for index in opened.indexes.values())
    everything += b"".join(opened.content(post.card.page) for post in opened.posts)
    everything += b"".join(opened.content(index.page) for index in opened.indexes.values() if index.page)
    everything += b"".join(content for path, content in sample.files().items() if not path.startswith(("o/", "k/")))
    for name in {name.casefold() for name in names}:
        assert name not in everything.decode("utf-8", "replace").casefold()


def _invite(sample: Preschool, name: str) -> str:
    with pytest.raises(UsageError) as refused:
        sample.invite(name)
    assert isinstance(refused.value, ReaderNotFound)
    return f"{refused.value} {refused.value.hint}"
