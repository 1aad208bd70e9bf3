"""The analyses of notebook 3, and the whale curve of notebook 2."""

from typing import TYPE_CHECKING

from kamlib.core.analysis import Analysis, Part
from kamlib.page.parts import Claim, Figure
from kamlib.profitability.uncertainty import uncertain_profits
from kamlib.segmentation import figures, words
from kamlib.segmentation.band import subsidy_verdict, whale_band
from kamlib.segmentation.classes import whale_curve

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
    curve = whale_curve(now[now["active"] & now[measure].notna()], measure=measure)
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
