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
}
