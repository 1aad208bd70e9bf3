"""Rules of method: what each asks, and what follows where it is not met."""

from typing import NamedTuple

from kamlib.core.language import N_


class Rule(NamedTuple):
    """A rule of method: `title` names it; the other fields are templates for readers."""

    title: str
    passed: str = ""
    flag: str = ""
    refuse: str = ""
    bring: str = ""


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

DATA_PREP: dict[str, Rule] = {
    "rows_set_aside": Rule(
        N_("Rows set aside"),
        passed=N_("All {all} rows that were read are used."),
        flag=N_(
            "{n} of {all} rows had to be set aside; of invoice lines {lines} of {every} ({part}), worth "
            "{amount} where the amount can be read ({share} of all amounts, counted whatever their sign). "
            "Why, stands in the table of rows set aside."
        ),
        bring=N_("the rows set aside, mended; each is named with its file and line"),
    ),
    "too_much_set_aside": Rule(
        N_("Is enough left?"),
        passed=N_(
            "Of invoice lines, and of what else customer profit rests on, at most {limit} was set "
            "aside, in rows and in money."
        ),
        flag=N_(
            "Much was set aside: {what}. What is shown rests on the others; from {limit} on nothing "
            "is shown."
        ),
        refuse=N_(
            "Too much was set aside: {what}; the limit is {limit}. What is left says nothing certain "
            "of any customer: profit, shares, levels and verdicts are not shown."
        ),
        bring=N_(
            "the rows set aside, mended; or set_aside.refuse in engagement.yaml, by who knows that "
            "the rows left are enough"
        ),
    ),
    "how_read": Rule(
        N_("How cells were read"),
        passed=N_("Every file begins with its head, and every number is written plainly."),
        flag=N_("Some things had to be understood as declared: {what}."),
        bring=N_("an export without titles, with plain numbers: -1234.50"),
    ),
    "customers_table": Rule(
        N_("Who the customers are"),
        passed=N_("Rows of the table of customers: {sites}; customers that they make: {n}."),
        flag=N_(
            "There is no table of customers: who buys is known from the invoice lines only, so there "
            "are {lacking}. Customers: {n}."
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
    "young_customers": Rule(
        N_("Customers younger than a year"),
        passed=N_("Every customer of {period} bought for the first time a year before its end."),
        flag=N_(
            "{n} of {all} customers of {period} bought for the first time less than 12 months before "
            "its end; their {amount} ({share} of revenue) are not a whole year, and are to be read so."
        ),
    ),
    "asleep_or_gone": Rule(
        N_("Asleep or gone?"),
        passed=N_("Lines reach {months} back from the end of {period}."),
        flag=N_(
            "Lines reach only {months} back from the end of {period}: who orders once a year "
            "or less cannot be told from who has gone."
        ),
        refuse=N_(
            "Lines reach only {months} back from the end of {period}: nobody can tell who is "
            "asleep from who has gone, and trends are not known."
        ),
        bring=N_("invoice lines of at least 24 months"),
    ),
    "partial_month": Rule(
        N_("The last month"),
        passed=N_("The last month of the input reaches to its end."),
        flag=N_(
            "The last month of the input ends on {last}: {month} is not a whole month, and lower than "
            "the others for that reason."
        ),
        bring=N_("the lines up to the month's end, or a period that ends a month earlier"),
    ),
    "converted": Rule(
        N_("Other currencies"),
        passed=N_(
            "Converted by the latest rate on or before each day: {what}. Converted were {columns}; "
            "other money of these lines was taken to be in {currency} already."
        ),
        flag=N_(
            "Converted by the latest rate on or before each day: {what}. The rates of {alike} are 1, so "
            "that its amounts count as if they were in {currency}: too low or too high by the true rate. "
            "Converted were {columns}; other money of these lines was taken to be in {currency} already."
        ),
        bring=N_(
            "fx_rates as a bank publishes them: what one unit costs in the reporting currency"
        ),
    ),
    "credit_notes": Rule(
        N_("Credit notes and their invoices"),
        passed=N_(
            "Credit notes, corrections and cancellations: {back}; they give back {back_amount}."
        ),
        flag=N_(
            "Credit notes, corrections and cancellations that name no invoice of the input, or several "
            "of different periods: {n} of {back}, worth {amount}. They count in the period in "
            "which they were posted, also in the economic view."
        ),
        bring=N_("invoice_lines.corrects_invoice_id, and invoices of earlier years"),
    ),
    "minus_missing": Rule(
        N_("Do returns give money back?"),
        flag=N_(
            "Credit notes, corrections and cancellations whose amount adds to revenue: {n} of {back}, "
            "worth {amount}. They were counted as they stand; if the minus was left out of the export, "
            "revenue is too high by twice that."
        ),
        bring=N_(
            "an export in which what is given back has a minus, or is of another document type"
        ),
    ),
    "advances": Rule(
        N_("Advances"),
        passed=N_("No advance waits for its final invoice."),
        flag=N_(
            "Advances without a final invoice yet: {n}, worth {amount}. They are counted as revenue "
            "and as no order."
        ),
        bring=N_("final invoices that name their advance (corrects_invoice_id or order_id)"),
    ),
    "orders": Rule(
        N_("What an order is"),
        passed=N_("An order is known by {by}."),
        flag=N_("An order is known by {by}. Not so: {what}."),
        bring=N_("invoice_lines.order_id and order_date as the order was entered"),
    ),
    "samples": Rule(
        N_("Free of charge"),
        passed=N_("Lines free of charge: {n}; their goods cost {amount}."),
    ),
    "identical_rows": Rule(
        N_("Lines that occur twice"),
        passed=N_("No two invoice lines are the same in every column."),
        flag=N_(
            "Invoice lines that repeat another one in every column that was read: {n}, worth {amount}. "
            "They were kept."
        ),
        bring=N_("{lacking}the word of someone who knows that a file was not delivered twice"),
    ),
    "small_repeats": Rule(
        N_("Rows of small tables that occur twice"),
        passed=N_("No two rows of the tables whose rows add up are the same."),
        flag=N_("Rows that speak of the same as another one: {what}. They were kept and add up."),
        bring=N_(
            "word whether they were exported twice; identical_rows: quarantine, written under the "
            "table in engagement.yaml, sets those aside that are the same in every column"
        ),
    ),
    "receivables_months": Rule(
        N_("Months without receivables"),
        flag=N_(
            "Nobody has a row of receivables in {months}: days to pay are those of the other months, "
            "and a charge on average balances takes it that nothing was owed then."
        ),
        bring=N_("receivables of each month of the period"),
    ),
    "periods_without_deductions": Rule(
        N_("Periods without deductions"),
        flag=N_(
            "No off-invoice item was posted in {periods}, and some were in another period. Bonuses of "
            "the year that are settled in the next one count there, and profit of this one is too high."
        ),
        bring=N_(
            "off_invoice of these periods: accruals posted in them, or earned_from and earned_to"
        ),
    ),
    "scales": Rule(
        N_("Scales"),
        flag=N_("Taken as it stands, and perhaps on another scale: {what}."),
        bring=N_(
            "ratings turned into 0 to 10 (of 1 to 5: less 1, times 2.5), and customers.own_growth in "
            "percent"
        ),
    ),
    "signs": Rule(
        N_("Amounts below 0"),
        passed=N_("No deduction and no receivable is below 0."),
        flag=N_("Amounts below 0 were taken by what they can mean: {what}."),
        bring=N_("amounts as they are meant: positive, with the status that says what they do"),
    ),
    "unknown_words": Rule(
        N_("Words that decide"),
        passed=N_("Every word on which a rule depends is one that the rules know."),
        flag=N_("Words on which a rule depends, and that no rule knows: {what}."),
        bring=N_(
            "the words of engagement.yaml in these columns (inputs: values translates them), or "
            "word that these rows are meant to count for nothing"
        ),
    ),
    "idle_settings": Rule(
        N_("Settings that match nothing"),
        flag=N_(
            "The settings speak of what the input does not have, so that it decides nothing: {what}."
        ),
        bring=N_("the values as they stand in the input, or engagement.yaml without them"),
    ),
    "unread_columns": Rule(
        N_("Columns that nothing reads"),
        flag=N_("The settings map what nothing reads: {what}."),
        bring=N_("the column's name as docs/inputs.md has it, or engagement.yaml without it"),
    ),
    "days_ahead": Rule(
        N_("Days to come"),
        flag=N_(
            "Invoice lines dated after today: {n}, worth {amount}, the last on {last}. They count in "
            "the period of their day all the same."
        ),
        bring=N_("the right days, or an export that ends today"),
    ),
    "document_types": Rule(
        N_("Kinds of documents"),
        passed=N_("Every line says whether it is an invoice, a credit note or a correction."),
        flag=N_(
            "Lines that do not say what document they belong to: {n} of {all}. A negative amount or "
            "quantity was taken as a credit note, anything else as an invoice."
        ),
        bring=N_("invoice_lines.document_type"),
    ),
    "list_price": Rule(
        N_("List prices"),
        passed=N_("Every line has a list price."),
        flag=N_(
            "Lines without a list price: {n} of {all}. For {estimated} of them it was taken as the "
            "90% quantile of the product's unit prices of that month, for the others as the net "
            "amount: discounts that everybody gets cannot be seen."
        ),
        bring=N_("invoice_lines.list_price (line total)"),
    ),
    "list_price_unit": Rule(
        N_("List price of a line or of a unit?"),
        flag=N_(
            "On {n} of {of_two_units} lines of two units or more the list price is below the net amount. "
            "It looks like the price of one unit; it was read as the line total."
        ),
        bring=N_("list_price as a line total: price times quantity"),
    ),
    "price_times_quantity": Rule(
        N_("Quantity times price"),
        flag=N_(
            "Of {all} lines, the net amount of {n} is more than half as much again as quantity times "
            "unit price less discount, or less than half of it; together they are worth {amount}. The "
            "net amount was taken; one of the columns may be read wrongly, or in another unit."
        ),
        bring=N_("the lines looked at in the source: decimal marks, units of sale, discounts"),
    ),
    "quantity_of_nothing": Rule(
        N_("Revenue without a quantity"),
        flag=N_(
            "Of {all} lines, invoices charge money for a quantity of 0 on {n}, worth {amount}. They "
            "count as revenue, and have no price of a unit: where price and volume are told apart, "
            "they are not."
        ),
        bring=N_("quantities of these lines, or another document type if they correct a price"),
    ),
    "cost_of_goods": Rule(
        N_("Cost of goods sold"),
        passed=N_("Every line has its cost of goods sold."),
        flag=N_(
            "Lines without a cost of goods sold: {n} of {all}, worth {amount}. The margin of their "
            "customers is unknown."
        ),
        refuse=N_("The lines have no cost of goods sold: revenue can be shown, and no margin."),
        bring=N_("invoice_lines.cost_of_goods_sold (line total)"),
    ),
    "costs_amiss": Rule(
        N_("Costs of lines that look wrong"),
        flag=N_("The cost of goods and freight was taken as it stands, and looks wrong: {what}."),
        bring=N_(
            "invoice_lines.cost_of_goods_sold as a line total, negative where goods came back, and "
            "empty where it is not known; freight as a positive amount"
        ),
    ),
    "ledger_revenue": Rule(
        N_("Revenue against the general ledger"),
        passed=N_("Revenue of {period} and the general ledger are {difference} apart."),
        flag=N_(
            "{difference} between our revenue of {period} and the general ledger's is not "
            "explained ({share} of revenue){aside}."
        ),
        refuse=N_(
            "{difference} between our revenue of {period} and the general ledger's is not "
            "explained ({share} of revenue){aside}: nothing that builds on it should be used."
        ),
        bring=N_("gl_totals, line invoice_revenue, and reconciling items with their reason"),
    ),
    "ledger_silent": Rule(
        N_("General ledger"),
        flag=N_(
            "The general ledger that was given has no account of invoice revenue for {period}: nothing "
            "outside confirms the sums."
        ),
        bring=N_(
            "gl_totals of {period} with line invoice_revenue, or list_revenue and on_invoice_discounts"
        ),
    ),
    "ledger_lines": Rule(
        N_("Accounts of the general ledger"),
        passed=N_("Every account of the general ledger stands on a line of the statement."),
        flag=N_(
            "Accounts of the general ledger that stand on no line which the statement is held against: "
            "{n} ({which}). Whether their money is in our numbers is not looked at."
        ),
        bring=N_(
            "gl_totals.line of each (invoice_revenue, off_invoice, cost_of_goods_sold or cost_to_serve), "
            "or a ledger without the accounts that the statement does not reach"
        ),
    ),
    "reconciling_items": Rule(
        N_("Reconciling items"),
        passed=N_("Each of the {n} reconciling items names an account of the general ledger."),
        flag=N_(
            "Reconciling items that name no account held against the statement, so that they explain "
            "nothing: {which}."
        ),
        bring=N_("gl_account of these items, as it stands in gl_totals"),
    ),
    "empty_table": Rule(
        N_("Tables without rows"),
        flag=N_("The table of {words} has a head and no rows, or nothing at all."),
        bring=N_("{table}, or take it out of inputs in engagement.yaml"),
    ),
    "tables_absent": Rule(
        N_("Tables not given"),
        passed=N_("Every table that the workbook can use was given."),
        flag=N_("Not given: {what}."),
        bring=N_("{tables}"),
    ),
}

DATA_PREP["ledger_before"] = DATA_PREP["ledger_revenue"]  # of the period before

SECTIONS: dict[str, tuple[str, ...]] = {  # part of notebook 1 → the rules that speak of it
    "set_aside": ("rows_set_aside", "too_much_set_aside"),
    "documents": (
        "document_types",
        "days_ahead",
        "credit_notes",
        "minus_missing",
        "advances",
        "orders",
        "samples",
        "identical_rows",
        "converted",
        "list_price",
        "list_price_unit",
        "price_times_quantity",
        "quantity_of_nothing",
        "cost_of_goods",
        "costs_amiss",
    ),
    "customers": ("customers_table", *IDENTITY),
    "months": ("partial_month", "young_customers", "asleep_or_gone"),
    "ledger": (
        "ledger_revenue",
        "ledger_before",
        "ledger_absent",
        "ledger_silent",
        "ledger_lines",
        "reconciling_items",
    ),
}

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

SEGMENTATION: dict[str, Rule] = {
    "customers_in_rankings": Rule(
        N_("Customers in the rankings"),
        passed=N_("Customers active in the period: {n}."),
        flag=N_("Customers active in the period: only {n}. Shares and intervals say little."),
        refuse=N_("No customer is active in the period."),
        bring=N_("invoice_lines that reach into the period"),
    ),
    "equal_treatment": Rule(
        N_("Who gets our effort"),
        passed=N_("What each customer gets of people, material and money is known."),
        flag=N_(
            "Without cost pools only money (discounts, deductions, capital) is known of what customers "
            "get, and they stand in order of gross margin."
        ),
        refuse=N_("It cannot be said whether everybody gets the same: {why}."),
        bring=N_("cost pools of people and material, with what uses them"),
    ),
    "net_shares": Rule(
        N_("Shares of the net total"),
        passed=N_("The net total is large enough for shares of it."),
        refuse=N_("{said}"),
    ),
    "subsidy": Rule(
        N_("Index of subsidy"),
        passed=N_("The total is surely positive; the index of subsidy (Stobachoff) is {index}."),
        refuse=N_("{said}"),
    ),
    "interval": Rule(
        N_("How far the share could lie elsewhere"),
        passed=N_(
            "The {n} customers are much alike. Had others like them come, the share would lie in the "
            "range in 80 to 90 of 100 cases; it aims at {level}."
        ),
        flag=N_(
            "A few of the {n} customers are very large. Had others like them come, the share would lie "
            "in the range in about 72 to 82 of 100 cases, and in about 30 where the largest are "
            "giants; it aims at {level}. One large customer more or less can move it further."
        ),
        bring=N_("more customers, or years of them"),
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
    "door_potential": Rule(
        N_("Door 2 by comparable customers"),
        passed=N_(
            "What is known decides of everybody whether potential makes it a key customer ({of})."
        ),
        flag=N_(
            "Of {n} of {of} customers nothing decides whether their potential makes them key customers: "
            "they bought nothing in the period, too few are comparable, or the range holds the limit. "
            "This door is unknown, and not shut."
        ),
        bring=N_("customers: industry_segment, employees, annual_revenue; or category_purchases"),
    ),
    "doors_not_computed": Rule(
        N_("Door 3"),
        flag=N_(
            "How likely a prospect is won (door 3) is not estimated. This door is unknown, and not shut."
        ),
        bring=N_("the answers to what is asked under find out first"),
    ),
    "door_strategic": Rule(
        N_("Door 4 as declared"),
        passed=N_("Everybody declared strategic has a reason, an owner and a valid date ({n})."),
        flag=N_("{n} declared as strategic stay outside: {who}."),
        bring=N_("strategic: rating, justification, owner, review_on"),
    ),
    "asleep": Rule(
        N_("Who is asleep?"),
        passed=N_(
            "External customers without an order in 24 months, asleep and not looked at: {n}."
        ),
        flag=N_(
            "External customers without an order in the {months} months that the input reaches back, "
            "not looked at: {n}. Who orders once in two years may be among them."
        ),
        refuse=N_(
            "The input reaches less than a year back from the period's end (whole months: {months}), so "
            "nobody can tell who is asleep, who has gone and whose next order is not due yet."
        ),
        bring=N_("invoice lines of at least 24 months"),
    ),
    "reference_values": Rule(
        N_("Reference values"),
        passed=N_("Chances of return were measured over {window}, from {n} customers."),
        flag=N_(
            "Chances of return were measured over {window} from few customers ({n}); they may be off "
            "by some points."
        ),
        refuse=N_(
            "The input is shorter than half a year or all orders are of one day, so how many come back "
            "cannot be measured. The chance of return is unknown."
        ),
        bring=N_("invoice_lines of earlier years"),
    ),
    "chance_of_return": Rule(
        N_("Chance of return"),
        passed=N_(
            "Told by {model}, chosen by what happened in the {months} months after {day}: a mean squared "
            "error of {brier}, against {base} of one rate for all."
        ),
        flag=N_(
            "Nothing foretold better than one rate for all who returned in the {months} months after "
            "{day} (a mean squared error of {base}). The chance of return of each customer is a range."
        ),
        bring=N_("the day on which each customer means to order again, from its account manager"),
    ),
    "return_untested": Rule(
        N_("Chance of return"),
        flag=N_(
            "Untested: the input is too short to hold a chance of return against what happened. It is "
            "the rate by order days and silence over {months} months."
        ),
        bring=N_("invoice_lines of earlier years"),
    ),
    "rates_afresh": Rule(
        N_("Chances of return measured afresh"),
        passed=N_("Measured afresh over the same days, they would be as they were frozen."),
        flag=N_(
            "The inputs have changed since chances of return were frozen. Measured afresh over the same "
            "days, one would be another: {said}. The frozen values are used."
        ),
        bring=N_("the inputs as they were; or delete reference/return_rates.csv to measure afresh"),
    ),
    "staying": Rule(
        N_("Chance of staying"),
        flag=N_(
            "The chance of staying comes from a contract ({contract}), the customer's words ({told}), "
            "renewals ({renewed}), orders in the third year ({orders}) or is a range by the chance of "
            "return ({between}); for {unknown} active customers it is unknown. Our own rating stands "
            "beside it and confirms no level."
        ),
        bring=N_("contracts, or ratings_ours on staying whose source is their_words or fact"),
    ),
}

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
            "60 and 70 on both sides {low}, {middle} and {high} would pass, those included who do not pay."
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

FEW_CUSTOMERS = 30  # below it shares and intervals say little

RULES: dict[str, Rule] = {
    **DATA_PREP,
    **IDENTITY,
    **PROFITABILITY,
    **LOSSES,
    **SEGMENTATION,
    **ATTRACTIVENESS,
    **PYRAMID,
}

# what is measured of customers rests on these: refused, nothing of it is known, and no report comes out
FOUNDATIONS = ("coverage", "too_much_set_aside", "ledger_revenue", "ledger_profit")

ASKED = ("side_b",)  # what customers say rests on no line

_OWN: dict[str, tuple[str, ...]] = {
    "gross_margin": ("gross_margin",),
    "customer_profit": ("cost_to_serve", "gross_margin"),
    "loss_causes": ("loss_causes",),
    "drop_effect": ("avoidable_cost",),
    "classes": ("class_measure",),
    "side_a": ("side_a",),
    "side_b": ("side_b",),
    "levels": ("benefit_ours", "trust"),
    "golden_shots": ("golden_shots",),
    "ledger": ("ledger_profit", "ledger_revenue", "ledger_before", "adds_up"),
}

ANALYSES: dict[str, tuple[str, ...]] = {  # what may stand under `required` → rules that refuse it
    name: tuple(dict.fromkeys((*own, *(FOUNDATIONS[:1] if name in ASKED else FOUNDATIONS))))
    for name, own in _OWN.items()
}
