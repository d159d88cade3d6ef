"""Synthetic units from a seed: columns for the scoring core, case files for reports and audit."""

from __future__ import annotations

import itertools
import re
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from perfkit.rubrics.rubric import Profile, Rubric, RubricFile

SEED = 20241121
# Level 1, name, weight, rule: the numeric kinds, a few of each, ten indicators of ten points.
MIXED: list[tuple[str, str, dict[str, Any]]] = [
    ("产出", "培训人数", {"kind": "proportional"}),
    ("产出", "事故起数", {"kind": "proportional", "better": "lower", "reverse": "linear"}),
    ("产出", "活动次数", {"kind": "all_or_nothing"}),
    ("管理", "预算执行率", {"kind": "bands", "bands": [
        {"range": "≥100%", "share": "100%"}, {"range": "[90%,100%)", "share": "80%"},
        {"range": "[80%,90%)", "share": "50%"}, {"range": "<80%", "share": "0%"}]}),
    ("管理", "公用经费控制率", {"kind": "deduction", "from": "100%", "when": "above", "step": "1%", "per_step": "5%"}),
    ("效益", "满意度", {"kind": "deduction", "from": "90%", "when": "below", "step": "1%", "per_step": "5%"}),
    ("管理", "违规处数", {"kind": "per_item", "per_item": "25%"}),
    ("决策", "制度健全性", {"kind": "checklist", "items": [{"text": f"要素{i}"} for i in range(4)]}),
    ("决策", "目标合理性", {"kind": "checklist", "items": [
        {"text": "有目标", "share": "20%", "gate": True}, {"text": "相关", "share": "40%"},
        {"text": "合理", "share": "40%"}]}),
    ("效益", "考核等次", {"kind": "ordinal", "levels": {"优": "100%", "良": "75%", "中": "50%", "差": "0%"}}),
]  # fmt: skip
NUMERIC = ("培训人数", "事故起数", "活动次数", "预算执行率", "公用经费控制率", "满意度")


def rubric(names: tuple[str, ...] | None = None) -> Rubric:
    """A rubric of the mixed indicators, or of those named."""
    chosen = [(level1, name, rule) for level1, name, rule in MIXED if names is None or name in names]
    data = {
        "title": "合成指标体系",
        "indicators": [
            {"level1": level1, "level2": level1, "name": name, "weight": 100 / len(chosen), "rule": rule}
            for level1, name, rule in chosen
        ],
    }
    file = RubricFile.model_validate(data)
    profile = Profile(title="合成口径", no_answer="rescale")
    return Rubric("synthetic", file.title, profile, None, file.indicators, {})


def columns(size: int, names: tuple[str, ...] | None = None, seed: int = SEED) -> pd.DataFrame:
    """Facts of `size` units in wide form (see `perfkit.score_many`), of all indicators or of those named."""
    rng = np.random.default_rng(seed)
    found: dict[str, Any] = {}
    for name, low, high, target, operator in (
        ("培训人数", 50, 300, 200, "≥"),
        ("事故起数", 0, 10, 4, "≤"),
        ("活动次数", 1, 12, 6, "≥"),
    ):
        found[name] = rng.integers(low, high, size).astype(float)
        found[f"{name}.target"] = np.full(size, float(target))
        found[f"{name}.operator"] = pd.Categorical([operator] * size)
    for name, centre in (("预算执行率", 0.95), ("公用经费控制率", 1.0), ("满意度", 0.92)):
        found[name] = rng.normal(centre, 0.06, size).round(4)
    found["违规处数.count"] = rng.poisson(0.5, size).astype(float)
    for name, count in (("制度健全性", 4), ("目标合理性", 3)):
        for item in range(count):
            found[f"{name}.items[{item + 1}]"] = rng.integers(0, 2, size).astype(float)
    found["考核等次.level"] = pd.Categorical.from_codes(rng.integers(0, 4, size), ["优", "良", "中", "差"])
    return pd.DataFrame({head: column for head, column in found.items() if not names or head.split(".")[0] in names})


def write_cases(source: Path, folder: Path, count: int, seed: int = SEED, years: tuple[int, ...] = ()) -> None:
    """`count` case files like `source`, each with its own unit name and its own numbers of times (次) in its facts.

    With `years` one file a unit and year.
    """
    text = source.read_text(encoding="utf-8")
    name = re.search(r"^unit: \{name: ([^,}]+)", text, re.M)
    assert name is not None
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for number, year in itertools.product(range(count), years or (None,)):
        changed = text.replace(f"unit: {{name: {name[1]}", f"unit: {{name: 合成单位{number:06d}", 1)
        changed = re.sub(r"actual: \d+次", lambda _: f"actual: {int(rng.integers(3, 30))}次", changed)
        changed = re.sub(r"^year: \d+", f"year: {year}", changed, flags=re.M) if year else changed
        (folder / f"unit-{number:06d}{f'-{year}' if year else ''}.yaml").write_text(changed, encoding="utf-8")
