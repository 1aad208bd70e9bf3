"""The analyses of notebook 3, and the whale curve of notebook 2."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from kamlib.core.analysis import Analysis, Part
from kamlib.core.codes import TERMS
from kamlib.core.errors import listed
from kamlib.core.frames import main_measure, named
from kamlib.core.language import _
from kamlib.core.outcomes import REFUSE
from kamlib.core.tables import among
from kamlib.page.parts import Claim, Figure, Finding, Headline, Table
from kamlib.profitability.uncertainty import uncertain_profits
from kamlib.segmentation import classes, doors, figures, prospects, shares, tables, terms, words
from kamlib.segmentation import effort as efforts
from kamlib.segmentation.band import subsidy_outcome, whale_band
from kamlib.segmentation.gaps import group_gaps, group_sales, widest_gaps
from kamlib.segmentation.parties import assessed_parties
from kamlib.segmentation.potential import buyers, potential, stated_purchases
from kamlib.staying.traits import stays_of_their_like

if TYPE_CHECKING:
    from kamlib.stage import Stage

MOST_DRAWN = 10  # customers in the heat map


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
    told = [subsidy_outcome(band, currency=currency)]
    return stage.keep("whale", Analysis({"curve": curve}, parts, told, result=band))


def concentration(stage: "Stage") -> Analysis:
    """Say how few customers bring most of revenue, gross margin and customer profit, and how sure that is.

    Its table is ``concentration``: one row per measure, with shares from 0 to 1, numbers of customers,
    and money in reporting currency.
    """
    now, settings = stage.read("profitability"), stage.engagement.segmentation
    measure, share, interval = main_measure(now), settings.profit_share, settings.interval
    measures = shares.concentration(now, threshold=share, **interval.model_dump())
    told = classes.measure_outcomes(now)
    if not stage.withheld:
        told += [
            shares.interval_outcome(measures),
            shares.net_shares_outcome(measures, measure=measure, currency=stage.currency),
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
        Finding(words.giants_finding(shares.giants(now), _names(stage))),
    ]
    return stage.keep("concentration", Analysis(handed, parts, told))


def vital_few(stage: "Stage") -> Analysis:
    """Class each active customer: one of the vital few, of the useful many, or loss-making.

    Its tables are ``segmentation`` (one row per period and active customer: rank, shares from 0 to 1,
    class), ``classes`` (customers and money of each class, in reporting currency) and ``transitions``
    (customers by class in the previous period and now).
    """
    now, threshold = stage.read("profitability"), stage.engagement.segmentation.profit_share
    measure, currency = main_measure(now), stage.currency
    statement = stage.read("profitability", periods="all")
    segments = classes.segment(statement, measure=measure, threshold=threshold)
    mine = segments[segments["period"] == stage.period.name]
    summary = classes.class_summary(mine)
    previous = stage.previous.name if stage.previous else ""
    moved = classes.class_transitions(segments, period=stage.period.name, previous=previous)
    caption = _("Customers and money per class; shares are of what those who earn bring.")
    parts: list[Part] = [
        Claim(words.class_finding(summary, measure=measure, currency=currency)),
        *([Table(summary, caption, currency, fold=True)] if measure else []),
        *_as_before(stage, moved, mine),
    ]
    balances = classes.class_balances(now, mine, measure=measure, currency=currency)
    handed = {"segmentation": segments, "classes": summary, "transitions": moved}
    return stage.keep("vital_few", Analysis(handed, parts, balances=balances, result=mine))


def _as_before(stage: "Stage", moved: pd.DataFrame, mine: pd.DataFrame) -> list[Part]:
    """Say who still is one of the vital few, and how sure membership is by the ranges of cost."""
    previous = stage.previous.name if stage.previous else ""
    said = [words.transition_finding(moved, previous=previous)]
    if stage.has("profit_uncertainty"):
        odds = stage.read("profit_uncertainty").set_index("customer_id")["p_vital_few"]
        few = mine.loc[mine["profit_class"] == "vital_few", "customer_id"]
        said.append(words.membership_finding(odds, pd.Index(few)))
    counted = _("Customers by their class a period before and now.")
    return [Finding(*said), *([Table(moved, counted, fold=True)] if len(moved) else [])]


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

    Its tables are ``effort_audit`` (one row per period and kind: concentration from -1 to 1, shares of
    each class from 0 to 1), ``noted`` (what people noted, by kind and purpose) and ``effort_moves`` (at
    most five: hours of people's work that could go from whom to whom, and what of it is avoidable, in
    reporting currency).
    """
    here, customers = stage.period.name, stage.read("customers")
    statement = stage.read("profitability", periods="all")
    served, pools = (
        stage.read(name, periods="all") if stage.has(name) else None
        for name in ("cost_to_serve", "pools")
    )
    got = efforts.effort_of(here, statement, served, pools)
    told = efforts.effort_outcome(got)
    if told.outcome == REFUSE or stage.withheld:
        stage.keep("equal_treatment", Analysis(outcomes=[told]))
        return stage.keep("equal_treatment", Analysis(parts=stage.refusal(""), outcomes=[told]))
    of_class = few.result.set_index("customer_id")["profit_class"]
    all_years = efforts.audit_of_periods(few.tables["segmentation"], statement, served, pools)
    audit = all_years[all_years["period"] == here]
    prospects = stage.read_optional("prospects")
    noted = efforts.noted_effort(
        stage.read_optional("effort"),
        [] if prospects is None else prospects["prospect_id"],
        period=here,
    )
    said = words.effort_finding(audit)
    parts: list[Part] = [
        Claim(said[0] + ".", said[1]),
        Figure("effort", lambda: figures.plot_effort(audit)),
        Table(
            tables.effort_table(all_years),
            _("How each kind of effort is spread, by period; 0 leans neither way."),
            stage.currency,
            digits={"index_before": 2, "index_final": 2, "proportional": 2},
            fold=True,
        ),
        Finding(*said[2:], words.noted_finding(noted)),
    ]
    handed = {"effort_audit": all_years, "noted": noted}
    if "people" in got:
        known = customers.reindex(columns=["customer_id", "industry_segment"])
        segments = known.set_index("customer_id")["industry_segment"].fillna("")
        returning = chances.result.set_index("customer_id")["p_return_12m"]
        found = efforts.moves(got, of_class, segments, returning)
        handed["effort_moves"] = found.assign(period=here)
    if "people" in got and got["hours"].any():
        caption = _(
            "Hours that could go from whom to whom, and what of them is avoidable. Counted are {pools}: "
            "where people there cannot work for another customer, their hours can only end."
        ).format(pools=listed(efforts.pools_of_time(pools)))
        parts.append(Table(tables.moves_table(found, customers), caption, stage.currency))
    return stage.keep("equal_treatment", Analysis(handed, parts, [told]))


def equal_terms(stage: "Stage") -> Analysis:
    """Ask whether discounts, days to pay and service follow what customers earn, or their size.

    Its table is ``terms_audit``: one row per term, rank correlations from -1 to 1.
    """
    if not stage.knows("equal_treatment"):
        return stage.keep("equal_terms", Analysis())
    declared = stage.read_optional("terms")
    audit = terms.terms_audit(stage.read("profitability"), stage.read("orders"), declared)
    shown = audit.assign(term=[_(TERMS[term]) for term in audit["term"]])
    parts: list[Part] = [
        Claim(*words.terms_finding(audit)),
        Table(
            shown,
            _("How each term goes with the profit rate; the 90 % interval is of the first number."),
            heads={"low": _("From"), "high": _("To")},
            digits=dict.fromkeys(["with_before", "low", "high", "with_final", "with_revenue"], 3),
            fold=True,
        ),
    ]
    handed = {"terms_audit": audit.assign(period=stage.period.name)}
    return stage.keep("equal_terms", Analysis(handed, parts))


def _names(stage: "Stage") -> pd.Series:
    return stage.read("customers").set_index("customer_id")["name"]


def open_doors(stage: "Stage", few: Analysis, chances: Analysis) -> Analysis:
    """Say who may be a key customer, and by which of four doors, each on its own evidence.

    Its tables are ``doors`` (one row per party and door that is open, was looked at or cannot be judged),
    ``potential`` (one row per active customer: what it could buy a year in reporting currency, and the
    profit more in key-account units), ``open_deals`` (one row per open deal: chance from 0 to 1, amount and
    profit a year in reporting currency) and ``parties`` (one row per customer or prospect who is looked
    at from here on).
    """
    now, customers = stage.read("profitability"), stage.read("customers")
    new, declared = stage.read_optional("prospects"), stage.read_optional("strategic")
    parties, who = assessed_parties(customers, new, chances.result, now)
    strategic = doors.strategic_door(
        declared, stage.engagement.doors.strategic, end=stage.period.end
    )
    could, missing = None, _why_not_estimated(stage, now)
    if not missing:
        said = stated_purchases(
            stage.read_optional("category_purchases"),
            end=stage.period.end,
            months=stage.engagement.pyramid.evidence_months,
        )
        unit = float(stage.engagement.key_account_unit.amount)
        could = potential(buyers(now, customers, few.result), said, unit=unit)
    second = doors.potential_door(could, stage.engagement.doors.potential, currency=stage.currency)
    deals = _open_deals(stage, parties)
    third = _third_door(stage, parties, deals, chances.result)
    found = doors.open_doors(
        few.result, second, third, strategic, parties, now, period=stage.period.name
    )
    caption = (
        _("Door 4: who is strategic, and why or why not.")
        if missing
        else _("Doors 2 and 4: who could join the vital few, who is strategic, and why or why not.")
    )
    shown = named(doors.worth_a_look(found, could), parties, "party_id")
    shown["open"] = shown["open"].where(shown["judged"])  # what nobody can tell is not shut
    parts: list[Part] = [
        Claim(words.door_finding(found), words.joining_finding(found)),
        *([Table(shown.drop(columns=["period", "judged"]), caption)] if len(shown) else []),
        *deals.parts,
    ]
    names = parties.set_index("party_id")["name"]
    told = doors.door_outcomes(found, strategic, names, not_estimated=missing)
    told += deals.outcomes
    handed = {"doors": found, "parties": parties.assign(period=stage.period.name), **deals.tables}
    if could is not None:
        handed["potential"] = could.assign(period=stage.period.name)
    return stage.keep("open_doors", Analysis(handed, parts, told, [who]))


def _why_not_estimated(stage: "Stage", now: pd.DataFrame) -> str:
    """Say why potential of a year cannot be estimated; empty where it can."""
    if not stage.period.is_a_year:
        return _("{period} is not a year").format(period=stage.period.name)
    known = not stage.withheld and now["customer_profit"].notna().any()
    return "" if known else _("customer profit is not known")


def _open_deals(stage: "Stage", parties: pd.DataFrame) -> Analysis:
    """Say how likely each open deal is won; without deals nothing."""
    deals = stage.read_optional("opportunities")
    if deals is None:
        return Analysis()
    settings, end, currency = stage.engagement, stage.period.end, stage.currency
    limits = settings.doors.prospect
    found, told = prospects.open_deals(
        deals,
        stage.read_optional("deal_stages"),
        parties,
        prospects.letters_in_force(
            stage.read_optional("evidence"), end=end, months=settings.pyramid.evidence_months
        ),
        rates=(np.nan, np.nan)
        if stage.withheld
        else prospects.usual_rates(stage.read("profitability")),
        letter=limits.letter_of_intent,
        end=end,
    )
    shown = named(found, parties, "party_id").sort_values("p_win", ascending=False, kind="stable")
    names = [
        "name",
        "opportunity_id",
        "deal_stage",
        "entered",
        "amount",
        "earlier",
        *prospects.CHANCES,
    ]
    parts: list[Part] = [
        Finding(*words.deals_finding(found, limits.p_win.at_least, currency=currency)),
        Table(
            shown[[*names, "profit_year2"]],
            _(
                "Open deals, the likeliest first; the chance is that of earlier deals like it, where "
                "those open longer than nearly all that ever closed count as not won."
            ),
            currency,
            most=12,
            fold=True,
            rest="open_deals",
        ),
    ]
    handed = {"open_deals": found.assign(period=stage.period.name)}
    return Analysis(handed, parts, [prospects.win_outcome(told, found)])


def _third_door(
    stage: "Stage", parties: pd.DataFrame, deals: Analysis, stays: pd.DataFrame
) -> pd.DataFrame:
    """Judge door 3 by the open deals of prospects, and by how long customers like them stay."""
    offers, new = None, parties.loc[parties["is_prospect"].astype(bool), "party_id"]
    if deals.tables and len(new):
        customers = stage.read("customers").rename(columns={"customer_id": "party_id"})
        ours = customers[customers["relation"] == "external"].assign(is_prospect=False)
        both = pd.concat([ours, parties[among(parties["party_id"], new)]], ignore_index=True)
        found = deals.tables["open_deals"]
        offers = found[among(found["party_id"], new)].join(
            stays_of_their_like(both, stays), on="party_id"
        )
    unit = float(stage.engagement.key_account_unit.amount)
    return doors.prospect_door(offers, stage.engagement.doors.prospect, unit=unit)


def white_space(stage: "Stage", few: Analysis, doors: Analysis) -> Analysis:
    """Ask which product groups those with an open door buy less of than comparable customers.

    Its table is ``white_space``: the three largest gaps of each customer, in reporting currency. Without
    product groups it shows nothing.
    """
    now, sold = stage.read("profitability"), None
    if stage.has("customer_products") and not stage.withheld:
        lines = stage.read("customer_products")
        sold = group_sales(lines, stage.read_optional("products"))
    if sold is None:
        return stage.keep("white_space", Analysis())
    gaps = group_gaps(buyers(now, stage.read("customers"), few.result), sold)
    largest = widest_gaps(gaps)
    opened = doors.tables["doors"]
    through = opened.loc[opened["open"].astype(bool), "party_id"]
    theirs = largest[largest["customer_id"].isin(through)]
    handed = {"white_space": largest.assign(period=stage.period.name)}
    if theirs.empty:
        return stage.keep("white_space", Analysis(handed))
    names, currency = _names(stage), stage.currency
    widest = theirs.groupby("customer_id")["white_gap"].sum().nlargest(MOST_DRAWN).index
    drawn = gaps.loc[widest].rename(index=names.to_dict())
    parts: list[Part] = [
        Claim(
            words.white_space_finding(theirs, names, currency=currency),
            _("A gap says what to talk about: other groups they buy more of, at the same sales."),
        ),
        Figure("white_space", lambda: figures.plot_white_space(drawn, currency=currency)),
        Table(
            named(theirs.sort_values("white_gap", ascending=False), stage.read("customers")),
            _("The three widest gaps of each, the widest first."),
            currency,
            fold=True,
            most=12,
            rest="white_space",
        ),
    ]
    return stage.keep("white_space", Analysis(handed, parts))
