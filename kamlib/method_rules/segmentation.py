"""Rules of rankings, 20/80, doors and staying, with their words."""

from kamlib.language import N_
from kamlib.method_rules.rule import Rule

SEGMENTATION: dict[str, Rule] = {
    "customers_in_rankings": Rule(
        N_("Customers in the rankings"),
        passed=N_("Customers active in the period: {n}."),
        flag=N_("Customers active in the period: only {n}. Shares and intervals say little."),
        refuse=N_("No customer is active in the period."),
        bring=N_("invoice_lines that reach into the period"),
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
        N_("Bootstrap interval"),
        passed=N_(
            "The interval is a bootstrap of {n} customers who are much alike. On such companies a "
            "nominal {level} interval holds in about 80 (50 customers) to 90 (240 and more) of 100 "
            "cases."
        ),
        flag=N_(
            "The interval is a plain bootstrap of {n} customers. With a few very large ones a nominal "
            "{level} interval holds in about 72 to 82 of 100 cases, and with the heaviest tails "
            "in about 30: read it as a lower bound of the doubt."
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
    "doors_not_computed": Rule(
        N_("Doors 2 and 3"),
        flag=N_(
            "How likely a customer reaches its potential (door 2) and how likely a prospect is won "
            "(door 3) is not estimated. These doors are unknown, and not shut."
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
