"""The rules of method, each with its words: what PASS, FLAG and REFUSE say, and what to bring.

A rule with no words for an outcome cannot have it. The numbers in a template are named, and are
given already formatted by the stage that applies the rule.
"""

from typing import NamedTuple

from kamlib.language import N_

FEW_CUSTOMERS = 30  # below it shares and intervals say little


class Rule(NamedTuple):
    """A rule of method: `title` names it; the other fields are templates for readers."""

    title: str
    passed: str = ""
    flag: str = ""
    refuse: str = ""
    bring: str = ""


RULES: dict[str, Rule] = {
    # ------------------------------------------------------------------ data prep
    "rows_set_aside": Rule(
        N_("Rows set aside"),
        passed=N_("All {all} rows that were read are used."),
        flag=N_(
            "{n} of {all} rows were set aside, among them invoice lines of {amount} ({share} of "
            "the amounts that can be read). Why, stands in the table of rows set aside."
        ),
        bring=N_("the rows set aside, mended; each is named with its file and line"),
    ),
    "customers_table": Rule(
        N_("Who the customers are"),
        passed=N_("{n} customers come from {sites} rows of the table of customers."),
        flag=N_(
            "There is no table of customers: who buys is known by the number on the invoice only, "
            "so {n} customers have no names, groups or attributes."
        ),
        bring=N_("customers (customer_id, name, parent_id, relation, industry_segment)"),
    ),
    "coverage": Rule(
        N_("Does the input cover the period?"),
        passed=N_("Invoice lines run from {first} to {last} and leave no month of {period} out."),
        flag=N_("{period} is not covered as a whole: {what}."),
        refuse=N_("No invoice line lies in {period}; they run from {first} to {last}."),
        bring=N_("invoice lines of the whole period"),
    ),
    "identical_rows": Rule(
        N_("Lines that occur twice"),
        passed=N_("No two invoice lines are the same in every column."),
        flag=N_(
            "{n} invoice lines repeat another one in every column that was read; they are worth "
            "{amount} and were kept."
        ),
        bring=N_("line_id, or the word of someone who knows that a file was not delivered twice"),
    ),
    "document_types": Rule(
        N_("Kinds of documents"),
        passed=N_("Every line says whether it is an invoice, a credit note or a correction."),
        flag=N_(
            "{n} of {all} lines do not say what document they belong to. A negative amount or "
            "quantity was taken as a credit note, anything else as an invoice."
        ),
        bring=N_("invoice_lines.document_type"),
    ),
    "list_price": Rule(
        N_("List prices"),
        passed=N_("Every line has a list price."),
        flag=N_(
            "{n} of {all} lines have no list price. For {estimated} of them it was taken as the "
            "90 % quantile of the product's unit prices of that month, for the others as the net "
            "amount: discounts that everybody gets cannot be seen."
        ),
        bring=N_("invoice_lines.list_price (line total)"),
    ),
    "list_price_unit": Rule(
        N_("List price of a line or of a unit?"),
        flag=N_(
            "On {n} of {all} lines of two units or more the list price is below the net amount. "
            "It looks like the price of one unit; it was read as the line total."
        ),
        bring=N_("list_price as a line total: price times quantity"),
    ),
    "cost_of_goods": Rule(
        N_("Cost of goods sold"),
        passed=N_("Every line has its cost of goods sold."),
        flag=N_(
            "{n} of {all} lines, worth {amount}, have no cost of goods sold; there it counts as "
            "zero, so margins are too high by that."
        ),
        refuse=N_("The lines have no cost of goods sold: revenue can be shown, and no margin."),
        bring=N_("invoice_lines.cost_of_goods_sold (line total)"),
    ),
    "ledger_revenue": Rule(
        N_("Revenue against the general ledger"),
        passed=N_("Revenue of {period} and the general ledger are {difference} apart."),
        flag=N_(
            "{difference} between our revenue of {period} and the general ledger's is not "
            "explained ({share} of revenue)."
        ),
        refuse=N_(
            "{difference} between our revenue of {period} and the general ledger's is not "
            "explained ({share} of revenue): nothing that builds on it should be used."
        ),
        bring=N_("gl_totals, line invoice_revenue, and reconciling items with their reason"),
    ),
    "empty_table": Rule(
        N_("Tables without rows"),
        flag=N_("The table {table} has a head and no rows, or nothing at all."),
        bring=N_("{table}, or take it out of inputs in engagement.yaml"),
    ),
    "tables_absent": Rule(
        N_("Tables not given"),
        passed=N_("Every table that the workbook can use was given."),
        flag=N_("Not given: {what}."),
        bring=N_("{tables}"),
    ),
    # ------------------------------------------------------------------ rankings
    "customers_in_rankings": Rule(
        N_("Customers in the rankings"),
        passed=N_("{n} customers are active in the period."),
        flag=N_("Only {n} customers are active in the period: shares and intervals say little."),
        refuse=N_("No customer is active in the period."),
        bring=N_("invoice_lines that reach into the period"),
    ),
    # ------------------------------------------------------------------ profitability
    "cost_to_serve": Rule(
        N_("Cost-to-serve"),
        passed=N_("Cost-to-serve is known: {pools} cost pools, {activities} activities."),
        flag=N_("Cost-to-serve rests on counts from documents only: {what}."),
        refuse=N_(
            "There is no table of cost pools for {period}, so cost-to-serve, and with it customer "
            "profit, are not shown. The statement ends at gross margin."
        ),
        bring=N_("resources (cost and capacity of each pool), time equations, drivers"),
    ),
    "unit_of_cost": Rule(
        N_("Where the cost stops"),
        passed=N_("Costs are followed down to the {level}; company-level cost is on nobody."),
        flag=N_(
            "{amount} of cost in {pools} belongs to no customer: it has no activity that a "
            "customer causes. It is shown, and charged to nobody."
        ),
        bring=N_("a time equation or a driver for these pools, if customers do cause the cost"),
    ),
    "capacity": Rule(
        N_("Capacity"),
        passed=N_("Every pool is used within its practical capacity."),
        flag=N_(
            "Used above what it can supply: {pools}. Either the capacity or the times are wrong; "
            "nothing was scaled down."
        ),
        bring=N_("practical_capacity and the time equations of these pools"),
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
    "capital_charge": Rule(
        N_("Capital charge"),
        passed=N_("Days to pay are known for every active customer."),
        flag=N_(
            "{n} active customers have no days to pay; their capital charge is 0 and their "
            "profit at most what is shown."
        ),
        bring=N_("receivables (customer, month, days_to_pay) of these customers"),
    ),
    "capital_absent": Rule(
        N_("Capital charge"),
        flag=N_(
            "There are no receivables, or no rate of capital: the capital charge is not counted, and "
            "customer profit is at most what is shown."
        ),
        bring=N_("receivables (customer, month, days_to_pay) and profitability.capital"),
    ),
    "gross_margin": Rule(
        N_("Gross margin"),
        passed=N_("The cost of goods sold is known."),
        refuse=N_("The cost of goods sold is not known; revenue is shown, and no margin."),
        bring=N_("invoice_lines.cost_of_goods_sold"),
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
    # ------------------------------------------------------------------ 20/80
    "net_shares": Rule(
        N_("Shares of the net total"),
        passed=N_("The net total is large enough for shares of it."),
        refuse=N_("{said}"),
    ),
    "interval": Rule(
        N_("Bootstrap interval"),
        passed=N_(
            "The interval is a bootstrap of {n} customers who are much alike. On such companies a "
            "nominal {level} interval holds in about 80 (50 customers) to 90 (240 and more) of 100 "
            "cases."
        ),
        flag=N_(
            "The interval is a plain bootstrap of {n} customers. With a few very large ones a nominal "
            "{level} interval holds in about 72 to 82 of 100 cases, and with the heaviest tails "
            "in about 30: read it as a lower bound of the doubt."
        ),
        bring=N_("a corrected interval comes with a later version"),
    ),
    "class_measure": Rule(
        N_("What the classes rest on"),
        passed=N_("Classes rest on customer profit."),
        flag=N_(
            "Classes rest on gross margin, because customer profit is not known. A customer who "
            "looks good here may cost more to serve than it brings."
        ),
        refuse=N_("Neither customer profit nor gross margin is known: there are no classes."),
        bring=N_("resources and time equations"),
    ),
    "doors_not_computed": Rule(
        N_("Doors 2 and 3"),
        flag=N_(
            "Door 2 (potential) and door 3 (prospects likely to be won) are not computed by this "
            "version. They stand shut, which is not a finding."
        ),
        bring=N_("a later version"),
    ),
    "door_strategic": Rule(
        N_("Door 4 as declared"),
        passed=N_("Each of the {n} strategic parties has a reason, an owner and a valid date."),
        flag=N_("{n} declared as strategic stay outside: {who}."),
        bring=N_("strategic: rating, justification, owner, review_on"),
    ),
    "reference_values": Rule(
        N_("Reference values"),
        passed=N_("Repeat rates and margin percentiles were frozen over {window}."),
        flag=N_(
            "Repeat rates were frozen over {window} from {n} customers only; a chance of return "
            "may be off by some points."
        ),
        refuse=N_(
            "The input is shorter than two years, so how many come back cannot be measured. "
            "The chance of return is unknown."
        ),
        bring=N_("invoice_lines of earlier years"),
    ),
    "chance_of_return": Rule(
        N_("Chance of return"),
        flag=N_(
            "The chance of return is the repeat rate of customers with as many order days. It does "
            "not look at the rhythm of the single customer."
        ),
        bring=N_("a model of each customer's rhythm comes with a later version"),
    ),
    "staying": Rule(
        N_("Chance of staying"),
        flag=N_(
            "The chance of staying comes from a contract ({contract}) or our own rating ({rated}); "
            "for {unknown} active customers it is unknown."
        ),
        bring=N_("ratings_ours on staying; an estimate from the data comes with a later version"),
    ),
    # ------------------------------------------------------------------ attractiveness
    "rated_criteria": Rule(
        N_("Potential and growth"),
        flag=N_(
            "Potential and own growth are our ratings by anchor ({potential} and {growth} rated), "
            "not measurements."
        ),
        bring=N_("customers.own_growth; an estimate of potential comes with a later version"),
    ),
    "side_a": Rule(
        N_("Side A"),
        passed=N_("Side A is known for all {n} parties."),
        flag=N_(
            "Side A is unknown for {unknown} of {n} parties: less than {least} of its weight "
            "is known."
        ),
        refuse=N_(
            "Side A is unknown for all {n} parties: less than {least} of its weight is known."
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
        passed=N_("All {n} parties were asked."),
        flag=N_(
            "{unasked} of {n} parties were not asked in their own words: side B of {guessed} is our "
            "guess and of {unknown} unknown. Neither can confirm anything."
        ),
        refuse=N_("Nobody was asked: side B is unknown for all {n} parties."),
        bring=N_("ratings_theirs in the customers' own words"),
    ),
    "rivals": Rule(
        N_("Rivals"),
        passed=N_("Every party that was asked named a rival."),
        flag=N_("{n} parties named no rival; there the lead over the best rival is not asked for."),
        bring=N_("ratings_theirs of at least one rival"),
    ),
    "ratings_age": Rule(
        N_("Age of ratings"),
        passed=N_("No rating in use is older than {months} months."),
        flag=N_(
            "{n} of {all} ratings in use are older than {months} months, the oldest is from "
            "{oldest}. Their age is shown and widens nothing yet."
        ),
        bring=N_("fresh ratings"),
    ),
    "trust": Rule(
        N_("Trust"),
        passed=N_("Trust is known in the customers' words."),
        flag=N_("Trust is unknown for {n} of {all} customers; partnership is not confirmed there."),
        refuse=N_("Trust is unknown for everybody: no partnership can be confirmed."),
        bring=N_("ratings_theirs, criterion trust, in their words or as a fact"),
    ),
    # ------------------------------------------------------------------ pyramid
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
        passed=N_("{n} accounts qualify for {places} places."),
        flag=N_("How many key accounts can be looked after is not declared: ranked and not cut."),
        bring=N_("capacity.managers"),
    ),
    "drop_effect": Rule(
        N_("Fix or let go"),
        flag=N_(
            "What leaving a loss-maker would really change is not computed by this version, so "
            "nobody is proposed to be let go: {n} loss-makers are to be fixed or looked at."
        ),
        bring=N_("a later version; avoidable_share of the cost pools"),
    ),
    "overrides": Rule(
        N_("Decisions made by people"),
        passed=N_("Decided by people: {n} verdicts, each shown beside what the rules propose."),
        flag=N_(
            "Decisions of people that are not in force: {which}. There the rules' verdict holds."
        ),
        bring=N_("overrides in engagement.yaml: renewed, given the right id, or taken out"),
    ),
    "levels": Rule(
        N_("Levels"),
        passed=N_("All {n} customers have one certain level."),
        flag=N_("{n} of {all} customers may stand higher than what is confirmed."),
        bring=N_("trust, side B, contacts and staying of these customers"),
    ),
    "adds_up": Rule(
        N_("Does it add up?"),
        passed=N_("Every sum holds to half a cent."),
        refuse=N_("{n} sums do not hold: {which}. What builds on them should not be used."),
        bring=N_("the difference shown in the ledger below"),
    ),
}

ANALYSES: dict[str, tuple[str, ...]] = {  # what may stand under `required` → rules that refuse it
    "gross_margin": ("gross_margin",),
    "customer_profit": ("cost_to_serve", "gross_margin"),
    "classes": ("class_measure",),
    "side_a": ("side_a",),
    "side_b": ("side_b",),
    "levels": ("benefit_ours", "trust"),
    "golden_shots": ("golden_shots",),
    "ledger": ("ledger_profit", "ledger_revenue", "adds_up"),
}
