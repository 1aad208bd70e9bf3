"""How one group of files is written: a dialect, each key with its evidence."""

from dataclasses import dataclass, field

from kamlib.columns import COLUMNS
from kamlib.intake.contract import NUMERIC
from kamlib.intake.draft.days import SERIAL, Days, forms_of
from kamlib.intake.draft.looks import Look
from kamlib.intake.draft.marks import Marks, decimal_of, forms_told, thousands_of
from kamlib.intake.draft.matching import Match
from kamlib.intake.draft.seen import Seen
from kamlib.intake.draft.told import Told
from kamlib.language import _

OF_THE_FILE = ("encoding", "separator", "repair")


@dataclass
class Writing:
    """The keys of a dialect with their evidence, and what has to be asked.

    `dates` holds the forms of days in order; a key that no value tells of is absent.
    """

    keys: dict[str, Told] = field(default_factory=dict)
    dates: list[Told] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    questions: list[str] = field(default_factory=list)
    questions_of_days: list[str] = field(default_factory=list)

    @property
    def is_told(self) -> bool:
        """Tell whether there is anything to declare."""
        return bool(self.keys or self.dates)

    def agrees_with(self, other: "Writing") -> bool:
        """Tell whether one dialect can serve both: what both tell is the same."""
        mine, theirs = self.keys, other.keys
        if any(mine.get(key, _NONE).value != theirs.get(key, _NONE).value for key in OF_THE_FILE):
            return False
        marks = ("decimal", "thousands")
        clash = any(
            mine[key].value != theirs[key].value for key in marks if key in mine and key in theirs
        )
        if clash or any(
            mine[a].value == theirs[b].value
            for a, b in (marks, marks[::-1])
            if a in mine and b in theirs
        ):
            return False
        both = self.dates and other.dates
        return not both or [each.value for each in self.dates] == [
            each.value for each in other.dates
        ]

    def asked_beside(self, dialect: "Writing") -> list[str]:
        """Return the questions that are left where the files are read by a shared dialect."""
        settled = dialect.dates and all(each.sure for each in dialect.dates)
        return [*self.questions, *([] if settled else self.questions_of_days)]

    def take(self, other: "Writing") -> None:
        """Take over what the other one tells beyond this one."""
        self.keys = {**other.keys, **self.keys}
        if not self.dates or (not self._days_are_sure and other._days_are_sure):
            self.dates = other.dates

    @property
    def _days_are_sure(self) -> bool:
        return all(each.sure for each in self.dates)


_NONE = Told("", "")


def writing_of(seen: Seen, looks: list[Look], match: Match) -> tuple[Marks, Days]:
    """Return what the mapped columns of a file say of numbers and of days."""
    marks, days = Marks(), Days()
    for pair in match.pairs:
        kind = COLUMNS[pair.ours].kind if pair.ours in COLUMNS else "text"
        if kind in NUMERIC:
            marks.add(looks[pair.place].marks)
        if kind == "date":
            days.add(looks[pair.place].days)
    return marks, days


def dialect_told(files: list[Seen], marks: Marks, days: Days) -> Writing:
    """Return the dialect of files that are written alike.

    Parameters
    ----------
    files : files of one table
    marks, days : what their mapped columns say together
    """
    writing = Writing()
    for key in OF_THE_FILE:
        told = [each.settings[key] for each in files if key in each.settings]
        if told:
            writing.keys[key] = max(told, key=lambda each: each.value != "utf-8")
    _tell_marks(writing, marks)
    own_days = files[0].kind != "text"
    for form in forms_of(days):
        if form.pattern == SERIAL and own_days:
            continue
        writing.dates.append(form.told._replace(value=form.pattern))
        writing.questions_of_days += [form.question] if form.question else []
    return writing


def _tell_marks(writing: Writing, marks: Marks) -> None:
    """Add the marks of numbers, and say what stands beside the digits."""
    decimal, questions = decimal_of(marks)
    writing.questions += questions
    if decimal:
        writing.keys["decimal"] = decimal
    thousands = thousands_of(marks, decimal.value if decimal else "")
    if thousands:
        writing.keys["thousands"] = thousands
        if not decimal:
            other = "." if thousands.value == "," else ","
            writing.keys["decimal"] = Told(other, _("no number has a fraction"), sure=False)
    writing.notes += forms_told(marks)


def are_alike(one: Seen, other: Seen) -> bool:
    """Tell whether two files can be read by one dialect as far as letters and cells go."""
    plain_letters = any(
        each.settings["encoding"].value == "utf-8" and _is_plain(each)
        for each in (one, other)
        if "encoding" in each.settings
    )
    keys = ("separator", "repair", "header_row", "sheet")
    same = all(
        one.settings.get(key, _NONE).value == other.settings.get(key, _NONE).value for key in keys
    )
    encodings = (
        one.settings.get("encoding", _NONE).value == other.settings.get("encoding", _NONE).value
    )
    return one.kind == other.kind and same and (encodings or plain_letters)


def _is_plain(seen: Seen) -> bool:
    """Tell whether a file has no letter beyond ASCII."""
    cells = (cell for column in seen.columns for cell in column)
    return all(map(str.isascii, seen.head)) and all(map(str.isascii, cells))
