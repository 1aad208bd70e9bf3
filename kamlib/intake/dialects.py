"""How a client's files write letters, cells, numbers and days: what the intake knows of a dialect."""

from typing import NamedTuple

ISO, EXCEL = "%Y-%m-%d", "excel"


class Dialect(NamedTuple):
    """How a file writes: the defaults hold where engagement.yaml names no dialect.

    `decimal` is None and `date` is empty where nobody has declared them; then numbers have a
    decimal point and days are ISO, and a column that can be read in two ways is rejected. `money`
    are the words that may stand beside an amount, such as ``zł``; `serials` says that days may also
    be counted, as Excel does where a cell has no format.
    """

    encoding: str = "utf-8"
    separator: str = ","
    decimal: str | None = None
    thousands: str | None = None
    date: tuple[str, ...] = ()
    repair: str | None = None
    money: tuple[str, ...] = ()
    serials: bool = False

    @property
    def marks_declared(self) -> bool:
        """Tell whether somebody has said how numbers are written."""
        return bool(self.decimal or self.thousands)

    @property
    def forms(self) -> tuple[str, ...]:
        """Return the formats of days, in the order in which they are tried."""
        return (*(self.date or (ISO,)), *((EXCEL,) if self.serials else ()))
