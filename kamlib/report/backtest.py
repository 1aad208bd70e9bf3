"""A run as of an earlier day, held against what happened since: one page beside the reports."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from kamlib import __version__
from kamlib.core.errors import DataError, ParameterError
from kamlib.core.language import _, use_language
from kamlib.core.scratch import Scratch
from kamlib.core.tables import read_table
from kamlib.report.committing import require_own, write_whole
from kamlib.report.exporting import export_tables
from kamlib.report.rendering import Page, heading, render
from kamlib.report.running import Limits, own_kernels, run_notebook
from kamlib.report.stages import run_stages
from kamlib.settings.engagement import Engagement, load_engagement
from kamlib.settings.written import project_root

NOTEBOOK = "backtest.ipynb"


def backtest(
    engagement: str | Path,
    at: str,
    *,
    reports: Path | None = None,
    progress: Callable[[str], None] | None = None,
    limits: Limits | None = None,
    notebooks: Path | None = None,
) -> Path:
    """Run 01 to 05 on what was known when a period ended, and hold it against the next period.

    It works on a copy of the engagement's folder, which stays as it is; nothing frozen is taken over,
    so that all is measured on rows up to that day.

    Parameters
    ----------
    engagement : str or Path, a name under data/ or a path
    at : str, a period of engagement.yaml with another one after it
    reports : Path, optional; ``reports`` in the project without it
    progress, limits, notebooks : as in `run_stages`

    Returns
    -------
    Path of the page, ``reports/<engagement>/backtest-<at>.html``; its tables lie in ``backtest-<at>/``

    Raises
    ------
    DataError, ParameterError
        There is no period after this one, an input is rejected, or the reports are those of another
        engagement with this id.
    RunFailed
        A notebook did not come to its end.
    """
    found = load_engagement(engagement)
    after = next_period(found, at)
    source = Path(notebooks or project_root() / "notebooks").absolute()
    limits = limits or Limits()
    folder = Path(reports or project_root() / "reports").absolute() / found.id
    folder.mkdir(parents=True, exist_ok=True)
    require_own(folder, found)
    with Scratch() as scratch:
        leave_out = shutil.ignore_patterns("stages", "reference")
        copy = shutil.copytree(found.folder, scratch / found.id, ignore=leave_out)
        stages = {name: scratch / "stages" / name for name in (at, after)}
        run = {"progress": progress, "limits": limits, "notebooks": source}
        run_stages(copy, after, until="profitability", into=stages[after], **run)  # type: ignore[arg-type]
        require_orders(read_table(stages[after], "orders"), after)
        shutil.rmtree(copy / "reference", ignore_errors=True)
        with (copy / found.source.name).open("a", encoding="utf-8") as settings:
            settings.write(f"\nas_of: {found.period(at).end}\n")
        run_stages(copy, at, until="pyramid", into=stages[at], **run)  # type: ignore[arg-type]
        place = {"engagement": str(copy), "period": at, "stage_folder": str(stages[at])}
        place["next_folder"] = str(stages[after])
        with own_kernels(scratch / "kernel.log", limits) as kernels:
            done = run_notebook(source / NOTEBOOK, scratch / NOTEBOOK, place, kernels)
        shutil.rmtree(folder / f"backtest-{at}", ignore_errors=True)
        names = sorted(path.stem for path in stages[at].glob("backtest_*.parquet"))
        export_tables(stages[at], names, folder / f"backtest-{at}", currency=found.currency)
    use_language(found.language)
    page = _page(found, at, done, {f"{name}.csv": f"backtest-{at}/{name}.csv" for name in names})
    if (folder / after / "index.html").exists():
        page = page._replace(nav=[{"href": f"{after}/index.html", "text": after, "here": False}])
    write_whole(folder / f"backtest-{at}.html", render(done, page))
    return folder / f"backtest-{at}.html"


def next_period(engagement: Engagement, at: str) -> str:
    """Return the period after one.

    Raises
    ------
    ParameterError
        There is none: nothing is known of what came after.
    """
    day = engagement.period(at).end
    later = [name for name, span in engagement.periods.items() if span.start > day]
    if not later:
        others = [name for name in engagement.periods if name != at]
        raise ParameterError(
            f"what came after {at} is not known: {engagement.source.name} has no later period. "
            f"Choose an earlier one with --at{': ' + ', '.join(others) if others else ''}."
        )
    return later[0]


def require_orders(orders: pd.DataFrame, period: str) -> None:
    """Refuse a next period of which the input has nothing.

    Raises
    ------
    DataError
        Nobody ordered in it.
    """
    if not (orders["period"] == period).any():
        raise DataError(
            f"the input has no order of {period}, so what came after cannot be said. Bring the lines "
            f"of {period}, or choose an earlier period with --at."
        )


def _page(found: Engagement, at: str, done: object, files: dict[str, str]) -> Page:
    made = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return Page(
        title=f"{heading(done, otherwise=at)} – {found.name}, {at}",
        eyebrow=" · ".join([_("Key account workbook"), found.name, at]),
        language=found.language,
        run_id=made,
        nav=[],
        strip=[],
        tables=[{"href": href, "text": name} for name, href in files.items()],
        made=[
            (_("Engagement"), f"{found.name} ({found.id}), {at}"),
            (_("Made"), made),
            (_("Version"), f"kamlib {__version__}"),
            (_("Settings"), found.settings_hash()[:12]),
        ],
        run_json="",
        files=files,
    )
