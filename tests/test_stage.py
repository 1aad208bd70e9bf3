"""Opening a stage: the right folder, refused parameters, and the notebook to run first."""

import json
import os
import re
from datetime import date
from decimal import Decimal

import nbformat
import pandas as pd
import pytest
from conftest import ROOT

from kamlib import check_inputs, open_stage
from kamlib.core.analysis import Analysis
from kamlib.core.errors import DataError, ParameterError
from kamlib.core.outcomes import REFUSE, Balance, outcome_of
from kamlib.stage import NOTEBOOKS, WRITTEN_BY, assigned_names
from kamlib.stage.opening import refuse_unknown_parameters

SMALL = """\
id: small
currency: PLN
periods:
  FY2024: {from: 2024-01-01, to: 2024-12-31}
  FY2025: {from: 2025-01-01, to: 2025-12-31}
inputs: {invoice_lines: {files: lines.csv}}
"""


@pytest.fixture
def small(tmp_path):
    (tmp_path / "engagement.yaml").write_text(SMALL)
    return tmp_path


def opened(small, name="segmentation", **parameters):
    return open_stage(name, str(small), "FY2025", **parameters)


def test_tables_live_in_the_engagement_s_stages_folder(small, monkeypatch):
    monkeypatch.delenv("KAM_STAGES", raising=False)

    assert opened(small).folder == small / "stages" / "FY2025"


def test_a_folder_given_by_the_environment_keeps_engagements_apart(small, monkeypatch, tmp_path):
    monkeypatch.setenv("KAM_STAGES", str(tmp_path / "elsewhere"))

    assert opened(small).folder == tmp_path / "elsewhere" / "small" / "FY2025"


def test_a_parameter_turns_the_engagement_s_value_and_none_leaves_it(small):
    assert opened(small, profit_share=0.75).engagement.segmentation.profit_share == 0.75
    assert opened(small, profit_share=None).engagement.segmentation.profit_share == 0.80


def test_a_parameter_out_of_range_is_refused(small):
    with pytest.raises(ParameterError, match=r"profit_share.*share between 0 and 1.*write 0.80"):
        opened(small, profit_share=80)


def test_opening_a_stage_too_early_names_the_notebook_to_run(small):
    with pytest.raises(
        DataError, match=r"needs the table profitability.*Run notebooks/02_profitability.ipynb"
    ):
        opened(small).read("profitability")


@pytest.mark.parametrize("table", WRITTEN_BY)
def test_every_table_that_is_not_there_yet_names_the_notebook_that_writes_it(small, table):
    writer = NOTEBOOKS[WRITTEN_BY[table]]

    with pytest.raises(DataError, match=rf"needs the table {table},.*Run notebooks/{writer} first"):
        opened(small, "summary").read(table)


def test_a_table_and_a_name_that_are_not_there_are_answered_with_the_nearest(small):
    import kamlib as kam

    with pytest.raises(
        DataError, match=r"no table 'profitabilty'\. Did you mean 'profitability'\?"
    ):
        opened(small).read("profitabilty")
    with pytest.raises(AttributeError, match=r"name 'open_stag'\. Did you mean 'open_stage'\?"):
        kam.open_stag  # noqa: B018


def test_each_table_that_a_notebook_names_is_written_by_the_stage_that_is_said_to():
    place = list(NOTEBOOKS)
    for stage, name in NOTEBOOKS.items():
        cells = nbformat.read(ROOT / "notebooks" / name, as_version=4).cells
        code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
        reads = re.findall(r'stage\.read\(\s*"(\w+)"', code)
        writes = re.findall(r'stage\.write\(.*?, "(\w+)"\)', code)
        assert {table: WRITTEN_BY.get(table) for table in writes} == dict.fromkeys(writes, stage)
        assert [t for t in reads if place.index(WRITTEN_BY[t]) >= place.index(stage)] == []


def told(small, capsys, name="segmentation", **parameters) -> str:
    opened(small, name, **parameters).show_settings()
    return " ".join(capsys.readouterr().out.split())


@pytest.fixture
def as_text(monkeypatch):
    monkeypatch.setattr("kamlib.page.show.publish", lambda forms, *_: print(forms["text/plain"]))


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.75, "segmentation.profit_share: 0.75 instead of 0.80"),
        (0.755, "segmentation.profit_share: 0.755 instead of 0.80"),
        (0.80, "segmentation.profit_share: 0.80, as in engagement.yaml"),
    ],
)
def test_a_turned_parameter_is_shown_beside_the_engagement_s_value(
    small, capsys, as_text, share, said
):
    assert told(small, capsys, profit_share=share).endswith(said)


def test_a_parameter_that_was_not_turned_is_not_shown(small, capsys, as_text):
    assert "profit_share" not in told(small, capsys, profit_share=None)


def test_a_parameter_without_a_value_of_the_engagement_says_so(small, capsys, as_text):
    said = told(small, capsys, "pyramid", managers=3)

    assert said.endswith("capacity.managers: 3, where engagement.yaml has none")


# ------------------------------------------------------------------ a report, and nothing run here
@pytest.fixture
def reported(small, monkeypatch):
    """A report of FY2025 was published from the first two notebooks; nobody ran them here."""
    monkeypatch.setenv("KAM_HOME", str(small))
    monkeypatch.delenv("KAM_STAGES", raising=False)
    (small / "lines.csv").write_text("invoice_id\n1\n")
    report = small / "reports" / "small" / "FY2025"
    for name, table in {"data_prep": "customers", "profitability": "profitability"}.items():
        stage = open_stage(name, str(small), "FY2025", str(report / "runs" / "r1" / "tables"))
        stage.keep("all", Analysis({table: pd.DataFrame({"customer_id": ["A", "B"]})}))
        stage.hand_over()
    (report / "latest.json").write_text('{"run": "runs/r1"}')
    return small


SAID = "The tables of {} are those of the published report."


def test_a_notebook_run_alone_takes_the_tables_of_the_published_report_and_says_so(
    reported, capsys
):
    stage = opened(reported)

    assert stage.read("customers")["customer_id"].tolist() == ["A", "B"]
    both = "01_data_prep.ipynb, 02_profitability.ipynb"
    assert SAID.format(both) in capsys.readouterr().out
    opened(reported)  # the second time they are there
    assert "published report" not in capsys.readouterr().out


def test_what_somebody_ran_or_put_here_is_not_replaced_by_the_report_s(reported, capsys):
    mine = reported / "stages" / "FY2025" / "customers.parquet"
    mine.parent.mkdir(parents=True)
    pd.DataFrame({"customer_id": ["mine"]}).to_parquet(mine)
    notes = reported / "reports" / "small" / "FY2025" / "runs" / "r1" / "tables"
    (notes / "receipt_profitability.json").unlink()

    assert opened(reported).read("customers")["customer_id"].tolist() == ["mine"]
    assert "published report" not in capsys.readouterr().out


def test_a_report_of_other_inputs_is_not_taken(reported):
    (reported / "lines.csv").write_text("invoice_id\n1\n2\n")

    with pytest.raises(DataError, match=r"lines.csv changed since 01_data_prep.ipynb ran"):
        opened(reported)
    assert not (reported / "stages").exists()


def test_a_folder_that_was_asked_for_gets_nothing_from_the_report(reported):
    stage = open_stage("segmentation", str(reported), "FY2025", str(reported / "own"))

    with pytest.raises(DataError, match=r"Run notebooks/01_data_prep.ipynb first"):
        stage.read("customers")


def test_optional_tables_are_none_once_data_prep_has_run(small):
    stage = opened(small, "data_prep")
    with pytest.raises(DataError, match="01_data_prep"):
        stage.read_optional("strategic")
    stage.write(pd.DataFrame({"customer_id": ["A"]}), "customers")

    assert stage.read_optional("strategic") is None


def test_reading_gives_the_report_period_unless_all_are_asked_for(small):
    stage = opened(small, "profitability")
    stage.write(
        pd.DataFrame({"customer_id": ["A", "A"], "period": ["FY2024", "FY2025"]}), "profitability"
    )

    assert stage.read("profitability")["period"].tolist() == ["FY2025"]
    assert stage.read("profitability", periods="all")["period"].tolist() == ["FY2024", "FY2025"]


def test_a_refusal_of_an_earlier_stage_reaches_the_later_ones(small):
    first = opened(small, "profitability")
    told = outcome_of("cost_to_serve", REFUSE, why="there are no pools")
    first.keep("statements", Analysis(outcomes=[told]))
    first.hand_over()

    later = opened(small)

    assert later.refused("cost_to_serve")
    assert later.knows("gross_margin")


def test_the_receipt_names_what_was_written_and_by_whom(small):
    stage = opened(small, "profitability")
    book = pd.DataFrame({"customer_id": ["A"]})
    stage.keep("statements", Analysis({"profitability": book, "for_the_page": book}))
    stage.hand_over()

    receipt = json.loads((stage.folder / "receipt_profitability.json").read_text())

    assert receipt["stage"] == "profitability"
    assert receipt["tables"]["profitability"]["rows"] == 1
    assert set(receipt["tables"]) == {
        "profitability",
        "outcomes_profitability",
        "ledger_profitability",
    }


def test_a_sum_that_does_not_hold_is_refused_by_name(small, capsys):
    stage = opened(small, "profitability")
    balance = Balance("money of A", "PLN").start("in", 100).end("out", 99)
    stage.keep("statements", Analysis(balances=[balance]))

    stage.adds_up()

    assert stage.refused("adds_up")
    assert "money of A" in stage.outcomes[-1].said


@pytest.mark.parametrize(
    ("apart", "against", "outcome"),
    [
        pytest.param(0, "PASS", "PASS", id="to the cent"),
        pytest.param(30, "PASS", "FLAG", id="a difference that is tolerated does not hold"),
        pytest.param(0, "REFUSE", "FLAG", id="two accounts are apart and cancel out"),
        pytest.param(90, "REFUSE", "REFUSE", id="beyond what is tolerated"),
    ],
)
def test_money_that_the_ledger_has_otherwise_is_never_called_a_sum_that_holds(
    small, apart, against, outcome
):
    stage = opened(small, "profitability")
    told = outcome_of("ledger_profit", against, difference=str(apart), share="1%")
    chain = Balance("from the ledger", "PLN", tolerance=Decimal(50))
    chain = chain.start("ledger", 1000).end("customers", 1000 - apart)
    stage.keep("statements", Analysis(outcomes=[told], balances=[chain]))

    stage.adds_up()

    said = stage.outcomes[-1]
    assert [said.rule, said.outcome] == ["adds_up", outcome]
    assert ("Every sum holds" in said.said) == (outcome == "PASS")


RATES = pd.DataFrame({"order_days": [1, 2], "rate": [0.25, None], "inputs": "a1b2"})


def test_reference_values_are_frozen_and_reused(small):
    stage = opened(small)
    first = stage.freeze("return_rates", RATES)

    again = stage.freeze("return_rates", RATES.assign(rate=0.99))

    pd.testing.assert_frame_equal(again, first)
    assert first["rate"].tolist()[0] == 0.25
    assert first["rate"].isna().tolist() == [False, True]


def test_frozen_values_are_for_whoever_has_the_engagement_even_if_a_private_run_froze_them(small):
    before = os.umask(0o077)
    try:
        opened(small).freeze("return_rates", RATES)
    finally:
        os.umask(before)

    modes = [
        (small / each).stat().st_mode for each in ("engagement.yaml", "reference/return_rates.csv")
    ]
    assert modes[0] == modes[1]


def test_frozen_values_that_do_not_say_what_they_were_measured_on_are_refused(small):
    (small / "reference").mkdir()
    (small / "reference" / "return_rates.csv").write_text("order_days,rate\n1,0.25\n")

    for look in (lambda: opened(small).frozen("return_rates"), lambda: check_inputs(small)):
        with pytest.raises(
            DataError, match=r"return_rates.csv does not say .* Delete it, and the next run"
        ):
            look()


def test_where_nothing_could_be_measured_nothing_is_frozen(small):
    stage = opened(small)

    assert stage.freeze("margin_percentiles", RATES.head(0)).empty
    assert stage.freeze("return_rates", None) is None
    assert not (small / "reference").exists()


def test_reference_values_do_not_depend_on_the_period_that_is_run_first(small):
    """Returns are looked for to the end of FY2025, margins in FY2024, in the run of either."""
    months = pd.DataFrame({"month": pd.to_datetime(["2022-01-01", "2025-12-01"])})
    stages = [open_stage("segmentation", str(small), period) for period in ("FY2024", "FY2025")]

    assert [s.last_day for s in stages] == [date(2025, 12, 31)] * 2
    assert [s.reference_end(months) for s in stages] == [date(2024, 12, 31)] * 2
    late = months.assign(month=pd.to_datetime(["2024-07-01", "2025-12-01"]))
    assert stages[1].reference_end(late) == date(2025, 6, 30)  # the first 12 months of the input
    frozen = pd.DataFrame({"window_end": [pd.Timestamp("2023-12-31")]})
    assert stages[1].reference_end(months, frozen) == date(2023, 12, 31)


def test_names_assigned_in_a_cell_are_read_from_its_syntax():
    assert assigned_names("a: int = 1  # one\nb = 2\n%magic") == []
    assert assigned_names("a: int = 1  # one\nb = 2") == ["a", "b"]


def test_an_injected_parameter_that_the_notebook_lacks_is_refused(monkeypatch):
    declared = 'engagement: str = "demo"\nprofit_share: float = None'
    history = ["", declared, "# Parameters\nproft_share = 0.7\n"]
    monkeypatch.setattr("kamlib.stage.opening._cells_so_far", lambda: history)

    with pytest.raises(
        ParameterError, match=r"no parameter 'proft_share'. Did you mean 'profit_share'"
    ):
        refuse_unknown_parameters("segmentation")


def test_what_is_refused_is_said_in_the_place_of_its_figure_and_once_on_a_page(small):
    first = opened(small, "profitability")
    told = outcome_of("cost_to_serve", REFUSE, why="there are no pools")
    first.keep("it", Analysis(outcomes=[told]))
    again = first.refuse("cost_pools", "cost_to_serve").parts[0]
    first.hand_over()

    later = opened(small, "segmentation")
    refused = later.refuse("whale", "cost_to_serve").parts[0]

    assert "are not shown: there are no pools" in refused.said
    assert refused.on_page
    assert not again.on_page
    assert later.refusal("gross_margin") == []  # shown, so nothing is said
