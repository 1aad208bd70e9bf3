"""Which amount is without VAT: told by arithmetic between columns, never by a likely name alone."""

from typing import NamedTuple

import numpy as np

from kamlib.core.language import _
from kamlib.intake.draft.matching import SURE, Match, Pair, Placed, has_vat
from kamlib.intake.inspect.columns import MOST, Look
from kamlib.intake.inspect.evidence import Evidence, worded
from kamlib.intake.inspect.files import Seen
from kamlib.intake.inspect.numbers import decimal_of, number_in

ROWS_COMPARED = 3_000
RATES = (1.23, 1.22, 1.08, 1.07, 1.05, 1.19, 1.2, 1.21, 1.25)
NEAR, CENT = 0.0005, 0.011

Figures = dict[int, np.ndarray]


class Agreement(NamedTuple):
    """In how many of the rows that have both figures one is the other times a rate."""

    n: int
    every: int

    @property
    def holds(self) -> bool:
        """Tell whether that is so in nearly all rows."""
        return self.every > 0 and self.n >= MOST * self.every


def confirm_amounts(one: Placed) -> None:
    """Confirm, refuse or question what a file of lines takes for its net amount."""
    seen, match = one.seen, one.match
    if match is None or match.table != "invoice_lines":
        return
    figures = {
        place: _figures(cells[:ROWS_COMPARED], look)
        for place, (cells, look) in enumerate(zip(seen.columns, one.looks, strict=True))
        if look.filled and look.of_kind("money") >= MOST * look.filled
    }
    net = match.place_of("net_amount")
    if net in figures:
        _judge_net(seen, match, figures, net)
    if net is not None:
        return
    gross = [place for place, name in enumerate(seen.head) if has_vat("net_amount", name)]
    template = _("{file}: {name} says that VAT is in it, so it is not taken for net_amount.")
    match.objections += [
        worded(template, file=seen.shown, name=seen.head[place]) for place in gross
    ]
    if not match.lacks and {"quantity", "unit_price"} <= match.names.keys():
        _tell_products(seen, match, figures, gross)


def _figures(cells: list[str], look: Look) -> np.ndarray:
    """Return the cells of a column as numbers by the decimal mark of its own values."""
    decimal, _questions = decimal_of(look.marks)
    return np.array([number_in(cell.strip(), decimal.value if decimal else ".") for cell in cells])


def _agreement(one: np.ndarray, other: np.ndarray, rates: tuple[float, ...] = RATES) -> Agreement:
    """Return in how many rows one figure is the other at a rate of VAT, or at the rates given."""
    known = np.nan_to_num(one * other) != 0
    gross, net = one[known, None], other[known, None]
    near = np.abs(gross - net * rates) <= np.maximum(CENT, NEAR * np.abs(gross))
    return Agreement(int(near.any(axis=1).sum()), len(gross))


def _judge_net(seen: Seen, match: Match, figures: Figures, place: int) -> None:
    """Hold the net amount against the other amounts of the file."""
    net, mapped = figures[place], {pair.place for pair in match.pairs}
    certain = next(pair.weight for pair in match.pairs if pair.ours == "net_amount") == SURE
    for other, amounts in figures.items():
        if other in mapped:
            continue
        found = _agreement(net, amounts)
        if found.holds and not certain:
            _refuse_gross(seen, match, place, other, found)
            return
        found = _agreement(amounts, net)
        if found.holds:
            template = _("{other} is it with VAT in {n} of {all} rows")
            why = worded(template, other=seen.head[other], n=found.n, all=found.every)
            _confirm(match, "net_amount", why, sure=True)
            return
    products = _products(match, figures)
    if products is not None and (found := _agreement(net, products, (1.0,))).holds:
        template = _("quantity × unit price gives it in {n} of {all} rows")
        _confirm(match, "net_amount", worded(template, n=found.n, all=found.every), sure=False)


def _refuse_gross(seen: Seen, match: Match, place: int, other: int, found: Agreement) -> None:
    """Take the smaller of two amounts that differ by VAT, or none where its name says otherwise."""
    gross, net = seen.head[place], seen.head[other]
    template = _(
        "{file}: {gross} is {other} with VAT in {n} of {all} rows, so {other} is taken for net_amount."
    )
    said = worded(template, file=seen.shown, gross=gross, other=net, n=found.n, all=found.every)
    match.questions = [each for each in match.questions if "net_amount" not in each]
    match.questions.append(f"{said} " + _("Is that right?"))
    match.pairs = [
        pair for pair in match.pairs if pair.ours != "net_amount" and pair.place != other
    ]
    template = _("{gross} is it with VAT in {n} of {all} rows")
    why = worded(template, gross=gross, n=found.n, all=found.every)
    match.pairs.append(Pair("net_amount", other, Evidence(net, why, sure=False), SURE))


def _tell_products(seen: Seen, match: Match, figures: Figures, gross: list[int]) -> None:
    """Say that the net amount is worked out, and hold it against an amount with VAT."""
    less = match.place_of("discount") is not None
    what = _("quantity × unit price less discount") if less else _("quantity × unit price")
    products = _products(match, figures)
    for place in gross:
        if (
            products is not None
            and place in figures
            and (found := _agreement(figures[place], products)).holds
        ):
            template = _("{what} with VAT gives {gross} in {n} of {all} rows")
            name = seen.head[place]
            why = worded(template, what=what, gross=name, n=found.n, all=found.every)
            _confirm(match, "unit_price", why, sure=True)
            break
    if less:
        _ask_of_discount(seen, match, figures)
    template = _(
        "{file}: there is no net amount; it is {what}. Is the price in {price} without VAT?"
    )
    price = match.names["unit_price"]
    match.questions.append(worded(template, file=seen.shown, what=what, price=price))


def _products(match: Match, figures: Figures) -> np.ndarray | None:
    """Return quantity times unit price, less the discount where there is one."""
    quantity, price, discount = (
        figures.get(-1 if (place := match.place_of(name)) is None else place)
        for name in ("quantity", "unit_price", "discount")
    )
    if quantity is None or price is None:
        return None
    return quantity * price * (1 - np.nan_to_num(0 if discount is None else discount) / 100)


def _ask_of_discount(seen: Seen, match: Match, figures: Figures) -> None:
    """Ask whether discounts are shares, where none is above 1."""
    place = match.place_of("discount")
    if place not in figures or any("%" in cell for cell in seen.columns[place]):
        return
    if 0 < np.nanmax(figures[place]) <= 1:
        template = _(
            "{file}: no discount in {name} is above 1, and discounts are read as percent. Are they shares?"
        )
        match.questions.append(worded(template, file=seen.shown, name=seen.head[place]))


def _confirm(match: Match, ours: str, why: str, *, sure: bool) -> None:
    """Add evidence to a mapped column; where it settles the matter, its question goes."""
    for i, pair in enumerate(match.pairs):
        if pair.ours == ours:
            name, known, certain = pair.evidence
            evidence = Evidence(name, f"{known}; {why}", certain or sure)
            match.pairs[i] = pair._replace(evidence=evidence)
    if sure:
        match.questions = [each for each in match.questions if ours not in each]
