"""What an engagement says of its inputs: where each table lies, how it is written, who is one customer."""

import re
from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import InitErrorDetails

from kamlib.core.codes import DOCUMENTS, TABLES
from kamlib.core.contract import CONTRACT
from kamlib.core.errors import did_you_mean, listed
from kamlib.core.naming import meant_by, most_alike
from kamlib.core.vocabulary import COLUMNS
from kamlib.settings.kinds import (
    Count,
    Currency,
    Part,
    Several,
    Share,
    Text,
    Texts,
    Thresholds,
    complaint,
    complaint_at,
    is_number,
    made_of,
    refuse,
    shown,
    written,
)
from kamlib.settings.written import problem_of_pattern, value_of

WHOLE_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


LOCAL_SPARK = re.compile(r"local(?:\[(?:\*|\d+)\])?")


class Database(Part):
    """A table in the client's database, or a query that reads there.

    The address is an environment variable, such as ``${KAM_DB_URL}``, because it may hold a
    password; that of a DuckDB file is a path as under `files`.
    """

    engine: Literal["postgres", "spark", "duckdb"]
    url: Text
    table: Text = ""
    query: Text = ""

    def problems(self) -> Iterator[InitErrorDetails]:
        if bool(self.table) == bool(self.query):
            yield complaint_at("must have either table or query.")
        if self.engine == "duckdb" and "://" not in self.url:
            problem = problem_of_pattern(self.url)
        elif self.engine == "duckdb":
            problem = "must be the path of a DuckDB file, and it is the address of a server."
        else:
            problem = _problem_of_address(self.engine, self.url)
        if problem:
            yield complaint_at(problem, "url")

    @property
    def shown(self) -> str:
        """Return how readers know the table."""
        return self.table or "a query"

    def address(self, *, key: str) -> str:
        """Return the address of a server, looked up now; it is never shown."""
        variable = WHOLE_VARIABLE.fullmatch(self.url)
        return value_of(variable.group(1), key) if variable else self.url


def _problem_of_address(engine: str, url: str) -> str | None:
    """Return why a server's address may not stand in engagement.yaml; its text is not repeated."""
    if WHOLE_VARIABLE.fullmatch(url) or (engine == "spark" and LOCAL_SPARK.fullmatch(url)):
        return None
    local = " or local[2]" if engine == "spark" else ""
    return (
        f"must be an environment variable such as ${{KAM_DB_URL}}{local}: an address may hold a "
        f"password, and that stands in no file."
    )


CARRY_ATTRIBUTES = ("invoice_lines", "customers", "prospects", "opportunities")


def _sign(value: object) -> str:
    if not isinstance(value, str) or len(value) > 1:
        raise complaint(f"must be one character in quotes, not {shown(value)}.")
    return value


def _mark(value: object) -> str:
    if not _sign(value):
        raise complaint("must be one character in quotes; it is empty.")
    return str(value)


class Dialect(Part):
    """How a client's files write numbers, dates and letters.

    `date` is one strptime format or several in order; ``excel`` stands for the days that Excel
    counts. `repair` mends text in UTF-8 that was opened in a Windows encoding and saved again.
    """

    encoding: Text = "utf-8"
    separator: Annotated[str, BeforeValidator(_mark)] = ","
    decimal: Annotated[str, BeforeValidator(_mark)] | None = None
    thousands: Annotated[str, BeforeValidator(_sign)] = ""
    date: Texts = Field(default_factory=list)
    repair: Literal["utf8_read_as_cp1252", "utf8_read_as_cp1250"] | None = None

    def problems(self) -> Iterator[InitErrorDetails]:
        if not _is_encoding(self.encoding):
            yield complaint_at(
                f"must be an encoding such as utf-8 or cp1250, not '{self.encoding}'.", "encoding"
            )
        if self.decimal not in (None, ".", ","):
            yield complaint_at(f"must be '.' or ',', not '{self.decimal}'.", "decimal")
        if (self.decimal or ".") == self.thousands:
            yield complaint_at(
                f"must differ from decimal, which is '{self.decimal or '.'}'.", "thousands"
            )
        for form in self.date:
            if "%" not in form and form != "excel":
                yield complaint_at(
                    f"must be a pattern such as %d.%m.%Y, or excel, not '{form}'.", "date"
                )


def _is_encoding(name: str) -> bool:
    import codecs

    try:
        return bool(codecs.lookup(name))
    except (LookupError, ValueError):
        return False


def _word(value: object) -> object:
    """Take a word of our vocabulary, also where YAML reads it as true, false or a number."""
    if isinstance(value, bool):
        return str(value).lower()
    return written(value) if is_number(value) else value


def _listed(value: object) -> object:
    """Take one word where several may stand."""
    return value if isinstance(value, list) else [value]


Word = Annotated[str, BeforeValidator(_word)]
Words = Annotated[list[Word], BeforeValidator(_listed), Field(min_length=1)]


SUMS_OF_LINES = ("cost_of_goods_sold", "freight", "list_price")
MONEY_OF_LINES = ("net_amount", "list_price", "unit_price", "cost_of_goods_sold", "freight")


def _key(value: object) -> object:
    return {value: value} if isinstance(value, str) else value


def _one_key(value: dict[str, str]) -> dict[str, str]:
    if len(value) != 1:
        raise complaint("must be one key: its name in the lines, and in the heads if it differs.")
    return value


def _files_inside(files: list[str]) -> list[str]:
    if not files:
        raise complaint("must name at least one file.")
    refuse(
        complaint_at(problem, *([index] if len(files) > 1 else []))
        for index, pattern in enumerate(files)
        if (problem := problem_of_pattern(pattern))
    )
    return files


Files = Annotated[Texts, AfterValidator(_files_inside)]


class Heads(Part):
    """Files with what stands once on a document, where the files of an input hold its lines only.

    They are written like the lines. `by` is the key that tells the document: its name in both, or its
    name in the lines with that in the heads, as ``{ob_DokHanId: dok_Id}``. A column that lines and
    heads have is that of the lines.
    """

    files: Files
    by: Annotated[dict[Text, Text], BeforeValidator(_key), AfterValidator(_one_key)]
    sheet: Texts = Field(default_factory=list)
    header_row: Several = 1


class Sum(Part):
    """A cost of a line that is the sum of some of the client's columns, less the sum of others.

    Sales less profit are a cost as well. Where one of the columns is empty, the cost of that line is not
    known.
    """

    plus: Texts = Field(min_length=1)
    minus: Texts = Field(default_factory=list)

    def problems(self) -> Iterator[InitErrorDetails]:
        twice = sorted({name for name in self.columns if self.columns.count(name) > 1})
        if twice:
            yield complaint_at(
                f"names {listed(twice)} twice. Name each of the client's columns once."
            )

    @property
    def columns(self) -> list[str]:
        """Return the client's columns that the sum is made of."""
        return [*self.plus, *self.minus]


class Input(Part):
    """Where one input table comes from, and how the client's names become ours.

    `where` names columns of the client's and the words in them by which a row counts; every other row
    is left out and said so. `identical_rows` says what becomes of a row that repeats an earlier one in
    every column that is read. Of invoice lines only: `repeated_invoices` says what becomes of an invoice
    that stands in two files, or of a line number that stands twice on one; `default_currency` fills
    empty cells; `in_line_currency` names the money that stands in the line's own currency (the rest is
    in the reporting one); `document_prefixes` tells the kind of a document from the start of its number
    where its line does not; `sums` makes a cost of several columns. `sheet` names one sheet of a
    workbook or several, with ``*`` for any letters, which are one table. `header_row` is the line of a
    text file, or the row of each sheet,
    that holds the head; what stands above it is passed over.
    """

    files: Files = Field(default_factory=list)
    heads: Heads | None = None
    database: Database | None = None
    dialect: Text | None = None
    columns: dict[Text, Text] = Field(default_factory=dict)
    values: dict[Text, dict[str, Word]] = Field(default_factory=dict)
    sums: dict[Literal[SUMS_OF_LINES], Sum] = Field(default_factory=dict)  # type: ignore[valid-type]
    where: dict[Text, Words] = Field(default_factory=dict)
    identical_rows: Literal["keep", "quarantine"] = "keep"
    repeated_invoices: Literal["refuse", "set_aside", "keep"] = "refuse"
    default_currency: Currency | None = None
    in_line_currency: list[Literal[MONEY_OF_LINES]] = Field(  # type: ignore[valid-type]
        default_factory=lambda: ["net_amount", "list_price", "unit_price"]
    )
    document_prefixes: dict[Text, Literal[tuple(DOCUMENTS)]] = Field(  # type: ignore[valid-type]
        default_factory=dict
    )
    sheet: Texts = Field(default_factory=list)
    header_row: Several = 1

    def problems(self) -> Iterator[InitErrorDetails]:
        if self.database and self.files:
            yield complaint_at("must not stand beside files: a table has one source.", "database")
        if self.database and self.heads:
            yield complaint_at("belong to files; a database joins them in a query.", "heads")
        if not self.database and not self.files:
            yield complaint_at("is missing. Name the files, or a database.", "files")
        for name in self.sums.keys() & self.columns.keys():
            message = "must not stand in columns as well: it is one column or a sum."
            yield complaint_at(message, "sums", name)

    @property
    def in_currency_of_line(self) -> list[str]:
        """Return the money that stands in the line's own currency, sums of such columns with it."""
        theirs = {self.columns.get(name, name) for name in self.in_line_currency}
        sums = (name for name, made in self.sums.items() if theirs & {*made.columns})
        return list(dict.fromkeys([*self.in_line_currency, *sums]))

    @property
    def parts(self) -> dict[str, list[str]]:
        """Return our columns that are sums, with the client's that they are made of."""
        return {name: made.columns for name, made in self.sums.items()}


def _columns_of(table: str) -> list[str]:
    """Return our names for a table's columns; none of a table that this version does not know."""
    return CONTRACT[table].names if table in CONTRACT else []


def _meant(name: str, table: str) -> str:
    """Return which column of a table a strange name means; a firm's attributes may be called anything."""
    ours = _columns_of(table)
    if table in ("customers", "prospects"):
        return most_alike(name, ours)
    return meant_by(name, ours, table, likely=table not in CARRY_ATTRIBUTES)


def _unknown_columns(table: str, given: Input) -> Iterator[InitErrorDetails]:
    """Yield names that are no columns of the table; where attributes may be carried, near misses only."""
    ours = _columns_of(table)
    own = table in CARRY_ATTRIBUTES or not ours
    for part in ("columns", "values"):
        for name in getattr(given, part):
            if name in ours or (own and name in COLUMNS):
                continue
            meant = _meant(name, table)
            if meant:
                message = f"is not one of our columns. Did you mean '{meant}'?"
                yield complaint_at(message, table, part, name)
            elif not own:
                message = (
                    f"is not one of our columns. Known here: {listed(ours, most=30)}. Ours "
                    f"stand left of the colon, the client's right of it."
                )
                yield complaint_at(message, table, part, name)


def _only_of_lines(table: str, given: Input) -> Iterator[InitErrorDetails]:
    """Yield keys that only invoice lines can have."""
    for key in (
        "default_currency",
        "in_line_currency",
        "document_prefixes",
        "repeated_invoices",
        "sums",
    ):
        if table != "invoice_lines" and key in given.model_fields_set:
            yield complaint_at("is a key of invoice_lines only.", table, key)


def _known_tables(inputs: dict[str, Input]) -> dict[str, Input]:
    problems = [
        complaint_at(f"is not a table this version reads. {did_you_mean(name, TABLES)}", name)
        for name in inputs
        if name not in TABLES
    ]
    for table, given in inputs.items():
        problems += _unknown_columns(table, given)
        problems += _only_of_lines(table, given)
    if "invoice_lines" not in inputs:
        problems.append(
            complaint_at("is missing: without invoice lines there is no analysis.", "invoice_lines")
        )
    refuse(problems)
    return inputs


Inputs = Annotated[dict[str, Input], AfterValidator(_known_tables)]


def _file_inside(path: str) -> str:
    if problem := problem_of_pattern(path):
        raise complaint(problem)
    return path


class Identity(Part):
    """Who is one customer, and which customers are none: own companies, pots such as cash sales.

    `by` says whether ids are the client's numbers or tax ids; a tax id without letters is of
    `country`. `merge` names a file of decisions: ids that are one customer, and who said so.
    `missing_customers` says what becomes of ids on lines that the table of customers does not have:
    their lines are set aside, or they are customers whose name is their id.
    """

    by: Literal["customer_id", "tax_id"] = "customer_id"
    country: Annotated[Text, made_of("[A-Z]{2}", "two capital letters such as PL")] = "PL"
    merge: Annotated[Text, AfterValidator(_file_inside)] | None = None
    missing_customers: Literal["set_aside", "keep"] = "set_aside"
    intercompany: Texts = Field(default_factory=list)
    collective: Texts = Field(default_factory=list)


class Exchange(Part):
    """How old the latest rate before a day may be to be used for that day."""

    at_most_days_old: Count = 7


class SetAside(Thresholds):
    """Shares of rows, and of the money in them, from which what is set aside is flagged and refused.

    Of invoice lines and of each table that customer profit rests on; the larger share counts.
    """

    flag: Share = 0.02
    refuse: Share = 0.10
