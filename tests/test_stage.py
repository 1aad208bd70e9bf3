"""Opening a stage: the right folder, refused parameters, and the notebook to run first."""

import json

import pandas as pd
import pytest

from kamlib import DataError, ParameterError, open_stage
from kamlib.stage import assigned_names
from kamlib.stage.opening import refuse_unknown_parameters
from kamlib.verdicts import REFUSE, Balance, verdict

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


def opened(small, name="segmentation", **knobs):
    return open_stage(name, str(small), "FY2025", **knobs)


def test_tables_live_in_the_engagement_s_stages_folder(small, monkeypatch):
    monkeypatch.delenv("KAM_STAGES", raising=False)

    assert opened(small).folder == small / "stages" / "FY2025"


def test_a_folder_given_by_the_environment_keeps_engagements_apart(small, monkeypatch, tmp_path):
    monkeypatch.setenv("KAM_STAGES", str(tmp_path / "elsewhere"))

    assert opened(small).folder == tmp_path / "elsewhere" / "small" / "FY2025"


def test_a_knob_turns_the_engagement_s_value_and_none_leaves_it(small):
    assert opened(small, profit_share=0.75).engagement.segmentation.profit_share == 0.75
    assert opened(small, profit_share=None).engagement.segmentation.profit_share == 0.80


def test_a_knob_out_of_range_is_refused(small):
    with pytest.raises(ParameterError, match=r"profit_share.*share between 0 and 1.*write 0.80"):
        opened(small, profit_share=80)


def test_opening_a_stage_too_early_names_the_notebook_to_run(small):
    with pytest.raises(
        DataError, match=r"needs the table profitability.*Run notebooks/02_profitability.ipynb"
    ):
        opened(small).read("profitability")


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
    first.verdicts.append(verdict("cost_to_serve", REFUSE, period="FY2025"))
    first.finish()

    later = opened(small)

    assert later.refused("cost_to_serve")
    assert later.knows("gross_margin")


def test_the_receipt_names_what_was_written_and_by_whom(small):
    stage = opened(small, "profitability")
    stage.write(pd.DataFrame({"customer_id": ["A"]}), "profitability")
    stage.finish()

    receipt = json.loads((stage.folder / "receipt_profitability.json").read_text())

    assert receipt["stage"] == "profitability"
    assert receipt["tables"]["profitability"]["rows"] == 1
    assert set(receipt["tables"]) == {
        "profitability",
        "verdicts_profitability",
        "ledger_profitability",
    }


def test_a_sum_that_does_not_hold_is_refused_by_name(small, capsys):
    stage = opened(small, "profitability")
    stage.balance(Balance("money of A", "PLN").start("in", 100).end("out", 99))

    stage.show_ledger()

    assert stage.refused("adds_up")
    assert "money of A" in stage.verdicts[-1].said


def test_reference_values_are_frozen_and_reused(small):
    stage = opened(small)
    first = stage.freeze("repeat_rates", pd.DataFrame({"order_days": [1], "rate": [0.25]}))

    again = stage.freeze("repeat_rates", pd.DataFrame({"order_days": [1], "rate": [0.99]}))

    assert again.to_dict("list") == first.to_dict("list") == {"order_days": [1], "rate": [0.25]}


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
