"""Tables and the ledger on the page."""

import html
from collections.abc import Mapping
from decimal import Decimal
from typing import NamedTuple

import pandas as pd

from kamlib.columns import (
    CHANGES,
    COLUMNS,
    DOCUMENTS,
    DOORS,
    LADDER,
    PROFIT_CLASSES,
    TABLES,
    VERDICTS,
)
from kamlib.display.page import SIGNS, folded, publish, show_finding
from kamlib.errors import printable
from kamlib.language import NO_VALUE, _, day, month, ngettext, number, percent, points
from kamlib.verdicts import FLAG, PASS, REFUSE

MOST_ROWS = 20
SHORT, LONG = 16, 28  # letters that stay on one line, and of a word that may be broken
ENDLESS = 1_000  # letters, from which a text is cut
WIDE = 60  # letters of a text that needs some width
LINES = {name: COLUMNS[name].label for name in LADDER}
CODES = {  # columns that hold codes → what readers read
    "profit_class": PROFIT_CLASSES,
    "by_revenue": PROFIT_CLASSES,
    "by_measure": PROFIT_CLASSES,
    "door": DOORS,
    "table": TABLES,
    "document_type": DOCUMENTS,
    "verdict": VERDICTS,
    "line": LINES,
    "measure": LINES,
    "cause": CHANGES,
}


class Step(NamedTuple):
    """One row of the ledger."""

    what: str
    role: str
    step: str
    amount: float
    why: str
    holds: bool


def show_table(
    table: pd.DataFrame,
    *,
    caption: str,
    currency: str = "",
    heads: Mapping[str, str] | None = None,
    digits: Mapping[str, int] | None = None,
    most: int = MOST_ROWS,
    fold: bool = False,
    rest: str = "",
) -> None:
    """Display a table: first column as row heading, numbers right, unit in the head.

    Parameters
    ----------
    table : DataFrame, already sorted by what decides; at most `most` rows are shown
    caption : str, what the table shows; the rest of a long one is named below it
    currency : str, for the heads of money columns
    heads : other words for a column's head than `kamlib.columns` has
    digits : decimals of a numeric column; default 0, shares as percent
    fold : the page shows the caption, and the table once a reader opens it
    rest : the hand-over table that holds all of them; a page links to it
    """
    heads, digits = heads or {}, digits or {}
    shown = table.head(most)
    if table.empty:
        if not fold:
            show_finding(_("{caption} There are none.").format(caption=caption))
        return
    if len(table) > most:
        told = (
            _("{shown} of {all} rows are shown; all stand in {file}.csv.")
            if rest
            else _("{shown} of {all} rows are shown.")
        )
        shares = {"shown": number(most), "all": number(len(table)), "file": rest}
        caption = f"{caption} {told.format(**shares)}"
    names = [heads.get(name) or _head(name, currency) for name in table.columns]
    cells = [
        [
            _cell(value, name, digits.get(name))
            for name, value in zip(shown.columns, row, strict=True)
        ]
        for row in shown.itertuples(index=False, name=None)
    ]
    numeric = [_is_numeric(table[name]) for name in table.columns]
    grid = _table_html(names, cells, numeric, "" if fold else caption)
    publish(
        {
            "text/html": folded(caption, grid) if fold else grid,
            "text/plain": _table_text(names, cells, caption),
        }
    )


def show_open_verdicts(verdicts: pd.DataFrame) -> None:
    """Display every REFUSE of the run with what to bring, and every FLAG, in two folded tables."""
    told = verdicts[verdicts["outcome"] != PASS].drop_duplicates(["rule", "said"])
    captions = {
        REFUSE: _("What is not shown, and what would settle it."),
        FLAG: _("What is to be read with care."),
    }
    for outcome, caption in captions.items():
        names = ["title", "said", *(["bring"] if outcome == REFUSE else [])]
        rows = told.loc[told["outcome"] == outcome, names]
        show_table(rows, caption=caption, most=len(rows), fold=True)


def show_ledger(ledger: pd.DataFrame, *, fold: bool = True) -> None:
    """Display balances: of rows one a line, of money from top to bottom as sums.

    Each says what is left unexplained, and whether that holds. The page says whether all do, and
    shows them once a reader opens them; a sum that does not hold is never folded.
    """
    rows = ledger[ledger["unit"] == "rows"]
    blocks, texts = [], []
    if len(rows):
        names = [_("Rows"), _("In"), _("Explained"), _("Out"), _("Unexplained"), _("Explained by")]
        cells = [_line(steps) for _what, steps in rows.groupby("what", sort=False)]
        blocks.append(_table_html(names, cells, [False, True, True, True, True, False], ""))
        texts.append(_table_text(names, cells, ""))
    for (what, unit), block in ledger[ledger["unit"] != "rows"].groupby(
        ["what", "unit"], sort=False
    ):
        names = [str(what), str(unit), _("Explained by")]
        lines = _steps(block)
        body = "".join(map(_step_html, lines))
        heads = _heads_html(names, [False, True, False])
        blocks.append(f'<table class="ledger">{heads}<tbody>{body}</tbody></table>')
        cells = [[line.step, number(line.amount, 2) + _mark(line), line.why] for line in lines]
        texts.append(_table_text(names, cells, ""))
    sums = ledger[ledger["role"] == "unexplained"]
    title = ngettext(
        "{n} sum, and it holds to half a cent.",
        "{n} sums, and each holds to half a cent.",
        len(sums),
    ).format(n=number(len(sums)))
    told = "".join(blocks)
    fold = fold and bool(sums["holds"].astype(bool).all())
    publish({"text/html": folded(title, told) if fold else told, "text/plain": "\n\n".join(texts)})


def _line(steps: pd.DataFrame) -> list[str]:
    """Return a balance of rows as one line: in, explained, out, unexplained, and by what."""
    sums = steps.groupby("role")["amount"].sum()
    changes = _steps(steps[steps["role"] == "change"])
    last = _steps(steps[steps["role"] == "unexplained"])[0]
    amounts = [number(sums.get(role, 0)) for role in ("start", "change", "end")]
    why = [f"{step.step} {number(step.amount, signed=True)}" for step in changes]
    return [last.what, *amounts, number(last.amount) + _mark(last), "; ".join(why)]


def _steps(ledger: pd.DataFrame) -> list[Step]:
    rows = ledger[list(Step._fields)].itertuples(index=False, name=None)
    return [Step(*row) for row in rows]


def _mark(step: Step) -> str:
    if step.role != "unexplained":
        return ""
    return f" {SIGNS[PASS]}" if step.holds else f" {SIGNS[REFUSE]}"


def _is_numeric(column: pd.Series) -> bool:
    """Tell whether cells stand to the right: numbers, some of which a dash may replace."""
    if pd.api.types.is_numeric_dtype(column):
        return True
    return column.dtype == object and all(
        value == NO_VALUE or isinstance(value, int | float) for value in column
    )


def _head(name: str, currency: str) -> str:
    return COLUMNS[name].head(currency) if name in COLUMNS else name


def _cell(value: object, name: str, digits: int | None) -> str:
    if value is pd.NaT:
        return NO_VALUE
    if value is None or (isinstance(value, float) and value != value):
        return _("? unknown")
    if isinstance(value, (bool,)):
        return _("yes") if value else _("no")
    if isinstance(value, pd.Timestamp):
        return month(value) if name == "month" else day(value)
    if isinstance(value, (int, float, Decimal)):
        kind = COLUMNS[name].kind if name in COLUMNS else "number"
        if digits is None and kind in {"share", "score"}:
            return percent(float(value)) if kind == "share" else points(float(value))
        return number(float(value), digits or 0)
    return _(CODES.get(name, {}).get(str(value), _shortened(printable(str(value)))))


def _shortened(text: str) -> str:
    """Cut a text that no table has room for."""
    return text if len(text) <= ENDLESS else f"{text[:ENDLESS].rstrip()}…"


def _heads_html(names: list[str], numeric: list[bool]) -> str:
    cells = "".join(
        f'<th scope="col"{" class=r" if right else ""}>{html.escape(name)}</th>'
        for name, right in zip(names, numeric, strict=True)
    )
    return f"<thead><tr>{cells}</tr></thead>"


def _table_html(names: list[str], cells: list[list[str]], numeric: list[bool], caption: str) -> str:
    body = ""
    for row in cells:
        body += f'<tr><th scope="row">{_text_html(row[0])}</th>'
        for name, text, right in zip(names[1:], row[1:], numeric[1:], strict=True):
            kind = _kind(text, right)
            body += f'<td{kind} data-l="{html.escape(name)}">{_text_html(text)}</td>'
        body += "</tr>"
    told = f"<caption>{html.escape(caption)}</caption>" if caption else ""
    top = told + _heads_html(names, numeric)
    return f'<table class="cards">{top}<tbody>{body}</tbody></table>'


def _kind(text: str, right: bool) -> str:
    """Return the class of a cell: numbers right and losses marked, short words on one line."""
    if right:
        return ' class="r neg"' if text.startswith("−") else ' class="r"'
    if len(text) > WIDE:
        return ' class="wide"'
    if max(map(len, text.split()), default=0) > LONG:
        return ' class="long"'
    return ' class="nw"' if len(text) <= SHORT else ""


def _text_html(text: str) -> str:
    safe = html.escape(text)
    return f'<span class="v unknown">{safe}</span>' if text == _("? unknown") else safe


def _step_html(step: Step) -> str:
    last = step.role == "unexplained"
    ends = step.role in {"end", "unexplained"} or (step.role == "start")
    verdict = ""
    if last:
        outcome = PASS if step.holds else REFUSE
        verdict = f'<span class="v {outcome.lower()}">{SIGNS[outcome]}</span> '
    amount = number(step.amount, 2)
    return (
        f'<tr{" class=sum" if ends else ""}><th scope="row">{html.escape(step.step)}</th>'
        f'<td class="{"r neg" if amount.startswith("−") else "r"}">{amount}</td>'
        f"<td>{verdict}{html.escape(step.why)}</td></tr>"
    )


def _table_text(names: list[str], cells: list[list[str]], caption: str) -> str:
    rows = [names, *cells]
    widths = [max(len(row[i]) for row in rows) for i in range(len(names))]
    lines = [
        "  ".join(text.ljust(w) for text, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join(([caption] if caption else []) + lines)
