"""The closed set of sentence patterns that reports use for figures, each with a worked example.

They are applied to `flat` text: half-width signs, no blanks, so that a blank between number and unit or a broken line
makes no difference. A new pattern is a new entry here; the words that vary are data in ``params/forms/report.yaml``.
"""

from __future__ import annotations

import re
from typing import NamedTuple

_N = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_GRADES = "优秀|良好|中等|较差|优|良|中|差"


class Pattern(NamedTuple):
    """A pattern, a sentence that it reads, and what it finds there by name."""

    regex: re.Pattern[str]
    example: str
    finds: dict[str, str]


def _pattern(regex: str, example: str, **finds: str) -> Pattern:
    return Pattern(re.compile(regex.replace("{n}", f"(?:{_N})")), example, finds)


EARNED = _pattern(
    r"得(?:分为?)?(?:(?P<share>{n}%)权重分?)?(?:为|得)?(?P<score>{n})分(?!钟|之)|(?P<none>不得分)",
    "该项指标得 40% 权重分 0.80 分",
    share="40%",
    score="0.80",
)
"""① A score with the share of the weight that it is."""
TOTAL = _pattern(
    r"(?<!该指标)(?<!该项指标)(?:总得分|总分|综合自评得分|综合评分|综合得分|综合评价得分|评价得分|自评总得分|自评得分|自评指标得分|最终得分|自评分)"
    r"(?:为|是|:)?(?P<total>{n})分",
    "综合自评得分为92.5分",
    total="92.5",
)
"""② The total of a report or unit."""
FULL = _pattern(r"[(](?:满分|权重|分值)?(?P<weight>{n})[分份][)]", "（2）绩效指标明确性（3 分）", weight="3")
"""③④ The weight behind the name of an indicator or level."""
HEADING = _pattern(
    r"^(?P<number>[(]?[一二三四五六七八九十\d]{1,3}[)、.]|[①-⑳])?(?P<name>[^:。;]{2,60}?)[(](?:满分|权重|分值)?(?P<weight>{n})[分份][)]$",
    "（2）绩效指标明确性（3 分）",
    number="(2)",
    name="绩效指标明确性",
    weight="3",
)
"""④ A heading that names an indicator or level with its weight."""
ITEM = _pattern(
    r"^(?P<name>[^:。]{2,80}?)[(](?P<weight>{n})分[)]:(?P<text>.+)$",
    "劳模满意度（10 分）：指标为满意度≥95%，实际为 90%，得 8 分。",
    name="劳模满意度",
    weight="10",
)
"""④ An indicator with its weight and all that is said of it in one paragraph."""
TARGET = _pattern(
    r"(?P<sign>≥|≤|>=|<=|不低于|不少于|不超过)(?P<value>{n}(?:万|亿)?(?:%|[人次场个家户项名期篇册处座台套件份元天]+))"
    r"|(?P<least>{n}(?:[人次场个家户项名期处座台套件份]+))以上",
    "设置指标为人数≥2000 人",
    sign="≥",
    value="2000人",
)
"""⑥ A target with its sign."""
RATE = _pattern(
    r"(?P<name>[\u4e00-\u9fa5]{1,16}?(?:率|比例|满意度|满意率))(?:仅为|达到|仅|为|达|是|:|约为|约)?"
    r"(?P<sign>≥|≤)?(?P<rate>-?{n}%)",
    "政府采购预算执行率为 0.07%",
    name="政府采购预算执行率",
    rate="0.07%",
)
"""⑧ A rate with its name."""
MONEY = _pattern(
    r"(?<![\d.])(?P<amount>{n}[余多]?(?:亿|万|千)?元|{n}[余多]?万(?![人名次户份件个吨亩平公元]))",
    "决算支出为 580.8142 万元",
    amount="580.8142万元",
)
"""⑨ An amount of money."""
SHARE = _pattern(r"(?P<share>-?{n}%)", "完成 97%", share="97%")
"""⑩ A percentage."""
COUNT = _pattern(
    r"(?P<count>{n}[余多]?(?:万)?(?:人次|[人次场个家户项名期篇册处座台套件份]))", "全年新建 62 家", count="62家"
)
"""⑪ A number of things."""
GRADE = _pattern(
    rf"(?:等级|评级|等次|档次)(?:评定|确定)?(?:为|是|:|评为)?[“\"]?(?P<grade>{_GRADES})(?![\u4e00-\u9fa5])",
    "绩效评级为“良”。",
    grade="良",
)
"""The grade of a total."""
DONE = _pattern(r"(?:任务完成率|实际达标率|目标达成率)(?:为)?(?P<rate>{n}%)", "目标任务完成率 62.5%", rate="62.5%")
"""How far an indicator is done."""
DEADLINE = _pattern(r"\d{4}年\d{1,2}月\d{1,2}日前", "均在 2022 年 12 月 31 日前完成")
"""A last day."""
NODE = _pattern(
    r"截[至止](?:目前|跟踪节点)?[(]?(?P<year>\d{4})年(?P<month>\d{1,2})月(?P<day>\d{1,2})日",
    "截至 2023 年 10 月 31 日",
    year="2023",
    month="10",
    day="31",
)
"""The day up to which a monitoring report looks."""
PERIOD = _pattern(
    r"(?P<start>\d{4}年\d{1,2}月\d{1,2}日)(?:至|到|-|—)(?P<end>\d{4}年\d{1,2}月\d{1,2}日)",
    "2023年1月1日至2023年12月31日",
    start="2023年1月1日",
    end="2023年12月31日",
)
"""From when to when a project runs."""
PROGRESS = _pattern(
    r"(?P<progress>(?:实施)?进度(?:情况)?(?:良好|正常|顺利|较好)|均按计划(?:开展|进行)|未出现较大偏离)",
    "项目目前实施进度良好",
    progress="实施进度良好",
)
"""What a monitoring report says of the progress."""
PATTERNS = (
    EARNED,
    TOTAL,
    FULL,
    HEADING,
    ITEM,
    TARGET,
    RATE,
    MONEY,
    SHARE,
    COUNT,
    GRADE,
    DONE,
    DEADLINE,
    NODE,
    PERIOD,
    PROGRESS,
)


_HALF_WIDTH = {0xFF01 + i: 0x21 + i for i in range(94)} | {0x3000: 0x20}


def flat(text: str) -> str:
    """Half-width signs and no blanks; Chinese stops and quotation marks stay."""
    return re.sub(r"\s+", "", text.translate(_HALF_WIDTH))
