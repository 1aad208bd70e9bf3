"""A Polish wholesaler's lines, dirty in who buys, in what currency, and how often a line stands there."""

import json
from decimal import Decimal

import pytest
from conftest import REFERENCE

from kamlib.core.errors import DataError
from kamlib.intake import Intake, read_inputs
from kamlib.settings.engagement import load_engagement

FOLDER = REFERENCE / "polish_dirty"
SETTINGS = """
id: dirty
currency: PLN
periods: {{ALL: {{from: 2023-01-01, to: 2024-12-31}}}}
dialects:
  erp: {{encoding: {encoding}, separator: ";", decimal: ",", thousands: " ", date: "%d.%m.%Y"}}
identity: {{by: tax_id}}
inputs:
  invoice_lines:
    files: "${{KAM_REFERENCE_DATA}}/polish_dirty/{file}"
    dialect: erp
    columns:
      invoice_id: Numer faktury
      date: Data sprzedaży
      customer_id: NIP
      name: Nazwa kontrahenta
      product_id: Indeks
      quantity: Ilość
      cost_of_goods_sold: Koszt własny
      currency: Waluta
      {amount}
    document_prefixes: {{FV/: invoice, KOR/: correction}}
    {extra}
"""
AMOUNT = "net_amount: Wartość netto"


@pytest.fixture(scope="module")
def truth() -> dict:
    if not FOLDER.exists():
        pytest.skip(f"reference data are absent: set KAM_REFERENCE_DATA (looked in {FOLDER})")
    return json.loads((FOLDER / "truth.json").read_text())


def read(folder, number, *, amount=AMOUNT, extra="", encoding="cp1250") -> Intake:
    file = next(FOLDER.glob(f"{number}_*")).name
    (folder / "engagement.yaml").write_text(
        SETTINGS.format(file=file, amount=amount, extra=extra, encoding=encoding)
    )
    return read_inputs(load_engagement(folder), "ALL")


def sums(intake: Intake) -> tuple[Decimal, Decimal]:
    """Return net and cost of the lines used and of those set aside together."""
    months, aside = intake.tables["customer_months"], intake.tables["quarantine"]
    net = months["invoice_revenue"].sum() + (aside["amount"].sum() or 0)
    cost = months["cost_of_goods_sold"].sum() + (aside["cost_of_goods_sold"].sum() or 0)
    return round(net, 2), round(cost, 2)


def exact(intake: Intake, truth: dict) -> bool:
    """Tell whether every buyer has the revenue of the truth to the cent, and the cost is whole."""
    months = intake.tables["customer_months"]
    found = months.groupby("customer_id")["invoice_revenue"].sum()
    by_buyer = {who: float(round(amount, 2)) for who, amount in found.items()}
    return (
        by_buyer == truth["by_nip"]
        and months["lines"].sum() == truth["rows"]
        and float(round(months["cost_of_goods_sold"].sum(), 2)) == truth["cost"]
    )


def test_09_nine_spellings_of_a_tax_id_are_nineteen_buyers(tmp_path, truth):
    assert exact(read(tmp_path, "09"), truth)


def test_10_lines_without_a_usable_tax_id_are_unassigned_by_kind_and_nothing_is_lost(
    tmp_path, truth
):
    intake = read(tmp_path, "10")
    aside = intake.tables["quarantine"]

    assert sums(intake) == (Decimal(str(truth["net"])), Decimal(str(truth["cost"])))
    assert len(aside) + intake.tables["customer_months"]["lines"].sum() == truth["rows"]
    assert set(aside["reason"]) == {
        "missing",
        "tax id stands for none",
        "tax id in scientific notation",
        "tax id with a wrong check digit",
        "tax id of a wrong length",
    }
    customers = set(intake.tables["customers"]["customer_id"])
    assert customers == set(truth["by_nip"]) | {"DE811128135"}


def test_11_name_variants_are_one_buyer_with_one_name_and_listed(tmp_path, truth):
    intake = read(tmp_path, "11")
    variants = intake.tables["name_variants"]

    assert exact(intake, truth)
    assert (
        variants["chosen"].sum()
        == truth["customers"]
        == intake.tables["customers"]["name"].nunique()
    )
    assert len(variants) > truth["customers"]


def test_13_forty_rows_twice_are_told_with_their_money_or_set_aside(tmp_path, truth):
    kept = read(tmp_path, "13")
    once = read(tmp_path, "13", extra="identical_rows: quarantine")

    assert kept.tables["customer_months"]["lines"].sum() == truth["rows"] + 40
    said = next(v.said for v in kept.outcomes if v.rule == "identical_rows")
    assert ": 40, worth PLN" in said
    assert exact(once, truth)
    assert len(once.tables["quarantine"]) == 40


def test_14_euros_without_rates_are_rejected_and_with_them_converted(tmp_path, truth):
    with pytest.raises(DataError, match="in other currencies than PLN and have no rate: EUR"):
        read(tmp_path, "14")

    (tmp_path / "fx.csv").write_text("date,currency,rate\n2022-12-31,EUR,1\n")
    rates = "\n  fx_rates: {files: fx.csv}\nexchange: {at_most_days_old: 800}"
    intake = read(tmp_path, "14", extra=rates)
    aside = intake.tables["quarantine"]
    assert sums(intake)[0] == Decimal(str(truth["net"]))  # at a rate of 1 nothing changes
    assert set(aside["column"]) == {"currency"}
    assert set(aside["reason"]) == {"missing"}
    assert exact(read(tmp_path, "14", extra="default_currency: PLN" + rates), truth)


def test_17_without_cost_revenue_is_exact_and_margins_are_refused(tmp_path, truth):
    intake = read(tmp_path, "17")

    assert sums(intake)[0] == Decimal(str(truth["net"]))
    assert next(v.outcome for v in intake.outcomes if v.rule == "cost_of_goods") == "REFUSE"


def test_18_gross_amounts_are_rejected_and_price_less_discount_gives_the_net(tmp_path, truth):
    with pytest.raises(DataError, match="no column 'Wartość netto' for net_amount"):
        read(tmp_path, "18")

    intake = read(tmp_path, "18", amount="unit_price: Cena netto\n      discount: Rabat %")
    net = sums(intake)[0]
    assert abs(net - Decimal(str(truth["net"]))) <= Decimal("0.02")  # they rounded each line
    assert intake.tables["customer_months"]["lines"].sum() == truth["rows"]


def test_21_one_customer_is_accepted(tmp_path, truth):
    intake = read(tmp_path, "21")

    assert intake.tables["customers"]["customer_id"].tolist() == ["9491613394"]
    assert sums(intake)[0] == Decimal(str(truth["by_nip"]["9491613394"]))
    assert all(balance.holds for balance in intake.balances)
