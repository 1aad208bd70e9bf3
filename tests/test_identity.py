"""Who is one customer: tax ids in many spellings, decisions on identity, and pairs that look alike."""

import pandas as pd
import pytest
from test_intake import LINES, TWO_FIRMS, book, give, revenue, same, set_aside, verdict_of, world

from kamlib.engagement.settings import Identity
from kamlib.errors import DataError
from kamlib.intake import read_inputs
from kamlib.intake.identity import merged_ids, name_variants
from kamlib.intake.look_alikes import core_name, look_alikes
from kamlib.intake.tax_ids import tax_id_of
from kamlib.method_rules import set_aside as reasons

NINE_WAYS = (
    "1234563218", "123-456-32-18", "123-45-63-218", "PL1234563218", "PL 123 456 32 18",
    " 1234563218 ", "123 456 32 18", "1234563218.0", "pl-1234563218",
)  # fmt: skip


# --------------------------------------------------------------------------- one tax id
@pytest.mark.parametrize("text", NINE_WAYS)
def test_a_tax_id_is_the_same_however_it_is_typed(text):
    assert tax_id_of(text).number == "1234563218"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", reasons.MISSING), (None, reasons.MISSING), ("  ", reasons.MISSING),
        ("0000000000", reasons.TAX_ID_FOR_NONE), ("111-111-11-11", reasons.TAX_ID_FOR_NONE),
        ("brak", reasons.TAX_ID_FOR_NONE), ("-", reasons.TAX_ID_FOR_NONE),
        ("n/d", reasons.TAX_ID_FOR_NONE), ("PL0000000000", reasons.TAX_ID_FOR_NONE),
        ("9,491613394E9", reasons.TAX_ID_ROUNDED), ("1,23457E+09", reasons.TAX_ID_ROUNDED),
        ("1234563219", reasons.TAX_ID_CHECK_DIGIT), ("123456321", reasons.TAX_ID_LENGTH),
        ("DE811128136", reasons.TAX_ID_CHECK_DIGIT), ("Kowalski", reasons.TAX_ID_NO_NUMBER),
    ],
)  # fmt: skip
def test_a_tax_id_that_cannot_be_used_says_why(text, why):
    assert tax_id_of(text) == ("", why)


def test_a_number_from_abroad_keeps_its_letters_and_ours_does_so_only_abroad():
    assert tax_id_of("DE 811128135").number == "DE811128135"
    assert tax_id_of("811128135", country="DE").number == "811128135"
    assert tax_id_of("PL1234563218", country="DE").number == "PL1234563218"


# --------------------------------------------------------------------------- tax id as customer
@pytest.fixture
def by_tax_id(tmp_path):
    """One firm under nine spellings buys 1 each time; five lines bear no usable id and are worth 32."""
    bad = ("", "brak", "0000000000", "1234563219", "1.2E9")
    rows = [f"F{i},2024-01-10,{text.strip()},Firma  A,1" for i, text in enumerate(NINE_WAYS)]
    rows += [f"G{i},2024-02-10,{text},?,{2**i}" for i, text in enumerate(bad)]
    rows += ["H1,2024-03-01,DE811128135,Firma B,7", "H2,2024-03-02,DE811128135,FIRMA B,7",
             "H3,2024-03-03,DE 811128135,Firma B,7"]  # fmt: skip
    text = "\n".join(["invoice_id,date,customer_id,name,net_amount", *rows]) + "\n"
    engagement = give(world(tmp_path), "invoice_lines", text)
    engagement.identity = Identity(by="tax_id")
    return engagement


def test_nine_spellings_are_one_customer_and_no_id_is_nobody(by_tax_id):
    intake = read_inputs(by_tax_id, "FY2024")

    assert revenue(intake) == {"1234563218": 9, "DE811128135": 21}
    aside = intake.tables["quarantine"]
    assert aside["amount"].sum() == 1 + 2 + 4 + 8 + 16
    assert aside["reason"].tolist() == [
        "missing", "tax id stands for none", "tax id stands for none",
        "tax id with a wrong check digit", "tax id in scientific notation",
    ]  # fmt: skip
    assert all(balance.holds for balance in intake.balances)


def test_a_customer_has_the_name_that_most_of_its_lines_bear_and_variants_are_listed(by_tax_id):
    tables = read_inputs(by_tax_id, "FY2024").tables

    assert tables["customers"]["name"].tolist() == ["Firma A", "Firma B"]
    variants = tables["name_variants"]
    assert variants[["name", "lines", "chosen"]].values.tolist() == [
        ["Firma A", 9, True], ["Firma B", 2, True], ["FIRMA B", 1, False],
    ]  # fmt: skip


def test_of_two_names_as_frequent_the_latest_is_taken():
    days = pd.to_datetime(["2024-01-01", "2024-06-01"])
    names = pd.DataFrame({"customer_id": "A", "name": ["Old", "New"], "lines": 3, "last": days})

    assert name_variants(names, {})["name"].tolist() == ["New", "Old"]


# --------------------------------------------------------------------------- decisions
SITES = "customer_id,name,parent_id,since\nA,Alfa,,2020-01-01\nB,Beta,,2018-01-01\nC,Gamma,,\n"
DECIDED = "customer_id,keep_as,decided_by,why\n{},controller,one firm\n"


def merged(folder, *pairs, sites=SITES, lines=TWO_FIRMS, unit="group"):
    engagement = give(world(folder, unit=unit), "invoice_lines", lines)
    give(engagement, "customers", sites)
    rows = "\n".join(f"{one},{other},controller,one firm" for one, other in pairs)
    return give(engagement, "identity", f"customer_id,keep_as,decided_by,why\n{rows}\n")


def test_ids_that_people_call_one_are_one_in_every_table(tmp_path):
    engagement = merged(tmp_path, ("B", "A"))
    give(
        engagement,
        "drivers",
        "period,customer_id,driver,volume\nFY2024,A,visits,2\nFY2024,B,visits,3\n",
    )
    tables = read_inputs(engagement, "FY2024").tables

    assert tables["customers"]["customer_id"].tolist() == ["A", "C"]
    assert tables["customers"]["sites"].tolist() == [1, 1]
    assert tables["customers"]["since"].dt.year.tolist()[0] == 2018  # the relation began with B
    assert set(tables["customer_months"]["customer_id"]) == {"A"}
    assert set(tables["orders"]["customer_id"]) == {"A"}
    assert tables["drivers"]["volume"].tolist() == [5]


def test_taking_the_decision_back_gives_the_customers_back(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    apart = merged(tmp_path / "a", ("C", "C"))
    plain = give(give(world(tmp_path / "b"), "invoice_lines", TWO_FIRMS), "customers", SITES)

    one, other = (read_inputs(each, "FY2024") for each in (apart, plain))
    same(one, other, "customers", "customer_months", "orders", "corrections")


@pytest.mark.parametrize("unit", ["group", "site"])
def test_a_customer_split_in_three_ids_and_merged_is_the_same_customer(tmp_path, unit):
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    whole.mkdir()
    parts.mkdir()
    rows = [f"F{i}, 1, 2024-0{1 + i % 9}-10, A, P, 1, 9, {i}.37, 1, invoice" for i in range(30)]
    split = [row.replace(" A,", f" {'ABC'[i % 3]},") for i, row in enumerate(rows)]
    sites = "customer_id,name,parent_id,since\nA,Alfa,,\nB,Alfa 2,,\nC,Alfa 3,,\n"
    one = give(world(whole, unit=unit), "invoice_lines", book(LINES, *rows))
    give(one, "customers", "customer_id,name,parent_id,since\nA,Alfa,,\n")
    other = merged(parts, ("B", "A"), ("C", "B"), sites=sites, lines=book(LINES, *split), unit=unit)

    same(
        read_inputs(one, "FY2024"), read_inputs(other, "FY2024"),
        "customers", "customer_months", "orders", "corrections", "timing", "customer_products",
    )  # fmt: skip


def test_a_merged_site_goes_to_the_group_of_the_one_that_is_kept(tmp_path):
    sites = "customer_id,name,parent_id,since\nA,Alfa,G,\nB,Beta,,\nG,Group,,\nC,Gamma,B,\n"
    tables = read_inputs(merged(tmp_path, ("B", "A"), sites=sites), "FY2024").tables

    assert tables["customers"][["customer_id", "sites"]].values.tolist() == [["G", 3]]


def test_decisions_follow_each_other_and_circles_are_rejected():
    table = pd.DataFrame({"customer_id": ["A", "B", "C"], "keep_as": ["B", "C", "A"]})

    assert merged_ids(table.head(2), None) == {"A": "C", "B": "C"}
    with pytest.raises(DataError, match=r"in a circle \(A, B, C, A\)"):
        merged_ids(table, None)


def test_a_decision_that_keeps_an_unknown_id_is_rejected(tmp_path):
    with pytest.raises(DataError, match="keep X, which no row of customers has"):
        read_inputs(merged(tmp_path, ("B", "X")), "FY2024")


# --------------------------------------------------------------------------- proposals
def activity_of(**spans):
    rows = [(who, 100.0, pd.Timestamp(a), pd.Timestamp(b)) for who, (a, b) in spans.items()]
    return pd.DataFrame(rows, columns=["customer_id", "invoice_revenue", "first", "last"])


def sites_of(*rows):
    return pd.DataFrame(list(rows), columns=["customer_id", "name", "tax_id", "region"])


NOBODY_DECIDED = pd.DataFrame(
    {name: pd.Series(dtype="str") for name in ("customer_id", "keep_as", "decided_by", "why")}
)
LONG, EARLY, LATE = (
    ("2022-01-05", "2025-12-20"),
    ("2021-01-05", "2025-03-20"),
    ("2025-04-02", "2025-12-01"),
)


def pairs_of(sites, activity, *, tops=None, decisions=NOBODY_DECIDED):
    found = look_alikes(sites, activity, tops=tops or {}, decisions=decisions, country="PL")
    return found[["customer_id", "keep_as", "alike_by", "decision"]].values.tolist()


def test_one_tax_id_under_two_names_is_proposed_whatever_the_names():
    sites = sites_of(
        ("A", "Browar Łoś", "123-456-32-18", "N"), ("B", "Inna Firma", "PL1234563218", "S")
    )

    assert pairs_of(sites, activity_of(A=EARLY, B=LONG)) == [["B", "A", "same_tax_id", "proposed"]]


def test_ids_without_a_usable_tax_id_are_not_alike_for_that():
    sites = sites_of(("A", "Browar", "brak", "N"), ("B", "Cukiernia", "brak", "N"))

    assert pairs_of(sites, activity_of(A=LONG, B=LONG)) == []


@pytest.mark.parametrize(
    ("name", "tax_id", "region", "found"),
    [
        ("BROWAR LOS sp. z o.o.", None, "N", "similar_name"),
        ("Browar Łoś spółka z ograniczoną odpowiedzialnością", None, None, "similar_name"),
        ("Browar Łoś Sp. z o.o.", None, "S", None),  # another region
        ("Browar Łoś Sp. z o.o.", "8585561852", "N", None),  # another firm by its tax id
        ("Browar Łoś 2 Sp. z o.o.", None, "N", None),  # numbered: a branch or another
        ("Browar Łasica Sp. z o.o.", None, "N", None),
    ],
)
def test_nearly_the_same_name_is_proposed_unless_something_speaks_against_it(
    name, tax_id, region, found
):
    sites = sites_of(("A", "Browar Łoś Sp. z o.o.", "1234563218", "N"), ("B", name, tax_id, region))

    expected = [["B", "A", found, "proposed"]] if found else []
    assert pairs_of(sites, activity_of(A=EARLY, B=LONG)) == expected


def test_an_id_that_begins_when_its_likeness_falls_silent_is_a_new_registration():
    sites = sites_of(("A", "Browar Łoś s.c.", "1234563218", "N"),
                     ("B", "Browar Łoś Sp. z o.o.", "8585561852", "N"))  # fmt: skip

    assert pairs_of(sites, activity_of(A=EARLY, B=LATE)) == [
        ["B", "A", "re_registered", "proposed"]
    ]
    assert (
        pairs_of(sites, activity_of(A=LONG, B=LATE)) == []
    )  # both buy: two firms by their tax ids


def test_sites_of_one_group_are_no_pair():
    sites = sites_of(("A", "Browar Łoś", "1234563218", "N"), ("B", "Browar Łoś", "1234563218", "N"))

    assert pairs_of(sites, activity_of(A=LONG, B=LONG), tops={"A": "G", "B": "G"}) == []


@pytest.mark.parametrize(("keep_as", "decision"), [("A", "merged"), ("B", "kept_apart")])
def test_a_decision_is_shown_beside_its_pair(keep_as, decision):
    sites = sites_of(("A", "Alfa", "1234563218", "N"), ("B", "Beta", "1234563218", "N"))
    decided = pd.DataFrame([("B", keep_as, "controller", "asked")], columns=NOBODY_DECIDED.columns)

    assert pairs_of(sites, activity_of(A=EARLY, B=LONG), decisions=decided) == [
        ["B", "A", "same_tax_id", decision]
    ]


def test_undecided_pairs_are_flagged_with_their_money_and_nothing_is_merged(tmp_path):
    engagement = give(world(tmp_path), "invoice_lines", TWO_FIRMS)
    give(engagement, "customers", "customer_id,name,tax_id\nA,Alfa,1234563218\nB,Beta,1234563218\n")
    intake = read_inputs(engagement, "FY2024")

    assert revenue(intake) == {"A": 90, "B": 30}
    outcome, said = verdict_of(intake, "identity_pairs")
    assert outcome == "FLAG"
    assert "B = A" in said
    assert "PLN\xa030" in said


def test_legal_forms_accents_and_signs_do_not_make_a_name():
    assert core_name('F.H.U. "Łoś" Jan Kowalski') == "LOS JAN KOWALSKI"
    assert core_name("Sp. z o.o.") == "SP Z O O"  # nothing would be left


def test_a_key_of_rows_set_aside_has_a_remedy(by_tax_id):
    found = {reason for _row, _column, reason in set_aside(read_inputs(by_tax_id, "FY2024"))}

    assert found <= set(reasons.REMEDIES)
