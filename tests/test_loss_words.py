"""What is said about losses, word for word; and the figures, on their artists."""

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from kamlib.profitability import tables as views
from kamlib.profitability import words as findings
from kamlib.profitability.figures import plot_price_matrix
from kamlib.profitability.loss_treatment import stranded_outcome


@pytest.fixture(autouse=True)
def _closed_figures():
    mpl.use("Agg")
    yield
    plt.close("all")


def losers(**changes) -> pd.DataFrame:
    """Build three loss-makers: 100, 60 and 40 lost; dropping costs 30, 20 and gains 10."""
    table = pd.DataFrame(
        {
            "period": "FY2025",
            "customer_id": ["A", "B", "C"],
            "name": ["Alba", "Boreas", "Cirrus"],
            "customer_profit": [-100_000.0, -60_000.0, -40_000.0],
            "peers": [14, 14, 9],
            "gap": [-180_000.0, -90_000.0, -50_000.0],
            "effect_price": [-200_000.0, 0.0, -50_000.0],
            "effect_mix": [-5_000.0, 0.0, 0.0],
            "effect_order_size": [0.0, -90_000.0, 0.0],
            "effect_service": [25_000.0, 0.0, 0.0],
            "effect_terms": [0.0, 0.0, 0.0],
            "effect_returns": [0.0, 0.0, 0.0],
            "largest_cause": ["price", "order_size", "price"],
            "fix_price_change": [0.12, 0.05, np.nan],
            "fix_order_value": [np.nan, 4_000.0, 9_000.0],
            "fix_minimum_order": [np.nan, 3_500.0, 9_000.0],
            "fix_days_to_pay": [np.nan, np.nan, 12.0],
            "fix_unknown": ["orders, days", "no_capital", "price"],
            "drop_effect": [-30_000.0, -20_000.0, 10_000.0],
            "drop_effect_low": [-30_000.0, -20_000.0, 10_000.0],
            "drop_effect_high": [-30_000.0, -20_000.0, 10_000.0],
            "stranded_cost": [130_000.0, 80_000.0, 30_000.0],
            "all_actions": [120_000.0, 90_000.0, np.nan],
            "ends_of_loss": [100_000.0, 60_000.0, np.nan],
            "fix_volume_loss": [0.24, 0.2, np.nan],
            "proposal": ["fix", "fix", "drop"],
        }
    )
    return table.assign(**changes)


def plain(text: str) -> str:
    return text.replace("\u00a0", " ")


# ------------------------------------------------------------------ sentences
def test_the_largest_causes_are_counted():
    assert findings.causes_finding(losers()) == (
        "What takes most away, against their peers: price for 2, size of orders for 1."
    )
    assert findings.causes_finding(losers(largest_cause=["price", "", ""])) == (
        "What takes most away, against their peers: price for 1, none stands out for 2."
    )
    assert findings.causes_finding(losers(largest_cause="")) == (
        "None of the losses can be held against peers, so their causes are unknown."
    )


@pytest.mark.parametrize(
    ("measure", "profit", "said"),
    [
        (
            "customer_profit",
            [-5.0, -1.0, 9.0],
            "2 of 3 customers lose PLN 6; a price rise of at most 10% would end 1 of the losses",
        ),
        (
            "gross_margin",
            [-5.0, 1.0, 9.0],
            "1 of 3 customers loses PLN 5 before any work for it is paid; "
            "a price rise of at most 10% would end 1 of the losses",
        ),
        ("customer_profit", [5.0, 1.0, 9.0], "None of 3 customers has a negative customer profit"),
        (
            None,
            [np.nan] * 3,
            "What customers leave us is not known: revenue is shown, and no margin",
        ),
    ],
)
def test_the_page_of_profitability_is_headed_by_the_losses(measure, profit, said):
    statement = pd.DataFrame({"active": True, measure or "customer_profit": profit})

    told = findings.losses_headline(
        statement, losers(), measure=measure, price_reach=0.10, currency="PLN"
    )

    assert plain(told) == said


def test_dropping_all_loss_makers_costs_where_the_numbers_say_so():
    told = [plain(each) for each in findings.dropping_finding(losers(), currency="PLN")]

    assert told == [
        "The loss-makers (3) show a loss of PLN 200,000, yet dropping all of them would cost another "
        "PLN 40,000.",
        "PLN 240,000 of cost would stay and land on the others.",
        "For 1 of them leaving would gain: PLN 10,000.",
    ]


def test_dropping_all_loss_makers_brings_something_where_the_numbers_say_so():
    gains = {
        name: [30_000.0, 20_000.0, 10_000.0]
        for name in ("drop_effect", "drop_effect_low", "drop_effect_high")
    }

    told = [plain(each) for each in findings.dropping_finding(losers(**gains), currency="PLN")]

    assert told == [
        "The loss-makers (3) show a loss of PLN 200,000; dropping all of them would bring PLN 60,000, "
        "not that loss.",
        "PLN 240,000 of cost would stay and land on the others.",
        "Each of them would gain something by leaving.",
    ]


def test_dropping_is_an_interval_where_nobody_declared_what_ends():
    unsure = losers(drop_effect_high=[50_000.0, -20_000.0, 10_000.0], drop_effect=np.nan)

    told = [plain(each) for each in findings.dropping_finding(unsure, currency="PLN")]

    assert told == [
        "The loss-makers (3) show a loss of PLN 200,000; dropping all of them would change profit by "
        "something between −PLN 40,000 and PLN 40,000.",
        "It is not declared what of the work would end.",
    ]


def test_where_no_known_cost_would_stay_it_is_flagged():
    whole = -losers()["customer_profit"]
    every = losers(
        drop_effect=whole, drop_effect_low=whole, drop_effect_high=whole, stranded_cost=0.0
    )

    assert [plain(each) for each in findings.dropping_finding(every, currency="PLN")] == [
        "The loss-makers (3) show a loss of PLN 200,000, and dropping all of them would bring at most "
        "that.",
        "No cost is known that would stay without them.",
    ]
    assert stranded_outcome(every, currency="PLN").outcome == "FLAG"
    assert plain(stranded_outcome(losers(), currency="PLN").said) == (
        "PLN 240,000 of cost would stay if all loss-makers left, and land on the others."
    )
    assert stranded_outcome(every.head(0), currency="PLN") is None


def test_the_facts_that_decide_about_a_loss_stand_in_one_row():
    managers = pd.DataFrame(
        {"customer_id": ["A", "B"], "account_manager": ["AM North", "AM South"]}
    )

    table = views.loss_table(losers(), managers, currency="PLN")

    assert [plain(text) for text in table["ends_it"]] == [
        "price +12%, unless 24% of the volume goes",
        "price +5.0%, unless 20% of the volume goes; or no order below PLN 3,500",
        "no order below PLN 9,000; or payment within 12 days",
    ]
    assert table["who"].tolist() == ["AM North", "AM South", "nobody named"]
    assert table["largest_cause"].tolist() == ["price", "size of orders", "price"]
    nothing = losers(fix_price_change=np.nan, fix_minimum_order=np.nan, fix_days_to_pay=np.nan)
    assert set(views.loss_table(nothing, managers, currency="PLN")["ends_it"]) == {"nothing alone"}
    below_cost = losers(
        fix_volume_loss=1.0
    )  # goods bring less than they cost: less volume helps too
    assert views.loss_table(below_cost, managers, currency="PLN")["ends_it"][0] == "price +12%"


def test_the_price_matrix_says_where_the_averages_lie():
    points = pd.DataFrame(
        {
            "quadrant": ["pays_little_costs_much"] * 2 + ["pays_well_costs_little"],
            "customer_profit": [-5.0, 1.0, 9.0],
        }
    )

    told = findings.price_matrix_finding(points, net_price=0.764, serve_rate=0.058, currency="PLN")

    assert plain(told) == (
        "On average 76.4 of 100 at list value are kept, and 5.8 go into serving. 2 of 3 customers pay "
        "less and cost more than that; together they leave −PLN 4, and 1 of them loses money."
    )


# ------------------------------------------------------------------ figures


def matrix_points() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": ["A$B$C", "Złota Rybka", "Long " * 9, "D"],
            "net_price": [0.9, 0.8, 0.7, 0.6],
            "serve_rate": [0.02, 0.2, 0.1, 0.05],
            "sold_list": [1e6, 2e5, 1e5, 1e4],
            "customer_profit": [5.0, -1.0, -2.0, 1.0],
            "named": [True, True, True, False],
        }
    )


DRAWN = {
    "price_matrix": lambda: plot_price_matrix(matrix_points(), net_price=0.8, serve_rate=0.1),
}


def words(ax) -> list[str]:
    return [text.get_text() for text in ax.findobj(mpl.text.Text) if text.get_text().strip()]


@pytest.mark.parametrize("figure", DRAWN)
def test_no_two_texts_of_a_figure_overlap_and_none_is_cut(figure):
    ax = DRAWN[figure]()
    ax.figure.draw_without_rendering()
    whole = ax.figure.bbox
    boxes = [
        t.get_window_extent()
        for t in ax.figure.findobj(mpl.text.Text)
        if t.get_visible() and t.get_text().strip()
    ]
    boxes = [box.padded(-1.5) for box in boxes if box.width and box.height]

    assert all(
        whole.x0 <= b.x0 and b.x1 <= whole.x1 and whole.y0 <= b.y0 and b.y1 <= whole.y1
        for b in boxes
    )
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[i + 1 :])


def test_quarters_of_the_matrix_are_counted():
    told = words(DRAWN["price_matrix"]())

    assert {
        "PAYS WELL, COSTS LITTLE: 1",
        "PAYS WELL, COSTS MUCH: 1",
        "PAYS LITTLE, COSTS MUCH: 1",
        "PAYS LITTLE, COSTS LITTLE: 1",
    } <= set(told)
