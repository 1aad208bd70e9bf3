"""What may be asked of an account: in a condition of a verdict rule, or at a boundary of the pyramid.

An account's value is an interval (`account_bounds`); what is unknown is taken at its worst end and at
its best one.
"""

import math
from typing import Literal, NamedTuple

ANYTHING = (-math.inf, math.inf)
SHARE = (0.0, 1.0)


class Quantity(NamedTuple):
    """One quantity of an account.

    `worst` is the end of its interval that speaks against the account. `asked` says how a condition
    asks for it: by a number, by a number or the word cut, or by yes and no; empty: no condition does.
    `votes` is true of a criterion of the pyramid. `from_lines` is its interval in a period whose lines
    cannot carry what is measured on them; None: it is not measured on lines.
    """

    worst: Literal["low", "high"] = "low"
    asked: Literal["", "number", "cut", "yes or no"] = ""
    votes: bool = False
    from_lines: tuple[float, float] | None = None


QUANTITIES = {
    "age_months": Quantity("high", "number", from_lines=ANYTHING),
    "profit_12m": Quantity("low", "number", from_lines=ANYTHING),
    "p_unprofitable": Quantity("high", "number", from_lines=SHARE),
    "loss_periods": Quantity("high", "number", from_lines=ANYTHING),
    "drop_effect": Quantity("high", "number", from_lines=ANYTHING),
    "fix_price_change": Quantity("high", "number", from_lines=ANYTHING),
    "doors": Quantity("low", "number"),
    "side_a": Quantity("low", "cut"),
    "side_b": Quantity("low", "cut"),
    "relative_strength": Quantity("low", "cut"),
    "path_cost_to_uplift_2y": Quantity("high", "number"),
    "golden_shot": Quantity("high", "yes or no", from_lines=SHARE),
    "door_vital_few": Quantity("low", "yes or no", from_lines=SHARE),
    # criteria of the pyramid
    "known_years": Quantity("low", votes=True, from_lines=ANYTHING),
    "order_days_24m": Quantity("low", votes=True, from_lines=ANYTHING),
    "p_return_12m": Quantity("low", "number", votes=True, from_lines=ANYTHING),
    "days_late": Quantity("high", votes=True),
    "trust": Quantity("low", votes=True),
    "orders_per_year": Quantity("low", votes=True, from_lines=ANYTHING),
    "benefit_ours": Quantity("low", votes=True, from_lines=ANYTHING),
    "benefit_theirs": Quantity("low", votes=True),
    "p_stay_3y": Quantity("low", votes=True, from_lines=ANYTHING),
    "contact_functions": Quantity("low", votes=True),
    "joint_hard": Quantity("low", votes=True),
    "joint_all": Quantity("low", votes=True),
    # asked by no rule
    "is_prospect": Quantity(),
    "door_strategic": Quantity(),
    "strategic_only": Quantity("high"),
    "deal_kau": Quantity(),
    "potential_kau": Quantity(),
}
OF_THE_RULES = {  # known only while the rules run, from levels, places and the key-account unit
    "level": Quantity("low", "number"),
    "in_capacity": Quantity("low", "yes or no"),
    "loss_kau": Quantity("low", "cut"),
    "drop_kau": Quantity("low", "cut"),
}
VOTERS = tuple(name for name, each in QUANTITIES.items() if each.votes)


def conditions(*asked: str) -> tuple[str, ...]:
    """Return the quantities that a condition of a verdict rule may name, or those asked in some ways.

    Examples
    --------
    >>> conditions("cut")
    ('side_a', 'side_b', 'relative_strength', 'loss_kau', 'drop_kau')
    """
    both = {**QUANTITIES, **OF_THE_RULES}
    return tuple(n for n, q in both.items() if q.asked and (not asked or q.asked in asked))
