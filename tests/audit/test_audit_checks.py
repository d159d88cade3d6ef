"""Every check: the smallest case in which it fires, what it finds there, and the change after which it must not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from audited import findings_of, library, merged
from ruamel.yaml import YAML

from perfkit import Library
from perfkit.auditing import TITLES, Finding

CHECKS = Path(__file__).parent / "checks"
EXAMPLES: list[tuple[str, dict[str, Any]]] = [
    (code, example)
    for file in sorted(CHECKS.glob("*.yaml"))
    for code, examples in YAML(typ="safe").load(file).items()
    for example in examples
]


@pytest.fixture(scope="module")
def rubrics(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return library(tmp_path_factory.mktemp("params"))


def of_code(code: str, data: dict[str, Any], rubrics: Library) -> list[Finding]:
    return [item for item in findings_of(data, rubrics) if item.code == code]


@pytest.mark.parametrize(
    ("code", "example"), EXAMPLES, ids=lambda value: value if isinstance(value, str) else value["name"]
)
def test_check(code: str, example: dict[str, Any], rubrics: Library) -> None:
    found = of_code(code, example["case"], rubrics)
    assert found, "the check does not fire"
    expected = example["finds"]
    item = next((f for f in found if expected.get("says", "") in f.message), found[0])
    for field, value in expected.items():
        actual = getattr(item, field, None)
        if field == "says":
            assert value in item.message
        elif field == "where":
            assert [place for place in value if place != "指标体系"] == [p for p in item.where if p in value]
        elif field == "total_effect" and value is not None:
            assert actual == pytest.approx(value, abs=1e-4)
        elif field != "total_effect":
            assert actual == value, field
    assert not of_code(code, merged(example["case"], example["holds"]), rubrics), "the check fires where it must not"


def test_every_code_is_tested() -> None:
    assert {code for code, _ in EXAMPLES} == set(TITLES)


def test_every_code_is_documented(repo: Path) -> None:
    headings = re.findall(r"^### `([a-z-]+)`", (repo / "docs" / "audit.md").read_text(encoding="utf-8"), re.M)
    assert headings == list(TITLES)
