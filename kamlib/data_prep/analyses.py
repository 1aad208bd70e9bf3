"""The analyses of notebook 1: what came in, what was set aside, and whether it ties to the ledger."""

from typing import TYPE_CHECKING

from kamlib.core.analysis import Analysis, Part
from kamlib.core.language import _
from kamlib.data_prep import figures, tables, words
from kamlib.intake import outcomes_about, read_inputs
from kamlib.page.parts import Claim, Figure, Headline, Table

if TYPE_CHECKING:
    from kamlib.stage import Stage


def read(stage: "Stage") -> Analysis:
    """Read the client's exports into tables that keep the contract, and say how much came in.

    Its tables are all that data prep hands over: ``customers``, ``customer_months``, ``orders``,
    ``quarantine`` and so on, money in reporting currency, and ``coverage``: one row per input table,
    with rows read, rows set aside, and first and last day.

    Raises
    ------
    DataError
        An input file is missing, fits two readings, or is not what engagement.yaml says it is.
    ParameterError
        An environment variable that engagement.yaml names is not set.
    """
    intake = read_inputs(stage.engagement, stage.period.name)
    coverage = intake.coverage
    intake.tables.hold({"coverage": coverage})
    said = words.intake_finding(coverage, intake.tables["quarantine"], currency=stage.currency)
    caption = _("Rows read and set aside, and the days they reach.")
    parts: list[Part] = [Headline(said), Table(coverage, caption, fold=True)]
    told = outcomes_about(intake.outcomes, "came_in")
    return stage.keep("read", Analysis(intake.tables, parts, told, result=intake))


def quality(stage: "Stage", intake: Analysis) -> Analysis:
    """Count the rows set aside by rule, with the money they hold and how to mend them.

    Its table is ``rules``: one row per rule, amounts in reporting currency, shares of 1.
    """
    currency, rules = stage.currency, tables.quality_table(intake.tables["quarantine"])
    by_rule = _("Rows set aside by rule, the largest amount first, and how to mend them.")
    parts: list[Part] = [
        Claim(*words.quality_finding(rules, currency=currency)),
        Table(rules, by_rule, currency, digits={"amount": 2}),
    ]
    told = outcomes_about(intake.result.outcomes, "set_aside")
    return stage.keep("quality", Analysis({"rules": rules}, parts, told))


def documents(stage: "Stage", intake: Analysis) -> Analysis:
    """Say which kinds of documents there are, and what each adds to revenue or takes back.

    Its table is ``kinds``: one row per kind of document, of all periods, revenue in reporting currency.
    """
    table, currency = intake.tables["documents"], stage.currency
    caption = _("Documents of all periods by kind, and what they add to revenue.")
    parts: list[Part] = [
        Claim(words.documents_finding(table, currency=currency)),
        Table(table, caption, currency, digits={"invoice_revenue": 2}, fold=True),
    ]
    told = outcomes_about(intake.result.outcomes, "documents")
    return stage.keep("documents", Analysis({"kinds": table}, parts, told))


def identity(stage: "Stage", intake: Analysis) -> Analysis:
    """Say which ids look like one customer, and which were merged by decision.

    Its tables are ``proposed`` and ``merged``: one row per pair of ids, revenue in reporting
    currency.
    """
    pairs, currency = intake.tables["identity_pairs"], stage.currency
    captions = {
        "proposed": _("Pairs of ids that wait for a decision."),
        "merged": _("Ids counted as another's, by decision."),
    }
    decided = {each: tables.pairs_table(pairs, decision=each) for each in captions}
    parts: list[Part] = [Claim(*words.pairs_finding(pairs, currency=currency))]
    parts += [
        Table(table, captions[decision], currency, fold=True) for decision, table in decided.items()
    ]
    told = outcomes_about(intake.result.outcomes, "customers")
    return stage.keep("identity", Analysis(decided, parts, told))


def revenue(stage: "Stage", intake: Analysis) -> Analysis:
    """Add up invoice revenue of external customers by month, and hold it against the period before.

    Its table is ``months``: one row per month, revenue in reporting currency, net of VAT.
    """
    here, previous, currency = stage.period.name, stage.previous, stage.currency
    months = tables.monthly_revenue(intake.tables, here)
    said = words.revenue_finding(
        tables.external_months(intake.tables),
        period=here,
        previous=previous.name if previous else None,
        currency=currency,
    )
    parts: list[Part] = [
        Figure("monthly_revenue", lambda: figures.plot_monthly_revenue(months, currency=currency)),
        Claim(said),
    ]
    told = outcomes_about(intake.result.outcomes, "months")
    return stage.keep("revenue", Analysis({"months": months}, parts, told))


def reconciliation(stage: "Stage", intake: Analysis) -> Analysis:
    """Tie what was read to what is used and set aside, in rows and money, and to the general ledger.

    It has no table; its balances, in rows or reporting currency, stand in the ledger of the stage.
    """
    told = outcomes_about(intake.result.outcomes, "ledger")
    return stage.keep("reconciliation", Analysis(outcomes=told, balances=intake.result.balances))
