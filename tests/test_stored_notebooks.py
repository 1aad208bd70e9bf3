"""Notebooks in git: the fingerprint notices every change that matters, and storing leaves no trace.

Those of this checkout are held against it as well, because hooks before a commit are opt-in.
"""

from copy import deepcopy

import nbformat
import pytest
from conftest import NOTEBOOKS
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from stub_notebooks import notebook_of, write_notebooks
from typer.testing import CliRunner

from kamlib.report.cli import app
from kamlib.report.running import RunFailed
from kamlib.report.stored import (
    CANARY,
    fingerprint,
    is_stored,
    problems_of,
    store_notebooks,
    tidied,
)

ORDER = {"first": "01_first.ipynb", "second": "02_second.ipynb"}


def notebook() -> object:
    data = {"image/png": "aGk=", "text/plain": "9 customers"}
    figure = new_output("display_data", data=data, metadata={"image/png": {"alt": "Whale curve"}})
    result = new_output("execute_result", data={"text/plain": "2"}, execution_count=1)
    code = new_code_cell("1 + 1", outputs=[figure, result], execution_count=1)
    return new_notebook(cells=[new_markdown_cell("# 1 · Title"), code])


def changed(change) -> object:
    other = deepcopy(notebook())
    change(other)
    return other


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda n: n.cells[1].update(source="1 + 2"), id="a source"),
        pytest.param(lambda n: n.cells[0].update(source="# 1 · Other"), id="words"),
        pytest.param(
            lambda n: n.cells[1].outputs[0].data.update({"text/plain": "8 customers"}), id="text"
        ),
        pytest.param(
            lambda n: n.cells[1].outputs[0].data.update({"image/png": "aGo="}), id="a figure"
        ),
        pytest.param(
            lambda n: n.cells[1].outputs[0].metadata["image/png"].update(alt="x"), id="its words"
        ),
        pytest.param(lambda n: n.cells[1].outputs.pop(), id="an output is gone"),
        pytest.param(lambda n: n.cells.reverse(), id="the order"),
        pytest.param(lambda n: n.cells.append(new_code_cell("")), id="a cell more"),
    ],
)
def test_the_fingerprint_notices(change):
    assert fingerprint(changed(change)) != fingerprint(notebook())


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda n: n.cells[1].update(execution_count=7), id="how often a cell ran"),
        pytest.param(lambda n: n.cells[1].outputs[1].update(execution_count=7), id="or its output"),
        pytest.param(lambda n: n.cells[1].update(id="other"), id="an id"),
        pytest.param(lambda n: n.metadata.update(kernelspec={"name": "k"}), id="the kernel's name"),
    ],
)
def test_the_fingerprint_passes_over(change):
    assert fingerprint(changed(change)) == fingerprint(notebook())


def test_the_fingerprint_survives_writing_and_reading(tmp_path):
    nbformat.write(notebook(), tmp_path / "n.ipynb")

    assert fingerprint(nbformat.read(tmp_path / "n.ipynb", as_version=4)) == fingerprint(notebook())


def test_a_stored_notebook_keeps_tags_and_ids_and_nothing_that_tells_of_the_run():
    ran = notebook()
    ran.metadata.update(papermill={"start_time": "now"}, language_info={"version": "3.11.2"})
    ran.cells[1].metadata.update(papermill={"duration": 1}, execution={"x": 1}, tags=["parameters"])
    ran.cells[1].outputs.append(new_output("stream", name="stderr", text="/home/me: warning"))

    kept = tidied(ran, ["one", "two"])

    assert [cell.id for cell in kept.cells] == ["one", "two"]
    assert dict(kept.cells[1].metadata) == {"tags": ["parameters"]}
    assert set(kept.metadata) == {"kernelspec", "language_info", "kam"}
    assert kept.metadata.language_info == {"name": "python"}
    assert [output.output_type for output in kept.cells[1].outputs] == [
        "display_data",
        "execute_result",
    ]
    assert is_stored(kept)


def test_a_save_by_hand_is_noticed():
    kept = tidied(notebook(), ["one", "two"])
    kept.cells[1].outputs[0].data["text/plain"] = "a client's numbers"

    assert not is_stored(kept)
    assert not is_stored(new_notebook())


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)
def test_the_notebooks_of_this_checkout_are_as_make_notebooks_left_them(path):
    assert problems_of(nbformat.read(path, as_version=4)) == []


def shown(text: str, kind: str = "text/plain") -> object:
    other = changed(lambda n: n.cells[1].outputs[0].data.update({kind: text}))
    return tidied(other, ["one", "two"])


@pytest.mark.parametrize(
    "text",
    [
        "read /home/anna/engagements/acme/lines.csv",
        "[/Users/anna/acme]",
        "<td>/tmp/acme/x.parquet</td>",
        r"C:\Users\anna\acme",
        str(NOTEBOOKS[0]),
    ],
)
def test_a_path_of_a_machine_in_an_output_is_refused(text):
    (problem,) = problems_of(shown(text))

    assert "shows a path of a machine in cell 2" in problem


@pytest.mark.parametrize(
    "text", ["reports/demo/FY2025/index.html", "and/or", "1/2 of 9/10", "<b>5</b> USD/home"]
)
def test_what_only_looks_like_a_path_is_none(text):
    assert problems_of(shown(text, "text/html")) == []


def test_letters_of_a_picture_are_no_path():
    assert problems_of(shown("aGk/tmp/aGk=", "image/png")) == []


@pytest.mark.parametrize("kind", ["text/plain", "text/html"])
def test_the_canary_in_an_output_is_refused_however_it_got_there(kind):
    (problem,) = problems_of(shown(f"1,204 PLN lost with {CANARY}.", kind))

    assert f"the name of a client, {CANARY}, in cell 2" in problem


def test_the_canary_in_the_words_of_a_figure_is_refused():
    def name(notebook):
        notebook.cells[1].outputs[0].metadata["image/png"].update(alt=f"Bars; {CANARY} is last")

    assert "the name of a client" in problems_of(tidied(changed(name), ["one", "two"]))[0]


def test_the_check_of_a_folder_names_each_notebook_that_was_saved_by_hand(tmp_path):
    kept = tidied(notebook(), ["one", "two"])
    nbformat.write(kept, tmp_path / "01_good.ipynb")
    nbformat.write(new_notebook(), tmp_path / "02_by_hand.ipynb")

    done = CliRunner().invoke(app, ["notebooks", str(tmp_path), "--check"])

    assert (done.exit_code, done.stdout) == (1, "")
    assert done.stderr.startswith("02_by_hand.ipynb is not as make notebooks left it")
    assert "01_good" not in done.stderr


def test_notebooks_run_in_order_on_one_fresh_stage_folder_and_a_second_time_changes_nothing(
    tmp_path,
):
    share = "import os, pathlib; folder = pathlib.Path(os.environ['KAM_STAGES'])"
    first = notebook_of(share, "list(folder.glob('*.txt'))", "(folder / 'a.txt').write_text('1')")
    second = notebook_of(share, "[path.name for path in folder.glob('*.txt')]")
    write_notebooks(tmp_path, dict(zip(ORDER.values(), [first, second], strict=True)))

    paths = store_notebooks(tmp_path, order=ORDER)
    once = [path.read_bytes() for path in paths]
    again = [path.read_bytes() for path in store_notebooks(tmp_path, order=ORDER)]

    assert [path.name for path in paths] == list(ORDER.values())
    stored = [nbformat.read(path, as_version=4) for path in paths]
    assert [stored[0].cells[3].outputs[0].data["text/plain"] for _once in "x"] == ["[]"]
    assert stored[1].cells[3].outputs[0].data["text/plain"] == "['a.txt']"
    assert [is_stored(each) for each in stored] == [True, True]
    assert once == again


def test_a_notebook_that_fails_leaves_all_as_they_were(tmp_path):
    notebooks = {ORDER["first"]: notebook_of("1"), ORDER["second"]: notebook_of("1 / 0")}
    write_notebooks(tmp_path, notebooks)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    with pytest.raises(RunFailed, match=r"02_second.ipynb raised ZeroDivisionError"):
        store_notebooks(tmp_path, order=ORDER)

    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
