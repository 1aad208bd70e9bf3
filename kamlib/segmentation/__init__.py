"""20/80: which few customers earn most of the profit, and which lose it.

Each function takes one row per customer, returns a new frame and leaves its input as it was.

Sources
-------
Juran's "vital few and useful many" for the split; Raffinetti, Siletti and Vernizzi (2015) for a
Gini coefficient that is valid with losses; van Raaij (2003) for reading the whale curve.
"""

from kamlib.segmentation.classes import (
    class_balances,
    class_flips,
    class_summary,
    main_measure,
    measure_verdicts,
    segment,
    split_vital_few,
    whale_curve,
)
from kamlib.segmentation.concentration import (
    concentration,
    interval_verdict,
    net_shares_verdict,
)
from kamlib.segmentation.doors import door_verdicts, open_doors, strategic_door
from kamlib.segmentation.parties import asleep_verdict, assessed_parties
from kamlib.segmentation.whale import Whale, subsidy_verdict, whale_band

__all__ = [
    "Whale",
    "asleep_verdict",
    "assessed_parties",
    "class_balances",
    "class_flips",
    "class_summary",
    "concentration",
    "door_verdicts",
    "interval_verdict",
    "main_measure",
    "measure_verdicts",
    "net_shares_verdict",
    "open_doors",
    "segment",
    "split_vital_few",
    "strategic_door",
    "subsidy_verdict",
    "whale_band",
    "whale_curve",
]
