"""Order lines to measure on: made on the spot, with customers as unequal as in life.

The sixth power of a hash of the order gives the top 20 % of customers about 77 % of revenue. An order
has one to seven lines, a quarter of which come back as credit notes; orders come in no order of days.
"""

from pathlib import Path

import duckdb

ORDERS, CUSTOMERS = (
    1_500_000,
    100_000,
)  # for six million lines; ten times the lines have ten times both
DRAW = "(hash(o, line, {salt}) % 1000003) / 1000003.0"
LINES = """
COPY (
  SELECT o AS invoice_id, line::INTEGER AS line_id,
    DATE '1992-01-01' + (hash(o, 1) % 2406)::INTEGER AS date,
    (1 + floor({customers} * power((hash(o) % 1000003) / 1000003.0, 6)))::INTEGER AS customer_id,
    quantity, list_price,
    (CASE WHEN back THEN -1 ELSE 1 END * list_price * (1 - discount))::DECIMAL(15, 2) AS net_amount,
    (CASE WHEN back THEN -1 ELSE 1 END * list_price * cost)::DECIMAL(15, 2) AS cost_of_goods_sold,
    CASE WHEN back THEN 'credit_note' ELSE 'invoice' END AS document_type
  FROM (
    SELECT o, line, floor(1 + 50 * {a})::DECIMAL(15, 2) AS quantity,
      (floor(1 + 50 * {a}) * (900 + 1200 * {b}))::DECIMAL(15, 2) AS list_price,
      floor(11 * {c}) / 100 AS discount, .2 + .5 * {d} AS cost, {e} < .25 AS back
    FROM (SELECT o, unnest(range(1, 2 + (hash(o, 2) % 7)::BIGINT)) AS line FROM range({orders}) t(o))
  )
) TO '{target}' (FORMAT parquet)
"""
YEARS = range(1992, 1999)


def engagement_with_lines(folder: Path, scale: int) -> Path:
    """Return an engagement over made-up order lines; scale 1 is six million. Made once."""
    home = folder / f"made{scale}"
    target = home / "lines.parquet"
    if not target.exists():
        home.mkdir(parents=True, exist_ok=True)
        draws = {name: DRAW.format(salt=n) for n, name in enumerate("abcde", start=3)}
        con = duckdb.connect()
        con.execute(f"SET memory_limit = '4GB'; SET temp_directory = '{home}/spilled'")
        sizes = {"orders": ORDERS * scale, "customers": CUSTOMERS * scale}
        con.execute(LINES.format(target=target, **sizes, **draws))
        con.close()
    periods = ", ".join(f"Y{y}: {{from: {y}-01-01, to: {y}-12-31}}" for y in YEARS)
    (home / "engagement.yaml").write_text(
        f"id: lines\ncurrency: PLN\nperiods: {{{periods}}}\n"
        "inputs: {invoice_lines: {files: lines.parquet}}\n"
    )
    return home
