"""The analyses of notebook 3, and the whale curve of notebook 2."""

from typing import TYPE_CHECKING

import pandas as pd

from kamlib.core.analysis import Analysis, Part
from kamlib.core.codes import TERMS
from kamlib.core.frames import main_measure, named
from kamlib.core.language import _
from kamlib.core.verdicts import REFUSE
from kamlib.page.parts import Claim, Figure, Finding, Headline, Table
from kamlib.profitability.uncertainty import uncertain_profits
from kamlib.segmentation import classes, doors, figures, shares, tables, terms, words
from kamlib.segmentation import effort as efforts
from kamlib.segmentation.band import subsidy_verdict, whale_band
from kamlib.segmentation.parties import assessed_parties
from kamlib.segmentation.potential import buyers, potential, stated_purchases

if TYPE_CHECKING:
    from kamlib.stage import Stage


def whale(stage: "Stage", statements: Analysis) -> Analysis:
    """Add up what customers leave from the best to the worst: who earns, and how much losers take back.

    Its table is the curve: one row per active customer, best first.
    """
    stated, currency = statements.result, stage.currency
    measure, now = stated.measure, stated.now
    if measure is None:
        return stage.keep("whale", Analysis())
    luck = stage.engagement.segmentation.interval.model_dump()
    drawn = None
    if measure == "customer_profit" and stage.knows("uncertainty"):
        drawn = uncertain_profits(
            now,
            stated.shown.cost_to_serve,
            stage.engagement.profitability,
            draws=luck["draws"],
            seed=luck["seed"],
        )
    curve = classes.whale_curve(now[now["active"] & now[measure].notna()], measure=measure)
    band = whale_band(curve, measure=measure, uncertain=drawn, **luck)
    parts: list[Part] = [
        Figure(
            "whale_curve",
            lambda: figures.plot_whale_curve(curve, currency=currency, measure=measure, whale=band),
            {"measure": measure},
        ),
        Claim(
            words.whale_finding(curve, measure=measure, currency=currency),
            words.whale_uncertainty_finding(band, currency=currency),
        ),
    ]
    told = [subsidy_verdict(band, currency=currency)]
    return stage.keep("whale", Analysis({"curve": curve}, parts, told, result=band))


def concentration(stage: "Stage") -> Analysis:
    """Say how few customers bring most of revenue, gross margin and customer profit, and how sure that is.

    Its table is ``concentration``: one row per measure, with shares from 0 to 1, numbers of customers,
    and money in reporting currency.
    """
    now, settings = stage.read("profitability"), stage.engagement.segmentation
    measure, share, interval = main_measure(now), settings.profit_share, settings.interval
    measures = shares.concentration(now, threshold=share, **interval.model_dump())
    told = classes.measure_verdicts(now)
    if not stage.withheld:
        told += [
            shares.interval_verdict(measures, level=interval.level),
            shares.net_shares_verdict(measures, measure=measure, currency=stage.currency),
        ]
    handed = {"concentration": measures.assign(period=stage.period.name)}
    stage.keep("concentration", Analysis(handed, (), told))
    few = words.concentration_finding(measures, measure=measure, profit_share=share)
    parts: list[Part] = [
        Headline(few[0]),
        Claim(words.twenty_eighty_finding(measures, measure=measure), *few[1:]),
        *stage.refusal("class_measure"),
        Table(
            tables.concentration_table(measures),
            _("The same by revenue, gross margin and customer profit."),
            stage.currency,
            digits={"gini": 2, "effective_n": 0},
        ),
    ]
    return stage.keep("concentration", Analysis(handed, parts, told))


def vital_few(stage: "Stage") -> Analysis:
    """Class each active customer: one of the vital few, of the useful many, or loss-making.

    Its tables are ``segmentation`` (one row per period and active customer: rank, shares from 0 to 1,
    class) and ``classes`` (customers and money of each class, in reporting currency).
    """
    now, threshold = stage.read("profitability"), stage.engagement.segmentation.profit_share
    measure, currency = main_measure(now), stage.currency
    statement = stage.read("profitability", periods="all")
    segments = classes.segment(statement, measure=measure, threshold=threshold)
    mine = segments[segments["period"] == stage.period.name]
    summary = classes.class_summary(mine)
    caption = _("Customers and money per class; shares are of what those who earn bring.")
    parts: list[Part] = [
        Claim(words.class_finding(summary, measure=measure, currency=currency)),
        Table(summary, caption, currency, fold=True),
    ]
    balances = classes.class_balances(now, mine, measure=measure, currency=currency)
    handed = {"segmentation": segments, "classes": summary}
    return stage.keep("vital_few", Analysis(handed, parts, balances=balances, result=mine))


def revenue_ranking(stage: "Stage") -> Analysis:
    """Say who would stand in another class if customers were ranked by revenue.

    Its table has one row per such customer, largest revenue first, with both classes and both amounts
    in reporting currency.
    """
    now, threshold = stage.read("profitability"), stage.engagement.segmentation.profit_share
    measure = main_measure(now)
    flips = classes.class_flips(now, measure=measure, threshold=threshold)
    caption = _("Largest customers by revenue whose class changes.")
    shown = named(flips, stage.read("customers")).head(12)
    parts: list[Part] = [
        Claim(words.flips_finding(flips, measure=measure)),
        Table(shown, caption, stage.currency, fold=True),
    ]
    return stage.keep("revenue_ranking", Analysis({"flips": flips}, parts))


def equal_treatment(stage: "Stage", few: Analysis, chances: Analysis) -> Analysis:
    """Ask whether everybody gets about the same of our people, our material and our money.

    Its tables are ``effort_audit`` (one row per kind: concentration from -1 to 1, shares of each class
    from 0 to 1), ``effort_moves`` (at most five: hours of people's work that could go from whom to
    whom, and what of it is avoidable, in reporting currency) and ``beyond`` (money of work beyond the
    share in proportion to profit before it).
    """
    now, customers = stage.read("profitability"), stage.read("customers")
    served, pools = (
        stage.read(name) if stage.has(name) else None for name in ("cost_to_serve", "pools")
    )
    got = efforts.customer_effort(now, served, pools)
    told = efforts.effort_verdict(got)
    if told.outcome == REFUSE or stage.withheld:
        stage.keep("equal_treatment", Analysis(verdicts=[told]))
        return stage.keep("equal_treatment", Analysis(parts=stage.refusal(""), verdicts=[told]))
    of_class = few.result.set_index("customer_id")["profit_class"]
    audit = efforts.effort_audit(got, of_class)
    said = words.effort_finding(audit)
    parts: list[Part] = [
        Claim(said[0] + ".", said[1]),
        Figure("effort", lambda: figures.plot_effort(audit)),
        Table(
            audit.drop(columns=["spread"]),
            _("How each kind of effort is spread; 0 leans neither way."),
            stage.currency,
            digits={"index_before": 2, "index_final": 2, "proportional": 2},
            fold=True,
        ),
        Finding(*said[2:]),
    ]
    handed = {"effort_audit": audit.assign(period=stage.period.name)}
    if "people" in got:
        segments = customers.set_index("customer_id")["industry_segment"]
        found = efforts.moves(got, of_class, segments, _returning(chances))
        handed["effort_moves"] = found.assign(period=stage.period.name)
    if "people" in got and got["hours"].any():
        parts += [
            Table(
                tables.moves_table(found, customers),
                _("Hours that could go from whom to whom, and what of them is avoidable."),
                stage.currency,
            ),
            Table(
                tables.beyond_table(got, of_class, customers),
                _("Work beyond its share by what it earns, and vital few who go short of theirs."),
                stage.currency,
                fold=True,
            ),
        ]
    return stage.keep("equal_treatment", Analysis(handed, parts, [told]))


def equal_terms(stage: "Stage") -> Analysis:
    """Ask whether discounts, days to pay and service follow what customers earn, or their size.

    Its table is ``terms_audit``: one row per term, rank correlations from -1 to 1.
    """
    if not stage.knows("equal_treatment"):
        return stage.keep("equal_terms", Analysis())
    audit = terms.terms_audit(stage.read("profitability"), stage.read("orders"))
    shown = audit.assign(term=[_(TERMS[term]) for term in audit["term"]])
    parts: list[Part] = [
        Claim(*words.terms_finding(audit)),
        Table(
            shown,
            _("How each term goes with the profit rate; the 90 % interval is of the first number."),
            heads={"low": _("From"), "high": _("To")},
            digits=dict.fromkeys(["with_before", "low", "high", "with_final", "with_revenue"], 2),
            fold=True,
        ),
    ]
    handed = {"terms_audit": audit.assign(period=stage.period.name)}
    return stage.keep("equal_terms", Analysis(handed, parts))


def _returning(chances: Analysis) -> pd.Series:
    """Return each customer's chance of return, 0 to 1; missing where nobody can tell."""
    return chances.result.set_index("customer_id")["p_return_12m"]


def open_doors(stage: "Stage", few: Analysis, chances: Analysis) -> Analysis:
    """Say who may be a key customer, and by which of four doors, each on its own evidence.

    Its tables are ``doors`` (one row per party and door that is open, was looked at or cannot be judged),
    ``potential`` (one row per active customer: what it could buy a year in reporting currency, and the
    profit more in key-account units) and ``parties`` (one row per customer or prospect who is looked at
    from here on).
    """
    now, customers = stage.read("profitability"), stage.read("customers")
    prospects, declared = stage.read_optional("prospects"), stage.read_optional("strategic")
    parties, who = assessed_parties(customers, prospects, chances.result, now)
    strategic = doors.strategic_door(
        declared, stage.engagement.doors.strategic, end=stage.period.end
    )
    could = None
    if stage.period.is_a_year and not stage.withheld and now["customer_profit"].notna().any():
        said = stated_purchases(stage.read_optional("category_purchases"), end=stage.period.end)
        unit = float(stage.engagement.key_account_unit.amount)
        could = potential(buyers(now, customers, few.result), said, unit=unit)
    second = doors.potential_door(could, stage.engagement.doors.potential, currency=stage.currency)
    found = doors.open_doors(few.result, second, strategic, parties, now, period=stage.period.name)
    caption = _(
        "Doors 2 and 4: who could join the vital few, who is strategic, and why or why not."
    )
    shown = named(doors.worth_a_look(found, could), parties, "party_id")
    shown["open"] = shown["open"].where(shown["judged"])  # what nobody can tell is not shut
    parts: list[Part] = [
        Claim(words.door_finding(found), words.joining_finding(found)),
        Table(shown.drop(columns=["period", "judged"]), caption),
    ]
    told = doors.door_verdicts(found, strategic, parties.set_index("party_id")["name"])
    handed = {"doors": found, "parties": parties.assign(period=stage.period.name)}
    if could is not None:
        handed["potential"] = could.assign(period=stage.period.name)
    return stage.keep("open_doors", Analysis(handed, parts, told, [who]))
