"""The analyses of notebook 3b, and the chances of return and of staying of notebook 3."""

from typing import TYPE_CHECKING

import pandas as pd

from kamlib.attractiveness.ratings import current_ratings
from kamlib.core.analysis import Analysis, Part
from kamlib.core.frames import external, main_measure, named, with_relation
from kamlib.core.language import _, number, percent
from kamlib.core.outcomes import PASS, REFUSE, outcome_of
from kamlib.core.tables import among, floats
from kamlib.core.timespans import whole_months
from kamlib.page.parts import Claim, Figure, Finding, Headline, Table
from kamlib.segmentation.parties import dormant_outcome
from kamlib.staying import customer_base, figures, marginal, returns, tables, traits, words
from kamlib.staying.chances import return_outcomes, staying_chances

if TYPE_CHECKING:
    from kamlib.stage import Stage

ROWS = 5  # of the leavers in the figure, and of each table
VISITS = ("visits", "field_hours")  # drivers that tell of care where no contacts are given


def return_chances(stage: "Stage") -> Analysis:
    """Say of each customer how likely it orders again within 12 months, and stays for three years.

    Its tables are ``staying`` (one row per customer, chances from 0 to 1) and, where anything could be
    measured, ``return_models`` (one row per candidate, with what it foretold and what happened).
    """
    customers, now = stage.read("customers"), stage.read("profitability")
    orders, kinds = stage.read("orders", periods="all"), stage.relations(customers)
    afresh = _return_model(stage, orders, customers, kinds)
    fitted = stage.freeze("return_rates", afresh)
    stays = staying_chances(
        orders,
        customers,
        fitted,
        current_ratings(stage.read_optional("ratings_ours"), end=stage.period.end),
        windows=stage.engagement.windows,
        end=stage.period.end,
        scale=stage.engagement.side_a.criteria["staying"].value,
        relations=kinds,
    )
    told = return_outcomes(stays, now.loc[now["active"], "customer_id"], fitted, afresh)
    told.append(dormant_outcome(customers, stays, now))
    period = stage.period.name
    handed = {"staying": with_relation(stays, customers).assign(period=period)}
    stage.keep("return_chances", Analysis(outcomes=told))
    parts: list[Part] = stage.refusal("dormant")
    if fitted is not None:
        models = returns.return_models(fitted)
        handed["return_models"] = models.assign(period=period)
        rates = returns.repeat_rates(fitted)
        caption = _("What foretold returns: each candidate held against what happened.")
        if rates["rate"].round(2).nunique() > 1:  # else the figure says nothing
            seen = whole_months(rates["window_start"].head(1), rates["cutoff"][0])[0]
            months = min(stage.engagement.windows.trend_months, int(seen))
            later = int(fitted["horizon_months"].iloc[0])
            parts.append(
                Figure("return", lambda: figures.plot_return(rates, months=months, later=later))
            )
        parts += [
            Claim(words.return_finding(stays[among(stays["customer_id"], external(customers))])),
        ]
        if models["brier"].notna().any():  # where nothing was tested there is nothing to compare
            digits = {"auc": 2, "brier": 3}
            parts.append(Table(tables.models_table(models), caption, digits=digits, fold=True))
    return stage.keep("return_chances", Analysis(handed, parts, told, result=stays))


def _return_model(
    stage: "Stage", orders: pd.DataFrame, customers: pd.DataFrame, kinds: list[str]
) -> pd.DataFrame | None:
    """Fit what foretells a return, over the days of the frozen values where there are any."""
    frozen = stage.frozen("return_rates")
    return returns.return_model(
        orders[among(orders["customer_id"], external(customers))],
        end=stage.last_day if frozen is None else frozen["window_end"].iloc[0],
        windows=stage.engagement.windows,
        segments=customers.set_index("customer_id").get("industry_segment"),
        projects=customers.loc[[kind == "project" for kind in kinds], "customer_id"],
    )


def quiet_leavers(stage: "Stage") -> Analysis:
    """Say which regular customers show a sign of leaving, most at stake first.

    Its table is ``leaving``: one row each, with chances from 0 to 1, days, and money in reporting
    currency, of the better of both periods: profit, or what is known instead.
    """
    if stage.withheld:
        return stage.refuse("quiet_leavers", "class_measure")
    measure = main_measure(stage.read("profitability")) or "invoice_revenue"
    brought = _external(stage).groupby("customer_id")[measure].max()
    months = stage.read("customer_months", periods="all")
    stays, orders = stage.read("staying"), stage.read("orders", periods="all")
    end = customer_base.lines_end(orders, stage.period.end)
    if not customer_base.can_be_told(stays, months, end):
        said = _("Who is leaving cannot be told: the lines do not reach back far enough.")
        return stage.keep("quiet_leavers", Analysis(parts=[Headline(said)]))
    groups = stage.read_optional("customer_groups")
    groups = None if groups is None else groups[floats(groups["invoice_revenue"]) > 0]
    found = customer_base.leaving(stays, brought, months, groups, end=end)
    names = stage.read("customers").set_index("customer_id")["name"]
    shown = found.assign(name=found["customer_id"].map(names))
    currency = stage.currency
    when = _("in the better of both periods")
    if stage.previous is None:
        period = stage.period
        length = whole_months(pd.Series([pd.Timestamp(period.start)]), period.end)[0]
        when = _("in {n} months").format(n=number(length))
    headline, *claims = words.leaving_finding(shown, currency=currency, measure=measure, when=when)
    parts: list[Part] = [Headline(headline)]
    if len(found):
        drawn = shown.head(ROWS)
        caption = _("Who shows a sign of leaving, and what may go with it; money {when}.")
        caption = caption.format(when=when)
        parts += [
            Figure("leavers", lambda: figures.plot_leavers(drawn, orders, end=end)),
            Claim(*claims, words.first_calls(shown)),
            Table(
                tables.leaving_table(shown, measure),
                caption,
                currency,
                most=ROWS,
                rest="leaving",
            ),
        ]
    return stage.keep("quiet_leavers", Analysis({"leaving": found}, parts, result=found))


def base_audit(stage: "Stage") -> Analysis:
    """Divide the change of profit since the previous period among those lost, down, up, new, recovered.

    Its table is ``base_audit``: customers and money in reporting currency, one row per kind of change.
    """
    measure, before = main_measure(stage.read("profitability")), stage.previous
    if stage.withheld:
        return stage.refuse("base_audit", "class_measure")
    if measure is None or before is None:
        said = _(
            "How it changed is not known: profit of this period and of the one before is needed."
        )
        return stage.keep("base_audit", Analysis(parts=[Finding(said)]))
    statement = _external(stage)
    statement = statement.assign(customer_profit=statement[measure])
    then, now = (
        statement[statement["period"] == each] for each in (before.name, stage.period.name)
    )
    first = stage.read("staying").set_index("customer_id")["first_order"]
    audit = customer_base.base_audit(then, now, first, since=before.start)
    unknown = statement.loc[statement["customer_profit"].isna(), "customer_id"]
    known = statement[~among(statement["customer_id"], unknown)]
    sums = known.groupby("period")["customer_profit"].sum()
    balance = customer_base.audit_balance(
        audit,
        float(sums.get(before.name, 0.0)),
        float(sums.get(stage.period.name, 0.0)),
        stage.currency,
    )
    caption = _("Who came, who went, and what profit changed with them.")
    parts: list[Part] = [
        Claim(words.audit_finding(audit, currency=stage.currency)),
        Table(
            tables.audit_table(audit),
            caption,
            stage.currency,
            fold=True,
        ),
    ]
    return stage.keep("base_audit", Analysis({"base_audit": audit}, parts, balances=[balance]))


def cost_at_the_margin(stage: "Stage") -> Analysis:
    """Say what one more won and one more kept customer cost, by what the effort was for.

    Its table is ``cost_at_the_margin``: one row per purpose and kind, with customers, and hours of people
    or money in reporting currency, of both periods.
    """
    name = "cost_at_the_margin"
    if stage.withheld:
        return stage.refuse(name, name)
    customers, effort = stage.read("customers"), stage.read_optional("effort")
    orders = stage.read("orders", periods="all")
    ours = orders[among(orders["customer_id"], external(customers))]
    noted = marginal.by_purpose(effort, customers, stage.periods)
    starts = marginal.first_days(ours, stage.periods)
    why, bring = words.margin_unknown(effort is not None, starts, noted, stage.period.name)
    if why:
        return stage.keep(name, Analysis(outcomes=[outcome_of(name, REFUSE, why=why, bring=bring)]))
    found = marginal.cost_at_the_margin(noted, marginal.won_and_kept(ours, starts))
    periods = [each.name for each in stage.periods]
    said = words.margin_finding(found, periods, currency=stage.currency)
    return stage.keep(name, Analysis({name: found}, [Finding(*said)], [outcome_of(name, PASS)]))


def neglected(stage: "Stage") -> Analysis:
    """Say which of the vital few are seen a third less often than before, while their profit held.

    Its table is ``neglected``: contacts (or visits) and money of both periods, most profit first.
    """
    measure, before = main_measure(stage.read("profitability")), stage.previous
    care = _care(stage)
    if stage.withheld:
        return stage.refuse("neglected", "class_measure")
    if measure is None:  # nobody is one of the vital few
        return stage.keep("neglected", Analysis())
    if care is None or before is None:
        said = _("Whom we neglect is not known: contacts or visits of both periods are needed.")
        return stage.keep("neglected", Analysis(parts=[Finding(said)]))
    good = _vital_few(stage)
    profits = _external(stage).pivot(index="customer_id", columns="period", values=measure)
    found = customer_base.neglected(good, care, profits[before.name], profits[stage.period.name])
    customers = stage.read("customers")
    shown = named(found, customers).drop(columns=["care_change", "profit_before"])
    if "account_manager" in customers:
        managers = customers.set_index("customer_id")["account_manager"]
        shown.insert(1, "account_manager", found["customer_id"].map(managers))
    caption = _("Of the vital few: who is seen less though its own profit did not fall so.")
    heads = {"care_before": _("Contacts before"), "care_now": _("Contacts now")}
    parts: list[Part] = [
        Claim(words.neglected_finding(found, len(good), currency=stage.currency)),
        Table(shown, caption, stage.currency, heads, most=ROWS, rest="neglected"),
    ]
    return stage.keep("neglected", Analysis({"neglected": found}, parts))


def profile(stage: "Stage") -> Analysis:
    """Say what the vital few, and those who ordered again, have in common.

    It describes and never predicts. Its table is ``profile``: one row per comparison, attribute and
    value that ten customers share, with shares from 0 to 1 and the lift over all customers.
    """
    if stage.withheld:
        return stage.refuse("profile", "class_measure")
    everybody, orders = _everybody(stage), stage.read("orders", periods="all")
    parties, good = stage.read("parties"), _vital_few(stage)
    ours = everybody.loc[~everybody["is_prospect"], "party_id"]
    alive = parties.loc[~parties["is_prospect"].astype(bool), "party_id"]
    known = traits.attributes(everybody).loc[ours]
    stayed = traits.stayed(orders, end=stage.period.end)
    groups = {"stays": stayed[among(stayed.index.to_series(), ours)]}
    caption = _("What differs from all customers by its 90% interval: of all {stays} came back.")
    if main_measure(stage.read("profitability")):
        groups["key"] = pd.Series(among(alive, good), alive.to_numpy())
        caption = _(
            "What differs from all customers by its 90% interval: of all {key} are vital few, {stays} "
            "came back."
        )
    found = traits.profile(known, groups)
    if found.empty:
        said = (
            _("That is not known: no ten customers share anything that is known of them.")
            if len(groups["stays"])
            else _("That is not known: the lines do not reach back two years.")
        )
        nothing = Analysis({"profile": found}, [Finding(said)], result=everybody)
        return stage.keep("profile", nothing)
    rates = {name: percent(float(group.mean())) for name, group in groups.items()}
    shown = tables.profile_table(found)
    parts: list[Part] = [Claim(*words.profile_finding(found))]
    if len(shown):
        parts.append(Table(shown, caption.format(**rates), most=ROWS, rest="profile"))
    return stage.keep("profile", Analysis({"profile": found}, parts, result=everybody))


def likeness(stage: "Stage", profile: Analysis) -> Analysis:
    """Say which prospects are like the vital few, how such customers stay, and who is nearest.

    Its table is ``likeness``: one row per prospect, 1 is like anybody, chances of staying from 0 to 1.
    """
    if (
        profile.table is None
        or not profile.result["is_prospect"].any()
        or "key" not in set(profile.table["comparison"])
    ):
        return stage.keep("likeness", Analysis())
    found = traits.likeness(profile.result, profile.table, stage.read("staying"), _vital_few(stage))
    names = profile.result.set_index("party_id")["name"]
    shown = tables.likeness_table(found.assign(name=found["party_id"].map(names)))
    caption = _(
        "Prospects, the likest first; with 2, customers of its traits are twice as often vital few as all."
    )
    parts: list[Part] = [
        Claim(words.likeness_finding(found)),
        Table(shown, caption, digits={"likeness": 1}, most=ROWS, rest="likeness"),
    ]
    return stage.keep("likeness", Analysis({"likeness": found}, parts))


def _external(stage: "Stage") -> pd.DataFrame:
    """Return the statements of external customers, of the report period and the one before."""
    statement = stage.read("profitability", periods="all")
    periods = [each.name for each in stage.periods]
    inside = statement["period"].isin(periods)
    return statement[inside & among(statement["customer_id"], external(stage.read("customers")))]


def _vital_few(stage: "Stage") -> pd.Series:
    """Return the ids of those who come through door 1."""
    doors = stage.read("doors")
    return doors.loc[(doors["door"] == "vital_few") & doors["open"].astype(bool), "party_id"]


def _everybody(stage: "Stage") -> pd.DataFrame:
    """Return all external customers, also those who left, and the prospects."""
    customers, parties = stage.read("customers"), stage.read("parties")
    ours = customers[customers["relation"] == "external"].rename(
        columns={"customer_id": "party_id"}
    )
    new = parties[parties["is_prospect"].astype(bool)]
    both = pd.concat([ours.assign(is_prospect=False), new], ignore_index=True)
    return both.astype({"is_prospect": bool})


def _care(stage: "Stage") -> pd.DataFrame | None:
    """Count contacts of both periods, without them visits; None where one period has none.

    A customer without a row in one of them has no count there: unknown, and not none.
    """
    contacts, drivers = stage.read_optional("contacts"), stage.read_optional("drivers")
    if contacts is not None:
        done = contacts.rename(columns={"party_id": "customer_id"}).assign(volume=1.0)
    elif drivers is not None:
        done = drivers[drivers["driver"].isin(VISITS)]
    else:
        return None
    sums = done.groupby(["customer_id", "period"])["volume"].sum().unstack()
    if stage.previous is None or not {each.name for each in stage.periods} <= {*sums.columns}:
        return None
    both = {"care_before": sums[stage.previous.name], "care_now": sums[stage.period.name]}
    return pd.DataFrame(both).reset_index()
