"""A tiny engagement and tiny notebooks, for tests of how a report is run and published."""

from base64 import b64encode
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

ENGAGEMENT = """\
id: tiny
name: "Tiny & <Sons>"
currency: PLN
periods:
  FY2024: {from: 2024-01-01, to: 2024-12-31}
  FY2025: {from: 2025-01-01, to: 2025-12-31}
inputs:
  invoice_lines: {files: [input/lines.csv]}
key_account_unit: {amount: 100000, currency: PLN}
"""
PARAMETERS = """\
engagement: str = "tiny"  # name under data/, or a path
period: str = "FY2025"  # a period of engagement.yaml
stage_folder: str = None  # where hand-over tables live
"""
OPENING = """\
import hashlib, json, sys
from pathlib import Path

import pyarrow as pa, pyarrow.parquet as pq

from kamlib import __version__
from kamlib.settings import load_engagement

settings, stage, folder = load_engagement(engagement), "{stage}", Path(stage_folder)
"""
TABLES = """\
tables = {{
    "{stage}": {{"customer_id": ["A", "=1+1"], "customer_profit": [1.5, -2.0]}},
    "outcomes_{stage}": {{
        "rule": ["r", "s"], "outcome": ["PASS", "FLAG"], "said": ["", ""], "bring": ["", ""]
    }},
    "ledger_{stage}": {{"what": ["rows"], "holds": [True]}},
}}
notes = {{}}
for name, columns in tables.items():
    pq.write_table(pa.table(columns), folder / f"{{name}}.parquet")
    digest = hashlib.sha256((folder / f"{{name}}.parquet").read_bytes()).hexdigest()
    notes[name] = {{"rows": len(next(iter(columns.values()))), "sha256": digest}}
"""
SHOW = """\
from IPython.display import display

display({{"text/html": '<p class="finding">Finding of {stage}.</p>', "text/plain": "-"}}, raw=True)
"""
RECEIPT = """\
receipt = {"stage": stage, "engagement": settings.id, "period": period, "tables": notes}
receipt |= {"settings": settings.settings_hash(), "kamlib": __version__}
receipt |= {"executable": sys.executable}
(folder / f"receipt_{stage}.json").write_text(json.dumps(receipt))
"""
ORDER = {"first": "01_first.ipynb", "summary": "06_summary.ipynb"}
ONE = {"summary": "06_summary.ipynb"}


def write_engagement(folder: Path) -> Path:
    """Write an engagement with one input file; return its folder."""
    (folder / "input").mkdir(parents=True)
    (folder / "engagement.yaml").write_text(ENGAGEMENT)
    (folder / "input" / "lines.csv").write_text("invoice_id,date\n1,2025-01-01\n")
    return folder


def stub_notebook(stage: str) -> object:
    """Return a notebook that keeps every promise of a stage."""
    cells = [text.format(stage=stage) for text in (OPENING, TABLES, SHOW)]
    return notebook_of(*cells, RECEIPT, title=f"# 1 · Stub of {stage}")


def refusing(*rules: str, stage: str = "summary") -> object:
    """Return the stub of a stage that refuses these rules."""
    notebook = stub_notebook(stage)
    tables = f'"rule": {list(rules)}, "outcome": {["REFUSE"] * len(rules)}'
    tables += f', "said": {["It is bad."] * len(rules)}, "bring": {["better"] * len(rules)}'
    for cell in notebook.cells:
        old = '"rule": ["r", "s"], "outcome": ["PASS", "FLAG"], "said": ["", ""], "bring": ["", ""]'
        cell.source = cell.source.replace(old, tables)
    return notebook


def notebook_of(*codes: str, title: str = "# 1 · Stub") -> object:
    """Return a notebook with a title, a parameters cell and `codes`."""
    parameters = new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]})
    opening = new_markdown_cell(f"{title}\n\n**Question.** Does it run?")
    return new_notebook(
        cells=[opening, parameters, *map(new_code_cell, codes)],
        metadata={
            "kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}
        },
    )


def write_notebooks(folder: Path, notebooks: dict[str, object]) -> Path:
    """Write notebooks under their file names; return their folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, notebook in notebooks.items():
        nbformat.write(notebook, folder / name)
    return folder


def run_here(source: Path, target: Path, parameters: dict, _kernels: object) -> object:
    """Run a stub in this process, in place of `kamlib.report.running.run_notebook`."""
    import contextlib
    import io

    notebook = nbformat.read(source, as_version=4)
    known: dict[str, object] = {}
    codes = [cell for cell in notebook.cells if cell.cell_type == "code"]
    for number, cell in enumerate(codes, 1):
        with contextlib.redirect_stdout(io.StringIO()):
            exec(cell.source, known)
        cell.execution_count = number
        if "parameters" in cell.metadata.get("tags", []):
            known |= {name: value for name, value in parameters.items() if name in known}
    nbformat.write(notebook, target)
    return notebook


def page_notebook() -> object:
    """Return a run notebook with everything a page can show, without running anything.

    Its outputs are those of `kamlib.page`, caught where they would go to the kernel.
    """
    from unittest import mock

    import matplotlib.pyplot as plt
    import pandas as pd

    from kamlib.core.outcomes import Balance, Outcome, ledger_table
    from kamlib.page import show

    cells: list[object] = []

    def caught(data: dict, *, metadata: dict, raw: bool) -> None:
        assert raw
        if isinstance(data.get("image/png"), bytes):
            data = data | {"image/png": b64encode(data["image/png"]).decode()}
        output = new_output("display_data", data=data, metadata=metadata)
        cells.append(new_code_cell("secret_code()", outputs=[output], execution_count=1))

    def say(text: str) -> None:
        cells.append(new_markdown_cell(text))

    say(
        "# 3 · 20/80 segmentation\n\n**Question.** How few customers earn most of the profit?\n\n"
        "**Reads** `profitability`. **Writes** `segmentation`.\n\n**For** the sales director."
    )
    cells.append(new_code_cell(PARAMETERS, metadata={"tags": ["parameters"]}))
    cells.append(
        new_code_cell('# Parameters\nperiod = "FY2025"', metadata={"tags": ["injected-parameters"]})
    )
    names = ["Gruszki na Wierzbie", "A$B$C <script>alert(1)</script>", "Żółw & Synowie", "=1+1"]
    book = pd.DataFrame(
        {
            "name": names,
            "customer_profit": [2_880_000.0, 310_400.5, -41_870.55, float("nan")],
            "gross_margin": [3_100_000.0, 420_000.0, 12_000.0, 8_000.0],
            "cost_to_serve": [220_000.0, 109_599.5, 53_870.55, float("nan")],
            "profit_class": ["vital_few", "useful_many", "loss_making", "useful_many"],
        }
    )
    balance = Balance("customer profit", "PLN").start("Profit of all customers", "8420000.00")
    balance.change("Set aside in quarantine", "-41870.55", "151 lines without a customer, listed")
    balance.end("Profit in the classes", "8378129.45", "equals the sum of the account pages")
    with mock.patch("IPython.display.display", caught):
        show.show_facts(
            {"Engagement": "Tiny & <Sons>", "Period": "FY2025: 1 Jan 2025 to 31 Dec"},
            title="What this page rests on",
        )
        say("## How concentrated is the profit?\n\nCustomers are ranked, best first.")
        figure, ax = plt.subplots(figsize=(8, 4.5))
        ax.plot([0, 0.4, 1], [0, 1, 0.7])
        caption = "Cumulative customer profit, best first."
        show.show_figure(ax, caption=caption, alt='Whale curve with "peak" & erosion.')
        plt.close(figure)
        show.show_headline("21 of 240 customers bring 81% & more")
        show.show_claim("21 of 240 customers (9%) earn 81%.", "Of every 100 earned, 6 are lost.")
        rules = {"rule": "r", "title": "Two totals are lower bounds"}
        show.show_outcomes(
            [
                Outcome("r", "FLAG", rules["title"], "Visits are missing for B.", ""),
                Outcome("r", "REFUSE", "Lifetime", "12 of 30 have left.", "lines of 2021"),
            ]
        )
        say("## Who are the vital few?\n\nThe smallest group that brings the share.")
        show.show_table(book, caption="Customers, the most profitable first.", currency="PLN")
        say("# A second title\n\nIt is none.")
        show.show_ledger(ledger_table([balance]))
    return new_notebook(cells=cells)
