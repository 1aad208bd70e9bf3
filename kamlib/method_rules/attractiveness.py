"""Rules of both sides, with their words."""

from kamlib.language import N_
from kamlib.method_rules.rule import Rule

ATTRACTIVENESS: dict[str, Rule] = {
    "rated_criteria": Rule(
        N_("Potential and growth"),
        flag=N_(
            "Potential and own growth are our ratings ({potential} and {growth} rated), "
            "not measurements."
        ),
        bring=N_("customers.own_growth, and what they could buy, measured"),
    ),
    "side_a": Rule(
        N_("Side A"),
        passed=N_("Side A is known of everybody ({n})."),
        flag=N_(
            "Side A is unknown for {unknown} of {n}: less than {least} of its weight is known."
        ),
        refuse=N_(
            "Side A is unknown of everybody ({n}): less than {least} of its weight is known."
        ),
        bring=N_("ratings_ours"),
    ),
    "key_account_units": Rule(
        N_("Key-account units"),
        passed=N_("One key account pays for itself from {amount} a year, approved by {by}."),
        flag=N_(
            "One key account pays for itself from {amount} a year; nobody has signed this off."
        ),
        refuse=N_(
            "{why}, so nothing is measured in yearly key-account units: the size of a golden shot "
            "and the money at stake are unknown."
        ),
        bring=N_("a period of 12 months with cost-to-serve"),
    ),
    "side_b": Rule(
        N_("Side B"),
        passed=N_("Everybody was asked ({n})."),
        flag=N_(
            "Not asked in their own words: {unasked} of {n}. Side B of {guessed} is "
            "our guess and of {unknown} unknown. Neither can confirm anything."
        ),
        refuse=N_("Nobody was asked: side B is unknown of everybody ({n})."),
        bring=N_("ratings_theirs in the customers' own words"),
    ),
    "rivals": Rule(
        N_("Rivals"),
        passed=N_("Everybody who was asked named a rival or said that there is none."),
        flag=N_("Asked, and named no rival: {n}. Whether we lead there is unknown."),
        bring=N_(
            "ratings_theirs of the rivals, or the word none as supplier where there is no other"
        ),
    ),
    "ratings_age": Rule(
        N_("Age of ratings"),
        passed=N_("No rating in use is older than {months} months."),
        flag=N_(
            "Ratings in use that are older than {months} months: {n} of {all}, the oldest from "
            "{oldest}. Their age is shown and widens no range."
        ),
        bring=N_("fresh ratings"),
    ),
    "ratings_at_odds": Rule(
        N_("Ratings that contradict each other"),
        passed=N_("No two ratings of one day, and no two weights of one criterion, contradict."),
        flag=N_(
            "Ratings of one day that differ, where the lower one counts: {ratings}{who}. Criteria with "
            "two weights, where the latest one counts for all suppliers and of one day their mean: "
            "{weights}{whose}."
        ),
        bring=N_("one rating a day of each party, and one weight for each of its criteria"),
    ),
    "trust": Rule(
        N_("Trust"),
        passed=N_("Trust is known in the customers' words."),
        flag=N_("Trust is unknown for {n} of {all} customers; partnership is not confirmed there."),
        refuse=N_("Trust is unknown for everybody: no partnership can be confirmed."),
        bring=N_("ratings_theirs, criterion trust, in their words or as a fact"),
    ),
}
