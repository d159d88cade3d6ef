"""Small seeded fuzzers: whatever is done to a case, rubric, profile or workbook, only an input error comes of it."""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from perfkit import PerfkitError, load_case, monitor, score
from perfkit.auditing import audit
from perfkit.cases.loading import load_cases
from perfkit.documents.loading import load_document
from perfkit.rubrics.rubric import Library

ODD = (
    *("", "—", "0", "-1", "1e99", "100%", "≥90%", "0.9%", "10人", "294元", "2022年底", "3个工作日内", "[]", "{}", "是"),
    *(
        "null",
        "“10人”",
        "１０人",
        "$1%",
        "A\\B",
        '"',
        "'",
        "：",
        "，",
        ", ",
        ": ",
        "&a",
        "*a",
        "!!int 3",
        "\t",
        "9" * 18,
    ),
)
"""What people and programs leave in a file."""


def damaged(text: str, chance: random.Random) -> str:
    """The text with one to three lines changed, lost, doubled, moved, or a value replaced by an odd one."""
    lines = text.split("\n")
    for _ in range(chance.randint(1, 3)):
        i = chance.randrange(len(lines))
        match chance.randrange(6):
            case 0:
                del lines[i]
            case 1:
                lines.insert(i, lines[i])
            case 2:
                j = chance.randrange(len(lines))
                lines[i], lines[j] = lines[j], lines[i]
            case 3:
                at = chance.randrange(len(lines[i]) + 1)
                lines[i] = lines[i][:at] + chance.choice(ODD) + lines[i][at:]
            case 4:
                head, colon, _ = lines[i].rpartition(": ")
                lines[i] = head + colon + chance.choice(ODD)
            case _:
                lines[i] = " " * chance.randrange(9) + lines[i].lstrip()
        lines = lines or [""]
    return "\n".join(lines)


def used(path: Path, library: Library) -> None:
    """Everything that is done with a case. What a faulty one raises is an input error."""
    try:
        case = load_case(path, library=library)
    except PerfkitError:
        return
    audit(case)
    for action in (score, monitor):
        try:
            action(case)
        except PerfkitError:
            continue


@pytest.mark.parametrize("name", ["qingyunpu-union-2022", "qingyunpu-union-2023-monitoring", "nanchang-netinfo-2018"])
def test_damaged_cases(repo: Path, tmp_path: Path, name: str) -> None:
    text = (repo / "params" / "cases" / f"{name}.yaml").read_text(encoding="utf-8")
    chance, library = random.Random(name), Library(repo / "params")
    for number in range(40):
        path = tmp_path / f"{number}.yaml"
        path.write_text(damaged(text, chance), encoding="utf-8")
        used(path, library)


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["rubrics", "profiles"])
def test_damaged_conventions(repo: Path, tmp_path: Path, folder: str) -> None:
    shutil.copytree(repo / "params", tmp_path / "params")
    chance = random.Random(folder)
    case = tmp_path / "params" / "cases" / "qingyunpu-union-2022.yaml"
    name = {"rubrics": "qingyunpu-2022-department", "profiles": "jiangxi-department-2022"}[folder]
    file = tmp_path / "params" / folder / f"{name}.yaml"
    text = file.read_text(encoding="utf-8")
    for _ in range(40):
        file.write_text(damaged(text, chance), encoding="utf-8")
        used(case, Library(tmp_path / "params"))


@pytest.mark.slow
def test_damaged_workbooks(repo: Path, tmp_path: Path, workbook: Callable[[Path], None]) -> None:
    whole = tmp_path / "form.xlsx"
    workbook(whole)
    chance, library, content = random.Random("workbook"), Library(repo / "params"), whole.read_bytes()
    read = 0
    for number in range(60):
        changed = bytearray(content)
        for _ in range(chance.randint(1, 4)):
            changed[chance.randrange(len(changed))] = chance.randrange(256)
        path = tmp_path / f"{number}.xlsx"
        path.write_bytes(bytes(changed[: chance.randrange(1, len(changed))] if number % 5 == 0 else changed))
        handed = load_document(path, library)
        read += bool(handed.cases)
        assert handed.cases or handed.problems
        for case in handed.cases:
            audit(case)
    assert 0 < read < 60


@pytest.fixture
def workbook() -> Callable[[Path], None]:
    """Writes a filled form of one's own."""
    import openpyxl

    rows = [
        ["项目支出绩效自评表（2022年度）"],
        ["项目名称", "培训项目"],
        ["主管部门", "某局", "实施单位", "某单位"],
        ["项目资金（万元）", "", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
        ["", "年度资金总额", 100, 100, 90, 10, "90%", 9],
        ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施"],
        ["产出指标", "数量指标", "培训人数", "≥200人", "210人", 50, 50, ""],
        ["效益指标", "社会效益指标", "知晓率", "≥90%", "95%", 30, 30, ""],
        ["满意度指标", "服务对象满意度", "满意度", "≥90%", "92%", 10, 10, ""],
        ["总分", "", "", "", "", 100, 99, ""],
    ]

    def write(path: Path) -> None:
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)

    return write


@pytest.mark.slow
def test_a_folder_of_damaged_cases_names_each(repo: Path, tmp_path: Path) -> None:
    shutil.copytree(repo / "params", tmp_path / "params", ignore=shutil.ignore_patterns("cases"))
    (tmp_path / "params" / "cases").mkdir()
    for number, text in enumerate(("", "kind: evaluation", "[1, 2]", "kind: 未知\nyear: 2022", "\x00")):
        (tmp_path / "params" / "cases" / f"{number}.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(PerfkitError) as error:
        load_cases(tmp_path / "params" / "cases")
    assert [number for number in range(5) if f"{number}.yaml" not in str(error.value)] == []
