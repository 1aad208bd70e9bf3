"""What tables and figures are made of: rows picked, named and ordered, nothing computed anew."""

from datetime import date

import numpy as np
import pandas as pd
import pytest
from worlds import IDEAL, accounts_of

from kamlib.attractiveness.tables import (
    both_sides,
    criteria_of,
    criteria_summary,
    example_party,
    matrix_frame,
    sides_balances,
    sides_table,
)
from kamlib.core.frames import named, with_relation
from kamlib.core.tables import read_note, read_table
from kamlib.data_prep.tables import external_months, monthly_revenue, set_aside_reasons
from kamlib.profitability.tables import gl_table, pool_table, statement_lines, work_by_segment
from kamlib.profitability.words import segments_finding
from kamlib.pyramid.bounds import Bounds
from kamlib.pyramid.decide import both_questions
from kamlib.pyramid.tables import (
    account_balances,
    account_table,
    managers_of,
    nominees_table,
    order_words,
    pyramid_table,
    questions_table,
    shots_table,
    verdict_table,
)
from kamlib.segmentation.tables import concentration_table
from kamlib.summary.tables import chain, inquiries, keeping, repairs

PARTIES = pd.DataFrame(
    {
        "party_id": list("ABP"),
        "name": ["Alfa", "Beta", "Pi"],
        "is_prospect": [False, False, True],
        "account_manager": ["Ewa", None, "Jan"],
    }
)


# --------------------------------------------------------------------------------- the company
def test_rows_set_aside_are_counted_by_reason_the_largest_amount_first():
    quarantine = pd.DataFrame(
        [
            ("lines", "date", "no such day", "a", -500.0),
            ("lines", "amount", "missing", "a", np.nan),
            ("lines", "date", "no such day", "b", 100.0),
            ("lines", "date", "missing", "b", 20.0),
        ],
        columns=["table", "column", "reason", "file", "amount"],
    )

    assert set_aside_reasons(quarantine).to_numpy().tolist() == [
        ["lines", "date", "no such day", 2, -400.0],
        ["lines", "date", "missing", 1, 20.0],
        ["lines", "amount", "missing", 1, 0.0],
    ]
    assert set_aside_reasons(quarantine.head(0)).empty


TABLES = {
    "customers": pd.DataFrame(
        {
            "customer_id": list("ABI"),
            "relation": ["external", "external", "intercompany"],
        }
    ),
    "customer_months": pd.DataFrame(
        {
            "customer_id": list("AABI"),
            "invoice_revenue": [10.0, 20, 30, 999],
            "month": pd.to_datetime(["2024-12-01", "2025-01-01", "2025-01-01", "2025-01-01"]),
            "period": ["FY2024", "FY2025", "FY2025", "FY2025"],
        }
    ),
}


def test_months_add_up_external_customers_and_mark_the_report_period():
    months = monthly_revenue(TABLES, "FY2025")

    assert months["invoice_revenue"].tolist() == [10, 50]
    assert months["period"].fillna("-").tolist() == ["-", "FY2025"]
    assert external_months(TABLES)["customer_id"].tolist() == ["A", "A", "B"]


def test_pools_say_how_far_they_were_used_and_a_dash_where_there_is_nothing_to_use():
    pools = pd.DataFrame(
        {
            "period": ["FY2025"] * 5 + ["FY2024"],
            "pool": ["order_desk", "support", "van", "freight", "head office", "order_desk"],
            "unit": ["minute", "minute", "trip", "traced", "minute", "minute"],
            "assigned_cost": [7.0, 0, 4, 3, 0, 1],
            "unused_cost": [3.0, 0, 0, 0, 0, 1],
            "unassigned_cost": [0.0, 0, 0, 0, 9, 1],
            "used_share": [0.7, np.nan, np.nan, np.nan, np.nan, 0.5],
        }
    )

    table = pool_table(pools, "FY2025")  # support has passed on what it costs

    assert table["pool"].tolist() == ["order desk", "van", "freight", "head office"]
    assert table["used_share"].fillna("unknown").tolist() == [0.7, "unknown", "–", "–"]


def test_a_loss_is_explained_down_to_where_the_statement_ends():
    losers = pd.DataFrame(
        columns=[
            "customer_id",
            "name",
            "pocket_revenue",
            "gross_margin",
            "cost_to_serve",
            "capital_charge",
            "customer_profit",
        ]
    )

    assert list(statement_lines(losers, "customer_profit")) == list(losers.columns[1:])
    assert list(statement_lines(losers, "gross_margin")) == [
        "name",
        "pocket_revenue",
        "gross_margin",
    ]


def test_measures_of_concentration_stand_under_their_names():
    measures = pd.DataFrame(
        {
            "measure": ["gross_margin", "customer_profit"],
            "top20": [0.7, 0.8],
            "few": [2, 1],
            "top20_low": [0.6, 0.7],
            "top20_high": [0.8, 0.9],
            "few_share": [0.5, 0.25],
            "first_1": [0.4, 0.8],
            "first_5": 1.0,
            "first_10": 1.0,
            "gini": [0.1, 0.2],
            "effective_n": [3.0, 2.0],
            "losing": [0, 1],
        }
    )

    assert concentration_table(measures)["measure"].tolist() == ["Gross margin", "Customer profit"]


def test_names_stand_in_the_place_of_ids_and_an_unknown_id_stays():
    table = pd.DataFrame({"customer_id": ["B", "Z"], "rank": [1, 2]})
    names = pd.DataFrame({"customer_id": ["A", "B"], "name": ["Alfa", "Beta"]})

    assert named(table, names).to_numpy().tolist() == [["Beta", 1], ["Z", 2]]
    assert list(named(table, names)) == ["name", "rank"]


def test_one_chain_leads_from_the_ledger_to_the_customers_else_from_list_revenue():
    from_list = "From list revenue to profit, FY2025"
    from_ledger = "From the general ledger to the customers, FY2025"
    whats = [from_list, "Levels", from_ledger, from_ledger]
    ledger = pd.DataFrame({"what": whats, "amount": 1.0, "why": ""})

    assert chain(ledger, "FY2025")["what"].tolist() == [from_ledger] * 2
    assert chain(ledger.head(2), "FY2025")["what"].tolist() == [from_list]
    assert chain(ledger, "FY2024").empty


def test_reconciling_items_are_one_step_of_the_chain():
    """100 less items of 3 and of 4 is 93; each of them is listed under profitability."""
    ledger = pd.DataFrame(
        {
            "what": "From the general ledger to the customers, FY2025",
            "step": ["Profit in the general ledger", "FV/1", "FV/2", "Customer profit"],
            "amount": [100.0, -3.0, -4.0, 93.0],
            "why": ["", "reconciling item", "reconciling item", ""],
        }
    )

    told = chain(ledger, "FY2025")

    assert told[["step", "amount"]].to_numpy().tolist() == [
        ["Profit in the general ledger", 100.0],
        ["2 reconciling items", -7.0],
        ["Customer profit", 93.0],
    ]


# --------------------------------------------------------------------------------- both sides
def test_criteria_are_counted_by_source_the_heaviest_first():
    values = pd.DataFrame(
        {
            "party_id": list("ABAB"),
            "criterion": ["openness", "openness", "own_growth", "own_growth"],
            "source": ["rated", "unknown", "measured", "measured"],
            "weight": [0.1, 0.1, 0.9, 0.9],
        }
    )

    assert criteria_summary(values).to_numpy().tolist() == [
        ["own growth", 0.9, 2, 0, 0],
        ["openness", 0.1, 0, 1, 1],
    ]


A_SIDE = pd.DataFrame(
    {
        "party_id": list("ABP"),
        "side_a_low": [0.7, 0.2, 0.0],
        "side_a_high": [0.7, 0.2, 1.0],
        "known_weight": [1.0, 1, 0],
        "side_a_known": [True, True, False],
    }
)
B_SIDE = pd.DataFrame(
    {
        "party_id": list("ABP"),
        "side_b_low": [0.8, 0.2, 0.2],
        "side_b_high": [0.8, 0.9, 0.9],
        "asked": [True, True, False],
        "rival_named": [True, False, False],
        "relative_strength_low": [0.1, -1, -1],
        "relative_strength_high": [0.1, 1, 1],
        "rival": ["R", None, None],
    }
)
STATEMENT = pd.DataFrame(
    {
        "period": "FY2025",
        "customer_id": list("AB"),
        "customer_profit": [100.0, -7],
        "active": True,
        "gross_margin": [130.0, 20.0],
        "invoice_revenue": [500.0, 90.0],
    }
)
DOORS = pd.DataFrame(
    {
        "party_id": list("AAB"),
        "door": ["vital_few", "strategic", "strategic"],
        "open": [True, True, False],
    }
)
VALUES = pd.DataFrame(
    {
        "party_id": list("ABP"),
        "criterion": "profit_potential",
        "raw": [0.5, np.nan, 1.0],
        "raw_rated": [0.9, np.nan, 1.0],
    }
)
COULD = pd.DataFrame({"profit_potential_low": [0.2], "profit_potential_high": [0.8]}, index=["A"])


CUTS = {"side_a": 0.7, "side_b": 0.8, "relative_strength": 0.1}


def joined(doors=DOORS) -> pd.DataFrame:
    return both_sides(
        PARTIES, A_SIDE, B_SIDE, STATEMENT, doors, VALUES, COULD, period="FY2025", cuts=CUTS
    )


def test_both_sides_stand_in_one_row_per_party():
    table = joined().set_index("party_id")

    assert table["doors"].tolist() == ["1 profit, 4 strategic", "", ""]
    assert table["customer_profit"].tolist() == pytest.approx([100, -7, np.nan], nan_ok=True)
    assert table["profit_potential"].tolist() == pytest.approx([0.5, np.nan, 1], nan_ok=True)
    ends = table[["profit_potential_low", "profit_potential_high", "potential_rated"]]
    assert ends.loc["A"].tolist() == [0.2, 0.8, 0.9]
    assert ends.loc["P"].tolist() == [1, 1, 1]
    assert joined(DOORS.head(0))["doors"].tolist() == ["", "", ""]
    assert joined(DOORS.tail(1))["doors"].tolist() == ["", "", ""]


@pytest.mark.parametrize(
    ("a", "b", "lead", "holds"),
    [
        pytest.param((0.6, 0.6), (0.6, 0.6), (0.0, 0.0), "yes", id="all three at their cuts"),
        pytest.param((0.9, 0.9), (0.9, 0.9), (-0.1, -0.1), "no", id="a rival is ahead"),
        pytest.param((0.9, 0.9), (0.9, 0.9), (-1.0, 1.0), "may", id="no rival named"),
        pytest.param((0.5, 0.9), (0.9, 0.9), (0.1, 0.1), "may", id="side A is not sure"),
        pytest.param((0.9, 0.9), (0.2, 0.5), (0.1, 0.1), "no", id="side B is low at best"),
    ],
)
def test_both_sides_hold_where_the_lead_holds_too_as_the_rule_says(a, b, lead, holds):
    ends = ["low", "high"]
    a_side = A_SIDE.head(1).assign(**{f"side_a_{e}": v for e, v in zip(ends, a, strict=True)})
    told = {f"side_b_{e}": v for e, v in zip(ends, b, strict=True)}
    told |= {f"relative_strength_{e}": v for e, v in zip(ends, lead, strict=True)}
    cuts = {"side_a": 0.6, "side_b": 0.6, "relative_strength": 0.0}
    table = both_sides(
        PARTIES,
        a_side,
        B_SIDE.head(1).assign(**told),
        STATEMENT,
        DOORS,
        VALUES,
        COULD,
        period="FY2025",
        cuts=cuts,
    )
    bounds = Bounds(
        np.array(["A"]),
        {
            name: tuple(np.array([end]) for end in ends)
            for name, ends in (
                ("side_a", a),
                ("side_b", b),
                ("relative_strength", lead),
                ("doors", (1, 1)),
            )
        },
    )
    decided = both_questions(pd.DataFrame({"party_id": ["A"]}), bounds, cuts).iloc[0]

    assert table["both_hold"].tolist() == [holds]
    answers = {decided["key_customer"], decided["key_supplier"]}
    assert holds == ("no" if "no" in answers else "may" if "unknown" in answers else "yes")


def test_the_lead_is_told_with_the_rival_s_name():
    sides = joined().assign(
        doors="1 profit",
        rival=["R", "none", None],
        customer_profit=[3.0, 2, 1],
        relative_strength_low=[-0.167, 1, -1],
        relative_strength_high=[0.05, 1, 1],
    )

    told = sides_table(sides)["relative_strength"]

    assert told.tolist()[:2] == ["−17 to +5 against R", "no other supplier"]
    assert told.isna().tolist() == [False, False, True]


def test_parties_with_an_open_door_come_by_profit():
    sides = joined().assign(doors=["1 profit", "4 strategic", "4 strategic"])

    assert sides_table(sides)["name"].tolist() == ["Alfa", "Beta", "Pi"]
    assert sides_table(joined())["name"].tolist() == ["Alfa"]


def test_the_matrix_numbers_those_who_matter_most():
    verdicts = joined().assign(
        verdict=["harvest", "find_out_first", "develop"],
        confirmed_level=[4, 1, np.nan],
        possible_level=[4, 1, np.nan],
    )
    many = pd.concat([verdicts.tail(1).assign(party_id=f"P{i:02}") for i in range(20)])

    def numbered(sides: pd.DataFrame) -> list[str]:
        frame = matrix_frame(sides)
        return frame.loc[frame["numbered"], "party_id"].tolist()

    assert numbered(joined()) == ["A"]  # the only one with an open door
    assert numbered(verdicts) == ["P", "B"]  # to develop, then open; harvest is not numbered
    assert numbered(many.sample(frac=1, random_state=1)) == [f"P{i:02}" for i in range(12)]
    levels = matrix_frame(verdicts).set_index("party_id")["level"]
    assert levels[["A", "B", "P"]].tolist() == pytest.approx([4, 1, np.nan], nan_ok=True)
    untold = matrix_frame(verdicts.assign(possible_level=[4, 3, np.nan])).set_index("party_id")
    assert np.isnan(untold.loc["B", "level"])


def test_the_example_is_the_most_profitable_party_that_was_asked_and_named_a_rival():
    def example(**changed) -> str | None:
        return example_party(B_SIDE.assign(**changed), DOORS, STATEMENT)

    assert example() == "A"
    assert example(rival_named=[False, True, False]) == "B"  # no door, but the only one told
    assert example(asked=False) is None


def test_one_party_s_criteria_come_by_weight_and_show_no_unknown_as_zero():
    wanted = pd.DataFrame(
        {
            "party_id": ["A", "A", "A", "B"],
            "criterion": ["lead_time", "price", "service", "price"],
            "weight": [0.2, 0.3, 0.5, 1.0],
            "us_low": [0.0, 4, 8, 1],
            "us_high": [10.0, 4, 8, 1],
            "rival_low": [2.0, 9, 0, 1],
            "rival_high": [4.0, 9, 10, 1],
            "source": ["unknown", "fact", "fact", "fact"],
            "rival": "R",
        }
    )

    table = criteria_of(wanted, "A")

    assert table["criterion"].tolist() == ["service", "price", "lead time"]
    assert table["us_low"].tolist() == pytest.approx([8, 4, np.nan], nan_ok=True)
    assert table["rival_low"].tolist() == pytest.approx([np.nan, 9, 2], nan_ok=True)
    assert table["rival_high"].tolist() == pytest.approx([np.nan, 9, 4], nan_ok=True)


@pytest.mark.parametrize(
    ("wanted", "unexplained"),
    [
        pytest.param([("A", 0.4), ("A", 0.6)], [0, 0], id="weights add up"),
        pytest.param([("A", 0.4), ("A", 0.5)], [0, -1], id="weights do not"),
        pytest.param([], [0, 0], id="nobody was asked"),
    ],
)
def test_every_party_has_one_row_and_its_weights_add_up(wanted, unexplained):
    criteria = pd.DataFrame(wanted, columns=["party_id", "weight"])

    found = sides_balances(PARTIES, joined(), criteria)

    assert [float(balance.unexplained) for balance in found] == unexplained
    assert float(sides_balances(PARTIES, joined().head(2), criteria)[0].unexplained) == -1


# --------------------------------------------------------------------------------- accounts
ACCOUNTS = pd.DataFrame(
    {
        "party_id": list("ABP"),
        "confirmed_level": pd.array([4, 1, None], "Int64"),
        "possible_level": pd.array([4, 3, None], "Int64"),
        "blocked_by": ["", "trust 4, needs 7", ""],
        "lacking": ["", "", "side B is not certain"],
        "verdict": ["key_account_now", "find_out_first", "develop"],
        "verdict_worst": ["key_account_now", "harvest", "develop"],
        "verdict_best": ["key_account_now", "develop", "develop"],
        "stake": [2.0, 0.5, np.nan],
        "questions": ["", "Ask. By 28 Feb 2026.", ""],
        "pays": ["no", "profit", "potential"],
        "nominee": [False, True, False],
        "proofs_missing": ["", "Ask. By 28 Feb 2026.", ""],
    }
)
SHOTS = pd.DataFrame(
    {
        "customer_id": list("ABC"),
        "golden_shot": ["no", "yes", "too young to tell"],
        "profit": [1.0, 5, 9],
        "discount_rate": 0.0,
        "margin_percentile": 0.9,
    }
)


def accounts(statement=STATEMENT) -> pd.DataFrame:
    return account_table(ACCOUNTS, PARTIES, joined(), SHOTS, statement, period="FY2025")


def test_an_account_is_one_row_with_everything_known_of_it():
    table = accounts().set_index("party_id")

    assert table["account_manager"].fillna("-").tolist() == ["Ewa", "-", "Jan"]
    assert table["active"].tolist() == [True, True, False]
    assert table["golden_shot"].fillna("-").tolist() == ["no", "yes", "-"]
    assert table["customer_profit"].tolist() == pytest.approx([100, -7, np.nan], nan_ok=True)
    assert (table["period"] == "FY2025").all()


@pytest.mark.parametrize(
    ("statement", "profit"),
    [
        pytest.param(STATEMENT.head(1), [100, 0, np.nan], id="no line in the period: nothing"),
        pytest.param(
            STATEMENT.assign(customer_profit=[100, np.nan]),
            [100, np.nan, np.nan],
            id="not known is not zero",
        ),
        pytest.param(
            STATEMENT.assign(customer_profit=np.nan).head(1), [np.nan] * 3, id="not known at all"
        ),
    ],
)
def test_a_customer_s_profit_is_nothing_or_unknown_and_never_mixed_up(statement, profit):
    assert accounts(statement)["customer_profit"].tolist() == pytest.approx(profit, nan_ok=True)


def test_nobody_manages_where_nobody_is_named():
    assert managers_of(PARTIES)["A"] == "Ewa"
    assert managers_of(PARTIES.drop(columns="account_manager")).isna().all()


def test_golden_shots_come_with_those_too_young_the_largest_first():
    customers = pd.DataFrame({"customer_id": list("ABC"), "name": ["Alfa", "Beta", "Gama"]})

    assert shots_table(SHOTS, customers)["name"].tolist() == ["Gama", "Beta"]


@pytest.mark.parametrize("kind", ["Int64", "float64"], ids=["in memory", "read back from a file"])
def test_a_verdict_s_accounts_come_by_profit_with_level_and_both_sides_in_words(kind):
    table = accounts().assign(verdict="develop")
    levels = ["confirmed_level", "possible_level"]
    table[levels] = table[levels].astype(kind)

    shown = verdict_table(table, "develop")

    assert shown["name"].tolist() == ["Alfa", "Beta", "Pi"]
    assert shown["level"].tolist() == ["4 synergy", "not told (1 to 3)", "prospect"]
    assert shown["side_a"].tolist() == ["70", "20", "0 to 100"]
    assert shown["side_b"].tolist() == ["80", "20 to 90", "20 to 90"]
    assert verdict_table(table, "fix").empty


def test_who_passes_and_does_not_earn_what_a_key_account_costs_stands_apart():
    table = accounts().assign(verdict="key_account_now", pays=["no", "potential", "unknown"])

    assert verdict_table(table, "key_account_now", pays=True)["name"].tolist() == ["Beta"]
    assert verdict_table(table, "key_account_now", pays=False)["name"].tolist() == ["Alfa", "Pi"]
    told = verdict_table(table, "key_account_now", pays=True)
    assert told["pays"].tolist() == ["by its potential"]
    without_unit = table.assign(pays=pd.Series([None] * 3, dtype="str"))
    assert len(verdict_table(without_unit, "key_account_now", pays=True)) == 3


def test_nominees_come_with_what_is_missing_and_the_money_that_hangs_on_it():
    shown = nominees_table(accounts())

    assert shown.to_numpy().tolist() == [["Beta", -7.0, "Ask. By 28 Feb 2026."]]


def test_open_verdicts_come_with_their_questions_the_largest_stake_first():
    table = accounts().assign(verdict="find_out_first")

    shown = questions_table(table)

    assert shown["name"].tolist() == ["Alfa", "Beta", "Pi"]
    assert shown.loc[1, ["verdict_worst", "verdict_best"]].tolist() == ["harvest", "develop"]
    assert shown.loc[1, "questions"] == "Ask. By 28 Feb 2026."


# ------------------------------------------------------------------------- first steps
BY = date(2026, 2, 28)
LOSSES = pd.DataFrame(
    {
        "customer_id": ["A", "B"],
        "fix_price_change": [0.05, np.nan],
        "fix_volume_loss": [0.2, np.nan],
        "fix_minimum_order": np.nan,
        "fix_days_to_pay": np.nan,
        "drop_effect": [-10.0, 400.0],
        "ends_of_loss": [90.0, 0.0],
    }
)


def test_losses_to_end_come_first_by_what_ending_them_brings():
    losing = accounts().assign(verdict=["fix", "let_go", "harvest"], customer_profit=[-100, -50, 0])

    steps = repairs(losing, LOSSES, by_when=BY, currency="PLN")

    assert steps.to_numpy().tolist() == [
        [
            "Beta",
            "let go: no price within reach ends the loss",
            400.0,
            "nobody named",
            "28 Feb 2026",
        ],
        ["Alfa", "price +5.0%, unless 20% of the volume goes", 90.0, "Ewa", "28 Feb 2026"],
    ]
    alone = repairs(losing.head(1), None, by_when=BY, currency="PLN")
    assert alone["what"].tolist() == [
        "find the cause of the loss: price, order size, service, terms"
    ]
    assert alone["worth"].tolist() == [100]


def test_who_is_let_go_by_rules_of_one_s_own_is_a_repair_only_at_a_loss_and_its_worth_may_be_unknown():
    ruled = accounts().assign(verdict="let_go", customer_profit=[100, -50, 0])

    steps = repairs(ruled, LOSSES.head(0), by_when=BY, currency="PLN")

    assert steps[["name", "what"]].to_numpy().tolist() == [["Beta", "let go"]]
    assert steps["worth"].isna().tolist() == [True]


def test_questions_stand_in_order_of_money_whatever_the_ids():
    """Stake of B 2 units of 100; A has none known, so its margin counts, then P's revenue."""
    open_ = accounts().assign(
        verdict="find_out_first",
        stake=[np.nan, 2.0, np.nan],
        gross_margin=[30.0, 1.0, np.nan],
        invoice_revenue=[40.0, 9.0, 70.0],
        questions="Ask.",
        nominee=[True, False, False],
        proofs_missing="Prove.",
    )
    others = open_.assign(party_id=["Z", "Y", "X"])

    told = inquiries(open_, unit=100.0)

    assert told["name"].tolist() == ["Beta", "Alfa", "Pi"]
    assert told["what"].tolist() == ["Ask.", "Prove.", "Ask."]
    assert told["worth"].fillna(-1).tolist() == [200, -1, -1]  # a margin is not what is at stake
    without = inquiries(open_.assign(stake=np.nan), unit=100.0)
    assert without.columns.tolist() == ["name", "what", "gross_margin"]
    assert inquiries(others, unit=100.0)["name"].tolist() == told["name"].tolist()
    assert order_words(open_) == "the largest stake first"
    assert order_words(open_.assign(stake=np.nan)) == "the largest gross margin first"


def test_what_a_key_account_told_us_is_asked_again_before_it_is_too_old():
    told = pd.Timestamp("2025-03-01")
    keys = accounts().assign(
        verdict=["key_account_now", "key_account_now", "develop"],
        pays=["profit", "potential", "no"],
        trust_date=[told, pd.NaT, told],
        side_b_date=pd.Timestamp("2025-06-01"),
        customer_profit=[5.0, 9.0, 1.0],
    )

    steps = keeping(keys, evidence_months=24, by_when=BY)

    assert steps[["name", "by_when"]].to_numpy().tolist() == [
        ["Beta", "1 Jun 2027"],
        ["Alfa", "1 Mar 2027"],
    ]
    assert steps["what"].iloc[1].endswith(": told on 1 Mar 2025")
    short = keeping(keys.assign(pays=["profit", "no", "no"]), evidence_months=24, by_when=BY)
    assert short["name"].tolist() == ["Alfa"], "who passes and does not pay is no key account"


def test_the_pyramid_shows_customers_with_what_they_voted_with():
    bounds = accounts_of(IDEAL, {**IDEAL, "trust": None}, IDEAL, ids="ABP")

    table = pyramid_table(accounts(), bounds).set_index("customer_id")

    assert table.index.tolist() == ["A", "B"]
    assert table["trust_low"].tolist() == [9, -np.inf]
    assert table["benefit_theirs_high"].tolist() == [0.8, 0.8]


def test_every_party_has_one_verdict_and_the_levels_hold_all_profit():
    found = account_balances(PARTIES, accounts(), STATEMENT, "PLN")

    assert [float(balance.unexplained) for balance in found] == [0, 0]
    lost = account_balances(PARTIES, accounts().head(1), STATEMENT, "PLN")
    assert [float(balance.unexplained) for balance in lost] == [2, -7]
    unknown = STATEMENT.assign(customer_profit=np.nan)
    assert len(account_balances(PARTIES, accounts(unknown), unknown, "PLN")) == 1


def test_the_ledger_s_table_adds_rows_set_aside_and_named_items_to_one_explanation():
    gl = pd.DataFrame(
        {
            "period": ["FY2024", "FY2025"],
            "line": "invoice_revenue",
            "gl_account": "730",
            "ledger": [90.0, 110.0],
            "ours": [90.0, 100.0],
            "set_aside": [0.0, 7.0],
            "reconciling": [0.0, 2.0],
            "unexplained": [0.0, 1.0],
        }
    )

    table = gl_table(gl, "FY2025")

    assert table[["ledger", "ours", "explained", "unexplained"]].to_numpy().tolist() == [
        [110, 100, 9, 1]
    ]


# ------------------------------------------------------------------------- who is in a table
def test_the_relation_stands_beside_each_id_and_is_external_where_nobody_says_otherwise():
    customers = pd.DataFrame({"customer_id": ["A", "X"], "relation": ["external", "intercompany"]})
    table = pd.DataFrame({"period": "FY2025", "customer_id": ["X", "B"], "cost": [1.0, 2.0]})

    told = with_relation(table, customers)

    assert list(told) == ["period", "customer_id", "relation", "cost"]
    assert told["relation"].tolist() == ["intercompany", "external"]


def test_every_table_of_results_that_holds_others_than_external_customers_says_so(demo_stages):
    customers = read_table(demo_stages, "customers")
    others = customers.loc[customers["relation"] != "external", "customer_id"]
    silent = []
    for path in demo_stages.glob("*.parquet"):
        note = read_note(demo_stages, path.stem)
        frame = read_table(demo_stages, path.stem)
        if note.stage == "data_prep" or "customer_id" not in frame or "relation" in frame:
            continue
        if frame["customer_id"].isin(others).any():
            silent.append(path.stem)

    profit = read_table(demo_stages, "profitability")
    assert silent == []
    assert set(profit["relation"]) == {"external", "intercompany", "collective"}


def test_what_serving_a_segment_takes_of_its_revenue_adds_up_over_the_pools():
    customers = pd.DataFrame(
        {
            "customer_id": ["A", "B", "C", "X"],
            "industry_segment": ["food", "food", "drinks", "food"],
            "relation": ["external", "external", "external", "intercompany"],
        }
    )
    statement = pd.DataFrame(
        {"customer_id": list("ABCX"), "active": True, "invoice_revenue": [60.0, 40.0, 50.0, 900.0]}
    )
    served = pd.DataFrame(
        {
            "customer_id": ["A", "B", "C", "X"],
            "pool": ["desk", "van_south", "desk", "desk"],
            "cost": [6.0, 14.0, 5.0, 500.0],
        }
    )

    work = work_by_segment(served, statement, customers, at_least=1)

    assert list(work.index) == ["food", "drinks"], "the dearest first"
    assert work.loc["food"].to_dict() == {"van south": 0.14, "desk": 0.06, "together": 0.20}
    assert work.loc["drinks", "together"] == 0.10
    assert segments_finding(work) == (
        "Of every 100 of revenue, serving food takes 20.0 and serving drinks 10.0; van south makes "
        "the largest difference."
    )
    assert len(work_by_segment(served, statement, customers, at_least=2)) == 1
    assert segments_finding(work.head(1)) == ""
