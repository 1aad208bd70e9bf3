"""Customers that stand in the master data under two ids, as they do everywhere; and two that only look so.

The company itself knows better: its truth is by customer. Only what is exported has the second id,
so a list of decisions brings the truth back, and a number copied by mistake shows why nothing may be
merged by itself.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd

from demo_company.lines import INVOICE
from demo_company.scenario import stream

DAYS_AT_LEAST = 16  # order days in all, so that both ids have some
WEIGHTS = np.array([6, 5, 7, 2, 3, 4, 5, 6, 7])
WHY = {
    "same_tax_id": "one firm, trades under two names",
    "similar_name": "entered twice by two clerks",
    "re_registered": "became a limited company, all else as before",
}


class Double(NamedTuple):
    """A second id: of which unit, by which sign it can be seen, and whether it is the same firm."""

    sign: str
    unit: int
    customer_id: str
    name: str
    since: pd.Timestamp


class Doubles(NamedTuple):
    """Second ids, and the unit whose tax id was copied from another by mistake."""

    ids: list[Double]
    copied: tuple[int, int] | None


def plant_doubles(units: pd.DataFrame, lines: pd.DataFrame, *, seed: int) -> Doubles:
    """Choose who stands in the master data twice: single sites that order regularly."""
    sold = lines[lines["kind"] == INVOICE]
    order_days = sold.groupby("unit")["date"].agg(["nunique", "max"]).reindex(units.index)
    able = (
        (units["relation"] == "external")
        & (units["sites"] == 1)
        & (order_days["nunique"] >= DAYS_AT_LEAST)
        & (order_days["max"] >= pd.Timestamp("2025-07-01"))
    )
    chosen = stream(seed, "doubles").permutation(np.flatnonzero(able))
    found = [
        Double(sign, int(unit), f"N{place + 1:05d}", *_second(sign, int(unit), units, sold))
        for place, (sign, unit) in enumerate(zip(WHY, chosen, strict=False))
    ]
    rest = chosen[len(WHY) : len(WHY) + 2]
    pair = (int(rest.min()), int(rest.max())) if len(rest) == 2 else None
    return Doubles(found, pair)


def _second(
    sign: str, unit: int, units: pd.DataFrame, sold: pd.DataFrame
) -> tuple[str, pd.Timestamp]:
    """Return the name under the second id, and the day from which it is used."""
    name = str(units["name"].iloc[unit])
    short = name.rsplit(" Sp", 1)[0].rsplit(" S.A", 1)[0].rsplit(" s.c", 1)[0]
    days = np.sort(sold.loc[sold["unit"] == unit, "date"].unique())
    if sign == "same_tax_id":
        return f"Skład Fabryczny nr {unit}", pd.Timestamp(days[0])
    if sign == "similar_name":
        return short.upper(), pd.Timestamp(days[0])
    return f"{short} spółka z ograniczoną odpowiedzialnością", pd.Timestamp(days[-2])


def with_second_ids(lines: pd.DataFrame, doubles: Doubles) -> pd.DataFrame:
    """Return lines as they are exported: some bear the second id of their customer.

    A new registration takes all lines from its day on; other second ids those of odd months.
    """
    site = lines["site_id"].copy()
    for one in doubles.ids:
        mine = lines["unit"] == one.unit
        if one.sign == "re_registered":
            mine &= lines["date"] >= one.since
        else:
            mine &= lines["date"].dt.month % 2 == 1
        site = site.mask(mine, one.customer_id)
    return lines.assign(site_id=site)


def tax_id_of_unit(place: int) -> str:
    """Return a tax id that nobody has, with a right check digit: tax offices begin at 101.

    Examples
    --------
    >>> tax_id_of_unit(0), tax_id_of_unit(7)
    ('0000010004', '0000017006')
    """
    for last in range(10):
        digits = f"{100 * place + 1000 + last:09d}"
        check = int((WEIGHTS * [int(digit) for digit in digits]).sum() % 11)
        if check < 10:
            return f"{digits}{check}"
    raise AssertionError("one of ten numbers in a row has a check digit")


def decisions(doubles: Doubles, units: pd.DataFrame) -> pd.DataFrame:
    """Return what people have decided: ``customer_id, keep_as, decided_by, why``."""
    rows = [
        (one.customer_id, units["customer_id"].iloc[one.unit], "controller", WHY[one.sign])
        for one in doubles.ids
    ]
    return pd.DataFrame(rows, columns=["customer_id", "keep_as", "decided_by", "why"])


def true_identity(doubles: Doubles, units: pd.DataFrame) -> pd.DataFrame:
    """Return which pairs are one customer: ``customer_id, keep_as, sign, same, decided``."""
    ids = units["customer_id"]
    rows = [(one.customer_id, ids.iloc[one.unit], one.sign, 1, 1) for one in doubles.ids]
    if doubles.copied:
        first, second = doubles.copied
        rows.append((ids.iloc[second], ids.iloc[first], "copied_tax_id", 0, 0))
    return pd.DataFrame(rows, columns=["customer_id", "keep_as", "sign", "same", "decided"])
