"""What a notebook puts on its page: figures, sentences, tables, ledgers."""

import html
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from kamlib.core.codes import (
    CHANGES,
    CLASSES_BEFORE,
    DOCUMENTS,
    DOORS,
    LADDER,
    PROFIT_CLASSES,
    SOURCES,
    TABLES,
    VERDICTS,
)
from kamlib.core.errors import printable
from kamlib.core.language import NO_VALUE, _, day, month, ngettext, number, percent, points
from kamlib.core.outcomes import FLAG, PASS, REFUSE, Outcome
from kamlib.core.vocabulary import COLUMNS

if TYPE_CHECKING:
    from matplotlib.axes import Axes


LEFTWARD = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
RIGHT_TO_LEFT = re.compile(f"[{LEFTWARD}]+(?:[ '-]+[{LEFTWARD}]+)*")
SIGNS = {PASS: "✓", FLAG: "⚑", REFUSE: "✕"}

# metadata of an output that no page shows
NOTEBOOK_ALONE: dict[str, object] = {"kam": {"page": False}}


def show_figure(ax: "Axes", *, caption: str, alt: str) -> None:
    """Display the figure that holds `ax` with a caption and a text alternative.

    Both travel in the output's metadata, where the report's template turns them into ``<figure>``,
    ``alt`` and ``<figcaption>``.
    """
    import io

    import matplotlib.pyplot as plt
    from PIL import Image

    raw = io.BytesIO()
    figure = ax.figure.get_figure(root=True)
    figure.savefig(raw, format="png", dpi=144, metadata={"Software": None})
    plt.close(figure)
    image = Image.open(raw).convert("RGB")
    small = image.quantize(96, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    png = io.BytesIO()
    small.save(png, format="png", optimize=True)
    size = {"width": image.width, "height": image.height}
    publish(
        {"image/png": png.getvalue(), "text/plain": f"{caption} {alt}"},
        {"image/png": {"alt": alt, "caption": caption, **size}},
    )


def show_finding(*sentences: str, on_page: bool = True) -> None:
    """Display computed sentences as a finding, or in the notebook alone; nothing for nothing said."""
    text = " ".join(filter(None, sentences))
    if not text:
        return
    told = f'<p class="finding">{html.escape(text)}</p>'
    publish({"text/html": told, "text/plain": text}, {} if on_page else NOTEBOOK_ALONE)


def show_values(values: pd.DataFrame) -> None:
    """Display a few values beside each other, each with its name and what changed.

    Parameters
    ----------
    values : DataFrame ``what, value, change``, all in words; an empty change is left out
    """
    tiles = texts = ""
    for told in values[["what", "value", "change"]].astype("str").to_numpy():
        what, value, change = (html.escape(each) for each in told)
        tiles += f"<div><b>{value}</b><span>{what}</span><small>{change}</small></div>"
        texts += "{}: {} {}".format(*told).rstrip() + "\n"
    publish({"text/html": f'<div class="values">{tiles}</div>', "text/plain": texts.rstrip()})


def show_headline(text: str) -> None:
    """Display the answer of the whole notebook; on its page it is the title."""
    publish({"text/html": f'<p class="lead">{html.escape(text)}</p>', "text/plain": text})


def show_claim(claim: str, *rest: str) -> None:
    """Display what a section found; on the page it is the section's head, and the rest a finding."""
    publish({"text/html": f'<p class="claim">{html.escape(claim)}</p>', "text/plain": claim})
    if any(rest):
        show_finding(*filter(None, rest))


def show_outcomes(outcomes: list[Outcome]) -> None:
    """Display FLAG and REFUSE with what to bring; PASS is counted by `show_strip`."""
    told = [each for each in outcomes if each.outcome != PASS]
    if told:
        publish(
            {
                "text/html": "".join(map(_outcome_html, told)),
                "text/plain": "\n".join(map(_outcome_text, told)),
            }
        )


def folded(title: str, inside: str) -> str:
    """Return HTML that a reader opens by its title: proof, not argument."""
    return f"<details><summary>{html.escape(title)}</summary>{inside}</details>"


def show_strip(outcomes: pd.DataFrame) -> None:
    """Display how many rules passed, were flagged and were refused."""
    counts = outcomes["outcome"].value_counts()
    parts = [(outcome, counted(outcome, int(counts.get(outcome, 0)))) for outcome in SIGNS]
    spans = "".join(f'<span class="v {o.lower()}">{html.escape(text)}</span>' for o, text in parts)
    publish(
        {
            "text/html": f'<div class="strip">{spans}</div>',
            "text/plain": " · ".join(text for _o, text in parts),
        }
    )


def counted(outcome: str, n: int) -> str:
    """Say how many rules had an outcome, in a reader's words."""
    words = {
        PASS: ngettext("{n} check passed", "{n} checks passed", n),
        FLAG: ngettext("{n} to be read with care", "{n} to be read with care", n),
        REFUSE: ngettext("{n} not shown", "{n} not shown", n),
    }
    return f"{SIGNS[outcome]} {words[outcome].format(n=number(n))}"


def show_facts(facts: Mapping[str, str], *, title: str, on_page: bool = True) -> None:
    """Display named facts, one a line, folded under a title; or in the notebook alone."""
    rows = "".join(
        f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>"
        for name, value in facts.items()
    )
    text = "\n".join(f"{name}: {value}" for name, value in facts.items())
    told = folded(title, f'<dl class="facts">{rows}</dl>')
    publish({"text/html": told, "text/plain": text}, {} if on_page else NOTEBOOK_ALONE)


def _outcome_html(found: Outcome) -> str:
    kind = {FLAG: "note", REFUSE: "refused"}[found.outcome]
    said = _("Not shown:") if found.outcome == REFUSE else _("Read with care:")
    bring = ""
    if found.bring:
        bring = folded(_("What would settle it"), f"<p>{html.escape(found.bring)}.</p>")
    return (
        f'<div class="{kind}"><p><span class="v {found.outcome.lower()}">'
        f"{SIGNS[found.outcome]} {html.escape(said)}</span> <b>{html.escape(_ended(found.title))}</b> "
        f"{html.escape(found.said)}</p>{bring}</div>"
    )


def _outcome_text(found: Outcome) -> str:
    bring = " " + _("Bring:") + f" {found.bring}." if found.bring else ""
    return f"{SIGNS[found.outcome]} {found.outcome} {_ended(found.title)} {found.said}{bring}"


def _ended(title: str) -> str:
    return title if title.endswith("?") else title + "."


def publish(data: dict[str, object], metadata: dict[str, object] | None = None) -> None:
    """Hand an output with all its forms to the notebook; nothing in it turns what stands beside it."""
    from IPython.display import display

    display(_harmless(data), metadata=_harmless(metadata or {}), raw=True)


def _harmless(forms: dict[str, object]) -> dict[str, object]:
    """Return texts without controls, each run of letters that are written to the left by itself."""
    return {
        name: RIGHT_TO_LEFT.sub("\u2068\\g<0>\u2069", printable(form, lines=True))
        if isinstance(form, str)
        else _harmless(form)
        if isinstance(form, dict)
        else form
        for name, form in forms.items()
    }


MOST_ROWS = 20
SHORT, LONG = 16, 28  # letters that stay on one line, and of a word that may be broken
ENDLESS = 1_000  # letters, from which a text is cut
WIDE = 60  # letters of a text that needs some width
LINES = {name: COLUMNS[name].label for name in LADDER}

CODES = {  # columns that hold codes → what readers read
    "profit_class": PROFIT_CLASSES,
    "class_before": CLASSES_BEFORE,
    "by_revenue": PROFIT_CLASSES,
    "by_measure": PROFIT_CLASSES,
    "door": DOORS,
    "table": TABLES,
    "document_type": DOCUMENTS,
    "verdict": VERDICTS,
    "line": LINES,
    "measure": LINES,
    "cause": CHANGES,
    "source": SOURCES,
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


def show_open_outcomes(outcomes: pd.DataFrame) -> None:
    """Display every REFUSE of the run with what to bring, and every FLAG, in two folded tables."""
    told = outcomes[outcomes["outcome"] != PASS].drop_duplicates(["rule", "said"])
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
    sign = ""
    if last:
        outcome = PASS if step.holds else REFUSE
        sign = f'<span class="v {outcome.lower()}">{SIGNS[outcome]}</span> '
    amount = number(step.amount, 2)
    return (
        f'<tr{" class=sum" if ends else ""}><th scope="row">{html.escape(step.step)}</th>'
        f'<td class="{"r neg" if amount.startswith("−") else "r"}">{amount}</td>'
        f"<td>{sign}{html.escape(step.why)}</td></tr>"
    )


def _table_text(names: list[str], cells: list[list[str]], caption: str) -> str:
    rows = [names, *cells]
    widths = [max(len(row[i]) for row in rows) for i in range(len(names))]
    lines = [
        "  ".join(text.ljust(w) for text, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join(([caption] if caption else []) + lines)
