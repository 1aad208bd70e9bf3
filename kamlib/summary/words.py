"""The answer in sentences: who can be key today, and what hangs on the open questions."""

from typing import TYPE_CHECKING, Any

import pandas as pd

from kamlib.core.codes import CHAINS
from kamlib.core.language import N_, _, money, ngettext, number, percent
from kamlib.core.tables import untold_levels
from kamlib.core.vocabulary import label
from kamlib.pyramid.decide import FIND_OUT, KEY
from kamlib.pyramid.tables import key_accounts
from kamlib.pyramid.words import none_can, untold

if TYPE_CHECKING:
    from kamlib.settings.decision import KeyAccountUnit

BRING = {  # rules that a verdict rests on → what readers can bring for them
    "gross_margin": N_("the cost of goods sold on every invoice line"),
    "cost_to_serve": N_("what serving customers costs, and the work that each of them makes"),
    "side_a": N_("our own rating of customers"),
    "side_b": N_("what customers want of a supplier, in their own words"),
}


def headline(accounts: pd.DataFrame) -> str:
    """Answer the question of the workbook, can every customer be a key customer, in one line.

    Who passes and does not earn what a key account costs is not counted.
    """
    customers = accounts[~accounts["is_prospect"]]
    keys, nominees = len(key_accounts(accounts)), accounts[accounts["nominee"].astype(bool)]
    never = none_can(customers)
    if not keys and nominees.empty and not never and (missing := untold(accounts)):
        said = _("Cannot be said yet: {missing}.").format(missing=_(" and ").join(missing))
    elif accounts["profit_kau"].max() < 1:
        said = _nobody_carries(keys, len(nominees))
    elif never:
        said = never
    elif not keys and len(nominees):
        said = _none_for_certain(accounts, nominees)
    else:
        said = _with_hopes(_today(keys, len(customers)), accounts, len(nominees))
    return _("Can every customer be key? {said}").format(said=said)


def _nobody_carries(keys: int, nominees: int) -> str:
    """Say that nobody earns today what a key account costs, and how many may by their potential."""
    said = _("No: nobody carries a key account today; none earns what one costs.")
    hopes = [
        _("by potential or reason {n} can").format(n=number(keys)) if keys else "",
        ngettext("{n} is a nominee", "{n} are nominees", nominees).format(n=number(nominees))
        if nominees
        else "",
    ]
    told = _(" and ").join(each for each in hopes if each)
    return _("{said} Yet {told}.").format(said=said, told=told) if told else said


def _today(keys: int, n: int) -> str:
    if keys and keys == n:
        return ngettext("Yes: the only one can today.", "Yes: all {n} can today.", n).format(
            n=number(n)
        )
    if keys:
        return ngettext(
            "No: {keys} of {n} can today.", "No: {keys} of {n} can today.", keys
        ).format(keys=number(keys), n=number(n))
    return _("No: today none of {n} can be called so.").format(n=number(n))


def _with_hopes(said: str, accounts: pd.DataFrame, nominees: int) -> str:
    """Add how many are nominees; where there are none, how many may be key accounts all the same."""
    if nominees:
        return ngettext(
            "{said} {n} nominee lacks one or two proofs.",
            "{said} {n} nominees lack one or two proofs each.",
            nominees,
        ).format(said=said, n=number(nominees))
    may = int(_may_be_key(accounts).sum())
    if not may:
        return said
    return ngettext(
        "{said} {open} more may, once we find out.",
        "{said} {open} more may, once we find out.",
        may,
    ).format(said=said, open=number(may))


def _may_be_key(accounts: pd.DataFrame) -> pd.Series:
    """Return of whom an open question decides whether he is a key account."""
    open_ = (accounts["verdict"] == FIND_OUT) & (accounts["verdict_best"] == KEY)
    return open_ | accounts["nominee"].astype(bool)


def _none_for_certain(accounts: pd.DataFrame, nominees: pd.DataFrame) -> str:
    """Say how many may be named, how many answers decide that, and what hangs on them."""
    n, asked = len(nominees), int(nominees["proofs"].sum())
    said = ngettext(
        "None for certain yet; {n} nominee; {asked}",
        "None for certain yet; {n} nominees; {asked}",
        n,
    ).format(
        n=number(n),
        asked=ngettext("this {m} question decides", "these {m} questions decide", asked).format(
            m=number(asked)
        ),
    )
    earned = accounts["customer_profit"].clip(lower=0).sum()
    if not earned > 0:
        return _("{said}.").format(said=said)
    share = nominees["customer_profit"].clip(lower=0).sum() / earned
    return _("{said} {share} of what is earned.").format(said=said, share=percent(share))


def key_caption(unit: "KeyAccountUnit") -> str:
    """Return the caption of the key accounts: what one must earn, and whether that is signed."""
    amount = money(float(unit.amount), unit.currency)
    if unit.approved_by:
        words = _("Key accounts, by customer profit. One pays for itself from {amount} a year.")
        return words.format(amount=amount)
    return _(
        "Key accounts, by customer profit. One pays for itself from {amount} a year, which nobody has "
        "signed."
    ).format(amount=amount)


def standing_finding(accounts: pd.DataFrame, *, places: int | None, currency: str) -> str:
    """Say what the key accounts bring of what is earned, what hangs on open questions, and the places.

    Parameters
    ----------
    accounts : DataFrame of `account_table`
    places : how many key accounts can be looked after; None where nobody declared it
    """
    profit = accounts["customer_profit"]
    earned = profit.clip(lower=0).sum()
    room = (
        _("How many can be looked after is not declared.")
        if places is None
        else ngettext("{n} can be looked after.", "{n} can be looked after.", places).format(
            n=number(places)
        )
    )
    if profit.isna().all() or not earned > 0:
        return _("What key accounts would bring is not known. {room}").format(room=room)
    keys = key_accounts(accounts)
    open_ = _may_be_key(accounts)
    hangs = profit[open_].clip(lower=0).sum()
    told = {"hangs": money(hangs, currency), "part": percent(hangs / earned), "room": room}
    if keys.empty and not hangs:
        return room
    if keys.empty:
        return _(
            "{hangs}, {part} of what is earned, hang on questions that are still open. {room}"
        ).format(**told)
    words = _(
        "The key accounts bring {brought}, {share} of what is earned; {hangs} more ({part}) hang on "
        "questions that are still open. {room}"
    )
    if not hangs:
        words = _("The key accounts bring {brought}, {share} of what is earned. {room}")
    return words.format(
        brought=money(keys["customer_profit"].sum(), currency),
        share=percent(keys["customer_profit"].clip(lower=0).sum() / earned),
        **told,
    )


def bring_finding(accounts: pd.DataFrame, outcomes: pd.DataFrame) -> str:
    """Say what to bring before all else where nobody's profit is known; nothing where it is."""
    refused = set(outcomes.loc[outcomes["outcome"] == "REFUSE", "rule"])
    missing = [_(words) for rule, words in BRING.items() if rule in refused]
    if not missing or not accounts["customer_profit"].isna().all():
        return ""
    return _(
        "Bring first, for without it nobody can be called key, or at a loss: {missing}."
    ).format(missing="; ".join(missing))


def nominees_finding(accounts: pd.DataFrame, *, currency: str) -> str:
    """Say how many are nominees, and what they earn."""
    nominees = accounts[accounts["nominee"].astype(bool)]
    if nominees.empty:
        return _("There are no nominees.")
    said = ngettext(
        "{n} nominee fails nothing that is known and lacks one or two proofs",
        "{n} nominees fail nothing that is known and lack one or two proofs each",
        len(nominees),
    ).format(n=number(len(nominees)))
    profit = nominees["customer_profit"].sum(min_count=1)
    if profit != profit:
        return _("{said}.").format(said=said)
    return ngettext(
        "{said}; it earns {amount}.", "{said}; together they earn {amount}.", len(nominees)
    ).format(said=said, amount=money(profit, currency))


def main_values(
    now: pd.DataFrame,
    before: pd.DataFrame,
    accounts: pd.DataFrame,
    chain: pd.DataFrame,
    *,
    measure: str | None,
    currency: str,
) -> pd.DataFrame:
    """Return the four values that open the report, in words, each with its change.

    Parameters
    ----------
    now, before : statements of the report period and of the one before, which may have no rows
    accounts : DataFrame of `account_table`
    chain : the one sum that leads to the customers, as `kamlib.summary.tables.chain` picks it

    Returns
    -------
    DataFrame ``what, value, change``
    """
    name = measure or "invoice_revenue"
    mine, theirs = (table.loc[table["active"], name] for table in (now, before))
    rows = [(label(name), money(mine.sum(), currency), _change(mine.sum(), theirs, currency))]
    if measure:
        lost = -mine.clip(upper=0).sum()
        was = -theirs.clip(upper=0)
        rows.append((_("loss-makers take"), money(lost, currency), _change(lost, was, currency)))
    single = accounts.loc[accounts["golden_shot"] == "yes", "customer_profit"]
    if accounts["golden_shot"].notna().any() and single.notna().all():
        rows.append(
            (
                _("golden shots: few order days in 24 months, not expected back"),
                money(single.sum(), currency),
                "",
            )
        )
    if _(CHAINS[0]).format(period=now["period"].iloc[0]) in set(chain["what"]):
        left = float(chain.loc[chain["role"] == "unexplained", "amount"].sum())
        rows.append((_("not explained against the ledger"), money(left, currency, 2), ""))
    else:
        rows.append((_("so nothing outside confirms the sums"), _("No general ledger"), ""))
    return pd.DataFrame(rows, columns=["what", "value", "change"])


def _change(value: float, before: pd.Series, currency: str) -> str:
    if before.empty or before.isna().all():
        return ""
    words = _("{change} on the period before")
    difference = value - before.sum()
    signed = ("+" if difference > 0 else "") + money(difference, currency)
    return words.format(change=signed)


def unknown_table(accounts: pd.DataFrame) -> pd.DataFrame:
    """Say what is unknown, of how many, and what they earn; the most money first.

    Returns
    -------
    DataFrame ``unknown, parties, customer_profit, means, bring``
    """
    customer = ~accounts["is_prospect"].astype(bool)
    untold = untold_levels(accounts)
    higher = accounts["possible_level"] > accounts["confirmed_level"]
    rows = {
        _("What they want of a supplier"): (
            ~accounts["asked"].astype(bool),
            _("cannot be a key account; not counted as bad"),
            _("an interview, not by the account's own manager"),
        ),
        _("How attractive they are"): (
            ~accounts["side_a_known"].astype(bool),
            _("neither attractive nor not"),
            _("ratings"),
        ),
        _("How far they trust us"): (
            customer & accounts["trust"].isna(),
            _("no partnership is confirmed"),
            _("one question to the customer"),
        ),
        _("Whether they stand higher"): (
            customer & (higher & ~untold).fillna(False),
            _("may stand higher than confirmed"),
            _("the answers asked for on page 5"),
        ),
        _("How close they are at all"): (
            customer & untold,
            _("neither a single sale nor more"),
            _("the answers asked for on page 5"),
        ),
    }
    table = pd.DataFrame(
        [
            (
                name,
                int(who.sum()),
                accounts.loc[who.astype(bool), "customer_profit"].clip(lower=0).sum(min_count=1),
                means,
                bring,
            )
            for name, (who, means, bring) in rows.items()
        ],
        columns=["unknown", "parties", "customer_profit", "means", "bring"],
    )
    return table[table["parties"] > 0].sort_values(
        ["customer_profit", "parties"], ascending=False, na_position="last", ignore_index=True
    )


def classes_since(classes: pd.DataFrame, *, then: str, after: str, currency: str) -> str:
    """Say what the vital few of a period brought in it and in the next one, and how many still buy."""
    few = classes[classes["profit_class"] == "vital_few"]
    if few.empty:
        return _("Nobody was one of the vital few of {then}.").format(then=then)
    row = few.iloc[0]
    said = _("Of {n} vital few of {then}, {share} still bought in {after}").format(
        n=number(row["accounts"]), then=then, after=after, share=percent(row["still_buying"])
    )
    if "profit_now" not in row:
        return _("{said}.").format(said=said)
    return _("{said}; they brought {before} then and {now} after.").format(
        said=said,
        before=money(row["profit_before"], currency),
        now=money(row["profit_now"], currency),
    )


def keys_since(keys: int, gone: list[str], *, period: str) -> str:
    """Name the key accounts that ordered no more."""
    if not gone:
        return (
            ngettext(
                "The key account of that day bought in {period}.",
                "All {n} key accounts of that day bought in {period}.",
                keys,
            ).format(n=number(keys), period=period)
            if keys
            else _("That day had no key account.")
        )
    return _("Of {n} key accounts of that day bought nothing in {period}: {names}.").format(
        n=number(keys), period=period, names="; ".join(gone)
    )


def ratings_since(known: int, today: int) -> str:
    """Say how many of today's ratings were there on the day."""
    return ngettext(
        "{known} of {n} rating of today was there on that day.",
        "{known} of {n} ratings of today were there on that day.",
        today,
    ).format(known=number(known), n=number(today))


def bands_since(bands: pd.DataFrame, ranges: int) -> list[str]:
    """Say how many were to come back, and how many did; and who had no chance as a number."""
    if bands.empty:
        return [_("Nobody had a chance of return as a number on that day.")]
    n = bands["customers"].sum()
    foretold, came = ((bands[k] * bands["customers"]).sum() for k in ("foretold", "came_back"))
    said = _("Of {n} customers {foretold} were to come back within 12 months, and {came} did.")
    told = [said.format(n=number(n), foretold=number(round(foretold)), came=number(round(came)))]
    if ranges:
        told.append(_("{n} had a range, or nothing, and are in no band.").format(n=number(ranges)))
    return told


def leavers_since(leavers: pd.DataFrame, alarmed: str, quiet: str) -> str:
    """Say how many who showed a sign of leaving still buy, against those who showed none."""
    rows: dict[Any, Any] = leavers.set_index("signs").to_dict("index")
    if alarmed not in rows:
        return _("No regular customer who earned showed a sign of leaving.")
    row = rows[alarmed]
    said = ngettext(
        "Of {n} regular customer with a sign of leaving, {share} still bought",
        "Of {n} regular customers with a sign of leaving, {share} still bought",
        row["accounts"],
    ).format(n=number(row["accounts"]), share=percent(row["still_buying"]))
    if quiet not in rows:
        return _("{said}.").format(said=said)
    row = rows[quiet]
    return _("{said}; of {n} without one, {share}.").format(
        said=said, n=number(row["accounts"]), share=percent(row["still_buying"])
    )


def shots_since(shots: int, back: list[str]) -> str:
    """Name the golden shots that came back after all."""
    if not shots:
        return _("There was no golden shot.")
    said = ngettext(
        "Of {n} golden shot {k} came back", "Of {n} golden shots {k} came back", shots
    ).format(n=number(shots), k=number(len(back)))
    names = "; ".join(back[:8])
    return (
        _("{said}: {names}.").format(said=said, names=names)
        if back
        else _("{said}.").format(said=said)
    )
