"""Rules of levels, golden shots, verdicts and sums, with their words."""

from kamlib.language import N_
from kamlib.method_rules.rule import Rule

PYRAMID: dict[str, Rule] = {
    "benefit_ours": Rule(
        N_("Benefit to us"),
        passed=N_("The benefit to us is customer profit in pocket revenue."),
        refuse=N_(
            "Customer profit is not known, so the benefit to us is unknown: no partnership "
            "can be confirmed."
        ),
        bring=N_("resources and time equations"),
    ),
    "golden_shots": Rule(
        N_("Golden shots"),
        passed=N_("Golden shots are measured over 24 months on customer profit."),
        flag=N_(
            "Golden shots are measured on gross margin: cost-to-serve does not cover 24 months."
        ),
        refuse=N_("Golden shots cannot be told: {why}."),
        bring=N_("costs of 24 months, invoice lines of three years"),
    ),
    "margin_percentiles": Rule(
        N_("Margins that golden shots are held against"),
        passed=N_(
            "Margin percentiles were frozen over {window}; measured afresh, they would be the same."
        ),
        flag=N_(
            "Margin percentiles were frozen over {window}, and the inputs have changed since. Measured "
            "afresh over the same days, a margin would be high from another number on: {said}. The "
            "frozen ones are used."
        ),
        refuse=N_("No margin is known in the reference period, so none can be called high."),
        bring=N_(
            "the inputs as they were; or delete reference/margin_percentiles.csv to measure afresh"
        ),
    ),
    "thresholds": Rule(
        N_("Limits and cuts"),
        flag=N_(
            "The limits of levels and cuts are judgement and not calibrated. With cuts of 50, "
            "60 and 70 on both sides there would be {low}, {middle} and {high} key accounts."
        ),
        bring=N_("a sign-off of the limits by those who use them"),
    ),
    "capacity_key_accounts": Rule(
        N_("Places for key accounts"),
        passed=N_("Accounts that hold or may hold: {n}; places: {places}."),
        flag=N_("How many key accounts can be looked after is not declared: ranked and not cut."),
        bring=N_("capacity.managers"),
    ),
    "drop_effect": Rule(
        N_("Fix or let go"),
        passed=N_(
            "What leaving would change and which price would end the loss is known of every "
            "loss-maker: {fix} to fix, {let_go} to let go, {small_loss} too small for plans of their own."
        ),
        flag=N_(
            "What leaving a loss-maker would really change is not known, so nobody is proposed to be "
            "let go. Loss-makers to be fixed or looked at: {fix}."
        ),
        bring=N_(
            "resources with their avoidable_share, so that notebook 2 can write loss_treatment"
        ),
    ),
    "overrides": Rule(
        N_("Decisions made by people"),
        passed=N_("Verdicts decided by people, each shown beside what the rules propose: {n}."),
        flag=N_(
            "Decisions of people that are not in force: {which}. There the rules' verdict holds."
        ),
        bring=N_("overrides in engagement.yaml: renewed, given the right id, or taken out"),
    ),
    "levels": Rule(
        N_("Levels"),
        passed=N_("Every customer has one certain level ({all})."),
        flag=N_(
            "Of {all} customers {n} may stand higher than what is confirmed, and {untold} cannot be told "
            "from a mere transaction."
        ),
        bring=N_("trust, side B, contacts and staying of these customers"),
    ),
    "adds_up": Rule(
        N_("Does it add up?"),
        passed=N_("Every sum holds to half a cent."),
        flag=N_(
            "Inside, every sum holds to half a cent; against the general ledger not all is explained: "
            "{which}."
        ),
        refuse=N_("Not every sum holds: {which}. What builds on that should not be used."),
        bring=N_("the difference shown in the ledger below"),
    ),
}
