"""From sites to units: who is one customer, and which row speaks for a group.

A unit is the group where one is given, else the site. It takes its attributes from the row whose id
is the group's own, else from its site with the largest invoice revenue.
"""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from kamlib.core.errors import DataError, listed
from kamlib.intake.spelling import in_one_spelling

if TYPE_CHECKING:
    from kamlib.settings.inputs import Identity

EXTERNAL = "external"


def unit_of_each(
    customers: pd.DataFrame,
    *,
    unit: str,
    merged: Mapping[str, str] | None = None,
    apart: Collection[str] = (),
) -> dict[str, str]:
    """Say to which unit each id belongs: the group at the top, or the site itself.

    Parameters
    ----------
    customers : DataFrame, one row per site, with ``customer_id`` and ``parent_id``
    unit : "group" or "site"
    merged : dict of id to the one it is the same as, by decision
    apart : ids that are no part of their group, see `relations_of`

    Returns
    -------
    dict of id to unit, with an entry for each unit's own id too, and for each merged one

    Raises
    ------
    DataError
        Groups belong to each other in a circle.

    Examples
    --------
    >>> sites = pd.DataFrame({"customer_id": ["A", "B"], "parent_id": ["G", None]})
    >>> unit_of_each(sites, unit="group")
    {'A': 'G', 'B': 'B', 'G': 'G'}
    """
    same = dict(merged or {})
    ids = [*customers["customer_id"], *sorted(set(same) - set(customers["customer_id"]))]
    if unit == "site":
        return {site: same.get(site, site) for site in ids}
    given = customers.loc[customers["parent_id"].notna(), ["customer_id", "parent_id"]]
    parents = ((site, same.get(group, group)) for site, group in given.itertuples(index=False))
    above = {site: group for site, group in parents if group != site} | same
    units = {site: _top(site, above) for site in ids}
    units |= {site: same.get(site, site) for site in ids if same.get(site, site) in apart}
    return units | {top: top for top in sorted(set(units.values()) - set(ids))}


def _top(site: str, above: dict[str, str]) -> str:
    """Return the group at the top of a site's line of groups."""
    seen = [site]
    while (parent := above.get(seen[-1], seen[-1])) != seen[-1]:
        if parent in seen:
            raise DataError(
                f"the customers table has groups that belong to each other in a circle "
                f"({listed([*seen, parent])}). Mend parent_id of one of them."
            )
        seen.append(parent)
    return seen[-1]


def relations_of(
    customers: pd.DataFrame, identity: "Identity", merged: Mapping[str, str]
) -> tuple[dict[str, str], set[str]]:
    """Return the relation of each id, and the ids that are no part of their group because of it.

    An own company among the sites of a customer does not make the customer an own company: a site
    whose relation differs from its group's counts by itself.

    Parameters
    ----------
    customers : DataFrame, one row per site, with ``customer_id``, ``parent_id`` and ``relation``
    identity : what engagement.yaml names goes before what the table says
    merged : dict of id to the one it is the same as, by decision

    Notes
    -----
    A group has the relation that engagement.yaml names or its own row says; without either, that of
    its sites where all say the same, else it is external. A site that says nothing follows its
    group, and so does every site of a group that engagement.yaml names.
    """
    named = {
        merged.get(one, one): word
        for word in ("collective", "intercompany")
        for one in in_one_spelling(getattr(identity, word), identity).values()
    }
    written = customers.set_index("customer_id")["relation"].dropna().to_dict()
    tops = unit_of_each(customers, unit="group", merged=merged)
    sites: dict[str, list[str]] = {}
    for site, top in tops.items():
        sites.setdefault(top, [])
        if site not in merged:
            sites[top].append(site)
    relations, apart = dict(named), set()
    for top, members in sites.items():
        told = {written.get(one, "") for one in members if one != top}
        alike = told.pop() if len(told) == 1 else ""
        whole = named.get(top) or written.get(top) or alike or EXTERNAL
        for one in members:
            own = "" if top in named else written.get(one, "")
            relations[one] = named.get(one) or own or whole
            if one != top and relations[one] != whole:
                apart.add(one)
        relations[top] = whole
    return relations, apart


def unit_table(
    customers: pd.DataFrame,
    units: dict[str, str],
    revenue: pd.DataFrame,
    *,
    relations: Mapping[str, str],
    names: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Return one row per unit with the attributes of the row that speaks for it.

    From  ``customer_id, parent_id, relation, ...`` (sites)
    to    ``customer_id, name, relation, ..., sites`` (units), sorted by id.

    Parameters
    ----------
    customers : DataFrame, one row per site; without rows where no table was given
    units : dict from `unit_of_each`
    revenue : DataFrame with ``customer_id`` (as on the lines) and ``invoice_revenue``
    relations : dict from `relations_of`; who is not in it is external
    names : dict of unit to the name on its lines, for those that have none

    Notes
    -----
    Sites of equal revenue are ordered by id.
    """
    sites = _every_id(customers, revenue)
    unit = sites["customer_id"].map(lambda site: units.get(site, site)).astype("str")
    sold = dict(zip(revenue["customer_id"], revenue["invoice_revenue"], strict=True))
    weight = [-sold.get(site, 0) for site in sites["customer_id"]]
    ranked = sites.assign(unit=unit, own=sites["customer_id"] != unit, weight=weight)
    ranked = ranked.sort_values(["unit", "own", "weight", "customer_id"], ignore_index=True)
    speaks = ranked.drop_duplicates("unit").drop(columns=["own", "weight", "customer_id"])
    count = ranked.groupby("unit")["customer_id"].count()
    speaks = speaks.assign(sites=speaks["unit"].map(count).astype("int64"))
    speaks = speaks.rename(columns={"unit": "customer_id"}).reset_index(drop=True)
    told = pd.Series([(names or {}).get(one, one) for one in speaks["customer_id"]], dtype="str")
    named = speaks.assign(
        name=speaks["name"].fillna(told),
        relation=pd.Series(
            [relations.get(one, EXTERNAL) for one in speaks["customer_id"]], dtype="str"
        ),
    )
    ends = {"customer_id", "name", "relation", "parent_id", "sites"}
    between = [name for name in customers.columns if name not in ends]
    return named[["customer_id", "name", "relation", *between, "sites"]]


def _every_id(customers: pd.DataFrame, revenue: pd.DataFrame) -> pd.DataFrame:
    """Return the sites, with a bare row for each id that only lines name."""
    sold = set(revenue["customer_id"])
    bare = pd.DataFrame({"customer_id": sorted(sold - set(customers["customer_id"]))})
    if bare.empty:
        return customers
    return pd.concat([customers, bare.astype("str")], ignore_index=True)
