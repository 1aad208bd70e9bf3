"""The customers that data prep hands over: units, the ids that stand for them, and look-alikes."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
import pyarrow.compute as pc

from kamlib.core.errors import ParameterError, listed, printable
from kamlib.core.language import _, money, ngettext, number, percent
from kamlib.core.tables import among, floats
from kamlib.core.verdicts import FLAG, PASS, Verdict, verdict
from kamlib.intake.alike import look_alikes
from kamlib.intake.identity import (
    Who,
    merged_activity,
    merged_sites,
    name_variants,
    unit_of_each,
    unit_table,
)
from kamlib.intake.quarantine import SetAside
from kamlib.intake.reasons import MISSING, NO_CUSTOMER, ZEROS_LOST
from kamlib.intake.spelling import in_one_spelling, tax_id_of
from kamlib.intake.workspace import in_pandas
from kamlib.numerics.concentration import among_fewest, top_share

if TYPE_CHECKING:
    from kamlib.settings import Engagement

LONGEST_NAME = 120  # letters; a legal form written out fits


def missing_customers(apart: SetAside, activity: pd.DataFrame, who: Who) -> pd.DataFrame:
    """Return who is on lines and in no row of customers: ``customer_id, invoice_revenue, first, last``.

    With ``kept``: whether their lines are used. The largest amount comes first.
    """
    rows = apart.rows.filter(pc.field("reason").isin([NO_CUSTOMER, ZEROS_LOST]))
    sums = [("amount", "sum"), ("date", "min"), ("date", "max")]
    summed = rows.group_by("customer_id").aggregate(sums).sort_by("customer_id")
    lost = in_pandas(summed).rename(
        columns={"amount_sum": "invoice_revenue", "date_min": "first", "date_max": "last"}
    )
    known = {*who.sites["customer_id"], *who.units, *who.relations}
    used = activity[~activity["customer_id"].isin(known)]
    names = ["customer_id", "invoice_revenue", "first", "last"]
    parts = [part[names].assign(kept=kept) for part, kept in ((lost, False), (used, True))]
    table = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    size = -abs(pd.Series(floats(table["invoice_revenue"]))).fillna(0.0)
    return table.assign(size=size).sort_values(["size", "customer_id"], ignore_index=True)


def customer_tables(
    who: Who,
    activity: pd.DataFrame,
    names: pd.DataFrame | None,
    *,
    missing: pd.DataFrame,
    engagement: "Engagement",
) -> dict[str, pd.DataFrame]:
    """Return customers, the ids that stand for them, the pairs that look like one, and their names.

    To ``customers``, ``customer_ids``, ``identity_pairs``, and ``name_variants`` where only lines
    name customers.

    Parameters
    ----------
    who : who is who
    activity : DataFrame ``customer_id, invoice_revenue, in_period, first, last`` by id as on the lines
    names : DataFrame ``customer_id, name, lines, last`` of the lines; None where they have none
    missing : DataFrame of `missing_customers`; those whose lines are set aside may be somebody's
    """
    told = names if names is not None and who.sites.empty else None
    variants = name_variants(told, who.units) if told is not None else None
    chosen = _chosen(variants) if variants is not None else {}
    table = unit_table(
        merged_sites(who.sites, who.merged),
        who.units,
        merged_activity(activity, who.merged),
        relations=who.relations,
        names=chosen,
    )
    table = table.assign(name=shown_names(table, "customer_id"))
    seen = who.sites if told is None else _sites_of_lines(told)
    strangers = missing.loc[~missing["kept"], ["customer_id", "invoice_revenue", "first", "last"]]
    seen_on = pd.concat([activity, strangers], ignore_index=True) if len(strangers) else activity
    pairs = look_alikes(
        seen,
        seen_on,
        tops=unit_of_each(who.sites, unit="group"),
        units=who.unit("group"),
        decisions=who.decisions,
        country=engagement.identity.country,
    )
    ids = customer_ids(who, activity, engagement=engagement)
    found = {"customers": table, "customer_ids": ids, "identity_pairs": pairs}
    return found if variants is None else {**found, "name_variants": variants}


def shown_names(firms: pd.DataFrame, key: str) -> pd.Series:
    """Return names that can stand on any page: nothing in them that is no letter, and none endless.

    A name that is cut ends with the id of its firm.

    Examples
    --------
    >>> shown_names(pd.DataFrame({"id": ["K1"], "name": ["A" * 500]}), "id")[0][-8:]
    'AA… (K1)'
    """
    names = [
        _shown_name(printable(name), id_) if isinstance(name, str) else None
        for name, id_ in zip(firms["name"], firms[key], strict=True)
    ]
    return pd.Series(names, index=firms.index, dtype="str")


def _shown_name(name: str, id_: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME].rstrip()}… ({id_})"


def customer_ids(who: Who, activity: pd.DataFrame, *, engagement: "Engagement") -> pd.DataFrame:
    """Return which customer each id of the input, or of engagement.yaml, stands for.

    To ``id_in_input, customer_id, counted_as, invoice_revenue`` (of the report period, in cents),
    sorted by id; ``counted_as`` is itself, site, merged or spelled.

    Raises
    ------
    ParameterError
        Two overrides are for one customer under two ids.
    """
    sold = dict(zip(activity["customer_id"], floats(activity["in_period"]), strict=True))
    every = sorted({*who.sites["customer_id"], *activity["customer_id"], *who.merged})
    rows = [(one, who.units.get(one, one), _counted_as(one, who)) for one in every]
    parties = [each.party for each in engagement.overrides]
    named = [*engagement.identity.intercompany, *engagement.identity.collective, *parties]
    apart = in_one_spelling(named, engagement.identity)
    rows += [
        (one, who.units.get(plain, plain), "spelled")
        for one, plain in sorted(apart.items())
        if one != plain and one not in every
    ]
    table = pd.DataFrame(rows, columns=["id_in_input", "customer_id", "counted_as"], dtype="str")
    _refuse_two_overrides(
        parties, dict(zip(table["id_in_input"], table["customer_id"], strict=True))
    )
    money = pd.Series([sold.get(one, 0.0) for one in table["id_in_input"]], dtype="float64")
    return table.assign(invoice_revenue=money.round(2)).sort_values(
        "id_in_input", ignore_index=True
    )


def _counted_as(one: str, who: Who) -> str:
    """Say why an id counts for its customer."""
    if one in who.merged:
        return "merged"
    return "itself" if who.units.get(one, one) == one else "site"


def _refuse_two_overrides(parties: list[str], units: dict[str, str]) -> None:
    """Raise ParameterError if two overrides name one customer under two ids."""
    by_unit: dict[str, list[str]] = {}
    for party in parties:
        by_unit.setdefault(units.get(party, party), []).append(party)
    twice = [f"{' and '.join(ids)} are {unit}" for unit, ids in by_unit.items() if len(ids) > 1]
    if twice:
        raise ParameterError(
            f"overrides in engagement.yaml decide on one customer twice ({listed(twice)}). "
            f"Keep one override for each."
        )


def prospects_only(prospects: pd.DataFrame, customers: pd.DataFrame, who: Who) -> pd.DataFrame:
    """Return the prospects that are no customers, neither by their id nor by a decision."""
    theirs = prospects["prospect_id"]
    buying = theirs.isin(customers["customer_id"]) | theirs.isin(who.customers)
    if "name" in prospects:
        prospects = prospects.assign(name=shown_names(prospects, "prospect_id"))
    return prospects[~buying & ~theirs.isin(who.merged)].reset_index(drop=True)


def _chosen(variants: pd.DataFrame) -> dict[str, str]:
    rows = variants[variants["chosen"]]
    return dict(zip(rows["customer_id"], rows["name"], strict=True))


def _sites_of_lines(names: pd.DataFrame) -> pd.DataFrame:
    """Return one row per id on the lines with its most frequent name."""
    rows = name_variants(names, {})
    return rows.loc[rows["chosen"], ["customer_id", "name"]].reset_index(drop=True)


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


SHOWN_PAIRS, SHOWN_IDS = 3, 3


def identity_verdicts(
    tables: Mapping[str, pd.DataFrame],
    who: Who,
    activity: pd.DataFrame,
    prospects: pd.DataFrame | None,
    *,
    missing: pd.DataFrame | None,
    engagement: "Engagement",
    period: str,
) -> list[Verdict]:
    """Say which pairs wait for a decision, what decisions and settings do, and what the level does.

    Parameters
    ----------
    tables : what data prep hands over: ``customers, customer_ids, identity_pairs``
    who : who is who
    activity : DataFrame with ``customer_id``, as it stands on lines
    prospects : the table of prospects as it was given; None without
    missing : DataFrame of `kamlib.intake.customers.missing_customers`; None without customers
    """
    theirs = set(prospects["prospect_id"]) if prospects is not None else set()
    buyers = {*who.sites["customer_id"], *activity["customer_id"]}
    seen = {*buyers, *theirs, *who.sites["parent_id"].dropna()}
    ids = tables["customer_ids"]
    return [
        _pairs_verdict(tables["identity_pairs"], engagement.currency),
        *([_missing_verdict(missing, engagement.currency)] if missing is not None else []),
        *_relations_verdict(who, engagement.unit),
        *_decisions_verdict(who, seen),
        *_named_verdict(engagement, {*seen, *who.merged} - theirs),
        *([_prospects_verdict(sorted(theirs & buyers))] if theirs else []),
        *tax_ids_verdict(who.sites, ids, engagement=engagement),
        *site_or_group(ids, tables["customers"], who, engagement=engagement, period=period),
    ]


def _pairs_verdict(pairs: pd.DataFrame, currency: str) -> Verdict:
    """Say which pairs wait for a decision."""
    waiting = pairs[pairs["decision"] == "proposed"]
    amount = float(waiting["invoice_revenue"].abs().sum())
    both = waiting[["customer_id", "keep_as"]].itertuples(index=False)
    return verdict(
        "identity_pairs",
        FLAG if len(waiting) else PASS,
        n=number(len(waiting)),
        amount=money(amount, currency),
        which=listed([f"{one} = {other}" for one, other in both], most=SHOWN_PAIRS),
    )


def _missing_verdict(missing: pd.DataFrame, currency: str) -> Verdict:
    """Say which customers on the lines are in no row of customers, and what became of their lines."""
    if missing.empty:
        return verdict("customers_missing", PASS)
    done = (
        _(
            "They count under their id as name, without group and attributes, as engagement.yaml says."
        )
        if missing["kept"].all()
        else _("Their lines are set aside.")
    )
    return verdict(
        "customers_missing",
        FLAG,
        n=number(len(missing)),
        done=done,
        which=listed(missing["customer_id"], most=SHOWN_IDS),
        amount=money(float(pd.Series(floats(missing["invoice_revenue"])).sum()), currency),
    )


def _relations_verdict(who: Who, unit: str) -> list[Verdict]:
    """Say which sites count apart from their group because one of both is no customer to rank."""
    if unit != "group" or not who.apart:
        return []
    tops = unit_of_each(who.sites, unit="group", merged=who.merged)
    words = _("{site} ({relation}), of {group} ({other})")
    which = [
        words.format(
            site=one,
            relation=_(who.relations[one]),
            group=tops[one],
            other=_(who.relations[tops[one]]),
        )
        for one in sorted(who.apart)
    ]
    return [verdict("site_relations", FLAG, which=listed(which))]


def _decisions_verdict(who: Who, seen: set[str]) -> list[Verdict]:
    """Say which ids were merged, and which decisions name nobody or take an id out of its group."""
    said = who.decisions[["customer_id", "decided_by"]]
    nobody = sorted(set(said["customer_id"]) - seen)
    what = [
        _("{id} is neither on a line nor in customers or prospects").format(id=one)
        for one in nobody
    ] + list(_out_of_groups(who))
    merged = said[said["customer_id"].isin(who.merged)]
    if merged.empty and not what:
        return []
    return [
        verdict(
            "identity_merged",
            FLAG if what else PASS,
            n=number(len(merged)),
            by=listed(sorted(set(said["decided_by"]))),
            which="; ".join(what),
        )
    ]


def _out_of_groups(who: Who) -> Iterator[str]:
    """Yield what decisions take out of the group that the table of customers puts it in."""
    tops = unit_of_each(who.sites, unit="group")
    words = _("{id} belonged to {group} and now counts with {kept}")
    for one, kept in sorted(who.merged.items()):
        before, after = tops.get(one, one), tops.get(kept, kept)
        if before not in (one, after):
            yield words.format(id=one, group=before, kept=after)


def _named_verdict(engagement: "Engagement", known: set[str]) -> list[Verdict]:
    """Say which ids that the settings name are nobody's: a slip of the pen leaves them in rankings."""
    own = engagement.identity
    named = {
        f"{word}: {each}": plain
        for word in ("intercompany", "collective")
        for each, plain in in_one_spelling(getattr(own, word), own).items()
    }
    nobody = [words for words, plain in named.items() if plain not in known]
    if not named:
        return []
    outcome = FLAG if nobody else PASS
    return [verdict("identity_named", outcome, n=number(len(named)), which=listed(nobody))]


def _prospects_verdict(buying: list[str]) -> Verdict:
    """Say which prospects are customers already, by their id."""
    return verdict("identity_prospects", FLAG if buying else PASS, which=listed(buying))


def tax_ids_verdict(
    sites: pd.DataFrame, ids: pd.DataFrame, *, engagement: "Engagement"
) -> list[Verdict]:
    """Say which tax ids of the table of customers cannot be used, by reason, with revenue.

    Parameters
    ----------
    sites : DataFrame ``customer_id`` and where given ``tax_id``; without it nothing is said
    ids : DataFrame ``id_in_input, invoice_revenue`` of the report period
    """
    if "tax_id" not in sites or sites.empty:
        return []
    found = [tax_id_of(each, country=engagement.identity.country).reason for each in _texts(sites)]
    sold = dict(zip(ids["id_in_input"], floats(ids["invoice_revenue"]), strict=True))
    each = pd.DataFrame(
        {
            "reason": found,
            "customer_id": sites["customer_id"],
            "revenue": [sold.get(one, 0.0) for one in sites["customer_id"]],
        }
    )
    bad = each[each["reason"] != ""]
    words = _("{n} × {reason}, {amount} ({which})")
    kinds = sorted(
        bad.groupby("reason"), key=lambda kind: (-abs(kind[1]["revenue"]).sum(), kind[0])
    )
    what = [
        words.format(
            n=number(len(rows)),
            reason=_(str(reason)),
            amount=money(float(rows["revenue"].sum()), engagement.currency),
            which=listed(
                rows.sort_values(["revenue", "customer_id"], ascending=[False, True])[
                    "customer_id"
                ],
                most=SHOWN_IDS,
            ),
        )
        for reason, rows in kinds
    ]
    broken = bool((bad["reason"] != MISSING).any())
    return [
        verdict(
            "tax_ids",
            FLAG if broken else PASS,
            all=number(len(each)),
            n=number(len(each) - len(bad)),
            what="; ".join(what),
        )
    ]


def _texts(sites: pd.DataFrame) -> list[str | None]:
    """Return the tax ids as they are written; None where there is none."""
    return [each if isinstance(each, str) else None for each in sites["tax_id"]]
