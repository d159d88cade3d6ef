"""Colours and the Chinese font of the charts. No system font is needed: Noto Sans SC comes with a package."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import Any

FAMILY = "Noto Sans SC"
INK = "#1f2933"
MUTED = "#7b8794"
MAIN = "#2f6f9f"
SECOND = "#c98b2b"
LOST = "#b5483c"
LIGHT_COLOURS = {"green": "#3f8f5b", "yellow": "#d9a514", "red": "#c0392b", "blue": "#2f6f9f"}


@cache
def font_path() -> str:
    """Path of the Noto Sans SC font file (SIL Open Font License)."""
    return str(files("pylopdf_fonts_zh_cn").joinpath("NotoSansSC-Regular.otf"))


@cache
def rc_params() -> dict[str, Any]:
    """Matplotlib settings of every chart; registers the font on first use."""
    from matplotlib import font_manager

    font_manager.fontManager.addfont(font_path())
    return {
        "font.family": [FAMILY],
        "font.size": 9.5,
        "svg.fonttype": "none",
        "svg.hashsalt": "perfkit",
        "text.color": INK,
    }
