"""The draft of an engagement.yaml for files that nobody has seen, with evidence for each line."""

import re
import unicodedata
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kamlib.errors import ParameterError
from kamlib.intake.contract import CONTRACT
from kamlib.intake.currency_words import SIGNS
from kamlib.intake.draft.codes import currencies_in
from kamlib.intake.draft.days import day_in
from kamlib.intake.draft.declared import declared_lines, differing
from kamlib.intake.draft.drafting import Drafted, Left, drafted, share_dialects
from kamlib.intake.draft.finding import Found, found_files
from kamlib.intake.draft.ids import asked_of_ids
from kamlib.intake.draft.layout import comment, dialect_lines, input_lines, line, period_lines
from kamlib.intake.draft.looks import Look
from kamlib.intake.draft.marks import NATIVE
from kamlib.intake.draft.missing import missing_words
from kamlib.intake.draft.peeking import look_into
from kamlib.intake.draft.placing import Placed, placed
from kamlib.intake.draft.told import Told
from kamlib.language import _
from kamlib.settings.loading import RULES
from kamlib.settings.places import FILE
from kamlib.settings.written import read_yaml

REPEATED = ("id", "name", "currency", "key_account_unit", "periods", "identity")
NO_CURRENCY = "XXX"  # what ISO 4217 writes where there is none


@dataclass(frozen=True)
class Draft:
    """A draft of engagement.yaml: its lines, what is to be asked, and what it holds.

    `tables` has the files of each input, `lacks` the columns that an input needs and no file holds,
    `left` the files that are in none, with the reason.
    """

    text: str
    questions: list[str]
    missing: list[str]
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
    what cannot be told is asked. At most the first 8 MB of a file are looked at, and its days to the
    end.

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
    found = found_files(engagement)
    looked, left = _looked_into(found)
    by_table: dict[str, list[Placed]] = {}
    for each in looked:
        if each.match:
            by_table.setdefault(each.match.table, []).append(each)
    names = [each.seen.shown for each in looked] + [each.shown for each in left]
    inputs = []
    for table in (each for each in CONTRACT if each in by_table):
        one, out = drafted(table, by_table[table], names)
        inputs.append(one)
        left += out
    return _drawn_up(found, inputs, sorted(left), [each for each in looked if not each.match])


def write_draft(draft: Draft, target: Path) -> Path:
    """Write a draft into a new file, and return its path.

    Raises
    ------
    ParameterError
        The file is there already, or cannot be written.
    """
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


def _looked_into(found: Found) -> tuple[list[Placed], list[Left]]:
    """Return the files that could be read with their tables, and the others with the reason."""
    looked, left = [], []
    jobs: list[tuple[Path, tuple[str, ...]]]
    jobs = [(path, (table,)) for table, paths in found.named.items() for path in paths]
    jobs += [(path, ()) for path in found.free]
    for path, tables in jobs:
        seen = look_into(path, shown=found.shown(path))
        if seen.problem:
            left.append(Left(seen.shown, seen.problem))
            continue
        looked.append(placed(seen, tables) if tables else placed(seen))
    return looked, left


def _drawn_up(
    found: Found, inputs: list[Drafted], left: list[Left], nowhere: list[Placed]
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
    questions += asked_of_ids(inputs)
    questions += [asked for each in nowhere for asked in each.questions]
    questions += differing(found.declared, inputs)
    out = [*left, *(Left(each.seen.shown, each.why) for each in nowhere)]
    lines_ = next((each for each in inputs if each.table == "invoice_lines"), None)
    missing = missing_words(inputs, found.declared)
    currency = _currency(lines_)
    if lines_ and currency.value == NO_CURRENCY and "currency" not in found.declared:
        questions.append(_("In which currency are the amounts? No file says."))
    said = str(found.declared.get("currency", currency.value))
    if NO_CURRENCY != currency.value != said:
        template = _("{file} says the currency is {said}; the lines look like {value} ({why}).")
        questions.append(
            template.format(file=FILE, said=said, value=currency.value, why=currency.why)
        )
    blocks = [
        *_title(found, inputs),
        *_top_lines(found, currency, lines_),
        *dialect_lines(dialects),
        *input_lines(inputs),
        *_notes(found, inputs),
        *comment(
            [f"{each.shown}: {each.why}" for each in out], _("Files in no input of this draft:")
        ),
        *comment(questions, _("To be answered before these numbers are believed:"), numbered=True),
        *comment(missing, _("What is not there, and what goes without it:")),
    ]
    files = {each.table: [one.seen.shown for one in each.group] for each in inputs}
    text = "\n".join(blocks) + "\n"
    lacks = {each.table: each.lacks for each in inputs if each.lacks}
    return Draft(text, questions, missing, files, lacks, {each.shown: each.why for each in out})


def _title(found: Found, inputs: list[Drafted]) -> list[str]:
    """Say what this is, and first of all if it cannot carry anything."""
    said = [
        _("A draft for {file}: read it, answer its questions, then paste what is right.").format(
            file=FILE
        )
    ]
    if not any(each.table == "invoice_lines" for each in inputs):
        said.append(
            _("No file can stand for invoice lines, so that this does not load yet; see the end.")
        )
    for each in inputs:
        if each.lacks:
            template = _("{table} cannot be read yet: nobody knows which column is {lacks}.")
            said.append(template.format(table=each.table, lacks=", ".join(each.lacks)))
    if found.declared:
        said.append(
            _("Parts of {file} that are not repeated here stay as they are.").format(file=FILE)
        )
    return [f"# {each}" for each in [*said, *found.notes]]


def _top_lines(found: Found, currency: Told, lines_: Drafted | None) -> list[str]:
    """Return id, currency, periods and identity: as declared, else as seen."""
    declared = found.declared
    given = [key for key in REPEATED if key in declared]
    written = list(declared_lines({key: declared[key] for key in given}))
    if "id" not in declared:
        told = Told(_id_of(found.folder.name), _("from the folder's name"), sure=False)
        written.insert(0, line(0, "id", told))
    if "currency" not in declared:
        written.append(line(0, "currency", currency))
    if "key_account_unit" not in declared:
        written += _unit_lines(str(declared.get("currency", currency.value)))
    if "periods" not in declared:
        written += period_lines(*_span(lines_))
    if "identity" not in declared and lines_ and _is_by_tax_id(lines_):
        why = _("customers have no number of their own in the lines; their tax id stands in for it")
        written += [line(0, "identity"), line(1, "by", Told("tax_id", why, sure=False))]
    return written


def _unit_lines(currency: str) -> list[str]:
    """Return the worth of one key account where the default is in another currency."""
    default = read_yaml(RULES, name=RULES.name).data["key_account_unit"]
    if default["currency"] == currency:
        return []
    why = _(
        "the default's figure in your currency: what must one key account bring a year to pay for its care?"
    )
    written = f"{{amount: {default['amount']}, currency: {currency}}}"
    return [line(0, "key_account_unit", Told("", why, sure=False), value=written)]


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
    from kamlib.columns.naming import names_of, plain

    match = lines_.group[0].match
    place = match.place_of("customer_id") if match else None
    return place is not None and plain(lines_.first.words[place]) in names_of("tax_id")[0]


def _looks_of(lines_: Drafted | None, ours: str) -> list[Look]:
    """Return what the column of ours looks like in each file of the lines."""
    if lines_ is None:
        return []
    found = [(each, each.match.place_of(ours)) for each in lines_.group if each.match]
    return [each.looks[place] for each, place in found if place is not None]


def _currency(lines_: Drafted | None) -> Told:
    """Return the currency of most lines, by their own column or by words beside amounts."""
    counts: Counter[str] = Counter()
    for look in _looks_of(lines_, "currency"):
        counts += currencies_in(look)
    if counts:
        code, times = max(counts.items(), key=lambda each: (each[1], each[0]))
        template = _("{n} of {all} lines are in it")
        told = template.format(n=times, all=counts.total())
        return Told(code, told, sure=times == counts.total())
    codes = {word: code for code, words in SIGNS.items() for word in words}
    for look in _looks_of(lines_, "net_amount"):
        for form, times in look.marks.forms.items():
            counts[codes.get(form.removeprefix("word "), "")] += times
    counts.pop("", None)
    if counts:
        code, times = max(counts.items(), key=lambda each: (each[1], each[0]))
        return Told(code, _("its word stands beside amounts ({n})").format(n=times), sure=False)
    return Told(
        NO_CURRENCY, _("no file says in which currency amounts are; write your own"), sure=False
    )


def _span(lines_: Drafted | None) -> tuple[date | None, date | None]:
    """Return the first and the last day of the lines."""
    forms = [form.value for form in lines_.writing.dates] if lines_ else []
    values = {value for look in _looks_of(lines_, "date") for value in look.values}
    days = [day for value in values if (day := day_in(value.removesuffix(NATIVE), forms))]
    return (min(days), max(days)) if days else (None, None)


def _notes(found: Found, inputs: list[Drafted]) -> list[str]:
    """Return what was seen besides, file by file, and columns that are none of ours."""
    notes: list[str] = []
    for each in inputs:
        notes += [f"{each.table}: {note}" for note in each.writing.notes]
        for one in each.group:
            notes += [f"{one.seen.shown}: {note}" for note in one.seen.notes]
        mapped = (
            {pair.place for pair in each.group[0].match.pairs} if each.group[0].match else set()
        )
        unused = [
            word for place, word in enumerate(each.first.words) if place not in mapped and word
        ]
        if unused and each.first.kind != "xml":
            template = _("{table}: not used are {columns}")
            notes.append(template.format(table=each.table, columns=", ".join(unused)))
    return list(comment(notes, _("Seen besides:")))
