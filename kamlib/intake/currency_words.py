"""Words and signs of money that stand beside an amount: zł, PLN, € and their like."""

import re

SIGNS = {
    "PLN": ("zł", "zl", "ZŁ", "Zł", "PLN"),
    "EUR": ("€", "EUR"),
    "USD": ("$", "USD"),
    "GBP": ("£", "GBP"),
    "CHF": ("CHF", "Fr"),
    "CZK": ("Kč", "CZK"),
    "SEK": ("SEK", "kr"),
    "NOK": ("NOK", "kr"),
    "DKK": ("DKK", "kr"),
    "HUF": ("HUF", "Ft"),
    "UAH": ("UAH", "₴"),
    "RON": ("RON", "lei"),
    "JPY": ("JPY", "¥"),
    "CNY": ("CNY", "¥"),
}
KNOWN = frozenset(word for words in SIGNS.values() for word in words)

IN_BRACKETS = re.compile(r"\[\$([^\]-]+)[^\]]*\]")


def money_in_format(code: str) -> str:
    """Return the sign or word of a currency that a number format of Excel shows; empty without one.

    Examples
    --------
    >>> money_in_format('#,##0.00 [$zł-415]'), money_in_format('#,##0.00 "EUR"')
    ('zł', 'EUR')
    >>> money_in_format('[$-415]0.00 "szt."'), money_in_format(r'0.00\\ €'), money_in_format("0.00")
    ('', '€', '')
    """
    if bracketed := IN_BRACKETS.search(code):
        return bracketed[1].strip()
    words = re.split(r"[^\w$€£¥₴]+|[0#?]+", re.sub(r"\[[^\]]*\]|_.|\*.", "", code))
    return next((word for word in words if word in KNOWN), "")


def money_words(currency: str, *, every: bool = False) -> tuple[str, ...]:
    """Return the words that may stand beside an amount of a currency, or of any.

    Examples
    --------
    >>> money_words("EUR")
    ('€', 'EUR')
    """
    own = SIGNS.get(currency, (currency,))
    others = [word for words in SIGNS.values() for word in words] if every else []
    return tuple(dict.fromkeys([*own, *others]))
