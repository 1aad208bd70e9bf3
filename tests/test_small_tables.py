"""The small tables: signs, rows that stand twice, words that decide, and sites that are no customers."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from test_intake import (
    TWO_FIRMS,
    TWO_YEARS,
    book,
    give,
    outcome_and_words,
    revenue,
    same,
    set_aside,
    world,
)

from kamlib.core.contract import IN_ANOTHER_CURRENCY
from kamlib.core.deductions import effects
from kamlib.core.errors import DataError, ParameterError
from kamlib.intake import read_inputs, reasons
from kamlib.intake.alike import plain_id
from kamlib.settings.profitability import Plus, TimeEquation

CUSTOMERS = "customer_id,name\nA,Alfa\nB,Beta\n"
VISITS = TimeEquation(pool="field", per="visit", base=1, driver="visits")


def firm(folder, *, equations=(), lines=TWO_FIRMS, sites=CUSTOMERS, **tables: str):
    """Build two firms with small tables by name, and the time equations that count them."""
    engagement = world(folder)
    engagement.profitability.time_equations = list(equations)
    for name, content in {"invoice_lines": lines, "customers": sites, **tables}.items():
        if content:
            give(engagement, name, content)
    return engagement


def read(folder, **how):
    return read_inputs(firm(folder, **how), "FY2024")


# --------------------------------------------------------------------------- signs
ITEMS = "customer_id,date,kind,amount,status\n"


def test_a_reversal_with_a_minus_takes_back_what_was_accrued(tmp_path):
    """1,000 accrued, reversed by −1,000, 950 settled: 950 in all, not 2,950."""
    rows = (
        "A,2024-02-01,bonus,1000,accrued\nA,2024-03-01,bonus,-1000,reversed\n"
        "A,2024-03-02,bonus,950,settled\n"
    )
    intake = read(tmp_path, off_invoice=ITEMS + rows)
    items = intake.tables["off_invoice"]

    assert sum(effects(items)) == 950
    outcome, said = outcome_and_words(intake, "signs")
    assert outcome == "FLAG"
    assert "1 × off-invoice items, reversed (−PLN 1,000): as a reversal of as much" in said.replace(
        "\u00a0", " "
    )


def test_money_that_came_back_is_said(tmp_path):
    rows = "A,2024-02-01,bonus,100,settled\nA,2024-03-01,bonus,90,\nB,2024-03-02,bonus,-30,\n"
    intake = read(tmp_path, off_invoice=ITEMS + rows)

    assert sum(effects(intake.tables["off_invoice"])) == 160
    assert "1 × off-invoice items, settled" in outcome_and_words(intake, "signs")[1]


def test_deductions_written_as_income_are_rejected(tmp_path):
    rows = "A,2024-02-01,bonus,-100,settled\nA,2024-03-01,bonus,-90,\nB,2024-03-02,bonus,30,\n"

    with pytest.raises(
        DataError, match=r"2 of 3 amounts in off_invoice.csv .* below 0, as if they were income"
    ):
        read(tmp_path, off_invoice=ITEMS + rows)


def test_receivables_written_as_debts_are_rejected_and_money_paid_ahead_is_said(tmp_path):
    head = "customer_id,month,average_balance,days_to_pay\n"
    few = read(
        tmp_path, receivables=head + "A,2024-01-01,100,30\nB,2024-01-01,-5,-2\nB,2024-02-01,7,1\n"
    )

    said = outcome_and_words(few, "signs")[1].replace("\u00a0", " ")
    assert "1 × receivables, balance (−PLN 5): as money that customers paid ahead" in said
    assert "1 × receivables, days to pay: as paid before the invoice" in said
    with pytest.raises(DataError, match=r"1 of 1 balances in receivables\.csv"):
        read(tmp_path, receivables=head + "A,2024-01-01,-100,30\n")


def test_a_volume_below_0_is_set_aside_and_changes_nothing(tmp_path):
    head = "period,customer_id,driver,volume\n"
    plain = read(tmp_path, equations=[VISITS], drivers=head + "FY2024,A,visits,12\n")
    minus = read(
        tmp_path, equations=[VISITS], drivers=head + "FY2024,A,visits,12\nFY2024,A,visits,-50\n"
    )

    pd.testing.assert_frame_equal(plain.tables["drivers"], minus.tables["drivers"])
    assert set_aside(minus) == [(3, "volume", "below 0")]


def test_an_asset_that_ends_before_it_begins_is_set_aside(tmp_path):
    rows = "customer_id,kind,amount,from,until\nA,tools,100,2024-05-01,2024-04-01\nA,tools,50,2024-05-01,\n"
    intake = read(tmp_path, assets=rows)

    assert intake.tables["assets"]["amount"].astype(float).tolist() == [50]
    assert set_aside(intake) == [(2, "until", reasons.ENDS_BEFORE)]


def test_a_small_table_without_rows_is_one_that_says_nothing(tmp_path):
    """A head alone, or ratings of 0 to 100 that are all set aside, stop no run."""
    heads = {
        "off_invoice": ITEMS,
        "evidence": "party_id,code,date\n",
        "ratings_theirs": "party_id,criterion,weight,supplier,rating\nA,price,1,us,70\n",
        "ratings_ours": "party_id,criterion,rating\n",
    }
    intake = read(tmp_path, **heads)

    assert set_aside(intake) == [(2, "rating", "outside 0 to 10")]
    assert {name: len(intake.tables[name]) for name in heads} == dict.fromkeys(heads, 0)


def test_money_of_a_small_table_in_another_currency_is_set_aside(tmp_path):
    """A bonus of 100 euros is no bonus of 100 zloty; without a word it is in the report's currency."""
    rows = "A,2024-02-01,bonus,100,EUR\nA,2024-03-01,bonus,90,PLN\nB,2024-03-02,bonus,30,\n"
    intake = read(tmp_path, off_invoice="customer_id,date,kind,amount,currency\n" + rows)

    assert sum(effects(intake.tables["off_invoice"])) == 120
    assert "currency" not in intake.tables["off_invoice"]
    assert set_aside(intake) == [(2, "currency", IN_ANOTHER_CURRENCY)]


def test_balances_contain_vat_unless_the_table_says_otherwise(tmp_path):
    """123 owed with VAT are not 151; an export without the column is one of balances as they are."""
    bare = read(tmp_path, receivables="customer_id,month,average_balance\nA,2024-01-01,123\n")
    assert bare.tables["receivables"]["includes_vat"].tolist() == [True]

    head = "customer_id,month,average_balance,includes_vat\n"
    said = read(tmp_path, receivables=head + "A,2024-01-01,100,no\nA,2024-02-01,100,yes\n")
    assert said.tables["receivables"]["includes_vat"].tolist() == [False, True]


def test_months_in_which_nobody_owes_anything_are_said(tmp_path):
    """Sales in January, February and March, balances of January only."""
    lines = TWO_FIRMS + "F9,1,2024-02-05,B,P,1,40,30,25,invoice\n"
    head = "customer_id,month,average_balance\nA,2024-01-01,100\n"
    some = read(tmp_path, lines=lines, receivables=head)
    all_ = read(tmp_path, lines=lines, receivables=head + "A,2024-02-01,9\nB,2024-03-01,8\n")

    assert "no row of receivables" not in str(all_.outcomes)
    outcome, said = outcome_and_words(some, "receivables_months")
    assert outcome == "FLAG"
    assert said.startswith("Nobody has a row of receivables in Feb 2024, Mar 2024:")


def test_a_period_whose_bonuses_were_all_posted_in_another_one_is_said(tmp_path):
    """Sales of FY2024 whose bonus is settled in January 2025: none in FY2024."""

    def said(*days):
        rows = "".join(f"A,{day},bonus,100,settled\n" for day in days)
        engagement = firm(tmp_path, off_invoice=ITEMS + rows)
        engagement.periods = world(tmp_path, periods=TWO_YEARS).periods
        intake = read_inputs(engagement, "FY2024")
        return [v.said for v in intake.outcomes if v.rule == "periods_without_deductions"]

    assert "posted in FY2024, and some" in said("2023-12-31")[0]
    assert said("2023-12-31", "2024-12-31") == []


# --------------------------------------------------------------------------- scales
def rated(*ratings):
    rows = [f"A,c{n},1,us,{rating}\n" for n, rating in enumerate(ratings)]
    return "party_id,criterion,weight,supplier,rating\n" + "".join(rows)


@pytest.mark.parametrize(
    ("ratings", "said"),
    [
        ([1, 2, 3, 5] * 5, "none of 20 their ratings is above 5 of 10"),
        ([7] * 20, "is above 7 of 10"),
        ([7] * 19 + [8], ""),
        ([5] * 19, ""),
    ],
)
def test_ratings_that_are_all_low_may_be_of_a_shorter_scale(tmp_path, ratings, said):
    """A 5 of 5 is the best there is, and not half of it."""
    intake = read(tmp_path, ratings_theirs=rated(*ratings))
    found = [v.said for v in intake.outcomes if v.rule == "perhaps_otherwise"]

    assert said in "".join(found).lower()
    assert bool(found) == bool(said)


@pytest.mark.parametrize(("growth", "flagged"), [("0.03", True), ("3", False)])
def test_growth_that_is_always_below_1_percent_looks_like_shares(tmp_path, growth, flagged):
    firms = "".join(f"{name},{name}x,{growth}\n" for name in "ABCDE")
    intake = read(tmp_path, sites="customer_id,name,own_growth\n" + firms)

    assert ("perhaps_otherwise" in {v.rule for v in intake.outcomes}) == flagged


# --------------------------------------------------------------------------- meant otherwise
def odd(folder, **tables) -> str:
    """Return what is taken as it stands, and is perhaps meant otherwise."""
    found = read(folder, **tables).outcomes
    return "".join(v.said for v in found if v.rule == "perhaps_otherwise")


def weighed(*weights):
    rows = [f"A,c{n},{weight},us,7\n" for n, weight in enumerate(weights)]
    return "party_id,criterion,weight,supplier,rating\n" + "".join(rows)


@pytest.mark.parametrize(
    ("weights", "flagged"), [("213", True), ("224", False), ("12", False), ("333", False)]
)
def test_weights_of_1_2_3_may_be_ranks(tmp_path, weights, flagged):
    """Of three criteria 1, 2 and 3 may be places: the first would then weigh least."""
    said = odd(tmp_path, ratings_theirs=weighed(*weights))

    assert ("weights of 1 of 1 who were asked are 1, 2, 3" in said) == flagged


@pytest.mark.parametrize(("same", "flagged"), [(6, True), (5, False)])
def test_customers_since_one_day_are_those_of_a_new_system(tmp_path, same, flagged):
    days = ["2023-01-01"] * same + [f"202{n}-05-0{n + 1}" for n in range(10 - same)]
    firms = "".join(f"{name},{name}x,{one}\n" for name, one in zip("ABCDEFGHIJ", days, strict=True))

    said = odd(tmp_path, sites="customer_id,name,since\n" + firms)

    assert ("6 of 10 customers are such since 1 Jan 2023" in said) == flagged


@pytest.mark.parametrize(
    ("rate", "said"),
    [("0.23", "EUR goes from 4.3000 to 0.2300 on 2 May 2024"), ("4.5", ""), ("2.5", "")],
)
def test_a_rate_that_is_turned_upside_down_jumps(tmp_path, rate, said):
    """What one euro costs does not fall from 4.30 to .23 overnight."""
    rates = f"currency,date,rate\nEUR,2024-05-01,4.30\nEUR,2024-05-02,{rate}\nUSD,2024-05-02,0.9\n"
    found = odd(tmp_path, fx_rates=rates)

    assert said in found
    assert bool(found) == bool(said)


@pytest.mark.parametrize(
    ("until", "flagged"), [("", True), ("2024-07-02", True), ("2024-07-01", False)]
)
def test_a_count_that_has_no_end_adds_up_with_the_next_one(tmp_path, until, flagged):
    """Goods for 100 counted in January and for 120 in July are 220 unless the first count ends."""
    head = "customer_id,kind,amount,from,until\n"
    rows = f"A,consignment,100,2024-01-01,{until}\nA,consignment,120,2024-07-01,\nB,tools,5,2024-07-01,\n"

    assert ("where a later count begins: 1" in odd(tmp_path, assets=head + rows)) == flagged


# --------------------------------------------------------------------------- pools
@pytest.mark.parametrize(
    ("theory", "practice", "words"),
    [
        ("", "0", r"practical_capacity of pool 'desk' \(FY2024\) in resources.csv is not above 0"),
        ("0", "", r"theoretical_capacity of pool 'desk' \(FY2024\)"),
        ("", "-5", "is not above 0"),
        (
            "80",
            "100",
            r"practical_capacity of pool 'desk' \(FY2024\) in resources.csv is above theoretical",
        ),
    ],
)
def test_a_pool_without_capacity_is_refused_by_name_as_in_engagement_yaml(
    tmp_path, theory, practice, words
):
    head = "pool,period,cost,theoretical_capacity,practical_capacity,unit\n"
    pools = f"{head}desk,FY2024,1000,{theory},{practice},minute\nvan,FY2024,10,,,drop\n"

    with pytest.raises(DataError, match=words):
        read(tmp_path, resources=pools)


# --------------------------------------------------------------------------- twice
TWICE = {
    "drivers": ("period,customer_id,driver,volume", "FY2024,A,visits,12"),
    "off_invoice": ("customer_id,date,kind,amount", "A,2024-02-01,bonus,100"),
    "assets": ("customer_id,kind,amount,from", "A,tools,100,2024-01-01"),
    "receivables": ("customer_id,month,average_balance", "A,2024-01-01,100"),
    "gl_totals": ("period,gl_account,amount,line", "FY2024,730,120,invoice_revenue"),
}


def test_rows_that_stand_twice_are_said_and_set_aside_where_the_engagement_says_so(tmp_path):
    once = {name: f"{head}\n{row}\n" for name, (head, row) in TWICE.items()}
    twice = {name: f"{head}\n{row}\n{row}\n" for name, (head, row) in TWICE.items()}
    plain = read(tmp_path, equations=[VISITS], **once)
    engagement = firm(tmp_path, equations=[VISITS], **twice)
    kept = read_inputs(engagement, "FY2024")
    for name in TWICE:
        given_ = engagement.inputs[name]
        engagement.inputs[name] = given_.model_copy(update={"identical_rows": "quarantine"})
    apart = read_inputs(engagement, "FY2024")

    assert (
        outcome_and_words(plain, "small_repeats")[0]
        == outcome_and_words(apart, "small_repeats")[0]
        == "PASS"
    )
    outcome, said = outcome_and_words(kept, "small_repeats")
    assert (outcome, said.count("1 × "), said.count("the same in every column")) == ("FLAG", 5, 5)
    assert "1 × cost drivers, the same in every column (volume 12)" in said
    same(plain, apart, *TWICE)
    assert set_aside(apart) == [(3, "", reasons.REPEATS)] * 5


def test_two_balances_of_one_customer_and_month_are_said(tmp_path):
    rows = "customer_id,month,average_balance\nA,2024-01-01,100\nA,2024-01-31,40\nB,2024-01-01,5\n"
    said = outcome_and_words(read(tmp_path, receivables=rows), "small_repeats")[1]

    assert "1 × receivables, another row for the same customer and month" in said


amounts = st.lists(st.integers(1, 9), min_size=3, max_size=5)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("small")


def _rows(cells: list[int]) -> dict[str, list[str]]:
    """Return one row of each table for each cell."""
    return {
        "assets": [f"A,tools,{n},2024-01-{i + 1:02}" for i, n in enumerate(cells)],
        "receivables": [f"A,2024-{i + 1:02}-01,{n}" for i, n in enumerate(cells)],
        "drivers": [f"FY2024,{'AB'[i % 2]},visits,{n}" for i, n in enumerate(cells)],
        "off_invoice": [f"A,2024-02-{i + 1:02},bonus,{n}" for i, n in enumerate(cells)],
    }


def _read_rows(folder, rows: dict[str, list[str]]):
    tables = {name: "\n".join([TWICE[name][0], *each]) + "\n" for name, each in rows.items()}
    return read(folder, equations=[VISITS], **tables)


@pytest.mark.soak
@settings(deadline=None, max_examples=20)
@given(amounts, st.data())
def test_whatever_row_is_turned_or_doubled_it_is_set_aside_or_flagged(folder, cells, data):
    turned_and_doubled(folder, cells, data.draw(st.integers(0, len(cells) - 1)))


def test_a_flipped_sign_or_a_row_twice_changes_nothing_or_is_flagged(folder):
    turned_and_doubled(folder, [5, 2, 9], 1)


def turned_and_doubled(folder, cells: list[int], place: int) -> None:
    """Assert that the row is set aside, or that the reader is told which table has it."""
    turned = _read_rows(folder, _rows([-n if i == place else n for i, n in enumerate(cells)]))
    doubled = _read_rows(
        folder, {name: [*each, each[place]] for name, each in _rows(cells).items()}
    )

    assert set(turned.tables["quarantine"]["table"]) == {"drivers", "assets"}
    assert len(set_aside(turned)) == 2
    assert outcome_and_words(turned, "signs")[1].count("1 × ") == 2
    said = outcome_and_words(doubled, "small_repeats")[1]
    assert all(
        f" × {words}, the same" in said
        for words in ("assets", "receivables", "cost drivers", "off-invoice items")
    )


# --------------------------------------------------------------------------- words
def test_a_driver_that_differs_in_case_and_blanks_is_the_same_driver(tmp_path):
    head = "period,customer_id,driver,volume\n"
    rows = head + "FY2024,A,visits,12\nFY2024,B,Visits ,3\nFY2024,B,visits,2\n"
    intake = read(tmp_path, equations=[VISITS], drivers=rows)

    counted = intake.tables["drivers"].astype({"volume": float})
    assert counted[["customer_id", "driver", "volume"]].values.tolist() == [
        ["A", "visits", 12],
        ["B", "visits", 5],
    ]
    assert "driver 'Visits', counted as 'visits'" in outcome_and_words(intake, "unknown_words")[1]


def test_a_driver_that_no_equation_counts_is_said_with_its_volume_and_the_nearest(tmp_path):
    head = "period,customer_id,driver,volume\n"
    rows = head + "FY2024,A,visits,12\nFY2024,A,visit,3\nFY2024,B,visit,2\n"
    outcome, said = outcome_and_words(
        read(tmp_path, equations=[VISITS], drivers=rows), "unknown_words"
    )

    assert outcome == "FLAG"
    assert (
        "driver 'visit', which no time equation counts (volume 5, did you mean 'visits'?)" in said
    )


def test_a_value_that_an_equation_asks_for_and_no_line_has_is_said(tmp_path):
    lines = (
        "invoice_id,date,customer_id,net_amount,order_channel\n1,2024-01-10,A,5,telefon\n"
        "2,2024-01-11,B,5,edi\n"
    )
    desk = TimeEquation(
        pool="desk",
        per="order",
        base=1,
        plus=[
            Plus(when={"order_channel": "phone"}, time=2),
            Plus(when={"order_channel": "edi"}, time=1),
        ],
    )
    outcome, said = outcome_and_words(
        read(tmp_path, equations=[desk], lines=lines), "idle_settings"
    )

    assert outcome == "FLAG"
    assert "order_channel: phone in time_equations (the lines have edi, telefon" in said
    assert "order_channel: edi" not in said


def test_whether_a_word_is_true_cannot_be_asked(tmp_path):
    lines = "invoice_id,date,customer_id,net_amount,pallets\n1,2024-01-10,A,5,nie\n2,2024-01-11,B,5,tak\n"
    desk = TimeEquation(pool="desk", per="order", base=1, when={"pallets": True})
    engagement = firm(tmp_path, equations=[desk])
    give(engagement, "invoice_lines", lines, columns={"pallets": "pallets"})

    with pytest.raises(ParameterError, match=r"whether pallets is true or false.*\(nie, tak\)"):
        read_inputs(engagement, "FY2024")


THEIRS = "party_id,criterion,weight,supplier,rating,source\n"


def test_ratings_of_us_under_our_own_name_are_rejected_with_what_to_write(tmp_path):
    rows = "A,price,1,Acme,7,their_words\nA,price,1,Rival,5,their_words\nB,price,1,Acme,7,their_words\n"

    with pytest.raises(
        DataError, match=r"suppliers are Acme \(2\), Rival \(1\).*supplier: \{Acme: us\}"
    ):
        read(tmp_path, ratings_theirs=THEIRS + rows)


def test_us_in_capitals_is_us_and_parties_that_rate_rivals_only_are_said(tmp_path):
    rows = "A,price,1,US,7,their_words\nB,price,1,Acme,7,their_words\n"
    intake = read(tmp_path, ratings_theirs=THEIRS + rows)

    assert intake.tables["ratings_theirs"]["supplier"].tolist() == ["us", "Acme"]
    said = outcome_and_words(intake, "unknown_words")[1]
    assert "1 party that rates suppliers (Acme) and never 'us'" in said


def test_criteria_sources_and_signs_that_no_rule_knows_are_said_with_the_nearest(tmp_path):
    intake = read(
        tmp_path,
        ratings_ours="party_id,criterion,rating,source\nA,opennes,7,am\nA,staying,7,fact\n",
        evidence="party_id,code,date\nA,open_book,2024-01-01\nA,open_books,2024-01-01\n",
        off_invoice="customer_id,date,kind,amount\nA,2024-02-01,Bad debt,5\nA,2024-02-01,bonus,5\n",
        ratings_theirs=THEIRS + "A,Trust,1,us,7,their_words\n",
    )
    said = outcome_and_words(intake, "unknown_words")[1]

    for words in (
        "our ratings, criterion: 'opennes' (1 row, did you mean 'openness'?)",
        "our ratings, source: 'am' (1 row, taken as our guess)",
        "evidence of the relation, sign: 'open_book' (1 row, did you mean 'open_books'?)",
        "off-invoice items, kind: 'Bad debt' (1 row, taken as another kind, did you mean 'bad_debt'?)",
        "their ratings, criterion: 'Trust' (1 row, taken as another, did you mean 'trust'?)",
    ):
        assert words in said
    assert "'open_books' (" not in said
    assert "'staying'" not in said


def test_a_table_of_which_no_row_can_be_used_is_empty_and_stops_nothing_but_the_verdicts(tmp_path):
    """Each deduction has a status that nobody knows, and each rating a mark beyond the scale."""
    head = "party_id, criterion, weight, supplier, rating, source, date"
    rating = book(head, "A, price, 1, us, 80, their_words, 2024-03-01")
    deduction = book(
        "customer_id, date, kind, amount, status", "A, 2024-06-30, bonus, 5, rozliczone"
    )

    intake = read(tmp_path, off_invoice=deduction, ratings_theirs=rating)

    assert (len(intake.tables["off_invoice"]), len(intake.tables["ratings_theirs"])) == (0, 0)
    assert outcome_and_words(intake, "too_much_set_aside")[0] == "REFUSE"


def test_a_kind_of_relation_for_a_segment_that_nobody_is_in_is_said(tmp_path):
    engagement = firm(
        tmp_path, sites="customer_id,name,industry_segment\nA,Alfa,food\nB,Beta,drinks\n"
    )
    engagement.staying = engagement.staying.model_copy(
        update={"relation": {"default": "auto", "foods": "project"}}
    )
    said = outcome_and_words(read_inputs(engagement, "FY2024"), "idle_settings")[1]

    assert "foods in staying.relation, did you mean 'food'?" in said


def test_a_column_that_nothing_reads_is_said_with_the_one_that_may_be_meant(tmp_path):
    lines = (
        "invoice_id,date,customer_id,net_amount,KWS,Paleta\n1,2024-01-10,A,5,3,x\n"
        "2,2024-01-11,B,5,2,y\n"
    )
    desk = TimeEquation(pool="desk", per="order", base=1, when={"pallet": "x"})
    engagement = firm(tmp_path, equations=[desk])
    give(engagement, "invoice_lines", lines, columns={"cost": "KWS", "pallet": "Paleta"})
    said = outcome_and_words(read_inputs(engagement, "FY2024"), "unread_columns")[1]

    assert "invoice lines: cost (KWS), did you mean cost_of_goods_sold?" in said
    assert "pallet" not in said


# --------------------------------------------------------------------------- sites and groups
LINES_OF_FOUR = book(
    "invoice_id,date,customer_id,net_amount",
    "1,2024-01-10,G,100",
    "2,2024-01-10,S,20",
    "3,2024-01-10,T,3",
    "4,2024-01-10,B,7",
)


def sites_of(*relations: str) -> str:
    """Write a group G with sites S and T, and B: each with a relation."""
    rows = zip(("G,Group,", "S,Site,G", "T,Third,G", "B,Beta,"), relations, strict=True)
    return (
        "\n".join(["customer_id,name,parent_id,relation", *(",".join(row) for row in rows)]) + "\n"
    )


def relations(intake) -> dict[str, str]:
    table = intake.tables["customers"]
    return dict(zip(table["customer_id"], table["relation"], strict=True))


@pytest.mark.parametrize("how", ["named", "written"])
def test_an_own_company_among_the_sites_does_not_take_the_group_out(tmp_path, how):
    """G and T stay one external customer of 103; S counts by itself, internal, with its 20."""
    written = how == "written"
    engagement = firm(
        tmp_path, lines=LINES_OF_FOUR, sites=sites_of("", "intercompany" if written else "", "", "")
    )
    if not written:
        engagement.identity = engagement.identity.model_copy(update={"intercompany": ["S"]})
    intake = read_inputs(engagement, "FY2024")

    assert relations(intake) == {"B": "external", "G": "external", "S": "intercompany"}
    assert revenue(intake) == {"G": 103, "S": 20, "B": 7}
    assert outcome_and_words(intake, "site_relations")[1].endswith(
        "their group without them: S (intercompany), of G (external)."
    )


def test_a_group_that_is_an_own_company_is_so_with_all_its_sites(tmp_path):
    for named, sites in (
        (["G"], sites_of("", "", "", "")),
        ([], sites_of("intercompany", "", "", "external")),
    ):
        engagement = firm(tmp_path, lines=LINES_OF_FOUR, sites=sites)
        engagement.identity = engagement.identity.model_copy(update={"intercompany": named})
        intake = read_inputs(engagement, "FY2024")

        assert relations(intake) == {"B": "external", "G": "intercompany"}
        assert "site_relations" not in {each.rule for each in intake.outcomes}


def test_by_site_each_site_has_its_own_relation_or_its_group_s(tmp_path):
    engagement = firm(tmp_path, lines=LINES_OF_FOUR, sites=sites_of("", "collective", "", ""))
    engagement.unit = "site"
    assert relations(read_inputs(engagement, "FY2024")) == {
        "B": "external",
        "G": "external",
        "S": "collective",
        "T": "external",
    }
    engagement.identity = engagement.identity.model_copy(update={"intercompany": ["G"]})
    assert relations(read_inputs(engagement, "FY2024")) == {
        "B": "external",
        "G": "intercompany",
        "S": "intercompany",
        "T": "intercompany",
    }


# --------------------------------------------------------------------------- ids
@pytest.mark.parametrize(
    ("one", "other"),
    [("k-07", "K-7"), ("00700", "700"), ("K7\u200b", "K7"), ("K 7", "K7"), ("K\u00ad7", "k7")],
)
def test_ids_that_look_the_same_are_the_same_but_for_their_spelling(one, other):
    assert plain_id(one) == plain_id(other)


def test_ids_that_differ_are_not_the_same():
    assert len({plain_id(each) for each in ("K70", "K7", "K-7", "7", "07A", "A7")}) == 6


@pytest.mark.parametrize("table", [True, False])
@pytest.mark.parametrize("other", ["a7", "A7\u200b", "A07"])
def test_ids_that_differ_by_case_hidden_letters_or_zeros_are_proposed_as_a_pair(
    tmp_path, table, other
):
    lines = (
        "invoice_id,date,customer_id,net_amount\n1,2024-01-10,A7,50\n"
        f"2,2024-01-11,{other},8\n3,2024-01-11,B,5\n"
    )
    sites = f"customer_id,name\nA7,Alfa\n{other},Omega\nB,Beta\n" if table else ""
    pairs = read(tmp_path, lines=lines, sites=sites).tables["identity_pairs"]

    told = pairs[["customer_id", "keep_as", "alike_by", "decision", "invoice_revenue"]]
    assert told.values.tolist() == [[other, "A7", "same_id", "proposed", 8]]


STRANGERS = (
    "invoice_id,date,customer_id,net_amount\n1,2024-01-10,A,50\n2,2024-01-11,a,8\n3,2024-02-11,X,5\n"
    "4,2024-02-12,X,1\n"
)


def test_customers_that_the_table_lacks_are_counted_as_customers_with_their_money(tmp_path):
    """Three lines are set aside: of two customers, with 14; one of them may be A."""
    intake = read(tmp_path, lines=STRANGERS)

    assert revenue(intake) == {"A": 50}
    outcome, said = outcome_and_words(intake, "customers_missing")
    assert (outcome, said.replace("\u00a0", " ")) == (
        "FLAG",
        "Customers on the lines that the table of customers does not have: 2 (a, X), with PLN 14 over "
        "all periods. Their lines are set aside.",
    )
    pairs = intake.tables["identity_pairs"]
    assert pairs[["customer_id", "keep_as", "alike_by"]].values.tolist() == [["a", "A", "same_id"]]


def test_customers_that_the_table_lacks_are_kept_under_their_id_where_the_engagement_says_so(
    tmp_path,
):
    engagement = firm(
        tmp_path, lines=STRANGERS, evidence="party_id,code,date\nX,edi_vmi,2024-01-01\n"
    )
    engagement.identity = engagement.identity.model_copy(update={"missing_customers": "keep"})
    intake = read_inputs(engagement, "FY2024")
    customers = intake.tables["customers"]

    assert revenue(intake) == {"A": 50, "a": 8, "X": 6}
    assert customers[["customer_id", "name"]].values.tolist() == [
        ["A", "Alfa"],
        ["B", "Beta"],
        ["X", "X"],
        ["a", "a"],
    ]
    assert set_aside(intake) == []
    assert intake.tables["evidence"]["party_id"].tolist() == ["X"]
    assert "They count under their id as name" in outcome_and_words(intake, "customers_missing")[1]
    assert intake.tables["identity_pairs"]["keep_as"].tolist() == ["A"]


def test_a_stranger_merged_by_decision_is_no_stranger(tmp_path):
    decided = "customer_id,keep_as,decided_by,why\na,A,controller,typed\n"
    intake = read(tmp_path, lines=STRANGERS, identity=decided)

    assert revenue(intake) == {"A": 58}
    assert ": 1 (X)" in outcome_and_words(intake, "customers_missing")[1]


def test_with_every_customer_in_the_table_that_is_said_and_keeping_changes_nothing(tmp_path):
    engagement = firm(tmp_path)
    plain = read_inputs(engagement, "FY2024")
    engagement.identity = engagement.identity.model_copy(update={"missing_customers": "keep"})
    kept = read_inputs(engagement, "FY2024")

    assert outcome_and_words(plain, "customers_missing")[0] == "PASS"
    same(plain, kept)
