"""PASS, FLAG, REFUSE: what a rule of method says of an analysis; and the ledger that proves sums.

A refusal is a value and not a crash: the section shows it in place of its figure, and what builds on
it receives *unknown*. Each rule stands once in `RULES`, with its words; stages say only which
rule, with which outcome and which numbers.
"""

from dataclasses import dataclass, field
from decimal import ROUND_HALF_DOWN, ROUND_HALF_UP, Decimal
from typing import NamedTuple

import pandas as pd

from kamlib.core.errors import ParameterError, did_you_mean
from kamlib.core.language import _
from kamlib.core.rules import FOUNDATIONS, RULES

PASS, FLAG, REFUSE = "PASS", "FLAG", "REFUSE"
HALF_CENT = Decimal("0.005")
CENT = Decimal("0.01")


class Outcome(NamedTuple):
    """What one rule found. `said` is for readers; `bring` says what to bring, empty for PASS."""

    rule: str
    outcome: str
    title: str
    said: str
    bring: str


def outcome_of(rule: str, outcome: str, **numbers: str) -> Outcome:
    """Write the outcome of a rule in the reader's language.

    Parameters
    ----------
    rule : str, a key of `kamlib.core.rules.RULES`
    outcome : "PASS", "FLAG" or "REFUSE"
    **numbers : what the rule's template names, already formatted

    Raises
    ------
    ParameterError
        The rule is not known, or has no words for this outcome.

    Examples
    --------
    >>> outcome_of("customers_in_rankings", "FLAG", n="2").said
    'Customers active in the period: only 2. Shares and intervals say little.'
    """
    if rule not in RULES:
        raise ParameterError(f"there is no rule '{rule}'. {did_you_mean(rule, RULES)}")
    words = RULES[rule]
    template = {PASS: words.passed, FLAG: words.flag, REFUSE: words.refuse}[outcome]
    if not template:
        raise ParameterError(f"rule '{rule}' has no words for {outcome} in kamlib/core/rules.toml")
    bring = "" if outcome == PASS else _(words.bring).format(**numbers) if words.bring else ""
    return Outcome(rule, outcome, _(words.title), _(template).format(**numbers), bring)


class Step(NamedTuple):
    """One row of a balance: a start, a change that explains, or the end."""

    role: str
    what: str
    amount: Decimal
    why: str = ""


@dataclass
class Balance:
    """One line of the ledger, read from top to bottom as a sum: start + changes = end.

    Amounts are exact; `unexplained` is end − start − changes.

    Examples
    --------
    >>> rows = Balance("rows read", "rows").start("read", 100).change("set aside", -3)
    >>> rows.end("used", 97).unexplained
    Decimal('0')
    """

    what: str
    unit: str  # "rows" or a currency
    tolerance: Decimal = HALF_CENT
    steps: list[Step] = field(default_factory=list)

    def _add(self, role: str, what: str, amount: object, why: str) -> "Balance":
        self.steps.append(Step(role, what, exact(amount), why))
        return self

    def start(self, what: str, amount: object, why: str = "") -> "Balance":
        """Say what comes in."""
        return self._add("start", what, amount, why)

    def change(self, what: str, amount: object, why: str = "") -> "Balance":
        """Say what explains a part of the difference; a change of zero is not shown."""
        return self._add("change", what, amount, why) if exact(amount) else self

    def end(self, what: str, amount: object, why: str = "") -> "Balance":
        """Say what comes out."""
        return self._add("end", what, amount, why)

    @property
    def unexplained(self) -> Decimal:
        """Return end − start − changes."""
        total = Decimal(0)
        for step in self.steps:
            total += step.amount if step.role == "end" else -step.amount
        return total

    @property
    def holds(self) -> bool:
        """Tell whether the difference is within the tolerance, by default half a cent."""
        return abs(self.unexplained) <= self.tolerance

    def in_cents(self) -> "Balance":
        """Return the balance in whole cents; what rounding its steps changes is a step of its own.

        So that what is printed adds up as it is printed. What was left unexplained still is.

        Examples
        --------
        >>> halves = Balance("two halves", "PLN").start("one", 0.005).change("other", 0.005)
        >>> [str(step.amount) for step in halves.end("both", 0.01).in_cents().steps]
        ['0.01', '0.01', '-0.01', '0.01']
        """
        steps = [s._replace(amount=s.amount.quantize(CENT, ROUND_HALF_UP)) for s in self.steps]
        whole = Balance(self.what, self.unit, self.tolerance, steps)
        apart = whole.unexplained - self.unexplained.quantize(CENT, ROUND_HALF_DOWN)
        if apart:
            told = Step("change", _("rounded to the cent"), apart, _("each step by itself"))
            whole.steps.insert(len(steps) - 1, told)
        return whole

    def rows(self) -> list[dict[str, object]]:
        """Return the balance as rows of the ledger table, the difference last."""
        last = Step("unexplained", _("Unexplained"), self.unexplained, "")
        return [
            {
                "what": self.what,
                "unit": self.unit,
                "role": step.role,
                "step": step.what,
                "amount": float(step.amount),
                "why": step.why,
                "holds": self.holds,
            }
            for step in [*self.steps, last]
        ]


def exact(amount: object) -> Decimal:
    """Return an amount as a Decimal; a float is taken as the number it is written as.

    Examples
    --------
    >>> exact(0.1) + exact(0.2)
    Decimal('0.3')
    """
    if isinstance(amount, Decimal):
        return amount
    if hasattr(amount, "item"):
        amount = amount.item()
    return Decimal(repr(amount)) if isinstance(amount, float) else Decimal(str(amount))


VERDICT_COLUMNS = list(Outcome._fields)
LEDGER_COLUMNS = ["what", "unit", "role", "step", "amount", "why", "holds"]


def outcome_table(outcomes: list[Outcome]) -> pd.DataFrame:
    """Return outcomes as a table, one row each."""
    return pd.DataFrame(outcomes, columns=VERDICT_COLUMNS)


def nothing_to_stand_on(outcomes: pd.DataFrame) -> str:
    """Say why nothing can stand on what was found, and what to bring; empty where something can.

    Of several reasons the first is told: the others may only follow from it.

    Examples
    --------
    >>> none = outcome_of("coverage", REFUSE, period="FY2025", first="1 Jan 2023", last="31 Dec 2024")
    >>> nothing_to_stand_on(outcome_table([none]))[-50:]
    'Dec 2024. Bring invoice lines of the whole period.'
    """
    refused = outcomes[outcomes["outcome"] == REFUSE].set_index("rule")
    for rule in FOUNDATIONS:
        if rule in refused.index:
            first = refused.loc[[rule]].iloc[0]
            return _("{said} Bring {what}.").format(said=first["said"], what=first["bring"])
    return ""


def ledger_table(balances: list[Balance]) -> pd.DataFrame:
    """Return balances as one table, one row per step, in the order they were drawn up."""
    rows = [row for balance in balances for row in balance.rows()]
    return pd.DataFrame(rows, columns=LEDGER_COLUMNS)
