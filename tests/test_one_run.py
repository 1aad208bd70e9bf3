"""One parameter, one run: what is set for one notebook holds for all, and nothing old is shown as new."""

import contextlib
import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pandas as pd
import pytest
import yaml
from conftest import ROOT
from fastpath import run_stages, table

import kamlib as kam
from demo_company import write_demo
from kamlib import open_stage
from kamlib.core.errors import DataError, ParameterError
from kamlib.settings import Engagement
from kamlib.stage import KEYS, NOTEBOOKS, SET_IN
from kamlib.stage.names import FIRST_USED, FROZEN_IN

HALF = {"profit_share": 0.5}


class Firm:
    """A small company, its engagement.yaml as it is wanted, and what its runs left and said."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "firm"
        write_demo(self.folder, customers=30)
        self.yaml = self.folder / "engagement.yaml"
        self.plain = self.yaml.read_text()

    def write(self, parameters: dict[str, object]) -> None:
        """Write parameters into engagement.yaml."""
        settings = yaml.safe_load(self.plain)
        for parameter, value in parameters.items():
            *blocks, key = KEYS[parameter].split(".")
            here = settings
            for block in blocks:
                here = here.setdefault(block, {})
            here[key] = value
        self.yaml.write_text(yaml.safe_dump(settings, sort_keys=False))

    def run(self, stages: Path, **options: object) -> list[str]:
        """Run stages into a folder and return all that was said, but the settings."""
        said: list[str] = []

        def hear(name: str, shown: tuple) -> None:
            if name != "show_facts":
                frames = (e.to_csv() if isinstance(e, pd.DataFrame) else str(e) for e in shown)
                said.append(f"{name}: {' '.join(frames)}")

        run_stages(self.folder, "FY2025", stages, hear=hear, **options)
        return said

    def opened(self, stages: Path, stage: str, **parameters: object):
        return open_stage(stage, str(self.folder), "FY2025", str(stages), **parameters)


def tables(stages: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(stages.glob("*.parquet"))}


@pytest.fixture(scope="module")
def firm(tmp_path_factory) -> Firm:
    return Firm(tmp_path_factory.mktemp("one_run"))


@pytest.fixture(scope="module")
def first_reads(firm) -> dict[str, str]:
    """Run all stages of the firm with half the profit asked for in engagement.yaml.

    Returns the first stage that reads each block of the settings.
    """
    firm.write(HALF)
    seen: dict[str, str] = {}
    stage_now: list[str] = []
    usual = Engagement.__getattribute__

    def watched(self: Engagement, name: str) -> object:
        by = sys._getframe(1).f_code
        if (
            stage_now
            and name in Engagement.model_fields
            and "settings/engagement" not in by.co_filename
        ):
            seen.setdefault(name, stage_now[0])
        return usual(self, name)

    @contextlib.contextmanager
    def watch(stage: str, _cell: str) -> Iterator[None]:
        stage_now[:] = [stage]
        yield
        stage_now.clear()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Engagement, "__getattribute__", watched)
        said = firm.run(firm.folder.with_name("written"), watch=watch)
    firm.said = said
    return seen


@pytest.fixture
def stages(firm, first_reads, tmp_path) -> Path:
    """Return a copy of the tables of that run, whose engagement.yaml is as it was then."""
    firm.write(HALF)
    return shutil.copytree(firm.folder.with_name("written"), tmp_path / "stages")


def test_no_stage_reads_a_block_of_the_settings_before_it_is_said_to(first_reads):
    names = list(NOTEBOOKS)
    declared = {block: names.index(FIRST_USED.get(block, "data_prep")) for block in first_reads}

    shown_only = {"name", "required"}
    early = {b: s for b, s in first_reads.items() if names.index(s) < declared[b]}
    assert {block for block in early if block not in shown_only} == set()
    assert set(FIRST_USED) <= set(Engagement.model_fields)


def test_a_share_set_for_the_run_gives_what_the_same_share_in_engagement_yaml_gives(
    firm, first_reads, tmp_path
):
    firm.write({})
    said = firm.run(tmp_path / "set", parameters=HALF)

    assert tables(tmp_path / "set") == tables(firm.folder.with_name("written"))
    assert said == firm.said
    assert [line for line in said if "50%" in line], "the share is said"


@pytest.mark.parametrize(
    ("parameter", "value", "begin"),
    [
        ("price_reach", 0.01, "data_prep"),
        pytest.param("cut_a", 0.45, "data_prep", marks=pytest.mark.soak),
        ("cut_b", 0.45, "attractiveness"),
        ("managers", 1, "pyramid"),
    ],
)
def test_a_parameter_set_for_a_notebook_gives_what_the_engagement_s_own_value_gives(
    firm, stages, tmp_path, parameter, value, begin
):
    """`begin` is the first stage whose tables the setting in engagement.yaml can change."""
    before = tables(stages)
    written = shutil.copytree(stages, tmp_path / "written")
    firm.write(HALF | {parameter: value})
    expected = firm.run(written, begin=begin)
    firm.write(HALF)
    said = firm.run(stages, begin=SET_IN[parameter], parameters={parameter: value})
    said = [line for line in said if "As in engagement.yaml" not in line]

    assert tables(stages) == tables(written)
    assert tables(stages) != before, "the parameter matters"
    assert said == expected[-len(said) :]


def test_a_parameter_that_is_turned_shows_the_losses_before_and_after(firm, stages):
    firm.write(HALF)
    stage = firm.opened(stages, "profitability", price_reach=0.0)
    made = kam.profitability.statements(stage)
    lost = kam.profitability.losses(stage, made)
    told = kam.profitability.parameters_changed(stage, lost).finding
    before, after = told.partition("As set here: ")[::2]

    assert before.startswith("As in engagement.yaml: ")
    assert "price rise of at most 10% would end" in before
    assert "price rise" not in after, "no price may rise, so that none ends a loss"


def test_a_higher_cut_names_those_for_whom_both_sides_hold_no_more(firm, stages):
    firm.write(HALF)
    stage = firm.opened(stages, "attractiveness", cut_a=0.75)
    both = kam.attractiveness.side_a(stage), kam.attractiveness.side_b(stage)
    held = table(stages, "attractiveness").query("both_hold == 'yes'")

    found = kam.attractiveness.both_sides(stage, *both)

    still = set(found.table.query("both_hold == 'yes'")["party_id"])
    gone = held[~held["party_id"].isin(still)].sort_values("customer_profit", ascending=False)
    said = f"{len(held)} → {len(still)} for whom both sides hold for certain; "
    assert still < set(held["party_id"])
    leave = "leaves" if len(gone) == 1 else "leave"
    assert found.finding.endswith(f"{said}{', '.join(gone['name'])} {leave}.")


@pytest.mark.parametrize(
    ("managers", "moves"),
    [(0, "2 → 0 key accounts; {names} leave."), (1, "2 → 2 key accounts; nobody leaves or comes.")],
)
def test_managers_of_eight_accounts_each_name_who_keeps_no_place(firm, stages, managers, moves):
    firm.write(HALF)
    keys = table(stages, "key_accounts").query("verdict == 'key_account_now'")
    stage = firm.opened(stages, "pyramid", managers=managers)
    levels = kam.pyramid.levels(stage, kam.pyramid.golden_shots(stage))

    said = kam.pyramid.verdicts(stage, levels).finding

    names = ", ".join(keys.sort_values("customer_profit", ascending=False)["name"])
    assert said.endswith("As in engagement.yaml → as set here: " + moves.format(names=names))


def test_a_cut_changed_in_one_notebook_holds_in_those_opened_after_it_and_they_say_so(
    firm, stages, capsys, monkeypatch
):
    monkeypatch.setattr("kamlib.page.show.publish", lambda forms, *_: print(forms["text/plain"]))
    firm.run(stages, begin="attractiveness", until="attractiveness", parameters={"cut_a": 0.85})

    later = firm.opened(stages, "pyramid")
    later.show_settings()

    assert later.engagement.side_a.cut == 0.85
    assert (
        "side_a.cut: 0.85 instead of 0.60, set in 04_attractiveness.ipynb"
        in capsys.readouterr().out
    )


def test_a_share_that_an_earlier_notebook_ran_without_is_refused_with_the_remedy(firm, stages):
    with pytest.raises(
        ParameterError,
        match=r"profit_share cannot be 0.75 in 03_segmentation.ipynb: it was 0.5 in 01_data_prep"
        r".*kam run \S+ -p profit_share=0.75",
    ):
        firm.opened(stages, "segmentation", profit_share=0.75)

    assert firm.opened(stages, "segmentation", profit_share=0.5).parameters == HALF


# ------------------------------------------------------------------------------- nothing old
def refusal(firm: Firm, stages: Path, stage: str) -> str:
    with pytest.raises(DataError, match="would show what no longer holds") as told:
        firm.opened(stages, stage)
    return str(told.value)


def test_what_stands_on_what_is_there_is_opened(firm, stages):
    for stage in NOTEBOOKS:
        assert firm.opened(stages, stage).name == stage


@pytest.mark.parametrize(
    ("parameter", "opened", "again"),
    [
        ("profit_share", "summary", "01_data_prep.ipynb"),
        ("cut_a", "attractiveness", "01_data_prep.ipynb"),
        ("cut_b", "summary", "04_attractiveness.ipynb"),
        ("managers", "summary", "05_pyramid.ipynb"),
    ],
)
def test_after_a_change_of_the_settings_the_first_notebook_to_run_again_is_named(
    firm, stages, parameter, opened, again
):
    firm.write(HALF | {parameter: 0.55 if parameter != "managers" else 2})

    told = refusal(firm, stages, opened)

    assert (
        f"the settings under {KEYS[parameter].split('.')[0]} changed since {again} ran to its end."
        in told
    )
    assert f"Run notebooks/{again} again" in told


def test_after_a_changed_cost_all_notebooks_that_must_run_again_are_named(firm, stages):
    settings = yaml.safe_load(firm.yaml.read_text())
    settings["profitability"].setdefault("dropping", {})["price_reach"] = 0.07
    firm.yaml.write_text(yaml.safe_dump(settings))

    told = refusal(firm, stages, "segmentation")

    assert "the settings under profitability changed since 01_data_prep.ipynb ran" in told
    assert told.endswith("Run notebooks/01_data_prep.ipynb again, then 02_profitability.ipynb.")


def test_settings_that_only_later_notebooks_use_leave_the_earlier_tables_good(firm, stages):
    firm.write(HALF | {"managers": 2})

    assert firm.opened(stages, "pyramid").engagement.capacity.managers == 2


def test_an_input_that_changed_is_named_and_one_that_was_only_touched_is_not(firm, stages):
    (path,) = (firm.folder / "input").glob("prospects*")
    before = path.read_bytes()
    path.write_bytes(before)
    assert firm.opened(stages, "summary")
    try:
        path.write_bytes(before + b"\n")
        told = refusal(firm, stages, "summary")
    finally:
        path.write_bytes(before)

    assert f"input/{path.name} changed since 01_data_prep.ipynb ran" in told


def test_frozen_values_that_are_to_be_measured_afresh_call_for_their_notebook(firm, stages):
    frozen = firm.folder / "reference" / "return_rates.csv"
    aside = frozen.rename(frozen.with_suffix(".old"))
    try:
        assert firm.opened(stages, "segmentation"), "it measures them"
        told = refusal(firm, stages, "summary")
    finally:
        aside.rename(frozen)

    assert "reference/return_rates.csv changed since 03_segmentation.ipynb ran" in told


def test_every_file_of_frozen_values_is_known_with_the_notebook_that_uses_it(firm, stages):
    assert {path.stem for path in (firm.folder / "reference").glob("*.csv")} == set(FROZEN_IN)
    for name, stage in FROZEN_IN.items():
        notebook = (ROOT / "notebooks" / NOTEBOOKS[stage]).read_text()
        rooms = [room for room in kam.ROOMS if f"kam.{room}." in notebook]
        code = "".join((ROOT / "kamlib" / room / "analyses.py").read_text() for room in rooms)
        assert f'stage.freeze("{name}"' in code


def test_a_table_made_again_calls_for_the_notebooks_that_stand_on_it(firm, stages):
    """03 came to its end once more, with a party less than 03b has read."""
    again = firm.opened(stages, "segmentation")
    parties = table(stages, "parties")
    receipt = json.loads((stages / "receipt_segmentation.json").read_text())
    again.write(parties.iloc[1:].reset_index(drop=True), "parties")
    receipt["tables"]["parties"] = {"rows": len(parties) - 1, "sha256": again.written[0].sha256}
    (stages / "receipt_segmentation.json").write_text(json.dumps(receipt))

    told = refusal(firm, stages, "summary")

    assert "the hand-over table parties changed since 03b_staying.ipynb ran" in told


def test_a_notebook_that_did_not_come_to_its_end_is_named(firm, stages):
    again = firm.opened(stages, "profitability")
    again.write(table(stages, "profitability").iloc[1:].reset_index(drop=True), "profitability")
    told = refusal(firm, stages, "segmentation")
    (stages / "receipt_profitability.json").unlink()

    assert (
        "table profitability was written again since 02_profitability.ipynb ran to its end" in told
    )
    assert "Run notebooks/02_profitability.ipynb again" in told
    told = refusal(firm, stages, "segmentation")
    assert "hand-over tables were written before 02_profitability.ipynb ran to its end." in told


def test_tables_of_another_period_in_the_same_folder_are_refused(firm, stages):
    with pytest.raises(DataError, match=r"the period changed since 01_data_prep.ipynb ran"):
        open_stage("profitability", str(firm.folder), "FY2024", str(stages))


def test_a_table_that_this_run_did_not_write_does_not_outlive_it(firm, stages):
    """Without prospects in the inputs, those of an earlier run are not read any more."""
    old = firm.opened(stages, "data_prep")
    for name in ("customers", "orders"):
        old.write(table(stages, name), name)
    pd.DataFrame({"a": [1]}).to_parquet(stages / "by_hand.parquet")
    old.hand_over()

    assert not (stages / "prospects.parquet").exists()
    assert (stages / "customers.parquet").exists()
    assert (stages / "by_hand.parquet").exists(), "what a person put there stays"
