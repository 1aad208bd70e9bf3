"""The recipes of CONTRIBUTING, followed in a copy of the tree as a newcomer would, and seen to work."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import ROOT
from stub_notebooks import notebook_of, write_notebooks

LINES = """\
invoice_id,date,customer_id,net_amount,cost_of_goods_sold
1,2025-03-01,A,1000,400
2,2025-04-01,B,200,100
3,2025-05-01,TEST-1,7,1
"""
SETTINGS = """\
id: recipes
currency: PLN
periods: {FY2025: {from: 2025-01-01, to: 2025-12-31}}
inputs:
  invoice_lines: {files: lines.csv}
"""
READ = """
from kamlib.intake import read_inputs
from kamlib.settings import load_engagement

engagement = load_engagement("firm")
intake = read_inputs(engagement, "FY2025")
"""


class Copy:
    """A copy of the tree with a small firm beside it, where recipes are followed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.firm = folder / "firm"
        self.firm.mkdir()
        for package in ("kamlib", "demo_company"):
            shutil.copytree(ROOT / package, folder / package, ignore=lambda *_: ["__pycache__"])
        self.give("lines.csv", LINES)
        self.give("engagement.yaml", SETTINGS)

    def give(self, name: str, text: str) -> None:
        """Write a file of the firm."""
        (self.firm / name).write_text(text)

    def settle(self, text: str) -> None:
        """Add to the firm's engagement.yaml."""
        self.give("engagement.yaml", SETTINGS + text)

    def insert(self, path: str, after: str, text: str) -> None:
        """Put lines into a module, behind the one place where a line stands; at its end without one."""
        module = self.folder / path
        known = module.read_text()
        if after:
            assert known.count(after) == 1, f"{path} no longer has one line {after!r}"
        before, line, rest = known.partition(after) if after else (known, "", "")
        module.write_text(before + line + text + rest)

    def run(self, code: str, **environment: str) -> list[str]:
        """Run code on the copy and return the lines that it prints."""
        there = {**os.environ, "PYTHONPATH": f"{self.folder}:{ROOT / 'tests'}", **environment}
        done = subprocess.run(
            [sys.executable, "-c", code], cwd=self.folder, env=there, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout.splitlines()


@pytest.fixture
def copy(tmp_path) -> Copy:
    return Copy(tmp_path)


def test_a_criterion_of_side_a_is_measured_by_a_column_more(copy):
    """Of 1,000 invoiced A kept 40 as returns: 4 % of 0..10 % are worth .6 of its weight."""
    copy.settle(
        "side_a:\n  criteria:\n    strategic: {weight: 0}\n"
        "    returns: {weight: .10, unit: '% of revenue', value: [[0, 1], [10, 0]],"
        " anchors: {0: a tenth, 10: none}}\n"
    )
    copy.insert(
        "kamlib/attractiveness/our_criteria.py",
        '        financial_safety=ids.map(rows["days_late"]),\n',
        '        returns=ids.map(-100 * rows["returned_revenue"] / rows["invoice_revenue"]),\n',
    )

    said = copy.run("""
import pandas as pd
from kamlib.attractiveness.our_criteria import measured_criteria, side_a_criteria
from kamlib.settings import load_engagement

statement = pd.DataFrame({"customer_id": ["A"], "profit_rate": [.1], "days_late": [0.0],
    "returned_revenue": [-40.0], "invoice_revenue": [1000.0]})
stays = pd.DataFrame({"customer_id": ["A"], "staying_source": ["contract"], "p_stay_low": [.9]})
measured = measured_criteria(pd.DataFrame({"party_id": ["A"]}), statement, stays)
nobody = pd.DataFrame({"party_id": [], "criterion": [], "rating": []})
criteria = load_engagement("firm").side_a.criteria
row = side_a_criteria(measured, nobody, criteria).set_index("criterion").loc["returns"]
print(row["source"], row["raw"], row["value_low"], row["weight"])
""")

    assert said == ["measured 4.0 0.6 0.1"]


def test_a_cost_driver_is_a_row_of_drivers_and_a_time_equation(copy):
    """Three audits of 90 minutes each."""
    copy.give("drivers.csv", "period,customer_id,driver,volume\nFY2025,A,audits,3\n")
    copy.settle(
        "  drivers: {files: drivers.csv}\n"
        "profitability:\n"
        "  resources: [{pool: quality, period: FY2025, cost: 900, unit: minute}]\n"
        "  time_equations: [{pool: quality, driver: audits, per: audit, base: 90}]\n"
    )

    said = copy.run(
        READ
        + """
from kamlib.profitability.volumes import activity_volumes

tables = intake.tables
equations = engagement.profitability.time_equations
used = activity_volumes(tables["orders"], tables["corrections"], tables["drivers"], equations)
print(*used[["customer_id", "pool", "driver_volume", "used"]].iloc[0])
"""
    )

    assert said == ["A quality 3.0 270.0"]


def test_an_input_column_is_a_field_of_the_contract_and_a_word_of_the_vocabulary(copy):
    copy.give("customers.csv", "customer_id,loyalty_card\nA,gold\nB,bronze\n")
    copy.settle(
        "  customers: {files: customers.csv, columns: {card: loyalty_card}}\n",
    )
    copy.insert(
        "kamlib/core/contract.py",
        '(must("customer_id"), FIRM[0], *may("parent_id"), RELATION, *FIRM[1:]',
        ', Field("card", allowed=("gold", "silver"), otherwise=N_("unknown card"))',
    )
    copy.insert(
        "kamlib/core/vocabulary.toml",
        "[columns]\n",
        'card = ["Card", "text", "its loyalty card"]\n',
    )

    said = copy.run(
        READ
        + """
print(*intake.tables["customers"]["card"])
print(intake.tables["quarantine"].set_index("column")["reason"]["card"])
"""
    )

    assert said == ["gold", "unknown card"]


def test_an_input_table_is_a_contract_its_columns_and_a_word_for_it(copy):
    copy.give("complaints.csv", "customer_id,date,days_open\nA,2025-06-01,12\nB,2025-06-01,-1\n")
    copy.settle("  complaints: {files: complaints.csv}\n")
    copy.insert(
        "kamlib/core/contract.py",
        "CONTRACT: dict[str, TableContract] = {\n",
        '    "complaints": TableContract('
        '(CUSTOMER, DAY, Field("days_open", needed=True, filled=True, at_least=0)), dated="date"),\n',
    )
    copy.insert(
        "kamlib/core/vocabulary.toml",
        "[columns]\n",
        'days_open = ["Days open", "number", "until it was settled", "days"]\n',
    )
    copy.insert(
        "kamlib/core/codes.py",
        "TABLES = {  # input tables, in words\n",
        '    "complaints": N_("complaints"),\n',
    )

    said = copy.run(
        READ
        + """
print(*intake.tables["complaints"][["customer_id", "days_open"]].iloc[0])
print(*intake.tables["quarantine"]["reason"])
"""
    )

    assert said == ["A 12.0", "below 0"]


def test_a_rule_by_which_a_row_is_set_aside_is_a_row_of_checks_and_its_remedy(copy):
    copy.insert(
        "kamlib/intake/checks.py",
        "CHECKS = (\n",
        """\
    Check(
        N_("a customer made for tests"),
        lambda cell: cell.field.who == "customer",
        lambda cell: cell.shown.startswith("TEST"),
    ),
""",
    )
    copy.insert(
        "kamlib/intake/remedies.toml",
        "[remedies]\n",
        '"a customer made for tests" = "delete test invoices in the billing program"\n',
    )

    said = copy.run(
        READ
        + """
from kamlib.intake.checks import remedy_of

print(*intake.tables["quarantine"][["reason", "value"]].iloc[0], sep=": ")
print(remedy_of(intake.tables["quarantine"]["reason"].iloc[0]))
print(*intake.tables["customer_months"]["customer_id"])
"""
    )

    assert said == [
        "a customer made for tests: TEST-1",
        "delete test invoices in the billing program",
        "A B",
    ]


def test_a_verdict_rule_asks_for_a_quantity_of_its_own(copy):
    """A pays 3 days late, nobody knows of B: at worst it is one who pays too late."""
    copy.settle(
        "verdicts:\n"
        "  - {verdict: let_go, all: [{days_to_pay: {above: 60}}]}\n"
        "  - {verdict: keep_efficient, all: [{is: customer}]}\n"
        "  - {verdict: not_now, all: [{is: prospect}]}\n"
    )
    copy.insert(
        "kamlib/core/quantities.py",
        "QUANTITIES = {\n",
        '    "days_to_pay": Quantity("high", "number"),\n',
    )
    copy.insert(
        "kamlib/pyramid/bounds.py",
        '        "days_late": certain(_of(ids, now["days_late"])),\n',
        '        "days_to_pay": certain(_of(ids, now["days_to_pay"])),\n',
    )
    copy.insert(
        "kamlib/pyramid/find_out.py",
        "ASK: dict[str, tuple[tuple[str, ...], str]] = {\n",
        '    "to_pay": (("days_to_pay",), N_("After how many days do they pay?")),\n',
    )

    said = copy.run(QUANTITY)

    assert said == ["A keep_efficient keep_efficient", "B let_go keep_efficient", "True"]


QUANTITY = """
from datetime import date

import pandas as pd
import test_pyramid
from kamlib.pyramid.assess import assess_accounts
from kamlib.pyramid.boundaries import assign_levels
from kamlib.pyramid.decide import decision_rules
from kamlib.settings import load_engagement

engagement = load_engagement("firm")
now = pd.DataFrame({"period": "FY2025", "customer_id": ["A", "B"], "customer_profit": 20.0,
    "days_late": 0.0, "profit_rate": .1, "gross_margin": 30.0, "days_to_pay": [3.0, None]})
statement = pd.concat([now.assign(period="FY2024", days_to_pay=90.0), now], ignore_index=True)
bounds = test_pyramid.joined(statement=statement)
table = assess_accounts(bounds, engagement.pyramid.boundaries, ["auto"] * 2,
    decision_rules(engagement, unit=100.0), missing={}, managers=pd.Series(dtype="object"),
    by_when=date(2026, 2, 28)).set_index("party_id")
for party, row in table.iterrows():
    print(party, row["verdict_worst"], row["verdict_best"])
print("After how many days do they pay?" in table["questions"]["B"])
"""


def test_a_figure_has_its_caption_and_is_a_part_of_an_analysis(copy):
    copy.insert(
        "kamlib/staying/figures.py",
        "",
        '''

def plot_tenure(years: "pd.Series") -> "Axes":
    """Plot how long customers have been with us."""
    return years.plot.hist()
''',
    )
    copy.insert(
        "kamlib/page/figures.toml",
        "",
        '\n[tenure]\ncaption = "How long customers have been with us."\nalt = "Bars: by years."\n',
    )

    said = copy.run("""
import pandas as pd
from kamlib.core.analysis import Analysis
from kamlib.page import show
from kamlib.page.parts import Figure
from kamlib.staying import figures

show.show_figure = lambda axes, **words: print(len(axes.patches), *words.values(), sep=" | ")
years = pd.Series([1.0, 2.0, 11.0])
Analysis(parts=[Figure("tenure", lambda: figures.plot_tenure(years))])._ipython_display_()
""")

    assert said == ["10 | How long customers have been with us. | Bars: by years."]


def test_a_page_is_a_notebook_and_its_name_in_the_list(copy):
    copy.insert(
        "kamlib/stage/names.py",
        '    "pyramid": "05_pyramid.ipynb",\n',
        '    "growth": "05b_growth.ipynb",\n',
    )
    copy.insert(
        "kamlib/stage/names.py",
        "WRITES = {  # stage → the tables that it writes for later stages\n",
        '    "growth": "growing",\n',
    )
    codes = (
        'import kamlib as kam\nstage = kam.open_stage("growth", engagement, period, stage_folder)',
        "import pandas as pd\nfrom kamlib.page.parts import Headline\n"
        'growing = pd.DataFrame({"customer_id": ["A"]})\n'
        'analysis = kam.Analysis({"growing": growing}, [Headline("One customer grows")])\n'
        'stage.keep("growing", analysis)',
        "stage.hand_over()",
    )
    notebook = notebook_of(*codes, title="# 5b · Growth")
    write_notebooks(copy.folder / "notebooks", {"05b_growth.ipynb": notebook})

    said = copy.run(
        """
from pathlib import Path
from kamlib.report.reporting import publish_report
from kamlib.stage.names import NOTEBOOKS

order = {"growth": NOTEBOOKS["growth"]}
report = publish_report("firm", "FY2025", notebooks=Path("notebooks"), order=order)
page = report.index.read_text()
print("One customer grows" in page, "growing.csv" in page)
""",
        KAM_HOME=str(copy.folder),
    )

    assert said[-1] == "True True"


def test_a_language_is_a_catalogue_in_its_folder(copy):
    folder = copy.folder / "kamlib" / "locale" / "pl" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "kamlib.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\n'
        'msgid "Customer profit"\nmsgstr "Zysk z klienta"\n'
    )
    pybabel = [sys.executable, "-m", "babel.messages.frontend"]
    for command in (
        ["extract", "-F", str(ROOT / "pyproject.toml"), "-k", "N_", "-o", "kamlib.pot", "kamlib"],
        ["compile", "-D", "kamlib", "-d", "kamlib/locale"],
    ):
        subprocess.run([*pybabel, *command], check=True, capture_output=True, cwd=copy.folder)
    found = (copy.folder / "kamlib.pot").read_text()
    assert all(f'msgid "{each}"' in found for each in ("Customer profit", "Two ids, one customer?"))
    copy.settle("language: pl\n")

    said = copy.run("""
from kamlib.core.language import money, use_language
from kamlib.core.vocabulary import label
from kamlib.settings import load_engagement

use_language(load_engagement("firm").language)
print(label("customer_profit", "PLN"), money(1234.5, "PLN", 1).replace(chr(160), " "), sep=" | ")
""")

    assert said == ["Zysk z klienta, PLN | PLN 1 234,5"]


def test_an_engine_is_a_name_of_the_settings_and_a_row_of_engines(copy):
    """The new one speaks as DuckDB does, and has its address in the environment."""
    copy.give(
        "engagement.yaml",
        SETTINGS.replace(
            "{files: lines.csv}",
            "{database: {engine: motherduck, url: '${KAM_DUCK}', table: lines}}",
        ),
    )
    copy.insert(
        "kamlib/settings/inputs.py",
        'engine: Literal["postgres", "spark", "duckdb"',
        ', "motherduck"',
    )
    copy.insert(
        "kamlib/intake/engines.py",
        "ENGINES = {  # by the name in engagement.yaml, which is the extra that brings the package, too\n",
        '    "motherduck": Engine(_duckdb, lambda: (duckdb.Error,), "duckdb"),\n',
    )
    address = str(copy.folder / "cloud.duckdb")
    said = copy.run(
        """
import duckdb

duckdb.connect("cloud.duckdb").execute("CREATE TABLE lines AS FROM 'firm/lines.csv'")
"""
        + READ
        + 'print(*intake.tables["customer_months"]["invoice_revenue"])',
        KAM_DUCK=address,
    )

    assert said == ["1000.000000 200.000000 7.000000"]


def test_a_scenario_says_what_differs_from_the_one_it_is_like(copy):
    scenario = copy.folder / "demo_company" / "scenarios" / "small_town.yaml"
    scenario.write_text("like: seven_customers\nname: Hurtownia w Miasteczku\n")

    said = copy.run("""
from kamlib.report.cli import app

app(["demo", "town", "--scenario", "small_town"], standalone_mode=False)
from kamlib.settings import load_engagement

print(load_engagement("town").name)
""")

    assert said[-1] == "Hurtownia w Miasteczku"
