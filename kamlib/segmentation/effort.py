"""Equal treatment: who gets our people, our material and our money, beside what they bring.

Effort lowers the very profit that customers are ranked by, so that ranking by final profit hides what
is spent on those who earn. Each kind is therefore looked at twice: along profit before that effort, and
along final profit. Only where both agree anything is said of it.

Sources
-------
Kakwani, Wagstaff and van Doorslaer (1997) for the concentration index along another variable.
"""

from collections.abc import Iterable

import numpy as np
import pandas as pd

from kamlib.core.language import _, number
from kamlib.core.outcomes import FLAG, PASS, REFUSE, Outcome, outcome_of
from kamlib.core.rules import FEW_CUSTOMERS
from kamlib.numerics.concentration import concentration_along

KINDS = ("people", "material", "money")
MONEY = ("on_invoice_discounts", "off_invoice", "capital_charge")
LEANS = 0.10  # index from which effort leans to one end; a judgement
MINUTES = {
    "minute": 60.0,
    "hour": 1.0,
}  # units of a pool that count people's time → how many an hour
PURPOSES = ("win", "keep", "develop")
MOST_MOVES = 5
LIKELY = 0.5  # chance of return from which hours are spent on a customer
LEAST_HOURS = 8.0  # a working day; less is no move


MOVES = ["from_customer", "to_customer", "hours", "avoidable_money"]


def customer_effort(
    statement: pd.DataFrame, cost_to_serve: pd.DataFrame | None, pools: pd.DataFrame | None
) -> pd.DataFrame:
    """Add up what each external active customer gets of each kind.

    Parameters
    ----------
    statement : DataFrame of one period, with customer_profit or gross_margin
    cost_to_serve, pools : DataFrames of that period; None: the work is not known, only money is

    Returns
    -------
    DataFrame ``customer_id, profit, money`` and, where the work is known, ``people, material`` (money)
    ``hours`` (of people, where pools count time) and ``hour_worth`` (avoidable money an hour)
    """
    active = statement[statement["active"] & (statement["relation"] == "external")]
    measure = "customer_profit" if active["customer_profit"].notna().any() else "gross_margin"
    known = active[active[measure].notna()].set_index("customer_id")
    spent = known.reindex(columns=list(MONEY)).astype(float).fillna(0.0).sum(axis="columns")
    effort = pd.DataFrame({"profit": known[measure].astype(float), "money": spent})
    if cost_to_serve is None or pools is None:
        return effort.reset_index()
    pool = pools.set_index("pool")[["kind", "unit", "avoidable_share"]]
    served = cost_to_serve[["customer_id", "pool", "cost", "used"]].join(pool, on="pool")
    cost = served["cost"].astype(float)
    timed = served["unit"].map(MINUTES).astype(float).where(served["kind"] == "people")
    served = served.assign(
        cost=cost,
        hours=(served["used"].astype(float) / timed).fillna(0.0),
        worth=(cost * served["avoidable_share"].astype(float)).where(timed.notna()).fillna(0.0),
    )
    kinds = served.pivot_table(index="customer_id", columns="kind", values="cost", aggfunc="sum")
    kinds = kinds.reindex(effort.index).reindex(columns=list(KINDS)).fillna(0.0)
    times = (
        served.groupby("customer_id")[["hours", "worth"]].sum().reindex(effort.index).fillna(0.0)
    )
    return effort.assign(
        people=kinds["people"],
        material=kinds["material"],
        money=effort["money"] + kinds["money"],
        hours=times["hours"],
        hour_worth=(times["worth"] / times["hours"].where(times["hours"] > 0)).fillna(0.0),
    ).reset_index()


def effort_audit(effort: pd.DataFrame, classes: pd.Series) -> pd.DataFrame:
    """Say of each kind of effort how it is spread, and what each class gets of it beside what it brings.

    Parameters
    ----------
    effort : DataFrame of `customer_effort`
    classes : Series by customer_id: vital_few, useful_many, loss_making

    Returns
    -------
    DataFrame, one row per kind and one of what customers bring: ``kind, amount`` (money),
    ``index_before, index_final`` (concentration, -1 to 1: 0 leans to neither end, which is not yet the
    same for everybody: both ends may get much and the middle little), ``proportional`` (the index of
    effort in proportion to the profit of those who earn), ``spread`` (neither, to_earners, to_losers,
    open), ``vital_few, useful_many, loss_making`` (shares of the amount)
    """
    own = effort.set_index("customer_id")
    earned = own["profit"].clip(lower=0)
    of_class = classes.reindex(own.index)
    rows = [
        {"kind": kind, **_spread(own[kind], own["profit"])} | _shares(own[kind], of_class)
        for kind in KINDS
        if kind in own and own[kind].sum() > 0
    ]
    brings = {"kind": "brings", "amount": earned.sum()} | _shares(earned, of_class)
    reference = concentration_along(earned, own["profit"])
    return pd.DataFrame([*rows, brings]).assign(proportional=reference)


def effort_of(
    period: str,
    statement: pd.DataFrame,
    cost_to_serve: pd.DataFrame | None,
    pools: pd.DataFrame | None,
) -> pd.DataFrame:
    """Return what each customer gets in one of the periods, by `customer_effort`."""
    own = statement[statement["period"] == period]
    served, mine = (
        None if table is None else table[table["period"] == period]
        for table in (cost_to_serve, pools)
    )
    return customer_effort(own, served, mine)


def audit_of_periods(
    segments: pd.DataFrame,
    statement: pd.DataFrame,
    cost_to_serve: pd.DataFrame | None,
    pools: pd.DataFrame | None,
) -> pd.DataFrame:
    """Audit each period of which it can be said who gets what: ``period`` and as `effort_audit`.

    `segments` holds the classes of all periods.
    """
    parts = []
    for period, classes in segments.groupby("period"):
        got = effort_of(str(period), statement, cost_to_serve, pools)
        if effort_outcome(got).outcome != REFUSE:
            of_class = classes.set_index("customer_id")["profit_class"]
            parts.append(effort_audit(got, of_class).assign(period=period))
    return pd.concat(parts, ignore_index=True)


def noted_effort(
    noted: pd.DataFrame | None, prospects: Iterable[str], *, period: str
) -> pd.DataFrame:
    """Say of the effort that people noted what goes to prospects, and what it is for.

    Parameters
    ----------
    noted : the input table ``effort``
    prospects : ids of those who do not buy yet

    Returns
    -------
    DataFrame ``kind, quantity, to_prospects, win, keep, develop``, one row per kind: hours of people,
    else money, and shares of it; nothing noted, no rows
    """
    columns = ["kind", "quantity", "to_prospects", *PURPOSES]
    if noted is None:
        return pd.DataFrame(columns=columns)
    mine = noted[(noted["period"] == period) & (noted["quantity"] > 0)]
    parts = {name: mine["purpose"] == name for name in PURPOSES} if "purpose" in mine else {}
    parts["to_prospects"] = mine["party_id"].isin(list(prospects))
    shown = pd.DataFrame({name: mine["quantity"].where(rows, 0.0) for name, rows in parts.items()})
    sums = shown.assign(kind=mine["kind"], quantity=mine["quantity"]).groupby("kind").sum()
    shares = sums.drop(columns="quantity").div(sums["quantity"], axis="index")
    return sums[["quantity"]].join(shares).reset_index().reindex(columns=columns)


def _spread(spent: pd.Series, profit: pd.Series) -> dict[str, object]:
    before = concentration_along(spent.clip(lower=0), profit + spent)
    final = concentration_along(spent.clip(lower=0), profit)
    if max(abs(before), abs(final)) <= LEANS:
        spread = "neither"
    elif min(before, final) > LEANS:
        spread = "to_earners"
    elif max(before, final) < -LEANS:
        spread = "to_losers"
    else:
        spread = "open"
    return {"amount": spent.sum(), "index_before": before, "index_final": final, "spread": spread}


def _shares(amounts: pd.Series, classes: pd.Series) -> dict[str, float]:
    total = amounts.sum()
    return {
        name: float(amounts[classes == name].sum() / total) if total > 0 else np.nan
        for name in ("vital_few", "useful_many", "loss_making")
    }


def beyond_share(effort: pd.DataFrame) -> pd.Series:
    """Return by how much each customer's work exceeds its share in proportion to profit before it."""
    own = effort.set_index("customer_id")
    work = own["people"] + own["material"]
    brings = (own["profit"] + work).clip(lower=0)
    return work - work.sum() * brings / brings.sum()


def moves(
    effort: pd.DataFrame, classes: pd.Series, segments: pd.Series, returning: pd.Series
) -> pd.DataFrame:
    """Propose whose hours could go to whom: towards proportion, never below the segment's median.

    Hours go from those whose work is furthest beyond its share to those of the vital few who are
    furthest short of it and likely to come back; none gets more than twice what it gets today.

    Parameters
    ----------
    effort : DataFrame of `customer_effort`
    classes, segments : Series by customer_id
    returning : Series by customer_id, chance of return 0 to 1; below one half nothing is moved there

    Returns
    -------
    DataFrame ``from_customer, to_customer, hours, avoidable_money`` (what of it could end), at most five
    rows; none where no pool counts people's time
    """
    own = effort.set_index("customer_id")
    beyond = beyond_share(effort)
    cost_an_hour = own["people"] / own["hours"].where(own["hours"] > 0)
    usual = own["hours"].groupby(segments.reindex(own.index).fillna("")).transform("median")
    spare = (own["hours"] - usual).clip(upper=beyond / cost_an_hour)
    spare = spare[(beyond > 0) & (spare >= LEAST_HOURS)].sort_values(ascending=False)
    few = (classes.reindex(own.index) == "vital_few") & (returning.reindex(own.index) >= LIKELY)
    short = -beyond[few & (beyond < 0)].sort_values()
    wanted = (short / cost_an_hour.median()).clip(upper=own["hours"].reindex(short.index))
    found = []
    for target, hours in wanted[wanted >= LEAST_HOURS].head(MOST_MOVES).items():
        if spare.empty or spare.max() < LEAST_HOURS:
            break
        source = str(spare.idxmax())
        moved = float(min(hours, spare[source]))
        spare[source] -= moved
        money = moved * float(own["hour_worth"][source])
        found.append((source, str(target), moved, money))
    return pd.DataFrame(found, columns=MOVES)


def pools_of_time(pools: pd.DataFrame | None) -> list[str]:
    """Return the pools whose work is counted in hours of people, in plain words."""
    if pools is None:
        return []
    timed = (pools["kind"] == "people") & pools["unit"].isin(list(MINUTES))
    return [str(pool).replace("_", " ") for pool in pools.loc[timed, "pool"].unique()]


def effort_outcome(effort: pd.DataFrame) -> Outcome:
    """Judge whether it can be said who gets what: enough customers, some who earn, and the work known."""
    n = len(effort)
    if n < FEW_CUSTOMERS:
        why = _("the profit of {n} customers is known; below {least} an index says little").format(
            n=number(n), least=number(FEW_CUSTOMERS)
        )
        return outcome_of("equal_treatment", REFUSE, why=why)
    if not (effort["profit"] > 0).any():
        return outcome_of("equal_treatment", REFUSE, why=_("no customer earns anything"))
    if effort["profit"].sum() <= 0:
        why = _("all together the customers lose money, so that nobody's share of it can be named")
        return outcome_of("equal_treatment", REFUSE, why=why)
    if "people" not in effort:
        return outcome_of("equal_treatment", FLAG)
    return outcome_of("equal_treatment", PASS)
