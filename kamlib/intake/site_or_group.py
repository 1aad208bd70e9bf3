"""Whether counting by group or by site would give another answer, by revenue alone.

Costs and profit are known at one level only, the one that the engagement chose; revenue is known at
both.
"""

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from kamlib.core.errors import listed
from kamlib.core.language import _, money, ngettext, number, percent
from kamlib.core.tables import among
from kamlib.core.verdicts import FLAG, PASS, Verdict, verdict
from kamlib.intake.identity import Who
from kamlib.numerics import among_fewest, top_share

if TYPE_CHECKING:
    from kamlib.settings import Engagement

BEST, POINTS, SHARE, FEWEST = 0.20, 0.05, 0.01, 5
SHOWN = 3


class Levels(NamedTuple):
    """What the largest fifth bring by group and by site, and groups that are large as a whole only."""

    by_group: float
    by_site: float
    only_as_groups: pd.Series
    revenue: float

    @property
    def differ(self) -> bool:
        """Tell whether the level makes a difference that a reader would act on."""
        apart = abs(self.by_group - self.by_site) >= POINTS
        return apart or float(self.only_as_groups.sum()) >= SHARE * self.revenue


def site_or_group(
    ids: pd.DataFrame, customers: pd.DataFrame, who: Who, *, engagement: "Engagement", period: str
) -> list[Verdict]:
    """Judge whether the level changes the answer; nothing where no group has two sites that buy.

    Parameters
    ----------
    ids : DataFrame ``id_in_input, customer_id, invoice_revenue`` of the period
    customers : DataFrame ``customer_id, relation``
    """
    outside = customers.loc[customers["relation"] == "external", "customer_id"]
    sold = ids[among(ids["customer_id"], outside) & (ids["invoice_revenue"] != 0)]
    found = levels(sold, who, share=engagement.segmentation.profit_share)
    if found is None:
        return []
    unit = _("group") if engagement.unit == "group" else _("site")
    return [
        verdict(
            "site_or_group",
            FLAG if found.differ else PASS,
            period=period,
            by_group=percent(found.by_group),
            by_site=percent(found.by_site),
            only=_only(found.only_as_groups, engagement.currency),
            unit=unit,
        )
    ]


def _only(groups: pd.Series, currency: str) -> str:
    """Say which groups are large as a whole only; nothing where none is."""
    if groups.empty:
        return ""
    return ngettext(
        "; {n} group is among the vital few and none of its sites is ({which}), with {amount}",
        "; {n} groups are among the vital few and none of their sites is ({which}), with {amount}",
        len(groups),
    ).format(
        n=number(len(groups)),
        which=listed(groups.index, most=SHOWN),
        amount=money(float(groups.sum()), currency),
    )


def levels(sold: pd.DataFrame, who: Who, *, share: float) -> Levels | None:
    """Compare groups and sites; None where they are the same, very few, or nothing is sold.

    Parameters
    ----------
    sold : DataFrame ``id_in_input, invoice_revenue``
    share : float, of positive revenue, that the vital few bring
    """
    group, site = (_at(sold["id_in_input"], who.unit(level)) for level in ("group", "site"))
    amount = sold["invoice_revenue"].astype("float64")
    by_group, by_site = amount.groupby(group).sum(), amount.groupby(site).sum()
    if len(by_group) in (len(by_site), *range(FEWEST)) or not (by_group > 0).any():
        return None
    large, sites = _vital(by_group, share), _vital(by_site, share)
    inside = set(group[site.isin(sites)])
    only = by_group[[one for one in large if one not in inside]].sort_values(ascending=False)
    best_groups, best_sites = (
        float(top_share(np.asarray(each), BEST)) for each in (by_group, by_site)
    )
    return Levels(best_groups, best_sites, only, float(by_group.clip(lower=0).sum()))


def _at(ids: pd.Series, units: dict[str, str]) -> pd.Series:
    """Return the unit of each id."""
    return ids.map(lambda one: units.get(one, one))


def _vital(revenue: pd.Series, share: float) -> list[str]:
    """Return the ids of the smallest number that bring a share of positive revenue."""
    return list(revenue.index[among_fewest(np.asarray(revenue), share)])
