from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pluttra_publish.errors import FormatError
from pluttra_publish.format.padding import ROLES, Role, frame_and_pad, framed_length, padded_length, padme, unpad
from tests.format.refusing import or_refused

free_roles = st.sampled_from([role for role in ROLES if role != "row"])


@given(st.integers(2, 2**45))
def test_padme_is_the_formula_of_the_specification(length: int) -> None:
    e = length.bit_length() - 1
    s = math.floor(math.log2(e)) + 1
    step = 2 ** max(0, e - s)
    assert padme(length) == (length + step - 1) // step * step


@given(st.integers(0, 2**45))
def test_padme_adds_at_most_an_eighth_and_is_stable(length: int) -> None:
    assert length <= padme(length) <= length + length // 8
    assert padme(padme(length)) == padme(length)


def test_padme_is_as_the_examples_of_the_specification_say() -> None:
    examples = {0: 0, 1: 1, 8: 8, 9: 10, 100: 104, 2**20: 2**20, 2**20 + 1: 2**20 + 2**15, 2**25 + 1: 2**25 + 2**20}
    assert {length: padme(length) for length in examples} == examples


@given(free_roles, st.binary(min_size=64, max_size=3000))
def test_content_comes_back_from_its_padded_bytes(role: Role, content: bytes) -> None:
    padded = frame_and_pad(role, content)
    assert unpad(role, padded, len(content)) == content


@given(free_roles, st.binary(min_size=64, max_size=3000), st.integers(0), st.integers(1, 255))
def test_padding_that_is_not_zero_is_refused(role: Role, content: bytes, where: int, wrong: int) -> None:
    padded = bytearray(frame_and_pad(role, content))
    end = framed_length(role, len(content) - (64 if role == "root" else 0))
    if end == len(padded):
        return
    padded[end + where % (len(padded) - end)] = wrong
    with pytest.raises(FormatError) as refused:
        unpad(role, bytes(padded), len(content))
    assert refused.value.layer == "padding"


@given(free_roles, st.binary(max_size=200), st.none() | st.integers(0, 300))
def test_any_padded_bytes_are_opened_or_refused_as_padding(role: Role, padded: bytes, length: int | None) -> None:
    with or_refused("padding"):
        unpad(role, padded, length)


@given(st.integers(0, 70_000))
def test_keyrings_come_in_coarse_buckets(length: int) -> None:
    assert padded_length("keyring", length) in {4096, 16384, 65536, 262144}


def test_the_note_that_access_ended_is_as_long_as_the_keyring_was() -> None:
    padded = frame_and_pad("keyring", b"ended", at_least=16384)
    assert len(padded) == 16384
    assert unpad("keyring", padded) == b"ended"


def test_other_roles_cannot_be_padded_further() -> None:
    assert len(frame_and_pad("catalogue", b"x", at_least=16384)) == 4096
