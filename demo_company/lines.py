"""What stands on the documents: invoice lines, returns and price corrections, not yet priced.

A line carries `base`, its list value in grosze before the customer's discount: for a credit note it
is negative, for a price correction it is the corrected amount, though nothing stands at list then.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from demo_company.orders import on_a_weekday
from demo_company.products import unit_prices
from demo_company.scenario import YEARS, stream

INVOICE, CORRECTION, CREDIT_NOTE = "FA", "KOR", "ZW"
BASKET = 14
END = np.datetime64("2025-12-31")


def document_lines(
    orders: pd.DataFrame,
    units: pd.DataFrame,
    products: pd.DataFrame,
    scenario: Mapping[str, Any],
    *,
    seed: int,
) -> pd.DataFrame:
    """Write all lines of all documents, without the customer's discount.

    Returns
    -------
    DataFrame, one row per line in the order of date and document: ``unit``, ``site``, ``order``,
    ``kind`` (FA, KOR, ZW), ``date``, ``product``, ``quantity``, ``list_cents``, ``base``, ``cost``
    (standard, PLN), ``noise`` (of the net price), order attributes, and the document's numbers
    """
    sold = _sold(orders, units, products, scenario["products"], stream(seed, "invoice_lines"))
    sold = _with_invoices(sold, stream(seed, "deliveries in parts"))
    back = _credit_notes(sold, units, stream(seed, "credit_notes"))
    corrected = _corrections(sold, units, stream(seed, "corrections"))
    lines = pd.concat([sold, back, corrected], ignore_index=True)
    return _numbered(lines[lines["date"] <= END])


def _sold(
    orders: pd.DataFrame,
    units: pd.DataFrame,
    products: pd.DataFrame,
    own: Mapping[str, Any],
    rng: np.random.Generator,
) -> pd.DataFrame:
    row = np.repeat(np.arange(len(orders)), orders["lines"])
    order = orders.iloc[row].reset_index(drop=True)
    basket = rng.integers(0, len(products), (len(units), BASKET))
    product = basket[order["unit"], rng.integers(0, BASKET, len(row))]
    weight = np.exp(0.5 * rng.standard_normal(len(row)))
    whole = np.bincount(row, weights=weight, minlength=len(orders))
    value = order["value"].to_numpy() * weight / whole[row]
    prices, costs = unit_prices(products, own["index"])
    year = order["date"].dt.year.to_numpy() - YEARS[0]
    price, now = prices[product, year], prices[product, len(YEARS) - 1]
    quantity = np.maximum(1, np.rint(100 * value / now)).astype(np.int64)
    spread = np.where(order["unit"].map(units["discount_high"]) < 0.02, 0.001, 0.012)
    rush = order["rush"] & ((rng.random(len(row)) < 0.7) | (np.diff(row, prepend=-1) > 0))
    return order[["unit", "site", "date", "channel", "export"]].assign(
        order=row,
        kind=INVOICE,
        product=product,
        quantity=quantity,
        rush=rush,
        list_cents=price * quantity,
        base=(price * quantity).astype(float),
        cost=costs[product, year],
        noise=np.clip(spread * rng.standard_normal(len(row)), -0.04, 0.04),
    )


def _with_invoices(sold: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Deliver a few orders in two parts, the second with an invoice of its own some days later."""
    order = sold["order"].to_numpy()
    n = int(order[-1]) + 1 if len(order) else 0
    in_parts = rng.random(n) < 0.05
    wait = rng.integers(2, 12, n)
    again = np.diff(order, prepend=-1) == 0
    last = again & (np.diff(order, append=n) > 0)
    second = last & in_parts[order]
    date = sold["date"].to_numpy("datetime64[D]") + np.where(second, wait[order], 0)
    date = on_a_weekday(date)
    second &= date <= END
    date = np.where(date <= END, date, sold["date"].to_numpy("datetime64[D]"))
    return sold.assign(date=date, document=2 * order + second, corrects=-1)


def _credit_notes(
    sold: pd.DataFrame, units: pd.DataFrame, rng: np.random.Generator
) -> pd.DataFrame:
    """Take back part of one line of some orders; some of the goods are not fit for sale again."""
    first = sold[sold["order"].diff().fillna(1).ne(0)]
    own = units.iloc[first["unit"]].reset_index(drop=True)
    draws = rng.random((3, len(first)))
    wait = rng.integers(6, 40, len(first))
    chosen = draws[0] < own["notes"].to_numpy()
    lost = (draws[1] < own["scrapped"].to_numpy())[chosen]
    share = (own["returned"].to_numpy() * (0.7 + 0.6 * draws[2]))[chosen]
    rows = first[chosen].reset_index(drop=True)
    back = np.clip(np.rint(share * rows["quantity"]), 1, rows["quantity"]).astype(np.int64)
    price = rows["list_cents"] // rows["quantity"]
    return rows.assign(
        kind=CREDIT_NOTE,
        quantity=-back,
        list_cents=-price * back,
        base=-(price * back).astype(float),
        cost=rows["cost"].where(~lost, 0.0),
        corrects=rows["document"],
        date=_later(rows["date"], wait[chosen]),
        rush=False,
        document=np.arange(len(rows)) + 10**9,
    )


def _corrections(sold: pd.DataFrame, units: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Correct the price of one line of some orders, mostly downwards."""
    first = sold[sold["order"].diff().fillna(1).ne(0)]
    chance = units["corrections"].to_numpy()[first["unit"]]
    u, v = rng.random((2, len(first)))
    wait = rng.integers(4, 35, len(first))
    rows = first[u < chance].reset_index(drop=True)
    v, wait = v[u < chance], wait[u < chance]
    share = np.where(v < 0.8, -0.01 - 0.05 * v, 0.01 + 0.02 * v)
    return rows.assign(
        kind=CORRECTION,
        quantity=0,
        list_cents=0,
        base=share * rows["base"],
        cost=0.0,
        corrects=rows["document"],
        date=_later(rows["date"], wait),
        rush=False,
        document=np.arange(len(rows)) + 2 * 10**9,
    )


def _later(dates: pd.Series, wait: np.ndarray) -> np.ndarray:
    """Return days that come later, moved to a working day."""
    return on_a_weekday(dates.to_numpy("datetime64[D]") + wait)


def _numbered(lines: pd.DataFrame) -> pd.DataFrame:
    """Number documents, lines and orders as an ERP would: by kind and year, in the order of days."""
    lines = lines.sort_values(["date", "document", "product"], kind="stable", ignore_index=True)
    year = lines["date"].dt.year.astype(str)
    heads = lines.drop_duplicates("document")
    heads = heads.assign(year=year)
    serial = heads.groupby(["kind", "year"]).cumcount() + 1
    prefix = heads["kind"].map({INVOICE: "FV", CREDIT_NOTE: "ZW", CORRECTION: "KOR"})
    number = prefix + "/" + heads["year"] + "/" + serial.astype(str).str.zfill(5)
    by_document = pd.Series(number.to_numpy(), index=heads["document"])
    invoiced = lines["kind"] == INVOICE
    order = "Z" + (lines["order"] + 1).astype(str).str.zfill(6)
    return lines.assign(
        invoice_id=by_document.loc[lines["document"]].to_numpy(),
        line_id=lines.groupby("document").cumcount() + 1,
        corrects_invoice_id=by_document.reindex(lines["corrects"]).fillna("").to_numpy(),
        order_id=order.where(invoiced, ""),
    )
