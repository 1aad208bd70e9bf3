"""From the client's files to cost-to-serve: pools, deliveries, freight and assets as tables."""

from pathlib import Path

import pytest

from kamlib import read_inputs
from kamlib.profitability.capital import days_tied_up
from kamlib.profitability.customer_statements import customer_statements
from kamlib.settings.engagement import load_engagement

SETTINGS = """
currency: PLN
periods: {FY2025: {from: 2025-01-01, to: 2025-12-31}}
inputs:
  invoice_lines: {files: lines.csv}
  customers: {files: customers.csv}
  resources: {files: pools.csv}
  assets: {files: assets.csv}
profitability:
  time_equations:
    - {pool: van, per: delivery, base: 1, when: {warehouse: north}}
    - {pool: desk, per: order, base: 10}
  capital: {rate: 0.10, receivables: days_to_pay}
  freight: {gl_account: 527-01}
"""
HEAD = "invoice_id,date,customer_id,net_amount,cost_of_goods_sold,freight,order_id,delivery_id,warehouse"
FILES = {
    "lines.csv": HEAD
    + """
1,2025-02-01,A,100,50,4,O1,D1,north
1,2025-02-01,A,100,50,4,O1,D1,north
2,2025-03-01,A,100,50,2,O2,D2,north
3,2025-03-01,S,300,50,5,O3,D2,north
4,2025-03-02,B,100,50,,O4,D3,south
""",
    "customers.csv": "customer_id,name,parent_id\nA,Firm A,\nS,Site of A,A\nB,Firm B,\n",
    "pools.csv": """pool,period,cost,practical_capacity,unit,hierarchy_level,step_down_to,gl_account
rent,FY2025,100,,none,customer,desk: 0.5; van: 0.5,550
desk,FY2025,50,100,minute,order,,501
van,FY2025,70,4,drop,order,,502
""",
    "assets.csv": """customer_id,kind,amount,from,until
S,tools,3650,2025-12-22,
B,equipment,365,,2024-12-31
""",
}


@pytest.fixture
def firm(tmp_path: Path) -> Path:
    (tmp_path / "engagement.yaml").write_text(SETTINGS)
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    return tmp_path


def test_pools_deliveries_freight_and_assets_come_from_files(firm):
    engagement = load_engagement(firm)
    tables = dict(read_inputs(engagement, "FY2025").tables)
    tables["assets"] = days_tied_up(tables["assets"], [engagement.period("FY2025")])

    result = customer_statements(tables, engagement.profitability, periods=["FY2025"])

    served = result.cost_to_serve.set_index(["customer_id", "activity"])["cost"].to_dict()
    assert served == {
        ("A", "desk, order"): 20,
        ("A", "freight"): 10,
        ("A", "van, delivery"): 60,
        ("B", "desk, order"): 10,
        ("S", "desk, order"): 10,
        ("S", "freight"): 5,
        ("S", "van, delivery"): 30,
    }
    left = result.pools.set_index("pool")
    assert left["unused_cost"].to_dict() == {"rent": 0, "desk": 60, "van": 30, "freight": 0}
    assert left.loc["freight", "gl_account"] == "527-01"
    capital = result.statement.set_index("customer_id")["capital_charge"].to_dict()
    assert capital == {"A": 0, "B": 0, "S": 10}  # 3,650 × 10 % × 10/365


def test_a_delivery_to_two_sites_of_a_group_is_one_delivery(firm):
    settings = (firm / "engagement.yaml").read_text()
    (firm / "engagement.yaml").write_text(settings + "unit: group\n")
    engagement = load_engagement(firm)
    tables = read_inputs(engagement, "FY2025").tables

    rows = tables["deliveries"][["delivery_id", "customer_id", "lines", "warehouse"]]

    assert rows.to_numpy().tolist() == [
        ["D1", "A", 2, "north"],
        ["D2", "A", 2, "north"],
        ["D3", "B", 1, "south"],
    ]


def test_our_tools_at_a_customer_who_buys_nothing_stay_in_the_statement(firm):
    """C has tools worth 3,650 for ten days at 10 %: they cost 10, and nobody else's charge changes."""
    before = statement_of(firm)
    (firm / "customers.csv").write_text(FILES["customers.csv"] + "C,Firm C,\n")
    (firm / "assets.csv").write_text(FILES["assets.csv"] + "C,tools,3650,2025-12-22,\n")
    after = statement_of(firm)

    c = after.loc["C"]
    assert [c["invoice_revenue"], c["gross_margin"], c["cost_to_serve"]] == [0, 0, 0]
    assert [c["capital_charge"], c["assets_charge"], c["customer_profit"]] == [10, 10, -10]
    assert c["active"]
    assert after.drop(index="C")["customer_profit"].to_dict() == before["customer_profit"].to_dict()


def statement_of(folder: Path):
    engagement = load_engagement(folder)
    tables = dict(read_inputs(engagement, "FY2025").tables)
    tables["assets"] = days_tied_up(tables["assets"], [engagement.period("FY2025")])
    result = customer_statements(tables, engagement.profitability, periods=["FY2025"])
    return result.statement.set_index("customer_id")
