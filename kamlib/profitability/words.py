"""What is said of profit: statement, pools, losses, changes and how sure all of it is."""

import numpy as np
import pandas as pd

from kamlib.core.codes import CAUSES, CHANGES, COST_LEVELS
from kamlib.core.language import N_, _, money, ngettext, number, percent
from kamlib.core.vocabulary import label
from kamlib.page.words import Sum, of_estimated_list

AS_SUBJECT = {"lost": N_("lost customers"), "new": N_("new customers")}


def bridge_finding(steps: pd.DataFrame, *, currency: str, measure: str = "customer_profit") -> str:
    """Say how far the profit moved, and what moved it most in either direction."""
    first, last = steps.iloc[0], steps.iloc[-1]
    change = round(last["amount"] - first["amount"], 2)
    template = (
        _("{what} rose by {change}, from {before} in {previous} to {now} in {period}.")
        if change > 0
        else _("{what} fell by {change}, from {before} in {previous} to {now} in {period}.")
        if change < 0
        else _("{what} is {now} in {period}, as in {previous}.")
    )
    said = template.format(
        what=label(measure),
        change=money(abs(change), currency),
        before=money(first["amount"], currency),
        previous=first["line"],
        now=money(last["amount"], currency),
        period=last["line"],
    )
    return _causes(said, steps[steps["kind"] == "step"], currency)


def _causes(said: str, moves: pd.DataFrame, currency: str) -> str:
    adds, takes = moves[moves["amount"] > 0], moves[moves["amount"] < 0]
    template = (
        _("{said} {adds} added most ({added}), {takes} took most away ({taken}).")
        if len(adds) and len(takes)
        else _("{said} {adds} added most ({added}); nothing took away.")
        if len(adds)
        else _("{said} {takes} took most away ({taken}); nothing added.")
        if len(takes)
        else "{said}"
    )
    most, least = adds.nlargest(1, "amount"), takes.nsmallest(1, "amount")
    return template.format(
        said=said,
        adds=_first(most, upper=True),
        added=_signed(most["amount"].sum(), currency),
        takes=_first(least, upper=adds.empty),
        taken=_signed(least["amount"].sum(), currency),
    )


def _first(rows: pd.DataFrame, *, upper: bool) -> str:
    if rows.empty:
        return ""
    cause = rows["line"].iloc[0]
    words = _(AS_SUBJECT.get(cause, CHANGES[cause]))
    return words[:1].upper() + words[1:] if upper else words


def _signed(amount: float, currency: str) -> str:
    return ("+" if amount > 0 else "") + money(amount, currency)


def comers_finding(steps: pd.DataFrame, *, currency: str) -> str:
    """Say how many customers bought nothing any more, how many have come, and what that changed."""
    (lost, taken), (new, brought) = _touched(steps, "lost"), _touched(steps, "new")
    gone = ngettext(
        "{n} customer bought nothing any more ({amount})",
        "{n} customers bought nothing any more ({amount})",
        lost,
    ).format(n=number(lost), amount=_signed(taken, currency))
    come = ngettext(
        "{n} did not buy in the period before ({amount})",
        "{n} did not buy in the period before ({amount})",
        new,
    ).format(n=number(new), amount=_signed(brought, currency))
    return _("{gone}; {come}.").format(gone=gone, come=come)


def _touched(steps: pd.DataFrame, cause: str) -> tuple[int, float]:
    row = steps[steps["line"] == cause]
    return int(row["customers"].sum()), float(row["amount"].sum())


def statement_finding(ladder: pd.DataFrame, *, currency: str, estimated: bool = False) -> str:
    """Say what is left of every 100 at list price, and where the statement ends.

    Parameters
    ----------
    ladder : DataFrame from `kamlib.profitability.company_ladder`
    estimated : bool, the list price of some lines is
    """
    last = ladder[ladder["kind"] == "total"].iloc[-1]
    template = (
        _("Of every {currency} 100 at list price {left} are left as {what}: {amount} in all.")
        if last["amount"] >= 0
        else _(
            "Of every {currency} 100 at list price nothing is left; {left} more are lost: {what} is "
            "{amount} in all."
        )
    )
    said = template.format(
        currency=currency,
        left=number(100 * abs(last["share"]), 1),
        what=label(last["line"]).lower(),
        amount=money(last["amount"], currency),
    )
    return of_estimated_list(said, estimated)


def capacity_finding(pools: pd.DataFrame, *, currency: str) -> str:
    """Say what the pools cost, and what of it nobody used; of freight on lines, what it comes to.

    Parameters
    ----------
    pools : DataFrame, all pools of one period: unit, cost, assigned_cost, unused_cost,
        unassigned_cost; one that passed its cost on has a cost and no part of its own
    """
    cost = pools["cost"].sum()
    if (pools["unit"] == "traced").all():
        return _(
            "Freight that stands on invoice lines comes to {cost}: all of it names its customer."
        ).format(cost=money(cost, currency))
    assigned = pools["assigned_cost"].sum()
    unused, nobody = pools["unused_cost"].sum(), pools["unassigned_cost"].sum()
    said = _(
        "Of {cost} of cost, {assigned} ({share}) is work done for customers; {unused} is capacity "
        "that nobody used and {nobody} belongs to no customer."
    ).format(
        cost=money(cost, currency),
        assigned=money(assigned, currency),
        share=percent(assigned / cost),
        unused=money(unused, currency),
        nobody=money(nobody, currency),
    )
    return Sum(said, cost, [assigned, unused, nobody])


def segments_finding(work: pd.DataFrame) -> str:
    """Say what serving the dearest and the cheapest segment costs, and the pool that differs most.

    Parameters
    ----------
    work : DataFrame of `work_by_segment`; below two segments nothing is said
    """
    if len(work) < 2:
        return ""
    dear, cheap = work.iloc[0], work.iloc[-1]
    apart = (dear - cheap).drop("together")
    return _(
        "Of every 100 of revenue, serving {dear} takes {most} and serving {cheap} {least}; {pool} "
        "makes the largest difference."
    ).format(
        dear=dear.name,
        most=number(100 * dear["together"], 1),
        cheap=cheap.name,
        least=number(100 * cheap["together"], 1),
        pool=apart.idxmax(),
    )


def levels_finding(pools: pd.DataFrame, *, stops_at: str, currency: str) -> str:
    """Say down to which level of the cost hierarchy customers are charged, and what stands above it.

    Parameters
    ----------
    pools : DataFrame of the pools of one period: pool, hierarchy_level, unassigned_cost
    stops_at : str, a level of `kamlib.core.codes.COST_LEVELS`
    """
    levels = list(COST_LEVELS)
    above = pools[pools["hierarchy_level"].isin(levels[levels.index(stops_at) + 1 :])]
    said = _("Costs are followed to the {level} and no further").format(
        level=_(COST_LEVELS[stops_at])
    )
    if above["unassigned_cost"].abs().sum() < 1:
        return _("{said}.").format(said=said)
    return _("{said}: {amount} of {pools} stands above it and is on nobody.").format(
        said=said,
        amount=money(above["unassigned_cost"].sum(), currency),
        pools=", ".join(name.replace("_", " ") for name in above["pool"]),
    )


def setup_finding(statement: pd.DataFrame, *, months: int, currency: str) -> str:
    """Say what of cost-to-serve was setting up customers who began so many months before, or less."""
    active = statement[statement["active"]]
    fresh = active[active["setup_cost"] > 0]
    if fresh.empty:
        return _("No cost of setting up new customers is counted.")
    share = fresh["setup_cost"].sum() / active["cost_to_serve"].sum()
    return ngettext(
        "Of cost-to-serve, {amount} ({share}) was setting up {n} customer in its first "
        "{months} months; it does not come back.",
        "Of cost-to-serve, {amount} ({share}) was setting up {n} customers in their "
        "first {months} months; it does not come back.",
        len(fresh),
    ).format(
        amount=money(fresh["setup_cost"].sum(), currency),
        share=percent(share),
        n=number(len(fresh)),
        months=number(months),
    )


def losses_headline(
    statement: pd.DataFrame,
    losers: pd.DataFrame,
    *,
    measure: str | None,
    price_reach: float,
    currency: str,
) -> str:
    """Say in one line who loses how much, and how many losses a price rise within reach would end.

    Parameters
    ----------
    statement : DataFrame of one period: active and the measures
    losers : DataFrame of `largest_losses`: fix_price_change; no rows without customer profit
    """
    active = statement[statement["active"]]
    if measure is None:
        return _("What customers leave us is not known: revenue is shown, and no margin")
    lost = active.loc[active[measure] < 0, measure]
    if lost.empty:
        return _("None of {all} customers has a negative {what}").format(
            all=number(len(active)), what=label(measure).lower()
        )
    template = (
        ngettext(
            "{n} of {all} customers loses {lost}", "{n} of {all} customers lose {lost}", len(lost)
        )
        if measure == "customer_profit"
        else ngettext(
            "{n} of {all} customers loses {lost} before any work for it is paid",
            "{n} of {all} customers lose {lost} before any work for them is paid",
            len(lost),
        )
    )
    said = template.format(
        n=number(len(lost)), all=number(len(active)), lost=money(-lost.sum(), currency)
    )
    near = int((losers["fix_price_change"] <= price_reach).sum())
    if not near:
        return said
    return ngettext(
        "{said}; a price rise of at most {reach} would end {near} of the losses",
        "{said}; a price rise of at most {reach} would end {near} of the losses",
        near,
    ).format(said=said, reach=percent(price_reach), near=number(near))


def causes_finding(losses: pd.DataFrame) -> str:
    """Say what takes most away from the loss-makers of one period, against their peers."""
    explained = losses[losses["largest_cause"] != ""]
    if explained.empty:
        return _("None of the losses can be held against peers, so their causes are unknown.")
    counts = explained["largest_cause"].value_counts()
    parts = [
        _("{cause} for {n}").format(cause=_(CAUSES[cause]), n=number(counts[cause]))
        for cause in sorted(counts.index, key=lambda c: (-counts[c], list(CAUSES).index(c)))
    ]
    if alone := len(losses) - len(explained):
        parts.append(_("none stands out for {n}").format(n=number(alone)))
    return _("What takes most away, against their peers: {parts}.").format(parts=", ".join(parts))


def dropping_finding(losses: pd.DataFrame, *, currency: str) -> list[str]:
    """Say what dropping all loss-makers would bring, as the numbers say, beside the loss they show.

    Returns
    -------
    list of str: the answer, then what it rests on
    """
    if losses.empty:
        return [_("Nobody loses money, so there is nobody to drop.")]
    n, loss = number(len(losses)), money(-losses["customer_profit"].sum(), currency)
    low, high = losses["drop_effect_low"].sum(), losses["drop_effect_high"].sum()
    if not np.isclose(low, high, atol=0.005):
        return [
            _(
                "The loss-makers ({n}) show a loss of {loss}; dropping all of them would change profit "
                "by something between {low} and {high}."
            ).format(n=n, loss=loss, low=money(low, currency), high=money(high, currency)),
            _("It is not declared what of the work would end."),
        ]
    if np.isclose(high, -losses["customer_profit"].sum(), atol=0.5):
        return [
            _(
                "The loss-makers ({n}) show a loss of {loss}, and dropping all of them would bring at "
                "most that."
            ).format(n=n, loss=loss),
            _("No cost is known that would stay without them."),
        ]
    template = (
        _(
            "The loss-makers ({n}) show a loss of {loss}, yet dropping all of them would cost another "
            "{amount}."
        )
        if high < 0
        else _(
            "The loss-makers ({n}) show a loss of {loss}; dropping all of them would bring {amount}, "
            "not that loss."
        )
    )
    said = template.format(n=n, loss=loss, amount=money(abs(high), currency))
    stays = _("{stranded} of cost would stay and land on the others.").format(
        stranded=money(losses["stranded_cost"].sum(), currency)
    )
    return [said, stays, _who_gains(losses, currency)]


def _who_gains(losses: pd.DataFrame, currency: str) -> str:
    gains = losses[losses["drop_effect_low"] > 0]
    if gains.empty:
        return _("There is none whose leaving would gain anything.")
    if len(gains) == len(losses):
        return _("Each of them would gain something by leaving.")
    return ngettext(
        "For {n} of them leaving would gain: {amount}.",
        "For {n} of them leaving would gain: {amount} together.",
        len(gains),
    ).format(n=number(len(gains)), amount=money(gains["drop_effect_low"].sum(), currency))


def price_matrix_finding(
    points: pd.DataFrame,
    *,
    net_price: float,
    serve_rate: float,
    currency: str,
    estimated: bool = False,
) -> str:
    """Say where the company's averages lie, and who pays less and costs more than that.

    Parameters
    ----------
    points : DataFrame from `kamlib.profitability.tables.matrix_points`
    net_price, serve_rate : float, the company's averages, shares of list value
    estimated : bool, the list price of some lines is
    """
    bad = points[points["quadrant"] == "pays_little_costs_much"]
    losing = int((bad["customer_profit"] < 0).sum())
    said = ngettext(
        "On average {net} of 100 at list value are kept, and {serve} go into serving. {n} of {all} "
        "customers pays less and costs more than that",
        "On average {net} of 100 at list value are kept, and {serve} go into serving. {n} of {all} "
        "customers pay less and cost more than that",
        len(bad),
    ).format(
        net=number(100 * net_price, 1),
        serve=number(100 * serve_rate, 1),
        n=number(len(bad)),
        all=number(len(points)),
    )
    if bad.empty:
        return of_estimated_list(_("{said}.").format(said=said), estimated)
    template = ngettext(
        "{said}; together they leave {profit}, and {losing} of them loses money.",
        "{said}; together they leave {profit}, and {losing} of them lose money.",
        losing,
    )
    told = template.format(
        said=said, profit=money(bad["customer_profit"].sum(), currency), losing=number(losing)
    )
    return of_estimated_list(told, estimated)


SURE = 0.95  # share of draws from which a loss is called sure


def uncertainty_finding(uncertainty: pd.DataFrame) -> str:
    """Say how many losses are sure, and how many customers may or may not earn."""
    if uncertainty.empty:
        return _("How sure each profit is cannot be said: no range of any cost is declared.")
    p, losing = uncertainty["p_unprofitable"], uncertainty["customer_profit"] < 0
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
    ).format(said=said, either=number(either), all=number(len(uncertainty)))


def mover_finding(uncertainty: pd.DataFrame) -> str:
    """Say which range moves most customers most: what to measure better first."""
    movers = uncertainty["moved_most_by"].dropna().value_counts()
    if movers.empty:
        return _("No declared range touches anybody.")
    most = sorted(movers[movers == movers.max()].index)[0]
    return ngettext(
        "The range of {source} moves {n} of {all} customers most: measure that one better first.",
        "The range of {source} moves {n} of {all} customers most: measure that one better first.",
        int(movers.max()),
    ).format(
        source=most.replace("_", " "), n=number(int(movers.max())), all=number(len(uncertainty))
    )
