"""Figures, findings, facts and verdicts on the page."""

import html
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from kamlib.errors import printable
from kamlib.language import _, ngettext, number
from kamlib.verdicts import FLAG, PASS, REFUSE, Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LEFTWARD = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff"
RIGHT_TO_LEFT = re.compile(f"[{LEFTWARD}]+(?:[ '-]+[{LEFTWARD}]+)*")
SIGNS = {PASS: "✓", FLAG: "⚑", REFUSE: "✕"}
# metadata of an output that no page shows
NOTEBOOK_ALONE: dict[str, object] = {"kam": {"page": False}}


def show_figure(ax: "Axes", *, caption: str, alt: str) -> None:
    """Display the figure that holds `ax` with a caption and a text alternative.

    Both travel in the output's metadata, where the report's template turns them into ``<figure>``,
    ``alt`` and ``<figcaption>``.
    """
    import io

    import matplotlib.pyplot as plt
    from PIL import Image

    raw = io.BytesIO()
    figure = ax.figure.get_figure(root=True)
    figure.savefig(raw, format="png", dpi=144, metadata={"Software": None})
    plt.close(figure)
    image = Image.open(raw).convert("RGB")
    small = image.quantize(96, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    png = io.BytesIO()
    small.save(png, format="png", optimize=True)
    size = {"width": image.width, "height": image.height}
    publish(
        {"image/png": png.getvalue(), "text/plain": f"{caption} {alt}"},
        {"image/png": {"alt": alt, "caption": caption, **size}},
    )


def show_finding(*sentences: str) -> None:
    """Display computed sentences as the finding of a section; nothing where nothing is said."""
    text = " ".join(filter(None, sentences))
    if not text:
        return
    publish({"text/html": f'<p class="finding">{html.escape(text)}</p>', "text/plain": text})


def show_values(values: pd.DataFrame) -> None:
    """Display a few values beside each other, each with its name and what changed.

    Parameters
    ----------
    values : DataFrame ``what, value, change``, all in words; an empty change is left out
    """
    tiles = texts = ""
    for told in values[["what", "value", "change"]].astype("str").to_numpy():
        what, value, change = (html.escape(each) for each in told)
        tiles += f"<div><b>{value}</b><span>{what}</span><small>{change}</small></div>"
        texts += "{}: {} {}".format(*told).rstrip() + "\n"
    publish({"text/html": f'<div class="values">{tiles}</div>', "text/plain": texts.rstrip()})


def show_headline(text: str) -> None:
    """Display the answer of the whole notebook; on its page it is the title."""
    publish({"text/html": f'<p class="lead">{html.escape(text)}</p>', "text/plain": text})


def show_claim(claim: str, *rest: str) -> None:
    """Display what a section found; on the page it is the section's head, and the rest a finding."""
    publish({"text/html": f'<p class="claim">{html.escape(claim)}</p>', "text/plain": claim})
    if any(rest):
        show_finding(*filter(None, rest))


def show_verdicts(verdicts: list[Verdict]) -> None:
    """Display FLAG and REFUSE with what to bring; PASS is counted by `show_strip`."""
    told = [verdict for verdict in verdicts if verdict.outcome != PASS]
    if told:
        publish(
            {
                "text/html": "".join(map(_verdict_html, told)),
                "text/plain": "\n".join(map(_verdict_text, told)),
            }
        )


def folded(title: str, inside: str) -> str:
    """Return HTML that a reader opens by its title: proof, not argument."""
    return f"<details><summary>{html.escape(title)}</summary>{inside}</details>"


def show_strip(verdicts: pd.DataFrame) -> None:
    """Display how many rules passed, were flagged and were refused."""
    counts = verdicts["outcome"].value_counts()
    parts = [(outcome, counted(outcome, int(counts.get(outcome, 0)))) for outcome in SIGNS]
    spans = "".join(f'<span class="v {o.lower()}">{html.escape(text)}</span>' for o, text in parts)
    publish(
        {
            "text/html": f'<div class="strip">{spans}</div>',
            "text/plain": " · ".join(text for _o, text in parts),
        }
    )


def counted(outcome: str, n: int) -> str:
    """Say how many rules had an outcome, in a reader's words."""
    words = {
        PASS: ngettext("{n} check passed", "{n} checks passed", n),
        FLAG: ngettext("{n} to be read with care", "{n} to be read with care", n),
        REFUSE: ngettext("{n} not shown", "{n} not shown", n),
    }
    return f"{SIGNS[outcome]} {words[outcome].format(n=number(n))}"


def show_facts(facts: Mapping[str, str], *, title: str, on_page: bool = True) -> None:
    """Display named facts, one a line, folded under a title; or in the notebook alone."""
    rows = "".join(
        f"<dt>{html.escape(name)}</dt><dd>{html.escape(value)}</dd>"
        for name, value in facts.items()
    )
    text = "\n".join(f"{name}: {value}" for name, value in facts.items())
    told = folded(title, f'<dl class="facts">{rows}</dl>')
    publish({"text/html": told, "text/plain": text}, {} if on_page else NOTEBOOK_ALONE)


def _verdict_html(verdict: Verdict) -> str:
    kind = {FLAG: "note", REFUSE: "refused"}[verdict.outcome]
    said = _("Not shown:") if verdict.outcome == REFUSE else _("Read with care:")
    bring = ""
    if verdict.bring:
        bring = folded(_("What would settle it"), f"<p>{html.escape(verdict.bring)}.</p>")
    return (
        f'<div class="{kind}"><p><span class="v {verdict.outcome.lower()}">'
        f"{SIGNS[verdict.outcome]} {html.escape(said)}</span> <b>{html.escape(_ended(verdict.title))}</b> "
        f"{html.escape(verdict.said)}</p>{bring}</div>"
    )


def _verdict_text(verdict: Verdict) -> str:
    bring = " " + _("Bring:") + f" {verdict.bring}." if verdict.bring else ""
    return (
        f"{SIGNS[verdict.outcome]} {verdict.outcome} {_ended(verdict.title)} {verdict.said}{bring}"
    )


def _ended(title: str) -> str:
    return title if title.endswith("?") else title + "."


def publish(data: dict[str, object], metadata: dict[str, object] | None = None) -> None:
    """Hand an output with all its forms to the notebook; nothing in it turns what stands beside it."""
    from IPython.display import display

    display(_harmless(data), metadata=_harmless(metadata or {}), raw=True)


def _harmless(forms: dict[str, object]) -> dict[str, object]:
    """Return texts without controls, each run of letters that are written to the left by itself."""
    return {
        name: RIGHT_TO_LEFT.sub("\u2068\\g<0>\u2069", printable(form, lines=True))
        if isinstance(form, str)
        else _harmless(form)
        if isinstance(form, dict)
        else form
        for name, form in forms.items()
    }
