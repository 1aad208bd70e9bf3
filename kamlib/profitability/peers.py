"""Peers: the typical customer of the same kind, against which one customer is held.

Peers are the active external customers of the same kind, without the customer itself. What is usual
among them is the median of each rate, so that neither the largest account nor a single odd one decides
what is typical.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from kamlib.language import number
from kamlib.numerics import median_of_others
from kamlib.verdicts import Verdict, verdict

if TYPE_CHECKING:
    from kamlib.settings import Peers

WHOLE_COMPANY = ""


class Typical(NamedTuple):
    """What is usual among the peers of each customer: rates, the peers' kind, and how many they are.

    `group` is empty where the whole company stands in.
    """

    rates: dict[str, np.ndarray]
    group: np.ndarray
    size: np.ndarray


def peer_kinds(ids: pd.Series, customers: pd.DataFrame, peers: "Peers") -> np.ndarray:
    """Return the kind of each customer, empty where it is not known."""
    if peers.by not in customers:
        return np.full(len(ids), WHOLE_COMPANY, dtype=object)
    kinds = customers.drop_duplicates("customer_id").set_index("customer_id")[peers.by]
    return ids.map(kinds.astype("str")).fillna(WHOLE_COMPANY).to_numpy(dtype=object)


def typical_rates(rates: Mapping[str, np.ndarray], kinds: np.ndarray, *, at_least: int) -> Typical:
    """Return what is usual among the peers of each customer: the median of each rate over the others.

    Parameters
    ----------
    rates : mapping to arrays over the same customers
    kinds : array, the kind of each customer; empty: not known
    at_least : int, with fewer peers of its kind a customer is held against the whole company

    Examples
    --------
    >>> kinds = np.array(["food", "food", "food", "drinks"], dtype=object)
    >>> found = typical_rates({"discount": np.array([0.1, 0.2, 0.4, 0.3])}, kinds, at_least=2)
    >>> [round(float(d), 2) for d in found.rates["discount"]], found.size.tolist()
    ([0.3, 0.25, 0.15, 0.2], [2, 2, 2, 3])
    """
    n = len(kinds)
    found = {name: median_of_others(values) for name, values in rates.items()}
    group = np.full(n, WHOLE_COMPANY, dtype=object)
    size = np.full(n, n - 1)
    for kind in sorted(set(kinds) - {WHOLE_COMPANY}):
        mine = np.flatnonzero(kinds == kind)
        if len(mine) - 1 < max(at_least, 1):
            continue
        group[mine], size[mine] = kind, len(mine) - 1
        for name, values in rates.items():
            found[name][mine] = median_of_others(np.asarray(values)[mine])
    return Typical(found, group, size)


def peers_verdict(rescue: pd.DataFrame, peers: "Peers") -> Verdict:
    """Judge the peers of the loss-makers of one period: of their own kind, or the whole company."""
    held = rescue[rescue["peers"] > 0]
    smallest = number(int(held["peers"].min())) if len(held) else "0"
    alone = int((held["peer_group"] == WHOLE_COMPANY).sum())
    return verdict(
        "peers",
        "FLAG" if alone else "PASS",
        n=number(alone),
        all=number(len(held)),
        by=peers.by.replace("_", " "),
        at_least=number(peers.at_least),
        smallest=smallest,
    )
