"""Who is one customer: ids that people have said are one, and one name for each.

Nothing is merged because it looks alike. Pairs that do are proposed (`kamlib.intake.alike`);
what the engagement's list of decisions says is applied in every table, and taking a row out of the
list takes it back.
"""

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, NamedTuple

import ibis.expr.types as ir
import pandas as pd

from kamlib.core.errors import DataError, listed
from kamlib.intake.small import SITE, Small
from kamlib.intake.spelling import in_one_spelling
from kamlib.intake.workspace import fetched

if TYPE_CHECKING:
    from kamlib.settings.inputs import Identity

EXTERNAL = "external"
DECISION = ["customer_id", "keep_as", "decided_by", "why"]
CIRCLE_OF_GROUPS = (
    "the customers table has groups that belong to each other in a circle ({chain}). Mend parent_id of "
    "one of them."
)
CIRCLE_OF_DECISIONS = (
    "the decisions on identity go in a circle ({chain}). Take one of these rows out of the file named "
    "under identity.merge."
)


def unit_of_each(
    customers: pd.DataFrame,
    *,
    unit: str,
    merged: Mapping[str, str] | None = None,
    apart: Collection[str] = (),
) -> dict[str, str]:
    """Say to which unit each id, each unit's own too, belongs: the group at the top, or the site itself.

    `merged` says which id is the same as another by decision; `apart` are no part of their group.
    """
    same = dict(merged or {})
    ids = [*customers["customer_id"], *sorted(set(same) - set(customers["customer_id"]))]
    if unit == "site":
        return {site: same.get(site, site) for site in ids}
    given = customers.loc[customers["parent_id"].notna(), ["customer_id", "parent_id"]]
    parents = ((site, same.get(group, group)) for site, group in given.itertuples(index=False))
    above = {site: group for site, group in parents if group != site} | same
    units = {site: _end(site, above, CIRCLE_OF_GROUPS) for site in ids}
    units |= {site: same.get(site, site) for site in ids if same.get(site, site) in apart}
    return units | {top: top for top in sorted(set(units.values()) - set(ids))}


def _end(start: str, above: Mapping[str, str], circle: str) -> str:
    """Return the id at the end of a chain; one in a circle is refused in the given words."""
    chain = [start]
    while (after := above.get(chain[-1], chain[-1])) != chain[-1]:
        if after in chain:
            raise DataError(circle.format(chain=listed([*chain, after])))
        chain.append(after)
    return chain[-1]


def counted_as(ids: pd.Series, others: Mapping[str, str]) -> pd.Series:
    """Return the id that each counts for; one that is not among `others` counts for itself."""
    return ids.map(lambda one: others.get(one, one)).astype("str")


def relations_of(
    customers: pd.DataFrame, identity: "Identity", merged: Mapping[str, str]
) -> tuple[dict[str, str], set[str]]:
    """Return the relation of each id, and the ids that are no part of their group because of it.

    An own company among the sites of a customer does not make the customer an own company: a site
    whose relation differs from its group's counts by itself. A group has the relation that
    engagement.yaml names or its own row says; without either, that of its sites where all say the same,
    else it is external. A site that says nothing follows its group, and so does every site of a group
    that engagement.yaml names.
    """
    named = {
        merged.get(one, one): word
        for word in ("collective", "intercompany")
        for one in in_one_spelling(getattr(identity, word), identity).values()
    }
    written = customers.set_index("customer_id")["relation"].dropna().to_dict()
    tops = unit_of_each(customers, unit="group", merged=merged)
    sites: dict[str, list[str]] = {top: [] for top in tops.values()}
    for site, top in tops.items():
        if site not in merged:
            sites[top].append(site)
    relations, apart = dict(named), set()
    for top, members in sites.items():
        of_sites = {written.get(one, "") for one in members if one != top}
        alike = of_sites.pop() if len(of_sites) == 1 else ""
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

    From sites to ``customer_id, name, relation, ..., sites``, sorted by id. Of sites of equal revenue the
    first by id speaks; `names` on lines are for those that have none.
    """
    only_sold = sorted({*revenue["customer_id"]} - {*customers["customer_id"]})
    bare = pd.DataFrame({"customer_id": only_sold}, dtype="str")
    sites = pd.concat([customers, bare], ignore_index=True) if only_sold else customers
    unit = counted_as(sites["customer_id"], units)
    sold = dict(zip(revenue["customer_id"], revenue["invoice_revenue"], strict=True))
    weight = [-sold.get(site, 0) for site in sites["customer_id"]]
    ranked = sites.assign(unit=unit, own=sites["customer_id"] != unit, weight=weight)
    ranked = ranked.sort_values(["unit", "own", "weight", "customer_id"], ignore_index=True)
    speaks = ranked.drop_duplicates("unit").drop(columns=["own", "weight", "customer_id"])
    speaks = speaks.rename(columns={"unit": "customer_id"}).reset_index(drop=True)
    ids = speaks["customer_id"]
    named = speaks.assign(
        sites=ids.map(ranked["unit"].value_counts()).astype("int64"),
        name=speaks["name"].fillna(counted_as(ids, names or {})),
        relation=ids.map(lambda one: relations.get(one, EXTERNAL)).astype("str"),
    )
    ends = {"customer_id", "name", "relation", "parent_id", "sites"}
    between = [name for name in customers.columns if name not in ends]
    return named[["customer_id", "name", "relation", *between, "sites"]]


class Identities(NamedTuple):
    """Who is one customer: the sites, the unit of each id, which ids are another's, and who said so.

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


def identities_of(masters: Mapping[str, Small], *, unit: str, identity: "Identity") -> Identities:
    """Return who is one customer, by the tables of customers, of prospects and of decisions.

    `masters` are the small tables by name, as far as they are there.
    """
    tables = {name: each.frame for name, each in masters.items()}
    sites = tables.get("customers", pd.DataFrame(columns=SITE, dtype="str"))
    decisions = tables.get("identity", pd.DataFrame(columns=DECISION, dtype="str"))
    ids = set(sites["customer_id"])
    prospects = set(tables["prospects"]["prospect_id"]) if "prospects" in tables else set()
    _refuse_customers_as_prospects(decisions, prospects - ids, prospects)
    merged = merged_ids(decisions, ids | prospects if "customers" in tables else None)
    only = prospects - ids - set(merged)
    relations, apart = relations_of(sites, identity, merged)
    units = unit_of_each(sites, unit=unit, merged=merged, apart=apart)
    return Identities(sites, units, merged, decisions, only, relations, apart)


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

    A row whose two ids are the same says that the customer was looked at and is apart from all others.
    `known` are the ids of the customers table; None where there is none.
    """
    given = dict(zip(decisions["customer_id"], decisions["keep_as"], strict=True))
    above = {one: other for one, other in given.items() if one != other}
    strangers = sorted(set(above.values()) - known) if known is not None else []
    if strangers:
        raise DataError(
            f"the decisions on identity keep {listed(strangers)}, which no row of customers has. "
            f"Correct keep_as in the file named under identity.merge."
        )
    return {one: _end(one, above, CIRCLE_OF_DECISIONS) for one in above}


def merged_sites(sites: pd.DataFrame, merged: dict[str, str]) -> pd.DataFrame:
    """Return the sites without those that are another's, each with the earliest start of its own.

    The row that is kept speaks for all of them; only ``since`` is the first day of any, because
    the relation began there.
    """
    if not merged:
        return sites
    kept = sites[~sites["customer_id"].isin(merged)]
    if "since" not in sites:
        return kept.reset_index(drop=True)
    first = sites["since"].groupby(counted_as(sites["customer_id"], merged)).min()
    earliest = kept["customer_id"].map(first).astype(sites["since"].dtype)
    return kept.assign(since=earliest).reset_index(drop=True)


def merged_activity(activity: pd.DataFrame, merged: dict[str, str]) -> pd.DataFrame:
    """Add the revenue of merged ids to the id that is kept: ``customer_id, invoice_revenue``."""
    sums = activity["invoice_revenue"].groupby(counted_as(activity["customer_id"], merged)).sum()
    return sums.rename_axis("customer_id").reset_index().sort_values("customer_id")


def names_of_lines(lines: ir.Table) -> pd.DataFrame:
    """Return what each id is called on the lines: ``customer_id, name, lines, last``."""
    named = lines.filter(lines["name"].notnull())
    counted = named.group_by("customer_id", "name").aggregate(
        lines=named["lines"].sum().cast("int64"), last=named["date"].max()
    )
    return fetched(counted.order_by(["customer_id", "name"]))


def name_variants(names: pd.DataFrame, units: dict[str, str]) -> pd.DataFrame:
    """Choose one name for each unit from those on its lines: the most frequent, then the latest.

    To ``customer_id, name, lines, last, chosen``, the chosen one first. Space within a name is
    made single; names that differ in anything else are kept apart.
    """
    tidy = names.assign(
        customer_id=counted_as(names["customer_id"], units),
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


def chosen_names(variants: pd.DataFrame) -> dict[str, str]:
    """Return the name that was chosen for each id."""
    rows = variants[variants["chosen"]]
    return dict(zip(rows["customer_id"], rows["name"], strict=True))
