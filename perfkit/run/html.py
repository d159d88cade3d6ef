"""An executed notebook as one HTML file: no script, nothing from outside, Chinese, with a table of contents."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files
from typing import Any

from .fonts import chart_characters, font_face

_HEADING = re.compile(r"<h(?P<level>[1-4])(?P<attributes>[^>]*)>(?P<text>.*?)</h(?P=level)>", re.S)
_TAG = re.compile(r"<[^>]+>")


@cache
def _exporter() -> Any:
    """One exporter a process: code hidden, only markup and errors shown."""
    from nbconvert import HTMLExporter, TemplateExporter
    from traitlets.config import Config

    class Exporter(HTMLExporter):
        """Without the second parse of the page, in which nbconvert looks for what its own templates write."""

        from_notebook_node = TemplateExporter.from_notebook_node

    config: Any = Config()
    config.TemplateExporter.exclude_input = True
    config.TemplateExporter.exclude_input_prompt = True
    config.TemplateExporter.exclude_output_prompt = True
    config.HTMLExporter.sanitize_html = False
    exporter: Any = Exporter
    return exporter(
        config=config,
        template_name="perfkit",
        extra_template_basedirs=[str(files("perfkit").joinpath("data/template"))],
        exclude_anchor_links=True,
        optimistic_validation=True,
    )


@cache
def _style() -> str:
    return files("perfkit").joinpath("data/style.css").read_text(encoding="utf-8")


def render(notebook: Any, title: str) -> str:
    """The HTML page of an executed notebook (an nbformat node); `title` is plain text."""
    body, _ = _exporter().from_notebook_node(notebook)
    return page(body, title)


def page(body: str, title: str) -> str:
    """A whole page around `body`: headings get anchors, chapters and sections a table of contents."""
    from html import escape

    entries: list[tuple[int, str, str]] = []

    def anchor(found: re.Match[str]) -> str:
        level, text = int(found["level"]), found["text"]
        name = f"s{len(entries) + 1}"
        entries.append((level, name, _TAG.sub("", text).strip()))
        return f'<h{level} id="{name}">{text}</h{level}>'

    body = _HEADING.sub(anchor, body)
    fonts = font_face(chart_characters(body))
    return (
        f'<!DOCTYPE html>\n<html lang="zh-CN">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{_style()}{fonts}</style>\n</head>\n<body>\n"
        f"<main>\n{_with_contents(body, contents(entries))}\n</main>\n</body>\n</html>\n"
    )


def _with_contents(body: str, toc: str) -> str:
    """The table of contents between the title block and the first chapter."""
    first = body.find("<h2")
    return body if first < 0 else body[:first] + toc + body[first:]


def contents(entries: list[tuple[int, str, str]]) -> str:
    """The table of contents: chapters (level 2) with their sections (level 3); `entries` hold level, anchor, text."""
    lines = [
        f'<li class="l{level}"><a href="#{name}">{text}</a></li>' for level, name, text in entries if level in (2, 3)
    ]
    if not lines:
        return ""
    return f'<nav aria-label="目录"><h2 class="toc">目录</h2><ul>{"".join(lines)}</ul></nav>\n'
