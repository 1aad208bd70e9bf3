"""Words that clients use in cells, file names and document numbers, and what they mean to us: data."""

import re
from collections import Counter

from kamlib.intake.currency_words import SIGNS

YES_OR_NO = {  # every word that a cell of yes or no may hold
    **dict.fromkeys(["1", "true", "yes", "y", "tak", "t", "x"], True),
    **dict.fromkeys(["0", "false", "no", "nie", "n"], False),
}


def _known(words: str) -> tuple[str, ...]:
    return tuple(words.split())


CODES: dict[str, dict[str, tuple[str, ...]]] = {
    "document_type": {
        "invoice": _known(
            "fa fv fs fvs fvat vat upr faktura fakturavat paragon pa par inv invoice f"
        ),
        "correction": _known(
            "kor kfa kfv kfs fk fkor fvk korekta fakturakorygujaca correction k korzal korroz"
        ),
        "advance": _known(
            "zal zaliczka fzal fvz fz fakturazaliczkowa advance prepayment downpayment"
        ),
        "final": _known(
            "kon koncowa fkon roz rozliczeniowa fakturakoncowa fakturarozliczeniowa "
            "fakturarozliczajaca final finalinvoice"
        ),
        "cancellation": _known(
            "anul anulowana anulowanie anulacja storno sto cancel cancelled cancellation reversal"
        ),
        "credit_note": _known("zw zwrot cn creditnote creditmemo nota notauznaniowa"),
    },
    "relation": {
        "external": _known("zewnetrzny obcy external trade"),
        "intercompany": _known("grupa powiazany intercompany ic wewnetrzny"),
        "collective": _known("detal zbiorczy gotowka collective cash"),
    },
    "status": {
        "accrued": _known("naliczony naliczone rezerwa accrued"),
        "settled": _known("rozliczony rozliczone zaplacony settled paid"),
        "reversed": _known("odwrocony rozwiazany stornowany reversed"),
    },
    "source": {
        "their_words": _known("ankieta rozmowa klient theirwords"),
        "fact": _known("fakt system fact"),
        "our_guess": _known("szacunek ocenawlasna ourguess guess"),
    },
}
CURRENCIES = {  # words beside amounts that mean one currency only
    word.casefold(): code
    for code, words in SIGNS.items()
    for word in words
    if word.upper() != code and sum(word in others for others in SIGNS.values()) == 1
} | {"zlotych": "PLN", "euro": "EUR"}
IN_FILE_NAMES: dict[str, tuple[str, ...]] = {
    "invoice_lines": _known("sprzedaz faktur invoice sales orderlines obrotyklient retail"),
    "customers": _known("kontrahen klienci odbiorc customer client reseller accounts"),
    "prospects": _known("prospe potencjaln lead"),
    "products": _known("towar produkt product artykul material asortyment"),
    "receivables": _known("naleznosc rozrach receivable saldanal"),
    "off_invoice": _known("bonus rabaty offinvoice premie rebate"),
    "gl_totals": _known("gltotals zestawienieobrotow obrotyisald generalledger trialbalance"),
    "drivers": _known("driver nosnik czynnosc"),
    "contacts": _known("contact kontakt"),
    "evidence": _known("evidence dowod"),
    "strategic": _known("strateg"),
    "ratings_ours": _known("ratingsours oceny naszeoceny"),
    "ratings_theirs": _known("ratingstheirs ankiet ocenyklient"),
    "fx_rates": _known("fxrates kursy rates"),
    "identity": _known("identity tozsamosc"),
}


def currencies_in(values: Counter[str]) -> Counter[str]:
    """Count the currencies of a column; a usual word counts as its three letters.

    Examples
    --------
    >>> currencies_in(Counter(["PLN", "zł", "EUR", "x"])).most_common()
    [('PLN', 2), ('EUR', 1)]
    """
    counts: Counter[str] = Counter()
    for value, times in sorted(values.items()):
        code = CURRENCIES.get(value.casefold(), value.upper())
        if re.fullmatch("[A-Z]{3}", code):
            counts[code] += times
    return counts
