"""Views of accounts: the verdict table, golden shots, questions, first steps."""

from collections.abc import Hashable, Mapping
from typing import Any, Protocol

import numpy as np
import pandas as pd

from kamlib.columns import CAUSES, LEVELS, VERDICTS
from kamlib.language import _, money, percent, points
from kamlib.tables import among, untold_levels
from kamlib.verdicts import Balance

ACCOUNT = ["verdict", "questions", "lacking"]  # what a first step rests on
LOSS = ["drop_effect", "largest_cause", "fix_price_change"]
STEPS_FIRST = ("fix", "let_go", "find_out_first", "develop", "key_account_now")


class Intervals(Protocol):
    """Intervals of many quantities over the same parties, as the pyramid collects them."""

    party_id: np.ndarray

    def __getitem__(self, name: str) -> tuple[np.ndarray, np.ndarray]: ...


def account_table(
    accounts: pd.DataFrame,
    parties: pd.DataFrame,
    sides: pd.DataFrame,
    shots: pd.DataFrame,
    statement: pd.DataFrame,
    *,
    period: str,
) -> pd.DataFrame:
    """Join everything known of an account into one row: the hand-over for account pages and CRM."""
    now = statement[statement["period"] == period].set_index("customer_id")
    shot = shots.set_index("customer_id")["golden_shot"]
    manager = managers_of(parties)
    table = accounts.merge(
        sides.drop(columns=["period", "customer_profit"], errors="ignore"), on="party_id"
    )
    profit = table["party_id"].map(now["customer_profit"])
    if now["customer_profit"].notna().any():  # a live customer without a line brought nothing
        profit = profit.mask(~among(table["party_id"], now.index) & ~table["is_prospect"], 0.0)
    return table.assign(
        period=period,
        account_manager=table["party_id"].map(manager),
        customer_profit=profit,
        active=table["party_id"].map(now["active"]).fillna(False).astype(bool),
        golden_shot=table["party_id"].map(shot),
    )


def managers_of(parties: pd.DataFrame) -> pd.Series:
    """Return the account manager by party id; missing where nobody is named."""
    table = parties.set_index("party_id")
    if "account_manager" in table:
        return table["account_manager"]
    return pd.Series(None, index=table.index, dtype="str")


def shots_table(shots: pd.DataFrame, customers: pd.DataFrame) -> pd.DataFrame:
    """Pick golden shots and what is too early to tell, the largest first."""
    told = shots[shots["golden_shot"].isin(["yes", "too early to say"])]
    named = told.merge(customers[["customer_id", "name"]], on="customer_id", how="left")
    ordered = named.sort_values(
        ["profit", "customer_id"], ascending=[False, True], ignore_index=True
    )
    return ordered[["name", "golden_shot", "profit", "discount_rate", "margin_percentile"]]


def level_words(table: pd.DataFrame) -> pd.Series:
    """Write confirmed and possible level, such as "2 cooperation, possibly 4" or "not told (1 to 3)"."""
    words = []
    for low, high in zip(table["confirmed_level"], table["possible_level"], strict=True):
        if pd.isna(low):
            words.append(_("prospect"))
            continue
        if low == 1 < high:
            words.append(_("not told (1 to {n})").format(n=int(high)))
            continue
        said = f"{int(low)} {_(LEVELS[int(low)])}"
        more = _("{level}, possibly {high}").format(level=said, high=int(high))
        words.append(said if low == high else more)
    return pd.Series(words, index=table.index, dtype="str")


def _range(low: pd.Series, high: pd.Series) -> list[str]:
    template = _("{low} to {high}")
    return [
        points(a) if a == b else template.format(low=points(a), high=points(b))
        for a, b in zip(low, high, strict=True)
    ]


def verdict_table(
    accounts: pd.DataFrame, verdict: str, *, pays: bool | None = None
) -> pd.DataFrame:
    """Pick the accounts of one verdict, by customer profit.

    With `pays` only those who earn what a key account costs, or only those who do not for certain.
    """
    chosen = accounts[accounts["verdict"] == verdict].sort_values(
        ["customer_profit", "party_id"], ascending=[False, True], na_position="last"
    )
    if pays is not None:
        chosen = chosen[chosen["pays"].isin(["no", "unknown"]) != pays]
    return pd.DataFrame({
        "name": chosen["name"],
        "doors": chosen["doors"],
        "level": level_words(chosen),
        "customer_profit": chosen["customer_profit"],
        "side_a": _range(chosen["side_a_low"], chosen["side_a_high"]),
        "side_b": _range(chosen["side_b_low"], chosen["side_b_high"]),
    }).reset_index(drop=True)  # fmt: skip


def nominees_table(accounts: pd.DataFrame) -> pd.DataFrame:
    """Pick the nominees with what is missing, who asks and by when; the highest profit first."""
    chosen = accounts[accounts["nominee"].astype(bool)].sort_values(
        ["customer_profit", "party_id"], ascending=[False, True], na_position="last"
    )
    return chosen[["name", "customer_profit", "proofs_missing"]].reset_index(drop=True)


def overrides_table(accounts: pd.DataFrame) -> pd.DataFrame:
    """Pick the accounts on which people decided, with the model's verdict beside theirs."""
    chosen = accounts[accounts["override_author"].notna()].sort_values(
        ["override_expires", "party_id"]
    )
    return pd.DataFrame({
        "name": chosen["name"],
        "verdict": [_(VERDICTS[each]) for each in chosen["verdict"]],
        "decided_verdict": [_(VERDICTS[each]) for each in chosen["decided_verdict"]],
        "override_author": chosen["override_author"],
        "override_reason": chosen["override_reason"],
        "override_expires": chosen["override_expires"],
    }).reset_index(drop=True)  # fmt: skip


def questions_table(accounts: pd.DataFrame) -> pd.DataFrame:
    """Pick the open verdicts with the questions that decide them, the largest stake first."""
    chosen = accounts[accounts["verdict"] == "find_out_first"].sort_values(
        ["stake", "party_id"], ascending=[False, True], na_position="last"
    )
    return pd.DataFrame({
        "name": chosen["name"],
        "stake": chosen["stake"],
        "verdict_worst": chosen["verdict_worst"].map(lambda v: _(VERDICTS[v])),
        "verdict_best": chosen["verdict_best"].map(lambda v: _(VERDICTS[v])),
        "questions": chosen["questions"],
    }).reset_index(drop=True)  # fmt: skip


def first_steps(
    accounts: pd.DataFrame,
    verdicts: pd.DataFrame,
    rescue: pd.DataFrame | None = None,
    *,
    currency: str = "",
) -> pd.DataFrame:
    """Pick what to do first: loss-makers, open verdicts, accounts to develop; by money at stake.

    Without customer profit there is one thing before all accounts: to bring what was refused for.
    `rescue` says of loss-makers what takes most away, and what would end the loss.
    """
    if accounts["customer_profit"].isna().all():
        refused = verdicts[(verdicts["outcome"] == "REFUSE") & (verdicts["bring"] != "")]
        return refused[["bring", "title"]].drop_duplicates("bring").reset_index(drop=True)
    chosen = accounts[accounts["verdict"].isin(STEPS_FIRST)]
    size = chosen["customer_profit"].abs().fillna(0.0)
    ordered = chosen.assign(size=size).sort_values(["size", "party_id"], ascending=[False, True])
    told = rescue.set_index("customer_id")[LOSS] if rescue is not None else pd.DataFrame()
    known, own = told.to_dict("index"), ordered[["party_id", *ACCOUNT]].to_dict("records")
    rows = [(row, known.get(row["party_id"], {})) for row in own]
    return pd.DataFrame({
        "name": ordered["name"],
        "verdict": ordered["verdict"].map(lambda v: _(VERDICTS[v])),
        "customer_profit": ordered["customer_profit"],
        "what": [_step(row, loss, currency) for row, loss in rows],
        "account_manager": ordered["account_manager"].fillna(_("nobody named")),
    }).reset_index(drop=True)  # fmt: skip


def _step(row: Mapping[Hashable, object], loss: Mapping[Hashable, Any], currency: str) -> str:
    if row["verdict"] == "find_out_first":
        return str(row["questions"])
    if row["verdict"] == "key_account_now":
        return _("name a team and keep what holds: both sides and the relation")
    if row["verdict"] == "develop":
        return _("to become a key account: {what}").format(what=row["lacking"])
    if row["verdict"] == "let_go" and loss:
        return _("let go: that brings {effect}, and no price within reach ends the loss").format(
            effect=money(loss["drop_effect"], currency)
        )
    if not loss.get("largest_cause"):
        return _("find the cause of the loss and mend it: price, order size, service, terms")
    said = _("{cause} takes most away").format(cause=_(CAUSES[loss["largest_cause"]]))
    if loss["fix_price_change"] == loss["fix_price_change"]:
        said = _("{said}; a price rise of {rise} alone would end the loss").format(
            said=said, rise=percent(loss["fix_price_change"])
        )
    return said


def pyramid_table(accounts: pd.DataFrame, bounds: Intervals) -> pd.DataFrame:
    """Return level and criteria of every customer: ``<criterion>_low`` and ``_high`` as they voted."""
    names = ["known_years", "order_days_24m", "p_return_12m", "days_late", "trust", "orders_per_year",
             "benefit_ours", "benefit_theirs", "p_stay_3y", "contact_functions", "joint_hard",
             "joint_all"]  # fmt: skip
    criteria = pd.DataFrame({"party_id": bounds.party_id})
    for name in names:
        criteria[f"{name}_low"], criteria[f"{name}_high"] = bounds[name]
    kept = ["period", "party_id", "confirmed_level", "possible_level", "blocked_by"]
    table = accounts.loc[~accounts["is_prospect"], kept].merge(criteria, on="party_id", how="left")
    return table.rename(columns={"party_id": "customer_id"})


def account_balances(
    parties: pd.DataFrame, accounts: pd.DataFrame, statement: pd.DataFrame, currency: str
) -> list[Balance]:
    """Draw up that each party has one verdict, and that the levels hold the profit of all."""
    verdicts = Balance(_("Verdicts"), "rows").start(_("Parties"), len(parties))
    for name, words in VERDICTS.items():
        verdicts.change(_(words), -int((accounts["verdict"] == name).sum()))
    found = [verdicts.end(_("Without a verdict"), 0)]
    known = statement[statement["active"]]["customer_profit"]
    if known.isna().any() or known.empty:
        return found
    money = Balance(_("Customer profit at the levels"), currency)
    money.start(_("All active customers"), round(float(known.sum()), 2))
    active = accounts[accounts["active"]]
    untold = untold_levels(active)
    for level in sorted(LEVELS, reverse=True):
        held = active.loc[(active["confirmed_level"] == level) & ~untold, "customer_profit"].sum()
        money.change(f"{level} {_(LEVELS[level])}", -round(float(held), 2))
    if untold.any():
        held = active.loc[untold, "customer_profit"].sum()
        money.change(_("Level not told"), -round(float(held), 2))
    return [*found, money.end(_("At no level"), 0)]
