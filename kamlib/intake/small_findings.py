"""What data prep says of the small tables: rows that stand twice, and amounts below 0."""

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal

import pandas as pd

from kamlib.core.deductions import ACCRUED, REVERSED, SETTLED
from kamlib.core.errors import listed
from kamlib.core.language import _, money, month, number
from kamlib.core.periods import Period
from kamlib.core.tables import Tables, floats
from kamlib.core.verdicts import FLAG, PASS, Verdict, verdict
from kamlib.core.vocabulary import label, table_label
from kamlib.intake.small import ADD_UP, Seen

MANY_RATINGS, SHORT_SCALE = (
    20,
    7,
)  # so many ratings of 0 to 10, and none above: a scale to 5, 6 or 7
MANY_GROWTHS = 5  # of which none reaches 1 %: shares


def small_verdicts(seen: Mapping[str, Seen], tables: Tables, *, currency: str) -> list[Verdict]:
    """Say which rows of small tables stand twice, and what was made of amounts below 0.

    Parameters
    ----------
    seen : by table
    tables : what data prep hands over
    """
    given = [name for name in ADD_UP if name in seen]
    if not given:
        return _scales(tables)
    twice = [what for name in given for what in _twice(name, seen[name], currency)]
    below = [
        *_deductions_below(tables.get("off_invoice"), currency),
        *_receivables_below(tables.get("receivables"), currency),
    ]
    return [
        verdict("small_repeats", FLAG if twice else PASS, what="; ".join(twice)),
        verdict("signs", FLAG if below else PASS, what="; ".join(below)),
        *_months_without_balances(tables),
        *_scales(tables),
    ]


def _scales(tables: Tables) -> list[Verdict]:
    """Say which numbers look as if they were on another scale than ours."""
    what = []
    template = _("none of {n} {table} is above {most} of 10")
    for name in ("ratings_ours", "ratings_theirs"):
        ratings = tables.get(name)
        rated = pd.Series(dtype=float) if ratings is None else ratings["rating"].dropna()
        if len(rated) >= MANY_RATINGS and rated.max() <= SHORT_SCALE:
            most = number(float(rated.max()))
            what.append(template.format(n=number(len(rated)), table=table_label(name), most=most))
    growth = tables["customers"].get("own_growth", pd.Series(dtype=float)).astype("float64")
    told = growth[growth.fillna(0.0) != 0]
    if len(told) >= MANY_GROWTHS and told.abs().max() < 1:
        template = _("none of {n} growth rates is as much as 1%")
        what.append(template.format(n=number(len(told))))
    return [verdict("scales", FLAG, what="; ".join(what))] if what else []


def _months_without_balances(tables: Tables) -> list[Verdict]:
    """Say of which months nobody's balance is given, in periods of which some are."""
    owed, sold = tables.get("receivables"), tables["customer_months"]
    if owed is None or owed.empty:
        return []
    spans = sold.loc[sold["period"].notna(), ["period", "month"]].drop_duplicates()
    given = spans["month"].isin(owed["month"])
    silent = spans.loc[~given & spans["period"].isin(spans.loc[given, "period"]), "month"]
    names = [month(each) for each in sorted(silent.unique())]
    if not names:
        return []
    return [verdict("receivables_months", FLAG, months=listed(names, most=12))]


def periods_without_deductions(tables: Tables, spans: Iterable[Period]) -> list[Verdict]:
    """Say of which period with sales no deduction is given, where another has some."""
    items, sold = tables.get("off_invoice"), set(tables["customer_months"]["period"].dropna())
    if items is None or items.empty:
        return []
    there = {
        span.name
        for span in spans
        if items["date"].between(pd.Timestamp(span.start), pd.Timestamp(span.end)).any()
    }
    silent = sorted(sold - there)
    if not (silent and there):
        return []
    return [verdict("periods_without_deductions", FLAG, periods=listed(silent))]


def _twice(name: str, seen: Seen, currency: str) -> Iterator[str]:
    """Yield what of a table stands twice."""
    if seen.repeats:
        template = _("{n} × {table}, the same in every column ({what} {amount})")
        weight = ADD_UP[name]
        yield template.format(
            n=number(seen.repeats),
            table=table_label(name),
            what=label(weight).lower(),
            amount=_weighed(seen.amount, weight, currency),
        )
    if seen.same_key:
        template = _("{n} × {table}, another row for the same customer and month")
        yield template.format(n=number(seen.same_key), table=table_label(name))


def _weighed(amount: Decimal, weight: str, currency: str) -> str:
    return number(float(amount)) if weight == "volume" else money(float(amount), currency)


def _deductions_below(items: pd.DataFrame | None, currency: str) -> Iterator[str]:
    """Yield how deductions below 0 were taken, by status."""
    if items is None or items.empty:
        return
    amount = pd.Series(floats(items["amount"]), index=items.index)
    status = items["status"].fillna(SETTLED)
    templates = {
        REVERSED: _("{n} × off-invoice items, reversed ({amount}): as a reversal of as much"),
        ACCRUED: _("{n} × off-invoice items, accrued ({amount}): as a reversal"),
        SETTLED: _("{n} × off-invoice items, settled ({amount}): as money that came back"),
    }
    for each, template in templates.items():
        mine = amount[(status == each) & (amount < 0)]
        if len(mine):
            yield template.format(n=number(len(mine)), amount=money(float(mine.sum()), currency))


def _receivables_below(owed: pd.DataFrame | None, currency: str) -> Iterator[str]:
    """Yield how balances and days to pay below 0 were taken."""
    if owed is None or owed.empty:
        return
    balance = pd.Series(floats(owed["average_balance"]))
    mine = balance[balance < 0]
    if len(mine):
        template = _("{n} × receivables, balance ({amount}): as money that customers paid ahead")
        yield template.format(n=number(len(mine)), amount=money(float(mine.sum()), currency))
    early = int((owed["days_to_pay"].astype("float64") < 0).sum())
    if early:
        yield _("{n} × receivables, days to pay: as paid before the invoice").format(
            n=number(early)
        )
