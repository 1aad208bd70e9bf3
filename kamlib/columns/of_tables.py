"""Which columns each input table has: the names that engagement.yaml may map, besides a client's own.

What may stand in them is said by the input contract (`kamlib.intake.contract`).
"""

FIRM = (
    "tax_id", "account_manager", "industry_segment", "region", "channel", "since", "employees",
    "annual_revenue", "own_growth", "contract_start", "contract_end",
)  # fmt: skip
OF_TABLE: dict[str, tuple[str, ...]] = {
    "invoice_lines": (
        "invoice_id", "line_id", "date", "customer_id", "name", "tax_id", "product_id", "quantity",
        "unit_price", "discount", "list_price", "net_amount", "cost_of_goods_sold", "freight",
        "currency", "document_type", "corrects_invoice_id", "order_id", "order_date",
        "order_channel", "rush", "export", "delivery_id", "warehouse",
    ),
    "identity": ("customer_id", "keep_as", "decided_by", "why"),
    "customers": ("customer_id", "name", "parent_id", "relation", *FIRM),
    "prospects": ("prospect_id", "name", *FIRM),
    "products": ("product_id", "name", "product_group"),
    "resources": (
        "pool", "period", "cost", "theoretical_capacity", "practical_capacity", "unit", "kind",
        "hierarchy_level", "avoidable_share", "step_down_to", "gl_account",
        "currency",
    ),
    "drivers": ("period", "customer_id", "driver", "volume"),
    "receivables": (
        "customer_id", "month", "average_balance", "days_to_pay", "days_beyond_terms",
        "includes_vat", "vat_rate", "currency",
    ),
    "assets": ("customer_id", "kind", "amount", "from", "until", "currency"),
    "off_invoice": (
        "customer_id", "date", "kind", "amount", "earned_from", "earned_to", "status", "currency",
    ),
    "fx_rates": ("date", "currency", "rate"),
    "gl_totals": ("period", "gl_account", "amount", "line", "sign", "currency"),
    "strategic": (
        "party_id", "justification", "owner", "review_on", "market_access", "learning", "rating",
    ),
    "ratings_ours": ("party_id", "criterion", "rating", "source", "rater", "date"),
    "ratings_theirs": (
        "party_id", "criterion", "weight", "supplier", "rating", "source", "rater", "date",
    ),
    "evidence": ("party_id", "code", "date", "until", "source"),
    "contacts": ("party_id", "date", "their_function", "our_function"),
}  # fmt: skip
