"""Figures: each function takes a finished frame, draws on one Axes and returns it.

No figure has a title: the heading above it is the finding. Meaning is never in colour alone.
"""

from kamlib.plots.capacity import plot_capacity
from kamlib.plots.concentration import plot_concentration, plot_whale_curve
from kamlib.plots.judgement import plot_return, plot_their_criteria
from kamlib.plots.matrix import plot_matrix
from kamlib.plots.money import plot_losses, plot_monthly_revenue, plot_statement
from kamlib.plots.pyramid import plot_pyramid

__all__ = [
    "plot_capacity",
    "plot_concentration",
    "plot_losses",
    "plot_matrix",
    "plot_monthly_revenue",
    "plot_pyramid",
    "plot_return",
    "plot_statement",
    "plot_their_criteria",
    "plot_whale_curve",
]
