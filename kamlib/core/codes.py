"""Codes that tables hold, and what readers read for them; the money ladder in its order."""

from kamlib.core.language import N_

LADDER = (
    "list_revenue",
    "on_invoice_discounts",
    "invoice_revenue",
    "off_invoice",
    "pocket_revenue",
    "cost_of_goods_sold",
    "gross_margin",
    "cost_to_serve",
    "customer_profit_before_capital",
    "capital_charge",
    "customer_profit",
)

REVENUE_PARTS = {  # of invoice revenue, where the general ledger splits it → their sign
    "list_revenue": 1,
    "on_invoice_discounts": -1,
}

LEDGER_LINES = ("invoice_revenue", "off_invoice", "cost_of_goods_sold", "cost_to_serve")

TABLES = {  # input tables, in words
    "invoice_lines": N_("invoice lines"),
    "customers": N_("customers"),
    "prospects": N_("prospects"),
    "products": N_("products"),
    "resources": N_("cost pools"),
    "drivers": N_("cost drivers"),
    "receivables": N_("receivables"),
    "assets": N_("assets"),
    "off_invoice": N_("off-invoice items"),
    "fx_rates": N_("exchange rates"),
    "identity": N_("decisions on who is who"),
    "gl_totals": N_("general ledger totals"),
    "strategic": N_("who is strategic"),
    "ratings_ours": N_("our ratings"),
    "ratings_theirs": N_("their ratings"),
    "evidence": N_("evidence of the relation"),
    "contacts": N_("contacts"),
    "category_purchases": N_("purchases of everybody"),
    "effort": N_("effort on customers and prospects"),
    "terms": N_("terms of customers"),
    "opportunities": N_("deals"),
    "deal_stages": N_("stages of deals"),
}

DOCUMENTS = {
    "invoice": N_("invoice"),
    "final": N_("final invoice"),
    "advance": N_("advance invoice"),
    "credit_note": N_("credit note"),
    "correction": N_("correction"),
    "cancellation": N_("cancellation"),
}

LEVELS = {
    1: N_("transaction"),
    2: N_("cooperation"),
    3: N_("partnership"),
    4: N_("synergy"),
}

PROFIT_CLASSES = {
    "vital_few": N_("vital few"),
    "useful_many": N_("useful many"),
    "loss_making": N_("loss-making"),
    "unknown": N_("not known"),
}

CLASSES_BEFORE = {**PROFIT_CLASSES, "inactive": N_("bought nothing")}

COST_LEVELS = {  # of the cost hierarchy, from the narrowest to the widest
    "unit": N_("unit"),
    "order": N_("order"),
    "customer": N_("customer"),
    "channel": N_("channel"),
    "company": N_("company"),
}

DOORS = {
    "vital_few": N_("1 profit"),
    "potential": N_("2 potential"),
    "prospect": N_("3 prospect"),
    "strategic": N_("4 strategic"),
}

CHAINS = (  # titles of the one sum that leads to the customers: from the ledger, else from the lines
    N_("From the general ledger to the customers, {period}"),
    N_("From list revenue to profit, {period}"),
)

PAYS = {  # by what a key account earns what one costs
    "profit": N_("by its profit"),
    "potential": N_("by its potential"),
    "strategic": N_("need not: strategic"),
    "no": N_("no"),
    "unknown": N_("may"),
}

RETURN_MODELS = {  # what tells the chance of return
    "base_rate": N_("one rate for all"),
    "order_days": N_("the rate by order days"),
    "order_days_overdue": N_("the rate by order days and silence"),
    "silent": N_("the rate of those silent longer than usual"),
    "regression": N_("a regression on order days, silence, tenure and own rhythm"),
}
VERDICTS = {
    "key_account_now": N_("key account now"),
    "develop": N_("develop"),
    "find_out_first": N_("find out first"),
    "harvest": N_("harvest"),
    "keep_efficient": N_("keep, serve simply"),
    "too_early": N_("too early to say"),
    "fix": N_("fix"),
    "let_go": N_("let go"),
    "small_loss": N_("small losses"),
    "not_now": N_("not now"),
}

SOURCES = {  # of a rating
    "their_words": N_("their words"),
    "fact": N_("fact"),
    "our_guess": N_("our guess"),
}

LETTER = "letter_of_intent"  # a sign of a deal that is as good as won

FROM_THEM = ("their_words", "fact")  # sources that our own opinion is no part of

CHANGES = {  # causes of a change of profit, in the order in which they are shown
    "price": N_("price"),
    "volume": N_("volume"),
    "mix": N_("mix"),
    "unit_cost": N_("unit cost"),
    "sales_and_margin": N_("sales and margin"),
    "off_invoice": N_("off-invoice"),
    "cost_to_serve": N_("cost to serve"),
    "capital": N_("capital"),
    "lost": N_("lost"),
    "new": N_("new"),
}

EFFORT = {  # kinds of effort that customers get
    "people": N_("people's work"),
    "material": N_("deliveries and material"),
    "money": N_("discounts, deductions and capital"),
}

SPREAD = {  # how kinds of effort are spread over customers
    "neither": N_(
        "Neither who earns more nor who earns less gets more {kinds}, whichever way customers are "
        "ranked."
    ),
    "to_earners": N_("Who earns more gets more {kinds}, whichever way customers are ranked."),
    "to_losers": N_("Who earns less gets more {kinds}, whichever way customers are ranked."),
    "open": N_(
        "Who gets more {kinds} depends on whether customers are ranked before it or after it, so that "
        "nothing is claimed."
    ),
}

TERMS = {  # what is granted to customers, as the subject of a sentence
    "discount": N_("discounts on the invoice"),
    "deductions": N_("later deductions"),
    "days_to_pay": N_("days to pay"),
    "small_orders": N_("small orders"),
    "rush_orders": N_("rush orders"),
    "free_freight": N_("free freight"),
    "minimum_order": N_("small minimum orders"),
    "service_class": N_("better classes of service"),
}

FOLLOWS = {
    "follows": N_("The higher the profit rate, the more {terms}."),
    "inverse": N_("The lower the profit rate, the more {terms}."),
    "flat": N_("No sign that the profit rate decides {terms}."),
    "untold": N_("Whether the profit rate decides {terms} cannot be told."),
    "open": N_(
        "Whether more {terms} go with a higher profit rate depends on whether it is taken before or "
        "after them, so that nothing is claimed."
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
