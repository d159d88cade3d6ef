"""One entry an indicator: what a case file may write once under ``indicators:``, as the blocks that the models read.

An entry holds the facts of the indicator, ``published: {weight, score, …}``, and where the rubric stands in the case
its level1, level2, weight and rule or standard. Note and source are the fact's; those of the rubric's own row stand in
``indicator: {source: …}``. Levels are filled down, as the merged cells of a printed table are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..errors import InputError, Problem
from ..reading import Document, Loc
from ..rubrics.rubric import Indicator
from .models import Fact

OF_RUBRIC = tuple(name for name in Indicator.model_fields if name not in Fact.model_fields)
"""The fields of an entry that make it a row of the rubric."""
_BLOCKS = ("indicator", "published")
_STATED = {"kind": "self_declared"}
"""The rule of a score as a document prints it, whose source is then that of the standard beside it, too."""


def spread(document: Document) -> Document:
    """The document with its entries under `facts`, `published.indicators` and `rubric.indicators`, and where each of
    them was written. Raises `InputError` for what is no entry, or stands in two places.
    """
    entries = document.data.get("indicators")
    if entries is None:
        return document
    held = list(entries.values()) if isinstance(entries, dict) else [entries]
    if not all(isinstance(entry, dict) and isinstance(entry.get("indicator", {}), dict) for entry in held):
        message = "indicators 写成“指标名: {facts 的各项, published: {…}}”，一个指标一条；"
        message += "列出分值、标准的指标体系不是案例，放在 params/rubrics，案例里写 rubric: 它的名称"
        raise InputError(document.problem(("indicators",), message))
    data = {key: value for key, value in document.data.items() if key != "indicators"}
    problems: list[Problem] = []
    origins: dict[Loc, Loc] = {}
    facts, published = dict(data.get("facts") or {}), dict(data.get("published") or {})
    printed = dict(published.get("indicators") or {})
    rows: list[dict[str, Any]] = []
    levels: dict[str, Any] = {}
    for name, entry in entries.items():
        here: Loc = ("indicators", name)
        for block, there in ((facts, "facts"), (printed if "published" in entry else {}, "published.indicators")):
            if name in block:
                problems.append(document.problem(here, f"“{name}”在 {there} 里也写了；请写在一处"))
        own = {key: value for key, value in entry.items() if key in OF_RUBRIC} | entry.get("indicator", {})
        if own:
            place: Loc = ("rubric", "indicators", len(rows))
            copied = {"source": entry["source"]} if _is_copied(entry) and "source" not in own else {}
            rows.append({"name": name} | fill_down(own, levels) | copied)
            origins |= {place: here} | {(*place, key): (*here, key) for key in rows[-1]}
        rest = {key: value for key, value in entry.items() if key not in (*OF_RUBRIC, *_BLOCKS)}
        if rest or not entry:
            facts[name] = rest
            origins["facts", name] = here
        if "published" in entry:
            printed[name] = entry["published"]
            origins["published", "indicators", name] = (*here, "published")
    if problems:
        raise InputError(problems)
    if rows:
        rubric = data.get("rubric", {})
        data["rubric"] = ({"extends": rubric} if isinstance(rubric, str) else dict(rubric or {})) | {"indicators": rows}
    data["facts"] = facts
    if printed:
        data["published"] = published | {"indicators": printed}
    return Document(document.path, data, document.lines, origins)


def fill_down(row: dict[str, Any], levels: dict[str, Any]) -> dict[str, Any]:
    """A row of a rubric with its levels, those above it where it states none; `levels` are what stands above.

    A new block without a level below it is one cell over both columns.
    """
    if row.get("level1", levels.get("level1")) != levels.get("level1"):
        levels["level2"] = row["level1"]
    levels |= {key: row[key] for key in ("level1", "level2") if key in row}
    return levels | row


def _is_copied(entry: Mapping[str, Any]) -> bool:
    """Whether the source of an entry is that of its row of the rubric, too."""
    return entry.get("rule") == _STATED and {"standard", "source"} <= entry.keys()


def gather(data: dict[str, Any]) -> dict[str, Any]:
    """What `spread` gives, as entries again."""
    whole, published = joined(data), dict(data.get("published") or {})
    entries = whole.setdefault("indicators", {})
    for name, printed in published.pop("indicators", {}).items():
        entries.setdefault(name, {})["published"] = printed
    return whole | {"published": published}


def joined(data: dict[str, Any]) -> dict[str, Any]:
    """As `gather`, but for what is published of each indicator."""
    rest, rubric = {key: value for key, value in data.items() if key != "facts"}, data.get("rubric")
    facts, entries = data.get("facts") or {}, dict[str, dict[str, Any]]()
    if isinstance(rubric, dict):
        rest["rubric"] = {key: value for key, value in rubric.items() if key != "indicators"}
        for row in rubric.get("indicators") or ():
            name = str(row.get("id") or row.get("name"))
            entry = {key: row[key] for key in row if key in OF_RUBRIC and (key, row[key]) != ("name", name)}
            own = {key: row[key] for key in row if key not in OF_RUBRIC}
            entries[name] = entry | facts.get(name, {})
            if _is_copied(entries[name]) and own.get("source") == entries[name]["source"]:
                del own["source"]
            entries[name] |= {"indicator": own} if own else {}
    entries |= {name: dict(fact) for name, fact in facts.items() if name not in entries}
    return rest | ({"indicators": entries} if entries else {})
