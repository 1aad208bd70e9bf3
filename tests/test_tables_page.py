"""The page of tables is what contract, vocabulary and a run say, and completes the names in an editor."""

import sys

from conftest import ROOT

sys.path.append(str(ROOT / "docs"))

import write_tables

from kamlib.core.contract import CONTRACT
from kamlib.settings import engagement_schema

PAGE = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")


def test_the_page_of_tables_is_as_make_docs_left_it(demo_stages):
    assert write_tables.page(demo_stages) == PAGE, "run make docs"


def test_the_page_has_each_input_table_with_each_of_its_columns():
    for name, table in CONTRACT.items():
        part = PAGE.partition(f"### {name}\n")[2].partition("\n##")[0]
        assert [f"| `{each}` |" in part for each in table.names] == [True] * len(table.names)


def test_the_page_says_which_words_a_client_may_write():
    theirs = PAGE.partition("### ratings_theirs\n")[2].partition("\n##")[0]
    evidence = PAGE.partition("### evidence\n")[2].partition("\n##")[0]

    assert "`us` for us" in theirs
    assert "`their_words`, `fact`, `our_guess`" in theirs
    assert "`shared_warehouse`" in evidence
    assert "`external`, `intercompany`, `collective`" in PAGE


def test_an_editor_completes_the_columns_of_each_table():
    inputs = engagement_schema()["properties"]["inputs"]["properties"]
    columns = {
        name: inputs[name]["allOf"][1]["properties"]["columns"] for name in ("drivers", "customers")
    }

    assert sorted(columns["drivers"]["properties"]) == sorted(CONTRACT["drivers"].names)
    assert columns["drivers"]["properties"]["volume"]["description"] == (
        "events of the driver in the period"
    )
    assert columns["drivers"]["additionalProperties"] is False
    assert "additionalProperties" not in columns["customers"], "attributes of their own"
