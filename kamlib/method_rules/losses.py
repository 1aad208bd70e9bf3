"""Rules of what is said about losses: peers, causes, avoidable cost; with their words."""

from kamlib.language import N_
from kamlib.method_rules.rule import Rule

LOSSES: dict[str, Rule] = {
    "peers": Rule(
        N_("Peers"),
        passed=N_(
            "Each loss-maker is held against customers of its own {by}, {smallest} or more of them."
        ),
        flag=N_(
            "Loss-makers with fewer than {at_least} peers of their own {by}: {n} of {all}. They are held "
            "against the whole company, so part of their gap is what sets such customers apart."
        ),
        bring=N_("customers.{by}, or another attribute under profitability.peers.by"),
    ),
    "loss_causes": Rule(
        N_("Causes of losses"),
        passed=N_("All six causes can be seen in the input."),
        flag=N_(
            "Nothing in the input shows {blind}: such a cause counts as none, and the others carry "
            "what it does."
        ),
        refuse=N_("Customer profit is not known, so no loss can be explained."),
        bring=N_(
            "resources, time equations and drivers (service, order size), receivables (terms), "
            "credit notes (returns), product_id on invoice lines (mix)"
        ),
    ),
    "avoidable_cost": Rule(
        N_("Avoidable cost"),
        passed=N_("What ends with the work is declared of every pool that serves ({n})."),
        flag=N_(
            "Nobody declared what would end of {pools}: the effect of dropping a customer is shown "
            "as an interval, from nothing of it to all."
        ),
        refuse=N_("Cost-to-serve is not known, so nothing is said about dropping customers."),
        bring=N_("avoidable_share of these pools, under profitability.resources"),
    ),
    "price_matrix": Rule(
        N_("Net price against cost-to-serve"),
        passed=N_("Customers differ in what they pay and in what they cost."),
        refuse=N_(
            "Cost-to-serve is nearly the same share of sales for everybody ({low} to {high} for the "
            "middle half of customers): it was spread by revenue, so it cannot tell who costs more."
        ),
        bring=N_("drivers and time equations, or freight as it was paid"),
    ),
    "stranded_cost": Rule(
        N_("Cost that would stay"),
        passed=N_("{amount} of cost would stay if all loss-makers left, and land on the others."),
        flag=N_(
            "Nothing that is known of the loss-makers' cost would stay if they left: either that is "
            "so, or the cost that would stay is not in the input, and dropping looks better than it is."
        ),
        bring=N_("resources with their avoidable_share; profitability.dropping.cogs_avoidable"),
    ),
}
