"""What is said of who comes back and who leaves."""

from typing import Any

import pandas as pd

from kamlib.core.language import N_, _, money, ngettext, number, percent
from kamlib.core.vocabulary import label
from kamlib.staying.returns import PROJECT
from kamlib.staying.tables import trait

WON_OR_KEPT = {"win": N_("Customers won"), "keep": N_("Customers kept")}
NOTED = {"people": N_("people's time"), "material": N_("material"), "money": N_("money")}
ON_TIME = {  # silent longer than usual or not → its chance of return
    False: N_("{chance} for {n} on time"),
    True: N_("{chance} for {n} silent longer than usual"),
}
AT_THE_MARGIN = {  # what one more cost, or why that is not named
    "named": N_("at the margin {one_more} for one customer"),
    "chance": N_(
        "at the margin {one_more} for one customer, if more than chance changed their number"
    ),
    "hardly": N_("no cost of one more, for their number hardly changed"),
    "against": N_("no cost of one more, for effort and number did not move the same way"),
    "steady": N_("no cost of one more, for it hardly changed"),
    "mixed": N_("no cost of one more, for another kind of effort did not move as their number did"),
    "beside": N_("no cost of one more, for another kind of effort is not known"),
}


def return_finding(stays: pd.DataFrame) -> str:
    """Say how likely those on time and those silent longer than usual order again within a year.

    It is what the chosen candidate gives each of them; who buys by project is looked at over longer.
    """
    known = stays[stays["p_return_low"].notna() & (stays["model"] != PROJECT)]
    parts = []
    for late, words in ON_TIME.items():
        mine = known[known["overdue"].eq(late)]
        low, high = (
            mine["p_return_12m"].fillna(mine[f"p_return_{end}"]) for end in ("low", "high")
        )
        if len(mine):
            least, most = percent(low.min()), percent(high.max())
            span = _("{low} to {high}").format(low=least, high=most)
            chance = least if least == most else span
            parts.append(_(words).format(chance=chance, n=number(len(mine))))
    if not parts:
        return _("How many come back could not be measured.")
    return _("Chance of return within 12 months: {parts}.").format(parts=", ".join(parts))


def leaving_finding(leavers: pd.DataFrame, *, currency: str, measure: str, when: str) -> list[str]:
    """Say how many regular customers show a sign of leaving, by which sign, and what may go with them.

    `when` says of which time `measure` is.
    """
    n = len(leavers)
    if not n:
        return [_("No regular customer who brings anything shows a sign of leaving.")]
    said = ngettext(
        "{n} regular customer shows a sign of leaving; {when} it brought {amount} of {measure}.",
        "{n} regular customers show a sign of leaving; {when} they brought {amount} of {measure}.",
        n,
    ).format(
        n=number(n),
        when=when,
        amount=money(leavers[measure].sum(), currency),
        measure=label(measure).lower(),
    )
    counts = {
        sign: int(leavers["signs"].str.contains(sign).sum())
        for sign in ("silent", "fading", "stopped")
    }
    told = {
        "silent": ngettext(
            "{n} is silent longer than usual{back}",
            "{n} are silent longer than usual{back}",
            counts["silent"],
        ),
        "fading": ngettext(
            "{n} clearly buys at least a third less than in the same six months a year before",
            "{n} clearly buy at least a third less than in the same six months a year before",
            counts["fading"],
        ),
        "stopped": _("{n} stopped buying a product group"),
    }
    chances = leavers.loc[leavers["signs"].str.contains("silent"), "p_return_12m"]
    back = _(", with a chance of return of at most {most}").format(most=percent(chances.max()))
    back = back if chances.notna().all() else ""
    signs = [told[sign].format(n=number(n), back=back) for sign, n in counts.items() if n]
    by_sign = _("{signs}; {stake} of it may go.").format(
        signs=", ".join(signs), stake=money(leavers["at_stake"].sum(), currency)
    )
    return [said, by_sign]


def staying_finding(
    leavers: pd.DataFrame, unseen: pd.DataFrame, *, good: int, currency: str, measure: str
) -> str:
    """Say in a sentence how many may leave, with what, and how many vital few are neglected; empty if none.

    Parameters
    ----------
    leavers, unseen : DataFrames ``leaving`` and ``neglected``, empty where there is nobody
    good : how many are vital few
    measure : column of `leavers`
    """
    parts = []
    if n := len(leavers):
        said = ngettext(
            "{n} regular customer shows a sign of leaving ({amount} of {measure})",
            "{n} regular customers show a sign of leaving ({amount} of {measure})",
            n,
        )
        amount = money(leavers[measure].sum(), currency)
        parts.append(said.format(n=number(n), amount=amount, measure=label(measure).lower()))
    if n := len(unseen):
        said = ngettext(
            "{n} of {good} vital few is seen a third less often than before",
            "{n} of {good} vital few are seen a third less often than before",
            n,
        )
        parts.append(said.format(n=number(n), good=number(good)))
    return f"{'; '.join(parts)}." if parts else ""


def first_calls(leavers: pd.DataFrame) -> str:
    """Say whom to call first."""
    names = leavers["name"].head(3)
    return _("To be called first: {names}").format(names="; ".join(names)) if len(names) else ""


def audit_finding(audit: pd.DataFrame, *, currency: str) -> str:
    """Say what the change of profit is made of."""
    rows: dict[Any, Any] = audit.set_index("movement").to_dict("index")
    change = float(audit["profit_change"].sum())
    stayed = rows["up"]["profit_change"] + rows["down"]["profit_change"]
    came = rows["new"]["profit_change"] + rows["recovered"]["profit_change"]
    said = (
        _("Profit from customers rose by {change}")
        if change >= 0
        else _("Profit from customers fell by {change}")
    ).format(change=money(abs(change), currency))
    kept = (
        _("those who stayed bring {more} more")
        if stayed >= 0
        else _("those who stayed bring {more} less")
    )
    return _(
        "{said}: {kept}, {new} who came {came}; {lost} who bought nothing had brought {gone}."
    ).format(
        said=said,
        kept=kept.format(more=money(abs(stayed), currency)),
        new=number(rows["new"]["customers"] + rows["recovered"]["customers"]),
        came=money(came, currency),
        lost=number(rows["lost"]["customers"]),
        gone=money(-rows["lost"]["profit_change"], currency),
    )


def margin_unknown(
    given: bool, starts: list[pd.Timestamp], noted: pd.DataFrame, now: str
) -> tuple[str, str]:
    """Say why no cost at the margin can be told, and what to bring; both empty where it can."""
    lacks = []
    if untold := bool(noted["effort_now"].isna().all()):
        lacks.append(
            _(
                "hours or money that went into winning and into keeping customers, in this period and "
                "in the one before (table effort, with a purpose on every row)"
            )
        )
    if not starts:
        lacks.append(_("invoice lines of three equally long periods, this one the last"))
    why = ""
    if not given:
        why = _("nobody noted effort by purpose")
    elif not starts:
        why = _(
            "without lines of {now} and of two periods before it, all equally long, nobody can tell "
            "who was won and who was kept"
        ).format(now=now)
    elif untold:
        why = _(
            "no effort to win or to keep is noted in {now} and in the period before, all of it with "
            "a purpose"
        ).format(now=now)
    return why, "; ".join(lacks)


def margin_finding(table: pd.DataFrame, periods: list[str], *, currency: str) -> list[str]:
    """Say what one more won and one more kept customer cost, or why not, with what that rests on.

    Parameters
    ----------
    table : DataFrame of `cost_at_the_margin`
    periods : names of the period before and of this one
    """
    said = []
    for purpose, rows in table.groupby("purpose", sort=False):
        then, now = (
            _("{n} in {period}").format(n=_won_or_kept(rows.iloc[0], when), period=period)
            for when, period in zip(("before", "now"), periods, strict=True)
        )
        parts = "; ".join(_at_the_margin(row, currency) for _at, row in rows.iterrows())
        what = _(WON_OR_KEPT[str(purpose)])
        said.append(
            _("{what}: {now} after {then}; {parts}.").format(
                what=what, now=now, then=then, parts=parts
            )
        )
    named = table[table["one_more"].notna()]
    if named["purpose"].eq("keep").any():
        said.append(
            _(
                "Of those kept, a change is what goes beyond the same share and the same effort on each."
            )
        )
    if len(named):
        said.append(
            _("Two periods beside each other describe what one more cost; they prove no cause.")
        )
    return said


def _won_or_kept(row: pd.Series, when: str) -> str:
    n, of = number(row[f"customers_{when}"]), row[f"of_{when}"]
    return n if of != of else _("{n} of {all}").format(n=n, all=number(of))


def _at_the_margin(row: pd.Series, currency: str) -> str:
    kind, how = _(NOTED[row["kind"]]), row["at_the_margin"]
    if how == "unknown":
        return _("{kind} is not noted in both periods, all of it with a purpose").format(kind=kind)
    one_more, now, then = (
        money(row[name], currency)
        if row["kind"] != "people"
        else _("{n} hours").format(n=number(row[name], int(row[name] < 10)))
        for name in ("one_more", "effort_now", "effort_before")
    )
    end = _(AT_THE_MARGIN[how]).format(one_more=one_more)
    return _("{kind} {now} after {then}, {end}").format(kind=kind, now=now, then=then, end=end)


def neglected_finding(neglected: pd.DataFrame, good: int, *, currency: str) -> str:
    """Say how many of the vital few get a third less care while their profit held."""
    return ngettext(
        "{n} of {good} vital few is seen at least a third less often than before, though its profit "
        "did not fall so: {profit}.",
        "{n} of {good} vital few are seen at least a third less often than before, though their "
        "profit did not fall so: {profit}.",
        len(neglected),
    ).format(
        n=number(len(neglected)),
        good=number(good),
        profit=money(neglected["profit_now"].sum(), currency),
    )


def profile_finding(profile: pd.DataFrame) -> list[str]:
    """Name what most of those who stay, and of the vital few, share; if it sets them apart from all."""
    told = {
        "stays": _("Most surely loyal: {trait} ({share} of {n} ordered again)."),
        "key": _("Most surely one of the vital few: {trait} ({share} of {n})."),
    }
    found = []
    for comparison, words in told.items():
        rows = profile[(profile["comparison"] == comparison) & (profile["lift_low"] > 1)]
        if len(rows):
            best = rows.sort_values(["lift_low", "n"], ascending=False).iloc[0]
            named = trait(best["attribute"], best["value"])
            found.append(
                words.format(trait=named, share=percent(best["share"]), n=number(best["n"]))
            )
    return found or [_("Nothing that is known sets those who stay apart from all.")]


def likeness_finding(likeness: pd.DataFrame) -> str:
    """Say how many prospects are more like the vital few than anybody is."""
    like, unknown = int((likeness["likeness"] > 1).sum()), int(likeness["likeness"].isna().sum())
    said = ngettext(
        "{n} of {all} prospects is more like the vital few than customers are on average",
        "{n} of {all} prospects are more like the vital few than customers are on average",
        like,
    ).format(n=number(like), all=number(len(likeness)))
    if unknown:
        return _("{said}; of {n} too little is known.").format(said=said, n=number(unknown))
    return _("{said}.").format(said=said)
