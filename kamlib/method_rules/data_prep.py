"""Rules of data prep, with their words."""

from kamlib.language import N_
from kamlib.method_rules.rule import Rule

DATA_PREP: dict[str, Rule] = {
    "rows_set_aside": Rule(
        N_("Rows set aside"),
        passed=N_("All {all} rows that were read are used."),
        flag=N_(
            "{n} of {all} rows were set aside, among them invoice lines of {amount} ({share} of "
            "the amounts that can be read). Why, stands in the table of rows set aside."
        ),
        bring=N_("the rows set aside, mended; each is named with its file and line"),
    ),
    "how_read": Rule(
        N_("How cells were read"),
        passed=N_("Every file begins with its head, and every number is written plainly."),
        flag=N_("Some things had to be understood as declared: {what}."),
        bring=N_("an export without titles, with plain numbers: -1234.50"),
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
    "young_customers": Rule(
        N_("Customers younger than a year"),
        passed=N_("Every customer of {period} bought for the first time a year before its end."),
        flag=N_(
            "{n} of {all} customers of {period} bought for the first time less than 12 months before "
            "its end; their {amount} ({share} of revenue) are not a whole year."
        ),
        bring=N_("nothing: their yearly figures are to be read as part of a year"),
    ),
    "asleep_or_gone": Rule(
        N_("Asleep or gone?"),
        passed=N_("Lines reach {months} months back from the end of {period}."),
        flag=N_(
            "Lines reach only {months} months back from the end of {period}: who orders once a year "
            "or less cannot be told from who has gone."
        ),
        refuse=N_(
            "Lines reach only {months} months back from the end of {period}: nobody can tell who is "
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
    ),
    "converted": Rule(
        N_("Other currencies"),
        passed=N_(
            "Converted by the latest rate on or before each day: {what}. Converted were {columns}; "
            "other money of these lines was taken to be in {currency} already."
        ),
    ),
    "credit_notes": Rule(
        N_("Credit notes and their invoices"),
        passed=N_("Credit notes, corrections and cancellations: {n}; they give back {amount}."),
        flag=N_(
            "Of {n} credit notes, corrections and cancellations {alone}, worth {alone_amount}, name "
            "no invoice of the input: they count in the period in which they were posted, also in "
            "the economic view."
        ),
        bring=N_("invoice_lines.corrects_invoice_id, and invoices of earlier years"),
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
    "samples": Rule(
        N_("Free of charge"),
        passed=N_("Lines free of charge: {n}; their goods cost {cost}."),
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
}
