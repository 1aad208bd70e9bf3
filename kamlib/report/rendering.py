"""The pages of a report: notebooks in one template of our own, and the start page above them.

Nothing is loaded from outside, no script, no code. Text of a client has been escaped where it was
displayed; here every output passes an allow list as well, and the page forbids the browser whatever
slips through.
"""

import html
import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

import bleach
import pyarrow.parquet as pq
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

from kamlib import __version__
from kamlib.core.language import _, ngettext, number
from kamlib.core.tables import read_table
from kamlib.page.show import counted
from kamlib.report.exporting import ROWS_SET_ASIDE
from kamlib.report.record import Signature, counts, signature

if TYPE_CHECKING:
    from kamlib.report.reporting import Run


PACKAGE = Path(__file__).resolve().parent.parent

TAGS = frozenset(
    [
        "a",
        "b",
        "br",
        "caption",
        "code",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "em",
        "h2",
        "h3",
        "h4",
        "hr",
        "i",
        "li",
        "ol",
        "p",
        "pre",
        "small",
        "span",
        "strong",
        "sub",
        "summary",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "ul",
    ]
)

ATTRIBUTES = {
    "*": ["class", "id", "lang", "role", "aria-label"],
    "a": ["href"],
    "td": ["colspan", "rowspan", "headers", "data-l"],
    "th": ["colspan", "rowspan", "scope", "headers", "data-l"],
    "ol": ["start"],
}

TITLE = re.compile(r"\A# +(.+)$", flags=re.MULTILINE)
SECTION = re.compile(r"\A## +(.+)\n?([\s\S]*)")
HEAD_OF_TABLE = re.compile(r"<(caption|summary)>.*?</\1>", re.DOTALL)
TABLE_FILE = re.compile(r"\b[a-z_]+\.csv\b")
TALL = 0.69  # height by width from which a figure gets more room in print
TABLES = re.compile(r"(?:<table\b.*?</table>\s*)+", re.DOTALL)


class Page(NamedTuple):
    """What a page says of itself, beside its notebook; all of it ends up as text.

    `number` stands before the numbers of its figures: 2 makes Figure 2.1, nothing Figure 1; `files` says
    where the tables of the run lie, by their names with ending.
    """

    title: str
    eyebrow: str
    language: str
    run_id: str
    nav: list[dict[str, object]]
    strip: list[dict[str, str]]
    tables: list[dict[str, str]]
    made: list[tuple[str, str]]
    run_json: str
    files: Mapping[str, str] = MappingProxyType({})
    number: str = ""
    signature: Signature | None = None


class ReportExporter(HTMLExporter):
    """nbconvert's exporter with our filters; `render` gives it our template."""

    def default_filters(self) -> Iterable[tuple[str, Any]]:
        """Yield nbconvert's filters and ours."""
        yield from super().default_filters()
        yield "show_output", show_output
        yield "lower_headings", lower_headings
        yield "one_title", one_title


def render(notebook: Any, page: Page) -> str:
    """Return a run notebook as a whole HTML page.

    The title is the notebook's headline, and the head of a section is its claim, where it has one; what
    only the notebook needs (its question, what it reads and writes, how to read a section) is left out
    or folded. A section that shows nothing is left out. Figures are numbered in order.
    """
    copy = deepcopy(notebook)
    if not heading(copy, otherwise=""):
        copy.cells.insert(0, new_markdown_cell(f"# {page.title}"))
    opening = next(cell for cell in copy.cells if _titles(cell))
    headline = next(filter(None, (_take(cell, "lead") for cell in copy.cells)), "")
    opening.metadata["kam_title"] = headline or heading(copy, otherwise="")
    _head_sections(copy)
    _number_figures(copy, page.number)
    unsigned = Signature(False, _("Draft."), _("Nobody has signed these numbers off."))
    state = (page.signature or unsigned)._asdict()
    kam = page._asdict() | {"files": {}, "words": _words(), "signature": state}
    exporter = ReportExporter(
        extra_template_basedirs=[str(PACKAGE)], template_name="template", exclude_anchor_links=True
    )
    body, _resources = exporter.from_notebook_node(copy, resources={"kam": kam})
    body = HEAD_OF_TABLE.sub(lambda head: _linked(head[0], page.files), body)
    return body if body.endswith("\n") else body + "\n"


def _linked(head: str, files: Mapping[str, str]) -> str:
    """Make names of tables in a caption links to them."""

    def link(found: re.Match[str]) -> str:
        href = files.get(found[0])
        return f'<a href="{_quoted(href)}">{found[0]}</a>' if href else found[0]

    return TABLE_FILE.sub(link, head)


def _take(cell: Any, kind: str) -> str:
    """Take the first paragraph of a kind out of a cell's outputs, and return its text."""
    for output in cell.get("outputs", []):
        shown = _joined(output.get("data", {}).get("text/html", ""))
        if shown.startswith(f'<p class="{kind}">'):
            cell.outputs.remove(output)
            return html.unescape(re.sub(r"<[^>]*>", "", shown))
    return ""


def _head_sections(notebook: Any) -> None:
    """Say of each section its head, its question and how to read it, in the metadata of its cell."""
    section: NotebookNode = NotebookNode()
    for cell in notebook.cells:
        found = SECTION.match(cell.source) if cell.cell_type == "markdown" else None
        if found:
            question, how = found[1].strip(), found[2].strip()
            section = NotebookNode(head=question, question="", how=how, shows=None)
            cell.metadata["kam_section"] = section
        elif section and cell.cell_type == "code":
            claim = "" if section["question"] else _take(cell, "claim")
            if claim:
                section.update(head=claim, question=section["head"])
            on_page = any(_on_page(output) for output in cell.outputs)
            section["shows"] = bool(section["shows"] or claim or on_page)


def _on_page(output: Any) -> bool:
    """Tell whether an output is for readers, and not for the notebook alone."""
    return bool(output.get("metadata", {}).get("kam", {}).get("page", True))


def _number_figures(notebook: Any, number: str) -> None:
    """Give every figure its number on the page, in order."""
    captions = (
        output.metadata["image/png"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "image/png" in output.get("data", {}) and "image/png" in output.metadata
    )
    for place, about in enumerate(captions, 1):
        about["label"] = _("Figure {number}.").format(
            number=f"{number}.{place}" if number else place
        )


def heading(notebook: Any, *, otherwise: str) -> str:
    """Return the title of a notebook: its first heading, without marks.

    Examples
    --------
    >>> from nbformat.v4 import new_markdown_cell, new_notebook
    >>> heading(new_notebook(cells=[new_markdown_cell("# 3 · 20/80")]), otherwise="segmentation")
    '3 · 20/80'
    """
    titles = filter(None, map(_titles, notebook.cells))
    return next((found[1].strip() for found in titles), otherwise)


def _titles(cell: Any) -> re.Match[str] | None:
    return TITLE.search(cell.source) if cell.cell_type == "markdown" else None


def show_output(output: Any) -> str:
    """Return one output as HTML: a figure, checked HTML, or plain text; warnings stay out."""
    if output.output_type == "stream":
        return _plain(output.text) if output.name == "stdout" else ""
    data = output.get("data", {})
    if not _on_page(output):
        return ""
    if "image/png" in data:
        return _figure(data["image/png"], output.metadata.get("image/png", {}))
    if "text/html" in data:
        return in_regions(clean(_joined(data["text/html"])))
    return _plain(_joined(data.get("text/plain", "")))


def clean(text: str) -> str:
    """Return HTML with nothing in it that is not on the allow list; the rest shows as text.

    Examples
    --------
    >>> clean('<p class="finding" onclick="x()">9 <script>alert(1)</script></p>')
    '<p class="finding">9 &lt;script&gt;alert(1)&lt;/script&gt;</p>'
    """
    return bleach.clean(text, tags=TAGS, attributes=ATTRIBUTES, protocols={"https", "mailto"})


def in_regions(text: str) -> str:
    """Put each run of tables into a region that scrolls by itself where it is too wide."""
    return TABLES.sub(_region, text)


def one_title(text: str) -> str:
    """Make every ``h1`` after the first an ``h2``."""
    title, end, rest = text.partition("</h1>")
    return title + end + lower_headings(rest)


def lower_headings(text: str) -> str:
    """Make a second ``h1`` an ``h2``: a page has one title."""
    return re.sub(r"(</?)h1\b", r"\1h2", text)


def _region(found: re.Match[str]) -> str:
    caption = re.search(r"<caption>(.*?)</caption>", found[0], re.DOTALL)
    name = re.sub(r"<[^>]*>", "", caption[1]) if caption else _("Table")
    return (
        f'<div class="table" role="region" tabindex="0" aria-label="{_quoted(name)}">'
        f"{found[0].strip()}</div>"
    )


def _figure(png: str, about: dict[str, Any]) -> str:
    label, caption, alt = (str(about.get(part, "")) for part in ("label", "caption", "alt"))
    name = label.rstrip(".") or _("Figure")
    region = _("{figure}: figure, can be scrolled").format(figure=name)
    words = f"<b>{html.escape(label)}</b> {html.escape(caption)}" if label else html.escape(caption)
    size = "".join(
        f' {side}="{int(about[side])}"' for side in ("width", "height") if about.get(side)
    )
    tall = about.get("height", 0) > TALL * about.get("width", 1)
    encoded = re.sub(r"[^A-Za-z0-9+/=]", "", _joined(png))
    alt = alt or caption or _("A figure without a text alternative")
    return (
        f'<figure{" class=tall" if tall else ""}><div class="pan" tabindex="0" role="region" '
        f'aria-label="{_quoted(region)}" data-hint="{_quoted(_("→ swipe to see all of it"))}">'
        f'<img src="data:image/png;base64,{encoded}"{size} alt="{_quoted(alt)}"></div>'
        f"<figcaption>{words}</figcaption></figure>"
    )


def _plain(text: object) -> str:
    words = _joined(text).strip()
    return f"<pre>{html.escape(words)}</pre>" if words else ""


def _joined(text: object) -> str:
    return "".join(text) if isinstance(text, list) else str(text)


def _quoted(text: str) -> str:
    return html.escape(html.unescape(text), quote=True)


def _words() -> dict[str, str]:
    return {
        "skip": _("Skip to the content"),
        "stages": _("Stages"),
        "strip": _("State of this stage"),
        "how": _("How to read this"),
        "made": _("The tables behind this page, and how it was made"),
        "tables": _("As CSV where nothing else is said:"),
        "run_json": _("How this report was made, with the hash of each input"),
    }


def write_pages(run: "Run", done: dict[str, Any], target: Path) -> str:
    """Write a page per notebook into `target`; return the start page, with links into the run."""
    for stage, notebook in done.items():
        page = _page(run, done, stage, within=True)
        path = target / _file(run, stage)
        path.write_text(render(notebook, page), encoding="utf-8")
    start = list(done)[-1]
    return render(done[start], _page(run, done, start, within=False))


def _page(run: "Run", done: dict[str, Any], stage: str, *, within: bool) -> Page:
    """Return what a page says beside its notebook; `within` the run's folder or above it."""
    into = "" if within else f"runs/{run.run_id}/"
    title = heading(done[stage], otherwise=stage)
    name = [] if stage == list(done)[-1] else [title.partition(" · ")[2] or title]
    return Page(
        title=f"{title} – {run.engagement.name}, {run.period}",
        eyebrow=" · ".join([_("Key account workbook"), run.engagement.name, run.period, *name]),
        language=run.engagement.language,
        run_id=run.run_id,
        nav=_nav(run, done, stage, within=within),
        strip=_strip(run, done[stage], stage),
        tables=_tables(run.receipts[stage]["tables"], run.stages, f"{into}tables/"),
        made=_made(run),
        run_json=f"{into}run.json",
        files={
            f"{name}.csv": f"{into}tables/{name}.csv"
            for each in run.receipts.values()
            for name in each["tables"]
        },
        number="" if stage == list(done)[-1] else _number(run.order[stage]),
        signature=signature(run),
    )


def _number(name: str) -> str:
    """Return the number of a page, as its notebook bears it.

    Examples
    --------
    >>> _number("03b_staying.ipynb")
    '3b'
    """
    return Path(name).name.partition("_")[0].lstrip("0")


def _nav(run: "Run", done: dict[str, Any], here: str, *, within: bool) -> list[dict[str, object]]:
    start = list(done)[-1]
    into = "" if within else f"runs/{run.run_id}/"
    links = []
    for stage in [start, *(stage for stage in done if stage != start)]:
        name = heading(done[stage], otherwise=stage).replace(" · ", " ")
        href = into + _file(run, stage)
        if stage == start:
            name, href = _("Start"), href if within else "index.html"
        links.append({"href": href, "text": name, "here": stage == here})
    up = "../../../" if within else "../"
    for page in sorted(run.folder.parent.glob("backtest-*.html")):
        told = _("Looking back on {period}").format(period=page.stem.partition("-")[2])
        links.append({"href": up + page.name, "text": told, "here": False})
    return links


def _file(run: "Run", stage: str) -> str:
    return Path(run.order[stage]).with_suffix(".html").name


def _strip(run: "Run", notebook: Any, stage: str) -> list[dict[str, str]]:
    """Return the stage's count of outcomes, unless its notebook shows a strip of its own."""
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    if any('class="strip"' in output.get("data", {}).get("text/html", "") for output in outputs):
        return []
    found = counts(read_table(run.stages, f"outcomes_{stage}")["outcome"])
    return [{"kind": outcome.lower(), "text": counted(outcome, n)} for outcome, n in found.items()]


def _tables(notes: Mapping[str, Any], stages: Path, folder: str) -> list[dict[str, str]]:
    """Return links to the tables of a stage as CSV, and to the rows set aside as a workbook."""
    links = [
        {"href": f"{folder}{name}.csv", "text": _rows(name, note["rows"]) + _others(stages, name)}
        for name, note in notes.items()
    ]
    if "quarantine" in notes:
        words = _("rows set aside, one by one, as an Excel workbook")
        links.append({"href": f"{folder}{ROWS_SET_ASIDE}", "text": words})
    return links


def _rows(name: str, rows: int) -> str:
    return ngettext("{name} ({n} row)", "{name} ({n} rows)", rows).format(name=name, n=number(rows))


def _others(stages: Path, name: str) -> str:
    """Say how many rows of a table are no external customers', so that nobody adds them up unseen."""
    path = stages / f"{name}.parquet"
    if "relation" not in pq.read_schema(path).names:
        return ""
    relations = pq.read_table(path, columns=["relation"])["relation"].to_pylist()
    others = sum(relation in ("intercompany", "collective") for relation in relations)
    template = _(", {n} of them intercompany or collective: column relation")
    return template.format(n=number(others)) if others else ""


def _made(run: "Run") -> list[tuple[str, str]]:
    parameters = ", ".join(f"{name} = {value}" for name, value in run.parameters.items())
    made = run.started.strftime("%Y-%m-%d %H:%M UTC")
    return [
        (_("Engagement"), f"{run.engagement.name} ({run.engagement.id}), {run.period}"),
        (_("Made"), made),
        (_("Run"), run.run_id),
        (_("Version"), f"kamlib {__version__}"),
        (_("Settings"), run.settings.settings_hash()[:12]),
        (_("Set for this run"), parameters or _("nothing")),
    ]
