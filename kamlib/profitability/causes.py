"""Why a customer earns less than its peers: the gap, divided exactly among six causes; and who pays for it.

Peers are the active external customers of the same kind, without the customer itself. What is usual
among them is the median of each rate, so that neither the largest account nor a single odd one decides
what is typical. Profit is one function of rates, `profit_rate`. Each cause is replaced by what is usual
among the peers, in every order in which that can be done; its effect is the mean over these orders
(Shapley). Effects add up to the gap to the cent, and a cause that is as usual gets nothing.

==============  ==================================================================================
cause           rates it owns
==============  ==================================================================================
price           ``discount`` on the list value of goods sold; ``off_invoice_rate`` (bonuses,
                promotions) in their revenue; ``own_cost``: what the same goods cost us for this
                customer over what they usually cost
mix             ``goods_at_list``: usual cost of the goods it buys in their list value
order_size      ``orders_per_list``; ``order_work``, plain work per order; ``line_work`` and
                ``freight_rate`` in list value
service         work beyond plain orders: ``handling_work`` (rush, phone, export, set-up) and
                ``delivery_work`` per order; ``service_work`` (visits and the like) in list value
terms           ``capital_rate`` (receivables and assets) and ``bad_debt_rate`` in revenue
returns         ``returned_rate`` in revenue; ``recovered_rate``, cost of goods that came back fit
                for sale; ``returns_work`` in list value
==============  ==================================================================================

Sources
-------
Shapiro, Rangan, Moriarty and Ross (1987), "Manage Customers for Profits (Not Just Sales)", for net price
against cost-to-serve.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from kamlib.core.codes import QUADRANTS
from kamlib.core.language import number, percent
from kamlib.core.outcomes import Outcome, outcome_of
from kamlib.core.tables import among, floats
from kamlib.numerics.sharing import largest_remainder, median_of_others, shapley
from kamlib.profitability.costing import FREIGHT

if TYPE_CHECKING:
    from kamlib.settings.profitability import Peers, TimeEquation


CAUSES: dict[str, tuple[str, ...]] = {
    "price": ("discount", "off_invoice_rate", "own_cost"),
    "mix": ("goods_at_list",),
    "order_size": ("orders_per_list", "order_work", "line_work", "freight_rate"),
    "service": ("handling_work", "delivery_work", "service_work"),
    "terms": ("capital_rate", "bad_debt_rate"),
    "returns": ("returned_rate", "recovered_rate", "returns_work"),
}

WORK = ("order", "line", "handling", "delivery", "service", "freight", "returns")  # kinds of work
PER_ORDER = ("order", "handling", "delivery")
WITH_ORDERS = ("delivery", "deliveries", "drop", "drops")  # events of drivers that come with orders
Rates = Mapping[str, np.ndarray]


def kinds_of_work(
    cost_to_serve: pd.DataFrame,
    orders: pd.DataFrame,
    equations: "Sequence[TimeEquation]",
    ending: pd.Series,
) -> pd.DataFrame:
    """Tell the kinds of work apart in cost-to-serve, and what of each ends when the work ends.

    From  cost_to_serve (customer × activity) of one period
    to    one row per customer: ``order``, ``line``, ``handling``, ``delivery``, ``service``,
          ``freight``, ``returns`` in money, and ``<kind>_avoidable``, NaN where it is not known what
          of a pool's cost ends.

    Parameters
    ----------
    orders : DataFrame with customer_id, lines, of the period
    equations : time equations of the engagement
    ending : Series pool → share of its cost that ends with the work, 0 to 1 or NaN

    Notes
    -----
    An activity per order or line is plain work as far as its base time and its time per line go. The
    rest, asked for by attributes, is handling; so is an activity for events with a yes-or-no attribute,
    such as rush orders (a warehouse only says where the work is done). Work per credit note or
    correction is returns. Deliveries and drops come with orders. Whatever else a driver counts is service.
    """
    lines = orders.groupby("customer_id")["lines"].mean()
    known = {equation.name: equation for equation in equations}
    parts = []
    for name, rows in cost_to_serve.groupby("activity"):
        equation = known.get(str(name))
        plain = _plain_share(rows, equation, lines)
        ends = rows["pool"].map(ending).to_numpy(dtype=np.float64)
        first, second = _kinds(str(name), equation)
        for kind, share in ((first, plain), (second, 1 - plain)):
            money = rows["cost"].to_numpy(dtype=np.float64) * share
            parts.append(
                pd.DataFrame(
                    {
                        "customer_id": rows["customer_id"].to_numpy(),
                        "kind": kind,
                        "money": money,
                        "avoidable": np.where(money == 0, 0.0, money * ends),
                    }
                )
            )
    return _wide(parts)


def _wide(parts: list[pd.DataFrame]) -> pd.DataFrame:
    if not parts:
        names = [*WORK, *(f"{kind}_avoidable" for kind in WORK)]
        return pd.DataFrame(columns=["customer_id", *names])
    long = pd.concat(parts, ignore_index=True)
    long["silent"] = long["avoidable"].isna()
    sums = long.groupby(["customer_id", "kind"])[["money", "avoidable", "silent"]].sum()
    sums["avoidable"] = sums["avoidable"].where(sums["silent"] == 0)
    money, ends = (
        sums[name]
        .unstack(fill_value=0)
        .astype("float64")
        .reindex(columns=list(WORK), fill_value=0.0)
        for name in ("money", "avoidable")
    )
    return money.join(ends.add_suffix("_avoidable")).reset_index()


def _kinds(name: str, equation: "TimeEquation | None") -> tuple[str, str]:
    """Return the kind of an activity's plain work, and of what comes on top."""
    if equation is None:
        return (FREIGHT, FREIGHT) if name == FREIGHT else ("service", "service")
    if equation.per in ("credit_note", "correction"):
        return "returns", "returns"
    if equation.driver:
        kind = "delivery" if equation.per in WITH_ORDERS else "service"
        return kind, kind
    if equation.per == "delivery":
        return "delivery", "delivery"
    return {"order": "order", "line": "line"}.get(equation.per, "handling"), "handling"


def _plain_share(
    rows: pd.DataFrame, equation: "TimeEquation | None", lines: pd.Series
) -> np.ndarray:
    """Return the share of an activity's work that a plain order of as many lines would take."""
    if equation is None or equation.driver or equation.per not in ("order", "line"):
        return np.ones(len(rows))
    if any(isinstance(wanted, bool) for wanted in getattr(equation, "when", {}).values()):
        return np.zeros(len(rows))
    volume = rows["driver_volume"].to_numpy(dtype=np.float64)
    plain = volume * equation.base
    if equation.per == "order":
        each = rows["customer_id"].map(lines).fillna(0).to_numpy(dtype=np.float64)
        plain = plain + volume * each * sum(
            t.time for t in equation.plus if t.per == "line" and not t.when
        )
    used = rows["used"].to_numpy(dtype=np.float64)
    return np.clip(np.divide(plain, used, out=np.ones(len(rows)), where=used > 0), 0.0, 1.0)


def customer_amounts(
    statement: pd.DataFrame,
    months: pd.DataFrame,
    products: pd.DataFrame | None,
    orders: pd.DataFrame,
    work: pd.DataFrame,
) -> pd.DataFrame:
    """Collect the amounts and volumes behind the statement of one period.

    From  the statement, months, products, orders and kinds of work of one period
    to    the statement's rows with ``sold_list``, ``sold_revenue``, ``sold_cost`` (before returns),
          ``usual_cost``, ``returned``, ``recovered`` (both positive), ``orders``, the kinds of work
          and ``<kind>_avoidable``; sorted by customer_id.

    Parameters
    ----------
    statement : DataFrame of active customers
    products : DataFrame customer × product; None: what goods usually cost is not known, so that
        their own cost is taken
    """
    table = statement.sort_values("customer_id", ignore_index=True)
    ids = table["customer_id"]
    given = ["returned_list_revenue", "returned_revenue", "returned_cost"]
    back = months[["customer_id"]].assign(**{name: floats(months[name]) for name in given})
    back = back.groupby("customer_id")[given].sum().reindex(ids).fillna(0.0).reset_index(drop=True)
    counts = orders.groupby("customer_id").size()
    own = work.set_index("customer_id").reindex(ids).fillna(dict.fromkeys(WORK, 0.0))
    absent = ~among(ids, work["customer_id"])
    own.loc[absent, [f"{kind}_avoidable" for kind in WORK]] = 0.0
    sold_cost = table["cost_of_goods_sold"] - back["returned_cost"]
    usual = sold_cost if products is None else _usual_cost(products, ids, sold_cost)
    return table.assign(
        sold_list=table["list_revenue"] - back["returned_list_revenue"],
        sold_revenue=table["invoice_revenue"] - back["returned_revenue"],
        sold_cost=sold_cost,
        usual_cost=usual,
        returned=-back["returned_revenue"],
        recovered=-back["returned_cost"],
        orders=ids.map(counts).fillna(0).astype("float64"),
        **{name: own[name].to_numpy(dtype=np.float64) for name in own.columns},
    )


def _usual_cost(products: pd.DataFrame, ids: pd.Series, sold_cost: pd.Series) -> pd.Series:
    """Return what the goods of each customer cost at the company's own mean cost of each product."""
    money = {
        "list": floats(products["list_revenue"]) - floats(products["returned_list_revenue"]),
        "cost": floats(products["cost_of_goods_sold"]) - floats(products["returned_cost"]),
    }
    rows = products[["customer_id", "product_id"]].assign(**money).dropna(subset="cost")
    sums = rows.groupby("product_id")[["list", "cost"]].sum()
    rate = (sums["cost"] / sums["list"]).where((sums["list"] > 0) & (sums["cost"] > 0))
    rows["usual"] = (rows["list"] * rows["product_id"].map(rate)).fillna(rows["cost"])
    usual = ids.map(rows.groupby("customer_id")["usual"].sum())
    return usual.where(usual > 0, sold_cost)


def comparable(amounts: pd.DataFrame) -> np.ndarray:
    """Return which customers can be compared: they sold, ordered, and everything is known of them."""
    known = amounts[["sold_cost", "customer_profit"]].notna().all(axis=1)
    sold = (amounts[["sold_list", "sold_revenue", "sold_cost", "orders"]] > 0).all(axis=1)
    return np.asarray(known & sold)


def customer_rates(amounts: pd.DataFrame) -> dict[str, np.ndarray]:
    """Return the rates of `CAUSES` for comparable customers, each an array in the order of the rows."""
    a = {name: amounts[name].to_numpy(dtype=np.float64) for name in amounts.select_dtypes("number")}
    kept_off = a["off_invoice"] - a["bad_debt"]
    return {
        "discount": 1 - a["sold_revenue"] / a["sold_list"],
        "off_invoice_rate": kept_off / a["sold_revenue"],
        "own_cost": a["sold_cost"] / a["usual_cost"],
        "goods_at_list": a["usual_cost"] / a["sold_list"],
        "orders_per_list": a["orders"] / a["sold_list"],
        "order_work": a["order"] / a["orders"],
        "line_work": a["line"] / a["sold_list"],
        "freight_rate": a["freight"] / a["sold_list"],
        "handling_work": a["handling"] / a["orders"],
        "delivery_work": a["delivery"] / a["orders"],
        "service_work": a["service"] / a["sold_list"],
        "capital_rate": np.nan_to_num(a["capital_charge"]) / a["sold_revenue"],
        "bad_debt_rate": a["bad_debt"] / a["sold_revenue"],
        "returned_rate": a["returned"] / a["sold_revenue"],
        "recovered_rate": a["recovered"] / a["sold_cost"],
        "returns_work": a["returns"] / a["sold_list"],
    }


def profit_rate(rates: Rates, counted: Mapping[str, Any] | None = None) -> np.ndarray:
    """Return customer profit in list value of goods sold, as a function of the rates.

    ::

        (1 − discount) × (1 − returned_rate − off_invoice_rate − bad_debt_rate − capital_rate)
        − goods_at_list × own_cost × (1 − recovered_rate)
        − orders_per_list × (order_work + handling_work + delivery_work)
        − line_work − service_work − freight_rate − returns_work

    Parameters
    ----------
    rates : mapping of the rates of `CAUSES` to arrays
    counted : share of each kind of work that is counted, 0 to 1; default all of it
    """
    r = rates
    part = counted or {kind: np.float64(1.0) for kind in WORK}
    kept = 1 - r["returned_rate"] - r["off_invoice_rate"] - r["bad_debt_rate"] - r["capital_rate"]
    goods = r["goods_at_list"] * r["own_cost"] * (1 - r["recovered_rate"])
    with_orders = r["orders_per_list"] * sum(part[k] * r[f"{k}_work"] for k in PER_ORDER)
    others = (
        part["line"] * r["line_work"]
        + part["service"] * r["service_work"]
        + part["freight"] * r["freight_rate"]
        + part["returns"] * r["returns_work"]
    )
    return np.asarray((1 - r["discount"]) * kept - goods - with_orders - others)


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


def peers_outcome(losses: pd.DataFrame, peers: "Peers") -> Outcome:
    """Judge the peers of the loss-makers of one period: of their own kind, or the whole company."""
    held = losses[losses["peers"] > 0]
    smallest = number(int(held["peers"].min())) if len(held) else "0"
    alone = int((held["peer_group"] == WHOLE_COMPANY).sum())
    return outcome_of(
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


def causes_outcome(amounts: pd.DataFrame, *, products: bool) -> Outcome:
    """Judge what the causes rest on: which of them could not be seen in the input."""
    if amounts.empty or amounts["customer_profit"].isna().all():
        return outcome_of("loss_causes", "REFUSE")
    seen: Mapping[str, float] = {
        "service": amounts[["handling", "delivery", "service"]].abs().to_numpy().sum(),
        "terms": np.nansum(amounts[["capital_charge", "bad_debt"]].abs().to_numpy()),
        "returns": amounts["returned"].abs().sum(),
        "order size": amounts[["order", "line", "freight"]].abs().to_numpy().sum(),
    }
    blind = [name for name, size in seen.items() if not size > 0]
    if not products:
        blind.append("mix apart from price")
    return outcome_of("loss_causes", "FLAG" if blind else "PASS", blind=", ".join(blind))


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


def matrix_outcome(placed: pd.DataFrame, cuts: Cuts) -> Outcome:
    """Judge whether cost-to-serve tells customers apart, or was only spread by revenue."""
    rates = placed["serve_rate"]
    low, high = _middle_half(rates)
    outcome = "PASS" if tells_apart(rates, cuts.serve_rate) else "REFUSE"
    return outcome_of("price_matrix", outcome, low=percent(low), high=percent(high))


def tells_apart(rates: pd.Series, average: float) -> bool:
    """Tell whether cost-to-serve, as a share of each customer's sales, differs between customers."""
    low, high = _middle_half(rates)
    return high - low > SPREAD * average


def _middle_half(rates: pd.Series) -> tuple[float, float]:
    low, high = rates.dropna().quantile([0.25, 0.75]).fillna(0.0)
    return float(low), float(high)
