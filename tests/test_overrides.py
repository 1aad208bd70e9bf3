"""Decisions of people: beside the model's verdict, for as long as they hold, and never instead of it."""

from datetime import date
from types import SimpleNamespace

import pandas as pd
import pytest

from kamlib.core.tables import read_table, write_table
from kamlib.pyramid.overriding import apply_overrides, overrides_outcome
from kamlib.pyramid.tables import overrides_table
from kamlib.settings import Override
from kamlib.stage import Stage

END = date(2025, 12, 31)
ACCOUNTS = pd.DataFrame(
    {
        "party_id": ["K1", "K2", "P1"],
        "name": ["Ala", "Bęc", "Cud"],
        "verdict": ["harvest", "fix", "not_now"],
    }
)


def override(party: str, value: str, expires: date = END, **other: str) -> Override:
    return Override(
        party_id=party,
        value=value,
        expires=expires,
        **({"author": "sales director", "reason": "new plant"} | other),
    )


def test_a_decision_stands_beside_the_model_s_and_where_there_is_none_the_model_s_holds():
    table = apply_overrides(ACCOUNTS, [override("K2", "develop")], end=END)

    assert list(table["verdict"]) == ["harvest", "fix", "not_now"]
    assert list(table["decided_verdict"]) == ["harvest", "develop", "not_now"]
    assert list(table["override_author"].fillna("-")) == ["-", "sales director", "-"]
    assert list(table["override_reason"].fillna("-")) == ["-", "new plant", "-"]
    assert list(table["override_expires"].notna()) == [False, True, False]
    assert table["override_expires"][1] == pd.Timestamp(END)


@pytest.mark.parametrize(
    ("expires", "decided", "outcome"),
    [
        (date(2025, 12, 30), "fix", "FLAG"),
        (date(2025, 12, 31), "develop", "PASS"),
        (date(2026, 6, 30), "develop", "PASS"),
    ],
)
def test_a_decision_holds_to_its_last_day_and_not_beyond(expires, decided, outcome):
    decisions = [override("K2", "develop", expires)]

    assert apply_overrides(ACCOUNTS, decisions, end=END)["decided_verdict"][1] == decided
    assert overrides_outcome(ACCOUNTS, decisions, end=END).outcome == outcome


def test_what_expired_and_who_is_unknown_is_listed_with_its_author():
    decisions = [
        override("K1", "fix", date(2025, 6, 30), author="CEO"),
        override("K2", "develop"),
        override("K99", "develop", date(2026, 6, 30)),
    ]

    found = overrides_outcome(ACCOUNTS, decisions, end=END)

    assert found.outcome == "FLAG"
    assert found.said == (
        "Decisions of people that are not in force: K1 (CEO: expired on 30 Jun 2025); "
        "K99 (sales director: not among the customers and prospects looked at). "
        "There the rules' verdict holds."
    )
    assert found.bring.startswith("overrides in engagement.yaml")


def test_decisions_in_force_are_counted():
    found = overrides_outcome(ACCOUNTS, [override("K2", "develop")], end=END)

    assert (found.outcome, found.bring) == ("PASS", "")
    assert found.said.endswith("beside what the rules propose: 1.")


@pytest.mark.parametrize("decisions", [[], [override("K2", "develop")]])
def test_the_table_given_is_not_changed_and_columns_have_one_type_however_many_there_are(
    tmp_path, decisions
):
    before = ACCOUNTS.copy()

    table = apply_overrides(ACCOUNTS, decisions, end=END)
    write_table(table, tmp_path, "key_accounts", stage="pyramid")

    pd.testing.assert_frame_equal(ACCOUNTS, before)
    kinds = read_table(tmp_path, "key_accounts").dtypes.astype(str)
    assert kinds[["override_reason", "override_author"]].to_list() == ["str", "str"]
    assert kinds["override_expires"].startswith("datetime64")


def test_decided_accounts_are_shown_with_both_verdicts_in_words_the_first_to_expire_first():
    decisions = [override("P1", "key_account_now", date(2026, 9, 30)), override("K2", "develop")]

    table = overrides_table(apply_overrides(ACCOUNTS, decisions, end=END))

    assert table.iloc[:, :3].to_numpy().tolist() == [
        ["Bęc", "fix", "develop"],
        ["Cud", "not now", "key account now"],
    ]
    assert list(table.columns[3:]) == ["override_author", "override_reason", "override_expires"]


def test_where_nobody_decided_the_table_is_empty():
    assert overrides_table(apply_overrides(ACCOUNTS, [], end=END)).empty


def test_each_decided_account_is_one_row_and_no_other_is():
    everybody = [override(party, "harvest") for party in ACCOUNTS["party_id"]]

    assert len(overrides_table(apply_overrides(ACCOUNTS, everybody, end=END))) == 3


@pytest.mark.parametrize("party", ["OLD", "SHOP", "PL 123", "K2"])
def test_a_decision_may_name_any_id_that_its_customer_has(tmp_path, party):
    """OLD was merged into K2, SHOP is its site, PL 123 its tax id in another spelling."""
    ids = pd.DataFrame(
        {
            "id_in_input": ["K1", "K2", "OLD", "PL 123", "SHOP"],
            "customer_id": ["K1", "K2", "K2", "K2", "K2"],
        }
    )
    write_table(ids, tmp_path, "customer_ids", stage="data_prep")
    given = SimpleNamespace(overrides=[override(party, "develop"), override("P1", "harvest")])

    decided = Stage("pyramid", given, None, tmp_path).overrides

    assert apply_overrides(ACCOUNTS, decided, end=END)["decided_verdict"].tolist() == [
        "harvest",
        "develop",
        "harvest",
    ]
    assert overrides_outcome(ACCOUNTS, decided, end=END).outcome == "PASS"
