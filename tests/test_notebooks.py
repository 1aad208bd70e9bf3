"""The shape of every notebook: a question, one parameters cell, no logic, and its own outputs."""

import ast

import nbformat
import papermill
import pytest
from conftest import NOTEBOOKS

import kamlib
from kamlib.stage import NOTEBOOKS as BY_STAGE
from kamlib.stage import PARAMETERS, assigned_names, assigned_values

COMMON = ["engagement", "period", "stage_folder"]
EACH = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.name)


def cells(path, kind):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def parameters_cell(path) -> str:
    tagged = [c for c in cells(path, "code") if "parameters" in c.metadata.get("tags", [])]
    assert len(tagged) == 1
    return tagged[0].source


def stage_of(path) -> str:
    return {name: stage for stage, name in BY_STAGE.items()}[path.name]


def test_there_is_one_notebook_for_every_stage():
    assert [path.name for path in NOTEBOOKS] == list(BY_STAGE.values())


@EACH
def test_opens_with_a_title_and_a_question(path):
    first = nbformat.read(path, as_version=4).cells[0]

    title = (
        "# " if path.name.startswith("06") else f"# {path.name.partition('_')[0].lstrip('0')} · "
    )
    assert first.source.startswith(title)
    for word in ("**Question.**", "**Reads**", "**Writes**", "**For**"):
        assert word in first.source


@EACH
def test_papermill_sees_every_parameter_with_its_type_and_help(path):
    source = parameters_cell(path)
    seen = papermill.inspect_notebook(str(path))

    assert list(seen) == assigned_names(source) == COMMON + list(PARAMETERS[stage_of(path)])
    assert [p["name"] for p in seen.values() if p["inferred_type_name"] == "None"] == []
    assert [p["name"] for p in seen.values() if not p["help"]] == []
    for line in source.splitlines():
        assert "=" not in line.partition("#")[2], f"papermill loses a parameter with = in: {line}"


@EACH
def test_a_parameter_s_comment_names_the_key_it_turns(path):
    for parameter, key in PARAMETERS[stage_of(path)].items():
        line = next(
            line for line in parameters_cell(path).splitlines() if line.startswith(parameter)
        )
        assert line.endswith(f"key: {key}")


@EACH
def test_no_value_is_saved_for_a_parameter(path):
    values = assigned_values(parameters_cell(path))

    assert {name: values[name] for name in PARAMETERS[stage_of(path)]} == dict.fromkeys(
        PARAMETERS[stage_of(path)], "None"
    )


@EACH
def test_calls_kamlib_and_defines_nothing(path):
    for cell in cells(path, "code"):
        assert len(cell.source.splitlines()) <= 8
        kinds = {type(node) for node in ast.walk(ast.parse(cell.source))}
        banned = {ast.FunctionDef, ast.ClassDef, ast.Try, ast.Lambda, ast.While}
        assert not kinds & banned


@EACH
def test_uses_public_names_only(path):
    rooms = {f"kam.{room}": getattr(kamlib, room) for room in kamlib.ROOMS}
    for cell in cells(path, "code"):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "kam":
                assert node.attr in {*kamlib.__all__, *kamlib.ROOMS}
            if isinstance(node, ast.Attribute) and ast.unparse(node.value) in rooms:
                assert node.attr in rooms[ast.unparse(node.value)].__all__
            if isinstance(node, ast.Import):
                assert [alias.name for alias in node.names] == ["kamlib"]


@EACH
def test_no_number_that_depends_on_data_is_typed_into_its_text(path):
    for cell in cells(path, "markdown"):
        assert not any(sign in cell.source for sign in ("PLN", "USD", "€"))


@EACH
def test_ends_with_what_it_does_not_say_and_leaves_a_receipt(path):
    assert cells(path, "markdown")[-1].source.startswith("## What this does not say")
    assert cells(path, "code")[-1].source == "stage.hand_over()"
