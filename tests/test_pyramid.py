"""Levels, golden shots and verdicts, against accounts by hand and the default rules."""

import itertools
from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from worlds import END, IDEAL, KAU, UNKNOWN, WANTED, accounts_of, default_rules

from kamlib.core.errors import ParameterError
from kamlib.core.outcomes import PASS
from kamlib.core.quantities import QUANTITIES
from kamlib.pyramid.assess import assess_accounts, capacity_outcomes, unit_outcome
from kamlib.pyramid.boundaries import assign_levels, level_counts, pyramid_outcomes
from kamlib.pyramid.bounds import Bounds, account_bounds, contact_functions, joint_evidence
from kamlib.pyramid.decide import accounts_at_cuts, decide, decision_rules, verdict_counts
from kamlib.pyramid.golden import (
    golden_outcomes,
    golden_shots,
    margin_percentiles,
    money_of_shots,
    percentiles_outcome,
)
from kamlib.pyramid.words import places_finding
from kamlib.settings import GoldenShot

RULES = default_rules()
BOUNDARIES = RULES.pyramid.boundaries
moderately = settings(max_examples=40, deadline=None)


def levels_of(*accounts: dict, relations=None) -> list[tuple[int, int]]:
    bounds = accounts_of(*accounts, ids=range(len(accounts)))
    table = assign_levels(bounds, BOUNDARIES, relations or ["auto"] * len(accounts))
    return list(zip(table["confirmed_level"], table["possible_level"], strict=True))


def decided(*accounts: dict, places=None, unit=KAU, ids=None, **changed) -> pd.DataFrame:
    bounds = accounts_of(*accounts, ids=ids)
    rules = replace(decision_rules(RULES, unit=unit), places=places, **changed)
    levels = assign_levels(bounds, BOUNDARIES, ["auto"] * len(accounts))
    return decide(bounds, levels, rules).set_index("party_id")


def assessed(*accounts: dict, managers=(), missing=None, places=None) -> pd.DataFrame:
    bounds = accounts_of(*accounts)
    rules = replace(decision_rules(RULES, unit=KAU), places=places)
    table = assess_accounts(
        bounds,
        BOUNDARIES,
        ["auto"] * len(accounts),
        rules,
        missing=missing or {},
        managers=pd.Series(dict(managers), dtype="object"),
        by_when=date(2026, 2, 28),
    )
    return table.set_index("party_id")


# --------------------------------------------------------------------------------- levels
@pytest.mark.parametrize(
    ("changed", "levels"),
    [
        pytest.param({}, (4, 4), id="everything holds"),
        # to cooperation: years .20, order days .20, return .35, days late .25; .60 are needed
        pytest.param({"known_years": 0.5, "order_days_24m": 2}, (4, 4), id=".60 of .60 is enough"),
        pytest.param({"p_return_12m": 0.45, "known_years": 0.5}, (1, 1), id=".45 of .60"),
        pytest.param({"order_days_24m": 1}, (1, 1), id="veto: one order day is no relation"),
        pytest.param({"p_return_12m": 0.29}, (1, 1), id="veto: hardly returns"),
        pytest.param({"days_late": 46}, (1, 1), id="veto: pays too late"),
        pytest.param({"days_late": 45}, (4, 4), id="45 days late is no veto"),
        # to partnership: .75 are needed, and each of the five has a veto
        pytest.param({"trust": 4.9}, (2, 2), id="veto: they do not trust us"),
        pytest.param({"orders_per_year": 5.9}, (2, 2), id="veto: hardly any transactions"),
        pytest.param({"benefit_ours": -0.001}, (2, 2), id="veto: we lose"),
        pytest.param({"side_b": 0.44}, (2, 2), id="veto: they gain little"),
        pytest.param({"p_stay_3y": 0.49}, (2, 2), id="veto: no horizon"),
        pytest.param({"benefit_ours": 0.02, "contact_functions": 2}, (4, 4), id=".75 of .75"),
        pytest.param({"benefit_ours": 0.02, "orders_per_year": 7}, (2, 2), id=".65 of .75"),
        # to synergy: .70 are needed
        pytest.param({"joint_hard": 0, "joint_all": 2}, (3, 3), id="veto: no joint thing"),
        pytest.param({"joint_all": 1, "contact_functions": 3}, (4, 4), id=".70 of .70"),
        pytest.param({"trust": 7.5, "side_b": 0.65}, (3, 3), id=".65 of .70"),
        pytest.param({"trust": 6.9}, (3, 3), id="veto: trust below seven"),
    ],
)
def test_a_level_needs_its_weights_and_no_veto(changed, levels):
    assert levels_of({**IDEAL, **changed}) == [levels]


@pytest.mark.parametrize(
    ("unknown", "levels"),
    [
        pytest.param(["trust"], (2, 4), id="nobody knows whether they trust us: soundly 2..4"),
        pytest.param(["contact_functions"], (4, 4), id="without a veto others may outweigh it"),
        pytest.param(["joint_all", "contact_functions"], (4, 4), id=".70 of .70 is known"),
        pytest.param(["days_late"], (1, 4), id="they may pay far too late"),
        pytest.param(["p_return_12m", "days_late"], (1, 4), id="too little is known to meet"),
        pytest.param(["joint_hard", "joint_all"], (3, 4), id="no table of evidence"),
        pytest.param(list(IDEAL), (1, 4), id="nothing is known"),
    ],
)
def test_unknown_is_not_met_for_the_confirmed_level_and_met_for_the_possible_one(unknown, levels):
    found = levels_of({**IDEAL, **dict.fromkeys(unknown, UNKNOWN)})

    assert found == [levels]


def test_a_veto_on_an_unknown_blocks_only_the_confirmed_level():
    """p_return is unknown: without its .35 the rest still has .65 of .60."""
    assert levels_of({**IDEAL, "p_return_12m": UNKNOWN}) == [(1, 4)]


def test_top_scores_without_a_joint_thing_are_no_synergy():
    best = dict.fromkeys(("trust", "side_b", "contact_functions", "orders_per_year"), 1000000000.0)

    assert levels_of({**IDEAL, **best, "joint_hard": 0, "joint_all": 9}) == [(3, 3)]


def test_projects_need_fewer_orders_a_year():
    """3 orders a year: a partner where work comes by projects, vetoed elsewhere."""
    rare = {**IDEAL, "orders_per_year": 3}

    assert levels_of(rare, rare, relations=["project", "auto"]) == [(4, 4), (2, 2)]
    assert levels_of({**rare, "orders_per_year": 1.9}, relations=["project"]) == [(2, 2)]


def test_profit_and_haggling_buy_no_level():
    poor, rich = {**IDEAL, "profit_12m": 1.0}, {**IDEAL, "profit_12m": 1e9, "golden_shot": 1}

    assert levels_of(poor, rich) == [(4, 4), (4, 4)]


def blocked(*accounts: dict, relations=None) -> list[str]:
    bounds = accounts_of(*accounts)
    return assign_levels(bounds, BOUNDARIES, relations or ["auto"] * len(accounts))[
        "blocked_by"
    ].tolist()


def test_a_chance_that_is_a_range_is_said_from_end_to_end_and_not_as_if_it_were_the_worst():
    said = blocked({**IDEAL, "p_return_12m": (0.0, 0.24), "days_late": 20})

    assert said == ["chance of return 0% to 24%, needs 50% (veto); days late 20, at most 14"]


def test_what_just_falls_short_does_not_read_like_the_limit():
    said = blocked(
        {**IDEAL, "p_return_12m": (0.499, 0.93), "known_years": 0.96, "days_late": 20},
        {**IDEAL, "p_return_12m": (0.0001, 0.36)},
    )

    assert said == [
        "known for 0.96, needs 1; chance of return 49.9% to 93%, needs 50%; days late 20, at most 14",
        "chance of return under 1% to 36%, needs 50% (veto)",
    ]
    short = assessed({**IDEAL, "side_a": 0.596, "side_b": 0.5, "benefit_theirs": 0.5, "trust": 6})
    assert short.loc["A", "lacking"] == (
        "side A is 59.6, needs 60; side B is 50, needs 60; the relation: trust 6, needs 7"
    )


def test_what_blocks_the_next_level_is_said_with_its_limit():
    said = blocked(
        {**IDEAL, "trust": 4, "contact_functions": 2, "side_b": UNKNOWN},
        {**IDEAL, "days_late": 50, "p_return_12m": 0.4},
        {**IDEAL, "orders_per_year": 7, "contact_functions": 2},
        IDEAL,
        {**IDEAL, "p_return_12m": 0.4, "known_years": 0.5, "days_late": 20},
    )

    assert said == [
        "trust 4, needs 7 (veto); side B unknown, needs 60 (veto); functions 2, needs 3",
        "chance of return 40%, needs 50%; days late 50, at most 14 (veto)",
        "orders a year 7, needs 12; functions 2, needs 3",
        "",
        "known for 0.5, needs 1; chance of return 40%, needs 50%; days late 20, at most 14",
    ]


def test_a_project_is_told_the_limit_of_projects():
    rare = {**IDEAL, "orders_per_year": 1}

    assert blocked(rare, rare, relations=["project", "auto"]) == [
        "orders a year 1, needs 3 (veto)",
        "orders a year 1, needs 12 (veto)",
    ]


BETTER_HIGH = (
    "known_years",
    "order_days_24m",
    "p_return_12m",
    "trust",
    "orders_per_year",
    "benefit_ours",
    "side_b",
    "p_stay_3y",
    "contact_functions",
    "joint_hard",
    "joint_all",
)
SPREAD = {
    "known_years": (0, 3),
    "order_days_24m": (0, 40),
    "p_return_12m": (0, 1),
    "days_late": (0, 60),
    "trust": (0, 10),
    "orders_per_year": (0, 20),
    "benefit_ours": (-0.1, 0.2),
    "side_b": (0, 1),
    "p_stay_3y": (0, 1),
    "contact_functions": (0, 6),
    "joint_hard": (0, 2),
    "joint_all": (0, 4),
}
numbers = {name: st.floats(*ends) for name, ends in SPREAD.items()}
accounts = st.fixed_dictionaries({n: st.one_of(st.none(), each) for n, each in numbers.items()})
criteria = st.sampled_from(list(SPREAD))


@given(accounts, criteria, st.floats(0, 1))
@moderately
def test_a_better_value_never_lowers_a_level(account, name, step):
    if account[name] is None:
        return
    low, high = SPREAD[name]
    by = step * (high - low) * (1 if name in BETTER_HIGH else -1)

    before, after = levels_of(account, {**account, name: account[name] + by})

    assert after[0] >= before[0]
    assert after[1] >= before[1]


@given(accounts, criteria, st.data())
@moderately
def test_more_data_only_narrow_confirmed_to_possible(account, name, data):
    known = {**account, name: data.draw(numbers[name])}

    before, after = levels_of({**account, name: UNKNOWN}, known)

    assert before[0] <= after[0] <= after[1] <= before[1]


@given(accounts)
@moderately
def test_a_level_is_certain_where_all_is_known(account):
    known = {n: v if v is not None else sum(SPREAD[n]) / 2 for n, v in account.items()}

    ((confirmed, possible),) = levels_of(known)

    assert confirmed == possible


def test_levels_are_counted_from_the_top():
    table = pd.DataFrame(
        {
            "confirmed_level": [1, 1, 3],
            "possible_level": [1, 4, 3],
            "golden_shot": ["yes", "no", "yes"],
            "customer_profit": [5.0, -2, 10],
        }
    )

    counts = level_counts(table)

    assert counts["level"].tolist() == [
        "4 synergy",
        "3 partnership",
        "2 cooperation",
        "1 transaction",
        "not told (1 to 4)",
    ]
    assert counts["customers"].tolist() == [0, 1, 0, 1, 1]
    assert counts["may_be_higher"].tolist() == [0, 0, 0, 0, 1]
    assert counts["golden_shots"].tolist() == [0, 1, 0, 1, 0]
    # where nobody stands, nothing is earned
    assert counts["customer_profit"].tolist() == [0, 10, 0, 5, -2]
    told = level_counts(table.assign(possible_level=[1, 1, 3]))
    assert told["level"].tolist()[-1] == "1 transaction"


def test_levels_trust_and_benefit_are_judged():
    table = pd.DataFrame(
        {
            "confirmed_level": [1, 2],
            "possible_level": [4, 2],
            "trust": [np.nan, 8],
            "customer_profit": [np.nan, np.nan],
        }
    )

    assert [(v.outcome, v.said) for v in pyramid_outcomes(table)] == [
        (
            "FLAG",
            "Of 2 customers 1 cannot be told from a mere transaction.",
        ),
        (
            "FLAG",
            "Trust is unknown for 1 of 2 customers; partnership is not confirmed there.",
        ),
        (
            "REFUSE",
            "Customer profit is not known, so the benefit to us is unknown: no partnership can be "
            "confirmed.",
        ),
    ]
    certain = table.assign(possible_level=[1, 2], trust=[7, 8], customer_profit=[1.0, 2])
    assert [v.outcome for v in pyramid_outcomes(certain)] == [PASS] * 3
    assert pyramid_outcomes(table.head(1))[1].outcome == "REFUSE"


# --------------------------------------------------------------------------------- evidence
def signs(*rows: tuple) -> pd.DataFrame:
    table = pd.DataFrame(list(rows), columns=["party_id", "code", "date", "until"])
    return table.assign(date=pd.to_datetime(table["date"]), until=pd.to_datetime(table["until"]))


@pytest.mark.parametrize(
    ("row", "counts"),
    [
        pytest.param(("joint_launch", "2015-01-01", "2025-12-31"), 1, id="until the last day"),
        pytest.param(("joint_launch", "2025-01-01", "2025-12-30"), 0, id="ended the day before"),
        pytest.param(("joint_launch", "2024-01-01", None), 1, id="24 months old, without an end"),
        pytest.param(("joint_launch", "2023-12-31", None), 0, id="older, without an end"),
        pytest.param(("joint_launch", "2026-01-01", None), 0, id="not yet"),
        pytest.param(("friendship", "2025-01-01", None), 0, id="no sign we know"),
    ],
)
def test_evidence_counts_while_it_exists(row, counts):
    found = joint_evidence(signs(("A", *row)), pd.Series(["A"]), RULES.pyramid, end=END)

    assert found["joint_hard"].tolist() == [counts]
    assert found["joint_all"].tolist() == [counts]


def test_hard_and_soft_signs_are_counted_by_kind():
    table = signs(
        ("A", "joint_launch", "2025-01-01", None),
        ("A", "joint_launch", "2025-06-01", None),
        ("A", "open_books", "2025-01-01", None),
        ("B", "edi_vmi", "2025-01-01", None),
    )

    found = joint_evidence(table, pd.Series(["A", "B", "C"]), RULES.pyramid, end=END)

    assert found["joint_hard"].tolist() == [1, 0, 0]
    assert found["joint_all"].tolist() == [2, 1, 0]
    unknown = joint_evidence(None, pd.Series(["A"]), RULES.pyramid, end=END)
    assert unknown[["joint_hard", "joint_all"]].isna().all().all()
    no_ends = joint_evidence(table.drop(columns="until"), pd.Series(["A"]), RULES.pyramid, end=END)
    assert no_ends["joint_all"].tolist() == [2]


def test_functions_in_contact_are_counted_within_the_evidence_months():
    """A talks to two functions now, one in two spellings, and one long ago; B only long ago; C will."""
    contacts = pd.DataFrame(
        [
            ("A", "2025-12-31", "buying"),
            ("A", "2024-01-01", "plant"),
            ("A", "2025-01-01", "Plant "),
            ("A", "2023-12-31", "board"),
            ("B", "2023-12-31", "buying"),
            ("C", "2026-01-01", "plant"),
        ],
        columns=["party_id", "date", "their_function"],
    )
    contacts["date"] = pd.to_datetime(contacts["date"])

    counts = contact_functions(contacts, end=END, months=24)

    assert counts.to_dict() == {"A": 2, "B": 0}
    assert contact_functions(None, end=END, months=24).empty


# --------------------------------------------------------------------------------- golden shots
CUSTOMERS = pd.DataFrame(
    {"customer_id": ["S"], "industry_segment": ["paper"], "relation": ["external"]}
)
LADDER = pd.DataFrame(
    {"industry_segment": "all", "percent": [0, 0.5, 1], "margin_rate": [0, 0.2, 0.4]}
)
# one order day in 24 months, margin .32 of 0 to .40 (.80 of the way), list price, a big profit
SHOT = {
    "order_days_24m": 1,
    "age_months": 18,
    "p_return_12m": 0.10,
    "margin_rate": 0.32,
    "discount_rate": 0.0,
    "profit": 24_000.0,
    "on_profit": True,
}


def shot_of(
    customers=CUSTOMERS,
    *,
    unit=KAU,
    relation="auto",
    ladder=LADDER,
    definition=RULES.golden_shot,
    **changed,
) -> str:
    row = {"customer_id": "S", **SHOT, **changed}
    money = pd.DataFrame([row])[
        ["customer_id", "margin_rate", "discount_rate", "profit", "on_profit"]
    ]
    stays = pd.DataFrame([row])[["customer_id", "order_days_24m", "age_months", "p_return_12m"]]
    shots = golden_shots(
        customers, money, stays, ladder, definition, unit=unit, relations=[relation], end=END
    )
    return shots["golden_shot"].tolist()[0]


def test_the_best_sale_of_the_year_is_a_golden_shot():
    assert shot_of() == "yes"


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        pytest.param({"order_days_24m": 2}, "yes", id="two order days still are few"),
        pytest.param({"order_days_24m": 3}, "no", id="three are a habit"),
        pytest.param({"order_days_24m": 0}, "no", id="no order, no sale"),
        pytest.param({"age_months": 12}, "yes", id="a year old"),
        pytest.param({"age_months": 11}, "too young to tell", id="younger than a year"),
        pytest.param({"age_months": 11, "margin_rate": 0.1}, "no", id="young and of poor margin"),
        pytest.param({"margin_rate": 0.30}, "yes", id="margin at the limit of three quarters"),
        pytest.param({"margin_rate": 0.29}, "no", id="margin below the best quarter"),
        pytest.param({"discount_rate": 0.02}, "yes", id="two percent is no haggling"),
        pytest.param({"discount_rate": 0.03}, "no", id="haggled"),
        pytest.param({"p_return_12m": 0.29}, "yes", id="hardly returns"),
        pytest.param({"p_return_12m": 0.30}, "no", id="may well return"),
        pytest.param({"profit": 2_400.0}, "yes", id=".02 of a key-account unit"),
        pytest.param({"profit": 2_399.0}, "no", id="spare-part pennies"),
        pytest.param({"relation": "project"}, "no", id="projects are irregular by nature"),
        pytest.param(
            {"customers": CUSTOMERS.assign(contract_end=pd.Timestamp("2025-12-31"))},
            "no",
            id="bound by a contract",
        ),
        pytest.param(
            {"customers": CUSTOMERS.assign(contract_end=pd.Timestamp("2025-12-30"))},
            "yes",
            id="the contract has ended",
        ),
        pytest.param(
            {"customers": CUSTOMERS.assign(relation="intercompany")}, "no", id="our own company"
        ),
    ],
)
def test_every_condition_of_a_golden_shot_must_hold(changed, told):
    assert shot_of(**changed) == told


@pytest.mark.parametrize(
    "blind",
    [
        pytest.param({"unit": None}, id="no key-account unit"),
        pytest.param({"p_return_12m": np.nan}, id="no repeat rates"),
        pytest.param({"ladder": LADDER.head(0)}, id="no margins in the reference period"),
    ],
)
def test_a_golden_shot_that_cannot_be_told_is_unknown_and_not_no(blind):
    assert pd.isna(shot_of(**blind))


def test_a_golden_shot_may_be_told_by_any_kind_of_limit():
    below = {"below": 0.03}
    strict = GoldenShot(**{**RULES.golden_shot.model_dump(exclude_none=True), "discount": below})

    assert shot_of(discount_rate=0.029, definition=strict) == "yes"
    assert shot_of(discount_rate=0.03, definition=strict) == "no"


def test_who_sold_nothing_above_zero_is_no_golden_shot_while_others_are():
    ids = ["S", "T"]
    money = pd.DataFrame({"customer_id": ids, **SHOT}).assign(margin_rate=[0.32, np.nan])
    stays = pd.DataFrame({"customer_id": ids, **SHOT})[
        ["customer_id", "order_days_24m", "age_months", "p_return_12m"]
    ]
    money = money.drop(columns=["order_days_24m", "age_months", "p_return_12m"])

    shots = golden_shots(
        pd.DataFrame({"customer_id": ids}),
        money,
        stays,
        LADDER,
        RULES.golden_shot,
        unit=KAU,
        relations=["auto", "auto"],
        end=END,
    )

    assert shots["golden_shot"].tolist() == ["yes", "no"]


def test_golden_shots_say_what_they_are_measured_on():
    told = pd.DataFrame({"golden_shot": ["yes", "no"]})
    blind = pd.DataFrame({"golden_shot": pd.Series([None, None], dtype="str")})

    assert golden_outcomes(told, pd.DataFrame({"on_profit": [True]})).outcome == "PASS"
    assert golden_outcomes(told, pd.DataFrame({"on_profit": [False]})).outcome == "FLAG"
    assert golden_outcomes(blind, pd.DataFrame({"on_profit": [True]})).said == (
        "Golden shots cannot be told: a key-account unit, repeat rates or margins are missing."
    )


def margins(**rates: float) -> pd.DataFrame:
    return pd.DataFrame({"customer_id": list(rates), "margin_rate": list(rates.values())})


def test_percentiles_are_per_segment_of_eight_and_for_all_external_customers():
    ids = [f"P{i}" for i in range(8)] + [f"Q{i}" for i in range(7)] + ["I"]
    customers = pd.DataFrame(
        {
            "customer_id": ids,
            "industry_segment": ["paper"] * 8 + ["steel"] * 7 + ["paper"],
            "relation": ["external"] * 15 + ["intercompany"],
        }
    )
    money = margins(**{name: 0.01 * i for i, name in enumerate(ids[:15])}, I=99.0)

    ladder = margin_percentiles(money, customers, end=END)

    assert ladder["industry_segment"].unique().tolist() == ["all", "paper"]
    tops = ladder.groupby("industry_segment")["margin_rate"].max()
    assert tops.to_dict() == pytest.approx({"all": 0.14, "paper": 0.07})
    middle = ladder[ladder["percent"].round(9) == 0.5].set_index("industry_segment")["margin_rate"]
    assert middle.to_dict() == pytest.approx({"all": 0.07, "paper": 0.035})


def test_without_a_margin_there_are_no_percentiles_and_nothing_breaks():
    assert margin_percentiles(margins(S=np.nan), CUSTOMERS, end=END).empty


def test_percentiles_are_frozen_so_that_a_customer_more_moves_nobody():
    """Ten customers with margins 0 to 9 %; then one with 90 % comes in."""
    ids = [f"C{i}" for i in range(10)]
    customers = pd.DataFrame({"customer_id": ids, "relation": "external"})
    frozen = margin_percentiles(
        margins(**{n: 0.01 * i for i, n in enumerate(ids)}), customers, end=END
    )
    more = pd.concat([customers, pd.DataFrame({"customer_id": ["N"], "relation": ["external"]})])

    def percentiles(rows: pd.DataFrame) -> dict[str, float]:
        money = margins(**{n: 0.01 * i for i, n in enumerate(ids)}, N=0.9)
        money = money.assign(discount_rate=0.0, profit=1.0, on_profit=True)
        stays = pd.DataFrame(
            {"customer_id": [*ids, "N"], "order_days_24m": 1, "age_months": 18, "p_return_12m": 0.1}
        )
        shots = golden_shots(
            rows,
            money,
            stays,
            frozen,
            RULES.golden_shot,
            unit=KAU,
            end=END,
            relations=["auto"] * len(rows),
        )
        return shots.set_index("customer_id")["margin_percentile"].to_dict()

    before, after = percentiles(customers), percentiles(more)

    assert {name: after[name] for name in ids} == before
    assert [before["C0"], before["C9"], after["N"]] == [0, 1, 1]


def test_margins_frozen_on_other_costs_are_flagged_with_both_limits():
    """Margins 0 to 9 %, as frozen 50 points higher: the best quarter begins at 56.8 % or at 6.8 %."""
    ids = [f"C{i}" for i in range(10)]
    customers = pd.DataFrame({"customer_id": ids, "relation": "external"})
    dear = margins(**{n: 0.5 + 0.01 * i for i, n in enumerate(ids)})
    frozen = margin_percentiles(dear, customers, end=END)
    afresh = margin_percentiles(
        margins(**{n: 0.01 * i for i, n in enumerate(ids)}), customers, end=END
    )

    told = percentiles_outcome(frozen, afresh, RULES.golden_shot)

    assert (told.outcome, told.said) == (
        "FLAG",
        "Margin percentiles were frozen over 1 Jan 2025 to 31 Dec 2025, and the inputs have changed "
        "since. Measured afresh over the same days, a margin would be high from another number on: "
        "from 6.8% instead of 57% (all). The frozen ones are used.",
    )
    assert percentiles_outcome(frozen, frozen, RULES.golden_shot).outcome == "PASS"
    gone = percentiles_outcome(frozen, afresh.head(0), RULES.golden_shot)
    assert "today's inputs do not reach those days" in gone.said
    assert percentiles_outcome(frozen.head(0), afresh, RULES.golden_shot).outcome == "REFUSE"


def test_who_may_come_back_or_not_is_told_neither_a_golden_shot_nor_none():
    ids = ["S", "T"]
    money = pd.DataFrame({"customer_id": ids, **SHOT}).assign(margin_rate=[0.32, 0.1])
    stays = money[["customer_id", "order_days_24m", "age_months"]].assign(
        p_return_12m=[np.nan, 0.1]
    )
    money = money.drop(columns=["order_days_24m", "age_months", "p_return_12m"])

    shots = golden_shots(
        pd.DataFrame({"customer_id": ids}),
        money,
        stays,
        LADDER,
        RULES.golden_shot,
        unit=KAU,
        relations=["auto", "auto"],
        end=END,
    )

    assert shots["golden_shot"].isna().tolist() == [True, False]


def month_of(customer: str, month: str, listed: float, invoiced: float, cost: float) -> tuple:
    return customer, pd.Timestamp(month), listed, invoiced, cost


MONTHS = pd.DataFrame(
    [
        month_of("A", "2023-12-01", 999, 999, 0),
        month_of("A", "2024-01-01", 60, 55, 30),
        month_of("A", "2025-12-01", 40, 40, 10),
        month_of("B", "2025-01-01", 0, 0, 5),
    ],
    columns=["customer_id", "month", "list_revenue", "invoice_revenue", "cost_of_goods_sold"],
)


def years(*profits: float) -> pd.DataFrame:
    spans = [("FY2024", "2024-01-01", "2024-12-31"), ("FY2025", "2025-01-01", "2025-12-31")]
    rows = [
        (name, "A", profit, pd.Timestamp(first), pd.Timestamp(last))
        for (name, first, last), profit in zip(spans[-len(profits) :], profits, strict=True)
    ]
    names = ["period", "customer_id", "customer_profit", "period_start", "period_end"]
    return pd.DataFrame(rows, columns=names)


@pytest.mark.parametrize(
    ("statement", "profit", "on_profit"),
    [
        pytest.param(years(20, 15), 35, True, id="profit of both years"),
        pytest.param(years(15), 45, False, id="cost-to-serve of one year only: gross margin"),
        pytest.param(years(np.nan, np.nan), 45, False, id="no cost-to-serve: gross margin"),
    ],
)
def test_money_of_shots_covers_the_same_24_months_as_their_order_days(statement, profit, on_profit):
    """List 100, invoiced 95, 10 off invoice, cost 40: 85 in the pocket, margin 45."""
    off = pd.DataFrame(
        {
            "customer_id": ["A", "A"],
            "date": pd.to_datetime(["2024-01-01", "2023-12-31"]),
            "amount": [10.0, 500.0],
        }
    )

    money = money_of_shots(MONTHS, off, statement, end=END, months_back=24).set_index("customer_id")

    assert money.loc["A", "margin_rate"] == pytest.approx(45 / 85)
    assert money.loc["A", "discount_rate"] == pytest.approx(0.05)
    assert [money.loc["A", "gross_margin"], money.loc["A", "profit"]] == [45, profit]
    assert money["on_profit"].tolist() == [on_profit] * 2
    assert np.isnan(money.loc["B", ["margin_rate", "discount_rate"]].astype(float)).all()


# --------------------------------------------------------------------------------- bounds
def joined(parties: str = "AB", prospects: str = "", **tables) -> Bounds:
    ids = list(parties)
    given = {
        "statement": pd.DataFrame(
            {
                "period": ["FY2025", "FY2025", "FY2024", "FY2024"],
                "customer_id": list("ABAB"),
                "customer_profit": [-10.0, 20, -5, -6],
                "days_late": [3.0, np.nan, 0, 0],
                "profit_rate": [-0.1, 0.2, 0, 0],
                "gross_margin": 1.0,
            }
        ),
        "stays": pd.DataFrame(
            {
                "customer_id": list("AB"),
                "age_months": 24,
                "known_years": 2.0,
                "order_days_24m": 4,
                "orders_per_year": 2.0,
                "p_return_low": 0.5,
                "p_return_high": 0.5,
                "p_stay_low": [0.9, np.nan],
                "p_stay_high": [0.9, np.nan],
                "staying_source": ["contract", "unknown"],
                "staying_date": pd.NaT,
            }
        ),
        "sides": pd.DataFrame(
            {
                "party_id": ids,
                "side_a_low": 0.4,
                "side_a_high": 0.7,
                "side_b_low": 0.2,
                "side_b_high": 0.9,
                "relative_strength_low": -1.0,
                "relative_strength_high": 1.0,
                "trust": np.nan,
                "profit_potential_low": 0.5,
                "profit_potential_high": 0.5,
                "potential_rated": 0.5,
                "asked": False,
                "trust_date": pd.NaT,
                "side_b_date": pd.NaT,
            }
        ),
        "contacts": pd.Series({"A": 3.0}),
        "joint": pd.DataFrame({"party_id": ids, "joint_hard": 0.0, "joint_all": 1.0}),
        "doors": pd.DataFrame(
            {
                "party_id": list("AAB"),
                "door": ["vital_few", "strategic", "strategic"],
                "open": True,
                "judged": True,
            }
        ),
        "shots": pd.DataFrame({"customer_id": list("AB"), "golden_shot": ["yes", "no"]}),
    }
    extra = {name: tables.pop(name) for name in ("uncertainty", "losses") if name in tables}
    given |= tables
    table = pd.DataFrame({"party_id": ids, "is_prospect": [p in prospects for p in ids]})
    return account_bounds(
        table,
        *given.values(),
        period="FY2025",
        yearly=True,
        least_uplift=0.5,
        since=pd.Timestamp("2024-01-01"),
        **extra,
    )


def ends(bounds: Bounds, name: str) -> list[tuple[float, float]]:
    low, high = bounds[name]
    return list(zip(low.tolist(), high.tolist(), strict=True))


def test_every_quantity_that_a_rule_may_ask_for_is_given_of_every_account():
    assert set(joined().of) == set(QUANTITIES)


def test_bounds_hold_what_is_known_and_leave_open_what_is_not():
    bounds = joined()

    assert ends(bounds, "profit_12m") == [(-10, -10), (20, 20)]
    assert ends(bounds, "loss_periods") == [(2, 2), (1, 1)]
    assert ends(bounds, "side_a") == [(0.4, 0.7), (0.4, 0.7)]
    assert ends(bounds, "days_late") == [(3, 3), (-np.inf, np.inf)]
    assert ends(bounds, "contact_functions") == [(3, 3), (-np.inf, np.inf)]
    assert ends(bounds, "golden_shot") == [(1, 1), (0, 0)]
    assert ends(bounds, "doors") == [(2, 2), (1, 1)]
    assert ends(bounds, "door_vital_few") == [(1, 1), (0, 0)]
    assert ends(bounds, "strategic_only") == [(0, 0), (1, 1)]
    assert bounds.unknown("trust").all()


@pytest.mark.parametrize(
    ("asked", "trust", "benefit"),
    [
        pytest.param("2024-01-01", (8, 8), (0.7, 0.7), id="within the months of evidence"),
        pytest.param("2023-12-31", (-np.inf, np.inf), (-np.inf, np.inf), id="a day too old"),
        pytest.param(None, (-np.inf, np.inf), (-np.inf, np.inf), id="nobody knows when"),
    ],
)
def test_words_older_than_the_months_of_evidence_confirm_no_level(asked, trust, benefit):
    sides = pd.DataFrame(
        {
            "party_id": ["A"],
            "side_a_low": 0.4,
            "side_a_high": 0.7,
            "side_b_low": 0.7,
            "side_b_high": 0.7,
            "relative_strength_low": 0.1,
            "relative_strength_high": 0.1,
            "trust": 8.0,
            "profit_potential_low": 0.5,
            "profit_potential_high": 0.5,
            "potential_rated": 0.5,
            "asked": True,
            "trust_date": pd.to_datetime([asked]),
            "side_b_date": pd.to_datetime([asked]),
        }
    )

    bounds = joined("A", sides=sides)

    assert ends(bounds, "trust") == [trust]
    assert ends(bounds, "benefit_theirs") == [benefit]
    assert ends(bounds, "side_b") == [(0.7, 0.7)]  # it stays on the page as what they told us


@pytest.mark.parametrize(
    ("source", "told", "stays"),
    [
        pytest.param("contract", None, (0.9, 0.9), id="a contract"),
        pytest.param("their_words", "2024-01-01", (0.9, 0.9), id="they said so"),
        pytest.param("their_words", "2023-12-31", (-np.inf, np.inf), id="they said so long ago"),
        pytest.param("orders", None, (0.9, 0.9), id="its orders tell"),
    ],
)
def test_the_customer_s_own_words_on_staying_confirm_a_level_as_long_as_they_are_not_old(
    source, told, stays
):
    table = pd.DataFrame(
        {
            "customer_id": ["A"],
            "age_months": 24,
            "known_years": 2.0,
            "order_days_24m": 4,
            "orders_per_year": 2.0,
            "p_return_low": 0.4,
            "p_return_high": 0.6,
            "p_stay_low": 0.9,
            "p_stay_high": 0.9,
            "staying_source": source,
            "staying_date": pd.to_datetime([told]),
        }
    )

    assert ends(joined(stays=table), "p_stay_3y")[0] == stays
    assert ends(joined(stays=table), "p_return_12m")[0] == (0.4, 0.6)


def test_a_loss_is_as_sure_as_the_draws_say_and_open_where_nothing_was_drawn():
    drawn = pd.DataFrame({"customer_id": ["B"], "p_unprofitable": [0.62]})

    assert ends(joined(), "p_unprofitable") == [(0, 1), (0, 1)]
    assert ends(joined(uncertainty=drawn), "p_unprofitable") == [(0, 1), (0.62, 0.62)]


def test_what_leaving_would_change_and_the_price_that_mends_come_from_the_treatment_of_losses():
    losses = pd.DataFrame(
        {
            "customer_id": ["B"],
            "drop_effect_low": [-50.0],
            "drop_effect_high": [20.0],
            "fix_price_change": [0.07],
        }
    )
    bounds, beyond = joined(losses=losses), joined(losses=losses.assign(fix_price_change=np.nan))

    assert ends(joined(), "drop_effect") == [(-np.inf, -np.inf)] * 2
    assert joined().unknown("fix_price_change").all()
    assert ends(bounds, "drop_effect") == [(-np.inf, -np.inf), (-50, 20)]
    assert ends(bounds, "fix_price_change") == [(0, 0), (0.07, 0.07)]
    assert ends(beyond, "fix_price_change") == [(0, 0), (np.inf, np.inf)]  # no price ends this loss


def test_a_door_declared_twice_is_one_door():
    doors = pd.DataFrame(
        {"party_id": ["A", "A"], "door": "strategic", "open": True, "judged": True}
    )

    assert ends(joined(doors=doors), "doors") == [(1, 1), (0, 0)]


def test_a_door_that_nobody_can_judge_is_shut_at_worst_and_open_at_best():
    """A is strategic, and may have potential of 0.5; B's potential of 0.4 shuts door 2; P may be won."""
    doors = pd.DataFrame(
        [
            ("A", "strategic", True, True),
            ("A", "potential", False, False),
            ("B", "potential", False, False),
            ("B", "vital_few", False, False),
            ("P", "prospect", False, False),
        ],
        columns=["party_id", "door", "open", "judged"],
    )
    sides = pd.DataFrame(
        {
            "party_id": list("ABP"),
            "side_a_low": 0.4,
            "side_a_high": 0.7,
            "side_b_low": 0.2,
            "side_b_high": 0.9,
            "relative_strength_low": -1.0,
            "relative_strength_high": 1.0,
            "trust": np.nan,
            "profit_potential_low": [0.2, 0.1, np.nan],
            "profit_potential_high": [0.9, 1.4, np.nan],
            "potential_rated": [0.5, 0.4, np.nan],
            "asked": False,
            "trust_date": pd.NaT,
            "side_b_date": pd.NaT,
        }
    )

    bounds = joined("ABP", "P", doors=doors, sides=sides)

    assert ends(bounds, "doors") == [(1, 2), (0, 1), (0, 1)]
    assert ends(bounds, "door_vital_few") == [(0, 0), (0, 1), (0, 0)]
    assert ends(bounds, "strategic_only") == [(0, 1), (0, 0), (0, 0)]
    assert ends(bounds, "potential_kau") == [(0.2, 0.9), (0.1, 1.4), (-np.inf, np.inf)]


def test_a_door_two_that_is_judged_is_open_or_shut_whatever_we_rate():
    doors = pd.DataFrame(
        {"party_id": ["A", "B"], "door": "potential", "open": [True, False], "judged": True}
    )

    assert ends(joined(doors=doors), "doors") == [(1, 1), (0, 0)]


def test_a_strategic_door_past_its_day_of_review_is_shut_at_worst_and_open_at_best():
    doors = pd.DataFrame(
        {"party_id": ["A"], "door": "strategic", "open": [False], "judged": [False]}
    )
    bounds = joined(doors=doors)

    assert ends(bounds, "doors") == [(0, 1), (0, 0)]
    assert ends(bounds, "door_strategic") == [(0, 1), (0, 0)]
    assert ends(bounds, "strategic_only") == [(0, 1), (0, 0)]


def test_an_open_deal_is_at_stake_too():
    stakes = decided({**WANTED, "potential_kau": 0.1, "deal_kau": 0.4}, WANTED)["stake"]

    assert stakes.tolist()[0] == 0.4


def test_where_only_the_margin_is_known_profit_is_at_most_that_and_a_loss_below_zero_is_certain():
    statement = pd.DataFrame(
        {
            "period": "FY2025",
            "customer_id": list("AB"),
            "customer_profit": np.nan,
            "gross_margin": [-100.0, 300.0],
            "days_late": 0.0,
            "profit_rate": np.nan,
        }
    )

    bounds = joined(statement=statement)

    assert ends(bounds, "profit_12m") == [(-np.inf, -100), (-np.inf, 300)]
    assert ends(bounds, "p_unprofitable") == [(1, 1), (0, 1)]


def test_evidence_finds_its_party_in_any_order_of_rows():
    joint = pd.DataFrame({"party_id": ["B", "A"], "joint_hard": [7.0, 1.0], "joint_all": 1.0})

    assert ends(joined(joint=joint), "joint_hard") == [(1, 1), (7, 7)]


@pytest.mark.parametrize(
    ("profits", "expected"),
    [
        pytest.param([5.0, np.nan], [(5, 5), (-np.inf, np.inf)], id="not known is not zero"),
        pytest.param([np.nan, np.nan], [(-np.inf, np.inf)] * 2, id="not known for anybody"),
    ],
)
def test_a_profit_that_is_not_known_is_unknown(profits, expected):
    statement = pd.DataFrame(
        {
            "period": "FY2025",
            "customer_id": list("AB"),
            "customer_profit": profits,
            "days_late": 0.0,
            "profit_rate": 0.1,
            "gross_margin": np.nan,
        }
    )

    assert ends(joined(statement=statement), "profit_12m") == expected


def test_who_bought_nothing_in_the_period_earned_nothing_and_a_prospect_too():
    statement = pd.DataFrame(
        {
            "period": ["FY2025"],
            "customer_id": ["A"],
            "customer_profit": [5.0],
            "days_late": [0.0],
            "profit_rate": [0.1],
            "gross_margin": [5.0],
        }
    )

    bounds = joined("ABP", "P", statement=statement)

    assert ends(bounds, "profit_12m") == [(5, 5), (0, 0), (0, 0)]
    assert ends(bounds, "golden_shot")[2] == (0, 0)
    assert ends(bounds, "p_return_12m")[2] == (-np.inf, np.inf)
    assert ends(bounds, "order_days_24m")[2] == (0, 0)
    assert ends(bounds, "known_years")[2] == (0, 0)


def test_a_customer_that_never_ordered_has_no_age():
    stays = pd.DataFrame(
        {
            "customer_id": list("AB"),
            "age_months": [24, np.nan],
            "known_years": [2.0, np.nan],
            "order_days_24m": [4, 0],
            "orders_per_year": [2.0, 0.0],
            "p_return_low": 0.4,
            "p_return_high": 0.6,
            "p_stay_low": 0.9,
            "p_stay_high": 0.9,
            "staying_source": "contract",
            "staying_date": pd.NaT,
        }
    )

    bounds = joined(stays=stays)

    for name in ("age_months", "known_years"):
        assert ends(bounds, name)[1] == (-np.inf, np.inf)
    assert ends(bounds, "order_days_24m")[1] == (0, 0)


# --------------------------------------------------------------------------------- verdicts
LOSING = {**IDEAL, "profit_12m": -KAU, "benefit_ours": -0.1}


@pytest.mark.parametrize(
    ("account", "verdict"),
    [
        pytest.param(IDEAL, "key_account_now", id="everything holds"),
        pytest.param({**IDEAL, "side_a": 0.59}, "harvest", id="they are not attractive to us"),
        pytest.param({**IDEAL, "side_a": 0.60}, "key_account_now", id="at the cut"),
        pytest.param(
            {**IDEAL, "side_b": 0.59, "path_cost_to_uplift_2y": 2},
            "harvest",
            id="we are not attractive to them, and it would cost too much",
        ),
        pytest.param(
            {**IDEAL, "side_b": 0.59, "path_cost_to_uplift_2y": 1},
            "develop",
            id="we could become so",
        ),
        pytest.param({**IDEAL, "relative_strength": -0.01}, "develop", id="a rival is better"),
        pytest.param({**IDEAL, "relative_strength": np.inf}, "key_account_now", id="no rival"),
        pytest.param({**IDEAL, "trust": 4}, "develop", id="good on both sides, not close yet"),
        pytest.param({**IDEAL, "doors": 0, "door_vital_few": 0}, "keep_efficient", id="no door"),
        pytest.param(
            {**IDEAL, "trust": 4, "golden_shot": 1}, "harvest", id="a golden shot is not developed"
        ),
        pytest.param(
            {**IDEAL, "order_days_24m": 1, "p_return_12m": 0.29},
            "keep_efficient",
            id="nobody is developed who will hardly return",
        ),
        pytest.param({**LOSING, "p_unprofitable": 0.8}, "fix", id="surely at a loss"),
        pytest.param({**LOSING, "loss_periods": 2}, "fix", id="at a loss for two periods"),
        pytest.param({**LOSING, "loss_periods": 1}, "develop", id="a loss that may be chance"),
        pytest.param(
            {**LOSING, "loss_periods": 2, "age_months": 11}, "develop", id="the first year costs"
        ),
        pytest.param(
            {**LOSING, "loss_periods": 2, "drop_effect": 2_401, "fix_price_change": 0.11},
            "let_go",
            id="leaving gains, and no price could mend it",
        ),
        pytest.param(
            {**LOSING, "loss_periods": 2, "drop_effect": 2_400, "fix_price_change": 0.11},
            "fix",
            id="leaving gains no more than .02 key-account units",
        ),
        pytest.param(
            {**LOSING, "loss_periods": 2, "profit_12m": -2_401}, "fix", id="a loss worth a plan"
        ),
        pytest.param(
            {
                **LOSING,
                "loss_periods": 2,
                "profit_12m": -2_400,
                "drop_effect": 2_400,
                "fix_price_change": 0.5,
            },
            "small_loss",
            id="a loss of .02 units is one of a group",
        ),
        pytest.param(
            {**LOSING, "loss_periods": 2, "drop_effect": 3_000, "fix_price_change": 0.10},
            "fix",
            id="ten percent more would mend it",
        ),
        pytest.param(
            {**LOSING, "p_unprofitable": 1, "age_months": 11, "doors": 0, "door_vital_few": 0},
            "too_early",
            id="a sure loss in the first year is no reason to serve simply",
        ),
        pytest.param(
            {**LOSING, "p_unprofitable": 0.5, "age_months": 11, "doors": 0, "door_vital_few": 0},
            "keep_efficient",
            id="a loss that may be chance",
        ),
        pytest.param(WANTED, "develop", id="a prospect wanted by both sides"),
        pytest.param({**WANTED, "side_a": 0.1}, "not_now", id="a prospect without attraction"),
        pytest.param({**WANTED, "doors": 0, "strategic_only": 0}, "not_now", id="without a door"),
    ],
)
def test_the_first_rule_whose_conditions_all_hold_gives_the_verdict(account, verdict):
    row = decided(account).loc["A"]

    assert row["verdict_worst"] == verdict
    assert row["verdict"] == verdict


@pytest.mark.parametrize(("age", "verdict"), [(24.0, "fix"), (11.0, "too_early")])
def test_whose_margin_is_a_loss_is_never_kept_and_served_simply(age, verdict):
    """Without cost pools profit is somewhere below the margin of -100, so it is a loss for certain."""
    margin_only = {
        **IDEAL,
        "profit_12m": (-np.inf, -100.0),
        "p_unprofitable": 1,
        "age_months": age,
        "doors": 0,
        "door_vital_few": 0,
        "benefit_ours": UNKNOWN,
    }

    row = decided(margin_only, unit=None).loc["A"]

    assert [row["verdict"], row["verdict_worst"], row["verdict_best"]] == [verdict] * 3


def test_rules_that_leave_somebody_out_are_refused():
    with pytest.raises(ParameterError, match="End the list with a rule for every customer"):
        decided({**WANTED, "doors": 0}, rules=RULES.verdicts[:-1])


@pytest.mark.parametrize(
    ("account", "verdict"),
    [
        pytest.param({"side_b": UNKNOWN}, "find_out_first", id="nobody asked, two units at stake"),
        pytest.param(
            {"side_b": UNKNOWN, "profit_12m": 0.25 * KAU, "potential_kau": 0.1},
            "find_out_first",
            id="a quarter of a unit is material",
        ),
        pytest.param(
            {"side_b": UNKNOWN, "profit_12m": 0.24 * KAU, "potential_kau": 0.1},
            "harvest",
            id="less is not: the worst case",
        ),
        pytest.param(
            {"side_b": UNKNOWN, "profit_12m": 0.1 * KAU, "potential_kau": 0.3},
            "find_out_first",
            id="what could be gained is at stake too",
        ),
        pytest.param(
            {"side_a": (0.5, 0.7), "profit_12m": -0.3 * KAU, "loss_periods": 0, "potential_kau": 0},
            "find_out_first",
            id="so is a loss",
        ),
        pytest.param(
            {"contact_functions": UNKNOWN}, "key_account_now", id="the level holds without it"
        ),
        pytest.param({"side_b": (0.6, 0.9)}, "key_account_now", id="open, but above the cut"),
    ],
)
def test_find_out_first_where_worst_and_best_differ_and_the_stake_is_material(account, verdict):
    assert decided({**IDEAL, **account})["verdict"].tolist() == [verdict]


@pytest.mark.parametrize(
    ("account", "worst", "best"),
    [
        pytest.param({"side_a": UNKNOWN}, "harvest", "key_account_now", id="side A"),
        pytest.param({"trust": UNKNOWN}, "develop", "key_account_now", id="the level"),
        pytest.param(
            {"side_b": 0.5, "path_cost_to_uplift_2y": UNKNOWN},
            "harvest",
            "develop",
            id="what it costs to catch up is worst when high",
        ),
        pytest.param(
            {"trust": 4, "golden_shot": UNKNOWN},
            "harvest",
            "develop",
            id="it is worst if it is a golden shot",
        ),
        pytest.param(
            {**LOSING, "p_unprofitable": UNKNOWN}, "fix", "develop", id="worst if the loss is real"
        ),
        pytest.param(
            {**LOSING, "loss_periods": 2, "drop_effect": 3_000, "fix_price_change": UNKNOWN},
            "let_go",
            "fix",
            id="worst if no price could mend it",
        ),
        pytest.param(
            {**LOSING, "loss_periods": 2, "drop_effect": UNKNOWN, "fix_price_change": 0.5},
            "let_go",
            "fix",
            id="worst if leaving gains",
        ),
    ],
)
def test_each_account_is_run_with_its_unknowns_at_worst_and_at_best(account, worst, best):
    row = decided({**IDEAL, **account}).loc["A"]

    assert [row["verdict"], row["verdict_worst"], row["verdict_best"]] == [
        "find_out_first",
        worst,
        best,
    ]


def test_without_a_unit_the_stake_is_unknown_and_taken_as_material():
    row = decided({**IDEAL, "side_b": UNKNOWN, "profit_12m": 1.0}, unit=None).loc["A"]

    assert row["verdict"] == "find_out_first"
    assert np.isnan(row["stake"])


def test_a_prospect_s_stake_is_what_could_be_gained():
    stakes = decided(WANTED, {**WANTED, "potential_kau": UNKNOWN})["stake"]

    assert stakes.tolist() == pytest.approx([0.5, np.nan], nan_ok=True)


@given(st.lists(accounts, min_size=1, max_size=5))
@settings(max_examples=20, deadline=None)
def test_verdicts_know_neither_the_order_of_accounts_nor_the_currency(rows):
    full = [{**IDEAL, **row, "profit_12m": 1e5 * i} for i, row in enumerate(rows)]
    dear = [{**row, "profit_12m": 4.3 * row["profit_12m"]} for row in full]
    ids = list("ABCDE"[: len(full)])

    plain = decided(*full, ids=ids, places=1)

    scaled = decided(*dear, ids=ids, places=1, unit=4.3 * KAU)
    pd.testing.assert_frame_equal(scaled, plain)
    backwards = decided(*full[::-1], ids=ids[::-1], places=1)
    pd.testing.assert_frame_equal(backwards.sort_index(), plain)
    renamed = decided(*full, ids=[f"X-{name}" for name in ids], places=1)
    assert renamed.to_numpy().tolist() == plain.to_numpy().tolist() or renamed.equals(plain)


# --------------------------------------------------------------------------------- places, quota
FROM_WORST = [
    "let_go",
    "fix",
    "small_loss",
    "too_early",
    "keep_efficient",
    "not_now",
    "harvest",
    "develop",
    "key_account_now",
]
MAY_BE = {
    "side_a": (0.0, 1.0),
    "side_b": (0.2, 0.9),
    "relative_strength": (-0.2, 0.2),
    "profit_12m": (-2 * KAU, 2 * KAU),
    "p_unprofitable": (0.0, 1.0),
    "doors": (0.0, 2.0),
    "golden_shot": (0.0, 1.0),
    "age_months": (6.0, 60.0),
    "trust": (0.0, 10.0),
    "drop_effect": (-KAU, KAU),
    "fix_price_change": (0.0, 0.2),
    "loss_periods": (0.0, 2.0),
    "strategic_only": (0.0, 1.0),
    "p_return_12m": (0.0, 1.0),
}


def _interval(ends: tuple[float, float]):
    whole = {(0.0, 1.0), (0.0, 2.0)}
    one = st.sampled_from([*ends, sum(ends) / 2]) if ends in whole else st.floats(*ends)
    return st.tuples(one, one).map(lambda pair: tuple(sorted(pair)))


unsure = st.fixed_dictionaries(
    {name: st.one_of(st.just(IDEAL[name]), _interval(ends)) for name, ends in MAY_BE.items()}
)


@given(st.lists(unsure, min_size=1, max_size=6), st.integers(0, 4))
@moderately
def test_the_best_case_is_never_below_the_worst_and_one_more_place_never_removes_anybody(
    rows, places
):
    accounts = [{**IDEAL, **row} for row in rows]
    for row in accounts:  # what leaving would change and what mends are asked of losses alone
        row["fix_price_change"] = row["fix_price_change"] or 0.0

    tables = [decided(*accounts, places=each) for each in (places, places + 1, None)]

    for table in tables:
        worst, best = (table[f"verdict_{end}"].map(FROM_WORST.index) for end in ("worst", "best"))
        assert (worst <= best).all()
    for fewer, more in itertools.pairwise(tables):
        held = fewer.index[fewer["verdict"] == "key_account_now"]
        assert (more.loc[held, "verdict"] == "key_account_now").all()
    keys = [(table["verdict_worst"] == "key_account_now").sum() for table in tables]
    assert keys[0] == min(places, keys[2])


def test_who_holds_for_certain_has_a_place_before_who_may_hold():
    """Two places, two who hold, and a richer one who may: the two have them."""
    may = {**IDEAL, "profit_12m": 9 * KAU, "side_b": UNKNOWN}

    table = decided(IDEAL, IDEAL, may, places=2)

    assert table["verdict"].tolist() == ["key_account_now", "key_account_now", "find_out_first"]
    assert decided(IDEAL, IDEAL, may, places=3)["verdict_best"].tolist() == ["key_account_now"] * 3


def test_places_go_by_profit_then_side_a_then_id():
    """Of four who qualify two have a place: C earns most; A and B are equal, A comes first."""
    four = [
        IDEAL,
        IDEAL,
        {**IDEAL, "profit_12m": 3 * KAU},
        {**IDEAL, "side_a": 0.7},
    ]

    table = decided(*four, places=2)

    assert table["verdict"].to_dict() == {
        "A": "key_account_now",
        "B": "develop",
        "C": "key_account_now",
        "D": "develop",
    }
    assert table["in_capacity"].tolist() == [True, False, True, False]
    by_side = decided({**IDEAL, "side_a": 0.7}, IDEAL, places=1)
    assert by_side["verdict"].tolist() == ["develop", "key_account_now"]
    richer = {**IDEAL, "side_a": 0.6, "profit_12m": 3 * KAU}
    assert decided(IDEAL, richer, places=1)["verdict"].tolist() == ["develop", "key_account_now"]


def test_without_declared_places_everybody_has_one():
    assert decided(IDEAL, IDEAL, IDEAL)["verdict"].tolist() == ["key_account_now"] * 3
    assert decided(IDEAL, places=0)["verdict"].tolist() == ["develop"]


def test_who_does_not_qualify_takes_no_place():
    rich = {**IDEAL, "profit_12m": 9 * KAU, "side_a": 0.1}

    assert decided(rich, IDEAL, places=1)["verdict"].tolist() == ["harvest", "key_account_now"]


STRATEGIC = {**IDEAL, "door_vital_few": 0, "strategic_only": 1, "profit_12m": 1_000.0}


@pytest.mark.parametrize(
    ("others", "strategic"),
    [
        pytest.param(4, 0, id="a fifth of four is less than one"),
        pytest.param(5, 1, id="one of five"),
        pytest.param(9, 1, id="1.8 of nine is one"),
        pytest.param(10, 2, id="two of ten"),
    ],
)
def test_door_four_alone_makes_at_most_a_fifth_of_the_other_key_accounts(others, strategic):
    table = decided(
        *[IDEAL] * others, *[STRATEGIC] * 3, ids=[f"C{i:02}" for i in range(others + 3)]
    )

    by_door_four = table["verdict"].iloc[-3:]
    assert (by_door_four == "key_account_now").tolist() == [i < strategic for i in range(3)]
    assert (table["verdict"].iloc[:-3] == "key_account_now").all()


def test_the_quota_goes_to_the_first_id_among_equals_in_any_order_of_rows():
    ids = [f"C{i}" for i in range(5)] + ["Z", "Y"]
    table = decided(*[IDEAL] * 5, STRATEGIC, STRATEGIC, ids=ids)

    assert table.loc[["Y", "Z"], "verdict"].tolist() == ["key_account_now", "develop"]


def test_a_vital_customer_who_is_strategic_too_needs_no_quota():
    both = {**IDEAL, "doors": 2}

    assert decided(both, both)["verdict"].tolist() == ["key_account_now"] * 2


def test_cuts_tried_elsewhere_are_counted():
    """Sides .55, .65 and .75: three, two and one pass the cuts of .50, .60 and .70."""
    rows = [{**IDEAL, "side_a": s, "side_b": s} for s in (0.55, 0.65, 0.75)]
    bounds = accounts_of(*rows)
    rules = decision_rules(RULES, unit=KAU)
    levels = assign_levels(bounds, BOUNDARIES, ["auto"] * 3)

    assert accounts_at_cuts(bounds, levels, rules, (0.5, 0.6, 0.7)) == {0.5: 3, 0.6: 2, 0.7: 1}


def test_places_cuts_and_losses_are_told():
    rows = [IDEAL, IDEAL, {**LOSING, "loss_periods": 2}]
    bounds = accounts_of(*rows)
    rules = replace(decision_rules(RULES, unit=KAU), places=1)
    table = assess_accounts(
        bounds,
        BOUNDARIES,
        ["auto"] * 3,
        rules,
        missing={},
        managers=pd.Series(dtype="object"),
        by_when=date(2026, 2, 28),
    )

    assert [v.said for v in capacity_outcomes(table, bounds, rules)] == [
        "Accounts that hold or may hold: 2; places: 1.",
        "The limits of levels and cuts are judgement and not calibrated. With cuts of 50, 60 and 70 "
        "on both sides 1, 1 and 1 would pass, those included who do not pay.",
        "What leaving a loss-maker would really change is not known, so nobody is proposed to be let go.",
    ]
    weak = accounts_of(*({**IDEAL, "side_b": 0.1} for _row in rows))
    assert capacity_outcomes(table, weak, rules)[1].said.endswith(
        "on both sides nobody would pass."
    )
    known = accounts_of(*(row | {"fix_price_change": 0.2, "drop_effect": 5_000.0} for row in rows))
    assert capacity_outcomes(table, known, rules)[2].said == (
        "What leaving would change and which price would end the loss is known of every loss-maker: "
        "1 to fix, 0 to let go, 0 too small for plans of their own."
    )
    undeclared = capacity_outcomes(table, bounds, replace(rules, places=None))[0]
    assert (undeclared.outcome, undeclared.said) == (
        "FLAG",
        "How many key accounts can be looked after is not declared: ranked and not cut.",
    )


def test_verdicts_are_counted_in_the_order_of_what_they_ask_of_us():
    judged = pd.DataFrame({"verdict": ["fix", "develop", "fix", *["key_account_now"] * 3]})

    counts = verdict_counts(judged.assign(pays=["no", "no", "no", "profit", "no", "unknown"]))

    assert counts.to_numpy().tolist() == [
        ["key_account_now", 1],
        ["passes, does not pay for certain", 2],
        ["develop", 1],
        ["fix", 2],
    ]


# --------------------------------------------------------------------------------- both questions
@pytest.mark.parametrize(
    ("changed", "customer", "supplier"),
    [
        pytest.param({}, "yes", "yes", id="both"),
        pytest.param({"side_a": 0.5}, "no", "yes", id="not attractive"),
        pytest.param({"side_a": (0.5, 0.6)}, "unknown", "yes", id="side A reaches the cut at best"),
        pytest.param({"side_a": (0.6, 0.9)}, "yes", "yes", id="side A reaches the cut at worst"),
        pytest.param({"doors": 0}, "no", "yes", id="no door"),
        pytest.param(
            {"doors": 0, "side_a": UNKNOWN}, "no", "yes", id="no door, whatever side A is"
        ),
        pytest.param({"side_b": 0.5}, "yes", "no", id="not attractive to them"),
        pytest.param({"side_b": UNKNOWN}, "yes", "unknown", id="nobody asked"),
        pytest.param({"relative_strength": -0.1}, "yes", "no", id="a rival is better"),
        pytest.param({"relative_strength": (-0.1, 0.1)}, "yes", "unknown", id="a rival may be"),
        pytest.param({"relative_strength": 0.0}, "yes", "yes", id="nobody is better"),
        pytest.param({"relative_strength": np.inf}, "yes", "yes", id="no rival named"),
        pytest.param(
            {"side_b": 0.5, "relative_strength": UNKNOWN}, "yes", "no", id="one no is enough"
        ),
    ],
)
def test_both_questions_are_answered_yes_no_or_unknown(changed, customer, supplier):
    row = assessed({**IDEAL, **changed}).loc["A"]

    assert [row["key_customer"], row["key_supplier"]] == [customer, supplier]


# --------------------------------------------------------------------------------- questions
def test_a_question_says_what_who_and_by_when():
    """Side B settles the matter; knowing what it costs to catch up would make it *develop*."""
    table = assessed({**IDEAL, "side_b": UNKNOWN}, managers=[("A", "Ewa")])

    assert table["questions"].tolist() == [
        "What do they want, with which weights, and how do we and rivals stand? What would it cost to "
        "catch up with the best rival on their criteria? Somebody other than Ewa asks, by 28 Feb 2026."
    ]


def test_what_is_missing_of_side_a_is_named_to_the_account_manager():
    table = assessed({**IDEAL, "side_a": (0.3, 0.9)}, missing={"A": "openness, strategic"})

    assert table["questions"].tolist() == [
        "Rate what is missing of side A: openness, strategic. The account manager asks, by 28 Feb 2026."
    ]


def test_only_what_decides_is_asked():
    """Side A at its worst is no key account; contacts and the joint thing decide nothing."""
    open_ = {**IDEAL, "side_a": (0.3, 0.9), "contact_functions": UNKNOWN, "joint_all": UNKNOWN}

    assert assessed(open_, missing={"A": "openness"})["questions"].tolist() == [
        "Rate what is missing of side A: openness. The account manager asks, by 28 Feb 2026."
    ]


def test_there_are_at_most_three_questions():
    """Each of trust, days late, return and staying has a veto: no single answer confirms."""
    open_ = IDEAL | dict.fromkeys(["trust", "days_late", "p_return_12m", "p_stay_3y"], UNKNOWN)

    (asked,) = assessed(open_)["questions"]

    assert asked == (
        "How far do they trust us, from 0 to 10, in their words? Will they still buy from us in three "
        "years, and why? How many days beyond terms do they pay? Somebody other than the account "
        "manager asks, by 28 Feb 2026."
    )


def test_where_nothing_is_open_nothing_is_asked():
    assert assessed(IDEAL, {**IDEAL, "contact_functions": UNKNOWN})["questions"].tolist() == [
        "",
        "",
    ]


def test_the_answer_to_a_decisive_question_can_change_the_verdict():
    bounds = accounts_of({**IDEAL, "side_b": UNKNOWN})
    names = ("side_b", "benefit_theirs")
    good = bounds.with_(**dict.fromkeys(names, (np.array([0.9]), np.array([0.9]))))
    poor = bounds.with_(**dict.fromkeys(names, (np.array([0.2]), np.array([0.2]))))
    levels = [assign_levels(b, BOUNDARIES, ["auto"]) for b in (good, poor)]
    rules = decision_rules(RULES, unit=KAU)

    assert decide(good, levels[0], rules)["verdict_worst"].tolist() == ["key_account_now"]
    assert decide(poor, levels[1], rules)["verdict_best"].tolist() != ["key_account_now"]


def test_the_hopes_of_a_richer_account_take_nobody_s_place():
    """One place: A is certain, B earns more and may qualify. A keeps it; B's answers decide on B."""
    richer = {**IDEAL, "profit_12m": 9 * KAU, "side_b": UNKNOWN}

    table = assessed(IDEAL, richer, places=1)

    assert table.loc["A", "verdict"] == "key_account_now"
    assert table.loc["B", ["verdict_worst", "verdict_best"]].tolist() == ["harvest", "develop"]
    assert table.loc["B", "questions"].startswith("What do they want, with which weights")


def test_whether_a_loss_is_real_is_asked_of_nobody_who_has_none():
    earns = {**IDEAL, "p_unprofitable": UNKNOWN, "trust": UNKNOWN, "p_stay_3y": UNKNOWN}
    loses = {**LOSING, "p_unprofitable": UNKNOWN}

    table = assessed(earns, loses)

    assert "Is the loss real" not in table.loc["A", "questions"]
    assert "Is the loss real" in table.loc["B", "questions"]


@pytest.mark.parametrize(
    ("unknown", "proofs", "nominee", "asked"),
    [
        pytest.param({}, 0, False, "", id="nothing is missing"),
        pytest.param({"contact_functions": UNKNOWN}, 0, False, "", id="nor what decides nothing"),
        pytest.param({"p_stay_3y": UNKNOWN}, 1, True, "Will they still buy from us", id="one"),
        pytest.param(
            {"p_stay_3y": UNKNOWN, "trust": UNKNOWN}, 2, True, "How far do they", id="two"
        ),
        pytest.param(
            {"p_stay_3y": UNKNOWN, "trust": UNKNOWN, "side_a": UNKNOWN},
            3,
            False,
            "How far",
            id="three are too many",
        ),
        pytest.param({"p_stay_3y": UNKNOWN, "side_b": 0.5}, None, False, "", id="a known no"),
        pytest.param(
            {"side_b": UNKNOWN, "relative_strength": UNKNOWN},
            1,
            True,
            "What do they want",
            id="one answer settles both",
        ),
        pytest.param(
            {"orders_per_year": 7, "contact_functions": UNKNOWN},
            1,
            True,
            "Which of their functions",
            id="what decides only because something else falls short",
        ),
    ],
)
def test_a_nominee_fails_nothing_that_is_known_and_lacks_at_most_two_proofs(
    unknown, proofs, nominee, asked
):
    row = assessed({**IDEAL, **unknown}).loc["A"]

    assert (None if pd.isna(row["proofs"]) else row["proofs"]) == proofs
    assert row["nominee"] == nominee
    assert row["proofs_missing"].startswith(asked)


def test_whoever_has_no_place_even_at_best_is_no_nominee():
    """One proof short each, one place: A earns more, and B could have it only after A."""
    short = {**IDEAL, "trust": UNKNOWN}

    table = assessed(short, {**short, "profit_12m": KAU}, places=1)

    assert table["proofs"].tolist() == [1, 1]
    assert table["nominee"].tolist() == [True, False]


def test_one_place_goes_to_whom_it_is_worth_most_today_or_at_its_potential():
    """A earns two units, B half a one and three at its potential; C, who only may pass, is last."""
    a, b = IDEAL, {**IDEAL, "profit_12m": 0.5 * KAU, "potential_kau": 3.0}
    c = {**IDEAL, "profit_12m": 9 * KAU, "side_b": (0.5, 0.9)}

    table = decided(a, b, c, places=1)

    assert table["turn"].tolist() == [2, 1, 3]
    assert table["passes"].tolist() == ["yes", "yes", "may"]
    assert table["in_capacity"].tolist() == [False, True, False]


def test_who_just_missed_a_place_is_named_with_what_more_places_would_add():
    queue = pd.DataFrame(
        {"name": ["Ala", "Bea", "Cyd", "Dal"], "turn": [1, 2, 3, None], "customer_profit": 100.0}
    ).astype({"turn": "Int64"})

    said = places_finding(queue, places=1, more=8, currency="PLN").replace("\xa0", " ")
    enough = places_finding(queue, places=3, more=8, currency="PLN")

    assert said == (
        "3 pass or may pass and 1 can be looked after. Bea, Cyd just missed a place; 2 more would be "
        "enough for all; these earn PLN 200 a year."
    )
    assert "8 more places would add accounts that earn" in places_finding(
        pd.concat([queue, queue.assign(turn=[4, 5, 6, 7]), queue.assign(turn=[8, 9, 10, 11])]),
        places=1,
        more=8,
        currency="PLN",
    )
    assert "nobody misses a place, and 8 more would add nothing" in enough
    assert places_finding(queue, places=None, more=8, currency="PLN") == ""


def test_a_prospect_is_no_nominee_for_a_key_account_of_today():
    assert not assessed({**WANTED, "side_b": UNKNOWN}).loc["A", "nominee"]


@pytest.mark.parametrize(
    ("account", "pays"),
    [
        pytest.param({"profit_12m": KAU}, "profit", id="one unit a year"),
        pytest.param({"profit_12m": 0.9 * KAU}, "no", id="less"),
        pytest.param(
            {"profit_12m": 0.9 * KAU, "potential_kau": 1.0}, "potential", id="by its potential"
        ),
        pytest.param(
            {"profit_12m": 0.7 * KAU, "potential_kau": (1.2, 2.3)}, "potential", id="at worst"
        ),
        pytest.param(
            {"profit_12m": 0.7 * KAU, "potential_kau": (0.9, 1.4)}, "unknown", id="it may"
        ),
        pytest.param({"profit_12m": 0.9 * KAU, "potential_kau": UNKNOWN}, "unknown", id="unknown"),
        pytest.param(
            {"profit_12m": 0.1 * KAU, "door_strategic": 1}, "strategic", id="strategic: exempt"
        ),
    ],
)
def test_a_key_account_must_earn_what_it_costs_today_or_by_its_potential(account, pays):
    row = assessed({**IDEAL, **account}).loc["A"]

    assert row["verdict"] == "key_account_now"
    assert row["pays"] == pays


def test_a_door_that_nobody_can_judge_is_asked_about():
    """A prospect wanted by both sides, without an open door: not now at worst, develop at best."""
    maybe = {**WANTED, "doors": (0, 1), "strategic_only": 0}
    customer = {**maybe, "is_prospect": 0, "profit_12m": 0, "door_vital_few": 0}
    lapsed = {**maybe, "door_strategic": (0, 1), "strategic_only": (0, 1)}

    table = assessed(maybe, customer, lapsed)

    assert table.loc["A", ["verdict", "verdict_worst", "verdict_best"]].tolist() == [
        "find_out_first",
        "not_now",
        "develop",
    ]
    assert table.loc["A", "key_customer"] == "unknown"
    assert table.loc["A", "questions"].startswith("Which deals have we with them")
    assert table.loc["B", "questions"].startswith("How large are they")
    assert table.loc["C", "questions"].startswith("Is what makes them strategic still so")


def test_a_prospect_has_no_level():
    table = assessed(IDEAL, WANTED)

    assert table["confirmed_level"].isna().tolist() == [False, True]
    assert table["possible_level"].isna().tolist() == [False, True]
    assert table.loc["B", "blocked_by"] == ""
    assert table.loc["A", "confirmed_level"] == 4


# --------------------------------------------------------------------------------- the unit
@pytest.mark.parametrize(
    ("given", "outcome", "said"),
    [
        pytest.param(
            {"is_a_year": True, "profit_known": True},
            "FLAG",
            "One key account pays for itself from PLN 120,000 a year; nobody has signed this off.",
            id="not signed off",
        ),
        pytest.param(
            {"is_a_year": False, "profit_known": True},
            "REFUSE",
            "The period is not a year, so nothing is measured in yearly key-account units: the size "
            "of a golden shot and the money at stake are unknown.",
            id="half a year",
        ),
        pytest.param(
            {"is_a_year": True, "profit_known": False},
            "REFUSE",
            "Customer profit is not known, so nothing is measured in yearly key-account units: the "
            "size of a golden shot and the money at stake are unknown.",
            id="no profit",
        ),
    ],
)
def test_the_key_account_unit_is_a_year_s_profit_that_somebody_signed_off(given, outcome, said):
    found = unit_outcome(RULES.key_account_unit, **given)

    assert (found.outcome, found.said.replace("\u00a0", " ")) == (outcome, said)
