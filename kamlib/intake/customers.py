"""The customers that data prep hands over: units with their names, and the pairs that look like one."""

from typing import TYPE_CHECKING

import pandas as pd

from kamlib.errors import listed
from kamlib.intake.identity import Who, merged_activity, merged_sites, name_variants
from kamlib.intake.look_alikes import look_alikes
from kamlib.intake.units import unit_of_each, unit_table
from kamlib.language import money, number
from kamlib.verdicts import FLAG, PASS, Verdict, verdict

if TYPE_CHECKING:
    from kamlib.engagement import Engagement

SHOWN_PAIRS = 3


def customer_tables(
    who: Who, activity: pd.DataFrame, names: pd.DataFrame | None, *, engagement: "Engagement"
) -> dict[str, pd.DataFrame]:
    """Return customers, the pairs that look like one, and the names that one customer has on lines.

    To ``customers``, ``identity_pairs``, and ``name_variants`` where only lines name customers.

    Parameters
    ----------
    who : who is who
    activity : DataFrame ``customer_id, invoice_revenue, first, last`` by id as on the lines
    names : DataFrame ``customer_id, name, lines, last`` of the lines; None where they have none
    """
    told = names if names is not None and who.sites.empty else None
    variants = name_variants(told, who.units) if told is not None else None
    chosen = _chosen(variants) if variants is not None else {}
    table = unit_table(
        merged_sites(who.sites, who.merged), who.units, merged_activity(activity, who.merged),
        engagement=engagement, names=chosen,
    )  # fmt: skip
    seen = who.sites if told is None else _sites_of_lines(told)
    pairs = look_alikes(
        seen, activity, tops=unit_of_each(who.sites, unit="group"), decisions=who.decisions,
        country=engagement.identity.country,
    )  # fmt: skip
    found = {"customers": table, "identity_pairs": pairs}
    return found if variants is None else {**found, "name_variants": variants}


def _chosen(variants: pd.DataFrame) -> dict[str, str]:
    rows = variants[variants["chosen"]]
    return dict(zip(rows["customer_id"], rows["name"], strict=True))


def _sites_of_lines(names: pd.DataFrame) -> pd.DataFrame:
    """Return one row per id on the lines with its most frequent name."""
    rows = name_variants(names, {})
    return rows.loc[rows["chosen"], ["customer_id", "name"]].reset_index(drop=True)


def identity_verdicts(pairs: pd.DataFrame, *, currency: str) -> list[Verdict]:
    """Say which pairs wait for a decision, and which ids were merged by one."""
    waiting, merged = (pairs[pairs["decision"] == decision] for decision in ("proposed", "merged"))
    said = verdict(
        "identity_merged", PASS,
        n=number(len(merged)),
        by=listed(sorted(set(merged["decided_by"].dropna()))) if len(merged) else "",
    )  # fmt: skip
    amount = float(waiting["invoice_revenue"].abs().sum())
    proposed = verdict(
        "identity_pairs", FLAG if len(waiting) else PASS,
        n=number(len(waiting)), amount=money(amount, currency),
        which=listed(
            [f"{one} = {other}" for one, other in
             waiting[["customer_id", "keep_as"]].itertuples(index=False)],
            most=SHOWN_PAIRS,
        ),
    )  # fmt: skip
    return [proposed, *([said] if len(merged) else [])]
