"""Sentences about doubt: how sure losses are, what moves a profit, how far the whale curve could be off."""

import math
from typing import TYPE_CHECKING

import pandas as pd

from kamlib.language import _, cases, money, ngettext, number

if TYPE_CHECKING:
    from kamlib.segmentation.whale import Whale

SURE = 0.95  # share of draws from which a loss is called sure


def sureness_finding(sureness: pd.DataFrame) -> str:
    """Say how many losses are sure, and how many customers may or may not earn."""
    if sureness.empty:
        return _("How sure each profit is cannot be said: no range of any cost is declared.")
    p, losing = sureness["p_unprofitable"], sureness["customer_profit"] < 0
    n, sure = int(losing.sum()), int((losing & (p >= SURE)).sum())
    said = (
        ngettext(
            "{sure} of {n} loss stays one in at least {cases} cases of 100",
            "{sure} of {n} losses stay losses in at least {cases} cases of 100",
            n,
        ).format(sure=number(sure), n=number(n), cases=number(100 * SURE))
        if n
        else _("As it stands nobody loses money")
    )
    either = int(((p > 1 - SURE) & (p < SURE)).sum())
    return ngettext(
        "{said}; {either} of {all} customers may earn or lose, as far as the declared ranges go.",
        "{said}; {either} of {all} customers may earn or lose, as far as the declared ranges go.",
        either,
    ).format(said=said, either=number(either), all=number(len(sureness)))


def mover_finding(sureness: pd.DataFrame) -> str:
    """Say which range moves most customers most: what to measure better first."""
    movers = sureness["moved_most_by"].dropna().value_counts()
    if movers.empty:
        return _("No declared range touches anybody.")
    most = sorted(movers[movers == movers.max()].index)[0]
    return ngettext(
        "The range of {source} moves {n} of {all} customers most: measure that one better first.",
        "The range of {source} moves {n} of {all} customers most: measure that one better first.",
        int(movers.max()),
    ).format(source=most.replace("_", " "), n=number(int(movers.max())), all=number(len(sureness)))


def whale_doubt_finding(whale: "Whale", *, currency: str) -> str:
    """Say what of every 100 earned is given back, where the peak may lie, and what the band is."""
    numbers = whale.numbers
    if numbers["peak"] <= 0:
        return _("Nobody earns anything, so nothing can be given back.")
    ends = numbers["given_back_low"], numbers["given_back_high"]
    known = not any(math.isnan(end) for end in ends)
    template = (
        _("Of every 100 earned {back} are given back, {low} to {high} in {cases}.")
        if known
        else _("Of every 100 earned {back} are given back.")
    )
    back = template.format(
        back=number(100 * numbers["given_back"], 1),
        low=number(100 * ends[0], 1),
        high=number(100 * ends[1], 1),
        cases=cases(whale.level),
    )
    low, high = _about(numbers["peak_low"], numbers["peak_high"], currency)
    return _(
        "{back} The peak may lie between {low} and {high}, after {first} to {last} of {all} "
        "customers. {band}"
    ).format(
        back=back,
        low=low,
        high=high,
        first=number(numbers["peak_at_low"]),
        last=number(numbers["peak_at_high"]),
        all=number(numbers["customers"]),
        band=_band(whale.rests_on),
    )


def _band(rests_on: str) -> str:
    if rests_on == "rates":
        return _(
            "The band is what the declared ranges of cost allow for these customers; it knows "
            "nothing of luck with customers."
        )
    return _(
        "The band is what customers like these, drawn by lot, would show; it knows nothing "
        "of wrong rates."
    )


def _about(low: float, high: float, currency: str) -> tuple[str, str]:
    """Write both ends of an interval, rounded to three digits of its width."""
    width = high - low
    digits = min(0, 2 - math.floor(math.log10(width))) if width > 0 else 0
    return money(round(low, digits), currency), money(round(high, digits), currency)
