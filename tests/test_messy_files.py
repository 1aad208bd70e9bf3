"""Files as they arrive, beyond the known twenty-five: every row and grosz is used, set aside or named.

Each draft of `kam check --suggest` is fed back, so that what is proposed is also what reads the file.
"""

import gzip
import io
import random
import re
from collections import Counter, defaultdict
from datetime import date, datetime
from decimal import Decimal
from types import SimpleNamespace

import ibis
import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from test_intake import give, set_aside, world

from kamlib import read_inputs
from kamlib.core.errors import DataError
from kamlib.intake.draft import suggest
from kamlib.intake.inspect.days import days_in, forms_of
from kamlib.intake.inspect.words import is_total
from kamlib.intake.values import day_of, existing_day
from kamlib.settings.engagement import load_engagement
from kamlib.settings.inputs import Exchange, Input

# --------------------------------------------------------------------------- a clean file, and faults
HEAD = (
    "invoice_id",
    "date",
    "customer_id",
    "product_id",
    "quantity",
    "net_amount",
    "cost_of_goods_sold",
    "document_type",
)
DECLARED = SimpleNamespace(
    encoding="utf-8", separator=";", decimal=",", thousands=" ", date="%d.%m.%Y"
)
CLEAN = [
    [
        f"F{n}",
        f"{n % 28 + 1:02}.{n % 12 + 1:02}.2024",
        "AB"[n % 2],
        "P",
        "1",
        f"{n}37,{n:02}",
        "5,50",
        "invoice",
    ]
    for n in range(10, 34)
]
CELLS = (
    "",
    "x",
    "12.5",
    "nan",
    "1e9",
    "-",
    "#N/A",
    "31.02.2024",
    "05.03.2099",
    "05.03.0024",
    "2024-03-05",
    "C9",
    "12,34-",
    "(12,34)",
    "\u221212,34",
    "1\u00a0234,50",
    "1 23,4",
    "12,34 zł",
    " A ",
    "0012",
)
AMOUNT = re.compile(
    r"(\()?([-\u2212])?(\d{1,3}(?:[ \u00a0]\d{3})+|\d+)((?:,\d+)?)(?: zł)?(-)?(\))?"
)


def amount_of(text: str) -> Decimal | None:
    """Read an amount as a person would who knows how the file is written."""
    found = AMOUNT.fullmatch(text.strip())
    if not found:
        return None
    open_, minus, whole, cents, behind, _close = found.groups()
    size = Decimal(re.sub(r"\D", "", whole) + cents.replace(",", "."))
    return -size if open_ or minus or behind else size


def spoilt(rng, *, faults, kinds):
    """Return rows with faults, and for each row its amount and its cost as far as they are money."""
    rows = [list(row) for row in CLEAN]
    for _ in range(faults):
        rng.choice(rows)[rng.randrange(len(HEAD))] = rng.choice(CELLS)
    told = [(row, amount_of(row[5]), amount_of(row[6])) for row in rows]
    for kind in sorted(kinds, key=lambda each: each != "twice"):  # sums hold what stands above
        place = rng.randrange(2, len(told))
        above = sum((money for _, money, _ in told[:place] if money is not None), Decimal(0))
        written = f"{above:.2f}".replace(".", ",")
        row = {
            "twice": list(told[place][0]),
            "head": list(HEAD),
            "total": ["", "", "Razem strona 2", "", "", written, "", ""],
            "customer": ["", "", "Suma klienta A", "", "", "1,00", "1,00", ""],
            "sum": ["", "", "", "", "", written, "7,00", ""],
            "short": list(told[place][0][:-2]),
            "long": [*told[place][0], "more"],
        }[kind]
        lost = kind not in ("twice",)
        money = (None, None) if lost else told[place][1:]
        told.insert(place, (row, *money))
    return told


def as_csv(told) -> bytes:
    """Write rows as CSV with quotes where they are needed."""
    return "\n".join(";".join(row) for row in [list(HEAD), *(row for row, *_ in told)]).encode()


def as_xlsx(told) -> bytes:
    """Write rows as a workbook in which every cell is a text."""
    made = openpyxl.Workbook()
    for row in [list(HEAD), *(row for row, *_ in told)]:
        made.active.append([cell or None for cell in row])
    stream = io.BytesIO()
    made.save(stream)
    return stream.getvalue()


def read_spoilt(folder, content, name):
    """Read a spoilt file beside a table of customers A and B."""
    engagement = world(folder, dialects={"pl": DECLARED})
    give(engagement, "customers", "customer_id,name\nA,Alfa\nB,Beta\n")
    give(engagement, "invoice_lines", content, name=name, dialect="pl")
    return read_inputs(engagement, "FY2024")


def money_by(keys, amounts) -> dict:
    """Count rows and add up money by key."""
    found = defaultdict(lambda: [0, Decimal(0)])
    for key, money in zip(keys, amounts, strict=True):
        found[key][0] += 1
        found[key][1] += money or 0
    return dict(found)


SPOILT = {
    "seed": st.integers(0, 10**6),
    "faults": st.integers(0, 16),
    "kinds": st.lists(st.sampled_from(("twice", "head", "total", "customer", "sum")), max_size=5),
    "ragged": st.lists(st.sampled_from(("short", "long")), max_size=2),
}
GENERATED = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "phases": [Phase.generate, Phase.shrink],
}


@settings(max_examples=2, **GENERATED)
@given(**SPOILT)
def test_whatever_is_spoilt_each_rule_has_its_rows_and_its_money_in_csv_and_in_excel(
    tmp_path_factory, seed, faults, kinds, ragged
):
    """Cells, rows and totals go wrong at random; what is set aside is those rows, with their money."""
    told = spoilt(random.Random(seed), faults=faults, kinds=[*kinds, *ragged])
    accounted(tmp_path_factory, told, also_as_excel=not ragged)


@pytest.mark.soak
@settings(max_examples=100, **GENERATED)
@given(**SPOILT)
def test_a_hundred_spoilt_files_are_accounted_for_too(
    tmp_path_factory, seed, faults, kinds, ragged
):
    told = spoilt(random.Random(seed), faults=faults, kinds=[*kinds, *ragged])
    accounted(tmp_path_factory, told, also_as_excel=not ragged)


def accounted(tmp_path_factory, told, *, also_as_excel):
    """Assert that rows and money are used or set aside, by customer and by rule."""
    intake = read_spoilt(tmp_path_factory.mktemp("spoilt"), as_csv(told), "lines.csv")

    aside, months = intake.tables["quarantine"], intake.tables["customer_months"]
    assert aside["row"].is_unique
    lost = set(aside["row"])
    used = [each for line, each in enumerate(told, start=2) if line not in lost]
    assert months["lines"].sum() + len(aside) == len(told)
    for name, place in (("invoice_revenue", 1), ("cost_of_goods_sold", 2)):
        kept = money_by([row[2].strip() for row, *_ in used], [each[place] for each in used])
        found = months.groupby("customer_id")[name].sum()
        assert {who: Decimal(str(sum_)) for who, sum_ in found.items()} == {
            who: sum_ for who, (_, sum_) in kept.items()
        }
    rules = list(aside[["column", "reason"]].itertuples(index=False, name=None))
    for name, place in (("amount", 1), ("cost_of_goods_sold", 2)):
        true = [told[line - 2][place] for line in aside["row"]]
        amounts = [None if pd.isna(money) else Decimal(str(money)) for money in aside[name]]
        assert money_by(rules, amounts) == money_by(rules, true)
    assert all(balance.holds for balance in intake.balances)
    if also_as_excel:
        other = read_spoilt(tmp_path_factory.mktemp("excel"), as_xlsx(told), "lines.xlsx")
        assert set_aside(other) == set_aside(intake)
        assert other.tables["customer_months"].equals(months)


# --------------------------------------------------------------------------- drafts, fed back
SALES = [
    (
        f"FV/{n:03}/2024",
        n % 28 + 1,
        n % 12 + 1,
        f"{n % 5 + 7:05}",
        Decimal(n * 137 + 1000 * n) / 100,
    )
    for n in range(1, 31)
] + [("KOR/FV/003/2024", 9, 5, "00010", Decimal("-12.50"))]
NET = sum(sale[4] for sale in SALES)
GENITIVE = dict(
    enumerate(
        (
            "stycznia",
            "lutego",
            "marca",
            "kwietnia",
            "maja",
            "czerwca",
            "lipca",
            "sierpnia",
            "września",
            "października",
            "listopada",
            "grudnia",
        ),
        start=1,
    )
)


def polish(amount, *, thousands="", behind="", minus="-{}"):
    """Write an amount with a decimal comma."""
    size = f"{abs(amount):,.2f}".replace(",", "\0").replace(".", ",").replace("\0", thousands)
    return (minus.format(size) if amount < 0 else size) + behind


def table(heads, *, day, amount, more=()):
    """Return the sales as rows of text: number, day, customer, name, amount, and further cells."""
    rows = [
        [no, day(d, m), who, f"Łódź „{who}”", amount(net), *more] for no, d, m, who, net in SALES
    ]
    return [heads, *rows]


def text(rows, *, mark=";", end="\r\n"):
    """Write rows as text."""
    return "".join(mark.join(row) + end for row in rows)


def of_sap():
    """Tabs, cp1250, the minus behind, NBSP between thousands, a word of money, months in genitive."""
    rows = table(
        [
            "NUMER FAKTURY",
            "DATA SPRZEDAZY",
            "KOD KONTRAHENTA",
            "NAZWA KONTRAHENTA",
            "WARTOSC NETTO",
        ],
        day=lambda d, m: f"{d} {GENITIVE[m]} 2024 r.",
        amount=lambda net: polish(net, thousands="\u00a0", behind=" PLN", minus="{}-"),
    )
    return {"sprzedaz.txt": text(rows, mark="\t").encode("cp1250")}


def of_two_bytes():
    """UTF-16 without its mark, lines that end in CR, days with a time zone, units beside the names."""
    rows = table(
        [
            "Numer faktury",
            "Data sprzedaży (rrrr-mm-dd)",
            "Kod kontrahenta",
            "Nazwa kontrahenta",
            "Wartość netto [PLN]",
        ],
        day=lambda d, m: f"2024-{m:02}-{d:02}T08:15:00.000+01:00",
        amount=lambda net: polish(net, thousands="'"),
    )
    return {"faktury.csv": text(rows, end="\r").encode("utf-16-le")}


def put_together():
    """Two packed exports in one, a mark in their middle, a separator too many, and a nameless sum."""
    heads = ["Nr faktury", "Data", "Kod klienta", "Nazwa klienta", "Netto"]
    rows = table(heads, day=lambda d, m: f"{d:02}.{m:02}.2024, 10:05", amount=polish, more=[""])
    total = ["", "", "", "", polish(NET), ""]
    return {
        "sales.csv.gz": gzip.compress(
            text(rows[:11]).encode("utf-8-sig")
            + text([heads, *rows[11:], total]).encode("utf-8-sig")
        )
    }


def of_a_secretary():
    """A workbook that counts from 1904, with titles, three sheets, sums by customer and one in all."""
    made = openpyxl.Workbook()
    made.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    made.active.title = "Sprzedaż"
    for sheet, rows in (("Opis", [["Kod", "Opis"], ["A", "b"]]), ("Pivot", [["x", 1], ["y", 2]])):
        other = made.create_sheet(sheet)
        for row in rows:
            other.append(row)
    heads = ["Nr faktury", "Data", "Kod klienta", "Nazwa klienta", "Wartość netto"]
    for row in (["Firma DEMO"], ["za okres 01.01.2024 - 31.12.2024"], [], heads):
        made.active.append(row)
    by_customer = sorted(SALES, key=lambda sale: sale[3])
    for place, (no, d, m, who, net) in enumerate(by_customer):
        made.active.append([no, datetime(2024, m, d), who, f"Łódź {who}", float(net)])
        if place + 1 == len(by_customer) or by_customer[place + 1][3] != who:
            sum_ = sum(sale[4] for sale in SALES if sale[3] == who)
            made.active.append(["", None, "", f"Łódź {who} Sp. z o.o.", float(sum_)])
    made.active.append(["", None, "", "OGÓŁEM", float(NET)])
    stream = io.BytesIO()
    made.save(stream)
    return {"zestawienie.xlsx": stream.getvalue()}


TOTAL, AGAIN = "a total, no line of its own", "the head again, no line of its own"
DRAFTED = {
    of_sap: {},
    of_two_bytes: {},
    put_together: {AGAIN: 1, TOTAL: 1},
    of_a_secretary: {TOTAL: 6},
}


@pytest.mark.parametrize("made", DRAFTED)
def test_a_draft_reads_the_file_it_was_drawn_from_to_the_grosz(tmp_path, made):
    home = tmp_path / "firm"
    home.mkdir()
    for name, content in made().items():
        (home / name).write_bytes(content)
    (home / "engagement.yaml").write_text(suggest(home).text, encoding="utf-8")

    intake = read_inputs(load_engagement(home), "FY2024")
    months, aside = intake.tables["customer_months"], intake.tables["quarantine"]
    assert int(months["lines"].sum()) == len(SALES)
    assert Decimal(str(months["invoice_revenue"].sum())) == NET
    assert months["customer_id"].nunique() == 5
    assert aside["reason"].value_counts().to_dict() == DRAFTED[made]
    assert aside["amount"].isna().all()


@pytest.mark.parametrize(
    "written",
    [
        "2024-10-05T10:30:00+01:00",
        "2024-10-05T00:00:00.000Z",
        "2024-10-05 00:00:00 +0100",
        "2024/10/05 10:00",
        "05.10.2024, 12:05",
        "05.10.2024 r.",
        "5 X 2024 r.",
        "5 październik 24",
        "sobota, 5 października 2024",
        "Oct 5, 2024",
        "10/15/2024 3:45:00 PM",
        "20241005",
        "45570",
    ],
)
def test_the_form_that_is_proposed_for_a_day_reads_that_day(written):
    (form,) = forms_of(days_in(Counter([written])))
    day = existing_day(day_of(ibis.literal(written), [form.pattern, "%Y-%m-%d"])[0])
    assert day.to_pyarrow().as_py() in (date(2024, 10, 5), date(2024, 10, 15))


def test_days_that_end_shortly_before_midnight_elsewhere_are_asked_about():
    (form,) = forms_of(days_in(Counter(["2023-12-31T23:00:00Z", "2024-01-31T23:00:00Z"])))
    assert not form.evidence.sure
    assert "is this day the client's own? 2 times stand shortly before midnight" in form.question


@pytest.mark.parametrize(
    "words",
    [
        "Suma częściowa",
        "Razem klient Żółta Śliwka",
        "RAZEM PLN",
        "Wartość razem",
        "Σ",
        "*** Razem ***",
        "Total (PLN)",
    ],
)
def test_a_row_whose_only_words_are_those_of_a_total_is_one(words):
    assert is_total(["", "", words, "5", "PLN"], (0, 1))
    assert not is_total(["", "", words, "Śruba", "5"], (0, 1))
    assert not is_total(["", "", f"{words} Sp. z o.o.", "5"], (0, 1))


# --------------------------------------------------------------------------- rejected, in words
ROW = "F{n};{n:02}.03.2024;A;P;1;{n},50;1,00;invoice"
PLAIN = "\n".join([";".join(HEAD), *(ROW.format(n=n) for n in range(10, 20))])
REJECTED = {
    "zero bytes": ({"a.csv": PLAIN.replace("F13", "F\x0013").encode()}, "line 5 .* a zero byte"),
    "two encodings": (
        {"a.csv": PLAIN.replace(";P;", ";Żółć;").encode().replace("Żółć".encode(), b"\xaf", 1)},
        "line 2 .* is not written in utf-8, but most of it is: of its 10 lines .* 1 cannot",
    ),
    "an open quote": (
        {"a.csv": PLAIN.replace("F15;", 'F15;"').encode()},
        "line 7 of a.csv has a quote that is never closed",
    ),
    "text behind a quote": (
        {"a.csv": PLAIN.replace(";P;", ';"P" 3;', 1).encode()},
        "line 2 of a.csv has text behind a closing quote",
    ),
    "a packed copy": (
        {"a.csv": PLAIN.encode(), "a.csv.gz": gzip.compress(PLAIN.encode())},
        "a.csv.gz holds the same 10 rows as a.csv, so that every one would count twice",
    ),
    "zeros lost": (
        {"a.csv": PLAIN.replace(";A;", ";007;").encode()},
        r"10 × customer_id: customer is in customers with other zeros in front \(such as 007\). To "
        r"mend the first: format the column as text",
    ),
}


@pytest.mark.parametrize("case", REJECTED)
def test_what_cannot_be_read_is_rejected_with_its_place_and_the_way_out(tmp_path, case):
    files, says = REJECTED[case]
    engagement = world(tmp_path, dialects={"pl": DECLARED})
    give(engagement, "customers", "customer_id,name\nA,Alfa\n7,Beta\n")
    for name, content in files.items():
        give(engagement, "invoice_lines", content, name=name, dialect="pl")
    engagement.inputs["invoice_lines"] = Input(files=list(files), dialect="pl")
    with pytest.raises(DataError, match=f"(?s){says}"):
        read_inputs(engagement, "FY2024")


def test_a_line_without_document_and_day_that_is_no_sum_stays_a_broken_line(tmp_path):
    """Two rows lack both; one equals the ten above it, the other is worth 7,50."""
    total = ";;;;;145,00;;"
    broken = ";;A;P;1;7,50;1,00;invoice"
    content = f"{PLAIN}\n{broken}\n{total.replace('145,00', '157,50')}\n"
    intake = read_spoilt(tmp_path, content, "lines.csv")
    assert set_aside(intake) == [(12, "invoice_id", "missing"), (13, "", TOTAL)]
    assert intake.tables["quarantine"]["amount"].sum() == Decimal("7.50")


def test_rates_of_one_and_returns_without_a_minus_are_taken_as_they_stand_and_named(tmp_path):
    engagement = world(tmp_path, dialects={"pl": DECLARED}, exchange=Exchange(at_most_days_old=30))
    lines = PLAIN.replace("product_id", "currency").replace(";P;", ";EUR;")
    give(engagement, "invoice_lines", lines.replace(";invoice", ";credit_note", 2), dialect="pl")
    give(engagement, "fx_rates", "date,currency,rate\n2024-03-09,EUR,1\n")
    said = {each.rule: each for each in read_inputs(engagement, "FY2024").outcomes}
    assert said["converted"].outcome == said["minus_missing"].outcome == "FLAG"
    assert "The rates of EUR are 1" in said["converted"].said
    assert "2 of 2, worth PLN\xa022" in said["minus_missing"].said
