"""Invoice lines alone carry the whole argument: what they cannot say is refused, nothing breaks."""

from fastpath import run_stages, table

SETTINGS = """
id: alone
currency: PLN
periods: {FY2025: {from: 2025-01-01, to: 2025-12-31}}
inputs: {invoice_lines: {files: lines.csv}}
"""


def test_lines_with_a_number_a_day_a_customer_and_an_amount_run_through_all_six_notebooks(tmp_path):
    folder = tmp_path / "alone"
    folder.mkdir()
    (folder / "engagement.yaml").write_text(SETTINGS)
    rows = [f"F{m}{who},2025-{m:02d}-10,{who},{m}00" for m in range(1, 13) for who in "ABC"]
    text = "\n".join(["invoice_id,date,customer_id,net_amount", *rows])
    (folder / "lines.csv").write_text(text + "\n")

    stages = run_stages(folder, "FY2025", tmp_path / "stages")

    statement = table(stages, "profitability")
    assert statement["invoice_revenue"].tolist() == [7_800.0] * 3  # 100 + … + 1,200
    assert statement["gross_margin"].isna().all()
    assert table(stages, "key_accounts")["party_id"].tolist() == list("ABC")
