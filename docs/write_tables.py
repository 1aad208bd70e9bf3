"""Write docs/tables.md: every table of the input and of a run, from contract, vocabulary and a run.

python docs/write_tables.py data/demo/stages/FY2025
"""

import sys
from collections.abc import Iterable, Mapping
from pathlib import Path

import pyarrow.parquet as pq

from kamlib.core import codes
from kamlib.core.codes import CAUSES, PROPOSALS
from kamlib.core.contract import CONTRACT, Field
from kamlib.core.tables import read_note
from kamlib.core.vocabulary import COLUMNS, ONLY_IN_RESULTS, Column
from kamlib.page.show import CODES
from kamlib.settings import load_engagement
from kamlib.stage.names import NOTEBOOKS, WRITTEN_BY

PAGE = Path(__file__).with_name("tables.md")
KINDS = {
    "id": "text, zeros in front kept",
    "text": "text",
    "money": "amount",
    "number": "number",
    "whole": "whole number",
    "share": "0 to 1",
    "score": "0 to 1",
    "rating": "0 to 10",
    "date": "day",
    "bool": "yes or no",
    "period": "name of a period",
}
LEVELS = ", ".join(f"{number} {name}" for number, name in codes.LEVELS.items())
OF_RESULTS = {  # column → its codes, beside those that pages put into words
    "confirmed_level": LEVELS,
    "possible_level": LEVELS,
    "hierarchy_level": codes.COST_LEVELS,
    "pays": codes.PAYS,
    "proposal": PROPOSALS,
    "largest_cause": CAUSES,
    "verdict_worst": codes.VERDICTS,
    "verdict_best": codes.VERDICTS,
    "outcome": ("PASS", "FLAG", "REFUSE"),
}
NEITHER_CALLED_SO = {  # (table, column) → what it is there, where the vocabulary speaks of another
    ("profit_bridge", "cause"): codes.CHANGES,
}
SINCE = "accounts profit_before profit_now still_buying"
BACKTEST = {  # the tables of kam backtest, which is no run of a report
    "backtest_classes": f"profit_class {SINCE}",
    "backtest_golden_shots": "name profit",
    "backtest_leavers": f"signs {SINCE}",
    "backtest_returns": "band customers foretold came_back",
    "backtest_verdicts": f"verdict {SINCE}",
}
FREE = {
    "supplier": "`us` for us, the rival's name, or `none`",
    "their_function": "any words; each that differs in more than case counts as one of theirs",
    "our_function": "any words",
    "driver": "a `driver` of a time equation",
    "period": "a name under `periods`",
}
GIVEN = set(CONTRACT) - {"customers"}  # groups and sites have been put together there
ENDS = {"_low": ", at worst", "_high": ", at best"}


def column(name: str) -> Column | None:
    """Return what a column means; one end of an interval means what the interval is of."""
    known = COLUMNS | ONLY_IN_RESULTS
    for end, words in ENDS.items():
        whole = known.get(name.removesuffix(end))
        if name not in known and name.endswith(end) and whole:
            return whole._replace(meaning=whole.meaning + words)
    return known.get(name)


def row(name: str, *more: str, percent: bool = False) -> str:
    about = column(name)
    if about is None:
        raise SystemExit(f"{name} has no meaning yet: give it one in kamlib/core/vocabulary.toml.")
    unit = KINDS[about.kind] + (f", {about.unit}" if about.unit else "") + ", or %" * percent
    return f"| `{name}` | {about.meaning} | {unit} | {' | '.join(more)} |"


def quoted(words: Iterable[str] | str) -> str:
    return words if isinstance(words, str) else ", ".join(f"`{word}`" for word in words)


def input_row(field: Field, evidence: Mapping[str, list[str]]) -> str:
    must = "yes" if field.needed else ""
    allowed = {"code": [*evidence["hard"], *evidence["soft"]], "source": list(codes.SOURCES)}
    words = quoted(field.allowed or allowed.get(field.name, ())) or FREE.get(field.name, "")
    limits = [f"from {field.at_least}"] if field.at_least is not None else []
    limits += [f"above {field.above}"] if field.above is not None else []
    told = "; ".join([*filter(None, [words]), *limits])
    return row(field.name, must, told, percent=field.may_be_percent)


def result_row(table: str, name: str) -> str:
    own = NEITHER_CALLED_SO.get((table, name))
    found = own or OF_RESULTS.get(name) or CODES.get(name) or ()
    return row(name, quoted(found))


def inputs() -> list[str]:
    signs = load_engagement("demo").pyramid.evidence_codes
    evidence = {"hard": list(signs.hard), "soft": list(signs.soft)}
    lines: list[str] = []
    for name, table in CONTRACT.items():
        lines += ["", f"### {name}", "", f"{codes.TABLES[name].capitalize()}."]
        lines += [f"Without it {table.loses}."] if table.loses else []
        lines += [f"One row for each {' and '.join(table.key)}."] if table.key else []
        lines += ["", "| column | meaning | how it is read | needed | codes, limits |"]
        lines += ["|---|---|---|---|---|", *(input_row(each, evidence) for each in table.fields)]
    return lines


def results(stages: Path) -> list[str]:
    lines: list[str] = []
    for stage, notebook in NOTEBOOKS.items():
        lines += ["", f"### {notebook}"]
        for path in sorted(stages.glob("*.parquet")):
            note, name = read_note(stages, path.stem), path.stem
            again = stage != "data_prep" and name.endswith(f"_{stage}")  # ledger_…, outcomes_…
            if note is None or note.stage != stage or again or name in GIVEN:
                continue
            lines += result_table(name, pq.read_schema(path).names)
    lines += ["", "### backtest.ipynb"]
    for name, columns in BACKTEST.items():
        lines += result_table(name, columns.split())
    return lines


def result_table(name: str, columns: Iterable[str]) -> list[str]:
    heads = ["| column | meaning | unit | codes |", "|---|---|---|---|"]
    return ["", f"#### {name}", "", *heads, *(result_row(name, each) for each in columns)]


def page(stages: Path) -> str:
    """Return the page; `stages` holds the tables of a run."""
    absent = sorted(name for name in WRITTEN_BY if not (stages / f"{name}.parquet").exists())
    return "\n".join(
        [
            "# Tables",
            "",
            "Every table that a client may give, and every table that a run leaves.",
            "Written by `make docs`; change contract and vocabulary instead of this page.",
            "Money is in reporting currency, shares are 0 to 1. A column ending in `_low` is the value at",
            "worst, one ending in `_high` the value at best.",
            "",
            "## What a client gives",
            "",
            "Name the client's columns under `columns`; a column that is not *needed* may be absent.",
            "`invoice_lines`, `customers`, `prospects` and `opportunities` may carry your own columns too.",
            *inputs(),
            "",
            "## What a run leaves",
            "",
            "Tables of the input are left as well, typed and under our ids; they have the columns above.",
            "`ledger_data_prep` and `outcomes_data_prep` have a sister for each later notebook.",
            f"A run of the demo has no {' and no '.join(f'`{name}`' for name in absent)}.",
            *results(stages),
            "",
        ]
    )


if __name__ == "__main__":
    PAGE.write_text(page(Path(sys.argv[1])), encoding="utf-8")
    print(PAGE)
