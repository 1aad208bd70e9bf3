"""The buyer on an invoice: who it is by tax number, and what stands for one who has none.

The tax number is the customer, in one spelling whatever the program wrote. A buyer without one (a
private person, a firm outside the Union, a firm whose number was left out) is no customer yet: the
lines are set aside with their money under the buyer's name, never as one customer without an id,
and an engagement can give each name an id of its own.
"""

from functools import lru_cache
from typing import NamedTuple

from kamlib.intake.reasons import MISSING, TAX_ID_FOR_NONE, WITHOUT_TAX_ID
from kamlib.intake.tax_ids import tax_id_of


class Buyer(NamedTuple):
    """Who bought: the customer's id, the name on the invoice, and the tax number."""

    customer_id: str
    name: str
    tax_id: str


@lru_cache(maxsize=65_536)
def buyer(name: str, number: str, country: str = "") -> Buyer:
    """Return a buyer by tax number; without one, the id says so and names the buyer.

    Parameters
    ----------
    name : str, as on the invoice
    number : str, as on the invoice; empty or a word for none where there is none
    country : str, two letters, empty where the invoice has none

    Examples
    --------
    >>> buyer("Młyn", "526-104-08-28", "PL")
    Buyer(customer_id='5261040828', name='Młyn', tax_id='5261040828')
    >>> buyer("Acme Inc.", "").customer_id
    '#no tax number: Acme Inc.'
    """
    told = tax_number(country, number)
    nameless = f"{WITHOUT_TAX_ID}: {name}" if name else WITHOUT_TAX_ID
    return Buyer(told or nameless, name, told)


def tax_number(country: str, number: str) -> str:
    """Return a tax number in its one spelling, empty where it stands for none.

    A number that breaks its country's rules stays as it is written: it still tells buyers apart.

    Examples
    --------
    >>> tax_number("PL", "PL 5261040828"), tax_number("DE", "123456789"), tax_number("US", "77-1")
    ('5261040828', 'DE123456789', 'US77-1')
    >>> tax_number("", "brak"), tax_number("", "0000000000")
    ('', '')
    """
    bare = number.strip()
    told = bare if country in ("", "PL") or bare.startswith(country) else f"{country}{bare}"
    found = tax_id_of(told if bare else "")
    if found.reason in (MISSING, TAX_ID_FOR_NONE):
        return ""
    return found.number or told
