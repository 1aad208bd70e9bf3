"""A company that can lose customers: it looks like one, its truth adds up, and nothing is easy in it.

The numbers are those that real companies show; each is held on one company here, on several by the soak.
"""

from functools import cache
from importlib.resources import files
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pandas as pd
import pytest
from ruamel.yaml import YAML

from demo_company import write_demo
from demo_company.company import Company, build_company
from demo_company.evidence import HARD
from demo_company.scenario import load_scenario
from kamlib.settings import load_engagement

END = pd.Timestamp("2025-12-31")
SEEDS = (20, *(pytest.param(seed, marks=pytest.mark.soak) for seed in (31, 32, 33, 34, 35)))


@cache
def company(seed: int) -> Company:
    return build_company(load_scenario("living"), seed=seed, customers=300 if seed == 20 else 600)


def fates(seed: int) -> pd.DataFrame:
    return company(seed).beyond["staying_true"]


def order_days(seed: int) -> pd.DataFrame:
    sold = company(seed).lines.query("kind == 'FA'").drop_duplicates("order")
    return sold[["unit", "date"]].drop_duplicates().sort_values(["unit", "date"])


def active(seed: int) -> pd.DataFrame:
    """Return the customers of the last year, with their profit and pocket revenue."""
    now = company(seed).profit.query("period == 'FY2025'").set_index("unit")
    return company(seed).units.join(now[["customer_profit", "pocket_revenue"]], how="inner")


# ------------------------------------------------------------------------------------ who leaves
@pytest.mark.parametrize("seed", SEEDS)
def test_about_a_tenth_of_regular_customers_leave_in_a_year_and_a_twentieth_fades(seed):
    recent = fates(seed).query("year >= 2023")

    assert 0.08 <= recent["leaves"].mean() <= 0.12
    assert 0.035 <= recent["fades"].mean() <= 0.065


@pytest.mark.soak
def test_as_many_leave_as_the_hazard_says():
    rows = pd.concat([fates(seed) for seed in (31, 32, 33, 34, 35)])
    tenth = pd.qcut(rows["hazard"], 10, labels=False)
    bands = rows.groupby(tenth)[["hazard", "leaves"]].mean()

    assert (bands["hazard"] - bands["leaves"]).abs().max() <= 0.03


def test_who_left_orders_nothing_after_the_year_in_which_it_left():
    rows = fates(20).query("leaves == 1").dropna(subset="last_order")

    assert (rows["last_order"].dt.year <= rows["year"]).all()


@pytest.mark.parametrize("seed", SEEDS)
def test_before_half_of_the_departures_contacts_thin_out_in_the_last_half_year(seed):
    units, contacts = company(seed).units, company(seed).tables["contacts"]
    gone = units[units["live"] & units["end"].between("2024-01-01", "2025-12-31")]
    left = contacts["party_id"].map(gone.set_index("customer_id")["end"])
    before = (left - contacts["date"]).dt.days
    late, early = before.between(0, 181), before.between(182, 363)
    warned = contacts["party_id"].isin(gone.loc[gone["warns"], "customer_id"])

    assert 0.35 <= gone["warns"].mean() <= 0.65
    assert (late & warned).sum() / (early & warned).sum() <= 0.5
    assert (late & ~warned).sum() / (early & ~warned).sum() >= 0.7


# --------------------------------------------------------------------------------------- rhythm
@pytest.mark.parametrize("seed", SEEDS)
def test_the_spread_of_days_between_orders_runs_from_a_third_of_their_mean_to_all_of_it(seed):
    days = order_days(seed)
    gaps = days.groupby("unit")["date"].diff().dt.days.groupby(days["unit"])
    spread = (gaps.std() / gaps.mean())[gaps.size() >= 12]

    low, middle, high = spread.quantile([0.05, 0.5, 0.95])
    assert 0.25 <= low <= 0.4
    assert 0.5 <= middle <= 0.75
    assert 0.85 <= high <= 1.2


@pytest.mark.parametrize("seed", SEEDS)
def test_a_tenth_orders_once_a_year_in_season(seed):
    season = active(seed).query("rhythm == 'season'")
    days = order_days(seed)
    days = days[days["unit"].isin(season.index) & days["date"].between("2024-01-01", END)]

    assert 0.07 <= len(season) / len(active(seed)) <= 0.13
    assert days.groupby([days["unit"], days["date"].dt.year]).size().max() == 1
    assert days["date"].dt.month.between(8, 11).all()


# --------------------------------------------------------------------------------- near a limit
WORDS = ("at_least", "at_most", "below", "above", "veto_below", "veto_above", "cut")
OTHER_WORDS = ("majority", "min_known_weight", "relative_cut")
SCALE_OF_ZERO = {"benefit_ours": 0.03, "profit_12m": 0.03, "relative_cut": 0.6}  # the next limit
NEAR = {  # limit: % of the customers of five companies, or of those concerned, within a tenth of it
    ("known_years", 1): 12,
    ("age_months", 12): 12,
    ("months_since_first_order", 12): 12,
    ("order_days_24m", 2): 15,
    ("order_days_24m", 3): 12,
    ("orders_per_year", 6): 12,
    ("orders_per_year", 12): 12,
    ("days_late", 14): 13,
    ("days_late", 45): 11,
    ("trust", 5): 26,
    ("trust", 7): 17,
    ("trust", 8): 23,
    ("side_b", 0.6): 35,
    ("benefit_theirs", 0.45): 14,
    ("benefit_theirs", 0.6): 35,
    ("benefit_theirs", 0.7): 34,
    ("relative_cut", 0): 26,
    ("benefit_ours", 0): 11,
    ("benefit_ours", 0.03): 12,
    ("profit_12m", 0): 11,
    ("fix_price_change", 0.1): 13,  # of who loses
    ("loss_periods", 2): 22,
    ("p_stay_3y", 0.5): 13,
    ("p_stay_3y", 0.7): 16,
    ("contact_functions", 3): 29,
    ("contact_functions", 4): 12,
    ("joint_hard", 1): 13,  # of partners
    ("joint_all", 2): 12,  # of partners
    ("discount", 0.02): 14,  # of those with two order days at most, who may be golden shots
    ("level", 2): 57,
    ("level", 3): 20,
    ("p_win", 0.7): 13,  # of open deals
    ("rating", 7): 50,  # of strategic ones
}
ESTIMATED = {  # the same of one company of 600, as the workbook sees it
    ("side_a", 0.6): 12,
    ("margin_percentile", 0.75): 17,  # of those with two order days at most
    ("reach", 0.3): 13,
    ("p_win_low", 0.5): 10,  # of open deals
    ("doors", 1): 13,
}
FEWER = {  # likewise; why, is said below
    ("p_return_12m", 0.3): 2,
    ("p_return_12m", 0.5): 4,
    ("profit_kau", 0.02): 3,
    ("uplift_kau", 0.5): 0,
    ("expected_profit_year2_kau", 0.25): 2,
    ("stake_kau", 0.25): 6,
    ("p_unprofitable", 0.8): 2,
    ("cooperation majority", 0.6): 7,
    ("partnership majority", 0.75): 7,
    ("synergy majority", 0.7): 1,
    ("min_known_weight", 0.6): 1,
}
NOT_ASKED = {("project", 3), ("project", 2), ("path_cost_to_uplift_2y", 1)}


def load_rules() -> dict:
    return YAML(typ="safe").load(files("kamlib").joinpath("rules.yaml").read_text("utf-8"))


def limits_of(rules: object, *above: str) -> set[tuple[str, float]]:
    """Return each number that is a limit, with the name of what it limits."""
    if isinstance(rules, list):
        return set().union(*(limits_of(each, *above) for each in rules))
    if isinstance(rules, dict):
        return set().union(*(limits_of(inner, *above, name) for name, inner in rules.items()))
    if above[-1] not in WORDS + OTHER_WORDS or not isinstance(rules, float | int):
        return set()
    named = {"majority": " ".join(above[-2:])}.get(above[-1], above[-1])
    return {(above[-2] if above[-1] in WORDS else named, float(rules))}


def share_near(values: pd.Series, name: str, limit: float) -> float:
    """Return the share of what is known that lies within a tenth of the limit."""
    known = values.replace([np.inf, -np.inf], np.nan).dropna().astype(float)
    width = 0.1 * (limit or SCALE_OF_ZERO[name])
    return float(((known - limit).abs() <= width + 1e-9).mean())


@cache
def quantities(seed: int) -> dict[str, pd.Series]:
    """Return what is true of each customer of 24 months, where the limit concerns it."""
    now = company(seed)
    live = now.units[now.units["live"]]
    last = now.profit.query("period == 'FY2025'").set_index("unit").reindex(live.index)
    sums = now.profit.groupby("unit")[["list_revenue", "on_invoice_discounts"]].sum()
    losses = (now.profit["customer_profit"] < 0).groupby(now.profit["unit"]).sum()
    days = order_days(seed).query("date >= '2024-01-01'").groupby("unit").size().reindex(live.index)
    rate = last["customer_profit"] / last["pocket_revenue"].where(last["pocket_revenue"] > 0)
    years = (END - live["first_day"]).dt.days / 365.25
    signs, partners = now.tables["evidence"], live.loc[live["level"] >= 3, "customer_id"]
    until = pd.to_datetime(signs["until"])
    signs = signs[(until >= END) | (until.isna() & (signs["date"] >= "2024-01-01"))]
    hard = signs[signs["code"].isin(HARD)].groupby("party_id")["code"].nunique()
    discount = (sums["on_invoice_discounts"] / sums["list_revenue"]).reindex(live.index)
    return {
        "known_years": years,
        "age_months": 12 * years,
        "months_since_first_order": 12 * years,
        "order_days_24m": days,
        "orders_per_year": days / 2,
        "days_late": live["days_late"],
        "trust": live["trust"],
        "side_b": live["side_b"],
        "benefit_theirs": live["side_b"],
        "relative_cut": live["lead"] / 10,
        "benefit_ours": rate,
        "profit_12m": rate,
        "p_stay_3y": live["staying"],
        "contact_functions": live["functions"],
        "joint_hard": partners.map(hard).fillna(0),
        "joint_all": partners.map(signs.groupby("party_id")["code"].nunique()).fillna(0),
        "discount": discount[days <= 2],  # who may be a golden shot
        "fix_price_change": -rate[rate < 0],  # who loses
        "loss_periods": losses.reindex(live.index),
        "level": live["level"],
        "p_win": now.beyond["deals_true"]["chance"],
        "rating": now.tables["strategic"]["rating"],
    }


def test_of_each_limit_of_the_rules_it_is_known_how_many_stand_near_it():
    """A tenth or more, but for those that something else about the company forbids (FEWER).

    - *Chance of return*: who leaves falls silent, and the silence is seen. Where 8 to 12 % of regular
      customers leave and most others come back, few are left at .30 (2 %) and .50 (4 %). With a sixth of
      2,000 customers in a yearly tender, won every other time, it was 2 and 4 %, and the chances of 600
      such customers missed by .115 in ten bands; .05 is the most that a sound method may.
    - *Money in key-account units* (a shot's profit, uplift, a deal's second year, stake: 0 to 6 %): where
      30 to 45 % lose and the whale curve peaks at 120 to 180 %, the logarithm of what the others earn
      spreads by 2; then no amount has more than 4 % of them within a tenth of it.
    - *Chance to be unprofitable* of .80 (2 %): 11 % are within .3 % of revenue of breaking even, and of
      these one in five has a chance of .72 to .88; five times as many would leave no operating profit of
      2 to 5 %.
    - *Majorities* (1 to 7 %): votes come in steps of .10 to .35, and a joint thing, without which nobody
      comes near that of synergy, is what an eighth of the partners have, 3 % of all.
    - *Known weight of side A* (1 %): ratings are missing at random, and hardly anybody lacks two fifths.

    Nobody here buys by project, and what catching up with a rival costs is not computed.
    """
    assert limits_of(load_rules()) == {*NEAR, *ESTIMATED, *FEWER, *NOT_ASKED}


@pytest.mark.parametrize(("name", "limit"), NEAR)
def test_at_each_limit_of_the_rules_a_tenth_stand_within_a_tenth_of_it(name, limit):
    assert share_near(quantities(20)[name], name, limit) >= 0.10


@pytest.mark.soak
@pytest.mark.parametrize(("name", "limit"), NEAR)
def test_of_five_companies_as_many_stand_near_a_limit_as_is_written_here(name, limit):
    values = pd.concat([quantities(seed)[name] for seed in (31, 32, 33, 34, 35)])

    assert 100 * share_near(values, name, limit) == pytest.approx(NEAR[name, limit], abs=1)


@cache
def estimates() -> dict[str, pd.Series]:
    """Return what the workbook makes of each customer, prospect or deal of one company."""
    from fastpath import run_stages, table

    with TemporaryDirectory() as place:
        folder = write_demo(Path(place) / "company", customers=600, seed=31, scenario="living")
        stages = Path(place) / "stages"
        stages.mkdir()
        run_stages(folder, "FY2025", stages, until="pyramid")
        names = ("staying", "pyramid", "key_accounts", "golden_shots", "potential", "open_deals")
        found = {name: table(stages, name) for name in (*names, "profit_uncertainty")}
    stays = found["staying"].query("relation == 'external' and order_days_24m >= 1")
    rarely = stays.loc[stays["order_days_24m"] <= 2, "customer_id"]  # who may be golden shots
    shots = found["golden_shots"].set_index("customer_id").reindex(rarely)
    customers = found["key_accounts"].query("not is_prospect")
    deals, now = found["open_deals"], found["profit_uncertainty"].query("period == 'FY2025'")
    boundaries = load_rules()["pyramid"]["boundaries"]
    return {
        "side_a": customers[["side_a_low", "side_a_high"]].mean(axis=1),
        "min_known_weight": customers["known_weight"],
        "p_return_12m": stays["p_return_12m"],
        "margin_percentile": shots["margin_percentile"],
        "profit_kau": shots["profit_kau"],
        "uplift_kau": found["potential"]["uplift_kau"],
        "reach": found["potential"]["reach"],
        "p_win_low": deals["p_win_low"],
        "expected_profit_year2_kau": deals["profit_year2"] / 120_000,
        "p_unprofitable": now["p_unprofitable"],
        "stake_kau": found["key_accounts"]["stake"],
        "doors": customers["doors"].str.count(r"\d"),
        **{f"{name} majority": votes(found["pyramid"], own) for name, own in boundaries.items()},
    }


def votes(levels: pd.DataFrame, boundary: dict) -> pd.Series:
    """Return the weight of the criteria that each customer meets, unknown ones at their worst."""
    met = {
        name: levels[f"{name}_low"] >= limit["at_least"]
        if "at_least" in limit
        else levels[f"{name}_high"] <= limit["at_most"]
        for name, limit in boundary["criteria"].items()
    }
    return sum(boundary["criteria"][name]["weight"] * met[name] for name in met)


@pytest.mark.soak
@pytest.mark.parametrize(("name", "limit"), [*ESTIMATED, *FEWER])
def test_the_workbook_sees_as_many_near_a_limit_as_is_written_here(name, limit):
    share = 100 * share_near(estimates()[name], name, limit)

    assert share == pytest.approx((ESTIMATED | FEWER)[name, limit], abs=1)


# ---------------------------------------------------------------------------------------- money
@pytest.mark.parametrize("seed", SEEDS)
def test_it_earns_little_many_lose_and_losers_take_back_a_good_part(seed):
    now, profit = company(seed), active(seed)["customer_profit"]
    lines = now.lines[now.lines["date"].dt.year == 2025]
    revenue = lines["net_cents"].sum() / 100
    given = now.profit.query("period == 'FY2025'")["off_invoice"].sum()
    pools = now.pools.query("period == 'FY2025'")["cost"].sum()
    earned = revenue - lines["goods_e4"].sum() / 10_000 - given - pools

    assert 0.02 <= earned / revenue <= 0.05
    assert 0.30 <= (profit < 0).mean() <= 0.45
    assert 1.20 <= profit.clip(lower=0).sum() / profit.sum() <= 1.80


def test_prices_rise_from_one_new_year_to_the_next_by_what_the_truth_says():
    now = company(20)
    sold = now.lines[(now.lines["kind"] == "FA") & now.lines["date"].dt.year.isin([2024, 2025])]
    sums = sold.groupby(["unit", sold["date"].dt.year])[["net_cents", "list_cents"]].sum()
    paid = (sums["net_cents"] / sums["list_cents"]).unstack().dropna()
    rise = 100 * (paid[2025] / paid[2024] - 1)

    assert (rise - now.units["rise_2025"].reindex(rise.index)).median() == pytest.approx(0, abs=0.2)


# --------------------------------------------------------------------------------------- people
@pytest.mark.parametrize("seed", SEEDS)
def test_raters_err_by_a_point_and_account_managers_are_kinder_to_their_own(seed):
    ratings = company(seed).tables["ratings_ours"].query("criterion == 'openness'")
    true = company(seed).units.set_index("customer_id")["openness"]
    error = (ratings["rating"] - 10 * ratings["party_id"].map(true)).dropna()

    assert error.mean() == pytest.approx(0.7, abs=0.15)
    assert error.std() == pytest.approx(0.9, abs=0.15)  # cut off at two points


def test_ratings_stand_in_both_years():
    for name in ("ratings_ours", "ratings_theirs"):
        rated = company(20).tables[name]
        years = rated.groupby("party_id")["date"].agg(lambda days: set(days.dt.year))

        assert years.map(lambda found: {2024, 2025} <= found).mean() >= 0.6


# --------------------------------------------------------------------------- wallets and deals
@pytest.mark.parametrize("seed", SEEDS)
def test_a_wallet_follows_their_size_with_a_wide_spread_and_our_share_the_lead(seed):
    now = company(seed)
    wallets = now.beyond["potential_true"].set_index("party_id")
    own = now.units[now.units["relation"] == "external"].set_index("customer_id")
    known = wallets.loc[own.index]
    regular = own["rhythm"] != "once"

    assert np.log(known["wallet"] / own["annual_revenue"]).std() == pytest.approx(0.8, abs=0.1)
    assert known["share"][regular].corr(own["lead"][regular]) >= 0.9
    assert (
        known["share"] * known["wallet"] / own["size"] - 1
    ).abs().max() <= 0.3  # small ones round


@pytest.mark.parametrize("seed", SEEDS)
def test_a_deal_is_open_won_or_lost_and_its_stages_come_one_after_the_other(seed):
    deals, stages = (company(seed).tables[name] for name in ("opportunities", "deal_stages"))
    open_ = deals["outcome"] == ""

    assert set(deals["outcome"]) == {"won", "lost", ""}
    assert (deals["closed"].isna() == open_).all()
    assert (deals["closed"][~open_] >= deals["entered"][~open_]).all()
    assert (deals["closed"][~open_] <= END).all()
    assert deals[deals["outcome"] == "won"]["party_id"].str.startswith("K").all()
    first = stages.groupby("opportunity_id")["entered"].first()
    assert (first.reindex(deals["opportunity_id"]).to_numpy() == deals["entered"].to_numpy()).all()
    assert stages.groupby("opportunity_id")["entered"].is_monotonic_increasing.all()


@pytest.mark.soak
def test_as_many_deals_are_won_as_their_true_chance_says():
    rows = pd.concat([company(seed).beyond["deals_true"] for seed in (31, 32, 33, 34, 35)])
    won = rows["outcome"] == "won"
    bands = pd.qcut(rows["chance_at_entry"], 10, labels=False)
    told = rows.groupby(bands)["chance_at_entry"].mean() - won.groupby(bands).mean()
    still = rows.dropna(subset="chance")

    assert told.abs().max() <= 0.06
    assert still["chance"].mean() == pytest.approx(won[still.index].mean(), abs=0.06)


# ------------------------------------------------------------------------------------- next year
def test_next_year_who_left_before_buys_nothing_and_who_buys_was_there():
    later = company(20).beyond["next_year"].set_index("customer_id")
    gone = fates(20).query("leaves == 1 and year <= 2025")["customer_id"]

    assert later.loc[gone, "orders"].sum() == 0
    assert later.loc[later["orders"] == 0, "profit"].abs().max() == 0
    assert later["still_buying"].eq(later["orders"] > 0).all()


def test_the_truth_stands_beside_the_input_and_the_year_after_in_no_input(tmp_path):
    folder = write_demo(tmp_path / "company", customers=40, scenario="living")
    lines = pd.concat(
        pd.read_csv(path, sep=";", dtype=str) for path in folder.glob("input/sales_*.csv.gz")
    )

    assert not lines["Data wystawienia"].str.endswith("2026").any()
    for name in ("staying_true", "next_year", "potential_true", "deals_true"):
        assert len(pd.read_csv(folder / "truth" / f"{name}.csv"))
    for name in ("opportunities", "deal_stages"):
        assert len(pd.read_csv(folder / "input" / f"{name}.csv", sep=";"))
        assert name in load_engagement(folder).inputs
