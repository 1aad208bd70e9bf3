"""What is said of shares, classes and doors."""

import math
from collections.abc import Hashable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from kamlib.core.codes import DOORS, EFFORT, FOLLOWS, SPREAD, TERMS
from kamlib.core.language import _, cases, money, ngettext, number, percent
from kamlib.core.rules import FEW_CUSTOMERS
from kamlib.core.vocabulary import label
from kamlib.segmentation.prospects import outlook

if TYPE_CHECKING:
    from kamlib.segmentation.band import Whale


def whale_finding(curve: pd.DataFrame, *, measure: str, currency: str) -> str:
    """Say where the cumulative curve peaks and what is left at its end."""
    peak = curve["cumulative"].max()
    at = int(curve["cumulative"].argmax()) + 1
    total = curve["cumulative"].iloc[-1]
    what = label(measure)
    if peak <= 0:
        return _("{what} never rises above zero; the total is {total}.").format(
            what=what, total=money(total, currency)
        )
    if peak == total:
        return _(
            "{what} rises to the last customer: {total}, and nobody takes anything back."
        ).format(what=what, total=money(total, currency))
    return ngettext(
        "{what} would peak at {peak} with {at} of {all} customers; the last one takes it down to "
        "{total}.",
        "{what} would peak at {peak} with {at} of {all} customers; the other {rest} take it down to "
        "{total}.",
        len(curve) - at,
    ).format(
        what=what,
        peak=money(peak, currency),
        at=number(at),
        all=number(len(curve)),
        rest=number(len(curve) - at),
        total=money(total, currency),
    )


def whale_uncertainty_finding(whale: "Whale", *, currency: str) -> str:
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


SURE = 0.9  # share of the cases from which somebody surely is one of the vital few
NOT_FEW = 0.5  # share of the customers from which those who bring most are not called few


def _row(measures: pd.DataFrame, measure: str | None) -> pd.Series | None:
    """Return the row of a measure; where none of profit is known, that of revenue."""
    rows = measures[measures["measure"] == (measure or "invoice_revenue")]
    return rows.iloc[0] if len(rows) else None


def _on_what_is_known(said: str, measure: str | None) -> str:
    """Add that profit may be spread otherwise, where the sentence is not about it."""
    if measure == "customer_profit":
        return said
    return _("{said} How it is on profit is not known.").format(said=said)


def concentration_finding(
    measures: pd.DataFrame, *, measure: str | None, profit_share: float
) -> list[str]:
    """Say the company's own "x % bring y %", of whatever measure is known; then its interval."""
    row = _row(measures, measure)
    if row is None:
        return [_("How few bring most is not known: no customer is active in the period.")]
    if not row["few"]:
        return [
            _("No active customer has a positive {what}, so nobody brings a share of it.").format(
                what=_what(row)
            )
        ]
    said = ngettext(
        "{few} of {all} active customers ({share}) brings {part} of positive {what}.",
        "{few} of {all} active customers ({share}) bring {part} of positive {what}.",
        int(row["few"]),
    ).format(
        few=number(row["few"]),
        all=number(row["customers"]),
        share=percent(row["few_share"]),
        part=percent(profit_share),
        what=_what(row),
    )
    interval = _(
        "What could be different: had other customers like these come, {low} to {high} of them would "
        "bring {part}."
    ).format(part=percent(profit_share), low=percent(row["few_low"]), high=percent(row["few_high"]))
    return [said, _on_what_is_known(interval, measure)]


def giants_finding(giants: pd.Series, names: pd.Series) -> str:
    """Name who alone brings more than a tenth of revenue; `giants` of that function, `names` by id."""
    if giants.empty:
        return _("Nobody alone brings more than 10% of revenue.")
    each = [f"{names.get(who, who)} ({percent(share)})" for who, share in giants.items()]
    return _("More than 10% of revenue come from: {names}.").format(names=", ".join(each))


def _what(row: pd.Series) -> str:
    return label(row["measure"]).lower()


def twenty_eighty_finding(measures: pd.DataFrame, *, measure: str | None) -> str:
    """Say whether the 20/80 rule fits: is 80 % within the interval of what the best 20 % bring."""
    row = _row(measures, measure)
    if row is None or not row["few"]:
        return _("Whether the 20/80 rule fits cannot be said: nothing positive is there to share.")
    what, top = _what(row), percent(row["top20"])
    if row["total"] <= 0:
        return _(
            "The best 20% bring {top} of positive {what}, but all together the customers lose money: "
            "there is nothing for the 20/80 rule to share out."
        ).format(top=top, what=what)
    said = _how_it_fits(row).format(
        top=top,
        what=what,
        low=percent(row["top20_low"]),
        high=percent(row["top20_high"]),
        n=number(row["customers"]),
    )
    return _on_what_is_known(said, measure)


def _how_it_fits(row: pd.Series) -> str:
    if row["customers"] < FEW_CUSTOMERS:
        return _(
            "The best 20% bring {top} of positive {what} ({low} to {high}); {n} customers are too few "
            "to say whether the 20/80 rule fits."
        )
    if row["top20_high"] < 0.80:
        return _(
            "There is no 20/80 here: the best 20% bring {top} of positive {what} ({low} to {high})."
        )
    if row["top20_low"] > 0.80:
        return _(
            "The best 20% bring {top} of positive {what} ({low} to {high}): more than the 20/80 rule "
            "says."
        )
    return _(
        "The best 20% bring {top} of positive {what} ({low} to {high}): the 20/80 rule fits within "
        "its error."
    )


def class_finding(classes: pd.DataFrame, *, measure: str | None, currency: str) -> str:
    """Say how many are vital few, and what the loss-makers give back."""
    if measure is None:
        return _("There are no classes: neither customer profit nor gross margin is known.")
    rows = classes.set_index("profit_class").to_dict("index")
    few, losing = rows["vital_few"], rows["loss_making"]
    if not few["customers"]:
        return ngettext(
            "Nobody earns anything, so there are no vital few; {n} at a loss loses {lost}.",
            "Nobody earns anything, so there are no vital few; {n} at a loss lose {lost}.",
            int(losing["customers"]),
        ).format(n=number(losing["customers"]), lost=money(-losing["amount"], currency))
    many = few["customer_share"] > NOT_FEW
    said = (
        _("It takes {n} customers to bring {amount} of {what}: too many to be called a vital few")
        if many
        else ngettext(
            "{n} customer is the vital few with {amount} of {what}",
            "{n} customers are the vital few with {amount} of {what}",
            int(few["customers"]),
        )
    ).format(
        n=number(few["customers"]),
        amount=money(few["amount"], currency),
        what=label(measure).lower(),
    )
    if not losing["customers"]:
        return _("{said}; none makes a loss.").format(said=said)
    return _gives_back(said, losing, currency)


def _gives_back(said: str, losing: Mapping[Hashable, Any], currency: str) -> str:
    back = (
        _("more than all others earn")
        if losing["share"] < -1
        else _("{share} of what the others earn").format(share=percent(-losing["share"]))
    )
    return ngettext(
        "{said}; {n} at a loss gives back {lost} ({back}).",
        "{said}; {n} at a loss give back {lost} ({back}).",
        int(losing["customers"]),
    ).format(
        said=said, n=number(losing["customers"]), lost=money(-losing["amount"], currency), back=back
    )


def transition_finding(moved: pd.DataFrame, *, previous: str) -> str:
    """Say how many of the vital few of the previous period still are, and what became of the others."""
    of_class = {row.pop("class_before"): row for row in moved.to_dict("records")}
    few: dict[Hashable, int] = of_class.get("vital_few", {})
    if not sum(few.values()):
        return ""
    ways = {
        "useful_many_now": _("{n} useful many"),
        "loss_making_now": _("{n} at a loss"),
        "inactive_now": _("{n} without purchases"),
    }
    lost = [words.format(n=number(few[name])) for name, words in ways.items() if few[name]]
    said = _("Of the {then} vital few of {previous} {still} still are").format(
        then=number(sum(few.values())), previous=previous, still=number(few["vital_few_now"])
    )
    return _("{said}; now {lost}.").format(said=said, lost=_together(lost)) if lost else f"{said}."


def membership_finding(chances: pd.Series, few: pd.Index) -> str:
    """Say how sure it is who belongs to the vital few, by the declared ranges of cost.

    Parameters
    ----------
    chances : share of all cases in which each customer is one of them, by id
    few : ids of the vital few
    """
    if chances.empty:
        return ""
    inside, outside = chances[chances.index.isin(few)], chances[~chances.index.isin(few)]
    return _(
        "Whatever the costs within their declared ranges, {sure} of the {n} vital few belong to them in "
        "nine cases of ten or more; of the others {more} could, in one of ten or more."
    ).format(
        sure=number(int((inside >= SURE).sum())),
        n=number(len(few)),
        more=number(int((outside >= 1 - SURE).sum())),
    )


def flips_finding(flips: pd.DataFrame, *, measure: str | None) -> str:
    """Say how many customers a revenue ranking would put into the wrong class."""
    if measure is None:
        return _("What revenue would hide cannot be said without a measure of profit.")
    if flips.empty:
        return _("Revenue gives every customer the same class.")
    lost = (flips["by_revenue"] == "vital_few") & (flips["by_measure"] == "loss_making")
    missed = (flips["by_revenue"] != "vital_few") & (flips["by_measure"] == "vital_few")
    return ngettext(
        "By revenue {n} customer would stand in another class: {lost} of its vital few lose money, "
        "and {missed} of the vital few by {what} would be missed.",
        "By revenue {n} customers would stand in another class: {lost} of its vital few lose money, "
        "and {missed} of the vital few by {what} would be missed.",
        len(flips),
    ).format(
        n=number(len(flips)),
        lost=number(int(lost.sum())),
        missed=number(int(missed.sum())),
        what=label(measure).lower(),
    )


def door_finding(doors: pd.DataFrame) -> str:
    """Say how many parties come through which door, and how many through any."""
    opened = doors[doors["open"].astype(bool)]
    if opened.empty:
        return _("Nobody comes through any door that was judged.")
    through = opened.groupby("door")["party_id"].nunique()
    if len(through) == 1:
        return ngettext(
            "{n} comes through a door: door {door}.",
            "{n} come through a door, all through door {door}.",
            int(through.iloc[0]),
        ).format(n=number(through.iloc[0]), door=_(DOORS[through.index[0]]))
    parts = [
        _("{n} through door {door}").format(n=number(through[door]), door=_(words))
        for door, words in DOORS.items()
        if door in through
    ]
    each = opened.groupby("party_id")["door"].nunique()
    several = int((each > 1).sum())
    if several:
        parts.append(_("{n} of them through more than one").format(n=number(several)))
    return ngettext(
        "{n} comes through at least one door: {parts}.",
        "{n} come through at least one door: {parts}.",
        len(each),
    ).format(n=number(len(each)), parts=", ".join(parts))


def joining_finding(doors: pd.DataFrame) -> str:
    """Say how many outside the vital few could join them by what comparable customers buy."""
    few = doors.loc[(doors["door"] == "vital_few") & doors["open"].astype(bool), "party_id"]
    second = doors[(doors["door"] == "potential") & ~doors["party_id"].isin(few)]
    judged = second["judged"].astype(bool)
    if not judged.any():
        return ""
    return _(
        "By what comparable customers buy, {n} of the others could join the vital few; of {blind} it "
        "cannot be told yet."
    ).format(
        n=number(int(second["open"].sum())) if second["open"].any() else _("none"),
        blind=number(int((~judged).sum())),
    )


def deals_finding(deals: pd.DataFrame, least: float, *, currency: str) -> list[str]:
    """Say what the open deals bring together, how far from that they may end, and how many are likely.

    Parameters
    ----------
    deals : DataFrame of `kamlib.segmentation.prospects.open_deals`
    least : the chance that door 3 asks for
    """
    told = deals[deals["p_win"].notna()]
    if told.empty:
        return [_("How likely an open deal is won cannot be told.")] if len(deals) else []
    likely = int((told["p_win"] >= least).sum())
    said = ngettext(
        "Of {n} open deals {likely} has a chance of {least} or more.",
        "Of {n} open deals {likely} have a chance of {least} or more.",
        likely,
    ).format(n=number(len(told)), likely=number(likely), least=percent(least))
    known = told[told["amount"].notna()]
    if known.empty:
        return [said, _("What they would bring is not told of any.")]
    found = outlook(known["p_win"], known["amount"])
    return [
        said,
        _(
            "Of the {amount} in {n} open deals {expected} is to be expected; in one of ten cases less than "
            "{worst} comes, in one of ten more than {best}, and nothing with a chance of {nothing}."
        ).format(
            n=number(len(known)),
            nothing=percent(found.nothing),
            **{
                name: money(value, currency)
                for name, value in {
                    "amount": float(known["amount"].sum()),
                    **found._asdict(),
                }.items()
                if name != "nothing"
            },
        ),
    ]


def effort_finding(audit: pd.DataFrame) -> list[str]:
    """Say what the vital few bring and get, what loss-makers get, and how each kind is spread.

    Parameters
    ----------
    audit : DataFrame of `effort_audit`
    """
    rows: Any = audit.set_index("kind")
    kinds = [kind for kind in EFFORT if kind in rows.index]
    if not kinds:
        return [_("Nobody gets anything that the input knows of.")]

    def got(column: str) -> str:
        parts = (
            _("{share} of {kind}").format(
                share=percent(rows.loc[kind, column]), kind=_(EFFORT[kind])
            )
            for kind in kinds
        )
        return _together(parts)

    few = _("The vital few bring {bring} of what is earned and get {got}").format(
        bring=percent(rows.loc["brings", "vital_few"]), got=got("vital_few")
    )
    losers = _("Loss-makers get {got}.").format(got=got("loss_making"))
    if not (rows.loc[kinds, "loss_making"] > 0).any():
        losers = ""
    spread = [
        _(said).format(kinds=_together(_(EFFORT[kind]) for kind in alike))
        for how, said in SPREAD.items()
        if (alike := [kind for kind in kinds if rows.loc[kind, "spread"] == how])
    ]
    return [few, losers, *spread]


def noted_finding(noted: pd.DataFrame) -> str:
    """Say what of the effort that people noted goes to prospects and to winning names.

    Parameters
    ----------
    noted : DataFrame of `noted_effort`
    """
    said = [
        _("{share} of {kind} to prospects, {win} to win new business").format(
            share=percent(row["to_prospects"]), kind=_(EFFORT[row["kind"]]), win=percent(row["win"])
        )
        for row in noted.to_dict("records")
    ]
    return _("Of what people noted, {parts}.").format(parts="; ".join(said)) if said else ""


def _together(names: Iterable[str]) -> str:
    """Write names as people say them: A, B and C."""
    *first, last = names
    if not first:
        return last
    return _("{first} and {last}").format(first=", ".join(first), last=last)


def terms_finding(audit: pd.DataFrame) -> list[str]:
    """Say which terms go with size more than with the profit rate, and how each goes with that.

    Parameters
    ----------
    audit : DataFrame of `terms_audit`; without rows nothing can be said
    """
    if audit.empty:
        return [_("Too few customers have terms that could be compared.")]

    said = [
        _(FOLLOWS[called]).format(terms=_granted(audit.loc[audit["called"] == called, "term"]))
        for called in FOLLOWS
        if (audit["called"] == called).any()
    ]
    size = audit[audit["with_revenue"] > audit[["low", "high"]].abs().max(axis="columns")]
    if len(size):
        by_size = _("Size says more than the profit rate: {terms} go with revenue.")
        said.insert(0, by_size.format(terms=_granted(size["term"])))
    return said


def white_space_finding(largest: pd.DataFrame, names: pd.Series, *, currency: str) -> str:
    """Say by whom with an open door, and of what, most less is bought than by their like.

    Parameters
    ----------
    largest : DataFrame of `widest_gaps`, of those with an open door; not empty
    names : by customer_id
    """
    widest = largest.sort_values("white_gap").iloc[-1]
    return _(
        "Against the mix of comparable customers the widest gap behind an open door is that of {name}: "
        "{group} for {amount}."
    ).format(
        name=names.get(widest["customer_id"], widest["customer_id"]),
        group=widest["product_group"],
        amount=money(widest["white_gap"], currency),
    )


def _granted(terms: pd.Series) -> str:
    return _together(_(TERMS[term]) for term in terms)
