"""Looking at an engagement's inputs before anything is run: what came in, and what it will not carry.

Settings are checked, files found and read, rows validated, in this process and without a notebook. What
is required and would be refused is foreseen from the inputs alone, by the rules that depend on
them; whether a report shows it is known only when it has run.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from kamlib.attractiveness.ratings import current_ratings
from kamlib.attractiveness.their_criteria import side_b_criteria
from kamlib.core.codes import FROM_THEM
from kamlib.core.language import _, day, money, ngettext, number, use_language
from kamlib.core.outcomes import PASS, REFUSE, Balance, Outcome, nothing_to_stand_on, outcome_table
from kamlib.core.rules import ANALYSES, RULES
from kamlib.core.tables import Tables
from kamlib.core.timespans import Period, period_of
from kamlib.data_prep.tables import pairs_table, set_aside_reasons
from kamlib.intake import read_inputs
from kamlib.intake.reasons import NO_TAX_NUMBER, WITHOUT_TAX_ID
from kamlib.profitability.capital import days_tied_up
from kamlib.profitability.customer_statements import (
    Statements,
    customer_statements,
    statement_outcomes,
)
from kamlib.profitability.ledger import ledger_accounts, ledger_outcome, profit_balance
from kamlib.profitability.loss_treatment import require_known
from kamlib.segmentation.classes import measure_outcomes
from kamlib.settings import Engagement, frozen_files
from kamlib.settings.engagement import load_engagement

MOST_PAIRS, MOST_BUYERS = 20, 10
STATED_BY = (
    "customers",
    "customer_months",
    "orders",
    "corrections",
    "off_invoice",
    "drivers",
    "receivables",
    "resources",
    "deliveries",
    "assets",
)
RATED_BY = ("party_id", "criterion", "supplier")


@dataclass(frozen=True)
class Checked:
    """What the inputs of an engagement are, and what is to be brought.

    `coverage` has one row per input table, `reasons` one per reason for which rows were set aside;
    `outcomes` are those that are not PASS, `broken` the lines of the ledger that do not hold, `refused`
    the required analyses that these inputs cannot carry, with their rules. `pairs` look like one customer
    and wait for a decision; `buyers` have no tax number on their invoices. `withheld` says why no report
    would come out; it is empty where one would.
    """

    engagement: Engagement
    period: Period
    coverage: pd.DataFrame
    reasons: pd.DataFrame
    outcomes: list[Outcome]
    broken: list[Balance]
    refused: dict[str, list[str]]
    pairs: pd.DataFrame
    buyers: pd.DataFrame
    withheld: str

    @property
    def holds(self) -> bool:
        """Tell whether a report would come out, with all that is required, and every sum holds."""
        return not self.refused and not self.broken and not self.withheld

    def lines(self) -> list[str]:
        """Return what to tell a reader, line by line."""
        parts = (_tables, _reasons, _buyers, _pairs, _outcomes, _sums, _required)
        withheld = _("No report would be published. {why}").format(why=self.withheld)
        blocks = [*(part(self) for part in parts), [withheld] if self.withheld else []]
        return [_head(self), *(line for block in blocks if block for line in ["", *block])]


def check_inputs(engagement: str | Path, period: str | None = None) -> Checked:
    """Read an engagement's inputs and say what came in and what is lacking; nothing is written.

    `engagement` is a name under data/ or a path; without `period` it is the last one.

    Raises
    ------
    DataError, ParameterError
        The engagement or a file is rejected.
    """
    settings = load_engagement(engagement)
    use_language(settings.language)
    frozen_files(settings)
    span = settings.period(period or list(settings.periods)[-1])
    intake = read_inputs(settings, span.name)
    stated, theirs = require_usable(settings, intake.tables, span)
    outcomes, balances = _against_ledger(settings, intake.tables, stated, span)
    outcomes, balances = [*intake.outcomes, *outcomes], [*intake.balances, *balances]
    rules = {each.rule for each in outcomes if each.outcome == REFUSE}
    rules |= set() if all(each.holds for each in balances) else {"adds_up"}
    rules |= _refused_of_customers(settings, stated, span) | _not_asked(settings, theirs)
    named = {each: [rule for rule in ANALYSES[each] if rule in rules] for each in settings.required}
    return Checked(
        engagement=settings,
        period=span,
        coverage=intake.coverage,
        reasons=set_aside_reasons(intake.tables["quarantine"]),
        outcomes=[each for each in outcomes if each.outcome != PASS],
        broken=[each for each in balances if not each.holds],
        refused={each: found for each, found in named.items() if found},
        pairs=pairs_table(intake.tables["identity_pairs"]),
        buyers=_without_number(intake.tables["quarantine"]),
        withheld=nothing_to_stand_on(outcome_table(outcomes)),
    )


def require_usable(
    engagement: Engagement, tables: Tables, span: Period
) -> tuple[Statements | None, pd.DataFrame]:
    """Reject what a notebook would reject: settings that do not fit the tables, weights, pools, drivers.

    The same functions are asked as in the notebooks, on the same tables. The statements are returned,
    None where there is no line to state, and the ratings of suppliers that count.
    """
    before = engagement.previous(span.name)
    model = engagement.profitability
    periods = [each for each in (before, span) if each]
    given = {name: _as_read(engagement, tables, name) for name in STATED_BY}
    given["assets"] = days_tied_up(given["assets"], periods)
    names = [each.name for each in periods]
    stated = None
    if tables["customer_months"]["period"].isin(names).any():  # without a line nothing is stated
        stated = customer_statements(given, model, periods=names)
    require_known(model.dropping, given["customers"])
    theirs = current_ratings(tables.get("ratings_theirs"), end=span.end, by=RATED_BY)
    side_b_criteria(theirs, guess_halfwidth=engagement.side_b.our_guess_halfwidth)
    return stated, theirs


def _against_ledger(
    engagement: Engagement, tables: Tables, stated: Statements | None, span: Period
) -> tuple[list[Outcome], list[Balance]]:
    """Hold the statements against the general ledger as notebook 2 does; nothing without one."""
    quarantine, totals = (_as_read(engagement, tables, n) for n in ("quarantine", "gl_totals"))
    if stated is None or quarantine is None or totals is None:
        return [], []
    ledger, items = engagement.ledger, engagement.ledger.reconciling_items
    gl = ledger_accounts(totals, stated.statement, stated.pools, quarantine, items)
    if not (gl["period"] == span.name).any():
        return [], []
    outcome = ledger_outcome(gl, period=span.name, materiality=ledger.materiality)
    balances = profit_balance(stated.statement, stated.pools, gl, engagement, period=span.name)
    return [outcome], balances


def _refused_of_customers(
    engagement: Engagement, stated: Statements | None, span: Period
) -> set[str]:
    """Return what the notebooks would refuse of what customers earn, as far as the inputs decide it."""
    refused = {"cost_to_serve"}
    if stated is not None:
        mine = stated.statement[stated.statement["period"] == span.name]
        of_statement = statement_outcomes(
            mine,
            stated.pools,
            len(engagement.profitability.time_equations),
            period=span.name,
            stops_at=engagement.profitability.stops_at,
            currency=engagement.currency,
            left_out=stated.left_out,
        )
        outcomes = [*of_statement, *measure_outcomes(mine)]
        refused = {each.rule for each in outcomes if each.outcome == REFUSE}
    if refused & {"cost_to_serve", "gross_margin"}:
        refused |= {"benefit_ours", "golden_shots"}
    return refused if span.is_a_year else {*refused, "golden_shots"}


def _not_asked(engagement: Engagement, theirs: pd.DataFrame) -> set[str]:
    """Return what is refused because no customer was asked: side B, and trust."""
    believed = list(engagement.pyramid.believed_on_trust)
    on_trust = theirs["criterion"] == "trust"
    asked = {"side_b": ~on_trust & theirs["source"].isin(FROM_THEM)}
    asked["trust"] = on_trust & theirs["source"].isin(believed)
    return {rule for rule, rows in asked.items() if not (rows & (theirs["supplier"] == "us")).any()}


def _as_read(engagement: Engagement, tables: Tables, name: str) -> pd.DataFrame | None:
    """Return an input table as a notebook reads it, in the period of its date; None without it."""
    table = tables.get(name)
    if table is None or "date" not in table or "period" in table:
        return table
    return table.assign(period=period_of(table["date"], list(engagement.periods.values())))


def _without_number(quarantine: pd.DataFrame) -> pd.DataFrame:
    """Return who bought without a tax number on the invoice: ``value, rows, amount``, largest first.

    Lines that name nobody are not among them: they may be anybody's.
    """
    known = (quarantine["reason"] == NO_TAX_NUMBER) & (quarantine["value"] != WITHOUT_TAX_ID)
    lines = quarantine[known]
    sums = lines.groupby("value", as_index=False).agg(
        rows=("row", "size"), amount=("amount", lambda each: float(each.dropna().sum() or 0))
    )
    size = sums["amount"].abs()
    return sums.assign(size=size).sort_values(["size", "value"], ascending=[False, True])


# ----------------------------------------------------------------------------------- in words
def _head(found: Checked) -> str:
    span, words = found.period, _("{name}, {period}: {first} to {last}")
    days = {"first": day(span.start), "last": day(span.end)}
    return words.format(name=found.engagement.name, period=span.name, **days)


def _tables(found: Checked) -> list[str]:
    """Write one line per input table, in columns."""
    heads = [_("table"), _("rows"), _("set aside"), _("from"), _("to")]
    rows = [
        [each["table"], *(number(each[n]) for n in ("rows", "set_aside"))]
        + ["" if pd.isna(each[n]) else day(each[n]) for n in ("first", "last")]
        for each in found.coverage.to_dict("records")
    ]
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    return [
        "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip()
        for row in (heads, *rows)
    ]


def _reasons(found: Checked) -> list[str]:
    """Write why rows were set aside, with the money on them that can be read."""
    template, worth = _("{n} × {table}, {column}: {reason}{worth}"), _(" ({amount})")
    currency = found.engagement.currency
    said = [
        template.format(
            n=number(each["rows"]),
            table=each["table"],
            column=each["column"] or _("whole row"),
            reason=_(each["reason"]),
            worth=worth.format(amount=money(each["amount"], currency)) if each["amount"] else "",
        )
        for each in found.reasons.to_dict("records")
    ]
    return [_("Set aside:"), *(f"  {each}" for each in said)] if said else []


def _buyers(found: Checked) -> list[str]:
    """Write who bought without a tax number, as rows that give each an id of its own."""
    if found.buyers.empty:
        return []
    largest = found.buyers.head(MOST_BUYERS)
    said = [
        f'  {json.dumps(value, ensure_ascii=False)}: ""  # {money(amount, found.engagement.currency)}'
        for value, amount in zip(largest["value"], largest["amount"], strict=True)
    ]
    template = _(
        "Buyers without a tax number, set aside (to take one as a customer, write an id for it under "
        "inputs.invoice_lines.values.customer_id): {n}"
    )
    return [template.format(n=number(len(found.buyers))), *said]


def _pairs(found: Checked) -> list[str]:
    """Write which ids look like one customer, with the evidence, as rows for identity.merge."""
    if found.pairs.empty:
        return []
    template = _("{customer_id},{keep_as}   {name} = {kept_name}: {evidence}; {amount}")
    said = [
        template.format(
            **{str(name): value for name, value in row.items()},
            amount=money(row["invoice_revenue"], found.engagement.currency),
        )
        for row in found.pairs.head(MOST_PAIRS).to_dict("records")
    ]
    head = _("Ids that look like one customer (customer_id,keep_as for identity.merge): {n}")
    rest = _("{shown} are shown, the largest first; all stand in the table identity_pairs")
    if len(found.pairs) > MOST_PAIRS:
        said.append(rest.format(shown=number(MOST_PAIRS)))
    return [head.format(n=number(len(found.pairs))), *(f"  {each}" for each in said)]


def _outcomes(found: Checked) -> list[str]:
    lines = []
    for each in found.outcomes:
        lines.append(f"{each.outcome} {each.title}: {each.said}")
        if each.bring:
            lines.append("  " + _("To bring: {what}").format(what=each.bring))
    return lines


def _sums(found: Checked) -> list[str]:
    template = _("{what} does not hold: {amount} is not explained.")
    broken = []
    for each in found.broken:
        size = float(each.unexplained)
        rows = ngettext("{n} row", "{n} rows", round(abs(size))).format(n=number(size))
        amount = rows if each.unit == "rows" else money(size, each.unit, 2)
        broken.append(template.format(what=each.what, amount=amount))
    return broken or [_("Every sum holds.")]


def _required(found: Checked) -> list[str]:
    """Write which required analyses would be refused, and what to bring for each."""
    template = _("{analysis} is required and would be refused. To bring: {what}")
    bring = {
        name: dict.fromkeys(_(RULES[rule].bring) for rule in rules)
        for name, rules in found.refused.items()
    }
    return [template.format(analysis=name, what="; ".join(each)) for name, each in bring.items()]
