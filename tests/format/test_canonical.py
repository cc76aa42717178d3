from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pluttra_publish.errors import FormatError
from pluttra_publish.format.canonical import LARGEST, b64, decode, encode, unb64
from tests.format.refusing import or_refused

texts = st.text(st.characters(exclude_categories=["Cs"]))
leaves = st.none() | st.booleans() | st.integers(0, LARGEST) | texts
values = st.recursive(leaves, lambda part: st.lists(part) | st.dictionaries(texts, part), max_leaves=20)


@given(st.dictionaries(texts, values))
def test_a_value_comes_back_from_its_canonical_form(value: dict[str, Any]) -> None:
    value["v"] = 1
    assert decode(encode(value)) == value


@given(st.dictionaries(texts, values), st.randoms())
def test_the_order_in_which_members_were_added_does_not_show(value: dict[str, Any], random: Any) -> None:
    members = list(value.items())
    random.shuffle(members)
    assert encode(dict(members)) == encode(value)


@given(st.binary(max_size=40))
def test_no_bytes_do_anything_but_decode_or_be_refused(encoded: bytes) -> None:
    with or_refused("encoding", "version"):
        assert encode(decode(encoded)) == encoded


@given(st.dictionaries(texts, values, min_size=1))
def test_any_other_way_to_write_the_same_value_is_refused(value: dict[str, Any]) -> None:
    spaced = json.dumps(value | {"v": 1}, ensure_ascii=False).encode("utf-8", "surrogatepass")
    with pytest.raises(FormatError):
        decode(spaced)


@pytest.mark.parametrize("value", [1.0, float("nan"), -1, LARGEST + 1, b"x", {1: 2}, "\ud800", {"\udfff": 1}, {1, 2}])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(FormatError) as refused:
        encode({"a": value, "v": 1})
    assert refused.value.layer == "encoding"


def test_a_value_nested_too_deep_is_refused() -> None:
    with pytest.raises(FormatError):
        decode(b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b',"v":1}')


@given(st.binary())
def test_bytes_come_back_from_base64url(raw: bytes) -> None:
    assert unb64(b64(raw)) == raw
    assert unb64(b64(raw), len(raw)) == raw


@given(st.text("ABab09-_+/= \n", max_size=8))
def test_base64url_has_one_way_to_write_each_bytes(text: str) -> None:
    with or_refused("encoding"):
        assert b64(unb64(text)) == text


def test_base64url_of_another_length_is_refused() -> None:
    with pytest.raises(FormatError):
        unb64(b64(bytes(31)), 32)
