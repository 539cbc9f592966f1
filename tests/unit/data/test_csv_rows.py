from __future__ import annotations

from pathlib import Path

import pytest

from tradewind_tools.data.csv_rows import Layout, Row, distinct_files, read_rows
from tradewind_tools.data.errors import UnreadableFileError

LAYOUT = Layout(
    columns={"name": ("Name", "Title"), "price": ("Price",), "note": ("Note",)}, required=frozenset({"name", "price"})
)


def rows(path: Path, content: bytes | str, encoding: str = "utf-8-sig") -> list[Row]:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return list(read_rows(path, LAYOUT, encoding))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "file.csv"


def refusal(path: Path, content: bytes | str, encoding: str = "utf-8-sig") -> str:
    with pytest.raises(UnreadableFileError) as error:
        rows(path, content, encoding)
    assert "\n" not in str(error.value)
    return str(error.value).removeprefix(f"{path}: ")


def test_rows_have_our_names_stripped_values_and_their_line(path: Path) -> None:
    (row,) = rows(path, "Price,Name\n 2 , Cup \n")
    assert row == Row(2, {"name": "Cup", "price": "2", "note": ""})


def test_a_row_starts_in_its_first_line_whatever_breaks_it_has(path: Path) -> None:
    read = rows(path, 'Name,Price\n"a\nb\nc",1\n\n,,\nd,2\n')
    assert [(row.line, row["name"]) for row in read] == [(2, "a\nb\nc"), (7, "d")]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_ending_will_do(path: Path, end: str) -> None:
    assert [row.line for row in rows(path, f"Name,Price{end}a,1{end}b,2{end}")] == [2, 3]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_delimiter_is_that_of_the_header(path: Path, delimiter: str) -> None:
    assert rows(path, f"Name{delimiter}Price\na{delimiter}1\n")[0]["price"] == "1"


def test_a_byte_order_mark_is_no_part_of_the_first_column(path: Path) -> None:
    assert rows(path, b"\xef\xbb\xbfName,Price\na,1\n")[0]["name"] == "a"


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
        ("\n\n", "no header in line 1"),
        ("Name,Cost\na,1\n", "no column 'Price'; the header has 'Name', 'Cost'"),
        ("Cost\n1\n", "no column 'Name', 'Price'; the header has 'Cost'"),
        (b"PK\x03\x04 and more", "this is a workbook or an archive; save it as CSV (UTF-8)"),
        ("Name,Price\na,1\n".encode("utf-16"), "this is UTF-16 text; save it as UTF-8"),
        (b"\x89PNG\0\0\0", "this is not a text file"),
        (
            "Name,Price\na,1\ncafé,2\n".encode("cp1252"),
            "line 3 is not utf-8 text; save it as UTF-8, or say --encoding cp1252",
        ),
        ('Name,Price\na,1\n"b,2\n', "line 3 is not valid CSV (unexpected end of data)"),
        ('Name,Price\n"a"b,1\n', "line 2 is not valid CSV (',' expected after '\"')"),
    ],
)
def test_a_bad_file_gives_one_clear_line(path: Path, content: bytes | str, said: str) -> None:
    assert refusal(path, content) == said


def test_another_encoding_may_be_named(path: Path) -> None:
    assert rows(path, "Name,Price\ncafé,2\n".encode("cp1252"), "cp1252")[0]["name"] == "café"
    assert refusal(path, "Name,Price\n", "klingon") == "there is no encoding called 'klingon'"


def test_a_missing_file_and_a_folder_are_named(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFileError, match="there is no such file"):
        list(read_rows(tmp_path / "absent.csv", LAYOUT))
    with pytest.raises(UnreadableFileError, match="this is a folder"):
        list(read_rows(tmp_path, LAYOUT))


def test_a_file_named_twice_or_copied_is_read_once(tmp_path: Path) -> None:
    first, copy, other = (tmp_path / name for name in ("a.csv", "copy.csv", "b.csv"))
    first.write_text("Name,Price\n")
    copy.write_text("Name,Price\n")
    other.write_text("Name,Price,Note\n")
    assert distinct_files([first, copy, other, first]) == [first, other]
    with pytest.raises(UnreadableFileError, match="no such file"):
        distinct_files([tmp_path / "absent.csv"])
