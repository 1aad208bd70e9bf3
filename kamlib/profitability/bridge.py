"""What changed since the previous period: the difference of profit, cause by cause, to the cent.

Customers are *lost* or *new* as a whole. For those who stayed, what their purchases leave (invoice
revenue less cost of goods) changes by four causes, with p the net price and c the cost of one unit, q
the quantity, 0 the previous period and 1 this one:

- ``price``: Σ (p1 − p0) q1 over the products bought in the previous period;
- ``unit_cost``: −Σ (c1 − c0) q1 over the same products;
- ``volume``: M0 (V1 / V0 − 1). M0 is what the purchases of the previous period left and V0 their
  value; V1 is the value of this period's purchases at the previous period's prices, of products that
  are new for this customer at today's. Pieces and pallets are added up as money, so that no result
  hangs on the unit in which a product is counted;
- ``mix``: the rest of the change of the purchases: dearer and cheaper products, products that are new
  for this customer, and products it no longer buys.

Credit notes stand in the period in which they were posted; one without a quantity is a change of
price. ``off_invoice``, ``cost_to_serve`` and ``capital`` are the change of these lines of the
statement, a rise taking profit away. Where product or quantity is missing the four causes cannot be
told apart, and their sum stands as ``sales_and_margin``: of these products where they are up to a
twentieth of what the customer bought in either period, else of the whole customer, because what is
missing in one period would look like volume in the other.

Sources
-------
Horngren, Datar and Rajan, Cost Accounting, on price, sales-quantity and sales-mix variances.
"""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from kamlib.core.codes import CHANGES
from kamlib.core.frames import require_columns, require_one_row_each
from kamlib.core.language import _, month, ngettext, number, percent
from kamlib.core.outcomes import Balance, Outcome, outcome_of
from kamlib.core.tables import among, floats
from kamlib.core.timespans import Period
from kamlib.numerics.sharing import largest_remainder

BOUGHT = ("price", "volume", "mix", "unit_cost", "sales_and_margin")
LINES = {
    "off_invoice": "off_invoice",
    "cost_to_serve": "cost_to_serve",
    "capital": "capital_charge",
}
UP_TO = {
    "customer_profit": ("off_invoice", "cost_to_serve", "capital"),
    "gross_margin": ("off_invoice",),
}
BLIND = 0.05  # share of a customer's revenue up to which the rest is taken apart without it
CENTS = 0.05  # by so much may rounding of four lines take a customer's products from its statement


def bridge_measure(statement: pd.DataFrame, *, period: str, previous: str | None) -> str | None:
    """Return what can be compared: customer profit, else gross margin, else None."""
    ours = statement[statement["active"]]
    both = [ours[ours["period"] == name] for name in (previous, period)]
    for measure in UP_TO:
        if all(rows[measure].notna().any() for rows in both):
            return measure
    return None


def profit_bridge(
    statement: pd.DataFrame,
    products: pd.DataFrame | None,
    *,
    period: str,
    previous: str,
    measure: str = "customer_profit",
) -> pd.DataFrame:
    """Take the change of each active customer's profit apart by cause, exact to the cent.

    From  the statements of both periods, and what each customer bought of each product in both
    to    ``period, customer_id, cause, amount``, sorted by key; a cause of zero has no row.

    Parameters
    ----------
    products : DataFrame ``period, customer_id, product_id, quantity, invoice_revenue,
        cost_of_goods_sold``, one row per product; None: only ``sales_and_margin`` is known
    measure : "customer_profit", or "gross_margin" where cost-to-serve is not known in both

    Returns
    -------
    DataFrame; the amounts of a customer add up to its change, those of all to the company's.

    Raises
    ------
    DataError
        A customer stands twice in a period, or a column is absent.

    Notes
    -----
    With the periods exchanged, lost customers are new ones and the sum is its opposite.
    """
    require_columns(statement, "period", "customer_id", "active", measure, of="profitability")
    statement = told_in_both(statement, measure)
    now, before = _of(statement, period), _of(statement, previous)
    kept = now.index.intersection(before.index).sort_values()
    causes = _bought(now.loc[kept], before.loc[kept], products, period, previous)
    for cause in UP_TO[measure]:
        line = LINES[cause]
        causes[cause] = before.loc[kept, line].fillna(0.0) - now.loc[kept, line].fillna(0.0)
    lost = -before.loc[before.index.difference(kept), [measure]].rename(columns={measure: "lost"})
    new = now.loc[now.index.difference(kept), [measure]].rename(columns={measure: "new"})
    wide = pd.concat([causes, lost, new]).fillna(0.0).round(2)
    wide = wide.rename_axis(index="customer_id").reset_index()
    table = wide.melt("customer_id", var_name="cause", value_name="amount")
    table = table[table["amount"] != 0].assign(period=period)
    table = table.sort_values(["period", "customer_id", "cause"], ignore_index=True)
    return table[["period", "customer_id", "cause", "amount"]].astype({"cause": "str"})


def told_in_both(statement: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Leave out the active customers whose measure is not known in one of the periods."""
    unknown = statement.loc[statement["active"] & statement[measure].isna(), "customer_id"]
    return statement[~among(statement["customer_id"], unknown.drop_duplicates())]


def _of(statement: pd.DataFrame, period: str) -> pd.DataFrame:
    rows = statement[statement["active"] & (statement["period"] == period)]
    require_one_row_each(rows, of=f"profitability {period}")
    return rows.set_index("customer_id")


def _bought(
    now: pd.DataFrame,
    before: pd.DataFrame,
    products: pd.DataFrame | None,
    period: str,
    previous: str,
) -> pd.DataFrame:
    """Return the causes inside what the purchases leave, in cents, one row per kept customer."""
    left = [rows["invoice_revenue"] - rows["cost_of_goods_sold"] for rows in (before, now)]
    change = (left[1] - left[0]).round(2)
    causes = pd.DataFrame(0.0, index=now.index, columns=list(BOUGHT))
    if products is not None:
        told = _causes(_paired(products, period, previous))
        causes.update(told[among(told.index, now.index)])
    rest = change - causes.sum(axis=1)
    causes["sales_and_margin"] += rest.where(rest.abs() > CENTS, 0.0)
    cents = largest_remainder(causes.to_numpy(), total=change.to_numpy())
    return pd.DataFrame(cents, index=causes.index, columns=causes.columns)


def _paired(products: pd.DataFrame, period: str, previous: str) -> pd.DataFrame:
    """Return one row per customer and product with q, r and c (money) of both periods; 0 where absent.

    ``blind`` tells that product or quantity is missing in a period in which it was bought.
    """
    names = {"quantity": "q", "invoice_revenue": "r", "cost_of_goods_sold": "c"}
    sides = []
    for place, name in enumerate((previous, period)):
        rows = products[products["period"] == name]
        side = rows[["customer_id", "product_id"]].assign(
            **{f"{short}{place}": floats(rows[column]) for column, short in names.items()}
        )
        side[f"blind{place}"] = side.drop(columns="customer_id").isna().any(axis=1)
        side["product_id"] = side["product_id"].fillna("")
        sides.append(side)
    both = sides[0].merge(sides[1], on=["customer_id", "product_id"], how="outer")
    blind = both["blind0"].eq(True) | both["blind1"].eq(True)
    both = both.drop(columns=["blind0", "blind1"]).assign(blind=blind)
    return both.fillna(dict.fromkeys(["q0", "r0", "c0", "q1", "r1", "c1"], 0.0))


def _causes(pairs: pd.DataFrame) -> pd.DataFrame:
    """Return price, volume, mix and unit cost per customer, unrounded; no row where nothing is known.

    A customer whose purchases of the previous period have no positive value has no row either: there
    is nothing that its volume could be measured against.
    """
    parts = pairs[["r0", "r1"]].abs().groupby(pairs["customer_id"]).transform("sum")
    blind = pairs[["r0", "r1"]].abs().where(pairs["blind"], 0.0)
    blind = blind.groupby(pairs["customer_id"]).transform("sum")
    seen = (blind <= BLIND * parts).all(axis=1)
    known = pairs[seen & ~pairs["blind"]]
    old = known["q0"] > 0
    ratio = known["q1"] / known["q0"].where(old, 1.0)
    value = (known["r0"] * ratio).where(old, known["r1"])
    cost = (known["c0"] * ratio).where(old, known["c1"])
    each = known.assign(
        price=known["r1"] - value,
        unit_cost=cost - known["c1"],
        value=value,
        left0=known["r0"] - known["c0"],
        left1=known["r1"] - known["c1"],
    )
    names = ["price", "unit_cost", "value", "r0", "left0", "left1"]
    sums = each.groupby("customer_id")[names].sum()
    sums = sums[sums["r0"] > 0]
    volume = sums["left0"] * (sums["value"] / sums["r0"] - 1)
    mix = sums["left1"] - sums["left0"] - sums["price"] - sums["unit_cost"] - volume
    return sums[["price", "unit_cost"]].assign(volume=volume, mix=mix)


def bridge_steps(
    bridge: pd.DataFrame,
    statement: pd.DataFrame,
    *,
    period: str,
    previous: str,
    measure: str = "customer_profit",
) -> pd.DataFrame:
    """Return the company's bridge: the previous total, each cause that occurs, this total.

    Returns
    -------
    DataFrame ``line`` (a period or a cause), ``kind`` (total or step), ``amount``, ``customers``
    (whom the step touches; all active ones at a total)
    """
    ours = told_in_both(statement, measure)
    ours = ours[ours["active"]]
    before, now = (ours[ours["period"] == name] for name in (previous, period))
    sums = bridge.groupby("cause")["amount"].sum().round(2)
    steps = [cause for cause in CHANGES if cause in sums.index]
    theirs = [pd.Index(rows["customer_id"]) for rows in (before, now)]
    touched = dict(bridge["cause"].value_counts())
    touched["lost"], touched["new"] = (
        len(mine.difference(others)) for mine, others in (theirs, theirs[::-1])
    )
    return pd.DataFrame(
        {
            "line": [previous, *steps, period],
            "kind": ["total", *(["step"] * len(steps)), "total"],
            "amount": [round(before[measure].sum(), 2), *sums[steps], round(now[measure].sum(), 2)],
            "customers": [len(before), *(touched[cause] for cause in steps), len(now)],
        }
    )


def largest_changes(bridge: pd.DataFrame) -> pd.DataFrame:
    """Return each customer's change and its largest cause, the largest change first.

    Returns
    -------
    DataFrame ``customer_id, change, cause, amount`` (of that cause)
    """
    sized = bridge.assign(size=bridge["amount"].abs())
    order = sized.sort_values(["customer_id", "size", "cause"], ascending=[True, False, True])
    first = order.drop_duplicates("customer_id")[["customer_id", "cause", "amount"]]
    change = bridge.groupby("customer_id")["amount"].sum().round(2).rename("change")
    table = first.merge(change.reset_index(), on="customer_id")
    order_by = [-table["change"].abs(), table["customer_id"]]
    table = table.iloc[np.lexsort([order_by[1], order_by[0]])].reset_index(drop=True)
    return table[["customer_id", "change", "cause", "amount"]]


def bridge_balance(steps: pd.DataFrame, *, currency: str) -> Balance:
    """Prove that the causes add up to the difference of the two totals."""
    from kamlib.core.language import _

    first, last = steps.iloc[0], steps.iloc[-1]
    title = _("Profit from {previous} to {period}").format(
        previous=first["line"], period=last["line"]
    )
    line = Balance(title, currency).start(str(first["line"]), first["amount"])
    for step in steps[steps["kind"] == "step"].itertuples():
        line = line.change(_(CHANGES[str(step.line)]), step.amount)
    return line.end(str(last["line"]), last["amount"])


TOLERATED = 1  # months that the input may begin late before nothing can be said


def bridge_outcome(
    statement: pd.DataFrame,
    bridge: pd.DataFrame | None,
    cost_to_serve: pd.DataFrame | None,
    months: pd.DataFrame,
    *,
    period: Period,
    previous: Period | None,
    measure: str | None,
) -> Outcome:
    """Judge whether what changed can be said: the previous period's coverage, and what is blurred.

    Parameters
    ----------
    statement : DataFrame of both periods
    bridge : DataFrame of `profit_bridge`; None before it is computed, to ask whether it may be
    cost_to_serve : DataFrame of both periods, or None
    months : DataFrame with a ``month`` per row, of the whole input
    period, previous : the two periods; previous None where there is none
    measure : of `bridge_measure`

    Returns
    -------
    Verdict of rule "bridge": REFUSE where a change would only be a change of coverage, FLAG with
    every bias named, PASS
    """
    names = {"period": period.name, "previous": previous.name if previous else _("a period before")}
    if previous is None:
        said = _("There is no period before {period}, so what changed cannot be said.")
        return outcome_of("bridge", "REFUSE", said=said.format(**names), **names)
    refusal = _apart(period, previous, measure) or _partial(months, period, previous, TOLERATED + 1)
    if refusal:
        return outcome_of("bridge", "REFUSE", said=refusal, **names)
    blurred = [
        _between(period, previous),
        _partial(months, period, previous, 1),
        "" if measure == "customer_profit" else _ends_early(names),
        _left_out(statement, names, measure),
        *_counted_differently(cost_to_serve, names),
        *_setup_not_sure(statement, names),
        *_capital_known_once(statement, names),
        *_not_told_apart(statement, bridge, period.name),
    ]
    said = " ".join(each for each in blurred if each)
    return outcome_of("bridge", "FLAG" if said else "PASS", said=said, **names)


def _apart(period: Period, previous: Period, measure: str | None) -> str:
    lengths = [_months(span.start, span.end) for span in (previous, period)]
    if lengths[0] != lengths[1]:
        return _(
            "{previous} and {period} cannot be compared: their months are {before} and {now}."
        ).format(
            previous=previous.name,
            before=number(lengths[0]),
            period=period.name,
            now=number(lengths[1]),
        )
    if measure is None:
        return _(
            "Neither customer profit nor gross margin is known in both {previous} and {period}, so "
            "what changed cannot be said."
        ).format(previous=previous.name, period=period.name)
    return ""


def _between(period: Period, previous: Period) -> str:
    """Say how many days lie between two periods and are in neither of them."""
    days = (pd.Timestamp(period.start) - pd.Timestamp(previous.end)).days - 1
    if days < 1:
        return ""
    template = ngettext(
        "{n} day between {previous} and {period} is in neither of them.",
        "{n} days between {previous} and {period} are in neither of them.",
        days,
    )
    return template.format(n=number(days), previous=previous.name, period=period.name)


def _months(start: object, end: object) -> int:
    first, last = pd.Timestamp(start), pd.Timestamp(end)  # type: ignore[arg-type]
    return (last.year - first.year) * 12 + last.month - first.month + 1


def _partial(months: pd.DataFrame, period: Period, previous: Period, at_least: int) -> str:
    """Say what is missing at either end of the two periods, if it is `at_least` so many months."""
    if months.empty:
        return ""
    first, last = months["month"].min(), months["month"].max()
    late = _months(previous.start, first) - 1
    if late >= at_least:
        return ngettext(
            "The invoice lines begin in {month}, {n} month after {name} did: what is missing there "
            "looks like growth.",
            "The invoice lines begin in {month}, {n} months after {name} did: what is missing there "
            "looks like growth.",
            late,
        ).format(month=month(first), n=number(late), name=previous.name)
    early = _months(last, period.end) - 1
    if early >= at_least:
        return ngettext(
            "The invoice lines end in {month}, {n} month before {name} does: what is missing there "
            "looks like a loss.",
            "The invoice lines end in {month}, {n} months before {name} does: what is missing there "
            "looks like a loss.",
            early,
        ).format(month=month(last), n=number(early), name=period.name)
    return ""


def _ends_early(names: dict[str, str]) -> str:
    return _(
        "The comparison ends at gross margin, because customer profit is not known in both "
        "{previous} and {period}."
    ).format(**names)


def _left_out(statement: pd.DataFrame, names: dict[str, str], measure: str | None) -> str:
    """Say who stands in neither period, because the cost of goods is not known in one of them."""
    ours = statement[statement["active"] & statement["period"].isin(names.values())]
    out = ours.loc[ours[measure].isna(), "customer_id"].nunique() if measure else 0
    if not out:
        return ""
    return ngettext(
        "{n} customer is left out of both periods: its cost of goods is not known in one of them.",
        "{n} customers are left out of both periods: their cost of goods is not known in one of them.",
        out,
    ).format(n=number(out))


def _counted_differently(
    cost_to_serve: pd.DataFrame | None, names: dict[str, str]
) -> Iterator[str]:
    if cost_to_serve is None:
        return
    known = cost_to_serve[cost_to_serve["cost"] != 0]
    sides = [
        set(known.loc[known["period"] == names[which], "activity"].unique())
        for which in ("previous", "period")
    ]
    once = sorted(sides[0] ^ sides[1])
    if once and all(sides):
        yield _(
            "Charged in one of the two periods only: {what}. Its whole cost stands as a change of "
            "cost to serve."
        ).format(what="; ".join(each.replace("_", " ") for each in once))


def _setup_not_sure(statement: pd.DataFrame, names: dict[str, str]) -> Iterator[str]:
    """Say by how much cost-to-serve may differ because nobody can tell who was new."""
    ours = statement[statement["active"] & statement["period"].isin(names.values())]
    guessed, left = (ours[name].sum() for name in ("setup_guessed_cost", "setup_open_cost"))
    if guessed or left:
        yield _(
            "Who was new is not known of all in {previous} and {period}: set-up of {guessed} is charged "
            "by the first order in the input, and {left} is not charged. The change of cost to serve may "
            "be off by as much."
        ).format(guessed=number(round(guessed)), left=number(round(left)), **names)


def _capital_known_once(statement: pd.DataFrame, names: dict[str, str]) -> Iterator[str]:
    ours = statement[statement["active"]]
    known = {
        which: ours.loc[ours["period"] == names[which], "capital_charge"].fillna(0).ne(0).any()
        for which in ("previous", "period")
    }
    if known["previous"] != known["period"]:
        there = names["period"] if known["period"] else names["previous"]
        yield _(
            "The capital charge is counted in {period} only: all of it stands as a change."
        ).format(period=there)


def _not_told_apart(
    statement: pd.DataFrame, bridge: pd.DataFrame | None, period: str
) -> Iterator[str]:
    if bridge is None:
        return
    mixed = bridge.loc[bridge["cause"] == "sales_and_margin", "customer_id"].unique()
    if not len(mixed):
        return
    now = statement[statement["active"] & (statement["period"] == period)]
    theirs = now.loc[now["customer_id"].isin(mixed), "invoice_revenue"].sum()
    whole = now["invoice_revenue"].sum()
    yield ngettext(
        "For {n} customer ({share} of revenue) product or quantity is missing in part or as a whole, "
        "so its price, volume and mix are not told apart there: one line, sales and margin.",
        "For {n} customers ({share} of revenue) product or quantity is missing in part or as a whole, "
        "so their price, volume and mix are not told apart there: one line, sales and margin.",
        len(mixed),
    ).format(n=number(len(mixed)), share=percent(theirs / whole if whole else float("nan")))
