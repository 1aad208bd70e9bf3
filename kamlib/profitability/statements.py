"""All statements of an engagement in one go: from the hand-over tables to customer profit."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from kamlib.errors import DataError, did_you_mean, listed
from kamlib.language import _
from kamlib.profitability.capital import KEY, asset_charges, capital_charges
from kamlib.profitability.costing import charge_customers, pool_costs
from kamlib.profitability.resources import given_resources, with_reach
from kamlib.profitability.statement import complete_statement, gross_margins, margins_withheld
from kamlib.profitability.traced import freight_costs, freight_pools, require_one_owner
from kamlib.profitability.volumes import activity_volumes, driver_gaps, without_driver

if TYPE_CHECKING:
    from kamlib.settings import Profitability, TimeEquation

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
