"""What the files do not hold, and which analysis goes without it."""

from typing import Any

from kamlib.intake.contract import ALWAYS_WANTED, CONTRACT
from kamlib.intake.draft.drafting import Drafted
from kamlib.language import N_, _

WITHOUT = {
    "cost_of_goods_sold": N_("gross margin and everything after it is refused (profitability)"),
    "list_price": N_("discounts are estimated from other customers' prices (profitability)"),
    "product_id": N_("prices cannot be compared by product, and discounts not be estimated"),
    "document_type": N_("a negative amount is taken for a credit note"),
    "order_id": N_("each invoice is taken for one order"),
}


def missing_words(inputs: list[Drafted], declared: dict[str, Any]) -> list[str]:
    """Return what is missing: columns of the lines, whole tables, and the costs of serving.

    Parameters
    ----------
    inputs : the inputs of the draft
    declared : what engagement.yaml says already, empty where there is none
    """
    there = {each.table for each in inputs} | set(declared.get("inputs") or {})
    words = []
    lines = next((each for each in inputs if each.table == "invoice_lines"), None)
    if lines is None and "invoice_lines" not in there:
        words.append(_("invoice_lines: without them there is no analysis at all"))
    words += _columns_missing(lines) if lines else []
    words += [
        f"{table}: {_(CONTRACT[table].loses)}" for table in ALWAYS_WANTED if table not in there
    ]
    if "customers" not in there:
        words.append(_("customers: no groups, segments or account managers are known"))
    costs = declared.get("profitability")
    if "resources" not in there and not (isinstance(costs, dict) and costs.get("resources")):
        words.append(
            _("profitability.resources: customer profit is refused, there is gross margin only")
        )
    return words


def _columns_missing(lines: Drafted) -> list[str]:
    """Return the columns that lines lack, or that are empty in every row."""
    first = lines.group[0]
    words = []
    for ours, without in WITHOUT.items():
        place = first.match.place_of(ours) if first.match else None
        empty = place is not None and not any(_filled(each, ours) for each in lines.group)
        if ours == "document_type" and lines.codes.prefixes:
            continue
        if place is None or empty:
            what = (
                _("invoice_lines.{column} (the column is there, and empty): {without}")
                if empty
                else _("invoice_lines.{column}: {without}")
            )
            words.append(what.format(column=ours, without=_(without)))
    return words


def _filled(each: Any, ours: str) -> bool:
    place = each.match.place_of(ours) if each.match else None
    return place is not None and bool(each.looks[place].filled)
