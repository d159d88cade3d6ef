"""Noto Sans SC, which comes with a package: for what Matplotlib draws, and its glyphs as a small font inside a page.

So no machine needs a Chinese font of its own, neither where a chart is drawn nor where it is read.
"""

from __future__ import annotations

import base64
import html
import re
import sys
from collections.abc import Iterable
from dataclasses import replace
from functools import cache, lru_cache
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

_MANAGER = "matplotlib.font_manager"

DRAWN = "Noto Sans SC"
"""The font's name for Matplotlib."""
_STOOD_IN_FOR = ("SimHei", "SimSun", "KaiTi", "FangSong", "Microsoft YaHei", "PingFang SC", "Heiti SC", "Arial")
FAMILY = "perfkit chart"
"""The name of the font inside a page."""


@cache
def font_path() -> str:
    """Path of the font file (SIL Open Font License)."""
    return str(files("pylopdf_fonts_zh_cn").joinpath("NotoSansSC-Regular.otf"))


def use_in_matplotlib() -> None:
    """Let every figure of this process show Chinese, from when Matplotlib is imported (which this does not do)."""
    if _MANAGER in sys.modules:
        _install()
    else:
        sys.meta_path.insert(0, _WhenImported())


class _WhenImported(MetaPathFinder):
    """Notices the import of Matplotlib's fonts, once, and adds the font when it is done."""

    def find_spec(self, name: str, path: Any, target: Any = None) -> ModuleSpec | None:
        if name != _MANAGER:
            return None
        sys.meta_path.remove(self)
        spec = find_spec(name)
        assert spec
        assert spec.loader
        execute = spec.loader.exec_module

        def and_then(module: ModuleType) -> None:
            execute(module)
            _install()

        spec.loader.exec_module = and_then  # type: ignore[method-assign]
        return spec


def _install() -> None:
    """Make the font the first, also under styles and settings that name another.

    It stands in for the fonts that people write into their notebooks and that this machine lacks, and for bold.
    """
    import matplotlib as mpl
    from matplotlib import font_manager

    fonts = font_manager.fontManager.ttflist
    there = {font.name for font in fonts}
    font_manager.fontManager.addfont(font_path())
    regular = fonts[-1]
    for name in {DRAWN, *_STOOD_IN_FOR} - there:
        fonts += [replace(regular, name=name, weight=weight) for weight in (400, 700)]
    for settings in (mpl.rcParams, mpl.rcParamsDefault):
        settings["font.family"] = ["sans-serif"]
        settings["font.sans-serif"] = [DRAWN, "DejaVu Sans"]
        settings["axes.unicode_minus"] = False


def chart_characters(page: str) -> frozenset[str]:
    """Every character that the texts of inline SVG show."""
    texts = re.findall(r"<text[^>]*>(.*?)</text>", page, flags=re.S)
    return frozenset("".join(html.unescape(re.sub(r"<[^>]+>", "", text)) for text in texts)) - set("\n\r\t")


@cache
def _face() -> Any:
    """The opened font; opened once a process. On Windows HarfBuzz itself opens no path with Chinese in it."""
    import uharfbuzz

    path = font_path()
    blob = uharfbuzz.Blob.from_file_path(path) if path.isascii() else uharfbuzz.Blob(Path(path).read_bytes())
    return uharfbuzz.Face(blob)


@lru_cache(maxsize=64)
def font_face(characters: frozenset[str]) -> str:
    """A ``@font-face`` rule with just these characters of Noto Sans SC (SIL OFL), or "" for none."""
    if not characters:
        return ""
    data = base64.b64encode(subset(characters)).decode("ascii")
    return f'@font-face{{font-family:"{FAMILY}";src:url(data:font/otf;base64,{data}) format("opentype")}}'


def subset(characters: Iterable[str]) -> bytes:
    """An OpenType font with the glyphs of `characters` that Noto Sans SC has, and nothing to set them vertically."""
    import uharfbuzz

    wanted = uharfbuzz.SubsetInput()
    wanted.unicode_set.set(set(map(ord, characters)))
    wanted.layout_feature_tag_set.clear()
    wanted.name_id_set.clear()
    wanted.flags = uharfbuzz.SubsetFlags.NO_HINTING | uharfbuzz.SubsetFlags.DESUBROUTINIZE
    return bytes(uharfbuzz.subset(_face(), wanted).blob.data)
