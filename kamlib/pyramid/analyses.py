"""The analyses of notebook 5: how close each customer is, who can be key, and what to find out first."""

from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from kamlib.attractiveness.our_criteria import missing_criteria
from kamlib.core.analysis import Analysis, Part
from kamlib.core.frames import main_measure, with_relation
from kamlib.core.language import _, number
from kamlib.core.outcomes import REFUSE, Outcome
from kamlib.page.parts import Claim, Figure, Finding, Headline, Table
from kamlib.page.words import before_and_after
from kamlib.pyramid import assess, boundaries, decide, figures, golden, overriding, tables, words
from kamlib.pyramid.bounds import Bounds, account_bounds, contact_functions, joint_evidence

if TYPE_CHECKING:
    from kamlib.stage import Stage

SHOT_MONTHS = 24


class Assessed(NamedTuple):
    """All accounts with their levels and verdicts, and what these rest on."""

    bounds: Bounds
    rules: decide.DecisionRules
    accounts: pd.DataFrame
    table: pd.DataFrame

    @property
    def customers(self) -> pd.DataFrame:
        """Return the accounts that are no prospects."""
        return self.table[~self.table["is_prospect"]]


def golden_shots(stage: "Stage") -> Analysis:
    """Ask which sales were golden shots: very profitable, no haggling, hardly ever back.

    Its table is ``golden_shots``: one row per customer, profit of 24 months in reporting currency and in
    key-account units, discount and percentile of the margin 0 to 1. Its result is the money of a
    key-account unit; None where it has no meaning here.

    Raises
    ------
    DataError
        The frozen percentiles of margins do not say what they were measured on.
    """
    customers, end, settings = stage.read("customers"), stage.period.end, stage.engagement
    measured = assess.unit_outcome(
        settings.key_account_unit,
        is_a_year=stage.period.is_a_year,
        profit_known=main_measure(stage.read("profitability")) == "customer_profit",
    )
    unit = None if measured.outcome == REFUSE else float(settings.key_account_unit.amount)
    money, frozen, told = _margins(stage, customers)
    shots = golden.golden_shots(
        customers,
        money,
        stage.read("staying"),
        frozen,
        settings.golden_shot,
        unit=unit,
        relations=stage.relations(customers),
        end=end,
    )
    caption = _(
        "Golden shots, and who is too young to tell (younger than {n} months), the largest first, over "
        "24 months."
    ).format(n=number(float(settings.golden_shot.months_since_first_order.limit)))
    found = tables.shots_table(shots, customers)
    parts: list[Part] = [
        Claim(words.golden_finding(shots, currency=stage.currency)),
        Table(found, caption, stage.currency, fold=True, rest="golden_shots"),
    ]
    handed = {"golden_shots": with_relation(shots, customers).assign(period=stage.period.name)}
    outcomes = [measured, told, golden.golden_outcomes(shots, money)]
    return stage.keep("golden_shots", Analysis(handed, parts, outcomes, result=unit))


def _margins(stage: "Stage", customers: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame, Outcome]:
    """Return the money of the window, the frozen percentiles of margins, and how these hold today."""
    months = stage.read("customer_months", periods="all")
    statement = stage.dated(stage.read("profitability", periods="all"))
    given = (months, stage.read_optional("off_invoice"), statement)
    money = golden.money_of_shots(*given, end=stage.period.end, months_back=SHOT_MONTHS)
    usual = stage.reference_end(months, stage.frozen("margin_percentiles"))
    then = golden.money_of_shots(*given, end=usual, months_back=golden.REFERENCE_MONTHS)
    afresh = golden.margin_percentiles(then, customers, end=usual)
    frozen = stage.freeze("margin_percentiles", afresh)
    assert frozen is not None
    told = golden.percentiles_outcome(frozen, afresh, stage.engagement.golden_shot)
    return money, frozen, told


def levels(stage: "Stage", golden_shots: Analysis) -> Analysis:
    """Ask how close each customer is to us: its level of cooperation, confirmed and possible.

    Its tables are ``pyramid`` (one row per customer: levels 1 to 4, what blocks the next one, and each
    criterion at its worst and at its best, in its own unit) and ``levels`` (customers, golden shots and
    profit in reporting currency of each level). Its result is all accounts as they were assessed.
    """
    parties, sides = stage.read("parties"), stage.read("attractiveness")
    statement, shots = (
        stage.read("profitability", periods="all"),
        golden_shots.tables["golden_shots"],
    )
    bounds = _bounds(stage, parties, sides, statement, shots)
    rules = decide.decision_rules(stage.engagement, unit=golden_shots.result)
    accounts = assess.assess_accounts(
        bounds,
        stage.engagement.pyramid.boundaries,
        stage.relations(parties),
        rules,
        missing=missing_criteria(stage.read("side_a_criteria")),
        managers=tables.managers_of(parties),
        by_when=stage.two_months_on(),
    )
    table = tables.account_table(
        accounts, parties, sides, shots, statement, period=stage.period.name
    )
    assessed = Assessed(bounds, rules, accounts, table)
    standing, currency = assessed.customers, stage.currency
    counts = boundaries.level_counts(standing)
    parts: list[Part] = [
        Figure("pyramid", lambda: figures.plot_pyramid(standing)),
        Claim(
            words.pyramid_finding(standing),
            words.shot_dependence_finding(standing, currency=currency),
        ),
        Table(counts, _("Customers per confirmed level."), currency, fold=True),
    ]
    handed = {"pyramid": tables.pyramid_table(table, bounds), "levels": counts}
    told = boundaries.pyramid_outcomes(standing)
    return stage.keep("levels", Analysis(handed, parts, told, result=assessed))


def _bounds(
    stage: "Stage",
    parties: pd.DataFrame,
    sides: pd.DataFrame,
    statement: pd.DataFrame,
    shots: pd.DataFrame,
) -> Bounds:
    """Collect what is known of each account, as intervals."""
    end, settings = stage.period.end, stage.engagement.pyramid
    contacts, evidence = stage.read_optional("contacts"), stage.read_optional("evidence")
    uncertainty, losses = (
        stage.read(name) if stage.has(name) else None
        for name in ("profit_uncertainty", "loss_treatment")
    )
    bounds = account_bounds(
        parties,
        statement,
        stage.read("staying"),
        sides,
        contact_functions(contacts, end=end, months=settings.evidence_months),
        joint_evidence(evidence, parties["party_id"], settings, end=end),
        stage.read("doors"),
        shots,
        period=stage.period.name,
        yearly=stage.period.is_a_year,
        least_uplift=stage.engagement.doors.potential.uplift_kau.at_least,
        since=stage.evidence_from,
        uncertainty=uncertainty,
        losses=losses,
        deals=_largest_deals(stage),
    )
    return bounds.without_measured() if stage.withheld else bounds


def _largest_deals(stage: "Stage") -> pd.Series | None:
    """Return what each party's largest open deal leaves a year if it is won, in key-account units."""
    if not stage.has("open_deals"):
        return None
    profit = stage.read("open_deals").groupby("party_id")["profit_year2"].max()
    return profit / float(stage.engagement.key_account_unit.amount)


def verdicts(stage: "Stage", levels: Analysis) -> Analysis:
    """Ask of each customer and prospect whether it can be key, and whether we can be its key supplier.

    Its table counts accounts per verdict. Where cuts or managers of the run are not the engagement's, it
    says who becomes a key account by them, and who no longer is one.

    Raises
    ------
    ParameterError
        The rules of engagement.yaml leave an account without a verdict, or ask for what is not known.
    """
    assessed, period = levels.result, stage.period.name
    bounds, rules, accounts, table = assessed
    answer, *others = words.verdict_finding(table)
    counts = decide.verdict_counts(table)
    parts: list[Part] = [
        Headline(answer),
        Finding(*others, words.population_finding(table, period=period)),
        Finding(_moved(stage, assessed)),
        Table(counts, _("Accounts per verdict."), fold=True),
    ]
    told = assess.capacity_outcomes(accounts, bounds, rules)
    now = stage.read("profitability")
    balances = tables.account_balances(stage.read("parties"), table, now, stage.currency)
    return stage.keep("verdicts", Analysis({"verdicts": counts}, parts, told, balances))


def _moved(stage: "Stage", assessed: Assessed) -> str:
    """Say who is a key account by the engagement's own cuts and places, and who by those of the run."""
    bounds, rules, accounts, table = assessed
    given = decide.decision_rules(stage.given or stage.engagement, unit=rules.unit)
    if given == rules:
        return ""
    decided = decide.decide(bounds, assess.known_levels(accounts), given)
    after = table.sort_values(["customer_profit", "party_id"], ascending=[False, True])
    verdict = after["party_id"].map(decided.set_index("party_id")["verdict"])
    keys = (tables.key_accounts(each)["name"] for each in (after.assign(verdict=verdict), after))
    return before_and_after(_("key accounts"), *keys)


def key_accounts(stage: "Stage", levels: Analysis) -> Analysis:
    """Ask who is a key account now, and who passes and does not earn for certain what one costs.

    Its tables are ``they_pay`` and ``they_do_not_pay``: one row per account, the highest profit first (in
    reporting currency), sides of 100 from worst to best.
    """
    table, currency, room = levels.result.table, stage.currency, stage.engagement.capacity
    missed = words.places_finding(
        table, places=room.places, more=room.key_accounts_per_manager, currency=currency
    )
    pay, not_yet = (
        tables.verdict_table(table, "key_account_now", pays=pays) for pays in (True, False)
    )
    short = _(
        "Passes, does not pay: holds in all else, and does not earn for certain what a key account costs, "
        "today or by its potential."
    )
    parts: list[Part] = [
        Table(pay, _("Key accounts now, by customer profit."), currency),
        Table(not_yet, short, currency),
        Finding(missed),
    ]
    found = {"they_pay": pay, "they_do_not_pay": not_yet}
    return stage.keep("key_accounts", Analysis(found, parts))


def nominees(stage: "Stage", levels: Analysis) -> Analysis:
    """Ask who fails nothing that is known and lacks one or two proofs to be a key account.

    Its table has one row per nominee: profit in reporting currency, what is missing, who asks and by when.
    """
    found = tables.nominees_table(levels.result.table)
    caption = _("Nominees: who fails nothing that is known and lacks one or two proofs.")
    shown = Table(found, caption, stage.currency, most=12, rest="key_accounts")
    return stage.keep("nominees", Analysis({"nominees": found}, [shown]))


def questions(stage: "Stage", levels: Analysis) -> Analysis:
    """Ask what must be found out first, of whom and by when, because a verdict hangs on it.

    Its table has one row per open verdict, the largest stake first: profit in reporting currency, the
    verdict at worst and at best, the questions that decide.
    """
    table = levels.result.table
    found, order = tables.questions_table(table), tables.order_words(table)
    caption = _("Find out first: what decides, {order}.").format(order=order)
    shown = Table(found, caption, stage.currency, most=12, fold=True, rest="key_accounts")
    return stage.keep("questions", Analysis({"questions": found}, [shown]))


def overrides(stage: "Stage", levels: Analysis) -> Analysis:
    """Ask where people decided otherwise than the rules, why, and until when.

    Its table is ``key_accounts``, the accounts with all that is known of each: level, verdict, questions,
    both sides, money in reporting currency, and the decision of people beside the model's.
    """
    decided, end = stage.overrides, stage.period.end
    table = overriding.apply_overrides(levels.result.table, decided, end=end)
    caption = _("Decisions of people that hold at the end of the period.")
    shown = Table(tables.overrides_table(table), caption)
    told = overriding.overrides_outcome(table, decided, end=end)
    return stage.keep("overrides", Analysis({"key_accounts": table}, [shown], [told]))
