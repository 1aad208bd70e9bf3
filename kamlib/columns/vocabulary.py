"""The vocabulary: every column of every table, with its label, unit and meaning.

One word per thing. A label that a reader sees comes from here and from nowhere else; so do the
descriptions in the metadata of the stage tables. `kind` says how the intake reads the column.
"""

from typing import Literal, NamedTuple

from kamlib.language import N_, _

Kind = Literal[
    "id", "text", "money", "number", "whole", "share", "score", "rating", "date", "bool", "period"
]


class Column(NamedTuple):
    """What a column is called, measured in and means; `kind` is how text becomes its value."""

    label: str
    kind: Kind
    meaning: str
    unit: str = ""

    def head(self, currency: str) -> str:
        """Return the label with its unit, for the head of a table or an axis."""
        unit = {"currency": currency}.get(self.unit, self.unit)
        return f"{_(self.label)}, {unit}" if unit else _(self.label)


COLUMNS: dict[str, Column] = {
    # ------------------------------------------------------------------ who
    "customer_id": Column(N_("Customer"), "id", N_("id of the buyer who decides")),
    "prospect_id": Column(N_("Prospect"), "id", N_("id of a firm not yet buying")),
    "party_id": Column(N_("Party"), "id", N_("id of a customer or a prospect")),
    "name": Column(N_("Name"), "text", N_("name of the customer, prospect or product")),
    "tax_id": Column(N_("Tax id"), "text", N_("tax number as given")),
    "parent_id": Column(N_("Group"), "id", N_("id of the group the site belongs to")),
    "relation": Column(N_("Relation"), "text", N_("external, intercompany or collective")),
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
    "net_amount": Column(N_("Net amount"), "money", N_("line total without VAT"), "currency"),
    "currency": Column(N_("Currency"), "text", N_("three letters")),
    "document_type": Column(N_("Document"), "text", N_("invoice, credit_note or correction")),
    "corrects_invoice_id": Column(N_("Corrects"), "id", N_("the invoice that is corrected")),
    "order_id": Column(N_("Order"), "id", N_("number of the order")),
    "order_date": Column(N_("Order date"), "date", N_("day of the order")),
    "order_channel": Column(N_("Order channel"), "text", N_("how the order came in")),
    "rush": Column(N_("Rush"), "bool", N_("the order was urgent")),
    "export": Column(N_("Export"), "bool", N_("the order left the country")),
    "delivery_id": Column(N_("Delivery"), "id", N_("number of the delivery")),
    "warehouse": Column(N_("Warehouse"), "text", N_("where it left from")),
    "lines": Column(N_("Lines"), "whole", N_("number of invoice lines")),
    "customer_is_new": Column(N_("New"), "bool", N_("ordered within the set-up months")),
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
    # ------------------------------------------------------------------ cost and capital
    "pool": Column(N_("Cost pool"), "text", N_("people or machines that cost money together")),
    "cost": Column(N_("Cost"), "money", N_("cost of the pool in the period"), "currency"),
    "theoretical_capacity": Column(N_("Theoretical capacity"), "number", N_("units if all went")),
    "practical_capacity": Column(N_("Practical capacity"), "number", N_("units it can supply")),
    "unit": Column(N_("Unit"), "text", N_("unit of its capacity")),
    "hierarchy_level": Column(N_("Cost level"), "text", N_("unit, order, customer … company")),
    "avoidable_share": Column(N_("Avoidable"), "share", N_("part that ends when the work ends")),
    "kind": Column(N_("Kind"), "text", N_("kind of the row")),
    "gl_account": Column(N_("Ledger account"), "id", N_("account of the general ledger")),
    "activity": Column(N_("Activity"), "text", N_("what a pool does, per event")),
    "driver": Column(N_("Driver"), "text", N_("what drives the activity")),
    "volume": Column(N_("Volume"), "number", N_("events of the driver in the period")),
    "driver_volume": Column(N_("Volume"), "number", N_("events of the activity")),
    "used": Column(N_("Used"), "number", N_("capacity used, in the pool's unit")),
    "capacity_rate": Column(N_("Capacity rate"), "number", N_("cost of one unit of capacity")),
    "assigned_cost": Column(N_("Assigned"), "money", N_("cost charged to customers"), "currency"),
    "unused_cost": Column(N_("Unused"), "money", N_("capacity nobody used"), "currency"),
    "unassigned_cost": Column(
        N_("Unassigned"), "money", N_("cost that belongs to no customer"), "currency"
    ),
    "used_share": Column(N_("Used"), "share", N_("used in practical capacity")),
    "average_balance": Column(N_("Average balance"), "money", N_("what they owe us"), "currency"),
    "days_to_pay": Column(N_("Days to pay"), "number", N_("from invoice to money"), N_("days")),
    "days_beyond_terms": Column(
        N_("Days late"), "number", N_("beyond what was agreed"), N_("days")
    ),
    "includes_vat": Column(N_("With VAT"), "bool", N_("the balance contains VAT")),
    "amount": Column(N_("Amount"), "money", N_("amount of the row"), "currency"),
    "earned_from": Column(N_("Earned from"), "date", N_("first day it was earned for")),
    "earned_to": Column(N_("Earned to"), "date", N_("last day it was earned for")),
    "status": Column(N_("Status"), "text", N_("accrued, settled or reversed")),
    "line": Column(N_("Statement line"), "text", N_("line of the money ladder")),
    "sign": Column(N_("Sign"), "number", N_("1 or -1, so that amount × sign reads as the ladder")),
    # ------------------------------------------------------------------ judgements and evidence
    "criterion": Column(N_("Criterion"), "text", N_("what makes attractive")),
    "weight": Column(N_("Weight"), "number", N_("importance; weights of one party add up to 1")),
    "rating": Column(N_("Rating"), "rating", N_("judgement on the criterion's anchors"), "0–10"),
    "supplier": Column(N_("Supplier"), "text", N_("us or a rival's name")),
    "source": Column(N_("Source"), "text", N_("their_words, fact, our_guess or a document")),
    "rater": Column(N_("Rater"), "text", N_("role of the person who rated")),
    "code": Column(N_("Sign"), "text", N_("code of a sign of closeness")),
    "until": Column(N_("Until"), "date", N_("last day on which it exists")),
    "their_function": Column(N_("Their function"), "text", N_("function of theirs in contact")),
    "our_function": Column(N_("Our function"), "text", N_("function of ours in contact")),
    "justification": Column(N_("Why"), "text", N_("why the party is strategic")),
    "owner": Column(N_("Owner"), "text", N_("role that answers for it")),
    "review_on": Column(N_("Review on"), "date", N_("day by which it is looked at again")),
    "market_access": Column(N_("Market access"), "text", N_("which market it opens")),
    "learning": Column(N_("Learning"), "text", N_("what we learn from it")),
    # ------------------------------------------------------------------ quarantine
    "table": Column(N_("Table"), "text", N_("input table")),
    "file": Column(N_("File"), "text", N_("file inside the engagement folder")),
    "row": Column(N_("Row"), "whole", N_("line of the file, the head being 1")),
    "column": Column(N_("Column"), "text", N_("column that is broken")),
    "value": Column(N_("Value"), "text", N_("what stands there")),
    "rows": Column(N_("Rows"), "whole", N_("number of rows")),
    "files": Column(N_("Files"), "text", N_("files of the table")),
    "set_aside": Column(N_("Set aside"), "number", N_("in quarantine")),
    "first": Column(N_("From"), "date", N_("first day")),
    "last": Column(N_("To"), "date", N_("last day")),
    "ledger": Column(N_("Ledger"), "money", N_("general ledger, sign of the ladder"), "currency"),
    "ours": Column(N_("Ours"), "money", N_("what the statement has"), "currency"),
    "reconciling": Column(N_("Reconciling items"), "money", N_("named by people"), "currency"),
    "unexplained": Column(N_("Unexplained"), "money", N_("what is left"), "currency"),
    "reason": Column(N_("Reason"), "text", N_("why the row was set aside")),
    # ------------------------------------------------------------------ 20/80 and doors
    "measure": Column(N_("Measure"), "text", N_("what customers are ranked by")),
    "rank": Column(N_("Rank"), "whole", N_("1 is the best")),
    "customer_share": Column(N_("Customers"), "share", N_("share of active customers, best first")),
    "cumulative_share": Column(
        N_("Share of positive"), "share", N_("running share of the positive sum, best first")
    ),
    "profit_class": Column(N_("Class"), "text", N_("vital_few, useful_many or loss_making")),
    "door": Column(N_("Door"), "text", N_("way to key status: one of four")),
    "open": Column(N_("Open"), "bool", N_("the party comes through this door")),
    "evidence": Column(N_("Evidence"), "text", N_("what opens the door or keeps it shut")),
    "by_revenue": Column(N_("By revenue"), "text", N_("profit class by invoice revenue")),
    "by_measure": Column(N_("By profit"), "text", N_("profit class by the main measure")),
    "customers": Column(N_("Customers"), "whole", N_("number of customers")),
    "few": Column(N_("Customers for the share"), "whole", N_("smallest group that brings it")),
    "few_share": Column(N_("That is"), "share", N_("that group in all active customers")),
    "top20": Column(N_("Best 20% bring"), "share", N_("their part of the positive sum")),
    "gini": Column(N_("Gini"), "number", N_("0: all the same, 1: one brings all"), "0–1"),
    "effective_n": Column(N_("As if equal"), "number", N_("equal customers as concentrated")),
    "losing": Column(N_("At a loss"), "whole", N_("customers with a negative measure")),
    "share": Column(N_("Share of positive"), "share", N_("part of the positive sum")),
    # ------------------------------------------------------------------ staying
    "order_days_24m": Column(N_("Order days"), "whole", N_("days with an order in 24 months")),
    "orders_per_year": Column(N_("Orders a year"), "number", N_("order days in 24 months / 2")),
    "known_years": Column(N_("Known for"), "number", N_("since the first order"), N_("years")),
    "age_months": Column(
        N_("Age"), "whole", N_("whole months since the first order"), N_("months")
    ),
    "p_return_12m": Column(N_("Chance of return"), "share", N_("an order within 12 months")),
    "p_stay_3y": Column(N_("Chance of staying"), "share", N_("still a customer in 3 years")),
    "staying_source": Column(N_("Known from"), "text", N_("contract, our rating or unknown")),
    # ------------------------------------------------------------------ two sides
    "raw": Column(N_("Measured"), "number", N_("in the criterion's own unit")),
    "value_low": Column(N_("At least"), "share", N_("value of the criterion at worst")),
    "value_high": Column(N_("At most"), "share", N_("value of the criterion at best")),
    "known_weight": Column(N_("Known weight"), "share", N_("weight of the criteria we know")),
    "side_a_low": Column(N_("Side A from"), "score", N_("their attractiveness to us, at worst")),
    "side_a_high": Column(N_("Side A to"), "score", N_("their attractiveness to us, at best")),
    "side_b_low": Column(N_("Side B from"), "score", N_("our attractiveness to them, at worst")),
    "side_b_high": Column(N_("Side B to"), "score", N_("our attractiveness to them, at best")),
    "relative_strength_low": Column(N_("Lead from"), "share", N_("us against the best rival")),
    "relative_strength_high": Column(N_("Lead to"), "share", N_("us against the best rival")),
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
    "measured": Column(N_("Measured"), "whole", N_("parties with a measured value")),
    "rated": Column(N_("Rated"), "whole", N_("parties with a rating by anchor")),
    "parties": Column(N_("Parties"), "whole", N_("number of customers and prospects")),
    "means": Column(N_("What it means"), "text", N_("what follows from it")),
    "bring": Column(N_("What to bring"), "text", N_("what would make it known")),
    "lacking": Column(N_("What is missing"), "text", N_("for a key account, at worst")),
    "questions": Column(N_("Find out first"), "text", N_("what decides the verdict")),
    "stake": Column(N_("Stake"), "number", N_("money at stake"), N_("key-account units")),
}


def label(name: str, currency: str = "") -> str:
    """Return the head of a column for readers: its label and unit.

    Examples
    --------
    >>> label("customer_profit", "PLN")
    'Customer profit, PLN'
    """
    return COLUMNS[name].head(currency)
