"""Deals as clients write them, and door 3: who is not yet a customer and very likely to be won."""

import pytest
from test_intake import set_aside, verdict_of
from test_small_tables import CUSTOMERS, read

from kamlib.core.errors import DataError
from kamlib.intake import reasons

DEALS = "opportunity_id,party_id,entered,closed,outcome,amount\n"


def deals(tmp_path, rows: str, **tables: str):
    return read(tmp_path, opportunities=DEALS + rows, **tables)


# --------------------------------------------------------------------------- what may stand
def test_a_deal_is_set_aside_that_closes_before_it_begins_or_is_won_for_nothing(tmp_path):
    found = deals(
        tmp_path,
        "D1,A,2024-03-01,2024-02-01,lost,\n"
        "D2,A,2024-03-01,2024-04-01,won,\n"
        "D3,A,2024-03-01,2024-04-01,won,100\n"
        "D4,A,2024-03-01,2024-04-01,lost,\n"
        "D5,A,,,,100\n",
    )

    assert set_aside(found) == [
        (2, "closed", reasons.ENDS_BEFORE),
        (3, "amount", reasons.MISSING),
        (6, "entered", reasons.MISSING),
    ]
    assert found.tables["opportunities"]["opportunity_id"].tolist() == ["D3", "D4"]


def test_an_outcome_and_the_day_of_closing_stand_together_or_not_at_all(tmp_path):
    found = deals(
        tmp_path,
        "D1,A,2024-03-01,2024-04-01,,100\n"  # a day on which it is expected to close
        "D2,A,2024-03-01,,lost,100\n"
        "D3,A,2024-03-01,2024-04-01,open,100\n"
        "D4,A,2024-03-01,,open,100\n"
        "D5,A,2024-03-01,,,\n"
        "D6,A,2024-03-01,2024-04-01,maybe,100\n",
    )

    assert set_aside(found) == [
        (2, "outcome", reasons.OUTCOME_ALONE),
        (3, "outcome", reasons.OUTCOME_ALONE),
        (4, "outcome", reasons.OUTCOME_ALONE),
        (7, "outcome", "unknown outcome"),
    ]


def test_one_deal_in_two_rows_that_differ_is_rejected_and_the_same_row_twice_counts_once(tmp_path):
    twice = "D1,A,2024-03-01,,,100\n"

    assert len(deals(tmp_path, twice + twice).tables["opportunities"]) == 1
    with pytest.raises(DataError, match="have the same opportunity_id: D1"):
        deals(tmp_path, twice + "D1,B,2024-03-01,,,100\n")


def test_a_deal_without_an_account_is_counted_and_one_of_a_stranger_set_aside(tmp_path):
    found = deals(tmp_path, "D1,,2024-03-01,,,100\nD2,X,2024-03-01,,,100\n")

    assert set_aside(found) == [(3, "party_id", reasons.NO_PARTY)]
    assert found.tables["opportunities"]["party_id"].isna().tolist() == [True]


def test_a_prospect_who_is_a_customer_by_another_id_waits_for_a_decision(tmp_path):
    names = {"sites": CUSTOMERS.replace("Alfa", "Alfa Sp. z o.o.")}
    apart = deals(
        tmp_path, "D1,P,2024-03-01,,,100\n", **names | {"prospects": "prospect_id,name\nP,Gamma\n"}
    )
    same = deals(
        tmp_path, "D1,P,2024-03-01,,,100\n", **names | {"prospects": "prospect_id,name\nP,ALFA\n"}
    )

    assert verdict_of(apart, "identity_pairs")[0] == "PASS"
    outcome, said = verdict_of(same, "identity_pairs")
    assert (outcome, "P = A" in said) == ("FLAG", True)
