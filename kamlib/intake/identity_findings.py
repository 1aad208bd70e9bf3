"""What data prep says of who is one customer: pairs, decisions, names that are nobody's, tax ids."""

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import pandas as pd

from kamlib.core.errors import listed
from kamlib.core.language import _, money, number
from kamlib.core.tables import floats
from kamlib.core.verdicts import FLAG, PASS, Verdict, verdict
from kamlib.intake.identity import Who
from kamlib.intake.reasons import MISSING
from kamlib.intake.site_or_group import site_or_group
from kamlib.intake.spelling import in_one_spelling
from kamlib.intake.tax_ids import tax_id_of
from kamlib.intake.units import unit_of_each

if TYPE_CHECKING:
    from kamlib.settings import Engagement

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
