"""What the intake found, as outcomes of rules: set aside, absent, estimated, not covered."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from kamlib.core.contract import ALWAYS_WANTED, CONTRACT
from kamlib.core.errors import DataError, listed
from kamlib.core.frames import external, require_choice
from kamlib.core.language import _, day, money, month, ngettext, number, percent, words_in
from kamlib.core.outcomes import FLAG, PASS, REFUSE, Outcome, outcome_of
from kamlib.core.rules import RULES
from kamlib.core.tables import among, floats
from kamlib.core.timespans import whole_months
from kamlib.core.vocabulary import table_label
from kamlib.intake.how_written import in_words
from kamlib.intake.orders import APART_DAYS
from kamlib.intake.validate import Validated

if TYPE_CHECKING:
    from kamlib.core.timespans import Period
    from kamlib.settings import Engagement

QUIET_DAYS = 7
YEAR, TWO_YEARS = 12, 24


class Count(NamedTuple):
    """What a rule counts of lines, documents or orders: its words are its count, and its money.

    `always` is said too where there is none; without `what` the counts have words each, in `PARTS`.
    """

    rule: str
    what: str = ""
    always: bool = True
    outcome: str = FLAG


PARTS: dict[str, dict[str, str]] = words_in(Path(__file__).with_suffix(".toml"))
COUNTS = (
    Count("document_types", "untyped"),
    Count("list_price", "without_list"),
    Count("list_price_unit", "below_net", always=False),
    Count("cost_of_goods", "without_cost"),
    Count("costs_amiss", always=False),
    Count("identical_rows", "identical"),
    Count("price_times_quantity", "far", always=False),
    Count("quantity_of_nothing", "no_quantity", always=False),
    Count("days_ahead", "ahead", always=False),
    Count("credit_notes", "orphans"),
    Count("advances", "open_advances"),
    Count("minus_missing", "raised", always=False),
    Count("samples", "samples", always=False, outcome=PASS),
    Count("orders"),
)


def count_outcomes(
    facts: Mapping[str, Any], *, last: date, mapped: Collection[str], currency: str
) -> list[Outcome]:
    """Say what lines, documents and orders do not tell, or tell in a way that looks wrong."""
    _refuse_turned_costs(facts)
    words = {
        name: money(float(value), currency) if name.endswith("_amount") else number(value)
        for name, value in facts.items()
    }
    no_order = _("its invoice: no line names one")
    words |= {
        "all": words["lines"],
        "last": day(last),
        "days": number(APART_DAYS),
        "lacking": "" if "line_id" in mapped else _("line_id, or "),
        "by": _("its number, else by its invoice") if "order_id" in mapped else no_order,
    }
    return [
        _counted(each, facts, words)
        for each in COUNTS
        if each.always or any(facts[what] for what in _counts_of(each))
    ]


def _counts_of(count: Count) -> list[str]:
    return [count.what] if count.what else list(PARTS[count.rule])


def _counted(count: Count, facts: Mapping[str, Any], words: dict[str, str]) -> Outcome:
    """Say what one rule counts; where no line has a cost of goods there is nothing to count."""
    if count.rule == "cost_of_goods" and facts["without_cost"] == facts["lines"]:
        return outcome_of(count.rule, REFUSE)
    there = [what for what in _counts_of(count) if facts[what]]
    each = {n: words | {"n": words[n], "amount": words.get(f"{n}_amount", "")} for n in facts}
    said = [_(PARTS[count.rule][what]).format(**each[what]) for what in there if not count.what]
    numbers = each.get(count.what, words) | {"what": "; ".join(said)}
    return outcome_of(count.rule, count.outcome if there else PASS, **numbers)


def _refuse_turned_costs(facts: Mapping[str, Any]) -> None:
    """Raise DataError if most costs are turned round: that is no export, and would add to profit."""
    if 2 * facts["turned"] > facts["both_costed"]:
        raise DataError(
            f"cost_of_goods_sold of the invoice lines has the other sign than net_amount on "
            f"{facts['turned']} of {facts['both_costed']} lines, so that it would add to profit. Write "
            f"what goods cost as a positive amount, and as a negative one where they came back: turn "
            f"the signs of the export round."
        )
    if 2 * facts["freight_below"] > facts["freighted"]:
        raise DataError(
            f"freight is below 0 on {facts['freight_below']} of {facts['freighted']} invoice lines, as "
            f"if it were income. Write what bringing a line cost us as a positive amount: turn the "
            f"signs of the export round."
        )


def _coverage(months: pd.DataFrame, first: date, last: date, *, span: "Period") -> Outcome:
    """Say whether invoice lines, from `first` to `last`, cover the period and leave no month out."""
    inside = months[months["period"] == span.name]
    words = {"period": span.name, "first": day(first), "last": day(last)}
    if inside.empty:
        return outcome_of("coverage", REFUSE, **words)
    begin = pd.Timestamp(span.start).replace(day=1)
    expected = pd.date_range(begin, pd.Timestamp(span.end), freq="MS")
    silent = [month(m) for m in expected[~expected.isin(inside["month"])]]
    quiet = timedelta(days=QUIET_DAYS)
    what = []
    if first > span.start + quiet:
        what.append(_("lines begin on {first} only").format(**words))
    if last < span.end - quiet:
        what.append(_("lines end on {last} already").format(**words))
    if silent:
        what.append(_("there is no line in {months}").format(months=listed(silent, most=12)))
    return outcome_of("coverage", FLAG if what else PASS, **words, what="; ".join(what))


def table_outcomes(engagement: "Engagement", coverage: pd.DataFrame) -> list[Outcome]:
    """Say which tables are absent or empty, and what is lost by it."""
    given = engagement.inputs
    absent = [name for name in ALWAYS_WANTED if name not in given]
    rows = dict(zip(coverage["table"], coverage["rows"], strict=True))
    empty = [name for name in given if rows.get(name) == 0]
    template = _("{table}: {loses}")
    what = [template.format(table=table_label(n), loses=_(CONTRACT[n].loses)) for n in absent]
    said = {"what": "; ".join(what), "tables": ", ".join(absent)}
    found = [outcome_of("empty_table", FLAG, table=n, words=table_label(n)) for n in empty]
    return [*found, outcome_of("tables_absent", FLAG if absent else PASS, **said)]


def how_read_outcome(tables: list[Validated]) -> Outcome:
    """Say what the readers passed over, put right or took as declared."""
    template = _("{n} × {what} ({table})")
    what = [
        template.format(n=number(n), what=in_words(key), table=table_label(table.name))
        for table in tables
        for key, n in sorted(table.raw.notes.items())
        if n
    ]
    return outcome_of("how_read", FLAG if what else PASS, what="; ".join(what))


def customers_outcome(engagement: "Engagement", customers: pd.DataFrame, *, sites: int) -> Outcome:
    """Say where the customers are known from, and what is not known of them."""
    outcome = PASS if "customers" in engagement.inputs else FLAG
    named = (customers["name"] != customers["customer_id"]).any()
    lacking = _("no groups or attributes") if named else _("no names, groups or attributes")
    return outcome_of(
        "customers_table", outcome, n=number(len(customers)), sites=number(sites), lacking=lacking
    )


def outcomes_about(outcomes: Sequence[Outcome], section: str) -> list[Outcome]:
    """Pick the outcomes that a section of notebook 1 shows; what no other shows belongs to came_in."""
    known = {rule.section or "came_in" for rule in RULES.values()}
    require_choice(section, sorted(known), name="section")
    return [each for each in outcomes if (RULES[each.rule].section or "came_in") == section]


def reach_outcomes(
    first: date,
    last: date,
    months: pd.DataFrame,
    customers: pd.DataFrame,
    *,
    span: "Period",
    currency: str,
) -> list[Outcome]:
    """Say what of the period, and of the window before its end, the input does not cover.

    A customer is young when its first line is in the 12 months before the period's end and the
    input reaches further back than that. The last month counts as whole when lines end within a
    week of its end, and the first one when they begin within a week of its start.
    """
    began = pd.Series([pd.Timestamp(first - timedelta(days=QUIET_DAYS))])
    back = max(0, int(whole_months(began, span.end)[0]))
    reach = REFUSE if back < YEAR else FLAG if back < TWO_YEARS else PASS
    reaches = ngettext("{n} month", "{n} months", back).format(n=number(back))
    ends = min(last, span.end)
    next_month = (ends.replace(day=1) + timedelta(days=32)).replace(day=1)
    short = (next_month - ends).days - 1 > QUIET_DAYS and ends >= span.start
    ends_in = month(pd.Timestamp(ends))
    return [
        _coverage(months, first, last, span=span),
        *([_young(months, customers, span, currency)] if back > YEAR else []),
        outcome_of("dormant_or_gone", reach, months=reaches, period=span.name),
        outcome_of("partial_month", FLAG if short else PASS, last=day(ends), month=ends_in),
    ]


def _young(months: pd.DataFrame, customers: pd.DataFrame, span: "Period", currency: str) -> Outcome:
    """Say how many external customers of the period began in its last year."""
    mine = months[among(months["customer_id"], external(customers))]
    mine = mine.assign(revenue=floats(mine["invoice_revenue"]))
    began = mine.groupby("customer_id")["month"].min()
    here = mine[mine["period"] == span.name].groupby("customer_id")["revenue"].sum()
    year_ago = pd.Timestamp(span.end) + timedelta(days=1) - pd.DateOffset(months=YEAR)
    young = here[began.reindex(here.index) >= year_ago]
    whole = float(here.sum())
    return outcome_of(
        "young_customers",
        FLAG if len(young) else PASS,
        n=number(len(young)),
        all=number(len(here)),
        period=span.name,
        amount=money(float(young.sum()), currency),
        share=percent(float(young.sum()) / whole if whole else 0.0),
    )
