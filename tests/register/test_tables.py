"""CSV as people's programs save it."""

from __future__ import annotations

import csv
import io
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pluttra_publish.errors import Findings
from pluttra_publish.register.tables import Column, Table, read_table

COLUMNS = (
    Column("id"),
    Column("förnamn", ("first name",)),
    Column("e-post", ("email",)),
    Column("skyddad", needed=False),
)
PLAIN = "id;förnamn;e-post;skyddad\n1;Åke;ake@example.se;nej\n2;Märta;;ja\n"
WANTED = [
    {"id": "1", "förnamn": "Åke", "e-post": "ake@example.se", "skyddad": "nej"},
    {"id": "2", "förnamn": "Märta", "e-post": "", "skyddad": "ja"},
]


def read(raw: bytes) -> tuple[Table, list[str]]:
    findings = Findings()
    return read_table(raw, "register/x.csv", COLUMNS, findings), [str(finding) for finding in findings]


def cells(raw: bytes) -> list[dict[str, str]]:
    table, findings = read(raw)
    assert findings == []
    return [dict(row.cells) for row in table.rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "iso-8859-1", "cp1252", "utf-16"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_every_common_way_of_saving_gives_the_same_rows(encoding: str, delimiter: str, ends: str) -> None:
    assert cells(PLAIN.replace(";", delimiter).replace("\n", ends).encode(encoding)) == WANTED


def test_decomposed_letters_are_composed_in_headings_and_cells() -> None:
    assert cells(unicodedata.normalize("NFD", PLAIN).encode()) == WANTED


@pytest.mark.parametrize(
    "head", ["ID;FÖRNAMN;E-post;Skyddad", "id;fornamn;epost;skyddad", " id ;First name;Email;skyddad"]
)
def test_headings_may_be_english_or_differ_in_case_accents_and_hyphens(head: str) -> None:
    assert cells(PLAIN.replace("id;förnamn;e-post;skyddad", head).encode()) == WANTED


def test_columns_may_stand_in_another_order_beside_columns_of_the_preschools_own() -> None:
    assert cells("telefon;skyddad;id;e-post;förnamn\n070;nej;1;ake@example.se;Åke\n;ja;2;;Märta\n".encode()) == WANTED


def test_trailing_empty_cells_may_be_absent_or_too_many() -> None:
    assert cells("id;förnamn;e-post;skyddad\n1;Åke\n2;Märta;;;;;\n".encode()) == [
        {"id": "1", "förnamn": "Åke", "e-post": "", "skyddad": ""},
        {"id": "2", "förnamn": "Märta", "e-post": "", "skyddad": ""},
    ]


def test_quotes_hold_delimiters_quotes_and_line_breaks_together() -> None:
    assert cells('id;förnamn;e-post\n1;"Åke; ""Bus""";\n2;"Mär\nta";\n'.encode())[0]["förnamn"] == 'Åke; "Bus"'
    assert cells('id;förnamn;e-post\n1;"Åke; ""Bus""";\n2;"Mär\nta";\n'.encode())[1]["förnamn"] == "Mär ta"


def test_empty_rows_are_passed_over_and_lines_are_counted_as_an_editor_does() -> None:
    table, _ = read('id;förnamn;e-post\n\n1;"Å\nke";\n;;\n2;Märta;\n'.encode())
    assert [row.line for row in table.rows] == [3, 6]


def test_the_separator_line_of_excel_is_obeyed_and_counted() -> None:
    table, findings = read("sep=;\r\nid;förnamn;e-post\r\n1;Åke;\r\n".encode())
    assert findings == []
    assert [(row.line, row.cells["förnamn"]) for row in table.rows] == [(3, "Åke")]


def test_a_row_with_more_cells_than_headings_is_refused_with_its_line() -> None:
    table, findings = read("id;förnamn;e-post\n1;Åke;;;extra\n2;Märta;\n".encode())
    assert len(table.rows) == 1
    assert findings[0].startswith("register/x.csv: rad 2: Raden har 5 kolumner")


def test_a_missing_column_is_named_with_the_headings_that_there_should_be() -> None:
    table, findings = read(b"id;e-post\n1;\n")
    assert table.rows == ()
    assert findings == [
        "register/x.csv: rad 1: Kolumnen förnamn saknas. Rubrikerna ska vara id;förnamn;e-post;skyddad."
    ]


def test_a_column_that_stands_twice_is_refused() -> None:
    _, findings = read("id;förnamn;first name;e-post\n".encode())
    assert "Kolumnen förnamn finns 2 gånger." in findings[0]


def test_an_empty_file_lacks_its_columns() -> None:
    assert len(read(b"")[1]) == 3


def test_quotes_that_never_end_are_refused_with_their_line() -> None:
    table, findings = read('id;förnamn;e-post\n1;Åke;\n2;"Märta;\n3;Li;\n'.encode())
    assert [row.cells["id"] for row in table.rows] == ["1"]
    assert findings[0].startswith("register/x.csv: rad 3: Citattecknen går inte ihop")


def test_a_file_pasted_together_from_two_encodings_is_refused_rather_than_misread() -> None:
    _, findings = read("id;förnamn;e-post\n1;Åke;\n".encode() + "2;Märta;\n".encode("iso-8859-1"))
    assert "blandar två teckenkodningar" in findings[0]


_text = st.text(st.characters(codec="cp1252", exclude_categories=("Cc",)), max_size=12)


@given(st.lists(st.tuples(_text, _text, _text), max_size=6), st.sampled_from(";,\t"), st.sampled_from(["\n", "\r\n"]))
@settings(deadline=None)
def test_what_a_csv_writer_writes_is_read_back(rows: list[tuple[str, str, str]], delimiter: str, ends: str) -> None:
    written = io.StringIO()
    writer = csv.writer(written, delimiter=delimiter, lineterminator=ends)
    writer.writerows([("id", "förnamn", "e-post"), *rows])
    wanted = [tuple(unicodedata.normalize("NFC", " ".join(cell.split())) for cell in row) for row in rows]
    read_back = [(row["id"], row["förnamn"], row["e-post"]) for row in cells(written.getvalue().encode("utf-8-sig"))]
    assert read_back == [row for row in wanted if any(row)]


@given(st.binary(max_size=200))
@settings(deadline=None)
def test_no_bytes_at_all_make_it_fall_over(raw: bytes) -> None:
    read(raw)
    read("id;förnamn;e-post\n".encode() + raw)
