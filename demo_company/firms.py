"""Who buys: latent units with an archetype each, the sites they are made of, and prospects.

A unit is what decides (a group or a single firm). What an archetype does and is stands in the
scenario; here each unit draws its own values from it.
"""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from demo_company.names import ABROAD, HOME, REGIONS, SEGMENTS, firm_names
from demo_company.scenario import apportion, stream, within

RANGES = (
    "orders",
    "lines",
    "margin",
    "profit",
    "discount",
    "days_to_pay",
    "days_late",
    "trust",
    "side_b",
    "staying",
    "potential",
    "openness",
    "functions",
    "visits",
    "drops",
    "returned",
    "bonus",
)
PLAIN = (
    "level",
    "rhythm",
    "loss",
    "phone",
    "rush",
    "notes",
    "scrapped",
    "corrections",
    "complete",
    "contract",
    "latest_start",
    "left",
)
INTERCOMPANY, COLLECTIVE = "K99001", "K99999"
FIRST_DAY, LAST_DAY = np.datetime64("2021-01-04"), np.datetime64("2025-12-29")


def customer_units(scenario: Mapping[str, Any], *, seed: int, customers: int) -> pd.DataFrame:
    """Draw the units: live ones, former ones, and the two that are no customers.

    Returns
    -------
    DataFrame, one row per unit in the order of ``customer_id``: its archetype, latent values and
    attributes; ``relation`` tells external, intercompany and collective ones
    """
    kinds = {**scenario["archetypes"], **scenario["former"]}
    former = round(customers * scenario["company"]["former_share"])
    lost = round(customers * scenario.get("living", {}).get("lost_before", 0))
    labels = _labels(scenario["archetypes"], customers + lost)
    labels += _labels(scenario["former"], former)
    rng = stream(seed, "units")
    archetype = np.array(labels)[rng.permutation(len(labels))]
    units = pd.DataFrame({"archetype": archetype, "relation": "external"})
    units = _with_traits(units, kinds, rng)
    units = _with_size(units, kinds, scenario["once"], rng)
    units = _with_life(units, scenario["company"], rng)
    units = _with_attributes(units, scenario["company"], stream(seed, "customers"))
    units = _with_gaps(units, scenario["gaps"], stream(seed, "gaps"))
    units = pd.concat([units, _others(scenario, units)], ignore_index=True)
    return _with_sites(units, scenario["company"], stream(seed, "groups"))


def _labels(kinds: Mapping[str, Any], total: int) -> list[str]:
    counts = apportion([kind["share"] for kind in kinds.values()], total)
    return [name for name, n in zip(kinds, counts, strict=True) for _i in range(n)]


def _with_traits(
    units: pd.DataFrame, kinds: Mapping[str, Any], rng: np.random.Generator
) -> pd.DataFrame:
    """Draw every trait that has a range, and copy those that have none."""
    draws = rng.random((len(units), len(RANGES)))
    found: dict[str, np.ndarray] = {}
    for place, name in enumerate(RANGES):
        low, high = (
            units["archetype"].map({k: v[name][end] for k, v in kinds.items()}) for end in (0, 1)
        )
        found[name] = within(draws[:, place], low.to_numpy(float), high.to_numpy(float))
        if name in ("profit", "discount"):
            found[f"{name}_low"], found[f"{name}_high"] = low.to_numpy(), high.to_numpy()
    for name in PLAIN:
        found[name] = units["archetype"].map({k: v[name] for k, v in kinds.items()}).to_numpy()
    return units.assign(**found).assign(functions=np.floor(found["functions"] + 0.5).astype(int))


def _with_size(
    units: pd.DataFrame, kinds: Mapping[str, Any], once: Mapping[str, Any], rng: np.random.Generator
) -> pd.DataFrame:
    """Draw yearly sales at list price: heavy-tailed, or orders times the value of one."""
    z = np.clip(rng.standard_normal(len(units)), -2.2, 2.2)
    u = rng.random(len(units))
    median = units["archetype"].map({k: v["size"][0] for k, v in kinds.items()})
    spread = units["archetype"].map({k: v["size"][1] for k, v in kinds.items()})
    size = (median * np.exp(spread * z)).to_numpy(copy=True)
    for name, kind in kinds.items():
        if "order_value" in kind:
            here = (units["archetype"] == name).to_numpy()
            size[here] = (units["orders"].to_numpy() * within(u, *kind["order_value"]))[here]
    big = np.zeros(len(units), dtype=bool)
    for name, key in (("golden_shot", "big_shots"), ("too_early", "best_sale")):
        chosen = np.flatnonzero(units["archetype"] == name)[: once[key]["count"]]
        size[chosen], big[chosen] = once[key]["size"] * (1 + 0.1 * np.arange(len(chosen))), True
    return units.assign(size=size, big=big)


def _with_life(
    units: pd.DataFrame, company: Mapping[str, Any], rng: np.random.Generator
) -> pd.DataFrame:
    """Draw the first and the last day of those who order regularly, and their growth."""
    old, where, stop = rng.random((3, len(units)))
    latest = _days(units["latest_start"])
    earliest = np.datetime64(str(company["earliest_start"]), "D")
    young = (old > company["old_share"]) & (latest > earliest)
    later = earliest + (where * (latest - earliest).astype(int)).astype(int)
    start = np.where(young, later, FIRST_DAY + (where * 25).astype(int))
    from_, to = _days(units["left"].str[0]), _days(units["left"].str[1])
    end = np.minimum(from_ + (stop * (to - from_).astype(int)).astype(int), LAST_DAY)
    growth = within(rng.random(len(units)), *company["growth"])
    return units.assign(start=start, end=end, growth=growth, young=young)


def _days(months: pd.Series) -> np.ndarray:
    """Return the first day of months written as 2023-06."""
    return months.astype(str).to_numpy().astype("datetime64[D]")


def _with_attributes(
    units: pd.DataFrame, company: Mapping[str, Any], rng: np.random.Generator
) -> pd.DataFrame:
    """Give each unit a segment, a region, and what a master file knows of a firm."""
    n = len(units)
    segment = np.array(SEGMENTS)[rng.integers(0, len(SEGMENTS), n)]
    export = rng.random(n) < company["export_share"]
    region = np.where(
        export,
        np.array(ABROAD)[rng.integers(0, len(ABROAD), n)],
        np.array(HOME)[rng.integers(0, len(HOME), n)],
    )
    years_before = np.where(units["young"] | (units["rhythm"] == "once"), 0, rng.integers(0, 20, n))
    sales = units["size"] * np.exp(rng.normal(3.0, 0.6, n))
    contract = rng.random(n) < units["contract"]
    return units.assign(
        industry_segment=segment,
        export=export,
        region=region,
        account_manager=[f"AM {REGIONS[r]}" for r in region],
        years_before=years_before,
        annual_revenue=np.round(sales, -4),
        employees=np.maximum(2, np.round(sales / rng.uniform(350_000, 700_000, n))).astype(int),
        own_growth=np.round(100 * units["growth"] + rng.normal(0, 0.8, n), 1),
        growth_known=rng.random(n) < 0.72,
        attributes_known=rng.random(n) < 0.90,
        has_contract=contract,
        contract_years=rng.integers(1, 4, n),
        name=firm_names(segment),
        coupling=rng.random(n),
    )


def _with_gaps(
    units: pd.DataFrame, gaps: Mapping[str, float], rng: np.random.Generator
) -> pd.DataFrame:
    """Decide whose evidence is complete, and what is missing of the others."""
    names = np.array(list(gaps))
    lot = names[rng.choice(len(names), len(units), p=list(gaps.values()))]
    complete = rng.random(len(units)) < units["complete"]
    gap = np.where(complete, "", lot)
    gap = np.where(
        ~complete & (units["loss"] == "terms") & (gap == "no_receivables"), "no_trust", gap
    )
    gap = np.where(units["archetype"] == "unasked_partner", "no_side_b", gap)
    gap = np.where(units["archetype"] == "synergy_undated", "no_trust", gap)
    return units.assign(gap=gap, evidence_complete=gap == "")


def _others(scenario: Mapping[str, Any], units: pd.DataFrame) -> pd.DataFrame:
    """Return the sister company and the pot of cash sales, shaped like units."""
    typical = units[units["rhythm"] == "regular"].head(1)
    typical = typical if len(typical) else units.head(1)
    rows = []
    for name, words in (
        ("intercompany", "Opakowania Demo Czechy s.r.o."),
        ("collective", "Sprzedaż gotówkowa"),
    ):
        own = scenario["company"][name]
        rows.append(
            typical.assign(
                archetype=name,
                relation=name,
                level=0,
                loss="",
                size=own["size"],
                rhythm="regular",
                orders=own["orders"],
                lines=own["lines"],
                phone=0.0,
                rush=0.0,
                notes=0.0,
                corrections=0.0,
                complete=0.0,
                visits=0.0,
                bonus=0.0,
                drops=float(name[0] == "i"),
                has_contract=False,
                name=words,
                start=FIRST_DAY,
                end=LAST_DAY,
                growth=0.02,
                big=False,
                export=name == "intercompany",
                growth_known=False,
                attributes_known=False,
                gap="no_side_b",
                evidence_complete=False,
                fixed_discount=own["discount"],
                fixed_cost_factor=own["cost_factor"],
            )
        )
    return pd.concat(rows, ignore_index=True)


def _with_sites(
    units: pd.DataFrame, company: Mapping[str, Any], rng: np.random.Generator
) -> pd.DataFrame:
    """Decide which units are groups, and give ids: a group's own row comes before its sites."""
    able = (units["relation"] == "external") & (units["orders"] >= 12)
    groups = round(company["group_share"] * able.size)
    luck = np.where(able, rng.random(len(units)), 2.0)
    chosen = np.argsort(luck, kind="stable")[: min(groups, int(able.sum()))]
    sites = np.ones(len(units), dtype=int)
    sites[chosen] = rng.integers(2, 5, len(chosen))
    before = np.cumsum(sites) - sites
    ids = [f"K{place + 1:05d}" for place in before]
    units = units.assign(customer_id=ids, sites=sites)
    for relation, own in (("intercompany", INTERCOMPANY), ("collective", COLLECTIVE)):
        units.loc[units["relation"] == relation, "customer_id"] = own
    return units


def customer_sites(units: pd.DataFrame) -> pd.DataFrame:
    """Return one row per site: ``unit`` (row of `units`), ``site_id``, ``share`` of its orders."""
    unit = np.repeat(np.arange(len(units)), units["sites"])
    first = np.cumsum(units["sites"].to_numpy()) - units["sites"].to_numpy()
    number = np.arange(len(unit)) - first[unit]
    head = units["customer_id"].to_numpy()[unit]
    own = [f"K{place + 1:05d}" for place in range(len(unit))]
    site = np.where(number == 0, head, own)
    return pd.DataFrame({"unit": unit, "number": number, "site_id": site, "customer_id": head})


def prospects(
    scenario: Mapping[str, Any], *, seed: int, named: int, customers: int
) -> pd.DataFrame:
    """Draw firms that do not buy yet, with their latent values.

    Parameters
    ----------
    named : int, how many firms have a name already
    """
    rng = stream(seed, "prospects")
    n = min(scenario["company"]["prospects"], max(2, customers))
    segment = np.array(SEGMENTS)[rng.integers(0, len(SEGMENTS), n)]
    region = np.array(HOME + ABROAD)[rng.integers(0, len(HOME + ABROAD), n)]
    sales = np.round(np.exp(rng.normal(17, 0.9, n)), -4)
    return pd.DataFrame(
        {
            "prospect_id": [f"P{i + 1:03d}" for i in range(n)],
            "name": firm_names(segment, offset=named),
            "account_manager": [f"AM {REGIONS[r]}" for r in region],
            "industry_segment": segment,
            "region": region,
            "employees": np.maximum(3, np.round(sales / 500_000)).astype(int),
            "annual_revenue": sales,
            "own_growth": np.round(rng.uniform(-3, 11, n), 1),
            "growth_known": rng.random(n) < 0.7,
            "potential": rng.uniform(0.2, 0.95, n),
            "staying": rng.uniform(0.4, 0.9, n),
            "openness": rng.uniform(0.2, 0.9, n),
            "margin_quality": rng.uniform(0.2, 0.9, n),
            "financial_safety": rng.uniform(0.4, 1, n),
            "strategic": rng.uniform(0.0, 0.6, n),
            "side_b": rng.uniform(0.5, 0.8, n),
            "trust": rng.uniform(4, 7.5, n),
        }
    )
