"""What may be said of a period's statements: what is known, what rests on what, what is on nobody."""

from collections.abc import Iterable, Sequence

import pandas as pd

from kamlib.columns import COST_LEVELS
from kamlib.language import _, money, number, percent
from kamlib.profitability.resources import within_reach
from kamlib.profitability.statement import unknown_margins
from kamlib.profitability.traced import TRACED
from kamlib.verdicts import FLAG, PASS, REFUSE, Verdict, verdict

HARDLY = 0.1  # of a pool's capacity: minutes taken for hours are 60 times as many
WORTH_A_WORD = 1.0  # money of a pool that is on nobody; below it is rounding


def statement_verdicts(
    statement: pd.DataFrame,
    pools: pd.DataFrame | None,
    activities: int,
    *,
    period: str,
    stops_at: str,
    currency: str,
    unknown: str = "",
    left_out: Sequence[str] = (),
) -> list[Verdict]:
    """Judge the statement of one period: what is known, what rests on what, what belongs to nobody.

    Parameters
    ----------
    activities : int, number of time equations
    stops_at : str, level of the cost hierarchy down to which customers are charged
    unknown : str, why cost-to-serve is not known, where another reason than no pools holds
    left_out : names of activities whose driver nobody gave
    """
    mine = statement[(statement["period"] == period) & statement["active"]]
    known = pd.DataFrame() if pools is None else pools[pools["period"] == period]
    found = [_margin(mine, currency)]
    if not len(known) or mine["cost_to_serve"].isna().any():
        why = unknown or _("there is no table of cost pools for {period}").format(period=period)
        return [*found, verdict("cost_to_serve", REFUSE, why=why)]
    found.append(_cost_to_serve(known, activities - len(left_out), left_out))
    found += _pools(known, stops_at=stops_at, currency=currency)
    return [*found, *_new_customers(mine, currency=currency), _capital(mine)]


def _new_customers(mine: pd.DataFrame, *, currency: str) -> list[Verdict]:
    """Say what of set-up rests on a guess of who is new; nothing where nobody is set up."""
    charged, guessed, open_ = (
        mine[name] for name in ("setup_cost", "setup_guessed_cost", "setup_open_cost")
    )
    if not (charged.any() or open_.any()):
        return []
    return [
        verdict(
            "new_customers",
            FLAG if guessed.any() or open_.any() else PASS,
            charged=money(charged.sum(), currency),
            open_n=number(int((open_ != 0).sum())),
            open_amount=money(open_.sum(), currency),
            guessed_n=number(int((guessed != 0).sum())),
            guessed_amount=money(guessed.sum(), currency),
        )
    ]


def _margin(mine: pd.DataFrame, currency: str) -> Verdict:
    """Say at how many customers, with how much revenue, the cost of goods is not known."""
    blind = unknown_margins(mine).sum() if len(mine) else pd.Series({"customers": 0.0})
    if not blind["customers"]:
        return verdict("gross_margin", PASS)
    outcome = FLAG if mine["gross_margin"].notna().any() else REFUSE
    words = {
        "n": number(blind["customers"]),
        "share": percent(blind["share"]),
        "amount": money(blind["revenue"], currency),
    }
    return verdict("gross_margin", outcome, **words)


def _cost_to_serve(pools: pd.DataFrame, activities: int, left_out: Sequence[str]) -> Verdict:
    """Say what cost-to-serve is made of, and what it leaves out."""
    traced = _is_traced(pools)
    if not (pools["charged"] & ~traced).any():
        what = _("it consists of freight only; ordering, picking, visits and care are not in it")
        return verdict("cost_to_serve", FLAG, what=what)
    if left_out:
        what = _(
            "without drivers it rests on counts from documents only, and nothing counts {activities}"
        )
        return verdict(
            "cost_to_serve", FLAG, what=what.format(activities="; ".join(_plain(left_out)))
        )
    counted = number(activities + int(traced.any()))
    return verdict("cost_to_serve", PASS, pools=number(len(pools)), activities=counted)


def _pools(known: pd.DataFrame, *, stops_at: str, currency: str) -> list[Verdict]:
    """Judge the pools: what is on nobody, what is overloaded, what has no capacity."""
    worked = known["charged"] & (known["used"] > 0) & ~_is_traced(known)
    over = known[known["used_share"] > 1]
    idle = known[worked & (known["used_share"] < HARDLY)]
    what = [
        template.format(pools=", ".join(_plain(pools["pool"])))
        for pools, template in (
            (over, _("used above what it can supply: {pools}")),
            (
                idle,
                _("hardly used, as if its capacity were in another unit or of more days: {pools}"),
            ),
        )
        if len(pools)
    ]
    blind = known[worked & known["capacity"].isna()]
    return [
        _on_nobody(known, stops_at=stops_at, currency=currency),
        verdict("capacity", FLAG if what else PASS, what="; ".join(what)),
        verdict(
            "practical_capacity",
            FLAG if len(blind) else PASS,
            pools=", ".join(_plain(blind["pool"])),
        ),
    ]


def _on_nobody(known: pd.DataFrame, *, stops_at: str, currency: str) -> Verdict:
    """Say where cost stops, and which pools within reach of customers no activity counts."""
    nobody = known[known["unassigned_cost"].abs() >= WORTH_A_WORD]
    within = nobody[within_reach(nobody["hierarchy_level"], stops_at)]
    if within.empty:
        return verdict("unit_of_cost", PASS, level=_(COST_LEVELS[stops_at]))
    amount = money(within["unassigned_cost"].sum(), currency)
    return verdict("unit_of_cost", FLAG, amount=amount, pools=", ".join(_plain(within["pool"])))


def _capital(mine: pd.DataFrame) -> Verdict:
    """Say whether a charge was computed, and for how many customers it is not known what they owe."""
    if mine["capital_charge"].isna().all():
        return verdict("capital_absent", FLAG)
    silent = mine["days_to_pay"].isna()
    owed = mine["capital_charge"] - mine["assets_charge"].fillna(0.0)
    if silent.all() and not (owed > 0).any():
        return verdict("receivables_absent", FLAG)
    by_balance = silent.all()  # who has no balance owes nothing
    without = 0 if by_balance else int((silent & (mine["invoice_revenue"] != 0)).sum())
    return verdict("capital_charge", FLAG if without else PASS, n=number(without))


def _is_traced(pools: pd.DataFrame) -> pd.Series:
    return pools["unit"] == TRACED


def _plain(names: Iterable[str]) -> list[str]:
    return [name.replace("_", " ") for name in names]
