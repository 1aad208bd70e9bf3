"""The pages of a report: one per notebook in the run's folder, and the start page above it."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow.parquet as pq

from kamlib import __version__
from kamlib.core.language import _, ngettext, number
from kamlib.core.tables import read_table
from kamlib.page.show import counted
from kamlib.report.exporting import ROWS_SET_ASIDE
from kamlib.report.record import counts, signature
from kamlib.report.rendering import Page, heading, render

if TYPE_CHECKING:
    from kamlib.report.reporting import Run


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
    found = counts(read_table(run.stages, f"verdicts_{stage}")["outcome"])
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
    knobs = ", ".join(f"{knob} = {value}" for knob, value in run.knobs.items())
    made = run.started.strftime("%Y-%m-%d %H:%M UTC")
    return [
        (_("Engagement"), f"{run.engagement.name} ({run.engagement.id}), {run.period}"),
        (_("Made"), made),
        (_("Run"), run.run_id),
        (_("Version"), f"kamlib {__version__}"),
        (_("Settings"), run.settings.settings_hash()[:12]),
        (_("Set for this run"), knobs or _("nothing")),
    ]
