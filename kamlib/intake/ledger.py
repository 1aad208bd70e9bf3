"""What came in, was set aside and is used, in rows and money; and the general ledger beside it."""

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from kamlib.core.codes import LEDGER_LINES, REVENUE_PARTS
from kamlib.core.errors import listed
from kamlib.core.language import _, money, number, percent
from kamlib.core.outcomes import FLAG, PASS, REFUSE, Balance, Outcome, outcome_of
from kamlib.core.vocabulary import column_label, table_label
from kamlib.intake.reasons import LEFT_OUT
from kamlib.intake.validate import Validated

if TYPE_CHECKING:
    from kamlib.settings import Engagement

REVENUE = "invoice_revenue"


def total(amounts: pd.Series) -> Decimal:
    """Return the exact sum of a column of decimals; missing amounts count as nothing."""
    known = amounts.dropna()
    return Decimal(known.sum()) if len(known) else Decimal(0)


def rows_balance(table: Validated, quarantine: pd.DataFrame, used: int) -> Balance:
    """Say what became of the rows of an input table."""
    balance = Balance(_("Rows of {table}").format(table=table_label(table.name)), "rows")
    balance.start(_("read"), table.raw.rows)
    mine = quarantine[quarantine["table"] == table.name]
    rules = Counter(zip(mine["column"], mine["reason"], strict=True))
    for (column, reason), n in sorted(rules.items()):
        balance.change(_aside(column, reason), -n)
    return balance.end(_("used"), used)


def _aside(column: str, reason: str) -> str:
    """Say by which rule rows were set aside; a row that is broken as a whole has no column."""
    words = _("set aside: {column}, {reason}") if column else _("set aside: {reason}")
    return words.format(column=column_label(column) if column else "", reason=_(reason))


def money_balance(
    read: pd.DataFrame, months: pd.DataFrame, converted: pd.DataFrame, *, currency: str
) -> Balance:
    """Say what became of the net amounts that can be read."""
    balance = Balance(_("Net amount of invoice lines"), currency)
    elsewhere = total(converted["amount"])
    balance.start(_("read, as far as it is a number"), total(read["amount"]) - elsewhere)
    for row in converted.to_dict("records"):
        original = money(float(row["original"]), row["currency"], 2)
        balance.change(_("converted from {original}").format(original=original), row["amount"])
    lost = read[read["reason"].notna() & read["amount"].notna()]
    for column, reason, amount in lost[["column", "reason", "amount"]].itertuples(index=False):
        unknown = _("as written, its currency is not known") if column == "currency" else ""
        balance.change(_aside(column, reason), -amount, unknown)
    return balance.end(_("invoice revenue of all months"), total(months[REVENUE])).in_cents()


def ledger_of_revenue(
    period: str,
    *,
    months: pd.DataFrame,
    customers: pd.DataFrame,
    quarantine: pd.DataFrame,
    gl_totals: pd.DataFrame | None,
    engagement: "Engagement",
) -> tuple[Balance | None, Outcome]:
    """Tie the revenue of a period to the general ledger, if there is one, and say how well it ties.

    A reconciling item explains a difference when it names the period and an account of the line;
    its amount is in profit sense: it is what the ledger has and the lines have not.
    """
    mine = months[months["period"] == period]
    relation = dict(zip(customers["customer_id"], customers["relation"], strict=True))
    ours = mine[REVENUE].groupby(mine["customer_id"].map(relation))
    of_relation = {word: total(amounts) for word, amounts in ours}
    lost, unassigned = _set_aside_in(period, quarantine, engagement)
    theirs = _revenue_accounts(period, gl_totals)
    if theirs is None:
        return None, outcome_of("ledger_absent", FLAG)
    if theirs.empty:
        return None, outcome_of("ledger_silent", FLAG, period=period)
    there = total(theirs["as_ladder"])
    material = abs(there) * Decimal(str(engagement.ledger.materiality.refuse))
    balance = Balance(
        _("Invoice revenue of {period} and the general ledger").format(period=period),
        engagement.currency,
        tolerance=material,
    )
    balance.start(_("customers"), of_relation.get("external", 0))
    balance.change(_("intercompany"), of_relation.get("intercompany", 0))
    balance.change(_("collective customers"), of_relation.get("collective", 0))
    balance.change(_("unassigned: no usable customer on the line"), unassigned)
    balance.change(_("set aside, with readable date and amount"), lost)
    accounts = set(theirs["gl_account"])
    for item in engagement.ledger.reconciling_items:
        if item.period == period and str(item.gl_account) in accounts:
            balance.change(str(item.what), item.amount, _("named by {by}").format(by=item.by))
    balance = balance.end(_("general ledger"), there).in_cents()
    return balance, _ledger_outcome(period, balance, there, lost + unassigned, engagement)


def _ledger_outcome(
    period: str, balance: Balance, revenue: Decimal, lost: Decimal, engagement: "Engagement"
) -> Outcome:
    """Say how large the unexplained difference is against the declared materiality.

    What was set aside is named in the balance, but explains nothing: it is missing in our numbers.
    """
    gap, currency = abs(balance.unexplained + lost), engagement.currency
    share = float(gap / abs(revenue)) if revenue else 1.0
    limits = engagement.ledger.materiality
    outcome = PASS if share <= limits.flag else FLAG if share <= limits.refuse else REFUSE
    apart = _("; {amount} lie in rows set aside").format(amount=money(float(lost), currency, 2))
    return outcome_of(
        "ledger_revenue",
        outcome,
        period=period,
        difference=money(float(gap), currency, 2),
        share=percent(share),
        aside=apart if lost else "",
    )


def _set_aside_in(
    period: str, quarantine: pd.DataFrame, engagement: "Engagement"
) -> tuple[Decimal, Decimal]:
    """Return the net amount of lines set aside in the period, and of those without a customer.

    Lines of an unknown currency are no part of it: what they are worth is not known.
    """
    span = engagement.periods[period]
    lines = quarantine[quarantine["table"] == "invoice_lines"]
    lines = lines[(lines["column"] != "currency") & (lines["reason"] != LEFT_OUT)]
    inside = lines["date"].between(pd.Timestamp(span.start), pd.Timestamp(span.end))
    nobody = lines["column"] == "customer_id"
    known, unknown = (total(lines.loc[inside & who, "amount"]) for who in (~nobody, nobody))
    return known, unknown


def _revenue_accounts(period: str, gl_totals: pd.DataFrame | None) -> pd.DataFrame | None:
    """Return the ledger's accounts of invoice revenue with amounts as they read on the ladder.

    Where it books list revenue and discounts apart, those are its invoice revenue.
    """
    if gl_totals is None:
        return None
    parts = gl_totals["line"].map({REVENUE: 1, **REVENUE_PARTS}).astype("float64")
    accounts = gl_totals[(gl_totals["period"] == period) & parts.notna()]
    turned = accounts["sign"].fillna(1).astype(float) * parts[accounts.index] < 0
    return accounts.assign(as_ladder=accounts["amount"].mask(turned, -accounts["amount"]))


def ledger_lines_outcome(
    gl_totals: pd.DataFrame | None, periods: Sequence[str], *, currency: str
) -> list[Outcome]:
    """Say which accounts of the general ledger no line of the statement is held against."""
    if gl_totals is None:
        return []
    mine = gl_totals[gl_totals["period"].isin(periods)]
    held = mine["line"].isin([*LEDGER_LINES, *REVENUE_PARTS])
    if held.all():
        return [outcome_of("ledger_lines", PASS)]
    left = mine[~held]
    words = _("{account} in {period}: {amount}")
    rows = left[["gl_account", "period", "amount"]].itertuples(index=False)
    which = [
        words.format(account=account, period=period, amount=money(float(amount), currency))
        for account, period, amount in rows
    ]
    return [outcome_of("ledger_lines", FLAG, n=number(len(left)), which=listed(which))]


def items_outcome(
    gl_totals: pd.DataFrame | None, engagement: "Engagement", periods: Sequence[str]
) -> list[Outcome]:
    """Say which reconciling items name no account that is held against the statement.

    Such an item explains nothing: neither an account nor the chain of sums.
    """
    items = [each for each in engagement.ledger.reconciling_items if each.period in periods]
    if gl_totals is None or not items:
        return []
    held = gl_totals[gl_totals["line"].isin([*LEDGER_LINES, *REVENUE_PARTS])]
    there = set(zip(held["period"], held["gl_account"], strict=True))
    there |= {(each.period, each.gl_account) for each in engagement.profitability.resources}
    words = _("{what} ({amount}, {period})")
    loose = []
    for each in items:
        if (each.period, each.gl_account) not in there:
            amount = money(float(each.amount), engagement.currency)
            loose.append(words.format(what=each.what, amount=amount, period=each.period))
    outcome = FLAG if loose else PASS
    return [outcome_of("reconciling_items", outcome, n=number(len(items)), which=listed(loose))]
