"""A scorecard or many units as fields and sliders, with the score at once."""

from __future__ import annotations

import html
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import Any

import ipywidgets as widgets

from ..cases.models import NO_FACT, Answer
from ..cases.samples import write_case
from ..errors import PerfkitError
from ..figures.quantities import display
from ..portfolio import Portfolio
from ..rubrics.rules.base import ANSWERS, FIELDS
from ..scoring.comparing import SAME
from ..scoring.scorecard import Scorecard
from ..tables import frame_of
from ..tables.frame import Frame
from ..words import DASH, FILLED_IN, label

_AS_SCORED = "照现在的读法"
_WIDTHS = {"weight": "7em", "reading": "22em", "share": "20em", "items": "22em"}
"""Widths of fields; others are 13em wide."""


@dataclass
class _Control:
    """What can be moved: a widget, and what of the case it stands for.

    Parameters
    ----------
    fact : name of the fact or indicator, "" for a figure. name : its field, or the figure's path.
    before : the widget's value at first. write : from the widget's value to what a case file writes.
    """

    fact: str
    name: str
    widget: Any
    before: Any
    write: Callable[[Any], Any]

    def is_moved(self) -> bool:
        """Whether it stands elsewhere than at first."""
        return bool(self.widget.value != self.before)

    @property
    def note(self) -> str:
        """What was changed, from what to what."""
        name = f"{self.fact}的{FILLED_IN.get(self.name, self.name)}" if self.fact else label(self.name)
        return f"{name}由“{self.before}”改为“{self.widget.value}”"


def _answers(before: Sequence[Answer], text: str) -> list[dict[str, str]]:
    """是、否、是 as the answers of a checklist; the reason of one that stays the same stays with it."""
    found = [part for part in re.split("[,，、\\s]+", text) if part]
    kept = [answer.reason if answer.met == met else "" for answer, met in zip(before, found, strict=False)]
    return [{"met": met, "reason": reason} for met, reason in zip_longest(found, kept, fillvalue="")]


class CardPanel(widgets.VBox):  # type: ignore[misc]  # ipywidgets has no types
    """A scorecard to be moved by hand.

    Attributes
    ----------
    start : as it was; card : as it is now; changes : between them, as `Scorecard.what_if` takes them.
    """

    def __init__(self, card: Scorecard, also: Callable[[Scorecard], str] = lambda card: "") -> None:
        self.start = self.card = card
        self.changes: dict[str, Any] = {}
        self._also = also
        self._total, self._rows, self._said = widgets.HTML(), widgets.HTML(), widgets.HTML()
        self._controls: list[_Control] = []
        blocks = {name: lines for name, lines in self._blocks().items() if lines}
        parts = [widgets.VBox(lines, layout={"max_height": "20em", "display": "block"}) for lines in blocks.values()]
        tabs = widgets.Tab(parts, titles=list(blocks))
        self.name = widgets.Text(self._free_name(), description="另存为", layout={"flex": "1", "max_width": "48em"})
        save, reset = widgets.Button(description="保存为新案例"), widgets.Button(description="还原")
        save.on_click(lambda _: self._save())
        reset.on_click(lambda _: self.reset())
        for control in self._controls:
            control.widget.observe(lambda _: self._moved(), "value")
        super().__init__([self._total, tabs, self._rows, widgets.HBox([self.name, save, reset]), self._said])
        self._moved()

    # ---- what can be moved ----

    def _blocks(self) -> dict[str, list[Any]]:
        """The lines of each tab: the level-1 blocks, facts that have no indicator, and the figures that are divided."""
        rubric = self.start.rubric
        found: dict[str, list[Any]] = {}
        for indicator in rubric.indicators:
            lines = found.setdefault(indicator.level1, [])
            own = [self._add(indicator.key, "weight", widgets.FloatText(indicator.weight), float)]
            own += self._fact(indicator.key)
            if indicator.readings:
                names = [_AS_SCORED, *(reading.name for reading in indicator.readings)]
                own.append(self._add(indicator.key, "reading", widgets.Dropdown(options=names)))
            lines.append(self._line(indicator.key, own))
        others = [name for name in rubric.reads if name not in rubric.by_key]
        found["其他事实"] = [self._line(name, list(self._fact(name))) for name in others]
        figures = ((path, printed) for path in rubric.figures if (printed := self.start.case.printed(path)))
        found["金额等数"] = [self._line(label(path), [self._text("", path, own.value.text)]) for path, own in figures]
        return found

    def _line(self, name: str, fields: list[Any]) -> Any:
        named = widgets.HTML(html.escape(name), layout={"width": "15em"})  # which takes two lines for a long name
        return widgets.HBox([named, *fields], layout={"flex_flow": "row wrap"})

    def _fact(self, name: str) -> Iterator[Any]:
        """The fields of a fact that its rule reads and the case gives; where it gives none, all that the rule reads."""
        fact = self.start.case.facts.get(name, NO_FACT)
        levels = (band.level for band in self.start.rubric.profile.qualitative)
        chosen = {"met": tuple(ANSWERS), "level": tuple(levels)}  # and not typed
        read = [part for part in FIELDS if part in self.start.rubric.reads[name]]
        given = [part for part in read if getattr(fact, part) not in (None, (), "")]
        for part in given or read:
            value = getattr(fact, part)
            if part == "share" and not (value and value.is_points):
                percent = 100 * value.value if value else 0.0
                slider = widgets.FloatSlider(percent, step=1, continuous_update=False, readout_format=".1f")
                yield self._add(name, part, slider, lambda percent: f"{percent:g}%")
            elif value in (options := chosen.get(part, ())):
                yield self._add(name, part, widgets.Dropdown(options=options, value=value))
            else:
                write = partial(_answers, value) if part == "items" else str
                yield self._text(name, part, fact.shown(part), write)

    def _text(self, fact: str, name: str, value: str, write: Callable[[Any], Any] = str) -> Any:
        return self._add(fact, name, widgets.Text(value, continuous_update=False), write)

    def _add(self, fact: str, name: str, widget: Any, write: Callable[[Any], Any] = str) -> Any:
        widget.description = FILLED_IN.get(name, name) if fact else ""
        widget.style.description_width = "initial"
        widget.layout.width = _WIDTHS.get(name, "13em")
        self._controls.append(_Control(fact, name, widget, widget.value, write))
        return widget

    # ---- what follows ----

    def _moved(self) -> None:
        """Score anew with what has been moved; what cannot be read is said, and the last score stays."""
        changes: dict[str, Any] = {}
        for control in filter(_Control.is_moved, self._controls):
            changes[f"{control.fact}.{control.name}".lstrip(".")] = control.write(control.widget.value)
            if control.name == "share" and not self.start.case.facts.get(control.fact, NO_FACT).reason:
                changes[f"{control.fact}.reason"] = "试算"
        try:
            card = self.start.what_if(changes) if changes else self.start
        except PerfkitError as error:
            self._say(str(error), wrong=True)
            return
        self.changes, self.card = changes, card
        self._say("")
        self._show()

    def _show(self) -> None:
        before = "" if self.card is self.start else f"　（原为{self.start.line}）"
        text = f"<b>{self.card.line}</b>{before}{html.escape(self._also(self.card))}"
        self._total.value = f"<p style='font-size:1.2em'>{text}</p>"
        moved = self.moved._repr_html_() if len(self.moved) else ""
        self._rows.value = f'<div class="jp-RenderedHTMLCommon">{moved}</div>'  # as JupyterLab shows those of results

    @property
    def moved(self) -> Frame:
        """The indicators whose score has changed: before, after, step, trace."""
        rows = [
            (row.id, display(old.score), display(row.score), row.score - old.score, row.trace)
            for old, row in zip(self.start.rows, self.card.rows, strict=True)
            if abs(row.score - old.score) > SAME or math.isnan(row.score) != math.isnan(old.score)
        ]
        return frame_of(rows, ["id", "before", "after", "step", "trace"])

    def reset(self) -> None:
        """Everything as it was."""
        for control in self._controls:
            control.widget.value = control.before
        self._moved()

    # ---- saving ----

    @property
    def note(self) -> str:
        """What was changed, in Chinese."""
        return "；".join(control.note for control in filter(_Control.is_moved, self._controls))

    def save(self, path: str | Path) -> Path:
        """Write the case as it is now to a new file, YAML or workbook by its ending, with what was changed as its note.

        Raises `PerfkitError` where nothing was changed, or the file is there.
        """
        if not self.changes:
            raise PerfkitError("没有改动；先改动再保存")
        data, target = self.card.case.document.data, Path(path)
        notes = [data.get("note", ""), f"由案例{self.start.case.id}试算改得：{self.note}"]
        write_case(data | {"note": "；".join(filter(None, notes))}, target)
        return target

    def _free_name(self) -> str:
        """A name beside the case's own file."""
        own = Path(self.start.case.document.path)
        names = (own.with_name(f"{own.stem}-试算{number}.yaml") for number in range(1, 1000))
        return next(path.as_posix() for path in names if not path.exists())

    def _save(self) -> None:
        try:
            self._say(f"已写出 {self.save(self.name.value).as_posix()}。")
            self.name.value = self._free_name()
        except PerfkitError as error:
            self._say(str(error), wrong=True)

    def _say(self, text: str, *, wrong: bool = False) -> None:
        self._said.value = f"<p style='color:{'#b5483c' if wrong else 'inherit'}'>{html.escape(text)}</p>"


class UnitsPanel(widgets.VBox):  # type: ignore[misc]
    """Many units: their ranks as a table that sorts and filters itself, and one of them to be moved by hand.

    Attributes
    ----------
    panel : the `CardPanel` of the unit that is chosen; None where the cases are not loaded.
    """

    def __init__(self, portfolio: Portfolio) -> None:
        self.portfolio = portfolio
        self.panel: CardPanel | None = None
        ranks = {"output_type": "display_data", "data": {"text/html": portfolio.ranks._repr_html_()}, "metadata": {}}
        cards = [(f"{card.case.unit}　{name}", name) for name, card in portfolio.cards.items()]
        self.unit = widgets.Dropdown(options=[(DASH, None), *cards], description="试算", layout={"width": "40em"})
        self.unit.observe(lambda _: self._choose(), "value")
        self._below = widgets.VBox()
        super().__init__([widgets.Output(outputs=[ranks]), *([self.unit] if portfolio.cards else []), self._below])

    def _choose(self) -> None:
        card = self.portfolio.cards.get(self.unit.value)
        self.panel = CardPanel(card, self._rank) if card else None
        self._below.children = [self.panel] if self.panel else []

    def _rank(self, card: Scorecard) -> str:
        """The rank of a moved card among the others of its rubric as they are."""
        others = [
            own.total for own in self.portfolio.cards.values()
            if own.rubric.name == card.rubric.name and own.case.id != card.case.id and own.total == own.total
        ]  # fmt: skip
        rank = 1 + sum(total > card.total + SAME for total in others)
        return f"　名次：{rank}（共{len(others) + 1}个）"
