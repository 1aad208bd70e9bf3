"""Why a customer earns less than its peers: the gap, divided exactly among six causes; and who pays for it.

Peers are the active external customers of the same kind, without the customer itself. What is usual
among them is the median of each rate, so that neither the largest account nor a single odd one decides
what is typical. The causes and the function of profit they work on stand in
`kamlib.profitability.factors`. Each cause is replaced by what is usual among the peers, in every order in
which that can be done; its effect is the mean over these orders (Shapley). Effects add up to the gap to
the cent, equal causes get equal effects, and a cause that is as usual gets nothing.

Sources
-------
Shapiro, Rangan, Moriarty and Ross (1987), "Manage Customers for Profits (Not Just Sales)", for net price
against cost-to-serve.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from kamlib.core.codes import QUADRANTS
from kamlib.core.language import number, percent
from kamlib.core.verdicts import Verdict, verdict
from kamlib.numerics import largest_remainder, median_of_others, shapley
from kamlib.profitability.factors import CAUSES, Rates, profit_rate

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


def peers_verdict(losses: pd.DataFrame, peers: "Peers") -> Verdict:
    """Judge the peers of the loss-makers of one period: of their own kind, or the whole company."""
    held = losses[losses["peers"] > 0]
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


def cause_effects(own: Rates, usual: Rates) -> np.ndarray:
    """Divide the difference between the customers' profit rate and their peers' among the causes.

    Parameters
    ----------
    own, usual : the rates of `CAUSES`, of the customers and of what is usual among their peers

    Returns
    -------
    array causes × customers, in the order of `CAUSES`; sums to ``profit_rate(own) − profit_rate(usual)``
    """
    owners = [(place, name) for place, names in enumerate(CAUSES.values()) for name in names]

    def with_own(there: tuple[bool, ...]) -> np.ndarray:
        return profit_rate({name: (own if there[place] else usual)[name] for place, name in owners})

    return shapley(with_own, len(CAUSES))


def explain_gaps(amounts: pd.DataFrame, own: Rates, usual: Rates) -> pd.DataFrame:
    """Say of each comparable customer how far it lies from its peers, and why, in money.

    Returns
    -------
    DataFrame in the order of `amounts`: ``peer_level`` (profit in list value of goods sold that is
    usual among the peers), ``gap`` (its profit less that level on its own sales), one
    ``effect_<cause>`` each, which add up to the gap to the cent, and ``largest_cause``, the one that
    takes most away (empty where none does)
    """
    level = profit_rate(usual)
    rates = cause_effects(own, usual)
    money = largest_remainder((rates * amounts["sold_list"].to_numpy()).T).reshape(-1, len(CAUSES))
    worst = np.array(list(CAUSES), dtype=object)[money.argmin(axis=1)] if len(money) else []
    return pd.DataFrame(
        {
            "customer_id": amounts["customer_id"].to_numpy(),
            "peer_level": level,
            "gap": money.sum(axis=1).round(2),
            **{f"effect_{cause}": money[:, place] for place, cause in enumerate(CAUSES)},
            "largest_cause": np.where(money.min(axis=1, initial=0.0) < 0, worst, ""),
        }
    )


def causes_verdict(amounts: pd.DataFrame, *, products: bool) -> Verdict:
    """Judge what the causes rest on: which of them could not be seen in the input."""
    if amounts.empty or amounts["customer_profit"].isna().all():
        return verdict("loss_causes", "REFUSE")
    seen: Mapping[str, float] = {
        "service": amounts[["handling", "delivery", "service"]].abs().to_numpy().sum(),
        "terms": np.nansum(amounts[["capital_charge", "bad_debt"]].abs().to_numpy()),
        "returns": amounts["returned"].abs().sum(),
        "order size": amounts[["order", "line", "freight"]].abs().to_numpy().sum(),
    }
    blind = [name for name, size in seen.items() if not size > 0]
    if not products:
        blind.append("mix apart from price")
    return verdict("loss_causes", "FLAG" if blind else "PASS", blind=", ".join(blind))


SPREAD = 0.05  # of the average: below it the middle half of customers costs the same share of sales


class Cuts(NamedTuple):
    """The company's own averages: net price and cost-to-serve, both in list value of goods sold."""

    net_price: float
    serve_rate: float


def price_matrix(amounts: pd.DataFrame) -> tuple[pd.DataFrame, Cuts]:
    """Place each customer by its net price and its cost-to-serve, against the company's averages.

    From  amounts of `customer_amounts`
    to    ``customer_id, net_price, serve_rate, quadrant`` of those who sold anything, and the cuts.

    Notes
    -----
    Net price is what is left of 100 at list after all deductions, of goods sold. The cuts are the averages
    of all these customers, weighted by sales: they are the company's level, so that a customer above the
    cut pays or costs more than the company's average unit of sales. On a cut counts as high.
    """
    table = amounts[amounts["sold_list"] > 0].reset_index(drop=True)
    pocket = table["sold_revenue"] - table["off_invoice"]
    served = table["cost_to_serve"]
    sales = table["sold_list"]
    total = float(sales.sum())
    cuts = Cuts(float(pocket.sum()) / total, float(served.sum()) / total) if total else Cuts(1, 0)
    price, serve = pocket / sales, served / sales
    dear, busy = price >= cuts.net_price, serve >= cuts.serve_rate
    quadrants = list(QUADRANTS)
    quadrant = np.select([dear & busy, dear & ~busy, ~dear & busy], quadrants[:3], quadrants[3])
    return pd.DataFrame(
        {
            "customer_id": table["customer_id"],
            "net_price": price,
            "serve_rate": serve,
            "quadrant": np.where(served.isna(), "", quadrant),
        }
    ), cuts


def matrix_verdict(placed: pd.DataFrame, cuts: Cuts) -> Verdict:
    """Judge whether cost-to-serve tells customers apart, or was only spread by revenue."""
    rates = placed["serve_rate"].dropna()
    low, high = (float(rates.quantile(q)) if len(rates) else 0.0 for q in (0.25, 0.75))
    apart = high - low > SPREAD * cuts.serve_rate
    outcome = "PASS" if apart else "REFUSE"
    return verdict("price_matrix", outcome, low=percent(low), high=percent(high))
