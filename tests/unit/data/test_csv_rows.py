from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradewind_tools.data.csv_rows import CsvFile, Layout, Row, distinct_files
from tradewind_tools.data.errors import UnreadableFileError

LAYOUT = Layout(
    columns={"name": ("Name", "Title"), "price": ("Price",), "note": ("Note",)}, required=frozenset({"name", "price"})
)


def read(path: Path, content: bytes | str, encoding: str | None = None) -> tuple[list[Row], CsvFile]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    file = CsvFile(path, LAYOUT, encoding)
    return list(file), file


def rows(path: Path, content: bytes | str, encoding: str | None = None) -> list[Row]:
    return read(path, content, encoding)[0]


def notes(path: Path, content: bytes | str, encoding: str | None = None) -> list[tuple[int, str, str]]:
    return [(note.line, note.reason, note.detail) for note in read(path, content, encoding)[1].notes]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.csv"


def refusal(path: Path, content: bytes | str, encoding: str | None = None) -> str:
    with pytest.raises(UnreadableFileError) as error:
        rows(path, content, encoding)
    assert "\n" not in str(error.value)
    return str(error.value).removeprefix(f"{path}: ")


def test_rows_have_our_names_stripped_values_and_their_line(path: Path) -> None:
    (row,) = rows(path, "Price,Name\n 2 , Cup \n")
    assert row == Row(2, {"name": "Cup", "price": "2", "note": ""})


def test_a_row_starts_in_its_first_line_whatever_breaks_it_has(path: Path) -> None:
    found = rows(path, 'Name,Price\n"a\nb\nc",1\n\n,,\nd,2\n')
    assert [(row.line, row["name"]) for row in found] == [(2, "a\nb\nc"), (7, "d")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_ending_will_do(path: Path, end: str) -> None:
    assert [row.line for row in rows(path, f"Name,Price{end}a,1{end}b,2{end}")] == [2, 3]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_that_of_the_header(path: Path, delimiter: str) -> None:
    assert rows(path, f"Name{delimiter}Price\na{delimiter}1\n")[0]["price"] == "1"


def test_a_byte_order_mark_is_no_part_of_the_first_column(path: Path) -> None:
    assert rows(path, b"\xef\xbb\xbfName,Price\na,1\n")[0]["name"] == "a"


def test_a_second_byte_order_mark_is_no_part_of_it_either(path: Path) -> None:
    assert rows(path, b"\xef\xbb\xbf\xef\xbb\xbfName,Price\na,1\n")[0]["name"] == "a"


def test_other_names_and_cases_of_a_column_are_known(path: Path) -> None:
    assert rows(path, "TITLE,price\na,1\n")[0]["name"] == "a"


def test_short_rows_are_filled_and_surplus_fields_counted(path: Path) -> None:
    short, long = rows(path, "Name,Price\na\nb,1,x,,y\n")
    assert short["price"] == ""
    assert long.surplus == 2


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "the file is empty"),
        ("\n\n", "the file is empty"),
        ("Name,Cost\na,1\n", "no column 'Price'; the header has 'Name', 'Cost'"),
        ("Cost\n1\n", "no column 'Name', 'Price'; the header has 'Cost'"),
        (b"PK\x03\x04 and more", "this is a workbook or an archive; save it as CSV (UTF-8)"),
        (b"\x89PNG\0\0\0", "this is not a text file"),
    ],
)
def test_a_bad_file_gives_one_clear_line(path: Path, content: bytes | str, said: str) -> None:
    assert refusal(path, content) == said


def test_another_encoding_may_be_named(path: Path) -> None:
    assert rows(path, "Name,Price\ncafé,2\n".encode("cp1252"), "cp1252")[0]["name"] == "café"
    assert refusal(path, "Name,Price\n", "klingon") == "there is no encoding called 'klingon'"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"])
def test_wide_text_is_read_with_and_without_a_byte_order_mark(path: Path, encoding: str) -> None:
    assert [row["name"] for row in rows(path, "Name,Price\ncafé,1\n".encode(encoding))] == ["café"]


def test_bytes_that_are_no_utf_8_are_windows_1252_and_noted_with_line_and_character(path: Path) -> None:
    content = "Name,Price\ncafé,1\n".encode() + "naïve €,2\n".encode("cp1252")
    assert [row["name"] for row in rows(path, content)] == ["café", "naïve €"]
    assert notes(path, content) == [(3, "not UTF-8: read as Windows-1252", "character 3: naïve €,2")]


def test_bytes_that_a_named_encoding_lacks_are_replaced_and_noted(path: Path) -> None:
    assert notes(path, b"Name,Price\ncaf\xe9,1\n", "ascii") == [
        (2, "not ASCII: read as no character", "character 4: caf\ufffd,1")
    ]


def test_a_first_line_that_names_the_delimiter_is_no_header(path: Path) -> None:
    for first in ("sep=;", '"sep=;"', "SEP=;"):
        assert [(row.line, row["price"]) for row in rows(path, f"{first}\nName;Price\na;1\n")] == [(3, "1")]


def test_a_cell_of_any_length_is_read(path: Path) -> None:
    (row,) = rows(path, f'Name,Price\n"{"long " * 100_000}",1\n')
    assert (len(row["name"]), row["price"]) == (499_999, "1")


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ('"a" ,"1"', "a"),
        ('"12" screen",1', '12" screen'),
        ('5" pipe,1', '5" pipe'),
        ('"say ""hi""" ,1', 'say "hi"'),
        ('"b,1', '"b'),
        (' "a, b" , 1', "a, b"),
    ],
)
def test_a_stray_quotation_mark_spoils_neither_its_row_nor_the_next(path: Path, line: str, name: str) -> None:
    found = rows(path, f'Name,Price\n{line}\nnext,2\n"last",3\n')
    assert [(row["name"], row["price"]) for row in found] == [(name, "1"), ("next", "2"), ("last", "3")]


def test_a_stray_quotation_mark_is_noted_with_line_and_character(path: Path) -> None:
    content = 'Name,Price\na,1\n"12" screen",2\n"b,3\n'
    assert notes(path, content) == [
        (3, "stray quotation mark: taken as written", 'character 4: " screen",2'),
        (4, "stray quotation mark: taken as written", 'character 1: "b'),
    ]


def test_a_quotation_mark_that_is_never_closed_does_not_take_the_next_rows_with_it(path: Path) -> None:
    content = 'Name,Price,Note\n"open,1,x\n"shut",2,y\nplain,3,"z"\n'
    assert [row["name"] for row in rows(path, content)] == ['"open', "shut", "plain"]


def test_a_row_that_is_too_short_is_noted(path: Path) -> None:
    assert notes(path, "Name,Price\na\n") == [(2, "fewer fields than columns: read as empty", "1 of 2")]


def test_columns_that_are_not_read_are_named_with_their_lines(path: Path) -> None:
    _, file = read(path, "Name,Vendor,Price,Weight,Vendor\na,x,1,,y\nb,x,1,,\nc,,1,,\nd,x,1,,\n")
    assert [(column.column, column.cells, column.lines) for column in file.unread] == [
        ("Vendor", 3, "2-3, 5"),
        ("Vendor (column 5)", 1, "2"),
    ]


@given(st.lists(st.sampled_from([b'"', b'""', b",", b"\n", b"\r\n", b"a", b"\xe9", b"\xc3\xa9", b";", b" ", b"\0"])))
def test_whatever_follows_the_header_the_last_row_is_read(
    tmp_path_factory: pytest.TempPathFactory, parts: list[bytes]
) -> None:
    path = tmp_path_factory.mktemp("any") / "file.csv"
    found = rows(path, b"Name,Price\n" + b"a,1\n" * 99 + b"".join(parts) + b"\nlast,2\n")
    assert [row["name"] for row in found[:99]] == ["a"] * 99
    assert "last" in found[-1]["name"]


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="there is no such file"):
        list(CsvFile(tmp_path / "absent.csv", LAYOUT))
    with pytest.raises(UnreadableFileError, match="this is a folder"):
        list(CsvFile(tmp_path, LAYOUT))


def test_a_file_named_twice_or_copied_is_read_once(tmp_path: Path) -> None:
    first, copy, other = (tmp_path / name for name in ("a.csv", "copy.csv", "b.csv"))
    first.write_text("Name,Price\n")
    copy.write_text("Name,Price\n")
    other.write_text("Name,Price,Note\n")
    assert distinct_files([first, copy, other, first]) == [first, other]
    with pytest.raises(UnreadableFileError, match="no such file"):
        distinct_files([tmp_path / "absent.csv"])
