"""Captions and text alternatives of the figures: what a figure shows, never what it found."""

from kamlib.columns import label
from kamlib.language import N_, _

FIGURES: dict[str, tuple[str, str]] = {
    "monthly_revenue": (
        N_("Invoice revenue by month; solid bars are the report period."),
        N_("Bars: invoice revenue by month, oldest first, the report period marked. The ledger of "
           "this page holds the sum."),
    ),
    "statement": (
        N_("From list revenue down to what is left, all active customers together."),
        N_("Waterfall: the company's money ladder from list revenue down, each step with its amount "
           "and its share of list revenue. The numbers are printed in the figure."),
    ),
    "capacity": (
        N_("What each cost pool costs: charged to customers, unused, or nobody's."),
        N_("Stacked bars: cost of each pool, split into what customers used, what nobody used and "
           "what belongs to no customer; the share of use is printed at the right."),
    ),
    "whale_curve": (
        N_("{measure}, added up from the best customer to the worst."),
        N_("Whale curve: cumulative {measure} against the share of customers, best first, with "
           "peak, total and the erosion between them. The numbers are printed in the figure."),
    ),
    "losses": (
        N_("The largest losses: gross margin, and what cost-to-serve and capital take from it."),
        N_("Bars: for each of the largest loss-makers its gross margin, cost-to-serve and capital "
           "charge, ending at its loss. The table below holds the numbers."),
    ),
    "concentration": (
        N_("What share of the positive sum the best customers bring, by each measure; the mark is "
           "the 20/80 rule."),
        N_("Lines: cumulative share of the positive sum against the share of customers, best first, "
           "for each measure, with the 20/80 mark and the interval of the main measure at 20%. The "
           "table below holds the numbers."),
    ),
    "return": (
        N_("How many customers came back within twelve months, by the number of their order days in "
           "the reference window."),
        N_("Steps: share of customers who came back against their number of order days, with the "
           "number of customers behind each step. The table beside it holds the numbers."),
    ),
    "matrix": (
        N_("Side A against side B. Numbered marks are listed at the right; the dotted strip holds "
           "those whom nobody asked."),
        N_("Scatter: attractiveness of each party to us against our attractiveness to it. Only the "
           "upper right corner, above both cuts, allows a key customer – key supplier relation. "
           "Parties that nobody asked stand in a strip of their own. The table holds the numbers."),
    ),
    "their_criteria": (
        N_("What {name} wants, with its own weights: us against the best rival."),
        N_("Dots: our rating and the best rival's on each of the customer's criteria, with the "
           "customer's weight and our weighted lead. The numbers are printed in the figure."),
    ),
    "pyramid": (
        N_("The cooperation pyramid: who stands at each level for certain, how many, and their share "
           "of positive profit; a diamond is a golden shot."),
        N_("Pyramid of four levels. Each level shows some customers by name, the number of customers "
           "and their share of positive profit; golden shots are diamonds in the base. The table "
           "below holds the numbers."),
    ),
}  # fmt: skip


def figure_words(figure: str, number: str, *, measure: str = "", name: str = "") -> dict[str, str]:
    """Return caption and text alternative of a figure, as `show_figure` takes them.

    Examples
    --------
    >>> figure_words("pyramid", "5.1")["caption"].startswith("Figure 5.1. The cooperation pyramid")
    True
    """
    caption, alt = FIGURES[figure]
    words = {"measure": label(measure) if measure else "", "name": name}
    numbered = _("Figure {number}. {caption}")
    return {
        "caption": numbered.format(number=number, caption=_(caption).format(**words)),
        "alt": _(alt).format(**words),
    }
