"""Which amount is without VAT: told by arithmetic between columns, never by a likely name alone."""

import re
from collections.abc import Callable, Iterable
from typing import NamedTuple

from kamlib.intake.draft.looks import MOST, Look
from kamlib.intake.draft.marks import NATIVE, NUMBER, decimal_of
from kamlib.intake.draft.matching import SURE, Match, Pair, has_vat
from kamlib.intake.draft.seen import Seen
from kamlib.intake.draft.told import Told
from kamlib.language import _, number

ROWS_COMPARED = 3_000
RATES = (1.23, 1.22, 1.08, 1.07, 1.05, 1.19, 1.2, 1.21, 1.25)
NEAR, CENT = 0.0005, 0.011

Figures = list[float | None]


class _Book(NamedTuple):
    """The columns of a file that are numbers, read by its decimal mark."""

    seen: Seen
    figures: dict[int, Figures]


def with_amounts(seen: Seen, looks: list[Look], match: Match) -> None:
    """Confirm, refuse or question what a file of lines takes for its net amount."""
    if match.table != "invoice_lines":
        return
    book = _Book(
        seen,
        {
            i: _figures(column[:ROWS_COMPARED], look)
            for i, (column, look) in enumerate(zip(seen.columns, looks, strict=True))
            if look.filled and look.number_share >= MOST
        },
    )
    place = match.place_of("net_amount")
    if place is not None:
        _judge_net(book, match, place)
        return
    gross = [i for i, word in enumerate(seen.words) if has_vat("net_amount", word)]
    for each in gross:
        template = _("{file}: {name} says that VAT is in it, so it is not taken for net_amount.")
        match.objections.append(template.format(file=seen.shown, name=seen.words[each]))
    if not match.lacks:
        _tell_products(book, match, gross)


def _judge_net(book: _Book, match: Match, place: int) -> None:
    """Hold the net amount against the other amounts of the file."""
    net = book.figures.get(place)
    if net is None:
        return
    mapped = {pair.place for pair in match.pairs}
    certain = next(each.weight for each in match.pairs if each.ours == "net_amount") == SURE
    for other, figures in book.figures.items():
        if other in mapped:
            continue
        above = _share(zip(figures, net, strict=True), _is_with_vat)
        below = _share(zip(net, figures, strict=True), _is_with_vat)
        if not certain and below and below[0] >= MOST * below[1]:
            _refuse_gross(book, match, place, other, below)
            return
        if above and above[0] >= MOST * above[1]:
            template = _("{other} is it with VAT in {n} of {all} rows")
            _say(
                match,
                template.format(
                    other=book.seen.words[other], n=number(above[0]), all=number(above[1])
                ),
                sure=True,
            )
            return
    product = _share(_with_products(book, match, net), _is_same)
    if product and product[0] >= MOST * product[1]:
        template = _("quantity × unit price gives it in {n} of {all} rows")
        _say(match, template.format(n=number(product[0]), all=number(product[1])), sure=False)


def _refuse_gross(
    book: _Book, match: Match, place: int, other: int, counts: tuple[int, int]
) -> None:
    """Take the smaller of two amounts that differ by VAT, or none where its name says otherwise."""
    n, all_ = counts
    names = book.seen.words
    pair = next(each for each in match.pairs if each.ours == "net_amount")
    match.pairs.remove(pair)
    template = _(
        "{file}: {gross} is {other} with VAT in {n} of {all} rows, so {other} is taken for net_amount."
    )
    told = template.format(
        file=book.seen.shown, gross=names[place], other=names[other], n=number(n), all=number(all_)
    )
    match.questions = [each for each in match.questions if "net_amount" not in each]
    match.questions.append(f"{told} " + _("Is that right?"))
    match.pairs = [each for each in match.pairs if each.place != other]
    why = _("{gross} is it with VAT in {n} of {all} rows").format(
        gross=names[place], n=number(n), all=number(all_)
    )
    match.pairs.append(
        Pair("net_amount", other, Told(book.seen.words[other], why, sure=False), SURE)
    )


def _tell_products(book: _Book, match: Match, gross: list[int]) -> None:
    """Say that the net amount is worked out, and hold it against an amount with VAT."""
    seen = book.seen
    quantity = match.place_of("quantity")
    price = match.place_of("unit_price")
    if quantity is None or price is None:
        return
    worked = _products(book, match)
    less = match.place_of("discount") is not None
    what = _("quantity × unit price less discount") if less else _("quantity × unit price")
    for each in gross:
        counts = _share(zip(book.figures.get(each, []), worked, strict=False), _is_with_vat)
        if counts and counts[0] >= MOST * counts[1]:
            template = _("{what} with VAT gives {gross} in {n} of {all} rows")
            _say(
                match,
                template.format(
                    what=what, gross=seen.words[each], n=number(counts[0]), all=number(counts[1])
                ),
                sure=True,
                ours="unit_price",
            )
            break
    if less and (asked := _asked_of_discount(book, match)):
        match.questions.append(asked)
    template = _(
        "{file}: there is no net amount; it is {what}. Is the price in {price} without VAT?"
    )
    match.questions.append(template.format(file=seen.shown, what=what, price=seen.words[price]))


def _asked_of_discount(book: _Book, match: Match) -> str:
    """Ask whether discounts are shares, where none is above 1; empty where some are."""
    place = match.place_of("discount")
    if place is None or any("%" in each for each in book.seen.columns[place]):
        return ""
    figures = [each for each in book.figures.get(place, []) if each]
    if not figures or max(figures) > 1:
        return ""
    template = _(
        "{file}: no discount in {name} is above 1, and discounts are read as percent. Are they shares?"
    )
    return template.format(file=book.seen.shown, name=book.seen.words[place])


def _say(match: Match, evidence: str, *, sure: bool, ours: str = "net_amount") -> None:
    """Add evidence to a mapped column; where it settles the matter, its question goes."""
    for i, pair in enumerate(match.pairs):
        if pair.ours == ours:
            told = pair.told._replace(
                why=f"{pair.told.why}; {evidence}", sure=pair.told.sure or sure
            )
            match.pairs[i] = pair._replace(told=told)
    if sure:
        match.questions = [each for each in match.questions if ours not in each]


def _with_products(
    book: _Book, match: Match, net: Figures
) -> Iterable[tuple[float | None, float | None]]:
    return zip(net, _products(book, match), strict=False)


def _products(book: _Book, match: Match) -> Figures:
    """Return quantity times unit price, less the discount where there is one."""
    parts = [
        book.figures.get(-1 if (place := match.place_of(name)) is None else place, [])
        for name in ("quantity", "unit_price", "discount")
    ]
    quantity, price, discount = parts
    rows = zip(quantity, price, discount or [0.0] * len(price), strict=False)
    return [None if q is None or p is None else q * p * (1 - (d or 0) / 100) for q, p, d in rows]


def _share(
    pairs: Iterable[tuple[float | None, float | None]], test: Callable[[float, float], bool]
) -> tuple[int, int] | None:
    """Return in how many pairs of figures a test holds, and how many pairs there are."""
    both = [(a, b) for a, b in pairs if a and b]
    return (sum(test(a, b) for a, b in both), len(both)) if both else None


def _is_with_vat(gross: float, net: float) -> bool:
    return any(abs(gross - net * rate) <= max(CENT, NEAR * abs(gross)) for rate in RATES)


def _is_same(one: float, other: float) -> bool:
    return abs(one - other) <= max(CENT, NEAR * abs(one))


def _figures(cells: list[str], look: Look) -> Figures:
    """Return the cells of a column as numbers by the decimal mark of its own values."""
    told, _questions = decimal_of(look.marks)
    return [_figure(cell.strip(), told.value if told else ".") for cell in cells]


def _figure(cell: str, decimal: str) -> float | None:
    """Return one cell as a number, None where it is none."""
    if NATIVE in cell:
        cell, decimal = cell.rstrip(NATIVE).replace(NATIVE, "."), "."
    found = NUMBER.match(cell)
    if not found:
        return None
    digits = re.sub(rf"[^\d{re.escape(decimal)}]", "", found["body"]).replace(decimal, ".")
    negative = (
        found["minus"] in ("-", "−", "–") or found["end"] or (found["open"] and found["close"])
    )
    try:
        return -float(digits) if negative else float(digits)
    except ValueError:
        return None
