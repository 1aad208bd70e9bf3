"""The input tables in the client's words: names of columns, dates, decimal commas, broken rows."""

from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from demo_company.doubles import Doubles, tax_id_of_unit
from demo_company.engagement import CUSTOMERS, LINES, PRODUCTS
from demo_company.firms import customer_sites
from demo_company.ledger import FREIGHT, NO_SUCH_DAY, NOBODY, UNREADABLE
from demo_company.names import NORTH, SEGMENTS_PL
from demo_company.writing import days, numbers

CONTRACT_STARTS = np.datetime64("2024-01-01")


def line_file(lines: pd.DataFrame, products: pd.DataFrame, broken: pd.DataFrame) -> pd.DataFrame:
    """Return the invoice lines of one year as the ERP exports them, broken rows among them."""
    table = pd.DataFrame(
        {
            "invoice_id": lines["invoice_id"],
            "line_id": lines["line_id"],
            "date": days(lines["date"]),
            "customer_id": lines["site_id"],
            "product_id": products["product_id"].to_numpy()[lines["product"]],
            "quantity": lines["quantity"],
            "list_price": numbers(lines["list_cents"] / 100, places=2),
            "net_amount": numbers(lines["net_cents"] / 100, places=2),
            "cost_of_goods_sold": numbers(lines["goods_e4"] / 10_000, places=4),
            "document_type": lines["kind"],
            "corrects_invoice_id": lines["corrects_invoice_id"],
            "order_id": lines["order_id"],
            "order_channel": lines["channel"],
            "rush": lines["rush"].astype(int),
            "export": lines["export"].astype(int),
            "warehouse": lines["warehouse"],
        }
    )
    wrong = _broken_texts(broken)
    places = np.linspace(0, len(table), len(wrong) + 2).astype(int)[1:-1]
    key = np.concatenate([np.arange(len(table)), places - 0.5])
    whole = pd.concat([table, wrong], ignore_index=True)
    whole = whole.iloc[np.argsort(key, kind="stable")].reset_index(drop=True)
    return whole.rename(columns=LINES)


def _broken_texts(broken: pd.DataFrame) -> pd.DataFrame:
    """Write the broken rows, each with its fault."""
    amount = numbers(broken["net_cents"] / 100, places=2)
    fault = broken["fault"]
    who = broken["customer_id"].mask(fault == "no customer", "")
    bad_day = NO_SUCH_DAY + broken["year"].astype(str)
    return pd.DataFrame(
        {
            "invoice_id": broken["invoice_id"],
            "line_id": 1,
            "date": days(broken["date"]).mask(fault == "no such day", bad_day),
            "customer_id": who.mask(fault == "unknown customer", NOBODY),
            "product_id": FREIGHT,
            "quantity": 1,
            "list_price": amount,
            "net_amount": np.where(fault == "amount not readable", UNREADABLE, amount),
            "cost_of_goods_sold": "0,0000",
            "document_type": "FA",
            "corrects_invoice_id": "",
            "order_id": broken["order_id"],
            "order_channel": "mail",
            "rush": 0,
            "export": 0,
            "warehouse": NORTH,
        }
    )


def customer_file(units: pd.DataFrame, doubles: Doubles) -> pd.DataFrame:
    """Return one row per site; a group's own row has no group, its other sites name it."""
    sites = customer_sites(units)
    own = units.iloc[sites["unit"]].reset_index(drop=True)
    head = sites["number"] == 0
    known, growing = own["attributes_known"] & head, own["growth_known"] & head
    start = CONTRACT_STARTS + np.zeros(len(own), dtype="timedelta64[D]")
    end = own["contract_years"].map(_contract_end)
    since = pd.to_datetime(own["first_day"]) - pd.to_timedelta(own["years_before"] * 365, unit="D")
    table = pd.DataFrame(
        {
            "customer_id": sites["site_id"],
            "name": own["name"].where(
                head, own["name"] + " – oddział " + (sites["number"] + 1).astype(str)
            ),
            "tax_id": [tax_id_of_unit(unit) for unit in _whose_number(sites["unit"], doubles)],
            "parent_id": sites["customer_id"].mask(head, ""),
            "account_manager": own["account_manager"],
            "industry_segment": own["industry_segment"].map(SEGMENTS_PL),
            "region": own["region"],
            "since": days(since),
            "employees": own["employees"].astype(str).where(known, ""),
            "annual_revenue": pd.Series(numbers(own["annual_revenue"], places=2)).where(known, ""),
            "own_growth": pd.Series(numbers(own["own_growth"], places=1)).where(growing, ""),
            "contract_start": days(pd.Series(start)).where(own["has_contract"], ""),
            "contract_end": days(pd.to_datetime(end)).where(own["has_contract"], ""),
        }
    )
    whole = pd.concat([table, *_second_rows(table, units, doubles)], ignore_index=True)
    return whole.sort_values("customer_id", ignore_index=True).rename(columns=CUSTOMERS)


def _whose_number(unit: pd.Series, doubles: Doubles) -> list[int]:
    """Return whose tax id each site bears; one was copied by mistake."""
    copied = dict([doubles.copied[::-1]]) if doubles.copied else {}
    return [copied.get(each, each) for each in unit]


def _second_rows(
    table: pd.DataFrame, units: pd.DataFrame, doubles: Doubles
) -> Iterator[pd.DataFrame]:
    """Yield the rows of second ids: like the first one, with another name and no history."""
    for one in doubles.ids:
        row = table[table["customer_id"] == units["customer_id"].iloc[one.unit]]
        empty = dict.fromkeys(
            ("employees", "annual_revenue", "own_growth", "contract_start", "contract_end"), ""
        )
        number = row["tax_id"] if one.sign != "similar_name" else ""
        yield row.assign(
            customer_id=one.customer_id,
            name=one.name,
            tax_id=number,
            since=f"{one.since:%d.%m.%Y}",
            **empty,
        )


def _contract_end(years: int) -> str:
    """Return the last day of a contract: soon, in two years, or beyond three."""
    return {1: "2026-06-30", 2: "2027-12-31"}.get(int(years), "2029-12-31")


def product_file(products: pd.DataFrame) -> pd.DataFrame:
    """Return the catalogue, freight surcharges included."""
    freight = pd.DataFrame(
        {"product_id": [FREIGHT], "name": ["Dopłata transportowa"], "product_group": ["freight"]}
    )
    rows = pd.concat([products[list(PRODUCTS)], freight], ignore_index=True)
    return rows.rename(columns=PRODUCTS)


def prospect_file(firms: pd.DataFrame) -> pd.DataFrame:
    """Return what is known of firms that do not buy yet."""
    growth = pd.Series(numbers(firms["own_growth"], places=1)).where(firms["growth_known"], "")
    return firms[
        ["prospect_id", "name", "account_manager", "industry_segment", "region", "employees"]
    ].assign(annual_revenue=numbers(firms["annual_revenue"], places=2), own_growth=growth)


def text_table(
    table: pd.DataFrame, *, places: Mapping[str, int], broken: Mapping[str, object] | None = None
) -> pd.DataFrame:
    """Write a table with our own names of columns in the client's dialect.

    Parameters
    ----------
    places : digits after the comma by column; other numbers are whole
    broken : what a broken row at the end says otherwise than the last row, by column
    """
    written: dict[str, pd.Series] = {}
    for name in table.columns:
        column = table[name]
        if name in places:
            gaps = column.isna()
            written[name] = pd.Series(numbers(column.fillna(0), places=places[name])).mask(
                gaps.reset_index(drop=True), ""
            )
        elif pd.api.types.is_datetime64_any_dtype(column):
            written[name] = days(column)
        else:
            written[name] = column.reset_index(drop=True)
    whole = pd.DataFrame(written)
    if not broken or whole.empty:
        return whole
    last = pd.DataFrame([whole.iloc[-1].to_dict() | dict(broken)])
    return pd.concat([whole.astype(object), last.astype(object)], ignore_index=True)
