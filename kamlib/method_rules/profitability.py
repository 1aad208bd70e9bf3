"""Rules of profitability, with their words."""

from kamlib.language import N_
from kamlib.method_rules.rule import Rule

PROFITABILITY: dict[str, Rule] = {
    "cost_to_serve": Rule(
        N_("Cost-to-serve"),
        passed=N_("Cost-to-serve is known. Cost pools: {pools}; activities: {activities}."),
        flag=N_(
            "Cost-to-serve is not whole: {what}. Customer profit is too high by what is missing, most "
            "for customers who make much work."
        ),
        refuse=N_(
            "Cost-to-serve, and with it customer profit, are not shown: {why}. The statement ends at "
            "gross margin."
        ),
        bring=N_("resources (cost and capacity of each pool), time equations, drivers"),
    ),
    "unit_of_cost": Rule(
        N_("Where the cost stops"),
        passed=N_("Costs are followed to the {level}; what stands above that is on nobody."),
        flag=N_(
            "{amount} of cost in {pools} is charged to nobody: no activity or driver says who uses "
            "it. It is shown as unassigned."
        ),
        bring=N_("a time equation or a driver for these pools, if customers do cause the cost"),
    ),
    "capacity": Rule(
        N_("Capacity"),
        passed=N_("Every pool is used within its practical capacity."),
        flag=N_(
            "Capacity {what}. Either the capacity or the times are wrong; nothing was scaled down."
        ),
        bring=N_("practical_capacity and the time equations of these pools, in one unit"),
    ),
    "practical_capacity": Rule(
        N_("Practical capacity"),
        passed=N_("Every pool that serves customers has a practical capacity."),
        flag=N_(
            "No capacity is given for {pools}: their whole cost is spread over what was used, "
            "so that idle time hides inside the rates."
        ),
        bring=N_("practical_capacity (about 80 % of the theoretical one)"),
    ),
    "new_customers": Rule(
        N_("Who is new"),
        passed=N_(
            "Setting up new customers is charged by the day on which each became one: {charged}."
        ),
        flag=N_(
            "When they became customers is not recorded of all. Customers of whom nobody can tell whether "
            "they are new, because the invoice lines do not reach far enough back: {open_n}; setting them "
            "up would cost {open_amount}, which is not charged. Customers taken as new by their first "
            "order in the input: {guessed_n}; {guessed_amount} of the {charged} for set-up is theirs."
        ),
        bring=N_("customers.since, or invoice lines that reach further back"),
    ),
    "capital_charge": Rule(
        N_("Capital charge"),
        passed=N_("The capital charge is computed for every active customer."),
        flag=N_(
            "{n} active customers have no days to pay; their capital charge is 0 and their "
            "profit at most what is shown."
        ),
        bring=N_("receivables (customer, month, days_to_pay) of these customers"),
    ),
    "capital_absent": Rule(
        N_("Capital charge"),
        flag=N_(
            "There are no receivables, or no rate of capital: the capital charge is not computed, and "
            "customer profit is at most what is shown."
        ),
        bring=N_("receivables (customer, month, days_to_pay) and profitability.capital"),
    ),
    "receivables_absent": Rule(
        N_("Capital charge"),
        flag=N_(
            "There are no receivables: the capital charge is that of our stock and tools at customers "
            "only, and customer profit is at most what is shown."
        ),
        bring=N_("receivables (customer, month, days_to_pay)"),
    ),
    "uncertainty": Rule(
        N_("How sure each profit is"),
        passed=N_(
            "A range is declared for every pool that charges customers. Intervals and chances rest "
            "on these ranges and on nothing else."
        ),
        flag=N_(
            "No range is declared for {pools}: what they charge is taken as certain. Intervals are "
            "too narrow by that, and a loss looks surer than it is."
        ),
        refuse=N_(
            "No range is declared for any rate, time or volume, so how sure each profit is cannot be "
            "said: no customer has an interval or a chance of a loss."
        ),
        bring=N_(
            "profitability.uncertainty: for each pool half of a 90 % range on its rate, such as "
            "order_desk: 0.15"
        ),
    ),
    "bridge": Rule(
        N_("What changed since the previous period"),
        passed=N_("{previous} is known as far as {period}; the causes add up to the cent."),
        flag=N_("{said}"),
        refuse=N_("{said}"),
        bring=N_(
            "the inputs of {previous} as complete as those of {period}: invoice lines from its first "
            "day with product and quantity, resources, receivables"
        ),
    ),
    "gross_margin": Rule(
        N_("Gross margin"),
        passed=N_("The cost of goods sold is known."),
        flag=N_(
            "Active customers whose cost of goods sold is not known whole: {n}, with {share} of revenue "
            "({amount} of it on lines without a cost). Their margin is unknown, and they stand in no "
            "ranking and no class."
        ),
        refuse=N_(
            "The cost of goods sold is not known whole at customers with {share} of revenue; revenue is "
            "shown, and no margin."
        ),
        bring=N_(
            "invoice_lines.cost_of_goods_sold on every line, 0 where there is none; or a higher "
            "profitability.unknown_cost_at_most"
        ),
    ),
    "ledger_profit": Rule(
        N_("Profit against the general ledger"),
        passed=N_(
            "Customer profit and what belongs to nobody tie to the ledger: {difference} apart."
        ),
        flag=N_(
            "{difference} between our profit and the general ledger's is not explained "
            "({share} of revenue)."
        ),
        refuse=N_(
            "{difference} between our profit and the general ledger's is not explained "
            "({share} of revenue): nothing that builds on it should be used."
        ),
        bring=N_("the missing accounts in gl_totals, or reconciling items with their reason"),
    ),
    "ledger_absent": Rule(
        N_("General ledger"),
        flag=N_("No totals of the general ledger were given: nothing outside confirms the sums."),
        bring=N_("gl_totals"),
    ),
}
