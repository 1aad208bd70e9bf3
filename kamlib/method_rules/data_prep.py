"""Rules of data prep, with their words."""

from kamlib.language import N_
from kamlib.method_rules.identity import IDENTITY
from kamlib.method_rules.rule import Rule

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
        passed=N_("Credit notes, corrections and cancellations: {n}; they give back {amount}."),
        flag=N_(
            "Credit notes, corrections and cancellations that name no invoice of the input, or several "
            "of different periods: {alone} of {n}, worth {alone_amount}. They count in the period in "
            "which they were posted, also in the economic view."
        ),
        bring=N_("invoice_lines.corrects_invoice_id, and invoices of earlier years"),
    ),
    "minus_missing": Rule(
        N_("Do returns give money back?"),
        flag=N_(
            "Credit notes, corrections and cancellations whose amount adds to revenue: {raised} of {n}, "
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
        passed=N_("Lines free of charge: {n}; their goods cost {cost}."),
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
            "On {n} of {all} lines of two units or more the list price is below the net amount. "
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
