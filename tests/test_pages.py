"""What readers meet on whole pages: how long the first one is, and in which words."""

import os
import re
from pathlib import Path

import pytest
import yaml
from conftest import ROOT
from fastpath import pages_of

from demo_company import write_demo
from kamlib.core.rules import RULES
from kamlib.intake.checks import OF_A_LINE, REMEDIES

KEY = re.compile(r"engagement\.yaml|\b[a-z]+(?:_[a-z]+)+\b|\b[a-z]{2,}(?:\.[a-z_]{2,})+\b")
FILE = re.compile(r"\b[a-z_]+\.(?:csv|xlsx)\b")  # a link to a table is no key


@pytest.fixture(scope="module", params=["whole", "lines alone"])
def pages(request, tmp_path_factory) -> dict[str, str]:
    """Return the pages of a small company that gives all, or nothing but its invoice lines."""
    folder = tmp_path_factory.mktemp("company")
    write_demo(folder / "firm", customers=30)
    settings = yaml.safe_load((folder / "firm" / "engagement.yaml").read_text())
    if request.param == "lines alone":
        settings["inputs"] = {"invoice_lines": settings["inputs"]["invoice_lines"]}
        for name in ("profitability", "ledger", "identity", "exchange", "overrides"):
            settings.pop(name, None)
        settings["set_aside"] = {"refuse": 1.0}
    (folder / "firm" / "engagement.yaml").write_text(yaml.safe_dump(settings, sort_keys=False))
    return pages_of(folder / "firm", "FY2025", folder / "stages")


def at_sight(html: str) -> str:
    """Return the words of a page that stand outside its folded parts."""
    for whole in (r"(?s)<(style|script|head)\b.*?</\1>", r"(?s)<details\b.*?</details>"):
        html = re.sub(whole, " ", html)
    return re.sub(r"<[^>]+>", " ", html)


def keys(words: str) -> list[str]:
    return KEY.findall(FILE.sub("", words))


def test_no_key_of_the_settings_stands_outside_a_folded_part(pages):
    assert {
        stage: keys(at_sight(html)) for stage, html in pages.items() if keys(at_sight(html))
    } == {}


@pytest.mark.parametrize("outcome", ["title", "passed", "flag", "refuse"])
def test_what_a_rule_says_names_no_key_and_what_to_bring_may(outcome):
    said = {
        name: re.sub(r"{\w*}", "", getattr(rule, outcome) or "") for name, rule in RULES.items()
    }

    assert {name: keys(words) for name, words in said.items() if keys(words)} == {}


def test_a_controller_can_read_how_a_row_is_mended():
    told = {**REMEDIES, **OF_A_LINE}

    assert {reason: keys(words) for reason, words in told.items() if keys(words)} == {}


def test_the_start_page_of_the_demo_is_at_most_four_desktop_screens_long(tmp_path):
    chromium = next(
        filter(os.path.exists, ["/usr/bin/chromium", "/usr/bin/chromium-browser"]), None
    )
    if chromium is None:
        pytest.skip("Chromium is absent: apt install chromium")
    from playwright.sync_api import sync_playwright

    page = pages_of(ROOT / "data" / "demo", "FY2025", tmp_path / "stages")["summary"]
    path = Path(tmp_path / "index.html")
    path.write_text(page, encoding="utf-8")
    with sync_playwright() as tool:
        window = tool.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        tab = window.new_page(viewport={"width": 1280, "height": 900})
        tab.goto(path.as_uri())
        screens = tab.evaluate("document.documentElement.scrollHeight") / 900
        window.close()

    assert screens <= 3.9  # of a report it also has the way through the stages and its foot


def test_a_page_says_once_why_something_is_not_shown(pages):
    for stage, html in pages.items():
        told = re.findall(r"Not shown(?:\.|:</span> <b>.*?</b>) (.*?)</p>", html)

        assert sorted(told) == sorted(set(told)), stage
