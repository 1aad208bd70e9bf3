"""All words of a page can be translated: a language that marks each template shows those that cannot."""

import gettext
import html
import re
from decimal import Decimal
from unittest.mock import patch

import numpy as np
import pytest
from fastpath import run_stages

from demo_company import write_demo
from kamlib.core.language import number


class Marked(gettext.NullTranslations):
    """A language in which each template stands in brackets."""

    def gettext(self, message):
        return f"⟦{message}⟧"

    def ngettext(self, one, many, n):
        return f"⟦{one if n == 1 else many}⟧"


def unmarked(text: str) -> str:
    """Return what of a text no template holds."""
    while text != (text := re.sub(r"⟦[^⟦⟧]*⟧", "", text)):
        pass
    return text


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    folder = tmp_path_factory.mktemp("marked")
    write_demo(folder / "firm", customers=30)
    outputs: list[str] = []

    def display(data, metadata=None, **_raw):
        outputs.append(data.get("text/html", ""))
        outputs.extend(
            f"<figcaption>{part.get('caption', '')}</figcaption>"
            for name, part in (metadata or {}).items()
            if name == "image/png"
        )

    with (
        patch("kamlib.core.language._catalogue", lambda _code: Marked()),
        patch("IPython.display.display", display),
    ):
        run_stages(folder / "firm", "FY2025", folder / "stages", aloud=True)
    return "\n".join(outputs), (folder / "firm" / "engagement.yaml").read_text()


@pytest.mark.parametrize(
    "element", ["p", "caption", "figcaption", "summary", "th", "dt", "b", "span", "small"]
)
def test_every_word_of_a_page_is_a_template_a_name_or_a_number(shown, element):
    page, theirs = shown  # reconciling items are named by whoever wrote engagement.yaml
    texts = re.findall(rf"<{element}(?: [^>]*)?>(.*?)</{element}>", page, re.S)
    plain = {html.unescape(re.sub(r"<[^>]+>", "", text)) for text in texts}
    left = {unmarked(text).strip() for text in plain if "⟦" not in text or unmarked(text).strip()}

    assert texts
    assert (
        sorted(text for text in left if re.search(r"[a-z]{3}", text) and text not in theirs) == []
    )


def test_a_number_reads_alike_whatever_type_it_came_in():
    same = [Decimal(7), np.int64(7), 7, np.float64(7)]

    assert [number(each) for each in same] == ["7"] * 4
