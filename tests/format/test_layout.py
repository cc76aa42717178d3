from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pluttra_publish.errors import FormatError
from pluttra_publish.format.layout import (
    SEGMENT,
    SEGMENT_SEALED,
    chunk_offset,
    kdf_info,
    keyring_path,
    object_path,
    padded_length_of,
    sealed_length,
    segment_count,
    segment_spans,
)
from tests.format.refusing import or_refused

lengths = st.integers(0, 2**33) | st.integers(0, 2**10).map(lambda n: n * SEGMENT) | st.integers(0, 40_000)


@given(lengths)
def test_a_sealed_length_tells_the_padded_length(padded: int) -> None:
    assert padded_length_of(sealed_length(padded)) == padded


@given(st.integers(0, 100_000))
def test_a_length_that_nothing_has_is_refused(sealed: int) -> None:
    with or_refused("object"):
        assert sealed_length(padded_length_of(sealed)) == sealed


@given(st.integers(0, 2**27) | st.integers(0, 2**7).map(lambda n: n * SEGMENT))
def test_segments_are_the_whole_file_cut_at_every_64_chunks(padded: int) -> None:
    spans = list(segment_spans(padded))
    assert len(spans) == segment_count(padded)
    assert (spans[0][0], spans[-1][1]) == (0, sealed_length(padded))
    for number, ((_, end), (begin, _)) in enumerate(pairwise(spans), 1):
        assert end == begin == chunk_offset(64 * number) == 56 + SEGMENT_SEALED * number


def test_paths_are_made_of_names_only() -> None:
    assert object_path("ab" * 16) == "o/ab/" + "ab" * 16
    assert keyring_path("0c" * 16) == "k/0c/" + "0c" * 16
    for wrong in ("", "ab", "AB" * 16, "../" + "a" * 29, "ab" * 16 + "\n"):
        with pytest.raises(FormatError):
            object_path(wrong)


def test_parts_cannot_run_into_each_other() -> None:
    infos = [
        kdf_info("id", "a", "b"),
        kdf_info("id", "ab"),
        kdf_info("id", "ab", ""),
        kdf_info("keyring", "-name", "b"),
    ]
    infos.append(kdf_info("keyring-name", "b"))
    assert len(set(infos)) == len(infos)
