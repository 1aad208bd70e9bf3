"""The invented company as a whole: from the scenario to everything that is written."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from demo_company import assets, costs, living, money, prices
from demo_company.causes import true_amounts, true_causes, true_drop_effects
from demo_company.deals import deals
from demo_company.doubles import Doubles, plant_doubles, with_second_ids
from demo_company.evidence import contacts, evidence, strategic
from demo_company.firms import customer_sites, customer_units, prospects
from demo_company.ledger import broken_lines, gl_totals
from demo_company.lines import END, INVOICE, document_lines
from demo_company.names import warehouse_of
from demo_company.orders import order_days
from demo_company.products import catalogue
from demo_company.ratings import ratings_ours, ratings_theirs
from demo_company.scenario import PERIODS
from demo_company.truth import true_customers, true_profit, with_true_cause


class Company(NamedTuple):
    """All tables of the company, with the truth behind them.

    `units` are the customers that decide, one row each; `tables` are the small input tables by name,
    `beyond` further truths of a company that can lose customers.
    """

    units: pd.DataFrame
    prospects: pd.DataFrame
    products: pd.DataFrame
    lines: pd.DataFrame
    broken: pd.DataFrame
    pools: pd.DataFrame
    tables: dict[str, pd.DataFrame]
    equations: list[dict[str, Any]]
    drivers: pd.DataFrame
    profit: pd.DataFrame
    customers: pd.DataFrame
    drops: pd.DataFrame
    doubles: Doubles
    beyond: dict[str, pd.DataFrame]


class Served(NamedTuple):
    """Priced lines, and what serving the customers truly costs."""

    lines: pd.DataFrame
    drivers: pd.DataFrame
    pools: pd.DataFrame
    serving: pd.DataFrame


def build_company(scenario: Mapping[str, Any], *, seed: int, customers: int) -> Company:
    """Build the company: who buys, when, what, at what price and cost, and what is seen of it."""
    units = customer_units(scenario, seed=seed, customers=customers)
    own, fate, regular = scenario.get("living"), pd.DataFrame(), None
    if own:
        units = living.with_nature(units, own, seed=seed)
        units, fate = living.with_fate(units, own, seed=seed)
        regular = living.renewals(units, scenario["company"]["seasons"], own, seed=seed)
    sites = customer_sites(units)
    products = catalogue(scenario, seed=seed)
    orders = order_days(units, sites, scenario, seed=seed, regular=regular)
    lines = _sold(units, sites, products, orders, scenario, seed=seed)
    units = _with_days(units, lines)
    equations = costs.true_equations(scenario, seed=seed)
    stands = assets.assets(units, scenario["assets"], seed=seed)
    tied = assets.asset_charges(stands, scenario["capital"]["rate"])
    served = _served(units, lines, equations, tied, scenario, seed=seed)
    months = money.monthly_revenue(served.lines)
    owed = money.receivables(months, units, scenario["capital"], seed=seed)
    given = money.off_invoice(months, units, accrued=scenario["accrued"], seed=seed)
    charges = [money.capital_charges(months, owed, scenario["capital"]), tied]
    profit = true_profit(served.lines, given, served.serving, pd.concat(charges), units, equations)
    broken = broken_lines(served.lines, seed=seed)
    firms = prospects(scenario, seed=seed, named=len(units), customers=customers)
    seen = costs.observed_drivers(served.drivers, noise=scenario["driver_noise"], seed=seed)
    tables = {
        "drivers": seen,
        "receivables": owed,
        "assets": stands,
        "off_invoice": given.drop(columns="cost"),
        "gl_totals": gl_totals(served.lines, given, served.pools, broken),
        **_judgements(units, firms, profit, scenario, seed=seed),
    }
    beyond: dict[str, pd.DataFrame] = {}
    if own:
        seen_of, beyond = _of_the_living(units, firms, own, seed=seed, customers=customers)
        tables |= seen_of
        beyond |= {
            "staying_true": living.staying_true(fate, units, orders),
            "next_year": living.next_year(units, orders, profit),
        }
    unit = scenario["key_account_unit"]
    truth = _true_of_customers(units, served, given, profit, equations, key_account_unit=unit)
    drops = true_drop_effects(profit, served.serving, served.pools)
    twice = plant_doubles(units, served.lines, seed=seed)
    exported = with_second_ids(served.lines, twice)
    return Company(
        units,
        firms,
        products,
        exported,
        broken,
        served.pools,
        tables,
        equations,
        served.drivers,
        profit,
        truth,
        drops,
        twice,
        beyond,
    )


def _sold(
    units: pd.DataFrame,
    sites: pd.DataFrame,
    products: pd.DataFrame,
    orders: pd.DataFrame,
    scenario: Mapping[str, Any],
    *,
    seed: int,
) -> pd.DataFrame:
    """Return the lines of what was ordered until the input's end, with site and warehouse."""
    seen = orders[orders["date"] <= pd.Timestamp(END)]
    lines = document_lines(seen, units, products, scenario, seed=seed)
    if scenario.get("living"):
        level = living.price_level(units, lines)
        lines = lines.assign(noise=(1 + lines["noise"]) * level - 1)
    return lines.assign(
        site_id=sites["site_id"].to_numpy()[lines["site"]],
        warehouse=warehouse_of(units["region"]).to_numpy()[lines["unit"]],
    )


def _of_the_living(
    units: pd.DataFrame, firms: pd.DataFrame, own: Mapping[str, Any], *, seed: int, customers: int
) -> tuple[dict[str, pd.DataFrame], dict[str, pd.DataFrame]]:
    """Return what is seen of contacts and deals, and the truth of wallets and deals."""
    pipeline, stages, ends = deals(units, firms, own["deals"], seed=seed, customers=customers)
    contacts = living.contacts(units, own["contacts"], seed=seed)
    wallets = living.potential_true(units, firms, own["wallet"], seed=seed)
    seen = {"contacts": contacts, "opportunities": pipeline, "deal_stages": stages}
    return seen, {"potential_true": wallets, "deals_true": ends}


def _true_of_customers(
    units: pd.DataFrame,
    served: Served,
    given: pd.DataFrame,
    profit: pd.DataFrame,
    equations: costs.Equations,
    *,
    key_account_unit: float,
) -> pd.DataFrame:
    """Return the truth of each customer, with the true cause of its loss."""
    truth = true_customers(units, profit, key_account_unit=key_account_unit)
    amounts = true_amounts(
        served.lines, given, served.serving, profit, equations, period=list(PERIODS)[-1]
    )
    return with_true_cause(truth, units, true_causes(amounts))


def _with_days(units: pd.DataFrame, lines: pd.DataFrame) -> pd.DataFrame:
    """Add each unit's first day, and whether it lives: an order in the last 24 months."""
    sold = lines[lines["kind"] == INVOICE]
    span = sold.groupby("unit")["date"].agg(["min", "max"]).reindex(units.index)
    lives = (span["max"] >= pd.Timestamp("2024-01-01")) & (units["relation"] == "external")
    return units.assign(first_day=span["min"].fillna(pd.Timestamp("2021-01-04")), live=lives)


def _served(
    units: pd.DataFrame,
    lines: pd.DataFrame,
    equations: costs.Equations,
    tied: pd.DataFrame,
    scenario: Mapping[str, Any],
    *,
    seed: int,
) -> Served:
    """Find what serving costs, then the prices that leave each customer its profit after assets."""
    orders, returns = costs.order_table(lines), costs.return_table(lines)
    drivers = costs.true_drivers(orders, units, seed=seed)
    used = costs.capacity_used(orders, returns, drivers, equations)
    pools = costs.cost_pools(used, scenario)
    serving = costs.cost_to_serve(used, pools)
    extra = prices.extra_service(units, lines, serving, used, pools)
    drivers = costs.true_drivers(orders, units, seed=seed, extra=extra)
    used = costs.capacity_used(orders, returns, drivers, equations)
    serving = costs.cost_to_serve(used, costs.cost_pools(used, scenario))
    spent = pd.concat([serving, tied.rename(columns={"capital_charge": "cost"})])
    price = prices.customer_prices(units, lines, spent, scenario["capital"])
    price = price.assign(whole_cents=units["relation"] != "external")
    lines = prices.priced_lines(lines, price)
    cents = lines.groupby(costs.period_of(lines["date"]))["net_cents"].sum()
    revenue = {str(period): float(sum_) / 100 for period, sum_ in cents.items()}
    return Served(lines, drivers, costs.cost_pools(used, scenario, revenue), serving)


def _judgements(
    units: pd.DataFrame,
    firms: pd.DataFrame,
    profit: pd.DataFrame,
    scenario: Mapping[str, Any],
    *,
    seed: int,
) -> dict[str, pd.DataFrame]:
    """Return the tables in which people say something."""
    last = profit[profit["period"] == "FY2025"].set_index("unit")["customer_profit"]
    own = scenario["ratings"]
    return {
        "strategic": strategic(units, firms, last),
        "ratings_ours": ratings_ours(units, firms, own, seed=seed),
        "ratings_theirs": ratings_theirs(units, firms, own, seed=seed),
        "evidence": evidence(units, seed=seed),
        "contacts": contacts(units, seed=seed),
    }
