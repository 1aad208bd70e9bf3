"""The four doors to key status, each with its own evidence.

One cannot be judged yet, another not of everybody: they are unknown, which is not shut.
"""

from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from kamlib.core.codes import DOORS
from kamlib.core.errors import listed
from kamlib.core.language import _, day, money, number, percent
from kamlib.core.tables import among
from kamlib.core.verdicts import Verdict, verdict

if TYPE_CHECKING:
    from kamlib.settings import PotentialDoor, StrategicDoor


def strategic_door(
    strategic: pd.DataFrame | None, door: "StrategicDoor", *, end: date
) -> pd.DataFrame:
    """Judge each declared strategic party: rating, written reasons, owner, date not passed.

    Returns
    -------
    DataFrame ``party_id, open, evidence``, one row per declared party, sorted; of several
    declarations of one party (its sites) one that opens the door counts
    """
    if strategic is None or strategic.empty:
        empty = {"party_id": "str", "open": "bool", "evidence": "str"}
        return pd.DataFrame({name: pd.Series(dtype=kind) for name, kind in empty.items()})
    rows = [
        _judge(row, door.rating.at_least, door.requires, end)
        for row in strategic.to_dict("records")
    ]
    judged = pd.DataFrame(rows).sort_values(["party_id", "open", "evidence"])
    return judged.drop_duplicates("party_id", keep="last", ignore_index=True)


def _judge(
    row: Mapping[Hashable, Any], at_least: float, requires: Sequence[str], end: date
) -> dict[str, object]:
    absent = [name for name in requires if not _filled(row.get(name))]
    rating: Any = row.get("rating")
    review: Any = row.get("review_on")
    if absent:
        open_, words = False, _("no {what} written down").format(what=listed(absent))
    elif not _filled(rating) or float(rating) < at_least:
        open_, words = (
            False,
            _("rated {rating}, below {least}").format(
                rating=_rated(rating), least=number(at_least)
            ),
        )
    elif not _filled(review) or pd.Timestamp(review) < pd.Timestamp(end):
        open_, words = (
            False,
            _("to be looked at again by {when}, which has passed").format(
                when=day(pd.Timestamp(review)) if _filled(review) else _("no date")
            ),
        )
    else:
        open_, words = True, str(row.get("justification"))
    return {"party_id": row["party_id"], "open": open_, "evidence": words}


def _filled(value: Any) -> bool:
    return not pd.isna(value) and str(value).strip() != ""


def _rated(rating: Any) -> str:
    return number(float(rating), 1) if _filled(rating) else _("not at all")


def potential_door(
    potential: pd.DataFrame | None, door: "PotentialDoor", *, currency: str
) -> pd.DataFrame:
    """Judge who could bring enough more profit, and whose like are often enough among the vital few.

    Parameters
    ----------
    potential : DataFrame of `kamlib.segmentation.potential.potential`; None where it is not known

    Returns
    -------
    DataFrame ``party_id, open, judged, evidence``, one row per customer of `potential`. The door is
    judged where what is known decides it: a range that holds the limit does not.
    """
    rows = [] if potential is None else potential.to_dict("records")
    judged = [_by_potential(row, door, currency) for row in rows]
    doors = pd.DataFrame(judged, columns=["party_id", "open", "judged", "evidence"])
    return doors.astype({"party_id": "str", "open": bool, "judged": bool, "evidence": "str"})


def _by_potential(
    row: Mapping[Hashable, Any], door: "PotentialDoor", currency: str
) -> dict[str, object]:
    low, high, reach = row["uplift_kau_low"], row["uplift_kau_high"], row["reach"]
    uplift, least = door.uplift_kau.at_least, door.reach.at_least
    opens, shut = low >= uplift and reach >= least, high < uplift or reach < least
    if pd.isna(row["potential"]):
        words = _("too few customers are comparable, and its purchases are not told")
    elif pd.isna(low):
        words = _("its profit is not known")
    else:
        words = _(
            "could buy {potential}, buys {sales}: {low} to {high} key-account units more, {least} needed"
        ).format(
            potential=money(row["potential"], currency),
            sales=money(row["sales"], currency),
            low=number(low, 2),
            high=number(high, 2),
            least=number(uplift, 2),
        )
    if not pd.isna(reach):
        words = _("{words}; {few} of {n} comparable ones are among the vital few").format(
            words=words, few=number(reach * row["comparables"]), n=number(row["comparables"])
        )
    return {
        "party_id": row["customer_id"],
        "open": bool(opens),
        "judged": bool(opens or shut),
        "evidence": words,
    }


def open_doors(
    segments: pd.DataFrame,
    potential: pd.DataFrame,
    strategic: pd.DataFrame,
    parties: pd.DataFrame,
    statement: pd.DataFrame,
    *,
    period: str,
) -> pd.DataFrame:
    """Say for every party and door whether it is open, and on what evidence.

    Parameters
    ----------
    segments : DataFrame of `segment` for the report period
    potential : DataFrame of `potential_door`
    strategic : DataFrame of `strategic_door`
    parties : DataFrame ``party_id, is_prospect``
    statement : DataFrame of the report period with customer_id, active

    Returns
    -------
    DataFrame ``period, party_id, door, open, judged, evidence``: the open doors, those that were
    looked at, and those that nobody can judge (``judged`` is False): door 2 of customers whose
    potential does not decide it, door 3 of prospects, and door 1 of active customers whose class is not
    known. Any other door is shut.
    """
    few = segments[segments["profit_class"] == "vital_few"]
    first = pd.DataFrame(
        {
            "party_id": few["customer_id"],
            "open": True,
            "evidence": [
                _("place {rank} by {measure}, within the first {share}").format(
                    rank=number(rank), measure=_plain(measure), share=percent(share)
                )
                for rank, measure, share in zip(
                    few["rank"], few["measure"], few["cumulative_share"], strict=True
                )
            ],
        }
    ).assign(door="vital_few", judged=True)
    second = potential.assign(door="potential")
    fourth = strategic.assign(door="strategic", judged=True)
    told = pd.concat(
        [part[among(part["party_id"], parties["party_id"])] for part in (second, fourth)]
    )
    unknown = _unjudged(segments, potential, parties, statement)
    doors = pd.concat([first, told, unknown], ignore_index=True).assign(period=period)
    order = doors["door"].map({name: i for i, name in enumerate(DOORS)})
    doors = doors.assign(order=order).sort_values(["party_id", "order"], ignore_index=True)
    return doors[["period", "party_id", "door", "open", "judged", "evidence"]]


def worth_a_look(doors: pd.DataFrame, potential: pd.DataFrame | None) -> pd.DataFrame:
    """Pick those declared strategic, and who outside the vital few could bring more or may."""
    shown = doors["door"] == "strategic"
    if potential is not None:
        few = doors.loc[(doors["door"] == "vital_few") & doors["open"], "party_id"]
        known = potential.loc[potential["uplift_kau"].notna(), "customer_id"]
        could = (doors["door"] == "potential") & (doors["open"] | ~doors["judged"])
        shown |= could & doors["party_id"].isin(known) & ~doors["party_id"].isin(few)
    return doors[shown].sort_values(["door", "party_id"], ignore_index=True)


def _unjudged(
    segments: pd.DataFrame,
    potential: pd.DataFrame,
    parties: pd.DataFrame,
    statement: pd.DataFrame,
) -> pd.DataFrame:
    """Return the doors that this version or these data cannot judge."""
    ids, new = parties["party_id"], parties["is_prospect"].astype(bool)
    active = statement.loc[statement["active"].astype(bool), "customer_id"]
    unranked = ~new & among(ids, active) & ~among(ids, segments["customer_id"])
    unasked = ~new & ~among(ids, potential["party_id"])
    why = {
        "vital_few": (unranked, _("its profit and its gross margin are not known")),
        "potential": (unasked, _("what it could bring is not estimated")),
        "prospect": (new, _("how likely it is won, and what it then brings, is not estimated")),
    }
    parts = [
        pd.DataFrame({"party_id": ids[mask], "evidence": words}).assign(door=door)
        for door, (mask, words) in why.items()
    ]
    return pd.concat(parts, ignore_index=True).assign(open=False, judged=False)


def _plain(name: str) -> str:
    return name.replace("_", " ")


def door_verdicts(doors: pd.DataFrame, strategic: pd.DataFrame, names: pd.Series) -> list[Verdict]:
    """Judge the doors: how many are not known, and which declared parties stay outside."""
    strange = ~among(strategic["party_id"], names.index)
    why = strategic["evidence"].mask(strange, _("no order in 24 months and no prospect"))
    shut = strategic.assign(evidence=why)[strange | ~strategic["open"].astype(bool)]
    who = [f"{names.get(row.party_id, row.party_id)} ({row.evidence})" for row in shut.itertuples()]
    second, third = doors[doors["door"] == "potential"], doors[doors["door"] == "prospect"]
    blind = int((~second["judged"].astype(bool)).sum())
    found = [
        verdict(
            "door_potential", "FLAG" if blind else "PASS", n=number(blind), of=number(len(second))
        )
    ]
    if len(third):
        found.append(verdict("doors_not_computed", "FLAG"))
    if len(shut):
        found.append(verdict("door_strategic", "FLAG", n=number(len(shut)), who=listed(who)))
    elif len(strategic):
        found.append(verdict("door_strategic", "PASS", n=number(len(strategic))))
    return found
