"""Sentences about 20/80: how few bring how much, who changes class, who comes back, which doors."""

import pandas as pd

from kamlib.columns import DOORS, label
from kamlib.language import _, money, ngettext, number, percent


def _row(measures: pd.DataFrame, measure: str) -> pd.Series:
    return measures[measures["measure"] == measure].iloc[0]


def concentration_finding(measures: pd.DataFrame, *, measure: str, profit_share: float) -> str:
    """Say the company's own "x % bring y %", with its interval."""
    row = _row(measures, measure)
    return _(
        "{few} of {all} active customers ({share}) bring {part} of positive {what}; drawn again "
        "from customers like these it would be {low} to {high} of them in nine draws of ten."
    ).format(
        few=number(row["few"]), all=number(row["customers"]), share=percent(row["few_share"]),
        part=percent(profit_share), what=label(measure).lower(), low=percent(row["few_low"]),
        high=percent(row["few_high"]),
    )  # fmt: skip


def twenty_eighty_finding(measures: pd.DataFrame, *, measure: str) -> str:
    """Say whether the 20/80 rule fits: is 80 % within the interval of what the best 20 % bring."""
    row = _row(measures, measure)
    words = {
        "top": percent(row["top20"]), "what": label(measure).lower(),
        "low": percent(row["top20_low"]), "high": percent(row["top20_high"]),
    }  # fmt: skip
    if row["top20_high"] < 0.80:
        template = _(
            "The best 20% bring {top} of positive {what} ({low} to {high}): less than the 20/80 rule "
            "says."
        )
    elif row["top20_low"] > 0.80:
        template = _(
            "The best 20% bring {top} of positive {what} ({low} to {high}): more than the 20/80 rule "
            "says."
        )
    else:
        template = _(
            "The best 20% bring {top} of positive {what} ({low} to {high}): the 20/80 rule fits "
            "within its error."
        )
    return template.format(**words)


def class_finding(classes: pd.DataFrame, *, measure: str, currency: str) -> str:
    """Say how many are vital few, and what the loss-makers give back."""
    rows = classes.set_index("profit_class")
    few, losing = rows.loc["vital_few"], rows.loc["loss_making"]
    said = ngettext(
        "{n} customer is the vital few with {amount} of {what}",
        "{n} customers are the vital few with {amount} of {what}",
        int(few["customers"]),
    ).format(
        n=number(few["customers"]),
        amount=money(few["amount"], currency),
        what=label(measure).lower(),
    )
    if not losing["customers"]:
        return _("{said}; none makes a loss.").format(said=said)
    return ngettext(
        "{said}; {n} at a loss gives back {lost} ({share} of the positive sum).",
        "{said}; {n} at a loss give back {lost} ({share} of the positive sum).",
        int(losing["customers"]),
    ).format(
        said=said, n=number(losing["customers"]), lost=money(-losing["amount"], currency),
        share=percent(-losing["share"]),
    )  # fmt: skip


def flips_finding(flips: pd.DataFrame, *, measure: str) -> str:
    """Say how many customers a revenue ranking would put into the wrong class."""
    if flips.empty:
        return _("Revenue gives every customer the same class.")
    lost = (flips["by_revenue"] == "vital_few") & (flips["by_measure"] == "loss_making")
    missed = (flips["by_revenue"] != "vital_few") & (flips["by_measure"] == "vital_few")
    return _(
        "By revenue {n} customers would stand in another class: {lost} of its vital few lose money, "
        "and {missed} of the vital few by {what} would be missed."
    ).format(
        n=number(len(flips)), lost=number(int(lost.sum())), missed=number(int(missed.sum())),
        what=label(measure).lower(),
    )  # fmt: skip


def return_finding(rates: pd.DataFrame | None) -> str:
    """Say how the chance of return rises with order days."""
    if rates is None:
        return _("How many come back could not be measured.")
    by = rates.set_index("order_days")
    return _(
        "Of customers with one order day in two years {one} came back within twelve months, of those "
        "with three {three}, of those with twelve or more {many}."
    ).format(
        one=percent(by.loc[1, "rate"]),
        three=percent(by.loc[3, "rate"]),
        many=percent(by.loc[12, "rate"]),
    )


def door_finding(doors: pd.DataFrame) -> str:
    """Say how many parties come through which door, and how many through any."""
    opened = doors[doors["open"].astype(bool)]
    if opened.empty:
        return _("Nobody comes through any door that was judged.")
    parts = [
        _("{n} through door {door}").format(n=number(count), door=_(DOORS[door]))
        for door, count in opened["door"].value_counts().sort_index(ascending=False).items()
    ]
    return _("{n} parties come through at least one door: {parts}.").format(
        n=number(opened["party_id"].nunique()), parts=", ".join(parts)
    )
