"""Arrays in, arrays out: the arithmetic of the methods, which knows no customers and no tables.

The last axis is customers; leading axes broadcast, so that thousands of draws go through in one call.

Sources
-------
Raffinetti, Siletti and Vernizzi (2015), "On the Gini coefficient normalization when attributes with
negative values are considered": `gini`. Storbacka's Stobachoff index as used by van Raaij:
`stobachoff`. Leroy, Mousseau and Pirlot (2011) for majority sorting with vetoes: `sort_ascending`.
"""

from kamlib.numerics.concentration import (
    among_fewest,
    count_reaching,
    cumulative_best_first,
    gini,
    herfindahl,
    stobachoff,
    top_share,
)
from kamlib.numerics.draws import (
    Odds,
    Shares,
    Uncertain,
    Whales,
    odds,
    range_errors,
    resampled,
    resampled_shares,
    whales,
)
from kamlib.numerics.sharing import (
    largest_remainder,
    median_of_others,
    piecewise,
    piecewise_inverse,
    shapley,
    sort_ascending,
)

__all__ = [
    "Odds",
    "Shares",
    "Uncertain",
    "Whales",
    "among_fewest",
    "count_reaching",
    "cumulative_best_first",
    "gini",
    "herfindahl",
    "largest_remainder",
    "median_of_others",
    "odds",
    "piecewise",
    "piecewise_inverse",
    "range_errors",
    "resampled",
    "resampled_shares",
    "shapley",
    "sort_ascending",
    "stobachoff",
    "top_share",
    "whales",
]
