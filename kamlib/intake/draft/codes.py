"""Cells that hold one of a few codes: what their words mean to us, and what has to be asked."""

import re
from collections import Counter
from dataclasses import dataclass, field

from kamlib.columns.naming import plain
from kamlib.intake.contract import CONTRACT
from kamlib.intake.draft.looks import Look
from kamlib.intake.draft.matching import Match
from kamlib.intake.draft.seen import Seen
from kamlib.intake.draft.told import Told, few
from kamlib.intake.draft.words import CODES, CURRENCIES
from kamlib.language import _, ngettext, number

PREFIX = re.compile(r"^[^\W\d_]+[ /._-]?")
A_FEW = 12


@dataclass
class Codes:
    """Words and prefixes with their meaning: by column of ours, each with its evidence."""

    values: dict[str, list[tuple[str, Told]]] = field(default_factory=dict)
    prefixes: list[tuple[str, Told]] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)


def codes_told(seen: Seen, looks: list[Look], match: Match) -> Codes:
    """Return what the words in a file's code columns mean, as far as they are known."""
    codes = Codes()
    allowed = {each.name: each.allowed for each in CONTRACT[match.table].fields if each.allowed}
    for pair in match.pairs:
        if pair.ours in CODES and pair.ours in allowed:
            _tell_words(codes, seen, looks[pair.place], pair.ours, allowed[pair.ours])
        elif pair.ours == "currency":
            _tell_currencies(codes, seen, looks[pair.place])
    if match.table == "invoice_lines" and match.place_of("document_type") is None:
        _tell_prefixes(codes, seen, looks, match)
    return codes


def _tell_words(
    codes: Codes, seen: Seen, look: Look, column: str, allowed: tuple[str, ...]
) -> None:
    """Tell the words of one column; those nobody knows are asked for."""
    known = {word: ours for ours, words in CODES[column].items() for word in words}
    odd = []
    for value, times in sorted(look.values.items(), key=lambda each: (-each[1], each[0])):
        if value in allowed:
            continue
        ours = known.get(plain(value))
        if ours is None:
            odd.append(value)
            continue
        template = _("a usual word for it; {n} of {all} cells")
        told = Told(ours, template.format(n=number(times), all=number(look.filled)), sure=False)
        codes.values.setdefault(column, []).append((value, told))
    if odd:
        template = _("{file}: what do the words {words} mean in {column}? It may be {allowed}.")
        codes.questions.append(
            template.format(
                file=seen.shown, words=few(odd), column=column, allowed=", ".join(allowed)
            )
        )


def _tell_currencies(codes: Codes, seen: Seen, look: Look) -> None:
    """Tell words that are no three letters, and ask about empty cells and other currencies."""
    for value, times in sorted(look.values.items()):
        code = CURRENCIES.get(value.casefold())
        if code:
            template = _("{n} of {all} cells")
            told = Told(code, template.format(n=number(times), all=number(look.filled)), sure=False)
            codes.values.setdefault("currency", []).append((value, told))
    if look.empty:
        template = _(
            "{file}: the currency is empty in {n} of {all} rows, which will be set aside. Declare "
            "default_currency if they are all in one."
        )
        codes.questions.append(
            template.format(file=seen.shown, n=number(look.empty), all=number(look.rows))
        )
    counts = currencies_in(look)
    if len(counts) > 1:
        (main, _times), *others = counts.most_common()
        template = _("{file}: rows in {others}, not in {main}: {n}. Bring fx_rates for them.")
        n = sum(times for _code, times in others)
        codes.questions.append(
            template.format(
                file=seen.shown, n=number(n), others=few(c for c, _ in others), main=main
            )
        )


def currencies_in(look: Look) -> Counter[str]:
    """Count the currencies of a column; a usual word counts as its three letters.

    Examples
    --------
    >>> from kamlib.intake.draft.looks import look_of
    >>> currencies_in(look_of(["PLN", "zł", "EUR"])).most_common()
    [('PLN', 2), ('EUR', 1)]
    """
    counts: Counter[str] = Counter()
    for value, times in sorted(look.values.items()):
        code = CURRENCIES.get(value.casefold(), value.upper())
        if re.fullmatch("[A-Z]{3}", code):
            counts[code] += times
    return counts


def _tell_prefixes(codes: Codes, seen: Seen, looks: list[Look], match: Match) -> None:
    """Tell the kind of a document from the start of its number, where no column does."""
    invoice = match.place_of("invoice_id")
    amount = match.place_of("net_amount")
    amount = match.place_of("quantity") if amount is None else amount
    if invoice is None or amount is None:
        return
    rows, negative = _by_prefix(seen.columns[invoice], seen.columns[amount])
    known = {word: ours for ours, words in CODES["document_type"].items() for word in words}
    found = {prefix: known[plain(prefix)] for prefix in rows if plain(prefix) in known}
    if not 1 < len(rows) <= A_FEW or not set(found.values()) - {"invoice"}:
        return
    for prefix, ours in sorted(found.items()):
        template = ngettext(
            "{n} row, {negative} of them negative",
            "{n} rows, {negative} of them negative",
            rows[prefix],
        )
        why = template.format(n=number(rows[prefix]), negative=number(negative[prefix]))
        expected = 0 if ours == "invoice" else rows[prefix]
        codes.prefixes.append((prefix, Told(ours, why, sure=negative[prefix] == expected)))
    odd = sorted(set(rows) - set(found))
    if odd:
        template = _("{file}: what documents are those whose numbers start with {prefixes}?")
        codes.questions.append(template.format(file=seen.shown, prefixes=few(odd)))


def _by_prefix(documents: list[str], amounts: list[str]) -> tuple[Counter[str], Counter[str]]:
    """Count rows, and negative rows, by the start of the document's number."""
    rows: Counter[str] = Counter()
    negative: Counter[str] = Counter()
    for document, amount in zip(documents, amounts, strict=True):
        found = PREFIX.match(document.strip())
        if found:
            rows[found[0]] += 1
            negative[found[0]] += amount.strip().startswith(("-", "−", "–", "(")) or (
                amount.strip().endswith(("-", "−", "–"))
            )
    return rows, negative
