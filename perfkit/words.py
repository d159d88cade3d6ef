"""Every Chinese name that more than one place shows, once: charts, tables, terminal, workbooks and the audit read them.

Keys are the English names of the data (YAML, JSON, attributes); the order is the order in which they are shown. What a
name is called in tables, in the path of a figure, in workbooks and in an editor is one row of ``words.csv``.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Literal, NamedTuple

DASH = "—"
"""What is shown where there is nothing to show."""

KINDS = {
    "evaluation": "绩效评价",
    "self_evaluation": "整体自评",
    "project_self_evaluation": "项目自评",
    "declaration": "目标申报",
    "monitoring": "运行监控",
    "department": "部门汇总",
    "rectification": "整改跟踪",
}
"""Kind of case."""

CHANGES = {"added": "追加", "cut": "核减", "transfer_in": "转入", "transfer_out": "转出"}
"""Ways in which a budget changes within the year."""

CHANGE_HEADS = ("调整事项", "方式", "金额")
"""Heads of the table of those changes, by which it is also read back."""

SPENDING = {"procurement": "政府采购", "three_public": "“三公”经费", "public_expense": "公用经费"}
"""Kinds of spending with a budget of their own."""

with files("perfkit").joinpath("words.csv").open(encoding="utf-8") as _file:
    _NAMES = list(csv.DictReader(_file))


def _names(where: str) -> dict[str, str]:
    """Name in the data → what it is called in one place: a column of ``words.csv``."""
    return {row["name"]: row[where] for row in _NAMES if row[where]}


FIELDS = {
    **dict.fromkeys(("budget", "facts", "parts", "amount", "detail"), ""),
    **{f"{kind}.budget": "预算数" for kind in SPENDING},
    **_names("figure"),
}
"""Steps of a figure's path; "" where the others say enough, ``block.step`` where a step means something else there."""


STAGES = {name: FIELDS[name] for name in ("initial", "adjusted", "received", "final", "forecast")}
"""Stages of a budget, as the official forms head their columns; `adjusted` is the full-year budget after adjustment,
`forecast` what a unit expects to spend by the end of the year.
"""

_PARTS = ("income", "general_income", "other_income", "total", "basic", "staff", "public", "project")
PARTS = {name: FIELDS[name] for name in _PARTS}
"""Figures of a budget stage."""
COMPOSED = {"total": ("basic", "project"), "basic": ("staff", "public"), "income": ("general_income", "other_income")}
"""Those that are the sum of others."""


def label(path: str) -> str:
    """Chinese name of a figure's path: budget.final.basic → 全年执行数基本支出; a figure goes by its own name."""
    block, *steps = path.split(".")
    if block == "figures" or (block == "facts" and steps[-1] not in FIELDS):
        return ".".join(steps)
    if block == "facts":
        return ".".join(steps[:-1]) + FIELDS[steps[-1]]
    return SPENDING.get(block, "") + "".join(FIELDS.get(f"{block}.{step}", FIELDS.get(step, step)) for step in steps)


MORE_IS_BETTER = (
    "满意度", "完成率", "合格率", "覆盖率", "达标率", "及时率", "到位率", "知晓率", "利用率", "达成率",
    "节约率", "节支率", "符合率", "通过率", "准确率", "成活率", "出勤率", "办结率", "整改率", "优良率", "普及率",
)  # fmt: skip
"""How the names of rates end of which more is better; an upper limit as their target is doubtful."""

_SAVED = re.compile("节约|节支|节省|降低|下降|减少|缩短|压减|压降")
"""What is said of a thing of which less is better, so that more of what is said is: 成本节约率, 缩短工期."""
_LESS_IS_BETTER = re.compile(
    ".*(?:(?:建设|施工|实施|办理|办结|审批|审核|响应|等待|处理|处置|修复)(?:周期|时间|时长|天数)|工期|时限"
    "|(?:投诉|事故|故障|差错)(?:发生)?率|(?:损耗|损失|漏损|错误|误差|失误|失败|超支|缺勤|返工|退货|逾期|死亡|发病|流失|空置|闲置"
    "|失业|违规|违约|不合格|辍学|复发|返贫|预算调整|结转结余|(?:人员|经费)[”\"]?(?:控制|变动))率)"
    "|(?!.*(?:[受办处调]理|处置|[调化]解|接待|排[查除]|查处|[答回]复|救援)).*(?:投诉|事故)(?:发生)?(?:[次起件]?数量?|量)?"
)  # fmt: skip


def less_is_better(name: str, level: str = "") -> bool:
    """Whether a target without a sign is an upper limit, by the name of an indicator or of its level (产出成本)."""
    if _SAVED.search(name) or name.endswith(MORE_IS_BETTER):
        return False
    return "成本" in level or _LESS_IS_BETTER.fullmatch(name) is not None


NO_SUM = "率|均|价|标准"
"""Words in the names of figures that do not add up: rates, averages, prices."""

NO_STANDARD, NOT_APPLIED = "没有载明评分标准", "没有按印出的评分标准复算"
"""Why a stated score is kept: none is printed, or one that the reader of a document does not score by."""
AS_STATED = "所列得分，没有复算"
"""What stands behind a printed standard in place of what is scored, where the stated score is kept."""

STATUSES = {
    "scored": "按标准",
    "judged": "评定",
    "declared": "列示得分",
    "overridden": "改判",
    "not_applicable": "不适用",
    "missing": "缺数据",
    "full": "口径计满分",
    "zero": "口径计零分",
}
"""How an indicator got its score: by rule, by the evaluator, stated without rule, by the evaluator against its rule,
does not apply, no data, or as the profile fills in a rule without answer."""

NARRATIVES = (
    "声明", "摘要", "背景", "立项依据", "项目内容", "组织管理", "评价目的", "评价对象和范围", "评价原则", "评价方法",
    "指标体系说明", "抽样", "评价过程", "评价结论", "主要经验", "存在问题", "建议", "结果应用与公开",
    "其他需要说明的问题", "访谈",
)  # fmt: skip
"""Parts of a report that a case may tell in its own words; below a level of the rubric its name is one too."""

OVERVIEW = {
    "duties": "主要职责",
    "organisation": "机构设置",
    "goals": "年度目标",
    "tasks": "工作任务",
    "process": "评价过程",
    "conclusion": "总体结论",
}
"""What a case lists of its unit and of the evaluation."""

OUTCOMES = {"scored": "已评分", "incomplete": "缺数据", "not_applicable": "不适用"}
"""How far a case is scored."""

SEVERITIES = {"error": "错误", "warning": "警告", "question": "疑问", "info": "提示"}
"""How grave a finding is, the gravest first."""

VERDICTS = {"grade": "影响等级", "score": "影响得分", "figure": "只涉及数字", "question": "待核实"}
"""What a finding changes when it is corrected."""


HEADS = _names("table") | {f"findings_{verdict}": f"核验：{name}" for verdict, name in VERDICTS.items()}
"""Heads of the columns of tables that people get; the keys are the names by which a program asks for them."""


class Light(NamedTuple):
    """A light of monitoring: its name, its colour on screen and paper (#rrggbb), and how a goal with it stands to what
    it should have reached: reached, short of it, behind (far short), or ahead (far above).
    """

    name: str
    colour: str
    standing: Literal["reached", "short", "behind", "ahead"]


LIGHTS = {
    "green": Light("绿灯", "#3f8f5b", "reached"),
    "yellow": Light("黄灯", "#d9a514", "short"),
    "red": Light("红灯", "#c0392b", "behind"),
    "blue": Light("蓝灯", "#2f6f9f", "ahead"),
}
"""Lights of monitoring; reports, charts, the page's style and the audit take from here what they say of them."""

VALUES: dict[str, Mapping[Any, str]] = {
    "kind": KINDS,
    "status": STATUSES | OUTCOMES,
    "severity": SEVERITIES,
    "verdict": VERDICTS,
    "light": {name: light.name for name, light in LIGHTS.items()},
    "feasible": {True: "可行", False: "不可行"},
    "is_limit": {True: "是", False: "否"},
}
"""Column → what its values are called."""

FILLED_IN = HEADS | FIELDS | _names("workbook")
FILLED_IN |= {f"overview.{name}": f"{title}（每行一条）" for name, title in OVERVIEW.items()}
"""What stands above a column of a workbook: by the path of its field, or the field's own name."""

EXAMPLES = _names("note")
"""The note on a column's head."""

KEYS = _names("editor")
"""What the remaining keys of YAML files are called in an editor."""
