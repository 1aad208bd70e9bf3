"""The summary: the answer, what to do first, what is not known, and whether it adds up."""

from typing import TYPE_CHECKING

from kamlib.core.faces import face

if TYPE_CHECKING:
    from kamlib.summary.analyses import (
        answer,
        backtest_returns,
        backtest_verdicts,
        backtest_warnings,
        both_sides,
        chain,
        checks,
        first_steps,
        key_accounts,
        levels,
        nominees,
        unknowns,
        values,
    )

__all__ = [
    "answer",
    "backtest_returns",
    "backtest_verdicts",
    "backtest_warnings",
    "both_sides",
    "chain",
    "checks",
    "first_steps",
    "key_accounts",
    "levels",
    "nominees",
    "unknowns",
    "values",
]
__getattr__, __dir__ = face(__name__, __all__)
