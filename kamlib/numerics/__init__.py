"""Arrays in, arrays out: the arithmetic of the methods, which knows no customers and no tables.

The last axis is customers; leading axes broadcast, so that thousands of draws go through in one call.

Sources
-------
Raffinetti, Siletti and Vernizzi (2015), "On the Gini coefficient normalization when attributes with
negative values are considered": `gini`. Storbacka's Stobachoff index as used by van Raaij:
`stobachoff`. Leroy, Mousseau and Pirlot (2011) for majority sorting with vetoes: `sort_ascending`.
"""
