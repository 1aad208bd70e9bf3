"""Who is one customer: tax ids in many spellings, decisions on identity, and pairs that look alike."""

from types import SimpleNamespace

import pandas as pd
import pytest
from test_intake import (
    LINES,
    TWO_FIRMS,
    book,
    give,
    outcome_and_words,
    revenue,
    same,
    set_aside,
    world,
)

from kamlib.core.errors import DataError, ParameterError
from kamlib.intake import CONTRACT, read_inputs, reasons
from kamlib.intake.alike import core_name, firm_name, look_alikes, may_be_one
from kamlib.intake.checks import REMEDIES
from kamlib.intake.identity import merged_ids, name_variants
from kamlib.intake.spelling import tax_id_of
from kamlib.settings.inputs import Identity

NINE_WAYS = (
    "1234563218",
    "123-456-32-18",
    "123-45-63-218",
    "PL1234563218",
    "PL 123 456 32 18",
    " 1234563218 ",
    "123 456 32 18",
    "1234563218.0",
    "pl-1234563218",
)


# --------------------------------------------------------------------------- one tax id
@pytest.mark.parametrize("text", NINE_WAYS)
def test_a_tax_id_is_the_same_however_it_is_typed(text):
    assert tax_id_of(text).number == "1234563218"


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", reasons.MISSING),
        (None, reasons.MISSING),
        ("  ", reasons.MISSING),
        ("0000000000", reasons.TAX_ID_FOR_NONE),
        ("111-111-11-11", reasons.TAX_ID_FOR_NONE),
        ("brak", reasons.TAX_ID_FOR_NONE),
        ("-", reasons.TAX_ID_FOR_NONE),
        ("n/d", reasons.TAX_ID_FOR_NONE),
        ("PL0000000000", reasons.TAX_ID_FOR_NONE),
        ("9,491613394E9", reasons.TAX_ID_ROUNDED),
        ("1,23457E+09", reasons.TAX_ID_ROUNDED),
        ("1234563219", reasons.TAX_ID_CHECK_DIGIT),
        ("12345632", reasons.TAX_ID_LENGTH),
        ("192-598-184", reasons.TAX_ID_REGON),
        ("REGON 192598184", reasons.TAX_ID_REGON),
        ("44051401359", reasons.TAX_ID_PESEL),
        ("IT743110157", reasons.TAX_ID_ZEROS_LOST),
        ("9999999999", reasons.TAX_ID_FOR_NONE),
        ("osoba fizyczna", reasons.TAX_ID_FOR_NONE),
        ("KLIENT12345", reasons.TAX_ID_NO_NUMBER),
        ("XX12345678", reasons.TAX_ID_NO_NUMBER),
        ("DE811128136", reasons.TAX_ID_CHECK_DIGIT),
        ("Kowalski", reasons.TAX_ID_NO_NUMBER),
    ],
)
def test_a_tax_id_that_cannot_be_used_says_why(text, why):
    assert tax_id_of(text) == ("", why)


def test_a_number_from_abroad_keeps_its_letters_and_ours_does_so_only_abroad():
    assert tax_id_of("DE 811128135").number == "DE811128135"
    assert tax_id_of("811128135", country="DE").number == "811128135"
    assert tax_id_of("PL1234563218", country="DE").number == "PL1234563218"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("NIP: 123-456-32-18", "1234563218"),
        ("VAT UE PL1234563218", "1234563218"),
        ('="1234563218"', "1234563218"),
        ("1234563218,00", "1234563218"),
        ("NIP DE 811128135", "DE811128135"),
        ("GR094259216", "EL094259216"),
        ("BE 403.019.261", "BE0403019261"),
        ("CHE-116.281.710 MWST", "CHE116281710"),
        ("XI980780684", "XI980780684"),
        ("FR 40 303 265 045", "FR40303265045"),
        ("US 12-3456789", "US123456789"),
    ],
)
def test_what_stands_around_a_number_and_other_countries_ways_make_one_spelling(text, number):
    assert tax_id_of(text).number == number


# --------------------------------------------------------------------------- tax id as customer
@pytest.fixture
def by_tax_id(tmp_path):
    """One firm under nine spellings buys 1 each time; five lines bear no usable id and are worth 32."""
    bad = ("", "brak", "0000000000", "1234563219", "1.2E9")
    rows = [f"F{i},2024-01-10,{text.strip()},Firma  A,1" for i, text in enumerate(NINE_WAYS)]
    rows += [f"G{i},2024-02-10,{text},?,{2**i}" for i, text in enumerate(bad)]
    rows += [
        "H1,2024-03-01,DE811128135,Firma B,7",
        "H2,2024-03-02,DE811128135,FIRMA B,7",
        "H3,2024-03-03,DE 811128135,Firma B,7",
    ]
    text = "\n".join(["invoice_id,date,customer_id,name,net_amount", *rows]) + "\n"
    engagement = give(world(tmp_path), "invoice_lines", text)
    engagement.identity = Identity(by="tax_id")
    return engagement


def test_the_number_of_a_person_is_not_shown_to_the_readers_of_a_report(tmp_path):
    engagement = give(
        world(tmp_path),
        "invoice_lines",
        book(
            "invoice_id,date,customer_id,net_amount",
            "F1, 2024-01-10, 1234563218, 5",
            "F2, 2024-01-10, 44051401359, 7",
        ),
    )
    engagement.identity = Identity(by="tax_id")

    aside = read_inputs(engagement, "FY2024").tables["quarantine"]

    assert aside["reason"].tolist() == [reasons.TAX_ID_PESEL]
    assert float(aside["amount"].sum()) == 7
    assert not aside.astype(str).apply(lambda column: column.str.contains("4405")).any().any()


def test_nine_spellings_are_one_customer_and_no_id_is_nobody(by_tax_id):
    intake = read_inputs(by_tax_id, "FY2024")

    assert revenue(intake) == {"1234563218": 9, "DE811128135": 21}
    aside = intake.tables["quarantine"]
    assert aside["amount"].sum() == 1 + 2 + 4 + 8 + 16
    assert aside["reason"].tolist() == [
        "missing",
        "tax id stands for none",
        "tax id stands for none",
        "tax id with a wrong check digit",
        "tax id in scientific notation",
    ]
    assert all(balance.holds for balance in intake.balances)


def test_a_customer_has_the_name_that_most_of_its_lines_bear_and_variants_are_listed(by_tax_id):
    tables = read_inputs(by_tax_id, "FY2024").tables

    assert tables["customers"]["name"].tolist() == ["Firma A", "Firma B"]
    variants = tables["name_variants"]
    assert variants[["name", "lines", "chosen"]].values.tolist() == [
        ["Firma A", 9, True],
        ["Firma B", 2, True],
        ["FIRMA B", 1, False],
    ]


def test_of_two_names_as_frequent_the_latest_is_taken():
    days = pd.to_datetime(["2024-01-01", "2024-06-01"])
    names = pd.DataFrame({"customer_id": "A", "name": ["Old", "New"], "lines": 3, "last": days})

    assert name_variants(names, {})["name"].tolist() == ["New", "Old"]


NOBODY = ("brak", "-", "n/a", "NULL", "0", "")


@pytest.mark.parametrize("named", [[], ["BRAK"]])
def test_a_word_for_none_is_never_one_customer_unless_the_engagement_names_it(tmp_path, named):
    """Six lines of 1, 2, 4, ... bear a word for none, one of 100 does not; no table says who is who."""
    rows = [f"F{i},2024-01-10,{text},{2**i}" for i, text in enumerate(NOBODY)]
    text = "\n".join(["invoice_id,date,customer_id,net_amount", *rows, "G1,2024-01-11,007,100"])
    engagement = give(world(tmp_path, collective=[n.lower() for n in named]), "invoice_lines", text)
    intake = read_inputs(engagement, "FY2024")

    assert revenue(intake) == {"007": 100, **({"brak": 1} if named else {})}
    aside = intake.tables["quarantine"]
    assert aside["amount"].sum() == 63 - len(named)
    assert set(aside["reason"]) == {reasons.ID_FOR_NONE, reasons.MISSING}


def test_tax_ids_that_cannot_be_used_are_said_by_reason_with_their_revenue(tmp_path):
    engagement = give(world(tmp_path), "invoice_lines", TWO_FIRMS)
    give(engagement, "customers", "customer_id,tax_id\nA,1234563219\nB,brak\nC,\nD,1234563218\n")

    outcome, said = outcome_and_words(read_inputs(engagement, "FY2024"), "tax_ids")
    assert outcome == "FLAG"
    assert "Of 4 ids in the table of customers 1 have" in said
    assert "1 × tax id with a wrong check digit, PLN\xa090 (A)" in said
    assert "1 × tax id stands for none, PLN\xa030 (B)" in said
    assert "1 × missing, PLN\xa00 (C)" in said


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


NAMED_IN = {  # table → head and a row that names a customer
    "invoice_lines": ("invoice_id,date,customer_id,net_amount", "F,2024-03-01,{},1"),
    "drivers": ("period,customer_id,driver,volume", "FY2024,{},visits,2"),
    "receivables": ("customer_id,month,days_to_pay", "{},2024-03-01,30"),
    "assets": ("customer_id,kind,amount", "{},tools,5"),
    "off_invoice": ("customer_id,date,kind,amount", "{},2024-03-01,annual_bonus,1"),
    "strategic": ("party_id,justification,owner,review_on", "{},x,boss,2026-01-01"),
    "ratings_ours": ("party_id,criterion,rating", "{},openness,7"),
    "ratings_theirs": ("party_id,criterion,supplier,rating", "{},price,us,7"),
    "evidence": ("party_id,code,date", "{},open_books,2024-03-01"),
    "contacts": ("party_id,date", "{},2024-03-01"),
    "category_purchases": ("party_id,amount,source,date", "{},9,fact,2024-03-01"),
    "effort": ("period,party_id,kind,quantity", "FY2024,{},people,3"),
    "terms": ("customer_id,service_class", "{},1"),
    "opportunities": (
        "opportunity_id,party_id,entered,closed,outcome,amount",
        "D{0},{0},2024-03-01,,,5",
    ),
}


@pytest.fixture(scope="module")
def other_ids(tmp_path_factory):
    """Every table names A by other ids: B merged into it, its site S, C merged into B, OLD on no line."""
    engagement = world(tmp_path_factory.mktemp("others"))
    for name, (head, row) in NAMED_IN.items():
        rows = [row.format(who) for who in ("B", "S", "C", "OLD")]
        give(
            engagement, name, "\n".join([head, *rows[: 3 if name == "invoice_lines" else 4]]) + "\n"
        )
    give(
        engagement,
        "customers",
        "customer_id,name,parent_id\nA,Alfa,\nB,Beta,\nC,Cecha,\nS,Site,A\n",
    )
    rows = "customer_id,keep_as,decided_by,why\nB,A,x,y\nC,B,x,y\nOLD,A,x,y\n"
    return read_inputs(give(engagement, "identity", rows), "FY2024").tables


def test_every_table_that_names_customers_is_looked_at_here():
    assert set(NAMED_IN) == {
        name for name, table in CONTRACT.items() if any(field.who for field in table.fields)
    }


@pytest.mark.parametrize("table", NAMED_IN)
def test_a_customer_named_by_another_of_its_ids_is_the_same_customer_in(other_ids, table):
    read = other_ids["customer_months" if table == "invoice_lines" else table]

    assert set(read["party_id" if "party_id" in read else "customer_id"]) == {"A"}
    assert other_ids["quarantine"].empty


@pytest.mark.parametrize("given", [True, False])
def test_a_prospect_that_became_a_customer_is_looked_at_once_with_all_that_is_known(
    tmp_path, given
):
    engagement = merged(tmp_path, ("P1", "A"), ("P2", "P3"))
    if not given:
        del engagement.inputs["customers"]
    give(engagement, "prospects", "prospect_id,name\nP1,Alfa\nP2,Pe\nP3,Pepe\nB,Beta\n")
    give(engagement, "ratings_ours", "party_id,criterion,rating\nP1,openness,7\nP2,openness,4\n")
    intake = read_inputs(engagement, "FY2024")

    assert intake.tables["prospects"]["prospect_id"].tolist() == ["P3"]
    assert intake.tables["ratings_ours"]["party_id"].tolist() == ["A", "P3"]
    assert set(revenue(intake)) == {"A", "B"}
    assert "P3" not in set(intake.tables["customers"]["customer_id"])
    outcome, said = outcome_and_words(intake, "identity_prospects")
    assert (outcome, "a customer's: B." in said) == ("FLAG", True)


@pytest.mark.parametrize(
    ("pair", "sites", "words"),
    [
        (("A", "P1"), SITES, r"keep a prospect's id for a customer \(A = P1\)"),
        (("A", "X"), SITES, "keep X, which no row of customers has"),
    ],
)
def test_a_decision_that_cannot_be_meant_so_is_rejected(tmp_path, pair, sites, words):
    engagement = merged(tmp_path, pair, sites=sites)
    give(engagement, "prospects", "prospect_id,name\nP1,Pe\n")
    with pytest.raises(DataError, match=words):
        read_inputs(engagement, "FY2024")


@pytest.mark.parametrize(
    ("pair", "sites", "words"),
    [
        (("K99", "A"), SITES, "K99 is neither on a line nor in customers or prospects"),
        (("Q", "Q"), SITES, "Q is neither on a line nor in customers or prospects"),
        (
            ("B", "A"),
            "customer_id,parent_id\nA,G\nB,H\nC,H\n",
            "B belonged to H and now counts with G",
        ),
    ],
)
def test_a_decision_that_does_not_do_what_it_seems_to_is_flagged(tmp_path, pair, sites, words):
    outcome, said = outcome_and_words(
        read_inputs(merged(tmp_path, pair, sites=sites), "FY2024"), "identity_merged"
    )

    assert outcome == "FLAG"
    assert words in said


def test_own_companies_that_nobody_knows_are_flagged_and_tax_ids_found_in_any_spelling(tmp_path):
    """K9 is a slip of the pen; the collective customer is written with letters and signs."""
    text = "invoice_id,date,customer_id,net_amount\nF1,2024-01-10,1234563218,9\n"
    text += "F2,2024-01-10,5260250995,9\n"
    engagement = give(world(tmp_path), "invoice_lines", text)
    engagement.identity = Identity(
        by="tax_id", intercompany=["K9"], collective=["PL 123-456-32-18"]
    )
    intake = read_inputs(engagement, "FY2024")

    assert intake.tables["customers"]["relation"].tolist() == ["collective", "external"]
    outcome, said = outcome_and_words(intake, "identity_named")
    assert (outcome, "has: intercompany: K9." in said) == ("FLAG", True)


def test_two_overrides_for_one_customer_under_two_of_its_ids_are_rejected(tmp_path):
    engagement = merged(tmp_path, ("B", "A"))
    engagement.overrides = [SimpleNamespace(party="B"), SimpleNamespace(party="A")]
    with pytest.raises(ParameterError, match=r"twice \(B and A are A\). Keep one override"):
        read_inputs(engagement, "FY2024")


# --------------------------------------------------------------------------- groups or sites
def chain_of_shops(folder, *amounts, unit="group"):
    """Ten shops of 10 each make one chain; each of `amounts` is a firm of its own."""
    shops = [(f"S{n}", "CHAIN", 10) for n in range(10)]
    firms = [(f"F{n}", "", amount) for n, amount in enumerate(amounts)]
    lines = [f"{who},2024-01-10,{who},{amount}" for who, _, amount in shops + firms]
    sites = [f"{who},{who},{group}" for who, group, _ in shops + firms]
    head = "invoice_id,date,customer_id,net_amount"
    engagement = give(world(folder, unit=unit), "invoice_lines", "\n".join([head, *lines]))
    return give(engagement, "customers", "\n".join(["customer_id,name,parent_id", *sites]))


@pytest.mark.parametrize("unit", ["group", "site"])
def test_a_chain_that_is_large_as_a_whole_only_is_said_at_either_level(tmp_path, unit):
    """The chain's 100 and 16 firms of 40 bring 740 of 900; counted by site, 18 firms bring 720."""
    intake = read_inputs(chain_of_shops(tmp_path, *[40] * 20, unit=unit), "FY2024")

    outcome, said = outcome_and_words(intake, "site_or_group")
    assert outcome == "FLAG"
    assert "largest 20% bring 25% by group and 27% by site" in said  # 100 and 3.2 firms; 6 firms
    assert (
        "1 group is among the vital few and none of its sites is (CHAIN), with PLN\xa0100" in said
    )
    assert said.endswith(f"This report counts by {unit}.")


def test_where_the_level_hardly_matters_it_is_said_too_and_without_groups_nothing_is(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    chain = read_inputs(chain_of_shops(tmp_path / "a", 5000, *[1] * 10), "FY2024")
    assert outcome_and_words(chain, "site_or_group")[0] == "PASS"
    plain = read_inputs(give(world(tmp_path / "b"), "invoice_lines", TWO_FIRMS), "FY2024")
    assert "site_or_group" not in {each.rule for each in plain.outcomes}


def test_taking_the_decision_back_gives_the_customers_back(tmp_path):
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    apart = merged(tmp_path / "a", ("C", "C"))
    plain = give(give(world(tmp_path / "b"), "invoice_lines", TWO_FIRMS), "customers", SITES)

    one, other = (read_inputs(each, "FY2024") for each in (apart, plain))
    same(one, other, "customers", "customer_ids", "customer_months", "orders", "corrections")
    give(apart, "identity", DECIDED.format("B,A"))
    assert set(revenue(read_inputs(apart, "FY2024"))) == {"A"}
    del apart.inputs["identity"]
    same(other, read_inputs(apart, "FY2024"), *[n for n in other.tables if n != "quarantine"])


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
        read_inputs(one, "FY2024"),
        read_inputs(other, "FY2024"),
        "customers",
        "customer_months",
        "orders",
        "corrections",
        "timing",
        "customer_products",
    )


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
    tops = tops or {}
    merged = merged_ids(decisions, None)
    found = look_alikes(
        sites, activity, tops=tops, units=tops | merged, decisions=decisions, country="PL"
    )
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
    sites = sites_of(
        ("A", "Browar Łoś s.c.", "1234563218", "N"),
        ("B", "Browar Łoś Sp. z o.o.", "8585561852", "N"),
    )

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
    outcome, said = outcome_and_words(intake, "identity_pairs")
    assert outcome == "FLAG"
    assert "B = A" in said
    assert "PLN\xa030" in said


ONE_FIRM = [
    ("Kowalski Jan", "Jan Kowalski"),
    ("F.H.U. Jan Kowalski", "Jan Kowalski Firma Handlowo-Usługowa"),
    ("Müller GmbH", "MULLER GMBH & Co. KG"),
    ("Mueller Verpackungen GmbH", "Müller Verpackungen"),
    ("Kowalski & Syn s.c.", "Kowalski i Syn"),
    ("HURT-POL Kielce", "HURTPOL Kielce"),
    ('P.P.H.U. "ANTEK"', "Przedsiębiorstwo Produkcyjno-Handlowo-Usługowe Antek"),
    ("Żabka Polska S.A.", "Zabka Polska SA"),
    ("Łęczyca Hurt spółka z ograniczoną odpowiedzialnością", "LECZYCA HURT"),
    ("ABC Trading Ltd.", "ABC TRADING LIMITED"),
    ("Zakłady Mięsne Rojal Sp. z o.o. Sp.k.", "Zakłady Mięsne Rojal"),
    ("Drukarnia Szybka w likwidacji", "Drukarnia Szybka"),
    ("Novák s.r.o.", "NOVAK, spol. s r.o."),
    ("Sklep nr 12 Ania", "ANIA sklep nr 12"),
    ("Hurtownia Papieru Dom", "Hurtownia Papiru Dom"),
]
TWO_OF_THEM = [
    ("Sklep nr 1", "Sklep nr 2"),
    ("Szkoła Podstawowa nr 5", "Szkoła Podstawowa nr 15"),
    ("Wspólnota Mieszkaniowa Budynek A", "Wspólnota Mieszkaniowa Budynek B"),
    ("Spółdzielnia Mieszkaniowa Osiedle II", "Spółdzielnia Mieszkaniowa Osiedle III"),
    ("Castorama Kraków", "Castorama Warszawa"),
    ("Jan Kowalski", "Anna Kowalska"),
    ("Zakład Produkcji Opakowań Tekturowych ADA", "Zakład Produkcji Opakowań Tekturowych IDA"),
    ("Gminna Spółdzielnia Samopomoc Łomża", "Gminna Spółdzielnia Samopomoc Łuków"),
    ("Auto Serwis", "Auto Serwis Nowak"),
    ("AS Sp. z o.o.", "AB Sp. z o.o."),
    ("CO MODA", "MODA"),
    ("Polska Grupa Motoryzacyjna Północ", "Polska Grupa Motoryzacyjna Południe"),
    ("Zakład Usług Komunalnych w Łasku", "Zakład Usług Komunalnych w Płońsku"),
]


@pytest.mark.parametrize(("one", "other"), ONE_FIRM)
def test_names_that_a_person_would_take_for_one_firm_are_alike(one, other):
    assert may_be_one(firm_name(one), firm_name(other))


@pytest.mark.parametrize(("one", "other"), TWO_OF_THEM)
def test_names_that_a_person_would_tell_apart_are_not(one, other):
    assert not may_be_one(firm_name(one), firm_name(other))


def test_three_sites_of_two_firms_make_one_proposal_each_and_none_once_they_are_one():
    names = [*("ABC"), *("XYZ")]
    sites = sites_of(*((who, "Browar Łoś", None, None) for who in names))
    spans = {who: ("2021-01-05", f"2025-0{n + 1}-01") for n, who in enumerate(names)}
    tops = dict(zip(names, "AAAXXX", strict=True))

    found = pairs_of(sites, activity_of(**spans), tops=tops)
    assert [pair[:2] for pair in found] == [["X", "A"], ["Y", "A"], ["Z", "A"]]
    decided = pd.DataFrame([("X", "A", "controller", "asked")], columns=NOBODY_DECIDED.columns)
    assert look_alikes(
        sites,
        activity_of(**spans),
        tops=tops,
        units=dict.fromkeys(names, "A"),
        decisions=decided,
        country="PL",
    )["decision"].tolist() == ["merged"]


def test_two_ids_used_side_by_side_for_a_month_are_still_a_new_registration():
    sites = sites_of(
        ("A", "Browar Łoś", "1234563218", None), ("B", "Browar Łoś", "8585561852", None)
    )
    spans = activity_of(A=("2021-01-05", "2025-04-20"), B=("2025-04-02", "2025-12-01"))

    assert pairs_of(sites, spans) == [["B", "A", "re_registered", "proposed"]]
    longer = activity_of(A=("2021-01-05", "2025-06-20"), B=("2025-04-02", "2025-12-01"))
    assert pairs_of(sites, longer) == []


def test_a_credit_note_to_the_old_id_does_not_hide_a_new_registration(tmp_path):
    """A sells until March and gets a credit note in September; B begins in April."""
    rows = [
        "F1,2024-01-05,A,10,invoice",
        "F2,2024-03-20,A,10,invoice",
        "F3,2024-04-02,B,10,invoice",
        "K1,2024-09-01,A,-1,credit_note",
    ]
    text = "\n".join(["invoice_id,date,customer_id,net_amount,document_type", *rows])
    engagement = give(world(tmp_path), "invoice_lines", text)
    sites = "customer_id,name,tax_id\nA,Browar Łoś s.c.,1234563218\nB,Browar Łoś Sp. z o.o.,8585561852\n"
    pairs = read_inputs(give(engagement, "customers", sites), "FY2024").tables["identity_pairs"]

    assert pairs[["customer_id", "alike_by"]].values.tolist() == [["B", "re_registered"]]
    assert pairs["kept_last"].tolist() == [pd.Timestamp("2024-03-20")]


def test_proposals_do_not_grow_with_the_square_of_the_customers():
    """Two thousand ids of one name: each is proposed once."""
    ids = [f"K{n:04d}" for n in range(2000)]
    sites = sites_of(*((one, "Sprzedaż detaliczna", None, None) for one in ids))

    assert len(pairs_of(sites, activity_of(**dict.fromkeys(ids, LONG)))) == 1999


def test_legal_forms_accents_and_signs_do_not_make_a_name():
    assert core_name('F.H.U. "Łoś" Jan Kowalski') == "LOS JAN KOWALSKI"
    assert core_name("Sp. z o.o.") == "SP Z O O"  # nothing would be left


def test_a_key_of_rows_set_aside_has_a_remedy(by_tax_id):
    found = {reason for _row, _column, reason in set_aside(read_inputs(by_tax_id, "FY2024"))}

    assert found <= set(REMEDIES)
