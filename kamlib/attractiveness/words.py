"""What is said of both sides."""

import pandas as pd

from kamlib.core.language import _, ngettext, number, points


def side_a_finding(sides: pd.DataFrame, *, cut: float) -> str:
    """Say how many parties are attractive to us for certain, and how many may be."""
    if not sides["side_a_known"].any():
        return _("Side A is not known for anybody, so nobody can be called attractive or not.")
    sure = int((sides["side_a_low"] >= cut).sum())
    may = int(((sides["side_a_low"] < cut) & (sides["side_a_high"] >= cut)).sum())
    said = ngettext(
        "{sure} of {all} reaches {cut} on side A for certain",
        "{sure} of {all} reach {cut} on side A for certain",
        sure,
    ).format(sure=number(sure), all=number(len(sides)), cut=points(cut))
    words = _("{said}; {may} may, once more of it is known.") if may else _("{said}.")
    return words.format(said=said, may=number(may))


def potential_finding(values: pd.DataFrame, apart: pd.DataFrame) -> str:
    """Say of how many potential is measured, and for how many we rate it far otherwise."""
    rows = values[values["criterion"] == "profit_potential"]
    measured = int((rows["source"] == "measured").sum())
    if not measured:
        return ""
    both = int((rows["source"].eq("measured") & rows["rating"].notna()).sum())
    return _(
        "Potential is measured of {n}, by what comparable customers buy; of {both} whom we rated too, "
        "{far} are more than half a key-account unit away from our rating."
    ).format(n=number(measured), both=number(both), far=number(len(apart)))


def side_b_finding(sides: pd.DataFrame, *, cut: float) -> str:
    """Say how many were asked, and where we are good enough and ahead of the best rival."""
    asked = sides[sides["asked"]]
    if asked.empty:
        return _("Nobody told us what they want, so our side is unknown everywhere.")
    good = asked[asked["side_b_low"] >= cut]
    ahead = int((good["relative_strength_low"] >= 0).sum())
    return _(
        "{asked} of {all} told us what they want. In the eyes of {good} of them we reach "
        "{cut} for certain, and for {ahead} of these no rival is better."
    ).format(
        asked=number(len(asked)),
        all=number(len(sides)),
        good=number(len(good)),
        cut=points(cut),
        ahead=number(ahead),
    )


def both_sides_finding(sides: pd.DataFrame) -> str:
    """Say for how many both sides and the lead hold for certain, and for how many they may."""
    known = {_("side A"): sides["side_a_known"].any(), _("side B"): sides["asked"].any()}
    if not all(known.values()):
        missing = [side for side, there in known.items() if not there]
        return ngettext(
            "Nobody can be placed: {missing} is unknown for everybody.",
            "Nobody can be placed: {missing} are unknown for everybody.",
            len(missing),
        ).format(missing=_(" and ").join(missing))
    n, may = (int((sides["both_hold"] == each).sum()) for each in ("yes", "may"))
    said = _("Both sides hold for certain for {sure}, no rival ahead").format(sure=number(n))
    words = _("{said}, and may hold for {may} more: worth asking.") if may else _("{said}.")
    return words.format(said=said, may=number(may))
