"""The analyses of notebook 6: the answer, what to do first, what is not known, does it add up."""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from kamlib.attractiveness.figures import plot_matrix
from kamlib.attractiveness.tables import matrix_frame
from kamlib.attractiveness.words import both_sides_finding
from kamlib.core.analysis import Analysis, Part
from kamlib.core.frames import external, main_measure, named
from kamlib.core.language import _
from kamlib.core.outcomes import PASS
from kamlib.core.tables import among, read_table
from kamlib.page.parts import (
    Claim,
    Figure,
    Finding,
    Headline,
    Ledger,
    OpenOutcomes,
    Strip,
    Table,
    Values,
)
from kamlib.profitability import bridge
from kamlib.profitability.words import bridge_finding
from kamlib.pyramid.figures import plot_pyramid
from kamlib.pyramid.tables import nominees_table, order_words, verdict_table
from kamlib.pyramid.words import population_finding
from kamlib.segmentation.words import effort_finding
from kamlib.staying.words import staying_finding
from kamlib.summary import backtest, tables, words

if TYPE_CHECKING:
    from kamlib.stage import Stage

ACCOUNTS = "key_accounts"  # the table of notebook 5 that all of this picks from
MOST_NAMED = 8  # key accounts on a page that is read in five minutes


def answer(stage: "Stage") -> Analysis:
    """Answer whether every customer can be a key customer, what hangs on open questions, who gets what.

    Its table is ``key_accounts``: one row per customer and prospect, with the verdict on each.
    """
    accounts = stage.read(ACCOUNTS)
    places = stage.engagement.capacity.places
    standing = words.standing_finding(accounts, places=places, currency=stage.currency)
    told = stage.outcomes_so_far().set_index("rule")["outcome"]
    equal = ""
    if told.get("equal_treatment") == PASS and stage.has("effort_audit"):
        equal = effort_finding(stage.read("effort_audit"))[0] + "."
    said = [standing, _who_may_go(stage), equal]
    parts: list[Part] = [Headline(words.headline(accounts)), Finding(*said)]
    return stage.keep("answer", Analysis({ACCOUNTS: accounts}, parts))


def _who_may_go(stage: "Stage") -> str:
    """Say what notebook 3b found of who leaves and of whom we neglect."""
    doors = stage.read("doors")
    leavers, unseen = (
        stage.read(name) if stage.has(name) else pd.DataFrame() for name in ("leaving", "neglected")
    )
    return staying_finding(
        leavers,
        unseen,
        good=int((doors["open"].astype(bool) & (doors["door"] == "vital_few")).sum()),
        currency=stage.currency,
        measure=main_measure(stage.read("profitability")) or "invoice_revenue",
    )


def values(stage: "Stage") -> Analysis:
    """Say what all customers leave, and why that changed since the previous period.

    Its table is ``values``: four values in words, each with its change.
    """
    every, now = stage.read("profitability", periods="all"), stage.read("profitability")
    here, currency = stage.period.name, stage.currency
    previous = stage.previous.name if stage.previous else ""
    table = words.main_values(
        now,
        every[every["period"] == previous],
        stage.read(ACCOUNTS),
        tables.chain(stage.ledger_so_far(), here),
        measure=main_measure(now),
        currency=currency,
    )
    parts: list[Part] = [Values(table)]
    measure = bridge.bridge_measure(every, period=here, previous=previous)
    if measure and stage.has("profit_bridge"):
        moved = stage.read("profit_bridge")
        steps = bridge.bridge_steps(moved, every, period=here, previous=previous, measure=measure)
        parts.append(Finding(bridge_finding(steps, currency=currency, measure=measure)))
    return stage.keep("values", Analysis({"values": table}, parts))


def first_steps(stage: "Stage") -> Analysis:
    """Say what should be done first: losses to end, questions to ask, key accounts to keep.

    Its tables are ``repairs``, ``inquiries`` and ``keeping``: one row per step with who it is about,
    what to do, and what it is worth in reporting currency.
    """
    accounts, currency = stage.read(ACCOUNTS), stage.currency
    losses = stage.read("loss_treatment") if stage.has("loss_treatment") else None
    by_when = stage.two_months_on()
    unit = float(stage.engagement.key_account_unit.amount)
    months = stage.engagement.pyramid.evidence_months
    repairs = tables.repairs(accounts, losses, by_when=by_when, currency=currency)
    asked = tables.inquiries(accounts, unit=unit)
    kept = tables.keeping(accounts, evidence_months=months, by_when=by_when)
    repair = _(
        "Repair: what alone would end a loss whose verdict is certain, the most money first."
    )
    ask = _("Ask: the answers that decide a verdict, {order}.").format(order=order_words(accounts))
    keep = _("Keep: what the key accounts told us must not grow too old.")
    parts: list[Part] = [Finding(words.bring_finding(accounts, stage.outcomes_so_far()))]
    if len(repairs):
        parts.append(Table(repairs, repair, currency, most=3, rest="loss_treatment"))
    stake = {"worth": _("At stake at most, {currency}").format(currency=currency)}
    parts.append(Table(asked, ask, currency, stake, most=3, rest=ACCOUNTS))
    if len(kept):
        parts.append(Table(kept, keep, currency, most=2, rest=ACCOUNTS))
    steps = {"repairs": repairs, "inquiries": asked, "keeping": kept}
    return stage.keep("first_steps", Analysis(steps, parts))


def key_accounts(stage: "Stage") -> Analysis:
    """Say who the key accounts are, and who passes without earning what one costs.

    Its tables are ``they_pay`` and ``they_do_not_pay``: one row per account, profit in reporting
    currency.
    """
    accounts, currency = stage.read(ACCOUNTS), stage.currency
    pay = verdict_table(accounts, "key_account_now", pays=True)
    not_yet = verdict_table(accounts, "key_account_now", pays=False)
    caption = words.key_caption(stage.engagement.key_account_unit)
    below = _("Pass, and do not earn for certain what a key account costs.")
    parts: list[Part] = [
        Table(pay, caption, currency, rest=ACCOUNTS, most=MOST_NAMED),
        Table(not_yet, below, currency, fold=True),
    ]
    found = {"they_pay": pay, "they_do_not_pay": not_yet}
    return stage.keep("key_accounts", Analysis(found, parts))


def nominees(stage: "Stage") -> Analysis:
    """Say who lacks one or two proofs to be a key account, who asks for them and by when.

    Its table is ``nominees``: one row per nominee, profit in reporting currency.
    """
    accounts, currency = stage.read(ACCOUNTS), stage.currency
    table = nominees_table(accounts)
    said = words.nominees_finding(accounts, currency=currency)
    parts: list[Part] = [Table(table, said, currency, fold=True) if len(table) else Finding(said)]
    return stage.keep("nominees", Analysis({"nominees": table}, parts))


def both_sides(stage: "Stage") -> Analysis:
    """Say of whom both sides of attractiveness hold: how we rate them, and how they rate us.

    Its table is ``matrix``: one row per rated customer and prospect, ratings from 0 to 1; where
    side A was refused there is none.
    """
    accounts, settings, currency = stage.read(ACCOUNTS), stage.engagement, stage.currency
    parts: list[Part] = [Claim(both_sides_finding(accounts))]
    if not stage.knows("side_a"):
        return stage.keep("both_sides", Analysis(parts=parts))
    matrix, cut_a, cut_b = matrix_frame(accounts), settings.side_a.cut, settings.side_b.cut
    parts.insert(
        0,
        Figure("matrix", lambda: plot_matrix(matrix, cut_a=cut_a, cut_b=cut_b, currency=currency)),
    )
    return stage.keep("both_sides", Analysis({"matrix": matrix}, parts))


def levels(stage: "Stage") -> Analysis:
    """Say how close customers are to us: how many stand on each level of the pyramid.

    Its table is ``customers``: one row per customer, with its confirmed and its possible level.
    """
    accounts = stage.read(ACCOUNTS)
    customers = accounts[~accounts["is_prospect"]]
    parts = [Figure("pyramid", lambda: plot_pyramid(customers))]
    return stage.keep("levels", Analysis({"customers": customers}, parts))


def unknowns(stage: "Stage") -> Analysis:
    """Say what is not known, of how many, and what would settle it.

    Its table is ``unknowns``: one row per thing unknown, with the customers and prospects it is
    unknown of and the profit of those of them who earn, in reporting currency.
    """
    table, currency = words.unknown_table(stage.read(ACCOUNTS)), stage.currency
    caption = _("What is unknown of customers and prospects, the most profit first.")
    heads = {"customer_profit": _("Profit of those who earn, {currency}").format(currency=currency)}
    parts: list[Part] = [
        Table(table, caption, currency, heads=heads, most=3),
        OpenOutcomes(stage.outcomes_so_far()),
    ]
    return stage.keep("unknowns", Analysis({"unknowns": table}, parts))


def chain(stage: "Stage") -> Analysis:
    """Lead from the general ledger, or list revenue, to customer profit; say whether all sums hold.

    Its table is ``chain``: one row per step, in reporting currency.
    """
    table = tables.chain(stage.ledger_so_far(), stage.period.name)
    held = stage.sums_outcome()
    counted = population_finding(stage.read(ACCOUNTS), period=stage.period.name)
    parts: list[Part] = [Ledger(table, fold=False), Finding(held.said, counted)]
    return stage.keep("chain", Analysis({"chain": table}, parts, [held]))


def checks(stage: "Stage") -> Analysis:
    """Count the rules of method of the whole run: passed, to be read with care, not shown.

    Its table is ``outcomes``: one row per rule, as all notebooks so far have judged it.
    """
    told = stage.outcomes_so_far()
    return stage.keep("checks", Analysis({"outcomes": told}, [Strip(told)]))


class _Since(NamedTuple):
    """What happened after the day of a run: profit of both periods, and who ordered."""

    period: str
    measure: str | None
    then: pd.Series
    after: pd.Series
    orders: pd.DataFrame
    whole_year: bool

    @property
    def buys(self) -> pd.Series:
        """Return who ordered in the next period."""
        return self.orders.loc[self.orders["period"] == self.period, "customer_id"]


def backtest_verdicts(stage: "Stage", next_folder: str) -> Analysis:
    """Hold the verdicts of a run, without ratings the classes alone, against the next period.

    Its table is ``classes``, or ``verdicts`` where ratings up to that day are there: accounts, money in
    reporting currency of both periods, and the share who still buy.
    """
    happened = _since(stage, next_folder)
    classes = stage.read("segmentation").set_index("customer_id")["profit_class"]
    found = {"classes": _groups(stage, happened, classes, "profit_class")}
    accounts = stage.read(ACCOUNTS)
    ours = accounts[~accounts["is_prospect"].astype(bool)].set_index("party_id")
    gone: list[str] = []
    known = _ratings(stage.folder)
    if known:
        found = {"verdicts": _groups(stage, happened, ours["verdict"], "verdict"), **found}
        keys = ours[ours["verdict"] == "key_account_now"]
        gone = list(keys.loc[~among(keys.index.to_series(), happened.buys), "name"])
        said = words.keys_since(len(keys), gone, period=happened.period)
        rated = words.ratings_since(known, _ratings(Path(next_folder)))
    else:
        said = _(
            "No rating is dated up to that day: there were no verdicts to look back on, classes only."
        )
        rated = ""
    groups, period = found["classes"], happened.period
    heads = {"profit_before": stage.period.name, "profit_now": period}
    heads = {
        key: _("Profit in {period}, {currency}").format(period=name, currency=stage.currency)
        for key, name in heads.items()
    }
    captions = {
        "verdicts": _("The verdicts at the end of {then}, and what came of them in {after}."),
        "classes": _("The classes of {then}, and what came of them in {after}."),
    }
    spans = {"then": stage.period.name, "after": period}
    claim = words.classes_since(
        groups, then=stage.period.name, after=period, currency=stage.currency
    )
    shown = [
        Table(table, captions[name].format(**spans), stage.currency, heads)
        for name, table in found.items()
    ]
    _leave(stage, found)
    return stage.keep(
        "backtest_verdicts", Analysis(found, [Headline(claim), Claim(said, rated), *shown])
    )


def backtest_returns(stage: "Stage", next_folder: str) -> Analysis:
    """Hold the chances of return of a run against who ordered within 12 months.

    Its table is ``bands``: customers, mean chance and share who came back, from 0 to 1.
    """
    happened = _since(stage, next_folder)
    if not happened.whole_year:
        said = _("What was foretold over 12 months cannot be held against {period}: it is shorter.")
        return stage.keep(
            "backtest_returns", Analysis(parts=[Finding(said.format(period=happened.period))])
        )
    stays = _of_external(stage, stage.read("staying")).set_index("customer_id")
    stays = stays[stays["first_order"].notna()]  # of today's customers, those of that day
    found = backtest.bands(stays["p_return_12m"], happened.orders["customer_id"])
    parts: list[Part] = [
        Claim(*words.bands_since(found, int(stays["p_return_12m"].isna().sum()))),
        Table(found, _("Chance of return as it was told then, and who ordered within 12 months.")),
    ]
    _leave(stage, {"returns": found})
    return stage.keep("backtest_returns", Analysis({"bands": found}, parts))


def backtest_warnings(stage: "Stage", next_folder: str) -> Analysis:
    """Say what became of quiet leavers and of golden shots.

    Its tables are ``leavers``, with accounts and money of both periods and the share who still buy, and
    ``golden_shots`` that came back after all, by name.
    """
    happened = _since(stage, next_folder)
    stays = _of_external(stage, stage.read("staying")).set_index("customer_id")
    signs = stage.read_optional("leaving")
    alarmed = pd.Series(dtype=str) if signs is None else signs["customer_id"]
    regular = stays.index[(stays["order_days_24m"] >= 3) & (happened.then.reindex(stays.index) > 0)]
    told = pd.Series(among(regular.to_series(), alarmed), regular)
    said = told.map({True: _("a sign of leaving"), False: _("no sign")})
    leavers = _groups(stage, happened, said, "signs")
    shots = _of_external(stage, stage.read("golden_shots"))
    shots = shots[shots["golden_shot"] == "yes"]
    back = shots[among(shots["customer_id"], happened.buys)]
    back = named(back[["customer_id", "profit"]], stage.read("customers"))
    parts: list[Part] = [
        Claim(
            words.leavers_since(leavers, _("a sign of leaving"), _("no sign")),
            words.shots_since(len(shots), list(back["name"])),
        )
    ]
    found = {"leavers": leavers, "golden_shots": back}
    _leave(stage, found)
    return stage.keep("backtest_warnings", Analysis(found, parts))


def _leave(stage: "Stage", found: dict[str, pd.DataFrame]) -> None:
    """Leave tables of a look back with those of its run, where its page finds them."""
    for name, table in found.items():
        stage.write(table, f"backtest_{name}")


def _groups(stage: "Stage", happened: _Since, said: pd.Series, key: str) -> pd.DataFrame:
    inside = among(said.index.to_series(), external(stage.read("customers")))
    told = (happened.then, happened.after, happened.buys)
    found = backtest.since(said[inside], *told, key=key)
    return found if happened.measure else found.drop(columns=["profit_before", "profit_now"])


def _since(stage: "Stage", next_folder: str) -> _Since:
    """Read what the next period brought."""
    after = read_table(Path(next_folder), "profitability")
    name = stage.engagement.later_periods[0]
    now, measure = stage.read("profitability"), main_measure(stage.read("profitability"))
    column = measure or "invoice_revenue"
    orders = read_table(Path(next_folder), "orders")
    day = pd.Timestamp(stage.period.end)
    year = day + pd.DateOffset(months=12)
    return _Since(
        name,
        measure,
        now.set_index("customer_id")[column].astype(float),
        after[after["period"] == name].set_index("customer_id")[column].astype(float),
        orders[(orders["date"] > day) & (orders["date"] <= year)],
        bool(orders["date"].max() > year - pd.DateOffset(months=1)),
    )


def _of_external(stage: "Stage", table: pd.DataFrame) -> pd.DataFrame:
    return table[among(table["customer_id"], external(stage.read("customers")))]


def _ratings(folder: Path) -> int:
    """Count the ratings that a run knew."""
    files = (folder / f"{name}.parquet" for name in ("ratings_ours", "ratings_theirs"))
    return sum(len(read_table(folder, each.stem)) for each in files if each.exists())
