"""The fourteen accounts that the default rules were tried on: side A, level and verdict."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from kamlib.attractiveness.our_criteria import side_a, side_a_criteria
from kamlib.pyramid.boundaries import assign_levels
from kamlib.pyramid.bounds import Bounds, certain
from kamlib.pyramid.decide import decide, decision_rules
from kamlib.settings.engagement import load_engagement

CASES = json.loads((Path(__file__).parent / "rules_cases.json").read_text())
UNKNOWN_RANGES = {
    "side_b": (0.20, 0.90),
    "relative_strength": (-1.0, 1.0),
    "golden_shot": (0.0, 0.0),
    "p_unprofitable": (0.0, 1.0),
    "drop_effect": (-np.inf, -np.inf),
    "is_prospect": (0.0, 0.0),
    "loss_periods": (0.0, 0.0),
    "strategic_only": (0.0, 0.0),
}
ASKED = (
    "known_years",
    "order_days_24m",
    "p_return_12m",
    "days_late",
    "trust",
    "orders_per_year",
    "benefit_ours",
    "side_b",
    "contact_functions",
    "p_stay_3y",
    "joint_hard",
    "joint_all",
    "golden_shot",
    "profit_12m",
    "p_unprofitable",
    "age_months",
    "relative_strength",
    "drop_effect",
    "fix_price_change",
    "path_cost_to_uplift_2y",
    "loss_periods",
    "is_prospect",
)


@pytest.fixture(scope="module")
def rules(tmp_path_factory):
    folder = tmp_path_factory.mktemp("defaults")
    (folder / "engagement.yaml").write_text(
        "currency: PLN\nperiods: {FY2025: {from: 2025-01-01, to: 2025-12-31}}\n"
        "inputs: {invoice_lines: {files: lines.csv}}\n"
    )
    return load_engagement(folder)


def side_a_of(inputs: dict, rules) -> tuple[float, float]:
    measured = pd.DataFrame(
        {"party_id": ["X"], **{n: [inputs.get(n, np.nan)] for n in rules.side_a.criteria}}
    )
    nobody = pd.DataFrame({"party_id": [], "criterion": [], "rating": []})
    values = side_a_criteria(measured, nobody, rules.side_a.criteria)
    side = side_a(values, min_known_weight=rules.side_a.min_known_weight).iloc[0]
    return side["side_a_low"], side["side_a_high"]


def bounds_of(inputs: dict, rules) -> Bounds:
    found = {}
    for name in ASKED:
        if name in inputs:
            found[name] = certain([float(inputs[name])])
        else:
            low, high = UNKNOWN_RANGES.get(name, (-np.inf, np.inf))
            found[name] = (np.array([low]), np.array([high]))
    low, high = side_a_of(inputs, rules)
    doors = inputs["doors"]
    found["benefit_theirs"] = found["side_b"]
    found["side_a"] = (np.array([low]), np.array([high]))
    found["doors"] = certain([float(len(doors))])
    found["door_vital_few"] = certain([float("vital_few" in doors)])
    found["potential_kau"] = certain([inputs["profit_potential"]])
    found["deal_kau"] = certain([np.nan])  # no deal of it is open
    found["strategic_only"] = certain([0.0])
    return Bounds(np.array(["X"]), found)


@pytest.mark.parametrize("name", CASES)
def test_an_account_gets_the_side_a_level_and_verdict_that_people_agreed_on(name, rules):
    inputs, expected = CASES[name]["inputs"], CASES[name]["expected"]
    bounds = bounds_of(inputs, rules)
    levels = assign_levels(bounds, rules.pyramid.boundaries, ["auto"])
    decided = decide(bounds, levels, decision_rules(rules, unit=120_000.0)).iloc[0]

    low, high = (bounds["side_a"][0][0], bounds["side_a"][1][0])
    assert [round(low, 4), round(high, 4)] == expected["side_a"]
    if expected["level"]:
        assert [levels["confirmed_level"][0], levels["possible_level"][0]] == expected["level"]
    assert decided["verdict_worst"] == expected["worst"]
    assert decided["verdict_best"] == expected["best"]
    assert decided["verdict"] == expected["verdict"]
