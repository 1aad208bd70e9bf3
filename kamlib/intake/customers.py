"""The customers that data prep hands over: units, the ids that stand for them, and look-alikes."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import pandas as pd
import pyarrow.compute as pc

from kamlib.core.errors import ParameterError, listed, printable
from kamlib.core.frames import external
from kamlib.core.language import _, money, ngettext, number, percent
from kamlib.core.outcomes import FLAG, PASS, Outcome, outcome_of
from kamlib.core.tables import among, floats
from kamlib.intake.alike import look_alikes
from kamlib.intake.identity import (
    Identities,
    chosen_names,
    counted_as,
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
BEST, POINTS, SHARE, FEWEST = 0.20, 0.05, 0.01, 5
SHOWN = 3


def missing_customers(
    apart: SetAside, activity: pd.DataFrame, identities: Identities
) -> pd.DataFrame:
    """Return who is on lines and in no row of customers: ``customer_id, invoice_revenue, first, last``.

    With ``kept``: whether their lines are used. The largest amount comes first.
    """
    rows = apart.rows.filter(pc.field("reason").isin([NO_CUSTOMER, ZEROS_LOST]))
    sums = [("amount", "sum"), ("date", "min"), ("date", "max")]
    summed = rows.group_by("customer_id").aggregate(sums).sort_by("customer_id")
    lost = in_pandas(summed).rename(
        columns={"amount_sum": "invoice_revenue", "date_min": "first", "date_max": "last"}
    )
    known = {*identities.sites["customer_id"], *identities.units, *identities.relations}
    used = activity[~activity["customer_id"].isin(known)]
    names = ["customer_id", "invoice_revenue", "first", "last"]
    parts = [part[names].assign(kept=kept) for part, kept in ((lost, False), (used, True))]
    table = pd.concat([part for part in parts if len(part)] or parts[:1], ignore_index=True)
    size = -abs(pd.Series(floats(table["invoice_revenue"]))).fillna(0.0)
    return table.assign(size=size).sort_values(["size", "customer_id"], ignore_index=True)


def customer_tables(
    identities: Identities,
    activity: pd.DataFrame,
    names: pd.DataFrame | None,
    *,
    missing: pd.DataFrame,
    prospects: pd.DataFrame | None,
    engagement: "Engagement",
) -> dict[str, pd.DataFrame]:
    """Return ``customers, customer_ids, identity_pairs``, and ``name_variants`` where only lines name them.

    `activity` is of each id as on the lines, `names` what lines call it; `missing` customers, whose lines
    are set aside, and prospects may be customers by another id.
    """
    on_lines = names if identities.sites.empty else None
    variants = None if on_lines is None else name_variants(on_lines, identities.units)
    table = unit_table(
        merged_sites(identities.sites, identities.merged),
        identities.units,
        merged_activity(activity, identities.merged),
        relations=identities.relations,
        names=None if variants is None else chosen_names(variants),
    )
    table = table.assign(name=shown_names(table, "customer_id"))
    strangers = missing.loc[~missing["kept"], ["customer_id", "invoice_revenue", "first", "last"]]
    seen_on = pd.concat([activity, strangers], ignore_index=True) if len(strangers) else activity
    sites = identities.sites
    if on_lines is not None:
        own = chosen_names(name_variants(on_lines, {}))
        sites = pd.DataFrame(own.items(), columns=["customer_id", "name"], dtype="str")
    if prospects is not None:
        new = prospects.rename(columns={"prospect_id": "customer_id"})
        sites = pd.concat([sites, new]).drop_duplicates("customer_id")
    pairs = look_alikes(
        sites,
        seen_on,
        tops=unit_of_each(identities.sites, unit="group"),
        units=identities.unit("group"),
        decisions=identities.decisions,
        country=engagement.identity.country,
    )
    ids = customer_ids(identities, activity, engagement=engagement)
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
    names = firms["name"].map(printable, na_action="ignore").astype("str")
    cut = names.str[:LONGEST_NAME].str.rstrip() + "… (" + firms[key] + ")"
    return names.mask(names.str.len() > LONGEST_NAME, cut)


def customer_ids(
    identities: Identities, activity: pd.DataFrame, *, engagement: "Engagement"
) -> pd.DataFrame:
    """Return which customer each id of the input, or of engagement.yaml, stands for.

    To ``id_in_input, customer_id, counted_as, invoice_revenue`` (of the report period, in cents),
    sorted by id; ``counted_as`` is itself, site, merged or spelled.
    """
    sold = dict(zip(activity["customer_id"], floats(activity["in_period"]), strict=True))
    every = sorted({*identities.sites["customer_id"], *activity["customer_id"], *identities.merged})
    units = {one: identities.units.get(one, one) for one in every}
    why = {one: "itself" if one == unit else "site" for one, unit in units.items()}
    why |= dict.fromkeys(identities.merged, "merged")
    parties = [each.party for each in engagement.overrides]
    named = [*engagement.identity.intercompany, *engagement.identity.collective, *parties]
    for one, plain in in_one_spelling(named, engagement.identity).items():
        if one != plain and one not in units:
            units[one], why[one] = identities.units.get(plain, plain), "spelled"
    _refuse_two_overrides(parties, units)
    rows = [(one, unit, why[one], round(sold.get(one, 0.0), 2)) for one, unit in units.items()]
    names = ["id_in_input", "customer_id", "counted_as", "invoice_revenue"]
    kinds = dict.fromkeys(names[:3], "str") | {"invoice_revenue": "float64"}
    table = pd.DataFrame(rows, columns=names).astype(kinds)
    return table.sort_values("id_in_input", ignore_index=True)


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


def prospects_only(
    prospects: pd.DataFrame, customers: pd.DataFrame, identities: Identities
) -> pd.DataFrame:
    """Return the prospects that are no customers, neither by their id nor by a decision."""
    theirs = prospects["prospect_id"]
    buying = theirs.isin(customers["customer_id"]) | theirs.isin(identities.customers)
    if "name" in prospects:
        prospects = prospects.assign(name=shown_names(prospects, "prospect_id"))
    return prospects[~buying & ~theirs.isin(identities.merged)].reset_index(drop=True)


def site_or_group(
    ids: pd.DataFrame,
    customers: pd.DataFrame,
    identities: Identities,
    *,
    engagement: "Engagement",
    period: str,
) -> list[Outcome]:
    """Judge by revenue alone whether the level changes the answer: profit is known at one level only.

    Nothing where groups and sites are the same, very few, or nothing is sold.
    """
    sold = ids[among(ids["customer_id"], external(customers)) & (ids["invoice_revenue"] != 0)]
    levels = [identities.unit(level) for level in ("group", "site")]
    group, site = (counted_as(sold["id_in_input"], of) for of in levels)
    revenue = sold["invoice_revenue"].astype("float64")
    by_group, by_site = revenue.groupby(group).sum(), revenue.groupby(site).sum()
    if len(by_group) in (len(by_site), *range(FEWEST)) or not (by_group > 0).any():
        return []
    share = engagement.segmentation.profit_share
    large, sites = (
        each.index[among_fewest(each.to_numpy(), share)] for each in (by_group, by_site)
    )
    inside = group[site.isin(sites)]
    only = by_group[large[~large.isin(inside)]].sort_values(ascending=False)
    best = [float(top_share(each.to_numpy(), BEST)) for each in (by_group, by_site)]
    weighs = float(only.sum()) >= SHARE * float(by_group.clip(lower=0).sum())
    return [
        outcome_of(
            "site_or_group",
            FLAG if weighs or abs(best[0] - best[1]) >= POINTS else PASS,
            period=period,
            by_group=percent(best[0]),
            by_site=percent(best[1]),
            only=_only(only, engagement.currency) if len(only) else "",
            unit=_("group") if engagement.unit == "group" else _("site"),
        )
    ]


def _only(groups: pd.Series, currency: str) -> str:
    """Say which groups are large as a whole only."""
    return ngettext(
        "; {n} group is among the vital few and none of its sites is ({which}), with {amount}",
        "; {n} groups are among the vital few and none of their sites is ({which}), with {amount}",
        len(groups),
    ).format(
        n=number(len(groups)),
        which=listed(groups.index, most=SHOWN),
        amount=money(float(groups.sum()), currency),
    )


def identity_outcomes(
    tables: Mapping[str, pd.DataFrame],
    identities: Identities,
    activity: pd.DataFrame,
    prospects: pd.DataFrame | None,
    *,
    missing: pd.DataFrame | None,
    engagement: "Engagement",
    period: str,
) -> list[Outcome]:
    """Say which pairs wait for a decision, what decisions and settings do, and what the level does."""
    theirs = set(prospects["prospect_id"]) if prospects is not None else set()
    buyers = {*identities.sites["customer_id"], *activity["customer_id"]}
    seen = {*buyers, *theirs, *identities.sites["parent_id"].dropna()}
    ids = tables["customer_ids"]
    return [
        _pairs_outcome(tables["identity_pairs"], engagement.currency),
        *([_missing_outcome(missing, engagement.currency)] if missing is not None else []),
        *_relations_outcome(identities, engagement.unit),
        *_decisions_outcome(identities, seen),
        *_named_outcome(engagement, {*seen, *identities.merged} - theirs),
        *([_named("identity_prospects", sorted(theirs & buyers))] if theirs else []),
        *tax_ids_outcome(identities.sites, ids, engagement=engagement),
        *site_or_group(ids, tables["customers"], identities, engagement=engagement, period=period),
    ]


def _pairs_outcome(pairs: pd.DataFrame, currency: str) -> Outcome:
    """Say which pairs wait for a decision."""
    waiting = pairs[pairs["decision"] == "proposed"]
    amount = float(waiting["invoice_revenue"].abs().sum())
    both = waiting[["customer_id", "keep_as"]].itertuples(index=False)
    return outcome_of(
        "identity_pairs",
        FLAG if len(waiting) else PASS,
        n=number(len(waiting)),
        amount=money(amount, currency),
        which=listed([f"{one} = {other}" for one, other in both], most=SHOWN),
    )


def _missing_outcome(missing: pd.DataFrame, currency: str) -> Outcome:
    """Say which customers on the lines are in no row of customers, and what became of their lines."""
    if missing.empty:
        return outcome_of("customers_missing", PASS)
    done = _("Their lines are set aside.")
    if missing["kept"].all():
        done = _(
            "They count under their id as name, without group and attributes, as engagement.yaml says."
        )
    return outcome_of(
        "customers_missing",
        FLAG,
        n=number(len(missing)),
        done=done,
        which=listed(missing["customer_id"], most=SHOWN),
        amount=money(float(pd.Series(floats(missing["invoice_revenue"])).sum()), currency),
    )


def _relations_outcome(identities: Identities, unit: str) -> list[Outcome]:
    """Say which sites count apart from their group because one of both is no customer to rank."""
    if unit != "group" or not identities.apart:
        return []
    tops = unit_of_each(identities.sites, unit="group", merged=identities.merged)
    words, which = _("{site} ({relation}), of {group} ({other})"), []
    for site in sorted(identities.apart):
        relation, other = (_(identities.relations[one]) for one in (site, tops[site]))
        which.append(words.format(site=site, relation=relation, group=tops[site], other=other))
    return [outcome_of("site_relations", FLAG, which=listed(which))]


def _decisions_outcome(identities: Identities, seen: set[str]) -> list[Outcome]:
    """Say which ids were merged, and which decisions name nobody or take an id out of its group."""
    ids, by = identities.decisions["customer_id"], identities.decisions["decided_by"]
    unknown = _("{id} is neither on a line nor in customers or prospects")
    what = [unknown.format(id=one) for one in sorted(set(ids) - seen)] + list(
        _out_of_groups(identities)
    )
    merged = int(ids.isin(identities.merged).sum())
    if not (merged or what):
        return []
    numbers = {"n": number(merged), "by": listed(sorted(set(by))), "which": "; ".join(what)}
    return [outcome_of("identity_merged", FLAG if what else PASS, **numbers)]


def _out_of_groups(identities: Identities) -> Iterator[str]:
    """Yield what decisions take out of the group that the table of customers puts it in."""
    tops = unit_of_each(identities.sites, unit="group")
    words = _("{id} belonged to {group} and now counts with {kept}")
    for one, kept in sorted(identities.merged.items()):
        before, after = tops.get(one, one), tops.get(kept, kept)
        if before not in (one, after):
            yield words.format(id=one, group=before, kept=after)


def _named_outcome(engagement: "Engagement", known: set[str]) -> list[Outcome]:
    """Say which ids that the settings name are nobody's: a slip of the pen leaves them in rankings."""
    own = engagement.identity
    named = {
        f"{word}: {each}": plain
        for word in ("intercompany", "collective")
        for each, plain in in_one_spelling(getattr(own, word), own).items()
    }
    nobody = [words for words, plain in named.items() if plain not in known]
    return [_named("identity_named", nobody, n=number(len(named)))] if named else []


def _named(rule: str, which: list[str], **numbers: str) -> Outcome:
    """Flag the ids that a rule names, if there are any."""
    return outcome_of(rule, FLAG if which else PASS, which=listed(which), **numbers)


def tax_ids_outcome(
    sites: pd.DataFrame, ids: pd.DataFrame, *, engagement: "Engagement"
) -> list[Outcome]:
    """Say which tax ids of the table of customers cannot be used, by reason, with revenue."""
    if "tax_id" not in sites or sites.empty:
        return []
    country, currency = engagement.identity.country, engagement.currency
    sold = ids.set_index("id_in_input")["invoice_revenue"].astype("float64")
    texts = [each if isinstance(each, str) else None for each in sites["tax_id"]]
    why = [tax_id_of(each, country=country).reason for each in texts]
    found = sites[["customer_id"]].assign(
        reason=why, revenue=sites["customer_id"].map(sold).fillna(0.0)
    )
    bad = found[found["reason"] != ""]
    bad = bad.sort_values(["revenue", "customer_id"], ascending=[False, True])
    words = _("{n} × {reason}, {amount} ({which})")
    kinds = sorted(
        bad.groupby("reason"), key=lambda kind: (-abs(kind[1]["revenue"]).sum(), kind[0])
    )
    what = [
        words.format(
            n=number(len(rows)),
            reason=_(str(reason)),
            amount=money(float(rows["revenue"].sum()), currency),
            which=listed(rows["customer_id"], most=SHOWN),
        )
        for reason, rows in kinds
    ]
    return [
        outcome_of(
            "tax_ids",
            FLAG if (bad["reason"] != MISSING).any() else PASS,
            all=number(len(found)),
            n=number(len(found) - len(bad)),
            what="; ".join(what),
        )
    ]
