"""Order lines to measure on: TPC-H, made on the spot, with customers as unequal as in life.

TPC-H draws customers evenly. Here the sixth power of a hash of the order gives the top 20 % of
customers about 77 % of revenue. Cost of goods is the supply cost, list price the extended price, net
amount what the discount leaves of it; lines that came back are credit notes.
"""

import subprocess
import sys
from pathlib import Path

import duckdb

CUSTOMERS = 100_000  # for six million lines; ten times the lines have ten times the customers
LINES = """
COPY (
  SELECT l_orderkey AS invoice_id, l_linenumber AS line_id, o_orderdate AS date,
    (1 + floor({customers} * power((hash(o_orderkey) % 1000003) / 1000003.0, 6)))::INTEGER AS customer_id,
    l_quantity AS quantity, l_extendedprice AS list_price,
    (CASE l_returnflag WHEN 'R' THEN -1 ELSE 1 END
      * (l_extendedprice * (1 - l_discount))::DECIMAL(15, 2))::DECIMAL(15, 2) AS net_amount,
    (l_quantity * ps_supplycost)::DECIMAL(15, 2) AS cost_of_goods_sold,
    CASE l_returnflag WHEN 'R' THEN 'credit_note' ELSE 'invoice' END AS document_type
  FROM '{folder}/lineitem.parquet'
  JOIN '{folder}/orders.parquet' ON l_orderkey = o_orderkey
  JOIN '{folder}/partsupp.parquet' ON ps_partkey = l_partkey AND ps_suppkey = l_suppkey
) TO '{target}' (FORMAT parquet)
"""
YEARS = range(1992, 1999)


def engagement_with_lines(folder: Path, scale: int) -> Path:
    """Return an engagement over TPC-H's lines of a scale factor; 1 is six million. Made once.

    Needs ``tpchgen-cli``, which makes the data without a network.
    """
    home = folder / f"scale{scale}"
    target = home / "lines.parquet"
    if not target.exists():
        home.mkdir(parents=True, exist_ok=True)
        program = Path(sys.executable).with_name("tpchgen-cli")
        raw = home / "raw"
        subprocess.run(
            [
                program,
                "parquet",
                "-s",
                str(scale),
                "--tables",
                "lineitem,orders,partsupp",
                "--output-dir",
                raw,
            ],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        con = duckdb.connect()
        con.execute(f"SET memory_limit = '4GB'; SET temp_directory = '{home}/spilled'")
        con.execute(LINES.format(folder=raw, target=target, customers=CUSTOMERS * scale))
        con.close()
        for file in raw.glob("*.parquet"):
            file.unlink()
    periods = ", ".join(f"Y{y}: {{from: {y}-01-01, to: {y}-12-31}}" for y in YEARS)
    (home / "engagement.yaml").write_text(
        f"id: lines\ncurrency: PLN\nperiods: {{{periods}}}\n"
        "inputs: {invoice_lines: {files: lines.parquet}}\n"
    )
    return home
