"""The small tables: validated like the lines, rolled up to units, and brought to pandas whole."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import ibis.expr.types as ir
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kamlib.core.contract import CONTRACT, IN_ANOTHER_CURRENCY
from kamlib.core.deductions import REVERSED, SETTLED
from kamlib.core.errors import DataError, listed
from kamlib.core.language import _, day, money, month, number, words_in
from kamlib.core.outcomes import FLAG, PASS, Outcome, outcome_of
from kamlib.core.tables import Tables, floats
from kamlib.core.timespans import Period
from kamlib.core.vocabulary import label, table_label
from kamlib.intake import reasons
from kamlib.intake.alike import plain_letters
from kamlib.intake.quarantine import SetAside, set_aside_of
from kamlib.intake.repeats import refuse_copies
from kamlib.intake.validate import Validated, validate
from kamlib.intake.workspace import Workspace, in_pandas

ONLY_WHAT_IS_MAPPED = ("customers", "prospects")
SITE = ["customer_id", "name", "parent_id", "relation"]  # what a table of firms has at least
ADD_UP = {  # tables whose rows add up, and what of them does
    "drivers": "volume",
    "off_invoice": "amount",
    "assets": "amount",
    "receivables": "average_balance",
    "gl_totals": "amount",
}
ONE_ROW_EACH = {"receivables": ["customer_id", "month"]}
US = "us"
TURNED = {  # tables whose amounts are costs or claims: the column, what it has, how to write it
    "off_invoice": (
        "amount",
        "amounts",
        "Write what a deduction cost as a positive amount, and what was taken back as one with the "
        "status reversed",
    ),
    "receivables": ("average_balance", "balances", "Write what customers owe as positive amounts"),
}
# for what an amount below 0 is taken, by table, column and perhaps the status of a row
BELOW: dict[str, str] = words_in(Path(__file__).with_name("findings.toml"))["signs"]
MANY_RATINGS, SHORT_SCALE = 20, 7  # none of so many ratings of 0 to 10 is above: a shorter scale
MANY_GROWTHS = 5  # of which none reaches 1 %: shares
MANY_FIRMS, JUMP, MONTH = 10, 0.5, 31
WITH_VAT = "includes_vat"  # without the column balances do; an empty cell is a no, as everywhere


class Seen(NamedTuple):
    """What was seen of the rows of a small table before they were added up.

    `repeats` repeat another in every column, with their `amount`; `same_key` speak of the same as another
    and differ; `spelled` are words taken for one of the engagement's but for case and blanks.
    """

    repeats: int = 0
    amount: Decimal = Decimal(0)
    same_key: int = 0
    spelled: Mapping[str, str] = {}


class Small(NamedTuple):
    """A small table: its clean frame, what was validated and set aside, and what was seen of it."""

    frame: pd.DataFrame
    validated: Validated
    apart: SetAside
    seen: Seen = Seen()


def master_table(work: Workspace, table: str) -> Small:
    """Read a table whose key names customers, prospects or products."""
    found = validate(work, table)
    rows = _one_for_each_key(found, _in_order(found))
    return Small(_clean_frame(_used(rows), found), found, set_aside_of(found, rows))


def party_table(
    work: Workspace, table: str, *, known: dict[str, ir.Table], units: Mapping[str, str]
) -> Small:
    """Read a table that speaks of customers or parties, and roll its ids up to units.

    Drivers are summed per period, unit and driver; nothing else is added up.
    """
    found = validate(work, table, known=known)
    refuse_copies(work, found)
    rows = _one_for_each_key(found, _in_order(found))
    if work.engagement.inputs[table].identical_rows == "quarantine":
        rows = _without_repeats(rows, found.raw.names)
    used, apart = _used(rows), set_aside_of(found, rows)
    seen = _seen(work, found, used)
    who = next((field.name for field in found.fields if field.who), "")
    if who:
        used = _with(used, who, [units.get(one, one) for one in used[who].to_pylist()])
    if table == "drivers":
        spelled = [seen.spelled.get(one, one) for one in used["driver"].to_pylist()]
        keys = ["period", "customer_id", "driver"]
        sums = _with(used, "driver", spelled).group_by(keys).aggregate([("volume", "sum")])
        used = sums.rename_columns([name.removesuffix("_sum") for name in sums.column_names])
    frame = _clean_frame(used, found)
    if "supplier" in frame:
        ours = frame["supplier"].str.lower() == US
        frame = frame.assign(supplier=frame["supplier"].mask(ours, US))
    if refuse := REFUSE.get(table):  # what makes a table mean nothing, or the opposite
        refuse(table, frame, listed(found.raw.files, most=3))
    return Small(frame, found, apart, seen)


def _one_for_each_key(found: Validated, rows: pa.Table) -> pa.Table:
    """Set aside rows that repeat a key; raise DataError where they differ in anything else."""
    key = list(CONTRACT[found.name].key)
    if not key:
        return rows
    used = in_pandas(_used(rows).select(found.raw.names or key)).drop_duplicates()
    twice = used[used.duplicated(key)][key].drop_duplicates().sort_values(key)
    if len(twice):
        which = listed(" ".join(map(str, row)) for row in twice.itertuples(index=False))
        raise DataError(
            f"rows of the {found.name} table that differ have the same {' and '.join(key)}: {which}. "
            f"Keep one row for each in {listed(found.raw.files)}."
        )
    return _without_repeats(rows, key, column=key[0])


def _in_order(table: Validated) -> pa.Table:
    """Return the validated rows in the order in which they stand in their files."""
    return table.rows.to_pyarrow().sort_by([("_file", "ascending"), ("_row", "ascending")])


def _used(rows: pa.Table) -> pa.Table:
    return rows.filter(pc.is_null(rows["_reason"]))


def _with(rows: pa.Table, name: str, texts: list) -> pa.Table:
    """Return rows with other texts in a column."""
    return rows.set_column(rows.schema.get_field_index(name), name, pa.array(texts, pa.string()))


def _without_repeats(rows: pa.Table, names: list[str], *, column: str = "") -> pa.Table:
    """Set aside each used row that is the same as an earlier one in some columns."""
    fine = pc.is_null(rows["_reason"]).to_pandas()
    again = fine & in_pandas(rows.select(names)).where(fine).duplicated(names)
    if not again.any():
        return rows
    value = rows[column].cast(pa.string()) if column else pa.nulls(len(rows), pa.string())
    marks = {"_column": column, "_reason": reasons.REPEATS, "_value": value}
    for name, mark in marks.items():
        rows = _with(rows, name, pc.if_else(pa.array(again), mark, rows[name]).to_pylist())
    return rows


def _seen(work: Workspace, found: Validated, used: pa.Table) -> Seen:
    """Count rows that stand twice, and take words for the engagement's that differ in case only."""
    if found.name not in ADD_UP:
        return Seen()
    every = in_pandas(used)
    twice = every.duplicated(found.raw.names)
    amount = every.loc[twice, ADD_UP[found.name]].dropna()
    repeats, key = int(twice.sum()), ONE_ROW_EACH.get(found.name)
    again = int(every.duplicated(key).sum()) if key else 0
    spelled = {}
    if found.name == "drivers":
        counts = {each.driver for each in work.engagement.profitability.time_equations}
        written = every["driver"].dropna().unique().tolist()
        spelled = _in_other_letters(written, {each for each in counts if each})
    total = Decimal(amount.sum()) if len(amount) else Decimal(0)
    return Seen(repeats, total, max(again - repeats, 0), spelled)


def _in_other_letters(written: list[str], known: set[str]) -> dict[str, str]:
    """Return words that differ from one known word in case and blanks only, each with that one."""
    letters = Counter(map(plain_letters, known))
    alike = {plain_letters(word): word for word in known if letters[plain_letters(word)] == 1}
    return {
        word: alike[plain_letters(word)]
        for word in sorted(written)
        if word not in known and plain_letters(word) in alike
    }


def _clean_frame(rows: pa.Table, found: Validated) -> pd.DataFrame:
    """Return the used rows in an order that the files cannot change."""
    asked = [
        field for field in found.fields if field.otherwise != IN_ANOTHER_CURRENCY and not field.only
    ]
    names = [field.name for field in asked if field.name in rows.column_names]
    if found.name in ONLY_WHAT_IS_MAPPED:
        names = [name for name in names if name in (*found.raw.names, *SITE)]
    kinds = {field.name: field.kind for field in found.fields}
    ordered = rows.select(names).sort_by([(name, "ascending") for name in names])
    frame = in_pandas(ordered, kinds)
    yes_or_no = [name for name in names if kinds[name] == "bool"]
    return frame.assign(**{n: frame[n].fillna(n == WITH_VAT).astype(bool) for n in yes_or_no})


def _refuse_pools_without_capacity(_table: str, pools: pd.DataFrame, shown: str) -> None:
    """Raise DataError as engagement.yaml does: a pool that can do nothing has no rate."""
    can = pools[["theoretical_capacity", "practical_capacity"]].astype("float64")
    for name in can:
        if (none := can[name] <= 0).any():
            raise DataError(
                f"{name} of {_pools(pools[none])} in {shown} is not above 0, so that its cost would "
                f"be on nobody. Write what the pool can do in the period, or leave the cell empty if "
                f"nobody knows."
            )
    if (above := can["practical_capacity"] > can["theoretical_capacity"]).any():
        raise DataError(
            f"practical_capacity of {_pools(pools[above])} in {shown} is above "
            f"theoretical_capacity. Correct one of the two."
        )


def _pools(rows: pd.DataFrame) -> str:
    """Name pools with their periods."""
    both = zip(rows["pool"], rows["period"], strict=True)
    return listed(f"pool '{pool}' ({period})" for pool, period in both)


def _refuse_turned(table: str, frame: pd.DataFrame, shown: str) -> None:
    """Raise DataError if most amounts are below 0: then the file counts as income what cost us."""
    column, what, remedy = TURNED[table]
    amount = pd.Series(floats(frame[column]))
    if table == "off_invoice":
        amount = amount[(frame["status"] != REVERSED).to_numpy()]
    below, filled = int((amount < 0).sum()), int((amount.fillna(0) != 0).sum())
    if 2 * below > filled:
        raise DataError(
            f"{below} of {filled} {what} in {shown} ({table}) are below 0, as if they were income. "
            f"{remedy}: turn the signs of the export round."
        )


def _refuse_without_us(_table: str, ratings: pd.DataFrame, shown: str) -> None:
    """Raise DataError if suppliers are rated and none of them is us."""
    suppliers = ratings["supplier"].value_counts()
    if len(ratings) and US not in suppliers:
        named = listed(f"{name} ({n})" for name, n in suppliers.items())
        raise DataError(
            f"no rating in {shown} (ratings_theirs) is of us: its suppliers are {named}. If we are "
            f"one of them, say so under inputs.ratings_theirs.values in engagement.yaml: "
            f"supplier: {{{suppliers.index[0]}: us}}."
        )


REFUSE = {
    "resources": _refuse_pools_without_capacity,
    "ratings_theirs": _refuse_without_us,
    **dict.fromkeys(TURNED, _refuse_turned),
}


def small_outcomes(seen: Mapping[str, Seen], tables: Tables, *, currency: str) -> list[Outcome]:
    """Say which rows of small tables stand twice, and what was made of amounts below 0."""
    given, found = [name for name in ADD_UP if name in seen], list[Outcome]()
    if given:
        twice = [what for name in given for what in _twice(name, seen[name], currency)]
        below = list(_below(tables, currency))
        found = [
            outcome_of("small_repeats", FLAG if twice else PASS, what="; ".join(twice)),
            outcome_of("signs", FLAG if below else PASS, what="; ".join(below)),
            *_months_without_balances(tables),
        ]
    odd = [  # taken as it stands, and looks as if something else were meant
        *_other_scales(tables),
        *_ranks(tables.get("ratings_theirs")),
        *_since_one_day(tables["customers"]),
        *_jumping_rates(tables.get("fx_rates")),
        *_takings(tables.get("assets")),
    ]
    return [*found, *([outcome_of("perhaps_otherwise", FLAG, what="; ".join(odd))] if odd else [])]


def _other_scales(tables: Tables) -> Iterator[str]:
    """Yield numbers that look as if they were on another scale than ours."""
    template = _("none of {n} {table} is above {most} of 10, as on a shorter scale")
    for name in ("ratings_ours", "ratings_theirs"):
        ratings = tables.get(name)
        rated = pd.Series(dtype=float) if ratings is None else ratings["rating"].dropna()
        if len(rated) >= MANY_RATINGS and rated.max() <= SHORT_SCALE:
            most = number(float(rated.max()))
            yield template.format(n=number(len(rated)), table=table_label(name), most=most)
    growth = tables["customers"].get("own_growth", pd.Series(dtype=float)).astype("float64")
    told = growth[growth.fillna(0.0) != 0]
    if len(told) >= MANY_GROWTHS and told.abs().max() < 1:
        template = _("none of {n} growth rates is as much as 1%, as if they were shares")
        yield template.format(n=number(len(told)))


def _ranks(ratings: pd.DataFrame | None) -> Iterator[str]:
    """Yield how many parties weigh their criteria by 1, 2, 3 …: a rank 1 would weigh least."""
    if ratings is None or "weight" not in ratings:
        return
    weights = ratings.dropna(subset=["weight"]).drop_duplicates(["party_id", "criterion"])
    weights = weights.assign(weight=weights["weight"].astype("float64"))
    by_party = weights.sort_values("weight").groupby("party_id")["weight"]
    ranked = by_party.agg(lambda own: [*own] == [*range(1, len(own) + 1)]) & (by_party.size() > 2)
    if len(ranked) and 2 * ranked.sum() >= len(ranked):
        template = _("weights of {n} of {all} who were asked are 1, 2, 3 …, as ranks are")
        yield template.format(n=number(int(ranked.sum())), all=number(len(ranked)))


def _since_one_day(customers: pd.DataFrame) -> Iterator[str]:
    """Yield the day since which most customers are known, as where a system was changed."""
    if "since" not in customers or customers["since"].count() < MANY_FIRMS:
        return
    known = pd.to_datetime(customers["since"].dropna())
    usual = known.mode()[0]
    same = int((known == usual).sum())
    if 2 * same > len(known):
        template = _("{n} of {all} customers are such since {day}, as where a system was changed")
        yield template.format(n=number(same), all=number(len(known)), day=day(usual))


def _jumping_rates(rates: pd.DataFrame | None) -> Iterator[str]:
    """Yield the first rate of each currency that is half or less, or double or more, of the one before."""
    if rates is None or rates.empty:
        return
    days = rates.sort_values(["currency", "date"])
    days = days.assign(rate=days["rate"].astype("float64"), date=pd.to_datetime(days["date"]))
    days[["before", "since"]] = days.groupby("currency")[["rate", "date"]].shift()
    near = (days["date"] - days["since"]).dt.days <= MONTH
    jumps = days[near & ~(days["rate"] / days["before"]).between(JUMP, 1 / JUMP)]
    template = _("the rate of {currency} goes from {before} to {rate} on {day}")
    for currency, one in jumps.groupby("currency").first().iterrows():
        before, rate = number(one["before"], 4), number(one["rate"], 4)
        yield template.format(currency=currency, before=before, rate=rate, day=day(one["date"]))


def _takings(assets: pd.DataFrame | None) -> Iterator[str]:
    """Yield what was counted anew at a customer while the count before has no end: both add up."""
    if assets is None or "from" not in assets:
        return
    key = ["customer_id", "kind"]
    rows = assets.reindex(columns=[*key, "from", "until"])
    rows = rows.assign(begins=pd.to_datetime(rows["from"]), ends=pd.to_datetime(rows["until"]))
    rows = rows.dropna(subset=["begins"]).sort_values([*key, "begins"])
    later = rows.groupby(key)["begins"].shift(-1)
    over = int(((later > rows["begins"]) & ~(rows["ends"] <= later)).sum())
    if over:
        template = _("assets of one kind at one customer add up, where a later count begins: {n}")
        yield template.format(n=number(over))


def _months_without_balances(tables: Tables) -> list[Outcome]:
    """Say of which months nobody's balance is given, in periods of which some are."""
    owed, sold = tables.get("receivables"), tables["customer_months"]
    if owed is None or owed.empty:
        return []
    spans = sold.loc[sold["period"].notna(), ["period", "month"]].drop_duplicates()
    given = spans["month"].isin(owed["month"])
    silent = spans.loc[~given & spans["period"].isin(spans.loc[given, "period"]), "month"]
    names = listed([month(each) for each in sorted(silent.unique())], most=12)
    return [outcome_of("receivables_months", FLAG, months=names)] if len(silent) else []


def periods_without_deductions(tables: Tables, spans: Iterable[Period]) -> list[Outcome]:
    """Say of which period with sales no deduction is given, where another has some."""
    items, sold = tables.get("off_invoice"), set(tables["customer_months"]["period"].dropna())
    if items is None or items.empty:
        return []
    ends = {s.name: (pd.Timestamp(s.start), pd.Timestamp(s.end)) for s in spans}
    there = {name for name, within in ends.items() if items["date"].between(*within).any()}
    if not there or not sold - there:
        return []
    silent = listed(sorted(sold - there))
    return [outcome_of("periods_without_deductions", FLAG, periods=silent)]


def _twice(name: str, seen: Seen, currency: str) -> Iterator[str]:
    """Yield what of a table stands twice."""
    if seen.repeats:
        template = _("{n} × {table}, the same in every column ({what} {amount})")
        weight, amount = ADD_UP[name], float(seen.amount)
        yield template.format(
            n=number(seen.repeats),
            table=table_label(name),
            what=label(weight).lower(),
            amount=number(amount) if weight == "volume" else money(amount, currency),
        )
    if seen.same_key:
        template = _("{n} × {table}, another row for the same customer and month")
        yield template.format(n=number(seen.same_key), table=table_label(name))


def _below(tables: Tables, currency: str) -> Iterator[str]:
    """Yield how amounts below 0 were taken."""
    for place, template in BELOW.items():
        table, column, *status = place.split(".")
        if (rows := tables.get(table)) is None:
            continue
        mine = rows[rows["status"].fillna(SETTLED).isin(status)] if status else rows
        amount = pd.Series(floats(mine[column]))
        if n := int((amount < 0).sum()):
            sum_ = money(float(amount[amount < 0].sum()), currency)
            yield _(template).format(n=number(n), amount=sum_)
