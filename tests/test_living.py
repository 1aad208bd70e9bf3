"""A company that can lose customers: it looks like one, its truth adds up, and nothing is easy in it.

The numbers are those that real companies show; each is held on one company here, on several by the soak.
"""

from functools import cache

import numpy as np
import pandas as pd
import pytest

from demo_company import write_demo
from demo_company.company import Company, build_company
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
@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(
    ("trait", "limits"),
    [
        ("trust", (5, 7, 8)),
        ("side_b", (0.45, 0.60, 0.70)),
        ("orders", (6, 12)),
        ("days_late", (14, 45)),
        ("functions", (3, 4)),
        ("staying", (0.70,)),
    ],
)
def test_at_each_limit_of_the_rules_about_a_tenth_stand_within_a_tenth_of_it(seed, trait, limits):
    values = active(seed)[trait]

    for limit in limits:
        assert values.between(0.9 * limit, 1.1 * limit).mean() >= 0.07, limit


@pytest.mark.parametrize("seed", SEEDS)
def test_a_tenth_earns_us_nearly_three_percent_and_a_tenth_came_nearly_a_year_ago(seed):
    rows = active(seed)
    rate = rows["customer_profit"] / rows["pocket_revenue"]
    years = (END - rows["first_day"]).dt.days / 365.25

    assert rate.between(0.027, 0.033).mean() >= 0.07
    assert years.between(0.9, 1.1).mean() >= 0.07


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
