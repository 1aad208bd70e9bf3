"""Tables of both sides on a page."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from kamlib.core.codes import DOORS
from kamlib.core.language import _, span_of_points
from kamlib.core.outcomes import Balance
from kamlib.core.tables import untold_levels

NUMBERED = 12
FAR = 0.5  # key-account units by which a rating and what was measured are told apart

NO_OTHER = "none"  # the rival of who says that there is no other supplier

SLACK = 1e-9


def criteria_summary(values: pd.DataFrame) -> pd.DataFrame:
    """Count for each criterion of side A how many parties are measured, rated or unknown."""
    counts = values.pivot_table(
        index="criterion", columns="source", values="party_id", aggfunc="count", fill_value=0
    )
    counts = counts.reindex(columns=["measured", "rated", "unknown"], fill_value=0)
    weight = values.groupby("criterion")["weight"].first()
    table = counts.assign(weight_share=weight).reset_index()
    table = table.sort_values(
        ["weight_share", "criterion"], ascending=[False, True], ignore_index=True
    )
    return table.assign(criterion=table["criterion"].str.replace("_", " "))[
        ["criterion", "weight_share", "measured", "rated", "unknown"]
    ]


def both_sides(
    parties: pd.DataFrame,
    a_side: pd.DataFrame,
    b_side: pd.DataFrame,
    statement: pd.DataFrame,
    doors: pd.DataFrame,
    values: pd.DataFrame,
    could: pd.DataFrame,
    *,
    period: str,
    cuts: Mapping[str, float],
) -> pd.DataFrame:
    """Join both sides of every party with its name, profit, potential and open doors.

    ``profit_potential`` is what counts on side A, with its ends: measured, of `profit_at_potential`
    (`could`), else rated; ``potential_rated`` is our rating in any case, in key-account units.
    `cuts` says from where ``side_a``, ``side_b`` and ``relative_strength`` hold; ``both_hold`` tells
    whether all three do: yes for certain, may where what is unknown decides, else no.
    """
    potential = values[values["criterion"] == "profit_potential"].set_index("party_id")
    opened = doors[doors["open"].astype(bool)]
    through = opened.groupby("party_id")["door"].agg(lambda d: ", ".join(_(DOORS[x]) for x in d))
    profit = statement.set_index("customer_id")["customer_profit"]
    table = parties[["party_id", "name", "is_prospect"]].merge(a_side, on="party_id")
    table = table.merge(b_side, on="party_id", validate="one_to_one")
    counts = table["party_id"].map(potential["raw"])
    ends = {
        name: table["party_id"].map(could[name]).fillna(counts)
        for name in ("profit_potential_low", "profit_potential_high")
    }
    return table.assign(
        period=period,
        customer_profit=table["party_id"].map(profit),
        profit_potential=counts,
        **ends,
        potential_rated=table["party_id"].map(potential["raw_rated"]),
        both_hold=both_hold(table, cuts),
        doors=through.reindex(table["party_id"], fill_value="").to_numpy(),
    )


def both_hold(sides: pd.DataFrame, cuts: Mapping[str, float]) -> np.ndarray:
    """Tell where all that has a cut holds, by the slack that the rules of the verdicts have."""
    at_worst, at_best = (
        np.logical_and.reduce([sides[f"{name}_{end}"] >= cut - SLACK for name, cut in cuts.items()])
        for end in ("low", "high")
    )
    return np.select([at_worst, at_best], ["yes", "may"], "no")


def matrix_frame(sides: pd.DataFrame) -> pd.DataFrame:
    """Return what the matrix draws: numbered are the best of those who matter most.

    Key accounts are numbered where verdicts are known, else parties with an open door; by profit,
    and in the order of their numbers.
    """
    profit = sides["customer_profit"].fillna(0.0)
    rank: pd.Series
    if "verdict" in sides:
        rank = (
            sides["verdict"]
            .map({"key_account_now": 0, "develop": 1, "find_out_first": 2})
            .fillna(3)
        )
    else:
        rank = pd.Series(np.where(sides["doors"] != "", 0, 3), index=sides.index)
    order = np.lexsort((sides["party_id"], -profit, rank))
    chosen = [i for i in order if rank.iloc[i] < 3][:NUMBERED]
    numbered = np.zeros(len(sides), dtype=bool)
    numbered[chosen] = True
    names = [
        "party_id",
        "name",
        "side_a_low",
        "side_a_high",
        "side_b_low",
        "side_b_high",
        "asked",
        "customer_profit",
        "both_hold",
    ]
    level: pd.Series | float = np.nan
    if "confirmed_level" in sides:
        level = sides["confirmed_level"].astype("float64").mask(untold_levels(sides))
    table = sides[names].assign(numbered=numbered, level=level)
    return table.iloc[order].reset_index(drop=True)


def sides_table(sides: pd.DataFrame) -> pd.DataFrame:
    """Pick the parties with an open door, the highest customer profit first."""
    through = sides[sides["doors"] != ""]
    ordered = through.sort_values(
        ["customer_profit", "party_id"], ascending=[False, True], na_position="last"
    )
    table = ordered[["name", "doors", "side_a_low", "side_a_high", "side_b_low", "side_b_high"]]
    return table.assign(relative_strength=_leads(ordered)).reset_index(drop=True)


def potential_table(values: pd.DataFrame, names: pd.Series) -> pd.DataFrame:
    """Put measured potential and our rating side by side where they are far apart, the furthest first.

    Returns
    -------
    DataFrame ``name, profit_potential, potential_rated``, in key-account units
    """
    rows = values[(values["criterion"] == "profit_potential") & (values["source"] == "measured")]
    apart = (rows["raw"] - rows["raw_rated"]).abs()
    far = rows[apart > FAR].assign(apart=apart, name=rows["party_id"].map(names))
    far = far.sort_values(["apart", "party_id"], ascending=[False, True], ignore_index=True)
    columns = {"raw": "profit_potential", "raw_rated": "potential_rated"}
    return far.rename(columns=columns)[["name", *columns.values()]]


def _leads(sides: pd.DataFrame) -> np.ndarray:
    """Write each lead in points of 100 with the rival's name; None where no rival is known."""
    told = [
        None
        if pd.isna(rival)
        else _("no other supplier")
        if rival == NO_OTHER
        else _("{points} against {rival}").format(points=span_of_points(low, high), rival=rival)
        for low, high, rival in zip(
            sides["relative_strength_low"],
            sides["relative_strength_high"],
            sides["rival"],
            strict=True,
        )
    ]
    return np.array(told, dtype=object)


def example_party(b_side: pd.DataFrame, doors: pd.DataFrame, statement: pd.DataFrame) -> str | None:
    """Return the party whose criteria are shown: asked, with a rival, a door and the most profit."""
    opened = doors.loc[doors["open"].astype(bool), "party_id"]
    told = b_side[b_side["asked"] & b_side["rival_named"]]
    through = told[told["party_id"].isin(opened)]
    chosen = through if len(through) else told
    if chosen.empty:
        return None
    profit = chosen["party_id"].map(statement.set_index("customer_id")["customer_profit"])
    ordered = chosen.assign(profit=profit.fillna(0)).sort_values(
        ["profit", "party_id"], ascending=[False, True]
    )
    return str(ordered["party_id"].iloc[0])


def criteria_of(wanted: pd.DataFrame, party: str) -> pd.DataFrame:
    """Return one party's criteria as the figure draws them, the heaviest first.

    What may be anything from 0 to 10 is missing: nobody rated it.
    """
    mine = wanted[wanted["party_id"] == party]
    ends: dict[str, pd.Series] = {}
    for who in ("us", "rival"):
        low, high = mine[f"{who}_low"], mine[f"{who}_high"]
        unknown = (low <= 0) & (high >= 10)
        ends |= {f"{who}_low": low.mask(unknown), f"{who}_high": high.mask(unknown)}
    table = mine.assign(criterion=mine["criterion"].str.replace("_", " "), **ends)
    table = table.sort_values(["weight", "criterion"], ascending=[False, True], ignore_index=True)
    return table[["criterion", "weight", *ends, "rival", "source"]]


def sides_balances(
    parties: pd.DataFrame, sides: pd.DataFrame, wanted: pd.DataFrame
) -> list[Balance]:
    """Draw up that each party has one row, and that each asked party's weights add up to one."""
    rows = Balance(_("Customers and prospects with both sides"), "rows").start(
        _("Customers and prospects"), len(parties)
    )
    sums = wanted.groupby("party_id")["weight"].sum()
    whole = int(np.isclose(sums, 1.0).sum())
    weights = Balance(_("Weights that add up to one"), "rows")
    weights.start(_("Who has criteria of their own"), len(sums))
    return [rows.end(_("Rows"), len(sides)), weights.end(_("Weights add up"), whole)]
