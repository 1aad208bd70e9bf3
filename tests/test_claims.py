"""What is said for certain rests on a rule that was not refused, and on something that is there at all."""

import re
from pathlib import Path
from typing import NamedTuple

import pandas as pd
import pytest
import yaml
from fastpath import run_stages, table

from demo_company import write_demo

PERIOD = "FY2025"
CLAIMS = {  # fixed words that a page may say → the rules that must not be refused, and must be there
    r"tie to the ledger|not explained against the ledger": ("ledger_profit",),
    r"[Ee]very sum holds": ("adds_up",),
    r"no rival (is better|ahead)": ("side_b", "rivals"),
    r"golden shots? brought|Golden shots (and|brought)|not expected back|hardly come back": (
        "golden_shots",
    ),
    r"would (bring at most|cost another|bring [A-Z]{3})": ("avoidable_cost",),
    r"What takes most away": ("loss_causes",),
    r"(is|are) the vital few|too many to be called": ("class_measure",),
    r"price rise of at most": ("cost_to_serve", "gross_margin"),
    r"stays? (one|losses) in at least|may earn or lose": ("uncertainty",),
    r"Chance of return within": ("reference_values",),
    r"positive customer profit": ("cost_to_serve", "gross_margin"),
    r"hang on questions that are still open": ("cost_to_serve",),
}


class Heard(NamedTuple):
    """A run: every sentence that was shown, and every rule with its outcome."""

    said: list[str]
    outcomes: dict[str, str]


def hear(folder: Path, stages: Path) -> Heard:
    """Run all notebooks and keep what they say."""
    said: list[str] = []

    def listen(_by: str, shown: tuple) -> None:
        said.extend(each for each in shown if isinstance(each, str))
        for frame in (each for each in shown if isinstance(each, pd.DataFrame)):
            said.extend(map(str, frame.to_numpy().ravel()))

    run_stages(folder, PERIOD, stages, hear=listen)
    rows = pd.concat([table(stages, path.stem) for path in stages.glob("outcomes_*.parquet")])
    return Heard(said, dict(zip(rows["rule"], rows["outcome"], strict=True)))


@pytest.fixture(scope="module", params=["lines alone", "no ledger, nobody asked", "whole"])
def heard(request, tmp_path_factory) -> Heard:
    """Return what is said of a company that gives little, much, and all."""
    folder = tmp_path_factory.mktemp("company")
    write_demo(folder / "firm", customers=30)
    settings = yaml.safe_load((folder / "firm" / "engagement.yaml").read_text())
    if request.param == "lines alone":
        settings["inputs"] = {"invoice_lines": settings["inputs"]["invoice_lines"]}
        for name in ("profitability", "ledger", "identity", "exchange", "overrides"):
            settings.pop(name, None)
        settings["set_aside"] = {"refuse": 1.0}
    if request.param == "no ledger, nobody asked":
        for name in ("gl_totals", "ratings_theirs"):
            settings["inputs"].pop(name)
    (folder / "firm" / "engagement.yaml").write_text(yaml.safe_dump(settings, sort_keys=False))
    return hear(folder / "firm", folder / "stages")


@pytest.mark.parametrize("words", CLAIMS)
def test_a_claim_stands_only_where_its_rule_does(heard, words):
    found = [said for said in heard.said if re.search(words, said)]

    if any(heard.outcomes.get(rule, "REFUSE") == "REFUSE" for rule in CLAIMS[words]):
        assert found == []


@pytest.mark.parametrize("heard", ["whole"], indirect=True)
def test_each_claim_of_the_list_is_made_of_a_company_that_gives_everything(heard):
    """Else the list would hold words that nobody says."""
    silent = [words for words in CLAIMS if not any(re.search(words, said) for said in heard.said)]

    assert silent == []
