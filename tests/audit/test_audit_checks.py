"""Every check: the smallest case in which it fires, what it finds there, and the change after which it must not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from audited import findings_of, library, merged
from ruamel.yaml import YAML

from perfkit import Library
from perfkit.auditing import CODES, Code, Finding

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
        if field == "says":
            assert value in item.message
            continue
        actual = getattr(item, field)
        if field == "where":
            assert [place for place in value if place != "指标体系"] == [p for p in item.where if p in value]
        elif field == "total_effect" and value is not None:
            assert actual == pytest.approx(value, abs=1e-4)
        else:
            assert actual == value, field
    assert not of_code(code, merged(example["case"], example["holds"]), rubrics), "the check fires where it must not"


def test_every_code_has_an_example_that_fires_and_one_that_does_not() -> None:
    found = {code for code, _ in EXAMPLES}
    assert found ^ set(CODES) == set(), "tests/audit/checks/: every code has examples, and every example is of a code"
    assert all(example["finds"] and example["holds"] for _, example in EXAMPLES)


def test_every_code_has_a_title_of_its_own() -> None:
    titles = [code.title.strip() for code in CODES.values()]
    assert all(titles)
    assert len(set(titles)) == len(titles)
    assert all(name == code.name and re.fullmatch("[a-z]+(-[a-z]+)*", name) for name, code in CODES.items())


def test_every_code_has_a_paragraph_under_its_title(repo: Path) -> None:
    text = (repo / "docs" / "audit.md").read_text(encoding="utf-8")
    found = re.findall(r"^### `([a-z-]+)` (.+)\n+(?=[^#\s])", text, re.M)
    codes = {(code.name, code.title) for code in CODES.values()}
    assert set(found) ^ codes == set(), "docs/audit.md: a heading ### `code` title for every code, a paragraph below it"
    assert len(found) == len(codes)


def test_a_code_is_registered_once() -> None:
    with pytest.raises(AssertionError, match="weight-sum"):
        Code("weight-sum", "另一个标题")
