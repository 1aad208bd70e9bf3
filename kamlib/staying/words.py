"""What is said of who comes back and who leaves."""

from typing import Any

import pandas as pd

from kamlib.core.language import _, money, ngettext, number, percent
from kamlib.staying.tables import trait


def return_finding(rates: pd.DataFrame | None) -> str:
    """Say how the chance of return rises with order days."""
    if rates is None:
        return _("How many come back could not be measured.")
    rate = rates.set_index("order_days")["rate"]
    start, cutoff, end = (
        pd.Timestamp(rates[name].iloc[0]).to_period("M")
        for name in ("window_start", "cutoff", "window_end")
    )
    told = {
        1: _("{rate} of those with one order day"),
        3: _("{rate} of those with three"),
        12: _("{rate} of those with twelve or more"),
    }
    parts = [words.format(rate=percent(rate[n])) for n, words in told.items() if rate[n] == rate[n]]
    if not parts:
        return _("How many come back could not be measured.")
    return _(
        "Within {later} months come back, by their order days in {months} months: {parts}."
    ).format(
        months=number((cutoff - start).n), later=number((end - cutoff).n), parts=", ".join(parts)
    )


def leaving_finding(leavers: pd.DataFrame, *, currency: str) -> list[str]:
    """Say how many regular customers who earn show a sign of leaving, by which sign, and whom to call."""
    n = len(leavers)
    if not n:
        return [_("No regular customer who earns shows a sign of leaving.")]
    said = ngettext(
        "{n} regular customer who earns {profit} a year shows a sign of leaving.",
        "{n} regular customers who earn {profit} a year show a sign of leaving.",
        n,
    ).format(n=number(n), profit=money(leavers["profit"].sum(), currency))
    counts = {
        sign: int(leavers["signs"].str.contains(sign).sum())
        for sign in ("silent", "fading", "stopped")
    }
    told = {
        "silent": _("{n} hardly come back"),
        "fading": _("{n} buy a third less than in the same months a year before"),
        "stopped": _("{n} stopped buying a product group"),
    }
    signs = [told[sign].format(n=number(count)) for sign, count in counts.items() if count]
    by_sign = _("{signs}; by their chances of return {stake} of that profit may go.").format(
        signs=", ".join(signs), stake=money(leavers["at_stake"].sum(), currency)
    )
    return [said, by_sign]


def first_calls(leavers: pd.DataFrame) -> str:
    """Say whom to call first."""
    names = leavers["name"].head(3)
    return _("To be called first: {names}").format(names="; ".join(names)) if len(names) else ""


def audit_finding(audit: pd.DataFrame, *, currency: str) -> str:
    """Say what the change of profit is made of."""
    rows: dict[Any, Any] = audit.set_index("change").to_dict("index")
    lost, down, up, new, back = (rows[each] for each in ("lost", "down", "up", "new", "recovered"))
    change = float(audit["profit_change"].sum())
    said = (
        _("Profit from customers rose by {change}")
        if change >= 0
        else _("Profit from customers fell by {change}")
    ).format(change=money(abs(change), currency))
    return _(
        "{said}: {up} customers brought {more} more, {new} new and {back} recovered ones {fresh}; "
        "{down} brought {less} less, and with {lost} lost ones {gone} went."
    ).format(
        said=said,
        up=number(up["customers"]),
        more=money(up["profit_change"], currency),
        new=number(new["customers"]),
        back=number(back["customers"]),
        fresh=money(new["profit_change"] + back["profit_change"], currency),
        down=number(down["customers"]),
        less=money(-down["profit_change"], currency),
        lost=number(lost["customers"]),
        gone=money(-lost["profit_change"], currency),
    )


def neglected_finding(neglected: pd.DataFrame, good: int, *, currency: str) -> str:
    """Say how many of the vital few get a third less care while their profit held."""
    return ngettext(
        "{n} of {good} vital few is seen at least a third less often than a year before, though it "
        "earns as well as then: {profit} a year.",
        "{n} of {good} vital few are seen at least a third less often than a year before, though they "
        "earn as well as then: {profit} a year.",
        len(neglected),
    ).format(
        n=number(len(neglected)),
        good=number(good),
        profit=money(neglected["profit_now"].sum(), currency),
    )


def profile_finding(profile: pd.DataFrame) -> list[str]:
    """Name what sets those who stay, and the vital few, most clearly apart from all."""
    told = {
        "stays": _("Most loyal are customers with {trait}: {share} of {n} ordered again."),
        "key": _("Most often vital few are customers with {trait}: {share} of {n}."),
    }
    found = []
    for comparison, words in told.items():
        rows = profile[(profile["comparison"] == comparison) & (profile["lift_low"] > 1)]
        if len(rows):
            best = rows.sort_values("lift_low", ascending=False).iloc[0]
            named = trait(best["attribute"], best["value"])
            found.append(
                words.format(trait=named, share=percent(best["share"]), n=number(best["n"]))
            )
    return found or [_("Nothing that is known sets those who stay apart from all.")]


def likeness_finding(likeness: pd.DataFrame) -> str:
    """Say how many prospects are more like the vital few than anybody is."""
    known = likeness["likeness"].notna()
    return ngettext(
        "{n} of {all} prospects is more like the vital few than customers are on average; nothing is "
        "known of {unknown}.",
        "{n} of {all} prospects are more like the vital few than customers are on average; nothing is "
        "known of {unknown}.",
        int((likeness["likeness"] > 1).sum()),
    ).format(
        n=number(int((likeness["likeness"] > 1).sum())),
        all=number(len(likeness)),
        unknown=number(int((~known).sum())),
    )
