"""Columns of cost, capital and what is done about losses."""

from kamlib.columns.column import Column
from kamlib.language import N_

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
