"""How a column of a file is matched with a name of the vocabulary, by the names in `naming.toml`."""

import difflib
import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from itertools import chain
from pathlib import Path

from kamlib.core.language import words_in

_NAMES = words_in(Path(__file__).with_suffix(".toml"))
WITH_VAT = ("brutto", "gross", "inclvat", "includingvat", "zvat", "withvat", "p15")


@cache
def plain(name: str) -> str:
    """Return a name as names are compared: small letters and digits without accents.

    Examples
    --------
    >>> plain("Wartość\\u00a0NETTO "), plain("CustomerID") == plain("customer_id")
    ('wartoscnetto', True)
    """
    bare = name.casefold().replace("ł", "l").replace("№", "no")
    apart = unicodedata.normalize("NFKD", bare)
    return re.sub(r"[^0-9a-z]", "", apart)


@cache
def without_brackets(name: str) -> str:
    """Return a name without what stands in brackets, such as its unit; all of it if nothing is left.

    Examples
    --------
    >>> without_brackets("Data sprzedaży (dd.mm.rrrr)"), without_brackets("[PLN]")
    ('Data sprzedaży', '[PLN]')
    """
    return re.sub(r"[(\[][^)\]]*[)\]]", "", name).strip() or name


@cache
def names_of(column: str, table: str = "") -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the plain names that surely and that likely mean one of our columns, best first.

    Parameters
    ----------
    column : str, our name, which is a sure name itself
    table : str, a key of the contract, in which more names may be sure
    """
    own = _NAMES["in_table"].get(table, {}).get(column, ())
    sure = _plain(column, *_NAMES["sure"].get(column, ()), *own)
    likely = _plain(*_NAMES["likely"].get(column, ()))
    return sure, tuple(each for each in likely if each not in sure)


def _plain(*names: str) -> tuple[str, ...]:
    """Return names as they are compared, each once, in the place of a reference those it stands for."""
    each = (_NAMES["sure"][n[1:-1]] if n.startswith("{") else [n] for n in names)
    return tuple(dict.fromkeys(map(plain, chain.from_iterable(each))))


def alias_in(column: str, head: Iterable[str], table: str = "") -> str:
    """Return the name in a head that clients use for one of our columns; empty where none is.

    A sure name is preferred to a likely one.

    Examples
    --------
    >>> alias_in("net_amount", ["Ilość", "Wartość brutto", "Wartość netto"])
    'Wartość netto'
    """
    names = {plain(without_brackets(name)): name for name in head if name}
    names |= {plain(name): name for name in head if name}
    for meant in names_of(column, table):
        for alias in meant:
            if alias in names:
                return names[alias]
    return ""


def meant_by(name: str, columns: Iterable[str], table: str = "", *, likely: bool = True) -> str:
    """Return which of a table's columns a name may mean: one that clients call so, or the most alike.

    Empty where none is near; without `likely` only what clients surely call so.

    Examples
    --------
    >>> meant_by("cogs", ["net_amount", "cost_of_goods_sold"]), meant_by("net_amnt", ["net_amount"])
    ('cost_of_goods_sold', 'net_amount')
    """
    every = list(columns)
    for place in (0, 1) if likely else (0,):
        for column in every:
            if plain(name) in names_of(column, table)[place]:
                return column
    return most_alike(name, every)


def most_alike(name: str, columns: Iterable[str]) -> str:
    """Return the column that is most alike by its letters, empty where none is near."""
    return next(iter(difflib.get_close_matches(name, columns, n=1, cutoff=0.6)), "")
