"""Columns in the words of readers: label, unit and meaning, one per name."""

from typing import Literal, NamedTuple

from kamlib.core.codes import TABLES
from kamlib.core.language import N_, _

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

COSTS: dict[str, Column] = {
    # ------------------------------------------------------------------ cost and capital
    "pool": Column(N_("Cost pool"), "text", N_("people or machines that cost money together")),
    "cost": Column(N_("Cost"), "money", N_("cost of the pool in the period"), "currency"),
    "theoretical_capacity": Column(N_("Theoretical capacity"), "number", N_("units if all went")),
    "practical_capacity": Column(N_("Practical capacity"), "number", N_("units it can supply")),
    "unit": Column(N_("Unit"), "text", N_("unit of its capacity")),
    "hierarchy_level": Column(N_("Cost level"), "text", N_("unit, order, customer … company")),
    "avoidable_share": Column(N_("Avoidable"), "share", N_("part that ends when the work ends")),
    "ending_share": Column(
        N_("Ends with the work"), "share", N_("avoidable, with what support pools passed on to it")
    ),
    "kind": Column(N_("Kind"), "text", N_("kind of the row")),
    "gl_account": Column(N_("Ledger account"), "id", N_("account of the general ledger")),
    "step_down_to": Column(
        N_("Passed on to"), "text", N_("pools it serves with their shares, such as desk: 0.5")
    ),
    "received": Column(N_("Received"), "money", N_("cost passed on by support pools"), "currency"),
    "passed_on": Column(N_("Passed on"), "money", N_("cost passed on to other pools"), "currency"),
    "charged": Column(N_("Charged"), "bool", N_("customers are charged for what they use of it")),
    "capacity": Column(N_("Capacity"), "number", N_("units that its cost is spread over")),
    "setup_used": Column(N_("Used for set-up"), "number", N_("part of used, for new customers")),
    "setup_cost": Column(
        N_("Set-up"), "money", N_("part of cost-to-serve: setting up new customers"), "currency"
    ),
    "revenue_without_cost": Column(
        N_("Revenue without cost"),
        "money",
        N_("invoice revenue, without sign, of lines whose cost of goods is not known"),
        "currency",
    ),
    "margin_unknown": Column(
        N_("Cost of goods unknown"),
        "money",
        N_("pocket revenue of customers whose cost of goods is not known whole"),
        "currency",
    ),
    "known_cost_of_goods": Column(
        N_("Known cost of goods"),
        "money",
        N_("cost of goods sold of the lines where it is known"),
        "currency",
    ),
    "setup_open": Column(
        N_("Open set-up"), "number", N_("what would be used if who may be new were new")
    ),
    "setup_open_cost": Column(
        N_("Set-up, open"),
        "money",
        N_("not charged: nobody can tell whether the customer is new"),
        "currency",
    ),
    "setup_guessed_cost": Column(
        N_("Set-up, guessed"),
        "money",
        N_("part of set-up: new by the first order in the input"),
        "currency",
    ),
    "bad_debt": Column(
        N_("Bad debt"), "money", N_("part of off-invoice: what is never paid"), "currency"
    ),
    "assets_charge": Column(
        N_("Capital in assets"),
        "money",
        N_("part of the capital charge: ours at the customer"),
        "currency",
    ),
    "revenue_timing": Column(
        N_("Revenue, timing"), "money", N_("what revenue gains in the economic view"), "currency"
    ),
    "off_invoice_timing": Column(
        N_("Deductions, timing"),
        "money",
        N_("what off-invoice gains in the economic view"),
        "currency",
    ),
    "goods_timing": Column(
        N_("Cost of goods, timing"), "money", N_("what it gains in the economic view"), "currency"
    ),
    "economic_margin": Column(
        N_("Gross margin as earned"), "money", N_("in the period it was earned"), "currency"
    ),
    "economic_profit": Column(
        N_("Profit as earned"),
        "money",
        N_("before capital, in the period it was earned"),
        "currency",
    ),
    "from": Column(N_("From"), "date", N_("first day on which it stands there")),
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
    "vat_rate": Column(N_("VAT"), "share", N_("VAT in what they owe us")),
    "includes_vat": Column(N_("With VAT"), "bool", N_("the balance contains VAT")),
    "amount": Column(N_("Amount"), "money", N_("amount of the row"), "currency"),
    "earned_from": Column(N_("Earned from"), "date", N_("first day it was earned for")),
    "earned_to": Column(N_("Earned to"), "date", N_("last day it was earned for")),
    "status": Column(N_("Status"), "text", N_("accrued, settled or reversed")),
    "line": Column(N_("Statement line"), "text", N_("line of the money ladder")),
    "sign": Column(N_("Sign"), "number", N_("1 or -1, so that amount × sign reads as the ladder")),
}

UNCERTAINTY: dict[str, Column] = {
    # ------------------------------------------------------------------ how sure
    "profit_low": Column(N_("Profit from"), "money", N_("lower end of its interval"), "currency"),
    "profit_high": Column(N_("Profit to"), "money", N_("upper end of its interval"), "currency"),
    "p_unprofitable": Column(
        N_("At a loss"), "share", N_("of all cases tried in which it loses money")
    ),
    "p_vital_few": Column(
        N_("Vital few"), "share", N_("of all cases tried in which it is one of them")
    ),
    "moved_most_by": Column(
        N_("Moved most by"), "text", N_("pool or activity whose range moves its profit most")
    ),
    "moved_by": Column(
        N_("By"), "money", N_("from the middle of that range to its end"), "currency"
    ),
    "low_profit": Column(
        N_("Profit at the upper end"),
        "money",
        N_("with this one cost as high as it may be"),
        "currency",
    ),
    "high_profit": Column(
        N_("Profit at the lower end"),
        "money",
        N_("with this one cost as low as it may be"),
        "currency",
    ),
    "swing": Column(N_("Swing"), "money", N_("profit between both ends of the range"), "currency"),
    # ------------------------------------------------------------------ what changed
    "cause": Column(N_("Cause"), "text", N_("what changed the profit")),
    "change": Column(
        N_("Change"), "money", N_("profit less that of the period before"), "currency"
    ),
}

CAUSES = {  # of a gap to the peers, in the order in which they are shown
    "price": N_("price"),
    "mix": N_("mix of goods"),
    "order_size": N_("size of orders"),
    "service": N_("service"),
    "terms": N_("payment terms"),
    "returns": N_("returns"),
}

PROPOSALS = {
    "fix": N_("fix"),
    "keep": N_("keep"),
    "drop": N_("drop"),
    "small": N_("small loss"),
    "unknown": N_("unknown"),
}

QUADRANTS = {
    "pays_well_costs_much": N_("pays well, costs much"),
    "pays_well_costs_little": N_("pays well, costs little"),
    "pays_little_costs_much": N_("pays little, costs much"),
    "pays_little_costs_little": N_("pays little, costs little"),
}

LOSSES: dict[str, Column] = {
    "peer_group": Column(N_("Peers"), "text", N_("kind of the peers; empty: the whole company")),
    "peers": Column(N_("Number of peers"), "whole", N_("customers it is held against")),
    "peer_level": Column(
        N_("Peers' profit rate"), "share", N_("usual among peers, in list value of goods sold")
    ),
    "gap": Column(
        N_("Gap to peers"), "money", N_("its profit less the peers' level on its sales"), "currency"
    ),
    "effect_price": Column(N_("Price"), "money", N_("part of the gap due to prices"), "currency"),
    "effect_mix": Column(N_("Mix"), "money", N_("part due to which goods it buys"), "currency"),
    "effect_order_size": Column(
        N_("Order size"), "money", N_("part due to many or small orders"), "currency"
    ),
    "effect_service": Column(
        N_("Service"), "money", N_("part due to work beyond plain orders"), "currency"
    ),
    "effect_terms": Column(
        N_("Terms"), "money", N_("part due to capital tied up and bad debt"), "currency"
    ),
    "effect_returns": Column(
        N_("Returns"), "money", N_("part due to what is given back"), "currency"
    ),
    "largest_cause": Column(N_("Largest cause"), "text", N_("what takes most away")),
    "fix_price_change": Column(
        N_("Price change to zero"), "share", N_("price rise that ends the loss; same quantity")
    ),
    "fix_volume_loss": Column(
        N_("Volume that may go"), "share", N_("before the price rise to zero gains nothing")
    ),
    "fix_order_value": Column(
        N_("Order value to zero"), "money", N_("revenue of an order that ends the loss"), "currency"
    ),
    "fix_minimum_order": Column(
        N_("Minimum order to zero"), "money", N_("smallest order that ends the loss"), "currency"
    ),
    "fix_days_to_pay": Column(
        N_("Days to pay to zero"), "number", N_("days that end the loss"), N_("days")
    ),
    "fix_unknown": Column(N_("Out of reach"), "text", N_("what cannot end the loss alone")),
    "drop_effect": Column(
        N_("Dropping brings"), "money", N_("change of profit if the customer left"), "currency"
    ),
    "drop_effect_low": Column(
        N_("Dropping brings from"), "money", N_("if nothing undeclared ended"), "currency"
    ),
    "drop_effect_high": Column(
        N_("Dropping brings to"), "money", N_("if all that is undeclared ended"), "currency"
    ),
    "stranded_cost": Column(
        N_("Stranded"), "money", N_("cost that would stay and land on others"), "currency"
    ),
    "released_capital": Column(
        N_("Released capital"), "money", N_("capital charge that would end"), "currency"
    ),
    "exit_penalty": Column(N_("Exit penalty"), "money", N_("what leaving costs us"), "currency"),
    "all_actions": Column(
        N_("All actions"), "money", N_("what all actions together bring"), "currency"
    ),
    "ends_of_loss": Column(
        N_("Mending ends"),
        "money",
        N_("what all actions bring, at most the loss: what lies beyond is not counted on"),
        "currency",
    ),
    "ends_it": Column(N_("What alone ends it"), "text", N_("price, orders or terms; else nothing")),
    "who": Column(N_("Who"), "text", N_("who takes the step")),
    "proposal": Column(N_("Proposal"), "text", N_("keep, fix, drop, small loss or unknown")),
    "action": Column(N_("Action"), "text", N_("what could be done")),
    "role": Column(N_("Role"), "text", N_("action, interaction or alternative")),
    "effect": Column(N_("Brings"), "money", N_("change of the statement's profit"), "currency"),
    "effect_soon": Column(
        N_("Of it soon"), "money", N_("counting only work whose cost ends"), "currency"
    ),
    "change_from": Column(N_("Now"), "number", N_("the lever today, in its own unit")),
    "change_to": Column(N_("Peers' level"), "number", N_("the lever at the peers' level")),
    "net_price": Column(N_("Net price"), "share", N_("kept of the list value of goods sold")),
    "serve_rate": Column(
        N_("Cost-to-serve rate"), "share", N_("cost-to-serve in list value of goods sold")
    ),
    "quadrant": Column(N_("Kind of trade"), "text", N_("net price and cost-to-serve, high or low")),
}

RESULTS: dict[str, Column] = {
    "term": Column(N_("Term"), "text", N_("what is granted to customers")),
    "with_before": Column(
        N_("With profit before it"), "number", N_("rank correlation with the profit rate, -1 to 1")
    ),
    "with_final": Column(
        N_("With profit after it"), "number", N_("rank correlation with the profit rate, -1 to 1")
    ),
    "with_revenue": Column(
        N_("With revenue"), "number", N_("rank correlation with invoice revenue, -1 to 1")
    ),
    "called": Column(
        N_("It"),
        "text",
        N_("follows the profit rate before and after it, is inverse, flat, or open"),
    ),
    "index_before": Column(
        N_("Index before it"), "number", N_("concentration along profit before the effort, -1 to 1")
    ),
    "index_final": Column(
        N_("Index after it"), "number", N_("concentration along profit after the effort, -1 to 1")
    ),
    "proportional": Column(
        N_("In proportion"), "number", N_("index of effort in proportion to what customers earn")
    ),
    "spread": Column(N_("Spread"), "text", N_("how a kind of effort is spread over customers")),
    "vital_few": Column(N_("Vital few get"), "share", N_("share that the vital few get")),
    "useful_many": Column(N_("Useful many get"), "share", N_("share that the useful many get")),
    "loss_making": Column(N_("Loss-makers get"), "share", N_("share that loss-makers get")),
    "from_customer": Column(N_("From"), "text", N_("customer whose hours could be fewer")),
    "to_customer": Column(N_("To"), "text", N_("customer of the vital few who goes short")),
    "hours": Column(N_("Hours"), "number", N_("hours of people's work in the period")),
    "avoidable_money": Column(
        N_("Avoidable"), "money", N_("what of these hours could end"), "currency"
    ),
    "work": Column(N_("Work"), "money", N_("people and material, at cost"), "currency"),
    "beyond_share": Column(
        N_("Beyond its share"), "money", N_("work less its share by profit before it"), "currency"
    ),
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
    "sales": Column(N_("Buys"), "money", N_("invoice revenue of the period"), "currency"),
    "basis": Column(
        N_("Potential by"),
        "text",
        N_("said; sales; annual_revenue or employees: sales per unit of it"),
    ),
    "potential": Column(
        N_("Could buy"), "money", N_("what one in five comparable customers exceeds"), "currency"
    ),
    "uplift_rate": Column(
        N_("Profit of more sales"), "share", N_("its own rate or the comparable ones', the lower")
    ),
    "uplift_kau": Column(N_("More profit"), "number", N_("a year"), N_("key-account units")),
    "profit_potential": Column(
        N_("Profit at potential"), "number", N_("measured, else rated"), N_("key-account units")
    ),
    "potential_rated": Column(
        N_("Potential as rated"), "number", N_("by us"), N_("key-account units")
    ),
    "reach": Column(
        N_("Of its like"), "share", N_("comparable customers who are among the vital few")
    ),
    "comparables": Column(N_("Comparable"), "whole", N_("number of comparable customers")),
    "compared_by": Column(
        N_("Compared by"), "text", N_("segment_and_size, size (half of all) or segment")
    ),
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
    "seasonal": Column(N_("Seasonal"), "bool", N_("silent, but as a year ago on this day")),
    "at_stake": Column(N_("At stake"), "money", N_("profit × chance of leaving"), "currency"),
    "signs": Column(N_("Signs"), "text", N_("silent, fading by a third, stopped a product group")),
    "stopped": Column(N_("No longer buys"), "text", N_("product groups of three of four quarters")),
    "revenue_change": Column(N_("Buys"), "share", N_("against the same months a year before")),
    "care_before": Column(N_("Care before"), "number", N_("contacts, visits or field hours")),
    "care_now": Column(N_("Care now"), "number", N_("contacts, visits or field hours")),
    "care_change": Column(N_("Change of care"), "share", N_("against the period before")),
    "movement": Column(N_("Movement"), "text", N_("lost, down, up, new or recovered")),
    "profit_before": Column(N_("Profit before"), "money", N_("of the period before"), "currency"),
    "profit_now": Column(N_("Profit now"), "money", N_("of this period"), "currency"),
    "profit_change": Column(N_("Change of profit"), "money", N_("now less before"), "currency"),
    "comparison": Column(
        N_("Compared"), "text", N_("key with other customers, stayers with leavers")
    ),
    "attribute": Column(N_("Attribute"), "text", N_("what customers have in common")),
    "lift": Column(N_("Lift"), "number", N_("share over that of all, shrunk with strength 10")),
    "lift_low": Column(N_("Lift from"), "number", N_("90 % interval, exploratory")),
    "lift_high": Column(N_("Lift to"), "number", N_("90 % interval, exploratory")),
    "likeness": Column(N_("Likeness"), "number", N_("mean lift of its attributes; 1 is anybody")),
    "nearest": Column(N_("Most like"), "text", N_("customers who share most attributes")),
    "model": Column(N_("Told by"), "text", N_("what the chance of return rests on")),
    "trait": Column(N_("Trait"), "text", N_("what customers share")),
    "vital_share": Column(N_("Vital few"), "share", N_("of those with the trait")),
    "stay_share": Column(N_("Came back"), "share", N_("of those with the trait")),
    "p_stay_3y": Column(N_("Chance of staying"), "share", N_("an order in months 25 to 36")),
    "p_stay_low": Column(N_("Staying from"), "share", N_("chance of staying, at worst")),
    "p_stay_high": Column(N_("Staying to"), "share", N_("chance of staying, at best")),
    "p_stay_rated": Column(N_("Our rating"), "share", N_("chance of staying by our own rating")),
    "staying_source": Column(
        N_("Known from"), "text", N_("contract, their words, renewals, orders, return or unknown")
    ),
    # ------------------------------------------------------------------ two sides
    "raw_rated": Column("As rated", "number", "read back from our rating", "the criterion's unit"),
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

COLUMNS: dict[str, Column] = {**INPUTS, **COSTS, **RESULTS, **UNCERTAINTY, **LOSSES}


# Of result tables that no page shows as they are; an engagement may call columns of its own like these.
ONLY_IN_RESULTS: dict[str, Column] = {
    "sites": Column("Sites", "whole", "number of sites of the group"),
    "is_prospect": Column("Prospect?", "bool", "it does not buy yet"),
    "last_order": Column("Last order", "date", "day of the last order"),
    "n": Column("Customers", "whole", "who share the value"),
    "low": Column("From", "number", "of the 90 % interval", "−1 to 1"),
    "high": Column("To", "number", "of the 90 % interval", "−1 to 1"),
    "days_late": Column("Days late", "number", "beyond what was agreed", "days"),
    "positive": Column("Earned", "money", "what those who earn bring", "currency"),
    "lost": Column("Lost", "money", "what those who lose take back", "currency"),
    "total": Column("Total", "money", "earned less lost", "currency"),
    "peak_at": Column("Peak", "whole", "customers at whom the running sum is highest"),
    "stobachoff": Column("Stobachoff", "number", "how much subsidy there is", "0–1"),
    "interval_level": Column("Interval", "share", "level of the intervals"),
    "auc": Column("AUC", "number", "chance that who returned was ranked above who did not", "0–1"),
    "brier": Column("Brier", "number", "mean squared error of the chances; 0 is best", "0–1"),
    "mean_chance": Column("Mean chance", "share", "what was expected to return"),
    "happened": Column("Returned", "share", "what did return"),
    "tested_on": Column("Tested on", "whole", "number of customers"),
    "horizon_months": Column("Horizon", "whole", "within which they return", "months"),
    "cutoff": Column("Cutoff", "date", "last day of what the chances were told from"),
    "window_end": Column("Window to", "date", "last day on which a return counts"),
    "side_a_known": Column("Side A known", "bool", "enough weight is known"),
    "asked": Column("Asked", "bool", "their words or facts on one criterion at least"),
    "complete": Column("All asked", "bool", "their words or facts on every criterion"),
    "guessed": Column("Guessed", "bool", "we guessed at least one rating"),
    "rival_named": Column("Rival named", "bool", "they name a rival"),
    "us": Column("Us", "number", "their rating of us", "0–10"),
    "rival_side": Column("Rival", "score", "side B of the best rival"),
    "benefit_ours": Column("Benefit to us", "share", "customer profit in pocket revenue"),
    "benefit_theirs": Column("Benefit to them", "score", "side B"),
    "joint_hard": Column("Joint things", "whole", "hard signs of closeness"),
    "joint_all": Column("All signs", "whole", "hard and soft signs of closeness"),
    "in_capacity": Column("Has a place", "bool", "within what our managers can care for"),
    "rule": Column("Rule", "text", "key of the rule of method"),
    "outcome": Column("Outcome", "text", "whether the rule holds"),
    "stage": Column("Stage", "text", "the stage that wrote the row"),
    "step": Column("Step", "text", "what the amount is"),
    "holds": Column("Holds", "bool", "the sum leaves nothing unexplained"),
}


def label(name: str, currency: str = "") -> str:
    """Return the head of a column for readers: its label and unit.

    Examples
    --------
    >>> label("customer_profit", "PLN")
    'Customer profit, PLN'
    """
    return COLUMNS[name].head(currency)


def column_label(name: str, theirs: str = "") -> str:
    """Return what a column of an input is called, with its name in the client's file behind it if another.

    An attribute of the client's own is called as the engagement calls it.

    Examples
    --------
    >>> column_label("customer_id", "NIP")
    'Customer (NIP)'
    """
    ours = _(COLUMNS[name].label) if name in COLUMNS else name
    if not theirs or theirs == name:
        return ours
    return _("{ours} ({theirs})").format(ours=ours, theirs=theirs)


def table_label(name: str) -> str:
    """Return what an input table is called in a sentence.

    Examples
    --------
    >>> table_label("gl_totals")
    'general ledger totals'
    """
    return _(TABLES.get(name, name))
