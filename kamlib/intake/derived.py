"""What a line does not say and follows from what it says: its net amount, and what it belongs to."""

from functools import reduce
from operator import add
from typing import TYPE_CHECKING

import ibis
import ibis.expr.types as ir

from kamlib.core.contract import PART
from kamlib.intake.engines import DECIMAL

if TYPE_CHECKING:
    from kamlib.settings.inputs import Input

HUNDREDTH = ibis.literal("0.01").cast(DECIMAL)


def derived_net(lines: ir.Table) -> ir.DecimalValue:
    """Return quantity × unit price, less the discount in percent where there is one."""
    gross = (lines["quantity"] * lines["unit_price"]).cast(DECIMAL)
    kept_percent = (ibis.literal(100).cast(DECIMAL) - lines["discount"].fill_null(0)).cast(DECIMAL)
    return ((gross * kept_percent).cast(DECIMAL) * HUNDREDTH).cast(DECIMAL)


def sums_of(lines: ir.Table, given: "Input") -> dict[str, ir.DecimalValue]:
    """Return the costs that are made of several columns; one that is empty leaves them unknown."""
    return {
        name: reduce(add, (lines[PART + column] for column in made.plus))
        - reduce(
            add, (lines[PART + column] for column in made.minus), ibis.literal(0).cast(DECIMAL)
        )
        for name, made in given.sums.items()
    }


def told_by_number(lines: ir.Table, given: "Input") -> ir.StringValue:
    """Return the kind of document: as the line says, else by the start of its number.

    Parameters
    ----------
    given : the input whose ``document_prefixes`` say which start means which kind; the longest
        start that fits holds
    """
    starts = sorted(given.document_prefixes.items(), key=lambda one: (-len(one[0]), one[0]))
    if not starts:
        return lines["document_type"]
    cases = [(lines["invoice_id"].startswith(start), kind) for start, kind in starts]
    return ibis.coalesce(lines["document_type"], ibis.cases(*cases, else_=ibis.null("string")))
