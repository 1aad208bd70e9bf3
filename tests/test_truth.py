"""The demo company's planted truth, held against what the workbook finds without seeing it."""

from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from fastpath import table
from losses_world import right_causes, signs_of_dropping
from ruamel.yaml import YAML
from worlds import CostModel, Equation, Term

from kamlib.core.codes import LADDER
from kamlib.profitability.capital import days_tied_up
from kamlib.profitability.customer_statements import customer_statements
from kamlib.profitability.loss_treatment import treat_losses
from kamlib.settings.engagement import load_engagement

ROOT = Path(__file__).resolve().parent.parent
DEMO = ROOT / "data" / "demo"
TRUTH = DEMO / "truth"
PERIODS = ["FY2024", "FY2025"]


@pytest.fixture(scope="module")
def stages(demo_stages) -> Path:
    return demo_stages


@pytest.fixture(scope="module")
def planted() -> pd.DataFrame:
    return pd.read_csv(TRUTH / "customers_true.csv", dtype={"customer_id": "str"})


@pytest.fixture(scope="module")
def true_profit() -> pd.DataFrame:
    return pd.read_csv(TRUTH / "profit_true.csv", dtype={"customer_id": "str"})


def inputs(stages: Path) -> dict[str, pd.DataFrame]:
    from kamlib.core.timespans import period_of

    names = [
        "customers",
        "customer_months",
        "orders",
        "corrections",
        "off_invoice",
        "drivers",
        "receivables",
        "assets",
    ]
    tables = {name: table(stages, name) for name in names}
    demo = load_engagement(DEMO)
    spans = [demo.period(name) for name in PERIODS]
    bonus = tables["off_invoice"]
    return {
        **tables,
        "off_invoice": bonus.assign(period=period_of(bonus["date"], spans)),
        "assets": days_tied_up(tables["assets"], spans),
    }


def true_model() -> CostModel:
    demo = load_engagement(DEMO)
    written = YAML(typ="safe").load(TRUTH / "truth.yaml")["time_equations"]
    equations = [
        Equation(
            e["pool"],
            e["per"],
            e["base"],
            [Term(**t) for t in e.get("plus", [])],
            e.get("driver"),
            e.get("when", {}),
        )
        for e in written
    ]
    return CostModel(demo.profitability.resources, equations, demo.profitability.capital)


def test_with_the_true_times_and_volumes_every_profit_is_the_planted_one_to_the_cent(
    stages, true_profit
):
    drivers = pd.read_csv(TRUTH / "drivers_true.csv", dtype={"customer_id": "str"})
    tables = {**inputs(stages), "drivers": drivers}

    statement = customer_statements(tables, true_model(), periods=PERIODS).statement

    found = statement[statement["active"]].set_index(["period", "customer_id"])[list(LADDER)]
    truth = true_profit.set_index(["period", "customer_id"])[list(LADDER)]
    assert set(found.index) == set(truth.index)
    apart = (found.loc[truth.index] - truth).abs()
    assert apart.max().max() < 0.005


def test_with_the_true_times_and_volumes_what_leaving_changes_is_what_was_planted(stages):
    drivers = pd.read_csv(TRUTH / "drivers_true.csv", dtype={"customer_id": "str"})
    tables = {**inputs(stages), "drivers": drivers}
    model = true_model()
    result = customer_statements(tables, model, periods=PERIODS)
    declared = load_engagement(DEMO).profitability
    rules = SimpleNamespace(
        time_equations=model.time_equations, peers=declared.peers, dropping=declared.dropping
    )

    found = treat_losses(
        tables, result.statement, result.cost_to_serve, result.pools, rules
    ).losses.set_index(["period", "customer_id"])["drop_effect"]

    true = pd.read_csv(TRUTH / "drops_true.csv", dtype={"customer_id": "str"})
    true = true.set_index(["period", "customer_id"])["drop_effect"]
    assert len(found) > 100
    assert (
        found - true.loc[found.index]
    ).abs().max() < 0.03  # each activity is rounded to the cent


@pytest.mark.parametrize("period", PERIODS)
def test_with_estimated_times_and_noisy_drivers_the_order_of_customers_is_kept(
    stages, true_profit, period
):
    statement = table(stages, "profitability").set_index(["period", "customer_id"])[
        "customer_profit"
    ]
    truth = true_profit.set_index(["period", "customer_id"])["customer_profit"]
    both = pd.concat(
        [truth.loc[period], statement.loc[period]], axis=1, keys=["true", "found"]
    ).dropna()

    assert len(both) == len(truth.loc[period])
    assert both["true"].rank().corr(both["found"].rank()) >= 0.98
    assert not np.allclose(both["true"], both["found"])  # the noise is there


@pytest.fixture(scope="module")
def treated(stages) -> pd.DataFrame:
    """Return the loss-makers of FY2025 as the workbook explains them, from noisy drivers and times."""
    tables = {**inputs(stages), "customer_products": table(stages, "customer_products")}
    found = treat_losses(
        tables,
        *(table(stages, name) for name in ("profitability", "cost_to_serve", "pools")),
        load_engagement(DEMO).profitability,
    ).losses
    return found[found["period"] == "FY2025"].set_index("customer_id")


def test_the_largest_cause_of_a_loss_is_the_true_one(treated, planted):
    true = planted.set_index("customer_id")["true_cause"].reindex(treated.index).fillna("")

    assert right_causes(treated, true) >= 0.85


def test_the_sign_of_the_drop_effect_is_the_true_one(treated, stages):
    statement = table(stages, "profitability").query("period == 'FY2025'").set_index("customer_id")
    true = pd.read_csv(TRUTH / "drops_true.csv", dtype={"customer_id": "str"})
    true = true[true["period"] == "FY2025"].set_index("customer_id")["drop_effect"]
    revenue = statement["pocket_revenue"].reindex(treated.index)

    gains, right = signs_of_dropping(treated, true.reindex(treated.index), revenue)

    assert 0 < gains < len(treated)  # both signs are there
    assert right >= 0.9


@pytest.fixture(scope="module")
def levels(stages, planted) -> pd.DataFrame:
    found = table(stages, "pyramid")
    both = found.merge(planted, on="customer_id", suffixes=("", "_planted"))
    return both[both["active"].astype(bool)]


def test_the_true_level_lies_between_confirmed_and_possible(levels):
    inside = levels["true_level"].between(levels["confirmed_level"], levels["possible_level"])

    assert inside.all()
    far = (levels["true_level"] - levels["confirmed_level"]).abs() >= 2
    certain = levels["confirmed_level"] == levels["possible_level"]
    assert (far & certain).mean() <= 0.01


def test_where_the_evidence_is_complete_the_level_is_certain_and_mostly_right(levels):
    """Whether they stay is told by their orders; only words that are too old leave a level open."""
    complete = levels[levels["evidence_complete"].astype(bool)]
    certain = complete["confirmed_level"] == complete["possible_level"]
    too_old = complete["blocked_by"].str.contains("^(?:side B|trust) unknown", regex=True)
    right = complete["confirmed_level"] == complete["true_level"]

    assert len(complete) >= 100
    assert (certain | too_old).all()
    assert certain.sum() >= 120
    assert right[certain].mean() >= 0.85


def test_all_four_levels_and_several_verdicts_occur(stages, levels):
    assert set(levels["confirmed_level"]) == {1, 2, 3, 4}
    verdicts = set(table(stages, "key_accounts")["verdict"])
    assert {
        "key_account_now",
        "develop",
        "find_out_first",
        "keep_efficient",
        "fix",
        "not_now",
    } <= verdicts


def test_planted_golden_shots_are_found_and_none_is_made_a_key_account(stages, planted):
    shots = table(stages, "golden_shots").merge(
        planted, on="customer_id", suffixes=("", "_planted")
    )
    found = shots["golden_shot"] == "yes"
    true = shots["golden_shot_planted"].astype(bool)

    hits = (found & true).sum()
    assert hits / true.sum() >= 0.8
    assert hits / found.sum() >= 0.8
    accounts = table(stages, "key_accounts").set_index("party_id")["verdict"]
    assert "key_account_now" not in set(accounts.reindex(shots.loc[found, "customer_id"]))


def test_who_stands_twice_is_proposed_or_decided_and_a_copied_number_is_left_to_people(stages):
    truth = pd.read_csv(TRUTH / "same_customers.csv", dtype=str)
    found = table(stages, "identity_pairs")

    seen = {
        frozenset(pair): how for *pair, how in found[["customer_id", "keep_as", "decision"]].values
    }
    planted = truth[["customer_id", "keep_as", "same"]].values
    assert seen == {
        frozenset(pair): {"1": "merged", "0": "proposed"}[same] for *pair, same in planted
    }
    assert truth["sign"].tolist() == [
        "same_tax_id",
        "similar_name",
        "re_registered",
        "copied_tax_id",
    ]


def test_the_pyramid_does_not_follow_profit(stages):
    accounts = table(stages, "key_accounts")
    ranked = accounts[accounts["active"]].sort_values("customer_profit", ascending=False)

    assert 1 in set(ranked.head(20)["confirmed_level"])  # one of the best sales stands at the base
    small = ranked.tail(len(ranked) // 2)
    assert 3 in set(small["possible_level"])  # and a loyal small one need not


def test_the_matrix_and_the_rule_say_the_same_of_both_sides(stages):
    sides, accounts = table(stages, "attractiveness"), table(stages, "key_accounts")
    in_matrix = sides[(sides["both_hold"] == "yes") & (sides["doors"] != "")]
    by_rule = accounts[(accounts["key_customer"] == "yes") & (accounts["key_supplier"] == "yes")]

    assert len(in_matrix) > 5
    assert sorted(in_matrix["party_id"]) == sorted(by_rule["party_id"])


def test_nobody_s_guess_alone_confirms_a_key_account(stages):
    accounts = table(stages, "key_accounts")

    assert accounts.loc[accounts["verdict"] == "key_account_now", "asked"].all()


def test_the_ledger_leaves_nothing_unexplained_in_any_stage(stages):
    names = [path.stem for path in stages.glob("ledger_*.parquet")]
    left = pd.concat([table(stages, name) for name in names])
    left = left[left["role"] == "unexplained"]

    assert len(left) >= 20
    assert left["amount"].abs().max() < 0.005
