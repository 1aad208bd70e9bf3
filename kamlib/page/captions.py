"""Captions and text alternatives of the figures: what a figure shows, never what it found."""

from kamlib.core.language import N_, _
from kamlib.core.vocabulary import label

FIGURES: dict[str, tuple[str, str]] = {
    "monthly_revenue": (
        N_("Invoice revenue by month; solid bars are the report period."),
        N_(
            "Bars: invoice revenue by month, oldest first, the report period marked. The ledger of "
            "this page holds the sum."
        ),
    ),
    "statement": (
        N_("From list revenue down to what is left, all active customers together."),
        N_(
            "Waterfall: the company's money ladder from list revenue down, each step with its amount "
            "and its share of list revenue. The numbers are printed in the figure."
        ),
    ),
    "whale_curve": (
        N_("{measure}, added up from the best customer to the worst."),
        N_(
            "Whale curve: cumulative {measure} against the share of customers, best first, with "
            "peak, total, the erosion between them and, where it is known, a band of uncertainty. The "
            "numbers are printed in the figure or said below it."
        ),
    ),
    "bridge": (
        N_(
            "What changed from the previous period to this one, cause by cause, all active customers."
        ),
        N_(
            "Bridge: the profit of the previous period, each cause that added to it or took away, and "
            "the profit of this one. The numbers are printed in the figure."
        ),
    ),
    "effort": (
        N_("What each class of customers brings, and what it gets of our effort."),
        N_(
            "Bars: for the vital few, the useful many and loss-makers the share of what is earned, and the "
            "shares of people's work, material and money they get. The numbers are printed in the figure."
        ),
    ),
    "work_by_segment": (
        N_("What serving each segment takes of 100 of its invoice revenue, pool by pool."),
        N_(
            "Heat map: one row per industry segment, the dearest to serve first, one column per cost "
            "pool, darker where more of the revenue goes. The numbers are printed in the figure."
        ),
    ),
    "price_matrix": (
        N_(
            "Net price against cost-to-serve; the area of a mark is sales, a triangle loses money. The "
            "dashed lines are the company's averages, weighted by sales."
        ),
        N_(
            "Scatter: what is kept of list value against cost-to-serve for each customer, divided at "
            "the company's averages into who pays well or little, and costs much or little. The table "
            "below holds the counts."
        ),
    ),
    "return": (
        N_("How many customers came back, by the number of their order days in the months before."),
        N_(
            "Steps: share of customers who came back against their number of order days, with the "
            "number of customers behind each step."
        ),
    ),
    "leavers": (
        N_(
            "Order days of those with most at stake, and how long each has been silent; a customer is "
            "overdue after 2.5 of its usual intervals and 90 days."
        ),
        N_(
            "One line per customer: a tick for each order of the last 18 months, a bar since the last "
            "one, hatched where it is longer than usual. The table below holds the numbers."
        ),
    ),
    "matrix": (
        N_(
            "Side A against side B. Numbered marks are listed at the right; the dotted strip holds "
            "those whom nobody asked. A ring in the upper right corner: not certain, or a rival is ahead."
        ),
        N_(
            "Scatter: attractiveness of each customer and prospect to us against ours to it. Only the "
            "upper right corner, above both cuts, allows a key customer – key supplier relation. "
            "Those whom nobody asked stand in a strip of their own. The table holds the numbers."
        ),
    ),
    "their_criteria": (
        N_(
            "What {name} wants, with its own weights: us against the rival that is best as a whole."
        ),
        N_(
            "Dots: our rating and the best rival's on each of the customer's criteria, with the "
            "customer's weight and our lead in points of 100. The numbers are printed in the figure."
        ),
    ),
    "pyramid": (
        N_(
            "The cooperation pyramid: who stands at each level for certain, how many and, where profit is "
            "known, their share of what is earned; a diamond is a golden shot. Below it stand those whose "
            "level is not told."
        ),
        N_(
            "Pyramid of four levels. Each level shows some customers by name, the number of customers "
            "and their share of what is earned; golden shots are diamonds in the base. A strip below "
            "holds those whose level is not told. The table below holds the numbers."
        ),
    ),
}


def figure_words(
    figure: str, *, measure: str = "", name: str = "", estimated: bool = False
) -> dict[str, str]:
    """Return caption and text alternative of a figure, as `show_figure` takes them.

    A page numbers its figures in the order in which they stand on it. Of a figure on list value,
    `estimated` says that the list price of some lines is.

    Examples
    --------
    >>> figure_words("pyramid")["caption"].startswith("The cooperation pyramid")
    True
    """
    words = {"measure": label(measure) if measure else "", "name": name}
    caption, alt = (_(text).format(**words) for text in FIGURES[figure])
    return {"caption": of_estimated_list(caption, estimated), "alt": alt}


def of_estimated_list(said: str, estimated: bool) -> str:
    """Add to a sentence on list value that it is estimated, where it is.

    Examples
    --------
    >>> of_estimated_list("82 of 100 are left.", estimated=True)
    '82 of 100 are left. List value is estimated where no list price is given.'
    """
    if not estimated:
        return said
    return _("{said} List value is estimated where no list price is given.").format(said=said)
