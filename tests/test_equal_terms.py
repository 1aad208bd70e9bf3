"""On what terms? Worlds in which one can see whom a discount follows."""

import numpy as np
import pandas as pd
import pytest

from kamlib.segmentation.terms import _called, terms_audit
from kamlib.segmentation.words import terms_finding


def world(n=40, **columns):
    """A firm of customers that buy for 100 at list and differ in one thing."""
    ids = [f"K{i:02}" for i in range(n)]
    statement = pd.DataFrame(
        {
            "customer_id": ids,
            "relation": "external",
            "active": True,
            "list_revenue": 100.0,
            "invoice_revenue": 100.0,
            "on_invoice_discounts": 0.0,
            "discount_rate": 0.0,
            "off_invoice": 0.0,
            "capital_charge": 0.0,
            "cost_to_serve": 0.0,
            "days_to_pay": 30.0,
            "customer_profit": np.arange(n, dtype=float),
            "gross_margin": np.arange(n, dtype=float),
        }
    ).assign(**columns)
    orders = pd.DataFrame({"customer_id": ids, "order_value": 100.0, "rush": False})
    return statement, orders


def called(audit):
    return dict(zip(audit["term"], audit["called"], strict=True))


def test_days_to_pay_that_grow_with_profit_follow_it():
    audit = terms_audit(*world(days_to_pay=np.arange(40) + 10.0))

    assert called(audit) == {"days_to_pay": "follows"}
    assert audit["with_before"].iloc[0] == pytest.approx(1.0)
    assert terms_finding(audit) == ["The higher the profit rate, the more days to pay."]


def test_of_a_discount_that_follows_the_profit_before_it_and_eats_it_nothing_is_claimed():
    given = np.arange(40.0)
    statement, orders = world(
        discount_rate=given / 100, on_invoice_discounts=given, customer_profit=20 - given / 2
    )
    audit = terms_audit(statement, orders)
    row = audit.set_index("term").loc["discount"]

    assert row["with_before"] == pytest.approx(1.0), "before it who gets most earns most"
    assert row["with_final"] == pytest.approx(-1.0), "after it the largest discount leaves least"
    assert row["called"] == "open"
    assert "nothing is claimed" in terms_finding(audit)[0]


def test_a_term_that_leans_one_way_before_and_after_but_surely_only_after_it_cannot_be_told():
    """Ranks of -0.2 before it (its interval holds 0) and -0.4 after it (all below 0) of 40 customers."""
    assert [_called(-0.2, after, 40) for after in (-0.4, 0.4)] == ["untold", "open"]
    audit = pd.DataFrame(
        {"term": ["deductions"], "called": "untold", "low": -1, "high": 1, "with_revenue": 0}
    )
    assert terms_finding(audit) == [
        "Whether the profit rate decides later deductions cannot be told."
    ]


def test_a_term_that_is_the_same_for_all_says_nothing_and_few_customers_neither():
    assert terms_audit(*world()).empty
    assert terms_audit(*world(n=20, days_to_pay=np.arange(20) + 1.0)).empty
    assert terms_finding(terms_audit(*world())) == [
        "Too few customers have terms that could be compared."
    ]


def test_discounts_for_size_are_called_so():
    size = np.tile(np.arange(10.0), 4) + 1
    statement, orders = world(
        invoice_revenue=100 * size, list_revenue=100 * size, discount_rate=size / 100
    )
    statement["customer_profit"] = np.repeat(np.arange(4.0), 10) * size
    audit = terms_audit(statement, orders)

    assert called(audit)["discount"] == "flat"
    assert terms_finding(audit) == [
        "Size says more than the profit rate: discounts on the invoice go with revenue.",
        "No sign that the profit rate decides discounts on the invoice.",
    ]


def test_what_falls_with_revenue_less_than_with_profit_does_not_go_with_revenue():
    days = 100 - np.arange(40.0)  # along revenue the same, but for one
    revenue = np.r_[np.arange(1.0, 40.0), 0.5]
    audit = terms_audit(*world(days_to_pay=days, invoice_revenue=revenue, list_revenue=100.0))

    assert audit["high"].iloc[0] < audit["with_revenue"].iloc[0] < 0
    assert not any("revenue" in said for said in terms_finding(audit))


def test_declared_terms_are_audited_and_of_a_customer_s_sites_the_most_generous_counts():
    """Who earns more has the better class (1 is best); K39 has a second site in the worst class."""
    statement, orders = world()
    declared = pd.DataFrame(
        {"customer_id": statement["customer_id"], "service_class": np.arange(40)[::-1] + 1}
    )
    declared.loc[40] = ["K39", 99]

    audit = terms_audit(statement, orders, declared)

    assert called(audit) == {"service_class": "follows"}
    assert audit["with_final"].iloc[0] == pytest.approx(1.0)
