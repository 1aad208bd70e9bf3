"""Input of which nothing can be used: rejected, with what was found and what mends it."""

import pandas as pd

from kamlib.core.errors import DataError, listed
from kamlib.intake.checks import remedy_of
from kamlib.intake.quarantine import SetAside
from kamlib.intake.validate import Validated


def refuse_without_rows(lines: Validated) -> None:
    """Raise DataError if there is no invoice line at all."""
    files = listed(lines.raw.files)
    if not lines.raw.rows:
        what = "has a head only" if lines.raw.names else "is empty, without even a head"
        raise DataError(
            f"{files} has no invoice line: it {what}. "
            f"Export the lines again, or name another file under inputs.invoice_lines."
        )


def refuse_without_lines(lines: Validated, apart: SetAside) -> None:
    """Raise DataError if no invoice line can be used, with the reasons and how to mend the first."""
    if apart.tally.used:
        return
    rules = apart.rows.group_by(["column", "reason"])
    why = rules.aggregate([("row", "count"), ("value", "max")])
    order = [("row_count", "descending"), ("column", "ascending"), ("reason", "ascending")]
    found = why.sort_by(order).to_pylist()
    told = listed(
        _in_words(row["column"], row["reason"], row["row_count"], row["value_max"]) for row in found
    )
    raise DataError(
        f"none of the {lines.raw.rows} invoice lines of {listed(lines.raw.files)} can be used: {told}. "
        f"To mend the first: {remedy_of(found[0]['reason'])}. If cells were read otherwise than they "
        f"are meant, look at the dialect and the columns of inputs.invoice_lines in engagement.yaml."
    )


def refuse_without_customers(customers: pd.DataFrame, months: pd.DataFrame) -> None:
    """Raise DataError if nobody who bought is a customer whose profit can be judged.

    Parameters
    ----------
    customers : DataFrame ``customer_id, relation``
    months : DataFrame ``customer_id``, one row for each month in which one bought
    """
    relation = customers.set_index("customer_id")["relation"]
    bought = sorted(months["customer_id"].unique())
    if (relation.reindex(bought) == "external").any():
        return
    who = listed(f"{each} ({relation.get(each)})" for each in bought)
    raise DataError(
        f"no invoice line is of an external customer, so that there is nobody to judge: {who}. Look at "
        f"identity.intercompany and identity.collective in engagement.yaml, and at the column relation "
        f"of customers: own companies and collective customers take no part."
    )


def _in_words(column: str, reason: str, n: int, value: str | None) -> str:
    """Say how many lines have a reason, with what stands in one of them."""
    where = f"{column}: " if column else ""
    example = f" (such as {value[:40]})" if value else ""
    return f"{n} × {where}{reason}{example}"
