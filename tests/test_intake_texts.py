"""Files of text: letters, cells, heads and totals are read as declared, or rejected with the way out."""

import gzip
from collections import Counter

import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kamlib.core.errors import DataError
from kamlib.intake.inspect.heads import refuse_unfit_head
from kamlib.intake.inspect.letters import encoding_of, mender
from kamlib.intake.inspect.words import is_total
from kamlib.intake.readers import ABOVE_HEAD, InputFile, records_of, refuse_same_bytes, write_texts
from kamlib.intake.reasons import A_TOTAL
from kamlib.intake.values import Dialect

POLISH = Dialect(encoding="cp1250", separator=";", decimal=",", thousands=" ")
NAMES = "Numer;Nazwa;Wartość\nF1;Żółta Śliwka;1\nF2;Łęczyca, Gdańsk;2\nF3;Mleczarnia Zając;3\n"


def read(tmp_path, content, dialect=POLISH, *, name="lines.csv", notes=None, **how):
    """Write a file and read its rows with their numbers."""
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode(dialect.encoding))
    return list(records_of(InputFile(0, path, name, **how), dialect, notes))


def why_not(tmp_path, content, dialect=POLISH, **how) -> str:
    """Return why a file is rejected."""
    with pytest.raises(DataError) as found:
        read(tmp_path, content, dialect, **how)
    return str(found.value)


# --------------------------------------------------------------------------- letters
@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1250", "iso8859-2", "cp852"]
)
def test_a_declared_encoding_gives_the_same_names(tmp_path, encoding):
    rows = read(tmp_path, NAMES, POLISH._replace(encoding=encoding))
    assert rows[0] == (1, ["Numer", "Nazwa", "Wartość"])
    assert [cells[1] for _, cells in rows[1:]] == [
        "Żółta Śliwka",
        "Łęczyca, Gdańsk",
        "Mleczarnia Zając",
    ]


@pytest.mark.parametrize("true", ["cp1250", "iso8859-2", "cp852", "utf-16"])
def test_an_undeclared_encoding_is_named_and_never_guessed(tmp_path, true):
    why = why_not(tmp_path, NAMES.encode(true), Dialect(separator=";"))
    assert f"encoding: {true}" in why


@pytest.mark.parametrize(
    ("true", "declared"),
    [
        ("utf-8", "cp1250"),
        ("utf-8", "cp852"),
        ("iso8859-2", "cp1250"),
        ("cp1250", "iso8859-2"),
        ("cp852", "cp1250"),
        ("cp1250", "cp852"),
    ],
)
def test_an_encoding_that_reads_but_spoils_every_name_is_not_taken(tmp_path, true, declared):
    many = NAMES + "".join(f"G{n};Śląska Spółdzielnia Źródło ąęść;{n}\n" for n in range(20))
    why = why_not(tmp_path, many.encode(true), POLISH._replace(encoding=declared))
    assert f"make sense in {true} only" in why or f"looks like {true}" in why


@pytest.mark.parametrize(
    "name", ["Müller & Söhne, Ärztehaus Groß", "Ø 10 ± 0,5 °C", "„Jan” – №…", "Škoda Plzeň"]
)
def test_letters_and_signs_of_other_countries_are_no_reason_to_doubt(tmp_path, name):
    text = "a;b\n" + f"1;{name}\n" * 50
    for encoding in ("utf-8", "cp1250"):
        rows = read(tmp_path, text.encode(encoding, "replace"), POLISH._replace(encoding=encoding))
        assert len(rows) == 51


POLISH_WORDS = st.text("ąćęłńóśźżĄĆĘŁŃÓŚŹŻabcdeKLMN ", min_size=1, max_size=40)


@settings(max_examples=60, deadline=None)
@given(POLISH_WORDS, st.sampled_from(["cp1250", "iso8859-2", "cp852"]))
def test_polish_letters_tell_their_encoding(word, encoding):
    text = f"{word} źdźbło, ścieżka, łąka"
    assert encoding_of(text.encode(encoding)).value == encoding


SPOILT = {"utf8_read_as_cp1252": "cp1252", "utf8_read_as_cp1250": "cp1250"}


@pytest.mark.parametrize(("repair", "through"), SPOILT.items())
def test_text_that_was_opened_in_a_wrong_encoding_is_named_and_mended_if_declared(
    tmp_path, repair, through
):
    spoilt = NAMES.encode().decode(through, "replace")
    declared = POLISH._replace(encoding="utf-8")
    why = why_not(tmp_path, spoilt, declared)
    assert f"text in UTF-8 was opened as {through} and saved again" in why
    assert f"repair: {repair}" in why
    whole = (
        "".join(letter for letter in NAMES if letter not in "Ł") if through == "cp1250" else NAMES
    )
    spoilt = whole.encode().decode(through, "replace")
    rows = read(tmp_path, spoilt, declared._replace(repair=repair))
    assert "\n".join(";".join(cells) for _, cells in rows) + "\n" == whole


def test_a_repair_leaves_whole_letters_alone():
    mend = mender("utf8_read_as_cp1252")
    assert mend("Å\x81Ã³dÅº, Łódź – 5 €") == "Łódź, Łódź – 5 €"


def test_letters_with_loose_accents_are_composed(tmp_path):
    rows = read(tmp_path, "z\u0307o\u0301l\n", POLISH._replace(encoding="utf-8"))
    assert rows == [(1, ["żól"])]


# --------------------------------------------------------------------------- cells
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_separator_and_line_end_is_read_as_declared(tmp_path, separator, end):
    text = end.join(separator.join(row) for row in (["a", "b"], ["1", '"x\ny"'], ["2", ""])) + end
    rows = read(tmp_path, text, POLISH._replace(separator=separator))
    assert [cells for _, cells in rows] == [["a", "b"], ["1", "x\ny"], ["2", ""]]


def test_lines_keep_their_numbers_over_blank_lines_and_cells_of_two_lines(tmp_path):
    rows = read(tmp_path, 'a;b\n\n;\n1;"x\ny"\n ; \n2;z\n')
    assert rows == [(1, ["a", "b"]), (4, ["1", "x\ny"]), (7, ["2", "z"])]


def test_the_head_may_stand_lower_and_what_is_above_it_is_counted(tmp_path):
    notes = Counter()
    text = 'Zestawienie "2024\nFirma: DEMO;NIP: 1\n\na;b\n1;2\n'
    rows = read(tmp_path, text, header_row=4, notes=notes)
    assert rows == [(4, ["a", "b"]), (5, ["1", "2"])]
    assert notes == {ABOVE_HEAD: 3}


def test_the_line_that_excel_leaves_is_no_head(tmp_path):
    assert read(tmp_path, "sep=;\na;b\n1;2\n")[0] == (2, ["a", "b"])


def test_a_quote_that_is_never_closed_is_named_with_its_line(tmp_path):
    assert "starts in line 3" in why_not(tmp_path, 'a;b\n1;2\n2;"x\n3;4\n')


def test_half_a_packed_file_is_rejected_and_a_whole_one_is_read(tmp_path):
    packed = gzip.compress(NAMES.encode("cp1250"))
    assert len(read(tmp_path, packed, name="lines.csv.gz")) == 4
    assert "no whole gzip file" in why_not(tmp_path, packed[:-9], name="lines.csv.gz")


# --------------------------------------------------------------------------- heads
def unfit(text: str, dialect=POLISH) -> str:
    """Return why a head does not fit its rows; empty if it does."""
    rows = [(n, line.split(dialect.separator)) for n, line in enumerate(text.splitlines(), 1)]
    try:
        refuse_unfit_head(rows[0][1], rows[1:], dialect, shown="lines.csv")
    except DataError as error:
        return str(error)
    return ""


def test_another_separator_than_declared_is_named():
    assert "separated by ';', not by ','" in unfit("a;b\n1;2\n3;4\n", Dialect())
    assert "separated by a tab, not by ';'" in unfit("a\tb\n1\t2\n")
    assert "separated by '|', not by ','" in unfit("a|b\n1|2\n", Dialect())
    assert not unfit("id\n1\n2\n", Dialect())


def test_a_comma_between_cells_and_before_cents_cannot_be_mended():
    torn = "a;b;c\nF1,207,40,10\nF2,100,00,1\n"
    for dialect in (POLISH, Dialect(decimal=",")):
        why = unfit(torn, dialect)
        assert "separated by ';', its rows by ','" in why
        assert "nothing brings that back" in why
        assert "Export it again" in why
    longer = unfit("a,b,c\nF1,207,40,10\nF2,100,00,1\n", Dialect(decimal=","))
    assert "every row of lines.csv has more cells than its head" in longer
    assert "nothing brings that back" in longer


def test_a_title_above_the_head_asks_for_the_row_of_the_head():
    why = unfit("Zestawienie za 2024\nNumer;Data;Kwota\nF1;2024-01-01;5\nF2;2024-01-02;6\n")
    assert "line 2 looks like the head" in why
    assert "header_row: 2" in why


def test_rows_all_longer_than_their_head_are_rejected():
    assert "every row of lines.csv has more cells" in unfit("id;n\n1;a;5\n2;b;7\n")


def test_one_long_row_and_one_short_one_are_no_reason_to_doubt_the_head():
    assert not unfit("a;b\n1;2\n1;2;3\n1\n4;5\n6;7\n")


# --------------------------------------------------------------------------- rows kept or broken
def written(tmp_path, text, *, ids=(0, 1)):
    """Write a file for the engine and return its rows."""
    path = tmp_path / "lines.csv"
    path.write_text(text)
    head = text.split("\n")[0].split(";")
    places = {name: place for place, name in enumerate(head)}
    file = InputFile(0, path, "lines.csv", head, places=places, ids=ids)
    target = tmp_path / "lines.parquet"
    n = write_texts(target, [file], POLISH._replace(encoding="utf-8"), names=head)
    rows = pq.read_table(target).to_pylist()
    assert n == len(rows)
    return rows


def test_a_total_is_kept_as_text_so_that_its_money_is_never_added(tmp_path):
    rows = written(
        tmp_path,
        "no;day;who;net\nF1;d;A;5\n;;Razem strona;5\nF2;d;B;7\nSuma końcowa;;;12\nOgółem;;;12\n",
    )
    assert [(row["_row"], row["_broken"], row["net"]) for row in rows] == [
        (2, None, "5"),
        (3, A_TOTAL, None),
        (4, None, "7"),
        (5, A_TOTAL, None),
        (6, A_TOTAL, None),
    ]
    assert rows[1]["_cells"] == " |  | Razem strona | 5"


TOTALS = [
    "Razem",
    "RAZEM:",
    "Suma",
    "Suma strony",
    "Suma końcowa",
    "Ogółem",
    "Podsumowanie",
    "Total",
    "Grand total",
    "Subtotal",
    "Do przeniesienia",
    "Z przeniesienia",
    "Razem za 2024-01",
    "Łącznie",
    "Suma strony 3",
    "Total for customer A",
    "Podsumowanie dnia",
]
NO_TOTALS = ["Total Polska Sp. z o.o.", "Razem Sp. z o.o.", "Sumak", "TotalEnergies", "Suma S.A."]


@pytest.mark.parametrize("words", TOTALS)
def test_words_of_a_total_beside_empty_ids_make_a_total(words):
    assert is_total(["", "", words, "5"], (0, 1))
    assert is_total([words, "", "", "5"], (0, 1))
    assert not is_total(["F1", "2024-01-01", words, "5"], (0, 1))


@pytest.mark.parametrize("words", NO_TOTALS)
def test_names_that_begin_like_a_total_are_none(words):
    assert not is_total(["", "", words, "5"], (0, 1))


def test_a_file_most_of_whose_rows_do_not_fit_is_rejected_a_few_are_set_aside(tmp_path):
    rows = written(tmp_path, "no;day;net\nF1;d;5\nF2;d\nF3;d;5;6\nF4;d;5\n")
    assert [row["_broken"] for row in rows] == [
        None,
        "fewer cells than the head has",
        "more cells than the head has",
        None,
    ]
    with pytest.raises(DataError, match=r"2 of 3 rows .* it has 3 cells, most of them 4"):
        written(tmp_path, "no;day;net\nF1;d;5\nF2;d;5;1\nF3;d;5;6\n")


def test_the_same_file_under_two_names_is_rejected_empty_months_are_not(tmp_path):
    files = [(tmp_path / name, name) for name in ("a.csv", "b.csv", "c.csv")]
    for path, _ in files:
        path.write_text("no;net\n")
    refuse_same_bytes(files)
    for path, name in files:
        path.write_text("no;net\nF1;5\n" if name != "b.csv" else "no;net\nF1;6\n")
    with pytest.raises(DataError, match=r"c\.csv and a\.csv are the same file under two names"):
        refuse_same_bytes(files)
