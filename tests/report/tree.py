"""A page as a tree, read strictly: what does not nest is an error, so that nothing is mended in silence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass(eq=False)
class Node:
    """An element; its content is text and elements in order."""

    tag: str
    attributes: dict[str, str]
    content: list[Node | str] = field(default_factory=list)
    parents: tuple[str, ...] = ()

    def all(self, *tags: str) -> Iterator[Node]:
        """Every element below with one of the tags (any tag without arguments), in document order."""
        for part in self.content:
            if isinstance(part, Node):
                if not tags or part.tag in tags:
                    yield part
                yield from part.all(*tags)

    def one(self, tag: str) -> Node:
        (found,) = self.all(tag)
        return found

    @property
    def text(self) -> str:
        """The visible text, a line break for <br>; no style sheets, no title."""
        if self.tag in ("style", "title"):
            return ""
        return "".join(part if isinstance(part, str) else part.text for part in self.content)

    @property
    def raw(self) -> str:
        """The text directly inside, also of a style sheet or a title."""
        return "".join(part for part in self.content if isinstance(part, str))

    def of_class(self, name: str) -> list[Node]:
        return [node for node in self.all() if name in node.attributes.get("class", "").split()]


class Reader(HTMLParser):
    """Builds the tree below `root`."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(set(names)) == len(names), f"an attribute twice in <{tag}>"
        parents = tuple(node.tag for node in self.open[1:])
        node = Node(tag, {name: value or "" for name, value in attrs}, parents=parents)
        self.open[-1].content.append(node)
        if tag == "br":
            node.content.append("\n")
        elif tag not in VOID:
            self.open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if self.open[-1].tag == tag and tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}> at {self.getpos()}"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].content.append(data)


def parse(markup: str) -> Node:
    """The tree of a piece of markup."""
    reader = Reader()
    reader.feed(markup)
    reader.close()
    assert reader.open == [reader.root], f"<{reader.open[-1].tag}> is never closed"
    return reader.root


@cache
def read(path: Path) -> Node:
    """The tree of a whole page."""
    text = path.read_text(encoding="utf-8")
    assert text.startswith("<!DOCTYPE html>\n<html")
    return parse(text)
