"""What the reader reads: every sentence as a whole, over worlds small enough to check."""

from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from kamlib.attractiveness.words import both_sides_finding, side_a_finding, side_b_finding
from kamlib.data_prep.words import intake_finding, revenue_finding
from kamlib.intake.reasons import LEFT_OUT
from kamlib.page.words import FIGURES, Sum, figure_words
from kamlib.profitability.words import (
    capacity_finding,
    levels_finding,
    setup_finding,
    statement_finding,
)
from kamlib.pyramid.words import (
    golden_finding,
    population_finding,
    pyramid_finding,
    shot_dependence_finding,
    verdict_finding,
)
from kamlib.segmentation.words import (
    class_finding,
    concentration_finding,
    door_finding,
    flips_finding,
    twenty_eighty_finding,
    whale_finding,
)
from kamlib.summary.words import (
    bring_finding,
    headline,
    key_caption,
    main_values,
    nominees_finding,
    standing_finding,
    unknown_table,
)

PLN = {"currency": "PLN"}
PROFIT = {"measure": "customer_profit"}


def plain(said: str) -> str:
    return said.replace("\u00a0", " ")


# --------------------------------------------------------------------------------- the company
@pytest.mark.parametrize(
    ("aside", "said"),
    [
        pytest.param(
            [],
            "1,200 invoice lines were read, from Jan 2021 to Dec 2025; none was set aside.",
            id="all were fine",
        ),
        pytest.param(
            [99.6],
            "1,200 invoice lines were read, from Jan 2021 to Dec 2025; 1 was set aside with its "
            "reason (PLN 100 where it can be read).",
            id="one was not",
        ),
        pytest.param(
            [100.0, np.nan, -40.0],
            "1,200 invoice lines were read, from Jan 2021 to Dec 2025; 3 were set aside with their "
            "reasons (PLN 60 where it can be read).",
            id="three were not, one without a readable amount",
        ),
    ],
)
def test_what_was_read_and_what_was_set_aside(aside, said):
    coverage = pd.DataFrame(
        {
            "table": ["customers", "invoice_lines"],
            "rows": [7, 1200],
            "first": pd.to_datetime(["2020-01-01", "2021-01-04"]),
            "last": pd.to_datetime(["2020-01-01", "2025-12-30"]),
        }
    )
    quarantine = pd.DataFrame(
        {
            "table": ["customers"] + ["invoice_lines"] * len(aside),
            "amount": [1e9, *aside],
            "reason": "missing",
        }
    )

    assert plain(intake_finding(coverage, quarantine, **PLN)) == said

    chosen = quarantine.assign(reason=LEFT_OUT)
    words = plain(intake_finding(coverage, chosen, **PLN))
    assert ("left out, as the settings say which rows count." in words) == bool(aside)


@pytest.mark.parametrize(
    ("then", "previous", "said"),
    [
        pytest.param(
            100,
            "FY2024",
            "Customers were invoiced PLN 110 in FY2025, 10% more than in FY2024.",
            id="more",
        ),
        pytest.param(
            120,
            "FY2024",
            "Customers were invoiced PLN 110 in FY2025, 8.3% less than in FY2024.",
            id="less",
        ),
        pytest.param(
            -5,
            "FY2024",
            "Customers were invoiced PLN 110 in FY2025, after −PLN 5 in FY2024.",
            id="a year of returns has no growth",
        ),
        pytest.param(100, None, "Customers were invoiced PLN 110 in FY2025.", id="no year before"),
        pytest.param(None, "FY2024", "Customers were invoiced PLN 110 in FY2025.", id="not read"),
    ],
)
def test_revenue_against_the_period_before(then, previous, said):
    rows = [("FY2025", 60.0), ("FY2025", 50.0), (np.nan, 999.0)]
    rows += [("FY2024", float(then))] if then is not None else []
    months = pd.DataFrame(rows, columns=["period", "invoice_revenue"])

    found = revenue_finding(months, period="FY2025", previous=previous, **PLN)

    assert plain(found) == said


def test_what_is_left_of_every_hundred_at_list_price():
    ladder = pd.DataFrame(
        {
            "kind": ["total", "step", "total"],
            "amount": [2000.0, -1876, 124],
            "share": [1, -0.938, 0.062],
            "line": ["list_revenue", "cost_of_goods_sold", "customer_profit"],
        }
    )

    assert plain(statement_finding(ladder, **PLN)) == (
        "Of every PLN 100 at list price 6.2 are left as customer profit: PLN 124 in all."
    )


def test_what_the_cost_pools_did():
    pools = pd.DataFrame(
        {
            "cost": [600.0, 400],
            "assigned_cost": [500.0, 250],
            "unused_cost": [100.0, 50],
            "unassigned_cost": [0.0, 100],
            "unit": ["minute", "none"],
        }
    )

    assert plain(capacity_finding(pools, **PLN)) == (
        "Of PLN 1,000 of cost, PLN 750 (75%) is work done for customers; PLN 150 is capacity that "
        "nobody used and PLN 100 belongs to no customer."
    )


def test_freight_of_the_lines_has_no_capacity_to_speak_of():
    pools = pd.DataFrame({"unit": ["traced"], "cost": [2000.0]})

    assert plain(capacity_finding(pools, **PLN)) == (
        "Freight that stands on invoice lines comes to PLN 2,000: all of it names its customer."
    )


def test_the_report_says_at_which_level_of_cost_it_stops():
    pools = pd.DataFrame(
        {
            "pool": ["desk", "trade_fair", "board"],
            "unassigned_cost": [50.0, 300, 700],
            "hierarchy_level": ["customer", "channel", "company"],
        }
    )

    assert plain(levels_finding(pools, stops_at="customer", **PLN)) == (
        "Costs are followed to the customer and no further: PLN 1,000 of trade fair, board stands "
        "above it and is on nobody."
    )
    assert plain(levels_finding(pools, stops_at="channel", **PLN)) == (
        "Costs are followed to the channel and no further: PLN 700 of board stands above it and is "
        "on nobody."
    )
    assert plain(levels_finding(pools.head(1), stops_at="order", **PLN)).startswith(
        "Costs are followed to the order and no further: PLN 50 of desk"
    )


def test_setting_up_new_customers_is_told_apart():
    statement = pd.DataFrame(
        {
            "active": [True, True, False],
            "cost_to_serve": [800.0, 200, 50],
            "setup_cost": [0.0, 100, 50],
        }
    )

    assert plain(setup_finding(statement, months=12, **PLN)) == (
        "Of cost-to-serve, PLN 100 (10%) was setting up 1 customer in its first 12 "
        "months; it does not come back."
    )


@pytest.mark.parametrize(
    ("cumulative", "said"),
    [
        pytest.param(
            [55, 85, 100, 60],
            "Customer profit would peak at PLN 100 with 3 of 4 customers; the "
            "last one takes it down to PLN 60.",
            id="the last one",
        ),
        pytest.param(
            [55, 100, 80, 60],
            "Customer profit would peak at PLN 100 with 2 of 4 customers; the "
            "other 2 take it down to PLN 60.",
            id="the last two",
        ),
        pytest.param(
            [60, 100],
            "Customer profit rises to the last customer: PLN 100, and nobody takes anything back.",
            id="nobody loses",
        ),
        pytest.param(
            [100, 100],
            "Customer profit rises to the last customer: PLN 100, and nobody takes anything back.",
            id="the last one breaks even",
        ),
        pytest.param(
            [-1, -5], "Customer profit never rises above zero; the total is −PLN 5.", id="all lose"
        ),
    ],
)
def test_where_the_whale_curve_peaks_and_what_is_left(cumulative, said):
    curve = pd.DataFrame({"cumulative": map(float, cumulative)})

    assert plain(whale_finding(curve, **PROFIT, **PLN)) == said


# --------------------------------------------------------------------------------- 20/80
def measures(**changed) -> pd.DataFrame:
    row = {
        "measure": "customer_profit",
        "few": 48,
        "customers": 240,
        "few_share": 0.2,
        "few_low": 0.15,
        "few_high": 0.26,
        "top20": 0.80,
        "top20_low": 0.7,
        "top20_high": 0.9,
        "interval_level": 0.90,
        "total": 900_000.0,
    }
    return pd.DataFrame([{**row, **changed}])


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param(
            {},
            "48 of 240 active customers (20%) bring 80% of positive customer profit. What "
            "could be different: had other customers like these come, 15% to 26% of them would bring "
            "80%.",
            id="as the rule says",
        ),
        pytest.param(
            {"few": 1, "customers": 2, "few_share": 0.5, "interval_level": 0.95},
            "1 of 2 active customers (50%) brings 80% of positive customer profit. What "
            "could be different: had other customers like these come, 15% to 26% of them would bring "
            "80%.",
            id="one customer, another interval",
        ),
        pytest.param(
            {"few": 0, "few_share": 0, "few_low": np.nan},
            "No active customer has a positive customer profit, so nobody brings a share of it.",
            id="all at a loss",
        ),
    ],
)
def test_the_company_s_own_x_percent_bring_y_percent(changed, said):
    assert " ".join(concentration_finding(measures(**changed), **PROFIT, profit_share=0.80)) == said


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        pytest.param(
            {},
            "The best 20% bring 80% of positive customer profit (70% to 90%): the 20/80 rule "
            "fits within its error.",
            id="fits",
        ),
        pytest.param(
            {"top20": 0.6, "top20_high": 0.79},
            "There is no 20/80 here: the best 20% bring 60% of "
            "positive customer profit (70% to 79%).",
            id="less",
        ),
        pytest.param(
            {"top20": 0.9, "top20_low": 0.81},
            "The best 20% bring 90% of positive customer profit "
            "(81% to 90%): more than the 20/80 rule says.",
            id="more",
        ),
        pytest.param(
            {"top20_low": 0.80},
            "The best 20% bring 80% of positive customer profit (80% to 90%): "
            "the 20/80 rule fits within its error.",
            id="at the edge it fits",
        ),
        pytest.param(
            {"few": 0, "top20": np.nan},
            "Whether the 20/80 rule fits cannot be said: nothing positive is there to share.",
            id="nothing positive",
        ),
        pytest.param(
            {"total": -5.0},
            "The best 20% bring 80% of positive customer profit, but all together "
            "the customers lose money: there is nothing for the 20/80 rule to share out.",
            id="all together lose",
        ),
        pytest.param(
            {"customers": 7},
            "The best 20% bring 80% of positive customer profit (70% to 90%); 7 "
            "customers are too few to say whether the 20/80 rule fits.",
            id="too few",
        ),
    ],
)
def test_whether_the_20_80_rule_fits(changed, said):
    assert twenty_eighty_finding(measures(**changed), **PROFIT) == said


def classes(few, few_amount, losing, lost, share) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "profit_class": ["vital_few", "useful_many", "loss_making"],
            "customers": [few, 9, losing],
            "customer_share": [few / (few + 9 + losing), 9 / (few + 9 + losing), 0.0],
            "amount": [float(few_amount), 15.0, float(-lost)],
            "share": [0.85, 0.15, -share],
        }
    )


@pytest.mark.parametrize(
    ("table", "said"),
    [
        pytest.param(
            classes(2, 85, 1, 40, 0.4),
            "2 customers are the vital few with PLN 85 of customer "
            "profit; 1 at a loss gives back PLN 40 (40% of what the others earn).",
            id="one at a loss",
        ),
        pytest.param(
            classes(1, 55, 3, 40, 0.4),
            "1 customer is the vital few with PLN 55 of customer "
            "profit; 3 at a loss give back PLN 40 (40% of what the others earn).",
            id="one vital",
        ),
        pytest.param(
            classes(2, 85, 0, 0, 0),
            "2 customers are the vital few with PLN 85 of customer profit; none makes a loss.",
            id="no loss",
        ),
        pytest.param(
            classes(0, 0, 3, 40, np.nan),
            "Nobody earns anything, so there are no vital few; 3 at a loss lose PLN 40.",
            id="all at a loss",
        ),
    ],
)
def test_who_are_the_vital_few_and_what_losers_give_back(table, said):
    assert plain(class_finding(table, **PROFIT, **PLN)) == said


def flips(*pairs: tuple[str, str]) -> pd.DataFrame:
    return pd.DataFrame(list(pairs), columns=["by_revenue", "by_measure"])


@pytest.mark.parametrize(
    ("table", "said"),
    [
        pytest.param(flips(), "Revenue gives every customer the same class.", id="none"),
        pytest.param(
            flips(
                ("vital_few", "loss_making"),
                ("useful_many", "vital_few"),
                ("vital_few", "useful_many"),
            ),
            "By revenue 3 customers would stand in another class: 1 of its vital few lose money, "
            "and 1 of the vital few by customer profit would be missed.",
            id="one loses, one is missed, one is neither",
        ),
        pytest.param(
            flips(("useful_many", "loss_making")),
            "By revenue 1 customer would stand in another class: 0 of its vital few lose money, "
            "and 0 of the vital few by customer profit would be missed.",
            id="one",
        ),
    ],
)
def test_what_a_ranking_by_revenue_would_get_wrong(table, said):
    assert flips_finding(table, **PROFIT) == said


def test_revenue_alone_has_its_concentration_and_says_that_profit_is_unknown():
    revenue = measures(measure="invoice_revenue")

    assert concentration_finding(revenue, measure=None, profit_share=0.8)[-1].endswith(
        "of them would bring 80%. How it is on profit is not known."
    )
    assert twenty_eighty_finding(revenue, measure=None) == (
        "The best 20% bring 80% of positive invoice revenue (70% to 90%): the 20/80 rule fits within "
        "its error. How it is on profit is not known."
    )


def test_most_of_the_customers_are_not_called_a_vital_few():
    most = class_finding(classes(15, 85, 1, 40, 0.4), **PROFIT, **PLN)  # 15 of 25

    assert plain(most).startswith(
        "It takes 15 customers to bring PLN 85 of customer profit: too many to be called a vital few;"
    )


def test_without_a_measure_20_80_says_what_is_missing():
    none = measures().head(0)

    assert concentration_finding(none, measure=None, profit_share=0.8) == [
        "How few bring most is not known: no customer is active in the period."
    ]
    assert twenty_eighty_finding(none, measure=None) == (
        "Whether the 20/80 rule fits cannot be said: nothing positive is there to share."
    )
    assert class_finding(none, measure=None, **PLN) == (
        "There are no classes: neither customer profit nor gross margin is known."
    )
    assert flips_finding(flips(), measure=None) == (
        "What revenue would hide cannot be said without a measure of profit."
    )


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        pytest.param(
            [
                ("A", "vital_few", True),
                ("A", "strategic", True),
                ("B", "strategic", False),
                ("C", "vital_few", True),
            ],
            "2 come through at least one door: 2 through door 1 profit, 1 through door "
            "4 strategic, 1 of them through more than one.",
            id="a party may come through two, and a shut door is none",
        ),
        pytest.param(
            [("A", "strategic", True)],
            "1 comes through a door: door 4 strategic.",
            id="one",
        ),
        pytest.param(
            [("A", "vital_few", True), ("B", "vital_few", True)],
            "2 come through a door, all through door 1 profit.",
            id="all through one door is said once",
        ),
        pytest.param(
            [("A", "strategic", False)], "Nobody comes through any door that was judged.", id="none"
        ),
    ],
)
def test_who_comes_through_which_door(rows, said):
    assert door_finding(pd.DataFrame(rows, columns=["party_id", "door", "open"])) == said


# --------------------------------------------------------------------------------- both sides
def sides(*rows: tuple) -> pd.DataFrame:
    """Build parties from (side A low, high, side B low, high, asked, lead, do both hold)."""
    names = [
        "side_a_low",
        "side_a_high",
        "side_b_low",
        "side_b_high",
        "asked",
        "relative_strength_low",
        "both_hold",
    ]
    return pd.DataFrame(list(rows), columns=names).assign(side_a_known=True)


FOUR = sides(
    (0.6, 0.6, 0.7, 0.7, True, 0.0, "yes"),  # both for certain, nobody is better
    (0.5, 0.8, 0.6, 0.6, True, -0.1, "no"),  # side A may, a rival is better
    (0.9, 0.9, 0.2, 0.9, False, -1.0, "may"),  # nobody asked
    (0.1, 0.2, 0.1, 0.1, True, 0.5, "no"),  # neither
)


def test_how_many_reach_either_side_for_certain():
    assert side_a_finding(FOUR, cut=0.60) == (
        "2 of 4 reach 60 on side A for certain; 1 may, once more of it is known."
    )
    assert side_b_finding(FOUR, cut=0.60) == (
        "3 of 4 told us what they want. In the eyes of 2 of them we reach 60 for certain, "
        "and for 1 of these no rival is better."
    )
    assert side_a_finding(FOUR.head(1), cut=0.60) == "1 of 1 reaches 60 on side A for certain."
    assert both_sides_finding(FOUR.head(1)) == "Both sides hold for certain for 1, no rival ahead."
    assert both_sides_finding(FOUR) == (
        "Both sides hold for certain for 1, no rival ahead, and may hold for 1 more: worth asking."
    )


def test_a_side_that_nobody_knows_is_not_called_low():
    blind = FOUR.assign(side_a_known=False, asked=False)

    assert side_a_finding(blind, cut=0.60) == (
        "Side A is not known for anybody, so nobody can be called attractive or not."
    )
    assert side_b_finding(blind, cut=0.60) == (
        "Nobody told us what they want, so our side is unknown everywhere."
    )
    assert both_sides_finding(FOUR.assign(asked=False)) == (
        "Nobody can be placed: side B is unknown for everybody."
    )


# --------------------------------------------------------------------------------- the pyramid
def test_how_many_stand_at_each_level():
    accounts = pd.DataFrame(
        {
            "confirmed_level": pd.array([1, 1, 2, 4], "Int64"),
            "possible_level": pd.array([1, 3, 4, 4], "Int64"),
        }
    )

    assert pyramid_finding(accounts) == (
        "Confirmed: 1 at synergy, 1 at cooperation, 1 at transaction; 1 of these 3 customers may stand "
        "higher. Of 1 more the level is not told."
    )
    assert pyramid_finding(accounts.iloc[[3]]) == "Confirmed: 1 at synergy."
    assert pyramid_finding(accounts.iloc[[1]]) == "No customer's level can be told."


@pytest.mark.parametrize(
    ("told", "said"),
    [
        pytest.param(
            ["yes", "yes", "no"],
            "2 golden shots brought PLN 30 in 24 months and are not expected back.",
            id="two",
        ),
        pytest.param(
            ["yes", "too young to tell", "no"],
            "1 golden shot brought PLN 10 in 24 months and is "
            "not expected back; 1 more is too young to tell.",
            id="one, and one too young",
        ),
        pytest.param(
            ["yes", "too young to tell", "too young to tell"],
            "1 golden shot brought PLN 10 in 24 "
            "months and is not expected back; 2 more are too young to tell.",
            id="two too young",
        ),
        pytest.param(["no", "no", "no"], "There was no golden shot.", id="none"),
        pytest.param([None] * 3, "Golden shots could not be told from the rest.", id="unknown"),
    ],
)
def test_what_golden_shots_brought(told, said):
    shots = pd.DataFrame(
        {
            "golden_shot": pd.Series(told, dtype="str"),
            "profit": [10.0, 20, 40],
        }
    )

    assert plain(golden_finding(shots, **PLN)) == said


@pytest.mark.parametrize(
    ("profits", "said"),
    [
        pytest.param(
            [50, 30, 120, -100],
            "Golden shots brought PLN 50 of this period's customer profit, 25% of "
            "what is earned, and those like them who are too young to tell PLN 30, 15%; if none of them "
            "returned, next year would start that much lower.",
            id="80 of 200",
        ),
        pytest.param(
            [-50, 10, 90, 0],
            "Golden shots and those like them brought no profit in this period.",
            id="a loss",
        ),
        pytest.param(
            [np.nan] * 4,
            "How much depends on golden shots is unknown.",
            id="unknown",
        ),
    ],
)
def test_how_much_depends_on_one_off_sales(profits, said):
    """All four stand at level 1; only two of them may be golden shots."""
    accounts = pd.DataFrame(
        {
            "confirmed_level": 1,
            "customer_profit": profits,
            "golden_shot": ["yes", "too young to tell", "no", "no"],
        }
    )

    assert plain(shot_dependence_finding(accounts, **PLN)) == said


def judged(**verdicts: int) -> pd.DataFrame:
    names = [name for name, n in verdicts.items() for _i in range(n)]
    firms = [f"Firm {i + 1}" for i in range(len(names))]
    return pd.DataFrame(
        {
            "verdict": names,
            "name": firms,
            "pays": "profit",
            "nominee": False,
            "asked": True,
            "customer_profit": 10.0,
            "verdict_best": "key_account_now",
            "possible_level": 3,
        }
    )


@pytest.mark.parametrize(
    ("accounts", "said"),
    [
        pytest.param(
            judged(key_account_now=2, develop=1, find_out_first=3),
            [
                "2 of 6 customers and prospects are key accounts now.",
                "The others: develop 1, find out first 3.",
            ],
            id="two",
        ),
        pytest.param(
            judged(key_account_now=1, keep_efficient=1),
            [
                "1 of 2 customers and prospects is a key account now.",
                "The others: keep, serve simply 1.",
            ],
            id="one",
        ),
        pytest.param(
            judged(key_account_now=10),
            ["10 of 10 customers and prospects are key accounts now."],
            id="all",
        ),
        pytest.param(
            judged(not_now=2, fix=1),
            [
                "0 of 3 customers and prospects are key accounts now.",
                "The others: fix 1, not now 2.",
            ],
            id="none",
        ),
        pytest.param(
            judged(find_out_first=3).assign(asked=False),
            [
                "Who is a key account cannot be said yet: nobody was asked what they want from a supplier.",
                "The others: find out first 3.",
            ],
            id="nobody was asked",
        ),
        pytest.param(
            judged(find_out_first=3).assign(
                asked=False, verdict_best="develop", possible_level=[1, 2, None]
            ),
            [
                "Who can be a key account? None of 3 can, whatever they answer: at best they stand at 2 "
                "cooperation, and a key account needs 3 partnership.",
                "The others: find out first 3.",
            ],
            id="nobody was asked, and no answer would do",
        ),
        pytest.param(judged(), ["There is no account to judge."], id="no accounts"),
        pytest.param(
            judged(key_account_now=3, fix=1).assign(pays=["yes", "no", "unknown", "no"]),
            [
                "1 of 4 customers and prospects is a key account now.",
                "The others: pass and do not earn what one costs 1, pass and may not earn it 1, fix 1.",
            ],
            id="two that do not earn their care",
        ),
    ],
)
def test_who_is_a_key_account_now_and_what_becomes_of_all_the_others(accounts, said):
    told = verdict_finding(accounts)

    assert told == said
    assert all(each.whole == sum(each.parts) for each in told if isinstance(each, Sum))


# --------------------------------------------------------------------------------- the one page
def page(key=0, may=0, other=0, open_otherwise=0) -> pd.DataFrame:
    rows = [("key_account_now", "key_account_now")] * key
    rows += [("find_out_first", "key_account_now")] * may
    rows += [("find_out_first", "develop")] * open_otherwise + [("harvest", "harvest")] * other
    table = pd.DataFrame(rows, columns=["verdict", "verdict_best"])
    return table.assign(
        pays="yes",
        nominee=False,
        proofs=np.nan,
        customer_profit=10.0,
        profit_kau=1.5,
        is_prospect=False,
        asked=True,
        active=True,
        golden_shot="no",
        possible_level=3,
    )


def named(n: int, of: pd.DataFrame) -> pd.DataFrame:
    """Make the last `n` accounts nominees who lack two proofs each."""
    last = np.arange(len(of)) >= len(of) - n
    best = of["verdict_best"].mask(last, "key_account_now")
    return of.assign(nominee=last, proofs=np.where(last, 2.0, np.nan), verdict_best=best)


@pytest.mark.parametrize(
    ("accounts", "said"),
    [
        pytest.param(
            page(key=3, other=7),
            "No: 3 of 10 can today.",
            id="some",
        ),
        pytest.param(
            page(key=3, may=2, other=5),
            "No: 3 of 10 can today. 2 more may, once we find out.",
            id="some may",
        ),
        pytest.param(
            page(may=1, other=9),
            "No: today none of 10 can be called so. 1 more may, once we find out.",
            id="one may",
        ),
        pytest.param(
            page(other=5, open_otherwise=5),
            "None of 10 can, whatever they answer.",
            id="open, but never key",
        ),
        pytest.param(
            page(open_otherwise=10).assign(asked=False, possible_level=2),
            "None of 10 can, whatever they answer: at best they stand at 2 cooperation, and a key "
            "account needs 3 partnership.",
            id="nobody was asked, and no answer would do",
        ),
        pytest.param(page(key=4), "Yes: all 4 can today.", id="all"),
        pytest.param(page(key=1), "Yes: the only one can today.", id="the only"),
        pytest.param(
            page(key=4, other=6).assign(pays=["yes", "no", "unknown", "yes"] + ["no"] * 6),
            "No: 2 of 10 can today.",
            id="two of four earn what one costs",
        ),
        pytest.param(
            page(other=10).assign(profit_kau=0.2),
            "No: nobody carries a key account today; none earns what one costs.",
            id="nobody carries one",
        ),
        pytest.param(
            named(3, page(key=2, other=8)).assign(profit_kau=0.2),
            "No: nobody carries a key account "
            "today; none earns what one costs. Yet by potential or reason 2 can and 3 are nominees.",
            id="some may by what they could bring",
        ),
        pytest.param(
            page(key=2, other=8).assign(profit_kau=np.nan),
            "No: 2 of 10 can today.",
            id="profit is not known",
        ),
        pytest.param(
            named(3, page(other=10)),
            "None for certain yet; 3 nominees; these 6 questions decide 30% of what is earned.",
            id="nobody certain, three nominees",
        ),
        pytest.param(
            named(1, page(other=10)).assign(customer_profit=np.nan),
            "None for certain yet; 1 nominee; these 2 questions decide.",
            id="nothing known of profit",
        ),
        pytest.param(
            named(1, page(key=3, other=7)),
            "No: 3 of 10 can today. 1 nominee lacks one or two proofs.",
            id="some, and a nominee",
        ),
    ],
)
def test_the_headline_answers_the_question_of_the_workbook(accounts, said):
    assert headline(accounts) == f"Can every customer be key? {said}"


@pytest.mark.parametrize(
    ("missing", "said"),
    [
        ({"asked": False}, "nobody was asked what they want from a supplier"),
        ({"customer_profit": np.nan, "profit_kau": np.nan}, "customer profit is not known"),
        (
            {"asked": False, "customer_profit": np.nan, "profit_kau": np.nan},
            "nobody was asked what they want from a supplier and customer profit is not known",
        ),
    ],
)
def test_what_nobody_can_know_is_not_answered_with_no(missing, said):
    accounts = page(may=4, other=6).assign(**missing)

    assert headline(accounts) == f"Can every customer be key? Cannot be said yet: {said}."


def test_what_key_accounts_bring_and_what_hangs_on_open_questions_stands_in_one_sentence():
    """10 each: 3 of 10 are key, 2 may be, and 1 is open but never key."""
    told = standing_finding(page(key=3, may=2, open_otherwise=1, other=4), places=24, **PLN)

    assert plain(told) == (
        "The key accounts bring PLN 30, 30% of what is earned; PLN 20 more (20%) hang on questions that "
        "are still open. 24 can be looked after."
    )
    none = standing_finding(page(may=2, other=8), places=1, **PLN)
    assert plain(none) == (
        "PLN 20, 20% of what is earned, hang on questions that are still open. 1 can be looked after."
    )
    assert plain(standing_finding(page(key=3, other=7), places=24, **PLN)) == (
        "The key accounts bring PLN 30, 30% of what is earned. 24 can be looked after."
    )
    never = standing_finding(page(open_otherwise=10), places=1, **PLN)
    assert never == "1 can be looked after."
    unknown = page(key=3).assign(customer_profit=np.nan)
    assert standing_finding(unknown, places=None, **PLN) == (
        "What key accounts would bring is not known. How many can be looked after is not declared."
    )


def test_the_numbers_of_customers_on_the_pages_are_tied_in_one_line():
    looked_at = page(other=9).assign(
        is_prospect=[False] * 7 + [True] * 2, active=[True] * 4 + [False] * 5
    )

    told = population_finding(looked_at, period="FY2025")

    assert told == (
        "9 are looked at: 4 customers who are active in FY2025, 3 who ordered before it, 2 prospects."
    )
    assert told.whole == sum(told.parts) == 9
    active = population_finding(looked_at.head(4), period="FY2025")
    assert active == "4 are looked at: 4 customers who are active in FY2025."


CHAIN = pd.DataFrame(
    {
        "what": "From the general ledger to the customers, FY2025",
        "role": ["start", "unexplained"],
        "amount": [7.0, 0.0],
    }
)


def test_the_four_values_that_open_the_report_come_with_their_change():
    """Profit 10 − 4 = 6 after 5 − 1 = 4; losses 4 after 1; one golden shot of 10."""
    now = pd.DataFrame({"period": "FY2025", "active": True, "customer_profit": [10.0, -4.0]})
    before = now.assign(period="FY2024", customer_profit=[5.0, -1.0])
    accounts = page(other=2).assign(golden_shot=["yes", "no"])

    told = main_values(now, before, accounts, CHAIN, measure="customer_profit", **PLN)

    assert [[plain(each) for each in row] for row in told.to_numpy().tolist()] == [
        ["Customer profit", "PLN 6", "+PLN 2 on the period before"],
        ["loss-makers take", "PLN 4", "+PLN 3 on the period before"],
        ["golden shots: few order days in 24 months, not expected back", "PLN 10", ""],
        ["not explained against the ledger", "PLN 0.00", ""],
    ]


def test_without_a_ledger_nothing_is_said_to_tie_to_it():
    now = pd.DataFrame({"period": "FY2025", "active": True, "invoice_revenue": [10.0]})
    accounts = page(other=1).assign(golden_shot=np.nan)

    told = main_values(now, now.head(0), accounts, CHAIN.head(0), measure=None, **PLN)

    assert [[plain(each) for each in row] for row in told.to_numpy().tolist()] == [
        ["Invoice revenue", "PLN 10", ""],
        ["so nothing outside confirms the sums", "No general ledger", ""],
    ]


def test_where_nobody_s_profit_is_known_what_to_bring_for_it_comes_first():
    rules = ["side_b", "cost_to_serve", "bridge", "side_a"]
    verdicts = pd.DataFrame({"rule": rules, "outcome": ["REFUSE", "REFUSE", "REFUSE", "FLAG"]})

    assert bring_finding(page(other=1).assign(customer_profit=np.nan), verdicts).endswith(
        ": what serving customers costs, and the work that each of them makes; what customers want of "
        "a supplier, in their own words."
    )
    assert bring_finding(page(other=1), verdicts) == ""


def test_nominees_are_counted_with_what_they_earn():
    assert plain(nominees_finding(named(2, page(other=5)), **PLN)) == (
        "2 nominees fail nothing that is known and lack one or two proofs each; together they earn PLN 20."
    )
    assert nominees_finding(page(other=5), **PLN).startswith("There are no nominees")


def test_what_a_key_account_costs_stands_above_the_key_accounts():
    unit = SimpleNamespace(amount=Decimal(120_000), currency="PLN", approved_by=None)

    assert plain(key_caption(unit)).endswith("from PLN 120,000 a year, which nobody has signed.")
    unit.approved_by = "board"
    assert plain(key_caption(unit)).endswith("from PLN 120,000 a year.")


def test_what_is_unknown_is_counted_with_what_to_bring():
    accounts = pd.DataFrame(
        {
            "is_prospect": [False, False, True],
            "asked": [True, False, False],
            "side_a_known": [True, True, True],
            "trust": [8.0, np.nan, np.nan],
            "confirmed_level": pd.array([2, 1, None], "Int64"),
            "possible_level": pd.array([2, 4, None], "Int64"),
            "customer_profit": [5.0, 70.0, np.nan],
        }
    )

    table = unknown_table(accounts)

    assert table[["unknown", "parties", "customer_profit"]].to_numpy().tolist() == [
        ["What they want of a supplier", 2, 70.0],
        ["How far they trust us", 1, 70.0],
        ["How close they are at all", 1, 70.0],
    ]
    assert table["bring"].tolist()[0] == "an interview, not by the account's own manager"


# --------------------------------------------------------------------------------- captions
def test_a_caption_says_what_the_figure_shows():
    words = figure_words("whale_curve", measure="gross_margin")

    assert words["caption"] == "Gross margin, added up from the best customer to the worst."
    assert words["alt"] == (
        "Whale curve: cumulative Gross margin against the share of customers, best first, with peak, "
        "total, the erosion between them and, where it is known, a band of uncertainty. The numbers are "
        "printed in the figure or said below it."
    )
    named = figure_words("their_criteria", name="Alfa")["caption"]
    assert (
        named
        == "What Alfa wants, with its own weights: us against the rival that is best as a whole."
    )


@pytest.mark.parametrize("figure", FIGURES)
def test_every_figure_has_a_caption_and_a_longer_text_for_those_who_cannot_see_it(figure):
    words = figure_words(figure, measure="customer_profit", name="Alfa")

    assert words["caption"].endswith(".")
    assert words["alt"].endswith(".")
    assert len(words["alt"]) > len(words["caption"])
    assert "{" not in words["caption"] + words["alt"]


@pytest.mark.parametrize("figure", ["statement", "price_matrix"])
def test_an_estimated_list_price_is_said_wherever_list_value_is(figure):
    said = "List value is estimated where no list price is given."
    assert figure_words(figure, estimated=True)["caption"].endswith(said)
    assert said not in figure_words(figure)["caption"]
    ladder = pd.DataFrame(
        {
            "line": ["list_revenue", "invoice_revenue"],
            "kind": "total",
            "amount": [200.0, 150.0],
            "share": [1.0, 0.75],
        }
    )
    assert statement_finding(ladder, **PLN, estimated=True).endswith(said)
