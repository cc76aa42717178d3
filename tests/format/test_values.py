from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pluttra_publish.errors import FormatError
from pluttra_publish.format import canonical, layout
from pluttra_publish.format.access import Epoch, Invitation, Keyring, KeyringAudience, link, secret_of
from pluttra_publish.format.chain import Catalogue, Root, Row, Slot
from pluttra_publish.format.digests import digest_of_segments
from pluttra_publish.format.posts import MEDIA_TYPES, PAGE_TYPE, STANDING, Card, Cover, Index, Reference, Standing
from pluttra_publish.sealing.chain import epoch_of
from tests.vectors.sample import CARD, INDEX, INVITATION, KEYRING, ROOT, TALK

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
hex16 = st.binary(min_size=16, max_size=16).map(bytes.hex)
hex8 = st.binary(min_size=8, max_size=8).map(bytes.hex)
keys = st.binary(min_size=32, max_size=32)
numbers = st.integers(0, 2**53 - 1)
months = st.dates().map(lambda day: day.strftime("%Y-%m").rjust(7, "0"))


@st.composite
def references(draw: st.DrawFn, media_types: tuple[str, ...] = MEDIA_TYPES) -> Reference:
    length = draw(st.integers(0, 5 * 2**20))
    bare = Reference(draw(hex16), draw(keys), draw(keys), length, draw(st.sampled_from(media_types)))
    if not layout.has_segments(bare.role, bare.padded_length):
        return bare
    count = layout.segment_count(bare.padded_length)
    segments = tuple(draw(st.lists(keys, min_size=count, max_size=count)))
    return replace(bare, digest=digest_of_segments(segments), segments=segments)


@st.composite
def cards(draw: st.DrawFn) -> Card:
    media = tuple(draw(st.lists(references(), max_size=3)))
    sizes = tuple((n, draw(numbers), draw(numbers)) for n in range(len(media)))
    return replace(
        CARD,
        id=draw(hex8),
        title=draw(texts),
        by=tuple(draw(st.lists(texts, max_size=2))),
        children=tuple(draw(st.lists(st.tuples(hex8, texts), max_size=2))),
        cover=draw(st.none() | st.builds(Cover, texts, st.just(sizes))),
        media=media,
        save=tuple(range(draw(st.integers(0, len(media))))),
        page=draw(references((PAGE_TYPE,))),
    )


@given(references())
def test_references_come_back(reference: Reference) -> None:
    assert Reference.from_value(reference.to_value()) == reference


@st.composite
def standing_pages(draw: st.DrawFn) -> Standing:
    media = tuple(draw(st.lists(references(), max_size=2)))
    kind, date = draw(st.sampled_from(STANDING)), draw(st.sampled_from(["", TALK.date]))
    return Standing(draw(hex8), kind, draw(texts), date, media, draw(references((PAGE_TYPE,))))


@given(
    hex16,
    months,
    st.none() | references((PAGE_TYPE,)),
    st.lists(cards(), max_size=3),
    st.lists(standing_pages(), max_size=2),
)
def test_indexes_come_back(
    audience: str, month: str, page: Reference | None, posts: list[Card], pages: list[Standing]
) -> None:
    index = Index(audience, month, page, tuple(posts), tuple(pages))
    assert Index.from_bytes(index.to_bytes()) == index


def test_an_index_from_before_there_were_standing_pages_has_none() -> None:
    content = canonical.encode({k: v for k, v in canonical.decode(INDEX.to_bytes()).items() if k != "pages"})
    assert Index.from_bytes(content) == replace(INDEX, pages=())


@given(st.builds(Row, keys, hex16, keys, st.integers(0, 2**64 - 1)))
def test_rows_come_back(row: Row) -> None:
    assert len(row.to_bytes()) == 88
    assert Row.from_bytes(row.to_bytes()) == row


@given(hex16, texts, st.dictionaries(months, st.binary(min_size=160, max_size=160)))
def test_catalogues_come_back(audience: str, title: str, rows: dict[str, bytes]) -> None:
    catalogue = Catalogue(audience, "staff", title, tuple(sorted(rows.items(), reverse=True)))
    assert Catalogue.from_bytes(catalogue.to_bytes()) == catalogue


@given(st.dictionaries(hex16, st.binary(min_size=48, max_size=48), min_size=32, max_size=32), numbers)
def test_roots_come_back(slots: dict[str, bytes], sequence: int) -> None:
    root = replace(ROOT, sequence=sequence, slots=tuple(Slot(label, slots[label]) for label in sorted(slots)))
    assert Root.from_bytes(root.to_bytes()) == root
    assert Root.from_bytes(root.to_bytes()).digest == root.digest


@given(texts, st.lists(st.builds(epoch_of, keys, st.lists(months, max_size=4).map(tuple)), max_size=2))
def test_keyrings_come_back(title: str, epochs: list[Epoch]) -> None:
    audience = KeyringAudience("0a" * 16, "department", title, None, tuple(epochs))
    keyring = replace(KEYRING, audiences=(audience,), preschool=title)
    assert Keyring.from_bytes(keyring.to_bytes()) == keyring


@given(keys, texts, numbers)
def test_invitations_come_back(key: bytes, name: str, ends: int) -> None:
    invitation = replace(INVITATION, key=key, name=name, ends=ends)
    assert Invitation.from_bytes(invitation.to_bytes()) == invitation


@given(keys)
def test_links_carry_their_secret_in_the_fragment(secret: bytes) -> None:
    assert secret_of(link("https://forskolan.example/", secret)) == secret
    before, fragment = link("https://forskolan.example", secret).split("#")
    assert before == "https://forskolan.example/"
    assert len(fragment) == 2 + 43


def test_what_is_wrong_is_named_by_its_place_and_never_by_what_stood_there() -> None:
    spoilt = INDEX.to_bytes().replace(CARD.id.encode(), b"Ada i Solrosen..")
    with pytest.raises(FormatError, match=r"posts\[0\]\.id") as refused:
        Index.from_bytes(spoilt)
    assert "Ada" not in str(refused.value)


def test_secrets_do_not_show_when_a_value_is_printed() -> None:
    row = Row(b"\xab" * 32, "00" * 16, bytes(32), 1)
    for value in (KEYRING, INVITATION, INDEX, row, KEYRING.audiences[0].epochs[0]):
        shown = repr(value)
        assert "secret" not in shown
        for key in (
            b"\xab" * 32,
            KEYRING.site_key,
            INVITATION.key,
            CARD.page.secret,
            KEYRING.audiences[0].epochs[0].catalogue,
        ):
            assert repr(key) not in shown
            assert key.hex() not in shown
