"""Small worlds that several test files stand on: statements, stays, sides and accounts by hand."""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from kamlib.pyramid.bounds import Bounds, certain
from kamlib.settings.engagement import load_engagement


@dataclass
class Term:
    """Time that a condition or each line adds to an event."""

    time: float
    per: str | None = None
    when: dict = field(default_factory=dict)


@dataclass
class Equation:
    """Time of one pool per event."""

    pool: str
    per: str
    base: float
    plus: Sequence[Term] = ()
    driver: str | None = None
    when: dict = field(default_factory=dict)

    @property
    def name(self) -> str:
        return f"{self.pool}, {self.per}"


@dataclass
class Pool:
    """A pool of cost in one period."""

    pool: str
    cost: Decimal
    practical_capacity: float | None = None
    theoretical_capacity: float | None = None
    period: str = "FY2025"
    unit: str = "minute"
    kind: str | None = "people"
    avoidable_share: float | None = None
    hierarchy_level: str = "customer"
    gl_account: str | None = "501"
    step_down_to: dict = field(default_factory=dict)


@dataclass
class Freight:
    """What engagement.yaml says of the freight on invoice lines."""

    gl_account: str | None = None
    avoidable_share: float = 1.0


@dataclass
class CostModel:
    """Pools, times and capital, as engagement.yaml would have them."""

    resources: Sequence = ()
    time_equations: Sequence = ()
    capital: object = None
    stops_at: str = "customer"
    freight: Freight = field(default_factory=Freight)
    unknown_cost_at_most: float = 0.20


END = date(2025, 12, 31)
KAU = 120_000.0
UNKNOWN = None
RANGES = {
    "side_a": (0.0, 1.0),
    "side_b": (0.20, 0.90),
    "benefit_theirs": (0.20, 0.90),
    "relative_strength": (-1.0, 1.0),
    "golden_shot": (0.0, 1.0),
    "p_unprofitable": (0.0, 1.0),
}
# a customer for whom everything holds: level 4, both sides, a door, and two units of profit
IDEAL = {
    "known_years": 5.0,
    "order_days_24m": 48.0,
    "p_return_12m": 0.95,
    "days_late": 0.0,
    "trust": 9.0,
    "orders_per_year": 24.0,
    "benefit_ours": 0.10,
    "side_b": 0.80,
    "p_stay_3y": 0.90,
    "contact_functions": 5.0,
    "joint_hard": 1.0,
    "joint_all": 2.0,
    "side_a": 0.80,
    "relative_strength": 0.10,
    "doors": 1.0,
    "door_vital_few": 1.0,
    "strategic_only": 0.0,
    "door_strategic": 0.0,
    "deal_kau": 0.0,
    "profit_12m": 2 * KAU,
    "potential_kau": 0.50,
    "golden_shot": 0.0,
    "age_months": 60.0,
    "loss_periods": 0.0,
    "p_unprofitable": 0.0,
    "drop_effect": -np.inf,
    "fix_price_change": UNKNOWN,
    "path_cost_to_uplift_2y": UNKNOWN,
    "is_prospect": 0.0,
}
# a firm that does not buy yet, wanted by both sides
WANTED = {
    **IDEAL,
    "is_prospect": 1.0,
    "profit_12m": 0.0,
    "door_vital_few": 0.0,
    "strategic_only": 1.0,
    "known_years": 0.0,
    "order_days_24m": 0.0,
    "orders_per_year": 0.0,
    "age_months": 0.0,
    "p_return_12m": UNKNOWN,
    "benefit_ours": UNKNOWN,
    "days_late": UNKNOWN,
}


@cache
def default_rules():
    """Return an engagement that changes nothing in the default rules."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "engagement.yaml").write_text(
            "currency: PLN\nperiods: {FY2025: {from: 2025-01-01, to: 2025-12-31}}\n"
            "inputs: {invoice_lines: {files: lines.csv}}\n"
        )
        return load_engagement(folder)


def book(profit: dict, *, revenue=None, margin=None, dormant=(), period="FY2025") -> pd.DataFrame:
    """Build the statement of a period from id → customer profit."""
    ids = list(profit)
    earned = [float(value) for value in profit.values()]
    return pd.DataFrame(
        {
            "period": period,
            "customer_id": ids,
            "invoice_revenue": [float(r) for r in revenue or [100.0] * len(ids)],
            "gross_margin": [float(m) for m in margin or earned],
            "customer_profit": earned,
            "active": [name not in dormant for name in ids],
        }
    )


def accounts_of(*accounts: dict, ids=None) -> Bounds:
    """Build the bounds of accounts; a value is known, a pair is an interval, None is unknown."""
    names = list(ids or "ABCDEFGH"[: len(accounts)])
    found = {}
    for quantity in (*IDEAL, "benefit_theirs"):  # which is side B, unless their words are old
        rows = [{"benefit_theirs": (IDEAL | each)["side_b"]} | IDEAL | each for each in accounts]
        ends = [_interval(quantity, row[quantity]) for row in rows]
        low, high = zip(*ends, strict=True)
        found[quantity] = (np.array(low, dtype=float), np.array(high, dtype=float))
    return Bounds(np.array(names, dtype=object), found)


def _interval(quantity: str, value) -> tuple[float, float]:
    if isinstance(value, tuple):
        return value
    if value is UNKNOWN:
        return RANGES.get(quantity, (-np.inf, np.inf))
    low, high = certain([float(value)])
    return low[0], high[0]


def order_days(**days: list) -> pd.DataFrame:
    """Build orders from id → days, one order each."""
    rows = [(customer, pd.Timestamp(day)) for customer, all_ in days.items() for day in all_]
    table = pd.DataFrame(rows, columns=["customer_id", "date"])
    return table.astype({"date": "datetime64[ns]"})


def ours(*rated: tuple) -> pd.DataFrame:
    """Build our current ratings from (party, criterion, rating)."""
    return pd.DataFrame(list(rated), columns=["party_id", "criterion", "rating"])
