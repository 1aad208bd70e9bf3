"""Going on with a run of the stages that was ended: only the rest runs, and only on what it ran on."""

import re
from pathlib import Path

import pytest
from stub_notebooks import run_here, stub_notebook, write_engagement, write_notebooks

from kamlib.core.errors import ParameterError
from kamlib.report.running import RunFailed
from kamlib.report.stages import run_stages

THREE = {"data_prep": "01_a.ipynb", "profitability": "02_b.ipynb", "segmentation": "03_c.ipynb"}


class Place:
    """Three stub stages, of which one may be made to end the run; a run takes no kernel."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.engagement = write_engagement(folder / "tiny")
        self.notebooks = write_notebooks(
            folder / "notebooks", {name: stub_notebook(stage) for stage, name in THREE.items()}
        )
        self.ran: list[str] = []
        self.dies_in = ""
        monkeypatch.setattr("kamlib.report.running.run_notebook", self._run)
        monkeypatch.delenv("KAM_STAGES", raising=False)

    def _run(self, source: Path, *rest: object) -> object:
        self.ran.append(source.stem)
        if source.stem == self.dies_in:
            raise RunFailed("kernel died", "the kernel died", notebook=source.name)
        return run_here(source, *rest)

    def run(self, *, resume: bool = False, dies_in: str = "", **options: object) -> list[str]:
        """Run and return the notebooks that ran."""
        self.ran, self.dies_in = [], dies_in
        self.stages = run_stages(
            self.engagement,
            "FY2025",
            notebooks=self.notebooks,
            order=THREE,
            resume=resume,
            **options,
        )
        return self.ran

    def tables(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.stages.glob("*.parquet")}


@pytest.fixture
def place(tmp_path, monkeypatch) -> Place:
    return Place(tmp_path, monkeypatch)


def test_only_the_rest_runs_and_the_tables_are_those_of_a_run_without_a_break(place):
    place.run()
    whole = place.tables()
    with pytest.raises(RunFailed):
        place.run(dies_in="02_b")

    assert place.run(resume=True) == ["02_b", "03_c"]
    assert place.tables() == whole
    assert place.run(resume=True) == [], "all is done: nothing to do"
    assert place.run() == ["01_a", "02_b", "03_c"], "without being asked, nothing is left out"


def test_without_an_earlier_run_all_of_it_runs(place):
    assert place.run(resume=True) == ["01_a", "02_b", "03_c"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("input/lines.csv", "input/lines.csv changed since"),
        ("engagement.yaml", "engagement.yaml changed since"),
        ("reference/rates.csv", "reference/rates.csv changed since"),
    ],
)
def test_a_run_on_other_inputs_cannot_be_resumed(place, change, said):
    with pytest.raises(RunFailed):
        place.run(dies_in="03_c")
    path = place.engagement / change
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as file:
        file.write("inputs\n" if change.startswith("reference") else "\n")

    with pytest.raises(
        ParameterError, match=rf"{re.escape(said)}. Run all of it, without --resume"
    ):
        place.run(resume=True)

    assert place.ran == []


def test_a_run_with_another_parameter_cannot_be_resumed(place):
    place.run()

    with pytest.raises(ParameterError, match="a parameter changed since"):
        place.run(resume=True, parameters={"profit_share": 0.7})


@pytest.mark.parametrize("touched", ["profitability.parquet", "receipt_profitability.json"])
def test_from_the_first_table_on_that_is_not_what_the_stage_left_all_runs_again(place, touched):
    place.run()
    with (place.stages / touched).open("ab") as file:
        file.write(b" ")

    assert place.run(resume=True) == ["02_b", "03_c"]


def test_a_notebook_that_was_edited_runs_again(place):
    place.run()
    write_notebooks(place.notebooks, {"03_c.ipynb": stub_notebook("segmentation")})  # other ids

    assert place.run(resume=True) == ["03_c"]


def test_an_input_that_changes_during_a_run_is_told_and_the_run_cannot_be_resumed(
    place, monkeypatch
):
    lines = place.engagement / "input" / "lines.csv"
    usual = place._run

    def changing(source: Path, *rest: object) -> object:
        lines.write_text(f"{lines.read_text()}{source.stem}\n")
        return usual(source, *rest)

    monkeypatch.setattr("kamlib.report.running.run_notebook", changing)
    with pytest.raises(RunFailed, match=r"input/lines\.csv changed during the run"):
        place.run()
    with pytest.raises(ParameterError, match=r"input/lines\.csv changed since"):
        place.run(resume=True)
