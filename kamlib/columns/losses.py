"""Columns and codes of losses: why a customer loses, what would mend it, what dropping it would bring."""

from kamlib.columns.column import Column
from kamlib.language import N_

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
