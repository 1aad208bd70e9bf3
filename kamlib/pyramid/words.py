"""What is said of levels, golden shots and verdicts."""

import pandas as pd

from kamlib.core.codes import LEVELS, VERDICTS
from kamlib.core.language import _, money, ngettext, number, percent
from kamlib.core.tables import untold_levels
from kamlib.page.words import Sum
from kamlib.pyramid.assess import KEY_LEVEL
from kamlib.pyramid.decide import KEY


def pyramid_finding(accounts: pd.DataFrame) -> str:
    """Say how many customers stand at each level for certain, the top first, and who is not told."""
    untold = untold_levels(accounts)
    if len(accounts) and untold.all():
        return _("No customer's level can be told.")
    told = accounts[~untold]
    counts = told["confirmed_level"].value_counts()
    parts = [
        _("{n} at {level}").format(n=number(counts[level]), level=_(LEVELS[level]))
        for level in sorted(LEVELS, reverse=True)
        if level in counts
    ]
    higher = int((told["possible_level"] > told["confirmed_level"]).sum())
    words = _("Confirmed: {parts}; {higher} of these {all} customers may stand higher.")
    if not higher:
        words = _("Confirmed: {parts}.")
    said = words.format(parts=", ".join(parts), higher=number(higher), all=number(len(told)))
    n = int(untold.sum())
    whole = len(accounts), [*(counts.get(level, 0) for level in LEVELS), n]
    if not n:
        return Sum(said, *whole)
    words = ngettext(
        "{said} Of {n} more the level is not told.", "{said} Of {n} more the level is not told.", n
    )
    return Sum(words.format(said=said, n=number(n)), *whole)


def golden_finding(shots: pd.DataFrame, *, currency: str) -> str:
    """Say how many golden shots there are, what they brought, and how many are too young to tell."""
    if shots["golden_shot"].isna().all():
        return _("Golden shots could not be told from the rest.")
    yes = shots[shots["golden_shot"] == "yes"]
    told = _golden_yes(yes, currency) if len(yes) else _("There was no golden shot")
    early = int((shots["golden_shot"] == "too young to tell").sum())
    untold = int(shots["golden_shot"].isna().sum())
    if early:
        told = ngettext(
            "{said}; {n} more is too young to tell", "{said}; {n} more are too young to tell", early
        ).format(said=told, n=number(early))
    if untold:
        told = ngettext(
            "{said}; of {n} more nobody can tell how often such customers come back",
            "{said}; of {n} more nobody can tell how often such customers come back",
            untold,
        ).format(said=told, n=number(untold))
    return _("{said}.").format(said=told)


def _golden_yes(yes: pd.DataFrame, currency: str) -> str:
    return ngettext(
        "{n} golden shot brought {amount} in 24 months and is not expected back",
        "{n} golden shots brought {amount} in 24 months and are not expected back",
        len(yes),
    ).format(n=number(len(yes)), amount=money(yes["profit"].sum(), currency))


def shot_dependence_finding(accounts: pd.DataFrame, *, currency: str) -> str:
    """Say how much of the period's profit comes from those who may not come again.

    They are golden shots, and those who look like one and are too young to tell.
    """
    profit, shot = accounts["customer_profit"], accounts["golden_shot"]
    if profit.isna().all() or shot.isna().all():
        return _("How much depends on golden shots is unknown.")
    earned = profit.clip(lower=0).sum()
    golden, early = (profit[shot == kind].sum() for kind in ("yes", "too young to tell"))
    if golden + early <= 0:
        return _("Golden shots and those like them brought no profit in this period.")
    return _(
        "Golden shots brought {golden} of this period's customer profit, {share} of what is earned, and "
        "those like them who are too young to tell {early}, {more}; if none of them returned, next year "
        "would start that much lower."
    ).format(
        golden=money(golden, currency),
        share=percent(golden / earned),
        early=money(early, currency),
        more=percent(early / earned),
    )


def untold(accounts: pd.DataFrame) -> list[str]:
    """Say without what nobody can be called a key account, whatever he is."""
    gaps = {
        _("nobody was asked what they want from a supplier"): not accounts["asked"].any(),
        _("customer profit is not known"): bool(accounts["customer_profit"].isna().all()),
    }
    return [words for words, there in gaps.items() if there]


def none_can(accounts: pd.DataFrame) -> str:
    """Say that nobody can be a key account by what is known already, and why; nothing where one can."""
    if (accounts["verdict_best"] == KEY).any():
        return ""
    said = _("None of {n} can, whatever they answer").format(n=number(len(accounts)))
    highest = accounts["possible_level"].max()
    if pd.isna(highest) or highest >= KEY_LEVEL:
        return _("{said}.").format(said=said)
    at_best, needed = (f"{level} {_(LEVELS[level])}" for level in (int(highest), KEY_LEVEL))
    return _("{said}: at best they stand at {level}, and a key account needs {needed}.").format(
        said=said, level=at_best, needed=needed
    )


def verdict_finding(accounts: pd.DataFrame) -> list[str]:
    """Say how many are key accounts now, and what becomes of all the others.

    Returns
    -------
    list of str: the answer, then the others by verdict
    """
    if accounts.empty:
        return [_("There is no account to judge.")]
    passed = accounts["verdict"] == "key_account_now"
    no, may = (int((passed & (accounts["pays"] == told)).sum()) for told in ("no", "unknown"))
    keys, counts = int(passed.sum()) - no - may, accounts["verdict"].value_counts()
    others = {
        _(VERDICTS[name]): int(counts[name])
        for name in VERDICTS
        if name != "key_account_now" and name in counts
    }
    short = {
        _("pass and do not earn what one costs"): no,
        _("pass and may not earn it"): may,
    }
    others = {words: n for words, n in (short | others).items() if n}
    said = ngettext(
        "{n} of {all} customers and prospects is a key account now.",
        "{n} of {all} customers and prospects are key accounts now.",
        keys,
    ).format(n=number(keys), all=number(len(accounts)))
    if not passed.any() and not accounts["nominee"].any() and (missing := untold(accounts)):
        cannot = _("Who is a key account cannot be said yet: {missing}.")
        never = none_can(accounts)
        said = (
            _("Who can be a key account? {said}").format(said=never)
            if never
            else cannot.format(missing=_(" and ").join(missing))
        )
    if not others:
        return [said]
    parts = ", ".join(f"{words} {number(n)}" for words, n in others.items())
    rest = _("The others: {parts}.").format(parts=parts)
    return [said, Sum(rest, len(accounts) - keys, others.values())]


def places_finding(accounts: pd.DataFrame, *, places: int | None, more: int, currency: str) -> str:
    """Say who just missed a place, and what so many more places would add; nothing where neither is known.

    Parameters
    ----------
    accounts : DataFrame of `account_table`
    places : how many key accounts can be looked after; None: nobody declared it
    more : places of one more manager
    """
    queue = accounts[accounts["turn"].notna()].sort_values("turn")
    if places is None or queue.empty:
        return ""
    missed = queue[queue["turn"] > places].head(more)
    told = {"n": number(len(queue)), "places": number(places), "more": number(more)}
    if missed.empty:
        return _(
            "{n} pass or may pass and {places} can be looked after: nobody misses a place, and {more} "
            "more would add nothing."
        ).format(**told)
    words = _(
        "{n} pass or may pass and {places} can be looked after. {names} just missed a place; {more} more "
        "places would add accounts that earn {amount} a year."
    )
    if len(missed) < more:
        told["more"] = number(len(missed))
        words = _(
            "{n} pass or may pass and {places} can be looked after. {names} just missed a place; {more} "
            "more would be enough for all; these earn {amount} a year."
        )
    return words.format(
        names=", ".join(missed["name"].head(3)),
        amount=money(missed["customer_profit"].sum(), currency),
        **told,
    )


def population_finding(accounts: pd.DataFrame, *, period: str) -> str:
    """Tie the numbers of customers and prospects that stand on the pages, in one line."""
    prospects = int(accounts["is_prospect"].sum())
    active = int(accounts["active"].sum())
    earlier = len(accounts) - prospects - active
    parts = {
        _("{n} customers who are active in {period}"): active,
        _("{n} who ordered before it"): earlier,
        _("{n} prospects"): prospects,
    }
    told = [words.format(n=number(n), period=period) for words, n in parts.items() if n]
    said = _("{all} are looked at: {parts}.").format(
        all=number(len(accounts)), parts=", ".join(told)
    )
    return Sum(said, len(accounts), parts.values())
