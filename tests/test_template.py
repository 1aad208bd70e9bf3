"""The pages: what a reader, a screen reader, a printer and a browser on a telephone get."""

import os
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from stub_notebooks import page_notebook

from kamlib.page.style import LIGHT
from kamlib.report.rendering import PACKAGE, Page, clean, render, show_output

CHROMIUM = next(filter(os.path.exists, ["/usr/bin/chromium", "/usr/bin/chromium-browser"]), None)
VOID = {"br", "hr", "img", "input", "link", "meta"}


def page(**changes: object) -> Page:
    names = ["Start", "1 Data prep", "2 Profitability", "3 20/80 segmentation"]
    nav = [{"href": f"{i}.html", "text": text, "here": i == 3} for i, text in enumerate(names)]
    about = Page(
        title="3 · 20/80 – Tiny & <Sons>, FY2025",
        eyebrow="Key account workbook · Tiny & <Sons> · FY2025",
        language="en",
        run_id="20260105T061402Z-9c1f2a",
        nav=nav,
        strip=[{"kind": "pass", "text": "✓ 9 PASS"}, {"kind": "flag", "text": "⚑ 1 FLAG"}],
        tables=[{"href": "tables/segmentation.csv", "text": "segmentation (4 rows)"}],
        made=[("Run", "20260105T061402Z-9c1f2a")],
        run_json="run.json",
        number="3",
    )
    return about._replace(**changes)


@pytest.fixture(scope="module")
def html() -> str:
    return render(page_notebook(), page())


class Reader(HTMLParser):
    """Collect tags with their attributes, in order, and the texts of some of them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag, f"</{tag}> closes something else"

    def handle_data(self, data):
        if self.open and data.strip():
            self.texts.append((self.open[-1], data.strip()))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]

    def words(self) -> str:
        return " ".join(text for tag, text in self.texts if tag != "style")


@pytest.fixture(scope="module")
def read(html) -> Reader:
    return Reader(html)


def test_every_tag_is_closed_and_the_language_is_said(read):
    assert read.open == []
    assert read.all("html") == [{"lang": "en"}]
    assert ("title", "3 · 20/80 – Tiny & <Sons>, FY2025") in read.texts


def test_there_is_one_title_and_no_heading_level_is_skipped(read):
    levels = [int(tag[1]) for tag, _attributes in read.tags if re.fullmatch("h[1-6]", tag)]

    assert levels.count(1) == 1
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_a_figure_has_its_text_alternative_caption_and_size(read):
    (image,) = read.all("img")

    assert image["alt"] == 'Whale curve with "peak" & erosion.'
    assert (image["width"], image["height"]) == ("1152", "648")
    assert ("b", "Figure 3.1.") in read.texts
    assert ("figcaption", "Cumulative customer profit, best first.") in read.texts
    assert len(read.all("figure")) == len(read.all("figcaption")) == 1


def test_what_was_found_is_the_title_and_the_head_of_a_section(read):
    assert ("h1", "21 of 240 customers bring 81% & more") in read.texts
    heads = [text for tag, text in read.texts if tag == "h2"]

    assert heads == [
        "21 of 240 customers (9%) earn 81%.",
        "Who are the vital few?",
        "A second title",
    ]
    assert ("summary", "How concentrated is the profit?") in read.texts
    assert ("p", "Of every 100 earned, 6 are lost.") in read.texts


def test_what_only_the_notebook_needs_is_not_on_the_page(html):
    for own in ("Question.", "Reads", "Writes", "For the sales director"):
        assert own not in html


def test_sums_that_hold_are_folded_and_one_that_does_not_never_is():
    from unittest import mock

    from kamlib.core.outcomes import Balance, ledger_table
    from kamlib.page import show

    shown = []
    with mock.patch("IPython.display.display", lambda data, **_kw: shown.append(data["text/html"])):
        for end in ("8", "9"):
            balance = Balance("Customers", "rows").start("In", "9").change("Gone", "-1")
            show.show_ledger(ledger_table([balance.end("Out", end)]))

    assert shown[0].startswith("<details><summary>1 sum, and it holds to half a cent.</summary>")
    assert "details" not in shown[1]


def test_a_section_that_shows_nothing_is_not_on_the_page():
    silent = [
        new_markdown_cell("# T"),
        new_markdown_cell("## Nothing here?\n\nWords."),
        new_code_cell("x"),
        new_markdown_cell("## What this does not say\n\nMuch."),
    ]

    told = Reader(render(new_notebook(cells=silent), page())).words()

    assert "Nothing here?" not in told
    assert "Much." in told


def test_a_region_that_scrolls_has_a_name_and_can_be_reached_by_keyboard(read):
    regions = [about for _tag, about in read.tags if about.get("role") == "region"]

    assert [about["aria-label"] for about in regions] == [
        "Figure 3.1: figure, can be scrolled",
        "Customers, the most profitable first.",
        "Table",
    ]
    assert {about["tabindex"] for about in regions} == {"0"}


def test_code_and_parameters_are_hidden(html):
    for hidden in ("secret_code", "engagement: str", "# Parameters", "In&nbsp;[", "In [", "Out["):
        assert hidden not in html


def test_text_of_a_client_arrives_as_text(read):
    assert not read.all("script")
    assert ("th", "A$B$C <script>alert(1)</script>") in read.texts


def test_nothing_is_loaded_from_outside_and_the_page_forbids_it(html, read):
    policy = read.all("meta")[1]

    assert policy["http-equiv"] == "Content-Security-Policy"
    assert policy["content"] == "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
    bare = re.sub(r"data:image/png;base64,[^\"]+", "", html)
    assert not re.findall(r"(?:https?:)?//[a-z]", bare)
    assert "@import" not in html
    assert "url(" not in html
    for _tag, about in read.tags:
        assert not [name for name in about if name.startswith("on") or name == "srcdoc"]
        assert not (about.get("src") or "data:").partition("data:")[0]


def test_the_way_through_the_stages_marks_where_one_is(read):
    here = [about for about in read.all("a") if "aria-current" in about]

    assert here == [{"aria-current": "page", "href": "3.html"}]
    assert read.all("a")[0] == {"class": "skip", "href": "#main"}
    assert [about["id"] for about in read.all("main")] == ["main"]


def test_every_page_says_that_nobody_signed_its_numbers(read):
    assert "Draft. Nobody has signed these numbers off." in read.words()


def test_a_table_says_what_each_cell_belongs_to(read):
    heads = read.all("th")

    assert {about["scope"] for about in heads} == {"col", "row"}
    assert ("caption", "Customers, the most profitable first.") in read.texts
    assert {about["data-l"] for about in read.all("td") if "data-l" in about} >= {"Class"}


def test_flag_refusal_unknown_and_ledger_keep_their_look(html):
    for look in ('class="note"', 'class="refused"', 'class="v unknown"', 'class="ledger"'):
        assert look in html


def test_the_style_sheet_has_the_colours_of_the_figures():
    style = (PACKAGE / "template" / "style.css").read_text()

    tokens = {f"--{name.replace('_', '-')}: {colour};" for name, colour in LIGHT.items()}
    assert [token for token in tokens if token not in style] == []


PAYLOADS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg onload=alert(1)></svg>",
    "<iframe src='javascript:alert(1)'></iframe>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='data:text/html,x'>x</a>",
    "<form action=x><input></form>",
    "<style>@import 'x'</style>",
    "<p style='background:url(x)' onclick=a()>x</p>",
    "<object data=x></object><embed src=x>",
    "<base href=x><meta http-equiv=refresh content=0>",
    "<table background=x><td><link rel=stylesheet href=x></table>",
]


@pytest.mark.parametrize("payload", PAYLOADS)
def test_no_output_gets_anything_active_onto_a_page(payload):
    output = new_output("display_data", data={"text/html": payload, "text/plain": ""})
    read = Reader(render(new_notebook(cells=[new_code_cell("x", outputs=[output])]), page()))

    bare = Reader(render(new_notebook(cells=[new_code_cell("x")]), page()))
    new = {tag for tag, _about in read.tags} - {tag for tag, _about in bare.tags}
    assert new <= {"a", "p", "table", "tbody", "tr", "td"}
    for _tag, about in read.tags:
        assert not {"onclick", "onerror", "onload", "style", "src", "background"} & set(about)
        assert not re.match("(javascript|data):(?!,)", about.get("href") or "")


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        ({"text/markdown": "**x**", "text/plain": "<x>"}, "<pre>&lt;x&gt;</pre>"),
        ({"application/javascript": "alert(1)", "text/plain": "JS"}, "<pre>JS</pre>"),
        ({"image/svg+xml": "<svg onload=a()>", "text/plain": "SVG"}, "<pre>SVG</pre>"),
        ({"text/plain": ""}, ""),
    ],
)
def test_other_kinds_of_output_show_as_plain_text(data, shown):
    assert show_output(new_output("display_data", data=data)) == shown


def test_warnings_stay_out_and_printed_words_are_shown():
    warning = new_output("stream", name="stderr", text="/home/me/x.py:1: FutureWarning")

    assert show_output(warning) == ""
    assert show_output(new_output("stream", name="stdout", text="a < b")) == "<pre>a &lt; b</pre>"


def test_a_notebook_without_a_title_gets_one():
    read = Reader(render(new_notebook(cells=[new_markdown_cell("Words.")]), page()))

    assert len(read.all("h1")) == 1


def test_clean_html_keeps_what_displays_need():
    kept = '<ol class="verdict"><li>1 &lt; 2</li></ol>'

    assert clean(kept) == kept


@pytest.fixture(scope="module")
def browser():
    """Headless Chromium; its absence is a reason to skip here and a failure under CI."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is absent, and CI must not skip the tests in a browser.")
        pytest.skip("Chromium is absent: apt install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as tool:
        window = tool.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield window
        window.close()


@pytest.fixture
def opened(browser, html, tmp_path):
    """Return a function that opens the page at a width and collects what the browser asks for."""
    path = Path(tmp_path / "page.html")
    path.write_text(html, encoding="utf-8")

    def at(width: int):
        tab = browser.new_page(viewport={"width": width, "height": 900})
        tab.asked = []
        tab.on("request", lambda request: tab.asked.append(request.url))
        tab.goto(path.as_uri())
        return tab

    return at


@pytest.mark.parametrize("width", [1200, 390])
def test_nothing_but_figures_and_tables_scrolls_sideways(opened, width):
    tab = opened(width)

    assert tab.evaluate(
        "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    )
    wide = tab.evaluate(
        "[...document.querySelectorAll('main *')].filter(e => e.scrollWidth > e.clientWidth + 1"
        " && getComputedStyle(e).overflowX === 'auto').map(e => e.className)"
    )
    assert set(wide) <= {"pan", "table"}
    assert ("pan" in wide) == (width == 390)


def test_the_browser_asks_for_nothing_but_the_page(opened):
    tab = opened(1200)

    assert [url for url in tab.asked if not url.startswith(("file:", "data:"))] == []
    assert tab.evaluate("document.images[0].naturalWidth") == 1152


def test_on_a_telephone_tables_become_cards_that_say_their_heads(opened):
    tab = opened(390)

    before = "getComputedStyle(document.querySelector('table.cards td'), '::before').content"
    assert tab.evaluate(before) == '"Customer profit, PLN"'
    assert tab.evaluate("getComputedStyle(document.querySelector('table.cards tr')).display") == (
        "block"
    )


def test_print_has_no_navigation(opened):
    tab = opened(1200)
    tab.emulate_media(media="print")

    assert tab.evaluate("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert tab.evaluate("getComputedStyle(document.querySelector('.draft')).display") == "block"


MARK = """([each, name]) => document.querySelectorAll(each).forEach((element, n) => {
  const link = document.createElement("a")
  link.href = `https://mark/${name}/${n}`
  link.append(...element.childNodes)
  element.append(link)
})"""
MARKED = {
    "title": "h2",
    "finding": ".finding",
    "caption": "caption",
    "head": "thead th",
    "row": "tbody tr:first-child th",
}


def leaves_of(pdf: bytes) -> dict[str, list[int]]:
    """Return on which pages of a PDF each mark stands, by the links that Chromium writes beside them."""
    objects = dict(re.findall(rb"(\d+) 0 obj\n(.*?)endobj", pdf, re.DOTALL))
    leaves: dict[str, list[int]] = {}
    pages = [body for body in objects.values() if b"/Type /Page\n" in body]
    for number, body in enumerate(pages, 1):
        links = re.search(rb"/Annots \[(.*?)\]", body)
        found = [objects[n] for n in re.findall(rb"(\d+) 0 R", links[1])] if links else []
        for mark in {m.decode() for o in found for m in re.findall(rb"https://mark/([\w/]+)", o)}:
            leaves.setdefault(mark, []).append(number)
    return leaves


@pytest.fixture(scope="module")
def leaves(browser) -> dict[str, list[int]]:
    """Print forty findings and tables of all lengths: some meet the end of a page wherever it is."""
    top = '<table class="cards"><caption>C</caption><thead><tr><th>Head</th></tr></thead><tbody>'
    cells = [new_markdown_cell("# T")]
    for n in range(40):
        long = "A long sentence of what was found. " * (9 + n % 25)
        rows = "<tr><th>Row</th></tr>" * (1 + n % 23)
        shown = (f'<p class="finding">{long}</p>', f"{top}{rows}</tbody></table>")
        outputs = [new_output("display_data", data={"text/html": each}) for each in shown]
        cells += [new_markdown_cell("## Q"), new_code_cell("", outputs=outputs)]
    tab = browser.new_page()
    tab.set_content(render(new_notebook(cells=cells), page()))
    for name, each in MARKED.items():
        tab.evaluate(MARK, [each, name])
    return leaves_of(tab.pdf(prefer_css_page_size=True))


def test_on_paper_no_finding_is_broken(leaves):
    assert [leaves[f"finding/{n}"] for n in range(40) if len(leaves[f"finding/{n}"]) > 1] == []
    assert max(leaves["row/39"]) > 10


def test_on_paper_no_head_stands_alone(leaves):
    """A section's head stands with its finding; a table's caption and head with its first row."""
    for n in range(40):
        assert leaves[f"title/{n}"] == leaves[f"finding/{n}"]
        first = leaves[f"row/{n}"]
        assert leaves[f"caption/{n}"] == first
        assert min(leaves[f"head/{n}"]) == first[0]


def test_on_paper_pages_are_numbered():
    css = (PACKAGE / "template" / "style.css").read_text(encoding="utf-8")
    margin = re.search(r"@page \{[^}]*@bottom-right \{ content: ([^;]*);", css)

    assert margin
    assert margin[1] == 'counter(page) " / " counter(pages)'
