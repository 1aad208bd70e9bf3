"""Columns of what the stages find: 20/80, doors, staying, two sides, pyramid, verdicts."""

from kamlib.columns.column import Column
from kamlib.language import N_

RESULTS: dict[str, Column] = {
    # ------------------------------------------------------------------ 20/80 and doors
    "measure": Column(N_("Measure"), "text", N_("what customers are ranked by")),
    "rank": Column(N_("Rank"), "whole", N_("1 is the best")),
    "customer_share": Column(N_("Customers"), "share", N_("share of active customers, best first")),
    "cumulative_share": Column(
        N_("Share of positive"),
        "share",
        N_("running share of what those who earn bring, best first"),
    ),
    "profit_class": Column(
        N_("Class"), "text", N_("vital_few, useful_many, loss_making or unknown")
    ),
    "door": Column(N_("Door"), "text", N_("way to key status: one of four")),
    "open": Column(N_("Open"), "bool", N_("it comes through this door")),
    "evidence": Column(N_("Evidence"), "text", N_("what opens the door or keeps it shut")),
    "by_revenue": Column(N_("By revenue"), "text", N_("profit class by invoice revenue")),
    "by_measure": Column(
        N_("By profit"), "text", N_("profit class by customer profit, else gross margin")
    ),
    "customers": Column(N_("Customers"), "whole", N_("number of customers")),
    "few": Column(N_("Customers for the share"), "whole", N_("smallest group that brings it")),
    "few_share": Column(N_("That is"), "share", N_("that group in all active customers")),
    "top20": Column(N_("Best 20% bring"), "share", N_("their part of what those who earn bring")),
    "gini": Column(N_("Gini"), "number", N_("0: all the same, 1: one brings all"), "0–1"),
    "effective_n": Column(N_("As if equal"), "number", N_("equal customers as concentrated")),
    "losing": Column(N_("At a loss"), "whole", N_("customers with a negative measure")),
    "share": Column(N_("Share of positive"), "share", N_("part of what those who earn bring")),
    # ------------------------------------------------------------------ staying
    "order_days_24m": Column(N_("Order days"), "whole", N_("days with an order in 24 months")),
    "orders_per_year": Column(N_("Orders a year"), "number", N_("order days in 24 months / 2")),
    "known_years": Column(N_("Known for"), "number", N_("since the first order"), N_("years")),
    "age_months": Column(
        N_("Age"), "whole", N_("whole months since the first order"), N_("months")
    ),
    "p_return_12m": Column(N_("Chance of return"), "share", N_("an order within 12 months")),
    "p_return_low": Column(N_("Return from"), "share", N_("90 % interval of the chance of return")),
    "p_return_high": Column(N_("Return to"), "share", N_("90 % interval of the chance of return")),
    "silent_days": Column(N_("Silent for"), "whole", N_("since the last order"), N_("days")),
    "usual_days": Column(N_("Usual interval"), "whole", N_("between order days"), N_("days")),
    "overdue": Column(N_("Overdue"), "bool", N_("silent for 2.5 usual intervals and 90 days")),
    "model": Column(N_("Told by"), "text", N_("what the chance of return rests on")),
    "p_stay_3y": Column(N_("Chance of staying"), "share", N_("an order in months 25 to 36")),
    "p_stay_low": Column(N_("Staying from"), "share", N_("chance of staying, at worst")),
    "p_stay_high": Column(N_("Staying to"), "share", N_("chance of staying, at best")),
    "p_stay_rated": Column(N_("Our rating"), "share", N_("chance of staying by our own rating")),
    "staying_source": Column(
        N_("Known from"), "text", N_("contract, their words, renewals, orders, return or unknown")
    ),
    # ------------------------------------------------------------------ two sides
    "raw": Column(N_("Measured"), "number", N_("in the criterion's own unit")),
    "value_low": Column(N_("At least"), "share", N_("value of the criterion at worst")),
    "value_high": Column(N_("At most"), "share", N_("value of the criterion at best")),
    "known_weight": Column(N_("Known weight"), "share", N_("weight of the criteria we know")),
    "side_a_low": Column(N_("Side A from"), "score", N_("their attractiveness to us, at worst")),
    "side_a_high": Column(N_("Side A to"), "score", N_("their attractiveness to us, at best")),
    "side_b_low": Column(N_("Side B from"), "score", N_("our attractiveness to them, at worst")),
    "side_b_high": Column(N_("Side B to"), "score", N_("our attractiveness to them, at best")),
    "relative_strength_low": Column(N_("Lead from"), "score", N_("over the best rival, at worst")),
    "relative_strength_high": Column(N_("Lead to"), "score", N_("over the best rival, at best")),
    "relative_strength": Column(N_("Lead"), "text", N_("over the best rival"), "0–100"),
    "rival": Column(N_("Best rival"), "text", N_("as a whole, by their weights; or none")),
    "both_hold": Column(N_("Both sides hold"), "text", N_("yes, may or no; the lead counts")),
    # ------------------------------------------------------------------ pyramid and verdict
    "trust": Column(N_("Trust"), "rating", N_("their trust in us, in their words"), "0–10"),
    "contact_functions": Column(N_("Functions"), "whole", N_("of theirs that talk to us")),
    "joint_hard": Column(N_("Joint things"), "whole", N_("teams, launches, warehouses that exist")),
    "joint_all": Column(N_("Signs"), "whole", N_("joint things and softer signs that exist")),
    "confirmed_level": Column(N_("Level confirmed"), "whole", N_("unknowns at their worst")),
    "possible_level": Column(N_("Level possible"), "whole", N_("unknowns at their best")),
    "blocked_by": Column(N_("What blocks the next"), "text", N_("limits not met and vetoes")),
    "golden_shot": Column(N_("Golden shot"), "text", N_("yes, no or too early to say")),
    "verdict": Column(N_("Verdict"), "text", N_("what the rules propose")),
    "decided_verdict": Column(
        N_("Decided"), "text", N_("what people decided; the rules' verdict where nobody did")
    ),
    "override_reason": Column(N_("Reason"), "text", N_("why people decided otherwise")),
    "override_author": Column(N_("Decided by"), "text", N_("who decided otherwise")),
    "override_expires": Column(N_("Valid until"), "date", N_("last day of that decision")),
    "verdict_worst": Column(N_("At worst"), "text", N_("with the unknowns at their worst")),
    "verdict_best": Column(N_("At best"), "text", N_("with the unknowns at their best")),
    "key_customer": Column(N_("Key customer?"), "text", N_("can they be our key customer")),
    "key_supplier": Column(N_("Key supplier?"), "text", N_("can we be their key supplier")),
    "level": Column(N_("Level"), "text", N_("confirmed and possible level")),
    "may_be_higher": Column(N_("May be higher"), "whole", N_("customers possible above it")),
    "golden_shots": Column(N_("Golden shots"), "whole", N_("number of golden shots")),
    "accounts": Column(N_("Accounts"), "whole", N_("number of accounts")),
    "doors": Column(N_("Doors"), "text", N_("doors that are open")),
    "side_a": Column(N_("Side A"), "text", N_("their attractiveness to us"), "0–100"),
    "side_b": Column(N_("Side B"), "text", N_("our attractiveness to them"), "0–100"),
    "profit": Column(N_("Profit in 24 months"), "money", N_("over the window"), "currency"),
    "margin_percentile": Column(N_("Margin percentile"), "share", N_("in its industry segment")),
    "what": Column(N_("What to do"), "text", N_("the step")),
    "title": Column(N_("Rule"), "text", N_("rule of method")),
    "said": Column(N_("What was found"), "text", N_("in the reader's words")),
    "unknown": Column(N_("Unknown"), "text", N_("what is not known, or for how many")),
    "weight_share": Column(N_("Weight"), "share", N_("of the side; all add up to 1")),
    "measured": Column(N_("Measured"), "whole", N_("how many have a measured value")),
    "rated": Column(N_("Rated"), "whole", N_("how many have a rating")),
    "worth": Column(
        N_("Worth a year"), "money", N_("what the step brings or protects"), "currency"
    ),
    "by_when": Column(N_("By"), "text", N_("the day by which it is done")),
    "parties": Column(N_("How many"), "whole", N_("number of customers and prospects")),
    "means": Column(N_("What it means"), "text", N_("what follows from it")),
    "bring": Column(N_("What to bring"), "text", N_("what would make it known")),
    "lacking": Column(N_("What is missing"), "text", N_("for a key account, at worst")),
    "questions": Column(N_("Find out first"), "text", N_("what decides the verdict")),
    "profit_kau": Column(N_("Profit"), "number", N_("a year"), N_("key-account units")),
    "proofs": Column(
        N_("Proofs needed"), "whole", N_("good answers that would make a key account")
    ),
    "proofs_missing": Column(N_("What is missing"), "text", N_("who asks, and by when")),
    "nominee": Column(N_("Nominee"), "text", N_("fails nothing known, lacks at most two proofs")),
    "pays": Column(
        N_("Earns its care"), "text", N_("by profit, by potential; a strategic one need not")
    ),
    "trust_date": Column(N_("Trust asked on"), "date", N_("when they said how far they trust us")),
    "side_b_date": Column(N_("Asked on"), "date", N_("the oldest of what they told us")),
    "staying_date": Column(N_("Rated on"), "date", N_("the day of the rating of staying")),
    "judged": Column(N_("Can be judged"), "text", N_("a door that nobody can judge is unknown")),
    "stake": Column(N_("Stake"), "number", N_("money at stake"), N_("key-account units")),
}
