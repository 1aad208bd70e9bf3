"""Who is one customer: ids that people have said are one, and one name for each.

Nothing is merged because it looks alike. Pairs that do are proposed (`kamlib.intake.look_alikes`);
what the engagement's list of decisions says is applied in every table, and taking a row out of the
list takes it back.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import ibis.expr.types as ir
import pandas as pd

from kamlib.core.errors import DataError, listed
from kamlib.intake.small import Small, no_customers
from kamlib.intake.units import relations_of, unit_of_each
from kamlib.intake.workspace import fetched

if TYPE_CHECKING:
    from kamlib.settings.inputs import Identity


class Who(NamedTuple):
    """Who is who: the sites, the unit of each id, which ids are another's, and who said so.

    `prospects` are the ids of prospects that are no customers' by any decision; `relations` says
    whether an id is external, and `apart` names sites that are no part of their group by that.
    """

    sites: pd.DataFrame
    units: dict[str, str]
    merged: dict[str, str]
    decisions: pd.DataFrame
    prospects: set[str]
    relations: dict[str, str]
    apart: set[str]

    @property
    def customers(self) -> set[str]:
        """Return the ids that may stand for a customer: all that lead to a unit that is no prospect."""
        return {one for one, unit in self.units.items() if unit not in self.prospects}

    def unit(self, level: str) -> dict[str, str]:
        """Return the unit of each id at another level: "group" or "site"."""
        return unit_of_each(self.sites, unit=level, merged=self.merged, apart=self.apart)


def identities_of(masters: Mapping[str, Small], *, unit: str, identity: "Identity") -> Who:
    """Return who is who, by the tables of customers, of prospects and of decisions on identity.

    Parameters
    ----------
    masters : the small tables by name; ``customers``, ``prospects`` and ``identity`` are used where
        they are there
    unit : "group" or "site"
    identity : which ids are own companies or pots

    Raises
    ------
    DataError
        Groups or decisions go in a circle, or a decision keeps an id that no customer has, or a
        prospect's for a customer.
    """
    sites = masters["customers"].frame if "customers" in masters else no_customers()
    decisions = decided(masters)
    ids = set(sites["customer_id"])
    prospects = set(masters["prospects"].frame["prospect_id"]) if "prospects" in masters else set()
    _refuse_customers_as_prospects(decisions, prospects - ids, prospects)
    merged = merged_ids(decisions, ids | prospects if "customers" in masters else None)
    only = prospects - ids - set(merged)
    relations, apart = relations_of(sites, identity, merged)
    units = unit_of_each(sites, unit=unit, merged=merged, apart=apart)
    return Who(sites, units, merged, decisions, only, relations, apart)


def _refuse_customers_as_prospects(
    decisions: pd.DataFrame, only: set[str], prospects: set[str]
) -> None:
    """Raise DataError if a decision keeps a prospect's id for one that is no prospect."""
    turned = [
        f"{one} = {other}"
        for one, other in zip(decisions["customer_id"], decisions["keep_as"], strict=True)
        if other in only and one not in prospects
    ]
    if turned:
        raise DataError(
            f"the decisions on identity keep a prospect's id for a customer ({listed(turned)}). "
            f"Turn these rows round in the file named under identity.merge: who buys is a customer, "
            f"under the customer's id."
        )


def merged_ids(decisions: pd.DataFrame, known: set[str] | None) -> dict[str, str]:
    """Return to which id each merged one goes, chains followed to their end.

    Parameters
    ----------
    decisions : DataFrame ``customer_id, keep_as, ...``; a row whose two ids are the same says that
        the customer was looked at and is apart from all others
    known : ids of the customers table; None where there is none

    Raises
    ------
    DataError
        Decisions go in a circle, or keep an id that no customer has.

    Examples
    --------
    >>> chain = pd.DataFrame({"customer_id": ["A", "B"], "keep_as": ["B", "C"]})
    >>> merged_ids(chain, None)
    {'A': 'C', 'B': 'C'}
    """
    given = dict(zip(decisions["customer_id"], decisions["keep_as"], strict=True))
    above = {one: other for one, other in given.items() if one != other}
    strangers = sorted(set(above.values()) - known) if known is not None else []
    if strangers:
        raise DataError(
            f"the decisions on identity keep {listed(strangers)}, which no row of customers has. "
            f"Correct keep_as in the file named under identity.merge."
        )
    return {one: _end(one, above) for one in above}


def _end(start: str, above: dict[str, str]) -> str:
    """Return the id at the end of a chain of decisions."""
    seen = [start]
    while seen[-1] in above:
        after = above[seen[-1]]
        if after in seen:
            raise DataError(
                f"the decisions on identity go in a circle ({listed([*seen, after])}). "
                f"Take one of these rows out of the file named under identity.merge."
            )
        seen.append(after)
    return seen[-1]


def merged_sites(sites: pd.DataFrame, merged: dict[str, str]) -> pd.DataFrame:
    """Return the sites without those that are another's, each with the earliest start of its own.

    Notes
    -----
    The row that is kept speaks for all of them; only ``since`` is the first day of any, because
    the relation began there.
    """
    if not merged:
        return sites
    kept = sites[~sites["customer_id"].isin(merged)]
    if "since" not in sites:
        return kept.reset_index(drop=True)
    who = sites["customer_id"].map(lambda one: merged.get(one, one))
    first = sites["since"].groupby(who).min()
    earliest = kept["customer_id"].map(first).astype(sites["since"].dtype)
    return kept.assign(since=earliest).reset_index(drop=True)


def merged_activity(activity: pd.DataFrame, merged: dict[str, str]) -> pd.DataFrame:
    """Add the revenue of merged ids to the id that is kept: ``customer_id, invoice_revenue``."""
    who = activity["customer_id"].map(lambda one: merged.get(one, one)).astype("str")
    sums = activity["invoice_revenue"].groupby(who).sum()
    return sums.rename_axis("customer_id").reset_index().sort_values("customer_id")


def names_of_lines(lines: ir.Table) -> pd.DataFrame:
    """Return what each id is called on the lines: ``customer_id, name, lines, last``."""
    told = lines.filter(lines["name"].notnull())
    counted = told.group_by("customer_id", "name").aggregate(
        lines=told["lines"].sum().cast("int64"), last=told["date"].max()
    )
    return fetched(counted.order_by(["customer_id", "name"]))


def name_variants(names: pd.DataFrame, units: dict[str, str]) -> pd.DataFrame:
    """Choose one name for each unit from those on its lines: the most frequent, then the latest.

    To ``customer_id, name, lines, last, chosen``, the chosen one first. Space within a name is
    made single; names that differ in anything else are kept apart.
    """
    tidy = names.assign(
        customer_id=names["customer_id"].map(lambda one: units.get(one, one)).astype("str"),
        name=names["name"].str.split().str.join(" "),
    )
    sums = tidy.groupby(["customer_id", "name"], as_index=False).agg(
        lines=("lines", "sum"), last=("last", "max")
    )
    ranked = sums.sort_values(
        ["customer_id", "lines", "last", "name"],
        ascending=[True, False, False, True],
        ignore_index=True,
    )
    return ranked.assign(chosen=~ranked["customer_id"].duplicated())


def decided(masters: Mapping[str, Small]) -> pd.DataFrame:
    """Return the decisions on identity, none where the engagement has no list."""
    if "identity" in masters:
        return masters["identity"].frame
    return pd.DataFrame(
        {name: pd.Series(dtype="str") for name in ("customer_id", "keep_as", "decided_by", "why")}
    )
