"""Words of pages: captions of figures, sentences that add up, and what a parameter changes."""

from collections.abc import Iterable
from typing import Any

from kamlib.core.errors import listed
from kamlib.core.language import N_, _, ngettext, number
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
    "white_space": (
        N_("What each would buy more of a product group if it bought as comparable customers do."),
        N_(
            "Heat map: one row per customer with an open door, the largest gaps first, one column per "
            "product group, darker where the gap is larger. The numbers are printed in the figure."
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


class Sum(str):
    """A sentence that names a whole and its parts, which can be added up.

    Attributes
    ----------
    whole : float
    parts : tuple of float; their sum is `whole`, or the sentence is wrong

    Examples
    --------
    >>> said = Sum("Of 10 customers 7 earn and 3 lose.", 10, [7, 3])
    >>> said, said.whole == sum(said.parts)
    ('Of 10 customers 7 earn and 3 lose.', True)
    """

    whole: float
    parts: tuple[float, ...]

    def __new__(cls, said: str, whole: Any, parts: Iterable[Any]) -> "Sum":
        """Return the sentence with its amounts."""
        sentence = super().__new__(cls, said)
        sentence.whole, sentence.parts = float(whole), tuple(float(part) for part in parts)
        return sentence


def before_and_after(what: str, before: Iterable[str], after: Iterable[str]) -> str:
    """Say how many there are before a knob was turned and after it, and who moves.

    Parameters
    ----------
    what : what is counted, such as "key accounts"
    before, after : names, in the order in which they are to be told

    Examples
    --------
    >>> before_and_after("key accounts", ["Ala", "Bęc", "Cud"], ["Cud", "Dal"])
    'As in engagement.yaml → as set here: 3 → 2 key accounts; Ala, Bęc leave; Dal comes.'
    >>> before_and_after("key accounts", ["Ala"], ["Ala"])
    'As in engagement.yaml → as set here: 1 → 1 key accounts; nobody leaves or comes.'
    """
    old, new = list(before), list(after)
    leave = [name for name in old if name not in new]
    come = [name for name in new if name not in old]
    moves = []
    if leave:
        words = ngettext("{names} leaves", "{names} leave", len(leave))
        moves.append(words.format(names=listed(leave)))
    if come:
        words = ngettext("{names} comes", "{names} come", len(come))
        moves.append(words.format(names=listed(come)))
    return _("As in engagement.yaml → as set here: {before} → {after} {what}; {moves}.").format(
        before=number(len(old)),
        after=number(len(new)),
        what=what,
        moves="; ".join(moves) or _("nobody leaves or comes"),
    )
