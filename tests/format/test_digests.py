from __future__ import annotations

from hashlib import sha256

from hypothesis import given, settings
from hypothesis import strategies as st

from pluttra_publish.format.digests import Digesting, digest_of, digest_of_segments
from pluttra_publish.format.layout import SEGMENT, sealed_length, segment_spans

SEALED = (bytes(range(251)) * 13_000)[: sealed_length(3 * SEGMENT)]
FIRST, LATER = 56 + 1_049_600, 1_049_600


def test_the_digest_of_a_file_without_segments_is_its_sha_256() -> None:
    assert digest_of(SEALED, segmented=False) == sha256(SEALED).digest()
    assert digest_of(b"", segmented=False) == sha256(b"").digest()


def test_the_digest_of_a_file_with_segments_is_that_of_their_digests() -> None:
    segments = [sha256(SEALED[begin:end]).digest() for begin, end in segment_spans(3 * SEGMENT)]
    assert len(segments) == 4
    assert digest_of(SEALED, segmented=True) == digest_of_segments(segments) == sha256(b"".join(segments)).digest()


@given(st.lists(st.sampled_from([0, 1, 55, FIRST - 1, FIRST, FIRST + 1, LATER, LATER + 1]) | st.integers(0, 2_000_000)))
@settings(max_examples=40, deadline=None)
def test_the_pieces_in_which_the_bytes_come_do_not_matter(lengths: list[int]) -> None:
    whole, parts = Digesting(segmented=True), Digesting(segmented=True)
    whole.update(SEALED)
    begin = 0
    for length in lengths:
        parts.update(SEALED[begin : begin + length])
        begin += length
    parts.update(SEALED[begin:])
    assert (parts.segments, parts.digest()) == (whole.segments, whole.digest())


def test_bytes_that_end_with_a_segment_are_not_those_that_have_one_more() -> None:
    cut = Digesting(segmented=True)
    cut.update(SEALED[:FIRST])
    assert cut.segments == (sha256(SEALED[:FIRST]).digest(),)
    assert cut.digest() != digest_of(SEALED[: FIRST + 1], segmented=True)
