"""What more could they buy? Thirteen customers of one mix, and one that buys otherwise."""

import pandas as pd
import pytest

from kamlib.segmentation.gaps import group_gaps, group_sales, widest_gaps
from kamlib.segmentation.words import white_space_finding

ALIKE = [f"K{i:02}" for i in range(13)]
EVERY = pd.Index(["A", *ALIKE], name="customer_id")
BOUGHT = pd.DataFrame({"industry_segment": "mills", "size_band": pd.NA}, index=EVERY)
PRODUCTS = pd.DataFrame({"product_id": ["t", "f"], "product_group": ["tape", "film"]})
SOLD = pd.DataFrame(
    [("A", "f", 100.0)] + [(each, p, m) for each in ALIKE for p, m in (("t", 300.0), ("f", 700.0))],
    columns=["customer_id", "product_id", "invoice_revenue"],
)


def test_a_gap_is_what_comparable_customers_would_buy_at_the_customer_s_own_sales():
    """They buy 30 % tape; A buys film for 100 and no tape: it would buy tape for 30."""
    gaps = group_gaps(BOUGHT, group_sales(SOLD, PRODUCTS))

    assert gaps.loc["A", ["tape", "film"]].tolist() == pytest.approx([30, 0])
    assert gaps.loc["K00", "film"] == pytest.approx(
        300 / 13
    )  # of thirteen like it one buys film only
    assert gaps.loc["K00", "tape"] == 0
    largest = widest_gaps(gaps)
    assert largest.iloc[0].tolist() == ["A", "tape", pytest.approx(30.0)]
    said = white_space_finding(largest, pd.Series({"A": "Alfa"}), currency="PLN")
    assert said == (
        "Against the mix of comparable customers the widest gap behind an open door is that of Alfa: "
        "tape for PLN\xa030."
    )


def test_with_eleven_others_nobody_is_comparable_and_nothing_is_said():
    few = BOUGHT.head(12)

    gaps = group_gaps(few, group_sales(SOLD, PRODUCTS))

    assert gaps.empty
    assert widest_gaps(gaps).empty


def test_without_product_groups_there_is_no_white_space():
    assert group_sales(SOLD, None) is None
    assert group_sales(SOLD, PRODUCTS[["product_id"]]) is None
