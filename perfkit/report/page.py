"""Pieces of a report page: escaped text, headings, paragraphs, lists, and tables with merged cells."""

from __future__ import annotations

import html
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import compress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..cases.case import Case


DASH = "—"
"""What a table shows where there is nothing to show."""
_KEPT = 4
"""Rows that a merged cell keeps together on one printed page; a longer group may go on overleaf."""


class Html(str):
    """Markup that is safe to show; everything from a case file has been escaped on its way in."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        return str(self)

    def __repr__(self) -> str:
        return f"<{len(self)}字的报告片段>"

    def __add__(self, other: str) -> Html:
        return Html(str.__add__(self, other if isinstance(other, Html) else text(other)))


def text(value: object) -> Html:
    """Escaped text; line breaks become <br>."""
    return value if isinstance(value, Html) else Html(html.escape(str(value)).replace("\n", "<br>"))


def join(parts: Iterable[Html | None]) -> Html:
    """One piece after the other; None is left out."""
    return Html("\n".join(part for part in parts if part))


def title(case: Case) -> Html:
    """The report's title block: unit, title, evaluator and date."""
    file = case.file
    lines = " · ".join(part for part in (case.unit, file.evaluator, file.date) if part)
    name = file.title if case.unit in file.title else f"{case.unit}{file.title}"
    return Html(f"<h1>{text(name or case.unit)}</h1>") + paragraph(lines, "byline")


def heading(value: object, level: int = 3) -> Html:
    """A heading below the notebook's chapters (level 3 or 4)."""
    return Html(f"<h{level}>{text(value)}</h{level}>")


def section(title: str, content: Html | None) -> Html | None:
    """A heading with its content, or None where there is no content."""
    return join([heading(title), content]) if content else None


def wide(*parts: Html) -> Html:
    """Parts that are printed on pages of their own, in landscape."""
    return Html(f'<div class="wide">{join(parts)}</div>')


def paragraph(value: object, kind: str = "") -> Html:
    """A paragraph; `kind` is its style class."""
    return Html(f'<p class="{kind}">{text(value)}</p>' if kind else f"<p>{text(value)}</p>")


def chapter(*parts: Html | None) -> Html:
    """What stands below a chapter's heading: one part after the other, or a sentence where there is none."""
    return join(parts) or paragraph("案例文件没有填写这部分内容。")


def bullets(values: Iterable[object]) -> Html | None:
    """A list, or None when it is empty."""
    items = "".join(f"<li>{text(value)}</li>" for value in values)
    return Html(f"<ul>{items}</ul>") if items else None


@dataclass(frozen=True, slots=True)
class Column:
    """A table column: heading and width in percent of the table.

    `number` aligns it to the right, `merge` merges equal cells, `optional` leaves it out where every cell is a dash.
    """

    name: str
    width: float
    number: bool = False
    merge: bool = False
    optional: bool = False


def _spans(rows: Sequence[Sequence[object]], depth: int) -> list[list[int]]:
    """Row span of each cell of the first `depth` columns; 0 where the cell is covered by the one above."""
    spans = [[1] * depth for _ in rows]
    for column in range(depth):
        start = 0
        for i in range(1, len(rows)):
            same = all(rows[i][c] == rows[start][c] for c in range(column + 1))
            if same:
                spans[start][column] += 1
                spans[i][column] = 0
            else:
                start = i
    return spans


def table(columns: Sequence[Column], rows: Sequence[Sequence[object]], total: Sequence[object] | None = None) -> Html:
    """A table; leading columns with `merge` span rows of equal values; `total` is a last row in bold."""
    used = [not c.optional or any(row[i] not in (DASH, "") for row in rows) for i, c in enumerate(columns)]
    columns, total = list(compress(columns, used)), list(compress(total, used)) if total else None
    rows = [list(compress(row, used)) for row in rows]
    depth = 0
    while depth < len(columns) and columns[depth].merge:
        depth += 1
    spans = _spans(rows, depth)
    scale = 100 / sum(column.width for column in columns)
    parts = ["<table><colgroup>", *(f'<col style="width:{c.width * scale:.1f}%">' for c in columns)]
    parts += [
        "</colgroup><thead><tr>",
        *(f'<th scope="col">{text(c.name)}</th>' for c in columns),
        "</tr></thead><tbody>",
    ]
    for row, covered in zip(rows, spans, strict=True):
        parts.append("<tr>")
        for i, (column, cell) in enumerate(zip(columns, row, strict=True)):
            span = covered[i] if i < depth else 1
            if span:
                rowspan = f' rowspan="{span}"' if span > 1 else ""
                kind = "n" if column.number else "long" if span > _KEPT else ""
                parts.append(f"<td{f' class={kind}' if kind else ''}{rowspan}>{text(cell)}</td>")
        parts.append("</tr>")
    if total is not None:
        cells = zip(columns, total, strict=True)
        parts += [
            '<tr class="total">',
            *(f"<td{' class=n' if c.number else ''}>{text(v)}</td>" for c, v in cells),
            "</tr>",
        ]
    parts.append("</tbody></table>")
    return Html("".join(parts))
