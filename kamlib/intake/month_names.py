"""Names of months, in Polish and English, as people write them: whole, declined, short, Roman."""

_POLISH = (
    "styczeń stycznia sty",
    "luty lutego lut",
    "marzec marca mar",
    "kwiecień kwietnia kwi",
    "maj maja",
    "czerwiec czerwca cze",
    "lipiec lipca lip",
    "sierpień sierpnia sie",
    "wrzesień września wrz",
    "październik października paź",
    "listopad listopada lis",
    "grudzień grudnia gru",
)
_ENGLISH = (
    "january jan",
    "february feb",
    "march mar",
    "april apr",
    "may",
    "june jun",
    "july jul",
    "august aug",
    "september sept sep",
    "october oct",
    "november nov",
    "december dec",
)
_ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
_BARE = str.maketrans("ąćęłńóśźż", "acelnoszz")


def _months() -> dict[str, str]:
    """Return each name, with and without its Polish letters, as the two digits of its month."""
    found = {}
    for n, names in enumerate(zip(_POLISH, _ENGLISH, _ROMAN, strict=True), start=1):
        for name in " ".join(names).split():
            found[name] = found[name.translate(_BARE)] = f"{n:02}"
    return found


MONTHS = _months()
