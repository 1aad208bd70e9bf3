"""How well the workbook foresees who leaves: companies that can lose customers, and the year after.

The workbook sees the input only. What happens next, who leaves and how large a wallet is stands in the
companies' truth. `accuracy` runs this and writes what it finds.
"""

import sys
import time
import warnings
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "tests"), str(ROOT / "benchmarks")]

PERIOD, YEAR = "FY2025", 2025
FIRST_LIVING_SEED = 1101
DRIVERS = ("trust", "lead", "price_rise", "own_lateness", "contract")
ALARM_DAYS = 90


class Living(NamedTuple):
    """What companies of the scenario show, one row per customer (and month, of the alarms).

    `facts` has a row per company: its base audit's largest difference, and seconds.
    """

    returns: pd.DataFrame
    alarms: pd.DataFrame
    wallets: pd.DataFrame
    facts: pd.DataFrame


def pooled(found: list[Living]) -> Living:
    """Put the companies together."""
    return Living(*(pd.concat(parts, ignore_index=True) for parts in zip(*found, strict=True)))


def living_company(job: tuple[int, int]) -> Living:
    """Invent one company that can lose customers, run the notebooks' cells, and hold them against it.

    Parameters
    ----------
    job : seed and number of customers
    """
    from fastpath import run_stages, table

    from demo_company import write_demo

    warnings.simplefilter("ignore")
    seed, customers = job
    with TemporaryDirectory() as place:
        started = time.perf_counter()
        company = write_demo(
            Path(place) / "company", customers=customers, seed=seed, scenario="living"
        )
        written = time.perf_counter()
        stages = Path(place) / "stages"
        stages.mkdir()
        run_stages(company, PERIOD, stages, until="staying")
        truth = {
            name: pd.read_csv(company / "truth" / f"{name}.csv", parse_dates=days)
            for name, days in (
                ("staying_true", ["left_on"]),
                ("next_year", []),
                ("potential_true", []),
            )
        }
        facts = {
            "seed": seed,
            "customers": customers,
            "audit": _audit_difference(stages),
            "model": table(stages, "return_models").query("won")["model"].iloc[0],
        }
        spent = {"writing": written - started, "running": time.perf_counter() - written}
        parts = (
            _returns(stages, truth["next_year"]),
            _alarms(company, stages, truth["staying_true"]),
            _wallets(stages, truth["potential_true"]),
        )
        returns, alarms, wallets = (part.assign(seed=seed) for part in parts)
        return Living(returns, alarms, wallets, pd.DataFrame([facts | spent]))


def _returns(stages: Path, later: pd.DataFrame) -> pd.DataFrame:
    """Return the chance of return of each customer of the last 24 months, and whether it came."""
    from fastpath import table

    own = table(stages, "staying").query("relation == 'external' and order_days_24m >= 1")
    both = own.merge(later, on="customer_id")
    return both[["p_return_12m", "still_buying", "order_days_24m"]].dropna()


def drivers_seen(job: tuple[int, int]) -> pd.DataFrame:
    """Return who left in the last year, and what the input shows of the five drivers, where it does.

    Parameters
    ----------
    job : seed and number of customers
    """
    from demo_company.company import build_company
    from demo_company.scenario import load_scenario

    seed, customers = job
    company = build_company(load_scenario("living"), seed=seed, customers=customers)
    own = company.beyond["staying_true"].query(f"year == {YEAR}").set_index("customer_id")
    said = company.tables["ratings_theirs"].query("source != 'our_guess' and rating == rating")
    marks = said[said["criterion"] != "trust"]
    sums = marks.assign(product=marks["weight"] * marks["rating"]).groupby(["party_id", "supplier"])
    mean = (sums["product"].sum() / sums["weight"].sum()).unstack("supplier")
    reliable = marks.query("supplier == 'us' and criterion == 'delivery reliability'")
    seen = pd.DataFrame(
        {
            "trust": said[said["criterion"] == "trust"].groupby("party_id")["rating"].mean(),
            "lead": mean["us"] - mean.drop(columns="us").max(axis=1),
            "price_rise": _price_rise(company.lines, company.units["customer_id"]),
            "own_lateness": mean["us"] - reliable.groupby("party_id")["rating"].mean(),
        }
    ).reindex(own.index)
    seen = seen.join(own[["contract", "leaves"]]).assign(seed=seed)
    return seen.reset_index(drop=True)


def _price_rise(lines: pd.DataFrame, ids: pd.Series) -> pd.Series:
    """Return by how many % each customer paid more of the list price than the year before."""
    sold = lines[lines["kind"] == "FA"]
    sums = sold.groupby([sold["unit"].map(ids), sold["date"].dt.year])[["net_cents", "list_cents"]]
    paid = (sums.sum()["net_cents"] / sums.sum()["list_cents"]).unstack()
    return 100 * (paid[YEAR] / paid[YEAR - 1] - 1)


def deals_told(job: tuple[int, int]) -> pd.DataFrame:
    """Return the chance of each deal that is open at a quarter's end, and whether it was won.

    Parameters
    ----------
    job : seed and number of customers, which is the number of deals
    """
    from demo_company.company import build_company
    from demo_company.scenario import load_scenario
    from kamlib.segmentation.prospects import as_of, win_chances

    seed, customers = job
    company = build_company(load_scenario("living"), seed=seed, customers=customers)
    won = company.beyond["deals_true"].set_index("opportunity_id")["outcome"] == "won"
    parts = []
    for end in pd.date_range(f"{YEAR - 2}-12-31", f"{YEAR}-12-31", freq="QE"):
        known = as_of(company.tables["opportunities"], end=end.date())
        told = win_chances(known, company.tables["deal_stages"], end=end.date())
        parts.append(told[["p_win"]].assign(won=won.reindex(told.index), seed=seed))
    return pd.concat(parts, ignore_index=True).astype({"won": "float64"})


def driver_signs(seen: pd.DataFrame) -> pd.DataFrame:
    """Regress leaving on what the input shows of the drivers, all companies pooled.

    Returns
    -------
    DataFrame by driver: ``odds`` (log odds for one point, %, or fact), ``low``, ``high`` (90 %), ``known``
    (share of customers of whom the input says it), ``seeds`` with the right sign alone, of how many

    Notes
    -----
    Who is not known of counts as the mean; that pulls towards nothing, never to the other side.
    """
    planted = {name: 1 if name in ("price_rise", "own_lateness") else -1 for name in DRIVERS}
    whole, error = _logistic(seen)
    alone = pd.DataFrame([_logistic(part)[0] for _seed, part in seen.groupby("seed")])
    rows = {
        name: {
            "odds": whole[name],
            "low": whole[name] - 1.645 * error[name],
            "high": whole[name] + 1.645 * error[name],
            "known": seen[name].notna().mean(),
            "right": (alone[name] * sign > 0).sum(),
            "of": len(alone),
            "planted": sign,
        }
        for name, sign in planted.items()
    }
    return pd.DataFrame(rows).T


def _logistic(seen: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Return coefficients and standard errors of a plain logistic regression, by Newton's steps."""
    terms = seen[list(DRIVERS)]
    design = np.column_stack([np.ones(len(seen)), terms.fillna(terms.mean()).to_numpy(float)])
    left, values = seen["leaves"].to_numpy(float), np.zeros(len(DRIVERS) + 1)
    for _step in range(25):
        chance = 1 / (1 + np.exp(-design @ values))
        information = (design.T * (chance * (1 - chance))) @ design
        values = values + np.linalg.solve(information, design.T @ (left - chance))
    spread = np.sqrt(np.diag(np.linalg.inv(information)))
    return pd.Series(values[1:], DRIVERS), pd.Series(spread[1:], DRIVERS)


def _alarms(company: Path, stages: Path, fate: pd.DataFrame) -> pd.DataFrame:
    """Ask at the end of each month of the last year who shows a sign of leaving.

    Returns
    -------
    DataFrame, a row per month and regular customer with profit: ``alarm``, ``profit``, ``left_on`` and
    ``stays`` (it neither leaves nor begins to fade in the two years)
    """
    from fastpath import table

    from kamlib.core.tables import among, floats
    from kamlib.settings import load_engagement
    from kamlib.staying.chances import staying_chances
    from kamlib.staying.customer_base import leaving
    from kamlib.staying.returns import SOME_ORDER_DAYS, return_model

    settings = load_engagement(company)
    customers = table(stages, "customers").query("relation == 'external'")
    statement = table(stages, "profitability").query("period == 'FY2024'")
    profit = pd.Series(
        floats(statement["customer_profit"]),
        statement["customer_id"].to_numpy(),
        name="customer_profit",
    )
    groups = table(stages, "customer_groups")
    groups = groups[floats(groups["invoice_revenue"]) > 0]
    orders, months = table(stages, "orders"), table(stages, "customer_months")
    orders = orders[among(orders["customer_id"], customers["customer_id"])]
    none = pd.DataFrame(
        {name: pd.Series(dtype="str") for name in ("party_id", "criterion", "rating")}
    )
    ends = pd.date_range(f"{YEAR}-01-31", f"{YEAR}-12-31", freq="ME")
    recent = fate[fate["year"].between(YEAR - 1, YEAR)].groupby("customer_id")
    restless = recent[["leaves", "fades"]].sum().sum(axis=1) > 0
    left = fate.query("leaves == 1").set_index("customer_id")["left_on"]
    parts = []
    for end in ends:
        day = end.date()
        model = return_model(
            orders,
            end=day,
            windows=settings.windows,
            segments=customers.set_index("customer_id")["industry_segment"],
        )
        stays = staying_chances(
            orders,
            customers,
            model,
            none,
            windows=settings.windows,
            end=day,
            scale=settings.side_a.criteria["staying"].value,
        )
        known = months[months["month"] <= end]
        seen = groups[groups["month"] <= end]
        alarmed = leaving(stays, profit, known, seen, end=day).set_index("customer_id")["signs"]
        regular = stays.loc[stays["order_days_24m"] >= SOME_ORDER_DAYS, "customer_id"]
        regular = regular[regular.map(profit).gt(0)]
        rows = pd.DataFrame({"customer_id": regular, "month": end, "profit": regular.map(profit)})
        rows = rows.assign(signs=regular.map(alarmed), left_on=regular.map(left))
        parts.append(rows.assign(stays=~regular.map(restless).fillna(False).astype(bool)))
    table_ = pd.concat(parts, ignore_index=True)
    return table_.assign(alarm=table_["signs"].notna())


def alarm_rates(alarms: pd.DataFrame) -> dict[str, Any]:
    """Return the share of leavers' profit alarmed within 90 days, and the rate of false alarms."""
    who = ["seed", "customer_id"]
    gone = alarms[alarms["left_on"].between(f"{YEAR}-01-01", f"{YEAR}-10-02")]
    after = (gone["month"] - gone["left_on"]).dt.days
    hit = gone.assign(hit=gone["alarm"] & after.between(0, ALARM_DAYS))
    before = gone.assign(hit=gone["alarm"] & after.lt(0))
    found: dict[str, Any] = {"leavers": gone.groupby(who).ngroups}
    for name, rows in (("hit", hit), ("before", before)):
        each = rows.groupby(who).agg(hit=("hit", "any"), profit=("profit", "first"))
        found[name] = (each["profit"] * each["hit"]).sum() / each["profit"].sum()
        found[f"{name}_customers"] = each["hit"].mean()
    calm = alarms[
        alarms["stays"] & (alarms["left_on"].isna() | (alarms["left_on"] > f"{YEAR}-12-31"))
    ]
    found["false"] = calm["alarm"].mean()
    found["false_year"] = calm.groupby(who)["alarm"].any().mean()
    return found


def _wallets(stages: Path, truth: pd.DataFrame) -> pd.DataFrame:
    """Return what a customer could buy by our estimate, and what it truly buys of everybody."""
    from fastpath import table

    own = table(stages, "potential").merge(truth, left_on="customer_id", right_on="party_id")
    names = ["sales", "potential_low", "potential", "potential_high", "wallet", "share"]
    return own.loc[own["potential"].notna() & (own["sales"] > 0), names]


def _audit_difference(stages: Path) -> float:
    """Return by how much the base audit and the change of profit differ."""
    from fastpath import table

    audit = table(stages, "base_audit")
    rows = table(stages, "profitability").merge(
        table(stages, "customers")[["customer_id", "relation"]], on="customer_id"
    )
    relation = next(name for name in ("relation_y", "relation") if name in rows)
    sums = rows[rows[relation] == "external"].groupby("period")["customer_profit"].sum()
    return float(abs(audit["profit_change"].sum() - (sums[PERIOD] - sums["FY2024"])))


def bands(chance: pd.Series, happened: pd.Series) -> pd.DataFrame:
    """Return ten bands of equally many: ``n``, mean ``chance``, and how often it ``happened``."""
    tenth = np.minimum((chance.rank(method="first") - 1) * 10 // len(chance), 9)
    rows = pd.DataFrame({"chance": chance, "happened": happened}).groupby(tenth)
    return rows.agg(n=("chance", "size"), chance=("chance", "mean"), happened=("happened", "mean"))
