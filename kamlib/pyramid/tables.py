"""Tables of accounts on a page: verdicts, nominees, questions, golden shots."""

from typing import TYPE_CHECKING

import pandas as pd

from kamlib.core.codes import LEVELS, PAYS, VERDICTS
from kamlib.core.language import _, points, span
from kamlib.core.outcomes import Balance
from kamlib.core.quantities import VOTERS
from kamlib.core.tables import among, untold_levels
from kamlib.pyramid.decide import verdict_counts

if TYPE_CHECKING:
    from kamlib.pyramid.bounds import Bounds


STAKES = ("stake", "gross_margin", "invoice_revenue")  # by which accounts are put in order


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
        gross_margin=table["party_id"].map(now["gross_margin"]),
        invoice_revenue=table["party_id"].map(now["invoice_revenue"]),
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
    """Pick golden shots and who is too young to tell, the largest first."""
    told = shots[shots["golden_shot"].isin(["yes", "too young to tell"])]
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
    return [span(points(a), points(b)) for a, b in zip(low, high, strict=True)]


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
    earns = {"pays": [_(PAYS[each]) for each in chosen["pays"].dropna()]}
    return pd.DataFrame(
        {
            "name": chosen["name"],
            "doors": chosen["doors"],
            "level": level_words(chosen),
            "customer_profit": chosen["customer_profit"],
            **(earns if pays is not None and len(earns["pays"]) == len(chosen) else {}),
            "side_a": _range(chosen["side_a_low"], chosen["side_a_high"]),
            "side_b": _range(chosen["side_b_low"], chosen["side_b_high"]),
        }
    ).reset_index(drop=True)


def key_accounts(accounts: pd.DataFrame) -> pd.DataFrame:
    """Return the key accounts that count: who passes, and earns what one costs where that is known."""
    passed = accounts[accounts["verdict"] == "key_account_now"]
    return passed[~passed["pays"].isin(["no", "unknown"])]


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
    return pd.DataFrame(
        {
            "name": chosen["name"],
            "verdict": [_(VERDICTS[each]) for each in chosen["verdict"]],
            "decided_verdict": [_(VERDICTS[each]) for each in chosen["decided_verdict"]],
            "override_author": chosen["override_author"],
            "override_reason": chosen["override_reason"],
            "override_expires": chosen["override_expires"],
        }
    ).reset_index(drop=True)


def by_stake(accounts: pd.DataFrame) -> pd.DataFrame:
    """Order accounts by money: by stake; who has none known by gross margin, else by revenue.

    Ids only break ties, so that other ids show the same accounts.
    """
    order = [*STAKES, "party_id"]
    return accounts.sort_values(
        order, ascending=[False] * len(STAKES) + [True], na_position="last", ignore_index=True
    )


def order_words(accounts: pd.DataFrame) -> str:
    """Say by what `by_stake` orders these accounts."""
    known = [name for name in STAKES if accounts[name].notna().any()]
    words = {
        "stake": _("the largest stake first"),
        "gross_margin": _("the largest gross margin first"),
        "invoice_revenue": _("the largest revenue first"),
    }
    return words[known[0]] if known else _("in no order of money: none is known")


def questions_table(accounts: pd.DataFrame) -> pd.DataFrame:
    """Pick the open verdicts with the questions that decide them, in the order of `by_stake`."""
    chosen = by_stake(accounts[accounts["verdict"] == "find_out_first"])
    return pd.DataFrame(
        {
            "name": chosen["name"],
            "customer_profit": chosen["customer_profit"],
            "verdict_worst": chosen["verdict_worst"].map(lambda v: _(VERDICTS[v])),
            "verdict_best": chosen["verdict_best"].map(lambda v: _(VERDICTS[v])),
            "questions": chosen["questions"],
        }
    ).reset_index(drop=True)


def pyramid_table(accounts: pd.DataFrame, bounds: "Bounds") -> pd.DataFrame:
    """Return level and criteria of every customer: ``<criterion>_low`` and ``_high`` as they voted."""
    criteria = pd.DataFrame({"party_id": bounds.party_id})
    for name in VOTERS:
        criteria[f"{name}_low"], criteria[f"{name}_high"] = bounds[name]
    kept = ["period", "party_id", "confirmed_level", "possible_level", "blocked_by"]
    table = accounts.loc[~accounts["is_prospect"], kept].merge(criteria, on="party_id", how="left")
    return table.rename(columns={"party_id": "customer_id"})


def account_balances(
    parties: pd.DataFrame, accounts: pd.DataFrame, statement: pd.DataFrame, currency: str
) -> list[Balance]:
    """Draw up that each party has one verdict, and that the levels hold the profit of all."""
    verdicts = Balance(_("Verdicts"), "rows").start(_("Without a verdict"), 0)
    for name, n in verdict_counts(accounts).itertuples(index=False):
        verdicts.change(_(VERDICTS.get(name, name)), n)
    found = [verdicts.end(_("Customers and prospects"), len(parties))]
    known = statement[statement["active"]]["customer_profit"]
    if known.isna().any() or known.empty:
        return found
    money = Balance(_("Customer profit at the levels"), currency).start(_("At no level"), 0)
    active = accounts[accounts["active"]]
    untold = untold_levels(active)
    for level in sorted(LEVELS, reverse=True):
        held = active.loc[(active["confirmed_level"] == level) & ~untold, "customer_profit"].sum()
        money.change(f"{level} {_(LEVELS[level])}", round(float(held), 2))
    if untold.any():
        held = active.loc[untold, "customer_profit"].sum()
        money.change(_("Level not told"), round(float(held), 2))
    return [*found, money.end(_("All active customers"), round(float(known.sum()), 2))]
