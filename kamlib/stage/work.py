"""One stage of one engagement and period, as a notebook works with it."""

import json
import os
import shutil
import sys
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

import pandas as pd

from kamlib.core.analysis import Analysis, Part
from kamlib.core.codes import TABLES
from kamlib.core.errors import DataError, did_you_mean, listed
from kamlib.core.frames import require_choice
from kamlib.core.language import _, day, number
from kamlib.core.outcomes import (
    FLAG,
    PASS,
    REFUSE,
    Balance,
    Outcome,
    ledger_table,
    outcome_of,
    outcome_table,
)
from kamlib.core.rules import FOUNDATIONS
from kamlib.core.tables import Note, Tables, read_note, read_table, write_table
from kamlib.core.timespans import Period, months_earlier, period_of
from kamlib.page import show
from kamlib.page.parts import Ledger, Outcomes, Refusal
from kamlib.settings import Engagement, Override, frozen_files
from kamlib.stage.names import KEYS, NOTEBOOKS, WRITTEN_BY, stages_before
from kamlib.stage.staleness import frozen_hashes, noted_inputs, table_hash

AGAINST_LEDGER = ("ledger_revenue", "ledger_profit")
REFERENCE_DAYS = ("window_start", "cutoff", "window_end")
REFERENCE_NUMBERS = ("rate", "low", "high", "auc", "brier", "mean_chance", "happened", "tested_on")


@dataclass
class Stage:
    """One stage of one engagement and period, as a notebook works with it."""

    name: str
    engagement: Engagement
    period: Period
    folder: Path
    parameters: dict[str, object] = field(default_factory=dict)
    analyses: dict[str, Analysis] = field(default_factory=dict)  # by name, in order
    written: list[Note] = field(default_factory=list)
    instead_of: dict[str, object] = field(default_factory=dict)
    set_before: dict[str, str] = field(default_factory=dict)  # parameter → stage that set it
    taken: dict[str, str | None] = field(default_factory=dict)  # table → hash; None: not there
    seen: dict[str, list[int]] = field(default_factory=dict)  # input files when data prep began
    given: Engagement | None = None  # the engagement as its file says, where a parameter is set

    def as_given(self) -> "Stage | None":
        """Return this stage with the settings of engagement.yaml; None where no parameter is set.

        What it makes is for comparing, before and after; nothing of it is handed over.
        """
        if self.given is None:
            return None
        return Stage(self.name, self.given, self.period, self.folder)

    @property
    def currency(self) -> str:
        """Return the reporting currency, three letters."""
        return self.engagement.currency

    @property
    def previous(self) -> Period | None:
        """Return the period before the report period, if engagement.yaml has one."""
        return self.engagement.previous(self.period.name)

    @property
    def periods(self) -> list[Period]:
        """Return the previous period, if any, and the report period, in order."""
        return [period for period in (self.previous, self.period) if period]

    def has(self, table: str) -> bool:
        """Tell whether a stage table is there; optional inputs may not be."""
        there = table_hash(self.folder, table)
        if all(note.table != table for note in self.written):
            self.taken[table] = there
        return there is not None

    def read(self, table: str, *, periods: str = "report") -> pd.DataFrame:
        """Read a stage table: rows of the report period, or of all periods.

        Parameters
        ----------
        table : str
        periods : "report" or "all"; a table without a ``period`` column is read whole

        Raises
        ------
        DataError
            The table is not there yet: names the notebook that writes it.
        """
        require_choice(periods, ["report", "all"], name="periods")
        if not self.has(table):
            raise DataError(self._too_early(table))
        frame = read_table(self.folder, table)
        if periods == "all" or "period" not in frame.columns:
            return frame
        return frame[frame["period"] == self.period.name].reset_index(drop=True)

    def read_optional(self, table: str) -> pd.DataFrame | None:
        """Read an input table that need not be there, whole; None without it."""
        if not self.has("customers"):
            raise DataError(self._too_early("customers"))
        if not self.has(table):
            return None
        frame = read_table(self.folder, table)
        if "date" in frame and "period" not in frame:
            return frame.assign(period=period_of(frame["date"], self.engagement_periods))
        return frame

    @property
    def overrides(self) -> list[Override]:
        """Return the decisions of people, each under the id that its customer has in the tables.

        A site of a group, an id merged into another, or a tax id in another spelling may stand in
        engagement.yaml; data prep says which customer that is.
        """
        ids = self.read("customer_ids")
        units = dict(zip(ids["id_in_input"], ids["customer_id"], strict=True))
        given = self.engagement.overrides
        return [each.under(units.get(each.party, each.party)) for each in given]

    @property
    def engagement_periods(self) -> list[Period]:
        """Return all periods of engagement.yaml, in order."""
        return [self.engagement.period(name) for name in self.engagement.periods]

    def _too_early(self, table: str) -> str:
        if table not in WRITTEN_BY and table not in TABLES:
            return f"There is no table '{table}'. {did_you_mean(table, [*WRITTEN_BY, *TABLES])}"
        writer = NOTEBOOKS[WRITTEN_BY.get(table, "data_prep")]
        return (
            f"{NOTEBOOKS[self.name]} needs the table {table}, which is not there yet for "
            f"{self.engagement.id} {self.period.name}. Run notebooks/{writer} first."
        )

    def write(self, frame: pd.DataFrame, table: str) -> None:
        """Write a stage table and take it into the receipt."""
        self.written.append(write_table(frame, self.folder, table, stage=self.name))

    def keep(self, name: str, analysis: Analysis) -> Analysis:
        """Take an analysis into the stage, in place of an earlier one of this name, and return it.

        What is to be read with care is shown below it.
        """
        told = Outcomes(tuple(analysis.outcomes))
        self.analyses[name] = replace(analysis, parts=[*analysis.parts, told])
        return self.analyses[name]

    def refusal(self, rule: str) -> list[Part]:
        """Return what is shown in place of what a rule forbids: why; nothing where it is shown.

        What this stage has said already stands in the notebook alone, so that a page says it once.
        """
        told = self.outcomes_so_far()
        refused = told[(told["rule"] == rule) & (told["outcome"] == REFUSE)]
        why = [self.withheld] if self.withheld else list(refused["said"].tail(1))
        parts = [part for each in self.analyses.values() for part in each.parts]
        said = {part.why for part in parts if isinstance(part, Refusal)}
        said |= {each.said for each in self.outcomes}
        return [Refusal(each, on_page=each not in said) for each in why]

    def refuse(self, name: str, rule: str) -> Analysis:
        """Take an analysis that a rule of an earlier one forbids; it shows why it is not shown."""
        return self.keep(name, Analysis(parts=self.refusal(rule)))

    @property
    def outcomes(self) -> list[Outcome]:
        """Return the outcomes of this stage's analyses."""
        return [found for each in self.analyses.values() for found in each.outcomes]

    @property
    def balances(self) -> list[Balance]:
        """Return this stage's lines of the ledger."""
        return [balance for each in self.analyses.values() for balance in each.balances]

    def refused(self, rule: str) -> bool:
        """Tell whether a rule was refused, in this stage or an earlier one."""
        if any(v.rule == rule and v.outcome == REFUSE for v in self.outcomes):
            return True
        earlier = self.outcomes_so_far()
        return bool(((earlier["rule"] == rule) & (earlier["outcome"] == REFUSE)).any())

    def flagged(self, rule: str) -> bool:
        """Tell whether a rule was flagged, in this stage or an earlier one."""
        told = self.outcomes_so_far()
        return bool(((told["rule"] == rule) & (told["outcome"] == FLAG)).any())

    @property
    def withheld(self) -> str:
        """Return why nothing that is measured of customers may be shown; empty where it may.

        A rule on which everything rests was refused, in this stage or an earlier one.
        """
        told = self.outcomes_so_far()
        refused = told[told["rule"].isin(FOUNDATIONS) & (told["outcome"] == REFUSE)]
        return " ".join(refused["said"].head(1))

    def knows(self, rule: str) -> bool:
        """Tell whether what a rule guards may be shown: neither it nor what all rests on was refused."""
        return not self.refused(rule) and not self.withheld

    def frozen(self, name: str) -> pd.DataFrame | None:
        """Return reference values as they were frozen with the engagement; None where they are not.

        They stand in ``reference/<name>.csv`` of the engagement's folder, so that a customer more
        moves nobody. Delete the file to measure them afresh.

        Raises
        ------
        DataError
            The file does not say what it was measured on.
        """
        path = self.engagement.folder / "reference" / f"{name}.csv"
        if path not in frozen_files(self.engagement):
            return None
        days = [each for each in REFERENCE_DAYS if each in pd.read_csv(path, nrows=0)]
        blank = {name: [""] for name in REFERENCE_NUMBERS}
        return pd.read_csv(path, parse_dates=days, keep_default_na=False, na_values=blank)

    def freeze(self, name: str, values: pd.DataFrame | None) -> pd.DataFrame | None:
        """Return reference values as frozen with the engagement, freezing `values` the first time.

        Where nothing could be measured nothing is frozen.
        """
        found = self.frozen(name)
        if found is not None or values is None or values.empty or self.withheld:
            return values if found is None else found  # what is not known is not frozen
        path = self.engagement.folder / "reference" / f"{name}.csv"
        path.parent.mkdir(exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}.tmp")
        values.to_csv(draft, index=False, lineterminator="\n")
        shutil.copymode(self.engagement.source, draft)  # for whoever has the engagement
        os.replace(draft, path)
        return self.frozen(name)

    def dated(self, statement: pd.DataFrame) -> pd.DataFrame:
        """Return a table with the first and last day of each row's period."""
        spans = {name: self.engagement.period(name) for name in statement["period"].unique()}
        start = {name: pd.Timestamp(span.start) for name, span in spans.items()}
        end = {name: pd.Timestamp(span.end) for name, span in spans.items()}
        return statement.assign(
            period_start=statement["period"].map(start), period_end=statement["period"].map(end)
        )

    def relations(self, table: pd.DataFrame) -> list[str]:
        """Return the kind of relation of each row: auto, contractual or project."""
        segments = table.get("industry_segment", pd.Series("", index=table.index)).fillna("")
        known = {each: self.engagement.staying.relation_of(each) for each in segments.unique()}
        return [known[each] for each in segments]

    @property
    def last_day(self) -> date:
        """Return the last day that reference values may look at, whichever period is run."""
        return max(span.end for span in self.engagement_periods)

    def reference_end(self, months: pd.DataFrame, frozen: pd.DataFrame | None = None) -> date:
        """Return the last day of the 12 months over which margins are held to be usual.

        It is that of the frozen values; else that of the period before the engagement's last one, if
        the input reaches back so far; else the first 12 months of the input.
        """
        if frozen is not None:
            return pd.Timestamp(frozen["window_end"].iloc[0]).date()
        first = months["month"].min()
        last = max(self.engagement_periods, key=lambda span: span.end)
        before = self.engagement.previous(last.name)
        if before and months_earlier(before.end, 12) >= first:
            return before.end
        return (first + pd.DateOffset(months=12) - pd.Timedelta(days=1)).date()

    @property
    def evidence_from(self) -> pd.Timestamp:
        """Return the first day from which what somebody told us confirms a level."""
        return months_earlier(self.period.end, self.engagement.pyramid.evidence_months)

    def two_months_on(self) -> date:
        """Return the day until which open questions are to be asked."""
        return (pd.Timestamp(self.period.end) + pd.DateOffset(months=2)).date()

    def outcomes_so_far(self) -> pd.DataFrame:
        """Return the outcomes of the earlier stages and of this one, with their stage."""
        return self._gather("outcomes", outcome_table(self.outcomes))

    def ledger_so_far(self) -> pd.DataFrame:
        """Return the ledger of the earlier stages and of this one, with its stage."""
        return self._gather("ledger", ledger_table(self.balances))

    def _gather(self, kind: str, own: pd.DataFrame) -> pd.DataFrame:
        parts = [
            read_table(self.folder, f"{kind}_{name}")
            for name in stages_before(self.name)
            if self.has(f"{kind}_{name}")
        ]
        parts.append(own.assign(stage=self.name, period=self.period.name))
        filled = [part for part in parts if len(part)]
        return pd.concat(filled or parts[-1:], ignore_index=True)

    def show_settings(self) -> None:
        """Show what this stage works on, and which parameters differ from the engagement's value."""
        facts = {
            _("Engagement"): self.engagement.name,
            _("Period"): _("{period}: {start} to {end}").format(
                period=self.period.name, start=day(self.period.start), end=day(self.period.end)
            ),
            _("Compared with"): self.previous.name if self.previous else _("no earlier period"),
        }
        changed = {}
        for parameter, value in self.parameters.items():
            said = _changed(value, self.instead_of.get(parameter))
            first = self.set_before.get(parameter)
            place = _("{said}, set in {notebook}")
            changed[KEYS[parameter]] = (
                place.format(said=said, notebook=NOTEBOOKS[first]) if first else said
            )
        title = _("What this page rests on")
        if changed:  # the title of what is folded is read by everybody
            told = "; ".join(f"{parameter} {said}" for parameter, said in changed.items())
            title = _("{title}; set for this run: {told}").format(title=title, told=told)
        show.show_facts({**facts, **changed}, title=title)

    def adds_up(self) -> Analysis:
        """Say whether the sums of this stage hold, and show them."""
        self.analyses.pop("adds_up", None)
        ledger = ledger_table(self.balances)
        if ledger.empty:  # nothing was added up, and so nothing is said to hold
            return self.keep("adds_up", Analysis({"ledger": ledger}))
        found = _sums_outcome(ledger, outcome_table(self.outcomes))
        return self.keep("adds_up", Analysis({"ledger": ledger}, [Ledger(ledger)], [found]))

    def sums_outcome(self) -> Outcome:
        """Say whether every sum of the run so far holds."""
        return _sums_outcome(self.ledger_so_far(), self.outcomes_so_far())

    def hand_over(self) -> None:
        """Write the tables of all analyses that later stages read, outcomes, ledger and receipt."""
        for analysis in self.analyses.values():
            if isinstance(analysis.tables, Tables):  # of data prep: all, the large ones as files
                self.written.extend(
                    analysis.tables.write(name, self.folder) for name in analysis.tables
                )
                continue
            for name, table in analysis.tables.items():
                if WRITTEN_BY.get(name) == self.name and table is not None:
                    self.write(table, name)
        place = {"stage": self.name, "period": self.period.name}
        self.write(outcome_table(self.outcomes).assign(**place), f"outcomes_{self.name}")
        self.write(ledger_table(self.balances).assign(**place), f"ledger_{self.name}")
        self._forget_left_over()
        write_receipt(self)
        show.show_facts(
            {
                _("Written"): listed(
                    (f"{note.table} ({number(note.rows)})" for note in self.written), most=40
                )
            },
            title=_("Written"),
            on_page=False,
        )

    def _forget_left_over(self) -> None:
        """Remove the tables of an earlier run of this stage that this one did not write."""
        mine = {note.table for note in self.written}
        for path in self.folder.glob("*.parquet"):
            note = read_note(self.folder, path.stem)
            if note and note.stage == self.name and path.stem not in mine:
                path.unlink()
                path.with_suffix(".json").unlink()


def _sums_outcome(ledger: pd.DataFrame, told: pd.DataFrame) -> Outcome:
    """Judge sums: a difference that is tolerated is none that holds, and neither is one netted out."""
    holds = ledger["holds"].astype(bool)
    broken = list(ledger.loc[~holds, "what"].unique())
    left = holds & (ledger["role"] == "unexplained") & (ledger["amount"].abs() > 0.005)
    against = told["rule"].isin(AGAINST_LEDGER) & (told["outcome"] != PASS)
    apart = [*ledger.loc[left, "what"].unique(), *told.loc[against, "title"].unique()]
    outcome = REFUSE if broken else FLAG if apart else PASS
    return outcome_of("adds_up", outcome, which=listed(broken or apart))


def _changed(value: object, before: object) -> str:
    """Say what a parameter was set to, and from what."""
    if value == before:
        return _("{value}, as in engagement.yaml").format(value=_plain(value))
    if before is None:
        return _("{value}, where engagement.yaml has none").format(value=_plain(value))
    return _("{value} instead of {before}").format(value=_plain(value), before=_plain(before))


def _plain(value: object) -> str:
    """Write a setting as in the file, with two decimals at least: 0.80, and 3 where it is whole."""
    if not isinstance(value, float):
        return str(value)
    short = f"{value:.2f}"
    return short if float(short) == value else str(value)


def write_receipt(stage: Stage) -> None:
    """Leave the receipt: what this stage wrote, from what, with which kamlib and interpreter."""
    from kamlib import __version__

    first = stage.name == "data_prep"
    inputs = noted_inputs(stage.engagement, stage.seen) if first else {}
    receipt = {
        "stage": stage.name,
        "engagement": stage.engagement.id,
        "period": stage.period.name,
        "parameters": stage.parameters,
        "settings": stage.engagement.settings_hash(),
        "blocks": stage.engagement.block_hashes(),
        "inputs": inputs,
        "read": stage.taken,
        "reference": frozen_hashes(stage.engagement, stage.name),
        "kamlib": __version__,
        "executable": sys.executable,
        "tables": {
            note.table: {"rows": note.rows, "sha256": note.sha256} for note in stage.written
        },
    }
    path = stage.folder / f"receipt_{stage.name}.json"
    path.write_text(json.dumps(receipt, indent=1, default=str) + "\n")
