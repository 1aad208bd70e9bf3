"""20/80: which few customers earn most of the profit, which lose it, and who may be a key customer.

Each function takes one row per customer, returns a new frame and leaves its input as it was.

Sources
-------
Juran's "vital few and useful many" for the split; Raffinetti, Siletti and Vernizzi (2015) for a
Gini coefficient that is valid with losses; van Raaij (2003) for reading the whale curve.
"""

from typing import TYPE_CHECKING

from kamlib.core.faces import face

if TYPE_CHECKING:
    from kamlib.segmentation.analyses import (
        concentration,
        equal_terms,
        equal_treatment,
        open_doors,
        revenue_ranking,
        vital_few,
        whale,
        white_space,
    )

__all__ = [
    "concentration",
    "equal_terms",
    "equal_treatment",
    "open_doors",
    "revenue_ranking",
    "vital_few",
    "whale",
    "white_space",
]
__getattr__, __dir__ = face(__name__, __all__)
