"""engagement.yaml: what loads, what it comes to, and what each mistake reads like."""

import re
import string
import subprocess
import sys
import textwrap
from datetime import date
from decimal import Decimal
from pathlib import Path

import jsonschema
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from kamlib.core.errors import DataError, ParameterError
from kamlib.settings import Bound, Condition, Engagement, engagement_schema
from kamlib.settings import engagement as model
from kamlib.settings.engagement import load_engagement
from kamlib.settings.written import project_root, read_yaml

BARE = """\
currency: PLN
periods:
  FY2024: {from: 2024-01-01, to: 2024-12-31}
  FY2025: {from: 2025-01-01, to: 2025-12-31}
inputs:
  invoice_lines: {files: lines.csv}
"""
NEXT = BARE.count("\n") + 1  # the line on which whatever a test adds begins

# every key that has a fixed name once; "free" marks names that the client chooses
WHOLE = """\
id: demo
name: Opakowania Demo Sp. z o.o.
currency: PLN
language: en
unit: group
periods:
  FY2024: {from: 2024-01-01, to: 2024-12-31}  # free
  FY2025:  # free
    from: 2025-01-01
    to: 2025-12-31
dialects:
  erp:  # free
    encoding: cp1250
    separator: ";"
    decimal: ","
    thousands: " "
    date: "%d.%m.%Y"
inputs:
  invoice_lines:
    files: input/sprzedaz_*.csv
    dialect: erp
    columns:
      invoice_id: Nr faktury
      document_type: Typ
    values:
      document_type: {FA: invoice, KOR: correction}
  products:
    files: [input/towary.csv, "${KAM_EXPORTS}/towary.csv"]
identity:
  intercompany: [K00017]
  collective: K99999
ledger:
  materiality:
    flag: 0.005
    refuse: 0.02
  reconciling_items:
    - what: bonus roczny 2024 zafakturowany w 2025
      amount: -18240.10
      period: FY2025
      by: controller
      gl_account: 501-02
profitability:
  stops_at: customer
  resources:
    - pool: it_support
      period: FY2025
      cost: 96000
      unit: none
      step_down_to: {order_desk: 0.5}
    - pool: order_desk
      period: FY2025
      cost: 412000
      theoretical_capacity: 372000
      practical_capacity: 298000
      unit: minute
      kind: people
      hierarchy_level: customer
      avoidable_share: 0.3
      gl_account: 501-02
  time_equations:
    - pool: order_desk
      per: order
      base: 6
      activity: taking orders
      plus:
        - per: line
          time: 1.5
        - when: {order_channel: phone}
          time: 4
    - pool: order_desk
      per: visit
      base: 1.6
      driver: visits
  capital:
    rate: 0.09
    receivables: days_to_pay
    vat_rate: 0.23
segmentation:
  profit_share: 0.80
  interval:
    draws: 2000
    level: 0.90
    seed: 20250131
staying:
  relation: {default: auto, projects: project}
windows:
  setup_months: 12
key_account_unit:
  amount: 120000
  currency: PLN
  approved_by: sales director
  approved_on: 2025-11-03
side_a:
  cut: 0.60
  min_known_weight: 0.60
  missing: interval
  criteria:
    openness:  # free
      weight: 0.10
      unit: rating 0-10
      value: [[0, 0], [10, 1]]
side_b:
  cut: 0.60
  relative_cut: 0.0
  unknown_range: [0.20, 0.90]
  our_guess_halfwidth: 0.25
pyramid:
  unknown:
    confirmed: not_met
    possible: met
  evidence_months: 24
  boundaries:
    partnership:
      majority: .75
      criteria:
        trust:
          weight: .20
          at_least: 7
          veto_below: 5
          source: [their_words, fact]
        orders_per_year:
          by_relation:
            project:
              at_least: 3
  evidence_codes:
    hard: [joint_launch]
    soft: [open_books]
golden_shot:
  margin_percentile:
    at_least: .75
    of: industry_segment
  discount:
    at_most: .02
  contract: false
  not_in_relations: [project]
doors:
  vital_few:
    measure: customer_profit
    base: gross_positive
  strategic:
    rating: {at_least: 7}
    requires: [justification, owner]
    quota_of_key_list: .20
capacity:
  key_accounts_per_manager: 8
  managers: 3
verdicts:
  - verdict: fix
    all:
      - is: customer
      - any:
          - profit_12m:
              below: 0
          - golden_shot: true
    becomes:
      let_go:
        all:
          - drop_effect: {above: 0}
find_out_first:
  when:
    stake_kau: {at_least: .25}
  names:
    questions_at_most: 3
required: [customer_profit, levels]
overrides:
  - party_id: K00042
    field: verdict
    value: develop
    author: sales director
    reason: new plant opens in May
    expires: 2026-06-30
  - customer_id: K00043
    value: harvest
    author: sales director
    reason: the plant closes
    expires: 2026-03-31
sign_off:
  by: controller
  on: 2026-02-01
  of: 3f79bb7b435b05321651daefd374cdc681dc06faa65e374e38337b88ca046dea
"""
KEY = re.compile(r"^[ -]*(\w+):")
FIXED = [
    (number, match.group(1))
    for number, line in enumerate(WHOLE.splitlines(), start=1)
    if (match := KEY.match(line)) and not line.endswith("# free")
]


def write(folder, text):
    """Write an engagement.yaml and return its folder."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "engagement.yaml").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def load(tmp_path):
    """Load the bare engagement with some lines added, or another one whole."""

    def loaded(extra="", *, whole=None):
        text = BARE + textwrap.dedent(extra) if whole is None else whole
        return load_engagement(write(tmp_path / "acme", text))

    return loaded


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project with one engagement under data/, and no KAM_HOME."""
    root = tmp_path / "project"
    for name in ("notebooks", "kamlib", "data"):
        (root / name).mkdir(parents=True)
    (root / "pyproject.toml").touch()
    write(root / "data" / "demo", BARE)
    monkeypatch.delenv("KAM_HOME", raising=False)
    monkeypatch.chdir(root / "notebooks")
    return root


# ------------------------------------------------------------------------------- what loads
def test_three_keys_are_enough_and_everything_else_has_a_default(load):
    acme = load()

    assert (acme.id, acme.name, acme.language, acme.unit) == ("acme", "acme", "en", "site")
    assert acme.segmentation.profit_share == 0.80
    assert acme.segmentation.interval.draws == 2000
    assert acme.ledger.materiality.refuse == 0.02
    assert acme.profitability.stops_at == "customer"
    assert acme.profitability.capital is None


def test_the_default_decision_part_is_the_shipped_one(load):
    acme = load()

    assert (acme.side_a.cut, acme.side_b.cut) == (0.60, 0.60)
    assert acme.side_a.criteria["profit_potential"].weight == 0.25
    assert acme.side_a.criteria["staying"].value[0] == (0.2, 0.0)
    assert acme.side_a.criteria["openness"].anchors[10].startswith("shows plans a year ahead")
    assert acme.side_b.unknown_range == (0.20, 0.90)
    assert list(acme.pyramid.boundaries) == ["cooperation", "partnership", "synergy"]
    assert acme.pyramid.boundaries["partnership"].majority == 0.75
    assert acme.golden_shot.margin_percentile.at_least == 0.75
    assert acme.golden_shot.order_days_24m.at_most == 2
    assert acme.doors.strategic.quota_of_key_list == 0.20
    assert acme.capacity.key_accounts_per_manager == 8
    assert acme.windows.setup_months == 12
    assert [rule.verdict for rule in acme.verdicts][:3] == ["fix", "key_account_now", "develop"]


def test_a_whole_engagement_comes_in_with_its_values(load):
    demo = load(whole=WHOLE)

    assert demo.name == "Opakowania Demo Sp. z o.o."
    assert demo.inputs["invoice_lines"].columns["invoice_id"] == "Nr faktury"
    assert demo.inputs["invoice_lines"].values["document_type"] == {
        "FA": "invoice",
        "KOR": "correction",
    }
    assert demo.inputs["products"].files == ["input/towary.csv", "${KAM_EXPORTS}/towary.csv"]
    assert demo.dialects["erp"].thousands == " "
    assert demo.identity.collective == ["K99999"]
    assert demo.profitability.resources[1].cost == Decimal(412000)
    assert demo.profitability.capital.vat_rate == 0.23
    assert demo.key_account_unit.approved_on == date(2025, 11, 3)
    assert demo.staying.relation_of("projects") == "project"
    assert demo.staying.relation_of("services") == "auto"
    assert demo.staying.relation_of(None) == "auto"


def test_an_activity_is_named_after_itself_or_its_pool_and_event(load):
    named, unnamed = load(whole=WHOLE).profitability.time_equations

    assert (named.name, unnamed.name) == ("taking orders", "order_desk, visit")


def test_money_keeps_every_digit_that_was_written(load):
    items = load("""\
        ledger:
          reconciling_items:
            - {what: a, amount: 18240.10, period: FY2025, by: c}
            - {what: b, amount: 123456789012345678.90, period: FY2025, by: c}
    """).ledger.reconciling_items

    assert [str(item.amount) for item in items] == ["18240.10", "123456789012345678.90"]


def test_a_whole_number_does_where_a_number_belongs(load):
    assert load("side_b: {relative_cut: 0}").side_b.relative_cut == 0.0


def test_ids_that_look_like_numbers_keep_their_zeros(load):
    identity = load("identity: {intercompany: [00017, K1], collective: 00018}").identity

    assert identity.intercompany == ["00017", "K1"]
    assert identity.collective == ["00018"]


def test_words_that_other_dialects_read_as_false_stay_words(load):
    columns = "inputs: {invoice_lines: {files: a.csv, columns: {document_type: NO}}}"
    text = BARE[: BARE.index("inputs:")] + columns

    assert load(whole=text).inputs["invoice_lines"].columns == {"document_type": "NO"}


def test_a_bare_year_names_a_period_and_can_be_referred_to(load):
    years = BARE.replace("FY2024", "2024").replace("FY2025", "2025")
    item = "ledger: {reconciling_items: [{what: a, amount: 1, period: 2025, by: c}]}"
    acme = load(whole=years + item)

    assert list(acme.periods) == ["2024", "2025"]
    assert acme.period("2025").name == "2025"
    assert acme.ledger.reconciling_items[0].period == "2025"


def test_periods_come_in_the_order_of_their_days(load):
    text = BARE.replace("FY2024", "later").replace("2024", "2026")

    assert list(load(whole=text).periods) == ["FY2025", "later"]


def test_the_previous_period_is_the_latest_that_ends_before(load):
    quarter = "  Q1: {from: 2023-01-01, to: 2023-03-31}\n"
    acme = load(whole=BARE.replace("periods:\n", f"periods:\n{quarter}"))

    assert acme.previous("FY2025").name == "FY2024"
    assert acme.previous("FY2024").name == "Q1"
    assert acme.previous("Q1") is None


@pytest.mark.parametrize(
    ("first", "last", "year"),
    [
        ("2025-01-01", "2025-12-31", True),
        ("2024-03-01", "2025-02-28", True),
        ("2023-03-01", "2024-02-29", True),
        ("2025-01-01", "2025-12-30", False),
        ("2025-01-01", "2026-12-31", False),
    ],
)
def test_a_year_is_twelve_whole_months(load, first, last, year):
    text = re.sub(r"(?m)^  FY2024.*\n", "", BARE).replace("2025-01-01", first)

    assert load(whole=text.replace("2025-12-31", last)).period("FY2025").is_a_year is year


def test_an_unknown_period_is_refused_with_those_there_are(load):
    with pytest.raises(
        ParameterError,
        match=r"period 'FY205' is not in engagement.yaml. Did you mean 'FY2025'\?",
    ):
        load().period("FY205")


def test_nothing_in_an_engagement_changes(load):
    with pytest.raises(ValueError, match="frozen"):
        load().segmentation.profit_share = 0.5


# ------------------------------------------------------------- laid over the default rules
def test_own_weights_are_laid_over_the_default_ones(load):
    criteria = load(
        "side_a: {criteria: {openness: {weight: 0.15}, own_growth: {weight: 0.10}}}"
    ).side_a.criteria

    assert (criteria["openness"].weight, criteria["own_growth"].weight) == (0.15, 0.10)
    assert criteria["openness"].unit == "rating 0-10"
    assert criteria["staying"].weight == 0.15


def test_weights_that_do_not_add_up_are_rejected_with_sum_and_weights(load):
    with pytest.raises(
        ParameterError,
        match=rf"^engagement.yaml:{NEXT + 1}: side_a.criteria must have weights that add up to 1, "
        r"not 1.05 \(profit_potential 0.25, own_growth 0.15, .*openness 0.15, strategic 0.1\).$",
    ):
        load("side_a:\n  criteria:\n    openness: {weight: 0.15}\n")


def test_the_weights_of_each_boundary_add_up_too(load):
    with pytest.raises(
        ParameterError,
        match=rf"^engagement.yaml:{NEXT}: pyramid.boundaries.synergy.criteria must have weights "
        r"that add up to 1, not 1.15 \(joint_hard 0.5, ",
    ):
        load("pyramid: {boundaries: {synergy: {criteria: {joint_hard: {weight: .5}}}}}")


def test_a_misspelt_criterion_is_taken_for_a_new_one_and_its_namesake_offered(load):
    with pytest.raises(
        ParameterError,
        match=rf"engagement.yaml:{NEXT}: side_a.criteria.opennes.unit is missing. Add it. "
        r"Did you mean 'openness'\?",
    ):
        load("side_a: {criteria: {opennes: {weight: 0.10}}}")


def test_lists_replace(load):
    acme = load("pyramid: {evidence_codes: {hard: [joint_farm]}}")

    assert acme.pyramid.evidence_codes.hard == ["joint_farm"]
    assert "open_books" in acme.pyramid.evidence_codes.soft


def test_a_limit_replaces_the_default_limit_of_another_kind(load):
    discount = load("golden_shot: {discount: {below: .03}}").golden_shot.discount

    assert (discount.kind, discount.limit) == ("below", 0.03)


def test_questions_are_asked_from_a_stake_and_from_nothing_else(load):
    when = load("find_out_first: {when: {stake_kau: {at_least: .5}}}").find_out_first.when

    assert when.stake_kau.at_least == 0.5
    with pytest.raises(ParameterError, match=r"find_out_first\.when\.doors is not a known key"):
        load("find_out_first: {when: {doors: {at_least: 1}}}")


def test_a_kind_of_relation_takes_from_its_criterion_what_it_does_not_name(load):
    special = load(
        "pyramid: {boundaries: {partnership: {criteria: {trust: "
        "{by_relation: {contractual: {at_least: 6}}}}}}}"
    )
    trust = special.pyramid.boundaries["partnership"].criteria["trust"]

    assert (trust.at_least, trust.veto_below) == (7, 5)
    assert trust.by_relation["contractual"].at_least == 6
    assert trust.by_relation["contractual"].veto_below == 5


def test_a_wrong_value_of_the_default_rules_is_found_there(load, tmp_path, monkeypatch):
    shipped = model.RULES.read_text(encoding="utf-8")
    line = next(n for n, text in enumerate(shipped.splitlines(), 1) if "relative_cut" in text)
    rules = write(tmp_path / "kamlib", "") / "rules.yaml"
    rules.write_text(shipped.replace("relative_cut: 0.0", "relative_cut: 7"), encoding="utf-8")
    monkeypatch.setattr(model, "RULES", rules)

    with pytest.raises(
        ParameterError,
        match=rf"^kamlib/rules.yaml:{line}: side_b.relative_cut must be between -1 and 1, not 7.$",
    ):
        load()


def test_the_unit_of_money_is_declared_in_the_currency_of_the_engagement(load):
    with pytest.raises(
        ParameterError,
        match=r"^kamlib/rules.yaml:\d+: key_account_unit.currency must be the engagement's "
        r"currency, EUR, not 'PLN'. Declare key_account_unit with amount and currency",
    ):
        load(whole=BARE.replace("PLN", "EUR"))


# ------------------------------------------------------------------------------ conditions
def test_conditions_are_data(load):
    fix, *_ = load().verdicts

    assert fix.all[0] == Condition(name="is", equals="customer")
    assert fix.all[2] == Condition(name="profit_12m", bound=Bound(below=0))
    assert [each.name for each in fix.all[3].any] == ["p_unprofitable", "loss_periods"]
    assert [each.bound.above for each in fix.becomes["let_go"].all] == ["cut", 0.10]


def test_a_cut_and_a_yes_or_no_are_conditions_too(load):
    develop = load().verdicts[2]

    assert develop.all[1] == Condition(name="side_a", bound=Bound(at_least="cut"))
    assert develop.all[3] == Condition(name="golden_shot", equals=False)


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        (
            "{profit_12: {below: 0}}",
            r".profit_12 is not a known key. Did you mean 'profit_12m'",
        ),
        ("{is: client}", r".is must be one of customer, prospect, not 'client'."),
        ("{golden_shot: no}", r".golden_shot must be true or false, not 'no'."),
        ("{level: 3}", r".level must be a limit such as {at_least: 1}, not 3."),
        ("{level: {at_lest: 3}}", r".level.at_lest is not a known key. Did you mean 'at_least'\?"),
        ("{level: {at_least: '3'}}", r".level.at_least must be a number or the word cut, not '3'."),
        ("{level: {at_least: cut}}", r".level.at_least must be a number: only side_a, side_b, rel"),
        ("{side_a: {at_least: cutt}}", r".side_a.at_least must be a number or the word cut, not"),
        ("{level: {at_least: 1, below: 3}}", r".level must have exactly one of at_least, at_most"),
        ("{level: {}}", r".level must have exactly one of .*, and none is there."),
        ("{any: []}", r".any must have at least 1 item."),
        ("{any: [{is: client}]}", r".any\[1\].is must be one of customer, prospect"),
        (
            "{is: customer, level: {below: 2}}",
            r" must be one condition such as .*is, level together",
        ),
        ("customer", r" must be a condition such as {is: customer}, not 'customer'."),
    ],
)
def test_a_condition_that_is_none_is_refused_at_its_key(load, condition, words):
    with pytest.raises(
        ParameterError, match=rf"engagement.yaml:{NEXT + 2}: verdicts\[1\].all\[1\]{words}"
    ):
        load(f"verdicts:\n- verdict: fix\n  all: [{condition}]\n")


# ---------------------------------------------------------------------- what mistakes read like
@pytest.mark.parametrize(
    ("line", "words"),
    [
        (
            "segmentation: {profit_shar: 0.8}",
            r"segmentation.profit_shar is not a known key. Did you mean 'profit_share'\?",
        ),
        (
            "segmentation: {profit_share: 80}",
            r"segmentation.profit_share must be a share between 0 and 1, not 80. "
            r"For 80 percent write 0.80.",
        ),
        (
            "segmentation: {profit_share: 80%}",
            r"segmentation.profit_share must be a share between 0 and 1, not '80%'. "
            r"For 80 percent write 0.80.",
        ),
        (
            "segmentation: {profit_share: 12.5}",
            r"segmentation.profit_share must be .* not 12.5. For 12.5 percent write 0.125.",
        ),
        (
            'segmentation: {profit_share: "0,8"}',
            r"segmentation.profit_share must be a number, not '0,8'. Write 0.8, without quotes.",
        ),
        ("segmentation: {profit_share: 1}", r"segmentation.profit_share must be a share above 0"),
        ("segmentation: {profit_share: true}", r".* must be a number, not true."),
        ("segmentation: {profit_share: .nan}", r".* must be a number, not .nan."),
        ("segmentation:", r"segmentation must be a block of keys, not nothing. Write keys under"),
        (
            "segmentation: {interval: {draws: 99}}",
            r"segmentation.interval.draws must be at least 100, not 99.",
        ),
        (
            "segmentation: {interval: {seed: 1.5}}",
            r"segmentation.interval.seed must be a whole number, not 1.5.",
        ),
        ("unit: sites", r"unit must be one of group, site, not 'sites'. Did you mean 'site'\?"),
        ("language: pl", r"language must be en, not 'pl'."),
        (
            "id: a b",
            r"id must be made of A-Z, a-z, 0-9, _ and - \(it defaults to the folder's name\), not",
        ),
        ("name: true", r"name must be text, not true. Text such as true goes in quotes."),
        ("identity: K1", r"identity must be a block of keys, not 'K1'."),
        ("windows: {trend_months: 0}", r"windows.trend_months must be at least 1, not 0."),
        (
            "staying: {relation: {x: autos}}",
            r"staying.relation.x must be one of auto, contractual, project, not 'autos'. "
            r"Did you mean 'auto'\?",
        ),
        (
            "key_account_unit: {amount: 0}",
            r"key_account_unit.amount must be above 0, not 0.",
        ),
        (
            "key_account_unit: {approved_on: 2025-02-30}",
            r"key_account_unit.approved_on must be a day such as 2025-12-31, not '2025-02-30'.",
        ),
        (
            "ledger: {materiality: {flag: 0.05}}",
            r"ledger.materiality.flag must not be above refuse: 0.05 is above 0.02.",
        ),
        (
            "dialects: {erp: {encoding: cp12500}}",
            r"dialects.erp.encoding must be an encoding such as utf-8 or cp1250, not 'cp12500'.",
        ),
        (
            "dialects: {erp: {separator: ''}}",
            r"dialects.erp.separator must be one character in quotes; it is empty.",
        ),
        (
            "dialects: {erp: {decimal: ',', thousands: ','}}",
            r"dialects.erp.thousands must differ from decimal",
        ),
        (
            "side_b: {unknown_range: [0.9, 0.2]}",
            r"side_b.unknown_range must run from low to high, not from 0.9 to 0.2.",
        ),
        (
            "side_b: {unknown_range: [0.9]}",
            r"side_b.unknown_range\[2\] is missing.|side_b.unknown_range must have at least 2",
        ),
        (
            "side_a: {criteria: {openness: {value: [[0, 0], [10, 7]]}}}",
            r"side_a.criteria.openness.value\[2\]\[2\] must be a share between 0 and 1, not 7.",
        ),
        (
            "side_a: {criteria: {openness: {value: [[10, 0], [0, 1]]}}}",
            r"side_a.criteria.openness.value must have its measured values in rising order",
        ),
        (
            "side_a: {criteria: {openness: {value: [[0, 0], [5, 1], [10, 0.5]]}}}",
            r"side_a.criteria.openness.value must only rise or only fall",
        ),
        (
            "pyramid: {boundaries: {partnership: {criteria: {trust: {at_least: 4}}}}}",
            r"pyramid.boundaries.partnership.criteria.trust has veto_below 5 above at_least 4.",
        ),
        (
            "pyramid: {boundaries: {partnership: {criteria: {trusst: {weight: 0, at_least: 1}}}}}",
            r"pyramid.boundaries.partnership.criteria.trusst is not a criterion of the pyramid. "
            r"Did you mean 'trust'\?",
        ),
        (
            "golden_shot: {discount: {at_most: cut}}",
            r"golden_shot.discount.at_most must be a number: only side_a, .* have a cut.",
        ),
        ("verdicts: []", r"verdicts must have at least 1 item, not 0."),
        (
            "dialects: {erp: {date: DD.MM.YYYY}}",
            r"dialects.erp.date must be a pattern such as %d.%m.%Y, or excel, not 'DD.MM.YYYY'.",
        ),
        (
            "dialects: {erp: {decimal: ';'}}",
            r"dialects.erp.decimal must be '.' or ',', not ';'.",
        ),
        (
            "required: [side_bb]",
            r"required\[1\] must be one of gross_margin, .* not 'side_bb'. "
            r"Did you mean 'side_b'\?",
        ),
        (
            "overrides: [{party_id: K1, value: develp, author: a, reason: r, expires: 2026-06-30}]",
            r"overrides\[1\].value must be one of .* not 'develp'. Did you mean 'develop'\?",
        ),
        (
            "overrides: [{party_id: K1, value: fix, reason: r, expires: 2026-06-30}]",
            r"overrides\[1\].author is missing. Add it.",
        ),
        (
            "overrides: [{party_id: K1, value: fix, author: a, reason: ' ', expires: 2026-06-30}]",
            r"overrides\[1\].reason must not be empty.",
        ),
        (
            "overrides: [{party_id: K1, value: fix, author: a, reason: r, expires: June}]",
            r"overrides\[1\].expires must be a day such as 2025-12-31, not 'June'.",
        ),
        (
            "overrides: [{field: level, party_id: K1, value: fix, author: a, reason: r, "
            "expires: 2026-06-30}]",
            r"overrides\[1\].field must be verdict, not 'level'.",
        ),
        (
            "overrides: [{value: fix, author: a, reason: r, expires: 2026-06-30}]",
            r"overrides\[1\] must have either party_id or customer_id, and none is there.",
        ),
        (
            "sign_off: {by: controller, on: 2026-02-01}",
            r"sign_off.of is missing: a signature has by, on and of \(signed_hash in the run.json",
        ),
        (
            "verdicts: [{verdict: fixx, all: [{is: customer}]}]",
            r"verdicts\[1\].verdict is 'fixx', no verdict. Did you mean 'fix'\?",
        ),
        (
            "x: !!python/object:os.system y",
            r"has the tag '!!python/object:os.system'. Tags are not",
        ),
        ("x: !secret y", r"has the tag '!secret'."),
        ("x: &a {y: *a}", r"unfolds into too many values."),
        ("x: {<<: {y: 1}}", r"has a merge key <<. Write the keys out."),
        (f"x: {'[' * 50}{']' * 50}", r"goes deeper than 40 levels."),
        (f"x: [{', '.join(f'&a{n} 1' for n in range(101))}]", r"has more than 100 anchors and ali"),
        ("x: {y: 1, y: 2}", rf"x.y stands twice, first on line {NEXT}. Keep one."),
        ("x: [", r"cannot be read as YAML"),
        ("x: %y", r"cannot be read as YAML \(found character '%' that cannot start any token\)"),
    ],
)
def test_a_mistake_is_named_with_its_line(load, line, words):
    with pytest.raises(ParameterError, match=rf"^engagement.yaml:{NEXT}: {words}"):
        load(line)


@pytest.mark.parametrize(
    ("extra", "line", "words"),
    [
        (
            "ledger:\n  reconciling_items:\n  - what: bonus\n    amount: 1\n    period: FY2026\n"
            "    by: controller\n",
            NEXT + 4,
            r"ledger.reconciling_items\[1\].period 'FY2026' is not among periods. Did you mean 'FY20",
        ),
        (
            "profitability:\n  time_equations:\n  - per: order\n    base: 6\n    pool: order_desk\n",
            NEXT + 4,
            r"profitability.time_equations\[1\].pool 'order_desk' is not among "
            r"profitability.resources. None is declared.",
        ),
        (
            "profitability:\n  resources:\n  - {pool: order_desk, period: FY2025, cost: 1, unit: h}\n"
            "  time_equations:\n  - per: order\n    base: 6\n    pool: order_dsk\n",
            NEXT + 6,
            r"profitability.time_equations\[1\].pool 'order_dsk' is not among "
            r"profitability.resources. Did you mean 'order_desk'\?",
        ),
        (
            "overrides:\n- {party_id: K1, value: fix, author: a, reason: r, expires: 2026-06-30}\n"
            "- {customer_id: K1, value: harvest, author: b, reason: s, expires: 2026-06-30}\n",
            NEXT + 1,
            r"overrides\[1\] 'K1' has 2 overrides. Keep one.",
        ),
        (
            "profitability:\n  resources:\n  - pool: desk\n    period: FY2026\n    cost: 1\n"
            "    unit: h\n",
            NEXT + 3,
            r"profitability.resources\[1\].period 'FY2026' is not among periods.",
        ),
        (
            "profitability:\n  resources:\n  - {pool: desk, period: FY2025, cost: 1, unit: h}\n"
            "  - {pool: desk, period: FY2025, cost: 2, unit: h}\n",
            NEXT + 3,
            r"profitability.resources\[2\].pool 'desk' stands twice in period FY2025. Keep one.",
        ),
        (
            "profitability:\n  resources:\n  - {pool: desk, period: FY2025, cost: 1, unit: h}\n"
            "  - {pool: it, period: FY2025, cost: 2, unit: h, step_down_to: {\n    desk: 0.5}}\n",
            NEXT + 4,
            r"profitability.resources\[2\].step_down_to.desk is not a pool that comes later",
        ),
        (
            "profitability:\n  resources:\n  - {pool: it, period: FY2025, cost: -1, unit: h}\n",
            NEXT + 2,
            r"profitability.resources\[1\].cost must be at least 0, not -1.",
        ),
        (
            "profitability:\n  resources:\n  - {pool: it, period: FY2025, cost: 1, unit: h,\n"
            "     step_down_to: {a: 0.7, b: 0.5}}\n",
            NEXT + 3,
            r"profitability.resources\[1\].step_down_to must not pass on more than 1 in all; "
            r"the shares add up to 1.2.",
        ),
        (
            "profitability:\n  time_equations:\n  - {pool: desk, base: 1,\n     per: visit}\n",
            NEXT + 3,
            r"profitability.time_equations\[1\].per must be one of order, line, rush_order, "
            r"export_order, new_customer, delivery, correction, credit_note, not 'visit', "
            r"or the equation names the driver",
        ),
        (
            "profitability:\n  time_equations:\n  - pool: desk\n    per: order\n    base: 1\n"
            "    plus:\n    - time: 2\n",
            NEXT + 6,
            r"profitability.time_equations\[1\].plus\[1\] must say when the time is added",
        ),
        (
            "profitability:\n  time_equations:\n"
            + "  - {pool: desk, per: order, base: 1, activity: a}\n" * 2,
            NEXT + 3,
            r"profitability.time_equations\[2\].pool 'desk' has two equations per order called 'a'",
        ),
        (
            "profitability:\n  time_equations:\n  - {pool: desk, per: visit, base: 1, driver: visits,"
            "\n     when: {warehouse: north}}\n",
            NEXT + 3,
            r"profitability.time_equations\[1\].when does not hold for a driver",
        ),
        (
            "profitability:\n  resources:\n  - {pool: board, period: FY2025, cost: 1, unit: hour,\n"
            "     hierarchy_level: company, step_down_to: {desk: 1}}\n",
            NEXT + 3,
            r"profitability.resources\[1\].step_down_to must be empty: cost of the whole company is never",
        ),
    ],
)
def test_what_spans_two_parts_is_named_at_the_key_that_refers(load, extra, line, words):
    with pytest.raises(ParameterError, match=rf"^engagement.yaml:{line}: {words}"):
        load(extra)


@pytest.mark.parametrize(
    ("old", "new", "line", "words"),
    [
        ("currency: PLN", "currency: pln", 1, "currency must be three capital letters such as EUR"),
        ("currency: PLN\n", "", 1, "currency is missing. Add it, for example currency: EUR."),
        ("invoice_lines", "invoice_line", 6, "inputs.invoice_line is not a table .* Did you mean"),
        ("invoice_lines", "products", 5, "inputs.invoice_lines is missing: without invoice lines"),
        ("invoice_lines", "rebates", 6, "inputs.rebates is not a table this version reads."),
        ("to: 2025-12-31", "to: 2024-12-31", 4, "periods.FY2025.to must not be before its first"),
        ("2025-01-01", "2024-12-31", 4, "periods.FY2025 starts on 2024-12-31, before FY2024 ends"),
        ("FY2025: {from", "FY2025: {form", 4, "periods.FY2025.form is not .* Did you mean 'from'"),
        ("FY2025", "../up", 4, "periods.../up must be made of letters, digits"),
        (
            "csv}",
            "csv, dialect: erp}",
            6,
            "inputs.invoice_lines.dialect 'erp' is not among dialects. None is declared.",
        ),
        (
            "lines.csv}",
            "lines.csv, dialect: epr}\ndialects: {erp: {}}",
            6,
            r"inputs.invoice_lines.dialect 'epr' is not among dialects. Did you mean 'erp'\?",
        ),
        (
            "lines.csv",
            "/etc/hosts",
            6,
            "inputs.invoice_lines.files must stay inside the engagement",
        ),
        ("lines.csv", "../b.csv", 6, "inputs.invoice_lines.files must stay inside the engagement"),
        ("lines.csv", '"a${B}"', 6, "inputs.invoice_lines.files must have .{NAME} at its start"),
        (
            "csv}",
            "csv, columns: {custmer_id: Kod}}",
            6,
            "inputs.invoice_lines.columns.custmer_id is not one of our columns. Did you mean "
            "'customer_id'",
        ),
        (
            "csv}",
            "csv, columns: {cogs: KWS}}",
            6,
            "inputs.invoice_lines.columns.cogs is not one of our columns. Did you mean "
            "'cost_of_goods_sold'",
        ),
        (
            "csv}",
            "csv}\n  off_invoice: {files: a.csv, columns: {cost: Koszt}}",
            7,
            "inputs.off_invoice.columns.cost is not one of our columns. Known here: customer_id, date",
        ),
    ],
)
def test_mistakes_in_what_every_engagement_has(load, old, new, line, words):
    with pytest.raises(ParameterError, match=rf"engagement.yaml:{line}: {words}"):
        load(whole=BARE.replace(old, new))


def test_attributes_of_the_client_s_own_may_be_called_as_clients_call_ours(load):
    mapped = (
        "csv, columns: {pallet_type: Paleta}}\n  customers: {files: c.csv, columns: {sector: S}}"
    )
    inputs = load(whole=BARE.replace("csv}", mapped)).inputs

    assert inputs["customers"].columns == {"sector": "S"}


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file(load):
    with pytest.raises(ParameterError) as caught:
        load("unit: sites\nsegmentation: {profit_share: 80}\nlanguage: pl\n")

    places = [line.split(" ")[0] for line in str(caught.value).splitlines()]
    assert places == [f"engagement.yaml:{NEXT + n}:" for n in range(3)]


def test_of_many_mistakes_ten_are_told(load):
    with pytest.raises(ParameterError, match=r"And 2 more\.$") as caught:
        load("".join(f"strange_{n}: 1\n" for n in range(12)))

    assert len(str(caught.value).splitlines()) == 11


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", r"^engagement.yaml:1: the file must be a block of keys"),
        (b"- a", r"^engagement.yaml:1: the file must be a block of keys"),
        (b"currency: PLN\nname: \xa3\xf3d\xbc", r"^engagement.yaml:2: is not UTF-8 text."),
        (b"a: 1\n" * 200_001, r"^engagement.yaml is larger than 1 MB."),
        (b"%YAML 1.1\n---\na: NO\n", r"must be YAML 1.2"),
        (b"a: 1\n---\nb: 1\n", r"^engagement.yaml:2: starts a second document. Keep one."),
    ],
)
def test_a_file_that_cannot_hold_settings_is_refused(tmp_path, raw, words):
    (tmp_path / "engagement.yaml").write_bytes(raw)

    with pytest.raises(ParameterError, match=words):
        load_engagement(tmp_path)


def test_a_few_aliases_cannot_unfold_into_a_flood(load):
    rounds = [f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 9)}]" for n in range(1, 9)]

    with pytest.raises(ParameterError, match=r"unfolds into too many values"):
        load("\n".join(["x0: &x0 [1, 2]", *rounds]))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("misspelt")


@settings(
    max_examples=40,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a load takes too long to shrink
    suppress_health_check=[HealthCheck.too_slow],
)
@given(
    where=st.sampled_from(FIXED),
    at=st.integers(0, 20),
    letter=st.sampled_from(string.ascii_letters),
)
@example(where=FIXED[0], at=0, letter="q")
@example(where=next(each for each in FIXED if each[1] == "orders_per_year"), at=0, letter="a")
def test_a_misspelt_key_is_caught_on_its_line_wherever_it_stands(folder, where, at, letter):
    number, key = where
    at = min(at, len(key))
    lines = WHOLE.splitlines()
    lines[number - 1] = lines[number - 1].replace(key, key[:at] + letter + key[at:], 1)

    with pytest.raises(
        ParameterError,
        match=rf"(?m)^engagement.yaml:{number}: \S*{key[:at]}{letter}{key[at:]} (is no|must be one)",
    ):
        load_engagement(write(folder, "\n".join(lines)))


# ------------------------------------------------------------------------------------ parameters
def test_parameters_change_a_copy(load):
    acme = load()
    turned = acme.with_parameters({"segmentation.profit_share": 0.75, "capacity.managers": 3})

    assert turned.segmentation.profit_share == 0.75
    assert turned.capacity.places == 24
    assert turned.folder == acme.folder
    assert acme.segmentation.profit_share == 0.80
    assert acme.capacity.places is None


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        (
            {"segmentation.profit_share": 80},
            r"^segmentation.profit_share must be a share between 0 and 1, not 80. For 80 percent "
            r"write 0.80.$",
        ),
        ({"side_a.cut": "0.7"}, r"^side_a.cut must be a number, not '0.7'. Write 0.7, without"),
        ({"side_a.cutt": 0.7}, r"^side_a.cutt is not a known key. Did you mean 'cut'\?$"),
        (
            {"segmentatio.cut": 0.7},
            r"^segmentatio is not a known key. Did you mean 'segmentation'\?",
        ),
        (
            {"side_a.criteria.openness.weight": 0.2},
            r"^side_a.criteria must have weights that add up to 1, not 1.1 .* "
            r"\(set for this run: side_a.criteria.openness.weight 0.2\)$",
        ),
    ],
)
def test_a_parameter_that_does_not_fit_is_named(load, parameters, words):
    with pytest.raises(ParameterError, match=words):
        load().with_parameters(parameters)


def test_settings_have_one_hash_however_they_are_written(load):
    plain = load("identity: {collective: K1}\ncapacity: {managers: 3}\n").settings_hash()
    other = load("capacity:\n  managers: 3  # agreed\nidentity:\n  collective: ['K1']\n")

    assert re.fullmatch("[0-9a-f]{64}", plain)
    assert other.settings_hash() == plain
    assert load().settings_hash() != plain
    assert (
        load().with_parameters({"capacity.managers": 3}).settings_hash() != load().settings_hash()
    )


def test_amounts_that_are_equal_hash_alike(load):
    unit = "key_account_unit: {{amount: {}}}"

    assert load(unit.format("9000")).settings_hash() == load(unit.format("9000.00")).settings_hash()


def test_no_secret_goes_into_the_hash(load, monkeypatch):
    text = BARE.replace("lines.csv", '"${KAM_EXPORTS}/lines.csv"')
    before = load(whole=text).settings_hash()
    monkeypatch.setenv("KAM_EXPORTS", "/secret")

    assert load(whole=text).settings_hash() == before


# ------------------------------------------------------------------------ where things lie
def test_an_engagement_is_found_by_name_from_the_notebooks(project):
    demo = load_engagement("demo")

    assert demo.folder == project / "data" / "demo"
    assert demo.source == project / "data" / "demo" / "engagement.yaml"
    assert project_root() == project


@pytest.mark.parametrize("given_as", ["../data/demo", "../data/demo/engagement.yaml"])
def test_an_engagement_is_found_by_path(project, given_as):
    assert load_engagement(given_as).id == "demo"
    assert load_engagement(Path(given_as)).id == "demo"


def test_kam_home_goes_before_the_working_directory(project, tmp_path, monkeypatch):
    write(tmp_path / "elsewhere" / "data" / "acme", BARE)
    monkeypatch.setenv("KAM_HOME", str(tmp_path / "elsewhere"))

    assert load_engagement("acme").id == "acme"


def test_kam_home_must_be_a_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("KAM_HOME", str(tmp_path / "gone"))

    with pytest.raises(ParameterError, match=r"KAM_HOME is .*gone, which is no folder"):
        project_root()


def test_outside_of_the_project_it_is_found_from_kamlib(tmp_path, monkeypatch):
    monkeypatch.delenv("KAM_HOME", raising=False)
    monkeypatch.chdir(tmp_path)

    assert project_root() == Path(model.__file__).resolve().parents[2]


def test_a_missing_engagement_is_answered_with_those_there_are(project):
    with pytest.raises(
        ParameterError,
        match=r"engagement 'dmeo' was not found: looked at data/dmeo and dmeo. "
        r"Under data/ there are demo.",
    ):
        load_engagement("dmeo")


def test_a_folder_without_its_file_is_told_apart(project):
    (project / "data" / "empty").mkdir()

    with pytest.raises(ParameterError, match=r"engagement 'empty' has no engagement.yaml"):
        load_engagement("empty")


def test_files_come_sorted_with_globs_expanded(load, tmp_path):
    acme = load(whole=BARE.replace("lines.csv", '["input/b*.csv", input/a.csv, input/b1.csv]'))
    (acme.folder / "input" / "b3.csv").mkdir(parents=True)
    for name in ("b2.csv", "a.csv", "b1.csv", "c.csv"):
        (acme.folder / "input" / name).touch()

    shown = [acme.relative(path) for path in acme.paths("invoice_lines")]
    assert shown == ["input/a.csv", "input/b1.csv", "input/b2.csv"]


def test_files_elsewhere_are_reached_and_shown_through_the_environment(load, tmp_path, monkeypatch):
    acme = load(whole=BARE.replace("lines.csv", '"${KAM_EXPORTS}/20*.csv"'))
    (tmp_path / "secret").mkdir()
    (tmp_path / "secret" / "2025.csv").touch()
    monkeypatch.setenv("KAM_EXPORTS", str(tmp_path / "secret"))

    (path,) = acme.paths("invoice_lines")
    assert path == (tmp_path / "secret" / "2025.csv").resolve()
    assert acme.relative(path) == "${KAM_EXPORTS}/2025.csv"
    assert acme.relative(tmp_path / "other" / "x.csv") == "x.csv"


def test_a_variable_that_is_not_set_is_named(load, monkeypatch):
    monkeypatch.delenv("KAM_EXPORTS", raising=False)
    acme = load(whole=BARE.replace("lines.csv", '"${KAM_EXPORTS}/lines.csv"'))

    with pytest.raises(
        ParameterError,
        match=r"inputs.invoice_lines.files needs the environment variable KAM_EXPORTS, "
        r"which is not set",
    ):
        acme.paths("invoice_lines")


def test_the_value_of_a_variable_is_never_shown(load, tmp_path, monkeypatch):
    monkeypatch.setenv("KAM_EXPORTS", str(tmp_path / "secret"))
    acme = load(whole=BARE.replace("lines.csv", '"${KAM_EXPORTS}/lines.csv"'))

    with pytest.raises(DataError, match=r"matches no file in \$\{KAM_EXPORTS\}") as caught:
        acme.paths("invoice_lines")
    assert "secret" not in str(caught.value)


def test_a_pattern_without_a_file_is_broken_data(load):
    with pytest.raises(
        DataError, match=r"inputs.invoice_lines.files is 'lines.csv' and matches no file in .*acme"
    ):
        load().paths("invoice_lines")


def test_a_link_does_not_lead_out_of_the_folder(load, tmp_path):
    acme = load()
    (tmp_path / "other.csv").touch()
    (acme.folder / "lines.csv").symlink_to(tmp_path / "other.csv")

    with pytest.raises(ParameterError, match=r"other.csv is a link that leads out of the engage"):
        acme.paths("invoice_lines")


def test_a_table_that_is_not_declared_has_no_files(load):
    with pytest.raises(ParameterError, match=r"inputs in engagement.yaml has no customers"):
        load().paths("customers")


def test_settings_are_read_without_pandas():
    code = "import sys, kamlib.settings; sys.exit('pandas' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize(
    "source",
    sorted((Path(__file__).parents[1] / "data").glob("*/engagement.yaml")),
    ids=lambda p: p.parent.name,
)
def test_the_engagements_that_come_with_the_project_load(source):
    assert isinstance(load_engagement(source), Engagement)


def test_a_client_s_own_attribute_may_be_mapped_where_rows_carry_attributes(tmp_path):
    (tmp_path / "engagement.yaml").write_text(
        "currency: PLN\nperiods: {FY2025: {from: 2025-01-01, to: 2025-12-31}}\n"
        "inputs:\n  invoice_lines: {files: lines.csv, columns: {pallets: Palety}}\n"
    )

    assert load_engagement(tmp_path).inputs["invoice_lines"].columns == {"pallets": "Palety"}


def test_a_slip_in_one_of_our_columns_is_no_attribute(tmp_path):
    (tmp_path / "engagement.yaml").write_text(
        "currency: PLN\nperiods: {FY2025: {from: 2025-01-01, to: 2025-12-31}}\n"
        "inputs:\n  invoice_lines:\n    files: lines.csv\n    columns:\n      net_amout: Netto\n"
    )

    with pytest.raises(
        ParameterError, match=r"engagement.yaml:7: .*net_amout.*Did you mean 'net_amount'"
    ):
        load_engagement(tmp_path)


# ------------------------------------------------------------------ what people decide
ONE_OVERRIDE = (
    "overrides: [{customer_id: K00042, field: verdict, value: develop, author: sales director, "
    "reason: new plant opens in May, expires: 2026-06-30}]"
)


def test_an_override_says_who_decided_what_and_until_when(load):
    (override,) = load(ONE_OVERRIDE).overrides

    assert (override.party, override.value, override.author) == (
        "K00042",
        "develop",
        "sales director",
    )
    assert override.in_force(date(2026, 6, 30))
    assert not override.in_force(date(2026, 7, 1))


@pytest.mark.parametrize("unsigned", ["", "sign_off:", "sign_off: {by: null, on: null, of: null}"])
def test_nobody_has_signed_until_somebody_has(load, unsigned):
    assert not load(unsigned).sign_off.signed


def test_a_signature_is_none_of_the_settings_it_is_put_under(load):
    signed = load("sign_off: {by: controller, on: 2026-02-01, of: abc}")

    assert signed.sign_off.signed
    assert signed.settings_hash() == load().settings_hash()
    assert load(ONE_OVERRIDE).settings_hash() != load().settings_hash()


# ------------------------------------------------------------------------------ the schema
def in_json(value):
    """Return data as JSON holds them: days and the names of keys as text."""
    if isinstance(value, dict):
        return {str(name): in_json(each) for name, each in value.items()}
    if isinstance(value, list):
        return [in_json(each) for each in value]
    return value.isoformat() if isinstance(value, date) else value


def complaints(source: Path) -> list[str]:
    """Return the places of a file that its schema does not allow."""
    check = jsonschema.Draft202012Validator(engagement_schema())
    written = read_yaml(source, name=source.name).data
    return sorted(each.json_path for each in check.iter_errors(in_json(written)))


def test_the_schema_is_one():
    jsonschema.Draft202012Validator.check_schema(engagement_schema())


@pytest.mark.parametrize("name", ["demo", "adventureworks"])
def test_the_engagements_of_the_project_are_what_the_schema_allows(name):
    source = Path(__file__).parents[1] / "data" / name / "engagement.yaml"

    assert complaints(source) == []


@pytest.mark.parametrize("text", [BARE, WHOLE, BARE + ONE_OVERRIDE, BARE + "sign_off:"])
def test_the_schema_allows_what_loads(tmp_path, text):
    assert complaints(write(tmp_path, text) / "engagement.yaml") == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (BARE.replace("{from:", "{form:"), "$.periods.FY2024"),
        (BARE.replace("currency: PLN", ""), "$"),
        (BARE.replace("invoice_lines", "invoice_line"), "$.inputs"),
        (BARE + "segmentation: {profit_shar: 0.8}", "$.segmentation"),
        (BARE + "segmentation: {profit_share: 80}", "$.segmentation.profit_share"),
        (BARE + "required: [side_bb]", "$.required[0]"),
        (BARE + "unit: sites", "$.unit"),
        (
            BARE + "verdicts: [{verdict: fix, all: [{profit_12: {below: 0}}]}]",
            "$.verdicts[0].all[0]",
        ),
        (BARE + ONE_OVERRIDE.replace("develop", "devlop"), "$.overrides[0].value"),
    ],
)
def test_the_schema_marks_what_is_wrong_where_it_stands(tmp_path, text, place):
    assert place in complaints(write(tmp_path, text) / "engagement.yaml")
