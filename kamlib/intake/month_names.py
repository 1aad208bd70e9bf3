"""Names of months, in Polish and English, as people write them: whole, declined, short, Roman."""

from itertools import product

from babel import Locale

ROMAN = ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii")
BARE = str.maketrans("ąćęłńóśźż", "acelnoszz")


def _months() -> dict[str, str]:
    """Return each name, with and without its Polish letters, as the two digits of its month."""
    found = {name: f"{n:02}" for n, name in enumerate(ROMAN, start=1)} | {"sept": "09"}
    for language, form in product(("pl", "en"), ("format", "stand-alone")):
        names = Locale(language).months[form]
        for n, name in [*names["wide"].items(), *names["abbreviated"].items()]:
            found[name.lower()] = found[name.lower().translate(BARE)] = f"{n:02}"
    return found


MONTHS = _months()
