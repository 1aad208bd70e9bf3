"""What the intake found, as verdicts: set aside, absent, estimated, not covered."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pandas as pd

from kamlib.core.checks import require_choice
from kamlib.core.contract import ALWAYS_WANTED, CONTRACT
from kamlib.core.errors import DataError, listed
from kamlib.core.language import _, day, money, month, ngettext, number, percent
from kamlib.core.rules import RULES
from kamlib.core.tables import among, floats
from kamlib.core.verdicts import FLAG, PASS, REFUSE, Verdict, verdict
from kamlib.core.vocabulary import table_label
from kamlib.intake.how_written import in_words
from kamlib.intake.lines import LineFacts
from kamlib.intake.validate import Validated

if TYPE_CHECKING:
    from kamlib.core.periods import Period
    from kamlib.settings.engagement import Engagement


QUIET_DAYS = 7


def line_verdicts(facts: LineFacts, *, mapped: list[str], currency: str) -> list[Verdict]:
    """Say what the lines do not tell: kind of document, list price, cost, and repeated lines."""
    every = number(facts.lines)
    found = [
        verdict(
            "document_types", FLAG if facts.untyped else PASS, n=number(facts.untyped), all=every
        ),
        verdict(
            "list_price",
            FLAG if facts.without_list else PASS,
            n=number(facts.without_list),
            all=every,
            estimated=number(facts.estimated),
        ),
        _cost_verdict(facts, mapped, currency),
        *_costs_amiss(facts, currency),
        verdict(
            "identical_rows",
            FLAG if facts.identical else PASS,
            n=number(facts.identical),
            amount=money(float(facts.identical_amount), currency),
            lacking="" if "line_id" in mapped else _("line_id, or "),
        ),
    ]
    for rule, count, amount in (
        ("price_times_quantity", facts.far, facts.far_amount),
        ("quantity_of_nothing", facts.no_quantity, facts.no_quantity_amount),
    ):
        if count:
            worth = money(float(amount), currency)
            found.append(verdict(rule, FLAG, n=number(count), all=every, amount=worth))
    if facts.ahead:
        n, worth = number(facts.ahead), money(float(facts.ahead_amount), currency)
        found.append(verdict("days_ahead", FLAG, n=n, amount=worth, last=day(facts.last)))
    if 2 * facts.below_net > facts.of_two_units:
        n, several = number(facts.below_net), number(facts.of_two_units)
        found.insert(2, verdict("list_price_unit", FLAG, n=n, all=several))
    return found


def _cost_verdict(facts: LineFacts, mapped: list[str], currency: str) -> Verdict:
    """Say whether margins can be shown."""
    if "cost_of_goods_sold" not in mapped or facts.without_cost == facts.lines:
        return verdict("cost_of_goods", REFUSE)
    return verdict(
        "cost_of_goods",
        FLAG if facts.without_cost else PASS,
        n=number(facts.without_cost),
        all=number(facts.lines),
        amount=money(float(facts.revenue_without_cost), currency),
    )


def _costs_amiss(facts: LineFacts, currency: str) -> list[Verdict]:
    """Say which costs of goods are there and look wrong; most of them turned round is no export.

    Raises
    ------
    DataError
        Most costs have the other sign than their revenue, or most freight is below 0.
    """
    if 2 * facts.turned > facts.both_costed:
        raise DataError(
            f"cost_of_goods_sold of the invoice lines has the other sign than net_amount on "
            f"{facts.turned} of {facts.both_costed} lines, so that it would add to profit. Write what "
            f"goods cost as a positive amount, and as a negative one where they came back: turn the "
            f"signs of the export round."
        )
    if 2 * facts.freight_below > facts.freighted:
        raise DataError(
            f"freight is below 0 on {facts.freight_below} of {facts.freighted} invoice lines, as if it "
            f"were income. Write what bringing a line cost us as a positive amount: turn the signs of "
            f"the export round."
        )
    what = []
    if facts.freight_below:
        template = _("invoice lines with freight below 0: {n} ({amount})")
        amount = money(float(facts.freight_amount), currency)
        what.append(template.format(n=number(facts.freight_below), amount=amount))
    if facts.turned:
        template = _("lines on which it has the other sign than revenue: {n} ({amount})")
        amount = money(float(facts.turned_amount), currency)
        what.append(template.format(n=number(facts.turned), amount=amount))
    if facts.costless:
        template = _("invoice lines on which it is 0: {n} (revenue {amount})")
        amount = money(float(facts.costless_amount), currency)
        what.append(template.format(n=number(facts.costless), amount=amount))
    if 2 * facts.cost_of_one > facts.of_five_units:
        template = _(
            "on {n} of {all} lines of five units or more revenue is at least the cost times the "
            "quantity, as if it were the cost of one unit, or in thousands"
        )
        what.append(template.format(n=number(facts.cost_of_one), all=number(facts.of_five_units)))
    return [verdict("costs_amiss", FLAG, what="; ".join(what))] if what else []


def coverage_verdict(months: pd.DataFrame, facts: LineFacts, *, span: "Period") -> Verdict:
    """Say whether invoice lines reach over the whole period and leave no month out."""
    start, end = span.start, span.end
    inside = months[months["period"] == span.name]
    words = {"period": span.name, "first": day(facts.first), "last": day(facts.last)}
    if inside.empty:
        return verdict("coverage", REFUSE, **words)
    expected = pd.date_range(pd.Timestamp(start).replace(day=1), pd.Timestamp(end), freq="MS")
    silent = [month(m) for m in expected[~expected.isin(inside["month"])]]
    quiet = timedelta(days=QUIET_DAYS)
    what = []
    if facts.first > start + quiet:
        what.append(_("lines begin on {first} only").format(**words))
    if facts.last < end - quiet:
        what.append(_("lines end on {last} already").format(**words))
    if silent:
        what.append(_("there is no line in {months}").format(months=listed(silent, most=12)))
    outcome = FLAG if what else PASS
    return verdict("coverage", outcome, **words, what="; ".join(what))


def table_verdicts(engagement: "Engagement", coverage: pd.DataFrame) -> list[Verdict]:
    """Say which tables are absent or empty, and what is lost by it."""
    given = engagement.inputs
    absent = [name for name in ALWAYS_WANTED if name not in given]
    rows = dict(zip(coverage["table"], coverage["rows"], strict=True))
    empty = [name for name in given if rows.get(name) == 0]
    return [
        *(verdict("empty_table", FLAG, table=name, words=table_label(name)) for name in empty),
        _absent(absent),
    ]


def _absent(names: list[str]) -> Verdict:
    """Say in one verdict which tables were not given, and what each would have brought."""
    if not names:
        return verdict("tables_absent", PASS)
    template = _("{table}: {loses}")
    what = [
        template.format(table=table_label(name), loses=_(CONTRACT[name].loses)) for name in names
    ]
    return verdict("tables_absent", FLAG, what="; ".join(what), tables=", ".join(names))


def how_read_verdict(tables: list[Validated]) -> Verdict:
    """Say what the readers passed over, and which numbers were not written plainly."""
    template = _("{n} × {what} ({table})")
    what = [
        template.format(n=number(n), what=in_words(key), table=table_label(table.name))
        for table in tables
        for key, n in sorted(table.raw.notes.items())
        if n
    ]
    return verdict("how_read", FLAG if what else PASS, what="; ".join(what))


def customers_verdict(engagement: "Engagement", customers: pd.DataFrame, *, sites: int) -> Verdict:
    """Say where the customers are known from, and what is not known of them."""
    outcome = PASS if "customers" in engagement.inputs else FLAG
    named = (customers["name"] != customers["customer_id"]).any()
    lacking = _("no groups or attributes") if named else _("no names, groups or attributes")
    return verdict(
        "customers_table", outcome, n=number(len(customers)), sites=number(sites), lacking=lacking
    )


def verdicts_about(verdicts: Sequence[Verdict], section: str) -> list[Verdict]:
    """Pick the verdicts that a part of notebook 1 shows, so that each acts where it belongs.

    Parameters
    ----------
    verdicts : of an `Intake`
    section : "came_in", "set_aside", "documents", "customers", "months" or "ledger"; what no other
        part shows belongs to the first
    """
    known = {rule.section or "came_in" for rule in RULES.values()}
    require_choice(section, sorted(known), name="section")
    return [each for each in verdicts if (RULES[each.rule].section or "came_in") == section]


YEAR, TWO_YEARS = 12, 24


def reach_verdicts(
    first: date,
    last: date,
    *,
    months: pd.DataFrame,
    customers: pd.DataFrame,
    span: "Period",
    currency: str,
) -> list[Verdict]:
    """Say what of the window the input does not cover.

    Parameters
    ----------
    first, last : date, first and last day of the lines that are used
    months : DataFrame, `customer_months`
    customers : DataFrame with ``customer_id`` and ``relation``
    span : the report period
    currency : str

    Notes
    -----
    A customer is young when its first line is in the 12 months before the period's end and the
    input reaches further back than that. The last month counts as whole when lines end within a
    week of its end, and the first one when they begin within a week of its start.
    """
    back = whole_months(first - timedelta(days=QUIET_DAYS), span.end)
    reach = REFUSE if back < YEAR else FLAG if back < TWO_YEARS else PASS
    found = [
        verdict("asleep_or_gone", reach, months=_months(back), period=span.name),
        _last_month(min(last, span.end), span),
    ]
    if back > YEAR:
        found.insert(0, _young(months, customers, span, currency))
    return found


def whole_months(start: date, end: date) -> int:
    """Return how many whole months lie between two days, both included.

    Examples
    --------
    >>> whole_months(date(2024, 1, 1), date(2025, 12, 31))
    24
    >>> whole_months(date(2024, 1, 10), date(2024, 12, 31))
    11
    """
    after = end + timedelta(days=1)
    months = 12 * (after.year - start.year) + after.month - start.month
    return max(0, months - (after.day < start.day))


def _months(n: int) -> str:
    return ngettext("{n} month", "{n} months", n).format(n=number(n))


def _last_month(last: date, span: "Period") -> Verdict:
    """Say whether the month in which lines end is whole."""
    next_month = (last.replace(day=1) + timedelta(days=32)).replace(day=1)
    short = (next_month - last).days - 1 > QUIET_DAYS and last >= span.start
    return verdict(
        "partial_month",
        FLAG if short else PASS,
        last=day(last),
        month=month(pd.Timestamp(last)),
    )


def _young(months: pd.DataFrame, customers: pd.DataFrame, span: "Period", currency: str) -> Verdict:
    """Say how many external customers of the period began in its last year."""
    external = customers.loc[customers["relation"] == "external", "customer_id"]
    mine = months[among(months["customer_id"], external)]
    mine = mine.assign(revenue=floats(mine["invoice_revenue"]))
    began = mine.groupby("customer_id")["month"].min()
    here = mine[mine["period"] == span.name].groupby("customer_id")["revenue"].sum()
    year_ago = pd.Timestamp(span.end) + timedelta(days=1) - pd.DateOffset(months=YEAR)
    young = here[began.reindex(here.index) >= year_ago]
    whole = float(here.sum())
    return verdict(
        "young_customers",
        FLAG if len(young) else PASS,
        n=number(len(young)),
        all=number(len(here)),
        period=span.name,
        amount=money(float(young.sum()), currency),
        share=percent(float(young.sum()) / whole if whole else 0.0),
    )
