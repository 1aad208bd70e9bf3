"""What is sold: the catalogue, and its list prices and standard costs by year."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from demo_company.scenario import YEARS, stream

SHAPES = ("S", "M", "L", "XL", "mini", "maxi", "eko", "plus")


def catalogue(scenario: Mapping[str, Any], *, seed: int) -> pd.DataFrame:
    """Draw the products.

    Returns
    -------
    DataFrame, one row per product: ``product_id``, ``name``, ``product_group``, ``list_cents``
    (list price of a unit in 2023, grosze), ``cost_share`` (standard cost in it, 0 to 1)
    """
    rng = stream(seed, "products")
    own = scenario["products"]
    groups = own["groups"]
    n = own["count"]
    names = np.array(list(groups))[np.arange(n) * len(groups) // n]
    base = np.array([groups[name]["price"] for name in names], dtype=float)
    share = np.array([groups[name]["cost_share"] for name in names])
    return pd.DataFrame(
        {
            "product_id": [f"T{i + 1:04d}" for i in range(n)],
            "name": [
                f"{groups[g]['label']} {SHAPES[i % len(SHAPES)]} {100 + i}"
                for i, g in enumerate(names)
            ],
            "product_group": names,
            "list_cents": np.rint(100 * base * np.exp(own["spread"] * rng.standard_normal(n))),
            "cost_share": np.clip(share + rng.normal(0, 0.015, n), 0.5, 0.75),
        }
    )


def unit_prices(
    products: pd.DataFrame, index: Mapping[int, float]
) -> tuple[np.ndarray, np.ndarray]:
    """Return list prices in grosze (whole) and standard costs in PLN, product × year."""
    factors = np.array([index[year] for year in YEARS])
    list_cents = np.rint(products["list_cents"].to_numpy()[:, None] * factors)
    cost = list_cents / 100 * products["cost_share"].to_numpy()[:, None]
    return list_cents.astype(np.int64), cost
