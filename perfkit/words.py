"""Every Chinese name that more than one place shows, once: charts, tables, terminal, workbooks and the audit read them.

Keys are the English names of the data (YAML, JSON, attributes); the order is the order in which they are shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

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

STAGES = {
    "initial": "年初预算数",
    "adjusted": "全年预算数",
    "received": "到位资金",
    "final": "全年执行数",
    "forecast": "全年预计执行数",
}
"""Stages of a budget, as the official forms head their columns; `adjusted` is the full-year budget after adjustment,
`forecast` what a unit expects to spend by the end of the year.
"""

PARTS = {
    "income": "收入合计",
    "general_income": "一般公共预算收入",
    "other_income": "其他收入",
    "total": "支出合计",
    "basic": "基本支出",
    "staff": "人员经费",
    "public": "公用经费",
    "project": "项目支出",
}
"""Figures of a budget stage."""

CHANGES = {"added": "追加", "cut": "核减", "transfer_in": "转入", "transfer_out": "转出"}
"""Ways in which a budget changes within the year."""

CHANGE_HEADS = ("调整事项", "方式", "金额")
"""Heads of the table of those changes, by which it is also read back."""

SPENDING = {"procurement": "政府采购", "three_public": "“三公”经费", "public_expense": "公用经费"}
"""Kinds of spending with a budget of their own."""

FIELDS = {
    **dict.fromkeys(("budget", "facts", "parts", "amount", "detail"), ""),
    **STAGES,
    **PARTS,
    **{f"{kind}.budget": "预算数" for kind in SPENDING},
    "staff.actual": "在职人数",
    "assets.total": "净值合计",
    "changes": "预算变动",
    "opening": "年初",
    "closing": "年末",
    "gross": "资产原值",
    "depreciation": "累计折旧",
    "net": "资产净值",
    "cash": "货币资金",
    "in_use": "在用资产",
    "count": "数量",
    "purchases": "本年购置",
    "disposals": "本年处置",
    "actual": "实际数",
    "last_year_budget": "上年预算数",
    "last_year_actual": "上年实际数",
    "established": "编制人数",
    "target": "目标值",
    "declared": "自报得分",
    "owed": "待支付",
    "compared": "对比表",
    "revised": "核对调整表",
    "tracking": "跟踪目标值",
    "annual": "全年目标值",
    "stage": "本阶段目标值",
    "compared.forecast": "全年预计完成值",
}
"""Steps of a figure's path; "" where the others say enough, ``block.step`` where a step means something else there."""


def label(path: str) -> str:
    """Chinese name of a figure's path: budget.final.basic → 全年执行数基本支出; a figure goes by its own name."""
    block, *steps = path.split(".")
    if block == "figures" or (block == "facts" and steps[-1] not in FIELDS):
        return ".".join(steps)
    if block == "facts":
        return ".".join(steps[:-1]) + FIELDS[steps[-1]]
    return SPENDING.get(block, "") + "".join(FIELDS.get(f"{block}.{step}", FIELDS.get(step, step)) for step in steps)


MORE_IS_BETTER = (
    "满意度", "完成率", "合格率", "覆盖率", "达标率", "及时率", "到位率", "知晓率", "利用率", "达成率"
)  # fmt: skip
"""How the names of rates end of which more is better; an upper limit as their target is doubtful."""

STANDARD = "评分标准"
"""What is read of a printed standard: the name of the reading, and how its further readings begin."""
UNREAD = f"{STANDARD}没有读懂"
"""How the note of an indicator begins whose printed standard gives no rule."""

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


HEADS = {
    "case": "案例",
    "unit": "单位",
    "parent": "主管部门",
    "year": "年度",
    "kind": "类型",
    "rubric": "指标体系",
    "profile": "评分口径",
    "id": "指标",
    "level1": "一级指标",
    "level2": "二级指标",
    "name": "三级指标",
    "weight": "分值",
    "share": "得分率",
    "score": "得分",
    "score_rate": "得分率",
    "rule": "标准种类",
    "standard": "评分标准",
    "trace": "评分过程",
    "reading": "读法",
    "source": "依据",
    "note": "说明",
    "difference": "与计分相差",
    "total": "得分",
    "max": "最高可得",
    "grade": "等级",
    "status": "状态",
    "rank": "名次",
    "median": "中位数",
    "units": "单位数",
    "losing": "失分单位数",
    "lost": "平均失分",
    "reasons": "原因（出现次数）",
    "strengths": "强项（得分率，同体系中位数）",
    "weaknesses": "弱项（得分率，同体系中位数）",
    "quadrant": "执行与绩效",
    "change": "另作判定",
    "target": "目标值",
    "items": "要素满足情况",
    "level": "达成等次",
    "label": "年度",
    "document": "资料",
    "project": "项目",
    "what": "内容",
    "budget": "全年预算",
    "spent": "支出",
    "text": "问题",
    "improvement": "改进措施",
    "became": "次年情况",
    "published": "公布得分",
    "common": "共同指标得分率",
    "step": "变化",
    "common_step": "共同指标变化",
    "by_facts": "因事实",
    "by_weights": "因分值和指标",
    "by_rules": "因评分标准",
    "matched": "共同指标数",
    "aspect": "变动",
    "before": "原来",
    "after": "现在",
    "effect": "总分变化",
    "rank_from": "名次自",
    "rank_to": "名次至",
    "leads": "居首的比例",
    "moves": "名次变动的比例",
    "swaps": "被下一名超过的比例",
    "moved": "名次变动的单位数",
    "furthest": "最大变动（位）",
    "annual_target": "全年目标值",
    "stage_target": "本阶段目标值",
    "tracking_target": "跟踪目标值",
    "actual": "实际完成值",
    "rate_to_stage": "阶段完成率",
    "rate_to_annual": "全年完成率",
    "deviation": "偏差",
    "forecast": "全年预计",
    "light": "亮灯",
    "projection": "按现进度年底可达",
    "reaches_annual": "能否达到全年目标",
    "adjustment": "调整类型",
    "category": "原因类别",
    "reason": "原因",
    "likelihood": "完成可能性",
    "node": "监控节点",
    "funds_in_place_rate": "资金到位率",
    "execution_rate": "预算执行率",
    "time_progress": "序时进度",
    "gap": "与序时进度相差",
    "feasible": "资金能否支付",
    "shortfall": "缺口（元）",
    "severity": "级别",
    "verdict": "影响",
    "code": "代码",
    "indicator": "指标",
    "where": "位置",
    "printed": "印作",
    "expected": "应为",
    "total_effect": "总分影响",
    "grade_effect": "等级影响",
    "message": "说明",
    **{f"findings_{verdict}": f"核验：{name}" for verdict, name in VERDICTS.items()},
}
"""Heads of the columns of tables that people get; the keys are the names by which a program asks for them."""


class Light(NamedTuple):
    """A light of monitoring: its name, and its colour on screen and paper (#rrggbb)."""

    name: str
    colour: str


LIGHTS = {
    "green": Light("绿灯", "#3f8f5b"),
    "yellow": Light("黄灯", "#d9a514"),
    "red": Light("红灯", "#c0392b"),
    "blue": Light("蓝灯", "#2f6f9f"),
}
"""Lights of monitoring; charts and the page's style take the colours from here."""

VALUES: dict[str, Mapping[Any, str]] = {
    "kind": KINDS,
    "status": STATUSES | OUTCOMES,
    "severity": SEVERITIES,
    "verdict": VERDICTS,
    "light": {name: light.name for name, light in LIGHTS.items()},
    "feasible": {True: "可行", False: "不可行"},
    "reaches_annual": {True: "能", False: "不能"},
}
"""Column → what its values are called."""

FILLED_IN = {
    **HEADS,
    **FIELDS,
    "actual": HEADS["actual"],
    "unit.name": "单位名称",
    "unit.short": "单位简称",
    "unit.printed": "原文所印单位",
    "title": "报告标题",
    "number": "报告编号",
    "client": "委托单位",
    "evaluator": "评价机构",
    "team.leader": "主评人",
    "team.members": "评价组成员（每行一人）",
    "date": "日期",
    "basis": "评价依据的文号（每行一个）",
    "rubric.title": "指标体系名称",
    **{f"overview.{name}": f"{title}（每行一条）" for name, title in OVERVIEW.items()},
    "materials": "资料清单（每行一件）",
    "narrative.评价过程": "评价过程（成段的文字）",
    "published.total": "报告公布的总分",
    "published.grade": "报告公布的等级",
    "indicator.name": "三级指标",
    "indicator.id": "编号（重名时）",
    "indicator.bonus": "最多加分",
    "indicator.penalty": "最多扣分",
    "indicator.meaning": "指标解释",
    "indicator.rule": "评分规则",
    "indicator.source": "指标依据",
    "indicator.note": "指标说明",
    "measure": "计算公式",
    "name": "名称",
    "target": "年度指标值",
    "count": "发现数",
    "met": "是否符合",
    "share": "评定比例",
    "declared": "列示得分",
    "reason": "理由",
    "not_applicable": "不适用的原因",
    "missing": "缺数据的原因",
    "deviation": "偏差原因",
    "evidence": "佐证",
    "narrative": "分析文字",
    "uses": "另用的数",
    "source": "资料来源",
    "indicators": "涉及指标（每行一个）",
    "stage": "阶段",
    "who": "提出人",
    "opinion": "意见",
    "taken": "是否采纳",
    "amount": "金额",
    "part": "涉及部分",
    "counterpart": "对方单位",
    "compared.stage": "本阶段目标值",
    "rectification.responsible": "责任单位",
    "rectification.deadline": "整改期限",
    "rectification.done": "是否完成整改",
    "rectification.evidence": "整改佐证",
    "asked": "调查对象",
    "issued": "发放份数",
    "returned": "回收份数",
    "valid": "有效份数",
    "satisfied": "算满意的选项（每行一个）",
    "group": "分组的列",
    "file": "答卷文件",
    "sheet": "答卷工作表",
    "questions": "题目",
}
"""What stands above a column of a workbook: by the path of its field, or the field's own name."""

EXAMPLES = {
    "target": "写成文件里的样子，带单位：≥60家、100%、2022年11月底前",
    "actual": "带单位：62家、96%、2022年10月15日",
    "items": "每个要素一行，按评分标准的顺序：\n是：理由\n否：理由",
    "count": "发现几处，带单位：1项；没有就写 0项",
    "share": "由评价人酌情评定时写百分比：75%，并在“理由”里写明为什么",
    "rule": "如 {kind: proportional}；种类见 docs/case-files.md",
    "measure": "如 {formula: 预算执行率}",
    "weight": "只写数：2.5",
    "total": "带单位：536.67万元",
    "narrative": "自己写的分析文字，代替按事实生成的句子；得分的句子照常写出",
    "indicators": "三级指标的名称，每行一个",
    "satisfied": "每行一个选项，打折的写比例：\n非常满意\n满意\n基本满意 60%",
    "file": "放在本文件旁边的 .csv 或 .xlsx，一行一份答卷，一列一题",
}
"""The note on a column's head."""

KEYS = {
    "on": "读哪个事实", "rules": "各条标准", "class": "大类", "type": "类别", "line": "行号", "register": "资产登记",
    "points": "得分", "range": "区间", "bands": "各档", "when": "条件", "by_count": "满足几项得多少",
    "gate": "前提要素", "earns": "得分", "base": "基础分", "floor": "最低得分", "from": "起扣点",
    "per_step": "每步扣", "rounding": "不足一步的", "step": "一步", "budget": "预算", "events": "事项",
    "figures": "其他数", "overview": "概况", "problems": "存在问题", "published": "报告已公布的结果",
    "review": "征求意见", "sums": "应相加的数", "team": "评价组", "assets": "资产", "facts": "各指标的事实",
    "procurement": "政府采购", "projects": "各项目", "public_expense": "公用经费", "three_public": "“三公”经费",
    "held": "是否举行", "instead": "改为", "override": "改判", "cases": "各种情形", "readings": "其他读法",
    "criterion": "评定什么", "goals": "绩效目标", "progress": "进度评语", "levels": "等次或层级",
    "item": "扣分的事项（带量词）", "per_item": "每项扣", "start": "开始", "end": "结束", "better": "方向",
    "cap": "得分上限", "reverse": "反向指标的算法", "rates": "印出的比率", "divisor": "分母", "numerator": "分子",
    "formula": "公式名或算式", "completion": "完成率", "reviewed": "复核分", "tracked": "是否跟踪",
    "blocks": "各级分值", "extends": "以哪个指标体系为底", "partial": "只作底稿", "detail": "明细", "less": "减",
    "parts": "各部分", "relation": "关系", "denominator": "执行率的分母", "adjustment_above": "调整率超过即应说明",
    "execution_below": "执行率低于即应说明", "lights": "亮灯区间", "display_decimals": "显示小数位",
    "execution": "执行率一行", "explain": "应说明的界限", "grades": "等级", "monitoring": "监控",
    "no_answer": "标准没有结果时", "over_achievement": "超额完成的界限", "qualitative": "定性分档",
    "verified": "是否核对原文", "indicators": "各指标", "excess": "超额完成的后果", "costs": "成本目标值的读法",
    "mode": "取舍方式", "estimate": "预算测算明细", "price": "单价", "quantity": "数量", "rate": "得分率的小数位",
}  # fmt: skip
"""What the remaining keys of YAML files are called in an editor."""
