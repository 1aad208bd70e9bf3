"""Columns of what changed, and of how sure a profit is."""

from kamlib.columns.column import Column
from kamlib.language import N_

UNCERTAINTY: dict[str, Column] = {
    # ------------------------------------------------------------------ how sure
    "profit_low": Column(N_("Profit from"), "money", N_("lower end of its interval"), "currency"),
    "profit_high": Column(N_("Profit to"), "money", N_("upper end of its interval"), "currency"),
    "p_unprofitable": Column(
        N_("At a loss"), "share", N_("of all cases tried in which it loses money")
    ),
    "p_vital_few": Column(
        N_("Vital few"), "share", N_("of all cases tried in which it is one of them")
    ),
    "moved_most_by": Column(
        N_("Moved most by"), "text", N_("pool or activity whose range moves its profit most")
    ),
    "moved_by": Column(
        N_("By"), "money", N_("from the middle of that range to its end"), "currency"
    ),
    "low_profit": Column(
        N_("Profit at the upper end"),
        "money",
        N_("with this one cost as high as it may be"),
        "currency",
    ),
    "high_profit": Column(
        N_("Profit at the lower end"),
        "money",
        N_("with this one cost as low as it may be"),
        "currency",
    ),
    "swing": Column(N_("Swing"), "money", N_("profit between both ends of the range"), "currency"),
    # ------------------------------------------------------------------ what changed
    "cause": Column(N_("Cause"), "text", N_("what changed the profit")),
    "change": Column(
        N_("Change"), "money", N_("profit less that of the period before"), "currency"
    ),
}
