"""The four doors to key status, each with its own evidence; one that nobody can judge is not shut."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd

from kamlib.core.codes import DOORS
from kamlib.core.errors import listed
from kamlib.core.language import _, day, money, number, percent, points
from kamlib.core.outcomes import Outcome, outcome_of
from kamlib.core.tables import among
from kamlib.core.timespans import months_later

if TYPE_CHECKING:
    from kamlib.settings import PotentialDoor, ProspectDoor, StrategicDoor

JUDGED: dict[str, Any] = {"party_id": "str", "open": bool, "judged": bool, "evidence": "str"}


def strategic_door(
    strategic: pd.DataFrame | None, door: "StrategicDoor", *, end: date
) -> pd.DataFrame:
    """Judge each declared strategic party: rating, written reasons, owner, date not passed.

    Once the day of review has passed nobody knows whether it still holds, until it expires.

    Returns
    -------
    DataFrame ``party_id, open, judged, evidence``, one row per declared party, sorted; of several
    declarations of one party (its sites) one that opens the door counts
    """
    rows = [] if strategic is None else strategic.to_dict("records")
    judged = _doors_of([_judge(row, door, end) for row in rows])
    return (
        judged.assign(may=judged["open"] | ~judged["judged"])
        .sort_values(["party_id", "open", "may", "evidence"])
        .drop_duplicates("party_id", keep="last", ignore_index=True)[list(JUDGED)]
    )


def _doors_of(rows: Sequence[Mapping[str, object]]) -> pd.DataFrame:
    """Return what was found of a door as a table, also where there is nobody."""
    return pd.DataFrame(rows, columns=list(JUDGED)).astype(JUDGED)


def _judge(row: Mapping[Hashable, Any], door: "StrategicDoor", end: date) -> dict[str, object]:
    at_least, judged = door.rating.at_least, True
    absent = [name for name in door.requires if not _filled(row.get(name))]
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
        judged = not _filled(review) or months_later(review, door.expires_months) < pd.Timestamp(
            end
        )
    else:
        open_, words = True, str(row.get("justification"))
    return {"party_id": row["party_id"], "open": open_, "judged": judged, "evidence": words}


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
    return _doors_of([_by_potential(row, door, currency) for row in rows])


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
        words = _(
            "{words}; {few} of {n} comparable ones are among the vital few, {share} needed"
        ).format(
            words=words,
            few=number(reach * row["comparables"]),
            n=number(row["comparables"]),
            share=percent(least),
        )
    return {
        "party_id": row["customer_id"],
        "open": bool(opens),
        "judged": bool(opens or shut),
        "evidence": words,
    }


def prospect_door(
    offers: pd.DataFrame | None, door: "ProspectDoor", *, unit: float
) -> pd.DataFrame:
    """Judge who is likely enough won, leaves enough a year then, and has likes that stay.

    Parameters
    ----------
    offers : DataFrame, a row per open deal of a prospect: ``party_id``, the chances of `win_chances`,
        ``profit_year2`` in money, ``p_stay_low`` and ``p_stay_high`` of its like; None: no deals are told
    unit : yearly profit of one key-account unit, in the same money

    Returns
    -------
    DataFrame ``party_id, open, judged, evidence``, one row per prospect with an offer: the one counts that
    opens the door, else one that may
    """
    rows = [] if offers is None else offers.to_dict("records")
    found = pd.DataFrame([_by_deal(row, door, unit) for row in rows], columns=[*JUDGED, "p_win"])
    ranked = found.sort_values(
        ["party_id", "open", "judged", "p_win"], ascending=[True, False, True, False]
    )
    return ranked.drop_duplicates("party_id", ignore_index=True)[list(JUDGED)].astype(JUDGED)


def _by_deal(row: Mapping[Hashable, Any], door: "ProspectDoor", unit: float) -> dict[str, object]:
    chance, profit, least = row["p_win"], row["profit_year2"] / unit, door.expected_profit_year2_kau
    wins, surely, stays = door.p_win.at_least, door.p_win_low.at_least, door.p_stay_3y.at_least
    likely = chance >= wins and row["p_win_low"] >= surely
    opens = likely and profit >= least.at_least and row["p_stay_low"] >= stays
    unlikely = chance < wins or (not pd.isna(chance) and row["p_win_low"] < surely)
    shut = unlikely or profit < least.at_least or row["p_stay_high"] < stays
    told = [
        _("too few deals are closed to tell its chance")
        if pd.isna(chance)
        else _("won in {p} of 100 cases ({low} to {high}), {wins} needed").format(
            p=points(chance),
            low=points(row["p_win_low"]),
            high=points(row["p_win_high"]),
            wins=points(wins),
        ),
        _("what it would leave a year is not known")
        if pd.isna(profit)
        else _("would leave {n} key-account units a year, {least} needed").format(
            n=number(profit, 2), least=number(least.at_least, 2)
        ),
        _("nobody can tell how its like stay")
        if pd.isna(row["p_stay_low"])
        else _("of its like {low} to {high} of 100 stay, {stays} needed").format(
            low=points(row["p_stay_low"]), high=points(row["p_stay_high"]), stays=points(stays)
        ),
    ]
    return {
        "party_id": row["party_id"],
        "open": bool(opens),
        "judged": bool(opens or shut),
        "evidence": "; ".join(told),
        "p_win": chance,
    }


def open_doors(
    segments: pd.DataFrame,
    potential: pd.DataFrame,
    prospect: pd.DataFrame,
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
    prospect : DataFrame of `prospect_door`
    strategic : DataFrame of `strategic_door`
    parties : DataFrame ``party_id, is_prospect``
    statement : DataFrame of the report period with customer_id, active

    Returns
    -------
    DataFrame ``period, party_id, door, open, judged, evidence``: the open doors, those that were
    looked at, and those that nobody can judge (``judged`` is False): door 2 of customers whose
    potential does not decide it, door 3 of prospects whose deals do not, door 4 after its day of review,
    and door 1 of active customers whose class is not known. Any other door is shut.
    """
    few = segments[segments["profit_class"] == "vital_few"]
    first = pd.DataFrame(
        {
            "party_id": few["customer_id"],
            "open": True,
            "evidence": [
                _("place {rank} by {measure}, within the first {share}").format(
                    rank=number(rank), measure=measure.replace("_", " "), share=percent(share)
                )
                for rank, measure, share in zip(
                    few["rank"], few["measure"], few["cumulative_share"], strict=True
                )
            ],
        }
    ).assign(door="vital_few", judged=True)
    looked_at = {"potential": potential, "prospect": prospect, "strategic": strategic}
    told = pd.concat([part.assign(door=name) for name, part in looked_at.items()])
    told = told[among(told["party_id"], parties["party_id"])]
    unknown = _unjudged(segments, potential, prospect, parties, statement)
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
    prospect: pd.DataFrame,
    parties: pd.DataFrame,
    statement: pd.DataFrame,
) -> pd.DataFrame:
    """Return the doors that nothing is told of."""
    ids, new = parties["party_id"], parties["is_prospect"].astype(bool)
    active = statement.loc[statement["active"].astype(bool), "customer_id"]
    unranked = ~new & among(ids, active) & ~among(ids, segments["customer_id"])
    unasked = ~new & ~among(ids, potential["party_id"])
    why = {
        "vital_few": (unranked, _("its profit and its gross margin are not known")),
        "potential": (unasked, _("what it could bring is not estimated")),
        "prospect": (new & ~among(ids, prospect["party_id"]), _("no open deal is told of")),
    }
    parts = [
        pd.DataFrame({"party_id": ids[mask], "evidence": words}).assign(door=door)
        for door, (mask, words) in why.items()
    ]
    return pd.concat(parts, ignore_index=True).assign(open=False, judged=False)


def door_outcomes(
    doors: pd.DataFrame, strategic: pd.DataFrame, names: pd.Series, *, not_estimated: str = ""
) -> list[Outcome]:
    """Judge the doors: how many are not known, and which declared parties stay outside.

    Parameters
    ----------
    not_estimated : why nobody's potential is; empty where it is
    """
    strange = ~among(strategic["party_id"], names.index)
    why = strategic["evidence"].mask(strange, _("no order in 24 months and no prospect"))
    shut = strategic.assign(evidence=why)[strange | ~strategic["open"].astype(bool)]
    who = [f"{names.get(row.party_id, row.party_id)} ({row.evidence})" for row in shut.itertuples()]
    second, third = doors[doors["door"] == "potential"], doors[doors["door"] == "prospect"]
    blind = int((~second["judged"].astype(bool)).sum())
    of = {"n": number(blind), "of": number(len(second))}
    found = [
        outcome_of("potential_estimated", "REFUSE", why=not_estimated, **of)
        if not_estimated
        else outcome_of("door_potential", "FLAG" if blind else "PASS", **of)
    ]
    if len(third):
        unsure = int((~third["judged"].astype(bool)).sum())
        template = (
            _("Of all {of} prospects") if unsure == len(third) else _("Of {n} of {of} prospects")
        )
        of = {"n": number(unsure), "of": number(len(third))}
        told = {"who": template.format(**of), **of}
        found.append(outcome_of("door_prospect", "FLAG" if unsure else "PASS", **told))
    if len(shut):
        found.append(outcome_of("door_strategic", "FLAG", n=number(len(shut)), who=listed(who)))
    elif len(strategic):
        found.append(outcome_of("door_strategic", "PASS", n=number(len(strategic))))
    return found
