"""The rules of data prep that speak of who is one customer."""

from kamlib.language import N_
from kamlib.method_rules.rule import Rule

IDENTITY: dict[str, Rule] = {
    "identity_pairs": Rule(
        N_("Two ids, one customer?"),
        passed=N_("No two ids look like one customer without a decision."),
        flag=N_(
            "Pairs of ids that look like one customer and wait for a decision: {n} ({which}). Up to "
            "{amount} of invoice revenue would move to another name."
        ),
        bring=N_("a row for each in identity.merge: customer_id, keep_as, decided_by, why"),
    ),
    "identity_merged": Rule(
        N_("Ids counted as one customer"),
        passed=N_("Ids counted as another's, as decided by {by}: {n}."),
        flag=N_(
            "Ids counted as another's, as decided by {by}: {n}. Not all of these decisions do what "
            "they seem to: {which}."
        ),
        bring=N_("the file named under identity.merge, with these rows looked at again"),
    ),
    "identity_named": Rule(
        N_("Own companies and collective customers"),
        passed=N_("Ids that the settings name as own companies or collective customers: {n}."),
        flag=N_(
            "The settings name own companies or collective customers that no table and no line "
            "has: {which}. Nobody is taken out of the rankings by that."
        ),
        bring=N_("identity.intercompany and identity.collective as the ids are written on lines"),
    ),
    "identity_prospects": Rule(
        N_("Prospects who buy already"),
        passed=N_("No prospect is a customer already."),
        flag=N_(
            "Prospects whose id is a customer's: {which}. They are looked at as customers, once."
        ),
        bring=N_("prospects without those who buy, or with ids of their own"),
    ),
    "customers_missing": Rule(
        N_("Customers that the table does not have"),
        passed=N_("Every customer on the lines is in the table of customers."),
        flag=N_(
            "Customers on the lines that the table of customers does not have: {n} ({which}), with "
            "{amount} over all periods. {done}"
        ),
        bring=N_(
            "customers with a row for each; or word that they may count under their id as name "
            "(identity.missing_customers: keep)"
        ),
    ),
    "site_relations": Rule(
        N_("Sites that are no part of their group"),
        flag=N_(
            "Sites whose relation differs from their group's count by themselves, and their group "
            "without them: {which}."
        ),
        bring=N_("customers.relation of these sites, or customers.parent_id without them"),
    ),
    "tax_ids": Rule(
        N_("Tax ids of customers"),
        passed=N_("Of {all} ids in the table of customers {n} have a tax id that can be used."),
        flag=N_(
            "Of {all} ids in the table of customers {n} have a tax id that can be used. The others "
            "are not told apart or brought together by theirs: {what}."
        ),
        bring=N_("customers.tax_id, corrected against the public register of tax payers"),
    ),
    "site_or_group": Rule(
        N_("Groups or sites"),
        passed=N_(
            "Counting by group or by site gives much the same answer: of revenue of {period}, the "
            "largest 20% bring {by_group} by group and {by_site} by site."
        ),
        flag=N_(
            "Counting by group and by site gives different answers: of revenue of {period}, the "
            "largest 20% bring {by_group} by group and {by_site} by site{only}. This report counts by "
            "{unit}."
        ),
        bring=N_(
            "word from those who sell: is it the group or the site that decides what is bought "
            "(unit in engagement.yaml)?"
        ),
    ),
}
