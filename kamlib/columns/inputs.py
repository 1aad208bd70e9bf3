"""Columns of what the client brings: who, lines, money ladder, judgements, evidence, rows set aside."""

from kamlib.columns.column import Column
from kamlib.language import N_

INPUTS: dict[str, Column] = {
    # ------------------------------------------------------------------ who
    "customer_id": Column(N_("Customer"), "id", N_("id of the buyer who decides")),
    "prospect_id": Column(N_("Prospect"), "id", N_("id of a firm not yet buying")),
    "party_id": Column(N_("Party"), "id", N_("id of a customer or a prospect")),
    "name": Column(N_("Name"), "text", N_("name of the customer, prospect or product")),
    "tax_id": Column(N_("Tax id"), "text", N_("tax number as given")),
    "keep_as": Column(N_("Kept as"), "id", N_("id under which the customer is kept")),
    "decided_by": Column(N_("Decided by"), "text", N_("role of who decided")),
    "why": Column(N_("Why"), "text", N_("what speaks for it")),
    "parent_id": Column(N_("Group"), "id", N_("id of the group the site belongs to")),
    "relation": Column(
        N_("Relation"),
        "text",
        N_("external, intercompany or collective; only external ones are ranked"),
    ),
    "account_manager": Column(N_("Account manager"), "text", N_("who looks after the customer")),
    "industry_segment": Column(N_("Industry segment"), "text", N_("what kind of firm it is")),
    "region": Column(N_("Region"), "text", N_("where it is")),
    "channel": Column(N_("Channel"), "text", N_("how it is sold to")),
    "since": Column(N_("Customer since"), "date", N_("first day of the relation, as recorded")),
    "employees": Column(N_("Employees"), "number", N_("number of its people")),
    "annual_revenue": Column(N_("Their revenue"), "money", N_("its yearly sales"), "currency"),
    "own_growth": Column(
        N_("Own growth"), "number", N_("real growth of its sales"), N_("% a year")
    ),
    "contract_start": Column(N_("Contract from"), "date", N_("first day of its contract with us")),
    "contract_end": Column(N_("Contract to"), "date", N_("last day of its contract with us")),
    # ------------------------------------------------------------------ lines
    "invoice_id": Column(N_("Invoice"), "id", N_("number of the document")),
    "line_id": Column(N_("Line"), "id", N_("number of the line in its document")),
    "date": Column(N_("Date"), "date", N_("day of the document or event")),
    "product_id": Column(N_("Product"), "id", N_("id of the product")),
    "product_group": Column(N_("Product group"), "text", N_("group of the product")),
    "quantity": Column(N_("Quantity"), "number", N_("units of the product; negative for returns")),
    "unit_price": Column(N_("Unit price"), "money", N_("net price of one unit"), "currency"),
    "list_price": Column(N_("List price"), "money", N_("line total at list price"), "currency"),
    "freight": Column(N_("Freight"), "money", N_("what bringing the line cost us"), "currency"),
    "net_amount": Column(N_("Net amount"), "money", N_("line total without VAT"), "currency"),
    "discount": Column(N_("Discount"), "number", N_("off quantity × unit price"), "%"),
    "currency": Column(N_("Currency"), "text", N_("three letters")),
    "rate": Column(
        N_("Rate"), "money", N_("reporting currency for one unit of another"), "currency"
    ),
    "document_type": Column(
        N_("Document"),
        "text",
        N_("invoice, final, advance, credit_note, correction or cancellation"),
    ),
    "corrects_invoice_id": Column(N_("Corrects"), "id", N_("the invoice that is corrected")),
    "order_id": Column(N_("Order"), "id", N_("number of the order")),
    "order_date": Column(N_("Order date"), "date", N_("day of the order")),
    "order_channel": Column(N_("Order channel"), "text", N_("how the order came in")),
    "rush": Column(N_("Rush"), "bool", N_("the order was urgent")),
    "export": Column(N_("Export"), "bool", N_("the order left the country")),
    "delivery_id": Column(N_("Delivery"), "id", N_("number of the delivery")),
    "warehouse": Column(N_("Warehouse"), "text", N_("where it left from")),
    "documents": Column(N_("Number"), "whole", N_("number of documents")),
    "lines": Column(N_("Lines"), "whole", N_("number of invoice lines")),
    "document_lines": Column(
        N_("Lines in all"), "whole", N_("number of lines of the whole order or delivery")
    ),
    "customer_is_new": Column(N_("New"), "bool", N_("ordered within the set-up months")),
    "first_order": Column(N_("First order"), "bool", N_("the order that made it a customer")),
    "month": Column(N_("Month"), "date", N_("first day of the month")),
    "period": Column(N_("Period"), "period", N_("a period of engagement.yaml")),
    # ------------------------------------------------------------------ money ladder
    "list_revenue": Column(N_("List revenue"), "money", N_("before any discount"), "currency"),
    "on_invoice_discounts": Column(
        N_("On-invoice discounts"), "money", N_("list less invoice revenue"), "currency"
    ),
    "invoice_revenue": Column(
        N_("Invoice revenue"), "money", N_("as invoiced, net of VAT, after returns"), "currency"
    ),
    "returned_revenue": Column(
        N_("Returned"), "money", N_("credit notes and corrections in invoice revenue"), "currency"
    ),
    "returned_list_revenue": Column(
        N_("Returned, at list"), "money", N_("credit notes in list revenue"), "currency"
    ),
    "returned_cost": Column(
        N_("Cost of returned goods"), "money", N_("credited in cost of goods sold"), "currency"
    ),
    "order_value": Column(N_("Order value"), "money", N_("invoiced on the order"), "currency"),
    "earned_period": Column(
        N_("Earned in"), "period", N_("period of the sale that a correction corrects")
    ),
    "off_invoice": Column(
        N_("Off-invoice deductions"), "money", N_("bonuses, promotions, bad debt"), "currency"
    ),
    "pocket_revenue": Column(
        N_("Pocket revenue"), "money", N_("invoice revenue less off-invoice"), "currency"
    ),
    "cost_of_goods_sold": Column(
        N_("Cost of goods sold"), "money", N_("cost of what was sold"), "currency"
    ),
    "gross_margin": Column(
        N_("Gross margin"), "money", N_("pocket revenue less cost of goods sold"), "currency"
    ),
    "cost_to_serve": Column(
        N_("Cost-to-serve"), "money", N_("work done for the customer at capacity rates"), "currency"
    ),
    "customer_profit_before_capital": Column(
        N_("Customer profit before capital"),
        "money",
        N_("gross margin less cost-to-serve"),
        "currency",
    ),
    "capital_charge": Column(
        N_("Capital charge"), "money", N_("price of the money it owes us"), "currency"
    ),
    "customer_profit": Column(
        N_("Customer profit"), "money", N_("after cost-to-serve and capital charge"), "currency"
    ),
    "cumulative_profit": Column(
        N_("Cumulative customer profit"), "money", N_("running sum, best first"), "currency"
    ),
    "discount_rate": Column(N_("Discount"), "share", N_("discounts in list revenue")),
    "margin_rate": Column(N_("Margin rate"), "share", N_("gross margin in pocket revenue")),
    "profit_rate": Column(N_("Profit rate"), "share", N_("customer profit in pocket revenue")),
    "active": Column(N_("Active"), "bool", N_("had a line, an off-invoice item or a cost")),
    # ------------------------------------------------------------------ judgements and evidence
    "criterion": Column(N_("Criterion"), "text", N_("what makes attractive")),
    "weight": Column(N_("Weight"), "number", N_("importance; weights of one customer add up to 1")),
    "rating": Column(N_("Rating"), "rating", N_("judgement on the criterion's scale"), "0–10"),
    "supplier": Column(
        N_("Supplier"), "text", N_("us, a rival's name, or none: there is no other")
    ),
    "source": Column(N_("Source"), "text", N_("their_words, fact, our_guess or a document")),
    "rater": Column(N_("Rater"), "text", N_("role of the person who rated")),
    "code": Column(N_("Sign"), "text", N_("code of a sign of closeness")),
    "until": Column(N_("Until"), "date", N_("last day on which it exists")),
    "their_function": Column(N_("Their function"), "text", N_("function of theirs in contact")),
    "our_function": Column(N_("Our function"), "text", N_("function of ours in contact")),
    "justification": Column(N_("Why"), "text", N_("why it is strategic")),
    "owner": Column(N_("Owner"), "text", N_("role that answers for it")),
    "review_on": Column(N_("Review on"), "date", N_("day by which it is looked at again")),
    "market_access": Column(N_("Market access"), "text", N_("which market it opens")),
    "learning": Column(N_("Learning"), "text", N_("what we learn from it")),
    # ------------------------------------------------------------------ quarantine
    "table": Column(N_("Table"), "text", N_("input table")),
    "file": Column(N_("File"), "text", N_("file inside the engagement folder")),
    "row": Column(N_("Row"), "whole", N_("line of the file, the head being 1")),
    "where": Column(N_("Where"), "text", N_("table and column, or file and line")),
    "column": Column(N_("Column"), "text", N_("column that is broken")),
    "source_column": Column(
        N_("Their column"), "text", N_("name of the broken column in the client's file")
    ),
    "value": Column(N_("Value"), "text", N_("what stands there")),
    "rows": Column(N_("Rows"), "whole", N_("number of rows")),
    "files": Column(N_("Files"), "text", N_("files of the table")),
    "set_aside": Column(N_("Set aside"), "number", N_("rows set aside")),
    "first": Column(N_("From"), "date", N_("first day")),
    "last": Column(N_("To"), "date", N_("last day")),
    "ledger": Column(N_("Ledger"), "money", N_("general ledger, sign of the ladder"), "currency"),
    "ours": Column(N_("Ours"), "money", N_("what the statement has"), "currency"),
    "reconciling": Column(N_("Reconciling items"), "money", N_("named by people"), "currency"),
    "explained": Column(
        N_("Explained"), "money", N_("rows set aside and reconciling items"), "currency"
    ),
    "unexplained": Column(N_("Unexplained"), "money", N_("what is left"), "currency"),
    "reason": Column(N_("Reason"), "text", N_("why the row was set aside")),
    "remedy": Column(N_("Mend it at the source"), "text", N_("what to do in the client's system")),
    "share_of_money": Column(
        N_("Of the money"), "share", N_("part of the money set aside of its table")
    ),
    # ------------------------------------------------------------------ who is one customer
    "kept_name": Column(N_("Its name"), "text", N_("name of the id that would be kept")),
    "alike_by": Column(N_("Alike by"), "text", N_("why two ids look like one customer")),
    "decision": Column(N_("Decision"), "text", N_("proposed, merged or kept apart")),
    "same_tax_id": Column(N_("Same tax id"), "bool", N_("both have the same usable tax id")),
    "name_likeness": Column(N_("Names alike"), "score", N_("1: the same but for legal form")),
    "same_region": Column(N_("Same region"), "bool", N_("both are recorded in one region")),
    "kept_first": Column(N_("Its first day"), "date", N_("first line of the id to be kept")),
    "kept_last": Column(N_("Its last day"), "date", N_("last line of the id to be kept")),
    "id_in_input": Column(
        N_("Id in the input"), "id", N_("id as tables or engagement.yaml have it")
    ),
    "counted_as": Column(
        N_("Counted as"), "text", N_("itself, site (of a group), merged (by decision) or spelled")
    ),
    "chosen": Column(N_("Chosen"), "bool", N_("the name by which the customer is shown")),
}
