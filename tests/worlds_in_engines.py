"""One small world in every source that data prep reads: text in a Polish dialect, and typed columns."""

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

HEAD = (
    "Nr",
    "Poz",
    "Data",
    "Klient",
    "Towar",
    "Ilość",
    "Cennik",
    "Netto",
    "Koszt",
    "Typ",
    "Do",
    "Zlec",
    "Pilne",
    "Zam",
)
OURS = (
    "invoice_id",
    "line_id",
    "date",
    "customer_id",
    "product_id",
    "quantity",
    "list_price",
    "net_amount",
    "cost_of_goods_sold",
    "document_type",
    "corrects_invoice_id",
    "order_id",
    "rush",
    "order_date",
)
ORDERED = {"F1": "2023-12-29", "F2": "2024-03-05", "F4": "1900-01-01", "F10": "2024-06-30"}
DAYS = ("date", "order_date")
NUMBERS = ("quantity", "list_price", "net_amount", "cost_of_goods_sold")
COLUMNS = dict(zip(OURS, HEAD, strict=True))
TABLES_ALIKE = (
    "customers",
    "customer_months",
    "orders",
    "corrections",
    "timing",
    "customer_products",
)
NOT_ALIKE = ("file", "row", "value")  # where a row stands differs by source, and so does its text


class World:
    """Lines of three sites, one of them unknown, and their customers."""

    reasons = sorted(
        [
            "customer is not in customers",
            "not a number",
            "date in the future",
            "missing",
            "its invoice and line number stand in an earlier row",
        ]
    )

    def lines(self) -> list[tuple]:
        """Return the lines as values: text, whole days, and decimals or None."""
        kept = [
            (
                "F1",
                "1",
                "2024-01-10",
                " A ",
                "P1",
                "2",
                "80.5",
                "60.25",
                "50",
                "FA",
                None,
                "O1",
                "T",
            ),
            (
                "F1",
                "2",
                "2024-01-10",
                "A",
                "P2",
                "1",
                None,
                "1234567.89",
                "20",
                "FA",
                None,
                "O1",
                "N",
            ),
            ("F2", "1", "2024-03-05", "B", "P1", "3", None, "30", None, "FA", None, "tel.", "N"),
            (
                "K1",
                "1",
                "2024-04-20",
                "A",
                "P1",
                "-1",
                None,
                "-10.125",
                "-25",
                "KOR",
                "F1",
                None,
                None,
            ),
            ("F3", "1", "2023-06-30", "Ż2", "P1", None, None, "0.005", "1", None, None, None, None),
            (
                "F3",
                "2",
                "2023-06-30",
                "Z\u03072",
                "P1",
                None,
                None,
                "7",
                "1",
                None,
                None,
                None,
                None,
            ),
            ("K2", "1", "2024-02-01", "Ż2", "P1", "-1", None, "-7", "-1", "KOR", "F3", None, None),
            ("F4", "1", "2024-05-05", "B", "P3", "1", "5", "5", "2", "FA", None, "O4", "T"),
            ("F4", "1", "2024-05-05", "B", "P3", "1", "5", "5", "2", "FA", None, "O4", "T"),
        ]
        kept += [  # six prices of one product in one month: the usual one is the fifth, 10.6
            (f"F{n}", "1", "2024-07-01", "B", "P9", "2", None, price, "3", "FA", None, None, None)
            for n, price in enumerate(("20.4", "20.6", "20.8", "21", "21.2", "21.4"), start=10)
        ]
        aside = [
            ("F9", "1", "2024-03-05", "C9", "P1", "1", None, "99", "1", "FA", None, None, None),
            ("F9", "2", "2099-03-05", "A", "P1", "1", None, "98", "1", "FA", None, None, None),
            ("F9", "3", "2024-03-05", None, "P1", "1", None, "97", "1", "FA", None, None, None),
            ("F9", "4", "2024-03-05", "A", "P1", "1", None, "1e20", "1", "FA", None, None, None),
        ]
        return [(*line, ORDERED.get(line[0])) for line in kept + aside]

    @property
    def revenue(self) -> Decimal:
        """Return the net amount of the lines that are used; line 1 of F4 stands twice."""
        used = {(line[:2], line[7]): Decimal(line[7]) for line in self.lines()[:-4]}
        return sum(used.values(), Decimal(0))

    def tables(self, form: str) -> dict[str, pa.Table]:
        """Return the tables as a database has them: "text" or "typed"."""
        customers = pa.table(
            {
                "Kod": ["A", "B", "Ż2", "Ż3"],
                "Nazwa": ["Ala", "Bób", None, "Żak"],
                "Grupa": ["G", "G", None, None],
            }
        )
        made = typed_lines if form == "typed" else text_lines
        return {"invoice lines": made(self.lines()), "customers": customers}


WORLD = World()


def polish(number: str | None) -> str | None:
    """Write a number with a comma."""
    return None if number is None else number.replace(".", ",")


def text_lines(lines: list[tuple]) -> pa.Table:
    """Return lines as text in the Polish dialect."""
    rows = []
    for line in lines:
        row = dict(zip(OURS, line, strict=True))
        for name in DAYS:
            row[name] = ".".join(reversed(row[name].split("-"))) if row[name] else None
        row |= {name: polish(row[name]) for name in NUMBERS}
        rows.append(tuple(row.values()))
    columns = zip(*rows, strict=True)
    return pa.table({n: pa.array(list(c), pa.string()) for n, c in zip(HEAD, columns, strict=True)})


def typed_lines(lines: list[tuple]) -> pa.Table:
    """Return lines with days and numbers of their own types: decimals, and floats for the cost."""
    made = {}
    for ours, column in zip(OURS, zip(*lines, strict=True), strict=True):
        if ours in DAYS:
            days = [None if one is None else date.fromisoformat(one) for one in column]
            made[COLUMNS[ours]] = pa.array(days, pa.date32())
        elif ours == "cost_of_goods_sold":
            made[COLUMNS[ours]] = pa.array([None if c is None else float(c) for c in column])
        elif ours in NUMBERS:
            exact = [None if c is None else Decimal(c) for c in column]
            made[COLUMNS[ours]] = pa.array(exact, pa.decimal128(30, 3))
        elif ours == "rush":
            made[COLUMNS[ours]] = pa.array([None if c is None else c == "T" for c in column])
        else:
            made[COLUMNS[ours]] = pa.array(list(column), pa.string())
    return pa.table(made)


def engagement_on(folder: Path, source: str, *, form: str = "typed", lines: str = "") -> Path:
    """Write the world's engagement over one kind of source, with its files where it has some."""
    inputs = folder / "input"
    inputs.mkdir(exist_ok=True)
    if source == "csv":
        for name, table in WORLD.tables("text").items():
            with (inputs / f"{name}.csv").open("w", encoding="cp1250", newline="") as stream:
                writer = csv.writer(stream, delimiter=";")
                writer.writerow(table.column_names)
                rows = zip(*(column.to_pylist() for column in table.columns), strict=True)
                writer.writerows([_in_cp1250(cell) for cell in row] for row in rows)
    if source == "parquet":
        for name, table in WORLD.tables("typed").items():
            pq.write_table(table, inputs / f"{name}.parquet")
    places = {
        "csv": ("files: input/invoice lines.csv", "files: input/customers.csv"),
        "parquet": ("files: input/invoice lines.parquet", "files: input/customers.parquet"),
    }
    url = {"duckdb": "input/client.duckdb", "spark": "local[2]"}.get(source, "${KAM_DB_URL}")
    quoted = 'sales."invoice lines"' if source != "spark" else '"invoice lines"'
    customers = "sales.customers" if source != "spark" else "customers"
    named = f"table: '{quoted}'"
    in_database = (
        f"database: {{engine: {source}, url: '{url}', {lines or named}}}",
        f"database: {{engine: {source}, url: '{url}', table: {customers}}}",
    )
    of_lines, of_customers = places.get(source, in_database)
    columns = ", ".join(f"{ours}: {theirs}" for ours, theirs in COLUMNS.items())
    words = "document_type: {FA: invoice, KOR: credit_note}, rush: {T: true, N: false}"
    (folder / "engagement.yaml").write_text(
        f"""id: engines
currency: PLN
unit: group
periods:
  FY2023: {{from: 2023-01-01, to: 2023-12-31}}
  FY2024: {{from: 2024-01-01, to: 2024-12-31}}
profitability:
  resources: [{{pool: desk, period: FY2024, cost: 1, unit: minute}}]
  time_equations:
  - {{pool: desk, per: order, base: 1, plus: [{{when: {{rush: true}}, time: 1}}]}}
dialects:
  erp: {{encoding: cp1250, separator: ';', decimal: ',', date: '%d.%m.%Y'}}
inputs:
  invoice_lines:
    {of_lines}
    dialect: erp
    columns: {{{columns}}}
    values: {{{words}}}
  customers:
    {of_customers}
    dialect: erp
    columns: {{customer_id: Kod, name: Nazwa, parent_id: Grupa}}
"""
    )
    return folder


def _in_cp1250(cell: str | None) -> str:
    """Return a cell as that code page has it: accents cannot stand apart there."""
    import unicodedata

    return unicodedata.normalize("NFC", cell or "")


def alike(one: dict[str, pd.DataFrame], other: dict[str, pd.DataFrame]) -> list[str]:
    """Return the tables that differ, in a value, a type, or a byte of their Parquet file."""
    apart = [name for name in TABLES_ALIKE if parquet_of(one[name]) != parquet_of(other[name])]
    aside = [
        frame["quarantine"].drop(columns=list(NOT_ALIKE)).sort_values("amount", ignore_index=True)
        for frame in (one, other)
    ]
    return apart + ([] if aside[0].equals(aside[1]) else ["quarantine"])


def parquet_of(frame: pd.DataFrame) -> bytes:
    """Return a table as the bytes of a Parquet file."""
    sink = pa.BufferOutputStream()
    pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), sink)
    return sink.getvalue().to_pybytes()
