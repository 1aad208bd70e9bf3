"""Signs of closeness: joint things with their dates, contacts between functions, strategic parties."""

from typing import Any

import numpy as np
import pandas as pd

from demo_company.scenario import stream

HARD = ("joint_product_team", "shared_warehouse", "joint_launch", "shared_asset")
SOFT = ("shared_forecast", "edi_vmi", "executive_sponsor", "open_books")
THEIR_FUNCTIONS = ("purchasing", "logistics", "production", "quality", "finance", "management")
OUR_FUNCTIONS = ("sales", "logistics", "technical service", "quality", "finance", "management")
SOURCES = {
    "joint_product_team": "minutes of the project board",
    "shared_warehouse": "lease",
    "joint_launch": "press note",
    "shared_asset": "asset register",
    "shared_forecast": "forecast file",
    "edi_vmi": "EDI agreement",
    "executive_sponsor": "letter of appointment",
    "open_books": "audit note",
}


def evidence(units: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Return signs that exist, and a few that have ended: ``party_id, code, date, until, source``."""
    rng = stream(seed, "evidence")
    rows = []
    for place, unit in enumerate(units[units["level"] >= 3].itertuples()):
        rows += _signs(unit, place, rng)
    table = pd.DataFrame(rows, columns=["party_id", "code", "date", "until"])
    table = table.assign(source=table["code"].map(SOURCES))
    return table.sort_values(["party_id", "code", "date"], ignore_index=True)


def _signs(unit: Any, place: int, rng: np.random.Generator) -> list[tuple]:
    """Return the signs of one unit by its archetype."""
    recent = np.datetime64("2024-02-01") + rng.integers(0, 600, 3)
    luck = rng.random()
    soft = SOFT[place % len(SOFT)]
    if unit.archetype.startswith("synergy"):
        hard = HARD[place % 2]
        ends = np.datetime64("2027-12-31") if hard == "shared_warehouse" else np.datetime64("NaT")
        began = np.datetime64("2019-05-01") if hard == "shared_warehouse" else recent[0]
        signs = [
            (hard, began, ends),
            (soft, recent[1], None),
            (SOFT[(place + 1) % 4], recent[2], None),
        ]
    elif unit.archetype == "past_synergy":
        ended = (np.datetime64("2018-03-01"), np.datetime64("2022-06-30"))
        signs = [("shared_warehouse", *ended), ("shared_forecast", recent[1], None)]
    elif unit.archetype == "soft_partner":
        signs = [(soft, recent[0], None)] + [(SOFT[(place + 2) % 4], recent[1], None)] * (
            luck < 0.5
        )
    else:
        signs = [(soft, recent[0], None)] * (luck < 0.12)
        signs += [("joint_product_team", np.datetime64("2020-09-01"), None)] * (luck > 0.97)
    return [(unit.customer_id, *sign) for sign in signs]


def contacts(units: pd.DataFrame, *, seed: int) -> pd.DataFrame:
    """Return contacts of the last three years: ``party_id, date, their_function, our_function``.

    Of each function that is in contact there is one of the last 24 months.
    """
    rng = stream(seed, "contacts")
    known = units[units["live"] & (units["gap"] != "no_contacts") & (units["rhythm"] == "regular")]
    known = pd.concat(
        [known, units[units["live"] & (units["rhythm"] == "once") & units["evidence_complete"]]]
    )
    known = known.sort_values("customer_id")
    count = known["functions"].clip(1, len(THEIR_FUNCTIONS)).to_numpy()
    row = np.repeat(np.arange(len(known)), count)
    place = np.arange(len(row)) - np.repeat(np.cumsum(count) - count, count)
    times = rng.integers(1, 4, len(row))
    again = np.repeat(np.arange(len(row)), times)
    number = np.arange(len(again)) - np.repeat(np.cumsum(times) - times, times)
    recent = np.datetime64("2024-03-01") + rng.integers(0, 640, len(again))
    old = np.datetime64("2022-02-01") + rng.integers(0, 660, len(again))
    ours = (place[again] + rng.integers(0, 2, len(again))) % len(OUR_FUNCTIONS)
    table = pd.DataFrame(
        {
            "party_id": known["customer_id"].to_numpy()[row[again]],
            "date": np.where((number > 0) & (rng.random(len(again)) < 0.3), old, recent),
            "their_function": np.array(THEIR_FUNCTIONS)[place[again]],
            "our_function": np.array(OUR_FUNCTIONS)[ours],
        }
    )
    return table.sort_values(["party_id", "date", "their_function"], ignore_index=True)


def strategic(units: pd.DataFrame, prospects: pd.DataFrame, profit: pd.Series) -> pd.DataFrame:
    """Return the parties that somebody calls strategic, among them two that do not pass.

    Parameters
    ----------
    profit : Series, customer profit of the last period by row of `units`; the reference value of a
        customer is declared for firms of middling profit, whom no other door would let in
    """
    able = units[(units["level"].isin([2, 3])) & units["live"] & (units["orders"] >= 12)]
    ranked = able.assign(profit=profit.reindex(able.index)).sort_values(["profit", "customer_id"])
    middle = ranked["customer_id"].iloc[len(ranked) // 2 :].head(4).tolist()
    parties = [*middle, *prospects["prospect_id"].head(2)]
    why = [
        "named reference of its segment, agreed in writing",
        "opens the market for glass fillers",
        "",
        "its plant shows our films to visitors",
        "would be the first name in its region",
        "its parent group sets the packaging standard",
    ]
    review = ["2026-06-30", "2026-03-31", "2026-09-30", "2025-06-30", "2026-12-31", "2026-06-30"]
    n = len(parties)
    return pd.DataFrame(
        {
            "party_id": parties,
            "justification": why[:n],
            "owner": [("sales director", "head of marketing")[i % 2] for i in range(n)],
            "review_on": pd.to_datetime(review[:n]),
            "rating": [8.0, 7.5, 9.0, 8.0, 7.0, 7.5][:n],
        }
    )
