"""What is new to whom, as plain values."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pluttra_publish.letters.journal import Journal
from pluttra_publish.news import news, readable, renamed


def test_a_post_is_readable_to_those_who_have_the_keys_of_one_of_its_months() -> None:
    october, november = ("sun", "2026-10"), ("sun", "2026-11")
    cards = {"a": [november], "b": [november, ("bell", "2026-11")], "c": [("bell", "2026-10")]}
    given = {
        "maria": [october, november],
        "mei": [("bell", "2026-10")],
        "eva": [("bell", "2026-10"), ("bell", "2026-11")],
    }
    assert readable(cards, given, {"a": 0, "b": 1, "c": 2}) == {"maria": 0b011, "mei": 0b100, "eva": 0b110}


masks = st.dictionaries(st.sampled_from("abcde"), st.integers(0, 255))


@given(masks, masks)
def test_news_is_what_may_be_read_and_has_not_been_told(may_read: dict[str, int], told: dict[str, int]) -> None:
    found = news(may_read, told)
    for reader, mask in found.items():
        assert mask
        assert mask & may_read[reader] == mask
        assert mask & told[reader] == 0
    assert found.keys() <= told.keys(), "who was not met before is told nothing"
    again = {reader: told.get(reader, 0) | mask for reader, mask in may_read.items()}
    assert news(may_read, again) == {}


def test_a_renamed_post_stands_for_one_that_is_gone_and_one_without_likeness_for_none() -> None:
    assert renamed({"new": "x", "other": "y", "bare": ""}, {"old": "x", "gone": ""}) == {"new": "old"}
    assert len(renamed({"one": "x", "two": "x"}, {"old": "x"})) == 1


@given(st.lists(st.sets(st.integers(0, 40)), min_size=1, max_size=4))
def test_the_journal_reads_what_it_wrote(tmp_path_factory: object, told: list[set[int]]) -> None:
    folder = tmp_path_factory.mktemp("journal")  # type: ignore[attr-defined]
    journal = Journal.load(folder)
    for number in range(41):
        journal.add(f"post-{number}", f"like-{number}")
    for reader, posts in enumerate(told):
        journal.told[f"reader-{reader}"] = journal.mask(f"post-{number}" for number in posts)
    journal.save()
    read = Journal.load(folder)
    assert (read.numbers, read.likeness, read.told) == (journal.numbers, journal.likeness, journal.told)
    assert read.posts(read.told["reader-0"]) == tuple(f"post-{number}" for number in sorted(told[0]))
