"""The stages by name: their notebooks, their knobs, and who writes which table."""

NOTEBOOKS = {
    "data_prep": "01_data_prep.ipynb",
    "profitability": "02_profitability.ipynb",
    "segmentation": "03_segmentation.ipynb",
    "attractiveness": "04_attractiveness.ipynb",
    "pyramid": "05_pyramid.ipynb",
    "summary": "06_summary.ipynb",
}
KNOBS = {  # parameter of a notebook → key of engagement.yaml
    "data_prep": {},
    "profitability": {},
    "segmentation": {"profit_share": "segmentation.profit_share"},
    "attractiveness": {"cut_a": "side_a.cut", "cut_b": "side_b.cut"},
    "pyramid": {"managers": "capacity.managers"},
    "summary": {},
}
WRITTEN_BY = {
    **dict.fromkeys(
        (
            "customers",
            "customer_ids",
            "customer_months",
            "customer_products",
            "orders",
            "corrections",
            "documents",
            "deliveries",
            "timing",
            "identity_pairs",
            "name_variants",
            "quarantine",
            "coverage",
        ),
        "data_prep",
    ),
    **dict.fromkeys(
        (
            "profitability",
            "cost_to_serve",
            "pools",
            "gl_accounts",
            "economic",
            "rescue",
            "actions",
            "profit_sureness",
            "profit_bridge",
        ),
        "profitability",
    ),
    **dict.fromkeys(
        ("segmentation", "concentration", "doors", "staying", "parties"), "segmentation"
    ),
    **dict.fromkeys(("attractiveness", "side_a_criteria", "side_b_criteria"), "attractiveness"),
    **dict.fromkeys(("pyramid", "golden_shots", "key_accounts"), "pyramid"),
}
