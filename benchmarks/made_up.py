"""Stage tables of any size, made up by numpy: shaped like a wholesaler's, and without a truth."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa

import kamlib as kam

SEGMENTS = np.array(["food", "drinks", "furniture", "chemicals"])
CRITERIA = np.array(["delivery", "quality", "service", "price"])
FUNCTIONS = np.array(["purchasing", "logistics", "quality", "finance"])
MONEY = pd.ArrowDtype(pa.decimal128(38, 6))
MONEY_OF_SALES = [
    "list_revenue",
    "invoice_revenue",
    "cost_of_goods_sold",
    "returned_list_revenue",
    "returned_revenue",
    "returned_cost",
]
FIRST = np.datetime64("2022-01-01")
DAYS = 1461  # four years
PERIOD_OF = {2024: "FY2024", 2025: "FY2025"}


def made_up_engagement(demo: Path, folder: Path, *, draws: int) -> kam.Engagement:
    """Give the settings of the demo company a folder of their own, with another number of draws."""
    folder.mkdir(parents=True, exist_ok=True)
    written = (demo / "engagement.yaml").read_text(encoding="utf-8")
    told, count = re.subn(r"draws: \d+", f"draws: {draws}", written)
    assert count == 1
    (folder / "engagement.yaml").write_text(told, encoding="utf-8")
    return kam.load_engagement(folder)


def made_up_tables(n: int, own: kam.Engagement) -> dict[str, pd.DataFrame]:
    """Return the hand-over tables of `n` external customers: orders, money, ratings, evidence."""
    rng = np.random.default_rng(n)
    ids = np.array([f"K{i:07d}" for i in range(n)], dtype=object)
    orders = _orders(ids, rng)
    months = _months(orders, rng)
    return {
        "customers": _customers(ids, rng),
        "orders": orders,
        "customer_months": months,
        "customer_ids": pd.DataFrame({"id_in_input": _texts(ids), "customer_id": _texts(ids)}),
        "customer_products": _products(months, rng),
        "timing": _timing(months),
        "corrections": _corrections(orders),
        "drivers": _drivers(ids, rng),
        "receivables": _receivables(months, rng),
        "off_invoice": _off_invoice(ids, rng),
        "ratings_ours": _ours(ids, own, rng),
        "ratings_theirs": _theirs(ids, rng),
        "contacts": _contacts(ids, rng),
        "evidence": _evidence(ids, rng),
    }


def _texts(values: object) -> pd.Series:
    return pd.Series(values, dtype="str")


def _money(values: np.ndarray) -> pd.Series:
    return pd.Series(np.round(values, 2)).astype("string[pyarrow]").astype(MONEY)


def _days(rng: np.random.Generator, n: int) -> np.ndarray:
    return (FIRST + rng.integers(0, DAYS, n)).astype("datetime64[us]")


def _customers(ids: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    n = len(ids)
    ends = np.where(rng.random(n) < 0.1, np.datetime64("2029-12-31"), np.datetime64("NaT"))
    return pd.DataFrame(
        {
            "customer_id": _texts(ids),
            "name": _texts([f"Firm {name}" for name in ids]),
            "relation": _texts(["external"] * n),
            "account_manager": _texts(["AM North"] * n),
            "industry_segment": _texts(SEGMENTS[rng.integers(0, len(SEGMENTS), n)]),
            "own_growth": rng.normal(2, 3, n),
            "contract_end": ends.astype("datetime64[us]"),
        }
    )


def _orders(ids: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    count = 1 + np.minimum(rng.geometric(0.12, len(ids)), 30)
    who = np.repeat(np.arange(len(ids)), count)
    n = len(who)
    date_ = _days(rng, n)
    year, lines = pd.Series(date_).dt.year, rng.integers(1, 9, n)
    return pd.DataFrame(
        {
            "order_id": _texts([f"Z{i:08d}" for i in range(n)]),
            "customer_id": _texts(ids[who]),
            "date": date_,
            "period": year.map(PERIOD_OF).astype("str"),
            "lines": lines,
            "document_lines": lines,
            "order_value": _money(np.exp(rng.normal(7, 1, n))),
            "rush": rng.random(n) < 0.1,
            "export": rng.random(n) < 0.1,
            "order_channel": _texts(np.array(["edi", "phone"])[rng.integers(0, 2, n)]),
            "warehouse": _texts(np.array(["north", "south"])[rng.integers(0, 2, n)]),
            "customer_is_new": rng.random(n) < 0.1,
            "first_order": False,
        }
    )


def _months(orders: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    month = orders["date"].dt.to_period("M").dt.to_timestamp().astype("datetime64[us]")
    table = orders[["customer_id", "period"]].assign(month=month)
    table = table.drop_duplicates(["customer_id", "month"], ignore_index=True)
    n = len(table)
    listed = np.exp(rng.normal(8, 1.2, n))
    paid = listed * rng.uniform(0.7, 1.0, n)
    cost = paid * rng.uniform(0.6, 0.95, n)
    back = -0.1 * (rng.random(n) < 0.05)  # a tenth of some months comes back
    return table.assign(
        list_revenue=_money(listed),
        invoice_revenue=_money(paid),
        cost_of_goods_sold=_money(cost),
        returned_list_revenue=_money(back * listed),
        returned_revenue=_money(back * paid),
        returned_cost=_money(back * cost),
        lines=3,
    )


def _products(months: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Split what was bought in each period of the engagement over two of eight products."""
    rows = months[months["period"].isin(PERIOD_OF.values())]
    sums = rows[["period", "customer_id"]].assign(
        **{name: rows[name].astype("float64") for name in MONEY_OF_SALES}
    )
    sums = sums.groupby(["period", "customer_id"], as_index=False)[MONEY_OF_SALES].sum()
    first = rng.uniform(0.2, 0.8, len(sums))
    halves = [
        sums[["period", "customer_id"]].assign(
            product_id=np.char.add("P", rng.integers(start, start + 4, len(sums)).astype(str)),
            quantity=rng.integers(1, 500, len(sums)).astype(float),
            **{name: _money((sums[name] * share).to_numpy()) for name in MONEY_OF_SALES},
        )
        for start, share in ((0, first), (4, 1 - first))
    ]
    return pd.concat(halves, ignore_index=True).astype({"product_id": "str"})


def _timing(months: pd.DataFrame) -> pd.DataFrame:
    """Return what came back in one period of sales of the one before."""
    back = months[months["period"].eq("FY2025") & months["month"].dt.month.eq(1)]
    columns = ["period", "customer_id", *MONEY_OF_SALES]
    return back[columns].reset_index(drop=True).assign(earned_period=_texts(["FY2024"] * len(back)))


def _corrections(orders: pd.DataFrame) -> pd.DataFrame:
    some = orders[::20].reset_index(drop=True)
    return pd.DataFrame(
        {
            "invoice_id": some["order_id"],
            "customer_id": some["customer_id"],
            "date": some["date"],
            "period": some["period"],
            "document_type": _texts(["credit_note"] * len(some)),
            "lines": 1,
        }
    )


def _drivers(ids: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    grid = pd.MultiIndex.from_product(
        [PERIOD_OF.values(), ids, ["deliveries", "visits"]],
        names=["period", "customer_id", "driver"],
    )
    table = grid.to_frame(index=False).astype("str")
    return table.assign(volume=rng.integers(1, 20, len(table)).astype(float))


def _receivables(months: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    table = months.loc[months["period"].isin(PERIOD_OF.values()), ["customer_id", "month"]]
    n = len(table)
    return table.reset_index(drop=True).assign(
        days_to_pay=rng.integers(20, 60, n).astype(float),
        days_beyond_terms=rng.integers(0, 20, n).astype(float),
        includes_vat=True,
    )


def _off_invoice(ids: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    some = ids[::2]
    nat = np.full(len(some), np.datetime64("NaT"), dtype="datetime64[us]")
    day = np.full(len(some), np.datetime64("2025-12-20"), dtype="datetime64[us]")
    return pd.DataFrame(
        {
            "customer_id": _texts(some),
            "date": day,
            "kind": _texts(["annual_bonus"] * len(some)),
            "amount": _money(rng.uniform(50, 500, len(some))),
            "earned_from": nat,
            "earned_to": nat,
            "status": _texts(["settled"] * len(some)),
            "period": _texts(["FY2025"] * len(some)),
        }
    )


def _rated(ids: np.ndarray, names: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    grid = pd.MultiIndex.from_product([ids, names], names=["party_id", "criterion"])
    table = grid.to_frame(index=False).astype("str")
    n = len(table)
    return table.assign(
        rating=rng.integers(0, 21, n) / 2,
        rater="account manager",
        date=np.full(n, np.datetime64("2025-06-01"), dtype="datetime64[us]"),
    )[rng.random(n) < 0.8].reset_index(drop=True)


def _ours(ids: np.ndarray, own: kam.Engagement, rng: np.random.Generator) -> pd.DataFrame:
    return _rated(ids, np.array(list(own.side_a.criteria)), rng).assign(source="our_guess")


def _theirs(ids: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    asked = ids[rng.random(len(ids)) < 0.7]
    us = _rated(asked, np.append(CRITERIA, "trust"), rng)
    us = us.assign(
        supplier="us", weight=us["criterion"].map({n: 1.0 + i for i, n in enumerate(CRITERIA)})
    )
    rival = us[us["criterion"] != "trust"]
    rival = rival.assign(supplier="Rival", rating=(rival["rating"] - 1).clip(0, 10))
    return pd.concat([us, rival], ignore_index=True).assign(source="their_words")


def _contacts(ids: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    who = np.repeat(ids, 3)
    return pd.DataFrame(
        {
            "party_id": _texts(who),
            "date": _days(rng, len(who)),
            "their_function": _texts(FUNCTIONS[rng.integers(0, len(FUNCTIONS), len(who))]),
        }
    )


def _evidence(ids: np.ndarray, rng: np.random.Generator) -> pd.DataFrame:
    some = ids[::5]
    codes = np.array(["joint_product_team", "shared_forecast"])
    return pd.DataFrame(
        {
            "party_id": _texts(some),
            "code": _texts(codes[rng.integers(0, 2, len(some))]),
            "date": _days(rng, len(some)),
            "until": np.full(len(some), np.datetime64("NaT"), dtype="datetime64[us]"),
        }
    )
