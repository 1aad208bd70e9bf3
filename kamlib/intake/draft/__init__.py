"""Mapping with help: a draft of engagement.yaml for files nobody has seen, line by line with evidence."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import ibis

from kamlib.core.contract import CONTRACT
from kamlib.core.errors import DataError, ParameterError
from kamlib.core.language import _
from kamlib.core.naming import names_of, plain
from kamlib.intake.draft.inputs import Drafted, Left, drafted, share_dialects
from kamlib.intake.draft.layout import (
    comment,
    dialect_lines,
    input_lines,
    line,
    lost_zeros,
    period_lines,
)
from kamlib.intake.draft.matching import Placed, confirm_amounts, placed
from kamlib.intake.inspect.columns import NATIVE, most
from kamlib.intake.inspect.files import is_readable, look_into
from kamlib.intake.inspect.words import CURRENCIES, SIGNS, Evidence, currencies_in, worded
from kamlib.intake.sources import READABLE
from kamlib.intake.values import ISO, day_of, existing_day
from kamlib.settings.engagement import RULES
from kamlib.settings.written import (
    FILE,
    candidates,
    find_source,
    is_utf8,
    read_yaml,
)

MOST_FILES = 200  # of a kind
NO_CURRENCY = "XXX"  # what ISO 4217 writes where there is none


@dataclass(frozen=True)
class Draft:
    """A draft of engagement.yaml: its lines, what is to be asked, and what it holds.

    `tables` has the files of each input, `lacks` the columns that an input needs and no file holds,
    `left` the files that are in none, with the reason.
    """

    text: str
    questions: list[str]
    tables: dict[str, list[str]]
    lacks: dict[str, list[str]]
    left: dict[str, str]

    @property
    def has_lines(self) -> bool:
        """Tell whether whole invoice lines were found, without which there is no analysis."""
        return "invoice_lines" in self.tables and "invoice_lines" not in self.lacks


def suggest(engagement: str | Path) -> Draft:
    """Look into an engagement's files and draft what engagement.yaml has to say of them.

    Nothing is written. Each line of the draft says what was seen for it or that it is assumed, and
    what cannot be told is asked. At most the first 20,000 rows of a file are looked at, and its days
    to the end.

    Parameters
    ----------
    engagement : str or Path
        A name under data/, a path, or a folder that has no engagement.yaml yet.

    Raises
    ------
    DataError
        There is no file to look into.
    ParameterError
        There is no such engagement or folder.
    """
    folder = _folder_of(engagement)
    files, notes = found_files(folder)
    looked, left = _looked_into(files, folder)
    by_table: dict[str, list[Placed]] = {}
    for each in looked:
        if each.match.table:
            by_table.setdefault(each.match.table, []).append(each)
    names = [each.seen.shown for each in looked] + [each.shown for each in left]
    inputs = []
    for table in (each for each in CONTRACT if each in by_table):
        one, out = drafted(table, by_table[table], names)
        inputs.append(one)
        left += out
    nowhere = [each for each in looked if not each.match.table]
    return _drawn_up(folder, notes, inputs, sorted(left), nowhere)


def write_draft(draft: Draft, target: Path) -> Path:
    """Write a draft into a new file, and return its path."""
    try:
        with target.open("x", encoding="utf-8") as stream:
            stream.write(draft.text)
    except FileExistsError:
        raise ParameterError(
            f"{target} is there already and is not written over. Give another name to --output."
        ) from None
    except OSError as error:
        raise ParameterError(
            f"{target} cannot be written ({error.strerror}). Give --output a folder that is there."
        ) from None
    return target


# --------------------------------------------------------------------------------------- files
def found_files(folder: Path) -> tuple[list[Path], list[str]]:
    """Return the readable files of a folder and of its input/, and what was passed over."""
    there = sorted(
        path.resolve()
        for pattern in ("*", "input/**/*")
        for path in folder.glob(pattern)
        if path.is_file() and not path.name.startswith((".", "~")) and is_readable(path)
    )
    inside = [path for path in there if path.is_relative_to(folder)]
    files = list(filter(is_utf8, inside))
    if not files:
        raise DataError(
            f"there is no file to look into in {folder.name}/ or {folder.name}/input/. "
            f"Put exports there whose names end in {', '.join(READABLE)}."
        )
    notes = []
    if n := len(inside) - len(files):
        template = _("{n} files have names that are not written in UTF-8: rename them")
        notes.append(worded(template, n=n))
    some = _spread(files)
    if n := len(files) - len(some):
        notes.append(worded(_("{n} more files were not looked into"), n=n))
    return some, notes


def _spread(paths: list[Path]) -> list[Path]:
    """Return all files, or of too many of a kind the first and the last ones by name."""
    kinds: dict[str, list[Path]] = {}
    for path in paths:
        kinds.setdefault(path.suffix.lower(), []).append(path)
    half = MOST_FILES // 2
    return sorted({path for some in kinds.values() for path in (*some[:half], *some[-half:])})


def _folder_of(engagement: str | Path) -> Path:
    """Return the folder of an engagement, or the one that is none yet."""
    places = candidates(engagement) if str(engagement).strip() else []
    folder = next(filter(Path.is_dir, places), None)
    return (folder or find_source(engagement).parent).resolve()


def _looked_into(files: list[Path], folder: Path) -> tuple[list[Placed], list[Left]]:
    """Return the files that could be read with their tables, and the others with the reason."""
    looked, left = [], []
    for path in files:
        seen = look_into(path, shown=path.relative_to(folder).as_posix())
        one = None if seen.problem else placed(seen)
        if one is None or seen.problem:
            left.append(Left(seen.shown, seen.problem))
        else:
            confirm_amounts(one)
            looked.append(one)
    return looked, left


# ----------------------------------------------------------------------------------- the draft
def _drawn_up(
    folder: Path,
    notes: list[str],
    inputs: list[Drafted],
    left: list[Left],
    nowhere: list[Placed],
) -> Draft:
    """Write the draft down."""
    dialects = share_dialects(inputs)
    questions = [asked for each in inputs for asked in each.questions]
    questions += [
        f"{each.table}: {asked}"
        for each in inputs
        if each.dialect
        for asked in each.writing.asked_beside(dialects[each.dialect])
    ]
    questions += lost_zeros(inputs)
    questions += [asked for each in nowhere for asked in each.questions]
    out = [*left, *(Left(each.seen.shown, each.why) for each in nowhere)]
    lines_ = next((each for each in inputs if each.table == "invoice_lines"), None)
    currency = _currency(lines_)
    if lines_ and currency.value == NO_CURRENCY:
        questions.append(_("In which currency are the amounts? No file says."))
    blocks = [
        *(f"# {each}" for each in (*_title(folder, inputs), *notes)),
        *_top_lines(folder, currency, lines_),
        *dialect_lines(dialects),
        *input_lines(inputs),
        *comment(_notes(inputs), _("Seen besides:")),
        *comment(
            [each.why if each.shown in each.why else f"{each.shown}: {each.why}" for each in out],
            _("Files in no input of this draft:"),
        ),
        *comment(questions, _("To be answered before these numbers are believed:"), numbered=True),
    ]
    return Draft(
        text="\n".join(blocks) + "\n",
        questions=questions,
        tables={each.table: [one.seen.shown for one in each.group] for each in inputs},
        lacks={each.table: each.match.lacks for each in inputs if each.match.lacks},
        left=dict(out),
    )


def _title(folder: Path, inputs: list[Drafted]) -> Iterator[str]:
    template = _("A draft for {file}: read it, answer its questions, then paste what is right.")
    yield worded(template, file=FILE)
    if not any(each.table == "invoice_lines" for each in inputs):
        yield _("No file can stand for invoice lines, so that this does not load yet; see the end.")
    for each in inputs:
        if each.match.lacks:
            template = _("{table} cannot be read yet: nobody knows which column is {lacks}.")
            yield worded(template, table=each.table, lacks=", ".join(each.match.lacks))
    if (folder / FILE).exists():
        yield worded(
            _("It is drawn from the files alone: what {file} says is not looked at."), file=FILE
        )


def _top_lines(folder: Path, currency: Evidence, lines_: Drafted | None) -> list[str]:
    """Return id, currency, periods and identity."""
    name = Evidence(_id_of(folder.name), _("from the folder's name"), sure=False)
    written = [line(0, "id", name), line(0, "currency", currency), *_unit_lines(currency.value)]
    written += period_lines(*_span(lines_))
    if lines_ and _is_by_tax_id(lines_):
        why = _("customers have no number of their own in the lines; their tax id stands in for it")
        written += [line(0, "identity"), line(1, "by", Evidence("tax_id", why, sure=False))]
    return written


def _unit_lines(currency: str) -> Iterator[str]:
    """Yield the worth of one key account where the default is in another currency."""
    default = read_yaml(RULES, name=RULES.name).data["key_account_unit"]
    if default["currency"] != currency:
        why = _(
            "the default's figure in your currency: what must one key account bring a year to pay "
            "for its care?"
        )
        written = f"{{amount: {default['amount']}, currency: {currency}}}"
        yield line(0, "key_account_unit", Evidence("", why, sure=False), value=written)


def _id_of(folder: str) -> str:
    """Return the name of a folder as an id.

    Examples
    --------
    >>> _id_of("Łódź 2024 (próba)")
    'odz_2024_proba'
    """
    bare = unicodedata.normalize("NFKD", folder).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9-]+", "_", bare).strip("_") or "firm"


def _is_by_tax_id(lines_: Drafted) -> bool:
    """Tell whether a tax id stands in for the customer's number."""
    return plain(lines_.match.names.get("customer_id", "")) in names_of("tax_id")[0]


def _currency(lines_: Drafted | None) -> Evidence:
    """Return the currency of most lines, by their own column or by words beside amounts."""
    counts: Counter[str] = Counter()
    for look in lines_.looks("currency") if lines_ else ():
        counts += currencies_in(look.values)
    if counts:
        code, times = most(counts)
        why = worded(_("{n} of {all} lines are in it"), n=times, all=counts.total())
        return Evidence(code, why, sure=times == counts.total())
    for look in lines_.looks("net_amount") if lines_ else ():
        for word, times in look.marks.words.items():
            code = CURRENCIES.get(word.casefold(), word.upper())
            counts[code] += times * (code in SIGNS)
    if counts.total():
        code, times = most(counts)
        why = worded(_("its word stands beside amounts ({n})"), n=times)
        return Evidence(code, why, sure=False)
    why = _("no file says in which currency amounts are; write your own")
    return Evidence(NO_CURRENCY, why, sure=False)


def _span(lines_: Drafted | None) -> tuple[date | None, date | None]:
    """Return the first and the last day of the lines, as they will be read."""
    values = {value for look in lines_.looks("date") for value in look.values} if lines_ else set()
    forms = [form.value for form in lines_.writing.dates] if lines_ else []
    texts = ibis.memtable(
        {"text": [value.removesuffix(NATIVE) for value in values]}, schema={"text": "string"}
    )
    days = existing_day(day_of(texts.text, [*forms, ISO])[0])
    span = texts.aggregate(first=days.min(), last=days.max()).to_pyarrow().to_pylist()[0]
    return span["first"], span["last"]


def _notes(inputs: list[Drafted]) -> Iterator[str]:
    for each in inputs:
        for one in each.group:
            yield from (f"{one.seen.shown}: {note}" for note in one.seen.notes)
        unused = each.match.unused(each.first.head)
        if unused and each.first.kind != "xml":
            template = _("{table}: not used are {columns}")
            yield worded(template, table=each.table, columns=", ".join(unused))
