"""The analyses of notebook 4: who is attractive to us, and in whose eyes we are attractive."""

from typing import TYPE_CHECKING

from kamlib.attractiveness import figures, our_criteria, ratings, tables, their_criteria, words
from kamlib.core.analysis import Analysis, Part
from kamlib.core.language import _
from kamlib.page.parts import Claim, Figure, Finding, Headline, Table
from kamlib.page.words import before_and_after

if TYPE_CHECKING:
    import pandas as pd

    from kamlib.settings import Engagement
    from kamlib.stage import Stage


def side_a(stage: "Stage") -> Analysis:
    """Ask how attractive each customer and prospect is to us, by our criteria.

    Its tables are ``side_a_criteria`` (one row per party and criterion: raw in the criterion's unit,
    rating 0 to 10, weight and value 0 to 1) and ``sides`` (one row per party: side A and what is known
    of it, 0 to 1).
    """
    settings, parties = stage.engagement.side_a, stage.read("parties")
    now, stays = stage.read("profitability"), stage.read("staying")
    could = our_criteria.profit_at_potential(
        stage.read("potential") if stage.has("potential") else None,
        now,
        stays,
        unit=float(stage.engagement.key_account_unit.amount),
    )
    measured = our_criteria.measured_criteria(
        parties, now, stays, stage.read_optional("likeness"), could
    )
    ours = ratings.current_ratings(stage.read_optional("ratings_ours"), end=stage.period.end)
    values = our_criteria.side_a_criteria(measured, ours, settings.criteria)
    sides = our_criteria.side_a(values, min_known_weight=settings.min_known_weight)
    told = our_criteria.side_a_outcomes(sides, values, min_known_weight=settings.min_known_weight)
    apart = tables.potential_table(values, parties.set_index("party_id")["name"])
    caption = _(
        "What makes a customer attractive to us: weight, and for how many it is measured, rated or unknown."
    )
    parts: list[Part] = [
        Claim(words.side_a_finding(sides, cut=settings.cut)),
        Table(tables.criteria_summary(values), caption, fold=True),
        Finding(words.potential_finding(values, apart)),
        Table(
            apart,
            _("Where potential as measured and as we rate it are more than half a unit apart."),
            digits={"profit_potential": 1, "potential_rated": 1},
            fold=True,
            most=12,
        ),
    ]
    handed = {"side_a_criteria": values.assign(period=stage.period.name), "sides": sides}
    return stage.keep("side_a", Analysis(handed, parts, told, result=could))


def side_b(stage: "Stage") -> Analysis:
    """Ask how attractive we are to each customer and prospect, by its criteria and against its rivals.

    Its tables are ``side_b_criteria`` (one row per party and criterion: weight 0 to 1, we and the best
    rival 0 to 10) and ``sides`` (one row per party: side B 0 to 1, our lead −1 to 1). Its result is the
    ratings that count.

    Raises
    ------
    DataError
        The weights of a party in ``ratings_theirs`` are missing or negative, or add up to nothing.
    """
    parties, now = stage.read("parties"), stage.read("profitability")
    settings, end = stage.engagement.side_b, stage.period.end
    ours = ratings.current_ratings(stage.read_optional("ratings_ours"), end=end)
    theirs = ratings.current_ratings(
        stage.read_optional("ratings_theirs"), end=end, by=("party_id", "criterion", "supplier")
    )
    wanted = their_criteria.side_b_criteria(theirs, guess_halfwidth=settings.our_guess_halfwidth)
    sides = their_criteria.side_b(wanted, parties["party_id"], unknown_range=settings.unknown_range)
    told = [*their_criteria.side_b_outcomes(sides), *ratings.ratings_outcomes(ours, theirs)]
    parts: list[Part] = [
        Claim(words.side_b_finding(sides, cut=settings.cut)),
        *_example(tables.example_party(sides, stage.read("doors"), now), wanted, parties),
    ]
    handed = {"side_b_criteria": wanted.assign(period=stage.period.name), "sides": sides}
    return stage.keep("side_b", Analysis(handed, parts, told, result=theirs))


def _example(party: str | None, wanted: "pd.DataFrame", parties: "pd.DataFrame") -> list[Part]:
    """Return the figure of one party's criteria; nothing where nobody can be an example."""
    if party is None:
        return []
    name = parties.set_index("party_id").loc[party, "name"]
    criteria = tables.criteria_of(wanted, party)
    return [Figure("their_criteria", lambda: figures.plot_their_criteria(criteria), {"name": name})]


def both_sides(stage: "Stage", side_a: Analysis, side_b: Analysis) -> Analysis:
    """Ask for whom both sides hold: they attractive to us, we to them, and no rival ahead.

    Its table is ``attractiveness``: one row per customer and prospect, both sides 0 to 1, our lead −1 to
    1, trust 0 to 10, profit in reporting currency, potential in key-account units. Where a cut of the
    run is not the engagement's, it says who comes and who leaves by it.
    """
    parties, wanted = stage.read("parties"), side_b.tables["side_b_criteria"]
    sides = tables.both_sides(
        parties,
        side_a.tables["sides"],
        side_b.tables["sides"],
        stage.read("profitability"),
        stage.read("doors"),
        side_a.tables["side_a_criteria"],
        side_a.result,
        period=stage.period.name,
        cuts=_cuts(stage.engagement),
    )
    believed = stage.engagement.pyramid.believed_on_trust
    ids, theirs = sides["party_id"], side_b.result
    sides["trust"] = their_criteria.their_trust(theirs, ids, believed)
    sides = sides.join(ratings.asked_on(theirs, ids, believed))
    cut_a, cut_b = stage.engagement.side_a.cut, stage.engagement.side_b.cut
    currency = stage.currency
    matrix = Figure(
        "matrix",
        lambda: figures.plot_matrix(
            tables.matrix_frame(sides), cut_a=cut_a, cut_b=cut_b, currency=currency
        ),
    )
    caption = _(
        "Who came through a door: both sides from worst to best, the highest customer profit first."
    )
    parts: list[Part] = [
        *(stage.refusal("side_a") or [matrix]),
        Headline(words.both_sides_finding(sides)),
        Finding(_moved(stage, sides)),
        Table(tables.sides_table(sides), caption, currency, fold=True),
    ]
    balances = tables.sides_balances(parties, sides, wanted)
    return stage.keep("both_sides", Analysis({"attractiveness": sides}, parts, (), balances))


def _cuts(engagement: "Engagement") -> dict[str, float]:
    """Return from where side A, side B and the lead hold."""
    a, b = engagement.side_a, engagement.side_b
    return {"side_a": a.cut, "side_b": b.cut, "relative_strength": b.relative_cut}


def _moved(stage: "Stage", sides: "pd.DataFrame") -> str:
    """Say for whom both sides hold by the engagement's own cuts, and for whom by those of the run."""
    before, after = _cuts(stage.given or stage.engagement), _cuts(stage.engagement)
    if before == after:
        return ""
    ranked = sides.sort_values(["customer_profit", "party_id"], ascending=[False, True])
    hold = [ranked.loc[tables.both_hold(ranked, cuts) == "yes", "name"] for cuts in (before, after)]
    return before_and_after(_("for whom both sides hold for certain"), *hold)
