"""Whether two periods can be compared: as long, as complete, and counted in the same way."""

from collections.abc import Iterator

import pandas as pd

from kamlib.language import _, month, ngettext, number, percent
from kamlib.periods import Period
from kamlib.verdicts import Verdict, verdict

TOLERATED = 1  # months that the input may begin late before nothing can be said


def bridge_verdict(
    statement: pd.DataFrame,
    bridge: pd.DataFrame | None,
    cost_to_serve: pd.DataFrame | None,
    months: pd.DataFrame,
    *,
    period: Period,
    previous: Period | None,
    measure: str | None,
) -> Verdict:
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
        return verdict("bridge", "REFUSE", said=said.format(**names), **names)
    refusal = _apart(period, previous, measure) or _partial(months, period, previous, TOLERATED + 1)
    if refusal:
        return verdict("bridge", "REFUSE", said=refusal, **names)
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
    return verdict("bridge", "FLAG" if said else "PASS", said=said, **names)


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
