"""All statements of an engagement, down to customer profit, and what may be said of them.

Statements that are not to be believed are unknown from the first line to the last, and never zero: where
too many lines are missing, or the general ledger says otherwise, each number is wrong by an amount that
nobody knows.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from kamlib.core.codes import COST_LEVELS
from kamlib.core.errors import DataError, did_you_mean, listed
from kamlib.core.language import _, money, number, percent
from kamlib.core.outcomes import FLAG, PASS, REFUSE, Outcome, outcome_of
from kamlib.profitability.capital import asset_charges, capital_charges
from kamlib.profitability.costing import (
    TRACED,
    charge_customers,
    freight_costs,
    freight_pools,
    given_resources,
    pool_costs,
    require_one_owner,
    with_reach,
    within_reach,
)
from kamlib.profitability.statement import (
    KEY,
    complete_statement,
    gross_margins,
    margins_withheld,
    unknown_margins,
)
from kamlib.profitability.volumes import activity_volumes, driver_gaps, without_driver

if TYPE_CHECKING:
    from kamlib.settings.profitability import Profitability, TimeEquation


Tables = Mapping[str, pd.DataFrame | None]


class Statements(NamedTuple):
    """The statement per customer and period, its cost per activity, and the pools.

    `unknown` says of a period why its cost-to-serve is not known; `left_out` names the activities whose
    driver nobody gave.
    """

    statement: pd.DataFrame
    cost_to_serve: pd.DataFrame | None
    pools: pd.DataFrame | None
    unknown: Mapping[str, str]
    left_out: tuple[str, ...]


class Served(NamedTuple):
    """What serving customers costs, the pools behind it, and why it is unknown in a period."""

    cost: pd.DataFrame | None
    pools: pd.DataFrame | None
    unknown: dict[str, str]


def customer_statements(
    tables: Tables, model: "Profitability", *, periods: Sequence[str]
) -> Statements:
    """State the profit of every customer in each of `periods`.

    Parameters
    ----------
    tables : customers, customer_months, orders, corrections; off_invoice, drivers, receivables,
        resources, deliveries, and assets of `days_tied_up`, where they are given, else None
    model : CostModel
    periods : names of the periods to state

    Returns
    -------
    Statements; ``cost_to_serve`` and ``pools`` are None where nothing is known of cost-to-serve in any
    period. A period of which nothing is known has statements down to gross margin.

    Raises
    ------
    DataError
        A cost stands in two places, a pool of a time equation is not there, or pools contradict.
    """
    chosen = {name: _within(table, periods) for name, table in tables.items()}
    customers, months = _there(tables, "customers"), _there(chosen, "customer_months")
    upper = gross_margins(months, tables.get("off_invoice"), customers)
    upper = upper[upper["period"].isin(list(periods))].reset_index(drop=True)
    charges = _capital(months, tables, chosen, model)
    whole = {name: tables.get(name) for name in ("orders", "drivers")}  # of all periods
    served = _served({**chosen, **whole}, model, months, customers, periods)
    statement = margins_withheld(
        complete_statement(upper, served.cost, charges, customers),
        unknown_at_most=model.unknown_cost_at_most,
    )
    left_out = without_driver(tables.get("drivers"), model.time_equations)
    return Statements(statement, served.cost, served.pools, served.unknown, left_out)


def _there(tables: Tables, name: str) -> pd.DataFrame:
    table = tables.get(name)
    assert table is not None, name
    return table


def _capital(
    months: pd.DataFrame, tables: Tables, chosen: Tables, model: "Profitability"
) -> pd.DataFrame:
    """Add up the price of receivables and of assets per period and customer, not rounded.

    Without a rate nothing is priced, and what is known of days stands all the same.
    """
    capital = model.capital
    rate = capital.rate if capital else np.nan
    owed = capital_charges(
        months,
        tables.get("receivables"),
        rate=rate,
        vat_rate=capital.vat_rate if capital else 0.0,
        by=capital.receivables if capital else "days_to_pay",
    )
    both = owed.merge(asset_charges(chosen.get("assets"), rate=rate), on=KEY, how="outer")
    parts = both[["capital_charge", "assets_charge"]].astype("float64")
    return both.assign(capital_charge=parts.sum(axis=1, min_count=1))


def _served(
    chosen: Tables,
    model: "Profitability",
    months: pd.DataFrame,
    customers: pd.DataFrame,
    periods: Sequence[str],
) -> Served:
    """Charge the pools and the freight of the lines; say why a period's cost-to-serve is unknown."""
    resources = given_resources(model.resources, chosen.get("resources"), periods=periods)
    _require_pools(model.time_equations, resources, whole=periods)
    owned = model.capital is not None
    require_one_owner(months, chosen.get("off_invoice"), resources, capital=owned)
    relations = customers.set_index("customer_id")["relation"]
    charged = _charged(chosen, model, resources, relations)
    freight = freight_costs(months, relations)
    if freight is None:
        return charged
    freight = freight[~freight["period"].isin(charged.unknown)]
    return Served(
        _together(charged.cost, freight).sort_values([*KEY, "activity"], ignore_index=True),
        _together(charged.pools, freight_pools(freight, model.freight)),
        charged.unknown,
    )


def _together(first: pd.DataFrame | None, second: pd.DataFrame) -> pd.DataFrame:
    """Put two tables below each other; an empty one has no say in the kinds of columns."""
    filled = [part for part in (first, second) if part is not None and len(part)]
    return pd.concat(filled, ignore_index=True) if filled else second


def _charged(
    chosen: Tables, model: "Profitability", resources: pd.DataFrame, relations: pd.Series
) -> Served:
    """Charge customers with the pools of cost; nothing where there is none."""
    if resources.empty:
        return Served(None, None, {})
    drivers = chosen.get("drivers")
    missing = without_driver(drivers, model.time_equations)
    equations = [each for each in model.time_equations if each.name not in missing]
    reached = with_reach(resources, equations, stops_at=model.stops_at)
    unknown = _window_gaps(drivers, reached[reached["charged"]], equations)
    reached = reached.assign(charged=reached["charged"] & ~reached["period"].isin(unknown))
    volumes = activity_volumes(
        _there(chosen, "orders"),
        _there(chosen, "corrections"),
        drivers,
        equations,
        deliveries=chosen.get("deliveries"),
    )
    volumes = volumes[volumes["period"].isin(set(resources["period"]) - set(unknown))]
    cost, pools = charge_customers(volumes, pool_costs(reached, volumes), relations)
    told = {*cost["period"].unique(), *unknown}
    idle = [name for name in pools["period"].unique() if name not in told]
    why = _("no activity counts what customers use of the cost pools")
    return Served(cost, pools.drop(columns="step_down_to"), unknown | dict.fromkeys(idle, why))


def _window_gaps(
    drivers: pd.DataFrame | None, pools: pd.DataFrame, equations: "Sequence[TimeEquation]"
) -> dict[str, str]:
    """Say of each period which drivers are given for other periods only."""
    template = _(
        "a pool has its cost in {period}, and its driver {drivers} is given for other periods"
    )
    return {
        period: template.format(period=period, drivers=listed(sorted(set(names))))
        for period, names in driver_gaps(drivers, pools, equations).items()
    }


def _require_pools(
    equations: "Sequence[TimeEquation]", resources: pd.DataFrame, *, whole: Sequence[str]
) -> None:
    """Raise DataError if a time equation names a pool that no period has, where there are pools."""
    known = sorted(set(resources["pool"]))
    strange = [each for each in equations if known and each.pool not in known]
    if strange:
        raise DataError(
            f"time equation '{strange[0].name}' uses the pool '{strange[0].pool}', which has no cost in "
            f"{listed(whole)}. {did_you_mean(strange[0].pool, known)}"
        )


def _within(table: pd.DataFrame | None, periods: Sequence[str]) -> pd.DataFrame | None:
    if table is None or "period" not in table:
        return table
    return table[table["period"].isin(list(periods))].reset_index(drop=True)


KEPT = ("period", "customer_id", "relation", "days_to_pay", "days_late", "active")


def withheld(result: Statements, why: str, *, period: str) -> Statements:
    """Return statements of which those of a period are unknown; all as they are without a reason.

    Parameters
    ----------
    result : Statements of `customer_statements`
    why : str, what was refused, in words; empty where nothing was
    period : str, the report period

    Returns
    -------
    Statements in which each customer of the period still stands, its money missing; cost-to-serve and
    pools without rows of the period, None where no other has any
    """
    if not why:
        return result
    table = result.statement
    mine = table["period"] == period
    money = [name for name in table.columns if name not in KEPT]
    blind = table.assign(**{name: table[name].mask(mine) for name in money})
    cost, pools = (_of_others(each, period) for each in (result.cost_to_serve, result.pools))
    unknown = {**result.unknown, period: why.rstrip(".")}
    return result._replace(statement=blind, cost_to_serve=cost, pools=pools, unknown=unknown)


def _of_others(table: pd.DataFrame | None, period: str) -> pd.DataFrame | None:
    """Return the rows of other periods; None where there are none."""
    if table is None:
        return None
    others = table[table["period"] != period]
    return others.reset_index(drop=True) if len(others) else None


HARDLY = 0.1  # of a pool's capacity: minutes taken for hours are 60 times as many
WORTH_A_WORD = 1.0  # money of a pool that is on nobody; below it is rounding


def statement_outcomes(
    statement: pd.DataFrame,
    pools: pd.DataFrame | None,
    activities: int,
    *,
    period: str,
    stops_at: str,
    currency: str,
    unknown: str = "",
    left_out: Sequence[str] = (),
) -> list[Outcome]:
    """Judge the statement of one period: what is known, what rests on what, what belongs to nobody.

    Parameters
    ----------
    activities : int, number of time equations
    stops_at : str, level of the cost hierarchy down to which customers are charged
    unknown : str, why cost-to-serve is not known, where another reason than no pools holds
    left_out : names of activities whose driver nobody gave
    """
    mine = statement[(statement["period"] == period) & statement["active"]]
    known = pd.DataFrame() if pools is None else pools[pools["period"] == period]
    found = [_margin(mine, currency)]
    if not len(known) or mine["cost_to_serve"].isna().any():
        why = unknown or _("there is no table of cost pools for {period}").format(period=period)
        return [*found, outcome_of("cost_to_serve", REFUSE, why=why)]
    found.append(_cost_to_serve(known, activities - len(left_out), left_out))
    found += _pools(known, stops_at=stops_at, currency=currency)
    return [*found, *_new_customers(mine, currency=currency), _capital_outcome(mine)]


def _new_customers(mine: pd.DataFrame, *, currency: str) -> list[Outcome]:
    """Say what of set-up rests on a guess of who is new; nothing where nobody is set up."""
    charged, guessed, open_ = (
        mine[name] for name in ("setup_cost", "setup_guessed_cost", "setup_open_cost")
    )
    if not (charged.any() or open_.any()):
        return []
    return [
        outcome_of(
            "new_customers",
            FLAG if guessed.any() or open_.any() else PASS,
            charged=money(charged.sum(), currency),
            open_n=number(int((open_ != 0).sum())),
            open_amount=money(open_.sum(), currency),
            guessed_n=number(int((guessed != 0).sum())),
            guessed_amount=money(guessed.sum(), currency),
        )
    ]


def _margin(mine: pd.DataFrame, currency: str) -> Outcome:
    """Say at how many customers, with how much revenue, the cost of goods is not known."""
    blind = unknown_margins(mine).sum() if len(mine) else pd.Series({"customers": 0.0})
    if not blind["customers"]:
        return outcome_of("gross_margin", PASS)
    outcome = FLAG if mine["gross_margin"].notna().any() else REFUSE
    words = {
        "n": number(blind["customers"]),
        "share": percent(blind["share"]),
        "amount": money(blind["revenue"], currency),
    }
    return outcome_of("gross_margin", outcome, **words)


def _cost_to_serve(pools: pd.DataFrame, activities: int, left_out: Sequence[str]) -> Outcome:
    """Say what cost-to-serve is made of, and what it leaves out."""
    traced = _is_traced(pools)
    if not (pools["charged"] & ~traced).any():
        what = _("it consists of freight only; ordering, picking, visits and care are not in it")
        return outcome_of("cost_to_serve", FLAG, what=what)
    if left_out:
        what = _(
            "without drivers it rests on counts from documents only, and nothing counts {activities}"
        )
        return outcome_of(
            "cost_to_serve", FLAG, what=what.format(activities="; ".join(_plain(left_out)))
        )
    counted = number(activities + int(traced.any()))
    return outcome_of("cost_to_serve", PASS, pools=number(len(pools)), activities=counted)


def _pools(known: pd.DataFrame, *, stops_at: str, currency: str) -> list[Outcome]:
    """Judge the pools: what is on nobody, what is overloaded, what has no capacity."""
    worked = known["charged"] & (known["used"] > 0) & ~_is_traced(known)
    over = known[known["used_share"] > 1]
    idle = known[worked & (known["used_share"] < HARDLY)]
    what = [
        template.format(pools=", ".join(_plain(pools["pool"])))
        for pools, template in (
            (over, _("used above what it can supply: {pools}")),
            (
                idle,
                _("hardly used, as if its capacity were in another unit or of more days: {pools}"),
            ),
        )
        if len(pools)
    ]
    blind = known[worked & known["capacity"].isna()]
    return [
        _on_nobody(known, stops_at=stops_at, currency=currency),
        outcome_of("capacity", FLAG if what else PASS, what="; ".join(what)),
        outcome_of(
            "practical_capacity",
            FLAG if len(blind) else PASS,
            pools=", ".join(_plain(blind["pool"])),
        ),
    ]


def _on_nobody(known: pd.DataFrame, *, stops_at: str, currency: str) -> Outcome:
    """Say where cost stops, and which pools within reach of customers no activity counts."""
    nobody = known[known["unassigned_cost"].abs() >= WORTH_A_WORD]
    within = nobody[within_reach(nobody["hierarchy_level"], stops_at)]
    if within.empty:
        return outcome_of("unit_of_cost", PASS, level=_(COST_LEVELS[stops_at]))
    amount = money(within["unassigned_cost"].sum(), currency)
    return outcome_of("unit_of_cost", FLAG, amount=amount, pools=", ".join(_plain(within["pool"])))


def _capital_outcome(mine: pd.DataFrame) -> Outcome:
    """Say whether a charge was computed, and for how many customers it is not known what they owe."""
    if mine["capital_charge"].isna().all():
        return outcome_of("capital_absent", FLAG)
    silent = mine["days_to_pay"].isna()
    owed = mine["capital_charge"] - mine["assets_charge"].fillna(0.0)
    if silent.all() and not (owed > 0).any():
        return outcome_of("receivables_absent", FLAG)
    by_balance = silent.all()  # who has no balance owes nothing
    without = 0 if by_balance else int((silent & (mine["invoice_revenue"] != 0)).sum())
    return outcome_of("capital_charge", FLAG if without else PASS, n=number(without))


def _is_traced(pools: pd.DataFrame) -> pd.Series:
    return pools["unit"] == TRACED


def _plain(names: Iterable[str]) -> list[str]:
    return [name.replace("_", " ") for name in names]
