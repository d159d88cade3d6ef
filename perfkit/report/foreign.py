"""What others put into a notebook (Markdown, pictures, tables, printed text) as markup that a page may hold.

Nothing of it runs or is fetched: scripts, frames and what lies outside the notebook are taken out, and named. The
cleaning is bleach's, which nbconvert brings with it; perfkit's own blocks never pass through here.
"""

from __future__ import annotations

import html
import re
import zlib
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import SimpleNamespace
from typing import Any

from ..tables import cut, sorting
from .blocks import Block, from_output


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"[\w:]+", text))


_HTML_TAGS = _words(
    "a abbr b bdi bdo blockquote br caption center cite code col colgroup dd del details dfn div dl dt em figcaption "
    "figure font h1 h2 h3 h4 h5 h6 hr i img ins kbd li mark ol p pre q rp rt ruby s samp section small span "
    "strike strong sub summary sup table tbody td tfoot th thead tr tt u ul var wbr"
)
_SVG_TAGS = _words(
    "svg g path rect circle ellipse line polyline polygon text tspan textPath defs use symbol marker clipPath mask "
    "pattern linearGradient radialGradient stop title desc image style"
)
_DROPPED = re.compile(r"<(script|iframe|object|noscript|template|textarea|select|audio|video|title)\b.*?(</\1\s*>|\Z)",
                      re.S | re.I)  # fmt: skip
"""Elements whose content is no text of a report; a cleaner would leave it standing. """
_STYLE = re.compile(r"<style\b([^<>]*)>(.*?)(?:</style\s*>|\Z)", re.S | re.I)
_FETCH = r"""url\((?!\s*["']?#)|image(-set)?\(|src\(|@import|expression\(|javascript:"""
_FETCHES = re.compile(_FETCH, re.I)
"""What fetches something or runs, in an attribute."""
_UNSAFE_STYLE = re.compile(rf"{_FETCH}|[\\<]", re.I)
"""The same in a style, with the escapes that may hide it."""
_ACTIVE = re.compile(rf"""{_FETCH}|[\s"'/]on\w+\s*=|href\s*=\s*(?!["']?#)|<(?!/?(svg|g|path|text)\b)|&#""", re.I)
"""What a drawing of perfkit does not hold."""
_ADDRESSES = _words("href src xlink:href")
_NEVER = _words("srcdoc srcset action formaction ping poster background data cite longdesc xml:base base border")
_EMBEDDED = re.compile(r"#|data:image/(png|jpeg|gif|webp);base64,", re.I)
_TAG = re.compile(r"<\w[^>]*>")
_ID = re.compile(r"""(?: id="|url\(#|href="#)[^")]+""")
_NAMES = {
    "application/vnd.jupyter.widget-view+json": "小部件（ipywidgets）",
    "application/javascript": "JavaScript 脚本",
}


def parts(notebook: Mapping[str, Any], notes: list[str]) -> Iterator[Block | str]:
    """What an executed notebook shows, in order: perfkit's own blocks from their data, anything else as markup.

    `notes` get a Chinese sentence for each thing that is left out, with the number of its cell, counted from 1.
    """
    for number, cell in enumerate(notebook["cells"], start=1):
        said: list[str] = []
        if cell["cell_type"] == "markdown":
            yield markdown(cell["source"], said, cell.get("attachments"))
        for output in cell.get("outputs", ()):
            block = from_output(output)
            yield shown(output, said) if block is None else block
        notes += [f"第{number}格{sentence}" for sentence in dict.fromkeys(said)]


def shown(output: Mapping[str, Any], said: list[str]) -> str:
    """An output as markup; what is left out adds its sentence to `said`, without the number of the cell."""
    kind = output["output_type"]
    if kind == "stream" and output.get("name") == "stderr":
        first = next(filter(None, map(str.strip, _plain(output["text"]).splitlines())), "")
        if first and not any(sentence.startswith("的标准错误") for sentence in said):
            said.append(f"的标准错误：{cut(first, 120)}")
        return ""
    if kind == "stream":
        return _pre(output["text"])
    if kind == "error":
        return '<pre class="error">' + html.escape("{ename}: {evalue}".format(**output)) + "</pre>"
    data = output.get("data", {})
    for mime, make in _MAKERS.items():
        if mime in data and (markup := make(data[mime], said)):
            return markup
    if strange := [mime for mime in data if mime not in _MAKERS and mime != "text/plain"]:
        said.append(f"：{next((_NAMES[mime] for mime in strange if mime in _NAMES), f'{strange[0]} ')}不能在页面上显示")
        return ""
    return _pre(data.get("text/plain", "")) if len(data) == 1 else ""


def _plain(text: str) -> str:
    """Text as a terminal leaves it: without colours, and without what a carriage return overwrites."""
    return re.sub(r"\x1b\[[0-9;]*[A-Za-z]|[^\n]*\r(?!\n)", "", text)


def _pre(text: str) -> str:
    plain = _plain(text)
    return f"<pre>{html.escape(plain)}</pre>" if plain.strip() else ""


def markdown(source: str, said: list[str], attachments: Mapping[str, Any] | None = None) -> str:
    """Markdown as markup, with the pictures that are attached to its cell; formulas stay text."""
    from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

    renderer = IPythonRenderer(escape=False, attachments=dict(attachments or {}), exclude_anchor_links=True)
    return cleaned(str(MarkdownWithMath(renderer=renderer).render(source)), said)


def cleaned(markup: str, said: list[str]) -> str:
    """Markup without anything that runs or is fetched; only its style sheets where nothing is left to be seen."""
    import bleach

    styles: list[str] = []

    def style(found: re.Match[str]) -> str:
        if _UNSAFE_STYLE.search(found[2]):
            said.append("：引用外部内容的样式已去掉")
        elif "scoped" not in found[1]:  # pandas' own says less than the page's
            styles.append(f"<style>{found[2]}</style>")
        return ""

    def allowed(tag: str, name: str, value: str) -> bool:
        name = name.lower()
        if name.startswith("on") or name in _NEVER:
            return False
        if name not in _ADDRESSES:
            return name in ("style", "alt", "title", "aria-label") or not _FETCHES.search(value)
        if _EMBEDDED.match(value) or (tag == "a" and re.match(r"https?:|mailto:", value)):
            return True
        if tag != "a":
            said.append(f"：图片“{cut(value, 60)}”在报告之外，没有放进页面；请把图片附在单元格里或用 display 显示")
        return False

    def styled(style: str) -> str:
        return ";".join(part for part in style.split(";") if not _UNSAFE_STYLE.search(part))

    still, dropped = _DROPPED.subn("", _STYLE.sub(style, markup.replace(sorting(), "")))
    tags, protocols = _HTML_TAGS | _SVG_TAGS - {"style"}, {"http", "https", "mailto", "data"}
    sanitizer = SimpleNamespace(sanitize_css=styled)
    cleaner = bleach.Cleaner(tags, attributes=allowed, protocols=protocols, strip=True, css_sanitizer=sanitizer)
    clean = re.sub(r'<img (?![^>]*\bsrc=)(?:[^>]*\balt="([^"]*)")?[^>]*>', r"\1", str(cleaner.clean(still)).strip())
    if dropped:
        said.append("：网页里的脚本或嵌入内容不能在页面上显示")
    seen = re.search(r"<(img|svg|hr)\b", clean) or re.sub(r"<[^>]+>", "", clean).strip()
    return "".join(styles) + (clean if seen else "")


def drawing(svg: str, said: list[str] | None = None) -> str:
    """An SVG drawing for the inside of a page, with ids of its own; "" where it is none.

    One of perfkit's (without `said`) holds nothing but shapes and text and passes as it is, any other is cleaned.
    Matplotlib names the parts of every figure alike, so ids get a mark of the drawing.
    """
    svg = re.sub(r"<metadata\b.*?(</metadata>|\Z)", "", svg[max(svg.find("<svg"), 0) :], flags=re.S)
    svg = svg.replace("xlink:href", "href")
    if said is not None or _ACTIVE.search(svg):
        svg = cleaned(svg, [] if said is None else said)
    mark = f"-{zlib.crc32(svg.encode()):08x}"
    return _TAG.sub(lambda tag: _ID.sub(rf"\g<0>{mark}", tag[0]), svg)


def _picture(mime: str, data: str, said: list[str]) -> str:
    found = re.sub(r"\s", "", data)
    return f'<p><img alt="" src="data:{mime};base64,{found}"></p>' if re.fullmatch(r"[\w+/]+=*", found) else ""


_MAKERS: dict[str, Callable[[str, list[str]], str]] = {
    "text/html": cleaned,
    "text/markdown": markdown,
    "image/svg+xml": lambda svg, said: f"<div>{found}</div>" if (found := drawing(svg, said)) else "",
    **{mime: partial(_picture, mime) for mime in ("image/png", "image/jpeg", "image/gif", "image/webp")},
    "text/latex": lambda text, said: _pre(text),
}
"""What a page can show of an output, the best first."""
