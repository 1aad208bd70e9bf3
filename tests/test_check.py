"""kam check: what came in, what was set aside, and what these inputs will not carry."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from typer.testing import CliRunner

from kamlib import check_inputs
from kamlib.core.errors import DataError, ParameterError
from kamlib.core.outcomes import Balance
from kamlib.intake.check import Checked
from kamlib.report.cli import app

LINES = """\
invoice_id,date,customer_id,net_amount,cost_of_goods_sold
1,2025-01-02,A,100.00,60.00
2,2025-06-30,B,50.00,30.00
3,2025-12-30,A,25.00,10.00
4,2025-31-12,A,7.00,5.00
5,2025-12-31,,3.00,2.00
"""
TINY = """\
id: tiny
currency: PLN
periods:
  FY2024: {from: 2024-01-01, to: 2024-12-31}
  FY2025: {from: 2025-01-01, to: 2025-12-31}
set_aside: {refuse: 0.5}
inputs:
  invoice_lines: {files: lines.csv}
"""
COSTS = """\
profitability:
  resources: [{pool: desk, period: FY2025, cost: 10, unit: hour}]
  time_equations: [{pool: desk, per: order, base: 1}]
"""
ASKED = """\
party_id,criterion,supplier,weight,rating,source
A,price,us,1,7,their_words
A,trust,us,,8,their_words
"""


@pytest.fixture
def tiny(tmp_path):
    """Write a tiny engagement with some lines added and other files beside; return its folder."""

    def written(extra: str = "", *, text: str = TINY, **files: str) -> Path:
        folder = tmp_path / "tiny"
        folder.mkdir(exist_ok=True)
        (folder / "engagement.yaml").write_text(text + extra)
        for name, content in ({"lines": LINES} | files).items():
            (folder / f"{name}.csv").write_text(content)
        return folder

    return written


@pytest.fixture(scope="module")
def plain(tmp_path_factory) -> Checked:
    """The tiny engagement as it stands, checked once."""
    folder = tmp_path_factory.mktemp("plain") / "tiny"
    folder.mkdir()
    (folder / "engagement.yaml").write_text(TINY)
    (folder / "lines.csv").write_text(LINES)
    return check_inputs(folder)


def words(found: Checked) -> str:
    """Return what is told, with plain spaces."""
    return "\n".join(found.lines()).replace("\u00a0", " ")


# ------------------------------------------------------------------------------ what came in
def test_every_table_is_told_with_its_rows_what_was_set_aside_and_its_days(plain):
    assert plain.coverage.to_dict("records") == [
        {
            "table": "invoice_lines",
            "files": "lines.csv",
            "rows": 5,
            "set_aside": 2,
            "first": pd.Timestamp("2025-01-02"),
            "last": pd.Timestamp("2025-12-30"),
        }
    ]
    assert words(plain).splitlines()[:4] == [
        "tiny, FY2025: 1 Jan 2025 to 31 Dec 2025",
        "",
        "table          rows  set aside        from           to",
        "invoice_lines     5          2  2 Jan 2025  30 Dec 2025",
    ]


def test_rows_set_aside_are_told_by_reason_with_their_money(plain):
    told = words(plain)

    assert "  1 × invoice_lines, date: no such day (PLN 7)\n" in told
    assert "  1 × invoice_lines, customer_id: missing (PLN 3)\n" in told


def test_verdicts_that_are_not_pass_come_with_what_to_bring(plain):
    told = words(plain)

    assert all(each.outcome == "FLAG" for each in plain.outcomes)
    assert "FLAG Dormant or gone?: Lines reach only 12 months back" in told
    assert "FLAG General ledger: No totals" in told
    assert "\n  To bring: gl_totals\n" in told


def test_a_period_without_a_line_is_refused_and_carries_nothing_that_is_required(tiny):
    found = check_inputs(tiny("required: [gross_margin]"), "FY2024")

    said = "REFUSE Does the input cover the period?: No invoice line lies in FY2024"
    assert said in words(found)
    assert found.refused == {"gross_margin": ["coverage"]}


@pytest.mark.parametrize("required", ["", "required: [gross_margin]"])
def test_a_period_without_a_line_ends_as_its_report_would_whatever_is_required(tiny, required):
    done = CliRunner().invoke(app, ["check", str(tiny(required)), "--period", "FY2024"])

    assert (done.exit_code, done.stderr) == (5, "")
    said = " ".join(done.stdout.splitlines()[-1].replace("\u00a0", " ").split())
    assert said == (
        "No report would be published. No invoice line lies in FY2024; they run from 2 Jan 2025 to "
        "30 Dec 2025. Bring invoice lines of the whole period."
    )


def test_a_sum_that_does_not_hold_is_named_with_its_difference(plain):
    broken = Balance("Net amount of invoice lines", "PLN").start("read", 10).end("used", "9.50")
    rows = Balance("Rows of customers", "rows").start("read", 10).end("used", 9)
    found = replace(plain, broken=[broken, rows])

    assert broken.unexplained == Decimal("-0.50")
    assert (plain.holds, found.holds) == (True, False)
    assert "Net amount of invoice lines does not hold: −PLN 0.50 is not explained." in words(found)
    assert "Rows of customers does not hold: −1 row is not explained." in words(found)


def test_nothing_is_written(plain):
    folder = plain.engagement.source.parent

    assert {path.name for path in folder.rglob("*")} == {"engagement.yaml", "lines.csv"}


# ---------------------------------------------------------------- what is required
@pytest.mark.parametrize(
    ("required", "extra", "lines", "refused"),
    [
        (
            "customer_profit, classes, ledger, side_a, side_b, golden_shots",
            "",
            LINES,
            {
                "customer_profit": ["cost_to_serve"],
                "side_b": ["side_b"],
                "golden_shots": ["golden_shots"],
            },
        ),
        ("customer_profit, levels, golden_shots", COSTS, LINES, {"levels": ["trust"]}),
        (
            "gross_margin, customer_profit",
            COSTS,
            LINES.replace(",cost_of_goods_sold", ",other"),
            {"gross_margin": ["gross_margin"], "customer_profit": ["gross_margin"]},
        ),
        (
            "classes",
            "",
            LINES.replace(",cost_of_goods_sold", ",other"),
            {"classes": ["class_measure"]},
        ),
        # B has 50 of 178: more than the share of revenue that may be without a known cost
        (
            "gross_margin",
            "",
            LINES.replace("50.00,30.00", "50.00,"),
            {"gross_margin": ["gross_margin"]},
        ),
        (
            "gross_margin",
            "profitability: {unknown_cost_at_most: 0.5}\n",
            LINES.replace("50.00,30.00", "50.00,"),
            {},
        ),
    ],
)
def test_what_is_required_and_cannot_be_carried_is_foreseen(tiny, required, extra, lines, refused):
    found = check_inputs(tiny(f"required: [{required}]\n{extra}", lines=lines))

    assert found.refused == refused
    assert found.holds == (not refused)


@pytest.mark.parametrize(
    ("ratings", "refused"),
    [
        (ASKED, []),
        (ASKED.replace("their_words", "our_guess"), ["levels", "side_b"]),
        (ASKED.replace("A,trust,us,,8,their_words\n", ""), ["levels"]),
        (ASKED.replace("A,price,us", "A,price,rival"), ["side_b"]),
        (ASKED.replace(",source", ",whence"), ["levels", "side_b"]),
    ],
)
def test_side_b_and_trust_need_customers_who_were_asked(tiny, ratings, refused):
    text = TINY.replace("lines.csv}", "lines.csv}\n  ratings_theirs: {files: asked.csv}")

    found = check_inputs(tiny(f"required: [side_b, levels]\n{COSTS}", text=text, asked=ratings))

    assert sorted(found.refused) == refused


def test_a_revenue_that_the_ledger_does_not_confirm_carries_no_ledger(tiny):
    text = TINY.replace("lines.csv}", "lines.csv}\n  gl_totals: {files: gl.csv}")
    totals = "period,gl_account,amount,line\nFY2025,700,1000,invoice_revenue\n"

    found = check_inputs(tiny("required: [ledger, gross_margin]", text=text, gl=totals))

    assert found.refused == {
        "ledger": ["ledger_profit", "ledger_revenue", "adds_up"],
        "gross_margin": ["ledger_revenue", "ledger_profit"],
    }
    assert "does not hold: PLN 822.00 is not explained." in words(found)


@pytest.mark.parametrize("published", [True, False])
def test_a_ledger_without_the_cost_of_a_pool_is_found_before_the_run(tiny, published):
    """Revenue of 175 and goods of 100 agree; the pool's 10 stand on account 501, or nowhere."""
    text = TINY.replace("lines.csv}", "lines.csv}\n  gl_totals: {files: gl.csv}")
    costs = COSTS.replace("unit: hour", "unit: hour, practical_capacity: 10, gl_account: '501'")
    totals = "period,gl_account,amount,line\nFY2025,700,175,invoice_revenue\n"
    totals += "FY2025,711,100,cost_of_goods_sold\n"
    totals += "FY2025,501,10,cost_to_serve\n" if published else ""
    good = "".join(LINES.splitlines(keepends=True)[:4])

    found = check_inputs(tiny(costs, text=text, gl=totals, lines=good))

    assert found.withheld.startswith("" if published else "10.00 between our profit and")
    assert found.holds == published


def test_half_a_year_carries_no_golden_shots(tiny):
    half = TINY.replace("to: 2025-12-31", "to: 2025-06-30")

    found = check_inputs(tiny(f"required: [golden_shots]\n{COSTS}", text=half))
    assert found.refused == {"golden_shots": ["golden_shots"]}


# ------------------------------------------------------------------------- the command
@pytest.mark.parametrize(
    ("extra", "status", "said"),
    [
        ("", 0, "Every sum holds.\n"),
        (
            "required: [customer_profit]",
            3,
            "customer_profit is required and would be refused. To bring: resources",
        ),
    ],
)
def test_the_command_says_what_was_found_and_its_status_whether_that_is_enough(
    tiny, extra, status, said
):
    done = CliRunner().invoke(app, ["check", str(tiny(extra))])

    assert (done.exit_code, done.stderr) == (status, "")
    assert said in done.stdout


@pytest.mark.parametrize(
    ("change", "kind", "said"),
    [
        ({"text": TINY.replace("PLN", "euro")}, ParameterError, "engagement.yaml:2: currency must"),
        ({"text": TINY.replace("lines.csv", "none.csv")}, DataError, "matches no file"),
        ({"lines": "invoice_id,date\n1,2025-01-01\n"}, DataError, "has no column"),
    ],
)
def test_what_is_rejected_is_one_message_and_status_2(tiny, change, kind, said):
    folder = tiny(**change)
    with pytest.raises(kind, match=said):
        check_inputs(folder)

    done = CliRunner().invoke(app, ["check", str(folder)])

    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{kind.__name__}: ")
    assert said in done.stderr


def test_an_unknown_period_is_status_2(tiny):
    done = CliRunner().invoke(app, ["check", str(tiny()), "--period", "FY1925"])

    assert (done.exit_code, done.stdout) == (2, "")
    assert "period 'FY1925' is not in engagement.yaml" in done.stderr


# ------------------------------------------------------------- what a notebook would reject
def test_weights_that_a_notebook_would_reject_are_rejected_by_check(tiny):
    """A customer's criteria need weights: a report would find out in its fourth notebook."""
    with pytest.raises(DataError, match="weights in ratings_theirs of A are missing"):
        check_inputs(
            tiny(
                "  ratings_theirs: {files: ratings.csv}\n", ratings=ASKED.replace("us,1,7", "us,,7")
            )
        )


@pytest.mark.parametrize(
    ("extra", "files", "says"),
    [
        (
            "  drivers: {files: drivers.csv}\n"
            + COSTS.replace("per: order", "per: visit, driver: visits"),
            {"drivers": "period,customer_id,driver,volume\nFY2025,A,calls,3\n"},
            "needs the driver 'visits'",
        ),
        (COSTS.replace("per: order", "per: delivery"), {}, "Map delivery_id"),
        (COSTS + "  dropping: {exit_penalties: {Z: 5}}\n", {}, "names Z, and there is no such"),
        (
            "  off_invoice: {files: off.csv}\n" + COSTS.replace("pool: desk", "pool: freight"),
            {"off": "customer_id,date,kind,amount\nA,2025-03-01,freight,5\n"},
            "freight would be counted twice",
        ),
    ],
)
def test_settings_that_do_not_fit_the_tables_are_rejected_before_any_kernel(
    tiny, extra, files, says
):
    with pytest.raises((DataError, ParameterError), match=says):
        check_inputs(tiny(extra, **files))


def test_where_no_external_customer_has_bought_there_is_nobody_to_judge(tiny):
    with pytest.raises(DataError, match=r"nobody to judge: A \(intercompany\), B \(collective\)"):
        check_inputs(tiny("identity: {intercompany: [A], collective: [B]}\n"))
