"""What clients write into names and cells does nothing to a terminal, a page or a figure."""

import html
import re

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from matplotlib import pyplot as plt
from test_intake import book, give, world
from typer.testing import CliRunner

from kamlib.core.errors import DataError, ParameterError, printable
from kamlib.intake import read_inputs
from kamlib.page import show
from kamlib.page import show as page
from kamlib.page.style import new_axes, styled
from kamlib.report.cli import app

HOSTILE = "Firma \x1b[31mX\x1b[2J\x9b\nEvery sum holds.\u202e"
UNSAFE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066\u2067\ud800-\udfff]"
)
LINES = "invoice_id,date,customer_id,net_amount"


@given(st.text())
@example(HOSTILE)
@example("\udcbf.csv")
def test_no_text_of_a_client_can_command_a_terminal_or_turn_a_page(text):
    for shown in (printable(text), str(DataError(text)), *str(ParameterError(text)).split("\n")):
        assert not UNSAFE.search(shown)
        assert "\n" not in shown
        shown.encode()


def test_check_prints_a_name_that_fakes_a_line_within_the_line_of_its_pair(tmp_path):
    """Two ids share a tax id, so that their names are printed."""
    (tmp_path / "engagement.yaml").write_text(
        "id: firm\ncurrency: PLN\nperiods: {FY2024: {from: 2024-01-01, to: 2024-12-31}}\n"
        "inputs: {invoice_lines: {files: s.csv}, customers: {files: c.csv}}\n"
    )
    (tmp_path / "s.csv").write_text(f"{LINES}\nF1,2024-03-01,K0,100\nF2,2024-03-01,K1,-100\n")
    names = f'K0,"{HOSTILE}",5260250995\nK1,"Firma \u202eevil",5260250995\n'
    (tmp_path / "c.csv").write_text(f"customer_id,name,tax_id\n{names}", encoding="utf-8")

    told = CliRunner().invoke(app, ["check", str(tmp_path)]).output
    assert "Firma evil = Firma ?[31mX?[2J? Every sum holds." in told
    assert not UNSAFE.search(told)


def test_names_are_made_fit_for_pages_once_and_endless_ones_are_cut_with_their_id(tmp_path):
    engagement = world(tmp_path)
    give(engagement, "invoice_lines", book(LINES, "F1,2024-03-01,A,1", "F2,2024-03-01,B,1"))
    give(engagement, "customers", f'customer_id,name\nA,"{HOSTILE}"\nB,{"Ł" * 5000}\n')
    customers = read_inputs(engagement, "FY2024").tables["customers"]
    assert customers["name"].tolist() == [
        "Firma ?[31mX?[2J? Every sum holds.",
        f"{'Ł' * 120}… (B)",
    ]


@settings(suppress_health_check=list(HealthCheck))
@given(st.text(min_size=1))
@example("\u202eerif .13 keep, 6 fix")
def test_what_is_shown_on_a_page_holds_no_mark_of_direction(text):
    forms = page._harmless({"text/html": f"<p>{html.escape(text)}</p>", "image": {"alt": text}})
    assert not UNSAFE.search(forms["text/html"] + forms["image"]["alt"])


def test_a_name_that_is_written_to_the_left_stands_by_itself_in_its_sentence(monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, **_: shown.append(data))
    show.show_finding("13 keep, שלום בע-מ, 6 fix, 20 not now")
    assert shown[0]["text/plain"] == "13 keep, \u2068שלום בע-מ\u2069, 6 fix, 20 not now"


@pytest.mark.parametrize("name", ["A $100 & $200", r"Firma $\frac$", "$", r"\$"])
def test_signs_of_dollars_in_a_name_are_no_formula(name):
    @styled
    def draw():
        ax = new_axes(height=1)
        ax.set_title(name)
        return ax

    plt.close(draw().figure)
