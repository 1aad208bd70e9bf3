"""Who returns and who stays, against customers whose rhythm one can see."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from conftest import REFERENCE
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score
from worlds import END, order_days, ours

from kamlib.staying.chances import return_outcomes
from kamlib.staying.chances import staying_chances as chances
from kamlib.staying.returns import (
    CANDIDATES,
    choose,
    fit,
    foretell,
    repeat_rates,
    return_model,
    return_models,
)
from kamlib.staying.rhythm import rhythm, slices

WINDOWS = SimpleNamespace(trend_months=24, return_months=12, staying_years=3)
SCALE = [(0.2, 0.0), (0.5, 0.4), (0.7, 0.7), (0.9, 1.0)]
NOBODY = ours()


def every(days: int, first: str, last: str) -> list:
    return list(pd.date_range(first, last, freq=f"{days}D"))


def firm(first: str = "2021-01-01", last: str = "2025-12-31", n: int = 40) -> pd.DataFrame:
    """Half order every month to the end; of the others one more stops in each month before."""
    stops = pd.date_range(first, last, periods=n + 2)[1:-1]
    kept = {f"K{i:02}": every(30, first, last) for i in range(n)}
    lost = {f"L{i:02}": every(30, first, str(stop)) for i, stop in enumerate(stops)}
    return order_days(**kept, **lost)


@cache
def fitted_on(first: str = "2021-01-01") -> pd.DataFrame:
    return return_model(firm(first), end=END, windows=WINDOWS)


def told(orders, customers: Sequence[str], *, rated=NOBODY, fitted=None, **own) -> pd.DataFrame:
    table = pd.DataFrame({"customer_id": customers, **own})
    found = chances(orders, table, fitted, rated, windows=WINDOWS, end=END, scale=SCALE)
    return found.set_index("customer_id")


# --------------------------------------------------------------------------------- rhythm
def test_the_rhythm_tells_silence_against_the_usual_interval():
    """A came every 10 days until 50 days ago, B until 100 days ago; C came once, and so takes theirs."""
    orders = order_days(
        A=every(10, "2025-09-02", "2025-11-11"),
        B=every(10, "2025-07-14", "2025-09-22"),
        C=["2025-09-22"],
    )

    found = rhythm(orders, pd.Timestamp(END), months=24).set_index("customer_id")

    assert found["order_days"].to_dict() == {"A": 8, "B": 8, "C": 1}
    assert found["silent_days"].to_dict() == {"A": 50, "B": 100, "C": 100}
    assert found["usual_days"].to_dict() == {"A": 10, "B": 10, "C": 10}
    assert found["overdue"].to_dict() == {"A": False, "B": True, "C": True}


def test_a_customer_without_a_rhythm_of_its_own_has_that_of_its_segment():
    orders = order_days(
        slow=every(100, "2024-01-01", "2025-12-01"), quick=every(7, "2025-01-01", "2025-12-30")
    ).pipe(lambda table: pd.concat([table, order_days(new=["2025-07-01"])]))
    kinds = pd.Series({"slow": "machines", "quick": "food", "new": "machines"})

    found = rhythm(orders, pd.Timestamp(END), months=24, segments=kinds).set_index("customer_id")

    assert found["usual_days"].to_dict() == {"slow": 100, "quick": 7, "new": 100}
    assert not found.loc["new", "overdue"]  # 183 days, and 250 are not unusual


def test_a_seasonal_buyer_who_is_silent_in_season_is_on_time():
    """Every May a delivery each week; on 31 December the last is seven months ago, as a year before."""
    season = [
        day for year in (2023, 2024, 2025) for day in every(7, f"{year}-05-01", f"{year}-05-29")
    ]
    orders = order_days(May=season, Left=[day for day in season if day.year < 2025])

    found = rhythm(orders, pd.Timestamp(END), months=24).set_index("customer_id")

    assert found["overdue"].to_dict() == {"May": False, "Left": True}


days_of_year = st.integers(0, 1400).map(lambda n: pd.Timestamp("2022-01-01") + pd.Timedelta(days=n))
books = st.lists(st.tuples(st.sampled_from("ABCD"), days_of_year), min_size=1, max_size=40)


@given(books, days_of_year)
@settings(max_examples=40)
def test_what_is_ordered_after_a_day_changes_no_feature_of_that_day(book, day):
    orders = pd.DataFrame(book, columns=["customer_id", "date"])
    known = orders[orders["date"] <= day]

    pd.testing.assert_frame_equal(
        rhythm(orders, day, months=24), rhythm(known, day, months=24), check_dtype=False
    )


# --------------------------------------------------------------------------------- candidates
def seen(returned: dict[str, tuple[int, int]]) -> pd.DataFrame:
    """Build customers on one day: cell → (how many, of whom returned)."""
    rows = [
        (f"{cell}{i}", 9 if cell[0] == "9" else 1, "late" in cell, i < back)
        for cell, (n, back) in returned.items()
        for i in range(n)
    ]
    table = pd.DataFrame(rows, columns=["customer_id", "order_days", "overdue", "returned"])
    silent = table["overdue"].map({True: 200, False: 10})
    return table.assign(silent_days=silent, tenure_days=400, usual_days=20.0)


def test_a_rate_is_shrunk_by_ten_towards_all_and_a_cell_towards_those_as_silent():
    """30 of 40 on time come back and none of 10 silent ones: 30 of 50 are .60.

    Silent: (0 + 10 · .6) / (10 + 10) = .30; silent with nine order days: (0 + 10 · .3) / (4 + 10) = .214.
    """
    fitted = fit(
        seen({"9 on time": (30, 24), "1 on time": (10, 6), "9 late": (4, 0), "1 late": (6, 0)})
    )
    rates = fitted.set_index(["model", "band"])["rate"]

    assert rates["base_rate", "all"] == pytest.approx(0.60)
    assert rates["silent", "overdue"] == pytest.approx(0.30)
    assert rates["order_days_overdue", "overdue"] == pytest.approx(3 / 14)
    assert "regression" not in set(fitted["model"])  # fewer than 60 customers


def test_the_simpler_candidate_wins_where_the_better_one_is_not_better_by_more_than_chance():
    """On the day tested silence tells all; order days tell it as well where they go with silence."""
    world = {"9 on time": (300, 290), "1 late": (300, 10)}

    winner, scores = choose(fit(seen(world)), seen(world))
    alike, flat = choose(fit(seen(world)), seen({"9 on time": (50, 25), "1 late": (50, 25)}))

    assert winner == "order_days"
    assert scores.set_index("model")["brier"].idxmin() != "base_rate"
    assert alike == "base_rate"  # nothing that was learned held
    assert flat["happened"].eq(0.5).all()


def test_without_sixty_customers_and_fifteen_who_left_there_is_no_regression():
    enough = {"9 on time": (45, 45), "1 late": (15, 0)}
    for world, there in (
        (enough, True),
        ({**enough, "1 late": (14, 0)}, False),
        ({**enough, "9 on time": (44, 44)}, False),
        ({**enough, "1 late": (15, 1)}, False),
    ):
        assert ("regression" in set(fit(seen(world))["model"])) == there


@given(st.tuples(st.integers(0, 30), st.integers(0, 30)), st.integers(0, 20), st.integers(1, 60))
@settings(max_examples=8)
def test_nobody_who_is_silent_has_the_chance_of_those_on_time_whatever_wins(late, back, on_time):
    """The more come back of those on time, the less it may say of who is silent longer than usual."""
    few, many = late
    world = {"9 late": (few, min(back, few)), "1 late": (many, 0), "9 on time": (60, on_time)}
    rows = seen(world)
    fitted, asked = fit(rows), seen({"9 late": (1, 0), "9 on time": (1, 0)})

    for model in set(fitted["model"]) - {"base_rate"}:
        found = foretell(fitted, model, asked)
        if few == 0:
            assert found.loc[0, "low"] == 0
        elif few < 15:
            assert found.loc[0, "low"] == 0
            silent = foretell(fitted, "order_days_overdue", asked).loc[0, "chance"]
            assert found.loc[0, "chance"] <= silent + 1e-9


def test_outcomes_that_are_shuffled_cannot_be_foretold():
    orders, end, areas = firm(n=120), pd.Timestamp("2024-12-31"), []
    day = pd.Timestamp("2023-12-31")
    learned = slices(orders, [day], ahead=(0, 12), months=24)
    test = slices(orders, [end], ahead=(0, 12), months=24)
    for seed in range(20):
        mixed = np.random.default_rng(seed).permutation(learned["returned"])
        chance = foretell(fit(learned.assign(returned=mixed)), "regression", test)["chance"]
        areas.append(
            roc_auc_score(np.random.default_rng(seed).permutation(test["returned"]), chance)
        )

    assert 0.45 <= np.mean(areas) <= 0.55


# --------------------------------------------------------------------------------- on real orders
def resellers() -> pd.DataFrame:
    file = REFERENCE / "adventureworks_resellers" / "order_lines.parquet"
    if not file.exists():
        pytest.skip("reference data are absent: set KAM_REFERENCE_DATA")
    lines = pd.read_parquet(file, columns=["ResellerKey", "OrderDate"])
    return lines.set_axis(["customer_id", "date"], axis=1).astype({"customer_id": "str"})


def web_shop() -> pd.DataFrame:
    file = REFERENCE / "uci_online_retail_2010_2011" / "online_retail.parquet"
    if not file.exists():
        pytest.skip("reference data are absent: set KAM_REFERENCE_DATA")
    lines = pd.read_parquet(file).dropna(subset="CustomerID")
    sold = lines[(lines["Quantity"] > 0) & (lines["UnitPrice"] > 0)]
    ids = sold["CustomerID"].astype(int).astype("str")
    return pd.DataFrame({"customer_id": ids, "date": sold["InvoiceDate"].dt.normalize()})


@pytest.mark.parametrize(
    ("orders", "end", "months", "area", "brier"),
    [
        pytest.param(resellers, date(2013, 11, 30), 6, 0.90, 0.13, id="resellers, six months"),
        pytest.param(resellers, date(2013, 11, 30), 12, 0.0, 0.232, id="resellers, a year"),
        pytest.param(web_shop, date(2011, 12, 9), 3, 0.70, 0.21, id="a web shop, three months"),
    ],
)
def test_on_real_orders_the_chance_of_return_foretells_what_happened(
    orders, end, months, area, brier
):
    windows = SimpleNamespace(trend_months=24, return_months=months, staying_years=3)

    fitted = return_model(orders(), end=end, windows=windows)

    winner = return_models(fitted).query("won").iloc[0]
    assert winner["auc"] >= area
    assert winner["brier"] <= brier


def test_the_test_knows_nothing_of_the_year_that_it_is_held_against():
    """Until 2024 all came every month; in 2025 half came no more. One rate for all foretold 1, .5 came."""
    kept = {f"K{i:02}": every(30, "2022-01-01", "2025-12-31") for i in range(20)}
    gone = {f"L{i:02}": every(30, "2022-01-01", "2024-12-31") for i in range(20)}

    fitted = return_model(order_days(**kept, **gone), end=END, windows=WINDOWS)

    scores = return_models(fitted).set_index("model").loc["base_rate"]
    assert scores["mean_chance"] == pytest.approx(1.0)
    assert scores["happened"] == pytest.approx(0.5)
    assert str(scores["cutoff"].date()) == "2024-12-31"


# --------------------------------------------------------------------------------- what it is told from
def test_a_regular_customer_who_has_gone_silent_hardly_returns_and_one_on_time_does():
    stays = told(firm(), ["K00", "L39", "L00", "X"], fitted=fitted_on())

    assert stays.loc["K00", "p_return_low"] > 0.80
    assert stays.loc["L39", "overdue"] is not False
    assert stays.loc["L00", "p_return_high"] < 0.30
    assert np.isnan(stays.loc["X", "p_return_12m"])
    assert stays.loc["X", ["model", "staying_source"]].tolist() == ["unknown", "unknown"]


@pytest.mark.parametrize(
    ("first", "months", "tested"),
    [
        ("2021-01-01", 12, True),
        ("2023-06-01", 12, True),  # a year to look at, a year to learn from, half a year before
        ("2024-01-01", 12, False),  # two years
        ("2025-02-01", 6, False),  # eleven months
        ("2025-07-01", 3, False),
    ],
)
def test_what_is_too_short_for_a_test_is_measured_over_what_fits_and_flagged(first, months, tested):
    fitted = fitted_on(first)
    stays = told(firm(first), ["K00"], fitted=fitted).loc["K00"]
    rules = {
        v.rule: v.outcome
        for v in return_outcomes(
            stays.to_frame().T.assign(customer_id="K00"), pd.Series(["K00"]), fitted, fitted
        )
    }

    assert fitted["horizon_months"].iloc[0] == months
    assert ("brier" in fitted) == tested
    assert rules["chance_of_return" if tested else "return_untested"] == (
        "PASS" if tested else "FLAG"
    )
    assert np.isnan(stays["p_return_12m"]) == (
        months < 12
    )  # a range then, from sooner to the same pace
    assert 0 < stays["p_return_low"] < stays["p_return_high"] <= 1
    cell = fitted.set_index(["model", "band"])["high"]["order_days_overdue", "on time"]
    if not tested:
        assert stays["p_return_high"] == pytest.approx(1 - (1 - cell) ** (12 / months))


@pytest.mark.parametrize(
    "orders",
    [
        pytest.param(order_days(), id="no order"),
        pytest.param(order_days(A=["2025-06-01"]), id="one order day"),
        pytest.param(order_days(**{c: ["2025-06-01"] for c in "ABCDEF"}), id="all on one day"),
        pytest.param(order_days(A=["2031-06-01"]), id="a day to come"),
        pytest.param(order_days(A=["2025-10-20", "2025-12-20"]), id="two months"),
    ],
)
def test_from_too_little_nothing_is_measured_and_the_chances_are_unknown(orders):
    stays = told(orders, ["A"])

    (refused, _) = return_outcomes(stays.reset_index(), pd.Series(["A"]), None, None)
    assert return_model(orders, end=END, windows=WINDOWS) is None
    assert stays[["p_return_low", "p_return_high", "p_stay_low"]].isna().all(axis=None)
    assert (refused.rule, refused.outcome) == ("reference_values", "REFUSE")


def test_a_day_to_come_changes_nothing():
    later = pd.concat([firm(), order_days(L00=["2031-01-01"])], ignore_index=True)

    pd.testing.assert_frame_equal(
        fitted_on(),
        return_model(later, end=END, windows=WINDOWS),
    )


def test_of_a_customer_with_one_order_two_weeks_ago_it_is_too_early_to_say():
    orders = pd.concat([firm(), order_days(New=["2025-12-17"], Old=["2025-01-17"])])

    stays = told(orders, ["New", "Old"], fitted=fitted_on())

    assert stays.loc["New", "model"] == "too_early"
    assert np.isnan(stays.loc["New", "p_return_12m"])
    assert stays.loc["Old", "p_return_12m"] < 0.5


def test_where_nothing_beats_the_base_rate_each_chance_is_a_range_over_the_bands():
    orders, fitted = firm(), fitted_on().assign(winner="base_rate")
    table = pd.DataFrame({"customer_id": ["K00", "L00"]})

    stays = chances(orders, table, fitted, NOBODY, windows=WINDOWS, end=END, scale=SCALE)
    (outcome,) = [
        v.outcome
        for v in return_outcomes(stays, table["customer_id"], fitted, fitted)
        if v.rule == "chance_of_return"
    ]

    assert stays["p_return_12m"].isna().all()
    assert stays["p_return_low"].nunique() == 1
    assert stays["p_return_high"].diff().iloc[1] < 0  # the silent one has not the best of all
    assert outcome == "FLAG"


# --------------------------------------------------------------------------------- staying
@pytest.mark.parametrize(
    ("contract", "rated", "chance", "source"),
    [
        pytest.param("2029-01-01", None, 0.90, "contract", id="beyond three years counts as .90"),
        pytest.param("2028-12-31", None, None, "orders", id="three years are not beyond them"),
        pytest.param(None, ("their_words", 7), 0.70, "their_words", id="7 is .70 by its anchor"),
        pytest.param("2029-01-01", ("fact", 2), 0.90, "contract", id="before their words"),
        pytest.param(None, ("our_guess", 2), None, "orders", id="our rating stands beside"),
    ],
)
def test_the_chance_of_staying_comes_from_a_contract_their_words_or_orders(
    contract, rated, chance, source
):
    rating = NOBODY if rated is None else ours(("K00", "staying", rated[1])).assign(source=rated[0])
    row = told(
        firm(), ["K00"], rated=rating, fitted=fitted_on(), contract_end=pd.to_datetime([contract])
    ).loc["K00"]

    assert row["staying_source"] == source
    if chance:
        assert row["p_stay_low"] == row["p_stay_3y"] == row["p_stay_high"] == pytest.approx(chance)
    else:
        assert 0.5 < row["p_stay_low"] < row["p_stay_3y"] < row["p_stay_high"]
    ours_is_aside = rated is not None and rated[0] == "our_guess"
    assert row["p_stay_rated"] == pytest.approx(0.35 if ours_is_aside else np.nan, nan_ok=True)


def test_nobody_stays_more_surely_than_comes_back():
    """Of such customers 99 of 100 ordered in the third year; fewer do within twelve months."""
    fitted = fitted_on().copy()
    fitted.loc[fitted["model"] == "staying", ["rate", "low", "high"]] = 0.99

    row = told(firm(), ["K00"], fitted=fitted).loc["K00"]

    assert row["p_stay_3y"] == row["p_return_12m"] < 0.99
    assert row["p_stay_low"] == row["p_return_low"] < row["p_stay_3y"]


def test_an_input_of_three_years_tells_staying_only_as_a_range_from_return_cubed_to_return():
    row = told(firm("2023-01-01"), ["K00"], fitted=fitted_on("2023-01-01")).loc["K00"]

    assert row["staying_source"] == "chance_of_return"
    assert np.isnan(row["p_stay_3y"])
    assert row["p_stay_low"] == pytest.approx(row["p_return_low"] ** 3)
    assert row["p_stay_high"] == row["p_return_high"]


@pytest.mark.parametrize(("ended", "source"), [(10, "renewals"), (9, "unknown")])
def test_a_contractual_relation_is_told_from_ten_ended_contracts_or_not_at_all(ended, source):
    """Of ten contracts that ended in May, the customers of eight went on ordering: .80."""
    went_on = {
        f"C{i}": ["2024-01-01", "2025-09-01" if i < 8 else "2025-04-01"] for i in range(ended)
    }
    customers = pd.DataFrame(
        {"customer_id": [*went_on, "N"], "contract_end": pd.Timestamp("2025-05-31")}
    )
    customers.loc[customers["customer_id"] == "N", "contract_end"] = pd.Timestamp("2026-05-31")
    orders = order_days(**went_on, N=["2025-01-01"])

    stays = chances(
        orders,
        customers,
        None,
        NOBODY,
        windows=WINDOWS,
        end=END,
        scale=SCALE,
        relations=["contractual"] * (ended + 1),
    ).set_index("customer_id")

    assert stays.loc["N", "staying_source"] == source
    assert stays.loc["N", "p_stay_3y"] == pytest.approx(0.8 if ended == 10 else np.nan, nan_ok=True)


def test_who_buys_by_project_is_looked_at_over_two_years():
    """Every twentieth month an order: within a year two in five come back, within two years all."""
    projects = {
        f"P{i:02}": every(
            600, str(pd.Timestamp("2017-01-01") + pd.Timedelta(days=20 * i)), "2025-12-31"
        )
        for i in range(30)
    }
    orders = order_days(**projects)
    table = pd.DataFrame({"customer_id": list(projects)})

    def chance(kind: str) -> float:
        ids = table["customer_id"] if kind == "project" else None
        fitted = return_model(orders, end=END, windows=WINDOWS, projects=ids)
        own = {"windows": WINDOWS, "end": END, "scale": SCALE, "relations": [kind] * len(table)}
        return chances(orders, table, fitted, NOBODY, **own)["p_return_12m"].mean()

    assert chance("project") > 0.9 > 0.8 > chance("auto")


# --------------------------------------------------------------------------------- frozen values
def test_order_days_age_and_last_order_are_told_from_the_orders():
    orders = order_days(
        A=["2024-01-01", "2025-01-01", "2025-01-01", "2025-12-31", "2026-01-01"],
        B=["2023-12-31"],
    )

    stays = told(orders, ["A", "B", "C"])

    assert stays["order_days_24m"].to_dict() == {"A": 3, "B": 0, "C": 0}
    assert stays["orders_per_year"].to_dict() == {"A": 1.5, "B": 0, "C": 0}
    assert stays["age_months"].fillna(-1).to_dict() == {"A": 24, "B": 24, "C": -1}
    assert str(stays.loc["A", "last_order"].date()) == "2025-12-31"  # tomorrow is not known yet


def test_frozen_values_tell_the_same_when_read_back_and_what_was_measured_otherwise_is_flagged(
    tmp_path,
):
    orders, fitted = firm(), fitted_on()
    fitted.to_csv(tmp_path / "frozen.csv", index=False)
    days = ["window_start", "cutoff", "window_end"]
    back = pd.read_csv(tmp_path / "frozen.csv", parse_dates=days)
    table = pd.DataFrame({"customer_id": ["K00", "L00"]})
    own = {"windows": WINDOWS, "end": END, "scale": SCALE}

    first, again = (chances(orders, table, each, NOBODY, **own) for each in (fitted, back))
    pd.testing.assert_frame_equal(first, again)
    cells = fitted["model"] == "order_days_overdue"
    other = fitted.assign(rate=fitted["rate"].mask(cells, 0.5))
    outcomes = [
        {v.rule: v.outcome for v in return_outcomes(first, table["customer_id"], fitted, now)}
        for now in (fitted, other, None)
    ]
    assert [each["rates_afresh"] for each in outcomes] == ["PASS", "FLAG", "FLAG"]


def test_every_candidate_is_listed_with_its_score_and_rates_run_from_none_to_twelve():
    fitted = fitted_on()

    models, rates = return_models(fitted), repeat_rates(fitted)

    assert models["model"].tolist() == list(CANDIDATES)
    assert models["won"].sum() == 1
    assert models["brier"].between(0, 0.3).all()
    assert rates["order_days"].tolist() == list(range(13))
    assert rates.loc[rates["n"] == 0, "rate"].isna().all()
