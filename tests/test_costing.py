"""What serving costs: time equations, pools, their levels, and what stands on lines already."""

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_firm import NO_CORRECTIONS, YEAR, exact, orders, pools, small_firm, used
from worlds import CostModel, Equation, Pool, Term

from kamlib.core.errors import DataError
from kamlib.profitability.costing import charge_customers, pool_costs
from kamlib.profitability.customer_statements import customer_statements, statement_outcomes
from kamlib.profitability.loss_treatment import dropping_outcome
from kamlib.profitability.volumes import activity_volumes


@pytest.fixture(name="small_firm")
def _small_firm() -> tuple:
    return small_firm()


# ------------------------------------------------------------------ time equations
DESK = Equation(
    "desk",
    "order",
    6,
    (
        Term(1.5, per="line"),
        Term(4, when={"order_channel": "phone"}),
        Term(15, when={"customer_is_new": True}),
    ),
)


def test_time_of_an_order_is_its_base_its_lines_and_what_its_conditions_add():
    book = orders(
        ("A", 2, "edi", False, False),
        ("A", 2, "phone", False, False),
        ("B", 4, "phone", True, True),
    )

    volumes = activity_volumes(book, NO_CORRECTIONS, None, [DESK])

    assert volumes["used"].tolist() == [9 + 13, 31]  # 6+3, 6+3+4; 6+6+4+15
    assert volumes["driver_volume"].tolist() == [2, 1]


def test_time_per_line_counts_lines_and_adds_for_rush():
    warehouse = Equation("warehouse", "line", 3, (Term(5, when={"rush": True}),))
    book = orders(("A", 10, "edi", False, False), ("A", 2, "edi", True, False))

    volumes = activity_volumes(book, NO_CORRECTIONS, None, [warehouse])

    assert volumes["driver_volume"].tolist() == [12]
    assert volumes["used"].tolist() == [10 * 3 + 2 * 8]


def test_corrections_and_drivers_are_counted_from_their_own_tables():
    fixes = pd.DataFrame(
        {"period": YEAR, "customer_id": ["A", "A"], "document_type": ["correction", "credit_note"]}
    )
    visits = pd.DataFrame(
        {"period": [YEAR], "customer_id": ["B"], "driver": ["visits"], "volume": [10.0]}
    )
    equations = [
        Equation("desk", "correction", 22),
        Equation("field", "visit", 1.6, driver="visits"),
    ]

    volumes = activity_volumes(orders(), fixes, visits, equations)

    assert volumes[["customer_id", "used"]].to_numpy().tolist() == [["A", 22.0], ["B", 16.0]]


def test_a_driver_that_the_table_lacks_is_named_with_the_equation():
    calls = pd.DataFrame(
        {"period": [YEAR], "customer_id": ["A"], "driver": ["calls"], "volume": [1.0]}
    )

    with pytest.raises(DataError, match=r"'field, visit' needs the driver 'visits'.*has calls"):
        activity_volumes(
            orders(), NO_CORRECTIONS, calls, [Equation("field", "visit", 1, driver="visits")]
        )


def test_each_kind_of_event_is_counted_from_its_documents():
    book = orders(
        ("A", 2, "edi", True, True), ("A", 3, "edi", False, False), ("B", 1, "edi", True, True)
    ).assign(
        export=[False, True, False],
        order_id=["1", "2", "3"],
        date=pd.to_datetime(["2025-01-10", "2025-02-10", "2025-03-10"]),
    )
    drops = pd.DataFrame({"period": YEAR, "customer_id": ["A", "A", "B"], "lines": [2, 3, 1]})
    kinds = ["order", "line", "rush_order", "export_order", "new_customer", "delivery"]

    volumes = activity_volumes(
        book, NO_CORRECTIONS, None, [Equation("desk", kind, 1) for kind in kinds], deliveries=drops
    )

    counted = volumes.pivot(index="activity", columns="customer_id", values="driver_volume").fillna(
        0
    )
    assert {kind: counted.loc[f"desk, {kind}"].tolist() for kind in kinds} == {
        "order": [2, 1],
        "line": [5, 1],
        "rush_order": [1, 1],
        "export_order": [1, 0],
        "new_customer": [1, 1],
        "delivery": [2, 1],
    }


def test_a_customer_is_new_once_and_not_in_a_later_period():
    book = orders(("A", 1, "edi", False, True), ("A", 1, "edi", False, False)).assign(
        order_id=["1", "2"],
        date=pd.to_datetime(["2024-06-01", "2025-06-01"]),
        period=["FY2024", YEAR],
    )

    volumes = activity_volumes(book, NO_CORRECTIONS, None, [Equation("desk", "new_customer", 90)])

    assert volumes[["period", "used", "setup_used"]].to_numpy().tolist() == [["FY2024", 90.0, 90.0]]


def test_deliveries_that_lines_do_not_name_are_refused_with_a_way_out():
    with pytest.raises(DataError, match=r"counts deliveries.*Map delivery_id.*by a driver"):
        activity_volumes(orders(), NO_CORRECTIONS, None, [Equation("van", "delivery", 1)])


def test_time_of_a_correction_grows_with_its_lines():
    fixes = pd.DataFrame(
        {"period": YEAR, "customer_id": ["A"], "document_type": ["credit_note"], "lines": [3]}
    )
    equation = Equation("desk", "credit_note", 10, (Term(2, per="line"),))

    assert activity_volumes(orders(), fixes, None, [equation])["used"].tolist() == [16]


def test_setting_up_a_new_customer_is_told_apart():
    book = orders(("A", 2, "edi", False, True), ("B", 2, "edi", False, False))
    volumes = activity_volumes(book, NO_CORRECTIONS, None, [DESK])

    cost, _left = charge_customers(
        volumes, pool_costs(pools(Pool("desk", Decimal(100), 50)), volumes), EVERYBODY
    )

    assert volumes["setup_used"].tolist() == [15, 0]
    assert cost["setup_cost"].tolist() == [30, 0]  # 15 minutes at 2
    assert cost["cost"].tolist() == [48, 18]


TWO_HOUSES = [
    Equation("north", "line", 3, when={"warehouse": "north"}),
    Equation("south", "line", 4, (Term(1, when={"rush": True}),), when={"warehouse": "south"}),
]


def test_each_warehouse_has_its_own_times_and_its_own_rate():
    book = orders(("A", 10, "edi", False, False), ("A", 10, "edi", True, False)).assign(
        warehouse=["north", "south"]
    )
    volumes = activity_volumes(book, NO_CORRECTIONS, None, TWO_HOUSES)
    houses = pools(Pool("north", Decimal(300), 60), Pool("south", Decimal(200), 100))

    cost, left = charge_customers(volumes, pool_costs(houses, volumes), EVERYBODY)

    assert cost[["activity", "used", "cost"]].to_numpy().tolist() == [
        ["north, line", 30.0, 150.0],  # 10 × 3 minutes at 5
        ["south, line", 50.0, 100.0],  # 10 × (4 + 1) minutes at 2, not at an average of both
    ]
    assert left["unused_cost"].tolist() == [150, 100]


def test_an_attribute_that_orders_lack_is_named_with_its_equation():
    book = orders(("A", 10, "edi", False, False))

    with pytest.raises(
        DataError, match=r"orders \(time equation 'north, line'\).*no column warehouse"
    ):
        activity_volumes(book, NO_CORRECTIONS, None, TWO_HOUSES)


@settings(deadline=None, max_examples=6)
@given(st.permutations(range(4)))
def test_neither_the_order_of_documents_nor_of_equations_changes_a_volume(places):
    rows = [
        ("A", 2, "edi", False, True),
        ("B", 4, "phone", True, False),
        ("A", 1, "web", True, False),
        ("B", 3, "edi", False, False),
    ]
    equations = [DESK, Equation("house", "line", 3, (Term(5, when={"rush": True}),))]

    one = activity_volumes(orders(*rows), NO_CORRECTIONS, None, equations)
    other = activity_volumes(
        orders(*[rows[i] for i in places]), NO_CORRECTIONS, None, equations[::-1]
    )

    pd.testing.assert_frame_equal(one, other)


# ------------------------------------------------------------------ pools
EVERYBODY = pd.Series({"A": "external", "B": "external", "X": "intercompany"})


def test_unused_capacity_is_a_line_of_its_own_and_on_nobody():
    volumes = used("desk", A=300, B=100)

    cost, left = charge_customers(
        volumes, pool_costs(pools(Pool("desk", Decimal(1000), 500)), volumes), EVERYBODY
    )

    assert cost["cost"].tolist() == [600, 200]  # rate 2
    assert left["unused_cost"].tolist() == [200]


def test_a_support_pool_passes_on_its_cost_before_rates_and_keeps_the_rest():
    it = Pool("it", Decimal(200), unit="none", step_down_to={"desk": 0.5})
    volumes = used("desk", A=500)

    cost, left = charge_customers(
        volumes, pool_costs(pools(it, Pool("desk", Decimal(900), 500)), volumes), EVERYBODY
    )

    assert cost["cost"].tolist() == [1000]  # (900 + 100) / 500 = 2 a minute
    assert left["unassigned_cost"].tolist() == [100, 0]


def test_a_support_pool_that_stays_makes_less_of_what_it_serves_end():
    it = Pool("it", Decimal(100), unit="none", step_down_to={"desk": 1.0}, avoidable_share=0.0)
    desk, van = (Pool(name, Decimal(900), 500, avoidable_share=0.5) for name in ("desk", "van"))

    rated = pool_costs(pools(it, desk, van), used("desk", A=500))

    # of the 1,000 that the desk charges, half of its own 900 ends
    assert rated.set_index("pool")["ending_share"].to_dict() == {"it": 0, "desk": 0.45, "van": 0.5}


def test_what_ends_of_a_pool_is_unknown_where_the_support_behind_it_did_not_say():
    it = Pool("it", Decimal(100), unit="none", step_down_to={"desk": 1.0})
    desk, van = (Pool(name, Decimal(900), 500, avoidable_share=0.5) for name in ("desk", "van"))
    volumes = pd.concat([used("desk", A=500), used("van", A=500)])

    _cost, left = charge_customers(volumes, pool_costs(pools(it, desk, van), volumes), EVERYBODY)

    assert left["ending_share"].isna().tolist() == [True, True, False]
    assert dropping_outcome(left).said.startswith("Nobody declared what would end of it:")


@settings(deadline=None, max_examples=20)
@given(
    st.lists(
        st.tuples(st.integers(0, 10**6), st.floats(0, 1), st.floats(0, 1)), min_size=1, max_size=5
    )
)
def test_however_cost_is_passed_on_as_much_of_it_ends_as_was_declared(rows):
    names = [f"p{i}" for i in range(len(rows))]
    chain = pools(
        *[
            Pool(
                name, Decimal(cost), avoidable_share=share, step_down_to={to: passed} if to else {}
            )
            for name, to, (cost, share, passed) in zip(names, [*names[1:], None], rows, strict=True)
        ]
    )

    rated = pool_costs(chain, used("p0", A=1))

    kept = rated["cost"] + rated["received"] - rated["passed_on"]
    declared = sum(cost * share for cost, share, _passed in rows)
    assert (kept * rated["ending_share"]).sum() == pytest.approx(declared, abs=1e-3)


def test_overload_is_shown_and_nobody_is_scaled_down():
    volumes = used("desk", A=600)

    rated = pool_costs(pools(Pool("desk", Decimal(1000), 500)), volumes)
    cost, left = charge_customers(volumes, rated, EVERYBODY)

    assert rated["used_share"].tolist() == [1.2]
    assert cost["cost"].tolist() == [1200]
    assert left["unused_cost"].tolist() == [-200]


def test_without_capacity_idle_time_hides_in_the_rate():
    volumes = used("desk", A=300, B=100)

    cost, left = charge_customers(
        volumes, pool_costs(pools(Pool("desk", Decimal(1000))), volumes), EVERYBODY
    )

    assert cost["cost"].tolist() == [750, 250]
    assert left["used_share"].isna().all()


def test_four_fifths_of_the_theoretical_capacity_count_where_no_practical_one_is_given():
    pool = Pool("desk", Decimal(800), theoretical_capacity=1000)

    assert pool_costs(pools(pool), used("desk", A=1))["capacity_rate"].tolist() == [1.0]


def test_doubling_all_work_leaves_the_shares_of_customers_as_they_were():
    once, twice = used("desk", A=30, B=10), used("desk", A=60, B=20)
    pool = pools(Pool("desk", Decimal(1000), 500))

    shares = [
        (c := charge_customers(v, pool_costs(pool, v), EVERYBODY)[0]["cost"]) / c.sum()
        for v in (once, twice)
    ]

    assert shares[0].tolist() == shares[1].tolist()


def test_a_chain_of_support_pools_passes_on_what_it_received_whatever_the_order_of_rows():
    rows = [
        Pool("rent", Decimal(100), unit="none", step_down_to={"it": 0.5, "desk": 0.5}),
        Pool("it", Decimal(50), unit="none", step_down_to={"desk": 1.0}),
        Pool("desk", Decimal(350), 500),
    ]

    for ordered in (rows, rows[::-1]):
        left = pool_costs(pools(*ordered), used("desk", A=500)).set_index("pool")

        assert left["received"].to_dict() == {"rent": 0, "it": 50, "desk": 150}
        assert left.loc["desk", "capacity_rate"] == 1  # (350 + 50 + 100) / 500


def test_pools_that_serve_each_other_in_a_circle_are_refused():
    circle = pools(
        Pool("it", Decimal(1), step_down_to={"rent": 1.0}),
        Pool("rent", Decimal(1), step_down_to={"it": 1.0}),
    )

    with pytest.raises(DataError, match="it, rent pass their cost on to each other in a circle"):
        pool_costs(circle, used("desk", A=1))


@st.composite
def worlds(draw):
    """Draw pools with capacity or without, and what customers use of them."""
    n = draw(st.integers(1, 3))
    cost = [draw(st.integers(0, 10**8)) for _ in range(n)]
    capacity = [draw(st.one_of(st.none(), st.floats(1, 1e5))) for _ in range(n)]
    work = [draw(st.lists(st.floats(0, 1e4), min_size=2, max_size=2)) for _ in range(n)]
    return cost, capacity, work


@settings(deadline=None, max_examples=20)
@given(worlds())
def test_whatever_is_used_each_pool_is_assigned_unused_or_unassigned(world):
    cost, capacity, work = world
    given_pools = pools(
        *[
            Pool(f"p{i}", Decimal(c) / 100, k)
            for i, (c, k) in enumerate(zip(cost, capacity, strict=True))
        ]
    )
    volumes = pd.concat(
        [used(f"p{i}", A=a, B=b) for i, (a, b) in enumerate(work)], ignore_index=True
    )

    charged, left = charge_customers(volumes, pool_costs(given_pools, volumes), EVERYBODY)

    parts = left[["assigned_cost", "unused_cost", "unassigned_cost"]].sum(axis=1)
    assert parts.tolist() == pytest.approx([c / 100 for c in cost], abs=0.005)
    assert charged.groupby("pool")["cost"].sum().to_dict() == pytest.approx(
        left.set_index("pool")["assigned_cost"].to_dict(), abs=0.005
    )
    idle = charged.loc[charged["used"] == 0, "cost"]
    assert (idle == 0).all()  # who does nothing pays nothing


def test_a_pool_that_is_counted_and_not_used_is_unused_and_not_unassigned(small_firm):
    tables, model = small_firm
    returns = Equation("returns", "credit_note", 10)
    model = replace(
        model,
        resources=(*model.resources, Pool("returns", Decimal(90), 60)),
        time_equations=(*model.time_equations, returns),
    )

    left = customer_statements(tables, model, periods=[YEAR]).pools.set_index("pool")

    assert left.loc["returns", ["unused_cost", "unassigned_cost"]].tolist() == [90, 0]


# ------------------------------------------------------------------ levels of cost
@pytest.mark.parametrize(
    ("level", "stops_at", "charged"),
    [
        pytest.param("order", "order", 400, id="within reach"),
        pytest.param("customer", "order", 0, id="above the level at which the statement stops"),
        pytest.param("channel", "customer", 0, id="a channel is above the customer"),
        pytest.param("channel", "channel", 400, id="unless the statement goes that far"),
        pytest.param("company", "channel", 0, id="company-level cost is never on a customer"),
    ],
)
def test_cost_above_the_level_at_which_it_stops_is_on_nobody(small_firm, level, stops_at, charged):
    tables, model = small_firm
    fair = Pool("fair", Decimal(400), 450, hierarchy_level=level)
    model = replace(
        model,
        stops_at=stops_at,
        resources=(*model.resources, fair),
        time_equations=(*model.time_equations, Equation("fair", "line", 1)),
    )

    left = customer_statements(tables, model, periods=[YEAR]).pools.set_index("pool")

    assert left.loc["fair", "assigned_cost"] == charged
    assert left.loc["fair", "unassigned_cost"] == 400 - charged


def test_cost_above_that_level_is_not_passed_on_to_customers_either(small_firm):
    tables, model = small_firm
    board = Pool("board", Decimal(400), hierarchy_level="company", step_down_to={"desk": 1.0})
    model = replace(model, resources=(board, *model.resources))

    with pytest.raises(DataError, match=r"'board' is cost of the company, above .* \(customer\)"):
        customer_statements(tables, model, periods=[YEAR])


# ------------------------------------------------------------------ the table of pools
def resource_rows(**columns) -> pd.DataFrame:
    own = {
        "pool": ["it", "desk"],
        "period": YEAR,
        "cost": exact(200, 900),
        "unit": ["none", "minute"],
        "practical_capacity": pd.Series([None, Decimal(500)], dtype=object),
        "step_down_to": ["desk: 0,5", None],
        "gl_account": ["509", "501"],
    }
    return pd.DataFrame({**own, **columns})


def test_pools_may_come_as_a_table_of_the_client(small_firm):
    tables, model = small_firm
    written = (
        Pool("it", Decimal(200), unit="none", gl_account="509", step_down_to={"desk": 0.5}),
        Pool("desk", Decimal(900), 500),
    )

    own = customer_statements(tables, replace(model, resources=written), periods=[YEAR])
    theirs = customer_statements(
        {**tables, "resources": resource_rows()}, replace(model, resources=()), periods=[YEAR]
    )

    pd.testing.assert_frame_equal(own.statement, theirs.statement)
    names = ["pool", "cost", "assigned_cost", "unused_cost", "unassigned_cost", "gl_account"]
    pd.testing.assert_frame_equal(own.pools[names], theirs.pools[names])


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        pytest.param({"pool": ["it", "it"]}, "'it' stands twice in period FY2025", id="twice"),
        pytest.param(
            {"step_down_to": ["half to desk", None]},
            "reads 'half to desk'. Write",
            id="shares nobody can read",
        ),
        pytest.param(
            {"step_down_to": ["desk: 0.7; dezk: 0.2", None]},
            "passed on to 'dezk', which is no",
            id="a pool that is not there",
        ),
        pytest.param(
            {"step_down_to": ["desk: 1; desk : 0.5", None]},
            "reads 'desk: 1; desk",
            id="one pool twice",
        ),
        pytest.param(
            {"hierarchy_level": ["board", "customer"]},
            "hierarchy_level of pool 'it' is 'board'",
            id="no such level",
        ),
        pytest.param(
            {"pool": ["it", "dask"], "step_down_to": None},
            "'desk, line' uses the pool 'desk', which has no cost",
            id="no such pool",
        ),
    ],
)
def test_a_table_of_pools_that_contradicts_itself_is_refused(small_firm, rows, words):
    tables, model = small_firm

    with pytest.raises(DataError, match=words):
        customer_statements(
            {**tables, "resources": resource_rows(**rows)},
            replace(model, resources=()),
            periods=[YEAR],
        )


def test_a_pool_in_the_table_and_in_the_settings_is_refused(small_firm):
    tables, model = small_firm

    with pytest.raises(DataError, match=r"'desk' stands twice.*Keep one, or its cost counts twice"):
        customer_statements({**tables, "resources": resource_rows()}, model, periods=[YEAR])


def test_a_driver_of_other_periods_leaves_a_period_unknown(small_firm):
    tables, model = small_firm
    visits = pd.DataFrame(
        {"period": ["FY2024"], "customer_id": "A", "driver": "visits", "volume": 4.0}
    )
    field = Pool("field", Decimal(400), 100)
    visit = Equation("field", "visit", 1, driver="visits")
    model = replace(
        model, resources=(*model.resources, field), time_equations=(*model.time_equations, visit)
    )

    result = customer_statements({**tables, "drivers": visits}, model, periods=[YEAR])

    assert result.statement["cost_to_serve"].isna().all()
    assert "driver visits is given for other periods" in result.unknown[YEAR]
    assert result.pools["unassigned_cost"].tolist() == [1000, 400]


# ------------------------------------------------------------------ freight on the lines
def test_freight_on_the_lines_is_traced_whole_to_its_customer(small_firm):
    tables, model = small_firm
    sales = tables["customer_months"].assign(freight=exact("10.004", "20.004", 5))

    result = customer_statements({**tables, "customer_months": sales}, model, periods=[YEAR])

    freight = result.cost_to_serve[result.cost_to_serve["activity"] == "freight"]
    assert freight["cost"].tolist() == [10.01, 20.0, 5.0]  # 30.008 of A and B is 30.01
    pool = result.pools.set_index("pool").loc["freight"]
    assert (pool["cost"], pool["assigned_cost"], pool["unused_cost"]) == (35.01, 35.01, 0)
    assert np.isnan(pool["capacity"])
    assert result.statement["cost_to_serve"].tolist() == [610.01, 220.0, 105.0]


def test_freight_alone_is_cost_to_serve_and_its_bias_is_named(small_firm):
    tables, _model = small_firm
    sales = tables["customer_months"].assign(freight=exact(10, 20, 5))

    result = customer_statements({**tables, "customer_months": sales}, CostModel(), periods=[YEAR])

    assert result.statement["customer_profit"].tolist() == [590, 80, -5]
    said = {
        v.rule: v
        for v in statement_outcomes(
            result.statement, result.pools, 0, period=YEAR, stops_at="customer", currency="PLN"
        )
    }
    assert said["cost_to_serve"].outcome == "FLAG"
    assert "it consists of freight only" in said["cost_to_serve"].said
    assert "practical_capacity" not in {r for r, v in said.items() if v.outcome != "PASS"}


def given_afterwards(kind: str) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "customer_id": ["A"],
            "kind": kind,
            "amount": exact(10),
            "period": YEAR,
            "status": "settled",
            "date": pd.Timestamp("2025-05-05"),
        }
    )


@pytest.mark.parametrize(
    ("tables", "change", "words"),
    [
        pytest.param(
            {"freight": True, "off_invoice": given_afterwards("freight")},
            {},
            "on the invoice lines .* and in off_invoice",
            id="freight as a deduction",
        ),
        pytest.param(
            {"freight": True},
            {"resources": (Pool("freight", Decimal(5)),), "time_equations": ()},
            "on the invoice lines .* and among the pools",
            id="freight as a pool",
        ),
        pytest.param(
            {"off_invoice": given_afterwards("freight")},
            {"resources": (Pool("freight", Decimal(5)),), "time_equations": ()},
            "in off_invoice .* and among the pools",
            id="a pool and a deduction",
        ),
        pytest.param(
            {"off_invoice": given_afterwards("payment_terms")},
            {"capital": SimpleNamespace(rate=0.1, receivables="days_to_pay", vat_rate=0.0)},
            "in off_invoice .* and in the capital charge",
            id="payment terms",
        ),
    ],
)
def test_each_cost_has_one_owner(small_firm, tables, change, words):
    firm, model = small_firm
    sales = firm["customer_months"]
    if tables.get("freight"):
        sales = sales.assign(freight=exact(10, 20, 5))
    inputs = {**firm, "customer_months": sales, "off_invoice": tables.get("off_invoice")}

    with pytest.raises(DataError, match=f"counted twice: it stands {words}"):
        customer_statements(inputs, replace(model, **change), periods=[YEAR])


def test_freight_as_a_deduction_alone_is_a_deduction(small_firm):
    tables, model = small_firm

    rows = customer_statements(
        {**tables, "off_invoice": given_afterwards("freight")}, model, periods=[YEAR]
    ).statement

    assert rows["off_invoice"].tolist() == [10, 0, 0]


def test_freight_does_not_stand_in_for_pools_that_nobody_counts(small_firm):
    tables, model = small_firm
    sales = tables["customer_months"].assign(freight=exact(10, 20, 5))

    result = customer_statements(
        {**tables, "customer_months": sales}, replace(model, time_equations=()), periods=[YEAR]
    )

    assert result.statement["cost_to_serve"].isna().all()  # freight alone would look like the whole
    assert "no activity counts" in result.unknown[YEAR]
