"""Drawings as pictures for print: Word shows no SVG that older versions can read."""

from __future__ import annotations

import re

from .fonts import font_path

DPI = 300
_POINTS = 72  # a unit of a drawing is a point


def png(svg: str) -> tuple[bytes, float]:
    """A picture of a drawing at `DPI`, and its width in inches. Raises `ValueError` where it cannot be drawn."""
    import resvg_py

    if "xmlns=" not in svg:  # inside a page a drawing needs none
        names = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"'
        svg = svg.replace("<svg ", f"<svg {names} ", 1)
    box = re.search(r'viewBox="[-\d.]+ [-\d.]+ ([\d.]+) [\d.]+"', svg)
    if box is None:
        raise ValueError("the drawing has no viewBox")
    picture = resvg_py.svg_to_bytes(
        svg_string=svg,
        background="white",
        zoom=DPI / _POINTS,
        skip_system_fonts=True,
        font_files=[str(font_path())],
    )
    return bytes(picture), float(box[1]) / _POINTS
