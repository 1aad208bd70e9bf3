"""The customers that data prep hands over: units, the ids that stand for them, and look-alikes."""

from typing import TYPE_CHECKING

import pandas as pd
import pyarrow.compute as pc

from kamlib.core.errors import ParameterError, listed, printable
from kamlib.core.tables import floats
from kamlib.intake.identity import Who, merged_activity, merged_sites, name_variants
from kamlib.intake.look_alikes import look_alikes
from kamlib.intake.quarantine import SetAside
from kamlib.intake.reasons import NO_CUSTOMER, ZEROS_LOST
from kamlib.intake.spelling import in_one_spelling
from kamlib.intake.units import unit_of_each, unit_table
from kamlib.intake.workspace import in_pandas

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
