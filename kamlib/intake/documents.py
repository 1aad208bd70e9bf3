"""Documents: what a line belongs to, what is no order, and what stands twice.

A credit note, a correction and a cancellation give revenue back in the period in which they are
posted. An advance is money before the goods: it is revenue of its invoice, and no second order when
the final invoice comes, from which it is deducted.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

import ibis
import ibis.expr.types as ir

from kamlib.intake.contract import BACK, SALES
from kamlib.intake.desk import Desk, held
from kamlib.intake.judging import Judged
from kamlib.language import money, number
from kamlib.method_rules import set_aside as reasons
from kamlib.verdicts import FLAG, PASS, Verdict, verdict


class DocumentFacts(NamedTuple):
    """How many documents there are of the kinds that need a word, and their money."""

    back: int
    back_amount: float
    orphans: int
    orphans_amount: float
    samples: int
    samples_cost: float
    open_advances: int
    open_amount: float


def without_repeats(work: Desk, table: Judged) -> Judged:
    """Set aside each used row that repeats an earlier one in every column that was read.

    Only where the engagement says ``identical_rows: quarantine``.
    """
    if work.engagement.inputs[table.name].identical_rows == "keep":
        return table
    rows = table.rows
    fine = rows["_reason"].isnull()
    place = ibis.row_number().over(
        group_by=[fine, *(rows[name] for name in table.raw.names)],
        order_by=[rows["_file"], rows["_row"]],
    )
    marked = rows.mutate(_again=fine & (place > 0))
    again = marked["_again"]
    whole = marked.mutate(
        _column=again.ifelse("", marked["_column"]),
        _reason=again.ifelse(reasons.REPEATS, marked["_reason"]),
        _value=again.ifelse(ibis.null("string"), marked["_value"]),
    ).drop("_again")
    return table._replace(rows=held(work, f"{table.name}_once", whole), fine=None)


def ordered(lines: ir.Table) -> ir.Table:
    """Return the lines that an order is made of: sales, without invoices that were cancelled whole.

    A cancellation that names an invoice (``corrects_invoice_id``) and takes back all of it leaves
    no order; both stay in the money, where they add up to nothing.
    """
    sales = lines.filter(lines["document_type"].isin(SALES))
    sold = sales.group_by(sold_id="invoice_id").aggregate(sold=sales["net_amount"].sum())
    undone = lines.filter(lines["document_type"] == "cancellation")
    undone = undone.filter(undone["corrects_invoice_id"].notnull())
    back = undone.group_by(undone_id="corrects_invoice_id").aggregate(
        back=undone["net_amount"].sum()
    )
    gone = sold.join(back, sold["sold_id"] == back["undone_id"])
    gone = gone.filter(gone["sold"] + gone["back"] == 0).select(gone_id="sold_id")
    return sales.anti_join(gone, sales["invoice_id"] == gone["gone_id"])


def seen_of_documents(lines: ir.Table, judged: Judged, counted: Mapping[str, Any]) -> DocumentFacts:
    """Count credit notes, those whose invoice is not in the input, samples, and open advances."""
    sold = lines.filter(~lines["document_type"].isin(BACK)).select(there="invoice_id").distinct()
    back = lines.filter(lines["document_type"].isin(BACK))
    linked = back.left_join(sold, back["corrects_invoice_id"] == sold["there"])
    alone = linked["there"].isnull()
    named = "corrects_invoice_id" in judged.raw.names
    returns = linked.aggregate(
        back=linked["invoice_id"].nunique(),
        back_amount=linked["net_amount"].sum(),
        orphans=alone.ifelse(linked["invoice_id"], ibis.null("string")).nunique(),
        orphans_amount=alone.ifelse(linked["net_amount"], 0).sum(),
    )
    found: dict[str, Any] = {
        **_row(returns), **_row(_open_advances(lines)),
        "samples": counted["samples"], "samples_cost": float(counted["samples_cost"]),
    }  # fmt: skip
    if not named:
        found |= {"orphans": 0, "orphans_amount": 0.0}
    return DocumentFacts(**found)


def _open_advances(lines: ir.Table) -> ir.Table:
    """Count advances that no final invoice names or shares an order with."""
    final = lines.filter(lines["document_type"] == "final")
    by_order = final.select(settled=final["order_id"]).filter(ibis._["settled"].notnull())
    by_name = final.select(settled=final["corrects_invoice_id"]).filter(ibis._["settled"].notnull())
    ahead = lines.filter(lines["document_type"] == "advance")
    ahead = ahead.anti_join(by_order, ahead["order_id"] == by_order["settled"])
    ahead = ahead.anti_join(by_name, ahead["invoice_id"] == by_name["settled"])
    return ahead.aggregate(
        open_advances=ahead["invoice_id"].nunique(), open_amount=ahead["net_amount"].sum()
    )


def _row(totals: ir.Table) -> dict[str, float]:
    """Return the one row of totals as plain numbers; nothing is zero."""
    row = totals.to_pyarrow().to_pylist()[0]
    return {
        name: float(value or 0) if name.endswith(("amount", "cost")) else int(value or 0)
        for name, value in row.items()
    }


def document_verdicts(facts: DocumentFacts, *, currency: str) -> list[Verdict]:
    """Say what the documents do not tell: a credit note without its invoice, an advance without end."""
    return [
        verdict(
            "credit_notes",
            FLAG if facts.orphans else PASS,
            n=number(facts.back),
            amount=money(abs(facts.back_amount), currency),
            alone=number(facts.orphans),
            alone_amount=money(abs(facts.orphans_amount), currency),
        ),
        verdict(
            "advances",
            FLAG if facts.open_advances else PASS,
            n=number(facts.open_advances),
            amount=money(facts.open_amount, currency),
        ),
        *([_free_of_charge(facts, currency)] if facts.samples else []),
    ]


def _free_of_charge(facts: DocumentFacts, currency: str) -> Verdict:
    """Say how many lines were given away, and what their goods cost."""
    cost = money(facts.samples_cost, currency)
    return verdict("samples", PASS, n=number(facts.samples), cost=cost)
