"""An invented company with a known truth: a whole engagement folder of any size, for demos and tests.

Nothing here knows how the workbook measures: the company acts, and the input is what one would see
of it. What is true stands in the folder ``truth``, which no notebook reads.
"""

from pathlib import Path
from typing import Any

import pandas as pd

from demo_company.company import Company, build_company
from demo_company.doubles import decisions, true_identity
from demo_company.engagement import MARK, flow, settings_text
from demo_company.ledger import NO_SUCH_DAY, NOBODY, UNREADABLE, reconciling_items
from demo_company.scenario import YEARS, load_scenario
from demo_company.tables import (
    customer_file,
    line_file,
    product_file,
    prospect_file,
    text_table,
)
from demo_company.truth import LADDER
from demo_company.writing import write_table, write_text
from kamlib.core.errors import ParameterError

__all__ = ["write_demo"]

FEWEST = 7
PLACES: dict[str, dict[str, int]] = {
    "receivables": {"average_balance": 2},
    "assets": {"amount": 2},
    "off_invoice": {"amount": 2},
    "gl_totals": {"amount": 2},
    "opportunities": {"amount": 2, "margin_rate": 3},
    "strategic": {"rating": 1},
    "ratings_ours": {"rating": 1},
    "ratings_theirs": {"rating": 1, "weight": 0},
}
BROKEN: dict[str, dict[str, object]] = {
    "drivers": {"customer_id": NOBODY},
    "receivables": {"days_to_pay": UNREADABLE},
    "off_invoice": {"kind": "promotion", "date": "15.06.2025", "amount": UNREADABLE},
    "ratings_ours": {"rating": "11,0"},
    "ratings_theirs": {"party_id": NOBODY},
    "evidence": {"date": f"{NO_SUCH_DAY}2025"},
    "contacts": {"party_id": NOBODY},
}


def write_demo(
    folder: str | Path,
    *,
    customers: int | None = None,
    seed: int = 20,
    scenario: str | Path = "wholesaler",
) -> Path:
    """Write the engagement folder of an invented company.

    Parameters
    ----------
    folder : str or Path, made if it is not there; an earlier demo in it is overwritten
    customers : int, at least 7; how many ordered in the last 24 months. Former ones come on top.
        Default: as many as the scenario says
    seed : int, not negative; the same seed gives the same bytes
    scenario : str or Path, a scenario of the demo company or a YAML file like them

    Returns
    -------
    Path, the folder: ``engagement.yaml``, ``input/`` and ``truth/``

    Raises
    ------
    ParameterError
        Too few customers, a negative seed, an unknown scenario or key of it, or the folder is
        another engagement.
    """
    folder = Path(folder)
    own = load_scenario(scenario)
    customers = own["company"]["customers"] if customers is None else customers
    _require_possible(folder, customers=customers, seed=seed)
    company = build_company(own, seed=seed, customers=customers)
    rows = _write_inputs(folder / "input", company)
    _write_truth(folder / "truth", company, rows)
    items = reconciling_items(company.broken)
    write_text(
        folder / "engagement.yaml", settings_text(folder.resolve().name, own, company.pools, items)
    )
    return folder


def _require_possible(folder: Path, *, customers: int, seed: int) -> None:
    if customers < FEWEST:
        raise ParameterError(
            f"customers must be at least {FEWEST}, not {customers}. Ask for more customers."
        )
    if seed < 0:
        raise ParameterError(f"seed must not be negative, not {seed}. Take 0 or above.")
    settings = folder / "engagement.yaml"
    if settings.exists() and not settings.read_text(encoding="utf-8").startswith(MARK):
        raise ParameterError(
            f"{folder.name} is an engagement that kam demo did not write. "
            f"Give an empty folder, so that nothing of it is lost."
        )


def _write_inputs(folder: Path, company: Company) -> pd.DataFrame:
    """Write the input tables; return where the broken rows stand."""
    found = []
    for year in YEARS:
        mine = company.lines[company.lines["date"].dt.year == year].reset_index(drop=True)
        wrong = company.broken[company.broken["year"] == year].reset_index(drop=True)
        table = line_file(mine, company.products, wrong)
        name = f"sales_{year}.csv.gz"
        write_table(folder / name, table)
        place = {number: row for row, number in enumerate(table["Nr faktury"], start=2)}
        found.append(wrong.assign(file=f"input/{name}", row=wrong["invoice_id"].map(place)))
    write_table(folder / "customers.csv", customer_file(company.units, company.doubles))
    _write_plain(folder / "identity.csv", decisions(company.doubles, company.units))
    write_table(folder / "products.csv", product_file(company.products))
    write_table(folder / "prospects.csv", prospect_file(company.prospects))
    for name, table in company.tables.items():
        whole = text_table(
            _named(table, company.units), places=PLACES.get(name, {}), broken=BROKEN.get(name)
        )
        write_table(folder / f"{name}.csv", whole)
        if len(whole) > len(table):
            column = list(BROKEN[name])[-1]
            found.append(
                pd.DataFrame(
                    [
                        {
                            "file": f"input/{name}.csv",
                            "row": len(whole) + 1,
                            "column": column,
                            "fault": "one broken row",
                        }
                    ]
                )
            )
    return pd.concat(found, ignore_index=True)[["file", "row", "column", "fault"]]


def _named(table: pd.DataFrame, units: pd.DataFrame) -> pd.DataFrame:
    """Put the customer's id in the place of the unit, and leave out what only the truth knows."""
    if "unit" not in table:
        return table
    named = table.assign(customer_id=units["customer_id"].to_numpy()[table["unit"]])
    first = [name for name in ("period",) if name in table and "date" not in table]
    rest = [name for name in table.columns if name not in ("unit", "period")]
    return named[[*first, "customer_id", *rest]].sort_values(
        [*first, "customer_id", *rest], kind="stable", ignore_index=True
    )


def _write_truth(folder: Path, company: Company, broken: pd.DataFrame) -> None:
    """Write what is true: equations, drivers, profit, customers, and the broken rows."""
    equations: list[dict[str, Any]] = company.equations
    lines = ["# The times that hold; engagement.yaml has what people estimate.", "time_equations:"]
    lines += [f"  - {flow(equation)}" for equation in equations]
    write_text(folder / "truth.yaml", "\n".join(lines) + "\n")
    drivers = _named(
        company.drivers.assign(volume=company.drivers["volume"].astype(int)), company.units
    )
    _write_plain(folder / "drivers_true.csv", drivers)
    profit = company.profit[["period", "customer_id", *LADDER]]
    _write_plain(folder / "profit_true.csv", profit)
    _write_plain(folder / "customers_true.csv", company.customers)
    drops = company.drops[["period", "customer_id", "drop_effect"]]
    _write_plain(folder / "drops_true.csv", drops)
    _write_plain(folder / "broken_rows.csv", broken)
    _write_plain(folder / "same_customers.csv", true_identity(company.doubles, company.units))
    for name, table in company.beyond.items():
        _write_plain(folder / f"{name}.csv", table)


def _write_plain(path: Path, table: pd.DataFrame) -> None:
    """Write a table with commas and decimal points; money to the cent."""
    money = [name for name in table.columns if name in (*LADDER, "drop_effect")]
    texts = table.assign(**{name: table[name].map("{:.2f}".format) for name in money})
    write_text(path, texts.to_csv(index=False, lineterminator="\n"))
