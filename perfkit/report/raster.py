"""perfkit's own drawings as pictures for print: what Matplotlib writes as SVG of bars, lines and text, drawn again."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from .fonts import font_path

if TYPE_CHECKING:
    from PIL import ImageDraw, ImageFont

DPI = 300
_POINTS = 72  # a unit of the drawing is a point
_ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}
_NUMBER = re.compile(r"-?[\d.]+")


def png(svg: str) -> tuple[bytes, float]:
    """A picture of a drawing at `DPI`, and its width in inches.

    Only what perfkit's charts hold is drawn: straight paths, and text that starts, is centred or ends at a point.
    """
    from lxml import etree
    from PIL import Image, ImageDraw

    root = etree.fromstring(svg.encode())
    width, height = (float(part) for part in root.get("viewBox").split()[2:])
    scale = DPI / _POINTS
    picture = Image.new("RGB", (round(width * scale), round(height * scale)), "white")
    draw = ImageDraw.Draw(picture)
    for element in root.iter("{*}path", "{*}text"):
        style = dict(re.findall(r"([\w-]+): ([^;]+)", element.get("style", "")))
        if element.tag.endswith("path"):
            _path(draw, element.get("d"), style, scale)
        else:
            _text(draw, element, style, scale)
    found = io.BytesIO()
    picture.save(found, "PNG", dpi=(DPI, DPI))
    return found.getvalue(), width / _POINTS


def _path(draw: ImageDraw.ImageDraw, path: str, style: Mapping[str, str], scale: float) -> None:
    numbers = [float(number) * scale for number in _NUMBER.findall(path)]
    points = list(zip(numbers[::2], numbers[1::2], strict=True))
    if style.get("fill", "none") != "none" and len(points) > 2:
        draw.polygon(points, fill=style["fill"])
    if "stroke" not in style:
        return
    width = max(1, round(float(style.get("stroke-width", 1)) * scale))
    dash = [float(part) * scale for part in style.get("stroke-dasharray", "").split(",") if part]
    if not dash:
        draw.line(points, fill=style["stroke"], width=width)
        return
    (x0, y0), (x1, y1) = points[0], points[-1]
    length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
    for step in range(int(length // sum(dash)) + 1):
        start, end = (min(length, step * sum(dash) + part) / length for part in (0, dash[0]))
        ends = [(x0 + (x1 - x0) * at, y0 + (y1 - y0) * at) for at in (start, end)]
        draw.line(ends, fill=style["stroke"], width=width)


def _text(draw: ImageDraw.ImageDraw, element: Any, style: Mapping[str, str], scale: float) -> None:
    placed = (element.get("x"), element.get("y")) if element.get("x") else _NUMBER.findall(element.get("transform"))
    x, y = (float(part) * scale for part in placed)
    font = _font(round(float(style["font-size"].removesuffix("px")) * scale))
    anchor = _ANCHORS[style.get("text-anchor", "start")]
    draw.text((x, y), element.text or "", fill=style.get("fill", "black"), font=font, anchor=anchor)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    from PIL import ImageFont

    return ImageFont.truetype(font_path(), size)
