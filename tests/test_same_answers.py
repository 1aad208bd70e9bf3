"""What must not matter: the order of lines, the names of customers, the currency's size."""

import gzip
import re
import shutil
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from fastpath import run_stages, table

from demo_company import write_demo


@pytest.fixture(scope="module")
def company(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("company") / "small"
    write_demo(folder, customers=60, seed=7)
    return folder


@pytest.fixture(scope="module")
def answer(company, tmp_path_factory) -> Path:
    return run_stages(company, "FY2025", tmp_path_factory.mktemp("answer"))


def rewritten(company: Path, to: Path, change) -> Path:
    """Copy an engagement, each input file's text passed through `change(name, lines)`."""
    shutil.copytree(company, to, ignore=shutil.ignore_patterns("reference", "stages", "truth"))
    for path in sorted((to / "input").iterdir()):
        read = gzip.open if path.suffix == ".gz" else open
        with read(path, "rt", encoding="utf-8", newline="") as file:
            head, *lines = file.read().splitlines()
        with read(path, "wt", encoding="utf-8", newline="") as file:
            file.write("\n".join([head, *change(path.name, lines)]) + "\n")
    return to


def accounts(stages: Path) -> pd.DataFrame:
    names = [
        "customer_profit",
        "side_a_low",
        "side_b_high",
        "confirmed_level",
        "possible_level",
        "verdict",
    ]
    return table(stages, "key_accounts").set_index("party_id")[names].sort_index()


@pytest.mark.soak  # without ids in them, tables of two runs are compared as bytes below as well
def test_two_runs_give_the_same_bytes(company, answer, tmp_path):
    again = run_stages(company, "FY2025", tmp_path)

    for path in sorted(answer.glob("*.parquet")):
        assert (again / path.name).read_bytes() == path.read_bytes(), path.name


def wherever(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a table of rows set aside without their places; any other one as it is."""
    if "row" not in frame:
        return frame
    rest = frame.drop(columns="row")
    return rest.sort_values(list(rest.columns), ignore_index=True)


def test_neither_the_order_of_lines_nor_the_ids_of_customers_change_a_value_anywhere(
    company, answer, tmp_path
):
    """Every line is in the place of another and K00001 is J00001, which sorts as before."""
    customer = re.compile(r"\bK(\d{5})\b")

    def turned(_name, lines):
        return [customer.sub(r"J\1", line) for line in lines[::-1]]

    moved = rewritten(company, tmp_path / "small", turned)
    settings = moved / "engagement.yaml"
    settings.write_text(
        customer.sub(r"J\1", settings.read_text(encoding="utf-8")), encoding="utf-8"
    )

    other = run_stages(moved, "FY2025", tmp_path / "stages")

    assert len(list(answer.glob("*.parquet"))) == len(list(other.glob("*.parquet"))) > 40
    for path in sorted(answer.glob("*.parquet")):
        mine, theirs = table(answer, path.stem), table(other, path.stem)
        back = theirs.replace(r"\bJ(\d{5})\b", r"K\1", regex=True)
        if back.equals(theirs) and "row" not in mine:
            assert (other / path.name).read_bytes() == path.read_bytes(), path.name
        pd.testing.assert_frame_equal(
            wherever(back), wherever(mine), check_exact=True, check_dtype=False
        )


MONEY = {"Wartość katalogowa", "Wartość netto", "Koszt własny", "amount", "average_balance"}


def doubled(text: str) -> str:
    """Return a decimal-comma amount twice as large; what is no number stays as it is."""
    plain = text.replace(" ", "").replace(",", ".")
    if not re.fullmatch(r"-?\d+(\.\d+)?", plain):
        return text
    places = len(plain.partition(".")[2])
    return f"{2 * Decimal(plain):.{places}f}".replace(".", ",")


def test_twice_the_money_and_twice_the_key_account_unit_give_the_same_verdicts(
    company, answer, tmp_path
):
    heads = {}

    def twice(name, lines):
        head = heads[name]
        at = [i for i, column in enumerate(head) if column in MONEY]
        rows = [line.split(";") for line in lines]
        return [";".join(doubled(c) if i in at else c for i, c in enumerate(row)) for row in rows]

    for path in (company / "input").iterdir():
        read = gzip.open if path.suffix == ".gz" else open
        with read(path, "rt", encoding="utf-8") as file:
            heads[path.name] = file.readline().strip().split(";")
    large = rewritten(company, tmp_path / "small", twice)
    settings = (large / "engagement.yaml").read_text(encoding="utf-8")
    settings = re.sub(
        r"(\b(?:cost|amount): )(-?[\d.]+)", lambda m: m[1] + str(2 * Decimal(m[2])), settings
    )
    (large / "engagement.yaml").write_text(settings, encoding="utf-8")

    stages = run_stages(large, "FY2025", tmp_path / "stages")

    mine, theirs = accounts(answer), accounts(stages)
    assert theirs["verdict"].tolist() == mine["verdict"].tolist()
    pd.testing.assert_series_equal(theirs["confirmed_level"], mine["confirmed_level"])
    rounded = [
        "list_revenue",
        "invoice_revenue",
        "off_invoice",
        "cost_of_goods_sold",
        "capital_charge",
    ]
    key = ["period", "customer_id"]
    small, big = (table(s, "profitability").set_index(key)[rounded] for s in (answer, stages))
    assert (big / 2 - small).abs().max().max() <= 0.0101  # a cent a customer and rounded line
    key = [*key, "activity"]
    small, big = (table(s, "cost_to_serve").set_index(key)["cost"] for s in (answer, stages))
    assert (big / 2 - small).abs().max() <= 0.0101


SITES = ("", "X", "Y")
DEALT = {
    "assets",
    "off_invoice",
    "strategic",
    "ratings_ours",
    "ratings_theirs",
    "evidence",
    "contacts",
}
TOLD_BY_SITE = {  # how many rows, which of them, and whose number it is
    "customers",
    "customer_ids",
    "parties",
    "identity_pairs",
    "coverage",
    "quarantine",
    "ledger_data_prep",
    "outcomes_data_prep",
}


def parts_of(number: str) -> list[str]:
    """Split an amount with decimal comma in three that add up to it."""
    whole = Decimal(number.replace(" ", "").replace(",", "."))
    third = (whole / 3).quantize(Decimal(1).scaleb(whole.as_tuple().exponent))
    return [str(part).replace(".", ",") for part in (whole - 2 * third, third, third)]


def in_three_sites(name: str, lines: list[str], firms: set[str]) -> list[str]:
    """Split each firm in three: what is counted is divided, all else is dealt to the sites in turn."""
    table, rows = name.split(".")[0], [line.split(";") for line in lines]
    who = {"customers": 0, "drivers": 1, "receivables": 0, **dict.fromkeys(DEALT, 0)}.get(table, 3)
    if not table.startswith("sales") and table not in {
        "customers",
        "drivers",
        "receivables",
        *DEALT,
    }:
        return lines
    found = []
    for place, row in enumerate(rows):
        firm = row[who]
        if firm not in firms:
            found.append(row)
        elif table == "customers":  # a site without a recorded start would leave open who is new
            found += [
                row,
                *(
                    [firm + site, f"{row[1]} {site}", "", firm, "", "", "", row[7]]
                    + [""] * (len(row) - 8)
                    for site in "XY"
                ),
            ]
        elif table in ("drivers", "receivables"):
            at = 3 if table == "drivers" else 2
            divided = zip(SITES, parts_of(row[at]) if row[at] else [""] * 3, strict=True)
            split = [
                [*row[:who], firm + site, *row[who + 1 : at], part, *row[at + 1 :]]
                for site, part in divided
            ]
            found += split
        else:
            found.append([*row[:who], firm + SITES[place % 3], *row[who + 1 :]])
    return [";".join(row) for row in found]


INTAKE = {"customer_months", "customer_products", "orders", "receivables"}
STAGES = {
    "profitability",
    "loss_treatment",
    "segmentation",
    "attractiveness",
    "key_accounts",
    "golden_shots",
    "gl_accounts",
}


@pytest.mark.parametrize(
    ("until", "tables"),
    [
        ("data_prep", INTAKE),
        pytest.param("pyramid", INTAKE | STAGES, marks=pytest.mark.soak),
    ],
)
def test_customers_split_into_three_sites_and_rolled_up_get_the_same_answers(
    company, answer, tmp_path, until, tables
):
    given = (company / "input" / "customers.csv").read_text(encoding="utf-8").splitlines()
    firms = {line.split(";")[0] for line in given[1:]} - {"K99001", "K99999"}

    split = rewritten(
        company, tmp_path / "small", lambda name, lines: in_three_sites(name, lines, firms)
    )
    stages = run_stages(split, "FY2025", tmp_path / "stages", until=until)

    ids = table(stages, "customer_ids")
    assert (ids["counted_as"] == "site").sum() >= 2 * len(firms) - 20
    compared = {path.stem for path in stages.glob("*.parquet")} - TOLD_BY_SITE
    assert tables <= compared
    for name in {"customers", "parties"} & compared:
        one, other = (table(each, name).drop(columns="sites") for each in (answer, stages))
        pd.testing.assert_frame_equal(one, other)
    for name in sorted(compared - {"receivables"}):
        one, other = (table(each, name) for each in (answer, stages))
        pd.testing.assert_frame_equal(one, other, rtol=1e-9, obj=name)
