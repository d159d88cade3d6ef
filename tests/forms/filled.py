"""Filled forms for tests, in three heading variants, as .xlsx, .xls or .csv."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import xlwt
from openpyxl import Workbook

NATIONAL = ("年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施")
SICHUAN = ("指标性质", "指标值", "度量单位", "全年实际值", "权重", "自评得分", "未完成原因分析")
SHANGHAI = ("目标值", "完成情况", "分值", "自评分", "备注")


@dataclass(frozen=True)
class Row:
    """One indicator: level 1, level 2, name, operator, number, unit, actual number, weight, score, reason."""

    level1: str
    level2: str
    name: str
    sign: str
    target: str
    unit: str
    actual: str
    weight: float
    score: float
    reason: str = ""


ROWS = (
    Row("产出指标", "数量指标", "培训人次", "≥", "735", "人次", "735", 20, 20),
    Row("产出指标", "数量指标", "建设站点", "≥", "4", "个", "3", 10, 7.5, "选址推迟，次年补建"),
    Row("产出指标", "质量指标", "验收合格率", "=", "100", "%", "100", 10, 10),
    Row("产出指标", "时效指标", "完成及时率", "≥", "95", "%", "95", 10, 10),
    Row("效益指标", "社会效益指标", "受益职工", "≥", "2000", "人", "2100", 30, 30),
    Row("满意度指标", "服务对象满意度指标", "职工满意度", "≥", "90", "%", "92", 10, 10),
)


@dataclass(frozen=True)
class Filled:
    """A form's content; amounts are in `money`."""

    headings: tuple[str, ...] = NATIONAL
    rows: tuple[Row, ...] = ROWS
    money: str = "万元"
    initial: float | str = 100
    adjusted: float | str = 120
    final: float | str = 108
    execution_score: float | str = 9
    rate: float | str = "90%"
    total: float | str | None = 96.5
    grade: str = "优"
    blank_rows: int = 0
    index_column: bool = False
    text_numbers: bool = False
    full_width: bool = False
    title: str = "2023年度项目支出绩效自评表"
    extra: dict[tuple[int, int], Any] = field(default_factory=dict)

    def but(self, **changes: Any) -> Filled:
        """The same form with other content."""
        return replace(self, **changes)


def cells(form: Filled) -> tuple[dict[tuple[int, int], Any], list[tuple[int, int, int, int]]]:
    """Values by (row, column) and merged ranges, 1-based."""
    split = form.headings == SICHUAN
    width = 3 + len(form.headings)
    put: dict[tuple[int, int], Any] = {(1, 1): form.title}
    merged = [(1, 1, 1, width)]
    put |= {(2, 1): "项目名称", (2, 2): "职工服务项目", (3, 1): "主管部门", (3, 2): "某市总工会"}
    put |= {(3, 4): "实施单位", (3, 5): "某市职工服务中心"}
    heads = ("年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分")
    put |= {(4, 1): f"项目资金（{form.money}）"} | {(4, 3 + i): name for i, name in enumerate(heads)}
    put |= {(5, 2): "年度资金总额"}
    amounts = (form.initial, form.adjusted, form.final, 10, form.rate, form.execution_score)
    put |= {(5, 3 + i): value for i, value in enumerate(amounts)}
    put |= {(6, 2): "其中：当年财政拨款", (6, 3): form.initial, (6, 4): form.adjusted, (6, 5): form.final}
    put |= {(6, 6): "—", (6, 7): "—", (6, 8): "—"}
    put |= {(7, 1): "年度总体目标", (7, 2): "预期目标", (7, 5): "实际完成情况"}
    put |= {(8, 2): "服务职工群众", (8, 5): "基本完成"}
    row = 9 + form.blank_rows
    put |= {(row, i + 1): name for i, name in enumerate(("一级指标", "二级指标", "三级指标", *form.headings))}
    for level in ("level1", "level2"):
        column = 1 if level == "level1" else 2
        start = 0
        for i in range(1, len(form.rows) + 1):
            if i == len(form.rows) or getattr(form.rows[i], level) != getattr(form.rows[start], level):
                put[row + 1 + start, column] = getattr(form.rows[start], level)
                if i - start > 1:
                    merged.append((row + 1 + start, column, row + i, column))
                start = i
    for i, item in enumerate(form.rows):
        unit = "" if item.unit == "%" else item.unit
        percent = "%" if item.unit == "%" else ""
        if split:
            target = (item.sign, item.target, item.unit)
            actual = item.actual
        else:
            target = (f"{item.sign}{item.target}{unit}{percent}",)
            actual = f"{item.actual}{unit}{percent}"
        values = (item.name, *target, actual, item.weight, item.score, item.reason or "无")
        put |= {(row + 1 + i, 3 + j): value for j, value in enumerate(values)}
    last = row + 1 + len(form.rows)
    score_column = 3 + len(form.headings) - 1
    put |= {(last, 1): "总分", (last, score_column - 1): 100}
    if form.total is not None:
        put[last, score_column] = form.total
    if form.grade:
        put |= {(last + 1, 1): "自评等级", (last + 1, 2): form.grade}
    if form.text_numbers:
        put = {place: str(value) for place, value in put.items()}
    if form.full_width:
        table = str.maketrans("≥=%()", "≥＝％（）")
        put = {place: value.translate(table) if isinstance(value, str) else value for place, value in put.items()}
    if form.index_column:
        put = {(r, c + 1): value for (r, c), value in put.items()}
        put |= {(row + 1 + i, 1): i + 1 for i in range(len(form.rows))} | {(row, 1): "序号"}
        merged = [(top, left + 1, bottom, right + 1) for top, left, bottom, right in merged]
    return put | form.extra, merged


def write(form: Filled, path: Path) -> Path:
    """Write the form in the format of the file's ending."""
    put, merged = cells(form)
    if path.suffix == ".csv":
        rows, columns = max(r for r, _ in put), max(c for _, c in put)
        with path.open("w", encoding="gb18030", newline="") as file:
            csv.writer(file).writerows(
                [[put.get((r, c), "") for c in range(1, columns + 1)] for r in range(1, rows + 1)]
            )
    elif path.suffix == ".xls":
        book = xlwt.Workbook(encoding="utf-8")
        sheet = book.add_sheet("自评表")
        for top, left, bottom, right in merged:
            sheet.merge(top - 1, bottom - 1, left - 1, right - 1)
        for (row, column), value in put.items():
            sheet.write(row - 1, column - 1, value)
        book.save(str(path))
    else:
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = "自评表"
        for (row, column), value in put.items():
            cell = sheet.cell(row, column, value)
            if isinstance(value, str):
                cell.data_type = "s"  # "=100%" is text here, no formula
        for top, left, bottom, right in merged:
            sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
        book.save(path)
    return path
