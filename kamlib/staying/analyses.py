"""The analyses of who comes back and who stays."""

from typing import TYPE_CHECKING

import pandas as pd

from kamlib.attractiveness.ratings import current_ratings
from kamlib.core.analysis import Analysis, Part
from kamlib.core.customers import external, with_relation
from kamlib.core.tables import among
from kamlib.page.parts import Claim, Figure
from kamlib.segmentation.parties import asleep_verdict
from kamlib.staying import figures, returns, words
from kamlib.staying.chances import return_verdicts, staying_chances

if TYPE_CHECKING:
    from kamlib.stage import Stage


def return_chances(stage: "Stage") -> Analysis:
    """Say of each customer how likely it orders again within 12 months, and stays for three years.

    Its tables are ``staying`` (one row per customer, chances from 0 to 1) and, where anything could be
    measured, ``return_models`` (one row per candidate, with what it foretold and what happened).
    """
    customers, now = stage.read("customers"), stage.read("profitability")
    orders, kinds = stage.read("orders", periods="all"), stage.relations(customers)
    afresh = _return_model(stage, orders, customers, kinds)
    fitted = stage.freeze("return_rates", afresh)
    stays = staying_chances(
        orders,
        customers,
        fitted,
        current_ratings(stage.read_optional("ratings_ours"), end=stage.period.end),
        windows=stage.engagement.windows,
        end=stage.period.end,
        scale=stage.engagement.side_a.criteria["staying"].value,
        relations=kinds,
    )
    told = return_verdicts(stays, now.loc[now["active"], "customer_id"], fitted, afresh)
    told.append(asleep_verdict(customers, stays, now))
    period = stage.period.name
    handed = {"staying": with_relation(stays, customers).assign(period=period)}
    stage.keep("return_chances", Analysis(verdicts=told))
    parts: list[Part] = stage.refusal("asleep")
    if fitted is not None:
        handed["return_models"] = returns.return_models(fitted).assign(period=period)
        rates = returns.repeat_rates(fitted)
        parts += [
            Figure("return", lambda: figures.plot_return(rates)),
            Claim(words.return_finding(rates)),
        ]
    return stage.keep("return_chances", Analysis(handed, parts, told, result=stays))


def _return_model(
    stage: "Stage", orders: pd.DataFrame, customers: pd.DataFrame, kinds: list[str]
) -> pd.DataFrame | None:
    """Fit what foretells a return, over the days of the frozen values where there are any."""
    frozen = stage.frozen("return_rates")
    return returns.return_model(
        orders[among(orders["customer_id"], external(customers))],
        end=stage.last_day if frozen is None else frozen["window_end"].iloc[0],
        windows=stage.engagement.windows,
        segments=customers.set_index("customer_id").get("industry_segment"),
        projects=customers.loc[[kind == "project" for kind in kinds], "customer_id"],
    )
