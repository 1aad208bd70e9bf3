"""What is said of who comes back and who leaves."""

import pandas as pd

from kamlib.core.language import _, number, percent


def return_finding(rates: pd.DataFrame | None) -> str:
    """Say how the chance of return rises with order days."""
    if rates is None:
        return _("How many come back could not be measured.")
    rate = rates.set_index("order_days")["rate"]
    start, cutoff, end = (
        pd.Timestamp(rates[name].iloc[0]).to_period("M")
        for name in ("window_start", "cutoff", "window_end")
    )
    told = {
        1: _("{rate} of those with one order day"),
        3: _("{rate} of those with three"),
        12: _("{rate} of those with twelve or more"),
    }
    parts = [words.format(rate=percent(rate[n])) for n, words in told.items() if rate[n] == rate[n]]
    if not parts:
        return _("How many come back could not be measured.")
    return _(
        "Within {later} months come back, by their order days in {months} months: {parts}."
    ).format(
        months=number((cutoff - start).n), later=number((end - cutoff).n), parts=", ".join(parts)
    )
