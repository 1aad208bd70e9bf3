"""What is said of the input: its quality, its documents, its revenue."""

from collections.abc import Iterator

import numpy as np
import pandas as pd

from kamlib.core.language import _, money, month, ngettext, number, percent
from kamlib.core.tables import floats
from kamlib.intake.reasons import LEFT_OUT

BACK = ("credit_note", "correction", "cancellation")


def quality_finding(quality: pd.DataFrame, *, currency: str) -> list[str]:
    """Say how many rows were set aside; then which rule costs most money, and how it is mended.

    Parameters
    ----------
    quality : DataFrame from `kamlib.data_prep.tables.quality_table`
    """
    if quality.empty:
        return [_("No row was set aside: nothing has to be mended at the source.")]
    first = quality.iloc[0]
    rows = int(quality["rows"].sum())
    if (quality["reason"] == _(LEFT_OUT)).all():
        return [_left_out(rows)]
    by = ngettext("{rules} rule", "{rules} rules", len(quality)).format(rules=number(len(quality)))
    counted = ngettext(
        "{n} row was set aside by {by}.", "{n} rows were set aside by {by}.", rows
    ).format(n=number(rows), by=by)
    share = first["share_of_money"]
    if isinstance(share, str) or not share > 0:  # no money that can be read
        return [counted]
    most = ngettext(
        "Begin with {where}: {reason}, {amount} on {n} row, {share} of the money set aside there. "
        "{remedy}.",
        "Begin with {where}: {reason}, {amount} on {n} rows, {share} of the money set aside there. "
        "{remedy}.",
        int(first["rows"]),
    ).format(
        where=first["where"],
        reason=first["reason"],
        amount=money(float(first["amount"]), currency),
        n=number(int(first["rows"])),
        share=percent(float(share)),
        remedy=first["remedy"][:1].upper() + first["remedy"][1:],
    )
    return [counted, most]


def _left_out(rows: int) -> str:
    return ngettext(
        "{n} row was left out, as the settings say which rows count.",
        "{n} rows were left out, as the settings say which rows count.",
        rows,
    ).format(n=number(rows))


def documents_finding(documents: pd.DataFrame, *, currency: str) -> str:
    """Say how much was given back of what was invoiced, and by how many documents.

    Parameters
    ----------
    documents : DataFrame, one row per kind of document
    """
    revenue = floats(documents["invoice_revenue"])
    back = documents["document_type"].isin(BACK).to_numpy()
    invoiced, given = float(revenue[~back].sum()), -float(revenue[back].sum())
    n = int(documents.loc[back, "documents"].sum())
    if not n:
        return _("Nothing of the {invoiced} that were invoiced was given back.").format(
            invoiced=money(invoiced, currency)
        )
    return ngettext(
        "Of {invoiced} that were invoiced, {given} ({share}) were given back by {n} credit note, "
        "correction or cancellation.",
        "Of {invoiced} that were invoiced, {given} ({share}) were given back by {n} credit notes, "
        "corrections and cancellations.",
        n,
    ).format(
        invoiced=money(invoiced, currency),
        given=money(given, currency),
        n=number(n),
        share=percent(given / invoiced if invoiced else np.nan),
    )


def pairs_finding(pairs: pd.DataFrame, *, currency: str) -> list[str]:
    """Say how many pairs of ids wait for a decision, and how many were decided.

    Parameters
    ----------
    pairs : DataFrame `identity_pairs`
    """
    if pairs.empty:
        return [_("No two ids look like one customer, and nobody has said that any are.")]
    waiting = pairs[pairs["decision"] == "proposed"]
    return [_pairs_waiting(waiting, currency), *_pairs_decided(pairs)]


def _pairs_waiting(waiting: pd.DataFrame, currency: str) -> str:
    """Say how many pairs of ids wait for a decision, and how much money they are about."""
    if waiting.empty:
        return _("No pair of ids waits for a decision.")
    amount = float(np.nansum(np.abs(floats(waiting["invoice_revenue"]))))
    return ngettext(
        "{n} pair of ids looks like one customer and waits for a decision; it is about {amount} of "
        "invoice revenue.",
        "{n} pairs of ids look like one customer and wait for a decision; they are about "
        "{amount} of invoice revenue.",
        len(waiting),
    ).format(n=number(len(waiting)), amount=money(amount, currency))


def _pairs_decided(pairs: pd.DataFrame) -> Iterator[str]:
    """Say what people have decided, where they have."""
    count = pairs["decision"].value_counts()
    merged, apart = (int(count.get(decision, 0)) for decision in ("merged", "kept_apart"))
    if merged:
        yield ngettext(
            "{n} id is counted as another's.", "{n} ids are counted as another's.", merged
        ).format(n=number(merged))
    if apart:
        yield ngettext("{n} pair is kept apart.", "{n} pairs are kept apart.", apart).format(
            n=number(apart)
        )


def intake_finding(coverage: pd.DataFrame, quarantine: pd.DataFrame, *, currency: str) -> str:
    """Say how much was read and how much was set aside."""
    lines = coverage[coverage["table"] == "invoice_lines"].iloc[0]
    aside = quarantine[quarantine["table"] == "invoice_lines"]
    amount = float(np.nansum(floats(aside["amount"]))) if len(aside) else 0.0
    read = _("{n} invoice lines were read, from {first} to {last}").format(
        n=number(lines["rows"]), first=month(lines["first"]), last=month(lines["last"])
    )
    if aside.empty:
        return _("{read}; none was set aside.").format(read=read)
    if (aside["reason"] == LEFT_OUT).all():
        return _("{read}. {left_out}").format(read=read, left_out=_left_out(len(aside)))
    return ngettext(
        "{read}; {n} was set aside with its reason ({amount} where it can be read).",
        "{read}; {n} were set aside with their reasons ({amount} where it can be read).",
        len(aside),
    ).format(read=read, n=number(len(aside)), amount=money(amount, currency))


def revenue_finding(
    months: pd.DataFrame, *, period: str, previous: str | None, currency: str
) -> str:
    """Say what was invoiced in the period, and against the one before."""
    if not (months["period"] == period).any():
        return _(
            "What customers were invoiced in {period} is not known: no invoice line lies in it."
        ).format(period=period)
    now = float(floats(months.loc[months["period"] == period, "invoice_revenue"]).sum())
    said = _("Customers were invoiced {now} in {period}").format(
        now=money(now, currency), period=period
    )
    before = months["period"] == previous if previous else pd.Series(False, index=months.index)
    if not before.any():
        return _("{said}.").format(said=said)
    then = float(floats(months.loc[before, "invoice_revenue"]).sum())
    if then <= 0:
        return _("{said}, after {then} in {previous}.").format(
            said=said, then=money(then, currency), previous=previous
        )
    change = now / then - 1
    template = (
        _("{said}, {share} more than in {previous}.")
        if change >= 0
        else _("{said}, {share} less than in {previous}.")
    )
    return template.format(said=said, share=percent(abs(change)), previous=previous)
