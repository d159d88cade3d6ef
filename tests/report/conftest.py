"""The reports that the tests of this folder look at: the ten cases, and cases full of markup, all by `perfkit run`."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from perfkit.cli import run_cli
from perfkit.files import folder_lock


def evil(tag: str) -> str:
    """Text that would do harm as markup; it has to be shown as it is. `tag` tells where it came from."""
    return f"<b>{tag}</b><script>alert('{tag}')</script>&amp;\"{tag}\"<img src=x onerror=alert(1)>"


def _overview() -> dict[str, list[str]]:
    return {name: [evil(name)] for name in ("duties", "goals", "tasks", "organisation", "process", "conclusion")}


def _rubric() -> dict[str, Any]:
    block = {"level1": evil("一级"), "level2": evil("二级"), "meaning": evil("解释")}
    rules: dict[str, dict[str, Any]] = {
        "比例": {"kind": "proportional"},
        "清单": {"kind": "checklist", "items": [{"text": evil("要素")}, {"text": evil("要素二")}]},
        "扣分": {"kind": "per_item", "per_item": "10%", "item": evil("扣分项")},
        "酌情": {"kind": "judged", "criterion": evil("标准")},
        "缺数": {"kind": "proportional"},
    }
    weights = {"比例": 30, "清单": 30, "扣分": 20, "酌情": 10, "缺数": 10}
    rows = [block | {"name": evil(name), "weight": weights[name], "rule": rule} for name, rule in rules.items()]
    return {"title": evil("体系"), "profile": "nanchang-department-2018", "indicators": rows}


def _facts() -> dict[str, dict[str, Any]]:
    facts: dict[str, dict[str, Any]] = {
        "比例": {"target": "≥10次", "actual": "7次", "deviation": evil("偏差"), "improvement": evil("改进")},
        "清单": {"items": ["是", {"met": "否", "reason": evil("缘由")}]},
        "扣分": {"count": "2处"},
        "酌情": {"share": "70%", "reason": evil("理由")},
        "缺数": {"missing": evil("缺")},
    }
    return {evil(name): fact for name, fact in facts.items()}


def _budget() -> dict[str, Any]:
    return {
        "initial": {"total": "100万元", "parts": {evil("资金"): "100万元"}},
        "adjusted": "100万元",
        "final": "90万元",
        "changes": [{"name": evil("调整"), "kind": "added", "amount": "1万元", "note": evil("调整说明")}],
    }


def _problems(indicator: str) -> list[dict[str, Any]]:
    return [
        {
            "text": evil("问题"),
            "indicators": [indicator],
            "improvement": evil("措施"),
            "source": evil("出处"),
        }
    ]


def _mended(who: str) -> dict[str, Any]:
    mending = {"responsible": who, "deadline": evil("期限"), "done": "是", "evidence": evil("证明")}
    return {"text": evil("问题"), "improvement": evil("措施"), "rectification": mending}


def hostile_cases() -> dict[str, dict[str, Any]]:
    """A case of every kind with markup in every text that a page shows."""
    head = {
        "unit": {"name": evil("单位")},
        "year": 2022,
        "title": evil("标题"),
        "evaluator": evil("机构"),
        "date": evil("日期"),
        "overview": _overview(),
        "budget": _budget(),
    }
    scored = head | {"rubric": _rubric(), "facts": _facts(), "problems": _problems(evil("比例"))}
    goal = {
        "name": evil("目标"),
        "level1": evil("一级"),
        "level2": evil("二级"),
        "declared": {"name": evil("原名"), "target": "≥5次"},
        "revised": {"target": "≥5次", "adjustment": "调整", "tracking": "≥5次"},
        "compared": {"annual": "≥5次", "stage": "4次", "actual": "1次"},
        "owed": "20万元",
        "reason": {"category": "其他", "text": evil("原因")},
    }
    project = {
        "name": evil("项目"),
        "budget": _budget(),
        "goals": [evil("项目目标")],
        "facts": {evil("项目事实"): "3次"},
    }
    return {
        "evaluation": {"kind": "evaluation", **scored, "staff": {"actual": "3人", "detail": {evil("编制"): "3人"}}},
        "self": {"kind": "self_evaluation", **scored},
        "project": {"kind": "project_self_evaluation", **scored, "projects": [project]},
        "monitoring": {
            "kind": "monitoring",
            **head,
            "profile": "monitoring-default",
            "project": {"name": evil("项目")},
            "node": "2022-10-31",
            "goals": [goal],
            "problems": _problems(evil("目标")),
        },
        "department": {"kind": "department", **head, "units": ["self"], "problems": _problems(evil("比例"))},
        "declaration": {
            "kind": "declaration",
            **head,
            "goals": [goal | {"declared": {"target": "≥5次", "basis": evil("依据")}}],
            "estimate": [{"name": evil("测算"), "amount": "60万元", "basis": evil("标准")}],
            "problems": _problems(evil("目标")),
        },
        "rectification": {"kind": "rectification", **head, "problems": [_mended(evil("责任"))]},
    }


def bare_cases() -> dict[str, dict[str, Any]]:
    """The same cases with nothing in them that may be left out."""
    spare = ("overview", "budget", "problems", "staff", "projects", "evaluator", "date")
    return {name: {key: case[key] for key in case if key not in spare} for name, case in hostile_cases().items()}


@pytest.fixture(scope="session")
def reports(repo: Path, tmp_path_factory: pytest.TempPathFactory, warm_server: None) -> Path:
    """The output folder with every report, made as a user makes them; further cases in ``hostile/`` and ``bare/``.

    Made once, whichever of the processes that test side by side is the first to ask; nobody writes into it.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return _made(repo, tmp_path_factory.mktemp("reports"))
    folder = tmp_path_factory.getbasetemp().parent / "reports"
    with folder_lock(folder.with_suffix(".lock"), wait=True):
        return folder / "outputs" if (folder / "outputs").exists() else _made(repo, folder)


def _made(repo: Path, folder: Path) -> Path:
    for group, cases in (("hostile", hostile_cases()), ("bare", bare_cases())):
        (folder / "cases" / group).mkdir(parents=True)
        for name, case in cases.items():
            file = folder / "cases" / group / f"{name}.yaml"
            file.write_text(json.dumps(case, ensure_ascii=False), encoding="utf-8")
    given = ["params/cases", str(folder / "cases"), "--out", str(folder / "outputs"), "-j", "2"]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(repo)
        assert run_cli(["run", *given]) == 0
    return folder / "outputs"
