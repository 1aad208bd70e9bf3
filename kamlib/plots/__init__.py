"""Figures: each function takes a finished frame, draws on one Axes and returns it.

No figure has a title: the heading above it is the finding. Meaning is never in colour alone.
"""

from kamlib.plots.bridge import plot_bridge
from kamlib.plots.judgement import plot_return, plot_their_criteria
from kamlib.plots.matrix import plot_matrix
from kamlib.plots.money import plot_monthly_revenue, plot_statement
from kamlib.plots.price_matrix import plot_price_matrix
from kamlib.plots.pyramid import plot_pyramid
from kamlib.plots.whale import plot_whale_curve

__all__ = [
    "plot_bridge",
    "plot_matrix",
    "plot_monthly_revenue",
    "plot_price_matrix",
    "plot_pyramid",
    "plot_return",
    "plot_statement",
    "plot_their_criteria",
    "plot_whale_curve",
]
