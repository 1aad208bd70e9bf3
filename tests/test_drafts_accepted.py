"""Whatever a draft says it has seen, `kam check` accepts when the draft is pasted: over every messy file.

A cell that it does not count among days, numbers or yes and no may be set aside, and a rate or a zero
that it asks about may be missing.
"""

import csv
import io
import re
import shutil
from collections import Counter, defaultdict
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from conftest import REFERENCE
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from test_messy_files import DRAFTED, GENITIVE

from kamlib import check_inputs, read_inputs
from kamlib.core.errors import DataError
from kamlib.intake.draft import Draft, suggest
from kamlib.intake.reasons import NEITHER, NO_SUCH_DAY, NOT_A_DATE, NOT_A_NUMBER
from kamlib.settings.engagement import load_engagement

OF_FORM = (NEITHER, NO_SUCH_DAY, NOT_A_DATE, NOT_A_NUMBER)
ASKED = {  # what a draft asks, and how the check says that nobody has answered
    "Bring fx_rates": "have no rate",
    "without their first zeros": "with other zeros in front",
}


def pasted(home: Path, draft: Draft) -> None:
    """Make the draft the engagement's settings; a currency that no file tells is the złoty."""
    text = draft.text.replace("XXX", "PLN")
    (home / "engagement.yaml").write_text(text, encoding="utf-8")


def accepted(home: Path) -> None:
    """Assert that the check accepts what the draft of a folder says, but for what it asks."""
    draft = suggest(home)
    told = {file for files in draft.tables.values() for file in files} | set(draft.left)
    assert told == {path.name for path in home.iterdir()}
    if not draft.has_lines:
        return
    pasted(home, draft)
    questions = "\n".join(draft.questions)
    open_ = [says for asked, says in ASKED.items() if asked in questions]
    if open_:
        with pytest.raises(DataError, match="|".join(open_)):
            check_inputs(home)
        return
    found = check_inputs(home)
    seen = re.findall(r"; (\S+) of (\S+) values are (?:days|numbers|yes or no)", draft.text)
    foreseen = sum(int(every.replace(",", "")) - int(n.replace(",", "")) for n, every in seen)
    odd = found.reasons[found.reasons["reason"].isin(OF_FORM)]
    assert odd["rows"].sum() <= foreseen


# ------------------------------------------------------------------------------ files there are
def folders() -> list:
    """Return one case for each messy file of the reference data, and for each that tests make."""
    quick = ("08", "12", "24")
    dirty = sorted((REFERENCE / "polish_dirty").glob("[0-9]*"))
    cases = [
        pytest.param([path], id=path.name, marks=_soak(path.name[:2] in quick)) for path in dirty
    ]
    for name in ("crm_sales_pipeline", "adventureworks_resellers", "uci_online_retail_2010_2011"):
        found = sorted((REFERENCE / name).glob("*"))
        files = [path for path in found if path.suffix in (".csv", ".parquet")]
        alone = {path.name: [path] for path in files}
        for id_, some in ({name: files} | alone if files else {}).items():
            cases.append(pytest.param(some, id=id_, marks=pytest.mark.soak))
    absent = pytest.mark.skip(reason="reference data are absent: set KAM_REFERENCE_DATA")
    return cases or [pytest.param([], id="reference data", marks=absent)]


def _soak(quick: bool) -> tuple:
    return () if quick else (pytest.mark.soak,)


@pytest.mark.parametrize("files", folders())
def test_the_check_accepts_the_draft_of_a_file_of_the_reference_data(tmp_path, files):
    home = tmp_path / "firm"
    home.mkdir()
    for path in files:
        shutil.copyfile(path, home / path.name)

    accepted(home)


@pytest.mark.soak
@pytest.mark.parametrize("made", DRAFTED)
def test_the_check_accepts_the_draft_of_a_file_that_was_made_up(tmp_path, made):
    home = tmp_path / "firm"
    home.mkdir()
    for name, content in made().items():
        (home / name).write_bytes(content)

    accepted(home)


# ------------------------------------------------------------------------------ files there may be
HEADS = (
    ("Nr faktury", "Data wystawienia", "Kod kontrahenta", "Nazwa", "Wartość netto", "rush"),
    ("invoice_id", "date", "customer_id", "name", "net_amount", "rush"),
    ("Numer dokumentu", "Data faktury", "Nr klienta", "Nazwa klienta", "Netto [PLN]", "rush"),
)
DAYS = {
    "%d.%m.%Y": lambda day: f"{day:%d.%m.%Y}",
    "%Y-%m-%d": str,
    "%m/%d/%Y": lambda day: f"{day:%m/%d/%Y}",
    "%d/%m/%y": lambda day: f"{day:%d/%m/%y}",
    "%Y%m%d": lambda day: f"{day:%Y%m%d}",
    "genitive": lambda day: f"{day.day} {GENITIVE[day.month]} {day.year} r.",
    "a time": lambda day: f"{day} 13:45:10",
}
MINUS = ("-{}", "{}-", "({})", "- {}")
YES_AND_NO = (("T", "N"), ("tak", "nie"), ("1", "0"), ("Y", "N"), ("x", ""), ("true", "false"))
SALES = [
    (f"FV/{n:03}/2024", date(2024, 1, 15) + timedelta(11 * n), f"{n % 5 + 7:05}", n * 40_137)
    for n in range(1, 31)
] + [("KOR/1/2024", date(2024, 5, 9), "00010", -1_250)]  # in grosz
WAYS = {
    "encoding": st.sampled_from(
        ("utf-8", "utf-8-sig", "cp1250", "iso8859-2", "cp852", "utf-16", "utf-16-le", "spoilt")
    ),
    "separator": st.sampled_from(";,\t|"),
    "decimal": st.sampled_from(",."),
    "thousands": st.sampled_from(("", " ", "\u00a0", "'", ".", ",")),
    "minus": st.sampled_from(MINUS),
    "form": st.sampled_from(sorted(DAYS)),
    "words": st.sampled_from(YES_AND_NO),
    "head": st.sampled_from(HEADS),
    "titles": st.integers(0, 2),
    "total": st.booleans(),
    "end": st.sampled_from(("\n", "\r\n", "\r")),
    "money": st.sampled_from(("", " zł", " PLN")),
    "kind": st.sampled_from(("csv", "csv", "xlsx")),
}
UNHURRIED = {
    "deadline": None,
    "suppress_health_check": list(HealthCheck),
    "phases": [Phase.generate, Phase.shrink],
    "derandomize": True,
}


def amount(grosz: int, way: dict) -> str:
    """Write an amount as a client does."""
    thousands = "" if way["thousands"] == way["decimal"] else way["thousands"]
    whole = f"{abs(grosz) // 100:,}".replace(",", thousands)
    size = f"{whole}{way['decimal']}{abs(grosz) % 100:02}"
    return (way["minus"].format(size) if grosz < 0 else size) + way["money"]


def rows_of(way: dict) -> list[list[str]]:
    """Return the sales as a client's export has them, with titles above and a total below."""
    rows: list[list[str]] = [["Zestawienie sprzedaży"], ["za rok 2024"]][: way["titles"]]
    rows.append(list(way["head"]))
    for n, (number, day, who, net) in enumerate(SALES):
        words = way["words"][n % 2]
        rows.append(
            [number, DAYS[way["form"]](day), who, f"Łódź Żółć {who}", amount(net, way), words]
        )
    if way["total"]:
        rows.append(["", "", "Razem", "", amount(sum(sale[3] for sale in SALES), way), ""])
    return rows


def written(home: Path, way: dict) -> None:
    """Write the sales into a file."""
    home.mkdir()
    if way["kind"] == "xlsx":
        made = openpyxl.Workbook()
        for row in rows_of(way):
            made.active.append([cell or None for cell in row])
        made.save(home / "sprzedaz.xlsx")
        return
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=way["separator"], lineterminator=way["end"]).writerows(
        rows_of(way)
    )
    text = stream.getvalue()
    if way["encoding"] == "spoilt":
        text, encoding = text.encode().decode("cp1252", "replace"), "utf-8"
    else:
        encoding = way["encoding"]
    (home / "sprzedaz.csv").write_bytes(text.encode(encoding))


def reads_as_written(home: Path, way: dict) -> None:
    """Assert that the pasted draft of an export reads every line of it, to the grosz."""
    written(home, way)
    draft = suggest(home)
    assert draft.has_lines, (draft.left, draft.lacks)
    pasted(home, draft)
    tables = read_inputs(load_engagement(home), "FY2024").tables

    expected: dict[str, Decimal] = defaultdict(Decimal)
    for _number, _day, who, net in SALES:
        expected[who] += Decimal(net) / 100
    months = tables["customer_months"].groupby("customer_id")["invoice_revenue"].sum()
    assert {who: Decimal(str(sum_)) for who, sum_ in months.items()} == expected
    reasons = Counter(tables["quarantine"]["reason"])
    assert reasons == ({"a total, no line of its own": 1} if way["total"] else {})
    assert "31 of 31 values are yes or no" in draft.text or not way["words"][1]


@settings(max_examples=4, **UNHURRIED)
@given(**WAYS)
def test_the_draft_of_an_export_reads_it_as_it_was_written(tmp_path_factory, **way):
    reads_as_written(tmp_path_factory.mktemp("export") / "firm", way)


@pytest.mark.soak
@settings(max_examples=100, **UNHURRIED)
@given(**WAYS)
def test_the_drafts_of_a_hundred_exports_read_them_as_they_were_written(tmp_path_factory, **way):
    reads_as_written(tmp_path_factory.mktemp("export") / "firm", way)
