"""Filled forms and reports of the layouts that units use, made of figures of our own, and the dirt found in them.

A layout is a table of rows as a sheet shows them; None continues the cell above, "<" the cell to the left.
"""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from docx import Document
from openpyxl import Workbook

Rows = list[list[Any]]
GOALS = (
    ("产出指标", "数量指标", "修缮校舍", "≥", "24", "间", "24", "20", "20"),
    ("产出指标", "数量指标", "采购课桌", "≥", "600", "套", "540", "10", "9"),
    ("产出指标", "质量指标", "验收合格率", "=", "100", "%", "100", "10", "10"),
    ("产出指标", "时效指标", "按期完工率", "≥", "95", "%", "96", "10", "10"),
    ("效益指标", "社会效益指标", "受益学生", "≥", "1800", "人", "1850", "30", "30"),
    ("满意度指标", "服务对象满意度指标", "家长满意度", "≥", "90", "%", "93", "10", "10"),
)
"""Level 1, level 2, name, sign, target, unit, actual, weight, score; 89 of 90 points."""


@dataclass
class Layout:
    """A table, or several sheets, and what must come of it: the scores by indicator, the total, spending in 元."""

    rows: Rows
    scores: dict[str, str] = field(default_factory=lambda: {goal[2]: goal[8] for goal in GOALS})
    total: str = "98.6"
    final: float | None = 960_000
    kind: str = "project_self_evaluation"
    others: dict[str, Rows] = field(default_factory=dict)

    def cell(self, text: str) -> tuple[int, int]:
        """Where a text stands."""
        return next((r, c) for r, row in enumerate(self.rows) for c, value in enumerate(row) if value == text)


def head(title: str, width: int, year: str = "2023年度") -> Rows:
    return [
        [title, *["<"] * (width - 1)],
        [year, *["<"] * (width - 1)],
        ["项目名称", "校舍维修项目", *["<"] * (width - 2)],
        ["主管部门", "某县教育局", "<", "实施单位", "某县第一中学", *["<"] * (width - 5)],
    ]


def money(heads: list[str], unit: str = "万元", scale: float = 1, score: bool = True) -> Rows:
    """Fund rows: 100 planned, 100 in full, 96 spent; 10 points, 96%, 9.6."""
    amounts = {"年初": 100 * scale, "全年": 100 * scale, "到位": 100 * scale, "执行": 96 * scale}
    whole: list[Any] = []
    for name in heads:
        key = next((key for key in amounts if key in name), "全年")
        if name in ("分值", "执行率", "得分", "折算得分", "执行率（B/A）"):
            whole.append({"分值": 10, "得分": 9.6, "折算得分": 9.6}.get(name, "96%") if score else "")
        else:
            whole.append(amounts["执行" if "执行" in name or "决算" in name else key])
    part = [value if isinstance(value, int | float) and value not in (10, 9.6) else "" for value in whole]
    label = f"项目资金（{unit}）"
    return [[label, "", *heads], [None, "年度资金总额", *whole], [None, "其中：当年财政拨款", *part]]


def table(
    heads: list[str], pick: Callable[[tuple[str, ...]], list[Any]], total: Any = "98.6", columns: int = 0
) -> Rows:
    """The rows of indicators with merged levels, and the total under the column of scores."""
    rows: Rows = [["一级指标", "二级指标", "三级指标", *heads]]
    before: tuple[str, ...] = ("", "")
    for goal in GOALS:
        first = None if goal[0] == before[0] else goal[0]
        second = None if goal[:2] == before else goal[1]
        rows.append([first, second, goal[2], *pick(goal)])
        before = goal[:2]
    last: list[Any] = ["总分", *["<"] * 2, *[""] * len(heads)]
    at = next(
        (i for i, name in enumerate(heads) if name in ("得分", "自评得分", "自评分", "折算得分", "评价得分")), None
    )
    if at is not None:
        last[3 + at] = total
        rows.append(last)
    return rows


def one_cell(goal: tuple[str, ...]) -> str:
    return goal[3] + goal[4] + goal[5]


def national(
    title: str = "项目支出绩效自评表",
    names: tuple[str, ...] = ("年度指标值", "实际完成值", "分值", "得分"),
    **given: Any,
) -> Layout:
    heads = ["年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"]
    rows = head(title, 8) + money(heads, **given)
    rows += table(
        [*names, "偏差原因分析及改进措施"],
        lambda g: [one_cell(g), g[6] + g[5], g[7], g[8], "供货延误" if g[8] == "9" else ""],
    )
    return Layout(rows)


def split_columns() -> Layout:
    layout = national()
    rows = layout.rows[:7] + table(
        ["指标性质", "指标值", "度量单位", "实际完成值", "权重", "自评得分", "未完成原因分析"],
        lambda g: [g[3], g[4], g[5], g[6], g[7], g[8], "供货延误" if g[8] == "9" else ""],
    )
    return Layout(rows)


def sichuan() -> Layout:
    layout = national()
    funds = money(["年初预算数", "全年预算数", "预算执行数", "分值", "执行率", "得分", "原因"])
    rows = layout.rows[:4] + funds + layout.rows[7:]
    rows += [
        ["评价结论", "完成较好", *["<"] * 6],
        ["存在问题", "供货慢", *["<"] * 6],
        ["改进措施", "早签合同", *["<"] * 6],
    ]
    return Layout(rows)


def hubei() -> Layout:
    """Execution earns 20 × the rate, no column of weights."""
    rows = head("项目自评表", 8)
    rows += [["预算执行情况（万元）", "", "预算数（A）", "执行数（B）", "执行率（B/A）", "得分（20分*执行率）"],
             [None, "年度财政资金总额", 100, 96, "96%", 19.2]]  # fmt: skip
    scores = {goal[2]: str(float(goal[8]) - (10 if goal[2] == "受益学生" else 0)) for goal in GOALS}
    rows += table(
        ["年初目标值（A）", "实际完成值（B）", "得分"],
        lambda g: [one_cell(g), g[6] + g[5], float(scores[g[2]])],
        total=98.2,
    )
    return Layout(rows, scores=scores, total="98.2")


def hebei() -> Layout:
    funds = [["项目资金（万元）", "", "预算数", "到位数", "执行数", "分值", "执行率", "折算得分"],
             [None, "资金总额", 100, 100, 96, 10, "96%", 9.6]]  # fmt: skip
    rows = head("项目绩效自评表", 8) + funds
    rows += table(
        ["指标值", "实际值", "分值", "单项得分", "折算得分"],
        lambda g: [one_cell(g), g[6] + g[5], g[7], float(g[8]) / float(g[7]) * 100, g[8]],
    )
    return Layout(rows)


def yunnan() -> Layout:
    """Amounts in 元, headings on two rows, parent and child fund rows."""
    rows = head("项目支出绩效自评表（公开14表）", 9)
    rows += [
        ["项目资金（元）", "", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
        [None, "年度资金总额", 1000000, 1000000, 960000, 10, "96%", 9.6],
        [None, "其中：当年财政拨款", 1000000, 1000000, 960000, "", "", ""],
        [None, "中央资金", 600000, 600000, 560000, "", "", ""],
        [None, "省级资金", 400000, 400000, 400000, "", "", ""],
        ["一级指标", "二级指标", "三级指标", "年度指标值", "<", "<", "实际完成值", "分值", "得分"],
        [None, None, None, "指标性质", "指标值", "度量单位", None, None, None],
    ]
    rows += table([""] * 6, lambda g: [g[3], g[4], g[5], g[6], g[7], g[8]])[1:]
    rows.append(["总分", "<", "<", "", "", "", "", 100, 98.6])
    return Layout(rows)


def yunnan_with_names_below() -> Layout:
    """As the form comes out of some systems: nothing merged, the names of the levels on the second row of headings."""
    layout = yunnan()
    at = layout.rows.index(next(row for row in layout.rows if row[0] == "一级指标"))
    layout.rows[at : at + 2] = [
        ["绩效指标", "", "", "年度指标值", "", "", "实际完成值", "分值", "得分"],
        ["一级指标", "二级指标", "三级指标", "指标性质", "指标值", "度量单位", "", "", ""],
    ]
    layout.rows[2:4] = [["编制单位：某县教育局", "", "", "", "", "", "单位：元"], *layout.rows[2:4]]
    return layout


SPENT = {"预算数": 100, "到位数": 100, "执行数": 96}


def hebei_beside(unit: str = "", colon: str = "") -> Layout:
    """Amounts beside what they are, not below; with their `unit` in older forms."""
    named = [(f"{name}{colon}", f"{amount}{unit}" if unit else amount) for name, amount in SPENT.items()]
    rows = head("部门预算项目绩效自评表", 8) + [
        [
            "预算执行情况",
            "预算安排情况（万元）",
            "",
            "资金到位情况（万元）",
            "",
            "资金执行情况（万元）",
            "",
            "预算执行进度",
        ],
        ["", *(cell for pair in named for cell in pair), "96%"],
    ]
    rows += table(
        ["预期指标值", "实际完成值", "分值", "自评得分"],
        lambda g: [one_cell(g), g[6] + g[5], g[7], g[8]],
        total="89",
    )
    rows.append(["存在问题、原因及下一步整改措施", "采购课桌因供货延误没有完成", *["<"] * 6])
    return Layout(rows, total="89")


def department_by_nature() -> Layout:
    """Funds by source with funds by nature beside them."""
    layout = department()
    at = layout.rows.index(next(row for row in layout.rows if row[1] == "基本支出"))
    layout.rows[at : at + 2] = [
        [None, "按收入性质分：", "", "", "按支出性质分：", "", "", ""],
        [None, "其中：一般公共预算", 100, "", "其中：基本支出", 40, "", ""],
        [None, "政府性基金拨款", 0, "", "项目支出", 56, "", ""],
    ]
    return layout


def reviewed(name: str) -> Layout:
    layout = national()
    rows = layout.rows[:7] + table(
        ["年度指标值", "实际完成值", "分值", "自评分", name, "备注"],
        lambda g: [one_cell(g), g[6] + g[5], g[7], g[8], float(g[8]) - 1, ""],
    )
    return Layout(rows)


def beijing() -> Layout:
    """Execution over the initial budget, how each score is computed in a column of its own."""
    rows = head("项目支出绩效自评表", 8) + [
        ["项目资金（万元）", "", "年初预算数", "全年执行数", "分值", "执行率", "得分"],
        [None, "年度资金总额", 100, 96, 10, "96%", 9.6],
    ]
    rows += table(
        ["年度指标值", "实际完成值", "分值", "得分计算方法", "得分"],
        lambda g: [one_cell(g), g[6] + g[5], g[7], "完成得满分", g[8]],
    )
    return Layout(rows)


def transfer() -> Layout:
    """A transfer payment: C = A − 统筹整合, numbered rows, no scores."""
    rows = head("转移支付区域（项目）绩效目标自评表", 7) + [
        [
            "项目资金（万元）",
            "",
            "下达数（A）",
            "统筹整合数（B）",
            "整合后预算数（C=A-B）",
            "全年执行数（D）",
            "执行率（D/C）",
        ],
        [None, "年度资金总额", 120, 20, 100, 96, "96%"],
    ]
    rows += [["序号", *row] if i == 0 else [i, *row] for i, row in enumerate(
        table(["指标值", "全年实际完成值", "未完成原因和改进措施"], lambda g: [one_cell(g), g[6] + g[5], ""])
    )]  # fmt: skip
    return Layout(rows, scores={}, total="")


def department() -> Layout:
    """A department's form with its table of basic data on a second sheet."""
    rows = [["部门整体支出绩效自评表", *["<"] * 7], ["2023年度", *["<"] * 7], ["部门名称", "某县教育局", *["<"] * 6]]
    rows += [["年度预算申请（万元）", "", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
             [None, "年度资金总额", 100, 100, 96, 10, "96%", 9.6],
             [None, "基本支出", 40, 40, 40, "", "", ""], [None, "项目支出", 60, 60, 56, "", "", ""]]  # fmt: skip
    rows += table(
        ["年度指标值", "实际完成值", "分值", "得分", "备注"], lambda g: [one_cell(g), g[6] + g[5], g[7], g[8], ""]
    )
    basic = [
        ["财政供养人员情况", "编制数", "实际在职人数", "控制率"], ["人员情况", 46, 44, "95.65%"],
        ["经费控制情况（万元）", "上年决算数", "本年预算数", "本年决算数"],
        ["三公经费", 3.2, 3.0, 2.4], ["公用经费", 12, 11, 10.5], ["政府采购金额", "", 30, 28],
    ]  # fmt: skip
    return Layout(rows, kind="self_evaluation", others={"基础数据表": basic})


def declared() -> Layout:
    rows = head("项目支出绩效目标申报表", 5) + table(["指标值"], lambda g: [one_cell(g)])
    return Layout(rows, scores={}, total="", final=None, kind="declaration")


def declared_with_money() -> Layout:
    layout = declared()
    layout.rows[4:4] = [["项目资金（万元）", "年度资金总额：", "", 100, ""], [None, "其中：财政拨款", "", 100, ""]]
    return layout


def monitored_by_ticks() -> Layout:
    """Reasons and likelihoods as columns of their own, ticked; no full-year budget."""
    rows = head("项目支出绩效运行监控表", 12) + [
        ["项目资金（万元）", "", "年初预算数", "1-9月执行数", "1-9月执行率"],
        [None, "年度资金总额", 100, 96, "96%"],
        ["一级指标", "二级指标", "三级指标", "年度指标值", "1-9月执行情况", "偏差原因分析", "<", "<",
         "完成目标可能性", "<", "<", "备注"],
        [None, None, None, None, None, "经费保障", "其他", "原因说明", "确定能", "有可能", "完全不可能", None],
    ]  # fmt: skip
    rows += table([""] * 9, lambda g: [one_cell(g), g[6] + g[5], "√", "", "供货延误", "", "√", "", ""])[1:]
    return Layout(rows, scores={}, total="", kind="monitoring")


def monitored(county: bool = False) -> Layout:
    done = "1-9月执行情况" if not county else "1-9月完成情况"
    rows = head("项目支出绩效运行监控表（1-9月）", 9) + [
        ["项目资金（万元）", "", "年初预算数", "调整后预算数", "1-9月执行数", "1-9月执行率", "全年预计执行数"],
        [None, "年度资金总额", 100, 100, 96, "96%", 100],
    ]
    rows += table(
        [
            "年度指标值",
            done,
            "全年预计完成情况",
            *(["原因说明"] if county else ["经费保障", "原因说明"]),
            "完成目标可能性",
        ],
        lambda g: [one_cell(g), g[6] + g[5], g[6] + g[5], *([""] if county else ["", ""]), "确定能"],
    )
    return Layout(rows, scores={}, total="", kind="monitoring")


def third_party() -> Layout:
    rows = table(
        ["分值", "指标解释", "评分标准", "得分", "评分过程"],
        lambda g: [
            g[7],
            "考察完成情况",
            f"完成{g[4]}{g[5]}得满分，否则按比例得分",
            g[8],
            f"完成{g[6]}{g[5]}，得{g[8]}分",
        ],
        total="89",
    )
    return Layout(rows, total="89", final=None, kind="evaluation")


def four_levels() -> Layout:
    """The indicators stand in a fourth level; the third one groups them."""
    layout = national()
    rows = layout.rows[:7] + table(
        ["四级指标", "年度指标值", "实际完成值", "分值", "得分"], lambda g: [g[2], one_cell(g), g[6] + g[5], g[7], g[8]]
    )
    for row, goal in zip(rows[8:], GOALS, strict=False):
        row[2] = goal[1].removesuffix("指标")
    rows[9][2:4] = [rows[9][3], ""]  # one that has no fourth level
    return Layout(rows)


def without_levels(head: str = "") -> Layout:
    """No level, or one of another name; the target was changed within the year (重庆)."""
    layout = national()
    heads = [
        "指标名称",
        "计量单位",
        "指标性质",
        "年初指标值",
        "调整后指标值",
        "全年完成值",
        "指标权重",
        "指标得分",
        "说明",
    ]
    rows = [[*([head] if head else []), *heads]]
    for goal in GOALS:
        told = [
            goal[2],
            goal[5],
            goal[3],
            "1",
            goal[4],
            goal[6],
            goal[7],
            goal[8],
            "供货延误" if goal[8] == "9" else "",
        ]
        rows.append([*([goal[0]] if head else []), *told])
    return Layout([*layout.rows[:7], *rows], total="")


def points_by_level() -> Layout:
    """Every level has its weight in a column of its own, with the same heading; the last one is the indicators'."""
    whole = {name: sum(float(goal[7]) for goal in GOALS if name in goal[:2]) for goal in GOALS for name in goal[:2]}
    rows: Rows = [["一级指标", "分值", "二级指标", "分值", "三级指标", "分值", "评分理由", "评价得分"]]
    before: tuple[str, ...] = ("", "")
    for goal in GOALS:
        first = [None, None] if goal[0] == before[0] else [goal[0], whole[goal[0]]]
        second = [None, None] if goal[:2] == before else [goal[1], whole[goal[1]]]
        rows.append([*first, *second, goal[2], goal[7], f"完成{goal[6]}{goal[5]}", goal[8]])
        before = goal[:2]
    return Layout([*rows, ["合计", 90, "", 90, "", 90, "", 89]], total="89", final=None, kind="evaluation")


def points_in_names() -> Layout:
    """No column of weights: they stand in brackets behind the names."""
    rows = table(["评价标准", "得分"], lambda g: ["达到要求得满分", g[8]], total="89")
    for row, goal in zip(rows[1:], GOALS, strict=False):
        row[2] = f"{row[2]}（{goal[7]}分）"
    return Layout(rows, total="89", final=None, kind="evaluation")


def by_content() -> Layout:
    """The levels are called something else, and nothing but points is printed."""
    named = [goal[0] if i == 0 or GOALS[i - 1][0] != goal[0] else None for i, goal in enumerate(GOALS)]
    rows = [[name, goal[2], goal[7], goal[8]] for name, goal in zip(named, GOALS, strict=True)]
    heads = ["评价内容", "评价指标", "分值", "自评得分"]
    return Layout([heads, *rows, ["合计", "", 90, 89]], total="89", final=None, kind="evaluation")


def scored_twice() -> Layout:
    """What the unit gave itself, and what the evaluators gave."""
    rows = table(["分值", "单位自评得分", "评价得分", "差异原因"], lambda g: [g[7], g[7], g[8], "供货延误"], total="90")
    rows[-1][5] = "89"
    return Layout(rows, total="89", final=None, kind="evaluation")


def several_units() -> Layout:
    """A list of units with their totals, and the indicators of all of them on a second sheet."""
    rows: Rows = [["2023年度部门预算项目绩效自评汇总表（万元）", *["<"] * 6],
                  ["序号", "单位名称", "全年预算数", "全年执行数", "执行率", "自评得分", "自评等级"],
                  [1, "某县第一中学（本部）", 100, 96, "96%", 98.6, "优"], [2, "某县职业学校", 50, 40, "80%", 88, "良"],
                  ["", "某县少年宫", 10, 10, "100%", "", ""], ["合计", "", 160, 146, "91.25%", "", ""]]  # fmt: skip
    scores = {"某县第一中学（本部）": (30, 68.6), "某县职业学校": (25, 63)}
    detail = [["单位名称", "一级指标", "二级指标", "三级指标", "分值", "得分"]]
    for unit, (output, effect) in scores.items():
        detail.append([unit, "产出指标", "数量指标", "培训人次", 30, output])
        detail.append([None, "效益指标", "社会效益指标", "就业人数", 70, effect])
    return Layout(rows, others={"明细": detail})


LAYOUTS: dict[str, Callable[[], Layout]] = {
    "national": national,
    "split": split_columns,
    "cost": lambda: national(title="项目支出绩效自评表（含成本指标）"),
    "equals": lambda: national(names=("目标值", "完成值", "权重", "自评得分")),
    "sichuan": sichuan,
    "hubei": hubei,
    "hebei": hebei,
    "yunnan": yunnan,
    "yunnan-names-below": yunnan_with_names_below,
    "hebei-beside": hebei_beside,
    "hebei-with-units": lambda: hebei_beside("万元", "："),
    "department-by-nature": department_by_nature,
    "declared-with-money": declared_with_money,
    "monitored-by-ticks": monitored_by_ticks,
    "ningxia": lambda: reviewed("财政审核评分"),
    "guangshui": lambda: reviewed("复核分"),
    "beijing": beijing,
    "shanghai": lambda: national(names=("目标值", "完成情况", "分值", "自评分"), unit="元", scale=10_000),
    "transfer": transfer,
    "department": department,
    "declared": declared,
    "monitored": monitored,
    "monitored-county": lambda: monitored(county=True),
    "third-party": third_party,
    "four-levels": four_levels,
    "without-levels": without_levels,
    "one-level": lambda: without_levels("绩效指标"),
    "third-party-by-level": points_by_level,
    "third-party-in-names": points_in_names,
    "third-party-twice": scored_twice,
    "third-party-by-content": by_content,
}


# ---- dirt ------------------------------------------------------------------------------------------------------------

Dirt = Callable[[Layout], None]


def _put(layout: Layout, old: str, new: Any) -> None:
    for row in layout.rows:
        for column, value in enumerate(row):
            if str(value) == old:
                row[column] = new
                return


def _insert_column(layout: Layout) -> None:
    start = layout.cell("一级指标")[0]
    for number, row in enumerate(layout.rows):
        row.append("处室意见" if number == start else "")


def _below_heading(layout: Layout, row: list[Any], after: int = 1) -> None:
    layout.rows.insert(layout.cell("一级指标")[0] + after, row)


def _repeat_heading(layout: Layout) -> None:
    heading = [value or "" for value in layout.rows[layout.cell("一级指标")[0]]]
    _below_heading(layout, heading, after=len(layout.rows) - layout.cell("一级指标")[0] - 2)


DIRT: dict[str, Dirt] = {
    "heading once more": _repeat_heading,
    "letters of columns": lambda x: _below_heading(x, ["A", "B", "C", "D", "E", "F", "G", "H=G/F"]),
    "numbers of columns": lambda x: _below_heading(x, [1, 2, 3, 4, 5, 6, 7, 8]),
    "remark behind points": lambda x: _put(x, "9", "9（扣1分）"),
    "share for a score": lambda x: _put(x, "9", "90%"),
    "words before a number": lambda x: _put(x, "540套", "已完成540套（90%）"),
    "ratio for a target": lambda x: _put(x, "≥95%", "≥0.95"),
    "bare target": lambda x: _put(x, "≥24间", "24"),
    "text for a score": lambda x: _put(x, "10", "满分"),
    "unknown fund row": lambda x: x.rows.insert(x.cell("一级指标")[0], ["", "县里补的", 5, 5, 5]),
    "formula without value": lambda x: _put(x, "540套", "=B1*2"),
    "error value": lambda x: _put(x, "96%", "#DIV/0!"),
    "full width": lambda x: _put(x, "≥600套", "≥６００套"),
    "blank rows": lambda x: x.rows.insert(2, [""]),
    "rate as a ratio": lambda x: _put(x, "96%", 0.96),
    "range": lambda x: _put(x, "≥1800人", "1800-2000人"),
    "no year": lambda x: _put(x, "2023年度", ""),
    "unknown column": _insert_column,
    "dashes": lambda x: _put(x, "供货延误", "——"),
    "words for an amount": lambda x: _put(x, "100", "一百"),
    "about": lambda x: _put(x, "1850人", "约1850余人"),
}


def dirty(layout: Layout, kind: str) -> Layout:
    """A copy with one kind of dirt; scores that it takes away are not expected."""
    changed = copy.deepcopy(layout)
    DIRT[kind](changed)
    return changed


def blank(layout: Layout) -> Layout:
    """A copy as it is handed out: the indicators without name and figures, the money without amounts."""
    changed = copy.deepcopy(layout)
    filled = {text for goal in GOALS for text in (*goal[2:5], *goal[6:], one_cell(goal), goal[6] + goal[5])}
    own = ("供货延误", "确定能", "√", "校舍维修项目", "某县第一中学", "某县教育局")
    for rows in (changed.rows, *changed.others.values()):
        for row in rows:
            row[:] = ["" if _is_filled(value) or str(value) in filled or value in own else value for value in row]
    return changed


def _is_filled(value: Any) -> bool:
    return isinstance(value, int | float) or str(value).endswith("%") or str(value).startswith("完成")


# ---- writing ---------------------------------------------------------------------------------------------------------


def spread(rows: Rows) -> tuple[dict[tuple[int, int], Any], list[tuple[int, int, int, int]]]:
    """Values by (row, column), 1-based, and merged ranges as top, left, bottom, right."""
    values: dict[tuple[int, int], Any] = {}
    spans: dict[tuple[int, int], list[int]] = {}
    owner: dict[tuple[int, int], tuple[int, int]] = {}
    for r, row in enumerate(rows, start=1):
        for c, value in enumerate(row, start=1):
            place = (r, c)
            start = owner.get((r - 1, c)) if value is None else owner.get((r, c - 1)) if value == "<" else None
            owner[place] = start or place
            if start:
                spans.setdefault(start, [*start, *start])
                spans[start][2:] = [max(spans[start][2], r), max(spans[start][3], c)]
            elif value not in ("", None, "<"):
                values[place] = value
    return values, [(a, b, c, d) for a, b, c, d in spans.values()]


def write_xlsx(layout: Layout, path: Path) -> Path:
    book = Workbook()
    for number, (title, rows) in enumerate({"自评表": layout.rows, **layout.others}.items()):
        sheet = book.active if number == 0 else book.create_sheet()
        assert sheet is not None
        sheet.title = title
        values, spans = spread(rows)
        for (row, column), value in values.items():
            cell = sheet.cell(row, column, value)
            if isinstance(value, str) and not value.startswith(("#", "=B")):
                cell.data_type = "s"
        for top, left, bottom, right in spans:
            sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
    book.save(path)
    return path


def write_docx(layout: Layout, path: Path, before: tuple[str, ...] = (), after: tuple[str, ...] = ()) -> Path:
    document = Document()
    for text in before:
        document.add_paragraph(text)
    for rows in (layout.rows, *layout.others.values()):
        values, spans = spread(rows)
        made = document.add_table(len(rows), max(len(row) for row in rows))
        cells = [row.cells for row in made.rows]  # asked for once: each time it counts through the whole table
        for (row, column), value in values.items():
            cells[row - 1][column - 1].text = str(value)
        for top, left, bottom, right in spans:
            cells[top - 1][left - 1].merge(cells[bottom - 1][right - 1])
        document.add_paragraph("")
    for text in after:
        document.add_paragraph(text)
    document.save(str(path))
    return path


def write_html(layout: Layout, path: Path) -> Path:
    body = ""
    for rows in (layout.rows, *layout.others.values()):
        values, spans = spread(rows)
        ranges = {(top, left): (bottom - top + 1, right - left + 1) for top, left, bottom, right in spans}
        hidden = {(r, c) for t, le, b, ri in spans for r in range(t, b + 1) for c in range(le, ri + 1)} - set(ranges)
        body += "<table>"
        for r, row in enumerate(rows, start=1):
            body += "<tr>"
            for c in range(1, len(row) + 1):
                if (r, c) not in hidden:
                    down, across = ranges.get((r, c), (1, 1))
                    body += f'<td rowspan="{down}" colspan="{across}">{values.get((r, c), "")}</td>'
            body += "</tr>"
        body += "</table>"
    path.write_text(f'<html><head><meta charset="utf-8"></head><body>{body}</body></html>', encoding="utf-8")
    return path
