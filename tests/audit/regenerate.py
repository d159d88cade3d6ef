"""Rewrite the golden findings of the documents, after someone has read the difference: never done by a test.

``python tests/audit/regenerate.py`` writes tests/golden/audit/<case id>.json and names the files that changed.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from perfkit import load_cases
from perfkit.auditing import Findings, audit

REPOSITORY = Path(__file__).parents[2]
GOLDEN = REPOSITORY / "tests" / "golden" / "audit"


def golden(findings: Findings) -> dict[str, Any]:
    """What is held: everything but the messages, whose words may change."""
    data = findings.to_dict()
    for item in data["findings"]:
        del item["message"]
    return data


def write(data: dict[str, Any]) -> str:
    """The golden text: a line a finding, so that a difference can be read."""
    lines = ",\n".join(f"  {json.dumps(item, ensure_ascii=False)}" for item in data["findings"])
    rest = json.dumps({key: data[key] for key in ("by_verdict", "summary")}, ensure_ascii=False, indent=1)
    return f'{{\n"case": "{data["case"]}",\n"findings": [\n{lines}\n],\n{rest[2:]}\n'


def main() -> None:
    for case in load_cases(REPOSITORY / "params" / "cases"):
        file = GOLDEN / f"{case.id}.json"
        text = write(golden(audit(case)))
        if not file.exists() or file.read_text(encoding="utf-8") != text:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
            print(f"changed: {file.relative_to(REPOSITORY)}")


if __name__ == "__main__":
    main()
