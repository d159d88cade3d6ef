"""A department against its units: budgets, changes and transfers, starting from a document in which they agree."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from perfkit import load_case
from perfkit.auditing import Finding, audit

FOLDER = Path(__file__).parents[2] / "params" / "cases" / "nanchang-union-2022"


def identities(folder: Path, file: str, old: str, new: str) -> list[Finding]:
    """The budget findings of the department after one figure of one file has changed."""
    cases = folder / "cases" / "department"
    shutil.copytree(FOLDER, cases)
    text = (cases / file).read_text(encoding="utf-8")
    assert old in text
    (cases / file).write_text(text.replace(old, new), encoding="utf-8")
    return [item for item in audit(load_case(cases / "department.yaml")) if item.code == "budget-identity"]


@pytest.mark.parametrize(
    ("file", "old", "new", "says"),
    [
        (
            "publicity-centre.yaml",
            "{正文 369: 147.76万元}",
            "{正文 369: 148.76万元}",
            "各单位全年预算数支出合计之和与部门",
        ),
        ("publicity-centre.yaml", "amount: 4.66万元", "amount: 5.66万元", "各单位追加基本支出之和与部门"),
        ("service-centre.yaml", "amount: 64.88万元", "amount: 63.88万元", "南昌市总工会职工服务中心之间转入63.88万元"),
        ("workers-university.yaml", "amount: 165.36万元", "amount: 165.66万元", "各单位核减之和与部门"),
        ("department.yaml", "正文 319: 4063.07万元", "正文 319: 4063.70万元", "年初预算数加减变动"),
    ],
)
def test_disagreement_is_found(tmp_path: Path, file: str, old: str, new: str, says: str) -> None:
    found = identities(tmp_path, file, old, new)
    if "之间" in says:
        assert any("之间" in item.message and "63.88万元" in item.message for item in found)
    else:
        assert any(says in item.message for item in found), [item.message for item in found]


def test_agreement_is_quiet(tmp_path: Path) -> None:
    assert identities(tmp_path, "department.yaml", "kind: department", "kind: department") == []
