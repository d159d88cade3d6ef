"""JSON Schemas of the YAML files, generated from the models, so that an editor completes the keys.

``python -m perfkit.schemas params/schemas`` writes them; a test holds the committed ones to the models.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from .cases.case import CaseRoot
from .documents.words import FormWords
from .rubrics.rubric import Profile, RubricFile, Source


def schemas() -> dict[str, dict[str, Any]]:
    """File name → JSON Schema."""
    adapters: dict[str, TypeAdapter[Any]] = {
        "case.json": TypeAdapter(CaseRoot),
        "rubric.json": TypeAdapter(RubricFile),
        "profile.json": TypeAdapter(Profile),
        "forms.json": TypeAdapter(FormWords),
        "sources.json": TypeAdapter(dict[str, Source]),
    }
    return {name: adapter.json_schema(by_alias=True) for name, adapter in adapters.items()}


def write_schemas(folder: Path) -> None:
    """Write every schema into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, schema in schemas().items():
        text = json.dumps(schema, ensure_ascii=False, indent=1, sort_keys=True) + "\n"
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_schemas(Path(sys.argv[1]))
