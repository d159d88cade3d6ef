"""What somebody writes in Markdown as blocks: headings, paragraphs, lists, tables; markup in it stays text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .blocks import Block, Bullets, Group, Head, Heading, Paragraph, Table

Token = Mapping[str, Any]


def blocks_of(text: str, level: int = 3) -> Group:
    """The blocks of a text; one without any mark of Markdown is its paragraphs.

    Parameters
    ----------
    level : of a heading with one ``#``; one with more lies so much deeper (5 at most).
    """
    import mistune

    parse = mistune.create_markdown(renderer=None, plugins=["table"])
    return Group(tuple(_blocks(parse(text), level)))  # type: ignore[arg-type]


def _blocks(tokens: Sequence[Token], level: int) -> Iterator[Block]:
    for token in tokens:
        kind, children = token["type"], token.get("children", ())
        if kind == "heading":
            yield Heading(_text(children), min(level + token["attrs"]["level"] - 1, 5))
        elif kind == "list":
            ordered = token["attrs"]["ordered"]
            items = [_text(item["children"]) for item in children]
            yield Bullets(tuple(f"{i}. {item}" if ordered else item for i, item in enumerate(items, start=1)))
        elif kind == "table":
            yield _table(children)
        elif kind == "block_quote":
            yield from _blocks(children, level)
        elif written := _text([token]).strip():
            yield Paragraph(written)


def _table(parts: Sequence[Token]) -> Table:
    head, *bodies = parts
    names = [_text(cell["children"]) for cell in head["children"]]
    rows = [tuple(_text(cell["children"]) for cell in row["children"]) for body in bodies for row in body["children"]]
    return Table(tuple(Head(name, 100 / len(names)) for name in names), tuple(rows))


def _text(tokens: Sequence[Token]) -> str:
    """The text of inline tokens as it was written, without the marks of emphasis."""
    found = []
    for token in tokens:
        if token["type"] in ("linebreak", "softbreak"):
            found.append("\n")
        elif "children" in token:
            found.append(_text(token["children"]) + ("\n" if token["type"] == "block_text" else ""))
        else:
            found.append(token.get("raw", ""))
    return "".join(found).rstrip("\n")
