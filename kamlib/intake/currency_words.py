"""Words and signs of money that stand beside an amount: zł, PLN, € and their like."""

SIGNS = {
    "PLN": ("zł", "zl", "ZŁ", "Zł", "PLN"), "EUR": ("€", "EUR"), "USD": ("$", "USD"),
    "GBP": ("£", "GBP"), "CHF": ("CHF", "Fr"), "CZK": ("Kč", "CZK"), "SEK": ("SEK", "kr"),
    "NOK": ("NOK", "kr"), "DKK": ("DKK", "kr"), "HUF": ("HUF", "Ft"), "UAH": ("UAH", "₴"),
    "RON": ("RON", "lei"), "JPY": ("JPY", "¥"), "CNY": ("CNY", "¥"),
}  # fmt: skip


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
