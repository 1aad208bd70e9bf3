"""The page that `accuracy` writes: what was measured, beside what a sound method reaches."""

import platform
import sys
from datetime import date

import numpy as np
import pandas as pd
from living import Living, alarm_rates, bands, driver_signs

import kamlib

NAMES = {
    "lognormal": "lognormal, exactly 80/20",
    "pareto": "Pareto, exactly 80/20",
    "alike": "customers nearly alike",
}
SOUND = {
    ("lognormal", 50): "64 %",
    ("lognormal", 240): "about 80 %",
    ("lognormal", 600): "about 80 %",
}


def page(
    companies: pd.DataFrame,
    intervals: pd.DataFrame,
    living: Living,
    seen: pd.DataFrame,
    deals: pd.DataFrame,
    *,
    draws: int,
) -> str:
    """Return docs/accuracy.md as text.

    Parameters
    ----------
    companies : DataFrame, one row per invented company
    intervals : DataFrame, one row per population and size
    living : what companies show that can lose customers
    seen : what the input of more of them shows of the drivers of leaving
    deals : chances of their open deals, and which were won
    draws : int, bootstrap draws per company of `intervals`
    """
    usual, worse = companies[~companies["worse"]], companies[companies["worse"]]
    parts = [
        _opening(usual),
        _truth(usual, worse),
        _profit(usual),
        living_section(living, seen, deals),
        _coverage(intervals, draws),
        _limits(),
        _record(companies, intervals, living),
    ]
    return "\n\n".join(parts) + "\n"


def percent(value: float, digits: int = 1) -> str:
    """Write a share of 0 to 1 in percent.

    Examples
    --------
    >>> percent(0.9874)
    '98.7 %'
    """
    return f"{100 * value:.{digits}f} %"


def table(head: list[str], rows: list[list[str]]) -> str:
    """Write a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def sizes(companies: pd.DataFrame) -> str:
    """Say which seeds and sizes were run."""
    return ", and ".join(
        f"{len(rows)} of {n} customers (seeds {rows['seed'].min()} to {rows['seed'].max()})"
        for n, rows in companies.groupby("customers")
    )


def _opening(companies: pd.DataFrame) -> str:
    return (
        "# How near the workbook comes to the truth\n\n"
        "Companies are invented whose truth is known, and the notebooks are run on them as on a "
        "client's data.\n"
        "They see what a client would hand over: estimated times, noisy drivers, raters who err, "
        "customers nobody asked.\n"
        f"The companies are {sizes(companies)}, together {companies['customers'].sum():,} live "
        "customers; no test uses these seeds.\n"
        "Beside each number stands what a sound method reaches on such data.\n\n"
        "`make accuracy` writes this page."
    )


def _truth(usual: pd.DataFrame, worse: pd.DataFrame) -> str:
    head, rows = ["what", "measured", "a sound method", "reached"], _measures(usual)
    if len(worse):
        head.insert(2, "with worse observations")
        for row, other in zip(rows, _measures(worse), strict=True):
            row.insert(2, other[1])
    text = "## Profit, levels and golden shots\n\n" + table(head, rows)
    text += (
        "\n\nOur own rating of staying confirms no partnership; a contract, the customer's word and orders "
        "in the third year do, and without them the level stays open.\n"
        f"{_missed(usual)}"
    )
    if len(worse):
        text += (
            f"\nWorse observations ({len(worse)} companies of {worse['customers'].iloc[0]} customers): "
            "raters err by a point and guesses by 1.6, calendars by 20 % and estimated times by up to 5 %; "
            "there the limits are crossed by error alone."
        )
    return text


def _missed(companies: pd.DataFrame) -> str:
    """Say which golden shots are missed, and why."""
    total = companies.sum(numeric_only=True)
    missed = total["planted"] - total["hits"]
    return (
        f"Golden shots are told without a false one; {missed:.0f} are missed, "
        f"{total['missed_lately']:.0f} of them large shots of two autumns whose second order is less than "
        "four months old: nothing tells them yet from who orders once a year, so their chance of return "
        "is not below .30; this is caution and stays."
    )


def _measures(companies: pd.DataFrame) -> list[list[str]]:
    """Return what was measured, the number, what is sound, and whether it was reached."""
    total = companies.sum(numeric_only=True)
    inside, two_off = total["inside"] / total["levels"], total["two_off"] / total["levels"]
    exact, worst = total["exact"] / total["complete"], companies["profit"].min()
    precision, recall = total["hits"] / total["found"], total["hits"] / total["planted"]
    f1 = 2 * total["hits"] / (total["found"] + total["planted"])
    apart = companies["unexplained"].max()
    return [
        _row(
            "Customer profit: rank correlation with the true one, worst company",
            f"{worst:.3f} (median {companies['profit'].median():.3f})",
            "0.98 or more",
            worst >= 0.98,
        ),
        _row("True level lies within confirmed to possible", percent(inside), "all", inside == 1),
        _row(
            "Level told exactly, where the evidence is complete",
            f"{percent(exact)} of {total['complete']:,.0f}",
            "85 % or more",
            exact >= 0.85,
        ),
        _row(
            "Level told for certain and two or more away",
            percent(two_off),
            "1 % or less",
            two_off <= 0.01,
        ),
        _row(
            "Golden shots, F1 over all companies",
            f"{f1:.2f} (precision {precision:.2f}, recall {recall:.2f}; {total['planted']:.0f} planted, "
            f"{total['found']:.0f} found)",
            "0.80 or more",
            f1 >= 0.80,
        ),
        _row(
            "Sums that must hold, largest difference",
            f"{apart:.2f} in {total['sums']:,.0f} sums",
            "0.00",
            apart < 0.005,
        ),
    ]


def _row(what: str, got: str, sound: str, reached: bool) -> list[str]:
    return [what, got, sound, "yes" if reached else "**no**"]


def _profit(companies: pd.DataFrame) -> str:
    rows = [
        [
            f"{n}",
            str(len(own)),
            percent(own["served"].median()),
            f"{own['profit'].median():.3f}",
            f"{own['spread'].median():.3f}",
        ]
        for n, own in companies.groupby("customers")
    ]
    return (
        "## What spreading cost-to-serve by revenue would have said\n\n"
        "The usual shortcut gives every customer the same cost-to-serve per unit of revenue.\n"
        "Its order of customers is compared with the true one in the same companies.\n"
        "Simulated, it comes to about 0.95, 0.78 and 0.50 where cost-to-serve is 8, 12 and 18 % of "
        "revenue.\n\n"
        + table(
            [
                "customers",
                "companies",
                "cost-to-serve in revenue",
                "rank correlation, this workbook",
                "rank correlation, spread by revenue",
            ],
            rows,
        )
    )


def _coverage(intervals: pd.DataFrame, draws: int) -> str:
    rows = []
    for own in intervals.sort_values(["kind", "n"], key=_order).itertuples():
        error = 1.645 * np.sqrt(own.held * (1 - own.held) / own.companies)
        rows.append(
            [
                NAMES[own.kind],
                str(own.n),
                f"{percent(own.held, 0)} (± {100 * error:.0f})",
                SOUND.get((own.kind, own.n), "not simulated"),
            ]
        )
    return (
        "## How often the interval of the best 20 % holds\n\n"
        "The report gives the share that the best 20 % of customers bring with a 90 % interval.\n"
        f"Here {intervals['companies'].min()} companies of each kind and size are drawn from a "
        f"population whose share is known, each with {draws:,} bootstrap draws; a good 90 % interval "
        "would hold it in 90 of 100.\n"
        "With heavy tails it holds less often: a sample of customers rarely has the giant that the "
        "population has.\n\n"
        + table(
            [
                "population",
                "customers",
                "holds in",
                "a plain percentile bootstrap, simulated before",
            ],
            rows,
        )
    )


def _order(column: pd.Series) -> pd.Series:
    return column.map(list(NAMES).index) if column.name == "kind" else column


def living_section(living: Living, seen: pd.DataFrame, deals: pd.DataFrame) -> str:
    """Say how well it is foreseen who comes back and who leaves, and what customers could buy."""
    facts, tenths = (
        living.facts,
        bands(living.returns["p_return_12m"], living.returns["still_buying"]),
    )
    offers = bands(deals["p_win"], deals["won"])
    missed = (offers["chance"] - offers["happened"]).abs()
    apart = (tenths["chance"] - tenths["happened"]).abs()
    signs = driver_signs(seen)
    held = (signs["odds"] * signs["planted"] > 0).sum()
    sure = ((signs["low"] * signs["high"]) > 0).sum()
    alarms, audit = alarm_rates(living.alarms), facts["audit"].max()
    rows = [
        _row(
            "Chance of return in 12 months: mean error in ten bands",
            f"{apart.mean():.3f} (largest {apart.max():.3f}; {len(living.returns):,} customers)",
            "0.05 or less",
            apart.mean() <= 0.05,
        ),
        _row(
            "Chance of winning an open deal: mean error in ten bands",
            f"{missed.mean():.3f} (largest {missed.max():.3f}; {len(deals):,} at quarters' ends)",
            "0.05 or less",
            missed.mean() <= 0.05,
        ),
        _row(
            "Drivers of leaving with the planted sign, leavers against stayers",
            f"{held} of 5 ({sure} beyond their 90 % interval)",
            "all",
            held == len(signs),
        ),
        _row(
            "Changes of the customer base against the change of profit",
            f"{audit:.2f}",
            "0.00",
            audit < 0.005,
        ),
    ]
    return "\n\n".join(
        [
            "## Who comes back, who leaves, and what they could buy",
            f"The companies are {sizes(facts)} of the scenario `living`: a tenth of the regular customers "
            "leave in a year, a twentieth fades, a tenth orders once a year, and raters err by a point.\n"
            "The chance of return is held against the 12 months after the input's end, for all who ordered "
            "in the last 24 months.",
            table(["what", "measured", "a sound method", "reached"], rows),
            table(
                ["band of the chance of return", "customers", "chance, mean", "came back"],
                [
                    [
                        f"{int(tenth) + 1}",
                        f"{row.n:,.0f}",
                        f"{row.chance:.3f}",
                        f"{row.happened:.3f}",
                    ]
                    for tenth, row in tenths.iterrows()
                ],
            ),
            "What the input shows of the five planted drivers, by a logistic regression over "
            f"{seen['seed'].nunique()} companies (log odds of leaving in the last year; "
            f"{seen['leaves'].sum():,.0f} leavers among {len(seen):,}).\n"
            "Lateness of our own is seen only by who rates our delivery reliability.",
            table(
                ["driver", "log odds (90 % interval)", "known of", "right sign, single companies"],
                [
                    [
                        str(name).replace("_", " "),
                        f"{row.odds:+.2f} ({row.low:+.2f} to {row.high:+.2f})",
                        percent(row.known, 0),
                        f"{row.right:.0f} of {row.of:.0f}",
                    ]
                    for name, row in signs.iterrows()
                ],
            ),
            f"Open deals are told {percent(deals['p_win'].mean(), 0)} on average, "
            f"{percent(deals['won'].mean(), 0)} are won: which stage a deal is in is counted, how long it "
            "has been there is not, and who waits long is rarely won.",
            _alarms_said(living.alarms, alarms),
            _wallets_said(living.wallets),
        ]
    )


def _alarms_said(rows: pd.DataFrame, alarms: dict[str, float]) -> str:
    calm = rows[rows["stays"]]
    alone = {
        sign: calm["signs"].fillna("").str.contains(sign).mean()
        for sign in ("silent", "fading", "stopped")
    }
    return (
        f"Asked at the end of each month of the last year, the list "
        f"of quiet leavers has {percent(alarms['hit'], 0)} of the profit of {alarms['leavers']:,} who left "
        f"({percent(alarms['hit_customers'], 0)} of them) within 90 days after they did, and "
        f"{percent(alarms['before'], 0)} before.\n"
        f"Of those who neither left nor faded, {percent(alarms['false'], 0)} stand on it at any one time ("
        f"{percent(alarms['false_year'], 0)} once in the year): "
        f"{percent(alone['silent'], 0)} because they are silent, {percent(alone['fading'], 0)} because "
        f"they bought a third less than a year before, {percent(alone['stopped'], 0)} because they bought "
        "a product group no more.\n"
        "Nothing of this is tuned; whether the false alarms are worth it is said by 5 : 1, what a leaver "
        "nobody sees costs against a call for nothing."
    )


def _wallets_said(wallets: pd.DataFrame) -> str:
    own = wallets.drop(columns="seed").astype(float)
    ratio = own["potential"] / own["wallet"]
    inside = own["wallet"].between(own["potential_low"], own["potential_high"]).mean()
    return (
        f"What {len(own):,} customers could buy by door 2 is, in the middle, {ratio.median():.2f} of what "
        f"they truly buy of everybody ({percent(own['potential'].sum() / own['wallet'].sum(), 0)} of the "
        f"sum), today's sales {own['sales'].div(own['wallet']).median():.2f}; the true wallet lies in the "
        f"range for {percent(inside, 0)}, and the rank correlation of both is "
        f"{own['potential'].rank().corr(own['wallet'].rank()):.2f} (of sales alone "
        f"{own['sales'].rank().corr(own['wallet'].rank()):.2f}).\n"
        "The estimate asks what comparable customers buy *here*, so it stays below the wallet where all of "
        "them buy elsewhere too. This is printed and not tuned."
    )


def _limits() -> str:
    return (
        "## What this does not say\n\n"
        "The companies are like the demo company: a wholesaler, with noise and gaps of one kind.\n"
        "The planted levels lie inside the boundaries of the rules, so this says whether the sorting "
        "finds what the rules mean, not whether the rules are right.\n"
        "Causes of losses and the effect of dropping a customer are computed and not measured here."
    )


def _record(companies: pd.DataFrame, intervals: pd.DataFrame, living: Living) -> str:
    spent = {
        "running the notebooks' cells": companies["running"].sum() + living.facts["running"].sum(),
        "inventing the companies": companies["writing"].sum() + living.facts["writing"].sum(),
        "the intervals": intervals["spent"].sum(),
    }
    whole = sum(spent.values())
    shares = ", ".join(f"{name} {percent(part / whole, 0)}" for name, part in spent.items())
    python = platform.python_version()
    return (
        "## How it was made\n\n"
        f"Measured on {date.today().isoformat()} with kamlib {kamlib.__version__}, Python {python}, "
        f"numpy {np.__version__} and pandas {pd.__version__} on {sys.platform}.\n"
        f"Of the time it took: {shares}.\n"
        "The companies are written by `kam demo` with the scenarios `wholesaler` and `living`; the "
        "intervals are those of `kamlib.numerics.concentration`."
    )
