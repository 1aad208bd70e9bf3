"""Who is quietly leaving, how the customer base changed, and who is neglected."""

from datetime import date

import numpy as np
import pandas as pd

from kamlib.core.language import N_, _, number
from kamlib.core.outcomes import Balance
from kamlib.core.tables import floats
from kamlib.staying.returns import BASE, SOME_ORDER_DAYS

A_THIRD = 1 / 3
FADING_MONTHS = 6  # held against the same months a year before
T_OF_SIX = 1.476  # of Student's t with five degrees of freedom a tenth lies above
QUARTERS, OFTEN = 4, 3  # a product group bought in three of four quarters is usual
QUARTER, BY_CHANCE = 3, 0.10
A_WEEK = 7  # days without an order before the end of a period are usual
MOVEMENTS = {  # of the base, in the order in which they are shown
    "lost": N_("lost"),
    "down": N_("down"),
    "up": N_("up"),
    "new": N_("new"),
    "recovered": N_("recovered"),
    "unknown": N_("not known"),
}


def leaving(
    stays: pd.DataFrame,
    brought: pd.Series,
    months: pd.DataFrame,
    groups: pd.DataFrame | None,
    *,
    end: date,
    miss: float = 5.0,
    false_alarm: float = 1.0,
) -> pd.DataFrame:
    """List the regular customers who bring something and show a sign of leaving.

    Parameters
    ----------
    stays : DataFrame of `staying_chances`
    brought : Series, customer_id → what would go: yearly profit, or what is known instead; its name is
        that of the measure
    months : DataFrame customer_id, month, invoice_revenue
    groups : DataFrame customer_id, month, product_group of what was sold; None: that sign is not looked at
    end : last day of the period
    miss, false_alarm : what a leaver who is not seen costs, against an alarm for nothing

    Returns
    -------
    DataFrame, one row each, by ``at_stake`` = the measure × (1 − chance of return; its low end where it is
    a range), at least what a third or more less takes of it: the measure, ``silent_days``, ``usual_days``,
    ``p_return_12m``, ``revenue_change``, ``stopped`` (product groups), and ``signs`` (silent, fading,
    stopped)

    Notes
    -----
    An alarm pays below a chance of return of miss / (miss + false alarm); who has been silent no longer
    than usual gives no sign of silence, whatever the chance of all like it. Who is silent buys less, and
    misses a product group, by that alone: that is one sign. Regular is who ordered on three days in 24
    months. A third less counts where the months, each held against its own of the year before, fall by
    more than chance would in one case of ten (t of six pairs).
    """
    regular = stays[stays["order_days_24m"] >= SOME_ORDER_DAYS].set_index("customer_id")
    table = regular[["silent_days", "usual_days", "p_return_12m"]].assign(
        **{str(brought.name): brought.reindex(regular.index)}
    )
    table = table[table[brought.name] > 0]
    own = regular.loc[table.index]
    chance = own["p_return_12m"].fillna(own["p_return_high"])
    silent = (own["silent_days"] > own["usual_days"]) & (own["model"] != BASE)
    silent &= chance < miss / (miss + false_alarm)
    change, surely = (each.reindex(table.index) for each in _revenue_change(months, end))
    stopped = _stopped(groups, end).reindex(table.index)
    signs = pd.DataFrame(
        {
            "silent": silent,
            "fading": ~silent & (change <= -A_THIRD) & surely.eq(True),
            "stopped": ~silent & stopped.notna(),
        }
    )
    words = [", ".join(signs.columns[row]) for row in signs.to_numpy(dtype=bool)]
    gone = 1 - own["p_return_12m"].fillna(own["p_return_low"])
    stake = table[brought.name] * np.fmax(gone, (-change).where(signs["fading"]))
    table = table.assign(revenue_change=change, stopped=stopped, signs=words, at_stake=stake)
    found = table[signs.any(axis=1)].rename_axis("customer_id").reset_index()
    return found.sort_values(
        ["at_stake", "customer_id"], ascending=[False, True], ignore_index=True
    )


def lines_end(orders: pd.DataFrame, end: date) -> date:
    """Return the last day that can be looked at: that of the period, or of lines that end before it."""
    last = orders.loc[orders["date"] <= pd.Timestamp(end), "date"].max()
    return end if pd.isna(last) or (pd.Timestamp(end) - last).days <= A_WEEK else last.date()


def can_be_told(stays: pd.DataFrame, months: pd.DataFrame, end: date) -> bool:
    """Tell whether anybody could show a sign: a chance that is no range, or six months a year before."""
    before = months["month"].dt.to_period("M").min() <= _last_months(end)[0] - 12
    return bool(stays["p_return_12m"].notna().any() or before)


def _last_months(end: date) -> pd.PeriodIndex:
    """Return the last six whole months: of one that has begun nobody knows the rest."""
    last = (pd.Timestamp(end) + pd.Timedelta(days=1)).to_period("M") - 1
    return pd.period_range(end=last, periods=FADING_MONTHS, freq="M")


def _revenue_change(months: pd.DataFrame, end: date) -> tuple[pd.Series, pd.Series]:
    """Return by how much each bought more or less than in the same months a year before; if surely less."""
    now = _last_months(end)
    money = months.assign(
        month=months["month"].dt.to_period("M"), revenue=floats(months["invoice_revenue"])
    )
    table = money.pivot_table(index="customer_id", columns="month", values="revenue", aggfunc="sum")
    before, after = (table.reindex(columns=each).fillna(0.0).to_numpy() for each in (now - 12, now))
    fall = before - after
    error = fall.std(axis=1, ddof=1) / FADING_MONTHS**0.5
    then = pd.Series(before.sum(axis=1), table.index)
    change = (after.sum(axis=1) / then.where(then > 0) - 1).clip(lower=-1)
    return change, pd.Series(fall.mean(axis=1) >= T_OF_SIX * error, table.index)


def _stopped(groups: pd.DataFrame | None, end: date) -> pd.Series:
    """Return the product groups that each customer bought in three of four quarters, and not since.

    Who buys a group in some months only misses it in three by chance: that must come up in less than one
    case of ten, whichever of the customer's groups it is.
    """
    if groups is None or groups.empty:
        return pd.Series(dtype="str")
    last = pd.Timestamp(end).to_period("M")
    back = (last.ordinal - groups["month"].dt.to_period("M").astype("int64")).to_numpy()
    key = ["customer_id", "product_group"]
    seen = groups.assign(back=back)[(back >= 0) & (back < QUARTER * (1 + QUARTERS))]
    before = seen[seen["back"] >= QUARTER].assign(quarter=lambda rows: rows["back"] // QUARTER)
    usual = before.groupby(key).agg(quarters=("quarter", "nunique"), months=("back", "nunique"))
    usual = usual[~usual.index.isin(seen[seen["back"] < QUARTER].set_index(key).index)]
    bought = before.groupby("customer_id")["product_group"].nunique()
    chance = (1 - usual["months"] / (QUARTER * QUARTERS)) ** QUARTER
    tries = bought.reindex(usual.index.get_level_values(0)).to_numpy()
    gone = usual[(usual["quarters"] >= OFTEN) & (chance * tries <= BY_CHANCE)].reset_index()
    return gone.groupby("customer_id")["product_group"].agg(", ".join)


def base_audit(
    before: pd.DataFrame, now: pd.DataFrame, first_order: pd.Series, *, since: date
) -> pd.DataFrame:
    """Divide the change of profit between two periods among those lost, down, up, new and recovered.

    Parameters
    ----------
    before, now : DataFrame customer_id, customer_profit, active of either period
    first_order : Series, customer_id → day of the first order
    since : first day of the earlier period: who comes back after not buying in it is recovered

    Returns
    -------
    DataFrame ``movement, customers, profit_before, profit_now, profit_change``, to the cent; who changed
    nothing is up. Whose profit is not known in a period is counted apart, without money.
    """
    periods = {"then": before.set_index("customer_id"), "now": now.set_index("customer_id")}
    profit = pd.DataFrame({name: each["customer_profit"] for name, each in periods.items()})
    active = pd.DataFrame({name: each["active"] for name, each in periods.items()})
    unknown = (profit.isna() & active.notna()).any(axis=1)  # who is in no statement has no profit
    cents = (profit.fillna(0.0) * 100).round().astype("int64").mask(unknown, 0)
    active = active.eq(True)
    known = first_order.reindex(profit.index) < pd.Timestamp(since)
    kinds = {
        "unknown": unknown,
        "lost": active["then"] & ~active["now"],
        "recovered": ~active["then"] & active["now"] & known,
        "new": ~active["then"] & active["now"],
        "up": cents["now"] >= cents["then"],
    }
    change = np.select(list(kinds.values()), list(kinds), "down")
    table = cents.assign(customers=active.any(axis=1), change=cents["now"] - cents["then"])
    sums = table.groupby(change).sum().reindex([*MOVEMENTS], fill_value=0)
    money = {"then": "profit_before", "now": "profit_now", "change": "profit_change"}
    sums = sums.rename(columns=money).rename_axis("movement").reset_index()
    sums[[*money.values()]] = sums[[*money.values()]] / 100
    return sums[["movement", "customers", *money.values()]]


def audit_balance(audit: pd.DataFrame, before: float, now: float, currency: str) -> Balance:
    """Draw up that the changes of the base are the change of profit."""
    balance = Balance(_("How the base changed"), currency).start(
        _("Profit before"), round(before, 2)
    )
    for name, n, change in zip(
        *(audit[k] for k in ("movement", "customers", "profit_change")), strict=True
    ):
        balance.change(f"{_(MOVEMENTS[name])} ({number(n)})", round(change, 2))
    return balance.end(_("Profit now"), round(now, 2))


def neglected(
    good: pd.Series, care: pd.DataFrame, before: pd.Series, now: pd.Series
) -> pd.DataFrame:
    """List the good customers who get a third less care, while their profit did not fall so.

    Parameters
    ----------
    good : ids of customers through door 1
    care : DataFrame customer_id, care_before, care_now: contacts, else visits or field hours
    before, now : Series, customer_id → profit of either period

    Returns
    -------
    DataFrame ``customer_id, care_before, care_now, care_change, profit_before, profit_now``, by profit
    """
    table = care[care["customer_id"].isin(good) & (care["care_before"] > 0)].copy()
    table["care_change"] = table["care_now"] / table["care_before"] - 1
    table["profit_before"] = table["customer_id"].map(before).astype(float)
    table["profit_now"] = table["customer_id"].map(now).astype(float)
    held = table["profit_now"] > (1 - A_THIRD) * table["profit_before"]
    found = table[held & (table["care_change"] <= -A_THIRD)]
    return found.sort_values(
        ["profit_now", "customer_id"], ascending=[False, True], ignore_index=True
    )
