"""The analyses of notebook 2: what each customer leaves us, and what should be done about the losses."""

from typing import TYPE_CHECKING, Any, NamedTuple

import pandas as pd

from kamlib.core.analysis import Analysis, Part
from kamlib.core.frames import main_measure, named, with_relation
from kamlib.core.language import _
from kamlib.core.outcomes import REFUSE
from kamlib.page.parts import Claim, Figure, Finding, Headline, Table
from kamlib.profitability import bridge as changes
from kamlib.profitability import causes, figures, ledger, loss_treatment, tables, uncertainty, words
from kamlib.profitability.capital import days_tied_up
from kamlib.profitability.customer_statements import (
    Statements,
    customer_statements,
    statement_outcomes,
    withheld,
)
from kamlib.profitability.statement import (
    company_ladder,
    economic_statements,
    loss_makers,
    timing_balance,
)

if TYPE_CHECKING:
    from kamlib.stage import Stage

ALWAYS = ("customers", "customer_months", "orders", "corrections", "timing")
GIVEN = (
    "off_invoice",
    "drivers",
    "receivables",
    "assets",
    "gl_totals",
    "quarantine",
    "resources",
    "deliveries",
    "customer_products",
)
CENTS = dict.fromkeys(["ledger", "ours", "explained", "unexplained"], 2)


class Stated(NamedTuple):
    """The statements with what they are made from.

    `whole` is what was computed; `shown` is without what the input cannot carry.
    """

    tables: dict[str, Any]
    whole: Statements
    shown: Statements
    ledger: pd.DataFrame
    period: str

    @property
    def now(self) -> pd.DataFrame:
        """Return the statement of the report period."""
        return self.shown.statement[self.shown.statement["period"] == self.period]

    @property
    def customers(self) -> pd.DataFrame:
        """Return the customers with their names and segments."""
        return self.tables["customers"]

    @property
    def measure(self) -> str | None:
        """Return what can be said of customers: customer profit, else gross margin, else None."""
        return main_measure(self.now)


def statements(stage: "Stage") -> Analysis:
    """State what each customer leaves, from list revenue to profit after the work done for it.

    Its tables are ``profitability`` (one row per period and customer), ``cost_to_serve``, ``pools``
    and ``gl_accounts``.
    """
    given = _input(stage)
    model = stage.engagement.profitability
    here, currency = stage.period.name, stage.currency
    whole = customer_statements(given, model, periods=[each.name for each in stage.periods])
    books = stage.engagement.ledger
    gl = ledger.ledger_accounts(
        given["gl_totals"],
        whole.statement,
        whole.pools,
        given["quarantine"],
        books.reconciling_items,
    )
    told = [ledger.ledger_outcome(gl, period=here, materiality=books.materiality)]
    stage.keep("statements", Analysis(outcomes=told))  # the ledger decides what may be shown
    shown = withheld(whole, stage.withheld, period=here)
    stated = Stated(given, whole, shown, gl, here)
    handed = {"profitability": shown.statement, "gl_accounts": gl}
    if shown.pools is not None and shown.cost_to_serve is not None:
        handed |= {
            "cost_to_serve": with_relation(shown.cost_to_serve, stated.customers),
            "pools": shown.pools,
        }
    if stage.withheld:
        return stage.keep("statements", Analysis(handed, (), told, result=stated))
    told += statement_outcomes(
        shown.statement,
        shown.pools,
        len(model.time_equations),
        period=here,
        stops_at=model.stops_at,
        currency=currency,
        unknown=shown.unknown.get(here, ""),
        left_out=shown.left_out,
    )
    told.append(
        uncertainty.uncertainty_outcome(shown.cost_to_serve, shown.pools, model, period=here)
    )
    ladder = company_ladder(stated.now)
    estimated = stage.flagged("list_price")
    said = words.statement_finding(ladder, currency=currency, estimated=estimated)
    parts: list[Part] = [
        Figure(
            "statement",
            lambda: figures.plot_statement(ladder, currency=currency),
            {"estimated": estimated},
        ),
        Claim(said),
    ]
    return stage.keep("statements", Analysis(handed, parts, told, result=stated))


def _input(stage: "Stage") -> dict[str, Any]:
    given: dict[str, Any] = {name: stage.read(name, periods="all") for name in ALWAYS}
    given |= {name: stage.read_optional(name) for name in GIVEN}
    given["assets"] = days_tied_up(given["assets"], stage.periods)
    return given


def cost_pools(stage: "Stage", statements: Analysis) -> Analysis:
    """Say what each pool of people or machines costs: charged to customers, unused, nobody's."""
    if not stage.knows("cost_to_serve"):
        return stage.refuse("cost_pools", "cost_to_serve")
    stated, currency = statements.result, stage.currency
    pools = stated.shown.pools
    mine = pools[pools["period"] == stated.period]
    stops_at = stage.engagement.profitability.stops_at
    said = Claim(
        words.capacity_finding(mine, currency=currency),
        words.levels_finding(mine, stops_at=stops_at, currency=currency),
        words.setup_finding(
            stated.now, months=stage.engagement.windows.setup_months, currency=currency
        ),
    )
    served = stated.shown.cost_to_serve
    work = tables.work_by_segment(
        served[served["period"] == stated.period],
        stated.now,
        stated.customers,
        at_least=stage.engagement.profitability.peers.at_least,
    )
    parts: list[Part] = [said]
    sold = stated.now[stated.now["active"] & (stated.now["invoice_revenue"] > 0)]
    cost, revenue = (sold[name].astype(float) for name in ("cost_to_serve", "invoice_revenue"))
    if len(work) > 1 and causes.tells_apart(cost / revenue, cost.sum() / revenue.sum()):
        parts += [
            Figure("work_by_segment", lambda: figures.plot_work_by_segment(work)),
            Finding(words.segments_finding(work)),
        ]
    table = tables.pool_table(pools, stated.period)
    caption = _("What each cost pool costs: charged to customers, unused, or nobody's.")
    shown = Table(table, caption, currency, fold=True)
    return stage.keep(
        "cost_pools", Analysis({"by_pool": table, "by_segment": work}, [*parts, shown])
    )


def losses(stage: "Stage", statements: Analysis) -> Analysis:
    """Say which customers lose money, why, what alone would end each loss, and what dropping brings.

    Its tables are ``loss_treatment`` and ``actions``, of all periods.
    """
    stated, currency = statements.result, stage.currency
    now, model, shown = stated.now, stage.engagement.profitability, stated.shown
    unit = float(stage.engagement.key_account_unit.amount) if stage.period.is_a_year else None
    found = loss_treatment.treat_losses(
        stated.tables, shown.statement, shown.cost_to_serve, shown.pools, model, unit=unit
    )
    products = stated.tables["customer_products"]
    told = loss_treatment.loss_outcomes(
        found,
        shown.pools,
        model,
        period=stated.period,
        products=products is not None and len(products) > 0,
        currency=currency,
    )
    handed = {"loss_treatment": found.losses, "actions": found.actions}
    stage.keep("losses", Analysis(handed, (), told))
    losing = tables.largest_losses(found.losses, stated.customers, period=stated.period)
    reach = model.dropping.price_reach
    headline = words.losses_headline(
        now, losing, measure=stated.measure, price_reach=reach, currency=currency
    )
    parts: list[Part] = [Headline(headline), *([] if not stage.withheld else stage.refusal(""))]
    if stage.knows("avoidable_cost") and len(losing):
        parts.append(Claim(*words.dropping_finding(losing, currency=currency)))
    if stage.knows("loss_causes") and len(losing):
        table = tables.loss_table(losing, stated.customers, currency=currency)
        parts.append(Finding(words.causes_finding(losing)))
        caption = _("The largest losses: why, what alone would end each, what dropping brings.")
        parts.append(Table(table, caption, currency, most=12))
    else:
        losers = loss_makers(now, stated.customers, measure=stated.measure)
        lines = tables.statement_lines(losers, stated.measure) if len(losers) else None
        if lines is not None:
            parts.append(Table(lines, _("The largest losses."), currency, most=12))
    return stage.keep("losses", Analysis(handed, parts, told, result=(found, losing)))


def price_matrix(stage: "Stage", statements: Analysis, losses: Analysis) -> Analysis:
    """Hold what customers pay against what they cost: net price and cost-to-serve of 100 at list value."""
    if not stage.knows("loss_causes"):
        return stage.refuse("price_matrix", "loss_causes")
    stated, currency = statements.result, stage.currency
    found, losing = losses.result
    explained = found.explained[found.explained["period"] == stated.period]
    placed, cuts = causes.price_matrix(explained)
    told = causes.matrix_outcome(placed, cuts)
    if told.outcome == REFUSE:
        return stage.keep("price_matrix", Analysis(outcomes=[told]))
    points = tables.matrix_points(placed, explained, losing, stated.customers)
    estimated = stage.flagged("list_price")
    lines = cuts._asdict()
    quadrants = tables.quadrant_table(points)
    parts: list[Part] = [
        Figure(
            "price_matrix",
            lambda: figures.plot_price_matrix(points, **lines),
            {"estimated": estimated},
        ),
        Claim(words.price_matrix_finding(points, **lines, currency=currency, estimated=estimated)),
        Table(
            quadrants,
            _("The four kinds of trade."),
            currency,
            heads={"list_revenue": _("List value sold, {currency}").format(currency=currency)},
            fold=True,
        ),
    ]
    return stage.keep("price_matrix", Analysis({"points": points}, parts, [told]))


def profit_uncertainty(stage: "Stage", statements: Analysis) -> Analysis:
    """Say how sure the profit of each customer is, where rates, times and volumes have ranges.

    Its table is ``profit_uncertainty``: intervals and chances of each active customer and period.
    """
    shown, settings = statements.result.shown, stage.engagement.segmentation
    table = uncertainty.profit_uncertainty(
        shown.statement,
        shown.cost_to_serve,
        stage.engagement.profitability,
        profit_share=settings.profit_share,
        **settings.interval.model_dump(),
    )
    parts = stage.refusal("uncertainty")
    if not parts:
        sure = table[table["period"] == stage.period.name]
        parts = [Claim(words.uncertainty_finding(sure), words.mover_finding(sure))]
    return stage.keep("profit_uncertainty", Analysis({"profit_uncertainty": table}, parts))


def profit_bridge(stage: "Stage", statements: Analysis) -> Analysis:
    """Take the change of profit since the previous period apart; the causes add up to the cent.

    Its table is ``profit_bridge``: one row per customer and cause.
    """
    stated, currency = statements.result, stage.currency
    statement, previous = stated.shown.statement, stage.previous
    before = previous.name if previous else None
    measure = changes.bridge_measure(statement, period=stated.period, previous=before)
    books = (stated.shown.cost_to_serve, stated.tables["customer_months"])
    spans: dict[str, Any] = {"period": stage.period, "previous": previous, "measure": measure}
    refused = changes.bridge_outcome(statement, None, *books, **spans)
    if refused.outcome == REFUSE or measure is None:
        return stage.keep("profit_bridge", Analysis(outcomes=[refused]))
    years: dict[str, Any] = {"period": stated.period, "previous": before, "measure": measure}
    table = changes.profit_bridge(statement, stated.tables["customer_products"], **years)
    steps = changes.bridge_steps(table, statement, **years)
    caption = _("The largest changes, each with the cause that moved it most.")
    largest = named(changes.largest_changes(table), stated.customers)
    parts: list[Part] = [
        Figure("bridge", lambda: figures.plot_bridge(steps, currency=currency, measure=measure)),
        Claim(
            words.bridge_finding(steps, currency=currency, measure=measure),
            words.comers_finding(steps, currency=currency),
        ),
        Table(largest, caption, currency, most=12, fold=True),
    ]
    told = [changes.bridge_outcome(statement, table, *books, **spans)]
    balances = [changes.bridge_balance(steps, currency=currency)]
    return stage.keep(
        "profit_bridge", Analysis({"profit_bridge": table, "steps": steps}, parts, told, balances)
    )


def economic_view(stage: "Stage", statements: Analysis) -> Analysis:
    """Put credit notes and bonuses back to the period in which they were earned.

    Its table is ``economic``; its difference to the posted view stands in the ledger.
    """
    given = statements.result.tables
    table = economic_statements(
        statements.result.shown.statement,
        given["timing"],
        given["off_invoice"],
        stage.engagement_periods,
    )
    balances = [
        timing_balance(table, period=each.name, currency=stage.currency) for each in stage.periods
    ]
    return stage.keep("economic_view", Analysis({"economic": table}, balances=balances))


def profit_ledger(stage: "Stage", statements: Analysis) -> Analysis:
    """Lead the general ledger's profit to the profit of customers, account by account."""
    stated, currency = statements.result, stage.currency
    whole, gl = stated.whole, stated.ledger
    balances = [
        balance
        for each in stage.periods
        for balance in ledger.statement_balances(
            whole.statement,
            stated.tables["customer_months"],
            whole.pools,
            period=each.name,
            currency=currency,
            off_invoice=stated.tables["off_invoice"],
        )
    ]
    balances += ledger.profit_balance(
        whole.statement, whole.pools, gl, stage.engagement, period=stated.period
    )
    parts: list[Part] = []
    if len(gl):
        caption = _("The general ledger, account by account.")
        table = tables.gl_table(gl, stated.period)
        parts.append(Table(table, caption, currency, digits=CENTS, fold=True))
    return stage.keep("profit_ledger", Analysis(parts=parts, balances=balances))


def parameters_changed(stage: "Stage", made: Analysis) -> Analysis:
    """Say what the parameters of this notebook change: statement and losses before and after.

    Parameters
    ----------
    made : the analysis of `losses`, with the parameters as they are set
    """
    given = stage.as_given()
    if given is None:
        return stage.keep("parameters_changed", Analysis())
    before = statements(given)
    worlds = {
        _("As in engagement.yaml"): (before, losses(given, before)),
        _("As set here"): (stage.analyses["statements"], made),
    }
    said = [
        _("{world}: {statement} {losses}.").format(
            world=world, statement=stated.finding, losses=lost.headline
        )
        for world, (stated, lost) in worlds.items()
    ]
    return stage.keep("parameters_changed", Analysis(parts=[Finding(*said)]))
