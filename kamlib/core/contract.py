"""The input contract: the columns of each input table, and what may stand in them.

Data, not code. What a column means and how text becomes its value stands in `kamlib.core.vocabulary`; here
stands only what the intake may refuse. Fields are in the order in which a row is judged: a row that
is broken in two columns is set aside for the first of them.
"""

from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from kamlib.core.codes import COST_LEVELS, LADDER, SOURCES
from kamlib.core.language import N_
from kamlib.core.vocabulary import COLUMNS, Kind

SALES = ("invoice", "final")  # what an order is counted by
BACK = ("credit_note", "correction", "cancellation")  # what gives revenue back
SEVERAL = ", "  # between the invoices that one document corrects or settles
DOCUMENT_TYPES = (*SALES, "advance", *BACK)
RELATIONS = ("external", "intercompany", "collective")
NOT_A_CURRENCY = N_("not a currency")
IN_ANOTHER_CURRENCY = N_("money in another currency than the report's")
NUMERIC = ("money", "number", "whole", "share", "rating")  # kinds of columns
RANGES: dict[str, tuple[int, int]] = {"share": (0, 1), "rating": (0, 10)}


PartyKind = Literal["", "customer", "party"]
WHERE = "where "  # before the client's name of a column by which rows count
PART = "part "  # before the client's name of a column that a sum of ours is made of


class Field(NamedTuple):
    """What one column of an input table may hold.

    `needed` speaks of the column (it must be in the head), `filled` of its cells (an empty one sets
    the row aside, `unless` the other column named there holds the word; `together` wants it filled where
    the other one is and only there, a word counting as empty).
    `past` refuses days more
    than a year after the last period, and those before 1980. `who` says that the value must be
    known: as a customer, or as a party, which is a customer or a prospect; `not_before` names the
    column of the day before which this one may not be. A column of the client's by which rows count is
    no part of the contract: it holds one of the words in `only`, or its row is left out. Nor is one that
    the sum `part_of` is made of.
    """

    name: str
    needed: bool = False
    filled: bool = False
    unless: tuple[str, str] | None = None
    together: tuple[str, str] | None = None
    allowed: tuple[str, ...] = ()
    otherwise: str = ""
    at_least: Literal[0, 1] | None = None  # others need a row of CHECKS first
    above: Literal[0] | None = None
    form: str = ""
    past: bool = False
    not_before: str = ""
    only: tuple[str, ...] = ()
    part_of: str = ""
    who: PartyKind = ""

    def theirs(self, columns: Mapping[str, str]) -> str:
        """Return what the client calls the column, by names of ours mapped to the client's."""
        if self.only or self.part_of:
            return self.name.removeprefix(WHERE).removeprefix(PART)
        return columns.get(self.name, self.name)

    @property
    def kind(self) -> Kind:
        """Return how text becomes the column's value; an attribute of the client's own is text."""
        name = self.part_of or self.name
        return COLUMNS[name].kind if name in COLUMNS else "text"

    @property
    def in_percent(self) -> bool:
        """Tell whether the column is measured in percent, so that a sign of it changes nothing."""
        return self.name in COLUMNS and COLUMNS[self.name].unit.startswith("%")

    @property
    def may_be_percent(self) -> bool:
        """Tell whether a number of the column may be written with a sign of percent."""
        return self.kind == "share" or self.in_percent or self.name == "weight"

    @property
    def tells_a_line(self) -> bool:
        """Tell whether every line of the table has this, and no total of them has."""
        return self.needed and not self.who and self.kind in ("text", "date")


class TableContract(NamedTuple):
    """The fields of one input table, its key, and the columns that date and weigh a row.

    `key` is given where no two rows may share it. `loses` completes "without it ...".
    """

    fields: tuple[Field, ...]
    key: tuple[str, ...] = ()
    dated: str = ""
    amount: str = ""
    loses: str = ""

    @property
    def names(self) -> list[str]:
        """Return the names of the fields, in the order in which a row is judged."""
        return [field.name for field in self.fields]


def must(name: str, *, past: bool = False, who: PartyKind = "") -> Field:
    """Return a field whose column must be there and whose cells must be filled."""
    return Field(name, needed=True, filled=True, past=past, who=who)


def may(*names: str) -> tuple[Field, ...]:
    """Return fields that improve the answer when they are there."""
    return tuple(Field(name) for name in names)


CUSTOMER = must("customer_id", who="customer")
PARTY = must("party_id", who="party")
DAY = must("date", past=True)
CURRENCY = Field("currency", filled=True, form="^[A-Z]{3}$", otherwise=NOT_A_CURRENCY)
OURS = Field("currency", otherwise=IN_ANOTHER_CURRENCY)  # empty: the reporting currency
FIRM = may(
    "name",
    "tax_id",
    "account_manager",
    "industry_segment",
    "region",
    "channel",
    "since",
    "employees",
    "annual_revenue",
    "own_growth",
    "contract_start",
    "contract_end",
)
RELATION = Field("relation", allowed=RELATIONS, otherwise=N_("unknown relation"))
NO_OTHER = ("supplier", "none")  # who says so rates nobody on nothing

CONTRACT: dict[str, TableContract] = {
    "invoice_lines": TableContract(
        (
            must("invoice_id"),
            Field("line_id"),
            DAY,
            CUSTOMER,
            *may("name", "tax_id", "product_id", "quantity", "unit_price"),
            Field("discount", at_least=0),
            *may("list_price"),
            must("net_amount"),
            *may("cost_of_goods_sold", "freight"),
            CURRENCY,
            Field("document_type", allowed=DOCUMENT_TYPES, otherwise=N_("unknown document type")),
            *may(
                "corrects_invoice_id",
                "order_id",
                "order_date",
                "order_channel",
                "rush",
                "export",
                "delivery_id",
                "warehouse",
            ),
        ),
        dated="date",
        amount="net_amount",
    ),
    "identity": TableContract(
        (must("customer_id"), must("keep_as"), must("decided_by"), must("why")),
        key=("customer_id",),
    ),
    "customers": TableContract(
        (must("customer_id"), FIRM[0], *may("parent_id"), RELATION, *FIRM[1:]),
        key=("customer_id",),
    ),
    "prospects": TableContract(
        (must("prospect_id"), *FIRM),
        key=("prospect_id",),
        loses=N_("no prospect is looked at (attractiveness, pyramid)"),
    ),
    "products": TableContract(
        (must("product_id"), *may("name", "product_group")),
        key=("product_id",),
        loses=N_("products have no names and no groups (profitability)"),
    ),
    "resources": TableContract(
        (
            must("pool"),
            must("period"),
            Field("cost", needed=True, filled=True, at_least=0),
            *may("theoretical_capacity", "practical_capacity"),
            Field("unit"),
            Field("kind", allowed=("money", "material", "people"), otherwise=N_("unknown kind")),
            Field(
                "hierarchy_level", allowed=tuple(COST_LEVELS), otherwise=N_("unknown cost level")
            ),
            *may("avoidable_share", "step_down_to", "gl_account"),
            OURS,
        ),
    ),
    "drivers": TableContract(
        (
            must("period"),
            CUSTOMER,
            must("driver"),
            Field("volume", needed=True, filled=True, at_least=0),
        ),
        loses=N_("costs follow counts of documents only (profitability)"),
    ),
    "receivables": TableContract(
        (
            CUSTOMER,
            must("month", past=True),
            *may("average_balance", "days_to_pay", "days_beyond_terms", "includes_vat", "vat_rate"),
            OURS,
        ),
        dated="month",
        loses=N_("there is no capital charge (profitability) and no days late (pyramid)"),
    ),
    "assets": TableContract(
        (
            CUSTOMER,
            must("kind"),
            Field("amount", needed=True, filled=True, at_least=0),
            Field("from"),
            Field("until", not_before="from"),
            OURS,
        ),
        amount="amount",
        loses=N_("our stock, tools and equipment at customers cost nothing (profitability)"),
    ),
    "off_invoice": TableContract(
        (
            CUSTOMER,
            DAY,
            must("kind"),
            must("amount"),
            *may("earned_from", "earned_to"),
            Field(
                "status",
                allowed=("accrued", "settled", "reversed"),
                otherwise=N_("unknown status"),
            ),
            OURS,
        ),
        dated="date",
        amount="amount",
        loses=N_("bonuses and promotions outside invoices are not counted (profitability)"),
    ),
    "fx_rates": TableContract(
        (
            must("date", past=True),
            CURRENCY._replace(needed=True),
            Field("rate", needed=True, filled=True, above=0),
        ),
        key=("currency", "date"),
        dated="date",
    ),
    "gl_totals": TableContract(
        (
            must("period"),
            must("gl_account"),
            must("amount"),
            Field("line", allowed=LADDER, otherwise=N_("unknown statement line")),
            Field("sign", allowed=("1", "-1"), otherwise=N_("neither 1 nor -1")),
            OURS,
        ),
        amount="amount",
        loses=N_("nothing outside confirms the sums (data prep, profitability)"),
    ),
    "strategic": TableContract(
        (
            PARTY,
            Field("justification", needed=True),
            Field("owner", needed=True),
            Field("review_on", needed=True),
            *may("market_access", "learning", "rating"),
        ),
        loses=N_("door 4 stays shut (segmentation)"),
    ),
    "ratings_ours": TableContract(
        (
            PARTY,
            must("criterion"),
            must("rating"),
            *may("source", "rater"),
            Field("date", past=True),
        ),
        dated="date",
        loses=N_("side A rests on measured criteria only (attractiveness)"),
    ),
    "ratings_theirs": TableContract(
        (
            PARTY,
            must("criterion")._replace(unless=NO_OTHER),
            Field("weight", at_least=0),
            must("supplier"),
            must("rating")._replace(unless=NO_OTHER),
            Field("source", allowed=tuple(SOURCES), otherwise=N_("unknown source")),
            Field("rater"),
            Field("date", past=True),
        ),
        dated="date",
        loses=N_("side B is unknown (attractiveness), and so is trust (pyramid)"),
    ),
    "evidence": TableContract(
        (PARTY, must("code"), DAY, *may("until", "source")),
        dated="date",
        loses=N_("no joint things are known: nobody reaches synergy (pyramid)"),
    ),
    "contacts": TableContract(
        (PARTY, DAY, *may("their_function", "our_function")),
        dated="date",
        loses=N_("contacts between functions are unknown (pyramid)"),
    ),
    "category_purchases": TableContract(
        (
            PARTY,
            Field("amount", needed=True, filled=True, at_least=0),
            Field("source", needed=True, allowed=tuple(SOURCES), otherwise=N_("unknown source")),
            DAY,
            OURS,
        ),
        dated="date",
        amount="amount",
    ),
    "effort": TableContract(
        (
            must("period"),
            PARTY,
            Field(
                "kind",
                needed=True,
                filled=True,
                allowed=("money", "material", "people"),
                otherwise=N_("unknown kind"),
            ),
            Field("quantity", needed=True, filled=True, at_least=0),
            Field("purpose", allowed=("win", "keep", "develop"), otherwise=N_("unknown purpose")),
        ),
    ),
    "terms": TableContract(
        (
            CUSTOMER,
            Field("free_freight"),
            Field("minimum_order", at_least=0),
            Field("service_class", at_least=1),
            OURS,
        ),
        key=("customer_id",),
    ),
    "opportunities": TableContract(
        (
            must("opportunity_id"),
            Field("party_id", needed=True, who="party"),  # empty: it counts, and is nobody's
            must("entered", past=True),
            Field("closed", needed=True, past=True, not_before="entered"),
            Field(
                "outcome",
                needed=True,
                allowed=("won", "lost", "open"),
                otherwise=N_("unknown outcome"),
                together=("closed", "open"),
            ),
            Field("amount", needed=True, at_least=0),
            Field("margin_rate"),
            OURS,
        ),
        key=("opportunity_id",),
        dated="entered",
        amount="amount",
    ),
    "deal_stages": TableContract(
        (must("opportunity_id"), must("deal_stage"), must("entered", past=True)),
        dated="entered",
    ),
}

ALWAYS_WANTED = [name for name, table in CONTRACT.items() if table.loses]


def fields_of(
    table: str,
    columns: dict[str, str],
    heads: set[str],
    where: Mapping[str, Sequence[str]] | None = None,
    sums: Mapping[str, Sequence[str]] | None = None,
) -> tuple[Field, ...]:
    """Return the fields of an input table, with those the engagement maps beyond the contract.

    Lines without a net amount but with quantity and unit price must have these two instead.

    Parameters
    ----------
    table : str, a key of `CONTRACT`
    columns : dict of our name to theirs, from engagement.yaml
    heads : all names in the heads of its files
    where : the client's columns by which rows count, with the words in them; they are judged first
    sums : our columns that are made of several of the client's, with these
    """
    contract = CONTRACT[table]
    extra = [name for name in columns if name not in contract.names]
    fields = contract.fields
    priced = {"quantity", "unit_price"} <= heads | set(columns)
    if table == "invoice_lines" and priced and "net_amount" not in heads | set(columns):
        fields = tuple(_for_products(field) for field in fields)
    counts = (
        Field(WHERE + theirs, needed=True, only=tuple(words))
        for theirs, words in (where or {}).items()
    )
    sums = sums or {}
    parts = {PART + theirs: ours for ours, several in sums.items() for theirs in several}
    return (
        *counts,
        *(field for field in fields if field.name not in sums),
        *(Field(name) for name in extra),
        *(Field(name, needed=True, part_of=ours) for name, ours in parts.items()),
    )


def _for_products(field: Field) -> Field:
    """Ask for quantity and unit price in place of the net amount."""
    if field.name == "net_amount":
        return field._replace(needed=False, filled=False)
    if field.name in ("quantity", "unit_price"):
        return field._replace(needed=True, filled=True)
    return field
