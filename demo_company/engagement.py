"""The settings of the invented company: engagement.yaml as a client would have written it."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from demo_company.firms import COLLECTIVE, INTERCOMPANY
from demo_company.names import SEGMENTS_PL

MARK = (
    "# The demo company, written by `kam demo`; whatever is changed here is lost with the next run."
)
LINES = {
    "invoice_id": "Nr faktury",
    "line_id": "Lp",
    "date": "Data wystawienia",
    "customer_id": "Kod kontrahenta",
    "product_id": "Indeks",
    "quantity": "Ilość",
    "list_price": "Wartość katalogowa",
    "net_amount": "Wartość netto",
    "cost_of_goods_sold": "Koszt własny",
    "document_type": "Typ",
    "corrects_invoice_id": "Koryguje",
    "order_id": "Nr zamówienia",
    "order_channel": "Kanał",
    "rush": "Pilne",
    "export": "Eksport",
    "warehouse": "Magazyn",
}
CUSTOMERS = {
    "customer_id": "Kod",
    "name": "Nazwa",
    "tax_id": "NIP",
    "parent_id": "Grupa",
    "account_manager": "Opiekun",
    "industry_segment": "Branża",
    "region": "Region",
    "since": "Od",
    "employees": "Pracownicy",
    "annual_revenue": "Przychody",
    "own_growth": "Wzrost własny",
    "contract_start": "Umowa od",
    "contract_end": "Umowa do",
}
PRODUCTS = {"product_id": "Indeks", "name": "Nazwa", "product_group": "Grupa"}
PLAIN = (
    "prospects",
    "drivers",
    "receivables",
    "assets",
    "off_invoice",
    "gl_totals",
    "strategic",
    "ratings_ours",
    "ratings_theirs",
    "evidence",
    "contacts",
)
PIPELINE = ("opportunities", "deal_stages")  # of a company with deals
POOL_KEYS = (
    "pool",
    "period",
    "cost",
    "theoretical_capacity",
    "practical_capacity",
    "unit",
    "kind",
    "avoidable_share",
    "hierarchy_level",
    "gl_account",
)


def settings_text(
    folder: str,
    scenario: Mapping[str, Any],
    pools: pd.DataFrame,
    items: Sequence[Mapping[str, Any]],
) -> str:
    """Return engagement.yaml as text.

    Parameters
    ----------
    folder : str, its name gives the id, so that reports of two companies never share a place
    pools : DataFrame of `demo_company.costs.cost_pools`
    items : reconciling items
    """
    segments = {theirs: ours for ours, theirs in SEGMENTS_PL.items()}
    tables = (*PLAIN, *PIPELINE) if "living" in scenario else PLAIN
    plain = [f"  {name}: {{files: input/{name}.csv, dialect: erp}}" for name in tables]
    return "\n".join(
        [
            MARK,
            "",
            f"id: {re.sub(r'[^A-Za-z0-9_-]+', '_', folder)}",
            *_head(scenario),
            "inputs:",
            *_source("invoice_lines", "input/sales_*.csv.gz", LINES),
            "    values: {document_type: {FA: invoice, KOR: correction, ZW: credit_note}}",
            *_source("customers", "input/customers.csv", CUSTOMERS),
            f"    values: {{industry_segment: {flow(segments)}}}",
            *_source("products", "input/products.csv", PRODUCTS),
            *plain,
            "",
            "identity:",
            "  merge: input/identity.csv   # ids that people have said are one customer",
            f"  intercompany: [{INTERCOMPANY}]",
            f"  collective: [{COLLECTIVE}]",
            "",
            "ledger:",
            "  materiality: {flag: 0.005, refuse: 0.02}   # share of revenue",
            "  reconciling_items:",
            *(f"    - {flow(_item(item))}" for item in items),
            "",
            *_profitability(scenario, pools),
            "",
            "segmentation:",
            "  profit_share: 0.80",
            "  interval: {draws: 2000, level: 0.90, seed: 20250131}",
            "",
            "capacity: {managers: 3, key_accounts_per_manager: 8}",
            f"key_account_unit: {{amount: {scenario['key_account_unit']}, "
            f"currency: {scenario['currency']}, approved_by: sales director, "
            "approved_on: 2025-11-03}",
            "",
        ]
    )


def _head(scenario: Mapping[str, Any]) -> list[str]:
    return [
        f"name: {scenario['name']}",
        f"currency: {scenario['currency']}",
        "language: en",
        "unit: group   # who is a customer: the group, not the site",
        "",
        "periods:",
        "  FY2024: {from: 2024-01-01, to: 2024-12-31}",
        "  FY2025: {from: 2025-01-01, to: 2025-12-31}",
        "",
        "dialects:",
        '  erp: {encoding: utf-8, separator: ";", decimal: ",", thousands: " ", date: "%d.%m.%Y"}',
        "",
    ]


def _source(table: str, files: str, columns: Mapping[str, str]) -> list[str]:
    return [
        f"  {table}:",
        f"    files: {files}",
        "    dialect: erp",
        "    columns:   # ours: theirs",
        *(f"      {ours}: {theirs}" for ours, theirs in columns.items()),
    ]


def _item(item: Mapping[str, Any]) -> dict[str, Any]:
    return {**item, "what": f'"{item["what"]}"', "amount": f"{item['amount']:.2f}"}


def _profitability(scenario: Mapping[str, Any], pools: pd.DataFrame) -> list[str]:
    resources = [f"    - {flow(_resource(row))}" for row in pools.to_dict("records")]
    equations = [f"    - {flow(equation)}" for equation in scenario["time_equations"]]
    return [
        "profitability:",
        "  stops_at: customer",
        "  resources:",
        *resources,
        "  time_equations:   # as people estimate them",
        *equations,
        f"  capital: {flow(scenario['capital'])}   # receivables contain VAT, revenue does not",
        f"  uncertainty: {flow(_quoted(scenario['uncertainty']))}   # half-width of a 90 % range",
    ]


def _quoted(ranges: Mapping[str, float]) -> dict[str, float]:
    """Return ranges with names that YAML takes as one: an activity has a comma in its name."""
    return {f'"{name}"' if "," in name else name: half for name, half in ranges.items()}


def _resource(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return a pool with the keys that it has, whole numbers as such."""
    found = {key: row[key] for key in POOL_KEYS if key in row and not pd.isna(row[key])}
    if isinstance(row.get("to"), Mapping):
        found["step_down_to"] = row["to"]
    whole = {
        key: int(value)
        for key, value in found.items()
        if isinstance(value, float) and value.is_integer() and key != "avoidable_share"
    }
    return {**found, **whole}


def flow(value: object) -> str:
    """Write a value in YAML's flow style.

    Examples
    --------
    >>> flow({"when": {"rush": True}, "time": 5})
    '{when: {rush: true}, time: 5}'
    """
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{key}: {flow(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(each) for each in value) + "]"
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)
