"""Figures, tested on their artists: the data drawn, the words written, nothing that overlaps."""

import itertools
from datetime import date
from types import SimpleNamespace

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from kamlib.attractiveness.figures import plot_matrix, plot_their_criteria
from kamlib.core.codes import CHANGES, LADDER
from kamlib.data_prep.figures import plot_monthly_revenue
from kamlib.page.style import LIGHT, fit, money_of, width_of
from kamlib.profitability.figures import plot_bridge, plot_statement
from kamlib.pyramid.figures import plot_pyramid
from kamlib.segmentation.figures import plot_whale_curve
from kamlib.staying.figures import plot_leavers, plot_return

ODD_NAMES = ["A$B$C", "100% $$", "_x", "Złota Rybka", "two\nlines", "W" * 200]
PROFIT_LADDER = (1000.0, -100.0, -50.0, -500.0, -200.0, -30.0)  # ends at 120


@pytest.fixture(autouse=True)
def _closed_figures():
    mpl.use("Agg")
    yield
    plt.close("all")


def months(n: int, *, inside: int = 12) -> pd.DataFrame:
    """Build n months up to December 2025 with 20,000 each; the last ones are FY2025."""
    dates = pd.date_range(end="2025-12-01", periods=n, freq="MS")
    periods = [None] * max(n - inside, 0) + ["FY2025"] * min(inside, n)
    return pd.DataFrame({"month": dates, "invoice_revenue": 20_000.0, "period": periods})


def leavers() -> pd.DataFrame:
    """Build one silent for 120 days who usually orders every 20, and one who buys half as much."""
    return pd.DataFrame(
        {
            "customer_id": ["A", "B"],
            "name": ODD_NAMES[:2],
            "silent_days": [120.0, 10.0],
            "usual_days": [20.0, np.nan],
            "revenue_change": [-1.0, -0.5],
            "signs": ["silent, fading", "fading"],
        }
    )


def order_days() -> pd.DataFrame:
    """Build an order of each every 20 days, up to the last one."""
    last = {"A": "2025-09-02", "B": "2025-12-21"}
    parts = [
        pd.DataFrame({"customer_id": name, "date": pd.date_range(end=day, periods=30, freq="20D")})
        for name, day in last.items()
    ]
    return pd.concat(parts, ignore_index=True)


def ladder(values: tuple[float, ...] = PROFIT_LADDER) -> pd.DataFrame:
    """Build the ladder of list revenue and signed steps, with every total between them."""
    totals = np.cumsum(values)
    rows = [("list_revenue", "total", values[0])]
    for place, step in enumerate(values[1:]):
        rows.append((LADDER[2 * place + 1], "step", step))
        rows.append((LADDER[2 * place + 2], "total", totals[place + 1]))
    table = pd.DataFrame(rows, columns=["line", "kind", "amount"])
    return table.assign(share=table["amount"] / values[0])


def curve(*profits: float) -> pd.DataFrame:
    """Accumulate profits, best first."""
    ranked = np.sort(profits)[::-1]
    share = np.arange(1, len(ranked) + 1) / len(ranked)
    return pd.DataFrame({"customer_share": share, "cumulative": np.cumsum(ranked)})


def parties(n: int = 60, *, level: bool = True, asked: float = 0.7) -> pd.DataFrame:
    """Build parties with a seed: the first five numbered, every tenth a prospect."""
    rng = np.random.default_rng(5)
    middle = rng.uniform(0.1, 0.9, (2, n))
    reach = rng.uniform(0.02, 0.09, (2, n))
    profit = rng.normal(40_000, 60_000, n)
    profit[9::10] = np.nan
    return pd.DataFrame(
        {
            "name": [f"Party {place:03}" for place in range(n)],
            "side_a_low": middle[0] - reach[0],
            "side_a_high": middle[0] + reach[0],
            "side_b_low": middle[1] - reach[1],
            "side_b_high": middle[1] + reach[1],
            "asked": rng.random(n) < asked,
            "customer_profit": profit,
            "numbered": np.arange(n) < 5,
            "level": rng.integers(1, 5, n).astype(float) if level else np.nan,
            "both_hold": np.where(np.arange(n) % 3, "yes", "may"),
        }
    )


def accounts(*levels: int, golden: int = 0, profit: float = 10.0) -> pd.DataFrame:
    """Build one customer per level; the first ones at level 1 are golden shots."""
    table = pd.DataFrame({"confirmed_level": list(levels)}, dtype="int64")
    table["possible_level"] = table["confirmed_level"]
    table["name"] = [f"Account {place:03}" for place in range(len(table))]
    at_base = (table["confirmed_level"] == 1).cumsum().where(table["confirmed_level"] == 1)
    table["golden_shot"] = np.where(at_base <= golden, "yes", "no")
    return table.assign(customer_profit=profit)


def criteria() -> pd.DataFrame:
    """Build four criteria: we are behind, ahead, unknown, and the rival is unknown."""
    return pd.DataFrame(
        {
            "criterion": ["On time", "Help", "A$B$C", "Price"],
            "weight": [0.4, 0.3, 0.2, 0.1],
            "us_low": [4.0, 8.0, np.nan, 5.0],
            "us_high": [5.0, 8.0, np.nan, 6.0],
            "rival_low": [7.0, 6.0, 5.0, np.nan],
            "rival_high": [7.0, 8.0, 5.0, np.nan],
            "rival": "Krzywy Karton",
            "source": ["their_words", "our_guess", "fact", "survey of 2025"],
        }
    )


def returns() -> pd.DataFrame:
    """Build the 13 classes; nobody has nine order days."""
    rate = np.linspace(0.05, 1.0, 13)
    rate[9] = np.nan
    n = np.array([12_345, 800, 400, 200, 100, 90, 60, 40, 20, 0, 9, 8, 233])
    return pd.DataFrame({"order_days": np.arange(13), "rate": rate, "n": n})


def whale(*profits: float) -> SimpleNamespace:
    """Build a band of a tenth around the whale curve of `profits`."""
    drawn = curve(*profits)
    width = 0.1 * drawn["cumulative"].abs()
    band = drawn[["customer_share"]].assign(
        low=drawn["cumulative"] - width, high=drawn["cumulative"] + width
    )
    return SimpleNamespace(band=band, rests_on="rates", level=0.90)


def bridge(before: float = 4_000_000.0) -> pd.DataFrame:
    """Build a bridge with every cause, from `before` on: 400,000 up and 100,000 down in turn."""
    amounts = [400_000.0 if place % 2 == 0 else -100_000.0 for place in range(len(CHANGES))]
    rows = [("FY2024", "total", before)]
    rows += [(cause, "step", a) for cause, a in zip(CHANGES, amounts, strict=True)]
    rows.append(("FY2025", "total", before + sum(amounts)))
    return pd.DataFrame(rows, columns=["line", "kind", "amount"])


FIGURES = {
    "12 months": lambda: plot_monthly_revenue(months(12), currency="PLN"),
    "72 months": lambda: plot_monthly_revenue(months(72), currency="PLN"),
    "statement": lambda: plot_statement(ladder(), currency="PLN"),
    "whale curve": lambda: plot_whale_curve(curve(90, 60, 50, -20, -40), currency="PLN"),
    "whale curve in a band": lambda: plot_whale_curve(
        curve(90, 60, 50, -20, -40), currency="PLN", whale=whale(90, 60, 50, -20, -40)
    ),
    "one customer": lambda: plot_whale_curve(curve(90), currency="PLN"),
    "all at a loss": lambda: plot_whale_curve(curve(-9, -5, -2, -1), currency="PLN"),
    "bridge": lambda: plot_bridge(bridge(), currency="PLN"),
    "bridge of losses": lambda: plot_bridge(bridge(-900_000.0), currency="PLN"),
    "matrix": lambda: plot_matrix(parties(), cut_a=0.6, cut_b=0.5, currency="PLN"),
    "matrix of 12 numbers": lambda: plot_matrix(
        parties(60).assign(numbered=np.arange(60) < 12), cut_a=0.6, cut_b=0.5, currency="PLN"
    ),
    "matrix of 500": lambda: plot_matrix(parties(500), cut_a=0.6, cut_b=0.5, currency="PLN"),
    "pyramid": lambda: plot_pyramid(accounts(1, 1, 2, 3, 4, golden=1)),
    "empty pyramid": lambda: plot_pyramid(accounts()),
    "criteria": lambda: plot_their_criteria(criteria()),
    "return": lambda: plot_return(returns(), months=24, later=12),
    "leavers": lambda: plot_leavers(leavers(), order_days(), end=date(2025, 12, 31)),
}


def visible_texts(ax) -> list:
    """Return every text that is drawn, tick labels and legends among them."""
    texts = list(ax.texts)
    for axis, (low, high) in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, sorted(ax.get_ylim()))):
        if ax.axison:
            ticks = zip(axis.get_majorticklocs(), axis.get_majorticklabels(), strict=False)
            texts += [text for at, text in ticks if low <= at <= high]
            texts.append(axis.label)
    for legend in ax.figure.legends:
        texts += legend.get_texts()
    return [text for text in texts if text.get_text() and text.get_visible()]


def words(ax) -> list[str]:
    return [text.get_text() for text in visible_texts(ax)]


def collisions(ax) -> list[tuple[str, str]]:
    """Return the pairs of texts whose boxes overlap by more than two pixels."""
    ax.figure.draw_without_rendering()
    boxes = [(text.get_text(), text.get_window_extent().extents) for text in visible_texts(ax)]
    return [
        (one, other)
        for (one, a), (other, b) in itertools.combinations(boxes, 2)
        if min(a[2], b[2]) - max(a[0], b[0]) > 2 and min(a[3], b[3]) - max(a[1], b[1]) > 2
    ]


@pytest.mark.parametrize("figure", FIGURES)
def test_no_text_lies_on_another_leaves_the_figure_is_small_or_is_read_as_a_formula(figure):
    ax = FIGURES[figure]()

    assert ax.get_title() == ""
    assert {text.get_parse_math() for text in visible_texts(ax)} == {False}
    assert min(text.get_fontsize() for text in visible_texts(ax)) >= 9

    assert collisions(ax) == []
    width, height = ax.figure.canvas.get_width_height()
    for text in visible_texts(ax):
        left, low, right, top = text.get_window_extent().extents
        assert (left >= -1, low >= -1, right <= width + 1, top <= height + 1) == (True,) * 4, text


@pytest.mark.parametrize("figure", FIGURES)
def test_a_figure_of_8_inches_on_white_leaves_the_global_style_alone_and_looks_the_same_outside_it(
    figure, tmp_path
):
    before = dict(mpl.rcParams)
    ax = FIGURES[figure]()

    assert dict(mpl.rcParams) == before
    ax.figure.savefig(tmp_path / "plain.png", dpi=144)
    with mpl.rc_context({"hatch.linewidth": 9, "axes.facecolor": "red", "xtick.color": "red"}):
        ax.figure.savefig(tmp_path / "odd.png", dpi=144)
    plain, odd = (
        np.asarray(Image.open(tmp_path / f"{name}.png"), dtype=int) for name in ("plain", "odd")
    )
    assert plain.shape[1] == 1152  # 8 inches at 144 dpi
    assert plain[0, 0, :3].tolist() == [255, 255, 255]
    assert np.abs(plain - odd).max() <= 2  # of 255: the layout settles to a billionth of an inch


def test_a_name_is_cut_only_when_it_does_not_fit():
    assert fit("Glass Houses", 200) == "Glass Houses"
    short = fit("Glass Houses", 40)
    assert short.endswith("…")
    assert width_of(short) <= 40 < width_of(short[:-1] + "ss…")


def test_amounts_are_in_thousands_with_a_digit_only_where_one_would_be_lost():
    assert money_of([9_999], "EUR") == (1, "EUR", 0)
    assert money_of([10_000, -20_000], "EUR") == (1000, "EUR thousand", 1)
    assert money_of([5_000_000, 600], "EUR") == (1000, "EUR thousand", 0)
    assert money_of([5_000_000, 400], "EUR").write(-400) == "−0.4"
    assert money_of([np.nan], "EUR") == (1, "EUR", 0)


@pytest.mark.parametrize(
    ("draw", "table", "options"),
    [
        pytest.param(plot_their_criteria, criteria(), {}, id="criteria"),
        pytest.param(
            plot_matrix,
            parties(),
            {"cut_a": 0.5, "cut_b": 0.5, "currency": "PLN"},
            id="matrix",
        ),
        pytest.param(plot_pyramid, accounts(1, 2), {}, id="pyramid"),
    ],
)
def test_the_frame_is_left_as_it_was(draw, table, options):
    before = table.copy(deep=True)

    draw(table, **options)

    pd.testing.assert_frame_equal(table, before)


# ------------------------------------------------------------------------------------- money


def test_months_of_the_report_period_are_solid_and_named():
    ax = plot_monthly_revenue(months(24), currency="PLN")

    colours = [bar.get_facecolor() for bar in ax.patches]
    assert [bar.get_height() for bar in ax.patches] == [20_000.0] * 24
    assert len(set(colours[:12])) == len(set(colours[12:])) == 1
    assert colours[-1] == mpl.colors.to_rgba(LIGHT["earned"]) != colours[0]
    assert "FY2025" in words(ax)
    assert ax.get_ylabel() == "Invoice revenue, PLN thousand"


@pytest.mark.parametrize("n", [1, 12, 13, 36, 37, 60, 61, 72])
def test_month_labels_do_not_touch(n):
    ax = plot_monthly_revenue(months(n), currency="PLN")

    assert collisions(ax) == []
    assert 1 <= len(ax.get_xticks()) <= 13


def test_a_month_of_credit_notes_is_hatched_below_zero():
    table = months(12)
    table.loc[3, "invoice_revenue"] = -5_000.0

    bar = plot_monthly_revenue(table, currency="PLN").patches[3]

    assert (bar.get_height(), bar.get_hatch()) == (-5_000.0, "////")


def test_statement_steps_start_where_the_last_sum_ended():
    ax = plot_statement(ladder(), currency="PLN")

    bars = [(bar.get_x(), bar.get_width()) for bar in ax.patches]
    assert bars[:4] == [(0, 1000.0), (1000.0, -100.0), (0, 900.0), (900.0, -50.0)]
    assert bars[-1] == (0, pytest.approx(120.0))
    assert [bar.get_hatch() for bar in ax.patches][:3] == [None, "////", None]
    shown = words(ax)
    assert [
        word for word in ("List revenue", "1,000", "−100", "−10%", "12%") if word not in shown
    ] == []
    assert ax.get_xlabel() == "PLN"


def test_a_statement_may_stop_at_gross_margin():
    ax = plot_statement(ladder().head(7), currency="PLN")

    assert len(ax.patches) == 7
    assert [label.get_text() for label in ax.get_yticklabels()][-1] == "Gross margin"


def test_a_loss_at_the_end_of_the_statement_is_hatched_and_left_of_zero():
    ax = plot_statement(ladder((1000.0, -100.0, -50.0, -700.0, -250.0, -30.0)), currency="PLN")

    last = ax.patches[-1]
    assert (last.get_width(), last.get_hatch()) == (pytest.approx(-130.0), "////")
    assert {"−130", "−13%"} <= set(words(ax))
    assert collisions(ax) == []


def test_whale_curve_shows_peak_total_and_erosion():
    ax = plot_whale_curve(curve(90, 60, 50, -20, -40), currency="PLN")

    rising, falling = ax.lines[:2]
    assert rising.get_ydata().tolist() == [0, 90, 150, 200]
    assert falling.get_ydata().tolist() == [200, 180, 140]
    assert rising.get_linestyle() != falling.get_linestyle()
    shown = words(ax)
    assert "peak 200 after 3 customers (60%)" in shown
    assert "total\n140" in shown
    assert "erosion\n−60\n(30% of\nthe peak)" in shown
    assert ax.get_ylabel() == "Cumulative customer profit, PLN"
    assert ax.get_xlabel() == "Customers, most profitable first"


def test_the_band_of_the_whale_curve_says_what_it_is():
    ax = plot_whale_curve(
        curve(90, 60, 50, -20, -40), currency="PLN", whale=whale(90, 60, 50, -20, -40)
    )

    assert "the band: nine cases of ten, within the declared ranges of cost" in words(ax)
    band = ax.collections[0].get_paths()[0].vertices
    assert band[:, 1].max() == pytest.approx(220)
    assert band[:, 1].min() == 0


def test_the_bridge_stands_on_its_causes_and_ends_at_the_total():
    ax = plot_bridge(bridge(), currency="PLN")

    bars = [bar.get_bbox() for bar in ax.patches]
    assert len(bars) == 12
    assert bars[0].x1 == 4_000_000
    assert (bars[1].x0, bars[1].x1) == (4_000_000, 4_400_000)
    assert (bars[2].x0, bars[2].x1) == (4_400_000, 4_300_000)
    assert bars[-1].x1 == 5_500_000
    said = [text.get_text() for text in ax.texts]
    assert said[:3] == ["4,000", "+400", "−100"]
    assert ax.get_xlabel() == "Customer profit, PLN thousand"


def test_whale_curve_of_the_margin_is_named_so():
    ax = plot_whale_curve(curve(90_000, 60), currency="PLN", measure="gross_margin")

    assert ax.get_ylabel() == "Cumulative gross margin, PLN thousand"


@pytest.mark.parametrize(
    ("profits", "told", "untold"),
    [
        pytest.param(
            (9.0, 5.0), "nobody loses money: the peak is the total", "erosion", id="no loss"
        ),
        pytest.param(
            (7.0,), "nobody loses money: the peak is the total", "erosion", id="one customer"
        ),
        pytest.param((-7.0,), "No customer earns money.", "erosion", id="one customer at a loss"),
        pytest.param((-7.0, -1.0), "No customer earns money.", "peak", id="nobody earns"),
        pytest.param(
            (5.0, -20.0), "erosion\n−20\n(400% of\nthe peak)", "nobody", id="total below zero"
        ),
    ],
)
def test_whale_curve_says_what_is_odd(profits, told, untold):
    ax = plot_whale_curve(curve(*profits), currency="PLN")

    assert told in words(ax)
    assert [word for word in words(ax) if untold in word and word != told] == []
    assert collisions(ax) == []
    low, high = ax.get_ylim()
    assert low <= min(0, sum(profits)) <= sum(profits) <= high or low < sum(profits) < high


# ------------------------------------------------------------------------------------ matrix


def test_matrix_marks_stand_in_the_middle_of_their_interval():
    table = parties(1, asked=1.1).assign(numbered=False)

    ax = plot_matrix(table, cut_a=0.6, cut_b=0.5, currency="PLN")

    point = np.vstack([marks.get_offsets() for marks in ax.collections])[0]
    assert point[0] == pytest.approx(table[["side_a_low", "side_a_high"]].mean(axis=1)[0])
    assert point[1] == pytest.approx(table[["side_b_low", "side_b_high"]].mean(axis=1)[0])


def test_matrix_draws_every_party_once():
    table = parties(200)

    ax = plot_matrix(table, cut_a=0.6, cut_b=0.5, currency="PLN")

    marks = [c for c in ax.collections if isinstance(c, mpl.collections.PathCollection)]
    assert sum(len(c.get_offsets()) for c in marks) == 200


def test_who_stands_in_the_corner_of_both_sides_without_its_lead_has_a_ring():
    table = (
        parties(4, asked=1.1, level=False)
        .assign(
            side_a_low=0.8,
            side_a_high=0.8,
            side_b_low=[0.9, 0.9, 0.9, 0.2],
            side_b_high=0.9,
            both_hold=["yes", "no", "may", "may"],
        )
        .assign(side_b_high=[0.9, 0.9, 0.9, 0.2])
    )

    ax = plot_matrix(table, cut_a=0.6, cut_b=0.5, currency="PLN")
    holding = plot_matrix(table.head(1), cut_a=0.6, cut_b=0.5, currency="PLN")

    ring = LIGHT["uncertain"]
    inside = [each for each in ax.lines if each.get_color() == ring and each.get_xdata()[0] == 0.8]
    assert len(inside) == 2  # all three in the corner but the one who holds for certain
    assert "ring: may not hold" in words(ax)
    assert "ring: may not hold" not in words(holding)


def test_an_unknown_side_b_has_a_strip_of_its_own_and_is_counted():
    table = parties(60)
    unknown = int((~table["asked"]).sum())

    ax = plot_matrix(table, cut_a=0.6, cut_b=0.5, currency="PLN")

    marks = [c for c in ax.collections if isinstance(c, mpl.collections.PathCollection)]
    heights = np.concatenate([c.get_offsets()[:, 1] for c in marks])
    assert int((heights < 0).sum()) == unknown
    assert f"SIDE B UNKNOWN: {unknown} nobody asked" in words(ax)
    assert "?" in words(ax)


def test_when_all_were_asked_there_is_no_strip():
    ax = plot_matrix(parties(asked=1.1), cut_a=0.6, cut_b=0.5, currency="PLN")

    assert ax.get_ylim() == (0, 1)
    assert [word for word in words(ax) if "UNKNOWN" in word or word == "?"] == []


def test_numbered_parties_are_listed_beside_in_their_order():
    table = parties(30).assign(numbered=np.arange(30) % 2 == 0).head(24)

    ax = plot_matrix(table, cut_a=0.6, cut_b=0.5, currency="PLN")

    listed = [word.split() for word in words(ax) if "Party" in word]
    assert listed == [[str(n + 1), "Party", f"{2 * n:03}"] for n in range(12)]
    assert {str(n + 1) for n in range(12)} <= {text.get_text() for text in ax.texts}


def test_without_levels_there_is_no_key_of_levels():
    plain = words(plot_matrix(parties(level=False), cut_a=0.6, cut_b=0.5, currency="PLN"))
    levels = words(plot_matrix(parties(), cut_a=0.6, cut_b=0.5, currency="PLN"))

    assert "Mark = level" not in plain
    assert "Mark = level" in levels
    assert {"hollow: at a loss", "prospect", "the others"} <= set(plain)


def test_the_matrix_is_the_same_every_time(tmp_path):
    for name in ("one", "two"):
        ax = plot_matrix(parties(), cut_a=0.6, cut_b=0.5, currency="PLN")
        ax.figure.savefig(tmp_path / f"{name}.png", dpi=144, metadata={"Software": None})

    assert (tmp_path / "one.png").read_bytes() == (tmp_path / "two.png").read_bytes()


# ----------------------------------------------------------------------------------- pyramid


def test_pyramid_counts_customers_and_their_share():
    ax = plot_pyramid(accounts(1, 1, 2, 3, 4))

    shown = words(ax)
    assert {"2 customers, 40%", "1 customer, 20%"} <= set(shown)
    assert "how many customers, and\ntheir share of what is earned" in shown
    assert len(ax.patches) == 4


def test_pyramid_says_who_may_stand_higher():
    table = accounts(3, 1, 2)
    table.loc[[0, 2], "possible_level"] = [4, 4]

    shown = words(plot_pyramid(table))

    assert shown.count("1 of them may stand higher") == 2


@pytest.mark.parametrize(("n", "said"), [(1, "1 customer, 33%"), (300, "300 customers, 99%")])
def test_whose_level_is_not_told_stands_on_no_step(n, said):
    """One stands at level 1, one at 2, and n at level 1 only for lack of something known."""
    table = accounts(1, 2, *[1] * n)
    table.loc[2:, "possible_level"] = 3

    ax = plot_pyramid(table)

    assert {"Not told (1 to 3)", said} <= set(words(ax))
    assert len(ax.patches) == 5
    assert collisions(ax) == []


def test_one_unknown_profit_means_no_shares():
    table = accounts(1, 2, golden=1)
    table.loc[0, "customer_profit"] = np.nan

    shown = words(plot_pyramid(table))

    assert [word for word in shown if "%" in word or "positive" in word] == []
    assert {"1 customer", "1 golden shot", "nobody"} <= set(shown)


def test_without_profit_names_stand_in_order_of_revenue_and_never_of_ids():
    table = accounts(2, 2, 2).assign(customer_profit=np.nan, invoice_revenue=[5.0, 70.0, 20.0])

    shown = words(plot_pyramid(table))

    assert "Account 001 · Account 002 · Account 000" in shown


def test_golden_shots_are_diamonds_at_the_base_with_their_share():
    ax = plot_pyramid(accounts(1, 1, 1, 4, golden=2))

    assert "◆ Account 000 · ◆ Account 001" in words(ax)
    assert {"2 golden shots: 50% of what is earned", "1 other"} <= set(words(ax))


def test_a_loss_maker_brings_no_share_but_is_counted():
    table = accounts(1, 2)
    table.loc[0, "customer_profit"] = -5.0

    shown = words(plot_pyramid(table))

    assert {"1 customer, 0%", "1 customer, 100%"} <= set(shown)


@pytest.mark.parametrize("each", [0, 1, 2, 7, 500])
@pytest.mark.parametrize("long", [False, True])
def test_names_stay_inside_their_step(each, long):
    table = accounts(*([1, 2, 3, 4] * each), golden=each)
    if long:
        table["name"] = [f"{place} " + "Zażółć gęślą jaźń " * 9 for place in range(len(table))]

    ax = plot_pyramid(table)

    assert collisions(ax) == []
    for step in ax.patches:
        box = step.get_window_extent()
        inside = [t for t in ax.texts if t.get_ha() == "center" or t.get_fontsize() == 9.5]
        inside = [t for t in inside if box.y0 < np.mean(t.get_window_extent().intervaly) < box.y1]
        outline = step.get_path().transformed(step.get_transform())
        for text in inside:
            left, low, right, top = text.get_window_extent().extents
            if left < box.x1:
                assert outline.contains_points(
                    [(left, low), (right, low), (left, top), (right, top)]
                ).all()


def test_the_most_profitable_are_named_first_and_the_rest_is_counted():
    table = accounts(*[4] * 40)
    table["customer_profit"] = np.arange(40.0)

    ax = plot_pyramid(table)

    names = " · ".join(text.get_text() for text in ax.texts if "Account" in text.get_text()).split(
        " · "
    )
    named = [name for name in names if name.startswith("Account")]
    assert named == [f"Account {39 - place:03}" for place in range(len(named))]
    assert names[-1] == f"{40 - len(named)} more"


# --------------------------------------------------------------------------------- judgement


def test_their_criteria_end_in_the_weighted_lead():
    ax = plot_their_criteria(criteria())

    shown = words(ax)
    # of 100: 0.4 × (40 − 70), 0.4 × (50 − 70); 0.3 × (80 − 80), 0.3 × (80 − 60)
    assert {"−12.0 to −8.0", "0.0 to +6.0", "40%", "30%"} <= set(shown)
    assert "Krzywy Karton, the best rival" in shown
    assert shown.count("?") == 2
    assert {"us: unknown", "rival: unknown", "our guess", "survey of 2025"} <= set(shown)
    assert ax.get_xlabel() == "Rating (0 to 10)"
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        "On time",
        "Help",
        "A$B$C",
        "Price",
    ]


def test_our_guess_about_us_is_drawn_hollow():
    ax = plot_their_criteria(criteria())

    us = [line for line in ax.lines if line.get_marker() == "o"]
    assert [line.get_xdata()[0] for line in us] == [4.5, 8.0, 5.5]
    assert [line.get_markerfacecolor() == LIGHT["paper"] for line in us] == [False, True, False]


def test_the_chance_of_return_shows_rate_and_customers_of_each_class():
    ax = plot_return(returns(), months=9, later=6)

    dots = ax.lines[0]
    assert dots.get_xdata().tolist() == list(range(13))
    assert dots.get_ydata()[0] == pytest.approx(0.05)
    shown = words(ax)
    assert {"0\n12,345", "12+\n233", "5.0%", "100%"} <= set(shown)
    assert ax.get_xlabel() == "Order days in up to 9 months before; below it, customers"
    assert ax.get_ylabel() == "Share that ordered again within 6 months"


def test_a_silent_customer_is_overdue_beyond_ninety_days_and_another_one_buys_less():
    """2.5 times 20 days are less than 90, so 30 of 120 days are too many."""
    ax = plot_leavers(leavers(), order_days(), end=date(2025, 12, 31))

    words = [text.get_text() for text in ax.texts]
    assert words[0] == "▲ overdue 30 days"
    assert words[1] == "silent 120, usually 20 days"
    assert words[2:] == ["▼ buys 50% less", "silent 10, usually ? days"]
    assert [bar.get_width() for bar in ax.patches] == [90, 30, 10]
