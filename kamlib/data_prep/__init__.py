"""Data prep: what came in, and what of it can be used."""

from typing import TYPE_CHECKING

from kamlib.core.faces import face

if TYPE_CHECKING:
    from kamlib.data_prep.analyses import (
        documents,
        identity,
        quality,
        read,
        reconciliation,
        revenue,
    )

__all__ = [
    "documents",
    "identity",
    "quality",
    "read",
    "reconciliation",
    "revenue",
]
__getattr__, __dir__ = face(__name__, __all__)
