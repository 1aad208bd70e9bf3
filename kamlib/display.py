"""What a notebook puts on the page: figures, tables, findings, verdicts and the ledger.

Everything is shown twice: as HTML for readers and as plain text for terminals and comparisons. All
text of a client is escaped. Nothing here computes a number.
"""

import html
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from kamlib.columns import COLUMNS, DOORS, LADDER, PROFIT_CLASSES, VERDICTS
from kamlib.language import _, day, month, number, percent, points
from kamlib.verdicts import FLAG, PASS, REFUSE, Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MOST_ROWS = 20
CODES = {  # codes of the tables → what readers read
    **PROFIT_CLASSES,
    **DOORS,
    **VERDICTS,
    **{name: COLUMNS[name].label for name in LADDER},
}
SIGNS = {PASS: "✓", FLAG: "⚑", REFUSE: "✕"}


def show_figure(ax: "Axes", *, caption: str, alt: str) -> None:
    """Display the figure that holds `ax` with a caption and a text alternative.

    Both travel in the output's metadata, where the report's template turns them into ``<figure>``,
    ``alt`` and ``<figcaption>``.
    """
    import io

    import matplotlib.pyplot as plt
    from PIL import Image

    raw = io.BytesIO()
    ax.figure.savefig(raw, format="png", dpi=144, metadata={"Software": None})
    plt.close(ax.figure)
    image = Image.open(raw).convert("RGB")
    small = image.quantize(96, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    png = io.BytesIO()
    small.save(png, format="png", optimize=True)
    size = {"width": image.width, "height": image.height}
    _publish(
        {"image/png": png.getvalue(), "text/plain": f"{caption} {alt}"},
        {"image/png": {"alt": alt, "caption": caption, **size}},
    )


def show_finding(*sentences: str) -> None:
    """Display computed sentences as the finding of a section."""
    text = " ".join(sentences)
    _publish({"text/html": f'<p class="finding">{html.escape(text)}</p>', "text/plain": text})


def show_findings(*sentences: str) -> None:
    """Display the page's sentences as a numbered list."""
    told = [sentence for sentence in sentences if sentence]
    items = "".join(f"<li>{html.escape(sentence)}</li>" for sentence in told)
    text = "\n".join(f"{i}. {sentence}" for i, sentence in enumerate(told, 1))
    _publish({"text/html": f'<ol class="verdict">{items}</ol>', "text/plain": text})


def show_headline(text: str) -> None:
    """Display the answer that opens the page."""
    _publish({"text/html": f'<p class="lead">{html.escape(text)}</p>', "text/plain": text})


def show_open_verdicts(verdicts: pd.DataFrame) -> None:
    """Display every FLAG and REFUSE of the run, refusals first."""
    told = verdicts[verdicts["outcome"] != PASS].drop_duplicates(["rule", "said"])
    ordered = told.sort_values("outcome", ascending=False, kind="stable")
    names = list(Verdict._fields)
    show_verdicts([Verdict(*row) for row in ordered[names].itertuples(index=False, name=None)])


def show_verdicts(verdicts: list[Verdict]) -> None:
    """Display FLAG and REFUSE with what to bring; PASS is counted by `show_strip`."""
    told = [verdict for verdict in verdicts if verdict.outcome != PASS]
    if told:
        _publish(
            {
                "text/html": "".join(map(_verdict_html, told)),
                "text/plain": "\n".join(map(_verdict_text, told)),
            }
        )


def show_strip(verdicts: pd.DataFrame) -> None:
    """Display how many rules passed, were flagged and were refused."""
    counts = verdicts["outcome"].value_counts()
    words = {
        PASS: "PASS",
        FLAG: _("FLAG, shown with the bias named"),
        REFUSE: _("REFUSE, not shown"),
    }
    parts = [
        (outcome, f"{SIGNS[outcome]} {counts.get(outcome, 0)} {words[outcome]}")
        for outcome in words
    ]
    spans = "".join(f'<span class="v {o.lower()}">{html.escape(text)}</span>' for o, text in parts)
    _publish(
        {
            "text/html": f'<div class="strip">{spans}</div>',
            "text/plain": " · ".join(text for _o, text in parts),
        }
    )


def show_table(
    table: pd.DataFrame,
    *,
    caption: str,
    currency: str = "",
    heads: Mapping[str, str] | None = None,
    digits: Mapping[str, int] | None = None,
    most: int = MOST_ROWS,
) -> None:
    """Display a table: first column as row heading, numbers right, unit in the head.

    Parameters
    ----------
    table : DataFrame, already sorted by what decides; at most `most` rows are shown
    caption : str, what the table shows; the rest of a long one is named below it
    currency : str, for the heads of money columns
    heads : other words for a column's head than `columns.py` has
    digits : decimals of a numeric column; default 0, shares as percent
    """
    heads, digits = heads or {}, digits or {}
    shown = table.head(most)
    if table.empty:
        show_finding(_("{caption} There are none.").format(caption=caption))
        return
    if len(table) > most:
        rest = _("{shown} of {all} rows are shown; the rest stands in the report's tables folder.")
        caption = caption + " " + rest.format(shown=number(most), all=number(len(table)))
    names = [heads.get(name) or _head(name, currency) for name in table.columns]
    cells = [
        [
            _cell(value, name, digits.get(name))
            for name, value in zip(shown.columns, row, strict=True)
        ]
        for row in shown.itertuples(index=False, name=None)
    ]
    numeric = [pd.api.types.is_numeric_dtype(table[name]) for name in table.columns]
    _publish(
        {
            "text/html": _table_html(names, cells, numeric, caption),
            "text/plain": _table_text(names, cells, caption),
        }
    )


def show_facts(facts: Mapping[str, str]) -> None:
    """Display named facts, one a line."""
    rows = "".join(
        f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>"
        for name, value in facts.items()
    )
    text = "\n".join(f"{name}: {value}" for name, value in facts.items())
    _publish({"text/html": f'<dl class="facts">{rows}</dl>', "text/plain": text})


def show_ledger(ledger: pd.DataFrame) -> None:
    """Display balances from top to bottom as sums, each with what is left unexplained."""
    blocks, texts = [], []
    for (what, unit), steps in ledger.groupby(["what", "unit"], sort=False):
        places = 0 if unit == "rows" else 2
        names = [what, _("rows") if unit == "rows" else unit, _("Explained by")]
        body, cells = "", []
        for step in steps.itertuples():
            body += _step_html(step, places)
            mark = "" if step.role != "unexplained" else " ✓" if step.holds else " ✕"
            cells.append([step.step, number(step.amount, places) + mark, step.why])
        heads = _heads_html(names, [False, True, False])
        blocks.append(f'<table class="ledger">{heads}<tbody>{body}</tbody></table>')
        texts.append(_table_text(names, cells, ""))
    _publish({"text/html": "".join(blocks), "text/plain": "\n\n".join(texts)})


def _publish(data: dict[str, object], metadata: dict[str, object] | None = None) -> None:
    from IPython.display import display

    display(data, metadata=metadata or {}, raw=True)


def _head(name: str, currency: str) -> str:
    return COLUMNS[name].head(currency) if name in COLUMNS else name


def _cell(value: object, name: str, digits: int | None) -> str:
    if value is None or value is pd.NaT or (isinstance(value, float) and value != value):
        return _("? unknown")
    if isinstance(value, (bool,)):
        return _("yes") if value else _("no")
    if isinstance(value, pd.Timestamp):
        return month(value) if name == "month" else day(value)
    if isinstance(value, (int, float)) or hasattr(value, "as_tuple"):
        kind = COLUMNS[name].kind if name in COLUMNS else "number"
        if digits is None and kind in {"share", "score"}:
            return percent(float(value)) if kind == "share" else points(float(value))
        return number(float(value), digits or 0)
    return _(CODES.get(str(value), str(value)))


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
            kind = f' class="{"r neg" if text.startswith("−") else "r"}"' if right else ""
            body += f'<td{kind} data-l="{html.escape(name)}">{_text_html(text)}</td>'
        body += "</tr>"
    top = f"<caption>{html.escape(caption)}</caption>{_heads_html(names, numeric)}"
    return f'<table class="cards">{top}<tbody>{body}</tbody></table>'


def _text_html(text: str) -> str:
    safe = html.escape(text)
    return f'<span class="v unknown">{safe}</span>' if text == _("? unknown") else safe


def _step_html(step: object, places: int) -> str:
    last = step.role == "unexplained"
    ends = step.role in {"end", "unexplained"} or (step.role == "start")
    verdict = ""
    if last:
        outcome = PASS if step.holds else REFUSE
        verdict = f'<span class="v {outcome.lower()}">{SIGNS[outcome]} {outcome}</span> '
    amount = number(step.amount, places)
    return (
        f'<tr{" class=sum" if ends else ""}><th scope="row">{html.escape(step.step)}</th>'
        f'<td class="{"r neg" if step.amount < 0 else "r"}">{amount}</td>'
        f"<td>{verdict}{html.escape(step.why)}</td></tr>"
    )


def _verdict_html(verdict: Verdict) -> str:
    kind = {FLAG: "note", REFUSE: "refused"}[verdict.outcome]
    said = _("REFUSED") if verdict.outcome == REFUSE else _("FLAG")
    bring = ""
    if verdict.bring:
        words = html.escape(_("Bring:"))
        bring = f"<p><b>{words}</b> {html.escape(verdict.bring)}.</p>"
    return (
        f'<div class="{kind}"><p><span class="v {verdict.outcome.lower()}">'
        f"{SIGNS[verdict.outcome]} {html.escape(said)}</span> <b>{html.escape(_ended(verdict.title))}</b> "
        f"{html.escape(verdict.said)}</p>{bring}</div>"
    )


def _verdict_text(verdict: Verdict) -> str:
    bring = " " + _("Bring:") + f" {verdict.bring}." if verdict.bring else ""
    return (
        f"{SIGNS[verdict.outcome]} {verdict.outcome} {_ended(verdict.title)} {verdict.said}{bring}"
    )


def _ended(title: str) -> str:
    return title if title.endswith("?") else title + "."


def _table_text(names: list[str], cells: list[list[str]], caption: str) -> str:
    rows = [names, *cells]
    widths = [max(len(row[i]) for row in rows) for i in range(len(names))]
    lines = [
        "  ".join(text.ljust(w) for text, w in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join(([caption] if caption else []) + lines)
